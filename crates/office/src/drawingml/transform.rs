//! Positions of shapes on the page: offsets, extents, rotation and flips, through nested groups.
//!
//! A group transforms the position of its children, but not line widths or text. So each shape gets its own position,
//! rotation and flips on the page, and groups disappear.

use crate::xml::Element;
use thumbling_page::tree::{Rect, Transform};

use super::scene::EMU;

/// Lengths are clamped to this, pt.
const FAR: f32 = 1e5;

/// Unrotated bounds, and rotation and flips about their centre.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Placed {
    /// pt.
    pub bounds: Rect,
    /// Degrees clockwise.
    pub rotation: f32,
    /// Horizontally.
    pub flip_h: bool,
    /// Vertically.
    pub flip_v: bool,
}

impl Placed {
    /// Reads `a:xfrm` or `p:xfrm`; `None` without a position.
    pub fn of(element: Element<'_>) -> Option<Self> {
        Some(Self {
            bounds: rect(element.child("a:off")?, element.child("a:ext")?),
            rotation: (element.number::<f32>("rot").unwrap_or(0.0) / 60_000.0) % 360.0,
            flip_h: element.flag("flipH").unwrap_or(false),
            flip_v: element.flag("flipV").unwrap_or(false),
        })
    }
}

fn rect(off: Element<'_>, ext: Element<'_>) -> Rect {
    let length = |of: Element<'_>, name: &str| (of.number::<f32>(name).unwrap_or(0.0) / EMU).clamp(-FAR, FAR);
    Rect::new(length(off, "x"), length(off, "y"), length(ext, "cx").max(0.0), length(ext, "cy").max(0.0))
}

/// Maps coordinates in a group to the page.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    transform: Transform,
    scale: (f32, f32),
    rotation: f32,
    flip_h: bool,
    flip_v: bool,
}

impl Default for Frame {
    fn default() -> Self {
        Self { transform: Transform::identity(), scale: (1.0, 1.0), rotation: 0.0, flip_h: false, flip_v: false }
    }
}

impl Frame {
    /// Translates by this many pt.
    pub fn moved(x: f32, y: f32) -> Self {
        Self { transform: Transform::from_translate(x, y), ..Self::default() }
    }

    /// Maps `from` to `to` on the page.
    pub fn onto(from: Rect, to: Rect) -> Self {
        let share = |to: f32, from: f32| if from > 0.0 { (to / from).clamp(0.0, FAR) } else { 1.0 };
        let scale = (share(to.width, from.width), share(to.height, from.height));
        let transform = Transform::from_translate(-from.x - from.width / 2.0, -from.y - from.height / 2.0)
            .post_scale(scale.0, scale.1)
            .post_translate(to.x + to.width / 2.0, to.y + to.height / 2.0);
        Self { transform, scale, ..Self::default() }
    }

    /// The coordinates in a group with this `a:xfrm`; unchanged without one.
    pub fn group(&self, xfrm: Option<Element<'_>>) -> Self {
        let Some((own, xfrm)) = xfrm.and_then(|x| Some((Placed::of(x)?, x))) else { return *self };
        let child = xfrm.child("a:chOff").zip(xfrm.child("a:chExt")).map_or(own.bounds, |(off, ext)| rect(off, ext));
        let outer = self.placed(own);
        let share = |to: f32, from: f32| if from > 0.0 { to / from } else { 1.0 };
        let scale = (share(outer.bounds.width, child.width), share(outer.bounds.height, child.height));
        let centre = (outer.bounds.x + outer.bounds.width / 2.0, outer.bounds.y + outer.bounds.height / 2.0);
        let sign = |flip: bool| if flip { -1.0 } else { 1.0 };
        let transform = Transform::from_translate(-child.x - child.width / 2.0, -child.y - child.height / 2.0)
            .post_scale(scale.0 * sign(outer.flip_h), scale.1 * sign(outer.flip_v))
            .post_concat(Transform::from_rotate(outer.rotation))
            .post_translate(centre.0, centre.1);
        Self { transform, scale, rotation: outer.rotation, flip_h: outer.flip_h, flip_v: outer.flip_v }
    }

    /// Maps a shape to the page.
    pub fn placed(&self, shape: Placed) -> Placed {
        let Rect { x, y, width, height } = shape.bounds;
        let mut centre = [tiny_skia::Point::from_xy(x + width / 2.0, y + height / 2.0)];
        self.transform.map_points(&mut centre);
        // A shape on its side is scaled along its own axes, which are swapped.
        let is_aside = (45.0..135.0).contains(&shape.rotation.rem_euclid(180.0));
        let (sx, sy) = if is_aside { (self.scale.1, self.scale.0) } else { self.scale };
        let (width, height) = ((width * sx).min(FAR), (height * sy).min(FAR));
        let is_mirrored = self.flip_h != self.flip_v;
        let [centre] = centre;
        Placed {
            bounds: Rect::new(centre.x - width / 2.0, centre.y - height / 2.0, width, height),
            rotation: self.rotation + if is_mirrored { -shape.rotation } else { shape.rotation },
            flip_h: shape.flip_h != self.flip_h,
            flip_v: shape.flip_v != self.flip_v,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::xml::Document;

    fn group(xfrm: &str) -> Frame {
        let xml = format!("<a:xfrm xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' {xfrm}</a:xfrm>");
        testing::with_context(|cx| {
            let document = Document::parse(xml.as_bytes(), cx).unwrap();
            Frame::default().group(Some(document.root()))
        })
        .0
    }

    fn shape(x: f32, y: f32, width: f32, height: f32) -> Placed {
        Placed { bounds: Rect::new(x, y, width, height), ..Placed::default() }
    }

    const AT: &str = "<a:off x='1270000' y='0'/><a:ext cx='2540000' cy='1270000'/>\
        <a:chOff x='0' y='0'/><a:chExt cx='1270000' cy='1270000'/>";

    #[test]
    fn a_group_moves_and_scales_its_children() {
        let placed = group(&format!(">{AT}")).placed(shape(10.0, 20.0, 30.0, 40.0));
        assert_eq!(placed.bounds, Rect::new(120.0, 20.0, 60.0, 40.0));
    }

    #[test]
    fn a_flipped_group_flips_positions_and_shapes() {
        let placed =
            group(&format!("flipH='1'>{AT}")).placed(Placed { rotation: 30.0, ..shape(10.0, 20.0, 30.0, 40.0) });
        assert_eq!((placed.flip_h, placed.flip_v, placed.rotation), (true, false, -30.0));
        assert_eq!(placed.bounds.x, 300.0 - 20.0 - 60.0);
    }

    #[test]
    fn a_rotated_group_rotates_its_children_about_its_centre() {
        let placed = group(&format!("rot='5400000'>{AT}")).placed(shape(0.0, 0.0, 10.0, 10.0));
        assert_eq!(placed.rotation, 90.0);
        let centre = (placed.bounds.x + placed.bounds.width / 2.0, placed.bounds.y + placed.bounds.height / 2.0);
        // The group's centre is (200, 50); the shape's was 90 to its left and 45 above.
        assert!((centre.0 - 245.0).abs() < 0.01 && (centre.1 + 40.0).abs() < 0.01, "{centre:?}");
    }
}
