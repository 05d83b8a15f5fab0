//! Starting a worker: `clone` with namespaces, then `execveat`. Only the supervisor does this, which has one thread and
//! a small address space.
#![allow(unsafe_code)] // System calls without a safe wrapper.

use std::ffi::{CString, c_char, c_int};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// The namespaces of the tier `full`.
pub const NAMESPACES: c_int =
    libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::CLONE_NEWNET | libc::CLONE_NEWNS | libc::CLONE_NEWIPC;

/// A program to start.
pub struct Program<'a> {
    /// The executable.
    pub executable: BorrowedFd<'a>,
    /// Its arguments, the name first.
    pub arguments: &'a [CString],
    /// Its environment.
    pub environment: &'a [CString],
    /// Standard input, output and error.
    pub streams: [BorrowedFd<'a>; 3],
}

/// Starts `program`; returns its pidfd and process id. It dies with the calling thread.
pub fn start(program: &Program<'_>, namespaces: c_int) -> io::Result<(OwnedFd, u32)> {
    let pointers = |strings: &[CString]| -> Vec<*const c_char> {
        strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (arguments, environment) = (pointers(program.arguments), pointers(program.environment));
    // Written by the child, in the new user namespace: this user is its root, as mounting requires. Groups can only be
    // mapped by a process that has given up changing them, and files only be made by one whose group is mapped.
    // SAFETY: always succeeds.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    let maps = [
        (c"/proc/self/uid_map", format!("0 {user} 1")),
        (c"/proc/self/setgroups", "deny".to_owned()),
        (c"/proc/self/gid_map", format!("0 {group} 1")),
    ];
    let streams = program.streams.map(|stream| stream.as_raw_fd());
    let mut pidfd: c_int = -1;
    let flags = libc::CLONE_PIDFD | libc::SIGCHLD | namespaces;
    // SAFETY: without a stack and without `CLONE_VM` it acts as `fork`: the child gets a copy of this process, which has
    // one thread. The third argument is where the kernel stores the descriptor, on every architecture.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, &raw mut pidfd, 0, 0) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            // SAFETY: this is the child, where nothing else runs; the arrays end with null and their strings live.
            unsafe {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                if namespaces & libc::CLONE_NEWUSER != 0 {
                    for (path, content) in &maps {
                        let file = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
                        libc::write(file, content.as_ptr().cast(), content.len());
                    }
                }
                // Above all that are to be replaced.
                let moved = streams.map(|stream| libc::fcntl(stream, libc::F_DUPFD_CLOEXEC, 10));
                for (number, stream) in moved.into_iter().enumerate() {
                    libc::dup2(stream, number as c_int);
                }
                // Whatever the host left open. Fails on kernels before 5.11, where all of ours close by themselves.
                libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC);
                libc::syscall(
                    libc::SYS_execveat,
                    program.executable.as_raw_fd(),
                    c"".as_ptr(),
                    arguments.as_ptr(),
                    environment.as_ptr(),
                    libc::AT_EMPTY_PATH,
                );
                libc::_exit(127)
            }
        }
        // SAFETY: the kernel has just opened it for this process.
        pid => Ok((unsafe { OwnedFd::from_raw_fd(pidfd) }, pid as u32)),
    }
}

/// Undoes what the host may have done to signals: they are inherited.
pub fn reset_signals() {
    // SAFETY: the set is plain data, filled by the first call; no handler is installed.
    unsafe {
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        for signal in [libc::SIGCHLD, libc::SIGTERM, libc::SIGHUP, libc::SIGINT, libc::SIGXCPU, libc::SIGABRT] {
            libc::signal(signal, libc::SIG_DFL);
        }
        // Exceeding the size of a file is an error of the call.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
