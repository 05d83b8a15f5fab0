//! The marker segments of a JPEG (T.81, annex B), read in file order.

use super::header::{Component, Header, Metadata, Process};
use super::huffman::Codes;
use super::standard;
use super::window::Window;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Definitions for the scans that follow.
pub(super) struct Tables {
    /// The quantiser of the DC coefficient, the only one needed.
    pub dc_quantiser: [Option<u16>; 4],
    pub dc: [Option<Codes>; 4],
    pub ac: [Option<Codes>; 4],
    /// Restart interval in MCUs; 0 for no restarts.
    pub restart_interval: u32,
}

/// The header of a scan.
pub(super) struct Scan {
    pub components: Vec<ScanComponent>,
    /// First and last coefficient.
    pub spectral: (u8, u8),
    /// Number of low bits that the previous scan of these coefficients left out (0 for a first scan), and that this one
    /// leaves out.
    pub high: u8,
    pub low: u8,
}

pub(super) struct ScanComponent {
    /// Index into the frame's components.
    pub index: usize,
    pub dc: u8,
    pub ac: u8,
}

/// Why reading of table segments stopped.
pub(super) enum Stop {
    Scan(Scan),
    End,
}

pub(super) struct Markers {
    pub window: Window,
    pub tables: Tables,
    metadata: Metadata,
    frame: Option<Frame>,
}

struct Frame {
    width: u32,
    height: u32,
    precision: u8,
    process: Process,
    components: Vec<Component>,
}

impl Markers {
    /// Starts at the SOI marker.
    pub(super) fn new(source: &Source) -> Result<Self> {
        let mut window = Window::new(source.clone());
        if (window.byte()?, window.byte()?) != (Some(0xFF), Some(0xD8)) {
            return Err(Error::corrupt("no SOI marker"));
        }
        let standard = |counts: &[[u8; 16]; 2], symbols: [&[u8]; 2]| {
            let [luma, chroma] = [0, 1].map(|i| Codes::new(&counts[i], symbols[i]));
            [luma, chroma, None, None]
        };
        let tables = Tables {
            dc_quantiser: [None; 4],
            dc: standard(&standard::DC_COUNTS, [&standard::DC_SYMBOLS; 2]),
            ac: standard(&standard::AC_COUNTS, standard::AC_SYMBOLS.each_ref().map(|symbols| &symbols[..])),
            restart_interval: 0,
        };
        Ok(Self { window, tables, metadata: Metadata::default(), frame: None })
    }

    /// The header; available once `next` has returned a scan.
    pub(super) fn header(&mut self) -> Option<Header> {
        let frame = self.frame.as_ref()?;
        Some(Header {
            width: frame.width,
            height: frame.height,
            precision: frame.precision,
            process: frame.process,
            components: frame.components.clone(),
            jfif: self.metadata.jfif,
            adobe_transform: self.metadata.adobe_transform,
            exif: self.metadata.exif.take(),
            icc: self.metadata.icc(),
            mpf: self.metadata.mpf.take(),
        })
    }

    /// Reads up to the next scan, starting with marker `code` if it has been read already.
    pub(super) fn next(&mut self, mut code: Option<u8>) -> Result<Stop> {
        loop {
            let marker = match code.take() {
                Some(marker) => marker,
                None => match self.window.next_marker()? {
                    Some(marker) => marker,
                    None => return Ok(Stop::End),
                },
            };
            match marker {
                0xD9 => return Ok(Stop::End),
                // SOI, TEM and restart markers have no segment.
                0xD0..=0xD8 | 0x01 => continue,
                _ => {}
            }
            let (Some(high), Some(low)) = (self.window.byte()?, self.window.byte()?) else { return Ok(Stop::End) };
            let Some(size) = usize::from(u16::from_be_bytes([high, low])).checked_sub(2) else {
                continue;
            };
            let offset = self.window.offset();
            let wanted = match marker {
                0xC0..=0xCF | 0xDA | 0xDB | 0xDD => size,
                _ => Metadata::wanted(marker, size),
            };
            let payload = self.window.take(wanted)?;
            if payload.len() < wanted {
                return Ok(Stop::End);
            }
            self.window.skip((size - wanted) as u64);
            match marker {
                0xC4 => self.huffman(&payload)?,
                0xCC => {}
                0xC0..=0xCF => self.frame(marker, &payload)?,
                0xDA => return Ok(Stop::Scan(self.scan(&payload)?)),
                0xDB => self.quantisers(&payload)?,
                0xDD => {
                    if let [high, low, ..] = payload[..] {
                        self.tables.restart_interval = u32::from(u16::from_be_bytes([high, low]));
                    }
                }
                _ => self.metadata.segment(marker, payload, offset),
            }
        }
    }

    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<()> {
        if self.frame.is_some() {
            return Err(Error::corrupt("two frame headers"));
        }
        let [precision, h1, h0, w1, w0, count, rest @ ..] = payload else {
            return Err(Error::corrupt("frame header is cut short"));
        };
        let process = match marker {
            0xC0 | 0xC1 => Process::Sequential,
            0xC2 => Process::Progressive,
            0xC3 | 0xCB => Process::Lossless,
            0xC9 | 0xCA => Process::Arithmetic,
            _ => Process::Hierarchical,
        };
        let components: Vec<Component> = rest
            .as_chunks()
            .0
            .iter()
            .take(usize::from(*count))
            .map(|&[id, sampling, quantiser]| Component { id, h: sampling >> 4, v: sampling & 15, quantiser })
            .collect();
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        if components.len() != usize::from(*count) || components.is_empty() || width == 0 {
            return Err(Error::corrupt("frame header is not valid"));
        }
        if components.len() > 4 {
            return Err(Error::unsupported("more than four components"));
        }
        let valid = |component: &Component| {
            (1..=4).contains(&component.h) && (1..=4).contains(&component.v) && component.quantiser < 4
        };
        if !components.iter().all(valid) {
            return Err(Error::corrupt("frame header is not valid"));
        }
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        self.frame = Some(Frame { width, height, precision: *precision, process, components });
        Ok(())
    }

    fn scan(&self, payload: &[u8]) -> Result<Scan> {
        let Some(frame) = &self.frame else { return Err(Error::corrupt("scan before the frame header")) };
        let Some((&count, rest)) = payload.split_first() else {
            return Err(Error::corrupt("scan header is cut short"));
        };
        let mut components: Vec<ScanComponent> = Vec::new();
        let mut rest = rest;
        for _ in 0..count {
            let [id, tables, tail @ ..] = rest else { return Err(Error::corrupt("scan header is cut short")) };
            rest = tail;
            let used = |index: usize| components.iter().any(|component| component.index == index);
            let index = (0..frame.components.len())
                .find(|&index| frame.components.get(index).is_some_and(|c| c.id == *id) && !used(index));
            let Some(index) = index else { return Err(Error::corrupt("scan of an unknown component")) };
            components.push(ScanComponent { index, dc: tables >> 4, ac: tables & 15 });
        }
        let &[first, last, approximation, ..] = rest else {
            return Err(Error::corrupt("scan header is cut short"));
        };
        if components.is_empty() {
            return Err(Error::corrupt("scan without components"));
        }
        Ok(Scan { components, spectral: (first, last), high: approximation >> 4, low: approximation & 15 })
    }

    fn quantisers(&mut self, mut rest: &[u8]) -> Result<()> {
        while let [head, tail @ ..] = rest {
            let wide = head >> 4 != 0;
            let (Some(slot), Some((table, next))) = (
                self.tables.dc_quantiser.get_mut(usize::from(head & 15)),
                tail.split_at_checked(if wide { 128 } else { 64 }),
            ) else {
                return Err(Error::corrupt("quantisation table is not valid"));
            };
            *slot = match table {
                [high, low, ..] if wide => Some(u16::from_be_bytes([*high, *low])),
                [value, ..] => Some(u16::from(*value)),
                [] => None,
            };
            rest = next;
        }
        Ok(())
    }

    fn huffman(&mut self, mut rest: &[u8]) -> Result<()> {
        while let [head, tail @ ..] = rest {
            let Some((counts, tail)) = tail.split_first_chunk::<16>() else {
                return Err(Error::corrupt("Huffman table is cut short"));
            };
            let size: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let class = if head & 0x10 == 0 { &mut self.tables.dc } else { &mut self.tables.ac };
            let (Some(slot), Some((symbols, next))) =
                (class.get_mut(usize::from(head & 15)), tail.split_at_checked(size))
            else {
                return Err(Error::corrupt("Huffman table is not valid"));
            };
            let codes = Codes::new(counts, symbols);
            *slot = Some(codes.ok_or(Error::corrupt("Huffman table is not valid"))?);
            rest = next;
        }
        Ok(())
    }
}
