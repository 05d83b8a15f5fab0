//! Which files: those given, and all regular files below the folders given, in the order of their names.
//!
//! Links to folders are not followed; files and folders whose names begin with a dot are passed over, and so is the
//! folder that is written to. What cannot be read is an input too: it gets an outcome that says so.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use thumbling::{Error, ErrorKind};
use walkdir::{DirEntry, WalkDir};

/// One file to work on.
#[derive(Debug)]
pub struct Input {
    /// As given, or the folder given joined with the path below it.
    pub path: PathBuf,
    /// What its results are called: the path below the folder given, or the file's name. Never absolute, never `..`.
    pub name: PathBuf,
    /// Why it cannot be worked on, if that is known already.
    pub refused: Option<Error>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order of the arguments, below a folder in the order of names.
    pub inputs: Vec<Input>,
    /// Files and folders passed over because their names begin with a dot.
    pub hidden: usize,
}

/// Finds the files below `paths`. `skip` is a folder that is not entered: the one that is written to.
pub fn find(paths: &[PathBuf], skip: Option<&Path>) -> Found {
    let mut found = Found::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => below(path, skip, &mut found),
            // A path without a last name (`..`, `/`) is a folder, so this is never empty.
            Ok(_) | Err(_) => found.inputs.push(Input {
                path: path.clone(),
                name: path.file_name().map(PathBuf::from).unwrap_or_default(),
                refused: None,
            }),
        }
    }
    settle_names(&mut found.inputs);
    found
}

fn below(root: &Path, skip: Option<&Path>, found: &mut Found) {
    let skip = skip.and_then(|skip| {
        let inside = fs::canonicalize(skip).ok()?.strip_prefix(fs::canonicalize(root).ok()?).ok()?.to_path_buf();
        (inside != Path::new("")).then(|| root.join(inside))
    });
    let mut hidden = 0;
    let walk = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(|entry| {
        let dotted = entry.depth() > 0 && is_dotted(entry);
        hidden += usize::from(dotted);
        !dotted && skip.as_deref() != Some(entry.path())
    });
    for entry in walk {
        let (path, refused) = match entry {
            Ok(entry) if is_regular(&entry) => (entry.into_path(), None),
            Ok(_) => continue,
            Err(e) => {
                let path = e.path().unwrap_or(root).to_path_buf();
                let (kind, detail) = match e.into_io_error() {
                    Some(e) if e.kind() == std::io::ErrorKind::PermissionDenied => (ErrorKind::Denied, e.to_string()),
                    Some(e) => (ErrorKind::Io, e.to_string()),
                    None => (ErrorKind::Io, "links lead in a circle".into()),
                };
                (path, Some(Error::new(kind, detail)))
            }
        };
        let name = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        found.inputs.push(Input { path, name, refused });
    }
    found.hidden += hidden;
}

fn is_dotted(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Regular files, links to them, and links to nothing: the last so that somebody hears of them.
fn is_regular(entry: &DirEntry) -> bool {
    let kind = entry.file_type();
    kind.is_file() || kind.is_symlink() && fs::metadata(entry.path()).map_or(true, |meta| meta.is_file())
}

/// Names are unique: an input given twice is one, and of two inputs with one name the later is refused.
fn settle_names(inputs: &mut Vec<Input>) {
    let mut first: HashMap<PathBuf, PathBuf> = HashMap::new();
    inputs.retain_mut(|input| match first.get(&input.name) {
        Some(path) if *path == input.path => false,
        Some(path) => {
            let detail = format!("its thumbnail would overwrite that of {}", path.display());
            input.refused.get_or_insert_with(|| Error::invalid_argument(detail));
            true
        }
        None => {
            first.insert(input.name.clone(), input.path.clone());
            true
        }
    });
}
