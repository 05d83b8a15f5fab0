//! TIFF 6.0 and BigTIFF directories, for TIFF pictures, RAW files, EXIF blocks and maker notes.
//!
//! [`header::Tiff`] finds directories, [`directory::Directory`] reads their values on demand, by range reads. Every count
//! is bounded by the size of the file, and cyclic chains end. [`image`] reads the pixels that a directory describes. What
//! a directory means is up to the caller.

#[cfg(feature = "tiff")]
mod compression;
#[cfg(feature = "tiff")]
mod decompress;
pub(crate) mod directory;
pub(crate) mod header;
#[cfg(feature = "tiff")]
pub(crate) mod image;
#[cfg(feature = "tiff")]
mod layout;
#[cfg(feature = "tiff")]
pub(crate) mod photometric;
pub(crate) mod tag;
#[cfg(test)]
pub(crate) mod writer;

#[cfg(test)]
mod tests {
    use super::header::Tiff;
    use thumbling_core::source::Source;

    /// A directory at 8 with one SHORT entry, followed by `next`.
    fn classic(next: u32) -> Source {
        let mut b = b"II*\0\x08\0\0\0\x01\0".to_vec();
        b.extend([0, 1, 3, 0, 1, 0, 0, 0, 7, 0, 0, 0]);
        b.extend(next.to_le_bytes());
        Source::from_bytes(b)
    }

    #[test]
    fn a_chain_that_loops_ends() {
        let source = classic(8);
        assert_eq!(Tiff::open(&source, &[]).unwrap().chain().count(), 1);
    }

    #[test]
    fn a_big_endian_bigtiff_is_read() {
        let mut b = b"MM\0\x2B\0\x08\0\0\0\0\0\0\0\0\0\x10".to_vec();
        b.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        b.extend([1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        b.extend([0; 8]);
        let tiff = Tiff::open(&Source::from_bytes(b), &[]).unwrap();
        assert_eq!(tiff.first().unwrap().u64(0x100), Some(0x102));
    }

    #[test]
    fn a_chain_into_nothing_ends_with_its_error() {
        let source = classic(0x7FFF_FFFF);
        let all: Vec<_> = Tiff::open(&source, &[]).unwrap().chain().collect();
        assert_eq!(all.len(), 2);
        assert!(all[0].is_ok() && all[1].is_err());
    }
}
