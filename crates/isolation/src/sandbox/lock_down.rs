//! The steps in their order.

use std::path::PathBuf;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};

use super::{Sandbox, Unavailable, landlock, limits, mounts, seccomp};
use crate::kind::Kind;

/// What the process will need once it is locked down.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it decodes.
    pub kind: Kind,
    /// How tightly.
    pub sandbox: Sandbox,
    /// Memory that it may take beyond its program, bytes.
    pub memory: u64,
    /// Folders that stay readable.
    pub readable: Vec<PathBuf>,
}

/// Locks the calling process down for good.
///
/// # Errors
/// If a control of the tier cannot be set up. The process is then useless: some of the controls are in place.
pub fn lock_down(profile: &Profile) -> Result<(), Unavailable> {
    let threads = std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if threads > 1 {
        return Err(Unavailable(format!("{threads} threads run already")));
    }
    let step = |what: &'static str| move |e: rustix::io::Errno| Unavailable(format!("{what}: {e}"));
    limits::apply(profile.memory).map_err(step("limits"))?;
    // No core files, and no ptrace by processes of the same user.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(step("dumpable"))?;
    set_no_new_privs(true).map_err(step("no_new_privs"))?;
    if profile.sandbox == Sandbox::None {
        return Ok(());
    }
    let readable: &[PathBuf] = if profile.kind == Kind::Page { &profile.readable } else { &[] };
    if profile.sandbox == Sandbox::Full {
        mounts::leave(readable).map_err(|(what, e)| Unavailable(format!("{what}: {e}")))?;
    }
    landlock::apply(readable)?;
    let none = CapabilitySet::empty();
    let none = CapabilitySets { effective: none, permitted: none, inheritable: none };
    set_capabilities(None, none).map_err(step("capabilities"))?;
    seccomp::apply(profile.kind)
}
