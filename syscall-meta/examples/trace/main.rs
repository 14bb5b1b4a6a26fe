//! `trace COMMAND…`: every system call of a program and of all that it starts, as text.

mod tracer;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let least = if args.first().is_some_and(|arg| arg == "-ff") { 3 } else { 1 };
    if args.len() < least {
        eprintln!("usage: trace [-ff FILE] [-v] COMMAND…");
        std::process::exit(2);
    }
    // `-ff FILE`: the calls of each process into a file of its own.
    let files = (args.first().is_some_and(|arg| arg == "-ff")).then(|| {
        args.remove(0);
        args.remove(0)
    });
    let mut options = tracer::Options::default();
    if args.first().is_some_and(|arg| arg == "-v") {
        args.remove(0);
        options.style = options.style.verbose();
    }
    let mut open: HashMap<i32, File> = HashMap::new();
    let status = tracer::run(&args, options, |line| match &files {
        Some(name) => {
            let file =
                open.entry(line.pid).or_insert_with(|| File::create(format!("{name}.{}", line.pid)).expect("a file"));
            let _ = writeln!(file, "{}", line.text);
        }
        None => eprintln!("{} {}", line.pid, line.text),
    });
    match status {
        Ok(status) => std::process::exit(status),
        Err(error) => {
            eprintln!("trace: {error}");
            std::process::exit(2);
        }
    }
}
