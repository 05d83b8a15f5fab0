//! Lookups (section 5 of the semantics), one test per row.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine_host::{Mood, SOON, Temp, TestClock, TestDrive, config, ended, file, mary, open, until};
use thumbling::ErrorKind;
use thumbling_engine::caller::Caller;
use thumbling_engine::drive::Verdict;
use thumbling_engine::id::FileRef;
use thumbling_engine::lookup::{LookupMode, LookupState};
use thumbling_engine::task::TaskKind;
use thumbling_engine::url::Target;
use thumbling_engine::url::keyring::{Key, Keyring};
use thumbling_engine::{Engine, Subject};

fn setup(name: &str) -> (Temp, Arc<TestDrive>, Engine) {
    let (temp, drive) = (Temp::new(name), TestDrive::new());
    let engine = open(&temp.0, &drive);
    (temp, drive, engine)
}

fn with_clock(name: &str) -> (Temp, Arc<TestDrive>, Arc<TestClock>, Engine) {
    let (temp, drive, clock) = (Temp::new(name), TestDrive::new(), Arc::new(TestClock::default()));
    let mut config = config(&temp.0);
    config.clock = clock.clone();
    let engine = Engine::open(config, drive.clone()).unwrap();
    (temp, drive, clock, engine)
}

fn lookup_state(engine: &Engine, file: &FileRef, mode: LookupMode) -> LookupState {
    engine.lookup(file, None, &mary(), mode).unwrap().state
}

fn generate(engine: &Engine, file: &FileRef) {
    ended(engine, &engine.create_task(TaskKind::Auto, file, &mary()).unwrap());
}

#[test]
fn ready_has_size_url_expiry_thumbhash_and_etag() {
    let (_temp, drive, engine) = setup("ready");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let LookupState::Ready { width, height, url, thumbhash, etag } = lookup_state(&engine, &a, LookupMode::CacheOnly)
    else {
        panic!()
    };
    assert_eq!((width, height), (32, 24));
    assert!((5..=25).contains(&thumbhash.len()) && !etag.is_empty());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(url.expires > now && url.expires <= now + 7 * 24 * 3600);
    let opened = engine.open_url(&url.url).unwrap();
    assert_eq!((opened.etag, &*opened.content_type), (etag, "image/webp"));
    assert_eq!(&opened.body.read_all(1 << 20).unwrap()[8..12], b"WEBP");
    let again = lookup_state(&engine, &a, LookupMode::CacheOnly);
    assert!(
        matches!(again, LookupState::Ready { url: second, .. } if second == url),
        "the URL changed, so clients cannot cache it"
    );
}

#[test]
fn pending_has_a_retry_delay() {
    let (_temp, drive, engine) = setup("pending");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Blocks);
    for mode in [LookupMode::EnqueueOnMiss, LookupMode::CacheOnly] {
        until(
            "it is pending",
            || matches!(lookup_state(&engine, &a, mode), LookupState::Pending { retry_after } if !retry_after.is_zero()),
        );
    }
    drive.release();
    until("it is ready", || matches!(lookup_state(&engine, &a, LookupMode::CacheOnly), LookupState::Ready { .. }));
}

#[test]
fn cache_only_reports_a_miss_as_not_exist_and_queues_nothing() {
    let (_temp, drive, engine) = setup("not-exist");
    let a = drive.picture("s", "a", 1);
    assert_eq!(lookup_state(&engine, &a, LookupMode::CacheOnly), LookupState::NotExist);
    assert_eq!(engine.counters().unwrap().queued, 0);
    assert_eq!(drive.opens_of(&a), 0);
}

#[test]
fn failed_has_the_error_kind() {
    let (_temp, drive, engine) = setup("failed");
    let a = file("s", "a");
    drive.put(&a, "a.png", b"\x89PNG\r\n\x1a\n".to_vec());
    generate(&engine, &a);
    assert_eq!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Failed { kind: ErrorKind::Corrupt });
}

#[test]
fn a_file_of_unknown_format_is_unsupported() {
    let (_temp, drive, engine) = setup("unsupported");
    let a = file("s", "a");
    drive.put(&a, "a.bin", (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect());
    generate(&engine, &a);
    assert_eq!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Unsupported);
}

#[test]
fn denied_no_such_file_viral_and_malicious_come_from_the_drive() {
    let (_temp, drive, engine) = setup("drives");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let anonymous = engine.lookup(&a, None, &Caller::anonymous(), LookupMode::EnqueueOnMiss).unwrap().state;
    assert_eq!(anonymous, LookupState::Denied);
    assert_eq!(lookup_state(&engine, &file("s", "none"), LookupMode::EnqueueOnMiss), LookupState::NoSuchFile);
    assert_eq!(lookup_state(&engine, &file("nowhere", "a"), LookupMode::EnqueueOnMiss), LookupState::NoSuchFile);
    drive.change(&a, |content| content.verdict = Verdict::Viral);
    assert_eq!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Viral);
    drive.change(&a, |content| content.verdict = Verdict::Malicious);
    assert_eq!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Malicious);
}

#[test]
fn lookup_batch_accepts_1_to_30_files_and_none_fails_the_others() {
    let (_temp, drive, engine) = setup("batch");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    for wrong in [0, 31] {
        let e = engine.lookup_batch(&vec![a.clone(); wrong], None, &mary(), LookupMode::CacheOnly).unwrap_err();
        assert_eq!((e.kind(), e.subject()), (ErrorKind::InvalidArgument, Subject::Files));
    }
    let mut files = vec![a.clone(); 30];
    files[7] = file("s", "none");
    files[8] = file("nowhere", "none");
    let looks = engine.lookup_batch(&files, None, &mary(), LookupMode::CacheOnly).unwrap();
    assert!(looks.iter().zip(&files).all(|(look, file)| look.file == *file), "in the asked order");
    let ready = looks.iter().filter(|look| matches!(look.state, LookupState::Ready { .. })).count();
    assert_eq!((ready, &looks[7].state, &looks[8].state), (28, &LookupState::NoSuchFile, &LookupState::NoSuchFile));
}

#[test]
fn an_unknown_spec_is_an_invalid_argument() {
    let (_temp, drive, engine) = setup("spec");
    let a = drive.picture("s", "a", 1);
    let e = engine.lookup(&a, Some("huge"), &mary(), LookupMode::CacheOnly).unwrap_err();
    assert_eq!((e.kind(), e.subject()), (ErrorKind::InvalidArgument, Subject::Spec));
}

#[test]
fn enqueue_on_miss_queues_the_thumbnail() {
    let (_temp, drive, engine) = setup("enqueue");
    let a = drive.picture("s", "a", 1);
    assert!(matches!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Pending { .. }));
    until("it is made", || matches!(lookup_state(&engine, &a, LookupMode::CacheOnly), LookupState::Ready { .. }));
}

#[test]
fn wait_up_to_waits_no_longer_than_its_timeout() {
    let (_temp, drive, engine) = setup("wait");
    let (a, b) = (drive.picture("s", "a", 1), drive.picture("s", "b", 2));
    assert!(matches!(lookup_state(&engine, &a, LookupMode::WaitUpTo(SOON)), LookupState::Ready { .. }));
    drive.mood(&b, Mood::Blocks);
    let start = Instant::now();
    let state = lookup_state(&engine, &b, LookupMode::WaitUpTo(Duration::from_millis(60)));
    assert!(matches!(state, LookupState::Pending { .. }));
    assert!((Duration::from_millis(60)..Duration::from_secs(5)).contains(&start.elapsed()));
    drive.release();
}

#[test]
fn concurrent_waiters_all_get_the_thumbnail() {
    let (_temp, drive, engine) = setup("wait-many");
    let files: Vec<_> = (0..30).map(|i| drive.picture("s", &format!("f{i}"), i)).collect();
    std::thread::scope(|s| {
        for thread in 0..6 {
            let (engine, files) = (&engine, &files);
            s.spawn(move || {
                // Others' results wake everybody while what this one asked for is still on its way to the queue.
                for file in files.iter().cycle().skip(thread * 5).take(files.len()) {
                    let state = lookup_state(engine, file, LookupMode::WaitUpTo(SOON));
                    assert!(matches!(state, LookupState::Ready { .. }), "{state:?}");
                    assert!(matches!(lookup_state(engine, file, LookupMode::CacheOnly), LookupState::Ready { .. }));
                }
            });
        }
    });
    assert_eq!(drive.opened().len(), files.len());
}

#[test]
fn thumbnail_url_by_uri_and_by_file_opens() {
    let (_temp, drive, engine) = setup("url");
    let a = drive.picture("s", "a", 1);
    let wait = LookupMode::WaitUpTo(SOON);
    let by_uri = engine.thumbnail_url(Target::Uri("test://s/a"), None, &mary(), None, wait).unwrap();
    let by_file = engine.thumbnail_url(Target::File(&a), Some("large"), &mary(), None, wait).unwrap();
    assert!(!by_uri.obfuscated);
    let size = |url: &str| engine.open_url(url).unwrap().body.size();
    assert_ne!(size(&by_uri.url), size(&by_file.url));
    let refused = |target, caller: &Caller| {
        engine.thumbnail_url(target, None, caller, None, LookupMode::CacheOnly).map_err(|e| e.kind()).unwrap_err()
    };
    assert_eq!(refused(Target::Uri("test://s/none"), &mary()), ErrorKind::NotFound);
    assert_eq!(refused(Target::Uri("other://"), &mary()), ErrorKind::NotFound);
    assert_eq!(refused(Target::File(&a), &Caller::anonymous()), ErrorKind::Denied);
    assert_eq!(refused(Target::File(&drive.picture("s", "b", 2)), &mary()), ErrorKind::NotFound);
    let busy = engine.thumbnail_url(Target::Uri("test://s/b"), None, &mary(), None, LookupMode::EnqueueOnMiss);
    assert!(busy.is_ok() || busy.unwrap_err().retry_after().is_some());
}

#[test]
fn open_url_does_not_distinguish_forged_expired_and_missing() {
    let (_temp, drive, clock, engine) = with_clock("alike");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let url = engine.thumbnail_url(Target::File(&a), None, &mary(), None, LookupMode::CacheOnly).unwrap().url;
    assert!(engine.open_url(&url).is_ok());
    let forged = engine.open_url(&url.replace("sign=", "sign=x")).unwrap_err();
    clock.jump(8 * 24 * 3600);
    let expired = engine.open_url(&url).unwrap_err();
    clock.jump(-8 * 24 * 3600);
    assert!(engine.open_url(&url).is_ok());
    engine.file_deleted(&a).unwrap();
    let missing = engine.open_url(&url).unwrap_err();
    assert!(forged == expired && expired == missing);
    assert_eq!(engine.open_url("").unwrap_err(), missing);
}

#[test]
fn keys_rotate_while_the_engine_is_open() {
    let (temp, drive) = (Temp::new("rotate"), TestDrive::new());
    let keys = Arc::new(Keyring::new(Key::new("a", &[1; 32]).unwrap()));
    let mut config = config(&temp.0);
    config.keys = Some(keys.clone());
    let engine = Engine::open(config, drive.clone()).unwrap();
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let url = || engine.thumbnail_url(Target::File(&a), None, &mary(), None, LookupMode::CacheOnly).unwrap().url;
    let old = url();
    keys.rotate(Key::new("b", &[2; 32]).unwrap()).unwrap();
    let new = url();
    assert!(engine.open_url(&old).is_ok() && engine.open_url(&new).is_ok());
    keys.retire("a").unwrap();
    assert!(engine.open_url(&old).is_err() && engine.open_url(&new).is_ok());
}

#[test]
fn obfuscated_urls_hide_the_file_and_open() {
    let (temp, drive) = (Temp::new("obfuscated"), TestDrive::new());
    let mut config = config(&temp.0);
    config.obfuscate = true;
    let engine = Engine::open(config, drive.clone()).unwrap();
    let a = drive.picture("s", "secretname", 1);
    generate(&engine, &a);
    let url = engine.thumbnail_url(Target::File(&a), None, &mary(), None, LookupMode::CacheOnly).unwrap();
    assert!(url.obfuscated && !url.url.contains("secretname"));
    assert!(engine.open_url(&thumbling_engine::url::obfuscate::decode(&url.url).unwrap()).is_ok());
}

#[test]
fn context_hint_skips_resolve_and_stat_for_a_minute() {
    let (_temp, drive, clock, engine) = with_clock("hint");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let uri = "test://s/a";
    let hint = engine.context_hint(&a, Some(uri), None, &mary()).unwrap();
    let asked = || (drive.stats(), drive.resolves());
    let url = |uri, caller: &Caller, hint: &str| {
        let before = asked();
        let url = engine.thumbnail_url(Target::Uri(uri), None, caller, Some(hint), LookupMode::CacheOnly);
        (url.map(|url| url.url).map_err(|e| e.kind()), asked() == before)
    };
    let (fresh, skipped) = url(uri, &mary(), &hint);
    assert!(fresh.is_ok() && skipped, "the drive was asked in spite of the hint");
    // A hint for another caller or URI, changed, or old is ignored.
    assert!(!url(uri, &Caller::user("eve"), &hint).1);
    drive.picture("s", "b", 2);
    assert_eq!(url("test://s/b", &mary(), &hint), (Err(ErrorKind::NotFound), false));
    assert!(!url(uri, &mary(), &format!("{hint}x")).1);
    assert!(!url(uri, &mary(), "").1);
    clock.jump(61);
    let (old, skipped) = url(uri, &mary(), &hint);
    assert!(old.is_ok() && !skipped);
}

#[test]
fn context_hint_grants_no_access() {
    let (_temp, drive, engine) = setup("widen");
    let a = drive.picture("s", "a", 1);
    generate(&engine, &a);
    let hint = engine.context_hint(&a, None, None, &mary()).unwrap();
    drive.deny("mary");
    let e = engine.thumbnail_url(Target::File(&a), None, &mary(), Some(&hint), LookupMode::CacheOnly).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Denied);
    assert_eq!(engine.context_hint(&a, None, None, &mary()).unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn the_drive_authorizes_every_lookup() {
    let (_temp, drive, engine) = setup("asked");
    let a = drive.picture("s", "a", 1);
    let before = drive.asked().len();
    for _ in 0..3 {
        lookup_state(&engine, &a, LookupMode::CacheOnly);
    }
    engine.lookup_batch(&[a.clone(), a], None, &mary(), LookupMode::CacheOnly).unwrap();
    assert_eq!(drive.asked().len() - before, 5);
}

#[test]
fn a_malformed_file_is_not_retried_until_it_changes() {
    let (_temp, drive, clock, engine) = with_clock("malformed");
    let a = file("s", "a");
    drive.put(&a, "a.png", b"\x89PNG\r\n\x1a\n".to_vec());
    generate(&engine, &a);
    clock.jump(30 * 24 * 3600);
    for _ in 0..5 {
        assert_eq!(
            lookup_state(&engine, &a, LookupMode::EnqueueOnMiss),
            LookupState::Failed { kind: ErrorKind::Corrupt }
        );
        generate(&engine, &a);
    }
    assert_eq!(drive.opens_of(&a), 1);
    drive.put(&a, "a.png", crate::engine_host::picture(1, 80, 60));
    assert!(matches!(lookup_state(&engine, &a, LookupMode::WaitUpTo(SOON)), LookupState::Ready { .. }));
}

#[test]
fn a_malformed_file_is_retried_under_another_recipe() {
    let (temp, drive, engine) = setup("recipe");
    let a = file("s", "a");
    drive.put(&a, "a.png", b"\x89PNG\r\n\x1a\n".to_vec());
    generate(&engine, &a);
    drop(engine);
    // The recipe depends on the decoders and on the effort, which a test can change.
    let mut config = config(&temp.0);
    config.effort = thumbling::Effort::Best;
    let engine = Engine::open(config, drive.clone()).unwrap();
    assert!(matches!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Pending { .. }));
    until("it was tried again", || drive.opens_of(&a) == 2);
}

#[test]
fn timeouts_and_io_errors_are_retried_later() {
    let (_temp, drive, clock, engine) = with_clock("later");
    let a = drive.picture("s", "a", 1);
    drive.mood(&a, Mood::Unavailable);
    let id = engine.create_task(TaskKind::Auto, &a, &mary()).unwrap();
    // Moves the clock to when each retry is due.
    for tries in 1..=4 {
        until("it was tried", || drive.opens_of(&a) == tries);
        until("the retry is written down", || engine.counters().unwrap().running == 0);
        std::thread::sleep(Duration::from_millis(50));
        clock.jump(200);
    }
    assert_eq!(ended(&engine, &id).items[0].error, Some(ErrorKind::Io));
    // Not at once.
    clock.jump(-200);
    assert_eq!(lookup_state(&engine, &a, LookupMode::EnqueueOnMiss), LookupState::Failed { kind: ErrorKind::Io });
    drive.mood(&a, Mood::Well);
    clock.jump(1000);
    assert!(matches!(lookup_state(&engine, &a, LookupMode::WaitUpTo(SOON)), LookupState::Ready { .. }));
}
