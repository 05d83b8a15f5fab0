//! The corpus, a folder beside the project that is not part of it: every file has the outcome and the source size of its
//! manifest, in time. Skipped without the corpus, which CI (`CI` is set) takes for a failure.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thumbling::{ErrorKind, Request, Source};

/// Timeout of one file; the test profile is several times slower than a release.
const TIMEOUT: Duration = Duration::from_secs(30);

struct Row {
    path: String,
    expected: String,
    size: Option<(f64, f64)>,
    extended: bool,
}

fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    path.join("MANIFEST.tsv").is_file().then_some(path)
}

fn rows(corpus: &Path, folder: &str) -> Vec<Row> {
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let mut lines = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|n| *n == name).unwrap();
    let (path, expected, size, tier) = (column("path"), column("expected"), column("expected_wxh"), column("tier"));
    lines
        .filter(|row| row[path].starts_with(folder))
        .map(|row| Row {
            path: row[path].to_owned(),
            expected: row[expected].to_owned(),
            size: row[size].split_once('x').map(|(w, h)| (w.parse().unwrap(), h.parse().unwrap())),
            extended: row[tier] == "extended",
        })
        .collect()
}

/// Formats without a renderer so far; their files may be `unsupported`.
fn is_planned(path: &str) -> bool {
    let planned = ["doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf"];
    planned.iter().any(|extension| path.ends_with(&format!(".{extension}")))
}

/// What is wrong with the outcome of `row`, if anything.
fn wrong(corpus: &Path, row: &Row) -> Option<String> {
    let path = corpus.join(&row.path);
    let request = Request::new().name(row.path.as_str()).square(256).timeout(TIMEOUT);
    let start = Instant::now();
    let made = Source::from_path(&path).and_then(|source| thumbling::thumbnail(&source, &request));
    let took = start.elapsed();
    if took > TIMEOUT + Duration::from_secs(2) {
        return Some(format!("took {took:?}"));
    }
    let got = match &made {
        Ok(_) => "ok".to_owned(),
        Err(e) => format!("error:{}", e.kind().name()),
    };
    let unsupported = matches!(&made, Err(e) if e.kind() == ErrorKind::Unsupported);
    let right = row.expected == "any"
        || row.expected.split('|').any(|e| e == got)
        || unsupported && (row.extended || is_planned(&row.path));
    if !right || matches!(&made, Err(e) if matches!(e.kind(), ErrorKind::Internal | ErrorKind::Timeout)) {
        return Some(format!("wanted {}, got {got}: {:?}", row.expected, made.err().map(|e| e.to_string())));
    }
    // Without a size: what the manifest was made with could not open the file.
    if let (Ok(made), Some((width, height))) = (&made, row.size.filter(|(width, height)| width * height > 0.0)) {
        let near = |got: f64, want: f64| (got - want).abs() <= f64::max(1.0, want * 0.01);
        let info = &made.info;
        if !near(info.width, width) || !near(info.height, height) {
            return Some(format!("{}x{}, wanted {width}x{height}", info.width, info.height));
        }
    }
    None
}

fn run(folder: &str, at_least: usize) {
    let Some(corpus) = corpus() else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: ../shared/corpus");
        eprintln!("skipped: no corpus beside the project");
        return;
    };
    let rows = rows(&corpus, folder);
    assert!(rows.len() >= at_least, "{} rows of {folder}", rows.len());
    let bad: Vec<String> =
        rows.iter().filter_map(|row| wrong(&corpus, row).map(|why| format!("{}: {why}", row.path))).collect();
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), rows.len(), bad.join("\n"));
}

#[test]
fn pictures_have_the_outcome_and_the_size_that_the_manifest_says() {
    run("images/", 126);
}

#[test]
fn texts_have_the_outcome_that_the_manifest_says() {
    run("text/", 30);
}

#[test]
fn videos_and_sound_have_the_outcome_and_the_size_that_the_manifest_says() {
    run("video/", 41);
    run("audio/", 17);
}

#[test]
fn pdfs_have_the_outcome_and_the_size_that_the_manifest_says() {
    run("pdf/", 35);
}

#[test]
fn hostile_files_end_in_a_picture_or_a_typed_error() {
    run("hostile/", 86);
}
