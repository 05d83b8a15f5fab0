//! The recovery of a damaged database: whatever is lost, every task ends.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestDrive, config, ended, mary, open, until};
use thumbling_engine::Engine;
use thumbling_engine::id::{FileRef, TaskId};
use thumbling_engine::task::{PackageContent, ShareTask, TaskState};

/// Size of a page of the database.
const PAGE: usize = 4096;

fn database(state: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(state.join("engine.sqlite")).unwrap()
}

/// A closed state folder with `tasks` tasks of `files` files each that have not ended.
fn queued(name: &str, tasks: u32, files: u32) -> (Temp, Arc<TestDrive>, Vec<TaskId>) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let blockers = [drive.picture("blockers", "a", 1), drive.picture("blockers", "b", 2)];
    blockers.iter().for_each(|file| drive.mood(file, Mood::Blocks));
    let engine = open(&temp.0, &drive);
    let mut ids = vec![engine.create_batch_task(&blockers, &mary()).unwrap()];
    until("both workers are blocked", || drive.inside() == 2);
    for task in 0..tasks {
        let name = |n| format!("a/rather/long/path/of/a/file/in/the/drive/{task}/{n}");
        let files: Vec<FileRef> = (0..files).map(|n| drive.picture("s", &name(n), n)).collect();
        ids.push(engine.create_batch_task(&files, &mary()).unwrap());
    }
    std::thread::scope(|s| {
        let closing = s.spawn(|| engine.close(SOON));
        std::thread::sleep(Duration::from_millis(50));
        drive.release();
        closing.join().unwrap();
    });
    drop(engine);
    (temp, drive, ids)
}

/// Every task that is still known ends soon.
fn assert_all_end(engine: &Engine, ids: &[TaskId], what: &str) {
    let start = Instant::now();
    for id in ids {
        let remaining = SOON.saturating_sub(start.elapsed());
        if let Ok(status) = engine.wait(id, &mary(), remaining) {
            assert!(status.state.is_final(), "{what}: {status:?}");
            assert_eq!(status.done + status.failed, status.total, "{what}");
        }
    }
}

#[test]
fn a_task_that_lost_an_item_ends() {
    let (temp, drive, ids) = queued("lost-item", 2, 5);
    assert_eq!(database(&temp.0).execute("DELETE FROM items WHERE task = 2 AND n = 3", []).unwrap(), 1);
    Engine::repair_state(&temp.0).unwrap();
    let engine = open(&temp.0, &drive);
    let status = ended(&engine, &ids[1]);
    assert_eq!((status.state, status.total, status.done, status.failed), (TaskState::PartlyFailed, 5, 4, 1));
    assert_eq!(ended(&engine, &ids[2]).state, TaskState::Succeeded);
}

#[test]
fn a_task_that_lost_all_its_items_ends_for_its_creator() {
    let (temp, drive, ids) = queued("lost-items", 1, 5);
    database(&temp.0).execute("DELETE FROM items WHERE task = 2", []).unwrap();
    Engine::repair_state(&temp.0).unwrap();
    let engine = open(&temp.0, &drive);
    let status = ended(&engine, &ids[1]);
    assert_eq!((status.state, status.total, status.failed), (TaskState::Failed, 5, 5));
    assert!(engine.task(&ids[1], &thumbling_engine::caller::Caller::user("john")).is_err());
}

#[test]
fn a_package_that_lost_its_job_ends() {
    let (temp, drive, _) = queued("lost-job", 0, 0);
    let files = [drive.picture("s", "a", 1), drive.picture("s", "b", 2)];
    let engine = open(&temp.0, &drive);
    drive.mood(&files[1], Mood::Unavailable);
    let task = ShareTask::package("x.zip", PackageContent::Files);
    let id = engine.create_share_task(task, &files, &mary()).unwrap();
    until("the second file was tried", || drive.opens_of(&files[1]) > 0);
    drop(engine);
    assert_eq!(database(&temp.0).execute("DELETE FROM jobs WHERE work = 1", []).unwrap(), 1);
    Engine::repair_state(&temp.0).unwrap();
    let status = ended(&open(&temp.0, &drive), &id);
    assert_eq!((status.state, status.done, status.failed), (TaskState::PartlyFailed, 1, 1), "{status:?}");
}

#[test]
fn values_that_were_never_written_are_dropped() {
    for damage in [
        "UPDATE jobs SET state = 77",
        "UPDATE jobs SET state = 3, priority = 9",
        "UPDATE jobs SET turn = 9223372036854775807",
        "UPDATE jobs SET token = 9223372036854775807",
        "UPDATE jobs SET tries = -5, due = 9223372036854775807, state = 2",
        "UPDATE jobs SET content = x'00' WHERE id = 3",
        "UPDATE jobs SET file = 'another' WHERE id = 3",
        "UPDATE jobs SET version = ''",
        "UPDATE items SET state = 9 WHERE n = 2",
        "UPDATE items SET file = '' WHERE n = 2",
        "UPDATE items SET job = 99 WHERE n = 2",
        "UPDATE items SET state = 2, kind = 999 WHERE n = 2",
        "UPDATE tasks SET total = 3 WHERE n = 2",
        "UPDATE tasks SET total = 4000000000 WHERE n = 2",
        "UPDATE tasks SET done = 4 WHERE n = 2",
        "UPDATE tasks SET state = 3 WHERE n = 2",
        "UPDATE tasks SET caller = 'x' WHERE n = 2",
        "UPDATE totals SET jobs = 1000000000",
        "DELETE FROM totals",
        "DELETE FROM served",
    ] {
        let (temp, drive, ids) = queued("odd-values", 1, 5);
        database(&temp.0).execute(damage, []).unwrap();
        Engine::repair_state(&temp.0).unwrap_or_else(|e| panic!("{damage}: {e}"));
        let engine = open(&temp.0, &drive);
        assert_all_end(&engine, &ids, damage);
        // And the queue goes on.
        let next = drive.picture("s", "next", 9);
        let id = engine.create_batch_task(std::slice::from_ref(&next), &mary()).unwrap();
        assert_eq!(ended(&engine, &id).state, TaskState::Succeeded, "{damage}");
    }
}

/// Numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn a_database_damaged_in_any_way_is_an_error_or_works_and_can_be_repaired() {
    let (temp, _, ids) = queued("damage", 3, 40);
    let (drive, path) = (TestDrive::new(), temp.0.join("engine.sqlite"));
    let sound = std::fs::read(&path).unwrap();
    for seed in 1..=40 {
        let (mut numbers, mut damaged) = (Numbers(seed * 7919), sound.clone());
        for _ in 0..9 {
            numbers.below(1);
        }
        match seed % 4 {
            0 => damaged.truncate(numbers.below(sound.len())),
            1 => (0..40).for_each(|_| damaged[numbers.below(sound.len())] = numbers.below(256) as u8),
            2 => {
                let page = numbers.below(sound.len() / PAGE) * PAGE;
                damaged[page..page + PAGE].fill_with(|| numbers.below(256) as u8);
            }
            _ => damaged[numbers.below(100)] = numbers.below(256) as u8,
        }
        let bad = Temp::new("damage-bad");
        std::fs::create_dir_all(&bad.0).unwrap();
        std::fs::write(bad.0.join("engine.sqlite"), &damaged).unwrap();
        // Every call returns, and every error is about the store.
        match Engine::open(config(&bad.0), drive.clone()) {
            Ok(engine) => {
                for id in &ids {
                    drop(engine.task(id, &mary()));
                }
                drop((engine.verify(), engine.collect_garbage(), engine.counters()));
            }
            Err(e) => assert_eq!(e.subject(), thumbling_engine::Subject::Store, "seed {seed}: {e}"),
        }
        Engine::repair_state(&bad.0).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let engine = open(&bad.0, &drive);
        assert_all_end(&engine, &ids, &format!("seed {seed}"));
        let next = drive.picture("s", "next", 9);
        let id = engine.create_batch_task(std::slice::from_ref(&next), &mary()).unwrap();
        assert_eq!(ended(&engine, &id).state, TaskState::Succeeded, "seed {seed}");
        drive.remove(&next);
    }
}

#[test]
fn every_task_ends_whichever_page_of_the_database_is_lost() {
    let (temp, _, ids) = queued("lost-page", 3, 40);
    // It knows none of the files, so that jobs end at once.
    let drive = TestDrive::new();
    let path = temp.0.join("engine.sqlite");
    let sound = std::fs::read(&path).unwrap();
    assert!(!temp.0.join("engine.sqlite-wal").exists() && sound.len() / PAGE > 10);
    for page in 1..sound.len() / PAGE {
        let mut damaged = sound.clone();
        damaged[page * PAGE..(page + 1) * PAGE].fill(0);
        let bad = Temp::new("lost-page-bad");
        std::fs::create_dir_all(&bad.0).unwrap();
        std::fs::write(bad.0.join("engine.sqlite"), &damaged).unwrap();
        Engine::repair_state(&bad.0).unwrap();
        let mut config = config(&bad.0);
        config.threads = 4;
        let engine = Engine::open(config, drive.clone()).unwrap();
        assert_all_end(&engine, &ids, &format!("page {page}"));
    }
}
