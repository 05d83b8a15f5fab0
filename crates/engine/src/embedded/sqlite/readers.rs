//! A pool of read-only connections, opened on demand.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard};

use rusqlite::Connection;

use super::schema;
use crate::model::error::Result;

/// Most connections open at once; further readers wait.
const MAX_CONNECTIONS: usize = 32;

struct Idle {
    connections: Vec<Connection>,
    /// Idle or in use.
    open: usize,
}

/// The read-only connections to one file.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
    returned: Condvar,
}

impl Readers {
    /// Opens no connection yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Idle { connections: Vec::new(), open: 0 }), returned: Condvar::new() }
    }

    /// Takes a connection for one read.
    pub(super) fn acquire(&self) -> Result<PooledConnection<'_>> {
        let mut idle = self.lock();
        loop {
            if let Some(connection) = idle.connections.pop() {
                return Ok(PooledConnection { readers: self, connection: Some(connection), reusable: true });
            }
            if idle.open < MAX_CONNECTIONS {
                idle.open += 1;
                drop(idle);
                // Counted first; dropping `pooled` uncounts it if opening fails.
                let mut pooled = PooledConnection { readers: self, connection: None, reusable: true };
                pooled.connection = Some(schema::connect_reader(&self.path)?);
                return Ok(pooled);
            }
            idle = self.returned.wait(idle).unwrap_or_else(|e| e.into_inner());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// A connection in use; returns to the pool when dropped.
pub(super) struct PooledConnection<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    reusable: bool,
}

impl PooledConnection<'_> {
    /// Closes the connection instead of returning it: it failed in a way that another one may not.
    pub(super) fn discard(&mut self) {
        self.reusable = false;
    }
}

impl Deref for PooledConnection<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            // `acquire` returns none without a connection.
            None => unreachable!("a pooled connection without a connection"),
        }
    }
}

impl Drop for PooledConnection<'_> {
    fn drop(&mut self) {
        let mut idle = self.readers.lock();
        match self.connection.take() {
            Some(connection) if self.reusable => idle.connections.push(connection),
            _ => idle.open -= 1,
        }
        drop(idle);
        self.readers.returned.notify_one();
    }
}
