//! Records that change the graphics state: transforms, page unit, clip, saved states and containers.

use super::Player;
use super::record::{Record, rect_f};
use super::state::unit_in_pixels;
use crate::geometry::{Affine, Rect};
use crate::path::{FillRule, Path};
use crate::reader::{ReadFields, Reader};
use crate::svg::clip::Clip;

/// Most open saves and containers; deeper ones are ignored.
const MAX_SAVED: usize = 1024;
/// Flag of transform records: the new transform is applied after the old one.
const APPEND: u16 = 0x2000;

fn matrix(reader: &mut Reader<'_>) -> Option<Affine> {
    let (a, b, c, d) = (reader.float()?, reader.float()?, reader.float()?, reader.float()?);
    let offset = reader.point_f()?;
    Some(Affine::new(a, b, c, d, offset.x, offset.y))
}

impl Player<'_> {
    /// `None` if the record is of another kind or unreadable.
    pub(super) fn state_record(&mut self, record: &Record<'_>) -> Option<()> {
        let mut reader = record.reader();
        match record.kind {
            0x4025 => {
                let index = reader.u32()?;
                self.push(index);
            }
            0x4026 | 0x4029 => {
                let index = reader.u32()?;
                if let Some(position) = self.saved.iter().rposition(|(saved, _)| *saved == index) {
                    self.saved.truncate(position + 1);
                    self.state = self.saved.pop()?.1;
                }
            }
            0x4027 => {
                let (to, from) = (rect_f(&mut reader)?, rect_f(&mut reader)?);
                let index = reader.u32()?;
                self.open_container(index, Some((to, from)), u32::from(record.flags & 0xff));
            }
            0x4028 => {
                let index = reader.u32()?;
                self.open_container(index, None, 2);
            }
            0x402a => self.state.world = matrix(&mut reader).filter(Affine::is_finite)?,
            0x402b => self.state.world = Affine::IDENTITY,
            0x402c => self.multiply(record, &matrix(&mut reader)?),
            0x402d => {
                let by = reader.point_f()?;
                self.multiply(record, &Affine::translate(by.x, by.y));
            }
            0x402e => {
                let by = reader.point_f()?;
                self.multiply(record, &Affine::scale(by.x, by.y));
            }
            0x402f => {
                let angle = reader.float()?;
                self.multiply(record, &Affine::rotate(angle.to_radians()));
            }
            0x4030 => {
                let scale = reader.float()?;
                let pixels = unit_in_pixels(u32::from(record.flags & 0xff), self.dpi);
                if scale != 0.0 {
                    self.state.page = scale * pixels;
                }
            }
            0x4031 => self.state.clip = Clip::all(),
            0x4032 => {
                let rect = rect_f(&mut reader)?;
                let area = Clip::path(Path::rect(&rect).transform(&self.state.to_canvas()), FillRule::NonZero);
                self.combine(record, &area);
            }
            0x4033 => {
                let path = self.objects.path(record.object())?.transform(&self.state.to_canvas());
                self.combine(record, &Clip::path(path, FillRule::EvenOdd));
            }
            0x4034 => {
                let area = self.objects.region(record.object())?.to_clip(&self.state.to_canvas());
                self.combine(record, &area);
            }
            0x4035 => {
                let by = reader.point_f()?;
                if let Some(rect) = self.state.clip.as_rect().filter(|rect| rect.width().is_finite()) {
                    let map = self.state.to_canvas();
                    let (dx, dy) = (map.a * by.x + map.c * by.y, map.b * by.x + map.d * by.y);
                    self.state.clip = Clip::rect(Rect {
                        left: rect.left + dx,
                        top: rect.top + dy,
                        right: rect.right + dx,
                        bottom: rect.bottom + dy,
                    });
                }
            }
            0x4023 => self.state.copies = record.object() == 1,
            // Ignored: comments, rendering origin and hints.
            0x4003 | 0x401d..=0x4022 | 0x4024 => {}
            _ => return None,
        }
        Some(())
    }

    fn push(&mut self, index: u32) {
        if self.saved.len() < MAX_SAVED {
            self.saved.push((index, self.state.clone()));
        }
    }

    fn multiply(&mut self, record: &Record<'_>, change: &Affine) {
        let world = &self.state.world;
        let changed = if record.has(APPEND) { world.then(change) } else { change.then(world) };
        if changed.is_finite() {
            self.state.world = changed;
        }
    }

    /// Begins a container with a new coordinate system; `map` maps a rectangle inside to one outside.
    fn open_container(&mut self, index: u32, map: Option<(Rect, Rect)>, unit: u32) {
        self.push(index);
        let state = &mut self.state;
        let outside = state.world.then(&Affine::scale(state.page, state.page)).then(&state.container);
        let inside = map.map_or(Affine::IDENTITY, |(to, from)| {
            let pixels = unit_in_pixels(unit, self.dpi);
            Affine::scale(pixels, pixels).then(&Affine::map_rect(&scaled(&from, pixels), &to))
        });
        state.container = inside.then(&outside);
        (state.world, state.page) = (Affine::IDENTITY, 1.0);
        state.outer_clip = state.visible();
        state.clip = Clip::all();
    }

    fn combine(&mut self, record: &Record<'_>, area: &Clip) {
        let clip = &self.state.clip;
        self.state.clip = match record.flags >> 8 & 0xf {
            1 => clip.and(area),
            2 => clip.or(area),
            3 => clip.xor(area),
            4 => clip.minus(area),
            5 => area.minus(clip),
            _ => area.clone(),
        };
    }
}

fn scaled(rect: &Rect, by: f64) -> Rect {
    Rect { left: rect.left * by, top: rect.top * by, right: rect.right * by, bottom: rect.bottom * by }
}
