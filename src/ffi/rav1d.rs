//! A safe wrapper of rav1d: decodes one still picture from one temporal unit of AV1.
//!
//! rav1d is Rust, but its only interface is dav1d's C API. One thread, no film grain: neither improves a thumbnail.
#![allow(unsafe_code)] // FFI: rav1d has no other interface.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use rav1d::include::dav1d::data::Dav1dData;
use rav1d::include::dav1d::dav1d::{
    DAV1D_INLOOPFILTER_ALL, DAV1D_INLOOPFILTER_NONE, Dav1dContext, Dav1dLogger, Dav1dSettings,
};
use rav1d::include::dav1d::headers::{DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I422};
use rav1d::include::dav1d::picture::Dav1dPicture;
use rav1d::src::lib::{
    dav1d_close, dav1d_data_create, dav1d_data_unref, dav1d_default_settings, dav1d_get_picture, dav1d_open,
    dav1d_picture_unref, dav1d_send_data,
};

use thumbling_core::error::{Error, Result};

// rav1d's functions and tables have the names of libdav1d, and would be exported from every shared library and program
// that contains it: FFmpeg, loaded into the same process, would call them instead of the libdav1d that it was built
// for. Hidden symbols avoid that, and let rav1d's assembly address its tables directly.
#[cfg(all(unix, not(target_vendor = "apple")))]
macro_rules! hide {
    ($($name:literal),* $(,)?) => { std::arch::global_asm!($(concat!(".hidden dav1d_", $name)),*); };
}
#[cfg(all(unix, not(target_vendor = "apple")))]
hide! {
    "apply_grain", "close", "data_create", "data_props_unref", "data_unref", "data_wrap", "data_wrap_user_data",
    "default_settings", "dr_intra_derivative", "filter_intra_taps", "flush", "gaussian_sequence",
    "get_decode_error_data_props", "get_event_flags", "get_frame_delay", "get_picture", "mc_subpel_filters",
    "mc_warp_filter", "obmc_masks", "open", "parse_sequence_header", "picture_unref", "resize_filter", "send_data",
    "set_cpu_flags_mask", "sgr_x_by_x", "sm_weights", "version", "version_api",
}

/// EAGAIN, negated as dav1d returns it: the decoder needs data, or its picture must be taken first.
const AGAIN: c_int = -libc::EAGAIN;

/// Decoder options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// The operating point to decode; 0 has the highest quality.
    pub(crate) operating_point: u8,
    /// The spatial layer to show; `None` for the highest of the operating point.
    pub(crate) layer: Option<u16>,
    /// Whether to skip the in-loop filters, which affect a few samples at block edges. Within a still picture nothing
    /// is predicted from filtered samples, so skipping has no other effect.
    pub(crate) coarse: bool,
    /// Frames of more pixels are refused.
    pub(crate) max_pixels: u32,
}

/// How chroma planes are sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    I400,
    I420,
    I422,
    I444,
}

/// Samples of one plane, 8 bits each, or up to 16.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plane<'a> {
    U8(&'a [u8]),
    U16(&'a [u16]),
}

/// A decoded picture, in the decoder's memory.
pub(crate) struct Picture(Dav1dPicture);

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the picture came from `dav1d_get_picture` and is given back once, here.
        unsafe { dav1d_picture_unref(Some(NonNull::from(&mut self.0))) }
    }
}

impl Picture {
    /// Size, px.
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.0.p.w.max(0) as u32, self.0.p.h.max(0) as u32)
    }

    /// Bits per sample: 8, 10 or 12.
    pub(crate) fn depth(&self) -> u8 {
        self.0.p.bpc.clamp(8, 16) as u8
    }

    pub(crate) fn layout(&self) -> Layout {
        match self.0.p.layout {
            DAV1D_PIXEL_LAYOUT_I400 => Layout::I400,
            DAV1D_PIXEL_LAYOUT_I420 => Layout::I420,
            DAV1D_PIXEL_LAYOUT_I422 => Layout::I422,
            _ => Layout::I444,
        }
    }

    /// Primaries, transfer and matrix of H.273, and whether the range is full.
    pub(crate) fn color(&self) -> Option<(u8, u8, u8, bool)> {
        // SAFETY: the header belongs to the picture, is not written any more and lives as long.
        let header = unsafe { self.0.seq_hdr?.as_ref() };
        Some((header.pri as u8, header.trc as u8, header.mtrx as u8, header.color_range != 0))
    }

    fn layer(&self) -> u16 {
        // SAFETY: as for the sequence header.
        self.0.frame_hdr.map_or(0, |header| u16::from(unsafe { header.as_ref() }.spatial_id))
    }

    /// The samples of plane `i` (luma, Cb, Cr), and the stride in samples.
    pub(crate) fn plane(&self, i: usize) -> Option<(Plane<'_>, usize)> {
        let (width, height) = self.size();
        let (width, height) = match (i, self.layout()) {
            (0, _) | (_, Layout::I444) => (width, height),
            (_, Layout::I420) => (width.div_ceil(2), height.div_ceil(2)),
            (_, Layout::I422) => (width.div_ceil(2), height),
            (_, Layout::I400) => return None,
        };
        let start = (*self.0.data.get(i)?)?;
        // Strides are never negative: only the default allocator is used.
        let stride = usize::try_from(*self.0.stride.get(i.min(1))?).ok()?;
        let bytes = stride.checked_mul(height.checked_sub(1)? as usize)?;
        // SAFETY: plane `i` of a picture starts at `data[i]`, aligned to 64 bytes, is initialised, and its rows are
        // `stride` bytes apart and hold at least `width` samples, so that the span below ends inside it. It is not
        // written after the picture was returned, and lives as long as `self`.
        unsafe {
            Some(if self.0.p.bpc == 8 {
                (Plane::U8(std::slice::from_raw_parts(start.cast().as_ptr(), bytes + width as usize)), stride)
            } else {
                let samples = bytes / 2 + width as usize;
                (Plane::U16(std::slice::from_raw_parts(start.cast().as_ptr(), samples)), stride / 2)
            })
        }
    }
}

/// An open decoder.
struct Decoder(Option<Dav1dContext>);

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context came from `dav1d_open` and is closed once, here.
        unsafe { dav1d_close(Some(NonNull::from(&mut self.0))) }
    }
}

/// Data for the decoder; what it did not take is freed.
struct Data(Dav1dData);

impl Drop for Data {
    fn drop(&mut self) {
        // SAFETY: the data came from `dav1d_data_create`; what the decoder took is no longer in it.
        unsafe { dav1d_data_unref(Some(NonNull::from(&mut self.0))) }
    }
}

/// Decodes the picture of a temporal unit. Broken data is `corrupt`; so is a frame beyond the limit, since its header
/// contradicts the container's.
pub(crate) fn decode(unit: &[u8], options: Options) -> Result<Picture> {
    if unit.is_empty() {
        return Err(Error::corrupt("an AV1 picture without data"));
    }
    let decoder = open(options)?;
    let mut data = Data(Dav1dData::default());
    // SAFETY: `data` can be written; the returned buffer holds `unit.len()` bytes, or is null.
    unsafe {
        let to = dav1d_data_create(Some(NonNull::from(&mut data.0)), unit.len());
        if to.is_null() {
            return Err(Error::limit("no memory for an AV1 picture"));
        }
        to.copy_from_nonoverlapping(unit.as_ptr(), unit.len());
    }
    let mut best: Option<Picture> = None;
    // Each round sends data or takes a picture; a unit has at most four spatial layers, and one more round drains the
    // decoder.
    for _ in 0..16 {
        if data.0.sz > 0 {
            // SAFETY: the context is open, `data` is its own.
            let sent = unsafe { dav1d_send_data(decoder.0, Some(NonNull::from(&mut data.0))) }.0;
            if sent != 0 && sent != AGAIN {
                return Err(failed(sent));
            }
        }
        let mut picture = Picture(Dav1dPicture::default());
        // SAFETY: the context is open, `picture` can be written.
        let got = unsafe { dav1d_get_picture(decoder.0, Some(NonNull::from(&mut picture.0))) }.0;
        match got {
            0 => {
                let wanted = options.layer.is_none_or(|layer| picture.layer() == layer);
                best = Some(picture);
                if wanted {
                    break;
                }
            }
            AGAIN if data.0.sz == 0 => break,
            AGAIN => {}
            code => return Err(failed(code)),
        }
    }
    best.ok_or_else(|| Error::corrupt("AV1 data without a picture"))
}

fn failed(code: c_int) -> Error {
    match -code {
        libc::ENOMEM => Error::limit("no memory for an AV1 picture"),
        libc::ERANGE => Error::corrupt("an AV1 frame larger than its item"),
        code => Error::corrupt(format!("broken AV1 data (error {code})")),
    }
}

fn open(options: Options) -> Result<Decoder> {
    let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
    // SAFETY: `dav1d_default_settings` writes the whole struct; a logger without a callback is silent.
    let mut settings = unsafe {
        dav1d_default_settings(NonNull::from(&mut settings).cast());
        let mut settings = settings.assume_init();
        settings.logger = Dav1dLogger::new(None, None);
        settings
    };
    (settings.n_threads, settings.max_frame_delay, settings.apply_grain) = (1, 1, 0);
    settings.operating_point = c_int::from(options.operating_point & 31);
    settings.all_layers = c_int::from(options.layer.is_some());
    settings.frame_size_limit = options.max_pixels;
    settings.inloop_filters = if options.coarse { DAV1D_INLOOPFILTER_NONE } else { DAV1D_INLOOPFILTER_ALL };
    let mut decoder = Decoder(None);
    // SAFETY: both pointers are valid, and the settings are those of the defaults but for plain numbers.
    let opened = unsafe { dav1d_open(Some(NonNull::from(&mut decoder.0)), Some(NonNull::from(&mut settings))) }.0;
    match opened {
        0 => Ok(decoder),
        code => Err(Error::internal(format!("rav1d failed to start (error {code})"))),
    }
}
