//! `doctor`: what this machine offers, and what to change.

use std::io::{self, Write};

use bytesize::ByteSize;
use thumbling::Sandbox;
use thumbling::isolation;

use crate::report::{GREEN, RED, escaped};

/// Show which sandbox and libraries this machine offers
///
/// Starts a worker process in the strongest sandbox and loads the libraries for videos and PDFs. Says what to change if
/// something is missing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Exit status: 0 if files are isolated by default, 1 if not.")]
pub struct Args {}

/// Runs the subcommand.
pub fn run(_: Args) -> io::Result<()> {
    let mut stdout = anstream::AutoStream::auto(io::stdout());
    let libraries = isolation::libraries();
    let is_isolated;
    match isolation::report() {
        Ok(report) => {
            writeln!(stdout, "worker    {}", report.program.display())?;
            writeln!(
                stdout,
                "          up to {} at once, {} in all",
                report.workers,
                ByteSize(report.memory).display().si()
            )?;
            is_isolated = report.sandbox >= Sandbox::default();
            let color = if is_isolated { GREEN } else { RED };
            writeln!(stdout, "sandbox   {color}{}{color:#}", report.sandbox)?;
            if !report.reason.is_empty() {
                writeln!(stdout, "          no stronger one: {}", escaped(&report.reason))?;
            }
            for line in advice(report.sandbox) {
                writeln!(stdout, "          {line}")?;
            }
        }
        Err(e) => {
            is_isolated = false;
            writeln!(stdout, "worker    {RED}none{RED:#}: {}", escaped(&e.to_string()))?;
        }
    }
    for (name, found, missing) in [
        ("FFmpeg", libraries.ffmpeg, "videos are `feature-disabled`; install FFmpeg 5 or later (on Debian: ffmpeg)"),
        ("PDFium", libraries.pdfium, "PDFs are drawn by built-in code; name a library in THUMBLING_PDFIUM to use it"),
    ] {
        match found {
            Some(true) => writeln!(stdout, "{name}    {GREEN}found{GREEN:#}")?,
            Some(false) => writeln!(stdout, "{name}    {RED}not found{RED:#}: {missing}")?,
            None => writeln!(stdout, "{name}    not part of this build")?,
        }
    }
    if is_isolated { Ok(()) } else { Err(io::Error::other("decoders cannot be isolated as they are by default")) }
}

/// What to change for a stronger sandbox.
fn advice(sandbox: Sandbox) -> &'static [&'static str] {
    match sandbox {
        Sandbox::Full => &[],
        Sandbox::Landlock => &[
            "For `full`, allow unprivileged user namespaces: on Ubuntu",
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`, in containers a seccomp profile that permits them.",
        ],
        _ => &[
            "For `landlock`, use Linux 5.13 or later with `landlock` in `lsm=`, and a seccomp profile that permits it.",
            "Until then requests need `--sandbox none`, which is the operator's risk.",
        ],
    }
}
