// Signals sent, caught, blocked, waited for; a child that one kills.
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void heard(int signal, siginfo_t *info, void *context) { (void)signal, (void)info, (void)context; }

int main(void) {
    struct sigaction action = {.sa_sigaction = heard, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaddset(&action.sa_mask, SIGHUP);
    sigaction(SIGUSR1, &action, 0);
    kill(getpid(), SIGUSR1);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN + 3);
    sigprocmask(SIG_BLOCK, &set, 0);
    raise(SIGUSR2);
    sigpending(&set);
    siginfo_t info;
    sigwaitinfo(&set, &info);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    close(fd);
    stack_t stack = {.ss_flags = SS_DISABLE};
    sigaltstack(&stack, 0);
    int child = fork();
    if (!child) {
        pause();
        _exit(1);
    }
    kill(child, SIGTERM);
    int status;
    waitpid(child, &status, 0);
    return 3;
}
