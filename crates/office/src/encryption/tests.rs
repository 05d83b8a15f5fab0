use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cipher::{Aes, Hash};
use super::*;
use crate::ole::tests::compound;
use crate::testing;

const SALT: [u8; 16] = *b"salt of sixteen.";

fn encrypt(key: &[u8], bytes: &[u8], start: Option<&[u8]>) -> Vec<u8> {
    let aes = aes::Aes128::new_from_slice(key).unwrap();
    let mut before: Vec<u8> = start.map(|s| s[..16].to_vec()).unwrap_or_default();
    let mut out = Vec::new();
    for chunk in bytes.chunks(16) {
        let mut block = [0; 16];
        block[..chunk.len()].copy_from_slice(chunk);
        block.iter_mut().zip(&before).for_each(|(b, x)| *b ^= x);
        let mut one = aes::Block::from(block);
        aes.encrypt_block(&mut one);
        if start.is_some() {
            before = one.to_vec();
        }
        out.extend_from_slice(&one);
    }
    out
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A file with agile encryption: AES-128, SHA-1, segments.
fn agile_file(password: &str, content: &[u8], rounds: u32) -> Vec<u8> {
    let hash = Hash::Sha1;
    let mut secret = hash.of(&[&SALT, &utf16(password)]);
    for n in 0..rounds.min(1000) {
        secret = hash.of(&[&n.to_le_bytes(), &secret]);
    }
    let key_for = |purpose: &[u8]| hash.of(&[&secret, purpose])[..16].to_vec();
    let key = *b"key of a package";
    let input = *b"to be hashed....";
    let field = |purpose: &[u8], bytes: &[u8]| STANDARD.encode(encrypt(&key_for(purpose), bytes, Some(&SALT)));
    let fields = [
        field(&[0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79], &input),
        field(&[0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E], &hash.of(&[&input])),
        field(&[0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6], &key),
    ];
    let how = format!(
        "keyBits='128' blockSize='16' hashSize='20' cipherAlgorithm='AES' cipherChaining='ChainingModeCBC' \
         hashAlgorithm='SHA1' saltValue='{}'",
        STANDARD.encode(SALT)
    );
    let xml = format!(
        "<encryption xmlns='http://schemas.microsoft.com/office/2006/encryption' xmlns:p='urn:p'><keyData {how}/>\
         <keyEncryptors><keyEncryptor><p:encryptedKey spinCount='{rounds}' {how} encryptedVerifierHashInput='{}' \
         encryptedVerifierHashValue='{}' encryptedKeyValue='{}'/></keyEncryptor></keyEncryptors></encryption>",
        fields[0], fields[1], fields[2]
    );
    let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0][..], xml.as_bytes()].concat();
    let mut package = (content.len() as u64).to_le_bytes().to_vec();
    for (n, segment) in content.chunks(4096).enumerate() {
        package.extend(encrypt(&key, segment, Some(&hash.of(&[&SALT, &(n as u32).to_le_bytes()]))));
    }
    compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &package)])
}

/// A file with standard encryption: AES-128, SHA-1.
fn standard_file(password: &str, content: &[u8]) -> Vec<u8> {
    let hash = Hash::Sha1;
    let mut secret = hash.of(&[&SALT, &utf16(password)]);
    for n in 0..50_000_u32 {
        secret = hash.of(&[&n.to_le_bytes(), &secret]);
    }
    secret = hash.of(&[&secret, &[0; 4]]);
    let mut padded = [0x36; 64];
    padded.iter_mut().zip(&secret).for_each(|(p, s)| *p ^= s);
    let key = hash.of(&[&padded])[..16].to_vec();
    let input = *b"to be hashed....";
    let numbers = [0x24_u32, 32, 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0, 16];
    let mut info = vec![3, 0, 2, 0];
    info.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    info.extend_from_slice(&SALT);
    info.extend(encrypt(&key, &input, None));
    info.extend_from_slice(&20_u32.to_le_bytes());
    info.extend(encrypt(&key, &[&hash.of(&[&input])[..], &[0; 12]].concat(), None));
    let package = [&(content.len() as u64).to_le_bytes()[..], &encrypt(&key, content, None)].concat();
    compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &package)])
}

fn opened(file: &[u8]) -> Result<Vec<u8>> {
    testing::with_context(|cx| package(&Source::from_slice(file), cx)?.read_all(1 << 20)).0
}

#[test]
fn the_default_password_opens_a_file() {
    let content: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
    assert_eq!(opened(&agile_file(PASSWORD, &content, 1000)).unwrap(), content);
    assert_eq!(opened(&standard_file(PASSWORD, &content)).unwrap(), content);
}

#[test]
fn another_password_is_encrypted() {
    for file in [agile_file("another", b"content", 1000), standard_file("another", b"content")] {
        assert_eq!(opened(&file).unwrap_err().kind(), ErrorKind::Encrypted);
    }
}

#[test]
fn too_many_hash_iterations_are_refused() {
    assert_eq!(opened(&agile_file(PASSWORD, b"content", u32::MAX)).unwrap_err().kind(), ErrorKind::Encrypted);
}

#[test]
fn truncated_encrypted_files_are_typed_errors() {
    let whole = agile_file(PASSWORD, &[7; 9000], 10);
    for n in 0..64 {
        let _ = opened(&whole[..whole.len() * n / 64]);
    }
    assert!(opened(&whole[..600]).is_err());
}

#[test]
fn aes_refuses_other_key_lengths() {
    assert!(Aes::new(&[0; 16]).is_some() && Aes::new(&[0; 32]).is_some());
    assert!(Aes::new(&[0; 15]).is_none() && Aes::new(&[]).is_none());
}

#[test]
fn encryption_of_older_formats_is_detected() {
    let checked = |name: &str, content: &[u8]| {
        let file = Source::from_bytes(compound(&[(name, content)]));
        testing::with_context(|cx| check_ole(&CompoundFile::open(&file, cx)?, cx)).0.map_err(|e| e.kind())
    };
    let mut document = [0; 32];
    assert_eq!(checked("WordDocument", &document), Ok(()));
    document[11] = 1;
    assert_eq!(checked("WordDocument", &document), Err(ErrorKind::Encrypted));
    let mut user = [0; 20];
    user[12..16].copy_from_slice(&0xF3D1_C4DF_u32.to_le_bytes());
    assert_eq!(checked("Current User", &user), Err(ErrorKind::Encrypted));
    let book = [&[9, 8, 4, 0, 0, 6, 5, 0][..], &[0x2F, 0, 2, 0, 0, 0], &[10, 0, 0, 0]].concat();
    assert_eq!(checked("Workbook", &book), Err(ErrorKind::Encrypted));
    assert_eq!(checked("Workbook", &[9, 8, 0, 0, 10, 0, 0, 0, 0x2F, 0, 0, 0]), Ok(()));
}
