//! State that shaping keeps between paragraphs and pages: the contexts of parley and the registered font families.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::{FontContext, FontFamilyName, LayoutContext};

use crate::fonts;

use super::scripts::ScriptNeeds;

/// Idle contexts.
#[allow(clippy::vec_box)] // Moved far more often than created.
static POOL: Mutex<Vec<Box<Context>>> = Mutex::new(Vec::new());
/// Most idle contexts to keep.
const MAX_POOL: usize = 16;
/// Most families to keep per context; documents of a long-lived process name many.
const MAX_FAMILIES: usize = 256;
/// Most family stacks to keep per context: documents can name any number of families that do not exist.
const MAX_STACKS: usize = 1024;

/// Families, best first.
pub(crate) type Stack = Arc<[FontFamilyName<'static>]>;

/// The brush type of parley: the index of the style of a run.
pub(crate) type Brush = u32;

pub(crate) struct Context {
    pub(crate) fonts: FontContext,
    pub(crate) layout: LayoutContext<Brush>,
    families: HashSet<Arc<str>>,
    /// Registered font collections, by the address at which they stay mapped.
    collections: HashSet<usize>,
    /// Cached family stacks by style and script needs.
    pub(crate) stacks: HashMap<(crate::text::FontSet, ScriptNeeds), Stack>,
    /// Registered fallback families by script.
    pub(crate) fallbacks: HashMap<[u8; 4], Vec<Arc<str>>>,
    pub(crate) has_emoji: bool,
}

pub(crate) fn take() -> Box<Context> {
    POOL.lock().unwrap_or_else(|e| e.into_inner()).pop().unwrap_or_else(|| Box::new(Context::new()))
}

pub(crate) fn release(context: Box<Context>) {
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

    /// Registers a family of the font database with parley, under the same name.
    pub(crate) fn register(&mut self, family: &Arc<str>) {
        if !self.families.insert(family.clone()) {
            return;
        }
        for face in fonts::faces(family) {
            let file = (*face.bytes).as_ref();
            let of_collection = file.starts_with(b"ttcf");
            if of_collection && !self.collections.insert(file.as_ptr().addr()) {
                continue;
            }
            // A collection has fonts of several families, registered under the names in the file.
            let name = FontInfoOverride { family_name: Some(family), ..FontInfoOverride::default() };
            self.fonts.collection.register_fonts(Blob::new(face.bytes), (!of_collection).then_some(name));
        }
    }
}
