//! From the host to a worker.

use std::time::Duration;

use thumbling_core::decode::Effort;
use thumbling_core::geometry::{Fit, Position};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;

use super::wire::{Decoded, Malformed, Parser, Writer};
use super::{MAX_FRAMES, MAX_READ, MAX_TEXT};

/// How a worker gets the bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// A read-only descriptor comes with the message.
    Descriptor,
    /// The worker sends ranges that it wants to read.
    Brokered,
}

/// One thumbnail's geometry; encoding is the host's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Width of the box, px.
    pub width: u32,
    /// Height of the box, px.
    pub height: u32,
    /// How the picture is fitted.
    pub fit: Fit,
    /// The part that a crop keeps.
    pub position: Position,
}

/// A file to decode. [`Limits::timeout`] is what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Number of the job of its worker; a reply repeats it, so that none is taken for another's.
    pub id: u32,
    /// Size of the source, bytes.
    pub size: u64,
    /// How the source comes.
    pub delivery: Delivery,
    /// What is known of the file.
    pub hint: Hint,
    /// Limits of the request.
    pub limits: Limits,
    /// Page, from 0.
    pub page: u32,
    /// Point in time of a video.
    pub time: Option<Duration>,
    /// Speed against fidelity.
    pub effort: Effort,
    /// The frames to make; none to read the header alone.
    pub frames: Vec<Frame>,
    /// Size of the shared memory for their pixels, bytes. Comes with the message unless it is 0.
    pub output: u64,
}

/// A message to a worker.
#[derive(Debug, Clone, PartialEq)]
pub enum ToWorker<'a> {
    /// Work.
    Job(Job),
    /// The bytes of a read; fewer than wanted only at the end.
    Bytes(&'a [u8]),
    /// The read failed.
    ReadFailed(String),
}

const JOB: u8 = 1;
const BYTES: u8 = 2;
const READ_FAILED: u8 = 3;

const FITS: [Fit; 4] = [Fit::Contain, Fit::Cover, Fit::Fill, Fit::ScaleDown];
const POSITIONS: [Position; 6] =
    [Position::Center, Position::Top, Position::Bottom, Position::Left, Position::Right, Position::Attention];
const EFFORTS: [Effort; 3] = [Effort::Preview, Effort::Normal, Effort::Best];

fn number<T: PartialEq>(all: &[T], value: &T) -> u8 {
    all.iter().position(|one| one == value).unwrap_or(0) as u8
}

fn value<T: Copy>(all: &[T], number: u8) -> Decoded<T> {
    all.get(usize::from(number)).copied().ok_or(Malformed("an unknown number"))
}

impl ToWorker<'_> {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Job(job) => {
                let mut out = Writer::new(JOB);
                job.encode(&mut out);
                out.0
            }
            Self::Bytes(bytes) => [&[BYTES], *bytes].concat(),
            Self::ReadFailed(detail) => {
                let mut out = Writer::new(READ_FAILED);
                out.text(detail, MAX_TEXT);
                out.0
            }
        }
    }
}

impl<'a> ToWorker<'a> {
    /// The message in `bytes`.
    pub fn decode(bytes: &'a [u8]) -> Decoded<Self> {
        let mut input = Parser::new(bytes);
        let message = match input.u8()? {
            JOB => Self::Job(Job::decode(&mut input)?),
            BYTES if input.rest().len() > MAX_READ => return Err(Malformed("a read is too long")),
            BYTES => return Ok(Self::Bytes(input.rest())),
            READ_FAILED => Self::ReadFailed(input.text(MAX_TEXT)?),
            _ => return Err(Malformed("an unknown message")),
        };
        input.end()?;
        Ok(message)
    }
}

impl Job {
    fn encode(&self, out: &mut Writer) {
        out.u32(self.id).u64(self.size).bool(self.delivery == Delivery::Brokered);
        out.option(self.hint.name.as_deref(), |out, name| {
            out.text(tail(name), MAX_TEXT);
        });
        out.option(self.hint.mime.as_deref(), |out, mime| {
            out.text(mime, MAX_TEXT);
        });
        let l = &self.limits;
        out.u64(l.max_pixels).u64(l.max_memory).u64(l.max_part).u64(l.max_source);
        out.u32(l.max_frames).u32(l.max_entries).u32(l.max_nesting).u64(l.max_xml_events);
        let time = |out: &mut Writer, time: Duration| {
            out.duration(time);
        };
        out.option(l.timeout, time).u32(self.page).option(self.time, time);
        out.u8(number(&EFFORTS, &self.effort)).u64(self.output).u32(self.frames.len() as u32);
        for frame in &self.frames {
            out.u32(frame.width).u32(frame.height);
            out.u8(number(&FITS, &frame.fit)).u8(number(&POSITIONS, &frame.position));
        }
    }

    fn decode(input: &mut Parser<'_>) -> Decoded<Self> {
        let id = input.u32()?;
        let size = input.u64()?;
        let delivery = if input.bool()? { Delivery::Brokered } else { Delivery::Descriptor };
        let mut hint = Hint::default();
        hint.name = input.option(|input| input.text(MAX_TEXT))?;
        hint.mime = input.option(|input| input.text(MAX_TEXT))?;
        let mut limits = Limits::default();
        limits.max_pixels = input.u64()?;
        limits.max_memory = input.u64()?;
        limits.max_part = input.u64()?;
        limits.max_source = input.u64()?;
        limits.max_frames = input.u32()?;
        limits.max_entries = input.u32()?;
        limits.max_nesting = input.u32()?;
        limits.max_xml_events = input.u64()?;
        limits.timeout = input.option(Parser::duration)?;
        let page = input.u32()?;
        let time = input.option(Parser::duration)?;
        let effort = value(&EFFORTS, input.u8()?)?;
        let output = input.u64()?;
        let mut frames = Vec::new();
        for _ in 0..input.count(MAX_FRAMES)? {
            let (width, height) = (input.u32()?, input.u32()?);
            let (fit, position) = (value(&FITS, input.u8()?)?, value(&POSITIONS, input.u8()?)?);
            frames.push(Frame { width, height, fit, position });
        }
        Ok(Self { id, size, delivery, hint, limits, page, time, effort, frames, output })
    }
}

/// The end of a long name: the extension decides, folders do not.
fn tail(name: &str) -> &str {
    let mut start = name.len().saturating_sub(MAX_TEXT);
    while !name.is_char_boundary(start) {
        start += 1;
    }
    &name[start..]
}
