//! The graphics state of GDI+: transforms, page unit and clip.

use crate::geometry::Affine;
use crate::svg::clip::Clip;

#[derive(Clone, Debug)]
pub(super) struct State {
    /// From device pixels to the canvas.
    base: Affine,
    pub world: Affine,
    /// From page units to device pixels.
    pub page: f64,
    /// From the coordinates of the enclosing container to device pixels.
    pub container: Affine,
    pub clip: Clip,
    /// The clip at the start of the container, which operations inside cannot extend.
    pub outer_clip: Clip,
    /// CompositingModeSourceCopy.
    pub copies: bool,
}

impl State {
    pub fn new(base: Affine) -> Self {
        Self {
            base,
            world: Affine::IDENTITY,
            page: 1.0,
            container: Affine::IDENTITY,
            clip: Clip::all(),
            outer_clip: Clip::all(),
            copies: false,
        }
    }

    /// From world units to the canvas.
    pub fn to_canvas(&self) -> Affine {
        self.world.then(&Affine::scale(self.page, self.page)).then(&self.container).then(&self.base)
    }

    /// From device pixels to the canvas.
    pub fn device_to_canvas(&self) -> Affine {
        self.base
    }

    /// From page units to the canvas, for pens that are not in world units.
    pub fn page_to_canvas(&self) -> Affine {
        Affine::scale(self.page, self.page).then(&self.container).then(&self.base)
    }

    pub fn page_scale(&self) -> f64 {
        self.page
    }

    pub fn visible(&self) -> Clip {
        self.clip.and(&self.outer_clip)
    }
}

/// Device pixels per unit (MS-EMFPLUS 2.1.1.33).
pub(super) fn unit_in_pixels(unit: u32, dpi: f64) -> f64 {
    match unit {
        3 => dpi / 72.0,
        4 => dpi,
        5 => dpi / 300.0,
        6 => dpi / 25.4,
        _ => 1.0,
    }
}
