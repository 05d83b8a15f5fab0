//! A stream of a file, as described by its header.

use std::ffi::{CStr, c_int};

use super::library::{Library, types as ffi};
use super::packet::{entries, stamp};
use super::picture;

/// One stream of an open file.
#[derive(Clone, Copy)]
pub(super) struct Stream<'a> {
    raw: &'a ffi::AVStream,
    parameters: &'a ffi::AVCodecParameters,
    library: &'static Library,
}

impl<'a> Stream<'a> {
    /// # Safety
    /// `raw` is a stream of an open file that is not read from or closed during `'a`.
    pub(super) unsafe fn new(raw: *const ffi::AVStream, library: &'static Library) -> Self {
        // SAFETY: by the contract; every stream has parameters, which live as long.
        let (raw, parameters) = unsafe { (&*raw, &*(*raw).codecpar) };
        Self { raw, parameters, library }
    }

    pub(super) fn raw(&self) -> &'a ffi::AVStream {
        self.raw
    }

    pub(super) fn parameters(&self) -> &'a ffi::AVCodecParameters {
        self.parameters
    }

    pub(super) fn index(&self) -> usize {
        usize::try_from(self.raw.index).unwrap_or(usize::MAX)
    }

    /// FFmpeg's name of its codec.
    pub(super) fn codec(&self) -> &'static str {
        self.library.codec_name(self.parameters.codec_id)
    }

    /// Seconds per tick.
    pub(super) fn tick(&self) -> f64 {
        let base = self.raw.time_base;
        f64::from(base.num.max(1)) / f64::from(base.den.max(1))
    }

    /// Duration in seconds, if the header has it.
    pub(super) fn duration(&self) -> Option<f64> {
        stamp(self.raw.duration).map(|ticks| ticks as f64 * self.tick())
    }

    /// Time of its first frame, in ticks.
    pub(super) fn start(&self) -> i64 {
        stamp(self.raw.start_time).unwrap_or(0)
    }

    fn is_marked(&self, disposition: u32) -> bool {
        self.raw.disposition as u32 & disposition != 0
    }

    /// Whether it is marked as the default.
    pub(super) fn is_default(&self) -> bool {
        self.is_marked(ffi::AV_DISPOSITION_DEFAULT)
    }

    /// Whether it is a video: covers and seek previews are not.
    pub(super) fn is_film(&self) -> bool {
        self.parameters.codec_type == ffi::AVMEDIA_TYPE_VIDEO
            && !self.is_marked(ffi::AV_DISPOSITION_ATTACHED_PIC | ffi::AV_DISPOSITION_TIMED_THUMBNAILS)
    }

    /// The bytes of an attached picture.
    pub(super) fn attached_picture(&self) -> Option<&'a [u8]> {
        let packet = &self.raw.attached_pic;
        // SAFETY: the packet is the stream's own and holds as many bytes as it declares, or none.
        let bytes = unsafe { entries(packet.data, packet.size) };
        (self.is_marked(ffi::AV_DISPOSITION_ATTACHED_PIC) && !bytes.is_empty()).then_some(bytes)
    }

    /// RFC 9559, 21.1: the large cover is named `cover`, in portrait or landscape, the small ones `small_cover`.
    pub(super) fn is_named_cover(&self) -> bool {
        self.metadata(c"filename").is_some_and(|name| name.to_bytes().starts_with(b"cover"))
    }

    /// Whether its samples are encrypted, according to its codec name or side data.
    pub(super) fn is_encrypted(&self) -> bool {
        self.parameters.codec_tag == u32::from_le_bytes(*b"encv")
            || self.side_data().iter().any(|d| d.type_ == ffi::AV_PKT_DATA_ENCRYPTION_INIT_INFO)
    }

    /// Whether it has an alpha layer, as in WebM.
    pub(super) fn has_alpha(&self) -> bool {
        self.metadata(c"alpha_mode").is_some_and(|value| value.to_bytes() == b"1")
    }

    /// The orientation of its pictures.
    pub(super) fn matrix(&self) -> Option<[i32; 9]> {
        let entry = self.side_data().iter().find(|d| d.type_ == ffi::AV_PKT_DATA_DISPLAYMATRIX)?;
        // SAFETY: an entry holds as many bytes as it declares.
        picture::matrix(unsafe { entries(entry.data, entry.size) })
    }

    fn side_data(&self) -> &'a [ffi::AVPacketSideData] {
        #[cfg(not(ffmpeg_8))]
        let (first, count): (_, c_int) = (self.raw.side_data, self.raw.nb_side_data);
        #[cfg(ffmpeg_8)]
        let (first, count): (_, c_int) = (self.parameters.coded_side_data, self.parameters.nb_coded_side_data);
        // SAFETY: the stream has as many entries as it declares, which live as long.
        unsafe { entries(first, count) }
    }

    fn metadata(&self, key: &CStr) -> Option<&'a CStr> {
        let library = &self.library.util;
        // SAFETY: the dictionary is the stream's, or null, which holds nothing; entries and values live as long as it.
        unsafe {
            let entry = library.av_dict_get(self.raw.metadata, key.as_ptr(), std::ptr::null(), 0).as_ref()?;
            (!entry.value.is_null()).then(|| CStr::from_ptr(entry.value))
        }
    }
}
