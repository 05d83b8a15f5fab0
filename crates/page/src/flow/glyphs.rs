//! Places the glyphs of a line: alignment, justification, visual order, decorations.

use std::ops::Range;

use crate::layout::{GlyphRun, Item};
use crate::style::{Cap, Color, Stroke};
use crate::text::{Align, RunStyle, Strike, Underline};
use crate::tree::{Point, Rect, Transform};

use super::line::{End, Line, Stretch};
use super::model::{Break, ParagraphStyle, Part};
use super::shape::{Cluster, Kind, Shaped, ShapedRun};

/// Height of the centre of an ideograph above the baseline, as a fraction of the font size.
const MIDDLE: f32 = 0.38;

/// An inline box and the left end of its baseline.
pub(super) struct PlacedObject {
    pub(super) index: usize,
    pub(super) at: Point,
}

/// The items of a line with the column's left edge at `left`, and its inline drawings.
pub(super) fn items(
    shaped: &Shaped<'_>,
    style: &ParagraphStyle,
    line: &Line,
    (left, width): (f32, f32),
    is_vertical: bool,
) -> (Vec<Item>, Vec<PlacedObject>) {
    let mut set = Setter {
        is_vertical,
        shaped,
        left,
        width,
        is_rtl: style.right_to_left,
        items: Vec::new(),
        objects: Vec::new(),
    };
    let baseline = line.top + line.baseline;
    for stretch in &line.stretches {
        let extra = stretch.to - stretch.from - stretch.width;
        // The last tab fixes what is before it.
        let after_tab = stretch.tabs.last().map_or(stretch.clusters.start, |tab| tab.0 + 1);
        let is_justified = match style.align {
            Align::Distribute => true,
            Align::Justify => {
                matches!(line.end, End::Soft | End::Break(Break::Line)) || stretch_is_inner(line, stretch)
            }
            _ => false,
        };
        let gaps = gaps(shaped, after_tab..stretch.clusters.end);
        let per_gap = if is_justified && extra > 0.0 && gaps > 0 { extra / gaps as f32 } else { 0.0 };
        // Decorated and leading numbers start at the indent; aligned lines move as a whole unless they have tabs.
        let shift = match (style.align, stretch.tabs.is_empty() || extra < 0.0) {
            (Align::Center, _) => extra / 2.0,
            (Align::End, _) => extra,
            (Align::Right, _) if !style.right_to_left => extra,
            (Align::Left, _) if style.right_to_left => extra,
            _ => 0.0,
        };
        set.stretch(stretch, stretch.from + shift.max(0.0), per_gap, after_tab, baseline);
    }
    (set.items, set.objects)
}

/// Glyphs of `run` in the colour and with the effects of `style`.
fn glyph_run(run: &ShapedRun, style: &RunStyle, glyphs: Vec<(u32, Point)>) -> GlyphRun {
    GlyphRun {
        font: run.font.clone(),
        size: run.size,
        coords: run.coords.clone(),
        embolden: run.embolden,
        skew: run.skew,
        color: style.color,
        effects: style.effects.clone(),
        glyphs,
    }
}

fn stretch_is_inner(line: &Line, stretch: &Stretch) -> bool {
    line.stretches.last().is_some_and(|last| last.from > stretch.from)
}

/// Places in which a justified line is stretched.
fn gaps(shaped: &Shaped<'_>, range: Range<usize>) -> usize {
    let clusters = shaped.clusters.get(range).unwrap_or_default();
    let between =
        clusters.windows(2).filter(|pair| pair[0].kind == Kind::Space || (pair[0].is_wide && pair[1].is_wide));
    between.count()
}

struct Setter<'s, 'p> {
    /// Whether the line is turned afterwards, but not its ideographs.
    is_vertical: bool,
    shaped: &'s Shaped<'p>,
    left: f32,
    width: f32,
    is_rtl: bool,
    items: Vec<Item>,
    objects: Vec<PlacedObject>,
}

impl Setter<'_, '_> {
    fn stretch(&mut self, stretch: &Stretch, from: f32, per_gap: f32, after_tab: usize, baseline: f32) {
        let mut x = from;
        let mut start = stretch.clusters.start;
        let shift = from - stretch.from;
        for (tab, at, width, leader) in &stretch.tabs {
            self.chunk(start..*tab, x, 0.0, baseline);
            let (from, to) = (at + shift, at + shift + width);
            if let Some(style) = self.shaped.clusters.get(*tab).and_then(|c| self.shaped.styles.get(c.style)) {
                let (a, b) = (self.visual(from, 0.0), self.visual(to, 0.0));
                self.leader(*leader, style.size, style.color, a.min(b), a.max(b), baseline);
                let run = self.shaped.clusters[*tab].run;
                let (a, b) = (a.min(b), a.max(b));
                self.decorate(style.as_ref().clone(), run, a, b - a, baseline);
            }
            (x, start) = (to, tab + 1);
        }
        debug_assert!(start >= after_tab || stretch.tabs.is_empty());
        self.chunk(start..stretch.clusters.end, x, per_gap, baseline);
    }

    /// The left edge of something at a distance from the start edge.
    fn visual(&self, x: f32, width: f32) -> f32 {
        self.left + if self.is_rtl { self.width - x - width } else { x }
    }

    fn leader(&mut self, leader: Option<char>, size: f32, color: Color, from: f32, to: f32, baseline: f32) {
        let Some(leader) = leader.filter(|_| to > from + 1.0) else { return };
        let mut stroke = Stroke::new(color, size / 18.0);
        let mut y = baseline + size * 0.1;
        match leader {
            '.' => {
                stroke.width = size * 0.1;
                stroke.dash = vec![1.0, 1.5];
                y = baseline - stroke.width / 2.0;
            }
            '\u{b7}' => {
                stroke.width = size * 0.1;
                stroke.dash = vec![1.0, 1.5];
                y = baseline - size * 0.3;
            }
            '-' => {
                stroke.dash = vec![size * 0.3 / stroke.width, size * 0.1 / stroke.width];
                y = baseline - size * 0.25;
            }
            _ => {}
        }
        stroke.cap = Cap::Flat;
        self.items.push(Item::Line(Point { x: from, y }, Point { x: to, y }, stroke));
    }

    /// Clusters without tabs, from `x` on.
    fn chunk(&mut self, range: Range<usize>, x: f32, per_gap: f32, baseline: f32) {
        let shaped = self.shaped;
        let Some(clusters) = shaped.clusters.get(range.clone()).filter(|c| !c.is_empty()) else { return };
        let mut widths: Vec<f32> = clusters.iter().map(|c| c.advance).collect();
        for n in 0..clusters.len().saturating_sub(1) {
            let is_gap = clusters[n].kind == Kind::Space || (clusters[n].is_wide && clusters[n + 1].is_wide);
            if is_gap && per_gap > 0.0 {
                widths[n] += per_gap;
            }
        }
        let whole: f32 = widths.iter().sum();
        let mut order: Vec<usize> = (0..clusters.len()).collect();
        if shaped.is_mixed {
            let levels: Vec<unicode_bidi::Level> = clusters
                .iter()
                .map(|c| unicode_bidi::Level::new(c.level.min(120)).unwrap_or(unicode_bidi::Level::ltr()))
                .collect();
            order = unicode_bidi::BidiInfo::reorder_visual(&levels);
        }
        let mut pen = self.visual(x, whole);
        let mut at = 0;
        while at < order.len() {
            let first = &clusters[order[at]];
            if let Kind::Object(index) = first.kind {
                self.objects.push(PlacedObject { index, at: Point { x: pen, y: baseline } });
                pen += widths[order[at]];
                at += 1;
                continue;
            }
            let same = |n: &usize| {
                let cluster = &clusters[*n];
                (cluster.run, cluster.style) == (first.run, first.style) && !matches!(cluster.kind, Kind::Object(_))
            };
            let count = order[at..].iter().take_while(|n| same(n)).count();
            self.run(&range, &order[at..at + count], &widths, &mut pen, baseline);
            at += count;
        }
    }

    /// Clusters of one run and style.
    fn run(&mut self, range: &Range<usize>, order: &[usize], widths: &[f32], pen: &mut f32, baseline: f32) {
        let shaped = self.shaped;
        let Some(first) = order.first().map(|n| &shaped.clusters[range.start + n]) else { return };
        let run = &shaped.runs[first.run];
        let Some(style) = shaped.styles.get(first.style) else { return };
        let left = *pen;
        let raised = baseline - style.baseline * run.size;
        let stretch = style.stretch.max(0.01);
        let mut glyphs = Vec::new();
        for n in order {
            let cluster = &shaped.clusters[range.start + n];
            if self.is_vertical && cluster.is_wide && cluster.kind == Kind::Text {
                self.upright(cluster, *pen, raised, style);
                *pen += widths[*n];
                continue;
            }
            // In the units of glyphs that are stretched.
            let mut x = *pen / stretch;
            for (id, dx, dy, advance) in &shaped.glyphs[cluster.glyphs.clone()] {
                glyphs.push((*id, Point { x: x + dx, y: raised + dy }));
                x += advance;
            }
            *pen += widths[*n];
        }
        self.decorate_behind(style, first.run, left, *pen - left, raised);
        if !glyphs.is_empty() {
            let item = Item::Glyphs(glyph_run(run, style, glyphs));
            self.items.push(match stretch {
                1.0 => item,
                stretch => Item::Turned(Transform::from_scale(stretch, 1.0), vec![item]),
            });
        }
        self.lines(style, first.run, left, *pen - left, raised);
    }

    /// A character turned back about its centre.
    fn upright(&mut self, cluster: &Cluster, pen: f32, baseline: f32, style: &RunStyle) {
        let run = &self.shaped.runs[cluster.run];
        let glyphs = self.shaped.glyphs[cluster.glyphs.clone()].iter();
        let glyphs = glyphs.map(|(id, dx, dy, _)| (*id, Point { x: pen + dx, y: baseline + dy })).collect();
        let (x, y) = (pen + cluster.advance / 2.0, baseline - run.size * MIDDLE);
        let back = Transform::from_translate(-x, -y).post_concat(Transform::from_row(0.0, -1.0, 1.0, 0.0, x, y));
        let item = Item::Glyphs(glyph_run(run, style, glyphs));
        self.items.push(Item::Turned(back, vec![item]));
    }

    fn decorate(&mut self, style: RunStyle, run: usize, left: f32, width: f32, baseline: f32) {
        self.decorate_behind(&style, run, left, width, baseline);
        self.lines(&style, run, left, width, baseline);
    }

    fn decorate_behind(&mut self, style: &RunStyle, run: usize, left: f32, width: f32, baseline: f32) {
        let run = &self.shaped.runs[run];
        if let Some(color) = style.highlight.filter(|_| width > 0.0) {
            let (above, below) = (run.vertical.ascent * run.size, run.vertical.descent * run.size);
            self.items.push(Item::Fill(Rect::new(left, baseline - above, width, above + below), color.into()));
        }
    }

    fn lines(&mut self, style: &RunStyle, run: usize, left: f32, width: f32, baseline: f32) {
        let run = &self.shaped.runs[run];
        let thick = |size: f32| size.clamp(run.size / 24.0, run.size / 10.0);
        let (offset, size) = (run.underline.0, thick(run.underline.1));
        let color = style.underline_color.unwrap_or(style.color);
        let mut rule = |y: f32, size: f32, color: Color| {
            self.items.push(Item::Fill(Rect::new(left, y, width.max(0.0), size), color.into()));
        };
        match style.underline {
            Underline::None => {}
            Underline::Single => rule(baseline - offset, size, color),
            Underline::Double => [0.0, 2.0 * size].into_iter().for_each(|d| rule(baseline - offset + d, size, color)),
            Underline::Heavy => rule(baseline - offset, 2.0 * size, color),
            Underline::Dotted | Underline::Dashed => {
                let y = baseline - offset + size / 2.0;
                let on = if style.underline == Underline::Dotted { 1.5 } else { 5.0 };
                let stroke = Stroke { dash: vec![on, on.min(3.0)], ..Stroke::new(color, size) };
                self.items.push(Item::Line(Point { x: left, y }, Point { x: left + width, y }, stroke));
            }
        }
        let (offset, size) = (run.strikethrough.0, thick(run.strikethrough.1));
        let mut through = |above: f32| {
            let area = Rect::new(left, baseline - offset - above, width.max(0.0), size);
            self.items.push(Item::Fill(area, style.color.into()));
        };
        match style.strike {
            Strike::None => {}
            Strike::Single => through(0.0),
            Strike::Double => [-size, size].into_iter().for_each(through),
        }
    }
}

/// The items of the shapes of a drawing at `at`; text frames are laid out by the caller.
pub(super) fn node(part: &Part, at: Point) -> Option<Item> {
    match part {
        Part::Node(node) => Some(Item::Node(at, Box::new(node.clone()))),
        Part::Text(_) => None,
    }
}
