//! The command: thumbnails of files and folders, what a file is, and a drive to try the engine with.
//!
//! Stands on the public API alone. One file a subcommand; what they share is [`walk`] (which files), [`run`] (each on
//! a thread, timed), [`folder`] (files that appear whole or not at all) and [`report`] (what people and programs read).
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod folder;
mod formats;
mod gallery;
mod make;
mod options;
mod probe;
mod progress;
mod report;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod walk;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Thumbnails of any file, made in-process: right, safe, fast.
#[derive(Parser)]
#[command(name = "thumbling", version, max_term_width = 100, arg_required_else_help = true)]
#[command(styles = options::STYLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Make(make::Args),
    Gallery(gallery::Args),
    Probe(probe::Args),
    Formats(formats::Args),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
}

fn main() -> ExitCode {
    run::quiet_panics();
    let done = match Cli::parse().command {
        Command::Make(args) => make::run(args),
        Command::Gallery(args) => gallery::run(args),
        Command::Probe(args) => probe::run(args),
        Command::Formats(args) => formats::run(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe has seen enough; nobody is left to tell.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(e) => {
            let (red, plain) = (report::RED, anstyle::Reset);
            anstream::eprintln!("{red}error:{plain} {}", report::shown(&e.to_string()));
            if e.kind() == std::io::ErrorKind::InvalidInput { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
