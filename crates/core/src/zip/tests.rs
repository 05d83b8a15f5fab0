use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};

use ::zip::CompressionMethod;
use ::zip::write::SimpleFileOptions;

use super::*;
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::source::{ReadAt, Source};
use crate::testing;

/// An archive of these entries, deflated and stored in turn.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (n, (name, content)) in entries.iter().enumerate() {
        let method = [CompressionMethod::Deflated, CompressionMethod::Stored][n % 2];
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn sample() -> Vec<u8> {
    archive(&[("a.txt", &b"deflated ".repeat(50)), ("b.txt", b"stored")])
}

/// The names and contents of all entries, read both ways.
fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let source = Source::from_slice(bytes);
    let entries = |cx: &crate::decode::Context<'_>| {
        let directory = Directory::read(&source, cx)?;
        let all = directory.entries().iter().map(|entry| {
            let content = entry.content(&source, cx)?.source.read_all(u64::MAX)?;
            let mut streamed = Vec::new();
            entry.reader(&source)?.read_to_end(&mut streamed)?;
            assert_eq!(content, streamed);
            Ok((entry.name.clone(), content))
        });
        all.collect()
    };
    testing::with_context(entries).0
}

/// Offset of the first end record's signature from the end.
fn end_record(bytes: &[u8]) -> usize {
    bytes.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap()
}

fn expected() -> Vec<(String, Vec<u8>)> {
    vec![("a.txt".to_owned(), b"deflated ".repeat(50)), ("b.txt".to_owned(), b"stored".to_vec())]
}

#[test]
fn entries_are_read() {
    assert_eq!(read(&sample()).unwrap(), expected());
    assert_eq!(read(&archive(&[])).unwrap(), []);
}

#[test]
fn data_before_and_after_the_archive_is_ignored() {
    let mut bytes = vec![b'x'; 5000];
    bytes.extend(sample());
    bytes.extend([0; 300]);
    assert_eq!(read(&bytes).unwrap(), expected());
}

#[test]
fn a_long_comment_is_searched_for_the_end_record() {
    let mut writer = ::zip::ZipWriter::new_append(Cursor::new(sample())).unwrap();
    writer.set_raw_comment(vec![b'c'; 60_000].into()).unwrap();
    assert_eq!(read(&writer.finish().unwrap().into_inner()).unwrap(), expected());
}

#[test]
fn a_stray_end_record_in_a_comment_is_passed_over() {
    let mut bytes = sample();
    let mut stray = b"PK\x05\x06".to_vec();
    stray.extend([9; 30]);
    bytes.extend(stray);
    assert_eq!(read(&bytes).unwrap(), expected());
}

#[test]
fn a_wrong_directory_size_is_corrected_by_its_offset() {
    let mut bytes = sample();
    let end = end_record(&bytes);
    bytes[end + 12] ^= 0x15;
    assert_eq!(read(&bytes).unwrap(), expected());
}

#[test]
fn a_wrong_directory_offset_is_corrected_by_its_size() {
    let mut bytes = archive(&[("a.txt", b"a")]);
    let end = end_record(&bytes);
    bytes[end + 18] = 0x70;
    // The offset is larger than the archive, so nothing can precede it.
    assert_eq!(read(&bytes).unwrap(), [("a.txt".to_owned(), b"a".to_vec())]);
}

#[test]
fn zip64_records_and_sizes_are_read() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a", SimpleFileOptions::default().large_file(true)).unwrap();
    writer.write_all(b"aaa").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(read(&wide(&bytes)).unwrap(), [("a".to_owned(), b"aaa".to_vec())]);
    let prefixed = [vec![1; 77], wide(&bytes)].concat();
    assert_eq!(read(&prefixed).unwrap(), [("a".to_owned(), b"aaa".to_vec())]);
}

/// The archive with a ZIP64 end record, which its 32-bit one refers to.
fn wide(bytes: &[u8]) -> Vec<u8> {
    let end = end_record(bytes);
    let field = |at: usize| u32::from_le_bytes(bytes[end + at..end + at + 4].try_into().unwrap());
    let (length, start) = (u64::from(field(12)), u64::from(field(16)));
    let mut out = bytes[..end].to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for n in [1, 1, length, start] {
        out.extend(n.to_le_bytes());
    }
    out.extend(b"PK\x06\x07");
    out.extend(0_u32.to_le_bytes());
    out.extend((end as u64).to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    let mut record = bytes[end..].to_vec();
    record[8..20].fill(0xFF);
    out.extend(record);
    out
}

#[test]
fn an_archive_without_a_directory_is_corrupt_and_its_first_entries_are_found() {
    let bytes = sample();
    let cut = &bytes[..end_record(&bytes) - 40];
    assert_eq!(read(cut).unwrap_err().kind(), ErrorKind::Corrupt);
    let source = Source::from_slice(cut);
    let names: Vec<String> = scan(&source).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
}

#[test]
fn every_cut_of_an_archive_is_survived() {
    let bytes = wide(&sample());
    for n in 0..bytes.len() {
        assert!(read(&bytes[..n]).is_err());
        scan(&Source::from_slice(&bytes[..n]));
    }
}

#[test]
fn an_encrypted_entry_is_refused() {
    let mut bytes = archive(&[("a", b"aaa")]);
    let entry = bytes.windows(4).position(|w| w == DIRECTORY_ENTRY).unwrap();
    bytes[entry + 8] |= 1;
    assert_eq!(read(&bytes).unwrap_err().kind(), ErrorKind::Encrypted);
}

#[test]
fn an_unknown_method_is_unsupported() {
    let mut bytes = archive(&[("a", b"aaa")]);
    let entry = bytes.windows(4).position(|w| w == DIRECTORY_ENTRY).unwrap();
    bytes[entry + 10] = 14;
    assert_eq!(read(&bytes).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn damaged_data_ends_the_content() {
    let content: Vec<u8> = (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let mut bytes = archive(&[("a", &content)]);
    let at = bytes.len() / 2;
    bytes[at..at + 200].fill(0xFF);
    testing::with_context(|cx| {
        let source = Source::from_slice(&bytes);
        let directory = Directory::read(&source, cx).unwrap();
        let damaged = directory.entries()[0].content(&source, cx).unwrap();
        assert_eq!(damaged.damage.unwrap().kind(), ErrorKind::Corrupt);
        assert!(damaged.source.size() > 1000);
    });
}

#[test]
fn content_beyond_the_limit_is_a_limit_whatever_size_is_claimed() {
    let mut bytes = archive(&[("a", &[b' '; 5000])]);
    let limits = Limits::default().max_part(1000);
    let entry = bytes.windows(4).position(|w| w == DIRECTORY_ENTRY).unwrap();
    for claimed in [5000_u32, 10] {
        bytes[entry + 24..entry + 28].copy_from_slice(&claimed.to_le_bytes());
        let source = Source::from_slice(&bytes);
        testing::with_limits(&limits, |cx| {
            let directory = Directory::read(&source, cx).unwrap();
            let error = directory.entries()[0].content(&source, cx).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit);
        });
    }
}

#[test]
fn too_many_entries_are_a_limit() {
    let limits = Limits::default().max_entries(1);
    testing::with_limits(&limits, |cx| {
        let error = Directory::read(&Source::from_slice(&sample()), cx).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
    });
}

/// Counts the ranges that are read.
struct Counted {
    bytes: Vec<u8>,
    ranges: Arc<Mutex<Vec<(u64, usize)>>>,
}

impl ReadAt for Counted {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = Cursor::new(&self.bytes[offset as usize..]).read(buf)?;
        self.ranges.lock().unwrap().push((offset, n));
        Ok(n)
    }
}

#[test]
fn a_long_directory_is_peeked_at_and_continued_without_reading_twice() {
    let names: Vec<String> = (0..9000).map(|n| format!("folder/picture number {n}.jpg")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let bytes = archive(&entries);
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let size = bytes.len() as u64;
    let source = Source::from_read_at(Counted { bytes, ranges: ranges.clone() }, size);
    let peeked = Directory::peek(&source).unwrap().unwrap();
    assert!((2000..8000).contains(&peeked.entries().len()), "{}", peeked.entries().len());
    testing::with_context(|cx| {
        let whole = Directory::read(&source, cx).unwrap();
        let found: Vec<&str> = whole.entries().iter().map(|entry| entry.name.as_str()).collect();
        assert!(found == names);
        Directory::read(&source, cx).unwrap();
    });
    let read: usize = ranges.lock().unwrap().iter().map(|(_, n)| n).sum();
    let directory = names.len() * (46 + 29) + (32 << 10);
    assert!(read < directory, "{read} of {directory}");
}

#[test]
fn an_entry_is_read_in_one_range() {
    let bytes = archive(&[("first", &[b'x'; 9000]), ("a", &b"content ".repeat(900))]);
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let size = bytes.len() as u64;
    let source = Source::from_read_at(Counted { bytes, ranges: ranges.clone() }, size);
    let directory = Directory::peek(&source).unwrap().unwrap();
    ranges.lock().unwrap().clear();
    let mut content = Vec::new();
    directory.entries()[1].reader(&source).unwrap().read_to_end(&mut content).unwrap();
    assert_eq!(content, b"content ".repeat(900));
    assert_eq!(ranges.lock().unwrap().len(), 1);
}
