//! Who may do what with a task: every call about a task id, for every kind of caller.

use std::sync::Arc;
use std::time::Duration;

use crate::engine_host::{Mood, SOON, Temp, TestDrive, ended, mary, open, until};
use thumbling::ErrorKind;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::Action;
use thumbling_engine::id::{FileRef, TaskId};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{PackageContent, ShareTask, TaskKind, TaskState};
use thumbling_engine::url::Target;
use thumbling_engine::{Engine, Subject};

fn setup(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let engine = open(&temp.0, &drive);
    (temp, drive, engine)
}

fn package(engine: &Engine, files: &[FileRef], caller: &Caller) -> TaskId {
    engine.create_share_task(ShareTask::package("x.zip", PackageContent::Files), files, caller).unwrap()
}

/// What each call about a task answers to a caller that must not know of it.
fn assert_unknown(engine: &Engine, id: &TaskId, caller: &Caller) {
    let calls = [
        ("task", engine.task(id, caller)),
        ("wait", engine.wait(id, caller, Duration::from_millis(1))),
        ("cancel", engine.cancel(id, caller)),
    ];
    for (call, result) in calls {
        match result {
            Err(e) => assert_eq!((e.kind(), e.subject()), (ErrorKind::NotFound, Subject::Task), "{call}: {e}"),
            Ok(status) => panic!("{call} answered {status:?}"),
        }
    }
}

#[test]
fn a_caller_who_may_only_view_gets_no_package_of_another_caller() {
    let (_temp, drive, engine) = setup("access-package");
    let a = drive.picture("s", "a", 1);
    drive.allow("viewer", &[Action::View, Action::Generate]);
    let id = package(&engine, std::slice::from_ref(&a), &mary());
    assert!(ended(&engine, &id).url.is_some());
    assert_unknown(&engine, &id, &Caller::user("viewer"));
    assert_eq!(engine.task(&id, &mary()).unwrap().state, TaskState::Succeeded);
}

#[test]
fn a_caller_who_may_only_view_cannot_end_a_package_of_another_caller() {
    let (_temp, drive, engine) = setup("access-cancel-package");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::BlocksOnRead);
    drive.allow("viewer", &[Action::View, Action::Generate]);
    let id = package(&engine, std::slice::from_ref(&a), &mary());
    until("it is being packed", || drive.opens_of(&a) == 1);
    assert_unknown(&engine, &id, &Caller::user("viewer"));
    drive.release();
    assert_eq!(ended(&engine, &id).state, TaskState::Succeeded);
}

#[test]
fn only_the_caller_that_created_a_task_cancels_it() {
    let (_temp, drive, engine) = setup("access-cancel");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    until("it is begun", || drive.opens_of(&a) == 1);
    let john = Caller::user("john");
    assert!(engine.task(&id, &john).is_ok(), "the drive lets john view the file");
    let e = engine.cancel(&id, &john).unwrap_err();
    assert_eq!((e.kind(), e.subject()), (ErrorKind::Denied, Subject::Task));
    assert_eq!(engine.cancel(&id, &john.with_share("s", None)).unwrap_err().kind(), ErrorKind::Denied);
    assert!(!engine.task(&id, &mary()).unwrap().state.is_final());
    // The same user, by another way.
    assert_eq!(engine.cancel(&id, &mary().with_share("s", None)).unwrap().state, TaskState::Cancelled);
    drive.release();
}

#[test]
fn a_visitor_cancels_its_own_tasks_alone() {
    let (_temp, drive, engine) = setup("access-visitors");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let visitor = |token: &str| Caller::anonymous().with_share("s", Some(token.into()));
    let id = engine.create_task(TaskKind::Auto, &a, &visitor("one")).unwrap();
    until("it is begun", || drive.opens_of(&a) == 1);
    for other in [visitor("two"), Caller::anonymous().with_share("t", Some("one".into())), mary()] {
        assert_eq!(engine.cancel(&id, &other).unwrap_err().kind(), ErrorKind::Denied, "{other:?}");
    }
    assert_eq!(engine.cancel(&id, &visitor("one")).unwrap().state, TaskState::Cancelled);
    drive.release();
}

#[test]
fn a_task_of_nobody_is_cancelled_by_callers_who_may_generate() {
    let (_temp, drive, engine) = setup("access-nobody");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    drive.allow("viewer", &[Action::View]);
    let id = engine.file_changed(&a).unwrap();
    until("it is begun", || drive.opens_of(&a) == 1);
    assert!(engine.task(&id, &Caller::user("viewer")).is_ok());
    assert_unknown(&engine, &id, &Caller::anonymous());
    assert_eq!(engine.cancel(&id, &Caller::user("viewer")).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!engine.task(&id, &mary()).unwrap().state.is_final());
    assert_eq!(engine.cancel(&id, &mary()).unwrap().state, TaskState::Cancelled);
    drive.release();
}

#[test]
fn a_creator_who_may_no_longer_package_gets_no_new_url() {
    let (_temp, drive, engine) = setup("access-lost");
    let a = drive.picture("s", "a", 1);
    let id = package(&engine, std::slice::from_ref(&a), &mary());
    assert!(ended(&engine, &id).url.is_some());
    drive.allow("mary", &[Action::View]);
    let status = engine.task(&id, &mary()).unwrap();
    assert_eq!((status.state, status.url), (TaskState::Succeeded, None));
    drive.allow("mary", &[]);
    assert_unknown(&engine, &id, &mary());
}

#[test]
fn wait_asks_the_drive_again_when_the_task_has_ended() {
    let (_temp, drive, engine) = setup("access-wait");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::BlocksOnRead);
    let id = package(&engine, std::slice::from_ref(&a), &mary());
    until("it is being packed", || drive.opens_of(&a) == 1);
    std::thread::scope(|s| {
        let waiting = s.spawn(|| engine.wait(&id, &mary(), SOON));
        std::thread::sleep(Duration::from_millis(100));
        drive.deny("mary");
        // Whoever packs it has been authorized.
        drive.release();
        let e = waiting.join().unwrap().unwrap_err();
        assert_eq!((e.kind(), e.subject()), (ErrorKind::NotFound, Subject::Task));
    });
}

#[test]
fn where_copies_went_is_hidden_from_callers_who_may_not_copy() {
    let (_temp, drive, engine) = setup("access-save");
    let a = drive.picture("s", "a", 1);
    drive.allow("viewer", &[Action::View, Action::Package]);
    drive.allow("copier", &[Action::View, Action::Save, Action::Receive]);
    let task = ShareTask::save(crate::engine_host::file("t", "root"));
    let id = engine.create_share_task(task, std::slice::from_ref(&a), &mary()).unwrap();
    assert!(ended(&engine, &id).items[0].saved.is_some());
    assert_unknown(&engine, &id, &Caller::user("viewer"));
    assert!(engine.task(&id, &Caller::user("copier")).is_ok());
}

#[test]
fn a_lookup_that_has_waited_asks_the_drive_again() {
    let (_temp, drive, engine) = setup("access-lookup");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    let mode = LookupMode::WaitUpTo(SOON);
    std::thread::scope(|s| {
        let looking = s.spawn(|| engine_lookup(&engine, &a, mode));
        until("it is begun", || drive.inside() == 1);
        std::thread::sleep(Duration::from_millis(1100));
        drive.deny("mary");
        drive.release();
        let (lookup, url) = looking.join().unwrap();
        assert_eq!(lookup, LookupState::Denied);
        assert_eq!(url, Err(ErrorKind::Denied));
    });
}

/// What a lookup and a URL for Mary come to, both requested now.
fn engine_lookup(engine: &Engine, file: &FileRef, mode: LookupMode) -> (LookupState, Result<(), ErrorKind>) {
    std::thread::scope(|s| {
        let url = s.spawn(|| engine.thumbnail_url(Target::File(file), None, &mary(), None, mode));
        let lookup = engine.lookup(file, None, &mary(), mode).unwrap();
        (lookup.state, url.join().unwrap().map(drop).map_err(|e| e.kind()))
    })
}
