//! Starting the supervisor, and asking it for workers.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid};

use super::process::Worker;
use crate::kind::Kind;
use crate::protocol::{ARGUMENT, BUILD, FromWorker, Ready, Spawn, Status};
use crate::sandbox::Sandbox;
use crate::socket::{self, Received};

/// How long a worker may take to load its libraries.
const START: Duration = Duration::from_secs(20);

/// How long a supervisor may take to end.
const END: Duration = Duration::from_secs(1);

/// Variables of the host that workers see: where fonts and PDFium are.
const VARIABLES: [&str; 3] = ["HOME", "XDG_DATA_HOME", "THUMBLING_PDFIUM"];

/// Why there is no worker.
#[derive(Debug)]
pub enum NotStarted {
    /// The sandbox of this tier is unavailable on this machine.
    Sandbox(String),
    /// The supervisor has ended.
    Supervisor,
    /// Anything else.
    Other(String),
}

/// The running supervisor. Dropping it ends it and its workers.
#[derive(Debug)]
pub struct Supervisor {
    /// `None` once it is being ended.
    control: Option<OwnedFd>,
    process: OwnedFd,
    /// The process that started it: a forked child must neither end nor reap it.
    host: u32,
}

impl Supervisor {
    /// Starts `program`. The standard library uses `posix_spawn` for a command as plain as this one: the cost does not
    /// depend on the size of the host, and no code runs in a copy of it.
    pub fn start(program: &Path) -> io::Result<Self> {
        let (control, theirs) = socket::pair()?;
        let mut command = Command::new(program);
        command.args([ARGUMENT, "supervisor"]).env_clear();
        for name in VARIABLES {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        let child = command.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::NotFound)?;
        // Fails if it has ended and a host that reaps all children has reaped it.
        let process = pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { control: Some(control), process, host: std::process::id() })
    }

    /// Starts a worker and waits until it is locked down.
    pub fn worker(&self, spawn: Spawn, tenant: &str) -> Result<Worker, NotStarted> {
        let other = |e: io::Error| NotStarted::Other(e.to_string());
        let (jobs, their_jobs) = socket::pair().map_err(other)?;
        let (status, their_status) = socket::pair().map_err(other)?;
        let control = self.control.as_ref().ok_or(NotStarted::Supervisor)?;
        match socket::send(control.as_fd(), &spawn.encode(), &[their_jobs.as_fd(), their_status.as_fd()]) {
            Ok(()) => {}
            Err(Errno::PIPE | Errno::CONNRESET) => return Err(NotStarted::Supervisor),
            Err(e) => return Err(other(e.into())),
        }
        drop((their_jobs, their_status));
        let until = Instant::now() + START;
        let mut buffer = socket::buffer();
        let process = loop {
            if !socket::wait(status.as_fd(), PollFlags::IN, Some(until)).map_err(other)? {
                return Err(NotStarted::Other("the supervisor does not answer".into()));
            }
            let (received, descriptors) =
                socket::receive_with(status.as_fd(), &mut buffer).map_err(|e| other(e.into()))?;
            let length = match received {
                Received::Message(length) => length,
                Received::Nothing => continue,
                Received::Closed | Received::TooLong => return Err(NotStarted::Supervisor),
            };
            match (Status::decode(&buffer[..length]), descriptors.into_iter().next()) {
                (Ok(Status::Started), Some(process)) => break process,
                (Ok(Status::NotStarted(e)), _) if spawn.sandbox == Sandbox::Full && !is_shortage(&e) => {
                    return Err(NotStarted::Sandbox(format!("namespaces: {e}")));
                }
                (Ok(Status::NotStarted(e)), _) => return Err(NotStarted::Other(e)),
                _ => return Err(NotStarted::Supervisor),
            }
        };
        let mut worker = Worker::new(jobs, status, process, spawn, tenant);
        match worker.ready(until) {
            Ok(Ready::Yes { build, kind, sandbox }) => {
                check(&build, kind, sandbox, spawn).map_err(NotStarted::Other)?;
                Ok(worker)
            }
            Ok(Ready::No(reason)) => Err(NotStarted::Sandbox(reason)),
            Err(()) => match worker.ended() {
                Some(ended) => Err(NotStarted::Other(format!(
                    "the worker ended at its start (signal {:?}, code {:?}): {}",
                    ended.signal,
                    ended.code,
                    ended.stderr.trim_end()
                ))),
                None => Err(NotStarted::Supervisor),
            },
        }
    }
}

/// Whether the system is short of processes, memory or descriptors, which says nothing of its sandboxes.
fn is_shortage(detail: &str) -> bool {
    let numbers = [libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE];
    numbers.iter().any(|number| detail.contains(&format!("os error {number})")))
}

fn check(build: &str, kind: Kind, sandbox: Sandbox, spawn: Spawn) -> Result<(), String> {
    if build != BUILD {
        return Err(format!("the worker is of another build: {build}, not {BUILD}; install both from one release"));
    }
    if (kind, sandbox) != (spawn.kind, spawn.sandbox) {
        return Err("the worker is not what was asked for".into());
    }
    Ok(())
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if self.host != std::process::id() {
            return;
        }
        // It ends its workers and reaps them.
        self.control = None;
        let until = Instant::now() + END;
        if !socket::wait(self.process.as_fd(), PollFlags::IN, Some(until)).unwrap_or(false) {
            let _ = pidfd_send_signal(&self.process, Signal::KILL);
        }
        // A host that ignores SIGCHLD or reaps all children has done it: then this fails at once.
        while let Err(Errno::INTR) = waitid(WaitId::PidFd(self.process.as_fd()), WaitIdOptions::EXITED) {}
    }
}

/// The first message, or nothing if the worker ended or sent something else.
impl Worker {
    fn ready(&mut self, until: Instant) -> Result<Ready, ()> {
        match self.receive(Some(until)) {
            Ok(Some(FromWorker::Ready(ready))) => Ok(ready),
            _ => Err(()),
        }
    }
}
