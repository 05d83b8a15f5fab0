//! Tags read by `lofty`: ID3v2, APE, Vorbis comments, MP4 atoms, and the chunks of RIFF and AIFF.

use std::io::{self, Read, Seek, SeekFrom};

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile, FileType, TaggedFile, TaggedFileExt};
use lofty::probe::Probe;

use super::{Picture, Tags};
use thumbling_core::cancel::Interrupt;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::{Source, SourceReader};

/// Bytes per fetch.
const WINDOW: usize = 16 << 10;

/// Most bytes that are read for tags: some contain several scans of a booklet.
const MAX_READ: u64 = 64 << 20;

/// A reader that fails at the deadline and after a number of bytes.
struct Bounded {
    reader: SourceReader,
    interrupt: Interrupt,
    left: u64,
    failure: Option<Error>,
}

impl Bounded {
    fn next(&mut self, out: &mut [u8]) -> Result<usize> {
        if self.left == 0 {
            return Err(Error::limit(format!("tags that take more than {MAX_READ} bytes to read")));
        }
        let n = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        // Small reads are served from the window; the interrupt is checked at most once per window.
        if n > 64 || self.left % 4096 < n as u64 {
            self.interrupt.check()?;
        }
        let n = self.reader.read(&mut out[..n])?;
        self.left -= n as u64;
        Ok(n)
    }
}

impl Read for Bounded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.next(out).map_err(|e| {
            self.failure = Some(e);
            io::ErrorKind::Other.into()
        })
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// The tags of a file of `kind`. If its audio is invalid, the tags may still be read; a file without readable tags has
/// no picture.
///
/// # Errors
/// `limit`, and errors of reading.
pub(super) fn read(source: &Source, kind: FileType, cx: &Context<'_>) -> Result<Tags> {
    for properties in [true, false] {
        let options = ParseOptions::new().parsing_mode(ParsingMode::Relaxed).read_properties(properties);
        let (interrupt, failure) = (cx.interrupt().clone(), None);
        let mut reader = Bounded { reader: source.reader(WINDOW), interrupt, left: MAX_READ, failure };
        match Probe::with_file_type(&mut reader, kind).options(options).read() {
            Ok(file) => return Ok(sound(&file)),
            Err(e) => match reader.failure {
                Some(failure) => return Err(failure),
                None if !properties => cx.warn(format!("tags that cannot be read: {e}")),
                None => {}
            },
        }
    }
    Ok(Tags::default())
}

/// The pictures of a tag without audio, in a file of any format.
pub(super) fn read_tag(tag: &Source, cx: &Context<'_>) -> Result<Vec<Picture>> {
    // lofty's MPEG reader accepts a tag at the start without any audio frames after it.
    Ok(read(tag, FileType::Mpeg, cx)?.pictures)
}

fn sound(file: &TaggedFile) -> Tags {
    let pictures = file.tags().iter().flat_map(|tag| tag.pictures());
    let pictures = pictures.map(|p| Picture { kind: p.pic_type().as_u8(), bytes: p.data().to_vec() });
    Tags { pictures: pictures.collect(), duration: Some(file.properties().duration()) }
}
