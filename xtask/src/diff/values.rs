//! Parameters as the values that a program passes: whole, or in two halves that are parameters of their own.

use std::collections::BTreeMap;

use crate::model::{ByteOrder, Parameter, Part};

/// A value.
pub(super) struct Value<'a> {
    /// The parameter's name, or that of which two parameters are the halves.
    pub name: &'a str,
    /// Its place in the list, counted from 1.
    pub number: usize,
    pub form: Form<'a>,
}

/// How a value is taken.
pub(super) enum Form<'a> {
    Whole(&'a Parameter),
    /// As two parameters, in their order.
    Halves {
        params: [&'a Parameter; 2],
        first: First,
    },
}

/// Which half of a value comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Low,
    High,
    /// The one whose bytes come first in memory.
    InByteOrder,
    /// The other one.
    AgainstByteOrder,
}

/// The values of a list of parameters.
pub(super) fn values(params: &[Parameter]) -> Vec<Value<'_>> {
    let mut values: Vec<Value> = Vec::new();
    for (param, number) in params.iter().zip(1..) {
        match (half(param), partner(params, param)) {
            (None, _) if param.part == Part::Dummy => {}
            // The second half is told with the first.
            (Some(_), Some((other, _))) if other < number => {}
            (Some(of), Some((_, other))) => {
                let first = first(&param.part);
                values.push(Value { name: of, number, form: Form::Halves { params: [param, other], first } });
            }
            _ => values.push(Value { name: &param.name, number, form: Form::Whole(param) }),
        }
    }
    values
}

/// Parameters that nobody reads, by the word that they stand in.
pub(super) fn dummies(params: &[Parameter]) -> BTreeMap<u8, &Parameter> {
    let dummies = params.iter().filter(|param| param.part == Part::Dummy);
    dummies.filter_map(|param| Some((param.word?, param))).collect()
}

/// The value of which a parameter is a half.
fn half(param: &Parameter) -> Option<&str> {
    match &param.part {
        Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => Some(of),
        Part::Whole | Part::Dummy => None,
    }
}

/// The other half, with its place counted from 1.
fn partner<'a>(params: &'a [Parameter], param: &Parameter) -> Option<(usize, &'a Parameter)> {
    let of = half(param)?;
    let mut others = params.iter().enumerate().filter(|(_, other)| half(other) == Some(of) && *other != param);
    let (at, other) = others.next()?;
    Some((at + 1, other))
}

/// Which half comes first where this is the first.
fn first(part: &Part) -> First {
    match part {
        Part::Low(_) => First::Low,
        Part::High(_) => First::High,
        Part::Second(_) => First::AgainstByteOrder,
        Part::First(_) | Part::Whole | Part::Dummy => First::InByteOrder,
    }
}

impl First {
    /// Whether it is certain that the one comes first that comes second there, whatever the byte order.
    pub(super) fn is_opposite(self, other: First) -> bool {
        use First::*;
        matches!(
            (self, other),
            (Low, High) | (High, Low) | (InByteOrder, AgainstByteOrder) | (AgainstByteOrder, InByteOrder)
        )
    }

    /// Which half that is on a machine of that byte order.
    fn on(self, order: ByteOrder) -> First {
        match (self, order) {
            (First::InByteOrder, ByteOrder::Little) | (First::AgainstByteOrder, ByteOrder::Big) => First::Low,
            (First::InByteOrder, ByteOrder::Big) | (First::AgainstByteOrder, ByteOrder::Little) => First::High,
            (First::Low | First::High, _) => self,
        }
    }
}

impl<'a> Value<'a> {
    /// The parameters that it is taken as.
    pub(super) fn params(&self) -> Vec<&'a Parameter> {
        match self.form {
            Form::Whole(param) => vec![param],
            Form::Halves { params, .. } => params.to_vec(),
        }
    }

    /// How many bits of its words count.
    pub(super) fn bits(&self) -> u32 {
        self.params().iter().map(|param| u32::from(param.bits)).sum()
    }

    /// The words that it stands in on a machine of that byte order, and which half is the first, where it is more than
    /// one word.
    pub(super) fn stand(&self, order: ByteOrder) -> (Vec<u8>, Option<First>) {
        let mut words = Vec::new();
        for param in self.params() {
            let Some(first) = param.word else { return (Vec::new(), None) };
            words.extend(first..first + param.words);
        }
        let first = match &self.form {
            Form::Halves { first, .. } => Some(first.on(order)),
            // An ABI passes a value in two words as they stand in memory.
            Form::Whole(_) if words.len() > 1 => Some(First::InByteOrder.on(order)),
            Form::Whole(_) => None,
        };
        (words, first)
    }

    /// The same as text: `words 2 and 3, high half first`.
    pub(super) fn stand_text(&self, order: ByteOrder) -> String {
        let (words, first) = self.stand(order);
        let words: Vec<String> = words.iter().map(u8::to_string).collect();
        let text = match words.as_slice() {
            [] => "no known word".to_string(),
            [word] => format!("word {word}"),
            words => format!("words {}", words.join(" and ")),
        };
        match first {
            None => text,
            Some(First::Low) => format!("{text}, low half first"),
            Some(_) => format!("{text}, high half first"),
        }
    }
}
