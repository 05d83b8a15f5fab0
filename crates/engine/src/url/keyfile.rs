//! A keyring in a file, so that URLs stay valid across restarts and in every process of the host.
//!
//! One line per key, the signing key first: its id and its secret in hexadecimal. Only the file's owner can read it.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::keyring::{Key, Keyring};
use crate::fs::{create_private_file, sync_folder};
use crate::model::blob::hex;
use crate::random;
use thumbling::{Error, ErrorKind, Result};

/// Opens the keyring in the file `path`, creating it with a random key if it is missing. Processes that create it at the
/// same time get the same key.
pub fn open(path: &Path) -> Result<Keyring> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let keys = [Key::random("k1")?];
            match write(path, &keys, Existing::Kept) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed(path, e)),
            }
            // Whichever process created it.
            parse(&fs::read_to_string(path).map_err(|e| failed(path, e))?)
        }
        Err(e) => Err(failed(path, e)),
    }
}

/// Replaces the file `path` with the current keys of `keys`.
pub fn save(path: &Path, keys: &Keyring) -> Result<()> {
    write(path, &keys.keys(), Existing::Replaced).map_err(|e| failed(path, e))
}

#[derive(PartialEq)]
enum Existing {
    Kept,
    Replaced,
}

/// Writes a temporary file and renames it, so the file is never incomplete.
fn write(path: &Path, keys: &[Key], existing: Existing) -> io::Result<()> {
    let mut text = String::new();
    for key in keys {
        let _ = writeln!(text, "{} {}", key.id(), hex(key.secret()));
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}", hex(&random::bytes::<8>()?)));
    let written = create_private_file(temporary.as_ref()).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match existing {
            Existing::Replaced => fs::rename(&temporary, path),
            // Unlike a rename, this fails if the file exists.
            Existing::Kept => fs::hard_link(&temporary, path).and_then(|()| fs::remove_file(&temporary)),
        }
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

fn parse(text: &str) -> Result<Keyring> {
    let mut ring: Option<Keyring> = None;
    for (i, line) in text.lines().enumerate() {
        let wrong = |why: &str| Error::corrupt(format!("line {} of the key file: {why}", i + 1));
        let (id, hex) = line.split_once(' ').ok_or_else(|| wrong("no id or secret"))?;
        let key = Key::new(id, &bytes(hex).ok_or_else(|| wrong("the secret is not hexadecimal"))?)?;
        ring = Some(match ring {
            Some(ring) => ring.accepting(key),
            None => Keyring::new(key),
        });
    }
    ring.ok_or_else(|| Error::corrupt("the key file is empty"))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    (digits.len() % 2 == 0).then(|| digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

fn failed(path: &Path, e: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the key file {}: {e}", path.display())).caused_by(e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::Field;

    struct Folder(std::path::PathBuf);
    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("thumbling-keys-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).unwrap();
            Self(path)
        }
    }
    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn keys_survive_a_restart_and_a_rotation() {
        let folder = Folder::new("restart");
        let file = folder.0.join("keys");
        let first = open(&file).unwrap();
        let mac = first.signer().mac("p", &[Field::Number(1)]);
        first.rotate(Key::random("k2").unwrap()).unwrap();
        save(&file, &first).unwrap();
        let second = open(&file).unwrap();
        assert_eq!(second.signer().id(), "k2");
        assert!(second.verify("k1", "p", &[Field::Number(1)], &mac));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn processes_that_create_the_file_at_once_get_the_same_key() {
        let folder = Folder::new("race");
        let file = folder.0.join("keys");
        let macs: Vec<_> = std::thread::scope(|s| {
            let all: Vec<_> = (0..8).map(|_| s.spawn(|| open(&file).unwrap().signer().mac("p", &[]))).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(macs.iter().all(|mac| *mac == macs[0]));
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("mode");
        open(&folder.0.join("keys")).unwrap();
        assert_eq!(fs::metadata(folder.0.join("keys")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_is_not_replaced() {
        let folder = Folder::new("damaged");
        let file = folder.0.join("keys");
        for text in ["", "k1", "k1 zz", "k1 00ff", "k1 0"] {
            fs::write(&file, text).unwrap();
            assert!(open(&file).is_err(), "{text:?}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }
}
