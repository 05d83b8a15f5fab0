//! Radiance HDR: RGBE and XYZE, flat and run-length coded, in all eight scan orders
//! (<https://radsite.lbl.gov/radiance/refer/filefmts.pdf>).

use std::io::BufRead;

use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::scale::rows::{self, Shape};
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("hdr");
/// Bytes per fetch.
const WINDOW: usize = 256 << 10;
/// Most bytes of a header.
const MAX_HEADER: usize = 64 << 10;
/// Widths that the new run-length coding supports; others use the old one.
const RUN_WIDTHS: std::ops::RangeInclusive<usize> = 8..=0x7FFF;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/vnd.radiance", "image/x-hdr"],
    score: |peek| Score::magic_if(peek.has(0, b"#?RADIANCE") || peek.has(0, b"#?RGBE")),
    open: |source, _| Ok(Box::new(Hdr { source: source.clone() })),
};

#[derive(Debug, Clone, Copy)]
struct Header {
    /// Stored size: number of scanlines, and their length.
    size: Size,
    orientation: Orientation,
    xyz: bool,
}

struct Hdr {
    source: Source,
}

impl Decoder for Hdr {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let header = header(&mut self.source.reader(4096))?;
        Ok(SourceInfo::new(FORMAT, header.orientation.apply_to(header.size)))
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let mut reader = self.source.reader(WINDOW);
        let header = header(&mut reader)?;
        cx.check_pixels(header.size)?;
        let _held = cx.reserve(u64::from(header.size.width) * 4)?;
        let mut line = vec![[0; 4]; header.size.width as usize];
        let shape = Shape { size: header.size, orientation: header.orientation, format: PixelFormat::RgbF32 };
        rows::reduce(shape, want, cx, |row| {
            if !scanline(&mut reader, &mut line)? {
                return Ok(false);
            }
            for (out, p) in row.chunks_exact_mut(12).zip(&line) {
                let rgb = if header.xyz { from_xyz(float(*p)) } else { float(*p) };
                for (sample, value) in out.chunks_exact_mut(4).zip(rgb) {
                    sample.copy_from_slice(&value.to_ne_bytes());
                }
            }
            Ok(true)
        })
    }
}

fn header(reader: &mut SourceReader) -> Result<Header> {
    let mut xyz = false;
    let mut taken = 0;
    loop {
        let line = line(reader, &mut taken)?;
        let line = line.trim();
        if let Some(format) = line.strip_prefix("FORMAT=") {
            xyz = match format.trim() {
                "32-bit_rle_rgbe" => false,
                "32-bit_rle_xyze" => true,
                other => return Err(Error::unsupported(format!("the pixel format {other:?}"))),
            };
        } else if line.is_empty() && taken > 0 {
            break;
        }
    }
    let (size, orientation) = resolution(&line(reader, &mut taken)?)?;
    Ok(Header { size, orientation, xyz })
}

fn line(reader: &mut SourceReader, taken: &mut usize) -> Result<String> {
    let mut line = String::new();
    loop {
        let byte = reader.fill_buf()?.first().copied();
        reader.consume(1);
        *taken += 1;
        match byte {
            Some(b'\n') => return Ok(line),
            Some(b) if *taken < MAX_HEADER => line.push(b as char),
            _ => return Err(Error::corrupt("a header without an end")),
        }
    }
}

/// Parses `-Y 480 +X 640` and the like: the axis of scanlines, then the axis within them. Y points up, X to the right.
fn resolution(line: &str) -> Result<(Size, Orientation)> {
    let bad = || Error::corrupt(format!("a resolution of {line:?}"));
    let mut words = line.split_ascii_whitespace();
    let mut axis = || {
        let name = words.next()?;
        let length = words.next()?.parse::<u32>().ok().filter(|n| *n > 0)?;
        Some((name.to_owned(), length))
    };
    let ((lines, height), (within, width)) = axis().zip(axis()).ok_or_else(bad)?;
    let orientation = match (lines.as_str(), within.as_str()) {
        ("-Y", "+X") => Orientation::Normal,
        ("-Y", "-X") => Orientation::FlipHorizontal,
        ("+Y", "-X") => Orientation::Rotate180,
        ("+Y", "+X") => Orientation::FlipVertical,
        ("+X", "-Y") => Orientation::Transpose,
        ("-X", "-Y") => Orientation::Rotate90,
        ("-X", "+Y") => Orientation::Transverse,
        ("+X", "+Y") => Orientation::Rotate270,
        _ => return Err(bad()),
    };
    Ok((Size::new(width, height), orientation))
}

/// Reads the next scanline of mantissas and exponents; `false` if the file ends before it.
fn scanline(reader: &mut SourceReader, line: &mut [[u8; 4]]) -> Result<bool> {
    let mut first = [0; 4];
    if rows::fill(reader, &mut first)? < 4 {
        return Ok(false);
    }
    let length = usize::from(first[2]) << 8 | usize::from(first[3]);
    if first[..2] == [2, 2] && first[2] < 0x80 && RUN_WIDTHS.contains(&line.len()) {
        return match length == line.len() {
            true => planes(reader, line),
            false => Err(Error::corrupt(format!("a scanline of {length} px among {}", line.len()))),
        };
    }
    old(reader, first, line)
}

fn byte(reader: &mut SourceReader) -> Result<u8> {
    let byte = reader.fill_buf()?.first().copied();
    reader.consume(1);
    byte.ok_or_else(|| Error::corrupt("the file ends inside a scanline"))
}

/// One run-length coded plane per component: a byte above 128 repeats the next byte.
fn planes(reader: &mut SourceReader, line: &mut [[u8; 4]]) -> Result<bool> {
    for plane in 0..4 {
        let mut x = 0;
        while x < line.len() {
            let count = byte(reader)?;
            let (run, repeat) = if count > 128 { (count - 128, true) } else { (count, false) };
            let end = x + usize::from(run);
            let Some(pixels) = line.get_mut(x..end).filter(|p| !p.is_empty()) else {
                return Err(Error::corrupt("a run beyond its scanline"));
            };
            let mut value = byte(reader)?;
            for (i, p) in pixels.iter_mut().enumerate() {
                if !repeat && i > 0 {
                    value = byte(reader)?;
                }
                p[plane] = value;
            }
            x = end;
        }
    }
    Ok(true)
}

/// Pixels, where 1, 1, 1, n repeats the previous one n times; several in a row are digits of a longer run.
fn old(reader: &mut SourceReader, first: [u8; 4], line: &mut [[u8; 4]]) -> Result<bool> {
    let (mut x, mut shift, mut next, mut last) = (0, 0, Some(first), [0; 4]);
    while x < line.len() {
        let pixel = match next.take() {
            Some(pixel) => pixel,
            None => {
                let mut pixel = [0; 4];
                if rows::fill(reader, &mut pixel)? < 4 {
                    return Err(Error::corrupt("the file ends inside a scanline"));
                }
                pixel
            }
        };
        if pixel[..3] == [1, 1, 1] {
            let run = usize::from(pixel[3]) << shift;
            let end = (x + run).min(line.len());
            line[x..end].fill(last);
            x = end;
            shift = (shift + 8).min(24);
        } else {
            line[x] = pixel;
            last = pixel;
            x += 1;
            shift = 0;
        }
    }
    Ok(true)
}

/// Linear values of components with a shared exponent.
fn float([r, g, b, e]: [u8; 4]) -> [f32; 3] {
    if e == 0 {
        return [0.0; 3];
    }
    let scale = (f32::from(e) - 136.0).exp2();
    [r, g, b].map(|m| f32::from(m) * scale)
}

/// CIE XYZ (its white the equal-energy point, Y in Radiance's scale) to linear BT.709.
fn from_xyz([x, y, z]: [f32; 3]) -> [f32; 3] {
    [
        3.240_97 * x - 1.537_383 * y - 0.498_611 * z,
        -0.969_244 * x + 1.875_968 * y + 0.041_555 * z,
        0.055_63 * x - 0.203_977 * y + 1.056_972 * z,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use thumbling_core::frame::Samples;

    fn hdr(resolution: &str, data: &[u8]) -> Vec<u8> {
        let mut b = format!("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n{resolution}\n").into_bytes();
        b.extend(data);
        b
    }

    fn reds(file: &[u8]) -> Vec<f32> {
        match thumbling_core::orient::upright(testing::decode(&ENTRY, file).unwrap().1).samples {
            Samples::F32(v) => v.chunks_exact(3).map(|p| p[0]).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_exponent_is_shared() {
        assert_eq!(reds(&hdr("-Y 1 +X 2", &[128, 0, 0, 129, 64, 0, 0, 130])), [1.0, 1.0]);
    }

    #[test]
    fn planes_are_run_length_coded() {
        let data = [2, 2, 0, 8, 136, 128, 136, 0, 136, 0, 4, 129, 130, 131, 132, 132, 129];
        assert_eq!(reds(&hdr("-Y 1 +X 8", &data)), [1.0, 2.0, 4.0, 8.0, 1.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn old_runs_repeat_the_last_pixel() {
        assert_eq!(reds(&hdr("-Y 1 +X 3", &[128, 0, 0, 130, 1, 1, 1, 2])), [2.0, 2.0, 2.0]);
    }

    #[test]
    fn scan_orders_are_turned_upright() {
        let data = [128, 0, 0, 129, 128, 0, 0, 130];
        assert_eq!(reds(&hdr("+Y 2 +X 1", &data)), [2.0, 1.0]);
        let (info, _) = testing::decode(&ENTRY, &hdr("+X 2 -Y 1", &data)).unwrap();
        assert_eq!(info.size(), Size::new(2, 1));
    }

    #[test]
    fn cuts_are_no_panic() {
        let data = [2, 2, 0, 8, 136, 128, 136, 0, 136, 0, 4, 129, 130, 131, 132, 132, 129];
        testing::cut_everywhere(&ENTRY, &hdr("-Y 1 +X 8", &data));
        testing::cut_everywhere(&ENTRY, &hdr("-Y 2 +X 2", &[9; 16]));
    }
}
