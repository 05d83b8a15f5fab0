//! DingTalk's storage API: thumbnails of many files at once.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling_engine::caller::Caller;
use thumbling_engine::id::{FileId, FileRef, SpaceId};
use thumbling_engine::lookup::{LookupMode, LookupState, MAX_BATCH};
use thumbling_engine::problem::Problem;
use thumbling_engine::wire::dingtalk::{code, status};

use super::state::{App, language};
use super::wire::{self, Failure};

/// `POST /v1.0/storage/spaces/{spaceId}/thumbnails/query?unionId=…`
pub async fn query(
    State(app): State<Arc<App>>,
    Path(space): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let language = language(&headers);
    let work = move || {
        let token = wire::header(&headers, "x-acs-dingtalk-access-token").ok_or(Problem::Login)?;
        let user = app.user(token).ok_or(Problem::Login)?;
        let union = wire::query(query.as_deref(), "unionId").filter(|id| !id.is_empty());
        let union = union.ok_or_else(|| Failure::of(Problem::Argument, "`unionId` is missing"))?;
        if union != user {
            return Err(Failure::of(Problem::Denied, "`unionId` is not the user of the token"));
        }
        let caller = Caller::user(user).with_language(language);
        let space = SpaceId::new(&space).map_err(|e| Failure::of(Problem::Space, e.to_string()))?;
        if space != *app.drive.folder.space() {
            return Err(Failure::of(Problem::Space, "there is no such space"));
        }
        let body = wire::json(&body)?;
        let ids: Option<Vec<&str>> =
            body["dentryIds"].as_array().and_then(|ids| ids.iter().map(Value::as_str).collect());
        let ids = ids.ok_or_else(|| Failure::of(Problem::Files, "`dentryIds` is not a list of strings"))?;
        if !(1..=MAX_BATCH).contains(&ids.len()) {
            return Err(Failure::of(Problem::Files, format!("{} ids; the call takes 1 to {MAX_BATCH}", ids.len())));
        }
        let items = items(&app, &space, &ids, &caller)?;
        Ok(Json(json!({"resultItems": items})).into_response())
    };
    wire::answer_as(work, move |failure| {
        let problem = failure.problem;
        let status = StatusCode::from_u16(status(problem)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({"code": code(problem), "message": problem.message(language), "requestid": failure.correlation.as_str()});
        (status, Json(body)).into_response()
    })
    .await
}

/// One item for each id, in their order. An invalid id is reported as a file that does not exist.
fn items(app: &App, space: &SpaceId, ids: &[&str], caller: &Caller) -> Result<Vec<Value>, Failure> {
    let files: Vec<Option<FileRef>> =
        ids.iter().map(|id| FileId::new(id).ok().map(|id| FileRef::new(space.clone(), id))).collect();
    let valid: Vec<FileRef> = files.iter().flatten().cloned().collect();
    let mut lookups = match valid.is_empty() {
        true => Vec::new(),
        false => app.engine.lookup_batch(&valid, None, caller, LookupMode::EnqueueOnMiss)?,
    }
    .into_iter();
    let mut items = Vec::with_capacity(ids.len());
    for (id, file) in ids.iter().zip(files) {
        let state = match file {
            Some(_) => lookups.next().map_or(LookupState::NotExist, |lookup| lookup.state),
            None => LookupState::NoSuchFile,
        };
        items.push(match (&state, Problem::of_lookup(&state)) {
            (LookupState::Ready { width, height, url, .. }, _) => json!({
                "spaceId": space.as_str(),
                "dentryId": id,
                "success": true,
                "thumbnail": {"width": width, "height": height, "url": url.url},
            }),
            (_, problem) => json!({
                "spaceId": space.as_str(),
                "dentryId": id,
                "success": false,
                "errorCode": code(problem.unwrap_or(Problem::Internal)),
            }),
        });
    }
    Ok(items)
}
