//! Measures peers in turns within one run and prints ratios; no figure stands without the other.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One of several ways to do the same; what it returns keeps the work from being optimised away.
pub struct Peer<'a> {
    name: &'static str,
    work: Box<dyn Fn() -> usize + 'a>,
}

impl<'a> Peer<'a> {
    /// A named way.
    pub fn new(name: &'static str, work: impl Fn() -> usize + 'a) -> Self {
        Peer { name, work: Box::new(work) }
    }
}

/// How often each peer has its turn.
const TURNS: usize = 41;

/// Prints each peer's median nanoseconds per item, and the ratio of the first to `yardstick` with its bound.
pub fn report(what: &str, yardstick: &str, bound: f64, items: usize, peers: &[Peer]) {
    let mut times = vec![Vec::with_capacity(TURNS); peers.len()];
    for _ in 0..TURNS {
        for (peer, times) in peers.iter().zip(&mut times) {
            let start = Instant::now();
            let mut sum = 0;
            for _ in 0..200 {
                sum += (peer.work)();
            }
            times.push(start.elapsed());
            std::hint::black_box(sum);
        }
    }
    let medians: Vec<f64> =
        times.into_iter().map(|times| median(times).as_secs_f64() * 1e9 / (200 * items) as f64).collect();
    println!("{what}");
    for (peer, nanoseconds) in peers.iter().zip(&medians) {
        println!("  {:28} {nanoseconds:7.2} ns", peer.name);
    }
    if let Some(at) = peers.iter().position(|peer| peer.name == yardstick) {
        println!("  {} / {yardstick} = {:.2} (bound {bound:.2})", peers[0].name, medians[0] / medians[at]);
    }
}

/// Something that takes long enough to be run a few times only.
pub enum Run<'a> {
    /// A program whose output is thrown away.
    Command(&'a mut Command),
    /// Work of this process.
    Closure(&'a dyn Fn()),
}

impl Run<'_> {
    fn time(&mut self) -> Duration {
        let start = Instant::now();
        match self {
            Run::Command(command) => {
                // A search that finds nothing or a check that finds something is no failure to run.
                command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program is installed");
            }
            Run::Closure(work) => work(),
        }
        start.elapsed()
    }
}

/// Runs both in turns and prints their medians, the ratio and its bound.
pub fn compare(name: &str, mut run: Run, peer_name: &str, mut peer: Run, bound: Option<f64>) {
    // The first turn warms the page cache for both.
    run.time();
    peer.time();
    let (mut times, mut peer_times) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        times.push(run.time());
        peer_times.push(peer.time());
    }
    let (time, peer_time) = (median(times), median(peer_times));
    let ratio = time.as_secs_f64() / peer_time.as_secs_f64();
    let bound = bound.map_or_else(String::new, |bound| format!(" (bound {bound:.1})"));
    println!("{name}: {time:.2?}; {peer_name}: {peer_time:.2?}; ratio {ratio:.2}{bound}");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
