use super::*;
use crate::testing;
use thumbling_core::error::ErrorKind;
use thumbling_core::limits::Limits;

const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const MC: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";
const WPS: &str = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape";

fn with<T>(xml: &str, look: impl FnOnce(Result<Document>) -> T) -> T {
    testing::with_context(|cx| look(Document::parse(xml.as_bytes(), cx))).0
}

#[test]
fn names_are_resolved_by_namespace() {
    let strict = "http://purl.oclc.org/ooxml/drawingml/main";
    for (prefix, uri) in [("a", A), ("z", A), ("q", strict)] {
        let xml = format!("<{prefix}:sp xmlns:{prefix}='{uri}' id='7'><{prefix}:off x='1' y='2'/></{prefix}:sp>");
        with(&xml, |document| {
            let document = document.unwrap();
            assert!(document.root().is("a:sp"));
            assert_eq!(document.root().child("a:off").unwrap().number::<i64>("y"), Some(2));
            assert_eq!(document.root().attr("id"), Some("7"));
        });
    }
}

#[test]
fn text_keeps_spaces_and_resolves_entities() {
    let xml = "<t> a &amp; b&#x20AC;<![CDATA[<c>]]> <i/>d</t>";
    with(xml, |document| assert_eq!(document.unwrap().root().text(), " a & b\u{20AC}<c> "));
}

#[test]
fn the_first_supported_choice_replaces_the_alternatives() {
    let xml = |first: &str, second: &str| {
        format!(
            "<r xmlns:mc='{MC}' xmlns:wps='{WPS}' xmlns:v='urn:later'><mc:AlternateContent><mc:Choice Requires='{first}'>\
             <one><mc:Choice/></one></mc:Choice><mc:Choice Requires='{second}'><two/></mc:Choice><mc:Fallback><three/><four/>\
             </mc:Fallback></mc:AlternateContent><last/></r>"
        )
    };
    let names =
        |xml: &str| with(xml, |d| d.unwrap().root().children().map(|c| c.name().to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&xml("wps", "wps")), ["one", "last"]);
    assert_eq!(names(&xml("v", "wps")), ["two", "last"]);
    assert_eq!(names(&xml("v", "wps v")), ["three", "four", "last"]);
    assert_eq!(names(&xml("undeclared", "")), ["two", "last"]);
}

#[test]
fn a_large_part_is_read_one_subtree_at_a_time() {
    let rows: String = (0..1000).map(|n| format!("<row r='{n}'><c>{n}</c></row>")).collect();
    testing::with_context(|cx| {
        let xml = format!("<sheet><skipped><row/></skipped>{rows}");
        let mut reader = Reader::new(xml.as_bytes(), cx);
        assert_eq!(reader.next_event().unwrap(), Event::Start);
        assert_eq!(reader.next_event().unwrap(), Event::Start);
        reader.subtree().unwrap();
        for n in 0..5 {
            assert_eq!(reader.next_event().unwrap(), Event::Start);
            assert_eq!(reader.start().number::<u32>("r"), Some(n));
            let row = reader.subtree().unwrap();
            assert_eq!(row.root().child("c").unwrap().text(), n.to_string());
        }
    });
}

#[test]
fn dtds_and_custom_entities_are_corrupt() {
    let kind = |xml: &str| with(xml, |d| d.map(|_| ()).unwrap_err().kind());
    assert_eq!(kind("<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><r>&e;</r>"), ErrorKind::Corrupt);
    assert_eq!(kind("<r>&e;</r>"), ErrorKind::Corrupt);
    assert_eq!(kind(&"<r>".repeat(100_000)), ErrorKind::Limit);
    assert_eq!(kind("<r><s></r>"), ErrorKind::Corrupt);
    assert_eq!(kind("<r><s>"), ErrorKind::Corrupt);
    assert_eq!(kind(""), ErrorKind::Corrupt);
    let limits = Limits::default().max_xml_events(10);
    let many = format!("<r>{}</r>", "<s/>".repeat(20));
    testing::with_limits(&limits, |cx| {
        assert_eq!(Document::parse(many.as_bytes(), cx).unwrap_err().kind(), ErrorKind::Limit);
    });
    let limits = Limits::default().max_memory(4 << 20);
    let large = format!("<r>{}</r>", "x".repeat(5 << 20));
    testing::with_limits(&limits, |cx| {
        assert_eq!(Document::parse(large.as_bytes(), cx).unwrap_err().kind(), ErrorKind::Limit);
    });
}

#[test]
fn only_finite_numbers_are_parsed() {
    for value in ["NaN", "inf", "-Infinity", "1e39", ""] {
        with(&format!("<a x='{value}'/>"), |document| {
            assert_eq!(document.unwrap().root().number::<f32>("x"), None, "{value}");
        });
    }
    assert_eq!((number::<f32>(" -1.5 "), number::<f64>("1e39"), number::<u32>("-1")), (Some(-1.5), Some(1e39), None));
}
