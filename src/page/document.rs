//! The decoder of whatever has been turned into a page.

use crate::decode::{Context, Decoder, SourceInfo, Want};
use crate::error::Result;
use crate::format::Format;
use crate::frame::Frame;
use crate::geometry::Size;

use super::tree::Page;

/// A page that waits to be painted.
pub(crate) struct Document {
    /// The format that it was read from.
    pub(crate) format: Format,
    /// The page that is shown.
    pub(crate) page: Page,
    /// How many there are.
    pub(crate) pages: u32,
}

impl Decoder for Document {
    fn info(&mut self, _cx: &Context<'_>) -> Result<SourceInfo> {
        let mut info = SourceInfo::new(self.format, Size::new(1, 1));
        (info.width, info.height) = (f64::from(self.page.width), f64::from(self.page.height));
        info.pages = self.pages;
        Ok(info)
    }

    fn frame(&mut self, want: &Want, cx: &Context<'_>) -> Result<Frame> {
        super::paint::page(&self.page, want.size, cx)
    }
}
