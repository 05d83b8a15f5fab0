//! Shares: files that whoever has the link may see, without an account.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thumbling::engine::caller;
use thumbling::engine::id::{CorrelationId, FileId, FileRef, SpaceId};
use thumbling::engine::message::Problem;

use super::state::App;
use super::wire::{self, Failure};

/// Shares that are kept; making more forgets the oldest.
const MOST: usize = 10_000;
/// Files of one share.
const MOST_FILES: usize = 1000;

/// One share.
#[derive(Clone)]
struct Share {
    /// In order of making.
    number: u64,
    password: String,
    /// What a buyer has; a share without one is free.
    ticket: Option<String>,
    files: Vec<FileRef>,
}

/// All shares, kept in a file.
pub struct Shares {
    file: PathBuf,
    space: SpaceId,
    all: Mutex<HashMap<String, Share>>,
}

impl Shares {
    /// The shares that `file` keeps.
    pub fn open(file: PathBuf, space: SpaceId) -> io::Result<Self> {
        let kept: Value = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Value::Null,
            Err(e) => return Err(e),
        };
        let mut all = HashMap::new();
        for (id, share) in kept.as_object().into_iter().flatten() {
            let files = share["files"].as_array().into_iter().flatten();
            let files = files.filter_map(|id| FileId::new(id.as_str()?).ok());
            let share = Share {
                number: share["number"].as_u64().unwrap_or_default(),
                password: share["password"].as_str().unwrap_or_default().to_owned(),
                ticket: share["ticket"].as_str().map(str::to_owned),
                files: files.map(|id| FileRef::new(space.clone(), id)).collect(),
            };
            all.insert(id.clone(), share);
        }
        Ok(Self { file, space, all: Mutex::new(all) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Share>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, share: &caller::Share, ticket: Option<&str>) -> Option<Share> {
        let found = self.lock().get(&share.id).cloned()?;
        let paid = found.ticket.is_none() || found.ticket.as_deref() == ticket;
        (paid && share.token.as_deref() == Some(&*found.password)).then_some(found)
    }

    /// Whether the share opens `file` for whoever has its password, and its ticket.
    pub fn opens(&self, share: &caller::Share, ticket: Option<&str>, file: &FileRef) -> bool {
        self.get(share, ticket).is_some_and(|share| share.files.contains(file))
    }

    /// The file of the share that a URI names by the last part of its path.
    pub fn resolve(&self, share: &caller::Share, ticket: Option<&str>, uri: &str) -> Option<FileRef> {
        let path = uri.split_once("@share/")?.1;
        let name = wire::percent_decoded(path)?;
        self.get(share, ticket)?.files.into_iter().find(|file| last(file) == name)
    }

    fn add(&self, share: Share) -> io::Result<String> {
        let id = CorrelationId::unique().as_str().replace('-', "");
        let mut all = self.lock();
        let number = all.values().map(|share| share.number + 1).max().unwrap_or_default();
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, share)| share.number).map(|(id, _)| id.clone())
        {
            all.remove(&oldest);
        }
        all.insert(id.clone(), Share { number, ..share });
        let kept: serde_json::Map<String, Value> = all
            .iter()
            .map(|(id, share)| {
                let files: Vec<&str> = share.files.iter().map(|file| file.file.as_str()).collect();
                let share =
                    json!({"number": share.number, "password": share.password, "ticket": share.ticket, "files": files});
                (id.clone(), share)
            })
            .collect();
        let aside = self.file.with_extension("part");
        std::fs::write(&aside, serde_json::to_vec(&kept)?)?;
        std::fs::rename(&aside, &self.file)?;
        Ok(id)
    }
}

/// The share in `cloudreve://<id>:<password>@share/…`.
pub fn of_uri(uri: &str) -> Option<caller::Share> {
    let (who, _) = uri.strip_prefix("cloudreve://")?.split_once("@share")?;
    let (id, password) = who.split_once(':').unwrap_or((who, ""));
    Some(caller::Share { id: id.to_owned(), token: Some(password.to_owned()) })
}

fn last(file: &FileRef) -> &str {
    file.file.as_str().rsplit('/').next().unwrap_or_default()
}

/// `POST /demo/shares` with `{"fileIds": […], "paid": false}`: a link for whoever has no account.
pub async fn create(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    wire::answer(move || {
        let caller = app.member(&headers)?;
        let body = wire::json(&body)?;
        let ids = body["fileIds"].as_array().ok_or(Problem::Files)?;
        if !(1..=MOST_FILES).contains(&ids.len()) {
            return Err(Problem::Files.into());
        }
        let mut files = Vec::new();
        for id in ids {
            let file = app.file(id.as_str().ok_or(Problem::Files)?).ok_or(Problem::Files)?;
            if thumbling::engine::drive::Drive::stat(&*app.drive, &file).is_err() {
                return Err(Problem::NoSuchFile.into());
            }
            files.push(file);
        }
        let secret = || CorrelationId::unique().as_str().replace('-', "");
        let (password, paid) = (secret(), body["paid"] == true);
        let ticket = paid.then(secret);
        let share = Share { number: 0, password: password.clone(), ticket: ticket.clone(), files };
        let id = app.drive.shares.add(share).map_err(|e| Failure::of(Problem::Io, e.to_string()))?;
        let _ = caller;
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

/// `GET /demo/shares/<id>` with the password in `X-Share-Password`, and a ticket where it is paid: what is in it.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    wire::answer(move || {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let share = caller::Share { id, token: text("x-share-password") };
        let found = app.drive.shares.get(&share, text("x-cr-purchase-ticket").as_deref()).ok_or(Problem::NoSuchFile)?;
        let password = share.token.unwrap_or_default();
        let items: Vec<Value> = found
            .files
            .iter()
            .filter_map(|file| {
                let info = thumbling::engine::drive::Drive::stat(&*app.drive, file).ok()?;
                let name = wire::percent_encoded(last(file));
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
        Ok(Json(json!({"spaceId": app.drive.shares.space.as_str(), "items": items})).into_response())
    })
    .await
}
