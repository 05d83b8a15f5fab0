//! Whole charts, and hostile ones.

use super::*;
use crate::drawingml::scene::PageState;
use crate::drawingml::theme::Theme;
use crate::drawingml::theme::color::ColorMap;
use crate::drawingml::theme::palette::Palette;
use crate::package::{Package, Relationships};
use crate::testing;
use crate::xml::Document;
use thumbling_core::geometry::Size;
use thumbling_core::limits::Limits;
use thumbling_core::source::Source;
use thumbling_page::style::{Color, Fill};
use thumbling_page::tree::{Block, Body, Inline, Page, Shape};

mod constructs;

const C: &str = "xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart' \
                 xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'";

/// A package without parts of interest.
const FLAT: &[u8] = b"<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>\
    <pkg:part pkg:name='/a'><pkg:binaryData>aGVsbG8=</pkg:binaryData></pkg:part></pkg:package>";

/// The nodes of a 400 x 300 pt chart with this content in `c:chart`, and what was missed.
fn drawn(chart: &str) -> (Vec<Node>, Vec<String>) {
    let xml = format!("<c:chartSpace {C}><c:chart>{chart}</c:chart></c:chartSpace>");
    within(FLAT, |scene| {
        let document = Document::parse(xml.as_bytes(), scene.cx).unwrap();
        nodes(scene, document.root(), Rect::new(0.0, 0.0, 400.0, 300.0))
    })
}

/// The nodes drawn within a package, and what was missed.
fn within(package: &[u8], draw: impl FnOnce(&Scene<'_>) -> Vec<Node>) -> (Vec<Node>, Vec<String>) {
    testing::with_limits(&Limits::default(), |cx| {
        let package = Package::open(&Source::from_bytes(package.to_vec()), cx).unwrap();
        let (theme, map, page) = (Theme::default(), ColorMap::default(), PageState::default());
        let relationships = Relationships::default();
        let palette = Palette { theme: &theme, map: &map, placeholder: None };
        let scene = Scene { cx, package: &package, relationships: &relationships, palette, scale: 1.0, page: &page };
        let nodes = draw(&scene);
        page.report(cx);
        nodes
    })
}

fn each_shape(nodes: &[Node], f: &mut impl FnMut(&Shape)) {
    for node in nodes {
        match node {
            Node::Shape(shape) => f(shape),
            Node::Group(group) => each_shape(&group.children, f),
            _ => {}
        }
    }
}

/// Bounds of all shapes with this fill.
fn filled(nodes: &[Node], color: u32) -> Vec<Rect> {
    let mut all = Vec::new();
    each_shape(nodes, &mut |shape| {
        if matches!(shape.fill, Fill::Solid(c) if c == Color::hex(color)) {
            all.push(shape.bounds);
        }
    });
    all
}

/// All texts, in order.
fn words(nodes: &[Node]) -> Vec<String> {
    fn of(body: &Body) -> String {
        let inlines = body.blocks.iter().flat_map(|b| match b {
            Block::Paragraph(p) => p.content.as_slice(),
            Block::Table(_) => &[],
        });
        inlines.map(|i| if let Inline::Text(text, _) = i { text.as_str() } else { "" }).collect()
    }
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Text(body, _) => all.push(of(body)),
            Node::Shape(shape) => all.extend(shape.text.as_ref().map(of)),
            Node::Group(group) => all.extend(words(&group.children)),
            Node::Table(..) => {}
        }
    }
    all
}

fn numbers(values: &[&str]) -> String {
    let points: String =
        values.iter().enumerate().map(|(n, v)| format!("<c:pt idx='{n}'><c:v>{v}</c:v></c:pt>")).collect();
    format!("<c:numRef><c:numCache><c:ptCount val='{}'/>{points}</c:numCache></c:numRef>", values.len())
}

fn series(index: usize, values: &[&str]) -> String {
    format!(
        "<c:ser><c:idx val='{index}'/><c:order val='{index}'/><c:tx><c:v>S{index}</c:v></c:tx>\
         <c:spPr><a:solidFill><a:srgbClr val='{:06X}'/></a:solidFill></c:spPr><c:val>{}</c:val></c:ser>",
        0x11_0000 * (index + 1),
        numbers(values)
    )
}

const AXES: &str = "<c:catAx><c:axId val='1'/><c:delete val='0'/><c:axPos val='b'/><c:crossAx val='2'/></c:catAx>\
                    <c:valAx><c:axId val='2'/><c:delete val='0'/><c:axPos val='l'/><c:crossAx val='1'/></c:valAx>";

fn bars(head: &str, series: &str) -> String {
    format!(
        "<c:autoTitleDeleted val='1'/><c:plotArea><c:barChart>{head}{series}<c:axId val='1'/><c:axId val='2'/></c:barChart>{AXES}</c:plotArea>"
    )
}

#[test]
fn column_heights_follow_values() {
    let (nodes, _) = drawn(&bars("<c:barDir val='col'/>", &series(0, &["1", "2", "4"])));
    let bars = filled(&nodes, 0x11_0000);
    assert_eq!(bars.len(), 3);
    assert!((bars[2].height / bars[0].height - 4.0).abs() < 0.01);
    assert!((bars[0].y + bars[0].height - bars[2].y - bars[2].height).abs() < 0.01);
    assert!(bars[0].x < bars[1].x);
}

#[test]
fn bars_go_right_and_the_first_is_at_the_bottom() {
    let (nodes, _) = drawn(&bars("<c:barDir val='bar'/>", &series(0, &["1", "2"])));
    let bars = filled(&nodes, 0x11_0000);
    assert!((bars[1].width / bars[0].width - 2.0).abs() < 0.01);
    assert!(bars[0].y > bars[1].y);
}

#[test]
fn positive_columns_stack_up_and_negative_ones_down() {
    let both =
        (series(0, &["2", "-1"]) + &series(1, &["2", "3"])).replace("<c:val>", "<c:invertIfNegative val='0'/><c:val>");
    let (nodes, _) = drawn(&bars("<c:grouping val='stacked'/>", &both));
    let (lower, upper) = (filled(&nodes, 0x11_0000), filled(&nodes, 0x22_0000));
    assert!((lower[0].y - upper[0].y - upper[0].height).abs() < 0.01);
    assert!((upper[1].y + upper[1].height - lower[1].y).abs() < 0.01);
}

#[test]
fn axes_show_categories_and_round_numbers() {
    let (nodes, _) = drawn(&bars("", &series(0, &["1", "2", "4"])));
    let words = words(&nodes);
    for expected in ["1", "2", "3", "0", "0.5", "4.5"] {
        assert!(words.iter().any(|w| w == expected), "{expected} in {words:?}");
    }
}

#[test]
fn the_only_series_names_the_chart() {
    let chart = bars("", &series(0, &["1"])).replace("<c:autoTitleDeleted val='1'/>", "<c:autoTitleDeleted val='0'/>");
    assert!(words(&drawn(&chart).0).contains(&"S0".to_owned()));
    assert!(!words(&drawn(&bars("", &series(0, &["1"]))).0).contains(&"S0".to_owned()));
}

#[test]
fn the_legend_lists_series_without_deleted_entries() {
    let both = series(0, &["1"]) + &series(1, &["2"]) + &series(2, &["3"]);
    let legend =
        "<c:legend><c:legendPos val='r'/><c:legendEntry><c:idx val='1'/><c:delete val='1'/></c:legendEntry></c:legend>";
    let words = words(&drawn(&(bars("", &both) + legend)).0);
    let listed: Vec<&String> = words.iter().filter(|w| w.starts_with('S')).collect();
    assert_eq!(listed, ["S0", "S2"]);
}

#[test]
fn slices_have_distinct_colours_and_percentage_labels() {
    let chart = format!(
        "<c:plotArea><c:pieChart><c:varyColors val='1'/><c:ser><c:idx val='0'/><c:dLbls><c:showPercent val='1'/></c:dLbls>\
         <c:val>{}</c:val></c:ser></c:pieChart></c:plotArea>",
        numbers(&["1", "3"])
    );
    let (nodes, _) = drawn(&chart);
    assert_eq!(filled(&nodes, 0x5B_9BD5).len(), 1);
    assert_eq!(filled(&nodes, 0xED_7D31).len(), 1);
    assert_eq!(words(&nodes), ["25%", "75%"]);
}

#[test]
fn hostile_values_leave_every_coordinate_finite() {
    let values = ["1e308", "-1e308", "NaN", "inf", "x", "", "1e-320", "0"];
    let kinds = [
        ("bar", ""),
        ("bar", "<c:grouping val='stacked'/>"),
        ("bar", "<c:grouping val='percentStacked'/>"),
        ("line", ""),
        ("line", "<c:grouping val='stacked'/>"),
        ("area", ""),
        ("area", "<c:grouping val='percentStacked'/>"),
        ("pie", ""),
        ("doughnut", "<c:holeSize val='900'/>"),
        ("scatter", ""),
        ("bubble", "<c:bubbleScale val='-5'/>"),
        ("radar", ""),
        ("stock", "<c:upDownBars/><c:hiLowLines/>"),
        ("surface", ""),
        ("surface", "<c:wireframe val='1'/>"),
        ("ofPie", "<c:splitType val='percent'/><c:splitPos val='1e9'/><c:serLines/>"),
        ("ofPie", "<c:ofPieType val='bar'/><c:secondPieSize val='-1'/><c:gapWidth val='1e30'/>"),
    ];
    let trends: String = ["linear", "exp", "log", "power", "movingAvg"].map(|kind| {
        format!("<c:trendline><c:trendlineType val='{kind}'/><c:forward val='1e300'/><c:backward val='1e9'/><c:dispEq val='1'/></c:trendline>")
    }).concat() + "<c:trendline><c:trendlineType val='poly'/><c:order val='99'/><c:intercept val='1e300'/></c:trendline>";
    let bars = ["fixedVal", "percentage", "stdDev", "stdErr", "cust"].map(|kind| {
        format!("<c:errBars><c:errDir val='x'/><c:errValType val='{kind}'/><c:val val='1e300'/></c:errBars>")
    });
    for (kind, head) in kinds {
        let n = numbers(&values);
        let all: String = (0..3)
            .map(|i| {
                format!(
                    "<c:ser><c:idx val='4000000000'/><c:order val='{i}'/><c:dLbls><c:showVal val='1'/></c:dLbls><c:cat>{n}</c:cat>\
                     <c:val>{n}</c:val><c:bubbleSize>{n}</c:bubbleSize><c:explosion val='1e9'/>{trends}{}{}</c:ser>",
                    bars[i], bars[i + 2].replace("'x'", "'y'")
                )
            })
            .collect();
        for scaling in [
            "",
            "<c:scaling><c:logBase val='10'/></c:scaling>",
            "<c:scaling><c:min val='1e300'/><c:max val='-1e300'/></c:scaling><c:majorUnit val='1e-300'/>",
        ] {
            let axes = AXES.replace("<c:axId val='2'/>", &format!("<c:axId val='2'/>{scaling}"));
            let chart = format!(
                "<c:plotArea><c:{kind}Chart>{head}{all}<c:axId val='1'/><c:axId val='2'/></c:{kind}Chart>{axes}<c:dTable/></c:plotArea>\
                 <c:legend/>"
            );
            let (nodes, _) = drawn(&chart);
            each_shape(&nodes, &mut |shape| {
                let b = shape.bounds;
                assert!([b.x, b.y, b.width, b.height].iter().all(|n| n.is_finite()), "{kind} {scaling}: {b:?}");
            });
        }
    }
}

#[test]
fn huge_indices_and_counts_are_ignored() {
    let values = "<c:numRef><c:numCache><c:ptCount val='4294967295'/><c:pt idx='4294967294'><c:v>1</c:v></c:pt></c:numCache></c:numRef>";
    let all: String = (0..300).map(|i| format!("<c:ser><c:idx val='{i}'/><c:val>{values}</c:val></c:ser>")).collect();
    let (_, warnings) = drawn(&bars("", &all));
    assert!(warnings.iter().any(|w| w.contains("chart points beyond the limit")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("chart series beyond the limit")), "{warnings:?}");
}

#[test]
fn points_of_all_series_together_are_bounded() {
    let values = "<c:numLit><c:ptCount val='4096'/><c:pt idx='0'><c:v>1</c:v></c:pt></c:numLit>";
    let all = |count: usize| format!("<c:ser><c:val>{values}</c:val></c:ser>").repeat(count);
    let missed = |count| drawn(&bars("", &all(count))).1.iter().any(|w| w.contains("chart series beyond the limit"));
    assert!(!missed(16) && missed(17));
}

/// Draws charts of real files. `CHARTS` names a list with a line for each: file, part, width, height (pt), output
/// picture.
#[test]
#[ignore = "for looking at charts"]
fn draw_charts() {
    let list = std::fs::read_to_string(std::env::var("CHARTS").unwrap()).unwrap();
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, part, width, height, picture] = fields[..] else { continue };
        let (width, height): (f32, f32) = (width.parse().unwrap(), height.parse().unwrap());
        let ((), warnings) = testing::with_context(|cx| {
            let package = Package::open(&Source::from_bytes(std::fs::read(file).unwrap()), cx).unwrap();
            let theme = ["ppt/theme/theme1.xml", "word/theme/theme1.xml", "xl/theme/theme1.xml"]
                .iter()
                .find_map(|n| package.xml(n, cx).ok());
            let (theme, map, page) = (
                theme.map(|t| Theme::of(t, Relationships::default())).unwrap_or_default(),
                ColorMap::default(),
                PageState::default(),
            );
            let relationships = Relationships::default();
            let palette = Palette { theme: &theme, map: &map, placeholder: None };
            let scene =
                Scene { cx, package: &package, relationships: &relationships, palette, scale: 2.0, page: &page };
            let start = std::time::Instant::now();
            let nodes = super::part(&scene, part, Rect::new(0.0, 0.0, width, height)).unwrap();
            let laid = start.elapsed();
            let tree = Page { width, height, background: Fill::None, nodes };
            let size = Size::new((width * 1.5) as u32, (height * 1.5) as u32);
            let frame = thumbling_page::paint::page(&tree, size, cx).unwrap();
            println!(
                "{file} {part}: laid out in {laid:?}, painted in {:?}, {} nodes",
                start.elapsed() - laid,
                tree.nodes.len()
            );
            page.report(cx);
            let mut writer = png::Encoder::new(std::fs::File::create(picture).unwrap(), size.width, size.height);
            writer.set_color(png::ColorType::Rgb);
            writer.write_header().unwrap().write_image_data(frame.as_u8().unwrap()).unwrap();
        });
        println!("  {warnings:?}");
    }
}
