//! Endpoints that a drive has beside the four APIs: tokens, listings, uploads, tasks.

use std::io::Write;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{DriveError, DriveErrorKind};
use thumbling_engine::id::FileRef;
use thumbling_engine::lookup::{Lookup, LookupMode, LookupState, MAX_BATCH};
use thumbling_engine::problem::Problem;
use thumbling_engine::task::TaskStatus;
use thumbling_engine::url::SignedUrl;
use thumbling_engine::wire::cloudreve;

use super::account::{self, COOKIE};
use super::feed::HostEvent;
use super::state::App;
use super::time::rfc3339;
use super::wire::{self, Failure};

/// `POST /demo/token` with `{"user": "…"}`
pub async fn token(State(app): State<Arc<App>>, body: Bytes) -> Response {
    wire::answer(move || {
        let body = wire::json(&body)?;
        let name = wire::text(&body, "user")?;
        if name.len() > account::MAX_NAME || name.chars().any(char::is_control) {
            return Err(Failure::of(Problem::Argument, "not a valid user name"));
        }
        let user = account::user_id(name);
        let token = app.token(&user);
        let cookie = format!("{COOKIE}={token}; Path=/demo/events; HttpOnly; SameSite=Strict");
        let body = json!({"token": token, "userId": user, "spaceId": app.drive.folder.space().as_str()});
        Ok(([(header::SET_COOKIE, cookie)], Json(body)).into_response())
    })
    .await
}

/// `GET /demo/files?path=`
pub async fn list(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    wire::answer(move || {
        let caller = app.member(&headers)?;
        let path = wire::query(query.as_deref(), "path").unwrap_or_default();
        let drive = &app.drive.folder;
        let above =
            drive.file_at(path.trim_matches('/')).map_err(|e| Failure::of(Problem::NoSuchFile, e.to_string()))?;
        let entries = drive.list(&above).map_err(drive_failure)?;
        let items: Vec<Value> = entries
            .into_iter()
            .map(|entry| {
                let uri = cloudreve::uri(&entry.path);
                let hint = match entry.is_folder() {
                    true => None,
                    false => app.engine.context_hint(&entry.file, Some(&uri), Some(&entry.info), &caller).ok(),
                };
                json!({
                    "fileId": entry.file.file.as_str(),
                    "name": entry.info.name,
                    "uri": uri,
                    "size": entry.info.size,
                    "version": entry.info.version.as_str(),
                    "folder": entry.is_folder(),
                    "contextHint": hint.map(|hint| app.store_hint(hint)),
                    "kind": if entry.is_folder() { "folder" } else { app.kind(&entry.info.name) },
                })
            })
            .collect();
        Ok(Json(json!({"spaceId": drive.space().as_str(), "items": items})).into_response())
    })
    .await
}

/// `POST /demo/look` with `{"fileIds": […], "spec": "small"}`: thumbnails for the page.
pub async fn look(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    wire::answer(move || {
        let caller = app.member(&headers)?;
        let body = wire::json(&body)?;
        let ids: Option<Vec<&str>> = body["fileIds"].as_array().and_then(|ids| ids.iter().map(Value::as_str).collect());
        let files: Option<Vec<_>> = ids.and_then(|ids| ids.iter().map(|id| app.file(id)).collect());
        let files = files.filter(|files| (1..=MAX_BATCH).contains(&files.len())).ok_or(Problem::Files)?;
        let lookups = app.engine.lookup_batch(&files, body["spec"].as_str(), &caller, LookupMode::EnqueueOnMiss)?;
        let items: Vec<Value> = lookups.iter().map(|lookup| lookup_json(lookup, &caller)).collect();
        Ok(Json(json!({"items": items})).into_response())
    })
    .await
}

fn lookup_json(lookup: &Lookup, caller: &Caller) -> Value {
    let id = lookup.file.file.as_str();
    match (&lookup.state, Problem::of_lookup(&lookup.state)) {
        (LookupState::Ready { width, height, url, thumbhash, .. }, _) => json!({
            "fileId": id,
            "state": "ready",
            "width": width,
            "height": height,
            "thumbhash": STANDARD.encode(thumbhash),
            "url": url.url,
            "obfuscated": url.obfuscated,
            "expires": rfc3339(url.expires),
        }),
        (state, problem) => {
            let problem = problem.unwrap_or(Problem::Internal);
            let name = if matches!(state, LookupState::Pending { .. }) { "pending" } else { "failed" };
            json!({"fileId": id, "state": name, "error": problem.name(), "message": problem.message(caller.language)})
        }
    }
}

/// `PUT /demo/files/<path>`
pub async fn upload(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let received = receive(&app, &uri, &headers, body).await;
    wire::answer(move || {
        let file = received?;
        // Once the file is in place.
        let task = app.engine.file_changed(&file)?;
        app.feed.publish(&HostEvent::Changed(&file));
        let reply = json!({"fileId": file.file.as_str(), "spaceId": file.space.as_str(), "taskId": task.to_string()});
        Ok((StatusCode::CREATED, Json(reply)).into_response())
    })
    .await
}

/// Writes the body to a temporary file as it arrives, and moves it into place once it is complete.
async fn receive(app: &App, uri: &Uri, headers: &HeaderMap, mut body: Body) -> Result<FileRef, Failure> {
    app.member(headers)?;
    let too_large = || Failure::of(Problem::Argument, "the upload is larger than this host accepts");
    let length = wire::header(headers, "content-length").and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > app.max_upload) {
        return Err(too_large());
    }
    let path = drive_path(uri)?;
    let failed = |e: thumbling::Error| Failure::from(thumbling_engine::EngineError::from(e));
    let mut upload = app.drive.folder.upload(&path).map_err(failed)?;
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Failure::of(Problem::Argument, format!("the upload was interrupted: {e}")))?;
        let Ok(bytes) = frame.into_data() else { continue };
        received += bytes.len() as u64;
        if received > app.max_upload {
            return Err(too_large());
        }
        tokio::task::block_in_place(|| upload.write_all(&bytes)).map_err(|e| failed(e.into()))?;
    }
    tokio::task::block_in_place(|| upload.finish()).map_err(failed)
}

/// `DELETE /demo/files/<path>`
pub async fn delete(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    wire::answer(move || {
        app.member(&headers)?;
        let file = app
            .drive
            .folder
            .file_at(&drive_path(&uri)?)
            .map_err(|e| Failure::of(Problem::NoSuchFile, e.to_string()))?;
        let deleted = app.drive.folder.delete(&file).map_err(drive_failure)?;
        for file in &deleted {
            app.engine.file_deleted(file)?;
        }
        app.feed.publish(&HostEvent::Deleted(&file));
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// The path below the drive's folder in the path of a request.
fn drive_path(uri: &Uri) -> Result<String, Failure> {
    let path = uri.path().strip_prefix("/demo/files/").and_then(wire::percent_decoded);
    path.ok_or_else(|| Failure::of(Problem::Argument, "not a path of this drive"))
}

/// `GET /demo/tasks/<taskId>`
pub async fn task(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    wire::answer(move || {
        let caller = app.member(&headers)?;
        let id = id.parse().map_err(|_| Problem::NoSuchTask)?;
        let status = app.engine.task(&id, &caller)?;
        Ok(Json(task_json(&status, &caller)).into_response())
    })
    .await
}

fn task_json(status: &TaskStatus, caller: &Caller) -> Value {
    let time = |at: std::time::SystemTime| rfc3339(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
    let items: Vec<Value> = status
        .items
        .iter()
        .map(|item| {
            let problem = item.error.map(Problem::from);
            let mut json = json!({"fileId": item.file.file.as_str(), "state": item.state.name()});
            if let Some(problem) = problem {
                json["error"] = problem.name().into();
                json["message"] = problem.message(caller.language).into();
            }
            if let Some(saved) = &item.saved {
                json["savedFileId"] = saved.file.as_str().into();
            }
            json
        })
        .collect();
    let mut json = json!({
        "taskId": status.id.to_string(),
        "kind": status.kind.name(),
        "state": status.state.name(),
        "total": status.total,
        "done": status.done,
        "failed": status.failed,
        "items": items,
        "created": time(status.created),
        "updated": time(status.updated),
    });
    if let Some(SignedUrl { url, expires, obfuscated, .. }) = &status.url {
        json["url"] = url.as_str().into();
        json["obfuscated"] = (*obfuscated).into();
        json["expires"] = rfc3339(*expires).into();
    }
    json
}

fn drive_failure(e: DriveError) -> Failure {
    let problem = match e.kind {
        DriveErrorKind::NoSuchFile => Problem::NoSuchFile,
        DriveErrorKind::NoSuchSpace => Problem::Space,
        DriveErrorKind::Denied => Problem::Denied,
        DriveErrorKind::Unsupported => Problem::Argument,
        _ => Problem::Io,
    };
    Failure::of(problem, e.detail)
}
