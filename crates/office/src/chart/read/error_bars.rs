//! Reads error bars (`c:errBars`, ECMA-376 part 1, 21.2.2.55).

use crate::chart::element::number;
use crate::chart::model::{ErrorBars, Reach};
use crate::drawingml::scene::Scene;
use crate::xml::Element;
use thumbling_core::error::Result;

/// Reads error bars of a series with these x and y values.
pub(crate) fn read<'a>(
    scene: &Scene<'_>,
    element: Element<'a>,
    x: Option<&Vec<Option<f64>>>,
    values: &[Option<f64>],
) -> Result<ErrorBars<'a>> {
    let along_x = element.val("c:errDir") == Some("x");
    let count = values.len();
    let of_direction = if along_x { x.map_or(&[][..], |x| x.as_slice()) } else { values };
    let amount = number(element, "c:val").unwrap_or(0.0).abs();
    let known: Vec<f64> = of_direction.iter().flatten().copied().collect();
    let (mean, deviation) = spread(&known);
    let same = |from: Option<f64>, amount: f64| vec![Reach { from, minus: amount, plus: amount }; count];
    let mut reaches = match element.val("c:errValType") {
        Some("percentage") => {
            let of = |v: &Option<f64>| v.unwrap_or(0.0).abs() * amount / 100.0;
            of_direction.iter().map(|v| Reach { from: None, minus: of(v), plus: of(v) }).collect()
        }
        // Bars of the standard deviation start from the mean.
        Some("stdDev") => same(Some(mean), deviation * amount),
        Some("stdErr") => same(None, deviation / (known.len().max(1) as f64).sqrt()),
        Some("cust") => {
            let (plus, _) = super::cache::numbers(scene, element.child("c:plus"))?;
            let (minus, _) = super::cache::numbers(scene, element.child("c:minus"))?;
            // A single number applies to all points.
            let at = |side: &[Option<f64>], n: usize| {
                let n = if side.len() == 1 { 0 } else { n };
                side.get(n).copied().flatten().unwrap_or(0.0)
            };
            (0..count).map(|n| Reach { from: None, minus: at(&minus, n), plus: at(&plus, n) }).collect()
        }
        _ => same(None, amount),
    };
    for reach in &mut reaches {
        match element.val("c:errBarType") {
            Some("plus") => reach.minus = 0.0,
            Some("minus") => reach.plus = 0.0,
            _ => {}
        }
    }
    Ok(ErrorBars { element, along_x, reaches })
}

/// Mean and sample standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let mean = values.iter().map(|v| v / count).sum::<f64>();
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    (mean, if deviation.is_finite() { deviation } else { 0.0 })
}
