//! Reads files through `ReadAt`, as from an object store, and prints how much of them was fetched: `read_at FILE...`

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thumbling::{ReadAt, Request, Source};

/// An object of a store, here in memory.
struct Object {
    content: Vec<u8>,
    requests: AtomicU64,
    fetched: AtomicU64,
}

impl ReadAt for Object {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        let start = self.content.len().min(offset as usize);
        let n = (&self.content[start..]).read(buf)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.fetched.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

fn main() -> std::io::Result<()> {
    // As a worker the process ends here.
    thumbling::isolation::run_if_worker();
    for path in std::env::args().skip(1) {
        let content = std::fs::read(&path)?;
        let size = content.len() as u64;
        let object = Arc::new(Object { content, requests: AtomicU64::new(0), fetched: AtomicU64::new(0) });
        let result = thumbling::thumbnail(&Source::from_read_at(object.clone(), size), &Request::new().name(&path));
        let (requests, fetched) = (object.requests.load(Ordering::Relaxed), object.fetched.load(Ordering::Relaxed));
        let outcome = result.map_or_else(|e| e.to_string(), |_| "ok".to_owned());
        println!("{path}: {fetched} of {size} bytes in {requests} requests, {outcome}");
    }
    Ok(())
}
