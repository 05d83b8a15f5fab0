//! `probe`: identifies files from their headers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use thumbling::{Error, ErrorKind, Family, Request, Result, Source, SourceInfo};

use crate::options::{IsolationArgs, LimitArgs};
use crate::report::{self, DIM, RED};
use crate::run::{self, Outcome};
use crate::walk::{self, Input};

/// Identify files without decoding them
///
/// Shows format and family, size after orientation (in px; in pt for documents), pages, duration, and whether the file
/// is transparent, animated or encrypted. The format is detected from the content, not the name.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Files, and folders to search recursively
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Print one JSON line per file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    isolation: IsolationArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling probe photo.jpg
  thumbling probe ~/Downloads --json | jq -r 'select(.animated) | .file'

Exit status: 0 if every file was processed, even if some failed; 2 on bad usage.";

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let inputs = walk::find(&args.paths, None).files;
    let request = args.isolation.apply(Request::new().limits(args.limits.limits()));
    args.isolation.configure(1, &request.limits);
    let mut stdout = anstream::AutoStream::auto(io::stdout());
    // One thread: probing waits for the disk, not the CPU.
    run::each(
        &inputs,
        1,
        |input| match &input.error {
            // Two inputs with the same output name: no problem here, nothing is written.
            Some(e) if e.kind() != ErrorKind::InvalidArgument => Err(Error::new(e.kind(), e.detail())),
            _ => probe(input, &request),
        },
        |index, outcome| {
            let path = &inputs[index].path;
            if args.json {
                writeln!(stdout, "{}", json_line(path, &outcome))
            } else {
                writeln!(stdout, "{}", text_line(path, &outcome.result))
            }
        },
    )
}

fn probe(input: &Input, request: &Request) -> Result<SourceInfo> {
    let source = Source::from_path(&input.path)?;
    thumbling::probe(&source, &request.clone().name(input.name.to_string_lossy()))
}

fn json_line(path: &Path, outcome: &Outcome<SourceInfo>) -> Value {
    let mut line = Map::new();
    line.insert("file".into(), path.to_string_lossy().into());
    line.insert("status".into(), if outcome.result.is_ok() { "ok" } else { "error" }.into());
    match &outcome.result {
        Err(e) => report::add_error(&mut line, e),
        Ok(info) => {
            line.insert("family".into(), info.family.name().into());
            line.insert("format".into(), info.format.name.into());
            line.insert("source".into(), report::source(info));
            line.insert("alpha".into(), info.has_alpha.into());
            line.insert("animated".into(), info.is_animated.into());
            line.insert("encrypted".into(), info.is_encrypted.into());
        }
    }
    line.insert("ms".into(), report::ms(outcome.wall).into());
    line.into()
}

fn text_line(path: &Path, result: &Result<SourceInfo>) -> String {
    let path = report::escaped_path(path);
    match result {
        Err(e) => format!("{path}: {RED}{}{RED:#}  {DIM}{}{DIM:#}", e.kind(), report::escaped(e.detail())),
        Ok(info) => format!("{path}: {}", facts(info).join(", ")),
    }
}

/// What the header says, as short phrases.
fn facts(info: &SourceInfo) -> Vec<String> {
    let mut facts = vec![format!("{} {}", info.format.name, info.family.name())];
    if info.width > 0.0 && info.height > 0.0 {
        let unit = if info.family == Family::Document { "pt" } else { "px" };
        facts.push(format!("{} x {} {unit}", info.width.round(), info.height.round()));
    }
    if info.pages > 1 {
        facts.push(report::count(info.pages as usize, "page"));
    }
    facts.extend(info.duration.map(report::time));
    for (yes, word) in [(info.has_alpha, "alpha"), (info.is_animated, "animated"), (info.is_encrypted, "encrypted")] {
        facts.extend(yes.then(|| word.to_owned()));
    }
    facts
}
