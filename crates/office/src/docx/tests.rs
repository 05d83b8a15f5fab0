use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::{ENTRY, Word, body, flow};
use crate::package::Package;
use crate::testing;
use thumbling_core::frame::Samples;
use thumbling_core::source::Source as FileSource;
use thumbling_page::flow::{Block, Inline, Paragraph, Section, Source};
use thumbling_page::style::Color;
use thumbling_page::text::{Align, RunStyle};

const NAMESPACES: &str = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
    xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' \
    xmlns:wp='http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing' \
    xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' \
    xmlns:pic='http://schemas.openxmlformats.org/drawingml/2006/picture' \
    xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math' \
    xmlns:v='urn:schemas-microsoft-com:vml'";

/// A part beside the main one: name, kind of its relationship, content.
type Entry<'a> = (&'a str, &'a str, String);

/// A document with this body. Parts have their name as the id of their relationship.
fn package(body: &str, parts: &[Entry<'_>]) -> Vec<u8> {
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
    add("_rels/.rels", &relationships(&[("r", "officeDocument", "word/document.xml")]));
    add("word/document.xml", &format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"));
    let all: Vec<(&str, &str, &str)> = parts.iter().map(|(name, kind, _)| (*name, *kind, *name)).collect();
    add("word/_rels/document.xml.rels", &relationships(&all));
    for (name, _, content) in parts {
        add(&format!("word/{name}"), content);
    }
    writer.finish().unwrap().into_inner()
}

fn part(root: &str, content: &str) -> String {
    format!("<w:{root} {NAMESPACES}>{content}</w:{root}>")
}

fn styles(content: &str) -> Entry<'static> {
    ("styles.xml", "styles", part("styles", content))
}

/// All blocks of a document, without its first section.
fn blocks(body: &str, parts: &[Entry<'_>]) -> Vec<Block> {
    let bytes = package(body, parts);
    let read = testing::with_context(|cx| {
        let package = Package::open(&FileSource::from_bytes(bytes), cx).unwrap();
        let name = package.main_part(cx).unwrap();
        let relationships = package.relationships(&name, cx).unwrap();
        let word = Word::read(&package, &relationships, 1.0, cx).unwrap();
        let mut source = body::Body::open(&word, &package, &name).unwrap();
        let mut blocks = Vec::new();
        while let Some(block) = source.next_block().unwrap() {
            blocks.push(block);
        }
        blocks
    });
    let mut blocks = read.0;
    assert!(matches!(blocks.remove(0), Block::Section(_)));
    blocks
}

fn paragraphs(body: &str, parts: &[Entry<'_>]) -> Vec<Paragraph> {
    let only = |block| if let Block::Paragraph(paragraph) = block { Some(*paragraph) } else { None };
    blocks(body, parts).into_iter().filter_map(only).collect()
}

/// The text of a paragraph; tabs as `>`, breaks as `|`.
fn text(paragraph: &Paragraph) -> String {
    let one = |inline: &Inline| match inline {
        Inline::Text(text, _) | Inline::Number(text, _, _) => text.clone(),
        Inline::Tab(_) => ">".to_owned(),
        Inline::Break(..) => "|".to_owned(),
        Inline::Object(..) => "*".to_owned(),
        Inline::Math(..) => "=".to_owned(),
        Inline::Float(_) => "@".to_owned(),
        Inline::Note(_) => "^".to_owned(),
    };
    paragraph.content.iter().map(one).collect()
}

fn run_style(paragraph: &Paragraph) -> RunStyle {
    let style = paragraph.content.iter().find_map(|i| if let Inline::Text(_, s) = i { Some(s.clone()) } else { None });
    (*style.unwrap()).clone()
}

fn p(properties: &str, run: &str, text: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn styles_inherit_and_toggle() {
    let sheet = styles(
        "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='20'/></w:rPr></w:rPrDefault></w:docDefaults>\
         <w:style w:type='paragraph' w:default='1' w:styleId='N'><w:pPr><w:spacing w:after='200'/></w:pPr></w:style>\
         <w:style w:type='paragraph' w:styleId='H'><w:basedOn w:val='N'/><w:pPr><w:jc w:val='center'/></w:pPr>\
         <w:rPr><w:b/><w:sz w:val='40'/></w:rPr></w:style>\
         <w:style w:type='character' w:styleId='S'><w:rPr><w:b/><w:i/></w:rPr></w:style>\
         <w:style w:type='paragraph' w:styleId='A'><w:basedOn w:val='B'/></w:style>\
         <w:style w:type='paragraph' w:styleId='B'><w:basedOn w:val='A'/><w:rPr><w:sz w:val='30'/></w:rPr></w:style>",
    );
    let body = p("", "", "a")
        + &p("<w:pStyle w:val='H'/>", "", "b")
        + &p("<w:pStyle w:val='H'/>", "<w:rStyle w:val='S'/>", "c")
        + &p("<w:pStyle w:val='H'/>", "<w:rStyle w:val='S'/><w:b/>", "d")
        + &p("<w:pStyle w:val='A'/>", "", "e");
    let all = paragraphs(&body, &[sheet]);
    let looks: Vec<(f32, u16, bool)> = all.iter().map(run_style).map(|s| (s.size, s.weight, s.italic)).collect();
    // Two styles that switch bold on switch it off together; styles that inherit from each other end somewhere.
    assert_eq!(
        looks,
        [(10.0, 400, false), (20.0, 700, false), (20.0, 400, true), (20.0, 700, true), (15.0, 400, false)]
    );
    assert_eq!((all[0].style.after, all[1].style.after, all[1].style.align), (10.0, 10.0, Align::Center));
}

#[test]
fn lists_count_by_level_and_restart() {
    let level = |n: usize, format: &str, text: &str| {
        format!(
            "<w:lvl w:ilvl='{n}'><w:start w:val='1'/><w:numFmt w:val='{format}'/><w:lvlText w:val='{text}'/></w:lvl>"
        )
    };
    let levels = level(0, "decimal", "%1.") + &level(1, "lowerLetter", "%1.%2)");
    let numbering = part(
        "numbering",
        &format!(
            "<w:abstractNum w:abstractNumId='7'>{levels}</w:abstractNum>\
             <w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>\
             <w:num w:numId='2'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/>\
             </w:lvlOverride></w:num>"
        ),
    );
    let item = |number: u32, level: u32| {
        p(&format!("<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>"), "", "x")
    };
    let body =
        [item(1, 0), item(1, 1), item(1, 1), item(1, 0), item(1, 1), item(2, 0), item(1, 0), item(0, 0)].concat();
    let all = paragraphs(&body, &[("numbering.xml", "numbering", numbering)]);
    let labels: Vec<String> = all.iter().map(text).collect();
    assert_eq!(labels, ["1.>x", "1.a)>x", "1.b)>x", "2.>x", "2.a)>x", "5.>x", "6.>x", "x"]);
}

#[test]
fn fields_show_their_results_and_page_numbers() {
    let field = |instruction: &str, result: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t xml:space='preserve'>{result}</w:t></w:r>\
             <w:r><w:fldChar w:fldCharType='end'/></w:r>"
        )
    };
    let body = format!("<w:p>{}{}</w:p>", field("REF x", "see "), field(" PAGE ", "77"));
    let body = body + "<w:sectPr><w:pgNumType w:fmt='upperRoman' w:start='4'/></w:sectPr>";
    assert_eq!(text(&paragraphs(&body, &[])[0]), "see IV");
}

#[test]
fn insertions_are_shown_and_deletions_and_hidden_text_are_not() {
    let body = "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>\
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:sdt><w:sdtContent><w:r><w:t> control</w:t></w:r>\
        </w:sdtContent></w:sdt></w:p>";
    // Spaces at the ends count only where the file keeps them.
    assert_eq!(text(&paragraphs(body, &[])[0]), "newcontrol");
}

#[test]
fn the_section_is_found_behind_the_text() {
    let section = |width: u32| format!("<w:sectPr><w:pgSz w:w='{width}' w:h='4000'/></w:sectPr>");
    let body = format!(
        "<w:p><w:pPr>{}</w:pPr></w:p><w:p/>{}",
        section(2000),
        section(3000).replace("<w:pgSz", "<w:type w:val='continuous'/><w:pgSz")
    );
    let (info, _) = testing::decode(&ENTRY, &package(&body, &[])).unwrap();
    assert_eq!((info.width, info.height), (100.0, 200.0));
    let sections: Vec<Section> = blocks(&body, &[])
        .into_iter()
        .filter_map(|b| if let Block::Section(section) = b { Some(*section) } else { None })
        .collect();
    // A section of another size starts a page, whatever it says.
    assert_eq!((sections[0].width, sections[0].start), (150.0, flow::SectionStart::Page));
}

#[test]
fn merged_cells_span_columns_and_rows() {
    let cell = |properties: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p/></w:tc>");
    let rows = format!(
        "<w:tr>{}{}</w:tr><w:tr>{}{}{}</w:tr>",
        cell("<w:vMerge w:val='restart'/>"),
        cell("<w:gridSpan w:val='2'/>"),
        cell("<w:vMerge/>"),
        cell("<w:shd w:val='clear' w:fill='FF0000'/>"),
        cell("")
    );
    let grid = "<w:tblGrid><w:gridCol w:w='400'/><w:gridCol w:w='600'/><w:gridCol w:w='800'/></w:tblGrid>";
    let all = blocks(&format!("<w:tbl>{grid}{rows}</w:tbl>"), &[]);
    let Block::Table(table) = &all[0] else { panic!("not a table") };
    assert_eq!(table.columns, [20.0, 30.0, 40.0]);
    let spans: Vec<(usize, usize, usize)> =
        table.rows.iter().flat_map(|r| &r.cells).map(|c| (c.column, c.column_span, c.row_span)).collect();
    assert_eq!(spans, [(0, 1, 2), (1, 2, 1), (1, 1, 1), (2, 1, 1)]);
}

#[test]
fn table_styles_format_parts_of_a_table() {
    let sheet = styles(
        "<w:style w:type='table' w:styleId='T'><w:tblPr><w:tblBorders><w:top w:val='single' w:sz='8'/>\
         <w:insideH w:val='single' w:sz='16'/></w:tblBorders></w:tblPr>\
         <w:tblStylePr w:type='firstRow'><w:rPr><w:b/></w:rPr><w:tcPr><w:shd w:val='clear' w:fill='000000'/></w:tcPr>\
         </w:tblStylePr></w:style>",
    );
    let row = format!("<w:tr><w:tc>{}</w:tc></w:tr>", p("", "", "x"));
    let look = "<w:tblPr><w:tblStyle w:val='T'/><w:tblLook w:val='0020'/></w:tblPr>";
    let all =
        blocks(&format!("<w:tbl>{look}<w:tblGrid><w:gridCol w:w='400'/></w:tblGrid>{row}{row}</w:tbl>"), &[sheet]);
    let Block::Table(table) = &all[0] else { panic!("not a table") };
    let cells: Vec<_> = table.rows.iter().map(|r| &r.cells[0]).collect();
    let look = |n: usize| {
        let Block::Paragraph(paragraph) = &cells[n].blocks[0] else { panic!("not a paragraph") };
        let style = run_style(paragraph);
        (style.weight, style.color)
    };
    // Automatic text on black is white.
    assert_eq!((look(0), look(1)), ((700, Color::WHITE), (400, Color::BLACK)));
    let width = |line: &Option<thumbling_page::style::Stroke>| line.as_ref().map(|l| l.width);
    assert_eq!((width(&cells[0].borders.top), width(&cells[1].borders.top)), (Some(1.0), Some(2.0)));
}

#[test]
fn footnotes_and_equations_are_read() {
    let notes = part("footnotes", &format!("<w:footnote w:id='3'>{}</w:footnote>", p("", "", "note")));
    let body = "<w:p><w:r><w:footnoteReference w:id='3'/></w:r><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num>\
        <m:den><m:r><m:t>x</m:t></m:r></m:den></m:f></m:oMath></w:p>";
    let all = paragraphs(body, &[("footnotes.xml", "footnotes", notes)]);
    assert_eq!(text(&all[0]), "1^=");
}

#[test]
fn frames_are_anchored_in_the_paragraph_after_them() {
    let body = p("<w:framePr w:w='500' w:hAnchor='page' w:x='100'/>", "", "a") + &p("", "", "b");
    let all = paragraphs(&body, &[]);
    assert_eq!((all.len(), text(&all[0]).as_str()), (1, "@b"));
}

/// Pixels of the page at one pixel per pt.
fn pixels(bytes: &[u8], at: &[(usize, usize)]) -> Vec<u32> {
    let (_, frame) = testing::decode(&ENTRY, bytes).unwrap();
    let Samples::U8(samples) = &frame.samples else { panic!("not 8-bit") };
    let pixel = |&(x, y): &(usize, usize)| {
        let at = (y * frame.width as usize + x) * 3;
        samples[at..at + 3].iter().fold(0, |color, part| color << 8 | u32::from(*part))
    };
    at.iter().map(pixel).collect()
}

/// A page of 100 × 100 pt with margins of 10 pt.
const PAGE: &str = "<w:sectPr><w:pgSz w:w='2000' w:h='2000'/><w:pgMar w:top='200' w:right='200' w:bottom='200' \
    w:left='200' w:header='0' w:footer='0'/></w:sectPr>";

#[test]
fn pictures_are_drawn_in_lines_and_anchored() {
    let picture = |kind: &str, rest: &str| {
        format!(
            "<w:r><w:drawing><wp:{kind}>{rest}<wp:extent cx='254000' cy='254000'/><a:graphic><a:graphicData><pic:pic>\
             <pic:blipFill><a:blip r:embed='i.svg'/></pic:blipFill><pic:spPr><a:xfrm><a:off x='0' y='0'/>\
             <a:ext cx='127000' cy='127000'/></a:xfrm></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:{kind}>\
             </w:drawing></w:r>"
        )
    };
    let place = "<wp:positionH relativeFrom='page'><wp:align>right</wp:align></wp:positionH>\
        <wp:positionV relativeFrom='page'><wp:posOffset>635000</wp:posOffset></wp:positionV><wp:wrapNone/>";
    let body = format!("<w:p>{}{}</w:p>{PAGE}", picture("inline", ""), picture("anchor", place));
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9' fill='#0000ff'/></svg>";
    let bytes = package(&body, &[("i.svg", "image", svg.to_owned())]);
    assert_eq!(pixels(&bytes, &[(15, 15), (25, 25), (85, 55), (70, 55)]), [0xFF, 0xFF, 0xFF, 0xFF_FFFF]);
}

#[test]
fn vml_shapes_are_drawn() {
    let body = format!(
        "<w:p><w:r><w:pict><v:rect style='position:absolute;margin-left:20pt;margin-top:30pt;width:20pt;height:20pt' \
         fillcolor='#00ff00' stroked='f'/></w:pict></w:r></w:p>{PAGE}"
    );
    assert_eq!(pixels(&package(&body, &[]), &[(40, 50), (25, 50)]), [0x00_FF00, 0xFF_FFFF]);
}

#[test]
fn damaged_documents_end_early_or_fail_typed() {
    let body = p("", "", "text").repeat(200) + PAGE;
    testing::cut_everywhere(&ENTRY, &package(&body, &[]));
    let not_word = package("", &[]);
    assert!(testing::decode(&ENTRY, &not_word).is_ok());
}

#[test]
fn tables_nested_deeply_are_bounded() {
    let mut body = p("", "", "x");
    for _ in 0..60 {
        body = format!("<w:tbl><w:tr><w:tc>{body}<w:p/></w:tc></w:tr></w:tbl>");
    }
    let decoded = testing::decode(&ENTRY, &package(&(body + PAGE), &[]));
    assert!(decoded.is_ok(), "{:?}", decoded.err());
}
