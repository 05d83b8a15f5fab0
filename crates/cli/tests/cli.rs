//! The command as shells and scripts see it: arguments, exit codes, output files, JSON.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A temporary folder, removed on drop.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("thumbling-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The files in a folder and its subfolders, as sorted relative paths.
    fn files(&self, below: &str) -> Vec<String> {
        fn visit(dir: &Path, root: &Path, files: &mut Vec<String>) {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => visit(&path, root, files),
                    false => files.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()),
                }
            }
        }
        let (root, mut files) = (self.path(below), Vec::new());
        if root.exists() {
            visit(&root, &root, &mut files);
        }
        files.sort();
        files
    }

    /// Runs the command in this folder.
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thumbling"));
        command.args(args).current_dir(&self.0).stdin(Stdio::null());
        command
    }

    /// Runs the command with `--json`, checks that it exits with 0, and parses its lines.
    fn lines(&self, args: &[&str]) -> Vec<Value> {
        let output = self.run(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        output
            .stdout
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty())
            .map(|l| serde_json::from_slice(l).unwrap())
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A PNG of `width` × `height` px; its content depends on `seed`.
fn png(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixel = |i: u32| [(i % width) as u8, (i / width) as u8, (i * 7 + seed * 50) as u8];
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn json_line_has_all_fields() {
    let s = Scratch::new("fields");
    s.write("a.png", &png(64, 32, 0));
    let lines = s.lines(&["make", "a.png", "--out", "out", "--size", "16", "--size", "8x8"]);
    let line = &lines[0];
    let expected = [
        "file",
        "status",
        "family",
        "format",
        "origin",
        "ms",
        "cpu_ms",
        "bytes_read",
        "source",
        "thumbnail",
        "thumbnails",
        "thumbhash",
        "dominant",
        "warnings",
    ];
    assert_eq!(keys(line), expected);
    assert_eq!(keys(&line["source"]), ["width", "height", "pages", "duration"]);
    assert_eq!(keys(&line["thumbnail"]), ["path", "width", "height", "bytes"]);
    assert_eq!((&line["file"], &line["status"]), (&"a.png".into(), &"ok".into()));
    assert_eq!((&line["format"], &line["family"]), (&"png".into(), &"image".into()));
    assert_eq!((&line["source"]["width"], &line["source"]["height"]), (&64.into(), &32.into()));
    assert_eq!(line["thumbnail"], line["thumbnails"][0]);
    assert_eq!(line["thumbnail"]["path"], "a.png.16.jpg");
    assert_eq!((&line["thumbnail"]["width"], &line["thumbnail"]["height"]), (&16.into(), &8.into()));
    assert_eq!(line["thumbnail"]["bytes"], fs::metadata(s.path("out/a.png.16.jpg")).unwrap().len());
    assert_eq!(line["thumbnails"][1]["path"], "a.png.8x8.jpg");
    assert!(line["ms"].as_f64().unwrap() > 0.0 && line["bytes_read"].as_u64().unwrap() > 0);
    let dominant = line["dominant"].as_str().unwrap();
    assert!(dominant.len() == 7 && dominant.starts_with('#'), "{dominant}");
}

#[test]
fn errors_are_json_lines() {
    let s = Scratch::new("errors");
    s.write("empty.png", b"");
    // The header and the first bytes of the pixels.
    s.write("cut.png", &png(64, 64, 0)[..50]);
    let lines = s.lines(&["make", "missing.jpg", "empty.png", "cut.png", "--out", "out", "--jobs", "1"]);
    let kinds: Vec<_> = lines.iter().map(|l| (l["file"].as_str().unwrap(), l["error"].as_str().unwrap())).collect();
    assert_eq!(kinds, [("missing.jpg", "not-found"), ("empty.png", "corrupt"), ("cut.png", "corrupt")]);
    assert_eq!(keys(&lines[0]), ["file", "status", "error", "detail", "ms", "cpu_ms", "bytes_read"]);
    assert_eq!((&lines[2]["format"], &lines[2]["family"]), (&"png".into(), &"image".into()));
    assert_eq!(s.files("out"), [""; 0]);
}

#[test]
fn bad_usage_exits_with_2_and_a_reason() {
    let s = Scratch::new("usage");
    s.write("a.png", &png(8, 8, 0));
    let cases: [(&[&str], &str); 9] = [
        (&[], "Usage"),
        (&["make", "a.png"], "--out"),
        (&["make", "--out", "out"], "FILE|DIR"),
        (&["make", "a.png", "--out", "out", "--size", "0"], "1 to 16383"),
        (&["make", "a.png", "--out", "out", "--fit", "stretch"], "contain"),
        (&["make", "a.png", "--out", "out", "--timeout", "soon"], "500ms"),
        (&["make", "a.png", "--out", "out", "--deadline", "soon"], "500ms"),
        (&["make", "a.png", "--out", "a.png"], "a.png"),
        (&["gallery", "a.png", "--out", "out"], "not a folder"),
    ];
    for (args, word) in cases {
        let output = s.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(word), "{args:?}: {text}");
    }
    assert!(!s.path("out").exists());
}

#[test]
fn output_is_named_after_the_input() {
    let s = Scratch::new("names");
    s.write("dir/a.png", &png(8, 8, 0));
    s.write("dir/sub/b c.png", &png(8, 8, 1));
    s.lines(&["make", "dir/sub/b c.png", "--out", "file", "--format", "webp"]);
    assert_eq!(s.files("file"), ["b c.png.256.webp"]);
    for (out, dir) in [("plain", "dir"), ("slash", "dir/"), ("dotted", "./sub/../dir/.")] {
        fs::create_dir_all(s.path("sub")).unwrap();
        let lines = s.lines(&["make", dir, "--out", out, "--format", "png", "--size", "64x48", "--jobs", "1"]);
        assert_eq!(s.files(out), ["a.png.64x48.png", "sub/b c.png.64x48.png"], "{dir}");
        assert_eq!(lines[1]["file"], Path::new(dir).join("sub/b c.png").to_str().unwrap());
        assert_eq!(lines[1]["thumbnail"]["path"], "sub/b c.png.64x48.png");
    }
}

#[test]
fn duplicate_files_and_sizes_are_processed_once() {
    let s = Scratch::new("twice");
    s.write("a.png", &png(8, 8, 0));
    let lines = s.lines(&["make", "a.png", "a.png", "--out", "out", "--size", "4", "--size", "4"]);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["thumbnails"].as_array().unwrap().len(), 1);
}

#[test]
fn inputs_with_the_same_name_do_not_overwrite_each_other() {
    let s = Scratch::new("collide");
    s.write("x/a.png", &png(8, 8, 0));
    s.write("y/a.png", &png(8, 4, 0));
    let lines = s.lines(&["make", "x/a.png", "y/a.png", "--out", "out", "--jobs", "1"]);
    assert_eq!((&lines[0]["status"], &lines[1]["error"]), (&"ok".into(), &"invalid-argument".into()));
    assert!(lines[1]["detail"].as_str().unwrap().contains("x/a.png"));
    let kept = fs::metadata(s.path("out/a.png.256.jpg")).unwrap().len();
    assert_eq!(lines[0]["thumbnail"]["bytes"], kept);
}

#[test]
fn hidden_files_and_the_output_folder_are_skipped() {
    let s = Scratch::new("walk");
    for name in ["dir/b.png", "dir/a/z.png", "dir/.hidden.png", "dir/.git/c.png", "dir/out/old.png"] {
        s.write(name, &png(8, 8, 0));
    }
    let output = s.run(&["make", "dir", "--out", "dir/out", "--json", "--jobs", "1", "--verbose"]);
    let files: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["file"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, ["dir/a/z.png", "dir/b.png"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("skipped 2 hidden entries"));
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    use std::os::unix::fs::symlink;
    let s = Scratch::new("links");
    s.write("elsewhere/a.png", &png(8, 8, 0));
    fs::create_dir(s.path("dir")).unwrap();
    symlink("../elsewhere", s.path("dir/folder")).unwrap();
    symlink("../elsewhere/a.png", s.path("dir/link.png")).unwrap();
    symlink("nowhere", s.path("dir/broken.png")).unwrap();
    let lines = s.lines(&["make", "dir", "--out", "out", "--jobs", "1"]);
    let files: Vec<_> = lines.iter().map(|l| (l["file"].as_str().unwrap(), l["error"].as_str())).collect();
    assert_eq!(files, [("dir/broken.png", Some("not-found")), ("dir/link.png", None)]);
}

#[cfg(unix)]
#[test]
fn pipes_are_rejected_without_opening_them() {
    let s = Scratch::new("pipe");
    assert!(Command::new("mkfifo").arg(s.path("pipe")).status().unwrap().success());
    let lines = s.lines(&["make", "pipe", "--out", "out"]);
    assert_eq!(lines[0]["error"], "invalid-argument");
}

#[test]
fn failed_write_is_an_io_error_and_leaves_nothing() {
    let s = Scratch::new("in-the-way");
    s.write("a.png", &png(8, 8, 0));
    fs::create_dir_all(s.path("out/a.png.256.jpg")).unwrap();
    let lines = s.lines(&["make", "a.png", "--out", "out"]);
    assert_eq!(lines[0]["error"], "io");
    assert_eq!(s.files("out"), [""; 0]);
}

#[test]
fn thumbnails_do_not_depend_on_the_number_of_jobs() {
    let s = Scratch::new("jobs");
    for n in 0..12 {
        s.write(&format!("dir/{n}.png"), &png(200 + n, 100, n));
    }
    for jobs in ["1", "2"] {
        s.lines(&["make", "dir", "--out", jobs, "--size", "64", "--jobs", jobs]);
    }
    let files = s.files("1");
    assert_eq!(files.len(), 12);
    assert_eq!(files, s.files("2"));
    for file in files {
        assert_eq!(fs::read(s.path("1").join(&file)).unwrap(), fs::read(s.path("2").join(&file)).unwrap(), "{file}");
    }
}

#[test]
fn max_pixels_is_enforced() {
    let s = Scratch::new("limits");
    s.write("a.png", &png(100, 100, 0));
    let lines = s.lines(&["make", "a.png", "--out", "out", "--max-pixels", "9999"]);
    assert_eq!(lines[0]["error"], "limit");
    let lines = s.lines(&["make", "a.png", "--out", "out", "--max-pixels", "10000"]);
    assert_eq!(lines[0]["status"], "ok");
}

#[test]
fn summary_lists_counts_and_failures() {
    let s = Scratch::new("summary");
    s.write("a.png", &png(8, 8, 0));
    s.write("b\u{1b}[2J.png", b"");
    let output = s.run(&["make", ".", "--out", "out"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 files: 1 made, 1 failed (1 corrupt)"), "{text}");
    assert!(text.contains("b\\u{1b}[2J.png"), "{text}");
    assert!(!text.contains('\u{1b}'), "colours without a terminal: {text}");
}

#[cfg(unix)]
#[test]
fn interrupt_leaves_only_complete_files() {
    let s = Scratch::new("interrupt");
    for n in 0..300 {
        s.write(&format!("dir/{n}.png"), &png(64, 64, n));
    }
    let mut child = s.command(&["make", "dir", "--out", "out", "--json"]).stdout(Stdio::null()).spawn().unwrap();
    while s.files("out").is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "the command exited before it was interrupted");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let files = s.files("out");
    assert!(files.len() < 300);
    for file in files {
        let bytes = fs::read(s.path("out").join(&file)).unwrap();
        assert!(file.ends_with(".256.jpg") && bytes.ends_with(&[0xff, 0xd9]), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn closed_pipe_ends_the_run_silently() {
    let s = Scratch::new("pipe-closed");
    for n in 0..50 {
        s.write(&format!("dir/{n}.png"), &png(8, 8, n));
    }
    let mut child = s
        .command(&["make", "dir", "--out", "out", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
}

#[test]
fn probe_identifies_a_file_from_its_header() {
    let s = Scratch::new("probe");
    // Only the header.
    s.write("a.jpg", &png(640, 480, 0)[..60]);
    let lines = s.lines(&["probe", "a.jpg", "missing"]);
    assert_eq!((&lines[0]["format"], &lines[0]["source"]["width"]), (&"png".into(), &640.into()));
    assert_eq!((&lines[0]["alpha"], &lines[0]["animated"]), (&false.into(), &false.into()));
    assert_eq!(lines[1]["error"], "not-found");
    let text = String::from_utf8(s.run(&["probe", "a.jpg"]).stdout).unwrap();
    assert_eq!(text, "a.jpg: png image, 640 x 480 px\n");
}

#[test]
fn formats_lists_what_the_library_supports() {
    let s = Scratch::new("formats");
    let lines = s.lines(&["formats"]);
    let names: Vec<_> = lines.iter().map(|l| l["name"].as_str().unwrap()).collect();
    let expected: Vec<_> = thumbling::capabilities().map(|c| c.name).collect();
    assert_eq!(names, expected);
    let table = String::from_utf8(s.run(&["formats"]).stdout).unwrap();
    assert!(expected.iter().all(|name| table.contains(name)), "{table}");
}

#[test]
fn gallery_is_a_single_page() {
    let s = Scratch::new("gallery");
    s.write("dir/a.png", &png(40, 30, 0));
    s.write("dir/sub/b.png", b"");
    let output = s.run(&["gallery", "dir", "--out", "out", "--title", "A <b>title</b>"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(s.files("out"), ["index.html"]);
    let page = fs::read_to_string(s.path("out/index.html")).unwrap();
    let (_, data) = page.split_once("type=\"application/json\">").unwrap();
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!((&data["files"][0]["path"], &data["files"][0]["thumb"][0]), (&"a.png".into(), &40.into()));
    assert_eq!((&data["files"][1]["path"], &data["files"][1]["error"]), (&"sub/b.png".into(), &"corrupt".into()));
    // WebP begins with RIFF.
    assert!(page.contains("<script id=\"t0\" type=\"text/plain\">UklGR"));
    assert!(page.contains("<title>A &lt;b&gt;title&lt;/b&gt;</title>"));
}

#[cfg(unix)]
#[test]
fn file_names_never_become_markup_of_the_gallery() {
    let s = Scratch::new("hostile");
    let names =
        ["<script>alert(1)<", "\"><img src=x onerror=alert(1)>", "'onload='x", "\u{202e}gpj.exe", "a\nb", "{{data}}"];
    for name in names {
        s.write(&format!("dir/{name}"), b"\0");
    }
    s.write("plain/x", b"\0");
    let page = |dir: &str| {
        assert_eq!(s.run(&["gallery", dir, "--out", "out"]).status.code(), Some(0));
        fs::read_to_string(s.path("out/index.html")).unwrap()
    };
    let (plain, hostile) = (page("plain"), page("dir"));
    assert_eq!(hostile.matches('<').count(), plain.matches('<').count());
    assert!(!hostile.contains('\u{202e}'));
    let (_, data) = hostile.split_once("type=\"application/json\">").unwrap();
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let paths: Vec<_> = data["files"].as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), names.len());
    assert!(paths.contains(&names[0]) && paths.contains(&"a\\u{a}b") && paths.contains(&"{{data}}"));
}

#[test]
fn thumbnails_are_the_same_with_and_without_isolation() {
    let dir = Scratch::new("isolation");
    dir.write("a.png", &png(40, 30, 7));
    for isolation in ["nothing", "everything"] {
        let lines = dir.lines(&["make", "a.png", "--out", isolation, "--isolation", isolation, "--format", "png"]);
        assert_eq!(lines[0]["status"], "ok", "{}", lines[0]);
    }
    let made = |folder: &str| fs::read(dir.path(folder).join("a.png.256.png")).unwrap();
    assert!(made("nothing") == made("everything"));
}

#[test]
fn the_doctor_names_the_sandbox() {
    let output = Scratch::new("doctor").run(&["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("worker") && text.contains("sandbox"), "{text}");
}

#[test]
fn formats_are_listed_with_the_place_of_their_decoder() {
    let output = Scratch::new("tiers").run(&["formats", "--verbose"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line.starts_with("png ") && line.contains(" process ")), "{text}");
}
