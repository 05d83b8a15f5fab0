//! The description of a video: from its header, or else from its first key frame.

use super::codecs;
use super::decoder::PacketFilter;
use super::library::types as ffi;
use super::movie::{Key, Movie, Place};
use super::picture::{self, orientation};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;

/// The description of a video stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Video {
    /// Stored size, px.
    pub(crate) coded: Size,
    /// Pixel aspect ratio, width / height.
    pub(crate) aspect: f64,
    /// Orientation.
    pub(crate) orientation: Orientation,
    /// Whether pixels may be transparent.
    pub(crate) has_alpha: bool,
}

impl Video {
    /// Size with square pixels, before orientation: the shorter side of a pixel is stretched.
    pub(crate) fn square(&self) -> Size {
        let Size { width, height } = self.coded;
        let grown = |side: u32, by: f64| (f64::from(side) * by).round().clamp(1.0, f64::from(u32::MAX)) as u32;
        match self.aspect >= 1.0 {
            true => Size::new(grown(width, self.aspect), height),
            false => Size::new(width, grown(height, 1.0 / self.aspect)),
        }
    }
}

struct Declared {
    size: (i32, i32),
    aspect: ffi::AVRational,
}

impl Movie {
    /// The description of the video stream; from its key frame at `first` if the header lacks it. That frame is kept,
    /// so seeking to `first` afterwards is free.
    ///
    /// # Errors
    /// `no-visual` without a video stream; otherwise as [`next_key`](Self::next_key).
    pub(crate) fn video(&mut self, first: Place) -> Result<Video> {
        let stream = self.stream()?;
        let (codec, parameters) = (stream.codec(), stream.parameters());
        let mut size = (parameters.width, parameters.height);
        let said = [stream.raw().sample_aspect_ratio, parameters.sample_aspect_ratio];
        let mut aspect = said.into_iter().find(|r| r.num > 0 && r.den > 0);
        let (orientation, mut has_alpha) = (orientation(stream.matrix()), stream.has_alpha());
        if size.0 <= 0 || size.1 <= 0 || (aspect.is_none() && codecs::tells_without_decoding(codec)) {
            let known = size.0 > 0 && size.1 > 0;
            if let Some(told) = self.look_ahead(first, known)? {
                size = told.size;
                aspect = aspect.or(Some(told.aspect).filter(|r| r.num > 0 && r.den > 0));
            }
        }
        if let Some(decoder) = &self.decoder {
            has_alpha |= picture::has_alpha(self.library, decoder.raw().pix_fmt);
        }
        let side = |n: i32| u32::try_from(n).ok().filter(|n| *n > 0);
        let (Some(width), Some(height)) = (side(size.0), side(size.1)) else {
            return Err(Error::corrupt("a video without a size"));
        };
        let aspect = aspect.map_or(1.0, |r| f64::from(r.num) / f64::from(r.den));
        // As in players: an aspect ratio that reduces the picture to a line is a broken header.
        let aspect = if (0.05..20.0).contains(&aspect) { aspect } else { 1.0 };
        Ok(Video { coded: Size::new(width, height), aspect, orientation, has_alpha })
    }

    /// Size and aspect ratio from the key frame at `first`. It is only decoded if parsing does not suffice, unless the
    /// size is `known`.
    fn look_ahead(&mut self, first: Place, known: bool) -> Result<Option<Declared>> {
        let mut found = None;
        for place in [first, Place::Start] {
            let sought = self.seek(place);
            if let Err(e) = sought {
                if !matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Limit) {
                    return Err(e);
                }
                continue;
            }
            if let Some(key) = self.next_key()? {
                found = Some((place, key.0));
                break;
            }
        }
        let Some((place, mut packet)) = found else { return Ok(None) };
        let tells = codecs::tells_without_decoding(self.stream()?.codec());
        let decoder = self.decoder()?;
        if tells {
            decoder.decode(&mut packet, PacketFilter::Headers);
            let context = decoder.raw();
            let told = Declared { size: (context.width, context.height), aspect: context.sample_aspect_ratio };
            decoder.flush();
            if told.size.0 > 0 && told.size.1 > 0 {
                self.ahead = Some((place, packet));
                return Ok(Some(told));
            }
        }
        let mut key = Key(packet);
        let picture = if known { None } else { self.decode(&mut key)? };
        self.ahead = Some((place, key.0));
        Ok(picture.map(|picture| {
            let (size, aspect) = (picture.size(), picture.aspect());
            Declared { size: (size.width as i32, size.height as i32), aspect }
        }))
    }
}
