//! Which values are black and white, for samples without a defined white (floats, 32-bit and signed samples).

use crate::containers::tiff::layout::Layout;
use crate::containers::tiff::tag;

/// The smallest and the largest valid value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    least: f32,
    most: f32,
    /// The value that means "no data".
    nodata: Option<f32>,
}

impl Range {
    /// An empty range.
    pub(super) fn new(layout: &Layout) -> Self {
        let nodata = layout.directory().text(tag::GDAL_NODATA).and_then(|text| text.parse().ok());
        Self { least: f32::INFINITY, most: f32::NEG_INFINITY, nodata }
    }

    /// Widens the range by `values`.
    pub(super) fn include(&mut self, values: &[f32]) {
        for v in values {
            // Writers without a tag for it use the largest numbers for missing values.
            if v.abs() < 1e30 && Some(*v) != self.nodata {
                self.least = self.least.min(*v);
                self.most = self.most.max(*v);
            }
        }
    }

    /// The values shown as black and white: the conventional range if its upper half is used, otherwise the range of
    /// the values.
    fn ends(&self) -> (f32, f32) {
        let customary = [1.0, 255.0, 65_535.0].into_iter().find(|white| self.most <= *white);
        match customary {
            Some(white) if self.least >= 0.0 && self.most > white / 2.0 => (0.0, white),
            _ => (self.least, self.most),
        }
    }

    /// A function that maps values to 0 to 65,535.
    pub(super) fn scale(&self) -> impl Fn(f32) -> u16 + use<> {
        let (black, white) = self.ends();
        let (span, nodata) = (white - black, self.nodata);
        move |v| match Some(v) == nodata || v.is_nan() || span.is_nan() || span <= 0.0 {
            true => 0,
            false => ((v - black) / span * 65_535.0 + 0.5).clamp(0.0, 65_535.0) as u16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f32]) -> impl Fn(f32) -> u16 + use<> {
        let mut range = Range { least: f32::INFINITY, most: f32::NEG_INFINITY, nodata: Some(-9999.0) };
        range.include(values);
        range.scale()
    }

    #[test]
    fn shares_and_bytes_keep_their_white() {
        assert_eq!(of(&[0.2, 0.8])(1.0), 65_535);
        assert_eq!(of(&[12.0, 200.0])(255.0), 65_535);
    }

    #[test]
    fn heights_use_the_whole_range() {
        let scale = of(&[-9999.0, 310.0, 1520.0, f32::NAN, -3.4e38]);
        assert_eq!((scale(310.0), scale(1520.0), scale(-9999.0)), (0, 65_535, 0));
    }
}
