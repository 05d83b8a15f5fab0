//! The command.
fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let source = thumbling::Source::path(&path).expect("source");
    let made = thumbling::thumbnail(&source, &thumbling::Request::new().name(path)).expect("thumbnail");
    std::fs::write("/tmp/out.jpg", &made.items[0].bytes).expect("write");
    println!("{:?} {}x{}", made.info, made.items[0].width, made.items[0].height);
}
