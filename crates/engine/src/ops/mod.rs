//! What a host calls: methods of [`Inner`](crate::inner::Inner), one file per subject.
//!
//! Later files may call earlier ones: `sign`, `lookup`, `hint`, `link`, `create`, `upkeep`, `access`, `status`.

mod access;
mod create;
mod hint;
mod link;
mod lookup;
mod sign;
mod status;
pub(crate) mod upkeep;
