//! A presentation with one slide: title, list, shapes, a table, a chart and a picture (ECMA-376).

use super::archive;

const NAMESPACES: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" \
    xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"";

/// The font that Thumbling embeds, so that the slide looks the same whatever fonts are installed.
const FONT: &str = "thumbling-sans";

/// The presentation; `picture` is a JPEG.
pub fn slides(picture: Vec<u8>) -> Vec<u8> {
    let text = |xml: String| xml.into_bytes();
    archive::zip(&[
        ("_rels/.rels", text(relationships(&[("r", "officeDocument", "ppt/presentation.xml")]))),
        ("ppt/presentation.xml", text(presentation())),
        (
            "ppt/_rels/presentation.xml.rels",
            text(relationships(&[("m", "slideMaster", "master.xml"), ("s", "slide", "slide.xml")])),
        ),
        ("ppt/master.xml", text(master())),
        ("ppt/_rels/master.xml.rels", text(relationships(&[("t", "theme", "theme.xml")]))),
        ("ppt/layout.xml", text(format!("<p:sldLayout {NAMESPACES}><p:cSld><p:spTree/></p:cSld></p:sldLayout>"))),
        ("ppt/_rels/layout.xml.rels", text(relationships(&[("m", "slideMaster", "master.xml")]))),
        ("ppt/theme.xml", text(theme())),
        ("ppt/slide.xml", text(slide())),
        (
            "ppt/_rels/slide.xml.rels",
            text(relationships(&[
                ("l", "slideLayout", "layout.xml"),
                ("i", "image", "picture.jpg"),
                ("c", "chart", "chart.xml"),
            ])),
        ),
        ("ppt/picture.jpg", picture),
        ("ppt/chart.xml", text(chart())),
    ])
}

fn relationships(all: &[(&str, &str, &str)]) -> String {
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let lines: String = all
        .iter()
        .map(|(id, kind, target)| format!("<Relationship Id=\"{id}\" Type=\"{kinds}/{kind}\" Target=\"{target}\"/>"))
        .collect();
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{lines}</Relationships>"
    )
}

fn presentation() -> String {
    format!(
        "<p:presentation {NAMESPACES}><p:sldMasterIdLst><p:sldMasterId r:id=\"m\"/></p:sldMasterIdLst>\
         <p:sldIdLst><p:sldId id=\"256\" r:id=\"s\"/></p:sldIdLst><p:sldSz cx=\"12192000\" cy=\"6858000\"/></p:presentation>"
    )
}

fn theme() -> String {
    let colors = [
        ("dk1", "1B2430"),
        ("lt1", "FFFFFF"),
        ("dk2", "22405F"),
        ("lt2", "EEF3F7"),
        ("accent1", "2F6DB5"),
        ("accent2", "E8833A"),
        ("accent3", "57A773"),
        ("accent4", "F2C14E"),
        ("accent5", "8E5EA2"),
        ("accent6", "4DB6AC"),
        ("hlink", "0B6BCB"),
        ("folHlink", "7A4EAB"),
    ];
    let colors: String =
        colors.iter().map(|(name, rgb)| format!("<a:{name}><a:srgbClr val=\"{rgb}\"/></a:{name}>")).collect();
    format!(
        "<a:theme {NAMESPACES}><a:themeElements><a:clrScheme name=\"x\">{colors}</a:clrScheme><a:fontScheme name=\"x\">\
         <a:majorFont><a:latin typeface=\"{FONT}\"/></a:majorFont><a:minorFont><a:latin typeface=\"{FONT}\"/></a:minorFont>\
         </a:fontScheme></a:themeElements></a:theme>"
    )
}

fn master() -> String {
    let band = shape(
        "",
        [0, 0, 12_192_000, 230_000],
        "rect",
        "<a:gradFill><a:gsLst><a:gs pos=\"0\"><a:schemeClr val=\"accent1\"/>\
        </a:gs><a:gs pos=\"100000\"><a:schemeClr val=\"accent6\"/></a:gs></a:gsLst><a:lin ang=\"0\"/></a:gradFill>",
        "",
    );
    let title = shape("<p:ph type=\"title\"/>", [700_000, 420_000, 10_800_000, 1_000_000], "rect", "", "");
    let body = shape("<p:ph type=\"body\" idx=\"1\"/>", [700_000, 1_600_000, 5_200_000, 2_500_000], "rect", "", "");
    format!(
        "<p:sldMaster {NAMESPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val=\"bg2\"/></a:solidFill></p:bgPr></p:bg>\
         <p:spTree>{band}{title}{body}</p:spTree></p:cSld><p:clrMap bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\"/><p:txStyles>\
         <p:titleStyle><a:lvl1pPr><a:defRPr sz=\"4400\" b=\"1\"><a:solidFill><a:schemeClr val=\"tx2\"/></a:solidFill></a:defRPr></a:lvl1pPr>\
         </p:titleStyle><p:bodyStyle><a:lvl1pPr marL=\"342900\" indent=\"-342900\"><a:spcBef><a:spcPts val=\"900\"/></a:spcBef>\
         <a:buClr><a:schemeClr val=\"accent2\"/></a:buClr><a:buChar char=\"&#x2022;\"/><a:defRPr sz=\"2400\"/></a:lvl1pPr></p:bodyStyle>\
         </p:txStyles></p:sldMaster>"
    )
}

fn shape(placeholder: &str, [x, y, width, height]: [i64; 4], preset: &str, look: &str, text: &str) -> String {
    let text = match text {
        "" => String::new(),
        text => format!("<p:txBody><a:bodyPr anchor=\"ctr\"/>{text}</p:txBody>"),
    };
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"x\"/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm>\
         <a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"{preset}\"/>{look}</p:spPr>{text}</p:sp>"
    )
}

fn slide() -> String {
    let words = |placeholder: &str, lines: &[&str]| {
        let lines: String = lines.iter().map(|line| format!("<a:p><a:r><a:t>{line}</a:t></a:r></a:p>")).collect();
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"3\" name=\"x\"/><p:cNvSpPr/><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:spPr/>\
             <p:txBody><a:bodyPr/>{lines}</p:txBody></p:sp>"
        )
    };
    let title = words("<p:ph type=\"title\"/>", &["Harvest of the hills"]);
    let list =
        words("<p:ph idx=\"1\"/>", &["More rain than in ten years", "Two new terraces", "First oil in November"]);
    let star = shape(
        "",
        [10_300_000, 420_000, 1_200_000, 1_200_000],
        "star12",
        "<a:solidFill><a:schemeClr val=\"accent4\"/></a:solidFill>",
        "<a:p><a:pPr algn=\"ctr\"/><a:r><a:rPr sz=\"1600\" b=\"1\"/><a:t>+18%</a:t></a:r></a:p>",
    );
    let picture = "<p:pic><p:nvPicPr><p:cNvPr id=\"4\" name=\"x\"/></p:nvPicPr><p:blipFill><a:blip r:embed=\"i\"/>\
        <a:srcRect t=\"10000\" b=\"15000\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm><a:off x=\"700000\" y=\"4250000\"/>\
        <a:ext cx=\"5200000\" cy=\"2200000\"/></a:xfrm><a:prstGeom prst=\"roundRect\"/></p:spPr></p:pic>";
    let frame = |uri: &str, y: i64, height: i64, content: &str| {
        format!(
            "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"5\" name=\"x\"/></p:nvGraphicFramePr><p:xfrm><a:off x=\"6300000\" y=\"{y}\"/>\
             <a:ext cx=\"5200000\" cy=\"{height}\"/></p:xfrm><a:graphic><a:graphicData uri=\"{uri}\">{content}</a:graphicData></a:graphic></p:graphicFrame>"
        )
    };
    let chart =
        frame("http://schemas.openxmlformats.org/drawingml/2006/chart", 1_700_000, 2_900_000, "<c:chart r:id=\"c\"/>");
    let row = |cells: [&str; 3]| {
        let cells = cells.map(|cell| {
            format!("<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:rPr sz=\"1600\"/><a:t>{cell}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>")
        });
        format!("<a:tr h=\"400000\">{}</a:tr>", cells.concat())
    };
    let rows =
        [row(["Year", "Olives, t", "Oil, l"]), row(["2025", "41", "6,300"]), row(["2026", "48", "7,450"])].concat();
    let table = format!(
        "<a:tbl><a:tblPr firstRow=\"1\" bandRow=\"1\"><a:tableStyleId>{{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}}</a:tableStyleId></a:tblPr>\
         <a:tblGrid><a:gridCol w=\"1733333\"/><a:gridCol w=\"1733333\"/><a:gridCol w=\"1733333\"/></a:tblGrid>{rows}</a:tbl>"
    );
    let table = frame("http://schemas.openxmlformats.org/drawingml/2006/table", 4_950_000, 1_200_000, &table);
    format!(
        "<p:sld {NAMESPACES}><p:cSld><p:spTree>{title}{list}{star}{picture}{chart}{table}</p:spTree></p:cSld></p:sld>"
    )
}

fn chart() -> String {
    let points = |values: &[&str]| -> String {
        let points = values.iter().enumerate().map(|(n, v)| format!("<c:pt idx=\"{n}\"><c:v>{v}</c:v></c:pt>"));
        format!("<c:ptCount val=\"{}\"/>{}", values.len(), points.collect::<String>())
    };
    let series = |n: usize, name: &str, values: &[&str]| {
        format!(
            "<c:ser><c:idx val=\"{n}\"/><c:order val=\"{n}\"/><c:tx><c:strRef><c:strCache>{}</c:strCache></c:strRef></c:tx>\
             <c:cat><c:strRef><c:strCache>{}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache>{}</c:numCache></c:numRef></c:val></c:ser>",
            points(&[name]),
            points(&["Spring", "Summer", "Autumn"]),
            points(values)
        )
    };
    let all = [series(0, "2025", &["12", "20", "41"]), series(1, "2026", &["15", "26", "48"])].concat();
    format!(
        "<c:chartSpace {NAMESPACES}><c:chart><c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/><c:barChart><c:barDir val=\"col\"/>\
         <c:grouping val=\"clustered\"/><c:varyColors val=\"0\"/>{all}<c:gapWidth val=\"80\"/><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart>\
         <c:catAx><c:axId val=\"1\"/><c:scaling/><c:delete val=\"0\"/><c:axPos val=\"b\"/><c:crossAx val=\"2\"/></c:catAx>\
         <c:valAx><c:axId val=\"2\"/><c:scaling/><c:delete val=\"0\"/><c:axPos val=\"l\"/><c:majorGridlines/><c:crossAx val=\"1\"/></c:valAx>\
         </c:plotArea><c:legend><c:legendPos val=\"r\"/><c:overlay val=\"0\"/></c:legend></c:chart></c:chartSpace>"
    )
}
