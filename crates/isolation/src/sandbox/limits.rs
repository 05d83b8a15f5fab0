//! Resource limits. Those of memory and files hold in every tier.

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// CPU time of one worker, s: far above what its jobs take, for a worker that computes on after its reply.
const CPU: u64 = 600;

/// Open descriptors: the socket, standard streams, source, output, and some fonts.
const FILES: u64 = 64;

/// Largest file that can be written, bytes; binds shared memory too, whose size the host has fixed by then.
const FILE_SIZE: u64 = 2 << 30;

/// `memory` is what private mappings and the heap may take: shared libraries do not count, as they do for `RLIMIT_AS`.
pub fn apply(memory: u64) -> Result<(), Errno> {
    let limits = [
        (Resource::Data, memory),
        (Resource::Cpu, CPU),
        (Resource::Nofile, FILES),
        (Resource::Fsize, FILE_SIZE),
        (Resource::Core, 0),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
        (Resource::Stack, 8 << 20),
    ];
    for (resource, limit) in limits {
        // A limit that is lower already stays.
        let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}
