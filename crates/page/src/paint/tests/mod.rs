//! Tests of painting: each paints a small page and checks pixels.

mod effects;
mod fills;
mod lines;

use crate::effects::*;
use crate::fonts::SANS;
use crate::style::*;
use crate::text::{FontSet, RunStyle, TextEffects};
use crate::tree::*;
use crate::tree::{Block, Body, Paragraph};
use thumbling_core::decode::Context;
use thumbling_core::geometry::Size;
use thumbling_core::testing;

const RED: Color = Color::rgb(255, 0, 0);

/// Paints nodes on a page of 100 × 100 pt at 1 px per pt.
fn painted(nodes: Vec<Node>) -> impl Fn(usize, usize) -> [u8; 3] {
    let page = Page { width: 100.0, height: 100.0, background: Fill::None, nodes };
    let frame = testing::with_context(|cx: &Context<'_>| super::page(&page, Size::new(100, 100), cx)).0.unwrap();
    let pixels = frame.as_u8().unwrap().to_vec();
    move |x, y| pixels[(y * 100 + x) * 3..][..3].try_into().unwrap()
}

fn square(fill: Fill) -> Shape {
    Shape { bounds: Rect::new(20.0, 20.0, 60.0, 60.0), fill, ..Shape::default() }
}

fn shape(shape: Shape) -> Vec<Node> {
    vec![Node::Shape(Box::new(shape))]
}

#[test]
fn an_empty_page_is_white() {
    assert_eq!(painted(Vec::new())(50, 50), [255; 3]);
}

#[test]
fn a_fill_covers_only_its_shape() {
    let at = painted(shape(square(RED.into())));
    assert_eq!((at(50, 50), at(10, 50), at(85, 50)), ([255, 0, 0], [255; 3], [255; 3]));
}

#[test]
fn a_shape_rotates_about_its_centre() {
    let at = painted(shape(Shape { rotation: 45.0, ..square(RED.into()) }));
    assert_eq!((at(50, 12), at(24, 24)), ([255, 0, 0], [255; 3]));
}

#[test]
fn a_flipped_outline_is_mirrored() {
    let mut path = PathBuilder::new();
    path.move_to(0.0, 0.0);
    path.line_to(60.0, 0.0);
    path.line_to(0.0, 60.0);
    path.close();
    let path = OutlinePath { path: path.finish().unwrap(), fill: PathFill::Normal, stroked: true };
    let outline = Outline::Paths(vec![path]);
    let at = painted(shape(Shape { outline: outline.clone(), ..square(RED.into()) }));
    assert_eq!((at(25, 25), at(75, 75)), ([255, 0, 0], [255; 3]));
    let at = painted(shape(Shape { outline, flip_h: true, flip_v: true, ..square(RED.into()) }));
    assert_eq!((at(25, 25), at(75, 75)), ([255; 3], [255, 0, 0]));
}

#[test]
fn a_group_stretches_clips_and_fades_its_children() {
    let bounds = Rect::new(50.0, 50.0, 50.0, 50.0);
    let mut group =
        Group::framed(bounds, Rect::new(0.0, 0.0, 100.0, 100.0), 0.0, (false, false), shape(square(RED.into())));
    let at = painted(vec![Node::Group(group.clone())]);
    assert_eq!((at(75, 75), at(30, 30)), ([255, 0, 0], [255; 3]));
    group.opacity = 0.5;
    group.clip = Rect::new(0.0, 0.0, 50.0, 100.0).path();
    let at = painted(vec![Node::Group(group)]);
    assert!((120..136).contains(&at(65, 75)[1]) && at(85, 75) == [255; 3], "{:?}", at(65, 75));
}

fn words(text: &str, size: f32) -> Body {
    let style = RunStyle { fonts: FontSet::one(SANS), size, ..RunStyle::default() };
    Body { blocks: vec![Block::Paragraph(Paragraph::plain(text, style))], wrap: true, ..Body::default() }
}

/// Mean darkness of an area.
fn ink(at: &impl Fn(usize, usize) -> [u8; 3], xs: std::ops::Range<usize>, ys: std::ops::Range<usize>) -> u32 {
    ys.flat_map(|y| xs.clone().map(move |x| (x, y))).map(|(x, y)| 255 - u32::from(at(x, y)[1])).sum()
}

#[test]
fn text_is_painted_in_its_box_at_every_size() {
    for size in [6.0, 12.0, 60.0, 130.0] {
        let at = painted(vec![Node::Text(Box::new(words("l", size)), Rect::new(10.0, 0.0, 90.0, 100.0))]);
        assert!(ink(&at, 10..100, 0..100) > 500, "{size}");
        assert_eq!(ink(&at, 0..9, 0..100), 0, "{size}");
    }
}

#[test]
fn glyphs_of_a_similar_size_do_not_change_a_page() {
    let word = |size, y| Node::Text(Box::new(words("mill", size)), Rect::new(0.0, y, 100.0, 50.0));
    let pixels = |at: &dyn Fn(usize, usize) -> [u8; 3]| -> Vec<_> {
        (50..100).flat_map(|y| (0..100).map(move |x| (x, y))).map(|(x, y)| at(x, y)).collect()
    };
    for whole in 20..44u8 {
        let (size, similar) = (f32::from(whole) + 0.03, f32::from(whole) - 0.03);
        super::glyphs::forget();
        let alone = pixels(&painted(vec![word(size, 50.0)]));
        super::glyphs::forget();
        let after = pixels(&painted(vec![word(similar, 0.0), word(size, 50.0)]));
        assert!(after == alone, "{size} px after {similar} px");
    }
}

#[test]
fn bold_is_darker_and_synthesised_if_missing() {
    for family in [SANS, crate::fonts::MONO] {
        let ink_of = |weight| {
            let style = RunStyle { fonts: FontSet::one(family), size: 20.0, weight, ..RunStyle::default() };
            let blocks = vec![Block::Paragraph(Paragraph::plain("mill", style))];
            let at = painted(vec![Node::Text(
                Box::new(Body { blocks, ..Body::default() }),
                Rect::new(0.0, 0.0, 100.0, 40.0),
            )]);
            ink(&at, 0..100, 0..40)
        };
        assert!(ink_of(700) * 10 > ink_of(400) * 11, "{family}");
    }
}

#[test]
fn text_effects_fill_outline_and_shadow_glyphs() {
    let painted_as = |effects: TextEffects, color: Color| {
        let style = RunStyle {
            fonts: FontSet::one(SANS),
            size: 80.0,
            color,
            effects: Some(std::sync::Arc::new(effects)),
            ..RunStyle::default()
        };
        let body = Body { blocks: vec![Block::Paragraph(Paragraph::plain("l", style))], ..Body::default() };
        painted(vec![Node::Text(Box::new(body), Rect::new(30.0, 0.0, 60.0, 100.0))])
    };
    let clear = Color { a: 0, ..Color::BLACK };
    let seen = |at: &dyn Fn(usize, usize) -> [u8; 3], color: [u8; 3]| {
        (0..100).any(|y| (0..100).any(|x| (0..3).all(|n| at(x, y)[n].abs_diff(color[n]) < 8)))
    };
    let red = Color::rgb(255, 0, 0);
    let filled = painted_as(TextEffects { fill: Some(red.into()), ..TextEffects::default() }, Color::BLACK);
    assert!(seen(&filled, [255, 0, 0]) && !seen(&filled, [0, 0, 0]));
    let hollow = painted_as(TextEffects { outline: Some(Stroke::new(red, 2.0)), ..TextEffects::default() }, clear);
    assert!(seen(&hollow, [255, 0, 0]) && !seen(&hollow, [0, 0, 0]));
    let shadow = Shadow { color: red, blur: 0.0, cast: Cast::moved(20.0, 0.0) };
    let shadowed = painted_as(TextEffects { shadow: Some(shadow), ..TextEffects::default() }, Color::BLACK);
    assert!(seen(&shadowed, [255, 0, 0]) && seen(&shadowed, [0, 0, 0]));
}

/// A letter of `color` with a black shadow of half opacity to its right, and the darkest value of either half.
fn shadowed_letter(color: Color, blur: f32) -> (u8, u8) {
    let black = Color { a: 128, ..Color::BLACK };
    let effects = TextEffects {
        shadow: Some(Shadow { color: black, blur, cast: Cast::moved(50.0, 0.0) }),
        ..TextEffects::default()
    };
    let style = RunStyle {
        fonts: FontSet::one(SANS),
        size: 80.0,
        color,
        effects: Some(std::sync::Arc::new(effects)),
        ..RunStyle::default()
    };
    let body = Body { blocks: vec![Block::Paragraph(Paragraph::plain("l", style))], ..Body::default() };
    let at = painted(vec![Node::Text(Box::new(body), Rect::new(10.0, 0.0, 60.0, 100.0))]);
    let darkest = |xs: std::ops::Range<usize>| {
        (0..100).flat_map(|y| xs.clone().map(move |x| (x, y))).map(|(x, y)| at(x, y)[1]).min().unwrap()
    };
    (darkest(0..50), darkest(50..100))
}

#[test]
fn the_shadow_of_text_is_as_transparent_as_the_text() {
    // Half of black, and a fifth of that.
    let (solid, faint) = (Color::BLACK, Color { a: 51, ..Color::BLACK });
    let is_near = |value: u8, expected: u8| value.abs_diff(expected) <= 2;
    let (letter, shadow) = shadowed_letter(solid, 0.0);
    assert!(letter == 0 && is_near(shadow, 127), "{letter} {shadow}");
    let (letter, shadow) = shadowed_letter(faint, 0.0);
    assert!(is_near(letter, 204) && is_near(shadow, 229), "{letter} {shadow}");
    assert_eq!(shadowed_letter(Color { a: 0, ..Color::BLACK }, 0.0), (255, 255));
}

#[test]
fn a_blurred_shadow_of_text_is_nowhere_darker_than_a_sharp_one() {
    for color in [Color::BLACK, Color { a: 51, ..Color::BLACK }] {
        let (sharp, blurred) = (shadowed_letter(color, 0.0).1, shadowed_letter(color, 4.0).1);
        assert!(blurred < 255 && blurred + 1 >= sharp, "{blurred} {sharp}");
    }
}

#[test]
fn clipped_text_ends_at_its_box() {
    let body = Body { wrap: false, clipped: true, ..words("a very long line indeed", 20.0) };
    let at = painted(vec![Node::Text(Box::new(body), Rect::new(10.0, 10.0, 40.0, 30.0))]);
    assert!(ink(&at, 10..50, 10..40) > 500);
    assert_eq!(ink(&at, 50..100, 0..100), 0);
}

#[test]
fn text_rotates_with_its_shape_but_is_never_mirrored() {
    let text = Some(words("up", 20.0));
    let at = painted(shape(Shape { rotation: 90.0, text: text.clone(), ..square(Fill::None) }));
    // Rotated clockwise, the first line is at the right edge.
    assert!(ink(&at, 50..80, 20..80) > 10 * ink(&at, 20..50, 20..80).max(1));
    let plain = painted(shape(Shape { text: text.clone(), ..square(Fill::None) }));
    let flipped = painted(shape(Shape { flip_h: true, text, ..square(Fill::None) }));
    assert!((0..100).all(|y| (0..100).all(|x| plain(x, y) == flipped(x, y))));
}
