//! OpenEXR: the first flat layer with colours, in linear light; of tiled files, the smallest level that covers the
//! wanted size.
//!
//! The picture is the display window; the part outside the data window is black, or transparent if there is alpha. Deep
//! data is not supported; subsampled chroma is shown as grey.

use std::ops::Range;

use exr::block::{self, UncompressedBlock, chunk::Chunk, reader::ChunksReader};
use exr::math::Vec2;
use exr::meta::BlockDescription;
use exr::meta::attribute::{ChannelList, LevelMode, LineOrder, SampleType};
use exr::meta::header::Header;

use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, FormatEntry, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, PixelFormat};
use thumbling_core::geometry::Size;
use thumbling_core::orient::Orientation;
use thumbling_core::probe::Score;
use thumbling_core::scale::RowReducer;
use thumbling_core::source::{Source, SourceReader};

const FORMAT: Format = Format::image("exr");
/// Bytes per fetch.
const WINDOW: usize = 256 << 10;
/// Number of levels of a side of 2^31.
const MAX_LEVELS: usize = 31;

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &["image/x-exr", "image/aces"],
    score: |peek| Score::magic_if(peek.has(0, &[0x76, 0x2F, 0x31, 0x01])),
    open: |source, _| Ok(Box::new(Exr { source: source.clone() })),
};

fn typed(e: exr::error::Error) -> Error {
    match e {
        exr::error::Error::NotSupported(detail) => Error::unsupported(detail),
        exr::error::Error::Io(e) => e.into(),
        e => Error::corrupt(e.to_string()).caused_by(e),
    }
}

struct Exr {
    source: Source,
}

/// What to read of a file.
#[derive(Debug, Clone)]
struct Layer {
    index: usize,
    /// Channels of red, green and blue; for grey, three times the same.
    colors: [usize; 3],
    alpha: Option<usize>,
    /// Display window, px.
    size: Size,
    /// Left and top edge of the data window, relative to the display window.
    origin: (i64, i64),
}

impl Layer {
    fn of(headers: &[Header]) -> Result<Self> {
        let flat = || headers.iter().enumerate().filter(|(_, h)| !h.deep);
        let found = flat().find_map(|(i, h)| Some((i, rgb(&h.channels)?)));
        // Grey, or whatever the first channel contains.
        let found = found.or_else(|| {
            let (i, h) = flat().next()?;
            let y = channel(&h.channels, "", "Y").or(Some(0).filter(|_| !h.channels.list.is_empty()))?;
            Some((i, ([y; 3], channel(&h.channels, "", "A"))))
        });
        let Some((index, (colors, alpha))) = found else {
            return Err(Error::unsupported("deep data"));
        };
        let header = &headers[index];
        let window = header.shared_attributes.display_window;
        let side = |n: usize| u32::try_from(n).map_err(|_| Error::limit(format!("a side of {n} px")));
        let offset = |data: i32, display: i32| i64::from(data) - i64::from(display);
        let position = header.own_attributes.layer_position;
        Ok(Self {
            index,
            colors,
            alpha,
            size: Size::new(side(window.size.0)?, side(window.size.1)?),
            origin: (offset(position.0, window.position.0), offset(position.1, window.position.1)),
        })
    }
}

/// Channels of red, green, blue and alpha that share the prefix before the last dot.
fn rgb(channels: &ChannelList) -> Option<([usize; 3], Option<usize>)> {
    let names = channels.list.iter().map(|c| c.name.to_string());
    let prefixes = names.filter_map(|n| n.strip_suffix('R').map(str::to_owned));
    let mut prefixes: Vec<String> = prefixes.filter(|p| p.is_empty() || p.ends_with('.')).collect();
    prefixes.sort_by_key(String::len);
    prefixes.iter().find_map(|prefix| {
        let named = |name| channel(channels, prefix, name);
        Some(([named("R")?, named("G")?, named("B")?], named("A")))
    })
}

/// The channel with that name, if it is not subsampled.
fn channel(channels: &ChannelList, prefix: &str, name: &str) -> Option<usize> {
    let full = format!("{prefix}{name}");
    channels.list.iter().position(|c| c.name.to_string() == full && c.sampling == Vec2(1, 1))
}

impl Exr {
    fn open(&self) -> Result<block::reader::Reader<SourceReader>> {
        block::read(self.source.reader(WINDOW), false).map_err(typed)
    }
}

impl Decoder for Exr {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let layer = Layer::of(self.open()?.headers())?;
        let mut info = SourceInfo::new(FORMAT, layer.size);
        info.has_alpha = layer.alpha.is_some();
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let reader = self.open()?;
        let layer = Layer::of(reader.headers())?;
        let header = reader.headers().get(layer.index).ok_or_else(|| Error::internal("no layer"))?.clone();
        cx.check_pixels(layer.size)?;
        let data = size_of(header.layer_size)?;
        cx.check_pixels(data)?;
        let (level, level_size) = level(&header, &layer, want.size);
        let _blocks = cx.reserve(header.max_block_byte_size().saturating_mul(3) as u64)?;
        let chunks = reader
            .filter_chunks(false, |_, tile, block| block.layer == layer.index && tile.level_index == Vec2(level, level))
            .map_err(typed)?;
        let size = if level == 0 { layer.size } else { level_size };
        Picture::new(&layer, &header, size, level, want, cx)?.read(chunks, cx)
    }
}

fn size_of(size: Vec2<usize>) -> Result<Size> {
    let side = |n: usize| u32::try_from(n).map_err(|_| Error::limit(format!("a side of {n} px")));
    Ok(Size::new(side(size.0)?, side(size.1)?))
}

/// The smallest level that covers `want`, and its size. Levels only contain the data window, so it must equal the
/// display window.
fn level(header: &Header, layer: &Layer, want: Size) -> (usize, Size) {
    let full = (0, layer.size);
    let BlockDescription::Tiles(tiles) = header.blocks else { return full };
    let whole = layer.origin == (0, 0) && size_of(header.layer_size).is_ok_and(|s| s == layer.size);
    if tiles.level_mode == LevelMode::Singular || !whole {
        return full;
    }
    let side = |n: usize, level| exr::meta::compute_level_size(tiles.rounding_mode, n, level) as u32;
    let of = |level| Size::new(side(header.layer_size.0, level), side(header.layer_size.1, level));
    let last = (0..MAX_LEVELS).find(|l| of(*l).pixels() == 1).unwrap_or(0);
    let level = (0..=last).rev().find(|l| of(*l).covers(want)).unwrap_or(0);
    (level, of(level))
}

/// Assembles blocks into rows of the display window.
struct Picture {
    layer: Layer,
    header: Header,
    /// Size of the display window, or of the level.
    size: Size,
    reducer: RowReducer,
    samples: usize,
    /// Rows of the data window that `band` holds.
    rows: Range<i64>,
    band: Vec<f32>,
    empty: Vec<f32>,
    _held: thumbling_core::limits::Reservation,
}

impl Picture {
    fn new(layer: &Layer, header: &Header, size: Size, level: usize, want: &Want, cx: &Context<'_>) -> Result<Self> {
        let format = if layer.alpha.is_some() { PixelFormat::RgbaF32 } else { PixelFormat::RgbF32 };
        let samples = format.channels();
        // If blocks are stored in row order, one row of blocks is held at once; otherwise all of them.
        let in_order = header.line_order == LineOrder::Increasing;
        let height = if level == 0 { header.layer_size.1 } else { size.height as usize };
        let rows = if in_order { header.max_block_pixel_size().1.min(height) } else { height };
        let floats = (rows as u64 + 1) * u64::from(size.width) * samples as u64;
        let held = cx.reserve(floats.saturating_mul(4))?;
        Ok(Self {
            layer: layer.clone(),
            header: header.clone(),
            size,
            reducer: RowReducer::new(size, Orientation::Normal, format, want, cx)?,
            samples,
            rows: 0..rows as i64,
            band: vec![0.0; rows * size.width as usize * samples],
            empty: vec![0.0; size.width as usize * samples],
            _held: held,
        })
    }

    fn read(mut self, chunks: impl ChunksReader, cx: &Context<'_>) -> Result<Frame> {
        let meta = chunks.meta_data().clone();
        let (expected, mut got) = (chunks.expected_chunk_count(), 0);
        let mut failed = None;
        for chunk in chunks {
            cx.check()?;
            let block = chunk.and_then(|c: Chunk| UncompressedBlock::decompress_chunk(c, &meta, false));
            match block {
                Ok(block) => {
                    got += 1;
                    self.place(&block)?;
                }
                Err(e) => failed = Some(typed(e)),
            }
        }
        match failed {
            Some(e) if got == 0 => return Err(e),
            _ if got == 0 => return Err(Error::corrupt("no pixels")),
            _ if got < expected => cx.warn(format!("truncated: {got} of {expected} blocks could be read")),
            _ => {}
        }
        self.finish()
    }

    /// Copies a block into the band, after emitting the rows before it.
    fn place(&mut self, block: &UncompressedBlock) -> Result<()> {
        let (x, y) = (block.index.pixel_position.0, block.index.pixel_position.1 as i64);
        if y >= self.rows.end {
            self.flush(y)?;
        }
        let width = self.size.width as usize;
        let channels = self.header.channels.clone();
        for line in block.lines(&channels) {
            let row = line.location.position.1 as i64;
            let wanted = (0..self.samples).filter(|s| match s {
                3 => self.layer.alpha == Some(line.location.channel),
                s => self.layer.colors[*s] == line.location.channel,
            });
            if !self.rows.contains(&row) {
                continue;
            }
            let kind = channels.list.get(line.location.channel).map(|c| c.sample_type);
            for sample in wanted.collect::<Vec<_>>() {
                let start = (row - self.rows.start) as usize * width;
                for (i, value) in values(line.value, kind).enumerate() {
                    let column = x as i64 + i as i64 + self.layer.origin.0;
                    if (0..width as i64).contains(&column) {
                        self.band[(start + column as usize) * self.samples + sample] = value;
                    }
                }
            }
        }
        Ok(())
    }

    /// Emits the band's rows, and moves it to start at row `next` of the data window.
    fn flush(&mut self, next: i64) -> Result<()> {
        let width = self.size.width as usize * self.samples;
        for (i, row) in self.rows.clone().enumerate() {
            let target = row + self.layer.origin.1;
            if target < 0 || target < i64::from(self.reducer.rows()) {
                continue;
            }
            self.fill_to(target)?;
            let pixels = &mut self.band[i * width..][..width];
            if self.samples == 4 {
                unmultiply(pixels);
            }
            self.reducer.push(bytemuck::cast_slice(pixels))?;
        }
        let rows = self.rows.end - self.rows.start;
        self.rows = next..next + rows;
        self.band.fill(0.0);
        Ok(())
    }

    /// Emits blank rows up to row `next`.
    fn fill_to(&mut self, row: i64) -> Result<()> {
        while i64::from(self.reducer.rows()) < row.min(self.size.height.into()) {
            self.reducer.push(bytemuck::cast_slice(&self.empty))?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Frame> {
        self.flush(i64::MAX / 2)?;
        self.fill_to(self.size.height.into())?;
        Ok(self.reducer.finish()?.with_color(primaries(&self.header)))
    }
}

/// OpenEXR's alpha is premultiplied.
fn unmultiply(row: &mut [f32]) {
    for p in row.chunks_exact_mut(4) {
        p[3] = p[3].clamp(0.0, 1.0);
        if p[3] > 0.0 {
            let scale = 1.0 / p[3];
            p[..3].iter_mut().for_each(|c| *c *= scale);
        }
    }
}

/// The samples of one channel's line. NaN and infinity become 0.
fn values(line: &[u8], kind: Option<SampleType>) -> impl Iterator<Item = f32> + '_ {
    let bytes = if kind == Some(SampleType::F16) { 2 } else { 4 };
    line.chunks_exact(bytes).map(move |b| {
        let value = match (kind, b) {
            (Some(SampleType::F16), [a, b]) => exr::prelude::f16::from_ne_bytes([*a, *b]).to_f32(),
            (Some(SampleType::U32), [a, b, c, d]) => u32::from_ne_bytes([*a, *b, *c, *d]) as f32,
            (_, [a, b, c, d]) => f32::from_ne_bytes([*a, *b, *c, *d]),
            _ => 0.0,
        };
        if value.is_finite() { value } else { 0.0 }
    })
}

/// The colour space of the chromaticities, if H.273 has a number for it; otherwise that of BT.709.
fn primaries(header: &Header) -> ColorSpace {
    let Some(c) = header.shared_attributes.chromaticities else { return ColorSpace::Srgb };
    let near = |a: Vec2<f32>, x: f32, y: f32| (a.0 - x).abs() < 0.005 && (a.1 - y).abs() < 0.005;
    let is = |r: [f32; 2], g: [f32; 2], b: [f32; 2]| {
        near(c.red, r[0], r[1]) && near(c.green, g[0], g[1]) && near(c.blue, b[0], b[1])
    };
    // Transfer characteristics 8: linear.
    if is([0.708, 0.292], [0.170, 0.797], [0.131, 0.046]) {
        return ColorSpace::Cicp { primaries: 9, transfer: 8 };
    }
    if is([0.680, 0.320], [0.265, 0.690], [0.150, 0.060]) {
        return ColorSpace::Cicp { primaries: 12, transfer: 8 };
    }
    ColorSpace::Srgb
}
