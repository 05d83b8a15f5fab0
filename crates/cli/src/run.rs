//! Worker threads: each file is timed, and a panic fails that file only.

use std::cell::RefCell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use thumbling::{Error, Result};

/// Stack of a worker, bytes: the usual size of a main thread.
const STACK: usize = 8 << 20;

/// The result of one input and what it cost.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What `work` returned; `internal` if it panicked.
    pub result: Result<T>,
    /// Wall time.
    pub wall: Duration,
    /// CPU time of the worker thread.
    pub cpu: Duration,
}

/// Calls `work` on all `inputs` in order, on up to `jobs` threads. `done` is called on this thread with the index and
/// outcome of each input as it finishes. An error from `done` stops the run once running work has finished.
pub fn each<'a, I: Sync, T: Send>(
    inputs: &'a [I],
    jobs: usize,
    work: impl Fn(&'a I) -> Result<T> + Sync,
    mut done: impl FnMut(usize, Outcome<T>) -> io::Result<()>,
) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::sync_channel(2 * jobs);
    thread::scope(|scope| {
        for started in 0..jobs.min(inputs.len()) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            let worker = move || {
                while let Some((index, input)) = next_input(inputs, next) {
                    if sender.send((index, timed(|| work(input)))).is_err() {
                        break;
                    }
                }
            };
            let spawned = thread::Builder::new().name(format!("job {started}")).stack_size(STACK);
            match spawned.spawn_scoped(scope, worker) {
                Ok(_) => {}
                // One worker is enough to finish.
                Err(_) if started > 0 => break,
                Err(e) => return Err(e),
            }
        }
        drop(sender);
        for (index, outcome) in &receiver {
            if let Err(e) = done(index, outcome) {
                next.store(inputs.len(), Ordering::Relaxed);
                // Wakes workers that are blocked in `send`.
                drop(receiver);
                return Err(e);
            }
        }
        Ok(())
    })
}

fn next_input<'a, I>(inputs: &'a [I], next: &AtomicUsize) -> Option<(usize, &'a I)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    inputs.get(index).map(|input| (index, input))
}

/// Runs `work` and times it; a panic becomes an `internal` error.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Outcome<T> {
    let (wall, cpu) = (Instant::now(), ThreadTime::now());
    let result = panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = LAST_PANIC.take();
        Err(Error::internal(format!("panicked: {message}")))
    });
    Outcome { result, wall: wall.elapsed(), cpu: cpu.elapsed() }
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes panics of workers part of their error, see [`timed`], instead of printing them.
pub fn capture_panics() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| match thread::current().name() {
        Some(name) if name.starts_with("job ") => LAST_PANIC.set(info.to_string()),
        _ => default(info),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling::ErrorKind;

    #[test]
    fn every_input_gets_an_outcome() {
        for jobs in [1, 3] {
            let inputs: Vec<usize> = (0..100).collect();
            let mut seen = vec![None; inputs.len()];
            each(
                &inputs,
                jobs,
                |n| Ok(n * 2),
                |i, o| {
                    seen[i] = o.result.ok();
                    Ok(())
                },
            )
            .unwrap();
            assert!(seen.iter().enumerate().all(|(i, n)| *n == Some(i * 2)));
        }
    }

    #[test]
    fn panic_fails_one_file_as_internal() {
        let mut kinds = Vec::new();
        let work = |n: &u32| if *n == 1 { panic!("of one file") } else { Ok(()) };
        each(&[0, 1, 2], 1, work, |_, o| {
            kinds.push(o.result.err().map(|e| e.kind()));
            Ok(())
        })
        .unwrap();
        assert_eq!(kinds, [None, Some(ErrorKind::Internal), None]);
    }

    #[test]
    fn callback_error_stops_the_run() {
        let inputs: Vec<usize> = (0..1000).collect();
        let mut calls = 0;
        let result = each(
            &inputs,
            2,
            |_| Ok(()),
            |_, _| {
                calls += 1;
                Err(io::ErrorKind::BrokenPipe.into())
            },
        );
        assert!(result.is_err());
        assert_eq!(calls, 1);
    }
}
