//! Families by name: embedded or installed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use super::embedded;
use super::face::{Face, FontBytes};
use super::index::{self, Index};
use super::map::MappedFile;

/// The family whose name has this [`index::key`].
pub(super) fn installed(key: &str) -> Option<Arc<str>> {
    Index::get().family(key).or_else(|| embedded::public(key))
}

/// All faces of a family, by a name returned from [`family`](super::family).
pub fn faces(family: &str) -> Vec<Face> {
    let own = embedded::faces(family);
    if !own.is_empty() {
        return own;
    }
    let listed = Index::get().faces(&index::key(family));
    listed
        .into_iter()
        .filter_map(|listed| {
            let bytes = file(&listed.path)?;
            Some(Face {
                bytes,
                index: listed.index,
                family: family.into(),
                weight: listed.weight,
                italic: listed.italic,
            })
        })
        .collect()
}

/// The mapped file at `path`, opened once per process.
fn file(path: &Path) -> Option<FontBytes> {
    static FILES: OnceLock<Mutex<HashMap<PathBuf, Option<FontBytes>>>> = OnceLock::new();
    let mut files = FILES.get_or_init(Mutex::default).lock().unwrap_or_else(|e| e.into_inner());
    if let Some(known) = files.get(path) {
        return known.clone();
    }
    let opened = MappedFile::open(path).ok().map(|mapped| Arc::new(mapped) as FontBytes);
    files.insert(path.to_owned(), opened.clone());
    opened
}
