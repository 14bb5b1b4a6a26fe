//! `filter --deny %network -- COMMAND…`: a seccomp filter out of names, for the ABIs that a program can use.

mod action;
mod check;
mod disassemble;
mod options;
mod plan;
mod program;
mod rule;
mod sys;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::exit;

use syscall_meta::Abi;

use options::Options;
use plan::{Plan, Wish};
use program::Instruction;

fn main() {
    let options = Options::read();
    let (wish, plans, program) = made(&options).unwrap_or_else(|error| {
        eprintln!("filter: {error}");
        exit(2)
    });
    match told(&options, &wish, &program) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => fail(&error.to_string(), 1),
        Ok(()) => {}
    }
    if let Some((name, args)) = options.command.split_first() {
        if !is_there(name) {
            fail(&format!("there is no command `{}`", name.to_string_lossy()), 1);
        }
        startable(&wish, &plans).unwrap_or_else(|error| fail(&error, 2));
        let error = sys::under(&program, name).args(args).exec();
        fail(&format!("cannot run `{}`: {error}", name.to_string_lossy()), 1);
    }
}

fn fail(error: &str, status: i32) -> ! {
    eprintln!("filter: {error}");
    exit(status)
}

fn made(options: &Options) -> Result<(Wish, Vec<Plan>, Vec<Instruction>), String> {
    let abis = match (&options.abi[..], Abi::native()) {
        ([], Some(native)) => vec![native],
        ([], None) => return Err("this machine's own ABI is not known: say which with `--abi`".to_string()),
        (given, _) => given.to_vec(),
    };
    if let Some(twice) = abis.iter().enumerate().find_map(|(at, abi)| abis[..at].contains(abi).then_some(abi)) {
        return Err(format!("`--abi` has {twice} twice"));
    }
    let mut rules = Vec::new();
    for (action, text) in &options.rules {
        rules.extend(rule::parse(action, text)?);
    }
    let order = options.order(&abis);
    let wish = Wish { abis, order, default: options.default(), foreign: options.foreign.clone(), rules };
    let (plans, notes) = plan::plan(&wish)?;
    let program = program::program(&plans, &wish)?;
    for note in notes {
        eprintln!("filter: note: {note}");
    }
    Ok((wish, plans, program))
}

/// Prints and writes what is asked for.
fn told(options: &Options, wish: &Wish, program: &[Instruction]) -> io::Result<()> {
    let mut text = String::new();
    if options.print {
        for Instruction { code, yes, no, value } in program {
            let _ = writeln!(text, "{{ {code:#04x}, {yes}, {no}, {value:#010x} }},");
        }
    }
    if options.disassemble {
        text += &disassemble::disassemble(program, &wish.abis, wish.order);
    }
    if let Some(path) = &options.bytes {
        let bytes: Vec<u8> = program.iter().flat_map(|instruction| instruction.bytes(wish.order)).collect();
        std::fs::write(path, bytes)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display())))?;
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Whether a command can be started under the filter: it is there, and the filter, which has to come before it, lets it.
fn startable(wish: &Wish, plans: &[Plan]) -> Result<(), String> {
    let native = Abi::native().ok_or("this machine's own ABI is not known, so no filter is installed")?;
    let plan = plans.iter().find(|plan| plan.abi == native).ok_or_else(|| {
        format!("the command is started by a program of {native}, which would be foreign: add it to `--abi`")
    })?;
    let execve = native.table().and_then(|table| table.by_name("execve")).map(|call| call.kernel_number());
    let steps = execve.and_then(|number| plan.calls.get(&number));
    let default = wish.default.value(native)?;
    let allowing = [action::Action::ALLOW.value(native)?, action::Action::LOG.value(native)?];
    // A condition may hold or not: that is for whoever wrote it to know.
    let is_certain = steps.is_none_or(|steps| steps.first().is_none_or(|step| step.checks.is_empty()));
    let answer = steps.and_then(|steps| steps.first()).map_or(default, |step| step.answer);
    match is_certain && !allowing.contains(&answer) {
        true => Err(format!(
            "the command could not be started: `execve` is answered {}; add `--allow execve`",
            action::Action::told(answer, native)
        )),
        false => Ok(()),
    }
}

/// Whether there is such a command, as a shell would find it.
fn is_there(name: &OsStr) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match name.to_string_lossy().contains('/') {
        true => Path::new(name).is_file(),
        false => std::env::split_paths(&path).any(|folder| folder.join(name).is_file()),
    }
}
