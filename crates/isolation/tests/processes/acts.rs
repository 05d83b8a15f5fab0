//! What a decoder that has been taken over would try.

use std::ffi::{c_int, c_long};
use std::ptr::null;

/// The acts that were not denied.
pub fn that_succeed() -> Vec<&'static str> {
    let zero = 0usize;
    let call = |number: c_long, arguments: [usize; 5]| -> bool {
        let [a, b, c, d, e] = arguments;
        // SAFETY: pointers among the arguments are null or of values that live; whatever the call does, it does to a
        // process that is thrown away.
        unsafe { libc::syscall(number, a, b, c, d, e) >= 0 }
    };
    let at = libc::AT_FDCWD as usize;
    let path = |text: &'static std::ffi::CStr| text.as_ptr() as usize;
    let socket =
        |family: c_int, kind: c_int| call(libc::SYS_socket, [family as usize, kind as usize, zero, zero, zero]);
    // SAFETY: takes no argument.
    let parent = unsafe { libc::getppid() }.max(1) as usize;
    let attributes = [0u8; 128];
    let attributes = attributes.as_ptr() as usize;
    let mut limit = [0u64; 2];
    let limit = limit.as_mut_ptr() as usize;
    let argv = [null::<u8>(), null()];
    let argv = argv.as_ptr() as usize;
    let exec = (libc::PROT_READ | libc::PROT_EXEC) as usize;
    let anonymous = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
    // SAFETY: maps new memory, or fails.
    let mapped = unsafe { libc::syscall(libc::SYS_mmap, 0, 4096, exec, anonymous, -1, 0) };
    let acts = [
        ("open a file", call(libc::SYS_openat, [at, path(c"/etc/passwd"), 0, 0, 0])),
        ("open a folder", call(libc::SYS_openat, [at, path(c"/"), libc::O_DIRECTORY as usize, 0, 0])),
        (
            "create a file",
            call(libc::SYS_openat, [at, path(c"/tmp/x"), (libc::O_CREAT | libc::O_RDWR) as usize, 0o600, 0]),
        ),
        ("open a process", call(libc::SYS_openat, [at, path(c"/proc/self/mem"), libc::O_RDWR as usize, 0, 0])),
        ("delete a file", call(libc::SYS_unlinkat, [at, path(c"/tmp/y"), 0, 0, 0])),
        ("link a file", call(libc::SYS_linkat, [at, path(c"/etc/passwd"), at, path(c"/tmp/z"), 0])),
        ("execute", call(libc::SYS_execve, [path(c"/bin/true"), argv, argv, 0, 0])),
        ("execute by descriptor", call(libc::SYS_execveat, [0, path(c""), argv, argv, libc::AT_EMPTY_PATH as usize])),
        ("socket of IPv4", socket(libc::AF_INET, libc::SOCK_STREAM)),
        ("datagrams of IPv4", socket(libc::AF_INET, libc::SOCK_DGRAM)),
        ("socket of IPv6", socket(libc::AF_INET6, libc::SOCK_STREAM)),
        ("Unix socket", socket(libc::AF_UNIX, libc::SOCK_STREAM)),
        ("netlink socket", socket(libc::AF_NETLINK, libc::SOCK_RAW)),
        ("packet socket", socket(libc::AF_PACKET, libc::SOCK_RAW)),
        ("pair of sockets", call(libc::SYS_socketpair, [1, 1, 0, limit, 0])),
        ("trace", call(libc::SYS_ptrace, [libc::PTRACE_ATTACH as usize, parent, 0, 0, 0])),
        ("read another process", call(libc::SYS_process_vm_readv, [parent, 0, 0, 0, 0])),
        ("signal the host", call(libc::SYS_kill, [parent, 0, 0, 0, 0])),
        ("signal everybody", call(libc::SYS_kill, [usize::MAX, 0, 0, 0, 0])),
        ("pidfd", call(libc::SYS_pidfd_open, [parent, 0, 0, 0, 0])),
        ("shared memory", call(libc::SYS_memfd_create, [path(c"x"), 0, 0, 0, 0])),
        ("mount", call(libc::SYS_mount, [path(c"tmpfs"), path(c"/tmp"), path(c"tmpfs"), 0, 0])),
        ("chroot", call(libc::SYS_chroot, [path(c"/"), 0, 0, 0, 0])),
        ("keys", call(libc::SYS_keyctl, [0, -3isize as usize, 1, 0, 0])),
        ("io_uring", call(libc::SYS_io_uring_setup, [1, attributes, 0, 0, 0])),
        ("userfaultfd", call(libc::SYS_userfaultfd, [1, 0, 0, 0, 0])),
        ("bpf", call(libc::SYS_bpf, [0, attributes, 48, 0, 0])),
        ("perf", call(libc::SYS_perf_event_open, [attributes, 0, -1isize as usize, -1isize as usize, 0])),
        ("namespace", call(libc::SYS_unshare, [libc::CLONE_NEWUSER as usize, 0, 0, 0, 0])),
        ("inotify", call(libc::SYS_inotify_init1, [0, 0, 0, 0, 0])),
        ("raise a limit", call(libc::SYS_setrlimit, [libc::RLIMIT_NOFILE as usize, limit, 0, 0, 0])),
        ("dumpable", call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE as usize, 1, 0, 0, 0])),
        ("executable memory", mapped >= 0),
        ("duplicate a descriptor", call(libc::SYS_dup2, [0, 40, 0, 0, 0])),
        ("flags of a descriptor", call(libc::SYS_fcntl, [0, libc::F_SETFL as usize, 0, 0, 0])),
        ("terminal input", call(libc::SYS_ioctl, [0, libc::TIOCSTI as usize, limit, 0, 0])),
        ("fork", forks()),
    ];
    acts.iter().filter(|(_, succeeded)| *succeeded).map(|(name, _)| *name).collect()
}

fn forks() -> bool {
    // SAFETY: the child does nothing but end.
    unsafe {
        let pid = libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0);
        if pid == 0 {
            libc::_exit(0);
        }
        pid > 0
    }
}
