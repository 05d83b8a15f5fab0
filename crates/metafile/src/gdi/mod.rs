//! GDI, as WMF and EMF share it: a device context with its objects, and the drawing functions on top of the SVG canvas.
//! The players decode the arguments of records and call these functions.

pub(super) mod charset;
pub(super) mod dc;
mod draw;
pub(super) mod font;
mod hatch;
mod mapping;
pub(super) mod objects;
mod paint;
pub(super) mod raster;
mod raster_half;
mod symbol;
pub(super) mod text;

use std::rc::Rc;

use super::bitmap::Bitmap;
use super::geometry::{Affine, Point, Rect};
use super::path::Path;
use super::svg::canvas::Canvas;
use super::svg::paint::Paint;
use dc::Dc;
pub(super) use draw::ArcEnds;
pub(super) use hatch::tile_bitmap;
use objects::ObjectTable;

/// Most saved device contexts; deeper saves are ignored.
const MAX_SAVED: usize = 1024;

pub(super) struct Gdi {
    pub canvas: Canvas,
    pub dc: Dc,
    pub objects: ObjectTable,
    saved: Vec<Dc>,
    /// The path recorded since BeginPath, kept after EndPath, in canvas units.
    path: Path,
    recording: bool,
    /// Whether the next segment of the recorded path starts with a move.
    path_needs_move: bool,
    raster: raster_half::Pending,
    last_pattern: Option<(Rc<Bitmap>, Point, Paint)>,
}

impl Gdi {
    /// `base` maps device units to the canvas.
    pub fn new(canvas: Canvas, base: Affine, px_per_mm: Point) -> Self {
        Self {
            canvas,
            dc: Dc::new(base, px_per_mm),
            objects: ObjectTable::default(),
            saved: Vec::new(),
            path: Path::default(),
            recording: false,
            path_needs_move: true,
            raster: raster_half::Pending::default(),
            last_pattern: None,
        }
    }

    pub fn save(&mut self) {
        if self.saved.len() < MAX_SAVED {
            self.saved.push(self.dc.clone());
        }
    }

    /// Negative levels count back from the latest save, positive ones from the first (1).
    pub fn restore(&mut self, level: i32) {
        let count = self.saved.len();
        let index =
            if level < 0 { count.checked_sub(level.unsigned_abs() as usize) } else { (level as usize).checked_sub(1) };
        if let Some(index) = index
            && index < count
        {
            self.saved.truncate(index + 1);
            if let Some(dc) = self.saved.pop() {
                self.dc = dc;
            }
        }
    }

    pub fn finish(mut self) -> Canvas {
        self.flush_raster();
        self.canvas
    }
}

/// The map from the unit square to the image of a logical rectangle.
pub(super) fn place_in(rect: &Rect, to_canvas: &Affine) -> Affine {
    Affine::new(rect.width(), 0.0, 0.0, rect.height(), rect.left, rect.top).then(to_canvas)
}
