//! The command line.

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use syscall_meta::{Abi, ByteOrder};

use crate::action::Action;

/// Makes a seccomp filter of several ABIs out of names, and runs a program under it
#[derive(Debug, Parser)]
#[command(
    name = "filter",
    override_usage = "filter [OPTIONS] [--allow RULE]... [--deny RULE]... [--print | --disassemble | --bytes FILE]\n       \
                      filter [OPTIONS] [--allow RULE]... [--deny RULE]... -- COMMAND [ARGS]...",
    after_help = "\
Rules:
  openat                                 a call, by the name that each ABI has
  %network                               a class of calls, as strace has them
  socket(family == AF_UNIX)              with this argument, by the kernel's name
  mmap(prot & PROT_EXEC)                 with one of these bits
  openat(flags & O_ACCMODE == O_RDONLY)  with these bits being so
  kill(pid > 0, sig != SIGKILL)          with both
  lseek@i386(arg1 >= 4096)               on one ABI, the argument by its place
  read,write,close                       several
Comparisons are == != < <= > >=, of a signed argument as signed. Values are
numbers, or names of the argument's set as each ABI has it, with | between them.
The rules about a call are tried in their order, and the first that fits decides.

Actions:
  allow, log, trace, trap, kill-thread, kill (the process), errno(NAME)

Examples:
  filter --deny %network -- curl https://example.org
  filter --errno ENOSYS io_uring_setup --deny 'socket(family != AF_UNIX)' -- make
  filter --abi x86_64,i386 --allow read,write,exit_group --disassemble
  filter --abi s390x --kill 'openat(flags & O_WRONLY|O_RDWR != 0)' --bytes filter.bpf

The exit status is that of the command; 2 is a wrong option or rule, 1 an error."
)]
pub(crate) struct Options {
    /// The ABIs of programs that are let through the filter; this machine's own unless given
    #[arg(long, value_name = "ABI,...", value_delimiter = ',')]
    pub(crate) abi: Vec<Abi>,
    /// What calls are answered that no rule takes: `kill` where there is an `--allow`, else `allow`
    #[arg(long, value_name = "ACTION")]
    default: Option<Action>,
    /// What calls through other ABIs are answered
    #[arg(long, value_name = "ACTION", default_value = "kill")]
    pub(crate) foreign: Action,
    /// Calls that are made
    #[arg(short, long, value_name = "RULE")]
    allow: Vec<String>,
    /// Calls that fail with EPERM
    #[arg(short, long, value_name = "RULE")]
    deny: Vec<String>,
    /// Calls that fail with this error
    #[arg(short, long, value_names = ["ERRNO", "RULE"], num_args = 2)]
    errno: Vec<String>,
    /// Calls that end the process
    #[arg(short, long, value_name = "RULE")]
    kill: Vec<String>,
    /// Calls that end the thread
    #[arg(long, value_name = "RULE")]
    kill_thread: Vec<String>,
    /// Calls that are a SIGSYS instead
    #[arg(long, value_name = "RULE")]
    trap: Vec<String>,
    /// Calls that a tracer is asked about
    #[arg(long, value_name = "RULE")]
    trace: Vec<String>,
    /// Calls that are made and logged by the kernel
    #[arg(short, long, value_name = "RULE")]
    log: Vec<String>,
    /// Print the program as the initialisers of `struct sock_filter`
    #[arg(short, long)]
    pub(crate) print: bool,
    /// Print the program in words
    #[arg(short = 'D', long)]
    pub(crate) disassemble: bool,
    /// Write the program to a file, as the kernel takes it
    #[arg(long, value_name = "FILE")]
    pub(crate) bytes: Option<PathBuf>,
    /// The byte order of the machine, where its ABIs have both; the usual one unless given
    #[arg(long, value_name = "ORDER")]
    byte_order: Option<Order>,
    /// The program, with what it is given
    #[arg(
        value_name = "COMMAND",
        last = true,
        allow_hyphen_values = true,
        required_unless_present_any = ["print", "disassemble", "bytes"]
    )]
    pub(crate) command: Vec<std::ffi::OsString>,
    /// All rules, in the order in which they are given.
    #[arg(skip)]
    pub(crate) rules: Vec<(Action, String)>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    Little,
    Big,
}

impl Options {
    /// What the process was started with; it ends where that makes no sense.
    pub(crate) fn read() -> Options {
        let matches = Options::command().get_matches();
        let mut options = Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        let mut rules = Vec::new();
        let given = [
            ("allow", Action::ALLOW, &options.allow),
            ("log", Action::LOG, &options.log),
            ("trace", Action::TRACE, &options.trace),
            ("trap", Action::TRAP, &options.trap),
            ("kill_thread", Action::KILL_THREAD, &options.kill_thread),
            ("kill", Action::KILL, &options.kill),
        ];
        let places = |name: &str| matches.indices_of(name).into_iter().flatten();
        for (name, action, texts) in given {
            rules.extend(places(name).zip(texts).map(|(at, text)| (at, action.clone(), text.clone())));
        }
        let denied = Action::Errno("EPERM".to_string());
        rules.extend(places("deny").zip(&options.deny).map(|(at, text)| (at, denied.clone(), text.clone())));
        for (at, pair) in places("errno").step_by(2).zip(options.errno.chunks_exact(2)) {
            rules.push((at, Action::Errno(pair[0].clone()), pair[1].clone()));
        }
        rules.sort_by_key(|(at, ..)| *at);
        options.rules = rules.into_iter().map(|(_, action, text)| (action, text)).collect();
        options
    }

    pub(crate) fn default(&self) -> Action {
        let default = if self.allow.is_empty() { Action::ALLOW } else { Action::KILL };
        self.default.clone().unwrap_or(default)
    }

    /// The byte order that was asked for, else that of this machine for its own ABI, else the usual one.
    pub(crate) fn order(&self, abis: &[Abi]) -> ByteOrder {
        let here = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
        match self.byte_order {
            Some(Order::Little) => ByteOrder::Little,
            Some(Order::Big) => ByteOrder::Big,
            None if Abi::native().is_some_and(|native| abis.contains(&native)) => here,
            None => abis.first().map_or(here, |abi| abi.audit_archs()[0].byte_order()),
        }
    }
}
