"""Run inside gdb: writes the words of every system call that calls.c makes, as they are at the instruction.

What to do comes in the environment, from scripts/record-words: RECORD_ABI, RECORD_HEAD (the first lines of the file),
RECORD_NAMES (lines `name = number`), RECORD_SITES (addresses of system call instructions), RECORD_OUT, and RECORD_TARGET,
a socket of an emulator, or `native` for a program of this machine.
"""

import os
import re

import gdb

# ABI: the register with the number, the registers with arguments, and the places of stack words from the stack pointer.
PLACES = {
    "aarch64": ("x8", "x0 x1 x2 x3 x4 x5", ()),
    "alpha": ("v0", "a0 a1 a2 a3 a4 a5", ()),
    "arm": ("r7", "r0 r1 r2 r3 r4 r5 r6", ()),
    "i386": ("eax", "ebx ecx edx esi edi ebp", ()),
    "m68k": ("d0", "d1 d2 d3 d4 d5 a0", ()),
    "mips_n32": ("v0", "a0 a1 a2 a3 a4 a5", ()),
    "mips_n64": ("v0", "a0 a1 a2 a3 a4 a5", ()),
    "mips_o32": ("v0", "a0 a1 a2 a3", (16, 20, 24, 28)),
    "parisc": ("r20", "r26 r25 r24 r23 r22 r21", ()),
    "powerpc": ("r0", "r3 r4 r5 r6 r7 r8", ()),
    "powerpc64": ("r0", "r3 r4 r5 r6 r7 r8", ()),
    "riscv32": ("a7", "a0 a1 a2 a3 a4 a5", ()),
    "riscv64": ("a7", "a0 a1 a2 a3 a4 a5", ()),
    "s390x": ("r1", "r2 r3 r4 r5 r6 r7", ()),
    "sh": ("r3", "r4 r5 r6 r7 r0 r1 r2", ()),
    "sparc": ("g1", "o0 o1 o2 o3 o4 o5", ()),
    "sparc64": ("g1", "o0 o1 o2 o3 o4 o5", ()),
    "x86_64": ("rax", "rdi rsi rdx r10 r8 r9", ()),
}

# What a C library calls beside the call that was asked for: musl's clone blocks all signals, and on m68k the C library
# asks the kernel where errno is.
BESIDE = ("get_thread_area", "rt_sigprocmask")

abi = os.environ["RECORD_ABI"]
native = os.environ["RECORD_TARGET"] == "native"
number_in, registers, stack = PLACES[abi]
if native:
    number_in = {"i386": "orig_eax", "x86_64": "orig_rax"}[abi]


class Program:
    """The program, as gdb has it."""

    def __init__(self):
        for setting in ("pagination off", "confirm off", "width 0", "startup-with-shell off"):
            self.do("set " + setting)
        self.order = "big" if "big endian" in self.do("show endian") else "little"

    def do(self, command):
        return gdb.execute(command, to_string=True)

    def register(self, name):
        value = gdb.selected_frame().read_register(name)
        return int(value.cast(gdb.lookup_type("unsigned long long"))) & ((1 << 8 * value.type.sizeof) - 1)

    def pc(self):
        return int(gdb.selected_frame().pc())

    def memory(self, address, size):
        return int.from_bytes(bytes(gdb.selected_inferior().read_memory(address, size)), self.order)

    def step(self):
        self.do("stepi")

    def go(self):
        """Whether there was a next stop."""
        self.do("continue")
        return gdb.selected_inferior().pid != 0

    def passed(self):
        """The function that is being called, and what is passed; nothing outside of a call."""
        call = gdb.parse_and_eval("call")
        if int(call["function"].cast(gdb.lookup_type("unsigned long"))) == 0:
            return None
        names = call["names"].string().split()
        return call["function"].string(), [(name, int(call["values"][i])) for i, name in enumerate(names)]

    def start(self, sites):
        self.do("target remote " + os.environ["RECORD_TARGET"])
        self.do("break main")
        if abi == "sh":
            # Debian's C library of SuperH loops for ever before main, in `__libc_start_main`, where its own code lacks
            # a part of a loop. Its calls need no more of the start than a thread pointer into zeroed memory.
            self.do("set $gbr = (unsigned)&area[sizeof area / 4]")
            self.do("set $pc = (unsigned)&main")
        else:
            self.go()
        for site in sites:
            self.do("break *%#x" % site)

    def start_native(self):
        self.do("unset environment")
        self.do("starti")
        self.do("catch syscall")


def numbers():
    """Names by number. The expressions are the headers' own, like `(4000 + 200)`."""
    table = {}
    with open(os.environ["RECORD_NAMES"]) as lines:
        for line in lines:
            name, _, expression = line.partition("=")
            if re.fullmatch(r"[\s()+|0-9a-fA-FxX]+", expression):
                table.setdefault(eval(expression), name.strip())
    return table


def number():
    if abi == "s390x":
        # The instruction holds the number, if it is small.
        held = program.memory(program.pc() + 1, 1)
        if held:
            return held
    return program.register(number_in) & 0xFFFFFFFF


def here():
    """What the program says that it calls, and the words at the instruction."""
    said = program.passed()
    if said is None:
        return
    if abi == "parisc":
        # The number is loaded in the delay slot of the branch into the gateway page; the gateway sees the words.
        program.step()
        program.step()
        assert program.pc() & ~3 == 0x100, "no gateway at %#x" % program.pc()
    words = [(name, program.register(name)) for name in registers.split()]
    words += [("sp_%d" % place, program.memory(program.register("sp") + place, 4)) for place in stack]
    called = number()
    if table.get(called) in BESIDE:
        return
    line = lambda pairs: ", ".join("%s: %#x" % pair for pair in pairs)
    seen.append("- function: %s" % said[0])
    seen.append("  syscall: %s" % table.get(called, "unknown"))
    seen.append("  number: %d" % called)
    seen.append("  passed: {%s}" % line(said[1]))
    seen.append("  words: {%s}" % line(words))


program = Program()
table = numbers()
seen = []
if native:
    program.start_native()
    entering = True
    while program.go():
        # Stops come in pairs, at the entry and at the return.
        if entering:
            here()
        entering = not entering
else:
    with open(os.environ["RECORD_SITES"]) as sites:
        program.start([int(site, 16) for site in sites])
    while program.go():
        here()

with open(os.environ["RECORD_OUT"], "w") as out:
    out.write(os.environ["RECORD_HEAD"])
    out.write("calls:\n" + "\n".join(seen) + "\n")
