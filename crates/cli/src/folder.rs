//! The output folder. Files are written atomically, and never outside of the folder.
//!
//! A file is written under a temporary hidden name and then renamed. An interrupted run removes its temporary files.
//! Symbolic links inside the folder are not followed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Temporary files that exist. They are created while holding this lock, so that removing all of them under the lock
/// leaves none behind.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// An output folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens the folder at `root`, creating it if missing.
    pub fn create(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root).map_err(|e| {
            // Something other than a folder is a usage error.
            let kind = if root.exists() { io::ErrorKind::InvalidInput } else { e.kind() };
            io::Error::new(kind, format!("cannot write to {}: {e}", root.display()))
        })?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Writes the file `name`, a path inside the folder, replacing any existing file.
    pub fn write(&self, name: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = self.create_parents(name)?;
        let target = self.root.join(name);
        let temporary = Temporary::create(&parent)?;
        (&temporary.file).write_all(bytes)?;
        temporary.rename(&target)
    }

    /// The folder of `name`, created if missing.
    fn create_parents(&self, name: &Path) -> io::Result<PathBuf> {
        let mut at = self.root.clone();
        for part in name.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(part) = part else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "path leads out of the output folder"));
            };
            at.push(part);
            match fs::create_dir(&at) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    if !fs::symlink_metadata(&at)?.is_dir() {
                        let detail = format!("{} exists and is not a folder", at.display());
                        return Err(io::Error::new(io::ErrorKind::NotADirectory, detail));
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Ok(at)
    }
}

/// A temporary file, removed on drop unless it was renamed.
struct Temporary {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Temporary {
    fn create(parent: &Path) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        loop {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!(".thumbling-{}-{n}", process::id()));
            let mut all = temporary_files();
            match File::create_new(&path) {
                Ok(file) => {
                    all.insert(path.clone());
                    return Ok(Self { path, file, renamed: false });
                }
                // Left behind by a killed process with the same ID.
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

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut all = temporary_files();
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
        all.remove(&self.path);
    }
}

fn temporary_files() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    TEMPORARY.lock().unwrap_or_else(|e| e.into_inner())
}

/// On Ctrl-C and termination signals, removes temporary files and exits with status 130.
pub fn clean_on_interrupt() {
    let clean = || {
        let all = temporary_files();
        for path in all.iter() {
            let _ = fs::remove_file(path);
        }
        // Holding the lock, so that no new temporary file appears.
        process::exit(130);
    };
    // Without the handler, an interrupted run may leave temporary files behind: no reason to stop.
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
    fn write_replaces_an_existing_file() {
        let root = scratch("replace");
        let folder = Folder::create(&root).unwrap();
        folder.write(Path::new("a/b/x"), b"old").unwrap();
        folder.write(Path::new("a/b/x"), b"new").unwrap();
        assert_eq!(fs::read(root.join("a/b/x")).unwrap(), b"new");
        assert_eq!(fs::read_dir(root.join("a/b")).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn failed_write_leaves_no_temporary_file() {
        let root = scratch("failed");
        let folder = Folder::create(&root).unwrap();
        fs::create_dir(root.join("x")).unwrap();
        assert!(folder.write(Path::new("x"), b"x").is_err());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn path_out_of_the_folder_is_rejected() {
        let root = scratch("out");
        let folder = Folder::create(&root.join("in")).unwrap();
        assert!(folder.write(Path::new("../y/x"), b"").is_err());
        assert!(!root.join("y").exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_link_inside_is_not_followed() {
        let root = scratch("link");
        let folder = Folder::create(&root.join("in")).unwrap();
        fs::create_dir(root.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(root.join("elsewhere"), root.join("in/sub")).unwrap();
        assert!(folder.write(Path::new("sub/x"), b"").is_err());
        assert_eq!(fs::read_dir(root.join("elsewhere")).unwrap().count(), 0);
        fs::remove_dir_all(root).unwrap();
    }
}
