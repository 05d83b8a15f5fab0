//! The transforms of a coded picture: a crop, then one of the eight orientations.
//!
//! Transforms of an item (`clap`, `irot`, `imir`) apply in the order of their association. Any chain of them equals one
//! crop of the coded picture followed by one orientation, which is what is stored.

use super::property::{Aperture, Property};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;

/// A rectangle of whole px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) size: Size,
}

impl Window {
    pub(super) fn whole(size: Size) -> Self {
        Self { x: 0, y: 0, size }
    }
}

/// Crop and orientation of a coded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Size of the coded picture.
    pub(super) coded: Size,
    /// The visible part of it.
    pub(super) crop: Window,
    /// The orientation of that part.
    pub(super) orientation: Orientation,
}

impl Shape {
    /// The shape of a coded picture under the transforms in `properties`.
    pub(super) fn new<'a>(coded: Size, properties: impl Iterator<Item = &'a Property>) -> Self {
        let mut shape = Self { coded, crop: Window::whole(coded), orientation: Orientation::Normal };
        for property in properties {
            match property {
                Property::Rotation(turns) => {
                    let turn = Orientation::from_turns(4 - u32::from(*turns), false);
                    shape.orientation = shape.orientation.then(turn);
                }
                Property::Mirror(0) => shape.orientation = shape.orientation.then(Orientation::FlipVertical),
                Property::Mirror(_) => shape.orientation = shape.orientation.then(Orientation::FlipHorizontal),
                Property::Aperture(aperture) => shape.cut(*aperture),
                _ => {}
            }
        }
        shape
    }

    /// The size as shown.
    pub(super) fn shown(&self) -> Size {
        self.orientation.apply_to(self.crop.size)
    }

    /// Crops the visible part to an aperture. An invalid aperture is ignored.
    fn cut(&mut self, aperture: Aperture) {
        let shown = self.shown();
        let side = |full: u32, part: f64, offset: f64| -> Option<(u32, u32)> {
            let part = part.round();
            let start = (offset + (f64::from(full) - part) / 2.0).round();
            // Also false for NaN.
            (part >= 1.0 && start >= 0.0 && start + part <= f64::from(full)).then_some((start as u32, part as u32))
        };
        let (Some((x, width)), Some((y, height))) =
            (side(shown.width, aperture.width, aperture.x), side(shown.height, aperture.height, aperture.y))
        else {
            return;
        };
        let (right, bottom) = (shown.width - x - width, shown.height - y - height);
        // The edges of the coded picture that became left and top.
        let (left, top) = match self.orientation {
            Orientation::Normal => (x, y),
            Orientation::FlipHorizontal => (right, y),
            Orientation::Rotate180 => (right, bottom),
            Orientation::FlipVertical => (x, bottom),
            Orientation::Transpose => (y, x),
            Orientation::Rotate90 => (y, right),
            Orientation::Transverse => (bottom, right),
            Orientation::Rotate270 => (bottom, x),
        };
        let size = self.orientation.apply_to(Size::new(width, height));
        self.crop = Window { x: self.crop.x + left, y: self.crop.y + top, size };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aperture(width: f64, height: f64, x: f64, y: f64) -> Property {
        Property::Aperture(Aperture { width, height, x, y })
    }

    fn shape(properties: &[Property]) -> Shape {
        Shape::new(Size::new(100, 60), properties.iter())
    }

    #[test]
    fn an_aperture_is_placed_from_the_middle() {
        let crop = shape(&[aperture(20.0, 10.0, -40.0, 25.0)]).crop;
        assert_eq!(crop, Window { x: 0, y: 50, size: Size::new(20, 10) });
    }

    #[test]
    fn an_aperture_beyond_the_picture_is_ignored() {
        for bad in [aperture(20.0, 10.0, 41.0, 0.0), aperture(101.0, 10.0, 0.0, 0.0), aperture(f64::NAN, 1.0, 0.0, 0.0)]
        {
            assert_eq!(shape(&[bad]).crop, Window::whole(Size::new(100, 60)));
        }
    }

    #[test]
    fn a_crop_after_a_turn_is_found_in_the_coded_picture() {
        // A quarter turn clockwise moves the bottom left corner to the top left.
        let turned = shape(&[Property::Rotation(3), aperture(10.0, 20.0, -25.0, -40.0)]);
        assert_eq!(turned.crop, Window { x: 0, y: 50, size: Size::new(20, 10) });
        assert_eq!(turned.shown(), Size::new(10, 20));
    }

    #[test]
    fn a_turn_is_anticlockwise_and_mirrors_follow() {
        assert_eq!(shape(&[Property::Rotation(1)]).orientation, Orientation::Rotate270);
        assert_eq!(shape(&[Property::Rotation(1), Property::Mirror(0)]).orientation, Orientation::Transpose);
    }
}
