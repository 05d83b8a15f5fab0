//! Locking down the calling process, in tiers.
//!
//! Order: limits, mounts, `no_new_privs`, Landlock, capabilities, seccomp. It must happen before any thread starts:
//! Landlock and capabilities apply to one thread. Namespaces exist before the process does, see `clone`.

#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod lock_down;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod seccomp;

#[cfg(target_os = "linux")]
pub use lock_down::{Profile, lock_down};

use std::fmt;

/// How well a worker process is locked in. The order is that of strength.
///
/// ```
/// # use thumbling_isolation as thumbling;
/// assert!(thumbling::Sandbox::Full > thumbling::Sandbox::Landlock);
/// assert_eq!(thumbling::Sandbox::default(), thumbling::Sandbox::Landlock);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Sandbox {
    /// A process of its own with limits on memory, CPU and files, and nothing else.
    None = 0,
    /// Also Landlock and a seccomp allow-list: no network, no program, no file but fonts. What the default profile of
    /// Docker permits.
    #[default]
    Landlock = 1,
    /// Also namespaces for users, processes, network, mounts and IPC, with nothing in them.
    Full = 2,
}

impl Sandbox {
    /// All tiers, by number.
    pub const ALL: [Self; 3] = [Self::None, Self::Landlock, Self::Full];

    /// From its number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Landlock => "landlock",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a tier cannot be set up on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}
