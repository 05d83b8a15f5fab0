//! The endpoints of shares.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling_engine::caller;
use thumbling_engine::drive::{CallContext, Drive};
use thumbling_engine::id::CorrelationId;
use thumbling_engine::problem::Problem;

use super::shares::{self, Share};
use super::state::App;
use super::wire::{self, Failure};

/// Most files of one share.
const MAX_FILES: usize = 1000;

/// `POST /demo/shares` with `{"fileIds": […], "paid": false}`: a link for people without an account.
pub async fn create(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    wire::answer(move || {
        app.member(&headers)?;
        let body = wire::json(&body)?;
        let ids = body["fileIds"].as_array().ok_or(Problem::Files)?;
        if !(1..=MAX_FILES).contains(&ids.len()) {
            return Err(Problem::Files.into());
        }
        let mut files = Vec::new();
        for id in ids {
            let file = app.file(id.as_str().ok_or(Problem::Files)?).ok_or(Problem::Files)?;
            if app.drive.stat(&file, &CallContext::unbounded()).is_err() {
                return Err(Problem::NoSuchFile.into());
            }
            files.push(file);
        }
        let secret = || CorrelationId::unique().as_str().replace('-', "");
        let (password, paid) = (secret(), body["paid"] == true);
        let ticket = paid.then(secret);
        let id = app
            .drive
            .shares
            .add(password.clone(), ticket.clone(), files)
            .map_err(|e| Failure::of(Problem::Io, e.to_string()))?;
        Ok(Json(json!({
            "shareId": id,
            "uri": format!("cloudreve://{id}:{password}@share/"),
            "url": format!("{}/s/{id}#{password}", app.url),
            "ticket": ticket,
        }))
        .into_response())
    })
    .await
}

/// `GET /demo/shares/<id>` with the password in `X-Share-Password`, and the ticket of a paid share: its files.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    wire::answer(move || {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let share = caller::Share { id, token: text("x-share-password") };
        let found: Share =
            app.drive.shares.get(&share, text("x-cr-purchase-ticket").as_deref()).ok_or(Problem::NoSuchFile)?;
        let password = share.token.unwrap_or_default();
        let items: Vec<Value> = found
            .files
            .iter()
            .filter_map(|file| {
                let info = app.drive.stat(file, &CallContext::unbounded()).ok()?;
                let name = wire::percent_encoded(shares::file_name(file));
                Some(json!({
                    "fileId": file.file.as_str(),
                    "name": info.name,
                    "uri": format!("cloudreve://{}:{password}@share/{name}", share.id),
                    "size": info.size,
                    "version": info.version.as_str(),
                    "folder": false,
                    "kind": app.kind(&info.name),
                }))
            })
            .collect();
        Ok(Json(json!({"spaceId": app.drive.folder.space().as_str(), "items": items})).into_response())
    })
    .await
}
