//! A file of C → the definitions of some structures in it, as they stand there.

/// A text with the definitions of these structures alone, each line in its place, for what is said of it.
///
/// What stands around them is the kernel's affair, also the conditions: who asks for the structure has the call that
/// takes it.
pub fn structs(text: &str, names: &[&str]) -> String {
    let begins = |line: &str| {
        let rest = line.strip_prefix("struct ").or_else(|| line.strip_prefix("union "));
        let name = rest.and_then(|rest| rest.split([' ', '{']).next());
        // The brace may stand on the next line.
        name.is_some_and(|name| names.contains(&name)) && (line.contains('{') || !line.contains([';', '(', '*', '=']))
    };
    let (mut out, mut inside) = (String::new(), false);
    for line in text.lines() {
        inside |= begins(line);
        if inside {
            out.push_str(line);
        }
        out.push('\n');
        // One that is written in one line ends there.
        inside &= !(line.starts_with('}') || begins(line) && line.contains('}'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_asked_for_keep_their_lines() {
        let text = "struct other {\n\tint x;\n};\n#ifdef A\nstruct wanted {\n#ifdef B\n\tint a;\n#endif\n} __packed;\n#endif\n\
                    struct wanted *f(void)\n{\n}\nstruct short { int b; };\nstruct split\n{\n\tint d;\n};\nint c;\n";
        let found = structs(text, &["wanted", "short", "split"]);
        let lines: Vec<&str> = found.lines().collect();
        assert_eq!(lines.len(), text.lines().count());
        assert_eq!(&lines[4..9], ["struct wanted {", "#ifdef B", "\tint a;", "#endif", "} __packed;"]);
        assert_eq!(lines[13], "struct short { int b; };");
        assert_eq!(&lines[14..18], ["struct split", "{", "\tint d;", "};"]);
        assert_eq!(lines.iter().filter(|line| !line.is_empty()).count(), 10);
    }
}
