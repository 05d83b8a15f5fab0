//! Changes that others make, found by looking again.
//!
//! The folder is walked again and again: that works on every file system, across machines, and needs no package
//! (`notify` brings eight, and a bound on watched folders). A walk costs about 2 µs a file; the pause after it is twenty
//! times as long as it took, so that watching never takes more than a twentieth of a core, and one second at least. A
//! file is reported once it has stayed the same for two looks, so that none is drawn while it is being written.

use std::collections::HashMap;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::scan::Walk;
use super::{FolderDrive, ROOT};
use crate::engine::id::{FileId, FileRef, Version};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new, or has new content.
    Changed(FileRef),
    /// It is gone.
    Deleted(FileRef),
}

/// Watches as long as it lives.
#[derive(Debug)]
#[must_use = "dropping a watch ends it"]
pub struct Watch {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watch {
    /// Ends watching, and waits for a report that is being made.
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The least pause between two walks.
const PAUSE: Duration = Duration::from_secs(1);

impl FolderDrive {
    /// Reports every file that is there now, and then what changes, on a thread of its own. Changes that are made by
    /// [`upload`](Self::upload), [`delete`](Self::delete) and `copy` are not reported.
    pub fn watch(self: &Arc<Self>, report: impl Fn(Change) + Send + 'static) -> std::io::Result<Watch> {
        let (end, ended) = channel();
        let drive = self.clone();
        let thread = std::thread::Builder::new().name("thumbling-watch".into()).spawn(move || {
            let mut pending = HashMap::new();
            loop {
                let began = Instant::now();
                if !drive.look_again(&mut pending, &report, &ended) {
                    return;
                }
                let pause = PAUSE.max(began.elapsed() * 20);
                if !matches!(ended.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
                    return;
                }
            }
        })?;
        Ok(Watch { end: Some(end), thread: Some(thread) })
    }

    /// One walk; false once the watch has ended.
    fn look_again(
        &self,
        pending: &mut HashMap<FileId, Version>,
        report: &dyn Fn(Change),
        ended: &mpsc::Receiver<()>,
    ) -> bool {
        let Ok(root) = self.named(ROOT) else { return false };
        let mut seen = HashMap::new();
        let mut on = true;
        let settled = SystemTime::now().checked_sub(PAUSE).and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let walked = self.walk(&root, &mut |entry| {
            seen.insert(entry.file.file.clone(), entry.info.version.clone());
            let told = self.known().get(&entry.file.file) == Some(&entry.info.version);
            if !told {
                let before = pending.insert(entry.file.file.clone(), entry.info.version.clone());
                let old = settled.is_some_and(|settled| modified(&entry.info.version) < settled.as_secs());
                if old || before.as_ref() == Some(&entry.info.version) {
                    pending.remove(&entry.file.file);
                    self.known().insert(entry.file.file.clone(), entry.info.version.clone());
                    report(Change::Changed(entry.file.clone()));
                }
            }
            on = !matches!(ended.try_recv(), Err(mpsc::TryRecvError::Disconnected));
            if on { Walk::On } else { Walk::Stop }
        });
        // A folder that cannot be read just now has not lost its files.
        if walked.is_err() || !on {
            return on;
        }
        pending.retain(|id, _| seen.contains_key(id));
        let gone: Vec<FileId> = self.known().keys().filter(|id| !seen.contains_key(*id)).cloned().collect();
        for id in gone {
            let file = FileRef::new(self.space.clone(), id);
            // Uploaded since the walk went by.
            if self.look(&file).is_ok() {
                continue;
            }
            // Forgotten by whoever deleted it: he has told already.
            if self.known().remove(&file.file).is_some() {
                report(Change::Deleted(file));
            }
        }
        true
    }
}

/// When the content changed, Unix time in s: the first part of a version.
fn modified(version: &Version) -> u64 {
    version.as_str().split('.').next().and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(u64::MAX)
}
