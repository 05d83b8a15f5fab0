//! Effects of shapes and groups as data: shadows, glow, reflection, soft edges.
//!
//! All of them are computed from the painted pixels, so that they follow transparent parts of pictures and outlines of
//! letters alike.

use super::style::{Color, Fill};

/// The effects of one shape or group.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Blended over the painted pixels only.
    pub overlay: Option<(Fill, Blend)>,
    /// Blur radius of everything, pt.
    pub blur: f32,
    /// Depth at which half of the opacity is left when fading out towards the edges, pt.
    pub soft_edge: f32,
    /// Glow around the outside.
    pub glow: Option<Glow>,
    /// Shadow on the page below.
    pub shadow: Option<Shadow>,
    /// Shadow of the edges on the shape itself. Scale and skew of its `cast` are ignored.
    pub inner_shadow: Option<Shadow>,
    /// Mirror image.
    pub reflection: Option<Reflection>,
}

impl Effects {
    /// Whether there is any effect.
    pub fn is_any(&self) -> bool {
        let has_length = self.blur > 0.0 || self.soft_edge > 0.0;
        let is_around = self.glow.is_some() || self.shadow.is_some() || self.reflection.is_some();
        has_length || is_around || self.overlay.is_some() || self.inner_shadow.is_some()
    }

    /// Only a shadow.
    pub fn of_shadow(shadow: Shadow) -> Self {
        Self { shadow: Some(shadow), ..Self::default() }
    }
}

/// How an overlay is combined with the colours below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blend {
    /// The overlay covers the colours below.
    #[default]
    Over,
    /// Product of both; darkens.
    Multiply,
    /// Inverse product of both; lightens.
    Screen,
    /// The darker one, per channel.
    Darken,
    /// The lighter one, per channel.
    Lighten,
}

/// A glow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glow {
    /// Colour and opacity.
    pub color: Color,
    /// Radius, pt.
    pub radius: f32,
}

/// A shadow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shadow {
    /// Colour and opacity.
    pub color: Color,
    /// Blur radius, pt.
    pub blur: f32,
    /// Transform relative to the shape.
    pub cast: Cast,
}

/// A mirror image that fades out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reflection {
    /// Blur radius, pt.
    pub blur: f32,
    /// Transform relative to the shape.
    pub cast: Cast,
    /// Two positions along the image (0 to 1), each with its opacity.
    pub fade: [(f32, f32); 2],
    /// Direction of the fade, degrees clockwise from the right.
    pub fade_angle: f32,
}

/// Transform of a shadow or reflection relative to its shape: scaled and skewed about an anchor, then moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cast {
    /// Offset to the right, pt.
    pub dx: f32,
    /// Offset downward, pt.
    pub dy: f32,
    /// Horizontal and vertical scale; negative values mirror.
    pub scale: (f32, f32),
    /// Horizontal and vertical skew, degrees.
    pub skew: (f32, f32),
    /// The fixed point, as fractions of the bounds.
    pub anchor: (f32, f32),
    /// Whether the transform is relative to the unrotated shape and rotates with it.
    pub turns: bool,
}

impl Default for Cast {
    fn default() -> Self {
        Self { dx: 0.0, dy: 0.0, scale: (1.0, 1.0), skew: (0.0, 0.0), anchor: (0.5, 1.0), turns: false }
    }
}

impl Cast {
    /// Only an offset.
    pub fn moved(dx: f32, dy: f32) -> Self {
        Self { dx, dy, ..Self::default() }
    }

    /// Whether there is no scale or skew.
    pub fn is_moved(&self) -> bool {
        self.scale == (1.0, 1.0) && self.skew == (0.0, 0.0)
    }
}
