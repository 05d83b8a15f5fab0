//! Hosts of every habit, each a process of its own: `--host NAME`.

use std::time::Duration;

use thumbling_core::error::ErrorKind;

use crate::support::{Ask, pool};

/// Runs a host; prints `done` when it is.
pub fn run(name: &str) {
    let (pool, ask) = (pool(), Ask::default());
    match name {
        // Waits in a job until it is killed.
        "busy" => {
            ask.works(&pool);
            println!("ready");
            let _ = Ask { timeout: Duration::from_secs(60), ..ask }.run(&pool, "loop");
        }
        "ignores-children" => {
            // SAFETY: no handler is installed.
            unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
            crash_and_go_on(&pool, &ask);
        }
        "reaps-everything" => {
            std::thread::spawn(|| {
                loop {
                    // SAFETY: the status is not wanted.
                    if unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } < 0 {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
            });
            crash_and_go_on(&pool, &ask);
        }
        "blocks-signals" => {
            // SAFETY: the set is plain data, filled by the first call.
            unsafe {
                let mut all = std::mem::zeroed();
                libc::sigfillset(&mut all);
                libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
            }
            crash_and_go_on(&pool, &ask);
        }
        "short-of-descriptors" => {
            // SAFETY: the limits are plain data.
            unsafe {
                let limit = libc::rlimit { rlim_cur: 12, rlim_max: 4096 };
                libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
            }
            let files: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
            assert_eq!(ask.error(&pool, "good").kind(), ErrorKind::Busy);
            drop(files);
            std::thread::sleep(Duration::from_millis(400));
            ask.works(&pool);
        }
        "many-descriptors" => {
            let open = |_| -> i32 {
                // SAFETY: the path ends with null. Without O_CLOEXEC, as careless hosts do.
                unsafe { libc::open(c"/etc/hostname".as_ptr(), libc::O_RDONLY) }
            };
            let opened = (0..500).map(open).filter(|fd| *fd >= 0).count();
            assert!(opened > 400);
            // Job socket twice, two streams, source and output.
            assert_eq!(ask.text(&pool, "descriptors"), "6");
        }
        "forks" => {
            ask.works(&pool);
            // SAFETY: the child uses what a forked child of a program with one thread may use.
            match unsafe { libc::fork() } {
                0 => {
                    ask.works(&pool);
                    drop(pool);
                    std::process::exit(0);
                }
                child => {
                    let mut status = -1;
                    // SAFETY: the status is valid.
                    unsafe { libc::waitpid(child, &mut status, 0) };
                    assert_eq!(status, 0);
                    let started = pool.counts().started;
                    ask.works(&pool);
                    assert_eq!(pool.counts().started, started, "the child has ended its parent's worker");
                }
            }
        }
        // Its forked child outlives it, with a copy of every descriptor.
        "leaves-a-child" => {
            ask.works(&pool);
            // SAFETY: as above.
            if unsafe { libc::fork() } == 0 {
                std::thread::sleep(Duration::from_secs(20));
                std::process::exit(0);
            }
            println!("ready");
            let _ = Ask { timeout: Duration::from_secs(60), ..ask }.run(&pool, "loop");
        }
        other => panic!("{other}"),
    }
    println!("done");
}

fn crash_and_go_on(pool: &thumbling_isolation::pool::Pool, ask: &Ask) {
    ask.works(pool);
    assert_eq!(ask.error(pool, "abort").kind(), ErrorKind::Corrupt);
    ask.works(pool);
}
