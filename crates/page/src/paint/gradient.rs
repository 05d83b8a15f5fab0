//! Gradients: linear and circular by tiny-skia, rectangular from a sampled picture.

use tiny_skia::{
    FilterQuality, GradientStop, LinearGradient, Pixmap, Point as SkPoint, PremultipliedColorU8, RadialGradient,
    Shader, SpreadMode, Transform,
};

use crate::style::{Color, Gradient, GradientKind};
use crate::tree::Rect;

/// The shader of a gradient across `bounds`; `None` paints nothing.
pub(super) fn shader<'t>(
    gradient: &Gradient,
    bounds: Rect,
    transform: Transform,
    texture: &'t mut Option<Pixmap>,
) -> Option<Shader<'t>> {
    let stop = |(at, color): &(f32, Color)| GradientStop::new(*at, color.skia());
    let stops: Vec<GradientStop> = gradient.stops.iter().map(stop).collect();
    let (cx, cy) = (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0);
    match gradient.kind {
        GradientKind::Linear { angle, scaled } => {
            let (mut x, mut y) = (angle.to_radians().cos(), angle.to_radians().sin());
            if scaled && bounds.width > 0.0 && bounds.height > 0.0 {
                (x, y) = (x * bounds.width, y * bounds.height);
                let length = x.hypot(y).max(1e-6);
                (x, y) = (x / length, y / length);
            }
            // Half the extent: the distance of the furthest corner from the centre along the direction.
            let half = (x.abs() * bounds.width + y.abs() * bounds.height) / 2.0;
            let (from, to) =
                (SkPoint::from_xy(cx - x * half, cy - y * half), SkPoint::from_xy(cx + x * half, cy + y * half));
            LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity())
                .or_else(|| gradient.stops.last().map(|(_, color)| Shader::SolidColor(color.skia())))
        }
        GradientKind::Circle { focus } => {
            let (fx, fy) = (focus.x + focus.width / 2.0, focus.y + focus.height / 2.0);
            let middle = SkPoint::from_xy(fx, fy);
            // As a fraction of the bounds: to the furthest corner.
            let radius = fx.max(1.0 - fx).hypot(fy.max(1.0 - fy));
            let onto = Transform::from_row(bounds.width, 0.0, 0.0, bounds.height, bounds.x, bounds.y);
            RadialGradient::new(middle, 0.0, middle, radius, stops, SpreadMode::Pad, onto)
                .or_else(|| gradient.stops.last().map(|(_, color)| Shader::SolidColor(color.skia())))
        }
        GradientKind::Rect { focus } => {
            let pixmap = texture.insert(rectangles(gradient, focus, bounds, transform)?);
            let (across, down) = (bounds.width / pixmap.width() as f32, bounds.height / pixmap.height() as f32);
            let onto = Transform::from_row(across, 0.0, 0.0, down, bounds.x, bounds.y);
            Some(tiny_skia::Pattern::new(pixmap.as_ref(), SpreadMode::Pad, FilterQuality::Bilinear, 1.0, onto))
        }
    }
}

/// Samples per side of a rectangular gradient.
const MAX_SAMPLES: f32 = 256.0;

/// Samples a rectangular gradient; the edges of the bounds have the last colour.
fn rectangles(gradient: &Gradient, focus: Rect, bounds: Rect, transform: Transform) -> Option<Pixmap> {
    let (sx, sy) = transform.get_scale();
    let samples = |length: f32| length.ceil().clamp(1.0, MAX_SAMPLES) as u32;
    let mut pixmap = Pixmap::new(samples(bounds.width * sx), samples(bounds.height * sy))?;
    let (width, height) = (pixmap.width() as usize, pixmap.height() as usize);
    let colors: Vec<PremultipliedColorU8> =
        (0..=255).map(|n| at(&gradient.stops, n as f32 / 255.0).skia().premultiply().to_color_u8()).collect();
    // Per axis: 0 in the focus, 1 at the edge of the bounds.
    let along = |at: f32, from: f32, to: f32| match at {
        at if at < from => (from - at) / from.max(1e-6),
        at if at > to => (at - to) / (1.0 - to).max(1e-6),
        _ => 0.0,
    };
    for (y, row) in pixmap.pixels_mut().chunks_exact_mut(width).enumerate() {
        let down = along((y as f32 + 0.5) / height as f32, focus.y, focus.y + focus.height);
        for (x, pixel) in row.iter_mut().enumerate() {
            let across = along((x as f32 + 0.5) / width as f32, focus.x, focus.x + focus.width);
            let n = (across.max(down).clamp(0.0, 1.0) * 255.0).round() as usize;
            *pixel = colors.get(n).copied().unwrap_or(PremultipliedColorU8::TRANSPARENT);
        }
    }
    Some(pixmap)
}

/// The colour at a position from 0 to 1.
fn at(stops: &[(f32, Color)], place: f32) -> Color {
    let behind = stops.iter().position(|(at, _)| *at > place).unwrap_or(stops.len());
    let before = behind.checked_sub(1).and_then(|n| stops.get(n));
    match (before, stops.get(behind)) {
        (Some((from, a)), Some((to, b))) => {
            let share = (place - from) / (to - from).max(1e-6);
            let alpha = f32::from(a.a) + (f32::from(b.a) - f32::from(a.a)) * share;
            Color { a: alpha.round() as u8, ..a.mixed(*b, share) }
        }
        (Some((_, color)), None) | (None, Some((_, color))) => *color,
        (None, None) => Color::default(),
    }
}
