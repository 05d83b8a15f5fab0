//! Sizes, fit modes, and the computation of output size and crop from a source size and a target box.

/// Width × height, px unless stated otherwise.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Size::new(640, 480).transposed(), thumbling::Size::new(480, 640));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// A size of `width` × `height`.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Width × height.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Height × width.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    /// Whether both sides are at least those of `other`.
    pub const fn covers(self, other: Self) -> bool {
        self.width >= other.width && self.height >= other.height
    }

    /// The size times `scale`, rounded, at least 1×1.
    #[must_use]
    pub fn scaled(self, scale: f64) -> Self {
        let side = |n: u32| ((f64::from(n) * scale).round()).clamp(1.0, f64::from(u32::MAX)) as u32;
        Self { width: side(self.width), height: side(self.height) }
    }

    /// Whether both sizes have the same aspect ratio, within `tolerance` (0.02 is two per cent) or one pixel of rounding.
    pub fn same_aspect(self, other: Self, tolerance: f64) -> bool {
        let (a, b) = (f64::from(self.width) * f64::from(other.height), f64::from(self.height) * f64::from(other.width));
        let rounding = f64::from(self.width.max(self.height).max(other.width).max(other.height));
        (a - b).abs() <= (tolerance * a.max(b)).max(rounding)
    }
}

/// A rectangle within a picture, px; its edges may lie between pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}

/// How a picture fits into the box of a spec. Names as in CSS `object-fit`.
///
/// Pages and vector pictures are drawn at any size, so [`ScaleDown`](Self::ScaleDown) fills the box with them as
/// [`Contain`](Self::Contain) does.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Fit::default(), thumbling::Fit::ScaleDown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Fit {
    /// The whole picture, as large as fits; small pictures are enlarged.
    Contain,
    /// Exactly the box; the overflow is cropped.
    Cover,
    /// Exactly the box; the picture is stretched.
    Fill,
    /// Like [`Contain`](Self::Contain), but pixels are never enlarged.
    #[default]
    ScaleDown,
}

/// Which part [`Fit::Cover`] keeps.
///
/// ```
/// # use thumbling_core as thumbling;
/// assert_eq!(thumbling::Position::Top.focus(), Some((0.5, 0.0)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Position {
    /// The middle.
    #[default]
    Center,
    /// The upper edge.
    Top,
    /// The lower edge.
    Bottom,
    /// The left edge.
    Left,
    /// The right edge.
    Right,
    /// The part with the most detail, saturated colours and skin.
    Attention,
}

impl Position {
    /// The desired centre of the crop, as fractions of width and height (0 to 1); `None` for
    /// [`Attention`](Self::Attention), which depends on the pixels.
    pub const fn focus(self) -> Option<(f64, f64)> {
        match self {
            Self::Center => Some((0.5, 0.5)),
            Self::Top => Some((0.5, 0.0)),
            Self::Bottom => Some((0.5, 1.0)),
            Self::Left => Some((0.0, 0.5)),
            Self::Right => Some((1.0, 0.5)),
            Self::Attention => None,
        }
    }
}

/// The sizes that follow from a spec and a source size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The size of the whole, uncropped picture at output scale; decoders should cover it.
    pub whole: Size,
    /// The size of the thumbnail.
    pub output: Size,
}

/// Fits a picture of `source` px into a box of `target` px.
pub fn plan(source: Size, target: Size, fit: Fit) -> Plan {
    let scales = (
        f64::from(target.width) / f64::from(source.width.max(1)),
        f64::from(target.height) / f64::from(source.height.max(1)),
    );
    match fit {
        Fit::Fill => Plan { whole: target, output: target },
        Fit::Cover => Plan { whole: source.scaled(scales.0.max(scales.1)), output: target },
        Fit::Contain | Fit::ScaleDown => {
            let scale = scales.0.min(scales.1);
            let size = source.scaled(if fit == Fit::ScaleDown { scale.min(1.0) } else { scale });
            // Rounding must not exceed the box.
            let size = Size::new(size.width.min(target.width), size.height.min(target.height));
            Plan { whole: size, output: size }
        }
    }
}

/// The part of a frame of `frame` px that fills `output` px without distortion. `focus` is the desired centre of the
/// part, as fractions of width and height (0 to 1); the part stays inside the frame.
pub fn cover_crop(frame: Size, output: Size, focus: (f64, f64)) -> Rect {
    let (fw, fh) = (f64::from(frame.width), f64::from(frame.height));
    let scale = (fw / f64::from(output.width)).min(fh / f64::from(output.height));
    let (width, height) = (f64::from(output.width) * scale, f64::from(output.height) * scale);
    if frame.covers(output)
        && (width - f64::from(output.width)).abs() < 1.0
        && (height - f64::from(output.height)).abs() < 1.0
    {
        // The frame is already at output scale: crop whole pixels, so that none are blended with their neighbours.
        let place = |full: u32, part: u32, at: f64| {
            (f64::from(full) * at - f64::from(part) / 2.0).round().clamp(0.0, f64::from(full - part))
        };
        return Rect {
            x: place(frame.width, output.width, focus.0),
            y: place(frame.height, output.height, focus.1),
            width: f64::from(output.width),
            height: f64::from(output.height),
        };
    }
    let place = |full: f64, part: f64, at: f64| (full * at - part / 2.0).clamp(0.0, (full - part).max(0.0));
    Rect { x: place(fw, width, focus.0), y: place(fh, height, focus.1), width: width.min(fw), height: height.min(fh) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contain_keeps_the_aspect_and_the_box() {
        assert_eq!(plan(Size::new(4000, 3000), Size::new(256, 256), Fit::Contain).output, Size::new(256, 192));
        assert_eq!(plan(Size::new(10, 20), Size::new(256, 256), Fit::Contain).output, Size::new(128, 256));
    }

    #[test]
    fn sides_are_at_least_one_pixel() {
        assert_eq!(plan(Size::new(100_000, 1), Size::new(256, 256), Fit::Contain).output, Size::new(256, 1));
    }

    #[test]
    fn scale_down_never_enlarges() {
        assert_eq!(plan(Size::new(10, 20), Size::new(256, 256), Fit::ScaleDown).output, Size::new(10, 20));
    }

    #[test]
    fn cover_plans_the_whole_picture_at_output_scale() {
        let p = plan(Size::new(4000, 2000), Size::new(200, 200), Fit::Cover);
        assert_eq!((p.output, p.whole), (Size::new(200, 200), Size::new(400, 200)));
    }

    #[test]
    fn a_crop_stays_inside_the_frame() {
        let r = cover_crop(Size::new(400, 200), Size::new(100, 100), (0.95, 0.5));
        assert_eq!(r, Rect { x: 200.0, y: 0.0, width: 200.0, height: 200.0 });
    }

    #[test]
    fn aspect_allows_rounding() {
        assert!(Size::new(160, 120).same_aspect(Size::new(4032, 3024), 0.01));
        assert!(!Size::new(160, 120).same_aspect(Size::new(4032, 2268), 0.01));
    }
}
