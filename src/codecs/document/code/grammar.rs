//! Detects the language of a file, and highlights it line by line.
//!
//! The grammars are those of Sublime Text and bat; each is unpacked and its expressions compiled at first use, and kept
//! for the life of the process.

use std::ops::Range;
use std::sync::OnceLock;

use syntect::highlighting::{HighlightState, Highlighter, RangedHighlightIterator};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use super::theme::{self, TokenStyle};

/// Bytes of one line that are parsed; regular expressions may look back over all of it.
const MAX_PARSED: usize = 400;

/// Extensions that the grammars know under another name.
const ALIASES: &[(&str, &str)] = &[
    ("mjs", "js"),
    ("cjs", "js"),
    ("jsx", "js"),
    ("mts", "ts"),
    ("cts", "ts"),
    ("pyw", "py"),
    ("hh", "hpp"),
    ("hxx", "hpp"),
    ("inl", "cpp"),
    ("ino", "cpp"),
    ("cu", "cpp"),
    ("cl", "c"),
    ("kts", "kt"),
    ("gradle", "groovy"),
    ("phtml", "php"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("jsonl", "json"),
    ("ndjson", "json"),
    ("geojson", "json"),
    ("ipynb", "json"),
    ("webmanifest", "json"),
    ("xhtml", "html"),
    ("xsd", "xml"),
    ("xsl", "xml"),
    ("xslt", "xml"),
    ("xaml", "xml"),
    ("plist", "xml"),
    ("rss", "xml"),
    ("atom", "xml"),
    ("kml", "xml"),
    ("gpx", "xml"),
    ("csproj", "xml"),
    ("vcxproj", "xml"),
    ("props", "xml"),
    ("zsh", "sh"),
    ("ksh", "sh"),
    ("env", "sh"),
    ("conf", "ini"),
    ("cfg", "ini"),
    ("editorconfig", "ini"),
    ("desktop", "ini"),
    ("service", "ini"),
    ("properties", "ini"),
    ("mak", "mk"),
    ("cts", "ts"),
    ("frag", "glsl"),
    ("vert", "glsl"),
    ("astro", "html"),
    ("hbs", "html"),
    ("mustache", "html"),
    ("jinja", "html"),
    ("j2", "html"),
    ("lock", "toml"),
    ("cls", "tex"),
    ("sty", "tex"),
    ("latex", "tex"),
    ("ftl", "ini"),
    ("psm1", "ps1"),
    ("edn", "clj"),
    ("cljs", "clj"),
    ("hcl", "tf"),
    ("patch", "diff"),
    ("pot", "po"),
    ("sv", "v"),
];

/// The grammar of one language.
#[derive(Clone, Copy)]
pub(super) struct Grammar(&'static SyntaxReference);

fn set() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// The grammar for a file with this name and beginning, if there is one.
pub(super) fn of(name: &str, extension: &str, text: &str) -> Option<Grammar> {
    let set = set();
    let alias = ALIASES.iter().find(|(from, _)| *from == extension).map(|(_, to)| *to);
    let by_name = || set.find_syntax_by_extension(name);
    let by_extension = || set.find_syntax_by_extension(alias.unwrap_or(extension));
    let first = text.lines().next().unwrap_or_default();
    let by_first_line = || set.find_syntax_by_first_line(first);
    let by_content = || match text.trim_start().as_bytes() {
        [b'{' | b'[', ..] => set.find_syntax_by_extension("json"),
        [b'<', b'?', b'x' | b'X', ..] => set.find_syntax_by_extension("xml"),
        [b'<', ..] => set.find_syntax_by_extension("html"),
        _ => None,
    };
    let found = by_name().or_else(by_extension).or_else(by_first_line).or_else(by_content);
    found.filter(|syntax| syntax.name != "Plain Text").map(Grammar)
}

impl Grammar {
    /// Whether the language is JSON.
    pub(super) fn is_json(self) -> bool {
        self.0.name == "JSON"
    }

    /// A parser at the start of a file.
    pub(super) fn painter(self) -> Painter {
        let highlighter = Highlighter::new(theme::theme());
        let state = HighlightState::new(&highlighter, ScopeStack::new());
        Painter { parser: ParseState::new(self.0), state, highlighter, failed: false }
    }
}

/// Highlights a file line by line.
pub(super) struct Painter {
    parser: ParseState,
    state: HighlightState,
    highlighter: Highlighter<'static>,
    failed: bool,
}

impl Painter {
    /// The highlighted parts of a line, in order. Empty if the grammar failed: an expression that backtracks for too
    /// long.
    pub(super) fn spans(&mut self, line: &str) -> Vec<(Range<usize>, TokenStyle)> {
        if self.failed {
            return Vec::new();
        }
        let end = (0..=line.len().min(MAX_PARSED)).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
        let parsed = format!("{}\n", &line[..end]);
        let Ok(ops) = self.parser.parse_line(&parsed, set()) else {
            self.failed = true;
            return Vec::new();
        };
        let ranged = RangedHighlightIterator::new(&mut self.state, &ops, &parsed, &self.highlighter);
        ranged.map(|(style, _, range)| (range.start.min(end)..range.end.min(end), theme::look(style))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_languages_have_a_grammar() {
        let extensions = [
            "rs", "py", "js", "ts", "tsx", "java", "kt", "scala", "groovy", "c", "cpp", "cs", "go", "swift", "m", "d",
            "rb", "php", "pl", "lua", "tcl", "r", "jl", "dart", "ex", "erl", "elm", "hs", "ml", "clj", "lisp", "sh",
            "fish", "bat", "ps1", "sql", "graphql", "proto", "html", "xml", "css", "scss", "less", "vue", "json",
            "yaml", "toml", "ini", "tf", "nix", "cmake", "diff", "tex", "rst", "asm", "pas", "v", "glsl", "zig", "fs",
            "vim", "coffee",
        ];
        let missing: Vec<_> = extensions.iter().filter(|e| of("", e, "").is_none()).collect();
        assert!(missing.len() <= 4, "{missing:?}");
    }

    #[test]
    fn names_and_first_lines_identify_the_language() {
        assert_eq!(of("Makefile", "", "").unwrap().0.name, "Makefile");
        assert_eq!(of("Dockerfile", "", "").unwrap().0.name, "Dockerfile");
        assert_eq!(of("run", "", "#!/usr/bin/env python3\n").unwrap().0.name, "Python");
        assert!(of("", "json", "").unwrap().is_json());
    }

    #[test]
    fn a_keyword_looks_unlike_a_comment() {
        let mut painter = of("", "rs", "").unwrap().painter();
        let spans = painter.spans("fn main() {} // nothing");
        let look = |at: usize| spans.iter().find(|(range, _)| range.contains(&at)).unwrap().1;
        assert_ne!(look(0).color, look(20).color);
        assert_ne!(look(20).color, crate::text::INK);
    }
}
