//! The web page: the folder as a drive shows it.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::wire;

const INDEX: &str = include_str!("web/index.html");
const STYLE: &str = concat!(include_str!("../web/base.css"), include_str!("web/style.css"));
const SCRIPT: &str = include_str!("web/script.js");
const CARDS: &str = include_str!("../web/cards.js");
/// The published decoder of obfuscated URLs; a link, which `cargo package` follows.
const DECODER: &str = include_str!("web/thumbling-url.js");

/// `GET /`, and `GET /s/<share>`
pub async fn index() -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";
    (
        [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        ],
        INDEX,
    )
        .into_response()
}

/// `GET /page/<file>`
pub async fn asset(Path(file): Path<String>) -> Response {
    let (kind, content) = match file.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "script.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "cards.js" => ("text/javascript; charset=utf-8", CARDS),
        "thumbling-url.js" => ("text/javascript; charset=utf-8", DECODER),
        _ => return wire::plain(StatusCode::NOT_FOUND, "not found\n").into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], content).into_response()
}
