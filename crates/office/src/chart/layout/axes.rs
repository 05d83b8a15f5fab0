//! Axes: lines, ticks, gridlines and tick labels, and the room that they take.

use crate::xml::Element;
use thumbling_core::error::Result;
use thumbling_page::tree::{Insets, Point, Rect};

use crate::chart::drawing::text_style::{TextRole, TextStyle};
use crate::chart::drawing::{Drawing, TextLayout};
use crate::chart::element::{flag, number};
use crate::chart::layout::category_levels::{self, CategoryLevel};
use crate::chart::layout::plane::{AxisPair, FirstAxis, Plane};
use crate::chart::layout::tick_labels;
use crate::chart::model::{Axis, LabelPosition};
use crate::chart::values::scale::Scale;

/// Tick length, pt.
const TICK: f32 = 4.0;

/// Between a tick and its label, pt.
const GAP: f32 = 3.0;

/// Line height, in font sizes.
const LINE: f32 = 1.2;

/// Longest line of an axis title along and across the axis, as a share of the chart.
const ALONG: f32 = 0.8;
const ACROSS: f32 = 0.2;

/// Category labels measured to see whether they fit.
const MAX_MEASURED: usize = 32;

/// An axis with its labels laid out.
pub(crate) struct Placed<'a> {
    axis: &'a Axis<'a>,
    vertical: bool,
    /// Whether it is the value axis.
    is_second: bool,
    /// Its position on the other axis, 0 to 1.
    stands: f32,
    /// Position of its labels on the other axis, and whether that is the far side.
    labels_at: f32,
    labels_far: bool,
    /// Labels, by their position from 0 to 1.
    labels: Vec<(f32, TextLayout)>,
    /// Outer category levels, from the inside out.
    levels: Vec<CategoryLevel>,
    offset: f32,
    is_shown: bool,
}

/// Lays out both axes of a plane. A deleted axis only keeps its gridlines.
pub(crate) fn placed<'a>(drawing: &Drawing<'_>, pair: &AxisPair<'a>, plane: &Plane) -> Result<Vec<Placed<'a>>> {
    let mut all = Vec::new();
    if let Some(axis) = pair.first {
        let (entries, slot) = match &plane.first {
            FirstAxis::Categories(names) => tick_labels::of_categories(drawing, pair, axis, plane, names),
            FirstAxis::Numbers(scale) => tick_labels::of_values(drawing, pair, axis, scale, true),
        };
        let is_names = matches!(plane.first, FirstAxis::Categories(_));
        let other_is_reversed = pair.second.is_some_and(|a| a.reversed);
        let place = Placed::new(axis, pair.turned(), false, plane.first_stands(), other_is_reversed);
        let outer = pair.groups.iter().flat_map(|g| &g.series).find(|s| !s.levels.is_empty());
        let outer = outer.filter(|_| !axis.deleted && !flag(axis.element, "c:noMultiLvlLbl").unwrap_or(false));
        let mut place = place.labelled(drawing, plane, entries, slot, (is_names, outer.is_some()))?;
        if let (FirstAxis::Categories(names), LabelPosition::NextTo | LabelPosition::Low) = (&plane.first, axis.labels)
        {
            let text_style = drawing.text_style(TextRole::Label, &[axis.element.child("c:txPr")]);
            place.levels =
                category_levels::set(drawing, &text_style, names, outer.map_or(&[], |s| &s.levels), pair.turned())?;
        }
        all.push(place);
    }
    if let Some(axis) = pair.second {
        let (entries, slot) = tick_labels::of_values(drawing, pair, axis, &plane.second, false);
        let other_is_reversed = pair.first.is_some_and(|a| a.reversed);
        let place = Placed::new(axis, !pair.turned(), true, plane.second_stands(axis), other_is_reversed);
        all.push(place.labelled(drawing, plane, entries, slot, (false, false))?);
    }
    Ok(all)
}

impl<'a> Placed<'a> {
    fn new(axis: &'a Axis<'a>, vertical: bool, is_second: bool, stands: f32, other_is_reversed: bool) -> Self {
        let low = if other_is_reversed { 1.0 } else { 0.0 };
        let labels_at = match axis.labels {
            LabelPosition::Low => low,
            LabelPosition::High => 1.0 - low,
            LabelPosition::NextTo | LabelPosition::None => stands,
        };
        let offset = GAP + if draws_outward(axis) { TICK } else { 0.0 };
        Self {
            axis,
            vertical,
            is_second,
            stands,
            labels_at,
            // Labels are outside the low end of the other axis, or outside its high end.
            labels_far: if other_is_reversed { labels_at > 0.001 } else { labels_at > 0.999 },
            labels: Vec::new(),
            levels: Vec::new(),
            offset,
            is_shown: !axis.deleted,
        }
    }

    /// Lays out tick labels: wrapped to their slots, rotated if they do not fit, or thinned out.
    fn labelled(
        mut self,
        drawing: &Drawing<'_>,
        plane: &Plane,
        entries: Vec<(f32, String)>,
        slot: f32,
        (is_names, has_levels): (bool, bool),
    ) -> Result<Self> {
        if self.axis.labels == LabelPosition::None || !self.is_shown {
            return Ok(self);
        }
        let text_style = drawing.text_style(TextRole::Label, &[self.axis.element.child("c:txPr")]);
        let length = if self.vertical { plane.area.height } else { plane.area.width };
        let room = slot * length;
        let given = text_style.rotation;
        let set = |rotation: f32, width: Option<f32>| -> Result<Vec<(f32, TextLayout)>> {
            let each =
                entries.iter().map(|(share, text)| Ok((*share, drawing.plain(text, &text_style, width, rotation)?)));
            each.collect()
        };
        let widest = |all: &[(f32, TextLayout)]| all.iter().map(|(_, w)| w.width).fold(0.0, f32::max);
        let mut labels = set(given.unwrap_or(0.0), None)?;
        if self.vertical {
            let limit = drawing.area.width * 0.4;
            if widest(&labels) > limit && given.is_none_or(|r| r == 0.0) {
                labels = set(0.0, Some(limit))?;
            }
        } else if widest(&labels) > room * 0.98 && given.is_none_or(|r| r == 0.0) && is_names {
            let line = text_style.run.size * LINE;
            // Words are only broken if the label cannot be rotated.
            let length = |w: &&str| w.chars().count();
            let mut longest: Vec<&str> = entries.iter().flat_map(|(_, t)| t.split_whitespace()).collect();
            longest.sort_unstable_by_key(|w| std::cmp::Reverse(length(w)));
            longest.dedup();
            let most = longest.first().map_or(0, length);
            let mut word = 0.0f32;
            for text in longest.into_iter().take_while(|w| length(w) + 1 >= most).take(MAX_MEASURED) {
                word = word.max(drawing.plain(text, &text_style, None, 0.0)?.width);
            }
            let fits = word <= room && room > line;
            let turned = if room > line * 1.2 && !has_levels { -45.0 } else { -90.0 };
            labels = match (fits, given) {
                (true, _) => set(0.0, Some(room))?,
                (false, Some(_)) => labels,
                (false, None) => set(turned, None)?,
            };
            if given.is_none() && labels.iter().any(|(_, w)| w.height > drawing.area.height * 0.3) {
                labels = set(turned, None)?;
            }
        }
        self.labels = self.apart(labels, length);
        Ok(self)
    }

    /// Keeps every nth label, so that none overlaps another.
    fn apart(&self, labels: Vec<(f32, TextLayout)>, length: f32) -> Vec<(f32, TextLayout)> {
        let needed = |w: &TextLayout| match (self.vertical, w.rotation) {
            (true, _) => w.extent().1 * 0.85,
            (false, 0.0) => w.width * 0.98,
            // Rotated labels are next to each other.
            (false, r) => (w.height / r.to_radians().sin().abs().max(0.1)).min(w.extent().0) * 0.8,
        };
        let most = labels.iter().map(|(_, w)| needed(w)).fold(0.0, f32::max);
        let mut shares: Vec<f32> = labels.iter().map(|(share, _)| *share).collect();
        shares.sort_by(f32::total_cmp);
        let step = shares.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 1e-6).fold(1.0, f32::min) * length;
        let every = (most / step.max(1e-3)).ceil().clamp(1.0, 10_000.0) as usize;
        labels.into_iter().step_by(every).collect()
    }

    /// Drops the tick labels, for an axis with a data table.
    pub(crate) fn hide_labels(&mut self) {
        self.labels.clear();
        self.levels.clear();
    }

    /// Whether it is the axis of values.
    pub(crate) fn is_of_values(&self) -> bool {
        self.is_second
    }

    /// Room that the axis takes around the plot area, pt.
    pub(crate) fn room(&self, area: Rect) -> Insets {
        let mut room = Insets::default();
        let most = self.thickness() + self.levels.iter().map(|l| l.thickness).sum::<f32>();
        if self.labels.is_empty() {
            return room;
        }
        let across = if self.vertical { area.width } else { area.height };
        let inside = across * if self.labels_far { 1.0 - self.labels_at } else { self.labels_at };
        let beside = (most + self.offset - inside).max(0.0);
        match (self.vertical, self.labels_far) {
            (true, false) => room.left = beside,
            (true, true) => room.right = beside,
            (false, false) => room.bottom = beside,
            (false, true) => room.top = beside,
        }
        // The first and last label extend beyond the ends of the axis.
        let length = if self.vertical { area.height } else { area.width };
        let (mut before, mut behind) = (0.0f32, 0.0f32);
        for (share, words) in &self.labels {
            let size = if self.vertical { words.extent().1 } else { words.extent().0 };
            let (low, high) =
                if words.rotation < 0.0 && !self.vertical { (size, 0.0) } else { (size / 2.0, size / 2.0) };
            before = before.max(low - share * length);
            behind = behind.max(high - (1.0 - share) * length);
        }
        if self.vertical {
            (room.bottom, room.top) = (room.bottom.max(before), room.top.max(behind));
        } else {
            (room.left, room.right) = (room.left.max(before), room.right.max(behind));
        }
        room
    }

    /// Room that tick labels take beside the axis, without outer levels, pt.
    fn thickness(&self) -> f32 {
        let extent = |w: &TextLayout| if self.vertical { w.extent().0 } else { w.extent().1 };
        self.labels.iter().map(|(_, w)| extent(w)).fold(0.0, f32::max)
    }

    /// Whether outside is toward the high end of the other axis.
    fn is_outward_up(&self) -> bool {
        if self.axis.labels == LabelPosition::NextTo { self.labels_far } else { self.stands > 0.999 }
    }

    /// Whether its title is on the far side.
    pub(crate) fn is_far(&self) -> bool {
        if self.axis.labels == LabelPosition::None { self.stands > 0.999 } else { self.labels_far }
    }

    /// Draws its gridlines.
    pub(crate) fn grid(&self, drawing: &mut Drawing<'_>, plane: &Plane) {
        let minor = (self.axis.element.child("c:minorGridlines"), drawing.minor_line(), self.minor_ticks(plane));
        let major = (self.axis.element.child("c:majorGridlines"), drawing.thin_line(), self.ticks(plane));
        for (lines, automatic, ticks) in [minor, major] {
            let Some(lines) = lines else { continue };
            let stroke = drawing.stroke(&[lines.child("c:spPr")], automatic);
            for share in ticks {
                let (a, b) = match self.is_second {
                    true => (plane.point(0.0, share), plane.point(1.0, share)),
                    false => (plane.point(share, 0.0), plane.point(share, 1.0)),
                };
                drawing.line(&[a, b], stroke.clone());
            }
        }
    }

    fn ticks(&self, plane: &Plane) -> Vec<f32> {
        let of_scale = |scale: &Scale| scale.ticks().iter().map(|v| scale.share(*v)).collect();
        match (&plane.first, self.is_second) {
            (_, true) => of_scale(&plane.second),
            (FirstAxis::Numbers(scale), false) => of_scale(scale),
            (FirstAxis::Categories(names), false) => names.ticks(),
        }
    }

    /// Minor tick positions; none on a category axis.
    fn minor_ticks(&self, plane: &Plane) -> Vec<f32> {
        let given = number(self.axis.element, "c:minorUnit").filter(|n| *n > 0.0);
        let of_scale = |scale: &Scale| scale.minor_ticks(given).iter().map(|v| scale.share(*v)).collect();
        match (&plane.first, self.is_second) {
            (_, true) => of_scale(&plane.second),
            (FirstAxis::Numbers(scale), false) => of_scale(scale),
            (FirstAxis::Categories(_), false) => Vec::new(),
        }
    }

    /// Draws its line, ticks and words.
    pub(crate) fn draw(self, drawing: &mut Drawing<'_>, plane: &Plane) {
        if !self.is_shown {
            return;
        }
        let at = |along: f32, across: f32| match self.is_second {
            true => plane.point(across, along),
            false => plane.point(along, across),
        };
        let stroke = drawing.stroke(&[self.axis.element.child("c:spPr")], drawing.thin_line());
        if stroke.is_some() {
            drawing.line(&[at(0.0, self.stands), at(1.0, self.stands)], stroke.clone());
            let out = if self.is_outward_up() { 1.0 } else { -1.0 };
            let minor =
                mark(self.axis.element, "c:minorTickMark", "none", TICK * 0.6).map(|m| (m, self.minor_ticks(plane)));
            let major = mark(self.axis.element, "c:majorTickMark", "cross", TICK).map(|m| (m, self.ticks(plane)));
            for ((inward, outward), ticks) in [minor, major].into_iter().flatten() {
                for share in ticks {
                    let p = at(share, self.stands);
                    let end = |length: f32| match self.vertical {
                        true => Point { x: p.x + length * out, y: p.y },
                        false => Point { x: p.x, y: p.y - length * out },
                    };
                    drawing.line(&[end(-inward), end(outward)], stroke.clone());
                }
            }
        }
        let side = if self.labels_far { 1.0 } else { -1.0 };
        let mut away = self.offset + self.thickness();
        for level in self.levels {
            for share in level.borders.into_iter().filter(|share| (-0.001..=1.001).contains(share)) {
                let p = at(share, self.labels_at);
                let far = side * (away + level.thickness);
                let end = if self.vertical { Point { x: p.x + far, ..p } } else { Point { y: p.y - far, ..p } };
                drawing.line(&[p, end], stroke.clone());
            }
            for (share, words) in level.names {
                let p = at(share, self.labels_at);
                let beside = side * (away + level.thickness / 2.0);
                let middle =
                    if self.vertical { Point { x: p.x + beside, ..p } } else { Point { y: p.y - beside, ..p } };
                drawing.put(words, middle);
            }
            away += level.thickness;
        }
        for (share, words) in self.labels {
            if !(-0.001..=1.001).contains(&share) {
                continue;
            }
            let p = at(share, self.labels_at);
            let (width, height) = words.extent();
            let middle = match self.vertical {
                true => Point { x: p.x + side * (self.offset + width / 2.0), y: p.y },
                false => {
                    let y = p.y - side * (self.offset + height / 2.0);
                    // Rotated labels start or end at their tick.
                    let shift = match words.rotation {
                        r if r.abs() < 1.0 || r.abs() > 89.0 => 0.0,
                        r => r.signum() * (width - words.height * r.to_radians().sin().abs()) / 2.0 * -side,
                    };
                    Point { x: p.x + shift, y }
                }
            };
            drawing.put(words, middle);
        }
    }

    /// The display unit label (`c:dispUnitsLbl`).
    pub(crate) fn unit(&self, drawing: &Drawing<'_>) -> Result<Option<(TextLayout, Element<'a>)>> {
        let units = self.axis.element.child("c:dispUnits").filter(|_| self.is_shown);
        let Some((units, element)) = units.and_then(|u| Some((u, u.child("c:dispUnitsLbl")?))) else { return Ok(None) };
        let rich = element.path(&["c:tx", "c:rich"]);
        let text_style = drawing.text_style(TextRole::AxisTitle, &[rich, element.child("c:txPr")]);
        let rotation = text_style.rotation.unwrap_or(if self.vertical { -90.0 } else { 0.0 });
        let words = match (rich, tick_labels::unit(units)) {
            (Some(rich), _) => drawing.words(drawing.rich(rich, &text_style), None, rotation)?,
            (None, (factor, name)) => {
                let name = name.map_or_else(|| format!("x {factor}"), str::to_owned);
                drawing.plain(&name, &text_style, None, rotation)?
            }
        };
        Ok(Some((words, element)))
    }

    /// The axis title.
    pub(crate) fn title(&self, drawing: &Drawing<'_>) -> Result<Option<(TextLayout, Element<'a>)>> {
        let Some(title) = self.axis.title.as_ref().filter(|_| self.is_shown) else { return Ok(None) };
        let rich = title.element.path(&["c:tx", "c:rich"]);
        let own = [rich, title.element.child("c:txPr")];
        let text_style: TextStyle = drawing.text_style(TextRole::AxisTitle, &own);
        let rotation = text_style.rotation.unwrap_or(if self.vertical { -90.0 } else { 0.0 });
        // Horizontal text beside a vertical axis must leave room for the chart.
        let limit = match (self.vertical, rotation.abs() > 45.0) {
            (true, false) => drawing.area.width * ACROSS,
            (_, false) => drawing.area.width * ALONG,
            (_, true) => drawing.area.height * ALONG,
        };
        let words = |text: &str| drawing.plain(text, &text_style, Some(limit), rotation);
        let words = match (rich, &title.text) {
            (Some(rich), _) => drawing.words(drawing.rich(rich, &text_style), Some(limit), rotation)?,
            (None, Some(text)) => words(text)?,
            (None, None) => words("Axis Title")?,
        };
        Ok(Some((words, title.element)))
    }

    pub(crate) fn is_vertical(&self) -> bool {
        self.vertical
    }
}

/// Length of ticks inside and outside of the plot area, pt.
fn mark(axis: Element<'_>, name: &str, absent: &str, length: f32) -> Option<(f32, f32)> {
    match axis.val(name).unwrap_or(absent) {
        "none" => None,
        "in" => Some((length, 0.0)),
        "out" => Some((0.0, length)),
        _ => Some((length, length)),
    }
}

fn draws_outward(axis: &Axis<'_>) -> bool {
    mark(axis.element, "c:majorTickMark", "cross", TICK).is_some_and(|(_, outward)| outward > 0.0)
}
