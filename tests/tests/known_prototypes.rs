//! The hard prototypes, each by name on real trees: what a call enters on an ABI, with its parameters and their words.
//!
//! Every line was written from the kernel's own C, assembly, tables and Kconfig, and then held against what `data/` says.
//! A line reads: the ABI (`.compat`: the way in on a kernel that serves it as compat), the releases where not all that
//! have the call are meant, the entry with its parameters, and what is not as usual:
//!
//! - `fd@0`, `pos@4-5`: the words; `:pos.low`, `:pos.first`: a half of a value, by meaning or by byte order; `:dummy`;
//! - `-> { … }`: the words behind the one parameter;
//! - `in FILE`: where it is defined; always said, but where nothing is there;
//! - `symbol S`: what kallsyms calls it, where not as the entry; `event E`, where it has a tracepoint;
//! - `if CONDITION`: the configuration, where not every kernel has it; `missing WHY`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{Abi, Guard, Parameter, Part, Side};
use syscall_meta_gen::resolve::resolve;
use syscall_meta_tests::data;

/// What `data/` says: by release, oldest first, and by ABI.
static RELEASES: LazyLock<Vec<(String, BTreeMap<String, Abi>)>> = LazyLock::new(|| {
    let data = data();
    let release = |kernel: &String| {
        let facts = data.load(kernel).expect("a release is read");
        let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
        (kernel.clone(), resolved.abis.into_iter().map(|abi| (abi.name.clone(), abi)).collect())
    };
    data.kernels.iter().map(release).collect()
});

/// Holds lines about a call against every release that they speak of.
#[track_caller]
fn check(call: &str, lines: &str) {
    let mut wrong = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (way, rest) = words.split_first().expect("the name of an ABI");
        let releases = rest.iter().take_while(|word| word.starts_with(|c: char| c.is_ascii_digit())).count();
        let (releases, expected) = rest.split_at(releases);
        let expected = expected.join(" ");
        let mut held = Vec::new();
        for (release, abis) in &*RELEASES {
            let meant = releases.is_empty() || releases.contains(&release.as_str());
            let (abi, compat) = way.strip_suffix(".compat").map_or((*way, false), |abi| (abi, true));
            let syscall = abis.get(abi).and_then(|abi| abi.by_name(call));
            let side = syscall.and_then(|call| if compat { call.compat.as_ref() } else { Some(&call.main) });
            let Some(side) = side.filter(|_| meant) else { continue };
            held.push(release.as_str());
            let said = said(side);
            if said != expected {
                wrong.push(format!("{way} {release} {call}\n  expected: {expected}\n  data/:    {said}"));
            }
        }
        if held.is_empty() || releases.iter().any(|release| !held.contains(release)) {
            wrong.push(format!("{way} {call}: releases {releases:?}, of which only {held:?} have it"));
        }
    }
    assert!(wrong.is_empty(), "{} lines are not as data/ says:\n{}", wrong.len(), wrong.join("\n"));
}

/// A side as a line.
fn said(side: &Side) -> String {
    let entry = side.entry.as_deref().unwrap_or("nothing");
    let mut line = entry.to_string();
    if let Some(params) = &side.params {
        line += &format!("({})", list(params));
    }
    if let Some(block) = &side.block {
        line += &format!(" -> {{ {} }}", list(block));
    }
    if let Some(origin) = &side.origin {
        line += &format!(" in {}", origin.split(':').next().unwrap_or_default());
    }
    if let Some(symbol) = side.symbol.as_deref().filter(|symbol| *symbol != entry) {
        line += &format!(" symbol {symbol}");
    }
    if let Some(event) = &side.event {
        line += &format!(" event {event}");
    }
    if side.config != Guard::TRUE {
        line += &format!(" if {}", side.config);
    }
    if let Some(missing) = side.missing {
        line += &format!(" missing {}", missing.as_str());
    }
    line
}

fn list(params: &[Parameter]) -> String {
    params.iter().map(parameter).collect::<Vec<_>>().join(", ")
}

/// `loff_t pos@4-5`, `u32 pos_lo@4:pos.first`
fn parameter(param: &Parameter) -> String {
    let word = match (param.word, param.words) {
        (None, _) => "?".to_string(),
        (Some(word), 1) => word.to_string(),
        (Some(word), words) => format!("{word}-{}", word + words - 1),
    };
    let part = match &param.part {
        Part::Whole => String::new(),
        Part::Low(value) => format!(":{value}.low"),
        Part::High(value) => format!(":{value}.high"),
        Part::First(value) => format!(":{value}.first"),
        Part::Second(value) => format!(":{value}.second"),
        Part::Dummy => ":dummy".to_string(),
    };
    format!("{} {}@{word}{part}", param.ty, param.name)
}

#[test]
fn clone_has_its_arguments_in_the_order_of_the_architecture() {
    // kernel/fork.c: CONFIG_CLONE_BACKWARDS{,2,3}, which arch/*/Kconfig selects. sparc's and m68k's C reads the saved
    // registers (arch/sparc/kernel/process.c, arch/m68k/kernel/process.c), and ia64's stub skips one (entry.S).
    check(
        "clone",
        "
        x86_64 sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in kernel/fork.c symbol __x64_sys_clone event clone
        x32 sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in kernel/fork.c symbol __x64_sys_clone
        i386 sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in kernel/fork.c symbol __ia32_sys_clone event clone
        i386.compat compat_sys_ia32_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls_val@3, int __user * child_tidptr@4) in arch/x86/kernel/sys_ia32.c symbol __ia32_compat_sys_ia32_clone
        s390x sys_clone(unsigned long newsp@0, unsigned long clone_flags@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in kernel/fork.c symbol __s390x_sys_clone event clone
        microblaze sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int stack_size@2, int __user * parent_tidptr@3, int __user * child_tidptr@4, unsigned long tls@5) in kernel/fork.c
        xtensa sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in kernel/fork.c event clone
        sparc sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in arch/sparc/kernel/entry.S
        arm sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in kernel/fork.c event clone
        arm.compat sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in kernel/fork.c symbol __arm64_sys_clone
        sh sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in kernel/fork.c event clone
        parisc sys_clone_wrapper(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in arch/parisc/kernel/entry.S
        mips_o32 5.10 __sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in arch/mips/kernel/syscall.c
        mips_o32 6.1 6.12 7.2 7.3 __sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in arch/mips/kernel/syscall.c event clone
        powerpc 5.10 ppc_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in arch/powerpc/kernel/entry_32.S event clone
        powerpc 6.1 6.12 7.2 7.3 sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, unsigned long tls@3, int __user * child_tidptr@4) in kernel/fork.c event clone
        alpha alpha_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in arch/alpha/kernel/entry.S
        m68k __sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in arch/m68k/kernel/entry.S
        nios2 sys_clone(unsigned long clone_flags@0, unsigned long newsp@1, int __user * parent_tidptr@2, int __user * child_tidptr@3, unsigned long tls@4) in arch/nios2/kernel/entry.S
        ia64 sys_clone(unsigned long clone_flags@0, unsigned long stack_start@1, unsigned long stack_size@2, unsigned long parent_tidptr@3, unsigned long child_tidptr@4, unsigned long tls@5) in arch/ia64/kernel/entry.S
        ",
    );
}

#[test]
fn clone3_of_hexagon_always_fails() {
    // kernel/fork.c, arch/hexagon/include/asm/unistd.h and arch/nios2: __ARCH_BROKEN_SYS_CLONE3
    check(
        "clone3",
        "
        hexagon 6.12 7.2 7.3 sys_clone3(struct clone_args __user * uargs@0, size_t size@1) in kernel/fork.c missing always_enosys
        x86_64 sys_clone3(struct clone_args __user * uargs@0, size_t size@1) in kernel/fork.c symbol __x64_sys_clone3 event clone3
        sparc 7.2 7.3 __sys_clone3(struct clone_args __user * uargs@0, size_t size@1) in arch/sparc/kernel/entry.S
        ",
    );
    for (release, abis) in RELEASES.iter().filter(|(release, _)| ["5.10", "6.1"].contains(&release.as_str())) {
        assert_eq!(abis["hexagon"].by_name("clone3"), None, "{release}");
    }
}

#[test]
fn mmap_takes_six_words_or_a_pointer_to_them() {
    // mm/mmap.c (and mm/nommu.c): SYSCALL_DEFINE1(old_mmap); arch/{arm64/kernel/sys,x86/kernel/sys_x86_64}.c;
    // arch/x86/kernel/sys_ia32.c; arch/sh/kernel/sys_sh.c: off is bytes, and six words go in registers.
    check(
        "mmap",
        "
        i386 sys_old_mmap(struct mmap_arg_struct __user * arg@0) -> { unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long offset@5 } in mm/mmap.c symbol __ia32_sys_old_mmap event old_mmap
        i386.compat compat_sys_ia32_mmap(struct mmap_arg_struct32 __user * arg@0) -> { unsigned int addr@0, unsigned int len@1, unsigned int prot@2, unsigned int flags@3, unsigned int fd@4, unsigned int offset@5 } in arch/x86/kernel/sys_ia32.c symbol __ia32_compat_sys_ia32_mmap
        arm_oabi sys_old_mmap(struct mmap_arg_struct __user * arg@0) -> { unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long offset@5 } in mm/mmap.c event old_mmap
        s390x sys_old_mmap(struct mmap_arg_struct __user * arg@0) -> { unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long offset@5 } in mm/mmap.c symbol __s390x_sys_old_mmap event old_mmap
        m68k sys_old_mmap(struct mmap_arg_struct __user * arg@0) -> { unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long offset@5 } in mm/mmap.c
        sh old_mmap(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, int fd@4, unsigned long off@5) in arch/sh/kernel/sys_sh.c
        aarch64 sys_mmap(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long off@5) in arch/arm64/kernel/sys.c symbol __arm64_sys_mmap event mmap
        x86_64 sys_mmap(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long off@5) in arch/x86/kernel/sys_x86_64.c symbol __x64_sys_mmap event mmap
        mips_o32 sys_mips_mmap(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, off_t offset@5) in arch/mips/kernel/syscall.c event mips_mmap
        ",
    );
    // arm has it in its old ABI alone.
    assert!(RELEASES.iter().all(|(_, abis)| abis["arm"].by_name("mmap").is_none()));
    // arch/arm/kernel/entry-common.S, and the name that arch/arm/include/asm/ftrace.h has for the event;
    // arch/arm64/kernel/sys32.c; arch/m68k/kernel/syscalltable.S without MMU.
    check(
        "mmap2",
        "
        i386 sys_mmap_pgoff(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long pgoff@5) in mm/mmap.c symbol __ia32_sys_mmap_pgoff event mmap_pgoff
        arm sys_mmap2(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long pgoff@5) in arch/arm/kernel/entry-common.S event mmap_pgoff
        arm.compat compat_sys_aarch32_mmap2(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long off_4k@5) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_mmap2
        m68k sys_mmap2(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long pgoff@5) in arch/m68k/kernel/sys_m68k.c
        sh sys_mmap2(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long pgoff@5) in arch/sh/kernel/sys_sh.c
        xtensa sys_mmap_pgoff(unsigned long addr@0, unsigned long len@1, unsigned long prot@2, unsigned long flags@3, unsigned long fd@4, unsigned long pgoff@5) in mm/mmap.c event mmap_pgoff
        ",
    );
}

#[test]
fn pread64_has_its_offset_in_two_words() {
    // fs/read_write.c; arch/arm64/kernel/sys32.c; arch/x86/kernel/sys_ia32.c; arch/mips/kernel/linux32.c;
    // arch/powerpc/kernel/sys_ppc32.c; arch/parisc/kernel/sys_parisc.c; arch/sh/kernel/sys_sh32.c
    check(
        "pread64",
        "
        x86_64 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3) in fs/read_write.c symbol __x64_sys_pread64 event pread64
        arm sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@4-5) in fs/read_write.c event pread64
        arm.compat compat_sys_aarch32_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, u32 __pad@3:dummy, u32 pos_lo@4:pos.first, u32 pos_hi@5:pos.second) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_pread64
        arm_oabi sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3-4) in fs/read_write.c event pread64
        arm_oabi.compat sys_oabi_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3-4) in arch/arm/kernel/entry-common.S
        i386 sys_ia32_pread64(unsigned int fd@0, char __user * ubuf@1, u32 count@2, u32 poslo@3:pos.low, u32 poshi@4:pos.high) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_pread64 event ia32_pread64
        i386.compat sys_ia32_pread64(unsigned int fd@0, char __user * ubuf@1, u32 count@2, u32 poslo@3:pos.low, u32 poshi@4:pos.high) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_pread64
        mips_o32 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@4-5) in fs/read_write.c event pread64
        mips_o32.compat sys_32_pread(unsigned long fd@0, char __user * buf@1, size_t count@2, unsigned long unused@3:dummy, unsigned long a4@4:pos.first, unsigned long a5@5:pos.second) in arch/mips/kernel/linux32.c
        powerpc 5.10 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@4-5) in fs/read_write.c event pread64
        powerpc 6.1 6.12 7.2 7.3 sys_ppc_pread64(unsigned int fd@0, char __user * ubuf@1, compat_size_t count@2, u32 reg6@3:dummy, u32 pos1@4:pos.first, u32 pos2@5:pos.second) in arch/powerpc/kernel/sys_ppc32.c event ppc_pread64
        powerpc.compat 5.10 compat_sys_pread64(unsigned int fd@0, char __user * ubuf@1, compat_size_t count@2, u32 reg6@3:dummy, u32 poshi@4:pos.high, u32 poslo@5:pos.low) in arch/powerpc/kernel/sys_ppc32.c
        powerpc.compat 6.1 6.12 7.2 7.3 compat_sys_ppc_pread64(unsigned int fd@0, char __user * ubuf@1, compat_size_t count@2, u32 reg6@3:dummy, u32 pos1@4:pos.first, u32 pos2@5:pos.second) in arch/powerpc/kernel/sys_ppc32.c
        parisc parisc_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, unsigned int high@3:pos.high, unsigned int low@4:pos.low) in arch/parisc/kernel/sys_parisc.c
        parisc.compat parisc_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, unsigned int high@3:pos.high, unsigned int low@4:pos.low) in arch/parisc/kernel/sys_parisc.c
        sh sys_pread_wrapper(unsigned int fd@0, char __user * buf@1, size_t count@2, long dummy@3:dummy, loff_t pos@4-5) in arch/sh/kernel/sys_sh32.c
        riscv32 5.10 6.1 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3-4) in fs/read_write.c event pread64
        riscv32 6.12 7.2 7.3 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3-4) in fs/read_write.c symbol __riscv_sys_pread64 event pread64
        riscv32.compat 6.1 compat_sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, u32 pos_lo@3:pos.first, u32 pos_hi@4:pos.second) in fs/read_write.c
        riscv32.compat 6.12 7.2 7.3 compat_sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, u32 pos_lo@3:pos.first, u32 pos_hi@4:pos.second) in fs/read_write.c symbol __riscv_compat_sys_pread64
        sparc.compat compat_sys_pread64(unsigned int fd@0, char __user * ubuf@1, compat_size_t count@2, u32 poshi@3:pos.high, u32 poslo@4:pos.low) in arch/sparc/kernel/sys_sparc32.c
        s390 compat_sys_s390_pread64(unsigned int fd@0, char __user * ubuf@1, compat_size_t count@2, u32 high@3:pos.high, u32 low@4:pos.low) in arch/s390/kernel/compat_linux.c symbol __s390_compat_sys_s390_pread64
        x32 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3) in fs/read_write.c symbol __x64_sys_pread64
        mips_n32 sys_pread64(unsigned int fd@0, char __user * buf@1, size_t count@2, loff_t pos@3) in fs/read_write.c
        ",
    );
}

#[test]
fn truncate64_has_its_length_in_two_words() {
    // fs/open.c, and the files of pread64
    check(
        "truncate64",
        "
        arm sys_truncate64(const char __user * path@0, loff_t length@2-3) in fs/open.c event truncate64
        arm.compat compat_sys_aarch32_truncate64(const char __user * pathname@0, u32 __pad@1:dummy, u32 length_lo@2:length.first, u32 length_hi@3:length.second) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_truncate64
        i386 sys_ia32_truncate64(const char __user * filename@0, unsigned long offset_low@1:length.low, unsigned long offset_high@2:length.high) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_truncate64 event ia32_truncate64
        i386.compat sys_ia32_truncate64(const char __user * filename@0, unsigned long offset_low@1:length.low, unsigned long offset_high@2:length.high) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_truncate64
        mips_o32 sys_truncate64(const char __user * path@0, loff_t length@2-3) in fs/open.c event truncate64
        mips_o32.compat sys_32_truncate64(const char __user * path@0, unsigned long __dummy@1:dummy, unsigned long a2@2:length.first, unsigned long a3@3:length.second) in arch/mips/kernel/linux32.c
        powerpc 5.10 sys_truncate64(const char __user * path@0, loff_t length@2-3) in fs/open.c event truncate64
        powerpc 6.1 6.12 7.2 7.3 sys_ppc_truncate64(const char __user * path@0, u32 reg4@1:dummy, unsigned long len1@2:length.first, unsigned long len2@3:length.second) in arch/powerpc/kernel/sys_ppc32.c event ppc_truncate64
        powerpc.compat 5.10 compat_sys_truncate64(const char __user * path@0, u32 reg4@1:dummy, unsigned long high@2:length.high, unsigned long low@3:length.low) in arch/powerpc/kernel/sys_ppc32.c
        parisc parisc_truncate64(const char __user * path@0, unsigned int high@1:length.high, unsigned int low@2:length.low) in arch/parisc/kernel/sys_parisc.c
        sh sys_truncate64(const char __user * path@0, loff_t length@1-2) in fs/open.c event truncate64
        riscv32 5.10 sys_truncate64(const char __user * path@0, loff_t length@1-2) in fs/open.c event truncate64
        riscv32 7.3 sys_truncate64(const char __user * path@0, loff_t length@1-2) in fs/open.c symbol __riscv_sys_truncate64 event truncate64
        riscv32.compat 7.3 compat_sys_truncate64(const char __user * pathname@0, u32 length_lo@1:length.first, u32 length_hi@2:length.second) in fs/open.c symbol __riscv_compat_sys_truncate64
        ",
    );
}

#[test]
fn fadvise64_64_may_have_its_advice_second() {
    // mm/fadvise.c; arch/arm/kernel/sys_arm.c, arch/powerpc/kernel/syscalls.c, arch/csky/kernel/syscall.c and
    // arch/hexagon/kernel/syscalltab.c put the advice second. mips has the name fadvise64 for it.
    check(
        "fadvise64_64",
        "
        i386 sys_ia32_fadvise64_64(int fd@0, __u32 offset_low@1:offset.low, __u32 offset_high@2:offset.high, __u32 len_low@3:len.low, __u32 len_high@4:len.high, int advice@5) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_fadvise64_64 event ia32_fadvise64_64
        powerpc 5.10 ppc_fadvise64_64(int fd@0, int advice@1, u32 offset_high@2:offset.high, u32 offset_low@3:offset.low, u32 len_high@4:len.high, u32 len_low@5:len.low) in arch/powerpc/kernel/syscalls.c event fadvise64_64
        powerpc 6.1 6.12 7.2 7.3 sys_ppc_fadvise64_64(int fd@0, int advice@1, u32 offset_high@2:offset.first, u32 offset_low@3:offset.second, u32 len_high@4:len.first, u32 len_low@5:len.second) in arch/powerpc/kernel/syscalls.c event ppc_fadvise64_64
        powerpc.compat 6.1 6.12 7.2 7.3 sys_ppc_fadvise64_64(int fd@0, int advice@1, u32 offset_high@2:offset.first, u32 offset_low@3:offset.second, u32 len_high@4:len.first, u32 len_low@5:len.second) in arch/powerpc/kernel/syscalls.c
        parisc parisc_fadvise64_64(int fd@0, unsigned int high_off@1:offset.high, unsigned int low_off@2:offset.low, unsigned int high_len@3:len.high, unsigned int low_len@4:len.low, int advice@5) in arch/parisc/kernel/sys_parisc.c
        sh sys_fadvise64_64_wrapper(int fd@0, u32 offset0@1:offset.first, u32 offset1@2:offset.second, u32 len0@3:len.first, u32 len1@4:len.second, int advice@5) in arch/sh/kernel/sys_sh32.c
        riscv32 7.3 sys_fadvise64_64(int fd@0, loff_t offset@1-2, loff_t len@3-4, int advice@5) in mm/fadvise.c symbol __riscv_sys_fadvise64_64 event fadvise64_64 if CONFIG_ADVISE_SYSCALLS
        riscv32.compat 7.3 compat_sys_fadvise64_64(int fd@0, u32 offset_lo@1:offset.first, u32 offset_hi@2:offset.second, u32 len_lo@3:len.first, u32 len_hi@4:len.second, int advice@5) in mm/fadvise.c symbol __riscv_compat_sys_fadvise64_64 if CONFIG_ADVISE_SYSCALLS
        csky 7.3 sys_csky_fadvise64_64(int fd@0, int advice@1, loff_t offset@2-3, loff_t len@4-5) in arch/csky/kernel/syscall.c event csky_fadvise64_64
        hexagon 7.3 sys_hexagon_fadvise64_64(int fd@0, int advice@1, u32 offset_lo@2:offset.first, u32 offset_hi@3:offset.second, u32 len_lo@4:len.first, u32 len_hi@5:len.second) in arch/hexagon/kernel/syscalltab.c
        ",
    );
    check(
        "fadvise64",
        "
        mips_o32 sys_fadvise64_64(int fd@0, loff_t offset@2-3, loff_t len@4-5, int advice@6) in mm/fadvise.c event fadvise64_64 if CONFIG_ADVISE_SYSCALLS
        mips_o32.compat sys32_fadvise64_64(int fd@0, int __pad@1:dummy, unsigned long a2@2:offset.first, unsigned long a3@3:offset.second, unsigned long a4@4:len.first, unsigned long a5@5:len.second, int flags@6) in arch/mips/kernel/linux32.c
        sh sys_fadvise64(int fd@0, loff_t offset@1-2, size_t len@3, int advice@4) in mm/fadvise.c event fadvise64 if CONFIG_ADVISE_SYSCALLS
        ",
    );
    check(
        "arm_fadvise64_64",
        "
        arm sys_arm_fadvise64_64(int fd@0, int advice@1, loff_t offset@2-3, loff_t len@4-5) in arch/arm/kernel/sys_arm.c event fadvise64_64
        arm.compat compat_sys_aarch32_fadvise64_64(int fd@0, int advice@1, u32 offset_lo@2:offset.first, u32 offset_hi@3:offset.second, u32 len_lo@4:len.first, u32 len_hi@5:len.second) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_fadvise64_64
        ",
    );
}

#[test]
fn sync_file_range_may_have_its_flags_second() {
    // fs/sync.c: sync_file_range2 for ABIs that would need seven words; arch/sh/kernel/sys_sh32.c since 6.1
    check(
        "sync_file_range",
        "
        x86_64 sys_sync_file_range(int fd@0, loff_t offset@1, loff_t nbytes@2, unsigned int flags@3) in fs/sync.c symbol __x64_sys_sync_file_range event sync_file_range
        i386 sys_ia32_sync_file_range(int fd@0, unsigned int off_low@1:offset.low, unsigned int off_hi@2:offset.high, unsigned int n_low@3:nbytes.low, unsigned int n_hi@4:nbytes.high, int flags@5) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_sync_file_range event ia32_sync_file_range
        mips_o32 sys_sync_file_range(int fd@0, loff_t offset@2-3, loff_t nbytes@4-5, unsigned int flags@6) in fs/sync.c event sync_file_range
        mips_o32.compat sys32_sync_file_range(int fd@0, int __pad@1:dummy, unsigned long a2@2:offset.first, unsigned long a3@3:offset.second, unsigned long a4@4:nbytes.first, unsigned long a5@5:nbytes.second, int flags@6) in arch/mips/kernel/linux32.c
        parisc parisc_sync_file_range(int fd@0, u32 hi_off@1:offset.high, u32 lo_off@2:offset.low, u32 hi_nbytes@3:nbytes.high, u32 lo_nbytes@4:nbytes.low, unsigned int flags@5) in arch/parisc/kernel/sys_parisc.c
        sh 5.10 sys_sync_file_range(int fd@0, loff_t offset@1-2, loff_t nbytes@3-4, unsigned int flags@5) in fs/sync.c event sync_file_range
        sh 6.1 6.12 7.2 7.3 sys_sh_sync_file_range6(int fd@0, u32 offset_lo@1:offset.first, u32 offset_hi@2:offset.second, u32 nbytes_lo@3:nbytes.first, u32 nbytes_hi@4:nbytes.second, unsigned int flags@5) in arch/sh/kernel/sys_sh32.c event sh_sync_file_range6
        riscv32 5.10 sys_sync_file_range(int fd@0, loff_t offset@1-2, loff_t nbytes@3-4, unsigned int flags@5) in fs/sync.c event sync_file_range
        riscv32.compat 7.3 compat_sys_sync_file_range(int fd@0, u32 offset_lo@1:offset.first, u32 offset_hi@2:offset.second, u32 nbytes_lo@3:nbytes.first, u32 nbytes_hi@4:nbytes.second, unsigned int flags@5) in fs/sync.c symbol __riscv_compat_sys_sync_file_range
        ",
    );
    check(
        "sync_file_range2",
        "
        arm sys_sync_file_range2(int fd@0, unsigned int flags@1, loff_t offset@2-3, loff_t nbytes@4-5) in fs/sync.c event sync_file_range2
        arm.compat compat_sys_aarch32_sync_file_range2(int fd@0, unsigned int flags@1, u32 offset_lo@2:offset.first, u32 offset_hi@3:offset.second, u32 nbytes_lo@4:nbytes.first, u32 nbytes_hi@5:nbytes.second) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_sync_file_range2
        powerpc 5.10 sys_sync_file_range2(int fd@0, unsigned int flags@1, loff_t offset@2-3, loff_t nbytes@4-5) in fs/sync.c event sync_file_range2
        powerpc 6.1 6.12 7.2 7.3 sys_ppc_sync_file_range2(int fd@0, unsigned int flags@1, unsigned int offset1@2:offset.first, unsigned int offset2@3:offset.second, unsigned int nbytes1@4:nbytes.first, unsigned int nbytes2@5:nbytes.second) in arch/powerpc/kernel/sys_ppc32.c event ppc_sync_file_range2
        csky 7.3 sys_sync_file_range2(int fd@0, unsigned int flags@1, loff_t offset@2-3, loff_t nbytes@4-5) in fs/sync.c event sync_file_range2
        ",
    );
}

#[test]
fn fallocate_has_four_words_of_range() {
    // fs/open.c, and the files of pread64
    check(
        "fallocate",
        "
        arm sys_fallocate(int fd@0, int mode@1, loff_t offset@2-3, loff_t len@4-5) in fs/open.c event fallocate
        arm.compat compat_sys_aarch32_fallocate(int fd@0, int mode@1, u32 offset_lo@2:offset.first, u32 offset_hi@3:offset.second, u32 len_lo@4:len.first, u32 len_hi@5:len.second) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_fallocate
        i386.compat sys_ia32_fallocate(int fd@0, int mode@1, unsigned int offset_lo@2:offset.low, unsigned int offset_hi@3:offset.high, unsigned int len_lo@4:len.low, unsigned int len_hi@5:len.high) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_fallocate
        mips_o32 sys_fallocate(int fd@0, int mode@1, loff_t offset@2-3, loff_t len@4-5) in fs/open.c event fallocate
        mips_o32.compat sys32_fallocate(int fd@0, int mode@1, unsigned offset_a2@2:offset.first, unsigned offset_a3@3:offset.second, unsigned len_a4@4:len.first, unsigned len_a5@5:len.second) in arch/mips/kernel/linux32.c
        powerpc 7.3 sys_ppc_fallocate(int fd@0, int mode@1, u32 offset1@2:offset.first, u32 offset2@3:offset.second, u32 len1@4:len.first, u32 len2@5:len.second) in arch/powerpc/kernel/sys_ppc32.c event ppc_fallocate
        powerpc.compat 5.10 compat_sys_fallocate(int fd@0, int mode@1, u32 offhi@2:offset.high, u32 offlo@3:offset.low, u32 lenhi@4:len.high, u32 lenlo@5:len.low) in arch/powerpc/kernel/sys_ppc32.c
        powerpc.compat 7.3 compat_sys_fallocate(int fd@0, int mode@1, u32 offset_hi@2:offset.first, u32 offset_lo@3:offset.second, u32 len_hi@4:len.first, u32 len_lo@5:len.second) in fs/open.c
        parisc parisc_fallocate(int fd@0, int mode@1, u32 offhi@2:offset.high, u32 offlo@3:offset.low, u32 lenhi@4:len.high, u32 lenlo@5:len.low) in arch/parisc/kernel/sys_parisc.c
        sh sys_fallocate(int fd@0, int mode@1, loff_t offset@2-3, loff_t len@4-5) in fs/open.c event fallocate
        riscv32 5.10 6.1 sys_fallocate(int fd@0, int mode@1, loff_t offset@2-3, loff_t len@4-5) in fs/open.c event fallocate
        ",
    );
}

#[test]
fn fanotify_mark_splits_its_mask_where_the_architecture_asks() {
    // fs/notify/fanotify/fanotify_user.c: CONFIG_ARCH_SPLIT_ARG64, which x86 selects for 32 bits, parisc and powerpc since
    // 6.1. The table of riscv64 has no compat entry for it: the kernel reads the mask out of one word.
    check(
        "fanotify_mark",
        "
        x86_64 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2, int dfd@3, const char __user * pathname@4) in fs/notify/fanotify/fanotify_user.c symbol __x64_sys_fanotify_mark event fanotify_mark if CONFIG_FANOTIFY
        i386 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_lo@2:mask.first, u32 mask_hi@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c symbol __ia32_sys_fanotify_mark event fanotify_mark if CONFIG_FANOTIFY
        i386.compat compat_sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_lo@2:mask.first, u32 mask_hi@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c symbol __ia32_compat_sys_fanotify_mark if CONFIG_FANOTIFY
        arm sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        arm.compat compat_sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_lo@2:mask.first, u32 mask_hi@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c symbol __arm64_compat_sys_fanotify_mark if CONFIG_FANOTIFY
        mips_o32 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        powerpc 5.10 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        powerpc 6.1 6.12 7.2 7.3 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_hi@2:mask.first, u32 mask_lo@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        powerpc.compat compat_sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_hi@2:mask.first, u32 mask_lo@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c if CONFIG_FANOTIFY
        parisc 5.10 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        parisc 6.1 6.12 7.2 7.3 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, u32 mask_hi@2:mask.first, u32 mask_lo@3:mask.second, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        parisc.compat 5.10 sys32_fanotify_mark(compat_int_t fanotify_fd@0, compat_uint_t flags@1, compat_uint_t mask0@2:mask.low, compat_uint_t mask1@3:mask.high, compat_int_t dfd@4, const char __user * pathname@5) in arch/parisc/kernel/sys_parisc32.c
        sh sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c event fanotify_mark if CONFIG_FANOTIFY
        riscv32 7.3 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2-3, int dfd@4, const char __user * pathname@5) in fs/notify/fanotify/fanotify_user.c symbol __riscv_sys_fanotify_mark event fanotify_mark if CONFIG_FANOTIFY
        riscv32.compat 7.3 sys_fanotify_mark(int fanotify_fd@0, unsigned int flags@1, __u64 mask@2, int dfd@3, const char __user * pathname@4) in fs/notify/fanotify/fanotify_user.c symbol __riscv_sys_fanotify_mark if CONFIG_FANOTIFY
        ",
    );
}

#[test]
fn readahead_has_its_offset_in_two_words() {
    // mm/readahead.c, and the files of pread64; what a mips program passes is a word, whatever linux32.c says
    check(
        "readahead",
        "
        arm sys_readahead(int fd@0, loff_t offset@2-3, size_t count@4) in mm/readahead.c event readahead
        arm.compat compat_sys_aarch32_readahead(int fd@0, u32 __pad@1:dummy, u32 offset_lo@2:offset.first, u32 offset_hi@3:offset.second, size_t count@4) in arch/arm64/kernel/sys32.c symbol __arm64_compat_sys_aarch32_readahead
        i386 sys_ia32_readahead(int fd@0, unsigned int off_lo@1:offset.low, unsigned int off_hi@2:offset.high, size_t count@3) in arch/x86/kernel/sys_ia32.c symbol __ia32_sys_ia32_readahead event ia32_readahead
        mips_o32 sys_readahead(int fd@0, loff_t offset@2-3, size_t count@4) in mm/readahead.c event readahead
        mips_o32.compat sys32_readahead(int fd@0, u32 pad0@1:dummy, u32 a2@2:offset.first, u32 a3@3:offset.second, size_t count@4) in arch/mips/kernel/linux32.c
        powerpc 7.3 sys_ppc_readahead(int fd@0, u32 r4@1:dummy, u32 offset1@2:offset.first, u32 offset2@3:offset.second, u32 count@4) in arch/powerpc/kernel/sys_ppc32.c event ppc_readahead
        powerpc.compat 7.3 compat_sys_ppc_readahead(int fd@0, u32 r4@1:dummy, u32 offset1@2:offset.first, u32 offset2@3:offset.second, u32 count@4) in arch/powerpc/kernel/sys_ppc32.c
        parisc parisc_readahead(int fd@0, unsigned int high@1:offset.high, unsigned int low@2:offset.low, size_t count@3) in arch/parisc/kernel/sys_parisc.c
        sh sys_readahead(int fd@0, loff_t offset@1-2, size_t count@3) in mm/readahead.c event readahead
        riscv32.compat 7.3 compat_sys_readahead(int fd@0, u32 offset_lo@1:offset.first, u32 offset_hi@2:offset.second, size_t count@3) in mm/readahead.c symbol __riscv_compat_sys_readahead
        sparc.compat compat_sys_readahead(int fd@0, u32 offhi@1:offset.high, u32 offlo@2:offset.low, compat_size_t count@3) in arch/sparc/kernel/sys_sparc32.c
        s390 compat_sys_s390_readahead(int fd@0, u32 high@1:offset.high, u32 low@2:offset.low, s32 count@3) in arch/s390/kernel/compat_linux.c symbol __s390_compat_sys_s390_readahead
        ",
    );
}

#[test]
fn futex_tells_time_in_32_or_64_bits() {
    // kernel/futex/syscalls.c, in 5.10 kernel/futex/core.c
    check(
        "futex",
        "
        x86_64 7.3 sys_futex(u32 __user * uaddr@0, int op@1, u32 val@2, const struct __kernel_timespec __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __x64_sys_futex event futex if CONFIG_FUTEX
        i386 7.3 sys_futex_time32(u32 __user * uaddr@0, int op@1, u32 val@2, const struct old_timespec32 __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __ia32_sys_futex_time32 event futex_time32 if CONFIG_COMPAT_32BIT_TIME && CONFIG_FUTEX
        i386.compat 7.3 sys_futex_time32(u32 __user * uaddr@0, int op@1, u32 val@2, const struct old_timespec32 __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __ia32_sys_futex_time32 if CONFIG_COMPAT_32BIT_TIME && CONFIG_FUTEX
        arm 7.3 sys_futex_time32(u32 __user * uaddr@0, int op@1, u32 val@2, const struct old_timespec32 __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c event futex_time32 if CONFIG_COMPAT_32BIT_TIME && CONFIG_FUTEX
        mips_n32 7.3 sys_futex_time32(u32 __user * uaddr@0, int op@1, u32 val@2, const struct old_timespec32 __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c if CONFIG_COMPAT_32BIT_TIME && CONFIG_FUTEX
        ",
    );
    check(
        "futex_time64",
        "
        i386 7.3 sys_futex(u32 __user * uaddr@0, int op@1, u32 val@2, const struct __kernel_timespec __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __ia32_sys_futex event futex if CONFIG_FUTEX
        arm.compat 7.3 sys_futex(u32 __user * uaddr@0, int op@1, u32 val@2, const struct __kernel_timespec __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __arm64_sys_futex if CONFIG_FUTEX
        riscv32 7.3 sys_futex(u32 __user * uaddr@0, int op@1, u32 val@2, const struct __kernel_timespec __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/syscalls.c symbol __riscv_sys_futex event futex if CONFIG_FUTEX
        sh 5.10 sys_futex(u32 __user * uaddr@0, int op@1, u32 val@2, struct __kernel_timespec __user * utime@3, u32 __user * uaddr2@4, u32 val3@5) in kernel/futex/core.c event futex if CONFIG_FUTEX
        ",
    );
    for (release, abis) in &*RELEASES {
        assert_eq!(abis["riscv32"].by_name("futex"), None, "{release}");
        assert_eq!(abis["x86_64"].by_name("futex_time64"), None, "{release}");
    }
}

#[test]
fn the_stat_family_has_a_structure_for_each_generation() {
    // fs/stat.c; arch/x86/kernel/sys_ia32.c; arch/sparc/kernel/sys_sparc32.c; arch/arm/kernel/sys_oabi-compat.c
    check(
        "stat",
        "
        x86_64 sys_newstat(const char __user * filename@0, struct stat __user * statbuf@1) in fs/stat.c symbol __x64_sys_newstat event newstat
        i386 sys_newstat(const char __user * filename@0, struct stat __user * statbuf@1) in fs/stat.c symbol __ia32_sys_newstat event newstat
        i386.compat compat_sys_newstat(const char __user * filename@0, struct compat_stat __user * statbuf@1) in fs/stat.c symbol __ia32_compat_sys_newstat
        arm sys_newstat(const char __user * filename@0, struct stat __user * statbuf@1) in fs/stat.c event newstat
        arm.compat compat_sys_newstat(const char __user * filename@0, struct compat_stat __user * statbuf@1) in fs/stat.c symbol __arm64_compat_sys_newstat
        mips_o32.compat compat_sys_newstat(const char __user * filename@0, struct compat_stat __user * statbuf@1) in fs/stat.c
        sparc.compat compat_sys_newstat(const char __user * filename@0, struct compat_stat __user * statbuf@1) in fs/stat.c
        ",
    );
    check(
        "oldstat",
        "
        i386 sys_stat(const char __user * filename@0, struct __old_kernel_stat __user * statbuf@1) in fs/stat.c symbol __ia32_sys_stat event stat
        i386.compat sys_stat(const char __user * filename@0, struct __old_kernel_stat __user * statbuf@1) in fs/stat.c symbol __ia32_sys_stat
        powerpc sys_stat(const char __user * filename@0, struct __old_kernel_stat __user * statbuf@1) in fs/stat.c event stat
        powerpc.compat sys_ni_syscall missing ni
        sh sys_stat(const char __user * filename@0, struct __old_kernel_stat __user * statbuf@1) in fs/stat.c event stat
        ",
    );
    check(
        "stat64",
        "
        i386 sys_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in fs/stat.c symbol __ia32_sys_stat64 event stat64
        i386.compat compat_sys_ia32_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in arch/x86/kernel/sys_ia32.c symbol __ia32_compat_sys_ia32_stat64
        arm.compat sys_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in fs/stat.c symbol __arm64_sys_stat64
        arm_oabi sys_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in fs/stat.c event stat64
        arm_oabi.compat sys_oabi_stat64(const char __user * filename@0, struct oldabi_stat64 __user * statbuf@1) in arch/arm/kernel/sys_oabi-compat.c
        mips_o32.compat sys_newstat(const char __user * filename@0, struct stat __user * statbuf@1) in fs/stat.c
        sparc sys_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in fs/stat.c
        sparc.compat compat_sys_stat64(const char __user * filename@0, struct compat_stat64 __user * statbuf@1) in arch/sparc/kernel/sys_sparc32.c
        sparc64 sys_stat64(const char __user * filename@0, struct stat64 __user * statbuf@1) in fs/stat.c event stat64
        ",
    );
    check(
        "fstatat64",
        "
        i386 sys_fstatat64(int dfd@0, const char __user * filename@1, struct stat64 __user * statbuf@2, int flag@3) in fs/stat.c symbol __ia32_sys_fstatat64 event fstatat64
        i386.compat compat_sys_ia32_fstatat64(unsigned int dfd@0, const char __user * filename@1, struct stat64 __user * statbuf@2, int flag@3) in arch/x86/kernel/sys_ia32.c symbol __ia32_compat_sys_ia32_fstatat64
        sparc.compat compat_sys_fstatat64(unsigned int dfd@0, const char __user * filename@1, struct compat_stat64 __user * statbuf@2, int flag@3) in arch/sparc/kernel/sys_sparc32.c
        mips_o32.compat sys_newfstatat(int dfd@0, const char __user * filename@1, struct stat __user * statbuf@2, int flag@3) in fs/stat.c
        alpha sys_fstatat64(int dfd@0, const char __user * filename@1, struct stat64 __user * statbuf@2, int flag@3) in fs/stat.c
        ",
    );
    check(
        "newfstatat",
        "
        x86_64 sys_newfstatat(int dfd@0, const char __user * filename@1, struct stat __user * statbuf@2, int flag@3) in fs/stat.c symbol __x64_sys_newfstatat event newfstatat
        aarch64 sys_newfstatat(int dfd@0, const char __user * filename@1, struct stat __user * statbuf@2, int flag@3) in fs/stat.c symbol __arm64_sys_newfstatat event newfstatat
        s390x sys_newfstatat(int dfd@0, const char __user * filename@1, struct stat __user * statbuf@2, int flag@3) in fs/stat.c symbol __s390x_sys_newfstatat event newfstatat
        ",
    );
    check(
        "fstat64",
        "
        i386 sys_fstat64(unsigned long fd@0, struct stat64 __user * statbuf@1) in fs/stat.c symbol __ia32_sys_fstat64 event fstat64
        arm_oabi.compat sys_oabi_fstat64(unsigned long fd@0, struct oldabi_stat64 __user * statbuf@1) in arch/arm/kernel/sys_oabi-compat.c
        ",
    );
    check(
        "statx",
        "
        riscv32 7.3 sys_statx(int dfd@0, const char __user * filename@1, unsigned flags@2, unsigned int mask@3, struct statx __user * buffer@4) in fs/stat.c symbol __riscv_sys_statx event statx
        sh sys_statx(int dfd@0, const char __user * filename@1, unsigned flags@2, unsigned int mask@3, struct statx __user * buffer@4) in fs/stat.c event statx
        ",
    );
}

#[test]
fn sigaction_differs_where_the_architecture_has_its_own() {
    // kernel/signal.c: CONFIG_OLD_SIGACTION, CONFIG_COMPAT_OLD_SIGACTION (32-bit sparc has no events); arch/alpha/kernel/signal.c;
    // arch/mips/kernel/{signal,signal32}.c; arch/sparc/kernel/sys_sparc{_32,32}.c
    check(
        "sigaction",
        "
        i386 sys_sigaction(int sig@0, const struct old_sigaction __user * act@1, struct old_sigaction __user * oact@2) in kernel/signal.c symbol __ia32_sys_sigaction event sigaction
        i386.compat compat_sys_sigaction(int sig@0, const struct compat_old_sigaction __user * act@1, struct compat_old_sigaction __user * oact@2) in kernel/signal.c symbol __ia32_compat_sys_sigaction
        alpha sys_osf_sigaction(int sig@0, const struct osf_sigaction __user * act@1, struct osf_sigaction __user * oact@2) in arch/alpha/kernel/signal.c
        mips_o32 sys_sigaction(int sig@0, const struct sigaction __user * act@1, struct sigaction __user * oact@2) in arch/mips/kernel/signal.c event sigaction
        mips_o32.compat sys_32_sigaction(long sig@0, const struct compat_sigaction __user * act@1, struct compat_sigaction __user * oact@2) in arch/mips/kernel/signal32.c
        sparc sys_sparc_sigaction(int sig@0, struct old_sigaction __user * act@1, struct old_sigaction __user * oact@2) in arch/sparc/kernel/sys_sparc_32.c
        sparc.compat compat_sys_sparc_sigaction(int sig@0, struct compat_old_sigaction __user * act@1, struct compat_old_sigaction __user * oact@2) in arch/sparc/kernel/sys_sparc32.c
        sparc64 sys_nis_syscall missing ni
        powerpc64 sys_ni_syscall missing ni
        s390x sys_sigaction(int sig@0, const struct old_sigaction __user * act@1, struct old_sigaction __user * oact@2) in kernel/signal.c symbol __s390x_sys_sigaction event sigaction
        ",
    );
    // CONFIG_ODD_RT_SIGACTION: alpha and sparc have a fifth parameter, in different places.
    check(
        "rt_sigaction",
        "
        x86_64 sys_rt_sigaction(int sig@0, const struct sigaction __user * act@1, struct sigaction __user * oact@2, size_t sigsetsize@3) in kernel/signal.c symbol __x64_sys_rt_sigaction event rt_sigaction
        i386.compat compat_sys_rt_sigaction(int sig@0, const struct compat_sigaction __user * act@1, struct compat_sigaction __user * oact@2, compat_size_t sigsetsize@3) in kernel/signal.c symbol __ia32_compat_sys_rt_sigaction
        mips_n32 compat_sys_rt_sigaction(int sig@0, const struct compat_sigaction __user * act@1, struct compat_sigaction __user * oact@2, compat_size_t sigsetsize@3) in kernel/signal.c
        alpha sys_rt_sigaction(int sig@0, const struct sigaction __user * act@1, struct sigaction __user * oact@2, size_t sigsetsize@3, void __user * restorer@4) in arch/alpha/kernel/signal.c
        sparc sys_rt_sigaction(int sig@0, const struct sigaction __user * act@1, struct sigaction __user * oact@2, void __user * restorer@3, size_t sigsetsize@4) in arch/sparc/kernel/sys_sparc_32.c
        sparc.compat compat_sys_rt_sigaction(int sig@0, struct compat_sigaction __user * act@1, struct compat_sigaction __user * oact@2, void __user * restorer@3, compat_size_t sigsetsize@4) in arch/sparc/kernel/sys_sparc32.c
        sparc64 sys_rt_sigaction(int sig@0, const struct sigaction __user * act@1, struct sigaction __user * oact@2, void __user * restorer@3, size_t sigsetsize@4) in arch/sparc/kernel/sys_sparc_64.c event rt_sigaction
        ",
    );
}

#[test]
fn sigsuspend_has_its_mask_first_or_third() {
    // kernel/signal.c: CONFIG_OLD_SIGSUSPEND, CONFIG_OLD_SIGSUSPEND3; arch/mips/kernel/{signal,signal32}.c
    check(
        "sigsuspend",
        "
        i386 sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c symbol __ia32_sys_sigsuspend event sigsuspend
        i386.compat sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c symbol __ia32_sys_sigsuspend
        arm sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c event sigsuspend
        arm.compat sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c symbol __arm64_sys_sigsuspend
        m68k sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c
        s390x sys_sigsuspend(int unused1@0, int unused2@1, old_sigset_t mask@2) in kernel/signal.c symbol __s390x_sys_sigsuspend event sigsuspend
        alpha sys_sigsuspend(old_sigset_t mask@0) in kernel/signal.c
        powerpc sys_sigsuspend(old_sigset_t mask@0) in kernel/signal.c event sigsuspend
        powerpc.compat sys_sigsuspend(old_sigset_t mask@0) in kernel/signal.c
        sh sys_sigsuspend(old_sigset_t mask@0) in kernel/signal.c event sigsuspend
        sparc sys_sigsuspend(old_sigset_t mask@0) in kernel/signal.c
        mips_o32 sys_sigsuspend(sigset_t __user * uset@0) in arch/mips/kernel/signal.c event sigsuspend
        mips_o32.compat sys32_sigsuspend(compat_sigset_t __user * uset@0) in arch/mips/kernel/signal32.c
        ",
    );
}

#[test]
fn pipe_returns_two_values_on_four_architectures() {
    // arch/mips/kernel/syscall.c, arch/sh/kernel/sys_sh32.c, arch/sparc/kernel/sys_sparc_{32,64}.c,
    // arch/alpha/kernel/osf_sys.c; elsewhere fs/pipe.c
    check(
        "pipe",
        "
        mips_o32 sysm_pipe() in arch/mips/kernel/syscall.c
        mips_n32 sysm_pipe() in arch/mips/kernel/syscall.c
        mips_n64 sysm_pipe() in arch/mips/kernel/syscall.c
        sh sys_sh_pipe() in arch/sh/kernel/sys_sh32.c
        sparc sys_sparc_pipe() in arch/sparc/kernel/sys_sparc_32.c
        sparc.compat sys_sparc_pipe() in arch/sparc/kernel/sys_sparc_64.c
        sparc64 sys_sparc_pipe() in arch/sparc/kernel/sys_sparc_64.c event sparc_pipe
        alpha sys_alpha_pipe() in arch/alpha/kernel/osf_sys.c
        x86_64 sys_pipe(int __user * fildes@0) in fs/pipe.c symbol __x64_sys_pipe event pipe
        m68k sys_pipe(int __user * fildes@0) in fs/pipe.c
        ",
    );
}

#[test]
fn io_pgetevents_has_three_forms_and_a_compat_one_more() {
    // fs/aio.c
    check(
        "io_pgetevents",
        "
        x86_64 sys_io_pgetevents(aio_context_t ctx_id@0, long min_nr@1, long nr@2, struct io_event __user * events@3, struct __kernel_timespec __user * timeout@4, const struct __aio_sigset __user * usig@5) in fs/aio.c symbol __x64_sys_io_pgetevents event io_pgetevents if CONFIG_AIO
        i386 sys_io_pgetevents_time32(aio_context_t ctx_id@0, long min_nr@1, long nr@2, struct io_event __user * events@3, struct old_timespec32 __user * timeout@4, const struct __aio_sigset __user * usig@5) in fs/aio.c symbol __ia32_sys_io_pgetevents_time32 event io_pgetevents_time32 if CONFIG_AIO && CONFIG_COMPAT_32BIT_TIME
        i386.compat compat_sys_io_pgetevents(compat_aio_context_t ctx_id@0, compat_long_t min_nr@1, compat_long_t nr@2, struct io_event __user * events@3, struct old_timespec32 __user * timeout@4, const struct __compat_aio_sigset __user * usig@5) in fs/aio.c symbol __ia32_compat_sys_io_pgetevents if CONFIG_AIO && CONFIG_COMPAT_32BIT_TIME
        arm sys_io_pgetevents_time32(aio_context_t ctx_id@0, long min_nr@1, long nr@2, struct io_event __user * events@3, struct old_timespec32 __user * timeout@4, const struct __aio_sigset __user * usig@5) in fs/aio.c event io_pgetevents_time32 if CONFIG_AIO && CONFIG_COMPAT_32BIT_TIME
        ",
    );
    check(
        "io_pgetevents_time64",
        "
        i386 sys_io_pgetevents(aio_context_t ctx_id@0, long min_nr@1, long nr@2, struct io_event __user * events@3, struct __kernel_timespec __user * timeout@4, const struct __aio_sigset __user * usig@5) in fs/aio.c symbol __ia32_sys_io_pgetevents event io_pgetevents if CONFIG_AIO
        i386.compat compat_sys_io_pgetevents_time64(compat_aio_context_t ctx_id@0, compat_long_t min_nr@1, compat_long_t nr@2, struct io_event __user * events@3, struct __kernel_timespec __user * timeout@4, const struct __compat_aio_sigset __user * usig@5) in fs/aio.c symbol __ia32_compat_sys_io_pgetevents_time64 if CONFIG_AIO
        sh sys_io_pgetevents(aio_context_t ctx_id@0, long min_nr@1, long nr@2, struct io_event __user * events@3, struct __kernel_timespec __user * timeout@4, const struct __aio_sigset __user * usig@5) in fs/aio.c event io_pgetevents if CONFIG_AIO
        ",
    );
}

#[test]
fn bpf_grew_from_three_to_five() {
    // kernel/bpf/syscall.c
    check(
        "bpf",
        "
        x86_64 6.12 sys_bpf(int cmd@0, union bpf_attr __user * uattr@1, unsigned int size@2) in kernel/bpf/syscall.c symbol __x64_sys_bpf event bpf if CONFIG_BPF && CONFIG_BPF_SYSCALL
        x86_64 7.3 sys_bpf(int cmd@0, union bpf_attr __user * uattr@1, unsigned int size@2, struct bpf_common_attr __user * uattr_common@3, unsigned int size_common@4) in kernel/bpf/syscall.c symbol __x64_sys_bpf event bpf if CONFIG_BPF && CONFIG_BPF_SYSCALL
        arm.compat 7.3 sys_bpf(int cmd@0, union bpf_attr __user * uattr@1, unsigned int size@2, struct bpf_common_attr __user * uattr_common@3, unsigned int size_common@4) in kernel/bpf/syscall.c symbol __arm64_sys_bpf if CONFIG_BPF && CONFIG_BPF_SYSCALL
        ",
    );
}

#[test]
fn tables_list_calls_that_an_architecture_cannot_have() {
    // arch/x86/kernel/shstk.c, arch/arm64/mm/gcs.c, arch/riscv/kernel/usercfi.c; X86_USER_SHADOW_STACK needs X86_64.
    check(
        "map_shadow_stack",
        "
        alpha 6.12 7.2 7.3 sys_map_shadow_stack missing not_on_this_arch
        sh 7.2 7.3 sys_map_shadow_stack missing not_on_this_arch
        powerpc 6.12 7.2 7.3 sys_ni_syscall missing ni
        x86_64 6.12 7.2 7.3 sys_map_shadow_stack(unsigned long addr@0, unsigned long size@1, unsigned int flags@2) in arch/x86/kernel/shstk.c symbol __x64_sys_map_shadow_stack event map_shadow_stack if CONFIG_X86_USER_SHADOW_STACK
        i386 7.3 sys_map_shadow_stack missing not_on_this_arch
        i386.compat 7.3 sys_map_shadow_stack(unsigned long addr@0, unsigned long size@1, unsigned int flags@2) in arch/x86/kernel/shstk.c symbol __ia32_sys_map_shadow_stack if CONFIG_X86_USER_SHADOW_STACK
        aarch64 7.3 sys_map_shadow_stack(unsigned long addr@0, unsigned long size@1, unsigned int flags@2) in arch/arm64/mm/gcs.c symbol __arm64_sys_map_shadow_stack event map_shadow_stack if CONFIG_ARM64_GCS
        aarch64 6.12 sys_map_shadow_stack missing not_on_this_arch
        riscv64 7.3 sys_map_shadow_stack(unsigned long addr@0, unsigned long size@1, unsigned int flags@2) in arch/riscv/kernel/usercfi.c symbol __riscv_sys_map_shadow_stack event map_shadow_stack if CONFIG_RISCV_USER_CFI
        ",
    );
    // ARCH_SUPPORTS_KEXEC_FILE is in no Kconfig of arm, but in that of arm64.
    check(
        "kexec_file_load",
        "
        arm sys_kexec_file_load missing not_on_this_arch
        arm.compat sys_kexec_file_load(int kernel_fd@0, int initrd_fd@1, unsigned long cmdline_len@2, const char __user * cmdline_ptr@3, unsigned long flags@4) in kernel/kexec_file.c symbol __arm64_sys_kexec_file_load if CONFIG_KEXEC_FILE
        x86_64 sys_kexec_file_load(int kernel_fd@0, int initrd_fd@1, unsigned long cmdline_len@2, const char __user * cmdline_ptr@3, unsigned long flags@4) in kernel/kexec_file.c symbol __x64_sys_kexec_file_load event kexec_file_load if CONFIG_KEXEC_FILE
        ",
    );
    // fs/exec.c had it up to 6.12; x86_64's row names no entry.
    check(
        "uselib",
        "
        i386 6.12 sys_uselib(const char __user * library@0) in fs/exec.c symbol __ia32_sys_uselib event uselib if CONFIG_USELIB
        i386 7.2 7.3 sys_uselib missing no_definition
        i386.compat 7.3 sys_uselib missing no_definition
        alpha 7.3 sys_uselib missing no_definition
        parisc sys_ni_syscall missing ni
        x86_64 nothing missing ni
        ",
    );
}

#[test]
fn personality_is_renamed_after_the_table() {
    // arch/arm64/kernel/sys.c: #define __arm64_sys_personality; the others' tables say it. Of 5.10's powerpc,
    // arch/powerpc/include/asm/ftrace.h takes ppc64_personality for sys_personality.
    check(
        "personality",
        "
        aarch64 sys_arm64_personality(unsigned int personality@0) in arch/arm64/kernel/sys.c symbol __arm64_sys_arm64_personality event arm64_personality
        arm.compat sys_personality(unsigned int personality@0) in kernel/exec_domain.c symbol __arm64_sys_personality
        x86_64 sys_personality(unsigned int personality@0) in kernel/exec_domain.c symbol __x64_sys_personality event personality
        s390x 5.10 sys_s390_personality(unsigned int personality@0) in arch/s390/kernel/sys_s390.c symbol __s390x_sys_s390_personality event s390_personality
        s390x 6.1 6.12 7.2 7.3 sys_s390_personality(unsigned int personality@0) in arch/s390/kernel/syscall.c symbol __s390x_sys_s390_personality event s390_personality
        powerpc64 5.10 ppc64_personality(unsigned long personality@0) in arch/powerpc/kernel/syscalls.c event personality
        powerpc64 6.1 6.12 7.2 7.3 sys_ppc64_personality(unsigned long personality@0) in arch/powerpc/kernel/syscalls.c event ppc64_personality
        mips_o32.compat sys_32_personality(unsigned long personality@0) in arch/mips/kernel/linux32.c
        ",
    );
}

#[test]
fn calls_of_one_architecture_come_out_whole() {
    // arch/riscv/kernel/sys_hwprobe.c (in 6.12 before 7.2 as well)
    check(
        "riscv_hwprobe",
        "
        riscv64 6.12 7.2 7.3 sys_riscv_hwprobe(struct riscv_hwprobe __user * pairs@0, size_t pair_count@1, size_t cpusetsize@2, unsigned long __user * cpus@3, unsigned int flags@4) in arch/riscv/kernel/sys_hwprobe.c symbol __riscv_sys_riscv_hwprobe event riscv_hwprobe
        riscv32 6.12 7.2 7.3 sys_riscv_hwprobe(struct riscv_hwprobe __user * pairs@0, size_t pair_count@1, size_t cpusetsize@2, unsigned long __user * cpus@3, unsigned int flags@4) in arch/riscv/kernel/sys_hwprobe.c symbol __riscv_sys_riscv_hwprobe event riscv_hwprobe
        ",
    );
    // arch/s390/pci/pci_mmio.c: arch/s390/Kbuild has obj-$(CONFIG_PCI) += pci/
    check(
        "s390_pci_mmio_write",
        "
        s390x sys_s390_pci_mmio_write(unsigned long mmio_addr@0, const void __user * user_buffer@1, size_t length@2) in arch/s390/pci/pci_mmio.c symbol __s390x_sys_s390_pci_mmio_write event s390_pci_mmio_write if CONFIG_PCI
        ",
    );
    // arch/powerpc/platforms/cell/spu_syscalls.c: obj-$(CONFIG_PPC_CELL) += cell/, obj-$(CONFIG_SPU_BASE)
    check(
        "spu_create",
        "
        powerpc64 sys_spu_create(const char __user * name@0, unsigned int flags@1, umode_t mode@2, int neighbor_fd@3) in arch/powerpc/platforms/cell/spu_syscalls.c event spu_create if CONFIG_PPC_CELL && CONFIG_SPU_BASE
        ",
    );
    // arch/alpha/kernel/osf_sys.c
    check(
        "osf_getsysinfo",
        "
        alpha sys_osf_getsysinfo(unsigned long op@0, void __user * buffer@1, unsigned long nbytes@2, int __user * start@3, void __user * arg@4) in arch/alpha/kernel/osf_sys.c
        ",
    );
    // arch/mips/kernel/syscall.c; its name is without __sys_ for arch/mips/include/asm/ftrace.h since 5.19
    check(
        "sysmips",
        "
        mips_o32 5.10 __sys_sysmips(long cmd@0, long arg1@1, long arg2@2) in arch/mips/kernel/syscall.c
        mips_o32 6.1 6.12 7.2 7.3 __sys_sysmips(long cmd@0, long arg1@1, long arg2@2) in arch/mips/kernel/syscall.c event sysmips
        mips_n64 7.3 __sys_sysmips(long cmd@0, long arg1@1, long arg2@2) in arch/mips/kernel/syscall.c event sysmips
        ",
    );
    // arch/alpha/Kconfig: each machine but Jensen has FORCE_PCI, and Jensen builds pci-noop.c (arch/alpha/kernel/Makefile):
    // one of the two is always there.
    check(
        "pciconfig_iobase",
        "
        alpha sys_pciconfig_iobase(long which@0, unsigned long bus@1, unsigned long dfn@2) in arch/alpha/kernel/pci.c
        ",
    );
    // arch/mips/Kconfig: SYS_SUPPORTS_NUMA is selected by SGI_IP27 and MACH_LOONGSON64, which run 64-bit kernels only.
    check(
        "set_mempolicy",
        "
        mips_o32 sys_set_mempolicy missing not_on_this_arch
        mips_n64 sys_set_mempolicy(int mode@0, const unsigned long __user * nmask@1, unsigned long maxnode@2) in mm/mempolicy.c event set_mempolicy if CONFIG_NUMA
        ",
    );
    // arch/openrisc/kernel/entry.S, arch/openrisc/include/asm/syscalls.h
    check(
        "or1k_atomic",
        "
        openrisc sys_or1k_atomic(unsigned long type@0, unsigned long * v1@1, unsigned long * v2@2) in arch/openrisc/kernel/entry.S
        ",
    );
}
