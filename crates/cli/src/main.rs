//! The `thumbling` command: makes thumbnails, identifies files, and serves a demo drive.
//!
//! It uses the public API only. Each subcommand has its own file; they share [`walk`] (finding input files), [`run`]
//! (worker threads and timing), [`folder`] (atomic writes) and [`report`] (text and JSON output).
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod doctor;
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

/// Make thumbnails of any file
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
    Doctor(doctor::Args),
    #[cfg(feature = "serve")]
    Serve(serve::Args),
}

fn main() -> ExitCode {
    // The command is its own worker: as one it ends here.
    thumbling::isolation::run_if_worker();
    run::capture_panics();
    let result = match Cli::parse().command {
        Command::Make(args) => make::run(args),
        Command::Gallery(args) => gallery::run(args),
        Command::Probe(args) => probe::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Doctor(args) => doctor::run(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader closed the pipe, as `head` does: not worth a message.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(e) => {
            let (red, plain) = (report::RED, anstyle::Reset);
            anstream::eprintln!("{red}error:{plain} {}", report::escaped(&e.to_string()));
            if e.kind() == std::io::ErrorKind::InvalidInput { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
