//! Text elements: words at the positions from the metafile, shaped by the SVG renderer.

use super::canvas::Canvas;
use super::clip::Clip;
use super::number::push_number;
use super::paint::{Blend, Paint};
use crate::geometry::{Affine, Rect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A positioned piece of text.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub text: String,
    /// Position along the baseline, from the origin of the run.
    pub x: f64,
    /// Width of the word, if the metafile states it.
    pub width: Option<f64>,
}

#[derive(Clone, Debug)]
pub(crate) struct TextStyle {
    /// Names in order of preference, the last one generic.
    pub families: String,
    /// Em size in the space of the run.
    pub size: f64,
    pub weight: u32,
    pub italic: bool,
    pub underline: bool,
    pub strike_out: bool,
    pub paint: Paint,
}

impl Canvas {
    /// Writes a run. Its baseline starts at the origin of the source space of `map`.
    pub fn text(&mut self, words: &[Word], style: &TextStyle, anchor: Anchor, map: &Affine, clip: &Clip, blend: Blend) {
        if words.is_empty() || style.size <= 0.0 || !map.is_finite() {
            return;
        }
        // Text smaller than half a pixel is invisible.
        if style.size * map.scales().1 < self.pixel() * 0.5 {
            return;
        }
        let letters: usize = words.iter().map(|word| word.text.len()).sum();
        if self.bounds.take_points(letters).is_none() {
            self.truncated = true;
            return;
        }
        let natural = letters as f64 * style.size;
        let (mut left, mut right) = (f64::INFINITY, f64::NEG_INFINITY);
        for word in words {
            let width = word.width.unwrap_or(natural);
            left = left.min(word.x - if anchor == Anchor::Start { 0.0 } else { width });
            right = right.max(word.x + width);
        }
        let local = Rect {
            left: left - style.size * 0.3,
            top: -style.size * 1.2,
            right: right + style.size * 0.3,
            bottom: style.size * 0.5,
        };
        if !self.begin(&map.bounds_of(&local), clip, 256 + letters * 4 + words.len() * 64) {
            return;
        }
        self.body.push_str("<text xml:space=\"preserve\"");
        self.attribute_transform("transform", map);
        self.body.push_str(" font-family=\"");
        push_escaped(&mut self.body, &style.families);
        self.body.push_str("\" font-size=\"");
        push_number(&mut self.body, style.size, 4);
        self.body.push('"');
        if style.weight != 400 {
            self.body.push_str(&format!(" font-weight=\"{}\"", style.weight.clamp(100, 900) / 100 * 100));
        }
        if style.italic {
            self.body.push_str(" font-style=\"italic\"");
        }
        match (style.underline, style.strike_out) {
            (true, true) => self.body.push_str(" text-decoration=\"underline line-through\""),
            (true, false) => self.body.push_str(" text-decoration=\"underline\""),
            (false, true) => self.body.push_str(" text-decoration=\"line-through\""),
            (false, false) => {}
        }
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.body.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.body.push_str(" text-anchor=\"end\""),
        }
        self.attribute_paint("fill", style.paint);
        self.attribute_blend(blend);
        self.body.push('>');
        for word in words {
            self.body.push_str("<tspan x=\"");
            push_number(&mut self.body, word.x, 4);
            self.body.push_str("\" y=\"0\"");
            if let Some(width) = word.width
                && width > 0.0
                && word.text.chars().nth(1).is_some()
            {
                self.body.push_str(" textLength=\"");
                push_number(&mut self.body, width, 4);
                self.body.push_str("\" lengthAdjust=\"spacing\"");
            }
            self.body.push('>');
            push_escaped(&mut self.body, &word.text);
            self.body.push_str("</tspan>");
        }
        self.body.push_str("</text>\n");
    }
}

/// Escapes XML text; drops characters that XML 1.0 does not allow.
fn push_escaped(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
}
