//! The feed of events that clients subscribe to: what the engine reports, and what the host itself changes.

use std::io;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use thumbling_engine::Engine;
use thumbling_engine::events::Event;
use thumbling_engine::id::FileRef;
use thumbling_engine::problem::Problem;
use tokio::sync::broadcast;

/// Most events queued for a slow client; one that falls further behind is told to reload.
const CAPACITY: usize = 1024;

/// A change made through the host.
pub enum HostEvent<'a> {
    /// A file is new, or has new content.
    Changed(&'a FileRef),
    /// A file or folder was deleted.
    Deleted(&'a FileRef),
}

/// Sends events to every subscriber.
#[derive(Clone)]
pub struct Feed(broadcast::Sender<Bytes>);

impl Feed {
    pub fn new() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }

    /// A receiver of events from now on, in the format of server-sent events.
    pub fn subscribe(&self) -> broadcast::Receiver<Bytes> {
        self.0.subscribe()
    }

    /// Sends an event of the host.
    pub fn publish(&self, event: &HostEvent<'_>) {
        let (name, file) = match event {
            HostEvent::Changed(file) => ("changed", file),
            HostEvent::Deleted(file) => ("deleted", file),
        };
        self.send(name, &json!({"spaceId": file.space.as_str(), "fileId": file.file.as_str()}));
    }

    /// Forwards events of the engine, on a thread that ends when the engine closes.
    pub fn forward(&self, engine: &Engine) -> io::Result<()> {
        let (feed, events) = (self.clone(), engine.events());
        std::thread::Builder::new().name("thumbling-events".into()).spawn(move || {
            while let Ok(event) = events.wait(Duration::from_secs(3600)) {
                if let Some(event) = event {
                    feed.send_engine_event(event);
                }
            }
        })?;
        Ok(())
    }

    fn send_engine_event(&self, event: Event) {
        match event {
            Event::Ready { file, version } => {
                let (space, id) = (file.space.as_str(), file.file.as_str());
                self.send("ready", &json!({"spaceId": space, "fileId": id, "version": version.as_str()}));
            }
            Event::Failed { file, kind } => {
                let problem = Problem::from(kind).text();
                let (space, id) = (file.space.as_str(), file.file.as_str());
                let data = json!({"spaceId": space, "fileId": id, "error": problem.name, "message": problem.en_us});
                self.send("failed", &data);
            }
            Event::Task { id, state } => {
                self.send("task", &json!({"taskId": id.to_string(), "state": state.name()}));
            }
            _ => {}
        }
    }

    fn send(&self, name: &str, data: &Value) {
        // Fails if there is no subscriber.
        let _ = self.0.send(Bytes::from(format!("event: {name}\ndata: {data}\n\n")));
    }
}
