//! Where each document format stores its preview.

use super::embedded::{BlankPolicy, open};
use super::epub;
use super::picture::Preview;
use crate::encryption;
use crate::ole::CompoundFile;
use crate::package::Package;
use crate::property_set;
use thumbling_core::decode::{Context, Decoder};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::source::Source;

/// Bytes of a summary with its thumbnail.
const MAX_SUMMARY: u64 = 16 << 20;

/// Thumbnails in OOXML packages without a relationship to them.
const THUMBNAILS: &[&str] = &[
    "docProps/thumbnail.jpeg",
    "docProps/thumbnail.jpg",
    "docProps/thumbnail.png",
    "docProps/thumbnail.emf",
    "docProps/thumbnail.wmf",
];

/// Previews in iWork packages, the best first.
const IWORK: &[&str] =
    &["quicklook/preview.pdf", "preview.jpg", "quicklook/thumbnail.jpg", "preview-web.jpg", "preview-micro.jpg"];

/// The thumbnail of an OOXML package.
pub(super) fn thumbnail(package: &Package, cx: &Context<'_>) -> Option<Preview> {
    let relationships = package.relationships("", cx).ok()?;
    let usual = || THUMBNAILS.iter().copied().find(|name| package.has(name));
    let name = relationships.part_of_kind("thumbnail").filter(|name| package.has(name)).or_else(usual)?;
    Some(Preview::of_part(name, package.part(name, cx).ok()?))
}

/// Opens an OOXML document by its thumbnail.
pub fn open_ooxml(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let package = Package::open(source, cx)?;
    // A document beyond the limits has no thumbnail either.
    let main = package.main_part(cx)?;
    let max = cx.limits().max_part;
    if let Some(size) = package.size(&main).filter(|size| *size > max) {
        return Err(Error::limit(format!("`{main}` inflates to {size} bytes; the limit is {max}")));
    }
    open(format, thumbnail(&package, cx).into_iter().collect(), BlankPolicy::Reject, cx)
}

/// Opens an OLE2 document by the thumbnail in its summary; `encrypted` if it is.
pub fn open_ole(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    // Workbooks older than OLE2 have no summary.
    if !source.head()?.starts_with(&[0xD0, 0xCF]) {
        return open(format, Vec::new(), BlankPolicy::Reject, cx);
    }
    let file = CompoundFile::open(source, cx)?;
    encryption::check_ole(&file, cx)?;
    let summary = match file.stream("\u{5}SummaryInformation", cx) {
        Ok(summary) => summary.slice(0, MAX_SUMMARY),
        Err(e) if e.kind() == ErrorKind::NotFound => return open(format, Vec::new(), BlankPolicy::Reject, cx),
        Err(e) => return Err(e),
    };
    let _held = cx.reserve(summary.size().saturating_mul(2))?;
    let thumbnail = property_set::thumbnail(&summary.read_all(MAX_SUMMARY)?);
    let preview = thumbnail.map(Preview::of_source);
    open(format, preview.into_iter().collect(), BlankPolicy::Reject, cx)
}

/// Opens an ODF document by its thumbnail; `encrypted` if it is.
pub fn open_odf(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    // Flat files have no thumbnail.
    if !source.head()?.starts_with(b"PK") {
        return open(format, Vec::new(), BlankPolicy::Accept, cx);
    }
    let package = Package::open(source, cx)?;
    encryption::check_odf(&package, cx)?;
    open(format, parts(&package, &["Thumbnails/thumbnail.png"], cx), BlankPolicy::Accept, cx)
}

/// Opens an iWork document by its preview; `encrypted` if it is.
pub fn open_iwork(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let package = Package::open(source, cx)?;
    if package.names().any(|name| name.ends_with(".iwph") || name.ends_with(".iwpv2")) {
        return Err(encryption::encrypted_error());
    }
    // Bundles can be packed with their folder.
    let mut all: Vec<&str> = package.names().filter(|name| name.matches('/').count() <= 2).collect();
    all.sort_unstable_by_key(|name| (name.len(), *name));
    let is_it =
        |name: &str, ending: &str| name == ending || name.strip_suffix(ending).is_some_and(|f| f.ends_with('/'));
    let names: Vec<&str> = IWORK.iter().filter_map(|e| all.iter().copied().find(|name| is_it(name, e))).collect();
    open(format, parts(&package, &names, cx), BlankPolicy::Accept, cx)
}

/// Opens a book by its cover.
pub fn open_epub(source: &Source, format: Format, cx: &Context<'_>) -> Result<Box<dyn Decoder>> {
    let package = Package::open(source, cx)?;
    let covers = epub::covers(&package, cx)?;
    let covers: Vec<&str> = covers.iter().map(String::as_str).collect();
    open(format, parts(&package, &covers, cx), BlankPolicy::Accept, cx)
}

/// The parts that exist.
fn parts(package: &Package, names: &[&str], cx: &Context<'_>) -> Vec<Preview> {
    let part = |name: &&str| Some(Preview::of_part(name, package.part(name, cx).ok()?));
    names.iter().filter_map(part).collect()
}
