//! Connections that read: as many as threads read at once, kept for the next.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard};

use rusqlite::Connection;

use super::schema;
use crate::engine::error::Result;

/// Connections open at once; more readers wait in line.
const MOST: usize = 32;

struct Idle {
    connections: Vec<Connection>,
    /// Idle or lent.
    open: usize,
}

/// The connections of one file.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
    returned: Condvar,
}

impl Readers {
    /// None is opened before the first read.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Idle { connections: Vec::new(), open: 0 }), returned: Condvar::new() }
    }

    /// A connection for one read.
    pub(super) fn lend(&self) -> Result<Lent<'_>> {
        let mut idle = self.lock();
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(Lent { readers: self, connection: Some(connection), sound: true });
            }
            if idle.open < MOST {
                idle.open += 1;
                drop(idle);
                // Counted first, and given back if it fails.
                let mut lent = Lent { readers: self, connection: None, sound: true };
                lent.connection = Some(schema::connect_reader(&self.path)?);
                return Ok(lent);
            }
            idle = self.returned.wait(idle).unwrap_or_else(|e| e.into_inner());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// A connection on loan.
pub(super) struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    sound: bool,
}

impl Lent<'_> {
    /// Not to be lent again: it answered with an error that another connection may not have.
    pub(super) fn broken(&mut self) {
        self.sound = false;
    }
}

impl Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            // `lend` gives out none without a connection.
            None => unreachable!("lent without a connection"),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut idle = self.readers.lock();
        match self.connection.take() {
            Some(connection) if self.sound => idle.connections.push(connection),
            _ => idle.open -= 1,
        }
        drop(idle);
        self.readers.returned.notify_one();
    }
}
