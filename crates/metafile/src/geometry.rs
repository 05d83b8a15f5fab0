//! Points, rectangles and affine maps in `f64`. In canvas space y points down, as in SVG.

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub fn offset(self, dx: f64, dy: f64) -> Self {
        Self::new(self.x + dx, self.y + dy)
    }
}

/// A rectangle with left ≤ right and top ≤ bottom, or `Rect::EMPTY`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub const EMPTY: Self =
        Self { left: f64::INFINITY, top: f64::INFINITY, right: f64::NEG_INFINITY, bottom: f64::NEG_INFINITY };
    pub const ALL: Self =
        Self { left: f64::NEG_INFINITY, top: f64::NEG_INFINITY, right: f64::INFINITY, bottom: f64::INFINITY };

    /// The rectangle between two opposite corners, in either order.
    pub fn between(a: Point, b: Point) -> Self {
        Self { left: a.x.min(b.x), top: a.y.min(b.y), right: a.x.max(b.x), bottom: a.y.max(b.y) }
    }

    pub fn from_size(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self::between(Point::new(x, y), Point::new(x + width, y + height))
    }

    pub fn width(&self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(&self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }

    pub fn center(&self) -> Point {
        Point::new((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub fn is_empty(&self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }

    pub fn intersect(&self, other: &Self) -> Self {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.is_empty() { Self::EMPTY } else { both }
    }

    pub fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub fn contains(&self, other: &Self) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }

    pub fn inflate(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    pub fn corners(&self) -> [Point; 4] {
        [
            Point::new(self.left, self.top),
            Point::new(self.right, self.top),
            Point::new(self.right, self.bottom),
            Point::new(self.left, self.bottom),
        ]
    }
}

/// x′ = a·x + c·y + e, y′ = b·x + d·y + f.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub d: f64,
    pub e: f64,
    pub f: f64,
}

impl Affine {
    pub const IDENTITY: Self = Self::new(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);

    pub const fn new(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self { a, b, c, d, e, f }
    }

    pub const fn translate(x: f64, y: f64) -> Self {
        Self::new(1.0, 0.0, 0.0, 1.0, x, y)
    }

    pub const fn scale(x: f64, y: f64) -> Self {
        Self::new(x, 0.0, 0.0, y, 0.0, 0.0)
    }

    /// A rotation by `angle` radians, clockwise with y pointing down.
    pub fn rotate(angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self::new(cos, sin, -sin, cos, 0.0, 0.0)
    }

    /// The map from `from` onto `to`; scale 1 along an axis without extent.
    pub fn map_rect(from: &Rect, to: &Rect) -> Self {
        let ratio = |to: f64, from: f64| if from > 0.0 { to / from } else { 1.0 };
        let (sx, sy) = (ratio(to.width(), from.width()), ratio(to.height(), from.height()));
        Self::new(sx, 0.0, 0.0, sy, to.left - from.left * sx, to.top - from.top * sy)
    }

    /// `self` followed by `next`.
    pub fn then(&self, next: &Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }

    pub fn apply(&self, p: Point) -> Point {
        Point::new(self.a * p.x + self.c * p.y + self.e, self.b * p.x + self.d * p.y + self.f)
    }

    pub fn determinant(&self) -> f64 {
        self.a * self.d - self.b * self.c
    }

    pub fn invert(&self) -> Option<Self> {
        let det = self.determinant();
        if !det.is_normal() {
            return None;
        }
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Some(Self { a, b, c, d, e: -(self.e * a + self.f * c), f: -(self.e * b + self.f * d) })
    }

    /// The lengths of the images of the two unit vectors.
    pub fn scales(&self) -> (f64, f64) {
        (self.a.hypot(self.b), self.c.hypot(self.d))
    }

    pub fn mean_scale(&self) -> f64 {
        self.determinant().abs().sqrt()
    }

    /// Whether angles and proportions are preserved (within a few per cent), so that strokes can be applied after the map.
    pub fn is_uniform(&self) -> bool {
        let (x, y) = self.scales();
        let larger = x.max(y);
        let skew = (self.a * self.c + self.b * self.d).abs();
        (x - y).abs() <= larger * 0.06 && skew <= x * y * 0.06
    }

    pub fn is_finite(&self) -> bool {
        [self.a, self.b, self.c, self.d, self.e, self.f].iter().all(|value| value.is_finite())
    }

    /// The map without its translation.
    pub fn linear(&self) -> Self {
        Self { e: 0.0, f: 0.0, ..*self }
    }

    /// The bounding box of the image of `rect`.
    pub fn bounds_of(&self, rect: &Rect) -> Rect {
        rect.corners()
            .iter()
            .map(|&corner| self.apply(corner))
            .fold(Rect::EMPTY, |bounds, p| bounds.union(&Rect::between(p, p)))
    }
}
