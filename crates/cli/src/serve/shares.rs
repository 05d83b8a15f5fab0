//! Shares: files that anyone with the link may see, without an account.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use thumbling_engine::caller;
use thumbling_engine::id::{CorrelationId, FileId, FileRef, SpaceId};

use super::wire;

/// Most shares; creating another one drops the oldest.
const MAX_SHARES: usize = 10_000;
/// A share.
#[derive(Clone)]
pub struct Share {
    /// Increases with every share.
    number: u64,
    pub password: String,
    /// The ticket of a buyer; `None` for a free share.
    pub ticket: Option<String>,
    pub files: Vec<FileRef>,
}

/// All shares, stored in a file.
pub struct Shares {
    file: PathBuf,
    all: Mutex<HashMap<String, Share>>,
}

impl Shares {
    /// Opens the shares stored in `file`.
    pub fn open(file: PathBuf, space: &SpaceId) -> io::Result<Self> {
        let stored: Value = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Value::Null,
            Err(e) => return Err(e),
        };
        let mut all = HashMap::new();
        for (id, share) in stored.as_object().into_iter().flatten() {
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
        Ok(Self { file, all: Mutex::new(all) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Share>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The share, if its password and its ticket are right.
    pub fn get(&self, share: &caller::Share, ticket: Option<&str>) -> Option<Share> {
        let found = self.lock().get(&share.id).cloned()?;
        let paid = found.ticket.is_none() || found.ticket.as_deref() == ticket;
        (paid && share.token.as_deref() == Some(&*found.password)).then_some(found)
    }

    /// Whether the share contains `file`, and its password and its ticket are right.
    pub fn opens(&self, share: &caller::Share, ticket: Option<&str>, file: &FileRef) -> bool {
        self.get(share, ticket).is_some_and(|share| share.files.contains(file))
    }

    /// The file of the share whose name is the last part of the URI's path.
    pub fn resolve(&self, share: &caller::Share, ticket: Option<&str>, uri: &str) -> Option<FileRef> {
        let path = uri.split_once("@share/")?.1;
        let name = wire::percent_decoded(path)?;
        self.get(share, ticket)?.files.into_iter().find(|file| file_name(file) == name)
    }

    /// Creates a share, and returns its id.
    pub fn add(&self, password: String, ticket: Option<String>, files: Vec<FileRef>) -> io::Result<String> {
        let id = CorrelationId::unique().as_str().replace('-', "");
        let mut all = self.lock();
        let number = all.values().map(|share| share.number + 1).max().unwrap_or_default();
        if all.len() >= MAX_SHARES
            && let Some(oldest) = all.iter().min_by_key(|(_, share)| share.number).map(|(id, _)| id.clone())
        {
            all.remove(&oldest);
        }
        all.insert(id.clone(), Share { number, password, ticket, files });
        let stored: serde_json::Map<String, Value> = all
            .iter()
            .map(|(id, share)| {
                let files: Vec<&str> = share.files.iter().map(|file| file.file.as_str()).collect();
                let share =
                    json!({"number": share.number, "password": share.password, "ticket": share.ticket, "files": files});
                (id.clone(), share)
            })
            .collect();
        let temporary = self.file.with_extension("part");
        std::fs::write(&temporary, serde_json::to_vec(&stored)?)?;
        std::fs::rename(&temporary, &self.file)?;
        Ok(id)
    }
}

/// The share in `cloudreve://<id>:<password>@share/…`.
pub fn of_uri(uri: &str) -> Option<caller::Share> {
    let (who, _) = uri.strip_prefix("cloudreve://")?.split_once("@share")?;
    let (id, password) = who.split_once(':').unwrap_or((who, ""));
    Some(caller::Share { id: id.to_owned(), token: Some(password.to_owned()) })
}

/// The last part of a file's path.
pub fn file_name(file: &FileRef) -> &str {
    file.file.as_str().rsplit('/').next().unwrap_or_default()
}
