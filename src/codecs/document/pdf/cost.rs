//! The memory that drawing a page takes, computed before it is drawn.
//!
//! hayro expands every stream whole and decodes every picture at full size. So everything that the page refers to is
//! visited first: the memory of its largest picture and of its streams is reserved. Streams too short to reach the
//! limit with any compression are not measured.

use std::collections::HashSet;
use std::io::Read;

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Dict, MaybeRef, Object, ObjectIdentifier, Stream};
use hayro::hayro_syntax::page::Page;

use super::subset::AWAY;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Limits;

/// Most bytes that a filter can expand one byte to: Deflate 1,032, LZW with codes of 12 bits some 2,700.
const MAX_EXPANSION: u64 = 2700;
/// Expanded bytes that are not worth measuring.
const TRUSTED: u64 = 16 << 20;
/// Most objects of one page.
const MAX_OBJECTS: usize = 1 << 20;
/// Bytes per pixel while a picture is decoded, converted and scaled.
const IMAGE_BYTES: u64 = 4;

/// Bytes of memory that drawing `page` may take. `limit` if a part of it is larger than the limits allow.
pub(super) fn memory(page: &Page<'_>, limits: &Limits, interrupt: &Interrupt) -> Result<u64> {
    let (mut seen, mut todo) = (HashSet::<ObjectIdentifier>::new(), vec![Object::Dict(page.raw().clone())]);
    let (mut streams, mut picture, mut objects) = (0u64, 0u64, 0usize);
    while let Some(object) = todo.pop() {
        objects += 1;
        if objects > MAX_OBJECTS {
            return Err(Error::limit(format!("a page of more than {MAX_OBJECTS} objects")));
        }
        if objects.is_multiple_of(256) {
            interrupt.check()?;
        }
        let mut follow = |item| match item {
            MaybeRef::NotRef(object @ (Object::Dict(_) | Object::Array(_))) => Some(object),
            MaybeRef::NotRef(_) => None,
            MaybeRef::Ref(id) => {
                let id = ObjectIdentifier::new(id.obj_number, id.gen_number);
                seen.insert(id).then(|| page.xref().get::<Object<'_>>(id)).flatten()
            }
        };
        match &object {
            Object::Array(array) => todo.extend(array.raw_iter().filter_map(&mut follow)),
            Object::Dict(dict) => todo.extend(parts(dict).filter_map(&mut follow)),
            Object::Stream(stream) => {
                todo.extend(parts(stream.dict()).filter_map(&mut follow));
                let size = expanded(stream, limits.max_part)?;
                let pixels = pixels(stream.dict());
                if pixels > limits.max_pixels {
                    return Err(Error::limit(format!(
                        "a picture of {pixels} px; the limit is {} px",
                        limits.max_pixels
                    )));
                }
                match pixels {
                    0 => streams = streams.saturating_add(size),
                    _ => picture = picture.max(pixels.saturating_mul(IMAGE_BYTES).max(size)),
                }
            }
            _ => {}
        }
    }
    Ok(streams.saturating_add(picture))
}

fn parts<'a, 'b>(dict: &'b Dict<'a>) -> impl Iterator<Item = MaybeRef<Object<'a>>> + use<'a, 'b> {
    // Without a type, keys are names chosen by the document: of pictures, of fonts.
    let is_typed = dict.contains_key("Type") || dict.contains_key("Subtype");
    dict.entries().filter(move |(key, _)| !is_typed || !AWAY.contains(&&**key)).map(|(_, value)| value)
}

/// Columns × rows if it is a picture.
fn pixels(dict: &Dict<'_>) -> u64 {
    let side = |long: &str| dict.get::<u32>(long).map_or(0, u64::from);
    side("Width").saturating_mul(side("Height"))
}

/// Most bytes that `stream` expands to, without the compression of picture formats.
fn expanded(stream: &Stream<'_>, max: u64) -> Result<u64> {
    let filters = stream.filters();
    let stages =
        filters.iter().filter(|f| matches!(f, Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode));
    let stages = stages.count() as u32;
    let raw = stream.raw_data();
    let length = raw.len() as u64;
    let bound = length.saturating_mul(MAX_EXPANSION.saturating_pow(stages));
    if stages == 0 || bound <= TRUSTED {
        return Ok(bound);
    }
    let over = || Error::limit(format!("a part that expands to more than {max} bytes"));
    match (&filters[..], stages) {
        // The common case is measured without being stored.
        ([Filter::FlateDecode, ..], 1) => {
            let size = inflated(&raw, max)?;
            if size > max { Err(over()) } else { Ok(size) }
        }
        // Rare filters have to expand it.
        _ if length.saturating_mul(MAX_EXPANSION) <= max && stages == 1 => Ok(length.saturating_mul(8)),
        _ => Err(over()),
    }
}

/// Bytes that zlib data expands to, counted up to `max` + 1.
fn inflated(data: &[u8], max: u64) -> Result<u64> {
    let mut inflate = flate2::read::ZlibDecoder::new(data).take(max.saturating_add(1));
    let (mut buf, mut size) = (vec![0; 64 << 10], 0u64);
    loop {
        match inflate.read(&mut buf) {
            Ok(0) => return Ok(size),
            Ok(n) => size += n as u64,
            // Damaged data is the engine's business: its lenient decoder stops here too.
            Err(_) => return Ok(size),
        }
    }
}
