//! Source code, markup and configuration: the start of the file, highlighted.

mod grammar;
mod json;
mod theme;

use crate::text::charset;
use crate::text::{self, INK, MARGIN, PAGE};
use thumbling_core::decode::{Context, FormatEntry};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::probe::{Peek, Score};
use thumbling_core::source::Source;
use thumbling_page::document::Document;
use thumbling_page::text::{LineBreaks, LineSpacing, ParagraphStyle};
use thumbling_page::tree::{Block, Inline, Page, Paragraph};

const FORMAT: Format = Format::document("code");

pub(crate) const ENTRY: FormatEntry = FormatEntry {
    format: FORMAT,
    mime_types: &[
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/xml",
        "text/xml",
        "application/x-yaml",
        "application/toml",
        "application/x-sh",
        "text/x-python",
        "text/x-c",
        "text/x-java-source",
        "application/sql",
        "application/xhtml+xml",
        "application/ld+json",
    ],
    score,
    open: |source, cx| Ok(Box::new(Document { format: FORMAT, page: page(source, cx)?, pages: 1 })),
};

/// File names without an extension that are programs.
const NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "dockerfile",
    "containerfile",
    "jenkinsfile",
    "vagrantfile",
    "rakefile",
    "gemfile",
    "cmakelists.txt",
    "build",
    "workspace",
    "justfile",
    "procfile",
    "brewfile",
    "podfile",
    "sconstruct",
    "meson.build",
    ".bashrc",
    ".zshrc",
    ".profile",
    ".bash_profile",
    ".vimrc",
    ".gitconfig",
    ".gitignore",
    ".gitattributes",
    ".editorconfig",
    ".npmrc",
    ".env",
    ".dockerignore",
    "configure",
    "pkgbuild",
    "go.mod",
    "go.sum",
    "cargo.lock",
];

fn score(peek: &Peek<'_>) -> Score {
    let name = peek.name.to_ascii_lowercase();
    let is_named = NAMES.contains(&name.as_str());
    let text_extensions = ["txt", "text", "log", "md", "markdown", "csv", "tsv", "srt"];
    let by_content = !text_extensions.contains(&peek.extension) && begins_as_code(peek.head);
    match charset::is_unclaimed_text(peek) {
        true if is_named => Score(Score::PLAUSIBLE.0 + 8),
        true if by_content => Score(Score::PLAUSIBLE.0 + 2),
        // Any text counts if the extension is that of code.
        true => Score::PLAUSIBLE,
        false => Score::NONE,
    }
}

/// Whether the first bytes identify the language.
fn begins_as_code(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let has = |prefix: &[u8]| start.get(..prefix.len()).is_some_and(|s| s.eq_ignore_ascii_case(prefix));
    let is_json = || match start {
        [b'{' | b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'{' | b'[' | b'}' | b']', ..]),
        _ => false,
    };
    has(b"#!") || has(b"<?xml") || has(b"<!doctype") || has(b"<html") || has(b"<?php") || is_json()
}

fn page(source: &Source, cx: &Context<'_>) -> Result<Page> {
    let mut head = text::head(source, cx)?;
    let grammar = grammar::of(cx.hint().file_name(), &cx.hint().extension(), &head.text);
    if grammar.is_some_and(|g| g.is_json())
        && let Some(laid_out) = json::laid_out(&head.text)
    {
        head.text = laid_out;
    }
    let lines = head.lines(4);
    // Generated files have few long lines, which are wrapped; hand-written ones are cut at the edge.
    let is_minified = lines.iter().any(|line| line.len() > 1000);
    let breaks = if is_minified { LineBreaks::Anywhere } else { LineBreaks::Never };
    let base = head.mono(text::fitting(&lines, 0.602, 10.8..=12.0), INK);
    let line_spacing = LineSpacing::Exact(base.size * 1.42);
    let mut painter = grammar.map(|g| g.painter());
    let mut blocks = Vec::with_capacity(lines.len());
    for line in &lines {
        cx.check()?;
        let spans = painter.as_mut().map(|painter| painter.spans(line)).unwrap_or_default();
        let mut content = Vec::with_capacity(spans.len() + 1);
        let mut done = 0;
        for (range, look) in spans {
            if let Some(text) = line.get(range.clone()).filter(|text| !text.is_empty()) {
                let mut style =
                    thumbling_page::text::RunStyle { color: look.color, italic: look.italic, ..base.clone() };
                style.weight = if look.bold { 700 } else { 400 };
                content.push(Inline::Text(text.to_owned(), style));
                done = range.end;
            }
        }
        if let Some(rest) = line.get(done..).filter(|rest| !rest.is_empty()) {
            content.push(Inline::Text(rest.to_owned(), base.clone()));
        }
        let style = ParagraphStyle { line_spacing, breaks, ..ParagraphStyle::default() };
        blocks.push(Block::Paragraph(Paragraph { content, style, end_style: base.clone() }));
    }
    Ok(text::page(blocks, PAGE, MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(bytes: &[u8], name: &str) -> &'static str {
        let request = crate::Request::new().square(128).name(name);
        crate::thumbnail(&Source::from_slice(bytes), &request).unwrap().info.format.name
    }

    #[test]
    fn code_is_known_by_extension_name_or_content() {
        assert_eq!(made(b"fn main() {}\n", "main.rs"), "code");
        assert_eq!(made(b"all:\n\tcc a.c\n", "Makefile"), "code");
        assert_eq!(made(b"#!/bin/sh\necho hello\n", "run"), "code");
        assert_eq!(made(b"{ \"a\": 1 }", ""), "code");
        assert_eq!(made(b"Just some words.\n", "words"), "text");
    }

    #[test]
    fn a_web_page_with_a_drawing_inside_is_no_drawing() {
        let html = b"<!DOCTYPE html><html><body><svg xmlns='http://www.w3.org/2000/svg'/></body></html>";
        assert_eq!(made(html, "a.html"), "code");
        assert_eq!(made(html, ""), "code");
    }

    #[test]
    fn code_in_a_text_file_is_text() {
        assert_eq!(made(b"#!/bin/sh\necho hello\n", "notes.txt"), "text");
    }
}
