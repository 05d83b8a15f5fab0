use std::io::{Cursor, Write};

use super::*;
use crate::testing;

/// An OLE2 file of these streams; `/` in a path makes storages.
pub(crate) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        if let Some((storage, _)) = path.rsplit_once('/') {
            file.create_storage_all(storage).unwrap();
        }
        file.create_stream(path).unwrap().write_all(content).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn pattern(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 31 % 251) as u8).collect()
}

/// The content of a stream.
fn read(file: &[u8], path: &str) -> Result<Vec<u8>> {
    testing::with_context(|cx| CompoundFile::open(&Source::from_slice(file), cx)?.stream(path, cx)?.read_all(1 << 24)).0
}

#[test]
fn streams_of_any_size_are_read() {
    for size in [0, 1, 63, 64, 65, 511, 4095, 4096, 4097, 100_000, 9_000_000] {
        let file = compound(&[("first", &pattern(100)), ("Stream", &pattern(size)), ("a/b", &pattern(5000))]);
        assert_eq!(read(&file, "STREAM").unwrap(), pattern(size), "{size}");
        assert_eq!(read(&file, "a/b").unwrap(), pattern(5000));
    }
}

#[test]
fn fragmented_streams_are_joined() {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
    let (mut one, mut two) = (file.create_stream("one").unwrap(), file.create_stream("two").unwrap());
    for chunk in pattern(60_000).chunks(5_000) {
        one.write_all(chunk).unwrap();
        one.flush().unwrap();
        two.write_all(chunk).unwrap();
        two.flush().unwrap();
    }
    drop((one, two));
    file.flush().unwrap();
    let file = file.into_inner().into_inner();
    assert_eq!(read(&file, "two").unwrap(), pattern(60_000));
}

#[test]
fn names_are_listed_per_storage() {
    let file = compound(&[("WordDocument", b"x"), ("ObjectPool/1/Workbook", b"y"), ("1Table", b"z")]);
    let file = CompoundFile::open_within(&Source::from_bytes(file), 100).unwrap();
    let mut names: Vec<&str> = file.names("").collect();
    names.sort_unstable();
    assert_eq!(names, ["1Table", "ObjectPool", "WordDocument"]);
    assert_eq!(file.names("objectpool/1").collect::<Vec<_>>(), ["Workbook"]);
}

#[test]
fn looping_chains_end() {
    let mut file = compound(&[("Stream", &pattern(100_000))]);
    // All FAT entries lead to the first sector.
    let table = 512 * (1 + u32_at(&file, 76) as usize);
    for n in 0..128 {
        file[table + n * 4..][..4].fill(0);
    }
    assert!(read(&file, "Stream").is_ok_and(|bytes| bytes.len() <= file.len()) || read(&file, "Stream").is_err());
    // And so does the list of FAT sectors.
    file[44..48].fill(0xFF);
    file[68..72].fill(0);
    let _ = read(&file, "Stream");
}

#[test]
fn chains_beyond_the_mini_stream_end() {
    let mut file = compound(&[("small", &pattern(50))]);
    let (directory, table) = (512 * (1 + u32_at(&file, 48) as usize), 512 * (1 + u32_at(&file, 60) as usize));
    let sector = 100_u32.to_le_bytes();
    file[directory + 128 + 116..][..4].copy_from_slice(&sector);
    file[table + 100 * 4..][..4].copy_from_slice(&sector);
    assert!(read(&file, "small").unwrap().is_empty());
}

#[test]
fn looping_siblings_end() {
    let mut file = compound(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    let directory = 512 * (1 + u32_at(&file, 48) as usize);
    for entry in 1..4 {
        for field in [68, 72, 76] {
            file[directory + entry * 128 + field..][..4].copy_from_slice(&1_u32.to_le_bytes());
        }
    }
    let file = CompoundFile::open_within(&Source::from_bytes(file), 100).unwrap();
    assert!(file.names("").count() <= 3);
}

#[test]
fn truncated_files_do_not_hang() {
    let file = compound(&[("Stream", &pattern(20_000)), ("small", &pattern(50))]);
    for n in 0..=64 {
        let cut = &file[..file.len() * n / 64];
        for name in ["Stream", "small"] {
            assert!(read(cut, name).is_ok_and(|bytes| bytes.len() <= 20_000) || read(cut, name).is_err());
        }
    }
    assert_eq!(read(b"PK\x03\x04", "x").unwrap_err().kind(), ErrorKind::Corrupt);
}
