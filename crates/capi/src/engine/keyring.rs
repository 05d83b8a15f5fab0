//! Engine: keys
//!
//! Keys sign URLs and hints. By default an engine keeps keys in its folder. Engines on several machines that serve each
//! other's URLs need the same keyring.

use std::ffi::{c_char, c_void};

use super::super::boundary;
use super::super::error::{self, thumbling_error_t};
use super::super::handle::Table;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use thumbling::Result;
use thumbling_engine::url::keyring::{Key, Keyring};

/// A key that signs, and others whose signatures are still accepted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_keyring_t {
    /// 0: none.
    pub id: u64,
}

pub(super) static KEYRINGS: Table<Keyring> = Table::new(22, "thumbling_keyring_t");

/// A keyring that signs with `secret`, at least 32 random bytes. `key_id` names it in URLs: 1 to 16 lower-case letters and
/// digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_new(
    key_id: *const c_char,
    secret: *const c_void,
    secret_len: usize,
    keyring: *mut thumbling_keyring_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, for as many bytes as they say.
    let (keyring, error, key) = unsafe { (Out::new(keyring), Out::new(error), key(key_id, secret, secret_len)) };
    error::status(error, || {
        let keyring = keyring.required("keyring")?;
        keyring.put(thumbling_keyring_t { id: KEYRINGS.insert(Keyring::new(key?))? })
    })
}

/// Also accepts signatures of another key. A key with the same id is replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_accept(
    keyring: thumbling_keyring_t,
    key_id: *const c_char,
    secret: *const c_void,
    secret_len: usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: as in `thumbling_keyring_new`.
    let (error, key) = unsafe { (Out::new(error), key(key_id, secret, secret_len)) };
    error::status(error, || {
        KEYRINGS.get(keyring.id)?.accept(key?);
        Ok(())
    })
}

/// Signs with another key from now on, in open engines too, and keeps accepting the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_rotate(
    keyring: thumbling_keyring_t,
    key_id: *const c_char,
    secret: *const c_void,
    secret_len: usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: as in `thumbling_keyring_new`.
    let (error, key) = unsafe { (Out::new(error), key(key_id, secret, secret_len)) };
    error::status(error, || KEYRINGS.get(keyring.id)?.rotate(key?))
}

/// No longer accepts signatures of the key `key_id`. The key that signs cannot be retired.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_retire(
    keyring: thumbling_keyring_t,
    key_id: *const c_char,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, id) = unsafe { (Out::new(error), Text::new(key_id)) };
    error::status(error, || KEYRINGS.get(keyring.id)?.retire(id.required("key_id")?))
}

/// Frees a keyring; 0 is a no-op. Engines that use it keep it.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_keyring_free(keyring: thumbling_keyring_t) -> thumbling_status_t {
    boundary::status(|| KEYRINGS.free(keyring.id))
}

/// # Safety
/// `id` is NULL or NUL-terminated, `secret` NULL or valid for reads of `len` bytes.
unsafe fn key(id: *const c_char, secret: *const c_void, len: usize) -> Result<Key> {
    // SAFETY: promised by the caller.
    let (id, secret) = unsafe { (Text::new(id), pointer::bytes(secret, len)?) };
    Key::new(id.required("key_id")?, secret)
}
