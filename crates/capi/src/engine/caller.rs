//! The engine: who asks
//!
//! What follows is there if the library was built with the feature `engine`. The engine knows no users: what a caller
//! may, it asks your drive.

use std::ffi::{CString, c_char};

use super::super::boundary;
use super::super::pointer::{Out, Text};
use super::super::status::thumbling_status_t;
use super::super::versioned::{self, Versioned};
use thumbling::{Error, Result};
use thumbling_engine::caller::{Caller, Language};

/// American English.
pub const THUMBLING_LANGUAGE_EN_US: i32 = 0;
/// Chinese in simplified characters.
pub const THUMBLING_LANGUAGE_ZH_CN: i32 = 1;

/// Who asks. The host has checked who it is; a caller without user and share is anonymous.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_caller_t {
    /// sizeof(thumbling_caller_t), set by you or thumbling_caller_init.
    pub struct_size: usize,
    /// The host's user id; NULL if there is none.
    pub user: *const c_char,
    /// The share that he came by; NULL if there is none.
    pub share_id: *const c_char,
    /// What opens the share; NULL if nothing does.
    pub share_token: *const c_char,
    /// What lets an anonymous buyer open a paid share; NULL if there is none.
    pub ticket: *const c_char,
    /// The caller's own trace id, which becomes the correlation id of errors; NULL if there is none.
    pub trace: *const c_char,
    /// THUMBLING_LANGUAGE_...: what messages are written in.
    pub language: i32,
    /// Zero.
    pub reserved: u32,
}

// SAFETY: C layout, the size first, and every field is a number or a pointer.
unsafe impl Versioned for thumbling_caller_t {
    const NAME: &'static str = "thumbling_caller_t";
    const FIRST_SIZE: usize = size_of::<Self>();
}

impl thumbling_caller_t {
    const NOBODY: Self = Self {
        struct_size: size_of::<Self>(),
        user: std::ptr::null(),
        share_id: std::ptr::null(),
        share_token: std::ptr::null(),
        ticket: std::ptr::null(),
        trace: std::ptr::null(),
        language: THUMBLING_LANGUAGE_EN_US,
        reserved: 0,
    };
}

/// Sets `caller`, of `struct_size` bytes, to nobody in particular.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_caller_init(
    caller: *mut thumbling_caller_t,
    struct_size: usize,
) -> thumbling_status_t {
    // SAFETY: the header asks for as many writable bytes as are said.
    boundary::status(Out::none(), || unsafe { versioned::init(caller, struct_size, thumbling_caller_t::NOBODY) })
}

/// The caller at `from`; NULL is nobody in particular.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn caller(from: *const thumbling_caller_t) -> Result<Caller> {
    if from.is_null() {
        return Ok(Caller::anonymous());
    }
    // SAFETY: promised by the caller.
    let (given, text) = unsafe {
        let given = versioned::read(from, thumbling_caller_t::NOBODY)?;
        let text = |at: *const c_char| Text::new(at).utf8("a string of the caller");
        let text = [given.user, given.share_id, given.share_token, given.ticket, given.trace].map(text);
        (given, text)
    };
    let [user, share_id, share_token, ticket, trace] = text.map(|text| text.map(|text| text.map(str::to_owned)));
    let mut caller = Caller::anonymous();
    caller.user = user?;
    if let Some(id) = share_id? {
        caller = caller.with_share(id, share_token?);
    }
    caller.ticket = ticket?;
    caller.trace = trace?;
    caller.language = match given.language {
        THUMBLING_LANGUAGE_EN_US => Language::EnUs,
        THUMBLING_LANGUAGE_ZH_CN => Language::ZhCn,
        n => return Err(Error::invalid_argument(format!("language is {n}"))),
    };
    Ok(caller)
}

/// A caller's strings for as long as a callback runs.
pub(super) struct Who([Option<CString>; 5], Language);

impl Who {
    pub(super) fn of(caller: &Caller) -> Self {
        let share = caller.share.as_ref();
        let texts = [
            caller.user.as_deref(),
            share.map(|share| share.id.as_str()),
            share.and_then(|share| share.token.as_deref()),
            caller.ticket.as_deref(),
            caller.trace.as_deref(),
        ];
        Self(texts.map(super::maybe), caller.language)
    }

    /// The caller in C's form; valid as long as `self`.
    pub(super) fn lend(&self) -> thumbling_caller_t {
        let [user, share_id, share_token, ticket, trace] = self.0.each_ref().map(super::pointer_to);
        let language = match self.1 {
            Language::ZhCn => THUMBLING_LANGUAGE_ZH_CN,
            _ => THUMBLING_LANGUAGE_EN_US,
        };
        thumbling_caller_t { user, share_id, share_token, ticket, trace, language, ..thumbling_caller_t::NOBODY }
    }
}
