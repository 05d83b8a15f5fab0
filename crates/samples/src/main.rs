//! Writes all sample files to a folder: `make-samples FOLDER`.

use std::path::Path;

use thumbling_samples::{BROKEN, PICTURES, TEXTS};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("usage: make-samples FOLDER"))?;
    let folder = Path::new(&folder);
    for (folder, samples) in [(folder.into(), PICTURES), (folder.into(), TEXTS), (folder.join("broken"), BROKEN)] {
        std::fs::create_dir_all(&folder)?;
        for sample in samples {
            std::fs::write(folder.join(sample.name), (sample.make)())?;
        }
    }
    println!("{} pictures, {} texts and {} broken files", PICTURES.len(), TEXTS.len(), BROKEN.len());
    Ok(())
}
