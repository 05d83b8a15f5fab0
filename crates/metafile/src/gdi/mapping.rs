//! Mapping modes: from page space to device space (MS-EMF 2.1.21).

use crate::geometry::{Affine, Point};

pub(super) const TEXT: u32 = 1;
pub(super) const ISOTROPIC: u32 = 7;
pub(super) const ANISOTROPIC: u32 = 8;

#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub mode: u32,
    pub window_origin: Point,
    pub window_extent: Point,
    pub viewport_origin: Point,
    pub viewport_extent: Point,
    px_per_mm: Point,
}

impl Mapping {
    pub fn new(px_per_mm: Point) -> Self {
        let one = Point::new(1.0, 1.0);
        Self {
            mode: TEXT,
            window_origin: Point::default(),
            window_extent: one,
            viewport_origin: Point::default(),
            viewport_extent: one,
            px_per_mm,
        }
    }

    /// Device units per page unit, with the sign of the axis.
    pub fn scales(&self) -> (f64, f64) {
        let fixed = |mm: f64| (mm * self.px_per_mm.x, -mm * self.px_per_mm.y);
        match self.mode {
            2 => fixed(0.1),
            3 => fixed(0.01),
            4 => fixed(0.254),
            5 => fixed(0.0254),
            6 => fixed(25.4 / 1440.0),
            ISOTROPIC => {
                let (x, y) = self.ratios();
                let smaller = x.abs().min(y.abs());
                (smaller.copysign(x), smaller.copysign(y))
            }
            ANISOTROPIC => self.ratios(),
            _ => (1.0, 1.0),
        }
    }

    fn ratios(&self) -> (f64, f64) {
        let ratio = |viewport: f64, window: f64| if window == 0.0 || viewport == 0.0 { 1.0 } else { viewport / window };
        (ratio(self.viewport_extent.x, self.window_extent.x), ratio(self.viewport_extent.y, self.window_extent.y))
    }

    pub fn page_to_device(&self) -> Affine {
        let (x, y) = self.scales();
        Affine::new(
            x,
            0.0,
            0.0,
            y,
            self.viewport_origin.x - self.window_origin.x * x,
            self.viewport_origin.y - self.window_origin.y * y,
        )
    }
}

/// `value × numerator / denominator`; unchanged if that is undefined.
fn scaled(value: f64, numerator: f64, denominator: f64) -> f64 {
    let result = value * numerator / denominator;
    if result.is_finite() && result != 0.0 { result } else { value }
}

impl Mapping {
    /// A window mapped to a viewport of `size` at the origin of the device.
    pub fn fit(&mut self, window: &crate::geometry::Rect, size: Point) {
        self.mode = ANISOTROPIC;
        self.window_origin = Point::new(window.left, window.top);
        self.window_extent = Point::new(window.width(), window.height());
        self.viewport_origin = Point::default();
        self.viewport_extent = size;
    }

    /// WMF: all device-dependent modes are played with the window mapped to the picture.
    pub fn set_wmf_mode(&mut self, mode: u32) {
        self.mode = if (2..=6).contains(&mode) { mode } else { ANISOTROPIC };
    }

    pub fn set_mode(&mut self, mode: u32) {
        self.mode = mode;
    }

    /// Scales each axis by a numerator and a denominator.
    pub fn scale_window(&mut self, x: (f64, f64), y: (f64, f64)) {
        let extent = self.window_extent;
        self.window_extent = Point::new(scaled(extent.x, x.0, x.1), scaled(extent.y, y.0, y.1));
    }

    pub fn scale_viewport(&mut self, x: (f64, f64), y: (f64, f64)) {
        let extent = self.viewport_extent;
        self.viewport_extent = Point::new(scaled(extent.x, x.0, x.1), scaled(extent.y, y.0, y.1));
    }
}
