//! Breaks one line of a shaped paragraph and sets its tabs.
//!
//! Positions are distances from the edge of the column where lines start, so that left and right are the same in both
//! directions until glyphs are placed.

use std::ops::Range;

use crate::text::{Align, LineSpacing, TabAlign, TabStop};

use super::model::{Break, ParagraphStyle};
use super::shape::{Cluster, Kind, Shaped};

/// Narrowest gap beside a drawing that takes text, pt.
const MIN_GAP: f32 = 28.0;
/// Tolerance of line widths, pt.
const SLACK: f32 = 0.05;

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The text continues in the next line.
    Soft,
    /// At a break.
    Break(Break),
    /// At the end of the paragraph.
    Paragraph,
}

/// Part of a line between two floats.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    /// Clusters, without trailing spaces that hang.
    pub(super) clusters: Range<usize>,
    /// Start and end of the free space.
    pub(super) from: f32,
    pub(super) to: f32,
    /// Tabs by cluster, each with the position of its start and its width, and its leader.
    pub(super) tabs: Vec<(usize, f32, f32, Option<char>)>,
    /// Width of everything from `from` on, including tabs.
    pub(super) width: f32,
}

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) top: f32,
    pub(super) height: f32,
    /// From the top.
    pub(super) baseline: f32,
    pub(super) stretches: Vec<Stretch>,
    /// Index of the first cluster of the next line.
    pub(super) next: usize,
    pub(super) end: End,
}

/// Returns the free intervals between two heights, from the start edge, and the next height below at which there may be
/// more.
pub(super) type Free<'a> = &'a dyn Fn(f32, f32) -> (Vec<(f32, f32)>, Option<f32>);

/// The lines of a paragraph in a column of `width` pt.
pub(super) struct Breaker<'s, 'p> {
    pub(super) shaped: &'s Shaped<'p>,
    pub(super) style: &'s ParagraphStyle,
    pub(super) width: f32,
    /// Line pitch of the grid.
    pub(super) grid: Option<f32>,
}

impl Breaker<'_, '_> {
    /// Breaks the line that starts with cluster `start` at `y`.
    pub(super) fn line(&self, start: usize, y: f32, free: Free<'_>) -> Line {
        let mut top = y;
        let mut height = self.guess(start);
        // A taller line may meet another drawing; that settles quickly.
        for _ in 0..4 {
            let intervals = loop {
                let (intervals, below) = free(top, top + height);
                let wide: Vec<(f32, f32)> =
                    intervals.into_iter().filter(|(a, b)| b - a >= MIN_GAP.min(self.width)).collect();
                match below {
                    Some(below) if wide.is_empty() && below > top => top = below,
                    _ if wide.is_empty() => break vec![(0.0, self.width)],
                    _ => break wide,
                }
            };
            let mut line = self.filled(start, &intervals);
            line.top = top;
            let is_higher = line.height > height + 0.1;
            height = line.height;
            if !is_higher || free(top, top + height).0.len() == intervals.len() {
                return line;
            }
        }
        let mut line = self.filled(start, &[(0.0, self.width)]);
        line.top = top;
        line
    }

    fn guess(&self, start: usize) -> f32 {
        let (over, under) = match self.shaped.clusters.get(start) {
            Some(cluster) => self.extent(cluster),
            None => self.mark(),
        };
        let (over, under) = self.spaced(over, under, (0.0, 0.0));
        over + under
    }

    fn mark(&self) -> (f32, f32) {
        let (vertical, size) = self.shaped.mark;
        (vertical.ascent * size, vertical.descent * size)
    }

    /// Extent of a cluster above and below the baseline.
    fn extent(&self, cluster: &Cluster) -> (f32, f32) {
        if let Kind::Object(n) = cluster.kind {
            return self.shaped.objects.get(n).map_or((0.0, 0.0), |o| (o.ascent, o.descent));
        }
        let run = &self.shaped.runs[cluster.run];
        let raised = self.shaped.styles.get(cluster.style).map_or(0.0, |s| s.baseline * run.size);
        (run.vertical.ascent * run.size + raised, run.vertical.descent * run.size - raised)
    }

    /// Applies line spacing to the extent of text and the height of drawings.
    fn spaced(&self, over: f32, under: f32, object: (f32, f32)) -> (f32, f32) {
        let text = over + under;
        let (mut over, mut under) = (over, under);
        if let (Some(pitch), false) =
            (self.grid.filter(|p| *p > 1.0), matches!(self.style.spacing, LineSpacing::Exact(_)))
        {
            let snapped = (text / pitch - 0.01).ceil().max(1.0) * pitch;
            over += (snapped - text) / 2.0;
            under += (snapped - text) / 2.0;
        }
        match self.style.spacing {
            LineSpacing::Exact(pt) => return (pt * 0.8, pt * 0.2),
            LineSpacing::AtLeast(pt) => over += (pt - over - under).max(0.0),
            LineSpacing::Multiple(times) if times >= 1.0 => under += (over + under) * (times - 1.0),
            LineSpacing::Multiple(times) => over += (over + under) * (times.max(0.05) - 1.0),
        }
        (over.max(object.0), under.max(object.1))
    }

    /// Fills the intervals with as much text as fits.
    fn filled(&self, start: usize, intervals: &[(f32, f32)]) -> Line {
        let (clusters, style) = (&self.shaped.clusters, self.style);
        let first_line = if start == 0 { style.first_line } else { 0.0 };
        let mut line =
            Line { top: 0.0, height: 0.0, baseline: 0.0, stretches: Vec::new(), next: start, end: End::Soft };
        let mut at = start;
        for (n, (from, to)) in intervals.iter().enumerate() {
            let indent = style.indent_start + if n == 0 { first_line } else { 0.0 };
            // A hanging first line may start before the column.
            let left = if *from <= 0.0 { indent } else { from.max(indent) };
            let right = to.min(self.width - style.indent_end).max(left + 1.0);
            let is_last = n + 1 == intervals.len();
            let (stretch, next, end) = self.stretch(at, left, right, is_last);
            at = next;
            line.stretches.push(stretch);
            if let Some(end) = end {
                line.end = end;
                break;
            }
        }
        line.next = at;
        let (mut over, mut under, mut object) = (0.0f32, 0.0f32, (0.0f32, 0.0f32));
        let mut has_text = false;
        for cluster in &clusters[start..at] {
            let (above, below) = self.extent(cluster);
            if matches!(cluster.kind, Kind::Object(_)) {
                object = (object.0.max(above), object.1.max(below));
            } else if !matches!(cluster.kind, Kind::Break(_)) || !has_text {
                has_text |= matches!(cluster.kind, Kind::Text | Kind::Space | Kind::Tab);
                (over, under) = (over.max(above), under.max(below));
            }
        }
        if over + under <= 0.0 && object.0 <= 0.0 {
            (over, under) = self.mark();
        }
        let (over, under) = self.spaced(over, under, object);
        (line.baseline, line.height) = (over, (over + under).max(0.5));
        line
    }

    /// Fills one interval. Returns the stretch, the next cluster, and how the line ends if it does.
    fn stretch(&self, start: usize, left: f32, right: f32, is_last: bool) -> (Stretch, usize, Option<End>) {
        let clusters = &self.shaped.clusters;
        let mut pen = Pen { x: left, tabs: Vec::new(), open: None };
        if start == 0 && self.shaped.number.0 > 0 {
            // The number ends or is centred where it would start.
            let width: f32 = clusters[..self.shaped.number.0].iter().map(|c| c.advance).sum();
            pen.x -= match self.shaped.number.1 {
                Align::End | Align::Right => width,
                Align::Center => width / 2.0,
                _ => 0.0,
            };
        }
        let from = pen.x;
        // End of the text without trailing spaces, and the pen there.
        let (mut visible, mut width) = (start, 0.0f32);
        let mut at = start;
        let finished = |pen: Pen, visible: usize, width: f32| Stretch {
            clusters: start..visible,
            from,
            to: right,
            tabs: pen.closed(),
            width,
        };
        let mut segment = self.shaped.ends.partition_point(|end| *end <= start);
        while let Some(&end) = self.shaped.ends.get(segment) {
            let before = pen.clone();
            let (was_visible, was_width) = (visible, width);
            for (n, cluster) in clusters.iter().enumerate().take(end).skip(at) {
                match cluster.kind {
                    Kind::Space => pen.advance(cluster.advance),
                    Kind::Text | Kind::Object(_) => {
                        pen.advance(cluster.advance);
                        let limit = pen.limit(right, self.width);
                        if pen.position() > limit + SLACK {
                            let is_first = was_visible == start && before.tabs.is_empty();
                            if !is_first || !is_last {
                                // The whole segment goes to the next line or interval.
                                let end = is_last.then_some(End::Soft);
                                return (finished(before, was_visible, was_width), at, end);
                            }
                            // A word wider than the line breaks anywhere, but not before its first letter.
                            if n > start {
                                pen.retreat(cluster.advance);
                                return (finished(pen, visible, width), n, Some(End::Soft));
                            }
                        }
                        (visible, width) = (n + 1, pen.position() - from);
                    }
                    Kind::Tab => {
                        let stop = self.stop(pen.position());
                        let beyond = stop.position > right + SLACK;
                        if beyond && is_last && n > start && stop.position > self.width + 36.0 {
                            return (finished(pen, visible, width), n, Some(End::Soft));
                        }
                        pen.tab(n, stop);
                        (visible, width) = (n + 1, pen.position() - from);
                    }
                    Kind::Break(kind) => {
                        return (finished(pen, visible, width), n + 1, Some(End::Break(kind)));
                    }
                }
            }
            at = end;
            segment += 1;
        }
        (finished(pen, visible, width), at, Some(End::Paragraph))
    }

    /// The tab stop after `x`.
    fn stop(&self, x: f32) -> TabStop {
        let style = self.style;
        if let Some(stop) = style.tabs.iter().find(|stop| stop.position > x + 0.01) {
            // The indent of a hanging paragraph is a stop too.
            if style.first_line < 0.0 && x + 0.01 < style.indent_start && style.indent_start < stop.position {
                return TabStop { position: style.indent_start, align: TabAlign::Start, leader: None };
            }
            return *stop;
        }
        let step = if style.default_tab > 0.5 { style.default_tab } else { 36.0 };
        let mut position = ((x + 0.01) / step).floor() * step + step;
        if x + 0.01 < style.indent_start && style.indent_start < position {
            position = style.indent_start;
        }
        TabStop { position, align: TabAlign::Start, leader: None }
    }
}

/// The pen that advances along a line.
#[derive(Debug, Clone)]
struct Pen {
    /// Without the text after an open tab.
    x: f32,
    tabs: Vec<(usize, f32, f32, Option<char>)>,
    /// A tab whose width depends on the text after it, which is this wide so far.
    open: Option<(TabStop, f32)>,
}

impl Pen {
    fn advance(&mut self, width: f32) {
        match &mut self.open {
            Some((_, text)) => *text += width,
            None => self.x += width,
        }
    }

    fn retreat(&mut self, width: f32) {
        self.advance(-width);
    }

    fn tab(&mut self, cluster: usize, stop: TabStop) {
        self.close();
        self.tabs.push((cluster, self.x, (stop.position - self.x).max(0.0), stop.leader));
        if stop.align == TabAlign::Start {
            self.x = self.x.max(stop.position);
        } else {
            self.open = Some((stop, 0.0));
        }
    }

    /// Where the text after the open tab starts.
    fn start(&self) -> f32 {
        match self.open {
            Some((stop, text)) => {
                let before = match stop.align {
                    TabAlign::Center => text / 2.0,
                    _ => text,
                };
                self.x.max(stop.position - before)
            }
            None => self.x,
        }
    }

    fn position(&self) -> f32 {
        self.start() + self.open.map_or(0.0, |(_, text)| text)
    }

    /// The end of the line: text may reach a stop beyond it.
    fn limit(&self, right: f32, column: f32) -> f32 {
        match self.open {
            Some((stop, _)) if stop.position > right && stop.position <= column + 72.0 => stop.position,
            _ => right,
        }
    }

    fn close(&mut self) {
        let (start, position) = (self.start(), self.position());
        if self.open.take().is_some() {
            if let Some(tab) = self.tabs.last_mut() {
                tab.2 = start - tab.1;
            }
            self.x = position;
        }
    }

    fn closed(mut self) -> Vec<(usize, f32, f32, Option<char>)> {
        self.close();
        self.tabs
    }
}
