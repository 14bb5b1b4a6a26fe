//! Each call whose arguments mean what another argument says, and that no entry of `data/curated/choices/` lacks one.

#[path = "../../syscall-meta/tests/decoding/mod.rs"]
mod decoding;

use std::collections::BTreeSet;
use std::fs;

use decoding::{Calls, Pack};
use syscall_meta::Abi;
use syscall_meta_tests::root;

const A: u64 = 0x1000;
const B: u64 = 0x2000;
const C: u64 = 0x3000;

fn files(calls: &mut Calls) {
    calls.call("open", &[A, 0o101, 0o640]).has(A, "f\0").returns(3, r#"open("f", O_WRONLY|O_CREAT, 0640) = 3"#);
    calls.call("openat", &[4, A, 0]).has(A, "f\0").returns(3, r#"openat(4, "f", O_RDONLY) = 3"#);
    // O_TMPFILE holds O_DIRECTORY.
    let tmpfile = r#"openat(4, "d", O_RDWR|O_TMPFILE, 0600) = 3"#;
    calls.call("openat", &[4, A, 0o20_200_002, 0o600]).has(A, "d\0").returns(3, tmpfile);
    let attributes = Pack::le().u64(0).u64(10).u64(8192).u64(0).to(64);
    calls.call("mq_open", &[A, 0o102, 0o600, B]).has(A, "q\0").has(B, attributes).returns(
        3,
        r#"mq_open("q", O_RDWR|O_CREAT, 0600, {mq_flags=0, mq_maxmsg=10, mq_msgsize=8192, mq_curmsgs=0}) = 3"#,
    );
    calls.call("mq_open", &[A, 0, 7, 7]).has(A, "q\0").returns(3, r#"mq_open("q", O_RDONLY) = 3"#);
    calls
        .call("mknod", &[A, 0o020_600, 0x103])
        .has(A, "n\0")
        .returns(0, r#"mknod("n", S_IFCHR|0600, makedev(0x1, 0x3)) = 0"#);
    calls.call("mknodat", &[3, A, 0o010_600, 7]).has(A, "n\0").returns(0, r#"mknodat(3, "n", S_IFIFO|0600) = 0"#);
    calls.call("fcntl", &[3, 0, 10]).returns(10, "fcntl(3, F_DUPFD, 10) = 10");
    calls.call("fcntl", &[3, 4, 0x800]).returns(0, "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0");
    calls.call("fcntl", &[3, 1, 7]).returns(0, "fcntl(3, F_GETFD) = 0");
    let lock = Pack::le().u16(1).u16(0).u32(0).u64(10).u64(20).u32(0).u32(0);
    calls
        .call("fcntl", &[3, 6, A])
        .has(A, lock)
        .returns(0, "fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=10, l_len=20}) = 0");
    calls
        .call("fcntl", &[3, 16, A])
        .leaves(A, Pack::le().u32(1).u32(7))
        .returns(0, "fcntl(3, F_GETOWN_EX, {type=F_OWNER_PID, pid=7}) = 0");
    let handle = Pack::le().u32(8).u32(0).raw(b"12345678");
    calls
        .call("name_to_handle_at", &[4, A, B, C, 0])
        .has(A, "f\0")
        .has(B, &handle)
        .leaves(C, Pack::le().u32(30))
        .returns(0, r#"name_to_handle_at(4, "f", {handle_bytes=8, handle_type=0, f_handle="12345678"}, [30], 0) = 0"#);
    calls.call("execveat", &[4, A, 0, 0, 0]).has(A, "x\0").returns(0, r#"execveat(4, "x", NULL, NULL, 0) = 0"#);
    calls.call("sysfs", &[1, A]).has(A, "proc\0").returns(2, r#"sysfs(1, "proc") = 2"#);
    calls.call("sysfs", &[2, 3, A]).leaves(A, "proc\0").returns(0, r#"sysfs(2, 3, "proc") = 0"#);
    calls.call("sysfs", &[3]).returns(40, "sysfs(3) = 40");

    calls.on(Abi::I386);
    let lock = Pack::le().u16(0).u16(0).u64(10).u64(20).u32(0);
    calls
        .call("fcntl64", &[3, 13, A])
        .has(A, lock)
        .returns(0, "fcntl64(3, F_SETLK64, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=10, l_len=20}) = 0");
    calls.on(Abi::ArmOabi).compat().call("fcntl64", &[3, 3]).returns(2, "fcntl64(3, F_GETFL) = 0x2 (flags O_RDWR)");
}

fn requests(calls: &mut Calls) {
    calls
        .call("ioctl", &[0, 0x5413, A])
        .leaves(A, Pack::le().u16(24).u16(80).u16(0).u16(0))
        .returns(0, "ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
    // Plain numbers, as the oldest drivers have them.
    calls.call("ioctl", &[3, 0x4c01, 0]).returns(0, "ioctl(3, LOOP_CLR_FD) = 0");
    calls.call("ioctl", &[3, 0x5309, 0]).returns(0, "ioctl(3, CDROMEJECT) = 0");
    calls.call("ioctl", &[3, 0x5421, A]).has(A, Pack::le().u32(1)).returns(0, "ioctl(3, FIONBIO, [1]) = 0");
    // The request says which member of a union it is, and how large.
    let interface = |value: Pack| Pack::le().raw(b"lo").to(16).raw(value.as_ref()).to(40);
    calls
        .call("ioctl", &[3, 0x8913, A])
        .has(A, interface(Pack::le()))
        .leaves(A, interface(Pack::le().u16(0x49)))
        .returns(0, r#"ioctl(3, SIOCGIFFLAGS, {ifr_name="lo", ifr_flags=IFF_UP|IFF_LOOPBACK|IFF_RUNNING}) = 0"#);
    calls
        .call("ioctl", &[3, 0x8922, A])
        .has(A, interface(Pack::le().u32(9000).u32(7)))
        .returns(0, r#"ioctl(3, SIOCSIFMTU, {ifr_name="lo", ifr_mtu=9000}) = 0"#);
    let mask = Pack::le().u16(2).u16(0).raw(&[255, 0, 0, 0]).to(16);
    calls.call("ioctl", &[3, 0x891b, A]).has(A, interface(Pack::le())).leaves(A, interface(mask)).returns(
        0,
        r#"ioctl(3, SIOCGIFNETMASK, {ifr_name="lo", ifr_netmask={sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("255.0.0.0")}}) = 0"#,
    );
    calls.call("ioctl", &[3, 0x4004_9409, 4]).returns(0, "ioctl(3, BTRFS_IOC_CLONE or FICLONE, 4) = 0");
}

fn memory(calls: &mut Calls) {
    let moved = "mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x3000) = 0x3000";
    calls.call("mremap", &[A, 4096, 8192, 3, C]).returns(C as i64, moved);
    calls
        .call("get_mempolicy", &[A, 0, 0, B, 1])
        .leaves(A, Pack::le().u32(2))
        .returns(0, "get_mempolicy([2], NULL, 0, 0x2000, MPOL_F_NODE) = 0");
    calls
        .call("get_mempolicy", &[A, 0, 0, 0, 0])
        .leaves(A, Pack::le().u32(2))
        .returns(0, "get_mempolicy([MPOL_BIND], NULL, 0, NULL, 0) = 0");
}

fn mounts(calls: &mut Calls) {
    calls
        .call("fsconfig", &[3, 1, A, B, 0])
        .has(A, "source\0")
        .has(B, "/dev/sda\0")
        .returns(0, r#"fsconfig(3, FSCONFIG_SET_STRING, "source", "/dev/sda") = 0"#);
    calls.call("fsconfig", &[3, 6, 0, 7, 7]).returns(0, "fsconfig(3, FSCONFIG_CMD_CREATE, NULL) = 0");
    let block = Pack::le().u64(1).u64(2).u64(3).u64(4).u64(5).u64(6).u64(7).u64(8).u32(63).to(72);
    // The command stands above the type, whose id is a user.
    calls.call("quotactl", &[0x8000_0700, A, 1000, B]).has(A, "/dev/sda\0").leaves(B, &block).returns(
        0,
        "quotactl(Q_GETQUOTA<<8|USRQUOTA, \"/dev/sda\", 1000, {dqb_bhardlimit=1, dqb_bsoftlimit=2, dqb_curspace=3, \
         dqb_ihardlimit=4, dqb_isoftlimit=5, dqb_curinodes=6, ...}) = 0",
    );
    calls.call("quotactl_fd", &[3, 0x8000_0101, 0, 0]).returns(0, "quotactl_fd(3, Q_SYNC<<8|GRPQUOTA) = 0");
}

fn sockets(calls: &mut Calls) {
    calls.call("socket", &[16, 3, 15]).returns(3, "socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) = 3");
    calls
        .call("socketpair", &[1, 1, 0, A])
        .leaves(A, Pack::le().u32(3).u32(4))
        .returns(0, "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0");
    calls
        .call("getsockopt", &[3, 1, 4, A, B])
        .has(B, Pack::le().u32(4))
        .leaves(A, Pack::le().u32(111))
        .returns(0, "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0");
    calls
        .call("setsockopt", &[3, 6, 1, A, 4])
        .has(A, Pack::le().u32(1))
        .returns(0, "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0");
    calls
        .call("setsockopt", &[3, 1, 13, A, 8])
        .has(A, Pack::le().u32(1).u32(5))
        .returns(0, "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0");
    let words = Pack::le().u32(3).u32(C as u32).u32(110);
    for compat in [false, true] {
        calls.on(Abi::I386);
        if compat {
            calls.compat();
        }
        calls
            .call("socketcall", &[2, B])
            .has(B, &words)
            .has(C, Pack::le().u16(1).raw(b"/s").to(110))
            .returns(0, r#"bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 110) = 0"#);
        calls.call("socketcall", &[2, 0x10]).fails(14, "socketcall(SYS_BIND, 0x10) = -1 EFAULT (Bad address)");
    }
    calls
        .on(Abi::ArmOabi)
        .call("socketcall", &[1, B])
        .has(B, Pack::le().u32(2).u32(1).u32(0))
        .returns(3, "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3");
}

fn ipc(calls: &mut Calls) {
    calls.call("msgctl", &[5, 0, 0]).returns(0, "msgctl(5, IPC_RMID) = 0");
    calls.call("shmctl", &[5, 11, 0]).returns(0, "shmctl(5, SHM_LOCK) = 0");
    calls.call("semctl", &[5, 1, 12, 0]).returns(3, "semctl(5, 1, GETVAL) = 3");
    // The calls of their own that some ABIs have take the old commands, too.
    calls.on(Abi::Arm);
    calls.call("msgctl", &[5, 0, 7]).returns(0, "msgctl(5, IPC_RMID) = 0");
    calls.call("shmctl", &[5, 0, 7]).returns(0, "shmctl(5, IPC_RMID) = 0");
    calls.call("semctl", &[5, 1, 12, 7]).returns(3, "semctl(5, 1, GETVAL) = 3");
    // Where all is behind one number.
    calls.on(Abi::I386);
    calls.call("ipc", &[23, 0, 4096, 0o600]).returns(5, "shmget(IPC_PRIVATE, 4096, 0600) = 5");
    calls.compat().call("ipc", &[2, 0, 3, 0o600]).returns(5, "semget(IPC_PRIVATE, 3, 0600) = 5");
    calls.on(Abi::ArmOabi).call("ipc", &[13, 0, 0o600]).returns(5, "msgget(IPC_PRIVATE, 0600) = 5");
    calls.on(Abi::S390x).call("ipc", &[13, 0, 0o600]).returns(5, "msgget(IPC_PRIVATE, 0600) = 5");
    calls.on(Abi::S390).call("ipc", &[13, 0, 0o600]).returns(5, "msgget(IPC_PRIVATE, 0600) = 5");
    calls.on(Abi::Sparc64).call("ipc", &[13, 0, 0o600]).returns(5, "msgget(IPC_PRIVATE, 0600) = 5");
    calls.on(Abi::Sparc).call("semctl", &[5, 1, 12, 0]).returns(3, "semctl(5, 1, GETVAL) = 3");
}

fn clones(calls: &mut Calls) {
    // CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, as fork makes it, and all that a thread has.
    const FORK: u64 = 0x0120_0011;
    const THREAD: u64 = 0x003d_0f00;
    let forked = "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, \
     child_tidptr=0x3000) = 7";
    let thread = "clone(child_stack=0x8000, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|\
                  CLONE_SYSVSEM|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, parent_tid=[7], tls=0x9000, \
                  child_tidptr=0x3000) = 7";
    // The order of the words: flags, stack, parent, child, tls, and others where an architecture has them so.
    for (abi, fork, words) in [
        (Abi::X86_64, [FORK, 0, 0, C, 0, 0], [THREAD, 0x8000, A, C, 0x9000, 0]),
        (Abi::Riscv64, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
        (Abi::Aarch64, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
        (Abi::Arm, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
        (Abi::S390x, [0, FORK, 0, C, 0, 0], [0x8000, THREAD, A, C, 0x9000, 0]),
        (Abi::Microblaze, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, 4096, A, C, 0x9000]),
        (Abi::Powerpc, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
        (Abi::Alpha, [FORK, 0, 0, C, 0, 0], [THREAD, 0x8000, A, C, 0x9000, 0]),
        (Abi::MipsN64, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
        (Abi::Parisc, [FORK, 0, 0, 0, C, 0], [THREAD, 0x8000, A, 0x9000, C, 0]),
    ] {
        calls.on(abi);
        let tid = calls.pack().u32(7);
        // SIGCHLD has another number on some.
        let signal = match abi {
            Abi::Alpha => 20,
            Abi::MipsN64 | Abi::Parisc => 18,
            _ => 17,
        };
        calls
            .call("clone", &fork.map(|word| if word == FORK { FORK & !0xff | signal } else { word }))
            .returns(7, forked);
        calls.call("clone", &words).leaves(A, tid).returns(7, thread);
    }
    calls
        .on(Abi::Ia64)
        .call("clone2", &[0x111, 0x8000, 4096, 7, 7, 7])
        .returns(7, "clone2(child_stack=0x8000, stack_size=0x1000, flags=CLONE_VM|SIGCHLD) = 7");
    calls
        .on(Abi::I386)
        .compat()
        .call("clone", &[0x11, 0, 0, 0, 0])
        .returns(7, "clone(child_stack=NULL, flags=SIGCHLD) = 7");
    calls
        .on(Abi::Powerpc)
        .compat()
        .call("clone", &[0x11, 0, 0, 0, 0])
        .returns(7, "clone(child_stack=NULL, flags=SIGCHLD) = 7");
    calls.on(Abi::Arc).call("clone", &[0x11, 0, 0, 0, 0]).returns(7, "clone(child_stack=NULL, flags=SIGCHLD) = 7");
}

fn processes(calls: &mut Calls) {
    calls.call("waitid", &[3, 5, 0, 4, 0]).returns(0, "waitid(P_PIDFD, 5, NULL, WEXITED, NULL) = 0");
    calls.call("waitid", &[0, 5, 0, 4, 0]).returns(0, "waitid(P_ALL, 0x5, NULL, WEXITED, NULL) = 0");
    calls.call("getpriority", &[2, 0xffff_ffff]).returns(20, "getpriority(PRIO_USER, -1) = 20");
    calls.call("setpriority", &[0, 77, 5]).returns(0, "setpriority(PRIO_PROCESS, 77, 5) = 0");
    calls.call("ioprio_get", &[1, 77]).returns(0, "ioprio_get(IOPRIO_WHO_PROCESS, 77) = 0 (IOPRIO_CLASS_NONE)");
    calls
        .call("ioprio_set", &[3, 1000, 0x4004])
        .returns(0, "ioprio_set(IOPRIO_WHO_USER, 1000, IOPRIO_CLASS_BE<<13|4) = 0");
    calls.call("ptrace", &[0, 0, 7, 7]).returns(0, "ptrace(PTRACE_TRACEME, 0) = 0");
    calls.call("ptrace", &[7, 77, 0, 19]).returns(0, "ptrace(PTRACE_CONT, 77, 0, SIGSTOP) = 0");
    calls
        .call("ptrace", &[1, 77, A, B])
        .leaves(B, Pack::le().u64(0x90))
        .returns(0, "ptrace(PTRACE_PEEKTEXT, 77, 0x1000, [0x90]) = 0");
    calls.call("ptrace", &[0x4200, 77, 0, 1]).returns(0, "ptrace(PTRACE_SETOPTIONS, 77, 0, PTRACE_O_TRACESYSGOOD) = 0");
    calls.call("kcmp", &[1, 2, 0, 3, 4]).returns(1, "kcmp(1, 2, KCMP_FILE, 0x3, 0x4) = 1");
    calls.call("kcmp", &[1, 2, 1, 3, 4]).returns(0, "kcmp(1, 2, KCMP_VM) = 0");
    calls.call("prctl", &[15, A]).has(A, "worker\0").returns(0, r#"prctl(PR_SET_NAME, "worker") = 0"#);
    calls.call("prctl", &[16, A]).leaves(A, "worker\0").returns(0, r#"prctl(PR_GET_NAME, "worker") = 0"#);
    calls.call("prctl", &[23, 21]).returns(1, "prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) = 1");
    calls.call("prctl", &[47, 2, 21, 0, 0]).returns(
        0,
        "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, \
     CAP_SYS_ADMIN) = 0",
    );
    calls.call("arch_prctl", &[0x1002, A]).returns(0, "arch_prctl(ARCH_SET_FS, 0x1000) = 0");
    calls
        .call("arch_prctl", &[0x1003, A])
        .leaves(A, Pack::le().u64(0x7f00_0000_0740))
        .returns(0, "arch_prctl(ARCH_GET_FS, [0x7f0000000740]) = 0");
    calls.call("modify_ldt", &[0, A, 16]).leaves(A, "abcdefgh").returns(8, r#"modify_ldt(0, "abcdefgh", 16) = 8"#);
    calls.call("membarrier", &[0, 0, 0]).returns(
        3,
        "membarrier(MEMBARRIER_CMD_QUERY, 0, 0) = 0x3 \
     (MEMBARRIER_CMD_GLOBAL|MEMBARRIER_CMD_GLOBAL_EXPEDITED)",
    );
    calls
        .call("futex", &[A, 0x80, 5, B])
        .has(A, Pack::le().u32(5))
        .has(B, Pack::le().u64(1).u64(0))
        .returns(0, "futex(0x1000, FUTEX_WAIT_PRIVATE, 5, {tv_sec=1, tv_nsec=0}) = 0");
    calls.call("futex", &[A, 3, 1, 2, B]).returns(1, "futex(0x1000, FUTEX_REQUEUE, 1, 2, 0x2000) = 1");
    calls
        .call("futex_wait", &[A, 5, 1, 2, 0, 1])
        .has(A, Pack::le().u32(5))
        .returns(0, "futex_wait(0x1000, 5, 0x1, FUTEX2_SIZE_U32, NULL, CLOCK_MONOTONIC) = 0");
    calls.call("futex_wake", &[A, 1, 1, 2]).returns(1, "futex_wake(0x1000, 0x1, 1, FUTEX2_SIZE_U32) = 1");
    calls
        .call("perf_event_open", &[A, 5, 0, u64::MAX, 4])
        .returns(3, "perf_event_open(0x1000, 5, 0, -1, PERF_FLAG_PID_CGROUP) = 3");
    let program = Pack::le().u16(1).to(8).u64(B);
    calls.call("seccomp", &[1, 8, A]).has(A, program).has(B, Pack::le().u16(6).u8(0).u8(0).u32(0x7fff_0000)).returns(
        3,
        "seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, {len=1, filter=[{code=0x6, jt=0, \
         jf=0, k=0x7fff0000}]}) = 3",
    );
    calls.call("reboot", &[0xfee1_dead, 0x2812_1969, 0x0123_4567, 7]).fails(
        1,
        "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART) = -1 EPERM (Operation not \
         permitted)",
    );
    calls.call("syslog", &[10, 7, 7]).returns(4096, "syslog(SYSLOG_ACTION_SIZE_BUFFER) = 4096");
    calls.call("syslog", &[8, 7, 4]).returns(0, "syslog(SYSLOG_ACTION_CONSOLE_LEVEL, 0x7, 4) = 0");
    calls.on(Abi::I386).call("vm86", &[3, 0x0f02]).returns(0, "vm86(VM86_REQUEST_IRQ, 0xf02) = 0");
    calls.on(Abi::Alpha).call("getpriority", &[0, 77]).returns(-10_000, "getpriority(PRIO_PROCESS, 77) = -10000");
    calls.on(Abi::Ia64).call("getpriority", &[0, 77]).returns(20, "getpriority(PRIO_PROCESS, 77) = 20");
    calls.on(Abi::Powerpc).call("futex", &[A, 1, 1]).returns(1, "futex(0x1000, FUTEX_WAKE, 1) = 1");
}

fn security(calls: &mut Calls) {
    calls
        .call("keyctl", &[11, 0x1234, A, 16])
        .leaves(A, "secret\0\0\0\0\0\0\0\0\0\0")
        .returns(6, r#"keyctl(KEYCTL_READ, 4660, "secret", 16) = 6"#);
    calls.call("keyctl", &[1, A]).has(A, "ses\0").returns(99, r#"keyctl(KEYCTL_JOIN_SESSION_KEYRING, "ses") = 99"#);
    calls
        .call("landlock_create_ruleset", &[0, 0, 1])
        .returns(6, "landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) = 6");
    calls.call("landlock_add_rule", &[3, 1, A, 0]).has(A, Pack::le().u64(4).u32(5)).returns(
        0,
        "landlock_add_rule(3, LANDLOCK_RULE_PATH_BENEATH, {allowed_access=LANDLOCK_ACCESS_FS_READ_FILE, \
         parent_fd=5}, 0) = 0",
    );
    calls.call("landlock_add_rule", &[3, 2, A, 0]).has(A, Pack::le().u64(1).u64(443)).returns(
        0,
        "landlock_add_rule(3, LANDLOCK_RULE_NET_PORT, {allowed_access=LANDLOCK_ACCESS_NET_BIND_TCP, port=443}, 0) = 0",
    );
    let lookup = Pack::le().u32(3).u32(0).u64(B).u64(C).u64(0);
    calls
        .call("bpf", &[1, A, 32])
        .has(A, &lookup)
        .leaves(A, lookup)
        .returns(0, "bpf(BPF_MAP_LOOKUP_ELEM, {map_fd=3, key=0x2000, value=0x3000, flags=BPF_ANY}, 32) = 0");
}

fn devices(calls: &mut Calls) {
    calls
        .call("io_uring_enter", &[3, 1, 1, 1, A, 8])
        .has(A, Pack::le().u64(1))
        .returns(1, "io_uring_enter(3, 1, 1, IORING_ENTER_GETEVENTS, [HUP], 8) = 1");
    calls.call("io_uring_enter", &[3, 1, 0, 0, 7, 7]).returns(1, "io_uring_enter(3, 1, 0, 0, 0x7, 7) = 1");
    calls
        .call("io_uring_register", &[3, 2, A, 2])
        .has(A, Pack::le().u32(5).i32(-1))
        .returns(0, "io_uring_register(3, IORING_REGISTER_FILES, [5, -1], 2) = 0");
}

fn architectures(calls: &mut Calls) {
    calls.on(Abi::MipsO32).call("sysmips", &[7, 1, 0]).returns(0, "sysmips(MIPS_FIXADE, 0x1) = 0");
    calls.on(Abi::MipsO32).call("syscall", &[4020]).returns(7, "getpid() = 7");
    calls.on(Abi::Alpha);
    calls
        .call("osf_getsysinfo", &[45, A, 8])
        .leaves(A, Pack::le().u64(0))
        .returns(1, "osf_getsysinfo(GSI_IEEE_FP_CONTROL, [0], 8) = 1");
    calls
        .call("osf_setsysinfo", &[14, A, 0])
        .has(A, Pack::le().u64(0))
        .returns(0, "osf_setsysinfo(SSI_IEEE_FP_CONTROL, [0], 0) = 0");
    calls.call("osf_mount", &[1, A, 0, B]).has(A, "/mnt\0").returns(0, r#"osf_mount(1, "/mnt", 0, 0x2000) = 0"#);
    calls.call("pciconfig_iobase", &[0, 1, 2]).returns(0, "pciconfig_iobase(0, 1, 0x2) = 0");
    calls.on(Abi::S390x).call("s390_guarded_storage", &[0, 7]).returns(0, "s390_guarded_storage(GS_ENABLE) = 0");
    calls
        .on(Abi::Sparc64)
        .call("execveat", &[4, A, 0, 0, 0])
        .has(A, "x\0")
        .returns(0, r#"execveat(4, "x", NULL, NULL, 0) = 0"#);
    calls
        .on(Abi::Sparc)
        .compat()
        .call("execveat", &[4, A, 0, 0, 0])
        .has(A, "x\0")
        .returns(0, r#"execveat(4, "x", NULL, NULL, 0) = 0"#);
}

const GROUPS: &[fn(&mut Calls)] =
    &[files, requests, memory, mounts, sockets, ipc, clones, processes, security, devices, architectures];

#[test]
fn every_entry_that_chooses_has_a_call() {
    let mut calls = Calls::new(Abi::X86_64);
    for group in GROUPS {
        group(calls.on(Abi::X86_64));
    }
    calls.check();
    // Entries that kernels had once are told as the newest has them: `ppc_clone`.
    let sides = |abi: &Abi| {
        let calls = abi.table().into_iter().flat_map(|table| table.iter());
        calls.flat_map(|call| [Some(call.side()), call.compat_side()]).flatten()
    };
    let known: BTreeSet<&str> = Abi::ALL.iter().flat_map(sides).filter_map(|side| side.entry()).collect();
    let mut missing = BTreeSet::new();
    for file in fs::read_dir(root().join("data/curated/choices")).expect("choices") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let lists = text.lines().filter_map(|line| line.strip_prefix("- of: [")?.strip_suffix(']'));
        for name in lists.flat_map(|list| list.split(", ")) {
            let forms = [name.to_string(), format!("sys_{name}"), format!("compat_sys_{name}")];
            let is_known = forms.iter().any(|entry| known.contains(entry.as_str()));
            if is_known && !forms.iter().any(|entry| calls.entries.contains(entry)) {
                missing.insert(name.to_string());
            }
        }
    }
    assert!(known.len() > 700, "{}", known.len());
    assert!(missing.is_empty(), "no call has {missing:?}, of {:?}", calls.entries);
}
