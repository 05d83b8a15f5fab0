//! Colours, paint servers, strokes and blending, in the terms that SVG has for them.

use crate::geometry::Affine;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color {
    pub r: u8,
    pub g: u8,
    pub b: u8,
    pub a: u8,
}

impl Color {
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    pub const WHITE: Self = Self::rgb(255, 255, 255);

    pub const fn rgb(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b, a: 255 }
    }

    /// A COLORREF without its flag byte: 0x00BBGGRR.
    pub const fn from_colorref(value: u32) -> Self {
        let [r, g, b, _] = value.to_le_bytes();
        Self::rgb(r, g, b)
    }

    /// The ARGB value of GDI+: 0xAARRGGBB.
    pub const fn from_argb(value: u32) -> Self {
        let [b, g, r, a] = value.to_le_bytes();
        Self { r, g, b, a }
    }

    pub fn lerp(self, to: Self, t: f64) -> Self {
        let mix =
            |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * t.clamp(0.0, 1.0)).round() as u8;
        Self { r: mix(self.r, to.r), g: mix(self.g, to.g), b: mix(self.b, to.b), a: mix(self.a, to.a) }
    }

    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }

    pub fn opacity(self) -> f64 {
        f64::from(self.a) / 255.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Color(Color),
    /// A gradient or pattern that the canvas has written under this number.
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
    /// In the pen's space where `space` is given, else in canvas units.
    pub width: f64,
    pub cap: Cap,
    pub join: Join,
    pub miter: f64,
    /// Lengths of dashes and gaps by turns, in the units of `width`; empty means solid.
    pub dash: Vec<f64>,
    pub dash_offset: f64,
    /// From the pen's space to the canvas, for pens that the mapping distorts.
    pub space: Option<Affine>,
}

/// How a drawing meets what is below: stand-ins for the raster operations that read the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blend {
    Normal,
    /// AND
    Multiply,
    /// OR
    Screen,
    /// XOR
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
