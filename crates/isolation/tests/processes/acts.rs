//! What a decoder that has been taken over would try, with arguments that change nothing if a control is missing: the
//! test runs without a sandbox too, and perhaps as root. An act counts as denied if the kernel refuses the call as such;
//! complaints about its arguments mean that it was willing.

use std::ffi::{c_int, c_long};
use std::ptr::null;

/// The acts that were not denied.
pub fn that_succeed() -> Vec<&'static str> {
    let zero = 0usize;
    let call = |number: c_long, arguments: [usize; 5]| -> bool {
        let [a, b, c, d, e] = arguments;
        // SAFETY: pointers among the arguments are null or of values that live; whatever the call does, it does to a
        // process that is thrown away.
        let result = unsafe { libc::syscall(number, a, b, c, d, e) };
        // Any other failure means that the kernel was willing to try.
        let errno = std::io::Error::last_os_error().raw_os_error();
        result >= 0 || !matches!(errno, Some(libc::EPERM | libc::EACCES | libc::ENOSYS))
    };
    let at = libc::AT_FDCWD as usize;
    let path = |text: &'static std::ffi::CStr| text.as_ptr() as usize;
    let socket =
        |family: c_int, kind: c_int| call(libc::SYS_socket, [family as usize, kind as usize, zero, zero, zero]);
    // SAFETY: takes no argument.
    let parent = unsafe { libc::getppid() }.max(1) as usize;
    let mut limit = [0u64; 2];
    let limit = limit.as_mut_ptr() as usize;
    let argv = [null::<u8>(), null()];
    let argv = argv.as_ptr() as usize;
    let exec = (libc::PROT_READ | libc::PROT_EXEC) as usize;
    let anonymous = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
    // SAFETY: maps new memory, or fails.
    let mapped = unsafe { libc::syscall(libc::SYS_mmap, 0, 4096, exec, anonymous, -1, 0) };
    let open = |file: &'static std::ffi::CStr, flags: c_int| -> bool {
        // SAFETY: the path ends with null.
        unsafe { libc::openat(libc::AT_FDCWD, file.as_ptr(), flags, 0o600) >= 0 }
    };
    let nowhere = path(c"/nonexistent/x");
    let nobody = i32::MAX as usize;
    let minus_one = usize::MAX;
    let user = libc::CLONE_NEWUSER as usize;
    let acts = [
        ("open a file", open(c"/etc/passwd", libc::O_RDONLY)),
        ("open a folder", open(c"/etc", libc::O_RDONLY | libc::O_DIRECTORY)),
        ("create a file", open(c"/tmp", libc::O_TMPFILE | libc::O_RDWR)),
        ("open a process", open(c"/proc/self/mem", libc::O_RDWR)),
        ("delete a file", call(libc::SYS_unlinkat, [at, nowhere, 0, 0, 0])),
        ("link a file", call(libc::SYS_linkat, [at, nowhere, at, nowhere, 0])),
        ("execute", call(libc::SYS_execve, [nowhere, argv, argv, 0, 0])),
        ("execute by descriptor", call(libc::SYS_execveat, [0, nowhere, argv, argv, 0])),
        ("socket of IPv4", socket(libc::AF_INET, libc::SOCK_STREAM)),
        ("datagrams of IPv4", socket(libc::AF_INET, libc::SOCK_DGRAM)),
        ("socket of IPv6", socket(libc::AF_INET6, libc::SOCK_STREAM)),
        ("Unix socket", socket(libc::AF_UNIX, libc::SOCK_STREAM)),
        ("netlink socket", socket(libc::AF_NETLINK, libc::SOCK_RAW)),
        ("packet socket", socket(libc::AF_PACKET, libc::SOCK_RAW)),
        ("pair of sockets", call(libc::SYS_socketpair, [1, 1, 0, limit, 0])),
        ("trace", call(libc::SYS_ptrace, [libc::PTRACE_ATTACH as usize, nobody, 0, 0, 0])),
        ("read another process", call(libc::SYS_process_vm_readv, [parent, 0, 0, 0, 0])),
        ("signal the host", call(libc::SYS_kill, [parent, 0, 0, 0, 0])),
        ("signal everybody", call(libc::SYS_kill, [minus_one, 0, 0, 0, 0])),
        ("pidfd", call(libc::SYS_pidfd_open, [parent, 0, 0, 0, 0])),
        ("shared memory", call(libc::SYS_memfd_create, [path(c"x"), 0, 0, 0, 0])),
        ("mount", call(libc::SYS_mount, [0, 0, 0, 0, 0])),
        ("chroot", call(libc::SYS_chroot, [nowhere, 0, 0, 0, 0])),
        ("keys", call(libc::SYS_keyctl, [9999, 0, 0, 0, 0])),
        ("io_uring", call(libc::SYS_io_uring_setup, [1, 0, 0, 0, 0])),
        ("userfaultfd", call(libc::SYS_userfaultfd, [1 << 30, 0, 0, 0, 0])),
        ("bpf", call(libc::SYS_bpf, [9999, 0, 0, 0, 0])),
        ("perf", call(libc::SYS_perf_event_open, [0, 0, minus_one, minus_one, 0])),
        ("namespace", call(libc::SYS_unshare, [1, 0, 0, 0, 0])),
        ("namespace of a child", call(libc::SYS_clone, [user | libc::CLONE_FS as usize, 0, 0, 0, 0])),
        ("inotify", call(libc::SYS_inotify_init1, [0, 0, 0, 0, 0])),
        ("raise a limit", call(libc::SYS_prlimit64, [0, libc::RLIMIT_NOFILE as usize, 1, 0, 0])),
        ("dumpable", call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE as usize, 9, 0, 0, 0])),
        ("executable memory", mapped >= 0),
        ("duplicate a descriptor", call(libc::SYS_dup3, [0, 0, 0, 0, 0])),
        ("flags of a descriptor", call(libc::SYS_fcntl, [0, libc::F_SETFL as usize, 0, 0, 0])),
        ("terminal input", call(libc::SYS_ioctl, [0, libc::TIOCSTI as usize, 0, 0, 0])),
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
