//! Gradients and patterns: paint servers that shapes refer to by number.

use super::canvas::{Canvas, push_path};
use super::paint::{Paint, Spread};
use crate::color::Color;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path};

/// Range of the side of a tile in pixels of the target size: the renderer rasterises tiles at whole pixels.
const SMALLEST_TILE: f64 = 2.0;
const LARGEST_TILE: f64 = 4096.0;

/// Positions from 0 to 1 in ascending order.
pub(crate) type Stops = Vec<(f64, Color)>;

impl Canvas {
    /// A gradient from `from` to `to`, both in the source space of `map`.
    pub fn linear_gradient(&mut self, from: Point, to: Point, map: &Affine, stops: &Stops, spread: Spread) -> Paint {
        if !self.has_room(128 + stops.len() * 64) {
            return Paint::Color(stops.first().map_or(Color::BLACK, |stop| stop.1));
        }
        let id = self.new_id();
        self.body.push_str("<linearGradient id=\"");
        self.push_id(id);
        self.body.push_str("\" gradientUnits=\"userSpaceOnUse\"");
        for (name, value) in [("x1", from.x), ("y1", from.y), ("x2", to.x), ("y2", to.y)] {
            self.attribute_number(name, value);
        }
        self.attribute_transform("gradientTransform", map);
        match spread {
            Spread::Pad => {}
            Spread::Repeat => self.body.push_str(" spreadMethod=\"repeat\""),
            Spread::Reflect => self.body.push_str(" spreadMethod=\"reflect\""),
        }
        self.body.push('>');
        for &(offset, color) in stops {
            self.body.push_str(&format!("<stop offset=\"{offset:.4}\" stop-color=\"{}\"", color.hex()));
            if color.a != 255 {
                self.body.push_str(&format!(" stop-opacity=\"{:.3}\"", color.opacity()));
            }
            self.body.push_str("/>");
        }
        self.body.push_str("</linearGradient>\n");
        Paint::Server(id)
    }

    /// A repeated tile that `content` draws in the source space of `map`. Tiles that are invisibly small, or so large that
    /// they would cost more than the picture, are replaced by the colour `mean`.
    pub fn pattern(
        &mut self,
        tile: &Rect,
        map: &Affine,
        mean: Color,
        content: impl FnOnce(&mut PatternTile<'_>),
    ) -> Paint {
        let (across, down) = map.scales();
        let (across, down) = (tile.width() * across / self.pixel(), tile.height() * down / self.pixel());
        let is_apt = across.min(down) >= SMALLEST_TILE && across.max(down) <= LARGEST_TILE;
        if !is_apt || map.invert().is_none() {
            return Paint::Color(mean);
        }
        let id = self.new_id();
        let mut drawn = String::new();
        content(&mut PatternTile { out: &mut drawn });
        if !self.has_room(drawn.len() + 256) {
            return Paint::Color(mean);
        }
        self.body.push_str("<pattern id=\"");
        self.push_id(id);
        self.body.push_str("\" patternUnits=\"userSpaceOnUse\"");
        for (name, value) in [("x", tile.left), ("y", tile.top), ("width", tile.width()), ("height", tile.height())] {
            self.attribute_number(name, value);
        }
        self.attribute_transform("patternTransform", map);
        self.body.push('>');
        self.body.push_str(&drawn);
        self.body.push_str("</pattern>\n");
        Paint::Server(id)
    }
}

/// The content of a pattern.
pub(crate) struct PatternTile<'a> {
    out: &'a mut String,
}

impl PatternTile<'_> {
    pub fn fill(&mut self, path: &Path, color: Color, rule: FillRule) {
        self.out.push_str("<path d=\"");
        push_path(self.out, path);
        self.out.push_str(&format!("\" fill=\"{}\"", color.hex()));
        if color.a != 255 {
            self.out.push_str(&format!(" fill-opacity=\"{:.3}\"", color.opacity()));
        }
        self.out.push_str(if rule == FillRule::EvenOdd { " fill-rule=\"evenodd\"/>" } else { "/>" });
    }

    pub fn stroke(&mut self, path: &Path, color: Color, width: f64) {
        self.out.push_str("<path d=\"");
        push_path(self.out, path);
        self.out.push_str(&format!("\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"", color.hex()));
        if color.a != 255 {
            self.out.push_str(&format!(" stroke-opacity=\"{:.3}\"", color.opacity()));
        }
        self.out.push_str("/>");
    }

    /// A picture over `rect`, as a data URI, with sharp pixel edges.
    pub fn image(&mut self, rect: &Rect, uri: &str) {
        self.out.push_str(&format!(
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" href=\"{uri}\"/>",
            rect.left,
            rect.top,
            rect.width(),
            rect.height(),
        ));
    }
}
