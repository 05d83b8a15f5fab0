//! Fills and lines of chart elements: from the file, or from the chart style.
//!
//! Styles 1 to 48 are six rows of eight: greys, all accents in turn, and shades of one accent each. The last row has a
//! dark background (ECMA-376 part 1, 21.2.2.227, and what Office draws).

use crate::drawingml::scene::Scene;
use crate::drawingml::theme::color::{shaded, tinted};
use crate::xml::Element;
use thumbling_page::style::{Cap, Color, Fill, Join, Stroke};

use crate::chart::drawing::Drawing;
use crate::chart::model::{Group, Kind, Series};

/// Width of axes and gridlines, pt.
const THIN: f32 = 0.75;

/// EMU per pt, which makes an unspecified line 1 pt wide.
const EMU: f32 = 12_700.0;

/// Theme colours of series.
const ACCENTS: [&str; 6] = ["accent1", "accent2", "accent3", "accent4", "accent5", "accent6"];

impl<'a> Drawing<'a> {
    /// The fill by the first of `properties` (`c:spPr`) that has one, for a shape of `size` pt; else `automatic`.
    pub(crate) fn fill(&self, properties: &[Option<Element<'_>>], automatic: Fill, size: (f32, f32)) -> Fill {
        properties.iter().flatten().find_map(|p| self.scene.fill(*p, size)).unwrap_or(automatic)
    }

    /// The line by the first of `properties` that has one; else `automatic`.
    pub(crate) fn stroke(&self, properties: &[Option<Element<'_>>], automatic: Option<Stroke>) -> Option<Stroke> {
        let lines: Vec<Element<'_>> = properties.iter().flatten().filter_map(|p| p.child("a:ln")).collect();
        let layers: Vec<_> = lines.iter().map(|line| (*line, self.scene.palette)).collect();
        let has_fill = |line: &Element<'_>| line.children().any(|c| self.scene.fill_of(c, (1.0, 1.0)).is_some());
        if lines.iter().any(has_fill) {
            let mut stroke = self.scene.stroke(&layers)?;
            if !lines.iter().any(|line| line.attr("w").is_some()) {
                stroke.width = automatic.map_or(stroke.width, |a| a.width);
            }
            return Some(stroke);
        }
        let mut stroke = automatic?;
        if let Some(width) = lines.iter().find_map(|line| line.number::<f32>("w")) {
            stroke.width = (width / EMU).clamp(0.0, 100.0);
        }
        Some(stroke)
    }

    /// Default line of axes and major gridlines.
    pub(crate) fn thin_line(&self) -> Option<Stroke> {
        self.tinted_line(0.75)
    }

    /// Default line of minor gridlines.
    pub(crate) fn minor_line(&self) -> Option<Stroke> {
        self.tinted_line(0.5)
    }

    fn tinted_line(&self, left: f32) -> Option<Stroke> {
        let role = if self.chart.style > 40 { "bg1" } else { "tx1" };
        let color = self.scene.palette.scheme(role).unwrap_or(Color::BLACK);
        Some(Stroke::new(tinted(color, left), THIN))
    }

    /// The automatic colour of series or point `index` of `count`.
    pub(crate) fn automatic_color(&self, index: usize, count: usize) -> Color {
        /// Greys of the first style of each row.
        const TINTS: [f32; 6] = [0.885, 0.55, 0.78, 0.925, 0.7, 0.3];
        let scheme = |role: &str| self.scene.palette.scheme(role).unwrap_or(Color::hex(0x44_72C4));
        let (color, each) = match self.chart.style.saturating_sub(1) % 8 {
            0 => (tinted(scheme("tx1"), TINTS[index % TINTS.len()]), TINTS.len()),
            1 => (scheme(ACCENTS[index % ACCENTS.len()]), ACCENTS.len()),
            n => (scheme(ACCENTS[n as usize - 2]), 1),
        };
        // Repeated colours go from dark to light.
        let cycles = count.max(index + 1).saturating_sub(1) / each;
        match (index / each + 1) as f32 / (cycles + 2) as f32 * 1.4 - 0.7 {
            at if at < -0.001 => shaded(color, 1.0 + at),
            at if at > 0.001 => tinted(color, 1.0 - at),
            _ => color,
        }
    }

    /// Number of distinct series colours in the chart.
    pub(crate) fn series_count(&self) -> usize {
        self.chart.groups.iter().flat_map(|g| &g.series).map(|s| s.index + 1).max().unwrap_or(1)
    }

    /// Whether each point of the group has its own colour.
    pub(crate) fn varies(&self, group: &Group<'_>) -> bool {
        let can = matches!(group.kind, Kind::Pie | Kind::Doughnut | Kind::Bar | Kind::Bubble);
        group.vary_colors && can && (group.series.len() == 1 || group.kind.is_round())
    }

    /// The colour of a series, or of one point if points differ.
    pub(crate) fn color_of(&self, group: &Group<'_>, series: &Series<'_>, point: Option<usize>) -> Color {
        match point {
            Some(point) if self.varies(group) => self.automatic_color(point, series.values.len()),
            _ => self.automatic_color(series.index, self.series_count()),
        }
    }

    /// Fill and border of a bar, slice or area.
    pub(crate) fn value_style(
        &self,
        group: &Group<'_>,
        series: &Series<'_>,
        point: Option<usize>,
        size: (f32, f32),
    ) -> (Fill, Option<Stroke>) {
        let own = point.and_then(|p| series.point(p)).and_then(|p| p.child("c:spPr"));
        let properties = [own, series.properties];
        let color = self.color_of(group, series, point);
        (
            self.fill(&properties, self.of_style(color, size), size),
            self.stroke(&properties, self.border_of_style(color)),
        )
    }

    /// The fill that the chart style makes of `color`: the theme's simplest or its most elaborate one.
    fn of_style(&self, color: Color, size: (f32, f32)) -> Fill {
        let index = if matches!(self.chart.style, 17..=32 | 41..=48) { 3 } else { 1 };
        let palette = self.scene.palette.with_placeholder(Some(color));
        let scene = Scene { palette, ..*self.scene };
        let themed = self.scene.palette.theme.fill(index).and_then(|fill| scene.fill_of(fill, size));
        themed.unwrap_or(Fill::Solid(color))
    }

    /// The border that the chart style draws around values of `color`.
    fn border_of_style(&self, color: Color) -> Option<Stroke> {
        match self.chart.style {
            9..=16 => Some(Stroke::new(self.scene.palette.scheme("bg1").unwrap_or(Color::WHITE), THIN)),
            33..=40 => Some(Stroke::new(shaded(color, 0.5), THIN)),
            _ => None,
        }
    }

    /// Default fill of the plot area.
    pub(crate) fn plot_of_style(&self) -> Fill {
        let scheme = |role: &str| self.scene.palette.scheme(role).unwrap_or(Color::BLACK);
        match self.chart.style {
            style @ 33..=40 => {
                let role = style.checked_sub(35).and_then(|n| ACCENTS.get(n as usize));
                Fill::Solid(tinted(scheme(role.unwrap_or(&"tx1")), 0.2))
            }
            41..=48 => Fill::Solid(tinted(scheme("tx1"), 0.95)),
            _ => Fill::None,
        }
    }

    /// The line of a series.
    pub(crate) fn series_line(&self, group: &Group<'_>, series: &Series<'_>, point: Option<usize>) -> Option<Stroke> {
        let own = point.and_then(|p| series.point(p)).and_then(|p| p.child("c:spPr"));
        // In multiples of the theme's thinnest line.
        let width = match self.chart.style {
            1..=8 => 3.0,
            25..=32 => 7.0,
            _ => 5.0,
        };
        let mut automatic = Stroke::new(self.color_of(group, series, None), width * THIN);
        automatic.cap = Cap::Round;
        automatic.join = Join::Round;
        let mut stroke = self.stroke(&[own, series.properties], Some(automatic))?;
        stroke.join = Join::Round;
        Some(stroke)
    }
}

impl Drawing<'_> {
    /// Default line of elements without a series colour: trend lines, error bars, high-low and drop lines.
    pub(crate) fn other_line(&self, width: f32) -> Option<Stroke> {
        let role = if self.chart.style > 40 { "bg1" } else { "tx1" };
        Some(Stroke::new(self.scene.palette.scheme(role).unwrap_or(Color::BLACK), width))
    }
}
