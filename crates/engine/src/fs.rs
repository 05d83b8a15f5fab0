//! File-system calls that differ between systems.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a folder and its parents; the folder is accessible to its owner only.
///
/// On Windows it inherits the permissions of its parent, which for a folder below the user's profile are the same.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // The folder itself has to survive a power cut. A parent that cannot be opened is not ours to sync.
    let _ = path.parent().map(sync_folder);
    Ok(())
}

/// Creates a new file for writing that is accessible to its owner only; see [`create_private_folder`] for Windows.
pub(crate) fn create_private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes renames within a folder survive a power cut.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Windows cannot open folders as files, and NTFS journals renames.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
