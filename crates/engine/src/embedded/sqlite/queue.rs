//! The queue port, and how durable each operation is.

use rusqlite::{OptionalExtension, Result as Sql};

use super::fault::fault;
use super::{Durable, Sqlite, jobs, rows, share, tasks, turns};
use crate::model::error::Result;
use crate::model::id::{Owner, TaskId};
use crate::model::job::{
    ItemResult, JobKind, Lease, NewTask, Outcome, Priority, ReclaimScope, Reclaimed, ShareJob, StoredTask,
    WantedThumbnail,
};
use crate::model::key::{self, ContentKey, FileKey, SpaceKey};
use crate::model::task::TaskState;
use crate::port::queue::Queue;

impl Queue for Sqlite {
    fn add(&self, task: NewTask) -> Result<TaskId> {
        let max_jobs = self.max_jobs;
        self.writer.run(Durable::Disk, move |c| tasks::add(c, &task, max_jobs))
    }

    fn want(&self, wanted: WantedThumbnail) {
        let max_jobs = self.max_jobs;
        self.writer.post(move |c| {
            let WantedThumbnail { file, version, priority, now } = &wanted;
            let content = key::content_key(file, Some(version));
            let version = Some(version);
            let new = jobs::NewJob {
                content: &content,
                kind: JobKind::Render,
                file,
                version,
                priority: *priority,
                now: *now,
            };
            jobs::add(c, &new, max_jobs).map(drop).map_err(fault)
        });
    }

    fn pending(&self, content: &ContentKey) -> Result<Option<Priority>> {
        self.read(|c| {
            let mut select = c.prepare_cached("SELECT priority FROM jobs WHERE content = ?1")?;
            select.query_row([content], |row| rows::priority(row, 0)).optional()
        })
    }

    fn lease(&self, owner: Owner, n: usize, least: Priority, until: i64, now: i64) -> Result<Vec<Lease>> {
        self.writer.run(Durable::Process, move |c| jobs::lease(c, &owner, n, least, until, now).map_err(fault))
    }

    fn has_quarantined(&self) -> Result<bool> {
        self.read(|c| c.prepare_cached("SELECT 1 FROM jobs WHERE state = 3 LIMIT 1")?.exists([]))
    }

    fn lease_quarantined(&self, owner: Owner, until: i64, now: i64) -> Result<Option<Lease>> {
        self.writer.run(Durable::Process, move |c| jobs::lease_quarantined(c, &owner, until, now).map_err(fault))
    }

    fn finish(&self, results: Vec<(Lease, Outcome)>, now: i64) -> Result<Vec<bool>> {
        self.writer.run(Durable::Disk, move |c| {
            results.iter().map(|(lease, outcome)| jobs::finish(c, lease, outcome, now).map_err(fault)).collect()
        })
    }

    fn renew(&self, owner: Owner, until: i64) -> Result<()> {
        self.writer.run(Durable::Process, move |c| {
            c.prepare_cached("UPDATE jobs SET lease = ?2 WHERE state = 1 AND owner = ?1")
                .and_then(|mut s| s.execute((owner, until)))
                .map(drop)
                .map_err(fault)
        })
    }

    fn release_except(&self, owner: Owner, held: &[i64]) -> Result<()> {
        let held = held.to_owned();
        self.writer.run(Durable::Process, move |c| jobs::release_except(c, &owner, &held).map_err(fault))
    }

    fn owners(&self, now: i64) -> Result<Vec<(Owner, bool)>> {
        self.read(|c| {
            let mut select =
                c.prepare_cached("SELECT owner, max(lease) < ?1 FROM jobs WHERE state = 1 GROUP BY owner")?;
            select.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    fn reclaim(&self, owner: Owner, scope: ReclaimScope, now: i64) -> Result<Reclaimed> {
        self.writer.run(Durable::Process, move |c| jobs::reclaim(c, &owner, &scope, now).map_err(fault))
    }

    fn task(&self, id: &TaskId) -> Result<Option<StoredTask>> {
        self.read(|c| tasks::read_task(c, id))
    }

    fn task_state(&self, id: &TaskId) -> Result<Option<TaskState>> {
        self.read(|c| {
            let mut select = c.prepare_cached("SELECT state FROM tasks WHERE id = ?1")?;
            select.query_row([id.as_bytes()], |row| row.get(0)).optional()
        })
    }

    fn cancel(&self, id: &TaskId, now: i64) -> Result<Vec<i64>> {
        let id = *id;
        self.writer.run(Durable::Disk, move |c| tasks::cancel(c, &id, now).map_err(fault))
    }

    fn share(&self, lease: &Lease) -> Result<Option<ShareJob>> {
        self.read(|c| share::read(c, lease))
    }

    fn finish_share_item(&self, lease: &Lease, n: u32, result: ItemResult, now: i64) -> Result<bool> {
        let lease = lease.clone();
        self.writer.run(Durable::Disk, move |c| share::finish_item(c, &lease, n, &result, now).map_err(fault))
    }

    fn restart_share(&self, lease: &Lease, now: i64) -> Result<bool> {
        let lease = lease.clone();
        self.writer.run(Durable::Disk, move |c| share::restart(c, &lease, now).map_err(fault))
    }

    fn ended_after(&self, after: i64, n: usize) -> Result<Vec<(i64, TaskId)>> {
        self.read(|c| {
            let mut select =
                c.prepare_cached("SELECT ended, id FROM tasks WHERE ended > ?1 ORDER BY ended LIMIT ?2")?;
            select.query_map((after, n as i64), |row| Ok((row.get(0)?, rows::task_id(row, 1)?)))?.collect()
        })
    }

    fn last_ended(&self) -> Result<i64> {
        self.read(|c| c.prepare_cached("SELECT ended FROM totals")?.query_row([], |row| row.get(0)))
    }

    fn depth(&self) -> Result<u64> {
        let jobs: i64 = self.read(|c| c.prepare_cached("SELECT jobs FROM totals")?.query_row([], |row| row.get(0)))?;
        Ok(jobs.max(0) as u64)
    }

    fn drop_file(&self, file: &FileKey, now: i64) -> Result<()> {
        self.drop_jobs(file, now)
    }

    fn drop_space(&self, space: &SpaceKey, now: i64) -> Result<()> {
        self.drop_jobs(space, now)
    }

    fn forget(&self, before: i64) -> Result<u64> {
        self.writer.run(Durable::Process, move |c| {
            let forget = || -> Sql<u64> {
                turns::forget(c)?;
                let sql = "SELECT n FROM tasks WHERE ended IS NOT NULL AND updated < ?1 ORDER BY ended LIMIT 1000";
                let mut select = c.prepare_cached(sql)?;
                let old = select.query_map([before], |row| row.get(0))?.collect::<Sql<Vec<i64>>>()?;
                for n in &old {
                    c.prepare_cached("DELETE FROM items WHERE task = ?1")?.execute([n])?;
                    c.prepare_cached("DELETE FROM tasks WHERE n = ?1")?.execute([n])?;
                }
                Ok(old.len() as u64)
            };
            forget().map_err(fault)
        })
    }
}

impl Sqlite {
    fn drop_jobs(&self, prefix: &[u8], now: i64) -> Result<()> {
        let (mut from, mut to) = ([0; 48], [0xff; 48]);
        from[..prefix.len()].copy_from_slice(prefix);
        to[..prefix.len()].copy_from_slice(prefix);
        self.writer.run(Durable::Disk, move |c| jobs::drop_range(c, &from, &to, now).map_err(fault))
    }
}
