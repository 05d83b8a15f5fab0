//! Decodes single frames of one stream.

use std::ffi::CStr;

use super::codecs;
use super::library::{Library, types as ffi};
use super::packet::Packet;
use super::picture::Picture;
use super::stream::Stream;
use thumbling_core::error::{Error, Result};

/// Which packets are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PacketFilter {
    /// All packets.
    Any,
    /// Only key frames.
    Keys,
    /// None: only headers are parsed.
    Headers,
}

/// An open decoder.
pub(super) struct Decoder {
    ptr: *mut ffi::AVCodecContext,
    library: &'static Library,
}

// SAFETY: the context is used by one thread at a time, and has no threads of its own.
unsafe impl Send for Decoder {}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context came from `avcodec_alloc_context3`.
        unsafe { self.library.codec.avcodec_free_context(&mut self.ptr) }
    }
}

impl Decoder {
    /// A single-threaded decoder for `stream`, for frames of at most `max_pixels`.
    ///
    /// # Errors
    /// `unsupported` for codecs that are not allowed or that FFmpeg was built without, `corrupt` if FFmpeg rejects the
    /// stream.
    pub(super) fn open(stream: &Stream<'_>, library: &'static Library, max_pixels: u64) -> Result<Self> {
        let name = stream.codec();
        if !codecs::is_allowed(name) {
            return Err(Error::unsupported(format!("video codec {name}")));
        }
        let no_memory = || Error::limit("no memory for FFmpeg");
        let by_name = |name: &CStr| {
            // SAFETY: the name is a C string; the result is static or null.
            let codec = unsafe { library.codec.avcodec_find_decoder_by_name(name.as_ptr()) };
            (!codec.is_null()).then_some(codec)
        };
        let other = codecs::with_alpha(name).filter(|_| stream.has_alpha()).and_then(by_name);
        // SAFETY: the result is static or null.
        let codec =
            other.unwrap_or_else(|| unsafe { library.codec.avcodec_find_decoder(stream.parameters().codec_id) });
        if codec.is_null() {
            return Err(Error::unsupported(format!("this FFmpeg was built without a decoder for {name}")));
        }
        // SAFETY: the codec is one of FFmpeg's.
        let decoder = Self { ptr: unsafe { library.codec.avcodec_alloc_context3(codec) }, library };
        if decoder.ptr.is_null() {
            return Err(no_memory());
        }
        let failed = |code| Error::corrupt(format!("{name}: {}", library.error(code)));
        // SAFETY: the context is allocated and not open yet; the parameters are the stream's.
        let code = unsafe { library.codec.avcodec_parameters_to_context(decoder.ptr, stream.parameters()) };
        if code < 0 {
            return Err(failed(code));
        }
        // SAFETY: the context is not open yet; plain numbers are set, and it is opened with the codec it was made for.
        let code = unsafe {
            let context = &mut *decoder.ptr;
            // Threads cost more than they gain for single frames, and belong to the host.
            context.thread_count = 1;
            context.max_pixels = i64::try_from(max_pixels).unwrap_or(i64::MAX);
            // Damaged frames are returned too; the caller judges them.
            context.flags |= ffi::AV_CODEC_FLAG_OUTPUT_CORRUPT as i32;
            // Film grain is noise that is invisible in thumbnails.
            context.export_side_data |= ffi::AV_CODEC_EXPORT_DATA_FILM_GRAIN as i32;
            context.pkt_timebase = stream.raw().time_base;
            library.codec.avcodec_open2(decoder.ptr, codec, std::ptr::null_mut())
        };
        if code < 0 { Err(failed(code)) } else { Ok(decoder) }
    }

    pub(super) fn raw(&self) -> &ffi::AVCodecContext {
        // SAFETY: the context lives as long as this does, and is changed through `&mut` only.
        unsafe { &*self.ptr }
    }

    /// Drops the frames before.
    pub(super) fn flush(&mut self) {
        // SAFETY: the context is open.
        unsafe { self.library.codec.avcodec_flush_buffers(self.ptr) }
    }

    /// The picture of one packet, without waiting for the packets after it; `None` if it cannot be decoded.
    pub(super) fn decode(&mut self, packet: &mut Packet, wanted: PacketFilter) -> Option<Picture> {
        // SAFETY: the context is open; a number is set that is read with each packet.
        unsafe {
            (*self.ptr).skip_frame = match wanted {
                PacketFilter::Any => ffi::AVDISCARD_DEFAULT,
                PacketFilter::Keys => ffi::AVDISCARD_NONKEY,
                PacketFilter::Headers => ffi::AVDISCARD_ALL,
            };
        }
        let mut picture = Picture::new(self.library)?;
        // SAFETY: the context is open, packet and frame are whole; no packet at all is the end of the stream, without
        // which the decoder would keep the frame back, to put it in order with those that follow.
        unsafe {
            let codec = &self.library.codec;
            if codec.avcodec_send_packet(self.ptr, packet.as_mut_ptr()) < 0 {
                return None;
            }
            if wanted != PacketFilter::Headers {
                codec.avcodec_send_packet(self.ptr, std::ptr::null());
            }
            if codec.avcodec_receive_frame(self.ptr, picture.as_mut_ptr()) < 0 {
                return None;
            }
        }
        let size = picture.size();
        (size.width > 0 && size.height > 0).then_some(picture)
    }
}
