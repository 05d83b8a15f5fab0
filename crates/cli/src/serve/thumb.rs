//! Serving signed URLs. All failures get the same response.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use thumbling::Source;
use thumbling_engine::url::UrlContent;

use super::chunks::Chunks;
use super::state::App;
use super::wire;

/// Size of a chunk. Thumbnails fit into one; packages do not.
const CHUNK: usize = 256 << 10;

/// `GET` and `HEAD /thumb/…`
pub async fn open(State(app): State<Arc<App>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    // As received: nothing decoded or normalised.
    let url = format!("{}{}", app.url, uri.path_and_query().map_or("", |whole| whole.as_str()));
    let content = tokio::task::spawn_blocking(move || app.engine.open_url(&url)).await;
    match content {
        Ok(Ok(content)) => reply(content, &method, &headers),
        _ => wire::plain(StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

fn reply(content: UrlContent, method: &Method, headers: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", content.etag);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let caching = format!("private, max-age={}", content.expires.saturating_sub(now));
    let known = wire::header(headers, "if-none-match").is_some_and(|asked| matches(asked, &etag));
    let mut reply = match (known, method) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, &Method::HEAD) => with_length(Body::empty(), content.body.size()),
        (false, _) => with_length(body(content.body.clone()), content.body.size()),
    };
    let headers = reply.headers_mut();
    let mut put = |name, value: &str| drop(HeaderValue::from_str(value).map(|value| headers.insert(name, value)));
    put(header::ETAG, &etag);
    put(header::CACHE_CONTROL, &caching);
    if !known {
        put(header::CONTENT_TYPE, &content.content_type);
        // Nothing in the content may run scripts.
        put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        if let Some(name) = &content.file_name {
            put(header::CONTENT_DISPOSITION, &format!("attachment; filename*=UTF-8''{}", wire::percent_encoded(name)));
        }
    }
    reply
}

fn with_length(body: Body, size: u64) -> Response {
    ([(header::CONTENT_LENGTH, HeaderValue::from(size))], body).into_response()
}

/// Whether `If-None-Match` matches `etag`: RFC 9110, weak comparison.
fn matches(asked: &str, etag: &str) -> bool {
    asked.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// Small content whole; packages in chunks as the client takes them.
fn body(content: Source) -> Body {
    let size = content.size();
    if size <= CHUNK as u64 {
        return match content.read_all(CHUNK as u64) {
            Ok(bytes) => Body::from(bytes),
            Err(e) => Body::from_stream(Chunks::failed(e.into())),
        };
    }
    let (sender, chunks) = Chunks::new();
    tokio::spawn(async move {
        let mut at = 0;
        while at < size {
            let (content, len) = (content.clone(), (size - at).min(CHUNK as u64));
            // A thread is taken for each read alone: clients that do not read must not take them all.
            let read = tokio::task::spawn_blocking(move || content.read_vec(at, len)).await;
            at += len;
            let chunk = match read {
                Ok(chunk) => chunk.map(Bytes::from).map_err(std::io::Error::from),
                Err(e) => Err(std::io::Error::other(e)),
            };
            let failed = chunk.is_err();
            // The client has disconnected, or the content cannot be completed.
            if sender.send(chunk).await.is_err() || failed {
                return;
            }
        }
    });
    Body::from_stream(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    /// A runtime with one thread for blocking calls.
    fn runtime() -> tokio::runtime::Runtime {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(1).enable_all().build().unwrap()
    }

    #[test]
    fn a_client_that_does_not_read_takes_no_thread() {
        runtime().block_on(async {
            let unread = body(Source::from_bytes(vec![7; CHUNK * 20]));
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let other = tokio::task::spawn_blocking(|| 5);
            let answered = tokio::time::timeout(std::time::Duration::from_secs(5), other).await;
            assert_eq!(answered.unwrap().unwrap(), 5);
            drop(unread);
        });
    }

    #[test]
    fn large_content_arrives_whole() {
        runtime().block_on(async {
            let content: Vec<u8> = (0..CHUNK * 3 + 17).map(|i| (i % 251) as u8).collect();
            let arrived = body(Source::from_bytes(content.clone())).collect().await.unwrap().to_bytes();
            assert!(arrived == content);
        });
    }
}
