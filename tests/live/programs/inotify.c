// Watches a folder and hears of a file in it.
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

int main(void) {
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int folder = inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR);
    close(open("watched", O_CREAT | O_WRONLY, 0600));
    unlink("watched");
    char bytes[1024];
    read(watch, bytes, sizeof bytes);
    read(watch, bytes, sizeof bytes);
    inotify_rm_watch(watch, folder);
    return 0;
}
