//! Tests of the players on small generated metafiles.

use super::*;

const RED: u32 = 0x0000_00ff;

fn options(bounds: Bounds) -> Options<'static> {
    Options { target: 256, bounds, go_on: &|| true }
}

fn svg(bytes: &[u8]) -> String {
    to_svg(bytes, &options(Bounds::default())).expect("a drawing").svg
}

fn le(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An EMF record.
fn emf_record(kind: u32, arguments: &[u8]) -> Vec<u8> {
    let mut arguments = arguments.to_vec();
    arguments.resize(arguments.len().next_multiple_of(4), 0);
    let mut record = le(&[kind as i32, arguments.len() as i32 + 8]);
    record.extend(arguments);
    record
}

/// An EMF file of 100 × 100 device pixels, ten per millimetre.
fn emf(records: &[Vec<u8>]) -> Vec<u8> {
    emf_of([0, 0, 99, 99], [0, 0, 1000, 1000], records)
}

fn emf_of(bounds: [i32; 4], frame: [i32; 4], records: &[Vec<u8>]) -> Vec<u8> {
    let mut arguments = le(&bounds);
    arguments.extend(le(&frame));
    arguments.extend(le(&[0x464d_4520, 0x1_0000, 0, 0, 16, 0, 0, 0, 1000, 1000, 100, 100]));
    let mut file = emf_record(1, &arguments);
    records.iter().for_each(|record| file.extend(record));
    file.extend(emf_record(14, &le(&[0, 0, 20])));
    file
}

/// Creates and selects a red brush, without a pen.
fn red_brush() -> Vec<Vec<u8>> {
    vec![
        emf_record(39, &le(&[1, 0, RED as i32, 0])),
        emf_record(37, &le(&[1])),
        emf_record(37, &le(&[0x8000_0008_u32 as i32])),
    ]
}

fn emf_rectangle(left: i32, top: i32, right: i32, bottom: i32) -> Vec<u8> {
    emf_record(43, &le(&[left, top, right, bottom]))
}

/// A comment with EMF+ records: type, flags, data.
fn plus(records: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    let mut data = b"EMF+".to_vec();
    for (kind, flags, payload) in records {
        data.extend(kind.to_le_bytes());
        data.extend(flags.to_le_bytes());
        data.extend(le(&[payload.len() as i32 + 12, payload.len() as i32]));
        data.extend(payload);
    }
    let mut arguments = le(&[data.len() as i32]);
    arguments.extend(data);
    emf_record(70, &arguments)
}

fn plus_header() -> (u16, u16, Vec<u8>) {
    (0x4001, 1, le(&[0xdbc0_1002_u32 as i32, 0, 96, 96]))
}

/// A WMF record with 16-bit arguments.
fn wmf_record(function: u16, arguments: &[i16]) -> Vec<u8> {
    let mut record = (arguments.len() as u32 + 3).to_le_bytes().to_vec();
    record.extend(function.to_le_bytes());
    record.extend(arguments.iter().flat_map(|value| value.to_le_bytes()));
    record
}

fn wmf(records: &[Vec<u8>]) -> Vec<u8> {
    let mut file = [1_u16, 9, 0x300, 0, 0, 8, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    records.iter().for_each(|record| file.extend(record));
    file.extend(wmf_record(0, &[]));
    file
}

fn placeable(right: i16, bottom: i16, inch: i16, file: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xd7, 0xcd, 0xc6, 0x9a];
    bytes.extend([0, 0, 0, right, bottom, inch, 0, 0, 0].iter().flat_map(|word: &i16| word.to_le_bytes()));
    bytes.extend(file);
    bytes
}

fn wmf_triangle() -> Vec<u8> {
    wmf_record(0x0324, &[3, 0, 0, 500, 0, 0, 500])
}

#[test]
fn an_emf_rectangle_uses_the_selected_brush() {
    let mut records = red_brush();
    records.push(emf_rectangle(0, 0, 50, 50));
    let svg = svg(&emf(&records));
    assert!(svg.contains("d=\"M0 0L2048 0L2048 2048L0 2048Z\" fill=\"#ff0000\" fill-rule=\"evenodd\"/>"), "{svg}");
}

#[test]
fn emf_size_is_that_of_the_frame() {
    let (width, height) = size(&emf(&[])).expect("a size");
    assert!((width - 37.8).abs() < 0.01 && (height - 37.8).abs() < 0.01, "{width} x {height}");
}

#[test]
fn placeable_size_uses_units_per_inch() {
    let (width, height) = size(&placeable(1440, 720, 1440, &wmf(&[]))).expect("a size");
    assert_eq!((width, height), (96.0, 48.0));
}

#[test]
fn a_placeable_header_can_be_padded() {
    let mut padded = placeable(1440, 720, 1440, &[]);
    padded.extend([0, 0]);
    padded.extend(wmf(&[]));
    assert_eq!(size(&padded), Ok((96.0, 48.0)));
}

#[test]
fn the_window_at_the_first_drawing_record_is_used() {
    let records = [wmf_record(0x020c, &[1, 1]), wmf_record(0x020c, &[500, 1000]), wmf_triangle()];
    assert_eq!(size(&wmf(&records)), Ok((1000.0, 500.0)));
}

#[test]
fn a_wmf_without_a_window_is_fitted_to_its_drawing() {
    let svg = svg(&wmf(&[wmf_triangle()]));
    assert!(svg.contains("<path"), "{svg}");
}

#[test]
fn wmf_objects_use_the_first_free_slot() {
    let brush = |color: i16| wmf_record(0x02fc, &[0, color, 0, 0]);
    let records = [
        wmf_record(0x020c, &[1000, 1000]),
        brush(0x10),
        brush(0x20),
        wmf_record(0x01f0, &[0]),
        brush(0x30),
        wmf_record(0x012d, &[0]),
        wmf_triangle(),
    ];
    assert!(svg(&wmf(&records)).contains("fill=\"#300000\""));
}

#[test]
fn a_truncated_file_shows_its_beginning() {
    let mut records = red_brush();
    records.push(emf_rectangle(0, 0, 50, 50));
    let whole = emf(&records);
    assert!(svg(&whole[..whole.len() - 20]).contains("#ff0000"));
}

#[test]
fn other_files_are_unknown() {
    for bytes in [&b""[..], b"GIF89a", &[0; 200], &[0xd7, 0xcd, 0xc6, 0x9a]] {
        assert_eq!(to_svg(bytes, &options(Bounds::default())).err(), Some(Fault::Unknown));
    }
}

#[test]
fn records_beyond_the_bound_are_left_out() {
    let mut records = red_brush();
    records.extend((0..100).map(|_| emf_rectangle(0, 0, 50, 50)));
    let bounds = Bounds { records: 20, ..Bounds::default() };
    let converted = to_svg(&emf(&records), &options(bounds)).expect("a drawing");
    assert!(converted.truncated);
    assert!(converted.svg.matches("<path").count() < 20);
}

#[test]
fn saves_and_restores_cover_the_brush() {
    let mut records = vec![emf_record(33, &[])];
    records.extend(red_brush());
    records.push(emf_record(34, &le(&[-1])));
    records.push(emf_rectangle(0, 0, 50, 50));
    assert!(!svg(&emf(&records)).contains("#ff0000"));
}

#[test]
fn plain_records_are_ignored_while_emf_plus_draws() {
    let mut records = red_brush();
    let fill = (0x400a, 0x8000, [le(&[0xff00_ff00_u32 as i32, 1]), floats(&[0.0, 0.0, 10.0, 10.0])].concat());
    records.push(plus(&[plus_header(), fill]));
    records.push(emf_rectangle(0, 0, 50, 50));
    let svg = svg(&emf(&records));
    assert!(svg.contains("#00ff00") && !svg.contains("#ff0000"), "{svg}");
}

#[test]
fn get_dc_enables_plain_records() {
    let mut records = red_brush();
    records.push(plus(&[plus_header(), (0x4004, 0, Vec::new())]));
    records.push(emf_record(37, &le(&[1])));
    records.push(emf_rectangle(0, 0, 50, 50));
    assert!(svg(&emf(&records)).contains("#ff0000"));
}

#[test]
fn plain_records_are_drawn_if_emf_plus_draws_nothing() {
    let mut records = red_brush();
    records.push(plus(&[plus_header()]));
    records.push(emf_rectangle(0, 0, 50, 50));
    assert!(svg(&emf(&records)).contains("#ff0000"));
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An EMF+ metafile whose only image is `inner`.
fn holding(inner: &[u8]) -> Vec<u8> {
    let mut image = le(&[0xdbc0_1002_u32 as i32, 2, 3, inner.len() as i32]);
    image.extend(inner);
    let draw = [le(&[0, 2]), floats(&[0.0, 0.0, 100.0, 100.0, 0.0, 0.0, 100.0, 100.0])].concat();
    emf(&[plus(&[plus_header(), (0x4008, 0x0500, image), (0x401a, 0, draw)])])
}

#[test]
fn nested_metafiles_are_drawn_to_a_limited_depth() {
    let mut records = red_brush();
    records.push(emf_rectangle(0, 0, 50, 50));
    let inner = emf(&records);
    assert!(svg(&holding(&inner)).contains("#ff0000"));
    let deep = (0..8).fold(inner, |inner, _| holding(&inner));
    assert!(!svg(&deep).contains("#ff0000"));
}

/// STRETCHDIBITS of a 2×1 bitmap with 24-bit pixels over the whole picture.
fn stretched(operation: u32, pixels: [u8; 6]) -> Vec<u8> {
    let mut arguments = le(&[0, 0, 99, 99, 0, 0, 0, 0, 2, 1, 80, 40, 120, 8, 0, operation as i32, 100, 100]);
    arguments.extend(le(&[40, 2, 1, 0x0018_0001, 0, 0, 0, 0, 0, 0]));
    arguments.extend(pixels);
    arguments.extend([0, 0]);
    emf_record(81, &arguments)
}

#[test]
fn a_mask_and_a_picture_become_a_transparent_picture() {
    let mask = stretched(0x0088_00c6, [255, 255, 255, 0, 0, 0]);
    let picture = stretched(0x00ee_0086, [0, 0, 0, 9, 8, 7]);
    let svg = svg(&emf(&[mask, picture]));
    assert_eq!(svg.matches("<image").count(), 1);
    assert!(!svg.contains("mix-blend-mode"));
}

#[test]
fn a_mask_alone_darkens_the_background() {
    let svg = svg(&emf(&[stretched(0x0088_00c6, [255, 255, 255, 0, 0, 0])]));
    assert!(svg.contains("mix-blend-mode:multiply"));
}

/// EXTTEXTOUTW at 10, 50 in graphics mode 1.
fn text(letters: &str, advances: &[i32]) -> Vec<u8> {
    let units: Vec<u8> = letters.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let count = units.len() as i32 / 2;
    let dx_at = 76 + (units.len().next_multiple_of(4)) as i32;
    let mut arguments = le(&[0, 0, 99, 99, 1, 0, 0, 10, 50, count, 76, 0, 0, 0, 0, 0, dx_at]);
    arguments.extend(units);
    arguments.resize(arguments.len().next_multiple_of(4), 0);
    arguments.extend(le(advances));
    emf_record(84, &arguments)
}

#[test]
fn words_are_positioned_by_their_advances() {
    let svg = svg(&emf(&[text("ab cd", &[9, 9, 4, 8, 9])]));
    assert!(svg.contains(">ab</tspan>") && svg.contains(">cd</tspan>"), "{svg}");
    // 22 of 100 pixels of the picture.
    assert!(svg.contains("<tspan x=\"901.12\""), "{svg}");
}

#[test]
fn characters_with_unusual_advances_are_split() {
    let svg = svg(&emf(&[text("hgt", &[60, 5, 20])]));
    assert!(svg.contains(">h</tspan>") && svg.contains(">g</tspan>"), "{svg}");
}

#[test]
fn escapement_turns_text_anticlockwise() {
    let mut font = le(&[2, -10, 0, 900, 900, 400, 0, 0]);
    font.extend("Arial".encode_utf16().flat_map(u16::to_le_bytes));
    font.resize(font.len() + 64, 0);
    let svg = svg(&emf(&[emf_record(82, &font), emf_record(37, &le(&[2])), text("up", &[])]));
    assert!(svg.contains("matrix(0 -1 1 0 "), "{svg}");
}

#[test]
fn a_path_bracket_is_filled_as_one_path() {
    let mut records = red_brush();
    records.push(emf_record(59, &[]));
    records.push(emf_rectangle(0, 0, 50, 50));
    records.push(emf_rectangle(10, 10, 40, 40));
    records.push(emf_record(60, &[]));
    records.push(emf_record(62, &le(&[0, 0, 99, 99])));
    let svg = svg(&emf(&records));
    assert_eq!(svg.matches("<path").count(), 1);
    assert!(svg.contains("fill-rule=\"evenodd\""));
}

#[test]
fn excluded_rectangles_cut_a_clip() {
    let mut records = red_brush();
    records.push(emf_record(29, &le(&[20, 20, 30, 30])));
    records.push(emf_record(42, &le(&[0, 0, 100, 100])));
    assert!(svg(&emf(&records)).contains("<g clip-path="));
}

#[test]
fn a_frame_that_fits_only_upside_down_flips_the_drawing() {
    let mut records = red_brush();
    records.push(emf_rectangle(0, -99, 99, -50));
    let svg = svg(&emf_of([0, -99, 98, -1], [0, 0, 1000, 1000], &records));
    assert!(svg.contains("M0 2048L4055.04 2048L4055.04 4055.04"), "{svg}");
}
