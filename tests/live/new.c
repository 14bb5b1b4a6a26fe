// Calls of 5.2 and later that belong to no other file: mounting in steps, futexes of their own, probes, lists.
#include "calls.h"
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <time.h>

static void steps(void)
{
  char *name = STR("mode"), *value = STR("700");
  long context = call(fsopen, STR("tmpfs"), FSOPEN_CLOEXEC);
  call(fsopen, STR("no such"), 0);
  call(fsopen, BAD, 0);
  call(fsopen, STR("tmpfs"), 0xf0);
  call(fsconfig, context, FSCONFIG_SET_STRING, name, value, 0);
  call(fsconfig, context, FSCONFIG_SET_STRING, STR("source"), STR("none \"at\" all"), 0);
  call(fsconfig, context, FSCONFIG_SET_FLAG, STR("ro"), NULL, 0);
  call(fsconfig, context, FSCONFIG_SET_FLAG, STR("wrong"), NULL, 0);
  call(fsconfig, context, FSCONFIG_SET_BINARY, STR("bits"), STR("\1\2\3\4"), 4);
  call(fsconfig, context, FSCONFIG_SET_PATH, STR("path"), STR("."), AT_FDCWD);
  call(fsconfig, context, FSCONFIG_SET_FD, STR("fd"), NULL, 0);
  call(fsconfig, context, FSCONFIG_SET_STRING, BAD, BAD, 7);
  call(fsconfig, context, 99, name, value, 0);
  call(fsconfig, NOFD, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  call(fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  call(fsmount, context, 0x70, 0x80000000U);
  // A mount of no namespace: it goes with its descriptor.
  long tree = call(fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME);
  call(fsmount, NOFD, 0, 0);
  call(fspick, tree, STR(""), FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
  call(fspick, AT_FDCWD, BAD, 0);
  call(fspick, NOFD, STR("x"), 0xf0);
  call(mount_setattr, tree, STR(""), AT_EMPTY_PATH, PUT(struct mount_attr, .attr_set = MOUNT_ATTR_NOEXEC), 32);
  call(mount_setattr, tree, STR(""), AT_EMPTY_PATH | AT_RECURSIVE, PUT(struct mount_attr, .attr_set = ~0UL,
      .propagation = 5), 32);
  call(mount_setattr, NOFD, STR("x"), 0x70, BAD, 32);
  call(mount_setattr, NOFD, BAD, 0, space(32), 3);
  call(open_tree, tree, STR(""), OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  call(open_tree, AT_FDCWD, STR("missing"), OPEN_TREE_CLONE | AT_RECURSIVE);
  call(open_tree, AT_FDCWD, BAD, AT_RECURSIVE | 0x70);
  call(open_tree_attr, AT_FDCWD, STR("."), OPEN_TREE_CLOEXEC | OPEN_TREE_CLONE, PUT(struct mount_attr,
      .attr_set = MOUNT_ATTR_RDONLY), 32);
  call(open_tree_attr, AT_FDCWD, STR("."), 0, BAD, 32);
  call(open_tree_attr, NOFD, BAD, 0xf0, BAD, 3);
  call(move_mount, NOFD, STR("x"), NOFD, STR("y"), MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
  call(move_mount, tree, STR(""), AT_FDCWD, STR("missing"), MOVE_MOUNT_F_EMPTY_PATH);
  call(move_mount, AT_FDCWD, BAD, AT_FDCWD, BAD, 0x7fff0000);
  call(mkdir, STR("m"), 0700);
  if (child()) {
    long own = call(unshare, CLONE_NEWNS);
    if (own || call_number(__NR_mount, 0, STR("/"), 0, 0x44000, 0))
      leave(1);
    call(move_mount, tree, STR(""), AT_FDCWD, STR("m"), MOVE_MOUNT_F_EMPTY_PATH);
    leave(0);
  }
  call(close_range, 3, 99, 0);
}

static void lists(void)
{
  void *out = space(1024);
  // struct mnt_id_req: size, spare, mnt_id, param, mnt_ns_id.
  uint64_t *root = PUTS(uint64_t, 24, ~0UL, 0), *wrong = PUTS(uint64_t, 24, 5, 0xff00000000000000UL);
  call(listmount, root, out, 4, 0);
  call(listmount, root, out, 4, 1);
  call(listmount, wrong, out, 4, 0);
  call(listmount, BAD, BAD, 1, 0xf0);
  // The one that the root is on, by what statx says.
  uint64_t *about = space(256);
  call(statx, AT_FDCWD, STR("/"), 0, 0x4000, about);
  uint64_t mount = about[0x90 / 8];
  call(statmount, PUTS(uint64_t, 24, mount, 1 | 2), out, 1024, 0);
  call(statmount, PUTS(uint64_t, 24, mount, 0x20), out, 1024, 0);
  call(statmount, wrong, out, 1024, 0);
  call(statmount, BAD, BAD, 1024, 0);
  call(statmount, PUTS(uint64_t, 3, 0, 0), out, 5, 0x7);
  call(listns, PUTS(uint64_t, 32, 0, CLONE_NEWUTS, 0), out, 4, 0);
  call(listns, PUTS(uint64_t, 3, 0, 0xff, 0), out, 4, 0x7);
  call(listns, BAD, BAD, 4, 0);
}

static void futexes(void)
{
  uint32_t *word = PUT(uint32_t, 5), *other = PUT(uint32_t, 6);
  struct timespec *past = PUT(struct timespec, 1, 0);
  struct waiter { uint64_t value, address; uint32_t flags, spare; };
  struct waiter *two = PUTS(struct waiter, {5, (uint64_t)word, 2, 0}, {6, (uint64_t)other, 2 | 128, 0});
  call(futex_waitv, two, 2, 0, past, CLOCK_MONOTONIC);
  call(futex_waitv, PUTS(struct waiter, {4, (uint64_t)word, 2, 0}), 1, 0, NULL, CLOCK_REALTIME);
  call(futex_waitv, PUTS(struct waiter, {5, (uint64_t)word, 0x70, 9}), 1, 0, past, CLOCK_REALTIME);
  call(futex_waitv, two, 2, 0x7, past, 99);
  call(futex_waitv, two, 200, 0, NULL, 0);
  call(futex_waitv, BAD, 1, 0, BAD, 1);
  call(futex_wake, word, ~0U, 1, 2 | 128);
  call(futex_wake, word, 0, 1, 2);
  call(futex_wake, BAD, 1, 1, 0xf0);
  call(futex_wait, word, 5, ~0U, 2 | 128, past, CLOCK_MONOTONIC);
  call(futex_wait, word, 4, ~0U, 2, NULL, CLOCK_REALTIME);
  call(futex_wait, BAD, 4, 1, 2, BAD, 99);
  call(futex_requeue, PUTS(struct waiter, {5, (uint64_t)word, 2, 0}, {6, (uint64_t)other, 2, 0}), 0, 1, 1);
  call(futex_requeue, two, 0, 1, 1);
  call(futex_requeue, two, 0x7, 1, 1);
  call(futex_requeue, BAD, 0, 1, -1);
}

static void probes(void)
{
  // Called from anywhere but the kernel's own trampoline they end the program, or fail.
  if (child()) {
    call(uretprobe);
    leave(0);
  }
  if (child()) {
    call(uretprobe, -1, BAD);
    leave(0);
  }
  if (child()) {
    call(uprobe);
    leave(0);
  }
  if (child()) {
    call(uprobe, -1, BAD);
    leave(0);
  }
}

int main(void)
{
  begin();
  steps();
  lists();
  futexes();
  probes();
  return end();
}
