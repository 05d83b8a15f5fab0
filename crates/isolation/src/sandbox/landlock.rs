//! Landlock: nothing but the given folders can be opened, nothing can be bound or connected to, no signal leaves.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
    path_beneath_rules,
};

use super::Unavailable;

/// The newest interface that is used; what the running kernel lacks of it is left out.
const NEWEST: ABI = ABI::V6;

/// Restricts the calling thread.
pub fn apply(readable: &[PathBuf]) -> Result<(), Unavailable> {
    match restrict(readable) {
        Ok(RulesetStatus::NotEnforced) => Err(Unavailable(
            "Landlock is missing: it needs Linux 5.13 or later, with `landlock` in its list of LSMs".into(),
        )),
        Ok(_) => Ok(()),
        Err(e) => Err(Unavailable(format!("Landlock: {e}"))),
    }
}

fn restrict(readable: &[PathBuf]) -> Result<RulesetStatus, landlock::RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::ReadFile | AccessFs::ReadDir))?
        .restrict_self()?;
    Ok(status.ruleset)
}
