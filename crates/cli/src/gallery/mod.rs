//! `gallery`: one HTML page of a folder, for a person to look at.
//!
//! The time that a card shows is that of its thumbnail alone; the larger picture of the same file is made after it.

mod page;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use thumbling::{Error, Output, Request, Result, Source, SourceInfo, Thumbnail, Thumbnails};

use crate::folder::{self, Folder};
use crate::options::{JobArgs, LimitArgs};
use crate::progress;
use crate::report::{self, Tally};
use crate::run;
use crate::walk::{self, Input};

/// Name of the page in the folder that is written to.
const PAGE: &str = "index.html";
/// Files up to which cards have a larger picture of themselves, unless it is asked for.
const FEW_FILES: usize = 400;
/// Side of the larger picture, px.
const PREVIEW: u16 = 800;

/// Make one HTML page of a folder, for a person to look at
///
/// OUT/index.html holds everything: pictures, style and script. It asks the network for nothing, and opens from disk.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Folder whose files are all taken
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Folder to write index.html to; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Side of a thumbnail, px
    #[arg(long, short, value_name = "N", default_value_t = 320, value_parser = clap::value_parser!(u16).range(16..=2048))]
    size: u16,
    /// Side of the larger picture that a click shows, px; 0 for none [default: 800 up to 400 files, none above]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=4096))]
    preview: Option<u16>,
    /// Title of the page [default: the folder's name]
    #[arg(long, short, value_name = "T")]
    title: Option<String>,
    #[command(flatten)]
    jobs: JobArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling gallery ~/Pictures --out contact-sheet
  thumbling gallery scans/ --out . --size 480 --title 'Scans of May'

Status: 0 if the page was made; 1 if it could not be; 2 on bad usage.";

/// One file of the page.
struct Card<'a> {
    input: &'a Input,
    /// Size of the file, if it could be asked.
    bytes: Option<u64>,
    read: u64,
    ms: f64,
    result: Result<Pictures>,
}

/// What a card shows.
struct Pictures {
    made: Thumbnails,
    thumbnail: Thumbnail,
    preview: Option<Thumbnail>,
}

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let started = Instant::now();
    if !args.dir.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{} is no folder", args.dir.display())));
    }
    folder::clean_on_interrupt();
    let out = Folder::create(&args.out)?;
    let mut inputs = walk::find(std::slice::from_ref(&args.dir), Some(out.root())).inputs;
    if same(&args.dir, out.root()) {
        inputs.retain(|input| input.name != Path::new(PAGE));
    }
    let preview = args.preview.unwrap_or(if inputs.len() <= FEW_FILES { PREVIEW } else { 0 });
    let sides = Sides { thumbnail: args.size.into(), preview: preview.into() };
    let request = Request::new().limits(args.limits.limits());
    let bar = progress::bar(inputs.len(), false);
    let (mut cards, mut tally) = (Vec::with_capacity(inputs.len()), Tally::default());
    run::each(
        &inputs,
        args.jobs.count(),
        |input| Ok(card(input, &request, sides)),
        |index, outcome| {
            let input = &inputs[index];
            let ms = report::ms(outcome.wall);
            let panicked = |e| Card { input, bytes: None, read: 0, ms, result: Err(e) };
            let card = outcome.result.unwrap_or_else(panicked);
            match &card.result {
                Ok(_) => tally.made(),
                Err(e) => tally.failed(&input.path, e),
            }
            cards.push((index, card));
            bar.inc(1);
            Ok(())
        },
    )?;
    bar.finish_and_clear();
    cards.sort_by_key(|(index, _)| *index);
    let cards: Vec<_> = cards.into_iter().map(|(_, card)| card).collect();
    let title = args.title.unwrap_or_else(|| name_of(&args.dir));
    let html = page::html(&title, &cards, started.elapsed());
    out.write(Path::new(PAGE), html.as_bytes())?;
    anstream::print!("{}", tally.text(started.elapsed()));
    let path = report::shown_path(&out.root().join(PAGE));
    anstream::println!("{path}, {}", report::bytes(html.len() as u64));
    Ok(())
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn name_of(dir: &Path) -> String {
    let whole = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    whole.file_name().map_or_else(|| "Gallery".into(), |name| name.to_string_lossy().into_owned())
}

/// Sides of the boxes, px; no preview is made at 0.
#[derive(Clone, Copy)]
struct Sides {
    thumbnail: u32,
    preview: u32,
}

fn card<'a>(input: &'a Input, request: &Request, sides: Sides) -> Card<'a> {
    let started = Instant::now();
    let bytes = fs::metadata(&input.path).ok().filter(|meta| meta.is_file()).map(|meta| meta.len());
    let failed = |e, read, ms| Card { input, bytes, read, ms, result: Err(e) };
    let source = match &input.refused {
        Some(e) => Err(Error::new(e.kind(), e.detail())),
        None => Source::from_path(&input.path),
    };
    let source = match source {
        Ok(source) => source,
        Err(e) => return failed(e, 0, report::ms(started.elapsed())),
    };
    let request = request.clone().name(input.name.to_string_lossy());
    let outcome = run::timed(|| webp(&source, &request, sides.thumbnail));
    let (read, ms) = (source.bytes_read(), report::ms(outcome.wall));
    match outcome.result {
        Err(e) => failed(e, read, ms),
        Ok((made, thumbnail)) => {
            let larger = made.info.is_scalable || longest(&made.info) > sides.thumbnail.into();
            let more = larger && sides.preview > sides.thumbnail;
            // A thumbnail without its larger picture is still a card.
            let preview = more
                .then(|| run::timed(|| webp(&source, &request, sides.preview)).result.ok())
                .flatten()
                .map(|(_, larger)| larger);
            Card { input, bytes, read, ms, result: Ok(Pictures { made, thumbnail, preview }) }
        }
    }
}

fn webp(source: &Source, request: &Request, side: u32) -> Result<(Thumbnails, Thumbnail)> {
    let mut made = thumbling::thumbnail(source, &request.clone().square(side).output(Output::Webp))?;
    let thumbnail = made.items.pop().ok_or_else(|| Error::internal("no thumbnail was made"))?;
    Ok((made, thumbnail))
}

fn longest(info: &SourceInfo) -> f64 {
    info.width.max(info.height)
}
