//! Combines the channels of the merged picture, and converts colour modes that frames do not support.

use super::header::{Header, Mode};
use super::planes::Planes;
use thumbling_core::bytes;
use thumbling_core::color::lab;
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, PixelFormat, Samples};
use thumbling_core::orient::Orientation;
use thumbling_core::scale::rows::{self, Shape};
use thumbling_core::source::Source;

/// How reduced rows become the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    /// They are the frame's pixels.
    None,
    /// Colours blended with white, and alpha, in four plain channels.
    Unmatte,
    /// L*, a*, b*.
    Lab,
}

pub(crate) fn frame(source: &Source, header: &Header, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    let colors = usize::from(header.colors());
    // Ink on a white page needs no alpha.
    let alpha = header.has_alpha && colors < 4 && header.mode != Mode::Indexed;
    let mut planes = Planes::new(source, header, (colors + usize::from(alpha)) as u16, cx)?;
    let (format, finish) = plan(header, colors, alpha);
    let shape = Shape { size: header.size, orientation: Orientation::Normal, format };
    let frame = rows::reduce(shape, want, cx, |row| {
        let Some(channels) = planes.next()? else { return Ok(false) };
        match header.depth {
            1 => bits(channels[0], row),
            8 if header.mode == Mode::Indexed => indexed(channels[0], header, format.channels(), row),
            8 => bytes(&channels, format.channels(), colors == 4, row),
            16 => words(&channels, format.channels(), colors == 4, row),
            _ => floats(&channels, format.channels(), alpha, row),
        }
        Ok(true)
    })?;
    let frame = match finish {
        Finish::None => frame,
        Finish::Unmatte => unmatte(frame)?,
        Finish::Lab => return lab::to_srgb8(frame),
    };
    Ok(match header.mode {
        // The profile is for a different number of channels.
        Mode::Multichannel | Mode::Bitmap => frame,
        _ => frame.with_color(header.color.clone()),
    })
}

fn plan(header: &Header, colors: usize, alpha: bool) -> (PixelFormat, Finish) {
    let wide = header.depth == 16;
    match (header.mode, colors) {
        _ if header.depth == 32 && alpha => (PixelFormat::RgbaF32, Finish::None),
        _ if header.depth == 32 => (PixelFormat::RgbF32, Finish::None),
        (Mode::Indexed, _) if header.transparent.is_some() => (PixelFormat::Rgba8, Finish::None),
        (Mode::Indexed, _) => (PixelFormat::Rgb8, Finish::None),
        (Mode::Lab, _) => (if wide { PixelFormat::Rgb16 } else { PixelFormat::Rgb8 }, Finish::Lab),
        // Four channels that the reducer does not weight by alpha.
        _ if alpha => (if wide { PixelFormat::Cmyk16 } else { PixelFormat::Cmyk8 }, Finish::Unmatte),
        (_, 1) => (if wide { PixelFormat::Gray16 } else { PixelFormat::Gray8 }, Finish::None),
        (_, 3) => (if wide { PixelFormat::Rgb16 } else { PixelFormat::Rgb8 }, Finish::None),
        _ => (if wide { PixelFormat::Cmyk16 } else { PixelFormat::Cmyk8 }, Finish::None),
    }
}

fn bits(channel: &[u8], row: &mut [u8]) {
    for (x, out) in row.iter_mut().enumerate() {
        *out = if channel[x / 8] >> (7 - x % 8) & 1 == 1 { 0 } else { 255 };
    }
}

fn indexed(channel: &[u8], header: &Header, samples: usize, row: &mut [u8]) {
    let third = header.palette.len() / 3;
    for (out, index) in row.chunks_exact_mut(samples).zip(channel) {
        for (i, sample) in out.iter_mut().enumerate() {
            *sample = match i {
                3 if header.transparent == Some(u16::from(*index)) => 0,
                3 => 255,
                _ => header.palette.get(i * third + usize::from(*index)).copied().unwrap_or(0),
            };
        }
    }
}

/// The channel of sample `i` of `samples`: grey is used for red, green and blue.
fn channel_of(i: usize, samples: usize, channels: usize) -> usize {
    match (channels, samples) {
        (1, _) => 0,
        (2, 4) => usize::from(i == 3),
        _ => i,
    }
}

fn bytes(channels: &[&[u8]], samples: usize, ink: bool, row: &mut [u8]) {
    let flip = if ink { 0xFF } else { 0 };
    for i in 0..samples {
        let channel = channels[channel_of(i, samples, channels.len())];
        for (out, v) in row[i..].iter_mut().step_by(samples).zip(channel) {
            *out = v ^ flip;
        }
    }
}

fn words(channels: &[&[u8]], samples: usize, ink: bool, row: &mut [u8]) {
    let flip = if ink { 0xFFFF } else { 0 };
    for i in 0..samples {
        let channel = channels[channel_of(i, samples, channels.len())];
        for (out, v) in row[i * 2..].chunks_mut(samples * 2).zip(channel.chunks_exact(2)) {
            out[..2].copy_from_slice(&(u16::from_be_bytes([v[0], v[1]]) ^ flip).to_ne_bytes());
        }
    }
}

fn floats(channels: &[&[u8]], samples: usize, alpha: bool, row: &mut [u8]) {
    let read = |channel: &[u8], x: usize| {
        let v = bytes::array(channel, x * 4).map_or(0.0, f32::from_be_bytes);
        if v.is_finite() { v } else { 0.0 }
    };
    for (x, out) in row.chunks_exact_mut(samples * 4).enumerate() {
        let a = if alpha { read(channels[channels.len() - 1], x).clamp(0.0, 1.0) } else { 1.0 };
        for (i, sample) in out.chunks_exact_mut(4).enumerate() {
            let v = match i {
                3 => a,
                _ => {
                    let over_white = read(channels[channel_of(i, samples, channels.len())], x);
                    if a > 0.0 { (over_white - (1.0 - a)) / a } else { 0.0 }
                }
            };
            sample.copy_from_slice(&v.to_ne_bytes());
        }
    }
}

/// Recovers the original colours from colours blended with white: c = (m − (1 − a)·white) / a.
fn unmatte(frame: Frame) -> Result<Frame> {
    let (width, height) = (frame.width, frame.height);
    match frame.samples {
        Samples::U8(mut v) => {
            for p in v.chunks_exact_mut(4) {
                let a = i32::from(p[3]);
                for c in &mut p[..3] {
                    *c = if a == 0 { 0 } else { (((i32::from(*c) - 255 + a) * 255 + a / 2) / a).clamp(0, 255) as u8 };
                }
            }
            Frame::from_u8(width, height, PixelFormat::Rgba8, v)
        }
        Samples::U16(mut v) => {
            for p in v.chunks_exact_mut(4) {
                let a = i64::from(p[3]);
                for c in &mut p[..3] {
                    let own = if a == 0 { 0 } else { ((i64::from(*c) - 65_535 + a) * 65_535 + a / 2) / a };
                    *c = own.clamp(0, 65_535) as u16;
                }
            }
            Frame::from_u16(width, height, PixelFormat::Rgba16, v)
        }
        Samples::F32(_) => Err(Error::internal("a float frame among integer ones")),
    }
}
