use std::time::Duration;

use thumbling_core::decode::Effort;
use thumbling_core::error::ErrorKind;
use thumbling_core::format::Family;
use thumbling_core::frame::Origin;
use thumbling_core::geometry::{Fit, Position};
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;

use super::*;
use crate::kind::Kind;
use crate::sandbox::Sandbox;

fn job() -> Job {
    let mut hint = Hint::name("a/b.AVIF");
    hint.mime = Some("image/avif".into());
    Job {
        id: 7,
        size: 1 << 40,
        delivery: Delivery::Brokered,
        hint,
        limits: Limits::default().max_memory(5).timeout(Duration::from_millis(7)),
        page: 3,
        time: Some(Duration::from_secs(9)),
        effort: Effort::Best,
        frames: vec![
            Frame { width: 1, height: 2, fit: Fit::Cover, position: Position::Attention },
            Frame { width: 256, height: 256, fit: Fit::ScaleDown, position: Position::Center },
        ],
        output: 1 << 20,
    }
}

fn done() -> Done {
    Done {
        format: "avif".into(),
        format_family: Family::Image,
        family: Family::Video,
        width: 640.5,
        height: 480.0,
        pages: 2,
        duration: Some(Duration::from_millis(1)),
        flags: [true, false, true, false],
        pictures: vec![Picture { width: 9, height: 8, channels: 4, offset: 77 }],
        origin: Origin::Rendered,
        confidence: 0.5,
        warnings: vec!["one".into(), "two ä".into()],
        bytes_read: 12,
    }
}

fn from_worker() -> Vec<FromWorker> {
    let failure =
        Failure { kind: ErrorKind::Corrupt, format: Some("jxl".into()), detail: "x".into(), bytes_read: 1, refused: 2 };
    vec![
        FromWorker::Ready(Ready::Yes { build: BUILD.into(), kind: Kind::Page, sandbox: Sandbox::Landlock }),
        FromWorker::Ready(Ready::No("no".into())),
        FromWorker::Read { offset: u64::MAX, len: 1 },
        FromWorker::Done(7, done()),
        FromWorker::Failed(7, failure),
        FromWorker::Needs(7, Kind::Video),
    ]
}

fn to_worker() -> Vec<ToWorker<'static>> {
    vec![ToWorker::Job(job()), ToWorker::Bytes(b"bytes"), ToWorker::ReadFailed("gone".into())]
}

fn statuses() -> Vec<Status> {
    let ended = Ended { signal: Some(9), code: None, stderr: "text".into() };
    vec![Status::Started, Status::NotStarted("EPERM".into()), Status::Ended(ended)]
}

#[test]
fn messages_survive_encoding() {
    for message in from_worker() {
        assert_eq!(FromWorker::decode(&message.encode()).as_ref(), Ok(&message));
    }
    for message in to_worker() {
        assert_eq!(ToWorker::decode(&message.encode()).as_ref(), Ok(&message));
    }
    for message in statuses() {
        assert_eq!(Status::decode(&message.encode()).as_ref(), Ok(&message));
    }
    let spawn = Spawn { kind: Kind::Video, sandbox: Sandbox::Full, memory: 1 << 40 };
    assert_eq!(Spawn::decode(&spawn.encode()), Ok(spawn));
}

#[test]
fn every_message_fits_into_a_packet() {
    let mut done = done();
    done.warnings = vec!["w".repeat(5000); 1000];
    done.pictures = vec![done.pictures[0]; MAX_FRAMES];
    let mut job = job();
    job.frames = vec![job.frames[0]; MAX_FRAMES];
    job.hint.name = Some("ä".repeat(100_000));
    let messages = [
        FromWorker::Done(7, done).encode(),
        ToWorker::Job(job).encode(),
        ToWorker::Bytes(&vec![0; MAX_READ]).encode(),
        ToWorker::ReadFailed("x".repeat(1 << 20)).encode(),
    ];
    for message in &messages {
        assert!(message.len() <= MAX_MESSAGE, "{}", message.len());
        assert!(FromWorker::decode(message).is_ok() || ToWorker::decode(message).is_ok());
    }
}

#[test]
fn a_message_that_is_cut_or_continued_is_malformed() {
    for message in from_worker().iter().map(FromWorker::encode) {
        for end in 0..message.len() {
            assert!(FromWorker::decode(&message[..end]).is_err(), "{end} of {message:?}");
        }
        assert!(FromWorker::decode(&[&message[..], &[0]].concat()).is_err());
    }
}

#[test]
fn numbers_that_arithmetic_cannot_take_are_malformed() {
    for (width, confidence) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (-1.0, 1.0), (1.0, 2.0), (1.0, f64::NAN)] {
        let lie = FromWorker::Done(7, Done { width, confidence, ..done() });
        assert!(FromWorker::decode(&lie.encode()).is_err());
    }
    for format in ["", "A", "a b", "\u{1b}[2J", "../x"] {
        let lie = FromWorker::Done(7, Done { format: format.into(), ..done() });
        assert!(FromWorker::decode(&lie.encode()).is_err(), "{format:?}");
    }
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 16) as usize % n.max(1)
    }
}

/// Any bytes are a value or a typed error; a value encodes to bytes that decode to the same value.
#[test]
fn any_bytes_decode_to_a_value_or_an_error() {
    let mut seeds: Vec<Vec<u8>> = from_worker().iter().map(FromWorker::encode).collect();
    seeds.extend(to_worker().iter().map(ToWorker::encode));
    seeds.extend(statuses().iter().map(Status::encode));
    let mut random = Random(0x5EED);
    let mut accepted = 0;
    for _ in 0..300_000 {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(6) {
                0 if !bytes.is_empty() => bytes[at] = random.next() as u8,
                1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
                2 => bytes.truncate(at),
                3 => bytes.insert(at.min(bytes.len()), random.next() as u8),
                4 => bytes.extend((0..random.below(40)).map(|i| (i * 37) as u8)),
                _ if bytes.len() >= at + 4 => {
                    let extreme = [0, 1, u32::MAX, 0x7FFF_FFFF, 0x8000_0000][random.below(5)];
                    bytes[at..at + 4].copy_from_slice(&extreme.to_le_bytes());
                }
                _ => {}
            }
        }
        if let Ok(message) = FromWorker::decode(&bytes) {
            accepted += 1;
            assert_eq!(FromWorker::decode(&message.encode()), Ok(message));
        }
        if let Ok(message) = ToWorker::decode(&bytes) {
            assert_eq!(ToWorker::decode(&message.encode()), Ok(message));
        }
        let _ = Status::decode(&bytes);
        let _ = Spawn::decode(&bytes);
    }
    // Otherwise the mutations only reach the first check.
    assert!(accepted > 1000, "{accepted}");
}
