//! Numbers that there are not.

use syscall_meta::sysno;

const ABI: u32 = sysno!(x86_46, openat);
const ALIAS: u32 = sysno!(amd64, openat);
const NOWHERE: u32 = sysno!(pdp, openat);
const CALL: u32 = sysno!(x86_64, opnat);
const ELSEWHERE: u32 = sysno!(aarch64, open);
const OF_FEW: u32 = sysno!(aarch64, arm_fadvise64_64);
const BOTH: u32 = sysno!(x68_64, opnat);
const MISSING: u32 = sysno!(x86_64);
const MORE: u32 = sysno!(x86_64, openat, read);

fn main() {
    // Nothing of this is wrong.
    let _: [u32; 3] = [ABI, CALL, BOTH];
}
