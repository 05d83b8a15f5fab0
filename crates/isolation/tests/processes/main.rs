//! Real processes: a worker whose decoder misbehaves in every way, and hosts that are killed or reap everything.
//!
//! The test program is its own worker, so it has its own `main` instead of the standard harness.
#![allow(unsafe_code)] // What a hostile decoder does, it does by system calls.

#[cfg(target_os = "linux")]
mod acts;
#[cfg(target_os = "linux")]
mod decoder;
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(target_os = "linux")]
mod support;
#[cfg(target_os = "linux")]
mod tests;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    thumbling_isolation::run_if_worker(|_| decoder::environment(), decoder::run);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, host] = arguments.as_slice()
        && first == "--host"
    {
        return hosts::run(host);
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let mut failed = 0;
    for (name, test) in tests::ALL {
        if filter.is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let started = std::time::Instant::now();
        let result = std::panic::catch_unwind(test);
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        println!("test {name} ... {outcome} ({:.2?})", started.elapsed());
        failed += usize::from(result.is_err());
    }
    std::process::exit(i32::from(failed > 0));
}
