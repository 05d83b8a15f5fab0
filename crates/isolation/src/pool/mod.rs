//! The host's side: a pool of warm workers, and the conversation with one of them about a job.
//!
//! A worker runs one job at a time, for one tenant, and is replaced after [`MAX_JOBS`] jobs, after any error, and if it
//! breaks the protocol. At the deadline it is killed. What a worker sends is hostile: a reply is a value in the bounds of
//! its request, or the worker is ended.

mod backoff;
mod conversation;
mod fault;
mod launch;
mod process;
mod quarantine;
mod slots;

use std::sync::OnceLock;

use thumbling_core::error::{Error, ErrorKind, Result};

use self::conversation::Answer;
use self::fault::Fault;
use self::quarantine::Quarantine;
use self::slots::Slots;

pub use self::slots::{Counts, MAX_JOBS};
use crate::protocol::Ended;
pub use crate::request::{Config, Outcome, Request};
use crate::sandbox::Sandbox;

/// Workers, and what is known of files that crash them.
#[derive(Debug)]
pub struct Pool {
    config: Config,
    first: Generation,
}

/// The state of one process. A forked child has its own: it can neither reap nor talk to its parent's workers, and another
/// thread of its parent may have held a lock.
#[derive(Debug)]
struct Generation {
    pid: u32,
    slots: Slots,
    quarantine: Quarantine,
    forked: OnceLock<Box<Generation>>,
}

impl Generation {
    fn new() -> Self {
        let (slots, quarantine) = (Slots::default(), Quarantine::default());
        Self { pid: std::process::id(), slots, quarantine, forked: OnceLock::new() }
    }
}

impl Pool {
    /// A pool without workers; they start with the first jobs.
    pub fn new(config: Config) -> Self {
        Self { config, first: Generation::new() }
    }

    /// The pool with no stronger sandbox than `sandbox`, for tests and diagnosis of the weaker ones.
    #[must_use]
    pub fn at_most(self, sandbox: Sandbox) -> Self {
        self.slots().at_most(sandbox);
        self
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What it is doing.
    pub fn counts(&self) -> Counts {
        self.slots().counts()
    }

    /// The strongest sandbox of this machine, with the reason if it is not [`Sandbox::Full`]. Starts a worker for each
    /// tier that has to be tried.
    ///
    /// # Errors
    /// If not even the weakest can be started.
    pub fn strongest(&self) -> Result<(Sandbox, String)> {
        self.slots().strongest(&self.config)
    }

    fn slots(&self) -> &Slots {
        &self.generation().slots
    }

    fn generation(&self) -> &Generation {
        let pid = std::process::id();
        let mut generation = &self.first;
        while generation.pid != pid {
            generation = generation.forked.get_or_init(|| Box::new(Generation::new()));
        }
        generation
    }

    /// Runs a job.
    ///
    /// # Errors
    /// `sandbox-unavailable` if this machine has no sandbox as strong as wanted; `timeout`, `cancelled`; `corrupt` if
    /// the decoder crashed, `limit` if it ran out of memory; `busy` while workers cannot be started.
    pub fn run(&self, mut request: Request<'_>) -> Result<Outcome> {
        let Generation { slots, quarantine, .. } = self.generation();
        quarantine.check(request.source)?;
        // An earlier job may be what broke a worker: a file is blamed for what it does to a fresh one.
        let mut is_fresh = false;
        let mut kinds = vec![request.kind];
        loop {
            let kind = request.kind;
            let mut worker = slots.acquire(&self.config, &request, is_fresh)?;
            let answer = worker.converse(&mut request);
            let is_first_job = worker.done == 1;
            let verdict = match answer {
                Ok(Answer::Done(done, output)) => {
                    slots.release(worker);
                    return Ok(Outcome::Done(done, output));
                }
                Ok(Answer::Needs(other)) => {
                    slots.release(worker);
                    if kinds.contains(&other) || kind.covers(other) {
                        return Err(Error::unsupported("it needs several kinds of decoders at once"));
                    }
                    kinds.push(other);
                    request.kind = other;
                    continue;
                }
                Ok(Answer::Failed(failure)) => {
                    slots.discard(worker);
                    return Ok(Outcome::Failed(failure));
                }
                Err(Fault::Died) => verdict(worker.ended()),
                Err(Fault::Violation(what)) => {
                    Verdict::Crash(Error::corrupt(format!("the worker broke the protocol ({what}) and was ended")))
                }
                Err(Fault::Late) => {
                    slots.discard(worker);
                    let e = Error::new(ErrorKind::Timeout, "the deadline passed; the worker was killed");
                    return Err(if is_first_job { quarantine.strike(request.source, e) } else { e });
                }
                Err(Fault::Cancelled) => {
                    slots.discard(worker);
                    return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
                }
                Err(Fault::Source(e)) => {
                    slots.discard(worker);
                    return Err(e);
                }
            };
            slots.discard(worker);
            match verdict {
                Verdict::Crash(e) if is_first_job => return Err(quarantine.strike(request.source, e)),
                // Ended from outside, and again.
                Verdict::Killed(e) if is_fresh => return Err(quarantine.strike(request.source, e)),
                _ => is_fresh = true,
            }
        }
    }
}

enum Verdict {
    Crash(Error),
    Killed(Error),
}

const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// Tells crash, lack of memory, and time apart.
fn verdict(ended: Option<Ended>) -> Verdict {
    // The supervisor is gone, and its workers with it.
    let Some(Ended { signal, code, stderr }) = ended else {
        return Verdict::Killed(Error::new(ErrorKind::Busy, "the worker's supervisor was ended"));
    };
    // What Rust's runtime writes before it aborts.
    let is_out_of_memory = stderr.contains("memory allocation of");
    let mut lines = stderr.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("note:"));
    let last: String = lines.next_back().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    match signal {
        _ if is_out_of_memory => Verdict::Crash(Error::limit("the decoder ran out of the memory of its worker")),
        Some(SIGXCPU) => Verdict::Crash(Error::new(ErrorKind::Timeout, "the worker used up its CPU time")),
        Some(SIGKILL) => {
            Verdict::Killed(Error::limit("the worker was killed from outside, most likely for lack of memory"))
        }
        Some(signal) => Verdict::Crash(Error::corrupt(format!("the decoder crashed: signal {signal}: {last}"))),
        None => Verdict::Crash(Error::corrupt(format!(
            "the worker ended before its reply, with code {}: {last}",
            code.unwrap_or(-1)
        ))),
    }
}
