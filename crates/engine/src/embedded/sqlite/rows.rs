//! Conversion between rows and values. A value that this code never writes means the file is damaged.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result, Row};

use crate::model::blob::BlobName;
use crate::model::caller::{Caller, Language, Share};
use crate::model::id::{FileId, FileRef, SpaceId, TaskId, Version};
use crate::model::job::{JobKind, Priority};
use crate::model::record::{Ready, Record, RecordKind, RecordState};
use crate::model::task::{ItemState, PackageContent, ShareTask, TaskKind, TaskState};
use crate::model::transition::JobState;
use thumbling::ErrorKind;
use thumbling::Family;

/// The error for a value that this code never writes.
pub(super) fn damaged() -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, "unexpected value".into())
}

impl ToSql for BlobName {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for BlobName {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        FromSql::column_result(value).map(Self)
    }
}

/// Element `number` of `all`.
pub(super) fn nth<T: Copy>(all: &[T], number: i64) -> FromSqlResult<T> {
    usize::try_from(number).ok().and_then(|n| all.get(n)).copied().ok_or(FromSqlError::OutOfRange(number))
}

macro_rules! numbered {
    ($type:ty) => {
        impl ToSql for $type {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                let n = Self::ALL.iter().position(|one| one == self).unwrap_or(usize::MAX);
                Ok(ToSqlOutput::from(n as i64))
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                nth(&Self::ALL, value.as_i64()?)
            }
        }
    };
}
numbered!(TaskKind);
numbered!(TaskState);
numbered!(ItemState);
numbered!(JobState);

/// The error kind with this number.
pub(super) fn error_kind(code: i64) -> Result<ErrorKind> {
    ErrorKind::ALL.into_iter().find(|kind| i64::from(kind.code()) == code).ok_or_else(damaged)
}

/// Columns `space` and `file`, starting at column `at`.
pub(super) fn file_ref(row: &Row<'_>, at: usize) -> Result<FileRef> {
    let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
    let space = SpaceId::new(text(at)?).map_err(|_| damaged())?;
    let file = FileId::new(text(at + 1)?).map_err(|_| damaged())?;
    Ok(FileRef::new(space, file))
}

/// The version in column `at`.
pub(super) fn version(row: &Row<'_>, at: usize) -> Result<Option<Version>> {
    let text: Option<String> = row.get(at)?;
    text.map(|text| Version::new(text).map_err(|_| damaged())).transpose()
}

/// The priority in column `at`.
pub(super) fn priority(row: &Row<'_>, at: usize) -> Result<Priority> {
    Ok(match row.get::<_, i64>(at)? {
        0 => Priority::Interactive,
        1 => Priority::Requested,
        _ => Priority::Background,
    })
}

/// The number of a job kind in column `work`.
pub(super) fn job_kind_number(kind: JobKind) -> i64 {
    match kind {
        JobKind::Render => 0,
        JobKind::Package => 1,
        JobKind::Save => 2,
    }
}

/// The job kind in column `at`.
pub(super) fn job_kind(row: &Row<'_>, at: usize) -> Result<JobKind> {
    match row.get(at)? {
        0 => Ok(JobKind::Render),
        1 => Ok(JobKind::Package),
        2 => Ok(JobKind::Save),
        _ => Err(damaged()),
    }
}

/// Families by their number in column `family`: append only.
const FAMILIES: [Family; 5] = [Family::Image, Family::Document, Family::Video, Family::Audio, Family::Archive];
/// The number of a package in column `family`.
const PACKAGE: u8 = 255;

/// What column `family` holds for a record of `kind`.
pub(super) fn family_number(kind: RecordKind) -> Option<u8> {
    match kind {
        RecordKind::Thumbnail(family) => {
            family.and_then(|family| FAMILIES.iter().position(|one| *one == family)).map(|n| n as u8)
        }
        RecordKind::Package => Some(PACKAGE),
    }
}

fn record_kind(number: Option<u8>) -> RecordKind {
    match number {
        Some(PACKAGE) => RecordKind::Package,
        number => RecordKind::Thumbnail(number.and_then(|n| FAMILIES.get(usize::from(n)).copied())),
    }
}

/// The task id in column `at`.
pub(super) fn task_id(row: &Row<'_>, at: usize) -> Result<TaskId> {
    row.get(at).map(TaskId::from_bytes)
}

/// The columns that [`record`] expects.
pub(super) const RECORD: &str =
    "state, family, fonts, made, width, height, size, media, thumbhash, etag, blob, detail, retry_at, used";

/// The record in the columns of [`RECORD`].
pub(super) fn record(row: &Row<'_>) -> Result<Record> {
    let state = match row.get::<_, i64>(0)? {
        0 => RecordState::Ready(Ready {
            width: row.get(4)?,
            height: row.get(5)?,
            size: row.get::<_, i64>(6)?.try_into().map_err(|_| damaged())?,
            media_type: row.get(7)?,
            thumbhash: row.get(8)?,
            etag: row.get(9)?,
            blob: row.get(10)?,
        }),
        code => RecordState::Failed { kind: error_kind(code)?, detail: row.get(11)?, retry_at: row.get(12)? },
    };
    let kind = record_kind(row.get(1)?);
    Ok(Record { state, kind, fonts: row.get(2)?, created: row.get(3)?, used: row.get(13)? })
}

/// Joins texts, each preceded by its length, `-` for none, so that any text can be stored.
fn write(texts: &[Option<&str>]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for text in texts {
        let _ = match text {
            Some(text) => write!(out, "{}:{text}", text.len()),
            None => write!(out, "-"),
        };
    }
    out
}

/// Splits what [`write`] joined.
fn read<const N: usize>(mut text: &str) -> Result<[Option<String>; N]> {
    let mut texts = [const { None }; N];
    for one in &mut texts {
        if let Some(rest) = text.strip_prefix('-') {
            text = rest;
            continue;
        }
        let (length, rest) = text.split_once(':').ok_or_else(damaged)?;
        let length = length.parse::<usize>().map_err(|_| damaged())?;
        let (this, rest) = rest.split_at_checked(length).ok_or_else(damaged)?;
        (*one, text) = (Some(this.to_owned()), rest);
    }
    Ok(texts)
}

/// A caller as text. Share tasks act on behalf of their caller later.
pub(super) fn write_caller(caller: &Caller) -> String {
    write(&[
        caller.user.as_deref(),
        caller.share.as_ref().map(|share| share.id.as_str()),
        caller.share.as_ref().and_then(|share| share.token.as_deref()),
        caller.ticket.as_deref(),
        Some(caller.language.tag()),
        caller.trace.as_deref(),
    ])
}

/// Parses what [`write_caller`] wrote.
pub(super) fn read_caller(text: &str) -> Result<Caller> {
    let [user, share, token, ticket, language, trace] = read(text)?;
    let mut caller = Caller::default().with_language(Language::from_tag(&language.unwrap_or_default()));
    caller.share = share.map(|id| Share { id, token });
    (caller.user, caller.ticket, caller.trace) = (user, ticket, trace);
    Ok(caller)
}

/// What a share task does, as text.
pub(super) fn write_share(share: &ShareTask) -> String {
    match share {
        ShareTask::Package { zip_name, content } => {
            let content = match content {
                PackageContent::Files => "files",
                PackageContent::Thumbnails => "thumbnails",
                PackageContent::Both => "both",
            };
            write(&[Some("package"), Some(zip_name), Some(content)])
        }
        ShareTask::Save { target } => write(&[Some("save"), Some(target.space.as_str()), Some(target.file.as_str())]),
    }
}

/// Parses what [`write_share`] wrote.
pub(super) fn read_share(text: &str) -> Result<ShareTask> {
    let [Some(what), Some(a), Some(b)] = read::<3>(text)? else { return Err(damaged()) };
    Ok(match (what.as_str(), b.as_str()) {
        ("package", "files") => ShareTask::Package { zip_name: a, content: PackageContent::Files },
        ("package", "thumbnails") => ShareTask::Package { zip_name: a, content: PackageContent::Thumbnails },
        ("package", "both") => ShareTask::Package { zip_name: a, content: PackageContent::Both },
        ("save", _) => {
            let (space, file) = (SpaceId::new(a), FileId::new(b));
            ShareTask::Save { target: FileRef::new(space.map_err(|_| damaged())?, file.map_err(|_| damaged())?) }
        }
        _ => return Err(damaged()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_round_trips_through_text() {
        let caller = Caller::user("3:a-").with_share("s:1", Some("".into())).with_language(Language::ZhCn);
        assert_eq!(read_caller(&write_caller(&caller)).unwrap(), caller);
        assert_eq!(read_caller(&write_caller(&Caller::anonymous())).unwrap(), Caller::anonymous());
    }

    #[test]
    fn a_damaged_text_is_an_error() {
        for wrong in ["", "1", "99:a", "x:a", "-----"] {
            assert!(read_caller(wrong).is_err(), "{wrong}");
        }
    }
}
