//! The worker of hosts that cannot run themselves as one: programs in C, Go, Node or Python. Installed beside the library,
//! which finds it there.

use std::process::ExitCode;

fn main() -> ExitCode {
    thumbling::isolation::run_if_worker();
    eprintln!("thumbling-worker {}: started by the Thumbling library, not by hand", thumbling::VERSION);
    ExitCode::from(2)
}
