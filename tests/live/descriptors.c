// Calls on descriptors: reading, writing, moving data, waiting, and the files that only descriptors name.
#include "calls.h"
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

static long file;

static void reading(void)
{
  char *text = STR("short\n"),
      *odd = STR("\0\1\t\"\\\x7f\x80\xff 7\0" "7 octal \33[0m and a tail that goes beyond thirty-two bytes");
  char *out = space(256);
  file = call(open, STR("file"), O_RDWR | O_CREAT | O_TRUNC, 0644);
  call(write, file, text, 6);
  call(write, file, odd, 70);
  call(write, file, text, 0);
  call(write, file, BAD, 5);
  call(write, NOFD, text, 6);
  call(write, JUNK(file), edge("tail", 4), 8);
  call(write, 0x7fffffff, FAR, -1);
  call(lseek, file, 0, SEEK_SET);
  call(lseek, file, -2, SEEK_END);
  call(lseek, file, 0, SEEK_HOLE);
  call(lseek, file, 0, SEEK_DATA);
  call(lseek, file, -1000, SEEK_CUR);
  call(lseek, NOFD, 1, 99);
  call(lseek, file, 0, SEEK_SET);
  call(read, file, out, 32);
  call(read, file, out, 33);
  call(read, file, out, 256);
  call(read, file, out, 256);
  call(read, file, BAD, 4);
  call(read, NOFD, out, 4);
  call(read, file, out, 0x8000000000000000UL);
  call(pread64, file, out, 5, 6);
  call(pread64, file, out, 5, -1);
  call(pread64, file, BAD, 5, 0);
  call(pwrite64, file, STR("over"), 4, 0x100);
  call(pwrite64, NOFD, text, 4, 0x100000000);
  struct iovec *both = PUTS(struct iovec, {text, 6}, {odd, 40}, {NULL, 0});
  struct iovec *into = PUTS(struct iovec, {out, 4}, {out + 64, 40}, {out + 128, 100});
  call(writev, file, both, 3);
  call(writev, file, both, 0);
  call(writev, file, both, -1);
  call(writev, file, both, 1025);
  call(writev, file, BAD, 2);
  call(writev, file, PUTS(struct iovec, {text, 6}, {BAD, 3}), 2);
  call(writev, NOFD, edge(both, 16), 2);
  call(readv, file, into, 3);
  call(lseek, file, 1, SEEK_SET);
  call(readv, file, into, 3);
  call(readv, file, BAD, 1);
  call(readv, NOFD, into, 3);
  call(preadv, file, into, 2, 3);
  call(preadv, file, into, 2, -1);
  call(pwritev, file, both, 2, 10);
  call(pwritev, NOFD, BAD, 2, 10);
  call(preadv2, file, into, 2, 3, 0, RWF_HIPRI);
  call(preadv2, file, into, 2, -1, -1, RWF_NOWAIT);
  call(preadv2, file, into, 2, 0, 0, 0x40000000);
  call(pwritev2, file, both, 2, 10, 0, RWF_DSYNC | RWF_SYNC);
  call(pwritev2, file, both, 1, 0, 0, RWF_APPEND);
  call(pwritev2, NOFD, BAD, 1, 0, 0, ~0U);
}

static void copying(void)
{
  long *duplicate = space(8);
  int *ends = space(8);
  *duplicate = call(dup, file);
  call(dup, NOFD);
  call(dup2, file, 50);
  call(dup2, file, file);
  call(dup2, NOFD, 51);
  call(dup3, file, 51, O_CLOEXEC);
  call(dup3, file, file, 0);
  call(dup3, file, 52, 0x123);
  call(close, 50);
  call(close, 50);
  call(close, JUNK(51));
  call(close_range, 60, 70, 0);
  call(close_range, *duplicate, ~0U, 1 << 2);
  call(close_range, 9, 3, 1 << 1);
  call(close_range, 60, 61, 0x70);
  call(pipe, ends);
  call(pipe, BAD);
  call(pipe2, ends, O_CLOEXEC | O_NONBLOCK);
  call(pipe2, ends, O_DIRECT);
  call(pipe2, ends, O_APPEND | 0x7);
  call(pipe2, NULL, 0);
  long in = ends[0], out = ends[1];
  call(pipe2, ends, O_NONBLOCK);
  call(sendfile, out, file, PUT(long, 1), 10);
  call(sendfile, out, file, NULL, 4);
  call(sendfile, NOFD, file, BAD, 10);
  call(tee, in, ends[1], 8, 3);
  call(tee, NOFD, 0, 8, 0xff0);
  call(splice, in, NULL, file, PUT(long, 200), 5, 5);
  call(splice, file, PUT(long, 0), out, NULL, 5, 2);
  call(splice, in, BAD, NOFD, BAD, 5, 0);
  call(splice, in, NULL, out, NULL, 5, 0x100);
  call(vmsplice, out, PUTS(struct iovec, {STR("spliced"), 7}, {STR("pages"), 5}), 2, 2);
  call(vmsplice, out, BAD, 1, 8);
  call(vmsplice, NOFD, BAD, 0, 0xf0);
  call(copy_file_range, file, PUT(long, 0), file, PUT(long, 1000), 10, 0);
  call(copy_file_range, file, BAD, NOFD, NULL, 10, 0);
  call(copy_file_range, file, NULL, file, NULL, 10, 7);
  call(memfd_create, STR("a memfd"), 3);
  call(memfd_create, STR("huge"), 4 | 21 << 26);
  call(memfd_create, STR("x"), 0x8 | 0x10);
  call(memfd_create, BAD, 0);
  call(memfd_create, STR("x"), 0x3ff00);
}

static void keeping(void)
{
  void *out = space(256);
  call(fstat, file, out);
  call(fstat, 0, out);
  call(fstat, file, BAD);
  call(fstat, NOFD, out);
  long proc = call(open, STR("/proc"), O_RDONLY);
  call(fstatfs, proc, out);
  call(fstatfs, NOFD, BAD);
  long here = call(open, STR("."), O_RDONLY);
  call(fchdir, here);
  call(fchdir, file);
  call(fchmod, file, 0600);
  call(fchmod, NOFD, 07777);
  call(fchown, file, -1, 0);
  call(fchown, NOFD, 1, 2);
  call(ftruncate, file, 300);
  call(ftruncate, file, -1);
  call(ftruncate, 0, 5);
  call(fsync, file);
  call(fsync, NOFD);
  call(fdatasync, file);
  call(fdatasync, NOFD);
  call(syncfs, proc);
  call(syncfs, NOFD);
  call(sync_file_range, file, 0, 100, 7);
  call(sync_file_range, file, -1, 100, 0x10);
  call(flock, file, LOCK_EX | LOCK_NB);
  call(flock, file, LOCK_UN);
  call(flock, NOFD, LOCK_SH);
  call(flock, file, 0x47);
  call(fallocate, file, 0, 0, 4096);
  call(fallocate, file, 3, 100, 50);
  call(fallocate, file, 1, 0, 0);
  call(fallocate, NOFD, 0xff, -1, -1);
  call(fadvise64, file, 0, 100, POSIX_FADV_SEQUENTIAL);
  call(fadvise64, file, 0, 100, 77);
  call(fadvise64, NOFD, -1, 0, POSIX_FADV_DONTNEED);
  call(readahead, file, 0, 4096);
  call(readahead, NOFD, -1, 1);
  call(cachestat, file, PUTS(uint64_t, 0, 4096), out, 0);
  call(cachestat, file, BAD, out, 0);
  call(cachestat, NOFD, BAD, BAD, 1);
}

static void commanding(void)
{
  struct flock *lock = PUT(struct flock, .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 10);
  struct flock *own = PUT(struct flock, .l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = -5);
  int command[] = {F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETLEASE, F_GETPIPE_SZ, F_GET_SEALS};
  for (unsigned i = 0; i < sizeof(command) / sizeof(*command); i++)
    call(fcntl, file, command[i], 0);
  call(fcntl, file, F_DUPFD, 100);
  call(fcntl, file, F_DUPFD_CLOEXEC, 100);
  call(fcntl, file, F_DUPFD, -1);
  call(fcntl, file, F_SETFD, FD_CLOEXEC);
  call(fcntl, file, F_SETFD, 0xfe);
  call(fcntl, file, F_SETFL, O_APPEND | O_NONBLOCK | O_NOATIME);
  call(fcntl, file, F_SETFL, 0);
  call(fcntl, file, F_SETLK, lock);
  call(fcntl, file, F_GETLK, lock);
  call(fcntl, file, F_SETLKW, PUT(struct flock, .l_type = F_UNLCK));
  call(fcntl, file, F_SETLK, PUT(struct flock, .l_type = 9, .l_whence = 8));
  call(fcntl, file, F_GETLK, BAD);
  call(fcntl, file, F_OFD_SETLK, own);
  call(fcntl, file, F_OFD_GETLK, PUT(struct flock, .l_type = F_WRLCK));
  call(fcntl, file, F_OFD_SETLKW, PUT(struct flock, .l_type = F_UNLCK));
  call(fcntl, file, F_SETOWN, 0);
  call(fcntl, file, F_SETOWN_EX, PUTS(int, 1, 0));
  call(fcntl, file, F_GETOWN_EX, space(8));
  call(fcntl, file, F_GETOWN_EX, BAD);
  call(fcntl, file, F_SETSIG, SIGUSR1);
  call(fcntl, file, F_SETSIG, 99);
  call(fcntl, file, F_SETLEASE, F_UNLCK);
  call(fcntl, file, F_NOTIFY, DN_ACCESS | DN_MULTISHOT);
  call(fcntl, file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK);
  call(fcntl, file, F_SETPIPE_SZ, 4096);
  call(fcntl, file, F_GET_RW_HINT, space(8));
  call(fcntl, file, F_SET_RW_HINT, PUT(long, RWH_WRITE_LIFE_SHORT));
  call(fcntl, file, F_GET_FILE_RW_HINT, BAD);
  call(fcntl, file, 1074, 3);
  call(fcntl, NOFD, F_SETFL, O_RDWR);
  long sealed = call(memfd_create, STR("sealed"), 2);
  call(fcntl, sealed, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL);
  call(fcntl, sealed, F_GET_SEALS);
  int *number = space(4);
  call(ioctl, file, FIONREAD, number);
  call(ioctl, file, FIOCLEX);
  call(ioctl, file, FIONCLEX);
  call(ioctl, file, FIONBIO, PUT(int, 0));
  call(ioctl, file, FIOASYNC, BAD);
  call(ioctl, file, TCGETS, space(64));
  call(ioctl, NOFD, FIONREAD, number);
  call(ioctl, file, 0x12345678, 0x1122334455667788);
}

static void waiting(void)
{
  int *ends = space(8);
  call(pipe2, ends, 0);
  int in = ends[0], out = ends[1];
  call(write, out, STR("x"), 1);
  struct pollfd *set = PUTS(struct pollfd, {in, POLLIN | POLLPRI, 0}, {out, POLLOUT, 0}, {-1, 0x7fff, 0}, {777,
      POLLIN, 0});
  struct timespec *none = PUT(struct timespec, 0, 0), *wrong = PUT(struct timespec, -1, 1000000000);
  uint64_t *mask = PUT(uint64_t, 1UL << (SIGUSR2 - 1));
  call(poll, set, 4, 0);
  call(poll, PUTS(struct pollfd, {out, POLLIN, 0}), 1, 0);
  call(poll, NULL, 0, 0);
  call(poll, BAD, 2, 0);
  call(poll, set, -1, -1);
  call(ppoll, set, 2, none, mask, 8);
  call(ppoll, set, 1, none, NULL, 0);
  call(ppoll, set, 1, wrong, NULL, 0);
  call(ppoll, set, 1, none, mask, 4);
  call(ppoll, BAD, 1, BAD, BAD, 8);
  fd_set *reads = space(128), *writes = space(128), *others = space(128);
  FD_SET(in, reads);
  FD_SET(out, reads);
  FD_SET(out, writes);
  call(select, out + 1, reads, writes, others, PUT(struct timeval, 0, 0));
  call(select, out + 1, reads, NULL, NULL, PUT(struct timeval, 0, 0));
  call(select, 0, NULL, NULL, NULL, PUT(struct timeval, 0, 1));
  call(select, -1, reads, writes, others, NULL);
  call(select, 10, BAD, NULL, NULL, NULL);
  call(select, out + 1, reads, NULL, NULL, PUT(struct timeval, -1, -1));
  FD_SET(777, others);
  call(select, 778, NULL, NULL, others, PUT(struct timeval, 0, 0));
  call(pselect6, out + 1, NULL, writes, NULL, none, PUTS(uint64_t, (uint64_t)mask, 8));
  call(pselect6, out + 1, NULL, writes, NULL, none, NULL);
  call(pselect6, out + 1, NULL, writes, NULL, none, PUTS(uint64_t, (uint64_t)mask, 9));
  call(pselect6, 4, BAD, BAD, NULL, BAD, BAD);
  long poller = call(epoll_create1, EPOLL_CLOEXEC);
  call(epoll_create1, 0x55);
  call(epoll_create, 10);
  call(epoll_create, 0);
  call(epoll_ctl, poller, EPOLL_CTL_ADD, in, PUT(struct epoll_event, EPOLLIN | EPOLLET | EPOLLRDHUP, {.u64 = 7}));
  call(epoll_ctl, poller, EPOLL_CTL_ADD, out, PUT(struct epoll_event, EPOLLOUT | EPOLLONESHOT, {.u64 = 1UL << 40}));
  call(epoll_ctl, poller, EPOLL_CTL_MOD, in, PUT(struct epoll_event, EPOLLIN, {.fd = in}));
  call(epoll_ctl, poller, EPOLL_CTL_ADD, in, BAD);
  call(epoll_ctl, poller, 99, in, PUT(struct epoll_event, 0x800, {.u64 = 0}));
  struct epoll_event *events = space(sizeof(*events) * 4);
  call(epoll_wait, poller, events, 4, 0);
  call(epoll_wait, poller, events, 0, 0);
  call(epoll_wait, poller, BAD, 4, 0);
  call(epoll_pwait, poller, events, 4, 0, mask, 8);
  call(epoll_pwait, NOFD, events, 4, -1, BAD, 8);
  call(epoll_pwait2, poller, events, 1, none, NULL, 0);
  call(epoll_pwait2, poller, events, 1, wrong, mask, 7);
  call(epoll_ctl, poller, EPOLL_CTL_DEL, in, NULL);
  call(epoll_ctl, poller, EPOLL_CTL_DEL, in, NULL);
  call(epoll_ctl_old, poller, EPOLL_CTL_ADD, in, BAD);
  call(epoll_ctl_old);
  call(epoll_wait_old, poller, events, 4, 0);
  call(epoll_wait_old);
}

static void events(void)
{
  uint64_t *mask = PUT(uint64_t, 1UL << (SIGUSR1 - 1) | 1UL << (SIGRTMIN + 1)), *value = PUT(uint64_t, 3);
  void *out = space(256);
  call(eventfd, 5);
  call(eventfd, 0xffffffff);
  long event = call(eventfd2, 1, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
  call(eventfd2, 0, 0x1000);
  call(write, event, value, 8);
  call(read, event, out, 8);
  call(read, event, out, 4);
  long signals = call(signalfd, -1, mask, 8);
  call(signalfd, NOFD - 1, mask, 8);
  call(signalfd, -1, BAD, 8);
  call(signalfd4, signals, mask, 8, 0);
  call(signalfd4, -1, mask, 8, O_CLOEXEC | O_NONBLOCK);
  call(signalfd4, -1, mask, 8, 0x3);
  call(signalfd4, file, mask, 3, 0);
  long timer = call(timerfd_create, CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  call(timerfd_create, CLOCK_REALTIME, 0);
  call(timerfd_create, 99, 0);
  call(timerfd_create, CLOCK_BOOTTIME, 0x7);
  call(timerfd_settime, timer, 0, PUT(struct itimerspec, {5, 6}, {0, 0}), out);
  call(timerfd_settime, timer, 1 | 2, PUT(struct itimerspec, {0, 0}, {0, 1}), NULL);
  call(timerfd_settime, timer, 0, PUT(struct itimerspec, {0, 0}, {-1, 1000000000}), NULL);
  call(timerfd_settime, timer, 0xf0, BAD, BAD);
  call(timerfd_settime, timer, 0, PUT(struct itimerspec, {0, 0}, {0, 0}), NULL);
  call(timerfd_gettime, timer, out);
  call(timerfd_gettime, file, out);
  call(timerfd_gettime, timer, BAD);
  long watcher = call(inotify_init1, IN_CLOEXEC | IN_NONBLOCK);
  call(inotify_init);
  call(inotify_init, 1);
  call(inotify_init1, 0x6);
  long watch = call(inotify_add_watch, watcher, STR("."), IN_CREATE | IN_DELETE | IN_ONLYDIR | IN_MOVED_TO);
  call(inotify_add_watch, watcher, STR("file"), IN_ALL_EVENTS | IN_MASK_ADD | IN_ONESHOT);
  call(inotify_add_watch, watcher, STR("missing"), IN_ACCESS);
  call(inotify_add_watch, watcher, BAD, 0);
  call(inotify_add_watch, NOFD, STR("."), 0xffffffff);
  long made = call(open, STR("new"), O_CREAT | O_WRONLY, 0600);
  call(close, made);
  call(read, watcher, out, 256);
  call(inotify_rm_watch, watcher, watch);
  call(inotify_rm_watch, watcher, 99);
  call(inotify_rm_watch, NOFD, 1);
  long fan = call(fanotify_init, FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE);
  call(fanotify_init, 0xffff0000, O_RDWR);
  call(fanotify_init, FAN_REPORT_FID | FAN_REPORT_DFID_NAME, 0);
  call(fanotify_mark, fan, FAN_MARK_ADD, FAN_OPEN | FAN_CLOSE | FAN_EVENT_ON_CHILD, AT_FDCWD, STR("file"));
  call(fanotify_mark, fan, FAN_MARK_REMOVE | FAN_MARK_DONT_FOLLOW, FAN_OPEN, AT_FDCWD, STR("file"));
  call(fanotify_mark, fan, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL);
  call(fanotify_mark, fan, FAN_MARK_ADD | FAN_MARK_FLUSH, FAN_ACCESS | 1UL << 40, AT_FDCWD, BAD);
  call(fanotify_mark, NOFD, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_ONDIR | FAN_MODIFY, 5, STR("."));
}

static void queues(void)
{
  uint64_t *context = space(8);
  char *out = space(64);
  struct io_event *done = space(sizeof(*done) * 2);
  struct timespec *none = PUT(struct timespec, 0, 0);
  call(io_setup, 2, context);
  call(io_setup, 0, BAD);
  call(io_setup, 2, context);
  struct iocb *read = PUT(struct iocb, .aio_data = 42, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = file,
                          .aio_buf = (uint64_t)out, .aio_nbytes = 16, .aio_offset = 1);
  struct iocb *write = PUT(struct iocb, .aio_data = 43, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = file,
                           .aio_buf = (uint64_t)STR("asynchronous"), .aio_nbytes = 12, .aio_rw_flags = RWF_DSYNC);
  struct iocb *odd = PUT(struct iocb, .aio_lio_opcode = 77, .aio_fildes = -1, .aio_reserved2 = 5);
  call(io_submit, *context, 1, PUTS(struct iocb *, read));
  call(io_getevents, *context, 1, 2, done, NULL);
  call(io_submit, *context, 1, PUTS(struct iocb *, write));
  call(io_pgetevents, *context, 1, 1, done, NULL, NULL);
  call(io_submit, *context, 3, PUTS(struct iocb *, odd, read, BAD));
  call(io_submit, 7, 1, BAD);
  call(io_submit, *context, -1, NULL);
  call(io_getevents, *context, 2, 1, done, none);
  call(io_getevents, 5, 0, 1, BAD, BAD);
  call(io_pgetevents, *context, 0, 1, done, none, PUTS(uint64_t, (uint64_t)PUT(uint64_t, 1), 8));
  call(io_pgetevents, 5, 0, -1, done, BAD, BAD);
  long never = call(eventfd2, 0, 0);
  struct iocb *wait = PUT(struct iocb, .aio_data = 44, .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = never,
      .aio_buf = POLLIN);
  call(io_submit, *context, 1, PUTS(struct iocb *, wait));
  call(io_cancel, *context, wait, done);
  call(io_cancel, *context, read, done);
  call(io_cancel, 5, BAD, NULL);
  call(io_destroy, *context);
  call(io_destroy, 5);
  struct io_uring_params *ring = space(sizeof(*ring));
  long fd = call(io_uring_setup, 4, ring);
  call(io_uring_setup, 0, ring);
  call(io_uring_setup, 2, PUT(struct io_uring_params, .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
      .cq_entries = 8));
  call(io_uring_setup, 2, PUT(struct io_uring_params, .flags = 0x80000000));
  call(io_uring_setup, 2, BAD);
  call(io_uring_enter, fd, 0, 0, 0, NULL, 0);
  call(io_uring_enter, fd, 0, 0, IORING_ENTER_GETEVENTS, PUT(uint64_t, 1), 8);
  call(io_uring_enter, fd, 1, 0, 0xff000000, NULL, 0);
  call(io_uring_enter, NOFD, 1, 1, IORING_ENTER_SQ_WAKEUP, BAD, 8);
  call(io_uring_register, fd, IORING_REGISTER_FILES, PUTS(int, file, -1), 2);
  call(io_uring_register, fd, IORING_UNREGISTER_FILES, NULL, 0);
  call(io_uring_register, fd, IORING_REGISTER_BUFFERS, PUTS(struct iovec, {out, 64}), 1);
  call(io_uring_register, fd, IORING_REGISTER_PROBE, space(16 + 8 * 4), 4);
  call(io_uring_register, fd, 999, BAD, 1);
  call(io_uring_register, NOFD, IORING_REGISTER_EVENTFD, BAD, 1);
}

int main(void)
{
  begin();
  reading();
  copying();
  keeping();
  commanding();
  waiting();
  events();
  queues();
  return end();
}
