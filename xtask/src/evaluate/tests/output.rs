//! What a run leaves: macros, rows, headers, places.

use std::sync::Arc;

use super::super::*;
use super::Virtual;
use crate::diagnostic::Sink;

const TABLE: &str = "\
#define BASE 100
#define NR_open (BASE + 1)
#define __SC(nr, a, b) __SYSCALL(nr, b)
__SYSCALL(NR_open, sys_open)

__SC((BASE, 2),
     sys_a, sys_b(x, y))
#undef BASE
";

#[test]
fn rows_of_a_marker() {
    let (session, sink) = (Session::new(), Sink::new());
    let mut setup = Setup::new(DataModel::LP64);
    setup.predefine("__SYSCALL(nr, entry)", "__row__ nr, entry ;");
    let output = preprocess(&session, &NoHeaders, &setup, "unistd.h", &Arc::from(TABLE), &sink);
    assert_eq!(sink.take(), []);
    let rows: Vec<_> = output
        .rows("__row__")
        .iter()
        .map(|row| {
            let fields: Vec<_> = row.fields.iter().map(|field| session.render(field)).collect();
            (output.place(row.span).map(|p| p.line), fields.join(" | "))
        })
        .collect();
    let expected = [(Some(4), "(100 + 1) | sys_open"), (Some(6), "(100, 2) | sys_b(x, y)")];
    assert_eq!(rows, expected.map(|(line, fields)| (line, fields.to_string())));
    let first = &output.rows("__row__")[0];
    assert_eq!(output.evaluate_tokens(first.fields[0], &NoNames).map(|c| c.value), Ok(101));
    assert_eq!(output.place(first.fields[1][0].span).map(|p| p.line), Some(4));
    assert!(output.rows("__other__").is_empty());
}

#[test]
fn macros_keep_order_origin_and_fate() {
    let (session, sink) = (Session::new(), Sink::new());
    let mut setup = Setup::new(DataModel::LP64).macros_only();
    setup.predefine("FIRST", "1");
    let headers = Virtual::new(&[("a.h", "\n#define B FIRST + 1\n"), ("gone.h", "")]);
    let text = "#define C 3\n#include <a.h>\n#include <gone.h>\n#undef C\n#define B 4\nignored ( text\n";
    let output = preprocess(&session, &headers, &setup, "main.h", &Arc::from(text), &sink);
    assert!(output.tokens.is_empty());
    let live: Vec<_> = output.macros.live().map(|m| session.text(m.name).to_string()).collect();
    assert_eq!(live, ["FIRST", "B"]);
    let place = |span| output.place(span).map(|p| format!("{}:{}", p.path, p.line)).unwrap_or_default();
    let history: Vec<_> = output
        .macros
        .history()
        .map(|d| {
            let fate = match d.fate {
                Fate::Live => "live".to_string(),
                Fate::Undefined(at) => format!("undefined at {}", place(at)),
                Fate::Replaced(at) => format!("replaced at {}", place(at)),
            };
            let value = output.constant_of(d.definition, &NoNames).map(|c| c.value).ok();
            format!("{} {} {fate} {value:?}", session.text(d.definition.name), place(d.definition.span))
        })
        .collect();
    assert_eq!(
        history,
        [
            "FIRST <predefined>:1 live Some(1)",
            "C main.h:1 undefined at main.h:4 Some(3)",
            "B a.h:2 replaced at main.h:5 Some(2)",
            "B main.h:5 live Some(4)",
        ]
    );
    let includes: Vec<_> = output.includes.iter().map(|i| (&*i.name, i.path.as_deref(), i.outcome)).collect();
    assert_eq!(includes, [("a.h", Some("a.h"), Outcome::Entered), ("gone.h", None, Outcome::Skipped)]);
    assert_eq!(output.constant("C").map_err(|e| e.reason), Err(Reason::NotDefined));
    assert_eq!(sink.take().iter().map(|d| d.code).collect::<Vec<_>>(), ["macro-redefined"]);
}

#[test]
fn a_path_may_hold_another_text_for_another_run() {
    let (session, sink) = (Session::new(), Sink::new());
    let setup = Setup::new(DataModel::LP64);
    let runs = ["1", "2", "1"].map(|number| {
        let headers = Virtual::new(&[("n.h", number)]);
        let output = preprocess(&session, &headers, &setup, "main.h", &Arc::from("#include <n.h>"), &sink);
        output.tokens
    });
    assert_ne!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
}

#[test]
fn runs_share_a_session_across_threads() {
    let session = Session::new();
    let header: String = (0..200).map(|n| format!("#define N{n} ({n} + A)\n")).collect();
    let headers = Virtual::new(&[("n.h", &header)]);
    let sums: Vec<i128> = std::thread::scope(|scope| {
        let run = |abi: i128| {
            let (session, headers) = (&session, &headers);
            scope.spawn(move || {
                let mut setup = Setup::new(DataModel::LP64);
                setup.predefine("A", &abi.to_string());
                let sink = Sink::new();
                let output = preprocess(session, headers, &setup, "main.h", &Arc::from("#include <n.h>"), &sink);
                (0..200).filter_map(|n| output.constant(&format!("N{n}")).ok()).map(|c| c.value).sum()
            })
        };
        let threads: Vec<_> = (0..8).map(run).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    assert_eq!(sums, (0..8).map(|abi| 19900 + 200 * abi).collect::<Vec<_>>());
}

#[test]
fn messages_show_the_line() {
    let (session, sink) = (Session::new(), Sink::new());
    let text = "\n  #include <no/where.h> // c\n#if 1 + oops(2)\n#endif\n";
    preprocess(&session, &NoHeaders, &Setup::new(DataModel::LP64), "a/b.h", &Arc::from(text), &sink);
    let messages = sink.take();
    let shown: Vec<_> = messages
        .iter()
        .map(|d| {
            let label = &d.labels[0];
            format!("{d} [{}]", &label.text[label.range.0..label.range.1])
        })
        .collect();
    assert_eq!(
        shown,
        [
            "error[missing-header] a/b.h:2: header `no/where.h` is not found [no/where.h]",
            "error[bad-condition] a/b.h:3: the condition cannot be evaluated: `(` does not belong in an integer expression [(]",
        ]
    );
    assert!(messages[0].help.is_some());
}
