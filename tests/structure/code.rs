//! Rust source as tokens: without comments and literals, and without items under `#[cfg(test)]`.

/// A token: an identifier, `::`, or one other character. Lifetimes and literals are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

/// The tokens of a file, without items for tests, and the names of its modules that are for tests.
pub fn parse(source: &str) -> (Vec<Token>, Vec<String>) {
    without_tests(&tokens(source))
}

fn tokens(source: &str) -> Vec<Token> {
    let bytes = source.as_bytes();
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let rest = &source[at..];
        let length = match bytes[at] {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => block_comment(rest),
            b'"' => string(rest),
            b'\'' => quote(rest),
            b'r' | b'b' | b'c' if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            b':' if rest.starts_with("::") => {
                found.push(Token { text: "::".into(), line });
                2
            }
            b if word(&b) => {
                let length = rest.bytes().position(|b| !word(&b)).unwrap_or(rest.len());
                found.push(Token { text: rest[..length].into(), line });
                length
            }
            b if b.is_ascii_whitespace() => 1,
            b => {
                found.push(Token { text: char::from(b).into(), line });
                1
            }
        };
        line += rest[..length].matches('\n').count();
        at += length;
    }
    found
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        match text.get(at..) {
            Some(rest) if rest.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            Some(rest) if rest.starts_with("*/") => (depth, at) = (depth - 1, at + 2),
            Some("") => return at,
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
}

/// The length of the string literal that starts `text`.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let end = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        end
    });
    end.map_or(text.len(), |end| end + 2)
}

/// The length of the character literal or lifetime that starts `text`.
fn quote(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        // The escaped character may itself be a quote.
        (Some((_, '\\')), Some((at, c))) => {
            let after = at + c.len_utf8();
            text[after..].find('\'').map_or(text.len(), |end| after + end + 1)
        }
        (_, Some((at, '\''))) => at + 1,
        _ => 1 + text[1..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - 1),
    }
}

/// The length of the raw string that starts `text`: `r"…"`, `br#"…"#`.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix(['b', 'c']).unwrap_or(text).strip_prefix('r')?;
    let hashes = after.bytes().take_while(|b| *b == b'#').count();
    let content = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(text.len() - content.len() + content.find(&end).map_or(content.len(), |at| at + end.len()))
}

fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let (mut code, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let Some(end) = attribute(&tokens[at..]) else {
            code.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let names: Vec<&str> = tokens[at..at + end].iter().map(|token| token.text.as_str()).collect();
        at += end;
        if names.get(2) == Some(&"cfg") && names.contains(&"test") && !names.contains(&"not") {
            let length = item(&tokens[at..]);
            let mut words = tokens[at..at + length].iter().map(|token| token.text.as_str());
            if words.by_ref().any(|word| word == "mod") {
                modules.extend(words.next().map(str::to_owned));
            }
            at += length;
        }
    }
    (code, modules)
}

/// How many tokens the attribute has that starts `tokens`.
fn attribute(tokens: &[Token]) -> Option<usize> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    if !is(0, "#") || !is(1, "[") {
        return None;
    }
    let mut depth = 0;
    let end = tokens.iter().position(|token| {
        depth += i32::from(token.text == "[") - i32::from(token.text == "]");
        token.text == "]" && depth == 0
    })?;
    Some(end + 1)
}

/// How many tokens the item has that starts `tokens`: up to its semicolon or its closing brace.
fn item(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        let followed = tokens.get(at + 1).is_some_and(|next| next.text == ";");
        if depth == 0 && (token.text == ";" || token.text == "}" && !followed) {
            return at + 1;
        }
    }
    tokens.len()
}

#[test]
fn comments_literals_and_tests_are_no_code() {
    let source = r##"
        // crate::comment
        /* crate::block /* nested */ crate::block */
        fn a<'a>(x: &'a str) -> char { let s = "crate::\"text"; let r = r#"crate::"raw"#; '\'' }
        #[cfg(test)]
        #[allow(unused)]
        mod tests { use crate::test; }
        #[cfg(test)]
        mod more;
        #[cfg(not(test))]
        use crate::kept;
    "##;
    let (code, modules) = parse(source);
    let text: Vec<&str> = code.iter().map(|token| token.text.as_str()).collect();
    assert!(text.ends_with(&["use", "crate", "::", "kept", ";"]), "{text:?}");
    assert_eq!(text.iter().filter(|word| **word == "crate").count(), 1, "{text:?}");
    assert_eq!(modules, ["tests", "more"]);
    assert_eq!(code.last().unwrap().line, 11);
}
