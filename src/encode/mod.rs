//! Thumbnails as files: JPEG, WebP, PNG, AVIF, raw pixels. Metadata is never written.
//!
//! JPEG, PNG and raw pixels are part of every build; WebP needs the feature `webp` or `libwebp`, AVIF `avif-encode`.

#[cfg(feature = "avif-encode")]
mod avif;
mod jpeg;
mod samples;
#[cfg(any(feature = "webp", feature = "libwebp"))]
mod webp;

use crate::request::{Output, Rgb, Spec, Thumbnail};
use samples::samples;
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::png;

/// Distinct colours up to which [`Output::Auto`] treats a picture as a drawing, which PNG stores smaller than JPEG.
const FEW_COLORS: usize = 128;

/// What [`Output::Auto`] encodes transparent pictures as: WebP where this build has it.
const TRANSPARENT: Output = if cfg!(any(feature = "webp", feature = "libwebp")) { Output::Webp } else { Output::Png };

/// Encodes upright 8-bit sRGB (`Rgb8` or `Rgba8`) as `spec` asks.
pub(crate) fn encode(frame: &Frame, spec: &Spec) -> Result<Thumbnail> {
    let drawn;
    let opaque = !frame.format.has_alpha();
    let mut frame = match spec.background {
        Some(background) if !opaque => {
            drawn = over(frame, background)?;
            &drawn
        }
        _ => frame,
    };
    let output = if spec.output == Output::Auto { choose(frame) } else { spec.output };
    let flat;
    if output == Output::Jpeg && frame.format.has_alpha() {
        flat = over(frame, Rgb::WHITE)?;
        frame = &flat;
    }
    let (media_type, bytes) = match output {
        Output::Jpeg => ("image/jpeg", jpeg::encode(frame, spec.quality)?),
        #[cfg(any(feature = "webp", feature = "libwebp"))]
        Output::Webp => ("image/webp", webp::encode(frame, spec.quality)?),
        #[cfg(not(any(feature = "webp", feature = "libwebp")))]
        Output::Webp => return Err(disabled("webp")),
        Output::Png => ("image/png", png::encode(frame)?),
        #[cfg(feature = "avif-encode")]
        Output::Avif => ("image/avif", avif::encode(frame, spec.quality)?),
        #[cfg(not(feature = "avif-encode"))]
        Output::Avif => return Err(disabled("avif-encode")),
        Output::Rgba => ("application/octet-stream", rgba(frame)?),
        Output::Auto => return Err(Error::internal("`auto` is not an encoding")),
    };
    Ok(Thumbnail { width: frame.width, height: frame.height, output, media_type, bytes })
}

#[cfg(not(all(any(feature = "webp", feature = "libwebp"), feature = "avif-encode")))]
fn disabled(feature: &str) -> Error {
    Error::new(
        thumbling_core::error::ErrorKind::FeatureDisabled,
        format!("this build was made without the feature `{feature}`"),
    )
}

fn rgba(frame: &Frame) -> Result<Vec<u8>> {
    let v = samples(frame)?;
    Ok(match frame.format {
        PixelFormat::Rgba8 => v.to_vec(),
        _ => v.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
    })
}

/// `frame` drawn over `background`, opaque.
fn over(frame: &Frame, background: Rgb) -> Result<Frame> {
    let back = [background.0, background.1, background.2];
    let mut out = Vec::with_capacity(frame.width as usize * frame.height as usize * 3);
    for p in samples(frame)?.chunks_exact(4) {
        let a = u32::from(p[3]);
        for (sample, back) in p.iter().zip(back) {
            out.push(((u32::from(*sample) * a + u32::from(back) * (255 - a) + 127) / 255) as u8);
        }
    }
    Frame::from_u8(frame.width, frame.height, PixelFormat::Rgb8, out)
}

fn choose(frame: &Frame) -> Output {
    let Ok(v) = samples(frame) else { return Output::Jpeg };
    let n = frame.format.channels();
    if n == 4 && v.chunks_exact(4).any(|p| p[3] < 255) {
        return TRANSPARENT;
    }
    let mut seen = std::collections::HashSet::with_capacity(FEW_COLORS + 1);
    for p in v.chunks_exact(n) {
        seen.insert([p[0], p[1], p[2]]);
        if seen.len() > FEW_COLORS {
            return Output::Jpeg;
        }
    }
    Output::Png
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(output: Output) -> Spec {
        Spec { output, ..Spec::new(8, 8) }
    }

    #[test]
    fn jpeg_draws_transparency_over_white() {
        let frame = Frame::from_u8(8, 8, PixelFormat::Rgba8, [0, 0, 0, 0].repeat(64)).unwrap();
        let white = over(&frame, Rgb::WHITE).unwrap();
        assert!(white.as_u8().unwrap().iter().all(|s| *s == 255));
        assert_eq!(encode(&frame, &spec(Output::Jpeg)).unwrap().media_type, "image/jpeg");
    }

    #[test]
    fn auto_keeps_transparency_and_few_colours_lossless() {
        let clear = Frame::from_u8(8, 8, PixelFormat::Rgba8, [9, 9, 9, 0].repeat(64)).unwrap();
        assert_eq!(encode(&clear, &spec(Output::Auto)).unwrap().output, TRANSPARENT);
        let flat = Frame::from_u8(8, 8, PixelFormat::Rgb8, [9, 9, 9].repeat(64)).unwrap();
        assert_eq!(encode(&flat, &spec(Output::Auto)).unwrap().output, Output::Png);
    }

    #[test]
    fn outputs_that_the_build_lacks_name_their_feature() {
        let frame = Frame::from_u8(8, 8, PixelFormat::Rgb8, [9, 9, 9].repeat(64)).unwrap();
        for (output, feature, is_enabled) in [
            (Output::Webp, "webp", cfg!(any(feature = "webp", feature = "libwebp"))),
            (Output::Avif, "avif-encode", cfg!(feature = "avif-encode")),
        ] {
            match encode(&frame, &spec(output)) {
                Ok(thumbnail) => assert!(is_enabled && !thumbnail.bytes.is_empty()),
                Err(e) => {
                    assert!(!is_enabled && e.detail().contains(feature), "{e}");
                    assert_eq!(e.kind(), thumbling_core::error::ErrorKind::FeatureDisabled);
                }
            }
        }
    }
}
