//! `make`: writes thumbnails of files and folders to a folder.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use thumbling::{Error, ErrorKind, Output, Request, Result, Rgb, Source, Thumbnail, Thumbnails};

use crate::folder::{self, Folder};
use crate::options::{self, BoxSize, EffortArg, FitArg, FormatArg, IsolationArgs, JobArgs, LimitArgs, PositionArg};
use crate::progress;
use crate::report::{self, Summary};
use crate::run::{self, Outcome};
use crate::walk::{self, Input};

/// Make thumbnails of files and folders
///
/// Writes OUT/NAME.SIZE.jpg (or .webp, .png, .avif), where NAME is the file's name, or its path inside the given folder.
/// Folders are searched recursively; hidden files and symbolic links to folders are skipped. Files are written
/// atomically.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Files, and folders to search recursively
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Output folder, created if missing
    #[arg(long, short, value_name = "OUT")]
    out: PathBuf,
    /// Print one JSON line per file, as each finishes
    #[arg(long)]
    json: bool,
    /// Also report how many hidden files were skipped
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    jobs: JobArgs,
    #[command(flatten)]
    thumbnail: ThumbnailArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    isolation: IsolationArgs,
}

const EXAMPLES: &str = "\
Examples:
  thumbling make photo.jpg --out thumbs
      write thumbs/photo.jpg.256.jpg, at most 256 x 256 px
  thumbling make ~/Pictures --out thumbs --size 256 --size 1024 --format webp
      two sizes of every file, each file decoded once
  thumbling make cover.png --out . --size 640x360 --fit cover --position attention
      exactly 640 x 360 px, cropped to the most interesting part
  thumbling make drive/ --out thumbs --json --timeout 2s | jq -r 'select(.error) | .file'
      list the files that failed

Exit status: 0 if every file was processed, even if some failed; 1 if the run was aborted; 2 on bad usage.";

/// Options of the thumbnails.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Thumbnails")]
struct ThumbnailArgs {
    /// Size in px, as 256 or 640x480; repeat for several sizes
    #[arg(long, short, value_name = "N|WxH", default_value = "256")]
    size: Vec<BoxSize>,
    /// How the picture fits the given size
    #[arg(long, value_enum, default_value_t = FitArg::ScaleDown)]
    fit: FitArg,
    /// Which part to keep with --fit cover
    #[arg(long, value_enum, default_value_t = PositionArg::Center)]
    position: PositionArg,
    /// Output format
    #[arg(long, short, value_enum, default_value_t = FormatArg::Jpeg)]
    format: FormatArg,
    /// Quality from 1 to 100; ignored for PNG
    #[arg(long, short, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    quality: u8,
    /// Colour behind transparent pixels [default: white for JPEG, else none]
    #[arg(long, value_name = "RRGGBB", value_parser = options::color)]
    background: Option<Rgb>,
    /// Trade-off between speed and quality
    #[arg(long, value_enum, default_value_t = EffortArg::Normal)]
    effort: EffortArg,
    /// Page, slide or frame to show, counting from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
}

impl ThumbnailArgs {
    /// The sizes without duplicates, which would be written to the same file.
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

/// The thumbnails of one file.
struct Written {
    thumbnails: Thumbnails,
    /// Relative to the output folder, one for each thumbnail.
    paths: Vec<PathBuf>,
}

/// The result for one file. The bytes read are known even if it failed.
struct FileResult {
    written: Result<Written>,
    bytes_read: u64,
}

/// Runs the subcommand.
pub fn run(args: Args) -> io::Result<()> {
    let started = Instant::now();
    folder::clean_on_interrupt();
    let out = Folder::create(&args.out)?;
    let inputs = walk::find(&args.paths, Some(out.root()));
    let request = args.isolation.apply(args.thumbnail.request(&args.limits));
    args.isolation.configure(args.jobs.count(), &request.limits);
    let sizes: Vec<String> = args.thumbnail.sizes().iter().map(ToString::to_string).collect();
    let bar = progress::bar(inputs.files.len(), args.json);
    let mut stdout = io::stdout().lock();
    let mut summary = Summary::default();
    let work = |input: &Input| Ok(make(input, &request, &sizes, &out));
    run::each(&inputs.files, args.jobs.count(), work, |index, outcome| {
        let input = &inputs.files[index];
        if args.json {
            let line = json_line(&input.path, &outcome);
            stdout.write_all(format!("{line}\n").as_bytes())?;
            stdout.flush()?;
        }
        match flatten(&outcome).0 {
            Ok(_) => summary.add_success(),
            Err(e) => summary.add_failure(&input.path, e),
        }
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    drop(stdout);
    if !args.json {
        anstream::print!("{}", summary.text(started.elapsed()));
    }
    if args.verbose && inputs.hidden > 0 {
        anstream::eprintln!("skipped {}", report::count(inputs.hidden, "hidden entry"));
    }
    Ok(())
}

/// The result and the bytes read, with a panic as a failure like any other.
fn flatten(outcome: &Outcome<FileResult>) -> (std::result::Result<&Written, &Error>, u64) {
    match &outcome.result {
        Ok(file) => (file.written.as_ref(), file.bytes_read),
        Err(e) => (Err(e), 0),
    }
}

fn make(input: &Input, request: &Request, sizes: &[String], out: &Folder) -> FileResult {
    if let Some(e) = &input.error {
        return FileResult { written: Err(Error::new(e.kind(), e.detail())), bytes_read: 0 };
    }
    let source = match Source::from_path(&input.path) {
        Ok(source) => source,
        Err(e) => return FileResult { written: Err(e), bytes_read: 0 },
    };
    let request = request.clone().name(input.name.to_string_lossy());
    let written = thumbling::thumbnail(&source, &request).and_then(|thumbnails| {
        let path = |(thumbnail, size): (&Thumbnail, &String)| output_path(&input.name, size, thumbnail.output);
        let paths: Vec<_> = thumbnails.items.iter().zip(sizes).map(path).collect();
        for (thumbnail, path) in thumbnails.items.iter().zip(&paths) {
            out.write(path, &thumbnail.bytes).map_err(|e| {
                let detail = format!("cannot write {}: {e}", out.root().join(path).display());
                Error::new(ErrorKind::Io, detail).caused_by(e)
            })?;
        }
        Ok(Written { thumbnails, paths })
    });
    FileResult { written, bytes_read: source.bytes_read() }
}

/// `<name>.<size>.<extension>`.
fn output_path(name: &Path, size: &str, output: Output) -> PathBuf {
    let extension = match output {
        Output::Webp => "webp",
        Output::Png => "png",
        Output::Avif => "avif",
        _ => "jpg",
    };
    let mut path = OsString::from(name);
    path.push(format!(".{size}.{extension}"));
    path.into()
}

fn json_line(path: &Path, outcome: &Outcome<FileResult>) -> Value {
    let (result, bytes_read) = flatten(outcome);
    let mut line = Map::new();
    line.insert("file".into(), path.to_string_lossy().into());
    line.insert("status".into(), if result.is_ok() { "ok" } else { "error" }.into());
    match result {
        Err(e) => report::add_error(&mut line, e),
        Ok(Written { thumbnails, .. }) => {
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
    if let Ok(Written { thumbnails, paths }) = result {
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
