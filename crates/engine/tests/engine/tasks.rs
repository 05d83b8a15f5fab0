//! Tasks (section 4 of the semantics), one test per row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestDrive, config, ended, file, mary, open, picture, until};
use thumbling::ErrorKind;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::Verdict;
use thumbling_engine::events::Event;
use thumbling_engine::id::TaskId;
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{ItemState, TaskKind, TaskState};
use thumbling_engine::{Engine, Subject};

fn setup(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let engine = open(&temp.0, &drive);
    (temp, drive, engine)
}

fn ready(engine: &Engine, file: &thumbling_engine::id::FileRef) -> bool {
    let state = engine.lookup(file, None, &mary(), LookupMode::CacheOnly).unwrap().state;
    matches!(state, LookupState::Ready { .. })
}

#[test]
fn file_changed_generates_every_spec() {
    let (_temp, drive, engine) = setup("changed");
    let a = drive.picture("s", "a", 1);
    let status = ended(&engine, &engine.file_changed(&a).unwrap());
    assert_eq!((status.kind, status.state, status.total, status.done), (TaskKind::Changed, TaskState::Succeeded, 1, 1));
    for (spec, side) in [("small", 32), ("large", 64)] {
        let look = engine.lookup(&a, Some(spec), &mary(), LookupMode::CacheOnly).unwrap();
        let LookupState::Ready { width, height, .. } = look.state else { panic!("{look:?}") };
        assert_eq!((width, height), (side, side * 3 / 4), "{spec}");
    }
    assert_eq!(drive.opens_of(&a), 1, "all specs are made from one decode");
}

#[test]
fn file_changed_twice_returns_the_same_task() {
    let (_temp, drive, engine) = setup("twice");
    let (blocker, a) = (drive.picture("s", "blocker", 1), drive.picture("s", "a", 2));
    let other = drive.picture("s", "other", 3);
    drive.mood(&blocker, Mood::Blocks);
    drive.mood(&other, Mood::Blocks);
    for blocked in [&blocker, &other] {
        engine.create_task(TaskKind::Auto, blocked, &mary()).unwrap();
    }
    until("both workers are blocked", || drive.inside() == 2);
    let first = engine.file_changed(&a).unwrap();
    assert_eq!(engine.file_changed(&a).unwrap(), first);
    drive.release();
    assert_eq!(ended(&engine, &first).state, TaskState::Succeeded);
    assert_eq!(drive.opens_of(&a), 1);
}

#[test]
fn file_changed_replaces_the_thumbnails_of_the_old_content() {
    let (_temp, drive, engine) = setup("content");
    let a = drive.picture("s", "a", 1);
    ended(&engine, &engine.file_changed(&a).unwrap());
    let url = engine.thumbnail_url(thumbling_engine::url::Target::File(&a), None, &mary(), None, LookupMode::CacheOnly);
    let url = url.unwrap().url;
    assert!(engine.open_url(&url).is_ok());
    drive.put(&a, "a.png", picture(2, 60, 80));
    assert!(!ready(&engine, &a), "a stale thumbnail was given out for a changed file");
    ended(&engine, &engine.file_changed(&a).unwrap());
    assert!(engine.open_url(&url).is_err(), "a URL of the old content still gives it");
    let look = engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap();
    assert!(matches!(look.state, LookupState::Ready { width: 24, height: 32, .. }), "{look:?}");
}

#[test]
fn create_task_of_each_kind_accepts_only_its_family() {
    let (_temp, drive, engine) = setup("kinds");
    let image = drive.picture("s", "image", 1);
    let text = file("s", "text");
    drive.put(&text, "notes.txt", b"Some words that are to be read.\n".repeat(5).to_vec());
    for (kind, on, ok) in [
        (TaskKind::Image, &image, true),
        (TaskKind::Document, &text, true),
        (TaskKind::Auto, &image, true),
        (TaskKind::Auto, &text, true),
        (TaskKind::Document, &image, false),
        (TaskKind::Video, &image, false),
        (TaskKind::Audio, &text, false),
        (TaskKind::Image, &text, false),
    ] {
        let status = ended(&engine, &engine.create_task(kind, on, &mary()).unwrap());
        let expected =
            if ok { (TaskState::Succeeded, None) } else { (TaskState::Failed, Some(ErrorKind::Unsupported)) };
        assert_eq!((status.state, status.items[0].error), expected, "{kind:?} of {on}");
    }
}

#[test]
fn create_task_of_a_damaged_file_of_another_family_is_unsupported() {
    let (_temp, drive, engine) = setup("damaged-family");
    let a = file("s", "a");
    drive.put(&a, "a.png", picture(1, 80, 60)[..60].to_vec());
    let document = ended(&engine, &engine.create_task(TaskKind::Document, &a, &mary()).unwrap());
    let image = ended(&engine, &engine.create_task(TaskKind::Image, &a, &mary()).unwrap());
    assert_eq!(document.items[0].error, Some(ErrorKind::Unsupported));
    assert_eq!(image.items[0].error, Some(ErrorKind::Corrupt));
}

#[test]
fn create_batch_task_accepts_1_to_1000_files() {
    let (_temp, drive, engine) = setup("batch");
    let many: Vec<_> = (0..1001).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    for wrong in [&many[..0], &many[..1001]] {
        let e = engine.create_batch_task(wrong, &mary()).unwrap_err();
        assert_eq!((e.kind(), e.subject()), (ErrorKind::InvalidArgument, Subject::Files), "{} files", wrong.len());
    }
    let status = ended(&engine, &engine.create_batch_task(&many[..1000], &mary()).unwrap());
    assert_eq!((status.state, status.total, status.done, status.failed), (TaskState::Succeeded, 1000, 1000, 0));
    assert!(status.items.iter().zip(&many).all(|(item, file)| item.file == *file), "in the order they were given");
}

#[test]
fn create_batch_task_fails_partly_and_renders_duplicates_once() {
    let (_temp, drive, engine) = setup("partly");
    let (a, bad) = (drive.picture("s", "a", 1), file("s", "bad"));
    drive.put(&bad, "bad.png", b"\x89PNG\r\n\x1a\nnot really".to_vec());
    let status = ended(&engine, &engine.create_batch_task(&[a.clone(), bad, a.clone()], &mary()).unwrap());
    assert_eq!((status.state, status.done, status.failed), (TaskState::PartlyFailed, 2, 1));
    assert_eq!(status.items[1].state, ItemState::Failed);
    assert_eq!(drive.opens_of(&a), 1);
}

#[test]
fn task_status_is_visible_only_to_authorized_callers() {
    let (_temp, drive, engine) = setup("task");
    let a = drive.picture("s", "a", 1);
    let id = engine.create_task(TaskKind::Auto, &a, &mary().with_trace("trace-7")).unwrap();
    let status = ended(&engine, &id);
    assert_eq!(status.items[0].file, a);
    assert_eq!(status.trace.unwrap().as_str(), "trace-7");
    assert!(status.updated >= status.created);
    for (id, caller) in [(id, Caller::anonymous()), (TaskId::unique().unwrap(), mary())] {
        let e = engine.task(&id, &caller).unwrap_err();
        assert_eq!((e.kind(), e.subject()), (ErrorKind::NotFound, Subject::Task));
    }
}

#[test]
fn a_task_goes_from_queued_to_running_to_a_final_state() {
    let (_temp, drive, engine) = setup("states");
    let (a, b, c) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2), drive.picture("s", "c", 3));
    for blocked in [&a, &b] {
        drive.mood(blocked, Mood::Blocks);
    }
    let running = engine.create_batch_task(&[a, b], &mary()).unwrap();
    until("both run", || drive.inside() == 2);
    // It may be leased ahead of time, but no worker has taken it.
    let queued = engine.create_task(TaskKind::Auto, &c, &mary()).unwrap();
    assert_eq!(engine.task(&running, &mary()).unwrap().state, TaskState::Running);
    assert!(!engine.task(&queued, &mary()).unwrap().state.is_final());
    drive.release();
    assert_eq!(ended(&engine, &queued).state, TaskState::Succeeded);
    assert_eq!(ended(&engine, &running).state, TaskState::Succeeded);
    let failed = file("s", "failed");
    drive.put(&failed, "x.png", b"\x89PNG\r\n\x1a\n".to_vec());
    assert_eq!(ended(&engine, &engine.create_task(TaskKind::Auto, &failed, &mary()).unwrap()).state, TaskState::Failed);
}

#[test]
fn cancel_ends_a_task_at_once_and_interrupts_its_job() {
    let (_temp, drive, engine) = setup("cancel");
    let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
    drive.mood(&a, Mood::Blocks);
    let id = engine.create_batch_task(&[a.clone(), b.clone()], &mary()).unwrap();
    until("one is drawn and one blocks", || drive.inside() == 1 && ready(&engine, &b));
    let status = engine.cancel(&id, &mary()).unwrap();
    assert_eq!((status.state, status.done), (TaskState::Cancelled, 1));
    assert_eq!(
        status.items.iter().map(|item| item.state).collect::<Vec<_>>(),
        [ItemState::Cancelled, ItemState::Succeeded]
    );
    drive.release();
    until("the worker is free", || engine.counters().unwrap().running == 0);
    assert_eq!(engine.task(&id, &mary()).unwrap().state, TaskState::Cancelled, "an end is an end");
    assert!(!ready(&engine, &a));
    assert_eq!(engine.cancel(&id, &mary()).unwrap().state, TaskState::Cancelled);
}

#[test]
fn cancel_keeps_jobs_that_another_task_waits_for() {
    let (_temp, drive, engine) = setup("cancel-shared");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let (one, two) = (
        engine.create_task(TaskKind::Auto, &a, &mary()).unwrap(),
        engine.create_task(TaskKind::Image, &a, &mary()).unwrap(),
    );
    until("it blocks", || drive.inside() == 1);
    engine.cancel(&one, &mary()).unwrap();
    drive.release();
    assert_eq!(ended(&engine, &two).state, TaskState::Succeeded);
    assert_eq!(drive.opens_of(&a), 1);
}

#[test]
fn wait_returns_when_its_timeout_elapses() {
    let (_temp, drive, engine) = setup("wait");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    let start = Instant::now();
    assert!(!engine.wait(&id, &mary(), Duration::from_millis(50)).unwrap().state.is_final());
    assert!((Duration::from_millis(50)..Duration::from_secs(5)).contains(&start.elapsed()));
    drive.release();
    assert!(ended(&engine, &id).state.is_final());
}

#[test]
fn on_finished_is_called_once_per_task_and_never_after_it_is_dropped() {
    let (_temp, drive, engine) = setup("finished");
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let panicking = engine.on_finished(|_| panic!("a callback panics in a test"));
    let subscription = engine.on_finished(move |status| {
        assert!(status.state.is_final());
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let ids: Vec<_> = (0..20)
        .map(|i| engine.create_task(TaskKind::Auto, &drive.picture("s", &format!("f{i}"), i), &mary()).unwrap())
        .collect();
    ids.iter().for_each(|id| drop(ended(&engine, id)));
    until("all are told", || calls.load(Ordering::SeqCst) >= 20);
    drop((subscription, panicking));
    ended(&engine, &engine.create_task(TaskKind::Auto, &drive.picture("s", "last", 99), &mary()).unwrap());
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(calls.load(Ordering::SeqCst), 20);
}

#[test]
fn a_subscription_drops_what_its_callback_owns() {
    let (_temp, drive, engine) = setup("owned");
    let owned = Arc::new(());
    let kept = owned.clone();
    let subscription = engine.on_finished(move |_| drop(kept.clone()));
    ended(&engine, &engine.create_task(TaskKind::Auto, &drive.picture("s", "a", 1), &mary()).unwrap());
    drop(subscription);
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[test]
fn events_report_thumbnails_and_tasks() {
    let (_temp, drive, engine) = setup("events");
    let events = engine.events();
    let (a, bad) = (drive.picture("s", "a", 1), file("s", "bad"));
    drive.put(&bad, "x.png", b"\x89PNG\r\n\x1a\n".to_vec());
    let id = engine.create_batch_task(&[a.clone(), bad.clone()], &mary()).unwrap();
    let (mut made, mut failed, mut task) = (0, 0, 0);
    while let Some(event) = events.next(Duration::from_secs(2)) {
        match event {
            Event::Ready { file, .. } if file == a => made += 1,
            Event::Failed { file, kind: ErrorKind::Corrupt } if file == bad => failed += 1,
            Event::Task { id: one, state: TaskState::PartlyFailed } if one == id => task += 1,
            other => panic!("{other:?}"),
        }
        if made + failed + task == 3 {
            break;
        }
    }
    assert_eq!((made, failed, task), (1, 1, 1));
    engine.close(SOON);
    assert!(events.poll().is_err());
}

#[test]
fn calls_about_unknown_or_forbidden_files_are_refused_at_once() {
    let (_temp, drive, engine) = setup("refused");
    let a = drive.picture("s", "a", 1);
    let of = |file: &_, caller: &Caller| {
        engine.create_task(TaskKind::Auto, file, caller).map_err(|e| (e.kind(), e.subject()))
    };
    assert_eq!(of(&file("s", "none"), &mary()), Err((ErrorKind::NotFound, Subject::File)));
    assert_eq!(of(&file("nowhere", "a"), &mary()), Err((ErrorKind::NotFound, Subject::Space)));
    assert_eq!(of(&a, &Caller::anonymous()), Err((ErrorKind::Denied, Subject::File)));
    for (verdict, kind) in [(Verdict::Viral, ErrorKind::Viral), (Verdict::Malicious, ErrorKind::Malicious)] {
        drive.change(&a, |content| content.verdict = verdict);
        assert_eq!(of(&a, &mary()), Err((kind, Subject::File)));
    }
    let e = engine.create_batch_task(&[a, file("s", "none")], &mary()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert_eq!(engine.counters().unwrap().queued, 0);
}

#[test]
fn acknowledged_tasks_run_in_the_next_engine_on_the_same_store() {
    let (temp, drive) = (Temp::new("reopen"), TestDrive::new());
    let files: Vec<_> = (0..20).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    drive.mood(&files[0], Mood::Blocks);
    drive.mood(&files[1], Mood::Blocks);
    let engine = open(&temp.0, &drive);
    let ids: Vec<_> = files.iter().map(|file| engine.create_task(TaskKind::Auto, file, &mary()).unwrap()).collect();
    until("both workers are blocked", || drive.inside() == 2);
    std::thread::scope(|s| {
        let closing = s.spawn(|| engine.close(SOON));
        std::thread::sleep(Duration::from_millis(50));
        drive.release();
        assert_eq!(closing.join().unwrap(), 0);
    });
    drop(engine);
    let engine = open(&temp.0, &drive);
    for id in &ids {
        assert_eq!(ended(&engine, id).state, TaskState::Succeeded);
    }
}

#[test]
fn concurrent_requests_for_one_thumbnail_render_it_once() {
    let (_temp, drive, engine) = setup("once");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let ids: Vec<TaskId> = std::thread::scope(|s| {
        let asking: Vec<_> = (0..16)
            .map(|i| {
                let (engine, a) = (&engine, &a);
                s.spawn(move || {
                    engine.lookup(a, None, &mary(), LookupMode::EnqueueOnMiss).unwrap();
                    engine.create_task(if i % 2 == 0 { TaskKind::Auto } else { TaskKind::Image }, a, &mary()).unwrap()
                })
            })
            .collect();
        asking.into_iter().map(|t| t.join().unwrap()).collect()
    });
    drive.release();
    for id in &ids {
        assert_eq!(ended(&engine, id).state, TaskState::Succeeded);
    }
    assert_eq!(drive.opens_of(&a), 1);
}

/// An engine whose only worker is blocked until the drive is released.
fn blocked(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let mut config = config(&temp.0);
    config.threads = 1;
    let engine = Engine::open(config, drive.clone()).unwrap();
    let blocker = drive.picture("blocker", "b", 0);
    drive.mood(&blocker, Mood::Blocks);
    engine.create_task(TaskKind::Auto, &blocker, &mary()).unwrap();
    until("the worker is blocked", || drive.inside() == 1);
    (temp, drive, engine)
}

#[test]
fn interactive_comes_before_requested_before_background() {
    let (_temp, drive, engine) = blocked("priorities");
    let files: Vec<_> = (0..30).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    // More than are leased ahead.
    let background: Vec<_> = files[..20].iter().map(|file| engine.file_changed(file).unwrap()).collect();
    let requested: Vec<_> =
        files[20..25].iter().map(|file| engine.create_task(TaskKind::Auto, file, &mary()).unwrap()).collect();
    for file in &files[25..] {
        let look = engine.lookup(file, None, &mary(), LookupMode::EnqueueOnMiss).unwrap();
        assert!(matches!(look.state, LookupState::Pending { .. }));
    }
    std::thread::sleep(Duration::from_millis(200));
    drive.release();
    background.iter().chain(&requested).for_each(|id| drop(ended(&engine, id)));
    let order = drive.opened();
    let last = |files: &[_]| files.iter().map(|f| order.iter().position(|o| o == f).unwrap()).max().unwrap();
    let firsts = |files: &[_]| files.iter().map(|f| order.iter().position(|o| o == f).unwrap()).collect::<Vec<_>>();
    assert!(last(&files[25..]) <= 6, "interactive files were drawn at {:?}", firsts(&files[25..]));
    // Background jobs that were leased before anything else was queued run first; all others run last.
    let before = firsts(&files[..20]).into_iter().filter(|at| *at < last(&files[20..25])).count();
    assert!(before <= 8, "{before} files that nobody waits for came before requested ones");
}

#[test]
fn spaces_are_served_in_turn() {
    let (_temp, drive, engine) = blocked("fair");
    let large: Vec<_> = (0..60).map(|i| drive.picture("large", &format!("f{i}"), i)).collect();
    let small: Vec<_> = (0..5).map(|i| drive.picture("small", &format!("f{i}"), i)).collect();
    let mut ids = vec![engine.create_batch_task(&large, &mary()).unwrap()];
    ids.push(engine.create_batch_task(&small, &mary()).unwrap());
    drive.release();
    ids.iter().for_each(|id| drop(ended(&engine, id)));
    let order = drive.opened();
    let last = small.iter().map(|f| order.iter().position(|o| o == f).unwrap()).max().unwrap();
    assert!(last < 30, "the last of 5 files of a space came as number {last}, behind those of a space of 60");
}

#[test]
fn a_full_queue_is_busy_with_a_retry_delay() {
    let (temp, drive) = (Temp::new("full"), TestDrive::new());
    let mut config = config(&temp.0);
    config.queue = 20;
    config.threads = 1;
    let engine = Engine::open(config, drive.clone()).unwrap();
    let blocker = drive.picture("s", "b", 0);
    drive.mood(&blocker, Mood::Blocks);
    engine.create_task(TaskKind::Auto, &blocker, &mary()).unwrap();
    until("the worker is blocked", || drive.inside() == 1);
    let mut refused = None;
    for i in 0..40 {
        let file = drive.picture("s", &format!("f{i}"), i);
        if let Err(e) = engine.file_changed(&file) {
            refused = Some((i, e));
            break;
        }
    }
    let (taken, e) = refused.expect("the queue grew without bound");
    assert_eq!(e.kind(), ErrorKind::Busy);
    assert!(e.retry_after().is_some_and(|after| after > Duration::ZERO));
    assert_eq!(taken, 17, "work that nobody waits for fills nine tenths");
    // Interactive jobs are still accepted.
    let seen = drive.picture("s", "seen", 77);
    engine.lookup(&seen, None, &mary(), LookupMode::EnqueueOnMiss).unwrap();
    until("it is queued", || engine.counters().unwrap().queued == 19);
    drive.release();
    until("the queue is empty", || engine.counters().unwrap().queued == 0);
    assert!(ready(&engine, &seen));
    assert!(engine.file_changed(&drive.picture("s", "after", 78)).is_ok());
}

#[test]
fn tasks_that_ended_long_ago_are_forgotten() {
    let (temp, drive) = (Temp::new("forgotten"), TestDrive::new());
    let clock = Arc::new(crate::engine_host::TestClock::default());
    let mut config = config(&temp.0);
    config.clock = clock.clone();
    let engine = Engine::open(config, drive.clone()).unwrap();
    let a = drive.picture("s", "a", 1);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    ended(&engine, &id);
    assert_eq!(engine.collect_garbage().unwrap().tasks, 0);
    clock.jump(8 * 24 * 3600);
    assert_eq!(engine.collect_garbage().unwrap().tasks, 1);
    assert_eq!(engine.task(&id, &mary()).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(ready(&engine, &a), "a thumbnail went with its task");
}
