//! Walks every state that two workers can bring a task into, in every order of their steps.
//!
//! Each worker holds the lease that it got last, however long that is over, and does whatever a worker does with a lease:
//! that is how a late worker looks to the store. States that differ only in the size of a token are one state.

use std::collections::HashSet;

use rusqlite::{Connection, types::Value};

use super::{items, jobs, schema, share, tasks};
use crate::model::caller::Caller;
use crate::model::id::{FileId, FileRef, Owner, SpaceId, TaskId};
use crate::model::job::{ItemResult, JobKind, Lease, NewItem, NewTask, Outcome, Priority, ReclaimScope, RetryCause};
use crate::model::task::{ItemState, PackageContent, ShareTask, TaskKind, TaskState};
use crate::model::transition::{JobAfter, JobEvent, JobState};
use thumbling::ErrorKind;

const OWNERS: [Owner; 2] = [[1; 16], [2; 16]];
/// When leases are granted until, and a time at which they have expired.
const UNTIL: i64 = 100;
const EXPIRED: i64 = 200;

/// A step of worker 0 or 1, or of someone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Lease(usize),
    LeaseQuarantined(usize),
    /// The owner gives up all leases.
    Release(usize),
    /// Another engine finds the leases of the owner expired.
    Expire(usize),
    /// The process of the owner dies, idle or while it runs the job.
    Die(usize, bool),
    FinishItem(usize, u32, ItemState),
    Restart(usize),
    Finish(usize, End),
    Cancel,
    Drop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Done,
    Retry,
    Failed,
}

/// All steps; those of single items, for a share task of `items`.
fn steps(items: u32) -> Vec<Step> {
    let mut all = vec![Step::Cancel, Step::Drop];
    for worker in [0, 1] {
        all.extend([Step::Lease(worker), Step::LeaseQuarantined(worker), Step::Release(worker), Step::Expire(worker)]);
        all.extend([Step::Die(worker, false), Step::Die(worker, true)]);
        all.extend([End::Done, End::Retry, End::Failed].map(|end| Step::Finish(worker, end)));
        all.extend((items > 0).then_some(Step::Restart(worker)));
        for n in 0..items {
            all.extend([ItemState::Succeeded, ItemState::Failed].map(|state| Step::FinishItem(worker, n, state)));
        }
    }
    all
}

/// What the store says, in full.
#[derive(Debug, Clone, PartialEq)]
struct Snapshot {
    task: TaskRow,
    jobs: Vec<(i64, JobState, Option<Vec<u8>>, i64)>,
}

/// The parts of a task that matter here.
#[derive(Debug, Clone, PartialEq)]
struct TaskRow {
    state: TaskState,
    total: u32,
    done: u32,
    failed: u32,
    items: Vec<ItemState>,
}

struct Walk {
    c: Connection,
    id: TaskId,
    steps: Vec<Step>,
    seen: HashSet<String>,
    transitions: HashSet<(JobState, JobEvent)>,
    count: usize,
}

impl Walk {
    fn new(task: NewTask) -> Self {
        let c = schema::in_memory();
        let (id, items) = (task.id, if task.share.is_some() { task.items.len() as u32 } else { 0 });
        tasks::add(&c, &task, 1000).unwrap();
        Self { c, id, steps: steps(items), seen: HashSet::new(), transitions: HashSet::new(), count: 0 }
    }

    fn snapshot(&self) -> Snapshot {
        let mut select = self.c.prepare_cached("SELECT id, state, owner, token FROM jobs ORDER BY id").unwrap();
        let jobs = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        let jobs = jobs.collect::<rusqlite::Result<_>>().unwrap();
        // Not by `read_task`, which opens a transaction.
        let mut select = self.c.prepare_cached("SELECT state, total, done, failed FROM tasks").unwrap();
        let (state, total, done, failed) =
            select.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        let mut select = self.c.prepare_cached("SELECT state FROM items ORDER BY n").unwrap();
        let items = select.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
        Snapshot { task: TaskRow { state, total, done, failed, items }, jobs }
    }

    /// The state as far as it decides what can happen next.
    fn fingerprint(&self, leases: &[Option<Lease>; 2]) -> String {
        let Snapshot { task, jobs } = self.snapshot();
        let held = |id: i64, token: i64| {
            leases.each_ref().map(|lease| lease.as_ref().map(|lease| (lease.job == id, lease.token == token)))
        };
        let jobs: Vec<_> =
            jobs.iter().map(|(id, state, owner, token)| (id, state, owner.clone(), held(*id, *token))).collect();
        format!("{task:?} {jobs:?} {:?}", leases.each_ref().map(Option::is_some))
    }

    fn dump(&self) -> Vec<Vec<Value>> {
        let mut all = Vec::new();
        for table in ["tasks", "items", "jobs", "totals"] {
            let mut select = self.c.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
            let columns = select.column_count();
            let rows = select.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
            all.extend(rows.collect::<rusqlite::Result<Vec<Vec<Value>>>>().unwrap());
        }
        all
    }

    /// Does a step. Returns the leases afterwards.
    fn step(&self, step: Step, mut leases: [Option<Lease>; 2]) -> [Option<Lease>; 2] {
        let c = &self.c;
        match step {
            Step::Lease(worker) => {
                // Every retry is due at 0.
                if let Some(lease) = jobs::lease(c, &OWNERS[worker], 1, Priority::Background, UNTIL, 1).unwrap().pop() {
                    leases[worker] = Some(lease);
                }
            }
            Step::LeaseQuarantined(worker) => {
                if let Some(lease) = jobs::lease_quarantined(c, &OWNERS[worker], UNTIL, 1).unwrap() {
                    leases[worker] = Some(lease);
                }
            }
            Step::Release(worker) => jobs::release_except(c, &OWNERS[worker], &[]).unwrap(),
            Step::Expire(worker) => {
                jobs::reclaim(c, &OWNERS[worker], &ReclaimScope::Expired, EXPIRED).unwrap();
            }
            Step::Die(worker, running) => {
                let running = leases[worker].iter().filter(|_| running).map(|lease| lease.job).collect();
                jobs::reclaim(c, &OWNERS[worker], &ReclaimScope::Dead { running }, 1).unwrap();
                // The process is gone, and with it the lease.
                leases[worker] = None;
            }
            Step::FinishItem(worker, n, state) => {
                if let Some(lease) = &leases[worker] {
                    let failure = (state == ItemState::Failed).then(|| (ErrorKind::Io, String::new()));
                    let result = ItemResult { state, failure, output: None };
                    self.fenced(lease, || share::finish_item(c, lease, n, &result, 1).unwrap());
                }
            }
            Step::Restart(worker) => {
                if let Some(lease) = &leases[worker] {
                    self.fenced(lease, || share::restart(c, lease, 1).unwrap());
                }
            }
            Step::Finish(worker, end) => {
                if let Some(lease) = &leases[worker] {
                    let outcome = match end {
                        End::Done if lease.kind == JobKind::Render => {
                            Outcome::Recorded { records: Vec::new(), version: [0; 16] }
                        }
                        End::Done => Outcome::ShareDone { record: None },
                        End::Retry => Outcome::Retry { due: 0, cause: RetryCause::Drive },
                        End::Failed => Outcome::Failed { kind: ErrorKind::Io, detail: String::new() },
                    };
                    self.fenced(lease, || jobs::finish(c, lease, &outcome, 1).unwrap());
                }
            }
            Step::Cancel => {
                tasks::cancel(c, &self.id, 1).unwrap();
            }
            Step::Drop => jobs::drop_range(c, &[0; 48], &[0xff; 48], 1).unwrap(),
        }
        leases
    }

    /// Does a step of a worker. One that the store refuses must have changed nothing, and one under a lease that is over
    /// must be refused.
    fn fenced(&self, lease: &Lease, step: impl FnOnce() -> bool) {
        let (valid, before) = (jobs::is_valid(&self.c, lease).unwrap(), self.dump());
        let accepted = step();
        assert!(valid || !accepted, "a step under a lease that is over was accepted");
        assert!(accepted || before == self.dump(), "a refused step has changed something");
    }

    /// What must hold after every step.
    fn check(&mut self, step: Step, before: &Snapshot, after: &Snapshot) {
        let told = || format!("{step:?} made {after:?} of {before:?}");
        assert!(!before.task.state.is_final() || before.task == after.task, "an end is not an end: {}", told());
        let count = |state| after.task.items.iter().filter(|item| **item == state).count() as u32;
        assert_eq!(
            (after.task.done, after.task.failed),
            (count(ItemState::Succeeded), count(ItemState::Failed)),
            "{}",
            told()
        );
        if matches!(after.task.state, TaskState::Succeeded | TaskState::PartlyFailed | TaskState::Failed) {
            assert_eq!(after.task.done + after.task.failed, after.task.total, "{}", told());
        }
        for (id, state, owner, token) in &after.jobs {
            assert_eq!(owner.is_some(), *state == JobState::Leased, "{}", told());
            if let Some((_, earlier, _, before)) = before.jobs.iter().find(|job| job.0 == *id) {
                assert!(token >= before, "a token went back: {}", told());
                self.note(*earlier, JobAfter::Is(*state), step, &told);
            }
        }
        for (id, earlier, ..) in &before.jobs {
            if !after.jobs.iter().any(|job| job.0 == *id) {
                self.note(*earlier, JobAfter::Gone, step, &told);
            }
        }
    }

    /// A job went from one state to another: the table has to have a way there that this step may take.
    fn note(&mut self, from: JobState, to: JobAfter, step: Step, told: &dyn Fn() -> String) {
        if to == JobAfter::Is(from) {
            return;
        }
        let may: &[JobEvent] = match step {
            Step::Lease(_) => &[JobEvent::Due, JobEvent::Lease],
            Step::LeaseQuarantined(_) => &[JobEvent::Lease],
            Step::Release(_) | Step::Expire(_) | Step::Die(_, false) => &[JobEvent::Release],
            Step::Die(_, true) => &[JobEvent::Quarantine, JobEvent::Release],
            Step::Finish(_, End::Retry) => &[JobEvent::Retry],
            Step::Finish(..) => &[JobEvent::Finish],
            Step::Cancel | Step::Drop => &[JobEvent::Drop],
            Step::FinishItem(..) | Step::Restart(_) => &[],
        };
        // At most two events: a retry that is due is leased in one step.
        for first in may {
            match from.after(*first) {
                Some(after) if after == to => {
                    self.transitions.insert((from, *first));
                    return;
                }
                Some(JobAfter::Is(between)) => {
                    if let Some(second) = may.iter().find(|event| between.after(**event) == Some(to)) {
                        self.transitions.extend([(from, *first), (between, *second)]);
                        return;
                    }
                }
                _ => {}
            }
        }
        panic!("no transition of the table: {}", told());
    }

    /// From every state, workers that do their work end the task.
    fn check_that_it_ends(&self) {
        self.c.execute_batch("SAVEPOINT ending").unwrap();
        for _ in 0..4 {
            for owner in &OWNERS {
                jobs::release_except(&self.c, owner, &[]).unwrap();
            }
            let leased = jobs::lease(&self.c, &OWNERS[0], 10, Priority::Background, UNTIL, 1).unwrap();
            let alone = jobs::lease_quarantined(&self.c, &OWNERS[0], UNTIL, 1).unwrap();
            for lease in leased.into_iter().chain(alone) {
                for n in 0..4 {
                    let done = ItemResult { state: ItemState::Succeeded, failure: None, output: None };
                    if lease.kind != JobKind::Render {
                        share::finish_item(&self.c, &lease, n, &done, 1).unwrap();
                    }
                }
                let outcome = match lease.kind {
                    JobKind::Render => Outcome::Recorded { records: Vec::new(), version: [0; 16] },
                    _ => Outcome::ShareDone { record: None },
                };
                jobs::finish(&self.c, &lease, &outcome, 1).unwrap();
            }
        }
        let end = self.snapshot();
        assert!(end.task.state.is_final() && end.jobs.is_empty(), "{end:?} does not end");
        self.c.execute_batch("ROLLBACK TO ending; RELEASE ending").unwrap();
    }

    fn walk(&mut self, leases: &[Option<Lease>; 2]) {
        if !self.seen.insert(self.fingerprint(leases)) {
            return;
        }
        self.check_that_it_ends();
        let before = self.snapshot();
        for step in self.steps.clone() {
            self.count += 1;
            let savepoint = format!("step{}", self.count);
            self.c.execute_batch(&format!("SAVEPOINT {savepoint}")).unwrap();
            let next = self.step(step, leases.clone());
            let after = self.snapshot();
            self.check(step, &before, &after);
            self.walk(&next);
            self.c.execute_batch(&format!("ROLLBACK TO {savepoint}; RELEASE {savepoint}")).unwrap();
        }
    }
}

fn new_task(share: Option<ShareTask>) -> NewTask {
    let item = |name: &str| {
        let file = FileRef::new(SpaceId::new("s").unwrap(), FileId::new(name).unwrap());
        NewItem { file, version: None, keys: Vec::new() }
    };
    let kind = if share.is_some() { TaskKind::Package } else { TaskKind::Auto };
    let (id, caller, items) = (TaskId::unique().unwrap(), Caller::user("mary"), vec![item("a"), item("b")]);
    NewTask { id, kind, priority: Priority::Requested, caller, items, share, now: 0 }
}

fn walk(task: NewTask) -> Walk {
    // Deep recursion, one level for each step on the way.
    let walk = std::thread::Builder::new().stack_size(256 << 20).spawn(move || {
        let mut walk = Walk::new(task);
        walk.walk(&[None, None]);
        walk
    });
    walk.unwrap().join().unwrap()
}

/// Every transition of a job in the table.
fn transitions() -> HashSet<(JobState, JobEvent)> {
    let all = JobState::ALL.into_iter().flat_map(|state| JobEvent::ALL.map(|event| (state, event)));
    all.filter(|(state, event)| state.after(*event).is_some()).collect()
}

#[test]
fn two_workers_on_a_share_task_never_break_it() {
    let walked = walk(new_task(Some(ShareTask::package("x.zip", PackageContent::Files))));
    assert!(walked.seen.len() > 100, "{} states", walked.seen.len());
    assert_eq!(walked.transitions, transitions(), "not every transition of the table was taken");
}

#[test]
fn two_workers_on_two_files_never_break_their_task() {
    let walked = walk(new_task(None));
    assert!(walked.seen.len() > 100, "{} states", walked.seen.len());
    assert_eq!(walked.transitions, transitions(), "not every transition of the table was taken");
}

/// The store applies the table: every state of a task by every event, one by one.
#[test]
fn a_task_that_has_ended_takes_no_event() {
    for state in TaskState::ALL {
        let walk = Walk::new(new_task(None));
        walk.c.execute("UPDATE tasks SET state = ?1, ended = 1", [state]).unwrap();
        let events: [&dyn Fn(); 3] =
            [&|| items::start(&walk.c, 1, 1).unwrap(), &|| drop(tasks::cancel(&walk.c, &walk.id, 1).unwrap()), &|| {
                drop(jobs::lease(&walk.c, &OWNERS[0], 9, Priority::Background, UNTIL, 1).unwrap())
            }];
        for event in events {
            walk.c.execute_batch("SAVEPOINT one").unwrap();
            event();
            let after = walk.snapshot().task.state;
            assert!(!state.is_final() || after == state, "{state:?} became {after:?}");
            walk.c.execute_batch("ROLLBACK TO one; RELEASE one").unwrap();
        }
    }
}
