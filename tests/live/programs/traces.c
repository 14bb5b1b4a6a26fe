// A tracer of its own: asks for a child that another tracer has already.
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    int child = fork();
    if (!child) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        _exit(5);
    }
    int status;
    waitpid(child, &status, 0);
    ptrace(PTRACE_ATTACH, child, 0, 0);
    ptrace(PTRACE_PEEKTEXT, 1, 16, 0);
    return 0;
}
