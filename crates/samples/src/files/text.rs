//! Plain text, source code and tables.

/// A letter in several scripts.
pub fn letter() -> Vec<u8> {
    let text = "Dear reader,\n\nthis is a letter in plain text. Its lines are as long as they happen to be, and an editor \
                breaks them where the page ends.\n\nGrüße aus Köln, поздрави от София, χαιρετίσματα από την Αθήνα,\n\
                שלום מתל אביב\n\nYours,\nThumbling\n";
    text.repeat(3).into_bytes()
}

/// The same in UTF-16 with a byte order mark and CRLF line ends.
pub fn utf16() -> Vec<u8> {
    let text = String::from_utf8(letter()).unwrap_or_default().replace('\n', "\r\n");
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A log with ANSI colours.
pub fn log() -> Vec<u8> {
    let line = |n: usize| {
        let (color, level) = [("32", "INFO "), ("33", "WARN "), ("31", "ERROR")][n * 7 % 5 % 3];
        format!(
            "2024-05-{:02} 10:{:02}:00 \x1b[{color}m{level}\x1b[0m job {} took {} ms\n",
            n % 28 + 1,
            n % 60,
            n * 37 % 911,
            n * n % 997
        )
    };
    (0..60).map(line).collect::<String>().into_bytes()
}

/// A small program.
pub fn rust() -> Vec<u8> {
    let source = r#"//! Counts words.

use std::collections::HashMap;
use std::io::{self, Read};

/// The words of a text, most frequent first.
fn count(text: &str) -> Vec<(&str, usize)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(word, n)| (usize::MAX - n, *word));
    sorted
}

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    // The top ten.
    for (word, n) in count(&text).into_iter().take(10) {
        println!("{n:>6} {word}");
    }
    Ok(())
}
"#;
    source.as_bytes().to_vec()
}

/// JSON on one line.
pub fn json() -> Vec<u8> {
    let item =
        |n: usize| format!(r#"{{"id":{n},"name":"item {n}","tags":["red","green"],"size":[{},{}]}}"#, n * 3, n * 5);
    format!("[{}]", (0..200).map(item).collect::<Vec<_>>().join(",")).into_bytes()
}

/// A page of a handbook.
pub fn markdown() -> Vec<u8> {
    let text = "# Thumbling\n\nThumbnails of **any file**, *in-process*: see [the list](#formats).\n\n## Use\n\n1. Open a \
                `Source`\n2. Choose sizes\n   - small ones\n   - large ones\n\n```rust\nlet thumbnails =\n    thumbling::thumbnail(\
                &source, &request)?;\n```\n\n> Correct, safe, fast.\n\n## Formats\n\n| family | formats | since |\n\
                |---|---|--:|\n| image | JPEG, PNG, WebP and more | 0.1 |\n| document | text, code, Markdown | 0.2 |\n\n\
                - [x] pictures\n- [ ] everything else\n";
    text.as_bytes().to_vec()
}

/// A table with quoted cells, separated by semicolons.
pub fn csv() -> Vec<u8> {
    let row = |n: usize| {
        format!(
            "\"Order; {n}\";{};{},{:02};2024-{:02}-{:02}\n",
            ["Ann", "Bob", "Cleo"][n % 3],
            n * 17,
            n * 7 % 100,
            n % 12 + 1,
            n % 28 + 1
        )
    };
    format!("item;customer;price;date\n{}", (1..60).map(row).collect::<String>()).into_bytes()
}
