//! Multi-dimensional tables of ICC profiles (ICC.1:2022 sections 10.10 to 10.12): device to connection space to light.
//!
//! Samples pass input curves, are interpolated between the nodes of the table, and pass output curves to CIELAB or
//! XYZ. Interpolation is simplicial: it uses one node more than there are inputs, and keeps greys grey.
#![allow(clippy::manual_clamp)] // `clamp` would let NaN through.

use moxcms::{DataColorSpace, LutDataType, LutMultidimensionalType, LutStore, LutWarehouse, ToneReprCurve};

use super::cicp;
use super::light::{Curve, Light, Matrix, Sample, times};
use super::tone_curve;

/// White of the connection space (D50).
const WHITE: Light = [0.9642, 1.0, 0.8249];

/// How three numbers from 0 to 1 encode a colour.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Encoding {
    /// CIELAB, with all bits set for 100 and 127.
    Lab,
    /// CIELAB in 16 bits with 0xFF00 for 100, used by `lut16Type` in all versions.
    LegacyLab,
    /// XYZ up to 1 + 32767/32768.
    Xyz,
}

/// A piecewise linear function over 0 to 1 with equidistant points.
struct Table(Vec<f32>);

impl Table {
    fn at(&self, v: f32) -> f32 {
        let Some(last) = self.0.len().checked_sub(2) else { return v };
        let v = v.max(0.0).min(1.0) * (last + 1) as f32;
        let i = (v as usize).min(last);
        match self.0.get(i..i + 2) {
            Some([a, b]) => a + (b - a) * (v - i as f32),
            _ => 0.0,
        }
    }
}

/// The nodes of a table, three values each; the last input varies fastest.
struct Grid {
    points: Vec<usize>,
    nodes: Vec<u16>,
}

impl Grid {
    /// `None` if there are fewer nodes than `points` requires.
    fn new(points: Vec<usize>, nodes: LutStore) -> Option<Self> {
        let nodes = match nodes {
            LutStore::Store8(v) => v.into_iter().map(|v| u16::from(v) * 257).collect(),
            LutStore::Store16(v) => v,
        };
        let expected = points.iter().try_fold(3usize, |n, p| n.checked_mul(*p))?;
        (expected > 0 && nodes.len() >= expected).then_some(Self { points, nodes })
    }

    fn at<const N: usize>(&self, inputs: [f32; N]) -> Light {
        let (mut base, mut stride) = (0, 3);
        // Fraction within the cell and stride of each input, the largest fraction first.
        let mut way = [(0.0, 0); N];
        for i in (0..N).rev() {
            let points = self.points.get(i).copied().unwrap_or(1);
            let v = inputs[i].max(0.0).min(1.0) * (points - 1) as f32;
            let cell = (v as usize).min(points.saturating_sub(2));
            base += cell * stride;
            let step = (v - cell as f32, stride);
            let mut at = N - 1 - i;
            while at > 0 && way[at - 1].0 < step.0 {
                way[at] = way[at - 1];
                at -= 1;
            }
            way[at] = step;
            stride *= points;
        }
        let mut out = [0.0; 3];
        let mut last = 1.0;
        for (fraction, stride) in way {
            self.add(base, last - fraction, &mut out);
            // Do not step past the last node; its weight is zero.
            base += if fraction > 0.0 { stride } else { 0 };
            last = fraction;
        }
        self.add(base, last, &mut out);
        out
    }

    fn add(&self, at: usize, weight: f32, out: &mut Light) {
        if let Some(node) = self.nodes.get(at..at + 3) {
            for (sum, v) in out.iter_mut().zip(node) {
                *sum += weight / 65_535.0 * f32::from(*v);
            }
        }
    }
}

/// A device-to-light table with 1, 3 or 4 inputs.
pub(super) struct Lut {
    inputs: Vec<Curve>,
    grid: Option<Grid>,
    middle: Option<([Table; 3], Matrix, Light)>,
    outputs: [Table; 3],
    encoding: Encoding,
    to_srgb: Matrix,
    /// Luminance of the darkest device colour, which is mapped to black.
    black: f32,
}

impl Lut {
    /// `None` if the table does not have `inputs` channels and three outputs, or is incomplete.
    pub(super) fn new<S: Sample>(table: LutWarehouse, pcs: DataColorSpace, inputs: usize) -> Option<Self> {
        let lab = match pcs {
            DataColorSpace::Lab => true,
            DataColorSpace::Xyz => false,
            _ => return None,
        };
        let mut lut = match table {
            LutWarehouse::Lut(table) => Self::of_bytes::<S>(table, lab, inputs)?,
            LutWarehouse::Multidimensional(table) => Self::of_curves::<S>(table, lab, inputs)?,
        };
        lut.black = lut.darkest::<S>(inputs);
        Some(lut)
    }

    /// `lut8Type` and `lut16Type`.
    fn of_bytes<S: Sample>(table: LutDataType, lab: bool, inputs: usize) -> Option<Self> {
        if usize::from(table.num_input_channels) != inputs || table.num_output_channels != 3 {
            return None;
        }
        let legacy = matches!(table.clut_table, LutStore::Store16(_));
        let curves = tables(&table.input_table, inputs)?;
        let curves = curves.iter().map(|t| Curve::new::<S>(|v| t.at(v))).collect();
        let outputs = tables(&table.output_table, 3)?;
        Some(Self {
            inputs: curves,
            grid: Some(Grid::new(vec![usize::from(table.num_clut_grid_points); inputs], table.clut_table)?),
            middle: None,
            outputs: outputs.try_into().ok()?,
            encoding: match (lab, legacy) {
                (true, true) => Encoding::LegacyLab,
                (true, false) => Encoding::Lab,
                (false, _) => Encoding::Xyz,
            },
            to_srgb: cicp::from_d50(moxcms::Matrix3d::IDENTITY),
            black: 0.0,
        })
    }

    /// `lutAToBType`.
    fn of_curves<S: Sample>(table: LutMultidimensionalType, lab: bool, inputs: usize) -> Option<Self> {
        if usize::from(table.num_input_channels) != inputs || table.num_output_channels != 3 {
            return None;
        }
        let linear = [ToneReprCurve::Lut(Vec::new())];
        let grid = match table.clut {
            Some(nodes) => {
                let points = table.grid_points.iter().take(inputs).map(|p| usize::from(*p)).collect();
                Some(Grid::new(points, nodes)?)
            }
            None if inputs == 3 => None,
            None => return None,
        };
        let a = if grid.is_some() && table.a_curves.len() == inputs { &table.a_curves[..] } else { &linear };
        let curves: Option<Vec<_>> = a.iter().cycle().take(inputs).map(tone_curve::curve::<S>).collect();
        let middle = match table.m_curves.len() {
            0 => None,
            _ => {
                let bias = table.bias.v.map(|v| v as f32);
                Some((sampled(&table.m_curves)?, table.matrix.v.map(|row| row.map(|v| v as f32)), bias))
            }
        };
        Some(Self {
            inputs: curves?,
            grid,
            middle,
            outputs: sampled(if table.b_curves.is_empty() { &linear } else { &table.b_curves })?,
            encoding: if lab { Encoding::Lab } else { Encoding::Xyz },
            to_srgb: cicp::from_d50(moxcms::Matrix3d::IDENTITY),
            black: 0.0,
        })
    }

    /// Luminance of black (full ink for four inputs, else no light), as in the black point compensation of lcms.
    fn darkest<S: Sample>(&self, inputs: usize) -> f32 {
        let [_, y, _] = match inputs {
            1 => self.xyz([S::default()]),
            3 => self.xyz([S::default(); 3]),
            _ => self.xyz([S::MAX; 4]),
        };
        // Clamped to L* = 50.
        if y.is_finite() { y.clamp(0.0, luminance(50.0)) } else { 0.0 }
    }

    fn xyz<S: Sample, const N: usize>(&self, samples: [S; N]) -> Light {
        let mut v = [0.0; N];
        for ((v, sample), curve) in v.iter_mut().zip(samples).zip(&self.inputs) {
            *v = sample.through(curve);
        }
        let mut v = match &self.grid {
            Some(grid) => grid.at(v),
            None => std::array::from_fn(|i| v.get(i).copied().unwrap_or(0.0)),
        };
        if let Some((curves, matrix, bias)) = &self.middle {
            let m = times(matrix, std::array::from_fn(|i| curves[i].at(v[i])));
            v = std::array::from_fn(|i| m[i] + bias[i]);
        }
        let [x, y, z]: Light = std::array::from_fn(|i| self.outputs[i].at(v[i]));
        match self.encoding {
            Encoding::Xyz => [x, y, z].map(|v| v * (65_535.0 / 32_768.0)),
            Encoding::Lab => lab_to_xyz(x * 100.0, y * 255.0 - 128.0, z * 255.0 - 128.0),
            Encoding::LegacyLab => {
                let [y, z] = [y, z].map(|v| v * (65_535.0 / 256.0) - 128.0);
                lab_to_xyz(x * (65_535.0 / 652.8), y, z)
            }
        }
    }

    /// The light of one pixel; the darkest device colour is black.
    pub(super) fn light<S: Sample, const N: usize>(&self, samples: [S; N]) -> Light {
        let light = times(&self.to_srgb, self.xyz(samples));
        light.map(|v| (v - self.black) / (1.0 - self.black))
    }
}

/// Splits consecutive curves of equal length.
fn tables(store: &LutStore, channels: usize) -> Option<Vec<Table>> {
    let points: Vec<f32> = match store {
        LutStore::Store8(v) => v.iter().map(|v| f32::from(*v) / 255.0).collect(),
        LutStore::Store16(v) => v.iter().map(|v| f32::from(*v) / 65_535.0).collect(),
    };
    let each = points.len() / channels;
    let tables: Vec<_> = points.chunks_exact(each.max(1)).take(channels).map(|t| Table(t.to_vec())).collect();
    (each >= 2 && tables.len() == channels).then_some(tables)
}

/// Three curves, or one for all channels, as tables.
fn sampled(curves: &[ToneReprCurve]) -> Option<[Table; 3]> {
    let tables = curves.iter().cycle().take(3).map(|c| tone_curve::curve::<u16>(c).map(|c| Table(c.points().to_vec())));
    tables.collect::<Option<Vec<_>>>()?.try_into().ok()
}

/// CIELAB to XYZ, relative to the white of the connection space.
fn lab_to_xyz(l: f32, a: f32, b: f32) -> Light {
    let y = (l + 16.0) / 116.0;
    let [x, y, z] = [y + a / 500.0, y, y - b / 200.0].map(cube);
    [x * WHITE[0], y * WHITE[1], z * WHITE[2]]
}

/// The luminance of an L*.
pub(super) fn luminance(l: f32) -> f32 {
    cube((l + 16.0) / 116.0)
}

fn cube(f: f32) -> f32 {
    if f > 24.0 / 116.0 { f * f * f } else { (f - 16.0 / 116.0) * (108.0 / 841.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid whose nodes are a linear function of the inputs.
    fn linear_grid(points: usize) -> Grid {
        let share = |i: usize| (i as f64 / (points - 1) as f64 * 20_000.0) as u16;
        let mut nodes = Vec::new();
        for i in 0..points.pow(4) {
            let at = |k: u32| share(i / points.pow(k) % points);
            nodes.extend([at(3) + at(0), at(2), at(1)]);
        }
        Grid::new(vec![points; 4], LutStore::Store16(nodes)).unwrap()
    }

    #[test]
    fn interpolation_reproduces_linear_functions() {
        let grid = linear_grid(5);
        let unit = 20_000.0 / 65_535.0;
        for [c, m, y, k] in [[0.0; 4], [1.0; 4], [0.1, 0.2, 0.3, 0.4], [0.9, 0.05, 0.5, 0.51], [1.0, 0.0, 0.33, 0.0]] {
            let (out, expected) = (grid.at([c, m, y, k]), [(c + k) * unit, m * unit, y * unit]);
            assert!(out.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{out:?} {expected:?}");
        }
    }

    #[test]
    fn a_grid_with_too_few_nodes_is_none() {
        assert!(Grid::new(vec![3; 4], LutStore::Store8(vec![0; 242])).is_none());
        assert!(Grid::new(vec![0; 4], LutStore::Store8(vec![])).is_none());
        assert!(Grid::new(vec![255; 4], LutStore::Store8(vec![0; 100])).is_none());
    }

    #[test]
    fn lab_white_is_white() {
        let white = times(&cicp::from_d50(moxcms::Matrix3d::IDENTITY), lab_to_xyz(100.0, 0.0, 0.0));
        assert!(white.iter().all(|v| (v - 1.0).abs() < 2e-3), "{white:?}");
    }
}
