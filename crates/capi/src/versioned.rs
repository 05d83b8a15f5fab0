//! Structs that may grow: their first field is their size in the caller's header.
//!
//! A smaller struct comes from an older header: fields that it lacks have their defaults. A larger one comes from a newer
//! header: bytes beyond what we know have to be zero, which every field added later will treat as its default.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::pointer::null;
use thumbling::{Error, Result};

/// A size beyond this, and beyond twice the struct's own, was never set.
const MAX_SIZE: usize = 1024;

/// A struct of the header that may grow. Implemented by [`versioned!`].
///
/// # Safety
/// `#[repr(C)]`, the first field is the `struct_size: usize`, any bytes are a valid value, and so are zeros.
pub(super) unsafe trait Versioned: Copy {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Size in ABI version 2.0, in bytes: no caller's struct is smaller. Once a field is appended, its offset.
    const FIRST_SIZE: usize;
    /// The value of its initialiser macro.
    fn default() -> Self;
}

/// Implements [`Versioned`] for a struct of ABI version 2.0 with the default that follows; zeros if none does.
macro_rules! versioned {
    ($name:ident) => {
        versioned!($name, {
            // SAFETY: a struct of numbers and pointers may be all zeros.
            let zeros: $name = unsafe { std::mem::zeroed() };
            $name { struct_size: size_of::<$name>(), ..zeros }
        });
    };
    ($name:ident, $default:expr) => {
        // SAFETY: C layout, the size first, and every other field is a number, a nullable pointer or an array of numbers.
        unsafe impl $crate::versioned::Versioned for $name {
            const NAME: &'static str = stringify!($name);
            const FIRST_SIZE: usize = size_of::<Self>();
            fn default() -> Self {
                $default
            }
        }
    };
}
pub(super) use versioned;

fn check<T: Versioned>(size: usize) -> Result<usize> {
    if (T::FIRST_SIZE..=MAX_SIZE.max(2 * size_of::<T>())).contains(&size) {
        return Ok(size);
    }
    let (name, macro_name) = (T::NAME, init_macro(T::NAME));
    Err(Error::invalid_argument(format!("{name}.struct_size is {size}; initialise it with {macro_name}")))
}

/// The initialiser of the struct `name`: `THUMBLING_SPEC_INIT` for `thumbling_spec_t`.
pub(super) fn init_macro(name: &str) -> String {
    format!("{}_INIT", name.trim_end_matches("_t").to_uppercase())
}

/// The `struct_size` of a struct that the caller passed.
///
/// # Safety
/// `at` is valid for reads of a `usize`.
pub(super) unsafe fn size_of_passed<T: Versioned>(at: NonNull<T>) -> Result<usize> {
    // SAFETY: promised by the caller; the size is the first field.
    check::<T>(unsafe { at.cast::<usize>().as_ptr().read_unaligned() })
}

/// The struct at `from`, on top of the defaults for what its header did not know.
///
/// # Safety
/// `from` is NULL or points to as many readable bytes as its first field says.
pub(super) unsafe fn read<T: Versioned>(from: *const T) -> Result<T> {
    let from = NonNull::new(from.cast_mut()).ok_or_else(|| null(T::NAME))?;
    // SAFETY: promised by the caller.
    unsafe { read_sized(from, size_of_passed(from)?) }
}

/// As [`read`]; nothing for NULL.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn read_optional<T: Versioned>(from: *const T) -> Result<Option<T>> {
    // SAFETY: promised by the caller.
    if from.is_null() { Ok(None) } else { unsafe { read(from) }.map(Some) }
}

/// The struct of `size` bytes at `from`; its own size has to agree, as in an array.
///
/// # Safety
/// `from` points to `size` readable bytes, at least [`Versioned::FIRST_SIZE`].
pub(super) unsafe fn read_sized<T: Versioned>(from: NonNull<T>, size: usize) -> Result<T> {
    // SAFETY: promised by the caller.
    if unsafe { size_of_passed(from) }? != size {
        return Err(Error::invalid_argument(format!("{}.struct_size differs within the array", T::NAME)));
    }
    let known = size.min(size_of::<T>());
    let mut value = T::default();
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

/// A struct that the library fills. Cleared but for its size as soon as the call begins.
pub(super) struct OutStruct<'a, T>(NonNull<T>, usize, PhantomData<&'a mut T>);

impl<T: Versioned> OutStruct<'_, T> {
    /// # Safety
    /// `to` is NULL or points to as many bytes as its first field says, writable until the call ends.
    pub(super) unsafe fn new(to: *mut T) -> Result<Self> {
        let to = NonNull::new(to).ok_or_else(|| null(T::NAME))?;
        // SAFETY: promised by the caller.
        let size = unsafe { size_of_passed(to) }?;
        // SAFETY: promised by the caller; the size is kept.
        unsafe { to.cast::<u8>().as_ptr().add(size_of::<usize>()).write_bytes(0, size - size_of::<usize>()) };
        Ok(Self(to, size, PhantomData))
    }

    /// Writes as much of `value` as the caller's struct has room for.
    pub(super) fn put(self, value: T) {
        let (to, known) = (self.0.cast::<u8>().as_ptr(), self.1.min(size_of::<T>()));
        let from = (&raw const value).cast::<u8>();
        // SAFETY: `new` was promised that `self.1` bytes are writable, and `known` is at most that and the size of
        // `value`. The first field stays.
        unsafe {
            let head = size_of::<usize>();
            std::ptr::copy_nonoverlapping(from.add(head), to.add(head), known - head);
        }
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
        const NAME: &'static str = "thumbling_now_t";
        const FIRST_SIZE: usize = 16;
        fn default() -> Self {
            Self { struct_size: 24, old: 1, new: 2 }
        }
    }

    fn read_words(words: &[u64]) -> Result<Now> {
        // SAFETY: every test passes as many bytes as its first word says, or a size that is refused.
        unsafe { read(words.as_ptr().cast::<Now>()) }
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
            let error = read_words(&[size, 7, 8]).unwrap_err();
            assert!(error.detail().ends_with("THUMBLING_NOW_INIT"), "{error}");
        }
    }

    #[test]
    fn an_older_struct_is_not_written_past_its_end() {
        let mut words = [16u64, 0, 99];
        // SAFETY: 24 bytes are there, of which 16 are lent.
        unsafe { OutStruct::new(words.as_mut_ptr().cast::<Now>()) }.unwrap().put(Now::default());
        assert_eq!(words, [16, 1, 99]);
    }

    #[test]
    fn the_additional_fields_of_a_newer_struct_are_cleared() {
        let mut words = [32u64, 99, 99, 99];
        // SAFETY: 32 bytes are there.
        unsafe { OutStruct::new(words.as_mut_ptr().cast::<Now>()) }.unwrap().put(Now::default());
        assert_eq!(words, [32, 1, 2, 0]);
    }

    #[test]
    fn a_struct_is_cleared_if_the_call_fails() {
        let mut words = [24u64, 99, 99];
        // SAFETY: 24 bytes are there.
        unsafe { OutStruct::new(words.as_mut_ptr().cast::<Now>()) }.unwrap();
        assert_eq!(words, [24, 0, 0]);
    }
}
