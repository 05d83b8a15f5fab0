//! Numbers as digits.

use super::section::{Part, Section};

/// Significant digits in `General`.
const GENERAL_DIGITS: usize = 10;

/// Significant digits of a double.
const MAX_DIGITS: usize = 15;

/// The `General` format.
pub(super) fn general(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = exponent_of(value);
    if !(-5..11).contains(&exponent) {
        let text = format!("{value:.5e}");
        let Some((mantissa, _)) = text.split_once('e') else { return text };
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        let exponent: i32 = text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(exponent);
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}E{sign}{:02}", exponent.abs());
    }
    let decimals = (GENERAL_DIGITS as i32 - 1 - exponent).clamp(0, 10) as usize;
    let text = format!("{value:.decimals$}");
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if trimmed == "-0" { "0".to_owned() } else { trimmed.to_owned() }
}

fn exponent_of(value: f64) -> i32 {
    if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 }
}

/// Formats a non-negative number with the digit placeholders of a section.
pub(super) fn written(section: &Section, value: f64) -> String {
    if section.parts.contains(&Part::Slash) {
        return fraction(section, value);
    }
    let exponent_at = section.parts.iter().position(|p| matches!(p, Part::Exponent(_)));
    let (head, tail) = section.parts.split_at(exponent_at.unwrap_or(section.parts.len()));
    let (whole, decimals) = counts(head);
    let mut value = value;
    let mut exponent = 0;
    if exponent_at.is_some() && value > 0.0 {
        // As many digits before the point as there are placeholders.
        let step = whole.max(1) as i32;
        exponent = exponent_of(value) - (step - 1);
        value /= 10f64.powi(exponent);
        if rounded(value, decimals).split('.').next().is_some_and(|w| w.len() > whole.max(1)) {
            exponent += 1;
            value /= 10.0;
        }
    }
    let mut out = number(head, value, section.grouped);
    if let Some((Part::Exponent(plus), rest)) = tail.split_first() {
        out.push('E');
        match (exponent < 0, plus) {
            (true, _) => out.push('-'),
            (false, true) => out.push('+'),
            (false, false) => {}
        }
        out.push_str(&number(rest, f64::from(exponent.abs()), false));
    }
    out
}

/// Digit placeholders before and after the point.
fn counts(parts: &[Part]) -> (usize, usize) {
    let point = parts.iter().position(|p| *p == Part::Point).unwrap_or(parts.len());
    let digits = |parts: &[Part]| parts.iter().filter(|p| matches!(p, Part::Digit(_))).count();
    (digits(&parts[..point]), digits(&parts[point..]))
}

/// Rounds half away from zero in decimal, as displayed, instead of in binary.
fn rounded(value: f64, decimals: usize) -> String {
    let decimals = decimals.min(30);
    let seen = (MAX_DIGITS as i32 - 1 - exponent_of(value)).clamp(0, 30) as usize;
    if seen <= decimals {
        return format!("{value:.decimals$}");
    }
    let exact = format!("{value:.seen$}");
    let nudged: f64 = exact.parse().unwrap_or(value);
    // Half a unit in the fifteenth digit corrects 1.00499999999999989.
    format!("{:.decimals$}", nudged + 0.5 * 10f64.powi(-(seen as i32)))
}

fn number(parts: &[Part], value: f64, grouped: bool) -> String {
    let (places, decimals) = counts(parts);
    let text = rounded(value, decimals);
    let (whole, behind) = text.split_once('.').unwrap_or((&text, ""));
    let whole = if whole == "0" { "" } else { whole };
    let mut out = String::new();
    let mut left = places;
    let mut is_behind = false;
    // `#` drops trailing zeros after the point.
    let kept = behind.trim_end_matches('0').len();
    let mut place = 0;
    for part in parts {
        match part {
            Part::Literal(words) => out.push_str(words),
            Part::Point => {
                if places == 0 {
                    out.push_str(whole);
                }
                is_behind = true;
                out.push('.');
            }
            Part::Digit(kind) if is_behind => {
                let digit = behind.as_bytes().get(place).map_or('0', |b| *b as char);
                match (place < kept, kind) {
                    (false, '#') => {}
                    (false, '?') => out.push(' '),
                    _ => out.push(digit),
                }
                place += 1;
            }
            Part::Digit(kind) => {
                // The first placeholder takes all remaining digits.
                let first = left == places;
                let from = if first { 0 } else { whole.len().saturating_sub(left) };
                let to = (whole.len() + 1).saturating_sub(left);
                for at in from..to {
                    out.push(whole.as_bytes()[at] as char);
                    group(&mut out, whole.len() - at - 1, grouped);
                }
                if to == 0 || whole.len() < left {
                    match kind {
                        '0' => {
                            out.push('0');
                            group(&mut out, left - 1, grouped);
                        }
                        '?' => out.push(' '),
                        _ => {}
                    }
                }
                left -= 1;
            }
            _ => {}
        }
    }
    out
}

fn group(out: &mut String, digits_left: usize, grouped: bool) {
    if grouped && digits_left > 0 && digits_left.is_multiple_of(3) {
        out.push(',');
    }
}

/// Formats whole number and fraction: `# ?/?`, `0/4`.
fn fraction(section: &Section, value: f64) -> String {
    let slash = section.parts.iter().position(|p| *p == Part::Slash).unwrap_or(0);
    let below: String = section.parts[slash + 1..]
        .iter()
        .filter_map(|p| match p {
            Part::Digit(c) => Some(*c),
            _ => None,
        })
        .collect();
    let is_mixed = section.parts[..slash].iter().any(|p| matches!(p, Part::Literal(s) if s.contains(' ')));
    let whole = if is_mixed { value.floor() } else { 0.0 };
    let rest = value - whole;
    let fixed = below.parse::<u32>().ok().filter(|n| *n > 0);
    let denominators = match fixed {
        Some(n) => n..=n,
        None => 1..=10u32.pow(below.len().clamp(1, 3) as u32) - 1,
    };
    let away = |d: u32| ((rest * f64::from(d)).round() / f64::from(d) - rest).abs();
    let mut best = *denominators.start();
    for d in denominators {
        if away(d) < away(best) - 1e-12 {
            best = d;
        }
    }
    let above = (rest * f64::from(best)).round();
    match (is_mixed, above == 0.0) {
        (true, true) => general(whole),
        (true, false) if above == f64::from(best) => general(whole + 1.0),
        (true, false) if whole == 0.0 => format!("{above}/{best}"),
        (true, false) => format!("{} {above}/{best}", general(whole)),
        (false, _) => format!("{}/{best}", general(above)),
    }
}
