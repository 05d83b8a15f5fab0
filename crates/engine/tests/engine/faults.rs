//! Faults around the engine: a drive that fails, blocks, lies or panics; damage, clocks, two engines on one store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestClock, TestDrive, config, ended, file, mary, open, picture, until};
use thumbling::ErrorKind;
use thumbling_engine::Engine;
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{TaskKind, TaskState};
use thumbling_engine::url::Target;

fn setup(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let engine = open(&temp.0, &drive);
    (temp, drive, engine)
}

fn assert_works(engine: &Engine, drive: &TestDrive) {
    let other = drive.picture("s", "well", 1234);
    let status = ended(engine, &engine.create_task(TaskKind::Auto, &other, &mary()).unwrap());
    assert_eq!(status.state, TaskState::Succeeded);
}

#[test]
fn a_drive_that_panics_fails_its_file_and_nothing_else() {
    for mood in [Mood::PanicsOnOpen, Mood::PanicsOnRead] {
        let (_temp, drive, engine) = setup("panics");
        let a = drive.picture("s", "a", 1);
        drive.mood(&a, mood);
        let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
        until("it was tried", || drive.opens_of(&a) > 0);
        assert_works(&engine, &drive);
        // Tried again once: then it is well.
        drive.mood(&a, Mood::Well);
        assert_eq!(ended(&engine, &id).state, TaskState::Succeeded, "{mood:?}");
    }
}

#[test]
fn a_drive_that_fails_once_is_retried() {
    for mood in [Mood::Unavailable, Mood::FailsOnRead, Mood::ClaimsMore] {
        let (_temp, drive, engine) = setup("fails");
        let a = file("s", "a");
        drive.put(&a, "a.png", picture(1, 300, 200));
        drive.mood(&a, mood);
        let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
        until("it was tried", || drive.opens_of(&a) > 0);
        drive.mood(&a, Mood::Well);
        assert_eq!(ended(&engine, &id).state, TaskState::Succeeded, "{mood:?}");
    }
}

#[test]
fn a_drive_that_reports_wrong_sizes_gets_a_correct_thumbnail_or_an_error() {
    let (_temp, drive, engine) = setup("lies");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::SaysMore);
    let status = ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    assert_eq!(status.state, TaskState::Succeeded);
    assert_works(&engine, &drive);
}

#[test]
fn a_file_that_changes_while_being_read_is_rendered_again() {
    let (_temp, drive, engine) = setup("changes");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::ChangesWhileRead);
    assert_eq!(ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap()).state, TaskState::Succeeded);
    let look = engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap();
    // The new content is 40 × 80 px.
    assert!(matches!(look.state, LookupState::Ready { width: 16, height: 32, .. }), "{look:?}");
}

#[test]
fn a_drive_that_blocks_holds_up_only_one_worker() {
    let (temp, drive) = (Temp::new("blocks"), TestDrive::new());
    let mut config = config(&temp.0);
    config.drive_timeout = Duration::from_millis(300);
    let engine = Engine::open(config, drive.clone()).unwrap();
    let stuck: Vec<_> = (0..4).map(|i| drive.picture("s", &format!("stuck{i}"), i)).collect();
    stuck.iter().for_each(|file| drive.mood(file, Mood::Blocks));
    for file in &stuck {
        assert!(matches!(
            engine.lookup(file, None, &mary(), LookupMode::EnqueueOnMiss).unwrap().state,
            LookupState::Pending { .. }
        ));
    }
    // More jobs are stuck than there are workers, and other files are still rendered.
    until("all are stuck", || engine.counters().unwrap().stuck == 4);
    assert_works(&engine, &drive);
    assert!(matches!(
        engine.lookup(&stuck[0], None, &mary(), LookupMode::CacheOnly).unwrap().state,
        LookupState::Pending { .. }
    ));
    let start = Instant::now();
    assert_eq!(engine.close(Duration::from_millis(200)), 4, "calls in progress after close");
    assert!(start.elapsed() < Duration::from_secs(5));
    drive.expect_no_calls();
    drive.release();
    until("they come back", || drive.inside() == 0);
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn the_longest_timeouts_never_elapse() {
    let (temp, drive) = (Temp::new("longest"), TestDrive::new());
    let mut config = config(&temp.0);
    (config.drive_timeout, config.call_timeout) = (Duration::MAX, Duration::MAX);
    (config.keep_tasks, config.keep_packages, config.keep_unused) = (Duration::MAX, Duration::MAX, Some(Duration::MAX));
    config.upkeep = Some(Duration::MAX);
    let engine = Engine::open(config, drive.clone()).unwrap();
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    until("it is running", || drive.inside() == 1);
    // Several rounds of the scheduler.
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(engine.counters().unwrap().stuck, 0, "the worker was abandoned");
    drive.release();
    assert_eq!(engine.wait(&id, &mary(), Duration::MAX).unwrap().state, TaskState::Succeeded);
    assert_eq!(engine.collect_garbage().unwrap().tasks, 0);
    assert_eq!(engine.close(Duration::MAX), 0);
}

#[test]
fn nothing_is_called_after_close() {
    let (_temp, drive, engine) = setup("closed");
    let a = drive.picture("s", "a", 1);
    let called = engine.on_finished(|_| panic!("called after close"));
    for i in 0..50 {
        engine.file_changed(&drive.picture("s", &format!("f{i}"), i)).unwrap();
        if i == 0 {
            drop(engine.events());
        }
    }
    assert_eq!(engine.close(SOON), 0);
    drive.expect_no_calls();
    for refused in [
        engine.file_changed(&a).map(drop),
        engine.lookup(&a, None, &mary(), LookupMode::EnqueueOnMiss).map(drop),
        engine.create_task(TaskKind::Auto, &a, &mary()).map(drop),
        engine.context_hint(&a, None, None, &mary()).map(drop),
        engine.collect_garbage().map(drop),
        engine.counters().map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Cancelled);
    }
    std::thread::sleep(Duration::from_millis(100));
    drop(called);
}

#[test]
fn two_engines_on_one_store_share_jobs_and_render_nothing_twice() {
    let (temp, drive) = (Temp::new("two"), TestDrive::new());
    let (one, two) = (open(&temp.0, &drive), open(&temp.0, &drive));
    let files: Vec<_> = (0..60).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    let ids: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(i, file)| [&one, &two][i % 2].create_task(TaskKind::Auto, file, &mary()).unwrap())
        .collect();
    for id in &ids {
        assert_eq!(ended(&one, id).state, TaskState::Succeeded);
        assert!(two.task(id, &mary()).unwrap().state.is_final());
    }
    assert!(files.iter().all(|file| drive.opens_of(file) == 1), "a file was drawn twice");
    // URLs of one engine open in the other.
    let url = one.thumbnail_url(Target::File(&files[0]), None, &mary(), None, LookupMode::CacheOnly).unwrap();
    assert!(two.open_url(&url.url).is_ok());
    drop(one);
    assert_works(&two, &drive);
}

#[test]
fn a_clock_that_jumps_by_a_day_loses_nothing() {
    for jump in [24 * 3600, -24 * 3600] {
        let (temp, drive, clock) = (Temp::new("jump"), TestDrive::new(), Arc::new(TestClock::default()));
        let mut config = config(&temp.0);
        config.clock = clock.clone();
        let engine = Engine::open(config, drive.clone()).unwrap();
        let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
        drive.mood(&a, Mood::Blocks);
        drive.mood(&b, Mood::Unavailable);
        let (one, two) = (
            engine.create_task(TaskKind::Auto, &a, &mary()).unwrap(),
            engine.create_task(TaskKind::Auto, &b, &mary()).unwrap(),
        );
        until("both were begun", || drive.inside() == 1 && drive.opens_of(&b) > 0);
        clock.jump(jump);
        drive.mood(&b, Mood::Well);
        drive.release();
        assert_eq!(ended(&engine, &one).state, TaskState::Succeeded);
        assert_eq!(drive.opens_of(&a), 1, "a lease expired by the wall clock");
        // Its retry was due in a second, by a clock that says something else now.
        assert_eq!(ended(&engine, &two).state, TaskState::Succeeded);
    }
}

#[test]
fn a_damaged_database_is_reported_and_recovered() {
    let (temp, drive) = (Temp::new("sqlite"), TestDrive::new());
    let engine = open(&temp.0, &drive);
    let files: Vec<_> = (0..200).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    let id = engine.create_batch_task(&files, &mary()).unwrap();
    ended(&engine, &id);
    drop(engine);
    let path = temp.0.join("engine.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..16].copy_from_slice(b"no database here");
    std::fs::write(&path, &bytes).unwrap();
    let e = Engine::open(config(&temp.0), drive.clone()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Corrupt, "{e}");
    assert!(Engine::repair_state(&temp.0).is_ok());
    let engine = open(&temp.0, &drive);
    assert_works(&engine, &drive);
    drop(engine);

    // Damages a page in the middle.
    let engine = open(&temp.0, &drive);
    let id = engine.create_batch_task(&files, &mary()).unwrap();
    ended(&engine, &id);
    drop(engine);
    let mut bytes = std::fs::read(&path).unwrap();
    let page = bytes.len() / 4096 / 2 * 4096;
    bytes[page..page + 4096].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();
    let saved = Engine::repair_state(&temp.0).unwrap();
    assert!(saved.thumbnails + saved.tasks > 0, "{saved:?}");
    let engine = open(&temp.0, &drive);
    assert_works(&engine, &drive);
    for file in &files {
        let state = engine.lookup(file, None, &mary(), LookupMode::WaitUpTo(SOON)).unwrap().state;
        assert!(matches!(state, LookupState::Ready { .. }), "{state:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_state_folder_that_cannot_be_written_is_an_io_error() {
    let drive = TestDrive::new();
    for state in ["/proc/thumbling", "/dev/null/thumbling"] {
        assert_eq!(Engine::open(config(state.as_ref()), drive.clone()).unwrap_err().kind(), ErrorKind::Io);
    }
}

#[test]
#[cfg(unix)]
fn nothing_is_acknowledged_once_the_database_was_removed() {
    let (temp, drive, engine) = setup("removed");
    assert_works(&engine, &drive);
    std::fs::remove_dir_all(&temp.0).unwrap();
    let a = drive.picture("s", "a", 1);
    let e = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap_err();
    assert_eq!((e.kind(), e.subject()), (ErrorKind::Io, thumbling_engine::Subject::Store), "{e}");
    drop(engine);
    let engine = open(&temp.0, &drive);
    assert_works(&engine, &drive);
}

#[test]
#[cfg(unix)]
fn the_state_folder_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let (temp, _drive, _engine) = setup("private");
    assert_eq!(std::fs::metadata(&temp.0).unwrap().permissions().mode() & 0o077, 0);
}

#[test]
fn an_invalid_configuration_is_refused() {
    let (temp, drive) = (Temp::new("config"), TestDrive::new());
    let wrong: [fn(&mut thumbling_engine::Config); 6] = [
        |c| c.specs = Some(Vec::new()),
        |c| *c = c.clone().spec("small", thumbling::Spec::new(8, 8)),
        |c| *c = c.clone().spec("@package", thumbling::Spec::new(8, 8)),
        |c| c.threads = 0,
        |c| c.memory = 1000,
        |c| c.url_life = Duration::from_secs(8 * 24 * 3600),
    ];
    for change in wrong {
        let mut config = config(&temp.0);
        change(&mut config);
        assert_eq!(Engine::open(config, drive.clone()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
