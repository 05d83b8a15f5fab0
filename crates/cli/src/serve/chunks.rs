//! Response bodies that are produced in chunks by another task or thread.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use tokio::sync::mpsc;

/// A stream of chunks. The sender waits until the client has taken a chunk.
pub struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl Chunks {
    pub fn new() -> (mpsc::Sender<io::Result<Bytes>>, Self) {
        let (sender, receiver) = mpsc::channel(2);
        (sender, Self(receiver))
    }

    /// A stream that fails at once.
    pub fn failed(e: io::Error) -> Self {
        let (sender, chunks) = Self::new();
        let _ = sender.try_send(Err(e));
        chunks
    }
}

impl futures_core::Stream for Chunks {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
