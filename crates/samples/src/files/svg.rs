//! SVG 1.1: a landscape of flat shapes.

use crate::color::Color;
use crate::noise::fractal;
use crate::scene::Palette;

/// Layers of hills from far to near, as polygons and colours, on a canvas of 480 × 320 units.
pub fn layers(palette: &Palette, seed: u32) -> Vec<(Vec<(i32, i32)>, Color)> {
    (0..6)
        .map(|i| {
            let depth = (i as f32 + 0.4) / 6.0;
            let edge = |x: i32| {
                let rise = fractal(x as f32 / 320.0 * (1.2 + depth) + i as f32 * 7.3, 0.5, 4, seed + i) - 0.45;
                (320.0 * (0.42 + 0.56 * depth - (0.34 - 0.12 * depth) * rise)) as i32
            };
            let mut edges: Vec<_> = (0..=480).step_by(8).map(|x| (x, edge(x))).collect();
            edges.extend([(480, 320), (0, 320)]);
            (edges, palette.far.mix(palette.near, depth.powf(0.8)))
        })
        .collect()
}

pub fn svg(palette: &Palette, seed: u32) -> Vec<u8> {
    let hex = |color: Color| color.bytes().iter().fold("#".to_owned(), |s, byte| s + &format!("{byte:02x}"));
    let (zenith, horizon, sun) = (hex(palette.zenith), hex(palette.horizon), hex(palette.sun));
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 320" width="480" height="320">
<defs>
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="{zenith}"/><stop offset=".6" stop-color="{horizon}"/></linearGradient>
<radialGradient id="glow"><stop stop-color="{sun}" stop-opacity=".9"/><stop offset="1" stop-color="{sun}" stop-opacity="0"/></radialGradient>
</defs>
<rect width="480" height="320" fill="url(#sky)"/>
<circle cx="330" cy="92" r="120" fill="url(#glow)"/>
<circle cx="330" cy="92" r="22" fill="{sun}"/>
"##
    );
    for (edges, color) in layers(palette, seed) {
        let points: Vec<String> = edges.iter().map(|(x, y)| format!("{x},{y}")).collect();
        svg += &format!("<path d=\"M{}Z\" fill=\"{}\"/>\n", points.join(" "), hex(color));
    }
    for (x, y) in [(150, 80), (174, 68), (196, 84)] {
        svg += &format!(
            "<path d=\"M{x} {y}q6-8 11 0q5-8 11 0\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n",
            hex(palette.near)
        );
    }
    (svg + "</svg>\n").into_bytes()
}
