//! Paints, strokes and blending in terms of SVG.

use crate::color::Color;
use crate::geometry::Affine;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Color(Color),
    /// The number of a gradient or pattern written by the canvas.
    Server(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cap {
    Butt,
    Round,
    Square,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Miter,
    Round,
    Bevel,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub paint: Paint,
    /// Width in the space of the pen if `space` is set, else in canvas units.
    pub width: f64,
    pub cap: Cap,
    pub join: Join,
    pub miter: f64,
    /// Alternating lengths of dashes and gaps, in the units of `width`; empty is solid.
    pub dash: Vec<f64>,
    pub dash_offset: f64,
    /// From the space of the pen to the canvas, for pens that the mapping distorts.
    pub space: Option<Affine>,
}

/// Blend modes, which approximate raster operations that read the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blend {
    Normal,
    /// For AND.
    Multiply,
    /// For OR.
    Screen,
    /// For XOR.
    Difference,
}

impl Blend {
    pub fn css(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Multiply => Some("multiply"),
            Self::Screen => Some("screen"),
            Self::Difference => Some("difference"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    Pad,
    Repeat,
    Reflect,
}
