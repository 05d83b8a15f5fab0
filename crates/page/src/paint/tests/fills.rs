//! Tests of fills.

use tiny_skia::Pixmap;

use super::*;

/// A picture twice as wide as high: black on the left, red on the right.
fn halves() -> Picture {
    let mut pixmap = Pixmap::new(40, 20).unwrap();
    for (n, pixel) in pixmap.pixels_mut().iter_mut().enumerate() {
        let color = if n % 40 < 20 { Color::BLACK } else { RED };
        *pixel = color.skia().premultiply().to_color_u8();
    }
    Picture(pixmap.into())
}

fn filled(mode: PictureMode) -> impl Fn(usize, usize) -> [u8; 3] {
    painted(shape(square(Fill::Picture(PictureFill { picture: halves(), mode, opacity: 1.0 }))))
}

#[test]
fn a_gradient_runs_from_its_first_colour_to_its_last() {
    let stops = vec![(0.0, Color::BLACK), (1.0, Color::WHITE)];
    let kind = GradientKind::Linear { angle: 0.0, scaled: false };
    let at = painted(shape(square(Fill::Gradient(Gradient { stops, kind, turns: true }))));
    assert!(at(22, 50)[0] < 20 && at(77, 50)[0] > 235 && (118..138).contains(&at(50, 30)[0]));
    let stops = vec![(0.0, Color::WHITE), (1.0, Color::BLACK)];
    let kind = GradientKind::Circle { focus: Rect::new(0.5, 0.5, 0.0, 0.0) };
    let at = painted(shape(square(Fill::Gradient(Gradient { stops, kind, turns: true }))));
    assert!(at(50, 50)[0] > 240 && at(22, 22)[0] < 40);
}

#[test]
fn a_rectangular_gradient_ends_at_every_edge() {
    let stops = vec![(0.0, Color::WHITE), (1.0, Color::BLACK)];
    let kind = GradientKind::Rect { focus: Rect::new(0.5, 0.5, 0.0, 0.0) };
    let at = painted(shape(square(Fill::Gradient(Gradient { stops, kind, turns: true }))));
    assert!(at(50, 50)[0] > 240 && at(50, 21)[0] < 20 && at(21, 50)[0] < 20);
    assert_eq!(at(35, 50), at(35, 40));
}

#[test]
fn a_gradient_can_stay_aligned_with_the_page() {
    let of = |turns| {
        let stops = vec![(0.0, Color::WHITE), (1.0, Color::BLACK)];
        let kind = GradientKind::Linear { angle: 0.0, scaled: false };
        let fill = Fill::Gradient(Gradient { stops, kind, turns });
        painted(shape(Shape { rotation: 90.0, ..square(fill) }))
    };
    let (turned, level) = (of(true), of(false));
    assert!(turned(50, 22)[0] > 235 && turned(50, 77)[0] < 20);
    assert!(level(22, 50)[0] > 235 && level(77, 50)[0] < 20);
}

#[test]
fn a_picture_is_cropped_and_stretched() {
    let at = filled(PictureMode::WHOLE);
    assert_eq!((at(30, 50), at(70, 50)), ([0; 3], [255, 0, 0]));
    let at = filled(PictureMode::Stretch { crop: [0.5, 0.0, 0.0, 0.0], onto: [0.0; 4] });
    assert_eq!((at(30, 50), at(70, 50)), ([255, 0, 0], [255, 0, 0]));
}

#[test]
fn nothing_is_painted_beyond_the_edges_of_a_picture() {
    let inset = filled(PictureMode::Stretch { crop: [0.0; 4], onto: [0.25, 0.0, 0.25, 0.0] });
    assert_eq!((inset(25, 50), inset(40, 50), inset(75, 50)), ([255; 3], [0; 3], [255; 3]));
    let wider = filled(PictureMode::Stretch { crop: [0.0, -1.0, 0.0, -1.0], onto: [0.0; 4] });
    assert_eq!((wider(30, 30), wider(30, 50), wider(30, 70)), ([255; 3], [0; 3], [255; 3]));
}

#[test]
fn every_other_tile_is_mirrored() {
    let tile = |flip| filled(PictureMode::Tile { width: 20.0, height: 10.0, dx: 0.0, dy: 0.0, flip });
    let (plain, mirrored) = (tile((false, false)), tile((true, false)));
    assert_eq!((plain(25, 50), plain(45, 50)), ([0; 3], [0; 3]));
    assert_eq!((mirrored(25, 50), mirrored(45, 50)), ([0; 3], [255, 0, 0]));
}

#[test]
fn a_fine_pattern_is_the_mean_of_its_colours() {
    let rows = [0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55];
    let pattern = Pattern { rows, foreground: Color::BLACK, background: Color::WHITE };
    let page = Page { width: 400.0, height: 400.0, background: Fill::Pattern(pattern), nodes: Vec::new() };
    let frame = testing::with_context(|cx| crate::paint::page(&page, Size::new(50, 50), cx)).0.unwrap();
    assert!(frame.as_u8().unwrap().iter().all(|v| (120..136).contains(v)));
}
