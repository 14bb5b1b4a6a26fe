//! Lists of calls: `openat, read, %file, !chdir`.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token};

use crate::abis::NamedAbi;
use crate::catalogue::{Call, Catalogue, Name};
use crate::errors::Errors;
use crate::nearest::{hint, listed};

/// A list as it is written.
pub(crate) struct Selection {
    items: Vec<Item>,
    /// Where it ends.
    end: Span,
}

struct Item {
    /// `!`: it takes away.
    not: bool,
    /// `%`: it is a class.
    class: bool,
    name: String,
    span: Span,
}

/// A number with one of its names; where it has several, the one to show comes first.
pub(crate) type Chosen = (u32, String);

impl Parse for Selection {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            let not = input.parse::<Option<Token![!]>>()?.is_some();
            let class = input.parse::<Option<Token![%]>>()?.is_some();
            // Some calls are called as Rust's own words are: `break`.
            let ident = input.call(Ident::parse_any)?;
            items.push(Item { not, class, name: ident.unraw().to_string(), span: ident.span() });
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Selection { items, end: input.span() })
    }
}

impl Selection {
    /// The calls on each of the ABIs, by number.
    pub(crate) fn resolve(&self, abis: &[NamedAbi], catalogue: Catalogue, errors: &mut Errors) -> Vec<Vec<Chosen>> {
        if !self.items.iter().any(|item| !item.not) {
            let message = "no call is named; `%all` is every call, from which `!` takes away";
            errors.push(self.items.first().map_or(self.end, |item| item.span), message);
            return Vec::new();
        }
        let asked: Vec<Option<Asked>> = self.items.iter().map(|item| Asked::of(item, catalogue, errors)).collect();
        if abis.is_empty() {
            // What is wrong with those has been told.
            return Vec::new();
        }
        self.check_twice(&asked, abis, errors);
        for (item, asked) in self.items.iter().zip(&asked) {
            if let Some(Asked::Name(name)) = asked {
                check_name(&item.name, item.span, Some(*name), abis, catalogue, errors);
            }
        }
        let mut effects = vec![0; self.items.len()];
        let chosen = abis.iter().map(|named| self.on(*named, &asked, &mut effects)).collect();
        for ((item, asked), effect) in self.items.iter().zip(&asked).zip(effects) {
            let on_one = |name: &Name| abis.iter().any(|named| named.abi.call(*name).is_some());
            match asked {
                Some(Asked::Classes(_)) if effect == 0 && !item.not => {
                    errors.push(item.span, format!("none of these ABIs has a call of `%{}`", item.name));
                }
                Some(Asked::Classes(_)) if effect == 0 => {
                    errors.push(item.span, format!("no call of `%{}` is among those named", item.name));
                }
                Some(Asked::Name(name)) if effect == 0 && item.not && on_one(name) => {
                    errors.push(item.span, format!("`{}` is not among the calls named", item.name));
                }
                _ => {}
            }
        }
        chosen
    }

    /// The calls on one ABI, and how many each item put in or took away.
    fn on(&self, named: NamedAbi, asked: &[Option<Asked>], effects: &mut [usize]) -> Vec<Chosen> {
        let mut chosen: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        let items = || {
            self.items.iter().zip(asked).enumerate().filter_map(|(at, (item, asked))| Some((at, item, asked.as_ref()?)))
        };
        for (at, item, asked) in items().filter(|(_, item, _)| !item.not) {
            if let Asked::Name(name) = asked {
                if let Some(call) = named.abi.call(*name) {
                    chosen.entry(call.number).or_default().push(item.name.clone());
                    effects[at] += 1;
                }
            }
        }
        for (at, _, asked) in items().filter(|(_, item, _)| !item.not) {
            if let Asked::Classes(bits) = asked {
                for call in named.abi.calls().filter(|call| is_in(*call, *bits)) {
                    // A name that was written is the one to show.
                    chosen.entry(call.number).or_insert_with(|| vec![call.name().to_string()]);
                    effects[at] += 1;
                }
            }
        }
        // What two take away, both do.
        let mut gone = Vec::new();
        for (at, _, asked) in items().filter(|(_, item, _)| item.not) {
            let before = gone.len();
            match asked {
                Asked::Name(name) => gone.extend(named.abi.call(*name).map(|call| call.number)),
                Asked::Classes(bits) => {
                    gone.extend(named.abi.calls().filter(|call| is_in(*call, *bits)).map(|call| call.number));
                }
            }
            effects[at] += gone.iter().skip(before).filter(|number| chosen.contains_key(number)).count();
        }
        chosen.retain(|number, _| !gone.contains(number));
        chosen.into_iter().flat_map(|(number, names)| names.into_iter().map(move |name| (number, name))).collect()
    }

    /// The same call twice: by one name, or by two that are one number wherever there are any.
    fn check_twice(&self, asked: &[Option<Asked>], abis: &[NamedAbi], errors: &mut Errors) {
        let numbers = |name: Name| -> Vec<Option<u32>> {
            abis.iter().map(|named| named.abi.call(name).map(|call| call.number)).collect()
        };
        let mut seen: Vec<(&Item, Option<Vec<Option<u32>>>)> = Vec::new();
        for (item, asked) in self.items.iter().zip(asked) {
            let of = match asked {
                Some(Asked::Name(name)) => Some(numbers(*name)).filter(|of| of.iter().any(Option::is_some)),
                _ => None,
            };
            let same = seen.iter().find(|(other, its)| {
                (other.class == item.class && other.name == item.name) || (of.is_some() && *its == of)
            });
            match same {
                Some((other, _)) if other.name == item.name && other.not != item.not => {
                    errors.push(item.span, format!("`{}` is both named and taken away", shown(item)));
                }
                Some((other, _)) if other.name == item.name => {
                    errors.push(item.span, format!("`{}` is named twice", shown(item)));
                }
                Some((other, _)) => {
                    errors.push(item.span, format!("`{}` is the same call as `{}`", item.name, other.name));
                }
                None => seen.push((item, of)),
            }
        }
    }
}

fn shown(item: &Item) -> String {
    format!("{}{}", if item.class { "%" } else { "" }, item.name)
}

/// What an item asks for.
enum Asked {
    Name(Name),
    /// A bit a class; all of them for every call, of whatever class.
    Classes(u16),
}

const ALL: u16 = u16::MAX;

fn is_in(call: Call, bits: u16) -> bool {
    bits == ALL || call.classes() & bits != 0
}

impl Asked {
    fn of(item: &Item, catalogue: Catalogue, errors: &mut Errors) -> Option<Asked> {
        if !item.class {
            let name = catalogue.name(&item.name);
            if name.is_none() {
                check_name(&item.name, item.span, None, &[], catalogue, errors);
            }
            return name.map(Asked::Name);
        }
        if item.name == "all" {
            return Some(Asked::Classes(ALL));
        }
        let place = catalogue.classes().position(|class| class == item.name);
        if place.is_none() {
            let classes = || catalogue.classes().chain(["all"]);
            let near = hint(&item.name, classes());
            let rest = if near.is_empty() {
                let all: Vec<&str> = classes().collect();
                format!("; expected one of {}", listed(&all, "and"))
            } else {
                near
            };
            errors.push(item.span, format!("unknown class `{}`{rest}", item.name));
        }
        place.map(|place| Asked::Classes(1 << place))
    }
}

/// Says so where no ABI has a call of a name, or none of those at hand has. `name` is that of the catalogue, if it has it.
pub(crate) fn check_name(
    text: &str,
    at: Span,
    name: Option<Name>,
    abis: &[NamedAbi],
    catalogue: Catalogue,
    errors: &mut Errors,
) {
    let Some(name) = name else {
        let near = hint(text, abis.iter().flat_map(|named| named.abi.names()));
        let near = if near.is_empty() { hint(text, catalogue.names()) } else { near };
        errors.push(at, format!("no ABI has a call `{text}`{near}"));
        return;
    };
    if abis.is_empty() || abis.iter().any(|named| named.abi.call(name).is_some()) {
        return;
    }
    let whose: Vec<&str> = catalogue.abis().filter(|abi| abi.call(name).is_some()).map(|abi| abi.name).collect();
    let near = hint(text, abis.iter().flat_map(|named| named.abi.names()));
    let own: Vec<&str> = abis.iter().map(|named| named.abi.name).collect();
    let none = match own.as_slice() {
        [one] => format!("`{one}` has no call `{text}`"),
        _ => format!("none of {} has a call `{text}`", listed(&own, "and")),
    };
    errors.push(at, format!("{none}, which {}{near}", have(&whose)));
}

/// `` `alpha`, `arm` and 12 more ABIs have ``
fn have(abis: &[&str]) -> String {
    match abis {
        [one] => format!("`{one}` has"),
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("`{first}`, `{second}`, `{third}` and {} more ABIs have", rest.len())
        }
        all => format!("{} have", listed(all, "and")),
    }
}
