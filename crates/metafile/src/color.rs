//! RGBA colours and their encodings in metafiles.

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

    /// Linear interpolation to `to`; `t` is clamped to 0 to 1.
    pub fn lerp(self, to: Self, t: f64) -> Self {
        let mix =
            |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * t.clamp(0.0, 1.0)).round() as u8;
        Self { r: mix(self.r, to.r), g: mix(self.g, to.g), b: mix(self.b, to.b), a: mix(self.a, to.a) }
    }

    /// `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }

    /// Alpha from 0 to 1.
    pub fn opacity(self) -> f64 {
        f64::from(self.a) / 255.0
    }
}
