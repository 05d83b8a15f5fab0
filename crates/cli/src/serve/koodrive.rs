//! KooDrive's API: document thumbnail tasks, video thumbnail tasks, asynchronous sharing tasks.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling_engine::caller::Caller;
use thumbling_engine::id::{FileId, FileRef, SpaceId};
use thumbling_engine::problem::Problem;
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind};
use thumbling_engine::wire::koodrive;

use super::drive::SHARED_FOLDER;
use super::state::{App, language};
use super::time;
use super::wire::{self, Failure, text};

/// Maximum age of `X-Date`, s.
const MAX_AGE: i64 = 15 * 60;
/// Length of `X-Traceid`, characters.
const TRACE_LEN: usize = 58;
/// Most files of one sharing task.
const MAX_FILES: usize = 1000;

/// The JSON type of `code`, which differs between the documented examples.
#[derive(Clone, Copy)]
enum Code {
    Text,
    Number,
}

/// `POST /koodrive/ose/v1/document/thumbnail`
pub async fn document(state: State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    thumbnail(state, headers, body, TaskKind::Document).await
}

/// `POST /koodrive/ose/v1/video/thumbnail`
pub async fn video(state: State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    thumbnail(state, headers, body, TaskKind::Video).await
}

async fn thumbnail(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes, kind: TaskKind) -> Response {
    answer(headers, Code::Text, move |headers| {
        let caller = caller(&app, headers)?;
        let body = wire::json(&body)?;
        let file = file(text(&body, "containerId")?, text(&body, "fileId")?)?;
        if Some(text(&body, "userId")?) != caller.user.as_deref() {
            return Err(Failure::of(Problem::Denied, "`userId` is not the caller"));
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
            token => Some(token.as_str().ok_or_else(|| Failure::of(Problem::Argument, "`kdstoken` is not a string"))?),
        };
        let share_id = text(&body, "shareId")?;
        let ids = body["fileIds"].as_array().ok_or(Problem::Files)?;
        if !(1..=MAX_FILES).contains(&ids.len()) {
            return Err(Failure::of(Problem::Files, format!("{} files; the call takes 1 to {MAX_FILES}", ids.len())));
        }
        let files = ids
            .iter()
            .map(|id| file(container, id.as_str().ok_or(Problem::Files)?))
            .collect::<Result<Vec<_>, Failure>>()?;
        // Inside a shared folder, access depends on the folder, not on the share.
        let caller = match &caller.share {
            Some(_) => caller,
            None => caller.with_share(share_id, token.map(str::to_owned)),
        };
        let id = app.engine.create_share_task(task, &files, &caller)?;
        Ok(Json(json!({"code": 0, "msg": "Success", "taskId": id.to_string()})).into_response())
    })
    .await
}

/// `taskType` with the members it requires.
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

/// The caller, by the headers that every call has.
fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Failure> {
    let token = wire::bearer(headers).ok_or(Problem::Login)?;
    let user = app.user(token).ok_or(Problem::Login)?;
    let named = wire::header(headers, "x-user-id").ok_or_else(|| missing("X-User-Id"))?;
    let date = wire::header(headers, "x-date").ok_or_else(|| missing("X-Date"))?;
    let date =
        time::compact(date).ok_or_else(|| Failure::of(Problem::Argument, "X-Date is not yyyyMMdd'T'HHmmss'Z'"))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    if !(0..=MAX_AGE).contains(&(now - date)) {
        return Err(Failure::of(Problem::Argument, "X-Date is older than 15 minutes, or in the future"));
    }
    if named != user {
        return Err(Failure::of(Problem::Denied, "X-User-Id is not the user of the token"));
    }
    let mut caller = Caller::user(user).with_language(language(headers));
    caller.trace = trace(headers).map(str::to_owned);
    Ok(match wire::header(headers, "x-hw-share-folder-id") {
        Some(folder) => caller.with_share(format!("{SHARED_FOLDER}{folder}"), None),
        None => caller,
    })
}

/// The caller's own trace id, if it is well-formed.
fn trace(headers: &HeaderMap) -> Option<&str> {
    wire::header(headers, "x-traceid")
        .filter(|trace| trace.len() == TRACE_LEN && trace.bytes().all(|b| b.is_ascii_graphic()))
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
        let problem = failure.problem;
        let code = match code {
            Code::Text => Value::from(koodrive::code(problem).to_string()),
            Code::Number => Value::from(koodrive::code(problem)),
        };
        let status = StatusCode::from_u16(koodrive::status(problem)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({"code": code, "msg": problem.message(language)}))).into_response()
    })
    .await
}
