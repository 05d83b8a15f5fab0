//! Reformats JSON written on one line with line breaks and indents.
//!
//! Works on tokens, so that the start of a larger file suffices, and order and numbers are unchanged.

/// Bytes that are formatted: more than a page shows.
const MAX_OUT: usize = 12_000;
/// Arrays and objects up to this length stay on one line.
const MAX_INLINE: usize = 40;

/// The text with line breaks and indents; `None` if it has line breaks already.
pub(super) fn laid_out(text: &str) -> Option<String> {
    let text = text.trim();
    let longest = text.lines().take(50).map(str::len).max().unwrap_or(0);
    if longest < 200 {
        return None;
    }
    let mut out = String::with_capacity(MAX_OUT);
    let (mut depth, mut in_string, mut is_escaped) = (0usize, false, false);
    // Closing brackets of short arrays and objects that stay on one line.
    let mut inline: Vec<bool> = Vec::new();
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(40)));
    };
    for (at, c) in text.char_indices() {
        if out.len() > MAX_OUT {
            break;
        }
        if in_string {
            out.push(c);
            (in_string, is_escaped) = (is_escaped || c != '"', c == '\\' && !is_escaped);
            continue;
        }
        let is_inline = inline.last().copied().unwrap_or(false);
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                let is_short = is_inline || is_short(&text[at..]);
                inline.push(is_short);
                out.push(c);
                if !is_short {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            '}' | ']' => {
                if !inline.pop().unwrap_or(true) {
                    depth = depth.saturating_sub(1);
                    newline(&mut out, depth);
                }
                out.push(c);
            }
            ',' if is_inline => out.push_str(", "),
            ',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

/// Whether the array or object that starts here is short and contains only plain values.
fn is_short(text: &str) -> bool {
    let close = if text.starts_with('{') { '}' } else { ']' };
    let inside = text.char_indices().skip(1).take(MAX_INLINE);
    for (_, c) in inside {
        match c {
            c if c == close => return true,
            '{' | '[' => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_becomes_many() {
        let text = format!(
            r#"{{"name":"a, \"b\"","list":[1,2,3],"long":"{}","more":{{"deep":[{{"x":true}}]}}}}"#,
            "y".repeat(200)
        );
        let out = laid_out(&text).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "{");
        assert_eq!(lines[1], r#"  "name": "a, \"b\"","#);
        assert_eq!(lines[2], r#"  "list": [1, 2, 3],"#);
        assert_eq!(*lines.last().unwrap(), "}");
    }

    #[test]
    fn what_has_lines_already_is_left_alone() {
        assert_eq!(laid_out("{\n  \"a\": 1\n}"), None);
    }

    #[test]
    fn a_cut_file_is_laid_out_as_far_as_it_goes() {
        let text = format!("[{}", r#"{"key":"value","other":[1,2]},"#.repeat(3000));
        let out = laid_out(&text).unwrap();
        assert!(out.len() < MAX_OUT + 200 && out.lines().count() > 50);
    }
}
