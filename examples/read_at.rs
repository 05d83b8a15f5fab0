//! Thumbnails through a host's own reader, as from an object store, and what each fetched: `read_at FILE...`.

use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thumbling::{ReadAt, Request, Source};

struct Store {
    file: std::fs::File,
    fetches: AtomicU64,
    bytes: AtomicU64,
}

impl ReadAt for Store {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read_at(buf, offset)?;
        self.fetches.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

fn main() -> std::io::Result<()> {
    println!("{:>12} {:>10} {:>10} {:>7}  file", "size", "bytes_read", "fetched", "fetches");
    for path in std::env::args_os().skip(1) {
        let file = std::fs::File::open(&path)?;
        let size = file.metadata()?.len();
        let store = Arc::new(Store { file, fetches: AtomicU64::new(0), bytes: AtomicU64::new(0) });
        let source = Source::from_read_at(store.clone(), size);
        let made = thumbling::thumbnail(&source, &Request::new().name(path.to_string_lossy()));
        let outcome = made.map_or_else(|e| format!("  {e}"), |_| String::new());
        let (bytes, fetches) = (store.bytes.load(Ordering::Relaxed), store.fetches.load(Ordering::Relaxed));
        let read = source.bytes_read();
        println!("{size:>12} {read:>10} {bytes:>10} {fetches:>7}  {}{outcome}", path.to_string_lossy());
    }
    Ok(())
}
