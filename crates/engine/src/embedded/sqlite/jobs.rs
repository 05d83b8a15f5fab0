//! Jobs: queued, leased, finished. Every function runs inside a transaction of the writer.

use rusqlite::{Connection, OptionalExtension, Result, Row};

use super::{items, records, rows, turns};
use crate::model::id::{FileRef, Owner, Version};
use crate::model::job::{Failures, ItemResult, JobKind, Lease, Outcome, Priority, ReclaimScope, Reclaimed, RetryCause};
use crate::model::key::{self, ContentKey, SpaceKey};
use crate::model::transition::{JobAfter, JobEvent, JobState};
use thumbling::ErrorKind;

/// Longest delay of a retry, ms. A retry further away means the wall clock has jumped back.
const MAX_RETRY_DELAY: i64 = 60 * 60 * 1000;

/// A job to be queued.
pub(super) struct NewJob<'a> {
    pub(super) content: &'a ContentKey,
    pub(super) kind: JobKind,
    pub(super) file: &'a FileRef,
    pub(super) version: Option<&'a Version>,
    pub(super) priority: Priority,
    pub(super) now: i64,
}

/// Applies `event` to a job and returns the state it was in. `None`, and nothing is changed, if there is no such job or the
/// event does not concern a job in its state.
pub(super) fn apply(c: &Connection, job: i64, event: JobEvent) -> Result<Option<JobState>> {
    let mut select = c.prepare_cached("SELECT state FROM jobs WHERE id = ?1")?;
    let Some(before) = select.query_row([job], |row| row.get::<_, JobState>(0)).optional()? else { return Ok(None) };
    match before.after(event) {
        None => return Ok(None),
        Some(JobAfter::Gone) => c.prepare_cached("DELETE FROM jobs WHERE id = ?1")?.execute([job])?,
        // Only a lease has an owner; `grant` sets it.
        Some(JobAfter::Is(state)) => c
            .prepare_cached("UPDATE jobs SET state = ?2, owner = NULL, due = 0 WHERE id = ?1")?
            .execute((job, state))?,
    };
    Ok(Some(before))
}

fn space_of(content: &ContentKey) -> SpaceKey {
    let mut space = [0; 16];
    space.copy_from_slice(&content[..16]);
    space
}

/// Queues a job, or finds the one for the same content and makes it at least as urgent. Returns its id; `None` if the queue
/// already holds `max_jobs`.
pub(super) fn add(c: &Connection, new: &NewJob<'_>, max_jobs: u64) -> Result<Option<i64>> {
    let (priority, space) = (new.priority as i64, space_of(new.content));
    let known = c
        .prepare_cached("SELECT id, priority, state FROM jobs WHERE content = ?1")?
        .query_row([new.content], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, JobState>(2)?)))
        .optional()?;
    if let Some((id, present, state)) = known {
        if priority < present && state != JobState::Leased {
            let turn = turns::next_turn(c, priority, &space)?;
            c.prepare_cached("UPDATE jobs SET priority = ?2, turn = ?3 WHERE id = ?1")?
                .execute((id, priority, turn))?;
        }
        return Ok(Some(id));
    }
    let queued: i64 = c.prepare_cached("SELECT jobs FROM totals")?.query_row([], |row| row.get(0))?;
    // Less urgent jobs leave room for more urgent ones.
    let limit = match new.priority {
        Priority::Interactive => max_jobs,
        Priority::Requested => max_jobs - max_jobs / 20,
        Priority::Background => max_jobs - max_jobs / 10,
    };
    if queued as u64 >= limit {
        return Ok(None);
    }
    let turn = turns::next_turn(c, priority, &space)?;
    c.prepare_cached(
        "INSERT INTO jobs (content, work, space, file, version, priority, turn, state, added)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
    )?
    .execute((
        new.content,
        rows::job_kind_number(new.kind),
        new.file.space.as_str(),
        new.file.file.as_str(),
        new.version.map(Version::as_str),
        priority,
        turn,
        new.now,
    ))?;
    Ok(Some(c.last_insert_rowid()))
}

const LEASE: &str = "id, token, work, space, file, version, priority, tries, timeouts, crashes, added, turn";

/// The lease that would be granted on a job, and the job's turn.
fn lease_of(row: &Row<'_>) -> Result<(Lease, i64)> {
    let lease = Lease {
        job: row.get(0)?,
        token: row.get::<_, i64>(1)? + 1,
        kind: rows::job_kind(row, 2)?,
        file: rows::file_ref(row, 3)?,
        version: rows::version(row, 5)?,
        priority: rows::priority(row, 6)?,
        tries: row.get(7)?,
        timeouts: row.get(8)?,
        crashes: row.get(9)?,
        added: row.get(10)?,
    };
    Ok((lease, row.get(11)?))
}

/// Stores a lease, and starts the tasks that wait for the job.
fn grant(c: &Connection, owner: &Owner, lease: &Lease, until: i64, now: i64) -> Result<()> {
    apply(c, lease.job, JobEvent::Lease)?;
    c.prepare_cached("UPDATE jobs SET owner = ?2, token = ?3, lease = ?4 WHERE id = ?1")?.execute((
        lease.job,
        owner,
        lease.token,
        until,
    ))?;
    let mut waiting = c.prepare_cached("SELECT DISTINCT task FROM items WHERE job = ?1")?;
    let waiting = waiting.query_map([lease.job], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    waiting.into_iter().try_for_each(|task| items::start(c, task, now))
}

/// Leases the next `n` jobs.
pub(super) fn lease(
    c: &Connection,
    owner: &Owner,
    n: usize,
    least: Priority,
    until: i64,
    now: i64,
) -> Result<Vec<Lease>> {
    let mut due = c.prepare_cached("SELECT id FROM jobs WHERE state = 2 AND (due <= ?1 OR due > ?2)")?;
    let due = due.query_map((now, now.saturating_add(MAX_RETRY_DELAY)), |row| row.get(0))?;
    for job in due.collect::<Result<Vec<i64>>>()? {
        apply(c, job, JobEvent::Due)?;
    }
    let mut leases = Vec::new();
    for priority in Priority::ALL.into_iter().filter(|priority| *priority <= least) {
        let sql = format!("SELECT {LEASE} FROM jobs WHERE state = 0 AND priority = ?1 ORDER BY turn LIMIT ?2");
        let mut select = c.prepare_cached(&sql)?;
        let ready = select.query_map((priority as i64, (n - leases.len()) as i64), lease_of)?;
        let ready = ready.collect::<Result<Vec<_>>>()?;
        if let Some((_, turn)) = ready.last() {
            turns::serve(c, priority as i64, *turn)?;
        }
        for (lease, _) in ready {
            grant(c, owner, &lease, until, now)?;
            leases.push(lease);
        }
        if leases.len() == n {
            break;
        }
    }
    Ok(leases)
}

/// Leases one quarantined job.
pub(super) fn lease_quarantined(c: &Connection, owner: &Owner, until: i64, now: i64) -> Result<Option<Lease>> {
    let sql = format!("SELECT {LEASE} FROM jobs WHERE state = 3 ORDER BY id LIMIT 1");
    let found = c.prepare_cached(&sql)?.query_row([], lease_of).optional()?;
    let Some((lease, _)) = found else { return Ok(None) };
    grant(c, owner, &lease, until, now)?;
    Ok(Some(lease))
}

/// Whether the lease is still valid.
pub(super) fn is_valid(c: &Connection, lease: &Lease) -> Result<bool> {
    c.prepare_cached("SELECT 1 FROM jobs WHERE id = ?1 AND token = ?2 AND state = 1")?.exists((lease.job, lease.token))
}

/// Ends a job. Returns false, and changes nothing, if the lease is stale.
pub(super) fn finish(c: &Connection, lease: &Lease, outcome: &Outcome, now: i64) -> Result<bool> {
    if !is_valid(c, lease)? {
        return Ok(false);
    }
    match outcome {
        Outcome::Retry { due, cause } => {
            apply(c, lease.job, JobEvent::Retry)?;
            c.prepare_cached("UPDATE jobs SET due = ?2, tries = tries + ?3, timeouts = timeouts + ?4 WHERE id = ?1")?
                .execute((lease.job, due, *cause == RetryCause::Drive, *cause == RetryCause::Timeout))?;
            return Ok(true);
        }
        Outcome::Recorded { records: new, version } => {
            let file = key::file_key(&lease.file);
            records::drop_other_versions(c, &file, *version)?;
            for (key, record) in new {
                records::put(c, key, record)?;
            }
            let new: Vec<_> = new.iter().map(|(_, record)| Some(record.clone())).collect();
            items::end_all(c, lease.job, |kind| ItemResult::of_records(&new, kind, Failures::AreFinal), now)?;
        }
        Outcome::Failed { kind, detail } => {
            items::end_all(c, lease.job, |_| Some(ItemResult::failed(*kind, detail)), now)?;
        }
        Outcome::ShareDone { record } => {
            if let Some((key, record)) = record {
                records::put(c, key, record)?;
            }
            let left = ItemResult::failed(ErrorKind::Internal, "the item was not processed");
            items::end_all(c, lease.job, |_| Some(left.clone()), now)?;
        }
    }
    apply(c, lease.job, JobEvent::Finish)?;
    Ok(true)
}

/// Releases what an owner has leased except for the jobs in `held`.
pub(super) fn release_except(c: &Connection, owner: &Owner, held: &[i64]) -> Result<()> {
    let mut leased = c.prepare_cached("SELECT id FROM jobs WHERE state = 1 AND owner = ?1")?;
    let leased = leased.query_map([owner], |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for id in leased.iter().filter(|id| !held.contains(id)) {
        apply(c, *id, JobEvent::Release)?;
    }
    Ok(())
}

/// Takes jobs away from an owner.
pub(super) fn reclaim(c: &Connection, owner: &Owner, scope: &ReclaimScope, now: i64) -> Result<Reclaimed> {
    let (dead, running) = match scope {
        ReclaimScope::Dead { running } => (true, &running[..]),
        ReclaimScope::Expired => (false, &[][..]),
    };
    let mut taken = c.prepare_cached("SELECT id FROM jobs WHERE state = 1 AND owner = ?1 AND (?2 OR lease < ?3)")?;
    let taken = taken.query_map((owner, dead, now), |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    let mut reclaimed = Reclaimed::default();
    for id in taken {
        let quarantined = running.contains(&id);
        apply(c, id, if quarantined { JobEvent::Quarantine } else { JobEvent::Release })?;
        c.prepare_cached("UPDATE jobs SET crashes = crashes + ?2 WHERE id = ?1")?.execute((id, quarantined))?;
        *(if quarantined { &mut reclaimed.quarantined } else { &mut reclaimed.queued }) += 1;
    }
    Ok(reclaimed)
}

/// Drops jobs whose content is between two keys; items that wait for them fail.
pub(super) fn drop_range(c: &Connection, from: &ContentKey, to: &ContentKey, now: i64) -> Result<()> {
    let mut select = c.prepare_cached("SELECT id FROM jobs WHERE content BETWEEN ?1 AND ?2")?;
    let ids = select.query_map((from, to), |row| row.get(0))?.collect::<Result<Vec<i64>>>()?;
    for id in ids {
        let gone = ItemResult::failed(ErrorKind::NotFound, "the file was deleted");
        items::end_all(c, id, |_| Some(gone.clone()), now)?;
        apply(c, id, JobEvent::Drop)?;
    }
    Ok(())
}
