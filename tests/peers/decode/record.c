/* record.c - record the calls of one single-threaded program (x86-64 Linux, ptrace).
 *
 * Build: cc -O2 -Wall -o record record.c
 * Use:   env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 ./record OUT.bin ls -laR DIR >/dev/null
 *
 * OUT.bin is a row of records up to its end, all little-endian, packed, no header:
 *   u32 nr, u64 args[6], i64 ret, u32 regions, regions * { u64 address, u8 phase, u32 len, bytes }
 * phase 0 = memory at entry, 1 = memory at exit. One region for each different argument word that is a
 * readable address, cut at 256 bytes, where the mapping ends, or behind the NUL of a text; buffers of files at 64.
 * An exit region is written only where its bytes differ from the entry's: memory at exit = entry regions overlaid
 * with exit regions.
 * getdents/getdents64: the buffer's exit region has the length of the result (always written if > 0).
 * execve: also a region behind each argv/envp pointer; no exit regions (the old image is gone).
 * exit_group/exit: ret 0, no exit regions.
 * REC_ALL=1 in the environment of `record` writes exit regions also where nothing changed.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CUT = 256, BUFFER = 64, BIG = 65536, MAXREG = 600 };
struct region { uint64_t addr; uint8_t phase; uint32_t len; unsigned char *bytes; };
static struct region reg[MAXREG];
static int nreg, memfd = -1, all;
static pid_t pid;
static long number;
static uint64_t words[6];

static void die(const char *m) { perror(m); exit(1); }

static void reopen(void) {
    char p[64];
    if (memfd >= 0) close(memfd);
    snprintf(p, sizeof p, "/proc/%d/mem", pid);
    if ((memfd = open(p, O_RDONLY | O_CLOEXEC)) < 0) die(p);
}
static ssize_t peek(uint64_t a, void *to, size_t n) {
    return a > INT64_MAX ? -1 : pread(memfd, to, n, (off_t)a);
}
static struct region *find(uint64_t a, int phase) {
    for (int i = 0; i < nreg; i++) if (reg[i].addr == a && reg[i].phase == phase) return &reg[i];
    return NULL;
}
/* Text is cut behind its NUL: what follows in memory is no part of the call. */
static size_t text(const unsigned char *b, size_t n) {
    size_t i = 0;
    while (i < n && b[i] >= ' ' && b[i] < 127) i++;
    return i > 1 && i < n && !b[i] ? i + 1 : n;
}
static void dump(uint64_t a, int phase, size_t want, int force) {
    static unsigned char b[BIG];
    if (nreg == MAXREG || find(a, phase) || number == SYS_close) return;
    ssize_t n = peek(a, b, want < BIG ? want : BIG);
    if (n <= 0) return;
    if (number == SYS_newfstatat && a == words[1]) n = strnlen((char *)b, n - 1) + 1;
    n = text(b, n);
    if (!force && (number == SYS_read || number == SYS_pread64 || number == SYS_write) && n > BUFFER) n = BUFFER;
    if (phase == 1 && !force) {
        struct region *e = find(a, 0);
        if (e && e->len == n && !memcmp(e->bytes, b, n)) return;
    }
    struct region *r = &reg[nreg++];
    r->addr = a; r->phase = phase; r->len = n;
    memcpy(r->bytes = malloc(n), b, n);
}
static void out(FILE *f, const void *p, size_t n) { if (fwrite(p, 1, n, f) != n) die("write"); }

int main(int argc, char **argv) {
    if (argc < 3) { fprintf(stderr, "use: record OUT PROGRAM ARGS...\n"); return 2; }
    all = getenv("REC_ALL") != NULL;
    unsetenv("REC_ALL");
    FILE *f = fopen(argv[1], "wbe");
    if (!f) die(argv[1]);
    if ((pid = fork()) == 0) {
        personality(ADDR_NO_RANDOMIZE);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int st; unsigned long calls = 0; long sig = 0;
    if (pid < 0 || waitpid(pid, &st, 0) < 0) die("start");
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, pid, 0, options)) die("setoptions");
    reopen();
    struct user_regs_struct u; int inside = 0; uint64_t args[6] = {0}; uint32_t nr = 0; int64_t ret; int started = 0;
    for (;;) {
        if (ptrace(PTRACE_SYSCALL, pid, 0, sig)) die("syscall");
        if (waitpid(pid, &st, 0) < 0) die("waitpid");
        sig = 0;
        int gone = WIFEXITED(st) || WIFSIGNALED(st);
        if (gone && !inside) break;
        if (!gone && WSTOPSIG(st) != (SIGTRAP | 0x80)) {
            if (st >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) reopen();
            else sig = WSTOPSIG(st);
            continue;
        }
        if (!gone && ptrace(PTRACE_GETREGS, pid, 0, &u)) die("getregs");
        if (!inside) {
            inside = 1; number = nr = u.orig_rax; nreg = 0;
            uint64_t a[6] = { u.rdi, u.rsi, u.rdx, u.r10, u.r8, u.r9 };
            memcpy(args, a, sizeof a);
            memcpy(words, a, sizeof a);
            for (int i = 0; i < 6; i++) dump(args[i], 0, CUT, 0);
            if (nr == SYS_execve) for (int v = 1; v < 3; v++) {
                uint64_t p;
                for (uint64_t at = args[v]; peek(at, &p, 8) == 8 && p; at += 8) dump(p, 0, CUT, 0);
            }
            continue;
        }
        inside = 0;
        ret = gone ? 0 : (int64_t)u.rax;
        if (nr == SYS_execve) { if (ret == 0) started = 1; else continue; } /* execvp's misses are ours */
        else if (!gone) {
            if ((nr == SYS_getdents64 || nr == SYS_getdents) && ret > 0) dump(args[1], 1, ret, 1);
            for (int i = 0; i < 6; i++) dump(args[i], 1, CUT, all);
        }
        if (started) {
            uint32_t n = nreg;
            out(f, &nr, 4); out(f, args, 48); out(f, &ret, 8); out(f, &n, 4);
            for (int i = 0; i < nreg; i++) {
                out(f, &reg[i].addr, 8); out(f, &reg[i].phase, 1); out(f, &reg[i].len, 4);
                out(f, reg[i].bytes, reg[i].len);
            }
            calls++;
        }
        for (int i = 0; i < nreg; i++) free(reg[i].bytes);
        if (gone) break;
    }
    if (fclose(f)) die("close");
    fprintf(stderr, "%lu calls\n", calls);
    return WIFEXITED(st) ? WEXITSTATUS(st) : 1;
}
