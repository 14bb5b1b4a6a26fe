// Calls on memory: mapping, protecting, advising, locking, policies of nodes, and other processes' memory.
#include "calls.h"
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

// A part of the address space that only this file maps and unmaps.
#define ZONE 0x720000000UL
#define PAGE 4096UL
#define FIXED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static long file;

static void mapping(void)
{
  file = call(open, STR("file"), O_RDWR | O_CREAT, 0600);
  call(ftruncate, file, 4 * PAGE);
  call(mmap, ZONE, 16 * PAGE, PROT_READ | PROT_WRITE, FIXED, -1, 0);
  call(mmap, ZONE + 16 * PAGE, PAGE, PROT_NONE, FIXED | MAP_NORESERVE | MAP_POPULATE, -1, 0);
  call(mmap, ZONE + 32 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, PAGE);
  call(mmap, ZONE + 34 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0);
  call(mmap, ZONE + 34 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0);
  call(mmap, ZONE + 34 * PAGE, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, file, 0);
  call(mmap, ZONE + 36 * PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE | MAP_LOCKED,
      file, 0);
  call(mmap, ZONE + 64 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_GROWSDOWN, FIXED | MAP_GROWSDOWN | MAP_STACK,
      -1, 0);
  call(mmap, NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  call(mmap, ZONE + 1, PAGE, PROT_READ, FIXED, -1, 0);
  call(mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, NOFD, 0);
  call(mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 123);
  call(mmap, NULL, PAGE, 0xf0, 0, file, 0);
  call(mmap, NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x40000000, file, 0);
  call(mmap, NULL, -1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | 21 << 26 | MAP_32BIT, -1, 0);
  call(mmap, FAR, PAGE, PROT_READ, FIXED, -1, 0);
  call(mprotect, ZONE + PAGE, PAGE, PROT_READ);
  call(mprotect, ZONE + PAGE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
  call(mprotect, ZONE + 64 * PAGE, PAGE, PROT_NONE | PROT_GROWSDOWN);
  call(mprotect, BAD, PAGE, PROT_READ);
  call(mprotect, ZONE + 20 * PAGE, PAGE, PROT_READ | 8);
  call(mprotect, ZONE, PAGE, PROT_GROWSDOWN | PROT_GROWSUP | 0xff00);
  call(mremap, ZONE + 32 * PAGE, 2 * PAGE, PAGE, 0);
  call(mremap, ZONE + 32 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, ZONE + 40 * PAGE);
  call(mremap, ZONE + 8 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | 4, ZONE + 44 * PAGE);
  call(mremap, BAD, PAGE, PAGE, 0);
  call(mremap, ZONE + 50 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
  call(mremap, ZONE, PAGE, PAGE, 0xfff0, BAD);
  call(remap_file_pages, ZONE + 40 * PAGE, PAGE, 0, 1, 0);
  call(remap_file_pages, BAD, PAGE, PROT_READ, 0, MAP_NONBLOCK);
  call(msync, ZONE + 40 * PAGE, PAGE, MS_SYNC);
  call(msync, ZONE + 40 * PAGE, PAGE, MS_ASYNC | MS_INVALIDATE);
  call(msync, ZONE, PAGE, MS_SYNC | MS_ASYNC | 0x70);
  call(msync, BAD, PAGE, 0);
  call(mincore, ZONE, 4 * PAGE, space(4));
  call(mincore, ZONE, PAGE, BAD);
  call(mincore, ZONE + 1, PAGE, space(4));
  call(munmap, ZONE + 34 * PAGE, PAGE);
  call(munmap, BAD, PAGE);
  call(munmap, ZONE, 0);
  call(munmap, FAR, -1);
  call(brk, 0);
  call(brk, BAD);
  call(brk, -1);
}

static void advising(void)
{
  int advice[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE, MADV_DONTFORK,
                  MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP,
                  MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ,
                  MADV_POPULATE_WRITE, 24, 25, 102, 103, 99, -1};
  for (unsigned i = 0; i < sizeof(advice) / sizeof(*advice); i++)
    call(madvise, ZONE + 4 * PAGE, 2 * PAGE, advice[i]);
  call(madvise, BAD, PAGE, MADV_NORMAL);
  call(madvise, ZONE + 20 * PAGE, PAGE, MADV_DONTNEED);
  long pid = call(getpid);
  long self = call(pidfd_open, pid, 0);
  struct iovec *zone = PUTS(struct iovec, {(void *)ZONE, PAGE}, {(void *)(ZONE + 2 * PAGE), PAGE});
  call(process_madvise, self, zone, 2, MADV_COLD, 0);
  call(process_madvise, self, zone, 2, MADV_PAGEOUT, 0x8);
  call(process_madvise, self, BAD, 1, MADV_WILLNEED, 0);
  call(process_madvise, NOFD, zone, 1, 77, 0);
  call(process_mrelease, self, 0);
  call(process_mrelease, NOFD, 0);
  call(process_mrelease, file, 0x3);
  call(mlock, ZONE, PAGE);
  call(mlock, BAD, PAGE);
  call(mlock2, ZONE + PAGE, PAGE, MLOCK_ONFAULT);
  call(mlock2, ZONE + 20 * PAGE, PAGE, 0);
  call(mlock2, ZONE, PAGE, 0x6);
  call(munlock, ZONE, 2 * PAGE);
  call(munlock, BAD, PAGE);
  if (child()) {
    call(mlockall, MCL_CURRENT | MCL_ONFAULT);
    call(munlockall);
    leave(0);
  }
  call(mlockall, 0);
  call(mlockall, MCL_FUTURE | 0x70);
  call(mlockall, MCL_ONFAULT);
  call(munlockall);
}

static void placing(void)
{
  uint64_t *nodes = PUT(uint64_t, 1), *none = PUT(uint64_t, 0), *wrong = PUT(uint64_t, 0xff00);
  int *mode = space(4);
  call(mbind, ZONE, PAGE, MPOL_BIND, nodes, 64, MPOL_MF_STRICT);
  call(set_mempolicy_home_node, ZONE, PAGE, 0, 0);
  call(mbind, ZONE, PAGE, MPOL_PREFERRED | MPOL_F_STATIC_NODES, nodes, 64, MPOL_MF_MOVE);
  call(mbind, ZONE, PAGE, MPOL_DEFAULT, NULL, 0, 0);
  call(mbind, ZONE, PAGE, MPOL_INTERLEAVE, wrong, 64, 0xf0);
  call(mbind, BAD, PAGE, 77, BAD, 64, 0);
  call(mbind, ZONE, PAGE, MPOL_BIND, BAD, 64, 0);
  call(set_mempolicy, MPOL_INTERLEAVE | MPOL_F_RELATIVE_NODES, nodes, 64);
  call(get_mempolicy, mode, space(8), 64, NULL, 0);
  call(set_mempolicy, MPOL_DEFAULT, NULL, 0);
  call(set_mempolicy, MPOL_BIND, none, 64);
  call(set_mempolicy, 99 | MPOL_F_STATIC_NODES, nodes, 64);
  call(set_mempolicy, MPOL_BIND, BAD, 64);
  call(get_mempolicy, mode, NULL, 0, ZONE, MPOL_F_NODE | MPOL_F_ADDR);
  call(get_mempolicy, NULL, space(128), 1024, NULL, MPOL_F_MEMS_ALLOWED);
  call(get_mempolicy, BAD, BAD, 64, NULL, 0);
  call(get_mempolicy, mode, NULL, 0, NULL, 0xff);
  call(set_mempolicy_home_node, ZONE, PAGE, 0, 0);
  call(set_mempolicy_home_node, ZONE, PAGE, 999, 0);
  call(set_mempolicy_home_node, BAD, -1, 0, 0x4);
  call(migrate_pages, 0, 64, nodes, nodes);
  call(migrate_pages, -1, 64, BAD, BAD);
  void **pages = PUTS(void *, (void *)(ZONE + 2 * PAGE), (void *)(ZONE + 200 * PAGE));
  *(volatile char *)(ZONE + 2 * PAGE) = 1;
  call(move_pages, 0, 2, pages, PUTS(int, 0, 0), space(8), MPOL_MF_MOVE);
  call(move_pages, 0, 2, pages, NULL, space(8), 0);
  call(move_pages, 0, 2, BAD, BAD, BAD, MPOL_MF_MOVE);
  call(move_pages, -1, 1, pages, NULL, space(8), 0x70);
}

static void guarding(void)
{
  long key = call(pkey_alloc, 0, 1);
  call(pkey_alloc, 0, 0xf);
  call(pkey_alloc, 1, 0);
  call(pkey_mprotect, ZONE, PAGE, PROT_READ | PROT_WRITE, -1);
  call(pkey_mprotect, ZONE, PAGE, PROT_READ | PROT_WRITE, 77);
  call(pkey_mprotect, BAD, PAGE, PROT_READ, -1);
  call(pkey_free, key);
  call(pkey_free, -1);
  call(memfd_secret, O_CLOEXEC);
  call(memfd_secret, 0);
  call(memfd_secret, 0x7);
  call(mseal, ZONE + 65 * PAGE, PAGE, 0);
  call(mseal, ZONE + 65 * PAGE, PAGE, 1);
  call(mseal, BAD, PAGE, 0);
  call(mprotect, ZONE + 65 * PAGE, PAGE, PROT_READ);
  call(map_shadow_stack, 0, PAGE, 1);
  call(map_shadow_stack, BAD, PAGE, 0xf0);
  long faults = call(userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  call(userfaultfd, 0x123456);
  call(ioctl, faults, UFFDIO_API, PUT(struct uffdio_api, .api = UFFD_API));
  call(ioctl, faults, UFFDIO_API, PUT(struct uffdio_api, .api = 5, .features = ~0UL));
  call(ioctl, faults, UFFDIO_REGISTER,
       PUT(struct uffdio_register, .range = {ZONE + 8 * PAGE, PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING));
  call(ioctl, faults, UFFDIO_ZEROPAGE, PUT(struct uffdio_zeropage, .range = {ZONE + 8 * PAGE, PAGE}));
  call(ioctl, faults, UFFDIO_UNREGISTER, PUT(struct uffdio_range, ZONE + 8 * PAGE, PAGE));
  call(ioctl, faults, UFFDIO_REGISTER, BAD);
  call(close, faults);
}

static void reaching(void)
{
  long pid = call(getpid);
  char *text = STR("over there, more than thirty-two bytes of it\n"), *out = space(64);
  struct iovec *local = PUTS(struct iovec, {out, 10}, {out + 32, 20});
  struct iovec *remote = PUTS(struct iovec, {text, 5}, {text + 5, 25});
  call(process_vm_readv, pid, local, 2, remote, 2, 0);
  call(process_vm_readv, pid, local, 1, PUTS(struct iovec, {BAD, 5}), 1, 0);
  call(process_vm_readv, pid, BAD, 1, remote, 1, 0);
  call(process_vm_readv, -1, local, 1, remote, 1, 0);
  call(process_vm_readv, pid, local, 2, remote, 2, 0x9);
  call(process_vm_writev, pid, PUTS(struct iovec, {text, 9}, {text, 40}), 2, local, 2, 0);
  call(process_vm_writev, pid, local, 1, PUTS(struct iovec, {BAD, 5}), 1, 0);
  call(process_vm_writev, pid, local, -1, BAD, 1, 0);
  call(process_vm_writev, 0x7fffffff, local, 1, BAD, 2000, 0);
  call(swapon, STR("missing"), 0x8000 | 5);
  call(swapon, STR("missing"), 0x7fff0000);
  call(swapon, BAD, 0x10000);
  call(swapoff, STR("missing"));
  call(swapoff, BAD);
}

int main(void)
{
  begin();
  mapping();
  advising();
  placing();
  guarding();
  reaching();
  call(munmap, ZONE, 128 * PAGE);
  return end();
}
