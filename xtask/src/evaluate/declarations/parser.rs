//! Reads declarations from left to right, into the types of a run.

use super::super::layout::{Demands, Member, Record, Type, Unknown};
use super::super::symbol::{Symbol, known};
use super::super::token::{Kind, Token};
use super::super::value::{Constant, IntType, NotConstant};
use super::words::{Counted, Word, is_arithmetic, word};
use super::{Enumerator, NESTING, Types};

/// Reads declarations from left to right.
pub(super) struct Parser<'p, 's> {
    pub(super) types: &'p mut Types<'s>,
    pub(super) rest: &'p [Token],
    /// `#pragma pack`: what holds now comes last.
    pub(super) pack: Vec<Option<u64>>,
    pub(super) nesting: usize,
}

/// What declarators start from.
struct Base {
    ty: Type,
    text: Vec<Symbol>,
    attributes: Attributes,
    is_typedef: bool,
}

/// What a declarator declares.
struct Declared {
    name: Option<Symbol>,
    ty: Type,
    /// The words of an element's type, as it is written.
    text: Vec<Symbol>,
    attributes: Attributes,
}

/// The attributes that matter to a layout.
#[derive(Clone, Copy, Debug, Default)]
struct Attributes {
    packed: bool,
    aligned: Option<u64>,
    /// It makes the type another, in a way that is not known.
    alters: bool,
}

impl Attributes {
    fn add(&mut self, other: Attributes) {
        self.packed |= other.packed;
        self.alters |= other.alters;
        self.aligned = self.aligned.max(other.aligned);
    }

    fn on(self, ty: Type) -> Type {
        match self.aligned {
            _ if self.alters => Type::Unknown("an attribute that makes a type another".into()),
            Some(aligned) => Type::Aligned(Box::new(ty), aligned),
            None => ty,
        }
    }
}

impl Parser<'_, '_> {
    /// Every declaration at file scope.
    pub(super) fn all(&mut self) {
        while let Some(token) = self.peek(0) {
            let before = self.rest.len();
            if token.kind == Kind::Pragma {
                self.pragma(token);
                self.skip();
            } else if self.declaration().is_none() || self.rest.len() == before {
                self.recover(before);
            }
        }
    }

    /// Passes what is no declaration of a type: to a semicolon, or behind a body.
    fn recover(&mut self, before: usize) {
        if self.rest.len() == before {
            self.skip();
        }
        while let Some(token) = self.peek(0) {
            if token.kind == Kind::Pragma {
                return;
            }
            if token.is(known::L_BRACE) {
                self.group();
                if !self.peek(0).is_some_and(|next| next.is(known::SEMICOLON) || next.kind == Kind::Punct) {
                    return;
                }
                continue;
            }
            if self.group() {
                continue;
            }
            self.skip();
            if token.is(known::SEMICOLON) || token.is(known::R_BRACE) {
                return;
            }
        }
    }

    fn pragma(&mut self, token: Token) {
        let text = self.types.session.text(token.symbol);
        let Some(inside) = text.trim().strip_prefix("pack").map(str::trim) else { return };
        let inside = inside.trim_start_matches('(').trim_end_matches(')');
        let mut number = None;
        let mut action = None;
        for part in inside.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part {
                "push" | "pop" => action = Some(part),
                _ => number = part.parse().ok(),
            }
        }
        match action {
            Some("push") => {
                let now = number.or(self.pack.last().copied().flatten());
                self.pack.push(now);
            }
            Some(_) => drop(self.pack.pop()),
            None => match self.pack.last_mut() {
                Some(last) => *last = number,
                None => self.pack.push(number),
            },
        }
    }

    /// One declaration with its semicolon; none where it is no declaration of a type, or not understood.
    fn declaration(&mut self) -> Option<()> {
        if self.accept(known::SEMICOLON) {
            return Some(());
        }
        let first = self.peek(0)?;
        if first.kind != Kind::Ident || matches!(word(first.symbol), Some(Word::Assertion | Word::Asm)) {
            return None;
        }
        let base = self.specifiers()?;
        if self.accept(known::SEMICOLON) {
            return Some(());
        }
        loop {
            let declared = self.declarator(base.ty.clone(), &base.text, NESTING)?;
            let name = declared.name?;
            if base.is_typedef {
                let mut attributes = base.attributes;
                attributes.add(declared.attributes);
                self.name_record(&declared.ty, name);
                let ty = attributes.on(declared.ty);
                self.define(name, ty);
            }
            if self.peek(0)?.is(known::L_BRACE) || self.peek(0)?.is(known::ASSIGN) {
                return None;
            }
            if self.accept(known::SEMICOLON) {
                return Some(());
            }
            if !self.accept(known::COMMA) {
                return None;
            }
        }
    }

    fn define(&mut self, name: Symbol, ty: Type) {
        let entry = self.types.typedefs.entry(name).or_insert_with(|| ty.clone());
        if *entry != ty {
            *entry = Type::Unknown("two typedefs that differ".into());
        }
    }

    /// A structure without a tag is called by its typedef.
    fn name_record(&mut self, ty: &Type, name: Symbol) {
        if let Type::Record(at) = ty
            && let Some(record) = self.types.records.get_mut(*at)
            && record.tag.is_none()
        {
            record.typedef.get_or_insert(name);
        }
    }

    /// The type that declarators start from.
    fn specifiers(&mut self) -> Option<Base> {
        let mut counted = Counted::default();
        let (mut base, mut text) = (None, Vec::new());
        let (mut attributes, mut is_typedef) = (Attributes::default(), false);
        while let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) {
            let symbol = token.symbol;
            if self.attribute(&mut attributes) {
                continue;
            }
            let is_complete = base.is_some() || counted.any;
            let word = word(symbol);
            if word == Some(Word::Typedef) {
                is_typedef = true;
                self.skip();
            } else if word == Some(Word::Storage) {
                self.skip();
            } else if word == Some(Word::Qualifier) {
                self.word(&mut text);
            } else if let Some(Word::Arithmetic(arithmetic)) = word {
                if base.is_some() {
                    return None;
                }
                counted.take(arithmetic);
                self.word(&mut text);
            } else if !is_complete && (symbol == known::STRUCT || symbol == known::UNION) {
                base = Some(self.record(&mut text)?);
            } else if !is_complete && symbol == known::ENUM {
                base = Some(self.enumeration(&mut text)?);
            } else if word == Some(Word::Typeof) {
                self.word(&mut text);
                self.group();
                base = Some(Type::Unknown("the type of an expression".into()));
            } else if !is_complete {
                let known = self.types.typedefs.get(&symbol).cloned();
                if known.is_none() && self.peek(1).is_some_and(|next| self.begins_type(next)) {
                    self.annotation();
                    continue;
                }
                base = Some(known.unwrap_or(Type::Undefined(symbol)));
                self.word(&mut text);
            } else if self.is_annotation() {
                self.annotation();
            } else {
                break;
            }
        }
        let ty = if counted.any { counted.ty() } else { base? };
        let ty = if attributes.alters { attributes.on(ty) } else { ty };
        Some(Base { ty, text, attributes, is_typedef })
    }

    /// Whether a word names a type, or begins to.
    fn begins_type(&self, token: Token) -> bool {
        token.kind == Kind::Ident
            && (is_arithmetic(token.symbol)
                || self.types.typedefs.contains_key(&token.symbol)
                || [known::STRUCT, known::UNION, known::ENUM].contains(&token.symbol))
    }

    /// Takes a word into the text of a type.
    fn word(&mut self, text: &mut Vec<Symbol>) {
        if let Some(token) = self.peek(0) {
            text.push(token.symbol);
            self.skip();
        }
    }

    /// `struct tag { … } attributes`, or its tag alone.
    fn record(&mut self, text: &mut Vec<Symbol>) -> Option<Type> {
        let is_union = self.peek(0)?.symbol == known::UNION;
        self.word(text);
        let mut attributes = Attributes::default();
        while self.attribute(&mut attributes) {}
        let at = self.peek(0)?;
        let mut tag = None;
        if at.kind == Kind::Ident {
            tag = Some(at.symbol);
            self.word(text);
        }
        if !self.peek(0).is_some_and(|token| token.is(known::L_BRACE)) {
            let tag = tag?;
            return Some(self.types.tags.get(&tag).cloned().unwrap_or(Type::Incomplete(Some(tag))));
        }
        self.skip();
        self.nesting += 1;
        if self.nesting > NESTING {
            return None;
        }
        let (mut members, mut problem) = (Vec::new(), None);
        loop {
            let token = self.peek(0)?;
            if token.is(known::R_BRACE) {
                self.skip();
                break;
            }
            if token.kind == Kind::Pragma {
                self.pragma(token);
                self.skip();
            } else if token.is_ident(known::STATIC_ASSERT) {
                self.skip();
                self.group();
            } else if !self.accept(known::SEMICOLON) && self.members(&mut members).is_none() {
                let what =
                    self.peek(0).map_or_else(String::new, |token| self.types.session.text(token.symbol).to_string());
                let why = format!("a member that is not understood, at `{what}`");
                problem = problem.or(Some(Unknown { why, missing: None }));
                self.pass_member();
            }
        }
        self.nesting -= 1;
        while self.attribute(&mut attributes) {}
        let demands = Demands {
            packed: attributes.packed,
            aligned: attributes.aligned,
            pack: self.pack.last().copied().flatten(),
        };
        let placed = match problem {
            Some(problem) => Err(problem),
            None if attributes.alters => Err("an attribute that makes a type another".into()),
            None => self.types.sizes().lay_out(&mut members, is_union, demands),
        };
        let (size, align, problem) = match placed {
            Ok((size, align)) => (size, align, None),
            Err(problem) => (0, 1, Some(problem)),
        };
        let record = Record { is_union, tag, typedef: None, span: at.span, members, size, align, problem };
        let ty = Type::Record(self.types.records.len());
        self.types.records.push(record);
        if let Some(tag) = tag {
            self.types.tags.insert(tag, ty.clone());
        }
        Some(ty)
    }

    /// Passes the rest of a member up to its semicolon, or to the brace that ends the structure.
    fn pass_member(&mut self) {
        while let Some(token) = self.peek(0) {
            if token.is(known::R_BRACE) {
                return;
            }
            if self.group() {
                continue;
            }
            self.skip();
            if token.is(known::SEMICOLON) {
                return;
            }
        }
    }

    /// The members of one declaration.
    fn members(&mut self, members: &mut Vec<Member>) -> Option<()> {
        let base = self.specifiers()?;
        if self.accept(known::SEMICOLON) {
            // An anonymous structure or union, or a declaration of a tag.
            if self.types.record(&base.ty).is_some_and(|record| record.tag.is_none()) {
                members.push(self.member(None, base.ty, base.text, base.attributes, None));
            }
            return Some(());
        }
        loop {
            let (mut name, mut ty, mut text, mut attributes) =
                (None, base.ty.clone(), base.text.clone(), base.attributes);
            if !self.peek(0)?.is(known::COLON) {
                let declared = self.declarator(ty, &base.text, NESTING)?;
                (name, ty, text) = (Some(declared.name?), declared.ty, declared.text);
                attributes.add(declared.attributes);
            }
            let mut width = None;
            if self.accept(known::COLON) {
                let end = self.operand();
                let tokens = self.rest.get(..end)?;
                let value = self.types.evaluate(tokens).ok()?;
                width = Some(u64::try_from(value.value).ok()?);
                self.rest = self.rest.get(end..)?;
            }
            while self.attribute(&mut attributes) {}
            members.push(self.member(name, ty, text, attributes, width));
            if self.accept(known::SEMICOLON) {
                return Some(());
            }
            if !self.accept(known::COMMA) {
                return None;
            }
        }
    }

    fn member(
        &self,
        name: Option<Symbol>,
        ty: Type,
        text: Vec<Symbol>,
        attributes: Attributes,
        width: Option<u64>,
    ) -> Member {
        let ty = if attributes.alters { attributes.on(ty) } else { ty };
        Member { name, ty, text, offset: 0, bits: None, width, packed: attributes.packed, aligned: attributes.aligned }
    }

    /// `enum tag { A, B = 2 } attributes`, or its tag alone.
    fn enumeration(&mut self, text: &mut Vec<Symbol>) -> Option<Type> {
        self.word(text);
        let mut attributes = Attributes::default();
        while self.attribute(&mut attributes) {}
        let mut tag = None;
        if let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) {
            tag = Some(token.symbol);
            self.word(text);
        }
        if !self.accept(known::L_BRACE) {
            let known = tag.and_then(|tag| self.types.tags.get(&tag).cloned());
            return Some(known.unwrap_or(Type::Enumeration(IntType::UInt)));
        }
        let first = self.types.enumerators.len();
        let mut next: Result<Constant, NotConstant> = Ok(Constant { value: 0, ty: IntType::Int, overflow: false });
        while !self.accept(known::R_BRACE) {
            let name = self.peek(0).filter(|token| token.kind == Kind::Ident)?;
            self.skip();
            let mut ignored = Attributes::default();
            while self.attribute(&mut ignored) {}
            if self.accept(known::ASSIGN) {
                let end = self.operand();
                next = self.types.evaluate(self.rest.get(..end)?);
                self.rest = self.rest.get(end..)?;
            }
            let value = next.clone().map(|constant| self.as_int(constant));
            if let Ok(constant) = &value {
                self.types.values.insert(name.symbol, *constant);
            }
            next = value.clone().map(|constant| Constant { value: constant.value + 1, ..constant });
            self.types.enumerators.push(Enumerator { name: name.symbol, value, span: name.span });
            if !self.accept(known::COMMA) && !self.peek(0)?.is(known::R_BRACE) {
                return None;
            }
        }
        while self.attribute(&mut attributes) {}
        let ty = self.enumeration_type(first, attributes.packed);
        if let Some(tag) = tag {
            self.types.tags.insert(tag, ty.clone());
        }
        Some(ty)
    }

    /// An enumerator that an `int` holds is one; a wider one has a type that holds it.
    fn as_int(&self, constant: Constant) -> Constant {
        let model = &self.types.model;
        let fits = [IntType::Int, IntType::UInt, IntType::Long, IntType::ULong, IntType::LongLong, IntType::ULongLong];
        let ty = fits.into_iter().find(|ty| model.holds(*ty, constant.value)).unwrap_or(IntType::ULongLong);
        Constant { ty, ..constant }
    }

    /// The integer type of an enumeration, which those of its enumerators get that an `int` does not hold.
    fn enumeration_type(&mut self, first: usize, packed: bool) -> Type {
        let model = self.types.model;
        let own = self.types.enumerators.get(first..).unwrap_or_default();
        let values = || own.iter().filter_map(|one| one.value.as_ref().ok()).map(|constant| constant.value);
        let (low, high) = (values().min().unwrap_or(0).min(0), values().max().unwrap_or(0));
        let signed = low < 0;
        let candidates: &[IntType] = match (packed, signed) {
            (false, false) => &[IntType::UInt, IntType::ULong, IntType::ULongLong],
            (false, true) => &[IntType::Int, IntType::Long, IntType::LongLong],
            (true, false) => &[IntType::UChar, IntType::UShort, IntType::UInt, IntType::ULong, IntType::ULongLong],
            (true, true) => &[IntType::SChar, IntType::Short, IntType::Int, IntType::Long, IntType::LongLong],
        };
        let holds = |ty: &IntType| model.holds(*ty, low) && model.holds(*ty, high);
        let ty = candidates.iter().copied().find(holds).unwrap_or(IntType::ULongLong);
        for one in self.types.enumerators.iter_mut().skip(first) {
            if let Ok(constant) = &mut one.value
                && constant.ty != IntType::Int
            {
                constant.ty = ty;
                self.types.values.insert(one.name, *constant);
            }
        }
        Type::Enumeration(ty)
    }

    /// A declarator of a type: what it names, and what type that has.
    fn declarator(&mut self, base: Type, text: &[Symbol], nesting: usize) -> Option<Declared> {
        let (mut ty, mut text) = (base, text.to_vec());
        let mut attributes = Attributes::default();
        while let Some(token) = self.peek(0) {
            if token.is(known::STAR) {
                self.skip();
                text.push(known::STAR);
                // What was said of what it points to does not align the pointer.
                (ty, attributes) = (Type::Pointer, Attributes::default());
            } else if self.attribute(&mut attributes) {
            } else if token.kind == Kind::Ident && word(token.symbol) == Some(Word::Qualifier) {
                self.skip();
            } else if token.kind == Kind::Ident && self.is_annotation() {
                self.annotation();
            } else {
                break;
            }
        }
        // A declarator in parentheses is read once it is known what stands behind it.
        let mut inner = None;
        let mut name = None;
        match self.peek(0) {
            Some(token) if token.is(known::L_PAREN) && self.opens_declarator() => {
                let before = self.rest;
                self.group();
                let length = before.len().checked_sub(self.rest.len())?;
                inner = Some(before.get(1..length.checked_sub(1)?)?);
            }
            Some(token) if token.kind == Kind::Ident => {
                name = Some(token.symbol);
                self.skip();
            }
            _ => {}
        }
        let (mut counts, mut is_function) = (Vec::new(), false);
        loop {
            if self.peek(0).is_some_and(|token| token.is(known::L_BRACKET)) {
                let before = self.rest;
                self.group();
                let length = before.len().checked_sub(self.rest.len())?;
                let inside = before.get(1..length.checked_sub(1)?)?;
                counts.push(match inside {
                    [] => Ok(None),
                    inside => self.types.count(inside).map(Some),
                });
            } else if self.peek(0).is_some_and(|token| token.is(known::L_PAREN)) && !is_function {
                let before = self.rest;
                self.group();
                let length = before.len().checked_sub(self.rest.len())?;
                is_function = true;
                if inner.is_some() {
                    text.extend([known::L_PAREN, known::STAR, known::R_PAREN]);
                    text.extend(before.get(..length)?.iter().map(|token| token.symbol));
                }
            } else if self.attribute(&mut attributes) {
            } else if self.peek(0).is_some_and(|token| token.kind == Kind::Ident) && (name.is_some() || inner.is_some())
            {
                // An annotation behind the name: `__counted_by(n)`.
                self.annotation();
            } else {
                break;
            }
        }
        if is_function {
            ty = Type::Function;
        }
        for count in counts.into_iter().rev() {
            ty = match count {
                Ok(count) => Type::Array(Box::new(ty), count),
                Err(unknown) => Type::Unknown(unknown),
            };
        }
        let Some(inner) = inner else { return Some(Declared { name, ty, text, attributes }) };
        let mut within = Parser { types: self.types, rest: inner, pack: Vec::new(), nesting: self.nesting };
        let declared = within.declarator(ty, &[], nesting.checked_sub(1)?)?;
        if !within.rest.is_empty() {
            return None;
        }
        attributes.add(declared.attributes);
        Some(Declared { name: declared.name, ty: declared.ty, text, attributes })
    }

    /// Whether a parenthesis holds a declarator, and not the parameters of a function.
    fn opens_declarator(&self) -> bool {
        self.peek(1).is_some_and(|next| {
            next.is(known::STAR)
                || next.is(known::L_PAREN)
                || next.kind == Kind::Ident
                    && !is_arithmetic(next.symbol)
                    && word(next.symbol) != Some(Word::Qualifier)
                    && !self.types.typedefs.contains_key(&next.symbol)
                    && ![known::STRUCT, known::UNION, known::ENUM].contains(&next.symbol)
        })
    }

    /// `__attribute__((…))` and `_Alignas(…)`.
    fn attribute(&mut self, attributes: &mut Attributes) -> bool {
        let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) else { return false };
        let is_alignas = token.symbol == known::ALIGNAS;
        if !is_alignas && !is_attribute(&token) {
            return false;
        }
        self.skip();
        let before = self.rest;
        self.group();
        let length = before.len().saturating_sub(self.rest.len());
        let inside = before.get(1..length.saturating_sub(1)).unwrap_or_default();
        if is_alignas {
            attributes.aligned = attributes.aligned.max(self.alignment(inside));
            return true;
        }
        // `((a, b(c)))`
        let inside = inside.get(1..inside.len().saturating_sub(1)).unwrap_or_default();
        let mut rest = inside;
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            let mut arguments: &[Token] = &[];
            if rest.first().is_some_and(|next| next.is(known::L_PAREN)) {
                let length = group_length(rest).unwrap_or_default();
                arguments = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                rest = rest.get(length..).unwrap_or_default();
            }
            match self.types.session.text(token.symbol).trim_matches('_') {
                "packed" => attributes.packed = true,
                "aligned" if arguments.is_empty() => {
                    attributes.aligned = attributes.aligned.max(Some(self.types.model.most_align.into()));
                }
                "aligned" => match self.alignment(arguments) {
                    Some(aligned) => attributes.aligned = attributes.aligned.max(Some(aligned)),
                    None => attributes.alters = true,
                },
                "mode" | "vector_size" => attributes.alters = true,
                _ => {}
            }
        }
        true
    }

    fn alignment(&self, tokens: &[Token]) -> Option<u64> {
        let value = u64::try_from(self.types.evaluate(tokens).ok()?.value).ok()?;
        value.is_power_of_two().then_some(value)
    }

    /// Whether the word at hand cannot be the declared name: something that names something follows.
    fn is_annotation(&self) -> bool {
        if self.peek(1).is_some_and(|token| token.is(known::L_PAREN)) {
            // `__aligned(4) name` or `name(arguments)`
            let Some(length) = group_length(self.rest.get(1..).unwrap_or_default()) else { return false };
            let next = self.peek(1 + length).filter(|token| token.kind == Kind::Ident || token.is(known::STAR));
            return next.is_some_and(|next| !is_attribute(&next));
        }
        self.peek(1).is_some_and(|next| (next.kind == Kind::Ident || next.is(known::STAR)) && !is_attribute(&next))
    }

    /// Passes a word and the arguments that it may have.
    fn annotation(&mut self) {
        self.skip();
        if self.peek(0).is_some_and(|token| token.is(known::L_PAREN)) {
            self.group();
        }
    }

    /// How many tokens there are before the comma, semicolon, brace or attribute that ends an operand.
    fn operand(&self) -> usize {
        let mut depth = 0_usize;
        for (at, token) in self.rest.iter().enumerate() {
            if depth == 0 && is_attribute(token) {
                return at;
            }
            match token.symbol {
                _ if token.kind != Kind::Punct => {}
                known::L_PAREN | known::L_BRACKET | known::L_BRACE => depth += 1,
                known::R_PAREN | known::R_BRACKET | known::R_BRACE if depth > 0 => depth -= 1,
                known::COMMA | known::SEMICOLON | known::R_BRACE | known::R_PAREN if depth == 0 => return at,
                _ => {}
            }
        }
        self.rest.len()
    }

    fn peek(&self, ahead: usize) -> Option<Token> {
        self.rest.get(ahead).copied()
    }

    fn skip(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn accept(&mut self, punctuator: Symbol) -> bool {
        let accepts = self.peek(0).is_some_and(|token| token.is(punctuator));
        if accepts {
            self.skip();
        }
        accepts
    }

    /// Passes all between a bracket and its partner.
    fn group(&mut self) -> bool {
        let Some(length) = group_length(self.rest) else { return false };
        self.rest = self.rest.get(length..).unwrap_or_default();
        true
    }
}

/// Whether attributes begin here.
fn is_attribute(token: &Token) -> bool {
    token.kind == Kind::Ident && word(token.symbol) == Some(Word::Attribute)
}

/// How many tokens a bracket and all up to its partner take; without a partner, all.
pub(super) fn group_length(tokens: &[Token]) -> Option<usize> {
    let opens = |token: &Token| token.is(known::L_PAREN) || token.is(known::L_BRACE) || token.is(known::L_BRACKET);
    let closes = |token: &Token| token.is(known::R_PAREN) || token.is(known::R_BRACE) || token.is(known::R_BRACKET);
    tokens.first().filter(|token| opens(token))?;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if opens(token) {
            depth += 1;
        } else if closes(token) {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    Some(tokens.len())
}
