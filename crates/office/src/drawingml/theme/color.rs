//! Colours: RGB, HSL, system and named colours, the transforms on them, and colour maps.

use crate::xml::{Element, number};
use thumbling_page::style::Color;

/// The colour of an element such as `a:srgbClr`; `None` if it is unknown. `scheme` resolves the names of scheme colours.
pub(super) fn resolve(element: Element<'_>, scheme: impl Fn(&str) -> Option<Color>) -> Option<Color> {
    let value = element.attr("val").unwrap_or_default().trim();
    let base = match element.name() {
        "a:srgbClr" => hex(value)?,
        "a:schemeClr" => scheme(value)?,
        "a:sysClr" => match element.attr("lastClr").and_then(hex) {
            Some(color) => color,
            None => system(value),
        },
        "a:prstClr" => preset(value)?,
        "a:scrgbClr" => {
            let part = |name: &str| to_gamma(share(element.attr(name).unwrap_or("0")));
            of_unit([part("r"), part("g"), part("b")], 1.0)
        }
        "a:hslClr" => {
            let hue = element.number::<f32>("hue").unwrap_or(0.0) / 60_000.0;
            let part = |name: &str| share(element.attr(name).unwrap_or("0"));
            of_unit(from_hsl([hue, part("sat"), part("lum")]), 1.0)
        }
        _ => return None,
    };
    Some(changed(base, element))
}

/// A colour map (`p:clrMap`, `w:clrSchemeMapping`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColorMap {
    pairs: Vec<(String, String)>,
}

impl Default for ColorMap {
    fn default() -> Self {
        let pairs = [("bg1", "lt1"), ("tx1", "dk1"), ("bg2", "lt2"), ("tx2", "dk2")];
        Self { pairs: pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into() }
    }
}

impl ColorMap {
    /// Reads the map from attributes such as `bg1="lt1"`.
    pub fn of(element: Element<'_>) -> Self {
        Self::of_pairs(element.attrs().map(|(name, role)| (name.to_owned(), role.to_owned())))
    }

    /// The map with these names and roles.
    pub fn of_pairs(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut map = Self::default();
        for (name, role) in pairs {
            match map.pairs.iter_mut().find(|(n, _)| *n == name) {
                Some(pair) => pair.1 = role,
                None => map.pairs.push((name, role)),
            }
        }
        map
    }

    /// The theme's name for a mapped colour.
    pub(super) fn role<'n>(&'n self, name: &'n str) -> &'n str {
        self.pairs.iter().find(|(n, _)| n == name).map_or(name, |(_, role)| role)
    }
}

/// A colour of six hexadecimal digits.
pub fn hex(value: &str) -> Option<Color> {
    let digits = value.trim_start_matches('#');
    let is_hex = digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(&digits[digits.len() - 6..], 16).ok()).flatten().map(Color::hex)
}

/// A fraction, in thousandths of a percent or with a `%` sign.
pub fn share(value: &str) -> f32 {
    let value = value.trim();
    match value.strip_suffix('%') {
        Some(percent) => number::<f32>(percent).unwrap_or(0.0) / 100.0,
        None => number::<f32>(value).unwrap_or(0.0) / 100_000.0,
    }
}

/// Applies the transforms in `element` to `base`, in order.
fn changed(base: Color, element: Element<'_>) -> Color {
    let mut rgb = [base.r, base.g, base.b].map(|part| f32::from(part) / 255.0);
    let mut alpha = f32::from(base.a) / 255.0;
    for change in element.children() {
        let value = change.attr("val").map_or(1.0, share);
        let hsl = |rgb: [f32; 3], part: usize, f: &dyn Fn(f32) -> f32| {
            let mut hsl = to_hsl(rgb);
            hsl[part] = f(hsl[part]);
            hsl[1] = hsl[1].clamp(0.0, 1.0);
            hsl[2] = hsl[2].clamp(0.0, 1.0);
            from_hsl(hsl)
        };
        let linear = |rgb: [f32; 3], f: &dyn Fn(f32) -> f32| rgb.map(|c| to_gamma(f(to_linear(c)).clamp(0.0, 1.0)));
        let one = |mut rgb: [f32; 3], part: usize, f: &dyn Fn(f32) -> f32| {
            rgb[part] = to_gamma(f(to_linear(rgb[part])).clamp(0.0, 1.0));
            rgb
        };
        // Hues are in 60,000ths of a degree.
        let degrees = || change.number::<f32>("val").unwrap_or(0.0) / 60_000.0;
        rgb = match change.name() {
            "a:alpha" => {
                alpha = value;
                rgb
            }
            "a:alphaMod" => {
                alpha *= value;
                rgb
            }
            "a:alphaOff" => {
                alpha += value;
                rgb
            }
            "a:tint" => linear(rgb, &|c| 1.0 - (1.0 - c) * value),
            "a:shade" => linear(rgb, &|c| c * value),
            "a:lumMod" => hsl(rgb, 2, &|l| l * value),
            "a:lumOff" => hsl(rgb, 2, &|l| l + value),
            "a:lum" => hsl(rgb, 2, &|_| value),
            "a:satMod" => hsl(rgb, 1, &|s| s * value),
            "a:satOff" => hsl(rgb, 1, &|s| s + value),
            "a:sat" => hsl(rgb, 1, &|_| value),
            "a:hueMod" => hsl(rgb, 0, &|h| h * value),
            "a:hueOff" => hsl(rgb, 0, &|h| h + degrees()),
            "a:hue" => hsl(rgb, 0, &|_| degrees()),
            "a:comp" => hsl(rgb, 0, &|h| h + 180.0),
            "a:inv" => linear(rgb, &|c| 1.0 - c),
            "a:gray" => {
                let gray = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
                [gray; 3]
            }
            "a:gamma" => rgb.map(to_gamma),
            "a:invGamma" => rgb.map(to_linear),
            "a:red" => one(rgb, 0, &|_| value),
            "a:redMod" => one(rgb, 0, &|c| c * value),
            "a:redOff" => one(rgb, 0, &|c| c + value),
            "a:green" => one(rgb, 1, &|_| value),
            "a:greenMod" => one(rgb, 1, &|c| c * value),
            "a:greenOff" => one(rgb, 1, &|c| c + value),
            "a:blue" => one(rgb, 2, &|_| value),
            "a:blueMod" => one(rgb, 2, &|c| c * value),
            "a:blueOff" => one(rgb, 2, &|c| c + value),
            _ => rgb,
        };
    }
    of_unit(rgb, alpha)
}

fn of_unit(rgb: [f32; 3], alpha: f32) -> Color {
    let part = |c: f32| (c.clamp(0.0, 1.0) * 255.0).round() as u8;
    Color { r: part(rgb[0]), g: part(rgb[1]), b: part(rgb[2]), a: part(alpha) }
}

/// `a:tint`: keeps this fraction of the linear colour and fills up with white.
pub fn tinted(color: Color, left: f32) -> Color {
    in_light(color, |c| 1.0 - (1.0 - c) * left)
}

/// `a:shade`: keeps this fraction of the linear colour and fills up with black.
pub fn shaded(color: Color, left: f32) -> Color {
    in_light(color, |c| c * left)
}

fn in_light(color: Color, f: impl Fn(f32) -> f32) -> Color {
    let part = |c: u8| (to_gamma(f(to_linear(f32::from(c) / 255.0)).clamp(0.0, 1.0)) * 255.0).round() as u8;
    Color { r: part(color.r), g: part(color.g), b: part(color.b), a: color.a }
}

/// Office uses the sRGB transfer function here.
fn to_linear(c: f32) -> f32 {
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn to_gamma(c: f32) -> f32 {
    if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

/// Hue in degrees, saturation and luminance as fractions.
fn to_hsl([r, g, b]: [f32; 3]) -> [f32; 3] {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    let (lum, range) = ((max + min) / 2.0, max - min);
    if range <= f32::EPSILON {
        return [0.0, 0.0, lum];
    }
    let sat = range / if lum > 0.5 { 2.0 - max - min } else { max + min };
    let sixth = if max == r {
        (g - b) / range
    } else if max == g {
        (b - r) / range + 2.0
    } else {
        (r - g) / range + 4.0
    };
    [sixth * 60.0, sat, lum]
}

fn from_hsl([hue, sat, lum]: [f32; 3]) -> [f32; 3] {
    let chroma = (1.0 - (2.0 * lum - 1.0).abs()) * sat;
    let sixth = (if hue.is_finite() { hue } else { 0.0 }).rem_euclid(360.0) / 60.0;
    let second = chroma * (1.0 - (sixth % 2.0 - 1.0).abs());
    let rgb = match sixth as u32 {
        0 => [chroma, second, 0.0],
        1 => [second, chroma, 0.0],
        2 => [0.0, chroma, second],
        3 => [0.0, second, chroma],
        4 => [second, 0.0, chroma],
        _ => [chroma, 0.0, second],
    };
    rgb.map(|c| c + lum - chroma / 2.0)
}

/// Windows desktop colours, for files that do not store the last value (ECMA-376 part 1, 20.1.10.58).
fn system(name: &str) -> Color {
    Color::hex(match name {
        "window" | "btnHighlight" | "highlightText" => 0xFF_FFFF,
        "infoBk" => 0xFF_FFE1,
        "btnFace" | "menu" | "menuBar" => 0xF0_F0F0,
        "3dLight" => 0xE3_E3E3,
        "scrollBar" => 0xC8_C8C8,
        "activeBorder" => 0xB4_B4B4,
        "inactiveBorder" => 0xF4_F7FC,
        "appWorkspace" => 0xAB_ABAB,
        "activeCaption" => 0x99_B4D1,
        "inactiveCaption" => 0xBF_CDDB,
        "gradientActiveCaption" => 0xB9_D1EA,
        "gradientInactiveCaption" => 0xD7_E4F2,
        "btnShadow" => 0xA0_A0A0,
        "3dDkShadow" => 0x69_6969,
        "grayText" => 0x6D_6D6D,
        "windowFrame" => 0x64_6464,
        "highlight" | "menuHighlight" => 0x00_78D7,
        "hotLight" => 0x00_66CC,
        _ => 0,
    })
}

/// A preset colour: a CSS name, where `dk`, `lt` and `med` stand for dark, light and medium.
pub fn preset(name: &str) -> Option<Color> {
    let name = name.to_ascii_lowercase();
    let long = [("dk", "dark"), ("lt", "light"), ("med", "medium")].iter().find_map(|(short, long)| {
        let rest = name.strip_prefix(short)?;
        (!rest.is_empty() && !name.starts_with(long)).then(|| format!("{long}{rest}"))
    });
    let name = long.unwrap_or(name).replace("grey", "gray");
    NAMED.binary_search_by(|(n, _)| (*n).cmp(&name)).ok().map(|n| Color::hex(NAMED[n].1))
}

/// Sorted by name. Source: CSS Color Module Level 3.
#[rustfmt::skip]
static NAMED: &[(&str, u32)] = &[
    ("aliceblue", 0xF0F8FF), ("antiquewhite", 0xFAEBD7), ("aqua", 0x00FFFF), ("aquamarine", 0x7FFFD4),
    ("azure", 0xF0FFFF), ("beige", 0xF5F5DC), ("bisque", 0xFFE4C4), ("black", 0x000000), ("blanchedalmond", 0xFFEBCD),
    ("blue", 0x0000FF), ("blueviolet", 0x8A2BE2), ("brown", 0xA52A2A), ("burlywood", 0xDEB887),
    ("cadetblue", 0x5F9EA0), ("chartreuse", 0x7FFF00), ("chocolate", 0xD2691E), ("coral", 0xFF7F50),
    ("cornflowerblue", 0x6495ED), ("cornsilk", 0xFFF8DC), ("crimson", 0xDC143C), ("cyan", 0x00FFFF),
    ("darkblue", 0x00008B), ("darkcyan", 0x008B8B), ("darkgoldenrod", 0xB8860B), ("darkgray", 0xA9A9A9),
    ("darkgreen", 0x006400), ("darkkhaki", 0xBDB76B), ("darkmagenta", 0x8B008B), ("darkolivegreen", 0x556B2F),
    ("darkorange", 0xFF8C00), ("darkorchid", 0x9932CC), ("darkred", 0x8B0000), ("darksalmon", 0xE9967A),
    ("darkseagreen", 0x8FBC8F), ("darkslateblue", 0x483D8B), ("darkslategray", 0x2F4F4F), ("darkturquoise", 0x00CED1),
    ("darkviolet", 0x9400D3), ("deeppink", 0xFF1493), ("deepskyblue", 0x00BFFF), ("dimgray", 0x696969),
    ("dodgerblue", 0x1E90FF), ("firebrick", 0xB22222), ("floralwhite", 0xFFFAF0), ("forestgreen", 0x228B22),
    ("fuchsia", 0xFF00FF), ("gainsboro", 0xDCDCDC), ("ghostwhite", 0xF8F8FF), ("gold", 0xFFD700),
    ("goldenrod", 0xDAA520), ("gray", 0x808080), ("green", 0x008000), ("greenyellow", 0xADFF2F),
    ("honeydew", 0xF0FFF0), ("hotpink", 0xFF69B4), ("indianred", 0xCD5C5C), ("indigo", 0x4B0082), ("ivory", 0xFFFFF0),
    ("khaki", 0xF0E68C), ("lavender", 0xE6E6FA), ("lavenderblush", 0xFFF0F5), ("lawngreen", 0x7CFC00),
    ("lemonchiffon", 0xFFFACD), ("lightblue", 0xADD8E6), ("lightcoral", 0xF08080), ("lightcyan", 0xE0FFFF),
    ("lightgoldenrodyellow", 0xFAFAD2), ("lightgray", 0xD3D3D3), ("lightgreen", 0x90EE90), ("lightpink", 0xFFB6C1),
    ("lightsalmon", 0xFFA07A), ("lightseagreen", 0x20B2AA), ("lightskyblue", 0x87CEFA), ("lightslategray", 0x778899),
    ("lightsteelblue", 0xB0C4DE), ("lightyellow", 0xFFFFE0), ("lime", 0x00FF00), ("limegreen", 0x32CD32),
    ("linen", 0xFAF0E6), ("magenta", 0xFF00FF), ("maroon", 0x800000), ("mediumaquamarine", 0x66CDAA),
    ("mediumblue", 0x0000CD), ("mediumorchid", 0xBA55D3), ("mediumpurple", 0x9370DB), ("mediumseagreen", 0x3CB371),
    ("mediumslateblue", 0x7B68EE), ("mediumspringgreen", 0x00FA9A), ("mediumturquoise", 0x48D1CC),
    ("mediumvioletred", 0xC71585), ("midnightblue", 0x191970), ("mintcream", 0xF5FFFA), ("mistyrose", 0xFFE4E1),
    ("moccasin", 0xFFE4B5), ("navajowhite", 0xFFDEAD), ("navy", 0x000080), ("oldlace", 0xFDF5E6), ("olive", 0x808000),
    ("olivedrab", 0x6B8E23), ("orange", 0xFFA500), ("orangered", 0xFF4500), ("orchid", 0xDA70D6),
    ("palegoldenrod", 0xEEE8AA), ("palegreen", 0x98FB98), ("paleturquoise", 0xAFEEEE), ("palevioletred", 0xDB7093),
    ("papayawhip", 0xFFEFD5), ("peachpuff", 0xFFDAB9), ("peru", 0xCD853F), ("pink", 0xFFC0CB), ("plum", 0xDDA0DD),
    ("powderblue", 0xB0E0E6), ("purple", 0x800080), ("red", 0xFF0000), ("rosybrown", 0xBC8F8F),
    ("royalblue", 0x4169E1), ("saddlebrown", 0x8B4513), ("salmon", 0xFA8072), ("sandybrown", 0xF4A460),
    ("seagreen", 0x2E8B57), ("seashell", 0xFFF5EE), ("sienna", 0xA0522D), ("silver", 0xC0C0C0), ("skyblue", 0x87CEEB),
    ("slateblue", 0x6A5ACD), ("slategray", 0x708090), ("snow", 0xFFFAFA), ("springgreen", 0x00FF7F),
    ("steelblue", 0x4682B4), ("tan", 0xD2B48C), ("teal", 0x008080), ("thistle", 0xD8BFD8), ("tomato", 0xFF6347),
    ("turquoise", 0x40E0D0), ("violet", 0xEE82EE), ("wheat", 0xF5DEB3), ("white", 0xFFFFFF), ("whitesmoke", 0xF5F5F5),
    ("yellow", 0xFFFF00), ("yellowgreen", 0x9ACD32),
];

#[cfg(test)]
mod tests {
    use super::super::Theme;
    use super::super::palette::Palette;
    use super::*;
    use crate::testing;
    use crate::xml::Document;

    fn color(xml: &str) -> Option<Color> {
        let xml = xml.replacen(' ', " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' ", 1);
        testing::with_context(|cx| {
            let document = Document::parse(xml.as_bytes(), cx).unwrap();
            let palette = Palette {
                theme: &Theme::default(),
                map: &ColorMap::default(),
                placeholder: Some(Color::hex(0x336699)),
            };
            palette.color(document.root())
        })
        .0
    }

    #[test]
    fn colours_are_resolved_by_value_name_and_scheme() {
        assert_eq!(color("<a:srgbClr val='FF8000'/>"), Some(Color::hex(0xFF8000)));
        assert_eq!(color("<a:prstClr val='dkSlateGray'/>"), Some(Color::hex(0x2F4F4F)));
        assert_eq!(color("<a:prstClr val='darkSlateGrey'/>"), Some(Color::hex(0x2F4F4F)));
        assert_eq!(color("<a:sysClr val='windowText' lastClr='101010'/>"), Some(Color::hex(0x101010)));
        assert_eq!(color("<a:schemeClr val='phClr'/>"), Some(Color::hex(0x336699)));
        assert_eq!(color("<a:schemeClr val='bg1'/>"), Some(Color::WHITE));
        assert_eq!(color("<a:srgbClr val='blue'/>"), None);
    }

    #[test]
    fn luminance_and_saturation_transforms_match_office() {
        // "Lighter 40 %" and "Darker 25 %" of the 2013 accent in PowerPoint.
        let lighter =
            color("<a:srgbClr val='5B9BD5'><a:lumMod val='60000'/><a:lumOff val='40000'/></a:srgbClr>").unwrap();
        assert_eq!(lighter, Color::hex(0x9DC3E6));
        let darker = color("<a:srgbClr val='5B9BD5'><a:lumMod val='75000'/></a:srgbClr>").unwrap();
        assert_eq!(darker, Color::hex(0x2E75B6));
        assert_eq!(color("<a:srgbClr val='5B9BD5'><a:satMod val='0'/></a:srgbClr>"), Some(Color::hex(0x989898)));
    }

    #[test]
    fn tint_and_shade_mix_linear_light() {
        assert_eq!(color("<a:srgbClr val='808080'><a:tint val='50%'/></a:srgbClr>").map(|c| c.r), Some(0xCD));
        assert_eq!(color("<a:srgbClr val='808080'><a:shade val='50000'/></a:srgbClr>").map(|c| c.r), Some(0x5C));
        assert_eq!(color("<a:srgbClr val='000000'><a:alpha val='40000'/></a:srgbClr>").map(|c| c.a), Some(102));
    }

    #[test]
    fn transforms_match_the_examples_of_the_standard() {
        for (base, change, expected) in [
            (0x00FF00, "<a:tint val='50000'/>", 0xBCFFBC),
            (0x00FF00, "<a:shade val='50000'/>", 0x00BC00),
            (0xFF0000, "<a:comp/>", 0x00FFFF),
            (0xFF0000, "<a:inv/>", 0x00FFFF),
            (0x00FF00, "<a:hue val='14400000'/>", 0x0000FF),
            (0x00FF00, "<a:hueMod val='50000'/>", 0xFFFF00),
            (0x00FF00, "<a:hueOff val='600000'/>", 0x00FF2B),
            (0x00FF00, "<a:satMod val='50000'/>", 0x40BF40),
            (0x00FF00, "<a:satOff val='-20000'/>", 0x19E619),
            (0x00FF00, "<a:lumMod val='50000'/>", 0x008000),
            (0x00FF00, "<a:lumOff val='-20000'/>", 0x009900),
            (0x00FF00, "<a:red val='100000'/>", 0xFFFF00),
            (0xFF8040, "<a:green val='50000'/>", 0xFFBC40),
            (0xFF8040, "<a:blueOff val='-20000'/>", 0xFF8000),
            (0xFF8040, "<a:redMod val='50000'/>", 0xBC8040),
        ] {
            let got = color(&format!("<a:srgbClr val='{base:06X}'>{change}</a:srgbClr>")).unwrap();
            // The examples are not rounded consistently.
            let want = Color::hex(expected);
            let near = |a: u8, b: u8| a.abs_diff(b) <= 1;
            assert!(near(got.r, want.r) && near(got.g, want.g) && near(got.b, want.b), "{base:06X} {change}: {got:?}");
        }
        assert_eq!(color("<a:hslClr hue='14400000' sat='100000' lum='50000'/>"), Some(Color::hex(0x0000FF)));
        assert_eq!(color("<a:scrgbClr r='50000' g='50000' b='50000'/>"), Some(Color::hex(0xBCBCBC)));
    }

    #[test]
    fn names_are_sorted() {
        assert!(NAMED.is_sorted());
    }
}
