//! An input as the parts of a package, so that mutations reach what is in them instead of breaking checksums.
//!
//! ```text
//! choice, one byte
//! --- ppt/slides/slide1.xml
//! the part's bytes, as they are, up to the next such line
//! ```

/// What a line with the name of a part begins with.
const MARK: &[u8] = b"\n--- ";

/// A part: its name and its bytes.
pub type Part<'a> = (&'a str, &'a [u8]);

/// The parts of an input; what stands before the first is dropped, and so are names that are not text.
pub fn of(input: &[u8]) -> Vec<Part<'_>> {
    let starts: Vec<usize> = marks(input).collect();
    let ends = starts.iter().skip(1).copied().chain([input.len()]);
    let part = |(start, end): (&usize, usize)| {
        let part = &input[start + MARK.len()..end];
        let line = part.iter().position(|b| *b == b'\n')?;
        Some((std::str::from_utf8(&part[..line]).ok()?.trim(), &part[line + 1..]))
    };
    starts.iter().zip(ends).filter_map(part).collect()
}

/// Where lines with names begin.
fn marks(input: &[u8]) -> impl Iterator<Item = usize> {
    input.windows(MARK.len()).enumerate().filter(|(_, w)| *w == MARK).map(|(at, _)| at)
}
