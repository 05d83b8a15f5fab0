//! PackBits: TIFF 6.0 section 9.

use std::io::{self, BufRead, Read};

/// The decompressed bytes of `input`.
pub(super) fn stream<R: BufRead>(input: R) -> impl Read {
    PackBits { input, left: 0, repeated: None }
}

struct PackBits<R> {
    input: R,
    /// Bytes left in the current run.
    left: usize,
    /// The repeated byte of a run; `None` in a literal run.
    repeated: Option<u8>,
}

impl<R: BufRead> PackBits<R> {
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        self.input.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

impl<R: BufRead> Read for PackBits<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < out.len() {
            if self.left == 0 {
                (self.left, self.repeated) = match self.byte()?.map(|n| n as i8) {
                    None => break,
                    Some(-128) => continue,
                    Some(n) if n >= 0 => (n as usize + 1, None),
                    Some(n) => match self.byte()? {
                        Some(byte) => (1 + usize::from(n.unsigned_abs()), Some(byte)),
                        None => break,
                    },
                };
            }
            let n = self.left.min(out.len() - done);
            let n = match self.repeated {
                Some(byte) => {
                    out[done..done + n].fill(byte);
                    n
                }
                None => match self.input.read(&mut out[done..done + n])? {
                    0 => break,
                    n => n,
                },
            };
            self.left -= n;
            done += n;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_unpacks() {
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let mut out = Vec::new();
        stream(&packed[..]).read_to_end(&mut out).unwrap();
        let expected = [
            0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22, 0xAA, 0xAA, 0xAA, 0xAA,
            0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA,
        ];
        assert_eq!(out, expected);
    }
}
