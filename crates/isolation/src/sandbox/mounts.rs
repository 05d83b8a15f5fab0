//! An empty root folder, with the readable folders mounted at their places. Needs a mount namespace of its own.

use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind_recursive, mount_change, mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};

type Step<T> = Result<T, (&'static str, Errno)>;

/// Folders of which one exists on every machine; the new root is mounted over it, and hides what is in it.
const PLACES: [&str; 5] = ["/tmp", "/run", "/mnt", "/dev/shm", "/proc"];

/// Replaces the root folder by an empty one.
pub fn leave(readable: &[PathBuf]) -> Step<()> {
    let at = |what: &'static str| move |e| (what, e);
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).map_err(at("private mounts"))?;
    let is_free = |place: &&Path| place.is_dir() && !readable.iter().any(|path| path.starts_with(place));
    let place = PLACES.iter().map(Path::new).find(is_free).ok_or(("a folder for the root", Errno::NOENT))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("tmpfs", place, "tmpfs", flags, c"size=64k,mode=755").map_err(at("an empty root"))?;
    for path in readable {
        let Ok(inside) = path.strip_prefix("/") else { continue };
        let target = place.join(inside);
        // Without its fonts the worker draws with those that are built in.
        if !path.is_dir() || std::fs::create_dir_all(&target).is_err() {
            continue;
        }
        if mount_bind_recursive(path, &target).is_ok() {
            // Landlock denies writing in any case.
            let _ = mount_remount(&target, MountFlags::BIND | MountFlags::RDONLY | flags, c"");
        }
    }
    chdir(place).map_err(at("the empty root"))?;
    pivot_root(".", ".").map_err(at("pivot_root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(at("unmounting the old root"))?;
    chdir("/").map_err(at("the empty root"))
}
