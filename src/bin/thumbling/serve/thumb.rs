//! What signed URLs give. Whatever is wrong with one gets the same reply.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use thumbling::Source;
use thumbling::engine::link::Opened;

use super::events::Chunks;
use super::state::App;
use super::wire;

/// What is sent in one piece; packages are larger.
const PIECE: usize = 256 << 10;

/// `GET` and `HEAD /thumb/…`
pub async fn open(State(app): State<Arc<App>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    // As it came, with nothing decoded or made canonical.
    let url = format!("{}{}", app.url, uri.path_and_query().map_or("", |whole| whole.as_str()));
    let opened = tokio::task::spawn_blocking(move || app.engine.open_url(&url)).await;
    match opened {
        Ok(Ok(opened)) => reply(opened, &method, &headers),
        _ => wire::plain(StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn reply(opened: Opened, method: &Method, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", opened.etag);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let kept = format!("private, max-age={}", opened.expires.saturating_sub(now));
    let known = wire::header(headers, "if-none-match").is_some_and(|asked| matches(asked, &etag));
    let mut reply = match (known, method) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, &Method::HEAD) => with_length(Body::empty(), opened.content.size()),
        (false, _) => with_length(body(opened.content.clone()), opened.content.size()),
    };
    let headers = reply.headers_mut();
    let mut put = |name, value: &str| drop(HeaderValue::from_str(value).map(|value| headers.insert(name, value)));
    put(header::ETAG, &etag);
    put(header::CACHE_CONTROL, &kept);
    if !known {
        put(header::CONTENT_TYPE, &opened.content_type);
        // Whatever a file made of it: nothing in it runs.
        put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        if let Some(name) = &opened.file_name {
            put(header::CONTENT_DISPOSITION, &format!("attachment; filename*=UTF-8''{}", wire::percent_encoded(name)));
        }
    }
    reply
}

fn with_length(body: Body, size: u64) -> Response {
    ([(header::CONTENT_LENGTH, HeaderValue::from(size))], body).into_response()
}

/// Whether `If-None-Match` names what there is: RFC 9110, compared weakly.
fn matches(asked: &str, etag: &str) -> bool {
    asked.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// Small content whole; a package piece by piece as the client takes it.
fn body(content: Source) -> Body {
    let size = content.size();
    if size <= PIECE as u64 {
        return match content.read_all(PIECE as u64) {
            Ok(bytes) => Body::from(bytes),
            Err(e) => Body::from_stream(Chunks::failed(e.into())),
        };
    }
    let (sender, chunks) = Chunks::new();
    tokio::task::spawn_blocking(move || {
        let mut at = 0;
        while at < size {
            let len = (size - at).min(PIECE as u64);
            let piece = content.read_vec(at, len).map(Bytes::from).map_err(std::io::Error::from);
            at += len;
            let failed = piece.is_err();
            // The client has gone, or what he got cannot become whole.
            if sender.blocking_send(piece).is_err() || failed {
                return;
            }
        }
    });
    Body::from_stream(chunks)
}
