//! Share tasks (section 4 of the semantics), one test per row.

use std::io::Read;
use std::sync::Arc;

use crate::engine_host::{Mood, Temp, TestDrive, ended, file, mary, open, picture, until};
use thumbling::ErrorKind;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::{Action, Verdict};
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::{PackageContent, ShareTask, TaskState};
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

fn unzip(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut entry = zip.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn package(name: &str, content: PackageContent) -> ShareTask {
    ShareTask::package(name, content)
}

#[test]
fn a_package_task_returns_a_signed_url_of_a_zip() {
    let (_temp, drive, engine) = setup("package");
    let files = [file("s", "1"), file("s", "2"), file("s", "3")];
    drive.put(&files[0], "report.txt", b"one".to_vec());
    drive.put(&files[1], "Report.TXT", b"two".to_vec());
    drive.put(&files[2], "../../etc/passwd", vec![7; 700_000]);
    let caller = mary().with_share("share", None);
    let task = package("all.zip", PackageContent::Files);
    let twice = [&files[..], &files[..1]].concat();
    let status = ended(&engine, &engine.create_share_task(task, &twice, &caller).unwrap());
    assert_eq!((status.state, status.total, status.done), (TaskState::Succeeded, 3, 3), "{status:?}");
    let opened = engine.open_url(&status.url.unwrap().url).unwrap();
    assert_eq!((&*opened.content_type, opened.file_name.as_deref()), ("application/zip", Some("all.zip")));
    let entries = unzip(opened.body.read_all(u64::MAX).unwrap());
    let expected: Vec<(String, Vec<u8>)> = vec![
        ("report.txt".into(), b"one".to_vec()),
        ("Report (2).TXT".into(), b"two".to_vec()),
        (".._.._etc_passwd".into(), vec![7; 700_000]),
    ];
    assert_eq!(entries, expected);
}

#[test]
fn a_package_of_both_contains_files_and_thumbnails() {
    let (_temp, drive, engine) = setup("both");
    let a = drive.picture("s", "a", 1);
    for (content, names) in [
        (PackageContent::Both, &["a.png", "thumbnails/a.png.webp"][..]),
        (PackageContent::Thumbnails, &["a.png.webp"][..]),
    ] {
        let id = engine.create_share_task(package("x.zip", content), std::slice::from_ref(&a), &mary()).unwrap();
        let opened = engine.open_url(&ended(&engine, &id).url.unwrap().url).unwrap();
        let entries = unzip(opened.body.read_all(u64::MAX).unwrap());
        assert_eq!(entries.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
        assert_eq!(&entries.last().unwrap().1[8..12], b"WEBP");
    }
}

#[test]
fn a_package_with_a_failed_file_contains_the_others() {
    let (_temp, drive, engine) = setup("gone");
    let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
    drive.change(&b, |content| content.verdict = Verdict::Viral);
    let id = engine.create_share_task(package("x.zip", PackageContent::Files), &[a, b], &mary()).unwrap();
    let status = ended(&engine, &id);
    assert_eq!((status.state, status.items[1].error), (TaskState::PartlyFailed, Some(ErrorKind::Viral)));
    let opened = engine.open_url(&status.url.unwrap().url).unwrap();
    assert_eq!(unzip(opened.body.read_all(u64::MAX).unwrap()).len(), 1);
}

#[test]
fn create_share_task_refuses_invalid_requests() {
    let (_temp, drive, engine) = setup("share-wrong");
    let a = drive.picture("s", "a", 1);
    let one = std::slice::from_ref(&a);
    let of = |task: ShareTask, files: &[_], caller: &Caller| {
        engine.create_share_task(task, files, caller).map_err(|e| (e.kind(), e.subject()))
    };
    let good = || package("x.zip", PackageContent::Files);
    assert_eq!(of(good(), &[], &mary()), Err((ErrorKind::InvalidArgument, Subject::Files)));
    assert_eq!(of(good(), &vec![a.clone(); 1001], &mary()), Err((ErrorKind::InvalidArgument, Subject::Files)));
    assert_eq!(of(package("", PackageContent::Files), one, &mary()), Err((ErrorKind::InvalidArgument, Subject::Call)));
    assert_eq!(of(good(), &[file("s", "none")], &mary()), Err((ErrorKind::NotFound, Subject::File)));
    assert_eq!(of(good(), &[file("nowhere", "a")], &mary()), Err((ErrorKind::NotFound, Subject::Space)));
    assert_eq!(of(good(), one, &Caller::anonymous()), Err((ErrorKind::Denied, Subject::File)));
    let target = ShareTask::save(file("nowhere", "root"));
    assert_eq!(of(target, one, &mary()), Err((ErrorKind::NotFound, Subject::Space)));
}

#[test]
fn a_save_task_copies_files_and_links_thumbnails_without_rendering() {
    let (_temp, drive, engine) = setup("save");
    let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
    ended(&engine, &engine.create_batch_task(&[a.clone(), b.clone()], &mary()).unwrap());
    let opens = drive.opened().len();
    let task = ShareTask::save(file("t", "root"));
    let status =
        ended(&engine, &engine.create_share_task(task, &[a.clone(), b], &mary().with_share("x", None)).unwrap());
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 2));
    let copy = status.items[0].saved.clone().unwrap();
    assert_eq!(copy.space.as_str(), "t");
    let etag = |file| match engine.lookup(file, None, &mary(), LookupMode::CacheOnly).unwrap().state {
        LookupState::Ready { etag, .. } => etag,
        other => panic!("{other:?}"),
    };
    assert_eq!(etag(&copy), etag(&a));
    assert_eq!(drive.opened().len(), opens, "thumbnails of copies were drawn");
    engine.file_deleted(&a).unwrap();
    engine.collect_garbage().unwrap();
    assert!(ready(&engine, &copy), "the copy's thumbnail went with the original");
    assert_eq!(drive.copy_calls().len(), 2);
    assert!(drive.asked().iter().any(|(_, _, action)| *action == Action::Receive));
}

#[test]
fn a_save_task_resumes_after_the_drive_failed() {
    let (_temp, drive, engine) = setup("save-again");
    let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
    drive.mood(&b, Mood::Unavailable);
    let id = engine.create_share_task(ShareTask::save(file("t", "root")), &[a, b.clone()], &mary()).unwrap();
    until("the second file was tried", || drive.copy_calls().len() == 2);
    drive.mood(&b, Mood::Well);
    assert_eq!(ended(&engine, &id).done, 2);
    let keys = drive.copy_calls();
    assert_eq!(keys.len(), 3, "the first file was copied again: {keys:?}");
    assert!(keys[0] != keys[1] && keys[1] == keys[2], "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with(&id.to_string())));
}

#[test]
fn a_package_task_resumes_in_the_next_engine() {
    let (temp, drive, engine) = setup("package-again");
    let files: Vec<_> = (0..4).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    drive.mood(&files[2], Mood::Unavailable);
    let id = engine.create_share_task(package("x.zip", PackageContent::Files), &files, &mary()).unwrap();
    until("the third file was tried", || drive.opens_of(&files[2]) == 1);
    drop(engine);
    drive.mood(&files[2], Mood::Well);
    let engine = open(&temp.0, &drive);
    let status = ended(&engine, &id);
    assert_eq!((status.state, status.done), (TaskState::Succeeded, 4));
    assert_eq!([0, 1].map(|i| drive.opens_of(&files[i])), [1, 1], "what was packed was read again");
    let zip = unzip(engine.open_url(&status.url.unwrap().url).unwrap().body.read_all(u64::MAX).unwrap());
    let expected: Vec<_> = (0..4).map(|i| (format!("f{i}.png"), picture(i, 80, 60))).collect();
    assert_eq!(zip, expected);
}

#[test]
fn a_package_contains_the_new_content_of_a_file_that_changes_meanwhile() {
    let (_temp, drive, engine) = setup("package-change");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::ChangesWhileRead);
    let task = package("x.zip", PackageContent::Files);
    let status = ended(&engine, &engine.create_share_task(task, std::slice::from_ref(&a), &mary()).unwrap());
    let zip = unzip(engine.open_url(&status.url.unwrap().url).unwrap().body.read_all(u64::MAX).unwrap());
    assert_eq!(zip, [("a.png".to_owned(), picture(999, 40, 80))]);
}

#[test]
fn link_thumbnails_links_the_thumbnails_of_the_original() {
    let (_temp, drive, engine) = setup("link");
    let (a, b, c) = (drive.picture("s", "a", 1), drive.picture("s", "b", 1), drive.picture("s", "c", 3));
    ended(&engine, &engine.file_changed(&a).unwrap());
    assert_eq!(engine.link_thumbnails(&a, &b).unwrap(), 2);
    assert!(ready(&engine, &b));
    assert_eq!(drive.opens_of(&b), 0);
    // If the original has none, they are generated.
    assert_eq!(engine.link_thumbnails(&c, &c).unwrap(), 0);
    until("it is drawn", || ready(&engine, &c));
}
