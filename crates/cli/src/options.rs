//! Arguments that several subcommands share, and how their values are read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{ArgAction, ValueEnum};
use thumbling::{Effort, Fit, Limits, Output, Position, Rgb};

/// Colours of `--help` and of usage errors.
pub const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Largest side of a thumbnail, px.
const MAX_SIDE: u32 = 16_383;

/// A box, and how it was written: the name of a thumbnail carries it as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxSize {
    /// Columns, px.
    pub width: u32,
    /// Rows, px.
    pub height: u32,
    label: String,
}

impl FromStr for BoxSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |part: &str| -> Result<u32, String> {
            // `parse` would take a sign.
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            match part.parse::<u32>() {
                Ok(n) if digits && (1..=MAX_SIDE).contains(&n) => Ok(n),
                Ok(_) if digits => Err(format!("sides are 1 to {MAX_SIDE} px")),
                _ => Err("a size is one number (256) or width x height (640x480), in px".into()),
            }
        };
        let (width, height, label) = match text.split_once('x') {
            Some((w, h)) => (side(w)?, side(h)?, format!("{}x{}", side(w)?, side(h)?)),
            None => (side(text)?, side(text)?, side(text)?.to_string()),
        };
        Ok(Self { width, height, label })
    }
}

impl fmt::Display for BoxSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

macro_rules! values {
    ($(#[$doc:meta])* $name:ident => $public:ident { $($(#[$help:meta])* $value:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub enum $name { $($(#[$help])* $value,)* }

        impl From<$name> for $public {
            fn from(name: $name) -> Self {
                match name { $($name::$value => $public::$value,)* }
            }
        }
    };
}

values! {
    /// `--fit`.
    FitArg => Fit {
        /// The whole picture, as large as the box allows; small pictures are enlarged
        Contain,
        /// Exactly the box; what does not fit is cut off
        Cover,
        /// Exactly the box; the picture is stretched
        Fill,
        /// As contain, but pixels are never enlarged
        ScaleDown,
    }
}

values! {
    /// `--position`.
    PositionArg => Position {
        /// The middle
        Center,
        /// The upper edge
        Top,
        /// The lower edge
        Bottom,
        /// The left edge
        Left,
        /// The right edge
        Right,
        /// Where the detail and the skin are
        Attention,
    }
}

values! {
    /// `--format`.
    FormatArg => Output {
        /// Small, quick, without transparency
        Jpeg,
        /// Smaller, with transparency
        Webp,
        /// Lossless, with transparency
        Png,
        /// Smallest and slowest, with transparency
        Avif,
        /// What suits the picture: WebP, PNG or JPEG
        Auto,
    }
}

values! {
    /// `--effort`.
    EffortArg => Effort {
        /// The quickest picture that is right: embedded previews first
        Preview,
        /// Embedded previews where they are large enough
        Normal,
        /// The file's own pixels, always
        Best,
    }
}

/// Bounds on what one file may cost.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits, each for one file")]
pub struct LimitArgs {
    /// Wall time: 10s, 500ms, 2m, or none
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = deadline)]
    pub deadline: Deadline,
    /// Pixels that a picture may have [default: 268435456]
    #[arg(long, value_name = "N", value_parser = bytes)]
    pub max_pixels: Option<u64>,
    /// Memory for decoded pixels: 256M, 1G, or a number of bytes [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub max_memory: Option<u64>,
}

impl LimitArgs {
    /// The library's limits with these in their place.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.timeout = self.deadline.0;
        limits.max_pixels = self.max_pixels.unwrap_or(limits.max_pixels);
        limits.max_memory = self.max_memory.unwrap_or(limits.max_memory);
        limits
    }
}

/// How many files at once.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct JobArgs {
    /// Files worked on at once [default: one a core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), action = ArgAction::Set)]
    jobs: Option<u16>,
}

impl JobArgs {
    /// At least 1.
    pub fn count(self) -> usize {
        match self.jobs {
            Some(n) => usize::from(n),
            None => std::thread::available_parallelism().map_or(1, |n| n.get()),
        }
    }
}

/// A wall time, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Option<Duration>);

fn deadline(text: &str) -> Result<Deadline, String> {
    if text == "none" {
        return Ok(Deadline(None));
    }
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let second = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err("a time is a number and ms, s or m: 500ms, 10s, 2m; or none".into()),
    };
    match number.parse::<f64>().ok().and_then(|n| Duration::try_from_secs_f64(n * second).ok()) {
        Some(time) if !time.is_zero() => Ok(Deadline(Some(time))),
        _ => Err("a time is a number above 0 and ms, s or m: 500ms, 10s, 2m; or none".into()),
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let shift = match unit.to_ascii_lowercase().trim_end_matches("ib") {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err("a number, or a number and K, M or G (units of 1024)".into()),
    };
    match number.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift)) {
        Some(n) if n > 0 => Ok(n),
        _ => Err("a number above 0, or a number and K, M or G (units of 1024)".into()),
    }
}

/// An sRGB colour as `RRGGBB`.
pub fn color(text: &str) -> Result<Rgb, String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    match u32::from_str_radix(digits, 16) {
        Ok(n) if digits.len() == 6 && !digits.starts_with('+') => {
            let [_, r, g, b] = n.to_be_bytes();
            Ok(Rgb(r, g, b))
        }
        _ => Err("a colour is six hexadecimal digits: ffffff is white".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_shown_as_it_was_given() {
        for text in ["256", "256x256", "640x480"] {
            assert_eq!(text.parse::<BoxSize>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_size_that_is_none_is_refused() {
        for text in ["", "0", "x", "256x", "-1", "+5", "256X256", "20000", "1x1x1", "../256"] {
            assert!(text.parse::<BoxSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_have_units() {
        let ms = |n| Ok(Deadline(Some(Duration::from_millis(n))));
        assert_eq!(deadline("10s"), ms(10_000));
        assert_eq!(deadline("500ms"), ms(500));
        assert_eq!(deadline("1.5m"), ms(90_000));
        assert_eq!(deadline("none"), Ok(Deadline(None)));
        for text in ["", "s", "0s", "-1s", "10 s", "10h", "1e3s", "nan"] {
            assert!(deadline(text).is_err(), "{text}");
        }
    }

    #[test]
    fn byte_counts_have_units_of_1024() {
        assert_eq!(bytes("256M"), Ok(256 << 20));
        assert_eq!(bytes("1GiB"), Ok(1 << 30));
        assert_eq!(bytes("1000"), Ok(1000));
        for text in ["", "0", "M", "1T", "99999999999G", "-1"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn colours_are_hexadecimal() {
        assert_eq!(color("0a1Bff"), Ok(Rgb(10, 27, 255)));
        assert_eq!(color("#ffffff"), Ok(Rgb(255, 255, 255)));
        for text in ["", "fff", "+fffff", "gggggg", "fffffff"] {
            assert!(color(text).is_err(), "{text}");
        }
    }
}
