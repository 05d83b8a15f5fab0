//! DrawString and DrawDriverString. GDI+ lays out strings when drawing, so lines are broken here with estimated
//! widths. Driver strings have explicit positions.

use super::Player;
use super::font::{Align, Font, StringFormat};
use super::record::{Record, rect_f};
use super::state::unit_in_pixels;
use crate::gdi::charset::decode_utf16;
use crate::gdi::font::{self, Face};
use crate::gdi::text::{guess_from_glyph, words};
use crate::geometry::{Affine, Point};
use crate::reader::ReadFields;
use crate::svg::canvas::Canvas;
use crate::svg::paint::{Blend, Paint};
use crate::svg::text::{Anchor, TextStyle, Word};

const MAX_LINES: usize = 4096;
const CMAP_LOOKUP: u32 = 1;
const REALIZED_ADVANCE: u32 = 4;

impl Player<'_> {
    pub(super) fn draw_string(&mut self, record: &Record<'_>, canvas: &mut Canvas) -> Option<()> {
        let mut reader = record.reader();
        let brush = record.brush(&mut reader)?;
        let format = reader.u32()?;
        let length = usize::try_from(reader.u32()?).ok()?;
        let area = rect_f(&mut reader)?;
        let text = String::from_utf16_lossy(&reader.utf16(length.min(reader.remaining() / 2))?);
        let font = self.objects.font(record.object())?;
        let format =
            self.objects.string_format(format as u8).map_or_else(StringFormat::default, |format| (*format).clone());
        let paint = self.paint(&brush, canvas)?;
        let face = font::face(&font.family, 0, 0);
        let em = self.em(&font);
        let turned = format.vertical;
        let (across, down) = if turned { (area.height(), area.width()) } else { (area.width(), area.height()) };
        let lines = lines(&text, &face, em, if format.wraps && across > 0.0 { across } else { f64::INFINITY });
        let line = face.cell() * em;
        let block = line * lines.len() as f64;
        let top = match format.line_align {
            Align::Near => 0.0,
            Align::Center => (down - block) / 2.0,
            Align::Far => down - block,
        };
        let margin = format.margin * em;
        let (anchor, x) = match format.align {
            Align::Near => (Anchor::Start, margin),
            Align::Center => (Anchor::Middle, across / 2.0),
            Align::Far => (Anchor::End, across - margin),
        };
        let corner = Affine::translate(area.left, area.top);
        let place = if turned {
            Affine::rotate(std::f64::consts::FRAC_PI_2).then(&Affine::translate(area.right, area.top))
        } else {
            corner
        };
        let style = style(&font, &face, em, paint);
        let clip = self.state.visible();
        for (index, text) in lines.into_iter().enumerate() {
            let baseline = top + line * index as f64 + face.ascent * em;
            let map = Affine::translate(0.0, baseline).then(&place).then(&self.state.to_canvas());
            canvas.text(&[Word { text, x, width: None }], &style, anchor, &map, &clip, Blend::Normal);
        }
        Some(())
    }

    pub(super) fn draw_driver_string(&mut self, record: &Record<'_>, canvas: &mut Canvas) -> Option<()> {
        let mut reader = record.reader();
        let brush = record.brush(&mut reader)?;
        let options = reader.u32()?;
        let has_matrix = reader.u32()? != 0;
        let count = reader.count(2)?;
        let letters: Vec<char> = decode_units(&reader.utf16(count)?, options);
        let positions: Vec<Point> = (0..count).map_while(|_| reader.point_f()).collect();
        let matrix = if has_matrix {
            let (a, b, c, d) = (reader.float()?, reader.float()?, reader.float()?, reader.float()?);
            let offset = reader.point_f()?;
            Affine::new(a, b, c, d, offset.x, offset.y)
        } else {
            Affine::IDENTITY
        };
        let font = self.objects.font(record.object())?;
        let face = font::face(&font.family, 0, 0);
        let em = self.em(&font);
        let paint = self.paint(&brush, canvas)?;
        let style = style(&font, &face, em, paint);
        let clip = self.state.visible();
        let mut rest = letters.as_slice();
        let mut places = positions.as_slice();
        while let Some(&start) = places.first() {
            let on_line = if options & REALIZED_ADVANCE != 0 {
                rest.len()
            } else {
                places.iter().take_while(|place| (place.y - start.y).abs() < 1e-3 * em).count().min(rest.len())
            };
            if on_line == 0 {
                break;
            }
            let (line, later) = rest.split_at(on_line);
            let mut along: Vec<f64> = places.iter().take(on_line).map(|place| place.x - start.x).collect();
            if options & REALIZED_ADVANCE != 0 {
                along = line
                    .iter()
                    .scan(0.0, |x, &letter| Some(std::mem::replace(x, *x + face.advance(letter) * em)))
                    .collect();
            }
            let last =
                along.last().copied().unwrap_or(0.0) + line.last().map_or(0.0, |&letter| face.advance(letter) * em);
            along.push(last);
            let counted: Vec<(char, usize)> = line.iter().map(|&letter| (letter, 1)).collect();
            let words = words(&counted, &along, 1.0, Some((&face, em)));
            let map = matrix.then(&Affine::translate(start.x, start.y)).then(&self.state.to_canvas());
            canvas.text(&words, &style, Anchor::Start, &map, &clip, Blend::Normal);
            rest = later;
            places = places.get(on_line..).unwrap_or(&[]);
        }
        Some(())
    }

    /// The em size in world units.
    fn em(&self, font: &Font) -> f64 {
        let pixels = font.size * unit_in_pixels(font.unit, self.dpi);
        if font.unit == 0 { font.size } else { pixels / self.state.page_scale() }
    }
}

fn decode_units(units: &[u16], options: u32) -> Vec<char> {
    let letters = decode_utf16(units);
    letters
        .into_iter()
        .map(|(letter, _)| if options & CMAP_LOOKUP != 0 { letter } else { guess_from_glyph(letter) })
        .collect()
}

fn style(font: &Font, face: &Face, em: f64, paint: Paint) -> TextStyle {
    TextStyle {
        families: face.families.clone(),
        size: em,
        weight: if font.bold { 700 } else { 400 },
        italic: font.italic,
        underline: font.underline,
        strike_out: font.strike_out,
        paint,
    }
}

/// Breaks at line feeds, and between words if a line would be wider than `width`.
fn lines(text: &str, face: &Face, em: f64, width: f64) -> Vec<String> {
    let measure = |text: &str| text.chars().map(|letter| face.advance(letter)).sum::<f64>() * em;
    let mut lines = Vec::new();
    for paragraph in text.split('\n').map(|line| line.trim_end_matches('\r')) {
        let mut line = String::new();
        let mut at = 0.0;
        for word in paragraph.split_inclusive(' ') {
            let advance = measure(word);
            // Estimates are slightly too wide: a single line that nearly fits is meant to fit.
            if !line.is_empty() && at + measure(word.trim_end()) > width * 1.08 {
                lines.push(std::mem::take(&mut line));
                at = 0.0;
            }
            line.push_str(word);
            at += advance;
        }
        lines.push(line);
        if lines.len() >= MAX_LINES {
            break;
        }
    }
    lines
}
