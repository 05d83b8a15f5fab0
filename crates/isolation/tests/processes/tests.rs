//! One behaviour each.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use thumbling_core::cancel::CancelToken;
use thumbling_core::error::ErrorKind;
use thumbling_core::source::{ReadAt, Source};
use thumbling_isolation::pool::{MAX_JOBS, Outcome, Pool};
use thumbling_isolation::{Kind, Sandbox};

use crate::support::{Ask, descendants, descriptors, kill, pool, pool_of, status, wait_until_gone};

pub const ALL: &[(&str, fn())] = &[
    ("a_good_file_comes_back", a_good_file_comes_back),
    ("forbidden_acts_are_denied_in_every_tier_and_kind", forbidden_acts_are_denied),
    ("without_a_sandbox_the_acts_succeed", without_a_sandbox_the_acts_succeed),
    ("fonts_are_readable_for_pages_alone", fonts_are_readable_for_pages_alone),
    ("the_environment_and_descriptors_of_the_host_stay_outside", the_environment_stays_outside),
    ("a_crash_is_a_typed_error_and_the_next_file_works", a_crash_is_a_typed_error),
    ("an_endless_loop_ends_at_the_deadline", an_endless_loop_ends_at_the_deadline),
    ("a_memory_hog_is_a_limit", a_memory_hog_is_a_limit),
    ("threads_are_bounded", threads_are_bounded),
    ("a_cancelled_job_ends_at_once", a_cancelled_job_ends_at_once),
    ("lies_are_found", lies_are_found),
    ("a_flood_ends_at_the_deadline", a_flood_ends_at_the_deadline),
    ("what_comes_after_a_reply_ends_the_worker", what_comes_after_a_reply_ends_the_worker),
    ("shared_memory_cannot_be_resized", shared_memory_cannot_be_resized),
    ("a_source_cannot_be_written", a_source_cannot_be_written),
    ("ranges_are_read_through_the_host", ranges_are_read_through_the_host),
    ("a_job_moves_to_the_kind_of_worker_that_it_needs", a_job_moves),
    ("a_worker_is_replaced_for_another_tenant_after_an_error_and_after_many_jobs", a_worker_is_replaced),
    ("two_crashes_put_a_file_into_quarantine", two_crashes_put_a_file_into_quarantine),
    ("a_killed_worker_is_replaced_and_the_job_tried_again", a_killed_worker_is_replaced),
    ("a_killed_supervisor_is_replaced", a_killed_supervisor_is_replaced),
    ("a_dropped_pool_leaves_nothing", a_dropped_pool_leaves_nothing),
    ("a_killed_host_leaves_nothing", a_killed_host_leaves_nothing),
    ("hosts_of_every_habit_work", hosts_of_every_habit_work),
    ("a_missing_program_is_an_error_and_then_a_delay", a_missing_program_is_an_error),
    ("many_threads_share_few_workers", many_threads_share_few_workers),
];

fn a_good_file_comes_back() {
    let pool = pool();
    for kind in Kind::ALL {
        for sandbox in Sandbox::ALL {
            Ask { kind, sandbox, ..Ask::default() }.works(&pool);
        }
    }
    let counts = pool.counts();
    assert_eq!((counts.busy, counts.idle), (0, 2));
}

/// Pools that use exactly `sandbox`, by making the stronger ones fail, are not to be had: the tier that this machine
/// offers is used. The weaker ones are reached by an environment without them.
fn tiers() -> Vec<Sandbox> {
    let (strongest, reason) = pool().strongest().unwrap();
    assert!(strongest >= Sandbox::Landlock, "this machine has no sandbox: {reason}");
    vec![strongest]
}

fn forbidden_acts_are_denied() {
    for sandbox in [Sandbox::Full, Sandbox::Landlock] {
        if !tiers().iter().any(|strongest| *strongest >= sandbox) {
            continue;
        }
        let pool = pool().at_most(sandbox);
        for kind in Kind::ALL {
            let ask = Ask { kind, sandbox, ..Ask::default() };
            assert_eq!(ask.text(&pool, "acts"), "", "{kind:?} in {sandbox}");
        }
    }
}

fn without_a_sandbox_the_acts_succeed() {
    // Shows that the acts are real ones.
    let pool = pool().at_most(Sandbox::None);
    let succeeded = Ask { sandbox: Sandbox::None, ..Ask::default() }.text(&pool, "acts");
    for act in ["open a file", "socket of IPv4", "Unix socket", "shared memory", "inotify", "executable memory", "fork"]
    {
        assert!(succeeded.contains(act), "{act} is missing in {succeeded}");
    }
    let e = Ask::default().error(&pool, "good");
    assert_eq!(e.kind(), ErrorKind::SandboxUnavailable);
}

fn fonts_are_readable_for_pages_alone() {
    let is_there = std::path::Path::new("/usr/share/fonts").is_dir();
    for sandbox in [Sandbox::Full, Sandbox::Landlock] {
        let pool = pool().at_most(sandbox);
        let read = |kind| Ask { kind, ..Ask::default() }.text(&pool, "font");
        assert!(read(Kind::Page) == "true" || !is_there, "{sandbox}: {}", read(Kind::Page));
        assert_ne!(read(Kind::Picture), "true", "{sandbox}");
    }
}

fn the_environment_stays_outside() {
    // SAFETY: this thread is the only one.
    unsafe { std::env::set_var("SECRET_OF_THE_HOST", "x") };
    let (pool, ask) = (pool(), Ask::default());
    assert!(!ask.text(&pool, "environment").contains("SECRET"));
}

fn a_crash_is_a_typed_error() {
    let (pool, ask) = (pool(), Ask::default());
    for (command, sign) in [
        ("abort", "signal"),
        ("overflow", "stack"),
        ("fault", "signal"),
        ("exit", "code 0"),
        ("panic", "as a decoder does"),
    ] {
        let e = ask.error(&pool, command);
        assert_eq!(e.kind(), ErrorKind::Corrupt, "{command}: {e}");
        assert!(e.detail().contains(sign), "{command}: {e}");
        ask.works(&pool);
    }
}

fn an_endless_loop_ends_at_the_deadline() {
    let pool = pool();
    for command in ["loop", "stall"] {
        let ask = Ask { timeout: Duration::from_millis(300), ..Ask::default() };
        Ask::default().works(&pool);
        let started = Instant::now();
        assert_eq!(ask.error(&pool, command).kind(), ErrorKind::Timeout);
        let took = started.elapsed();
        assert!(took >= ask.timeout && took < ask.timeout + Duration::from_millis(250), "{took:?}");
        Ask::default().works(&pool);
    }
}

fn a_memory_hog_is_a_limit() {
    let (pool, ask) = (pool(), Ask::default());
    assert_eq!(ask.error(&pool, "hog").kind(), ErrorKind::Limit);
    ask.works(&pool);
}

fn threads_are_bounded() {
    let (pool, ask) = (pool(), Ask::default());
    match ask.run(&pool, "threads") {
        Ok(Outcome::Failed(failure)) => assert!(failure.detail.parse::<u32>().unwrap() < 500, "{}", failure.detail),
        // Without memory for another stack Rust's runtime may have none for its own error either.
        Err(e) => assert!(matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Limit), "{e}"),
        other => panic!("{other:?}"),
    }
    ask.works(&pool);
}

fn a_cancelled_job_ends_at_once() {
    let (pool, cancel) = (pool(), CancelToken::new());
    let other = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        other.cancel();
    });
    let started = Instant::now();
    let result = Ask::default().run_on(&pool, "loop", &Source::from_slice(b"x"), &cancel);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(started.elapsed() < Duration::from_millis(700));
    Ask::default().works(&pool);
}

fn lies_are_found() {
    let (pool, ask) = (pool(), Ask { timeout: Duration::from_secs(2), ..Ask::default() });
    let lies = [
        "no-pictures",
        "many-pictures",
        "wide",
        "zero",
        "channels 2",
        "channels 5",
        "channels 0",
        "offset 1",
        "offset 18446744073709551615",
        "huge",
        "name \u{1b}[2J",
        "name A",
        "name ",
        "nan",
        "share",
        "greeting",
        "half",
        "junk",
        "empty",
        "long",
        "read-far",
        "needs-self",
    ];
    for lie in lies {
        let e = match ask.run(&pool, lie) {
            Err(e) => e,
            other => panic!("{lie}: {other:?}"),
        };
        assert!(matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported), "{lie}: {e}");
        ask.works(&pool);
    }
    // A number that means nothing to the host.
    assert!(matches!(ask.run(&pool, "bytes"), Ok(Outcome::Done(..))));
}

fn a_flood_ends_at_the_deadline() {
    let pool = pool();
    let source = Source::from_read_at(Counted::new(1000), 1000);
    let ask = Ask { timeout: Duration::from_millis(300), ..Ask::default() };
    let started = Instant::now();
    let e = ask.run_on(&pool, "flood", &source, &CancelToken::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < Duration::from_millis(900));
    Ask::default().works(&pool);
}

fn what_comes_after_a_reply_ends_the_worker() {
    let (pool, ask) = (pool(), Ask::default());
    for _ in 0..20 {
        assert!(matches!(ask.run(&pool, "twice"), Ok(Outcome::Done(..))));
        // Whether the second reply comes before the next job or after it: that job gets its own.
        let before = pool.counts().started;
        ask.works(&pool);
        assert_eq!(pool.counts().started, before + 1);
        ask.text(&pool, "pid");
    }
    // Pixels are copied once; nobody but the holder of that memory sees what is written later.
    assert!(matches!(ask.run(&pool, "late-write"), Ok(Outcome::Done(..))));
    ask.works(&pool);
}

fn shared_memory_cannot_be_resized() {
    assert_eq!(Ask::default().text(&pool(), "resize"), "false false");
}

fn a_source_cannot_be_written() {
    let path = std::env::temp_dir().join(format!("thumbling-isolation-{}", std::process::id()));
    std::fs::write(&path, "good content").unwrap();
    let file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let pool = pool();
    let outcome = Ask::default().run_on(&pool, "write-source", &Source::from_file(file).unwrap(), &CancelToken::new());
    let content = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(&outcome, Ok(Outcome::Failed(failure)) if failure.detail == "false"), "{outcome:?}");
    assert_eq!(content, "good content");
}

/// Bytes `0, 1, 2…`, and how many were read.
struct Counted(u64, Arc<AtomicU64>);

impl Counted {
    fn new(size: u64) -> Self {
        Self(size, Arc::default())
    }
}

impl ReadAt for Counted {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = buf.len().min(self.0.saturating_sub(offset) as usize);
        for (i, byte) in buf[..n].iter_mut().enumerate() {
            *byte = (offset as usize + i) as u8;
        }
        self.1.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

struct Broken;

impl ReadAt for Broken {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        buf.fill(b'f');
        if offset == 0 { Ok(buf.len()) } else { Err(std::io::Error::other("the store is away")) }
    }
}

fn ranges_are_read_through_the_host() {
    let (pool, ask) = (pool(), Ask::default());
    let size = 1_000_000;
    let expected: u64 = (0..size).map(|i| i & 0xFF).sum();
    let counted = Counted::new(size);
    let read = counted.1.clone();
    let source = Source::from_read_at(counted, size);
    let outcome = ask.run_on(&pool, "read", &source, &CancelToken::new()).unwrap();
    assert!(matches!(&outcome, Outcome::Failed(failure) if failure.detail == expected.to_string()), "{outcome:?}");
    let read = read.load(Ordering::Relaxed);
    assert!((size..size + 10_000).contains(&read), "{read}");
    assert_eq!(source.bytes_read(), read);
    // From memory: by range if it is large, else by descriptor.
    for size in [5usize << 20, 1000] {
        let source = Source::from_bytes(vec![1u8; size]);
        let outcome = ask.run_on(&pool, "read", &source, &CancelToken::new()).unwrap();
        assert!(matches!(&outcome, Outcome::Failed(failure) if failure.detail == size.to_string()), "{outcome:?}");
    }
    let outcome = ask.run_on(&pool, "good", &Source::from_read_at(Broken, 1 << 20), &CancelToken::new());
    assert!(matches!(outcome, Ok(Outcome::Done(..))), "{outcome:?}");
}

fn a_job_moves() {
    let (pool, ask) = (pool(), Ask::default());
    assert!(matches!(ask.run(&pool, "needs-page"), Ok(Outcome::Done(..))));
}

fn a_worker_is_replaced() {
    let (pool, ask) = (pool_of(1), Ask::default());
    let started = || pool.counts().started;
    for _ in 0..MAX_JOBS {
        ask.works(&pool);
    }
    assert_eq!(started(), 1);
    ask.works(&pool);
    assert_eq!(started(), 2);
    Ask { tenant: "another", ..ask.clone() }.works(&pool);
    assert_eq!(started(), 3);
    ask.text(&pool, "pid");
    assert_eq!(started(), 4);
    ask.works(&pool);
    assert_eq!(started(), 5);
}

fn two_crashes_put_a_file_into_quarantine() {
    let (pool, ask) = (pool(), Ask::default());
    ask.error(&pool, "abort");
    ask.error(&pool, "abort");
    let started = pool.counts().started;
    let e = ask.error(&pool, "abort");
    assert!(e.kind() == ErrorKind::Corrupt && e.detail().contains("quarantine"), "{e}");
    assert_eq!(pool.counts().started, started);
    ask.works(&pool);
}

fn worker_of(pool: &Pool) -> (u32, u32) {
    Ask::default().works(pool);
    let all = descendants(std::process::id());
    let supervisor = *all.first().unwrap();
    let worker = *descendants(supervisor).last().unwrap();
    (supervisor, worker)
}

fn a_killed_worker_is_replaced() {
    let pool = pool();
    for _ in 0..20 {
        let (_, worker) = worker_of(&pool);
        kill(worker, libc::SIGKILL);
        Ask::default().works(&pool);
        wait_until_gone(&[worker]);
    }
    // In the middle of a job that goes on for ever: the second attempt is killed as well, and blamed.
    std::thread::scope(|scope| {
        let job = scope.spawn(|| Ask::default().error(&pool, "loop"));
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(300));
            let supervisor = *descendants(std::process::id()).first().unwrap();
            descendants(supervisor).iter().for_each(|pid| kill(*pid, libc::SIGKILL));
        }
        assert_eq!(job.join().unwrap().kind(), ErrorKind::Limit);
    });
}

fn a_killed_supervisor_is_replaced() {
    let pool = pool();
    for _ in 0..4 {
        let (supervisor, worker) = worker_of(&pool);
        kill(supervisor, libc::SIGKILL);
        let started = Instant::now();
        Ask::default().works(&pool);
        Ask { kind: Kind::Video, ..Ask::default() }.works(&pool);
        assert!(started.elapsed() < Duration::from_secs(2));
        wait_until_gone(&[supervisor, worker]);
    }
}

fn a_dropped_pool_leaves_nothing() {
    let before = descriptors();
    for _ in 0..5 {
        let pool = pool();
        worker_of(&pool);
        let _ = Ask::default().run(&pool, "abort");
        let _ = Ask::default().run(&pool, "junk");
        let all = descendants(std::process::id());
        assert!(!all.is_empty());
        drop(pool);
        wait_until_gone(&all);
    }
    assert_eq!(descriptors(), before);
}

fn host(name: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    Command::new(program).args(["--host", name]).stdout(Stdio::piped()).spawn().unwrap()
}

fn a_killed_host_leaves_nothing() {
    for name in ["busy", "leaves-a-child"] {
        for delay in [0, 30, 100] {
            let mut child = host(name);
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            assert_eq!(line, "ready\n");
            std::thread::sleep(Duration::from_millis(delay));
            let supervisors: Vec<u32> = descendants(child.id()).into_iter().filter(|pid| is_ours(*pid)).collect();
            assert!(supervisors.len() >= 2, "{supervisors:?}");
            let forked: Vec<u32> = descendants(child.id()).into_iter().filter(|pid| !is_ours(*pid)).collect();
            child.kill().unwrap();
            child.wait().unwrap();
            wait_until_gone(&supervisors);
            forked.iter().for_each(|pid| kill(*pid, libc::SIGKILL));
        }
    }
}

/// Whether it is a supervisor or worker.
fn is_ours(pid: u32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains("--thumbling-isolation")
}

fn hosts_of_every_habit_work() {
    let habits =
        ["ignores-children", "reaps-everything", "blocks-signals", "short-of-descriptors", "many-descriptors", "forks"];
    for name in habits {
        let child = host(name);
        let pid = child.id();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{name}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "done\n", "{name}");
        assert!(status(pid).is_none());
    }
}

fn a_missing_program_is_an_error() {
    let config =
        thumbling_isolation::pool::Config { program: "/nonexistent/worker".into(), workers: 1, memory: 1 << 30 };
    let pool = Pool::new(config);
    let e = Ask::default().error(&pool, "good");
    assert!(e.kind() == ErrorKind::Busy && e.detail().contains("/nonexistent/worker"), "{e}");
    let e = Ask::default().error(&pool, "good");
    assert!(e.kind() == ErrorKind::Busy && e.detail().contains("next attempt"), "{e}");
    // A program that is no worker.
    let config = thumbling_isolation::pool::Config { program: "/bin/true".into(), workers: 1, memory: 1 << 30 };
    let started = Instant::now();
    assert_eq!(Ask::default().error(&Pool::new(config), "good").kind(), ErrorKind::Busy);
    assert!(started.elapsed() < Duration::from_secs(2));
}

fn many_threads_share_few_workers() {
    let pool = pool();
    std::thread::scope(|scope| {
        for i in 0..8 {
            let pool = &pool;
            scope.spawn(move || {
                let tenant = ["a", "b"][i % 2];
                for _ in 0..20 {
                    Ask { tenant, timeout: Duration::from_secs(60), ..Ask::default() }.works(pool);
                }
            });
        }
    });
    let counts = pool.counts();
    assert!(counts.busy == 0 && counts.idle <= 2, "{counts:?}");
}
