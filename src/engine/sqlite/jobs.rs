//! Jobs: put into the queue, leased, ended. Every function here runs inside a transaction of the writer.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::tasks::{self, Ended};
use super::{records, rows, turns};
use crate::engine::id::{FileRef, Version};
use crate::engine::port::queue::{Cause, Claim, Outcome, Owner, Priority, Reclaimed, Work};
use crate::engine::recipe::{ContentKey, SpaceKey};

/// States of a job; 2 is waiting.
pub(super) const READY: i64 = 0;
pub(super) const LEASED: i64 = 1;
pub(super) const SUSPECT: i64 = 3;

/// No job waits longer than this for its next try; one that does says that the wall's clock has jumped back. Ms.
const FARTHEST: i64 = 60 * 60 * 1000;

/// Work to be queued.
pub(super) struct New<'a> {
    pub(super) content: &'a ContentKey,
    pub(super) work: Work,
    pub(super) file: &'a FileRef,
    pub(super) version: Option<&'a Version>,
    pub(super) priority: Priority,
    pub(super) now: i64,
}

fn space_of(content: &ContentKey) -> SpaceKey {
    let mut space = [0; 16];
    space.copy_from_slice(&content[..16]);
    space
}

/// Queues a job, or finds the one that is there and makes it as urgent as this. `None` if `bound` jobs are queued.
pub(super) fn add(c: &Connection, new: &New<'_>, bound: u64) -> Result<Option<i64>> {
    let (priority, space) = (new.priority as i64, space_of(new.content));
    let known = c
        .prepare_cached("SELECT id, priority, state FROM jobs WHERE content = ?1")?
        .query_row([new.content], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))
        .optional()?;
    if let Some((id, present, state)) = known {
        if priority < present && state != LEASED {
            let turn = turns::next_turn(c, priority, &space)?;
            c.prepare_cached("UPDATE jobs SET priority = ?2, turn = ?3 WHERE id = ?1")?
                .execute((id, priority, turn))?;
        }
        return Ok(Some(id));
    }
    let queued: i64 = c.prepare_cached("SELECT jobs FROM totals")?.query_row([], |row| row.get(0))?;
    // What nobody waits for leaves room for those who do.
    let bound = match new.priority {
        Priority::Interactive => bound,
        Priority::Requested => bound - bound / 20,
        Priority::Background => bound - bound / 10,
    };
    if queued as u64 >= bound {
        return Ok(None);
    }
    let turn = turns::next_turn(c, priority, &space)?;
    c.prepare_cached(
        "INSERT INTO jobs (content, work, space, file, version, priority, turn, state, added)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
    )?
    .execute((
        new.content,
        new.work as i64,
        new.file.space.as_str(),
        new.file.file.as_str(),
        new.version.map(Version::as_str),
        priority,
        turn,
        new.now,
    ))?;
    Ok(Some(c.last_insert_rowid()))
}

const CLAIM: &str = "id, token, work, space, file, version, priority, tries, timeouts, crashes, added, turn";

fn claim_of(row: &Row<'_>) -> Result<(Claim, i64)> {
    let work = match row.get(2)? {
        0 => Work::Render,
        1 => Work::Package,
        2 => Work::Save,
        _ => return Err(rows::damaged()),
    };
    let claim = Claim {
        job: row.get(0)?,
        token: row.get::<_, i64>(1)? + 1,
        work,
        file: rows::file_ref(row, 3)?,
        version: rows::version(row, 5)?,
        priority: Priority::of(row.get(6)?),
        tries: row.get(7)?,
        timeouts: row.get(8)?,
        crashes: row.get(9)?,
        added: row.get(10)?,
    };
    Ok((claim, row.get(11)?))
}

fn lease(c: &Connection, owner: &Owner, claim: &Claim, until: i64, now: i64) -> Result<()> {
    c.prepare_cached("UPDATE jobs SET state = 1, owner = ?2, token = ?3, lease = ?4 WHERE id = ?1")?.execute((
        claim.job,
        owner,
        claim.token,
        until,
    ))?;
    c.prepare_cached(
        "UPDATE tasks SET state = 1, updated = ?2 WHERE state = 0 AND n IN (SELECT task FROM items WHERE job = ?1)",
    )?
    .execute((claim.job, now))?;
    Ok(())
}

/// Leases the next `n` jobs.
pub(super) fn claim(
    c: &Connection,
    owner: &Owner,
    n: usize,
    least: Priority,
    until: i64,
    now: i64,
) -> Result<Vec<Claim>> {
    c.prepare_cached("UPDATE jobs SET state = 0, due = 0 WHERE state = 2 AND (due <= ?1 OR due > ?2)")?
        .execute((now, now.saturating_add(FARTHEST)))?;
    let mut claims = Vec::new();
    for priority in Priority::ALL.into_iter().filter(|priority| *priority <= least) {
        let sql = format!("SELECT {CLAIM} FROM jobs WHERE state = 0 AND priority = ?1 ORDER BY turn LIMIT ?2");
        let mut select = c.prepare_cached(&sql)?;
        let ready = select.query_map((priority as i64, (n - claims.len()) as i64), claim_of)?;
        let ready = ready.collect::<Result<Vec<_>>>()?;
        if let Some((_, turn)) = ready.last() {
            turns::serve(c, priority as i64, *turn)?;
        }
        for (claim, _) in ready {
            lease(c, owner, &claim, until, now)?;
            claims.push(claim);
        }
        if claims.len() == n {
            break;
        }
    }
    Ok(claims)
}

/// Leases a job that may have killed a process.
pub(super) fn claim_suspect(c: &Connection, owner: &Owner, until: i64, now: i64) -> Result<Option<Claim>> {
    let sql = format!("SELECT {CLAIM} FROM jobs WHERE state = 3 ORDER BY id LIMIT 1");
    let found = c.prepare_cached(&sql)?.query_row([], claim_of).optional()?;
    let Some((claim, _)) = found else { return Ok(None) };
    lease(c, owner, &claim, until, now)?;
    Ok(Some(claim))
}

/// Whether the lease holds.
pub(super) fn holds(c: &Connection, claim: &Claim) -> Result<bool> {
    c.prepare_cached("SELECT 1 FROM jobs WHERE id = ?1 AND token = ?2 AND state = 1")?.exists((claim.job, claim.token))
}

/// Ends a job, if the lease holds.
pub(super) fn finish(c: &Connection, claim: &Claim, outcome: &Outcome, now: i64) -> Result<bool> {
    if !holds(c, claim)? {
        return Ok(false);
    }
    match outcome {
        Outcome::Again { due, cause } => {
            c.prepare_cached(
                "UPDATE jobs SET state = 2, due = ?2, owner = NULL, tries = tries + ?3, timeouts = timeouts + ?4 WHERE id = ?1",
            )?
            .execute((claim.job, due, *cause == Cause::Drive, *cause == Cause::Timeout))?;
            return Ok(true);
        }
        Outcome::Settled { records: made, version } => {
            let file = crate::engine::recipe::file_key(&claim.file);
            records::drop_other_versions(c, &file, *version)?;
            for (key, record) in made {
                records::put(c, key, record)?;
            }
            let made: Vec<_> = made.iter().map(|(_, record)| Some(record.clone())).collect();
            tasks::end_items(c, claim.job, |kind| Ended::of(&made, kind, true), now)?;
        }
        Outcome::Lost { kind, detail } => {
            tasks::end_items(c, claim.job, |_| Some(Ended::failed(*kind, detail)), now)?;
        }
        Outcome::Shared { record } => {
            if let Some((key, record)) = record {
                records::put(c, key, record)?;
            }
            tasks::end_share(c, claim.job, now)?;
        }
    }
    c.prepare_cached("DELETE FROM jobs WHERE id = ?1")?.execute([claim.job])?;
    Ok(true)
}

/// Gives up what an owner leased but does not hold.
pub(super) fn hand_back(c: &Connection, owner: &Owner, held: &[i64]) -> Result<()> {
    let mut leased = c.prepare_cached("SELECT id FROM jobs WHERE state = 1 AND owner = ?1")?;
    let leased = leased.query_map([owner], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for id in leased.iter().filter(|id| !held.contains(id)) {
        c.prepare_cached("UPDATE jobs SET state = 0, owner = NULL WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}

/// Takes jobs away from an owner.
pub(super) fn reclaim(c: &Connection, owner: &Owner, dead: bool, drawn: &[i64], now: i64) -> Result<Reclaimed> {
    let mut taken = c.prepare_cached("SELECT id FROM jobs WHERE state = 1 AND owner = ?1 AND (?2 OR lease < ?3)")?;
    let taken = taken.query_map((owner, dead, now), |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    let mut reclaimed = Reclaimed::default();
    for id in taken {
        let suspect = dead && drawn.contains(&id);
        let state = if suspect { SUSPECT } else { READY };
        c.prepare_cached("UPDATE jobs SET state = ?2, owner = NULL, crashes = crashes + ?3 WHERE id = ?1")?
            .execute((id, state, suspect))?;
        *(if suspect { &mut reclaimed.suspects } else { &mut reclaimed.queued }) += 1;
    }
    Ok(reclaimed)
}

/// Forgets jobs whose content lies between two keys; items that wait for them fail.
pub(super) fn drop_range(c: &Connection, from: &ContentKey, to: &ContentKey, now: i64) -> Result<()> {
    let mut select = c.prepare_cached("SELECT id FROM jobs WHERE content BETWEEN ?1 AND ?2")?;
    let ids = select.query_map((from, to), |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for id in ids {
        let gone = Ended::failed(crate::error::ErrorKind::NotFound, "the file was deleted");
        tasks::end_items(c, id, |_| Some(gone.clone()), now)?;
        c.prepare_cached("DELETE FROM jobs WHERE id = ?1")?.execute([id])?;
    }
    Ok(())
}
