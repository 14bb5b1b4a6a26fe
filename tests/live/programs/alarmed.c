// Calls, with signals that come at any of them: each is made as often as is said, whatever comes between.
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static volatile int heard;

static void hears(int signal) {
    (void)signal;
    heard++;
}

int main(void) {
    struct sigaction action = {.sa_handler = hears, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, 0);
    for (int at = 0; at < 3000; at++)
        close(-7);
    setitimer(ITIMER_REAL, &never, 0);
    return heard > 0 ? 0 : 9;
}
