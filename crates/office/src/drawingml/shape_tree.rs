//! Trees of shapes in slides, sheet drawings and text boxes, as nodes of a page.

use crate::xml::Element;
use thumbling_core::error::{Result, tolerate};
use thumbling_page::tree::{Body, Group, Node, Outline, Rect, Shape};

use super::scene::Scene;
use super::text::Inherited;
use super::transform::{Frame, Placed};

/// Shapes drawn on one page; more cannot be told apart.
const MAX_SHAPES: u32 = 50_000;

/// Depth of nested groups.
const MAX_DEPTH: u32 = 32;

/// What the surrounding document contributes to its shapes.
pub trait Host<'a> {
    /// Shapes that `shape` inherits from, the closest first.
    fn bases(&self, shape: Element<'a>) -> Vec<Element<'a>>;

    /// What the text of `shape` inherits.
    fn text(&self, shape: Element<'a>, bases: &[Element<'a>]) -> Inherited<'a>;

    /// Text of `shape` that is not DrawingML.
    fn foreign_text(&self, _shape: Element<'a>) -> Option<Body> {
        None
    }

    /// Draws an element that is not DrawingML, such as a chart; `None` if it is unknown.
    fn foreign(&self, _scene: &Scene<'_>, _element: Element<'a>, _placed: Placed) -> Option<Vec<Node>> {
        None
    }
}

/// Draws trees of shapes.
pub struct Tree<'a, 'h> {
    pub(super) scene: Scene<'a>,
    pub(super) host: &'h dyn Host<'a>,
    count: u32,
    /// Diagram drawings only have shapes and groups (`CT_GroupShape` of [MS-ODRAWXML]); following nothing else prevents
    /// cycles.
    is_diagram: bool,
}

impl<'a, 'h> Tree<'a, 'h> {
    /// Draws trees of the part of `scene`.
    pub fn new(scene: Scene<'a>, host: &'h dyn Host<'a>) -> Self {
        Self { scene, host, count: 0, is_diagram: false }
    }

    /// The children of `parent` (`p:spTree`, `p:grpSp`, `xdr:grpSp`, `wpg:wgp`) for which `wanted` holds, from back to
    /// front.
    pub fn nodes(
        &mut self,
        parent: Element<'a>,
        frame: Frame,
        wanted: &dyn Fn(Element<'a>) -> bool,
    ) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        self.add(parent, frame, wanted, 0, &mut nodes)?;
        Ok(nodes)
    }

    fn add(
        &mut self,
        parent: Element<'a>,
        frame: Frame,
        wanted: &dyn Fn(Element<'a>) -> bool,
        depth: u32,
        nodes: &mut Vec<Node>,
    ) -> Result<()> {
        if depth > MAX_DEPTH {
            self.scene.page.missed("deeply nested group");
            return Ok(());
        }
        for element in parent.children() {
            self.scene.cx.check()?;
            let kind = element.local_name();
            if !matches!(kind, "sp" | "wsp" | "cxnSp" | "pic" | "grpSp" | "wgp" | "graphicFrame" | "contentPart") {
                continue;
            }
            if is_hidden(element) || !wanted(element) {
                continue;
            }
            self.count += 1;
            if self.count > MAX_SHAPES {
                self.scene.page.missed("shapes beyond the first 50,000");
                return Ok(());
            }
            let before = nodes.len();
            match kind {
                "grpSp" | "wgp" => {
                    let properties = element.child_of("grpSpPr");
                    let inner = frame.group(properties.and_then(|p| p.child("a:xfrm")));
                    let fill = properties.and_then(|p| self.scene.fill(p, (1.0, 1.0)));
                    let fills = &self.scene.page.group_fills;
                    let has_fill = fill.is_some();
                    fill.into_iter().for_each(|fill| fills.borrow_mut().push(fill));
                    self.add(element, inner, wanted, depth + 1, nodes)?;
                    if has_fill {
                        fills.borrow_mut().pop();
                    }
                    // Effects apply to the group as a whole.
                    let effects = self.scene.effects(properties, None);
                    if effects.is_some() && nodes.len() > before {
                        let children = nodes.split_off(before);
                        nodes.push(Node::Group(Group { effects, ..Group::new(children) }));
                    }
                    // The children were counted already.
                    continue;
                }
                "graphicFrame" if self.is_diagram => self.scene.page.missed("object in a diagram"),
                "graphicFrame" => self.graphic_frame(element, frame, nodes)?,
                "contentPart" => self.scene.page.missed("ink"),
                _ => nodes.extend(self.shape(element, frame)),
            }
            let bytes = nodes.get(before..).unwrap_or_default().iter().map(weight).sum();
            if self.scene.gather(bytes).is_err() {
                self.scene.page.missed("shapes beyond the limits");
                return Ok(());
            }
        }
        Ok(())
    }

    /// A frame around a table, chart, diagram or embedded object.
    fn graphic_frame(&mut self, element: Element<'a>, frame: Frame, nodes: &mut Vec<Node>) -> Result<()> {
        let own = element.child_of("xfrm").and_then(Placed::of);
        let inherited = || {
            self.host.bases(element).into_iter().find_map(|base| {
                Placed::of(base.child_of("spPr").and_then(|p| p.child("a:xfrm")).or_else(|| base.child_of("xfrm"))?)
            })
        };
        let Some(placed) = own.or_else(inherited).map(|own| frame.placed(own)) else { return Ok(()) };
        let Some(data) = element.path(&["a:graphic", "a:graphicData"]) else { return Ok(()) };
        for content in data.children() {
            match content.name() {
                "a:tbl" => {
                    let table = self.scene.table(content, &self.host.text(element, &[]));
                    let at = thumbling_page::tree::Point { x: placed.bounds.x, y: placed.bounds.y };
                    nodes.push(Node::Table(Box::new(table), at));
                    self.scene.page.drew();
                }
                "dgm:relIds" => self.diagram(content, placed.bounds, nodes)?,
                "p:oleObj" => nodes.extend(self.embedded(content, placed, frame)),
                "pic:pic" => nodes.extend(self.shape(content, Frame::moved(placed.bounds.x, placed.bounds.y))),
                _ => match self.host.foreign(&self.scene, content, placed) {
                    Some(drawn) => nodes.extend(drawn),
                    None => self.scene.page.missed("unknown object"),
                },
            }
        }
        Ok(())
    }

    /// A diagram (SmartArt), by the drawing stored beside its data.
    pub(crate) fn diagram(&mut self, reference: Element<'a>, area: Rect, nodes: &mut Vec<Node>) -> Result<()> {
        let scene = self.scene;
        let part = |id: &str| scene.relationships.part(id);
        let Some(data) = reference.attr("r:dm").and_then(part) else { return Ok(()) };
        let Some(data) = tolerate(scene.package.xml(data, scene.cx))? else { return Ok(()) };
        let id = data.root().descendant("dsp:dataModelExt").and_then(|e| e.attr("relId"));
        let drawing = id.and_then(part).map(str::to_owned);
        let Some(name) = drawing.or_else(|| scene.relationships.part_of_kind("diagramDrawing").map(str::to_owned))
        else {
            scene.page.missed("diagram without a stored drawing");
            return Ok(());
        };
        let read = scene.package.xml(&name, scene.cx);
        let read = read.and_then(|document| Ok((document, scene.package.relationships(&name, scene.cx)?)));
        let Some((document, relationships)) = tolerate(read)? else { return Ok(()) };
        let inner = Scene { relationships: &relationships, ..scene };
        let Some(tree) = document.root().child("dsp:spTree") else { return Ok(()) };
        let host = DefaultHost { lists: &[] };
        let mut shapes = Tree { is_diagram: true, ..Tree::new(inner, &host) };
        nodes.extend(shapes.nodes(tree, Frame::moved(area.x, area.y), &|_| true)?);
        Ok(())
    }
}

/// Bytes of a node without its text, which is counted where it is read.
fn weight(node: &Node) -> usize {
    let paths = match node {
        Node::Shape(shape) => match &shape.outline {
            // A point and its path verb.
            Outline::Paths(paths) => paths.iter().map(|path| path.path.points().len() * 9).sum(),
            _ => 0,
        },
        _ => 0,
    };
    size_of::<Node>() + size_of::<Shape>() + paths
}

/// Whether the shape is hidden.
fn is_hidden(element: Element<'_>) -> bool {
    let properties = element
        .children()
        .find(|c| matches!(c.local_name(), "nvSpPr" | "nvPicPr" | "nvGrpSpPr" | "nvCxnSpPr" | "nvGraphicFramePr"));
    properties.and_then(|p| p.child_of("cNvPr")).and_then(|p| p.flag("hidden")).unwrap_or(false)
}

/// A host that only contributes list styles.
pub struct DefaultHost<'a> {
    /// Elements with properties by level, the most general first.
    pub lists: &'a [Element<'a>],
}

impl<'a> Host<'a> for DefaultHost<'a> {
    fn bases(&self, _shape: Element<'a>) -> Vec<Element<'a>> {
        Vec::new()
    }

    fn text(&self, _shape: Element<'a>, _bases: &[Element<'a>]) -> Inherited<'a> {
        Inherited { lists: self.lists.to_vec(), under_style: self.lists.len(), ..Inherited::default() }
    }
}
