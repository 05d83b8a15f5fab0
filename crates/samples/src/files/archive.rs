//! ZIP with stored entries (PKWARE's APPNOTE.TXT).

pub fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in entries {
        let at = file.len() as u32;
        // Version, flags, method, time, date (2026-01-01).
        let mut head = [20u16, 0x800, 0, 0, 46 << 9 | 1 << 5 | 1].map(u16::to_le_bytes).concat();
        head.extend([crc(data), data.len() as u32, data.len() as u32].map(u32::to_le_bytes).concat());
        head.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(data);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, n) = (file.len() as u32, (entries.len() as u16).to_le_bytes());
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([n, n].concat());
    file.extend([directory.len() as u32, at].map(u32::to_le_bytes).concat());
    file.extend([0; 2]);
    file
}

/// CRC-32 (ISO 3309).
fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
