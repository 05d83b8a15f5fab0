use super::keyring::Key;
use super::*;

const BASE: &str = "https://drive.example:8443/thumb";
const NOW: SystemTime = UNIX_EPOCH;

fn at(seconds: u64) -> SystemTime {
    NOW + Duration::from_secs(seconds)
}

fn ring() -> Keyring {
    Keyring::new(Key::new("k1", &[7; 32]).unwrap())
}

fn claims(space: &str, file: &str, version: &str, spec: &str, expires: u64) -> Claims {
    let file = FileRef::new(SpaceId::new(space).unwrap(), FileId::new(file).unwrap());
    Claims { file, version: Version::new(version).unwrap(), spec: spec.into(), expires }
}

fn sample(n: usize) -> Claims {
    let file = ["pic.png", "../资料/夏 天.mp4", "FkiferVNK5NwXck7XXBhPLIRhV1GayJPc", ".", "a/b?c#d%2f~"][n % 5];
    claims(&format!("space-{}", n % 7), &format!("{file}{n}"), &format!("{:x}-{n}", n * 7919), "small", 1000 + n as u64)
}

fn signed(keys: &Keyring, claims: &Claims) -> String {
    sign(keys, BASE, claims, at(900)).unwrap().url
}

/// Pseudo-random numbers from a fixed seed: xorshift64*.
struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

#[test]
fn a_signed_url_verifies_to_its_claims() {
    let keys = ring();
    for n in 0..100 {
        let claims = sample(n);
        let url = signed(&keys, &claims);
        assert_eq!(verify(&keys, BASE, &url, at(950)), Ok(claims));
        assert!(url.bytes().all(|b| b.is_ascii_graphic() && b != b'%'), "{url}");
        assert!(url.contains("?sign="), "{url}");
    }
}

#[test]
fn a_url_expires() {
    let keys = ring();
    let url = signed(&keys, &claims("s", "f", "v", "small", 1000));
    assert!(verify(&keys, BASE, &url, at(999)).is_ok());
    assert_eq!(verify(&keys, BASE, &url, at(1000)), Err(UrlError));
}

#[test]
fn no_url_lives_longer_than_seven_days() {
    let keys = ring();
    let week = MAX_LIFE.as_secs();
    assert!(sign(&keys, BASE, &claims("s", "f", "v", "small", 900 + week), at(900)).is_ok());
    assert!(sign(&keys, BASE, &claims("s", "f", "v", "small", 901 + week), at(900)).is_err());
    assert!(sign(&keys, BASE, &claims("s", "f", "v", "small", 900), at(900)).is_err());
    // Signed while the clock was a day ahead.
    let url = sign(&keys, BASE, &claims("s", "f", "v", "small", 90_000 + week), at(90_000)).unwrap().url;
    assert_eq!(verify(&keys, BASE, &url, at(3_600)), Err(UrlError));
}

#[test]
fn a_url_of_another_engine_is_refused() {
    let url = signed(&ring(), &sample(1));
    let other = Keyring::new(Key::new("k1", &[8; 32]).unwrap());
    assert_eq!(verify(&other, BASE, &url, at(950)), Err(UrlError));
    assert_eq!(verify(&ring(), "https://drive.example/thumb", &url, at(950)), Err(UrlError));
}

#[test]
fn a_url_is_valid_while_its_key_is_accepted() {
    let keys = ring();
    let url = signed(&keys, &sample(1));
    keys.rotate(Key::new("k2", &[9; 32]).unwrap()).unwrap();
    assert!(verify(&keys, BASE, &url, at(950)).is_ok());
    assert!(signed(&keys, &sample(1)).contains("/1.k2/"));
    keys.retire("k1").unwrap();
    assert_eq!(verify(&keys, BASE, &url, at(950)), Err(UrlError));
}

#[test]
fn every_bit_flip_of_100_urls_is_refused() {
    let keys = ring();
    let mut flips = 0;
    for n in 0..100 {
        let url = signed(&keys, &sample(n));
        for bit in 0..url.len() * 8 {
            let mut bytes = url.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            // Not UTF-8: cannot be passed at all.
            if let Ok(flipped) = std::str::from_utf8(&bytes) {
                assert_eq!(verify(&keys, BASE, flipped, at(950)), Err(UrlError), "{flipped}");
            }
        }
    }
    assert!(flips > 100_000);
}

#[test]
fn none_of_a_million_mutated_urls_is_accepted() {
    let keys = ring();
    let urls: Vec<String> = (0..100).map(|n| signed(&keys, &sample(n))).collect();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut tried, mut same) = (0, 0);
    while tried < 1_000_000 {
        let url = &urls[random.below(urls.len())];
        let mutated = mutate(url, &urls, &mut random);
        if urls.contains(&mutated) {
            same += 1;
            continue;
        }
        tried += 1;
        assert_eq!(verify(&keys, BASE, &mutated, at(950)), Err(UrlError), "{mutated}");
    }
    assert!(same < 100_000, "most mutations change something: {same}");
}

/// Applies one to four random edits of the kind an attacker would try.
fn mutate(url: &str, urls: &[String], random: &mut Random) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/?:=&%#+ \0\x7f";
    let mut bytes = url.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let (at, other) = (random.below(bytes.len().max(1)), &urls[random.below(urls.len())]);
        let letter = LETTERS[random.below(LETTERS.len())];
        let end = (at + random.below(12)).min(bytes.len());
        match random.below(10) {
            0 if !bytes.is_empty() => bytes[at] = letter,
            1 => bytes.insert(at, letter),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(..at)),
            // Repeats or removes a part.
            5 => bytes = [&bytes[..end], &bytes[at..]].concat(),
            6 => drop(bytes.drain(at..end)),
            // Joins parts of two URLs: an expiry, a signature or a file of another one.
            7 => {
                let cut = |text: &[u8], mark: u8| text.iter().rposition(|&b| b == mark).unwrap_or(text.len());
                let mark = b"/?=:."[random.below(5)];
                bytes = [&bytes[..cut(&bytes, mark)], &other.as_bytes()[cut(other.as_bytes(), mark)..]].concat();
            }
            8 => bytes = String::from_utf8_lossy(&bytes).replacen('~', "%", 1 + random.below(3)).into_bytes(),
            _ if at < bytes.len() => bytes[at] = bytes[at].to_ascii_uppercase() ^ (random.below(2) as u8) << 5,
            _ => bytes.push(letter),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_changed_expiry_is_refused() {
    let keys = ring();
    let url = signed(&keys, &claims("s", "f", "v", "small", 1000));
    let longer = url.replace(":1000", ":9999");
    assert_eq!(verify(&keys, BASE, &longer, at(999)), Err(UrlError));
    assert_eq!(verify(&keys, BASE, url.split(":1000").next().unwrap(), at(999)), Err(UrlError));
}

#[test]
fn a_url_beyond_the_maximum_length_is_refused() {
    let url = format!("{BASE}/1.k1/{}", "a".repeat(1 << 20));
    assert_eq!(verify(&ring(), BASE, &url, at(0)), Err(UrlError));
    let long = "资".repeat(MAX_ID / 3);
    let claims = claims(&long, &long, &long, "small", 1000);
    assert_eq!(verify(&ring(), BASE, &signed(&ring(), &claims), at(950)), Ok(claims));
}

#[test]
fn debug_output_of_a_url_hides_its_signature() {
    let url = sign(&ring(), BASE, &sample(1), at(900)).unwrap();
    assert!(!format!("{url:?}").contains("sign="));
}
