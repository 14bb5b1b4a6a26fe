//! Decoded calls as data: the form that `json.rs` documents, for each type of value.

#![cfg(all(feature = "serde", feature = "x86_64"))]

use serde_json::{Value, json};
use syscall_meta::{Abi, Decoder, Outcome, RawCall, Region, Scratch, tables};

fn decoded(name: &str, words: [u64; 6], result: u64, memory: &[Region<'_>]) -> Value {
    let call = RawCall::new(Abi::X86_64, tables::X86_64.by_name(name).unwrap().kernel_number(), words);
    let mut room = vec![0; 16 * 1024];
    let mut scratch = Scratch::new(&mut room);
    let entered = Decoder::new().enter(&call, memory, &mut scratch);
    let done = entered.exit(Outcome::from_word(Abi::X86_64, result), memory, &mut scratch);
    serde_json::to_value(done).unwrap()
}

#[test]
fn a_call_is_told_with_names_numbers_and_text() {
    let memory = [Region::new(0x1000, b"/etc/passwd\0")];
    assert_eq!(
        decoded("openat", [0xffff_ff9c, 0x1000, 0x8_0000, 0, 0, 0], 3, &memory),
        json!({
            "abi": "x86_64", "number": 257, "syscall": "openat", "through": null,
            "args": [
                {"name": "dfd", "number": -100i64 as u64, "before": null,
                 "value": {"type": "number", "value": -100, "text": "AT_FDCWD"}},
                {"name": "filename", "number": 0x1000, "before": null,
                 "value": {"type": "text", "value": "/etc/passwd", "cut": false}},
                {"name": "flags", "number": 0x8_0000, "before": null,
                 "value": {"type": "number", "value": 0x8_0000, "text": "O_RDONLY|O_CLOEXEC"}},
                {"name": "mode", "number": 0, "before": null,
                 "value": {"type": "number", "value": 0, "text": "0"}},
            ],
            "result": {"value": 3, "error": null, "text": "3"},
        })
    );
    let failed = decoded("close", [9, 0, 0, 0, 0, 0], -9i64 as u64, &[]);
    let text = "-1 EBADF (Bad file descriptor)";
    assert_eq!(failed["result"], json!({"value": -9, "error": "EBADF", "text": text}));
}

/// The value of an argument.
fn value(name: &str, words: [u64; 6], result: u64, memory: &[Region<'_>], at: usize) -> Value {
    decoded(name, words, result, memory)["args"][at]["value"].clone()
}

#[test]
fn each_type_of_value_has_its_members() {
    let bytes = |address, bytes| [Region::new(address, bytes)];
    assert_eq!(value("close", [1, 0, 0, 0, 0, 0], 0, &[], 0), json!({"type": "number", "value": 1, "text": "1"}));
    assert_eq!(value("chdir", [0; 6], 0, &[], 0), json!({"type": "null"}));
    assert_eq!(value("chdir", [0x10, 0, 0, 0, 0, 0], 0, &[], 0), json!({"type": "address", "value": 16}));
    let odd = value("chdir", [0x1000, 0, 0, 0, 0, 0], 0, &bytes(0x1000, b"a\xffb\0"), 0);
    assert_eq!(odd, json!({"type": "text", "value": "a\u{fffd}b", "hex": "61ff62", "cut": false}));
    let written = value("write", [1, 0x1000, 3, 0, 0, 0], 3, &bytes(0x1000, b"a\0\xff"), 1);
    assert_eq!(written, json!({"type": "bytes", "hex": "6100ff", "total": 3}));
    let mut pair = 5u64.to_le_bytes().to_vec();
    pair.extend(7u64.to_le_bytes());
    let time = value("nanosleep", [0x1000, 0, 0, 0, 0, 0], 0, &bytes(0x1000, &pair), 0);
    assert_eq!((&time["type"], &time["fields"]["tv_sec"]["value"]), (&json!("struct"), &json!(5)));
    let pipe = value("pipe", [0x1000, 0, 0, 0, 0, 0], 0, &bytes(0x1000, &[3, 0, 0, 0, 4, 0, 0, 0]), 0);
    assert_eq!(
        (&pipe["type"], &pipe["values"][1]["value"], &pipe["cut"]),
        (&json!("numbers"), &json!(4), &json!(false))
    );
    let memory =
        [Region::new(0x1000, &[0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Region::new(0x2000, b"ls\0")];
    let list = value("execve", [0, 0x1000, 0, 0, 0, 0], 0, &memory, 1);
    assert_eq!((&list["type"], &list["total"], &list["values"][0]["value"]), (&json!("list"), &json!(1), &json!("ls")));
    let mask = bytes(0x1000, &[1 << 1, 0, 0, 0, 0, 0, 0, 0]);
    let signals = value("rt_sigprocmask", [0, 0x1000, 0, 8, 0, 0], 0, &mask, 1);
    assert_eq!(signals, json!({"type": "sigset", "signals": ["SIGINT"]}));
    let fds = value("select", [4, 0x1000, 0, 0, 0, 0], 1, &bytes(0x1000, &[0b1001, 0, 0, 0, 0, 0, 0, 0]), 1);
    assert_eq!(fds, json!({"type": "fdset", "bits": [0, 3]}));
    let address = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let peer = value("connect", [3, 0x1000, 16, 0, 0, 0], 0, &bytes(0x1000, &address), 1);
    let text = r#"{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}"#;
    let hex = "020000507f0000010000000000000000";
    assert_eq!(peer, json!({"type": "sockaddr", "family": "AF_INET", "text": text, "hex": hex}));
    let entry = [9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 24, 0, 4, b'a', 0, 0, 0, 0];
    let entries = value("getdents64", [3, 0x1000, 100, 0, 0, 0], 24, &bytes(0x1000, &entry), 1);
    let first = json!({"inode": 9, "offset": 1, "type": 4, "name": "a"});
    assert_eq!(entries, json!({"type": "dirents", "entries": [first], "total": 1, "cut": false}));
}
