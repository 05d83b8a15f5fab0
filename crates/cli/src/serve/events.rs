//! Server-sent events: the feed, over HTTP.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use thumbling_engine::problem::Problem;
use tokio::sync::broadcast::error::RecvError;

use super::chunks::Chunks;
use super::state::App;
use super::wire;

/// Most clients at once.
const MAX_CLIENTS: usize = 256;
/// Interval of comment lines that keep the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /demo/events`
pub async fn stream(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if app.event_user(&headers).is_none() {
        return wire::answer(|| Err(Problem::Login.into())).await;
    }
    let clients = app.event_clients.clone();
    if clients.fetch_add(1, Ordering::Relaxed) >= MAX_CLIENTS {
        clients.fetch_sub(1, Ordering::Relaxed);
        return wire::plain(StatusCode::SERVICE_UNAVAILABLE, "too many clients\n").into_response();
    }
    let mut events = app.feed.subscribe();
    let (sender, chunks) = Chunks::new();
    tokio::spawn(async move {
        let mut next = Ok(Bytes::from_static(b"retry: 1000\n: hello\n\n"));
        while sender.send(next).await.is_ok() {
            next = Ok(tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => event,
                    Err(RecvError::Lagged(_)) => Bytes::from_static(b"event: lost\ndata: {}\n\n"),
                    Err(RecvError::Closed) => break,
                },
                () = tokio::time::sleep(HEARTBEAT) => Bytes::from_static(b": beat\n\n"),
                () = sender.closed() => break,
            });
        }
        clients.fetch_sub(1, Ordering::Relaxed);
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(chunks)).into_response()
}
