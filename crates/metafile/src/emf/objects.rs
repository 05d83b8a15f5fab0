//! Records that create, select and delete objects, and clip rectangles.

use std::rc::Rc;

use super::{Player, Record};
use crate::color::Color;
use crate::gdi::objects::{Brush, Font, Object, Pen};
use crate::geometry::Rect;
use crate::path::{FillRule, Path};
use crate::reader::{ReadFields, Reader, utf16_name};

const STOCK: u32 = 0x8000_0000;

impl Player<'_> {
    /// `None` if the record is of another kind.
    pub(super) fn object_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = record.arguments();
        match record.kind {
            38 | 39 | 49 | 82 | 93 | 94 | 95 => {
                if let Some((index, object)) = self.made(record) {
                    self.gdi.objects.set(index, object);
                }
            }
            37 => {
                if !self.plus.is_drawing() {
                    let _ = reader.u32().map(|handle| self.select(handle));
                }
            }
            40 => {
                let _ = reader.u32().map(|handle| self.gdi.objects.delete(handle as usize));
            }
            48 => {
                if let Some(Object::Palette(palette)) =
                    reader.u32().and_then(|handle| self.gdi.objects.get(handle as usize))
                {
                    self.gdi.dc.palette = palette.clone();
                }
            }
            26 | 28 | 29 | 30 if !self.plus.is_drawing() => {
                let _ = self.clip_record(record.kind, &mut reader);
            }
            _ => return None,
        }
        Some(())
    }

    fn made(&mut self, record: Record<'_>) -> Option<(usize, Object)> {
        let mut reader = record.arguments();
        let index = usize::try_from(reader.u32()?).ok()?;
        let object = match record.kind {
            38 => {
                let style = reader.u32()?;
                let width = reader.point32()?.x;
                let color = self.gdi.dc.color(reader.u32()?);
                Object::Pen(Rc::new(Pen::from_style(style, width, Brush::Solid(color), Vec::new())))
            }
            39 => {
                let style = reader.u32()?;
                let color = self.gdi.dc.color(reader.u32()?);
                Object::Brush(log_brush(style, color, reader.u32()?))
            }
            49 => Object::Palette(Rc::new(palette(&mut reader)?)),
            82 => Object::Font(Rc::new(font(&mut reader)?)),
            93 | 94 => Object::Brush(self.pattern_brush(record)?),
            _ => Object::Pen(Rc::new(self.ext_pen(record)?)),
        };
        Some((index, object))
    }

    pub(super) fn brush_of(&self, handle: u32) -> Option<Brush> {
        if handle >= STOCK {
            return stock_brush(handle - STOCK);
        }
        match self.gdi.objects.get(handle as usize)? {
            Object::Brush(brush) => Some(brush.clone()),
            _ => None,
        }
    }

    fn select(&mut self, handle: u32) {
        if handle >= STOCK {
            self.select_stock(handle - STOCK);
            return;
        }
        match self.gdi.objects.get(handle as usize).cloned() {
            Some(Object::Pen(pen)) => self.gdi.dc.pen = pen,
            Some(Object::Brush(brush)) => self.gdi.dc.brush = brush,
            Some(Object::Font(font)) => self.gdi.dc.font = font,
            Some(Object::Palette(palette)) => self.gdi.dc.palette = palette,
            Some(Object::Region(_) | Object::Other) | None => {}
        }
    }

    fn select_stock(&mut self, index: u32) {
        if let Some(brush) = stock_brush(index) {
            self.gdi.dc.brush = brush;
            return;
        }
        match index {
            6 => self.gdi.dc.pen = Rc::new(Pen::solid(Color::WHITE)),
            7 | 19 => self.gdi.dc.pen = Rc::new(Pen::solid(Color::BLACK)),
            8 => self.gdi.dc.pen = Rc::new(Pen::null()),
            10 | 11 | 16 => {
                let family = "Courier New".to_owned();
                self.gdi.dc.font = Rc::new(Font { family, ..Font::default() });
            }
            12..=14 | 17 => self.gdi.dc.font = Rc::new(Font::default()),
            _ => {}
        }
    }

    fn clip_record(&mut self, kind: u32, reader: &mut Reader<'_>) -> Option<()> {
        if kind == 28 {
            let dc = &mut self.gdi.dc;
            dc.meta_clip = dc.visible();
            dc.clip = crate::svg::clip::Clip::all();
            return Some(());
        }
        if kind == 26 {
            let by = reader.point32()?;
            let map = self.gdi.dc.to_canvas();
            if let Some(rect) = self.gdi.dc.clip.as_rect().filter(|rect| rect.width().is_finite()) {
                let (dx, dy) = (map.a * by.x + map.c * by.y, map.b * by.x + map.d * by.y);
                let moved =
                    Rect { left: rect.left + dx, top: rect.top + dy, right: rect.right + dx, bottom: rect.bottom + dy };
                self.gdi.dc.clip = crate::svg::clip::Clip::rect(moved);
            }
            return Some(());
        }
        let (from, to) = (reader.point32()?, reader.point32()?);
        let area = self.gdi.clip_of(&Path::rect(&Rect::between(from, to)), FillRule::NonZero);
        let clip = &self.gdi.dc.clip;
        self.gdi.dc.clip = if kind == 29 { clip.minus(&area) } else { clip.and(&area) };
        Some(())
    }
}

fn stock_brush(index: u32) -> Option<Brush> {
    Some(match index {
        0 | 18 => Brush::Solid(Color::WHITE),
        1 => Brush::Solid(Color::rgb(192, 192, 192)),
        2 => Brush::Solid(Color::rgb(128, 128, 128)),
        3 => Brush::Solid(Color::rgb(64, 64, 64)),
        4 => Brush::Solid(Color::BLACK),
        5 => Brush::Null,
        _ => return None,
    })
}

/// LogBrush: solid, null or hatched. Pattern brushes have other records.
pub(super) fn log_brush(style: u32, color: Color, hatch: u32) -> Brush {
    match style {
        0 => Brush::Solid(color),
        2 => Brush::Hatch(hatch, color),
        _ => Brush::Null,
    }
}

fn font(reader: &mut Reader<'_>) -> Option<Font> {
    let (height, width) = (f64::from(reader.i32()?), f64::from(reader.i32()?));
    let escapement = f64::from(reader.i32()?);
    reader.skip(4)?;
    let weight = reader.u32()?;
    let (italic, underline, strike_out, charset) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    reader.skip(3)?;
    let pitch_and_family = reader.u8()?;
    let name = reader.utf16((reader.remaining() / 2).min(32))?;
    Some(Font {
        height,
        width,
        escapement,
        weight: if weight == 0 { 400 } else { weight },
        italic: italic != 0,
        underline: underline != 0,
        strike_out: strike_out != 0,
        charset,
        pitch_and_family,
        family: utf16_name(&name),
    })
}

/// A version, a count, and entries of red, green, blue and flags.
fn palette(reader: &mut Reader<'_>) -> Option<Vec<Color>> {
    reader.skip(2)?;
    let count = usize::from(reader.u16()?);
    (0..count.min(reader.remaining() / 4)).map(|_| reader.u32().map(Color::from_colorref)).collect()
}
