//! What the APIs have in common: parsing requests, and answering failures.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling_engine::EngineError;
use thumbling_engine::caller::Language;
use thumbling_engine::id::CorrelationId;
use thumbling_engine::problem::Problem;
use thumbling_engine::wire::koodrive;

/// The response header with the correlation id.
pub const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");

/// A failed call, before it is formatted by one of the APIs.
#[derive(Debug)]
pub struct Failure {
    pub problem: Problem,
    /// Detail for the log, and in debug mode for the caller.
    pub detail: String,
    pub correlation: CorrelationId,
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure with `problem`, and detail for the log.
    pub fn of(problem: Problem, detail: impl Into<String>) -> Self {
        Self { problem, detail: detail.into(), correlation: CorrelationId::unique(), retry_after: None }
    }

    /// The same failure, with the caller's own trace id as correlation id if it sent one.
    #[must_use]
    pub fn traced(mut self, trace: Option<&str>) -> Self {
        if let Some(trace) = trace.and_then(|trace| CorrelationId::new(trace).ok()) {
            self.correlation = trace;
        }
        self
    }

    /// Logs the failure, and adds its correlation id and retry delay to the response.
    pub fn finish(&self, mut reply: Response) -> Response {
        tracing::info!(correlation = %self.correlation, problem = self.problem.name(), detail = %self.detail, "refused");
        let headers = reply.headers_mut();
        if let Ok(value) = HeaderValue::from_str(self.correlation.as_str()) {
            headers.insert(CORRELATION, value);
        }
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        reply
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::of(problem, "")
    }
}

impl From<EngineError> for Failure {
    fn from(e: EngineError) -> Self {
        Self {
            problem: Problem::of_error(&e),
            detail: e.detail().to_owned(),
            correlation: e.correlation().clone(),
            retry_after: e.retry_after(),
        }
    }
}

/// Runs `call` on a thread that may block. Failures are formatted as the demo endpoints do.
pub async fn answer(call: impl FnOnce() -> Result<Response, Failure> + Send + 'static) -> Response {
    answer_as(call, |failure| {
        let problem = failure.problem;
        // The demo endpoints respond with the same statuses as KooDrive.
        let status = StatusCode::from_u16(koodrive::status(problem)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body =
            json!({"error": problem.name(), "message": problem.message(Language::EnUs), "correlationId": failure.correlation.as_str()});
        (status, Json(body)).into_response()
    })
    .await
}

/// Like [`answer`], with failures formatted by `format`.
pub async fn answer_as(
    call: impl FnOnce() -> Result<Response, Failure> + Send + 'static,
    format: impl FnOnce(&Failure) -> Response,
) -> Response {
    let done = tokio::task::spawn_blocking(call).await;
    match done.unwrap_or_else(|_| Err(Failure::of(Problem::Internal, "the call panicked"))) {
        Ok(reply) => reply,
        Err(failure) => failure.finish(format(&failure)),
    }
}

/// A response with one line of text.
pub fn plain(status: StatusCode, text: &'static str) -> impl IntoResponse {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
}

/// The body as a JSON object, whatever its media type says.
pub fn json(body: &[u8]) -> Result<Value, Failure> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Failure::of(Problem::Argument, "the body is not a JSON object")),
    }
}

/// A member that must be a non-empty string.
pub fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Failure> {
    match body[name].as_str() {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(Failure::of(Problem::Argument, format!("`{name}` is not a non-empty string"))),
    }
}

/// A non-empty header.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

/// The token of `Authorization: Bearer …`. KooDrive's documentation has a plus sign instead of the space.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = header(headers, "authorization")?;
    let (scheme, token) = value.split_at_checked(6)?;
    let token = token.strip_prefix([' ', '+'])?.trim_start();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A decoded query parameter.
pub fn query(query: Option<&str>, name: &str) -> Option<String> {
    query?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(key)? == name).then(|| percent_decoded(&value.replace('+', " ")))?
    })
}

/// Percent-decodes `text`; a percent sign without two hexadecimal digits is kept.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Percent-encodes everything except letters, digits and `-_.~`.
pub fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_may_follow_a_space_or_a_plus_sign() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_str(value).unwrap());
            bearer(&headers).map(str::to_owned)
        };
        for value in ["Bearer abc", "Bearer+abc", "bearer  abc", "BEARER abc "] {
            assert_eq!(of(value).as_deref(), Some("abc"), "{value}");
        }
        for value in ["Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc", "Bäarer abc"] {
            assert_eq!(of(value), None, "{value}");
        }
    }

    #[test]
    fn a_query_is_decoded() {
        let q = Some("a=1&uri=cloudreve%3A%2F%2Fmy%2Fa%2520b+c.png&a=2");
        assert_eq!(query(q, "uri").as_deref(), Some("cloudreve://my/a%20b c.png"));
        assert_eq!(query(q, "a").as_deref(), Some("1"));
        assert_eq!(query(q, "b"), None);
        assert_eq!(query(Some("uri=100%.png"), "uri").as_deref(), Some("100%.png"));
    }
}
