//! The system calls that decoders make; all others fail with `EPERM`.

use std::collections::BTreeMap;

use libc::{
    CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS, CLONE_THREAD,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as Condition,
    SeccompFilter, SeccompRule, apply_filter,
};

use super::Unavailable;
use crate::kind::Kind;

/// Calls with any arguments: memory, threads, time, and descriptors that are open already. None of them reaches
/// anything new.
const ALWAYS: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_pwrite64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sendmsg,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
];

/// For pages: opening fonts. Landlock decides which files.
const FILES: &[i64] = &[
    libc::SYS_faccessat,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_readlinkat,
    libc::SYS_statx,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
];

const NAMESPACES: i32 =
    CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS;

/// `prctl` operations: naming a thread, and naming memory.
const PR_SET_NAME: u64 = 15;
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Restricts all threads of the process.
pub fn apply(kind: Kind) -> Result<(), Unavailable> {
    let install = || -> Result<(), Box<dyn std::error::Error>> {
        for program in programs(kind)? {
            apply_filter(&program)?;
        }
        Ok(())
    };
    install().map_err(|e| Unavailable(format!("seccomp: {e}")))
}

fn programs(kind: Kind) -> Result<[BpfProgram; 2], Box<dyn std::error::Error>> {
    let arch = || std::env::consts::ARCH.try_into();
    let denied = |errno: i32| SeccompAction::Errno(errno as u32);
    // The C library uses `clone` if `clone3`, whose flags a filter cannot see, does not exist.
    let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let clone3 = SeccompFilter::new(clone3, SeccompAction::Allow, denied(libc::ENOSYS), arch()?)?;
    let list = SeccompFilter::new(rules(kind)?, denied(libc::EPERM), SeccompAction::Allow, arch()?)?;
    // The last filter may forbid installing another.
    Ok([clone3.try_into()?, list.try_into()?])
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn rules(kind: Kind) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = ALWAYS.iter().map(|call| (*call, Vec::new())).collect();
    if kind == Kind::Page {
        rules.extend(FILES.iter().map(|call| (*call, Vec::new())));
    }
    rules.insert(libc::SYS_clone3, Vec::new());
    let when = |argument: u8, op: Op, value: u64| {
        Condition::new(argument, Len::Qword, op, value).and_then(|one| SeccompRule::new(vec![one]))
    };
    let thread = CLONE_THREAD as u64;
    rules.insert(libc::SYS_clone, vec![when(0, Op::MaskedEq(thread | NAMESPACES as u64), thread)?]);
    // Nothing becomes executable once the libraries are loaded.
    let exec = libc::PROT_EXEC as u64;
    rules.insert(libc::SYS_mmap, vec![when(2, Op::MaskedEq(exec), 0)?]);
    rules.insert(libc::SYS_mprotect, vec![when(2, Op::MaskedEq(exec), 0)?]);
    // `abort` signals the own process.
    rules.insert(libc::SYS_tgkill, vec![when(0, Op::Eq, u64::from(std::process::id()))?]);
    // The connected socket alone: no address.
    rules.insert(libc::SYS_sendto, vec![when(4, Op::Eq, 0)?]);
    // Reading limits.
    rules.insert(libc::SYS_prlimit64, vec![when(2, Op::Eq, 0)?]);
    rules.insert(libc::SYS_prctl, vec![when(0, Op::Eq, PR_SET_NAME)?, when(0, Op::Eq, PR_SET_VMA)?]);
    let commands = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_DUPFD_CLOEXEC];
    let commands: Result<Vec<_>, _> = commands.iter().map(|command| when(1, Op::Eq, *command as u64)).collect();
    rules.insert(libc::SYS_fcntl, commands?);
    Ok(rules)
}
