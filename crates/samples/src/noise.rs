//! Value noise over a hashed lattice, the same on every machine.

/// A pseudo-random number from 0 to 1 for a lattice point.
pub fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    (h ^ (h >> 15)) as f32 / u32::MAX as f32
}

/// Smooth noise from 0 to 1.
pub fn value(x: f32, y: f32, seed: u32) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (ease(x - x0), ease(y - y0));
    let at = |dx, dy| hash(x0 as i32 + dx, y0 as i32 + dy, seed);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * tx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * tx;
    top + (bottom - top) * ty
}

/// Fractal noise: octaves of [`value`], from 0 to 1.
pub fn fractal(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut share, mut scale, mut total) = (0.0, 0.5, 1.0, 0.0);
    for octave in 0..octaves {
        sum += share * value(x * scale, y * scale, seed + octave);
        total += share;
        (share, scale) = (share * 0.5, scale * 2.03);
    }
    sum / total
}

/// Ridged fractal noise, from 0 to 1.
pub fn ridges(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut share, mut scale, mut total) = (0.0, 0.5, 1.0, 0.0);
    for octave in 0..octaves {
        sum += share * (1.0 - (2.0 * value(x * scale, y * scale, seed + octave) - 1.0).abs());
        total += share;
        (share, scale) = (share * 0.5, scale * 2.03);
    }
    sum / total
}
