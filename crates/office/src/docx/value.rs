//! Values of WordprocessingML attributes: switches, lengths, colours, borders.

use crate::drawingml::theme::color;
use crate::drawingml::theme::palette::Palette;
use crate::xml::{Element, number};
use thumbling_page::style::{Cap, Color, Compound, Stroke};

/// Width of the thinnest lines, pt. Screens draw them a pixel wide, and as thin as they are nothing of a table is left in a
/// thumbnail.
const HAIRLINE: f32 = 0.9;

/// Longest length, pt: Word's pages end at 22 inches.
const FAR: f32 = 20_000.0;

/// Whether a switch such as `w:b` is on; its value is optional.
pub(super) fn is_on(element: Element<'_>) -> bool {
    element.flag("w:val").unwrap_or(element.attr("w:val") != Some("none"))
}

/// A length in twentieths of a point, or with a unit in Strict documents; pt.
pub(super) fn length(text: &str) -> Option<f32> {
    unit(text, 1.0 / 20.0)
}

/// A length with a unit, or without in `plain` pt.
pub(super) fn unit(text: &str, plain: f32) -> Option<f32> {
    let text = text.trim();
    let split = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "" => plain,
        "pt" => 1.0,
        "px" => 0.75,
        "in" => 72.0,
        "cm" => 72.0 / 2.54,
        "mm" => 72.0 / 25.4,
        "pc" | "pi" => 12.0,
        "emu" => 1.0 / 12_700.0,
        _ => return None,
    };
    Some((number::<f32>(digits)? * factor).clamp(-FAR, FAR))
}

/// A length attribute, pt.
pub(super) fn attr(element: Element<'_>, name: &str) -> Option<f32> {
    length(element.attr(name)?)
}

/// The colour of `w:color`, `w:shd` or a border: a theme colour, or six digits. `None` is automatic.
pub(super) fn color(element: Element<'_>, palette: &Palette<'_>, plain: &str, prefix: &str) -> Option<Color> {
    let of_theme = theme_color(element, palette, prefix);
    of_theme.or_else(|| element.attr(plain).filter(|v| *v != "auto").and_then(color::hex))
}

fn theme_color(element: Element<'_>, palette: &Palette<'_>, prefix: &str) -> Option<Color> {
    let name = |suffix: &str| match prefix {
        "" => format!("w:theme{suffix}"),
        prefix => format!("w:theme{prefix}{suffix}"),
    };
    let base = match prefix {
        "" => "w:themeColor".to_owned(),
        prefix => format!("w:theme{prefix}"),
    };
    let role = match element.attr(&base)? {
        "none" => return None,
        "dark1" | "text1" => "tx1",
        "light1" | "background1" => "bg1",
        "dark2" | "text2" => "tx2",
        "light2" | "background2" => "bg2",
        "hyperlink" => "hlink",
        "followedHyperlink" => "folHlink",
        role => role,
    };
    let color = palette.scheme(role)?;
    let share = |suffix: &str| {
        let digits = element.attr(&name(suffix))?;
        u8::from_str_radix(digits.trim(), 16).ok().map(|n| f32::from(n) / 255.0)
    };
    Some(match (share("Tint"), share("Shade")) {
        (Some(left), _) => lighter(color, left),
        (_, Some(left)) => darker(color, left),
        _ => color,
    })
}

/// Word's tint: the luminance moves towards white.
fn lighter(color: Color, left: f32) -> Color {
    let (h, s, l) = hsl(color);
    rgb(h, s, l * left + (1.0 - left))
}

fn darker(color: Color, left: f32) -> Color {
    let (h, s, l) = hsl(color);
    rgb(h, s, l * left)
}

fn hsl(color: Color) -> (f32, f32, f32) {
    let [r, g, b] = [color.r, color.g, color.b].map(|n| f32::from(n) / 255.0);
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let (l, d) = ((max + min) / 2.0, max - min);
    if d <= 0.0 {
        return (0.0, 0.0, l);
    }
    let s = d / (1.0 - (2.0 * l - 1.0).abs()).max(1e-6);
    let h = match max {
        m if m == r => ((g - b) / d).rem_euclid(6.0),
        m if m == g => (b - r) / d + 2.0,
        _ => (r - g) / d + 4.0,
    };
    (h, s, l)
}

fn rgb(h: f32, s: f32, l: f32) -> Color {
    let c = (1.0 - (2.0 * l - 1.0).abs()) * s;
    let x = c * (1.0 - (h % 2.0 - 1.0).abs());
    let (r, g, b) = match h as u32 {
        0 => (c, x, 0.0),
        1 => (x, c, 0.0),
        2 => (0.0, c, x),
        3 => (0.0, x, c),
        4 => (x, 0.0, c),
        _ => (c, 0.0, x),
    };
    let byte = |n: f32| ((n + l - c / 2.0) * 255.0).round().clamp(0.0, 255.0) as u8;
    Color::rgb(byte(r), byte(g), byte(b))
}

/// The colour that `w:shd` shows. `Some(None)` is explicitly nothing.
pub(super) fn shading(element: Element<'_>, palette: &Palette<'_>) -> Option<Color> {
    let fill = color(element, palette, "w:fill", "Fill");
    let share = match element.attr("w:val").unwrap_or("clear") {
        "clear" | "nil" => return fill,
        "solid" => 1.0,
        name => match name.strip_prefix("pct").and_then(number::<f32>) {
            Some(percent) => percent / 100.0,
            // Stripes and grids cover about this much.
            None if name.starts_with("thin") => 0.25,
            None => 0.5,
        },
    };
    let ink = color(element, palette, "w:color", "Color").or_else(|| color(element, palette, "w:color", ""));
    Some(fill.unwrap_or(Color::WHITE).mixed(ink.unwrap_or(Color::BLACK), share))
}

/// A border line; `None` if there is none.
pub(super) fn border(element: Element<'_>, palette: &Palette<'_>) -> Option<Stroke> {
    let kind = element.attr("w:val").unwrap_or("nil");
    if matches!(kind, "nil" | "none") {
        return None;
    }
    // Eighths of a point.
    let size = (element.number::<f32>("w:sz").unwrap_or(4.0) / 8.0).clamp(HAIRLINE, 32.0);
    let color = color(element, palette, "w:color", "").unwrap_or(Color::BLACK);
    let mut stroke = Stroke::new(color, size);
    match kind {
        "double" | "doubleWave" => (stroke.compound, stroke.width) = (Compound::Double, size * 3.0),
        "triple" => (stroke.compound, stroke.width) = (Compound::Triple, size * 5.0),
        name if name.starts_with("thinThickThin") => (stroke.compound, stroke.width) = (Compound::Triple, size * 1.6),
        name if name.starts_with("thinThick") || name.starts_with("thickThin") => {
            (stroke.compound, stroke.width) = (Compound::Uneven, size * 1.4);
        }
        "dotted" => (stroke.dash, stroke.cap) = (vec![1.0, 1.0], Cap::Flat),
        "dashed" => stroke.dash = vec![4.0, 3.0],
        "dashSmallGap" => stroke.dash = vec![4.0, 1.5],
        "dotDash" | "dashDotStroked" => stroke.dash = vec![4.0, 2.0, 1.0, 2.0],
        "dotDotDash" => stroke.dash = vec![4.0, 2.0, 1.0, 2.0, 1.0, 2.0],
        _ => {}
    }
    Some(stroke)
}

/// The colour of a highlight.
pub(super) fn highlight(name: &str) -> Option<Color> {
    Some(Color::hex(match name {
        "black" => 0,
        "blue" => 0x00_00FF,
        "cyan" => 0x00_FFFF,
        "darkBlue" => 0x00_0080,
        "darkCyan" => 0x00_8080,
        "darkGray" => 0x80_8080,
        "darkGreen" => 0x00_8000,
        "darkMagenta" => 0x80_0080,
        "darkRed" => 0x80_0000,
        "darkYellow" => 0x80_8000,
        "green" => 0x00_FF00,
        "lightGray" => 0xC0_C0C0,
        "magenta" => 0xFF_00FF,
        "red" => 0xFF_0000,
        "white" => 0xFF_FFFF,
        "yellow" => 0xFF_FF00,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_twips_or_have_a_unit() {
        assert_eq!(length("720"), Some(36.0));
        assert_eq!(length("1in"), Some(72.0));
        assert_eq!(length("12.5pt"), Some(12.5));
        assert_eq!(length("x"), None);
    }

    #[test]
    fn tints_and_shades_change_the_luminance() {
        assert_eq!(lighter(Color::hex(0x44_72C4), 0.4), Color::hex(0xB4_C7E7));
        assert_eq!(darker(Color::hex(0x44_72C4), 0.75), Color::hex(0x2F_5597));
    }
}
