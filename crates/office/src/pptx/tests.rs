use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::*;
use crate::testing;
use thumbling_core::cancel::CancelToken;
use thumbling_core::decode::RequestState;
use thumbling_core::frame::Samples;
use thumbling_core::limits::Limits;
use thumbling_core::probe::Hint;

const NAMESPACES: &str = "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' \
    xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' \
    xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'";

/// A part: name, content, and relationships as ids, kinds and targets.
type Entry<'a> = (&'a str, String, &'a [(&'a str, &'a str, &'a str)]);

fn package(parts: &[Entry<'_>]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    };
    let relationships = |all: &[(&str, &str, &str)]| {
        let lines = all.iter().map(|(id, kind, target)| {
            format!("<Relationship Id='{id}' Type='http://schemas.openxmlformats.org/relationships/{kind}' Target='{target}'/>")
        });
        let lines: String = lines.collect();
        format!(
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{lines}</Relationships>"
        )
    };
    add("_rels/.rels", &relationships(&[("r", "officeDocument", "ppt/presentation.xml")]));
    for (name, content, to) in parts {
        add(name, content);
        if !to.is_empty() {
            let (folder, file) = name.rsplit_once('/').unwrap();
            add(&format!("{folder}/_rels/{file}.rels"), &relationships(to));
        }
    }
    writer.finish().unwrap().into_inner()
}

fn presentation(slides: usize) -> String {
    let ids: String = (0..slides).map(|n| format!("<p:sldId id='{n}' r:id='s{n}'/>")).collect();
    // 160 × 90 pt.
    format!(
        "<p:presentation {NAMESPACES}><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx='2032000' cy='1143000'/></p:presentation>"
    )
}

fn part(kind: &str, attributes: &str, background: &str, shapes: &str, rest: &str) -> String {
    let background = match background {
        "" => String::new(),
        color => format!("<p:bg><p:bgPr><a:solidFill>{color}</a:solidFill></p:bgPr></p:bg>"),
    };
    format!(
        "<p:{kind} {NAMESPACES} {attributes}><p:cSld>{background}<p:spTree>{shapes}</p:spTree></p:cSld>{rest}</p:{kind}>"
    )
}

fn rgb(color: &str) -> String {
    format!("<a:srgbClr val='{color}'/>")
}

/// A shape of `x`, `y`, `width`, `height` pt, or without a position.
fn shape(placeholder: &str, place: Option<[i64; 4]>, fill: &str) -> String {
    let place = place.map(|at| at.map(|n| n * 12_700)).map_or(String::new(), |[x, y, w, h]| {
        format!("<a:xfrm><a:off x='{x}' y='{y}'/><a:ext cx='{w}' cy='{h}'/></a:xfrm><a:prstGeom prst='rect'/>")
    });
    let fill = if fill.is_empty() { String::new() } else { format!("<a:solidFill>{fill}</a:solidFill>") };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id='1' name='x'/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:spPr>{place}{fill}</p:spPr></p:sp>"
    )
}

/// Pixels of the picture of `bytes` at these positions, one pixel per pt.
fn pixels(bytes: &[u8], at: &[(usize, usize)]) -> Vec<u32> {
    let (info, frame) = testing::decode(&ENTRY, bytes).unwrap();
    assert_eq!((info.width, info.height), (160.0, 90.0));
    let Samples::U8(samples) = &frame.samples else { panic!("not 8-bit") };
    let pixel = |&(x, y): &(usize, usize)| {
        let at = (y * frame.width as usize + x) * 3;
        samples[at..at + 3].iter().fold(0, |color, part| color << 8 | u32::from(*part))
    };
    at.iter().map(pixel).collect()
}

#[test]
fn the_first_slide_that_is_not_hidden_is_shown() {
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(2), &[("s0", "slide", "slides/a.xml"), ("s1", "slide", "slides/b.xml")]),
        ("ppt/slides/a.xml", part("sld", "show='0'", &rgb("FF0000"), "", ""), &[]),
        ("ppt/slides/b.xml", part("sld", "", &rgb("00FF00"), "", ""), &[]),
    ]);
    assert_eq!(pixels(&bytes, &[(80, 45)]), [0x00_FF00]);
}

#[test]
fn placeholders_inherit_from_layout_and_master() {
    let master_shapes = shape("<p:ph type='title'/>", Some([10, 10, 50, 20]), "<a:schemeClr val='accent2'/>")
        + &shape("", Some([100, 60, 20, 20]), &rgb("0000FF"));
    let layout_shapes = shape("<p:ph type='title'/>", Some([60, 10, 50, 20]), "");
    let deck = |slide: String| {
        package(&[
            ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
            ("ppt/slides/a.xml", slide, &[("l", "slideLayout", "../layouts/a.xml")]),
            (
                "ppt/layouts/a.xml",
                part("sldLayout", "", "", &layout_shapes, ""),
                &[("m", "slideMaster", "../masters/a.xml")],
            ),
            (
                "ppt/masters/a.xml",
                part("sldMaster", "", &rgb("EEEEEE"), &master_shapes, "<p:clrMap bg1='lt1' tx1='dk1'/>"),
                &[("t", "theme", "../theme.xml")],
            ),
            (
                "ppt/theme.xml",
                format!(
                    "<a:theme {NAMESPACES}><a:themeElements><a:clrScheme><a:accent1><a:srgbClr val='112233'/></a:accent1>\
                 <a:accent2><a:srgbClr val='445566'/></a:accent2></a:clrScheme></a:themeElements></a:theme>"
                ),
                &[],
            ),
        ])
    };
    let title = shape("<p:ph type='title'/>", None, "");
    let look = [(20, 20), (80, 20), (110, 70), (5, 5)];
    // Position from the layout, fill from the master; the master's own shapes are below.
    assert_eq!(pixels(&deck(part("sld", "", "", &title, "")), &look), [0xEE_EEEE, 0x44_5566, 0x00_00FF, 0xEE_EEEE]);
    // A slide can override the colour map and hide the master's shapes.
    let other = "<p:clrMapOvr><a:overrideClrMapping accent2='accent1'/></p:clrMapOvr>";
    let slide = part("sld", "showMasterSp='0'", "", &title, other);
    assert_eq!(pixels(&deck(slide), &look), [0xEE_EEEE, 0x11_2233, 0xEE_EEEE, 0xEE_EEEE]);
    // Placeholder templates are not content.
    assert_eq!(pixels(&deck(part("sld", "", "", "", "")), &look), [0xEE_EEEE, 0xEE_EEEE, 0x00_00FF, 0xEE_EEEE]);
}

/// An SVG picture of one colour.
fn svg(color: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='16' height='9'><rect width='16' height='9' fill='#{color}'/></svg>"
    )
}

#[test]
fn pictures_in_theme_fills_are_relative_to_the_theme() {
    let background = "<p:bg><p:bgRef idx='1001'><a:schemeClr val='accent1'/></p:bgRef></p:bg>";
    let slide = format!("<p:sld {NAMESPACES}><p:cSld>{background}<p:spTree/></p:cSld></p:sld>");
    let theme = format!(
        "<a:theme {NAMESPACES}><a:themeElements><a:fmtScheme><a:bgFillStyleLst><a:blipFill><a:blip r:embed='p'/><a:stretch>\
         <a:fillRect/></a:stretch></a:blipFill></a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    );
    let bytes = package(&[
        (
            "ppt/presentation.xml",
            presentation(1),
            &[("s0", "slide", "slides/a.xml"), ("t", "theme", "theme/theme.xml")],
        ),
        ("ppt/slides/a.xml", slide, &[("p", "image", "../media/slides.svg")]),
        ("ppt/theme/theme.xml", theme, &[("p", "image", "../media/themes.svg")]),
        ("ppt/media/slides.svg", svg("ff0000"), &[]),
        ("ppt/media/themes.svg", svg("0000ff"), &[]),
    ]);
    assert_eq!(pixels(&bytes, &[(80, 45)]), [0x00_00FF]);
}

#[test]
fn a_part_that_is_not_a_picture_is_not_drawn() {
    let picture = "<p:pic><p:blipFill><a:blip r:embed='p'/></p:blipFill><p:spPr><a:xfrm><a:off x='0' y='0'/>\
        <a:ext cx='2032000' cy='1143000'/></a:xfrm></p:spPr></p:pic>";
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
        ("ppt/slides/a.xml", part("sld", "", &rgb("EEEEEE"), picture, ""), &[("p", "image", "../notes.txt")]),
        ("ppt/notes.txt", "WWWWWWWWWWWWWWWW ".repeat(500), &[]),
    ]);
    let all: Vec<(usize, usize)> = (0..90).flat_map(|y| (0..160).map(move |x| (x, y))).collect();
    assert!(pixels(&bytes, &all).iter().all(|pixel| *pixel == 0xEE_EEEE));
}

#[test]
fn embedded_objects_are_shown_by_their_own_or_their_vml_picture() {
    let frame = |object: &str| {
        format!(
            "<p:graphicFrame><p:xfrm><a:off x='0' y='0'/><a:ext cx='1016000' cy='1143000'/></p:xfrm><a:graphic>\
             <a:graphicData uri='ole'>{object}</a:graphicData></a:graphic></p:graphicFrame>"
        )
    };
    let deck = |object: &str| {
        package(&[
            ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
            (
                "ppt/slides/a.xml",
                part("sld", "", "", &frame(object), ""),
                &[("p", "image", "../media/in.svg"), ("v", "vmlDrawing", "../drawings/old.vml")],
            ),
            (
                "ppt/drawings/old.vml",
                "<xml xmlns:v='urn:schemas-microsoft-com:vml' xmlns:o='urn:schemas-microsoft-com:office:office'>\
                 <v:shape id='_x0000_s1'/><v:shape id='_x0000_s2'><v:imagedata o:relid='i'/></v:shape></xml>"
                    .into(),
                &[("i", "image", "../media/beside.svg")],
            ),
            ("ppt/media/in.svg", svg("ff0000"), &[]),
            ("ppt/media/beside.svg", svg("0000ff"), &[]),
        ])
    };
    // The frame covers half of the slide.
    let look = [(40, 45), (120, 45)];
    let inside = "<p:oleObj><p:pic><p:blipFill><a:blip r:embed='p'/><a:stretch><a:fillRect/></a:stretch></p:blipFill>\
        <p:spPr/></p:pic></p:oleObj>";
    assert_eq!(pixels(&deck(inside), &look), [0xFF_0000, 0xFF_FFFF]);
    assert_eq!(pixels(&deck("<p:oleObj spid='_x0000_s2'/>"), &look), [0x00_00FF, 0xFF_FFFF]);
    assert_eq!(pixels(&deck("<p:oleObj spid='_x0000_s3'/>"), &look), [0xFF_FFFF, 0xFF_FFFF]);
}

#[test]
fn left_and_right_do_not_swap_in_right_to_left_paragraphs() {
    let text = |align: &str| {
        let body = format!(
            "<p:txBody><a:bodyPr/><a:p><a:pPr {align} rtl='1'/><a:r><a:rPr sz='2000'/><a:t>\u{5e9}\u{5dc}\u{5d5}\u{5dd}</a:t></a:r></a:p></p:txBody>"
        );
        let shape = shape("", Some([0, 0, 160, 40]), "").replace("</p:sp>", &format!("{body}</p:sp>"));
        let bytes = package(&[
            ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
            ("ppt/slides/a.xml", part("sld", "", "", &shape, ""), &[]),
        ]);
        let ink = |columns: std::ops::Range<usize>| {
            let all: Vec<(usize, usize)> = columns.flat_map(|x| (0..40).map(move |y| (x, y))).collect();
            pixels(&bytes, &all).iter().filter(|pixel| **pixel != 0xFF_FFFF).count()
        };
        (ink(0..80) > 20, ink(80..160) > 20)
    };
    assert_eq!(text("algn='l'"), (true, false));
    assert_eq!(text("algn='r'"), (false, true));
    assert_eq!(text(""), (true, false));
}

#[test]
fn nested_groups_move_their_children() {
    let group = |inner: &str, off: i64| {
        format!(
            "<p:grpSp><p:grpSpPr><a:xfrm><a:off x='{off}' y='0'/><a:ext cx='1270000' cy='1270000'/>\
             <a:chOff x='0' y='0'/><a:chExt cx='1270000' cy='1270000'/></a:xfrm></p:grpSpPr>{inner}</p:grpSp>"
        )
    };
    let deck = |shapes: &str| {
        package(&[
            ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
            ("ppt/slides/a.xml", part("sld", "", "", shapes, ""), &[]),
        ])
    };
    let square = shape("", Some([0, 0, 20, 20]), &rgb("FF0000"));
    let moved = group(&group(&square, 254_000), 254_000);
    assert_eq!(pixels(&deck(&moved), &[(30, 10), (50, 10)]), [0xFF_FFFF, 0xFF_0000]);
    let deep = (0..100).fold(square, |inner, _| group(&inner, 0));
    assert_eq!(pixels(&deck(&deep), &[(10, 10)]), [0xFF_FFFF]);
}

#[test]
fn missing_broken_and_recursive_parts_leave_the_rest_of_the_slide() {
    let square = shape("<p:ph type='title'/>", Some([0, 0, 20, 20]), &rgb("FF0000"));
    let picture = "<p:pic><p:blipFill><a:blip r:embed='gone'/></p:blipFill><p:spPr><a:xfrm><a:off x='0' y='0'/>\
        <a:ext cx='1' cy='1'/></a:xfrm></p:spPr></p:pic>";
    for layout in ["../slides/a.xml", "../layouts/none.xml", "../layouts/broken.xml", "../../../../etc/passwd"] {
        let bytes = package(&[
            ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
            (
                "ppt/slides/a.xml",
                part("sld", "", "", &format!("{square}{picture}"), ""),
                &[("l", "slideLayout", layout)],
            ),
            ("ppt/layouts/broken.xml", "<p:sldLayout".into(), &[]),
        ]);
        assert_eq!(pixels(&bytes, &[(10, 10), (100, 50)]), [0xFF_0000, 0xFF_FFFF], "{layout}");
    }
}

#[test]
fn a_recursive_diagram_is_drawn_once() {
    let dsp = "xmlns:dsp='http://schemas.microsoft.com/office/drawing/2008/diagram'";
    let dgm = "xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram'";
    let frame = format!(
        "<p:graphicFrame {dgm}><p:xfrm><a:off x='0' y='0'/><a:ext cx='1270000' cy='635000'/></p:xfrm>\
         <a:graphic><a:graphicData><dgm:relIds r:dm='d'/></a:graphicData></a:graphic></p:graphicFrame>"
    );
    let square = shape("", Some([0, 0, 20, 20]), &rgb("FF0000"));
    let tree = format!("{square}{frame}").replace("p:", "dsp:");
    let drawing = format!("<dsp:drawing {NAMESPACES} {dsp}><dsp:spTree>{tree}</dsp:spTree></dsp:drawing>");
    let data = format!("<dgm:dataModel {dgm} {dsp}><dsp:dataModelExt relId='g'/></dgm:dataModel>");
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
        (
            "ppt/slides/a.xml",
            part("sld", "", "", &frame, ""),
            &[("d", "diagramData", "../d/data.xml"), ("g", "diagramDrawing", "../d/drawing.xml")],
        ),
        ("ppt/d/data.xml", data, &[]),
        ("ppt/d/drawing.xml", drawing, &[("d", "diagramData", "data.xml"), ("g", "diagramDrawing", "drawing.xml")]),
    ]);
    assert_eq!(pixels(&bytes, &[(10, 10), (30, 10)]), [0xFF_0000, 0xFF_FFFF]);
}

#[test]
fn cells_beyond_the_memory_limit_are_left_out() {
    let columns = "<a:gridCol w='12700'/>".repeat(100);
    let rows = format!("<a:tr h='12700'>{}</a:tr>", "<a:tc/>".repeat(100)).repeat(200);
    let frame = format!(
        "<p:graphicFrame><p:xfrm><a:off x='0' y='0'/><a:ext cx='1270000' cy='635000'/></p:xfrm><a:graphic>\
         <a:graphicData><a:tbl><a:tblGrid>{columns}</a:tblGrid>{rows}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    );
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
        ("ppt/slides/a.xml", part("sld", "", "", &frame, ""), &[]),
    ]);
    let limits = |max_memory| Limits::default().max_memory(max_memory);
    let (drawn, warnings) = testing::with_limits(&limits(8 << 20), |cx| {
        (ENTRY.open)(&Source::from_slice(bytes.as_slice()), cx)?.frame(&Want::new(Size::new(160, 90)), cx)
    });
    assert!(drawn.is_ok(), "{drawn:?}");
    assert_eq!(warnings, ["not drawn: cells beyond the limits (1)"]);
}

#[test]
fn a_slow_theme_does_not_exceed_the_deadline() {
    let theme = format!("<a:theme {NAMESPACES}>{}</a:theme>", "<a:x/>".repeat(300_000));
    let runs = "<a:r><a:t>x</a:t></a:r>".repeat(3000);
    let text = format!("<p:txBody><a:p>{runs}</a:p></p:txBody></p:sp>");
    let shape = shape("", Some([0, 0, 20, 20]), "").replace("</p:sp>", &text);
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml"), ("t", "theme", "theme.xml")]),
        ("ppt/slides/a.xml", part("sld", "", "", &shape, ""), &[]),
        ("ppt/theme.xml", theme, &[]),
    ]);
    let timeout = std::time::Duration::from_secs(3);
    let limits = Limits::default().max_memory(u64::MAX).timeout(timeout);
    let state = RequestState::new(&limits, CancelToken::new(), |_, _, _| Err(Error::unsupported("no pictures")));
    let hint = Hint::default();
    let cx = state.context(&hint);
    let started = std::time::Instant::now();
    let drawn =
        (ENTRY.open)(&Source::from_bytes(bytes), &cx).and_then(|mut d| d.frame(&Want::new(Size::new(160, 90)), &cx));
    assert_eq!(drawn.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(started.elapsed() < 5 * timeout);
}

#[test]
fn no_slides_are_blank_and_no_presentation_is_corrupt() {
    let empty = package(&[("ppt/presentation.xml", presentation(0), &[])]);
    assert_eq!(pixels(&empty, &[(80, 45)]), [0xFF_FFFF]);
    let other = package(&[("ppt/presentation.xml", "<document/>".into(), &[])]);
    assert_eq!(testing::decode(&ENTRY, &other).unwrap_err().kind(), ErrorKind::Corrupt);
}

#[test]
fn truncated_files_do_not_panic() {
    let square = shape("", Some([0, 0, 20, 20]), &rgb("FF0000"));
    let bytes = package(&[
        ("ppt/presentation.xml", presentation(1), &[("s0", "slide", "slides/a.xml")]),
        ("ppt/slides/a.xml", part("sld", "", "", &square, ""), &[]),
    ]);
    testing::cut_everywhere(&ENTRY, &bytes);
}
