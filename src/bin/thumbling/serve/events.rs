//! Server-sent events: what happens to files and tasks, as it happens.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling::engine::Engine;
use thumbling::engine::events::Event;
use thumbling::engine::id::FileRef;
use thumbling::engine::message::Problem;
use tokio::sync::{broadcast, mpsc};

use super::demo;
use super::state::App;
use super::wire;

/// Events that wait for a slow client; one that falls further behind is told to look again.
const BEHIND: usize = 1024;
/// Clients at once.
const MOST: usize = 256;
/// A line now and then shows both sides that the other is there.
const BEAT: Duration = Duration::from_secs(15);

/// What the host itself has to say.
pub enum Said<'a> {
    /// A file is new, or has new content.
    Changed(&'a FileRef),
    /// A file or folder is gone.
    Deleted(&'a FileRef),
}

/// Events for whoever listens.
#[derive(Clone)]
pub struct Feed(broadcast::Sender<Bytes>, Arc<AtomicUsize>);

impl Feed {
    pub fn new() -> Self {
        Self(broadcast::channel(BEHIND).0, Arc::default())
    }

    /// Passes on what the host says.
    pub fn say(&self, said: &Said<'_>) {
        let (name, file) = match said {
            Said::Changed(file) => ("changed", file),
            Said::Deleted(file) => ("deleted", file),
        };
        self.send(name, &json!({"spaceId": file.space.as_str(), "fileId": file.file.as_str()}));
    }

    /// Passes on what the engine says, on a thread of its own that ends with the engine.
    pub fn follow(&self, engine: &Engine) -> io::Result<()> {
        let (feed, events) = (self.clone(), engine.events());
        std::thread::Builder::new().name("thumbling-events".into()).spawn(move || {
            while let Ok(event) = events.wait(Duration::from_secs(3600)) {
                match event {
                    Some(Event::Ready { file, version }) => {
                        let (space, id) = (file.space.as_str(), file.file.as_str());
                        feed.send("ready", &json!({"spaceId": space, "fileId": id, "version": version.as_str()}));
                    }
                    Some(Event::Failed { file, kind }) => {
                        let s = Problem::from(kind).spelling();
                        let (space, id) = (file.space.as_str(), file.file.as_str());
                        feed.send(
                            "failed",
                            &json!({"spaceId": space, "fileId": id, "error": s.name, "message": s.en_us}),
                        );
                    }
                    Some(Event::Task { id, state }) => {
                        feed.send("task", &json!({"taskId": id.to_string(), "state": state.name()}));
                    }
                    _ => {}
                }
            }
        })?;
        Ok(())
    }

    fn send(&self, name: &str, data: &Value) {
        // Nobody listens: nothing is said.
        let _ = self.0.send(Bytes::from(format!("event: {name}\ndata: {data}\n\n")));
    }
}

/// `GET /demo/events`
pub async fn stream(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if demo::visitor(&app, &headers).is_none() {
        return wire::answer(|| Err(Problem::Login.into())).await;
    }
    let count = app.feed.1.clone();
    if count.fetch_add(1, Ordering::Relaxed) >= MOST {
        count.fetch_sub(1, Ordering::Relaxed);
        return wire::plain(StatusCode::SERVICE_UNAVAILABLE, "too many listen\n").into_response();
    }
    let mut events = app.feed.0.subscribe();
    let (sender, chunks) = Chunks::new();
    tokio::spawn(async move {
        let mut next = Ok(Bytes::from_static(b"retry: 1000\n: hello\n\n"));
        while sender.send(next).await.is_ok() {
            next = Ok(tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => event,
                    Err(broadcast::error::RecvError::Lagged(_)) => Bytes::from_static(b"event: lost\ndata: {}\n\n"),
                    Err(broadcast::error::RecvError::Closed) => break,
                },
                () = tokio::time::sleep(BEAT) => Bytes::from_static(b": beat\n\n"),
                () = sender.closed() => break,
            });
        }
        count.fetch_sub(1, Ordering::Relaxed);
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(chunks)).into_response()
}

/// A body that comes piece by piece from elsewhere; whoever sends waits until a piece is taken.
pub struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl Chunks {
    pub fn new() -> (mpsc::Sender<io::Result<Bytes>>, Self) {
        let (sender, receiver) = mpsc::channel(2);
        (sender, Self(receiver))
    }

    /// A body that breaks off at once.
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
