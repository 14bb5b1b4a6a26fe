//! The same calls on each ABI: registers, stack and memory as its programs and kernels lay them out.

#![cfg(all(feature = "decode", feature = "all-abis"))]

mod decoding;

use decoding::{Call, Calls, Pack};
use syscall_meta::{Abi, ByteOrder};

const PATH: u64 = 0x1000;
const BUF: u64 = 0x2000;
const MORE: u64 = 0x3000;
const STACK: u64 = 0x7fff_0000;
/// A place in a file whose halves differ: 0x1122334455667788.
const POS: &str = "1234605616436508552";
const WHOLE: u64 = 0x1122_3344_5566_7788;
const HIGH: u64 = 0x1122_3344;
const LOW: u64 = 0x5566_7788;
/// `AT_FDCWD` with its sign in 64 bits.
const AT_FDCWD: u64 = -100_i64 as u64;
/// `AT_FDCWD` in a register of 32 bits, and without its sign in one of 64.
const AT_FDCWD_32: u64 = 0xffff_ff9c;

/// The registers of an ABI by the names that debuggers have: the number's, and those of the words.
struct Machine<'c> {
    calls: &'c mut Calls,
    number: &'static str,
    words: &'static [&'static str],
}

impl Machine<'_> {
    #[track_caller]
    fn call(&mut self, number: u64, words: &[u64]) -> Call<'_> {
        assert!(words.len() <= self.words.len());
        let registers: Vec<_> = [(self.number, number)]
            .into_iter()
            .chain(self.words.iter().copied().zip(words.iter().copied()))
            .chain([("sp", STACK)])
            .collect();
        self.calls.registers(&registers, &[])
    }

    /// A call with words on the stack of mips_o32, from 16 bytes above the stack pointer on.
    #[track_caller]
    fn with_stack(&mut self, number: u64, words: [u64; 4], stack: &[u64]) -> Call<'_> {
        let bytes = stack.iter().fold(self.calls.pack(), |pack, word| pack.number(*word, 4));
        let registers: Vec<_> =
            [(self.number, number), ("sp", STACK)].into_iter().chain(self.words.iter().copied().zip(words)).collect();
        self.calls.registers(&registers, &[(STACK + 16, bytes)])
    }

    fn pack(&self) -> Pack {
        self.calls.pack()
    }

    /// A number of two halves as the machine has them in words behind each other.
    fn halves(&self, high: u64, low: u64) -> [u64; 2] {
        let is_big = self.pack().u16(1).as_ref() == [0, 1];
        if is_big { [high, low] } else { [low, high] }
    }
}

/// The numbers of calls that a 64-bit ABI has.
struct Numbers {
    openat: u64,
    pread64: u64,
    mmap: u64,
    sendfile: u64,
    fadvise64: u64,
    fstat: u64,
    execve: u64,
    clock_gettime: u64,
}

/// `O_CLOEXEC`, `MAP_PRIVATE|MAP_ANONYMOUS`.
#[derive(Clone, Copy)]
struct Flags(u64, u64);

const USUAL: Flags = Flags(0o2_000_000, 0x22);

/// Where a structure has the type of a file and its size, the bytes of that, and the bytes of all.
#[derive(Clone, Copy)]
struct Stat(usize, usize, usize, usize);

impl Stat {
    fn pack(self, pack: Pack) -> Pack {
        let Stat(mode, size, bytes, all) = self;
        if mode < size {
            return pack.to(mode).u32(0o100_644).to(size).number(1234, bytes).to(all);
        }
        pack.to(size).number(1234, bytes).to(mode).u32(0o100_644).to(all)
    }
}

const SHOWN: &str = "{st_mode=S_IFREG|0644, st_size=1234, ...}";

fn opens(m: &mut Machine, number: u64, dfd: u64, flags: Flags) {
    m.call(number, &[dfd, PATH, flags.0, 0])
        .has(PATH, "/etc/hosts\0")
        .returns(3, r#"openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3"#);
}

/// What all ABIs with 64-bit words and pointers do alike.
fn wide(m: &mut Machine, numbers: Numbers, flags: Flags, stat: Stat) {
    opens(m, numbers.openat, AT_FDCWD, flags);
    opens(m, numbers.openat, AT_FDCWD_32, flags);
    m.call(numbers.pread64, &[33, BUF, 4, WHOLE])
        .leaves(BUF, "abcd")
        .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
    m.call(numbers.pread64, &[0xffff_ffff_0000_0021, BUF, 4, -1_i64 as u64])
        .fails(22, "pread64(33, 0x2000, 4, -1) = -1 EINVAL (Invalid argument)");
    let mapped = "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000";
    let mapping = [0, 8192, 3, flags.1, 0xffff_ffff, 0];
    if m.calls.abi() == Abi::S390x {
        // Its words are in memory.
        let block = mapping.iter().fold(m.pack(), |pack, word| pack.u64(*word));
        m.call(numbers.mmap, &[BUF]).has(BUF, block).returns(0x7f00_0000_0000, mapped);
    } else {
        m.call(numbers.mmap, &mapping).returns(0x7f00_0000_0000, mapped);
    }
    let offset = |m: &Machine, at| m.pack().u64(at);
    let (before, after) = (offset(m, 1 << 40), offset(m, (1 << 40) + 512));
    m.call(numbers.sendfile, &[1, 3, BUF, 4096])
        .has(BUF, before)
        .leaves(BUF, after)
        .returns(512, "sendfile(1, 3, [1099511627776 => 1099511628288], 4096) = 512");
    let what = if m.calls.abi() == Abi::S390x { 6 } else { 4 };
    m.call(numbers.fadvise64, &[3, 1 << 32, 5, what])
        .returns(0, "fadvise64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
    let bytes = stat.pack(m.pack());
    let (name, shown) = match m.calls.abi() {
        // Alpha has the size before the type.
        Abi::Alpha => ("fstat64", "{st_size=1234, st_mode=S_IFREG|0644, ...}"),
        _ => ("fstat", SHOWN),
    };
    m.call(numbers.fstat, &[3, BUF]).leaves(BUF, bytes).returns(0, &format!("{name}(3, {shown}) = 0"));
    let argv = m.pack().u64(MORE).u64(MORE + 3).u64(0);
    m.call(numbers.execve, &[PATH, BUF, 0])
        .has(PATH, "/bin/ls\0")
        .has(BUF, argv)
        .has(MORE, "ls\0-l\0")
        .returns(0, r#"execve("/bin/ls", ["ls", "-l"], NULL) = 0"#);
    let time = m.pack().i64(12).i64(34);
    m.call(numbers.clock_gettime, &[1, BUF])
        .leaves(BUF, time)
        .returns(0, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=12, tv_nsec=34}) = 0");
}

/// What all ABIs with 32-bit pointers do alike.
fn narrow(m: &mut Machine, openat: u64, execve: u64, flags: Flags) {
    opens(m, openat, AT_FDCWD_32, flags);
    // An address with the highest bit, as a 64-bit machine may show it, and pointers of 32 bits.
    let argv = m.pack().u32(0x8000_3000).u32(0x8000_3003).u32(0);
    m.call(execve, &[PATH, BUF, 0])
        .has(PATH, "/bin/ls\0")
        .has(BUF, argv)
        .has(0x8000_3000, "ls\0-l\0")
        .returns(0, r#"execve("/bin/ls", ["ls", "-l"], NULL) = 0"#);
}

/// Times of 32 bits, and of 64 with their nanoseconds at the end of their word.
fn clocks(m: &mut Machine, old: u64, new: u64) {
    let (short, long) = (m.pack().u32(12).u32(34), m.pack().u64(1 << 33).u64(34));
    m.call(old, &[1, BUF]).leaves(BUF, short).returns(0, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=12, tv_nsec=34}) = 0");
    m.call(new, &[1, BUF])
        .leaves(BUF, long)
        .returns(0, "clock_gettime64(CLOCK_MONOTONIC, {tv_sec=8589934592, tv_nsec=34}) = 0");
}

fn sends_file_64(m: &mut Machine, number: u64) {
    let (before, after) = (m.pack().u64(1 << 40), m.pack().u64((1 << 40) + 512));
    m.call(number, &[1, 3, BUF, 4096])
        .has(BUF, before)
        .leaves(BUF, after)
        .returns(512, "sendfile64(1, 3, [1099511627776 => 1099511628288], 4096) = 512");
}

fn stats_64(m: &mut Machine, number: u64, stat: Stat) {
    let bytes = stat.pack(m.pack());
    m.call(number, &[3, BUF]).leaves(BUF, bytes).returns(0, &format!("fstat64(3, {SHOWN}) = 0"));
}

/// SIGINT gets a handler, with a mask of SIGINT and SIGTERM, which have one number everywhere.
fn acts(m: &mut Machine, number: u64, words: &[u64], action: Pack, end: &str) {
    m.call(number, words).has(BUF, action).returns(
        0,
        &format!(
            "rt_sigaction(SIGINT, {{sa_handler=0x401000, sa_mask=[INT TERM], sa_flags=SA_RESTART}}, NULL, {end}) = 0"
        ),
    );
}

/// The first four calls behind socketcall and ipc that say most: words in memory, words that trade places.
fn multiplexed(m: &mut Machine, socketcall: u64, ipc: u64, word: usize) {
    let address = m.pack().u16(2).raw(&[0, 53, 8, 8, 8, 8]).to(16);
    let words = m.pack().number(3, word).number(MORE, word).number(16, word);
    m.call(socketcall, &[3, BUF])
        .has(BUF, words)
        .has(MORE, address)
        .returns(0, r#"connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, 16) = 0"#);
    // Some ABIs have no number of their own for these.
    let words = m.pack().number(3, word).number(0, word).number(0, word);
    m.call(socketcall, &[5, BUF]).has(BUF, words).returns(4, "accept(3, NULL, NULL) = 4");
    let words = m.pack().number(3, word).number(MORE, word).number(2, word).number(0x40, word);
    m.call(socketcall, &[9, BUF]).has(BUF, &words).has(MORE, "ok").returns(2, r#"send(3, "ok", 2, MSG_DONTWAIT) = 2"#);
    m.call(socketcall, &[10, BUF])
        .has(BUF, words)
        .leaves(MORE, "on")
        .returns(2, r#"recv(3, "on", 2, MSG_DONTWAIT) = 2"#);
    let operation = m.pack().u16(1).u16(0xffff).u16(0o4000);
    m.call(ipc, &[1, 5, 1, 0, BUF])
        .has(BUF, operation)
        .returns(0, "semop(5, [{sem_num=1, sem_op=-1, sem_flg=IPC_NOWAIT}], 1) = 0");
    m.call(ipc, &[13, 0x1234, 0o1600]).returns(5, "msgget(0x1234, IPC_CREAT|0600) = 5");
    let message = m.pack().number(7, word).raw(b"abcd");
    m.call(ipc, &[11, 5, 3, 0o4000, BUF])
        .has(BUF, &message)
        .returns(0, r#"msgsnd(5, {mtype=7, mtext="abc"}, 3, IPC_NOWAIT) = 0"#);
}

/// msgrcv behind ipc: the message and its type through a structure, and as words with a version of 1.
fn receives(m: &mut Machine, ipc: u64, word: usize, has_versions: bool) {
    let kludge = m.pack().number(MORE, word).number(9, word);
    let message = m.pack().number(7, word).raw(b"abcd");
    m.call(ipc, &[12, 5, 80, 0, BUF])
        .has(BUF, kludge)
        .leaves(MORE, &message)
        .returns(3, r#"ipc(MSGRCV, 5, 80, 0, {msgp={mtype=7, mtext="abc"}, msgtyp=9}) = 3"#);
    if has_versions {
        m.call(ipc, &[0x1_000c, 5, 80, 0, MORE, 9])
            .leaves(MORE, &message)
            .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
    }
}

fn x86(calls: &mut Calls, abi: Abi) -> Machine<'_> {
    calls.on(abi);
    Machine { calls, number: "rax", words: &["rdi", "rsi", "rdx", "r10", "r8", "r9"] }
}

#[test]
fn x86_64() {
    let mut calls = Calls::new(Abi::X86_64);
    let mut m = x86(&mut calls, Abi::X86_64);
    let numbers = Numbers {
        openat: 257,
        pread64: 17,
        mmap: 9,
        sendfile: 40,
        fadvise64: 221,
        fstat: 5,
        execve: 59,
        clock_gettime: 228,
    };
    wide(&mut m, numbers, USUAL, Stat(24, 48, 8, 144));
    let action = Pack::le().u64(0x40_1000).u64(0x1000_0000).u64(0).u64(0x4002);
    acts(&mut m, 13, &[2, BUF, 0, 8], action, "8");
    m.call(70, &[5, BUF, 80, 9, 0])
        .leaves(BUF, Pack::le().u64(7).raw(b"abcd"))
        .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
    m.call(262, &[AT_FDCWD, PATH, BUF, 0x100])
        .has(PATH, "f\0")
        .leaves(BUF, Stat(24, 48, 8, 144).pack(Pack::le()))
        .returns(0, &format!(r#"newfstatat(AT_FDCWD, "f", {SHOWN}, AT_SYMLINK_NOFOLLOW) = 0"#));
    // Beside the words of its own the C library passes the upper half, which a 64-bit kernel does not look at.
    m.call(295, &[33, BUF, 0, WHOLE, 0]).has(BUF, "").returns(0, &format!("preadv(33, [], 0, {POS}) = 0"));
}

#[test]
fn x32() {
    let mut calls = Calls::new(Abi::X32);
    let mut m = x86(&mut calls, Abi::X32);
    const BIT: u64 = 0x4000_0000;
    narrow(&mut m, BIT | 257, BIT | 520, USUAL);
    // Words of 64 bits, with pointers of 32.
    m.call(BIT | 17, &[33, BUF, 4, WHOLE])
        .leaves(BUF, "abcd")
        .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
    m.call(BIT | 9, &[0, 8192, 1, 2, 3, 1 << 32])
        .returns(0xf700_0000, "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x100000000) = 0xf7000000");
    m.call(BIT | 515, &[0, BUF, 1])
        .has(BUF, Pack::le().u32(MORE as u32).u32(4))
        .leaves(MORE, "abcd")
        .returns(3, r#"readv(0, [{iov_base="abc", iov_len=4}], 1) = 3"#);
    m.call(BIT | 228, &[1, BUF])
        .leaves(BUF, Pack::le().i64(1 << 33).i64(34))
        .returns(0, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=8589934592, tv_nsec=34}) = 0");
    m.call(BIT | 5, &[3, BUF])
        .leaves(BUF, Stat(24, 48, 8, 144).pack(Pack::le()))
        .returns(0, &format!("fstat(3, {SHOWN}) = 0"));
    let action = Pack::le().u32(0x40_1000).u32(0x1000_0000).u32(0).u64(0x4002);
    acts(&mut m, BIT | 512, &[2, BUF, 0, 8], action, "8");
}

#[test]
fn i386() {
    let mut calls = Calls::new(Abi::I386);
    for compat in [false, true] {
        calls.on(Abi::I386);
        if compat {
            calls.compat();
        }
        let mut m = Machine { calls: &mut calls, number: "eax", words: &["ebx", "ecx", "edx", "esi", "edi", "ebp"] };
        narrow(&mut m, 295, 11, USUAL);
        clocks(&mut m, 265, 403);
        // Halves in the next two registers, the low one first, whether their place is even or not.
        m.call(180, &[33, BUF, 4, LOW, HIGH])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        m.call(193, &[PATH, LOW, HIGH]).has(PATH, "f\0").returns(0, &format!(r#"truncate64("f", {POS}) = 0"#));
        m.call(272, &[3, 0, 1, 5, 0, 4]).returns(0, "fadvise64_64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
        m.call(250, &[3, 0, 1, 5, 4]).returns(0, "fadvise64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
        m.call(333, &[33, BUF, 0, LOW, HIGH]).returns(0, &format!("preadv(33, [], 0, {POS}) = 0"));
        m.call(140, &[3, 1, 2, BUF, 0])
            .leaves(BUF, Pack::le().u64(0x1_0000_0002))
            .returns(0, "_llseek(3, 4294967298, [4294967298], SEEK_SET) = 0");
        // mmap has its words in memory, mmap2 in registers and in pages.
        m.call(90, &[BUF]).has(BUF, Pack::le().u32(0).u32(8192).u32(3).u32(0x22).i32(-1).u32(0)).returns(
            0xf700_0000,
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xf7000000",
        );
        m.call(90, &[0x10]).fails(14, "mmap(0x10) = -1 EFAULT (Bad address)");
        m.call(192, &[0, 8192, 1, 2, 3, 0x10_0000])
            .returns(0xf700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x100000000) = 0xf7000000");
        sends_file_64(&mut m, 239);
        stats_64(&mut m, 197, Stat(16, 44, 8, 96));
        multiplexed(&mut m, 102, 117, 4);
        receives(&mut m, 117, 4, true);
        acts(&mut m, 174, &[2, BUF, 0, 8], Pack::le().u32(0x40_1000).u32(0x1000_0000).u32(0).u64(0x4002), "8");
        m.call(82, &[BUF])
            .has(BUF, Pack::le().u32(4).u32(MORE as u32).u32(0).u32(0).u32(0))
            .has(MORE, Pack::le().u32(1 << 3))
            .returns(1, "select(4, [3], NULL, NULL, NULL) = 1 (in [3])");
        // 16-bit users, and the word of a clone that is a structure.
        m.call(16, &[PATH, 0xffff_ffff, 0xffff]).has(PATH, "f\0").returns(0, r#"lchown("f", -1, -1) = 0"#);
        m.call(120, &[0x1_0011, 0, 0, 0, 0]).returns(7, "clone(child_stack=NULL, flags=CLONE_THREAD|SIGCHLD) = 7");
        m.call(120, &[0x8_0011, 0, 0, BUF, 0]).has(BUF, Pack::le().u32(6).u32(0x1000).u32(0xf_ffff).u32(0x51)).returns(
            7,
            "clone(child_stack=NULL, flags=CLONE_SETTLS|SIGCHLD, tls={entry_number=6, base_addr=0x1000, limit=0xfffff, \
             seg_32bit=1, contents=MODIFY_LDT_CONTENTS_DATA, read_exec_only=0, limit_in_pages=1, seg_not_present=0, \
             useable=1}) = 7",
        );
    }
}

#[test]
fn aarch64_and_riscv64() {
    let mut calls = Calls::new(Abi::Aarch64);
    for (abi, number, words) in [
        (Abi::Aarch64, "x8", &["x0", "x1", "x2", "x3", "x4", "x5"]),
        (Abi::Riscv64, "a7", &["a0", "a1", "a2", "a3", "a4", "a5"]),
        (Abi::Loongarch64, "a7", &["a0", "a1", "a2", "a3", "a4", "a5"]),
    ] {
        let mut m = Machine { calls: calls.on(abi), number, words };
        let numbers = Numbers {
            openat: 56,
            pread64: 67,
            mmap: 222,
            sendfile: 71,
            fadvise64: 223,
            fstat: 80,
            execve: 221,
            clock_gettime: 113,
        };
        wide(&mut m, numbers, USUAL, Stat(16, 48, 8, 128));
        let action = Pack::le().u64(0x40_1000).u64(0x1000_0000);
        let action = if abi == Abi::Aarch64 { action.u64(0) } else { action };
        acts(&mut m, 134, &[2, BUF, 0, 8], action.u64(0x4002), "8");
        m.call(188, &[5, BUF, 80, 9, 0])
            .leaves(BUF, Pack::le().u64(7).raw(b"abcd"))
            .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
    }
    // The other order of an arm64 kernel.
    calls
        .on(Abi::Aarch64)
        .in_order(ByteOrder::Big)
        .call("clock_gettime", &[1, BUF])
        .leaves(BUF, Pack::be().i64(12).i64(34))
        .returns(0, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=12, tv_nsec=34}) = 0");
}

#[test]
fn arm() {
    let mut calls = Calls::new(Abi::Arm);
    for (order, compat) in [(ByteOrder::Little, false), (ByteOrder::Big, false), (ByteOrder::Little, true)] {
        calls.on(Abi::Arm).in_order(order);
        if compat {
            calls.compat();
        }
        let mut m = Machine { calls: &mut calls, number: "r7", words: &["r0", "r1", "r2", "r3", "r4", "r5"] };
        narrow(&mut m, 322, 11, USUAL);
        clocks(&mut m, 263, 403);
        // A pair begins with an even register: r3 and r1 hold nothing.
        let [first, second] = m.halves(HIGH, LOW);
        m.call(180, &[33, BUF, 4, 0xdead, first, second])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        m.call(193, &[PATH, 0xdead, first, second])
            .has(PATH, "f\0")
            .returns(0, &format!(r#"truncate64("f", {POS}) = 0"#));
        // The advice comes second, so that no register is left out.
        let ([a, b], [c, d]) = (m.halves(1, 0), m.halves(0, 5));
        m.call(270, &[3, 4, a, b, c, d]).returns(0, "arm_fadvise64_64(3, POSIX_FADV_DONTNEED, 4294967296, 5) = 0");
        m.call(192, &[0, 8192, 1, 2, 3, 0x10])
            .returns(0xb600_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0xb6000000");
        sends_file_64(&mut m, 239);
        stats_64(&mut m, 197, Stat(16, 48, 8, 104));
        let action = m.pack().u32(0x40_1000).u32(0x1000_0000).u32(0).u32(0x4002).u32(0);
        acts(&mut m, 174, &[2, BUF, 0, 8], action, "8");
        // The words of preadv are no pair: the low one comes first in either order.
        m.call(361, &[33, BUF, 0, LOW, HIGH]).returns(0, &format!("preadv(33, [], 0, {POS}) = 0"));
        let message = m.pack().u32(7).raw(b"abcd");
        m.call(301, &[5, BUF, 3, 0o4000])
            .has(BUF, message)
            .returns(0, r#"msgsnd(5, {mtype=7, mtext="abc"}, 3, IPC_NOWAIT) = 0"#);
    }
}

#[test]
fn powerpc() {
    let mut calls = Calls::new(Abi::Powerpc);
    for compat in [false, true] {
        calls.on(Abi::Powerpc);
        if compat {
            calls.compat();
        }
        let mut m = Machine { calls: &mut calls, number: "r0", words: &["r3", "r4", "r5", "r6", "r7", "r8"] };
        narrow(&mut m, 286, 11, USUAL);
        clocks(&mut m, 246, 403);
        // Even pairs, the high half first.
        m.call(179, &[33, BUF, 4, 0xdead, HIGH, LOW])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        m.call(254, &[3, 4, 1, 0, 0, 5]).returns(0, "fadvise64_64(3, POSIX_FADV_DONTNEED, 4294967296, 5) = 0");
        m.call(308, &[3, 2, 1, 0, 0, 5]).returns(0, "sync_file_range2(3, SYNC_FILE_RANGE_WRITE, 4294967296, 5) = 0");
        m.call(192, &[0, 8192, 1, 2, 3, 0x10])
            .returns(0xf700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0xf7000000");
        m.call(90, &[0, 8192, 1, 2, 3, 0x1_0000])
            .returns(0xf700_0000, "mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0xf7000000");
        sends_file_64(&mut m, 226);
        stats_64(&mut m, 197, Stat(16, 48, 8, 104));
        multiplexed(&mut m, 102, 117, 4);
        receives(&mut m, 117, 4, true);
        acts(&mut m, 173, &[2, BUF, 0, 8], Pack::be().u32(0x40_1000).u32(0x1000_0000).u32(0).u32(0x4002).u32(0), "8");
        m.call(320, &[33, BUF, 0, LOW, HIGH]).returns(0, &format!("preadv(33, [], 0, {POS}) = 0"));
    }
}

#[test]
fn powerpc64() {
    let mut calls = Calls::new(Abi::Powerpc64);
    for order in [ByteOrder::Big, ByteOrder::Little] {
        calls.on(Abi::Powerpc64).in_order(order);
        let mut m = Machine { calls: &mut calls, number: "r0", words: &["r3", "r4", "r5", "r6", "r7", "r8"] };
        let numbers = Numbers {
            openat: 286,
            pread64: 179,
            mmap: 90,
            sendfile: 186,
            fadvise64: 233,
            fstat: 108,
            execve: 11,
            clock_gettime: 246,
        };
        wide(&mut m, numbers, USUAL, Stat(24, 48, 8, 144));
        multiplexed(&mut m, 102, 117, 8);
        receives(&mut m, 117, 8, true);
        let action = m.pack().u64(0x40_1000).u64(0x1000_0000).u64(0).u64(0x4002);
        acts(&mut m, 173, &[2, BUF, 0, 8], action, "8");
    }
}

#[test]
fn mips_o32() {
    let mut calls = Calls::new(Abi::MipsO32);
    for (order, compat) in [(ByteOrder::Big, false), (ByteOrder::Little, false), (ByteOrder::Big, true)] {
        calls.on(Abi::MipsO32).in_order(order);
        if compat {
            calls.compat();
        }
        let mut m = Machine { calls: &mut calls, number: "v0", words: &["a0", "a1", "a2", "a3"] };
        narrow(&mut m, 4288, 4011, USUAL);
        clocks(&mut m, 4263, 4403);
        // An even pair whose first word is the fifth: all of it is on the stack.
        let [first, second] = m.halves(HIGH, LOW);
        m.with_stack(4200, [33, BUF, 4, 0xdead], &[first, second])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        let ([a, b], [c, d]) = (m.halves(1, 0), m.halves(0, 5));
        m.with_stack(4254, [3, 0xdead, a, b], &[c, d, 4])
            .returns(0, "fadvise64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
        m.with_stack(4090, [0, 8192, 3, 0x802], &[0xffff_ffff, 0]).returns(
            0x7700_0000,
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x77000000",
        );
        m.with_stack(4210, [0, 8192, 1, 2], &[3, 0x10])
            .returns(0x7700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0x77000000");
        // Stack that cannot be read: what is not known is told so.
        m.call(4200, &[33, BUF, 4, 0xdead]).fails(14, "pread64(33, 0x2000, 4, ?) = -1 EFAULT (Bad address)");
        sends_file_64(&mut m, 4237);
        stats_64(&mut m, 4215, Stat(24, 56, 8, 104));
        multiplexed_o32(&mut m);
        // The flags come first, and the set has 128 signals in words of 32 bits.
        let action = m.pack().u32(0x1000_0000).u32(0x40_1000).u32(0x4002).to(24);
        acts(&mut m, 4194, &[2, BUF, 0, 16], action, "16");
    }
    // The call behind the call `syscall`, whose words are moved up by one.
    calls.on(Abi::MipsO32);
    let mut m = Machine { calls: &mut calls, number: "v0", words: &["a0", "a1", "a2", "a3"] };
    m.with_stack(4000, [4288, AT_FDCWD_32, PATH, 0], &[0, 0, 0, 0])
        .has(PATH, "x\0")
        .returns(3, r#"openat(AT_FDCWD, "x", O_RDONLY) = 3"#);
}

/// As `multiplexed`, with the words beyond four on the stack.
fn multiplexed_o32(m: &mut Machine) {
    let address = m.pack().u16(2).raw(&[0, 53, 8, 8, 8, 8]).to(16);
    let words = m.pack().u32(3).u32(MORE as u32).u32(16);
    m.call(4102, &[3, BUF])
        .has(BUF, words)
        .has(MORE, address)
        .returns(0, r#"connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, 16) = 0"#);
    let message = m.pack().u32(7).raw(b"abcd");
    m.with_stack(4117, [11, 5, 3, 0o200], &[BUF, 0])
        .has(BUF, &message)
        .returns(0, r#"msgsnd(5, {mtype=7, mtext="abc"}, 3, 0x80) = 0"#);
    m.with_stack(4117, [0x1_000c, 5, 80, 0], &[MORE, 9])
        .leaves(MORE, &message)
        .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
}

#[test]
fn mips_n32_and_n64() {
    let mut calls = Calls::new(Abi::MipsN64);
    for (abi, order) in [
        (Abi::MipsN64, ByteOrder::Big),
        (Abi::MipsN64, ByteOrder::Little),
        (Abi::MipsN32, ByteOrder::Big),
        (Abi::MipsN32, ByteOrder::Little),
    ] {
        calls.on(abi).in_order(order);
        let words = &["a0", "a1", "a2", "a3", "a4", "a5"];
        let mut m = Machine { calls: &mut calls, number: "v0", words };
        if abi == Abi::MipsN64 {
            let numbers = Numbers {
                openat: 5247,
                pread64: 5016,
                mmap: 5009,
                sendfile: 5039,
                fadvise64: 5215,
                fstat: 5005,
                execve: 5057,
                clock_gettime: 5222,
            };
            wide(&mut m, numbers, Flags(0o2_000_000, 0x802), Stat(24, 56, 8, 104));
            let action = m.pack().u32(0x1000_0000).u32(0).u64(0x40_1000).u64(0x4002).u64(0);
            acts(&mut m, 5013, &[2, BUF, 0, 16], action, "16");
            continue;
        }
        narrow(&mut m, 6251, 6057, USUAL);
        clocks(&mut m, 6226, 6403);
        // Whole values in one word each, but for preadv, whose halves are parameters.
        m.call(6016, &[33, BUF, 4, WHOLE])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        m.call(6216, &[3, 1 << 32, 5, 4]).returns(0, "fadvise64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
        m.call(6293, &[33, BUF, 0, LOW, HIGH]).returns(0, &format!("preadv(33, [], 0, {POS}) = 0"));
        m.call(6009, &[0, 8192, 3, 0x802, 0xffff_ffff, 0]).returns(
            0x7700_0000,
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x77000000",
        );
        sends_file_64(&mut m, 6219);
    }
}

#[test]
fn s390_and_s390x() {
    let words = &["r2", "r3", "r4", "r5", "r6", "r7"];
    let mut calls = Calls::new(Abi::S390x);
    let mut m = Machine { calls: &mut calls, number: "r1", words };
    let numbers = Numbers {
        openat: 288,
        pread64: 180,
        mmap: 90,
        sendfile: 187,
        fadvise64: 253,
        fstat: 108,
        execve: 11,
        clock_gettime: 260,
    };
    wide(&mut m, numbers, USUAL, Stat(24, 48, 8, 144));
    multiplexed(&mut m, 102, 117, 8);
    receives(&mut m, 117, 8, false);
    let action = m.pack().u64(0x40_1000).u64(0x1000_0000).u64(0).u64(0x4002);
    acts(&mut m, 174, &[2, BUF, 0, 8], action, "8");

    calls.on(Abi::S390);
    let mut m = Machine { calls: &mut calls, number: "r1", words };
    narrow(&mut m, 288, 11, USUAL);
    clocks(&mut m, 260, 403);
    m.call(180, &[33, BUF, 4, HIGH, LOW])
        .leaves(BUF, "abcd")
        .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
    m.call(253, &[3, 1, 0, 5, 4]).returns(0, "fadvise64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
    let mapping = m.pack().u32(0).u32(8192).u32(1).u32(2).u32(3).u32(0x10);
    m.call(192, &[BUF])
        .has(BUF, mapping)
        .returns(0x7700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0x77000000");
    sends_file_64(&mut m, 223);
    multiplexed(&mut m, 102, 117, 4);
}

#[test]
fn sparc64() {
    let mut calls = Calls::new(Abi::Sparc64);
    let words = &["o0", "o1", "o2", "o3", "o4", "o5"];
    let mut m = Machine { calls: &mut calls, number: "g1", words };
    let numbers = Numbers {
        openat: 284,
        pread64: 67,
        mmap: 71,
        sendfile: 39,
        fadvise64: 209,
        fstat: 62,
        execve: 59,
        clock_gettime: 257,
    };
    wide(&mut m, numbers, Flags(0x40_0000, 0x22), Stat(16, 40, 8, 104));
    let address = m.pack().u16(2).raw(&[0, 53, 8, 8, 8, 8]).to(16);
    let socket_words = m.pack().u64(3).u64(MORE).u64(16);
    m.call(206, &[3, BUF])
        .has(BUF, socket_words)
        .has(MORE, address)
        .returns(0, r#"connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, 16) = 0"#);
    // No version decides: the type of the message is a word.
    let message = m.pack().u64(7).raw(b"abcd");
    m.call(215, &[12, 5, 80, 0, BUF, 9])
        .leaves(BUF, message)
        .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
}

#[test]
fn riscv32() {
    let mut calls = Calls::new(Abi::Riscv32);
    let words = &["a0", "a1", "a2", "a3", "a4", "a5"];
    let mut m = Machine { calls: &mut calls, number: "a7", words };
    narrow(&mut m, 56, 221, USUAL);
    // Halves in the next two words, the low one first, whether their place is even or not.
    m.call(67, &[33, BUF, 4, LOW, HIGH])
        .leaves(BUF, "abcd")
        .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
    m.call(223, &[3, 0, 1, 5, 0, 4]).returns(0, "fadvise64_64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
    m.call(222, &[0, 8192, 1, 2, 3, 0x10])
        .returns(0x7700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0x77000000");
    sends_file_64(&mut m, 71);
    m.call(403, &[1, BUF])
        .leaves(BUF, Pack::le().i64(1 << 33).i64(34))
        .returns(0, "clock_gettime64(CLOCK_MONOTONIC, {tv_sec=8589934592, tv_nsec=34}) = 0");
    acts(&mut m, 134, &[2, BUF, 0, 8], Pack::le().u32(0x40_1000).u32(0x1000_0000).u64(0x4002), "8");
}

#[test]
fn m68k() {
    let mut calls = Calls::new(Abi::M68k);
    let words = &["d1", "d2", "d3", "d4", "d5", "a0"];
    let mut m = Machine { calls: &mut calls, number: "d0", words };
    narrow(&mut m, 288, 11, USUAL);
    clocks(&mut m, 260, 403);
    m.call(180, &[33, BUF, 4, HIGH, LOW])
        .leaves(BUF, "abcd")
        .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
    m.call(267, &[3, 1, 0, 0, 5, 4]).returns(0, "fadvise64_64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
    m.call(192, &[0, 8192, 1, 2, 3, 0x10])
        .returns(0xc000_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0xc0000000");
    sends_file_64(&mut m, 236);
    // Fields are aligned to two bytes at most.
    stats_64(&mut m, 197, Stat(14, 40, 8, 92));
    multiplexed(&mut m, 102, 117, 4);
    receives(&mut m, 117, 4, true);
}

#[test]
fn alpha() {
    let mut calls = Calls::new(Abi::Alpha);
    let words = &["a0", "a1", "a2", "a3", "a4", "a5"];
    let mut m = Machine { calls: &mut calls, number: "v0", words };
    let numbers = Numbers {
        openat: 450,
        pread64: 349,
        mmap: 71,
        sendfile: 370,
        fadvise64: 413,
        fstat: 427,
        execve: 59,
        clock_gettime: 420,
    };
    // Flags of alpha's own: O_CLOEXEC, MAP_ANONYMOUS.
    wide(&mut m, numbers, Flags(0o10_000_000, 0x12), Stat(40, 24, 8, 136));
    m.call(202, &[5, BUF, 80, 9, 0])
        .leaves(BUF, Pack::le().u64(7).raw(b"abcd"))
        .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
}

#[test]
fn parisc() {
    let mut calls = Calls::new(Abi::Parisc);
    for compat in [false, true] {
        calls.on(Abi::Parisc);
        if compat {
            calls.compat();
        }
        let words = &["r26", "r25", "r24", "r23", "r22", "r21"];
        let mut m = Machine { calls: &mut calls, number: "r20", words };
        narrow(&mut m, 275, 11, Flags(0o10_000_000, 0x12));
        clocks(&mut m, 256, 403);
        m.call(108, &[33, BUF, 4, HIGH, LOW])
            .leaves(BUF, "abcd")
            .returns(4, &format!(r#"pread64(33, "abcd", 4, {POS}) = 4"#));
        m.call(236, &[3, 1, 0, 0, 5, 4]).returns(0, "fadvise64_64(3, 4294967296, 5, POSIX_FADV_DONTNEED) = 0");
        m.call(89, &[0, 8192, 1, 2, 3, 0x10])
            .returns(0xf700_0000, "mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0x10000) = 0xf7000000");
        sends_file_64(&mut m, 209);
        let message = m.pack().u32(7).raw(b"abcd");
        m.call(189, &[5, BUF, 80, 9, 0])
            .leaves(BUF, message)
            .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 9, 0) = 3"#);
    }
}

/// What a word of a clone is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Flags,
    Stack,
    Size,
    Parent,
    Child,
    Tls,
}

/// The words of clone in the order of each ABI, by its architecture's choice in `arch/*/Kconfig` of what the generic sys_clone
/// takes (kernel/fork.c), or by its own function: `sparc_clone` of arch/sparc/kernel/process.c, `ia64_clone` of arch/ia64/kernel/process.c.
fn clone_order(abi: Abi) -> &'static [Of] {
    use Of::*;
    match abi.native_arch().or(abi.compat_archs().first().copied()).unwrap_or("") {
        "parisc" | "nds32" | "mips" | "arm64" | "powerpc" | "arm" | "arc" | "xtensa" | "riscv" | "sparc" => {
            &[Flags, Stack, Parent, Tls, Child]
        }
        "x86" if abi == Abi::I386 => &[Flags, Stack, Parent, Tls, Child],
        "s390" => &[Stack, Flags, Parent, Child, Tls],
        "microblaze" | "ia64" => &[Flags, Stack, Size, Parent, Child, Tls],
        _ => &[Flags, Stack, Parent, Child, Tls],
    }
}

#[test]
fn clones_in_every_order() {
    let mut calls = Calls::new(Abi::X86_64);
    let mut orders = std::collections::BTreeMap::<Vec<u8>, usize>::new();
    for abi in Abi::ALL {
        let table = abi.table().expect("all are built in");
        if *abi == Abi::H8300 {
            // A pointer to the words (arch/h8300/kernel/process.c).
            let words = calls.on(*abi).pack().u32(0x111).u32(0x5000).u32(0).u32(0);
            calls
                .call("clone", &[BUF])
                .has(BUF, words)
                .returns(7, "clone(child_stack=0x5000, flags=CLONE_VM|SIGCHLD) = 7");
            calls.call("clone", &[BUF]).fails(14, "clone(args=0x2000) = -1 EFAULT (Bad address)");
            continue;
        }
        for name in ["clone", "clone2"].into_iter().filter(|name| table.by_name(name).is_some()) {
            let order = clone_order(*abi);
            *orders.entry(order.iter().map(|of| *of as u8).collect()).or_default() += 1;
            let words: Vec<u64> = order
                .iter()
                .map(|of| match of {
                    // CLONE_VM, CLONE_SETTLS, CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID, SIGCHLD of this ABI.
                    Of::Flags => {
                        0x38_0100 | if has_bsd_signals(*abi) { 20 } else { 17 + u64::from(has_signal_18(*abi)) }
                    }
                    Of::Stack => 0x5000,
                    Of::Size => 0x6000,
                    Of::Parent => BUF,
                    Of::Child => 0x7000,
                    Of::Tls => 0x8000,
                })
                .collect();
            calls.on(*abi);
            let tid = calls.pack().u32(7);
            let has_size = name == "clone2";
            let size = if has_size { ", stack_size=0x6000" } else { "" };
            calls.call(name, &words).leaves(BUF, tid).returns(7, &format!(
                "{name}(child_stack=0x5000{size}, flags=CLONE_VM|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID|SIGCHLD, \
                 parent_tid=[7], tls=0x8000, child_tidptr=0x7000) = 7"
            ));
        }
    }
    calls.check();
    assert_eq!(orders.len(), 4);
}

/// SIGCHLD is 18 on mips and parisc.
fn has_signal_18(abi: Abi) -> bool {
    matches!(abi, Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64 | Abi::Parisc | Abi::Parisc64)
}

/// It is 20 on alpha and sparc.
fn has_bsd_signals(abi: Abi) -> bool {
    matches!(abi, Abi::Alpha | Abi::Sparc | Abi::Sparc64)
}
