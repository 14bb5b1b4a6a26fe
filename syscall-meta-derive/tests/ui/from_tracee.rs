//! What `#[derive(FromTracee)]` says of its own text.
use syscall_meta::FromTracee;

#[derive(FromTracee)]
struct Nameless {
    tv_sec: i64,
}

#[derive(FromTracee)]
#[tracee(struct = "timespec", struct = "timeval", abi(x86_64), abis(x86_46), field = "x")]
struct Wrong {
    #[tracee(name = "tv_sec")]
    sec: i64,
    #[tracee(field = "tv_nsec", field = "tv_nsec")]
    nsec: i64,
}

#[derive(FromTracee)]
#[tracee(struct = "timespec")]
struct Generic<T> {
    tv_sec: T,
}

#[derive(FromTracee)]
#[tracee(struct = "timespec")]
struct Tuple(i64, i64);

#[derive(FromTracee)]
#[tracee(struct = "timespec")]
enum Either {
    Sec(i64),
}

#[derive(FromTracee)]
#[tracee(struct = "timespec", abis())]
struct NoAbi {
    tv_sec: i64,
}

fn main() {
    // What stands in for them is there.
    let _ = Nameless::size(syscall_meta::Abi::X86_64) + Wrong::size(syscall_meta::Abi::X86_64);
}
