//! Random bytes of the operating system, for names and keys that cannot be guessed.

use thumbling::{Error, ErrorKind, Result};

/// `N` random bytes; `io` if the system cannot provide them.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::new(ErrorKind::Io, format!("no randomness: {e}")).caused_by(e))?;
    Ok(bytes)
}
