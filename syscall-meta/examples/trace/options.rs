//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Runs a program and tells its system calls
#[derive(Debug, Parser)]
#[command(
    name = "trace",
    override_usage = "trace [OPTIONS] COMMAND [ARGS]...\n       trace [OPTIONS] -p PID...",
    after_help = "\
Examples:
  trace -f -o log make                  every call of make and of all that it starts
  trace -e trace=%file,!close ls        calls that take a file's name
  trace -c -p 1234                      counts until ctrl-C
  trace --json -e openat true | jq .    as data

The exit status is that of the command; 2 is a wrong option, 1 an error of the tracer."
)]
pub(crate) struct Options {
    /// Follow what the program starts: processes and threads
    #[arg(short = 'f', long = "follow-forks")]
    pub(crate) follow: bool,
    /// Write to a file instead of standard error
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which calls: `trace=NAME,%CLASS,…`, with `!` before what is not wanted
    #[arg(short = 'e', value_name = "EXPR")]
    pub(crate) which: Vec<String>,
    /// Bytes of a text that are shown
    #[arg(short = 's', long = "string-limit", value_name = "LEN", default_value_t = 32)]
    pub(crate) text: usize,
    /// Column of the result
    #[arg(short = 'a', long = "columns", value_name = "COLUMN", default_value_t = 40)]
    pub(crate) column: usize,
    /// All fields of structures
    #[arg(short = 'v', long)]
    pub(crate) verbose: bool,
    /// Count calls, errors and time instead
    #[arg(short = 'c', long)]
    pub(crate) counts: bool,
    /// Trace a running process, with all its threads where `-f` is given
    #[arg(short = 'p', long = "attach", value_name = "PID", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) pids: Vec<i32>,
    /// A line of JSON for each call
    #[arg(long, conflicts_with = "counts")]
    pub(crate) json: bool,
    /// Let the scheduler choose where threads run; else one that alone makes calls shares the tracer's processor
    #[arg(long)]
    pub(crate) apart: bool,
    /// The program, with what it is given
    #[arg(
        value_name = "COMMAND",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required_unless_present = "pids"
    )]
    pub(crate) command: Vec<std::ffi::OsString>,
}
