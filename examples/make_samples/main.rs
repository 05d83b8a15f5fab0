//! Draws sample files of every format that code can write, and a few broken ones: `make_samples FOLDER`.
//!
//! The same bytes on every run. They are what `make demo` shows and what the tests expect outcomes of.

mod color;
mod files;
mod noise;
mod picture;
mod samples;
mod scene;

use std::path::Path;

use samples::{BROKEN, PICTURES, TEXTS};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("make_samples FOLDER"))?;
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
