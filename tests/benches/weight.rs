//! What the crate weighs: time of a clean release build beside the `syscalls` crate's, and bytes in a stripped binary.
//!
//! `cargo bench -p syscall-meta-tests --bench weight`

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../syscall-meta").canonicalize().expect("the crate is there");
    let ours = format!("syscall-meta = {{ path = {:?} }}", library.display().to_string());
    let meta = package(folder.path(), "builds-meta", &ours, "");
    let named = ours.replace(" }", ", features = [\"constants\", \"layouts\"] }");
    let named = package(folder.path(), "builds-meta-with-names", &named, "");
    let peer = package(folder.path(), "builds-syscalls", "syscalls = \"0.8.1\"", "");
    let (mut meta_times, mut named_times, mut peer_times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        meta_times.push(clean_build(&meta));
        named_times.push(clean_build(&named));
        peer_times.push(clean_build(&peer));
    }
    let (meta_time, peer_time) = (median(meta_times), median(peer_times));
    let ratio = meta_time.as_secs_f64() / peer_time.as_secs_f64();
    println!(
        "clean release build: syscall-meta {meta_time:.2?}, syscalls {peer_time:.2?}, ratio {ratio:.2} (bound 1.00)"
    );
    let named_time = median(named_times);
    let ratio = named_time.as_secs_f64() / meta_time.as_secs_f64();
    println!("with names and layouts: {named_time:.2?}, ratio to without {ratio:.2}");

    let bare = "fn main() { std::process::exit(std::env::args().count() as i32) }";
    let uses = "fn main() {
        let names: usize = std::env::args().filter_map(|name| syscall_meta::tables::X86_64.by_name(&name)).map(|call| call.number() as usize).sum();
        let call = syscall_meta::tables::X86_64.get(std::env::args().count() as u32);
        std::process::exit(call.map_or(0, |call| call.name().len()) as i32 + names as i32)
    }";
    let one = format!(
        "syscall-meta = {{ path = {:?}, default-features = false, features = [\"x86_64\"] }}",
        library.display().to_string()
    );
    let without = binary_size(&package(folder.path(), "without", "", bare), "without");
    let with = binary_size(&package(folder.path(), "with-one", &one, uses), "with-one");
    println!(
        "names and numbers of one ABI add {} bytes to a stripped binary (bound 40960)",
        with as i64 - without as i64
    );
    let whole = |abi: &str| {
        format!(
            "fn main() {{
        let mut bits = 0;
        for abi in syscall_meta::Abi::ALL.iter().filter(|abi| {abi}) {{
            for call in abi.table().into_iter().flatten() {{
                for side in [Some(call.side()), call.compat_side()].into_iter().flatten() {{
                    bits += side.params().into_iter().flatten().map(|param| param.bits() as usize + param.name().len() + param.c_type().as_str().len()).sum::<usize>();
                    bits += side.entry().map_or(0, str::len) + side.config().map_or(0, |config| config.as_str().len());
                    bits += side.symbol().map_or(0, |symbol| symbol.prefix().len()) + side.event().map_or(0, |event| event.rest().len());
                    bits += side.companions().count() + side.block().map_or(0, |block| block.len());
                }}
                let old = call.prototype_in(syscall_meta::KernelVersion::new(5, std::env::args().count() as u16));
                bits += call.name().len() + old.map_or(0, |params| params.len());
            }}
        }}
        std::process::exit(bits as i32)
    }}"
        )
    };
    let with = binary_size(
        &package(folder.path(), "with-prototypes", &one, &whole("abi.name() == \"x86_64\"")),
        "with-prototypes",
    );
    println!("x86_64 with its prototypes adds {} bytes (bound 92160)", with as i64 - without as i64);
    let all = one.replace("\"x86_64\"", "\"all-abis\"");
    let with = binary_size(&package(folder.path(), "with-all", &all, &whole("!abi.name().is_empty()")), "with-all");
    println!("all ABIs with their prototypes add {} bytes (bound 716800)", with as i64 - without as i64);

    decoding(folder.path(), &one, without);
    names_and_layouts(folder.path(), &one.replace("\"x86_64\"", "\"constants\", \"layouts\""));
}

/// What a program grows by that decodes and shows any call of one ABI, with all that is known of it; and one that has all
/// of this built in, and uses numbers and names alone.
fn decoding(folder: &Path, ours: &str, without: u64) {
    let everything = "\"x86_64\", \"constants\", \"layouts\", \"decode\"";
    let ours = ours.replace("\"x86_64\"", everything);
    let main = "fn main() {
        use syscall_meta::{Abi, Decoder, Outcome, Printer, RawCall, Region, Scratch, Style};
        let words: Vec<u64> = std::env::args().map(|word| word.parse().unwrap_or(0)).collect();
        let word = |at: usize| words.get(at).copied().unwrap_or(0);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let memory = [Region::new(word(8), &bytes)];
        let call = RawCall::new(Abi::X86_64, word(0) as u32, [word(1), word(2), word(3), word(4), word(5), word(6)]);
        let mut room = [0; 4096];
        let mut scratch = Scratch::new(&mut room);
        let entered = Decoder::new().enter(&call, &memory, &mut scratch);
        let done = entered.exit(Outcome::from_word(Abi::X86_64, word(7)), &memory, &mut scratch);
        let mut text = String::new();
        let _ = done.show(Style::new(), &mut text);
        let (mut room, mut buf) = ([0; 16384], [0; 4096]);
        let mut printer = Printer::new(Decoder::new(), Style::new());
        let (outcome, mut scratch) = (Outcome::from_word(Abi::X86_64, word(7)), Scratch::new(&mut room));
        let shown = printer.show(&call, outcome, (&memory, &memory), &mut scratch, &mut buf).map_or(0, <[u8]>::len);
        let old = call.syscall().and_then(|call| call.prototype_in(syscall_meta::KernelVersion::new(5, 10)));
        std::process::exit((text.len() + shown + old.map_or(0, |params| params.len())) as i32)
    }";
    let with = binary_size(&package(folder, "decodes", &ours, main), "decodes");
    println!("x86_64 with everything adds {} bytes (bound 614400)", with as i64 - without as i64);
    let names = "fn main() {
        let call = syscall_meta::tables::X86_64.get(std::env::args().count() as u32);
        std::process::exit(call.map_or(0, |call| call.name().len()) as i32)
    }";
    let with = binary_size(&package(folder, "decodes-nothing", &ours, names), "decodes-nothing");
    println!("names and numbers alone of that add {} bytes (bound 40960)", with as i64 - without as i64);
}

/// What the smallest programs grow by that print a value's names, or know one structure; beside one that prints a number.
fn names_and_layouts(folder: &Path, ours: &str) {
    let main = |what: &str| {
        format!("fn main() {{ let value = std::env::args().count() as u64; println!(\"{{}}\", {what}); }}")
    };
    let size = |name: &str, dependency: &str, what: &str| {
        let root = package(folder, name, dependency, &main(what));
        let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
        let small = "opt-level = \"z\"\nlto = true\npanic = \"abort\"\ncodegen-units = 1";
        fs::write(root.join("Cargo.toml"), manifest.replace("opt-level = \"s\"", small)).expect("a manifest");
        binary_size(&root, name) as i64
    };
    let without = size("prints-a-number", "", "value");
    let abi = "syscall_meta::Abi::X86_64";
    for (what, name, expression, bound) in [
        (
            "the O_ flags of one ABI",
            "prints-flags",
            format!("syscall_meta::sets::OPEN_FLAGS.names({abi}, value)"),
            20 << 10,
        ),
        (
            "one structure of one ABI",
            "knows-a-structure",
            format!(
                "syscall_meta::structure!(\"linux/stat.h\", \"struct statx\").on({abi}).and_then(|layout| \
                 layout.field(\"stx_mnt_id\").ok()).map_or(0, |field| field.offset() as u64 + value)"
            ),
            20 << 10,
        ),
    ] {
        let grown = size(name, ours, &expression) - without;
        println!("{what} add {grown} bytes (bound {bound})");
    }
}

fn package(folder: &Path, name: &str, dependency: &str, main: &str) -> std::path::PathBuf {
    let root = folder.join(name);
    fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n{dependency}\n\
         [profile.release]\nstrip = true\nopt-level = \"s\"\n[workspace]\n"
    );
    fs::write(root.join("Cargo.toml"), manifest).expect("a manifest");
    let (file, text) = if main.is_empty() { ("src/lib.rs", "") } else { ("src/main.rs", main) };
    fs::write(root.join(file), text).expect("a source");
    root
}

fn cargo(root: &Path, arguments: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(root).env("CARGO_TARGET_DIR", root.join("target")).stderr(Stdio::null());
    assert!(cargo.status().expect("cargo runs").success(), "cargo {arguments:?} in {}", root.display());
}

fn clean_build(root: &Path) -> Duration {
    let _ = fs::remove_dir_all(root.join("target"));
    let start = Instant::now();
    cargo(root, &["build", "--release"]);
    start.elapsed()
}

fn binary_size(root: &Path, name: &str) -> u64 {
    cargo(root, &["build", "--release"]);
    fs::metadata(root.join("target/release").join(name)).expect("the binary is there").len()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
