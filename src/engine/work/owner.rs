//! Who of several engines on one store lives, and what it was drawing when it died.
//!
//! Each open engine holds a lock on a file of its own; the system lets go of it when the process ends, however it ends.
//! Into the file goes, for each worker, the job that it is drawing right now: written without fsync before the decoder
//! is entered and erased after. After a crash, those jobs are suspects. (A power cut may lose it: then nobody is.)

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::engine::blob::disk;
use crate::engine::error::Result;
use crate::engine::port::blobs::hex;
use crate::engine::port::queue::Owner;

/// Bytes of one worker's slot.
const SLOT: usize = 8;
/// Prefix of a file that is not locked yet.
const MAKING: &str = "making-";

/// The lock of this engine.
pub(crate) struct Alive {
    path: PathBuf,
    file: Mutex<File>,
}

fn path_of(folder: &Path, owner: &Owner) -> PathBuf {
    folder.join(hex(owner))
}

impl Alive {
    /// Makes and locks the file of `owner` in `folder`.
    pub(crate) fn new(folder: &Path, owner: &Owner) -> Result<Self> {
        let path = path_of(folder, owner);
        let making = folder.join(format!("{MAKING}{}", hex(owner)));
        let make = || -> io::Result<File> {
            fs::create_dir_all(folder)?;
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(&making)?;
            // Locked before it has the name by which others look for it.
            file.lock()?;
            fs::rename(&making, &path)?;
            Ok(file)
        };
        let file = make().map_err(|e| disk("making", &path, &e))?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    /// Notes that worker `slot` draws `job` from now on, or nothing.
    pub(crate) fn draws(&self, slot: usize, job: Option<i64>) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let at = SeekFrom::Start((slot * SLOT) as u64);
        // If it cannot be written, a crash will have no suspects.
        let _ = file.seek(at).and_then(|_| file.write_all(&job.unwrap_or(0).to_le_bytes()));
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// How another owner is.
pub(crate) enum State {
    /// Its process runs.
    Alive,
    /// It is dead, and drew these jobs. The lock is held, so that no third one takes it for dead at the same time.
    Dead(Dead),
}

/// What a dead owner left.
pub(crate) struct Dead {
    path: PathBuf,
    /// Jobs that it was drawing.
    pub(crate) drawn: Vec<i64>,
    _locked: Option<File>,
}

impl Dead {
    /// To be called once its jobs are taken care of.
    pub(crate) fn bury(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether `owner` lives.
pub(crate) fn state(folder: &Path, owner: &Owner) -> State {
    look(path_of(folder, owner))
}

fn look(path: PathBuf) -> State {
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return State::Dead(Dead { path, drawn: Vec::new(), _locked: None });
        }
        // Not to be told: leases will run out.
        Err(_) => return State::Alive,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return State::Alive,
    }
    let mut bytes = Vec::new();
    let _ = (&file).take(1 << 16).read_to_end(&mut bytes);
    let drawn = bytes.as_chunks::<SLOT>().0.iter().map(|slot| i64::from_le_bytes(*slot)).filter(|job| *job != 0);
    State::Dead(Dead { path, drawn: drawn.collect(), _locked: Some(file) })
}

/// Removes files of dead owners that held no job, and what was left half-made.
pub(crate) fn tidy(folder: &Path, busy: &[Owner]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(MAKING) {
            let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|made| made.elapsed().ok());
            if age.is_some_and(|age| age > Duration::from_secs(3600)) {
                let _ = fs::remove_file(entry.path());
            }
        } else if !busy.iter().any(|owner| hex(owner) == name)
            && let State::Dead(dead) = look(entry.path())
        {
            dead.bury();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_told_from_the_living_and_by_what_they_drew() {
        let folder = std::env::temp_dir().join(format!("thumbling-owners-{}", std::process::id()));
        let (one, two) = ([1; 16], [2; 16]);
        let alive = Alive::new(&folder, &one).unwrap();
        alive.draws(0, Some(41));
        alive.draws(1, Some(42));
        alive.draws(0, None);
        assert!(matches!(state(&folder, &one), State::Alive));
        assert!(matches!(state(&folder, &two), State::Dead(Dead { drawn, .. }) if drawn.is_empty()));
        // What a kill leaves: the file, and no lock.
        let left = fs::read(path_of(&folder, &one)).unwrap();
        drop(alive);
        fs::write(path_of(&folder, &one), left).unwrap();
        let State::Dead(dead) = state(&folder, &one) else { panic!("a dead owner lives") };
        assert_eq!(dead.drawn, [42]);
        // Who looks at the same time must not take it for dead as well.
        assert!(matches!(state(&folder, &one), State::Alive));
        dead.bury();
        fs::remove_dir_all(&folder).unwrap();
    }
}
