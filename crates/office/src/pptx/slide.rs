//! A slide with its layout, master and theme.

use crate::drawingml::scene::{PageState, Scene};
use crate::drawingml::shape_tree::Tree;
use crate::drawingml::theme::Theme;
use crate::drawingml::theme::color::ColorMap;
use crate::drawingml::theme::palette::Palette;
use crate::package::Package;
use crate::xml::Element;
use thumbling_core::decode::Context;
use thumbling_core::error::{Result, tolerate};
use thumbling_page::style::Fill;
use thumbling_page::tree::{Node, Page, Rect, Shape};

use super::part::Part;
use super::placeholder::Deck;

/// A slide and the parts that it inherits from.
pub(super) struct Slide<'a> {
    package: &'a Package,
    main: &'a Part,
    /// `None` in a presentation without slides.
    slide: Option<Part>,
    layout: Option<Part>,
    master: Option<Part>,
    theme: Theme,
    map: ColorMap,
    /// From 1.
    number: u32,
}

impl<'a> Slide<'a> {
    /// Reads the parts that `slide` inherits from. Missing and damaged parts are skipped.
    pub(super) fn read(
        package: &'a Package,
        main: &'a Part,
        slide: Option<(Part, u32)>,
        cx: &Context<'_>,
    ) -> Result<Self> {
        let (slide, number) = slide.map_or((None, 1), |(part, number)| (Some(part), number));
        let follow = |from: Option<&Part>, kind: &str| match from.and_then(|part| part.relationships.part_of_kind(kind))
        {
            Some(name) => tolerate(Part::read(package, name, cx)),
            None => Ok(None),
        };
        let layout = follow(slide.as_ref(), "slideLayout")?;
        let master = match follow(layout.as_ref(), "slideMaster")? {
            Some(master) => Some(master),
            None => follow(Some(main), "slideMaster")?,
        };
        let theme_part =
            [master.as_ref(), Some(main)].into_iter().flatten().find_map(|p| p.relationships.part_of_kind("theme"));
        let theme = match theme_part {
            Some(name) => {
                tolerate(Part::read(package, name, cx))?.map(|part| Theme::of(part.document, part.relationships))
            }
            None => None,
        };
        let map = color_map(slide.as_ref(), layout.as_ref(), master.as_ref());
        Ok(Self { package, main, slide, layout, master, theme: theme.unwrap_or_default(), map, number })
    }

    /// The page of `size` pt for `scale` px per pt, and the share of the content that is drawn.
    pub(super) fn page(&self, size: (f32, f32), scale: f32, cx: &Context<'_>) -> Result<(Page, f32)> {
        let state = PageState::new(self.main.relationships.part_of_kind("tableStyles"));
        let palette = Palette { theme: &self.theme, map: &self.map, placeholder: None };
        let on = |relationships| Scene { cx, package: self.package, relationships, palette, scale, page: &state };
        let parts = [self.master.as_ref(), self.layout.as_ref(), self.slide.as_ref()];
        let flag = |part: Option<&Part>, name: &str| part.and_then(|p| p.document.root().flag(name)).unwrap_or(true);
        let shows_master = flag(self.slide.as_ref(), "showMasterSp") && flag(self.layout.as_ref(), "showMasterSp");
        let shows_layout = flag(self.slide.as_ref(), "showMasterSp");

        // The closest background wins.
        let background = parts.iter().rev().flatten().find_map(|part| background(&on(&part.relationships), part, size));
        state.set_background(background.clone().unwrap_or_default(), size);
        let mut page = Page { width: size.0, height: size.1, ..Page::default() };
        match background {
            // Pictures fill the page like a shape.
            Some(fill @ (Fill::Picture(_) | Fill::Pattern(_))) => {
                let shape = Shape { bounds: Rect::new(0.0, 0.0, size.0, size.1), fill, ..Shape::default() };
                page.nodes.push(Node::Shape(Box::new(shape)));
            }
            Some(fill) => page.background = fill,
            None => {}
        }

        let deck = Deck {
            defaults: self.main.document.root().child("p:defaultTextStyle"),
            master: self.master.as_ref().map(|part| part.document.root()),
            layout: self.layout.as_ref().map(|part| part.document.root()),
            relationships: [self.master.as_ref(), self.layout.as_ref()]
                .into_iter()
                .flatten()
                .map(|p| &p.relationships)
                .collect(),
            number: self.first_number().saturating_add(self.number.saturating_sub(1)),
        };
        for (part, is_shown, is_slide) in
            [(parts[0], shows_master, false), (parts[1], shows_layout, false), (parts[2], true, true)]
        {
            let Some(part) = part.filter(|_| is_shown) else { continue };
            let Some(tree) = part.document.root().path(&["p:cSld", "p:spTree"]) else { continue };
            // Placeholders of layouts and masters are templates, not content.
            let wanted = |shape: Element<'_>| is_slide || super::placeholder::of(shape).is_none();
            page.nodes.extend(Tree::new(on(&part.relationships), &deck).nodes(tree, Default::default(), &wanted)?);
        }
        state.report(cx);
        Ok((page, state.confidence()))
    }
}

impl Slide<'_> {
    /// The number of the first slide.
    fn first_number(&self) -> u32 {
        self.main.document.root().number::<u32>("firstSlideNum").unwrap_or(1).min(9999)
    }
}

/// The colour map of this slide.
fn color_map(slide: Option<&Part>, layout: Option<&Part>, master: Option<&Part>) -> ColorMap {
    let own = [slide, layout]
        .into_iter()
        .flatten()
        .find_map(|part| part.document.root().path(&["p:clrMapOvr", "a:overrideClrMapping"]).map(ColorMap::of));
    own.or_else(|| Some(ColorMap::of(master?.document.root().child("p:clrMap")?))).unwrap_or_default()
}

/// The background of `part`.
fn background(scene: &Scene<'_>, part: &Part, size: (f32, f32)) -> Option<Fill> {
    let own = part.document.root().path(&["p:cSld", "p:bg"])?;
    match own.child("p:bgPr") {
        Some(properties) => scene.fill(properties, size),
        None => scene.fill_reference(own.child("p:bgRef")?, size),
    }
}
