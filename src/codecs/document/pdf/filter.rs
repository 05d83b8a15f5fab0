//! Stream filters that cross-references and objects need (ISO 32000-2, 7.4).

use std::io::Read;

use super::syntax::{Dict, Object};

/// Decodes `raw`; Flate is the only supported filter. At most `max` bytes.
pub(super) fn unfiltered(dict: &Dict, raw: &[u8], max: u64) -> Option<Vec<u8>> {
    let one = |object: &Object| match object {
        Object::Array(items) if items.len() <= 1 => items.first().cloned().unwrap_or(Object::Null),
        other => other.clone(),
    };
    match one(dict.get("Filter")) {
        Object::Null => return (raw.len() as u64 <= max).then(|| raw.to_vec()),
        Object::Name(name) if name == b"FlateDecode" => {}
        _ => return None,
    }
    let mut data = Vec::new();
    let mut inflate = flate2::read::ZlibDecoder::new(raw).take(max + 1);
    inflate.read_to_end(&mut data).ok().filter(|n| *n as u64 <= max)?;
    match one(dict.get("DecodeParms")) {
        Object::Null => Some(data),
        Object::Dict(parms) => unpredicted(&parms, data),
        _ => None,
    }
}

/// Undoes PNG predictors on rows of bytes, as tables use them.
fn unpredicted(parms: &Dict, data: Vec<u8>) -> Option<Vec<u8>> {
    let number =
        |key: &str, default: u64| if parms.get(key).is_null() { Some(default) } else { parms.get(key).unsigned() };
    match number("Predictor", 1)? {
        1 => return Some(data),
        10..=15 if number("Colors", 1)? == 1 && number("BitsPerComponent", 8)? == 8 => {}
        _ => return None,
    }
    let columns = usize::try_from(number("Columns", 1)?).ok().filter(|n| (1..=1 << 16).contains(n))?;
    let (mut out, mut above) = (Vec::with_capacity(data.len()), vec![0u8; columns]);
    for row in data.chunks(columns + 1) {
        let (&kind, row) = row.split_first()?;
        let mut left = 0u8;
        let mut corner = 0u8;
        for (x, byte) in row.iter().enumerate() {
            let up = above[x];
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => {
                    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
                    let p = a + b - c;
                    let (pa, pb, pc) = ((p - a).abs(), (p - b).abs(), (p - c).abs());
                    if pa <= pb && pa <= pc {
                        left
                    } else if pb <= pc {
                        up
                    } else {
                        corner
                    }
                }
                _ => return None,
            };
            corner = up;
            left = byte.wrapping_add(guess);
            above[x] = left;
        }
        out.extend_from_slice(&above[..row.len()]);
    }
    Some(out)
}
