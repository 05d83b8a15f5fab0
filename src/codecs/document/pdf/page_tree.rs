//! Finds a page from the document's catalog (ISO 32000-2, 7.7.3).

use super::file::File;
use super::syntax::{Dict, Lexer, Object};
use thumbling_core::error::Result;

/// Most levels of the page tree.
const MAX_LEVELS: usize = 64;

/// The page tree's information about one page.
pub(super) struct PageNode {
    /// Object number.
    pub(super) number: u32,
    pub(super) dict: Dict,
    /// Inherited values: the nearest one for each key, in the file's syntax.
    pub(super) inherited: Vec<(&'static str, Object, Vec<u8>)>,
}

/// Keys that a page inherits from its ancestors.
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

impl File {
    /// The page with this index, from 0. `None` if the page tree is invalid on the way.
    pub(super) fn page(&mut self, page: u32) -> Result<Option<PageNode>> {
        let Some(catalog) = self.catalog()? else { return Ok(None) };
        let Some(Object::Ref(mut number, _)) = catalog.object.dict().map(|catalog| catalog.get("Pages").clone()) else {
            return Ok(None);
        };
        let (mut skip, mut inherited) = (page, Vec::<(&'static str, Object, Vec<u8>)>::new());
        for _ in 0..MAX_LEVELS {
            let Some(body) = self.body(number)? else { return Ok(None) };
            let Some(dict) = body.object.dict() else { return Ok(None) };
            let Some(kids) = self.resolved(dict.get("Kids"))? else { return Ok(None) };
            let Some(kids) = kids.array() else {
                let is_page = dict.get("Type").name() == Some(b"Page") && skip == 0;
                return Ok(is_page.then(|| PageNode { number, dict: dict.clone(), inherited }));
            };
            for key in INHERITED {
                if let Some(raw) = raw_value(&body.bytes, body.is_whole, key) {
                    inherited.retain(|(known, ..)| *known != key);
                    inherited.push((key, dict.get(key).clone(), raw));
                }
            }
            let mut next = None;
            for kid in kids {
                let Object::Ref(kid, _) = *kid else { return Ok(None) };
                // Pages before the wanted one are not read: only nodes with more than one page are.
                let pages = match skip {
                    0 => 1,
                    _ => self.pages_below(kid)?,
                };
                if skip < pages {
                    next = Some(kid);
                    break;
                }
                skip -= pages;
            }
            match next {
                Some(kid) => number = kid,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    pub(super) fn pages_below(&mut self, number: u32) -> Result<u32> {
        let Some(body) = self.body(number)? else { return Ok(0) };
        let count = body.object.dict().map(|dict| dict.get("Count").unsigned());
        Ok(count.map_or(0, |count| count.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)))
    }
}

/// The bytes of the value of `key` in the outermost dictionary of an object.
pub(super) fn raw_value(bytes: &[u8], is_whole: bool, key: &str) -> Option<Vec<u8>> {
    let mut lexer = Lexer::file(bytes, 0);
    if is_whole {
        lexer.object()?;
        lexer.object()?;
        if !lexer.eat(b"obj") {
            return None;
        }
    }
    if !lexer.eat(b"<<") {
        return None;
    }
    while !lexer.eat(b">>") {
        let name = lexer.object()?;
        let start = lexer.at;
        lexer.object()?;
        if name.name()? == key.as_bytes() {
            return bytes.get(start..lexer.at).map(<[u8]>::to_vec);
        }
    }
    None
}
