//! Requests: several thumbnails from one decode

use std::ffi::c_char;
use std::time::Duration;

use super::cancel::{CANCELS, thumbling_cancel_t};
use super::limits::{self, thumbling_limits_t};
use super::pointer::Text;
use super::spec::{out_of_range, specs, thumbling_spec_t};
use super::versioned::{self, versioned};
use thumbling::Result;
use thumbling::{Effort, Request};
use thumbling_engine::drive::CallContext;

/// The fastest correct picture: an embedded preview wherever there is one.
pub const THUMBLING_EFFORT_PREVIEW: i32 = 0;
/// Embedded previews only if they cover the requested size.
pub const THUMBLING_EFFORT_NORMAL: i32 = 1;
/// Always the file's own pixels.
pub const THUMBLING_EFFORT_BEST: i32 = 2;

/// The library chooses a representative frame.
pub const THUMBLING_TIME_AUTO: i64 = -1;

/// What to make of one source. Everything it points to is used only until the call returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_request_t {
    /// sizeof(thumbling_request_t).
    pub struct_size: usize,
    /// Thumbnails to make, at most 256, all with the same struct_size. None: one with the default spec.
    pub specs: *const thumbling_spec_t,
    /// Number of specs.
    pub specs_len: usize,
    /// The file's name, NULL if unknown. Breaks ties between formats.
    pub name: *const c_char,
    /// The file's media type, NULL if unknown. Breaks ties between formats.
    pub media_type: *const c_char,
    /// NULL for the defaults.
    pub limits: *const thumbling_limits_t,
    /// Stops the request once it is raised; 0: none.
    pub cancel: thumbling_cancel_t,
    /// Point in time of a video, ms, or THUMBLING_TIME_...
    pub time_ms: i64,
    /// THUMBLING_EFFORT_...: speed against fidelity.
    pub effort: i32,
    /// Page or frame, from 0.
    pub page: u32,
}

versioned!(
    thumbling_request_t,
    Self {
        struct_size: size_of::<Self>(),
        specs: std::ptr::null(),
        specs_len: 0,
        name: std::ptr::null(),
        media_type: std::ptr::null(),
        limits: std::ptr::null(),
        cancel: thumbling_cancel_t { id: 0 },
        time_ms: THUMBLING_TIME_AUTO,
        effort: THUMBLING_EFFORT_NORMAL,
        page: 0,
    }
);

/// The request at `from`; the default for NULL.
///
/// # Safety
/// `from` is NULL or as the header asks.
pub(super) unsafe fn request(from: *const thumbling_request_t) -> Result<Request> {
    // SAFETY: promised by the caller.
    let Some(given) = unsafe { versioned::read_optional(from) }? else { return Ok(Request::new()) };
    // SAFETY: promised by the caller, for what the struct points to.
    let (specs, limits, name, media_type) = unsafe {
        let specs = specs(given.specs, given.specs_len)?;
        (specs, limits::limits(given.limits)?, Text::new(given.name), Text::new(given.media_type))
    };
    let mut request = specs.into_iter().fold(Request::new(), Request::spec).limits(limits);
    (request.hint.name, request.hint.mime) = (name.lossy(), media_type.lossy());
    request.page = given.page;
    request.time = match given.time_ms {
        THUMBLING_TIME_AUTO => None,
        ms => Some(Duration::from_millis(u64::try_from(ms).map_err(|_| out_of_range("time_ms", ms))?)),
    };
    if given.cancel.id != 0 {
        request.cancel = CANCELS.get(given.cancel.id)?.as_ref().clone();
    }
    request.effort = effort(given.effort)?;
    Ok(request)
}

/// The context of the reads of a request that begins now.
pub(super) fn context(request: &Request) -> CallContext {
    CallContext::new(request.limits.timeout, request.cancel.clone())
}

pub(super) fn effort(effort: i32) -> Result<Effort> {
    match effort {
        THUMBLING_EFFORT_PREVIEW => Ok(Effort::Preview),
        THUMBLING_EFFORT_NORMAL => Ok(Effort::Normal),
        THUMBLING_EFFORT_BEST => Ok(Effort::Best),
        n => Err(out_of_range("effort", n)),
    }
}

#[cfg(test)]
mod tests {
    use super::versioned::Versioned;
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_library() {
        // SAFETY: the struct is as the header asks.
        let request = unsafe { request(&thumbling_request_t::default()) }.unwrap();
        let ours = Request::new();
        assert_eq!(request.specs(), ours.specs());
        assert_eq!((request.limits, request.effort), (ours.limits, ours.effort));
        assert_eq!((request.page, request.time, request.hint), (ours.page, ours.time, ours.hint));
    }
}
