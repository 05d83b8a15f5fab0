//! The demo host as a client sees it: the real command, on a free port, over HTTP.

mod cloudreve;
mod demo;
mod dingtalk;
mod errors;
mod host;
mod http;
mod koodrive;
#[cfg(feature = "full")]
mod media;
mod page;
mod transcripts;
mod urls;
