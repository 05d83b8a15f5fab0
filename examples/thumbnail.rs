//! Makes a WebP thumbnail of at most 256 × 256 px: `thumbnail FILE OUT`.

use thumbling::{Output, Request, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [file, out] = std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "thumbnail FILE OUT")?;
    let source = Source::from_path(&file)?;
    let made = thumbling::thumbnail(&source, &Request::new().name(file).square(256).output(Output::Webp))?;
    let thumb = &made.items[0];
    println!("{} x {} px, {} bytes of {}", thumb.width, thumb.height, thumb.bytes.len(), thumb.media_type);
    std::fs::write(out, &thumb.bytes)?;
    Ok(())
}
