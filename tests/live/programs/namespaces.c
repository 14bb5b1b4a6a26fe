// New namespaces, a host name in one, a mount, a look at limits and capabilities.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void) {
    unshare(CLONE_NEWUTS | CLONE_NEWNS);
    sethostname("elsewhere", 9);
    struct utsname name;
    uname(&name);
    mount("none", "/", 0, MS_REC | MS_PRIVATE, 0);
    mount("none", "/none", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m");
    umount2("/none", MNT_DETACH);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    prctl(PR_SET_NAME, "renamed");
    prctl(PR_GET_DUMPABLE);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setpriority(PRIO_PROCESS, 0, 5);
    struct sched_param param = {0};
    sched_setscheduler(0, SCHED_BATCH, &param);
    return 0;
}
