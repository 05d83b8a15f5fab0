//! The pixels of a TIFF directory, reduced to the wanted size while they are read.

mod lab;
mod logluv;
mod palette;
mod pixels;
mod predictor;
mod range;
mod rows;
mod samples;
mod ycbcr;

use pixels::Conversion;
use rows::Rows;

use super::directory::Directory;
use super::layout::Layout;
use super::{compression, decompress, photometric, tag};
use crate::containers::jpeg;
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::scale::RowReducer;

/// The picture of `directory`. The caller applies `orientation` to the frame.
///
/// Memory is a few rows (for tiles: one row of tiles) and what the reducer holds. Missing or damaged strips are grey,
/// with a warning; `corrupt` if all of them are, `unsupported` for formats that are not supported.
pub(crate) fn decode(directory: &Directory, orientation: Orientation, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let mut layout = Layout::new(directory, cx)?;
    decompressed(&mut layout)?;
    let layout = match scale_on_load(&layout, orientation, want) {
        1 => layout,
        denominator => layout.scaled(denominator),
    };
    predictor::check(&layout)?;
    let mut conversion = Conversion::new(&layout)?;
    let planes = conversion.planes().to_vec();
    if let Some((range, unpack)) = conversion.range() {
        let mut values = Vec::new();
        Rows::new(&layout, &planes, cx)?.stored(&mut |stored, width, _| {
            unpack.f32s(stored, width, &mut values);
            range.include(&values);
            Ok(())
        })?;
    }
    let mut reducer = RowReducer::new(layout.size, orientation, conversion.format(), want, cx)?;
    Rows::new(&layout, &planes, cx)?.pixels(&mut conversion, &mut |row| reducer.push(row))?;
    Ok(conversion.finish(reducer.finish()?)?.with_orientation(orientation))
}

/// Whether [`decode`] supports the directory; reads no pixels.
pub(crate) fn check(directory: &Directory, cx: &Context<'_>) -> Result<()> {
    let mut layout = Layout::new(directory, cx)?;
    decompressed(&mut layout)?;
    predictor::check(&layout)?;
    Conversion::new(&layout).map(drop)
}

/// Whether the directory describes pixels with alpha.
pub(crate) fn has_alpha(directory: &Directory, cx: &Context<'_>) -> bool {
    let made = Layout::new(directory, cx).and_then(|mut layout| {
        decompressed(&mut layout)?;
        Conversion::new(&layout)
    });
    made.is_ok_and(|c| c.format().has_alpha())
}

/// Updates the layout to that of the decompressed samples, if it differs from what the tags say.
fn decompressed(layout: &mut Layout) -> Result<()> {
    if !decompress::is_supported(layout.compression) {
        return Err(compression::unsupported(layout.compression));
    }
    match layout.compression {
        compression::OLD_JPEG => {
            if every_strip_is_jpeg(layout) {
                layout.compression = compression::JPEG;
            } else {
                layout.whole();
            }
            becomes_jpeg(layout)
        }
        compression::JPEG => becomes_jpeg(layout),
        compression::SGI_LOG => {
            layout.bits = if layout.photometric == photometric::LOG_L { 16 } else { 32 };
            layout.samples = 1;
            layout.planar = false;
            Ok(())
        }
        n if compression::is_fax(n) && (layout.bits != 1 || layout.samples != 1) => {
            Err(Error::corrupt(format!("fax compression of {}-bit samples", layout.bits)))
        }
        _ => Ok(()),
    }
}

fn becomes_jpeg(layout: &mut Layout) -> Result<()> {
    if layout.bits != 8 {
        return Err(Error::unsupported(format!("JPEG of {} bits in TIFF", layout.bits)));
    }
    layout.becomes(match (layout.photometric, layout.samples) {
        (photometric::YCBCR, 1) => photometric::BLACK_IS_ZERO,
        (photometric::YCBCR, 3) if !layout.planar => photometric::RGB,
        (n, _) => n,
    });
    Ok(())
}

fn every_strip_is_jpeg(layout: &Layout) -> bool {
    (0..layout.down().min(2)).all(|row| {
        let mut start = [0; 2];
        let range = layout.range(0, row, 0);
        range.is_some_and(|(at, _)| layout.source().read_exact_at(at, &mut start).is_ok()) && start == [0xFF, 0xD8]
    })
}

/// The denominator at which JPEG strips and tiles are decoded: the largest that leaves enough pixels to filter.
fn scale_on_load(layout: &Layout, orientation: Orientation, want: &Want) -> u32 {
    if !matches!(layout.compression, compression::JPEG | compression::OLD_JPEG) {
        return 1;
    }
    let Size { width, height } = orientation.apply_to(want.size);
    // Below twice the wanted size, the box filter of the decoder would be visible.
    let wanted = Size::new(width.saturating_mul(2), height.saturating_mul(2));
    let fits = |n: u32| {
        // Reduced strips and tiles must meet at whole pixels.
        (layout.across() == 1 || layout.chunk.width.is_multiple_of(n))
            && (layout.down() == 1 || layout.chunk.height.is_multiple_of(n))
            && Size::new(layout.size.width.div_ceil(n), layout.size.height.div_ceil(n)).covers(wanted)
    };
    jpeg::DENOMINATORS.iter().copied().find(|n| fits(*n)).unwrap_or(1)
}

/// Adds the ICC profile of `directory`, if it matches the channels of `frame`.
pub(crate) fn with_profile(frame: Frame, directory: &Directory, cx: &Context<'_>) -> Frame {
    let Some(profile) = directory.bytes(tag::ICC_PROFILE, cx.limits().max_part.min(16 << 20)) else { return frame };
    // ICC.1:2022 section 7.2.6, the data colour space.
    let space: &[u8] = match frame.format.channels() {
        1 | 2 => b"GRAY",
        _ if matches!(
            frame.format,
            thumbling_core::frame::PixelFormat::Cmyk8 | thumbling_core::frame::PixelFormat::Cmyk16
        ) =>
        {
            b"CMYK"
        }
        _ => b"RGB ",
    };
    match profile.get(16..20) == Some(space) {
        true => frame.with_color(ColorSpace::Icc(profile.into())),
        false => frame,
    }
}
