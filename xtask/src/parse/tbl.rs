//! `.tbl` files: `<number> <abi> <name> [<entry> [<compat entry> [noreturn]]]`, `#` for comments.
//!
//! The kernel's own `scripts/syscalltbl.sh` reads them line by line and takes any blank as a separator, so this
//! does too. What its `grep` would pass over in silence is an error here.

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::TableRow;

/// The rows of a table, in the order of the file.
pub fn table(path: &str, text: &str, sink: &Sink) -> Vec<TableRow> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let number = index as u32 + 1;
        match content.parse::<TableRow>() {
            Ok(row) => rows.push(TableRow { line: number, ..row }),
            Err(cause) => sink.push(
                Diagnostic::error(
                    "bad-table-row",
                    format!("this row of the system call table cannot be read: {cause}"),
                )
                .at(Label::line(path, number, line))
                .help("a row is `<number> <abi> <name> [<entry> [<compat entry> [noreturn]]]`; is the file whole?"),
            ),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_comments_and_missing_fields() {
        let sink = Sink::new();
        let rows =
            table("t.tbl", "# head\n\n0\tcommon\tread\tsys_read\r\n450 \tnospu\tx\tsys_x\n18 oabi stat\n", &sink);
        let shown: Vec<String> = rows.iter().map(|row| format!("{}: {row}", row.line)).collect();
        assert_eq!(shown, ["3: 0 common read sys_read", "4: 450 nospu x sys_x", "5: 18 oabi stat"]);
        assert_eq!(sink.take(), []);
    }

    #[test]
    fn a_row_that_breaks_off_is_an_error_with_its_line() {
        let sink = Sink::new();
        table("t.tbl", "0 common read sys_read\n1 comm\n", &sink);
        let said: Vec<String> = sink.take().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["error[bad-table-row] t.tbl:2: this row of the system call table cannot be read: \
              a row needs a number, an ABI and a name"]
        );
    }
}
