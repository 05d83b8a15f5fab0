//! Writes short decimal numbers: no exponent, no trailing zeros.

use std::fmt::Write;

/// Larger magnitudes are outside any view and would lose precision in the renderer.
const LARGEST: f64 = 1e8;

pub(super) fn push_number(out: &mut String, value: f64, decimals: u32) {
    if !value.is_finite() {
        out.push('0');
        return;
    }
    let scale = 10_i64.pow(decimals.min(9));
    let fixed = (value.clamp(-LARGEST, LARGEST) * scale as f64).round() as i64;
    if fixed < 0 {
        out.push('-');
    }
    let (whole, fraction) = (fixed.unsigned_abs() / scale.unsigned_abs(), fixed.unsigned_abs() % scale.unsigned_abs());
    let start = out.len();
    let _ = write!(out, "{whole}");
    if fraction != 0 {
        let _ = write!(out, ".{fraction:0width$}", width = decimals as usize);
        let digits = out.trim_end_matches('0').len();
        out.truncate(digits.max(start + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::push_number;

    fn shown(value: f64, decimals: u32) -> String {
        let mut out = String::new();
        push_number(&mut out, value, decimals);
        out
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(shown(10.0, 2), "10");
        assert_eq!(shown(-0.5, 2), "-0.5");
        assert_eq!(shown(1.005_9, 2), "1.01");
        assert_eq!(shown(-0.001, 2), "0");
        assert_eq!(shown(0.000_001_5, 7), "0.0000015");
        assert_eq!(shown(f64::NAN, 2), "0");
        assert_eq!(shown(1e300, 2), "100000000");
    }
}
