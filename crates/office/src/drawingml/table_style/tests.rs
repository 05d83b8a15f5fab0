//! Tests of table styles.

use crate::package::Package;
use crate::testing;
use thumbling_core::source::Source;

use super::*;

const MEDIUM_2: &str = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}";

/// An element and its content as XML without prefixes.
fn written(element: Option<Element<'_>>) -> String {
    let Some(element) = element else { return String::new() };
    let name = element.name().trim_start_matches("a:");
    // Compound lines are not drawn.
    let attributes = element.attrs().filter(|a| *a != ("cmpd", "sng"));
    let attributes: String = attributes.map(|(name, value)| format!(" {name}={value}")).collect();
    let children: String = element.children().map(|child| written(Some(child))).collect();
    format!("<{name}{attributes}>{children}")
}

impl CellStyle<'_> {
    fn written(&self) -> String {
        let elements = [self.fill, self.text, self.left, self.right, self.top, self.bottom].map(written);
        format!("{:?} {:?} {}", self.bold, self.italic, elements.join(" | "))
    }
}

/// `f` of all cells of a table of 4 rows and 3 columns in a built-in style, row by row.
fn cells<T>(id: &str, on: Switches, f: impl Fn(&CellStyle<'_>) -> T) -> Vec<Vec<T>> {
    let (out, _) = testing::with_context(|cx| {
        let document = built_in(id, cx).unwrap();
        let cell = |row, col| f(&TableStyle::of(document.root()).cell(on, place(row, col)));
        (0..4).map(|row| (0..3).map(|col| cell(row, col)).collect()).collect()
    });
    out
}

fn place(row: usize, col: usize) -> Place {
    Place { row, col, row_span: 1, col_span: 1, rows: 4, cols: 3 }
}

fn is_line(edge: Option<Element<'_>>) -> bool {
    written(edge).contains("solidFill")
}

fn fill_of(cell: &CellStyle<'_>) -> String {
    written(cell.fill).replace("<solidFill><schemeClr val=", "")
}

#[test]
fn every_style_is_found_once_and_formats_all_cells() {
    let all: std::collections::BTreeSet<_> = built_in::ids().collect();
    assert_eq!((all.len(), built_in::ids().count()), (74, 74));
    for id in all {
        let whole = cells(id, Switches::default(), |cell| {
            [cell.fill, cell.text, cell.left, cell.right, cell.top, cell.bottom].iter().all(Option::is_some)
        });
        assert!(whole.iter().flatten().all(|said| *said), "{id}");
    }
}

#[test]
fn a_style_is_found_by_its_id_in_any_notation() {
    testing::with_context(|cx| {
        for id in [MEDIUM_2, "5c22544a-7ee6-4342-b048-85bdc9fd1c3a", " {5C22544A-7EE6-4342-B048-85bdc9fd1c3a} "] {
            assert!(built_in(id, cx).is_some(), "{id}");
        }
        for id in ["", "{}", "accent1", "5C22544A", "{5C22544A-7EE6-4342-B048-85BDC9FD1C3B}"] {
            assert!(built_in(id, cx).is_none(), "{id}");
        }
    });
}

#[test]
fn row_bands_start_below_the_header() {
    let on = Switches { first_row: true, band_rows: true, ..Switches::default() };
    let fills: Vec<_> = cells(MEDIUM_2, on, fill_of).into_iter().map(|row| row[1].clone()).collect();
    let tint = |share| format!("accent1><tint val={share}>");
    assert_eq!(fills, ["accent1>".to_owned(), tint(40_000), tint(20_000), tint(40_000)]);
    let text = cells(MEDIUM_2, on, |cell| (cell.bold, written(cell.text)));
    assert_eq!(text[0][1], (Some(true), "<schemeClr val=lt1>".to_owned()));
    assert_eq!(text[1][1], (None, "<schemeClr val=dk1>".to_owned()));
    // Without a header, bands start with the first row.
    let on = Switches { band_rows: true, ..Switches::default() };
    assert_eq!(cells(MEDIUM_2, on, fill_of)[0][1], tint(40_000));
}

#[test]
fn column_bands_start_after_the_first_column() {
    let on = Switches { first_col: true, band_cols: true, ..Switches::default() };
    let row = cells(MEDIUM_2, on, fill_of).swap_remove(2);
    assert_eq!(row, ["accent1>", "accent1><tint val=40000>", "accent1><tint val=20000>"]);
}

#[test]
fn without_switches_all_cells_are_filled_alike() {
    let fills = cells(MEDIUM_2, Switches::default(), fill_of);
    assert!(fills.iter().flatten().all(|fill| fill == "accent1><tint val=20000>"), "{fills:?}");
}

#[test]
fn corners_override_rows_and_rows_override_columns() {
    let on = Switches { first_row: true, first_col: true, last_row: true, ..Switches::default() };
    let all = cells("{8EC20E35-A176-4012-BC5E-935CFFF8708E}", on, |cell| (fill_of(cell), written(cell.text)));
    let white = "<schemeClr val=lt1>".to_owned();
    assert_eq!((&all[0][0], &all[1][0]), (&("dk1>".to_owned(), white.clone()), &("dk1>".to_owned(), white)));
    assert_eq!(all[3][0], ("lt1>".to_owned(), "<schemeClr val=dk1>".to_owned()));
}

#[test]
fn a_single_row_is_a_header() {
    let on = Switches { first_row: true, last_row: true, ..Switches::default() };
    let only = Place { rows: 1, ..place(0, 1) };
    testing::with_context(|cx| {
        let document = built_in("{8EC20E35-A176-4012-BC5E-935CFFF8708E}", cx).unwrap();
        assert_eq!(fill_of(&TableStyle::of(document.root()).cell(on, only)), "dk1>");
    });
}

#[test]
fn outer_edges_have_region_borders_and_inner_edges_grid_lines() {
    // Lines around and between rows, none between columns.
    let id = "{793D81CF-94F2-401A-BA57-92F5A7B2D0C5}";
    let edges = cells(id, Switches::default(), |c| [c.left, c.right, c.top, c.bottom].map(is_line));
    assert_eq!(edges[0][0], [true, false, true, true]);
    assert_eq!(edges[1][1], [false, false, true, true]);
    assert_eq!(edges[3][2], [false, true, true, true]);
    testing::with_context(|cx| {
        let document = built_in(id, cx).unwrap();
        let wide = TableStyle::of(document.root()).cell(Switches::default(), Place { col_span: 3, ..place(1, 0) });
        assert_eq!([wide.left, wide.right].map(is_line), [true, true]);
    });
}

#[test]
fn a_dark_style_has_a_header_of_the_second_accent() {
    let on = Switches { first_row: true, ..Switches::default() };
    let fills = cells("{91EBBBCC-DAD2-459C-BE2E-F6DE35CF9A28}", on, fill_of);
    assert_eq!((fills[0][0].as_str(), fills[1][0].as_str()), ("accent4>", "accent3><tint val=20000>"));
}

#[test]
fn themed_styles_refer_to_the_theme() {
    testing::with_context(|cx| {
        let document = built_in("{327F97BB-C833-4FB7-BDE5-3F7075034690}", cx).unwrap();
        let style = TableStyle::of(document.root());
        assert_eq!(written(style.background()), "<fillRef idx=3><schemeClr val=accent5>");
        let cell = style.cell(Switches::default(), place(0, 0));
        assert_eq!(written(cell.left), "<lnRef idx=1><schemeClr val=accent5><tint val=50000>");
    });
}

/// All packages below a folder.
fn packages(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => packages(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|e| e == "pptx" || e == "potx"))
        .collect()
}

#[test]
fn built_in_styles_match_definitions_in_files() {
    let Some(shared) = testing::shared() else { return };
    let mut seen = std::collections::BTreeSet::new();
    for path in packages(&shared) {
        testing::with_context(|cx| {
            let source = Source::from_path(&path).unwrap();
            let Ok(package) = Package::open(&source, cx) else { return };
            let Ok(styles) = package.xml("ppt/tableStyles.xml", cx) else { return };
            for theirs in styles.root().children_of("a:tblStyle") {
                let id = theirs.attr("styleId").unwrap_or_default();
                let Some(ours) = built_in(id, cx) else { continue };
                let (theirs, ours) = (TableStyle::of(theirs), TableStyle::of(ours.root()));
                assert_eq!(written(theirs.background()), written(ours.background()), "{id} of {path:?}");
                for bits in 0..64 {
                    let on = |bit: u32| bits >> bit & 1 == 1;
                    let on = Switches {
                        first_row: on(0),
                        last_row: on(1),
                        first_col: on(2),
                        last_col: on(3),
                        band_rows: on(4),
                        band_cols: on(5),
                    };
                    for place in (0..12).map(|n| place(n / 3, n % 3)) {
                        let (theirs, ours) = (theirs.cell(on, place), ours.cell(on, place));
                        assert_eq!(theirs.written(), ours.written(), "{id} of {path:?}: {on:?} {place:?}");
                    }
                }
                seen.insert(id.to_owned());
            }
        });
    }
    assert!(seen.len() > 10, "{seen:?}");
}
