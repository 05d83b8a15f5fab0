//! The object table of GDI+: 64 slots, filled by object records that can be split into pieces.

use std::rc::Rc;

use super::brush::Brush;
use super::font::{Font, StringFormat};
use super::image::Image;
use super::outline;
use super::pen::Pen;
use super::record::Record;
use super::region::Region;
use crate::bounds::Bounds;
use crate::path::Path;
use crate::reader::Reader;

const SLOTS: usize = 64;
const CONTINUED: u16 = 0x8000;
/// Most bytes of an object in pieces.
const LARGEST: usize = 64 << 20;

#[derive(Clone)]
pub(super) enum Object {
    Brush(Rc<Brush>),
    Pen(Rc<Pen>),
    Path(Rc<Path>),
    Region(Rc<Region>),
    Image(Rc<Image>),
    Font(Rc<Font>),
    StringFormat(Rc<StringFormat>),
}

#[derive(Default)]
pub(super) struct ObjectTable {
    slots: Vec<Option<Object>>,
    /// An incomplete object: its flags, its total size and the bytes received so far.
    pieces: Option<(u16, usize, Vec<u8>)>,
}

macro_rules! getter {
    ($name:ident, $variant:ident, $kind:ty) => {
        pub fn $name(&self, id: u8) -> Option<Rc<$kind>> {
            match self.slots.get(usize::from(id))?.as_ref()? {
                Object::$variant(object) => Some(object.clone()),
                _ => None,
            }
        }
    };
}

impl ObjectTable {
    getter!(brush, Brush, Brush);
    getter!(pen, Pen, Pen);
    getter!(path, Path, Path);
    getter!(region, Region, Region);
    getter!(image, Image, Image);
    getter!(font, Font, Font);
    getter!(string_format, StringFormat, StringFormat);

    pub fn record(&mut self, record: &Record<'_>, bounds: &mut Bounds) {
        let identity = record.flags & !CONTINUED;
        if !record.has(CONTINUED) && self.pieces.as_ref().is_none_or(|(flags, ..)| *flags != identity) {
            self.pieces = None;
            self.make(record.flags, record.data, bounds);
            return;
        }
        let mut reader = record.reader();
        // Each piece repeats the total size, but the last one can lack it.
        let mut chunk = record.data;
        if record.has(CONTINUED) {
            let Some(total) = reader.u32().and_then(|total| usize::try_from(total).ok()) else { return };
            chunk = reader.rest();
            if self.pieces.as_ref().is_none_or(|(flags, ..)| *flags != identity) {
                self.pieces = Some((identity, total, Vec::new()));
            }
        }
        let Some((_, total, bytes)) = &mut self.pieces else { return };
        if bytes.len().saturating_add(chunk.len()) > LARGEST {
            self.pieces = None;
            return;
        }
        bytes.extend_from_slice(chunk);
        if bytes.len() >= *total
            && let Some((flags, _, bytes)) = self.pieces.take()
        {
            self.make(flags, &bytes, bounds);
        }
    }

    fn make(&mut self, flags: u16, data: &[u8], bounds: &mut Bounds) {
        let id = usize::from(flags as u8);
        if id >= SLOTS {
            return;
        }
        if id >= self.slots.len() {
            self.slots.resize(id + 1, None);
        }
        let object = read(flags >> 8 & 0x7f, data, bounds);
        if let Some(slot) = self.slots.get_mut(id) {
            *slot = object;
        }
    }
}

fn read(kind: u16, data: &[u8], bounds: &mut Bounds) -> Option<Object> {
    let mut reader = Reader::le(data);
    Some(match kind {
        1 => Object::Brush(Rc::new(Brush::read(&mut reader, bounds)?)),
        2 => Object::Pen(Rc::new(Pen::read(&mut reader, bounds)?)),
        3 => Object::Path(Rc::new(outline::read(&mut reader)?)),
        4 => Object::Region(Rc::new(Region::read(&mut reader)?)),
        5 => Object::Image(Rc::new(Image::read(&mut reader, bounds)?)),
        6 => Object::Font(Rc::new(Font::read(&mut reader)?)),
        7 => Object::StringFormat(Rc::new(StringFormat::read(&mut reader)?)),
        _ => return None,
    })
}
