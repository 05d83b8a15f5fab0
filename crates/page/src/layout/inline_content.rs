//! The content of a paragraph in the form that parley expects: one text, with runs, objects and tabs at positions in it.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::{Caps, RunStyle};
use crate::tree::{Inline, Node, Paragraph};

/// Ids of inline boxes from here on are tabs; lower ones are objects.
pub(super) const TAB: u64 = 1 << 32;
/// Most bytes of a paragraph to shape; far more than fits on a page.
const MAX_TEXT: usize = 1 << 16;
/// Most runs of a paragraph; parley counts styles in 16 bits.
const MAX_RUNS: usize = 1 << 14;

/// Whether an inline box is a tab.
pub(super) const fn is_tab(id: u64) -> bool {
    id >= TAB
}

/// The content of a paragraph in the form that parley expects.
#[derive(Default)]
pub(super) struct InlineContent<'p> {
    pub(super) text: String,
    /// Consecutive ranges that cover the text.
    pub(super) runs: Vec<(Range<usize>, Cow<'p, RunStyle>)>,
    /// Position in the text, width and height in pt, and the node.
    pub(super) objects: Vec<(usize, f32, f32, &'p Node)>,
    /// Positions in the text.
    pub(super) tabs: Vec<usize>,
    /// Font size of the paragraph end, pt.
    pub(super) end: f32,
}

impl<'p> InlineContent<'p> {
    pub(super) fn of(paragraph: &'p Paragraph) -> Self {
        let mut flat = Self { end: paragraph.end_style.size, ..Self::default() };
        for inline in &paragraph.content {
            match inline {
                Inline::Text(text, style) => flat.push(text, style),
                Inline::Object { width, height, node } => flat.objects.push((flat.text.len(), *width, *height, node)),
            }
        }
        if flat.text.is_empty() {
            // An empty paragraph has the height of its end.
            flat.runs = vec![(0..0, Cow::Borrowed(&paragraph.end_style))];
        }
        flat
    }

    fn push(&mut self, text: &str, style: &'p RunStyle) {
        match style.caps {
            Caps::AsWritten => self.push_styled(text, Cow::Borrowed(style)),
            Caps::All => self.push_styled(&text.to_uppercase(), Cow::Borrowed(style)),
            Caps::Small => {
                for part in text.split_inclusive(|c: char| !c.is_lowercase()) {
                    let (small, rest) = match part.char_indices().next_back() {
                        Some((at, c)) if !c.is_lowercase() => part.split_at(at),
                        _ => (part, ""),
                    };
                    self.push_styled(
                        &small.to_uppercase(),
                        Cow::Owned(RunStyle { size: style.size * 0.8, ..style.clone() }),
                    );
                    self.push_styled(rest, Cow::Borrowed(style));
                }
            }
        }
    }

    fn push_styled(&mut self, text: &str, style: Cow<'p, RunStyle>) {
        let start = self.text.len();
        for c in text.chars() {
            if self.text.len() >= MAX_TEXT || self.runs.len() >= MAX_RUNS {
                break;
            }
            match c {
                '\t' => self.tabs.push(self.text.len()),
                // Vertical tab and line separator are line breaks in office formats.
                '\n' | '\u{b}' | '\u{2028}' => self.text.push('\n'),
                '\r' | '\0' => {}
                c => self.text.push(c),
            }
        }
        if self.text.len() > start {
            self.runs.push((start..self.text.len(), style));
        }
    }
}
