//! A host for the engine's tests: a drive in memory with configurable faults, pictures, temporary folders.
#![allow(dead_code)]

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use thumbling::{Output, ReadAt, Source, Spec};
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo, Verdict};
use thumbling_engine::id::{FileId, FileRef, SpaceId, TaskId, Version};
use thumbling_engine::task::TaskStatus;
use thumbling_engine::{Clock, Config, Engine, SystemClock};

/// A timeout longer than anything that ends takes.
pub const SOON: Duration = Duration::from_secs(30);

/// A folder that is removed when dropped.
pub struct Temp(pub PathBuf);

impl Temp {
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("thumbling-{name}-{}-{n}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn file(space: &str, file: &str) -> FileRef {
    FileRef::new(SpaceId::new(space).unwrap(), FileId::new(file).unwrap())
}

pub fn mary() -> Caller {
    Caller::user("mary")
}

/// A picture of `width` × `height` px, different for every `seed`.
pub fn picture(seed: u32, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let pixel = |x: u32, y: u32| {
        [(x * 255 / width) as u8, (y * 255 / height) as u8, (seed.wrapping_mul(2_654_435_761) >> 24) as u8]
    };
    let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

/// A configuration for tests: small thumbnails, two workers, no automatic upkeep.
pub fn config(state: &Path) -> Config {
    let webp = |side| {
        let mut spec = Spec::new(side, side);
        spec.output = Output::Webp;
        spec
    };
    let mut config = Config::new(state).spec("small", webp(32)).spec("large", webp(64));
    config.threads = 2;
    config.upkeep = None;
    config
}

pub fn open(state: &Path, drive: &Arc<TestDrive>) -> Engine {
    Engine::open(config(state), drive.clone()).unwrap()
}

/// Waits until a task has ended.
pub fn ended(engine: &Engine, id: &TaskId) -> TaskStatus {
    let status = engine.wait(id, &mary(), SOON).unwrap();
    assert!(status.state.is_final(), "{status:?}");
    status
}

/// Waits until `done`.
pub fn until(what: &str, done: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !done() {
        assert!(start.elapsed() < SOON, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// How the drive behaves when a file is opened or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Well,
    /// Reports that it is unavailable.
    Unavailable,
    /// Panics in `open`.
    PanicsOnOpen,
    /// Panics in `read_at`.
    PanicsOnRead,
    /// Blocks in `open` and in `copy` until [`TestDrive::release`].
    Blocks,
    /// Reports twice its size in `stat`.
    SaysMore,
    /// Opens a source that reports twice its size.
    ClaimsMore,
    /// Changes its content the first time it is opened.
    ChangesWhileRead,
    /// Fails when the second half is read.
    FailsOnRead,
    /// Blocks when the second half is read, until [`TestDrive::release`].
    BlocksOnRead,
    /// Takes 80 ms for every read, and reads at most a quarter of the file at once.
    ReadsSlowly,
}

#[derive(Clone)]
pub struct Content {
    pub name: String,
    pub bytes: Arc<[u8]>,
    pub version: u32,
    pub verdict: Verdict,
    pub mood: Mood,
}

#[derive(Default)]
struct State {
    files: HashMap<FileRef, Content>,
    denied: HashSet<String>,
    /// What users may do who may not do everything.
    allowed: HashMap<String, Vec<Action>>,
    opened: Vec<FileRef>,
    copies: HashMap<String, FileRef>,
    copy_calls: Vec<String>,
    asked: Vec<(Option<String>, Option<FileRef>, Action)>,
    stats: u64,
    resolves: u64,
}

/// Where calls block until it is opened.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

/// A drive in memory.
#[derive(Default)]
pub struct TestDrive {
    state: Mutex<State>,
    released: Arc<Gate>,
    inside: AtomicU64,
    closed_to_calls: AtomicBool,
}

impl TestDrive {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        assert!(!self.closed_to_calls.load(Ordering::SeqCst), "called after close");
        self.state.lock().unwrap()
    }

    pub fn put(&self, file: &FileRef, name: &str, bytes: Vec<u8>) {
        let mut state = self.state();
        let version = state.files.get(file).map_or(1, |old| old.version + 1);
        let content =
            Content { name: name.into(), bytes: bytes.into(), version, verdict: Verdict::Clean, mood: Mood::Well };
        state.files.insert(file.clone(), content);
    }

    /// Puts a picture.
    pub fn picture(&self, space: &str, name: &str, seed: u32) -> FileRef {
        let file = file(space, name);
        self.put(&file, &format!("{name}.png"), picture(seed, 80, 60));
        file
    }

    pub fn change(&self, file: &FileRef, change: impl FnOnce(&mut Content)) {
        change(self.state().files.get_mut(file).unwrap());
    }

    pub fn mood(&self, file: &FileRef, mood: Mood) {
        self.change(file, |content| content.mood = mood);
    }

    pub fn remove(&self, file: &FileRef) {
        self.state().files.remove(file);
    }

    /// Allows only these actions to this user.
    pub fn allow(&self, user: &str, actions: &[Action]) {
        self.state().allowed.insert(user.into(), actions.into());
    }

    /// Denies everything to this user.
    pub fn deny(&self, user: &str) {
        self.state().denied.insert(user.into());
    }

    /// Unblocks calls that are blocked, now and later.
    pub fn release(&self) {
        self.released.open();
    }

    /// Files in the order they were opened.
    pub fn opened(&self) -> Vec<FileRef> {
        self.state().opened.clone()
    }

    pub fn opens_of(&self, file: &FileRef) -> usize {
        self.state().opened.iter().filter(|one| *one == file).count()
    }

    /// Calls in progress.
    pub fn inside(&self) -> u64 {
        self.inside.load(Ordering::SeqCst)
    }

    pub fn stats(&self) -> u64 {
        self.state().stats
    }

    pub fn resolves(&self) -> u64 {
        self.state().resolves
    }

    /// Keys of all copies that were requested.
    pub fn copy_calls(&self) -> Vec<String> {
        self.state().copy_calls.clone()
    }

    /// All authorization requests, in order.
    pub fn asked(&self) -> Vec<(Option<String>, Option<FileRef>, Action)> {
        self.state().asked.clone()
    }

    /// From now on any call fails the test.
    pub fn expect_no_calls(&self) {
        self.closed_to_calls.store(true, Ordering::SeqCst);
    }

    pub fn version(&self, file: &FileRef) -> Version {
        self.stat(file, &CallContext::unbounded()).unwrap().version
    }

    fn reading(&self, content: Content) -> Arc<Reading> {
        Arc::new(Reading { content, released: self.released.clone() })
    }

    fn content(&self, file: &FileRef) -> Result<Content, DriveError> {
        let state = self.state();
        if file.space.as_str() == "nowhere" {
            return Err(DriveError::no_such_space("no such space"));
        }
        state.files.get(file).cloned().ok_or_else(|| DriveError::no_such_file("no such file"))
    }
}

struct Inside<'a>(&'a AtomicU64);

impl<'a> Inside<'a> {
    fn enter(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drive for TestDrive {
    fn stat(&self, file: &FileRef, _: &CallContext) -> Result<FileInfo, DriveError> {
        let _inside = Inside::enter(&self.inside);
        self.state().stats += 1;
        let content = self.content(file)?;
        let size = content.bytes.len() as u64 * if content.mood == Mood::SaysMore { 2 } else { 1 };
        let version = Version::new(format!("v{}", content.version)).unwrap();
        Ok(FileInfo { name: content.name, size, version, verdict: content.verdict })
    }

    fn open(&self, file: &FileRef, _: &CallContext) -> Result<Source, DriveError> {
        let _inside = Inside::enter(&self.inside);
        self.state().opened.push(file.clone());
        let content = self.content(file)?;
        match content.mood {
            Mood::Well | Mood::SaysMore => Ok(Source::from_bytes(content.bytes)),
            Mood::Unavailable => Err(DriveError::unavailable("not now")),
            Mood::PanicsOnOpen => panic!("the drive panics in a test"),
            Mood::Blocks => {
                self.released.pass();
                Ok(Source::from_bytes(content.bytes))
            }
            Mood::ClaimsMore => {
                let size = content.bytes.len() as u64 * 2;
                Ok(Source::from_read_at(self.reading(content), size))
            }
            Mood::PanicsOnRead | Mood::FailsOnRead | Mood::BlocksOnRead | Mood::ReadsSlowly => {
                let size = content.bytes.len() as u64;
                Ok(Source::from_read_at(self.reading(content), size))
            }
            Mood::ChangesWhileRead => {
                self.change(file, |content| {
                    content.mood = Mood::Well;
                    content.version += 1;
                    content.bytes = picture(999, 40, 80).into();
                });
                Ok(Source::from_bytes(content.bytes))
            }
        }
    }

    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        _: &CallContext,
    ) -> Result<Access, DriveError> {
        let _inside = Inside::enter(&self.inside);
        let mut state = self.state();
        state.asked.push((caller.user.clone(), file.cloned(), action));
        if space.as_str() == "nowhere" {
            return Err(DriveError::no_such_space("no such space"));
        }
        if let Some(allowed) = caller.user.as_ref().and_then(|user| state.allowed.get(user)) {
            return Ok(if allowed.contains(&action) { Access::Allow } else { Access::Deny });
        }
        let denied = caller.user.as_ref().is_none_or(|user| state.denied.contains(user));
        Ok(if denied && caller.share.is_none() { Access::Deny } else { Access::Allow })
    }

    fn resolve(&self, uri: &str, _: &Caller, _: &CallContext) -> Result<FileRef, DriveError> {
        self.state().resolves += 1;
        let path = uri.strip_prefix("test://").ok_or_else(|| DriveError::no_such_file("no such URI"))?;
        let (space, name) = path.split_once('/').ok_or_else(|| DriveError::no_such_file("no such URI"))?;
        Ok(file(space, name))
    }

    fn copy(
        &self,
        from: &FileRef,
        folder: &FileRef,
        _: &Caller,
        key: &str,
        _: &CallContext,
    ) -> Result<FileRef, DriveError> {
        let _inside = Inside::enter(&self.inside);
        let content = self.content(from)?;
        if content.mood == Mood::Blocks {
            self.released.pass();
        }
        let mut state = self.state();
        state.copy_calls.push(key.into());
        if content.mood == Mood::Unavailable {
            return Err(DriveError::unavailable("not now"));
        }
        if let Some(made) = state.copies.get(key) {
            return Ok(made.clone());
        }
        let copy = file(folder.space.as_str(), &format!("{}/{}-copy{}", folder.file, from.file, state.copies.len()));
        state.copies.insert(key.into(), copy.clone());
        state.files.insert(copy.clone(), Content { version: 1, ..content });
        Ok(copy)
    }
}

struct Reading {
    content: Content,
    released: Arc<Gate>,
}

impl ReadAt for Reading {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let (bytes, mood) = (&self.content.bytes, self.content.mood);
        let from = (offset as usize).min(bytes.len());
        let mut n = buf.len().min(bytes.len() - from);
        let second_half = from + buf.len() > bytes.len() / 2;
        match mood {
            Mood::PanicsOnRead if second_half => panic!("the drive panics in a test"),
            Mood::FailsOnRead if second_half => return Err(io::Error::other("the drive fails in a test")),
            Mood::BlocksOnRead if from >= bytes.len() / 2 => self.released.pass(),
            Mood::BlocksOnRead => n = n.min(bytes.len() / 2 - from),
            Mood::ReadsSlowly => {
                std::thread::sleep(Duration::from_millis(80));
                n = n.min(bytes.len().div_ceil(4));
            }
            _ => {}
        }
        buf[..n].copy_from_slice(&bytes[from..from + n]);
        Ok(n)
    }
}

/// A clock that tests can move.
#[derive(Debug, Default)]
pub struct TestClock {
    /// Added to the wall's clock, s.
    ahead: std::sync::atomic::AtomicI64,
}

impl TestClock {
    pub fn jump(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::SeqCst);
        match u64::try_from(ahead) {
            Ok(ahead) => SystemTime::now() + Duration::from_secs(ahead),
            Err(_) => SystemTime::now() - Duration::from_secs(ahead.unsigned_abs()),
        }
    }

    fn steady(&self) -> Duration {
        SystemClock.steady()
    }
}
