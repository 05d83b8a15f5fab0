//! What isolation costs: `isolation FILE [COUNT]` makes a thumbnail COUNT times in this process and in workers, and prints
//! latency and CPU time of each. It is also an example of a program that is its own worker.

use std::path::Path;
use std::time::{Duration, Instant};

use thumbling::{Isolation, Request, Source};

fn main() -> thumbling::Result<()> {
    // First of all: as a worker the process ends here.
    thumbling::isolation::run_if_worker();
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("usage: isolation FILE [COUNT]");
    let count: usize = arguments.next().map_or(200, |count| count.parse().expect("a number"));
    let bytes: std::sync::Arc<[u8]> = std::fs::read(&file).expect("a file").into();
    let sources: [(&str, &dyn Fn() -> thumbling::Result<Source>); 2] =
        [("path", &|| Source::from_path(&file)), ("bytes", &|| Ok(Source::from_bytes(bytes.clone())))];
    for (kind, source) in sources {
        for isolation in [Isolation::Nothing, Isolation::Everything] {
            let request = Request::new().name(&file).isolation(isolation);
            let mut times = Vec::new();
            let mut cpu = Duration::ZERO;
            for i in 0..count + 20 {
                // The first ones start workers.
                if i == 20 {
                    (times, cpu) = (Vec::new(), cpu_time());
                }
                let started = Instant::now();
                thumbling::thumbnail(&source()?, &request)?;
                times.push(started.elapsed());
            }
            let cpu = (cpu_time() - cpu).as_secs_f64() * 1e3 / count as f64;
            times.sort();
            let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
            println!("{kind:5}  {:10}  p50 {:.3} ms  p90 {:.3} ms  CPU {cpu:.3} ms", isolation.name(), at(50), at(90));
        }
    }
    Ok(())
}

/// CPU time of this process and all below it, those that have ended and been waited for included; in steps of a clock tick.
fn cpu_time() -> Duration {
    let mut ticks = 0;
    let mut open = vec![std::process::id()];
    while let Some(pid) = open.pop() {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let fields: Vec<u64> =
            stat.rsplit(") ").next().unwrap_or_default().split(' ').map(|n| n.parse().unwrap_or(0)).collect();
        ticks += fields[11..15].iter().sum::<u64>();
        for task in Path::new(&format!("/proc/{pid}/task")).read_dir().into_iter().flatten().flatten() {
            let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            open.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
    }
    Duration::from_millis(ticks * 10)
}
