//! Cloudreve's API: the URL of a thumbnail.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use thumbling_engine::caller::Caller;
use thumbling_engine::lookup::LookupMode;
use thumbling_engine::problem::Problem;
use thumbling_engine::url::Target;
use thumbling_engine::wire::cloudreve::code;

use super::state::{App, language};
use super::wire::{self, Failure};
use super::{shares, time};

/// How long a call waits for a thumbnail, as in Cloudreve itself.
const TIMEOUT: Duration = Duration::from_secs(8);

/// `GET /file/thumb?uri=…`, also below `/api/v4`
pub async fn thumb(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = language(&headers);
    let debug = app.debug;
    let work = move || {
        let uri = wire::query(query.as_deref(), "uri").filter(|uri| !uri.is_empty());
        let uri = uri.ok_or_else(|| Failure::of(Problem::Argument, "`uri` is missing"))?;
        let caller = caller(&app, &headers, &uri)?;
        let hint = wire::header(&headers, "x-cr-context-hint").and_then(|id| app.hint(id));
        let url = app.engine.thumbnail_url(
            Target::Uri(&uri),
            None,
            &caller,
            hint.as_deref(),
            LookupMode::WaitUpTo(TIMEOUT),
        )?;
        let data = json!({"url": url.url, "obfuscated": url.obfuscated, "expires": time::rfc3339(url.expires)});
        Ok(Json(json!({"code": 0, "data": data, "msg": ""})).into_response())
    };
    wire::answer_as(work, move |failure| {
        let mut body = json!({
            "code": code(failure.problem),
            "msg": failure.problem.message(language),
            "correlation_id": failure.correlation.as_str(),
        });
        if debug {
            body["error"] = failure.detail.as_str().into();
        }
        // Cloudreve's errors have HTTP status 200 and are told apart by `code`.
        Json(body).into_response()
    })
    .await
}

/// A user by token, or a visitor of the share in the URI.
fn caller(app: &App, headers: &HeaderMap, uri: &str) -> Result<Caller, Failure> {
    let mut caller = match headers.contains_key("authorization") {
        true => Caller::user(wire::bearer(headers).and_then(|token| app.user(token)).ok_or(Problem::Login)?),
        false => Caller::anonymous(),
    };
    caller.share = shares::of_uri(uri);
    caller.ticket = wire::header(headers, "x-cr-purchase-ticket").map(str::to_owned);
    if caller.user.is_none() && caller.share.is_none() {
        return Err(Problem::Login.into());
    }
    Ok(caller.with_language(language(headers)))
}
