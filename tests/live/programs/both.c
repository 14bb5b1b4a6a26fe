// Calls of both widths out of one program.
#include <unistd.h>

int main(void) {
    for (int at = 0; at < 3; at++) {
        long result;
        // close(-7) of i386
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(6L), "b"(-7L) : "memory", "r8", "r9", "r10", "r11");
        if (result != -9)
            return 1;
        close(-7);
    }
    return 0;
}
