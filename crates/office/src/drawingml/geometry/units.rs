//! EMU and points.

/// EMU per point.
pub(super) const EMU: f64 = 12_700.0;

/// Coordinates are clamped to this: hundreds of times the largest page, and still exact in single precision.
const FAR: f64 = 1e6;

/// EMU to pt.
pub(super) fn pt(emu: f64) -> f32 {
    (emu / EMU).clamp(-FAR, FAR) as f32
}
