//! Polylines and smooth curves through points.

use thumbling_page::tree::{Path, PathBuilder, Point};

/// A smooth path: at each point it is parallel to the line between the neighbours.
pub(crate) fn smooth(points: &[Point]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let first = points.first()?;
    path.move_to(first.x, first.y);
    for n in 1..points.len() {
        let before = points[n.saturating_sub(2)];
        let (from, to) = (points[n - 1], points[n]);
        let behind = points.get(n + 1).copied().unwrap_or(to);
        path.cubic_to(
            from.x + (to.x - before.x) / 6.0,
            from.y + (to.y - before.y) / 6.0,
            to.x - (behind.x - from.x) / 6.0,
            to.y - (behind.y - from.y) / 6.0,
            to.x,
            to.y,
        );
    }
    path.finish()
}

/// Reduces points that are too close to tell apart to their lowest and highest.
pub(crate) fn thinned(points: &[Point]) -> Vec<Point> {
    /// Fewer points are kept as they are.
    const MANY: usize = 500;
    if points.len() < MANY {
        return points.to_vec();
    }
    let mut kept: Vec<Point> = Vec::new();
    for column in points.chunk_by(|a, b| a.x.floor() == b.x.floor()) {
        let high = (0..column.len()).min_by(|a, b| column[*a].y.total_cmp(&column[*b].y)).unwrap_or(0);
        let low = (0..column.len()).max_by(|a, b| column[*a].y.total_cmp(&column[*b].y)).unwrap_or(0);
        let mut all = [0, high.min(low), high.max(low), column.len() - 1].to_vec();
        all.dedup();
        kept.extend(all.into_iter().map(|n| column[n]));
    }
    kept
}

/// Runs of points without a gap.
pub(crate) fn stretches(points: &[Option<Point>], span: bool) -> Vec<Vec<Point>> {
    if span {
        return vec![points.iter().flatten().copied().collect()];
    }
    points
        .split(|p| p.is_none())
        .map(|s| s.iter().flatten().copied().collect::<Vec<_>>())
        .filter(|s| !s.is_empty())
        .collect()
}
