//! Packets over a pair of connected sockets, with descriptors.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv, recvmsg, sendmsg, socketpair,
};

use crate::protocol::MAX_MESSAGE;

/// Most descriptors of one message.
const MAX_DESCRIPTORS: usize = 2;

/// Two ends of a connection that keeps the boundaries of messages.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

/// What came of receiving.
#[derive(Debug)]
pub enum Received {
    /// A message of this many bytes.
    Message(usize),
    /// The other end is closed. An empty message counts as that: nobody sends one.
    Closed,
    /// Nothing there, or nothing in time.
    Nothing,
    /// A message larger than any of ours.
    TooLong,
}

/// A buffer for one message.
pub fn buffer() -> Vec<u8> {
    vec![0; MAX_MESSAGE]
}

/// Sends a message without blocking; [`Errno::AGAIN`] if the other end does not read.
pub fn send(socket: BorrowedFd<'_>, message: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    loop {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        match sendmsg(socket, &[IoSlice::new(message)], &mut control, flags) {
            Err(Errno::INTR) => {}
            Err(e) => return Err(e),
            Ok(_) => return Ok(()),
        }
    }
}

/// Receives a message if there is one. Descriptors that come with it are closed by the kernel.
pub fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<Received, Errno> {
    loop {
        match recv(socket, &mut *buffer, RecvFlags::DONTWAIT | RecvFlags::TRUNC) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(Received::Nothing),
            Err(Errno::CONNRESET) => return Ok(Received::Closed),
            Err(e) => return Err(e),
            Ok((_, 0)) => return Ok(Received::Closed),
            Ok((_, length)) if length > buffer.len() => return Ok(Received::TooLong),
            Ok((_, length)) => return Ok(Received::Message(length)),
        }
    }
}

/// As [`receive`], and takes the descriptors.
pub fn receive_with(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<(Received, Vec<OwnedFd>), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let message = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(buffer)], &mut control, flags) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok((Received::Nothing, Vec::new())),
            Err(Errno::CONNRESET) => return Ok((Received::Closed, Vec::new())),
            Err(e) => return Err(e),
            Ok(message) => break message,
        }
    };
    let mut descriptors = Vec::new();
    for control in control.drain() {
        if let RecvAncillaryMessage::ScmRights(all) = control {
            descriptors.extend(all);
        }
    }
    Ok(match message.bytes {
        0 => (Received::Closed, Vec::new()),
        _ if message.flags.contains(ReturnFlags::TRUNC) => (Received::TooLong, Vec::new()),
        length => (Received::Message(length), descriptors),
    })
}

/// Waits until `socket` can be read (or written, with `flags`), is closed, or `until` has passed; whether it has not.
pub fn wait(socket: BorrowedFd<'_>, flags: PollFlags, until: Option<Instant>) -> io::Result<bool> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let mut descriptor = [PollFd::from_borrowed_fd(socket, flags)];
        match poll(&mut descriptor, left.map(timespec).as_ref()) {
            Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
            Ok(0) if left.is_some_and(|left| left.is_zero()) => return Ok(false),
            Ok(0) => {}
            Ok(_) => return Ok(true),
        }
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: time.as_secs().min(1 << 30) as i64, tv_nsec: i64::from(time.subsec_nanos()) }
}
