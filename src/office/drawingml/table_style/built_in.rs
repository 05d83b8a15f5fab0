//! The styles that PowerPoint has built in: files name them by GUID, and most do not say what they look like.
//!
//! `built_in.txt` has them as [MS-OE376] 2.1.1343 and PowerPoint's own files do. Styles that differ in their colour alone
//! are one paragraph: a name, the GUIDs with the colours that `own` and `header` stand for, and a line for each region.
//! What such a line says of text, fill and edges is separated by `;`:
//!
//! ```text
//! bold
//! text COLOUR
//! fill none | COLOUR | ref NUMBER COLOUR
//! EDGE,EDGE… none | WIDTH in pt COLOUR [double] | ref NUMBER COLOUR
//! COLOUR     NAME [tint | shade | alpha PER CENT]
//! ```

use super::{Border, CellFill, Edge, Region, RegionStyle, SchemeColor, TableStyle};

static STYLES: &str = include_str!("built_in.txt");

/// The built-in style of this GUID, in braces or not, whatever its case. `None` if there is no such style.
pub(crate) fn built_in(id: &str) -> Option<TableStyle> {
    let id = id.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_uppercase();
    if id.len() != 36 {
        return None;
    }
    let family = STYLES.split("\n\n").find(|family| family.contains(&id))?;
    let mut colors = family.lines().find(|line| line.starts_with(&id))?.split(' ').skip(1);
    let own = colors.next()?;
    let palette = Palette { own, header: colors.next().unwrap_or(own) };
    let mut style = TableStyle::default();
    for (name, items) in family.lines().filter_map(|line| line.split_once(": ")) {
        let said = palette.region(items)?;
        match Region::ALL.iter().find(|(_, n)| *n == name || (*n, name) == ("wholeTbl", "whole")) {
            Some((region, _)) => style.regions[*region as usize] = said,
            None => style.background = said.fill,
        }
    }
    Some(style)
}

/// What the placeholders of a family stand for.
struct Palette {
    own: &'static str,
    header: &'static str,
}

impl Palette {
    fn region(&self, items: &'static str) -> Option<RegionStyle> {
        let mut region = RegionStyle::default();
        for item in items.split("; ") {
            let (what, how) = item.split_once(' ').unwrap_or((item, ""));
            match what {
                "bold" => region.bold = Some(true),
                "text" => region.text = Some(self.color(how)?),
                "fill" => region.fill = Some(self.fill(how)?),
                edges => {
                    let border = self.border(how)?;
                    for edge in edges.split(',') {
                        let (edge, _) = Edge::ALL.iter().find(|(_, name)| *name == edge)?;
                        region.borders[*edge as usize] = Some(border.clone());
                    }
                }
            }
        }
        Some(region)
    }

    fn fill(&self, how: &'static str) -> Option<CellFill> {
        Some(match self.reference(how) {
            _ if how == "none" => CellFill::None,
            Some((number, color)) => CellFill::Reference(number, color),
            None => CellFill::Solid(self.color(how)?),
        })
    }

    fn border(&self, how: &'static str) -> Option<Border> {
        if how == "none" {
            return Some(Border::None);
        }
        if let Some((number, color)) = self.reference(how) {
            return Some(Border::Reference(number, color));
        }
        let (width, rest) = how.split_once(' ')?;
        let double = rest.ends_with(" double");
        let color = self.color(rest.trim_end_matches(" double"))?;
        Some(Border::Line { width: width.parse().ok()?, color, double })
    }

    fn reference(&self, how: &'static str) -> Option<(u32, SchemeColor)> {
        let (number, color) = how.strip_prefix("ref ")?.split_once(' ')?;
        Some((number.parse().ok()?, self.color(color)?))
    }

    fn color(&self, how: &'static str) -> Option<SchemeColor> {
        let mut words = how.split(' ');
        let name = match words.next()? {
            "own" => self.own,
            "header" => self.header,
            name => name,
        };
        let modifiers = match (words.next(), words.next()) {
            (Some(modifier), Some(percent)) => vec![(modifier, percent.parse::<f32>().ok()? / 100.0)],
            _ => Vec::new(),
        };
        Some(SchemeColor { name, modifiers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GUIDs of all styles.
    fn ids() -> impl Iterator<Item = &'static str> {
        let is_id = |word: &&str| word.len() == 36 && word.bytes().filter(|b| *b == b'-').count() == 4;
        STYLES.lines().filter_map(|line| line.split(' ').next()).filter(is_id)
    }

    fn plain(name: &'static str) -> SchemeColor {
        SchemeColor { name, modifiers: Vec::new() }
    }

    #[test]
    fn every_style_is_found_once_and_says_something_of_all_cells() {
        let all: std::collections::BTreeSet<_> = ids().collect();
        assert_eq!((all.len(), ids().count()), (74, 74));
        for id in all {
            let style = built_in(id).unwrap_or_else(|| panic!("{id} cannot be read"));
            let whole = &style.regions[Region::Whole as usize];
            assert!(whole.text.is_some() && whole.fill.is_some() && whole.borders.iter().all(Option::is_some), "{id}");
        }
    }

    #[test]
    fn every_line_is_read() {
        // A region that is misspelt would be taken for the background.
        let named = |name: &str| ["whole", "background"].contains(&name) || Region::ALL.iter().any(|(_, n)| *n == name);
        let lines = STYLES.lines().filter_map(|line| line.split_once(": "));
        let mut seen = 0;
        for (name, items) in lines {
            assert!(named(name), "{name}");
            assert!(Palette { own: "accent1", header: "accent2" }.region(items).is_some(), "{name}: {items}");
            seen += 1;
        }
        assert!(seen > 80, "{seen}");
    }

    #[test]
    fn a_style_is_found_by_its_id_however_it_is_written() {
        let style = built_in("{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}").unwrap();
        assert_eq!(built_in("5c22544a-7ee6-4342-b048-85bdc9fd1c3a"), Some(style));
        for id in ["", "{}", "accent1", "5C22544A", "{5C22544A-7EE6-4342-B048-85BDC9FD1C3B}"] {
            assert_eq!(built_in(id), None, "{id}");
        }
    }

    #[test]
    fn the_usual_style_is_that_of_new_tables() {
        let style = built_in("{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}").unwrap();
        let tinted = |percent| SchemeColor { name: "accent1", modifiers: vec![("tint", percent)] };
        let whole = &style.regions[Region::Whole as usize];
        assert_eq!((&whole.fill, &whole.text), (&Some(CellFill::Solid(tinted(0.2))), &Some(plain("dk1"))));
        let line = Border::Line { width: 1.0, color: plain("lt1"), double: false };
        assert!(whole.borders.iter().all(|border| border.as_ref() == Some(&line)));
        assert_eq!(style.regions[Region::Band1H as usize].fill, Some(CellFill::Solid(tinted(0.4))));
        let first = &style.regions[Region::FirstRow as usize];
        assert_eq!((&first.fill, first.bold), (&Some(CellFill::Solid(plain("accent1"))), Some(true)));
        let below = Border::Line { width: 3.0, color: plain("lt1"), double: false };
        assert_eq!(first.borders[Edge::Bottom as usize], Some(below));
    }

    #[test]
    fn a_dark_style_has_a_header_of_the_second_accent() {
        let style = built_in("{91EBBBCC-DAD2-459C-BE2E-F6DE35CF9A28}").unwrap();
        assert_eq!(style.regions[Region::FirstRow as usize].fill, Some(CellFill::Solid(plain("accent4"))));
        let line = Border::Line { width: 4.0, color: plain("dk1"), double: true };
        assert_eq!(style.regions[Region::LastRow as usize].borders[Edge::Top as usize], Some(line));
    }

    #[test]
    fn themed_styles_refer_to_the_theme() {
        let style = built_in("{327F97BB-C833-4FB7-BDE5-3F7075034690}").unwrap();
        assert_eq!(style.background, Some(CellFill::Reference(3, plain("accent5"))));
        let tinted = SchemeColor { name: "accent5", modifiers: vec![("tint", 0.5)] };
        let left = &style.regions[Region::Whole as usize].borders[Edge::Left as usize];
        assert_eq!(*left, Some(Border::Reference(1, tinted)));
    }
}
