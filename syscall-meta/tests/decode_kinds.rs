//! Each kind of parameter, field and result, as it is read out of words and memory and as it is written.

#![cfg(all(feature = "decode", feature = "all-abis"))]

mod decoding;
#[path = "decoding/pointers.rs"]
mod pointers;

use std::collections::BTreeSet;

use decoding::{Calls, Pack, key, returns_key};
use syscall_meta::{Abi, Limits, Outcome, Value};

/// Declares the groups of calls: a test for each, and the list of all for what they cover together.
macro_rules! groups {
    ($($module:ident::$name:ident,)*) => {
        const GROUPS: &[fn(&mut Calls)] = &[$($module::$name),*];

        mod each {
            use super::*;

            $(#[test]
            fn $name() {
                $module::$name(&mut Calls::new(Abi::X86_64));
            })*
        }
    };
}

groups! {
    pointers::paths,
    pointers::texts,
    pointers::lists_of_texts,
    pointers::bytes,
    pointers::structures,
    pointers::what_ends_a_structure,
    pointers::no_more_than_the_result,
    pointers::arrays_of_structures,
    pointers::flags_in_the_sign,
    pointers::numbers,
    pointers::times_that_are_left,
    pointers::sets_of_bits,
    pointers::sets_of_signals,
    pointers::sets_of_descriptors,
    crate::socket_addresses,
    crate::buffers,
    crate::messages,
    crate::signals_that_are_told,
    crate::entries_of_folders,
    crate::ends_of_children,
    crate::plain_numbers,
    crate::modes_and_devices,
    crate::named_values,
    crate::what_is_chosen,
    crate::what_is_opaque,
    crate::results,
    crate::failures,
    crate::what_is_ready,
    crate::fields,
}

const A: u64 = 0x7ffd_0000_1000;
const B: u64 = 0x7ffd_0000_2000;
const C: u64 = 0x7ffd_0000_3000;
const D: u64 = 0x7ffd_0000_4000;
/// An address at which nothing is.
const NOWHERE: u64 = 0x10;
/// `AT_FDCWD` as C has it: an int in a register of 64 bits.
const AT_FDCWD: u64 = 0xffff_ff9c;

fn socket_addresses(calls: &mut Calls) {
    let mut bind = |len: u64, bytes: Pack, text: &str| {
        calls.call("bind", &[3, A, len]).has(A, bytes).returns(0, &format!("bind(3, {text}, {len}) = 0"))
    };
    let of = |family: u16| Pack::le().u16(family);
    let done = bind(11, of(1).raw(b"/tmp/sock"), r#"{sa_family=AF_UNIX, sun_path="/tmp/sock"}"#);
    let Some(Value::SockAddr(address)) = done.args().nth(1).unwrap().value() else { panic!("an address") };
    assert_eq!((address.family(), address.rest()), (Some(1), &b"/tmp/sock"[..]));
    bind(110, of(1).raw(b"/a").to(110), r#"{sa_family=AF_UNIX, sun_path="/a"}"#);
    bind(6, of(1).raw(b"\0abc"), r#"{sa_family=AF_UNIX, sun_path=@"abc"}"#);
    bind(2, of(1), "{sa_family=AF_UNIX}");
    bind(
        16,
        of(2).raw(&[0x1f, 0x90, 127, 0, 0, 1]).to(16),
        r#"{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}"#,
    );
    let six = of(10).raw(&[0, 53]).raw(&[0, 0, 0, 7]).raw(&[0xfe, 0x80]).to(23).u8(1).u32(2);
    bind(
        28,
        six,
        "{sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(7), inet_pton(AF_INET6, \"fe80::1\", \
         &sin6_addr), sin6_scope_id=2}",
    );
    bind(12, of(16).u16(0).u32(77).u32(0x11), "{sa_family=AF_NETLINK, nl_pid=77, nl_groups=00000011}");
    let link = of(17).raw(&[0x08, 0x00]).i32(2).u16(1).u8(0).u8(6).raw(&[2, 0, 0, 0, 0, 0xfe, 0, 0]);
    bind(
        20,
        link,
        "{sa_family=AF_PACKET, sll_protocol=0x8, sll_ifindex=2, sll_hatype=ARPHRD_ETHER, \
         sll_pkttype=PACKET_HOST, sll_halen=6, sll_addr=02:00:00:00:00:fe:00:00}",
    );
    bind(
        16,
        of(40).u16(0).u32(1024).u32(2).to(16),
        "{sa_family=AF_VSOCK, svm_port=1024, svm_cid=VMADDR_CID_HOST, svm_flags=0}",
    );
    bind(4, of(99).raw(b"ab"), r#"{sa_family=0x63, sa_data="ab"}"#);
    // Too short for its family, and for any.
    bind(4, of(2).raw(&[0, 80]), r#"{sa_family=AF_INET, sa_data="\0P"}"#);
    bind(1, of(2), "0x7ffd00001000");
    // What the kernel writes is as long as it says, and no longer than the room for it.
    let int = |value: i32| Pack::le().i32(value);
    calls
        .call("accept", &[3, A, B])
        .has(B, int(128))
        .leaves(A, of(2).raw(&[0x30, 0x39, 10, 0, 0, 1]).to(16))
        .leaves(B, int(16))
        .enters("accept(3, 0x7ffd00001000, [128])")
        .returns(
            4,
            r#"accept(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("10.0.0.1")}, [128 => 16]) = 4"#,
        );
    calls
        .call("getsockname", &[3, A, B])
        .has(B, int(2))
        .leaves(A, of(1))
        .leaves(B, int(11))
        .returns(0, "getsockname(3, {sa_family=AF_UNIX}, [2 => 11]) = 0");
    calls.call("accept", &[3, 0, 0]).returns(4, "accept(3, NULL, NULL) = 4");
    calls
        .call("sendto", &[3, A, 2, 0x4000, B, 16])
        .has(A, "hi")
        .has(B, of(2).raw(&[0, 53, 8, 8, 8, 8]).to(16))
        .returns(
            2,
            "sendto(3, \"hi\", 2, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(53), \
         sin_addr=inet_addr(\"8.8.8.8\")}, 16) = 2",
        );
}

fn buffers(calls: &mut Calls) {
    let vec = |lens: [u64; 2]| Pack::le().u64(B).u64(lens[0]).u64(C).u64(lens[1]);
    calls
        .call("writev", &[1, A, 2])
        .has(A, vec([3, 2]))
        .has(B, "abc")
        .has(C, "de")
        .returns(5, r#"writev(1, [{iov_base="abc", iov_len=3}, {iov_base="de", iov_len=2}], 2) = 5"#);
    // What is read fills the first buffer, and some of the second.
    let done = calls
        .call("readv", &[0, A, 2])
        .has(A, vec([3, 8]))
        .leaves(B, "abc")
        .leaves(C, "defghijk")
        .enters("readv(0, [{iov_base=0x7ffd00002000, iov_len=3}, {iov_base=0x7ffd00003000, iov_len=8}], 2)")
        .returns(5, r#"readv(0, [{iov_base="abc", iov_len=3}, {iov_base="de", iov_len=8}], 2) = 5"#);
    let Some(Value::List(list)) = done.args().nth(1).unwrap().value() else { panic!("buffers") };
    assert_eq!(list.total(), 2);
    calls
        .call("readv", &[0, A, 1])
        .has(A, vec([3, 0]))
        .fails(9, "readv(0, [{iov_base=0x7ffd00002000, iov_len=3}], 1) = -1 EBADF (Bad file descriptor)");
    calls.call("writev", &[1, NOWHERE, 1]).fails(14, "writev(1, 0x10, 1) = -1 EFAULT (Bad address)");
    calls
        .call("writev", &[1, A, 1])
        .has(A, vec([3, 0]))
        .fails(14, "writev(1, [{iov_base=0x7ffd00002000, iov_len=3}], 1) = -1 EFAULT (Bad address)");
    calls.call("writev", &[1, A, 1]).has(A, [0; 16]).returns(0, "writev(1, [{iov_base=NULL, iov_len=0}], 1) = 0");
    calls
        .call("process_vm_readv", &[7, A, 1, D, 1, 0])
        .has(A, Pack::le().u64(B).u64(4))
        .has(D, Pack::le().u64(0x5000).u64(4))
        .leaves(B, "wxyz")
        .returns(
            4,
            r#"process_vm_readv(7, [{iov_base="wxyz", iov_len=4}], 1, [{iov_base=0x5000, iov_len=4}], 1, 0) = 4"#,
        );
    calls
        .call("vmsplice", &[4, A, 1, 8])
        .has(A, vec([3, 0]))
        .has(B, "abc")
        .returns(3, r#"vmsplice(4, [{iov_base="abc", iov_len=3}], 1, SPLICE_F_GIFT) = 3"#);
}

fn messages(calls: &mut Calls) {
    let message = |name: u64, len: u32| Pack::le().u64(name).u32(len).u32(0).u64(B).u64(1).u64(0).u64(0).u32(0).to(56);
    let to = Pack::le().u16(2).raw(&[0, 53, 8, 8, 8, 8]).to(16);
    calls
        .call("sendmsg", &[3, A, 0x4000])
        .has(A, message(C, 16))
        .has(B, Pack::le().u64(D).u64(2))
        .has(C, &to)
        .has(D, "hi")
        .returns(
            2,
            "sendmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr(\"8.8.8.8\")}, \
             msg_namelen=16, msg_iov=[{iov_base=\"hi\", iov_len=2}], msg_iovlen=1, msg_controllen=0, \
             msg_flags=0}, MSG_NOSIGNAL) = 2",
        );
    calls
        .call("recvmsg", &[3, A, 0])
        .has(A, message(0, 0))
        .has(B, Pack::le().u64(D).u64(64))
        .leaves(D, "hello and what was there before")
        .returns(
            5,
            "recvmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", iov_len=64}], msg_iovlen=1, \
             msg_controllen=0, msg_flags=0}, 0) = 5",
        );
    calls.call("recvmsg", &[3, NOWHERE, 0]).fails(14, "recvmsg(3, 0x10, 0) = -1 EFAULT (Bad address)");
    // System V's: the type of the message, and its text.
    calls
        .call("msgsnd", &[5, A, 3, 0x800])
        .has(A, Pack::le().i64(7).raw(b"abcd"))
        .returns(0, r#"msgsnd(5, {mtype=7, mtext="abc"}, 3, IPC_NOWAIT) = 0"#);
    calls
        .call("msgrcv", &[5, A, 80, 0, 0])
        .leaves(A, Pack::le().i64(7).raw(b"abcd"))
        .returns(3, r#"msgrcv(5, {mtype=7, mtext="abc"}, 80, 0, 0) = 3"#);
}

fn signals_that_are_told(calls: &mut Calls) {
    let info = |signal: i32, code: i32| Pack::le().i32(signal).i32(0).i32(code).i32(0);
    let mut wait = |bytes: Pack, text: &str| {
        let call = calls.call("rt_sigtimedwait", &[A, B, 0, 8]).has(A, Pack::le().u64(!0)).leaves(B, bytes.to(128));
        call.returns(17, &format!("rt_sigtimedwait(~[], {text}, NULL, 8) = 17 (SIGCHLD)"))
    };
    wait(
        info(17, 1).u32(1234).u32(1000).i32(3).u32(0).u64(4).u64(5),
        "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=1234, si_uid=1000, si_status=3, si_utime=4, \
         si_stime=5}",
    );
    wait(info(10, 0).u32(7).u32(1000), "{si_signo=SIGUSR1, si_code=SI_USER, si_pid=7, si_uid=1000}");
    wait(info(10, -6).u32(7).u32(1000), "{si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=1000}");
    wait(
        info(34, -1).u32(7).u32(1000).u64(0x55),
        "{si_signo=SIGRT_2, si_code=SI_QUEUE, si_pid=7, si_uid=1000, si_value={sival_ptr=0x55}}",
    );
    wait(
        info(14, -2).u32(2).u32(1).u64(0x55),
        "{si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=2, si_overrun=1, si_value={sival_ptr=0x55}}",
    );
    wait(info(11, 1).u64(0x1234), "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x1234}");
    wait(info(8, 1).u64(0x1234), "{si_signo=SIGFPE, si_code=FPE_INTDIV, si_addr=0x1234}");
    wait(info(7, 2).u64(0x1234), "{si_signo=SIGBUS, si_code=BUS_ADRERR, si_addr=0x1234}");
    wait(info(5, 2).u64(0x1234), "{si_signo=SIGTRAP, si_code=TRAP_TRACE, si_addr=0x1234}");
    wait(info(29, 1).u64(0x41).i32(5), "{si_signo=SIGIO, si_code=POLL_IN, si_band=POLLIN|POLLRDNORM, si_fd=5}");
    wait(
        info(31, 1).u64(0x40_1234).i32(59).u32(0xc000_003e),
        "{si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x401234, si_syscall=59, \
         si_arch=AUDIT_ARCH_X86_64}",
    );
    // What the kernel sends of itself has no sender; an error of a signal is told where there is one.
    wait(info(14, 0x80).u32(0).u32(0), "{si_signo=SIGALRM, si_code=SI_KERNEL}");
    wait(
        Pack::le().i32(10).i32(5).i32(0).i32(0).u32(7).u32(1000),
        "{si_signo=SIGUSR1, si_errno=5, si_code=SI_USER, si_pid=7, si_uid=1000}",
    );
    wait(info(11, 0x80).u32(0).u32(0), "{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}");
    // The kernel reads one, and writes one beside a result that says nothing.
    calls.call("rt_sigqueueinfo", &[7, 10, A]).has(A, info(10, -1).u32(9).u32(0).u64(1).to(128)).returns(
        0,
        "rt_sigqueueinfo(7, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=9, \
         si_uid=0, si_value={sival_ptr=0x1}}) = 0",
    );
    calls
        .call("waitid", &[1, 77, A, 4, 0])
        .leaves(A, info(17, 2).u32(77).u32(0).i32(9).u32(0).u64(0).u64(0).to(128))
        .returns(
            0,
            "waitid(P_PID, 77, {si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=77, si_uid=0, \
         si_status=9, si_utime=0, si_stime=0}, WEXITED, NULL) = 0",
        );
    // 32 bits have their fields at other places.
    calls
        .on(Abi::I386)
        .call("rt_sigqueueinfo", &[7, 10, 0x1000])
        .has(0x1000, Pack::le().i32(17).i32(0).i32(3).u32(5).u32(0).i32(6).u32(7).u32(8).to(128))
        .returns(
            0,
            "rt_sigqueueinfo(7, SIGUSR1, {si_signo=SIGCHLD, si_code=CLD_DUMPED, si_pid=5, \
         si_uid=0, si_status=6, si_utime=7, si_stime=8}) = 0",
        );
    // mips has the code before the errno.
    calls
        .on(Abi::MipsO32)
        .call("rt_sigqueueinfo", &[7, 16, 0x1000])
        .has(0x1000, Pack::be().i32(16).i32(-1).i32(2).u32(5).u32(6).u32(7).to(128))
        .returns(
            0,
            "rt_sigqueueinfo(7, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_QUEUE, si_errno=2, si_pid=5, \
         si_uid=6, si_value={sival_ptr=0x7}}) = 0",
        );
    // sparc64 has the size of the others with 64 bits, and an int where these have a long.
    calls
        .on(Abi::Sparc64)
        .call("rt_sigqueueinfo", &[7, 23, 0x1000])
        .has(0x1000, Pack::be().i32(23).i32(0).i32(1).u32(0).i32(1).i32(5).to(128))
        .returns(0, "rt_sigqueueinfo(7, SIGIO, {si_signo=SIGIO, si_code=POLL_IN, si_band=POLLIN, si_fd=5}) = 0");
}

fn entries_of_folders(calls: &mut Calls) {
    let new =
        Pack::le().u64(5).i64(1).u16(24).u8(4).raw(b".").to(24).u64(6).i64(-1).u16(32).u8(8).raw(b"some-file").to(56);
    calls
        .call("getdents64", &[3, A, 32768])
        .leaves(A, &new)
        .returns(56, "getdents64(3, 0x7ffd00001000 /* 2 entries */, 32768) = 56");
    let done = calls.call("getdents64", &[3, A, 32768]).leaves(A, &new).verbose().returns(
        56,
        "getdents64(3, [{d_ino=5, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\"}, \
         {d_ino=6, d_off=-1, d_reclen=32, d_type=DT_REG, d_name=\"some-file\"}], 32768) = 56",
    );
    let Some(Value::Dirents(entries)) = done.args().nth(1).unwrap().value() else { panic!("entries") };
    assert_eq!((entries.address(), entries.total()), (A, 2));
    assert_eq!(entries.map(|entry| entry.name).collect::<Vec<_>>(), [&b"."[..], b"some-file"]);
    calls.call("getdents64", &[3, A, 32768]).returns(0, "getdents64(3, 0x7ffd00001000 /* 0 entries */, 32768) = 0");
    // Of more than the limits allow to read it is not told how many there are.
    for (bytes, short, verbose) in [
        (
            55,
            "0x7ffd00001000 /* 1 or more entries */",
            "[{d_ino=5, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\"}, ...]",
        ),
        (23, "0x7ffd00001000 /* 0 or more entries */", "[...]"),
        (0, "0x7ffd00001000", "0x7ffd00001000"),
    ] {
        let mut limits = Limits::DEFAULT;
        limits.bytes = bytes;
        calls.limits(limits);
        calls
            .call("getdents64", &[3, A, 32768])
            .leaves(A, &new)
            .returns(56, &format!("getdents64(3, {short}, 32768) = 56"));
        calls
            .call("getdents64", &[3, A, 32768])
            .leaves(A, &new)
            .verbose()
            .returns(56, &format!("getdents64(3, {verbose}, 32768) = 56"));
    }
    calls.limits(Limits::DEFAULT);
    calls.call("getdents64", &[3, A, 1]).fails(22, "getdents64(3, 0x7ffd00001000, 1) = -1 EINVAL (Invalid argument)");
    // The old form has the type in its last byte.
    let old = Pack::le().u64(5).u64(1).u16(24).raw(b"..").to(23).u8(4);
    calls
        .call("getdents", &[3, A, 32768])
        .leaves(A, &old)
        .verbose()
        .returns(24, "getdents(3, [{d_ino=5, d_off=1, d_reclen=24, d_name=\"..\", d_type=DT_DIR}], 32768) = 24");
    let old = Pack::be().u32(5).u32(1).u16(16).raw(b"..").to(15).u8(4);
    calls
        .on(Abi::Powerpc)
        .call("getdents", &[3, 0x1000, 512])
        .leaves(0x1000, &old)
        .verbose()
        .returns(16, "getdents(3, [{d_ino=5, d_off=1, d_reclen=16, d_name=\"..\", d_type=DT_DIR}], 512) = 16");
}

fn ends_of_children(calls: &mut Calls) {
    let mut wait = |status: u32, text: &str| {
        let call = calls.call("wait4", &[u64::MAX, A, 0, 0]).leaves(A, Pack::le().u32(status));
        call.returns(77, &format!("wait4(-1, [{text}], 0, NULL) = 77"));
    };
    wait(0, "{WIFEXITED(s) && WEXITSTATUS(s) == 0}");
    wait(0x2a00, "{WIFEXITED(s) && WEXITSTATUS(s) == 42}");
    wait(9, "{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}");
    wait(0x8b, "{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}");
    wait(0x137f, "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}");
    wait(0xffff, "{WIFCONTINUED(s)}");
    // Stops of a tracer: a system call with PTRACE_O_TRACESYSGOOD, and an event.
    wait(0x857f, "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}");
    wait(0x4_057f, "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP} | PTRACE_EVENT_EXEC << 16");
    calls.call("wait4", &[77, 0, 3, 0]).returns(0, "wait4(77, NULL, WNOHANG|WUNTRACED, NULL) = 0");
    calls
        .call("wait4", &[77, A, 0, 0])
        .fails(10, "wait4(77, 0x7ffd00001000, 0, NULL) = -1 ECHILD (No child processes)");
    calls
        .call("wait4", &[77, A, 0, B])
        .leaves(A, Pack::le().u32(0))
        .leaves(B, Pack::le().u64(1).u64(2).u64(3).u64(4).to(144))
        .returns(
            77,
            "wait4(77, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, {ru_utime={tv_sec=1, tv_usec=2}, \
         ru_stime={tv_sec=3, tv_usec=4}, ...}) = 77",
        );
}

fn plain_numbers(calls: &mut Calls) {
    // Descriptors, processes, users.
    calls.call("close", &[0xdead_beef_0000_0003]).returns(0, "close(3) = 0");
    calls.call("close", &[0xffff_ffff]).fails(9, "close(-1) = -1 EBADF (Bad file descriptor)");
    calls.call("fchdir", &[3]).returns(0, "fchdir(3) = 0");
    calls.call("kill", &[0xffff_ffff, 15]).returns(0, "kill(-1, SIGTERM) = 0");
    calls.call("kill", &[77, 0]).returns(0, "kill(77, 0) = 0");
    calls.call("tkill", &[77, 99]).fails(22, "tkill(77, 99) = -1 EINVAL (Invalid argument)");
    calls.call("chown", &[A, 0xffff_ffff, 100]).has(A, "f\0").returns(0, r#"chown("f", -1, 100) = 0"#);
    calls.call("setreuid", &[u64::MAX, 0]).returns(0, "setreuid(-1, 0) = 0");
    calls.call("setgid", &[4_294_967_294]).returns(0, "setgid(4294967294) = 0");
    // 16 bits of a user are all that the old calls take.
    calls.on(Abi::I386).call("setuid", &[0xffff]).returns(0, "setuid(-1) = 0");
    calls.on(Abi::X86_64);
    // Sizes and places.
    calls.call("ftruncate", &[3, 1 << 40]).returns(0, "ftruncate(3, 1099511627776) = 0");
    calls.call("lseek", &[3, -8_i64 as u64, 1]).returns(92, "lseek(3, -8, SEEK_CUR) = 92");
    calls.call("munmap", &[A, 4096]).returns(0, "munmap(0x7ffd00001000, 4096) = 0");
    calls.call("brk", &[0]).returns(0x55_5555_0000, "brk(NULL) = 0x5555550000");
    calls.call("listen", &[3, 128]).returns(0, "listen(3, 128) = 0");
    calls.call("dup2", &[3, 4]).returns(4, "dup2(3, 4) = 4");
    calls.call("exit_group", &[0xffff_ffff]).never_returns("exit_group(-1) = ?");
    calls
        .call("rseq", &[A, 32, 1, 0x5305_3053])
        .fails(22, "rseq(0x7ffd00001000, 32, RSEQ_FLAG_UNREGISTER, 0x53053053) = -1 EINVAL (Invalid argument)");
    calls.call("ioperm", &[0x378, 3, 1]).returns(0, "ioperm(0x378, 3, 1) = 0");
    calls.call("membarrier", &[8, 0, 0]).returns(0, "membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) = 0");
    calls
        .call("set_mempolicy_home_node", &[A, 4096, 1, 0])
        .returns(0, "set_mempolicy_home_node(0x7ffd00001000, 4096, 1, 0) = 0");
    // Times and clocks.
    calls.call("alarm", &[30]).returns(12, "alarm(30) = 12");
    calls.call("clock_getres", &[4, 0]).returns(0, "clock_getres(CLOCK_MONOTONIC_RAW, NULL) = 0");
    calls.call("timer_getoverrun", &[5]).returns(2, "timer_getoverrun(5) = 2");
    calls
        .call("epoll_wait", &[4, A, 1, 0xffff_ffff])
        .fails(4, "epoll_wait(4, 0x7ffd00001000, 1, -1) = -1 EINTR (Interrupted system call)");
    // System V's IPC and keys.
    calls.call("msgget", &[0x1234, 0o1600]).returns(5, "msgget(0x1234, IPC_CREAT|0600) = 5");
    calls.call("shmget", &[0, 4096, 0o600]).returns(6, "shmget(IPC_PRIVATE, 4096, 0600) = 6");
    calls.call("shmat", &[6, 0, 0o10000]).returns(0x7f00_0000_0000, "shmat(6, NULL, SHM_RDONLY) = 0x7f0000000000");
    calls
        .call("add_key", &[A, B, C, 3, -4_i64 as u64])
        .has(A, "user\0")
        .has(B, "name\0")
        .has(C, "key")
        .returns(0x1234_5678, r#"add_key("user", "name", "key", 3, KEY_SPEC_USER_KEYRING) = 305419896"#);
    calls.call("keyctl", &[3, 0x1234, 0, 0, 0]).returns(0, "keyctl(KEYCTL_REVOKE, 4660) = 0");
    calls.call("io_destroy", &[0x7f00_0000_1000]).returns(0, "io_destroy(0x7f0000001000) = 0");
    // Requests: one that several devices have, one of a family, one without a name.
    calls.call("ioctl", &[0, 0x5413, NOWHERE]).fails(14, "ioctl(0, TIOCGWINSZ, 0x10) = -1 EFAULT (Bad address)");
    calls.call("ioctl", &[0, 0x8004_fe01, A]).fails(
        25,
        "ioctl(0, _IOC(_IOC_READ, 0xfe, 0x1, 0x4), 0x7ffd00001000) = -1 ENOTTY (Inappropriate ioctl for device)",
    );
    // What nobody looks at is not told at the end, and told in between.
    calls.call("getcpu", &[0, 0, 0x77]).returns(0, "getcpu(NULL, NULL) = 0");
    calls
        .call("mremap", &[A, 4096, 8192, 0, 0x77])
        .returns(B as i64, "mremap(0x7ffd00001000, 4096, 8192, 0) = 0x7ffd00002000");
    // A descriptor of another process.
    calls.call("pidfd_getfd", &[3, 7, 0]).returns(4, "pidfd_getfd(3, 0x7, 0) = 4");
}

fn modes_and_devices(calls: &mut Calls) {
    calls.call("mkdir", &[A, 0o755]).has(A, "d\0").returns(0, r#"mkdir("d", 0755) = 0"#);
    calls.call("chmod", &[A, 0o4755]).has(A, "f\0").returns(0, r#"chmod("f", 04755) = 0"#);
    calls.call("chmod", &[A, 0]).has(A, "f\0").returns(0, r#"chmod("f", 000) = 0"#);
    calls.call("umask", &[0o22]).returns(0o2, "umask(022) = 02");
    calls
        .call("mknod", &[A, 0o020_600, 0x103])
        .has(A, "n\0")
        .returns(0, r#"mknod("n", S_IFCHR|0600, makedev(0x1, 0x3)) = 0"#);
    calls
        .call("mknod", &[A, 0o060_600, 0x0801])
        .has(A, "n\0")
        .returns(0, r#"mknod("n", S_IFBLK|0600, makedev(0x8, 0x1)) = 0"#);
    // 12 bits of a major number, and 20 of a minor one: 0x123, 0x45678.
    calls
        .call("mknod", &[A, 0o060_000, 0x4561_2378])
        .has(A, "n\0")
        .returns(0, r#"mknod("n", S_IFBLK|000, makedev(0x123, 0x45678)) = 0"#);
    calls.call("mknod", &[A, 0o010_644, 0x103]).has(A, "n\0").returns(0, r#"mknod("n", S_IFIFO|0644) = 0"#);
    calls
        .call("mknodat", &[3, A, 0o107_755, 0])
        .has(A, "n\0")
        .returns(0, r#"mknodat(3, "n", S_IFREG|S_ISUID|S_ISGID|S_ISVTX|0755) = 0"#);
    calls
        .call("ustat", &[0x0801, A])
        .leaves(A, Pack::le().u32(7).u32(0).u64(9).to(32))
        .returns(0, r#"ustat(makedev(0x8, 0x1), {f_tfree=7, f_tinode=9}) = 0"#);
}

fn named_values(calls: &mut Calls) {
    calls
        .call("open", &[A, 0o1101, 0o666])
        .has(A, "f\0")
        .returns(3, r#"open("f", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3"#);
    // The mode of a file that is not made is nothing.
    calls.call("open", &[A, 2, 0o666]).has(A, "f\0").returns(3, r#"open("f", O_RDWR) = 3"#);
    // Bits without a name beside those with one, alone, and none.
    calls.call("open", &[A, 0x8000_0001]).has(A, "f\0").returns(3, r#"open("f", O_WRONLY|0x80000000) = 3"#);
    calls.call("pipe2", &[A, 0x1]).fails(22, "pipe2(0x7ffd00001000, 0x1) = -1 EINVAL (Invalid argument)");
    calls.call("unlinkat", &[3, A, 0]).has(A, "f\0").returns(0, r#"unlinkat(3, "f", 0) = 0"#);
    // One of several, and one that is none of them.
    calls.call("lseek", &[3, 0, 2]).returns(0, "lseek(3, 0, SEEK_END) = 0");
    calls.call("lseek", &[3, 0, 0x63]).fails(22, "lseek(3, 0, 0x63) = -1 EINVAL (Invalid argument)");
    calls.call("access", &[A, 0]).has(A, "f\0").returns(0, r#"access("f", F_OK) = 0"#);
    calls.call("access", &[A, 5]).has(A, "f\0").returns(0, r#"access("f", R_OK|X_OK) = 0"#);
    calls.call("mmap", &[0, 8192, 3, 0x22, 0xffff_ffff, 0]).returns(
        0x7f00_0000_0000,
        "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000",
    );
    calls.call("mprotect", &[A, 4096, 0]).returns(0, "mprotect(0x7ffd00001000, 4096, PROT_NONE) = 0");
    calls.call("socket", &[2, 0x8_0001, 6]).returns(3, "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3");
    // The same number is another name on another ABI, and another number the same name.
    calls.on(Abi::MipsN64).call("socket", &[2, 2, 0]).returns(3, "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3");
    calls
        .on(Abi::Alpha)
        .call("open", &[0x1000, 0o1002, 0])
        .has(0x1000, "f\0")
        .returns(3, r#"open("f", O_RDWR|O_CREAT, 000) = 3"#);
    calls.on(Abi::Sparc64).call("kill", &[1, 30]).returns(0, "kill(1, SIGUSR1) = 0");
    calls.on(Abi::X86_64).call("kill", &[1, 30]).returns(0, "kill(1, SIGPWR) = 0");
    // An operation with a flag, and clocks that are flags of an operation.
    calls.call("futex", &[A, 129, 1]).returns(1, "futex(0x7ffd00001000, FUTEX_WAKE_PRIVATE, 1) = 1");
    calls
        .call("getrlimit", &[7, A])
        .leaves(A, Pack::le().u64(1024).u64(!0))
        .returns(0, "getrlimit(RLIMIT_NOFILE, {rlim_cur=1024, rlim_max=RLIM_INFINITY}) = 0");
}

/// What other parameters leave a parameter; each entry that has such has a call in `decode_choices.rs`.
fn what_is_chosen(calls: &mut Calls) {
    calls.call("reboot", &[0xfee1_dead, 672_274_793, 0xa1b2_c3d4, A]).has(A, "fast\0").fails(
        1,
        "reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART2, \"fast\") = -1 EPERM \
         (Operation not permitted)",
    );
    calls
        .call("syslog", &[3, A, 8])
        .leaves(A, "<6>booted")
        .returns(8, r#"syslog(SYSLOG_ACTION_READ_ALL, "<6>boote", 8) = 8"#);
    calls
        .call("futex_wake", &[A, 1, 2, 6])
        .has(A, Pack::le().u32(5).u32(0))
        .returns(1, "futex_wake(0x7ffd00001000, 0x1, 2, FUTEX2_SIZE_U32|FUTEX2_NUMA) = 1");
}

fn what_is_opaque(calls: &mut Calls) {
    calls.call("mincore", &[A, 4096, B]).leaves(B, [1]).returns(0, "mincore(0x7ffd00001000, 4096, 0x7ffd00002000) = 0");
    calls
        .on(Abi::Powerpc64)
        .call("subpage_prot", &[0x1_0000, 0x1_0000, 0x2000])
        .has(0x2000, [0; 64])
        .returns(0, "subpage_prot(0x10000, 65536, 0x2000) = 0");
    // A call without a name, with all its words.
    calls
        .on(Abi::X86_64)
        .number(9999, &[1, 2, 0, 0xffff_ffff_ffff_ffff, 5, 6])
        .fails(38, "syscall_0x270f(0x1, 0x2, 0, 0xffffffffffffffff, 0x5, 0x6) = -1 ENOSYS (Function not implemented)");
}

fn results(calls: &mut Calls) {
    // Nothing that is known, and what is known never to come.
    calls.call("read", &[0, A, 9]).never_returns("read(0, 0x7ffd00001000, 9) = ?");
    calls.call("exit", &[0]).never_returns("exit(0) = ?");
    // The stack's own registers come back from a handler: any number.
    calls.call("rt_sigreturn", &[]).returns(42, "rt_sigreturn() = 42");
    calls.call("getpid", &[]).returns(1234, "getpid() = 1234");
    calls.call("gettid", &[]).returns(1235, "gettid() = 1235");
    calls.call("getuid", &[]).returns(1000, "getuid() = 1000");
    calls.call("getegid", &[]).returns(100, "getegid() = 100");
    calls.call("setfsuid", &[0xffff_ffff]).returns(0, "setfsuid(-1) = 0");
    calls.call("sched_getscheduler", &[0]).returns(1, "sched_getscheduler(0) = 1 (SCHED_FIFO)");
    calls.call("fcntl", &[3, 3]).returns(0x8002, "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)");
    calls.call("fcntl", &[3, 1]).returns(1, "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
    calls.call("fcntl", &[3, 1]).returns(0, "fcntl(3, F_GETFD) = 0");
    calls.call("fcntl", &[3, 11]).returns(29, "fcntl(3, F_GETSIG) = 29 (SIGIO)");
    calls.call("personality", &[0xffff_ffff]).returns(0, "personality(0xffffffff) = 0 (PER_LINUX)");
    calls.call("getpriority", &[0, 0]).returns(20, "getpriority(PRIO_PROCESS, 0) = 20");
    calls.call("time", &[0]).returns(1_700_000_000, "time(NULL) = 1700000000");
    calls.call("rseq_slice_yield", &[]).returns(1, "rseq_slice_yield() = 1");
    calls.call("epoll_create1", &[0x8_0000]).returns(4, "epoll_create1(EPOLL_CLOEXEC) = 4");
    calls
        .call("request_key", &[A, B, 0, 0])
        .has(A, "user\0")
        .has(B, "x\0")
        .returns(99, r#"request_key("user", "x", NULL, 0) = 99"#);
    calls.call("uprobe", &[]).returns(7, "uprobe() = 7");
    calls.on(Abi::Arm).call("breakpoint", &[]).returns(0x1234, "breakpoint() = 0x1234");
    // A result with the highest bit of a word is no failure where it is an address.
    calls.on(Abi::I386).call("brk", &[0]).returns(0xf7f0_0000, "brk(NULL) = 0xf7f00000");
    calls.on(Abi::I386).call("lseek", &[3, 0, 0]).returns(0x7fff_ffff, "lseek(3, 0, SEEK_SET) = 2147483647");
    calls.on(Abi::X32).call("lseek", &[3, 0, 0]).returns(0x8000_0000, "lseek(3, 0, SEEK_SET) = 2147483648");
}

fn failures(calls: &mut Calls) {
    calls
        .call("read", &[0, A, 9])
        .fails(11, "read(0, 0x7ffd00001000, 9) = -1 EAGAIN (Resource temporarily unavailable)");
    calls
        .call("read", &[0, A, 9])
        .fails(512, "read(0, 0x7ffd00001000, 9) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
    calls.call("fork", &[]).fails(513, "fork() = ? ERESTARTNOINTR (To be restarted)");
    calls.call("pause", &[]).fails(514, "pause() = ? ERESTARTNOHAND (To be restarted if no handler)");
    // Errors of the kernel alone that reach programs all the same, and numbers that are no error.
    calls.call("fcntl", &[3, 1]).fails(524, "fcntl(3, F_GETFD) = -1 ENOTSUPP (Unknown error 524)");
    calls.call("fcntl", &[3, 1]).fails(4000, "fcntl(3, F_GETFD) = -1 (errno 4000)");
    // The same name has other numbers elsewhere.
    calls.on(Abi::MipsN64).call("close", &[3]).fails(89, "close(3) = -1 ENOSYS (Function not implemented)");
    calls.on(Abi::Alpha).call("close", &[3]).fails(35, "close(3) = -1 EAGAIN (Resource temporarily unavailable)");
    calls.on(Abi::Sparc64).call("close", &[3]).fails(36, "close(3) = -1 EINPROGRESS (Operation now in progress)");
}

fn what_is_ready(calls: &mut Calls) {
    let asked = Pack::le().i32(3).u16(1).u16(0).i32(4).u16(4).u16(0);
    let found = Pack::le().i32(3).u16(1).u16(0x11).i32(4).u16(4).u16(0);
    let time = |sec: i64| Pack::le().i64(sec).i64(0);
    let list = "[{fd=3, events=POLLIN}, {fd=4, events=POLLOUT}]";
    let mut poll = |outcome: i64, found: &Pack, text: &str| {
        let call = calls.call("poll", &[A, 2, 0xffff_ffff]).has(A, &asked).leaves(A, found);
        let outcome = Outcome::from_word(Abi::X86_64, outcome as u64);
        call.enters(&format!("poll({list}, 2, -1)")).ends(Some(outcome), &format!("poll({list}, 2, -1) = {text}"))
    };
    poll(1, &found, "1 ([{fd=3, revents=POLLIN|POLLHUP}])");
    poll(0, &asked, "0 (Timeout)");
    poll(-516, &asked, "? ERESTART_RESTARTBLOCK (Interrupted by signal)");
    calls
        .call("ppoll", &[A, 2, B, C, 8])
        .has(A, &asked)
        .has(B, time(1))
        .has(C, Pack::le().u64(1 << 16))
        .leaves(A, &found)
        .leaves(B, time(0))
        .returns(
            1,
            &format!(
                "ppoll({list}, 2, {{tv_sec=1, tv_nsec=0}}, [CHLD], 8) = 1 ([{{fd=3, \
         revents=POLLIN|POLLHUP}}], left {{tv_sec=0, tv_nsec=0}})"
            ),
        );
    calls
        .call("epoll_pwait", &[4, A, 1, 5, B, 8])
        .has(B, Pack::le().u64(1))
        .leaves(A, Pack::le().u32(1).u64(9))
        .returns(1, "epoll_pwait(4, [{events=EPOLLIN, data=0x9}], 1, 5, [HUP], 8) = 1");
}

/// What fields of structures are beside what parameters are.
fn fields(calls: &mut Calls) {
    // Ints below 0 that are told in hex have the bits of an int.
    let words = [0xef53, 4096, 9, 8, 7, 6, 5].into_iter().fold(Pack::le(), Pack::u64);
    let whole = words.u32(0xde62_a18d).u32(2).u64(255).u64(4096).u64(0x20).to(120);
    calls.call("fstatfs", &[3, 0x1000]).leaves(0x1000, whole).returns(
        0,
        "fstatfs(3, {f_type=EXT4_SUPER_MAGIC, f_bsize=4096, f_blocks=9, f_bfree=8, f_bavail=7, f_files=6, f_ffree=5, \
         f_fsid={val=[0xde62a18d, 0x2]}, f_namelen=255, f_frsize=4096, f_flags=ST_VALID}) = 0",
    );
    // Text, as far as it is one, and bytes.
    let name = |name: &str| Pack::le().raw(name.as_bytes()).to(65);
    let names = ["Linux", "host", "6.12.0", "#1 SMP", "x86_64", "(none)"].map(name);
    let names = names.iter().fold(Pack::le(), |all, name| all.raw(name.as_ref()));
    calls.call("uname", &[A]).leaves(A, names).verbose().returns(
        0,
        "uname({sysname=\"Linux\", nodename=\"host\", release=\"6.12.0\", version=\"#1 SMP\", \
         machine=\"x86_64\", domainname=\"(none)\"}) = 0",
    );
    // An address of IPv4 and one of IPv6 in a request, a link's, a port behind a family, and a whole address.
    calls
        .call("setsockopt", &[3, 0, 35, A, 8])
        .has(A, Pack::le().raw(&[224, 0, 0, 1]).raw(&[10, 0, 0, 1]))
        // The interface, which `struct ip_mreqn` has beyond `struct ip_mreq`, is not there.
        .returns(
            0,
            "setsockopt(3, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr={s_addr=inet_addr(\"224.0.0.1\")}, \
         imr_address={s_addr=inet_addr(\"10.0.0.1\")}, ...}, 8) = 0",
        );
    calls.call("setsockopt", &[3, 41, 20, A, 20]).has(A, Pack::le().raw(&[0xff, 2]).to(15).u8(1).i32(2)).returns(
        0,
        "setsockopt(3, SOL_IPV6, IPV6_ADD_MEMBERSHIP, \
         {ipv6mr_multiaddr={in6_u.u6_addr8=inet_pton(AF_INET6, \"ff02::1\")}, ipv6mr_ifindex=2}, 20) = 0",
    );
    // The address of a link, of which `mr_alen` bytes count, and an array of numbers.
    calls
        .call("setsockopt", &[3, 263, 1, A, 16])
        .has(A, Pack::le().i32(2).u16(0).u16(6).raw(&[1, 0, 0x5e, 0, 0, 1, 0, 0]))
        .returns(
            0,
            "setsockopt(3, SOL_PACKET, PACKET_ADD_MEMBERSHIP, {mr_ifindex=2, \
         mr_type=PACKET_MR_MULTICAST, mr_alen=6, mr_address=01:00:5e:00:00:01:00:00}, 16) = 0",
        );
    let info = Pack::le().u64(60).u64(1).u64(2).u64(3).u64(4096).u64(1024).to(112);
    calls.call("sysinfo", &[A]).leaves(A, info).returns(
        0,
        "sysinfo({uptime=60, loads=[1, 2, 3], totalram=4096, freeram=1024, sharedram=0, bufferram=0, totalswap=0, \
         freeswap=0, procs=0, totalhigh=0, freehigh=0, mem_unit=0}) = 0",
    );
    let signals = Pack::le().u64(1).u64(0x400_0000).u64(0x5000).u64(1 << 1 | 1 << 14);
    calls
        .call("rt_sigaction", &[2, A, 0, 8])
        .has(A, Pack::le().u64(0x40_1000).u64(0x1400_0000).u64(0x7f00_0000_5000).u64(1 << 1 | 1 << 14))
        .returns(
            0,
            "rt_sigaction(SIGINT, {sa_handler=0x401000, sa_mask=[INT TERM], \
         sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f0000005000}, NULL, 8) = 0",
        );
    calls.call("rt_sigaction", &[2, A, B, 8]).has(A, signals).leaves(B, [0; 32]).returns(
        0,
        "rt_sigaction(SIGINT, {sa_handler=SIG_IGN, sa_mask=[INT TERM], sa_flags=SA_RESTORER, \
         sa_restorer=0x5000}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
    );
}

/// The kinds that parameters and results have in the tables.
fn known() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for table in Abi::ALL.iter().filter_map(|abi| abi.table()) {
        for call in table.iter() {
            for side in [Some(call.side()), call.compat_side()].into_iter().flatten() {
                let params = [side.params(), side.block()].into_iter().flatten().flatten();
                all.extend(params.filter_map(|param| side.kind(param.name())).map(key));
                all.extend(side.returns().map(returns_key));
            }
        }
    }
    all
}

/// Kinds that choices and structures alone have, and each form of value.
const BEYOND: &[&str] = &[
    "InOut Numbers",
    "field Ipv4",
    "field Ipv6",
    "field HwAddr",
    "field Text",
    "field Bytes",
    "field SigSet",
    "field SockAddr",
    "field Struct",
    "field List",
    "field Numbers",
    "field Null",
    "field Address",
    "field Number",
    "value Number",
    "value Null",
    "value Address",
    "value Text",
    "value Bytes",
    "value Struct",
    "value List",
    "value Numbers",
    "value SigSet",
    "value FdSet",
    "value BitSet",
    "value SockAddr",
    "value Dirents",
];

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_kind_of_the_tables_has_a_call() {
    let mut calls = Calls::new(Abi::X86_64);
    for group in GROUPS {
        group(calls.on(Abi::X86_64));
    }
    let known = known();
    assert!(known.len() > 80, "{known:#?}");
    let beyond = BEYOND.iter().map(|kind| kind.to_string());
    let missing: Vec<_> = known.into_iter().chain(beyond).filter(|kind| !calls.kinds.contains(kind)).collect();
    assert!(missing.is_empty(), "no call has {missing:#?}, of {:#?}", calls.kinds);
}
