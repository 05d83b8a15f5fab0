//! The headers: DDS_HEADER, DDS_HEADER_DXT10 (Microsoft, "DDS file layout").

use super::layout::{Block, Layout, Packed};
use thumbling_core::bytes::u32_le;
use thumbling_core::error::{Error, Result};
use thumbling_core::geometry::Size;

/// Magic and DDS_HEADER.
const HEADER: u64 = 128;
/// DDS_HEADER_DXT10.
const EXTENDED: u64 = 20;
/// Number of levels of a side of 2^32.
const MAX_LEVELS: u32 = 32;

/// The description before the pixels.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// Size of the largest level, px.
    pub size: Size,
    /// Number of levels, each half the size of the previous.
    pub levels: u32,
    /// How pixels are stored.
    pub layout: Layout,
    /// Whether colours are premultiplied by alpha.
    pub premultiplied: bool,
    /// Offset of the largest level of the first face or slice.
    pub pixels: u64,
}

impl Header {
    pub(crate) fn parse(head: &[u8]) -> Result<Self> {
        let field = |at: usize| u32_le(head, at).unwrap_or(0);
        if head.len() < HEADER as usize || !head.starts_with(b"DDS ") {
            return Err(Error::corrupt("the file ends inside its header"));
        }
        let size = Size::new(field(16), field(12));
        if size.pixels() == 0 {
            return Err(Error::corrupt(format!("a picture of {}x{} px", size.width, size.height)));
        }
        let (flags, code) = (field(80), field(84));
        let mut pixels = HEADER;
        let mut premultiplied = false;
        let layout = match &code.to_le_bytes() {
            b"DX10" if flags & 4 != 0 => {
                pixels += EXTENDED;
                premultiplied = field(144) & 7 == 2;
                dxgi(field(128))?
            }
            _ if flags & 4 != 0 => {
                premultiplied = matches!(&code.to_le_bytes(), b"DXT2" | b"DXT4");
                four_cc(code)?
            }
            _ => masked(flags, field(88), [field(92), field(96), field(100), field(104)])?,
        };
        // Depth 0 and 1 are not a volume; each level of a volume contains all its slices.
        let is_volume = field(112) & 0x20_0000 != 0 && field(24) > 1;
        let levels = if is_volume { 1 } else { field(28).clamp(1, MAX_LEVELS) };
        Ok(Self { size, levels, layout, premultiplied, pixels })
    }
}

fn masked(flags: u32, bits: u32, masks: [u32; 4]) -> Result<Layout> {
    let alpha = if flags & 3 != 0 { masks[3] } else { 0 };
    if !matches!(bits, 8 | 16 | 24 | 32) {
        return Err(Error::unsupported(format!("{bits}-bit pixels")));
    }
    let color = match (flags & 0x2_0000 != 0, flags & 2 != 0 && flags & 0x40 == 0) {
        (true, _) => [masks[0]; 3],
        // Only alpha: shown as grey.
        (_, true) => return Ok(Layout::Masked { bytes: bits / 8, masks: [masks[3], masks[3], masks[3], 0] }),
        _ => [masks[0], masks[1], masks[2]],
    };
    Ok(Layout::Masked { bytes: bits / 8, masks: [color[0], color[1], color[2], alpha] })
}

fn four_cc(code: u32) -> Result<Layout> {
    Ok(match &code.to_le_bytes() {
        b"DXT1" => Layout::Blocks(Block::Bc1),
        b"DXT2" | b"DXT3" => Layout::Blocks(Block::Bc2),
        b"DXT4" | b"DXT5" | b"RXGB" => Layout::Blocks(Block::Bc3),
        b"ATI1" | b"BC4U" => Layout::Blocks(Block::Bc4 { signed: false }),
        b"BC4S" => Layout::Blocks(Block::Bc4 { signed: true }),
        b"ATI2" | b"BC5U" => Layout::Blocks(Block::Bc5 { signed: false }),
        b"BC5S" => Layout::Blocks(Block::Bc5 { signed: true }),
        // D3DFORMAT numbers.
        _ => match code {
            36 => Layout::Packed(Packed::Rgba16),
            111 => Layout::Packed(Packed::RHalf),
            113 => Layout::Packed(Packed::RgbaHalf),
            114 => Layout::Packed(Packed::RFloat),
            116 => Layout::Packed(Packed::RgbaFloat),
            _ => {
                return Err(Error::unsupported(format!(
                    "pixels of {:?}",
                    String::from_utf8_lossy(&code.to_le_bytes())
                )));
            }
        },
    })
}

/// DXGI_FORMAT.
fn dxgi(code: u32) -> Result<Layout> {
    let masked = |bytes, masks| Layout::Masked { bytes, masks };
    Ok(match code {
        2 => Layout::Packed(Packed::RgbaFloat),
        10 => Layout::Packed(Packed::RgbaHalf),
        11 => Layout::Packed(Packed::Rgba16),
        41 => Layout::Packed(Packed::RFloat),
        54 => Layout::Packed(Packed::RHalf),
        67 => Layout::Packed(Packed::SharedExponent),
        24 => masked(4, [0x3FF, 0x3FF << 10, 0x3FF << 20, 3 << 30]),
        27..=32 => masked(4, [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000]),
        49 => masked(2, [0xFF, 0xFF00, 0, 0]),
        56 => masked(2, [0xFFFF, 0xFFFF, 0xFFFF, 0]),
        61 | 65 => masked(1, [0xFF, 0xFF, 0xFF, 0]),
        85 => masked(2, [0xF800, 0x07E0, 0x001F, 0]),
        86 => masked(2, [0x7C00, 0x03E0, 0x001F, 0x8000]),
        87 | 90 | 91 => masked(4, [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000]),
        88 | 92 | 93 => masked(4, [0xFF_0000, 0xFF00, 0xFF, 0]),
        115 => masked(2, [0x0F00, 0x00F0, 0x000F, 0xF000]),
        70..=72 => Layout::Blocks(Block::Bc1),
        73..=75 => Layout::Blocks(Block::Bc2),
        76..=78 => Layout::Blocks(Block::Bc3),
        79 | 80 => Layout::Blocks(Block::Bc4 { signed: false }),
        81 => Layout::Blocks(Block::Bc4 { signed: true }),
        82 | 83 => Layout::Blocks(Block::Bc5 { signed: false }),
        84 => Layout::Blocks(Block::Bc5 { signed: true }),
        94 | 95 => Layout::Blocks(Block::Bc6h { signed: false }),
        96 => Layout::Blocks(Block::Bc6h { signed: true }),
        97..=99 => Layout::Blocks(Block::Bc7),
        _ => return Err(Error::unsupported(format!("pixels of DXGI_FORMAT {code}"))),
    })
}
