//! C types as far as two spellings can be told apart or held for the same.

/// A type without what does not change its meaning: annotations for checkers, the order and number of words that say
/// one integer type, `const` of the value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Type {
    /// What stands between the stars, outermost value last.
    layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Layer {
    is_const: bool,
    words: Vec<String>,
}

/// How the `const` of two types that are alike otherwise differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consts {
    /// Not at all.
    Same,
    /// The newer type has more.
    Added,
    /// The newer type has fewer.
    Removed,
    /// One here, another there.
    Mixed,
}

impl Type {
    pub(super) fn new(text: &str) -> Type {
        let tokens = tokens(text);
        let mut layers: Vec<Layer> = tokens.split(|token| *token == "*").map(layer).collect();
        // A parameter is a copy; whether the function may change it is nobody else's business.
        if let Some(last) = layers.last_mut() {
            last.is_const = false;
        }
        Type { layers }
    }

    /// How the `const` differ, where nothing else does.
    pub(super) fn consts(&self, new: &Type) -> Option<Consts> {
        let words = |of: &Type| of.layers.iter().map(|layer| layer.words.clone()).collect::<Vec<_>>();
        if words(self) != words(new) {
            return None;
        }
        let pairs = self.layers.iter().zip(&new.layers).map(|(old, new)| (old.is_const, new.is_const));
        let (mut added, mut removed) = (false, false);
        for (old, new) in pairs {
            added |= new && !old;
            removed |= old && !new;
        }
        Some(match (added, removed) {
            (false, false) => Consts::Same,
            (true, false) => Consts::Added,
            (false, true) => Consts::Removed,
            (true, true) => Consts::Mixed,
        })
    }
}

/// Words, and every other character by itself; `__user` and its kin say nothing of the type.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        all.push(token);
        rest = after.trim_start();
    }
    all.retain(|token| !["__user", "__force", "__iomem", "__percpu", "__rcu"].contains(token));
    all
}

fn layer(tokens: &[&str]) -> Layer {
    let words: Vec<&str> = tokens.iter().copied().filter(|token| *token != "const").collect();
    Layer { is_const: tokens.contains(&"const"), words: spelled_once(&words) }
}

/// The one spelling of what can be said in several: `unsigned` and `unsigned int`, `long int` and `long`, `u32` and
/// `__u32` and `uint32_t`.
fn spelled_once(words: &[&str]) -> Vec<String> {
    const INTEGER: [&str; 6] = ["signed", "unsigned", "long", "short", "int", "char"];
    if words.is_empty() || !words.iter().all(|word| INTEGER.contains(word)) {
        return words.iter().map(|word| fixed_width(word)).collect();
    }
    let count = |word: &str| words.iter().filter(|other| **other == word).count();
    let is_char = count("char") > 0;
    let mut all = Vec::new();
    if count("unsigned") > 0 {
        all.push("unsigned");
    } else if count("signed") > 0 && is_char {
        all.push("signed");
    }
    all.extend(std::iter::repeat_n("long", count("long")));
    all.extend(std::iter::repeat_n("short", count("short")));
    if is_char {
        all.push("char");
    } else if count("long") + count("short") == 0 {
        all.push("int");
    }
    all.into_iter().map(str::to_string).collect()
}

/// `u32` of `__u32` and of `uint32_t`, which `linux/types.h` makes the same.
fn fixed_width(word: &str) -> String {
    let is_width = |text: &str| ["8", "16", "32", "64"].contains(&text);
    let of = |prefix: &str, ending: &str, letter: &str| {
        let bits = word.strip_prefix(prefix)?.strip_suffix(ending)?;
        is_width(bits).then(|| format!("{letter}{bits}"))
    };
    let known = [("__u", "", "u"), ("__s", "", "s"), ("uint", "_t", "u"), ("int", "_t", "s"), ("u_int", "_t", "u")];
    known.iter().find_map(|(prefix, ending, letter)| of(prefix, ending, letter)).unwrap_or_else(|| word.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_type_are_the_same() {
        for (a, b) in [
            ("unsigned", "unsigned int"),
            ("long int", "long"),
            ("unsigned long", "long unsigned int"),
            ("__u32", "uint32_t"),
            ("const char __user *", "char const *"),
            ("const int", "int"),
            ("char * const", "char *"),
            ("struct a __user * __user *", "struct a **"),
            ("__u64 __user *", "u64 *"),
        ] {
            assert_eq!(Type::new(a), Type::new(b), "{a} and {b}");
        }
        for (a, b) in [("unsigned int", "u32"), ("char *", "signed char *"), ("long", "long long"), ("short", "int")] {
            assert_ne!(Type::new(a), Type::new(b), "{a} and {b}");
        }
    }

    #[test]
    fn consts_are_told_apart_from_all_else() {
        let consts = |old: &str, new: &str| Type::new(old).consts(&Type::new(new));
        assert_eq!(consts("char __user *", "const char *"), Some(Consts::Added));
        assert_eq!(consts("const struct a *", "struct a *"), Some(Consts::Removed));
        assert_eq!(consts("const char *const *", "char **"), Some(Consts::Removed));
        assert_eq!(consts("const char **", "char *const *"), Some(Consts::Mixed));
        assert_eq!(consts("int", "const int"), Some(Consts::Same));
        assert_eq!(consts("struct a *", "const struct b *"), None);
        assert_eq!(consts("void (*)(int)", "void (*)(long)"), None);
    }
}
