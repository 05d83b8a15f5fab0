//! Placeholders: shapes of a slide that inherit position, formatting and text styles from its layout and master.

use crate::chart;
use crate::drawingml::scene::Scene;
use crate::drawingml::shape_tree::Host;
use crate::drawingml::text::Inherited;
use crate::drawingml::transform::Placed;
use crate::package::Relationships;
use crate::xml::Element;
use thumbling_page::tree::Node;

/// The placeholder of a shape (`p:ph`); `None` if it is not one.
pub(super) fn of(shape: Element<'_>) -> Option<Element<'_>> {
    shape.children().find(|c| c.local_name().starts_with("nv"))?.path(&["p:nvPr", "p:ph"])
}

/// What the placeholders of a slide inherit from.
pub(super) struct Deck<'a> {
    /// Default text style of the presentation.
    pub(super) defaults: Option<Element<'a>>,
    /// `p:sldMaster`.
    pub(super) master: Option<Element<'a>>,
    /// `p:sldLayout`.
    pub(super) layout: Option<Element<'a>>,
    /// Of master and layout.
    pub(super) relationships: Vec<&'a Relationships>,
    /// Slide number, from 1.
    pub(super) number: u32,
}

impl<'a> Deck<'a> {
    /// The placeholder of `part` for which `is_it` holds.
    fn find(part: Option<Element<'a>>, is_it: impl Fn(Element<'a>) -> bool) -> Option<Element<'a>> {
        let tree = part?.path(&["p:cSld", "p:spTree"])?;
        tree.children().find(|shape| of(*shape).is_some_and(&is_it))
    }
}

impl<'a> Host<'a> for Deck<'a> {
    fn bases(&self, shape: Element<'a>) -> Vec<Element<'a>> {
        let Some(own) = of(shape) else { return Vec::new() };
        let kind = own.attr("type");
        let index = own.attr("idx");
        // By index, which belongs to the layout, else by type.
        let by_index = index.and_then(|index| {
            Self::find(self.layout, |ph| {
                ph.attr("idx") == Some(index) && (kind.is_none() || is_like(ph.attr("type"), kind))
            })
        });
        let by_kind = || {
            Self::find(self.layout, |ph| is_like(ph.attr("type"), kind) && (kind.is_some() || ph.attr("idx") == index))
        };
        let any_index = || {
            let index = index?;
            Self::find(self.layout, |ph| ph.attr("idx") == Some(index))
        };
        let layout = by_index.or_else(by_kind).or_else(any_index);
        let kind = kind.or_else(|| of(layout?)?.attr("type"));
        let master = Self::find(self.master, |ph| role(ph.attr("type")) == role(kind));
        layout.into_iter().chain(master).collect()
    }

    fn text(&self, shape: Element<'a>, bases: &[Element<'a>]) -> Inherited<'a> {
        let styles = |name: &str| self.master?.path(&["p:txStyles", name]);
        let placeholder = of(shape).filter(|_| shape.local_name() != "graphicFrame");
        let own_style = match placeholder {
            None => None,
            Some(own) => {
                let kind = own.attr("type").or_else(|| bases.iter().find_map(|base| of(*base)?.attr("type")));
                let role = role(kind);
                let name = match role {
                    "title" => "p:titleStyle",
                    "body" => "p:bodyStyle",
                    _ => "p:otherStyle",
                };
                styles(name).map(|style| (style, role))
            }
        };
        // Text boxes and shapes use the presentation's default style, not `p:otherStyle`: some writers put the style of
        // slide numbers there. Titles and bodies only use the master's styles; levels missing there have no indent.
        let common = match own_style {
            Some((style, "title" | "body")) => [None, Some(style)],
            Some((style, _)) => [self.defaults, Some(style)],
            None => [self.defaults.or_else(|| styles("p:otherStyle").filter(|_| placeholder.is_none())), None],
        };
        let mut lists: Vec<Element<'a>> = common.into_iter().flatten().collect();
        let text_of = |base: &Element<'a>| base.child_of("txBody");
        lists.extend(bases.iter().rev().filter_map(|base| text_of(base)?.child("a:lstStyle")));
        let bodies = bases.iter().filter_map(|base| text_of(base)?.child("a:bodyPr")).collect();
        let under_style = lists.len();
        Inherited {
            lists,
            bodies,
            under_style,
            relationships: self.relationships.clone(),
            page_number: Some(self.number),
            ..Inherited::default()
        }
    }

    fn foreign(&self, scene: &Scene<'_>, element: Element<'a>, placed: Placed) -> Option<Vec<Node>> {
        element.is("c:chart").then(|| chart::referred(scene, element, placed.bounds))
    }
}

/// The master's placeholder for this type.
fn role(kind: Option<&str>) -> &'static str {
    match kind {
        Some("title" | "ctrTitle") => "title",
        Some("dt") => "dt",
        Some("ftr") => "ftr",
        Some("sldNum") => "sldNum",
        Some("hdr") => "hdr",
        Some("sldImg") => "sldImg",
        _ => "body",
    }
}

/// Whether a placeholder of the layout matches this type.
fn is_like(of_layout: Option<&str>, kind: Option<&str>) -> bool {
    let plain = |kind: Option<&str>| match kind {
        None => "obj".to_owned(),
        Some("ctrTitle") => "title".to_owned(),
        Some(kind) => kind.to_owned(),
    };
    plain(of_layout) == plain(kind)
}
