//! Obfuscated URLs, which do not show file names to people who look over a shoulder or into a log.
//!
//! Obfuscation is not protection: decoders are public, in C, C++, Go, JavaScript, Java and Python (`bindings/decoders`).
//! The signature inside is what protects.
//!
//! ```text
//! "obf1." base64url(seed, 4 bytes ‖ url xor stream(seed))
//! seed          FNV-1a of the URL, 32 bits, most significant byte first: detects damage, and is deterministic, so
//!               that caches work
//! stream(seed)  xorshift32 (13, 17, 5) from seed xor 9e3779b9 (1 if that is zero); the top byte of each state
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Prefix of every obfuscated URL.
pub const PREFIX: &str = "obf1.";

/// Obfuscates `url`.
pub fn encode(url: &str) -> String {
    let seed = fnv1a(url.as_bytes());
    let mut bytes = [&seed.to_be_bytes(), url.as_bytes()].concat();
    mix(seed, &mut bytes[4..]);
    let mut out = PREFIX.to_owned();
    URL_SAFE_NO_PAD.encode_string(bytes, &mut out);
    out
}

/// Decodes `obfuscated`; `None` if [`encode`] did not produce it.
pub fn decode(obfuscated: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(obfuscated.strip_prefix(PREFIX)?).ok()?;
    let (seed, url) = bytes.split_first_chunk::<4>()?;
    let (seed, mut url) = (u32::from_be_bytes(*seed), url.to_vec());
    mix(seed, &mut url);
    String::from_utf8(url).ok().filter(|url| fnv1a(url.as_bytes()) == seed)
}

/// Its own inverse.
fn mix(seed: u32, body: &mut [u8]) {
    let mut state = match seed ^ 0x9e37_79b9 {
        0 => 1,
        state => state,
    };
    for byte in body {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *byte ^= (state >> 24) as u8;
    }
}

/// FNV-1a, 32 bits: RFC 9923.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://127.0.0.1:8080/thumb/1.k1/mary/%E5%9B%BE/3/small?sign=AAAA:1749530110";

    #[test]
    fn a_url_round_trips_and_hides_its_names() {
        let hidden = encode(URL);
        assert_eq!(decode(&hidden).as_deref(), Some(URL));
        assert!(!hidden.contains("mary") && hidden.is_ascii());
        assert_eq!(hidden, encode(URL));
    }

    #[test]
    fn a_damaged_url_is_refused() {
        let hidden = encode(URL);
        for at in 0..hidden.len() {
            let mut bytes = hidden.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(decode(std::str::from_utf8(&bytes).unwrap()), None, "byte {at}");
            assert_eq!(decode(&hidden[..at]), None, "cut at {at}");
        }
        assert_eq!(decode(URL), None);
    }

    /// Checks the vectors that decoders in other languages are tested with (`tests/decoders/run`). Regenerate them with
    /// `THUMBLING_WRITE_VECTORS=1 cargo test --features engine obfuscate`.
    #[test]
    fn the_published_vectors_decode() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings/decoders/vectors.json");
        let made = vectors();
        if std::env::var_os("THUMBLING_WRITE_VECTORS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), made);
        let vectors: serde_json::Value = serde_json::from_str(&made).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert!(vectors.len() >= 40);
        for vector in vectors {
            let text = vector["obfuscated"].as_str().unwrap();
            assert_eq!(decode(text).as_deref(), vector["url"].as_str(), "{}", vector["name"]);
        }
    }

    /// One JSON object per line; `url` is null where a decoder has to refuse.
    fn vectors() -> String {
        let long = format!("https://drive.example/{}?sign=x:1", "é".repeat(4000));
        let every: String = (1..=0x7f).chain([0xe9, 0x56fe, 0x1f4f7, 0x10_ffff]).filter_map(char::from_u32).collect();
        let mut urls = vec![URL.to_owned(), String::new(), "a".into(), "图片 📷".into(), long, every];
        urls.extend(
            (0..20).map(|n| format!("https://drive.example/thumb/1.k1/s/{}/v/small?sign=m:{n}", "f".repeat(n))),
        );
        let good = urls.iter().enumerate().map(|(i, url)| (format!("url {i}"), encode(url), Some(url.clone())));
        let hidden = encode(URL);
        let wrong = [
            ("empty", String::new()),
            ("the prefix alone", PREFIX.into()),
            ("not obfuscated", URL.into()),
            ("another prefix", hidden.replacen("obf1", "obf2", 1)),
            ("no prefix", hidden[PREFIX.len()..].into()),
            ("cut", hidden[..hidden.len() - 1].into()),
            ("cut by four", hidden[..hidden.len() - 4].into()),
            ("three bytes", format!("{PREFIX}AAAA")),
            ("one letter", format!("{PREFIX}A")),
            ("padded", format!("{PREFIX}{}==", URL_SAFE_NO_PAD.encode([0; 10]))),
            ("a letter of standard base64", hidden[..hidden.len() - 1].to_owned() + "+"),
            ("a space", hidden.clone() + " "),
            ("a line feed", hidden.clone() + "\n"),
            ("beyond ASCII", hidden.clone() + "é"),
            ("a changed letter", swap(&hidden, 30)),
            ("a changed seed", swap(&hidden, PREFIX.len())),
            ("loose bits", loose()),
            ("a byte that is no UTF-8", not_utf8(b"\xff\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80")),
            ("a continuation alone", not_utf8(b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80")),
            ("a surrogate", not_utf8(b"\xed\xa0\x80")),
            ("an overlong letter", not_utf8(b"\xc1\xa1")),
            ("an overlong slash", not_utf8(b"\xe0\x80\xaf")),
            ("past the end of Unicode", not_utf8(b"\xf4\x90\x80\x80")),
            ("a letter cut off", not_utf8(b"\xe5\x9b")),
            ("another seed", other_seed()),
        ];
        let wrong = wrong.into_iter().map(|(name, text)| (name.to_owned(), text, None));
        let lines: Vec<String> = good
            .chain(wrong)
            .map(|(name, obfuscated, url)| {
                format!("{}", serde_json::json!({"name": name, "obfuscated": obfuscated, "url": url}))
            })
            .collect();
        format!("[\n{}\n]\n", lines.join(",\n"))
    }

    fn swap(text: &str, at: usize) -> String {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    }

    fn sealed(url: &[u8], seed: u32) -> String {
        let mut body = url.to_vec();
        mix(seed, &mut body);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([&seed.to_be_bytes()[..], &body].concat()))
    }

    fn not_utf8(bytes: &[u8]) -> String {
        let url = [b"https://drive.example/", bytes].concat();
        sealed(&url, fnv1a(&url))
    }

    fn other_seed() -> String {
        sealed(URL.as_bytes(), 0x0102_0304)
    }

    /// The last letter of unpadded base64 may have unused bits, which have to be zero.
    fn loose() -> String {
        let hidden = (0..3).map(|n| encode(&"a".repeat(n))).find(|text| (text.len() - PREFIX.len()) % 4 == 2).unwrap();
        let last = match hidden.as_bytes()[hidden.len() - 1] {
            b'A' => 'B',
            b'Q' => 'R',
            b'g' => 'h',
            _ => 'x',
        };
        format!("{}{last}", &hidden[..hidden.len() - 1])
    }
}
