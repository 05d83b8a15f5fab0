//! Known points of shapes.

use thumbling_page::tree::{Path, PathFill, Rect};

use super::*;

/// All points of a path, including control points.
fn points(path: &Path) -> Vec<(f32, f32)> {
    path.points().iter().map(|p| (p.x, p.y)).collect()
}

fn is_near((x, y): (f32, f32), (a, b): (f32, f32)) -> bool {
    (x - a).hypot(y - b) < 0.02
}

#[track_caller]
fn assert_passes(geometry: &Geometry, path: usize, through: &[(f32, f32)]) {
    let points = points(&geometry.paths[path].path);
    for point in through {
        assert!(points.iter().any(|p| is_near(*p, *point)), "{point:?} is not among {points:?}");
    }
}

#[test]
fn unknown_names_have_no_geometry() {
    for name in ["", "Rect", "rec", "rectangle", "custom", "adj", "\u{0}"] {
        assert!(preset(name, &[], (100.0, 100.0)).is_none(), "{name}");
    }
}

#[test]
fn a_rectangle_has_the_corners_of_its_box() {
    let rect = preset("rect", &[], (80.0, 30.0)).unwrap();
    assert_eq!(points(&rect.paths[0].path), [(0.0, 0.0), (80.0, 0.0), (80.0, 30.0), (0.0, 30.0)]);
    assert_eq!(rect.text, Some(Rect::new(0.0, 0.0, 80.0, 30.0)));
}

#[test]
fn a_chevron_follows_its_adjustment() {
    let chevron = preset("chevron", &[], (200.0, 100.0)).unwrap();
    let expected = [(0.0, 0.0), (150.0, 0.0), (200.0, 50.0), (150.0, 100.0), (0.0, 100.0), (50.0, 50.0)];
    assert_passes(&chevron, 0, &expected);
    let blunt = preset("chevron", &[("adj", 25_000.0)], (200.0, 100.0)).unwrap();
    assert_passes(&blunt, 0, &[(175.0, 0.0), (25.0, 50.0)]);
    // Limited to the length of the box.
    let sharp = preset("chevron", &[("adj", 9e9)], (200.0, 100.0)).unwrap();
    assert_passes(&sharp, 0, &[(0.0, 0.0), (200.0, 50.0)]);
}

#[test]
fn a_single_adjustment_has_two_names() {
    let at = |name| preset("chevron", &[(name, 25_000.0)], (100.0, 100.0)).unwrap();
    assert_eq!(points(&at("adj").paths[0].path), points(&at("adj1").paths[0].path));
    assert_ne!(points(&at("adj").paths[0].path), points(&at("adj2").paths[0].path));
}

#[test]
fn corners_of_a_rounded_rectangle_are_quarter_circles() {
    let round = preset("roundRect", &[("adj", 25_000.0)], (200.0, 100.0)).unwrap();
    assert_passes(&round, 0, &[(0.0, 25.0), (25.0, 0.0), (175.0, 0.0), (200.0, 25.0), (200.0, 75.0), (0.0, 75.0)]);
    // Text keeps 29289 / 100000 of the radius away from the corners.
    assert!(is_near((round.text.unwrap().x, round.text.unwrap().y), (7.322, 7.322)));
}

#[test]
fn an_ellipse_touches_its_box() {
    let ellipse = preset("ellipse", &[], (200.0, 100.0)).unwrap();
    assert_passes(&ellipse, 0, &[(0.0, 50.0), (100.0, 0.0), (200.0, 50.0), (100.0, 100.0)]);
    let b = ellipse.paths[0].path.bounds();
    assert!(is_near((b.left(), b.top()), (0.0, 0.0)) && is_near((b.right(), b.bottom()), (200.0, 100.0)));
}

#[test]
fn an_arc_goes_from_the_top_to_the_right() {
    let arc = preset("arc", &[], (200.0, 100.0)).unwrap();
    let stroked = arc.paths.iter().find(|p| p.stroked).unwrap();
    let line = points(&stroked.path);
    assert!(is_near(line[0], (100.0, 0.0)) && is_near(*line.last().unwrap(), (200.0, 50.0)), "{line:?}");
    assert_eq!(stroked.fill, PathFill::None);
}

#[test]
fn angles_are_visual_not_parametric() {
    // At 45° in a box twice as wide as high: where the diagonal meets the ellipse.
    let arc = preset("arc", &[("adj1", 0.0), ("adj2", 2_700_000.0)], (200.0, 100.0)).unwrap();
    let line = points(&arc.paths[1].path);
    let end = *line.last().unwrap();
    assert!(is_near(line[0], (200.0, 50.0)), "{line:?}");
    assert!(((end.0 - 100.0) - (end.1 - 50.0)).abs() < 0.02 && is_near(end, (144.72, 94.72)), "{end:?}");
}

#[test]
fn a_pie_has_its_tip_in_the_middle() {
    let pie = shape("pie");
    assert_passes(&pie, 0, &[(100.0, 50.0), (50.0, 0.0), (50.0, 50.0)]);
}

#[test]
fn a_star_has_its_tips_on_its_box() {
    let star = shape("star5");
    // A pentagram, stretched to the box.
    assert_passes(&star, 0, &[(50.0, 0.0), (100.0, 38.2), (0.0, 38.2), (80.9, 100.0), (19.1, 100.0)]);
    assert_eq!(points(&star.paths[0].path).len(), 10);
}

#[test]
fn shapes_stay_in_their_box() {
    let mut seen = 0;
    // Callout tips are outside; the stroke of ≠ has a fixed length.
    for name in names().filter(|name| !name.to_lowercase().contains("callout") && *name != "mathNotEqual") {
        for (w, h) in [(100.0, 100.0), (200.0, 50.0), (50.0, 200.0)] {
            for path in preset(name, &[], (w, h)).unwrap().paths {
                let b = path.path.compute_tight_bounds().unwrap();
                // Arcs of clouds and waves exceed the box by half a percent.
                let (dx, dy) = (w * 0.006, h * 0.006);
                let is_inside = b.left() > -dx && b.top() > -dy && b.right() < w + dx && b.bottom() < h + dy;
                assert!(is_inside, "{name} at {w} × {h}: {b:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 187 * 3, "{seen}");
}

#[test]
fn text_stays_in_the_box() {
    for name in names() {
        let Some(text) = shape(name).text else { continue };
        let is_inside = text.x >= -0.1
            && text.y >= -0.1
            && text.x + text.width <= 100.1
            && text.y + text.height <= 100.1
            && text.width > 0.0
            && text.height > 0.0;
        assert!(is_inside, "{name}: {text:?}");
    }
}

#[test]
fn connectors_are_lines_and_not_filled() {
    let connectors: Vec<_> = names().filter(|name| name.contains("onnector") && !name.starts_with("flow")).collect();
    assert_eq!(connectors.len(), 9);
    for name in connectors.into_iter() {
        let paths = shape(name).paths;
        assert!(paths.iter().all(|p| p.fill == PathFill::None && p.stroked), "{name}");
    }
    let elbow = preset("bentConnector3", &[("adj1", 25_000.0)], (200.0, 100.0)).unwrap();
    assert_eq!(points(&elbow.paths[0].path), [(0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (200.0, 100.0)]);
}

#[test]
fn a_line_can_have_no_height() {
    let line = preset("line", &[], (100.0, 0.0)).unwrap();
    assert_eq!(points(&line.paths[0].path), [(0.0, 0.0), (100.0, 0.0)]);
}

#[test]
fn a_cube_shades_its_sides_and_strokes_its_edges_once() {
    let cube = shape("cube");
    let fills: Vec<_> = cube.paths.iter().map(|p| (p.fill, p.stroked)).collect();
    assert_eq!(
        fills,
        [
            (PathFill::Normal, false),
            (PathFill::Darken(0.2), false),
            (PathFill::Lighten(0.2), false),
            (PathFill::None, true)
        ]
    );
}

#[test]
fn a_path_with_a_size_is_scaled_to_the_box() {
    let cloud = preset("cloud", &[], (432.0, 216.0)).unwrap();
    let first = points(&cloud.paths[0].path)[0];
    assert!(is_near(first, (39.0, 71.85)), "{first:?}");
}
