//! Benchmarks the engine: lookups under load, a long queue, large pictures under a small memory budget.
//!
//! `cargo bench --no-default-features --features engine,png,jpeg,webp,text --bench engine [-- lookups|queue|large [COUNT]]`.
//! Prints each measurement beside its target; exits with 1 if a target is missed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use thumbling::{Output, Request, Source, Spec};
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo, Verdict};
use thumbling_engine::id::{FileId, FileRef, SpaceId, Version};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::{Config, Engine};

/// A drive with any number of files and a few distinct contents.
struct Few {
    contents: Vec<Source>,
    /// Whether files can be opened yet.
    open: Mutex<bool>,
    opened: Condvar,
}

impl Few {
    fn new(contents: Vec<Source>, open: bool) -> Arc<Self> {
        Arc::new(Self { contents, open: Mutex::new(open), opened: Condvar::new() })
    }

    fn release(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    fn content(&self, file: &FileRef) -> &Source {
        let n: usize = file.file.as_str().parse().unwrap_or(0);
        &self.contents[n % self.contents.len()]
    }
}

impl Drive for Few {
    fn stat(&self, file: &FileRef, _: &CallContext) -> Result<FileInfo, DriveError> {
        let (size, version) = (self.content(file).size(), Version::new("1").unwrap());
        Ok(FileInfo { name: "x".into(), size, version, verdict: Verdict::Clean })
    }

    fn open(&self, file: &FileRef, _: &CallContext) -> Result<Source, DriveError> {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
        Ok(self.content(file).clone())
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

fn file(n: u64) -> FileRef {
    FileRef::new(SpaceId::new(format!("s{}", n % 10)).unwrap(), FileId::new(n.to_string()).unwrap())
}

fn jpeg(width: usize, height: usize, seed: usize) -> Vec<u8> {
    let mut pixels = vec![0; width * height * 3];
    for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        let (x, y) = (i % width, i / width);
        let noise = (i + seed).wrapping_mul(2_654_435_761) >> 27 & 31;
        pixel.copy_from_slice(&[(x * 200 / width + noise) as u8, (y * 200 / height + noise) as u8, (seed * 40) as u8]);
    }
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    let request = thumbling::Request::new().size(width as u32, height as u32).quality(85);
    let made = thumbling::thumbnail(&thumbling::Source::from_bytes(png), &request).unwrap();
    made.items.into_iter().next().unwrap().bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    for y in 0..height {
        let row: Vec<u8> = (0..width).flat_map(|x| [(x >> 5) as u8, (y >> 5) as u8, ((x ^ y) >> 3) as u8]).collect();
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}

struct Temp(PathBuf);

impl Temp {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("thumbling-bench-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn config(state: &Path) -> Config {
    let mut config = Config::new(state).spec("small", Spec::new(256, 256));
    config.upkeep = None;
    config
}

/// A field of `/proc/self/status`, bytes.
fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// CPU time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> =
        stat.rsplit(')').next().unwrap_or_default().split(' ').map(|n| n.parse().unwrap_or(0)).collect();
    // utime and stime, in ticks of 10 ms.
    Duration::from_millis(fields.iter().skip(12).take(2).sum::<u64>() * 10)
}

fn quantile(sorted: &[Duration], q: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}

/// Prints a measurement beside its target. Returns whether the target is met.
fn say(what: &str, measured: String, asked: &str, met: bool) -> bool {
    println!("{what:44} {measured:>12}   asked {asked:<10} {}", if met { "met" } else { "MISSED" });
    met
}

/// Two threads look up thumbnails while the queue is busy.
fn lookups(seconds: u64) -> bool {
    let temp = Temp::new("lookups");
    let drive = Few::new(vec![Source::from_bytes(jpeg(1600, 1200, 1))], true);
    let engine = &Engine::open(config(&temp.0), drive).unwrap();
    let caller = &Caller::user("mary");
    let known = 2000;
    let ids: Vec<_> = (0..known).map(|n| engine.file_changed(&file(n)).unwrap()).collect();
    for id in ids {
        engine.wait(&id, caller, Duration::from_secs(600)).unwrap();
    }
    let (stop, drawn) = (&AtomicBool::new(false), &AtomicU64::new(known));
    let mut met = true;
    std::thread::scope(|s| {
        // Keeps a few hundred jobs queued.
        s.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                match engine.counters().unwrap().queued {
                    0..300 => {
                        engine.file_changed(&file(drawn.fetch_add(1, Ordering::Relaxed))).unwrap();
                    }
                    _ => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        std::thread::sleep(Duration::from_secs(1));
        let measure = |batch: u64| {
            let before = engine.counters().unwrap().ready;
            let times: Vec<Duration> = std::thread::scope(|s| {
                let threads: Vec<_> = (0..2u64)
                    .map(|thread| {
                        s.spawn(move || {
                            let (mut times, mut n) = (Vec::new(), thread * 977);
                            let end = Instant::now() + Duration::from_secs(seconds);
                            while Instant::now() < end {
                                let files: Vec<FileRef> = (0..batch).map(|i| file((n + i * 31) % known)).collect();
                                n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99_991) % 1_000_003;
                                let start = Instant::now();
                                let looks =
                                    engine.lookup_batch(&files, None, caller, LookupMode::EnqueueOnMiss).unwrap();
                                times.push(start.elapsed());
                                assert!(looks.iter().all(|look| matches!(look.state, LookupState::Ready { .. })));
                            }
                            times
                        })
                    })
                    .collect();
                threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
            });
            let made = engine.counters().unwrap().ready - before;
            let mut sorted = times;
            sorted.sort();
            (sorted, made)
        };
        let (one, made) = measure(1);
        let rate = one.len() as f64 / seconds as f64;
        println!("while looking, {:.1} thumbnails/s were made", made as f64 / seconds as f64);
        met &= say("look-ups a second, two threads", format!("{rate:.0}"), ">= 20000", rate >= 20_000.0);
        let p99 = quantile(&one, 0.99);
        println!("{:44} {:>12?}", "look-up, p50", quantile(&one, 0.5));
        met &= say("look-up, p99", format!("{p99:?}"), "<= 1 ms", p99 <= Duration::from_millis(1));
        let (thirty, _) = measure(30);
        let p99 = quantile(&thirty, 0.99);
        println!("{:44} {:>12?}", "batch of 30, p50", quantile(&thirty, 0.5));
        met &= say("batch of 30, p99", format!("{p99:?}"), "<= 5 ms", p99 <= Duration::from_millis(5));
        stop.store(true, Ordering::Relaxed);
    });
    met
}

/// Queues many tasks and drains them: memory, and the engine's share of CPU time.
fn queue(count: u64) -> bool {
    let temp = Temp::new("queue");
    let picture = Source::from_bytes(jpeg(320, 240, 1));
    let drive = Few::new(vec![picture.clone()], false);
    let engine = &Engine::open(config(&temp.0), drive.clone()).unwrap();
    // CPU time of the pipeline alone.
    let request = Request::new().size(256, 256).output(Output::Jpeg);
    let rounds = 3000;
    let before = cpu();
    for _ in 0..rounds {
        thumbling::thumbnail(&picture, &request).unwrap();
    }
    let alone = (cpu() - before).as_secs_f64() * 1000.0 / f64::from(rounds);
    let resident = memory("VmRSS");
    let start = Instant::now();
    std::thread::scope(|s| {
        for thread in 0..8 {
            s.spawn(move || {
                (thread..count).step_by(8).for_each(|n| {
                    engine.file_changed(&file(n)).unwrap();
                });
            });
        }
    });
    let taken = count as f64 / start.elapsed().as_secs_f64();
    let more = memory("VmRSS").saturating_sub(resident);
    println!("{:44} {taken:>12.0}", "tasks taken a second, eight threads");
    println!("{:44} {:>12}", "bytes of the database a task", database(&temp.0) / count);
    let mut met = say(
        &format!("memory of {count} queued tasks"),
        format!("{:.1} MB", more as f64 / 1e6),
        "<= 100 MB",
        more <= 100_000_000,
    );
    let (before, start) = (cpu(), Instant::now());
    drive.release();
    while engine.counters().unwrap().queued > 0 {
        std::thread::sleep(Duration::from_millis(50));
    }
    let (each, wall) = ((cpu() - before).as_secs_f64() * 1000.0 / count as f64, start.elapsed());
    println!("{:44} {:>12.0}", "thumbnails made a second", count as f64 / wall.as_secs_f64());
    println!("{:44} {alone:>9.3} ms", "CPU of the pipeline alone, a thumbnail");
    let own = each - alone;
    met &= say("CPU of the engine beside it, a thumbnail", format!("{own:.3} ms"), "<= 1 ms", own <= 1.0);
    met &= say("peak memory", format!("{:.1} MB", memory("VmHWM") as f64 / 1e6), "(told)", true);
    met
}

fn database(state: &Path) -> u64 {
    std::fs::metadata(state.join("engine.sqlite")).map_or(0, |meta| meta.len())
}

/// 48-megapixel pictures under a budget of 256 MB. Another process creates the pictures.
fn large(count: u64) -> bool {
    let temp = Temp::new("large");
    let made = std::process::Command::new(std::env::current_exe().unwrap()).arg("make-large").arg(&temp.0).status();
    assert!(made.unwrap().success());
    let mut contents = Vec::new();
    for entry in std::fs::read_dir(&temp.0).unwrap() {
        contents.push(Source::from_path(entry.unwrap().path()).unwrap());
    }
    let kinds = contents.len();
    let drive = Few::new(contents, true);
    let mut config = config(&temp.0.join("state"));
    config.memory = 256 << 20;
    config.threads = 4;
    let engine = Engine::open(config, drive).unwrap();
    let files: Vec<FileRef> = (0..count).map(file).collect();
    let start = Instant::now();
    let id = engine.create_batch_task(&files, &Caller::user("mary")).unwrap();
    let status = engine.wait(&id, &Caller::user("mary"), Duration::from_secs(3600)).unwrap();
    println!("{kinds} kinds of 48-MP pictures, {count} files, {:.1} s", start.elapsed().as_secs_f64());
    let done = say("thumbnails made", status.done.to_string(), &count.to_string(), u64::from(status.done) == count);
    let peak = memory("VmHWM");
    done & say("peak memory", format!("{:.1} MB", peak as f64 / 1e6), "<= 400 MB", peak <= 400_000_000)
}

fn make_large(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for seed in 0..3 {
        std::fs::write(folder.join(format!("{seed}.jpg")), jpeg(8000, 6000, seed)).unwrap();
    }
    std::fs::write(folder.join("3.png"), png(8000, 6000)).unwrap();
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |default| args.get(1).and_then(|n| n.parse().ok()).unwrap_or(default);
    let met = match args.first().map(String::as_str) {
        Some("make-large") => return make_large(args[1].as_ref()),
        Some("lookups") => lookups(number(5)),
        Some("queue") => queue(number(100_000)),
        Some("large") => large(number(500)),
        _ => lookups(5) & queue(100_000) & large(500),
    };
    std::process::exit(i32::from(!met));
}
