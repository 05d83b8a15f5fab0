//! Tests of effects.

use tiny_skia::Pixmap;

use super::*;

fn with(effects: Effects, shape: Shape) -> Vec<Node> {
    super::shape(Shape { effects: Some(Box::new(effects)), ..shape })
}

fn black_shadow(blur: f32, cast: Cast) -> Effects {
    Effects::of_shadow(Shadow { color: Color::BLACK, blur, cast })
}

#[test]
fn a_shadow_is_offset_and_blurred() {
    let at = painted(with(black_shadow(6.0, Cast::moved(12.0, 12.0)), square(RED.into())));
    assert_eq!(at(50, 50), [255, 0, 0]);
    assert!(at(86, 60)[0] < 60 && (60..250).contains(&at(93, 60)[0]) && at(50, 10) == [255; 3]);
}

#[test]
fn a_shadow_can_rotate_with_its_shape() {
    let turned = |turns| {
        let cast = Cast { turns, ..Cast::moved(12.0, 0.0) };
        painted(with(black_shadow(0.0, cast), Shape { rotation: 90.0, ..square(RED.into()) }))
    };
    let (page, own) = (turned(false), turned(true));
    assert_eq!((page(86, 50), page(50, 86)), ([0; 3], [255; 3]));
    assert_eq!((own(86, 50), own(50, 86)), ([255; 3], [0; 3]));
}

#[test]
fn a_shadow_is_scaled_about_its_anchor() {
    // A shadow on the ground in front of the shape.
    let cast = Cast { scale: (1.0, -0.2), anchor: (0.5, 1.0), ..Cast::default() };
    let at = painted(with(black_shadow(0.0, cast), square(RED.into())));
    assert_eq!((at(50, 86), at(50, 95), at(50, 10)), ([0; 3], [255; 3], [255; 3]));
}

#[test]
fn the_shadow_of_a_picture_keeps_transparent_parts() {
    let mut pixmap = Pixmap::new(60, 60).unwrap();
    pixmap.pixels_mut()[..60 * 30].fill(RED.skia().premultiply().to_color_u8());
    let picture = PictureFill { picture: Picture(pixmap.into()), mode: PictureMode::WHOLE, opacity: 1.0 };
    let at = painted(with(black_shadow(0.0, Cast::moved(15.0, 0.0)), square(Fill::Picture(picture))));
    assert_eq!((at(90, 30), at(90, 70)), ([0; 3], [255; 3]));
}

#[test]
fn shapes_beyond_the_page_cast_shadows_on_it() {
    let beyond = Shape { bounds: Rect::new(-70.0, 20.0, 60.0, 60.0), ..square(RED.into()) };
    let at = painted(with(black_shadow(0.0, Cast::moved(40.0, 0.0)), beyond));
    assert_eq!((at(20, 50), at(40, 50)), ([0; 3], [255; 3]));
}

#[test]
fn a_soft_edge_fades_towards_the_edge() {
    let at = painted(with(Effects { soft_edge: 6.0, ..Effects::default() }, square(RED.into())));
    assert!(at(20, 50)[1] > 245 && at(50, 50)[1] < 10 && (90..170).contains(&at(26, 50)[1]), "{:?}", at(26, 50));
}

#[test]
fn page_edges_are_not_soft_edges() {
    let cut = Shape { bounds: Rect::new(-50.0, -50.0, 200.0, 200.0), ..square(RED.into()) };
    let at = painted(with(Effects { soft_edge: 8.0, ..Effects::default() }, cut));
    assert_eq!((at(0, 0), at(99, 50)), ([255, 0, 0], [255, 0, 0]));
}

#[test]
fn a_glow_fades_outward() {
    let glow = Some(Glow { color: Color::BLACK, radius: 12.0 });
    let at = painted(with(Effects { glow, ..Effects::default() }, square(RED.into())));
    assert!(at(18, 50)[0] < 40 && (90..190).contains(&at(14, 50)[0]) && at(4, 50)[0] > 250);
    assert_eq!(at(50, 50), [255, 0, 0]);
}

#[test]
fn an_inner_shadow_lies_along_the_lit_edge() {
    let cast = Cast::moved(8.0, 0.0);
    let inner_shadow = Some(Shadow { color: Color::BLACK, blur: 0.0, cast });
    let at = painted(with(Effects { inner_shadow, ..Effects::default() }, square(RED.into())));
    assert_eq!((at(24, 50), at(40, 50), at(76, 50), at(10, 50)), ([0; 3], [255, 0, 0], [255, 0, 0], [255; 3]));
}

#[test]
fn a_reflection_is_below_and_fades() {
    let cast = Cast { scale: (1.0, -1.0), anchor: (0.0, 1.0), ..Cast::default() };
    let reflection = Some(Reflection { blur: 0.0, cast, fade: [(0.0, 1.0), (0.5, 0.0)], fade_angle: 90.0 });
    let low = Shape { bounds: Rect::new(20.0, 0.0, 60.0, 50.0), ..square(RED.into()) };
    let at = painted(with(Effects { reflection, ..Effects::default() }, low));
    assert!(at(50, 51)[1] < 30 && (100..160).contains(&at(50, 62)[1]) && at(50, 80) == [255; 3]);
}

#[test]
fn a_blur_spreads_pixels() {
    let at = painted(with(Effects { blur: 10.0, ..Effects::default() }, square(RED.into())));
    assert!((100..160).contains(&at(20, 50)[1]) && at(50, 50) == [255, 0, 0]);
}

#[test]
fn a_group_casts_one_shadow() {
    let left = Shape { bounds: Rect::new(10.0, 20.0, 30.0, 30.0), ..square(RED.into()) };
    let right = Shape { bounds: Rect::new(40.0, 20.0, 30.0, 30.0), ..square(RED.into()) };
    let children = [left, right].map(|shape| Node::Shape(Box::new(shape))).into();
    let effects = Some(Box::new(black_shadow(0.0, Cast::moved(10.0, 10.0))));
    let at = painted(vec![Node::Group(Group { effects, ..Group::new(children) })]);
    // The shadow of the left child does not fall on the right one.
    assert_eq!((at(45, 40), at(45, 55), at(75, 40)), ([255, 0, 0], [0; 3], [0; 3]));
}

#[test]
fn a_wide_blur_at_reduced_resolution_has_full_strength() {
    // A blur wide enough for quarter resolution.
    let bounds = Rect::new(-100.0, -100.0, 150.0, 300.0);
    let at = painted(with(black_shadow(50.0, Cast::moved(0.0, 0.0)), Shape { bounds, ..square(RED.into()) }));
    assert!((110..150).contains(&at(51, 50)[0]) && at(99, 50)[0] > 240, "{:?} {:?}", at(51, 50), at(99, 50));
}

#[test]
fn an_overlay_colours_only_the_shape() {
    let over = |blend| {
        let overlay = Some((Color::hex(0x80_80FF).into(), blend));
        painted(with(Effects { overlay, ..Effects::default() }, square(RED.into())))
    };
    let (multiplied, screened) = (over(Blend::Multiply), over(Blend::Screen));
    assert_eq!((multiplied(50, 50), multiplied(10, 50)), ([0x80, 0, 0], [255; 3]));
    assert_eq!(screened(50, 50), [255, 0x80, 255]);
}
