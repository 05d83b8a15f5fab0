//! The device context: the state covered by save and restore.

use std::rc::Rc;

use super::mapping::Mapping;
use super::objects::{Brush, Font, Pen};
use crate::color::Color;
use crate::geometry::{Affine, Point};
use crate::path::FillRule;
use crate::svg::clip::Clip;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BackgroundMode {
    Transparent,
    Opaque,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArcDirection {
    AntiClockwise,
    Clockwise,
}

#[derive(Clone, Debug)]
pub(crate) struct Dc {
    pub mapping: Mapping,
    pub world: Affine,
    /// From device units to the canvas.
    pub base: Affine,
    pub pen: Rc<Pen>,
    pub brush: Brush,
    pub font: Rc<Font>,
    pub palette: Rc<Vec<Color>>,
    pub text_color: Color,
    pub background: Color,
    pub background_mode: BackgroundMode,
    pub text_align: u32,
    /// Extra character spacing, in logical units.
    pub character_extra: f64,
    /// R2_COPYPEN is 13.
    pub rop2: u32,
    pub fill_rule: FillRule,
    pub miter_limit: f64,
    pub arc_direction: ArcDirection,
    pub brush_origin: Point,
    /// Current position in logical units.
    pub position: Point,
    pub clip: Clip,
    /// The meta region of EMF: always intersected with the clip.
    pub meta_clip: Clip,
}

impl Dc {
    pub fn new(base: Affine, px_per_mm: Point) -> Self {
        Self {
            mapping: Mapping::new(px_per_mm),
            world: Affine::IDENTITY,
            base,
            pen: Rc::new(Pen::solid(Color::BLACK)),
            brush: Brush::Solid(Color::WHITE),
            font: Rc::new(Font::default()),
            palette: Rc::new(Vec::new()),
            text_color: Color::BLACK,
            background: Color::WHITE,
            background_mode: BackgroundMode::Opaque,
            text_align: 0,
            character_extra: 0.0,
            rop2: 13,
            fill_rule: FillRule::EvenOdd,
            miter_limit: 10.0,
            arc_direction: ArcDirection::AntiClockwise,
            brush_origin: Point::default(),
            position: Point::default(),
            clip: Clip::all(),
            meta_clip: Clip::all(),
        }
    }

    /// From logical units to the canvas.
    pub fn to_canvas(&self) -> Affine {
        self.world.then(&self.mapping.page_to_device()).then(&self.base)
    }

    pub fn visible(&self) -> Clip {
        self.clip.and(&self.meta_clip)
    }

    /// The colour of a COLORREF, which can be an index into the palette.
    pub fn color(&self, value: u32) -> Color {
        if value >> 24 == 1 {
            let index = (value & 0xffff) as usize;
            return self.palette.get(index).copied().unwrap_or(Color::BLACK);
        }
        Color::from_colorref(value)
    }
}
