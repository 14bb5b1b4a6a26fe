//! Headers made at random, with all that a value or layout can be on any of the ABIs, are the same after YAML.

use std::fs;

use syscall_meta_gen::model::{
    BitField, Constant, Count, Field, FieldClass, Headers, Integer, NamedConstant, PerAbi, Record,
};
use syscall_meta_gen::store;
use syscall_meta_tests::{Random, Repository, data, diff, facts, fixture};

const TYPES: [&str; 5] = ["__u32", "unsigned long", "struct timespec", "void (*)(int, void *)", "char *"];
const REASONS: [&str; 3] = ["the layout of `time_t` is not known", "`x` is not defined", "a division by zero (a/b.h)"];

/// A value for some of the ABIs, out of a few.
fn spread<T: PartialEq + Clone>(random: &mut Random, abis: usize, few: &[T]) -> PerAbi<T> {
    // Many ABIs have none, or hardly one; and often most have the same.
    let (present, same) = (1 + random.below(8), 1 + random.below(8));
    let mut all = Vec::new();
    for abi in 0..abis {
        if random.below(8) < present {
            let value = if random.below(8) < same { few.first() } else { few.get(random.below(few.len())) };
            all.extend(value.map(|value| (abi, value.clone())));
        }
    }
    if all.is_empty() {
        all.push((random.below(abis), few[0].clone()));
    }
    PerAbi::new(all)
}

fn constant(random: &mut Random) -> Constant {
    let value = match random.below(3) {
        0 => i128::from(random.bits()),
        1 => i128::from(random.bits() as i64),
        _ => random.below(100) as i128,
    };
    Constant { value, ty: *random.one_of(&Integer::ALL) }
}

/// The size of something on each ABI, which has the type of `size_t` there.
fn sized(data: &store::Data, abis: &[String], value: i128) -> PerAbi<Constant> {
    let all = abis.iter().enumerate().map(|(at, name)| {
        let spec = data.abis.get(name).expect("it is one of these");
        let is_long = spec.long == 64 || spec.c.size_t_is_long;
        (at, Constant { value, ty: if is_long { Integer::ULong } else { Integer::UInt } })
    });
    PerAbi::new(all)
}

fn field(random: &mut Random, at: usize) -> Field {
    let classes = [
        FieldClass::Unsigned,
        FieldClass::Signed,
        FieldClass::Char,
        FieldClass::Pointer,
        FieldClass::Float,
        FieldClass::Record,
    ];
    let bits = BitField { shift: random.below(32) as u32, width: 1 + random.below(32) as u32 };
    Field {
        name: format!("{}f{at}", random.one_of(&["", "u.", "a[]."])),
        offset: random.below(200) as u64,
        class: *random.one_of(&classes),
        size: 1 << random.below(4),
        bits: (random.below(4) == 0).then_some(bits),
        count: *random.one_of(&[Count::One, Count::Array(7), Count::Flexible]),
        ty: random.one_of(&TYPES).to_string(),
    }
}

/// A layout, one that differs from it in figures, and one that differs in fields.
fn layouts(random: &mut Random) -> Vec<Record> {
    let mut make = |fields: usize| Record {
        is_union: random.below(3) == 0,
        size: random.below(300) as u64,
        align: 1 << random.below(4),
        fields: (0..fields).map(|at| field(random, at)).collect(),
    };
    let (one, another) = (make(3), make(2));
    let mut moved = Record { size: one.size + 4, ..one.clone() };
    moved.fields.iter_mut().skip(1).for_each(|field| field.offset += 4);
    moved.fields.iter_mut().take(1).for_each(|field| field.size *= 2);
    vec![one, moved, another, make(0)]
}

fn headers(random: &mut Random, data: &store::Data) -> Headers {
    let known: Vec<String> = data.abis.abis.iter().map(|abi| abi.name.clone()).collect();
    let abis: Vec<String> = known.iter().filter(|_| random.below(8) > 0).cloned().collect();
    let count = abis.len();
    let mut all = Headers::default();
    for header in ["asm/fcntl.h", "include/linux/socket.h", "linux/ax.h"] {
        for at in 0..6 {
            let few: Vec<Constant> = (0..4).map(|_| constant(random)).collect();
            let values = spread(random, count, &few);
            let argument = random.one_of(&[None, None, Some(""), Some("struct x"), Some("char[2 = 2]")]);
            let name = if at == 0 { "EVIOCGBIT(ev,len)".to_string() } else { format!("C_{at}") };
            let named = NamedConstant { values, argument: argument.map(str::to_string) };
            all.constants.entry(header.to_string()).or_default().insert(name, named);
            let few = layouts(random);
            let records = spread(random, count, &few);
            all.records.entry(header.to_string()).or_default().insert(format!("struct s{at}"), records);
            let why = spread(random, count, &REASONS.map(str::to_string));
            all.open.entry(header.to_string()).or_default().insert(format!("union u{at}"), why);
        }
    }
    let size =
        NamedConstant { values: sized(data, &abis, random.below(99) as i128), argument: Some("int".to_string()) };
    all.constants.entry("linux/sized.h".to_string()).or_default().insert("SIZE".to_string(), size);
    Headers { abis, ..all }
}

#[test]
fn headers_made_at_random_are_the_same_after_yaml() {
    let data = data();
    let repository = Repository::empty();
    let folder = repository.at("data/linux/9.4");
    fs::create_dir_all(&folder).unwrap();
    let held = store::Data::open(&repository.at("data")).unwrap();
    // The files beside theirs are of some kernel.
    let facts = facts(&data, &fixture("kernel-old").display().to_string()).0;
    let mut seen = String::new();
    for seed in 0..60 {
        let made = headers(&mut Random::new(seed), &data);
        for (file, text) in store::files(&facts, &made, &data.abis) {
            fs::write(folder.join(&file), &text).unwrap();
            if ["constants.yaml", "structs.yaml", "open.yaml"].contains(&file.as_str()) {
                seen.push_str(&text);
            }
        }
        let read = held.load_headers("9.4").unwrap();
        assert!(read == made, "seed {seed}:\n{}", diff(&format!("{made:#?}"), &format!("{read:#?}")));
    }
    // All forms of a line came about, and every line stands as one.
    for form in ["\n  on ", " @32", " !", "; - ", " -; ", "z = int\n", " =\n", " = - on ", "/", ":", "*7 ", "* "] {
        assert!(seen.contains(form), "no `{form}`");
    }
    assert!(!seen.contains("\\n"));
}
