// Calls on signals: handlers, masks, waiting for them, and sending them to oneself or to a child.
#include "calls.h"
#include <signal.h>
#include <sys/time.h>

// What the kernel takes, which is not libc's struct sigaction.
struct action {
  void *handler;
  unsigned long flags;
  void *restorer;
  uint64_t mask;
};

#define RESTORER 0x04000000UL
#define BIT(signal) (1UL << ((signal) - 1))

void give_back(void);
__asm__(".text\ngive_back: mov $15, %eax\nsyscall\nhlt\n");

static void taken(int signal)
{
  (void)signal;
}

static long pid;

static void handling(void)
{
  void *old = space(64);
  struct action *plain = PUT(struct action, (void *)taken, RESTORER, give_back, BIT(SIGUSR1) | BIT(SIGTERM));
  struct action *full = PUT(struct action, (void *)taken,
                            RESTORER | SA_SIGINFO | SA_RESTART | SA_NODEFER | SA_ONSTACK | SA_RESETHAND
                                | SA_NOCLDSTOP | SA_NOCLDWAIT,
                            give_back, ~0UL);
  struct action *ignore = PUT(struct action, SIG_IGN, 0, NULL, 0), *normal = PUT(struct action, SIG_DFL, 0, NULL, 0);
  call(rt_sigaction, SIGUSR1, plain, old, 8);
  call(rt_sigaction, SIGUSR2, full, old, 8);
  call(rt_sigaction, SIGUSR2, NULL, old, 8);
  call(rt_sigaction, SIGRTMIN + 2, ignore, NULL, 8);
  call(rt_sigaction, SIGHUP, ignore, old, 8);
  call(rt_sigaction, SIGHUP, normal, old, 8);
  call(rt_sigaction, SIGKILL, ignore, old, 8);
  call(rt_sigaction, 0, ignore, NULL, 8);
  call(rt_sigaction, 65, NULL, old, 8);
  call(rt_sigaction, SIGUSR1, BAD, NULL, 8);
  call(rt_sigaction, SIGUSR1, NULL, BAD, 8);
  call(rt_sigaction, SIGUSR1, plain, old, 4);
  // Each returns by rt_sigreturn.
  call(tgkill, pid, pid, SIGUSR1);
  call(tkill, pid, SIGUSR2);
  call(kill, pid, SIGUSR1);
  call(kill, pid, 0);
  call(kill, pid, 99);
  call(kill, 0x7fffffff, SIGTERM);
  call(tkill, pid, SIGRTMIN + 2);
  call(tkill, -1, SIGTERM);
  call(tkill, pid, 65);
  call(tgkill, pid, 0, SIGTERM);
  call(tgkill, pid, pid, -1);
  call(tgkill, 0x7ffffffe, 0x7ffffffe, 0);
}

static void masking(void)
{
  void *old = space(64);
  call(rt_sigprocmask, SIG_BLOCK, PUT(uint64_t, BIT(SIGUSR1) | BIT(SIGRTMIN + 2) | BIT(SIGTERM)), old, 8);
  call(rt_sigprocmask, SIG_UNBLOCK, PUT(uint64_t, BIT(SIGTERM)), NULL, 8);
  call(rt_sigprocmask, SIG_SETMASK, NULL, old, 8);
  call(rt_sigprocmask, 9, PUT(uint64_t, 1), old, 8);
  call(rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8);
  call(rt_sigprocmask, SIG_BLOCK, PUT(uint64_t, ~0UL), old, 16);
  call(rt_sigprocmask, SIG_BLOCK, NULL, BAD, 8);
  call(rt_sigpending, old, 8);
  call(tgkill, pid, pid, SIGUSR1);
  call(rt_sigpending, old, 8);
  call(rt_sigpending, BAD, 8);
  call(rt_sigpending, old, 99);
  siginfo_t *info = space(sizeof(*info));
  uint64_t *one = PUT(uint64_t, BIT(SIGUSR1)), *other = PUT(uint64_t, BIT(SIGRTMIN + 2) | BIT(SIGUSR1));
  struct timespec *none = PUT(struct timespec, 0, 0);
  call(rt_sigtimedwait, one, info, none, 8);
  call(rt_sigtimedwait, one, info, none, 8);
  call(rt_sigtimedwait, one, NULL, PUT(struct timespec, -1, 5), 8);
  call(rt_sigtimedwait, BAD, info, none, 8);
  call(rt_sigtimedwait, one, BAD, BAD, 8);
  call(rt_sigtimedwait, one, info, none, 7);
  call(rt_sigaction, SIGRTMIN + 2, PUT(struct action, (void *)taken, RESTORER, give_back, 0), NULL, 8);
  siginfo_t *sent = PUT(siginfo_t, .si_signo = SIGRTMIN + 2, .si_code = SI_QUEUE);
  sent->si_pid = pid;
  sent->si_value.sival_int = 77;
  call(rt_sigqueueinfo, pid, SIGRTMIN + 2, sent);
  call(rt_sigtimedwait, other, info, NULL, 8);
  call(rt_sigqueueinfo, 0x7fffffff, SIGRTMIN + 2, sent);
  call(rt_sigqueueinfo, pid, 99, sent);
  call(rt_sigqueueinfo, pid, SIGUSR1, BAD);
  call(rt_tgsigqueueinfo, pid, pid, SIGRTMIN + 2, sent);
  call(rt_sigtimedwait, other, info, none, 8);
  call(rt_tgsigqueueinfo, -1, 0, SIGUSR1, sent);
  call(rt_tgsigqueueinfo, pid, pid, SIGUSR1, BAD);
  call(rt_tgsigqueueinfo, pid, 0x7fffffff, 77, sent);
  // Pending already when the mask lets it through.
  call(tgkill, pid, pid, SIGUSR1);
  call(rt_sigsuspend, PUT(uint64_t, ~BIT(SIGUSR1)), 8);
  call(rt_sigsuspend, BAD, 8);
  call(rt_sigsuspend, PUT(uint64_t, 0), 9);
  long self = call(pidfd_open, pid, 0);
  call(pidfd_send_signal, self, 0, NULL, 0);
  call(pidfd_send_signal, self, SIGRTMIN + 2, sent, 0);
  call(rt_sigtimedwait, other, NULL, none, 8);
  call(pidfd_send_signal, self, SIGUSR1, BAD, 0);
  call(pidfd_send_signal, self, 99, NULL, 0);
  call(pidfd_send_signal, NOFD, SIGKILL, NULL, 0xf0);
}

static void stacks(void)
{
  stack_t *old = space(sizeof(*old));
  void *stack = space(1 << 16);
  call(sigaltstack, NULL, old);
  call(sigaltstack, PUT(stack_t, .ss_sp = stack, .ss_size = 1 << 16), old);
  call(rt_sigaction, SIGUSR2, PUT(struct action, (void *)taken, RESTORER | SA_ONSTACK, give_back, 0), NULL, 8);
  call(tgkill, pid, pid, SIGUSR2);
  call(sigaltstack, PUT(stack_t, .ss_sp = stack, .ss_size = 1 << 16, .ss_flags = SS_ONSTACK | 1 << 31), old);
  call(sigaltstack, PUT(stack_t, .ss_sp = stack, .ss_size = 16), NULL);
  call(sigaltstack, PUT(stack_t, .ss_flags = 0x70), NULL);
  call(sigaltstack, BAD, BAD);
  call(sigaltstack, PUT(stack_t, .ss_flags = SS_DISABLE), old);
}

static void dying(void)
{
  if (child()) {
    // No frame is there.
    __asm__ volatile("mov $0x1000, %%rsp\nmov $15, %%eax\nsyscall\nhlt" ::: "memory");
  }
  if (child()) {
    call(rt_sigprocmask, SIG_SETMASK, PUT(uint64_t, 0), NULL, 8);
    call(setitimer, ITIMER_REAL, PUT(struct itimerval, {0, 300000}, {0, 300000}), NULL);
    call(pause);
    leave(0);
  }
  if (child()) {
    call(rt_sigaction, SIGALRM, PUT(struct action, (void *)taken, RESTORER, give_back, 0), NULL, 8);
    call(setitimer, ITIMER_REAL, PUT(struct itimerval, {0, 0}, {0, 300000}), NULL);
    call(pause, 1, 2, 3);
    leave(3);
  }
  if (child()) {
    long self = call(getpid);
    call(kill, self, SIGKILL);
  }
  if (child()) {
    long self = call(getpid);
    call(rt_sigprocmask, SIG_SETMASK, PUT(uint64_t, 0), NULL, 8);
    call(tkill, self, SIGTERM);
  }
  if (child()) {
    *(volatile int *)BAD = 1;
  }
  if (child()) {
    long self = call(getpid);
    call(kill, self, SIGRTMIN + 5);
  }
  int *ends = space(8);
  call(pipe, ends);
  call(close, ends[0]);
  call(rt_sigaction, SIGPIPE, PUT(struct action, SIG_IGN, 0, NULL, 0), NULL, 8);
  call(write, ends[1], STR("to nobody"), 9);
  call(restart_syscall);
  call(restart_syscall, -1, BAD);
}

int main(void)
{
  begin();
  pid = call(getpid);
  handling();
  masking();
  stacks();
  dying();
  return end();
}
