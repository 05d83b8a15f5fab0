//! Fonts that a page names but does not embed: system fonts by name or script, or the most similar standard font.

use hayro::hayro_interpret::font::{FallbackFontQuery, FontData, FontQuery};
use hayro::hayro_interpret::hayro_cmap::CidFamily;

use thumbling_page::fonts::{self, Face};

/// A font for `query`, and its index in its file.
pub(super) fn resolve(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        // Their metrics are known and their glyphs built in: no lookup is needed.
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(query) => match face_for(query) {
            Some(face) => Some((face.bytes, face.index)),
            None => Some(query.pick_standard_font().get_font_data()),
        },
    }
}

fn face_for(query: &FallbackFontQuery) -> Option<Face> {
    let names = [&query.post_script_name, &query.font_name, &query.font_family];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    let bold = query.is_bold || query.font_weight >= 600;
    let named = |name: &str| fonts::face(name, if bold { 700 } else { 400 }, query.is_italic);
    if let Some(collection) = &query.character_collection
        && let Some(name) = of_script(&collection.family, query.is_serif || says_serif(&names))
    {
        return named(name);
    }
    // "Arial,Bold", "Arial-BoldMT", "ArialMT", "Times New Roman": the family name comes first.
    names.iter().find_map(|name| {
        let spelled = name.split([',', '-']).next().unwrap_or_default();
        named(spelled).or_else(|| named(spelled.trim_end_matches("MT").trim_end_matches("PS")))
    })
}

/// Whether a name indicates a serif font: Song and Ming are the serif styles of CJK.
fn says_serif(names: &[&str]) -> bool {
    let words = ["Song", "Sun", "Ming", "Mincho", "Batang", "Myungjo", "Serif", "Kai", "Fang"];
    names.iter().any(|name| words.iter().any(|word| name.contains(word)))
}

/// The usual family for the script of a character collection; it has fallbacks if it is not installed.
fn of_script(collection: &CidFamily, serif: bool) -> Option<&'static str> {
    let (sans, feet) = match collection {
        CidFamily::AdobeJapan1 => ("MS Gothic", "MS Mincho"),
        CidFamily::AdobeGB1 => ("Microsoft YaHei", "SimSun"),
        CidFamily::AdobeCNS1 => ("Microsoft JhengHei", "PMingLiU"),
        CidFamily::AdobeKorea1 => ("Malgun Gothic", "Batang"),
        _ => return None,
    };
    Some(if serif { feet } else { sans })
}
