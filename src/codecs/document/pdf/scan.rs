//! Pages that consist of one picture: scans. They are decoded by our own codecs, at a reduced size.
//!
//! A page qualifies if its content draws only one JPEG or JPEG 2000 picture, upright or rotated by right angles, with
//! nothing that changes its samples: no mask, no transparency, plain colours. Invisible text (from character
//! recognition) is allowed. All other pages are drawn by an engine.

use super::file::File;
use super::page_tree::PageNode;
use super::syntax::{Dict, Lexer, Object};
use thumbling_core::cancel::Interrupt;
use thumbling_core::color::{self, ColorSpace};
use thumbling_core::decode::{Context, Effort, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_core::geometry::{Rect, Size};
use thumbling_core::orient::{self, Orientation};
use thumbling_core::probe::Hint;
use thumbling_core::scale;
use thumbling_core::source::Source;

/// Most bytes of page content; recognised text is some tens of kB.
const MAX_CONTENT: u64 = 1 << 20;
/// Most bytes of the compressed picture.
const MAX_PICTURE: u64 = 128 << 20;
/// Most nested graphics states.
const MAX_STATES: usize = 32;
/// Difference in pt that is invisible.
const TOLERANCE: f64 = 0.5;

/// `a b c d e f` of ISO 32000-2, 8.3.3.
type Matrix = [f64; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// `a`, then `b`.
fn then(a: Matrix, b: Matrix) -> Matrix {
    let [a0, a1, a2, a3, a4, a5] = a;
    let [b0, b1, b2, b3, b4, b5] = b;
    [
        a0 * b0 + a1 * b2,
        a0 * b1 + a1 * b3,
        a2 * b0 + a3 * b2,
        a2 * b1 + a3 * b3,
        a4 * b0 + a5 * b2 + b4,
        a4 * b1 + a5 * b3 + b5,
    ]
}

/// A page and the only picture on it.
pub(super) struct Scan {
    /// Width and height of the page after rotation, pt.
    pub(super) size: (f64, f64),
    /// The picture's file.
    picture: Vec<u8>,
    color: Option<ColorSpace>,
    /// The orientation of the stored picture on the page.
    orientation: Orientation,
    /// The picture's rectangle on the page, from the top left, pt.
    place: Rect,
}

/// The visible part of a page: a rectangle in default user space, pt, and rotation, degrees clockwise.
struct Boxes {
    left: f64,
    bottom: f64,
    width: f64,
    height: f64,
    rotate: u32,
}

/// The page `node` as a scan, if it is one.
pub(super) fn find(file: &mut File, node: &PageNode, interrupt: &Interrupt) -> Result<Option<Scan>> {
    let Some(page) = page_frame(file, node)? else { return Ok(None) };
    // Annotations may be drawn over it.
    if file.resolved(node.dict.get("Annots"))?.is_some_and(|a| a.array().is_none_or(|a| !a.is_empty()) && !a.is_null())
    {
        return Ok(None);
    }
    let Some(resources) = inherited(file, node, "Resources")? else { return Ok(None) };
    let Some(resources) = resources.dict().cloned() else { return Ok(None) };
    let Some(pictures) = file.resolved(resources.get("XObject"))? else { return Ok(None) };
    let Some(pictures) = pictures.dict().filter(|p| !p.0.is_empty()).cloned() else { return Ok(None) };
    let Some(content) = content(file, node)? else { return Ok(None) };
    let states = file.resolved(resources.get("ExtGState"))?.and_then(|s| s.dict().cloned()).unwrap_or_default();
    let Some((name, matrix)) = drawn(file, &content, &states, &page, interrupt)? else { return Ok(None) };
    let Object::Ref(number, _) = *pictures.get(&String::from_utf8_lossy(&name)) else { return Ok(None) };
    let Some(body) = file.body(number)? else { return Ok(None) };
    let Some(dict) = body.object.dict() else { return Ok(None) };
    if !is_plain(dict) {
        return Ok(None);
    }
    let Some(color) = color_of(file, dict)? else { return Ok(None) };
    let Some(length) = file.resolved(dict.get("Length"))?.and_then(|n| n.unsigned()) else { return Ok(None) };
    let Some(picture) = body.stream(length).filter(|p| p.len() as u64 <= MAX_PICTURE) else { return Ok(None) };
    let Some((orientation, place)) = placed(matrix, &page) else { return Ok(None) };
    let upright = (page.width, page.height);
    let size = if page.rotate % 180 == 0 { upright } else { (page.height, page.width) };
    Ok(Some(Scan { size, picture: picture.to_vec(), color: color.0, orientation, place }))
}

fn inherited(file: &mut File, node: &PageNode, key: &str) -> Result<Option<Object>> {
    let own = node.dict.get(key);
    let value = if own.is_null() {
        node.inherited.iter().find(|(known, ..)| *known == key).map_or(&Object::Null, |(_, value, _)| value)
    } else {
        own
    };
    file.resolved(value)
}

/// The intersection of media box and crop box.
fn page_frame(file: &mut File, node: &PageNode) -> Result<Option<Boxes>> {
    let mut rectangle = |key| -> Result<Option<[f64; 4]>> {
        let Some(value) = inherited(file, node, key)? else { return Ok(None) };
        let corners: Vec<f64> = value.array().unwrap_or_default().iter().filter_map(Object::number).collect();
        let [a, b, c, d] = corners[..] else { return Ok(None) };
        Ok(Some([a.min(c), b.min(d), a.max(c), b.max(d)]))
    };
    let Some(media) = rectangle("MediaBox")? else { return Ok(None) };
    let crop = rectangle("CropBox")?.unwrap_or(media);
    let (left, bottom) = (media[0].max(crop[0]), media[1].max(crop[1]));
    let (width, height) = (media[2].min(crop[2]) - left, media[3].min(crop[3]) - bottom);
    let rotate =
        inherited(file, node, "Rotate")?.map_or(Some(0.0), |r| if r.is_null() { Some(0.0) } else { r.number() });
    let sound = width >= 1.0 && height >= 1.0 && node.dict.get("UserUnit").is_null();
    Ok(match rotate.map(|r| r.rem_euclid(360.0)) {
        Some(r) if sound && r % 90.0 == 0.0 => Some(Boxes { left, bottom, width, height, rotate: r as u32 }),
        _ => None,
    })
}

/// The content of the page, its parts joined.
fn content(file: &mut File, node: &PageNode) -> Result<Option<Vec<u8>>> {
    let contents = node.dict.get("Contents");
    let parts = match (contents, file.resolved(contents)?) {
        (_, Some(Object::Array(parts))) => parts,
        (reference, Some(_)) => vec![reference.clone()],
        _ => return Ok(None),
    };
    let mut joined = Vec::new();
    for part in parts {
        let Object::Ref(number, _) = part else { return Ok(None) };
        let Some(body) = file.body(number)? else { return Ok(None) };
        let Some(data) = file.data(&body, MAX_CONTENT.saturating_sub(joined.len() as u64))? else { return Ok(None) };
        joined.extend(data);
        joined.push(b' ');
    }
    Ok(Some(joined))
}

/// The name of the only picture that `content` draws, and its matrix.
fn drawn(
    file: &mut File,
    content: &[u8],
    states: &Dict,
    page: &Boxes,
    interrupt: &Interrupt,
) -> Result<Option<(Vec<u8>, Matrix)>> {
    let mut lexer = Lexer::content(content);
    let (mut matrix, mut saved, mut operands) = (IDENTITY, Vec::new(), Vec::new());
    let (mut picture, mut invisible, mut path, mut clips) = (None, false, Vec::<[f64; 4]>::new(), false);
    let mut count = 0u32;
    while !lexer.at_end() {
        count += 1;
        if count.is_multiple_of(4096) {
            interrupt.check()?;
        }
        let operator = match lexer.object() {
            Some(Object::Operator(operator)) => operator,
            Some(operand) if operands.len() < 64 => {
                operands.push(operand);
                continue;
            }
            _ => return Ok(None),
        };
        let numbers: Vec<f64> = operands.iter().filter_map(Object::number).collect();
        match &operator[..] {
            b"q" if saved.len() < MAX_STATES => saved.push((matrix, invisible)),
            b"Q" => (matrix, invisible) = saved.pop().unwrap_or((matrix, invisible)),
            b"cm" => match numbers[..] {
                [a, b, c, d, e, f] => matrix = then([a, b, c, d, e, f], matrix),
                _ => return Ok(None),
            },
            b"Do" => match (operands.last().and_then(Object::name), &picture) {
                (Some(name), None) => picture = Some((name.to_vec(), matrix)),
                _ => return Ok(None),
            },
            b"gs" => {
                let name = operands.last().and_then(Object::name).map(|n| String::from_utf8_lossy(n).into_owned());
                let Some(state) = file.resolved(states.get(&name.unwrap_or_default()))? else { return Ok(None) };
                if !state.dict().is_some_and(changes_nothing) {
                    return Ok(None);
                }
            }
            b"Tr" => invisible = numbers == [3.0],
            b"Tj" | b"TJ" | b"'" | b"\"" if invisible => {}
            // Only clips to the whole page are supported.
            b"re" => match numbers[..] {
                [x, y, w, h] if matrix[1] == 0.0 && matrix[2] == 0.0 => {
                    let (x0, y0) = (x * matrix[0] + matrix[4], y * matrix[3] + matrix[5]);
                    let (x1, y1) = (x0 + w * matrix[0], y0 + h * matrix[3]);
                    path.push([x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)]);
                }
                _ => return Ok(None),
            },
            b"W" | b"W*" => clips = true,
            b"n" => {
                let whole = |r: &[f64; 4]| {
                    r[0] <= page.left + TOLERANCE
                        && r[1] <= page.bottom + TOLERANCE
                        && r[2] >= page.left + page.width - TOLERANCE
                        && r[3] >= page.bottom + page.height - TOLERANCE
                };
                if clips && !(path.len() == 1 && path.iter().all(whole)) {
                    return Ok(None);
                }
                path.clear();
                clips = false;
            }
            b"BT" | b"ET" | b"Tf" | b"Td" | b"TD" | b"Tm" | b"T*" | b"Tc" | b"Tw" | b"Tz" | b"TL" | b"Ts" | b"g"
            | b"G" | b"rg" | b"RG" | b"k" | b"K" | b"w" | b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" | b"EMC" | b"MP"
            | b"DP" | b"BMC" => {}
            // Optional content.
            b"BDC" if operands.first().and_then(Object::name) != Some(b"OC") => {}
            _ => return Ok(None),
        }
        operands.clear();
    }
    Ok(picture)
}

/// Whether a graphics state does not change how a picture is drawn.
fn changes_nothing(state: &Dict) -> bool {
    state.0.iter().all(|(key, value)| match &key[..] {
        b"ca" | b"CA" => value.number() == Some(1.0),
        b"BM" => matches!(value.name(), Some(b"Normal" | b"Compatible")),
        b"SMask" => value.name() == Some(b"None"),
        b"Type" | b"SA" | b"OP" | b"op" | b"OPM" | b"AIS" | b"SM" | b"FL" | b"LW" | b"LC" | b"LJ" | b"ML" | b"TK" => {
            true
        }
        _ => false,
    })
}

/// Whether the samples of a picture appear on the page unchanged.
fn is_plain(dict: &Dict) -> bool {
    let filter = match dict.get("Filter") {
        Object::Array(items) if items.len() == 1 => items[0].name(),
        filter => filter.name(),
    };
    let absent = ["SMask", "Mask", "Decode", "SMaskInData", "OC", "Alternates", "DecodeParms"];
    dict.get("Subtype").name() == Some(b"Image")
        && matches!(filter, Some(b"DCTDecode" | b"JPXDecode"))
        && !matches!(dict.get("ImageMask"), Object::Bool(true))
        && absent.iter().all(|key| dict.get(key).is_null())
}

/// The colour space of the samples, unless the picture's own file defines it: `Some(None)` is sRGB or grey.
#[allow(clippy::type_complexity)] // `Some(None)` is an answer of its own.
fn color_of(file: &mut File, dict: &Dict) -> Result<Option<(Option<ColorSpace>,)>> {
    let space = file.resolved(dict.get("ColorSpace"))?.unwrap_or(Object::Null);
    match (&space, space.array()) {
        (Object::Name(name), _) if matches!(&name[..], b"DeviceRGB" | b"DeviceGray") => {
            Ok(Some((Some(ColorSpace::Srgb),)))
        }
        (_, Some([Object::Name(name), Object::Ref(profile, _)])) if name == b"ICCBased" => {
            let Some(body) = file.body(*profile)? else { return Ok(None) };
            let channels = body.object.dict().and_then(|dict| dict.get("N").unsigned());
            if !matches!(channels, Some(1 | 3)) {
                return Ok(None);
            }
            let Some(profile) = file.data(&body, MAX_CONTENT * 4)? else { return Ok(None) };
            Ok(Some((Some(ColorSpace::Icc(profile.into())),)))
        }
        // JPEG 2000 defines it itself.
        (Object::Null, _) => Ok(Some((None,))),
        _ => Ok(None),
    }
}

/// Orientation and rectangle of the unit square on the visible page under `matrix`; `None` if it is skewed.
fn placed(matrix: Matrix, page: &Boxes) -> Option<(Orientation, Rect)> {
    let &Boxes { left, bottom, width, height, rotate } = page;
    // From user space to the visible page, whose rows run downwards.
    let shown = match rotate {
        0 => [1.0, 0.0, 0.0, -1.0, -left, bottom + height],
        90 => [0.0, 1.0, 1.0, 0.0, -bottom, -left],
        180 => [-1.0, 0.0, 0.0, 1.0, left + width, -bottom],
        _ => [0.0, -1.0, -1.0, 0.0, bottom + height, left + width],
    };
    let [a, b, c, d, e, f] = then(matrix, shown);
    let slack = 1e-3 * (a.abs() + b.abs() + c.abs() + d.abs());
    // The picture's columns run along (a, b), its rows against (c, d).
    let orientation = if b.abs() <= slack && c.abs() <= slack {
        match (a > 0.0, d < 0.0) {
            (true, true) => Orientation::Normal,
            (false, true) => Orientation::FlipHorizontal,
            (false, false) => Orientation::Rotate180,
            (true, false) => Orientation::FlipVertical,
        }
    } else if a.abs() <= slack && d.abs() <= slack {
        match (b > 0.0, c < 0.0) {
            (true, true) => Orientation::Transpose,
            (true, false) => Orientation::Rotate90,
            (false, false) => Orientation::Transverse,
            (false, true) => Orientation::Rotate270,
        }
    } else {
        return None;
    };
    let (x0, x1) = (e + a.min(0.0) + c.min(0.0), e + a.max(0.0) + c.max(0.0));
    let (y0, y1) = (f + b.min(0.0) + d.min(0.0), f + b.max(0.0) + d.max(0.0));
    Some((orientation, Rect { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }))
}

impl Scan {
    /// The page at `size` px, or larger if the picture covers it.
    pub(super) fn frame(&self, size: Size, cx: &Context<'_>) -> Result<Frame> {
        let (across, down) = (f64::from(size.width) / self.size.0, f64::from(size.height) / self.size.1);
        let Rect { x, y, width, height } = self.place;
        let pixels = |points: f64, scale: f64| (points * scale).ceil().clamp(1.0, 65_535.0) as u32;
        let whole = Size::new(pixels(width, across), pixels(height, down));
        let want = Want { size: self.orientation.apply_to(whole), effort: Effort::Best, ..Want::new(whole) };
        let source = Source::from_slice(self.picture.as_slice());
        let picture = cx.inner_frame(&source, &Hint::default(), &want)?;
        let color = self.color.clone().unwrap_or_else(|| picture.color.clone());
        // The page's orientation counts; that of the picture's own file is ignored.
        let picture = picture.with_color(color).with_orientation(self.orientation).with_origin(Origin::Rendered);
        let covers = x.abs() <= TOLERANCE
            && y.abs() <= TOLERANCE
            && (x + width - self.size.0).abs() <= TOLERANCE
            && (y + height - self.size.1).abs() <= TOLERANCE;
        if covers { Ok(picture) } else { self.on_paper(picture, size, cx) }
    }

    /// Draws the picture on white paper of `size` px, cropped at its edges.
    fn on_paper(&self, picture: Frame, size: Size, cx: &Context<'_>) -> Result<Frame> {
        let (across, down) = (f64::from(size.width) / self.size.0, f64::from(size.height) / self.size.1);
        let Rect { x, y, width, height } = self.place;
        // Whole pixels of the paper, and the part of the upright picture that they show.
        let edge = |at: f64, scale: f64, max: u32| (at * scale).round().clamp(0.0, f64::from(max)) as u32;
        let (left, right) = (edge(x, across, size.width), edge(x + width, across, size.width));
        let (top, bottom) = (edge(y, down, size.height), edge(y + height, down, size.height));
        let mut paper = vec![0xFF; size.pixels() as usize * 3];
        if right > left && bottom > top {
            let upright = orient::upright(color::to_srgb8(picture)?);
            let (columns, rows) = (f64::from(upright.width), f64::from(upright.height));
            let share = |px: u32, scale: f64, start: f64, length: f64| {
                ((f64::from(px) / scale - start) / length).clamp(0.0, 1.0)
            };
            let (x0, x1) = (share(left, across, x, width) * columns, share(right, across, x, width) * columns);
            let (y0, y1) = (share(top, down, y, height) * rows, share(bottom, down, y, height) * rows);
            let crop = Rect { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
            let seen = Size::new(right - left, bottom - top);
            let _held = cx.reserve_pixels(seen, 8)?;
            let scaled = scale::resize(&upright, crop, seen)?;
            paste(&scaled, &mut paper, size, (left, top))?;
        }
        Ok(Frame::from_u8(size.width, size.height, PixelFormat::Rgb8, paper)?.with_origin(Origin::Rendered))
    }
}

fn paste(picture: &Frame, paper: &mut [u8], size: Size, (left, top): (u32, u32)) -> Result<()> {
    let samples = picture.as_u8().ok_or_else(|| Error::internal("samples of more than 8 bits"))?;
    let channels = picture.format.channels();
    for (y, row) in samples.chunks_exact(picture.width as usize * channels).enumerate() {
        let start = ((top as usize + y) * size.width as usize + left as usize) * 3;
        for (out, pixel) in paper[start..].chunks_exact_mut(3).zip(row.chunks_exact(channels)) {
            match *pixel {
                [gray] | [gray, _] => out.fill(gray),
                [r, g, b] | [r, g, b, _] => out.copy_from_slice(&[r, g, b]),
                _ => return Err(Error::internal("a picture without channels")),
            }
        }
    }
    Ok(())
}
