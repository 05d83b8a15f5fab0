//! Which blocks a scan has, in which order, and which tables decode them (T.81, A.2).

use super::header::{Header, Process};
use super::huffman::SkipTable;
use super::markers::{Scan, Tables};
use super::plane::Coefficients;
use thumbling_core::error::{Error, Result};

/// T.81, B.2.3.
const MCU_MAX: usize = 10;

/// How the bits of a scan change the coefficients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Differences from the previous coefficient, shifted right by `low` bits.
    First { low: u8 },
    /// One bit per coefficient, at position `low`.
    Refine { low: u8 },
}

/// A component's blocks in an MCU.
pub(super) struct Part {
    /// Index into the frame's components.
    pub index: usize,
    /// Blocks per MCU: columns and rows.
    pub h: usize,
    pub v: usize,
    /// Index into the scan's tables.
    table: usize,
    /// The previous coefficient.
    pub predictor: i32,
}

/// The shape of a scan.
pub(super) struct Layout {
    pub parts: Vec<Part>,
    tables: Vec<SkipTable>,
    /// Number of MCUs.
    pub columns: usize,
    pub rows: usize,
}

impl Layout {
    /// # Errors
    /// `unsupported` for MCUs of more than ten blocks, `corrupt` if a Huffman table is missing.
    pub(super) fn new(
        header: &Header,
        tables: &Tables,
        scan: &Scan,
        pass: Pass,
        planes: &[Coefficients],
    ) -> Result<Self> {
        let mut made: Vec<((u8, u8), SkipTable)> = Vec::new();
        let mut parts = Vec::new();
        let (mut columns, mut rows) = {
            let (h_max, v_max) = header.sampling();
            (header.width.div_ceil(8 * h_max) as usize, header.height.div_ceil(8 * v_max) as usize)
        };
        for selected in &scan.components {
            let (Some(component), Some(plane)) = (header.components.get(selected.index), planes.get(selected.index))
            else {
                return Err(Error::corrupt("scan of an unknown component"));
            };
            let key = (selected.dc, selected.ac);
            let table = match made.iter().position(|(known, _)| *known == key) {
                Some(table) => table,
                None => {
                    made.push((key, skip_table(header.process, tables, key, pass)?));
                    made.len() - 1
                }
            };
            let (mut h, mut v) = (usize::from(component.h), usize::from(component.v));
            if scan.components.len() == 1 {
                // Not interleaved: an MCU is one block, and padding blocks are not coded.
                (h, v) = (1, 1);
                (columns, rows) = (plane.columns, plane.rows);
            }
            parts.push(Part { index: selected.index, h, v, table, predictor: 0 });
        }
        let tables = made.into_iter().map(|(_, table)| table).collect();
        let layout = Self { parts, tables, columns, rows };
        match layout.blocks() {
            0 => Err(Error::corrupt("scan without components")),
            1..=MCU_MAX => Ok(layout),
            _ => Err(Error::unsupported("more than ten blocks in an MCU")),
        }
    }

    /// Blocks per MCU, 1 to 10.
    pub(super) fn blocks(&self) -> usize {
        self.parts.iter().map(|part| part.h * part.v).sum()
    }

    /// The table of each block in an MCU.
    pub(super) fn order(&self) -> Vec<&SkipTable> {
        let blocks = self.parts.iter().flat_map(|part| std::iter::repeat_n(part.table, part.h * part.v));
        blocks.filter_map(|table| self.tables.get(table)).collect()
    }
}

fn skip_table(process: Process, tables: &Tables, (dc, ac): (u8, u8), pass: Pass) -> Result<SkipTable> {
    let missing = || Error::corrupt("scan without its Huffman table");
    let table = match pass {
        Pass::Refine { .. } => SkipTable::without_codes(),
        Pass::First { .. } => {
            let dc = tables.dc.get(usize::from(dc)).and_then(Option::as_ref).ok_or_else(missing)?;
            let ac = match process {
                Process::Progressive => None,
                _ => Some(tables.ac.get(usize::from(ac)).and_then(Option::as_ref).ok_or_else(missing)?),
            };
            SkipTable::new(dc, ac)
        }
    };
    table.ok_or_else(|| Error::limit("no memory for the Huffman tables"))
}
