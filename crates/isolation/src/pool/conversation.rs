//! One job with one worker: the job goes out, reads are answered, a reply comes back.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;
use thumbling_core::source::{Backing, Source};

use super::fault::Fault;
use super::process::Worker;
use crate::kind::Kind;
use crate::protocol::{Delivery, Done, Failure, FromWorker, Job, ToWorker};
use crate::request::Request;
use crate::socket;

/// How long after its deadline a worker may still send the error that says so.
const GRACE: Duration = Duration::from_millis(60);

/// Content in memory up to this size is handed over as a copy; more is read by range.
const MAX_COPY: u64 = 4 << 20;

/// How often the caller's token is looked at.
const SLICE: Duration = Duration::from_millis(10);

/// What the worker said.
#[derive(Debug)]
pub enum Answer {
    Done(Done, Option<File>),
    Failed(Failure),
    Needs(Kind),
}

impl Worker {
    /// Runs the job of `request`.
    pub fn converse(&mut self, request: &mut Request<'_>) -> Result<Answer, Fault> {
        self.done += 1;
        let source = request.source;
        let handed = descriptor(source)?;
        request.job.size = source.size();
        request.job.delivery = if handed.is_some() { Delivery::Descriptor } else { Delivery::Brokered };
        let output = match request.job.output {
            0 => None,
            size => Some(sealed(size)?),
        };
        let descriptors: Vec<BorrowedFd<'_>> = handed.iter().chain(&output).map(AsFd::as_fd).collect();
        let left = request.deadline.map(|at| at.saturating_duration_since(Instant::now()));
        request.job.limits.timeout = left;
        request.job.id = self.done;
        let message = ToWorker::Job(request.job.clone()).encode();
        self.tell(&message, &descriptors, request)?;
        drop(handed);
        loop {
            match self.next(request)? {
                FromWorker::Read { offset, len } => {
                    if request.job.delivery != Delivery::Brokered {
                        return Err(Fault::Violation("a read of a source that it has"));
                    }
                    let reply = read(source, offset, len as usize);
                    self.tell(&reply, &[], request)?;
                }
                FromWorker::Done(id, done) if id == self.done => {
                    check(&done, &request.job)?;
                    if request.job.delivery == Delivery::Descriptor {
                        source.add_bytes_read(done.bytes_read);
                    }
                    return Ok(Answer::Done(done, output.map(File::from)));
                }
                FromWorker::Failed(id, failure) if id == self.done => {
                    if request.job.delivery == Delivery::Descriptor {
                        source.add_bytes_read(failure.bytes_read);
                    }
                    return Ok(Answer::Failed(failure));
                }
                FromWorker::Needs(id, kind) if id == self.done => return Ok(Answer::Needs(kind)),
                _ => return Err(Fault::Violation("a greeting, or a reply to another job")),
            }
        }
    }

    /// The next message, unless the deadline passes or the caller cancels.
    fn next(&mut self, request: &Request<'_>) -> Result<FromWorker, Fault> {
        loop {
            let until = checked(request)?;
            if let Some(message) = self.receive(Some(until))? {
                return Ok(message);
            }
        }
    }

    fn tell(&self, message: &[u8], descriptors: &[BorrowedFd<'_>], request: &Request<'_>) -> Result<(), Fault> {
        loop {
            match socket::send(self.jobs.as_fd(), message, descriptors) {
                Ok(()) => return Ok(()),
                Err(Errno::AGAIN) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(Fault::Died),
                Err(e) => return Err(std::io::Error::from(e).into()),
            }
            let until = checked(request)?;
            let _ = socket::wait(self.jobs.as_fd(), PollFlags::OUT, Some(until)).map_err(|_| Fault::Died)?;
        }
    }
}

/// When to look again; an error if the job is over.
fn checked(request: &Request<'_>) -> Result<Instant, Fault> {
    if request.cancel.is_cancelled() {
        return Err(Fault::Cancelled);
    }
    let now = Instant::now();
    match request.deadline.map(|deadline| deadline + GRACE) {
        Some(end) if now >= end => Err(Fault::Late),
        Some(end) => Ok(end.min(now + SLICE)),
        None => Ok(now + SLICE),
    }
}

fn read(source: &Source, offset: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    match source.read_at(offset, &mut bytes) {
        Ok(n) => ToWorker::Bytes(&bytes[..n]).encode(),
        Err(e) => ToWorker::ReadFailed(e.detail().to_owned()).encode(),
    }
}

/// A read-only descriptor with the content, and nothing else: `None` if it has to be read by range.
fn descriptor(source: &Source) -> Result<Option<OwnedFd>, Fault> {
    match source.backing() {
        // Opened anew, so that the worker shares neither the position nor the flags with the host. Fails without /proc.
        Backing::File(file) => {
            let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(file));
            Ok(rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok())
        }
        Backing::Bytes(bytes) if bytes.len() as u64 <= MAX_COPY => {
            let mut memory = File::from(memory()?);
            memory.write_all(bytes)?;
            let seals = SealFlags::GROW | SealFlags::SHRINK | SealFlags::WRITE | SealFlags::SEAL;
            rustix::fs::fcntl_add_seals(&memory, seals).map_err(std::io::Error::from)?;
            Ok(Some(memory.into()))
        }
        _ => Ok(None),
    }
}

fn memory() -> std::io::Result<OwnedFd> {
    Ok(rustix::fs::memfd_create("thumbling", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?)
}

/// Memory of `size` bytes that nobody can resize. Takes no space until it is written to.
fn sealed(size: u64) -> std::io::Result<OwnedFd> {
    let memory = memory()?;
    rustix::fs::ftruncate(&memory, size)?;
    rustix::fs::fcntl_add_seals(&memory, SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(memory)
}

/// Checks a reply against its job: one picture a frame, within its box, packed one after the other.
fn check(done: &Done, job: &Job) -> Result<(), Fault> {
    if done.pictures.len() != job.frames.len() {
        return Err(Fault::Violation("another number of pictures"));
    }
    let mut at = 0u64;
    for (picture, frame) in done.pictures.iter().zip(&job.frames) {
        let fits = (1..=frame.width).contains(&picture.width) && (1..=frame.height).contains(&picture.height);
        if !fits || !matches!(picture.channels, 3 | 4) || picture.offset != at {
            return Err(Fault::Violation("a picture outside its box"));
        }
        at += u64::from(picture.width) * u64::from(picture.height) * u64::from(picture.channels);
    }
    if at > job.output {
        return Err(Fault::Violation("pictures larger than their memory"));
    }
    Ok(())
}
