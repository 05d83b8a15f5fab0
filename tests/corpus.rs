//! Every file of the corpus has the outcome and source size given in its manifest, within the timeout. The corpus is a
//! folder beside the repository. Without it the tests are skipped, or fail if the variable `CI` is set.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thumbling::{ErrorKind, Isolation, Request, Source};

/// Timeout of one file; test builds are several times slower than releases.
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

/// Formats without a renderer yet, whose files may be `unsupported`.
fn is_planned(path: &str) -> bool {
    let planned = ["doc", "xls", "xlsx", "ppt", "rtf"];
    planned.iter().any(|extension| path.ends_with(&format!(".{extension}")))
}

/// How the outcome of `row` differs from the manifest, if it does.
fn mismatch(corpus: &Path, row: &Row) -> Option<String> {
    let path = corpus.join(&row.path);
    let request = Request::new().name(row.path.as_str()).square(256).timeout(TIMEOUT).isolation(Isolation::Nothing);
    let start = Instant::now();
    let result = Source::from_path(&path).and_then(|source| thumbling::thumbnail(&source, &request));
    let elapsed = start.elapsed();
    if elapsed > TIMEOUT + Duration::from_secs(2) {
        return Some(format!("took {elapsed:?}"));
    }
    let outcome = match &result {
        Ok(_) => "ok".to_owned(),
        Err(e) => format!("error:{}", e.kind().name()),
    };
    let unsupported = matches!(&result, Err(e) if e.kind() == ErrorKind::Unsupported);
    let is_expected = row.expected == "any"
        || row.expected.split('|').any(|e| e == outcome)
        || unsupported && (row.extended || is_planned(&row.path));
    if !is_expected || matches!(&result, Err(e) if matches!(e.kind(), ErrorKind::Internal | ErrorKind::Timeout)) {
        return Some(format!("expected {}, got {outcome}: {:?}", row.expected, result.err().map(|e| e.to_string())));
    }
    // Sizes of 0 are unknown: the tools that wrote the manifest could not open the file.
    if let (Ok(thumbnails), Some((width, height))) = (&result, row.size.filter(|(width, height)| width * height > 0.0))
    {
        let is_near = |a: f64, expected: f64| (a - expected).abs() <= f64::max(1.0, expected * 0.01);
        let info = &thumbnails.info;
        if !is_near(info.width, width) || !is_near(info.height, height) {
            return Some(format!("{}x{}, expected {width}x{height}", info.width, info.height));
        }
    }
    None
}

fn check(folder: &str, min_files: usize) {
    let Some(corpus) = corpus() else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: ../shared/corpus");
        eprintln!("skipped: no corpus beside the repository");
        return;
    };
    let rows = rows(&corpus, folder);
    assert!(rows.len() >= min_files, "{} rows of {folder}", rows.len());
    let mismatches: Vec<String> =
        rows.iter().filter_map(|row| mismatch(&corpus, row).map(|why| format!("{}: {why}", row.path))).collect();
    assert!(mismatches.is_empty(), "{} of {}:\n{}", mismatches.len(), rows.len(), mismatches.join("\n"));
}

#[test]
fn images_match_the_manifest() {
    check("images/", 126);
}

#[test]
fn texts_match_the_manifest() {
    check("text/", 30);
}

#[test]
fn video_and_audio_match_the_manifest() {
    check("video/", 41);
    check("audio/", 17);
}

#[test]
fn pdfs_match_the_manifest() {
    check("pdf/", 35);
}

#[test]
fn hostile_files_match_the_manifest() {
    check("hostile/", 86);
}
