//! The XML of office documents: a part as a tree, or a large part one subtree at a time.
//!
//! Names are told apart by namespace, not by prefix, and are given back under the prefix that the standard uses:
//! `a:off`, `p:sp`, `r:embed`; strict documents have the names of transitional ones. `mc:AlternateContent` is resolved
//! while reading: the tree has the branch that this library understands in its place. There is no DTD: a document type
//! declaration is `corrupt`, and so is an entity of its own. Elements and depth are bounded.

mod namespace;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::BufRead;

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Reservation;

pub use reader::{Event, Reader};

/// Elements inside elements.
const MAX_DEPTH: usize = 256;

/// Memory is held in steps of this many bytes.
const STEP: usize = 1 << 20;

/// Bytes of text that a tree may have: offsets are of 32 bits.
const MAX_TEXT: usize = 1 << 30;

/// A document, or a part of one, as a tree.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    /// All text and all values, one after the other.
    text: String,
    names: Names,
    /// Memory that is held for it.
    held: Vec<Reservation>,
}

/// An element, or text between elements: its name is [`TEXT`].
#[derive(Debug)]
struct Node {
    name: u32,
    /// First attribute, and the one behind the last; of text, where it stands in `Document::text`.
    range: (u32, u32),
    first_child: u32,
    last_child: u32,
    next: u32,
}

#[derive(Debug)]
struct Attribute {
    name: u32,
    value: (u32, u32),
}

/// No node: the root is nobody's child.
const NONE: u32 = 0;

/// The name of text between elements.
const TEXT: u32 = u32::MAX;

/// Every name once.
#[derive(Debug, Default)]
struct Names {
    all: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
    /// Where names are put together.
    scratch: String,
}

impl Names {
    fn intern(&mut self, name: &str) -> u32 {
        if let Some(&n) = self.index.get(name) {
            return n;
        }
        let n = self.all.len() as u32;
        self.all.push(name.into());
        self.index.insert(name.into(), n);
        n
    }
}

impl Document {
    /// The whole of a part. `corrupt` if it is not well-formed, `limit` if it is too large.
    pub fn parse(content: impl BufRead, cx: &Context<'_>) -> Result<Self> {
        Reader::new(content, cx).document()
    }

    /// The outermost element.
    pub fn root(&self) -> Element<'_> {
        Element { document: self, id: 0 }
    }

    /// Empties it; names stay known.
    fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.text.clear();
    }

    /// Adds a node as the last child of `parent`.
    fn add(&mut self, parent: u32, node: Node) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(node);
        self.link(parent, id);
        id
    }

    fn link(&mut self, parent: u32, id: u32) {
        match std::mem::replace(&mut self.nodes[parent as usize].last_child, id) {
            NONE => self.nodes[parent as usize].first_child = id,
            before => self.nodes[before as usize].next = id,
        }
    }

    /// Gives what stands at the end of the text, from `start` on, to `parent`.
    fn add_text(&mut self, parent: u32, start: u32) {
        let end = self.text.len() as u32;
        let last = self.nodes[parent as usize].last_child as usize;
        if let Some(Node { name: TEXT, range, .. }) = self.nodes.get_mut(last)
            && range.1 == start
        {
            range.1 = end;
            return;
        }
        self.add(parent, Node { name: TEXT, range: (start, end), first_child: NONE, last_child: NONE, next: NONE });
    }

    /// Holds the memory that it takes by now.
    fn account(&mut self, cx: &Context<'_>) -> Result<()> {
        if self.text.len() > MAX_TEXT {
            return Err(Error::limit("XML of more than a gigabyte of text"));
        }
        let bytes = self.text.len()
            + self.nodes.len() * size_of::<Node>()
            + self.attributes.len() * size_of::<Attribute>()
            + self.names.all.len() * 64;
        // Vectors grow to twice of what they hold.
        while self.held.len() * STEP < 2 * bytes.saturating_sub(STEP / 2) {
            self.held.push(cx.reserve(STEP as u64)?);
        }
        Ok(())
    }

    fn slice(&self, (start, end): (u32, u32)) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn name(&self, id: u32) -> &str {
        self.names.all.get(id as usize).map_or("", |name| name)
    }
}

/// A type of numbers that attributes and texts are read as.
pub trait Number: std::str::FromStr {
    /// Whether it is a number that can be reckoned with.
    fn is_finite(&self) -> bool;
}

macro_rules! numbers {
    ($($whole:ident)*, $($float:ident)*) => {
        $(impl Number for $whole {
            fn is_finite(&self) -> bool {
                true
            }
        })*
        $(impl Number for $float {
            fn is_finite(&self) -> bool {
                <$float>::is_finite(*self)
            }
        })*
    };
}

numbers!(i64 u32 usize, f32 f64);

/// The number that `text` is. None of what Rust reads beside numbers, `NaN` and `inf`, nor of what is too large for the
/// type: no bound holds such a value back.
pub fn number<T: Number>(text: &str) -> Option<T> {
    text.trim().parse().ok().filter(T::is_finite)
}

/// One element of a [`Document`].
#[derive(Clone, Copy)]
pub struct Element<'a> {
    document: &'a Document,
    id: u32,
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.name())
    }
}

impl<'a> Element<'a> {
    fn node(self) -> &'a Node {
        &self.document.nodes[self.id as usize]
    }

    /// Its name under the standard's prefix, as `p:sp`; of an unknown namespace, under `?`.
    pub fn name(self) -> &'a str {
        self.document.name(self.node().name)
    }

    /// Its name without the prefix.
    pub fn local_name(self) -> &'a str {
        let name = self.name();
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// Whether this is its name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// The text in it, up to the first element in it.
    pub fn text(self) -> &'a str {
        match self.document.nodes.get(self.node().first_child as usize) {
            Some(Node { name: TEXT, range, .. }) => self.document.slice(*range),
            _ => "",
        }
    }

    /// The value of an attribute; names as those of elements, without a prefix where the attribute has none.
    pub fn attr(self, name: &str) -> Option<&'a str> {
        self.attrs().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// All attributes.
    pub fn attrs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (start, end) = self.node().range;
        let document = self.document;
        document.attributes[start as usize..end as usize]
            .iter()
            .map(|a| (document.name(a.name), document.slice(a.value)))
    }

    /// An attribute that is a number; a fraction is allowed.
    pub fn number<T: Number>(self, name: &str) -> Option<T> {
        number(self.attr(name)?)
    }

    /// An attribute that is true or false.
    pub fn flag(self, name: &str) -> Option<bool> {
        match self.attr(name)?.trim() {
            "1" | "true" | "on" | "t" => Some(true),
            "0" | "false" | "off" | "f" => Some(false),
            _ => None,
        }
    }

    /// Its children in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let at = move |id: u32| (id != NONE).then_some(Element { document, id });
        let all = std::iter::successors(at(self.node().first_child), move |child| at(child.node().next));
        all.filter(|child| child.node().name != TEXT)
    }

    /// The first child of this name.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(name))
    }

    /// The first child of this name, whatever its namespace: drawings of Word, sheets and slides name alike.
    pub fn child_of(self, local_name: &str) -> Option<Self> {
        self.children().find(|child| child.local_name() == local_name)
    }

    /// All children of this name.
    pub fn children_of(self, name: &'a str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.is(name))
    }

    /// The element that is reached by following these names downward.
    pub fn path(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |at, name| at.child(name))
    }

    /// The attribute `val` of a child: how most single values are written.
    pub fn val(self, child: &str) -> Option<&'a str> {
        self.child(child)?.attr("val")
    }

    /// The first element of this name anywhere below, in document order.
    pub fn descendant(self, name: &str) -> Option<Self> {
        let mut stack: Vec<Self> = vec![self];
        while let Some(at) = stack.pop() {
            if at.id != self.id && at.is(name) {
                return Some(at);
            }
            let from = stack.len();
            stack.extend(at.children());
            stack[from..].reverse();
        }
        None
    }
}
