// Calls on terminals, mounts and the machine; what could harm it is refused, or done in a world of its own.
#include "calls.h"
#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/random.h>
#include <linux/quota.h>
#include <linux/reboot.h>
#include <linux/rtc.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <linux/fiemap.h>
#include <linux/fs.h>

#define OPEN_PEER 0x5441
#define WINDOW 0x5413
#define SET_WINDOW 0x5414

static void terminals(void)
{
  void *out = space(256);
  int *number = space(4), *off = PUT(int, 0);
  long master = call(open, STR("/dev/ptmx"), O_RDWR | O_NOCTTY | O_NONBLOCK);
  call(ioctl, master, 0x80045430, number);
  call(ioctl, master, 0x40045431, off);
  long slave = call(ioctl, master, OPEN_PEER, O_RDWR | O_NOCTTY);
  call(ioctl, slave, TCGETS, out);
  call(ioctl, slave, TCSETS, out);
  call(ioctl, slave, TCSETSW, BAD);
  call(ioctl, slave, 0x802c542a, out);
  call(ioctl, slave, WINDOW, out);
  call(ioctl, slave, SET_WINDOW, PUTS(unsigned short, 25, 80, 1, 2));
  call(ioctl, slave, WINDOW, out);
  call(ioctl, slave, WINDOW, BAD);
  call(write, slave, STR("to the master\n"), 14);
  // What was written arrives by a worker of the kernel, a little later.
  call(poll, PUT(struct pollfd, master, POLLIN, 0), 1, 5000);
  call(ioctl, master, 0x541b, number);
  call(read, master, out, 256);
  call(ioctl, slave, 0x5424, number);
  call(ioctl, slave, 0x540f, number);
  call(ioctl, slave, 0x5429, number);
  call(ioctl, slave, 0x540b, 2);
  call(ioctl, slave, 0x5415, number);
  call(ioctl, slave, 0x5420, PUT(int, 1));
  call(ioctl, slave, KDGETMODE, out);
  call(ioctl, 0, TCGETS, out);
  call(ioctl, 0, RNDGETENTCNT, number);
  call(ioctl, 0, BLKGETSIZE64, out);
  call(ioctl, 0, LOOP_GET_STATUS64, out);
  call(ioctl, 0, RTC_RD_TIME, out);
  long here = call(open, STR("."), O_RDONLY);
  call(ioctl, here, FS_IOC_GETFLAGS, number);
  call(ioctl, here, FS_IOC_FIEMAP, BAD);
  call(ioctl, NOFD, -1, -1);
  call(ioctl, slave, 0xffffffffffff5413UL, out);
  call(close, slave);
  call(close, master);
}

// A world of its own: what it mounts and is called goes when it leaves.
static void worlds(void)
{
  call(mkdir, STR("m"), 0755);
  if (child()) {
    long own = call(unshare, CLONE_NEWNS | CLONE_NEWUTS);
    long secret = own ? own : call(mount, NULL, STR("/"), NULL, MS_REC | MS_PRIVATE, NULL);
    if (own || secret)
      leave(1);
    call(sethostname, STR("live-calls"), 10);
    call(setdomainname, STR("live \"domain\""), 13);
    call(uname, space(400));
    call(mount, STR("none"), STR("m"), STR("tmpfs"), MS_NOSUID | MS_NODEV | MS_NOATIME, STR("size=64k,mode=700"));
    call(mount, NULL, STR("m"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
    call(mount, STR("m"), STR("m"), NULL, MS_BIND | MS_SILENT, NULL);
    call(umount2, STR("m"), MNT_DETACH);
    call(umount2, STR("m"), 0);
    call(umount2, STR("m"), MNT_EXPIRE | UMOUNT_NOFOLLOW);
    call(mount, STR("none"), STR("m"), STR("no such"), 0, NULL);
    call(mount, STR("none"), STR("m"), STR("tmpfs"), 0, STR("wrong=option"));
    call(mount, STR("none"), STR("m"), STR("tmpfs"), 0, NULL);
    call(chdir, STR("m"));
    call(pivot_root, STR("."), STR("."));
    call(umount2, STR("."), MNT_DETACH);
    leave(0);
  }
  if (child()) {
    // Without a terminal there is nothing to hang up.
    if (call(setsid) > 0)
      call(vhangup);
    leave(0);
  }
  if (child()) {
    // Nor may it without the right.
    call(setresuid, 1000, 1000, 1000);
    if (call(setsid) > 0)
      call(vhangup, -1);
    leave(0);
  }
  call(mount, BAD, BAD, BAD, 0, BAD);
  call(mount, STR("none"), STR("missing"), STR("tmpfs"), (1 << 31) | 0x7f000000, BAD);
  call(umount2, STR("missing"), 0);
  call(umount2, STR("m"), 0x7fffff0);
  call(umount2, BAD, MNT_FORCE);
  call(sethostname, BAD, 5);
  call(sethostname, STR("too long"), 65);
  call(sethostname, NULL, -1);
  call(setdomainname, BAD, 5);
  call(setdomainname, STR("too long"), -1);
  call(uname, space(400));
  call(uname, BAD);
  call(sysinfo, space(128));
  call(sysinfo, BAD);
  call(sysfs, 3);
  call(sysfs, 1, STR("proc"));
  call(sysfs, 2, 0, space(64));
  call(sysfs, 1, BAD);
  call(sysfs, 99, -1, BAD);
}

static void machine(void)
{
  // Either number wrong is enough; with both right, a command that there is not.
  call(reboot, 1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART, NULL);
  call(reboot, LINUX_REBOOT_MAGIC1, 2, LINUX_REBOOT_CMD_RESTART2, STR("reason"));
  call(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2B, 0x12345678, BAD);
  call(kexec_load, 0, 99, BAD, 0x3e0000);
  call(kexec_load, BAD, 1, PUTS(uint64_t, 0, 0, 0, 0), 0x7fff0007);
  call(kexec_file_load, NOFD, NOFD, 5, STR("root=/"), 0);
  call(kexec_file_load, NOFD, NOFD, 0, BAD, 0xff00);
  call(init_module, STR("not a module"), 5, STR("option=1"));
  call(init_module, BAD, 100, BAD);
  call(finit_module, NOFD, STR("option=1"), 1 | 2);
  call(finit_module, 0, BAD, 0xf0);
  call(delete_module, STR("live_no_such"), O_NONBLOCK | O_TRUNC);
  call(delete_module, BAD, O_NONBLOCK);
  call(iopl, 4);
  call(iopl, -1);
  call(ioperm, 65536, 1, 1);
  call(ioperm, -1, -1, 0);
  call(acct, BAD);
  call(quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL);
  call(quotactl, QCMD(Q_GETQUOTA, GRPQUOTA), STR("missing"), 1000, space(128));
  call(quotactl, QCMD(Q_QUOTAON, PRJQUOTA), STR("/dev/null"), QFMT_VFS_V1, STR("missing"));
  call(quotactl, QCMD(Q_SETINFO, USRQUOTA), BAD, 0, BAD);
  call(quotactl, QCMD(0x9999, 77), STR("missing"), -1, NULL);
  long here = call(open, STR("."), O_RDONLY);
  call(quotactl_fd, here, QCMD(Q_SYNC, USRQUOTA), 0, NULL);
  call(quotactl_fd, NOFD, QCMD(Q_GETFMT, USRQUOTA), 0, space(4));
  call(quotactl_fd, 0, QCMD(Q_GETINFO, GRPQUOTA), 0, space(64));
  call(quotactl_fd, 0, 0x7fffffff, -1, BAD);
}

// Numbers that have no call behind them any more.
static void gone(void)
{
#define GONE(name) call(name), call(name, -1, BAD, 5, BAD, 7, BAD)
  GONE(_sysctl);
  GONE(create_module);
  GONE(get_kernel_syms);
  GONE(query_module);
  GONE(nfsservctl);
  GONE(getpmsg);
  GONE(putpmsg);
  GONE(afs_syscall);
  GONE(tuxcall);
  GONE(lookup_dcookie);
  GONE(vserver);
  call_number(337, 1, 2, 3, 4, 5, 6);
  call_number(423);
  call_number(999, BAD);
  call_number(-1);
  call_number(0x40000000 | 39);
}

int main(void)
{
  begin();
  terminals();
  worlds();
  machine();
  gone();
  return end();
}
