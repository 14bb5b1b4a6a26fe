// Makes each call once, through the C library, while `call` says to a debugger what is passed.
// Every half of every value is different within a call, so that a word of it can be told from all others.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

_Static_assert(sizeof(off_t) == 8, "build with -D_FILE_OFFSET_BITS=64");

enum { MOST = 6 };

// `function` is null outside of a call. `names` are the kernel's parameter names, in the order of `values`.
struct call {
  const char *function;
  const char *names;
  uint64_t values[MOST];
};
volatile struct call call;
const char *volatile library = "";

static char area[1 << 16] __attribute__((aligned(64)));
static const char path[] = "/nowhere/at/all";

// Sign extension must not invent bits that were not passed.
#define BITS(value) \
  _Generic((value), int: (uint64_t)(unsigned)(value), unsigned: (uint64_t)(value), \
    long: (uint64_t)(unsigned long)(value), unsigned long: (uint64_t)(value), \
    long long: (uint64_t)(value), unsigned long long: (uint64_t)(value), \
    default: (uint64_t)(uintptr_t)(value))

#define CALL(made, said, ...) \
  do { \
    static const char *const name = made; \
    const uint64_t values[] = {__VA_ARGS__}; \
    call.names = said; \
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) call.values[i] = values[i]; \
    call.function = name; \
  } while (0)

#define DONE() (call.function = NULL)

static int never(void *unused) {
  (void)unused;
  return 0;
}

int main(void) {
#ifdef __GLIBC__
  library = gnu_get_libc_version();
#endif
  // The descriptors are not open, and the lengths are refused: the words are what matters, not what comes of them.
  const int fd = 0x21;
  const size_t count = 0x01020304;
  const off_t position = 0x1122334455667788;
  const off_t length = 0x1a2b3c4d5e6f7081;
  const struct iovec *const vector = (const struct iovec *)area;
  const int pieces = 0x0506;

  CALL("pread", "fd buf count pos", BITS(fd), BITS(&area[0]), BITS(count), BITS(position));
  pread(fd, area, count, position);
  DONE();

  CALL("pwrite", "fd buf count pos", BITS(fd), BITS(&area[0]), BITS(count), BITS(position));
  pwrite(fd, area, count, position);
  DONE();

  CALL("truncate", "path length", BITS(&path[0]), BITS(length));
  truncate(path, length);
  DONE();

  CALL("ftruncate", "fd length", BITS(fd), BITS(length));
  ftruncate(fd, length);
  DONE();

  const int mode = 0x03;
  CALL("fallocate", "fd mode offset len", BITS(fd), BITS(mode), BITS(position), BITS(length));
  fallocate(fd, mode, position, length);
  DONE();

  const unsigned flags = 0x07;
  CALL("sync_file_range", "fd offset nbytes flags", BITS(fd), BITS(position), BITS(length), BITS(flags));
  sync_file_range(fd, position, length, flags);
  DONE();

  const int advice = POSIX_FADV_WILLNEED;
  CALL("posix_fadvise", "fd offset len advice", BITS(fd), BITS(position), BITS(length), BITS(advice));
  posix_fadvise(fd, position, length, advice);
  DONE();

  CALL("readahead", "fd offset count", BITS(fd), BITS(position), BITS(count));
  readahead(fd, position, count);
  DONE();

  CALL("preadv", "fd vec vlen pos", BITS(fd), BITS(vector), BITS(pieces), BITS(position));
  preadv(fd, vector, pieces, position);
  DONE();

  CALL("pwritev", "fd vec vlen pos", BITS(fd), BITS(vector), BITS(pieces), BITS(position));
  pwritev(fd, vector, pieces, position);
  DONE();

  const int how = 0x09;
  CALL("preadv2", "fd vec vlen pos flags", BITS(fd), BITS(vector), BITS(pieces), BITS(position), BITS(how));
  preadv2(fd, vector, pieces, position, how);
  DONE();

  CALL("pwritev2", "fd vec vlen pos flags", BITS(fd), BITS(vector), BITS(pieces), BITS(position), BITS(how));
  pwritev2(fd, vector, pieces, position, how);
  DONE();

  const unsigned mark = 0x0a0b0c0d;
  const uint64_t mask = 0x2132435465768798;
  const int folder = 0x31;
  CALL("fanotify_mark", "fanotify_fd flags mask dfd pathname", BITS(fd), BITS(mark), BITS(mask), BITS(folder),
       BITS(&path[0]));
  fanotify_mark(fd, mark, mask, folder, path);
  DONE();

  // A multiple of every page size. As pages of 4096 bytes it fits into one word.
  const off_t offset = 0x12345670000;
  void *const address = (void *)(uintptr_t)0x40710000;
  const size_t bytes = 0x30000;
  const int protection = PROT_READ;
  const int sharing = MAP_SHARED;
  CALL("mmap", "addr len prot flags fd offset", BITS(address), BITS(bytes), BITS(protection), BITS(sharing), BITS(fd),
       BITS(offset));
  mmap(address, bytes, protection, sharing, fd, offset);
  DONE();

  // Refused everywhere: signal handlers cannot be shared without sharing memory.
  const int refused = CLONE_SIGHAND;
  char *const stack = area + sizeof area / 2;
  void *const parent = (void *)(uintptr_t)0x51525354;
  void *const child = (void *)(uintptr_t)0x61626364;
  void *const tls = (void *)(uintptr_t)0x71727374;
  CALL("clone", "clone_flags newsp parent_tidptr child_tidptr tls", BITS(refused), BITS(stack), BITS(parent),
       BITS(child), BITS(tls));
  clone(never, stack, refused, NULL, parent, tls, child);
  DONE();
  return 0;
}
