//! The folder that is written to: files appear in it whole or not at all, and nothing appears outside of it.
//!
//! A file is written aside under a name that begins with a dot and renamed into place. When the run is interrupted,
//! what was being written aside is removed first. Links inside the folder are not followed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Names of files that are being written. A file is created under this lock, so that whoever holds it and removes
/// them all leaves none behind.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A folder that is written to.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, made if it is not there.
    pub fn create(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root).map_err(|e| {
            // What is there and is no folder was meant otherwise: bad usage.
            let kind = if root.exists() { io::ErrorKind::InvalidInput } else { e.kind() };
            io::Error::new(kind, format!("{} cannot be written to: {e}", root.display()))
        })?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes the file `name`, a path below the folder, in place of what may have been there.
    pub fn write(&self, name: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = self.make_parents(name)?;
        let target = self.root.join(name);
        let aside = Aside::create(&parent)?;
        (&aside.file).write_all(bytes)?;
        aside.rename(&target)
    }

    /// The folder that `name` lies in, made if it is not there.
    fn make_parents(&self, name: &Path) -> io::Result<PathBuf> {
        let mut at = self.root.clone();
        for part in name.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(part) = part else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name that leads out of the folder"));
            };
            at.push(part);
            match fs::create_dir(&at) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    if !fs::symlink_metadata(&at)?.is_dir() {
                        let what = format!("{} is in the way and no folder", at.display());
                        return Err(io::Error::new(io::ErrorKind::NotADirectory, what));
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Ok(at)
    }
}

/// A file under a name of its own, removed unless it is renamed.
struct Aside {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Aside {
    fn create(parent: &Path) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!(".thumbling-{}-{n}", process::id()));
            let mut unfinished = unfinished();
            match File::create_new(&path) {
                Ok(file) => {
                    unfinished.insert(path.clone());
                    return Ok(Self { path, file, renamed: false });
                }
                // Left by a process of this number that was killed.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(e),
            }
        }
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let mut unfinished = unfinished();
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
        unfinished.remove(&self.path);
    }
}

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(|e| e.into_inner())
}

/// On Ctrl-C and on the signals that end a process: removes what is unfinished, then ends it with status 130.
pub fn clean_on_interrupt() {
    let clean = || {
        let unfinished = unfinished();
        for path in unfinished.iter() {
            let _ = fs::remove_file(path);
        }
        // Still under the lock: no file begins after this.
        process::exit(130);
    };
    // Without a handler the run goes on as well; only an interruption may leave a dot-file behind.
    let _ = ctrlc::set_handler(clean);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("thumbling-folder-{}-{name}", process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn a_file_takes_the_place_of_an_older_one_and_leaves_nothing_beside() {
        let root = scratch("replace");
        let folder = Folder::create(&root).unwrap();
        folder.write(Path::new("a/b/x"), b"old").unwrap();
        folder.write(Path::new("a/b/x"), b"new").unwrap();
        assert_eq!(fs::read(root.join("a/b/x")).unwrap(), b"new");
        assert_eq!(fs::read_dir(root.join("a/b")).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let root = scratch("failed");
        let folder = Folder::create(&root).unwrap();
        fs::create_dir(root.join("x")).unwrap();
        assert!(folder.write(Path::new("x"), b"a folder is in the way").is_err());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_name_that_leads_out_is_refused() {
        let root = scratch("out");
        let folder = Folder::create(&root.join("in")).unwrap();
        assert!(folder.write(Path::new("../y/x"), b"").is_err());
        assert!(!root.join("y").exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_inside_is_not_followed() {
        let root = scratch("link");
        let folder = Folder::create(&root.join("in")).unwrap();
        fs::create_dir(root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(root.join("elsewhere"), root.join("in/sub")).unwrap();
        assert!(folder.write(Path::new("sub/x"), b"").is_err());
        assert_eq!(fs::read_dir(root.join("elsewhere")).unwrap().count(), 0);
        fs::remove_dir_all(root).unwrap();
    }
}
