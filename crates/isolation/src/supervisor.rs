//! The process that starts workers and reaps them. It has one thread and reads no file of a user.
//!
//! It ends when the host does: its socket closes then, and the host's pidfd becomes readable, even if a forked child of
//! the host keeps a copy of the socket. Workers die with it.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;
use rustix::process::{
    PidfdFlags, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getrlimit, pidfd_open, pidfd_send_signal, setrlimit,
    waitid,
};

use crate::clone::{self, Program};
use crate::protocol::{ARGUMENT, Ended, Spawn, Status};
use crate::sandbox::Sandbox;
use crate::socket::{self, Received};

/// Bytes at the end of standard error that are reported.
const TAIL: u64 = 1000;

/// Bytes of standard error that are kept; writing more fails.
const MAX_STDERR: u64 = 64 << 10;

/// Descriptors of the supervisor, if the host's hard limit admits as many: four a worker.
const MAX_FILES: u64 = 4096;

/// A worker that has not been reaped.
struct Child {
    pidfd: OwnedFd,
    /// To the host, which closes it to have the worker killed.
    status: OwnedFd,
    stderr: File,
    /// Killed because the host has closed `status`.
    is_abandoned: bool,
}

struct Supervisor {
    control: OwnedFd,
    host: Option<OwnedFd>,
    executable: OwnedFd,
    null: OwnedFd,
    children: Vec<Child>,
}

/// Runs until the host has gone; returns the exit code.
pub fn run() -> i32 {
    clone::reset_signals();
    // A host that is short of descriptors has its own limit.
    let files = getrlimit(Resource::Nofile);
    let current = Some(files.maximum.map_or(MAX_FILES, |maximum| maximum.min(MAX_FILES)));
    let _ = setrlimit(Resource::Nofile, Rlimit { current, ..files });
    // Signals of the terminal are for the host.
    let _ = rustix::process::setsid();
    let Ok(mut supervisor) = Supervisor::new() else { return 2 };
    while supervisor.turn().is_ok() {}
    for child in &supervisor.children {
        let _ = pidfd_send_signal(&child.pidfd, Signal::KILL);
    }
    for child in &supervisor.children {
        let _ = waitid(WaitId::PidFd(child.pidfd.as_fd()), WaitIdOptions::EXITED);
    }
    0
}

impl Supervisor {
    fn new() -> io::Result<Self> {
        let control = io::stdin().as_fd().try_clone_to_owned()?;
        let host = rustix::process::getppid().and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        let open = |path: &str, flags| rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty());
        // The same program as this one, even if its file has been replaced.
        let executable = open("/proc/self/exe", OFlags::PATH)?;
        let null = open("/dev/null", OFlags::RDWR)?;
        // A folder in use cannot be unmounted.
        let _ = rustix::process::chdir("/");
        Ok(Self { control, host, executable, null, children: Vec::new() })
    }

    /// Waits for one event or more, and reacts. An error ends the supervisor.
    fn turn(&mut self) -> io::Result<()> {
        let mut polled = vec![PollFd::new(&self.control, PollFlags::IN)];
        polled.push(match &self.host {
            Some(host) => PollFd::new(host, PollFlags::IN),
            None => PollFd::new(&self.control, PollFlags::empty()),
        });
        for child in &self.children {
            polled.push(PollFd::new(&child.pidfd, PollFlags::IN));
            // A closed socket stays readable: once is enough.
            let second = if child.is_abandoned { &child.pidfd } else { &child.status };
            polled.push(PollFd::new(second, PollFlags::IN));
        }
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        let events: Vec<PollFlags> = polled.iter().map(PollFd::revents).collect();
        drop(polled);
        if self.host.is_some() && !events[1].is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut index = 0;
        self.children.retain_mut(|child| {
            let (ended, abandoned) = (events[2 + 2 * index], events[3 + 2 * index]);
            index += 1;
            if !abandoned.is_empty() && ended.is_empty() {
                let _ = pidfd_send_signal(&child.pidfd, Signal::KILL);
                child.is_abandoned = true;
            }
            ended.is_empty() || !reap(child)
        });
        if events[0].is_empty() {
            return Ok(());
        }
        let mut buffer = [0; 64];
        match socket::receive_with(self.control.as_fd(), &mut buffer)? {
            (Received::Nothing, _) => Ok(()),
            (Received::Message(length), descriptors) => {
                let spawn = Spawn::decode(&buffer[..length]).map_err(io::Error::other)?;
                self.spawn(spawn, descriptors);
                Ok(())
            }
            (Received::Closed | Received::TooLong, _) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn spawn(&mut self, spawn: Spawn, descriptors: Vec<OwnedFd>) {
        let mut descriptors = descriptors.into_iter();
        let (Some(job), Some(status)) = (descriptors.next(), descriptors.next()) else { return };
        match self.start(spawn, job.as_fd()) {
            Ok((pidfd, stderr)) => {
                if socket::send(status.as_fd(), &Status::Started.encode(), &[pidfd.as_fd()]).is_err() {
                    let _ = pidfd_send_signal(&pidfd, Signal::KILL);
                }
                self.children.push(Child { pidfd, status, stderr, is_abandoned: false });
            }
            Err(e) => {
                let _ = socket::send(status.as_fd(), &Status::NotStarted(e.to_string()).encode(), &[]);
            }
        }
    }

    fn start(&self, spawn: Spawn, job: BorrowedFd<'_>) -> io::Result<(OwnedFd, File)> {
        let stderr = File::from(rustix::fs::memfd_create("stderr", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
        stderr.set_len(MAX_STDERR)?;
        rustix::fs::fcntl_add_seals(&stderr, SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
        let arguments = [
            "thumbling-worker".to_owned(),
            ARGUMENT.to_owned(),
            "worker".to_owned(),
            (spawn.kind as u8).to_string(),
            (spawn.sandbox as u8).to_string(),
            spawn.memory.to_string(),
        ];
        let arguments: Vec<CString> = arguments.into_iter().filter_map(|text| CString::new(text).ok()).collect();
        // The host has chosen what this process has.
        let variables = std::env::vars_os().map(|(name, value)| {
            let mut variable = name.into_encoded_bytes();
            variable.push(b'=');
            variable.extend(value.into_encoded_bytes());
            variable
        });
        let environment: Vec<CString> = variables.filter_map(|variable| CString::new(variable).ok()).collect();
        let program = Program {
            executable: self.executable.as_fd(),
            arguments: &arguments,
            environment: &environment,
            streams: [job, self.null.as_fd(), stderr.as_fd()],
        };
        let namespaces = if spawn.sandbox == Sandbox::Full { clone::NAMESPACES } else { 0 };
        let (pidfd, pid) = clone::start(&program, namespaces)?;
        // When memory is short the worker ends, not the host.
        let _ = std::fs::write(format!("/proc/{pid}/oom_score_adj"), "1000");
        Ok((pidfd, stderr))
    }
}

/// Reaps a child that has ended and reports how; whether it had.
fn reap(child: &Child) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
    let ended = match waitid(WaitId::PidFd(child.pidfd.as_fd()), options) {
        Ok(None) | Err(Errno::INTR) => return false,
        Ok(Some(status)) => (status.terminating_signal(), status.exit_status()),
        Err(_) => (None, None),
    };
    // The position is the worker's: both share the open file.
    let mut stderr = &child.stderr;
    let length = stderr.stream_position().unwrap_or(0).min(MAX_STDERR);
    let mut tail = vec![0; length.min(TAIL) as usize];
    let start = length - tail.len() as u64;
    let read = child.stderr.read_at(&mut tail, start).unwrap_or(0);
    let stderr = String::from_utf8_lossy(&tail[..read]).into_owned();
    let status = Status::Ended(Ended { signal: ended.0, code: ended.1, stderr });
    let _ = socket::send(child.status.as_fd(), &status.encode(), &[]);
    true
}
