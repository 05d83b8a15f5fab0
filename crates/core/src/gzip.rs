//! Decompresses gzip files within the limits of a request.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::decode::Context;
use crate::error::{Error, Result};
use crate::limits::Reservation;

/// Bytes inflated between two checks of the deadline.
const STEP: u64 = 1 << 20;

/// Whether `bytes` start with the magic of gzip (RFC 1952).
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// Decompresses all members of `bytes`. Damaged data is returned up to the damage, with a warning.
///
/// # Errors
/// `corrupt` if nothing precedes the damage, `limit` above
/// [`Limits::max_part`](crate::limits::Limits::max_part) bytes.
pub fn inflate(bytes: &[u8], cx: &Context<'_>) -> Result<(Vec<u8>, Reservation)> {
    let max = cx.limits().max_part;
    let (mut out, mut held) = (Vec::new(), cx.reserve(0)?);
    let mut gzip = MultiGzDecoder::new(bytes);
    loop {
        cx.check()?;
        held.grow(STEP)?;
        let done = (&mut gzip).take(STEP).read_to_end(&mut out);
        if out.len() as u64 > max {
            return Err(Error::limit(format!("inflates to more than {max} bytes")));
        }
        match done {
            Ok(0) => return Ok((out, held)),
            Ok(_) => {}
            Err(e) if out.is_empty() => return Err(Error::corrupt(format!("gzip: {e}")).caused_by(e)),
            Err(_) => {
                cx.warn("the compressed data is damaged; what precedes the damage is shown");
                return Ok((out, held));
            }
        }
    }
}
