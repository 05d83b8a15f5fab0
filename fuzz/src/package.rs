//! Zip packages of the given parts; missing parts of a presentation are filled in from a skeleton.

use crate::parts::Part;

/// A minimal presentation with one part of each kind. Parts missing from an input are taken from here.
const SKELETON: &[(&str, &str)] = &[
    ("[Content_Types].xml", include_str!("skeleton/content_types.xml")),
    ("_rels/.rels", include_str!("skeleton/package.rels")),
    ("ppt/presentation.xml", include_str!("skeleton/presentation.xml")),
    ("ppt/_rels/presentation.xml.rels", include_str!("skeleton/presentation.rels")),
    ("ppt/slides/slide1.xml", include_str!("skeleton/slide.xml")),
    ("ppt/slides/_rels/slide1.xml.rels", include_str!("skeleton/slide.rels")),
    ("ppt/slideLayouts/slideLayout1.xml", include_str!("skeleton/layout.xml")),
    ("ppt/slideLayouts/_rels/slideLayout1.xml.rels", include_str!("skeleton/layout.rels")),
    ("ppt/slideMasters/slideMaster1.xml", include_str!("skeleton/master.xml")),
    ("ppt/slideMasters/_rels/slideMaster1.xml.rels", include_str!("skeleton/master.rels")),
    ("ppt/theme/theme1.xml", include_str!("skeleton/theme.xml")),
];

/// A presentation with these parts and, for all others, those of the skeleton.
pub fn presentation(parts: &[Part<'_>]) -> Vec<u8> {
    let is_present = |name: &str| parts.iter().any(|(part, _)| *part == name);
    let filled = SKELETON.iter().filter(|(name, _)| !is_present(name)).map(|(name, text)| (*name, text.as_bytes()));
    zip(&filled.chain(parts.iter().copied()).collect::<Vec<_>>())
}

/// A zip file with just these parts, stored (APPNOTE.TXT, sections 4.3.7 to 4.3.16).
pub fn zip(parts: &[Part<'_>]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let start = file.len() as u32;
        let mut fields = Vec::new();
        // Version, flags, method, time, date.
        [20, 0, 0, 0, 0x21].iter().for_each(|n: &u16| fields.extend(n.to_le_bytes()));
        [crc32fast::hash(bytes), bytes.len() as u32, bytes.len() as u32]
            .iter()
            .for_each(|n| fields.extend(n.to_le_bytes()));
        [name.len() as u16, 0].iter().for_each(|n| fields.extend(n.to_le_bytes()));
        file.extend(b"PK\x03\x04");
        file.extend(&fields);
        file.extend(name.as_bytes());
        file.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        // Comment length, disk, internal and external attributes, 10 bytes in all.
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (file.len() as u32, parts.len() as u16);
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend([(directory.len() as u32).to_le_bytes(), start.to_le_bytes()].concat());
    file.extend([0; 2]);
    file
}
