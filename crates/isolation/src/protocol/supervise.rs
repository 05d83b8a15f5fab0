//! Between the host and the supervisor.

use super::MAX_TEXT;
use super::wire::{Decoded, Malformed, Parser, Writer};
use crate::kind::Kind;
use crate::sandbox::Sandbox;

/// Starts a worker. Two descriptors come with it: the worker's end of its job socket, and the supervisor's end of a
/// socket for [`Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spawn {
    /// What the worker loads.
    pub kind: Kind,
    /// How it is locked down.
    pub sandbox: Sandbox,
    /// The memory that it may take, bytes.
    pub memory: u64,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Its exit code, if no signal ended it.
    pub code: Option<i32>,
    /// The end of what it wrote to standard error. Written by the worker: a hint, no fact.
    pub stderr: String,
}

/// What the supervisor reports of one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It runs; its pidfd comes with the message.
    Started,
    /// It could not be started.
    NotStarted(String),
    /// It has ended, and is reaped.
    Ended(Ended),
}

const SPAWN: u8 = 128;
const STARTED: u8 = 129;
const NOT_STARTED: u8 = 130;
const ENDED: u8 = 131;

impl Spawn {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new(SPAWN);
        out.u8(self.kind as u8).u8(self.sandbox as u8).u64(self.memory);
        out.0
    }

    /// The message in `bytes`.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut input = Parser::new(bytes);
        if input.u8()? != SPAWN {
            return Err(Malformed("an unknown message"));
        }
        let kind = Kind::from_number(input.u8()?).ok_or(Malformed("an unknown kind"))?;
        let sandbox = Sandbox::from_number(input.u8()?).ok_or(Malformed("an unknown sandbox"))?;
        let memory = input.u64()?;
        input.end()?;
        Ok(Self { kind, sandbox, memory })
    }
}

impl Status {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out;
        match self {
            Self::Started => out = Writer::new(STARTED),
            Self::NotStarted(detail) => {
                out = Writer::new(NOT_STARTED);
                out.text(detail, MAX_TEXT);
            }
            Self::Ended(ended) => {
                out = Writer::new(ENDED);
                let number = |out: &mut Writer, n: i32| {
                    out.u32(n as u32);
                };
                out.option(ended.signal, number).option(ended.code, number).text(&ended.stderr, MAX_TEXT);
            }
        }
        out.0
    }

    /// The message in `bytes`.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut input = Parser::new(bytes);
        let number = |input: &mut Parser<'_>| input.u32().map(|n| n as i32);
        let message = match input.u8()? {
            STARTED => Self::Started,
            NOT_STARTED => Self::NotStarted(input.text(MAX_TEXT)?),
            ENDED => Self::Ended(Ended {
                signal: input.option(number)?,
                code: input.option(number)?,
                stderr: input.text(MAX_TEXT)?,
            }),
            _ => return Err(Malformed("an unknown message")),
        };
        input.end()?;
        Ok(message)
    }
}
