// Calls that make, replace, end and wait for processes and threads, and what a process is, may, and has.
#include "calls.h"
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/membarrier.h>
#include <linux/rseq.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static long pid;

// With vfork and CLONE_VM the child has its parent's stack: it may do nothing but leave.
#define LEAVES(code) raw(__NR_exit, code, 0, 0, 0, 0, 0)

static void __attribute__((noinline)) forking(void)
{
  int *status = space(4), *parent = space(4), *kid = space(4), *handle = space(4);
  void *usage = space(sizeof(struct rusage)), *info = space(sizeof(siginfo_t));
  long made = call(fork);
  if (!made)
    call(exit_group, 3);
  call(wait4, made, status, 0, usage);
  made = call(vfork);
  if (!made)
    LEAVES(0x12345);
  call(wait4, -1, status, WUNTRACED | WCONTINUED | __WALL, NULL);
  made = call(vfork, BAD);
  if (!made)
    LEAVES(0);
  call(wait4, made, status, 0, NULL);
  made = call(clone, SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, 0, parent, kid, 0);
  if (!made)
    leave(-1);
  call(waitid, P_PID, made, info, WEXITED | WNOWAIT, NULL);
  call(waitid, P_PID, made, info, WEXITED, usage);
  made = call(clone, CLONE_VM | CLONE_VFORK, 0, 0, 0, 0);
  if (!made)
    LEAVES(1);
  call(wait4, made, status, __WCLONE, NULL);
  made = call(clone, CLONE_VM | CLONE_VFORK | CLONE_THREAD | CLONE_SIGHAND | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM,
      0, 0, 0, 0);
  if (!made)
    LEAVES(0);
  made = call(clone, CLONE_PIDFD | SIGCHLD, 0, handle, 0, 0);
  if (!made)
    leave(7);
  call(waitid, P_PIDFD, *handle, info, WEXITED | WSTOPPED, NULL);
  call(clone, CLONE_THREAD, 0, 0, 0, 0);
  call(clone, CLONE_SIGHAND | 77, BAD, BAD, BAD, BAD);
  call(clone, CLONE_NEWNS | CLONE_FS, 0, 0, 0, 0);
  struct clone_args *args = PUT(struct clone_args, .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CLEAR_SIGHAND,
                                .pidfd = (uint64_t)handle, .parent_tid = (uint64_t)parent, .exit_signal = SIGCHLD);
  made = call(clone3, args, sizeof(*args));
  if (!made)
    leave(0);
  call(wait4, made, status, 0, NULL);
  made = call(clone3, PUT(struct clone_args, .flags = CLONE_VM | CLONE_VFORK), 64);
  if (!made)
    LEAVES(2);
  call(wait4, made, status, __WALL, NULL);
  call(clone3, PUT(struct clone_args, .flags = 1UL << 45, .exit_signal = 999, .stack = 1), sizeof(*args));
  call(clone3, PUT(struct clone_args, .set_tid = (uint64_t)PUT(int, 1), .set_tid_size = 99), sizeof(*args));
  call(clone3, args, 8);
  call(clone3, BAD, sizeof(*args));
  call(clone3, NULL, 0);
  call(wait4, -1, status, WNOHANG, NULL);
  call(wait4, 0x7fffffff, status, 0, usage);
  call(wait4, -1, BAD, 0x10000000, BAD);
  call(waitid, P_ALL, 0, info, WEXITED | WNOHANG, NULL);
  call(waitid, 77, 0, info, WEXITED, NULL);
  call(waitid, P_PGID, -1, BAD, 0, BAD);
}

static void replacing(void)
{
  char *missing = STR("missing"), *self = STR("/proc/self/exe"), *argument = STR("with \"quotes\"\n");
  char **argv = PUTS(char *, STR("live"), STR("again"), argument, NULL);
  char **envp = PUTS(char *, STR("A=1"), STR("B=two words"), NULL);
  call(execve, missing, argv, envp);
  call(execve, missing, NULL, NULL);
  call(execve, NULL, argv, NULL);
  call(execve, BAD, BAD, BAD);
  call(execve, self, BAD, envp);
  call(execve, self, PUTS(char *, STR("x"), BAD), NULL);
  call(execve, STR("."), argv, PUTS(char *, NULL));
  call(execve, STR(""), edge(argv, 16), envp);
  call(execveat, -100, missing, argv, envp, 0);
  call(execveat, NOFD, STR(""), argv, envp, 0x1000);
  call(execveat, -100, BAD, NULL, NULL, 0xf0000);
  if (child()) {
    call(execve, self, argv, envp);
    leave(1);
  }
  if (child()) {
    long fd = call(open, self, 0x280000);
    call(execveat, fd, STR(""), argv, NULL, 0x1000);
    leave(1);
  }
  if (child())
    call(exit, 0x1ff);
  if (child())
    call(exit, -1);
  if (child())
    call(exit_group, 0x100);
  call(uselib, missing);
  call(uselib, BAD);
}

static void being(void)
{
  call(getppid);
  call(gettid);
  call(gettid);
  call(getppid, 1);
  call(getpgrp);
  call(getpgrp);
  call(getpgid, 0);
  call(getpgid, 0x7fffffff);
  call(getsid, 0);
  call(getsid, -1);
  call(setpgid, 0x7fffffff, 1);
  call(setpgid, 0, -1);
  if (child()) {
    call(setpgid, 0, 0);
    call(setsid);
    leave(0);
  }
  if (child()) {
    call(setsid);
    call(setsid);
    leave(0);
  }
  call(set_tid_address, space(4));
  call(set_tid_address, BAD);
  call(set_tid_address, 0);
  void *out = space(256);
  call(get_robust_list, 0, out, out + 8);
  call(set_robust_list, space(24), 24);
  call(set_robust_list, BAD, 7);
  call(get_robust_list, 0, out, out + 8);
  call(get_robust_list, -1, out, out + 8);
  call(get_robust_list, 0, BAD, BAD);
  call(set_robust_list, 0, 24);
  struct rseq *area = space(64);
  call(rseq, area, 32, 0, 0x53053053);
  call(rseq, area, 32, 1, 0x53053053);
  call(rseq, BAD, 7, 0xf0, 0);
  if (child()) {
    // What libc has registered ends with the program.
    extern const ptrdiff_t __rseq_offset;
    char *own = (char *)__builtin_thread_pointer() + __rseq_offset;
    call(rseq, own, 32, 1, 0x53053053);
    call(rseq, area, 32, 0, 0x53053053);
    call(rseq, area, 32, 1, 0x53053053);
    leave(0);
  }
  call(rseq_slice_yield);
  call(rseq_slice_yield, 1);
  call(getcpu, BAD, NULL, NULL);
  call(getcpu, NULL, out, NULL);
  call(personality, 0xffffffff);
  if (child()) {
    call(personality, 0x0040000 | 0x8);
    call(personality, 0x55aa00ff);
    call(personality, 0);
    leave(0);
  }
  call(kcmp, pid, pid, KCMP_FILE, 0, 1);
  call(kcmp, pid, pid, KCMP_VM, 0, 0);
  call(kcmp, pid, -1, KCMP_SIGHAND, 0, 0);
  call(kcmp, pid, pid, 99, -1, 5);
  call(kcmp, pid, pid, KCMP_EPOLL_TFD, 0, BAD);
  long self = call(pidfd_open, pid, 0);
  call(pidfd_open, pid, 0x800);
  call(pidfd_open, 0x7fffffff, 0);
  call(pidfd_open, pid, 0xf0);
  call(pidfd_getfd, self, 0, 0);
  call(pidfd_getfd, self, 777, 0);
  call(pidfd_getfd, NOFD, 0, 0x1);
  call(unshare, CLONE_FS | CLONE_SYSVSEM);
  call(unshare, CLONE_PARENT | 0xff);
  call(unshare, CLONE_THREAD | CLONE_NEWNET | CLONE_IO);
  call(setns, NOFD, CLONE_NEWUTS);
  call(setns, 0, 0);
  call(setns, self, 0x77);
  if (child()) {
    long names = call(open, STR("/proc/self/ns/uts"), 0);
    call(setns, names, CLONE_NEWUTS);
    call(setns, names, CLONE_NEWIPC);
    call(unshare, CLONE_NEWUTS | CLONE_FILES);
    leave(0);
  }
}

static void scheduling(void)
{
  struct sched_attr *attr = space(64);
  int *priority = PUT(int, 0);
  call(sched_yield);
  call(sched_yield, 1);
  call(sched_getscheduler, 0);
  call(sched_getscheduler, -1);
  call(sched_setscheduler, 0, SCHED_BATCH | SCHED_RESET_ON_FORK, priority);
  call(sched_setscheduler, 0, SCHED_NORMAL, priority);
  call(sched_setscheduler, 0, SCHED_FIFO, PUT(int, 100));
  call(sched_setscheduler, 0, 99, priority);
  call(sched_setscheduler, 0x7fffffff, SCHED_RR, BAD);
  call(sched_getparam, 0, priority);
  call(sched_getparam, -1, BAD);
  call(sched_setparam, 0, priority);
  call(sched_setparam, 0, PUT(int, 50));
  call(sched_setparam, 0, BAD);
  for (int policy = -1; policy < 8; policy++) {
    call(sched_get_priority_max, policy);
    call(sched_get_priority_min, policy);
  }
  call(sched_rr_get_interval, 0, space(16));
  call(sched_rr_get_interval, -1, BAD);
  call(sched_getattr, 0, attr, 48, 0);
  call(sched_getattr, 0, attr, 7, 0);
  call(sched_getattr, 0, BAD, 56, 0x7);
  call(sched_setattr, 0, PUT(struct sched_attr, .size = 48, .sched_policy = SCHED_BATCH), 0);
  call(sched_setattr, 0, PUT(struct sched_attr, .size = 48, .sched_policy = SCHED_NORMAL), 0);
  call(sched_setattr, 0, PUT(struct sched_attr, .size = 48, .sched_policy = SCHED_DEADLINE, .sched_flags = ~0UL,
                             .sched_runtime = 1, .sched_deadline = 2, .sched_period = 3), 0);
  call(sched_setattr, 0, PUT(struct sched_attr, .size = 3), 0);
  call(sched_setattr, 0, BAD, 5);
  uint64_t *cpus = space(128);
  call(sched_getaffinity, 0, 128, cpus);
  call(sched_setaffinity, 0, 128, cpus);
  call(sched_setaffinity, 0, 8, PUT(uint64_t, 0));
  call(sched_setaffinity, -1, 8, BAD);
  call(sched_getaffinity, 0, 3, cpus);
  call(sched_getaffinity, -1, 128, BAD);
  call(getpriority, PRIO_PROCESS, 0);
  call(getpriority, PRIO_USER, -1);
  call(getpriority, 9, 0);
  if (child()) {
    call(setpriority, PRIO_PROCESS, 0, 5);
    call(setpriority, PRIO_PROCESS, 0, 99);
    call(ioprio_set, 1, 0, 2 << 13 | 7);
    call(ioprio_get, 1, 0);
    leave(0);
  }
  call(setpriority, PRIO_PGRP, 0x7fffffff, -20);
  call(setpriority, 7, 0, 0);
  call(ioprio_get, 1, 0);
  call(ioprio_get, 9, -1);
  call(ioprio_set, 1, 0, 7 << 13 | 99);
  call(ioprio_set, 2, -1, 3 << 13);
  struct rlimit *limit = space(16);
  for (int resource = 0; resource < 17; resource++)
    call(getrlimit, resource, limit);
  call(getrlimit, RLIMIT_NOFILE, BAD);
  call(setrlimit, RLIMIT_CORE, PUT(struct rlimit, 0, 0));
  call(setrlimit, RLIMIT_CORE, PUT(struct rlimit, 4096, RLIM_INFINITY));
  call(setrlimit, RLIMIT_CPU, PUT(struct rlimit, 5, 4));
  call(setrlimit, 99, BAD);
  call(prlimit64, 0, RLIMIT_NOFILE, NULL, limit);
  call(prlimit64, 0, RLIMIT_CORE, PUT(struct rlimit, 0, 0), limit);
  call(prlimit64, 0, RLIMIT_DATA, PUT(struct rlimit, RLIM_INFINITY, 2048), limit);
  call(prlimit64, -1, 77, BAD, BAD);
  call(getrusage, RUSAGE_SELF, space(144));
  call(getrusage, RUSAGE_CHILDREN, space(144));
  call(getrusage, 77, space(144));
  call(getrusage, RUSAGE_THREAD, BAD);
}

static void controlling(void)
{
  void *out = space(256);
  int reads[] = {PR_GET_PDEATHSIG, PR_GET_UNALIGN, PR_GET_TSC, PR_GET_CHILD_SUBREAPER, PR_GET_TID_ADDRESS, PR_GET_NAME};
  int asks[] = {PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS, PR_GET_TIMERSLACK,
                PR_MCE_KILL_GET, PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE, PR_GET_FP_MODE, PR_SVE_GET_VL,
                    PR_GET_IO_FLUSHER,
                PR_GET_TAGGED_ADDR_CTRL, 66, 0, 9999, -1};
  for (unsigned i = 0; i < sizeof(reads) / sizeof(*reads); i++) {
    call(prctl, reads[i], out);
    call(prctl, reads[i], BAD);
  }
  for (unsigned i = 0; i < sizeof(asks) / sizeof(*asks); i++)
    call(prctl, asks[i], 0, 0, 0, 0);
  call(prctl, PR_SET_NAME, STR("live \"name\" beyond"));
  call(prctl, PR_SET_NAME, BAD);
  call(prctl, PR_SET_PDEATHSIG, 0);
  call(prctl, PR_SET_PDEATHSIG, 99);
  call(prctl, PR_SET_DUMPABLE, 1);
  call(prctl, PR_SET_DUMPABLE, 7);
  call(prctl, PR_SET_KEEPCAPS, 5);
  call(prctl, PR_SET_TIMERSLACK, 50000);
  call(prctl, PR_CAPBSET_READ, 21);
  call(prctl, PR_CAPBSET_READ, 99);
  call(prctl, PR_CAPBSET_DROP, 99);
  call(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1, 0, 0);
  call(prctl, PR_CAP_AMBIENT, 9, 1, 2, 3);
  call(prctl, PR_SET_SECUREBITS, 0x1000);
  call(prctl, PR_SET_SECCOMP, 9, BAD);
  call(prctl, PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0);
  call(prctl, PR_SET_MM, PR_SET_MM_BRK, BAD, 0, 0);
  call(prctl, PR_SET_PTRACER, 0x7fffffff);
  call(prctl, PR_SET_TSC, 5);
  call(prctl, PR_MCE_KILL, 9, 9, 0, 0);
  call(prctl, PR_GET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 0, 0, 0);
  call(prctl, PR_SET_SPECULATION_CTRL, 99, PR_SPEC_ENABLE, 0, 0);
  call(prctl, PR_SCHED_CORE, 99, -1, 0, BAD);
  call(prctl, PR_SET_VMA, 0, 0x700000000UL, 4096, STR("live"));
  call(prctl, PR_SET_VMA, 3, BAD, 1, BAD);
  call(arch_prctl, ARCH_GET_GS, out);
  call(arch_prctl, ARCH_SET_GS, 0);
  call(arch_prctl, ARCH_GET_FS, BAD);
  call(arch_prctl, ARCH_SET_FS, FAR);
  call(arch_prctl, ARCH_GET_CPUID);
  call(arch_prctl, ARCH_GET_XCOMP_SUPP, out);
  call(arch_prctl, 0x9999, 1);
  struct user_desc *entry = PUT(struct user_desc, .entry_number = 1, .base_addr = 0x1000, .limit = 0xfffff,
      .seg_32bit = 1,
                                .limit_in_pages = 1, .useable = 1);
  if (child()) {
    call(modify_ldt, 1, entry, sizeof(*entry));
    call(modify_ldt, 0, out, 64);
    call(modify_ldt, 0x11, PUT(struct user_desc, .entry_number = 2, .contents = 2, .read_exec_only = 1), 16);
    leave(0);
  }
  call(modify_ldt, 2, out, 64);
  call(modify_ldt, 1, entry, 3);
  call(modify_ldt, 77, BAD, -1);
  call(set_thread_area, entry);
  call(set_thread_area, BAD);
  call(get_thread_area, entry);
  call(get_thread_area, BAD);
  call(ptrace, PTRACE_PEEKDATA, 0x7fffffff, 0x1000, out);
  call(ptrace, PTRACE_CONT, 0, 0, SIGUSR1);
  call(ptrace, PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  call(ptrace, PTRACE_GETREGSET, pid, 1, BAD);
  call(ptrace, PTRACE_ATTACH, pid, 0, 0);
  call(ptrace, PTRACE_SEIZE, pid, 1, 0x80000000);
  call(ptrace, 0x9999, -1, BAD, BAD);
  if (child()) {
    call(ptrace, PTRACE_TRACEME, 0, 0, 0);
    leave(0);
  }
}

static void sharing(void)
{
  int *word = PUT(int, 5), *other = space(4);
  struct timespec *soon = PUT(struct timespec, 0, 1), *wrong = PUT(struct timespec, 0, -1);
  call(futex, word, FUTEX_WAIT, 4, NULL);
  call(futex, word, FUTEX_WAIT_PRIVATE, 5, soon);
  call(futex, word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 5, wrong);
  call(futex, word, FUTEX_WAKE, 1);
  call(futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff);
  call(futex, word, FUTEX_REQUEUE_PRIVATE, 1, 2, other);
  call(futex, word, FUTEX_CMP_REQUEUE, 1, 2, other, 5);
  call(futex, word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, other, 6);
  call(futex, word, FUTEX_WAKE_OP_PRIVATE, 1, 1, other, FUTEX_OP(FUTEX_OP_OR, 3, FUTEX_OP_CMP_GT, 2));
  call(futex, word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 5, PUT(struct timespec, 1, 0), NULL, 0xff);
  call(futex, word, FUTEX_WAIT_BITSET, 5, soon, NULL, 0);
  call(futex, word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, ~0U);
  call(futex, other, FUTEX_TRYLOCK_PI, 0);
  *other = 0;
  call(futex, other, FUTEX_LOCK_PI_PRIVATE, 0, NULL);
  call(futex, other, FUTEX_UNLOCK_PI_PRIVATE);
  call(futex, word, FUTEX_UNLOCK_PI);
  call(futex, word, FUTEX_CMP_REQUEUE_PI, 1, 1, other, 7);
  call(futex, word, FUTEX_FD, 3);
  call(futex, word, 99, 1, BAD, BAD, 1);
  call(futex, BAD, FUTEX_WAKE, 1);
  call(futex, 1, FUTEX_WAIT, 1, BAD);
  call(membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  call(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  call(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  call(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 1, 0);
  call(membarrier, 1 << 20, 0xf0, -1);
}

int main(int argc, char **argv)
{
  (void)argv;
  if (argc == 3) {
    mark();
    return 0;
  }
  begin();
  pid = call(getpid);
  forking();
  replacing();
  being();
  scheduling();
  controlling();
  sharing();
  return end();
}
