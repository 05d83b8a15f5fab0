//! The progress bar, shown only on a terminal.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on standard error. Hidden unless that is a terminal, and when JSON lines go to the same terminal.
pub fn bar(files: usize, json: bool) -> ProgressBar {
    if !io::stderr().is_terminal() || json && io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40.cyan/dim} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
