//! Checks whether a preview shows the document in its current state.

use crate::package::Package;
use thumbling_core::decode::Context;
use thumbling_core::frame::{Frame, Samples};
use thumbling_core::source::Source;

/// Thumbnails in the default templates of libraries, by length and CRC-32. They do not look like the documents.
const TEMPLATES: &[(u64, u32)] = &[
    // python-pptx.
    (4067, 0xAD0E_A05A),
    // python-docx.
    (8324, 0x67D6_C8A2),
    // Apache POI, empty presentation.
    (2048, 0x9CCE_B852),
];

/// Tolerance of the aspect ratio.
const SHAPE: f64 = 0.03;

/// Largest difference between samples of a blank JPEG, of 255.
const NOISE: i32 = 6;

/// Whether this is the thumbnail of a known template.
pub(super) fn is_template_thumbnail(preview: &Source) -> bool {
    let size = preview.size();
    TEMPLATES.iter().any(|(length, _)| *length == size)
        && preview.read_all(size).is_ok_and(|bytes| TEMPLATES.contains(&(size, crc32fast::hash(&bytes))))
}

/// Whether the slide count has changed since the application saved the thumbnail. Other programs update neither.
pub(super) fn slide_count_differs(package: &Package, cx: &Context<'_>) -> bool {
    let Ok(app) = package.xml("docProps/app.xml", cx) else { return false };
    let said = app.root().child("ep:Slides").and_then(|slides| slides.text().trim().parse::<usize>().ok());
    let is_slide = |name: &str| name.strip_prefix("ppt/slides/").is_some_and(|file| !file.contains('/'));
    let counted = package.names().filter(|name| is_slide(name)).count();
    said.is_some_and(|said| counted > 0 && said != counted)
}

/// Whether the picture has the aspect ratio of the page, within rounding to whole pixels.
pub(super) fn has_page_shape((width, height): (f64, f64), page: (f64, f64)) -> bool {
    let (ours, theirs) = (width * page.1, height * page.0);
    let rounding = 1.0 / width.min(height).max(1.0);
    (ours - theirs).abs() <= (SHAPE + rounding) * ours.max(theirs)
}

/// Whether the picture has only one colour.
pub(super) fn is_blank(frame: &Frame) -> bool {
    let channels = frame.format.channels();
    match &frame.samples {
        Samples::U8(all) => (0..channels).all(|c| is_even(all.iter().skip(c).step_by(channels).map(|v| i32::from(*v)))),
        Samples::U16(all) => {
            (0..channels).all(|c| is_even(all.iter().skip(c).step_by(channels).map(|v| i32::from(*v >> 8))))
        }
        Samples::F32(_) => false,
    }
}

fn is_even(samples: impl Iterator<Item = i32>) -> bool {
    let (mut least, mut most) = (i32::MAX, i32::MIN);
    for sample in samples {
        (least, most) = (least.min(sample), most.max(sample));
    }
    most - least <= NOISE
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::frame::PixelFormat;

    #[test]
    fn aspect_ratios_match_within_rounding() {
        assert!(has_page_shape((256.0, 144.0), (960.0, 540.0)));
        assert!(has_page_shape((256.0, 191.0), (720.0, 540.0)));
        assert!(!has_page_shape((256.0, 192.0), (960.0, 540.0)));
    }

    #[test]
    fn noise_is_blank_and_a_line_is_not() {
        let mut samples = vec![250; 3 * 16 * 16];
        samples[5] = 253;
        assert!(is_blank(&Frame::from_u8(16, 16, PixelFormat::Rgb8, samples.clone()).unwrap()));
        samples[30..60].fill(200);
        assert!(!is_blank(&Frame::from_u8(16, 16, PixelFormat::Rgb8, samples).unwrap()));
    }
}
