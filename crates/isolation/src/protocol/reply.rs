//! From a worker to the host: hostile input, since a file may have taken the worker over.

use std::time::Duration;

use thumbling_core::error::ErrorKind;
use thumbling_core::format::Family;
use thumbling_core::frame::Origin;

use super::wire::{Decoded, Malformed, Parser, Writer};
use super::{MAX_FRAMES, MAX_READ, MAX_TEXT, MAX_WARNINGS};
use crate::kind::Kind;
use crate::sandbox::Sandbox;

/// Longest name of a format, bytes.
const MAX_NAME: usize = 32;

/// The first message of a worker, sent before it has seen any file.
#[derive(Debug, Clone, PartialEq)]
pub enum Ready {
    /// Locked down, and waiting for jobs.
    Yes {
        /// [`BUILD`](super::BUILD) of the worker.
        build: String,
        /// What was asked for.
        kind: Kind,
        /// What was asked for.
        sandbox: Sandbox,
    },
    /// The sandbox cannot be set up on this machine.
    No(String),
}

/// Pixels in the shared memory: packed rows of 8-bit RGB or RGBA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// 3 or 4.
    pub channels: u8,
    /// Where they start, bytes.
    pub offset: u64,
}

/// A successful job.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Name of the format.
    pub format: String,
    /// Family of the format.
    pub format_family: Family,
    /// Family of the file.
    pub family: Family,
    /// As in `SourceInfo`.
    pub width: f64,
    /// As in `SourceInfo`.
    pub height: f64,
    /// As in `SourceInfo`.
    pub pages: u32,
    /// As in `SourceInfo`.
    pub duration: Option<Duration>,
    /// As in `SourceInfo`: scalable, alpha, animated, encrypted.
    pub flags: [bool; 4],
    /// One for each frame of the job.
    pub pictures: Vec<Picture>,
    /// Where the pixels come from.
    pub origin: Origin,
    /// 0 to 1.
    pub confidence: f64,
    /// Notes.
    pub warnings: Vec<String>,
    /// Bytes read from a descriptor.
    pub bytes_read: u64,
}

/// A failed job.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The kind of error.
    pub kind: ErrorKind,
    /// The format, if it was known.
    pub format: Option<String>,
    /// For logs.
    pub detail: String,
    /// Bytes read from a descriptor.
    pub bytes_read: u64,
    /// The largest reservation that did not fit; 0 if none.
    pub refused: u64,
}

/// A message from a worker.
#[derive(Debug, Clone, PartialEq)]
pub enum FromWorker {
    /// The first message.
    Ready(Ready),
    /// Wants `len` bytes at `offset`.
    Read {
        /// Offset in the source.
        offset: u64,
        /// At most [`MAX_READ`].
        len: u32,
    },
    /// The job with this number is done.
    Done(u32, Done),
    /// The job with this number failed.
    Failed(u32, Failure),
    /// The job with this number needs a worker of another kind.
    Needs(u32, Kind),
}

const READY: u8 = 64;
const REFUSED: u8 = 65;
const READ: u8 = 66;
const DONE: u8 = 67;
const FAILED: u8 = 68;
const NEEDS: u8 = 69;

const FAMILIES: [Family; 5] = [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];
const ORIGINS: [Origin; 3] = [Origin::Embedded, Origin::Decoded, Origin::Rendered];

impl FromWorker {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out;
        match self {
            Self::Ready(Ready::Yes { build, kind, sandbox }) => {
                out = Writer::new(READY);
                out.text(build, MAX_TEXT).u8(*kind as u8).u8(*sandbox as u8);
            }
            Self::Ready(Ready::No(detail)) => {
                out = Writer::new(REFUSED);
                out.text(detail, MAX_TEXT);
            }
            Self::Read { offset, len } => {
                out = Writer::new(READ);
                out.u64(*offset).u32(*len);
            }
            Self::Done(id, done) => {
                out = Writer::new(DONE);
                out.u32(*id);
                done.encode(&mut out);
            }
            Self::Failed(id, failure) => {
                out = Writer::new(FAILED);
                out.u32(*id).u32(failure.kind.code() as u32);
                out.option(failure.format.as_deref(), |out, name| {
                    out.text(name, MAX_NAME);
                });
                out.text(&failure.detail, MAX_TEXT).u64(failure.bytes_read).u64(failure.refused);
            }
            Self::Needs(id, kind) => {
                out = Writer::new(NEEDS);
                out.u32(*id).u8(*kind as u8);
            }
        }
        out.0
    }

    /// The message in `bytes`.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut input = Parser::new(bytes);
        let message = match input.u8()? {
            READY => {
                let build = input.text(MAX_TEXT)?;
                let sandbox = |n| Sandbox::from_number(n).ok_or(Malformed("an unknown sandbox"));
                Self::Ready(Ready::Yes { build, kind: kind(&mut input)?, sandbox: sandbox(input.u8()?)? })
            }
            REFUSED => Self::Ready(Ready::No(input.text(MAX_TEXT)?)),
            READ => match (input.u64()?, input.u32()?) {
                (_, len) if len as usize > MAX_READ || len == 0 => return Err(Malformed("a read of no or many bytes")),
                (offset, len) => Self::Read { offset, len },
            },
            DONE => Self::Done(input.u32()?, Done::decode(&mut input)?),
            FAILED => Self::Failed(input.u32()?, failure(&mut input)?),
            NEEDS => Self::Needs(input.u32()?, kind(&mut input)?),
            _ => return Err(Malformed("an unknown message")),
        };
        input.end()?;
        Ok(message)
    }
}

fn kind(input: &mut Parser<'_>) -> Decoded<Kind> {
    Kind::from_number(input.u8()?).ok_or(Malformed("an unknown kind"))
}

fn failure(input: &mut Parser<'_>) -> Decoded<Failure> {
    let code = input.u32()?;
    let kind = ErrorKind::ALL.into_iter().find(|kind| kind.code() as u32 == code);
    Ok(Failure {
        kind: kind.ok_or(Malformed("an unknown error"))?,
        format: input.option(name)?,
        detail: input.text(MAX_TEXT)?,
        bytes_read: input.u64()?,
        refused: input.u64()?,
    })
}

/// The name of a format: what may become part of logs and JSON.
fn name(input: &mut Parser<'_>) -> Decoded<String> {
    let name = input.text(MAX_NAME)?;
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-+.".contains(&b);
    match !name.is_empty() && name.bytes().all(is_name) {
        true => Ok(name),
        false => Err(Malformed("not the name of a format")),
    }
}

fn one_of<T: Copy>(all: &[T], number: u8) -> Decoded<T> {
    all.get(usize::from(number)).copied().ok_or(Malformed("an unknown number"))
}

fn number<T: PartialEq>(all: &[T], value: &T) -> u8 {
    all.iter().position(|one| one == value).unwrap_or(0) as u8
}

/// A side of a page or picture: any number that arithmetic can work with.
fn side(input: &mut Parser<'_>) -> Decoded<f64> {
    match input.f64()? {
        n if n.is_finite() && (0.0..=1e9).contains(&n) => Ok(n),
        _ => Err(Malformed("a side out of range")),
    }
}

impl Done {
    fn encode(&self, out: &mut Writer) {
        out.text(&self.format, MAX_NAME);
        out.u8(number(&FAMILIES, &self.format_family)).u8(number(&FAMILIES, &self.family));
        out.f64(self.width).f64(self.height).u32(self.pages);
        out.option(self.duration, |out, time| {
            out.duration(time);
        });
        for flag in self.flags {
            out.bool(flag);
        }
        out.u8(number(&ORIGINS, &self.origin)).f64(self.confidence).u64(self.bytes_read);
        out.u32(self.pictures.len() as u32);
        for picture in &self.pictures {
            out.u32(picture.width).u32(picture.height).u8(picture.channels).u64(picture.offset);
        }
        out.u32(self.warnings.len().min(MAX_WARNINGS) as u32);
        for warning in self.warnings.iter().take(MAX_WARNINGS) {
            out.text(warning, MAX_TEXT);
        }
    }

    fn decode(input: &mut Parser<'_>) -> Decoded<Self> {
        let format = name(input)?;
        let (format_family, family) = (one_of(&FAMILIES, input.u8()?)?, one_of(&FAMILIES, input.u8()?)?);
        let (width, height, pages) = (side(input)?, side(input)?, input.u32()?);
        let duration = input.option(Parser::duration)?;
        let flags = [input.bool()?, input.bool()?, input.bool()?, input.bool()?];
        let (origin, confidence, bytes_read) = (one_of(&ORIGINS, input.u8()?)?, input.f64()?, input.u64()?);
        if !(0.0..=1.0).contains(&confidence) {
            return Err(Malformed("a share out of range"));
        }
        let mut pictures = Vec::new();
        for _ in 0..input.count(MAX_FRAMES)? {
            let (width, height) = (input.u32()?, input.u32()?);
            pictures.push(Picture { width, height, channels: input.u8()?, offset: input.u64()? });
        }
        let mut warnings = Vec::new();
        for _ in 0..input.count(MAX_WARNINGS)? {
            warnings.push(input.text(MAX_TEXT)?);
        }
        Ok(Self {
            format,
            format_family,
            family,
            width,
            height,
            pages,
            duration,
            flags,
            pictures,
            origin,
            confidence,
            warnings,
            bytes_read,
        })
    }
}
