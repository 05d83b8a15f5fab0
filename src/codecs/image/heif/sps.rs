//! The sequence parameter set of HEVC (ITU-T H.265, clause 7.3.2.2): size, sampling, depth and colour of the picture.
//! The decoders do not expose it, and it is needed before memory is reserved.

use super::picture::Chroma;
use super::property::Nclx;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// The part of a sequence parameter set that concerns a still picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sps {
    /// The coded size, conformance window not applied.
    pub(super) coded: Size,
    /// The visible size.
    pub(super) size: Size,
    pub(super) chroma: Chroma,
    /// Bits per luma and chroma sample.
    pub(super) depths: (u8, u8),
    /// Colour, if the video usability information declares it.
    pub(super) nclx: Option<Nclx>,
}

/// Reads bits, the most significant of each byte first.
struct Bits {
    data: Vec<u8>,
    at: usize,
}

impl Bits {
    /// The payload of a NAL unit without its emulation prevention bytes (clause 7.4.2).
    fn new(payload: &[u8]) -> Self {
        let (mut data, mut zeros) = (Vec::with_capacity(payload.len()), 0);
        for byte in payload {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            data.push(*byte);
        }
        Self { data, at: 0 }
    }

    fn bit(&mut self) -> Result<bool> {
        let byte = self.data.get(self.at / 8).ok_or_else(|| Error::corrupt("a parameter set ends early"))?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Ok(bit == 1)
    }

    fn bits(&mut self, n: u32) -> Result<u32> {
        (0..n).try_fold(0, |value, _| Ok(value << 1 | u32::from(self.bit()?)))
    }

    fn skip(&mut self, n: usize) {
        self.at = self.at.saturating_add(n);
    }

    /// Exp-Golomb, clause 9.2.
    fn ue(&mut self) -> Result<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return Err(Error::corrupt("a number beyond 32 bits in a parameter set"));
            }
        }
        Ok((1u32 << zeros) - 1 + self.bits(zeros)?)
    }
}

impl Sps {
    /// Parses the payload of a NAL unit of type 33, after its two bytes of header.
    pub(super) fn parse(payload: &[u8]) -> Result<Self> {
        let mut bits = Bits::new(payload);
        bits.skip(4);
        let sub_layers = bits.bits(3)?;
        bits.skip(1);
        profile_tier_level(&mut bits, sub_layers)?;
        bits.ue()?;
        let mut chroma = match bits.ue()? {
            0 => Chroma::Mono,
            1 => Chroma::Half,
            2 => Chroma::HalfColumns,
            3 => Chroma::Full,
            _ => return Err(Error::corrupt("an unknown chroma format")),
        };
        let separate = chroma == Chroma::Full && bits.bit()?;
        let coded = Size::new(bits.ue()?, bits.ue()?);
        let mut window = [0u32; 4];
        if bits.bit()? {
            for edge in &mut window {
                *edge = bits.ue()?;
            }
        }
        let (step_x, step_y) = chroma.steps();
        let side = |full: u32, a: u32, b: u32, step: u32| {
            let cut = a.checked_add(b).and_then(|n| n.checked_mul(step));
            cut.and_then(|n| full.checked_sub(n)).filter(|n| *n > 0)
        };
        let (Some(width), Some(height)) =
            (side(coded.width, window[0], window[1], step_x), side(coded.height, window[2], window[3], step_y))
        else {
            return Err(Error::corrupt("a conformance window larger than its picture"));
        };
        let mut depth = || -> Result<u8> {
            match bits.ue()? {
                n @ 0..=8 => Ok(n as u8 + 8),
                _ => Err(Error::corrupt("samples of more than 16 bits")),
            }
        };
        let depths = (depth()?, depth()?);
        if separate {
            chroma = Chroma::Mono;
        }
        // Errors further on do not matter: the picture itself has been described.
        let nclx = usability(&mut bits, sub_layers).unwrap_or(None);
        Ok(Self { coded, size: Size::new(width, height), chroma, depths, nclx })
    }
}

/// Clause 7.3.3, skipped.
fn profile_tier_level(bits: &mut Bits, sub_layers: u32) -> Result<()> {
    bits.skip(96);
    let present = (0..sub_layers).map(|_| Ok((bits.bit()?, bits.bit()?))).collect::<Result<Vec<_>>>()?;
    if sub_layers > 0 {
        bits.skip((8 - sub_layers as usize) * 2);
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 });
    }
    Ok(())
}

/// Reads the rest of the set, up to the colour description of the video usability information (clause E.2.1).
fn usability(bits: &mut Bits, sub_layers: u32) -> Result<Option<Nclx>> {
    let order_bits = bits.ue()? + 4;
    let all_layers = bits.bit()?;
    for _ in if all_layers { 0 } else { sub_layers }..=sub_layers {
        bits.ue()?;
        bits.ue()?;
        bits.ue()?;
    }
    for _ in 0..6 {
        bits.ue()?;
    }
    if bits.bit()? && bits.bit()? {
        scaling_lists(bits)?;
    }
    bits.skip(2);
    if bits.bit()? {
        bits.skip(8);
        bits.ue()?;
        bits.ue()?;
        bits.skip(1);
    }
    reference_sets(bits)?;
    if bits.bit()? {
        for _ in 0..bits.ue()?.min(33) {
            bits.skip(order_bits.min(16) as usize + 1);
        }
    }
    bits.skip(2);
    if !bits.bit()? {
        return Ok(None);
    }
    if bits.bit()? && bits.bits(8)? == 255 {
        bits.skip(32);
    }
    if bits.bit()? {
        bits.skip(1);
    }
    if !bits.bit()? {
        return Ok(None);
    }
    bits.skip(3);
    let full_range = bits.bit()?;
    let mut codes = [super::property::UNSPECIFIED; 3];
    if bits.bit()? {
        for code in &mut codes {
            *code = bits.bits(8)? as u8;
        }
    }
    let [primaries, transfer, matrix] = codes;
    Ok(Some(Nclx { primaries, transfer, matrix, full_range }))
}

/// Clause 7.3.4, skipped.
fn scaling_lists(bits: &mut Bits) -> Result<()> {
    for size in 0..4 {
        for _ in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
            if !bits.bit()? {
                bits.ue()?;
                continue;
            }
            let coefficients = 64.min(1 << (4 + 2 * size)) + if size > 1 { 1 } else { 0 };
            for _ in 0..coefficients {
                bits.ue()?;
            }
        }
    }
    Ok(())
}

/// Short-term reference picture sets, clause 7.3.7, skipped.
fn reference_sets(bits: &mut Bits) -> Result<()> {
    let mut pictures = 0u32;
    for i in 0..bits.ue()?.min(65) {
        if i > 0 && bits.bit()? {
            bits.skip(1);
            bits.ue()?;
            let before = pictures;
            pictures = 0;
            for _ in 0..=before {
                if bits.bit()? || bits.bit()? {
                    pictures += 1;
                }
            }
        } else {
            let (negative, positive) = (bits.ue()?, bits.ue()?);
            pictures = negative.saturating_add(positive);
            if pictures > 64 {
                return Err(Error::corrupt("a reference set of more than 64 pictures"));
            }
            for _ in 0..pictures {
                bits.ue()?;
                bits.skip(1);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes bits and numbers of a parameter set.
    #[derive(Default)]
    struct Writer(Vec<bool>);

    impl Writer {
        fn bits(&mut self, value: u64, n: u32) -> &mut Self {
            self.0.extend((0..n).rev().map(|i| value >> i & 1 == 1));
            self
        }

        fn ue(&mut self, value: u32) -> &mut Self {
            let n = 32 - (value + 1).leading_zeros();
            self.bits(0, n - 1).bits(u64::from(value + 1), n)
        }

        fn bytes(&self) -> Vec<u8> {
            self.0
                .chunks(8)
                .map(|c| c.iter().enumerate().fold(0, |b, (i, bit)| b | u8::from(*bit) << (7 - i)))
                .collect()
        }
    }

    fn sps(chroma: u32, window: [u32; 4]) -> Writer {
        let mut w = Writer::default();
        // Nonzero bits in the level fields avoid emulation prevention bytes.
        w.bits(0, 8).bits(u64::MAX, 48).bits(u64::MAX, 48).ue(0).ue(chroma);
        if chroma == 3 {
            w.bits(0, 1);
        }
        w.ue(1088).ue(1928).bits(1, 1);
        window.iter().for_each(|edge| {
            w.ue(*edge);
        });
        w.ue(2).ue(2);
        w
    }

    #[test]
    fn the_conformance_window_counts_in_chroma_samples() {
        let parsed = Sps::parse(&sps(1, [0, 4, 0, 4]).bytes()).unwrap();
        assert_eq!((parsed.size, parsed.chroma, parsed.depths), (Size::new(1080, 1920), Chroma::Half, (10, 10)));
        let parsed = Sps::parse(&sps(2, [0, 4, 0, 4]).bytes()).unwrap();
        assert_eq!(parsed.size, Size::new(1080, 1924));
    }

    #[test]
    fn a_window_larger_than_the_picture_is_corrupt() {
        assert!(Sps::parse(&sps(1, [0, 544, 0, 0]).bytes()).is_err());
    }

    #[test]
    fn colour_is_found_behind_everything_else() {
        let mut w = sps(1, [0, 4, 0, 4]);
        w.ue(4).bits(1, 1).ue(1).ue(0).ue(0);
        (0..6).for_each(|_| {
            w.ue(1);
        });
        w.bits(0, 1).bits(0, 2).bits(0, 1).ue(0).bits(0, 1).bits(0, 2);
        w.bits(1, 1)
            .bits(0, 1)
            .bits(0, 1)
            .bits(1, 1)
            .bits(5, 3)
            .bits(1, 1)
            .bits(1, 1)
            .bits(9, 8)
            .bits(16, 8)
            .bits(9, 8);
        let expected = Nclx { primaries: 9, transfer: 16, matrix: 9, full_range: true };
        assert_eq!(Sps::parse(&w.bytes()).unwrap().nclx, Some(expected));
    }

    #[test]
    fn a_set_that_ends_early_is_corrupt() {
        assert!(Sps::parse(&sps(1, [0; 4]).bytes()[..14]).is_err());
    }
}
