//! Lookups: the state of a file's thumbnail, right now.
//!
//! A lookup makes two calls to the drive (authorize, stat), derives the key, and reads one record. It never waits for the
//! queue: a miss is queued in the background and answered with [`LookupState::Pending`].

use std::time::{Duration, Instant};

use crate::deadline::Deadline;
use crate::drive::CallContext;
use crate::inner::Inner;
use crate::model::blob::hex;
use crate::model::caller::Caller;
use crate::model::drive::{Action, FileInfo};
use crate::model::error::{EngineError, Result, Subject};
use crate::model::id::{FileRef, Version};
use crate::model::job::{Priority, WantedThumbnail};
use crate::model::key::{self, ContentKey, RecordKey};
use crate::model::lookup::{Lookup, LookupMode, LookupState, MAX_BATCH};
use crate::model::record::{Ready, Record, RecordState};
use crate::observe;
use crate::recipe::{self, ThumbnailSpec};

/// How soon a client should look up a pending thumbnail again: a person is waiting.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often a lookup is noted in the record: once a day. Ms.
const NOTE_INTERVAL: i64 = 24 * 60 * 60 * 1000;
/// No retry of a failed thumbnail is further away than this, ms. One that is means the wall clock has jumped back.
const MAX_RETRY_DELAY: i64 = 7 * 60 * 60 * 1000;
/// A lookup that has waited for longer than this asks the drive again before it hands out a URL.
const AUTHORIZED: Duration = Duration::from_secs(1);
/// How often a waiting call checks for results of other processes.
const POLL: Duration = Duration::from_millis(100);

/// Whether to queue a missing thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Enqueue {
    No,
    Yes,
    /// It was queued a moment ago; the queue may not show it yet.
    Done,
}

/// A file that the drive was asked about.
pub(super) enum Stat {
    /// The lookup ends here.
    Final(LookupState),
    /// The file has this content.
    Content { version: Version, content: ContentKey },
}

impl Stat {
    pub(super) fn of_content(file: &FileRef, version: Version) -> Self {
        let content = key::content_key(file, Some(&version));
        Self::Content { version, content }
    }
}

/// One file of a lookup.
struct Candidate<'a> {
    file: &'a FileRef,
    version: &'a Version,
    content: &'a ContentKey,
    key: &'a RecordKey,
}

impl Inner {
    pub(crate) fn lookup(
        &self,
        file: &FileRef,
        spec: Option<&str>,
        caller: &Caller,
        mode: LookupMode,
    ) -> Result<Lookup> {
        let found =
            self.lookup_files(std::slice::from_ref(file), spec, caller, mode).map_err(|e| e.traced_by(caller))?;
        found.into_iter().next().ok_or_else(|| EngineError::internal("a lookup without a result"))
    }

    pub(crate) fn lookup_batch(
        &self,
        files: &[FileRef],
        spec: Option<&str>,
        caller: &Caller,
        mode: LookupMode,
    ) -> Result<Vec<Lookup>> {
        if !(1..=MAX_BATCH).contains(&files.len()) {
            let detail = format!("{} files; a batch has 1 to {MAX_BATCH}", files.len());
            return Err(EngineError::invalid(Subject::Files, detail).traced_by(caller));
        }
        self.lookup_files(files, spec, caller, mode).map_err(|e| e.traced_by(caller))
    }

    fn lookup_files(
        &self,
        files: &[FileRef],
        spec: Option<&str>,
        caller: &Caller,
        mode: LookupMode,
    ) -> Result<Vec<Lookup>> {
        let started = Instant::now();
        self.check_open()?;
        let spec = self.spec(spec)?;
        let call = self.lookup_context(mode);
        let stats: Vec<Stat> = files.iter().map(|file| self.stat_for_lookup(file, caller, &call)).collect();
        let mut states = self.lookup_states(files, &stats, spec, mode, started)?;
        for (file, state) in files.iter().zip(&mut states) {
            self.authorize_again(file, caller, &call, started, state);
        }
        metrics::histogram!(observe::LOOKUP_SECONDS).record(started.elapsed().as_secs_f64());
        Ok(files.iter().cloned().zip(states).map(|(file, state)| Lookup::new(file, state)).collect())
    }

    /// The context of a lookup's calls of the drive.
    pub(super) fn lookup_context(&self, mode: LookupMode) -> CallContext {
        self.host.context(match mode {
            LookupMode::WaitUpTo(timeout) => Some(Deadline::after(timeout)),
            LookupMode::CacheOnly | LookupMode::EnqueueOnMiss => None,
        })
    }

    /// Asks the drive again whether `caller` may have a URL, if it was last asked too long before now.
    pub(super) fn authorize_again(
        &self,
        file: &FileRef,
        caller: &Caller,
        call: &CallContext,
        started: Instant,
        state: &mut LookupState,
    ) {
        if started.elapsed() > AUTHORIZED
            && matches!(state, LookupState::Ready { .. })
            && let Err(e) = self.host.authorize(caller, Some(file), &file.space, Action::View, call)
        {
            *state = LookupState::of_error(e.kind());
        }
    }

    /// Asks the drive about a file.
    pub(super) fn stat_for_lookup(&self, file: &FileRef, caller: &Caller, call: &CallContext) -> Stat {
        match self.host.authorized_stat(caller, file, Action::View, call).and_then(FileInfo::require_clean) {
            Ok(info) => Stat::of_content(file, info.version),
            Err(e) => Stat::Final(LookupState::of_error(e.kind())),
        }
    }

    /// The state of each file's thumbnail. In [`LookupMode::WaitUpTo`], waits until none is pending, counting from
    /// `started`.
    pub(super) fn lookup_states(
        &self,
        files: &[FileRef],
        stats: &[Stat],
        spec: &ThumbnailSpec,
        mode: LookupMode,
        started: Instant,
    ) -> Result<Vec<LookupState>> {
        let mut states: Vec<Option<LookupState>> = stats
            .iter()
            .map(|stat| match stat {
                Stat::Final(state) => Some(state.clone()),
                Stat::Content { .. } => None,
            })
            .collect();
        let mut enqueue = if mode == LookupMode::CacheOnly { Enqueue::No } else { Enqueue::Yes };
        loop {
            let seen = self.changed.count();
            let open: Vec<(usize, RecordKey)> = stats
                .iter()
                .enumerate()
                .filter(|(i, _)| states[*i].as_ref().is_none_or(|s| matches!(s, LookupState::Pending { .. })))
                .filter_map(|(i, stat)| match stat {
                    Stat::Content { content, .. } => Some((i, spec.key(content))),
                    Stat::Final(_) => None,
                })
                .collect();
            if open.is_empty() {
                break;
            }
            let keys: Vec<RecordKey> = open.iter().map(|(_, key)| *key).collect();
            for ((i, key), record) in open.iter().zip(self.records.get(&keys)?) {
                if let Stat::Content { version, content } = &stats[*i] {
                    let candidate = Candidate { file: &files[*i], version, content, key };
                    states[*i] = Some(self.state(&candidate, record, spec, enqueue)?);
                }
            }
            enqueue = Enqueue::Done;
            let LookupMode::WaitUpTo(timeout) = mode else { break };
            let remaining = timeout.saturating_sub(started.elapsed());
            let pending = states.iter().flatten().any(|state| matches!(state, LookupState::Pending { .. }));
            if !pending || remaining.is_zero() || self.is_closed() {
                break;
            }
            self.changed.wait(seen, remaining.min(POLL));
        }
        Ok(states.into_iter().map(|state| state.unwrap_or(LookupState::NotExist)).collect())
    }

    /// The state of a thumbnail with this record, or none.
    fn state(
        &self,
        candidate: &Candidate<'_>,
        record: Option<Record>,
        spec: &ThumbnailSpec,
        enqueue: Enqueue,
    ) -> Result<LookupState> {
        if let Some(record) = record {
            return self.state_of_record(candidate, record, spec, enqueue);
        }
        if enqueue == Enqueue::Done {
            return Ok(LookupState::Pending { retry_after: RETRY_AFTER });
        }
        let pending = self.queue.pending(candidate.content)?;
        // A job that ended after the record was read has written one in the same commit.
        if pending.is_none()
            && let Some(record) = self.record(candidate.key)?
        {
            return self.state_of_record(candidate, record, spec, enqueue);
        }
        metrics::counter!(observe::LOOKUPS, "answer" => "miss").increment(1);
        Ok(self.state_of_missing(candidate, pending, enqueue, LookupState::NotExist))
    }

    fn state_of_record(
        &self,
        candidate: &Candidate<'_>,
        record: Record,
        spec: &ThumbnailSpec,
        enqueue: Enqueue,
    ) -> Result<LookupState> {
        let now = self.now();
        match record.state {
            RecordState::Ready(ready) => {
                metrics::counter!(observe::LOOKUPS, "answer" => "hit").increment(1);
                if now.saturating_sub(record.used).saturating_abs() > NOTE_INTERVAL {
                    self.note_lookup(candidate.key);
                }
                // Drawn with other fonts: served until it is replaced.
                if record.fonts != 0 && record.fonts != recipe::fonts() && enqueue == Enqueue::Yes {
                    self.want(candidate, Priority::Background);
                }
                self.ready(candidate, spec, ready)
            }
            RecordState::Failed { kind, retry_at, .. } => {
                metrics::counter!(observe::LOOKUPS, "answer" => "failed").increment(1);
                let failed = LookupState::of_failure(kind);
                if !retry_at.is_some_and(|at| is_due(at, now)) {
                    return Ok(failed);
                }
                let pending = self.queue.pending(candidate.content)?;
                Ok(self.state_of_missing(candidate, pending, enqueue, failed))
            }
        }
    }

    /// The state of a thumbnail that is missing or due for a retry; `otherwise` if it is not queued.
    fn state_of_missing(
        &self,
        candidate: &Candidate<'_>,
        pending: Option<Priority>,
        enqueue: Enqueue,
        otherwise: LookupState,
    ) -> LookupState {
        if enqueue == Enqueue::Yes && pending.is_none_or(|priority| priority > Priority::Interactive) {
            self.want(candidate, Priority::Interactive);
        }
        match (enqueue, pending) {
            (Enqueue::No, None) => otherwise,
            _ => LookupState::Pending { retry_after: RETRY_AFTER },
        }
    }

    fn want(&self, candidate: &Candidate<'_>, priority: Priority) {
        let (file, version) = (candidate.file.clone(), candidate.version.clone());
        self.queue.want(WantedThumbnail { file, version, priority, now: self.now() });
        self.jobs.wake_scheduler(priority);
    }

    fn ready(&self, candidate: &Candidate<'_>, spec: &ThumbnailSpec, ready: Ready) -> Result<LookupState> {
        let Ready { width, height, thumbhash, etag, .. } = ready;
        let url = self.sign(candidate.file, candidate.version, &spec.name)?;
        Ok(LookupState::Ready { width, height, url, thumbhash, etag: hex(&etag) })
    }
}

/// Whether a retry at `at` is due at `now`, both ms since 1970.
fn is_due(at: i64, now: i64) -> bool {
    at <= now || at.saturating_sub(now) > MAX_RETRY_DELAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_delays_no_retry() {
        assert!(is_due(5, 5) && !is_due(1000, 5));
        assert!(is_due(10 * 24 * 60 * 60 * 1000, 5));
    }
}
