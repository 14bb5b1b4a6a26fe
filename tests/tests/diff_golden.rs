//! Everything that is found between two fixtures, as text: a rule that says more or less than before shows here.

use syscall_meta_gen::judge::{Profile, judge};
use syscall_meta_gen::report;
use syscall_meta_tests::{Compared, changed, data, fixture, golden, plain};

fn text(old: &Compared, new: &Compared) -> String {
    let judged = judge(old.diff(new, &data()), Profile::All, &[]);
    let mut out = Vec::new();
    report::text(&judged, false, &mut out).expect("a buffer takes all");
    plain(&String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn all_that_is_found_is_what_it_was() {
    let data = data();
    let [old, kernel] =
        ["kernel-old", "kernel"].map(|name| Compared::read(&data, &fixture(name).display().to_string()));
    let changed = Compared::read(&data, &changed().spec());
    for (name, from, to) in [
        ("kernel-old-to-kernel", &old, &kernel),
        ("kernel-to-kernel-old", &kernel, &old),
        ("kernel-to-changed", &kernel, &changed),
        ("changed-to-kernel", &changed, &kernel),
    ] {
        golden(&format!("diff/{name}.txt"), &text(from, to));
    }
}
