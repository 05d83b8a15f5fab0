//! A thumbnail in one call
//!
//! For several sizes from one decode, limits, cancelling and other sources see thumbling_thumbnails_new.

use std::ffi::{c_char, c_void};
use std::ptr::NonNull;

use super::boundary;
use super::error::{self, thumbling_error_t};
use super::handle::Table;
use super::pointer::{self, Out, Text};
use super::spec::{self, thumbling_spec_t};
use super::status::thumbling_status_t;
use super::text;
use super::versioned::{self, OutStruct, versioned};
use thumbling::{Error, Request, Result, Source, Thumbnail};

/// A finished thumbnail. `data` is valid until thumbling_image_free or, for an image of thumbling_thumbnails_at, until
/// the thumbnails are freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct thumbling_image_t {
    /// sizeof(thumbling_image_t).
    pub struct_size: usize,
    /// The encoded file, or the pixels for THUMBLING_OUTPUT_RGBA.
    pub data: *const u8,
    /// Bytes of `data`.
    pub len: usize,
    /// "image/jpeg", "image/webp", "image/png", "image/avif" or "application/octet-stream". Static string.
    pub media_type: *const c_char,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// THUMBLING_OUTPUT_...: output format; never THUMBLING_OUTPUT_AUTO.
    pub output: i32,
    /// Zero.
    pub reserved: u32,
    /// Private: owner of the memory; 0 if the image owns none.
    pub owner: u64,
}

versioned!(thumbling_image_t);

pub(super) static IMAGES: Table<Vec<u8>> = Table::new(5, "thumbling_image_t");

impl thumbling_image_t {
    /// An image of `item` that owns nothing.
    pub(super) fn borrowed(item: &Thumbnail) -> Result<Self> {
        Ok(Self {
            struct_size: size_of::<Self>(),
            data: item.bytes.as_ptr(),
            len: item.bytes.len(),
            media_type: text::fixed(item.media_type),
            width: item.width,
            height: item.height,
            output: spec::output(item.output)?,
            reserved: 0,
            owner: 0,
        })
    }
}

/// Makes a thumbnail of the file `path`: NUL-terminated, bytes as the system has them, UTF-8 on Windows. `spec` may be
/// NULL for a JPEG in a box of 256 x 256 px. Free the image with thumbling_image_free; what it held before is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_make_from_path(
    path: *const c_char,
    spec: *const thumbling_spec_t,
    image: *mut thumbling_image_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let (path, error) = unsafe { (Text::new(path), Out::new(error)) };
    error::status(error, || {
        // SAFETY: the header asks for NULL or valid structs, with their sizes set.
        unsafe {
            make(spec, image, |request| {
                let path = path.path("path")?;
                let request = match path.file_name() {
                    Some(name) => request.name(name.to_string_lossy()),
                    None => request,
                };
                Ok((Source::from_path(path)?, request))
            })
        }
    })
}

/// Makes a thumbnail of the file in memory. `spec` and `image` are as for thumbling_make_from_path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_make_from_bytes(
    data: *const c_void,
    len: usize,
    spec: *const thumbling_spec_t,
    image: *mut thumbling_image_t,
    error: *mut thumbling_error_t,
) -> thumbling_status_t {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let error = unsafe { Out::new(error) };
    error::status(error, || {
        // SAFETY: the header asks for NULL or valid structs, with their sizes set, and for `len` bytes until the call
        // returns, by when the source is dropped.
        unsafe {
            make(spec, image, |request| {
                let data: &'static [u8] = pointer::bytes(data, len)?;
                Ok((Source::from_bytes(data), request))
            })
        }
    })
}

/// # Safety
/// The pointers are NULL or valid, with their sizes set.
unsafe fn make(
    spec: *const thumbling_spec_t,
    image: *mut thumbling_image_t,
    open: impl FnOnce(Request) -> Result<(Source, Request)>,
) -> Result<()> {
    // SAFETY: promised by the caller.
    let (image, spec) = unsafe { (OutStruct::new(image)?, spec::optional_spec(spec)?) };
    let (source, request) = open(spec.into_iter().fold(Request::new(), Request::spec))?;
    let thumbnails = thumbling::thumbnail(&source, &request)?;
    let item = thumbnails.items.into_iter().next().ok_or_else(|| Error::internal("a request without a thumbnail"))?;
    // Moving the vector into the table moves none of its bytes.
    let view = thumbling_image_t::borrowed(&item)?;
    image.put(thumbling_image_t { owner: IMAGES.insert(item.bytes)?, ..view });
    Ok(())
}

/// Frees the memory of an image and clears the struct. NULL and an image that owns no memory are no-ops.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thumbling_image_free(image: *mut thumbling_image_t) -> thumbling_status_t {
    boundary::status(|| {
        if NonNull::new(image).is_none() {
            return Ok(());
        }
        // SAFETY: the header asks for a valid struct, with its size set.
        let owner = unsafe { versioned::read(image.cast_const()) }?.owner;
        // SAFETY: as above. Clears the struct.
        unsafe { OutStruct::new(image) }?;
        IMAGES.free(owner)
    })
}
