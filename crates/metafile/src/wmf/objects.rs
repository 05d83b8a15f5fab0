//! Records that create, select and delete objects.

use std::rc::Rc;

use super::Player;
use super::record::Record;
use crate::bitmap::Bitmap;
use crate::bounds::Bounds;
use crate::color::Color;
use crate::dib::{self, ColorUsage, Picture};
use crate::gdi::charset;
use crate::gdi::objects::{Brush, Font, Object, Pen, Region};
use crate::geometry::Rect;
use crate::reader::{ReadFields, Reader};
use crate::svg::clip::Clip;

impl Player {
    pub(super) fn object_record(&mut self, record: Record<'_>) -> Option<()> {
        let mut reader = Reader::le(record.arguments);
        let made = match record.function {
            0x012d => {
                self.select(reader.u16()?);
                return Some(());
            }
            0x01f0 => {
                self.gdi.objects.delete(usize::from(reader.u16()?));
                return Some(());
            }
            0x0234 => {
                if let Some(Object::Palette(palette)) = self.gdi.objects.get(usize::from(reader.u16()?)) {
                    self.gdi.dc.palette = palette.clone();
                }
                return Some(());
            }
            0x0037 => {
                self.set_palette_entries(&mut reader);
                return Some(());
            }
            0x02fa => self.pen(&mut reader),
            0x02fb => font(&mut reader),
            0x02fc => self.brush_indirect(&mut reader),
            0x00f7 => palette(&mut reader).map(|colors| Object::Palette(Rc::new(colors))),
            0x0142 => self.dib_pattern(&mut reader),
            0x01f9 => self.bitmap16_pattern(&mut reader),
            0x06ff => region(&mut reader),
            _ => return Some(()),
        };
        // Unreadable objects take a slot too, since later indices depend on it.
        self.gdi.objects.add(made.unwrap_or(Object::Other));
        Some(())
    }

    fn select(&mut self, index: u16) {
        let Some(object) = self.gdi.objects.get(usize::from(index)).cloned() else { return };
        match object {
            Object::Pen(pen) => self.gdi.dc.pen = pen,
            Object::Brush(brush) => self.gdi.dc.brush = brush,
            Object::Font(font) => self.gdi.dc.font = font,
            Object::Palette(palette) => self.gdi.dc.palette = palette,
            Object::Region(region) => self.gdi.dc.clip = self.region_clip(&region),
            Object::Other => {}
        }
    }

    fn region_clip(&self, region: &Region) -> Clip {
        region.to_clip(&self.gdi.dc.to_canvas())
    }

    pub(super) fn region(&self, index: u16) -> Option<Clip> {
        match self.gdi.objects.get(usize::from(index))? {
            Object::Region(region) => Some(self.region_clip(region)),
            _ => None,
        }
    }

    pub(super) fn brush(&self, index: u16) -> Option<Brush> {
        match self.gdi.objects.get(usize::from(index))? {
            Object::Brush(brush) => Some(brush.clone()),
            _ => None,
        }
    }

    fn pen(&self, reader: &mut Reader<'_>) -> Option<Object> {
        let style = u32::from(reader.u16()?);
        let width = reader.point16()?.x;
        let color = self.gdi.dc.color(reader.u32()?);
        Some(Object::Pen(Rc::new(Pen::from_style(style, width, Brush::Solid(color), Vec::new()))))
    }

    fn brush_indirect(&self, reader: &mut Reader<'_>) -> Option<Object> {
        let style = reader.u16()?;
        let color = self.gdi.dc.color(reader.u32()?);
        Some(Object::Brush(match style {
            0 => Brush::Solid(color),
            2 => Brush::Hatch(u32::from(reader.u16()?), color),
            _ => Brush::Null,
        }))
    }

    fn dib_pattern(&mut self, reader: &mut Reader<'_>) -> Option<Object> {
        let style = reader.u16()?;
        let usage = ColorUsage::from_u32(u32::from(reader.u16()?));
        if style == 3
            && let Some(bitmap) = bitmap16(reader, &mut self.gdi.canvas.bounds, (Color::BLACK, Color::WHITE))
        {
            return Some(Object::Brush(Brush::Pattern(Rc::new(bitmap))));
        }
        let mut reader = Reader::le(reader.data());
        reader.skip(4)?;
        let (header, bits) = dib::packed(reader.rest(), usage, &self.gdi.dc.palette)?;
        match header.picture(bits, &mut self.gdi.canvas.bounds)? {
            Picture::Bitmap(bitmap) => Some(Object::Brush(Brush::Pattern(Rc::new(bitmap.opaque())))),
            Picture::File { .. } => None,
        }
    }

    fn bitmap16_pattern(&mut self, reader: &mut Reader<'_>) -> Option<Object> {
        let header = reader.take(14)?;
        reader.skip(18)?;
        let mut whole = header.get(..10)?.to_vec();
        whole.extend_from_slice(reader.rest());
        let colors = (self.gdi.dc.text_color, self.gdi.dc.background);
        let bitmap = bitmap16(&mut Reader::le(&whole), &mut self.gdi.canvas.bounds, colors)?;
        Some(Object::Brush(Brush::Pattern(Rc::new(bitmap))))
    }

    fn set_palette_entries(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        let start = usize::from(reader.u16()?);
        let colors = entries(reader)?;
        let mut palette = self.gdi.dc.palette.as_ref().clone();
        for (index, color) in colors.into_iter().enumerate() {
            if let Some(entry) = palette.get_mut(start + index) {
                *entry = color;
            }
        }
        self.gdi.dc.palette = Rc::new(palette);
        Some(())
    }
}

fn font(reader: &mut Reader<'_>) -> Option<Object> {
    let (height, width) = (f64::from(reader.i16()?), f64::from(reader.i16()?));
    let escapement = f64::from(reader.i16()?);
    reader.skip(2)?;
    let weight = u32::from(reader.u16()?);
    let (italic, underline, strike_out, charset) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
    reader.skip(3)?;
    let pitch_and_family = reader.u8()?;
    let name = reader.take(reader.remaining().min(32))?;
    let name = name.split(|&byte| byte == 0).next().unwrap_or(&[]);
    // Names are in the code page of the font; those of symbol fonts are ASCII.
    let name_charset = if charset == charset::SYMBOL { 0 } else { charset };
    let family = charset::decode(name, name_charset).into_iter().map(|(letter, _)| letter).collect();
    Some(Object::Font(Rc::new(Font {
        height,
        width,
        escapement,
        weight: if weight == 0 { 400 } else { weight },
        italic: italic != 0,
        underline: underline != 0,
        strike_out: strike_out != 0,
        charset,
        pitch_and_family,
        family,
    })))
}

fn palette(reader: &mut Reader<'_>) -> Option<Vec<Color>> {
    reader.skip(2)?;
    entries(reader)
}

/// A count and that many entries of red, green, blue and flags.
fn entries(reader: &mut Reader<'_>) -> Option<Vec<Color>> {
    let count = usize::from(reader.u16()?);
    (0..count.min(reader.remaining() / 4)).map(|_| reader.u32().map(Color::from_colorref)).collect()
}

fn region(reader: &mut Reader<'_>) -> Option<Object> {
    reader.skip(2 + 2 + 4 + 2)?;
    let scans = usize::from(reader.u16()?);
    reader.skip(2 + 8)?;
    let mut rects = Vec::new();
    for _ in 0..scans {
        let (Some(count), Some(top), Some(bottom)) = (reader.u16(), reader.i16(), reader.i16()) else { break };
        for _ in 0..count / 2 {
            let (Some(left), Some(right)) = (reader.i16(), reader.i16()) else { break };
            if rects.len() < 4096 {
                rects.push(Rect { left: left.into(), top: top.into(), right: right.into(), bottom: bottom.into() });
            }
        }
        let _ = reader.skip(2);
    }
    Some(Object::Region(Rc::new(Region { rects })))
}

/// A device-dependent bitmap (MS-WMF 2.2.2.1). One-bit bitmaps use the two given colours.
pub(super) fn bitmap16(reader: &mut Reader<'_>, bounds: &mut Bounds, two: (Color, Color)) -> Option<Bitmap> {
    reader.skip(2)?;
    let (width, height) = (u32::from(reader.u16()?), u32::from(reader.u16()?));
    let stride = usize::from(reader.u16()?);
    let (planes, bits) = (reader.u8()?, reader.u8()?);
    if planes != 1 || stride == 0 {
        return None;
    }
    let count = bounds.take_pixels(width, height)?;
    let columns = usize::try_from(width).ok()?;
    let mut pixels = vec![[255_u8; 4]; count];
    for (row, out) in reader.rest().chunks(stride).zip(pixels.chunks_exact_mut(columns)) {
        for (x, pixel) in out.iter_mut().enumerate() {
            let bytes = |size: usize| row.get(x * size..(x + 1) * size);
            *pixel = match bits {
                1 => {
                    let byte = row.get(x / 8).copied().unwrap_or(255);
                    let color = if byte >> (7 - x % 8) & 1 == 0 { two.0 } else { two.1 };
                    [color.r, color.g, color.b, 255]
                }
                24 | 32 => match bytes(usize::from(bits / 8)) {
                    Some(&[b, g, r, ..]) => [r, g, b, 255],
                    _ => [255; 4],
                },
                _ => return None,
            };
        }
    }
    Some(Bitmap { width, height, pixels })
}
