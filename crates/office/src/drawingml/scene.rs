//! The context in which drawings of one part are read.

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

use super::theme::palette::Palette;

/// EMU per point.
pub const EMU: f32 = 12_700.0;

/// Granularity of memory reservations for shapes and text, bytes.
const STEP: usize = 256 << 10;

/// The part whose drawings are read, and what its references resolve to.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Limits and interrupt.
    pub cx: &'a Context<'a>,
    pub package: &'a Package,
    /// Of the part.
    pub relationships: &'a Relationships,
    pub palette: Palette<'a>,
    /// Pixels per point of the rendered page.
    pub scale: f32,
    /// State shared by all parts of a page.
    pub page: &'a PageState,
}

/// State collected while a page is read.
#[derive(Default)]
pub struct PageState {
    pictures: RefCell<HashMap<(String, Size), Picture>>,
    held: RefCell<Vec<Reservation>>,
    /// Reserved bytes that are not used yet.
    spare: Cell<usize>,
    missed: RefCell<BTreeMap<&'static str, u32>>,
    drawn: Cell<u32>,
    /// The part with the file's own table styles.
    table_styles_part: Option<String>,
    table_styles: OnceCell<Option<Arc<Document>>>,
    /// Page background and page size, pt.
    background: OnceCell<(Fill, (f32, f32))>,
    /// Fills of the enclosing groups, the outermost first, for `a:grpFill`.
    pub(super) group_fills: RefCell<Vec<Fill>>,
}

impl PageState {
    /// For a file whose table styles are in this part.
    pub fn new(table_styles: Option<&str>) -> Self {
        Self { table_styles_part: table_styles.map(str::to_owned), ..Self::default() }
    }

    /// Counts something that is drawn.
    pub fn drew(&self) {
        self.drawn.set(self.drawn.get().saturating_add(1));
    }

    /// Counts something that is not drawn.
    pub fn missed(&self, what: &'static str) {
        let mut missed = self.missed.borrow_mut();
        let count = missed.entry(what).or_default();
        *count = count.saturating_add(1);
    }

    /// Sets the background of a page of `size` pt.
    pub fn set_background(&self, fill: Fill, size: (f32, f32)) {
        // The first background wins.
        let _ = self.background.set((fill, size));
    }

    /// The part of the page background behind `bounds`.
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

    /// The file's own table styles.
    pub(super) fn table_styles(&self, scene: &Scene<'_>) -> Option<Arc<Document>> {
        let read = || scene.package.xml(self.table_styles_part.as_deref()?, scene.cx).ok().map(Arc::new);
        self.table_styles.get_or_init(read).clone()
    }

    /// The share of all content that is drawn; 1 for an empty page.
    pub fn confidence(&self) -> f32 {
        let missed: u32 = self.missed.borrow().values().fold(0, |sum, n| sum.saturating_add(*n));
        match missed {
            0 => 1.0,
            missed => self.drawn.get() as f32 / (self.drawn.get().saturating_add(missed)) as f32,
        }
    }

    /// Reports what is not drawn, as warnings of the request.
    pub fn report(&self, cx: &Context<'_>) {
        for (what, count) in &*self.missed.borrow() {
            cx.warn(format!("not drawn: {what} ({count})"));
        }
    }
}

impl Scene<'_> {
    /// The natural size of the picture with this relationship, pt at 96 dpi; `None` if it cannot be read.
    pub fn natural_size(&self, id: &str) -> Option<(f32, f32)> {
        let name = self.relationships.part(id)?;
        let part = self.package.part(name, self.cx).ok()?;
        let (_, info) = self.cx.open_picture(&part.source, &Hint::name(name)).ok()?;
        Some((info.width as f32 * 0.75, info.height as f32 * 0.75))
    }

    /// The picture with this relationship, decoded for `shown` pt on the page. If it cannot be shown, returns `None`
    /// and counts it as missed.
    pub fn picture(&self, id: &str, shown: (f32, f32)) -> Option<Picture> {
        let Some(name) = self.relationships.part(id) else {
            self.page.missed("linked picture");
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

    /// Reserves memory for shapes and text while the page is read: a page takes more than its XML.
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

    /// Reserves the memory of a picture while the page is read.
    pub(super) fn hold(&self, picture: &Picture) -> Result<()> {
        let held = self.cx.reserve(u64::from(picture.0.width()) * u64::from(picture.0.height()) * 4)?;
        self.page.held.borrow_mut().push(held);
        Ok(())
    }
}
