//! Vector pictures drawn straight at the size that is wanted. SVG by resvg; metafiles come here as SVG too.
//!
//! Nothing outside the document is read: references to files and networks are dropped, pictures inside it go through
//! our own decoders and their limits. What it may expand to is bounded before it is expanded.

mod expansion;
mod work;

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{self, ImageHrefResolver, ImageKind, Options, Tree, roxmltree};

use crate::color;
use crate::decode::{Context, Want};
use crate::encode;
use crate::error::{Error, Result};
use crate::frame::{Frame, Origin, PixelFormat};
use crate::geometry::{self, Fit, Rect, Size};
use crate::orient;
use crate::probe::Hint;
use crate::scale;
use crate::source::Source;

/// Largest side of a picture inside the document, px; larger ones are reduced.
const MAX_INNER: u32 = 2048;

/// A parsed drawing.
pub(crate) struct Drawing {
    tree: Tree,
}

impl Drawing {
    /// Parses `svg`, UTF-8 text. `corrupt` if it is no SVG, `limit` if it would expand beyond the limits.
    pub(crate) fn parse(svg: &str, cx: &Context<'_>) -> Result<Self> {
        let max = cx.limits().max_xml_events;
        let nodes_limit = u32::try_from(max).unwrap_or(u32::MAX);
        // Entities are in use (Illustrator); roxmltree bounds their depth and number.
        let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(svg, options).map_err(|e| match e {
            roxmltree::Error::NodesLimitReached | roxmltree::Error::EntityReferenceLoop(_) => {
                Error::limit(e.to_string())
            }
            e => Error::corrupt(e.to_string()),
        })?;
        expansion::check(&document, max)?;
        cx.check()?;
        let options = Options {
            fontdb: if svg.contains("<text") || svg.contains(":text") { fonts() } else { Arc::default() },
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
            usvg::Error::ElementsLimitReached => Error::limit(e.to_string()),
            e => Error::corrupt(e.to_string()),
        })?;
        Ok(Self { tree })
    }

    /// Width and height, CSS px.
    pub(crate) fn size(&self) -> (f64, f64) {
        (f64::from(self.tree.size().width()), f64::from(self.tree.size().height()))
    }

    /// The drawing at `size` px, on transparent ground.
    pub(crate) fn draw(&self, size: Size, cx: &Context<'_>) -> Result<Frame> {
        // The pixmap, and the layers of groups and filters.
        let _held = (cx.reserve_pixels(size, 4 * 4)?, cx.reserve(work::check(&self.tree, size)?)?);
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

/// A picture inside the document, through our own decoder, as PNG.
fn inner_picture(data: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
    let bound = Size::new(MAX_INNER, MAX_INNER);
    let frame = color::prepare(cx.inner_frame(&Source::bytes(data), &Hint::default(), &Want::new(bound))?)?;
    let size = geometry::plan(frame.size(), bound, Fit::ScaleDown).output;
    let whole = Rect { x: 0.0, y: 0.0, width: f64::from(frame.width), height: f64::from(frame.height) };
    let frame = orient::upright(color::to_srgb8(scale::resize(&frame, whole, size)?)?);
    encode::png(&frame)
}

/// The fonts of the system, found once a process.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        // The metric-compatible stand-ins, where the originals are not installed.
        let first = |names: &[&str]| {
            let installed = |name: &&&str| fonts.faces().any(|f| f.families.iter().any(|(n, _)| n == **name));
            names.iter().find(installed).map(|n| (*n).to_owned())
        };
        let (sans, serif, mono) = (
            first(&["Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans"]),
            first(&["Times New Roman", "Liberation Serif", "DejaVu Serif", "Noto Serif"]),
            first(&["Courier New", "Liberation Mono", "DejaVu Sans Mono", "Noto Sans Mono"]),
        );
        if let Some(name) = sans {
            fonts.set_sans_serif_family(name);
        }
        if let Some(name) = serif {
            fonts.set_serif_family(name);
        }
        if let Some(name) = mono {
            fonts.set_monospace_family(name);
        }
        Arc::new(fonts)
    };
    FONTS.get_or_init(load).clone()
}
