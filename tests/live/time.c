// Calls that tell or set the time, and timers; none of them waits, none of them sets a clock.
#include "calls.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

struct tick { long seconds, parts; };

static void telling(void)
{
  void *out = space(256);
  call(time, out);
  call(time, NULL);
  call(time, BAD);
  call(gettimeofday, out, out + 64);
  call(gettimeofday, out, NULL);
  call(gettimeofday, BAD, NULL);
  call(gettimeofday, NULL, BAD);
  int clocks[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 99, -2, -6, 0x7fffffff};
  for (unsigned i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
    call(clock_gettime, clocks[i], out);
    call(clock_getres, clocks[i], out);
  }
  call(clock_gettime, CLOCK_REALTIME, BAD);
  call(clock_getres, CLOCK_REALTIME, NULL);
  call(clock_getres, CLOCK_BOOTTIME, BAD);
  call(times, out);
  call(times, NULL);
  call(times, BAD);
}

// Reading them is harmless; what would set them has a value that the kernel refuses, or no value at all.
static void setting(void)
{
  call(settimeofday, BAD, NULL);
  call(settimeofday, NULL, BAD);
  call(settimeofday, PUT(struct tick, 5, 1000001), NULL);
  call(settimeofday, PUT(struct tick, -1, -1), PUTS(int, 60, 0));
  call(settimeofday, NULL, NULL);
  call(clock_settime, CLOCK_MONOTONIC, PUT(struct tick, 1, 2));
  call(clock_settime, CLOCK_REALTIME, PUT(struct tick, 5, 1000000000));
  call(clock_settime, CLOCK_REALTIME, BAD);
  call(clock_settime, 77, NULL);
  struct timex *clock = space(sizeof(*clock));
  call(adjtimex, clock);
  call(adjtimex, BAD);
  clock = PUT(struct timex, .modes = ADJ_TICK, .tick = 1);
  call(adjtimex, clock);
  call(clock_adjtime, CLOCK_REALTIME, space(sizeof(*clock)));
  call(clock_adjtime, CLOCK_REALTIME, BAD);
  call(clock_adjtime, CLOCK_MONOTONIC, PUT(struct timex, .modes = ADJ_OFFSET | ADJ_NANO));
  call(clock_adjtime, 99, PUT(struct timex, .modes = 0x0800));
}

static void sleeping(void)
{
  struct tick *none = PUT(struct tick, 0, 0), *shortest = PUT(struct tick, 0, 1), *wrong = PUT(struct tick, -1, 7);
  void *rest = space(16);
  call(nanosleep, none, NULL);
  call(nanosleep, shortest, rest);
  call(nanosleep, wrong, rest);
  call(nanosleep, PUT(struct tick, 0, 1000000000), BAD);
  call(nanosleep, BAD, NULL);
  call(clock_nanosleep, CLOCK_MONOTONIC, 0, shortest, rest);
  call(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, PUT(struct tick, 1000000000, 0), rest);
  call(clock_nanosleep, CLOCK_BOOTTIME, 0xf0 | TIMER_ABSTIME, PUT(struct tick, 1, 0), rest);
  call(clock_nanosleep, 99, 0, none, NULL);
  call(clock_nanosleep, CLOCK_MONOTONIC, 0, BAD, BAD);
  call(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, none, NULL);
}

static void intervals(void)
{
  void *old = space(64);
  call(getitimer, ITIMER_REAL, old);
  call(getitimer, ITIMER_PROF, old);
  call(getitimer, 9, old);
  call(getitimer, ITIMER_VIRTUAL, BAD);
  // Far beyond the end of this program.
  call(setitimer, ITIMER_VIRTUAL, PUT(struct itimerval, {3, 4}, {100000, 0}), old);
  call(setitimer, ITIMER_VIRTUAL, PUT(struct itimerval, {0, 0}, {0, 0}), NULL);
  call(setitimer, ITIMER_REAL, PUT(struct itimerval, {0, 0}, {0, 0}), old);
  call(setitimer, ITIMER_PROF, PUT(struct itimerval, {-1, 0}, {0, 1000000}), old);
  call(setitimer, ITIMER_REAL, BAD, NULL);
  call(setitimer, 7, PUT(struct itimerval, {0, 0}, {1, 0}), NULL);
  call(alarm, 0);
  call(alarm, 100000);
  call(alarm, 0xffffffff);
  call(alarm, 0);
}

static void timers(void)
{
  int *id = space(4), *other = space(4);
  void *old = space(64);
  struct sigevent *quiet = PUT(struct sigevent, .sigev_notify = SIGEV_NONE, .sigev_value = {.sival_int = 7});
  struct sigevent *loud = PUT(struct sigevent, .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3,
                              .sigev_value = {.sival_ptr = (void *)0x1234567890});
  call(timer_create, CLOCK_MONOTONIC, quiet, id);
  call(timer_create, CLOCK_REALTIME, loud, other);
  call(timer_create, CLOCK_REALTIME, NULL, BAD);
  call(timer_create, CLOCK_MONOTONIC, PUT(struct sigevent, .sigev_notify = 77, .sigev_signo = 99), other);
  call(timer_create, 55, BAD, other);
  call(timer_create, CLOCK_BOOTTIME, BAD, other);
  call(timer_settime, *id, 0, PUT(struct itimerspec, {0, 5}, {100000, 0}), old);
  call(timer_settime, *id, TIMER_ABSTIME, PUT(struct itimerspec, {0, 0}, {0, 0}), old);
  call(timer_settime, *id, 0xf0, PUT(struct itimerspec, {0, -1}, {-1, 1000000000}), NULL);
  call(timer_settime, *id, 0, BAD, BAD);
  call(timer_settime, 0x777777, 0, PUT(struct itimerspec, {0, 0}, {1, 0}), NULL);
  call(timer_gettime, *id, old);
  call(timer_gettime, *id, BAD);
  call(timer_gettime, -1, old);
  call(timer_getoverrun, *id);
  call(timer_getoverrun, 0x777777);
  call(timer_delete, *id);
  call(timer_delete, *id);
  call(timer_delete, 0x777777);
}

int main(void)
{
  begin();
  telling();
  setting();
  sleeping();
  intervals();
  timers();
  return end();
}
