//! Collects items on a canvas: coded pictures are decoded and placed one by one, grids tile by tile.

use super::canvas::Canvas;
use super::location::{read_available, read_item};
use super::meta::Meta;
use super::picture::Picture;
use crate::containers::bmff::bytes::Bytes;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// Nesting of grids; real files have none.
const MAX_DEPTH: u32 = 3;

/// Which picture of each tile of a grid is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    /// The tile itself.
    Color,
    /// The alpha that belongs to it.
    Alpha,
}

/// Where items are read from, and how they are decoded.
#[derive(Clone, Copy)]
pub(super) struct Gathering<'a> {
    pub(super) source: &'a Source,
    pub(super) meta: &'a Meta,
    pub(super) cx: &'a Context<'a>,
    pub(super) plane: Plane,
    /// Whether pictures that are reduced a lot may be decoded without in-loop filters.
    pub(super) coarse: bool,
}

/// A `grid` item (ISO/IEC 23008-12, clause 6.6.2.3).
#[derive(Debug, PartialEq, Eq)]
struct Grid {
    columns: u32,
    rows: u32,
    size: Size,
}

impl Grid {
    fn parse(data: &[u8]) -> Result<Self> {
        let mut bytes = Bytes::new(data);
        bytes.u8()?;
        let wide = bytes.u8()? & 1 == 1;
        let (rows, columns) = (u32::from(bytes.u8()?) + 1, u32::from(bytes.u8()?) + 1);
        let size = Size::new(bytes.u16_or_u32(wide)?, bytes.u16_or_u32(wide)?);
        Ok(Self { columns, rows, size })
    }
}

impl Gathering<'_> {
    /// Places the picture of item `id`, which is `size` px, on `canvas`.
    pub(super) fn gather(&self, id: u32, size: Size, canvas: &mut Canvas) -> Result<()> {
        self.place(id, size, (0, 0), canvas, 0)
    }

    fn place(&self, id: u32, size: Size, at: (u32, u32), canvas: &mut Canvas, depth: u32) -> Result<()> {
        self.cx.check()?;
        self.cx.check_pixels(size)?;
        match &self.meta.item(id)?.kind {
            b"grid" if depth < MAX_DEPTH => self.grid(id, size, at, canvas, depth),
            b"grid" => Err(Error::limit("nested grids")),
            kind @ (b"av01" | b"hvc1" | b"hev1") => {
                let limits = self.cx.limits();
                let (data, complete) = read_available(self.source, self.meta, id, limits.max_source)?;
                if !complete {
                    self.cx.warn("the file is truncated");
                }
                let mut placed = |picture: &Picture<'_>| {
                    if !picture.size.covers(size) {
                        let Size { width, height } = picture.size;
                        return Err(Error::corrupt(format!(
                            "a picture of {width}x{height} px where its item has more"
                        )));
                    }
                    canvas.place(picture, at.0, at.1)
                };
                if kind == b"av01" { self.av1(id, &data, size, &mut placed) } else { self.hevc(id, &data, &mut placed) }
            }
            other => Err(Error::unsupported(format!("pictures coded as `{}`", other.escape_ascii()))),
        }
    }

    fn grid(&self, id: u32, size: Size, at: (u32, u32), canvas: &mut Canvas, depth: u32) -> Result<()> {
        let grid = Grid::parse(&read_item(self.source, self.meta, id, 64)?)?;
        let tiles = self.meta.targets(b"dimg", id);
        let count = grid.columns as usize * grid.rows as usize;
        let tile = tiles.first().and_then(|tile| self.meta.extent(*tile)).unwrap_or_default();
        if tiles.len() != count || tile.pixels() == 0 {
            return Err(Error::corrupt(format!("a grid of {count} tiles with {}", tiles.len())));
        }
        let covered = Size::new(tile.width.saturating_mul(grid.columns), tile.height.saturating_mul(grid.rows));
        if grid.size != size || !covered.covers(size) {
            return Err(Error::corrupt("the tiles of a grid do not cover its picture"));
        }
        let (mut broken, mut placed) = (Vec::new(), 0);
        for (i, id) in tiles.iter().enumerate() {
            let (column, row) = (i as u32 % grid.columns, i as u32 / grid.columns);
            let (x, y) = (column.saturating_mul(tile.width), row.saturating_mul(tile.height));
            let at = (at.0.saturating_add(x), at.1.saturating_add(y));
            // The last column and row may extend past the picture; only the part inside counts.
            if x >= size.width || y >= size.height || !canvas.touches(at.0, at.1, tile) {
                continue;
            }
            if self.meta.extent(*id) != Some(tile) {
                return Err(Error::corrupt("tiles of different sizes"));
            }
            let id = match self.plane {
                Plane::Color => *id,
                Plane::Alpha => self.meta.alpha(*id).ok_or_else(|| Error::corrupt("a tile without its alpha"))?,
            };
            match self.place(id, tile, at, canvas, depth + 1) {
                Ok(()) => placed += 1,
                Err(e) if e.kind() == ErrorKind::Corrupt => broken.push((at, e)),
                Err(e) => return Err(e),
            }
        }
        if let Some((_, e)) = broken.pop_if(|_| placed == 0) {
            return Err(e);
        }
        for ((x, y), e) in broken {
            self.cx.warn(format!("part of the picture is grey: {}", e.detail()));
            canvas.place_gray(tile, x, y)?;
        }
        Ok(())
    }

    #[cfg(feature = "avif")]
    fn av1(&self, id: u32, data: &[u8], size: Size, place: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<()> {
        let _held = self.cx.reserve(super::av1::decoding_bytes(self.meta, id, size))?;
        super::av1::decode(self.meta, id, data, size, self.coarse, place)
    }

    #[cfg(not(feature = "avif"))]
    fn av1(&self, _: u32, _: &[u8], _: Size, _: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<()> {
        Err(disabled("avif"))
    }

    #[cfg(feature = "heic")]
    fn hevc(&self, id: u32, data: &[u8], place: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<()> {
        let config = self.meta.codec(id, b"hvcC").ok_or_else(|| Error::corrupt("an HEVC picture without `hvcC`"))?;
        let coded = super::hevc::HevcPicture::new(config, data)?;
        self.cx.check_pixels(coded.size())?;
        let _held = self.cx.reserve(coded.decoding_bytes())?;
        if !coded.decode(place)? {
            self.cx.warn("the picture is damaged; what is missing is grey");
        }
        Ok(())
    }

    #[cfg(not(feature = "heic"))]
    fn hevc(&self, _: u32, _: &[u8], _: &mut dyn FnMut(&Picture<'_>) -> Result<()>) -> Result<()> {
        Err(disabled("heic"))
    }
}

#[allow(dead_code)] // with all features
fn disabled(feature: &str) -> Error {
    Error::new(ErrorKind::FeatureDisabled, format!("this build was made without the feature `{feature}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_counts_its_tiles_from_one() {
        let grid = Grid::parse(&[0, 0, 5, 7, 0x0f, 0xc0, 0x0b, 0xd0]).unwrap();
        assert_eq!(grid, Grid { columns: 8, rows: 6, size: Size::new(4032, 3024) });
        let wide = Grid::parse(&[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9]).unwrap();
        assert_eq!(wide.size, Size::new(65536, 9));
    }
}
