//! Conversion of metafiles of either kind.

use super::fault::Fault;
use super::options::Options;
use super::svg::job::{Job, Placed};
use super::{emf, wmf};

/// A converted metafile.
#[derive(Clone, Debug)]
pub struct Converted {
    /// A complete SVG document with `width` and `height` in CSS px.
    pub svg: String,
    /// Whether a bound was exceeded and something is missing.
    pub truncated: bool,
}

/// Converts an uncompressed WMF or EMF file to an SVG document.
///
/// # Errors
/// [`Fault::Unknown`] if the bytes are not a metafile, [`Fault::Corrupt`] if nothing can be drawn.
pub fn to_svg(bytes: &[u8], options: &Options<'_>) -> Result<Converted, Fault> {
    let placed = place(bytes, &Job { options, prefix: "m", bounds: options.bounds, convert: place })?;
    let truncated = placed.truncated;
    Ok(Converted { svg: placed.into_document(), truncated })
}

/// The natural size in CSS px, from the header.
///
/// # Errors
/// As [`to_svg`].
pub fn size(bytes: &[u8]) -> Result<(f64, f64), Fault> {
    if emf::is_emf(bytes) { emf::size(bytes) } else { wmf::size(bytes) }
}

/// Whether the bytes start with the header of an enhanced metafile.
pub fn is_emf(bytes: &[u8]) -> bool {
    emf::is_emf(bytes)
}

/// Whether the bytes start with the header of a Windows metafile, placeable or not.
pub fn is_wmf(bytes: &[u8]) -> bool {
    wmf::is_wmf(bytes)
}

fn place(bytes: &[u8], job: &Job<'_>) -> Result<Placed, Fault> {
    if emf::is_emf(bytes) { emf::place(bytes, job) } else { wmf::place(bytes, job) }
}
