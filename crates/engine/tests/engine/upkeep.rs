//! Maintenance: garbage collection, deletions, damaged and lost blobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestClock, TestDrive, config, ended, mary, open, until};
use thumbling::ErrorKind;
use thumbling_engine::Engine;
use thumbling_engine::id::FileRef;
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::TaskKind;
use thumbling_engine::url::Target;

fn setup(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let engine = open(&temp.0, &drive);
    (temp, drive, engine)
}

fn ready(engine: &Engine, file: &FileRef) -> bool {
    matches!(engine.lookup(file, None, &mary(), LookupMode::CacheOnly).unwrap().state, LookupState::Ready { .. })
}

fn blobs(state: &std::path::Path) -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(state.join("blobs")).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}

#[test]
fn a_damaged_blob_is_never_served_and_is_generated_again() {
    let (temp, drive, engine) = setup("blob");
    let a = drive.picture("s", "a", 1);
    ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    let url = engine.thumbnail_url(Target::File(&a), None, &mary(), None, LookupMode::CacheOnly).unwrap().url;
    for path in blobs(&temp.0) {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 0x10;
        std::fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(engine.verify().unwrap().damaged, 2);
    assert!(engine.open_url(&url).is_err());
    assert!(matches!(
        engine.lookup(&a, None, &mary(), LookupMode::WaitUpTo(SOON)).unwrap().state,
        LookupState::Ready { .. }
    ));
    assert!(engine.open_url(&url).is_ok());
    let repaired = engine.repair().unwrap();
    assert_eq!((repaired.sound, repaired.damaged), (1, 1));
    assert!(matches!(
        engine.lookup(&a, Some("large"), &mary(), LookupMode::WaitUpTo(SOON)).unwrap().state,
        LookupState::Ready { .. }
    ));
    assert_eq!(engine.verify().unwrap().sound, 2);
}

#[test]
fn a_lost_blob_is_generated_again() {
    let (temp, drive, engine) = setup("lost-blob");
    let a = drive.picture("s", "a", 1);
    ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    blobs(&temp.0).iter().for_each(|path| std::fs::remove_file(path).unwrap());
    let repaired = engine.repair().unwrap();
    assert_eq!(repaired.missing, 2);
    assert!(matches!(
        engine.lookup(&a, None, &mary(), LookupMode::WaitUpTo(SOON)).unwrap().state,
        LookupState::Ready { .. }
    ));
    assert_eq!(engine.verify().unwrap().sound, 1 + 1);
}

#[test]
fn garbage_collection_evicts_the_least_recently_used_first() {
    let (temp, drive, clock) = (Temp::new("bounds"), TestDrive::new(), Arc::new(TestClock::default()));
    let mut config = config(&temp.0);
    config.clock = clock.clone();
    config.keep_bytes = Some(2500);
    config.keep_unused = Some(Duration::from_secs(30 * 24 * 3600));
    let engine = Engine::open(config, drive.clone()).unwrap();
    let files: Vec<_> = (0..20).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    for file in &files {
        ended(&engine, &engine.create_task(TaskKind::Auto, file, &mary()).unwrap());
    }
    let before = engine.counters().unwrap();
    assert!(before.ready == 40 && before.bytes > 2500, "{before:?}");
    clock.jump(2 * 24 * 3600);
    assert!(ready(&engine, &files[3]), "a look that keeps it");
    let collected = engine.collect_garbage().unwrap();
    let after = engine.counters().unwrap();
    assert!(after.bytes <= 2500 && after.bytes > 1500, "{after:?}");
    assert_eq!(collected.thumbnails, 40 - after.ready);
    assert!(ready(&engine, &files[3]), "what was looked at went first");
    assert_eq!(blobs(&temp.0).len() as u64, after.ready);
    clock.jump(31 * 24 * 3600);
    engine.collect_garbage().unwrap();
    assert_eq!(engine.counters().unwrap().ready, 0);
    assert_eq!(blobs(&temp.0).len(), 0);
}

#[test]
fn deleting_a_file_or_a_space_removes_everything() {
    let (temp, drive, engine) = setup("deleted");
    let (a, b, c) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2), drive.picture("t", "c", 3));
    ended(&engine, &engine.create_batch_task(&[a.clone(), b.clone(), c.clone()], &mary()).unwrap());
    engine.file_deleted(&a).unwrap();
    assert!(!ready(&engine, &a) && ready(&engine, &b) && ready(&engine, &c));
    engine.space_deleted(&b.space).unwrap();
    assert!(!ready(&engine, &b) && ready(&engine, &c));
    assert_eq!((engine.counters().unwrap().ready, blobs(&temp.0).len()), (2, 2));
    // Items that wait for a deleted file end.
    drive.mood(&a, Mood::Blocks);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    until("it is begun", || drive.inside() == 1);
    engine.file_deleted(&a).unwrap();
    assert_eq!(ended(&engine, &id).items[0].error, Some(ErrorKind::NotFound));
    drive.release();
    until("the worker is free", || drive.inside() == 0 && engine.counters().unwrap().running == 0);
    std::thread::sleep(Duration::from_millis(100));
    assert!(!ready(&engine, &a), "a thumbnail came back after its file was deleted");
}

#[test]
fn garbage_collection_spares_blobs_that_are_generated_meanwhile() {
    let (temp, drive) = (Temp::new("race"), TestDrive::new());
    let mut config = config(&temp.0);
    // Everything is garbage as soon as it exists.
    config.keep_bytes = Some(1);
    let engine = &Engine::open(config, drive.clone()).unwrap();
    let files: Vec<_> = (0..6).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    let stop = &AtomicBool::new(false);
    std::thread::scope(|s| {
        s.spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                engine.collect_garbage().unwrap();
            }
        });
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            for file in &files {
                engine.lookup(file, None, &mary(), LookupMode::WaitUpTo(Duration::from_millis(20))).unwrap();
            }
        }
        stop.store(true, Ordering::SeqCst);
    });
    until("all is made", || engine.counters().unwrap().queued == 0);
    let verified = engine.verify().unwrap();
    assert_eq!((verified.damaged, verified.missing), (0, 0), "a record was left without its blob");
    assert!(drive.opened().len() > 2 * files.len(), "nothing was made again");
    assert_eq!(blobs(&temp.0).len() as u64, verified.sound);
}
