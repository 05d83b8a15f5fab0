//! Finds input files: the given files, and all regular files in the given folders, sorted by name.
//!
//! Symbolic links to folders are not followed. Hidden files and folders (names with a leading dot) are skipped, and so is
//! the output folder. Files that cannot be read are inputs too, so that they are reported.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use thumbling::{Error, ErrorKind};
use walkdir::{DirEntry, WalkDir};

/// A file to process.
#[derive(Debug)]
pub struct Input {
    /// The path as given, or the given folder joined with the path inside it.
    pub path: PathBuf,
    /// The base name of its output: the path inside the given folder, or the file's name. Never absolute, no `..`.
    pub name: PathBuf,
    /// Set if the file cannot be processed.
    pub error: Option<Error>,
}

/// The input files.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In the order of the arguments; files of a folder sorted by name.
    pub files: Vec<Input>,
    /// How many hidden files and folders were skipped.
    pub hidden: usize,
}

/// Finds the files in `paths`, without entering `skip`, the output folder.
pub fn find(paths: &[PathBuf], skip: Option<&Path>) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => add_folder(path, skip, &mut inputs),
            Ok(_) | Err(_) => inputs.files.push(Input {
                path: path.clone(),
                // Paths without a file name (`..`, `/`) are folders.
                name: path.file_name().map(PathBuf::from).unwrap_or_default(),
                error: None,
            }),
        }
    }
    resolve_collisions(&mut inputs.files);
    inputs
}

fn add_folder(root: &Path, skip: Option<&Path>, inputs: &mut Inputs) {
    let skip = skip.and_then(|skip| {
        let inside = fs::canonicalize(skip).ok()?.strip_prefix(fs::canonicalize(root).ok()?).ok()?.to_path_buf();
        (inside != Path::new("")).then(|| root.join(inside))
    });
    let mut hidden = 0;
    let walk = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(|entry| {
        let is_hidden = entry.depth() > 0 && is_hidden(entry);
        hidden += usize::from(is_hidden);
        !is_hidden && skip.as_deref() != Some(entry.path())
    });
    for entry in walk {
        let (path, error) = match entry {
            Ok(entry) if is_regular(&entry) => (entry.into_path(), None),
            Ok(_) => continue,
            Err(e) => {
                let path = e.path().unwrap_or(root).to_path_buf();
                let (kind, detail) = match e.into_io_error() {
                    Some(e) if e.kind() == std::io::ErrorKind::PermissionDenied => (ErrorKind::Denied, e.to_string()),
                    Some(e) => (ErrorKind::Io, e.to_string()),
                    None => (ErrorKind::Io, "symbolic link loop".into()),
                };
                (path, Some(Error::new(kind, detail)))
            }
        };
        let name = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        inputs.files.push(Input { path, name, error });
    }
    inputs.hidden += hidden;
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Regular files and links to them. Broken links count too, so that they are reported.
fn is_regular(entry: &DirEntry) -> bool {
    let kind = entry.file_type();
    kind.is_file() || kind.is_symlink() && fs::metadata(entry.path()).map_or(true, |meta| meta.is_file())
}

/// Removes files given twice. Of several files with the same output name, all but the first fail.
fn resolve_collisions(files: &mut Vec<Input>) {
    let mut first: HashMap<PathBuf, PathBuf> = HashMap::new();
    files.retain_mut(|input| match first.get(&input.name) {
        Some(path) if *path == input.path => false,
        Some(path) => {
            let detail = format!("its thumbnail would overwrite that of {}", path.display());
            input.error.get_or_insert_with(|| Error::invalid_argument(detail));
            true
        }
        None => {
            first.insert(input.name.clone(), input.path.clone());
            true
        }
    });
}
