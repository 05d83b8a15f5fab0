//! KooDrive: create a document thumbnail task, a video thumbnail task, an asynchronous sharing task.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling::engine::caller::Caller;
use thumbling::engine::id::{FileId, FileRef, SpaceId};
use thumbling::engine::message::Problem;
use thumbling::engine::task::{Kind, PackageContent, ShareTask};

use super::drive::WITHIN;
use super::state::{App, language};
use super::time;
use super::wire::{self, Failure, text};

/// How old `X-Date` may be, s.
const MAX_AGE: i64 = 15 * 60;
/// Characters of `X-Traceid`.
const TRACE: usize = 58;
/// Files of one sharing task.
const MOST_FILES: usize = 1000;

/// How `code` is written: each page's example has it its own way.
#[derive(Clone, Copy)]
enum Code {
    Text,
    Number,
}

/// `POST /koodrive/ose/v1/document/thumbnail`
pub async fn document(state: State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    thumbnail(state, headers, body, Kind::Document).await
}

/// `POST /koodrive/ose/v1/video/thumbnail`
pub async fn video(state: State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    thumbnail(state, headers, body, Kind::Video).await
}

async fn thumbnail(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes, kind: Kind) -> Response {
    answer(headers, Code::Text, move |headers| {
        let caller = caller(&app, headers)?;
        let body = wire::json(&body)?;
        let file = file(text(&body, "containerId")?, text(&body, "fileId")?)?;
        if Some(text(&body, "userId")?) != caller.user.as_deref() {
            return Err(Failure::of(Problem::Denied, "`userId` is not who calls"));
        }
        app.engine.create_task(kind, &file, &caller)?;
        Ok(Json(json!({"code": "0", "msg": "success"})).into_response())
    })
    .await
}

/// `POST /koodrive/ose/v1/share/tasks`
pub async fn share(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(headers, Code::Number, move |headers| {
        let caller = caller(&app, headers)?;
        wire::header(headers, "x-hw-agentname").ok_or_else(|| missing("X-Hw-Agentname"))?;
        let body = wire::json(&body)?;
        let task = share_task(&body)?;
        let container = text(&body, "containerId")?;
        let token = match &body["kdstoken"] {
            Value::Null => None,
            token => Some(token.as_str().ok_or_else(|| Failure::of(Problem::Argument, "`kdstoken` is no string"))?),
        };
        let share_id = text(&body, "shareId")?;
        let ids = body["fileIds"].as_array().ok_or(Problem::Files)?;
        if !(1..=MOST_FILES).contains(&ids.len()) {
            return Err(Failure::of(Problem::Files, format!("{} files; 1 to {MOST_FILES} are taken", ids.len())));
        }
        let files = ids
            .iter()
            .map(|id| file(container, id.as_str().ok_or(Problem::Files)?))
            .collect::<Result<Vec<_>, Failure>>()?;
        // Inside a shared folder the folder is what counts.
        let caller = match &caller.share {
            Some(_) => caller,
            None => caller.by_share(share_id, token.map(str::to_owned)),
        };
        let id = app.engine.create_share_task(task, &files, &caller)?;
        Ok(Json(json!({"code": 0, "msg": "Success", "taskId": id.to_string()})).into_response())
    })
    .await
}

/// `taskType` with what it makes mandatory.
fn share_task(body: &Value) -> Result<ShareTask, Failure> {
    match body["taskType"].as_i64() {
        Some(1) => {
            let zip_name = text(body, "zipName")?.to_owned();
            Ok(ShareTask::Package { zip_name, content: PackageContent::Files })
        }
        Some(2) => {
            let target = &body["targetFileId"];
            Ok(ShareTask::Save { target: file(text(target, "containerId")?, text(target, "fileId")?)? })
        }
        _ => Err(Failure::of(Problem::Argument, "`taskType` is neither 1 nor 2")),
    }
}

fn file(space: &str, file: &str) -> Result<FileRef, Failure> {
    let space = SpaceId::new(space).map_err(|e| Failure::of(Problem::Space, e.to_string()))?;
    let file = FileId::new(file).map_err(|e| Failure::of(Problem::NoSuchFile, e.to_string()))?;
    Ok(FileRef::new(space, file))
}

fn missing(header: &str) -> Failure {
    Failure::of(Problem::Argument, format!("the header {header} is missing"))
}

/// Who calls, by the headers that every call has.
fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Failure> {
    let token = wire::bearer(headers).ok_or(Problem::Login)?;
    let user = app.user(token).ok_or(Problem::Login)?;
    let named = wire::header(headers, "x-user-id").ok_or_else(|| missing("X-User-Id"))?;
    let date = wire::header(headers, "x-date").ok_or_else(|| missing("X-Date"))?;
    let date =
        time::compact(date).ok_or_else(|| Failure::of(Problem::Argument, "X-Date is no yyyyMMdd'T'HHmmss'Z'"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    if !(0..=MAX_AGE).contains(&(now - date)) {
        return Err(Failure::of(Problem::Argument, "X-Date is older than 15 minutes, or in the future"));
    }
    if named != user {
        return Err(Failure::of(Problem::Denied, "X-User-Id is not whom the token was given to"));
    }
    let mut caller = Caller::user(user).speaking(language(headers));
    caller.trace = trace(headers).map(str::to_owned);
    Ok(match wire::header(headers, "x-hw-share-folder-id") {
        Some(folder) => caller.by_share(format!("{WITHIN}{folder}"), None),
        None => caller,
    })
}

/// The caller's own trace id, if it has the form of one.
fn trace(headers: &HeaderMap) -> Option<&str> {
    wire::header(headers, "x-traceid")
        .filter(|trace| trace.len() == TRACE && trace.bytes().all(|b| b.is_ascii_graphic()))
}

async fn answer(
    headers: HeaderMap,
    code: Code,
    work: impl FnOnce(&HeaderMap) -> Result<Response, Failure> + Send + 'static,
) -> Response {
    let language = language(&headers);
    let traced = trace(&headers).map(str::to_owned);
    let work = move || work(&headers).map_err(|failure| failure.traced(traced.as_deref()));
    wire::answer_as(work, move |failure| {
        let s = failure.problem.spelling();
        let code = match code {
            Code::Text => Value::from(s.koodrive.to_string()),
            Code::Number => Value::from(s.koodrive),
        };
        let status = StatusCode::from_u16(s.koodrive_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({"code": code, "msg": s.text(language)}))).into_response()
    })
    .await
}
