//! What `constants` and `structs` print, and `export` with them, has the stated shape; mangled it has not.

use std::sync::LazyLock;

use serde_json::{Value, json};
use syscall_meta_gen::contract::{Export, constants, qualified, structs};
use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::Headers;
use syscall_meta_gen::resolve::resolve;
use syscall_meta_tests::{Schema, constant, data, facts, fixture, headers, record, remove, root, run};

static CONSTANTS: LazyLock<Schema> = LazyLock::new(|| Schema::open("constants"));
static STRUCTS: LazyLock<Schema> = LazyLock::new(|| Schema::open("structs"));
static EXPORT: LazyLock<Schema> = LazyLock::new(|| Schema::open("export"));

/// Two ABIs, with one of each thing that has a shape of its own.
fn sample() -> Headers {
    let mut all = headers(&["x86_64", "mips_o32"]);
    let mut add = |header: &str, name: &str, values: &[Option<&str>], argument: Option<&str>| {
        constant(&mut all, header, name, values, argument);
    };
    let geometry =
        [("NRSHIFT", "0", "0"), ("NRMASK", "255", "255"), ("TYPESHIFT", "8", "8"), ("TYPEMASK", "255", "255")];
    let geometry = geometry.into_iter().chain([("SIZESHIFT", "16", "16"), ("SIZEMASK", "16383", "8191")]);
    let geometry = geometry.chain([("DIRSHIFT", "30", "29"), ("DIRMASK", "3", "7"), ("READ", "2u", "2u")]);
    for (name, usual, of_mips) in geometry.chain([("WRITE", "1u", "4u")]) {
        add("asm/ioctl.h", &format!("_IOC_{name}"), &[Some(usual), Some(of_mips)], None);
    }
    add("asm/fcntl.h", "O_CLOEXEC", &[Some("524288"), Some("524288")], None);
    add("asm/fcntl.h", "O_LARGEFILE", &[Some("32768"), None], None);
    add("linux/limits.h", "LEAST", &[Some("-9223372036854775808l"), Some("-1")], None);
    add("linux/limits.h", "MOST", &[Some("18446744073709551615ull"), Some("4294967295u")], None);
    add("linux/a.h", "TWICE", &[Some("1"), Some("1")], None);
    add("linux/b.h", "TWICE", &[Some("2"), Some("1u")], None);
    add("linux/input.h", "EVIOCGID", &[Some("2148025602ul"), Some("1074283778ul")], Some("struct input_id"));
    add("linux/input.h", "EVIOCGNAME(len)", &[Some("2147501318ul"), Some("1073759494ul")], Some("char"));
    add("linux/ax.h", "RESET", &[Some("7u"), Some("536870919u")], Some(""));
    let long = ["struct 16 8", "tv_sec 0 s64 long", "tv_nsec 8 s64 long"];
    let short = ["struct 8 4", "tv_sec 0 s32 long", "tv_nsec 4 s32 long"];
    record(&mut all, "linux/time.h", "struct timespec", &[Some(&long), Some(&short)]);
    record(&mut all, "linux/time_types.h", "struct timespec", &[Some(&long), Some(&long)]);
    let parts = [
        "struct 24 4",
        "u 0 r64 union",
        "u.a 0 u32 __u32",
        "low 8 u32:3+0 __u32",
        "high 8 u32:5+3 __u32",
        "name 12 s8*12 char",
        "tail 24 r64* struct tail",
    ];
    record(&mut all, "linux/parts.h", "struct parts", &[Some(&parts), Some(&parts)]);
    record(&mut all, "linux/parts.h", "parts", &[Some(&["union 4 4", "a 0 p32 char *"]), None]);
    all
}

fn all(_: &str, _: &str) -> bool {
    true
}

/// The three forms of `constants`, and `structs`, of the first ABI.
fn documents() -> [Value; 4] {
    let headers = sample();
    let list = json!(qualified(&headers, 0, &all));
    let plain = json!({"x86_64": constants(&headers, 0, &all), "mips_o32": constants(&headers, 1, &all)});
    let by_abi = json!({"x86_64": list, "mips_o32": qualified(&headers, 1, &all)});
    [plain, by_abi, list, json!({"x86_64": structs(&headers, 0, &|_, _| true)})]
}

#[test]
fn constants_are_exact_and_those_with_one_value_stand_by_name() {
    let [plain, by_abi, list, _] = documents();
    CONSTANTS.passes(&plain, "by name");
    CONSTANTS.passes(&by_abi, "qualified, by ABI");
    CONSTANTS.passes(&list, "qualified");
    let of = &plain["x86_64"];
    assert_eq!(of["O_CLOEXEC"], json!(524_288));
    assert_eq!((&of["LEAST"], &of["MOST"]), (&json!(i64::MIN), &json!(u64::MAX)));
    assert_eq!(plain["mips_o32"]["MOST"], json!(4_294_967_295_u32));
    assert_eq!((&of["TWICE"], &plain["mips_o32"]["TWICE"]), (&Value::Null, &json!(1)));
    assert_eq!((&of["EVIOCGNAME(len)"], &plain["mips_o32"]["O_LARGEFILE"]), (&Value::Null, &Value::Null));
    // As text, too: no digit is lost on the way.
    let text = serde_json::to_string(&constants(&sample(), 0, &all)).unwrap();
    assert!(text.contains("\"LEAST\":-9223372036854775808,\"MOST\":18446744073709551615,"), "{text}");
}

#[test]
fn what_is_qualified_has_everything() {
    let [_, by_abi, list, _] = documents();
    let named = |list: &Value, name: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().filter(|one| one["name"] == name).cloned().collect()
    };
    assert_eq!(
        named(&list, "TWICE"),
        [
            json!({"name": "TWICE", "value": 1, "type": "int", "header": "linux/a.h"}),
            json!({"name": "TWICE", "value": 2, "type": "int", "header": "linux/b.h"})
        ]
    );
    let request = json!({"direction": "read", "type": 69, "letter": "E", "number": 2, "size": 8,
                         "argument": "struct input_id"});
    assert_eq!(named(&list, "EVIOCGID")[0]["request"], request);
    assert_eq!(named(&by_abi["mips_o32"], "EVIOCGID")[0]["request"], request);
    assert_eq!(named(&list, "EVIOCGNAME(len)")[0]["request"]["size"], 0);
    let reset = json!({"direction": "none", "type": 0, "letter": null, "number": 7, "size": 0, "argument": null});
    assert_eq!(named(&by_abi["mips_o32"], "RESET")[0]["request"], reset);
}

#[test]
fn structures_stand_by_tag_and_by_header_where_these_differ() {
    let headers = sample();
    let of = |abi: usize| json!(structs(&headers, abi, &|_, _| true));
    STRUCTS.passes(&json!({"x86_64": of(0), "mips_o32": of(1)}), "structures");
    let timespec = json!({"kind": "struct", "size": 16, "align": 8, "headers": ["linux/time.h", "linux/time_types.h"],
        "fields": [{"name": "tv_sec", "type": "long", "offset": 0, "size": 8},
                   {"name": "tv_nsec", "type": "long", "offset": 8, "size": 8}]});
    assert_eq!(of(0)["timespec"], timespec);
    let keys = |abi: usize| of(abi).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(0), ["linux/parts.h:parts", "linux/parts.h:struct parts", "timespec"]);
    assert_eq!(keys(1), ["linux/time.h:timespec", "linux/time_types.h:timespec", "parts"]);
    let fields = json!([
        {"name": "u", "type": "union", "offset": 0, "size": 8},
        {"name": "u.a", "type": "__u32", "offset": 0, "size": 4},
        {"name": "low", "type": "__u32", "offset": 8, "size": 4, "bit_offset": 0, "bits": 3},
        {"name": "high", "type": "__u32", "offset": 8, "size": 4, "bit_offset": 3, "bits": 5},
        {"name": "name", "type": "char", "offset": 12, "size": 12, "count": 12, "element_size": 1},
        {"name": "tail", "type": "struct tail", "offset": 24, "size": 0, "flexible": true, "element_size": 8}]);
    assert_eq!(of(1)["parts"]["fields"], fields);
    // One of several keeps the key that it has among them.
    let one = json!(structs(&headers, 1, &|header, _| header == "linux/time.h"));
    assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), ["linux/time.h:timespec"]);
}

#[test]
fn mangled_constants_do_not_pass() {
    let [plain, by_abi, list, _] = documents();
    CONSTANTS.fails(
        &plain,
        &[
            ("a value as text", &|doc| doc["x86_64"]["O_CLOEXEC"] = json!("524288")),
            ("a value with a fraction", &|doc| doc["x86_64"]["O_CLOEXEC"] = json!(1.5)),
            ("a value that no type holds", &|doc| doc["x86_64"]["O_CLOEXEC"] = json!(1e30)),
            ("a name with parameters", &|doc| doc["x86_64"]["F(x)"] = json!(1)),
            ("an ABI that is none", &|doc| doc["X86-64"] = json!({"A": 1})),
            ("a list among objects", &|doc| doc["x86_64"] = json!([])),
            ("a value that is none", &|doc| doc["x86_64"]["O_CLOEXEC"] = json!(null)),
        ],
    );
    let request = list.as_array().unwrap().iter().position(|one| one["name"] == "EVIOCGID").unwrap();
    CONSTANTS.fails(
        &list,
        &[
            ("a field too many", &|doc| doc[0]["extra"] = json!(1)),
            ("no type", &|doc| remove(&mut doc[0], "type")),
            ("no header", &|doc| remove(&mut doc[0], "header")),
            ("a header that is none", &|doc| doc[0]["header"] = json!("linux")),
            ("an unknown type", &|doc| doc[0]["type"] = json!("__u32")),
            ("a value as text", &|doc| doc[0]["value"] = json!("0x1")),
            ("a name with a space", &|doc| doc[0]["name"] = json!("A B")),
            ("a request that is none", &|doc| doc[request]["request"] = json!(null)),
            ("a direction that is none", &|doc| doc[request]["request"]["direction"] = json!("in")),
            ("a type of 9 bits", &|doc| doc[request]["request"]["type"] = json!(256)),
            ("a letter of two", &|doc| doc[request]["request"]["letter"] = json!("EE")),
            ("a size that no request holds", &|doc| doc[request]["request"]["size"] = json!(16384)),
            ("no argument", &|doc| remove(&mut doc[request]["request"], "argument")),
            ("an empty argument", &|doc| doc[request]["request"]["argument"] = json!("")),
            ("more of a request", &|doc| doc[request]["request"]["extra"] = json!(1)),
        ],
    );
    CONSTANTS.fails(
        &by_abi,
        &[
            ("one cut short", &|doc| remove(&mut doc["mips_o32"][0], "name")),
            ("an object among lists", &|doc| doc["mips_o32"] = json!({"A": 1})),
        ],
    );
}

#[test]
fn mangled_structures_do_not_pass() {
    let document = json!({"x86_64": json!(structs(&sample(), 1, &|_, _| true))});
    STRUCTS.fails(
        &document,
        &[
            ("a field too many", &|doc| doc["x86_64"]["parts"]["extra"] = json!(1)),
            ("no size", &|doc| remove(&mut doc["x86_64"]["parts"], "size")),
            ("an alignment of 0", &|doc| doc["x86_64"]["parts"]["align"] = json!(0)),
            ("a kind that is none", &|doc| doc["x86_64"]["parts"]["kind"] = json!("class")),
            ("no header", &|doc| doc["x86_64"]["parts"]["headers"] = json!([])),
            ("a header twice", &|doc| doc["x86_64"]["parts"]["headers"] = json!(["a.h", "a.h"])),
            ("fields as an object", &|doc| doc["x86_64"]["parts"]["fields"] = json!({})),
            ("no offset", &|doc| remove(&mut doc["x86_64"]["parts"]["fields"][0], "offset")),
            ("no type", &|doc| doc["x86_64"]["parts"]["fields"][0]["type"] = json!(null)),
            ("an offset below 0", &|doc| doc["x86_64"]["parts"]["fields"][0]["offset"] = json!(-1)),
            ("bits without a place", &|doc| remove(&mut doc["x86_64"]["parts"]["fields"][2], "bit_offset")),
            ("bits that are none", &|doc| doc["x86_64"]["parts"]["fields"][2]["bits"] = json!(0)),
            ("an array without elements", &|doc| remove(&mut doc["x86_64"]["parts"]["fields"][4], "element_size")),
            ("a flexible array that is none", &|doc| doc["x86_64"]["parts"]["fields"][5]["flexible"] = json!(false)),
            ("a flexible array with a count", &|doc| doc["x86_64"]["parts"]["fields"][5]["count"] = json!(1)),
            ("a key with a space", &|doc| doc["x86_64"]["a b"] = doc["x86_64"]["parts"].clone()),
        ],
    );
}

#[test]
fn the_export_has_them_and_the_schemas_say_the_same() {
    let data = data();
    let facts = facts(&data, &fixture("kernel").display().to_string()).0;
    let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
    let abis: Vec<_> = resolved.abis.iter().filter(|abi| abi.name == "x86_64").collect();
    let headers = sample();
    let export = json!(Export::new(&facts.release, &abis, &headers, &data.abis));
    EXPORT.passes(&export, "with headers");
    assert_eq!(export["abis"][0]["structs"]["timespec"]["size"], 16);
    EXPORT.fails(
        &export,
        &[
            ("no constants", &|doc| remove(&mut doc["abis"][0], "constants")),
            ("no structures", &|doc| remove(&mut doc["abis"][0], "structs")),
            ("a constant too short", &|doc| remove(&mut doc["abis"][0]["constants"][0], "value")),
            ("a structure too short", &|doc| remove(&mut doc["abis"][0]["structs"]["timespec"], "fields")),
        ],
    );
    // Of a kernel without such headers there is none.
    let bare = json!(Export::new(&facts.release, &abis, &Headers::default(), &data.abis));
    EXPORT.passes(&bare, "without headers");
    for schema in [&*CONSTANTS, &*STRUCTS] {
        for (name, about) in schema.text["$defs"].as_object().unwrap() {
            assert_eq!(about, &EXPORT.text["$defs"][name], "{name}");
        }
    }
}

#[test]
fn schemas_are_strict_and_say_what_every_field_means() {
    CONSTANTS.is_strict_but_for(&["request"], 2);
    STRUCTS.is_strict_but_for(&["bit_offset", "bits", "count", "flexible", "element_size"], 2);
}

#[test]
fn help_shows_what_can_be_asked() {
    for verb in ["constants", "structs"] {
        let help = run(&root(), [verb, "--help"]).exits(0).out;
        assert!(help.contains("Examples:") && help.contains(&format!("{verb}.schema.json")), "{help}");
    }
}
