//! The decoder of the tests: the name of the file says what it does.

use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use thumbling_core::error::ErrorKind;
use thumbling_core::format::Family;
use thumbling_core::frame::Origin;
use thumbling_isolation::protocol::{BUILD, Done, Failure, FromWorker, Picture, Ready};
use thumbling_isolation::{Environment, Kind, Sandbox, Task};

use crate::acts;

pub fn environment() -> Environment {
    Environment { readable: vec!["/usr/share/fonts".into()] }
}

/// A picture of 2 × 2 px for each frame, filled with the first byte of the file.
fn done(task: &Task) -> Done {
    let head = task.source.head().unwrap();
    let mut pictures = Vec::new();
    for (i, _) in task.job.frames.iter().enumerate() {
        let offset = i as u64 * 12;
        if let Some(output) = &task.output {
            output.write_all_at(&[head[0]; 12], offset).unwrap();
        }
        pictures.push(Picture { width: 2, height: 2, channels: 3, offset });
    }
    Done {
        format: "test".into(),
        format_family: Family::Image,
        family: Family::Image,
        width: 2.0,
        height: 2.0,
        pages: 1,
        duration: None,
        flags: [false; 4],
        pictures,
        origin: Origin::Decoded,
        confidence: 1.0,
        warnings: Vec::new(),
        bytes_read: head.len() as u64,
    }
}

fn failed(detail: String) -> FromWorker {
    FromWorker::Failed(
        ID.load(Ordering::Relaxed),
        Failure { kind: ErrorKind::Unsupported, format: None, detail, bytes_read: 0, refused: 0 },
    )
}

/// Sends bytes that are no message of ours, or not one of now; the socket is standard input too.
fn send(bytes: &[u8]) -> isize {
    // SAFETY: the slice is valid for its length.
    unsafe { libc::send(0, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT) }
}

#[allow(unconditional_recursion)]
fn overflow(n: u64) -> u64 {
    let page = [n; 512];
    std::hint::black_box(overflow(n + 1) + std::hint::black_box(page)[0])
}

/// The job that is running.
static ID: AtomicU32 = AtomicU32::new(0);

pub fn run(task: Task) -> FromWorker {
    ID.store(task.job.id, Ordering::Relaxed);
    let command = task.job.hint.name.clone().unwrap_or_default();
    let (command, argument) = command.split_once(' ').unwrap_or((&command, ""));
    let mut done = done(&task);
    match command {
        "good" => {}
        "pid" => return failed(std::process::id().to_string()),
        "acts" => return failed(acts::that_succeed().join(", ")),
        "read" => {
            let (all, mut sum) = (task.source.read_all(u64::MAX).unwrap(), 0u64);
            all.iter().for_each(|b| sum += u64::from(*b));
            return failed(sum.to_string());
        }
        "font" => {
            return failed(std::fs::read_dir("/usr/share/fonts").map_or_else(|e| e.to_string(), |_| "true".into()));
        }
        "environment" => return failed(std::env::vars().map(|(name, _)| name).collect::<Vec<_>>().join(" ")),
        "descriptors" => {
            let open = |fd: &i32| -> bool {
                // SAFETY: no memory is involved.
                unsafe { libc::fcntl(*fd, libc::F_GETFD) >= 0 }
            };
            return failed((0..64).filter(open).count().to_string());
        }
        "abort" => std::process::abort(),
        "exit" => std::process::exit(0),
        "panic" => panic!("as a decoder does"),
        "overflow" => drop(overflow(0)),
        "fault" => {
            // SAFETY: not at all: a decoder in C does this by mistake.
            unsafe { std::ptr::null_mut::<u8>().add(8).write_volatile(1) };
        }
        "loop" => loop {
            std::hint::spin_loop();
        },
        "stall" => std::thread::sleep(Duration::from_secs(3600)),
        "hog" => {
            let mut all = Vec::new();
            loop {
                all.push(vec![1u8; 16 << 20]);
            }
        }
        "threads" => {
            let many = (0..100_000).take_while(|_| {
                let thread = std::thread::Builder::new().stack_size(1 << 20);
                thread.spawn(|| std::thread::sleep(Duration::from_secs(3600))).is_ok()
            });
            return failed(many.count().to_string());
        }
        "needs-page" if task.kind != Kind::Page => return FromWorker::Needs(task.job.id, Kind::Page),
        "needs-page" => {}
        "needs-self" => return FromWorker::Needs(task.job.id, task.kind),
        // Lies, one field each.
        "no-pictures" => done.pictures.clear(),
        "many-pictures" => done.pictures = vec![done.pictures[0]; 200],
        "wide" => done.pictures[0].width = 5000,
        "zero" => done.pictures[0].height = 0,
        "channels" => done.pictures[0].channels = argument.parse().unwrap(),
        "offset" => done.pictures[0].offset = argument.parse().unwrap(),
        "huge" => (done.pictures[0].width, done.pictures[0].height) = (u32::MAX, u32::MAX),
        "name" => done.format = argument.into(),
        "another-job" => return FromWorker::Done(task.job.id + 1, done),
        "nan" => done.width = f64::NAN,
        "share" => done.confidence = 1e300,
        "bytes" => done.bytes_read = u64::MAX,
        "greeting" => {
            let ready = Ready::Yes { build: BUILD.into(), kind: Kind::Video, sandbox: Sandbox::Full };
            return FromWorker::Ready(ready);
        }
        "read-far" => {
            send(&FromWorker::Read { offset: u64::MAX, len: 1 }.encode());
        }
        "half" => {
            let message = FromWorker::Done(task.job.id, done.clone()).encode();
            send(&message[..message.len() / 2]);
        }
        "junk" => {
            send(&[0xFF; 1000]);
        }
        "empty" => {
            send(&[]);
        }
        "long" => {
            send(&vec![67; 200 << 10]);
        }
        "flood" => {
            let message = FromWorker::Read { offset: 0, len: 1 << 17 }.encode();
            while send(&message) != 0 {}
        }
        "twice" => {
            send(&FromWorker::Done(task.job.id, done.clone()).encode());
        }
        "late-write" => {
            let output = task.output.as_ref().unwrap().try_clone().unwrap();
            std::thread::spawn(move || while output.write_all_at(&[99; 12], 0).is_ok() {});
        }
        "resize" => {
            let output = task.output.as_ref().unwrap();
            return failed(format!("{} {}", output.set_len(0).is_ok(), output.write_all_at(&[0], 1 << 20).is_ok()));
        }
        "write-source" => return failed(send_to_source(&task).to_string()),
        other => panic!("{other}"),
    }
    FromWorker::Done(task.job.id, done)
}

/// Whether the file can be written to by any descriptor that the worker has.
fn send_to_source(_: &Task) -> bool {
    (3..64).any(|fd| {
        // SAFETY: the buffer is valid; the descriptor is only used for this call.
        let written = unsafe { libc::pwrite(fd, b"x".as_ptr().cast(), 1, 0) };
        // The output is another descriptor: it has no content yet but ours.
        let mut byte = [0u8; 1];
        // SAFETY: the buffer is valid for one byte.
        let read = unsafe { libc::pread(fd, byte.as_mut_ptr().cast(), 1, 1) };
        written == 1 && read == 1 && byte[0] == b'o'
    })
}
