//! Structs that may grow: their first field says how large the caller's header made them.
//!
//! A smaller struct comes from an older header: what it lacks has its default. A larger one comes from a newer header:
//! what we do not know has to be zero, which means "as ever" in every field that will be added. So a host and a
//! library of different age either understand each other or say that they do not.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::pointer::null;
use thumbling::{Error, Result};

/// A size beyond this, and beyond twice what the struct has now, was never set.
const MAX_SIZE: usize = 1024;

/// A struct of the header that may grow.
///
/// # Safety
/// `#[repr(C)]`, the first field is the `struct_size: usize`, and any bytes are a valid value if it is [`read`].
pub(super) unsafe trait Versioned: Copy {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Size in ABI version 1.0, in bytes: a struct cannot be smaller.
    const FIRST_SIZE: usize;
}

fn check<T: Versioned>(size: usize) -> Result<usize> {
    match (T::FIRST_SIZE..=MAX_SIZE.max(2 * size_of::<T>())).contains(&size) {
        true => Ok(size),
        false => {
            Err(Error::invalid_argument(format!("{}.struct_size is {size}; set it to sizeof({})", T::NAME, T::NAME)))
        }
    }
}

/// The `struct_size` of a struct that the caller passed.
///
/// # Safety
/// `at` is valid for reads of a `usize`.
pub(super) unsafe fn size_of_passed<T: Versioned>(at: NonNull<T>) -> Result<usize> {
    // SAFETY: promised by the caller; the size is the first field.
    check::<T>(unsafe { at.cast::<usize>().as_ptr().read_unaligned() })
}

/// The struct at `from`, on top of `default` for what its header did not know.
///
/// # Safety
/// `from` is NULL or points to as many readable bytes as its first field says.
pub(super) unsafe fn read<T: Versioned>(from: *const T, default: T) -> Result<T> {
    let from = NonNull::new(from.cast_mut()).ok_or_else(|| null(T::NAME))?;
    // SAFETY: promised by the caller.
    unsafe { read_sized(from, size_of_passed(from)?, default) }
}

/// The struct of `size` bytes at `from`; its own size has to agree, which keeps an array in step.
///
/// # Safety
/// `from` points to `size` readable bytes, at least [`Versioned::FIRST_SIZE`].
pub(super) unsafe fn read_sized<T: Versioned>(from: NonNull<T>, size: usize, default: T) -> Result<T> {
    // SAFETY: promised by the caller.
    if unsafe { size_of_passed(from) }? != size {
        return Err(Error::invalid_argument(format!("{}.struct_size differs from the first one's", T::NAME)));
    }
    let known = size.min(size_of::<T>());
    let mut value = default;
    // SAFETY: `size` bytes are readable, `known` is no more than that and fits into `value`, and any bytes are a `T`.
    let rest = unsafe {
        std::ptr::copy_nonoverlapping(from.cast::<u8>().as_ptr(), (&raw mut value).cast::<u8>(), known);
        std::slice::from_raw_parts(from.cast::<u8>().as_ptr().add(known), size - known)
    };
    match rest.iter().all(|byte| *byte == 0) {
        true => Ok(value),
        false => Err(Error::invalid_argument(format!("{} sets a field that this library does not know", T::NAME))),
    }
}

/// Fills the struct at `to`, which the caller's header made `size` bytes large, with `value`.
///
/// # Safety
/// `to` is NULL or valid for writes of `size` bytes.
pub(super) unsafe fn init<T: Versioned>(to: *mut T, size: usize, value: T) -> Result<()> {
    let to = NonNull::new(to).ok_or_else(|| null(T::NAME))?;
    let size = check::<T>(size)?;
    // SAFETY: promised by the caller.
    unsafe { fill(to, size, value) };
    Ok(())
}

/// # Safety
/// `to` is valid for writes of `size` bytes, at least those of a `usize`.
unsafe fn fill<T: Versioned>(to: NonNull<T>, size: usize, value: T) {
    let (to, known) = (to.cast::<u8>().as_ptr(), size.min(size_of::<T>()));
    // SAFETY: `known` is at most the size of `value` and at most `size`, which are writable.
    unsafe {
        std::ptr::copy_nonoverlapping((&raw const value).cast::<u8>(), to, known);
        to.add(known).write_bytes(0, size - known);
        to.cast::<usize>().write_unaligned(size);
    }
}

/// Where a result struct goes. Its size is looked at when the call begins.
pub(super) struct OutStruct<'a, T>(NonNull<T>, usize, PhantomData<&'a mut T>);

impl<T: Versioned> OutStruct<'_, T> {
    /// # Safety
    /// `to` is NULL or points to as many bytes as its first field says, writable until the call ends.
    pub(super) unsafe fn new(to: *mut T) -> Result<Self> {
        let to = NonNull::new(to).ok_or_else(|| null(T::NAME))?;
        // SAFETY: promised by the caller.
        Ok(Self(to, unsafe { size_of_passed(to) }?, PhantomData))
    }

    /// Writes what the caller's struct has room for.
    pub(super) fn put(self, value: T) {
        // SAFETY: `new` was promised that so many bytes are writable.
        unsafe { fill(self.0, self.1, value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Now {
        struct_size: usize,
        old: u64,
        new: u64,
    }

    // SAFETY: integers in C layout, the size first.
    unsafe impl Versioned for Now {
        const NAME: &'static str = "now";
        const FIRST_SIZE: usize = 16;
    }

    const DEFAULT: Now = Now { struct_size: 24, old: 1, new: 2 };

    fn read_words(words: &[u64]) -> Result<Now> {
        // SAFETY: every test passes as many bytes as its first word says, or a size that is refused.
        unsafe { read(words.as_ptr().cast::<Now>(), DEFAULT) }
    }

    #[test]
    fn an_older_struct_leaves_new_fields_at_their_default() {
        assert_eq!(read_words(&[16, 7]).unwrap(), Now { struct_size: 16, old: 7, new: 2 });
    }

    #[test]
    fn a_newer_struct_is_read_while_its_new_fields_are_zero() {
        assert_eq!(read_words(&[32, 7, 8, 0]).unwrap(), Now { struct_size: 32, old: 7, new: 8 });
        assert!(read_words(&[32, 7, 8, 9]).is_err());
    }

    #[test]
    fn a_size_that_was_never_set_is_refused() {
        for size in [0, 8, 15, MAX_SIZE as u64 + 1, u64::MAX] {
            assert!(read_words(&[size, 7, 8]).is_err(), "{size}");
        }
    }

    #[test]
    fn an_older_struct_is_not_written_past_its_end() {
        let mut words = [16u64, 0, 99];
        // SAFETY: 24 bytes are there, of which 16 are lent.
        unsafe { OutStruct::new(words.as_mut_ptr().cast::<Now>()) }.unwrap().put(DEFAULT);
        assert_eq!(words, [16, 1, 99]);
    }

    #[test]
    fn what_a_newer_struct_has_more_is_zeroed() {
        let mut words = [0u64, 99, 99, 99];
        // SAFETY: 32 bytes are there.
        unsafe { init(words.as_mut_ptr().cast::<Now>(), 32, DEFAULT) }.unwrap();
        assert_eq!(words, [32, 1, 2, 0]);
    }
}
