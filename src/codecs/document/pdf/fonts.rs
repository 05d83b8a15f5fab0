//! Fonts that a page names and does not embed: the system's by name, by script, or the nearest of the standard ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use fontdb::{Database, Family, ID, Query, Stretch, Style, Weight};
use hayro::hayro_interpret::font::{FallbackFontQuery, FontData, FontQuery};
use hayro::hayro_interpret::hayro_cmap::CidFamily;

/// Bytes of a font file that is read; the largest collections of CJK have some 120 MB in all, 20 MB in use.
const MAX_FONT: usize = 64 << 20;

/// Families that have the metrics of another one.
const ALIKE: &[(&str, &str)] = &[
    ("Arial", "Liberation Sans"),
    ("Helvetica", "Liberation Sans"),
    ("TimesNewRoman", "Liberation Serif"),
    ("Times", "Liberation Serif"),
    ("CourierNew", "Liberation Mono"),
    ("Courier", "Liberation Mono"),
    ("Calibri", "Carlito"),
    ("Cambria", "Caladea"),
];

/// A font for `query`, and its index in its file.
pub(super) fn resolve(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        // Their metrics are known and their glyphs are carried along: nothing is looked for.
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(query) => {
            face_for(query).and_then(data).or_else(|| Some(query.pick_standard_font().get_font_data()))
        }
    }
}

fn database() -> &'static Database {
    static FONTS: OnceLock<Database> = OnceLock::new();
    FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        fonts
    })
}

fn face_for(query: &FallbackFontQuery) -> Option<ID> {
    let fonts = database();
    let names = [&query.post_script_name, &query.font_name, &query.font_family];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    if let Some(face) = fonts.faces().find(|face| names.contains(&face.post_script_name.as_str())) {
        return Some(face.id);
    }
    let bold = query.is_bold || query.font_weight >= 600;
    let weight = if bold { Weight::BOLD } else { Weight::NORMAL };
    let style = if query.is_italic { Style::Italic } else { Style::Normal };
    let named = |families: &[&str]| {
        let families: Vec<Family<'_>> = families.iter().map(|name| Family::Name(name)).collect();
        fonts.query(&Query { families: &families, weight, stretch: Stretch::Normal, style })
    };
    if let Some(collection) = &query.character_collection
        && let Some(families) = of_script(&collection.family, query.is_serif || says_serif(&names))
    {
        return named(&families);
    }
    // "Arial,Bold", "Arial-BoldMT", "ArialMT", "Times New Roman": the family is what stands in front.
    let family = |name: &str| {
        let end = name.find([',', '-']).unwrap_or(name.len());
        let plain: String = name[..end].chars().filter(|c| *c != ' ').collect();
        let plain = plain.trim_end_matches("MT").trim_end_matches("PS").to_owned();
        (name[..end].to_owned(), plain)
    };
    for (spelled, plain) in names.iter().map(|name| family(name)) {
        let alike = ALIKE.iter().find(|(name, _)| *name == plain).map(|(_, alike)| *alike);
        let mut families = vec![spelled.as_str(), plain.as_str()];
        families.extend(alike);
        if let Some(face) = named(&families) {
            return Some(face);
        }
    }
    None
}

/// Whether a name speaks of strokes with feet: Song and Ming are what serif is in CJK.
fn says_serif(names: &[&str]) -> bool {
    let words = ["Song", "Sun", "Ming", "Mincho", "Batang", "Myungjo", "Serif", "Kai", "Fang"];
    names.iter().any(|name| words.iter().any(|word| name.contains(word)))
}

/// Families that can write the script of a character collection, the preferred one first.
fn of_script(collection: &CidFamily, serif: bool) -> Option<Vec<&'static str>> {
    let (sans, feet): (&[_], &[_]) = match collection {
        CidFamily::AdobeJapan1 => (
            &["Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAGothic", "TakaoGothic", "VL Gothic"],
            &["Noto Serif CJK JP", "Noto Serif JP", "Source Han Serif JP", "IPAMincho", "TakaoMincho"],
        ),
        CidFamily::AdobeGB1 => (
            &["Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"],
            &["Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "AR PL UMing CN", "SimSun"],
        ),
        CidFamily::AdobeCNS1 => (
            &["Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "WenQuanYi Zen Hei"],
            &["Noto Serif CJK TC", "Noto Serif TC", "Source Han Serif TC", "AR PL UMing TW"],
        ),
        CidFamily::AdobeKorea1 => (
            &["Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "NanumGothic", "UnDotum"],
            &["Noto Serif CJK KR", "Noto Serif KR", "Source Han Serif KR", "NanumMyeongjo", "UnBatang"],
        ),
        _ => return None,
    };
    let (first, then) = if serif { (feet, sans) } else { (sans, feet) };
    // Any of CJK before none: most of its characters are shared.
    let any = ["Noto Sans CJK SC", "Noto Sans CJK JP", "Droid Sans Fallback"];
    Some(first.iter().chain(then).copied().chain(any).collect())
}

/// The file of a face, read once for all pages that are drawn at the same time.
fn data(id: ID) -> Option<(FontData, u32)> {
    static OPEN: OnceLock<Mutex<HashMap<ID, Weak<Vec<u8>>>>> = OnceLock::new();
    let mut open = OPEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let (_, index) = database().face_source(id)?;
    if let Some(bytes) = open.get(&id).and_then(Weak::upgrade) {
        return Some((bytes, index));
    }
    let read = |bytes: &[u8], _| (bytes.len() <= MAX_FONT).then(|| Arc::new(bytes.to_vec()));
    let bytes = database().with_face_data(id, read).flatten()?;
    open.insert(id, Arc::downgrade(&bytes));
    Some((bytes, index))
}
