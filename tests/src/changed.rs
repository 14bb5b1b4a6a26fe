//! The newer fixture as it might be some releases later: many changes at once, so that one could hide another.

use crate::Tree;

const X86_64: &str = "arch/x86/entry/syscalls/syscall_64.tbl";
const I386: &str = "arch/x86/entry/syscalls/syscall_32.tbl";

/// The later kernel.
pub fn changed() -> Tree {
    let tree = Tree::of("kernel");
    tree.replace("Makefile", "PATCHLEVEL = 4", "PATCHLEVEL = 5");
    abis(&tree);
    rows(&tree);
    prototypes(&tree);
    functions(&tree);
    headers(&tree);
    tree
}

fn abis(tree: &Tree) {
    tree.remove_folder("arch/alpha").remove("arch/riscv/include/asm/compat.h");
}

/// Numbers and names: also of a call that changes in other ways, too.
fn rows(tree: &Tree) {
    tree.replace(X86_64, "4\tcommon\tstat\t", "4\tcommon\tnewstat\t");
    tree.replace(X86_64, "39\tcommon\tgetpid\t\t\tsys_getpid", "39\tcommon\tgettid\t\t\tsys_gettid");
    tree.replace(X86_64, "60\tcommon\texit", "61\tcommon\texit");
    tree.replace(X86_64, "174\t64\tcreate_module\n", "");
    tree.replace(X86_64, "202\tcommon\tfutex\t\t\tsys_futex", "202\tcommon\tfutex\t\t\tsys_ni_syscall");
    // Two calls that exchange their numbers have each another one, and none is reused.
    tree.replace(X86_64, "335\tcommon\turetprobe", "337\tcommon\turetprobe");
    tree.replace(X86_64, "336\tcommon\tuprobe", "335\tcommon\tuprobe");
    tree.replace(X86_64, "337\tcommon\turetprobe", "336\tcommon\turetprobe");
    tree.append("arch/powerpc/include/uapi/asm/unistd.h", "#define __NR_llseek __NR__llseek\n");
    tree.append("kernel/calls.c", "SYSCALL_DEFINE0(gettid)\n{\n}\n");
    // A row that led nowhere makes room for a call.
    tree.replace(I386, "17\ti386\tbreak", "17\ti386\tlchown\t\t\tsys_lchown");
    tree.replace(I386, "86\ti386\tuselib\t\t\tsys_uselib", "86\ti386\tuselib\t\t\tsys_ni_syscall");
    tree.replace("scripts/syscall.tbl", "172\tcommon\tgetpid\t\t\tsys_getpid\n", "");
    tree.append("scripts/syscall.tbl", "470\tcommon\tgettid\t\t\tsys_gettid\n471\tcommon\tfuture\t\t\tsys_future\n");
}

fn prototypes(tree: &Tree) {
    let calls = "fs/calls.c";
    // The renamed call: its parameter has another name and more of it is `const`.
    tree.replace(
        calls,
        "SYSCALL_DEFINE2(newstat, const char __user *, filename, struct stat __user *, statbuf)\n{\n}\nCOMPAT",
        "SYSCALL_DEFINE2(newstat, const char __user *, path, const struct stat __user *, statbuf)\n{\n}\nCOMPAT",
    );
    tree.replace(calls, "struct statfs __user *, buf", "struct statx __user *, buf");
    tree.replace(calls, "SYSCALL_DEFINE4(renameat", "SYSCALL_DEFINE5(renameat");
    tree.replace(calls, "__user *, newname)", "__user *, newname, unsigned int, flags)");
    let read_write = "fs/read_write.c";
    tree.replace(read_write, "SYSCALL_DEFINE3(readv, unsigned long, fd", "SYSCALL_DEFINE3(readv, int, fd");
    tree.replace(read_write, "unsigned long, vlen", "size_t, vlen");
    tree.replace(read_write, "off_t, offset, unsigned int, whence", "unsigned int, whence, off_t, offset");
    tree.replace("kernel/calls.c", "bpf, int, cmd", "bpf, unsigned int, cmd");
    let csky = "arch/csky/kernel/syscall.c";
    tree.replace(csky, "set_thread_area, unsigned long, addr", "set_thread_area, void __user *, addr");
    tree.replace(
        csky,
        "SYSCALL_DEFINE3(cacheflush, void __user *, addr, unsigned long, bytes, int, cache)",
        "SYSCALL_DEFINE2(cacheflush, unsigned int, op, struct range __user *, ranges)",
    );
    tree.replace(
        csky,
        "SYSCALL_DEFINE4(csky_fadvise64_64, int, fd, int, advice, loff_t, offset,",
        "SYSCALL_DEFINE5(csky_fadvise64_64, int, fd, int, advice, SC_ARG64(offset),",
    );
    tree.replace(
        "arch/parisc/kernel/sys_parisc.c",
        "size_t count,\n\t\t\t\t  unsigned int high, unsigned int low",
        "size_t count,\n\t\t\t\t  unsigned int low, unsigned int high",
    );
    tree.replace("arch/arm64/kernel/sys32.c", "u32, __pad, arg_u32p(pos)", "arg_u32p(pos), u32, __pad");
}

/// What is built where, and what a tracer finds of it.
fn functions(tree: &Tree) {
    let wrapper = "arch/x86/include/asm/syscall_wrapper.h";
    tree.replace(wrapper, "#define X32(stub, name) stub(x64, name)", "#define X32(stub, name) stub(x32, name)");
    tree.replace(wrapper, "long __do_compat_sys_##name(type arg)", "long __do_sys_compat_##name(type arg)");
    tree.replace("arch/sparc/Kconfig", "\tselect HAVE_SYSCALL_TRACEPOINTS\n", "");
    tree.replace("arch/x86/kernel/Makefile", "obj-$(CONFIG_X86_USER_SHADOW_STACK) += shstk.o", "obj-y += shstk.o");
    tree.append("Kconfig", "\nconfig OLD_MMAP\n\tbool \"an mmap of one argument\"\n");
    tree.replace("mm/calls.c", "SYSCALL_DEFINE1(old_mmap", "#ifdef CONFIG_OLD_MMAP\nSYSCALL_DEFINE1(old_mmap");
    tree.replace("mm/calls.c", "SYSCALL_DEFINE1(memfd_secret", "#endif\nSYSCALL_DEFINE1(memfd_secret");
    tree.replace(
        "arch/mips/kernel/syscalls/syscall_o32.tbl",
        "2\to32\tfork\t\t\t__sys_fork",
        "2\to32\tfork\t\t\tsys_fork",
    );
    let personality = "SYSCALL_DEFINE1(personality, unsigned int, personality)\n{\n}\n";
    tree.replace("kernel/calls.c", personality, "").write("kernel/exec_domain.c", personality);
    tree.replace("kernel/Makefile", "calls.o fork.o", "calls.o exec_domain.o fork.o");
}

/// What headers define: each structure changes in its own way, and one in several.
fn headers(tree: &Tree) {
    let probe = "arch/x86/include/uapi/asm/stat_probe.h";
    let mut text = String::from_utf8(tree.bytes(probe)).expect("UTF-8");
    let mut change = |from: &str, to: &str| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {probe}");
        text = text.replace(from, to);
    };
    change("LEVEL 3", "LEVEL 4");
    change("#define PROBE_WORDS 8\n", "#define PROBE_BYTES 8\n");
    change("PROBE_MAX 7", "PROBE_MAX 8");
    change("#define PROBE_SHARE 5\n", "");
    change("HINT 2", "HINT 2U");
    change("'p', 1, struct probe_moved)", "'p', 2, struct probe_sort)");
    change("\tunsigned long long flags;\n", "\tunsigned long long flags;\n\tunsigned long long pidfd;\n");
    change(
        "\tunsigned int second;\n};\n\nstruct probe_moved",
        "\tunsigned int second, third;\n};\n\nstruct probe_moved",
    );
    change("\tunsigned int first;\n\tunsigned int __pad;\n", "\tunsigned int __pad;\n\tunsigned int first;\n");
    change("\tunsigned int second;\n\tchar name[8];", "\tchar name[8];\n\tunsigned int more;");
    change("name[16]", "name[24]");
    change("struct probe_sort {\n\tunsigned int value;", "struct probe_sort {\n\tint value;");
    change("\tunsigned int id;\n\tunsigned int old_name;", "\tprobe_id id;\n\tunsigned int new_name;");
    change("\tunsigned int __reserved[3];", "\tunsigned int flags;\n\tunsigned int __reserved[2];");
    change("\t\tunsigned int other;\n", "");
    change("values[1]", "values[]");
    change("values[4];\n}", "values[4];\n} __attribute__((aligned(16)))");
    change("struct probe_lone {", "struct probe_late {");
    change("struct probe_home {\n\tunsigned int value;\n};\n", "");
    change("\tunsigned int value;\n\tunsigned int __pad;", "\tunsigned int value;\n\tunsigned short __pad[2];");
    tree.write(probe, text);
    let homes = "#define PROBE_SHARE 5\nstruct probe_home {\n\tunsigned int value;\n};\n";
    tree.write("arch/x86/include/uapi/asm/stat_homes.h", homes);
    tree.write("arch/x86/include/uapi/asm/fcntl.h", "#define O_PROBE 64\n#define O_PROBE_PATH 128\n");
}
