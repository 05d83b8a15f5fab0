//! Mutates the XML in an input: copies, removes, moves and nests elements, and replaces attribute values by extreme ones
//! or by each other. Leaves everything else unchanged.

mod elements;
mod random;

use elements::{Span, attribute_values, element_at, starts};
use random::Random;

/// Extreme or special attribute values.
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "100000",
    "-100000",
    "2147483647",
    "-2147483648",
    "4294967295",
    "9223372036854775807",
    "1e39",
    "-1e39",
    "1e308",
    "NaN",
    "inf",
    "0.0000001",
    "12700",
    "914400",
    "9144000",
    "27273042316900",
    "51206400",
    "5400000",
    "21600000",
    "50%",
    "-100000%",
    "",
    "true",
    "false",
    "none",
    "*/ w h 0",
    "rId1",
    "rId2",
    "rId3",
    "rId4",
];

/// Most copies of one element.
const MAX_COPIES: usize = 200;

/// Mutates the first `size` bytes of `data`, up to a length of `max_size`. Returns the new length.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    let before = &data[..size];
    let Some(after) = mutated(before, &mut random, max_size) else { return size };
    if after.len() > max_size.min(data.len()) {
        return size;
    }
    data[..after.len()].copy_from_slice(&after);
    after.len()
}

/// Writes `one` to `out`, with one element replaced by an element of `other` with the same name. Returns the length.
pub fn cross(one: &[u8], other: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = Random::new(seed);
    let crossed = crossed(one, other, &mut random).unwrap_or_else(|| one.to_vec());
    let length = crossed.len().min(out.len());
    out[..length].copy_from_slice(&crossed[..length]);
    length
}

fn mutated(data: &[u8], random: &mut Random, max_size: usize) -> Option<Vec<u8>> {
    match random.below(10) {
        0..=3 => value(data, random),
        4 => {
            let element = any(data, random)?;
            Some(replaced(data, element, b""))
        }
        5 => {
            let element = any(data, random)?;
            let room = max_size.saturating_sub(data.len()) / element.len().max(1);
            let copies = if random.below(4) == 0 { MAX_COPIES } else { 2 };
            Some(replaced(data, element.clone(), &data[element].repeat(1 + copies.min(room))))
        }
        // Nests an element in itself, up to 40 times.
        6 => {
            let outer = any(data, random)?;
            let text = &data[outer.clone()];
            let open = text.iter().position(|b| *b == b'>')? + 1;
            let close = text.windows(2).rposition(|w| w == b"</").filter(|close| *close >= open)?;
            let times = 1 + random.below(40);
            let nested = [&text[..open].repeat(times), text, &text[close..].repeat(times)].concat();
            Some(replaced(data, outer, &nested))
        }
        // Replaces an element by another.
        7 => {
            let (from, to) = (any(data, random)?, any(data, random)?);
            Some(replaced(data, to, &data[from]))
        }
        // Inserts an element as the first child of another.
        8 => {
            let (from, into) = (any(data, random)?, any(data, random)?);
            let open = into.start + data[into].iter().position(|b| *b == b'>')? + 1;
            Some(replaced(data, open..open, &data[from]))
        }
        _ => several(data, random),
    }
}

/// Replaces an attribute value by a special value, or by that of another attribute.
fn value(data: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let all = attribute_values(data);
    let to = random.choose(&all)?.clone();
    let value = match random.below(3) {
        0 => data[random.choose(&all)?.clone()].to_vec(),
        _ => random.choose(VALUES)?.as_bytes().to_vec(),
    };
    Some(replaced(data, to, &value))
}

/// Replaces several values: each may be harmless alone but not in combination.
fn several(data: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut data = data.to_vec();
    for _ in 0..2 + random.below(6) {
        data = value(&data, random)?;
    }
    Some(data)
}

fn crossed(one: &[u8], other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let from = any(other, random)?;
    let name = elements::name(&other[from.start..]);
    let same: Vec<usize> = starts(one).into_iter().filter(|at| elements::name(&one[*at..]) == name).collect();
    let to = match random.choose(&same) {
        Some(at) => element_at(one, *at)?,
        // No element of that name: insert it before any element.
        None => {
            let at = any(one, random)?.start;
            at..at
        }
    };
    Some(replaced(one, to, &other[from]))
}

fn any(data: &[u8], random: &mut Random) -> Option<Span> {
    element_at(data, *random.choose(&starts(data))?)
}

fn replaced(data: &[u8], span: Span, by: &[u8]) -> Vec<u8> {
    [&data[..span.start], by, &data[span.end..]].concat()
}
