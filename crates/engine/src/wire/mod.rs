//! How the APIs of other drives spell [problems](crate::problem::Problem): for hosts that offer one of them.
//!
//! One file per vendor. The engine itself uses none of these codes.

pub mod cloudreve;
pub mod dingtalk;
pub mod koodrive;
