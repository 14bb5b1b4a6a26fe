//! The memory of a live process, through the kernel's file of it.

#[cfg(feature = "std")]
use std::{format, fs::File, io, os::unix::fs::FileExt};

use crate::memory::{Fault, Memory};

/// The memory of a process: `/proc/PID/mem`.
///
/// - Who may open it is who may attach by `ptrace`: the tracer of the process, its owner where Yama and other security
///   modules allow, or a holder of `CAP_SYS_PTRACE` (`mem_open` in `fs/proc/base.c`, `PTRACE_MODE_ATTACH`). The right is
///   checked at opening alone. For reading the process need not be stopped; what is read may then change meanwhile.
/// - It is the memory that the process had when the file was opened. After `execve` the process has another one, and
///   reads here fault, as they do after its end, or read on from a process that shares the old one (`proc_mem_open` keeps
///   the `mm`, `mem_rw` asks `mmget_not_zero`). A tracer opens it anew at each `PTRACE_EVENT_EXEC`.
/// - A read ends where mappings do, or at a page that cannot be brought in; a file's page beyond its end is such
///   (`access_remote_vm`). Pages that the program itself may not read are read all the same, where the kernel allows
///   that (`proc_mem_foll_force`, `CONFIG_PROC_MEM_*` since 6.12).
/// - Addresses above `i64::MAX` are faults (`ksys_pread64` in `fs/read_write.c`): of programs, x86_64's `[vsyscall]` page
///   alone is there.
///
/// ```
/// use syscall_meta::{Memory, ProcessMemory};
///
/// let memory = ProcessMemory::new(std::process::id())?;
/// let text = "in memory";
/// let mut read = [0; 9];
/// memory.read_exact(text.as_ptr() as u64, &mut read).unwrap();
/// assert_eq!(&read, text.as_bytes());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[cfg_attr(docsrs, doc(cfg(all(feature = "std", target_os = "linux"))))]
pub struct ProcessMemory {
    file: File,
}

impl ProcessMemory {
    /// The memory of the process, or of the process of the thread, with this id, as `/proc` shows them: an id of the
    /// reader's own PID namespace in most cases.
    ///
    /// # Errors
    /// What opening `/proc/PID/mem` gave: `NotFound` where there is no such process, `PermissionDenied` where it may not
    /// be traced.
    pub fn new(pid: u32) -> io::Result<ProcessMemory> {
        File::open(format!("/proc/{pid}/mem")).map(ProcessMemory::from_file)
    }

    /// The memory that an open file has, byte by address: `mem` of a process or thread, wherever `/proc` is mounted.
    pub fn from_file(file: File) -> ProcessMemory {
        ProcessMemory { file }
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// One `pread` a read, so that no position is shared. Any error is a fault, also that of an ended process, which reads as
/// an empty file.
impl Memory for ProcessMemory {
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        if buf.is_empty() {
            return Ok(0);
        }
        match self.file.read_at(buf, address) {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(Fault::at(address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn own() -> ProcessMemory {
        ProcessMemory::new(std::process::id()).expect("a process may read itself")
    }

    #[test]
    #[cfg_attr(miri, ignore = "an interpreter has no memory of processes")]
    fn a_process_reads_its_own_bytes() {
        let bytes: std::vec::Vec<u8> = (0..100_000_u32).map(|i| (i * 7) as u8).collect();
        let (memory, mut read) = (own(), std::vec![0; bytes.len()]);
        assert_eq!(memory.read_exact(bytes.as_ptr() as u64, &mut read), Ok(()));
        assert!(read == bytes);
        assert_eq!(memory.read(bytes.as_ptr() as u64, &mut []), Ok(0));
        let again = ProcessMemory::from_file(memory.file().try_clone().unwrap());
        assert_eq!(again.read(bytes.as_ptr() as u64, &mut read[..3]), Ok(3));
    }

    #[test]
    #[cfg_attr(miri, ignore = "an interpreter has no memory of processes")]
    fn what_is_not_mapped_is_a_fault() {
        let (memory, mut buf) = (own(), [0; 8]);
        for address in [0, 8, i64::MAX as u64 - 7, i64::MAX as u64, 1 << 63, u64::MAX - 3, u64::MAX] {
            assert_eq!(memory.read(address, &mut buf), Err(Fault::at(address)), "{address:#x}");
            assert_eq!(memory.read(address, &mut []), Ok(0));
        }
    }

    /// The process's readable mappings before a hole, by the kernel's own list: the addresses behind them.
    fn ends() -> std::vec::Vec<u64> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let readable = maps.lines().filter(|line| line.contains(" r") && !line.contains("[v"));
        let ends = readable.filter_map(|line| line.split([' ', '-']).nth(1));
        let ends = ends.filter(|end| !maps.contains(&std::format!("\n{end}-")));
        ends.filter_map(|end| u64::from_str_radix(end, 16).ok()).collect()
    }

    #[test]
    #[cfg_attr(miri, ignore = "an interpreter has no memory of processes")]
    fn a_read_ends_with_the_mapping() {
        let memory = own();
        // Other tests map and unmap meanwhile, so only what is the same before and after counts.
        for _ in 0..1000 {
            let before = ends();
            let read = |end: &u64| {
                let mut buf = [0; 64];
                (memory.read(end - 16, &mut buf), memory.read_exact(end - 16, &mut buf))
            };
            let read: std::vec::Vec<_> = before.iter().map(read).collect();
            if ends() != before {
                continue;
            }
            // A mapping of a file may end with a page that the file has not.
            let mut tried = before.iter().zip(read).filter(|(_, (some, _))| some.is_ok()).peekable();
            assert!(tried.peek().is_some());
            for (end, (some, all)) in tried {
                assert_eq!((some, all), (Ok(16), Err(Fault::at(*end))));
            }
            return;
        }
        panic!("mappings never stay as they are");
    }

    #[test]
    #[cfg_attr(miri, ignore = "an interpreter has no memory of processes")]
    fn an_ended_process_has_no_memory() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let memory = ProcessMemory::new(child.id()).expect("a child may be read");
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(memory.read(0x1000, &mut [0]), Err(Fault::at(0x1000)));
        assert_eq!(ProcessMemory::new(u32::MAX).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
