//! Text: alignment, advances, orientation, background. Glyphs are drawn by the SVG renderer.

use super::Gdi;
use super::dc::BackgroundMode;
use super::font::{self, Face};
use super::symbol::SymbolFont;
use crate::geometry::{Affine, Point, Rect};
use crate::path::{FillRule, Path};
use crate::svg::clip::Clip;
use crate::svg::paint::{Blend, Paint};
use crate::svg::text::{Anchor, TextStyle, Word};

pub(crate) const OPAQUE: u32 = 0x2;
pub(crate) const CLIPPED: u32 = 0x4;
pub(crate) const GLYPH_INDEX: u32 = 0x10;
pub(crate) const PDY: u32 = 0x2000;

const TA_UPDATE_POSITION: u32 = 1;
const TA_RIGHT: u32 = 2;
const TA_CENTER: u32 = 6;
const TA_BOTTOM: u32 = 8;
const TA_BASELINE: u32 = 24;

/// How the mapping affects glyphs (MS-EMF 2.1.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphicsMode {
    /// Glyphs stay upright and keep their proportions.
    Compatible,
    /// The world transform rotates and distorts glyphs.
    Advanced,
}

pub(crate) struct TextOut<'a> {
    pub at: Point,
    /// Characters, each with its number of advances.
    pub letters: &'a [(char, usize)],
    /// Advances in logical units; empty to use those of the font.
    pub advances: &'a [f64],
    pub options: u32,
    pub rect: Option<Rect>,
    pub mode: GraphicsMode,
}

/// The coordinate space of a run: baseline along x, y down, and its scale.
struct Frame {
    /// The map to the canvas, without translation.
    linear: Affine,
    em: f64,
    /// Factor from logical advances to this space.
    advance: f64,
    /// Horizontal stretch of glyphs.
    stretch: f64,
}

impl Gdi {
    pub fn text_out(&mut self, text: &TextOut<'_>) {
        self.flush_raster();
        let to_canvas = self.dc.to_canvas();
        if let Some(rect) = text.rect
            && text.options & OPAQUE != 0
        {
            self.fill_rect(&rect, self.dc.background);
        }
        let clip = match text.rect {
            Some(rect) if text.options & CLIPPED != 0 => {
                self.dc.visible().and(&self.clip_of(&Path::rect(&rect), FillRule::NonZero))
            }
            _ => self.dc.visible(),
        };
        let font = self.dc.font.clone();
        let face = font::face(&font.family, font.charset, font.pitch_and_family);
        let frame = self.frame(&face, text.mode);
        let symbols = SymbolFont::of(&font.family, font.charset);
        let letters: Vec<(char, usize)> = text
            .letters
            .iter()
            .map(|&(letter, units)| {
                let letter = if text.options & GLYPH_INDEX != 0 { guess_from_glyph(letter) } else { letter };
                (symbols.map_or(letter, |symbols| symbols.to_unicode(letter)), units)
            })
            .collect();
        let positions = self.positions(&letters, text.advances, &face, &frame);
        let width = positions.last().copied().unwrap_or(0.0);
        let align = self.dc.text_align;
        let at = if align & TA_UPDATE_POSITION != 0 { self.dc.position } else { text.at };
        let left = match align & TA_CENTER {
            TA_CENTER => -width / 2.0,
            TA_RIGHT => -width,
            _ => 0.0,
        };
        let baseline = match align & TA_BASELINE {
            TA_BASELINE => 0.0,
            TA_BOTTOM => -face.descent * frame.em,
            _ => face.ascent * frame.em,
        };
        let origin = to_canvas.apply(at);
        let run = Affine::translate(left, baseline).then(&frame.linear).then(&Affine::translate(origin.x, origin.y));
        if align & TA_UPDATE_POSITION != 0
            && let Some(inverse) = to_canvas.invert()
        {
            let end =
                Affine::translate(left + width, 0.0).then(&frame.linear).then(&Affine::translate(origin.x, origin.y));
            self.dc.position = inverse.apply(end.apply(Point::default()));
        }
        if self.is_recording() {
            // Text in a path bracket would need font outlines; it is not added to the path.
            return;
        }
        if self.dc.background_mode == BackgroundMode::Opaque && !letters.is_empty() {
            let cell = Rect { left: 0.0, top: -face.ascent * frame.em, right: width, bottom: face.descent * frame.em };
            self.canvas.fill(
                &Path::rect(&cell).transform(&run),
                Paint::Color(self.dc.background),
                FillRule::NonZero,
                &clip,
                Blend::Normal,
            );
        }
        let Some((paint, blend)) = self.through_rop2(Paint::Color(self.dc.text_color)) else { return };
        let style = TextStyle {
            families: face.families.clone(),
            size: frame.em,
            weight: font.weight,
            italic: font.italic,
            underline: font.underline,
            strike_out: font.strike_out,
            paint,
        };
        let is_measured = !text.advances.is_empty();
        let run = Affine::scale(frame.stretch, 1.0).then(&run);
        let words = words(&letters, &positions, frame.stretch, is_measured.then_some((&face, frame.em)));
        if is_measured || align & TA_CENTER == 0 {
            self.canvas.text(&words, &style, Anchor::Start, &run, &clip, blend);
        } else {
            self.unmeasured(words, width, &style, &run, &clip, blend, align);
        }
    }

    /// Without advances, the SVG renderer aligns the run, since it has the font.
    #[allow(clippy::too_many_arguments)]
    fn unmeasured(
        &mut self,
        words: Vec<Word>,
        width: f64,
        style: &TextStyle,
        run: &Affine,
        clip: &Clip,
        blend: Blend,
        align: u32,
    ) {
        let (anchor, x) = match align & TA_CENTER {
            TA_CENTER => (Anchor::Middle, width / 2.0),
            _ => (Anchor::End, width),
        };
        let words: Vec<Word> = words.into_iter().map(|word| Word { x, ..word }).collect();
        self.canvas.text(&words, style, anchor, run, clip, blend);
    }

    fn frame(&self, face: &Face, mode: GraphicsMode) -> Frame {
        let font = &self.dc.font;
        let (page_x, page_y) = self.dc.mapping.scales();
        // Angles are anticlockwise in logical space; a mirrored axis reverses them.
        let escapement = (font.escapement / 10.0 * (page_x * page_y).signum()).to_radians();
        let turn = Affine::rotate(-escapement);
        let height = if font.height == 0.0 { self.default_height(page_y) } else { font.height };
        let logical_em = if height < 0.0 { -height } else { height / face.cell() };
        let (linear, em, advance) = match mode {
            GraphicsMode::Advanced => {
                let flip = Affine::scale(page_x.signum(), page_y.signum());
                let upright = turn.then(&flip).then(&self.dc.world.linear()).then(&flip);
                let linear = upright.then(&Affine::scale(page_x.abs(), page_y.abs())).then(&self.dc.base.linear());
                (linear, logical_em, 1.0)
            }
            GraphicsMode::Compatible => {
                let to_canvas = self.dc.to_canvas();
                let (x, y) = to_canvas.scales();
                // Advances are scaled along the rotated baseline.
                let (sin, cos) = escapement.sin_cos();
                (turn, logical_em * y, (x * cos).hypot(y * sin))
            }
        };
        let stretch = if font.width == 0.0 || logical_em == 0.0 {
            1.0
        } else {
            let natural = face.average * logical_em;
            let across = if mode == GraphicsMode::Compatible { self.axis_ratio() } else { 1.0 };
            let stretch = (font.width.abs() / natural * across).clamp(0.2, 5.0);
            if (0.93..=1.07).contains(&stretch) { 1.0 } else { stretch }
        };
        Frame { linear, em, advance, stretch }
    }

    fn axis_ratio(&self) -> f64 {
        let (x, y) = self.dc.to_canvas().scales();
        if x > 0.0 && y > 0.0 { x / y } else { 1.0 }
    }

    /// Height 0 means twelve points.
    fn default_height(&self, page_y: f64) -> f64 {
        let per_unit = page_y.abs() * self.dc.base.scales().1;
        if per_unit > 0.0 { -16.0 * self.canvas.unit / per_unit } else { -16.0 }
    }

    /// The start of each character, and then the end of the run, in the space of the frame.
    fn positions(&self, letters: &[(char, usize)], advances: &[f64], face: &Face, frame: &Frame) -> Vec<f64> {
        let mut positions = Vec::with_capacity(letters.len() + 1);
        let (mut x, mut index) = (0.0, 0);
        for &(letter, units) in letters {
            positions.push(x);
            if advances.is_empty() {
                x += face.advance(letter) * frame.em * frame.stretch + self.dc.character_extra * frame.advance;
            } else {
                let own = advances.get(index..index + units).unwrap_or(&[]);
                x += own.iter().sum::<f64>() * frame.advance;
                index += units;
            }
        }
        positions.push(x);
        positions
    }
}

/// Splits a run at spaces. Each word gets its position and width from the advances. A word whose advances do not match
/// any font, as in formulas, is split into characters.
pub(crate) fn words(
    letters: &[(char, usize)],
    positions: &[f64],
    stretch: f64,
    face: Option<(&Face, f64)>,
) -> Vec<Word> {
    let at = |index: usize| positions.get(index).copied().unwrap_or(0.0) / stretch;
    if face.is_none() || letters.iter().any(|&(letter, _)| reorders(letter)) {
        let text: String = letters.iter().map(|&(letter, _)| letter).collect();
        let width = face.map(|_| at(letters.len()));
        return if text.trim().is_empty() { Vec::new() } else { vec![Word { text, x: 0.0, width }] };
    }
    let mut words = Vec::new();
    let mut start = None;
    for (index, letter) in letters.iter().map(|&(letter, _)| letter).chain([' ']).enumerate() {
        let is_space = letter == ' ' || letter == '\u{a0}';
        match (start, is_space) {
            (None, false) => start = Some(index),
            (Some(first), true) => {
                let word = letters.get(first..index).unwrap_or(&[]);
                if face.is_some_and(|(face, em)| is_spaced_unevenly(word, &|letter| at(first + letter), face, em)) {
                    words.extend(word.iter().enumerate().map(|(offset, &(letter, _))| Word {
                        text: letter.to_string(),
                        x: at(first + offset),
                        width: None,
                    }));
                } else {
                    let text = word.iter().map(|&(letter, _)| letter).collect();
                    let last = at(index) - at(index - 1);
                    // The last advance has no effect, and some writers store arbitrary values.
                    let natural =
                        face.zip(word.last()).map_or(last, |((face, em), &(letter, _))| face.advance(letter) * em);
                    let odd = face.is_some_and(|(_, em)| (last - natural).abs() > 0.3 * em);
                    let end = at(index - 1) + if odd { natural } else { last };
                    words.push(Word { text, x: at(first), width: Some(end - at(first)) });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Whether advances, normalised to the same sum, differ from those of the face by more than fonts differ from each
/// other. Ignores the last one, which has no effect.
fn is_spaced_unevenly(word: &[(char, usize)], at: &dyn Fn(usize) -> f64, face: &Face, em: f64) -> bool {
    let natural: Vec<f64> = word.iter().map(|&(letter, _)| face.advance(letter) * em).collect();
    let inner = natural.len().saturating_sub(1);
    let sum: f64 = natural.iter().take(inner).sum();
    if sum <= 0.0 {
        return false;
    }
    let extra = (at(inner) - at(0) - sum) / inner as f64;
    natural
        .iter()
        .take(inner)
        .enumerate()
        .any(|(index, width)| (at(index + 1) - at(index) - width - extra).abs() > 0.3 * em)
}

/// Right-to-left scripts, whose words must be laid out together.
fn reorders(letter: char) -> bool {
    matches!(u32::from(letter), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

/// Guesses the character of a glyph index. Indices depend on the font, but the classic Windows fonts all number the
/// printable ASCII characters from 3 on.
pub(crate) fn guess_from_glyph(glyph: char) -> char {
    match u32::from(glyph) {
        index @ 3..=97 => char::from_u32(index + 29).unwrap_or(' '),
        _ => ' ',
    }
}
