//! PDF documents, uncompressed except for their JPEG pictures.

use std::fmt::Write;

use super::jpeg;
use crate::picture::Picture;

/// A document of the given objects, numbered from 1; the first is the catalog.
pub fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
        out.extend(format!("{} 0 obj\n", i + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    write!(table, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).unwrap();
    out.extend(table.bytes());
    out
}

pub fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    let mut out = format!("<< {dict} /Length {} >>\nstream\n", data.len()).into_bytes();
    out.extend(data);
    out.extend(b"\nendstream");
    out
}

/// A page of `width` × `height` pt with the picture `/P` and two standard fonts. `page` is added to the page dictionary.
fn one_page(width: u32, height: u32, page: &str, content: &str, picture: &Picture) -> Vec<u8> {
    let dict = format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
        picture.width, picture.height
    );
    let font = |name: &str| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} >>");
    let resources =
        format!("<< /XObject << /P 5 0 R >> /Font << /T {} /B {} >> >>", font("Times-Roman"), font("Helvetica-Bold"));
    let leaf = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R /Resources {resources} {page} >>"
    );
    document(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        leaf.into_bytes(),
        stream("", content.as_bytes()),
        stream(&dict, &jpeg::photo(picture)),
    ])
}

/// A leaflet: a picture at the top, a heading, two columns of text, a bar chart.
pub fn leaflet(picture: &Picture) -> Vec<u8> {
    let mut content = String::from("q 595 0 0 300 0 542 cm /P Do Q\n0.11 0.23 0.27 rg\n");
    content += "BT /B 34 Tf 48 484 Td (Walks along the coast) Tj ET\n";
    content += "0.83 0.42 0.27 rg 48 468 120 5 re f 0.2 0.22 0.24 rg\n";
    let words =
        ["the path", "climbs", "above", "a quiet bay", "where seals", "rest", "and terns", "fish", "at low tide"];
    for column in 0..2 {
        for line in 0..18 {
            let start = column * 5 + line * 7;
            let text: Vec<&str> = (start..start + 4).map(|i| words[i % words.len()]).collect();
            let (x, y) = (48 + column * 256, 436 - line * 13);
            writeln!(content, "BT /T 11 Tf {x} {y} Td ({}) Tj ET", text.join(" ")).unwrap();
        }
    }
    for (i, height) in [62, 88, 74, 118, 104, 136, 96].into_iter().enumerate() {
        let shade = 0.35 + 0.07 * i as f32;
        writeln!(content, "0.1 {shade:.2} 0.55 rg {} 48 44 {height} re f", 48 + i * 72).unwrap();
    }
    one_page(595, 842, "", &content, picture)
}

/// A landscape page with `/Rotate 90`.
pub fn rotated(picture: &Picture) -> Vec<u8> {
    let content = "q 0 500 -700 0 700 0 cm /P Do Q\nq 0.98 0.96 0.9 rg 560 40 90 300 re f Q\n\
        0.35 0.16 0.33 rg BT /B 40 Tf 0 1 -1 0 618 60 Tm (Evening) Tj ET";
    one_page(700, 500, "/Rotate 90", content, picture)
}

/// A scanned page: a single picture.
pub fn scan(picture: &Picture) -> Vec<u8> {
    one_page(420, 595, "", "q 420 0 0 595 0 0 cm /P Do Q", picture)
}

/// A page tree that contains itself.
pub fn cyclic() -> Vec<u8> {
    document(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>".to_vec(),
        b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>".to_vec(),
    ])
}
