//! Custom geometries.

use crate::testing;
use crate::xml::Document;
use thumbling_page::tree::Rect;

use super::super::custom;
use super::*;

const NAMESPACE: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";

/// The geometry of this XML, in a box of 100 × 50 pt.
fn geometry(name: &str, content: &str) -> Option<Geometry> {
    let xml = format!("<a:{name} xmlns:a='{NAMESPACE}'>{content}</a:{}>", name.split(' ').next().unwrap());
    testing::with_context(|cx| of(Document::parse(xml.as_bytes(), cx).unwrap().root(), (100.0, 50.0))).0
}

fn points(geometry: &Geometry) -> Vec<(f32, f32)> {
    geometry.paths.iter().flat_map(|p| p.path.points().iter().map(|p| (p.x, p.y))).collect()
}

#[test]
fn a_preset_takes_adjustments_of_the_file() {
    let list = "<a:avLst><a:gd name='adj' fmla='val 25000'/><a:gd name='adj' fmla='nonsense'/></a:avLst>";
    let chevron = geometry("prstGeom prst='chevron'", list).unwrap();
    assert_eq!(points(&chevron), points(&preset("chevron", &[("adj", 25_000.0)], (100.0, 50.0)).unwrap()));
    assert!(geometry("prstGeom prst='hexagram'", "").is_none());
    assert!(geometry("prstGeom", "").is_none() && geometry("noGeom", "").is_none());
}

#[test]
fn a_freeform_is_scaled_to_the_box() {
    let path = "<a:rect l='0' t='0' r='0' b='0'/><a:pathLst><a:path w='200' h='10' fill='none' stroke='0'>\
        <a:moveTo><a:pt x='0' y='5'/></a:moveTo><a:lnTo><a:pt x='50' y='0'/></a:lnTo>\
        <a:cubicBezTo><a:pt x='100' y='0'/><a:pt x='200' y='5'/><a:pt x='200' y='10'/></a:cubicBezTo>\
        <a:close/></a:path></a:pathLst>";
    let drawn = geometry("custGeom", path).unwrap();
    assert_eq!(points(&drawn), [(0.0, 25.0), (25.0, 0.0), (50.0, 0.0), (100.0, 25.0), (100.0, 50.0)]);
    assert_eq!((drawn.paths[0].fill, drawn.paths[0].stroked), (PathFill::None, false));
    // An empty rectangle counts as none.
    assert_eq!(drawn.text, None);
}

#[test]
fn guides_refer_to_earlier_ones_only() {
    let guides = "<a:avLst><a:gd name='a' fmla='val 127000'/></a:avLst><a:gdLst>\
        <a:gd name='x' fmla='+- a later 0'/><a:gd name='later' fmla='*/ x 2 1'/>\
        <a:gd name='y' fmla='*/ 1 1 zero'/><a:gd name='own' fmla='+- own 12700 0'/></a:gdLst>\
        <a:rect l='x' t='own' r='r' b='b'/>\
        <a:pathLst><a:path><a:moveTo><a:pt x='x' y='y'/></a:moveTo><a:lnTo><a:pt x='later' y='own'/></a:lnTo>\
        </a:path></a:pathLst>";
    let drawn = geometry("custGeom", guides).unwrap();
    assert_eq!(points(&drawn), [(10.0, 0.0), (20.0, 1.0)]);
    assert_eq!(drawn.text, Some(Rect::new(10.0, 1.0, 90.0, 49.0)));
}

#[test]
fn invalid_commands_are_skipped() {
    let broken = "<a:gdLst><a:gd/><a:gd name='x' fmla='*/ 1'/><a:gd name='z' fmla='pow 2 3 4'/></a:gdLst>\
        <a:pathLst><a:path w='x' h='-5'><a:moveTo/><a:moveTo><a:pt x='x' y='1e400'/></a:moveTo><a:arcTo/>\
        <a:lnTo><a:pt x='NaN' y='12700.4'/></a:lnTo><a:cubicBezTo><a:pt x='1' y='1'/></a:cubicBezTo><a:turn/>\
        </a:path><a:path/></a:pathLst>";
    let drawn = geometry("custGeom", broken).unwrap();
    assert_eq!(drawn.paths.len(), 1);
    assert_eq!(points(&drawn).last(), Some(&(0.0, 1.0)));
    assert!(geometry("custGeom", "").unwrap().paths.is_empty());
}

#[test]
fn guides_and_commands_are_limited() {
    let guides: String = (0..70_000).map(|n| format!("<a:gd name='g{n}' fmla='val 127000'/>")).collect();
    let line = |x: &str| format!("<a:lnTo><a:pt x='{x}' y='0'/></a:lnTo>");
    let lines = line("w").repeat(140_000);
    let content = format!(
        "<a:gdLst>{guides}</a:gdLst><a:pathLst><a:path>{}{}</a:path><a:path>{lines}</a:path></a:pathLst>",
        line("g60000"),
        line("g69999"),
    );
    let drawn = geometry("custGeom", &content).unwrap();
    let ends = drawn.paths[0].path.points().iter().map(|p| p.x).collect::<Vec<_>>();
    assert_eq!(ends, [0.0, 10.0, 0.0]);
    assert!(drawn.paths[1].path.len() < 140_000);
}

#[test]
fn presets_written_as_custom_geometry_look_the_same() {
    let Some(shared) = testing::shared() else { return };
    let xml = std::fs::read(shared.join("reference/presetShapeDefinitions.xml")).unwrap();
    testing::with_context(|cx| {
        let document = Document::parse(&xml[..], cx).unwrap();
        assert_eq!(document.root().children().count(), 187);
        for shape in document.root().children() {
            for size in [(100.0, 50.0), (30.0, 300.0)] {
                let own = custom::definition(shape).evaluate(&[], size);
                let preset = preset(shape.name(), &[], size).unwrap();
                assert_eq!(points(&own), points(&preset), "{shape:?}");
                // A mistake of the standard, corrected in the table.
                assert!(own.text == preset.text || shape.is("pie"), "{shape:?}");
            }
        }
    });
}
