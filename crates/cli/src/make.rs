//! `make`: thumbnails of files and folders into a folder.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use thumbling::{Error, Output, Request, Result, Rgb, Source, Thumbnail, Thumbnails};

use crate::folder::{self, Folder};
use crate::options::{self, BoxSize, EffortArg, FitArg, FormatArg, JobArgs, LimitArgs, PositionArg};
use crate::progress;
use crate::report::{self, Tally};
use crate::run::{self, Outcome};
use crate::walk::{self, Input};

/// Make thumbnails of files, and of all files in folders
///
/// Writes OUT/<path below the folder given, or the file's name>.<size>.<jpg|webp|png|avif>. A file appears there whole
/// or not at all. Files and folders whose names begin with a dot are passed over, links to folders are not followed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Files, and folders whose files are all taken
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Folder to write to; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// One JSON line a file on standard output, as each is done
    #[arg(long)]
    json: bool,
    /// Say what was passed over, too
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    jobs: JobArgs,
    #[command(flatten)]
    thumbnail: ThumbnailArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling make photo.jpg --out thumbs
      thumbs/photo.jpg.256.jpg, at most 256 x 256 px
  thumbling make ~/Pictures --out thumbs --size 256 --size 1024 --format webp
      two sizes of every picture, from one decode each
  thumbling make cover.png --out . --size 640x360 --fit cover --position attention
      exactly 640 x 360 px, cut out where there is something to see
  thumbling make drive/ --out thumbs --json --deadline 2s | jq -r 'select(.status == \"error\") | .file'
      what could not be made

Status: 0 if every file got an outcome, be it an error; 1 if the run could not go on; 2 on bad usage.";

/// What a thumbnail is like.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Thumbnails")]
struct ThumbnailArgs {
    /// Box in px: 256, or 640x480; may be given several times
    #[arg(long, short, value_name = "N|WxH", default_value = "256")]
    size: Vec<BoxSize>,
    /// How the picture goes into the box
    #[arg(long, value_enum, default_value_t = FitArg::ScaleDown)]
    fit: FitArg,
    /// What `--fit cover` keeps
    #[arg(long, value_enum, default_value_t = PositionArg::Center)]
    position: PositionArg,
    /// What thumbnails are encoded as
    #[arg(long, short, value_enum, default_value_t = FormatArg::Jpeg)]
    format: FormatArg,
    /// 1 to 100; without effect on PNG
    #[arg(long, short, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// Colour behind transparency; without it, white for JPEG and none for the others
    #[arg(long, value_name = "RRGGBB", value_parser = options::color)]
    background: Option<Rgb>,
    /// How much work a thumbnail is worth
    #[arg(long, value_enum, default_value_t = EffortArg::Normal)]
    effort: EffortArg,
    /// Page, slide or frame, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
}

impl ThumbnailArgs {
    /// Sizes without repetition: each names a file.
    fn sizes(&self) -> Vec<&BoxSize> {
        self.size.iter().enumerate().filter(|(i, s)| !self.size[..*i].contains(s)).map(|(_, s)| s).collect()
    }

    fn request(&self, limits: &LimitArgs) -> Request {
        let mut request = Request::new().limits(limits.limits()).effort(self.effort.into());
        for size in self.sizes() {
            request = request.size(size.width, size.height);
        }
        if let Some(background) = self.background {
            request = request.background(background);
        }
        request
            .fit(self.fit.into())
            .position(self.position.into())
            .output(self.format.into())
            .quality(self.quality)
            .page(self.page - 1)
    }
}

/// What was made of one input.
struct Made {
    thumbnails: Thumbnails,
    /// Relative to the folder, one for each thumbnail.
    paths: Vec<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let started = Instant::now();
    folder::clean_on_interrupt();
    let out = Folder::create(&args.out)?;
    let found = walk::find(&args.paths, Some(out.root()));
    let request = args.thumbnail.request(&args.limits);
    let sizes: Vec<String> = args.thumbnail.sizes().iter().map(ToString::to_string).collect();
    let bar = progress::bar(found.inputs.len(), args.json);
    let mut stdout = io::stdout().lock();
    let mut tally = Tally::default();
    let work = |input: &Input| Ok(make(input, &request, &sizes, &out));
    run::each(&found.inputs, args.jobs.count(), work, |index, outcome| {
        let input = &found.inputs[index];
        if args.json {
            let line = line(&input.path, &outcome);
            stdout.write_all(format!("{line}\n").as_bytes())?;
            stdout.flush()?;
        }
        match flat(&outcome).0 {
            Ok(_) => tally.made(),
            Err(e) => tally.failed(&input.path, e),
        }
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    drop(stdout);
    if !args.json {
        anstream::print!("{}", tally.text(started.elapsed()));
    }
    if args.verbose && found.hidden > 0 {
        anstream::eprintln!("passed over: {} whose name begins with a dot", report::count(found.hidden, "entry"));
    }
    Ok(())
}

/// The outcome of one input, and the bytes read of it, which are known of failures too.
type Work = (Result<Made>, u64);

fn flat(outcome: &Outcome<Work>) -> (std::result::Result<&Made, &Error>, u64) {
    match &outcome.result {
        Ok((Ok(made), read)) => (Ok(made), *read),
        Ok((Err(e), read)) => (Err(e), *read),
        Err(e) => (Err(e), 0),
    }
}

fn make(input: &Input, request: &Request, sizes: &[String], out: &Folder) -> Work {
    if let Some(e) = &input.refused {
        return (Err(Error::new(e.kind(), e.detail())), 0);
    }
    let source = match Source::from_path(&input.path) {
        Ok(source) => source,
        Err(e) => return (Err(e), 0),
    };
    let request = request.clone().name(input.name.to_string_lossy());
    let made = thumbling::thumbnail(&source, &request).and_then(|thumbnails| {
        let paths: Vec<_> =
            thumbnails.items.iter().zip(sizes).map(|(t, size)| named(&input.name, size, t.output)).collect();
        for (thumbnail, path) in thumbnails.items.iter().zip(&paths) {
            out.write(path, &thumbnail.bytes).map_err(|e| {
                let detail = format!("{} cannot be written: {e}", out.root().join(path).display());
                Error::new(thumbling::ErrorKind::Io, detail).caused_by(e)
            })?;
        }
        Ok(Made { thumbnails, paths })
    });
    (made, source.bytes_read())
}

/// `<name>.<size>.<extension>`.
fn named(name: &Path, size: &str, output: Output) -> PathBuf {
    let extension = match output {
        Output::Webp => "webp",
        Output::Png => "png",
        Output::Avif => "avif",
        _ => "jpg",
    };
    let mut named = OsString::from(name);
    named.push(format!(".{size}.{extension}"));
    named.into()
}

fn line(path: &Path, outcome: &Outcome<Work>) -> Value {
    let (result, bytes_read) = flat(outcome);
    let mut line = Map::new();
    line.insert("file".into(), path.to_string_lossy().into());
    line.insert("status".into(), if result.is_ok() { "ok" } else { "error" }.into());
    match result {
        Err(e) => report::add_error(&mut line, e),
        Ok(Made { thumbnails, .. }) => {
            line.insert("family".into(), thumbnails.info.family.name().into());
            line.insert("format".into(), thumbnails.info.format.name.into());
            line.insert("origin".into(), thumbnails.origin.name().into());
            if thumbnails.confidence < 1.0 {
                line.insert("confidence".into(), f64::from(thumbnails.confidence).into());
            }
        }
    }
    line.insert("ms".into(), report::ms(outcome.wall).into());
    line.insert("cpu_ms".into(), report::ms(outcome.cpu).into());
    line.insert("bytes_read".into(), bytes_read.into());
    if let Ok(Made { thumbnails, paths }) = result {
        let item = |(t, path): (&Thumbnail, &PathBuf)| {
            let path = path.to_string_lossy();
            json!({ "path": path, "width": t.width, "height": t.height, "bytes": t.bytes.len() })
        };
        let items: Vec<Value> = thumbnails.items.iter().zip(paths).map(item).collect();
        line.insert("source".into(), report::source(&thumbnails.info));
        line.insert("thumbnail".into(), items.first().cloned().unwrap_or_default());
        line.insert("thumbnails".into(), items.into());
        line.insert("thumbhash".into(), STANDARD.encode(&thumbnails.thumbhash).into());
        line.insert("dominant".into(), report::hex(thumbnails.dominant).into());
        line.insert("warnings".into(), thumbnails.warnings.clone().into());
    }
    line.into()
}
