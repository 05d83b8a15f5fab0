//! The sample tables of a track (ISO/IEC 14496-12, 8.6 and 8.7), searched for single samples without reading them
//! whole.

use super::Moment;
use crate::containers::bmff::boxes::TopBox;
use thumbling_core::bytes::u32_be;
use thumbling_core::error::Result;
use thumbling_core::source::Source;

/// Entries of a table that are fetched at once.
const WINDOW: u64 = 256;

/// Most bytes that are read of a table of runs: entries depend on all before them.
const MOST_RUNS: u64 = 384 << 10;

/// Samples of a chunk whose sizes are summed to find the offset of a later one.
const MOST_BEFORE: u64 = 16_384;

/// Samples at the start that are listed even if they are not key frames: some files mark none.
const FIRST: u64 = 3;

/// One sample: a frame as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Decoding time, in ticks of the track.
    pub(super) time: u64,
    /// Offset in the file, and length.
    pub(super) offset: u64,
    pub(super) size: u32,
    /// The index of its sample description, from 1.
    pub(super) description: u32,
    pub(super) is_key: bool,
}

/// A table of numbers, read in windows.
struct Table {
    entries: Source,
    count: u64,
    width: u64,
    window: (u64, Vec<u8>),
}

impl Table {
    /// The entries from byte `skip` of the box `b` on, `width` bytes each; their number is stored before them.
    fn open(stbl: &Source, b: &TopBox, skip: u64, width: u64) -> Result<Option<Self>> {
        let Some(len) = b.len.checked_sub(skip) else { return Ok(None) };
        let count = u32_be(&stbl.read_vec(b.start + skip - 4, 4)?, 0).map_or(0, u64::from);
        let entries = stbl.slice(b.start + skip, len);
        let fits = count.checked_mul(width).is_some_and(|bytes| bytes <= entries.size());
        Ok(fits.then_some(Self { entries, count, width, window: (0, Vec::new()) }))
    }

    /// Entry `i` as a number of at most 64 bits.
    fn get(&mut self, i: u64) -> Result<u64> {
        let i = i.min(self.count.saturating_sub(1));
        let held = self.window.1.len() as u64 / self.width;
        if i < self.window.0 || i >= self.window.0 + held {
            // Entries before it are as likely to be requested next as those after it.
            let first = i.saturating_sub(WINDOW / 2);
            let bytes = WINDOW.min(self.count - first) * self.width;
            self.window = (first, self.entries.read_vec(first * self.width, bytes)?);
        }
        let at = ((i - self.window.0) * self.width) as usize;
        let entry = self.window.1.get(at..at + self.width as usize).unwrap_or_default();
        Ok(entry.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    /// The first entries, as many as are read of a table of runs, and whether those are all.
    fn first(&mut self) -> Result<(Vec<u8>, bool)> {
        let count = self.count.min(MOST_RUNS / self.width);
        Ok((self.entries.read_vec(0, count * self.width)?, count == self.count))
    }

    /// The number of leading entries that are at most `n`, if they are sorted.
    fn up_to(&mut self, n: u64) -> Result<u64> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle)? <= n { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }
}

/// A run of samples that have a duration or chunk size in common.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// The first sample, and the first value: a time or a chunk.
    sample: u64,
    start: u64,
    /// Ticks per sample, or samples per chunk.
    each: u64,
    description: u32,
}

/// The media header (8.4.2) of a track.
#[derive(Debug, Clone, Copy)]
pub(super) struct MediaHeader {
    /// Ticks per second.
    pub(super) timescale: u32,
    /// Duration in ticks.
    pub(super) duration: u64,
}

/// The tables of one track.
pub(super) struct Samples {
    count: u64,
    /// Samples from the start that the runs read so far cover.
    reach: u64,
    /// Runs of `stts`; empty if there are too many to read.
    times: Vec<Run>,
    duration: u64,
    timescale: u32,
    /// Numbers of key frames, from 1; `None` if all are.
    keys: Option<Table>,
    /// Sizes, or the common size of all.
    sizes: Option<Table>,
    size: u32,
    chunks: Table,
    runs: Vec<Run>,
}

impl Samples {
    /// The tables in `boxes` of the sample table; `None` if they are invalid.
    pub(super) fn open(stbl: &Source, boxes: &[TopBox], media: MediaHeader) -> Result<Option<Self>> {
        let find = |kind: &[u8; 4]| boxes.iter().find(|b| b.kind == *kind);
        let (Some(stts), Some(stsc), Some(stsz)) = (find(b"stts"), find(b"stsc"), find(b"stsz")) else {
            return Ok(None);
        };
        let chunks = match (find(b"stco"), find(b"co64")) {
            (Some(stco), _) => Table::open(stbl, stco, 8, 4)?,
            (None, Some(co64)) => Table::open(stbl, co64, 8, 8)?,
            (None, None) => None,
        };
        let Some(chunks) = chunks.filter(|table| table.count > 0) else { return Ok(None) };
        // An unreadable box is not the same as a missing one.
        let keys = match find(b"stss") {
            Some(stss) => match Table::open(stbl, stss, 8, 4)? {
                None => return Ok(None),
                keys => keys,
            },
            None => None,
        };
        if stsz.len < 12 {
            return Ok(None);
        }
        let head = stbl.read_vec(stsz.start + 4, 8)?;
        let Some([size, count]) = words(&head).next() else { return Ok(None) };
        let sizes = match size {
            0 => match Table::open(stbl, stsz, 12, 4)? {
                None => return Ok(None),
                sizes => sizes,
            },
            _ => None,
        };
        if count == 0 {
            return Ok(None);
        }
        let (Some(mut times), Some(mut runs)) = (Table::open(stbl, stts, 8, 8)?, Table::open(stbl, stsc, 8, 12)?)
        else {
            return Ok(None);
        };
        let (entries, all) = runs.first()?;
        let Some(runs) = chunk_runs(&entries, chunks.count) else { return Ok(None) };
        let count = u64::from(count);
        let reach = if all { count } else { runs.last().map_or(0, |run| run.sample).min(count) };
        let (times, duration) = match times.first()? {
            (entries, true) => time_runs(&entries),
            _ => (Vec::new(), media.duration),
        };
        if reach == 0 {
            return Ok(None);
        }
        Ok(Some(Self { count, reach, times, duration, timescale: media.timescale, keys, sizes, size, chunks, runs }))
    }

    /// Duration in ticks.
    pub(super) fn duration(&self) -> u64 {
        self.duration
    }

    /// The samples at the start, the key frames at or before `moments`, and the key frame after each, in order.
    ///
    /// If the tables are too long to be read to the end, shares are relative to the part that was read, as if it were
    /// the whole; `None` for a time beyond it.
    pub(super) fn chosen(&mut self, moments: &[Moment]) -> Result<Option<Vec<Sample>>> {
        let followed = match self.reach < self.count {
            true => self.time_of(self.reach).max(1),
            false => self.duration,
        };
        let mut numbers: Vec<u64> = (0..FIRST.min(self.reach)).collect();
        let mut shares = true;
        for moment in moments {
            let time = match moment {
                Moment::Share(share) => (followed as f64 * share) as u64,
                Moment::Time(time) => (time.as_secs_f64() * f64::from(self.timescale)) as u64,
            };
            shares &= matches!(moment, Moment::Share(_));
            numbers.extend(self.keys_at(self.sample_at(time))?);
        }
        if shares {
            numbers.retain(|number| *number < self.reach);
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut samples = Vec::with_capacity(numbers.len());
        for number in numbers {
            match self.sample(number)? {
                Some(sample) => samples.push(sample),
                None => return Ok(None),
            }
        }
        if shares && followed < self.duration {
            for sample in &mut samples {
                sample.time = (sample.time as f64 / followed as f64 * self.duration as f64) as u64;
            }
        }
        Ok(Some(samples))
    }

    /// The sample that is decoded at `time`, in ticks.
    fn sample_at(&self, time: u64) -> u64 {
        let last = self.count - 1;
        let run = self.times.iter().rev().find(|run| run.start <= time);
        let sample = match run {
            Some(run) => run.sample.saturating_add((time - run.start) / run.each.max(1)),
            None => ((time as f64 / self.duration.max(1) as f64) * last as f64) as u64,
        };
        sample.min(last)
    }

    /// Decoding time of sample `number`, in ticks.
    fn time_of(&self, number: u64) -> u64 {
        let run = self.times.iter().rev().find(|run| run.sample <= number);
        match run {
            Some(run) => run.start.saturating_add((number - run.sample).saturating_mul(run.each)),
            None => (number as f64 / self.count as f64 * self.duration as f64) as u64,
        }
    }

    /// The key frame at or before `number`, and the one after it.
    fn keys_at(&mut self, number: u64) -> Result<Vec<u64>> {
        let Some(keys) = &mut self.keys else { return Ok(vec![number, (number + 1).min(self.count - 1)]) };
        let before = keys.up_to(number + 1)?;
        let mut found = Vec::with_capacity(2);
        for i in before.saturating_sub(1)..(before + 1).min(keys.count) {
            found.extend(keys.get(i)?.checked_sub(1).filter(|n| *n < self.count));
        }
        Ok(found)
    }

    fn is_key(&mut self, number: u64) -> Result<bool> {
        let Some(keys) = &mut self.keys else { return Ok(true) };
        let i = keys.up_to(number + 1)?;
        Ok(i > 0 && keys.get(i - 1)? == number + 1)
    }

    fn size_of(&mut self, number: u64) -> Result<u64> {
        match &mut self.sizes {
            Some(sizes) => sizes.get(number),
            None => Ok(u64::from(self.size)),
        }
    }

    /// Sample `number`; `None` if the tables do not lead to it.
    fn sample(&mut self, number: u64) -> Result<Option<Sample>> {
        if number >= self.reach {
            return Ok(None);
        }
        let Some(run) = self.runs.iter().rev().find(|run| run.sample <= number).copied() else { return Ok(None) };
        let (chunk, before) = ((number - run.sample) / run.each, (number - run.sample) % run.each);
        let chunk = run.start + chunk;
        if chunk >= self.chunks.count || before > MOST_BEFORE {
            return Ok(None);
        }
        let mut offset = self.chunks.get(chunk)?;
        for earlier in number - before..number {
            offset = offset.saturating_add(self.size_of(earlier)?);
        }
        let (Ok(size), is_key) = (u32::try_from(self.size_of(number)?), self.is_key(number)?) else { return Ok(None) };
        let (time, description) = (self.time_of(number), run.description);
        Ok(Some(Sample { time, offset, size, description, is_key }))
    }
}

/// The runs of `stts`, and the total duration.
fn time_runs(entries: &[u8]) -> (Vec<Run>, u64) {
    let (mut runs, mut sample, mut start) = (Vec::new(), 0u64, 0u64);
    for [count, each] in words(entries) {
        let (count, each) = (u64::from(count), u64::from(each));
        runs.push(Run { sample, start, each, description: 0 });
        sample = sample.saturating_add(count);
        start = start.saturating_add(count.saturating_mul(each));
    }
    (runs, start)
}

/// The runs of `stsc`, chunks counted from 0; `None` if they are out of order.
fn chunk_runs(entries: &[u8], chunks: u64) -> Option<Vec<Run>> {
    let (mut runs, mut sample) = (Vec::<Run>::new(), 0u64);
    for [first, each, description] in words(entries) {
        let start = u64::from(first).checked_sub(1)?;
        if let Some(last) = runs.last() {
            sample = sample.saturating_add(start.checked_sub(last.start)?.saturating_mul(last.each));
        } else if start != 0 {
            return None;
        }
        if each == 0 || start >= chunks {
            return None;
        }
        runs.push(Run { sample, start, each: u64::from(each), description });
    }
    (!runs.is_empty()).then_some(runs)
}

fn words<const N: usize>(entries: &[u8]) -> impl Iterator<Item = [u32; N]> {
    let (words, _) = entries.as_chunks::<4>();
    let (entries, _) = words.as_chunks::<N>();
    entries.iter().map(|entry| entry.map(u32::from_be_bytes))
}
