use std::io::{Cursor, Write};

use ::zip::write::SimpleFileOptions;

use super::*;
use crate::ole::tests::compound;
use thumbling_core::source::HEAD;

/// A zip file of these entries.
fn packed(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let method =
            if *name == "mimetype" { ::zip::CompressionMethod::Stored } else { ::zip::CompressionMethod::Deflated };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let source = Source::from_slice(bytes);
    let head = &bytes[..bytes.len().min(HEAD)];
    of(&Peek { source: Some(&source), ..Peek::new(head, bytes.len() as u64, "", "") })
}

const TYPES: &str = "[Content_Types].xml";

#[test]
fn a_package_is_known_by_its_parts() {
    for (entries, kind) in [
        (&[(TYPES, ""), ("word/document.xml", "")][..], Some("docx")),
        (&[("_rels/.rels", ""), ("xl/workbook.xml", "")], Some("xlsx")),
        (&[(TYPES, ""), ("xl/workbook.bin", "")], Some("xlsb")),
        (&[(TYPES, ""), ("ppt\\presentation.xml", "")], Some("pptx")),
        (&[(TYPES, ""), ("visio/document.xml", "")], Some(OTHER)),
        (&[("mimetype", "application/epub+zip"), ("x", "")], Some("epub")),
        (&[("mimetype", "application/vnd.oasis.opendocument.text-template\n"), ("x", "")], Some("odt")),
        (&[("x", ""), ("mimetype", "application/vnd.oasis.opendocument.spreadsheet")], Some("ods")),
        (&[("Index/Document.iwa", ""), ("Index/Slide-1.iwa", "")], Some("key")),
        (&[("a.numbers/Index/Document.iwa", ""), ("a.numbers/Index/Tables/DataList.iwa", "")], Some("numbers")),
        (&[("META-INF/MANIFEST.MF", ""), ("a.class", "")], Some(OTHER)),
        (&[("1.jpg", ""), ("2.jpg", "")], None),
    ] {
        assert_eq!(kind_of(&packed(entries)), kind, "{entries:?}");
    }
}

#[test]
fn parts_in_unusual_folders_are_known_by_their_content_type() {
    let types = "<Types><Override PartName='/doc.xml' ContentType='application/vnd.ms-word.template.macroEnabledTemplate.main+xml'/></Types>";
    assert_eq!(kind_of(&packed(&[(TYPES, types), ("doc.xml", "")])), Some("docx"));
}

#[test]
fn a_package_that_has_lost_its_directory_is_known_by_what_comes_first() {
    let whole = packed(&[(TYPES, "<Types/>"), ("word/document.xml", &"x".repeat(5000))]);
    assert_eq!(kind_of(&whole[..whole.len() / 2]), Some("docx"));
}

#[test]
fn an_archive_with_something_before_it_is_looked_into() {
    let mut file = b"PK\x03\x04 not at the beginning".to_vec();
    file.extend(packed(&[("x", ""), ("mimetype", "application/vnd.oasis.opendocument.presentation")]));
    assert_eq!(kind_of(&file), Some("odp"));
}

#[test]
fn an_ole2_file_is_known_by_its_streams_and_not_by_those_of_what_is_embedded() {
    for (streams, kind) in [
        (&["WordDocument", "ObjectPool/1/Workbook"][..], Some("doc")),
        (&["Workbook", "MBD1/WordDocument"], Some("xls")),
        (&["book"], Some("xls")),
        (&["PowerPoint Document", "Current User"], Some("ppt")),
        (&["EncryptedPackage", "EncryptionInfo"], Some(ENCRYPTED)),
        (&["MatOST", "MN0"], Some("works")),
        (&["VisioDocument"], None),
    ] {
        let streams: Vec<(&str, &[u8])> = streams.iter().map(|name| (*name, &b"x"[..])).collect();
        assert_eq!(kind_of(&compound(&streams)), kind);
    }
}

#[test]
fn flat_documents_are_known_by_their_first_elements() {
    let opc = "<?xml version='1.0'?><?mso-application progid=\"Word.Document\"?><pkg:package xmlns:pkg='x'>";
    assert_eq!(kind_of(opc.as_bytes()), Some("docx"));
    let opc = "<pkg:package><pkg:part pkg:contentType='application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml'>";
    assert_eq!(kind_of(opc.as_bytes()), Some("pptx"));
    let spaces: String = (0..200).map(|n| format!(" xmlns:n{n}='http://example.org/{n}'")).collect();
    let odf = format!(
        "\u{feff}<?xml version='1.0'?>\n<office:document{spaces} office:mimetype='application/vnd.oasis.opendocument.text'>"
    );
    assert!(odf.len() > HEAD);
    assert_eq!(kind_of(odf.as_bytes()), Some("odt"));
    assert_eq!(kind_of(b"<html xmlns:o='urn:x'>pkg:package</html>"), None);
}

#[test]
fn records_of_an_old_workbook_are_known_without_a_container() {
    assert_eq!(kind_of(&[9, 8, 8, 0, 0, 5, 0x10, 0, 1, 2]), Some("xls"));
    assert_eq!(kind_of(&[9, 8, 8, 0, 0, 5, 0x77, 0, 1, 2]), None);
}

#[test]
fn every_cut_of_a_package_is_survived() {
    let whole = packed(&[(TYPES, "<Types/>"), ("xl/workbook.xml", "<w/>"), ("mimetype", "x")]);
    for n in 0..whole.len() {
        assert!(matches!(kind_of(&whole[..n]), None | Some("xlsx" | OTHER)));
    }
}

#[test]
fn little_of_a_large_archive_is_read() {
    let entries: Vec<(String, String)> = (0..3000).map(|n| (format!("{n}.jpg"), "x".repeat(500))).collect();
    let entries: Vec<(&str, &str)> = entries.iter().map(|(n, c)| (n.as_str(), c.as_str())).collect();
    let bytes = packed(&entries);
    let source = Source::from_slice(bytes.as_slice());
    let head = source.head().unwrap();
    assert_eq!(of(&Peek { source: Some(&source), ..Peek::new(&head, source.size(), "", "") }), None);
    assert!(source.bytes_read() < 300 << 10, "{}", source.bytes_read());
}
