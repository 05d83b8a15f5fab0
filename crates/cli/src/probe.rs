//! `probe`: what files are, from their headers.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value};
use thumbling::{Request, Result, Source, SourceInfo};

use crate::options::LimitArgs;
use crate::report::{self, DIM, RED};
use crate::run::{self, Outcome};
use crate::walk;

/// Say what files are, without decoding them
///
/// Format and family by content, size after orientation (px, for pages pt), pages, duration, and whether they are
/// transparent, animated or encrypted.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Files, and folders whose files are all taken
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// One JSON line a file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling probe photo.jpg
  thumbling probe ~/Downloads --json | jq -r 'select(.animated) | .file'

Status: 0 if every file got an outcome, be it an error; 2 on bad usage.";

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let found = walk::find(&args.paths, None);
    let request = Request::new().limits(args.limits.limits());
    let mut stdout = anstream::AutoStream::auto(io::stdout());
    // One thread: a probe waits for the disk, not for the processor.
    run::each(
        &found.inputs,
        1,
        |input| match &input.refused {
            // A name that two results would share matters to results only.
            Some(e) if e.kind() != thumbling::ErrorKind::InvalidArgument => {
                Err(thumbling::Error::new(e.kind(), e.detail()))
            }
            _ => probe(input, &request),
        },
        |index, outcome| {
            let path = &found.inputs[index].path;
            match args.json {
                true => writeln!(stdout, "{}", line(path, &outcome)),
                false => writeln!(stdout, "{}", text(path, &outcome.result)),
            }
        },
    )
}

fn probe(input: &walk::Input, request: &Request) -> Result<SourceInfo> {
    let source = Source::from_path(&input.path)?;
    thumbling::probe(&source, &request.clone().name(input.name.to_string_lossy()))
}

fn line(path: &std::path::Path, outcome: &Outcome<SourceInfo>) -> Value {
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

fn text(path: &std::path::Path, result: &Result<SourceInfo>) -> String {
    let path = report::shown_path(path);
    match result {
        Err(e) => format!("{path}: {RED}{}{RED:#}  {DIM}{}{DIM:#}", e.kind(), report::shown(e.detail())),
        Ok(info) => format!("{path}: {}", facts(info).join(", ")),
    }
}

/// What is known of a file, in words.
fn facts(info: &SourceInfo) -> Vec<String> {
    let mut facts = vec![format!("{} {}", info.format.name, info.family.name())];
    if info.width > 0.0 && info.height > 0.0 {
        let unit = if info.family == thumbling::Family::Document { "pt" } else { "px" };
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
