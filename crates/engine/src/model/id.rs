//! Ids of files, spaces, versions, tasks and calls.
//!
//! The host's ids are opaque: any text of 1 to [`MAX_ID`] bytes without control characters. They are compared byte by
//! byte, never parsed or normalised. The engine's own ids are UUIDs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use thumbling::{Error, Result};
use uuid::{Builder, Uuid, fmt::Hyphenated};

use crate::random;

/// Longest id of the host, bytes.
pub const MAX_ID: usize = 4096;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `text`: `invalid-argument` if it is empty, longer than [`MAX_ID`] bytes, or contains control
            /// characters.
            pub fn new(text: impl AsRef<str>) -> Result<Self> {
                checked(text.as_ref(), $what).map(|text| Self(text.into()))
            }

            /// The id as the host gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }
    };
}

id! {
    /// A tenant of the drive: KooDrive's `containerId`, DingTalk's `spaceId`.
    SpaceId, "space id"
}
id! {
    /// A file or folder within its space: KooDrive's `fileId`, DingTalk's `dentryId`.
    FileId, "file id"
}
id! {
    /// Any text that changes when a file's content changes: an ETag, a hash, a time and a size.
    Version, "version"
}
id! {
    /// Finds one call in the log: a UUID, or the caller's own trace id.
    CorrelationId, "correlation id"
}

fn checked<'a>(text: &'a str, what: &str) -> Result<&'a str> {
    match text {
        "" => Err(Error::invalid_argument(format!("the {what} is empty"))),
        _ if text.len() > MAX_ID => Err(Error::invalid_argument(format!("the {what} is longer than {MAX_ID} bytes"))),
        _ if text.chars().any(char::is_control) => {
            Err(Error::invalid_argument(format!("the {what} has control characters")))
        }
        _ => Ok(text),
    }
}

/// A file (or folder) of a space.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileRef {
    /// The space.
    pub space: SpaceId,
    /// The file within the space.
    pub file: FileId,
}

impl FileRef {
    /// The file `file` of `space`.
    pub fn new(space: SpaceId, file: FileId) -> Self {
        Self { space, file }
    }
}

impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.space, self.file)
    }
}

impl fmt::Debug for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A task: a version 7 UUID (RFC 9562), so tasks sort by creation time and cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(Uuid);

impl TaskId {
    /// A new id; `io` if the system cannot provide randomness.
    pub fn unique() -> Result<Self> {
        let ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        Ok(Self(Builder::from_unix_timestamp_millis(ms, &random::bytes()?).into_uuid()))
    }

    /// Its 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id with these 16 bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for TaskId {
    type Err = Error;

    /// Parses a UUID: 32 hexadecimal digits and four dashes. Anything else is `invalid-argument`.
    fn from_str(text: &str) -> Result<Self> {
        // Only this form of the several that `uuid` knows: a task has one name.
        let parsed = text.parse::<Hyphenated>();
        parsed
            .map(|id| Self(id.into_uuid()))
            .map_err(|e| Error::invalid_argument("the task id is not a UUID").caused_by(e))
    }
}

/// Identifies one open engine; a new one every time an engine is opened.
pub type Owner = [u8; 16];

impl CorrelationId {
    /// A new UUID. Falls back to the time if the system cannot provide randomness: it only has to be distinct.
    pub fn unique() -> Self {
        let id = match random::bytes() {
            Ok(bytes) => Builder::from_random_bytes(bytes).into_uuid(),
            Err(_) => Uuid::from_u128(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()),
        };
        Self(id.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_control_characters_or_of_a_wrong_length_are_refused() {
        for wrong in ["", "a\0b", "a\nb", "\u{7f}", &"x".repeat(MAX_ID + 1)] {
            assert_eq!(FileId::new(wrong).unwrap_err().kind(), thumbling::ErrorKind::InvalidArgument, "{wrong:?}");
        }
        assert_eq!(FileId::new("资料/a b.png").unwrap().as_str(), "资料/a b.png");
    }

    #[test]
    fn ids_have_up_to_4096_bytes() {
        assert_eq!(FileId::new("x".repeat(4096)).unwrap().as_str().len(), 4096);
        assert_eq!(FileId::new("x".repeat(4097)).unwrap_err().kind(), thumbling::ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_task_id_round_trips_through_text() {
        let id = TaskId::unique().unwrap();
        assert_eq!(id.to_string().parse::<TaskId>().unwrap(), id);
        assert_eq!(id.to_string().as_bytes()[14], b'7');
    }

    #[test]
    fn text_that_is_not_a_uuid_is_refused() {
        for wrong in [
            "",
            "0",
            "0123456789abcdef0123456789abcdef",
            "0123456-89ab-cdef-0123-456789abcdefg",
            "{01234567-89ab-cdef-0123-456789abcdef}",
            "urn:uuid:01234567-89ab-cdef-0123-456789abcdef",
            &"-".repeat(36),
        ] {
            assert!(wrong.parse::<TaskId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_text_of_a_task_id_is_its_bytes_in_lower_case() {
        let id = TaskId::from_bytes(std::array::from_fn(|i| i as u8 * 0x11));
        assert_eq!(id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(id.to_string().to_uppercase().parse::<TaskId>().unwrap(), id);
    }

    #[test]
    fn a_task_id_starts_with_the_time_of_its_creation() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
        let id = TaskId::unique().unwrap();
        let ms = id.as_bytes()[..6].iter().fold(0, |ms, byte| ms << 8 | u64::from(*byte));
        assert!((now..now + 60_000).contains(&ms), "{ms} at {now}");
    }

    #[test]
    fn a_correlation_id_is_a_random_uuid() {
        let id = CorrelationId::unique();
        assert_eq!(Uuid::parse_str(id.as_str()).unwrap().get_version_num(), 4);
        assert_ne!(id, CorrelationId::unique());
    }

    #[test]
    fn task_ids_differ() {
        assert_ne!(TaskId::unique().unwrap(), TaskId::unique().unwrap());
    }
}
