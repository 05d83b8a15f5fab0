//! Item locations (`iloc`, ISO/IEC 14496-12, clause 8.11.3), and reading of item data.

use super::meta::Meta;
use crate::containers::bmff::boxes::full_box;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Most extents of one item, and of all items together.
const MAX_EXTENTS: usize = 1 << 16;

/// What the extents of an item are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Base {
    /// The file.
    #[default]
    File,
    /// The `idat` box.
    Idat,
    /// Another item: not supported, and no writer is known to use it for pictures.
    Item,
    /// Another file.
    Elsewhere,
}

/// The location of one item's data.
#[derive(Debug, Clone, Default)]
pub(super) struct Location {
    pub(super) base: Base,
    /// Offset and length of each extent; a length of 0 extends to the end.
    pub(super) extents: Vec<(u64, u64)>,
}

/// Parses `iloc`.
pub(super) fn locations(body: &[u8], max_items: usize) -> Result<Vec<(u32, Location)>> {
    let (version, _, mut bytes) = full_box(body)?;
    if version > 2 {
        return Err(Error::unsupported(format!("item locations of version {version}")));
    }
    let sizes = bytes.u16()?;
    let [offset_size, length_size, base_size, index_size] = [12, 8, 4, 0].map(|shift| usize::from(sizes >> shift & 15));
    let count = bytes.u16_or_u32(version == 2)? as usize;
    let (mut all, mut total) = (Vec::new(), 0usize);
    for _ in 0..count.min(max_items) {
        let id = bytes.u16_or_u32(version == 2)?;
        let method = if version > 0 { bytes.u16()? & 15 } else { 0 };
        let elsewhere = bytes.u16()? != 0;
        let base_offset = bytes.uint(base_size)?;
        let n = usize::from(bytes.u16()?);
        total += n;
        if total > MAX_EXTENTS {
            return Err(Error::limit(format!("more than {MAX_EXTENTS} extents")));
        }
        let mut location = Location {
            base: match method {
                _ if elsewhere => Base::Elsewhere,
                0 => Base::File,
                1 => Base::Idat,
                _ => Base::Item,
            },
            extents: Vec::with_capacity(n.min(bytes.rest().len())),
        };
        for _ in 0..n {
            if version > 0 {
                bytes.uint(index_size)?;
            }
            let offset = base_offset.checked_add(bytes.uint(offset_size)?);
            let offset = offset.ok_or_else(|| Error::corrupt("an extent beyond any possible file"))?;
            location.extents.push((offset, bytes.uint(length_size)?));
        }
        all.push((id, location));
    }
    Ok(all)
}

/// The data of item `id`, its extents joined. Extents beyond the file are `corrupt`; more than `max` bytes are `limit`.
pub(super) fn read_item(source: &Source, meta: &Meta, id: u32, max: u64) -> Result<Vec<u8>> {
    match read_available(source, meta, id, max)? {
        (data, true) => Ok(data),
        _ => Err(Error::corrupt(format!("item {id} ends beyond the file"))),
    }
}

/// As [`read_item`], but returns what is there of a truncated item, and whether that is all.
pub(super) fn read_available(source: &Source, meta: &Meta, id: u32, max: u64) -> Result<(Vec<u8>, bool)> {
    let location = &meta.item(id)?.location;
    let size = match location.base {
        Base::File => source.size(),
        Base::Idat => meta.idat.len() as u64,
        Base::Item => return Err(Error::unsupported("an item built from other items")),
        Base::Elsewhere => return Err(Error::unsupported("an item in another file")),
    };
    let (mut data, mut complete) = (Vec::new(), true);
    for &(offset, len) in &location.extents {
        let left = size.saturating_sub(offset);
        let wanted = if len == 0 { left } else { len };
        let len = wanted.min(left);
        complete &= wanted <= left && offset <= size;
        if data.len() as u64 + len > max {
            return Err(Error::limit(format!("item {id} has more than {max} bytes")));
        }
        match location.base {
            _ if len == 0 => {}
            Base::Idat => {
                data.extend_from_slice(meta.idat.get(offset as usize..(offset + len) as usize).unwrap_or_default());
            }
            _ if data.is_empty() => data = source.read_vec(offset, len)?,
            _ => data.append(&mut source.read_vec(offset, len)?),
        }
        if !complete {
            break;
        }
    }
    if data.is_empty() {
        return Err(Error::corrupt(format!("item {id} has no data")));
    }
    Ok((data, complete))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iloc(extents: &[(u32, u32)], method: u8) -> Vec<u8> {
        let mut body = vec![1, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, method, 0, 0, 0, extents.len() as u8];
        for (offset, len) in extents {
            body.extend(offset.to_be_bytes());
            body.extend(len.to_be_bytes());
        }
        body
    }

    fn read(extents: &[(u32, u32)], method: u8, max: u64) -> Result<Vec<u8>> {
        let mut meta = Meta { idat: (*b"IDAT").into(), ..Meta::default() };
        let (id, location) = locations(&iloc(extents, method), 10).unwrap().remove(0);
        meta.add(id, *b"hvc1", location, Vec::new());
        read_item(&Source::from_bytes(*b"0123456789"), &meta, id, max)
    }

    #[test]
    fn extents_are_joined_in_their_order() {
        assert_eq!(read(&[(5, 2), (0, 3)], 0, 100).unwrap(), b"56012");
    }

    #[test]
    fn an_extent_without_length_goes_to_the_end() {
        assert_eq!(read(&[(7, 0)], 0, 100).unwrap(), b"789");
    }

    #[test]
    fn idat_has_offsets_of_its_own() {
        assert_eq!(read(&[(1, 2)], 1, 100).unwrap(), b"DA");
    }

    #[test]
    fn an_extent_beyond_the_file_is_corrupt() {
        for extent in [(8, 5), (11, 1), (u32::MAX, u32::MAX)] {
            assert_eq!(read(&[extent], 0, 100).unwrap_err().kind(), thumbling_core::error::ErrorKind::Corrupt);
        }
    }

    #[test]
    fn the_rest_of_a_truncated_item_is_readable() {
        let mut meta = Meta::default();
        let (id, location) = locations(&iloc(&[(0, 2), (8, 5), (0, 1)], 0), 10).unwrap().remove(0);
        meta.add(id, *b"hvc1", location, Vec::new());
        let read = read_available(&Source::from_bytes(*b"0123456789"), &meta, id, 100).unwrap();
        assert_eq!(read, (b"0189".to_vec(), false));
    }

    #[test]
    fn repeated_extents_are_bounded() {
        assert_eq!(read(&[(0, 10); 20], 0, 100).unwrap_err().kind(), thumbling_core::error::ErrorKind::Limit);
    }
}
