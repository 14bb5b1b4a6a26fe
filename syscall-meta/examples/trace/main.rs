//! `trace COMMAND…`: the system calls of a program and of all that it starts, as strace has them.

mod choice;
mod counts;
mod frame;
mod lines;
mod options;
mod seccomp;
mod sys;
mod together;
mod tracer;

use std::io::{self, Write};
use std::process::exit;

use clap::Parser;
use syscall_meta::{Decoder, Limits};

use choice::Choice;
use counts::Counts;
use lines::Lines;
use options::Options;
use tracer::{End, Event, Setup};

fn main() {
    let options = Options::parse();
    match run(&options) {
        Ok(End::Exited(status)) => exit(status),
        Ok(End::Killed(signal) | End::Detached(signal)) => sys::die_of(signal),
        Ok(End::AllGone) => {}
        Err(error) => {
            // Who reads what is told may have gone, and with it this.
            let _ = writeln!(io::stderr(), "trace: {error}");
            exit(1);
        }
    }
}

fn run(options: &Options) -> io::Result<End> {
    let choice = Choice::new(&options.which).unwrap_or_else(|error| {
        eprintln!("trace: {error}");
        exit(2)
    });
    let mut limits = Limits::DEFAULT;
    limits.text = options.text;
    let setup = Setup {
        decoder: Decoder::new().with_limits(limits),
        follow: options.follow,
        choice,
        interleaved: !options.json && !options.counts,
        is_ahead: options.output.is_some(),
        is_timed: options.counts,
        is_together: !options.apart,
    };
    let mut lines = Lines::new(options)?;
    let mut counts = options.counts.then(Counts::default);
    let tell = |pid: i32, event: Event<'_>| match (&mut counts, event) {
        (Some(counts), Event::Returned { call, took, .. }) => {
            counts.take(call, took);
            Ok(())
        }
        (Some(_), _) => Ok(()),
        (None, event) => lines.tell(pid, event),
    };
    sys::heed_signals();
    let end = match options.pids.is_empty() {
        true => tracer::run(&options.command, setup, tell),
        false => tracer::attach(&options.pids, setup, tell),
    };
    if let Some(counts) = counts {
        lines.table(&counts.table())?;
    }
    lines.flush()?;
    end
}
