// Makes calls by itself for long, and asks between them where it and what it starts may run: `alone ASKED READ` fails where that
// is not so many processors, as the kernel says when it is asked, and in /proc, where it counts those to come as well.
// `alone - FILE` makes calls until there is no such file.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int wrong;

static void many(void) {
    for (int i = 0; i < 500; i++)
        getppid();
}

static void expect(const char *who, int count, int is) {
    if (count != is) {
        fprintf(stderr, "%s: %d processors, not %d\n", who, is, count);
        wrong++;
    }
}

static int asked(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    return CPU_COUNT(&set);
}

static int read_of(const char *path) {
    char line[4096];
    int count = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "Cpus_allowed:", 13) != 0)
            continue;
        for (char *at = line + 13; *at; at++) {
            char digit[2] = {*at, 0};
            count += __builtin_popcount((unsigned)strtoul(digit, NULL, 16));
        }
    }
    if (file)
        fclose(file);
    return count;
}

static void *thread(void *there) {
    expect("a thread", *(int *)there, read_of("/proc/thread-self/status"));
    return NULL;
}

int main(int argc, char **arguments) {
    if (argc != 3)
        return 2;
    if (strcmp(arguments[1], "-") == 0) {
        while (access(arguments[2], F_OK) == 0)
            getppid();
        return 0;
    }
    int count = atoi(arguments[1]), there = atoi(arguments[2]);
    many();
    expect("asked", count, asked());
    many();
    expect("read", there, read_of("/proc/self/status"));
    many();
    int child = fork();
    if (child == 0) {
        expect("a child", there, read_of("/proc/self/status"));
        _exit(wrong);
    }
    int status = 1;
    waitpid(child, &status, 0);
    wrong += status != 0;
    many();
    pthread_t one;
    pthread_create(&one, NULL, thread, &there);
    pthread_join(one, NULL);
    // What it says itself holds, too.
    many();
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(sched_getcpu(), &first);
    sched_setaffinity(0, sizeof first, &first);
    many();
    expect("set", 1, asked());
    return wrong != 0;
}
