//! The engine: keys
//!
//! What signs URLs and hints. Without a keyring of yours, an engine keeps one in its folder. Engines of several machines
//! that answer for each other's URLs need the same keys.

use std::ffi::c_char;

use super::super::boundary;
use super::super::error::thumbling_error_t;
use super::super::handle::Table;
use super::super::pointer::{self, Out, Text};
use super::super::status::thumbling_status_t;
use thumbling::Result;
use thumbling_engine::url::keyring::{Key, Keyring};

/// Secrets: one that signs, and those whose signatures still hold.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_keyring_t {
    /// 0 is none.
    pub id: u64,
}

pub(super) static KEYRINGS: Table<Keyring> = Table::new(22, "thumbling_keyring_t");

/// A keyring that signs with `secret`, of at least 32 random bytes, called `id` in URLs: 1 to 16 lower-case letters and
/// digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_new(
    id: *const c_char,
    secret: *const u8,
    secret_len: usize,
    keyring: *mut thumbling_keyring_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid, for as many bytes as are said.
    let (keyring, error, key) = unsafe { (Out::new(keyring), Out::new(error), key(id, secret, secret_len)) };
    boundary::status(error, || {
        let keyring = keyring.required("keyring")?;
        keyring.put(thumbling_keyring_t { id: KEYRINGS.insert(Keyring::new(key?))? })
    })
}

/// Goes on to accept what another secret signed. A key of the same id is replaced.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_accept(
    keyring: thumbling_keyring_t,
    id: *const c_char,
    secret: *const u8,
    secret_len: usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: as in `thumbling_keyring_new`.
    let (error, key) = unsafe { (Out::new(error), key(id, secret, secret_len)) };
    boundary::status(error, || {
        KEYRINGS.get(keyring.id)?.accept(key?);
        Ok(())
    })
}

/// Signs with another secret from now on, also in engines that are open, and goes on to accept the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_rotate(
    keyring: thumbling_keyring_t,
    id: *const c_char,
    secret: *const u8,
    secret_len: usize,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: as in `thumbling_keyring_new`.
    let (error, key) = unsafe { (Out::new(error), key(id, secret, secret_len)) };
    boundary::status(error, || KEYRINGS.get(keyring.id)?.rotate(key?))
}

/// No longer accepts what the key `id` signed; the one that signs is not retired.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_keyring_retire(
    keyring: thumbling_keyring_t,
    id: *const c_char,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (error, id) = unsafe { (Out::new(error), Text::new(id)) };
    boundary::status(error, || KEYRINGS.get(keyring.id)?.retire(id.required("id")?))
}

/// Frees a keyring; 0 is a no-op. Engines that were opened with it keep it.
#[unsafe(no_mangle)]
pub extern "C" fn thumbling_keyring_free(keyring: thumbling_keyring_t) -> thumbling_status_t {
    boundary::status(Out::none(), || KEYRINGS.free(keyring.id))
}

/// # Safety
/// `id` is NULL or NUL-terminated, `secret` NULL or valid for reads of `len` bytes.
unsafe fn key(id: *const c_char, secret: *const u8, len: usize) -> Result<Key> {
    // SAFETY: promised by the caller.
    let (id, secret) = unsafe { (Text::new(id), pointer::bytes(secret, len)?) };
    Key::new(id.required("id")?, secret)
}
