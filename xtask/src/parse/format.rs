//! `events/syscalls/sys_enter_*/format` of tracefs: what a call takes.
//!
//! The kernel writes one field an argument, with the name and the type that the definition gives it (types as C's
//! preprocessor leaves them, so that `__user` is gone). Beside them stand what every event has (`common_*`), the number
//! (`__syscall_nr`), and, in newer kernels, text that an argument leads to (`__data_loc`).

use super::params::{inside, params};
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::Param;

/// The event without `sys_enter_`, and the parameters of its call.
pub fn event_format(path: &str, text: &str) -> Result<(String, Vec<Param>)> {
    let wrong =
        |line: usize, text: &str, what: &str| {
            Box::new(Diagnostic::error("bad-format", what).at(Label::line(path, line as u32, text)).help(
                "a format is copied whole, as tracefs shows it: `name:`, `format:` with its fields, `print fmt:`",
            ))
        };
    let lines = || text.lines().zip(1..);
    let first = lines().next().map_or("", |(line, _)| line);
    let name = first.strip_prefix("name: sys_enter_").map(str::trim).filter(|name| is_name(name));
    let name = name.ok_or_else(|| wrong(1, first, "this is no format of an event at a call's start"))?;
    // It stands behind the fields; without it some of them may be missing.
    if !lines().any(|(line, _)| line.starts_with("print fmt:")) {
        return Err(wrong(lines().count(), "", "this format ends before its `print fmt:`"));
    }
    let mut all = Vec::new();
    let mut has_number = false;
    for (line, number) in lines() {
        let Some(field) = line.trim_start().strip_prefix("field:") else { continue };
        let declaration = field.split(';').next().unwrap_or_default().trim();
        let last = declaration.rsplit([' ', '*']).next().unwrap_or_default();
        if last == "__syscall_nr" {
            has_number = true;
        } else if !last.starts_with("common_") && !declaration.starts_with("__data_loc ") {
            let list = inside(format!("({declaration})").as_bytes(), 0).and_then(|(items, _)| params(&items));
            let param = list.and_then(|list| <[Param; 1]>::try_from(list).ok());
            all.extend(param.ok_or_else(|| wrong(number, line, "this field is no parameter of a function"))?);
        }
    }
    if !has_number {
        return Err(wrong(1, first, "this format has no field for the number of the call"));
    }
    Ok((name.to_string(), all))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "name: sys_enter_probe\nID: 7\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\n\n\
                        \tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n";

    fn read(text: &str) -> std::result::Result<String, String> {
        let shown = |params: Vec<Param>| params.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        event_format("f", text)
            .map(|(name, params)| format!("{name}({})", shown(params)))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn fields_that_are_arguments_are_parameters() {
        let fields = "\tfield:const char *const * argv;\toffset:16;\n\tfield:umode_t mode;\toffset:24;\n\
                      \tfield:__data_loc char[] __argv_val;\toffset:32;\n\nprint fmt: \"argv\", x\n";
        let told = "probe(const char * const * argv, umode_t mode)";
        assert_eq!(read(&format!("{HEAD}{fields}")).as_deref(), Ok(told));
        assert_eq!(read(&format!("{HEAD}{fields}").replace('\n', "\r\n")).as_deref(), Ok(told));
        assert_eq!(read(&format!("{HEAD}\nprint fmt: \"\"")).as_deref(), Ok("probe()"));
    }

    #[test]
    fn what_is_no_format_says_so() {
        let whole = format!("{HEAD}\tfield:int fd;\toffset:16;\n\nprint fmt: \"fd\"\n");
        for (text, expected) in [
            (String::new(), "error[bad-format] f:1: this is no format"),
            ("\u{7f}ELF\u{0}\u{fffd}".into(), "error[bad-format] f:1: this is no format"),
            (whole.replace("sys_enter_", "sys_exit_"), "error[bad-format] f:1: this is no format"),
            (whole.replace("print fmt", ""), "error[bad-format] f:9: this format ends before"),
            (whole.replace("int fd", "fd"), "error[bad-format] f:7: this field is no parameter"),
            (whole.replace("int fd", "int {"), "error[bad-format] f:7: this field is no parameter"),
            (whole.replace("int fd", "int a, int b"), "error[bad-format] f:7: this field is no parameter"),
            (whole.replace("__syscall_nr", "common_nr"), "error[bad-format] f:1: this format has no field"),
        ] {
            let said = read(&text).unwrap_err();
            assert!(said.starts_with(expected), "{text:?}: {said}");
        }
        for end in (0..whole.len() - 12).filter(|end| whole.is_char_boundary(*end)) {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
    }
}
