//! PSD and PSB, Photoshop's formats: the merged picture, or the embedded thumbnail.
//!
//! The thumbnail (at most 160 px) is used for sizes that it covers, and for files saved without a merged picture. The
//! merged picture is reduced row by row. Layers are not drawn.

mod header;
mod pixels;
mod planes;

use header::{Header, Thumbnail};

use thumbling_core::decode::{Context, Decoder, Effort, FormatEntry, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin, Samples};
use thumbling_core::probe::{Hint, Score};
use thumbling_core::source::Source;

const FORMAT: Format = Format::image("psd");
/// Tolerance for the aspect ratio of a thumbnail, which is rounded to whole px.
const ASPECT_TOLERANCE: f64 = 0.02;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/vnd.adobe.photoshop", "image/x-photoshop", "application/x-photoshop"],
    score: |peek| Score::magic_if(peek.has(0, b"8BPS\0\x01") || peek.has(0, b"8BPS\0\x02")),
    open: |source, _| Ok(Box::new(Psd { source: source.clone(), header: None })),
};

struct Psd {
    source: Source,
    header: Option<Header>,
}

impl Psd {
    fn header(&mut self, cx: &Context<'_>) -> Result<&Header> {
        let header = match self.header.take() {
            Some(header) => header,
            None => Header::read(&self.source, cx)?,
        };
        Ok(self.header.insert(header))
    }
}

impl Decoder for Psd {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let header = self.header(cx)?;
        let mut info = SourceInfo::new(FORMAT, header.size);
        info.has_alpha = header.has_alpha || header.transparent.is_some();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let source = self.source.clone();
        let header = self.header(cx)?;
        cx.check_pixels(header.size)?;
        let same_shape = |t: &&Thumbnail| t.size.same_aspect(header.size, ASPECT_TOLERANCE);
        let thumbnail = header.thumbnail.as_ref().filter(same_shape);
        if let Some(thumbnail) = thumbnail {
            let serves = match want.effort {
                Effort::Preview => true,
                Effort::Best => false,
                // Thumbnails have no transparency.
                _ => thumbnail.size.covers(want.size) && !header.has_alpha,
            };
            if (serves || !header.is_merged)
                && let Ok(frame) = embedded(thumbnail, want, cx)
            {
                return Ok(frame);
            }
        }
        if !header.is_merged {
            cx.warn("saved without a merged picture; layers are not drawn");
        }
        match pixels::frame(&source, header, want, cx) {
            // A small picture is better than none.
            Err(e) => thumbnail.and_then(|t| embedded(t, want, cx).ok()).ok_or(e),
            frame => frame,
        }
    }
}

fn embedded(thumbnail: &Thumbnail, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let mut frame = cx.inner_frame(&thumbnail.jpeg, &Hint::default(), want)?;
    if let (true, Samples::U8(v)) = (thumbnail.swapped && frame.format.channels() == 3, &mut frame.samples) {
        v.chunks_exact_mut(3).for_each(|p| p.swap(0, 2));
    }
    Ok(frame.with_origin(Origin::Embedded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::error::ErrorKind;
    use thumbling_core::frame::PixelFormat;

    /// A file of 2×2 px; `layers` is the content of the layer section.
    fn psd(channels: u16, depth: u16, mode: u16, layers: &[u8], compression: u16, data: &[u8]) -> Vec<u8> {
        let mut b = b"8BPS\0\x01\0\0\0\0\0\0".to_vec();
        b.extend(channels.to_be_bytes());
        b.extend([0, 0, 0, 2, 0, 0, 0, 2]);
        b.extend(depth.to_be_bytes());
        b.extend(mode.to_be_bytes());
        b.extend([0; 8]);
        b.extend((layers.len() as u32).to_be_bytes());
        b.extend(layers);
        b.extend(compression.to_be_bytes());
        b.extend(data);
        b
    }

    fn samples(file: &[u8]) -> (PixelFormat, Samples) {
        let frame = testing::decode(&ENTRY, file).unwrap().1;
        (frame.format, frame.samples)
    }

    #[test]
    fn channels_are_stored_one_after_the_other() {
        let file = psd(3, 8, 3, &[], 0, &[1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24]);
        let expected = vec![1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24];
        assert_eq!(samples(&file), (PixelFormat::Rgb8, Samples::U8(expected)));
    }

    #[test]
    fn rows_are_packed() {
        let data = [0, 2, 0, 3, 255, 7, 1, 8, 9];
        assert_eq!(samples(&psd(1, 8, 1, &[], 1, &data)), (PixelFormat::Gray8, Samples::U8(vec![7, 7, 8, 9])));
    }

    #[test]
    fn the_layer_count_marks_an_extra_channel_as_transparency() {
        let data = [100, 255, 100, 200, 128, 0, 255, 255];
        let layers = [0, 0, 0, 2, 255, 255];
        let (format, samples_of) = samples(&psd(2, 8, 1, &layers, 0, &data));
        assert_eq!(format, PixelFormat::Rgba8);
        // 100 is what half of black and half of the page's white leave, as near as bytes can.
        let Samples::U8(v) = samples_of else { panic!() };
        assert_eq!((v[3], v[7], &v[8..12]), (128, 0, &[100, 100, 100, 255][..]));
        assert_eq!(samples(&psd(2, 8, 1, &[], 0, &data)).0, PixelFormat::Gray8);
    }

    #[test]
    fn ink_is_stored_inverted() {
        let file = psd(4, 8, 4, &[], 0, &[255, 0, 255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 0, 255, 255, 255]);
        let expected = vec![0, 0, 0, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0];
        assert_eq!(samples(&file), (PixelFormat::Cmyk8, Samples::U8(expected)));
    }

    #[test]
    fn sixteen_bits_stay() {
        let file = psd(1, 16, 1, &[], 0, &[0x12, 0x34, 0, 1, 0, 2, 0, 3]);
        assert_eq!(samples(&file), (PixelFormat::Gray16, Samples::U16(vec![0x1234, 1, 2, 3])));
    }

    #[test]
    fn floats_are_linear() {
        let data: Vec<u8> = [0.5f32, 1.0, 2.0, 4.0].iter().flat_map(|f| f.to_be_bytes()).collect();
        let (format, samples) = samples(&psd(1, 32, 1, &[], 0, &data));
        assert_eq!((format, samples.len()), (PixelFormat::RgbF32, 12));
    }

    #[test]
    fn one_is_black_in_a_bitmap() {
        let file = psd(1, 1, 0, &[], 0, &[0b1000_0000, 0b0100_0000]);
        assert_eq!(samples(&file), (PixelFormat::Gray8, Samples::U8(vec![0, 255, 255, 0])));
    }

    #[test]
    fn lab_becomes_rgb() {
        let file = psd(3, 8, 9, &[], 0, &[255, 0, 136, 136, 128, 128, 128, 208, 128, 128, 128, 195]);
        let Samples::U8(v) = samples(&file).1 else { panic!() };
        assert_eq!((&v[..3], &v[3..6]), (&[255; 3][..], &[0; 3][..]));
        assert!(v[9] > 220 && v[10] < 60 && v[11] < 60, "{v:?}");
    }

    #[test]
    fn channels_that_are_cut_off_leave_grey() {
        let file = psd(3, 8, 3, &[], 0, &[1, 2, 3, 4]);
        assert_eq!(samples(&file).1, Samples::U8(vec![1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]));
    }

    #[test]
    fn gigapixels_are_a_limit_at_once() {
        let mut file = psd(3, 8, 3, &[], 0, &[0; 12]);
        file[14..22].fill(0x7F);
        assert_eq!(testing::decode(&ENTRY, &file).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn cuts_are_no_panic() {
        testing::cut_everywhere(&ENTRY, &psd(3, 8, 3, &[], 1, &[0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 255, 1, 255, 2]));
        testing::cut_everywhere(&ENTRY, &psd(4, 16, 3, &[0, 0, 0, 2, 255, 255], 0, &[7; 32]));
        testing::cut_everywhere(&ENTRY, &psd(3, 8, 3, &[], 3, &[0x78, 0x9C, 3, 0, 0, 0, 0, 1]));
    }
}
