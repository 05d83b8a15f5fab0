//! Graphics objects of GDI and the object table.

use std::rc::Rc;

use crate::bitmap::Bitmap;
use crate::color::Color;
use crate::dib::Header;
use crate::geometry::Rect;
use crate::svg::clip::Clip;
use crate::svg::paint::{Cap, Join};

/// Most handles in use at once; far more than a 16-bit header can declare.
const MAX_OBJECTS: usize = 65_536;

#[derive(Clone, Debug)]
pub(crate) struct Pen {
    pub kind: PenKind,
    /// Width in logical units, or in device units if `cosmetic`.
    pub width: f64,
    pub cosmetic: bool,
    pub brush: Brush,
    pub cap: Cap,
    pub join: Join,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PenKind {
    Null,
    Solid,
    /// A predefined pattern: lengths in units of the pen width.
    Styled(&'static [f64]),
    /// A custom pattern: lengths in logical units (device units for cosmetic pens).
    User(Vec<f64>),
}

pub(crate) const DASH: &[f64] = &[3.0, 1.0];
pub(crate) const DOT: &[f64] = &[1.0, 1.0];
pub(crate) const DASH_DOT: &[f64] = &[3.0, 1.0, 1.0, 1.0];
pub(crate) const DASH_DOT_DOT: &[f64] = &[3.0, 1.0, 1.0, 1.0, 1.0, 1.0];

impl Pen {
    pub fn solid(color: Color) -> Self {
        Self {
            kind: PenKind::Solid,
            width: 0.0,
            cosmetic: false,
            brush: Brush::Solid(color),
            cap: Cap::Round,
            join: Join::Round,
        }
    }

    pub fn null() -> Self {
        Self { kind: PenKind::Null, ..Self::solid(Color::BLACK) }
    }

    /// From the style word of LOGPEN or EXTLOGPEN (MS-WMF 2.1.1.23, MS-EMF 2.1.25).
    pub fn from_style(style: u32, width: f64, brush: Brush, user: Vec<f64>) -> Self {
        let kind = match style & 0xf {
            1 => PenKind::Styled(DASH),
            2 => PenKind::Styled(DOT),
            3 => PenKind::Styled(DASH_DOT),
            4 => PenKind::Styled(DASH_DOT_DOT),
            5 => PenKind::Null,
            7 if !user.is_empty() => PenKind::User(user),
            8 => PenKind::Styled(DOT),
            _ => PenKind::Solid,
        };
        let cap = match style & 0xf00 {
            0x100 => Cap::Square,
            0x200 => Cap::Butt,
            _ => Cap::Round,
        };
        let join = match style & 0xf000 {
            0x1000 => Join::Bevel,
            0x2000 => Join::Miter,
            _ => Join::Round,
        };
        Self { kind, width: width.abs(), cosmetic: false, brush, cap, join }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Brush {
    Null,
    Solid(Color),
    /// HS_HORIZONTAL (0) to HS_DIAGCROSS (5).
    Hatch(u32, Color),
    Pattern(Rc<Bitmap>),
    /// A one-bit pattern: zeros have the text colour, ones the background colour.
    MonoPattern(Rc<(Header, Vec<u8>)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Font {
    /// Height in logical units: negative for the em size, positive for the cell height, 0 for the default.
    pub height: f64,
    /// Average character width, 0 for that of the font.
    pub width: f64,
    /// Rotation in tenths of a degree, anticlockwise.
    pub escapement: f64,
    pub weight: u32,
    pub italic: bool,
    pub underline: bool,
    pub strike_out: bool,
    pub charset: u8,
    pub pitch_and_family: u8,
    pub family: String,
}

impl Default for Font {
    fn default() -> Self {
        Self {
            height: 0.0,
            width: 0.0,
            escapement: 0.0,
            weight: 400,
            italic: false,
            underline: false,
            strike_out: false,
            charset: 0,
            pitch_and_family: 0,
            family: "Arial".to_owned(),
        }
    }
}

/// A region: rectangles in logical units (WMF) or device units (EMF).
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    pub rects: Vec<Rect>,
}

#[derive(Clone, Debug)]
pub(crate) enum Object {
    Pen(Rc<Pen>),
    Brush(Brush),
    Font(Rc<Font>),
    Palette(Rc<Vec<Color>>),
    Region(Rc<Region>),
    /// An object that draws nothing, such as a colour space.
    Other,
}

#[derive(Debug, Default)]
pub(crate) struct ObjectTable {
    slots: Vec<Option<Object>>,
    /// All slots before this one are taken.
    full_until: usize,
}

impl ObjectTable {
    /// WMF: puts a new object into the first free slot.
    pub fn add(&mut self, object: Object) {
        let free = self.slots.iter().skip(self.full_until).position(Option::is_none);
        let index = free.map_or(self.slots.len(), |offset| self.full_until + offset);
        self.full_until = index;
        self.set(index, object);
    }

    /// EMF: puts an object into the slot that the record specifies.
    pub fn set(&mut self, index: usize, object: Object) {
        if index >= MAX_OBJECTS {
            return;
        }
        if index >= self.slots.len() {
            self.slots.resize(index + 1, None);
        }
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Some(object);
        }
    }

    pub fn get(&self, index: usize) -> Option<&Object> {
        self.slots.get(index)?.as_ref()
    }

    pub fn delete(&mut self, index: usize) {
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = None;
            self.full_until = self.full_until.min(index);
        }
    }
}

impl Region {
    /// The region as a clip, mapped to the canvas.
    pub fn to_clip(&self, map: &crate::geometry::Affine) -> Clip {
        self.rects.iter().fold(Clip::empty(), |clip, rect| {
            let outline = crate::path::Path::rect(rect).transform(map);
            clip.or(&Clip::path(outline, crate::path::FillRule::NonZero))
        })
    }
}
