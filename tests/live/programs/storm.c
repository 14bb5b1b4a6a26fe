// Many threads that come and go, each with calls of its own, and processes between them; what is made is told at the end.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 24, ROUNDS = 4, CALLS = 50 };

static void *calls(void *unused) {
    for (int at = 0; at < CALLS; at++)
        close(-7);
    return unused;
}

int main(void) {
    pthread_t threads[THREADS];
    for (int round = 0; round < ROUNDS; round++) {
        for (int at = 0; at < THREADS; at++)
            pthread_create(&threads[at], 0, calls, 0);
        if (!fork()) {
            calls(0);
            _exit(0);
        }
        for (int at = 0; at < THREADS; at++)
            pthread_join(threads[at], 0);
        wait(0);
    }
    return 0;
}
