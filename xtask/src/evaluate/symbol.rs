//! Spellings as numbers: every distinct token text is kept once, and a macro is looked up by an integer.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxBuildHasher;

/// The number of a spelling in a [`Session`](super::Session); says nothing about order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The number itself, for tables indexed by symbol.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Hashes symbols by themselves: they are dense numbers already.
#[derive(Clone, Copy, Debug, Default)]
pub struct SymbolHasher(u64);

impl Hasher for SymbolHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32((*byte).into()));
    }

    fn write_u32(&mut self, number: u32) {
        // The upper bits choose, the lower ones find.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// A set of symbols.
pub type SymbolSet = HashSet<Symbol, BuildHasherDefault<SymbolHasher>>;

/// A map by symbol.
pub type SymbolMap<T> = HashMap<Symbol, T, BuildHasherDefault<SymbolHasher>>;

/// Declares the spellings that the code names, in the order the interner starts with.
macro_rules! known {
    ($($name:ident $text:literal)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number { $($name),* }
        /// Symbols that are the same in every session.
        #[allow(missing_docs)]
        pub mod known {
            use super::{Number, Symbol};
            $(pub const $name: Symbol = Symbol(Number::$name as u32);)*
        }
        const KNOWN: &[&str] = &[$($text),*];
    };
}

known! {
    EMPTY ""
    L_PAREN "(" R_PAREN ")" L_BRACE "{" R_BRACE "}" L_BRACKET "[" R_BRACKET "]"
    COMMA "," SEMICOLON ";" COLON ":" QUESTION "?" DOT "." ELLIPSIS "..." ARROW "->"
    PLUS "+" MINUS "-" STAR "*" SLASH "/" PERCENT "%" INCREMENT "++" DECREMENT "--"
    AND "&" OR "|" XOR "^" NOT "!" TILDE "~" AND_AND "&&" OR_OR "||" SHIFT_LEFT "<<" SHIFT_RIGHT ">>"
    LESS "<" GREATER ">" LESS_EQUAL "<=" GREATER_EQUAL ">=" EQUAL "==" NOT_EQUAL "!="
    ASSIGN "=" PLUS_ASSIGN "+=" MINUS_ASSIGN "-=" STAR_ASSIGN "*=" SLASH_ASSIGN "/=" PERCENT_ASSIGN "%="
    AND_ASSIGN "&=" OR_ASSIGN "|=" XOR_ASSIGN "^=" SHIFT_LEFT_ASSIGN "<<=" SHIFT_RIGHT_ASSIGN ">>="
    HASH "#" HASH_HASH "##"
    IF "if" IFDEF "ifdef" IFNDEF "ifndef" ELIF "elif" ELIFDEF "elifdef" ELIFNDEF "elifndef" ELSE "else" ENDIF "endif"
    DEFINE "define" UNDEF "undef" INCLUDE "include" INCLUDE_NEXT "include_next" ERROR "error" WARNING "warning"
    LINE "line" PRAGMA "pragma" ONCE "once" IDENT "ident" SCCS "sccs"
    DEFINED "defined" VA_ARGS "__VA_ARGS__" VA_OPT "__VA_OPT__" PRAGMA_OPERATOR "_Pragma"
    FILE_MACRO "__FILE__" BASE_FILE_MACRO "__BASE_FILE__" LINE_MACRO "__LINE__" COUNTER_MACRO "__COUNTER__"
    INCLUDE_LEVEL_MACRO "__INCLUDE_LEVEL__" DATE_MACRO "__DATE__" TIME_MACRO "__TIME__" TIMESTAMP_MACRO "__TIMESTAMP__"
    HAS_INCLUDE "__has_include" HAS_INCLUDE_NEXT "__has_include_next" HAS_ATTRIBUTE "__has_attribute"
    HAS_CPP_ATTRIBUTE "__has_cpp_attribute" HAS_BUILTIN "__has_builtin"
    ZERO "0" ONE "1"
    CONST "const" CONST_GNU "__const" CONST_GNU2 "__const__" VOLATILE "volatile" VOLATILE_GNU "__volatile__"
    SIGNED "signed" SIGNED_GNU "__signed" SIGNED_GNU2 "__signed__" UNSIGNED "unsigned"
    BOOL "_Bool" CHAR "char" SHORT "short" INT "int" LONG "long" FLOAT "float" DOUBLE "double" VOID "void"
    STRUCT "struct" UNION "union" ENUM "enum" EXTENSION "__extension__"
    SIZEOF "sizeof" ALIGNOF "_Alignof" ALIGNOF_GNU "__alignof__" ALIGNOF_GNU2 "__alignof"
    OFFSETOF "offsetof" OFFSETOF_GNU "__builtin_offsetof" CONSTANT_P "__builtin_constant_p"
    TYPEOF "typeof" TYPEOF_GNU "__typeof" TYPEOF_GNU2 "__typeof__" TYPEOF_UNQUAL "typeof_unqual"
    TYPEDEF "typedef" EXTERN "extern" STATIC "static" REGISTER "register" NORETURN "_Noreturn" THREAD "_Thread_local"
    INLINE "inline" INLINE_GNU "__inline" INLINE_GNU2 "__inline__" VOLATILE_GNU1 "__volatile" ATOMIC "_Atomic"
    RESTRICT "restrict" RESTRICT_GNU "__restrict" RESTRICT_GNU2 "__restrict__" INT128 "__int128" COMPLEX "_Complex"
    COMPLEX_GNU "__complex__" ATTRIBUTE "__attribute__" ATTRIBUTE_GNU "__attribute" DECLSPEC "__declspec"
    ALIGNAS "_Alignas" STATIC_ASSERT "_Static_assert" ASM "asm" ASM_GNU "__asm" ASM_GNU2 "__asm__"
}

/// All spellings seen so far; shared between threads. A text is read without waiting for anybody.
#[derive(Debug)]
pub(super) struct Interner {
    texts: boxcar::Vec<Arc<str>>,
    /// Whoever adds a text holds this.
    numbers: RwLock<HashMap<Arc<str>, u32, FxBuildHasher>>,
}

impl Interner {
    /// An interner that holds the known symbols.
    pub(super) fn new() -> Self {
        let interner = Interner { texts: boxcar::Vec::new(), numbers: RwLock::default() };
        for text in KNOWN {
            interner.intern(text);
        }
        interner
    }

    /// The symbol of a text, made when it is new.
    pub(super) fn intern(&self, text: &str) -> Symbol {
        if let Some(symbol) = self.get(text) {
            return symbol;
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = numbers.get(text) {
            return Symbol(number);
        }
        let text: Arc<str> = text.into();
        let number = u32::try_from(self.texts.push(Arc::clone(&text))).unwrap_or(u32::MAX);
        numbers.insert(text, number);
        Symbol(number)
    }

    /// The symbol of a text that was seen before.
    pub(super) fn get(&self, text: &str) -> Option<Symbol> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        numbers.get(text).copied().map(Symbol)
    }

    /// The text of a symbol.
    pub(super) fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.index()).map_or("", |text| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_symbols_have_their_texts() {
        let interner = Interner::new();
        assert_eq!(interner.text(known::L_PAREN), "(");
        assert_eq!(interner.text(known::OFFSETOF_GNU), "__builtin_offsetof");
        assert_eq!(interner.intern("__VA_ARGS__"), known::VA_ARGS);
        assert_eq!(interner.get("never seen"), None);
        let new = interner.intern("never seen");
        assert_eq!((interner.get("never seen"), interner.text(new)), (Some(new), "never seen"));
    }
}
