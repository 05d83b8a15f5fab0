//! Where the cells of a table get their formatting: the table, its style, and the parts of that style.

use crate::xml::Element;

/// Parts of a table with formatting of their own in a style, the most general first.
const PARTS: [&str; 12] = [
    "band1Vert",
    "band2Vert",
    "band1Horz",
    "band2Horz",
    "firstCol",
    "lastCol",
    "firstRow",
    "lastRow",
    "neCell",
    "nwCell",
    "seCell",
    "swCell",
];

/// Which parts of its style a table uses (`w:tblLook`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    first_row: bool,
    last_row: bool,
    first_column: bool,
    last_column: bool,
    bands: bool,
    column_bands: bool,
}

impl Look {
    pub(super) fn of(element: Option<Element<'_>>) -> Self {
        let bits = element.and_then(|e| u32::from_str_radix(e.attr("w:val")?.trim(), 16).ok());
        let bits = bits.unwrap_or(if element.is_some() { 0 } else { 0x04A0 });
        let flag = |name: &str, bit: u32| element.and_then(|e| e.flag(name)).unwrap_or(bits & bit != 0);
        Self {
            first_row: flag("w:firstRow", 0x20),
            last_row: flag("w:lastRow", 0x40),
            first_column: flag("w:firstColumn", 0x80),
            last_column: flag("w:lastColumn", 0x100),
            bands: !flag("w:noHBand", 0x200),
            column_bands: !flag("w:noVBand", 0x400),
        }
    }
}

/// A cell's place in the grid.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridPlace {
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) column: usize,
    pub(super) span: usize,
    pub(super) columns: usize,
}

/// Where a table gets its formatting.
pub(super) struct Formatting<'e> {
    pub(super) properties: Option<Element<'e>>,
    /// Its style and those that it inherits from, the most general first.
    pub(super) chain: Vec<Element<'e>>,
    pub(super) look: Look,
    pub(super) row_band: usize,
    pub(super) column_band: usize,
}

impl<'e> Formatting<'e> {
    /// A property of the table.
    pub(super) fn property(&self, name: &str) -> Option<Element<'e>> {
        let own = self.properties.and_then(|p| p.child(name));
        own.or_else(|| self.chain.iter().rev().find_map(|style| style.child("w:tblPr")?.child(name)))
    }

    /// A side of a property such as `w:tblBorders`.
    pub(super) fn side(&self, name: &str, sides: &[&str]) -> Option<Element<'e>> {
        let within = |p: Element<'e>| sides.iter().find_map(|side| p.child(name)?.child(side));
        let own = self.properties.and_then(within);
        own.or_else(|| self.chain.iter().rev().find_map(|style| within(style.child("w:tblPr")?)))
    }

    /// The parts of the style that apply to a cell, the most general first.
    pub(super) fn parts(&self, place: GridPlace) -> Vec<&'static str> {
        let GridPlace { row, rows, column, span, columns } = place;
        let look = self.look;
        let is_first_row = look.first_row && row == 0;
        let is_last_row = look.last_row && row + 1 == rows && rows > 1;
        let is_first_column = look.first_column && column == 0;
        let is_last_column = look.last_column && column + span >= columns && columns > 1;
        let band = |at: usize, skip: bool, size: usize| (at.saturating_sub(usize::from(skip)) / size.max(1)) % 2;
        let applies = |name: &str| match name {
            "band1Vert" | "band2Vert" => {
                let is_second = band(column, look.first_column, self.column_band) == 1;
                look.column_bands && !is_first_column && !is_last_column && is_second == (name == "band2Vert")
            }
            "band1Horz" | "band2Horz" => {
                let is_second = band(row, look.first_row, self.row_band) == 1;
                look.bands && !is_first_row && !is_last_row && is_second == (name == "band2Horz")
            }
            "firstCol" => is_first_column,
            "lastCol" => is_last_column,
            "firstRow" => is_first_row,
            "lastRow" => is_last_row,
            "nwCell" => is_first_row && is_first_column,
            "neCell" => is_first_row && is_last_column,
            "swCell" => is_last_row && is_first_column,
            "seCell" => is_last_row && is_last_column,
            _ => false,
        };
        PARTS.into_iter().filter(|name| applies(name)).collect()
    }

    /// Elements of the style (`w:tblStylePr`, or the style itself) for these parts, the most general first.
    pub(super) fn layers(&self, parts: &[&'static str]) -> Vec<(Option<&'static str>, Element<'e>)> {
        let mut layers: Vec<(Option<&'static str>, Element<'e>)> = self.chain.iter().map(|s| (None, *s)).collect();
        for part in parts {
            for style in &self.chain {
                let own = style.children().filter(|c| c.is("w:tblStylePr") && c.attr("w:type") == Some(part));
                layers.extend(own.map(|layer| (Some(*part), layer)));
            }
        }
        layers
    }
}

/// Whether a cell is at an edge of a part of the table: left, top, right, bottom.
pub(super) fn at_edge(part: Option<&str>, place: GridPlace, look: Look) -> [bool; 4] {
    let GridPlace { row, rows, column, span, columns } = place;
    let (left, right) = (column == 0, column + span >= columns);
    let (top, bottom) = (row == 0, row + 1 == rows);
    let body_top = row == usize::from(look.first_row);
    match part {
        Some("firstRow" | "lastRow") => [left, true, right, true],
        Some("firstCol" | "lastCol") => [true, top || body_top, true, bottom],
        Some("band1Horz" | "band2Horz") => [left, true, right, true],
        Some("band1Vert" | "band2Vert") => [true, top || body_top, true, bottom],
        Some(_) => [true; 4],
        None => [left, top, right, bottom],
    }
}
