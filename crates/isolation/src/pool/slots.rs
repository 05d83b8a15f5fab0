//! Which workers there are: idle ones by kind and tenant, and room for new ones.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use thumbling_core::error::{Error, ErrorKind, Result};

use super::backoff::Backoff;
use super::launch::{NotStarted, Supervisor};
use super::process::Worker;
use crate::kind::Kind;
use crate::protocol::Spawn;
use crate::request::{Config, Request};
use crate::sandbox::Sandbox;

/// Jobs after which a worker is replaced: what a job left behind does not last.
pub const MAX_JOBS: u32 = 64;

/// What a pool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Workers that run a job.
    pub busy: usize,
    /// Workers that wait for one.
    pub idle: usize,
    /// Workers started so far.
    pub started: u64,
}

/// Memory of a worker beside that of the job's limit: heap of libraries, stacks, what decoders do not account for.
const OVERHEAD: u64 = 144 << 20;

/// The memory limit that a worker is made for at least, bytes: the default of requests, so that workers suit most of them.
const LEAST: u64 = 256 << 20;

/// How often a waiting caller's token is looked at.
const SLICE: Duration = Duration::from_millis(20);

#[derive(Debug, Default)]
pub struct Slots {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    supervisor: Option<Arc<Supervisor>>,
    /// The least recently used first.
    idle: Vec<Worker>,
    /// Workers that run jobs or start.
    busy: usize,
    /// Memory of all workers, bytes.
    memory: u64,
    /// The strongest tier that has not failed on this machine, and why those above failed.
    strongest: Sandbox,
    reason: String,
    backoff: Backoff,
    started: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            supervisor: None,
            idle: Vec::new(),
            busy: 0,
            memory: 0,
            strongest: Sandbox::Full,
            reason: String::new(),
            backoff: Backoff::default(),
            started: 0,
        }
    }
}

impl State {
    fn weaken(&mut self, from: Sandbox, reason: String) {
        let weaker = if from == Sandbox::Full { Sandbox::Landlock } else { Sandbox::None };
        if weaker < self.strongest {
            self.strongest = weaker;
            self.reason = reason;
        }
    }

    /// The tier to use; an error below `least`.
    fn tier(&self, least: Sandbox) -> Result<Sandbox> {
        if self.strongest >= least {
            return Ok(self.strongest);
        }
        let detail = format!("the sandbox `{least}` is unavailable on this machine: {}", self.reason);
        Err(Error::new(ErrorKind::SandboxUnavailable, detail))
    }
}

impl Slots {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn at_most(&self, sandbox: Sandbox) {
        let mut state = self.lock();
        if state.strongest > sandbox {
            (state.strongest, state.reason) = (sandbox, "the host has switched it off".into());
        }
    }

    pub fn counts(&self) -> Counts {
        let state = self.lock();
        Counts { busy: state.busy, idle: state.idle.len(), started: state.started }
    }

    /// A worker for `request`: an idle one of the same tenant unless it has to be fresh, a new one, or the first that gets
    /// free.
    pub fn acquire(&self, config: &Config, request: &Request<'_>, is_fresh: bool) -> Result<Worker> {
        let memory = request.job.limits.max_memory.max(LEAST).saturating_add(OVERHEAD);
        if memory > config.memory {
            let detail = format!("a worker of {memory} bytes; all of them together may take {}", config.memory);
            return Err(Error::limit(detail));
        }
        let mut state = self.lock();
        loop {
            let tier = state.tier(request.sandbox)?;
            let fits = |worker: &Worker| {
                worker.spawn == Spawn { kind: request.kind, sandbox: tier, memory } && worker.tenant == request.tenant
            };
            while let Some(at) = state.idle.iter().rposition(fits).filter(|_| !is_fresh) {
                let mut worker = state.idle.remove(at);
                if worker.is_waiting() {
                    state.busy += 1;
                    return Ok(worker);
                }
                state.memory -= worker.spawn.memory;
            }
            let is_full = state.busy + state.idle.len() >= config.workers;
            if !is_full && state.memory + memory <= config.memory {
                if let Some(left) = state.backoff.left(Instant::now()) {
                    let detail = format!("workers cannot be started; the next attempt is in {left:.1?}");
                    return Err(Error::new(ErrorKind::Busy, detail));
                }
                state.busy += 1;
                state.memory += memory;
                drop(state);
                let spawn = Spawn { kind: request.kind, sandbox: tier, memory };
                match self.start(config, spawn, request.tenant) {
                    Ok(worker) => return Ok(worker),
                    Err(NotStarted::Sandbox(reason)) => {
                        state = self.lock();
                        state.weaken(tier, reason);
                        self.free(&mut state, memory);
                        continue;
                    }
                    Err(NotStarted::Supervisor) => {
                        state = self.lock();
                        self.free(&mut state, memory);
                        state.backoff.failed(Instant::now());
                        return Err(Error::new(ErrorKind::Busy, "the supervisor of workers does not run"));
                    }
                    Err(NotStarted::Other(reason)) => {
                        state = self.lock();
                        self.free(&mut state, memory);
                        state.backoff.failed(Instant::now());
                        let detail = format!("cannot start a worker ({}): {reason}", config.program.display());
                        return Err(Error::new(ErrorKind::Busy, detail));
                    }
                }
            }
            if !state.idle.is_empty() {
                let oldest = state.idle.remove(0);
                state.memory -= oldest.spawn.memory;
                continue;
            }
            if request.cancel.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "cancelled by the caller"));
            }
            // Other files took the time: that says nothing of this one.
            if request.deadline.is_some_and(|at| Instant::now() >= at) {
                return Err(Error::new(ErrorKind::Busy, "all workers were busy until the deadline"));
            }
            state = self.freed.wait_timeout(state, SLICE).unwrap_or_else(|e| e.into_inner()).0;
        }
    }

    /// Starts a worker, and the supervisor first if it does not run.
    fn start(&self, config: &Config, spawn: Spawn, tenant: &str) -> std::result::Result<Worker, NotStarted> {
        for _ in 0..2 {
            let supervisor = {
                let mut state = self.lock();
                match &state.supervisor {
                    Some(supervisor) => supervisor.clone(),
                    None => {
                        let started = Supervisor::start(&config.program);
                        let started = Arc::new(started.map_err(|e| NotStarted::Other(e.to_string()))?);
                        state.supervisor = Some(started.clone());
                        started
                    }
                }
            };
            match supervisor.worker(spawn, tenant) {
                Ok(worker) => {
                    let mut state = self.lock();
                    state.backoff.succeeded();
                    state.started += 1;
                    return Ok(worker);
                }
                // One that has been killed is replaced, once.
                Err(NotStarted::Supervisor) => {
                    let mut state = self.lock();
                    if state.supervisor.as_ref().is_some_and(|current| Arc::ptr_eq(current, &supervisor)) {
                        state.supervisor = None;
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Err(NotStarted::Supervisor)
    }

    fn free(&self, state: &mut State, memory: u64) {
        state.busy -= 1;
        state.memory -= memory;
        self.freed.notify_all();
    }

    /// Takes back a worker that may run another job.
    pub fn release(&self, worker: Worker) {
        if worker.done >= MAX_JOBS {
            return self.discard(worker);
        }
        let mut state = self.lock();
        state.busy -= 1;
        state.idle.push(worker);
        self.freed.notify_one();
    }

    /// Ends a worker.
    pub fn discard(&self, worker: Worker) {
        let memory = worker.spawn.memory;
        drop(worker);
        let mut state = self.lock();
        self.free(&mut state, memory);
    }

    /// See [`Pool::strongest`](super::Pool::strongest).
    pub fn strongest(&self, config: &Config) -> Result<(Sandbox, String)> {
        loop {
            let tier = self.lock().strongest;
            match self.start(config, Spawn { kind: Kind::Picture, sandbox: tier, memory: OVERHEAD }, "") {
                Ok(_) => {
                    let state = self.lock();
                    return Ok((state.strongest, state.reason.clone()));
                }
                Err(NotStarted::Sandbox(reason)) if tier > Sandbox::None => self.lock().weaken(tier, reason),
                Err(NotStarted::Sandbox(reason) | NotStarted::Other(reason)) => {
                    return Err(Error::new(ErrorKind::SandboxUnavailable, reason));
                }
                Err(NotStarted::Supervisor) => {
                    return Err(Error::new(ErrorKind::SandboxUnavailable, "the supervisor of workers does not run"));
                }
            }
        }
    }
}
