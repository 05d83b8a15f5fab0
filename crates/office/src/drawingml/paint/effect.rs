//! Effects: shadows, glow, reflection, soft edges, blur, overlays (ECMA-376 part 1, 20.1.8). Effects that are not drawn
//! are reported as missed.

use crate::xml::Element;
use thumbling_page::effects::{Blend, Cast, Effects, Glow, Reflection, Shadow};

use crate::drawingml::scene::{EMU, Scene};
use crate::drawingml::theme::color::share;
use crate::drawingml::theme::palette::Palette;

/// Lengths are clamped to this, pt.
const FAR: f32 = 10_000.0;

impl Scene<'_> {
    /// The effects of a shape: its own (`a:effectLst` or `a:effectDag` in `properties`), or those of the theme that
    /// `reference` (`a:effectRef`) selects.
    pub fn effects(&self, properties: Option<Element<'_>>, reference: Option<Element<'_>>) -> Option<Box<Effects>> {
        if let Some(own) = properties.filter(|p| has_own(*p)) {
            return self.effects_within(own, &self.palette);
        }
        let reference = reference?;
        let style = self.palette.theme.effect(reference.number("idx")?)?;
        self.effects_within(style, &self.palette.with_placeholder(self.palette.within(reference)))
    }

    fn effects_within(&self, parent: Element<'_>, palette: &Palette<'_>) -> Option<Box<Effects>> {
        if parent.child("a:effectDag").is_some_and(|dag| dag.children().next().is_some()) {
            self.page.missed("effect graph");
        }
        let list = parent.child("a:effectLst")?;
        let mut effects = read(list, palette);
        effects.overlay = list.child("a:fillOverlay").and_then(|overlay| {
            let blend = match overlay.attr("blend") {
                Some("mult") => Blend::Multiply,
                Some("screen") => Blend::Screen,
                Some("darken") => Blend::Darken,
                Some("lighten") => Blend::Lighten,
                _ => Blend::Over,
            };
            Some((Scene { palette: *palette, ..*self }.fill(overlay, (1.0, 1.0))?, blend))
        });
        effects.is_any().then(|| Box::new(effects))
    }
}

/// Whether the element specifies effects, including none.
pub(crate) fn has_own(properties: Element<'_>) -> bool {
    properties.children().any(|c| c.is("a:effectLst") || c.is("a:effectDag"))
}

fn read(list: Element<'_>, palette: &Palette<'_>) -> Effects {
    let mut effects = Effects::default();
    for effect in list.children() {
        match effect.name() {
            "a:blur" => effects.blur = length(effect, "rad"),
            "a:softEdge" => effects.soft_edge = length(effect, "rad"),
            "a:glow" => {
                let radius = length(effect, "rad");
                effects.glow = palette.within(effect).map(|color| Glow { color, radius });
            }
            "a:innerShdw" => effects.inner_shadow = shadow(effect, palette),
            "a:outerShdw" => effects.shadow = shadow(effect, palette),
            "a:prstShdw" => effects.shadow = preset_shadow(effect, palette),
            "a:reflection" => effects.reflection = Some(reflection(effect)),
            _ => {}
        }
    }
    effects
}

/// A non-negative length, pt.
fn length(effect: Element<'_>, name: &str) -> f32 {
    (effect.number::<f32>(name).unwrap_or(0.0) / EMU).clamp(0.0, FAR)
}

fn degrees(effect: Element<'_>, name: &str) -> Option<f32> {
    effect.number::<f32>(name).map(|angle| angle / 60_000.0)
}

fn shadow(effect: Element<'_>, palette: &Palette<'_>) -> Option<Shadow> {
    Some(Shadow { color: palette.within(effect)?, blur: length(effect, "blurRad"), cast: cast(effect) })
}

/// Distance, direction, scale and skew of shadows and reflections.
fn cast(effect: Element<'_>) -> Cast {
    let (distance, angle) = (length(effect, "dist"), degrees(effect, "dir").unwrap_or(0.0).to_radians());
    let scale = |name: &str| effect.attr(name).map_or(1.0, share).clamp(-100.0, 100.0);
    let skew = |name: &str| degrees(effect, name).unwrap_or(0.0);
    Cast {
        dx: distance * angle.cos(),
        dy: distance * angle.sin(),
        scale: (scale("sx"), scale("sy")),
        skew: (skew("kx"), skew("ky")),
        anchor: anchor(effect.attr("algn").unwrap_or("b")),
        turns: effect.flag("rotWithShape").unwrap_or(true),
    }
}

/// An alignment as a point of the rectangle, in fractions of its size.
pub(crate) fn anchor(align: &str) -> (f32, f32) {
    let x = match align {
        "tl" | "l" | "bl" => 0.0,
        "tr" | "r" | "br" => 1.0,
        _ => 0.5,
    };
    let y = match align {
        "tl" | "t" | "tr" => 0.0,
        "bl" | "b" | "br" => 1.0,
        _ => 0.5,
    };
    (x, y)
}

/// Preset shadows (ECMA-376 part 1, 20.1.10.56): offset, or cast behind or in front of the shape.
fn preset_shadow(effect: Element<'_>, palette: &Palette<'_>) -> Option<Shadow> {
    let color = palette.within(effect)?;
    let moved = cast(effect);
    // Vertical scale and horizontal skew of cast shadows.
    let lying = match effect.attr("prst") {
        Some("shdw3") => Some((0.5, 45.0)),
        Some("shdw4") => Some((0.5, -45.0)),
        Some("shdw7") => Some((-0.5, -45.0)),
        Some("shdw8") => Some((-0.5, 45.0)),
        Some("shdw11") => Some((1.0, 45.0)),
        Some("shdw12") => Some((1.0, -45.0)),
        Some("shdw15") => Some((-1.0, -45.0)),
        Some("shdw16") => Some((-1.0, 45.0)),
        Some("shdw19") => Some((0.5, 0.0)),
        Some("shdw20") => Some((-0.5, 0.0)),
        _ => None,
    };
    let cast = match lying {
        Some((height, skew)) => Cast { scale: (1.0, height), skew: (skew, 0.0), ..moved },
        None => moved,
    };
    Some(Shadow { color, blur: 0.0, cast: Cast { turns: false, ..cast } })
}

fn reflection(effect: Element<'_>) -> Reflection {
    let part = |name: &str, or: f32| effect.attr(name).map_or(or, share).clamp(0.0, 1.0);
    let fade = [(part("stPos", 0.0), part("stA", 1.0)), (part("endPos", 1.0), part("endA", 0.0))];
    Reflection {
        blur: length(effect, "blurRad"),
        cast: cast(effect),
        fade,
        fade_angle: degrees(effect, "fadeDir").unwrap_or(90.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawingml::theme::Theme;
    use crate::drawingml::theme::color::ColorMap;
    use crate::testing;
    use crate::xml::Document;
    use thumbling_page::style::Color;

    fn effects(inner: &str) -> Effects {
        let xml = format!(
            "<a:effectLst xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>{inner}</a:effectLst>"
        );
        testing::with_context(|cx| {
            let document = Document::parse(xml.as_bytes(), cx).unwrap();
            let palette = Palette { theme: &Theme::default(), map: &ColorMap::default(), placeholder: None };
            read(document.root(), &palette)
        })
        .0
    }

    #[test]
    fn a_shadow_has_distance_direction_blur_and_colour() {
        let shadow = effects(
            "<a:outerShdw blurRad='50800' dist='25400' dir='5400000' algn='tl' rotWithShape='0'>\
            <a:prstClr val='black'><a:alpha val='40000'/></a:prstClr></a:outerShdw>",
        );
        let shadow = shadow.shadow.unwrap();
        assert_eq!((shadow.blur, shadow.color), (4.0, Color { a: 102, ..Color::BLACK }));
        assert!(shadow.cast.dx.abs() < 1e-3 && (shadow.cast.dy - 2.0).abs() < 1e-3);
        assert_eq!((shadow.cast.anchor, shadow.cast.turns), ((0.0, 0.0), false));
    }

    #[test]
    fn a_shadow_rotates_with_its_shape_and_is_aligned_to_the_bottom_by_default() {
        let shadow = effects("<a:outerShdw><a:prstClr val='black'/></a:outerShdw>").shadow.unwrap();
        assert_eq!(shadow.cast, Cast { turns: true, ..Cast::default() });
    }

    #[test]
    fn a_reflection_is_mirrored_and_fades() {
        let reflection = effects(
            "<a:reflection stA='52000' endA='300' endPos='35000' dir='5400000' sy='-100000' algn='bl' \
            rotWithShape='0'/>",
        );
        let reflection = reflection.reflection.unwrap();
        assert_eq!(reflection.fade, [(0.0, 0.52), (0.35, 0.003)]);
        assert_eq!((reflection.cast.scale, reflection.cast.anchor), ((1.0, -1.0), (0.0, 1.0)));
    }

    #[test]
    fn a_shadow_without_a_colour_is_ignored() {
        assert!(!effects("<a:outerShdw dist='25400'/>").is_any());
    }
}
