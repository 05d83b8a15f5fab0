//! `gallery`: a self-contained HTML page with the thumbnails of a folder.
//!
//! The time on a card covers the thumbnail only; the larger preview is made afterwards.

mod card;
mod page;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytesize::ByteSize;
use thumbling::{Error, Output, Request, Result, Source, SourceInfo, Thumbnail, Thumbnails};

use card::{Card, Pictures};

use crate::folder::{self, Folder};
use crate::options::{IsolationArgs, JobArgs, LimitArgs};
use crate::progress;
use crate::report::{self, Summary};
use crate::run;
use crate::walk::{self, Input};

/// Name of the page in the output folder.
const PAGE: &str = "index.html";
/// Up to this many files, cards have previews by default.
const MAX_FILES_WITH_PREVIEWS: usize = 400;
/// Default size of a preview, px.
const PREVIEW: u16 = 800;

/// Make an HTML gallery of a folder
///
/// Writes OUT/index.html, a single file with all pictures, styles and scripts. It opens from disk and loads nothing from
/// the network.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Folder to search recursively
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Output folder, created if missing
    #[arg(long, short, value_name = "OUT")]
    out: PathBuf,
    /// Thumbnail size in px
    #[arg(long, short, value_name = "N", default_value_t = 320, value_parser = clap::value_parser!(u16).range(16..=2048))]
    size: u16,
    /// Size in px of the preview that a click opens; 0 for none [default: 800, or none for more than 400 files]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=4096))]
    preview: Option<u16>,
    /// Title of the page [default: the folder's name]
    #[arg(long, short, value_name = "TEXT")]
    title: Option<String>,
    #[command(flatten)]
    jobs: JobArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    isolation: IsolationArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling gallery ~/Pictures --out contact-sheet
  thumbling gallery scans/ --out . --size 480 --title 'Scans of May'

Exit status: 0 if the page was written; 1 if not; 2 on bad usage.";

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let started = Instant::now();
    if !args.dir.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is not a folder", args.dir.display())));
    }
    folder::clean_on_interrupt();
    let out = Folder::create(&args.out)?;
    let mut inputs = walk::find(std::slice::from_ref(&args.dir), Some(out.root())).files;
    if is_same(&args.dir, out.root()) {
        inputs.retain(|input| input.name != Path::new(PAGE));
    }
    let preview = args.preview.unwrap_or(if inputs.len() <= MAX_FILES_WITH_PREVIEWS { PREVIEW } else { 0 });
    let sizes = Sizes { thumbnail: args.size.into(), preview: preview.into() };
    let request = args.isolation.apply(Request::new()).limits(args.limits.limits());
    args.isolation.configure(args.jobs.count(), &request.limits);
    let bar = progress::bar(inputs.len(), false);
    let mut cards = Vec::with_capacity(inputs.len());
    let mut summary = Summary::default();
    run::each(
        &inputs,
        args.jobs.count(),
        |input| Ok(card(input, &request, sizes)),
        |index, outcome| {
            let input = &inputs[index];
            let ms = report::ms(outcome.wall);
            let panicked = |e| Card { input, bytes: None, bytes_read: 0, ms, result: Err(e) };
            let card = outcome.result.unwrap_or_else(panicked);
            match &card.result {
                Ok(_) => summary.add_success(),
                Err(e) => summary.add_failure(&input.path, e),
            }
            cards.push((index, card));
            bar.inc(1);
            Ok(())
        },
    )?;
    bar.finish_and_clear();
    cards.sort_by_key(|(index, _)| *index);
    let cards: Vec<_> = cards.into_iter().map(|(_, card)| card).collect();
    let title = args.title.unwrap_or_else(|| folder_name(&args.dir));
    let html = page::html(&title, &cards, started.elapsed());
    out.write(Path::new(PAGE), html.as_bytes())?;
    anstream::print!("{}", summary.text(started.elapsed()));
    let path = report::escaped_path(&out.root().join(PAGE));
    anstream::println!("{path}, {}", ByteSize(html.len() as u64).display().si());
    Ok(())
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn folder_name(dir: &Path) -> String {
    let path = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    path.file_name().map_or_else(|| "Gallery".into(), |name| name.to_string_lossy().into_owned())
}

/// Sizes in px; a preview of 0 is not made.
#[derive(Clone, Copy)]
struct Sizes {
    thumbnail: u32,
    preview: u32,
}

fn card<'a>(input: &'a Input, request: &Request, sizes: Sizes) -> Card<'a> {
    let started = Instant::now();
    let bytes = fs::metadata(&input.path).ok().filter(|meta| meta.is_file()).map(|meta| meta.len());
    let failed = |e, bytes_read, ms| Card { input, bytes, bytes_read, ms, result: Err(e) };
    let source = match &input.error {
        Some(e) => Err(Error::new(e.kind(), e.detail())),
        None => Source::from_path(&input.path),
    };
    let source = match source {
        Ok(source) => source,
        Err(e) => return failed(e, 0, report::ms(started.elapsed())),
    };
    let request = request.clone().name(input.name.to_string_lossy());
    let outcome = run::timed(|| webp(&source, &request, sizes.thumbnail));
    let (bytes_read, ms) = (source.bytes_read(), report::ms(outcome.wall));
    match outcome.result {
        Err(e) => failed(e, bytes_read, ms),
        Ok((response, thumbnail)) => {
            let preview = if has_larger(&response.info, sizes) {
                // A failure leaves a card without a preview.
                run::timed(|| webp(&source, &request, sizes.preview)).result.ok().map(|(_, preview)| preview)
            } else {
                None
            };
            Card { input, bytes, bytes_read, ms, result: Ok(Pictures { response, thumbnail, preview }) }
        }
    }
}

/// Whether a preview would show more than the thumbnail.
fn has_larger(info: &SourceInfo, sizes: Sizes) -> bool {
    let is_larger = info.is_scalable || info.width.max(info.height) > sizes.thumbnail.into();
    is_larger && sizes.preview > sizes.thumbnail
}

/// The response, and the WebP of at most `side` × `side` px taken out of it.
fn webp(source: &Source, request: &Request, side: u32) -> Result<(Thumbnails, Thumbnail)> {
    let mut response = thumbling::thumbnail(source, &request.clone().square(side).output(Output::Webp))?;
    let thumbnail = response.items.pop().ok_or_else(|| Error::internal("no thumbnail was returned"))?;
    Ok((response, thumbnail))
}
