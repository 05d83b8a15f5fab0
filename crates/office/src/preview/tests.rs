use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::*;
use crate::ole::tests::compound;
use crate::testing;
use thumbling_core::decode::Decoder;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::format::Format;
use thumbling_core::source::Source;

fn packed(parts: &[(&str, &[u8])]) -> Source {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    Source::from_bytes(writer.finish().unwrap().into_inner())
}

/// A picture of two halves, or of one colour if `blank`.
fn png(width: u32, height: u32, blank: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let samples: Vec<u8> =
        (0..width * height).map(|n| if blank || n > width * height / 2 { 240 } else { 20 }).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
    bytes
}

const APP: &[u8] = b"<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/extended-properties'>\
    <Slides>1</Slides></Properties>";

fn presentation(thumbnail: &[u8], slides: &[&str]) -> Source {
    let mut parts: Vec<(&str, &[u8])> =
        vec![("ppt/presentation.xml", b"<p/>"), ("docProps/app.xml", APP), ("docProps/thumbnail.png", thumbnail)];
    parts.extend(slides.iter().map(|name| (*name, &b"<s/>"[..])));
    packed(&parts)
}

/// The size of the preview used for a 4:3 page.
fn served(source: &Source, effort: Effort, size: Size) -> Option<Size> {
    testing::with_context(|cx| {
        let package = Package::open(source, cx).unwrap();
        let want = Want { effort, ..Want::new(size) };
        fresh_frame(&package, &want, (720.0, 540.0), cx).map(|frame| {
            assert_eq!(frame.origin, Origin::Embedded);
            frame.size()
        })
    })
    .0
}

const ONE: &[&str] = &["ppt/slides/slide1.xml"];

#[test]
fn a_fresh_preview_is_used_for_effort_preview() {
    let source = presentation(&png(256, 192, false), ONE);
    assert_eq!(served(&source, Effort::Preview, Size::new(200, 150)), Some(Size::new(200, 150)));
    assert_eq!(served(&source, Effort::Normal, Size::new(200, 150)), None);
    assert_eq!(served(&source, Effort::Preview, Size::new(512, 384)), None);
}

#[test]
fn a_preview_of_another_shape_other_slides_or_one_colour_is_rejected() {
    let served = |source| served(&source, Effort::Preview, Size::new(100, 75));
    assert!(served(presentation(&png(256, 192, false), ONE)).is_some());
    assert!(served(presentation(&png(256, 144, false), ONE)).is_none());
    assert!(served(presentation(&png(256, 192, true), ONE)).is_none());
    assert!(served(presentation(&png(256, 192, false), &["ppt/slides/slide1.xml", "ppt/slides/slide2.xml"])).is_none());
    assert!(served(presentation(b"no picture", ONE)).is_none());
}

type Open = fn(&Source, Format, &Context<'_>) -> Result<Box<dyn Decoder>>;

/// The size of the preview that a document is shown by, or the error.
fn shown(open: Open, source: &Source) -> std::result::Result<Size, ErrorKind> {
    testing::with_context(|cx| {
        let mut decoder = open(source, Format::document("document"), cx)?;
        let info = decoder.info(cx)?;
        assert_eq!(info.format.name, "document");
        let frame = decoder.frame(&Want::new(info.size()), cx)?;
        assert_eq!(frame.origin, Origin::Embedded);
        Ok(frame.size())
    })
    .0
    .map_err(|e: Error| e.kind())
}

#[test]
fn formats_without_a_reader_are_shown_by_their_preview() {
    let picture = png(30, 20, false);
    let size = Ok(Size::new(30, 20));
    let word: &[(&str, &[u8])] = &[("word/document.xml", b"<w/>"), ("docProps/thumbnail.png", &picture)];
    assert_eq!(shown(open_ooxml, &packed(word)), size);
    assert_eq!(shown(open_ooxml, &packed(&word[..1])), Err(ErrorKind::Unsupported));
    assert_eq!(shown(open_odf, &packed(&[("Thumbnails/thumbnail.png", &picture)])), size);
    let small = png(3, 2, false);
    let iwork: &[(&str, &[u8])] = &[("a.key/preview-micro.jpg", &small), ("a.key/preview.jpg", &picture)];
    assert_eq!(shown(open_iwork, &packed(iwork)), size);
}

#[test]
fn an_encrypted_document_is_not_shown_by_its_preview() {
    let picture = png(30, 20, false);
    let manifest = b"<m:manifest xmlns:m='urn:m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    let parts: &[(&str, &[u8])] = &[("META-INF/manifest.xml", manifest), ("Thumbnails/thumbnail.png", &picture)];
    assert_eq!(shown(open_odf, &packed(parts)), Err(ErrorKind::Encrypted));
    assert_eq!(shown(open_iwork, &packed(&[(".iwph", b""), ("preview.jpg", &picture)])), Err(ErrorKind::Encrypted));
}

#[test]
fn a_thumbnail_of_a_summary_is_shown() {
    let picture = png(30, 20, false);
    let mut summary = vec![0; 48];
    summary[44] = 48;
    for n in [0, 1, 17, 16, 0x47, picture.len() as u32 + 4, 0] {
        summary.extend_from_slice(&n.to_le_bytes());
    }
    summary.extend_from_slice(&picture);
    let file = compound(&[("PowerPoint Document", b""), ("\u{5}SummaryInformation", &summary)]);
    assert_eq!(shown(open_ole, &Source::from_bytes(file)), Ok(Size::new(30, 20)));
    let file = compound(&[("PowerPoint Document", b"")]);
    assert_eq!(shown(open_ole, &Source::from_bytes(file)), Err(ErrorKind::Unsupported));
}

#[test]
fn a_main_part_larger_than_the_limit_is_a_limit() {
    let limits = thumbling_core::limits::Limits::default().max_part(1000);
    let source = packed(&[("word/document.xml", &[b' '; 5000])]);
    let format = Format::document("docx");
    let kind = testing::with_limits(&limits, |cx| open_ooxml(&source, format, cx).map(|_| ()).unwrap_err().kind()).0;
    assert_eq!(kind, ErrorKind::Limit);
}

/// A book with these lines in its package document.
fn book(metadata: &str, manifest: &str, rest: &str, pages: &[(&str, &[u8])]) -> Source {
    let container = b"<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>";
    let opf = format!(
        "<package xmlns='http://www.idpf.org/2007/opf'><metadata>{metadata}</metadata><manifest>\
         <item id='other' href='other.png' media-type='image/png'/>{manifest}</manifest>{rest}</package>"
    );
    let (picture, other) = (png(20, 30, false), png(5, 5, false));
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("META-INF/container.xml", container),
        ("OPS/book.opf", opf.as_bytes()),
        ("OPS/img/one two.png", &picture),
        ("OPS/other.png", &other),
    ];
    parts.extend_from_slice(pages);
    packed(&parts)
}

#[test]
fn the_cover_of_a_book_is_found_by_all_conventions() {
    let item = "<item id='i' href='img/one%20two.png' media-type='image/png'/>";
    let page = "<item id='p' href='p.xhtml' media-type='application/xhtml+xml'/>";
    let xhtml: &[(&str, &[u8])] =
        &[("OPS/p.xhtml", b"<!DOCTYPE html><html><body><img alt='' src=\"img/one%20two.png\"></html>")];
    let svg: &[(&str, &[u8])] = &[("OPS/p.xhtml", b"<html><svg:image xlink:href='./img/one%20two.png'/></html>")];
    let named = item.replace("id='i'", "id='i' properties='x cover-image'");
    let all = format!("{item}{page}");
    for (what, source) in [
        ("property", book("", &named, "", &[])),
        ("meta", book("<meta name='cover' content='i'/>", item, "", &[])),
        ("guide", book("", &all, "<guide><reference type='cover' href='p.xhtml#a'/></guide>", xhtml)),
        ("name", book("", &item.replace("'i'", "'CoverImage'"), "", &[])),
        ("first page", book("", &all, "<spine><itemref idref='p'/></spine>", xhtml)),
        ("drawing on the first page", book("", &all, "<spine><itemref idref='p'/></spine>", svg)),
    ] {
        assert_eq!(shown(open_epub, &source), Ok(Size::new(20, 30)), "{what}");
    }
    assert_eq!(shown(open_epub, &book("", item, "", &[])), Err(ErrorKind::Unsupported));
}
