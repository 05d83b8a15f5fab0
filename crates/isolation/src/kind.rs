//! What a worker has loaded and may do: the narrower, the less a hostile file can reach.

/// The kind of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Pictures: no library, no file.
    Picture = 0,
    /// Pages and vector pictures: PDFium, and the installed fonts.
    Page = 1,
    /// Videos: FFmpeg, no file.
    Video = 2,
}

impl Kind {
    /// All kinds, by number.
    pub const ALL: [Self; 3] = [Self::Picture, Self::Page, Self::Video];

    /// From its number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name used in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Page => "page",
            Self::Video => "video",
        }
    }

    /// Whether a worker of this kind can run jobs of `other`. Every worker decodes pictures.
    pub fn covers(self, other: Self) -> bool {
        self == other || other == Self::Picture
    }
}
