// Calls that take paths: opening, naming, moving, removing, what a file is, and its extended attributes.
#include "calls.h"
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

static void opening(void)
{
  char *name = STR("file");
  call(open, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  call(open, name, O_RDONLY);
  call(open, name, O_WRONLY | O_APPEND | O_NONBLOCK | O_DSYNC | O_NOCTTY, 0777);
  call(open, name, O_RDWR | O_SYNC | O_NOATIME | O_NOFOLLOW | O_LARGEFILE);
  call(open, name, O_ACCMODE | O_PATH);
  call(open, name, O_RDWR | 0x40000000);
  call(open, STR("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  call(open, STR("."), O_RDWR | O_TMPFILE | O_EXCL, 0600);
  call(open, name, O_CREAT | O_EXCL | O_WRONLY, 06755);
  call(open, STR("a \"quoted\"\tname\n\x01\xff\\"), O_WRONLY | O_CREAT, 0100);
  call(open, STR("missing"), O_RDONLY);
  call(open, STR(""), O_RDONLY);
  call(open, BAD, O_RDONLY);
  call(open, NULL, O_RDWR | O_CREAT, 0644);
  call(open, edge("unended", 7), O_RDONLY);
  char *longest = space(5000);
  memset(longest, 'n', 4999);
  call(open, longest, O_RDONLY);
  longest[300] = 0;
  call(open, longest, O_RDONLY);
  call(creat, STR("created"), 0604);
  call(creat, STR("missing/created"), 0604);
  call(creat, BAD, -1);
  call(openat, AT_FDCWD, name, O_RDONLY);
  call(openat, JUNK(AT_FDCWD), STR("other"), O_CREAT | O_RDWR | O_EXCL, S_IRUSR | S_IWUSR | S_ISVTX);
  call(openat, AT_FDCWD, name, O_RDWR | O_DIRECT | O_ASYNC);
  call(openat, 3, name, O_RDONLY);
  call(openat, NOFD, name, O_RDONLY);
  call(openat, NOFD, STR("/dev/null"), O_WRONLY);
  call(openat, 777, BAD, O_RDONLY | O_CLOEXEC);
  call(openat, AT_FDCWD, name, O_TMPFILE | O_RDONLY, 0600);
  call(openat2, AT_FDCWD, name, PUT(struct open_how, .flags = O_RDONLY | O_CLOEXEC), sizeof(struct open_how));
  call(openat2, AT_FDCWD, STR("made"),
       PUT(struct open_how, .flags = O_CREAT | O_RDWR, .mode = 0600,
           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV),
       sizeof(struct open_how));
  call(openat2, AT_FDCWD, STR("/dev/null"), PUT(struct open_how, .flags = O_RDWR, .resolve = RESOLVE_BENEATH), 24);
  call(openat2, AT_FDCWD, name, PUT(struct open_how, .flags = 1UL << 40, .resolve = 0xff00), 24);
  call(openat2, AT_FDCWD, name, PUT(struct open_how, .flags = O_RDONLY, .mode = 0644), 24);
  call(openat2, AT_FDCWD, name, PUTS(uint64_t, O_RDONLY, 0, 0, 0, 7), 40);
  call(openat2, AT_FDCWD, name, PUTS(uint64_t, O_RDONLY, 0, 0), 8);
  call(openat2, AT_FDCWD, name, BAD, 24);
  call(openat2, NOFD, NULL, NULL, 0);
  call(close_range, 3, 99, 0);
}

static void naming(void)
{
  char *dir = STR("dir"), *sub = STR("dir/sub"), *file = STR("file");
  call(mkdir, dir, 0755);
  call(mkdir, dir, 01777);
  call(mkdir, BAD, 0);
  call(mkdirat, AT_FDCWD, sub, 0700);
  call(mkdirat, NOFD, sub, 07777);
  call(mkdirat, AT_FDCWD, BAD, 0xffff);
  call(link, file, STR("dir/hard"));
  call(link, STR("missing"), STR("x"));
  call(link, BAD, NULL);
  call(linkat, AT_FDCWD, file, AT_FDCWD, STR("dir/hard2"), 0);
  call(linkat, AT_FDCWD, file, AT_FDCWD, STR("dir/hard3"), AT_SYMLINK_FOLLOW);
  call(linkat, NOFD, file, NOFD, file, AT_EMPTY_PATH | 0x80000);
  call(symlink, STR("dir/hard"), STR("soft"));
  call(symlink, STR(""), STR("soft2"));
  call(symlink, STR("target"), BAD);
  call(symlinkat, STR("nowhere at all"), AT_FDCWD, STR("dangling"));
  call(symlinkat, STR("target"), NOFD, STR("x"));
  char *out = space(64);
  call(readlink, STR("soft"), out, 64);
  call(readlink, STR("soft"), out, 3);
  call(readlink, file, out, 64);
  call(readlink, STR("soft"), BAD, 64);
  call(readlink, STR("soft"), out, 0);
  call(readlink, STR("soft"), out, -1);
  call(readlinkat, AT_FDCWD, STR("dangling"), out, 64);
  call(readlinkat, NOFD, STR("dangling"), out, 64);
  call(readlinkat, AT_FDCWD, BAD, out, 0x80000000U);
  call(rename, STR("other"), STR("dir/other"));
  call(rename, STR("missing"), STR("dir/other"));
  call(rename, BAD, STR("x"));
  call(renameat, AT_FDCWD, STR("dir/other"), AT_FDCWD, STR("other"));
  call(renameat, NOFD, STR("a"), NOFD, STR("b"));
  call(renameat2, AT_FDCWD, STR("other"), AT_FDCWD, STR("made"), RENAME_EXCHANGE);
  call(renameat2, AT_FDCWD, STR("other"), AT_FDCWD, STR("made"), RENAME_NOREPLACE);
  call(renameat2, AT_FDCWD, STR("other"), AT_FDCWD, STR("made"), RENAME_NOREPLACE | RENAME_EXCHANGE | 0xf0);
  call(renameat2, AT_FDCWD, STR("other"), AT_FDCWD, STR("white"), RENAME_WHITEOUT);
  call(mknod, STR("fifo"), S_IFIFO | 0644, 0);
  call(mknod, STR("sock"), S_IFSOCK | 0600, 0);
  call(mknod, STR("plain"), 0644, 0);
  call(mknod, STR("plain"), S_IFREG | 0644, 0x12345);
  call(mknod, STR("x"), S_IFDIR | 0755, 0);
  call(mknod, BAD, S_IFCHR | 0600, 0x103);
  call(mknodat, AT_FDCWD, STR("fifo2"), S_IFIFO | 0400, 0);
  call(mknodat, NOFD, STR("x"), S_IFBLK | 0600, 0xfff00801);
  call(mknodat, AT_FDCWD, STR("x"), 0xf000 | 0777, 0);
  call(unlink, STR("dir/hard2"));
  call(unlink, dir);
  call(unlink, BAD);
  call(unlinkat, AT_FDCWD, STR("dir/hard3"), 0);
  call(unlinkat, AT_FDCWD, sub, AT_REMOVEDIR);
  call(unlinkat, NOFD, sub, AT_REMOVEDIR | 0x1000000);
  call(mkdir, sub, 0777);
  call(rmdir, sub);
  call(rmdir, dir);
  call(rmdir, file);
  call(rmdir, BAD);
}

static void looking(void)
{
  char *file = STR("file"), *soft = STR("soft");
  void *out = space(512);
  call(stat, file, out);
  call(stat, STR("."), out);
  call(stat, STR("/dev/null"), out);
  call(stat, STR("missing"), out);
  call(stat, file, BAD);
  call(stat, BAD, out);
  call(lstat, soft, out);
  call(lstat, STR("fifo"), out);
  call(lstat, STR("missing"), NULL);
  call(newfstatat, AT_FDCWD, soft, out, AT_SYMLINK_NOFOLLOW);
  call(newfstatat, AT_FDCWD, soft, out, 0);
  call(newfstatat, 0, STR(""), out, AT_EMPTY_PATH);
  call(newfstatat, NOFD, file, out, 0);
  call(newfstatat, AT_FDCWD, file, BAD, AT_NO_AUTOMOUNT);
  call(newfstatat, AT_FDCWD, file, out, 0x40000000);
  call(statx, AT_FDCWD, file, AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS, out);
  call(statx, AT_FDCWD, soft, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE, out);
  call(statx, 0, STR(""), AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_ALL | STATX_MNT_ID, out);
  call(statx, AT_FDCWD, file, AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, out);
  call(statx, AT_FDCWD, file, 0, 0x80000000U, out);
  call(statx, AT_FDCWD, file, 0, STATX_BTIME, BAD);
  call(statx, NOFD, BAD, 0x7fffffff, ~0U, out);
  call(statfs, STR("/proc"), out);
  call(statfs, STR("missing"), out);
  call(statfs, STR("/proc"), BAD);
  call(ustat, 0x3, out);
  call(ustat, -1, BAD);
  call(access, file, F_OK);
  call(access, file, R_OK | W_OK);
  call(access, STR("missing"), X_OK);
  call(access, BAD, R_OK | 0x10);
  call(faccessat, AT_FDCWD, file, R_OK);
  call(faccessat, NOFD, file, W_OK | X_OK);
  call(faccessat2, AT_FDCWD, soft, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
  call(faccessat2, AT_FDCWD, file, F_OK, 0x10000000);
  call(faccessat2, AT_FDCWD, BAD, 0xff, 0);
  call(getcwd, out, 512);
  call(getcwd, out, 1);
  call(getcwd, BAD, 512);
  call(chdir, STR("dir"));
  call(chdir, STR(".."));
  call(chdir, file);
  call(chdir, BAD);
  uint32_t *handle = space(160);
  handle[0] = 128;
  call(name_to_handle_at, AT_FDCWD, file, handle, space(4), 0);
  long fd = call(open, STR("."), O_RDONLY);
  call(open_by_handle_at, fd, handle, O_RDONLY | O_CLOEXEC);
  call(open_by_handle_at, NOFD, handle, O_RDWR);
  call(open_by_handle_at, fd, BAD, O_RDONLY);
  call(name_to_handle_at, AT_FDCWD, file, PUTS(uint32_t, 0, 0), space(4), AT_SYMLINK_FOLLOW);
  call(name_to_handle_at, AT_FDCWD, file, BAD, BAD, AT_EMPTY_PATH);
  call(name_to_handle_at, NOFD, STR(""), handle, space(4), 0x123456);
  long dir = call(open, STR("dir"), O_RDONLY | O_DIRECTORY);
  call(getdents, dir, space(1024), 1024);
  call(getdents, dir, space(1024), 1024);
  call(lseek, dir, 0, 0);
  call(getdents64, dir, space(1024), 1024);
  call(getdents64, dir, space(1024), 1024);
  call(lseek, dir, 0, 0);
  call(getdents64, dir, out, 3);
  call(getdents, dir, BAD, 1024);
  call(getdents64, dir, BAD, 1024);
  call(getdents, 0, out, 512);
  call(getdents64, NOFD, out, 512);
  call(close_range, 3, 99, 0);
}

static void changing(void)
{
  char *file = STR("file"), *soft = STR("soft"), *missing = STR("missing");
  call(chmod, file, 0600);
  call(chmod, file, 04755);
  call(chmod, missing, 0xffffffff);
  call(chmod, BAD, 0);
  call(fchmodat, AT_FDCWD, file, 0644);
  call(fchmodat, NOFD, file, 01000);
  call(fchmodat2, AT_FDCWD, file, 0640, 0);
  call(fchmodat2, AT_FDCWD, soft, 0640, AT_SYMLINK_NOFOLLOW);
  call(fchmodat2, AT_FDCWD, file, 0640, 0x4000000);
  call(chown, file, -1, -1);
  call(chown, file, 0, 0);
  call(chown, missing, 1000, 65534);
  call(chown, BAD, 0, 0);
  call(lchown, soft, -1, 0);
  call(lchown, missing, 4294967294U, -1);
  call(fchownat, AT_FDCWD, soft, 0, -1, AT_SYMLINK_NOFOLLOW);
  call(fchownat, NOFD, STR(""), 0, 0, AT_EMPTY_PATH);
  call(fchownat, AT_FDCWD, file, 0, 0, 0x200000);
  call(umask, 077);
  call(umask, 0777777022);
  call(truncate, file, 100);
  call(truncate, file, -1);
  call(truncate, missing, 0x7fffffffffffffff);
  call(truncate, BAD, 0);
  call(utime, file, PUT(struct utimbuf, .actime = 1000000000, .modtime = 1234567890));
  call(utime, missing, NULL);
  call(utime, file, BAD);
  call(utimes, file, PUTS(struct timeval, {1000000000, 1}, {1234567890, 999999}));
  call(utimes, file, PUTS(struct timeval, {-1, 1000000}, {5, -1}));
  call(utimes, BAD, NULL);
  call(futimesat, AT_FDCWD, file, PUTS(struct timeval, {1, 2}, {3, 4}));
  call(futimesat, NOFD, file, NULL);
  call(futimesat, AT_FDCWD, file, BAD);
  call(utimensat, AT_FDCWD, file, PUTS(struct timespec, {1700000000, 123456789}, {1, 0}), 0);
  call(utimensat, AT_FDCWD, soft, PUTS(struct timespec, {0, UTIME_NOW}, {0, UTIME_OMIT}), AT_SYMLINK_NOFOLLOW);
  call(utimensat, AT_FDCWD, file, PUTS(struct timespec, {0, UTIME_OMIT}, {7, UTIME_OMIT}), 0);
  call(utimensat, AT_FDCWD, file, PUTS(struct timespec, {0, 1000000000}, {0, -1}), 0);
  call(utimensat, AT_FDCWD, missing, NULL, 0);
  call(utimensat, NOFD, NULL, NULL, 0xff);
  call(utimensat, AT_FDCWD, file, BAD, 0);
  call(file_getattr, AT_FDCWD, file, space(64), 24, 0);
  call(file_getattr, AT_FDCWD, soft, space(64), 24, AT_SYMLINK_NOFOLLOW);
  call(file_getattr, AT_FDCWD, file, BAD, 24, 0);
  call(file_getattr, NOFD, file, space(64), 4, 0x7);
  call(file_setattr, AT_FDCWD, file, PUTS(uint64_t, 0x80, 0, 0), 24, 0);
  call(file_setattr, AT_FDCWD, file, PUTS(uint64_t, ~0UL, 0, 0), 24, AT_EMPTY_PATH);
  call(file_setattr, NOFD, BAD, BAD, 24, 0);
  call(sync);
  call(sync);
}

static void attributes(void)
{
  char *file = STR("file"), *soft = STR("soft"), *name = STR("user.color"), *missing = STR("missing");
  char *value = STR("deep \"red\"\n\0\x80!"), *out = space(256);
  long fd = call(open, file, O_RDWR);
  call(setxattr, file, name, value, 14, XATTR_CREATE);
  call(setxattr, file, name, value, 14, XATTR_CREATE);
  call(setxattr, file, STR("user.empty"), NULL, 0, 0);
  call(setxattr, file, STR("nospace.x"), value, 3, 0x70);
  call(setxattr, BAD, BAD, BAD, 4, 0);
  call(setxattr, file, name, BAD, 4, 0);
  call(setxattr, file, name, value, 100000, 0);
  call(lsetxattr, soft, STR("trusted.t"), STR("1234"), 4, 0);
  call(lsetxattr, missing, name, value, 4, XATTR_REPLACE);
  call(fsetxattr, fd, name, STR("blue"), 4, XATTR_REPLACE);
  call(fsetxattr, NOFD, name, value, 4, 3);
  call(getxattr, file, name, out, 256);
  call(getxattr, file, name, NULL, 0);
  call(getxattr, file, name, out, 2);
  call(getxattr, file, STR("user.none"), out, 256);
  call(getxattr, file, name, BAD, 256);
  call(lgetxattr, soft, STR("trusted.t"), out, 256);
  call(lgetxattr, missing, name, out, 256);
  call(fgetxattr, fd, STR("user.empty"), out, 256);
  call(fgetxattr, NOFD, BAD, out, 256);
  call(listxattr, file, out, 256);
  call(listxattr, file, NULL, 0);
  call(listxattr, file, out, 3);
  call(listxattr, missing, BAD, 256);
  call(llistxattr, soft, out, 256);
  call(llistxattr, BAD, out, 256);
  call(flistxattr, fd, out, 256);
  call(flistxattr, fd, BAD, 256);
  call(flistxattr, NOFD, NULL, 0);
  uint64_t *args = PUTS(uint64_t, (uint64_t)STR("green"), 5UL | 1UL << 32);
  call(setxattrat, AT_FDCWD, file, 0, STR("user.at"), args, 16);
  call(setxattrat, AT_FDCWD, file, 0, STR("user.at"), args, 3);
  call(setxattrat, NOFD, BAD, 0x5000000, BAD, BAD, 16);
  call(getxattrat, AT_FDCWD, file, 0, STR("user.at"), PUTS(uint64_t, (uint64_t)out, 256), 16);
  call(getxattrat, fd, STR(""), AT_EMPTY_PATH, STR("user.at"), PUTS(uint64_t, (uint64_t)out, 256), 16);
  call(getxattrat, AT_FDCWD, file, 0, STR("user.at"), BAD, 16);
  call(listxattrat, AT_FDCWD, soft, AT_SYMLINK_NOFOLLOW, out, 256);
  call(listxattrat, NOFD, file, 0, out, 256);
  call(listxattrat, AT_FDCWD, file, 0x7f000000, BAD, 256);
  call(removexattrat, AT_FDCWD, file, 0, STR("user.at"));
  call(removexattrat, AT_FDCWD, file, 0xf, STR("user.at"));
  call(removexattr, file, name);
  call(removexattr, file, name);
  call(removexattr, BAD, name);
  call(lremovexattr, soft, STR("trusted.t"));
  call(lremovexattr, missing, BAD);
  call(fremovexattr, fd, STR("user.empty"));
  call(fremovexattr, NOFD, name);
  call(close, fd);
}

static void roots(void)
{
  call(chroot, STR("missing"));
  call(chroot, BAD);
  call(fchroot, NOFD, 0);
  call(fchroot, 0, 0x10);
  if (child()) {
    call(chroot, STR("dir"));
    call(stat, STR("/hard"), space(256));
    leave(0);
  }
  if (child()) {
    long fd = call(open, STR("dir"), O_PATH | O_DIRECTORY);
    call(fchroot, fd, 0);
    leave(0);
  }
  call(pivot_root, BAD, BAD);
  call(pivot_root, STR("missing"), STR("missing/old"));
  call(acct, STR("missing"));
  call(acct, BAD);
}

int main(void)
{
  begin();
  opening();
  naming();
  looking();
  changing();
  attributes();
  roots();
  return end();
}
