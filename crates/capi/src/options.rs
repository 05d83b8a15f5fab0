//! Options: what to make
//!
//! A struct with a `struct_size` is initialised by its `_init` function or, if the library fills it, by setting
//! `struct_size` to its sizeof. Later versions append fields; programs built with this header keep working. Everything
//! that options point to has to stay valid until the call that takes them returns.

use std::ffi::c_char;
use std::time::Duration;

use super::boundary;
use super::cancel::{CANCELS, thumbling_cancel_t};
use super::pointer::{self, Out, Text};
use super::status::thumbling_status_t;
use super::versioned::{self, Versioned};
use thumbling::{Effort, Fit, Limits, Output, Position, Request, Rgb, Spec};
use thumbling::{Error, Result};

/// The whole picture, as large as the box allows; one side may be smaller than the box.
pub const THUMBLING_FIT_CONTAIN: i32 = 0;
/// Exactly the box; what does not fit is cut off.
pub const THUMBLING_FIT_COVER: i32 = 1;
/// Exactly the box; the picture is stretched.
pub const THUMBLING_FIT_FILL: i32 = 2;
/// As THUMBLING_FIT_CONTAIN, but never larger than the source.
pub const THUMBLING_FIT_SCALE_DOWN: i32 = 3;

/// THUMBLING_FIT_COVER keeps the middle.
pub const THUMBLING_POSITION_CENTER: i32 = 0;
/// It keeps the upper edge.
pub const THUMBLING_POSITION_TOP: i32 = 1;
/// It keeps the lower edge.
pub const THUMBLING_POSITION_BOTTOM: i32 = 2;
/// It keeps the left edge.
pub const THUMBLING_POSITION_LEFT: i32 = 3;
/// It keeps the right edge.
pub const THUMBLING_POSITION_RIGHT: i32 = 4;
/// It keeps what a person looks at first: detail, saturated colours, skin.
pub const THUMBLING_POSITION_ATTENTION: i32 = 5;

/// JPEG; transparency is drawn over the background.
pub const THUMBLING_OUTPUT_JPEG: i32 = 0;
/// WebP, lossy, with transparency.
pub const THUMBLING_OUTPUT_WEBP: i32 = 1;
/// PNG, lossless, with transparency.
pub const THUMBLING_OUTPUT_PNG: i32 = 2;
/// AVIF: the smallest and by far the slowest.
pub const THUMBLING_OUTPUT_AVIF: i32 = 3;
/// WebP where there is transparency, PNG where few colours make it the smaller one, JPEG otherwise.
pub const THUMBLING_OUTPUT_AUTO: i32 = 4;
/// Raw pixels: width x height x 4 bytes of straight RGBA.
pub const THUMBLING_OUTPUT_RGBA: i32 = 5;

/// Every output keeps transparency if it can; for one that cannot, white.
pub const THUMBLING_BACKGROUND_NONE: i32 = -1;

/// The quickest picture that is right: an embedded preview wherever there is one.
pub const THUMBLING_EFFORT_PREVIEW: i32 = 0;
/// Previews only where they cover the asked size.
pub const THUMBLING_EFFORT_NORMAL: i32 = 1;
/// The file's own pixels, always.
pub const THUMBLING_EFFORT_BEST: i32 = 2;

/// A deadline that never passes.
pub const THUMBLING_NO_DEADLINE: u64 = 0xffff_ffff_ffff_ffff;
/// A point in time of the library's choice.
pub const THUMBLING_TIME_AUTO: i64 = -1;

/// Specs that one request may have.
const MAX_SPECS: usize = 256;

/// One thumbnail to make.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_spec_t {
    /// sizeof(thumbling_spec_t), set by thumbling_spec_init.
    pub struct_size: usize,
    /// Width of the box, px, 1 to 16,383. Default 256.
    pub width: u32,
    /// Height of the box, px, 1 to 16,383. Default 256.
    pub height: u32,
    /// THUMBLING_FIT_...: how the picture goes into the box. Default scale down.
    pub fit: i32,
    /// THUMBLING_POSITION_...: which part cover keeps. Default center.
    pub position: i32,
    /// THUMBLING_OUTPUT_...: what it is encoded as. Default JPEG.
    pub output: i32,
    /// 1 to 100; for PNG and raw pixels without effect. Default 80.
    pub quality: i32,
    /// 0xRRGGBB: what transparency is drawn over, for every output; or THUMBLING_BACKGROUND_NONE, the default.
    pub background: i32,
    /// Zero.
    pub reserved: u32,
}

/// How to make the thumbnails of one source.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_options_t {
    /// sizeof(thumbling_options_t), set by thumbling_options_init.
    pub struct_size: usize,
    /// Thumbnails to make, all from one decode; none means one of the defaults. At most 256, all of the struct_size
    /// of the first.
    pub specs: *const thumbling_spec_t,
    /// How many.
    pub specs_len: usize,
    /// The file's name, NUL-terminated; NULL if it is not known. It only breaks ties between formats.
    pub name: *const c_char,
    /// The file's media type, NUL-terminated; NULL if it is not known. It only breaks ties between formats.
    pub mime: *const c_char,
    /// THUMBLING_EFFORT_...: how much work it is worth. Default normal.
    pub effort: i32,
    /// Page or frame, from 0.
    pub page: u32,
    /// Point in time of a video, ms; default THUMBLING_TIME_AUTO.
    pub time_ms: i64,
    /// Wall time after which the work ends with THUMBLING_ERROR_TIMEOUT, ms. Default 10,000; or THUMBLING_NO_DEADLINE.
    pub deadline_ms: u64,
    /// Stops the work once it is raised; 0 is none.
    pub cancel: thumbling_cancel_t,
    /// Pixels of one frame, as the header claims them. Default 2^28.
    pub max_pixels: u64,
    /// Bytes of memory for decoded pixels and buffers, held at once. Default 256 MiB.
    pub max_memory: u64,
    /// Bytes that one compressed part may expand to. Default 256 MiB.
    pub max_part: u64,
    /// Bytes of a source that has to be read whole. Default 256 MiB.
    pub max_source: u64,
    /// Elements of an XML document. Default 1,000,000.
    pub max_xml_events: u64,
    /// Frames of an animation that are looked at. Default 64.
    pub max_frames: u32,
    /// Entries of an archive, items of a container that are looked at. Default 65,536.
    pub max_entries: u32,
    /// Depth of files inside files. Default 8.
    pub max_nesting: u32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_spec_t {
    const NAME: &'static str = "thumbling_spec_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

// SAFETY: as above; a handle is a number.
unsafe impl Versioned for thumbling_options_t {
    const NAME: &'static str = "thumbling_options_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl thumbling_spec_t {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        width: 256,
        height: 256,
        fit: THUMBLING_FIT_SCALE_DOWN,
        position: THUMBLING_POSITION_CENTER,
        output: THUMBLING_OUTPUT_JPEG,
        quality: 80,
        background: THUMBLING_BACKGROUND_NONE,
        reserved: 0,
    };

    fn spec(&self) -> Result<Spec> {
        let quality = u8::try_from(self.quality).map_err(|_| out_of_range("quality", self.quality))?;
        zero(self.reserved)?;
        let mut spec = Spec::new(self.width, self.height);
        spec.fit = match self.fit {
            THUMBLING_FIT_CONTAIN => Fit::Contain,
            THUMBLING_FIT_COVER => Fit::Cover,
            THUMBLING_FIT_FILL => Fit::Fill,
            THUMBLING_FIT_SCALE_DOWN => Fit::ScaleDown,
            n => return Err(out_of_range("fit", n)),
        };
        spec.position = match self.position {
            THUMBLING_POSITION_CENTER => Position::Center,
            THUMBLING_POSITION_TOP => Position::Top,
            THUMBLING_POSITION_BOTTOM => Position::Bottom,
            THUMBLING_POSITION_LEFT => Position::Left,
            THUMBLING_POSITION_RIGHT => Position::Right,
            THUMBLING_POSITION_ATTENTION => Position::Attention,
            n => return Err(out_of_range("position", n)),
        };
        spec.output = match self.output {
            THUMBLING_OUTPUT_JPEG => Output::Jpeg,
            THUMBLING_OUTPUT_WEBP => Output::Webp,
            THUMBLING_OUTPUT_PNG => Output::Png,
            THUMBLING_OUTPUT_AVIF => Output::Avif,
            THUMBLING_OUTPUT_AUTO => Output::Auto,
            THUMBLING_OUTPUT_RGBA => Output::Rgba,
            n => return Err(out_of_range("output", n)),
        };
        spec.quality = quality;
        spec.background = match self.background {
            THUMBLING_BACKGROUND_NONE => None,
            n @ 0..=0xff_ffff => Some(Rgb((n >> 16) as u8, (n >> 8) as u8, n as u8)),
            n => return Err(out_of_range("background", n)),
        };
        Ok(spec)
    }
}

impl thumbling_options_t {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            struct_size: size_of::<Self>(),
            specs: std::ptr::null(),
            specs_len: 0,
            name: std::ptr::null(),
            mime: std::ptr::null(),
            effort: THUMBLING_EFFORT_NORMAL,
            page: 0,
            time_ms: THUMBLING_TIME_AUTO,
            deadline_ms: limits.timeout.map_or(THUMBLING_NO_DEADLINE, |t| t.as_millis() as u64),
            cancel: thumbling_cancel_t { id: 0 },
            max_pixels: limits.max_pixels,
            max_memory: limits.max_memory,
            max_part: limits.max_part,
            max_source: limits.max_source,
            max_xml_events: limits.max_xml_events,
            max_frames: limits.max_frames,
            max_entries: limits.max_entries,
            max_nesting: limits.max_nesting,
            reserved: 0,
        }
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.max_pixels = self.max_pixels;
        limits.max_memory = self.max_memory;
        limits.max_part = self.max_part;
        limits.max_source = self.max_source;
        limits.max_frames = self.max_frames;
        limits.max_entries = self.max_entries;
        limits.max_nesting = self.max_nesting;
        limits.max_xml_events = self.max_xml_events;
        limits.timeout = (self.deadline_ms != THUMBLING_NO_DEADLINE).then(|| Duration::from_millis(self.deadline_ms));
        limits
    }
}

/// The request that `options` describe; the defaults for NULL.
///
/// # Safety
/// `options` is NULL or as the header asks.
pub(super) unsafe fn request(options: *const thumbling_options_t) -> Result<Request> {
    if options.is_null() {
        return Ok(Request::new());
    }
    // SAFETY: promised by the caller, for the struct and for what it points to.
    let (given, specs, name, mime) = unsafe {
        let given = versioned::read(options, thumbling_options_t::default())?;
        (given, specs(given.specs, given.specs_len)?, Text::new(given.name), Text::new(given.mime))
    };
    zero(given.reserved)?;
    let mut request = specs.into_iter().fold(Request::new(), Request::spec).limits(given.limits());
    (request.hint.name, request.hint.mime) = (name.lossy(), mime.lossy());
    request.page = given.page;
    request.time = match given.time_ms {
        THUMBLING_TIME_AUTO => None,
        ms => Some(Duration::from_millis(u64::try_from(ms).map_err(|_| out_of_range("time_ms", ms))?)),
    };
    if given.cancel.id != 0 {
        request.cancel = CANCELS.get(given.cancel.id)?.as_ref().clone();
    }
    request.effort = match given.effort {
        THUMBLING_EFFORT_PREVIEW => Effort::Preview,
        THUMBLING_EFFORT_NORMAL => Effort::Normal,
        THUMBLING_EFFORT_BEST => Effort::Best,
        n => return Err(out_of_range("effort", n)),
    };
    Ok(request)
}

/// # Safety
/// `specs` is NULL or points to `len` specs of the caller's size, which the first one says.
pub(super) unsafe fn specs(specs: *const thumbling_spec_t, len: usize) -> Result<Vec<Spec>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    if len > MAX_SPECS {
        return Err(Error::invalid_argument(format!("{len} specs; {MAX_SPECS} are the most")));
    }
    let first = std::ptr::NonNull::new(specs.cast_mut()).ok_or_else(|| pointer::null("specs"))?;
    // SAFETY: promised by the caller.
    let stride = unsafe { versioned::size_of_passed(first) }?;
    (0..len)
        .map(|i| {
            // SAFETY: promised by the caller: `len` structs of `stride` bytes stand there, and `len` is small.
            let spec = unsafe {
                let at = first.cast::<u8>().add(i * stride).cast::<thumbling_spec_t>();
                versioned::read_sized(at, stride, thumbling_spec_t::DEFAULT)
            }?;
            spec.spec()
        })
        .collect()
}

/// Refuses a reserved field that is set.
pub(super) fn zero(reserved: u32) -> Result<()> {
    match reserved {
        0 => Ok(()),
        n => Err(out_of_range("reserved", n)),
    }
}

fn out_of_range(field: &str, n: impl std::fmt::Display) -> Error {
    Error::invalid_argument(format!("{field} is {n}, which is out of range"))
}

/// Fills `spec` with the defaults. `struct_size` is sizeof(thumbling_spec_t).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_spec_init(spec: *mut thumbling_spec_t, struct_size: usize) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid for so many bytes.
    boundary::status(Out::none(), || unsafe { versioned::init(spec, struct_size, thumbling_spec_t::DEFAULT) })
}

/// Fills `options` with the defaults. `struct_size` is sizeof(thumbling_options_t).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_options_init(
    options: *mut thumbling_options_t,
    struct_size: usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for a pointer that is NULL or valid for so many bytes.
    boundary::status(Out::none(), || unsafe { versioned::init(options, struct_size, thumbling_options_t::default()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let specs = [thumbling_spec_t::DEFAULT];
        let options = thumbling_options_t { specs: specs.as_ptr(), specs_len: 1, ..thumbling_options_t::default() };
        // SAFETY: both structs are as the header asks.
        let request = unsafe { request(&options) }.unwrap();
        let ours = Request::new().square(256);
        assert_eq!(request.specs(), ours.specs());
        assert_eq!((request.limits, request.effort), (ours.limits, ours.effort));
        assert_eq!((request.page, request.time, request.hint), (ours.page, ours.time, ours.hint));
    }

    #[test]
    fn numbers_that_are_no_value_are_refused() {
        let d = thumbling_spec_t::DEFAULT;
        let wrong = [
            thumbling_spec_t { fit: 4, ..d },
            thumbling_spec_t { position: -1, ..d },
            thumbling_spec_t { output: 6, ..d },
            thumbling_spec_t { quality: 256, ..d },
            thumbling_spec_t { background: 0x100_0000, ..d },
            thumbling_spec_t { reserved: 1, ..d },
        ];
        assert!(d.spec().is_ok());
        assert!(wrong.iter().all(|spec| spec.spec().is_err()));
    }
}
