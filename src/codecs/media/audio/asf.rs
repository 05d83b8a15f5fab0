//! Pictures of Windows Media: `WM/Picture` attributes in the header of ASF (ASF specification 1.20, sections 3 and 4;
//! the picture itself as `WM_PICTURE` of the Windows Media Format SDK).

use std::time::Duration;

use super::{Picture, Tags};
use thumbling_core::bytes::{u16_le, u32_le, u64_le};
use thumbling_core::decode::Context;
use thumbling_core::error::Result;
use thumbling_core::source::Source;

type Guid = [u8; 16];

const FILE_PROPERTIES: Guid = *b"\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65";
const HEADER_EXTENSION: Guid = *b"\xB5\x03\xBF\x5F\x2E\xA9\xCF\x11\x8E\xE3\x00\xC0\x0C\x20\x53\x65";
const EXTENDED_CONTENT: Guid = *b"\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50";
const METADATA: Guid = *b"\xEA\xCB\xF8\xC5\xAF\x5B\x77\x48\x84\x67\xAA\x8C\x44\xFA\x4C\xCA";
const METADATA_LIBRARY: Guid = *b"\x94\x1C\x23\x44\x98\x94\xD1\x49\xA1\x41\x1D\x13\x4E\x45\x70\x54";

/// GUID and length before each object's data, bytes.
const OBJECT: u64 = 24;

/// Bytes of the header object before the objects in it.
const HEADER: u64 = 30;

/// Bytes of the extension's data before the objects in it.
const EXTENSION: u64 = 22;

/// The objects of `within`, starting at `at`: name and content of each. Stops at the first invalid one.
fn objects(within: &Source, mut at: u64, max: u32) -> Vec<(Guid, Source)> {
    let mut all = Vec::new();
    for _ in 0..max {
        let mut head = [0; OBJECT as usize];
        if !within.read_up_to(at, &mut head).is_ok_and(|n| n == head.len()) {
            break;
        }
        let (guid, length) = (head.first_chunk().copied().unwrap_or_default(), u64_le(&head, 16).unwrap_or(0));
        if length < OBJECT || at.checked_add(length).is_none_or(|end| end > within.size()) {
            break;
        }
        all.push((guid, within.slice(at + OBJECT, length - OBJECT)));
        at += length;
    }
    all
}

/// Pictures and duration, from the header alone.
pub(super) fn read(source: &Source, cx: &Context<'_>) -> Result<Tags> {
    let mut head = [0; OBJECT as usize];
    source.read_exact_at(0, &mut head)?;
    let header = source.slice(0, u64_le(&head, 16).unwrap_or(0));
    let max = cx.limits().max_entries;
    let mut all = objects(&header, HEADER, max);
    let extensions: Vec<_> = all.iter().filter(|(guid, _)| *guid == HEADER_EXTENSION).map(|(_, e)| e.clone()).collect();
    all.extend(extensions.iter().flat_map(|extension| objects(extension, EXTENSION, max)));
    let mut sound = Tags::default();
    for (guid, object) in all {
        cx.check()?;
        match guid {
            FILE_PROPERTIES => sound.duration = duration(&object.read_vec(0, object.size().min(80))?),
            EXTENDED_CONTENT | METADATA | METADATA_LIBRARY => {
                let _held = cx.reserve(object.size())?;
                let data = object.read_vec(0, object.size())?;
                sound.pictures.extend(attributes(&data, guid == EXTENDED_CONTENT).filter_map(picture));
            }
            _ => {}
        }
    }
    Ok(sound)
}

/// Play time in units of 100 ns, minus the preroll in ms that it includes.
fn duration(properties: &[u8]) -> Option<Duration> {
    let (ticks, preroll) = (u64_le(properties, 40)?, u64_le(properties, 56)?);
    Duration::from_nanos(ticks.checked_mul(100)?).checked_sub(Duration::from_millis(preroll))
}

/// The values of `WM/Picture` attributes.
fn attributes(data: &[u8], extended: bool) -> impl Iterator<Item = &[u8]> {
    let name: Vec<u8> = "WM/Picture\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut rest = data.get(2..).unwrap_or_default();
    let count = u16_le(data, 0).unwrap_or(0);
    (0..count)
        .map_while(move |_| {
            let (this, value, after) = if extended { extended_attribute(rest)? } else { library_attribute(rest)? };
            rest = after;
            Some((this == name).then_some(value))
        })
        .flatten()
}

/// Name, value and rest of an extended content description, with 16-bit lengths.
fn extended_attribute(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = data.get(2..)?.split_at_checked(usize::from(u16_le(data, 0)?))?;
    let (value, rest) = rest.get(4..)?.split_at_checked(usize::from(u16_le(rest, 2)?))?;
    Some((name, value, rest))
}

/// The same for metadata objects: language, stream, length of the name, type, 32-bit length of the value.
fn library_attribute(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = data.get(12..)?.split_at_checked(usize::from(u16_le(data, 4)?))?;
    let (value, rest) = rest.split_at_checked(usize::try_from(u32_le(data, 8)?).ok()?)?;
    Some((name, value, rest))
}

/// Kind, length, media type and description (UTF-16, zero-terminated), picture.
fn picture(value: &[u8]) -> Option<Picture> {
    let length = usize::try_from(u32_le(value, 1)?).ok()?;
    let mut rest = value.get(5..)?;
    for _ in 0..2 {
        let end = rest.as_chunks::<2>().0.iter().position(|unit| *unit == [0, 0])?;
        rest = &rest[2 * end + 2..];
    }
    Some(Picture { kind: *value.first()?, bytes: rest.get(..length)?.to_vec() })
}
