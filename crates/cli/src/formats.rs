//! `formats`: the formats that this build supports.

use std::io::{self, Write};

use serde_json::json;
use thumbling::{Capability, Tier};

use crate::report::{DIM, GREEN};

/// List supported formats
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print one JSON line per format
    #[arg(long)]
    json: bool,
    /// Also print where each format is decoded by default, and why
    #[arg(long, short, conflicts_with = "json")]
    verbose: bool,
}

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let all: Vec<Capability> = thumbling::capabilities().collect();
    let mut stdout = anstream::AutoStream::auto(io::stdout());
    if args.json {
        for c in &all {
            let line = json!({
                "name": c.name, "family": c.family, "extensions": c.extensions, "mime_types": c.mime_types,
                "enabled": c.enabled, "feature": c.feature, "tier": c.tier.name(), "evidence": c.evidence,
            });
            writeln!(stdout, "{line}")?;
        }
        return Ok(());
    }
    if args.verbose {
        return tiers(&mut stdout, &all);
    }
    let cells = |c: &Capability| [c.name.to_owned(), c.family.unwrap_or("-").to_owned(), c.extensions.join(" ")];
    let rows: Vec<_> = all.iter().map(cells).collect();
    let titles = ["FORMAT", "FAMILY", "EXTENSIONS"];
    let width = |i: usize| rows.iter().map(|r| r[i].len()).chain([titles[i].len()]).max().unwrap_or(0);
    let (a, b, c) = (width(0), width(1), width(2));
    writeln!(stdout, "{DIM}{:a$}  {:b$}  {:c$}  BUILT IN{DIM:#}", titles[0], titles[1], titles[2])?;
    for (format, [name, family, extensions]) in all.iter().zip(&rows) {
        write!(stdout, "{name:a$}  {family:b$}  {extensions:c$}  ")?;
        if format.enabled {
            writeln!(stdout, "{GREEN}yes{GREEN:#}")?;
        } else {
            writeln!(stdout, "{DIM}no: feature `{}`{DIM:#}", format.feature)?;
        }
    }
    let enabled = all.iter().filter(|c| c.enabled).count();
    writeln!(stdout, "{DIM}{enabled} of {} formats{DIM:#}", all.len())
}

/// Where each format is decoded by default.
fn tiers(stdout: &mut impl Write, all: &[Capability]) -> io::Result<()> {
    let width = all.iter().map(|c| c.name.len()).max().unwrap_or(0);
    writeln!(stdout, "{DIM}{:width$}  {:10}  EVIDENCE{DIM:#}", "FORMAT", "DECODED IN")?;
    for format in all.iter().filter(|c| c.enabled) {
        let place = if format.tier == Tier::InProcess { "process" } else { "worker" };
        writeln!(stdout, "{:width$}  {place:10}  {}", format.name, format.evidence)?;
    }
    Ok(())
}
