//! Estimates the cost of a drawing before rendering: resvg cannot be interrupted or limited.

use std::collections::HashMap;

use resvg::tiny_skia::Rect;
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{Group, Node, Paint, Pattern, Tree};

use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// Allowed steps of about a nanosecond: a constant, plus an allowance per pixel.
const MAX_STEPS: f64 = 5e9;
const MAX_PIXEL_STEPS: f64 = 500.0;

/// Bytes per pixel.
const PIXEL: f64 = 4.0;

/// Estimates the cost of rendering `tree` at `size`. Returns the memory that pattern tiles need, in bytes.
///
/// # Errors
/// `limit` if rendering would take too long.
pub(super) fn check(tree: &Tree, size: Size) -> Result<u64> {
    let scale = f64::from(size.width) / f64::from(tree.size().width());
    let mut cost = Cost { known: HashMap::new(), tile_bytes: 0.0 };
    let pixels = size.pixels() as f64;
    let steps = cost.group(tree.root(), Canvas { width: size.width.into(), height: size.height.into(), scale });
    if steps > MAX_STEPS + MAX_PIXEL_STEPS * pixels {
        return Err(Error::limit(format!("drawing takes {steps:.0e} steps")));
    }
    Ok(cost.tile_bytes as u64)
}

/// A render target: its size in px, and its scale in px per unit.
#[derive(Clone, Copy)]
struct Canvas {
    width: f64,
    height: f64,
    scale: f64,
}

impl Canvas {
    fn pixels(self) -> f64 {
        self.width * self.height
    }

    fn pixels_of(self, bounds: Rect) -> f64 {
        let side = |length: f32, most: f64| (f64::from(length) * self.scale).clamp(0.0, most);
        side(bounds.width(), self.width) * side(bounds.height(), self.height)
    }
}

struct Cost {
    /// Steps of masks, clip paths and patterns that several elements share.
    known: HashMap<*const Group, f64>,
    tile_bytes: f64,
}

impl Cost {
    fn group(&mut self, group: &Group, canvas: Canvas) -> f64 {
        let mut steps = if group.should_isolate() { 4.0 * canvas.pixels() } else { 0.0 };
        let mut mask = group.mask();
        while let Some(m) = mask {
            steps += 4.0 * canvas.pixels() + self.shared(m.root(), canvas);
            mask = m.mask();
        }
        let mut clip = group.clip_path();
        while let Some(c) = clip {
            steps += 2.0 * canvas.pixels() + self.shared(c.root(), canvas);
            clip = c.clip_path();
        }
        steps += group.filters().iter().map(|f| filter(f, canvas)).sum::<f64>();
        for node in group.children() {
            steps += match node {
                Node::Group(group) => self.group(group, canvas),
                Node::Path(path) => {
                    let paints = [path.fill().map(|f| f.paint()), path.stroke().map(|s| s.paint())];
                    let scale = canvas.scale * f64::from(scale_of(path.abs_transform()));
                    let patterns = paints.into_iter().flatten().filter_map(|paint| match paint {
                        Paint::Pattern(pattern) => Some(self.pattern(pattern, scale)),
                        _ => None,
                    });
                    patterns.sum::<f64>() + canvas.pixels_of(path.abs_bounding_box()) + path.data().len() as f64 * 16.0
                }
                Node::Image(image) => canvas.pixels_of(image.abs_bounding_box()),
                Node::Text(text) => self.group(text.flattened(), canvas),
            };
        }
        steps
    }

    /// The steps for `root`, computed once though it is drawn at every use.
    fn shared(&mut self, root: &Group, canvas: Canvas) -> f64 {
        let key = std::ptr::from_ref(root);
        if let Some(steps) = self.known.get(&key) {
            return *steps;
        }
        let steps = self.group(root, canvas);
        self.known.insert(key, steps);
        steps
    }

    fn pattern(&mut self, pattern: &Pattern, scale: f64) -> f64 {
        let scale = scale * f64::from(scale_of(pattern.transform()));
        let side = |length: f32| (f64::from(length) * scale).round();
        let (width, height) = (side(pattern.rect().width()), side(pattern.rect().height()));
        let tile = Canvas { width, height, scale };
        // The tiles of nested patterns are in memory at the same time.
        self.tile_bytes += tile.pixels() * PIXEL;
        tile.pixels() + self.shared(pattern.root(), tile)
    }
}

/// The larger of the two scales.
fn scale_of(transform: resvg::tiny_skia::Transform) -> f32 {
    let (x, y) = transform.get_scale();
    x.max(y)
}

fn filter(filter: &Filter, canvas: Canvas) -> f64 {
    let pixels = canvas.pixels();
    let side = |radius: f32, most: f64| (2.0 * f64::from(radius) * canvas.scale + 1.0).min(most);
    let steps = filter.primitives().iter().map(|primitive| match primitive.kind() {
        // Each pixel reads a window of pixels.
        Kind::Morphology(m) => {
            pixels * side(m.radius_x().get(), canvas.width) * side(m.radius_y().get(), canvas.height)
        }
        Kind::ConvolveMatrix(m) => pixels * f64::from(m.matrix().columns()) * f64::from(m.matrix().rows()),
        Kind::Turbulence(t) => pixels * 100.0 * f64::from(t.num_octaves()),
        _ => pixels * 20.0,
    });
    steps.sum()
}

#[cfg(test)]
mod tests {
    use resvg::usvg::Options;

    use super::*;
    use thumbling_core::error::ErrorKind;

    fn check_at(side: u32, content: &str) -> Result<u64> {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">{content}</svg>"#);
        check(&Tree::from_str(&svg, &Options::default()).unwrap(), Size::new(side, side))
    }

    const FILLED: &str = r#"<rect width="90" height="90" fill="url(#p)"/>"#;

    #[test]
    fn pattern_tiles_are_counted_at_drawn_size() {
        let tile = r#"<pattern id="p" width="20" height="10" patternUnits="userSpaceOnUse"><rect width="5" height="5"/></pattern>"#;
        assert_eq!(check_at(200, &format!("{tile}{FILLED}")).unwrap(), 40 * 20 * 4);
    }

    #[test]
    fn a_tile_beyond_the_canvas_costs_its_own_size() {
        let tile = r#"<pattern id="p" width="90000" height="90000" patternUnits="userSpaceOnUse"><rect width="5" height="5"/></pattern>"#;
        assert_eq!(check_at(100, &format!("{tile}{FILLED}")).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn wide_filters_over_many_pixels_are_limited() {
        let filter = r#"<filter id="f"><feMorphology radius="40"/></filter>"#;
        let content = format!(r#"{filter}<rect width="90" height="90" filter="url(#f)"/>"#);
        assert!(check_at(64, &content).is_ok());
        assert_eq!(check_at(2048, &content).unwrap_err().kind(), ErrorKind::Limit);
    }
}
