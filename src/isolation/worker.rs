//! What a worker does with a job: everything of the pipeline but encoding.

use std::fs::File;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::{RequestState, SourceInfo};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_isolation::protocol::{Done, Failure, FromWorker, Job, Picture};
use thumbling_isolation::{Environment, Kind, Task};

use crate::codecs::{self, tier};
use crate::pictures;
use crate::request::{Request, Spec};

/// Loads what cannot be loaded after lock-down.
pub(super) fn prepare(kind: Kind) -> Environment {
    #[allow(unused_mut)] // Depends on the features.
    let mut environment = Environment::default();
    match kind {
        Kind::Picture => {}
        Kind::Page => {
            #[cfg(feature = "pdfium")]
            crate::ffi::pdfium::is_available();
            #[cfg(feature = "fonts")]
            {
                environment.readable = thumbling_page::fonts::folders();
            }
        }
        Kind::Video => {
            #[cfg(feature = "ffmpeg")]
            crate::ffi::ffmpeg::is_available();
        }
    }
    environment
}

/// Runs one job.
pub(super) fn run(task: Task) -> FromWorker {
    let Task { kind, job, source, output } = task;
    let request = request(&job);
    let state = RequestState::new(&request.limits, CancelToken::new(), codecs::open).guarded(tier::guard_of(kind));
    let specs: Vec<Spec> = job.frames.iter().map(spec).collect();
    let mut pixels = Pixels { output, at: 0, pictures: Vec::new() };
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        pictures::opened(&source, &request, &state, |decoder, cx| {
            if specs.is_empty() {
                return Ok((decoder.info(cx)?, Origin::Decoded, 1.0));
            }
            pictures::pictures(decoder, &specs, &request, cx, |_, frame| pixels.add(&frame))
        })
    }));
    // The host sends the job to a worker that can.
    if let Some(format) = state.blocked() {
        return FromWorker::Needs(job.id, tier::kind(format));
    }
    let decoded = decoded.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(Error::internal(format!("panicked: {message}")))
    });
    match decoded {
        Ok((info, origin, confidence)) => {
            let warnings = state.warnings();
            FromWorker::Done(job.id, done(&info, pixels.pictures, origin, confidence, warnings, source.bytes_read()))
        }
        Err(e) => FromWorker::Failed(
            job.id,
            Failure {
                kind: e.kind(),
                format: e.format().map(str::to_owned),
                detail: e.detail().to_owned(),
                bytes_read: source.bytes_read(),
                refused: state.budget().refused(),
            },
        ),
    }
}

fn request(job: &Job) -> Request {
    let mut request = Request::new().hint(job.hint.clone()).limits(job.limits.clone());
    (request.page, request.time, request.effort) = (job.page, job.time, job.effort);
    request
}

fn spec(frame: &thumbling_isolation::protocol::Frame) -> Spec {
    Spec::new(frame.width, frame.height).fit(frame.fit).position(frame.position)
}

/// The shared memory, filled from its start.
struct Pixels {
    output: Option<File>,
    at: u64,
    pictures: Vec<Picture>,
}

impl Pixels {
    fn add(&mut self, frame: &Frame) -> Result<()> {
        let output = self.output.as_mut().ok_or_else(|| Error::internal("no memory for the pixels"))?;
        let (PixelFormat::Rgb8 | PixelFormat::Rgba8, Some(samples)) = (frame.format, frame.as_u8()) else {
            return Err(Error::internal(format!("a picture of {:?}", frame.format)));
        };
        output.write_all(samples).map_err(|e| Error::new(ErrorKind::Io, format!("handing the pixels over: {e}")))?;
        let channels = frame.format.channels() as u8;
        self.pictures.push(Picture { width: frame.width, height: frame.height, channels, offset: self.at });
        self.at += samples.len() as u64;
        Ok(())
    }
}

fn done(
    info: &SourceInfo,
    pictures: Vec<Picture>,
    origin: Origin,
    confidence: f32,
    warnings: Vec<String>,
    bytes_read: u64,
) -> Done {
    Done {
        format: info.format.name.into(),
        format_family: info.format.family,
        family: info.family,
        width: info.width,
        height: info.height,
        pages: info.pages,
        duration: info.duration,
        flags: [info.is_scalable, info.has_alpha, info.is_animated, info.is_encrypted],
        pictures,
        origin,
        confidence: f64::from(confidence),
        warnings,
        bytes_read,
    }
}
