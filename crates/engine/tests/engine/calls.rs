//! What a drive learns about the calls that it answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::engine_host::{Mood, Temp, TestDrive, config, ended, mary, until};
use thumbling::Source;
use thumbling_engine::Engine;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo};
use thumbling_engine::id::{FileRef, SpaceId};
use thumbling_engine::lookup::LookupMode;
use thumbling_engine::task::TaskKind;
use thumbling_engine::url::Target;

/// Keeps the context of every call of a drive.
struct Observed {
    drive: Arc<TestDrive>,
    calls: Mutex<Vec<(&'static str, CallContext, Option<Duration>)>>,
}

impl Observed {
    fn note(&self, name: &'static str, call: &CallContext) {
        self.calls.lock().unwrap().push((name, call.clone(), call.remaining()));
    }

    /// The context of the last call of `name`, and the time that was left when it began.
    fn last(&self, name: &str) -> Option<(CallContext, Option<Duration>)> {
        let calls = self.calls.lock().unwrap();
        calls.iter().rev().find(|(called, ..)| *called == name).map(|(_, call, remaining)| (call.clone(), *remaining))
    }
}

impl Drive for Observed {
    fn stat(&self, file: &FileRef, call: &CallContext) -> Result<FileInfo, DriveError> {
        self.note("stat", call);
        self.drive.stat(file, call)
    }

    fn open(&self, file: &FileRef, call: &CallContext) -> Result<Source, DriveError> {
        self.note("open", call);
        self.drive.open(file, call)
    }

    fn authorize(
        &self,
        caller: &Caller,
        file: Option<&FileRef>,
        space: &SpaceId,
        action: Action,
        call: &CallContext,
    ) -> Result<Access, DriveError> {
        self.note("authorize", call);
        self.drive.authorize(caller, file, space, action, call)
    }
}

fn setup(name: &str) -> (Temp, Arc<Observed>, Engine) {
    let temp = Temp::new(name);
    let drive = Arc::new(Observed { drive: TestDrive::new(), calls: Mutex::default() });
    let mut config = config(&temp.0);
    config.drive_timeout = Duration::from_secs(20);
    let engine = Engine::open(config, drive.clone()).unwrap();
    (temp, drive, engine)
}

#[test]
fn a_job_waits_for_the_drive_as_long_as_its_timeout() {
    let (_temp, drive, engine) = setup("job-timeout");
    let a = drive.drive.picture("s", "a", 1);
    ended(&engine, &engine.create_task(TaskKind::Auto, &a, &mary()).unwrap());
    let (call, remaining) = drive.last("open").unwrap();
    let remaining = remaining.unwrap();
    assert!(remaining > Duration::from_secs(1) && remaining <= Duration::from_secs(20), "{remaining:?}");
    assert!(!call.is_cancelled());
}

#[test]
fn a_lookup_waits_for_the_drive_as_long_as_the_caller() {
    let (_temp, drive, engine) = setup("lookup-timeout");
    let a = drive.drive.picture("s", "a", 1);
    engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap();
    assert_eq!(drive.last("authorize").unwrap().1, None);
    assert_eq!(drive.last("stat").unwrap().1, None);
    let timeout = Duration::from_secs(9);
    engine.thumbnail_url(Target::File(&a), None, &mary(), None, LookupMode::WaitUpTo(timeout)).unwrap();
    assert!(drive.last("authorize").unwrap().1.unwrap() <= timeout);
}

#[test]
fn a_call_of_the_drive_is_cancelled_with_its_task() {
    let (_temp, drive, engine) = setup("call-cancelled");
    let a = drive.drive.picture("s", "a", 1);
    drive.drive.mood(&a, Mood::Blocks);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    until("it was opened", || drive.last("open").is_some());
    let (call, _) = drive.last("open").unwrap();
    assert!(!call.is_cancelled());
    engine.cancel(&id, &mary()).unwrap();
    until("the call was cancelled", || call.is_cancelled());
    drive.drive.release();
}

#[test]
fn calls_of_the_drive_are_cancelled_when_the_engine_closes() {
    let (_temp, drive, engine) = setup("call-closed");
    let a = drive.drive.picture("s", "a", 1);
    engine.lookup(&a, None, &mary(), LookupMode::CacheOnly).unwrap();
    let (call, _) = drive.last("stat").unwrap();
    assert!(!call.is_cancelled());
    engine.close(Duration::from_secs(5));
    assert!(call.is_cancelled());
}
