//! The built-in engine: hayro, safe Rust.
//!
//! It needs a document as one slice of bytes, and has no callback to stop it. But it requests those bytes for every
//! object that it looks up, and that is where a passed deadline stops it. If it runs for longer without looking up an
//! object, [`watchdog`](super::watchdog) abandons it.

use std::sync::Arc;

use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::cost;
use super::fonts;
use super::watchdog;
use thumbling_core::cancel::Interrupt;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::limits::Reservation;

/// The bytes of a document; every access shows that the engine is still looking up objects.
struct Bytes {
    bytes: Vec<u8>,
    interrupt: Interrupt,
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        watchdog::stop_if_due(&self.interrupt);
        &self.bytes
    }
}

/// An open document.
pub(super) struct Document {
    pdf: Arc<Pdf>,
    is_encrypted: bool,
    _held: Reservation,
}

impl Document {
    /// Opens a document without a password. `encrypted` if it needs one.
    pub(super) fn open(bytes: Vec<u8>, cx: &Context<'_>) -> Result<Self> {
        let held = cx.reserve(bytes.len() as u64)?;
        let is_encrypted = bytes.windows(9).any(|w| w == b"/Encrypt ");
        let data = Arc::new(Bytes { bytes, interrupt: cx.interrupt().clone() });
        let pdf = watchdog::run(cx.interrupt(), move || {
            Pdf::new(data).map(Arc::new).map_err(|e| match e {
                LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
                    Error::new(ErrorKind::Encrypted, "a password is needed")
                }
                LoadPdfError::Decryption(e) => Error::unsupported(format!("encryption: {e:?}")),
                LoadPdfError::Invalid => Error::corrupt("not a PDF document"),
            })
        })?;
        Ok(Self { pdf, is_encrypted, _held: held })
    }

    /// The number of pages.
    pub(super) fn pages(&self) -> u32 {
        u32::try_from(self.pdf.pages().len()).unwrap_or(u32::MAX)
    }

    /// Whether the document is encrypted (and opens without a password).
    pub(super) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    fn page(&self, page: u32) -> Result<&Page<'_>> {
        self.pdf.pages().get(page as usize).ok_or_else(|| Error::corrupt("the page cannot be found"))
    }

    /// Width and height of a page after rotation, pt.
    pub(super) fn page_size(&self, page: u32) -> Result<(f64, f64)> {
        let (width, height) = self.page(page)?.render_dimensions();
        Ok((f64::from(width), f64::from(height)))
    }

    /// A page with its annotations at `size` px over white: RGBX, 4 bytes per pixel.
    pub(super) fn render(&self, page: u32, size: Size, cx: &Context<'_>) -> Result<Vec<u8>> {
        let (Ok(width), Ok(height)) = (u16::try_from(size.width), u16::try_from(size.height)) else {
            return Err(Error::limit(format!("a page of {}x{} px", size.width, size.height)));
        };
        let index = page as usize;
        let (pdf, limits, interrupt) = (self.pdf.clone(), cx.limits().clone(), cx.interrupt().clone());
        let memory = watchdog::run(cx.interrupt(), move || {
            let page = pdf.pages().get(index).ok_or_else(|| Error::corrupt("the page cannot be found"))?;
            cost::memory(page, &limits, &interrupt)
        })?;
        let _held = cx.reserve(memory)?;
        let pdf = self.pdf.clone();
        let (pixels, warnings) = watchdog::run(cx.interrupt(), move || {
            let page = pdf.pages().get(index).ok_or_else(|| Error::corrupt("the page cannot be found"))?;
            Ok(draw(page, width, height))
        })?;
        for warning in warnings {
            cx.warn(warning);
        }
        Ok(pixels)
    }
}

fn draw(page: &Page<'_>, width: u16, height: u16) -> (Vec<u8>, Vec<String>) {
    let (sender, warnings) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let interpret = InterpreterSettings {
        font_resolver: Arc::new(fonts::resolve),
        warning_sink: Arc::new(move |warning| {
            let text = match warning {
                InterpreterWarning::UnsupportedFont => "a font that cannot be read is left out",
                InterpreterWarning::ImageDecodeFailure => "a picture that cannot be decoded is left out",
                _ => return,
            };
            let _ = sender.lock().map(|sender| sender.send(text.to_owned()));
        }),
        ..InterpreterSettings::default()
    };
    // Hinting snaps stems to whole pixels, which distorts letters at thumbnail size.
    let render = RenderSettings { hinting: false, ..RenderSettings::default() };
    let (points_wide, points_high) = page.render_dimensions();
    let scale = Affine::scale_non_uniform(
        f64::from(width) / f64::from(points_wide),
        f64::from(height) / f64::from(points_high),
    );
    let mut context = RenderContext::new(width, height);
    let transform = scale * Affine::new(page.initial_transform(true).as_coeffs());
    render_into(page, &RenderCache::new(), &interpret, &render, &mut context, transform);
    context.flush();
    let mut pixmap = Pixmap::new(width, height);
    let over_white = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..Default::default() };
    context.render_with(&mut pixmap, &mut Resources::default(), over_white);
    (pixmap.data_as_u8_slice().to_vec(), warnings.try_iter().collect())
}
