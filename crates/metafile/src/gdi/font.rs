//! Font data by name: substitutes with the same metrics, and the vertical extent of the cell. Positions are relative
//! to the top of the cell, and heights can mean the whole cell.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sans,
    Serif,
    Mono,
}

#[derive(Clone, Debug)]
pub(crate) struct Face {
    /// Names for `font-family` in order of preference.
    pub families: String,
    /// Fractions of the em above and below the baseline.
    pub ascent: f64,
    pub descent: f64,
    /// Average character width in em, by which GDI scales fonts.
    pub average: f64,
    pub kind: Kind,
}

/// Name, substitute, ascent, descent, average width, kind. Metrics are from the OS/2 tables of the fonts.
const KNOWN: &[(&str, &str, f64, f64, f64, Kind)] = &[
    ("arial narrow", "Liberation Sans Narrow", 0.936, 0.212, 0.362, Kind::Sans),
    ("arial", "Liberation Sans", 0.905, 0.212, 0.441, Kind::Sans),
    ("helv", "Liberation Sans", 0.905, 0.212, 0.441, Kind::Sans),
    ("ms sans serif", "Liberation Sans", 0.905, 0.212, 0.441, Kind::Sans),
    ("ms shell dlg", "Liberation Sans", 0.905, 0.212, 0.441, Kind::Sans),
    ("system", "Liberation Sans", 0.905, 0.212, 0.441, Kind::Sans),
    ("calibri", "Carlito", 0.952, 0.269, 0.489, Kind::Sans),
    ("cambria", "Caladea", 0.950, 0.222, 0.488, Kind::Serif),
    ("times", "Liberation Serif", 0.891, 0.216, 0.401, Kind::Serif),
    ("tms rmn", "Liberation Serif", 0.891, 0.216, 0.401, Kind::Serif),
    ("courier", "Liberation Mono", 0.833, 0.300, 0.600, Kind::Mono),
    ("consolas", "Liberation Mono", 0.908, 0.263, 0.550, Kind::Mono),
    ("lucida console", "DejaVu Sans Mono", 0.789, 0.211, 0.602, Kind::Mono),
    ("fixedsys", "Liberation Mono", 0.833, 0.300, 0.600, Kind::Mono),
    ("tahoma", "DejaVu Sans Condensed", 1.0, 0.207, 0.444, Kind::Sans),
    ("verdana", "DejaVu Sans", 1.005, 0.210, 0.508, Kind::Sans),
    ("segoe ui", "Open Sans", 1.079, 0.251, 0.525, Kind::Sans),
    ("trebuchet", "Liberation Sans", 0.939, 0.222, 0.453, Kind::Sans),
    ("georgia", "Gelasio", 0.917, 0.219, 0.442, Kind::Serif),
    ("garamond", "EB Garamond", 0.862, 0.263, 0.381, Kind::Serif),
    ("book antiqua", "Liberation Serif", 0.923, 0.283, 0.440, Kind::Serif),
    ("palatino", "Liberation Serif", 0.923, 0.283, 0.440, Kind::Serif),
    ("century", "Liberation Serif", 0.930, 0.220, 0.450, Kind::Serif),
    ("symbol", "Liberation Serif", 1.005, 0.220, 0.600, Kind::Serif),
    ("wingdings", "DejaVu Sans", 0.898, 0.211, 0.890, Kind::Sans),
    ("ms gothic", "Noto Sans CJK JP", 0.859, 0.141, 0.500, Kind::Sans),
    ("ms pgothic", "Noto Sans CJK JP", 0.859, 0.141, 0.420, Kind::Sans),
    ("ms mincho", "Noto Serif CJK JP", 0.859, 0.141, 0.500, Kind::Serif),
    ("simsun", "Noto Serif CJK SC", 0.859, 0.141, 0.500, Kind::Serif),
    ("宋体", "Noto Serif CJK SC", 0.859, 0.141, 0.500, Kind::Serif),
    ("simhei", "Noto Sans CJK SC", 0.859, 0.141, 0.500, Kind::Sans),
    ("mingliu", "Noto Serif CJK TC", 0.801, 0.199, 0.500, Kind::Serif),
    ("gulim", "Noto Sans CJK KR", 0.858, 0.148, 0.500, Kind::Sans),
];

/// FF_ROMAN and FF_MODERN in the high nibble of the pitch-and-family byte.
const ROMAN: u8 = 0x10;
const MODERN: u8 = 0x30;

pub(crate) fn face(family: &str, charset: u8, pitch_and_family: u8) -> Face {
    let own: String =
        family.trim_start_matches('@').chars().filter(|letter| !matches!(letter, '\'' | '"' | ',' | '\\')).collect();
    let lower = own.to_lowercase();
    let known = KNOWN.iter().find(|(name, ..)| lower.starts_with(name));
    let (stand_in, ascent, descent, average, kind) = match known {
        Some(&(_, stand_in, ascent, descent, average, kind)) => (Some(stand_in), ascent, descent, average, kind),
        None => {
            let is_mono = lower.contains("mono") || lower.contains("courier") || pitch_and_family & 0xf3 == MODERN | 1;
            let is_serif = lower.contains("serif") && !lower.contains("sans")
                || lower.contains("roman")
                || pitch_and_family & 0xf0 == ROMAN && !lower.contains("sans");
            match (is_mono, is_serif) {
                (true, _) => (None, 0.833, 0.300, 0.600, Kind::Mono),
                (_, true) => (None, 0.891, 0.216, 0.401, Kind::Serif),
                _ => (None, 0.905, 0.212, 0.441, Kind::Sans),
            }
        }
    };
    let script = match charset {
        128 => Some("Noto Sans CJK JP"),
        129 | 130 => Some("Noto Sans CJK KR"),
        134 => Some("Noto Sans CJK SC"),
        136 => Some("Noto Sans CJK TC"),
        _ => None,
    };
    let last = match kind {
        Kind::Sans => "'Liberation Sans', 'DejaVu Sans', sans-serif",
        Kind::Serif => "'Liberation Serif', 'DejaVu Serif', serif",
        Kind::Mono => "'Liberation Mono', 'DejaVu Sans Mono', monospace",
    };
    let mut families = String::new();
    for name in [Some(own.as_str()).filter(|name| !name.is_empty()), stand_in, script].into_iter().flatten() {
        families.push_str(&format!("'{name}', "));
    }
    families.push_str(last);
    Face { families, ascent, descent, average, kind }
}

/// Widths of the printable ASCII characters of Helvetica in thousandths of an em, from its AFM file.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

impl Face {
    /// Estimated advance of a character in em. Used only if the metafile has no advances.
    pub fn advance(&self, letter: char) -> f64 {
        if is_wide(letter) {
            return 1.0;
        }
        let helvetica =
            usize::try_from(u32::from(letter).saturating_sub(32)).ok().and_then(|index| HELVETICA.get(index));
        let width = f64::from(helvetica.copied().unwrap_or(556)) / 1000.0;
        match self.kind {
            Kind::Mono => 0.6,
            Kind::Sans => width * self.average / 0.441,
            Kind::Serif => width * self.average / 0.441 * 0.98,
        }
    }

    pub fn cell(&self) -> f64 {
        self.ascent + self.descent
    }
}

fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x20000..=0x3fffd)
}
