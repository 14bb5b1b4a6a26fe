// Clocks, sleeps, and timers of each kind.
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void heard(int signal) { (void)signal; }

int main(void) {
    struct timespec some = {0, 1000000};
    nanosleep(&some, 0);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &some, 0);
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec soon = {{0, 0}, {0, 1000000}};
    timerfd_settime(fd, 0, &soon, 0);
    uint64_t count;
    read(fd, &count, 8);
    int all = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u32 = 7};
    epoll_ctl(all, EPOLL_CTL_ADD, fd, &event);
    epoll_wait(all, &event, 1, 0);
    struct pollfd polled = {fd, POLLIN, 0};
    poll(&polled, 1, 1);
    signal(SIGALRM, heard);
    struct itimerval alarm = {{0, 0}, {0, 1000}};
    setitimer(ITIMER_REAL, &alarm, 0);
    pause();
    timer_t timer;
    struct sigevent none = {.sigev_notify = SIGEV_NONE};
    syscall(SYS_timer_create, CLOCK_REALTIME, &none, &timer);
    timer_settime(timer, 0, &soon, 0);
    timer_delete(timer);
    return 0;
}
