//! Owner locks: which of several engines on one state folder are alive, and what a dead one was running.
//!
//! Each open engine holds a lock on a file of its own, which the system releases when the process ends, however it ends.
//! The file has a slot for each worker with the job it is running right now, written (without fsync) before the decoder
//! is entered and cleared after. After a crash those jobs are quarantined. A power cut may lose the slots; then no job
//! is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::model::blob::hex;
use crate::model::error::{EngineError, Result};
use crate::model::id::Owner;

/// Length of the slot of a worker, bytes.
const SLOT: usize = 8;
/// Prefix of a file that is not locked yet.
const UNLOCKED: &str = "making-";

/// The lock of this engine; removed when dropped.
pub(crate) struct OwnerLock {
    path: PathBuf,
    file: Mutex<File>,
}

fn path_of(folder: &Path, owner: &Owner) -> PathBuf {
    folder.join(hex(owner))
}

impl OwnerLock {
    /// Creates and locks the file of `owner` in `folder`.
    pub(crate) fn acquire(folder: &Path, owner: &Owner) -> Result<Self> {
        let path = path_of(folder, owner);
        let unlocked = folder.join(format!("{UNLOCKED}{}", hex(owner)));
        let create = || -> io::Result<File> {
            fs::create_dir_all(folder)?;
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(&unlocked)?;
            // Locked before it gets the name that other engines look for.
            file.lock()?;
            fs::rename(&unlocked, &path)?;
            Ok(file)
        };
        let file = create().map_err(|e| EngineError::disk("creating", &path, e))?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Records the job that worker `slot` is running, or that it is running none.
    pub(crate) fn set_running(&self, slot: usize, job: Option<i64>) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let at = SeekFrom::Start((slot * SLOT) as u64);
        // If this fails, a crash will quarantine nothing.
        let _ = file.seek(at).and_then(|_| file.write_all(&job.unwrap_or(0).to_le_bytes()));
    }
}

impl Drop for OwnerLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The state of another owner.
pub(crate) enum OwnerState {
    /// Its process is running.
    Alive,
    /// Its process has ended.
    Dead(DeadOwner),
}

/// What a dead owner left behind. Holds its lock, so that no third engine takes over from it at the same time.
pub(crate) struct DeadOwner {
    path: PathBuf,
    /// Jobs that it was running.
    pub(crate) running: Vec<i64>,
    _lock: Option<File>,
}

impl DeadOwner {
    /// Removes its file. To be called once its jobs are taken over.
    pub(crate) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The state of `owner`.
pub(crate) fn state(folder: &Path, owner: &Owner) -> OwnerState {
    state_of_file(path_of(folder, owner))
}

fn state_of_file(path: PathBuf) -> OwnerState {
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return OwnerState::Dead(DeadOwner { path, running: Vec::new(), _lock: None });
        }
        // Unknown. If the owner is dead, its leases will expire.
        Err(_) => return OwnerState::Alive,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return OwnerState::Alive,
    }
    let mut bytes = Vec::new();
    let _ = (&file).take(1 << 16).read_to_end(&mut bytes);
    let running = bytes.as_chunks::<SLOT>().0.iter().map(|slot| i64::from_le_bytes(*slot)).filter(|job| *job != 0);
    OwnerState::Dead(DeadOwner { path, running: running.collect(), _lock: Some(file) })
}

/// Removes the files of dead owners that hold no leases, and files that were never locked.
pub(crate) fn remove_stale(folder: &Path, leaseholders: &[Owner]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(UNLOCKED) {
            let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > Duration::from_secs(3600)) {
                let _ = fs::remove_file(entry.path());
            }
        } else if !leaseholders.iter().any(|owner| hex(owner) == name)
            && let OwnerState::Dead(dead) = state_of_file(entry.path())
        {
            dead.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_owner_is_detected_with_the_jobs_it_was_running() {
        let folder = std::env::temp_dir().join(format!("thumbling-owners-{}", std::process::id()));
        let (one, two) = ([1; 16], [2; 16]);
        let lock = OwnerLock::acquire(&folder, &one).unwrap();
        lock.set_running(0, Some(41));
        lock.set_running(1, Some(42));
        lock.set_running(0, None);
        assert!(matches!(state(&folder, &one), OwnerState::Alive));
        assert!(matches!(state(&folder, &two), OwnerState::Dead(DeadOwner { running, .. }) if running.is_empty()));
        // What a kill leaves: the file without its lock.
        let left = fs::read(path_of(&folder, &one)).unwrap();
        drop(lock);
        fs::write(path_of(&folder, &one), left).unwrap();
        let OwnerState::Dead(dead) = state(&folder, &one) else { panic!("a dead owner is reported alive") };
        assert_eq!(dead.running, [42]);
        // A third engine that checks at the same time must not take over as well.
        assert!(matches!(state(&folder, &one), OwnerState::Alive));
        dead.remove();
        fs::remove_dir_all(&folder).unwrap();
    }
}
