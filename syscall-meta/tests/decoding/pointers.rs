//! What pointers lead to: text, bytes, structures, numbers, sets.

use syscall_meta::{Abi, Limits, Value};

use super::decoding::{Calls, Pack};
use super::{A, AT_FDCWD, B, C, D, NOWHERE};

pub(crate) fn paths(calls: &mut Calls) {
    let done = calls
        .call("openat", &[AT_FDCWD, A, 0x8_0000, 0])
        .has(A, "/etc/passwd\0and more")
        .enters(r#"openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC)"#)
        .returns(3, r#"openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3"#);
    let path = done.args().nth(1).unwrap();
    assert_eq!((path.name(), path.number()), ("filename", Some(A)));
    assert!(matches!(path.value(), Some(Value::Text(text)) if text.bytes() == b"/etc/passwd" && !text.is_cut()));
    // The upper half of a register is nothing to an int.
    calls
        .call("openat", &[0xdead_beef_ffff_ff9c, A, 0])
        .has(A, "x\0")
        .returns(3, r#"openat(AT_FDCWD, "x", O_RDONLY) = 3"#);
    calls.call("openat", &[4, A, 0]).has(A, "x\0").returns(5, r#"openat(4, "x", O_RDONLY) = 5"#);
    calls.call("chdir", &[A]).has(A, "\0").fails(2, r#"chdir("") = -1 ENOENT (No such file or directory)"#);
    calls.call("chdir", &[A]).has(A, "a\n\"\x01\0").returns(0, r#"chdir("a\n\"\1") = 0"#);
    calls.call("chdir", &[NOWHERE]).fails(14, "chdir(0x10) = -1 EFAULT (Bad address)");
    calls.call("chdir", &[0]).fails(14, "chdir(NULL) = -1 EFAULT (Bad address)");
    // Text that goes on in another piece of memory, and text that runs out of it.
    calls.call("chdir", &[A]).has(A, "/us").has(A + 3, "r/lib\0").returns(0, r#"chdir("/usr/lib") = 0"#);
    calls.call("chdir", &[A]).has(A, "/us").fails(14, "chdir(0x7ffd00001000) = -1 EFAULT (Bad address)");
    // As long as a path may be, and longer.
    let long = |len: usize| [&vec![b'a'; len][..], b"\0"].concat();
    let shown = format!("chdir(\"{}\") = 0", "a".repeat(4096));
    calls.call("chdir", &[A]).has(A, long(4096)).returns(0, &shown);
    let shown = format!("chdir(\"{}\"...) = -1 ENAMETOOLONG (File name too long)", "a".repeat(4096));
    calls.call("chdir", &[A]).has(A, long(5000)).fails(36, &shown);
    // What the kernel writes is there when it has returned, and then only if it succeeded.
    calls
        .call("getcwd", &[A, 4096])
        .has(A, "before\0")
        .leaves(A, "/tmp\0re\0")
        .enters("getcwd(0x7ffd00001000, 4096)")
        .returns(5, r#"getcwd("/tmp", 4096) = 5"#);
    calls
        .call("getcwd", &[A, 1])
        .has(A, "x\0")
        .fails(34, "getcwd(0x7ffd00001000, 1) = -1 ERANGE (Numerical result out of range)");
    // NULL that means something, which only a few parameters have.
    calls.call("utimensat", &[3, 0, 0, 0]).returns(0, "utimensat(3, NULL, NULL, 0) = 0");
    // What stands in place of a time has its name here, and nowhere else.
    let times = Pack::le().u64(1).u64(0x3fff_ffff).u64(2).u64(0x3fff_fffe);
    calls
        .call("utimensat", &[3, 0, A, 0])
        .has(A, &times)
        .returns(0, "utimensat(3, NULL, [UTIME_NOW, UTIME_OMIT], 0) = 0");
    calls
        .call("nanosleep", &[A, 0])
        .has(A, &times)
        .fails(22, "nanosleep({tv_sec=1, tv_nsec=1073741823}, NULL) = -1 EINVAL (Invalid argument)");
}

pub(crate) fn texts(calls: &mut Calls) {
    calls.call("memfd_create", &[A, 1]).has(A, "name\0").returns(4, r#"memfd_create("name", MFD_CLOEXEC) = 4"#);
    // 32 bytes are shown, as strace has it, and `...` where there are more.
    let digits = "01234567890123456789012345678901";
    calls
        .call("memfd_create", &[A, 0])
        .has(A, format!("{digits}\0"))
        .returns(4, &format!("memfd_create(\"{digits}\", 0) = 4"));
    let done = calls
        .call("memfd_create", &[A, 0])
        .has(A, format!("{digits}2\0"))
        .returns(4, &format!("memfd_create(\"{digits}\"..., 0) = 4"));
    assert!(matches!(done.args().next().unwrap().value(), Some(Value::Text(text)) if text.is_cut()));
    // What the kernel writes as text.
    calls
        .on(Abi::Alpha)
        .call("osf_getdomainname", &[A, 32])
        .leaves(A, "example\0")
        .returns(0, r#"osf_getdomainname("example", 32) = 0"#);
}

pub(crate) fn lists_of_texts(calls: &mut Calls) {
    let argv = Pack::le().u64(C).u64(C + 3).u64(0);
    let envp = Pack::le().u64(C + 6).u64(0);
    let strings = b"ls\0-l\0HOME=/\0";
    let all = |calls: &mut Calls, verbose: bool, text: &str| {
        let call = calls.call("execve", &[A, B, D]).has(A, "/bin/ls\0").has(B, &argv).has(D, &envp).has(C, strings);
        if verbose { call.verbose() } else { call }.returns(0, text)
    };
    let done = all(calls, false, r#"execve("/bin/ls", ["ls", "-l"], 0x7ffd00004000 /* 1 var */) = 0"#);
    let Some(Value::List(list)) = done.args().nth(1).unwrap().value() else { panic!("a list") };
    assert!(list.is_texts() && list.total() == 2 && !list.is_cut() && list.iter().count() == 2);
    all(calls, true, r#"execve("/bin/ls", ["ls", "-l"], ["HOME=/"]) = 0"#);
    // What was there is gone by the time that it returns.
    calls
        .call("execve", &[A, B, 0])
        .has(A, "/bin/ls\0")
        .has(B, &argv)
        .has(C, strings)
        .leaves(A, [0xff; 64])
        .leaves(B, [0xff; 64])
        .enters(r#"execve("/bin/ls", ["ls", "-l"], NULL)"#)
        .returns(0, r#"execve("/bin/ls", ["ls", "-l"], NULL) = 0"#);
    calls
        .call("execve", &[A, 0, NOWHERE])
        .has(A, "x\0")
        .fails(14, r#"execve("x", NULL, 0x10) = -1 EFAULT (Bad address)"#);
    calls
        .call("execve", &[A, B, 0])
        .has(A, "x\0")
        .has(B, Pack::le().u64(A).u64(NOWHERE).u64(0))
        .fails(14, r#"execve("x", ["x", 0x10], NULL) = -1 EFAULT (Bad address)"#);
    // A list whose end cannot be read, and one that is longer than what is shown.
    calls
        .call("execve", &[A, B, 0])
        .has(A, "x\0")
        .has(B, Pack::le().u64(A))
        .fails(14, r#"execve("x", ["x", ...], NULL) = -1 EFAULT (Bad address)"#);
    let many = (0..40).fold(Pack::le(), |pack, _| pack.u64(A)).u64(0);
    let shown = format!(r#"execve("x", [{}, ...], 0x7ffd00002000 /* 40 vars */) = 0"#, vec![r#""x""#; 32].join(", "));
    calls.call("execve", &[A, B, B]).has(A, "x\0").has(B, many).returns(0, &shown);
}

pub(crate) fn bytes(calls: &mut Calls) {
    // As many as the result says, as a parameter says, as a number says.
    let done = calls
        .call("read", &[3, A, 512])
        .has(A, [b'x'; 512])
        .leaves(A, "hello\n")
        .enters("read(3, 0x7ffd00001000, 512)")
        .returns(6, r#"read(3, "hello\n", 512) = 6"#);
    let Some(Value::Bytes(bytes)) = done.args().nth(1).unwrap().value() else { panic!("bytes") };
    assert_eq!((bytes.bytes(), bytes.total(), bytes.is_cut()), (&b"hello\n"[..], 6, false));
    calls.call("read", &[3, A, 512]).returns(0, r#"read(3, "", 512) = 0"#);
    calls.call("write", &[1, A, 3]).has(A, "hi\0and more").returns(2, r#"write(1, "hi\0", 3) = 2"#);
    let done = calls
        .call("write", &[1, A, 40])
        .has(A, [b'-'; 40])
        .returns(40, &format!("write(1, \"{}\"..., 40) = 40", "-".repeat(32)));
    let Some(Value::Bytes(bytes)) = done.args().nth(1).unwrap().value() else { panic!("bytes") };
    assert_eq!((bytes.bytes().len(), bytes.total(), bytes.is_cut()), (32, 40, true));
    // Half of it is there.
    calls.call("write", &[1, A, 8]).has(A, "hi").fails(14, "write(1, 0x7ffd00001000, 8) = -1 EFAULT (Bad address)");
    calls
        .call("write", &[1, A, u64::MAX])
        .has(A, "x")
        .fails(14, "write(1, 0x7ffd00001000, 18446744073709551615) = -1 EFAULT (Bad address)");
    // As what a parameter points to says: no more than there was room for.
    let int = |value: i32| Pack::le().i32(value);
    calls
        .call("getsockopt", &[3, 1, 31, A, B])
        .has(B, int(16))
        .leaves(A, "system_u")
        .leaves(B, int(8))
        .returns(0, r#"getsockopt(3, SOL_SOCKET, SO_PEERSEC, "system_u", [16 => 8]) = 0"#);
    calls
        .call("getsockopt", &[3, 1, 31, A, B])
        .has(B, int(4))
        .leaves(A, "system_u")
        .leaves(B, int(8))
        .returns(0, r#"getsockopt(3, SOL_SOCKET, SO_PEERSEC, "syst", [4 => 8]) = 0"#);
    // As a field of what a parameter points to says: `in_len` of `struct keyctl_pkey_params`.
    let params = Pack::le().i32(77).u32(3).u32(64).to(40);
    calls
        .call("keyctl", &[25, A, B, C, D])
        .has(A, params)
        .has(B, "enc=pkcs1\0")
        .has(C, "abcdef")
        .leaves(D, "sealed")
        .returns(
            6,
            "keyctl(KEYCTL_PKEY_ENCRYPT, {key_id=77, in_len=3, out_len=64}, \"enc=pkcs1\", \"abc\", \"sealed\") = 6",
        );
    // Both ways.
    calls
        .on(Abi::Riscv64)
        .call("riscv_hwprobe", &[A, 1, 1, B, 1])
        .has(A, Pack::le().i64(4).u64(0))
        .has(B, [3])
        .leaves(A, Pack::le().i64(4).u64(1))
        .leaves(B, [1])
        .returns(
            0,
            "riscv_hwprobe([{key=RISCV_HWPROBE_KEY_IMA_EXT_0, value=RISCV_HWPROBE_IMA_FD}], 1, 1, \
         \"\\1\", RISCV_HWPROBE_WHICH_CPUS) = 0",
        );
}

pub(crate) fn structures(calls: &mut Calls) {
    let timespec = |sec: i64, nsec: i64| Pack::le().i64(sec).i64(nsec);
    // Read by the kernel, and with another pointer to what it writes.
    let done = calls
        .call("clock_settime", &[0, A])
        .has(A, timespec(-1, 500))
        .enters("clock_settime(CLOCK_REALTIME, {tv_sec=-1, tv_nsec=500})")
        .fails(22, "clock_settime(CLOCK_REALTIME, {tv_sec=-1, tv_nsec=500}) = -1 EINVAL (Invalid argument)");
    let Some(Value::Struct(of)) = done.args().nth(1).unwrap().value() else { panic!("a structure") };
    assert_eq!((of.name(), of.bytes().len()), ("__kernel_timespec", 16));
    assert_eq!(of.fields().map(|(name, _)| name).collect::<Vec<_>>(), ["tv_sec", "tv_nsec"]);
    assert!(matches!(of.field("tv_sec"), Some(Value::Number(number)) if number.signed() == -1 && number.is_signed()));
    calls
        .call("clock_gettime", &[1, A])
        .has(A, timespec(7, 7))
        .leaves(A, timespec(12, 34))
        .enters("clock_gettime(CLOCK_MONOTONIC, 0x7ffd00001000)")
        .returns(0, "clock_gettime(CLOCK_MONOTONIC, {tv_sec=12, tv_nsec=34}) = 0");
    // Half of one, and one that the kernel did not write.
    calls
        .call("clock_settime", &[0, A])
        .has(A, [0; 15])
        .fails(14, "clock_settime(CLOCK_REALTIME, 0x7ffd00001000) = -1 EFAULT (Bad address)");
    calls.call("fstat", &[9, A]).has(A, [0; 144]).fails(9, "fstat(9, 0x7ffd00001000) = -1 EBADF (Bad file descriptor)");
    // Structures in structures.
    calls.call("setitimer", &[0, A, 0]).has(A, Pack::le().u64(0).u64(0).u64(1).u64(5)).returns(
        0,
        "setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=0}, it_value={tv_sec=1, tv_usec=5}}, NULL) = 0",
    );
    // The short form, and the whole.
    let stat = Pack::le().u64(0x801).u64(42).u64(1).u32(0o100_644).u32(1000).u32(100).u32(0).u64(0);
    let stat = stat.u64(1234).u64(4096).u64(8).u64(1).u64(2).u64(3).u64(4).u64(5).u64(6).to(144);
    calls.call("fstat", &[3, A]).leaves(A, &stat).returns(0, "fstat(3, {st_mode=S_IFREG|0644, st_size=1234, ...}) = 0");
    calls.call("fstat", &[3, A]).leaves(A, &stat).verbose().returns(
        0,
        "fstat(3, {st_dev=makedev(0x8, 0x1), st_ino=42, st_nlink=1, st_mode=S_IFREG|0644, st_uid=1000, st_gid=100, \
         st_size=1234, st_blksize=4096, st_blocks=8, st_atime=1, st_atime_nsec=2, st_mtime=3, \
         st_mtime_nsec=4, st_ctime=5, st_ctime_nsec=6}) = 0",
    );
    let tty = Pack::le().u64(0x15).u64(9).u64(1).u32(0o020_620).u32(0).u32(5).u32(0).u64(0x8801).to(144);
    calls
        .call("stat", &[B, A])
        .has(B, "/dev/pts/1\0")
        .leaves(A, tty)
        .returns(0, r#"stat("/dev/pts/1", {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0x1), ...}) = 0"#);
    // One that the kernel reads and then writes: the version that it has.
    let header = |version: u32| Pack::le().u32(version).i32(7);
    let asked = calls
        .call("capget", &[A, 0])
        .has(A, header(1))
        .leaves(A, header(0x2008_0522))
        .enters("capget({version=0x1, pid=7}, NULL)")
        .returns(0, "capget({version=_LINUX_CAPABILITY_VERSION_3, pid=7}, NULL) = 0");
    assert!(matches!(asked.args().next().unwrap().before(), Some(Value::Struct(of)) if of.bytes()[0] == 1));
    let failed = calls.call("capget", &[A, 0]).has(A, header(1)).leaves(A, header(2));
    let failed = failed.fails(1, "capget({version=0x1, pid=7}, NULL) = -1 EPERM (Operation not permitted)");
    assert!(failed.args().next().unwrap().before().is_none());
    // As many bytes as the program says that it has.
    calls
        .call("clone3", &[A, 64])
        .has(A, Pack::le().u64(0x100).u64(0).u64(0).u64(0).u64(17).u64(0).u64(0).u64(0))
        .returns(7, "clone3({flags=CLONE_VM, exit_signal=SIGCHLD, stack=NULL, stack_size=0}, 64) = 7");
}

pub(crate) fn what_ends_a_structure(calls: &mut Calls) {
    // As much as a field says, which the kernel may have changed.
    let room = Pack::le().u32(128).u32(0).to(136);
    let handle = Pack::le().u32(8).u32(1).raw(b"\x01\x02\x03\x04abcd").to(136);
    calls
        .call("name_to_handle_at", &[3, A, B, C, 0])
        .has(A, "f\0")
        .has(B, &room)
        .leaves(B, &handle)
        .leaves(C, Pack::le().u32(30))
        .returns(
            0,
            r#"name_to_handle_at(3, "f", {handle_bytes=8, handle_type=0x1, f_handle="\1\2\3\4abcd"}, [30], 0) = 0"#,
        );
    calls.call("open_by_handle_at", &[3, A, 0]).has(A, &handle).returns(
        4,
        r#"open_by_handle_at(3, {handle_bytes=8, handle_type=0x1, f_handle="\1\2\3\4abcd"}, O_RDONLY) = 4"#,
    );
    // What cannot be read is told by its place, and not as empty.
    let text = "open_by_handle_at(3, {handle_bytes=8, handle_type=0x1, f_handle=0x7ffd00001008}, O_RDONLY) = \
                -1 EFAULT (Bad address)";
    calls.call("open_by_handle_at", &[3, A, 0]).has(A, Pack::le().u32(8).u32(1)).fails(14, text);
    let operations = Pack::le().u8(1).u8(2).u16(0).u32(0).u64(0).u8(0).u8(0).u16(1).u32(0).u8(1).u8(0).u16(0).u32(0);
    calls.call("io_uring_register", &[3, 8, A, 2]).has(A, [0; 32]).leaves(A, &operations).returns(
        0,
        "io_uring_register(3, IORING_REGISTER_PROBE, {last_op=IORING_OP_READV, ops_len=2, ops=[{op=IORING_OP_NOP, \
         flags=IO_URING_OP_SUPPORTED}, {op=IORING_OP_READV, flags=0}]}, 2) = 0",
    );
    let context = Pack::le().u64(100).u64(0).u64(40).u64(3).raw(b"abc").to(40);
    calls.call("lsm_set_self_attr", &[100, A, 40, 0]).has(A, context).returns(
        0,
        r#"lsm_set_self_attr(LSM_ATTR_CURRENT, {id=LSM_ID_CAPABILITY, flags=0, len=40, ctx_len=3, ctx="abc"}, 40, 0) = 0"#,
    );
    // Of what no field measures, it is told that there is more.
    let map = Pack::le().u64(0).u64(4096).u32(1).u32(0).u32(8).u32(0);
    calls.call("ioctl", &[3, 0xc020_660b, A]).has(A, &map).returns(
        0,
        "ioctl(3, FS_IOC_FIEMAP, {fm_start=0, fm_length=4096, fm_flags=FIEMAP_FLAG_SYNC, fm_mapped_extents=0, \
         fm_extent_count=8, ...}) = 0",
    );
    // A structure that grows is no longer than the program says.
    let rseq = Pack::le().to(33);
    let text = "rseq({cpu_id_start=0, cpu_id=0, rseq_cs=NULL, flags=0, node_id=0, mm_cid=0, slice_ctrl={request=0, \
                granted=0}}, 32, 0, 0x53053053) = 0";
    calls.call("rseq", &[A, 32, 0, 0x5305_3053]).has(A, &rseq).returns(0, text);
    let text = "rseq({cpu_id_start=0, cpu_id=0, rseq_cs=NULL, flags=0}, 20, 0, 0x53053053) = 0";
    calls.call("rseq", &[A, 20, 0, 0x5305_3053]).has(A, &rseq).returns(0, text);
}

pub(crate) fn no_more_than_the_result(calls: &mut Calls) {
    // The value is the kernel's, not what was there before, and as long as the result.
    let args = Pack::le().u64(B).u32(16).u32(0);
    let get = |calls: &mut Calls, result: i64, text: &str| {
        let call = calls.call("getxattrat", &[3, A, 0, C, D, 16]).has(A, "f\0").has(C, "user.a\0").has(D, &args);
        let call = call.has(B, "stale, and long enough").leaves(B, "green, and long enough");
        if result < 0 { call.fails(-result, text) } else { call.returns(result, text) }
    };
    get(calls, 5, r#"getxattrat(3, "f", 0, "user.a", {value="green", size=16, flags=0}, 16) = 5"#);
    get(
        calls,
        -61,
        r#"getxattrat(3, "f", 0, "user.a", {value=0x7ffd00002000, size=16, flags=0}, 16) = -1 ENODATA (No data available)"#,
    );
    // What is set was read when the call began.
    calls
        .call("setxattrat", &[3, A, 0, C, D, 16])
        .has(A, "f\0")
        .has(C, "user.a\0")
        .has(D, Pack::le().u64(B).u32(5).u32(0))
        .has(B, "green")
        .leaves(B, "brown")
        .returns(0, r#"setxattrat(3, "f", 0, "user.a", {value="green", size=5, flags=0}, 16) = 0"#);
    // Messages that came, of those that there was room for.
    let message = |len: u32| Pack::le().u64(0).u64(0).u64(D).u64(1).u64(0).u64(0).u64(0).u32(len).u32(0);
    let both = [message(0).as_ref(), message(0).as_ref()].concat();
    let one = [message(3).as_ref(), message(0).as_ref()].concat();
    calls
        .call("recvmmsg", &[3, A, 2, 0, 0])
        .has(A, both)
        .has(D, Pack::le().u64(B).u64(8))
        .leaves(A, one)
        .leaves(B, "one\0\0\0\0\0")
        .returns(
            1,
            "recvmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"one\", iov_len=8}], \
             msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=3}], 2, 0, NULL) = 1",
        );
}

pub(crate) fn arrays_of_structures(calls: &mut Calls) {
    let operation = |pack: Pack, number: u16| pack.u16(number).number(-1_i16 as u16 as u64, 2).u16(0x1000);
    let ops = operation(operation(Pack::le(), 0), 1);
    let done = calls.call("semop", &[5, A, 2]).has(A, ops).returns(
        0,
        "semop(5, [{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}, {sem_num=1, sem_op=-1, sem_flg=SEM_UNDO}], 2) = 0",
    );
    let Some(Value::List(list)) = done.args().nth(1).unwrap().value() else { panic!("a list") };
    assert!(!list.is_texts() && !list.is_cut() && list.total() == 2);
    // No more than what is shown of them.
    let many = (0..33).fold(Pack::le(), operation);
    let shown: Vec<_> = (0..32).map(|at| format!("{{sem_num={at}, sem_op=-1, sem_flg=SEM_UNDO}}")).collect();
    let done = calls
        .call("semop", &[5, A, 33])
        .has(A, many)
        .returns(0, &format!("semop(5, [{}, ...], 33) = 0", shown.join(", ")));
    let Some(Value::List(list)) = done.args().nth(1).unwrap().value() else { panic!("a list") };
    assert_eq!((list.total(), list.is_cut(), list.iter().count()), (33, true, 32));
    // The first is there and the second not.
    calls
        .call("semop", &[5, A, 2])
        .has(A, operation(Pack::le(), 0))
        .fails(14, "semop(5, [{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}, 0x7ffd00001006], 2) = -1 EFAULT (Bad address)");
    calls.call("semop", &[5, A, 0]).fails(22, "semop(5, [], 0) = -1 EINVAL (Invalid argument)");
    // As many as the result says.
    calls
        .call("epoll_wait", &[4, A, 16, u64::MAX])
        .leaves(A, Pack::le().u32(1).u64(5).u32(0x10).u64(6))
        .returns(2, "epoll_wait(4, [{events=EPOLLIN, data=0x5}, {events=EPOLLHUP, data=0x6}], 16, -1) = 2");
    calls.call("epoll_wait", &[4, A, 16, 100]).returns(0, "epoll_wait(4, [], 16, 100) = 0");
    // Fewer where less is to be shown.
    let mut limits = Limits::DEFAULT;
    limits.elements = 1;
    calls
        .limits(limits)
        .call("semop", &[5, A, 2])
        .has(A, operation(operation(Pack::le(), 0), 1))
        .returns(0, "semop(5, [{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}, ...], 2) = 0");
}

pub(crate) fn flags_in_the_sign(calls: &mut Calls) {
    // Of an int, the highest bit has a name, and nothing is left of it.
    calls
        .call("wait4", &[u64::MAX, 0, 0x8000_0000, 0])
        .fails(10, "wait4(-1, NULL, __WCLONE, NULL) = -1 ECHILD (No child processes)");
    calls
        .call("sigaltstack", &[A, 0])
        .has(A, Pack::le().u64(0).u32(0x8000_0000).u32(0).u64(8192))
        .returns(0, "sigaltstack({ss_sp=NULL, ss_flags=SS_AUTODISARM, ss_size=8192}, NULL) = 0");
    // And where it is part of a number among the flags.
    calls
        .call("shmget", &[0, 4096, 34 << 26 | 0o4600])
        .returns(5, "shmget(IPC_PRIVATE, 4096, SHM_HUGE_16GB|SHM_HUGETLB|0600) = 5");
    // What has no name is as it was passed.
    calls
        .call("wait4", &[u64::MAX, 0, 0x8800_0000, 0])
        .fails(22, "wait4(-1, NULL, __WCLONE|0x8000000, NULL) = -1 EINVAL (Invalid argument)");
}

pub(crate) fn numbers(calls: &mut Calls) {
    calls.call("pipe2", &[A, 0x8_0000]).leaves(A, Pack::le().u32(3).u32(4)).returns(0, "pipe2([3, 4], O_CLOEXEC) = 0");
    calls.call("pipe2", &[A, 0]).fails(24, "pipe2(0x7ffd00001000, 0) = -1 EMFILE (Too many open files)");
    let done =
        calls.call("setgroups", &[2, A]).has(A, Pack::le().u32(10).u32(20)).returns(0, "setgroups(2, [10, 20]) = 0");
    let Some(Value::Numbers(groups)) = done.args().nth(1).unwrap().value() else { panic!("numbers") };
    assert!(!groups.is_one() && !groups.is_cut() && groups.bytes().len() == 8 && groups.iter().count() == 2);
    let many = (0..33).fold(Pack::le(), |pack, group| pack.u32(group));
    let shown: Vec<_> = (0..32).map(|group| group.to_string()).collect();
    calls
        .call("setgroups", &[33, A])
        .has(A, many)
        .returns(0, &format!("setgroups(33, [{}, ...]) = 0", shown.join(", ")));
    calls.call("getgroups", &[0, 0]).returns(2, "getgroups(0, NULL) = 2");
    // One that the kernel reads and writes: both are told where they differ.
    let done = calls
        .call("sendfile", &[1, 3, A, 4096])
        .has(A, Pack::le().u64(100))
        .leaves(A, Pack::le().u64(612))
        .enters("sendfile(1, 3, [100], 4096)")
        .returns(512, "sendfile(1, 3, [100 => 612], 4096) = 512");
    let offset = done.args().nth(2).unwrap();
    assert!(matches!(offset.before(), Some(Value::Numbers(of)) if of.is_one() && of.bytes()[0] == 100));
    calls.call("sendfile", &[1, 3, A, 9]).has(A, Pack::le().u64(7)).returns(0, "sendfile(1, 3, [7], 9) = 0");
    calls.call("sendfile", &[1, 3, 0, 9]).returns(9, "sendfile(1, 3, NULL, 9) = 9");
    calls
        .call("getresuid", &[A, B, C])
        .leaves(A, Pack::le().u32(0))
        .leaves(B, Pack::le().u32(1000))
        .leaves(C, Pack::le().i32(-1))
        .returns(0, "getresuid([0], [1000], [-1]) = 0");
    calls
        .call("getcpu", &[A, B, 0])
        .leaves(A, Pack::le().u32(3))
        .leaves(B, Pack::le().u32(1))
        .returns(0, "getcpu([3], [1]) = 0");
    calls
        .call("io_setup", &[8, A])
        .has(A, Pack::le().u64(0))
        .leaves(A, Pack::le().u64(0x7f00_0000_1000))
        .returns(0, "io_setup(8, [0 => 0x7f0000001000]) = 0");
    calls
        .call("io_submit", &[0x7f00_0000_1000, 1, A])
        .has(A, Pack::le().u64(B))
        .returns(1, "io_submit(0x7f0000001000, 1, [0x7ffd00002000]) = 1");
    calls
        .call("timer_create", &[0, 0, A])
        .leaves(A, Pack::le().u32(2))
        .returns(0, "timer_create(CLOCK_REALTIME, NULL, [2]) = 0");
}

pub(crate) fn times_that_are_left(calls: &mut Calls) {
    let time = |sec: i64| Pack::le().i64(sec).i64(0);
    calls.call("nanosleep", &[A, B]).has(A, time(1)).returns(0, "nanosleep({tv_sec=1, tv_nsec=0}, 0x7ffd00002000) = 0");
    calls.call("nanosleep", &[A, 0]).has(A, time(1)).returns(0, "nanosleep({tv_sec=1, tv_nsec=0}, NULL) = 0");
    calls.call("nanosleep", &[A, B]).has(A, time(5)).leaves(B, time(2)).fails(
        516,
        "nanosleep({tv_sec=5, tv_nsec=0}, {tv_sec=2, tv_nsec=0}) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)",
    );
    calls
        .call("nanosleep", &[A, B])
        .has(A, time(-5))
        .has(B, time(7))
        .fails(22, "nanosleep({tv_sec=-5, tv_nsec=0}, 0x7ffd00002000) = -1 EINVAL (Invalid argument)");
    calls.call("clock_nanosleep", &[1, 0, A, B]).has(A, time(5)).leaves(B, time(2)).fails(
        516,
        "clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=5, tv_nsec=0}, {tv_sec=2, tv_nsec=0}) \
         = ? ERESTART_RESTARTBLOCK (Interrupted by signal)",
    );
}

pub(crate) fn sets_of_bits(calls: &mut Calls) {
    let done = calls
        .call("sched_setaffinity", &[0, 8, A])
        .has(A, Pack::le().u64(0b1101))
        .returns(0, "sched_setaffinity(0, 8, [0 2 3]) = 0");
    let Some(Value::BitSet(set)) = done.args().nth(2).unwrap().value() else { panic!("bits") };
    assert_eq!((set.len(), set.iter().collect::<Vec<_>>()), (64, vec![0, 2, 3]));
    assert!(set.has(2) && !set.has(1) && !set.has(64) && !set.is_empty());
    calls
        .call("sched_getaffinity", &[0, 128, A])
        .leaves(A, Pack::le().u64(1).u64(1))
        .returns(16, "sched_getaffinity(0, 128, [0 64]) = 16");
    calls
        .call("sched_setaffinity", &[0, 8, A])
        .has(A, [1; 4])
        .fails(14, "sched_setaffinity(0, 8, 0x7ffd00001000) = -1 EFAULT (Bad address)");
    // 32-bit words of a big-endian machine: bit 0 is the lowest of the first word.
    calls
        .on(Abi::Powerpc)
        .call("sched_setaffinity", &[0, 8, 0x1000])
        .has(0x1000, Pack::be().u32(1).u32(2))
        .returns(0, "sched_setaffinity(0, 8, [0 33]) = 0");
}

pub(crate) fn sets_of_signals(calls: &mut Calls) {
    let set = |bits: u64| Pack::le().u64(bits);
    let done = calls
        .call("rt_sigprocmask", &[0, A, B, 8])
        .has(A, set(1 << 1 | 1 << 16))
        .leaves(B, set(0))
        .enters("rt_sigprocmask(SIG_BLOCK, [INT CHLD], 0x7ffd00002000, 8)")
        .returns(0, "rt_sigprocmask(SIG_BLOCK, [INT CHLD], [], 8) = 0");
    let Some(Value::SigSet(signals)) = done.args().nth(1).unwrap().value() else { panic!("signals") };
    assert_eq!(signals.iter().map(|bit| bit + 1).collect::<Vec<_>>(), [2, 17]);
    calls
        .call("rt_sigprocmask", &[2, A, 0, 8])
        .has(A, set(!0))
        .returns(0, "rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8) = 0");
    calls
        .call("rt_sigprocmask", &[2, A, 0, 8])
        .has(A, set(!(1 << 8 | 1 << 18)))
        .returns(0, "rt_sigprocmask(SIG_SETMASK, ~[KILL STOP], NULL, 8) = 0");
    calls
        .call("rt_sigprocmask", &[0, A, 0, 8])
        .has(A, set(3 << 31))
        .returns(0, "rt_sigprocmask(SIG_BLOCK, [RTMIN RT_1], NULL, 8) = 0");
    // A set of a size that the kernel refuses.
    calls
        .call("rt_sigprocmask", &[0, A, 0, 4])
        .has(A, set(1))
        .fails(22, "rt_sigprocmask(SIG_BLOCK, 0x7ffd00001000, NULL, 4) = -1 EINVAL (Invalid argument)");
    calls.call("rt_sigpending", &[A, 8]).leaves(A, set(1 << 9)).returns(0, "rt_sigpending([USR1], 8) = 0");
    calls
        .call("rt_sigsuspend", &[A, 8])
        .has(A, set(1))
        .fails(514, "rt_sigsuspend([HUP], 8) = ? ERESTARTNOHAND (To be restarted if no handler)");
    // A size of 8 is all on mips as well, whose sets have 128 signals: 16 bytes.
    calls
        .on(Abi::MipsN64)
        .call("rt_sigprocmask", &[1, 0x1000, 0, 16])
        .has(0x1000, Pack::be().u64(1 << 1).u64(1))
        .returns(0, "rt_sigprocmask(SIG_BLOCK, [INT RT_33], NULL, 16) = 0");
    // The old ones: a word, or the signals of one.
    calls.on(Abi::I386);
    calls
        .call("sigprocmask", &[0, 0x1000, 0x2000])
        .has(0x1000, Pack::le().u32(1 << 14))
        .leaves(0x2000, Pack::le().u32(0))
        .returns(0, "sigprocmask(SIG_BLOCK, [TERM], []) = 0");
    calls.call("ssetmask", &[1 << 1]).returns(1 << 14, "ssetmask([INT]) = 0x4000 (old mask [TERM])");
    calls.call("sgetmask", &[]).returns(0, "sgetmask() = 0 (mask [])");
    calls
        .call("sigsuspend", &[0, 0, 1 << 16])
        .fails(514, "sigsuspend(0, 0, [CHLD]) = ? ERESTARTNOHAND (To be restarted if no handler)");
}

pub(crate) fn sets_of_descriptors(calls: &mut Calls) {
    let set = |bits: u64| Pack::le().u64(bits);
    let time = |sec: i64, usec: i64| Pack::le().i64(sec).i64(usec);
    let done = calls
        .call("select", &[8, A, B, 0, C])
        .has(A, set(1 << 3 | 1 << 5))
        .has(B, set(1 << 4))
        .has(C, time(1, 0))
        .leaves(A, set(1 << 5))
        .leaves(B, set(0))
        .leaves(C, time(0, 750_000))
        .enters("select(8, [3 5], [4], NULL, {tv_sec=1, tv_usec=0})")
        .returns(1, "select(8, [3 5], [4], NULL, {tv_sec=1, tv_usec=0}) = 1 (in [5], left {tv_sec=0, tv_usec=750000})");
    let Some(Value::FdSet(after)) = done.args().nth(1).unwrap().value() else { panic!("descriptors") };
    assert_eq!((after.len(), after.iter().collect::<Vec<_>>()), (8, vec![5]));
    calls
        .call("select", &[65, A, 0, 0, 0])
        .has(A, Pack::le().u64(1).u64(1))
        .leaves(A, Pack::le().u64(0).u64(1))
        .returns(1, "select(65, [0 64], NULL, NULL, NULL) = 1 (in [64])");
    calls
        .call("select", &[1, A, 0, 0, C])
        .has(A, set(1))
        .has(C, time(0, 0))
        .leaves(A, set(0))
        .returns(0, "select(1, [0], NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout)");
    calls
        .call("select", &[1, A, 0, 0, 0])
        .has(A, set(1))
        .fails(514, "select(1, [0], NULL, NULL, NULL) = ? ERESTARTNOHAND (To be restarted if no handler)");
    calls
        .call("pselect6", &[4, A, 0, 0, C, D])
        .has(A, set(1 << 3))
        .has(C, time(1, 0))
        .has(D, Pack::le().u64(B).u64(8))
        .has(B, set(1 << 16))
        .leaves(A, set(0))
        .returns(0, "pselect6(4, [3], NULL, NULL, {tv_sec=1, tv_nsec=0}, {p=[CHLD], size=8}) = 0 (Timeout)");
}
