//! Arguments shared by several subcommands, and the parsers of their values.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{ArgAction, ValueEnum};
use thumbling::isolation::Config;
use thumbling::{Effort, Fit, Isolation, Limits, Output, Position, Request, Rgb, Sandbox};

/// Colours of `--help` and usage errors.
pub const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Largest width or height of a thumbnail, px.
const MAX_SIDE: u32 = 16_383;

/// The box of a thumbnail. Keeps the user's spelling (`256` or `256x256`), which becomes part of file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxSize {
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    label: String,
}

impl FromStr for BoxSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |part: &str| -> Result<u32, String> {
            // `parse` accepts a leading `+`.
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            match part.parse::<u32>() {
                Ok(n) if digits && (1..=MAX_SIDE).contains(&n) => Ok(n),
                Ok(_) if digits => Err(format!("width and height are 1 to {MAX_SIDE} px")),
                _ => Err("a size is 256 or 640x480, in px".into()),
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
        /// Fit inside, without cropping; enlarge small pictures
        Contain,
        /// Fill the size and crop the rest
        Cover,
        /// Stretch to the size
        Fill,
        /// Like contain, but never enlarge pixels
        ScaleDown,
    }
}

values! {
    /// `--position`.
    PositionArg => Position {
        /// The centre
        Center,
        /// The upper edge
        Top,
        /// The lower edge
        Bottom,
        /// The left edge
        Left,
        /// The right edge
        Right,
        /// The most interesting part: detail, strong colours, skin
        Attention,
    }
}

values! {
    /// `--format`.
    FormatArg => Output {
        /// Small and fast; no transparency
        Jpeg,
        /// Smaller; keeps transparency
        Webp,
        /// Lossless; keeps transparency
        Png,
        /// Smallest and slowest; keeps transparency
        Avif,
        /// WebP for transparency, PNG for few colours, else JPEG
        Auto,
    }
}

values! {
    /// `--effort`.
    EffortArg => Effort {
        /// Fastest: use any embedded preview
        Preview,
        /// Use embedded previews that are large enough
        Normal,
        /// Always decode the full picture
        Best,
    }
}

values! {
    /// `--isolation`.
    IsolationArg => Isolation {
        /// Decoders that have not qualified for this process run in a worker process
        Default,
        /// All decoders run in a worker process
        Everything,
        /// None does: a file that crashes its decoder ends the command
        Nothing,
    }
}

values! {
    /// `--sandbox`.
    SandboxArg => Sandbox {
        /// Namespaces, Landlock and seccomp
        Full,
        /// Landlock and seccomp
        Landlock,
        /// Limits on memory and CPU alone
        None,
    }
}

/// Where decoders run.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Isolation")]
pub struct IsolationArgs {
    /// Which decoders run in sandboxed worker processes
    #[arg(long, value_enum, default_value_t = IsolationArg::Default)]
    isolation: IsolationArg,
    /// The weakest sandbox to accept; see `thumbling doctor`
    #[arg(long, value_enum, default_value_t = SandboxArg::Landlock)]
    sandbox: SandboxArg,
}

impl IsolationArgs {
    /// `request` with the options applied.
    pub fn apply(self, request: Request) -> Request {
        request.isolation(self.isolation.into()).sandbox(self.sandbox.into())
    }

    /// Prepares the pool for `jobs` files at once with `limits`.
    pub fn configure(self, jobs: usize, limits: &Limits) {
        // What one worker may take; see `isolation::Config::memory`.
        let worker = limits.max_memory.saturating_add(256 << 20).max(512 << 20);
        let config = Config::new().workers(jobs).memory(worker.saturating_mul(jobs as u64));
        // The pool is configured before its first use, so this cannot fail.
        let _ = thumbling::isolation::configure(config);
    }
}

/// Limits on each file.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits per file")]
pub struct LimitArgs {
    /// Give up on a file after this time: 500ms, 10s, 2m or none
    // `--deadline` is the option's former name; scripts still use it.
    #[arg(long, alias = "deadline", value_name = "TIME", default_value = "10s", value_parser = timeout)]
    timeout: Timeout,
    /// Largest picture to decode, in pixels [default: 268435456]
    #[arg(long, value_name = "N", value_parser = pixels)]
    max_pixels: Option<u64>,
    /// Memory limit for decoded pixels: 256MiB, 1GB or a number of bytes [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_memory: Option<u64>,
}

impl LimitArgs {
    /// The default limits with the given options applied.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.timeout = self.timeout.0;
        limits.max_pixels = self.max_pixels.unwrap_or(limits.max_pixels);
        limits.max_memory = self.max_memory.unwrap_or(limits.max_memory);
        limits
    }
}

/// How many files to process at once.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct JobArgs {
    /// Number of files to process at once [default: one per core]
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

/// `None` for no timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Timeout(Option<Duration>);

fn timeout(text: &str) -> Result<Timeout, String> {
    const HELP: &str = "a time is a number above 0 with a unit (500ms, 10s, 2m), or none";
    if text == "none" {
        return Ok(Timeout(None));
    }
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() => Ok(Timeout(Some(time))),
        Ok(_) => Err(HELP.into()),
        Err(e) => Err(format!("{e}: {HELP}")),
    }
}

fn bytes(text: &str) -> Result<u64, String> {
    const HELP: &str = "a size is a number above 0 with a unit (64MiB, 1G), or a number of bytes";
    match text.parse::<ByteSize>() {
        Ok(ByteSize(n)) if n > 0 => Ok(n),
        Ok(_) => Err(HELP.into()),
        Err(e) => Err(format!("{e}: {HELP}")),
    }
}

fn pixels(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("a number of pixels above 0".into()),
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
        _ => Err("a colour is six hexadecimal digits, as ffffff for white".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_keeps_its_spelling() {
        for text in ["256", "256x256", "640x480"] {
            assert_eq!(text.parse::<BoxSize>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn invalid_sizes_are_rejected() {
        for text in ["", "0", "x", "256x", "-1", "+5", "256X256", "20000", "1x1x1", "../256"] {
            assert!(text.parse::<BoxSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_parsed_with_units() {
        let ms = |n| Ok(Timeout(Some(Duration::from_millis(n))));
        assert_eq!(timeout("10s"), ms(10_000));
        assert_eq!(timeout("500ms"), ms(500));
        assert_eq!(timeout("1m 30s"), ms(90_000));
        assert_eq!(timeout("none"), Ok(Timeout(None)));
        for text in ["", "s", "10", "0s", "-1s", "1e3s", "nan", "99999999999999999999s"] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn byte_counts_are_parsed_with_units() {
        assert_eq!(bytes("256MiB"), Ok(256 << 20));
        assert_eq!(bytes("256MB"), Ok(256_000_000));
        assert_eq!(bytes("1GiB"), Ok(1 << 30));
        assert_eq!(bytes("1000"), Ok(1000));
        for text in ["", "0", "M", "-1", "1XB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn colours_are_parsed_from_hex() {
        assert_eq!(color("0a1Bff"), Ok(Rgb(10, 27, 255)));
        assert_eq!(color("#ffffff"), Ok(Rgb(255, 255, 255)));
        for text in ["", "fff", "+fffff", "gggggg", "fffffff"] {
            assert!(color(text).is_err(), "{text}");
        }
    }
}
