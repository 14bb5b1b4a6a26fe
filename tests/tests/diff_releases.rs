//! What the diff of neighbouring releases has to show, written from the kernel's history and not from the output: what
//! came, went, changed and was renamed, at the right pair; and what must not show, for it changed its form alone.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::diff::{About, Kernel, diff};
use syscall_meta_gen::judge::{Judged, Level, Profile, judge};
use syscall_meta_gen::model::{Abi, Change, ChangeKind, Headers, Release, Subject};
use syscall_meta_gen::resolve::resolve;
use syscall_meta_gen::store::Data;

/// The releases held, oldest first.
const RELEASES: [&str; 5] = ["5.10", "6.1", "6.12", "7.2", "7.3"];

struct Releases {
    data: Data,
    held: Vec<(Release, Vec<Abi>)>,
}

impl Releases {
    /// Read once for all tests: that is what takes the time.
    fn held() -> &'static Releases {
        static HELD: OnceLock<Releases> = OnceLock::new();
        HELD.get_or_init(Releases::new)
    }

    fn new() -> Releases {
        let data = syscall_meta_tests::data();
        assert_eq!(data.kernels, RELEASES);
        let held = data.kernels.iter().map(|kernel| {
            let (facts, sink) = (data.load(kernel).unwrap(), Sink::new());
            let resolved = resolve(&facts, &data.abis, &data.curated, &sink);
            assert!(sink.take().is_empty());
            (facts.release, resolved.abis)
        });
        Releases { held: held.collect(), data }
    }

    /// From one release to the next, by the name of the newer one.
    fn changes(&self, to: &str) -> Changes {
        let at = RELEASES.iter().position(|release| *release == to).expect("a release that is held");
        let refs = |at: usize| self.held[at].1.iter().collect::<Vec<_>>();
        let (old, new) = (refs(at - 1), refs(at));
        // What headers define is in `diff_headers`.
        let none = Headers::default();
        let kernel = |at: usize, abis| Kernel { release: &self.held[at].0, abis, headers: &none };
        let about = About { abis: &self.data.abis, sets: &|_, _| Vec::new(), is_extensible: &|_| false };
        let diff = diff(&about, kernel(at - 1, &old), kernel(at, &new));
        Changes { to: to.to_string(), judged: judge(diff, Profile::All, &[]) }
    }

    fn all(&self) -> Vec<Changes> {
        RELEASES[1..].iter().map(|to| self.changes(to)).collect()
    }
}

struct Changes {
    to: String,
    judged: Judged,
}

impl Changes {
    fn of(&self, kind: ChangeKind) -> impl Iterator<Item = &Change> {
        self.judged.findings.iter().map(|finding| &finding.change).filter(move |change| change.kind == kind)
    }

    /// The calls to which it happened on a way.
    fn calls(&self, kind: ChangeKind, way: &str) -> BTreeSet<&str> {
        let sites = self.of(kind).flat_map(|change| &change.sites).filter(|site| site.way == way);
        sites.map(|site| site.call.as_str()).collect()
    }

    fn abis(&self, kind: ChangeKind) -> Vec<&str> {
        let name = |change: &'_ Change| match &change.subject {
            Subject::Abi(name) => Some(name.clone()),
            _ => None,
        };
        let names: Vec<String> = self.of(kind).filter_map(name).collect();
        // The names live in the findings.
        let held = |name: &String| {
            self.judged.findings.iter().find_map(|f| match &f.change.subject {
                Subject::Abi(held) if held == name => Some(held.as_str()),
                _ => None,
            })
        };
        names.iter().filter_map(held).collect()
    }

    /// The one change of that kind of a call.
    fn one(&self, kind: ChangeKind, call: &str, item: Option<&str>) -> &Change {
        let is_it = |change: &&Change| {
            change.subject == Subject::Call(call.to_string()) && (item.is_none() || change.item.as_deref() == item)
        };
        let found: Vec<&Change> = self.of(kind).filter(is_it).collect();
        assert_eq!(found.len(), 1, "{}: {kind:?} of {call}", self.to);
        found[0]
    }
}

fn set(names: &str) -> BTreeSet<&str> {
    names.split_whitespace().collect()
}

#[test]
fn what_came_to_x86_64_came_at_the_right_pair() {
    let releases = Releases::held();
    for (to, came) in [
        (
            "6.1",
            "epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self \
             memfd_secret process_mrelease futex_waitv set_mempolicy_home_node",
        ),
        (
            "6.12",
            "cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount \
             lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal uretprobe",
        ),
        (
            "7.2",
            "setxattrat getxattrat listxattrat removexattrat open_tree_attr file_getattr file_setattr listns \
             rseq_slice_yield uprobe",
        ),
        ("7.3", "fchroot"),
    ] {
        assert_eq!(releases.changes(to).calls(ChangeKind::CallAdded, "x86_64"), set(came), "{to}");
    }
}

#[test]
fn no_number_moved_and_none_was_used_again() {
    for changes in Releases::held().all() {
        for kind in
            [ChangeKind::CallRenumbered, ChangeKind::NumberReused, ChangeKind::CallRenamed, ChangeKind::ParamsReordered]
        {
            assert_eq!(changes.of(kind).count(), 0, "{}: {kind:?}", changes.to);
        }
        assert!(changes.judged.unknown.is_empty(), "{}", changes.to);
    }
}

#[test]
fn what_went_is_told() {
    let releases = Releases::held();
    // The one name that went from an ABI that lives on.
    for changes in releases.all() {
        let went: Vec<(String, Vec<&str>)> =
            changes.of(ChangeKind::CallRemoved).map(|change| (change.calls().join(" "), change.ways())).collect();
        let expected = if changes.to == "6.1" { vec![("_llseek".to_string(), vec!["parisc64"])] } else { Vec::new() };
        assert_eq!(went, expected, "{}", changes.to);
    }
    for (to, ended) in
        [("6.1", vec!["c6x", "h8300", "nds32"]), ("6.12", vec!["ia64"]), ("7.2", vec!["s390"]), ("7.3", vec![])]
    {
        assert_eq!(releases.changes(to).abis(ChangeKind::AbiEnded), ended, "{to}");
    }
    let dcookie = releases.changes("6.1");
    let dcookie = dcookie.one(ChangeKind::CallUnimplemented, "lookup_dcookie", None);
    assert!(dcookie.ways().contains(&"x86_64") && dcookie.ways().contains(&"aarch64"));
    assert_eq!(dcookie.new.as_deref(), Some("no_definition"));
    let uselib = releases.changes("7.2");
    let uselib = uselib.one(ChangeKind::CallUnimplemented, "uselib", None);
    assert!(uselib.ways().contains(&"i386") && uselib.ways().contains(&"alpha"));
}

#[test]
fn what_arrived_is_told() {
    let releases = Releases::held();
    assert_eq!(releases.changes("6.1").abis(ChangeKind::AbiAdded), ["loongarch64"]);
    assert_eq!(releases.changes("7.2").abis(ChangeKind::AbiAdded), ["loongarch32"]);
    // 64-bit riscv kernels run 32-bit programs since 5.19.
    assert_eq!(releases.changes("6.1").abis(ChangeKind::WayAdded), ["riscv32.compat"]);
    // Where memfd_secret came: with it 6.1's architectures, then s390, then loongarch.
    let came = |to: &str| -> BTreeSet<String> {
        let changes = releases.changes(to);
        let came = changes.of(ChangeKind::CallAdded).filter(|change| change.calls() == ["memfd_secret"]);
        came.flat_map(|change| change.ways().into_iter().map(str::to_string).collect::<Vec<_>>()).collect()
    };
    let names = |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_string).collect() };
    assert_eq!(came("6.1"), names("aarch64 i386 i386.compat riscv32 riscv64 x32 x86_64"));
    assert_eq!(came("6.12"), names("s390 s390x"));
    assert_eq!(came("7.2"), names("loongarch64"));
    assert_eq!(came("7.3"), BTreeSet::new());
}

#[test]
fn prototypes_that_changed_are_told() {
    let releases = Releases::held();
    let changes = releases.changes("7.2");
    let added: Vec<(&str, &str)> = changes
        .of(ChangeKind::ParamAdded)
        .map(|change| (change.item.as_deref().unwrap(), change.new.as_deref().unwrap()))
        .collect();
    let expected =
        [("parameter 4", "struct bpf_common_attr __user *uattr_common"), ("parameter 5", "unsigned int size_common")];
    assert_eq!(added, expected, "bpf has five parameters where it had three");
    assert!(changes.of(ChangeKind::ParamAdded).all(|change| change.calls() == ["bpf"] && change.ways().len() > 30));
    let getcpu = changes.one(ChangeKind::PointeeChanged, "getcpu", Some("unused"));
    assert_eq!(getcpu.old.as_deref(), Some("struct getcpu_cache __user *"));
    assert_eq!(getcpu.new.as_deref(), Some("void __user *"));
}

#[test]
fn symbols_and_entries_that_changed_are_told() {
    let releases = Releases::held();
    let renamed = |to: &str, from: &str, into: &str| -> BTreeSet<String> {
        let changes = releases.changes(to);
        let is_it = |change: &&Change| change.old.as_deref() == Some(from) && change.new.as_deref() == Some(into);
        let found: Vec<&Change> = changes.of(ChangeKind::SymbolRenamed).filter(is_it).collect();
        assert_eq!(found.len(), 1, "{to}: {from} → {into}");
        found[0].ways().into_iter().map(str::to_string).collect()
    };
    let names = |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_string).collect() };
    assert_eq!(renamed("6.12", "sys_*", "__riscv_sys_*"), names("riscv32 riscv32.compat riscv64"));
    assert_eq!(renamed("6.12", "compat_sys_*", "__riscv_compat_sys_*"), names("riscv32.compat"));
    assert_eq!(renamed("6.1", "__x32_compat_sys_*", "__x64_compat_sys_*"), names("x32"));

    let changes = releases.changes("6.1");
    let entry = |call: &str, from: &str, into: &str| {
        let found = changes.of(ChangeKind::EntryChanged).find(|change| {
            change.calls() == [call] && change.old.as_deref() == Some(from) && change.new.as_deref() == Some(into)
        });
        found.unwrap_or_else(|| panic!("{call}: {from} → {into}")).ways().join(" ")
    };
    assert_eq!(entry("clone", "ppc_clone", "sys_clone"), "powerpc");
    assert_eq!(entry("fork", "ppc_fork", "sys_fork"), "powerpc");
    assert_eq!(entry("pread64", "sys_pread64", "sys_ppc_pread64"), "powerpc");
    assert_eq!(entry("pread64", "compat_sys_pread64", "compat_sys_ppc_pread64"), "powerpc.compat");
}

/// Tables that changed their form and not their meaning: `unistd32.h` of arm64 became a `.tbl` by 6.12, the header of
/// asm-generic became `scripts/syscall.tbl`, and s390's second column went by 7.2.
#[test]
fn a_table_that_changed_its_form_shows_nothing() {
    let releases = Releases::held();
    let of_a_table = [ChangeKind::EntryChanged, ChangeKind::AliasAdded, ChangeKind::AliasRemoved];
    let changes = releases.changes("6.12");
    for kind in of_a_table {
        assert_eq!(changes.of(kind).count(), 0, "6.12: {kind:?}");
    }
    let changes = releases.changes("7.2");
    for kind in of_a_table {
        let on_s390x: Vec<&Change> = changes.of(kind).filter(|change| change.ways().contains(&"s390x")).collect();
        assert!(on_s390x.is_empty(), "7.2: {on_s390x:?}");
    }
}

#[test]
fn from_7_2_to_7_3_one_call_came_and_nothing_broke() {
    let changes = Releases::held().changes("7.3");
    assert_eq!(changes.judged.count(Level::Breaking), 0);
    let fchroot = changes.one(ChangeKind::CallAdded, "fchroot", None);
    let numbers: BTreeSet<(&str, u32)> =
        fchroot.sites.iter().map(|site| (site.way.as_str(), site.new.number.unwrap())).collect();
    for (way, number) in
        [("x86_64", 472), ("alpha", 582), ("mips_o32", 4472), ("x32", 0x4000_0000 + 472), ("i386.compat", 472)]
    {
        assert!(numbers.contains(&(way, number)), "{way} {number}");
    }
    assert_eq!(numbers.len(), changes.judged.new.ways.len(), "every way into every kernel has it");
}
