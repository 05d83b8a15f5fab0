//! `kill -9` at random moments, and a failure of each file-system call of the store: nothing acknowledged is lost, nothing
//! is reported twice, nothing torn is ever served.
//!
//! This program is both the host that is killed and the process that kills it. The host prints what was acknowledged, and
//! the killer records it outside the process that dies. `THUMBLING_LONG=1` runs the long form.

mod engine_host;

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engine_host::{Temp, config, file, mary, picture};
use thumbling::Source;
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo, Verdict};
use thumbling_engine::id::{FileRef, SpaceId, TaskId, Version};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind, TaskState};

/// A name and a function, which is passed whether to run the long form.
type Test = (&'static str, fn(bool));

/// A drive of distinct pictures `f0`, `f1`, …, generated on demand.
struct Endless;

impl Endless {
    fn number(file: &FileRef) -> Result<u32, DriveError> {
        file.file.as_str().trim_start_matches('f').parse().map_err(|_| DriveError::no_such_file("no such file"))
    }
}

impl Drive for Endless {
    fn stat(&self, file: &FileRef, _: &CallContext) -> Result<FileInfo, DriveError> {
        let (n, version) = (Self::number(file)?, Version::new("1").unwrap());
        Ok(FileInfo {
            name: format!("{n}.png"),
            size: picture(n, 90, 70).len() as u64,
            version,
            verdict: Verdict::Clean,
        })
    }

    fn open(&self, file: &FileRef, _: &CallContext) -> Result<Source, DriveError> {
        Ok(Source::from_bytes(picture(Self::number(file)?, 90, 70)))
    }

    fn authorize(
        &self,
        _: &Caller,
        _: Option<&FileRef>,
        _: &SpaceId,
        _: Action,
        _: &CallContext,
    ) -> Result<Access, DriveError> {
        Ok(Access::Allow)
    }
}

/// A drive whose file `f666` kills the process that renders it.
struct Poisoned;

struct Killing;

impl thumbling::ReadAt for Killing {
    fn read_at(&self, _: u64, _: &mut [u8]) -> std::io::Result<usize> {
        std::process::abort()
    }
}

impl Drive for Poisoned {
    fn stat(&self, file: &FileRef, call: &CallContext) -> Result<FileInfo, DriveError> {
        Endless.stat(file, call)
    }

    fn open(&self, file: &FileRef, call: &CallContext) -> Result<Source, DriveError> {
        match Endless::number(file)? {
            666 => Ok(Source::from_read_at(Arc::new(Killing), 1000)),
            _ => Endless.open(file, call),
        }
    }

    fn authorize(
        &self,
        _: &Caller,
        _: Option<&FileRef>,
        _: &SpaceId,
        _: Action,
        _: &CallContext,
    ) -> Result<Access, DriveError> {
        Ok(Access::Allow)
    }
}

/// Creates tasks the first time, and waits until all have ended.
fn poisoned_host(state: &Path, first: bool) {
    let engine = Engine::open(config(state), Arc::new(Poisoned)).unwrap();
    if first {
        for n in [1, 2, 3, 666, 4, 5, 6] {
            let id = engine.create_task(TaskKind::Image, &file("s0", &format!("f{n}")), &mary()).unwrap();
            say(&format!("ack {id} f{n}"));
        }
    }
    let start = Instant::now();
    while engine.counters().unwrap().queued > 0 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn poisoned(_: bool) {
    let temp = Temp::new("poisoned");
    let mut journal = Journal::default();
    let mut ends = Vec::new();
    for round in 0..3 {
        let start = Instant::now();
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["poisoned".as_ref(), temp.0.as_os_str()])
            .arg(if round == 0 { "first" } else { "again" })
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap().lines().for_each(|line| journal.read(line));
        ends.push((out.status.success(), start.elapsed() > Duration::from_secs(2)));
    }
    // Killed at once; killed again, but only after the host had time to serve; then quarantined for good.
    assert!(!ends[0].0, "the file did not kill its host");
    assert_eq!(ends[1], (false, true));
    assert!(ends[2].0, "the file killed a third host");
    let engine = Engine::open(config(&temp.0), Arc::new(Poisoned)).unwrap();
    for (id, files) in &journal.acknowledged {
        let status = engine.wait(id, &mary(), Duration::from_secs(10)).unwrap();
        let expected = if files[0] == "f666" { TaskState::Failed } else { TaskState::Succeeded };
        assert_eq!(status.state, expected, "{status:?}");
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("host") => host(args[2].as_ref(), args[3].parse().unwrap(), args[4].parse().unwrap()),
        Some("work") => work(args[2].as_ref()),
        Some("poisoned") => poisoned_host(args[2].as_ref(), args[3] == "first"),
        _ => {
            let long = std::env::var_os("THUMBLING_LONG").is_some();
            let only: Vec<&String> = args[1..].iter().filter(|arg| !arg.starts_with('-')).collect();
            let tests: [Test; 3] = [
                ("a_host_that_is_killed_loses_nothing", killed),
                ("a_file_that_kills_its_host_twice_is_left_alone", poisoned),
                ("a_disk_that_fails_corrupts_nothing", disk),
            ];
            for (name, test) in tests {
                if only.is_empty() || only.iter().any(|only| name.contains(only.as_str())) {
                    let start = Instant::now();
                    test(long);
                    println!("test {name} ... ok ({:.1} s)", start.elapsed().as_secs_f64());
                }
            }
        }
    }
}

/// Creates tasks as fast as it can until it is killed. Prints `up`, and `ack` with what was acknowledged.
fn host(state: &Path, first: u32, known: u32) {
    let start = Instant::now();
    let engine = Engine::open(config(state), Arc::new(Endless)).unwrap();
    engine.lookup(&file("s0", &format!("f{known}")), None, &mary(), LookupMode::CacheOnly).unwrap();
    say(&format!("up {}", start.elapsed().as_millis()));
    let told = engine.on_finished(|status| say(&format!("end {} {}", status.id, status.state.name())));
    let engine = &engine;
    std::thread::scope(|s| {
        for thread in 0..4u32 {
            s.spawn(move || {
                for i in 0.. {
                    let n = first + thread * 100_000 + i * 10;
                    let files = |count: u32| -> Vec<FileRef> {
                        (n..n + count).map(|n| file(&format!("s{}", n % 7), &format!("f{n}"))).collect()
                    };
                    let (files, id) = match (thread, i % 4) {
                        (0, _) => (files(1), engine.file_changed(&files(1)[0])),
                        (1, 0) => {
                            let task = ShareTask::package("x.zip", PackageContent::Files);
                            (files(8), engine.create_share_task(task, &files(8), &mary()))
                        }
                        (1 | 2, _) => (files(5), engine.create_batch_task(&files(5), &mary())),
                        _ => (files(1), engine.create_task(TaskKind::Image, &files(1)[0], &mary())),
                    };
                    if let Ok(id) = id {
                        let files: Vec<_> = files.iter().map(|file| file.file.as_str().to_owned()).collect();
                        say(&format!("ack {id} {}", files.join(",")));
                    }
                    std::thread::sleep(Duration::from_millis(8));
                }
            });
        }
    });
    drop(told);
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // In one write, so that the killer reads a whole line or nothing.
    let _ = out.write_all(format!("{line}\n").as_bytes());
    let _ = out.flush();
}

/// What the killer has recorded.
#[derive(Default)]
struct Journal {
    acknowledged: HashMap<TaskId, Vec<String>>,
    ended: HashMap<TaskId, String>,
    slowest: u64,
}

impl Journal {
    fn read(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["up", ms] => self.slowest = self.slowest.max(ms.parse().unwrap()),
            ["ack", id, files] => {
                let files = files.split(',').map(str::to_owned).collect();
                self.acknowledged.insert(id.parse().unwrap(), files);
            }
            ["end", id, state] => {
                // Several processes may report the same end, but never a different one.
                let before = self.ended.insert(id.parse().unwrap(), state.to_owned());
                assert!(before.is_none_or(|before| before == state), "task {id} ended in two ways");
            }
            _ => {}
        }
    }

    /// Reads the output of one process.
    fn read_all(&mut self, lines: &[String]) {
        let ends: Vec<&String> = lines.iter().filter(|line| line.starts_with("end ")).collect();
        let once: HashSet<&String> = ends.iter().copied().collect();
        assert_eq!(ends.len(), once.len(), "a process was told of an end twice");
        lines.iter().for_each(|line| self.read(line));
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn killed(long: bool) {
    let rounds = if long { 200 } else { 20 };
    let temp = Temp::new("killed");
    std::fs::create_dir_all(&temp.0).unwrap();
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let (mut random, mut journal) = (Random(seed), Journal::default());
    println!("seed {seed}");
    for round in 0..rounds {
        // Every third round runs two hosts on one store.
        let hosts = if round % 3 == 2 { 2 } else { 1 };
        let mut children: Vec<_> = (0..hosts)
            .map(|host| {
                let mut child = Command::new(std::env::current_exe().unwrap())
                    .args(["host".as_ref(), temp.0.as_os_str()])
                    .args([(round * 1_000_000 + host * 500_000).to_string(), 0.to_string()])
                    .stdout(Stdio::piped())
                    .spawn()
                    .unwrap();
                let out = BufReader::new(child.stdout.take().unwrap());
                (child, std::thread::spawn(move || out.lines().map_while(Result::ok).collect::<Vec<_>>()))
            })
            .collect();
        for (child, _) in &mut children {
            // Some die while opening.
            std::thread::sleep(Duration::from_millis(random.below(400)));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        children.into_iter().for_each(|(_, reading)| journal.read_all(&reading.join().unwrap()));
    }
    let (acknowledged, told) = (journal.acknowledged.len(), journal.ended.len());
    assert!(acknowledged > rounds as usize, "only {acknowledged} tasks were taken");
    let drained = Instant::now();
    let (pictures, packages) = settle(&temp.0, &journal);
    println!(
        "{rounds} kills, {acknowledged} tasks acknowledged ({told} seen to end before), 0 lost; {pictures} pictures and {packages} packages right; \
         slowest start to first look {} ms; the rest took {:.1} s",
        journal.slowest,
        drained.elapsed().as_secs_f64()
    );
    assert!(journal.slowest < 1000, "a start took {} ms", journal.slowest);
}

/// Opens the store again, undisturbed, and checks everything that was acknowledged.
fn settle(state: &Path, journal: &Journal) -> (usize, usize) {
    let engine = Engine::open(config(state), Arc::new(Endless)).unwrap();
    let (mut pictures, mut packages) = (0, 0);
    // As long as it makes progress.
    let (mut before, mut since) = (u64::MAX, Instant::now());
    loop {
        let queued = engine.counters().unwrap().queued;
        if queued == 0 {
            break;
        }
        if queued < before {
            (before, since) = (queued, Instant::now());
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{queued} jobs do not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    for (id, files) in &journal.acknowledged {
        let status = engine.wait(id, &mary(), Duration::from_secs(1)).expect("an acknowledged task is lost");
        assert_eq!(status.state, TaskState::Succeeded, "{status:?}");
        assert_eq!((status.done, status.failed, status.total), (files.len() as u32, 0, files.len() as u32));
        if let Some(before) = journal.ended.get(id) {
            assert_eq!(before, status.state.name(), "a task that ended has changed");
        }
        if let Some(url) = &status.url {
            let bytes = engine.open_url(&url.url).unwrap().body.read_all(1 << 30).unwrap();
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            assert_eq!(zip.len(), files.len(), "entries of a package");
            for (i, file) in files.iter().enumerate() {
                let mut content = Vec::new();
                std::io::copy(&mut zip.by_index(i).unwrap(), &mut content).unwrap();
                assert_eq!(content, picture(file[1..].parse().unwrap(), 90, 70));
            }
            packages += 1;
            continue;
        }
        for name in files {
            let n: u32 = name[1..].parse().unwrap();
            let file = file(&format!("s{}", n % 7), name);
            let look = engine.lookup(&file, None, &mary(), LookupMode::CacheOnly).unwrap();
            let LookupState::Ready { url, etag, .. } = look.state else { panic!("{look:?}") };
            let opened = engine.open_url(&url.url).expect("a thumbnail that is ready cannot be read");
            assert_eq!(opened.etag, etag);
            pictures += 1;
        }
    }
    let verified = engine.verify().unwrap();
    assert_eq!((verified.damaged, verified.missing), (0, 0), "{verified:?}");
    assert_eq!(engine.counters().unwrap().stuck, 0);
    assert_eq!(engine.close(Duration::from_secs(10)), 0);
    (pictures, packages)
}

/// A few calls of each kind on a failing disk. Prints `ack` and errors.
fn work(state: &Path) {
    let engine = match Engine::open(config(state), Arc::new(Endless)) {
        Ok(engine) => engine,
        Err(e) => return say(&format!("refused {}", e.kind())),
    };
    let files: Vec<FileRef> = (0..4).map(|n| file(&format!("s{}", n % 7), &format!("f{n}"))).collect();
    let package = || ShareTask::package("x.zip", PackageContent::Files);
    let tasks = [
        (1, engine.create_task(TaskKind::Image, &files[0], &mary())),
        (3, engine.create_batch_task(&files[..3], &mary())),
        (4, engine.create_share_task(package(), &files, &mary())),
        (1, engine.file_changed(&files[3]).inspect(|_| drop(engine.collect_garbage()))),
    ];
    for (n, (count, task)) in tasks.into_iter().enumerate() {
        match task {
            Ok(id) => {
                let names: Vec<_> =
                    if n == 3 { vec!["f3".to_owned()] } else { (0..count).map(|n| format!("f{n}")).collect() };
                say(&format!("ack {id} {}", names.join(",")));
                let _ = engine.wait(&id, &mary(), Duration::from_millis(300));
            }
            Err(e) => say(&format!("error {} {:?}", e.kind(), e.subject())),
        }
    }
    for file in &files {
        if let Ok(look) = engine.lookup(file, None, &mary(), LookupMode::CacheOnly)
            && let LookupState::Ready { url, etag, .. } = look.state
            && let Ok(opened) = engine.open_url(&url.url)
        {
            assert_eq!(opened.etag, etag, "a torn thumbnail was served");
        }
    }
    let start = Instant::now();
    engine.close(Duration::from_secs(5));
    assert!(start.elapsed() < Duration::from_secs(20));
    say("done");
}

/// Compiles the shim.
fn shim(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine_host/fault.c");
    let library = folder.join("fault.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status()
        .expect("a C compiler");
    assert!(compiled.success());
    library
}

/// Error numbers of Linux.
mod errno {
    pub const EIO: i32 = 5;
    pub const ENOSPC: i32 = 28;
    pub const EROFS: i32 = 30;
}

/// One run on a failing disk.
struct Fault {
    call: &'static str,
    first: u64,
    last: u64,
    errno: i32,
}

fn disk(long: bool) {
    let temp = Temp::new("disk");
    std::fs::create_dir_all(&temp.0).unwrap();
    let shim = shim(&temp.0);
    let run = |state: &Path, variables: &[(&str, String)]| {
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["work".as_ref(), state.as_os_str()])
            .env("LD_PRELOAD", &shim)
            .env("FAULT_FOLDER", state)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(out.status.success(), "{variables:?}: {text}{}", String::from_utf8_lossy(&out.stderr));
        text
    };
    let mut faults = Vec::new();
    for call in ["open", "write", "pwrite", "fsync", "rename", "ftruncate", "mkdir", "unlink"] {
        let count = temp.0.join("count");
        let sound = temp.0.join(format!("{call}-sound"));
        let text = run(&sound, &[("FAULT_CALL", call.into()), ("FAULT_COUNT", count.display().to_string())]);
        assert!(text.ends_with("done\n") && text.matches("ack ").count() == 4, "without faults: {text}");
        let calls: u64 = std::fs::read_to_string(&count).unwrap().trim().parse().unwrap();
        assert!(calls > 0 || call == "mkdir" || call == "ftruncate", "the shim saw no {call}");
        // All calls of mkdir are alike: 256 folders. Of the others, every call or a sample.
        let step = match (long, call) {
            (true, "mkdir") => 40,
            (true, _) => 1,
            (false, _) => (calls / 2).max(1),
        };
        for first in (1..=calls).step_by(step as usize) {
            // One failing call; a disk that stays full; a disk that stays read-only.
            faults.push(Fault { call, first, last: first, errno: errno::EIO });
            faults.push(Fault { call, first, last: u64::MAX / 4, errno: errno::ENOSPC });
            faults.push(Fault { call, first, last: u64::MAX / 4, errno: errno::EROFS });
        }
    }
    let (next, totals) = (AtomicUsize::new(0), Mutex::new([0; 3]));
    // Runs mostly wait for disks and retries.
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                while let Some(Fault { call, first, last, errno }) = faults.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let state = temp.0.join(format!("{call}-{first}-{errno}"));
                    let variables = [
                        ("FAULT_CALL", (*call).to_owned()),
                        ("FAULT_FIRST", first.to_string()),
                        ("FAULT_LAST", last.to_string()),
                        ("FAULT_ERRNO", errno.to_string()),
                    ];
                    let text = run(&state, &variables);
                    let mut journal = Journal::default();
                    text.lines().for_each(|line| journal.read(line));
                    settle(&state, &journal);
                    let _ = std::fs::remove_dir_all(&state);
                    let mut totals = totals.lock().unwrap();
                    totals[0] += journal.acknowledged.len();
                    totals[1] += text.matches("refused").count();
                    totals[2] += text.matches("error ").count();
                }
            });
        }
    });
    let [acknowledged, refused, errors] = totals.into_inner().unwrap();
    println!(
        "{} runs: {acknowledged} tasks acknowledged, 0 lost; {refused} opens and {errors} calls refused with a clear error",
        faults.len()
    );
    assert!(errors + refused > 0, "no fault was met");
}
