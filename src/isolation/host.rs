//! The host's side of a request.

use std::path::PathBuf;
use std::time::Instant;

use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Budget;
use thumbling_core::source::Source;
use thumbling_isolation::pool::{self, Outcome};
use thumbling_isolation::protocol::{self, Delivery, Job, MAX_FRAMES};
use thumbling_isolation::{Kind, Sandbox};

use super::config;
use super::reply::{self, Decoded};
use crate::codecs;
use crate::request::{Request, Spec};

pub(crate) use super::config::has_own_program;

/// A request on its way to a worker.
pub(crate) struct Work<'a> {
    pub(crate) source: &'a Source,
    pub(crate) request: &'a Request,
    /// None to read the header alone.
    pub(crate) specs: &'a [Spec],
    pub(crate) budget: &'a Budget,
    pub(crate) deadline: Option<Instant>,
    /// What the file needs, if that is known.
    pub(crate) kind: Option<Kind>,
}

/// Decodes in a worker.
pub(crate) fn run(work: &Work<'_>) -> Result<Decoded> {
    let pool = config::pool()?;
    let request = work.request;
    if work.specs.len() > MAX_FRAMES {
        return Err(Error::invalid_argument(format!("more than {MAX_FRAMES} thumbnails of one file")));
    }
    let frame = |spec: &Spec| protocol::Frame {
        width: spec.width,
        height: spec.height,
        fit: spec.fit,
        position: spec.position,
    };
    let mut limits = request.limits.clone();
    limits.max_memory = work.budget.max();
    let job = Job {
        id: 0,
        size: work.source.size(),
        delivery: Delivery::Brokered,
        hint: request.hint.clone(),
        limits,
        page: request.page,
        time: request.time,
        effort: request.effort,
        frames: work.specs.iter().map(frame).collect(),
        output: work.specs.iter().map(|spec| u64::from(spec.width) * u64::from(spec.height) * 4).sum(),
    };
    let outcome = pool.run(pool::Request {
        job,
        kind: work.kind.unwrap_or_else(|| codecs::likely_kind(&request.hint)),
        sandbox: request.sandbox,
        tenant: request.tenant.as_deref().unwrap_or_default(),
        deadline: work.deadline,
        cancel: &request.cancel,
        source: work.source,
    })?;
    match outcome {
        Outcome::Done(done, pixels) => reply::decoded(done, pixels, work.budget),
        Outcome::Failed(failure) => {
            work.budget.note_refused(failure.refused);
            Err(reply::error(failure))
        }
    }
}

/// What this machine and installation offer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The worker's executable.
    pub program: PathBuf,
    /// The strongest sandbox.
    pub sandbox: Sandbox,
    /// Why no stronger one is available; empty for [`Sandbox::Full`].
    pub reason: String,
    /// Most workers at once.
    pub workers: usize,
    /// Memory that all of them may take, bytes.
    pub memory: u64,
}

/// Starts a worker to find out what this machine offers.
///
/// # Errors
/// `feature-disabled` without a worker's executable, `sandbox-unavailable` if none can be started.
pub fn report() -> Result<Report> {
    let pool = config::pool()?;
    let (sandbox, reason) = pool.strongest()?;
    let config = pool.config();
    Ok(Report { program: config.program.clone(), sandbox, reason, workers: config.workers, memory: config.memory })
}

/// Which libraries were found that are loaded at run time; `None` if this build does not use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Libraries {
    /// FFmpeg, for videos.
    pub ffmpeg: Option<bool>,
    /// PDFium, for PDFs; without it they are drawn by built-in code.
    pub pdfium: Option<bool>,
}

/// Loads the libraries that this build uses into this process. For diagnosis: requests load them in workers.
pub fn libraries() -> Libraries {
    Libraries {
        #[cfg(feature = "ffmpeg")]
        ffmpeg: Some(crate::ffi::ffmpeg::is_available()),
        #[cfg(not(feature = "ffmpeg"))]
        ffmpeg: None,
        #[cfg(feature = "pdfium")]
        pdfium: Some(crate::ffi::pdfium::is_available()),
        #[cfg(not(feature = "pdfium"))]
        pdfium: None,
    }
}
