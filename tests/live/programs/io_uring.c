// Asks a ring for nothing, for a read, and for an open that fails.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
    struct io_uring_params params = {0};
    int ring = syscall(SYS_io_uring_setup, 4, &params);
    if (ring < 0)
        return 0;
    char *queue = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe *all = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    char bytes[16];
    int zero = open("/dev/zero", O_RDONLY);
    memset(all, 0, sizeof *all * 3);
    all[0].opcode = IORING_OP_NOP;
    all[1] = (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = zero, .addr = (unsigned long)bytes, .len = 16};
    all[2] = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = -100, .addr = (unsigned long)"/none"};
    unsigned *array = (unsigned *)(queue + params.sq_off.array);
    for (unsigned at = 0; at < 3; at++)
        array[at] = at;
    __atomic_store_n((unsigned *)(queue + params.sq_off.tail), 3, __ATOMIC_RELEASE);
    syscall(SYS_io_uring_enter, ring, 3, 3, IORING_ENTER_GETEVENTS, 0, 0);
    syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &zero, 1);
    close(ring);
    return 0;
}
