//! Writes a WebP thumbnail of at most 256 × 256 px: `thumbnail FILE OUT`.

use thumbling::{Output, Request, Source};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // As a worker the process ends here.
    thumbling::isolation::run_if_worker();
    let mut args = std::env::args().skip(1);
    let (Some(file), Some(out)) = (args.next(), args.next()) else { return Err("usage: thumbnail FILE OUT".into()) };
    let request = Request::new().name(&file).square(256).output(Output::Webp);
    let thumbnails = thumbling::thumbnail(&Source::from_path(&file)?, &request)?;
    let thumb = &thumbnails.items[0];
    println!("{} x {} px, {} bytes of {}", thumb.width, thumb.height, thumb.bytes.len(), thumb.media_type);
    std::fs::write(out, &thumb.bytes)?;
    Ok(())
}
