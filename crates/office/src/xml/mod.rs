//! The XML of office documents: a part as a tree, or a large part one subtree at a time.
//!
//! Names are resolved by namespace and returned with the standard's prefix: `a:off`, `p:sp`, `r:embed`. Strict
//! documents have the names of transitional ones. `mc:AlternateContent` is replaced by the branch that this library
//! supports. DTDs and custom entities are `corrupt`. The number of elements and their depth are limited.

mod namespace;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::limits::Reservation;

pub use reader::{Event, Reader};

/// Depth of elements.
const MAX_DEPTH: usize = 256;

/// Granularity of memory reservations, bytes.
const STEP: usize = 1 << 20;

/// Bytes of text in a tree: offsets have 32 bits.
const MAX_TEXT: usize = 1 << 30;

/// A document, or a subtree of one.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    /// All text and attribute values, concatenated.
    text: String,
    names: Names,
    /// Reserved memory.
    held: Vec<Reservation>,
}

/// An element, or text between elements, whose name is [`TEXT`].
#[derive(Debug)]
struct Node {
    name: u32,
    /// Start and end of the attributes; for text, of its range in `Document::text`.
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

/// No node: the root is never a child.
const NONE: u32 = 0;

/// The name of text between elements.
const TEXT: u32 = u32::MAX;

/// Interned names.
#[derive(Debug, Default)]
struct Names {
    all: Vec<Box<str>>,
    index: HashMap<Box<str>, u32>,
    /// Buffer for building names.
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
    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element { document: self, id: 0 }
    }

    /// Removes all nodes and keeps the names.
    fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.text.clear();
    }

    /// Appends a node to `parent`.
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

    /// Appends the text from `start` on to `parent`.
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

    /// Reserves the memory that the tree takes.
    fn account(&mut self, cx: &Context<'_>) -> Result<()> {
        if self.text.len() > MAX_TEXT {
            return Err(Error::limit("more than 1 GiB of text in XML"));
        }
        let bytes = self.text.len()
            + self.nodes.len() * size_of::<Node>()
            + self.attributes.len() * size_of::<Attribute>()
            + self.names.all.len() * 64;
        // Vectors grow to twice their length.
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

/// A number type of attributes and text.
pub trait Number: std::str::FromStr {
    /// Whether it is finite.
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

/// Parses a number. Rejects `NaN` and `inf`, and numbers that overflow the type, because no later limit would catch
/// them.
pub fn number<T: Number>(text: &str) -> Option<T> {
    text.trim().parse().ok().filter(T::is_finite)
}

/// An element of a [`Document`].
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

    /// The name with the standard's prefix, such as `p:sp`; `?` for an unknown namespace.
    pub fn name(self) -> &'a str {
        self.document.name(self.node().name)
    }

    /// The name without its prefix.
    pub fn local_name(self) -> &'a str {
        let name = self.name();
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// Whether it has this name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// The text up to the first child element.
    pub fn text(self) -> &'a str {
        match self.document.nodes.get(self.node().first_child as usize) {
            Some(Node { name: TEXT, range, .. }) => self.document.slice(*range),
            _ => "",
        }
    }

    /// An attribute, by its prefixed name; unprefixed if the attribute is.
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

    /// A numeric attribute; it can have a fraction.
    pub fn number<T: Number>(self, name: &str) -> Option<T> {
        number(self.attr(name)?)
    }

    /// A boolean attribute.
    pub fn flag(self, name: &str) -> Option<bool> {
        match self.attr(name)?.trim() {
            "1" | "true" | "on" | "t" => Some(true),
            "0" | "false" | "off" | "f" => Some(false),
            _ => None,
        }
    }

    /// The child elements, in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let at = move |id: u32| (id != NONE).then_some(Element { document, id });
        let all = std::iter::successors(at(self.node().first_child), move |child| at(child.node().next));
        all.filter(|child| child.node().name != TEXT)
    }

    /// The first child with this name.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(name))
    }

    /// The first child with this local name: Word, Excel and PowerPoint use the same names in drawings.
    pub fn child_of(self, local_name: &str) -> Option<Self> {
        self.children().find(|child| child.local_name() == local_name)
    }

    /// All children with this name.
    pub fn children_of(self, name: &'a str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.is(name))
    }

    /// Follows a path of names downward.
    pub fn path(self, names: &[&str]) -> Option<Self> {
        names.iter().try_fold(self, |at, name| at.child(name))
    }

    /// The attribute `val` of a child, which holds most single values.
    pub fn val(self, child: &str) -> Option<&'a str> {
        self.child(child)?.attr("val")
    }

    /// The first descendant with this name, in document order.
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
