// Attributes of a file, and what the file system says of itself.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

int main(void) {
    int fd = open("attributed", O_CREAT | O_RDWR | O_TRUNC, 0640);
    char bytes[256];
    setxattr("attributed", "user.one", "first", 5, XATTR_CREATE);
    fsetxattr(fd, "user.two", "\1\2\0\3", 4, 0);
    getxattr("attributed", "user.one", bytes, sizeof bytes);
    fgetxattr(fd, "user.none", bytes, sizeof bytes);
    listxattr("attributed", bytes, sizeof bytes);
    removexattr("attributed", "user.one");
    struct statfs of;
    statfs("/proc", &of);
    struct stat is;
    fstat(fd, &is);
    fchmod(fd, 0600);
    ftruncate(fd, 4096);
    fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8192);
    lseek(fd, -1, SEEK_END);
    pwrite(fd, "x", 1, 10);
    fsync(fd);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    rename("attributed", "renamed");
    symlink("renamed", "link");
    readlink("link", bytes, sizeof bytes);
    unlink("link");
    unlink("renamed");
    return 0;
}
