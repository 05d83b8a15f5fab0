//! Bullets and numbers of paragraphs.

use crate::package::Relationships;
use crate::xml::Element;
use thumbling_page::style::{Color, Picture};
use thumbling_page::text::{Bullet, FontSet, RunStyle, Strike, Underline};

use super::super::scene::Scene;
use super::super::theme::color::share;
use super::{number, symbol};

/// List levels.
pub(super) const LEVELS: usize = 9;

/// Bullet properties collected so far.
#[derive(Debug, Clone, Default)]
pub(super) struct BulletProperties {
    mark: Option<Mark>,
    /// `Some(None)` is the colour of the text.
    color: Option<Option<Color>>,
    size: Option<Size>,
    /// `Some(None)` is the family of the text.
    font: Option<Option<String>>,
}

#[derive(Debug, Clone)]
enum Mark {
    None,
    Character(String),
    Number {
        scheme: String,
        start: u32,
    },
    /// The relationship, and whether it belongs to a part that the shape inherits from.
    Picture {
        id: String,
        is_inherited: bool,
    },
}

#[derive(Debug, Clone, Copy)]
enum Size {
    OfText(f32),
    Points(f32),
}

impl BulletProperties {
    /// Applies a child of `a:pPr`.
    pub(super) fn apply(&mut self, element: Element<'_>, scene: &Scene<'_>) {
        match element.name() {
            "a:buNone" => self.mark = Some(Mark::None),
            "a:buChar" => self.mark = element.attr("char").map(|c| Mark::Character(c.chars().take(8).collect())),
            "a:buAutoNum" => {
                let scheme = element.attr("type").unwrap_or("arabicPeriod").to_owned();
                let start = element.number::<u32>("startAt").unwrap_or(1).min(32_767);
                self.mark = Some(Mark::Number { scheme, start });
            }
            "a:buBlip" => {
                let id = element.child("a:blip").and_then(|blip| blip.attr("r:embed")).unwrap_or_default();
                self.mark = Some(Mark::Picture { id: id.to_owned(), is_inherited: false });
            }
            "a:buClrTx" => self.color = Some(None),
            "a:buClr" => self.color = Some(scene.palette.within(element)),
            "a:buSzTx" => self.size = Some(Size::OfText(1.0)),
            "a:buSzPct" => {
                self.size = element.attr("val").map(|v| Size::OfText(share(v).clamp(0.25, 4.0))).or(self.size);
            }
            "a:buSzPts" => {
                self.size =
                    element.number::<f32>("val").map(|n| Size::Points((n / 100.0).clamp(1.0, 400.0))).or(self.size);
            }
            "a:buFontTx" => self.font = Some(None),
            "a:buFont" => self.font = Some(element.attr("typeface").map(str::to_owned)),
            _ => {}
        }
    }

    /// Marks everything so far as inherited from other parts.
    pub(super) fn inherit(&mut self) {
        if let Some(Mark::Picture { is_inherited, .. }) = &mut self.mark {
            *is_inherited = true;
        }
    }

    /// The picture bullet of text of `size` pt; `None` if it cannot be loaded, for a plain bullet instead.
    fn picture(&self, scene: &Scene<'_>, others: &[&Relationships], size: f32) -> Option<Picture> {
        let Some(Mark::Picture { id, is_inherited }) = &self.mark else { return None };
        let parts = if *is_inherited { others } else { &[scene.relationships][..] };
        let leads = |part: &&&Relationships| part.part(id).is_some_and(|name| name.contains("/media/"));
        let relationships = *parts.iter().find(leads)?;
        Scene { relationships, ..*scene }.picture(id, (size * 2.0, size))
    }

    /// The bullet of a paragraph at `level` whose first run has the style `text`. `others` are the relationships of
    /// parts that the shape inherits from.
    pub(super) fn bullet(
        &self,
        scene: &Scene<'_>,
        level: usize,
        text: &RunStyle,
        others: &[&Relationships],
        counters: &mut Counters,
    ) -> Option<Bullet> {
        let font = self.font.clone().flatten();
        let mark = match self.mark.as_ref() {
            None | Some(Mark::None) => {
                counters.pass(level);
                return None;
            }
            Some(Mark::Character(mark)) => {
                counters.pass(level);
                symbol::to_unicode(mark.clone(), font.as_deref(), &text.fonts.latin)
            }
            Some(Mark::Picture { .. }) => {
                counters.pass(level);
                "\u{2022}".to_owned()
            }
            Some(Mark::Number { scheme, start }) => number::format(counters.next(level, scheme, *start), scheme),
        };
        let size = match self.size {
            Some(Size::OfText(share)) => text.size * share,
            Some(Size::Points(points)) => points,
            None => text.size,
        };
        let fonts = match font {
            // Characters of symbol fonts are converted to Unicode.
            Some(name) if !symbol::is_symbol(&name) => {
                FontSet { language: text.fonts.language, ..FontSet::one(scene.palette.theme.family(&name)) }
            }
            _ => text.fonts.clone(),
        };
        let style = RunStyle {
            fonts,
            size,
            color: self.color.flatten().unwrap_or(text.color),
            underline: Underline::None,
            underline_color: None,
            strike: Strike::None,
            highlight: None,
            baseline: 0.0,
            ..text.clone()
        };
        let picture = self.picture(scene, others, style.size);
        Some(Bullet { text: mark, style, picture })
    }
}

/// Current number of each level.
#[derive(Debug, Default)]
pub(super) struct Counters {
    levels: [Option<(String, u32, u32)>; LEVELS],
}

impl Counters {
    /// A paragraph without a number restarts numbering at its level and below.
    pub(super) fn pass(&mut self, level: usize) {
        for open in self.levels.iter_mut().skip(level) {
            *open = None;
        }
    }

    fn next(&mut self, level: usize, scheme: &str, start: u32) -> u32 {
        for deeper in self.levels.iter_mut().skip(level + 1) {
            *deeper = None;
        }
        let number = match &self.levels[level] {
            Some((open, from, number)) if open == scheme && *from == start => number + 1,
            _ => start,
        };
        self.levels[level] = Some((scheme.to_owned(), start, number));
        number
    }
}
