//! Argument → command → exit code; one verb a file.

mod added;
mod compare;
mod constants;
mod coverage;
mod diff;
mod each_tag;
mod export;
mod r#gen;
mod input;
mod known;
mod list;
mod machine;
mod output;
mod page;
mod probe;
mod probe_page;
mod render;
mod show;
mod structs;
mod whom;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::{Result, Sink};

/// What every Linux system call means on every ABI, out of the kernel's own source.
#[derive(Parser)]
#[command(name = "syscall-meta", version, after_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, nothing to report; 1 findings or stale files; 2 could not finish.

SRC is a kernel directory, a tarball (.tar, .tar.gz, .tar.xz), or REPO@REV of a git clone;
without a source what is at hand: `live`, the running kernel, as tracefs tells it, or a folder
with a copy of that; a folder of installed headers (/usr/include); facts that gen --out wrote.
K is a release that data/linux/ holds (6.12), or any SRC.";

#[derive(Args)]
struct Global {
    /// The folder with abis.yaml, curated/ and linux/ [default: data/ of the repository around the current folder]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// When to colour what is printed; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Verb {
    Gen(r#gen::Gen),
    List(list::List),
    Show(show::Show),
    Export(export::Export),
    Diff(diff::Diff),
    Constants(constants::Constants),
    Structs(structs::Structs),
    Coverage(coverage::Coverage),
    Probe(probe::Probe),
}

/// Whether a command that finished has something to report.
enum Outcome {
    Clean,
    Findings,
}

/// What `gen --kernel SRC --out FILE` does, for a build script.
pub(crate) fn write_table(kernel: &str, file: &std::path::Path, sink: &Sink) -> Result<()> {
    r#gen::write_table(kernel, file, sink)
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::AlwaysAnsi,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let sink = Sink::new();
    let outcome = run(&cli, &sink);
    let failed = outcome.is_err() || sink.errors() > 0;
    let mut said = sink.take();
    let outcome = outcome.map_err(|error| said.push(*error));
    render::print(&said);
    match outcome {
        _ if failed => ExitCode::from(2),
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Clean) | Err(()) => ExitCode::SUCCESS,
    }
}

fn run(cli: &Cli, sink: &Sink) -> Result<Outcome> {
    match &cli.verb {
        Verb::Gen(verb) => verb.run(&cli.global, sink),
        Verb::List(verb) => verb.run(&cli.global, sink),
        Verb::Show(verb) => verb.run(&cli.global, sink),
        Verb::Export(verb) => verb.run(&cli.global, sink),
        Verb::Diff(verb) => verb.run(&cli.global, sink),
        Verb::Constants(verb) => verb.run(&cli.global, sink),
        Verb::Structs(verb) => verb.run(&cli.global, sink),
        Verb::Coverage(verb) => verb.run(&cli.global, sink),
        Verb::Probe(verb) => verb.run(&cli.global, sink),
    }
}
