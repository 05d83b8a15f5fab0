//! What becomes of the result of a renderer, on an engine without threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::config::Config;
use crate::drive::{Access, Action, CallContext, Drive, DriveError, FileInfo, Verdict};
use crate::embedded;
use crate::host::Host;
use crate::inner::{Inner, Parts};
use crate::model::caller::Caller;
use crate::model::id::{FileId, FileRef, SpaceId, Version};
use crate::model::job::{JobKind, Lease, Outcome, Priority, RetryCause};
use crate::model::record::RecordState;
use crate::random;
use crate::runtime::jobs::{JobResult, LeasedJob};
use crate::runtime::owner::OwnerLock;
use crate::runtime::renderer::{RenderResult, Renderer};
use crate::url::keyfile;
use thumbling::{Error, ErrorKind, ReadAt, Request, Source};

/// A drive of one file, each read of which takes a while, or fails.
struct TestDrive {
    delay: Duration,
    fails: bool,
}

impl ReadAt for TestDrive {
    fn read_at(&self, _: u64, buf: &mut [u8]) -> std::io::Result<usize> {
        std::thread::sleep(self.delay);
        if self.fails { Err(std::io::Error::other("the drive fails in a test")) } else { Ok(buf.len().min(1)) }
    }
}

impl Drive for TestDrive {
    fn stat(&self, _: &FileRef, _: &CallContext) -> Result<FileInfo, DriveError> {
        let version = Version::new("1").unwrap();
        Ok(FileInfo { name: "a.pdf".into(), size: 1000, version, verdict: Verdict::Clean })
    }

    fn open(&self, _: &FileRef, _: &CallContext) -> Result<Source, DriveError> {
        Ok(Source::from_read_at(Arc::new(Self { ..*self }), 1000))
    }

    fn authorize(
        &self,
        _: &Caller,
        _: Option<&FileRef>,
        _: &SpaceId,
        _: Action,
        _: &CallContext,
    ) -> Result<Access, DriveError> {
        Ok(Access::Allow)
    }
}

/// Reads a byte and fails, whatever the read says, or says nothing for a while.
struct Failing {
    kinds: Mutex<Vec<ErrorKind>>,
    reads: usize,
}

impl Renderer for Failing {
    fn render(&self, source: &Source, _: &Request, _: u64) -> RenderResult {
        for at in 0..self.reads {
            let _ = source.read_at(at as u64, &mut [0]);
        }
        let kind = self.kinds.lock().unwrap().pop().expect("a result");
        RenderResult::Failed(Error::new(kind, "the renderer fails in a test"))
    }
}

struct Temp(PathBuf);

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The result of rendering a file of `drive` with a renderer that reads `reads` times and fails with `kind`, after
/// `attempts` such attempts.
fn failed(name: &str, drive: TestDrive, reads: usize, kind: ErrorKind, attempts: u32) -> JobResult {
    let temp = Temp(std::env::temp_dir().join(format!("thumbling-render-{name}-{}", std::process::id())));
    let _ = std::fs::remove_dir_all(&temp.0);
    let mut config = Config::new(&temp.0);
    config.limits.timeout = Some(Duration::from_millis(100));
    let backend = embedded::open(&temp.0, 100).unwrap();
    let (owner, owners_folder) = (random::bytes().unwrap(), temp.0.join("owners"));
    let owner_lock = OwnerLock::acquire(&owners_folder, &owner).unwrap();
    let keys = Arc::new(keyfile::open(&temp.0.join("keys")).unwrap());
    let (host, parts_folder) = (Host::new(Arc::new(drive)), temp.0.join("parts"));
    let parts = Parts { host, keys, backend, owner, owner_lock, owners_folder, parts_folder };
    let mut inner = Inner::new(config, parts);
    inner.renderer = Box::new(Failing { kinds: Mutex::new(vec![kind]), reads });
    let job = job(&inner, attempts);
    super::render::render(&inner, &job, 0).expect("a result")
}

fn job(inner: &Inner, attempts: u32) -> LeasedJob {
    inner.jobs.insert(vec![Lease {
        job: 1,
        token: 1,
        kind: JobKind::Render,
        file: FileRef::new(SpaceId::new("s").unwrap(), FileId::new("f").unwrap()),
        version: None,
        priority: Priority::Requested,
        tries: attempts,
        timeouts: attempts,
        crashes: 0,
        added: 0,
    }]);
    inner.jobs.take().expect("a job")
}

fn well() -> TestDrive {
    TestDrive { delay: Duration::ZERO, fails: false }
}

/// What is remembered of the file: the kind, and for how many seconds; `None` if nothing is.
fn remembered(result: &JobResult) -> Option<(ErrorKind, Option<i64>)> {
    let Outcome::Recorded { records, .. } = &result.outcome else { return None };
    let (_, record) = records.first()?;
    match &record.state {
        RecordState::Failed { kind, retry_at, .. } => Some((*kind, retry_at.map(|at| (at - record.created) / 1000))),
        RecordState::Ready(_) => None,
    }
}

fn cause(result: &JobResult) -> Option<RetryCause> {
    match result.outcome {
        Outcome::Retry { cause, .. } => Some(cause),
        _ => None,
    }
}

#[test]
fn a_limit_of_the_file_is_remembered() {
    let result = failed("limit", well(), 1, ErrorKind::Limit, 0);
    assert_eq!(remembered(&result), Some((ErrorKind::Limit, None)));
}

#[test]
fn what_other_files_take_up_is_not_remembered_of_this_one() {
    assert_eq!(cause(&failed("busy", well(), 1, ErrorKind::Busy, 0)), Some(RetryCause::Drive));
    let last = failed("busy-last", well(), 1, ErrorKind::Busy, 20);
    assert!(matches!(last.outcome, Outcome::Failed { kind: ErrorKind::Busy, .. }), "{:?}", last.outcome);
}

#[test]
fn a_file_is_not_corrupt_because_the_drive_could_not_read_it() {
    let failing = || TestDrive { delay: Duration::ZERO, fails: true };
    for kind in [ErrorKind::Corrupt, ErrorKind::Limit, ErrorKind::Unsupported] {
        assert_eq!(cause(&failed("unread", failing(), 1, kind, 0)), Some(RetryCause::Drive), "{kind}");
    }
    let last = failed("unread-last", failing(), 1, ErrorKind::Corrupt, 20);
    assert_eq!(remembered(&last), Some((ErrorKind::Io, Some(5 * 60))));
}

#[test]
fn a_timeout_is_blamed_on_whoever_took_the_time() {
    let of_file = failed("slow-file", well(), 1, ErrorKind::Timeout, 20);
    assert_eq!(remembered(&of_file), Some((ErrorKind::Timeout, Some(6 * 60 * 60))));
    let slow = TestDrive { delay: Duration::from_millis(30), fails: false };
    let of_drive = failed("slow-drive", slow, 3, ErrorKind::Timeout, 20);
    assert_eq!(remembered(&of_drive), Some((ErrorKind::Timeout, Some(5 * 60))));
}
