// Threads, one after the other, and one that makes an exec.
#include <pthread.h>
#include <unistd.h>

static void *writes(void *text) {
    write(1, text, 4);
    return 0;
}

static void *executes(void *name) {
    execl(name, name, (char *)0);
    return 0;
}

int main(void) {
    pthread_t thread;
    for (int at = 0; at < 3; at++) {
        pthread_create(&thread, 0, writes, "text");
        pthread_join(thread, 0);
    }
    pthread_create(&thread, 0, executes, "/bin/true");
    pthread_join(thread, 0);
    return 1;
}
