use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::relationship::Target;
use super::*;
use crate::testing;

const TYPES: &str = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>\
    <Default Extension='XML' ContentType='application/xml'/>\
    <Override PartName='/ppt/Presentation.xml' ContentType='Application/Main+xml'/></Types>";
const RELATIONSHIPS: &str = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
    <Relationship Id='r1' Type='http://x/relationships/officeDocument' Target='/ppt/presentation.xml'/>\
    <Relationship Id='r2' Type='http://x/relationships/image' Target='http://example.org/a.png' TargetMode='External'/>\
    </Relationships>";

fn package(parts: &[(&str, &str)]) -> Source {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (n, (name, content)) in parts.iter().enumerate() {
        let method = [CompressionMethod::Deflated, CompressionMethod::Stored][n % 2];
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    Source::from_bytes(writer.finish().unwrap().into_inner())
}

#[test]
fn part_names_are_case_insensitive() {
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONSHIPS),
        ("PPT\\presentation.xml", "<p/>"),
        ("ppt/b.xml", "<b/>"),
    ];
    testing::with_context(|cx| {
        let package = Package::open(&package(&parts), cx).unwrap();
        assert_eq!(package.main_part(cx).unwrap(), "ppt/presentation.xml");
        assert!(package.xml("PPT/B.xml", cx).unwrap().root().is("b"));
        assert_eq!(package.part("ppt/b.xml", cx).unwrap().source.head().unwrap(), b"<b/>");
        assert_eq!(package.xml("ppt/c.xml", cx).unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn external_targets_have_no_part() {
    testing::with_context(|cx| {
        let package = Package::open(&package(&[("_rels/.rels", RELATIONSHIPS)]), cx).unwrap();
        let relationships = package.relationships("", cx).unwrap();
        assert_eq!(relationships.target("r2"), Some(&Target::External));
        assert_eq!(relationships.part("r2"), None);
        assert_eq!(relationships.part_of_kind("image"), None);
    });
}

#[test]
fn a_flat_package_has_the_parts_of_a_zip() {
    let flat = format!(
        "<?xml version='1.0'?><pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>\
         <pkg:part pkg:name='/_rels/.rels' pkg:contentType='a/b'><pkg:xmlData>{RELATIONSHIPS}</pkg:xmlData></pkg:part>\
         <pkg:part pkg:name='/ppt/presentation.xml' pkg:contentType='Application/Main'><pkg:xmlData><p>\u{e9}</p></pkg:xmlData></pkg:part>\
         <pkg:part pkg:name='/a.bin' pkg:contentType='c/d'><pkg:binaryData>aGVs\nbG8=</pkg:binaryData></pkg:part></pkg:package>"
    );
    testing::with_context(|cx| {
        let package = Package::open(&Source::from_bytes(flat.into_bytes()), cx).unwrap();
        let main = package.main_part(cx).unwrap();
        assert_eq!(package.xml(&main, cx).unwrap().root().text(), "\u{e9}");
        assert_eq!(package.part("a.bin", cx).unwrap().source.head().unwrap(), b"hello");
    });
}

#[test]
fn a_part_that_inflates_beyond_the_limit_is_an_error() {
    let limits = thumbling_core::limits::Limits::default().max_part(1000);
    let long = format!("<r>{}</r>", " ".repeat(5000));
    let source = package(&[("a.xml", &long)]);
    testing::with_limits(&limits, |cx| {
        let package = Package::open(&source, cx).unwrap();
        assert!(package.xml("a.xml", cx).is_err());
        assert_eq!(package.part("a.xml", cx).map(|_| ()).unwrap_err().kind(), ErrorKind::Limit);
    });
}
