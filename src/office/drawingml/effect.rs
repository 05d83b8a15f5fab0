//! Effects: shadows. Others that change what is seen are noted as missed.

use crate::office::xml::Element;
use crate::page::style::Shadow;

use super::color::Palette;
use super::scene::{EMU, Scene};

impl Scene<'_> {
    /// The shadow of a shape by its own effects (`a:effectLst` in `properties`) or those of the theme that `reference`
    /// (`a:effectRef`) means.
    pub(crate) fn shadow(&self, properties: Option<Element<'_>>, reference: Option<Element<'_>>) -> Option<Shadow> {
        if let Some(own) = properties.and_then(|p| p.child("a:effectLst")) {
            return shadow(own, &self.palette);
        }
        let reference = reference?;
        let style = self.palette.theme.effect(reference.number("idx")?)?;
        shadow(style.child("a:effectLst")?, &self.palette.with_placeholder(self.palette.within(reference)))
    }
}

fn shadow(effects: Element<'_>, palette: &Palette<'_>) -> Option<Shadow> {
    let shadow = effects.children().find(|e| matches!(e.name(), "a:outerShdw" | "a:prstShdw"))?;
    let number = |name: &str| shadow.number::<f32>(name).unwrap_or(0.0);
    let (distance, angle) = (number("dist") / EMU, (number("dir") / 60_000.0).to_radians());
    Some(Shadow {
        color: palette.within(shadow)?,
        blur: number("blurRad").max(0.0) / EMU,
        dx: distance * angle.cos(),
        dy: distance * angle.sin(),
    })
}
