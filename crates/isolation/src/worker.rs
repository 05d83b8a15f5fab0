//! A worker: locks itself down, says that it is ready, and runs one job after the other.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::process::{Signal, set_parent_process_death_signal};
use thumbling_core::source::{ReadAt, Source};

use crate::clone;
use crate::kind::Kind;
use crate::protocol::{BUILD, Delivery, FromWorker, MAX_READ, Ready, ToWorker};
use crate::sandbox::{Profile, Sandbox, lock_down};
use crate::socket::{self, Received};
use crate::task::{Environment, Task};

/// Without a job for this long a worker ends and frees its memory.
const IDLE: Duration = Duration::from_secs(60);

/// Stack of the thread that runs jobs, bytes: the usual size of a main thread.
const STACK: usize = 8 << 20;

/// Runs until the host closes the socket; returns the exit code.
pub fn main(
    kind: Kind,
    sandbox: Sandbox,
    memory: u64,
    prepare: fn(Kind) -> Environment,
    run: fn(Task) -> FromWorker,
) -> i32 {
    clone::reset_signals();
    // Set before `exec` too, which clears it if credentials change.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let Ok(socket) = io::stdin().as_fd().try_clone_to_owned() else { return 2 };
    let connection = Arc::new(Connection(Mutex::new(socket)));
    let environment = prepare(kind);
    let profile = Profile { kind, sandbox, memory, readable: environment.readable };
    if let Err(e) = lock_down(&profile) {
        let _ = connection.lock().send(&FromWorker::Ready(Ready::No(e.to_string())));
        return 3;
    }
    let jobs = move || {
        let ready = Ready::Yes { build: BUILD.into(), kind, sandbox };
        if connection.lock().send(&FromWorker::Ready(ready)).is_ok() {
            while let Ok(Some(task)) = connection.task(kind) {
                // The lock is free meanwhile: reads need it.
                let reply = run(task);
                if connection.lock().send(&reply).is_err() {
                    break;
                }
            }
        }
    };
    // A thread, for the size of its stack: that of the main thread is the host's.
    match std::thread::Builder::new().name("job".into()).stack_size(STACK).spawn(jobs) {
        Ok(thread) => i32::from(thread.join().is_err()),
        Err(_) => 4,
    }
}

struct Connection(Mutex<OwnedFd>);

struct Locked<'a>(MutexGuard<'a, OwnedFd>);

impl Connection {
    fn lock(&self) -> Locked<'_> {
        Locked(self.0.lock().unwrap_or_else(|e| e.into_inner()))
    }

    /// The next job; `None` if there is none for a while.
    fn task(self: &Arc<Self>, kind: Kind) -> io::Result<Option<Task>> {
        let mut buffer = socket::buffer();
        let locked = self.lock();
        let until = Instant::now() + IDLE;
        let (length, descriptors) = loop {
            if !socket::wait(locked.0.as_fd(), PollFlags::IN, Some(until))? {
                return Ok(None);
            }
            match socket::receive_with(locked.0.as_fd(), &mut buffer)? {
                (Received::Message(length), descriptors) => break (length, descriptors),
                (Received::Nothing, _) => {}
                (Received::Closed | Received::TooLong, _) => return Ok(None),
            }
        };
        drop(locked);
        let ToWorker::Job(job) = ToWorker::decode(&buffer[..length]).map_err(io::Error::other)? else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let mut descriptors = descriptors.into_iter().map(File::from);
        let source = match job.delivery {
            Delivery::Descriptor => {
                let file = descriptors.next().ok_or(io::ErrorKind::InvalidData)?;
                // Not as a file: asking for its size is a call that takes paths too.
                Source::from_read_at(Handed(file), job.size)
            }
            Delivery::Brokered => Source::from_read_at(Brokered(self.clone()), job.size),
        };
        Ok(Some(Task { kind, source, output: descriptors.next(), job }))
    }
}

impl Locked<'_> {
    fn send(&self, message: &FromWorker) -> io::Result<()> {
        let message = message.encode();
        loop {
            match socket::send(self.0.as_fd(), &message, &[]) {
                Err(rustix::io::Errno::AGAIN) => socket::wait(self.0.as_fd(), PollFlags::OUT, None)?,
                other => return Ok(other?),
            };
        }
    }
}

/// A source that came as a descriptor.
struct Handed(File);

impl ReadAt for Handed {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buf, offset)
    }
}

/// A source whose bytes the host has. Nothing is cached here: readers above ask for windows of their own, and the
/// host counts what they cost.
struct Brokered(Arc<Connection>);

impl ReadAt for Brokered {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let wanted = buf.len().min(MAX_READ);
        if wanted == 0 {
            return Ok(0);
        }
        let locked = self.0.lock();
        locked.send(&FromWorker::Read { offset, len: wanted as u32 })?;
        let mut buffer = socket::buffer();
        let length = loop {
            socket::wait(locked.0.as_fd(), PollFlags::IN, None)?;
            match socket::receive(locked.0.as_fd(), &mut buffer)? {
                Received::Message(length) => break length,
                Received::Nothing => {}
                // The host has gone, and nobody waits for this job.
                Received::Closed | Received::TooLong => std::process::exit(1),
            }
        };
        match ToWorker::decode(&buffer[..length]).map_err(io::Error::other)? {
            ToWorker::Bytes(bytes) if bytes.len() <= wanted => {
                buf[..bytes.len()].copy_from_slice(bytes);
                Ok(bytes.len())
            }
            ToWorker::ReadFailed(detail) => Err(io::Error::other(detail)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
