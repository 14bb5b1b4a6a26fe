//! How often calls were made, how often they failed, and how long the kernel took: `-c`.

use std::collections::HashMap;
use std::fmt::Write;

use syscall_meta::Decoded;

/// What was counted.
#[derive(Default)]
pub(crate) struct Counts {
    calls: HashMap<&'static str, Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    calls: u64,
    errors: u64,
    micros: i64,
}

impl Counts {
    /// Counts a call that has returned.
    pub(crate) fn take(&mut self, call: &Decoded<'_>, took: i64) {
        let count = self.calls.entry(call.name().unwrap_or("?")).or_default();
        count.calls += 1;
        count.errors += u64::from(call.outcome().is_some_and(|outcome| outcome.errno().is_some()));
        count.micros += took;
    }

    /// As a table, the longest first.
    pub(crate) fn table(&self) -> String {
        let mut rows: Vec<(&str, Count)> = self.calls.iter().map(|(name, count)| (*name, *count)).collect();
        rows.sort_by(|(a_name, a), (b_name, b)| (b.micros, b.calls).cmp(&(a.micros, a.calls)).then(a_name.cmp(b_name)));
        let all = rows.iter().fold(Count::default(), |all, (_, count)| Count {
            calls: all.calls + count.calls,
            errors: all.errors + count.errors,
            micros: all.micros + count.micros,
        });
        let line = "------ ----------- ----------- --------- --------- ----------------";
        let mut out = String::from("% time     seconds  usecs/call     calls    errors syscall\n");
        let _ = writeln!(out, "{line}");
        for (name, count) in &rows {
            count.row(name, all.micros, &mut out);
        }
        let _ = writeln!(out, "{line}");
        all.row("total", all.micros, &mut out);
        out
    }
}

impl Count {
    fn row(&self, name: &str, whole: i64, out: &mut String) {
        let percent = if whole == 0 { 0.0 } else { self.micros as f64 * 100.0 / whole as f64 };
        let each = self.micros.checked_div(self.calls as i64).unwrap_or(0);
        let errors = if self.errors == 0 { String::new() } else { self.errors.to_string() };
        let (seconds, calls) = (self.micros as f64 / 1e6, self.calls);
        let _ = writeln!(out, "{percent:>6.2} {seconds:>11.6} {each:>11} {calls:>9} {errors:>9} {name}");
    }
}
