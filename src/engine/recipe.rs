//! Keys of everything that is kept, and the recipe that thumbnails are made by.
//!
//! A record's key is four hashes in a row: space, file, version, and variant (spec and recipe). Whoever knows the four
//! knows the key, so a look-up is a get; all of a file, and all of a space, lie together, so forgetting them is a range.
//! The recipe changes with this library's version and formats: what another recipe made, or failed to make, is not found.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::codecs;
use crate::decode::Effort;
use crate::engine::id::{FileRef, SpaceId, Version};
use crate::engine::port::blobs::BlobName;
use crate::engine::port::queue::Owner;
use crate::geometry::{Fit, Position};
use crate::request::{Output, Spec};

/// A space.
pub(crate) type SpaceKey = [u8; 16];
/// A file: its space, itself.
pub(crate) type FileKey = [u8; 32];
/// A file's content: space, file, version.
pub(crate) type ContentKey = [u8; 48];
/// A thumbnail: space, file, version, variant.
pub(crate) type RecordKey = [u8; 64];

/// The hash of `parts` under `domain`: each is preceded by its length, so that no two lists are the same bytes.
pub(crate) fn hash(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&domain.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn short(domain: &str, parts: &[&[u8]]) -> [u8; 16] {
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
pub(crate) fn space_key(space: &SpaceId) -> SpaceKey {
    short("space", &[space.as_str().as_bytes()])
}

/// The key of a file.
pub(crate) fn file_key(file: &FileRef) -> FileKey {
    joined(&space_key(&file.space), &short("file", &[file.file.as_str().as_bytes()]))
}

/// What stands for a version in keys.
pub(crate) fn version_part(version: &Version) -> [u8; 16] {
    short("version", &[version.as_str().as_bytes()])
}

/// The key of a file's content; of whatever content it has, if the version is not known.
pub(crate) fn content_key(file: &FileRef, version: Option<&Version>) -> ContentKey {
    joined(&file_key(file), &version.map_or([0; 16], version_part))
}

/// The key of a thumbnail.
pub(crate) fn record_key(content: &ContentKey, variant: &Variant) -> RecordKey {
    joined(content, &variant.0)
}

/// The key of the package that a share task makes; no file's.
pub(crate) fn package_key(space: &SpaceId, task: &[u8; 16]) -> RecordKey {
    let file: FileKey = joined(&space_key(space), &short("package", &[task]));
    let content: ContentKey = joined(&file, &[0; 16]);
    joined(&content, &[0; 16])
}

/// The name of the blob of a thumbnail that was made by a lease. No other ever has it: garbage collection may take the
/// blob of a record that is gone while another makes the same thumbnail again.
pub(crate) fn blob_name(key: &RecordKey, owner: &Owner, job: i64, token: i64) -> BlobName {
    BlobName(hash("blob", &[key, owner, &job.to_le_bytes(), &token.to_le_bytes()]))
}

/// The name of the blob of the package under `key`: who goes on after a crash finds it by that.
pub(crate) fn package_blob(key: &RecordKey, etag: &[u8; 16]) -> BlobName {
    BlobName(hash("package blob", &[key, etag]))
}

/// The etag of a thumbnail's bytes.
pub(crate) fn etag(content: &[u8]) -> [u8; 16] {
    short("etag", &[content])
}

/// A spec under the recipe of this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variant([u8; 16]);

impl Variant {
    /// The variant that `spec` is, made with `effort`.
    pub(crate) fn of(spec: &Spec, effort: Effort) -> Self {
        let mut text = Vec::with_capacity(32);
        text.extend_from_slice(&spec.width.to_le_bytes());
        text.extend_from_slice(&spec.height.to_le_bytes());
        text.push(fit(spec.fit));
        text.push(position(spec.position));
        text.push(output(spec.output));
        text.push(spec.quality);
        text.push(effort as u8);
        if let Some(back) = spec.background {
            text.extend_from_slice(&[back.0, back.1, back.2]);
        }
        Self(short("variant", &[&text, recipe()]))
    }
}

// Numbers of their own: the order of variants in the source is not part of any key.
fn fit(fit: Fit) -> u8 {
    match fit {
        Fit::Contain => 0,
        Fit::Cover => 1,
        Fit::Fill => 2,
        Fit::ScaleDown => 3,
        _ => u8::MAX,
    }
}

fn position(position: Position) -> u8 {
    match position {
        Position::Center => 0,
        Position::Top => 1,
        Position::Bottom => 2,
        Position::Left => 3,
        Position::Right => 4,
        Position::Attention => 5,
        _ => u8::MAX,
    }
}

fn output(output: Output) -> u8 {
    match output {
        Output::Jpeg => 0,
        Output::Webp => 1,
        Output::Png => 2,
        Output::Avif => 3,
        Output::Auto => 4,
        Output::Rgba => 5,
    }
}

/// What this build makes thumbnails by: its version and its formats.
fn recipe() -> &'static [u8; 32] {
    static RECIPE: OnceLock<[u8; 32]> = OnceLock::new();
    RECIPE.get_or_init(|| {
        let formats: Vec<&[u8]> =
            codecs::capabilities().filter(|format| format.enabled).map(|format| format.name.as_bytes()).collect();
        hash(concat!("recipe ", env!("CARGO_PKG_VERSION")), &formats)
    })
}

/// The fingerprint of the fonts that pages are painted with: what other fonts painted is still shown, and made anew.
pub(crate) fn fonts() -> i64 {
    static FONTS: OnceLock<i64> = OnceLock::new();
    *FONTS.get_or_init(|| {
        #[cfg(feature = "fonts")]
        let fingerprint = crate::page::fonts::fingerprint();
        #[cfg(not(feature = "fonts"))]
        let fingerprint = 0u64;
        // Zero says that no fonts were used.
        (fingerprint >> 1) as i64 | 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::id::FileId;

    fn file(space: &str, file: &str) -> FileRef {
        FileRef::new(SpaceId::new(space).unwrap(), FileId::new(file).unwrap())
    }

    #[test]
    fn a_key_depends_on_each_of_its_parts() {
        let variant = Variant::of(&Spec::new(64, 64), Effort::Normal);
        let key = |s: &str, f: &str, v: &str, variant: &Variant| {
            record_key(&content_key(&file(s, f), Some(&Version::new(v).unwrap())), variant)
        };
        let base = key("s", "f", "v", &variant);
        assert_eq!(base, key("s", "f", "v", &variant));
        let other = Variant::of(&Spec { quality: 81, ..Spec::new(64, 64) }, Effort::Normal);
        for different in [
            key("t", "f", "v", &variant),
            key("s", "g", "v", &variant),
            key("s", "f", "w", &variant),
            key("s", "f", "v", &other),
        ] {
            assert_ne!(base, different);
        }
    }

    #[test]
    fn a_thumbnail_that_is_made_again_has_a_blob_of_its_own() {
        let first = blob_name(&[1; 64], &[2; 16], 3, 4);
        for different in [
            blob_name(&[0; 64], &[2; 16], 3, 4),
            blob_name(&[1; 64], &[0; 16], 3, 4),
            blob_name(&[1; 64], &[2; 16], 0, 4),
            blob_name(&[1; 64], &[2; 16], 3, 0),
        ] {
            assert_ne!(first, different);
        }
    }

    #[test]
    fn what_stands_in_one_part_cannot_move_into_the_next() {
        assert_ne!(hash("d", &[b"ab", b"c"]), hash("d", &[b"a", b"bc"]));
    }

    #[test]
    fn files_of_a_space_lie_together() {
        assert_eq!(file_key(&file("s", "a"))[..16], file_key(&file("s", "b"))[..16]);
        assert_eq!(file_key(&file("s", "a"))[..16], space_key(&SpaceId::new("s").unwrap()));
    }
}
