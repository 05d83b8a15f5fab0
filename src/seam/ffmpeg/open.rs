//! Opening: the demuxer and the decoder, with what each is forbidden.

use ffmpeg_next::codec::{self, decoder};
use ffmpeg_next::format::context::{Input, StreamIo};
use ffmpeg_next::{Dictionary, ffi};

use super::codecs;
use super::movie::Demuxer;
use super::reader::Reader;
use super::stream::has_alpha;
use crate::error::{Error, Result};

/// Bytes of FFmpeg's own buffer: what one fetch grows to at most.
const BUFFER: usize = 32 << 10;

/// Refuses every file that a demuxer wants opened beside its own.
unsafe extern "C" fn refuse(
    _: *mut ffi::AVFormatContext,
    _: *mut *mut ffi::AVIOContext,
    _: *const std::ffi::c_char,
    _: std::ffi::c_int,
    _: *mut *mut ffi::AVDictionary,
) -> std::ffi::c_int {
    ffi::AVERROR(ffi::EACCES)
}

/// The file behind `reader`, its header read; neither another demuxer nor another file is tried.
pub(super) fn open_input(reader: Reader, demuxer: &Demuxer) -> Result<Input> {
    // SAFETY: the name is a C string; the answer is static or null.
    let format = unsafe { ffi::av_find_input_format(demuxer.name.as_ptr()) };
    let name = demuxer.name.to_string_lossy();
    if format.is_null() {
        return Err(Error::unsupported(format!("this FFmpeg was built without its demuxer {name}")));
    }
    let no_memory = || Error::limit("no memory for FFmpeg");
    let mut io = StreamIo::from_read_seek_with_capacity(reader, BUFFER).map_err(|_| no_memory())?;
    let mut options = Dictionary::new();
    // Nothing beside the source is read, and nothing inside it is taken for another container.
    for (key, value) in [("protocol_whitelist", "none"), ("format_whitelist", &*name), ("fflags", "nofillin")] {
        options.set(key, value);
    }
    if &*name == "mov" {
        options.set("enable_drefs", "0");
        options.set("use_absolute_path", "0");
    }
    // SAFETY: the context is allocated here and given to `avformat_open_input`, which frees it when it fails, or to
    // `Input`, which closes it. `io` outlives it: it is dropped after a failure, or kept by `Input`. The options are
    // the dictionary's own pointer, replaced by those that were not used and freed.
    unsafe {
        let mut context = ffi::avformat_alloc_context();
        if context.is_null() {
            return Err(no_memory());
        }
        (*context).pb = io.as_mut_ptr();
        (*context).io_open = Some(refuse);
        let mut options = options.disown();
        let opened = ffi::avformat_open_input(&mut context, c"".as_ptr(), format as *mut _, &mut options);
        drop(Dictionary::own(options));
        match opened {
            0 => Ok(Input::wrap_with_custom_io(context, io)),
            code => Err(Error::corrupt(ffmpeg_next::Error::from(code).to_string())),
        }
    }
}

/// A decoder for `stream`, of one thread, for frames of at most `max_pixels`.
pub(super) fn open_decoder(stream: &ffmpeg_next::Stream<'_>, max_pixels: u64) -> Result<decoder::Opened> {
    let parameters = stream.parameters();
    let id = parameters.id();
    if !codecs::is_allowed(id) {
        return Err(Error::unsupported(format!("a video of codec {id:?}")));
    }
    let other = codecs::with_alpha(id).filter(|_| has_alpha(stream)).and_then(decoder::find_by_name);
    let missing = || Error::unsupported(format!("this FFmpeg was built without a decoder for {id:?}"));
    let codec = other.or_else(|| decoder::find(id)).ok_or_else(missing)?;
    let failed = |e: ffmpeg_next::Error| Error::corrupt(format!("{id:?}: {e}"));
    let mut context = codec::Context::from_parameters(parameters).map_err(failed)?;
    // SAFETY: the context is allocated and not open yet; plain numbers are set.
    unsafe {
        let context = &mut *context.as_mut_ptr();
        // Threads cost more than they bring for single frames, and belong to the host.
        context.thread_count = 1;
        context.max_pixels = i64::try_from(max_pixels).unwrap_or(i64::MAX);
        // What can be shown of a damaged frame is judged by its looks.
        context.flags |= ffi::AV_CODEC_FLAG_OUTPUT_CORRUPT as i32;
        // Film grain is noise that no thumbnail shows.
        context.export_side_data |= ffi::AV_CODEC_EXPORT_DATA_FILM_GRAIN as i32;
        context.pkt_timebase = stream.time_base().into();
    }
    context.decoder().open_as(codec).map_err(failed)
}
