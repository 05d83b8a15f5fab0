//! Pools, requests, and looking at processes.

use std::fs;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::Effort;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::{Fit, Position};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;
use thumbling_isolation::pool::{Config, Outcome, Pool, Request};
use thumbling_isolation::protocol::{Delivery, Frame, Job};
use thumbling_isolation::{Kind, Sandbox};

pub fn pool() -> Pool {
    pool_of(2)
}

pub fn pool_of(workers: usize) -> Pool {
    Pool::new(Config { program: std::env::current_exe().unwrap(), workers, memory: 4 << 30 })
}

/// A request to the test decoder.
#[derive(Clone)]
pub struct Ask {
    pub kind: Kind,
    pub sandbox: Sandbox,
    pub tenant: &'static str,
    pub timeout: Duration,
    pub frames: usize,
}

impl Default for Ask {
    fn default() -> Self {
        let (kind, sandbox) = (Kind::Picture, Sandbox::Landlock);
        Self { kind, sandbox, tenant: "", timeout: Duration::from_secs(10), frames: 1 }
    }
}

impl Ask {
    pub fn run(&self, pool: &Pool, command: &str) -> Result<Outcome> {
        self.run_on(pool, command, &Source::from_slice(format!("file of {command}").as_bytes()), &CancelToken::new())
    }

    pub fn run_on(&self, pool: &Pool, command: &str, source: &Source, cancel: &CancelToken) -> Result<Outcome> {
        let frame = Frame { width: 64, height: 64, fit: Fit::ScaleDown, position: Position::Center };
        let job = Job {
            id: 0,
            size: 0,
            delivery: Delivery::Brokered,
            hint: Hint::name(command),
            limits: Limits::default().max_memory(64 << 20),
            page: 0,
            time: None,
            effort: Effort::Normal,
            frames: vec![frame; self.frames],
            output: self.frames as u64 * 64 * 64 * 4,
        };
        let deadline = Some(Instant::now() + self.timeout);
        let (kind, sandbox, tenant) = (self.kind, self.sandbox, self.tenant);
        pool.run(Request { job, kind, sandbox, tenant, deadline, cancel, source })
    }

    /// What the decoder answers by the detail of an error.
    pub fn text(&self, pool: &Pool, command: &str) -> String {
        match self.run(pool, command) {
            Ok(Outcome::Failed(failure)) => failure.detail,
            other => panic!("{command}: {other:?}"),
        }
    }

    pub fn error(&self, pool: &Pool, command: &str) -> Error {
        match self.run(pool, command) {
            Err(e) => e,
            other => panic!("{command}: {other:?}"),
        }
    }

    /// Asserts that a good file works, with the right pixels.
    pub fn works(&self, pool: &Pool) {
        match self.run(pool, "good") {
            Ok(Outcome::Done(done, Some(pixels))) => {
                let mut first = [0; 12];
                pixels.read_exact_at(&mut first, 0).unwrap();
                assert_eq!((done.format.as_str(), first), ("test", [b'f'; 12]));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The descriptors that this process has open.
pub fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Parent and state of a process.
pub fn status(pid: u32) -> Option<(u32, char)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    Some((fields.next()?.parse().ok()?, state))
}

/// The processes below `pid`.
pub fn descendants(pid: u32) -> Vec<u32> {
    let all = || fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(all().filter(|pid: &u32| status(*pid).is_some_and(|(of, _)| of == parent)));
        next += 1;
    }
    found.remove(0);
    found
}

/// Waits until none of the processes is left, not even as a zombie.
pub fn wait_until_gone(pids: &[u32]) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let left: Vec<_> = pids.iter().filter_map(|pid| status(*pid).map(|status| (pid, status))).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "still there: {left:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn kill(pid: u32, signal: i32) {
    // SAFETY: no memory is involved.
    unsafe { libc::kill(pid as i32, signal) };
}
