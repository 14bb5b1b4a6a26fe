// The least that a tracer does: it lets a program and all that it starts go from stop to stop, and tells nothing.
// With -DASKS it asks at each stop what the call is, which is what no tracer can do without; with -DTOGETHER both have one
// processor.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
#ifdef TOGETHER
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
#endif
    int first = fork();
    if (!first) {
        raise(SIGSTOP);
        execvp(arguments[1], arguments + 1);
        _exit(127);
    }
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC;
    ptrace(PTRACE_SEIZE, first, 0, options);
    int status;
    for (int pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status))
            continue;
        int signal = WSTOPSIG(status);
        int is_signal = status >> 16 == 0 && signal != (SIGTRAP | 0x80);
#ifdef ASKS
        unsigned long info[11];
        if (signal == (SIGTRAP | 0x80))
            ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, info);
#endif
        ptrace(PTRACE_SYSCALL, pid, 0, is_signal && signal != SIGSTOP ? signal : 0);
        if (is_signal && signal == SIGSTOP)
            kill(pid, SIGCONT);
    }
    return 0;
}
