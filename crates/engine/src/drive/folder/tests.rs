use std::fs;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::*;
use thumbling::ErrorKind;

/// `drive/`, which is the drive, and `outside/`, which is not.
struct Disk(PathBuf);

impl Disk {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("thumbling-folder-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("drive/sub")).unwrap();
        fs::create_dir_all(path.join("outside")).unwrap();
        fs::write(path.join("outside/secret.txt"), "secret").unwrap();
        Self(path)
    }

    fn drive(&self) -> FolderDrive {
        FolderDrive::open(self.at(""), SpaceId::new("space").unwrap()).unwrap()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.join("drive").join(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn file(id: &str) -> FileRef {
    FileRef::new(SpaceId::new("space").unwrap(), FileId::new(id).unwrap())
}

fn kind<T: std::fmt::Debug>(answer: std::result::Result<T, DriveError>) -> DriveErrorKind {
    answer.unwrap_err().kind
}

fn put(drive: &FolderDrive, path: &str, content: &[u8]) -> FileRef {
    let mut upload = drive.upload(path).unwrap();
    upload.write_all(content).unwrap();
    upload.finish().unwrap()
}

#[test]
fn a_file_is_read_by_its_id() {
    let disk = Disk::new("read");
    fs::write(disk.at("sub/图 1%.txt"), "hello").unwrap();
    let drive = disk.drive();
    let file = drive.file_at("sub/图 1%.txt").unwrap();
    assert_eq!(file.file.as_str(), "sub/图 1%25.txt");
    let info = drive.stat(&file, &CallContext::unbounded()).unwrap();
    assert_eq!((info.name.as_str(), info.size), ("图 1%.txt", 5));
    assert_eq!(drive.open(&file, &CallContext::unbounded()).unwrap().read_all(100).unwrap(), b"hello");
    assert_eq!(drive.path_of(&file).unwrap(), "sub/图 1%.txt");
}

#[test]
#[cfg(unix)]
fn no_id_leads_outside() {
    let disk = Disk::new("outside");
    symlink(disk.0.join("outside/secret.txt"), disk.at("link.txt")).unwrap();
    symlink(disk.0.join("outside"), disk.at("linked")).unwrap();
    symlink("/", disk.at("slash")).unwrap();
    let drive = disk.drive();
    let ids = [
        "link.txt",
        "linked/secret.txt",
        "slash/etc/passwd",
        "../outside/secret.txt",
        "sub/../../outside/secret.txt",
        "/etc/passwd",
        "%2e%2e/outside/secret.txt",
        "sub/%2fetc/passwd",
        ".",
        "..",
        "linked",
    ];
    for id in ids {
        assert_eq!(kind(drive.stat(&file(id), &CallContext::unbounded())), DriveErrorKind::NoSuchFile, "{id}");
        assert_eq!(kind(drive.open(&file(id), &CallContext::unbounded())), DriveErrorKind::NoSuchFile, "{id}");
        assert_eq!(kind(drive.delete(&file(id))), DriveErrorKind::NoSuchFile, "{id}");
    }
    for path in ["../outside/new", "linked/new", "/tmp/new", "a\0b", "link.txt/new", ".hidden", "sub/", ""] {
        let refused = drive.upload(path).map(|_| ()).unwrap_err().kind();
        assert_eq!(refused, ErrorKind::InvalidArgument, "{path:?}");
    }
    assert_eq!(fs::read_dir(disk.0.join("outside")).unwrap().count(), 1);
    assert!(drive.list(&file(ROOT)).unwrap().iter().all(|entry| entry.info.name == "sub"));
}

#[test]
#[cfg(unix)]
fn an_upload_replaces_a_link_and_not_its_target() {
    let disk = Disk::new("replace");
    symlink(disk.0.join("outside/secret.txt"), disk.at("link.txt")).unwrap();
    put(&disk.drive(), "link.txt", b"mine");
    assert_eq!(fs::read(disk.0.join("outside/secret.txt")).unwrap(), b"secret");
    assert_eq!(fs::read(disk.at("link.txt")).unwrap(), b"mine");
}

#[test]
fn other_spaces_do_not_exist() {
    let disk = Disk::new("space");
    fs::write(disk.at("a.txt"), "a").unwrap();
    let other = FileRef::new(SpaceId::new("other").unwrap(), FileId::new("a.txt").unwrap());
    assert_eq!(kind(disk.drive().stat(&other, &CallContext::unbounded())), DriveErrorKind::NoSuchSpace);
    let asked = disk.drive().authorize(
        &Caller::user("mary"),
        Some(&other),
        &other.space,
        Action::View,
        &CallContext::unbounded(),
    );
    assert_eq!(kind(asked), DriveErrorKind::NoSuchSpace);
}

#[test]
#[cfg(unix)]
fn a_pipe_is_not_a_file_and_opening_it_does_not_block() {
    let disk = Disk::new("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, disk.at("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert_eq!(kind(disk.drive().stat(&file("pipe"), &CallContext::unbounded())), DriveErrorKind::NoSuchFile);
    assert_eq!(kind(disk.drive().open(&file("pipe"), &CallContext::unbounded())), DriveErrorKind::Unsupported);
}

#[test]
fn a_version_changes_with_content_of_the_same_size() {
    let disk = Disk::new("version");
    let drive = disk.drive();
    let a = put(&drive, "a.txt", b"one");
    let first = drive.stat(&a, &CallContext::unbounded()).unwrap().version;
    assert_eq!(drive.stat(&a, &CallContext::unbounded()).unwrap().version, first);
    put(&drive, "a.txt", b"two");
    assert_ne!(drive.stat(&a, &CallContext::unbounded()).unwrap().version, first);
}

#[test]
fn an_abandoned_upload_leaves_nothing() {
    let disk = Disk::new("given-up");
    fs::write(disk.at("a.txt"), "old").unwrap();
    let drive = disk.drive();
    let mut upload = drive.upload("a.txt").unwrap();
    upload.write_all(b"half of the n").unwrap();
    assert_eq!(fs::read(disk.at("a.txt")).unwrap(), b"old");
    drop(upload);
    assert_eq!(fs::read_dir(disk.at("")).unwrap().count(), 2);
}

#[test]
fn a_listing_has_folders_first_and_nothing_hidden() {
    let disk = Disk::new("list");
    for name in ["b.txt", "A.txt", ".hidden", "sub/in.txt"] {
        fs::write(disk.at(name), "x").unwrap();
    }
    let listed = disk.drive().list(&file(ROOT)).unwrap();
    let names: Vec<_> = listed.iter().map(|e| (e.info.name.as_str(), e.is_folder(), e.file.file.as_str())).collect();
    assert_eq!(names, [("sub", true, "sub"), ("A.txt", false, "A.txt"), ("b.txt", false, "b.txt")]);
}

#[test]
fn a_copy_is_created_once_per_key_and_overwrites_nothing() {
    let disk = Disk::new("copy");
    let drive = disk.drive();
    let from = put(&drive, "a.tar.gz", b"content");
    let who = Caller::anonymous();
    let one = drive.copy(&from, &file("sub"), &who, "key 1", &CallContext::unbounded()).unwrap();
    assert_eq!(drive.copy(&from, &file("sub"), &who, "key 1", &CallContext::unbounded()).unwrap(), one);
    let two = drive.copy(&from, &file("sub"), &who, "key 2", &CallContext::unbounded()).unwrap();
    let three = drive.copy(&from, &file(ROOT), &who, "key 3", &CallContext::unbounded()).unwrap();
    assert_eq!((one.file.as_str(), two.file.as_str()), ("sub/a.tar.gz", "sub/a.tar (2).gz"));
    assert_eq!(three.file.as_str(), "a.tar (2).gz");
    assert_eq!(fs::read(disk.at("sub/a.tar (2).gz")).unwrap(), b"content");
    assert_eq!(fs::read_dir(disk.at("sub")).unwrap().count(), 2);
}

#[test]
fn deleting_a_folder_returns_its_files() {
    let disk = Disk::new("delete");
    let drive = disk.drive();
    put(&drive, "sub/deep/a.txt", b"a");
    put(&drive, "sub/b.txt", b"b");
    let mut gone: Vec<String> = drive.delete(&file("sub")).unwrap().iter().map(|f| f.file.to_string()).collect();
    gone.sort();
    assert_eq!(gone, ["sub/b.txt", "sub/deep/a.txt"]);
    assert!(!disk.at("sub").exists());
    assert_eq!(kind(drive.delete(&file(ROOT))), DriveErrorKind::Unsupported);
}

#[test]
fn a_uri_resolves_to_a_file() {
    let disk = Disk::new("uri");
    let drive = disk.drive();
    let a = put(&drive, "sub/图 #1.png", b"a");
    let uri = cloudreve::uri("sub/图 #1.png");
    assert_eq!(uri, "cloudreve://my/sub/%E5%9B%BE%20%231.png");
    assert_eq!(drive.resolve(&uri, &Caller::user("mary"), &CallContext::unbounded()).unwrap(), a);
    for uri in ["cloudreve://my/../x", "cloudreve://my/%2e%2e/x", "cloudreve://trash/x", "file:///etc/passwd", ""] {
        assert_eq!(
            kind(drive.resolve(uri, &Caller::user("mary"), &CallContext::unbounded())),
            DriveErrorKind::NoSuchFile,
            "{uri}"
        );
    }
}

#[test]
fn a_watcher_reports_changes_made_by_others() {
    let disk = Disk::new("watch");
    fs::write(disk.at("there.txt"), "x").unwrap();
    let drive = Arc::new(disk.drive());
    let (sender, changes) = channel();
    let watcher = drive.watch(move |change| drop(sender.send(change))).unwrap();
    let next = || changes.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(next(), Change::Changed(file("there.txt")));
    fs::write(disk.at("sub/new.txt"), "x").unwrap();
    assert_eq!(next(), Change::Changed(file("sub/new.txt")));
    fs::write(disk.at("there.txt"), "other").unwrap();
    assert_eq!(next(), Change::Changed(file("there.txt")));
    // Changes made through the drive are not reported.
    put(&drive, "mine.txt", b"x");
    fs::remove_file(disk.at("sub/new.txt")).unwrap();
    assert_eq!(next(), Change::Deleted(file("sub/new.txt")));
    drive.delete(&file("mine.txt")).unwrap();
    drop(watcher);
    assert_eq!(changes.try_iter().collect::<Vec<_>>(), []);
}

#[test]
fn a_file_being_written_is_not_reported() {
    let disk = Disk::new("growing");
    let drive = Arc::new(disk.drive());
    let (sender, changes) = channel();
    let _watcher = drive.watch(move |change| drop(sender.send(change))).unwrap();
    let mut growing = fs::File::create(disk.at("growing.bin")).unwrap();
    for _ in 0..40 {
        growing.write_all(&[0; 100]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(changes.try_recv().ok(), None);
    drop(growing);
    assert_eq!(changes.recv_timeout(Duration::from_secs(20)).unwrap(), Change::Changed(file("growing.bin")));
}
