//! A `tracing` subscriber that passes the library's events and ended spans to one sink.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// Takes an entry.
pub(super) type Sink = Box<dyn Fn(&Entry<'_>) + Send + Sync>;

/// A message, or a span that has ended.
pub(super) struct Entry<'a> {
    /// 1 (error) to 5 (trace).
    pub(super) level: i32,
    pub(super) target: &'a str,
    pub(super) message: &'a str,
    /// The spans around it, outermost first.
    pub(super) spans: Option<&'a str>,
    /// Of a span.
    pub(super) duration: Option<Duration>,
}

/// Why a sink was not set.
#[derive(Debug)]
pub(super) enum SetError {
    /// The call comes from the sink itself.
    Reentrant,
    /// The process has another subscriber.
    Taken,
}

/// The most verbose level that is forwarded; 0: none.
static LEVEL: AtomicI32 = AtomicI32::new(0);
/// Held for reading during every call of the sink, so that replacing it waits for those in progress.
static SINK: RwLock<Option<Sink>> = RwLock::new(None);
/// Whether our subscriber was installed.
static INSTALLED: OnceLock<bool> = OnceLock::new();

thread_local! {
    /// Ids of the spans that this thread is in, innermost last.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    /// Whether this thread is inside the sink.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Forwards entries up to `level` to `sink` from now on, and none to the sink before.
pub(super) fn set(level: i32, sink: Option<Sink>) -> Result<(), SetError> {
    if INSIDE.with(Cell::get) {
        return Err(SetError::Reentrant);
    }
    let wanted = sink.is_some();
    if wanted && !INSTALLED.get_or_init(|| tracing::subscriber::set_global_default(Forwarder::default()).is_ok()) {
        return Err(SetError::Taken);
    }
    let mut current = SINK.write().unwrap_or_else(PoisonError::into_inner);
    LEVEL.store(if wanted { level } else { 0 }, Ordering::SeqCst);
    let before = std::mem::replace(&mut *current, sink);
    drop(current);
    drop(before);
    Ok(())
}

fn send(entry: &Entry<'_>) {
    // What the host's callback causes is not logged, which could go on for ever.
    if INSIDE.try_with(|inside| inside.replace(true)).unwrap_or(true) {
        return;
    }
    let sink = SINK.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(sink) = sink.as_ref().filter(|_| entry.level <= LEVEL.load(Ordering::SeqCst)) {
        sink(entry);
    }
    drop(sink);
    let _ = INSIDE.try_with(|inside| inside.set(false));
}

/// A live span.
struct Span {
    metadata: &'static Metadata<'static>,
    fields: String,
    /// The innermost span around it.
    parent: Option<u64>,
    start: Instant,
    references: usize,
}

#[derive(Default)]
struct Forwarder {
    next: AtomicU64,
    spans: Mutex<HashMap<u64, Span>>,
}

impl Forwarder {
    fn spans(&self) -> MutexGuard<'_, HashMap<u64, Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names and fields of `innermost` and the spans around it.
    fn path(&self, innermost: Option<u64>) -> Option<String> {
        let spans = self.spans();
        let mut parts = Vec::new();
        let mut next = innermost;
        while let Some(span) = next.and_then(|id| spans.get(&id)) {
            parts.push(format!("{}{}", span.metadata.name(), span.fields));
            next = span.parent;
        }
        parts.reverse();
        (!parts.is_empty()).then(|| parts.join(" > "))
    }
}

fn level(level: Level) -> i32 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

fn current() -> Option<u64> {
    ENTERED.try_with(|entered| entered.borrow().last().copied()).ok().flatten()
}

/// Fields as text: the message, then ` name=value` for each of the others.
#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.others, " {name}={value:?}"),
        };
    }
}

impl Subscriber for Forwarder {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Only what the library logs itself; the level may change at any time.
        if metadata.target().starts_with("thumbling") { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        level(*metadata.level()) <= LEVEL.load(Ordering::Relaxed) && metadata.target().starts_with("thumbling")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if attributes.is_root() => None,
            None => current(),
        };
        let (metadata, start) = (attributes.metadata(), Instant::now());
        self.spans().insert(id, Span { metadata, fields: fields.others, parent, start, references: 1 });
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = self.spans().get_mut(&span.into_u64()) {
            span.fields.push_str(&fields.others);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let around = event.parent().map(Id::into_u64).or_else(current);
        let message = format!("{}{}", fields.message, fields.others);
        let metadata = event.metadata();
        send(&Entry {
            level: level(*metadata.level()),
            target: metadata.target(),
            message: message.trim_start(),
            spans: self.path(around).as_deref(),
            duration: None,
        });
    }

    fn enter(&self, span: &Id) {
        // A thread that is ending has no stack any more.
        let _ = ENTERED.try_with(|entered| entered.borrow_mut().push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            if let Some(at) = entered.iter().rposition(|id| *id == span.into_u64()) {
                entered.remove(at);
            }
        });
    }

    fn clone_span(&self, span: &Id) -> Id {
        if let Some(span) = self.spans().get_mut(&span.into_u64()) {
            span.references += 1;
        }
        span.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut spans = self.spans();
        let Some(span) = spans.get_mut(&id.into_u64()) else { return false };
        span.references -= 1;
        if span.references > 0 {
            return false;
        }
        let Some(span) = spans.remove(&id.into_u64()) else { return false };
        drop(spans);
        send(&Entry {
            level: level(*span.metadata.level()),
            target: span.metadata.target(),
            message: &format!("{}{}", span.metadata.name(), span.fields),
            spans: self.path(span.parent).as_deref(),
            duration: Some(span.start.elapsed()),
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    /// One test: the subscriber is global.
    #[test]
    fn events_and_spans_are_forwarded_until_the_sink_is_replaced() {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let to = lines.clone();
        let entered = Arc::new(AtomicBool::new(false));
        let was_refused = entered.clone();
        let sink: Sink = Box::new(move |entry| {
            was_refused.store(matches!(set(0, None), Err(SetError::Reentrant)), Ordering::SeqCst);
            tracing::error!(target: "thumbling", "from inside the sink");
            let kind = if entry.duration.is_some() { "span" } else { "event" };
            let spans = entry.spans.unwrap_or("-");
            to.lock().unwrap().push(format!("{kind} {} {} [{spans}] {}", entry.level, entry.target, entry.message));
        });
        set(4, Some(sink)).unwrap();
        {
            let _outer = tracing::debug_span!(target: "thumbling", "outer", file = "a").entered();
            let _inner = tracing::info_span!(target: "thumbling", "inner").entered();
            tracing::warn!(target: "thumbling_engine::x", n = 7, "a message");
            tracing::trace!(target: "thumbling", "too verbose");
            tracing::error!(target: "another_crate", "not of the library");
        }
        set(0, None).unwrap();
        tracing::error!(target: "thumbling", "after the sink was removed");
        let wanted = [
            "event 2 thumbling_engine::x [outer file=a > inner] a message n=7",
            "span 3 thumbling [outer file=a] inner",
            "span 4 thumbling [-] outer file=a",
        ];
        assert_eq!(*lines.lock().unwrap(), wanted);
        assert!(entered.load(Ordering::SeqCst));
    }
}
