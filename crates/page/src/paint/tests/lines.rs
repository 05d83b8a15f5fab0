//! Tests of strokes.

use super::*;

fn line(stroke: Stroke) -> Vec<Node> {
    shape(Shape { bounds: Rect::new(10.0, 50.0, 80.0, 0.0), stroke: Some(stroke), ..Shape::default() })
}

#[test]
fn a_dashed_line_has_gaps() {
    let at = painted(line(Stroke { dash: vec![3.0, 3.0], ..Stroke::new(RED, 4.0) }));
    assert_eq!((at(14, 50), at(28, 50)), ([255, 0, 0], [255; 3]));
}

#[test]
fn invisible_dashes_become_a_fainter_line() {
    for (dash, width) in [(vec![0.01, 0.01], 100.0), (vec![0.3, 0.3], 1e6)] {
        let stroke = Stroke { dash, ..Stroke::new(Color::BLACK, 4.0) };
        let bounds = Rect::new(0.0, 50.0, width, 0.0);
        let at = painted(shape(Shape { bounds, stroke: Some(stroke), ..Shape::default() }));
        assert!((20..80).all(|x| (120..136).contains(&at(x, 50)[0])), "{:?}", at(50, 50));
    }
}

#[test]
fn round_caps_are_part_of_their_dashes() {
    // Separate dots, not touching dashes.
    let at = painted(line(Stroke { dash: vec![1.0, 1.0], cap: Cap::Round, ..Stroke::new(RED, 8.0) }));
    let gaps = (10..90).filter(|x| at(*x, 50) == [255; 3]).count();
    assert!(gaps > 20, "{gaps}");
}

#[test]
fn an_arrow_has_a_head() {
    let tail = LineEnd { kind: LineEndKind::Triangle, width: 5.0, length: 5.0 };
    let at = painted(line(Stroke { tail, ..Stroke::new(RED, 4.0) }));
    assert_eq!((at(72, 57), at(30, 57)), ([255, 0, 0], [255; 3]));
}

#[test]
fn a_line_does_not_stick_out_beside_its_arrow() {
    let tail = LineEnd { kind: LineEndKind::Triangle, width: 3.0, length: 3.0 };
    let at = painted(line(Stroke { tail, ..Stroke::new(RED, 10.0) }));
    assert_eq!((at(89, 46), at(50, 46)), ([255; 3], [255, 0, 0]));
}

#[test]
fn a_double_line_has_a_transparent_gap() {
    let stroke = Stroke { compound: Compound::Double, ..Stroke::new(RED, 9.0) };
    let at = painted(line(stroke.clone()));
    assert_eq!((at(50, 46), at(50, 49), at(50, 53)), ([255, 0, 0], [255; 3], [255, 0, 0]));
    // Too narrow for a gap.
    let at = painted(line(Stroke { width: 2.0, ..stroke }));
    assert_eq!(at(50, 50), [255, 0, 0]);
}

#[test]
fn an_inside_stroke_stays_inside() {
    let of =
        |side| painted(shape(Shape { stroke: Some(Stroke { side, ..Stroke::new(RED, 8.0) }), ..square(Fill::None) }));
    let (inside, centre) = (of(Side::Inside), of(Side::Centre));
    assert_eq!((inside(18, 50), inside(26, 50)), ([255; 3], [255, 0, 0]));
    assert_eq!((centre(18, 50), centre(26, 50)), ([255, 0, 0], [255; 3]));
}
