//! The demuxer's I/O.
//!
//! Fetches are small after a seek and grow while reading continues: a demuxer that seeks from box to box pays little
//! for each, one that reads an index pays few calls. A quota bounds what it may fetch.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Bytes of the first fetch after a seek.
const SHORT: usize = 4 << 10;

/// State shared by the reader and its owner.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Bytes that may still be fetched.
    quota: u64,
    /// Whether the quota was reached.
    exhausted: bool,
    /// Why the last fetch failed, other than by quota.
    failure: Option<Error>,
}

/// The owner's end.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Arc<Mutex<Shared>>);

impl Meter {
    fn with<T>(&self, f: impl FnOnce(&mut Shared) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(|e| e.into_inner()))
    }

    /// Allows `bytes` to be fetched from now on.
    pub(super) fn allow(&self, bytes: u64) {
        self.with(|shared| (shared.quota, shared.exhausted) = (bytes, false));
    }

    /// Whether the quota was reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.with(|shared| shared.exhausted)
    }

    /// Why reading failed: deadline, source or quota; `None` if it did not.
    pub(super) fn failure(&self) -> Option<Error> {
        self.with(|shared| match shared.exhausted {
            true => Some(Error::limit("opening the video would require reading all of it")),
            false => shared.failure.take(),
        })
    }
}

/// `Read` and `Seek` over a source.
pub(super) struct Reader {
    source: Source,
    interrupt: Interrupt,
    meter: Meter,
    at: u64,
    fetch: usize,
}

impl Reader {
    pub(super) fn new(source: &Source, interrupt: &Interrupt, meter: &Meter) -> Self {
        Self { source: source.clone(), interrupt: interrupt.clone(), meter: meter.clone(), at: 0, fetch: SHORT }
    }

    /// Size of the source.
    pub(super) fn size(&self) -> u64 {
        self.source.size()
    }

    fn fetch(&mut self, out: &mut [u8]) -> Result<usize> {
        self.interrupt.check()?;
        let n = self.source.read_at(self.at, out)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let wanted = out.len().min(self.fetch);
        let allowed = self.meter.with(|shared| {
            let allowed = (wanted as u64).min(shared.quota);
            shared.quota -= allowed;
            shared.exhausted |= allowed == 0 && wanted > 0;
            allowed as usize
        });
        if allowed == 0 && wanted > 0 {
            return Err(io::ErrorKind::Other.into());
        }
        let got = self.fetch(&mut out[..allowed]).map_err(|e| {
            self.meter.with(|shared| shared.failure = Some(e));
            io::Error::from(io::ErrorKind::Other)
        })?;
        self.fetch = self.fetch.saturating_mul(2);
        Ok(got)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.source.size().checked_add_signed(n),
            SeekFrom::Current(n) => self.at.checked_add_signed(n),
        };
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        if target != self.at {
            (self.at, self.fetch) = (target, SHORT);
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::cancel::CancelToken;
    use thumbling_core::error::ErrorKind;

    fn reader(interrupt: &Interrupt) -> (Reader, Meter) {
        let meter = Meter::default();
        (Reader::new(&Source::from_bytes(vec![7; 100_000]), interrupt, &meter), meter)
    }

    #[test]
    fn fetches_grow_until_a_jump() {
        let (mut reader, meter) = reader(&Interrupt::default());
        meter.allow(u64::MAX);
        let mut out = [0; 32 << 10];
        let fetched: Vec<_> = (0..3).map(|_| reader.read(&mut out).unwrap()).collect();
        assert_eq!(fetched, [4 << 10, 8 << 10, 16 << 10]);
        reader.seek(SeekFrom::End(-10_000)).unwrap();
        assert_eq!(reader.read(&mut out).unwrap(), 4 << 10);
    }

    #[test]
    fn the_quota_ends_reading_until_more_is_allowed() {
        let (mut reader, meter) = reader(&Interrupt::default());
        meter.allow(5000);
        let mut out = [0; 8192];
        assert_eq!((reader.read(&mut out).unwrap(), reader.read(&mut out).unwrap()), (4096, 904));
        assert!(reader.read(&mut out).is_err() && meter.is_exhausted());
        meter.allow(1);
        assert_eq!(reader.read(&mut out).unwrap(), 1);
    }

    #[test]
    fn a_cancelled_read_reports_it() {
        let token = CancelToken::new();
        let (mut reader, meter) = reader(&Interrupt::new(None, token.clone()));
        meter.allow(u64::MAX);
        token.cancel();
        assert!(reader.read(&mut [0; 10]).is_err());
        assert_eq!(meter.failure().unwrap().kind(), ErrorKind::Cancelled);
    }
}
