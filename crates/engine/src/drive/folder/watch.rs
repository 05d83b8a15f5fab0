//! Changes made by others, found by polling.
//!
//! The folder is walked repeatedly, which works on every file system and across machines, and needs no dependency
//! (`notify` brings eight, and has a limit on watched folders). A walk costs about 2 µs per file. The pause after it is
//! twenty times as long, and at least one second, so that watching takes at most a twentieth of a core. A file is reported
//! once it has been unchanged for two walks, so that none is read while it is being written.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::FolderDrive;
use super::list::Walk;
use super::path::ROOT;
use crate::model::id::{FileId, FileRef, Version};

/// A change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file is new or has new content.
    Changed(FileRef),
    /// The file was deleted.
    Deleted(FileRef),
}

/// Watches a folder until it is dropped.
#[derive(Debug)]
#[must_use = "dropping a watcher stops it"]
pub struct Watcher {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watcher {
    /// Stops watching, and waits for a report in progress.
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The shortest pause between two walks.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// Whether the watcher was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Watching,
    Stopped,
}

impl FolderDrive {
    /// Reports every file that exists now, and then every change, on a thread of its own. Changes made by
    /// [`upload`](Self::upload), [`delete`](Self::delete) and `copy` are not reported.
    pub fn watch(self: &Arc<Self>, report: impl Fn(Change) + Send + 'static) -> std::io::Result<Watcher> {
        let (stop, stopped) = channel();
        let drive = self.clone();
        let thread = std::thread::Builder::new().name("thumbling-watch".into()).spawn(move || {
            let mut pending = HashMap::new();
            loop {
                let started = Instant::now();
                if drive.scan(&mut pending, &report, &stopped) == Status::Stopped {
                    return;
                }
                let pause = MIN_PAUSE.max(started.elapsed() * 20);
                if !matches!(stopped.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
                    return;
                }
            }
        })?;
        Ok(Watcher { stop: Some(stop), thread: Some(thread) })
    }

    /// Walks the folder once. `pending` has the versions of files that were still changing.
    fn scan(&self, pending: &mut HashMap<FileId, Version>, report: &dyn Fn(Change), stopped: &Receiver<()>) -> Status {
        let Ok(root) = self.file_with_id(ROOT) else { return Status::Stopped };
        let mut seen = HashMap::new();
        let mut status = Status::Watching;
        let settled = SystemTime::now().checked_sub(MIN_PAUSE).and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let walked = self.walk(&root, &mut |entry| {
            let (id, version) = (&entry.file.file, &entry.info.version);
            seen.insert(id.clone(), version.clone());
            let reported = self.reported().get(id) == Some(version);
            if !reported {
                let before = pending.insert(id.clone(), version.clone());
                let is_old = settled.is_some_and(|settled| modified(version) < settled.as_secs());
                if is_old || before.as_ref() == Some(version) {
                    pending.remove(id);
                    self.reported().insert(id.clone(), version.clone());
                    report(Change::Changed(entry.file.clone()));
                }
            }
            if matches!(stopped.try_recv(), Err(TryRecvError::Disconnected)) {
                status = Status::Stopped;
                return Walk::Stop;
            }
            Walk::Continue
        });
        // A folder that cannot be read right now has not lost its files.
        if walked.is_err() || status == Status::Stopped {
            return status;
        }
        pending.retain(|id, _| seen.contains_key(id));
        let gone: Vec<FileId> = self.reported().keys().filter(|id| !seen.contains_key(*id)).cloned().collect();
        for id in gone {
            let file = FileRef::new(self.space.clone(), id);
            // Uploaded after the walk passed by.
            if self.metadata(&file).is_ok() {
                continue;
            }
            // `delete` removes the entry first, and its caller knows about the deletion.
            if self.reported().remove(&file.file).is_some() {
                report(Change::Deleted(file));
            }
        }
        Status::Watching
    }
}

/// The modification time in a version, Unix time in seconds.
fn modified(version: &Version) -> u64 {
    version.as_str().split('.').next().and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(u64::MAX)
}
