// A program of i386 that walks the paths where a 64-bit kernel has to translate: linked against a library without its headers.
typedef unsigned size_t;
struct timespec { int seconds, nanoseconds; };
struct iovec { void *base; size_t len; };
struct message { void *name; unsigned name_len; struct iovec *parts; size_t count; void *control; size_t control_len; int flags; };

int open(const char *, int, ...), close(int), read(int, void *, size_t), write(int, const void *, size_t);
int readv(int, const struct iovec *, int), writev(int, const struct iovec *, int), fcntl(int, int, ...);
int socketpair(int, int, int, int *), sendmsg(int, const struct message *, int), recvmsg(int, struct message *, int);
int nanosleep(const struct timespec *, struct timespec *), ioctl(int, unsigned long, ...), pipe(int *), fork(void);
int wait4(int, int *, int, void *), getrlimit(int, void *), kill(int, int), getpid(void), lseek(int, int, int);
int ftruncate64(int, long long), sigprocmask(int, const void *, void *), select(int, void *, void *, void *, void *);
int statfs(const char *, void *), sysinfo(void *), times(void *), unlink(const char *), stat(const char *, void *);
long long lseek64(int, long long, int);
int pread64(int, void *, size_t, long long);
void *mmap64(void *, size_t, int, int, int, long long);
void exit(int), _exit(int);

__attribute__((force_align_arg_pointer)) void _start(void) {
    char bytes[512], more[32];
    int ends[2], status;
    int fd = open("wide", 02 | 0100 | 01000, 0600);
    ftruncate64(fd, 0x180000000ll);
    lseek64(fd, 0x100000001ll, 0);
    pread64(fd, bytes, 4, 0x17ffffffcll);
    mmap64(0, 4096, 1, 1, fd, 0x100000000ll);
    close(fd);
    stat("wide", bytes);
    unlink("wide");
    struct iovec parts[2] = {{bytes, 3}, {more, 5}};
    int zero = open("/dev/zero", 0);
    readv(zero, parts, 2);
    socketpair(1, 1, 0, ends);
    struct message message = {0, 0, parts, 2, 0, 0, 0};
    sendmsg(ends[0], &message, 0x4000);
    recvmsg(ends[1], &message, 0);
    fcntl(ends[0], 3);
    fcntl(ends[0], 4, 04000);
    ioctl(ends[1], 0x541b, &status);
    struct timespec some = {0, 1000000};
    nanosleep(&some, 0);
    getrlimit(7, bytes);
    statfs("/proc", bytes);
    times(bytes);
    int wait[2] = {0, 1000};
    select(0, 0, 0, 0, wait);
    int child = fork();
    if (!child)
        _exit(4);
    wait4(child, &status, 0, bytes);
    kill(child, 0);
    exit(6);
}
