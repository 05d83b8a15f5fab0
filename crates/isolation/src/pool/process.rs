//! A worker as its host sees it.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::process::{Signal, pidfd_send_signal};

use super::fault::Fault;
use crate::protocol::{Ended, FromWorker, Spawn, Status};
use crate::socket::{self, Received};

/// How long the report of an end may take.
const REPORT: Duration = Duration::from_secs(2);

/// A running worker. Dropping it kills it; the supervisor reaps it.
#[derive(Debug)]
pub struct Worker {
    pub(super) jobs: OwnedFd,
    status: OwnedFd,
    process: OwnedFd,
    pub(super) spawn: Spawn,
    pub(super) tenant: String,
    /// Jobs so far.
    pub(super) done: u32,
    buffer: Vec<u8>,
    /// The process that started it: a forked child must not kill it.
    host: u32,
}

impl Worker {
    pub fn new(jobs: OwnedFd, status: OwnedFd, process: OwnedFd, spawn: Spawn, tenant: &str) -> Self {
        let (buffer, host) = (socket::buffer(), std::process::id());
        Self { jobs, status, process, spawn, tenant: tenant.to_owned(), done: 0, buffer, host }
    }

    /// The next message; `None` if none comes in time.
    pub fn receive(&mut self, until: Option<Instant>) -> Result<Option<FromWorker>, Fault> {
        loop {
            match socket::receive(self.jobs.as_fd(), &mut self.buffer) {
                Ok(Received::Message(length)) => {
                    let message = FromWorker::decode(&self.buffer[..length]);
                    return message.map(Some).map_err(|e| Fault::Violation(e.0));
                }
                Ok(Received::Nothing) => {}
                Ok(Received::TooLong) => return Err(Fault::Violation("a message too long")),
                Ok(Received::Closed) | Err(_) => return Err(Fault::Died),
            }
            match socket::wait(self.jobs.as_fd(), PollFlags::IN, until) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(_) => return Err(Fault::Died),
            }
        }
    }

    /// Whether it waits for a job: alive, and silent since its last reply.
    pub fn is_waiting(&mut self) -> bool {
        matches!(socket::receive(self.jobs.as_fd(), &mut self.buffer), Ok(Received::Nothing))
    }

    /// How it ended, after its socket was closed; `None` if the supervisor has gone too.
    pub fn ended(&mut self) -> Option<Ended> {
        // A worker that closes its socket without ending is ended now; one that has ended cannot be killed.
        let until = Instant::now() + REPORT;
        let mut is_killed = false;
        loop {
            match socket::receive(self.status.as_fd(), &mut self.buffer) {
                Ok(Received::Message(length)) => match Status::decode(&self.buffer[..length]) {
                    Ok(Status::Ended(_)) if is_killed => {
                        return Some(Ended { signal: None, code: None, stderr: "it closed its socket".into() });
                    }
                    Ok(Status::Ended(ended)) => return Some(ended),
                    _ => return None,
                },
                Ok(Received::Nothing) => {}
                _ => return None,
            }
            let patience = if is_killed { until } else { Instant::now() + Duration::from_millis(300) };
            match socket::wait(self.status.as_fd(), PollFlags::IN, Some(patience)) {
                Ok(true) => {}
                Ok(false) if is_killed => return None,
                Ok(false) => {
                    self.kill();
                    is_killed = true;
                }
                Err(_) => return None,
            }
        }
    }

    pub fn kill(&self) {
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.host == std::process::id() {
            self.kill();
        }
    }
}
