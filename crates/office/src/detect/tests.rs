use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};

use ::zip::write::SimpleFileOptions;

use super::*;
use crate::ole::tests::compound;
use crate::package::Package;
use crate::testing;
use thumbling_core::source::{HEAD, ReadAt};

/// A ZIP file with these entries.
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

fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let source = Source::from_slice(bytes);
    let head = &bytes[..bytes.len().min(HEAD)];
    format(&Peek { source: Some(&source), ..Peek::new(head, bytes.len() as u64, "", "") })
}

const TYPES: &str = "[Content_Types].xml";

#[test]
fn packages_are_detected_by_their_parts() {
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
        assert_eq!(format_of(&packed(entries)), kind, "{entries:?}");
    }
}

#[test]
fn parts_in_unusual_folders_are_detected_by_content_type() {
    let types = "<Types><Override PartName='/doc.xml' ContentType='application/vnd.ms-word.template.macroEnabledTemplate.main+xml'/></Types>";
    assert_eq!(format_of(&packed(&[(TYPES, types), ("doc.xml", "")])), Some("docx"));
}

#[test]
fn a_package_without_a_directory_is_detected_by_its_first_entries() {
    let whole = packed(&[(TYPES, "<Types/>"), ("word/document.xml", &"x".repeat(5000))]);
    assert_eq!(format_of(&whole[..whole.len() / 2]), Some("docx"));
}

#[test]
fn an_archive_with_a_prefix_is_detected() {
    let mut file = b"PK\x03\x04 not at the beginning".to_vec();
    file.extend(packed(&[("x", ""), ("mimetype", "application/vnd.oasis.opendocument.presentation")]));
    assert_eq!(format_of(&file), Some("odp"));
}

#[test]
fn ole2_files_are_detected_by_their_own_streams_not_embedded_ones() {
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
        assert_eq!(format_of(&compound(&streams)), kind);
    }
}

#[test]
fn flat_documents_are_detected_by_their_first_elements() {
    let opc = "<?xml version='1.0'?><?mso-application progid=\"Word.Document\"?><pkg:package xmlns:pkg='x'>";
    assert_eq!(format_of(opc.as_bytes()), Some("docx"));
    let opc = "<pkg:package><pkg:part pkg:contentType='application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml'>";
    assert_eq!(format_of(opc.as_bytes()), Some("pptx"));
    let spaces: String = (0..200).map(|n| format!(" xmlns:n{n}='http://example.org/{n}'")).collect();
    let odf = format!(
        "\u{feff}<?xml version='1.0'?>\n<office:document{spaces} office:mimetype='application/vnd.oasis.opendocument.text'>"
    );
    assert!(odf.len() > HEAD);
    assert_eq!(format_of(odf.as_bytes()), Some("odt"));
    assert_eq!(format_of(b"<html xmlns:o='urn:x'>pkg:package</html>"), None);
}

#[test]
fn workbooks_without_a_container_are_detected() {
    assert_eq!(format_of(&[9, 8, 8, 0, 0, 5, 0x10, 0, 1, 2]), Some("xls"));
    assert_eq!(format_of(&[9, 8, 8, 0, 0, 5, 0x77, 0, 1, 2]), None);
}

#[test]
fn truncated_packages_do_not_panic() {
    let whole = packed(&[(TYPES, "<Types/>"), ("xl/workbook.xml", "<w/>"), ("mimetype", "x")]);
    for n in 0..whole.len() {
        assert!(matches!(format_of(&whole[..n]), None | Some("xlsx" | OTHER)));
    }
}

#[test]
fn little_of_a_large_archive_is_read() {
    let entries: Vec<(String, String)> = (0..3000).map(|n| (format!("{n}.jpg"), "x".repeat(500))).collect();
    let entries: Vec<(&str, &str)> = entries.iter().map(|(n, c)| (n.as_str(), c.as_str())).collect();
    let bytes = packed(&entries);
    let source = Source::from_slice(bytes.as_slice());
    let head = source.head().unwrap();
    assert_eq!(format(&Peek { source: Some(&source), ..Peek::new(&head, source.size(), "", "") }), None);
    assert!(source.bytes_read() < 300 << 10, "{}", source.bytes_read());
}

/// Records the ranges that are read.
struct Recorded {
    bytes: Vec<u8>,
    ranges: Arc<Mutex<Vec<(u64, usize)>>>,
}

impl ReadAt for Recorded {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = Cursor::new(&self.bytes[offset as usize..]).read(buf)?;
        self.ranges.lock().unwrap().push((offset, n));
        Ok(n)
    }
}

#[test]
fn detecting_and_opening_a_presentation_reads_its_directory_once() {
    let picture: String = (0..200_000_u32).map(|n| char::from((n.wrapping_mul(2_654_435_761) >> 25) as u8)).collect();
    let slides: Vec<String> = (1..60).map(|n| format!("ppt/slides/slide{n}.xml")).collect();
    let mut parts =
        vec![(TYPES, "<Types/>"), ("ppt/media/image1.png", picture.as_str()), ("ppt/presentation.xml", "<p/>")];
    parts.extend(slides.iter().map(|name| (name.as_str(), "<s/>")));
    let bytes = packed(&parts);
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap() as u64;
    let (size, ranges) = (bytes.len() as u64, Arc::new(Mutex::new(Vec::new())));
    let source = Source::from_read_at(Recorded { bytes, ranges: ranges.clone() }, size);
    let head = source.head().unwrap();
    let peek = Peek { source: Some(&source), ..Peek::new(&head, size, "pptx", "") };
    assert_eq!(format(&peek), Some("pptx"));
    testing::with_context(|cx| {
        let package = Package::open(&source, cx).unwrap();
        assert_eq!(package.main_part(cx).unwrap(), "ppt/presentation.xml");
        assert!(package.xml("ppt/presentation.xml", cx).is_ok());
    });
    let ranges = ranges.lock().unwrap();
    let of_directory = ranges.iter().filter(|(start, length)| start + *length as u64 > directory).count();
    assert_eq!(of_directory, 1, "{ranges:?}");
    // The head, the tail with the directory, and one part. Detecting a presentation does not need its content types.
    assert!(ranges.len() <= 4, "{ranges:?}");
}
