//! LZW: TIFF 6.0 section 13, and the variant of older writers, which fill bytes from the lowest bit and switch code
//! width one code later.

use std::io::{self, BufRead, Read};

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

/// The decompressed bytes of `input`.
pub(super) fn stream<R: BufRead>(mut input: R) -> io::Result<impl Read> {
    // A strip starts with the clear code, 256 in nine bits: 0x80 from the top, 0x00 0x01 from the bottom.
    let old = matches!(input.fill_buf()?, [0, second, ..] if second & 1 == 1);
    let decoder = match old {
        true => Decoder::new(BitOrder::Lsb, 8),
        false => Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    Ok(Lzw { input, decoder })
}

struct Lzw<R> {
    input: R,
    decoder: Decoder,
}

impl<R: BufRead> Read for Lzw<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let input = self.input.fill_buf()?;
            let at_end = input.is_empty();
            let done = self.decoder.decode_bytes(input, out);
            self.input.consume(done.consumed_in);
            match done.status {
                _ if done.consumed_out > 0 => return Ok(done.consumed_out),
                Err(e) => return Err(io::Error::new(io::ErrorKind::InvalidData, format!("LZW: {e:?}"))),
                Ok(LzwStatus::Done) => return Ok(0),
                Ok(_) if at_end || done.consumed_in == 0 => return Ok(0),
                Ok(_) => {}
            }
        }
    }
}
