//! Files that ended a worker twice are not tried again for a while.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::source::{HEAD, Source};

/// Strikes after which a file is refused.
const STRIKES: u32 = 2;

/// How long strikes count.
const LASTS: Duration = Duration::from_secs(3600);

/// Files remembered.
const MAX_FILES: usize = 4096;

#[derive(Debug, Default)]
pub struct Quarantine(Mutex<HashMap<Key, Strikes>>);

/// A file by its size, start and end: enough to recognise an upload that is tried again, without reading it whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64, u64);

#[derive(Debug)]
struct Strikes {
    count: u32,
    last: Instant,
    kind: ErrorKind,
    detail: String,
}

impl Quarantine {
    /// The error of a file in quarantine.
    pub fn check(&self, source: &Source) -> Result<()> {
        let is_possible = {
            let files = self.0.lock().unwrap_or_else(|e| e.into_inner());
            files.keys().any(|key| key.0 == source.size())
        };
        // Files of other sizes cost no read.
        let Some(key) = is_possible.then(|| key(source)).flatten() else { return Ok(()) };
        let mut files = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let Some(strikes) = files.get(&key) else { return Ok(()) };
        if strikes.last.elapsed() > LASTS {
            files.remove(&key);
            return Ok(());
        }
        if strikes.count < STRIKES {
            return Ok(());
        }
        Err(Error::new(strikes.kind, format!("in quarantine after {STRIKES} attempts: {}", strikes.detail)))
    }

    /// Counts a failure that the file caused; returns its error.
    pub fn strike(&self, source: &Source, error: Error) -> Error {
        if let Some(key) = key(source) {
            let mut files = self.0.lock().unwrap_or_else(|e| e.into_inner());
            if files.len() >= MAX_FILES {
                files.retain(|_, strikes| strikes.last.elapsed() < LASTS);
            }
            if files.len() >= MAX_FILES {
                files.clear();
            }
            let (last, kind, detail) = (Instant::now(), error.kind(), error.detail().to_owned());
            let count = files.get(&key).map_or(0, |strikes| strikes.count) + 1;
            files.insert(key, Strikes { count, last, kind, detail });
        }
        error
    }
}

fn key(source: &Source) -> Option<Key> {
    let mut hasher = DefaultHasher::new();
    source.head().ok()?.hash(&mut hasher);
    let end = source.slice(source.size().saturating_sub(HEAD as u64), HEAD as u64);
    let mut tail = vec![0; end.size() as usize];
    end.read_up_to(0, &mut tail).ok()?;
    tail.hash(&mut hasher);
    Some(Key(source.size(), hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_strikes_put_a_file_into_quarantine_and_no_other() {
        let quarantine = Quarantine::default();
        let (bad, good) = (Source::from_slice(b"bad file"), Source::from_slice(b"good one"));
        quarantine.strike(&bad, Error::corrupt("it crashed"));
        assert!(quarantine.check(&bad).is_ok());
        quarantine.strike(&bad, Error::corrupt("it crashed"));
        let e = quarantine.check(&Source::from_slice(b"bad file")).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Corrupt);
        assert!(e.detail().contains("it crashed"), "{e}");
        assert!(quarantine.check(&good).is_ok());
    }
}
