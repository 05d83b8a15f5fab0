//! Keys of everything that is stored.
//!
//! A record's key is four hashes in a row: space, file, version, and variant (spec and recipe). The key is derived from
//! what is known about a file, so a lookup is one key read; all records of a file, and of a space, are adjacent, so
//! dropping them is a range delete.

use sha2::{Digest, Sha256};

use crate::model::blob::BlobName;
use crate::model::id::{FileRef, Owner, SpaceId, Version};

/// Key of a space.
pub type SpaceKey = [u8; 16];
/// Key of a file: space, file.
pub type FileKey = [u8; 32];
/// Key of a file's content: space, file, version.
pub type ContentKey = [u8; 48];
/// Key of a thumbnail: space, file, version, variant.
pub type RecordKey = [u8; 64];

/// The hash of `parts` under `domain`. Each part is preceded by its length, so no two lists hash the same bytes.
pub(crate) fn hash(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The first half of [`hash`].
pub(crate) fn short_hash(domain: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&hash(domain, parts)[..16]);
    short
}

fn joined<const N: usize, const M: usize, const L: usize>(left: &[u8; N], right: &[u8; M]) -> [u8; L] {
    let mut key = [0; L];
    key[..N].copy_from_slice(left);
    key[N..].copy_from_slice(right);
    key
}

/// The key of a space.
pub fn space_key(space: &SpaceId) -> SpaceKey {
    short_hash("space", &[space.as_str().as_bytes()])
}

/// The key of a file.
pub fn file_key(file: &FileRef) -> FileKey {
    joined(&space_key(&file.space), &short_hash("file", &[file.file.as_str().as_bytes()]))
}

/// The part of a key that stands for a version.
pub fn version_part(version: &Version) -> [u8; 16] {
    short_hash("version", &[version.as_str().as_bytes()])
}

/// The key of a file's content; without a version, the key of whatever content the file has.
pub fn content_key(file: &FileRef, version: Option<&Version>) -> ContentKey {
    joined(&file_key(file), &version.map_or([0; 16], version_part))
}

/// The key of the variant `variant` of a content.
pub fn record_key(content: &ContentKey, variant: &[u8; 16]) -> RecordKey {
    joined(content, variant)
}

/// The key of the package that a share task creates. Never the key of a file.
pub fn package_key(space: &SpaceId, task: &[u8; 16]) -> RecordKey {
    let file: FileKey = joined(&space_key(space), &short_hash("package", &[task]));
    let content: ContentKey = joined(&file, &[0; 16]);
    joined(&content, &[0; 16])
}

/// The blob name for a thumbnail generated under one lease. It is unique: garbage collection may remove the blob of a
/// dropped record while another job generates the same thumbnail again.
pub(crate) fn thumbnail_blob(key: &RecordKey, owner: &Owner, job: i64, token: i64) -> BlobName {
    BlobName(hash("blob", &[key, owner, &job.to_le_bytes(), &token.to_le_bytes()]))
}

/// The blob name for the package under `key`. Deterministic, so that a job resumed after a crash finds it.
pub(crate) fn package_blob(key: &RecordKey, etag: &[u8; 16]) -> BlobName {
    BlobName(hash("package blob", &[key, etag]))
}

/// The etag of a thumbnail's bytes.
pub(crate) fn etag(content: &[u8]) -> [u8; 16] {
    short_hash("etag", &[content])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::FileId;

    fn file(space: &str, file: &str) -> FileRef {
        FileRef::new(SpaceId::new(space).unwrap(), FileId::new(file).unwrap())
    }

    #[test]
    fn a_key_depends_on_each_of_its_parts() {
        let key = |s: &str, f: &str, v: &str, variant: &[u8; 16]| {
            record_key(&content_key(&file(s, f), Some(&Version::new(v).unwrap())), variant)
        };
        let base = key("s", "f", "v", &[1; 16]);
        assert_eq!(base, key("s", "f", "v", &[1; 16]));
        for different in [
            key("t", "f", "v", &[1; 16]),
            key("s", "g", "v", &[1; 16]),
            key("s", "f", "w", &[1; 16]),
            key("s", "f", "v", &[2; 16]),
        ] {
            assert_ne!(base, different);
        }
    }

    #[test]
    fn a_thumbnail_generated_again_gets_a_new_blob_name() {
        let first = thumbnail_blob(&[1; 64], &[2; 16], 3, 4);
        for different in [
            thumbnail_blob(&[0; 64], &[2; 16], 3, 4),
            thumbnail_blob(&[1; 64], &[0; 16], 3, 4),
            thumbnail_blob(&[1; 64], &[2; 16], 0, 4),
            thumbnail_blob(&[1; 64], &[2; 16], 3, 0),
        ] {
            assert_ne!(first, different);
        }
    }

    #[test]
    fn moving_bytes_between_parts_changes_the_hash() {
        assert_ne!(hash("d", &[b"ab", b"c"]), hash("d", &[b"a", b"bc"]));
    }

    #[test]
    fn files_of_a_space_share_a_key_prefix() {
        assert_eq!(file_key(&file("s", "a"))[..16], file_key(&file("s", "b"))[..16]);
        assert_eq!(file_key(&file("s", "a"))[..16], space_key(&SpaceId::new("s").unwrap()));
    }
}
