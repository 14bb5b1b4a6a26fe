// What the live programs share: a fixed arena for all that calls point to, and a bare system call that nothing wraps.
#ifndef LIVE_CALLS_H
#define LIVE_CALLS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Numbers that headers of an older kernel lack.
#ifndef __NR_uretprobe
#define __NR_uretprobe 335
#endif
#ifndef __NR_uprobe
#define __NR_uprobe 336
#endif
#ifndef __NR_pidfd_send_signal
#define __NR_pidfd_send_signal 424
#endif
#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif
#ifndef __NR_io_uring_enter
#define __NR_io_uring_enter 426
#endif
#ifndef __NR_io_uring_register
#define __NR_io_uring_register 427
#endif
#ifndef __NR_open_tree
#define __NR_open_tree 428
#endif
#ifndef __NR_move_mount
#define __NR_move_mount 429
#endif
#ifndef __NR_fsopen
#define __NR_fsopen 430
#endif
#ifndef __NR_fsconfig
#define __NR_fsconfig 431
#endif
#ifndef __NR_fsmount
#define __NR_fsmount 432
#endif
#ifndef __NR_fspick
#define __NR_fspick 433
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif
#ifndef __NR_clone3
#define __NR_clone3 435
#endif
#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef __NR_openat2
#define __NR_openat2 437
#endif
#ifndef __NR_pidfd_getfd
#define __NR_pidfd_getfd 438
#endif
#ifndef __NR_faccessat2
#define __NR_faccessat2 439
#endif
#ifndef __NR_process_madvise
#define __NR_process_madvise 440
#endif
#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 441
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif
#ifndef __NR_quotactl_fd
#define __NR_quotactl_fd 443
#endif
#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#endif
#ifndef __NR_landlock_add_rule
#define __NR_landlock_add_rule 445
#endif
#ifndef __NR_landlock_restrict_self
#define __NR_landlock_restrict_self 446
#endif
#ifndef __NR_memfd_secret
#define __NR_memfd_secret 447
#endif
#ifndef __NR_process_mrelease
#define __NR_process_mrelease 448
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif
#ifndef __NR_set_mempolicy_home_node
#define __NR_set_mempolicy_home_node 450
#endif
#ifndef __NR_cachestat
#define __NR_cachestat 451
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_map_shadow_stack
#define __NR_map_shadow_stack 453
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#endif
#ifndef __NR_futex_wait
#define __NR_futex_wait 455
#endif
#ifndef __NR_futex_requeue
#define __NR_futex_requeue 456
#endif
#ifndef __NR_statmount
#define __NR_statmount 457
#endif
#ifndef __NR_listmount
#define __NR_listmount 458
#endif
#ifndef __NR_lsm_get_self_attr
#define __NR_lsm_get_self_attr 459
#endif
#ifndef __NR_lsm_set_self_attr
#define __NR_lsm_set_self_attr 460
#endif
#ifndef __NR_lsm_list_modules
#define __NR_lsm_list_modules 461
#endif
#ifndef __NR_mseal
#define __NR_mseal 462
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#endif
#ifndef __NR_getxattrat
#define __NR_getxattrat 464
#endif
#ifndef __NR_listxattrat
#define __NR_listxattrat 465
#endif
#ifndef __NR_removexattrat
#define __NR_removexattrat 466
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467
#endif
#ifndef __NR_file_getattr
#define __NR_file_getattr 468
#endif
#ifndef __NR_file_setattr
#define __NR_file_setattr 469
#endif
#ifndef __NR_listns
#define __NR_listns 470
#endif
#ifndef __NR_rseq_slice_yield
#define __NR_rseq_slice_yield 471
#endif
#ifndef __NR_fchroot
#define __NR_fchroot 472
#endif

// Beyond 4 GiB: a program of a fixed address has its heap at most 1 GiB above itself.
#define ARENA 0x700000000UL
#define ARENA_SIZE 0x400000UL
// Nothing is mapped there, in any run.
#define BAD ((void *)0x10)
#define FAR ((void *)0xffff800000000000UL)
#define NOFD (-1)
// A value of 32 bits in a register whose upper half is not empty.
#define JUNK(value) (0xdead000000000000UL | (unsigned)(value))
#define KERNEL_SIGSET 8

static char *arena_next;

// A macro would do as a function, but a child of vfork must not return from one.
static inline __attribute__((always_inline)) long raw(long number, long a, long b, long c, long d, long e, long f)
{
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

// call(name, up to six arguments): the result is the kernel's, -errno and all. Missing arguments are 0.
#define call(name, ...) call_number(__NR_##name, ##__VA_ARGS__)
#define call_number(...) call_padded(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define call_padded(n, a, b, c, d, e, f, ...) \
  raw((long)(n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// Zeroes in the arena, aligned for anything.
static inline void *space(size_t size)
{
  void *at = arena_next;
  arena_next += (size + 63) & ~63UL;
  memset(at, 0, size);
  return at;
}

static inline void *put(const void *from, size_t size)
{
  return memcpy(space(size), from, size);
}

#define PUT(type, ...) ((type *)put(&(type){__VA_ARGS__}, sizeof(type)))
#define PUTS(type, ...) ((type *)put((type[]){__VA_ARGS__}, sizeof((type[]){__VA_ARGS__})))
// A string with all its bytes, in the arena.
#define STR(text) ((char *)put(text, sizeof(text)))

// The last bytes before a page that is not mapped.
static inline char *edge(const void *from, size_t size)
{
  char *at = (char *)(ARENA + ARENA_SIZE - size);
  return from ? memcpy(at, from, size) : memset(at, 0, size);
}

#define leave(code) call(exit_group, code)

// Forks, and waits in the parent: if (child()) { ...; leave(0); }
static inline int child(void)
{
  int *status = space(sizeof(int));
  long pid = call(fork);
  if (pid == 0)
    return 1;
  if (pid > 0)
    call(wait4, pid, status, 0, 0);
  return 0;
}

static inline void mark(void)
{
  call(getpid);
  call(getpid);
}

// The same descriptors, mask and signals wherever it runs; then the mark that what matters begins.
static inline void begin(void)
{
  call(mmap, ARENA, ARENA_SIZE, 3, 0x32, -1, 0);
  arena_next = (char *)ARENA;
  // SIGCHLD is number 17; it would come now here, now there.
  call(rt_sigprocmask, 0, PUT(uint64_t, 1UL << 16), 0, KERNEL_SIGSET);
  call(close_range, 3, ~0U, 0);
  long null = call(openat, -100, STR("/dev/null"), 2, 0);
  for (int fd = 0; fd < 3; fd++)
    if (null != fd)
      call(dup2, null, fd);
  if (null > 2)
    call(close, null);
  call(umask, 022);
  // A group of its own, whose number is that of the process.
  call(setpgid, 0, 0);
  // No core files.
  call(prlimit64, 0, 4, PUTS(uint64_t, 0, 0), 0);
  mark();
}

static inline int end(void)
{
  mark();
  return 0;
}

#endif
