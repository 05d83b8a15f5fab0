//! Covers of EPUB books (EPUB 3.3, 5.5; OPF 2.0.1, 2.6).

use std::io::Read;

use crate::package::{Package, resolved};
use crate::xml::{Document, Element};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};

/// Bytes of a page that are searched for its first picture.
const MAX_PAGE: u64 = 256 << 10;

/// Pages at the start that can be the cover.
const MAX_PAGES: usize = 3;

/// A manifest item.
struct Item<'a> {
    id: &'a str,
    name: String,
    media_type: &'a str,
    properties: &'a str,
}

impl Item<'_> {
    fn is_picture(&self) -> bool {
        self.media_type.to_ascii_lowercase().starts_with("image/")
    }
}

/// Parts that can be the cover, the most likely first. `corrupt` if the package document is missing.
pub(super) fn covers(package: &Package, cx: &Context<'_>) -> Result<Vec<String>> {
    let container = match package.xml("META-INF/container.xml", cx) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Err(Error::corrupt("EPUB without META-INF/container.xml")),
        other => other?,
    };
    let root = find_all(&container, "rootfile").find_map(|file| file.attr("full-path"));
    let root =
        root.and_then(|name| resolved("", name)).ok_or_else(|| Error::corrupt("EPUB without a package document"))?;
    let book = package.xml(&root, cx)?;
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let items: Vec<Item<'_>> = find_all(&book, "item").filter_map(|item| Item::of(item, folder)).collect();

    let mut covers = Vec::new();
    let mut pages = Vec::new();
    let mut offer = |item: &Item<'_>| match item.is_picture() {
        true => covers.push(item.name.clone()),
        false => pages.push(item.name.clone()),
    };
    items.iter().filter(|i| i.properties.split_whitespace().any(|p| p == "cover-image")).for_each(&mut offer);
    for meta in find_all(&book, "meta").filter(|meta| meta.attr("name") == Some("cover")) {
        let content = meta.attr("content").unwrap_or_default();
        let named = resolved(folder, content);
        items.iter().filter(|i| i.id == content || named.as_ref() == Some(&i.name)).for_each(&mut offer);
    }
    let is_cover = |kind: &str| kind.to_ascii_lowercase().contains("cover");
    for line in find_all(&book, "reference").filter(|line| line.attr("type").is_some_and(is_cover)) {
        let name = line.attr("href").and_then(|href| resolved(folder, href));
        items.iter().filter(|i| name.as_ref() == Some(&i.name)).for_each(&mut offer);
    }
    items.iter().filter(|i| i.is_picture() && (is_cover(i.id) || is_cover(&i.name))).for_each(&mut offer);
    let spine = find_all(&book, "itemref").filter_map(|line| line.attr("idref")).take(MAX_PAGES);
    pages.extend(spine.filter_map(|id| items.iter().find(|i| i.id == id)).map(|i| i.name.clone()));
    // Named pictures precede those found on a page.
    if covers.is_empty() {
        covers.extend(pages.iter().find_map(|page| first_picture(package, page, cx)));
    }
    Ok(covers)
}

impl<'a> Item<'a> {
    fn of(item: Element<'a>, folder: &str) -> Option<Self> {
        Some(Self {
            id: item.attr("id").unwrap_or_default(),
            name: resolved(folder, item.attr("href")?)?,
            media_type: item.attr("media-type").unwrap_or_default(),
            properties: item.attr("properties").unwrap_or_default(),
        })
    }
}

/// The first picture of a page. The markup is not parsed as XML, because many books are not well-formed.
fn first_picture(package: &Package, page: &str, cx: &Context<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    package.reader(page, cx).ok()?.take(MAX_PAGE).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    text.split('<').find_map(|tag| {
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != ':').next()?.rsplit(':').next()?;
        let attribute = match name {
            "img" => "src=",
            "image" => "href=",
            _ => return None,
        };
        let value = &tag[tag.find(attribute)? + attribute.len()..];
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        resolved(folder, value[1..].split(quote).next()?)
    })
}

/// All elements with this local name, in order.
fn find_all<'a>(document: &'a Document, name: &'static str) -> impl Iterator<Item = Element<'a>> {
    let mut open = vec![document.root()];
    std::iter::from_fn(move || {
        let at = open.pop()?;
        let from = open.len();
        open.extend(at.children());
        open[from..].reverse();
        Some(at)
    })
    .filter(move |e| e.name().rsplit(':').next() == Some(name))
}
