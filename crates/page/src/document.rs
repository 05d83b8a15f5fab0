//! The decoder shared by all formats that are rendered as a page.

use thumbling_core::decode::{Context, Decoder, SourceInfo, Want};
use thumbling_core::error::Result;
use thumbling_core::format::Format;
use thumbling_core::frame::Frame;
use thumbling_core::geometry::Size;

use super::tree::Page;

/// A parsed page, ready to be painted.
pub struct Document {
    /// The format of the file.
    pub format: Format,
    /// The page to paint.
    pub page: Page,
    /// Number of pages in the file.
    pub pages: u32,
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
