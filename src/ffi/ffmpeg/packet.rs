//! A packet: a stored piece of a stream, usually one frame.

use super::library::{Library, types as ffi};
use thumbling_core::error::{Error, Result};

/// A packet, empty until one is read into it; it owns its content.
pub(super) struct Packet {
    ptr: *mut ffi::AVPacket,
    library: &'static Library,
}

// SAFETY: nothing else refers to the memory of a packet.
unsafe impl Send for Packet {}

impl Drop for Packet {
    fn drop(&mut self) {
        // SAFETY: the packet came from `av_packet_alloc`.
        unsafe { self.library.codec.av_packet_free(&mut self.ptr) }
    }
}

impl Packet {
    pub(super) fn new(library: &'static Library) -> Result<Self> {
        // SAFETY: a packet or null is answered.
        let ptr = unsafe { library.codec.av_packet_alloc() };
        if ptr.is_null() { Err(Error::limit("no memory for FFmpeg")) } else { Ok(Self { ptr, library }) }
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut ffi::AVPacket {
        self.ptr
    }

    fn raw(&self) -> &ffi::AVPacket {
        // SAFETY: the packet lives as long as this does, and is changed through `&mut` only.
        unsafe { &*self.ptr }
    }

    /// The index of its stream.
    pub(super) fn stream(&self) -> usize {
        usize::try_from(self.raw().stream_index).unwrap_or(usize::MAX)
    }

    /// Its length, bytes.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.raw().size).unwrap_or(0)
    }

    /// Whether it is marked as independently decodable.
    pub(super) fn is_key(&self) -> bool {
        self.raw().flags & ffi::AV_PKT_FLAG_KEY as i32 != 0
    }

    /// Clears the mark for packets that are not shown: key frames before the start of an edit have it, but are useful
    /// here.
    pub(super) fn keep(&mut self) {
        // SAFETY: the packet lives as long as this does.
        unsafe { (*self.ptr).flags &= !(ffi::AV_PKT_FLAG_DISCARD as i32) }
    }

    /// Presentation time, in ticks of its stream.
    pub(super) fn shown(&self) -> Option<i64> {
        stamp(self.raw().pts)
    }

    /// Decoding time, in ticks of its stream.
    pub(super) fn decoded(&self) -> Option<i64> {
        stamp(self.raw().dts)
    }

    /// Its position in the file, if the demuxer knows it.
    pub(super) fn position(&self) -> i64 {
        self.raw().pos
    }

    /// Whether its content is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        let raw = self.raw();
        // SAFETY: a packet has as many entries as it declares.
        let all = unsafe { entries(raw.side_data, raw.side_data_elems) };
        all.iter().any(|entry| entry.type_ == ffi::AV_PKT_DATA_ENCRYPTION_INFO)
    }
}

/// A time, unless it is FFmpeg's value for none (`AV_NOPTS_VALUE`).
pub(super) fn stamp(ticks: i64) -> Option<i64> {
    (ticks != i64::MIN).then_some(ticks)
}

/// A list of FFmpeg's as a slice.
///
/// # Safety
/// `first` points to `count` entries, which live for `'a`, or is null.
pub(super) unsafe fn entries<'a, T>(first: *const T, count: impl TryInto<usize>) -> &'a [T] {
    match (first.is_null(), count.try_into()) {
        // SAFETY: by the contract.
        (false, Ok(count)) => unsafe { std::slice::from_raw_parts(first, count) },
        _ => &[],
    }
}
