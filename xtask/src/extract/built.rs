//! Under which configuration a file is built: the lists of every Makefile between the top of the kernel and the file.
//!
//! The build enters a folder because a list above it names it, and compiles a file because a list of a folder that it
//! entered names its object, or an object that is put together of several. Both are conditions, and both must hold.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::Guard;
use crate::parse::{Lists, objects};
use crate::source::Tree;

/// Lists of a folder's Makefile whose objects and folders are built, here and in the names of 5.10's top `Makefile`.
const BUILT: [&str; 6] = ["obj", "lib", "extra", "always", "head", "core"];
/// Lists of the top `Makefile` that only name folders.
const TOP: [&str; 5] = ["init", "drivers", "net", "libs", "virt"];

/// The condition under which each file is built; a file that always is has none. `pasted` says which files include a
/// file as text: those are built in its place.
pub(super) fn built<T: Send + Sync>(
    tree: &Tree<T>,
    files: &[&str],
    pasted: &Pasted,
    sink: &Sink,
) -> BTreeMap<String, Guard> {
    let mut by_arch: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_user_mode(file)) {
        by_arch.entry(arch(file)).or_default().push(file);
    }
    let by_arch: Vec<_> = by_arch.into_iter().collect();
    // The first part of the top `Makefile` calls `make` again in the right folder, and this is that second call.
    let second =
        [("sub_make_done", "1"), ("MAKEFLAGS", "--no-print-directory"), ("SRCARCH", ANY_ARCH), ("ARCH", ANY_ARCH)];
    let mut top = given(&second);
    objects(&text(tree, "Makefile").unwrap_or_default(), &mut top, &|path| text(tree, path));
    let found = by_arch.par_iter().flat_map_iter(|(arch, files)| {
        let top = of_arch(&top, tree, *arch);
        let build = Build { tree, pasted, top, folders: RefCell::default() };
        let guards = files.iter().map(|file| ((*file).to_string(), build.guard(file, sink)));
        guards.filter(|(_, guard)| *guard != Guard::TRUE).collect::<Vec<_>>()
    });
    found.collect()
}

/// User-mode Linux is a kernel that runs as a program, on an ABI of the kernel below it. It has none of its own, and so
/// nobody asks when its files are built.
fn is_user_mode(file: &str) -> bool {
    file.starts_with("arch/um/") || file.starts_with("arch/x86/um/")
}

/// The folder of `arch/` that a file is in.
fn arch(file: &str) -> Option<&str> {
    file.strip_prefix("arch/")?.split_once('/').map(|(arch, _)| arch)
}

/// What one architecture's kernel builds, or, for files of no architecture, what all do.
struct Build<'a, T> {
    tree: &'a Tree<T>,
    pasted: &'a Pasted,
    /// What the top `Makefile` sets, the architecture's own included.
    top: Lists,
    folders: RefCell<BTreeMap<String, Rc<Lists>>>,
}

/// Steps from file to file and from object to object.
const DEPTH: usize = 20;

impl<T> Build<'_, T> {
    fn guard(&self, file: &str, sink: &Sink) -> Guard {
        let guard = self.file(file, 0).simplified();
        if guard == Guard::FALSE {
            sink.push(
                Diagnostic::warning("not-built", format!("no Makefile was found to build `{file}`"))
                    .at(Label::file(file))
                    .help("what it defines counts as never there; xtask/src/extract/built.rs follows the Makefiles"),
            );
        }
        if let Some(unknown) = guard.symbols().into_iter().find(|symbol| is_unknown(symbol)) {
            let message = format!("whether `{file}` is built depends on `{unknown}`, which is not understood");
            sink.push(
                Diagnostic::warning("unknown-build", message)
                    .at(Label::file(file))
                    .help("that condition is passed over; xtask/src/parse/objects.rs reads Makefiles"),
            );
            return known(&guard).simplified();
        }
        guard
    }

    fn file(&self, file: &str, depth: usize) -> Guard {
        let Some((stem, _)) = file.rsplit_once('.').filter(|_| depth < DEPTH) else { return Guard::FALSE };
        let own = self.object(&format!("{stem}.o"));
        let by = self.pasted.get(file).map(Vec::as_slice).unwrap_or_default();
        own.or(Guard::any(by.iter().map(|(other, guard)| guard.clone().and(self.file(other, depth + 1)))))
    }

    /// When a list of a folder above names this object.
    fn object(&self, object: &str) -> Guard {
        Guard::any(folders_above(object).map(|(folder, name)| {
            let here = self.named(&self.lists(folder), name, 0);
            if here == Guard::FALSE { here } else { here.and(self.entered(folder)) }
        }))
    }

    /// When these lists have an object built that is called so.
    fn named(&self, lists: &Lists, name: &str, depth: usize) -> Guard {
        if depth > DEPTH {
            return Guard::FALSE;
        }
        let mut any = Guard::FALSE;
        for (list, words) in lists {
            let Some((of, "y" | "m" | "objs")) = list.rsplit_once('-') else { continue };
            let there = Guard::any(words.iter().filter(|(_, word)| word == name).map(|(guard, _)| guard.clone()));
            if there == Guard::FALSE {
                continue;
            }
            let counts =
                if BUILT.contains(&of) { Guard::TRUE } else { self.named(lists, &format!("{of}.o"), depth + 1) };
            any = any.or(there.and(counts));
        }
        any
    }

    /// When the build comes into this folder.
    fn entered(&self, folder: &str) -> Guard {
        if folder.is_empty() {
            return Guard::TRUE;
        }
        Guard::any(folders_above(folder).map(|(above, name)| {
            let lists = self.lists(above);
            let counts = |list: &str| {
                let kind = list.strip_suffix("-y").or(list.strip_suffix("-m"));
                kind.is_some_and(|kind| BUILT.contains(&kind) || (above.is_empty() && TOP.contains(&kind)))
            };
            let words = lists.iter().filter(|(list, _)| counts(list)).flat_map(|(_, words)| words);
            let named = words.filter(|(_, word)| word.strip_suffix('/') == Some(name));
            let here = Guard::any(named.map(|(guard, _)| guard.clone()));
            if here == Guard::FALSE { here } else { here.and(self.entered(above)) }
        }))
    }

    /// What the Makefile of a folder sets.
    fn lists(&self, folder: &str) -> Rc<Lists> {
        if let Some(lists) = self.folders.borrow().get(folder) {
            return Rc::clone(lists);
        }
        let path = |name: &str| if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        // The top `Makefile` goes on in `Kbuild`; elsewhere `Kbuild` takes the place of a `Makefile`.
        let mut lists = match folder.is_empty() {
            true => self.top.clone(),
            false => self.exported(),
        };
        lists.extend(given(&[("src", folder), ("obj", folder)]));
        let makefile = || (!folder.is_empty()).then(|| text(self.tree, &path("Makefile"))).flatten();
        if let Some(makefile) = text(self.tree, &path("Kbuild")).or_else(makefile) {
            objects(&makefile, &mut lists, &|path| text(self.tree, path));
        }
        let lists = Rc::new(lists);
        self.folders.borrow_mut().insert(folder.to_string(), Rc::clone(&lists));
        lists
    }

    /// What the Makefiles below see of the top one's variables: those in capitals, as `BITS` and `SRCARCH`.
    fn exported(&self) -> Lists {
        let capitals = |name: &str| !name.bytes().any(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let kept = self.top.iter().filter(|(name, _)| capitals(name));
        kept.map(|(name, words)| (name.clone(), words.clone())).collect()
    }
}

/// Stands in the top `Makefile` where it means the folder of `arch/`, so that the file is read once for all of them.
const ANY_ARCH: &str = "@";

/// What the top `Makefile` sets for one architecture, whose own it includes.
fn of_arch<T>(top: &Lists, tree: &Tree<T>, arch: Option<&str>) -> Lists {
    let Some(arch) = arch else { return top.clone() };
    let mut lists = top.clone();
    for (_, word) in lists.values_mut().flatten().filter(|(_, word)| word.contains(ANY_ARCH)) {
        *word = word.replace(ANY_ARCH, arch);
    }
    let makefile = text(tree, &format!("arch/{arch}/Makefile")).unwrap_or_default();
    objects(&makefile, &mut lists, &|path| text(tree, path));
    lists
}

fn text<T>(tree: &Tree<T>, path: &str) -> Option<String> {
    let path = path.strip_prefix("./").unwrap_or(path);
    tree.get(path).map(|text| text.text.to_string())
}

fn given(values: &[(&str, &str)]) -> Lists {
    values.iter().map(|(name, value)| ((*name).to_string(), vec![(Guard::TRUE, (*value).to_string())])).collect()
}

/// Each folder above a path, the top one last, with the path as it is called from there.
fn folders_above(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let slashes = path.rmatch_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
    slashes.chain([("", path)])
}

/// The files that include a source file as text, each with the condition around that, by the file included.
pub(super) type Pasted = BTreeMap<String, Vec<(String, Guard)>>;

/// A condition, of C or of a Makefile, that was not understood when it was read.
fn is_unknown(symbol: &str) -> bool {
    symbol.parse::<Guard>().is_err()
}

/// The condition without its parts that are not understood: those may hold.
fn known(guard: &Guard) -> Guard {
    match guard {
        Guard::Symbol(name) | Guard::Not(name) if is_unknown(name) => Guard::TRUE,
        Guard::All(parts) => Guard::all(parts.iter().map(known)),
        Guard::Any(parts) => Guard::any(parts.iter().map(known)),
        _ => guard.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Kernel, Mode, Progress, Selection, Want};

    const FILES: [(&str, &str); 10] = [
        (
            "Makefile",
            "VERSION = 6\nPATCHLEVEL = 1\nB := 64\ninclude $(srctree)/arch/$(SRCARCH)/Makefile\ncore-y += old/\n",
        ),
        ("Kbuild", "obj-y += arch/$(SRCARCH)/ kernel/\nobj-$(CONFIG_NET) += net/\n"),
        (
            "arch/a/Makefile",
            "ifdef CONFIG_64\nexport BITS := 64\nelse\nexport BITS := 32\nendif\nlibs-y += arch/a/lib/\n",
        ),
        ("arch/a/Kbuild", "obj-y += kernel/ deep/er/\n"),
        (
            "arch/a/kernel/Makefile",
            "obj-y := sys_$(BITS).o\nobj-$(CONFIG_T) += set.o\nset-y := one.o\nset-$(CONFIG_U) += two.o\n",
        ),
        ("arch/a/deep/er/Makefile", "extra-y += head.o\n"),
        ("arch/a/lib/Makefile", "lib-$(CONFIG_L) += l.o\n"),
        ("kernel/Makefile", "obj-y += all.o sub/x.o\nifeq ($(shell date),y)\nobj-$(CONFIG_D) += date.o\nendif\n"),
        ("net/Makefile", "obj-$(CONFIG_COMPAT) += compat.o\nobj-y += lone/\n"),
        ("old/Makefile", "obj-m += mod.o\n"),
    ];

    #[test]
    fn both_the_folder_and_the_object_count() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::create_dir_all(folder.path().join("include/uapi")).unwrap();
        let kernel = Kernel::open(&folder.path().display().to_string()).unwrap();
        let selection = Selection { enter: &|_| true, want: &|_| Want::Keep };
        let sink = Sink::new();
        let tree: Tree<()> = kernel.read(&selection, &|_| None, &Progress::new(Mode::Off), &sink).unwrap();
        let expected = [
            ("arch/a/deep/er/head.S", "1"),
            ("arch/a/kernel/one.c", "CONFIG_T"),
            ("arch/a/kernel/sys_32.c", "!CONFIG_64"),
            ("arch/a/kernel/sys_64.c", "CONFIG_64"),
            ("arch/a/kernel/two.c", "CONFIG_T && CONFIG_U"),
            ("arch/a/lib/l.c", "CONFIG_L"),
            ("arch/um/kernel/syscall.c", "1"),
            ("kernel/all.c", "1"),
            ("kernel/date.c", "CONFIG_D"),
            ("kernel/lost.c", "0"),
            ("kernel/part.c", "CONFIG_P"),
            ("kernel/sub/x.c", "1"),
            ("net/compat.c", "CONFIG_COMPAT && CONFIG_NET"),
            ("old/mod.c", "1"),
        ];
        let part = ("kernel/all.c".to_string(), Guard::symbol("CONFIG_P"));
        let pasted = Pasted::from([("kernel/part.c".to_string(), vec![part])]);
        let built = built(&tree, &expected.map(|(file, _)| file), &pasted, &sink);
        for (file, guard) in expected {
            assert_eq!(built.get(file).map_or("1".to_string(), Guard::to_string), guard, "{file}");
        }
        let said: Vec<String> = sink.take().iter().map(ToString::to_string).collect();
        let codes: Vec<&str> = said.iter().filter_map(|said| said.split(": ").next()).collect();
        assert_eq!(codes, ["warning[unknown-build] kernel/date.c", "warning[not-built] kernel/lost.c"]);
    }
}
