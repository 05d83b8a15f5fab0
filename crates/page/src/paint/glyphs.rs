//! The glyph cache, reused between pages: outlines by font, coverage by size and subpixel position.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use skrifa::instance::{LocationRef, NormalizedCoord, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use tiny_skia::{Path, PathBuilder, Transform};

use super::raster::{Coverage, coverage};
use crate::layout::GlyphRun;

/// Number of horizontal subpixel positions.
pub(super) const PHASES: i32 = 4;
/// Largest glyph to cache as coverage, in pixels; larger ones are drawn as paths.
const MAX_PIXELS: usize = 128 * 128;
/// Most glyphs, and most bytes of coverage, to keep between pages.
const MAX_KEPT: (usize, usize) = (8192, 4 << 20);
/// Idle caches.
const MAX_POOL: usize = 16;

static POOL: Mutex<Vec<Store>> = Mutex::new(Vec::new());

/// Empties the cache.
#[cfg(test)]
pub(super) fn forget() {
    POOL.lock().unwrap().clear();
}

/// The font of a glyph with everything else that affects its outline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FontKey {
    blob: u64,
    index: u32,
    coords: Arc<[i16]>,
    /// Bits of the slant in degrees.
    skew: u32,
}

/// Everything that affects the coverage of a glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct CoverageKey {
    font: usize,
    glyph: u32,
    /// Bits of the font size in pixels: if similar sizes shared an entry, thumbnails would depend on earlier requests.
    size: u32,
    phase: i32,
    embolden: bool,
}

#[derive(Default)]
struct Store {
    fonts: HashMap<FontKey, usize>,
    /// Keeps fonts alive, since the id of a blob is unique only while it lives.
    kept: Vec<parley::FontData>,
    outlines: HashMap<(usize, u32), Option<Arc<Path>>>,
    drawn: HashMap<CoverageKey, Option<Arc<Coverage>>>,
    bytes: usize,
}

/// The cache of one canvas, taken from a pool.
pub(super) struct GlyphCache {
    store: Store,
}

impl GlyphCache {
    pub(super) fn take() -> Self {
        Self { store: POOL.lock().unwrap_or_else(|e| e.into_inner()).pop().unwrap_or_default() }
    }

    /// The index of the font of a run in this cache.
    pub(super) fn font(&mut self, run: &GlyphRun) -> usize {
        let skew = run.skew.to_bits();
        let key = FontKey { blob: run.font.data.id(), index: run.font.index, coords: run.coords.clone(), skew };
        let (fonts, kept) = (&mut self.store.fonts, &mut self.store.kept);
        *fonts.entry(key).or_insert_with(|| {
            kept.push(run.font.clone());
            kept.len() - 1
        })
    }

    /// The outline of a glyph at 1 unit per em, y downward.
    pub(super) fn outline(&mut self, font: usize, run: &GlyphRun, glyph: u32) -> Option<Arc<Path>> {
        let made = self.store.outlines.entry((font, glyph));
        made.or_insert_with(|| outline(run, glyph).map(Arc::new)).clone()
    }

    /// The coverage of a glyph at `size` px per em and subpixel position `phase` of [`PHASES`]. `None` if the glyph is
    /// blank, `Err` if it is too large.
    pub(super) fn drawn(
        &mut self,
        font: usize,
        run: &GlyphRun,
        glyph: u32,
        size: f32,
        phase: i32,
    ) -> Result<Option<Arc<Coverage>>, TooLarge> {
        if size > 96.0 {
            return Err(TooLarge);
        }
        let key = CoverageKey { font, glyph, size: size.to_bits(), phase, embolden: run.embolden };
        if let Some(drawn) = self.store.drawn.get(&key) {
            return Ok(drawn.clone());
        }
        let drawn = match self.outline(font, run, glyph) {
            Some(path) => {
                let shift = phase as f32 / PHASES as f32;
                let at = |dx: f32| {
                    coverage(&path, Transform::from_scale(size, size).post_translate(shift + dx, 0.0), MAX_PIXELS)
                };
                let made = if run.embolden { widened(at, size) } else { at(0.0) };
                made.map(Arc::new)
            }
            None => None,
        };
        self.store.bytes += drawn.as_ref().map_or(0, |d| d.samples.len());
        self.store.drawn.insert(key, drawn.clone());
        Ok(drawn)
    }
}

impl Drop for GlyphCache {
    fn drop(&mut self) {
        let store = std::mem::take(&mut self.store);
        if store.drawn.len() > MAX_KEPT.0 || store.bytes > MAX_KEPT.1 || store.outlines.len() > MAX_KEPT.0 {
            return;
        }
        let mut pool = POOL.lock().unwrap_or_else(|e| e.into_inner());
        if pool.len() < MAX_POOL {
            pool.push(store);
        }
    }
}

/// The glyph is too large for cached coverage; fill its outline as a path.
pub(super) struct TooLarge;

/// Added width of synthesised bold, in em.
pub(super) const BOLDER: f32 = 1.0 / 28.0;

/// Synthesises bold: the union of the outline shifted to both sides.
fn widened(at: impl Fn(f32) -> Option<Coverage>, size: f32) -> Option<Coverage> {
    let half = size * BOLDER / 2.0;
    let parts: Vec<Coverage> = [-half, 0.0, half].into_iter().filter_map(at).collect();
    let left = parts.iter().map(|p| p.left).min()?;
    let right = parts.iter().map(|p| p.left + p.width as i32).max()?;
    let first = parts.first()?;
    let (width, height) = ((right - left) as usize, first.samples.len() / first.width);
    let mut samples = vec![0u8; width * height];
    for part in &parts {
        let dx = (part.left - left) as usize;
        for (row, from) in part.samples.chunks_exact(part.width).take(height).enumerate() {
            for (to, from) in samples[row * width + dx..].iter_mut().zip(from) {
                *to = (*to).max(*from);
            }
        }
    }
    Some(Coverage { left, top: first.top, width, samples })
}

fn outline(run: &GlyphRun, glyph: u32) -> Option<Path> {
    let font = FontRef::from_index(run.font.data.as_ref(), run.font.index).ok()?;
    let coords: Rc<[NormalizedCoord]> = run.coords.iter().map(|c| NormalizedCoord::from_bits(*c)).collect();
    let outline = font.outline_glyphs().get(GlyphId::new(glyph))?;
    let mut pen = Pen { path: PathBuilder::new(), slant: run.skew.to_radians().tan() };
    outline.draw(DrawSettings::unhinted(Size::new(1.0), LocationRef::new(&coords)), &mut pen).ok()?;
    pen.path.finish()
}

/// Collects an outline with y downward and slant applied.
struct Pen {
    path: PathBuilder,
    slant: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (x + y * self.slant, -y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let ((cx, cy), (x, y)) = (self.at(cx, cy), self.at(x, y));
        self.path.quad_to(cx, cy, x, y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let ((ax, ay), (bx, by), (x, y)) = (self.at(ax, ay), self.at(bx, by), self.at(x, y));
        self.path.cubic_to(ax, ay, bx, by, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
