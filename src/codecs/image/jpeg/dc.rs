//! Decodes a JPEG at 1/8 scale, from its DC coefficients alone.
//!
//! The DC coefficient of a block is eight times the mean of its 8x8 samples, so one sample per block needs no inverse
//! DCT. What remains is finding the DC codes: the AC codes between them are skipped by `huffman`, several at a time,
//! and the AC scans of progressive pictures are skipped whole.
//!
//! Damage: samples that were read are kept, missing ones are mid grey, and reading continues at the next restart
//! marker. Arithmetic coding and the lossless and hierarchical processes are not supported.

use super::entropy::Entropy;
use super::header::{Header, Process};
use super::layout::Pass;
use super::markers::{Markers, Scan, Stop};
use super::plane::{Coefficients, Plane};
use super::scan;
use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::source::Source;

/// How far to read a progressive picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refinement {
    /// All bits of the DC coefficients, as a full decoder would read them. Reads to the last DC scan.
    Full,
    /// The first DC scan of each component: usually the first tenth of the file, with an error of at most half a
    /// quantiser step, which is a sixteenth of that in a sample.
    First,
}

/// A picture at 1/8 scale.
#[derive(Clone, Debug)]
pub(super) struct DcImage {
    /// In the order of the header's components, each of [`Header::dc_size`].
    pub planes: Vec<Plane>,
    /// Rows of the first plane that were read; those below are mid grey.
    pub rows: u32,
    /// Whether everything that was requested was present and undamaged.
    pub complete: bool,
}

/// A JPEG whose header has been read, up to the first scan.
pub(super) struct Jpeg {
    markers: Markers,
    header: Header,
    scan: Scan,
}

impl Jpeg {
    /// Reads the header.
    ///
    /// # Errors
    /// `corrupt` if there is no frame header or no scan, `unsupported` for more than four components.
    pub(super) fn open(source: &Source) -> Result<Self> {
        let mut markers = Markers::new(source)?;
        let Stop::Scan(scan) = markers.next(None)? else { return Err(Error::corrupt("no scan")) };
        let header = markers.header().ok_or_else(|| Error::corrupt("no frame header"))?;
        Ok(Self { markers, header, scan })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Decodes at 1/8 scale. Needs [`Header::dc_memory`] bytes, which the caller reserves.
    ///
    /// # Errors
    /// `unsupported` for processes that only a full decoder reads ([`Header::dc_path`] detects most of them earlier),
    /// `corrupt` if not one row of blocks could be read, errors of `interrupt`, which is checked once per row of MCUs,
    /// and errors of the source.
    pub(super) fn decode(self, refinement: Refinement, interrupt: &Interrupt) -> Result<DcImage> {
        let Self { mut markers, header, scan } = self;
        header.dc_path().map_err(Error::unsupported)?;
        let mut progress = Progress::new(&header, refinement)?;
        let mut entropy = Entropy::new();
        let mut next = Some(scan);
        while let Some(scan) = next.take() {
            interrupt.check()?;
            let end = match progress.scan(&header, &mut markers, &scan, &mut entropy, interrupt) {
                Ok(end) => end,
                Err(error) if error.kind() == ErrorKind::Corrupt => break,
                Err(error) => return Err(error),
            };
            if progress.is_enough() {
                break;
            }
            match markers.next(end) {
                Ok(Stop::Scan(scan)) => next = Some(scan),
                Ok(Stop::End) => {}
                Err(error) if error.kind() == ErrorKind::Corrupt => {}
                Err(error) => return Err(error),
            }
        }
        progress.finish(&header)
    }
}

/// What the scans read so far have yielded.
struct Progress {
    refinement: Refinement,
    planes: Vec<Coefficients>,
    components: Vec<ComponentState>,
    /// Rows of the first component's blocks.
    rows: usize,
    intact: bool,
}

#[derive(Clone, Copy, Default)]
struct ComponentState {
    /// The table in force at the component's first scan: a file may redefine it later.
    quantiser: Option<u16>,
    /// Low bits of the coefficients that no scan has delivered yet; `None` before the first scan.
    missing: Option<u8>,
}

impl Progress {
    fn new(header: &Header, refinement: Refinement) -> Result<Self> {
        let count = header.components.len();
        let planes = (0..count).map(|index| Coefficients::new(header, index)).collect::<Option<_>>();
        let planes = planes.ok_or_else(|| Error::limit("no memory for the coefficients"))?;
        Ok(Self { refinement, planes, components: vec![ComponentState::default(); count], rows: 0, intact: true })
    }

    /// Reads or skips `scan`; returns the marker after it, if it was reached.
    fn scan(
        &mut self,
        header: &Header,
        markers: &mut Markers,
        scan: &Scan,
        entropy: &mut Entropy,
        interrupt: &Interrupt,
    ) -> Result<Option<u8>> {
        let pass = match (header.process, scan.spectral.0, scan.high) {
            (Process::Progressive, 1.., _) => return pass_over(markers, interrupt),
            (Process::Progressive, 0, 0) => Pass::First { low: scan.low },
            (Process::Progressive, 0, _) => Pass::Refine { low: scan.low },
            _ => Pass::First { low: 0 },
        };
        let outcome = scan::read(header, markers, scan, pass, &mut self.planes, entropy, interrupt)?;
        self.intact &= outcome.intact;
        for selected in &scan.components {
            let quantiser = header.components.get(selected.index).map(|component| usize::from(component.quantiser));
            let quantiser = quantiser.and_then(|index| *markers.tables.dc_quantiser.get(index)?);
            let Some(delivered) = self.components.get_mut(selected.index) else { continue };
            delivered.quantiser = delivered.quantiser.or(quantiser);
            let (Pass::First { low } | Pass::Refine { low }) = pass;
            delivered.missing = Some(low);
            if selected.index == 0 && matches!(pass, Pass::First { .. }) {
                let rows = self.planes.first().map_or(0, |plane| plane.rows);
                self.rows = self.rows.max((outcome.rows * rows).div_ceil(outcome.all_rows.max(1)));
            }
        }
        Ok(outcome.end)
    }

    fn is_enough(&self) -> bool {
        self.components.iter().all(|delivered| match self.refinement {
            Refinement::Full => delivered.missing == Some(0),
            Refinement::First => delivered.missing.is_some(),
        })
    }

    fn finish(self, header: &Header) -> Result<DcImage> {
        if self.rows == 0 {
            return Err(Error::corrupt("not one row could be decoded"));
        }
        let complete = self.intact && self.is_enough();
        let planes = self.planes.iter().zip(&self.components);
        let planes = planes.map(|(plane, delivered)| {
            plane.plane(delivered.quantiser.unwrap_or(1), header.precision, delivered.missing.unwrap_or(0))
        });
        let planes = planes.collect::<Option<_>>().ok_or_else(|| Error::limit("no memory for the samples"))?;
        Ok(DcImage { planes, rows: self.rows as u32, complete })
    }
}

/// Skips a scan without DC coefficients and the marker after it, which is returned.
fn pass_over(markers: &mut Markers, interrupt: &Interrupt) -> Result<Option<u8>> {
    loop {
        match markers.window.next_marker()? {
            Some(0xD0..=0xD7) => interrupt.check()?,
            end => return Ok(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Flat};
    use super::*;
    use jpeg_encoder::SamplingFactor;
    use thumbling_core::cancel::CancelToken;

    fn decode(bytes: &[u8]) -> Result<DcImage> {
        Jpeg::open(&Source::from_slice(bytes))?.decode(Refinement::Full, &Interrupt::default())
    }

    const FLAT: Flat = Flat {
        width: 32,
        height: 24,
        precision: 8,
        dc: &[0, 9, -60, 127, 20, 20, 20, 21, -128, 127, -128, 3],
        restart: 0,
    };

    /// `FLAT.dc` as samples.
    fn flat_samples() -> Vec<u8> {
        FLAT.dc.iter().map(|dc| (dc + 128) as u8).collect()
    }

    #[cfg(feature = "turbojpeg")]
    #[test]
    fn the_first_plane_is_what_libjpeg_makes_at_one_eighth() {
        use turbojpeg::Subsamp;

        let samplings =
            [Subsamp::None, Subsamp::Sub2x1, Subsamp::Sub2x2, Subsamp::Sub1x2, Subsamp::Sub4x1, Subsamp::Gray];
        for (width, height) in [(1, 1), (7, 9), (17, 33), (130, 70)] {
            for sampling in samplings {
                for progressive in [false, true] {
                    let jpeg = samples::turbo(width, height, sampling, progressive);
                    let image = decode(&jpeg).unwrap();
                    assert!(image.complete);
                    assert_eq!(image.planes[0].samples, samples::turbo_luma(&jpeg), "{width}x{height} {sampling:?}");
                }
            }
        }
    }

    #[test]
    fn a_chroma_plane_has_a_sample_for_each_of_its_own_blocks() {
        let size = |sampling| {
            let planes = decode(&samples::encoded(100, 75, sampling, false)).unwrap().planes;
            (planes[1].width, planes[1].height)
        };
        assert_eq!(size(SamplingFactor::F_1_1), (13, 10));
        assert_eq!(size(SamplingFactor::F_2_2), (7, 5));
        assert_eq!(size(SamplingFactor::F_4_1), (4, 10));
    }

    #[test]
    fn a_picture_without_huffman_tables_has_the_standard_ones() {
        assert_eq!(decode(&FLAT.jpeg()).unwrap().planes[0].samples, flat_samples());
    }

    #[test]
    fn twelve_bits_become_eight() {
        let jpeg = Flat { width: 24, height: 8, precision: 12, dc: &[-1024, 0, 512], restart: 0 }.jpeg();
        assert_eq!(decode(&jpeg).unwrap().planes[0].samples, [64, 128, 160]);
    }

    #[test]
    fn rows_before_the_end_of_a_cut_file_are_kept_and_the_rest_is_grey() {
        let mut jpeg = FLAT.header();
        let data = &FLAT.intervals()[0];
        jpeg.extend(&data[..data.len() / 2]);
        let image = decode(&jpeg).unwrap();
        assert!(!image.complete);
        assert_eq!(image.rows, 2);
        assert_eq!(image.planes[0].samples[..7], flat_samples()[..7]);
        assert_eq!(image.planes[0].samples[8..], [128; 4]);
    }

    #[test]
    fn less_than_a_row_is_corrupt() {
        let mut jpeg = FLAT.header();
        jpeg.extend(&FLAT.intervals()[0][..2]);
        assert_eq!(decode(&jpeg).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn a_lost_interval_does_not_move_the_others() {
        let flat = Flat { restart: 2, ..FLAT };
        assert!(decode(&flat.jpeg()).unwrap().complete);
        let intervals = flat.intervals();
        let mut jpeg = flat.header();
        // Of six intervals, the third is missing, and the marker before it.
        jpeg.extend([&intervals[0][..], &[0xFF, 0xD0], &intervals[1]].concat());
        for (number, interval) in intervals.iter().enumerate().skip(3) {
            jpeg.extend([0xFF, 0xD0 + number as u8 - 1]);
            jpeg.extend(interval);
        }
        let image = decode(&jpeg).unwrap();
        assert!(!image.complete);
        let mut expected = flat_samples();
        expected[4..6].fill(128);
        assert_eq!(image.planes[0].samples, expected);
    }

    #[cfg(feature = "turbojpeg")]
    #[test]
    fn the_first_scans_of_a_progressive_picture_are_close_and_early() {
        let jpeg = samples::turbo(1600, 1200, turbojpeg::Subsamp::Sub2x2, true);
        let read = |refinement| {
            let source = Source::from_slice(&jpeg[..]);
            let image = Jpeg::open(&source).unwrap().decode(refinement, &Interrupt::default()).unwrap();
            assert!(image.complete);
            (image.planes[0].samples.clone(), source.bytes_read())
        };
        let (full, _) = read(Refinement::Full);
        let (first, bytes) = read(Refinement::First);
        assert!(bytes < jpeg.len() as u64 / 2);
        assert!(full.iter().zip(&first).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn a_cancelled_decode_stops() {
        let token = CancelToken::new();
        token.cancel();
        let jpeg = Jpeg::open(&Source::from_bytes(FLAT.jpeg())).unwrap();
        let error = jpeg.decode(Refinement::Full, &Interrupt::new(None, token)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn damage_anywhere_is_no_panic() {
        let mut seed = 1u64;
        for progressive in [false, true] {
            let jpeg = samples::encoded(40, 30, SamplingFactor::F_2_2, progressive);
            for at in 0..jpeg.len() {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let mut damaged = jpeg.clone();
                damaged[at] ^= seed as u8 | 1;
                let _ = decode(&damaged);
                let _ = decode(&jpeg[..at]);
            }
        }
    }

    #[test]
    fn what_other_decoders_read_is_unsupported() {
        let mut jpeg = FLAT.jpeg();
        let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC1]).unwrap();
        for marker in [0xC3, 0xC5, 0xC9, 0xCA] {
            jpeg[frame + 1] = marker;
            assert_eq!(decode(&jpeg).unwrap_err().kind(), ErrorKind::Unsupported);
        }
    }
}
