//! On documents written here. If PDFium is available it is used first, as always: the expectations hold for both
//! engines.

use std::io::Write;

use super::*;
use crate::request::{Output, Request, Spec};
use crate::testing::{self, with_context};
use thumbling_core::frame::Samples;

/// Objects of a document, numbered from 1; the first is its catalog.
fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes();
    for (i, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
        writeln!(out, "{} 0 obj", i + 1).unwrap();
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    write!(table, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).unwrap();
    out.extend(table);
    out
}

fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{dict}/Length {}>>stream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}

const CATALOG: &[u8] = b"<</Type/Catalog/Pages 2 0 R>>";

/// A document of one page of 200 × 100 pt with this content; `tree` and `page` are added to the dictionaries.
fn one_page(tree: &str, page: &str, content: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        CATALOG.to_vec(),
        format!("<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]{tree}>>").into_bytes(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R{page}>>").into_bytes(),
        stream("", content),
    ];
    objects.extend_from_slice(more);
    document(&objects)
}

/// Red in the upper left quarter of 200 × 100 pt.
const RED_CORNER: &[u8] = b"1 0 0 rg 0 50 100 50 re f";

fn draw(file: &[u8]) -> (SourceInfo, Frame) {
    testing::decode(&ENTRY, file).unwrap()
}

fn pixel(frame: &Frame, x: u32, y: u32) -> [u8; 3] {
    let channels = frame.format.channels();
    let Samples::U8(samples) = &frame.samples else { panic!("no 8 bits") };
    let at = (y * frame.width + x) as usize * channels;
    if channels == 1 { [samples[at]; 3] } else { samples[at..at + 3].try_into().unwrap() }
}

#[test]
fn a_page_is_drawn_over_white_at_its_size_in_points() {
    let (info, frame) = draw(&one_page("", "", RED_CORNER, &[]));
    assert_eq!((info.width, info.height, info.pages, info.is_encrypted), (200.0, 100.0, 1, false));
    assert_eq!((pixel(&frame, 50, 25), pixel(&frame, 150, 75)), ([255, 0, 0], [255, 255, 255]));
}

#[test]
fn a_turned_page_is_measured_and_drawn_as_it_is_shown() {
    let (info, frame) = draw(&one_page("/Rotate 90", "", RED_CORNER, &[]));
    assert_eq!((info.width, info.height), (100.0, 200.0));
    assert_eq!((pixel(&frame, 75, 50), pixel(&frame, 25, 50)), ([255, 0, 0], [255, 255, 255]));
}

#[test]
fn only_the_crop_box_is_shown() {
    let (info, frame) = draw(&one_page("", "/CropBox[50 50 100 100]", RED_CORNER, &[]));
    assert_eq!((info.width, info.height), (50.0, 50.0));
    assert_eq!(pixel(&frame, 25, 25), [255, 0, 0]);
}

#[test]
fn an_annotation_is_drawn() {
    let appearance = stream("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", b"0 0 1 rg 0 0 10 10 re f");
    let square = "/Annots[<</Type/Annot/Subtype/Square/F 4/Rect[120 20 180 80]/AP<</N 5 0 R>>>>]";
    let (_, frame) = draw(&one_page("", square, RED_CORNER, &[appearance]));
    assert_eq!(pixel(&frame, 150, 50), [0, 0, 255]);
}

#[test]
fn the_page_that_is_asked_for_is_drawn() {
    let page = |contents: u32| format!("<</Type/Page/Parent 2 0 R/Contents {contents} 0 R>>").into_bytes();
    let file = document(&[
        CATALOG.to_vec(),
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 200 100]>>".to_vec(),
        page(5),
        page(6),
        stream("", RED_CORNER),
        stream("", b"0 1 0 rg 0 0 200 100 re f"),
    ]);
    let drawn = |page| {
        with_context(|cx| {
            let mut decoder = (ENTRY.open)(&Source::from_slice(file.as_slice()), cx)?;
            decoder.frame(&Want { page, ..Want::new(Size::new(40, 20)) }, cx)
        })
        .0
    };
    assert_eq!(pixel(&drawn(1).unwrap(), 10, 5), [0, 255, 0]);
    assert_eq!(drawn(2).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

/// A grey JPEG, dark on its left half.
fn jpeg() -> Vec<u8> {
    let samples = (0..64 * 32).flat_map(|i| [if i % 64 < 32 { 30 } else { 220 }; 3]).collect();
    let frame = Frame::from_u8(64, 32, PixelFormat::Rgb8, samples).unwrap();
    let spec = Spec { output: Output::Jpeg, ..Spec::new(64, 32) };
    crate::encode::encode(&frame, &spec).unwrap().bytes
}

fn picture(dict: &str) -> Vec<u8> {
    let dict = format!(
        "/Type/XObject/Subtype/Image/Width 64/Height 32/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode{dict}"
    );
    stream(&dict, &jpeg())
}

fn find_scan(file: &[u8]) -> Option<Scan> {
    with_context(|cx| Pdf::new(&Source::from_slice(file)).find_scan(0, cx)).0.unwrap()
}

const PICTURE: &str = "/Resources<</XObject<</P 5 0 R>>>>";

#[test]
fn a_page_that_is_one_picture_is_a_scan_and_looks_as_the_engine_draws_it() {
    // Upright, rotated, mirrored, smaller than the page and overlapping its edge.
    for matrix in
        ["200 0 0 100 0 0", "0 100 -200 0 200 0", "-200 0 0 100 200 0", "80 0 0 40 30 20", "100 0 0 100 -40 -30"]
    {
        for turn in [0, 90, 180, 270] {
            let content = format!("q {matrix} cm /P Do Q BT 3 Tr /F 9 Tf (read) Tj ET");
            let page = |more: &str| {
                let page = format!("{PICTURE}/Rotate {turn}{more}");
                one_page("", &page, content.as_bytes(), &[picture("")])
            };
            let scan = find_scan(&page("")).unwrap();
            // Any annotation, even an invisible one, leaves the page to the engine.
            let by_engine = page("/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>]");
            assert!(find_scan(&by_engine).is_none());
            let (info, engine) = draw(&by_engine);
            assert_eq!(scan.size, (info.width, info.height));
            let ours = with_context(|cx| scan.frame(info.size(), cx)).0.unwrap();
            let ours = thumbling_core::orient::upright(thumbling_core::color::to_srgb8(ours).unwrap());
            for (x, y) in [(0.1, 0.1), (0.3, 0.2), (0.3, 0.7), (0.45, 0.6), (0.7, 0.3), (0.9, 0.9)] {
                let at = |frame: &Frame| {
                    pixel(frame, (f64::from(frame.width) * x) as u32, (f64::from(frame.height) * y) as u32)[1]
                };
                let (ours, engine) = (at(&ours), at(&engine));
                assert!(ours.abs_diff(engine) < 12, "{matrix} turned by {turn} at {x} {y}: {ours} and {engine}");
            }
        }
    }
}

#[test]
fn a_page_with_anything_but_a_plain_picture_is_no_scan() {
    let whole = "q 200 0 0 100 0 0 cm /P Do Q";
    let plain = |content: &str| find_scan(&one_page("", PICTURE, content.as_bytes(), &[picture("")])).is_some();
    assert!(plain(whole));
    for more in ["BT /F 9 Tf (seen) Tj ET", "0 0 5 5 re f", "/P Do", "BI /W 1 /H 1 ID x EI", "/S sh"] {
        assert!(!plain(&format!("{whole} {more}")), "{more}");
    }
    for dict in ["/Decode[1 0 1 0 1 0]", "/SMask 6 0 R", "/Mask[0 9 0 9 0 9]", "/ImageMask true"] {
        let file = one_page("", PICTURE, whole.as_bytes(), &[picture(dict)]);
        assert!(find_scan(&file).is_none(), "{dict}");
    }
}

#[test]
fn one_page_of_many_is_drawn_from_a_part_of_the_file() {
    let count = 400;
    let kids: String = (0..count).map(|i| format!("{} 0 R ", 4 + 2 * i)).collect();
    let mut objects = vec![
        CATALOG.to_vec(),
        format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 200 100]/Resources 3 0 R>>").into_bytes(),
        b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>>>>>".to_vec(),
    ];
    for i in 0..count {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", 5 + 2 * i).into_bytes());
        objects.push(stream("", &[RED_CORNER, "% padding\n".repeat(300).as_bytes()].concat()));
    }
    let source = Source::from_bytes(document(&objects));
    let made = crate::thumbnail(&source, &Request::new().square(100)).unwrap();
    assert_eq!((made.info.pages, made.info.width), (count, 200.0));
    assert!(made.bytes_read * 10 < source.size(), "{} of {} bytes", made.bytes_read, source.size());
}

#[test]
fn a_document_is_found_behind_junk_and_without_its_header() {
    let whole = one_page("", "", RED_CORNER, &[]);
    let after_junk = [b"MIME-Version: 1.0\r\n\r\n".as_slice(), &whole].concat();
    let headless = [b"%\xe2\xe3\xcf\n".as_slice(), &whole[9..]].concat();
    for file in [after_junk, headless] {
        assert_eq!(pixel(&draw(&file).1, 50, 25), [255, 0, 0]);
    }
}

#[test]
fn a_tree_of_pages_without_a_page_is_corrupt() {
    let looping = document(&[CATALOG.to_vec(), b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>".to_vec()]);
    let empty = document(&[CATALOG.to_vec(), b"<</Type/Pages/Kids[]/Count 0>>".to_vec()]);
    for file in [looping, empty] {
        assert_eq!(testing::decode(&ENTRY, &file).unwrap_err().kind(), ErrorKind::Corrupt);
    }
}

#[test]
fn a_page_of_any_size_is_drawn_at_the_size_that_is_wanted() {
    let file = one_page("", "/MediaBox[0 0 2000000 1000000]", b"1 0 0 rg 0 500000 1000000 500000 re f", &[]);
    let frame = testing::decode_at(&ENTRY, &file, Size::new(200, 100)).unwrap();
    assert_eq!(pixel(&frame, 50, 25), [255, 0, 0]);
}

#[test]
fn content_that_expands_without_measure_is_a_limit_to_the_built_in_engine() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![b' '; 1 << 20];
    (0..300).for_each(|_| encoder.write_all(&block).unwrap());
    let bomb = stream("/Filter/FlateDecode", &encoder.finish().unwrap());
    let file = one_page("", "", b"", &[]);
    let page = document(&[
        CATALOG.to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 100]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>".to_vec(),
        bomb,
    ]);
    let by_hayro = |file: Vec<u8>| {
        with_context(|cx| Engine::hayro(file, None, cx)?.render(0, Size::new(20, 10), cx)).0.map_err(|e| e.kind())
    };
    assert!(by_hayro(file).is_ok());
    assert_eq!(by_hayro(page).unwrap_err(), ErrorKind::Limit);
}

#[test]
fn forms_that_multiply_end_at_the_deadline_in_the_built_in_engine() {
    // Each draws the next one forty times.
    let form = |i: usize| {
        let dict = format!("/Type/XObject/Subtype/Form/BBox[0 0 200 100]/Resources<</XObject<</X {} 0 R>>>>", 6 + i);
        stream(&dict, "/X Do ".repeat(40).as_bytes())
    };
    let forms: Vec<_> = (0..30).map(form).collect();
    let file = one_page("", "/Resources<</XObject<</X 5 0 R>>>>", b"/X Do", &forms);
    let limits = crate::Limits::default().timeout(std::time::Duration::from_millis(300));
    let state = thumbling_core::decode::RequestState::new(&limits, crate::CancelToken::new(), crate::codecs::open);
    let hint = crate::Hint::default();
    let cx = state.context(&hint);
    let start = std::time::Instant::now();
    let drawn = Engine::hayro(file, None, &cx).and_then(|mut engine| engine.render(0, Size::new(20, 10), &cx));
    assert_eq!(drawn.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < std::time::Duration::from_millis(1500), "{:?}", start.elapsed());
}

#[test]
fn a_document_cut_anywhere_ends_in_a_picture_or_a_typed_error() {
    testing::cut_everywhere(&ENTRY, &one_page("", PICTURE, b"q 90 0 0 90 5 5 cm /P Do Q", &[picture("")]));
}

#[test]
fn a_form_that_draws_itself_twice_ends_and_the_rest_is_shown() {
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 200 100]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do /F Do");
    let content = [b"/F Do ".as_slice(), RED_CORNER].concat();
    let (_, frame) = draw(&one_page("", "/Resources<</XObject<</F 5 0 R>>>>", &content, &[form]));
    assert_eq!(pixel(&frame, 50, 25), [255, 0, 0]);
}
