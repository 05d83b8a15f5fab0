//! Engine: callers
//!
//! The engine has no users of its own: it asks your drive what a caller may do, at every call.

use std::ffi::{CString, c_char};

use super::super::pointer::Text;
use super::super::spec::zero;
use super::super::text;
use super::super::versioned::{self, Versioned, versioned};
use thumbling::{Error, Result};
use thumbling_engine::caller::{Caller, Language};

/// American English.
pub const THUMBLING_LANGUAGE_EN_US: i32 = 0;
/// Simplified Chinese.
pub const THUMBLING_LANGUAGE_ZH_CN: i32 = 1;

/// The caller of an engine call, as authenticated by you. Without user and share it is anonymous.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_caller_t {
    /// sizeof(thumbling_caller_t).
    pub struct_size: usize,
    /// Your user id; NULL if none.
    pub user: *const c_char,
    /// Id of the share that the caller came through; NULL if none.
    pub share_id: *const c_char,
    /// The token that opens the share; NULL if none.
    pub share_token: *const c_char,
    /// The ticket that lets an anonymous buyer open a paid share; NULL if none.
    pub ticket: *const c_char,
    /// The caller's trace id, which becomes the correlation id of errors; NULL if none.
    pub trace: *const c_char,
    /// THUMBLING_LANGUAGE_...: language of messages.
    pub language: i32,
    /// Zero.
    pub reserved: u32,
}

versioned!(thumbling_caller_t);

/// The caller at `from`; NULL is anonymous.
///
/// # Safety
/// `from` is NULL or points to as many bytes as its first field says, and its strings are NULL or NUL-terminated.
pub(super) unsafe fn caller(from: *const thumbling_caller_t) -> Result<Caller> {
    // SAFETY: promised by the caller.
    let Some(given) = unsafe { versioned::read_optional(from) }? else { return Ok(Caller::anonymous()) };
    let text = |name: &str, at: *const c_char| {
        // SAFETY: promised by the caller.
        unsafe { Text::new(at) }.utf8(name).map(|text| text.map(str::to_owned))
    };
    zero(given.reserved)?;
    let mut caller = Caller::anonymous();
    caller.user = text("user", given.user)?;
    if let Some(id) = text("share_id", given.share_id)? {
        caller = caller.with_share(id, text("share_token", given.share_token)?);
    }
    caller.ticket = text("ticket", given.ticket)?;
    caller.trace = text("trace", given.trace)?;
    caller.language = language(given.language)?;
    Ok(caller)
}

/// The language of a number.
pub(super) fn language(language: i32) -> Result<Language> {
    match language {
        THUMBLING_LANGUAGE_EN_US => Ok(Language::EnUs),
        THUMBLING_LANGUAGE_ZH_CN => Ok(Language::ZhCn),
        n => Err(Error::invalid_argument(format!("language is {n}"))),
    }
}

/// A caller's strings while a callback runs.
pub(super) struct CallerText([Option<CString>; 5], Language);

impl CallerText {
    pub(super) fn of(caller: &Caller) -> Self {
        let share = caller.share.as_ref();
        let texts = [
            caller.user.as_deref(),
            share.map(|share| share.id.as_str()),
            share.and_then(|share| share.token.as_deref()),
            caller.ticket.as_deref(),
            caller.trace.as_deref(),
        ];
        Self(texts.map(text::maybe), caller.language)
    }

    /// The caller as C sees it; valid as long as `self`.
    pub(super) fn lend(&self) -> thumbling_caller_t {
        let [user, share_id, share_token, ticket, trace] = self.0.each_ref().map(text::pointer_to);
        let language = match self.1 {
            Language::ZhCn => THUMBLING_LANGUAGE_ZH_CN,
            _ => THUMBLING_LANGUAGE_EN_US,
        };
        let empty = thumbling_caller_t::default();
        thumbling_caller_t { user, share_id, share_token, ticket, trace, language, ..empty }
    }
}
