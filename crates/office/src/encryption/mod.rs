//! Encrypted documents (MS-OFFCRYPTO): detection, and decryption with Excel's default password.
//!
//! Excel encrypts workbooks that are only protected against changes with `VelvetSweatshop`, and opens them without
//! asking. An encrypted OOXML package is an OLE2 file of two streams: the encryption parameters, and the package, which
//! is decrypted as it is read. There is no support for other passwords.

mod agile;
mod cipher;
mod error;
mod standard;
#[cfg(test)]
mod tests;

use std::io::Read;

pub(super) use error::encrypted_error;

use super::ole::CompoundFile;
use super::package::Package;
use super::xml::{Event, Reader};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::source::Source;

/// Excel's default password.
const PASSWORD: &str = "VelvetSweatshop";

/// Bytes of encryption parameters.
const MAX_INFO: u64 = 64 << 10;

/// Records at the start of a workbook that are searched for FilePass.
const MAX_RECORDS: usize = 64;

/// The decrypted package of an OLE2 file; `encrypted` if the password is not the default one.
pub fn package(source: &Source, cx: &Context<'_>) -> Result<Source> {
    package_of(source, PASSWORD, cx)
}

fn package_of(source: &Source, password: &str, cx: &Context<'_>) -> Result<Source> {
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = CompoundFile::open(source, cx)?;
    let info = file.stream("EncryptionInfo", cx)?.read_all(MAX_INFO)?;
    let content = file.stream("EncryptedPackage", cx)?;
    let mut size = [0; 8];
    content.read_exact_at(0, &mut size)?;
    let encrypted = content.slice(8, content.size());
    // A truncated file claims more than it has.
    let size = u64::from_le_bytes(size).min(encrypted.size());
    match info.get(..4) {
        Some([4, 0, 4, 0]) => agile::open(info.get(8..).unwrap_or_default(), encrypted, size, &password, cx),
        Some([2..=4, 0, 2, 0]) => standard::open(&info[4..], encrypted, size, &password, cx),
        Some(_) => Err(encrypted_error()),
        None => Err(Error::corrupt("missing or damaged encryption parameters")),
    }
}

/// Fails with `encrypted` if the document in this OLE2 file is.
pub fn check_ole(file: &CompoundFile, cx: &Context<'_>) -> Result<()> {
    let stream = |name: &str| file.stream(name, cx);
    let is_encrypted = if let Ok(document) = stream("WordDocument") {
        // FibBase.fEncrypted (MS-DOC 2.5.2).
        document.head()?.get(10..12).is_some_and(|flags| flags[1] & 1 != 0)
    } else if let Ok(user) = stream("Current User") {
        // CurrentUserAtom.headerToken (MS-PPT 2.3.2).
        user.head()?.get(12..16) == Some(&[0xDF, 0xC4, 0xD1, 0xF3])
    } else if let Ok(book) = stream("Workbook").or_else(|_| stream("Book")) {
        has_file_pass(&book)?
    } else {
        false
    };
    if is_encrypted { Err(encrypted_error()) } else { Ok(()) }
}

/// Whether FilePass (MS-XLS 2.4.117) is among the first records of a workbook.
fn has_file_pass(book: &Source) -> Result<bool> {
    let mut at = 0;
    for _ in 0..MAX_RECORDS {
        let mut header = [0; 4];
        if book.read_up_to(at, &mut header)? < 4 {
            return Ok(false);
        }
        let [kind, length] = [[header[0], header[1]], [header[2], header[3]]].map(u16::from_le_bytes);
        match kind {
            0x002F => return Ok(true),
            // The globals end without it, so the rest is not encrypted.
            0x000A => return Ok(false),
            _ => at += 4 + u64::from(length),
        }
    }
    Ok(false)
}

/// Fails with `encrypted` if the manifest of this ODF package says how to decrypt its parts.
pub fn check_odf(package: &Package, cx: &Context<'_>) -> Result<()> {
    let Ok(manifest) = package.reader("META-INF/manifest.xml", cx) else { return Ok(()) };
    let mut xml = Reader::new(std::io::BufReader::new(manifest.take(cx.limits().max_part)), cx);
    loop {
        match xml.next_event() {
            Ok(Event::Start) if xml.start().name().ends_with("encryption-data") => return Err(encrypted_error()),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            // A damaged manifest is ignored.
            Err(e) if e.kind() == ErrorKind::Corrupt => return Ok(()),
            Err(e) => return Err(e),
        }
    }
}
