//! Splits an input into the parts of a package. Inputs are not zip files, so that mutations change the parts instead of
//! breaking checksums.
//!
//! ```text
//! one byte of options
//! --- ppt/slides/slide1.xml
//! the bytes of the part, up to the next such line
//! ```

/// Starts the line with the name of a part.
const MARK: &[u8] = b"\n--- ";

/// Name and bytes of a part.
pub type Part<'a> = (&'a str, &'a [u8]);

/// The parts of an input. Ignores bytes before the first part, and parts whose name is not UTF-8.
pub fn split(input: &[u8]) -> Vec<Part<'_>> {
    let starts: Vec<usize> = marks(input).collect();
    let ends = starts.iter().skip(1).copied().chain([input.len()]);
    let part = |(start, end): (&usize, usize)| {
        let part = &input[start + MARK.len()..end];
        let line = part.iter().position(|b| *b == b'\n')?;
        Some((std::str::from_utf8(&part[..line]).ok()?.trim(), &part[line + 1..]))
    };
    starts.iter().zip(ends).filter_map(part).collect()
}

/// Offsets of the lines with names.
fn marks(input: &[u8]) -> impl Iterator<Item = usize> {
    input.windows(MARK.len()).enumerate().filter(|(_, w)| *w == MARK).map(|(at, _)| at)
}
