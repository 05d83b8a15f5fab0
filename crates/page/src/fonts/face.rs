//! Faces of font files.

use std::sync::Arc;

/// The bytes of a font file.
pub type FontBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// The embedded sans-serif family, in weights 400 and 700. Independent of installed fonts.
pub const SANS: &str = "thumbling-sans";
/// The embedded monospaced family, in weight 400.
pub const MONO: &str = "thumbling-mono";
/// The embedded face with the widest coverage, the last fallback of every script.
pub const WIDE: &str = "thumbling-wide";

/// One face of a font file.
#[derive(Clone)]
pub struct Face {
    /// Content of the font file.
    pub bytes: FontBytes,
    /// Index of the font in the file; 0 unless it is a collection.
    pub index: u32,
    /// English family name, or one of [`SANS`], [`MONO`], [`WIDE`].
    pub family: Arc<str>,
    /// 100 to 900; 400 is regular.
    pub weight: u16,
    /// Whether it is italic or oblique.
    pub italic: bool,
}

/// Whether the face has a glyph for `c`.
pub fn has(face: &Face, c: char) -> bool {
    use skrifa::MetadataProvider;
    let font = skrifa::FontRef::from_index((*face.bytes).as_ref(), face.index);
    font.is_ok_and(|font| font.charmap().map(c).is_some_and(|glyph| glyph.to_u32() != 0))
}
