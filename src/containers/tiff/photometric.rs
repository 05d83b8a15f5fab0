//! PhotometricInterpretation: TIFF 6.0, its technical notes, DNG.

pub(crate) const WHITE_IS_ZERO: u16 = 0;
pub(crate) const BLACK_IS_ZERO: u16 = 1;
pub(crate) const RGB: u16 = 2;
pub(crate) const PALETTE: u16 = 3;
pub(crate) const MASK: u16 = 4;
pub(crate) const SEPARATED: u16 = 5;
pub(crate) const YCBCR: u16 = 6;
pub(crate) const CIE_LAB: u16 = 8;
pub(crate) const ICC_LAB: u16 = 9;
pub(crate) const ITU_LAB: u16 = 10;
pub(crate) const CFA: u16 = 32_803;
pub(crate) const LOG_L: u16 = 32_844;
pub(crate) const LOG_LUV: u16 = 32_845;
pub(crate) const LINEAR_RAW: u16 = 34_892;
