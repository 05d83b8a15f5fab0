//! What shaping keeps between paragraphs and pages: parley's contexts, and the families that were registered with them.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::{FontContext, LayoutContext};

use crate::fonts;

use super::stacks::{Needs, Stack};

/// Contexts that wait for the next page; as many as threads that ever laid out at once.
#[allow(clippy::vec_box)] // They are handed on far more often than made.
static POOL: Mutex<Vec<Box<Context>>> = Mutex::new(Vec::new());
/// Contexts that are kept.
const MAX_POOL: usize = 16;
/// Families that one context keeps; documents of a long-lived process name many.
const MAX_FAMILIES: usize = 256;
/// Sets of families that one context keeps: a document may name any number that nobody has.
const MAX_STACKS: usize = 1024;

/// A brush is the index of a run's style.
pub(super) type Brush = u32;

pub(super) struct Context {
    pub(super) fonts: FontContext,
    pub(super) layout: LayoutContext<Brush>,
    families: HashSet<Arc<str>>,
    /// Files of several fonts that are registered, by the address they are mapped at for the life of the process.
    collections: HashSet<usize>,
    /// The families of a style, as far as text has needed them.
    pub(super) stacks: HashMap<(crate::text::FontSet, Needs), Stack>,
    /// The families that parley falls back to, by script.
    pub(super) fallbacks: HashMap<[u8; 4], Vec<Arc<str>>>,
    pub(super) has_emoji: bool,
}

pub(super) fn take() -> Box<Context> {
    POOL.lock().unwrap_or_else(|e| e.into_inner()).pop().unwrap_or_else(|| Box::new(Context::new()))
}

pub(super) fn give_back(context: Box<Context>) {
    let mut pool = POOL.lock().unwrap_or_else(|e| e.into_inner());
    let is_small = context.families.len() < MAX_FAMILIES && context.stacks.len() < MAX_STACKS;
    if pool.len() < MAX_POOL && is_small {
        pool.push(context);
    }
}

impl Context {
    fn new() -> Self {
        let collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        Self {
            fonts: FontContext { collection, source_cache: SourceCache::default() },
            layout: LayoutContext::new(),
            families: HashSet::new(),
            collections: HashSet::new(),
            stacks: HashMap::new(),
            fallbacks: HashMap::new(),
            has_emoji: false,
        }
    }

    /// Makes a family of the font database known to parley, under the same name.
    pub(super) fn register(&mut self, family: &Arc<str>) {
        if !self.families.insert(family.clone()) {
            return;
        }
        for face in fonts::faces(family) {
            let file = (*face.bytes).as_ref();
            let of_collection = file.starts_with(b"ttcf");
            if of_collection && !self.collections.insert(file.as_ptr().addr()) {
                continue;
            }
            // The fonts of a collection are of several families, and called as their files say.
            let name = FontInfoOverride { family_name: Some(family), ..FontInfoOverride::default() };
            self.fonts.collection.register_fonts(Blob::new(face.bytes), (!of_collection).then_some(name));
        }
    }
}
