//! Procedural landscapes: a scene is a function from a point to a colour.
//!
//! Coordinates are in units of the picture's height: y from 0 (top) to 1 (bottom), x from 0 to the aspect ratio.

use crate::color::{Color, step};
use crate::noise::{fractal, hash, ridges, value};

/// The colours of a landscape at some time of day.
#[derive(Clone, Copy)]
pub struct Palette {
    pub zenith: Color,
    pub horizon: Color,
    pub sun: Color,
    pub far: Color,
    pub near: Color,
}

const fn palette(zenith: u32, horizon: u32, sun: u32, far: u32, near: u32) -> Palette {
    let [zenith, horizon, sun, far, near] =
        [Color::hex(zenith), Color::hex(horizon), Color::hex(sun), Color::hex(far), Color::hex(near)];
    Palette { zenith, horizon, sun, far, near }
}

pub const DAWN: Palette = palette(0x5b6fb0, 0xffc9a8, 0xfff1cf, 0xb58aa5, 0x2f2548);
pub const NOON: Palette = palette(0x2f7fd6, 0xcfeaf7, 0xfffdf0, 0x9cc3cf, 0x2c5c33);
pub const GOLD: Palette = palette(0x3f6a94, 0xffd27a, 0xfff4c4, 0xd08a4f, 0x3a2118);
pub const DUSK: Palette = palette(0x1d2357, 0xf2707a, 0xffd9a0, 0x7b3f79, 0x160f2c);
pub const MIST: Palette = palette(0x8fa9b5, 0xe9efec, 0xffffff, 0xb9cac8, 0x1f3b3a);
pub const NIGHT: Palette = palette(0x050a20, 0x1f3a63, 0xf3f1da, 0x1c2f52, 0x04070f);
pub const ROSE: Palette = palette(0x8f6fc4, 0xffd6e0, 0xfff6ea, 0xd79bbb, 0x5a2a55);
pub const TEAL: Palette = palette(0x0d5c75, 0xa8ead5, 0xfffbe0, 0x4aa39b, 0x06303c);

/// The kind of landscape.
#[derive(Clone, Copy)]
pub enum Scene {
    Hills,
    Sea,
    Mountains,
    Dunes,
    Forest,
    City,
    Aurora,
    Tulips,
    Balloons,
}

/// A scene with a palette; different seeds give different landscapes.
#[derive(Clone, Copy)]
pub struct View {
    pub scene: Scene,
    pub palette: Palette,
    pub seed: u32,
    pub aspect: f32,
}

impl View {
    pub fn color(&self, x: f32, y: f32) -> Color {
        let drawn = match self.scene {
            Scene::Hills => self.hills(x, y, 0.42),
            Scene::Sea => self.sea(x, y),
            Scene::Mountains => self.mountains(x, y),
            Scene::Dunes => self.dunes(x, y),
            Scene::Forest => self.forest(x, y),
            Scene::City => self.city(x, y),
            Scene::Aurora => self.aurora(x, y),
            Scene::Tulips => self.tulips(x, y),
            Scene::Balloons => self.balloons(x, y),
        };
        // Vignetting and a little grain, as in a photo.
        let (dx, dy) = (x / self.aspect - 0.5, y - 0.5);
        let grain = hash((x * 900.0) as i32, (y * 900.0) as i32, self.seed) - 0.5;
        drawn * (1.0 - 0.28 * (dx * dx + dy * dy)) + Color(1.0, 1.0, 1.0) * (grain * 0.012)
    }

    fn sky(&self, x: f32, y: f32, sun: (f32, f32), horizon: f32) -> Color {
        let p = &self.palette;
        let sky = p.zenith.mix(p.horizon, (y / horizon).powf(1.4));
        let clouds = fractal(x * 1.6 + 3.0, y * 6.0, 5, self.seed + 90);
        let sky = sky.mix(p.horizon.mix(p.sun, 0.6), 0.55 * step(0.52, 0.78, clouds) * step(0.0, 0.15, y));
        let distance = (x - sun.0).hypot(y - sun.1);
        let glow = (-distance * 5.0).exp() * 0.75;
        sky.mix(p.sun, glow).mix(p.sun, step(0.058, 0.054, distance))
    }

    /// Layers of hills from far to near, the farthest starting at height `top`.
    fn hills(&self, x: f32, y: f32, top: f32) -> Color {
        let p = &self.palette;
        let mut color = self.sky(x, y, (self.aspect * 0.66, top * 0.62), top + 0.1);
        let n = 6;
        for i in 0..n {
            let depth = (i as f32 + 0.4) / n as f32;
            let scale = 1.1 + depth * 0.9;
            let height = 0.24 - 0.1 * depth;
            let edge = top + (1.0 - top) * depth * 0.92
                - height * (fractal(x * scale + i as f32 * 7.3, 0.5, 5, self.seed + i) - 0.45);
            let body = p.far.mix(p.near, depth.powf(0.8));
            // Mist below each edge.
            let body = body.mix(p.horizon, (1.0 - depth) * 0.55 * step(0.0, 0.2, y - edge));
            let texture = fractal(x * 30.0, (y - edge) * 60.0, 3, self.seed + 40 + i) - 0.5;
            color = color.mix(body * (1.0 + texture * 0.22 * depth), step(-0.0018, 0.0018, y - edge));
        }
        color
    }

    fn sea(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let (horizon, sun) = (0.56, (self.aspect * 0.42, 0.45));
        if y < horizon {
            let mut color = self.sky(x, y, sun, horizon);
            for (i, base) in [0.015, -0.01].into_iter().enumerate() {
                let i = i as u32;
                let land = fractal(x * (1.4 + i as f32), 0.5, 5, self.seed + 20 + i);
                let rise = 0.26 * (land - 0.52) * step(0.15, 0.5, (x / self.aspect - 0.3).abs());
                let edge = horizon - rise - base * 0.5;
                color = color.mix(p.far.mix(p.near, 0.25 + 0.45 * i as f32), step(-0.002, 0.002, y - edge));
            }
            return self.boat(x, y, color);
        }
        let depth = (y - horizon) / (1.0 - horizon);
        let wave = fractal(x * (5.0 + 9.0 / (depth + 0.12)) * 0.35, 9.0 / (depth + 0.09), 4, self.seed + 60);
        let mirrored = self.sky(x, (2.0 * horizon - y).max(0.0), (9.0, 9.0), horizon);
        let water = mirrored.mix(p.near, 0.35 + 0.4 * depth);
        let water = water * (0.82 + 0.36 * wave);
        let path = (-((x - sun.0) / (0.05 + 0.2 * depth)).powi(2)).exp();
        let glitter = step(0.5, 0.66, wave + 0.1 * path) * path;
        self.boat(x, y, water.mix(p.sun, glitter * 0.9))
    }

    fn boat(&self, x: f32, y: f32, behind: Color) -> Color {
        let (bx, by) = (self.aspect * 0.74, 0.62);
        let (dx, dy) = (x - bx, y - by);
        let sail = |w: f32, h: f32, at: f32| {
            let rise = 1.0 + (dy + 0.012) / h;
            let inside = (0.0..1.0).contains(&rise) && (dx - at) * w.signum() > 0.0;
            inside && (dx - at).abs() < rise * w.abs() && dy < -0.012
        };
        let hull = dy > -0.008 && dy < 0.014 && dx.abs() < 0.055 - dy * 1.1;
        match () {
            () if sail(0.045, 0.16, 0.003) => Color::hex(0xfff8ee),
            () if sail(-0.032, 0.12, -0.003) => Color::hex(0xf0dfd0),
            () if hull => self.palette.near.mix(Color::hex(0x8c2f2a), 0.6),
            () => behind,
        }
    }

    fn mountains(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let shore = 0.7;
        let (sy, still) = if y > shore { (2.0 * shore - y, true) } else { (y, false) };
        let ripple = if still { (value(x * 6.0, y * 160.0, self.seed + 3) - 0.5) * 0.012 } else { 0.0 };
        let (px, py) = (x + ripple, sy);
        let mut color = self.sky(px, py, (self.aspect * 0.2, 0.2), shore);
        for (i, (top, tall)) in [(0.46, 0.42), (0.6, 0.22)].into_iter().enumerate() {
            let i = i as u32;
            let edge = top - tall * (ridges(px * 1.15 + i as f32 * 4.0, 0.3, 6, self.seed + i * 9) - 0.52);
            let below = py - edge;
            let slope = ridges(px * 3.0 + below * 1.5, below * 4.0, 5, self.seed + 30 + i);
            let rock = p.far.mix(p.near, 0.25 + 0.45 * i as f32) * (0.7 + 0.55 * slope);
            let snow = step(0.02, -0.1, below - 0.16 * (slope - 0.35)) * (1.0 - i as f32);
            let rock = rock.mix(Color::hex(0xf6f8ff) * (0.75 + 0.3 * slope), snow);
            color = color.mix(rock, step(-0.0015, 0.0015, below));
        }
        let trees = shore - 0.02 - 0.035 * value(px * 70.0, 0.0, self.seed + 70) * value(px * 5.0, 0.0, self.seed + 71);
        color = color.mix(p.near * 0.8, step(-0.001, 0.002, py - trees));
        if still { (color * 0.86).mix(p.zenith * 0.6, 0.18 + 0.3 * (y - shore)) } else { color }
    }

    fn dunes(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let mut color = self.sky(x, y, (self.aspect * 0.78, 0.24), 0.5);
        for i in 0..5u32 {
            let depth = (i as f32 + 0.5) / 5.0;
            let crest =
                0.42 + 0.5 * depth - 0.2 * (value(x * (0.8 + 0.25 * depth) + i as f32 * 3.7, 0.5, self.seed + i) - 0.4);
            let below = y - crest;
            // A curve from the crest downwards separates the lit side from the shaded side.
            let fold = value(x * 1.3 + below * 1.6 + i as f32, below * 2.0, self.seed + 10 + i);
            let shade = step(0.46, 0.54, fold);
            let wind = ((x * 22.0 + below * 190.0 + 5.0 * fractal(x * 3.0, y * 3.0, 3, self.seed + 5)).sin() * 0.5
                + 0.5)
                * 0.07;
            let sand = p.far.mix(p.sun, 0.45 - 0.25 * depth).mix(p.near, 0.62 * shade * (0.5 + 0.5 * depth))
                * (1.0 - wind * depth);
            color = color.mix(sand, step(-0.0015, 0.0015, below));
        }
        color
    }

    fn forest(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let mut color = self.sky(x, y, (self.aspect * 0.35, 0.26), 0.7);
        for i in 0..6u32 {
            let depth = (i as f32 + 0.3) / 6.0;
            let ground = 0.42 + 0.62 * depth - 0.14 * (fractal(x * 1.3 + i as f32 * 5.0, 0.5, 4, self.seed + i) - 0.5);
            let width = 0.022 + 0.075 * depth;
            let mut edge = ground;
            // A fir tree is a stack of narrowing triangles.
            let cell = (x / width).floor();
            for neighbour in -1..=1 {
                let cell = cell as i32 + neighbour;
                let (r, s) = (hash(cell, i as i32, self.seed + 50), hash(cell, i as i32, self.seed + 51));
                let at = (cell as f32 + 0.2 + 0.6 * r) * width;
                let tall = width * (2.6 + 2.2 * s);
                let side = (x - at).abs() / (width * 0.62);
                if side < 1.0 {
                    let skirts = 0.16 * (side * 7.0).fract();
                    edge = edge.min(ground - tall * (1.0 - side - skirts * side).max(0.0));
                }
            }
            let body =
                p.far.mix(p.near, depth).mix(p.horizon, 0.75 * (1.0 - depth) * step(0.0, 0.16, y - ground + 0.06));
            color = color.mix(body, step(-0.0015, 0.0015, y - edge));
        }
        color
    }

    fn city(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let quay = 0.8;
        let (sy, water) = if y > quay { (2.0 * quay - y, true) } else { (y, false) };
        let sway = if water { (value(x * 9.0, y * 120.0, self.seed) - 0.5) * 0.016 } else { 0.0 };
        let (px, py) = (x + sway, sy);
        let mut color = self.sky(px, py, (self.aspect * 0.5, 0.5), quay);
        for i in 0..3u32 {
            let depth = i as f32 / 2.0;
            let width = 0.085 + 0.03 * depth;
            let column = (px / width + i as f32 * 0.37).floor();
            let (r, s) = (hash(column as i32, i as i32, self.seed), hash(column as i32, i as i32, self.seed + 1));
            let middle = 1.0 - (2.0 * (column * width / self.aspect) - 1.0).abs();
            let roof = quay - (0.14 + 0.4 * r * (0.35 + 0.65 * middle)) * (1.0 - 0.38 * depth);
            let within = (px / width + i as f32 * 0.37).fract();
            let gap = 0.06 + 0.14 * s;
            if within < gap || py < roof {
                continue;
            }
            let wall = p.far.mix(p.near, 0.45 + 0.55 * depth) * (0.9 + 0.2 * within);
            let (column_of, row) = (((within - gap) / (1.0 - gap) * 7.0), (py - roof) / 0.021);
            let pane = (0.25..0.8).contains(&column_of.fract()) && (0.25..0.75).contains(&row.fract());
            let lit = hash(column as i32 * 16 + column_of as i32, row as i32, self.seed + 7 + i) > 0.52;
            let warm = Color::hex(0xffd890).mix(Color::hex(0xffb45a), r);
            color = if pane && lit && row > 0.6 { wall.mix(warm, 0.9) } else { wall };
        }
        if water { (color * 0.62).mix(p.zenith * 0.6, 0.3) } else { color }
    }

    fn aurora(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let mut color = p.zenith.mix(p.horizon, y * 1.1);
        let (cx, cy) = ((x * 110.0).floor(), (y * 110.0).floor());
        let (r, bright) = (hash(cx as i32, cy as i32, self.seed), hash(cy as i32, cx as i32, self.seed + 1));
        let (dx, dy) = ((x * 110.0).fract() - 0.5, (y * 110.0).fract() - 0.5);
        if r > 0.955 {
            color = color.mix(p.sun, (1.0 - dx.hypot(dy) * 2.6).max(0.0) * (0.4 + 0.6 * bright));
        }
        for i in 0..3u32 {
            let base =
                0.3 + 0.12 * i as f32 + 0.34 * (fractal(x * 0.9 + i as f32 * 3.0, 0.5, 3, self.seed + 10 + i) - 0.5);
            let up = base - y;
            let rays = 0.45 + 0.55 * value(x * 26.0, 0.0, self.seed + 20 + i);
            let band = step(-0.03, 0.02, up) * (-up.max(0.0) * (4.2 + 2.0 * rays)).exp() * rays;
            let hue = Color::hex(0x35f0a0).mix(Color::hex(0xb060ff), step(0.05, 0.3, up));
            color = color + hue * (band * (0.7 - 0.14 * i as f32));
        }
        let lake = 0.78;
        let ground = lake - 0.16 * (fractal(x * 1.6, 0.5, 5, self.seed + 30) - 0.35);
        let trees =
            ground - 0.05 * value(x * 60.0, 0.0, self.seed + 31) * step(0.3, 0.6, value(x * 3.0, 0.0, self.seed + 32));
        color.mix(p.near, step(-0.001, 0.002, y - trees)).mix(p.far, 0.35 * step(lake, 1.0, y))
    }

    fn tulips(&self, x: f32, y: f32) -> Color {
        let p = &self.palette;
        let horizon = 0.46;
        if y < horizon {
            let trees = horizon - 0.02 - 0.05 * fractal(x * 9.0, 0.5, 4, self.seed + 2);
            let sky = self.sky(x, y, (self.aspect * 0.82, 0.16), horizon);
            return self.mill(x, y, sky.mix(p.near, step(-0.002, 0.002, y - trees)));
        }
        let rows = [0xe8354a, 0xf7b733, 0xf25ca2, 0xfff3e2, 0x8e44ad, 0xff7a3d];
        let depth = 1.0 / (y - horizon + 0.02);
        let across = (x - self.aspect * 0.5) * depth * 0.42 + 100.0;
        let row = rows[across.floor() as usize % rows.len()];
        let path = step(0.1, 0.0, across.fract()) + step(0.9, 1.0, across.fract());
        let bloom = fractal(across * 16.0, depth * 12.0, 3, self.seed + 4);
        let flowers = Color::hex(row) * (0.62 + 0.6 * bloom);
        let field =
            flowers.mix(Color::hex(0x2e6b34) * (0.7 + 0.5 * bloom), 0.85 * path.max(0.7 * step(0.34, 0.2, bloom)));
        self.mill(x, y, field.mix(p.horizon, 0.5 * step(0.12, 0.0, y - horizon)))
    }

    fn mill(&self, x: f32, y: f32, behind: Color) -> Color {
        let (dx, dy) = (x - self.aspect * 0.28, y - 0.47);
        let (hx, hy) = (dx, dy + 0.235);
        for quarter in 0..4 {
            let (sin, cos) = (0.5 + quarter as f32 * std::f32::consts::FRAC_PI_2).sin_cos();
            let (along, off) = (hx * cos + hy * sin, hy * cos - hx * sin);
            if (0.02..0.19).contains(&along) && (-0.005..0.032).contains(&off) {
                let lattice = (along * 90.0).fract() < 0.25 || off.abs() < 0.005 || (off * 90.0).fract() < 0.22;
                return if lattice { Color::hex(0x4a3527) } else { behind.mix(Color::hex(0xfff6e4), 0.55) };
            }
        }
        match () {
            () if (-0.27..-0.2).contains(&dy) && dx.abs() < 0.035 + 0.3 * (dy + 0.27) => Color::hex(0x5b3a2a),
            () if (-0.2..0.03).contains(&dy) && dx.abs() < 0.052 + 0.13 * (dy + 0.2) => {
                Color::hex(0xc9a27a).mix(Color::hex(0x7c553c), 0.5 + dx * 7.0)
            }
            () => behind,
        }
    }

    fn balloons(&self, x: f32, y: f32) -> Color {
        let mut color = self.hills(x, y, 0.62);
        let all = [
            (0.2, 0.42, 0.07, 0xe8503a),
            (0.52, 0.24, 0.13, 0xf7a928),
            (0.8, 0.4, 0.085, 0x2f8fb5),
            (0.37, 0.56, 0.04, 0x8557a8),
        ];
        for (at, cy, r, hue) in all {
            let (dx, dy) = ((x - at * self.aspect) / r, (y - cy) / r);
            let squeeze = if dy > 0.0 { 1.0 - 0.3 * dy * dy } else { 1.0 };
            let (round, bulge) =
                ((dx / squeeze).hypot(dy * 0.9), dx / squeeze / (1.0 - (dy * 0.9).powi(2)).max(0.02).sqrt());
            if round < 1.0 {
                let stripe = (bulge.clamp(-1.0, 1.0).asin() * 3.2 + 20.0).floor() as i32 % 2 == 0;
                let cloth = if stripe { Color::hex(hue) } else { Color::hex(0xfff3df) };
                let light = 1.08 - 0.5 * step(-0.6, 1.2, dx + dy * 0.5);
                color = color.mix(cloth * light, step(1.0, 0.97, round));
            }
            let basket = (1.42..1.66).contains(&dy) && dx.abs() < 0.14;
            let rope = (1.0..1.42).contains(&dy) && ((dx.abs() - (0.52 - 0.9 * (dy - 1.0))).abs() < 0.025);
            if basket || rope {
                color = Color::hex(0x4b2e1f);
            }
        }
        color
    }
}
