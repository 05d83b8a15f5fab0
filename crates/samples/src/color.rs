//! sRGB colours, each channel from 0 to 1.

use std::ops::{Add, Mul};

#[derive(Clone, Copy)]
pub struct Color(pub f32, pub f32, pub f32);

impl Color {
    /// From 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as f32 / 255.0, (rgb >> 8 & 0xff) as f32 / 255.0, (rgb & 0xff) as f32 / 255.0)
    }

    /// Interpolates: `self` at 0, `other` at 1.
    pub fn mix(self, other: Self, t: f32) -> Self {
        let t = t.clamp(0.0, 1.0);
        self * (1.0 - t) + other * t
    }

    pub fn bytes(self) -> [u8; 3] {
        [self.0, self.1, self.2].map(|c| (c.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
    }
}

impl Add for Color {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl Mul<f32> for Color {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        Self(self.0 * k, self.1 * k, self.2 * k)
    }
}

/// Smoothstep: 0 below `from`, 1 above `to`, smooth in between.
pub fn step(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
