//! How an executable becomes supervisor or worker.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::kind::Kind;
use crate::protocol::{ARGUMENT, FromWorker};
use crate::sandbox::Sandbox;
use crate::task::{Environment, Task};
use crate::{supervisor, worker};

static IS_WORKER: AtomicBool = AtomicBool::new(false);

/// Whether the running executable can be its own worker.
pub fn can_run_itself() -> bool {
    IS_WORKER.load(Ordering::Relaxed)
}

/// Runs a supervisor or worker and ends the process, if it was started as one; else returns at once.
pub fn run_if_worker(prepare: fn(Kind) -> Environment, run: fn(Task) -> FromWorker) {
    IS_WORKER.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != ARGUMENT) {
        return;
    }
    let rest: Vec<String> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let code = match rest.as_slice() {
        ["supervisor"] => supervisor::run(),
        ["worker", kind, sandbox, memory] => {
            let kind = kind.parse().ok().and_then(Kind::from_number);
            let sandbox = sandbox.parse().ok().and_then(Sandbox::from_number);
            match (kind, sandbox, memory.parse()) {
                (Some(kind), Some(sandbox), Ok(memory)) => worker::main(kind, sandbox, memory, prepare, run),
                _ => 2,
            }
        }
        _ => 2,
    };
    std::process::exit(code);
}
