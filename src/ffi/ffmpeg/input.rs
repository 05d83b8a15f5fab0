//! An open file: its demuxer, the restrictions on it, and its I/O.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::library::{Library, types as ffi};
use super::packet::{Packet, entries};
use super::reader::Reader;
use super::stream::Stream;
use thumbling_core::error::{Error, Result};

/// Size of FFmpeg's own buffer, bytes: the most that one fetch grows to.
const BUFFER: usize = 32 << 10;

// From libavutil/error.h and libavformat/avio.h, where they are expressions that bindgen does not evaluate.
const AVERROR_EOF: c_int = -i32::from_le_bytes(*b"EOF ");
const AVERROR_EXTERNAL: c_int = -i32::from_le_bytes(*b"EXT ");
const AVERROR_EACCES: c_int = -13;
const AVSEEK_SIZE: c_int = 0x10000;

/// Why no packet was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The end of the file.
    End,
    /// The demuxer failed on something; later packets may still be readable.
    Broken,
}

/// An open file. Fields are dropped in this order: the demuxer, then its I/O.
pub(super) struct Input {
    context: *mut ffi::AVFormatContext,
    io: Io,
}

// SAFETY: the contexts and the reader are used by one thread at a time, and the reader may be by any.
unsafe impl Send for Input {}

impl Drop for Input {
    fn drop(&mut self) {
        // SAFETY: the context is null or open. It was opened with an I/O context of ours, which is left to us.
        unsafe { self.io.library.format.avformat_close_input(&mut self.context) }
    }
}

impl Input {
    /// Opens the file behind `reader` and reads its header; no other demuxer and no other file is tried.
    ///
    /// # Errors
    /// `unsupported` if FFmpeg was built without the demuxer, `corrupt` if the demuxer rejects the file.
    pub(super) fn open(reader: Reader, demuxer: &CStr, library: &'static Library) -> Result<Self> {
        // SAFETY: the name is a C string; the result is static or null.
        let format = unsafe { library.format.av_find_input_format(demuxer.as_ptr()) };
        if format.is_null() {
            let name = demuxer.to_string_lossy();
            return Err(Error::unsupported(format!("this FFmpeg was built without its demuxer {name}")));
        }
        let io = Io::new(reader, library).ok_or_else(no_memory)?;
        let mut input = Self { context: std::ptr::null_mut(), io };
        let mut options = Options { ptr: std::ptr::null_mut(), library };
        // Only the source is read, and nothing inside it is treated as another container.
        options.set(c"protocol_whitelist", c"none");
        options.set(c"format_whitelist", demuxer);
        options.set(c"fflags", c"nofillin");
        if demuxer == c"mov" {
            options.set(c"enable_drefs", c"0");
            options.set(c"use_absolute_path", c"0");
        }
        // SAFETY: the context is allocated here and given to `avformat_open_input`, which frees it and sets it to null
        // when it fails. The I/O context outlives it. The options that were used are freed and replaced by the rest.
        let code = unsafe {
            input.context = library.format.avformat_alloc_context();
            let context = input.context.as_mut().ok_or_else(no_memory)?;
            context.pb = input.io.context;
            context.io_open = Some(refuse);
            library.format.avformat_open_input(&mut input.context, c"".as_ptr(), format.cast_mut(), &mut options.ptr)
        };
        if code < 0 { Err(Error::corrupt(library.error(code))) } else { Ok(input) }
    }

    pub(super) fn raw(&self) -> &ffi::AVFormatContext {
        // SAFETY: the context is open as long as this lives, and is changed through `&mut` only.
        unsafe { &*self.context }
    }

    /// The streams found so far.
    pub(super) fn streams(&self) -> impl Iterator<Item = Stream<'_>> {
        let context = self.raw();
        // SAFETY: the context has as many streams as it declares, which live as long as it.
        let all = unsafe { entries(context.streams, context.nb_streams) };
        // SAFETY: reading and closing need this file to themselves, so that they wait for the streams' end.
        all.iter().map(|stream| unsafe { Stream::new(*stream, self.io.library) })
    }

    pub(super) fn stream(&self, index: usize) -> Option<Stream<'_>> {
        self.streams().nth(index)
    }

    /// Index entries that the header provided for `stream`.
    pub(super) fn index_entries(&self, stream: &Stream<'_>) -> i32 {
        // SAFETY: the stream is one of this file's.
        unsafe { self.io.library.format.avformat_index_get_entries_count(stream.raw()) }
    }

    /// Makes the demuxer discard other streams, so that it need not fetch them.
    pub(super) fn discard_all_but(&mut self, wanted: Option<usize>) {
        let context = self.raw();
        // SAFETY: as in `streams`.
        let all = unsafe { entries(context.streams, context.nb_streams) };
        for (index, stream) in all.iter().enumerate() {
            if Some(index) != wanted {
                // SAFETY: the streams are this file's, and nothing else refers to them; the field is read before each packet.
                unsafe { (**stream).discard = ffi::AVDISCARD_ALL }
            }
        }
    }

    /// Seeks in a stream; `AVSEEK_FLAG_*`.
    pub(super) fn seek(&mut self, stream: usize, target: i64, flags: u32) -> std::result::Result<(), c_int> {
        let stream = c_int::try_from(stream).unwrap_or(-1);
        // SAFETY: the context is open.
        let code = unsafe { self.io.library.format.av_seek_frame(self.context, stream, target, flags as c_int) };
        if code < 0 { Err(code) } else { Ok(()) }
    }

    /// The next packet of the file.
    pub(super) fn read(&mut self, packet: &mut Packet) -> std::result::Result<(), Stop> {
        // SAFETY: the context is open; what the packet held is freed by the call.
        match unsafe { self.io.library.format.av_read_frame(self.context, packet.as_mut_ptr()) } {
            AVERROR_EOF => Err(Stop::End),
            code if code < 0 => Err(Stop::Broken),
            _ => Ok(()),
        }
    }

    /// Clears the end-of-file and error state of earlier reads.
    pub(super) fn clear(&mut self) {
        // SAFETY: the I/O context lives as long as this does.
        unsafe { ((*self.io.context).eof_reached, (*self.io.context).error) = (0, 0) }
    }
}

/// Refuses every other file that a demuxer wants to open.
unsafe extern "C" fn refuse(
    _: *mut ffi::AVFormatContext,
    _: *mut *mut ffi::AVIOContext,
    _: *const c_char,
    _: c_int,
    _: *mut *mut ffi::AVDictionary,
) -> c_int {
    AVERROR_EACCES
}

fn no_memory() -> Error {
    Error::limit("no memory for FFmpeg")
}

/// The state that FFmpeg's callbacks get.
struct CallbackState {
    reader: Reader,
    scratch: Vec<u8>,
}

/// FFmpeg's buffered view of a [`Reader`].
struct Io {
    context: *mut ffi::AVIOContext,
    host: *mut CallbackState,
    library: &'static Library,
}

impl Io {
    fn new(reader: Reader, library: &'static Library) -> Option<Self> {
        // SAFETY: memory or null.
        let buffer = unsafe { library.util.av_malloc(BUFFER as _) };
        if buffer.is_null() {
            return None;
        }
        let host = Box::into_raw(Box::new(CallbackState { reader, scratch: Vec::new() }));
        let size = BUFFER as c_int;
        // SAFETY: the buffer is FFmpeg's own memory of that size and belongs to the context if there is one; the host
        // is what the callbacks take it for, and outlives the context.
        unsafe {
            let (read, seek) = (Some(read as _), Some(seek as _));
            let context = library.format.avio_alloc_context(buffer.cast(), size, 0, host.cast(), read, None, seek);
            if context.is_null() {
                library.util.av_free(buffer);
                drop(Box::from_raw(host));
                return None;
            }
            Some(Self { context, host, library })
        }
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        // SAFETY: the context is ours, and its buffer, which it may have replaced by another, is its own; the host is
        // the box that was given up for it, and nothing calls it any more.
        unsafe {
            self.library.util.av_free((*self.context).buffer.cast());
            self.library.format.avio_context_free(&mut self.context);
            drop(Box::from_raw(self.host));
        }
    }
}

unsafe extern "C" fn read(host: *mut c_void, buffer: *mut u8, size: c_int) -> c_int {
    guarded(i64::from(AVERROR_EXTERNAL), || {
        // SAFETY: what was given to `avio_alloc_context`.
        let host = unsafe { &mut *host.cast::<CallbackState>() };
        host.scratch.resize(usize::try_from(size).unwrap_or(0), 0);
        match host.reader.read(&mut host.scratch) {
            Ok(0) => i64::from(AVERROR_EOF),
            Ok(n) => {
                // SAFETY: `buffer` has room for `size` bytes, and `n` is no more. It may be what FFmpeg goes back to
                // after a failure, so that nothing is written to it before there is something to write.
                unsafe { buffer.copy_from_nonoverlapping(host.scratch.as_ptr(), n) };
                n as i64
            }
            Err(_) => i64::from(AVERROR_EXTERNAL),
        }
    }) as c_int
}

unsafe extern "C" fn seek(host: *mut c_void, offset: i64, whence: c_int) -> i64 {
    guarded(i64::from(AVERROR_EXTERNAL), || {
        // SAFETY: what was given to `avio_alloc_context`.
        let reader = unsafe { &mut (*host.cast::<CallbackState>()).reader };
        let target = match whence {
            AVSEEK_SIZE => return i64::try_from(reader.size()).unwrap_or(i64::MAX),
            0 => u64::try_from(offset).map(SeekFrom::Start),
            1 => Ok(SeekFrom::Current(offset)),
            2 => Ok(SeekFrom::End(offset)),
            _ => return i64::from(AVERROR_EXTERNAL),
        };
        let reached = target.ok().and_then(|target| reader.seek(target).ok());
        reached.and_then(|at| i64::try_from(at).ok()).unwrap_or(i64::from(AVERROR_EXTERNAL))
    })
}

/// The result of `call`, or `failed` if it panics: a host's callback may, and a panic must not cross C.
fn guarded(failed: i64, call: impl FnOnce() -> i64) -> i64 {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(failed)
}

/// A dictionary of options, freed when dropped.
struct Options {
    ptr: *mut ffi::AVDictionary,
    library: &'static Library,
}

impl Options {
    fn set(&mut self, key: &CStr, value: &CStr) {
        // SAFETY: both are C strings, which are copied; the dictionary is ours.
        unsafe { self.library.util.av_dict_set(&mut self.ptr, key.as_ptr(), value.as_ptr(), 0) };
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: the dictionary is ours, or null.
        unsafe { self.library.util.av_dict_free(&mut self.ptr) }
    }
}
