//! What the kernel's structures do not have.
use syscall_meta::FromTracee;

#[derive(FromTracee)]
#[tracee(struct = "no_such_struct")]
struct NoStruct {
    tv_sec: i64,
}

#[derive(FromTracee)]
#[tracee(struct = "compat_stat")]
struct Several {
    st_mode: u32,
}

#[derive(FromTracee)]
#[tracee(struct = "statx")]
struct Fields {
    stx_made: u32,
    stx_size: u32,
    stx_mtime: u64,
    #[tracee(field = "__spare3")]
    spare: [u64; 4],
}

#[derive(FromTracee)]
#[tracee(struct = "statx_timestamp")]
struct Timestamp {
    tv_sec: i64,
}

#[derive(FromTracee)]
#[tracee(struct = "statx")]
struct Nested {
    stx_mtime: Timestamp,
    stx_mask: Timestamp,
}

#[derive(FromTracee)]
#[tracee(struct = "user_desc", abis(x86_64, aarch64))]
struct OnOne {
    entry_number: u32,
}

#[derive(FromTracee)]
#[tracee(struct = "linux_dirent64", header = "include/linux/dirent.h")]
struct Tail {
    d_name: [u8; 4],
}

fn main() {}
