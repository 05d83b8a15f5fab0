//! Regions as in GDI and GDI+: a list of disjoint rectangles while only rectangles are combined (exact and cheap to
//! draw), otherwise a small expression tree over paths.
//!
//! Trees are bounded in size: a region that would exceed the bound is replaced by its bounding rectangle.

use std::rc::Rc;

use crate::geometry::Rect;
use crate::path::{FillRule, Path};

const MAX_RECTS: usize = 2048;
const MAX_NODES: u32 = 48;

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Disjoint rectangles.
    Rects(Vec<Rect>),
    Path(Path, FillRule),
    And(Clip, Clip),
    Or(Clip, Clip),
    Not(Clip),
}

#[derive(Debug)]
struct Node {
    shape: Shape,
    bounds: Rect,
    nodes: u32,
}

/// A region of the canvas. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Clip(Rc<Node>);

impl Clip {
    fn new(shape: Shape, bounds: Rect, nodes: u32) -> Self {
        Self(Rc::new(Node { shape, bounds, nodes }))
    }

    fn rects(rects: Vec<Rect>) -> Self {
        let bounds = rects.iter().fold(Rect::EMPTY, |bounds, rect| bounds.union(rect));
        Self::new(Shape::Rects(rects), bounds, 1)
    }

    pub fn all() -> Self {
        Self::rects(vec![Rect::ALL])
    }

    pub fn empty() -> Self {
        Self::rects(Vec::new())
    }

    pub fn rect(rect: Rect) -> Self {
        if rect.is_empty() { Self::empty() } else { Self::rects(vec![rect]) }
    }

    pub fn path(path: Path, rule: FillRule) -> Self {
        if let Some(rect) = path.as_rect() {
            return Self::rect(rect);
        }
        let bounds = path.bounds();
        if bounds.is_empty() { Self::empty() } else { Self::new(Shape::Path(path, rule), bounds, 1) }
    }

    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    pub fn bounds(&self) -> Rect {
        self.0.bounds
    }

    pub fn is_empty(&self) -> bool {
        self.0.bounds.is_empty()
    }

    /// One rectangle, possibly unbounded.
    pub fn as_rect(&self) -> Option<Rect> {
        match self.shape() {
            Shape::Rects(rects) => match rects.as_slice() {
                [rect] => Some(*rect),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether `rect` is certainly inside.
    pub fn covers(&self, rect: &Rect) -> bool {
        matches!(self.shape(), Shape::Rects(rects) if rects.iter().any(|own| own.contains(rect)))
    }

    pub fn same_as(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub fn and(&self, other: &Self) -> Self {
        let bounds = self.bounds().intersect(&other.bounds());
        if bounds.is_empty() {
            return Self::empty();
        }
        if other.covers(&self.bounds()) {
            return self.clone();
        }
        if self.covers(&other.bounds()) {
            return other.clone();
        }
        if let (Shape::Rects(a), Shape::Rects(b)) = (self.shape(), other.shape())
            && let Some(rects) = intersect_all(a, b)
        {
            return Self::rects(rects);
        }
        self.combine(other, bounds, Shape::And)
    }

    pub fn or(&self, other: &Self) -> Self {
        if self.is_empty() || other.covers(&self.bounds()) {
            return other.clone();
        }
        if other.is_empty() || self.covers(&other.bounds()) {
            return self.clone();
        }
        if let (Shape::Rects(a), Shape::Rects(b)) = (self.shape(), other.shape())
            && let Some(mut rects) = subtract_all(a, b)
        {
            rects.extend_from_slice(b);
            return Self::rects(rects);
        }
        self.combine(other, self.bounds().union(&other.bounds()), Shape::Or)
    }

    pub fn minus(&self, other: &Self) -> Self {
        if self.is_empty() || self.bounds().intersect(&other.bounds()).is_empty() {
            return self.clone();
        }
        if let (Shape::Rects(a), Shape::Rects(b)) = (self.shape(), other.shape()) {
            return subtract_all(a, b).map_or_else(|| self.clone(), Self::rects);
        }
        let outside = Self::new(Shape::Not(other.clone()), Rect::ALL, other.0.nodes.saturating_add(1));
        self.combine(&outside, self.bounds(), Shape::And)
    }

    pub fn xor(&self, other: &Self) -> Self {
        self.minus(other).or(&other.minus(self))
    }

    fn combine(&self, other: &Self, bounds: Rect, make: fn(Self, Self) -> Shape) -> Self {
        let nodes = self.0.nodes.saturating_add(other.0.nodes).saturating_add(1);
        if nodes > MAX_NODES {
            return Self::rect(bounds);
        }
        Self::new(make(self.clone(), other.clone()), bounds, nodes)
    }
}

fn intersect_all(a: &[Rect], b: &[Rect]) -> Option<Vec<Rect>> {
    let mut rects = Vec::new();
    for own in a {
        for other in b {
            let both = own.intersect(other);
            if !both.is_empty() {
                rects.push(both);
            }
        }
        if rects.len() > MAX_RECTS {
            return None;
        }
    }
    Some(rects)
}

fn subtract_all(from: &[Rect], holes: &[Rect]) -> Option<Vec<Rect>> {
    let mut rects = from.to_vec();
    for hole in holes {
        let mut next = Vec::with_capacity(rects.len());
        for rect in &rects {
            subtract(rect, hole, &mut next);
        }
        if next.len() > MAX_RECTS {
            return None;
        }
        rects = next;
    }
    Some(rects)
}

fn subtract(rect: &Rect, hole: &Rect, out: &mut Vec<Rect>) {
    let cut = rect.intersect(hole);
    if cut.is_empty() {
        out.push(*rect);
        return;
    }
    let parts = [
        Rect { bottom: cut.top, ..*rect },
        Rect { top: cut.bottom, ..*rect },
        Rect { right: cut.left, top: cut.top, bottom: cut.bottom, ..*rect },
        Rect { left: cut.right, top: cut.top, bottom: cut.bottom, ..*rect },
    ];
    out.extend(parts.into_iter().filter(|part| !part.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    fn rect(left: f64, top: f64, right: f64, bottom: f64) -> Clip {
        Clip::rect(Rect { left, top, right, bottom })
    }

    fn area(clip: &Clip) -> f64 {
        match clip.shape() {
            Shape::Rects(rects) => rects.iter().map(|rect| rect.width() * rect.height()).sum(),
            other => panic!("not rectangles: {other:?}"),
        }
    }

    #[test]
    fn rectangles_stay_disjoint() {
        let square = rect(0.0, 0.0, 10.0, 10.0);
        let other = rect(5.0, 5.0, 15.0, 15.0);
        assert_eq!(area(&square.or(&other)), 175.0);
        assert_eq!(area(&square.and(&other)), 25.0);
        assert_eq!(area(&square.minus(&other)), 75.0);
        assert_eq!(area(&square.xor(&other)), 150.0);
    }

    #[test]
    fn trees_stop_growing() {
        let triangle = |x: f64| {
            let corners = [Point::new(x, 0.0), Point::new(x + 50.0, 0.0), Point::new(x, 50.0)];
            Clip::path(Path::polygon(&corners), FillRule::NonZero)
        };
        let clip = (0..10_000).fold(triangle(0.0), |clip, step| clip.or(&triangle(f64::from(step % 7))));
        assert!(clip.0.nodes <= MAX_NODES);
    }
}
