//! What the drawings of one part are read with.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::package::{Package, Relationships};
use crate::xml::Document;
use thumbling_core::decode::Context;
use thumbling_core::error::{ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;
use thumbling_core::probe::Hint;
use thumbling_page::paint::decoded;
use thumbling_page::style::{Color, Fill, Picture, PictureFill, PictureMode};
use thumbling_page::tree::Rect;

use super::color::Palette;

/// EMU a point.
pub const EMU: f32 = 12_700.0;

/// Memory for shapes and text is held in steps of this many bytes.
const STEP: usize = 256 << 10;

/// The part whose drawings are read, and what they are resolved against.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Limits and interruption.
    pub cx: &'a Context<'a>,
    /// Where other parts are.
    pub package: &'a Package,
    /// What the part refers to.
    pub relationships: &'a Relationships,
    /// Its colours.
    pub palette: Palette<'a>,
    /// Pixels a point that the page will have.
    pub scale: f32,
    /// What parts of the page share.
    pub page: &'a PageState,
}

/// What is gathered while a page is read.
#[derive(Default)]
pub struct PageState {
    pictures: RefCell<HashMap<(String, Size), Picture>>,
    held: RefCell<Vec<Reservation>>,
    /// Bytes that are held and not yet used.
    spare: Cell<usize>,
    missed: RefCell<BTreeMap<&'static str, u32>>,
    drawn: Cell<u32>,
    /// The part with the styles of tables that the file brings along.
    table_styles_part: Option<String>,
    table_styles: OnceCell<Option<Arc<Document>>>,
    /// What the whole page is covered with, and its size, pt.
    background: OnceCell<(Fill, (f32, f32))>,
    /// The fills of the groups around, the outermost first: what `a:grpFill` means.
    pub(super) group_fills: RefCell<Vec<Fill>>,
}

impl PageState {
    /// Of a file whose styles of tables are in this part.
    pub fn new(table_styles: Option<&str>) -> Self {
        Self { table_styles_part: table_styles.map(str::to_owned), ..Self::default() }
    }

    /// Notes that something was met that is drawn.
    pub fn drew(&self) {
        self.drawn.set(self.drawn.get().saturating_add(1));
    }

    /// Notes that something was met that is not drawn.
    pub fn missed(&self, what: &'static str) {
        let mut missed = self.missed.borrow_mut();
        let count = missed.entry(what).or_default();
        *count = count.saturating_add(1);
    }

    /// Says what the whole page of `size` pt is covered with.
    pub fn set_background(&self, fill: Fill, size: (f32, f32)) {
        // The first word counts; there is no other.
        let _ = self.background.set((fill, size));
    }

    /// What is seen of the page's background at `bounds`.
    pub(super) fn background_at(&self, bounds: Rect) -> Fill {
        let Some((fill, size)) = self.background.get() else { return Color::WHITE.into() };
        match fill {
            Fill::None => Color::WHITE.into(),
            Fill::Picture(fill) if fill.mode == PictureMode::WHOLE => {
                let (right, bottom) = (size.0 - bounds.x - bounds.width, size.1 - bounds.y - bounds.height);
                let crop = [bounds.x / size.0, bounds.y / size.1, right / size.0, bottom / size.1];
                Fill::Picture(PictureFill { mode: PictureMode::Stretch { crop, onto: [0.0; 4] }, ..fill.clone() })
            }
            fill => fill.clone(),
        }
    }

    /// The styles of tables that the file brings along.
    pub(super) fn table_styles(&self, scene: &Scene<'_>) -> Option<Arc<Document>> {
        let read = || scene.package.xml(self.table_styles_part.as_deref()?, scene.cx).ok().map(Arc::new);
        self.table_styles.get_or_init(read).clone()
    }

    /// Of all that was met, the share that was drawn; 1 if nothing was met.
    pub fn confidence(&self) -> f32 {
        let missed: u32 = self.missed.borrow().values().fold(0, |sum, n| sum.saturating_add(*n));
        match missed {
            0 => 1.0,
            missed => self.drawn.get() as f32 / (self.drawn.get().saturating_add(missed)) as f32,
        }
    }

    /// Says what was not drawn, as warnings of the request.
    pub fn report(&self, cx: &Context<'_>) {
        for (what, count) in &*self.missed.borrow() {
            cx.warn(format!("not drawn: {what} ({count})"));
        }
    }
}

impl Scene<'_> {
    /// The size that the picture of this relationship has by itself, pt, at 96 px an inch; none if it cannot be read.
    pub fn natural_size(&self, id: &str) -> Option<(f32, f32)> {
        let name = self.relationships.part(id)?;
        let part = self.package.part(name, self.cx).ok()?;
        let (_, info) = self.cx.open_picture(&part.source, &Hint::name(name)).ok()?;
        Some((info.width as f32 * 0.75, info.height as f32 * 0.75))
    }

    /// The picture that this relationship leads to, as large as `shown` pt on the page need it. None, and noted, if it
    /// cannot be shown.
    pub fn picture(&self, id: &str, shown: (f32, f32)) -> Option<Picture> {
        let Some(name) = self.relationships.part(id) else {
            self.page.missed("picture outside of the file");
            return None;
        };
        let px = |pt: f32| (pt * self.scale).ceil().clamp(1.0, 4096.0) as u32;
        let size = Size::new(px(shown.0), px(shown.1));
        let key = (name.to_owned(), size);
        if let Some(picture) = self.page.pictures.borrow().get(&key) {
            return Some(picture.clone());
        }
        let read =
            self.package.part(name, self.cx).and_then(|part| decoded(&part.source, &Hint::name(name), size, self.cx));
        let picture = read.and_then(|picture| self.hold(&picture).map(|()| picture));
        match picture {
            Ok(picture) => {
                self.page.pictures.borrow_mut().insert(key, picture.clone());
                Some(picture)
            }
            Err(e) => {
                self.page.missed(match e.kind() {
                    ErrorKind::NotFound => "picture that is missing in the file",
                    ErrorKind::Limit => "picture beyond the limits",
                    ErrorKind::Unsupported | ErrorKind::FeatureDisabled => "picture of an unknown format",
                    _ => "picture that is broken",
                });
                None
            }
        }
    }

    /// Holds `bytes` for shapes and text as long as the page is read: a page costs more than the XML that it is made of.
    pub fn gather(&self, bytes: usize) -> Result<()> {
        let spare = &self.page.spare;
        if spare.get() < bytes {
            let step = bytes.max(STEP);
            self.page.held.borrow_mut().push(self.cx.reserve(step as u64)?);
            spare.set(spare.get() + step);
        }
        spare.set(spare.get() - bytes);
        Ok(())
    }

    /// Holds the memory of a picture as long as the page is read.
    pub(super) fn hold(&self, picture: &Picture) -> Result<()> {
        let held = self.cx.reserve(u64::from(picture.0.width()) * u64::from(picture.0.height()) * 4)?;
        self.page.held.borrow_mut().push(held);
        Ok(())
    }
}
