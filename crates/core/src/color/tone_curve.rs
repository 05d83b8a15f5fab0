//! Tone curves of ICC profiles: how they are sampled, and which transfer function they have.

use moxcms::ToneReprCurve;

use super::cicp::Transfer;
use super::light::{Curve, Encoder, Sample};

/// Samples a tone curve of a profile.
pub(super) fn curve<S: Sample>(trc: &ToneReprCurve) -> Option<Curve> {
    let evaluator = trc.make_linear_evaluator().ok()?;
    Some(Curve::new::<S>(|v| evaluator.evaluate_value(v).clamp(0.0, 1.0)))
}

/// Whether a curve equals that of sRGB, within 0.6 of an 8-bit step.
pub(super) fn is_srgb<S: Sample>(curve: &Curve) -> bool {
    let to = Encoder::to_16();
    let step = |(i, v): (usize, &f32)| (f32::from(to.encode(*v)) - S::signal(i) * 65_535.0).abs();
    curve.points().iter().enumerate().map(step).all(|difference| difference < 0.6 * 257.0)
}

/// PQ or HLG, if the curve matches it. Profiles older than the `cicp` tag have no other indication.
pub(super) fn hdr_transfer<S: Sample>(curve: &Curve) -> Option<Transfer> {
    let points = curve.points();
    let last = points.last().copied().filter(|v| *v > 0.0)?;
    [Transfer::Pq, Transfer::Hlg].into_iter().find(|transfer| {
        [0.35, 0.5, 0.6, 0.75, 0.9].iter().all(|at| {
            let i = (at * (points.len() - 1) as f64) as usize;
            let expected = transfer.light(S::signal(i)) / transfer.light(1.0);
            points.get(i).is_some_and(|v| (v / last / expected - 1.0).abs() < 0.03)
        })
    })
}
