//! Documents with an embedded preview: a poster, whose page is the same picture, and a book with a cover.

use super::archive;

/// An OpenDocument 1.3 text with a PNG thumbnail (part 2, section 3.9).
pub fn odt(poster: Vec<u8>) -> Vec<u8> {
    let content = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content office:version=\"1.3\" \
        xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
        xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
        xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
        xmlns:xlink=\"http://www.w3.org/1999/xlink\"><office:body><office:text><text:p><draw:frame \
        text:anchor-type=\"paragraph\" svg:width=\"15cm\" svg:height=\"20cm\"><draw:image \
        xlink:href=\"Pictures/poster.png\"/></draw:frame></text:p></office:text></office:body></office:document-content>";
    let kind = "application/vnd.oasis.opendocument.text";
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><manifest:manifest manifest:version=\"1.3\" \
         xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/>\
         <manifest:file-entry manifest:full-path=\"Pictures/poster.png\" manifest:media-type=\"image/png\"/></manifest:manifest>"
    );
    archive::zip(&[
        ("mimetype", kind.into()),
        ("content.xml", content.into()),
        ("Pictures/poster.png", poster.clone()),
        ("Thumbnails/thumbnail.png", poster),
        ("META-INF/manifest.xml", manifest.into()),
    ])
}

/// An Apple Pages document with the JPEG preview that Pages writes.
pub fn pages(poster: Vec<u8>) -> Vec<u8> {
    archive::zip(&[
        ("Index/Document.iwa", vec![0; 64]),
        ("Index/Metadata.iwa", vec![0; 64]),
        ("Metadata/Properties.plist", b"bplist00".to_vec()),
        ("preview.jpg", poster),
    ])
}

/// An EPUB 3.3 book of one page with a JPEG cover.
pub fn epub(cover: Vec<u8>) -> Vec<u8> {
    let container = "<?xml version=\"1.0\"?><container version=\"1.0\" \
        xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles><rootfile full-path=\"book/book.opf\" \
        media-type=\"application/oebps-package+xml\"/></rootfiles></container>";
    let book = "<?xml version=\"1.0\"?><package version=\"3.0\" unique-identifier=\"id\" \
        xmlns=\"http://www.idpf.org/2007/opf\"><metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:identifier id=\"id\">\
        urn:uuid:6f2b7c2e-1f0e-4a55-9a3d-3a9f7f1c2d10</dc:identifier><dc:title>Over the Hills</dc:title>\
        <dc:language>en</dc:language><meta property=\"dcterms:modified\">2026-01-01T00:00:00Z</meta></metadata><manifest>\
        <item id=\"cover\" href=\"cover.jpg\" media-type=\"image/jpeg\" properties=\"cover-image\"/>\
        <item id=\"one\" href=\"one.xhtml\" media-type=\"application/xhtml+xml\" properties=\"nav\"/></manifest>\
        <spine><itemref idref=\"one\"/></spine></package>";
    let page = "<html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\"><head>\
        <title>Over the Hills</title></head><body><h1>Over the Hills</h1><nav epub:type=\"toc\"><ol><li>\
        <a href=\"one.xhtml\">One</a></li></ol></nav></body></html>";
    archive::zip(&[
        ("mimetype", b"application/epub+zip".to_vec()),
        ("META-INF/container.xml", container.into()),
        ("book/book.opf", book.into()),
        ("book/one.xhtml", page.into()),
        ("book/cover.jpg", cover),
    ])
}
