//! A safe wrapper of PDFium: documents over a [`Source`], pages drawn into pixels.
//!
//! The library is loaded once per process, at run time: from the path in `THUMBLING_PDFIUM`, from the folder of this
//! library or of the running command, or from the system's library path. It is never downloaded. An empty
//! `THUMBLING_PDFIUM` turns it off.
//!
//! PDFium is not thread-safe, so every call holds **one lock**, for which a caller waits a short time, and no longer
//! than its deadline. Several threads may have documents open; their calls take turns. While PDFium draws a page it
//! asks, some thousand times a second, whether to pause; once the deadline has passed the answer is yes, and drawing
//! ends. Opening and parsing only stop at reads, which fail after the deadline.
//!
//! Scripts, launch actions and XFA are not run: no such call is made, and builds with V8 or XFA gain nothing here.
#![allow(unsafe_code)] // FFI: PDFium has no other interface.

use std::ffi::{c_int, c_uchar, c_ulong, c_void};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pdfium_render::prelude::{
    FPDF_BITMAP, FPDF_DOCUMENT, FPDF_FILEACCESS, FPDF_FORMFILLINFO, FPDF_FORMHANDLE, FPDF_PAGE, IFSDK_PAUSE, Pdfium,
    PdfiumLibraryBindings,
};

use thumbling_core::cancel::Interrupt;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;
use thumbling_core::source::Source;

/// The environment variable with the path of the library, or of its folder.
const PATH_VARIABLE: &str = "THUMBLING_PDFIUM";

/// How long to wait for another document: what takes longer may never end.
const MAX_WAIT: Duration = Duration::from_millis(1500);

/// Bytes per fetch: PDFium requests 512 at a time.
const WINDOW: usize = 16 << 10;
/// Windows kept, so that alternating between a table and its objects fetches neither twice.
const WINDOWS: usize = 16;

// From fpdfview.h and fpdf_progressive.h.
const FPDF_ANNOT: c_int = 0x01;
const FPDF_REVERSE_BYTE_ORDER: c_int = 0x10;
const BITMAP_BGRX: c_int = 3;
const RENDER_TO_BE_CONTINUED: c_int = 1;
const RENDER_DONE: c_int = 2;
const ERR_FILE: c_ulong = 2;
const ERR_PASSWORD: c_ulong = 4;
const ERR_SECURITY: c_ulong = 5;

/// The loaded and initialised library: `None` if it was not found.
fn library() -> Option<&'static dyn PdfiumLibraryBindings> {
    static LIBRARY: OnceLock<Option<Box<dyn PdfiumLibraryBindings>>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| {
            if std::env::var_os(PATH_VARIABLE).is_some_and(|path| path.is_empty()) {
                return None;
            }
            let bindings = candidates().into_iter().find_map(|path| Pdfium::bind_to_library(path).ok());
            let bindings = bindings.or_else(|| Pdfium::bind_to_system_library().ok())?;
            // SAFETY: the first call into the library, made once, while no other thread has its bindings.
            unsafe { bindings.FPDF_InitLibrary() };
            Some(bindings)
        })
        .as_deref()
}

/// Whether PDFium is available.
pub(crate) fn is_available() -> bool {
    library().is_some()
}

/// Paths that may be the library, in order of preference.
fn candidates() -> Vec<PathBuf> {
    let name = Pdfium::pdfium_platform_library_name();
    let mut files = Vec::new();
    if let Some(named) = std::env::var_os(PATH_VARIABLE).map(PathBuf::from) {
        files.push(if named.is_dir() { named.join(&name) } else { named });
    }
    let mut beside = |file: Option<PathBuf>| {
        if let Some(folder) = file.as_deref().and_then(Path::parent) {
            // Cargo's test executables are one folder below the command.
            files.push(folder.join(&name));
            if folder.ends_with("deps") || folder.ends_with("examples") {
                files.push(folder.with_file_name(&name));
            }
        }
    };
    beside(own_file());
    beside(std::env::current_exe().ok());
    files.retain(|file| file.is_file());
    files
}

/// The file that contains this code: the shared library or the executable.
#[cfg(unix)]
fn own_file() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address is allowed, `info` is writable, and is read only after it was written; the name in it is
    // a string that the loader keeps as long as the object is loaded, which it is while its code runs.
    let name = unsafe {
        if libc::dladdr(own_file as *const c_void, info.as_mut_ptr()) == 0 {
            return None;
        }
        let name = info.assume_init().dli_fname;
        (!name.is_null()).then(|| std::ffi::CStr::from_ptr(name))
    }?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(name.to_bytes())))
}

#[cfg(not(unix))]
fn own_file() -> Option<PathBuf> {
    None
}

/// The lock: whether it is held.
static BUSY: Mutex<bool> = Mutex::new(false);
static FREE: Condvar = Condvar::new();

/// A guard: PDFium may be called until it is dropped.
struct LockGuard(&'static dyn PdfiumLibraryBindings);

impl LockGuard {
    /// Waits for the lock as long as `interrupt` allows, and at most [`MAX_WAIT`]: then it is `busy`. Without an
    /// interrupt it waits for ever.
    fn acquire(interrupt: Option<&Interrupt>) -> Result<Self> {
        let library = library().ok_or_else(|| Error::new(ErrorKind::FeatureDisabled, "no PDFium library was found"))?;
        let mut busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now();
        while *busy {
            if let Some(interrupt) = interrupt {
                interrupt.check()?;
                if start.elapsed() > MAX_WAIT {
                    return Err(Error::new(ErrorKind::Busy, "PDFium is busy with another document"));
                }
            }
            let waited = FREE.wait_timeout(busy, Duration::from_millis(10));
            busy = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *busy = true;
        Ok(Self(library))
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        *BUSY.lock().unwrap_or_else(PoisonError::into_inner) = false;
        FREE.notify_one();
    }
}

/// The state that PDFium's read callback uses, only with the lock held.
struct Reader {
    source: Source,
    interrupt: Interrupt,
    /// Offset and bytes, the most recently used one last.
    windows: Vec<(u64, Vec<u8>)>,
    /// The error of a failed read.
    failed: Option<Error>,
}

impl Reader {
    fn read(&mut self, mut at: u64, mut out: &mut [u8]) -> Result<()> {
        if out.len() >= WINDOW {
            self.interrupt.check()?;
            return self.source.read_exact_at(at, out);
        }
        while !out.is_empty() {
            let start = at - at % WINDOW as u64;
            let window = self.window(start)?;
            let from = (at - start) as usize;
            let have = window.get(from..).filter(|w| !w.is_empty());
            let have = have.ok_or_else(|| Error::corrupt(format!("the file ends before byte {at}")))?;
            let n = have.len().min(out.len());
            let (now, later) = out.split_at_mut(n);
            now.copy_from_slice(&have[..n]);
            (at, out) = (at + n as u64, later);
        }
        Ok(())
    }

    fn window(&mut self, start: u64) -> Result<&[u8]> {
        match self.windows.iter().position(|(at, _)| *at == start) {
            Some(i) => {
                let window = self.windows.remove(i);
                self.windows.push(window);
            }
            None => {
                self.interrupt.check()?;
                let mut bytes = if self.windows.len() < WINDOWS { Vec::new() } else { self.windows.remove(0).1 };
                bytes.resize(WINDOW, 0);
                let n = self.source.read_up_to(start, &mut bytes)?;
                bytes.truncate(n);
                self.windows.push((start, bytes));
            }
        }
        Ok(self.windows.last().map_or(&[], |(_, bytes)| bytes))
    }
}

/// PDFium's read callback: returns non-zero on success.
unsafe extern "C" fn get_block(reader: *mut c_void, position: c_ulong, buf: *mut c_uchar, size: c_ulong) -> c_int {
    let read = || {
        // SAFETY: `reader` is the `Reader` that the document was opened with; it lives as long as the document, and
        // the caller of PDFium, which holds the lock, has no reference to it meanwhile. `buf` has room for `size` bytes,
        // which PDFium owns and does not read before this returns; zeroed first, they are initialised.
        let (reader, out) = unsafe {
            std::ptr::write_bytes(buf, 0, size as usize);
            (&mut *reader.cast::<Reader>(), std::slice::from_raw_parts_mut(buf, size as usize))
        };
        // `c_ulong` has 32 bits on some systems.
        #[allow(clippy::useless_conversion)]
        let read = reader.read(u64::from(position), out);
        read.map_err(|e| reader.failed = Some(e)).is_ok()
    };
    // A host's callback may panic; a panic must not cross C++.
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    c_int::from(read.unwrap_or(false))
}

/// PDFium's pause callback: pauses when the time is up.
unsafe extern "C" fn need_to_pause(pause: *mut IFSDK_PAUSE) -> c_int {
    // SAFETY: PDFium passes the structure that it was given, whose `user` is the `Interrupt` of the call.
    let interrupt = unsafe { &*(*pause).user.cast::<Interrupt>() };
    c_int::from(interrupt.check().is_err())
}

/// An open document.
pub(crate) struct Document {
    handle: FPDF_DOCUMENT,
    form: FPDF_FORMHANDLE,
    // PDFium has pointers to both as long as the document is open.
    reader: *mut Reader,
    form_info: Option<Pin<Box<FPDF_FORMFILLINFO>>>,
}

// SAFETY: the document is used by one thread at a time (no method takes it shared), and PDFium's own state only with
// the lock held; nothing in it is bound to the thread that opened it.
unsafe impl Send for Document {}

impl Document {
    /// Opens a document without a password. `encrypted` if it needs one.
    pub(crate) fn open(source: &Source, interrupt: &Interrupt) -> Result<Self> {
        let size = c_ulong::try_from(source.size()).map_err(|_| Error::limit("a file too large for PDFium"))?;
        let lock = LockGuard::acquire(Some(interrupt))?;
        let reader = Reader { source: source.clone(), interrupt: interrupt.clone(), windows: Vec::new(), failed: None };
        let mut document = Self {
            handle: std::ptr::null_mut(),
            form: std::ptr::null_mut(),
            reader: Box::into_raw(Box::new(reader)),
            form_info: None,
        };
        let mut access =
            FPDF_FILEACCESS { m_FileLen: size, m_GetBlock: Some(get_block), m_Param: document.reader.cast() };
        // SAFETY: the lock is held; `access` is copied by PDFium, and what it points to lives as long as the document.
        document.handle = unsafe { lock.0.FPDF_LoadCustomDocument(&mut access, None) };
        if !document.handle.is_null() {
            return Ok(document);
        }
        // SAFETY: the lock is held; the error is that of the last call, made here.
        let code = unsafe { lock.0.FPDF_GetLastError() };
        // The lock is released before the document is dropped, which takes it again.
        drop(lock);
        interrupt.check()?;
        Err(match (document.failure(), code) {
            (Some(e), _) if e.kind() != ErrorKind::Corrupt => e,
            (_, ERR_PASSWORD) => Error::new(ErrorKind::Encrypted, "a password is needed"),
            (_, ERR_SECURITY) => Error::unsupported("an encryption that PDFium does not support"),
            (_, ERR_FILE) => Error::corrupt("the file could not be read"),
            _ => Error::corrupt("not a PDF document"),
        })
    }

    /// The source's error, if a read failed.
    fn failure(&mut self) -> Option<Error> {
        // SAFETY: outside of calls to PDFium nothing else refers to the reader.
        unsafe { (*self.reader).failed.take() }
    }

    /// The number of pages that the document declares.
    pub(crate) fn pages(&mut self, interrupt: &Interrupt) -> Result<u32> {
        let lock = LockGuard::acquire(Some(interrupt))?;
        // SAFETY: the lock is held, with an open document.
        Ok(u32::try_from(unsafe { lock.0.FPDF_GetPageCount(self.handle) }).unwrap_or(0))
    }

    /// Whether the document is encrypted (and opens without a password).
    pub(crate) fn is_encrypted(&mut self, interrupt: &Interrupt) -> Result<bool> {
        let lock = LockGuard::acquire(Some(interrupt))?;
        // SAFETY: the lock is held, with an open document. -1 is for no encryption.
        Ok(unsafe { lock.0.FPDF_GetSecurityHandlerRevision(self.handle) } >= 0)
    }

    /// Width and height of a page after rotation, pt.
    pub(crate) fn page_size(&mut self, page: u32, interrupt: &Interrupt) -> Result<(f64, f64)> {
        let lock = LockGuard::acquire(Some(interrupt))?;
        let (mut width, mut height) = (0.0, 0.0);
        let page = c_int::try_from(page).unwrap_or(c_int::MAX);
        // SAFETY: the lock is held, with an open document; the two results are written to.
        let found = unsafe { lock.0.FPDF_GetPageSizeByIndex(self.handle, page, &mut width, &mut height) };
        match found {
            0 => Err(Error::corrupt("the page cannot be found")),
            _ => Ok((width, height)),
        }
    }

    /// A page with its annotations and form fields at `size` px over white: RGBX, 4 bytes per pixel.
    pub(crate) fn render(&mut self, page: u32, size: Size, interrupt: &Interrupt) -> Result<Vec<u8>> {
        let side = |n: u32| c_int::try_from(n).map_err(|_| Error::limit("a page too large"));
        let (width, height) = (side(size.width)?, side(size.height)?);
        let mut pixels = vec![0xFF; size.pixels() as usize * 4];
        let lock = LockGuard::acquire(Some(interrupt))?;
        self.start_form(&lock);
        let page = c_int::try_from(page).unwrap_or(c_int::MAX);
        // SAFETY: the lock is held, with an open document.
        let page = unsafe { lock.0.FPDF_LoadPage(self.handle, page) };
        if page.is_null() {
            drop(lock);
            interrupt.check()?;
            return Err(self
                .failure()
                .filter(|e| e.kind() == ErrorKind::Io)
                .unwrap_or_else(|| Error::corrupt("the page cannot be loaded")));
        }
        // SAFETY: the lock is held; `pixels` holds `height` rows of `width` pixels of 4 bytes and outlives the bitmap.
        let bitmap = unsafe {
            lock.0.FPDFBitmap_CreateEx(width, height, BITMAP_BGRX, pixels.as_mut_ptr().cast(), width.saturating_mul(4))
        };
        let drawn = match bitmap.is_null() {
            true => Err(Error::limit("PDFium refuses a bitmap of this size")),
            false => self.draw(&lock, page, bitmap, (width, height), interrupt),
        };
        // SAFETY: the lock is held; the handles came from PDFium, are closed once, and are not used any more.
        unsafe {
            if !bitmap.is_null() {
                lock.0.FPDFBitmap_Destroy(bitmap);
            }
            if !self.form.is_null() {
                lock.0.FORM_OnBeforeClosePage(page, self.form);
            }
            lock.0.FPDF_ClosePage(page);
        }
        drop(lock);
        interrupt.check()?;
        drawn.map(|()| pixels)
    }

    /// Prepares form fields for drawing, once, if the document has any.
    fn start_form(&mut self, lock: &LockGuard) {
        if self.form_info.is_some() {
            return;
        }
        // SAFETY: the lock is held, with an open document. 0 is for no form.
        if unsafe { lock.0.FPDF_GetFormType(self.handle) } == 0 {
            return;
        }
        // SAFETY: the structure is plain data of integers, pointers and optional functions, for all of which zero is
        // a value: no function at all, which version 1 allows for functions that are only called on user actions.
        let mut info = Box::pin(unsafe { std::mem::zeroed::<FPDF_FORMFILLINFO>() });
        info.version = 1;
        // SAFETY: the lock is held; `info` is pinned and lives until the form is closed.
        self.form = unsafe { lock.0.FPDFDOC_InitFormFillEnvironment(self.handle, &mut *info) };
        self.form_info = Some(info);
    }

    fn draw(
        &self,
        lock: &LockGuard,
        page: FPDF_PAGE,
        bitmap: FPDF_BITMAP,
        (width, height): (c_int, c_int),
        interrupt: &Interrupt,
    ) -> Result<()> {
        let flags = FPDF_ANNOT | FPDF_REVERSE_BYTE_ORDER;
        let user = std::ptr::from_ref(interrupt).cast_mut().cast();
        let mut pause = IFSDK_PAUSE { version: 1, NeedToPauseNow: Some(need_to_pause), user };
        // SAFETY: the lock is held, with handles that are open; `pause` and the interrupt outlive the calls, and what
        // was started is closed whether it ended or not.
        let status = unsafe {
            if !self.form.is_null() {
                lock.0.FORM_OnAfterLoadPage(page, self.form);
            }
            let mut status =
                lock.0.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, flags, &mut pause);
            // It also pauses by itself.
            while status == RENDER_TO_BE_CONTINUED && interrupt.check().is_ok() {
                status = lock.0.FPDF_RenderPage_Continue(page, &mut pause);
            }
            lock.0.FPDF_RenderPage_Close(page);
            if status == RENDER_DONE && !self.form.is_null() {
                lock.0.FPDF_FFLDraw(self.form, bitmap, page, 0, 0, width, height, 0, flags);
            }
            status
        };
        interrupt.check()?;
        match status {
            RENDER_DONE => Ok(()),
            _ => Err(Error::corrupt("the page cannot be drawn")),
        }
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        // Every holder releases the lock by its deadline.
        if let Ok(lock) = LockGuard::acquire(None) {
            // SAFETY: the lock is held; the handles came from PDFium and are closed once, the form before its document.
            unsafe {
                if !self.form.is_null() {
                    lock.0.FPDFDOC_ExitFormFillEnvironment(self.form);
                }
                if !self.handle.is_null() {
                    lock.0.FPDF_CloseDocument(self.handle);
                }
            }
        }
        // SAFETY: made by `Box::into_raw` in `open`; PDFium, which had the only other pointer, has closed the document.
        drop(unsafe { Box::from_raw(self.reader) });
    }
}
