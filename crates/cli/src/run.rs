//! Each input on a thread of its own, timed, and with a panic caught: one file never ends the run.

use std::cell::RefCell;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use thumbling::{Error, Result};

/// Stack of a worker, bytes: as much as a main thread has.
const STACK: usize = 8 << 20;

/// What became of one input.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What was made, or why not.
    pub result: Result<T>,
    /// Wall time.
    pub wall: Duration,
    /// CPU time of the worker.
    pub cpu: Duration,
}

/// Works on `inputs`, the first ones first, `jobs` at once. `done` is called on this thread with the index of each
/// as it is done; its error ends the run after what is under way.
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
                while let Some((index, input)) = take(inputs, next) {
                    if sender.send((index, timed(|| work(input)))).is_err() {
                        break;
                    }
                }
            };
            let spawned = thread::Builder::new().name(format!("job {started}")).stack_size(STACK);
            match spawned.spawn_scoped(scope, worker) {
                Ok(_) => {}
                // Fewer workers than asked for do as well; none cannot.
                Err(_) if started > 0 => break,
                Err(e) => return Err(e),
            }
        }
        drop(sender);
        for (index, outcome) in &receiver {
            if let Err(e) = done(index, outcome) {
                next.store(inputs.len(), Ordering::Relaxed);
                // Dropping it tells workers that wait with an outcome.
                drop(receiver);
                return Err(e);
            }
        }
        Ok(())
    })
}

fn take<'a, I>(inputs: &'a [I], next: &AtomicUsize) -> Option<(usize, &'a I)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    inputs.get(index).map(|input| (index, input))
}

/// Runs `work`, with its panic as an error of kind `internal`.
pub fn timed<T>(work: impl FnOnce() -> Result<T>) -> Outcome<T> {
    let (wall, cpu) = (Instant::now(), ThreadTime::now());
    let result = panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let what = LAST_PANIC.take();
        Err(Error::internal(format!("panicked: {what}")))
    });
    Outcome { result, wall: wall.elapsed(), cpu: cpu.elapsed() }
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has a panic kept for [`timed`] to tell of, instead of printed in between.
pub fn quiet_panics() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| match thread::current().name() {
        Some(name) if name.starts_with("job ") => LAST_PANIC.set(info.to_string()),
        _ => loud(info),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling::ErrorKind;

    #[test]
    fn every_input_gets_its_outcome() {
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
    fn a_panic_is_an_internal_error_of_one_file() {
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
    fn an_error_of_the_listener_ends_the_run() {
        let inputs: Vec<usize> = (0..1000).collect();
        let mut calls = 0;
        let ended = each(
            &inputs,
            2,
            |_| Ok(()),
            |_, _| {
                calls += 1;
                Err(io::ErrorKind::BrokenPipe.into())
            },
        );
        assert!(ended.is_err());
        assert_eq!(calls, 1);
    }
}
