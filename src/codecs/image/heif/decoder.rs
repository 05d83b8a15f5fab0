//! The decoder of a HEIF file: chooses the item to show, the size to collect it at, and what belongs to it.

use std::sync::Arc;

use super::canvas::{Canvas, Gathered, stretched};
use super::compose::{Gathering, Plane};
use super::container::Container;
use super::convert::{Alpha, to_frame};
use super::location::read_item;
use super::meta::Meta;
use super::overlay::Overlay;
use super::property::{Nclx, UNSPECIFIED};
use super::transform::{Shape, Window};
use thumbling_core::color::ColorSpace;
use thumbling_core::decode::{Context, Decoder, Effort, SourceInfo, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::format::Format;
use thumbling_core::frame::{Frame, Origin};
use thumbling_core::geometry::Size;
use thumbling_core::orient::{Orientation, upright};
use thumbling_core::probe::Hint;
use thumbling_core::source::Source;

/// Most items of type `iden` in a chain.
const MAX_IDENTITIES: usize = 8;
/// Tolerance for a thumbnail's aspect ratio: sides are rounded, mostly to even numbers.
const ASPECT_TOLERANCE: f64 = 0.015;
/// Source samples per collected sample from which on in-loop filters are invisible: at least twice as many become one
/// pixel.
const COARSE_FROM: u32 = 4;
/// Most pixels at which a picture with straight alpha is collected at full size, so that colours are weighted by alpha.
const MAX_WHOLE_ALPHA: u64 = 16 << 20;

/// A file of items, or of a sequence represented as items.
pub(super) struct Heif {
    source: Source,
    format: Format,
    container: Option<Container>,
}

impl Heif {
    pub(super) fn new(source: &Source, format: Format) -> Self {
        Self { source: source.clone(), format, container: None }
    }

    fn container(&mut self, cx: &Context<'_>) -> Result<&Container> {
        match &mut self.container {
            Some(container) => Ok(container),
            none => Ok(none.insert(Container::read(&self.source, cx)?)),
        }
    }
}

impl Decoder for Heif {
    fn info(&mut self, cx: &Context<'_>) -> Result<SourceInfo> {
        let format = self.format;
        let Container { meta, frames } = self.container(cx)?;
        let shown = ShownItem::primary(meta)?;
        cx.check_pixels(shown.shape.coded)?;
        let mut info = SourceInfo::new(format, shown.shape.shown());
        info.has_alpha = shown.alpha.is_some() || &meta.item(shown.id)?.kind == b"iovl";
        info.is_animated = *frames > 1;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        let source = self.source.clone();
        let Container { meta, .. } = self.container(cx)?;
        let primary = ShownItem::primary(meta)?;
        if want.effort != Effort::Best
            && let Some(thumbnail) = primary.thumbnail(meta, want.size)
        {
            match frame(&source, meta, &thumbnail, want, cx) {
                Ok(frame) => return Ok(frame.with_origin(Origin::Embedded)),
                // The picture itself may still be intact.
                Err(_) => cx.check()?,
            }
        }
        frame(&source, meta, &primary, want, cx)
    }
}

/// Where the alpha of a picture is.
#[derive(Debug, Clone, Copy)]
enum AlphaItem {
    /// In an item of its own.
    Own(u32),
    /// For a grid: in auxiliary items of its tiles.
    Tiles,
}

/// The item to show.
#[derive(Debug, Clone)]
struct ShownItem {
    /// The item whose pixels are decoded: a coded picture or a grid.
    id: u32,
    shape: Shape,
    alpha: Option<AlphaItem>,
    premultiplied: bool,
    nclx: Option<Nclx>,
    icc: Option<Arc<[u8]>>,
}

impl ShownItem {
    fn primary(meta: &Meta) -> Result<Self> {
        let id = meta.primary.ok_or_else(|| Error::corrupt("no primary item"))?;
        Self::new(meta, id)
    }

    fn new(meta: &Meta, outer: u32) -> Result<Self> {
        // An `iden` item applies its transforms after those of its target.
        let mut chain = vec![outer];
        let mut id = outer;
        while &meta.item(id)?.kind == b"iden" {
            id = *meta.targets(b"dimg", id).first().ok_or_else(|| Error::corrupt("an `iden` item without a target"))?;
            chain.push(id);
            if chain.len() > MAX_IDENTITIES {
                return Err(Error::limit("too many chained `iden` items"));
            }
        }
        let coded = meta.extent(id).ok_or_else(|| Error::corrupt("a picture without a size"))?;
        let shape = Shape::new(coded, chain.iter().rev().flat_map(|id| meta.properties(*id)));
        let own = chain.iter().find_map(|id| meta.alpha(*id));
        let premultiplied = own.is_some_and(|own| chain.iter().any(|id| meta.targets(b"prem", *id).contains(&own)));
        // Writers store a grid's colour with the grid, with its tiles, or with both.
        let tile = meta.targets(b"dimg", id).first().copied();
        let is_grid = &meta.item(id)?.kind == b"grid";
        let of_tiles = tile.filter(|tile| is_grid && meta.alpha(*tile).is_some()).map(|_| AlphaItem::Tiles);
        let alpha = own.map(AlphaItem::Own).or(of_tiles);
        let said = |id: &u32| (meta.nclx(*id), meta.icc(*id));
        let colors: Vec<_> = chain.iter().chain(&tile).map(said).collect();
        let nclx = colors.iter().find_map(|(nclx, _)| *nclx);
        let icc = colors.iter().find_map(|(_, icc)| icc.clone());
        Ok(Self { id, shape, alpha, premultiplied, nclx, icc })
    }

    /// The smallest thumbnail item that covers `want` and shows the same picture in the same orientation.
    fn thumbnail(&self, meta: &Meta, want: Size) -> Option<Self> {
        let own = self.shape.shown();
        let primary = meta.primary?;
        let candidates = meta.origins(b"thmb", primary).into_iter().filter_map(|id| {
            let mut thumbnail = Self::new(meta, id).ok()?;
            if thumbnail.alpha.is_none() && self.alpha.is_some() {
                return None;
            }
            // A thumbnail without transforms, with the shape of the coded picture, has the picture's transforms.
            let bare = thumbnail.shape.orientation == Orientation::Normal;
            if bare
                && self.shape.orientation.swaps_sides()
                && !thumbnail.shape.shown().same_aspect(own, ASPECT_TOLERANCE)
            {
                thumbnail.shape.orientation = self.shape.orientation;
            }
            let shown = thumbnail.shape.shown();
            let upright = thumbnail.shape.orientation == self.shape.orientation;
            let usable = upright && shown.covers(want) && shown.same_aspect(own, ASPECT_TOLERANCE) && own.covers(shown);
            usable.then(|| {
                thumbnail.icc = thumbnail.icc.or_else(|| self.icc.clone());
                thumbnail.nclx = thumbnail.nclx.or(self.nclx);
                thumbnail
            })
        });
        candidates.min_by_key(|thumbnail| thumbnail.shape.coded.pixels())
    }

    /// Source samples per side that become one: 1, or as many as leave twice the wanted size for the final scaling
    /// step. Even, so that chroma of half the resolution is collected in whole samples too.
    fn reduction(&self, want: Size) -> u32 {
        let shown = self.shape.shown();
        // Sides are rounded: four times a wanted 180.5 px may be 722 or 721.
        let room = |shown: u32, want: u32| (shown + shown / 64) / want.max(1);
        let room = room(shown.width, want.width).min(room(shown.height, want.height));
        let straight = self.alpha.is_some() && !self.premultiplied;
        if room < 4 || (straight && shown.pixels() <= MAX_WHOLE_ALPHA) { 1 } else { room / 4 * 2 }
    }
}

fn frame(source: &Source, meta: &Meta, shown: &ShownItem, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    match &meta.item(shown.id)?.kind {
        b"iovl" => return overlay(source, meta, shown, cx),
        b"jpeg" => return jpeg(source, meta, shown, want, cx),
        _ => {}
    }
    let reduction = shown.reduction(want.size);
    let crop = shown.shape.crop;
    let target = Size::new(crop.size.width.div_ceil(reduction), crop.size.height.div_ceil(reduction));
    let gathering = Gathering { source, meta, cx, plane: Plane::Color, coarse: reduction >= COARSE_FROM };
    let mut canvas = Canvas::new(crop, target);
    let _held = cx.reserve(canvas.bytes())?;
    gathering.gather(shown.id, shown.shape.coded, &mut canvas)?;
    let picture = canvas.finish()?;
    let alpha = shown.alpha.map(|item| alpha(&gathering, item, shown, &picture)).transpose()?;
    // Up to four channels of 8 or 16 bits.
    let _held = cx.reserve(picture.size.pixels().saturating_mul(if picture.depth > 8 { 8 } else { 4 }))?;
    let unspecified = Nclx { primaries: UNSPECIFIED, transfer: UNSPECIFIED, matrix: UNSPECIFIED, full_range: false };
    let nclx = shown.nclx.or(picture.nclx).unwrap_or(unspecified);
    let frame = to_frame(&picture, nclx, alpha.as_ref())?;
    let color = match &shown.icc {
        Some(icc) => ColorSpace::Icc(icc.clone()),
        None => color_space(nclx),
    };
    Ok(frame.with_color(color).with_orientation(shown.shape.orientation))
}

/// The alpha of `shown`, at the size that its picture was collected at.
fn alpha(gathering: &Gathering<'_>, item: AlphaItem, shown: &ShownItem, picture: &Gathered) -> Result<Alpha> {
    let (id, plane) = match item {
        AlphaItem::Own(id) => (id, Plane::Color),
        AlphaItem::Tiles => (shown.id, Plane::Alpha),
    };
    let gathering = Gathering { plane, ..*gathering };
    // Alpha without a size is as large as its picture.
    let coded = gathering.meta.extent(id).unwrap_or(shown.shape.coded);
    let Shape { coded: own, crop, .. } = shown.shape;
    let window = if coded == own {
        crop
    } else {
        // The same part of a plane of a different size.
        let scaled = |n: u32, to: u32, from: u32| (u64::from(n) * u64::from(to) / u64::from(from.max(1))) as u32;
        let (x, y) = (scaled(crop.x, coded.width, own.width), scaled(crop.y, coded.height, own.height));
        let width = scaled(crop.size.width, coded.width, own.width).clamp(1, (coded.width - x).max(1));
        let height = scaled(crop.size.height, coded.height, own.height).clamp(1, (coded.height - y).max(1));
        Window { x, y, size: Size::new(width, height) }
    };
    let mut canvas = Canvas::new(window, picture.size);
    let _held = gathering.cx.reserve(canvas.bytes())?;
    gathering.gather(id, coded, &mut canvas)?;
    let gathered = canvas.finish()?;
    let plane = gathered.planes.into_iter().next().ok_or_else(|| Error::internal("alpha without a plane"))?;
    Ok(Alpha { plane: stretched(plane, picture.size), depth: gathered.depth, premultiplied: shown.premultiplied })
}

/// Composes layers, each decoded in full.
fn overlay(source: &Source, meta: &Meta, shown: &ShownItem, cx: &Context<'_>) -> Result<Frame> {
    let layers = meta.targets(b"dimg", shown.id);
    let overlay = Overlay::parse(&read_item(source, meta, shown.id, 1 << 20)?, layers.len())?;
    if overlay.size != shown.shape.coded || shown.shape.crop != Window::whole(overlay.size) {
        return Err(Error::unsupported("a cropped overlay"));
    }
    let _held = cx.reserve_pixels(overlay.size, 4)?;
    let mut canvas = overlay.canvas();
    let mut color = ColorSpace::Srgb;
    for (i, (id, offset)) in layers.iter().zip(&overlay.offsets).enumerate() {
        let layer = ShownItem::new(meta, *id)?;
        if &meta.item(layer.id)?.kind == b"iovl" {
            return Err(Error::unsupported("overlays of overlays"));
        }
        let layer = upright(frame(source, meta, &layer, &Want::new(layer.shape.shown()), cx)?);
        overlay.lay(&mut canvas, &layer, *offset)?;
        if i == 0 {
            color = layer.color;
        }
    }
    Ok(overlay.frame(canvas)?.with_color(color).with_orientation(shown.shape.orientation))
}

/// A picture coded as JPEG, decoded by the JPEG codec. The container's transforms replace its EXIF orientation.
fn jpeg(source: &Source, meta: &Meta, shown: &ShownItem, want: &Want, cx: &Context<'_>) -> Result<Frame> {
    if shown.shape.crop != Window::whole(shown.shape.coded) {
        return Err(Error::unsupported("a cropped JPEG item"));
    }
    let mut data = meta.codec(shown.id, b"jpgC").map(|tables| tables.to_vec()).unwrap_or_default();
    data.append(&mut read_item(source, meta, shown.id, cx.limits().max_source)?);
    let want = Want { size: shown.shape.orientation.apply_to(want.size), ..want.clone() };
    let frame = cx.inner_frame(&Source::from_bytes(data), &Hint::default(), &want)?;
    let color = shown.icc.clone().map_or(frame.color.clone(), ColorSpace::Icc);
    Ok(frame.with_color(color).with_orientation(shown.shape.orientation))
}

/// The colour space of RGB samples. Like other readers, shows the primaries and curves of standard and high-definition
/// television as sRGB; unspecified is sRGB too.
fn color_space(nclx: Nclx) -> ColorSpace {
    let primaries = if matches!(nclx.primaries, 1 | UNSPECIFIED | 5 | 6 | 7) { 1 } else { nclx.primaries };
    let transfer = if matches!(nclx.transfer, 1 | UNSPECIFIED | 6 | 13 | 14 | 15) { 13 } else { nclx.transfer };
    match (primaries, transfer) {
        (1, 13) => ColorSpace::Srgb,
        (primaries, transfer) => ColorSpace::Cicp { primaries, transfer },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codecs::image::heif::location::Location;
    use crate::codecs::image::heif::property::Property;

    fn item(meta: &mut Meta, id: u32, size: (u32, u32), transforms: &[Property]) {
        let mut properties = vec![Property::Extent(Size::new(size.0, size.1))];
        properties.extend_from_slice(transforms);
        meta.add(id, *b"hvc1", Location::default(), properties);
    }

    /// A picture that needs a quarter turn, with a thumbnail of `size`.
    fn with_thumbnail(size: (u32, u32), transforms: &[Property]) -> Meta {
        let mut meta = Meta { primary: Some(1), ..Meta::default() };
        item(&mut meta, 1, (4032, 3024), &[Property::Rotation(3)]);
        item(&mut meta, 2, size, transforms);
        meta.refer(*b"thmb", 2, 1);
        meta
    }

    fn thumbnail(meta: &Meta, want: (u32, u32)) -> Option<Orientation> {
        let primary = ShownItem::primary(meta).unwrap();
        primary.thumbnail(meta, Size::new(want.0, want.1)).map(|t| t.shape.orientation)
    }

    #[test]
    fn a_thumbnail_serves_what_it_covers() {
        let meta = with_thumbnail((320, 240), &[Property::Rotation(3)]);
        assert_eq!(thumbnail(&meta, (192, 256)), Some(Orientation::Rotate90));
        assert_eq!(thumbnail(&meta, (384, 512)), None);
    }

    #[test]
    fn a_thumbnail_of_another_shape_is_left_alone() {
        assert_eq!(thumbnail(&with_thumbnail((320, 180), &[Property::Rotation(3)]), (100, 100)), None);
    }

    #[test]
    fn a_thumbnail_without_a_turn_shares_that_of_its_picture() {
        assert_eq!(thumbnail(&with_thumbnail((320, 240), &[]), (192, 256)), Some(Orientation::Rotate90));
        // The thumbnail is upright but its picture is not: ambiguous.
        assert_eq!(thumbnail(&with_thumbnail((240, 320), &[]), (192, 256)), None);
    }

    #[test]
    fn twice_the_wanted_size_stays() {
        let mut meta = Meta { primary: Some(1), ..Meta::default() };
        item(&mut meta, 1, (722, 1024), &[]);
        let shown = ShownItem::primary(&meta).unwrap();
        let reduction = |width, height| shown.reduction(Size::new(width, height));
        assert_eq!([reduction(181, 256), reduction(200, 284), reduction(90, 128), reduction(45, 64)], [2, 1, 4, 8]);
    }

    #[test]
    fn television_is_shown_as_srgb_and_hdr_is_not() {
        let said = |primaries, transfer| color_space(Nclx { primaries, transfer, matrix: 1, full_range: true });
        assert_eq!([said(1, 1), said(2, 2), said(6, 6)], [ColorSpace::Srgb, ColorSpace::Srgb, ColorSpace::Srgb]);
        assert_eq!(said(9, 16), ColorSpace::Cicp { primaries: 9, transfer: 16 });
        assert_eq!(said(12, 13), ColorSpace::Cicp { primaries: 12, transfer: 13 });
    }
}
