//! Lays out one paragraph: passes styles to parley and converts its lines to slabs.

use std::borrow::Cow;
use std::sync::Arc;

use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontFamily, FontFeatures, FontStyle, FontWeight, GlyphRun as ParleyRun,
    IndentOptions, InlineBox, InlineBoxKind, Layout, Line, OverflowWrap, PositionedLayoutItem, TextStyle, TextWrapMode,
    VerticalAlign, WordBreak,
};

use crate::style::{Color, Fill, PictureFill, PictureMode, Stroke};
use crate::text::{Align, Direction, LineBreaks, LineHeight, LineSpacing, ParagraphStyle, RunStyle, Strike, Underline};
use crate::tree::{Paragraph, Point, Rect};
use thumbling_core::error::Result;

use super::context::Brush;
use super::extent::Extent;
use super::flow::{Scale, Slab};
use super::inline_content::{InlineContent, TAB};
use super::scripts::scripts_of;
use super::{GlyphRun, Item, Typesetter};

/// Height of a picture bullet as a fraction of the font size.
const PICTURE_MARK: f32 = 0.72;

impl Typesetter<'_> {
    /// Lays out a paragraph in a column of `width` pt: one slab per line, tops from 0 on. Space before and after is left
    /// to the caller.
    pub(super) fn paragraph(
        &mut self,
        paragraph: &Paragraph,
        width: f32,
        wrap: bool,
        scale: Scale,
    ) -> Result<Vec<Slab>> {
        self.check()?;
        let flat = InlineContent::of(paragraph);
        let style = &paragraph.style;
        let breaks = if wrap { style.breaks } else { LineBreaks::Never };
        let mut layout = self.shape(&flat, paragraph, breaks, scale);
        let rtl = layout.is_rtl();
        let room = (width - style.indent_start - style.indent_end).max(1.0);
        let mut first_line = style.first_line;
        let mut bullet = None;
        if let Some(mark) = &style.bullet {
            let laid = self.bullet(mark, scale)?;
            // Text starts at its indent, or after a wider bullet.
            let behind = style.first_line + laid.1 + if laid.1 > 0.0 { 2.0 } else { 0.0 };
            bullet = Some((style.first_line, laid));
            first_line = behind.max(0.0);
        }
        let max = (breaks != LineBreaks::Never).then_some(room);
        layout.set_text_indent(first_line, IndentOptions::default());
        layout.break_all_lines(max);
        if !flat.tabs.is_empty() {
            super::tabs::set(&mut layout, style, max, first_line, &flat.text);
        }
        let align = alignment(style.align);
        if max.is_some() {
            let last_line_alignment = (style.align == Align::Distribute).then_some(Alignment::Justify);
            layout.align(align, AlignmentOptions { align_when_overflowing: true, last_line_alignment });
        }
        let start = if rtl { style.indent_end } else { style.indent_start };
        let mut slabs = Vec::with_capacity(layout.len());
        let (mut top, mut is_first) = (0.0, true);
        for line in layout.lines() {
            self.check()?;
            let mut slab = self.line(&line, &flat, style, scale);
            let mut dx = start;
            if max.is_none() {
                // parley has no width for unwrapped lines, so they are aligned here.
                let over = room - line.metrics().advance - if is_first { first_line } else { 0.0 };
                dx += match align {
                    Alignment::Center => over / 2.0,
                    Alignment::Right => over,
                    Alignment::End if !rtl => over,
                    Alignment::End | Alignment::Left => 0.0,
                    _ if rtl => over,
                    _ if is_first => first_line,
                    _ => 0.0,
                };
            }
            slab.items.iter_mut().for_each(|item| item.shift(dx, 0.0));
            slab.right = line.metrics().offset + line.metrics().advance - line.metrics().hanging_advance + dx;
            slab.left = line.metrics().offset + dx;
            if is_first && let Some((at, (items, mark_width, baseline))) = bullet.take() {
                let x = if rtl { width - style.indent_start - at - mark_width } else { style.indent_start + at };
                let below = slab.baseline - baseline;
                slab.items.extend(items.into_iter().map(|mut item| {
                    item.shift(x, below);
                    item
                }));
            }
            slab.top = top;
            top += slab.height;
            is_first = false;
            slabs.push(slab);
        }
        Ok(slabs)
    }

    /// Lays out a bullet. Returns its items, its width and the distance from its top to its baseline.
    fn bullet(&mut self, bullet: &crate::text::Bullet, scale: Scale) -> Result<(Vec<Item>, f32, f32)> {
        if let Some(picture) = &bullet.picture {
            // On the baseline, with the aspect ratio of the picture.
            let height = bullet.style.size * scale.size * PICTURE_MARK;
            let width = height * picture.0.width() as f32 / picture.0.height().max(1) as f32;
            let area = Rect::new(0.0, -height, width, height);
            let fill = PictureFill { picture: picture.clone(), mode: PictureMode::WHOLE, opacity: 1.0 };
            return Ok((vec![Item::Fill(area, Fill::Picture(fill))], width, 0.0));
        }
        let paragraph = Paragraph::plain(bullet.text.clone(), bullet.style.clone());
        let slabs = self.paragraph(&paragraph, f32::MAX / 4.0, false, scale)?;
        let Some(slab) = slabs.into_iter().next() else { return Ok((Vec::new(), 0.0, 0.0)) };
        Ok((slab.items, slab.right, slab.baseline))
    }

    fn shape(
        &mut self,
        flat: &InlineContent<'_>,
        paragraph: &Paragraph,
        breaks: LineBreaks,
        scale: Scale,
    ) -> Layout<Brush> {
        let (scripts, upright) = (scripts_of(&flat.text), self.upright);
        let context = self.context();
        context.prepare(&scripts);
        let stacks: Vec<_> = flat.runs.iter().map(|(_, style)| context.stack(&style.fonts, scripts.needs)).collect();
        let line_height = match paragraph.style.line_spacing {
            LineSpacing::Multiple(times) => parley::LineHeight::MetricsRelative((times * scale.spacing).max(0.1)),
            LineSpacing::Exact(pt) => parley::LineHeight::Absolute((pt * scale.size).max(0.1)),
            LineSpacing::AtLeast(_) => parley::LineHeight::MetricsRelative(1.0),
        };
        let mut builder = context.layout.style_run_builder(&mut context.fonts, &flat.text, 1.0, false);
        builder.set_base_direction(match paragraph.style.direction {
            Direction::Auto => BaseDirection::Auto,
            Direction::LeftToRight => BaseDirection::Ltr,
            Direction::RightToLeft => BaseDirection::Rtl,
        });
        let text_style = |index: usize, style: &RunStyle| TextStyle {
            font_family: FontFamily::List(Cow::Borrowed(&stacks[index])),
            font_size: (style.size * scale.size).clamp(0.1, 4000.0),
            font_weight: FontWeight::new(f32::from(style.weight)),
            font_style: if style.italic { FontStyle::Italic } else { FontStyle::Normal },
            brush: index as Brush,
            has_underline: style.underline != Underline::None,
            has_strikethrough: style.strike != Strike::None,
            line_height,
            letter_spacing: style.spacing * scale.size,
            overflow_wrap: if breaks == LineBreaks::Never { OverflowWrap::Normal } else { OverflowWrap::Anywhere },
            word_break: if breaks == LineBreaks::Anywhere { WordBreak::BreakAll } else { WordBreak::Normal },
            font_features: if upright { FontFeatures::from("\"vert\"") } else { FontFeatures::empty() },
            text_wrap_mode: if breaks == LineBreaks::Never { TextWrapMode::NoWrap } else { TextWrapMode::Wrap },
            ..TextStyle::default()
        };
        // The root style is a lower bound for the height of every line: use the smallest.
        let smallest = flat.runs.iter().enumerate().min_by(|a, b| a.1.1.size.total_cmp(&b.1.1.size));
        if let Some((index, (_, style))) = smallest {
            builder.push_style(text_style(index, style));
        }
        for (index, (range, style)) in flat.runs.iter().enumerate() {
            let pushed = builder.push_style(text_style(index, style));
            builder.push_style_run(pushed, range.clone());
        }
        let boxes =
            flat.objects.iter().enumerate().map(|(id, (at, width, height, _))| {
                inline_box(id as u64, *at, width * scale.size, height * scale.size)
            });
        let tabs = flat.tabs.iter().enumerate().map(|(n, at)| inline_box(TAB + n as u64, *at, 0.0, 0.0));
        let mut boxes: Vec<InlineBox> = boxes.chain(tabs).collect();
        boxes.sort_by_key(|b| b.index);
        boxes.into_iter().for_each(|b| builder.push_inline_box(b));
        builder.build(&flat.text)
    }

    /// Converts a line to a slab at top 0.
    fn line(&mut self, line: &Line<'_, Brush>, flat: &InlineContent<'_>, style: &ParagraphStyle, scale: Scale) -> Slab {
        let (spacing, height) = (style.line_spacing, style.line_height);
        let metrics = line.metrics();
        let Extent { over, under } = match height {
            LineHeight::Size => super::extent::of_size(line, flat, spacing, scale),
            LineHeight::Fonts => super::extent::of_fonts(line, spacing, scale),
        };
        let (top, height) = (metrics.baseline - over, over + under);
        let mut slab = Slab { height, baseline: over, ..Slab::default() };
        for item in line.items() {
            match item {
                PositionedLayoutItem::GlyphRun(run) => self.run(&run, flat, top, &mut slab.items),
                PositionedLayoutItem::InlineBox(at) => {
                    if let Some((_, _, _, node)) = flat.objects.get(usize::try_from(at.id).unwrap_or(usize::MAX)) {
                        slab.items.push(Item::Node(Point { x: at.x, y: at.y - top }, Box::new((*node).clone())));
                    }
                }
            }
        }
        slab
    }

    fn run(&mut self, run: &ParleyRun<'_, Brush>, flat: &InlineContent<'_>, top: f32, items: &mut Vec<Item>) {
        let Some((_, style)) = flat.runs.get(run.style().brush as usize) else { return };
        let (shaped, metrics) = (run.run(), run.run().font_metrics());
        let baseline = run.baseline() - top - style.baseline * shaped.font_size();
        let mut glyphs = Vec::new();
        let mut has_missing = false;
        let mut x = run.offset();
        for glyph in run.glyphs() {
            has_missing |= glyph.id == 0;
            glyphs.push((glyph.id, Point { x: x + glyph.x, y: baseline + glyph.y }));
            x += glyph.advance;
        }
        if has_missing {
            let unseen = shaped.clusters().filter(|cluster| cluster.glyphs().any(|glyph| glyph.id == 0));
            for cluster in unseen {
                let text = flat.text.get(cluster.text_range()).unwrap_or_default();
                let drawn = |c: &char| !c.is_control() && !c.is_whitespace() && *c != char::REPLACEMENT_CHARACTER;
                self.missing.extend(text.chars().find(drawn).map(crate::fonts::script_of));
            }
        }
        let (left, width) = (run.offset(), run.advance());
        if let Some(color) = style.highlight {
            let behind = Rect::new(left, baseline - metrics.ascent, width, metrics.ascent + metrics.descent);
            items.push(Item::Fill(behind, color.into()));
        }
        let thick = |size: f32| size.max(shaped.font_size() / 20.0);
        let mut rule = |offset: f32, size: f32, color: Color| {
            items.push(Item::Fill(Rect::new(left, baseline - offset, width, size), color.into()));
        };
        let (offset, size) = (metrics.underline_offset, thick(metrics.underline_size));
        let color = style.underline_color.unwrap_or(style.color);
        match style.underline {
            Underline::None => {}
            Underline::Single => rule(offset, size, color),
            Underline::Double => [0.0, 2.0 * size].into_iter().for_each(|below| rule(offset - below, size, color)),
            Underline::Heavy => rule(offset, 2.0 * size, color),
            Underline::Dotted | Underline::Dashed => {
                let y = baseline - offset + size / 2.0;
                let on = if style.underline == Underline::Dotted { 1.5 } else { 5.0 };
                let stroke = Stroke { dash: vec![on, on.min(3.0)], ..Stroke::new(color, size) };
                items.push(Item::Line(Point { x: left, y }, Point { x: left + width, y }, stroke));
            }
        }
        let (offset, size) = (metrics.strikethrough_offset, thick(metrics.strikethrough_size));
        let mut through = |above: f32| {
            items.push(Item::Fill(Rect::new(left, baseline - offset - above, width, size), style.color.into()));
        };
        match style.strike {
            Strike::None => {}
            Strike::Single => through(0.0),
            Strike::Double => [-size, size].into_iter().for_each(through),
        }
        let synthesis = shaped.synthesis();
        let glyphs = GlyphRun {
            font: shaped.font().clone(),
            size: shaped.font_size(),
            coords: shaped.normalized_coords().iter().map(|c| c.to_bits()).collect::<Arc<[i16]>>(),
            embolden: synthesis.embolden(),
            skew: synthesis.skew().unwrap_or(0.0),
            color: style.color,
            effects: style.effects.clone(),
            glyphs,
        };
        if self.upright {
            super::vertical::turned_back(run, &flat.text, glyphs, items);
        } else {
            items.push(Item::Glyphs(glyphs));
        }
    }
}

fn inline_box(id: u64, index: usize, width: f32, height: f32) -> InlineBox {
    let kind = InlineBoxKind::InFlow;
    InlineBox { id, kind, index, width, height, baseline: None, vertical_align: VerticalAlign::BASELINE }
}

const fn alignment(align: Align) -> Alignment {
    match align {
        Align::Start => Alignment::Start,
        Align::End => Alignment::End,
        Align::Left => Alignment::Left,
        Align::Right => Alignment::Right,
        Align::Center => Alignment::Center,
        Align::Justify | Align::Distribute => Alignment::Justify,
    }
}
