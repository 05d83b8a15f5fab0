//! Namespaces of office documents, and the prefixes used for them here.

/// The prefix of a namespace: empty for none, `?` for an unknown one.
pub(super) fn prefix(uri: &str) -> &'static str {
    // Strict documents use the same names in another namespace.
    if let Some(strict) = uri.strip_prefix("http://purl.oclc.org/ooxml/") {
        return match strict {
            "drawingml/main" => "a",
            "presentationml/main" => "p",
            "wordprocessingml/main" => "w",
            "spreadsheetml/main" => "x",
            "officeDocument/relationships" => "r",
            "officeDocument/math" => "m",
            "officeDocument/extendedProperties" => "ep",
            "drawingml/chart" => "c",
            "drawingml/chartDrawing" => "cdr",
            "drawingml/diagram" => "dgm",
            "drawingml/picture" => "pic",
            "drawingml/wordprocessingDrawing" => "wp",
            "drawingml/spreadsheetDrawing" => "xdr",
            "drawingml/lockedCanvas" => "lc",
            _ => "?",
        };
    }
    if let Some(standard) = uri.strip_prefix("http://schemas.openxmlformats.org/") {
        return match standard {
            "drawingml/2006/main" => "a",
            "presentationml/2006/main" => "p",
            "wordprocessingml/2006/main" => "w",
            "spreadsheetml/2006/main" | "spreadsheetml/2006/5/main" => "x",
            "officeDocument/2006/relationships" => "r",
            "officeDocument/2006/math" => "m",
            "officeDocument/2006/extended-properties" => "ep",
            "drawingml/2006/chart" => "c",
            "drawingml/2006/chartDrawing" => "cdr",
            "drawingml/2006/diagram" => "dgm",
            "drawingml/2006/picture" => "pic",
            "drawingml/2006/wordprocessingDrawing" => "wp",
            "drawingml/2006/spreadsheetDrawing" => "xdr",
            "drawingml/2006/lockedCanvas" => "lc",
            "markup-compatibility/2006" => "mc",
            "package/2006/relationships" => "rel",
            "package/2006/content-types" => "ct",
            "package/2006/metadata/core-properties" => "cp",
            _ => "?",
        };
    }
    match uri {
        "" => "",
        "http://www.w3.org/XML/1998/namespace" => "xml",
        "http://schemas.microsoft.com/office/drawing/2008/diagram" => "dsp",
        "http://schemas.microsoft.com/office/drawing/2010/main" => "a14",
        "http://schemas.microsoft.com/office/drawing/2014/main" => "a16",
        "http://schemas.microsoft.com/office/drawing/2016/SVG/main" => "asvg",
        "http://schemas.microsoft.com/office/drawing/2007/8/2/chart" => "c14",
        "http://schemas.microsoft.com/office/drawing/2012/chart" => "c15",
        "http://schemas.microsoft.com/office/drawing/2014/chartex" => "cx",
        "http://schemas.microsoft.com/office/powerpoint/2010/main" => "p14",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape" => "wps",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" => "wpg",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas" => "wpc",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing" => "wp14",
        "http://schemas.microsoft.com/office/word/2010/wordml" => "w14",
        "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" => "x14",
        "http://schemas.microsoft.com/office/2006/xmlPackage" => "pkg",
        "urn:schemas-microsoft-com:vml" => "v",
        "urn:schemas-microsoft-com:office:office" => "o",
        "urn:schemas-microsoft-com:office:word" => "w10",
        "urn:schemas-microsoft-com:office:excel" => "vx",
        _ => "?",
    }
}

/// Whether choices that require this namespace are supported. Others have a fallback that shows more, such as a picture
/// of ink, a formula or a newer chart type.
pub(super) fn is_understood(prefix: &str) -> bool {
    matches!(prefix, "wps" | "wpg" | "wpc" | "a" | "p" | "w" | "x" | "r" | "c" | "dgm" | "dsp" | "pic" | "wp" | "xdr")
}
