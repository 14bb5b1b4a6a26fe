//! What Kconfig texts settle, by hand; real kernels are in `extract/tests.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::solve::Solver;
use super::universe::Universe;
use crate::diagnostic::Sink;
use crate::parse::kconfig;

/// Of each symbol asked (`A B C`), `y`, `n` or `?` in kernels of arch/a in which `pins` are given.
#[track_caller]
fn check(files: &[(&str, &str)], pins: &[(&str, bool)], asked: &str, expected: &str) {
    let sink = Sink::new();
    let parsed: BTreeMap<&str, _> = files.iter().map(|(path, text)| (*path, kconfig(path, text, &sink))).collect();
    let archs = ["a", "b"];
    let archs: Vec<&str> = archs.into_iter().filter(|arch| files.iter().any(|(path, _)| path.contains(arch))).collect();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let given = pins.iter().map(|(name, _)| *name);
    let modules = asked.iter().filter_map(|name| name.strip_suffix("_MODULE"));
    let names: Vec<&str> = asked.iter().copied().chain(modules).chain(given).collect();
    let universe = Universe::new(&parsed, "Kconfig", &archs, &names, &sink);
    let found = Solver::new(&universe, 0, &pins.iter().copied().collect()).settled(&asked);
    let shown: String = found.into_iter().map(|answer| answer.map_or('?', |set| if set { 'y' } else { 'n' })).collect();
    assert_eq!(sink.take(), []);
    assert_eq!(shown, expected, "{files:?}");
}

/// A kernel in one file.
#[track_caller]
fn one(text: &str, asked: &str, expected: &str) {
    check(&[("Kconfig", text)], &[], asked, expected);
}

#[test]
fn prompts_leave_open_and_defaults_settle() {
    one(
        "config A\n\tbool \"a\"\nconfig B\n\tbool\n\tdefault y\nconfig C\n\tbool\nconfig D\n\tdef_bool n\n",
        "A B C D E",
        "?ynnn",
    );
    one(
        "config A\n\tbool \"a\"\nconfig B\n\tdef_bool y\n\tdepends on A\nconfig C\n\tdef_bool y if B || !A\n",
        "B C",
        "??",
    );
    one(
        "config X\n\tbool \"x\"\nconfig A\n\tbool \"a\" if X\n\tdefault y\nconfig B\n\tbool \"b\" if NONE\n\tdefault y\n",
        "A B",
        "?y",
    );
    one("config A\n\tbool\n\tdefault n if NONE\n\tdefault y\nconfig B\n\tint\n\tdefault 3\n", "A B", "y?");
    one("config A\n\tbool \"a\"\n\tdepends on NONE\nif NONE\nconfig B\n\tbool \"b\"\nendif\n", "A B", "nn");
    one("menu \"m\"\n\tvisible if NONE\nconfig A\n\tbool \"a\"\n\tdefault y\nendmenu\n", "A", "y");
}

#[test]
fn selects_settle_past_dependencies() {
    let text = "config A\n\tdef_bool y\n\tselect B\n\tselect C if X\n\tselect D if NONE\n\timply E\n\
        config B\n\tbool\n\tdepends on NONE\nconfig C\n\tbool\nconfig D\n\tbool\nconfig E\n\tbool\nconfig X\n\tbool \"x\"\n";
    one(text, "A B C D E", "yy?ny");
    // What is `m` for a `tristate` is `y` for the `bool` that it selects, and no `n` for a condition on it.
    let text = "config T\n\ttristate \"t\"\n\tselect B\nconfig M\n\tdef_tristate m\nconfig B\n\tbool\n\
        config C\n\tdef_bool !M\nconfig D\n\tdef_bool M = m\nconfig E\n\tdef_bool M != n\n";
    one(text, "T B C D E T_MODULE B_MODULE", "??yyy?n");
}

#[test]
fn circles_stay_open() {
    one("config A\n\tbool\n\tselect B\nconfig B\n\tbool\n\tselect A\n", "A B", "??");
    one("config A\n\tdef_bool y\n\tdepends on !B\nconfig B\n\tdef_bool y\n\tdepends on !A\n", "A B", "??");
}

#[test]
fn one_of_a_choice_is_set() {
    let text = "choice\n\tprompt \"c\"\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\tdepends on X\nendchoice\n\
        config X\n\tbool \"x\"\n";
    let files = [("Kconfig", text)];
    check(&files, &[], "A B", "??");
    check(&files, &[("X", false)], "A B", "yn");
    check(&files, &[("B", true)], "A B X", "nyy");
    check(&files, &[("B", false)], "A B", "yn");
    one("choice\n\tprompt \"c\" if NONE\nconfig A\n\tbool \"a\"\nendchoice\n", "A", "?");
    one("choice\n\tprompt \"c\"\n\toptional\nconfig A\n\tbool \"a\"\nendchoice\n", "A", "?");
}

#[test]
fn architectures_read_their_own_files() {
    let files = [
        (
            "Kconfig",
            "source \"arch/$(SRCARCH)/Kconfig\"\nconfig C\n\tbool\nconfig WIDE\n\tbool \"w\"\n\tdepends on 64BIT\n",
        ),
        (
            "arch/a/Kconfig",
            "config A\n\tdef_bool y\n\tselect C\n\tselect D if !64BIT\nconfig 64BIT\n\tbool \"64\"\n\tdepends on DEEP\nconfig D\n\tbool\nconfig DEEP\n\tbool \"d\"\n",
        ),
        ("arch/b/Kconfig", "config B\n\tdef_bool y\n\tselect E\nconfig E\n\tbool\n"),
    ];
    check(&files, &[], "A B C D E 64BIT WIDE DEEP", "yny?n???");
    check(&files, &[("64BIT", true), ("B", true)], "B D WIDE DEEP", "nn?y");
    check(&files, &[("64BIT", false)], "D WIDE DEEP", "yn?");
}

#[test]
fn what_the_machine_says_stays_open() {
    one(
        "config A\n\tdef_bool $(cc-option,-mx)\nconfig B\n\tdef_bool \"$(ARCH)\" != \"a\"\nconfig C\n\tdef_bool y if A || !A\n",
        "A B",
        "??",
    );
    one(
        "config V\n\tint \"v\"\nconfig A\n\tdef_bool V > 3\nconfig B\n\tdef_bool NONE = n\nconfig C\n\tdef_bool NONE != \"\"\n",
        "A B C",
        "?ny",
    );
}

#[test]
fn files_that_are_not_there_are_named() {
    let sink = Sink::new();
    let parsed = BTreeMap::from([(
        "Kconfig",
        kconfig("Kconfig", "source \"samples/Kconfig\"\nsource \"lib/Kconfig\"\n", &sink),
    )]);
    Universe::new(&parsed, "Kconfig", &[], &[], &sink);
    assert_eq!(sink.take().iter().map(|said| said.code).collect::<BTreeSet<_>>(), BTreeSet::from(["missing-kconfig"]));
    assert_eq!(super::asked("CONFIG_X > 2"), None);
}
