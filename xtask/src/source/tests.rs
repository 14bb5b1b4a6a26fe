//! A small kernel with every kind of file and link, read from every kind of source.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;
use crate::diagnostic::Level;

pub(super) const MAKEFILE: &str = "# top\nVERSION = 6\nPATCHLEVEL = 12\n";

/// What a test has on disk; it goes away with the value.
pub(super) struct Planted(tempfile::TempDir);

impl Planted {
    /// An empty folder.
    pub(super) fn empty() -> Self {
        Planted(tempfile::tempdir().unwrap())
    }

    /// The least that is a kernel.
    pub(super) fn kernel() -> Self {
        Self::empty().file("Makefile", MAKEFILE).file("arch/Kconfig", "config X\n")
    }

    /// A kernel with all that the kinds of source could tell differently.
    pub(super) fn rich() -> Self {
        Self::kernel()
            .file("Documentation/early.txt", "early\n")
            .file("scripts/syscall.tbl", "0 common io_setup sys_io_setup\n")
            .file("include/uapi/latin.h", b"/* Andr\xe9 */\n#define A 1\r\n")
            .file("include/uapi/empty.h", "")
            .file("fs/open.c", "SYSCALL_DEFINE1(open)\n")
            .file("kernel/same.c", "SYSCALL_DEFINE1(open)\n")
            .file("kernel/nothing.c", "int nothing;\n")
            .file("tools/hidden.c", "SYSCALL_DEFINE1(hidden)\n")
            .file(&format!("arch/x86/include/{}/long.h", "deep/".repeat(40)), "long\n")
            .link("arch/arm64/tools/syscall_64.tbl", "../../../scripts/syscall.tbl")
            .link("scripts/before.h", "../Documentation/early.txt")
            .link("fs/hidden.c", "../tools/hidden.c")
            .link("include/again", "uapi")
            .link("include/through.h", "./again/../again/latin.h")
            .link("include/folder.h", "uapi")
            .link("include/gone.h", "nowhere.h")
            .link("include/under.h", "uapi/empty.h/x.h")
            .link("include/absolute.h", "/etc/hostname")
            .link("include/outside.h", "../../outside.h")
            .link("include/loop.h", "loop.h")
            .link("tools/unwanted.h", "nowhere.h")
    }

    pub(super) fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), bytes).unwrap();
        self
    }

    pub(super) fn link(self, path: &str, target: &str) -> Self {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        symlink(target, self.path(path)).unwrap();
        self
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(super) fn spec(&self, path: &str) -> String {
        self.path(path).to_str().unwrap().to_string()
    }
}

/// The tree of a source and what was said about it.
pub(super) fn read(spec: &str) -> Result<(Tree<String>, Vec<Diagnostic>)> {
    read_after(spec, &mut Earlier::new())
}

/// The same after what was read before.
pub(super) fn read_after(spec: &str, earlier: &mut Earlier<String>) -> Result<(Tree<String>, Vec<Diagnostic>)> {
    let want = |path: &str| match path.rsplit_once('.') {
        Some((_, "c")) => Want::Scan,
        Some((_, "h" | "tbl")) => Want::Keep,
        _ if path == "Makefile" => Want::Keep,
        _ => Want::No,
    };
    let selection = Selection { enter: &|directory| !["tools", "Documentation"].contains(&directory), want: &want };
    let scan = |file: &File| file.text().strip_prefix("SYSCALL").map(|rest| format!("{}{rest}", file.path));
    let sink = Sink::new();
    let tree = Kernel::open(spec)?.read_after(earlier, &selection, &scan, &Progress::new(Mode::Off), &sink)?;
    Ok((tree, sink.take()))
}

/// All that must not depend on the kind of source.
pub(super) fn show((tree, said): &(Tree<String>, Vec<Diagnostic>)) -> String {
    let texts: Vec<_> = tree.texts().collect();
    let said: Vec<_> = said.iter().map(ToString::to_string).collect();
    format!("{texts:#?}\n{:#?}\n{:#?}\n{said:#?}", tree.scanned, tree.links)
}

pub(super) fn error_of(spec: &str) -> Box<Diagnostic> {
    let error = read(spec).map(|read| show(&read)).unwrap_err();
    assert_eq!(error.level, Level::Error);
    assert!(error.help.is_some(), "{error}");
    error
}

#[test]
fn a_tree_holds_what_was_wanted() {
    let planted = Planted::rich();
    let (tree, said) = read(&planted.spec("")).unwrap();
    let long = format!("arch/x86/include/{}long.h", "deep/".repeat(40));
    let kept: Vec<_> = tree.texts().map(|text| &*text.path).collect();
    let headers = ["include/through.h", "include/uapi/empty.h", "include/uapi/latin.h"];
    let scripts = ["scripts/before.h", "scripts/syscall.tbl"];
    let expected = [&["Makefile", "arch/arm64/tools/syscall_64.tbl", &long], &headers[..], &scripts[..]].concat();
    assert_eq!(kept, expected);
    let scanned: Vec<_> = tree.scanned.iter().map(|(path, found)| format!("{path}: {found}")).collect();
    let of = |path: &str, name: &str| format!("{path}: {path}_DEFINE1({name})\n");
    assert_eq!(scanned, [of("fs/hidden.c", "hidden"), of("fs/open.c", "open"), of("kernel/same.c", "open")]);
    let said: Vec<_> = said.iter().map(ToString::to_string).collect();
    let left_out = |code: &str, name: &str, trouble: &str| {
        format!("warning[link-{code}] include/{name}.h: the link `include/{name}.h` {trouble}; it is left out")
    };
    let expected = [
        left_out("outside", "absolute", "leads out of the kernel"),
        left_out("dangling", "gone", "leads to nothing"),
        left_out("loop", "loop", "leads back to itself"),
        left_out("outside", "outside", "leads out of the kernel"),
        left_out("dangling", "under", "leads to nothing"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_tree_follows_links_when_asked() {
    let planted = Planted::rich();
    let (tree, _) = read(&planted.spec("")).unwrap();
    let text = |path: &str| tree.get(path).map(|text| &*text.text);
    assert_eq!(text("arch/arm64/tools/syscall_64.tbl"), text("scripts/syscall.tbl"));
    assert_eq!(text("arch/arm64/../../include/again/latin.h"), Some("/* Andr\u{fffd} */\n#define A 1\r\n"));
    assert_eq!(text("arch/../arch/arm64/tools/syscall_64.tbl"), text("scripts/syscall.tbl"));
    assert_eq!(text("include/loop.h"), None);
    assert_eq!(text("../Makefile"), None);
    assert_eq!(tree.real_path("arch/arm64/tools/syscall_64.tbl"), "scripts/syscall.tbl");
    assert_eq!(tree.real_path("include/again/empty.h"), "include/uapi/empty.h");
    assert_eq!(tree.real_path("include/loop.h"), "include/loop.h");
    let uapi: Vec<_> = tree.texts_at("include/uapi/").map(|text| &*text.path).collect();
    assert_eq!(uapi, ["include/uapi/empty.h", "include/uapi/latin.h"]);
}

#[test]
fn what_is_no_source() {
    let planted = Planted::kernel();
    assert_eq!(error_of(&planted.spec("nothing")).code, "no-such-source");
    assert_eq!(error_of(&planted.spec("Makefile/x")).code, "no-such-source");
    assert_eq!(error_of(&planted.spec("nothing@v6.12")).code, "no-such-source");
    assert_eq!(error_of("/dev/null").code, "no-such-source");
    assert_eq!(error_of("").code, "no-such-source");
}

#[test]
fn a_revision_stands_after_the_last_at_sign_that_can_be_meant() {
    let planted = Planted::empty().file("a@b/c", "");
    let (repository, other) = (planted.spec("a@b"), planted.spec("a@c"));
    let of = |spec: &str| split_revision(spec).1.to_string();
    assert_eq!(of(&format!("{repository}@v6.12")), "v6.12");
    assert_eq!(of(&format!("{repository}@HEAD@{{1}}")), "HEAD@{1}");
    assert_eq!(of(&format!("{other}@v6.12")), "v6.12");
}

#[test]
fn a_makefile_of_a_kernel_sets_its_version() {
    assert!(is_kernel_makefile(MAKEFILE.as_bytes()));
    assert!(is_kernel_makefile(b"VERSION=6\nPATCHLEVEL\t= 1\n\xff"));
    assert!(!is_kernel_makefile(b"VERSION = 6\n# PATCHLEVEL = 1\n"));
    assert!(!is_kernel_makefile(b"export VERSION PATCHLEVEL\nVERSION_LIST = 6\nPATCHLEVEL = 1\n"));
    assert!(!is_kernel_makefile(b""));
}
