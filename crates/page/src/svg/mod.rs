//! Renders SVG directly at target size with resvg. Metafiles are converted to SVG and rendered here too.
//!
//! Nothing outside the document is loaded: references to files and URLs are dropped, embedded pictures go through our
//! own decoders and their limits. Expansion and cost are checked before rendering, which cannot be interrupted.

mod cost;
mod expansion;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{self, Database, ID};
use resvg::usvg::{self, FontFamily, FontResolver, FontStyle, ImageHrefResolver, ImageKind, Options, Tree, roxmltree};

use crate::fonts::{self, Face, Generic};
use thumbling_core::color;
use thumbling_core::decode::{Context, Want};
use thumbling_core::error::{Error, Result};
use thumbling_core::frame::{Frame, Origin, PixelFormat};
use thumbling_core::geometry::{self, Fit, Rect, Size};
use thumbling_core::orient;
use thumbling_core::png;
use thumbling_core::probe::Hint;
use thumbling_core::scale;
use thumbling_core::source::Source;

/// Largest side of an embedded picture, px; larger ones are scaled down.
const MAX_INNER: u32 = 2048;

/// A parsed drawing.
pub struct Drawing {
    tree: Tree,
}

impl Drawing {
    /// Parses `svg`, UTF-8 text.
    ///
    /// # Errors
    /// `corrupt` if it is not SVG, `limit` if it would expand beyond the limits.
    pub fn parse(svg: &str, cx: &Context<'_>) -> Result<Self> {
        let max = cx.limits().max_xml_events;
        let nodes_limit = u32::try_from(max).unwrap_or(u32::MAX);
        // Illustrator uses entities; roxmltree bounds their depth and number.
        let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(svg, options).map_err(|e| match e {
            roxmltree::Error::NodesLimitReached | roxmltree::Error::EntityReferenceLoop(_) => {
                Error::limit(e.to_string()).caused_by(e)
            }
            e => Error::corrupt(e.to_string()).caused_by(e),
        })?;
        expansion::check(&document, max)?;
        cx.check()?;
        let options = Options {
            font_resolver: Arc::<Faces>::default().resolver(),
            image_href_resolver: ImageHrefResolver {
                resolve_data: Box::new(|_, data, _| match inner_picture(&data, cx) {
                    Ok(png) => Some(ImageKind::PNG(Arc::new(png))),
                    Err(e) => {
                        cx.warn(format!("a picture inside is left out: {e}"));
                        None
                    }
                }),
                resolve_string: Box::new(|_, _| {
                    cx.warn("a reference to a file or address outside is left out");
                    None
                }),
            },
            ..Options::default()
        };
        let tree = Tree::from_xmltree(&document, &options).map_err(|e| match e {
            usvg::Error::ElementsLimitReached => Error::limit(e.to_string()).caused_by(e),
            e => Error::corrupt(e.to_string()).caused_by(e),
        })?;
        Ok(Self { tree })
    }

    /// Width and height, CSS px.
    pub fn size(&self) -> (f64, f64) {
        (f64::from(self.tree.size().width()), f64::from(self.tree.size().height()))
    }

    /// Renders at `size` px on a transparent background.
    pub fn draw(&self, size: Size, cx: &Context<'_>) -> Result<Frame> {
        // For the pixmap and the layers of groups and filters.
        let _held = (cx.reserve_pixels(size, 4 * 4)?, cx.reserve(cost::check(&self.tree, size)?)?);
        cx.check()?;
        let mut pixmap = Pixmap::new(size.width, size.height).ok_or_else(|| Error::limit("a pixmap too large"))?;
        let (width, height) = self.size();
        let scale = |to: u32, from: f64| (f64::from(to) / from) as f32;
        let transform = Transform::from_scale(scale(size.width, width), scale(size.height, height));
        resvg::render(&self.tree, transform, &mut pixmap.as_mut());
        let pixels = pixmap.take_demultiplied();
        Ok(Frame::from_u8(size.width, size.height, PixelFormat::Rgba8, pixels)?.with_origin(Origin::Rendered))
    }
}

/// Decodes an embedded picture with our own decoders and re-encodes it as PNG.
fn inner_picture(data: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
    let bound = Size::new(MAX_INNER, MAX_INNER);
    let frame = color::prepare(cx.inner_frame(&Source::from_slice(data), &Hint::default(), &Want::new(bound))?)?;
    let size = geometry::plan(frame.size(), bound, Fit::ScaleDown).output;
    let whole = Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
    let frame = orient::upright(color::to_srgb8(scale::resize(&frame, whole, size)?)?);
    png::encode(&frame)
}

/// The faces that the text of one document uses, loaded from the shared font database on demand.
#[derive(Default)]
struct Faces(Mutex<HashMap<(usize, u32), ID>>);

impl Faces {
    fn resolver(self: &Arc<Self>) -> FontResolver<'static> {
        let (named, fallback) = (self.clone(), self.clone());
        FontResolver {
            select_font: Box::new(move |font, database| named.select(font, database)),
            select_fallback: Box::new(move |c, tried, database| fallback.fall_back(c, tried, database)),
        }
    }

    /// The first family that is installed or has a substitute; else a serif face, as in browsers.
    fn select(&self, font: &usvg::Font, database: &mut Arc<Database>) -> Option<ID> {
        let (weight, italic) = (font.weight(), font.style() != FontStyle::Normal);
        let found = font.families().iter().find_map(|family| match family {
            FontFamily::Named(name) => fonts::face(name, weight, italic),
            FontFamily::Monospace => fonts::generic_face(Generic::Mono, weight, italic),
            FontFamily::SansSerif => fonts::generic_face(Generic::Sans, weight, italic),
            _ => fonts::generic_face(Generic::Serif, weight, italic),
        });
        self.load(&found.or_else(|| fonts::generic_face(Generic::Serif, weight, italic))?, database)
    }

    fn fall_back(&self, c: char, tried: &[ID], database: &mut Arc<Database>) -> Option<ID> {
        let like = tried.first().and_then(|id| database.face(*id));
        let (weight, italic) = like.map_or((400, false), |f| (f.weight.0, f.style != fontdb::Style::Normal));
        let face = fonts::face_for(c, None, weight, italic)?;
        self.load(&face, database).filter(|id| !tried.contains(id))
    }

    fn load(&self, face: &Face, database: &mut Arc<Database>) -> Option<ID> {
        let mut loaded = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let file = (*face.bytes).as_ref().as_ptr().addr();
        if let Some(id) = loaded.get(&(file, face.index)) {
            return Some(*id);
        }
        let database = Arc::make_mut(database);
        for id in database.load_font_source(fontdb::Source::Binary(face.bytes.clone())) {
            if let Some(index) = database.face(id).map(|f| f.index) {
                loaded.insert((file, index), id);
            }
        }
        loaded.get(&(file, face.index)).copied()
    }
}
