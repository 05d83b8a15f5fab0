//! Records metrics and exports them in the text format of Prometheus.
//!
//! The existing exporter brings thirty dependencies; this one has fixed histogram buckets and needs none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};

/// Upper bounds of a histogram's buckets, s.
const BOUNDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Default)]
struct Family {
    help: String,
    /// By labels, formatted.
    members: BTreeMap<String, Member>,
}

enum Member {
    Counter(Arc<Count>),
    Gauge(Arc<Level>),
    Histogram(Arc<Spread>),
}

/// All metrics, by name.
#[derive(Default)]
pub struct Recorder(Mutex<BTreeMap<String, Family>>);

/// Creates a recorder and installs it for the whole process.
pub fn install() -> &'static Recorder {
    let recorder: &'static Recorder = Box::leak(Box::default());
    let _ = metrics::set_global_recorder(recorder);
    thumbling_engine::observe::describe();
    recorder
}

#[derive(Default)]
struct Count(AtomicU64);

impl CounterFn for Count {
    fn increment(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }
}

/// The bits of an `f64`.
#[derive(Default)]
struct Level(AtomicU64);

impl Level {
    fn change(&self, change: impl Fn(f64) -> f64) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bits| Some(change(f64::from_bits(bits)).to_bits()));
    }

    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

impl GaugeFn for Level {
    fn increment(&self, by: f64) {
        self.change(|value| value + by);
    }

    fn decrement(&self, by: f64) {
        self.change(|value| value - by);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

#[derive(Default)]
struct Spread {
    /// One for each bound, and one for larger values.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum: Level,
}

impl HistogramFn for Spread {
    fn record(&self, value: f64) {
        let at = BOUNDS.iter().position(|bound| value <= *bound).unwrap_or(BOUNDS.len());
        self.buckets[at].fetch_add(1, Ordering::Relaxed);
        self.sum.increment(value);
    }
}

impl Recorder {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Family>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, help: &SharedString) {
        self.lock().entry(name.as_str().to_owned()).or_default().help = help.to_string();
    }

    fn member<T>(
        &self,
        key: &Key,
        make: impl FnOnce() -> Member,
        take: impl FnOnce(&Member) -> Option<T>,
    ) -> Option<T> {
        let mut labels = String::new();
        for label in key.labels() {
            let value = label.value().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(labels, "{}{}=\"{value}\"", if labels.is_empty() { "" } else { "," }, label.key());
        }
        let mut all = self.lock();
        let family = all.entry(key.name().to_owned()).or_default();
        take(family.members.entry(labels).or_insert_with(make))
    }

    /// All metrics, in the text format of Prometheus.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, family) in &*self.lock() {
            let Some(first) = family.members.values().next() else { continue };
            let kind = match first {
                Member::Counter(_) => "counter",
                Member::Gauge(_) => "gauge",
                Member::Histogram(_) => "histogram",
            };
            let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
            for (labels, member) in &family.members {
                let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
                let _ = match member {
                    Member::Counter(count) => writeln!(out, "{name}{braced} {}", count.0.load(Ordering::Relaxed)),
                    Member::Gauge(level) => writeln!(out, "{name}{braced} {}", level.get()),
                    Member::Histogram(spread) => {
                        let comma = if labels.is_empty() { "" } else { "," };
                        let mut total = 0;
                        for (bucket, bound) in
                            spread.buckets.iter().zip(BOUNDS.iter().map(f64::to_string).chain(["+Inf".into()]))
                        {
                            total += bucket.load(Ordering::Relaxed);
                            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}");
                        }
                        writeln!(out, "{name}_sum{braced} {}\n{name}_count{braced} {total}", spread.sum.get())
                    }
                };
            }
        }
        out
    }
}

impl metrics::Recorder for &'static Recorder {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, &help);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, &help);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, &help);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let found = self.member(
            key,
            || Member::Counter(Arc::default()),
            |member| match member {
                Member::Counter(count) => Some(count.clone()),
                _ => None,
            },
        );
        found.map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let found = self.member(
            key,
            || Member::Gauge(Arc::default()),
            |member| match member {
                Member::Gauge(level) => Some(level.clone()),
                _ => None,
            },
        );
        found.map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let found = self.member(
            key,
            || Member::Histogram(Arc::default()),
            |member| match member {
                Member::Histogram(spread) => Some(spread.clone()),
                _ => None,
            },
        );
        found.map_or_else(Histogram::noop, Histogram::from_arc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_exported_in_the_text_format_of_prometheus() {
        let recorder: &'static Recorder = Box::leak(Box::default());
        metrics::with_local_recorder(&recorder, || {
            metrics::describe_counter!("seen_total", "What was seen");
            metrics::counter!("seen_total", "kind" => "a\"b").increment(2);
            metrics::gauge!("depth").set(1.5);
            metrics::histogram!("wait_seconds").record(0.002);
            metrics::histogram!("wait_seconds").record(100.0);
        });
        let text = recorder.text();
        for line in [
            "# HELP seen_total What was seen",
            "# TYPE seen_total counter",
            "seen_total{kind=\"a\\\"b\"} 2",
            "depth 1.5",
            "wait_seconds_bucket{le=\"0.0025\"} 1",
            "wait_seconds_bucket{le=\"+Inf\"} 2",
            "wait_seconds_count 2",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
    }
}
