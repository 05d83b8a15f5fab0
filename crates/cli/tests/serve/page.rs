//! The web page in headless Chromium: `tests/page/run.mjs` uploads a file and waits for its thumbnail.

use std::process::Command;

use crate::host::{Host, png};

#[test]
fn a_file_uploaded_on_the_page_shows_its_thumbnail() {
    let host =
        Host::with("page", &[], &[("folder/inner.png", &png()), ("broken.png", &png()[..40]), ("note.txt", b"hello")]);
    let upload = host.path("../chosen.png");
    std::fs::write(&upload, png()).unwrap();
    // Chromium rejects paths with dots.
    let upload = upload.canonicalize().unwrap();
    let run = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page/run.mjs"))
        .arg(format!("http://{}", host.address))
        .arg(&upload)
        .output()
        .expect("Node.js, which `.ci/deps test` installs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}\n{}", String::from_utf8_lossy(&run.stderr), host.log());
    assert!(host.path("chosen.png").exists());
}

#[test]
fn the_page_runs_only_its_own_scripts() {
    let host = Host::start("page-policy");
    let page = host.get("/", &[]);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text().contains("http://") || page.text().contains("www.w3.org"));
    for asset in ["style.css", "script.js", "cards.js", "thumbling-url.js"] {
        let reply = host.get(&format!("/page/{asset}"), &[]);
        assert_eq!((reply.status, reply.header("x-content-type-options")), (200, Some("nosniff")), "{asset}");
    }
    assert_eq!(host.get("/page/../main.rs", &[]).status, 404);
}
