//! `kernel/sys_ni.c`, the kernel's own list of entries that it may be built without, against the conditions that Kconfig,
//! Makefiles and `#if`s give: two accounts of one thing, of which only the second is used.
//!
//! The list makes each of its entries a weak `sys_ni_syscall`. So what a table names and a configuration leaves out has to
//! be in it, or that kernel does not link; and what is in it should be missing somewhere.

use std::collections::{BTreeMap, BTreeSet};

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{Facts, Guard, Missing, Side};
use syscall_meta_gen::resolve::{Resolved, resolve};
use syscall_meta_tests::data;

/// Entries that disagree, in these releases, and why that is right. One that agrees again fails, too.
struct Exception {
    kernels: &'static str,
    entries: &'static str,
    reason: &'static str,
}

/// Left out by some configuration, and yet not in the list.
const UNLISTED: [Exception; 3] = [
    Exception {
        kernels: "5.10 6.1",
        entries: "compat_sys_getitimer compat_sys_setitimer compat_sys_timer_create sys_alarm sys_clock_adjtime \
            sys_getitimer sys_setitimer sys_timer_create sys_timer_delete sys_timer_getoverrun sys_timer_gettime \
            sys_timer_settime",
        reason: "kernel/time/posix-stubs.c has `SYS_NI` make them aliases of `sys_ni_posix_timers`",
    },
    Exception {
        kernels: "5.10 6.1 6.12 7.2 7.3",
        entries: "sys_clone_wrapper sys_clone3_wrapper",
        reason: "arch/arc/Kconfig: ISA_ARCOMPACT and ISA_ARCV2 are all of a choice, so that one is always set; what is \
            known of single symbols does not say so",
    },
    Exception {
        kernels: "6.12 7.2 7.3",
        entries: "sys_llseek",
        reason: "arch/sparc/Kconfig: no COMPAT where LLD links; arch/sparc/kernel/syscalls/syscall.tbl has the row for \
            64 bits as well and fs/read_write.c no function then: the kernel's own oversight",
    },
];

/// In the list, and yet in every kernel that has a row for it.
const ALWAYS_BUILT: [Exception; 6] = [
    Exception {
        kernels: "5.10",
        entries: "compat_sys_fadvise64_64",
        reason: "arch/sparc alone has it in a table, and arch/sparc/kernel/sys_sparc32.c is there for every compat call",
    },
    Exception {
        kernels: "5.10 6.1 6.12 7.2 7.3",
        entries: "sys_copy_file_range",
        reason: "fs/read_write.c has it under no condition, and fs/Makefile always builds that",
    },
    Exception {
        kernels: "5.10 6.1 6.12 7.2 7.3",
        entries: "sys_execveat",
        reason: "fs/exec.c has it under no condition, and fs/Makefile always builds that",
    },
    Exception {
        kernels: "5.10 6.1 6.12 7.2 7.3",
        entries: "sys_mremap",
        reason: "mm/mremap.c has it with an MMU and mm/nommu.c without",
    },
    Exception {
        kernels: "6.1 6.12 7.2 7.3",
        entries: "sys_process_mrelease",
        reason: "mm/oom_kill.c always has it; CONFIG_MMU stands within its body, which returns ENOSYS without",
    },
    Exception {
        kernels: "7.3",
        entries: "sys_time sys_stime",
        reason: "kernel/time/time.c leaves them out of 32-bit kernels alone, whose tables name `sys_time32`",
    },
];

/// Conditions as Kconfig and Makefiles give them, read by hand: a call, the ways (`i386.compat`), the condition in every
/// release that has the call there, and where that stands.
const KNOWN: [(&str, &str, &str, &str); 38] = [
    ("bpf", "x86_64 arm s390x", "CONFIG_BPF && CONFIG_BPF_SYSCALL", "kernel/Makefile, kernel/bpf/Makefile"),
    ("userfaultfd", "x86_64 arm", "CONFIG_USERFAULTFD", "fs/Makefile, in 7.2 mm/Makefile"),
    ("io_uring_setup", "x86_64 riscv64", "CONFIG_IO_URING", "io_uring/Makefile"),
    ("io_setup", "x86_64 arm", "CONFIG_AIO", "fs/Makefile"),
    ("kexec_load", "x86_64 arm", "CONFIG_KEXEC", "kernel/Makefile"),
    ("kexec_load", "i386.compat", "CONFIG_KEXEC", "kernel/Makefile"),
    ("kexec_file_load", "x86_64 aarch64", "CONFIG_KEXEC_FILE", "kernel/Makefile"),
    ("keyctl", "x86_64 arm i386.compat", "CONFIG_KEYS", "security/Makefile"),
    ("mq_open", "x86_64 arm", "CONFIG_POSIX_MQUEUE", "ipc/Makefile"),
    ("mq_open", "i386.compat", "CONFIG_POSIX_MQUEUE", "ipc/Makefile"),
    ("semget", "x86_64 arm", "CONFIG_SYSVIPC", "ipc/Makefile"),
    ("perf_event_open", "arm riscv64", "CONFIG_PERF_EVENTS", "kernel/Makefile"),
    ("perf_event_open", "x86_64 i386", "1", "arch/x86/Kconfig selects PERF_EVENTS"),
    ("seccomp", "x86_64 arm", "CONFIG_SECCOMP", "kernel/Makefile"),
    ("landlock_create_ruleset", "x86_64 arm", "CONFIG_SECURITY_LANDLOCK", "security/Makefile"),
    ("quotactl", "x86_64 arm", "CONFIG_QUOTACTL", "fs/quota/Makefile"),
    ("swapon", "x86_64 arm", "CONFIG_SWAP", "mm/Makefile"),
    ("epoll_create1", "x86_64 arm", "CONFIG_EPOLL", "fs/Makefile"),
    ("inotify_init1", "x86_64 arm", "CONFIG_INOTIFY_USER", "fs/notify/inotify/Makefile"),
    ("fanotify_init", "x86_64 arm", "CONFIG_FANOTIFY", "fs/notify/fanotify/Makefile"),
    ("membarrier", "x86_64 arm", "CONFIG_MEMBARRIER", "kernel/sched/Makefile, from 6.1 kernel/sched/build_utility.c"),
    ("rseq", "x86_64 arm", "CONFIG_RSEQ", "kernel/Makefile"),
    ("memfd_secret", "x86_64 aarch64", "CONFIG_SECRETMEM", "mm/Makefile"),
    ("process_vm_readv", "x86_64 mips_o32", "CONFIG_CROSS_MEMORY_ATTACH", "mm/Makefile; always an MMU"),
    ("process_vm_readv", "arm riscv64", "CONFIG_CROSS_MEMORY_ATTACH && CONFIG_MMU", "mm/Makefile"),
    ("kcmp", "x86_64 arm", "CONFIG_KCMP", "kernel/Makefile"),
    ("setuid", "x86_64 riscv64", "CONFIG_MULTIUSER", "kernel/sys.c"),
    ("setuid", "i386 arm", "CONFIG_UID16", "kernel/Makefile: `sys_setuid16`"),
    ("modify_ldt", "x86_64 i386 i386.compat", "CONFIG_MODIFY_LDT_SYSCALL", "arch/x86/kernel/Makefile"),
    ("mlock", "x86_64 s390x", "1", "mm/Makefile; always an MMU"),
    ("mlock", "arm m68k", "CONFIG_MMU", "mm/Makefile"),
    ("rt_sigreturn", "x32 x86_64 i386.compat", "1", "arch/x86/kernel/signal.c"),
    ("sched_setaffinity", "x86_64 arm sparc", "1", "kernel/sched/core.c, from 6.12 syscalls.c: not only with SMP"),
    ("clone", "x86_64 arm", "1", "kernel/fork.c"),
    ("pidfd_open", "x86_64 arm i386.compat", "1", "kernel/pid.c"),
    ("openat", "x86_64 arm arm.compat", "1", "fs/open.c"),
    ("_llseek", "arm i386 i386.compat sparc sparc.compat", "1", "fs/read_write.c"),
    ("read", "x86_64 arm i386.compat", "1", "fs/read_write.c"),
];

#[test]
fn what_may_be_left_out_is_on_the_kernels_list_and_nothing_else() {
    let mut wrong = Vec::new();
    for (facts, resolved) in releases() {
        let kernel = facts.release.kernel();
        let listed: BTreeSet<&str> = facts.optional.values().flatten().map(|one| one.entry.as_str()).collect();
        assert!(facts.optional.values().flatten().all(|one| one.guard == Guard::TRUE), "{kernel}: a guard to look at");
        let (mut sides, mut conditions) = (BTreeMap::<&str, Vec<(String, &Side)>>::new(), 0);
        for (way, _, side) in ways(&resolved) {
            conditions += usize::from(side.config != Guard::TRUE);
            if let (Some(entry), false) = (&side.entry, side.missing == Some(Missing::Ni)) {
                sides.entry(entry).or_default().push((way, side));
            }
        }
        let left_out = |all: &Vec<(String, &Side)>| all.iter().any(is_left_out);
        let optional: BTreeSet<&str> = sides.iter().filter(|(_, all)| left_out(all)).map(|(entry, _)| *entry).collect();
        let unlisted: BTreeSet<&str> = optional.difference(&listed).copied().collect();
        let unnamed: BTreeSet<&str> = listed.iter().filter(|entry| !sides.contains_key(**entry)).copied().collect();
        let always: BTreeSet<&str> = &(&listed - &optional) - &unnamed;
        println!(
            "{kernel}: {} optional entries, {} of them in no table; {conditions} ways in with a condition; \
             exceptions: {} not listed, {} always built",
            listed.len(),
            unnamed.len(),
            unlisted.len(),
            always.len()
        );
        let why = |entry: &str| {
            let all = sides.get(entry).into_iter().flatten().filter(|one| is_left_out(one));
            let each = all.map(|(way, side)| format!("{way}: {}", told(side)));
            each.take(3).collect::<Vec<_>>().join("; ")
        };
        let checks = [(&unlisted, &UNLISTED[..], "not in the list"), (&always, &ALWAYS_BUILT[..], "always built")];
        for (found, exceptions, what) in checks {
            let of_kernel = |one: &&Exception| one.kernels.split(' ').any(|other| other == kernel);
            let excepted: BTreeMap<&str, &str> = exceptions
                .iter()
                .filter(of_kernel)
                .flat_map(|one| one.entries.split_whitespace().map(|entry| (entry, one.reason)))
                .collect();
            for entry in found.iter().filter(|entry| !excepted.contains_key(**entry)) {
                wrong.push(format!("{kernel}: `{entry}` is {what} ({})", why(entry)));
            }
            for (entry, reason) in excepted.iter().filter(|(entry, _)| !found.contains(**entry)) {
                wrong.push(format!("{kernel}: `{entry}` is no longer {what}; the exception said: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn conditions_are_those_of_kconfig_and_makefiles() {
    let mut seen = BTreeSet::new();
    for (facts, resolved) in releases() {
        let kernel = facts.release.kernel();
        for (way, call, side) in ways(&resolved).filter(|(_, _, side)| side.entry.is_some()) {
            for (name, ways, condition, place) in KNOWN {
                if name == call && ways.split(' ').any(|known| known == way) {
                    let expected: Guard = condition.parse().unwrap();
                    assert!(
                        side.is_implemented() && side.config.equals(&expected),
                        "{kernel}: `{name}` of {way}: `{}`, by {place} `{condition}`",
                        told(side)
                    );
                    seen.insert((name, way.clone(), condition));
                }
            }
        }
    }
    for (name, ways, condition, _) in KNOWN {
        for way in ways.split(' ') {
            assert!(seen.contains(&(name, way.to_string(), condition)), "no release has `{name}` of {way}");
        }
    }
}

/// Every release held, put together.
fn releases() -> Vec<(Facts, Resolved)> {
    let data = data();
    let all: Vec<_> = data.kernels.iter().map(|kernel| data.load(kernel).unwrap()).collect();
    let resolved = |facts: Facts| {
        let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
        (facts, resolved)
    };
    all.into_iter().map(resolved).collect()
}

/// Every way into every call, by the way's name and the call's.
fn ways(resolved: &Resolved) -> impl Iterator<Item = (String, &str, &Side)> {
    resolved.abis.iter().flat_map(|abi| {
        abi.syscalls.iter().flat_map(|call| {
            let compat = call.compat.as_ref().map(|side| (format!("{}.compat", abi.name), call.name.as_str(), side));
            std::iter::once((abi.name.clone(), call.name.as_str(), &call.main)).chain(compat)
        })
    })
}

/// Some configuration of that kernel has a row, and no function for it.
fn is_left_out((_, side): &(String, &Side)) -> bool {
    matches!(side.missing, Some(Missing::NoDefinition | Missing::NotOnThisArch)) || side.config != Guard::TRUE
}

fn told(side: &Side) -> String {
    side.missing.map_or_else(|| side.config.to_string(), |missing| missing.as_str().to_string())
}
