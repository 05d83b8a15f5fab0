//! The records port, and what the queue writes to records.

use rusqlite::{Connection, Result as Sql, Row, params, params_from_iter};

use super::fault::fault;
use super::{Durable, Sqlite, rows};
use crate::model::blob::BlobName;
use crate::model::error::Result;
use crate::model::key::{FileKey, RecordKey};
use crate::model::record::{Record, RecordState, StoredRecord, Totals};
use crate::port::records::Records;

/// One answer for each key. One statement for all of them: running many statements costs more than matching rows to keys.
pub(super) fn get(c: &Connection, keys: &[RecordKey]) -> Sql<Vec<Option<Record>>> {
    let marks = vec!["?"; keys.len()].join(", ");
    let mut select = c.prepare_cached(&format!("SELECT {}, key FROM records WHERE key IN ({marks})", rows::RECORD))?;
    let mut answers = vec![None; keys.len()];
    let mut found = select.query(params_from_iter(keys))?;
    while let Some(row) = found.next()? {
        let (record, key) = (rows::record(row)?, row.get_ref(14)?.as_blob()?);
        // A key may occur twice in `keys`.
        for (answer, _) in answers.iter_mut().zip(keys).filter(|(_, wanted)| wanted[..] == *key) {
            *answer = Some(record.clone());
        }
    }
    Ok(answers)
}

/// Inserts or replaces a record.
pub(super) fn put(c: &Connection, key: &RecordKey, record: &Record) -> Sql<()> {
    c.prepare_cached("DELETE FROM records WHERE key = ?1")?.execute([key])?;
    let Record { state, kind, fonts, created, used } = record;
    let family = rows::family_number(*kind);
    match state {
        RecordState::Ready(ready) => c
            .prepare_cached(
                "INSERT INTO records (key, state, family, fonts, made, used, width, height, size, media, thumbhash, etag, blob)
                 VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                key,
                family,
                fonts,
                created,
                used,
                ready.width,
                ready.height,
                ready.size as i64,
                ready.media_type,
                ready.thumbhash,
                ready.etag,
                ready.blob
            ])?,
        RecordState::Failed { kind, detail, retry_at } => c
            .prepare_cached(
                "INSERT INTO records (key, state, family, fonts, made, used, detail, retry_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![key, kind.code(), family, fonts, created, used, detail, retry_at])?,
    };
    Ok(())
}

/// The first and the last key with this prefix.
fn range(prefix: &[u8]) -> (RecordKey, RecordKey) {
    let (mut from, mut to) = ([0; 64], [0xff; 64]);
    from[..prefix.len()].copy_from_slice(prefix);
    to[..prefix.len()].copy_from_slice(prefix);
    (from, to)
}

/// Drops the records of all versions of a file except `keep`.
pub(super) fn drop_other_versions(c: &Connection, file: &FileKey, keep: [u8; 16]) -> Sql<()> {
    let (from, to) = range(file);
    c.prepare_cached("DELETE FROM records WHERE key BETWEEN ?1 AND ?2 AND substr(key, 33, 16) <> ?3")?
        .execute((from, to, keep))?;
    Ok(())
}

fn link(c: &Connection, from: &[u8; 48], to: &[u8; 48]) -> Sql<u64> {
    let (first, last) = range(from);
    let mut select = c.prepare_cached(&format!(
        "SELECT {}, key FROM records WHERE key BETWEEN ?1 AND ?2 AND state = 0",
        rows::RECORD
    ))?;
    let found = select.query_map((first, last), |row| Ok((rows::record(row)?, row.get::<_, RecordKey>(14)?)))?;
    let found = found.collect::<Sql<Vec<_>>>()?;
    for (record, mut key) in found.iter().cloned() {
        key[..48].copy_from_slice(to);
        put(c, &key, &record)?;
    }
    Ok(found.len() as u64)
}

fn stored(row: &Row<'_>) -> Sql<StoredRecord> {
    Ok(StoredRecord { key: row.get(0)?, blob: row.get(1)?, size: row.get::<_, i64>(2)?.max(0) as u64 })
}

fn content(file: &FileKey, version: [u8; 16]) -> [u8; 48] {
    let mut content = [0; 48];
    content[..32].copy_from_slice(file);
    content[32..].copy_from_slice(&version);
    content
}

impl Records for Sqlite {
    fn get(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>> {
        self.read(|c| get(c, keys))
    }

    fn touch(&self, keys: &[RecordKey], now: i64) -> Result<()> {
        let keys = keys.to_owned();
        self.writer.run(Durable::Process, move |c| {
            let touch = || -> Sql<()> {
                let mut update = c.prepare_cached("UPDATE records SET used = ?2 WHERE key = ?1")?;
                keys.iter().try_for_each(|key| update.execute((key, now)).map(drop))
            };
            touch().map_err(fault)
        })
    }

    fn link(&self, from: &FileKey, from_version: [u8; 16], to: &FileKey, to_version: [u8; 16]) -> Result<u64> {
        let (from, to) = (content(from, from_version), content(to, to_version));
        self.writer.run(Durable::Disk, move |c| link(c, &from, &to).map_err(fault))
    }

    fn drop_under(&self, prefix: &[u8]) -> Result<Vec<BlobName>> {
        let (from, to) = range(prefix);
        self.writer.run(Durable::Disk, move |c| {
            let drop = || -> Sql<Vec<BlobName>> {
                let mut delete = c.prepare_cached("DELETE FROM records WHERE key BETWEEN ?1 AND ?2 RETURNING blob")?;
                let blobs = delete.query_map((from, to), |row| row.get::<_, Option<BlobName>>(0))?;
                blobs.filter_map(|blob| blob.transpose()).collect()
            };
            drop().map_err(fault)
        })
    }

    fn drop_records(&self, keys: &[RecordKey]) -> Result<()> {
        let keys = keys.to_owned();
        self.writer.run(Durable::Disk, move |c| {
            let mut delete = c.prepare_cached("DELETE FROM records WHERE key = ?1").map_err(fault)?;
            keys.iter().try_for_each(|key| delete.execute([key]).map(drop).map_err(fault))
        })
    }

    fn page(&self, after: Option<&RecordKey>, n: usize) -> Result<Vec<StoredRecord>> {
        self.read(|c| {
            let sql = "SELECT key, blob, size FROM records WHERE state = 0 AND key > ?1 ORDER BY key LIMIT ?2";
            let mut select = c.prepare_cached(sql)?;
            let after = after.map_or(&[][..], |key| &key[..]);
            select.query_map((after, n as i64), stored)?.collect()
        })
    }

    fn unused(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>> {
        self.read(|c| {
            let sql = "SELECT key, blob, size FROM records WHERE state = 0 AND used < ?1 ORDER BY used LIMIT ?2";
            let mut select = c.prepare_cached(sql)?;
            select.query_map((before, n as i64), stored)?.collect()
        })
    }

    fn packages(&self, before: i64, n: usize) -> Result<Vec<StoredRecord>> {
        self.read(|c| {
            let sql = "SELECT key, blob, size FROM records WHERE family = 255 AND made < ?1 ORDER BY made LIMIT ?2";
            let mut select = c.prepare_cached(sql)?;
            select.query_map((before, n as i64), stored)?.collect()
        })
    }

    fn unreferenced(&self, blobs: &[BlobName]) -> Result<Vec<BlobName>> {
        self.read(|c| {
            let tx = c.unchecked_transaction()?;
            let mut select = tx.prepare_cached("SELECT 1 FROM records WHERE blob = ?1 AND state = 0 LIMIT 1")?;
            let mut unreferenced = Vec::new();
            for blob in blobs {
                if !select.exists([blob])? {
                    unreferenced.push(*blob);
                }
            }
            Ok(unreferenced)
        })
    }

    fn totals(&self) -> Result<Totals> {
        self.read(|c| {
            let count = |row: &Row<'_>, at| row.get::<_, i64>(at).map(|n| n.max(0) as u64);
            c.prepare_cached("SELECT ready, failed, bytes FROM totals")?.query_row([], |row| {
                Ok(Totals { ready: count(row, 0)?, failed: count(row, 1)?, bytes: count(row, 2)? })
            })
        })
    }
}
