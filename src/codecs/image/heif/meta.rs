//! The `meta` box (ISO/IEC 14496-12, clause 8.11): items, their locations, references and properties.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::location::{Location, locations};
use super::property::{Nclx, Property, properties};
use crate::containers::bmff::boxes::{FourCc, boxes, find, full_box};
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::geometry::Size;

/// One item: a coded picture, a derived one, metadata.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) kind: FourCc,
    pub(super) protected: bool,
    pub(super) location: Location,
    /// Positions in [`Meta::properties`], in the order of association, which is that of transforms.
    properties: Vec<usize>,
}

/// The content of a `meta` box that concerns pictures.
#[derive(Debug, Clone, Default)]
pub(super) struct Meta {
    /// The item to show.
    pub(super) primary: Option<u32>,
    pub(super) items: BTreeMap<u32, Item>,
    pub(super) properties: Vec<Property>,
    /// References from one item to others: kind and origin, then targets in order.
    pub(super) references: HashMap<(FourCc, u32), Vec<u32>>,
    /// Content of `idat`, for items stored in it.
    pub(super) idat: Arc<[u8]>,
}

impl Meta {
    /// Parses the payload of a `meta` box with at most `max_items` items.
    pub(super) fn parse(payload: &[u8], max_items: usize) -> Result<Self> {
        // QuickTime writes `meta` without version and flags: the first box is in their place.
        let body = match find(payload.get(4..).unwrap_or_default(), b"hdlr") {
            Ok(Some(_)) => payload.get(4..).unwrap_or_default(),
            _ => payload,
        };
        let mut meta = Self::default();
        for entry in boxes(body) {
            let (kind, body) = entry?;
            match &kind {
                b"pitm" => {
                    let (version, _, mut bytes) = full_box(body)?;
                    meta.primary = Some(bytes.u16_or_u32(version > 0)?);
                }
                b"iinf" => meta.read_infos(body, max_items)?,
                b"iloc" => {
                    for (id, location) in locations(body, max_items)? {
                        meta.items.entry(id).or_default().location = location;
                    }
                }
                b"iref" => meta.read_references(body)?,
                b"iprp" => meta.read_properties(body, max_items)?,
                b"idat" => meta.idat = body.into(),
                _ => {}
            }
        }
        Ok(meta)
    }

    fn read_infos(&mut self, body: &[u8], max_items: usize) -> Result<()> {
        let (version, _, mut bytes) = full_box(body)?;
        bytes.u16_or_u32(version > 0)?;
        for entry in boxes(bytes.rest()).take(max_items) {
            let (kind, body) = entry?;
            let (version, _, mut bytes) = full_box(body)?;
            if &kind != b"infe" || version < 2 {
                continue;
            }
            let id = bytes.u16_or_u32(version > 2)?;
            let protected = bytes.u16()? != 0;
            let item = self.items.entry(id).or_default();
            (item.kind, item.protected) = (bytes.array()?, protected);
        }
        Ok(())
    }

    fn read_references(&mut self, body: &[u8]) -> Result<()> {
        let (version, _, bytes) = full_box(body)?;
        for entry in boxes(bytes.rest()) {
            let (kind, body) = entry?;
            let mut bytes = crate::containers::bmff::bytes::Bytes::new(body);
            let from = bytes.u16_or_u32(version > 0)?;
            let n = bytes.u16()?;
            let to = (0..n).map(|_| bytes.u16_or_u32(version > 0)).collect::<Result<Vec<_>>>()?;
            self.references.entry((kind, from)).or_default().extend(to);
        }
        Ok(())
    }

    fn read_properties(&mut self, body: &[u8], max_items: usize) -> Result<()> {
        for entry in boxes(body) {
            let (kind, body) = entry?;
            match &kind {
                b"ipco" => self.properties = properties(body)?,
                b"ipma" => {
                    let (version, flags, mut bytes) = full_box(body)?;
                    for _ in 0..(bytes.u32()? as usize).min(max_items) {
                        let id = bytes.u16_or_u32(version > 0)?;
                        for _ in 0..bytes.u8()? {
                            // The top bit marks essential properties; positions count from 1.
                            let at = if flags & 1 == 1 { bytes.u16()? & 0x7fff } else { u16::from(bytes.u8()? & 0x7f) };
                            let Some(at) = usize::from(at).checked_sub(1) else { continue };
                            self.items.entry(id).or_default().properties.push(at);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds an item that is in no `meta` box: a frame of a sequence.
    pub(super) fn add(&mut self, id: u32, kind: FourCc, location: Location, properties: Vec<Property>) {
        let first = self.properties.len();
        let positions = (first..first + properties.len()).collect();
        self.properties.extend(properties);
        self.items.insert(id, Item { kind, protected: false, location, properties: positions });
    }

    /// Adds a reference of `kind`.
    pub(super) fn refer(&mut self, kind: FourCc, from: u32, to: u32) {
        self.references.entry((kind, from)).or_default().push(to);
    }

    /// The item `id`; `encrypted` if it is protected.
    pub(super) fn item(&self, id: u32) -> Result<&Item> {
        match self.items.get(&id) {
            Some(item) if item.protected => Err(Error::new(ErrorKind::Encrypted, "the picture is protected")),
            Some(item) => Ok(item),
            None => Err(Error::corrupt(format!("no item {id}"))),
        }
    }

    /// The properties of an item, in the order of association.
    pub(super) fn properties(&self, id: u32) -> impl Iterator<Item = &Property> {
        let positions = self.items.get(&id).map(|item| item.properties.as_slice()).unwrap_or_default();
        positions.iter().filter_map(|at| self.properties.get(*at))
    }

    /// The size of the reconstructed picture of an item.
    pub(super) fn extent(&self, id: u32) -> Option<Size> {
        self.properties(id).find_map(|p| match p {
            Property::Extent(size) => Some(*size),
            _ => None,
        })
    }

    /// The payload of a codec property.
    pub(super) fn codec(&self, id: u32, kind: &FourCc) -> Option<&Arc<[u8]>> {
        self.properties(id).find_map(|p| match p {
            Property::Codec(k, body) if k == kind => Some(body),
            _ => None,
        })
    }

    pub(super) fn nclx(&self, id: u32) -> Option<Nclx> {
        self.properties(id).find_map(|p| match p {
            Property::Nclx(nclx) => Some(*nclx),
            _ => None,
        })
    }

    pub(super) fn icc(&self, id: u32) -> Option<Arc<[u8]>> {
        self.properties(id).find_map(|p| match p {
            Property::Icc(icc) => Some(icc.clone()),
            _ => None,
        })
    }

    /// Targets of the references of `kind` from `id`, in order.
    pub(super) fn targets(&self, kind: &FourCc, id: u32) -> &[u32] {
        self.references.get(&(*kind, id)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Items with a reference of `kind` to `id`, smallest id first.
    pub(super) fn origins(&self, kind: &FourCc, id: u32) -> Vec<u32> {
        let mut from: Vec<u32> = self
            .references
            .iter()
            .filter(|((k, _), to)| k == kind && to.contains(&id))
            .map(|((_, from), _)| *from)
            .collect();
        from.sort_unstable();
        from
    }

    /// The auxiliary item that holds the alpha of `id`.
    pub(super) fn alpha(&self, id: u32) -> Option<u32> {
        const ALPHA: [&str; 2] = ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"];
        let is_alpha = |p: &Property| matches!(p, Property::Auxiliary(urn) if ALPHA.contains(&urn.as_str()));
        self.origins(b"auxl", id).into_iter().find(|aux| self.properties(*aux).any(is_alpha))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thumbling_core::error::ErrorKind;

    fn bx(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], &body].concat()
    }

    /// Items 1 and 2, where 2 is the alpha of 1; item 1 is rotated, then mirrored.
    fn sample(protection: u8) -> Vec<u8> {
        let info = |id: u8| bx(b"infe", &[&[2, 0, 0, 0, 0, id, 0, protection], b"av01", &[0]]);
        let extent = bx(b"ispe", &[&[0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7]]);
        let alpha = bx(b"auxC", &[&[0; 4], b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"]);
        let properties = bx(b"ipco", &[&bx(b"imir", &[&[1]]), &extent, &bx(b"irot", &[&[1]]), &alpha]);
        let associations = bx(b"ipma", &[&[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 3, 2, 0x83, 0x81, 0, 2, 2, 2, 4]]);
        bx(
            b"meta",
            &[
                &[0; 4],
                &bx(b"hdlr", &[&[0; 24]]),
                &bx(b"pitm", &[&[0, 0, 0, 0, 0, 1]]),
                &bx(b"iinf", &[&[0, 0, 0, 0, 0, 2], &info(1), &info(2)]),
                &bx(b"iref", &[&[0; 4], &bx(b"auxl", &[&[0, 2, 0, 1, 0, 1]])]),
                &bx(b"iprp", &[&properties, &associations]),
            ],
        )
    }

    #[test]
    fn properties_keep_the_order_of_their_association() {
        let meta = Meta::parse(&sample(0)[8..], 10).unwrap();
        let of_first: Vec<_> = meta.properties(1).collect();
        let expected = [Property::Extent(Size::new(9, 7)), Property::Rotation(1), Property::Mirror(1)];
        assert_eq!(of_first, expected.iter().collect::<Vec<_>>());
    }

    #[test]
    fn alpha_is_found_by_its_reference() {
        let meta = Meta::parse(&sample(0)[8..], 10).unwrap();
        assert_eq!((meta.primary, meta.alpha(1), meta.alpha(2)), (Some(1), Some(2), None));
    }

    #[test]
    fn a_protected_item_is_encrypted() {
        let meta = Meta::parse(&sample(1)[8..], 10).unwrap();
        assert_eq!(meta.item(1).unwrap_err().kind(), ErrorKind::Encrypted);
    }

    #[test]
    fn a_description_cut_anywhere_is_no_panic() {
        let whole = sample(0);
        for n in 8..whole.len() {
            let _ = Meta::parse(&whole[8..n], 10);
        }
    }
}
