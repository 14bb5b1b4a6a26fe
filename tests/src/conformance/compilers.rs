//! A compiler for each ABI: its own where one is on the machine, else this machine's with the same data model.

use std::hash::{Hash, Hasher};
use std::path::Path;
use std::process::{Command, Stdio};

use super::kernels::run;
use super::targets::Abi;

/// Command lines that are compilers of an ABI, the usual byte order, the first that is there; as Debian names them.
const OWN: [(&str, &[&str]); 31] = [
    ("aarch64", &["aarch64-linux-gnu-gcc"]),
    ("alpha", &["alpha-linux-gnu-gcc"]),
    ("arc", &["arc-linux-gnu-gcc"]),
    ("arm", &["arm-linux-gnueabi-gcc", "arm-linux-gnueabihf-gcc"]),
    ("arm_oabi", &["arm-linux-gnueabi-gcc -mabi=apcs-gnu"]),
    ("i386", &["x86_64-linux-gnu-gcc -m32", "i686-linux-gnu-gcc"]),
    ("m68k", &["m68k-linux-gnu-gcc"]),
    ("mips_n32", &["mips64-linux-gnuabi64-gcc -mabi=n32"]),
    ("mips_n64", &["mips64-linux-gnuabi64-gcc"]),
    ("mips_o32", &["mips-linux-gnu-gcc", "mips64-linux-gnuabi64-gcc -mabi=32"]),
    ("openrisc", &["or1k-elf-gcc -D__linux__=1"]),
    ("parisc", &["hppa-linux-gnu-gcc"]),
    ("parisc64", &["hppa64-linux-gnu-gcc"]),
    ("powerpc", &["powerpc-linux-gnu-gcc", "powerpc64-linux-gnu-gcc -m32"]),
    ("powerpc64", &["powerpc64-linux-gnu-gcc"]),
    ("riscv32", &["riscv64-linux-gnu-gcc -march=rv32imac -mabi=ilp32"]),
    ("riscv64", &["riscv64-linux-gnu-gcc"]),
    ("s390", &["s390x-linux-gnu-gcc -m31"]),
    ("s390x", &["s390x-linux-gnu-gcc"]),
    ("sh", &["sh4-linux-gnu-gcc"]),
    ("sparc", &["sparc64-linux-gnu-gcc -m32"]),
    ("sparc64", &["sparc64-linux-gnu-gcc"]),
    ("x32", &["x86_64-linux-gnu-gcc -mx32", "x86_64-linux-gnux32-gcc"]),
    ("x86_64", &["x86_64-linux-gnu-gcc -m64"]),
    ("xtensa", &["xtensa-lx106-elf-gcc -D__linux__=1"]),
    // Compilers of no Linux that Debian has: these would be taken if they were there.
    ("csky", &["csky-linux-gnuabiv2-gcc"]),
    ("loongarch32", &["loongarch32-linux-gnu-gcc"]),
    ("loongarch64", &["loongarch64-linux-gnu-gcc"]),
    ("microblaze", &["microblazeel-linux-gnu-gcc"]),
    ("nios2", &["nios2-linux-gnu-gcc"]),
    ("hexagon", &["hexagon-linux-gnu-gcc"]),
];

/// Bits of C by which one ABI's compiler sees kernel headers otherwise than another's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bit {
    /// Bytes of a number: the highest first.
    Big,
    /// A plain `char` has no sign.
    UnsignedChar,
    /// 8-byte integers are aligned to 4 within structures, as i386's are.
    Align4,
    /// `size_t` is `unsigned long`, on 32 bits.
    LongSize,
    /// Structures are laid out as on no other machine.
    Odd,
}

const STAND_INS: [(&str, &[Bit]); 35] = [
    ("aarch64", &[Bit::UnsignedChar]),
    ("alpha", &[]),
    ("arc", &[Bit::UnsignedChar, Bit::Align4]),
    ("arm", &[Bit::UnsignedChar]),
    ("arm_oabi", &[Bit::UnsignedChar, Bit::Odd]),
    ("c6x", &[]),
    ("csky", &[Bit::UnsignedChar, Bit::Align4]),
    ("h8300", &[Bit::Big, Bit::Align4, Bit::LongSize]),
    ("hexagon", &[Bit::UnsignedChar]),
    ("i386", &[Bit::Align4]),
    ("ia64", &[]),
    ("loongarch32", &[]),
    ("loongarch64", &[]),
    ("m68k", &[Bit::Big, Bit::Odd]),
    ("microblaze", &[Bit::Align4]),
    ("mips_n32", &[Bit::Big]),
    ("mips_n64", &[Bit::Big]),
    ("mips_o32", &[Bit::Big]),
    ("nds32", &[Bit::LongSize]),
    ("nios2", &[Bit::Align4]),
    ("openrisc", &[Bit::Big, Bit::Align4]),
    ("parisc", &[Bit::Big]),
    ("parisc64", &[Bit::Big]),
    ("powerpc", &[Bit::Big, Bit::UnsignedChar]),
    ("powerpc64", &[Bit::Big, Bit::UnsignedChar]),
    ("riscv32", &[Bit::UnsignedChar]),
    ("riscv64", &[Bit::UnsignedChar]),
    ("s390", &[Bit::Big, Bit::UnsignedChar, Bit::LongSize]),
    ("s390x", &[Bit::Big, Bit::UnsignedChar]),
    ("sh", &[Bit::Align4]),
    ("sparc", &[Bit::Big]),
    ("sparc64", &[Bit::Big]),
    ("x32", &[]),
    ("x86_64", &[]),
    ("xtensa", &[Bit::UnsignedChar]),
];

/// A compiler that sees headers as an ABI's does.
pub struct Compiler {
    program: String,
    arguments: Vec<String>,
    /// It is the ABI's own, so that layouts are those of the ABI, too.
    pub is_own: bool,
    /// It lays structures out as the ABI does: what depends on `sizeof` can be compared.
    pub has_sizes: bool,
}

impl Compiler {
    /// The ABI's own compiler, if there is one.
    pub fn own(abi: &Abi) -> Option<Compiler> {
        let (_, lines) = OWN.iter().find(|(name, _)| *name == abi.name)?;
        lines.iter().find_map(|line| {
            let mut words = line.split(' ').map(str::to_string);
            let program = words.next()?;
            let compiler = Compiler { program, arguments: words.collect(), is_own: true, has_sizes: true };
            // A multilib that is not installed fails here.
            let probe = compiler.command().args(["-fsyntax-only", "-x", "c", "/dev/null"]).output();
            probe.is_ok_and(|output| output.status.success()).then_some(compiler)
        })
    }

    /// This machine's compiler with what that of the ABI predefines. Where this machine is no x86, none.
    pub fn stand_in(abi: &Abi) -> Option<Compiler> {
        let (_, bits) = STAND_INS.iter().find(|(name, _)| *name == abi.name)?;
        let has = |bit| bits.contains(&bit);
        let is_64 = abi.predefined.contains(&"__LP64__");
        let mut arguments: Vec<String> = vec!["-undef".to_string()];
        arguments.push(if is_64 { "-m64" } else { "-m32" }.to_string());
        if !is_64 && !has(Bit::Align4) {
            arguments.push("-malign-double".to_string());
        }
        arguments.push(if has(Bit::UnsignedChar) { "-funsigned-char" } else { "-fsigned-char" }.to_string());
        let bytes = if is_64 { "8" } else { "4" };
        let size = if is_64 || has(Bit::LongSize) { "unsigned long" } else { "unsigned int" };
        let order = if has(Bit::Big) { "4321" } else { "1234" };
        let mut defines: Vec<String> = abi.predefined.iter().map(ToString::to_string).collect();
        for (name, value) in [
            ("__linux__", "1"),
            ("__GNUC__", "12"),
            ("__GNUC_MINOR__", "2"),
            ("__CHAR_BIT__", "8"),
            ("__SIZEOF_INT__", "4"),
            ("__SIZEOF_LONG__", bytes),
            ("__SIZEOF_LONG_LONG__", "8"),
            ("__SIZEOF_POINTER__", bytes),
            ("__SIZE_TYPE__", size),
            ("__ORDER_LITTLE_ENDIAN__", "1234"),
            ("__ORDER_BIG_ENDIAN__", "4321"),
            ("__BYTE_ORDER__", order),
        ] {
            defines.push(format!("{name}={value}"));
        }
        if is_64 {
            defines.push("__SIZEOF_INT128__=16".to_string());
        }
        arguments.extend(defines.into_iter().map(|define| format!("-D{define}")));
        let program = std::env::var("CC").unwrap_or_else(|_| "gcc".to_string());
        let compiler = Compiler { program, arguments, is_own: false, has_sizes: !has(Bit::Odd) };
        let probe = compiler.command().args(["-fsyntax-only", "-x", "c", "/dev/null"]).output();
        probe.is_ok_and(|output| output.status.success()).then_some(compiler)
    }

    /// What this test says that the ABI's compiler predefines, and it does not.
    pub fn not_predefined<'a>(&self, abi: &'a Abi) -> Vec<&'a str> {
        let printed = run(self.command().args(["-E", "-dM", "-x", "c", "/dev/null"]));
        let defined = |name: &str| {
            printed
                .lines()
                .any(|line| line.strip_prefix("#define ").and_then(|rest| rest.split(' ').next()) == Some(name))
        };
        let named = abi.predefined.iter().copied();
        named.filter(|define| !defined(define.split('=').next().unwrap_or(define))).collect()
    }

    /// Takes in what decides how it reads a text: all options, of what they define that alone which the text names.
    pub(super) fn hash_for(&self, text: &str, hasher: &mut impl Hasher) {
        self.program.hash(hasher);
        for argument in &self.arguments {
            let define = argument.strip_prefix("-D").map(|define| define.split('=').next().unwrap_or(define));
            if define.is_none_or(|name| text.contains(name)) {
                argument.hash(hasher);
            }
        }
    }

    /// About to read C from standard input, with these folders of headers and no others.
    pub(super) fn reading(&self, folders: &[&Path]) -> Command {
        let mut command = self.command();
        command.args(["-std=gnu11", "-nostdinc", "-fno-diagnostics-show-caret", "-fno-diagnostics-show-option"]);
        command.args(["-fdiagnostics-color=never", "-ftrack-macro-expansion=0"]);
        for folder in folders {
            command.arg("-isystem").arg(folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }
}

/// What it is, as a person would call it.
impl std::fmt::Display for Compiler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_own {
            write!(f, "{} {}", self.program, self.arguments.join(" "))
        } else {
            write!(f, "{} in its place", self.program)
        }
    }
}
