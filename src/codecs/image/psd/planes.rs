//! The channels of the merged picture. They are stored one after the other, so each has a reader of its own, and rows
//! of all channels are read in parallel.

use std::io::{Read, Seek, SeekFrom};

use flate2::read::ZlibDecoder;

use super::header::Header;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::scale::rows;
use thumbling_core::source::{Source, SourceReader};

/// Bytes per fetch of one channel.
const WINDOW: usize = 64 << 10;

enum Coding {
    Raw(SourceReader),
    /// PackBits; the packed length of each row.
    Runs(SourceReader, std::vec::IntoIter<u32>),
    Zip(Box<ZlibDecoder<SourceReader>>),
}

/// One channel's rows.
struct Plane {
    coding: Coding,
    row: Vec<u8>,
}

/// Reads channels side by side.
pub(crate) struct Planes {
    planes: Vec<Plane>,
    /// Bits per sample, if rows are stored as differences.
    predicted: Option<u16>,
    packed: Vec<u8>,
    _held: Reservation,
}

impl Planes {
    /// Opens the first `count` channels.
    pub(crate) fn new(source: &Source, header: &Header, count: u16, cx: &Context<'_>) -> Result<Self> {
        let (width, height) = (u64::from(header.size.width), u64::from(header.size.height));
        let row_bytes = (width * u64::from(header.depth)).div_ceil(8);
        let held = cx.reserve(u64::from(count) * (WINDOW as u64 + row_bytes + height * 4) + row_bytes * 2)?;
        let mut word = [0; 2];
        source.read_exact_at(header.pixels, &mut word)?;
        let start = header.pixels + 2;
        let reader = |at: u64| -> Result<SourceReader> {
            let mut reader = source.reader(WINDOW);
            reader.seek(SeekFrom::Start(at))?;
            Ok(reader)
        };
        let compression = u16::from_be_bytes(word);
        let mut planes = Vec::with_capacity(count.into());
        let mut runs_at = start + u64::from(header.channels) * height * if header.big { 4 } else { 2 };
        let mut counts = reader(start)?;
        for channel in 0..u64::from(count) {
            cx.check()?;
            let coding = match compression {
                0 => Coding::Raw(reader(start + channel * row_bytes * height)?),
                1 => {
                    let rows = row_counts(&mut counts, header)?;
                    let plane = Coding::Runs(reader(runs_at)?, rows.clone().into_iter());
                    runs_at += rows.iter().map(|n| u64::from(*n)).sum::<u64>();
                    plane
                }
                2 | 3 => {
                    let mut inflated = ZlibDecoder::new(reader(start)?);
                    skip(&mut inflated, channel * row_bytes * height, cx)?;
                    Coding::Zip(Box::new(inflated))
                }
                n => return Err(Error::corrupt(format!("compression {n}"))),
            };
            planes.push(Plane { coding, row: vec![0; row_bytes as usize] });
        }
        let predicted = (compression == 3).then_some(header.depth);
        Ok(Self { planes, predicted, packed: Vec::new(), _held: held })
    }

    /// The next row of every channel; `None` once the first channel ends. A channel that ends before others repeats the
    /// channel before it, so that the rest of the picture is grey.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<&[u8]>>> {
        let mut last = 0;
        for i in 0..self.planes.len() {
            let plane = &mut self.planes[i];
            if plane.next(&mut self.packed)? {
                if let Some(depth) = self.predicted {
                    undo_prediction(&mut plane.row, depth);
                }
                last = i;
            } else if i == 0 {
                return Ok(None);
            } else {
                let (before, rest) = self.planes.split_at_mut(i);
                rest[0].row.copy_from_slice(&before[last].row);
            }
        }
        Ok(Some(self.planes.iter().map(|p| &p.row[..]).collect()))
    }
}

/// The packed row lengths of the next channel.
fn row_counts(reader: &mut SourceReader, header: &Header) -> Result<Vec<u32>> {
    let entry = if header.big { 4 } else { 2 };
    let mut counts = Vec::with_capacity(header.size.height as usize);
    let mut bytes = [0; 4];
    for _ in 0..header.size.height {
        if rows::fill(reader, &mut bytes[4 - entry..])? < entry {
            return Err(Error::corrupt("the file ends inside its table of rows"));
        }
        counts.push(u32::from_be_bytes(bytes));
    }
    Ok(counts)
}

fn skip(reader: &mut impl Read, mut bytes: u64, cx: &Context<'_>) -> Result<()> {
    let mut buf = vec![0; WINDOW];
    while bytes > 0 {
        cx.check()?;
        let chunk = bytes.min(WINDOW as u64) as usize;
        if rows::fill(reader, &mut buf[..chunk])? < chunk {
            return Ok(());
        }
        bytes -= chunk as u64;
    }
    Ok(())
}

impl Plane {
    fn next(&mut self, packed: &mut Vec<u8>) -> Result<bool> {
        match &mut self.coding {
            Coding::Raw(reader) => rows::fill_row(reader, &mut self.row),
            // Damaged data ends the channel.
            Coding::Zip(reader) => Ok(rows::fill_row(reader, &mut self.row).unwrap_or(false)),
            Coding::Runs(reader, counts) => {
                let Some(count) = counts.next() else { return Ok(false) };
                // No row packs to more than twice its length; the rest is skipped.
                let count = count as usize;
                packed.resize(count.min(self.row.len() * 2 + 2), 0);
                let n = rows::fill(reader, packed)?;
                if count > packed.len() {
                    reader.seek(SeekFrom::Current((count - packed.len()) as i64))?;
                }
                unpack(&packed[..n], &mut self.row);
                Ok(n > 0)
            }
        }
    }
}

/// PackBits (TIFF 6.0, section 9); missing bytes are zero.
fn unpack(mut packed: &[u8], row: &mut [u8]) {
    let mut at = 0;
    while let [control, rest @ ..] = packed {
        let room = row.len() - at;
        let count;
        match control {
            0..=127 => {
                count = (usize::from(*control) + 1).min(room).min(rest.len());
                row[at..at + count].copy_from_slice(&rest[..count]);
                packed = &rest[(usize::from(*control) + 1).min(rest.len())..];
            }
            128 => {
                count = 0;
                packed = rest;
            }
            _ => {
                let Some((value, rest)) = rest.split_first() else { break };
                count = (257 - usize::from(*control)).min(room);
                row[at..at + count].fill(*value);
                packed = rest;
            }
        }
        at += count;
    }
    row[at..].fill(0);
}

/// Converts differences to samples. 32-bit rows store the differences of their bytes, the most significant of all
/// first.
fn undo_prediction(row: &mut [u8], depth: u16) {
    match depth {
        16 => {
            let mut sum = 0u16;
            for sample in row.chunks_exact_mut(2) {
                sum = sum.wrapping_add(u16::from_be_bytes([sample[0], sample[1]]));
                sample.copy_from_slice(&sum.to_be_bytes());
            }
        }
        _ => {
            let mut sum = 0u8;
            for byte in row.iter_mut() {
                sum = sum.wrapping_add(*byte);
                *byte = sum;
            }
        }
    }
    if depth == 32 {
        let width = row.len() / 4;
        let planes = row.to_vec();
        for (x, sample) in row.chunks_exact_mut(4).enumerate() {
            for (i, byte) in sample.iter_mut().enumerate() {
                *byte = planes[i * width + x];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals_are_unpacked() {
        let mut row = [9; 8];
        unpack(&[254, 7, 128, 1, 1, 2, 0, 3], &mut row);
        assert_eq!(row, [7, 7, 7, 1, 2, 3, 0, 0]);
    }

    #[test]
    fn a_run_beyond_its_row_is_cut_off() {
        let mut row = [0; 2];
        unpack(&[129, 5, 200], &mut row);
        assert_eq!(row, [5, 5]);
    }

    #[test]
    fn differences_are_summed() {
        let mut row = [0, 1, 0, 2, 255, 255];
        undo_prediction(&mut row, 16);
        assert_eq!(row, [0, 1, 0, 3, 0, 2]);
        let mut row = [1, 1, 0, 0, 0, 0, 0, 1];
        undo_prediction(&mut row, 32);
        assert_eq!(row, [1, 2, 2, 2, 2, 2, 2, 3]);
    }
}
