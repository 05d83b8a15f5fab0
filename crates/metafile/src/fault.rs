//! Why a metafile cannot be converted.

/// Why there is no drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes have no metafile header.
    Unknown,
    /// Nothing can be drawn.
    Corrupt(&'static str),
    /// A bound was exceeded.
    Limit(&'static str),
}
