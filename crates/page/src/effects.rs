//! What is made of the look of a shape or a group besides painting it: shadows, glow, reflection, soft edges.
//!
//! All of them are made from the pixels of the thing once it is painted, so that they follow the holes of pictures and
//! the outlines of letters alike.

use super::style::{Color, Fill};

/// The effects of one shape or group.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// Laid over what is filled and drawn, and only there.
    pub overlay: Option<(Fill, Blend)>,
    /// How far everything is blurred, pt.
    pub blur: f32,
    /// How far from the edges inward everything fades out, pt: half is left at this depth.
    pub soft_edge: f32,
    /// Around the thing.
    pub glow: Option<Glow>,
    /// On the page below.
    pub shadow: Option<Shadow>,
    /// Thrown by the edges upon the thing itself; its cast does not count.
    pub inner_shadow: Option<Shadow>,
    /// As if the thing stood on a mirror.
    pub reflection: Option<Reflection>,
}

impl Effects {
    /// Whether there is any.
    pub fn is_any(&self) -> bool {
        let has_length = self.blur > 0.0 || self.soft_edge > 0.0;
        let is_around = self.glow.is_some() || self.shadow.is_some() || self.reflection.is_some();
        has_length || is_around || self.overlay.is_some() || self.inner_shadow.is_some()
    }

    /// A shadow alone.
    pub fn of_shadow(shadow: Shadow) -> Self {
        Self { shadow: Some(shadow), ..Self::default() }
    }
}

/// How the colours of an overlay and of what is below make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blend {
    /// The overlay covers what is below.
    #[default]
    Over,
    /// Each darkens the other.
    Multiply,
    /// Each lightens the other.
    Screen,
    /// The darker one, for each part of the colour.
    Darken,
    /// The lighter one.
    Lighten,
}

/// Light around a thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glow {
    /// Its colour, with its opacity.
    pub color: Color,
    /// How far it reaches, pt.
    pub radius: f32,
}

/// A shadow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shadow {
    /// Its colour, with its opacity.
    pub color: Color,
    /// How far its edge is spread to either side, pt.
    pub blur: f32,
    /// How it lies.
    pub cast: Cast,
}

/// A mirror image that fades away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reflection {
    /// How far it is blurred, pt.
    pub blur: f32,
    /// How it lies.
    pub cast: Cast,
    /// Two places along the image, 0 to 1, and the opacity there.
    pub fade: [(f32, f32); 2],
    /// The direction of the fade, degrees clockwise from the right.
    pub fade_angle: f32,
}

/// How an image of a thing lies on the page: scaled and skewed about a point of the thing, then moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cast {
    /// To the right, pt.
    pub dx: f32,
    /// Downward, pt.
    pub dy: f32,
    /// Times the thing's size, across and down; negative mirrors.
    pub scale: (f32, f32),
    /// Degrees, across and down.
    pub skew: (f32, f32),
    /// The point that stays, as shares of the thing's bounds.
    pub anchor: (f32, f32),
    /// Whether all of this is meant before the thing is turned, and turns with it.
    pub turns: bool,
}

impl Default for Cast {
    fn default() -> Self {
        Self { dx: 0.0, dy: 0.0, scale: (1.0, 1.0), skew: (0.0, 0.0), anchor: (0.5, 1.0), turns: false }
    }
}

impl Cast {
    /// Moved alone.
    pub fn moved(dx: f32, dy: f32) -> Self {
        Self { dx, dy, ..Self::default() }
    }

    /// Whether it is moved and nothing else.
    pub fn is_moved(&self) -> bool {
        self.scale == (1.0, 1.0) && self.skew == (0.0, 0.0)
    }
}
