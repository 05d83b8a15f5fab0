//! How the pixels of a directory are stored: size, samples, strips or tiles.

use super::directory::Directory;
use super::{compression, photometric, tag};
use thumbling_core::bytes::Endian;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// SampleFormat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleKind {
    /// 1, and 4: writers that do not know use unsigned numbers.
    Unsigned,
    /// 2
    Signed,
    /// 3
    Float,
}

/// ExtraSamples that are alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// 1: colours are premultiplied.
    Associated,
    /// 2
    Unassociated,
}

/// The validated description of a directory's pixels.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Stored size, px.
    pub(super) size: Size,
    pub(super) compression: u16,
    pub(super) photometric: u16,
    /// Samples per pixel, including ignored ones.
    pub(super) samples: usize,
    /// Bits per sample, 1 to 64.
    pub(super) bits: u32,
    pub(super) kind: SampleKind,
    /// The index of the alpha sample.
    pub(super) alpha: Option<(usize, Alpha)>,
    /// Whether each sample has strips or tiles of its own.
    pub(super) planar: bool,
    pub(super) predictor: u16,
    /// FillOrder 2: the first bit of a byte is its lowest.
    pub(super) reversed_bits: bool,
    /// Luma samples per chroma sample, across and down; 1×1 except for YCbCr.
    pub(super) subsampling: Size,
    /// Size of a strip or tile, px.
    pub(super) chunk: Size,
    /// Pixels are decoded at 1/n of the stored size; `size` and `chunk` are the reduced ones. JPEG only.
    pub(super) denominator: u32,
    offsets: Vec<u64>,
    byte_counts: Vec<u64>,
    directory: Directory,
}

impl Layout {
    /// The layout that `directory` describes. Takes 16 bytes per strip or tile.
    pub(super) fn new(directory: &Directory, cx: &Context<'_>) -> Result<Self> {
        let number = |tag| directory.u32(tag);
        let side = |tag, name| number(tag).ok_or_else(|| Error::corrupt(format!("a TIFF picture without {name}")));
        let size = Size::new(side(tag::IMAGE_WIDTH, "ImageWidth")?, side(tag::IMAGE_LENGTH, "ImageLength")?);
        cx.check_pixels(size)?;
        let compression = directory.u16(tag::COMPRESSION).unwrap_or(1);
        let samples = usize::from(directory.u16(tag::SAMPLES_PER_PIXEL).unwrap_or(1));
        if !(1..=64).contains(&samples) {
            return Err(Error::unsupported(format!("{samples} samples a pixel")));
        }
        let all_bits = directory.u64s(tag::BITS_PER_SAMPLE, samples as u64).unwrap_or_else(|| vec![1]);
        let bits = all_bits.first().copied().unwrap_or(1);
        if !(1..=64).contains(&bits) || all_bits.iter().any(|b| *b != bits) {
            return Err(Error::unsupported(format!("samples of {all_bits:?} bits")));
        }
        let kind = match directory.u16(tag::SAMPLE_FORMAT).unwrap_or(1) {
            1 | 4 => SampleKind::Unsigned,
            2 => SampleKind::Signed,
            3 => SampleKind::Float,
            n => return Err(Error::unsupported(format!("sample format {n}"))),
        };
        let photometric = photometric_of(directory, compression, samples);
        let subsampling = match (photometric, directory.u64s(tag::YCBCR_SUBSAMPLING, 2).as_deref()) {
            (photometric::YCBCR, Some(&[h, v])) if matches!((h, v), (1 | 2 | 4, 1 | 2 | 4)) => {
                Size::new(h as u32, v as u32)
            }
            // TIFF 6.0 section 21 makes 2×2 the default.
            (photometric::YCBCR, _) => Size::new(2, 2),
            _ => Size::new(1, 1),
        };
        let tiled = directory.has(tag::TILE_WIDTH) && directory.has(tag::TILE_LENGTH);
        let chunk = if tiled {
            Size::new(side(tag::TILE_WIDTH, "TileWidth")?, side(tag::TILE_LENGTH, "TileLength")?)
        } else {
            Size::new(size.width, number(tag::ROWS_PER_STRIP).unwrap_or(u32::MAX).min(size.height))
        };
        if chunk.pixels() == 0 || chunk.width > size.width.saturating_add(1 << 16) {
            return Err(Error::corrupt(format!("tiles of {}x{} px", chunk.width, chunk.height)));
        }
        let mut layout = Self {
            size,
            compression,
            photometric,
            samples,
            bits: bits as u32,
            kind,
            alpha: alpha_of(directory, photometric, samples),
            planar: samples > 1 && directory.u16(tag::PLANAR_CONFIGURATION) == Some(2),
            predictor: directory.u16(tag::PREDICTOR).unwrap_or(1),
            reversed_bits: directory.u16(tag::FILL_ORDER) == Some(2),
            subsampling,
            chunk,
            denominator: 1,
            offsets: Vec::new(),
            byte_counts: Vec::new(),
            directory: directory.clone(),
        };
        layout.find_chunks(tiled, cx)?;
        Ok(layout)
    }

    fn find_chunks(&mut self, tiled: bool, cx: &Context<'_>) -> Result<()> {
        let directory = &self.directory;
        let planes = if self.planar { self.samples as u64 } else { 1 };
        let n = u64::from(self.across()) * u64::from(self.down()) * planes;
        // Neither array can have more values than the file has bytes.
        drop(cx.reserve(n.min(directory.tiff().source().size()).saturating_mul(16))?);
        let (offsets, counts) = match tiled && directory.has(tag::TILE_OFFSETS) {
            true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
            false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
        };
        self.offsets = match directory.u64s(offsets, n) {
            Some(offsets) => offsets,
            None if self.compression == compression::OLD_JPEG => Vec::new(),
            None => return Err(Error::corrupt("a TIFF picture without strips or tiles")),
        };
        self.byte_counts = directory.u64s(counts, n).unwrap_or_default();
        Ok(())
    }

    /// Number of columns of strips or tiles.
    pub(super) fn across(&self) -> u32 {
        self.size.width.div_ceil(self.chunk.width)
    }

    /// Number of rows of strips or tiles.
    pub(super) fn down(&self) -> u32 {
        self.size.height.div_ceil(self.chunk.height)
    }

    /// Offset and bytes of a strip or tile, clipped to the file; `None` if it was omitted.
    pub(super) fn range(&self, plane: usize, row: u32, column: u32) -> Option<(u64, u64)> {
        let of_plane = self.across() as usize * self.down() as usize;
        let i = plane.checked_mul(of_plane)? + row as usize * self.across() as usize + column as usize;
        let offset = *self.offsets.get(i)?;
        let rest = self.source().size().saturating_sub(offset);
        let bytes = match self.byte_counts.get(i) {
            Some(0) | None if offset == 0 => return None,
            // Some writers omit the byte counts.
            Some(0) if self.byte_counts.iter().any(|n| *n > 0) => return None,
            Some(0) | None if self.compression == compression::NONE => {
                (self.unit_bytes() as u64).saturating_mul(u64::from(self.chunk.height.div_ceil(self.unit_rows())))
            }
            Some(0) | None => rest,
            Some(n) => *n,
        };
        Some((offset, bytes.min(rest)))
    }

    /// The source.
    pub(super) fn source(&self) -> &Source {
        self.directory.tiff().source()
    }

    /// Byte order of samples.
    pub(super) fn order(&self) -> Endian {
        self.directory.tiff().order()
    }

    /// The directory, for tags that only some pixels need.
    pub(super) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Rows that are stored together: more than one only for subsampled YCbCr.
    pub(super) fn unit_rows(&self) -> u32 {
        self.subsampling.height
    }

    /// Bytes per unit of rows of a strip or tile, in one plane.
    pub(super) fn unit_bytes(&self) -> usize {
        let (h, v) = (self.subsampling.width as usize, self.subsampling.height as usize);
        let samples = if self.planar { 1 } else { self.samples };
        let units = (self.chunk.width as usize).div_ceil(h);
        let samples = if h * v > 1 { units.saturating_mul(h * v + 2) } else { units.saturating_mul(samples) };
        samples.saturating_mul(self.bits as usize).div_ceil(8)
    }

    /// Number of colour samples; those after them are extra.
    pub(super) fn color_samples(&self) -> usize {
        color_samples(self.photometric).min(self.samples)
    }

    /// The layout of the pixels decoded at 1/`denominator`.
    #[must_use]
    pub(super) fn scaled(mut self, denominator: u32) -> Self {
        let side = |n: u32| n.div_ceil(denominator);
        self.size = Size::new(side(self.size.width), side(self.size.height));
        self.chunk = Size::new(side(self.chunk.width), side(self.chunk.height));
        self.denominator = denominator;
        self
    }

    /// Changes the layout to 8-bit samples of `photometric` without subsampling.
    pub(super) fn becomes(&mut self, photometric: u16) {
        self.photometric = photometric;
        self.subsampling = Size::new(1, 1);
        self.bits = 8;
        self.kind = SampleKind::Unsigned;
        self.predictor = 1;
    }

    /// Changes the layout to one strip.
    pub(super) fn whole(&mut self) {
        self.chunk = self.size;
        self.planar = false;
    }
}

fn photometric_of(directory: &Directory, compression: u16, samples: usize) -> u16 {
    directory.u16(tag::PHOTOMETRIC).unwrap_or(match samples {
        // In fax data, ones are ink.
        1 | 2 if compression::is_fax(compression) => photometric::WHITE_IS_ZERO,
        1 | 2 => photometric::BLACK_IS_ZERO,
        _ if matches!(compression, compression::OLD_JPEG | compression::JPEG) => photometric::YCBCR,
        _ => photometric::RGB,
    })
}

fn color_samples(photometric: u16) -> usize {
    match photometric {
        photometric::RGB
        | photometric::YCBCR
        | photometric::CIE_LAB
        | photometric::ICC_LAB
        | photometric::ITU_LAB
        | photometric::LOG_LUV => 3,
        photometric::SEPARATED => 4,
        _ => 1,
    }
}

fn alpha_of(directory: &Directory, photometric: u16, samples: usize) -> Option<(usize, Alpha)> {
    let color = color_samples(photometric);
    let extra = samples.checked_sub(color).filter(|n| *n > 0)?;
    match directory.u64s(tag::EXTRA_SAMPLES, extra as u64) {
        Some(kinds) => kinds.iter().enumerate().find_map(|(i, kind)| match kind {
            1 => Some((color + i, Alpha::Associated)),
            2 => Some((color + i, Alpha::Unassociated)),
            _ => None,
        }),
        // A fourth sample without an explanation is the alpha of a careless RGBA writer.
        None => (extra == 1).then_some((color, Alpha::Unassociated)),
    }
}
