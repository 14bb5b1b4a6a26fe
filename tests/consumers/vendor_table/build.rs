//! A vendor's kernel, which has a call of its own, as a table. Here it is made out of a small one and a patch.

use std::fs;
use std::path::Path;

fn main() {
    let out = std::env::var("OUT_DIR").expect("cargo says where");
    let kernel = Path::new(&out).join("kernel");
    let _ = fs::remove_dir_all(&kernel);
    copy(Path::new("../../fixtures/kernel"), &kernel);
    append(&kernel.join("arch/x86/entry/syscalls/syscall_64.tbl"), "600\tcommon\tfrob\t\t\tsys_frob\n");
    append(
        &kernel.join("mm/calls.c"),
        "\nSYSCALL_DEFINE4(frob, const char __user *, name, unsigned int, flags, u64, limit, void __user *, out)\n\
         {\n\treturn 0;\n}\n",
    );

    let file = Path::new(&out).join("vendor.rs");
    syscall_meta_gen::build::table(&kernel.display().to_string(), &file).unwrap_or_else(|error| panic!("{error}"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../fixtures/kernel");
}

fn append(file: &Path, text: &str) {
    let before = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    fs::write(file, before + text).expect("a file of ours");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of ours");
    for entry in fs::read_dir(from).expect("the small kernel").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_symlink() {
            let target = fs::read_link(&from).expect("a link");
            std::os::unix::fs::symlink(target, &to).expect("a folder of ours");
        } else if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file of ours");
        }
    }
}
