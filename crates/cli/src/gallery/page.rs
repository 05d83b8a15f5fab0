//! Fills the template of the page.
//!
//! File names are untrusted. The facts about files are JSON in a script element of type `application/json`, which is not
//! executed, with every `<` escaped so that nothing can end the element; the page's script inserts them as text. The
//! Content-Security-Policy allows only this script and this style sheet, by a random nonce.

use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use thumbling::{Family, Thumbnail};

use super::card::{Card, Pictures};
use crate::report;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = concat!(include_str!("../web/base.css"), include_str!("style.css"));
const SCRIPT: &str = concat!(include_str!("../web/cards.js"), include_str!("script.js"));

/// The whole page.
pub fn html(title: &str, cards: &[Card<'_>], wall: Duration) -> String {
    let files: Vec<Value> = cards.iter().map(card_json).collect();
    let data = json_for_script(&json!({ "wall": report::ms(wall), "files": files }));
    let pictures = pictures(cards);
    let footer = format!("Made with thumbling {}", thumbling::VERSION);
    let (title, footer, nonce) = (escape_html(&report::escaped(title)), escape_html(&footer), nonce());
    fill(PAGE, |mark| match mark {
        "title" => &title,
        "footer" => &footer,
        "nonce" => &nonce,
        "style" => STYLE,
        "script" => SCRIPT,
        "data" => &data,
        "pictures" => &pictures,
        _ => "",
    })
}

/// Replaces each `{{mark}}` of `template`. Inserted values are not expanded again.
fn fill<'a>(template: &str, value: impl Fn(&str) -> &'a str) -> String {
    let mut page = String::with_capacity(template.len() + value("pictures").len() + value("data").len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((mark, after)) = after.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(value(mark));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Escapes text for an element or a quoted attribute.
fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// JSON for a script element. `<` occurs only inside strings, where it can be escaped.
fn json_for_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// 128 random bits, which no file name can contain on purpose.
fn nonce() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

fn card_json(card: &Card<'_>) -> Value {
    let name = card.input.name.file_name().map(Path::new).unwrap_or(&card.input.name);
    let mut file = json!({
        "name": report::escaped_path(name),
        "path": report::escaped_path(&card.input.name),
        "bytes": card.bytes,
        "read": card.bytes_read,
        "ms": card.ms,
    });
    match &card.result {
        Err(e) => {
            file["error"] = e.kind().name().into();
            file["detail"] = report::escaped(e.detail()).into();
            file["kind"] = e.format().map_or_else(|| kind_by_name(name), str::to_owned).into();
            file["format"] = e.format().into();
            file["family"] = e.format().and_then(report::family).into();
        }
        Ok(Pictures { response, thumbnail, preview }) => {
            let info = &response.info;
            let size = |t: &Thumbnail| json!([t.width, t.height, t.bytes.len()]);
            file["kind"] = info.format.name.into();
            file["format"] = info.format.name.into();
            file["family"] = info.family.name().into();
            file["width"] = info.width.into();
            file["height"] = info.height.into();
            file["unit"] = if info.family == Family::Document { "pt" } else { "px" }.into();
            file["pages"] = info.pages.into();
            file["duration"] = info.duration.map(|d| d.as_secs_f64()).into();
            file["alpha"] = info.has_alpha.into();
            file["drawn"] = info.is_scalable.into();
            file["origin"] = response.origin.name().into();
            file["color"] = report::hex(response.dominant).into();
            file["hash"] = STANDARD.encode(&response.thumbhash).into();
            file["warnings"] = response.warnings.iter().map(|w| report::escaped(w)).collect::<Vec<_>>().into();
            file["thumb"] = size(thumbnail);
            file["preview"] = preview.as_ref().map(size).into();
        }
    }
    file
}

/// The format that the extension suggests, for content that was not recognised.
fn kind_by_name(name: &Path) -> String {
    let extension = name.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    match thumbling::capabilities().find(|c| c.extensions.contains(&extension.as_str())) {
        Some(format) => format.name.to_owned(),
        None if (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric()) => extension,
        None => "unknown".to_owned(),
    }
}

/// Script elements with base64, which cannot end them. Thumbnails come first, then previews.
fn pictures(cards: &[Card<'_>]) -> String {
    let mut blocks = String::new();
    let mut block = |kind: char, n: usize, picture: &Thumbnail| {
        let _ = write!(blocks, "<script id=\"{kind}{n}\" type=\"text/plain\">");
        STANDARD.encode_string(&picture.bytes, &mut blocks);
        blocks.push_str("</script>\n");
    };
    let succeeded = || cards.iter().enumerate().filter_map(|(n, card)| card.result.as_ref().ok().map(|p| (n, p)));
    succeeded().for_each(|(n, p)| block('t', n, &p.thumbnail));
    succeeded().for_each(|(n, p)| p.preview.iter().for_each(|preview| block('p', n, preview)));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Input;
    use std::path::PathBuf;
    use thumbling::Error;

    fn page_of(name: &str) -> String {
        let input = Input { path: PathBuf::from(name), name: PathBuf::from(name), error: None };
        let result = Err(Error::corrupt(name));
        html(name, &[Card { input: &input, bytes: Some(1), bytes_read: 0, ms: 1.0, result }], Duration::ZERO)
    }

    #[test]
    fn file_name_never_becomes_markup() {
        let plain = page_of("name");
        for name in
            ["<script>alert(1)</script>", "</title><img src=x onerror=alert(1)>", "\"><b>", "'x' onload='y'", "<!--"]
        {
            let page = page_of(name);
            assert_eq!(page.matches('<').count(), plain.matches('<').count(), "{name}");
            // Names without `<` appear in the JSON as they are.
            if name.contains('<') {
                assert_eq!(page.matches(name).count(), plain.matches(name).count(), "{name}");
            }
        }
    }

    #[test]
    fn file_name_survives_the_json() {
        for name in ["<script>alert(1)</script>", "a\"b'c&amp;.png", "{{pictures}}", "図 é.png"] {
            let page = page_of(name);
            let data = page.split_once("type=\"application/json\">").unwrap().1.split_once("</script>").unwrap().0;
            let data: Value = serde_json::from_str(data).unwrap();
            assert_eq!(data["files"][0]["path"], name);
        }
    }

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        let page = page_of("a\u{202e}gpj\n.exe");
        assert!(!page.contains('\u{202e}'));
        assert!(page.contains("a\\u{202e}gpj\\u{a}.exe"));
    }

    #[test]
    fn page_loads_nothing_from_the_network() {
        let page = page_of("name");
        for word in ["http:", "https:", "//www", "@import", "url("] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn nonces_differ() {
        assert_ne!(nonce(), nonce());
    }
}
