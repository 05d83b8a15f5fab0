//! Workers that are late: what they still write, what they hold up, and who is blamed for it.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestClock, TestDrive, config, ended, file, mary, picture, until};
use thumbling::ErrorKind;
use thumbling_engine::Engine;
use thumbling_engine::id::{FileRef, TaskId};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{ItemState, PackageContent, ShareTask, TaskKind, TaskState, TaskStatus};

struct Host {
    drive: Arc<TestDrive>,
    clock: Arc<TestClock>,
    engine: Engine,
    temp: Temp,
}

/// An engine that takes a drive for silent after 300 ms, on a clock that can be moved to the next retry.
fn setup(name: &str) -> Host {
    let (temp, drive, clock) = (Temp::new(name), TestDrive::new(), Arc::new(TestClock::default()));
    let mut config = config(&temp.0);
    config.drive_timeout = Duration::from_millis(300);
    config.clock = clock.clone();
    let engine = Engine::open(config, drive.clone()).unwrap();
    Host { drive, clock, engine, temp }
}

impl Host {
    fn package(&self, files: &[FileRef], content: PackageContent) -> TaskId {
        self.engine.create_share_task(ShareTask::package("x.zip", content), files, &mary()).unwrap()
    }

    /// Waits until a task has ended, without waiting for retries to be due.
    fn ended(&self, id: &TaskId) -> TaskStatus {
        let start = Instant::now();
        loop {
            let status = self.engine.wait(id, &mary(), Duration::from_millis(300)).unwrap();
            if status.state.is_final() {
                return status;
            }
            assert!(start.elapsed() < SOON, "the task does not end: {status:?}");
            self.clock.jump(15);
        }
    }

    fn unzip(&self, status: &TaskStatus) -> Vec<(String, Vec<u8>)> {
        let opened = self.engine.open_url(&status.url.clone().unwrap().url).unwrap();
        let bytes = opened.body.read_all(u64::MAX).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut entries = Vec::new();
        for i in 0..zip.len() {
            let mut entry = zip.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            entries.push((entry.name().unwrap().into_owned(), content));
        }
        entries
    }

    fn state(&self, file: &FileRef) -> LookupState {
        self.engine.lookup(file, None, &mary(), LookupMode::CacheOnly).unwrap().state
    }
}

#[test]
fn a_worker_whose_lease_is_over_does_not_damage_what_its_successor_publishes() {
    let host = setup("torn");
    let (a, b) = (file("s", "a"), file("s", "b"));
    host.drive.put(&a, "a.bin", vec![b'A'; 1 << 20]);
    host.drive.put(&b, "b.bin", vec![b'B'; 6 << 20]);
    host.drive.mood(&a, Mood::BlocksOnRead);
    let id = host.package(&[a.clone(), b], PackageContent::Files);
    until("the first worker is stuck", || host.engine.counters().unwrap().stuck == 1);
    host.drive.remove(&a);
    let status = host.ended(&id);
    assert_eq!(
        status.items.iter().map(|item| item.state).collect::<Vec<_>>(),
        [ItemState::Failed, ItemState::Succeeded]
    );
    let expected = [("b.bin".to_owned(), vec![b'B'; 6 << 20])];
    assert!(host.unzip(&status) == expected);
    // The first worker wakes up and goes on where it was.
    host.drive.release();
    until("it is back", || host.engine.counters().unwrap().stuck == 0);
    assert!(host.unzip(&status) == expected, "the published package was written to");
    assert_eq!(host.engine.verify().unwrap().damaged, 0);
}

#[test]
fn a_worker_that_is_late_does_not_remove_the_part_file_of_its_successor() {
    let host = setup("late");
    let files: Vec<FileRef> = (0..3).map(|i| host.drive.picture("s", &format!("f{i}"), i)).collect();
    host.drive.mood(&files[1], Mood::BlocksOnRead);
    let id = host.package(&files, PackageContent::Files);
    until("the first worker is stuck", || host.engine.counters().unwrap().stuck == 1);
    // The second one waits at the last file while the first one comes back.
    host.drive.mood(&files[1], Mood::Well);
    host.drive.mood(&files[2], Mood::Unavailable);
    until("the second worker is there", || {
        host.clock.jump(15);
        std::thread::sleep(Duration::from_millis(50));
        host.drive.opens_of(&files[2]) > 0
    });
    host.drive.release();
    until("the first is back", || host.engine.counters().unwrap().stuck == 0);
    host.drive.mood(&files[2], Mood::Well);
    let status = host.ended(&id);
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 3), "{status:?}");
    let expected: Vec<_> = (0..3).map(|i| (format!("f{i}.png"), picture(i, 80, 60))).collect();
    assert_eq!(host.unzip(&status), expected);
    assert_eq!(host.drive.opens_of(&files[0]), 1, "what was packed was read again");
}

#[test]
fn a_package_whose_drive_hangs_leaves_good_thumbnails_alone() {
    let host = setup("blame");
    let (a, b, c) = (host.drive.picture("s", "a", 1), host.drive.picture("s", "b", 2), host.drive.picture("s", "c", 3));
    ended(&host.engine, &host.engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    host.drive.mood(&b, Mood::BlocksOnRead);
    let id = host.package(&[a.clone(), b.clone(), c], PackageContent::Files);
    let status = host.ended(&id);
    assert_eq!(
        status.items.iter().map(|item| (item.state, item.error)).collect::<Vec<_>>(),
        [(ItemState::Succeeded, None), (ItemState::Failed, Some(ErrorKind::Timeout)), (ItemState::Succeeded, None)]
    );
    assert_eq!(status.state, TaskState::PartlyFailed);
    assert!(matches!(host.state(&a), LookupState::Ready { .. }), "{:?}", host.state(&a));
    let names: Vec<String> = host.unzip(&status).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a.png", "c.png"]);
    // Nothing is remembered of the other file either: no thumbnail of it was asked for.
    assert_eq!(host.state(&b), LookupState::NotExist);
    host.drive.release();
}

#[test]
fn a_copy_that_hangs_fails_alone() {
    let host = setup("blame-copy");
    let (a, b) = (host.drive.picture("s", "a", 1), host.drive.picture("s", "b", 2));
    ended(&host.engine, &host.engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    host.drive.mood(&a, Mood::Blocks);
    let task = ShareTask::save(file("t", "root"));
    let id = host.engine.create_share_task(task, &[a.clone(), b], &mary()).unwrap();
    let status = host.ended(&id);
    assert_eq!(
        status.items.iter().map(|item| (item.state, item.error)).collect::<Vec<_>>(),
        [(ItemState::Failed, Some(ErrorKind::Timeout)), (ItemState::Succeeded, None)]
    );
    assert!(matches!(host.state(&a), LookupState::Ready { .. }), "{:?}", host.state(&a));
    host.drive.release();
}

#[test]
fn a_thumbnail_that_cannot_be_made_fails_its_item_of_a_package_at_once() {
    let host = setup("corrupt-item");
    let (a, bad) = (host.drive.picture("s", "a", 1), file("s", "bad"));
    host.drive.put(&bad, "bad.png", b"\x89PNG\r\n\x1a\nnot really".to_vec());
    let id = host.package(&[bad.clone(), a], PackageContent::Thumbnails);
    let status = ended(&host.engine, &id);
    assert_eq!((status.state, status.items[0].error), (TaskState::PartlyFailed, Some(ErrorKind::Corrupt)));
    assert_eq!(host.drive.opens_of(&bad), 1, "it was tried again");
}

#[test]
fn a_silent_drive_is_asked_again_after_minutes_and_not_hours() {
    let host = setup("silent");
    let a = host.drive.picture("s", "a", 1);
    host.drive.mood(&a, Mood::Blocks);
    let id = host.engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    assert_eq!(host.ended(&id).items[0].error, Some(ErrorKind::Timeout));
    host.drive.mood(&a, Mood::Well);
    host.drive.release();
    assert_eq!(host.state(&a), LookupState::Failed { kind: ErrorKind::Timeout });
    host.clock.jump(6 * 60);
    let found = host.engine.lookup(&a, None, &mary(), LookupMode::WaitUpTo(SOON)).unwrap();
    assert!(matches!(found.state, LookupState::Ready { .. }), "{found:?}");
}

#[test]
fn workers_that_wait_for_memory_are_not_taken_for_a_silent_drive() {
    let (temp, drive) = (Temp::new("memory-wait"), TestDrive::new());
    let mut config = config(&temp.0);
    // One job at a time has memory; the last of eight waits for seconds.
    (config.threads, config.memory, config.drive_timeout) = (8, 24 << 20, Duration::from_millis(400));
    let engine = Engine::open(config, drive.clone()).unwrap();
    let files: Vec<FileRef> = (0..8).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    files.iter().for_each(|file| drive.mood(file, Mood::ReadsSlowly));
    let id = engine.create_batch_task(&files, &mary()).unwrap();
    let (start, mut most) = (Instant::now(), 0);
    let status = loop {
        let status = engine.wait(&id, &mary(), Duration::from_millis(20)).unwrap();
        most = most.max(engine.counters().unwrap().stuck);
        if status.state.is_final() {
            break status;
        }
        assert!(start.elapsed() < SOON, "{status:?}");
    };
    assert_eq!((status.state, most), (TaskState::Succeeded, 0), "{status:?}");
    assert!(start.elapsed() > Duration::from_millis(800), "nobody waited: {:?}", start.elapsed());
}

#[test]
fn files_whose_reads_hang_do_not_take_the_memory_of_others() {
    let (temp, drive) = (Temp::new("memory-stuck"), TestDrive::new());
    let mut config = config(&temp.0);
    // Memory for one job at a time.
    (config.threads, config.memory, config.drive_timeout) = (4, 16 << 20, Duration::from_millis(300));
    let engine = Engine::open(config, drive.clone()).unwrap();
    for i in 0..3 {
        let hung = drive.picture("s", &format!("hung{i}"), i);
        drive.mood(&hung, Mood::BlocksOnRead);
        engine.file_changed(&hung).unwrap();
    }
    until("all are stuck", || engine.counters().unwrap().stuck == 3);
    let well = drive.picture("s", "well", 9);
    let status = ended(&engine, &engine.create_task(TaskKind::Auto, &well, &mary()).unwrap());
    assert_eq!(status.state, TaskState::Succeeded);
    drive.release();
}

#[test]
fn a_long_decode_is_not_taken_for_a_silent_drive() {
    let (temp, drive) = (Temp::new("decode"), TestDrive::new());
    let mut config = config(&temp.0);
    (config.drive_timeout, config.memory) = (Duration::from_millis(1), 1 << 30);
    config.limits.timeout = None;
    let engine = Engine::open(config, drive.clone()).unwrap();
    let a = file("s", "a");
    drive.put(&a, "a.png", picture(1, 5000, 4000));
    let status = ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    assert_eq!((status.state, drive.opens_of(&a)), (TaskState::Succeeded, 1), "{status:?}");
}

/// Flips a bit of every blob.
fn damage_blobs(state: &Path) -> usize {
    let mut damaged = 0;
    for folder in std::fs::read_dir(state.join("blobs")).unwrap() {
        for blob in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = blob.unwrap().path();
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[40] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            damaged += 1;
        }
    }
    damaged
}

/// The database as it is when the process ends after the package was renamed and before its record was committed.
fn uncommit(state: &Path, id: &TaskId, first: &FileRef) {
    let database = rusqlite::Connection::open(state.join("engine.sqlite")).unwrap();
    let key = thumbling_engine::key::package_key(&first.space, id.as_bytes());
    database.execute("DELETE FROM records WHERE family = 255", []).unwrap();
    database.execute("UPDATE tasks SET state = 1, ended = NULL WHERE id = ?1", [id.as_bytes()]).unwrap();
    database
        .execute(
            "INSERT INTO jobs (content, work, space, file, version, priority, turn, state, token, added)
             VALUES (?1, 1, ?2, ?3, '1', 1, 1, 0, 5, 0)",
            (&key[..48], first.space.as_str(), first.file.as_str()),
        )
        .unwrap();
    let job = database.last_insert_rowid();
    database
        .execute("UPDATE items SET job = ?1 WHERE task = (SELECT n FROM tasks WHERE id = ?2)", (job, id.as_bytes()))
        .unwrap();
}

#[test]
fn a_package_that_was_renamed_but_not_committed_is_published_as_it_is() {
    let host = setup("uncommitted");
    let files = [host.drive.picture("s", "a", 1), host.drive.picture("s", "b", 2)];
    let id = host.package(&files, PackageContent::Files);
    host.ended(&id);
    let Host { drive, engine, temp, .. } = host;
    drop(engine);
    uncommit(&temp.0, &id, &files[0]);
    let engine = crate::engine_host::open(&temp.0, &drive);
    let status = ended(&engine, &id);
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 2));
    assert_eq!(drive.opens_of(&files[0]), 1, "it was packed again");
    assert!(engine.open_url(&status.url.unwrap().url).is_ok());
}

#[test]
fn a_damaged_package_that_was_renamed_but_not_committed_is_packed_again() {
    let host = setup("loop");
    let files = [host.drive.picture("s", "a", 1), host.drive.picture("s", "b", 2), host.drive.picture("s", "c", 3)];
    let id = host.package(&files, PackageContent::Files);
    host.ended(&id);
    let Host { drive, clock, engine, temp } = host;
    drop(engine);
    uncommit(&temp.0, &id, &files[0]);
    assert_eq!(damage_blobs(&temp.0), 1);
    // One of the files is gone by now.
    drive.remove(&files[1]);
    let mut config = config(&temp.0);
    config.clock = clock.clone();
    let host = Host { engine: Engine::open(config, drive.clone()).unwrap(), drive, clock, temp };
    let status = host.ended(&id);
    assert_eq!((status.state, status.done, status.failed), (TaskState::PartlyFailed, 2, 1), "{status:?}");
    assert_eq!(status.items[1].error, Some(ErrorKind::NotFound));
    let names: Vec<String> = host.unzip(&status).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a.png", "c.png"]);
    assert_eq!(host.engine.verify().unwrap().damaged, 0);
}

#[test]
fn a_lost_part_file_starts_the_package_over() {
    let host = setup("lost-part");
    let files: Vec<_> = (0..3).map(|i| host.drive.picture("s", &format!("f{i}"), i)).collect();
    host.drive.mood(&files[2], Mood::Unavailable);
    let id = host.package(&files, PackageContent::Files);
    until("the third file was tried", || host.drive.opens_of(&files[2]) > 0);
    let Host { drive, clock, engine, temp } = host;
    drop(engine);
    std::fs::remove_dir_all(temp.0.join("parts")).unwrap();
    for file in &files {
        drive.mood(file, Mood::Well);
    }
    let mut config = config(&temp.0);
    config.clock = clock.clone();
    let host = Host { engine: Engine::open(config, drive.clone()).unwrap(), drive, clock, temp };
    let status = host.ended(&id);
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 3));
    let expected: Vec<_> = (0..3).map(|i| (format!("f{i}.png"), picture(i, 80, 60))).collect();
    assert_eq!(host.unzip(&status), expected);
    host.engine.collect_garbage().unwrap();
    assert_eq!(std::fs::read_dir(host.temp.0.join("parts")).unwrap().count(), 0, "leftovers");
}
