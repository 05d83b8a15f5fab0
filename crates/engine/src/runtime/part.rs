//! Part files: packages in progress, each written under one lease at a time.
//!
//! A part file is named after its task and the token of the lease that writes it. The next lease takes it over by renaming
//! it to its own token; every write, and the rename that publishes it, first checks that the file still has the name that
//! the writer gave it. Both happen under a lock of the task, so that a worker whose lease is over can neither damage nor
//! publish what its successor writes, however late it wakes up and in whichever process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::fs::sync_folder;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::TaskId;

/// Extension of part files.
const PART: &str = "part";
/// Extension of the files that are locked.
const LOCK: &str = "lock";
/// How long a new lease waits for the lock. A writer holds it for one write, and while it publishes.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// A part file, as the lease sees it that it is named after.
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    lock: File,
}

/// The lock of a task, held until dropped.
struct Locked<'a>(&'a File);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl Part {
    /// Takes over the part file of `task` for the lease `token` and cuts it to `length` bytes. `None` if there is none of
    /// at least that length.
    pub(crate) fn claim(folder: &Path, task: &TaskId, token: i64, length: u64) -> Result<Option<Self>> {
        let (path, lock) = (path_of(folder, task, token), open_lock(folder, task)?);
        let claim = || -> io::Result<Option<File>> {
            for old in parts_of(folder, task)? {
                let file = OpenOptions::new().read(true).write(true).open(&old)?;
                if file.metadata()?.len() < length {
                    continue;
                }
                fs::rename(&old, &path)?;
                file.set_len(length)?;
                return Ok(Some(file));
            }
            Ok(None)
        };
        let file = {
            let _locked = acquire(&lock)?;
            claim().map_err(|e| EngineError::disk("taking over", &path, e))?
        };
        Ok(file.map(|file| Self { path, file, lock }))
    }

    /// Creates an empty part file for the lease `token`, in place of any other of `task`.
    pub(crate) fn create(folder: &Path, task: &TaskId, token: i64) -> Result<Self> {
        let (path, lock) = (path_of(folder, task, token), open_lock(folder, task)?);
        let create = || -> io::Result<File> {
            parts_of(folder, task)?.iter().try_for_each(fs::remove_file)?;
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
            sync_folder(folder)?;
            Ok(file)
        };
        let file = {
            let _locked = acquire(&lock)?;
            create().map_err(|e| EngineError::disk("creating", &path, e))?
        };
        Ok(Self { path, file, lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes everything written so far survive a power cut.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Cuts the file to `length` bytes and has `publish` move it elsewhere.
    pub(crate) fn publish(self, length: u64, publish: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let disk = |e| EngineError::disk("publishing", &self.path, e);
        let _locked = self.own().map_err(disk)?;
        self.file.set_len(length).map_err(disk)?;
        publish(&self.path)
    }

    /// Removes the file, unless another lease has taken it over.
    pub(crate) fn discard(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Locks the file, if it still belongs to this lease.
    fn own(&self) -> io::Result<Locked<'_>> {
        self.lock.lock()?;
        let locked = Locked(&self.lock);
        match self.path.try_exists()? {
            true => Ok(locked),
            false => Err(io::Error::other("the lease is over: another worker has taken the package over")),
        }
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _locked = self.own()?;
        (&self.file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn path_of(folder: &Path, task: &TaskId, token: i64) -> PathBuf {
    folder.join(format!("{task}.{token}.{PART}"))
}

/// The task that a file in the folder of part files belongs to; `None` for any other file.
pub(crate) fn task_of(path: &Path) -> Option<TaskId> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok()
}

/// All part files of a task.
fn parts_of(folder: &Path, task: &TaskId) -> io::Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if task_of(&path).is_some_and(|id| id == *task) && path.extension().is_some_and(|ext| ext == PART) {
            parts.push(path);
        }
    }
    Ok(parts)
}

fn open_lock(folder: &Path, task: &TaskId) -> Result<File> {
    let path = folder.join(format!("{task}.{LOCK}"));
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    lock.map_err(|e| EngineError::disk("opening", &path, e))
}

/// Waits for the lock; `busy` if a former lease does not give it back.
fn acquire(lock: &File) -> Result<Locked<'_>> {
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Locked(lock)),
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_TIMEOUT => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => {
                let detail = "another worker is still writing the package";
                return Err(EngineError::busy(Subject::Store, detail, Duration::from_secs(10)));
            }
            Err(TryLockError::Error(e)) => return Err(EngineError::disk("locking", "a package".as_ref(), e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Temp(PathBuf);

    impl Temp {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("thumbling-part-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Temp {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// What one worker does with the package of a task, step by step. A step of a worker whose lease is over fails.
    const STEPS: usize = 5;

    struct Worker {
        token: i64,
        part: Option<Part>,
        failed: bool,
        published: bool,
    }

    impl Worker {
        fn new(token: i64) -> Self {
            Self { token, part: None, failed: false, published: false }
        }

        fn step(&mut self, n: usize, folder: &Path, task: &TaskId, blob: &Path) {
            if self.failed {
                return;
            }
            let done = match n {
                0 => {
                    let claimed = Part::claim(folder, task, self.token, 0).unwrap();
                    self.part = Some(claimed.unwrap_or_else(|| Part::create(folder, task, self.token).unwrap()));
                    true
                }
                1..4 => {
                    let byte = [b'0' + self.token as u8];
                    self.part.as_mut().is_some_and(|part| part.write_all(&byte).is_ok())
                }
                _ => {
                    let published =
                        self.part.take().unwrap().publish(3, |path| {
                            fs::rename(path, blob).map_err(|e| EngineError::disk("renaming", blob, e))
                        });
                    self.published = published.is_ok();
                    self.published
                }
            };
            self.failed = !done;
        }
    }

    /// All interleavings of `left` steps of workers, as the numbers of the workers that step.
    fn interleavings(left: &mut Vec<usize>, order: &mut Vec<usize>, each: &mut dyn FnMut(&[usize])) {
        if left.iter().all(|steps| *steps == 0) {
            return each(order);
        }
        for worker in 0..left.len() {
            if left[worker] > 0 {
                left[worker] -= 1;
                order.push(worker);
                interleavings(left, order, each);
                order.pop();
                left[worker] += 1;
            }
        }
    }

    /// Two leases of one task, in every order of their steps, each published file as its publisher wrote it. The second
    /// begins after the first, as leases do.
    #[test]
    fn no_interleaving_of_two_leases_tears_a_package() {
        let temp = Temp::new("interleaved");
        let (mut count, mut late) = (0, 0);
        interleavings(&mut vec![STEPS, STEPS], &mut Vec::new(), &mut |order| {
            if order[0] != 0 {
                return;
            }
            let (task, blobs) = (TaskId::unique().unwrap(), [temp.0.join("first"), temp.0.join("second")]);
            blobs.iter().for_each(|blob| drop(fs::remove_file(blob)));
            let mut workers = [Worker::new(1), Worker::new(2)];
            let mut steps = [0, 0];
            for &worker in order {
                workers[worker].step(steps[worker], &temp.0, &task, &blobs[worker]);
                steps[worker] += 1;
            }
            let [first, second] = &workers;
            assert!(second.published, "{order:?}");
            assert_eq!(fs::read(&blobs[1]).unwrap(), b"222", "{order:?}");
            if first.published {
                assert_eq!(fs::read(&blobs[0]).unwrap(), b"111", "{order:?}");
            }
            // Whoever is taken over before publishing never publishes.
            let takeover = order.iter().position(|worker| *worker == 1).unwrap();
            assert_eq!(first.published, takeover >= STEPS, "{order:?}");
            (count, late) = (count + 1, late + usize::from(!first.published));
            fs::read_dir(&temp.0).unwrap().for_each(|entry| drop(fs::remove_file(entry.unwrap().path())));
        });
        assert!(count > 100 && late > 100, "{count} interleavings, {late} takeovers");
    }

    #[test]
    fn a_part_file_is_taken_over_with_what_is_recorded_of_it() {
        let (temp, task) = (Temp::new("resumed"), TaskId::unique().unwrap());
        let mut part = Part::create(&temp.0, &task, 1).unwrap();
        part.write_all(b"recorded, and more").unwrap();
        assert!(Part::claim(&temp.0, &task, 2, 100).unwrap().is_none());
        let next = Part::claim(&temp.0, &task, 2, 8).unwrap().unwrap();
        assert_eq!(fs::read(next.path()).unwrap(), b"recorded");
        assert!(part.write_all(b"late").is_err());
        part.discard();
        assert_eq!(fs::read(next.path()).unwrap(), b"recorded");
        assert_eq!(task_of(next.path()), Some(task));
        assert!(Part::claim(&temp.0, &TaskId::unique().unwrap(), 3, 0).unwrap().is_none());
    }

    #[test]
    fn a_lease_that_starts_over_fences_off_all_others() {
        let (temp, task) = (Temp::new("over"), TaskId::unique().unwrap());
        let mut old = Part::create(&temp.0, &task, 1).unwrap();
        let mut new = Part::create(&temp.0, &task, 2).unwrap();
        assert!(old.write_all(b"late").is_err());
        assert!(new.write_all(b"new").is_ok());
        assert!(old.publish(0, |_| panic!("published by a lease that is over")).is_err());
    }
}
