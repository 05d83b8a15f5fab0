//! The list of samples: name, generator and expected outcome.

use thumbling::{ErrorKind, Output};

use crate::files::{
    archive, dds, gif, icns, jpeg, linear, metafile, mov, pcx, pdf, pptx, previewed, psd, raster, sound, svg, text,
    tiff,
};
use crate::picture::Picture;
use crate::scene::{DAWN, DUSK, GOLD, MIST, NIGHT, NOON, Palette, ROSE, Scene, TEAL, View};

/// A generated file and the expected outcome of thumbnailing it.
pub struct Sample {
    /// File name.
    pub name: &'static str,
    /// Generates the content.
    pub make: fn() -> Vec<u8>,
    /// Success, or the kind of error.
    pub expected: Result<(), ErrorKind>,
}

fn view(scene: Scene, palette: Palette, seed: u32, width: usize, height: usize) -> Picture {
    Picture::view(&View { scene, palette, seed, aspect: 1.0 }, width, height)
}

/// A video that starts with two black frames, which a good thumbnail avoids.
fn video() -> Vec<u8> {
    let black = Picture { width: 320, height: 240, rgba: [0, 0, 0, 255].repeat(320 * 240) };
    let scenes = (0..3).map(|i| view(Scene::Hills, GOLD, 70 + i, 320, 240));
    let frames: Vec<Vec<u8>> = std::iter::repeat_n(black, 2).chain(scenes).map(|p| jpeg::photo(&p)).collect();
    let (width, height, codec) = (320, 240, b"jpeg");
    mov::mov(&mov::Track { width, height, frames: &frames, matrix: [1, 0, 0, 1], aspect: (1, 1), codec })
}

fn cover(scene: Scene, palette: Palette, seed: u32) -> Vec<u8> {
    jpeg::photo(&view(scene, palette, seed, 300, 300))
}

fn png(picture: &Picture) -> Vec<u8> {
    raster::encoded(picture, Output::Png, 80)
}

const fn valid(name: &'static str, make: fn() -> Vec<u8>) -> Sample {
    Sample { name, make, expected: Ok(()) }
}

const fn broken(name: &'static str, expected: ErrorKind, make: fn() -> Vec<u8>) -> Sample {
    Sample { name, make, expected: Err(expected) }
}

/// Images, documents that consist of pictures, video and audio.
pub const PICTURES: &[Sample] = &[
    valid("hills at dawn.jpg", || jpeg::photo(&view(Scene::Hills, DAWN, 3, 720, 480))),
    valid("harbour.webp", || raster::encoded(&view(Scene::Sea, GOLD, 11, 720, 480), Output::Webp, 82)),
    valid("tulip fields.avif", || raster::encoded(&view(Scene::Tulips, NOON, 5, 640, 480), Output::Avif, 70)),
    valid("balloons.jpg", || jpeg::photo(&view(Scene::Balloons, ROSE, 21, 720, 480))),
    valid("mountain lake.png", || png(&view(Scene::Mountains, NOON, 8, 400, 300))),
    valid("upright camera.jpg", || jpeg::upright(&view(Scene::Forest, MIST, 31, 480, 640))),
    valid("city.qoi", || raster::qoi(&view(Scene::City, DUSK, 14, 320, 240))),
    valid("dunes.tiff", || tiff::tiff(&view(Scene::Dunes, GOLD, 4, 320, 240))),
    valid("northern lights.bmp", || raster::bmp(&view(Scene::Aurora, NIGHT, 6, 320, 240))),
    valid("planet.png", || png(&Picture::planet(256, 0.0))),
    valid("turning planet.gif", || gif::animation((0..10).map(|i| Picture::planet(140, i as f32 * 0.13)))),
    valid("evening sea.tga", || raster::tga(&view(Scene::Sea, DUSK, 40, 320, 240))),
    valid("pine forest.psd", || psd::psd(&view(Scene::Forest, TEAL, 9, 320, 240))),
    valid("paper hills.svg", || svg::svg(&ROSE, 12)),
    valid("cut hills.emf", || metafile::emf(&TEAL, 25)),
    valid("cut dunes.wmf", || metafile::wmf(&GOLD, 33)),
    valid("high range.exr", || linear::exr(&view(Scene::Mountains, DAWN, 17, 320, 240))),
    valid("bright noon.hdr", || linear::hdr(&view(Scene::Hills, NOON, 28, 320, 240))),
    valid("desert night.dds", || dds::dds(&view(Scene::Dunes, NIGHT, 15, 400, 300))),
    valid("misty city.pcx", || pcx::pcx(&view(Scene::City, MIST, 23, 320, 240))),
    valid("teal bay.ppm", || raster::ppm(&view(Scene::Sea, TEAL, 19, 320, 240))),
    valid("icon.ico", || raster::ico(&Picture::planet(64, 0.6))),
    valid("icon.icns", || icns::icns(&png(&Picture::planet(256, 1.2)))),
    valid("album.cbz", || {
        archive::zip(&[
            ("01.jpg", jpeg::photo(&view(Scene::Balloons, DUSK, 44, 480, 640))),
            ("02.jpg", jpeg::photo(&view(Scene::Tulips, DAWN, 45, 240, 320))),
        ])
    }),
    valid("coast walks.pdf", || pdf::leaflet(&view(Scene::Sea, TEAL, 71, 600, 302))),
    valid("evening.pdf", || pdf::rotated(&view(Scene::Hills, ROSE, 72, 500, 700))),
    valid("scanned print.pdf", || pdf::scan(&view(Scene::Mountains, GOLD, 73, 840, 1190))),
    valid("out of the dark.mov", video),
    valid("balloon song.mp3", || sound::mp3(&cover(Scene::Balloons, NOON, 81))),
    valid("city waltz.flac", || sound::flac(&cover(Scene::City, GOLD, 82))),
    valid("aurora.wav", || sound::wav(Some(&cover(Scene::Aurora, NIGHT, 83)))),
    valid("wide evening.jpg", || jpeg::photo(&view(Scene::City, ROSE, 50, 1200, 400))),
    valid("alpenglow.webp", || raster::encoded(&view(Scene::Mountains, ROSE, 61, 640, 480), Output::Webp, 82)),
];

/// Text, and office documents.
pub const TEXTS: &[Sample] = &[
    valid("letter.txt", text::letter),
    valid("letter in UTF-16.txt", text::utf16),
    valid("jobs.log", text::log),
    valid("words.rs", text::rust),
    valid("items.json", text::json),
    valid("handbook.md", text::markdown),
    valid("orders.csv", text::csv),
    valid("poster.odt", || previewed::odt(png(&view(Scene::Balloons, TEAL, 91, 240, 320)))),
    valid("spring market.pages", || previewed::pages(jpeg::photo(&view(Scene::Tulips, ROSE, 92, 360, 480)))),
    valid("over the hills.epub", || previewed::epub(jpeg::photo(&view(Scene::Mountains, GOLD, 93, 400, 600)))),
    valid("harvest.pptx", || pptx::slides(jpeg::photo(&view(Scene::Hills, GOLD, 12, 640, 360)))),
];

/// Broken files: all fail, except a truncated JPEG that still shows something.
pub const BROKEN: &[Sample] = &[
    valid("cut off.jpg", || {
        let whole = jpeg::photo(&view(Scene::Hills, GOLD, 77, 640, 480));
        whole[..whole.len() * 6 / 10].to_vec()
    }),
    broken("empty.png", ErrorKind::Corrupt, Vec::new),
    broken("not a picture.jpg", ErrorKind::Unsupported, || vec![0x07; 300]),
    broken("damaged.webp", ErrorKind::Corrupt, || {
        let mut file = raster::encoded(&Picture::planet(64, 0.0), Output::Webp, 80);
        file.truncate(40);
        file
    }),
    broken("zeros.txt", ErrorKind::Unsupported, || vec![0; 5000]),
    broken("its own branch.pdf", ErrorKind::Corrupt, pdf::cyclic),
    broken("ten gigapixels.qoi", ErrorKind::Limit, || b"qoif\0\x01\x86\xa0\0\x01\x86\xa0\x03\0".to_vec()),
    broken("no cover.wav", ErrorKind::NoVisual, || sound::wav(None)),
    broken("no index.mp4", ErrorKind::Corrupt, || b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\x40\0mdat".repeat(3)),
    broken("no pictures.zip", ErrorKind::NoVisual, || archive::zip(&[("read me.txt", b"nothing to see".to_vec())])),
];
