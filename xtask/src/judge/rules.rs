//! What each kind of change means to whom: the rules, as data, in the order in which reports tell them.
//!
//! A rule says what happened to what (`id`), how much it asks of programs and of those who watch them, why it matters,
//! and what to do. Seen from the other end each change is another one: its mirror.

use super::Level;
use crate::model::ChangeKind;

/// What a kind of change means.
#[derive(Debug)]
pub struct Rule {
    /// The kind that it is for.
    pub kind: ChangeKind,
    /// Its name in reports, fingerprints and JSON: `call-removed`.
    pub id: &'static str,
    /// How much it asks of programs; none: nothing.
    pub programs: Option<Level>,
    /// How much it asks of tracers, sandboxes and emulators; none: nothing.
    pub tracers: Option<Level>,
    /// The kind that it is seen from the other end.
    pub mirror: ChangeKind,
    /// What happened, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The rule for a kind of change.
pub fn rule(kind: ChangeKind) -> &'static Rule {
    // Every kind has one, which a test holds.
    RULES.iter().find(|rule| rule.kind == kind).unwrap_or(&RULES[0])
}

const BREAKING: Option<Level> = Some(Level::Breaking);
const REVIEW: Option<Level> = Some(Level::Review);
const COMPATIBLE: Option<Level> = Some(Level::Compatible);
const NOTE: Option<Level> = Some(Level::Note);

/// Every rule.
pub static RULES: &[Rule] = &[
    Rule {
        kind: ChangeKind::AbiEnded,
        id: "abi-ended",
        programs: BREAKING,
        tracers: NOTE,
        mirror: ChangeKind::AbiAdded,
        title: "an ABI ended",
        why: "no kernel runs programs of this ABI any more",
        advice: "programs stay with the older kernel or are built for another ABI; tables keep the ABI for older kernels",
    },
    Rule {
        kind: ChangeKind::AbiAdded,
        id: "abi-added",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::AbiEnded,
        title: "an ABI came",
        why: "a tracer that does not know it takes its calls for those of another ABI, or for none",
        advice: "add the ABI, or refuse programs whose AUDIT_ARCH is not known",
    },
    Rule {
        kind: ChangeKind::WayEnded,
        id: "way-ended",
        programs: BREAKING,
        tracers: NOTE,
        mirror: ChangeKind::WayAdded,
        title: "kernels of another ABI serve an ABI no more",
        why: "programs of this ABI do not start on a kernel whose native ABI is the other one",
        advice: "run them on a kernel whose native ABI it is, or build them for the other one",
    },
    Rule {
        kind: ChangeKind::WayAdded,
        id: "way-added",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::WayEnded,
        title: "kernels of another ABI serve one more",
        why: "a tracer on such a kernel meets programs of a second ABI, with numbers and words of its own",
        advice: "tell tasks apart by their AUDIT_ARCH, and take the table of each",
    },
    Rule {
        kind: ChangeKind::CallRemoved,
        id: "call-removed",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::CallAdded,
        title: "a call went, its number and all",
        why: "a program that makes it gets ENOSYS and does not compile any more; its function and its event are gone",
        advice: "programs need another call or a fallback; tracers attach only where it is there",
    },
    Rule {
        kind: ChangeKind::CallUnimplemented,
        id: "call-unimplemented",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::CallImplemented,
        title: "a call has no body any more",
        why: "the number is still named, but a program gets ENOSYS; a function that nothing else leads to is gone, and its \
              event with it",
        advice: "programs need another call or a fallback; tracers attach only where it is there",
    },
    Rule {
        kind: ChangeKind::CallRenumbered,
        id: "call-renumbered",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::CallRenumbered,
        title: "a call has another number",
        why: "a program built for one kernel makes another call on the other, or none",
        advice: "a released number must not move: undo it; else build programs and tables for each kernel",
    },
    Rule {
        kind: ChangeKind::NumberReused,
        id: "number-reused",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::NumberReused,
        title: "another call stands at the number of one that went",
        why: "a program built for one kernel makes a call that it does not mean on the other",
        advice: "a released number must not be used again: undo it; filters by number let the wrong call through",
    },
    Rule {
        kind: ChangeKind::CallRenamed,
        id: "call-renamed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::CallRenamed,
        title: "a call has another name",
        why: "binaries run on; source and rules that say the old name do not find it",
        advice: "know both names",
    },
    Rule {
        kind: ChangeKind::CallAdded,
        id: "call-added",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::CallRemoved,
        title: "a call came",
        why: "programs may use it on the newer kernel and need a fallback on the older one; a table made from the older \
              one does not know it, and a list of what is forbidden lets it through",
        advice: "regenerate tables; decide about it in every filter and decoder",
    },
    Rule {
        kind: ChangeKind::CallImplemented,
        id: "call-implemented",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::CallUnimplemented,
        title: "a number that led nowhere has a body",
        why: "programs may use it on the newer kernel; what watched calls could ignore it until now",
        advice: "regenerate tables; decide about it in every filter and decoder",
    },
    Rule {
        kind: ChangeKind::AliasRemoved,
        id: "alias-removed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::AliasAdded,
        title: "a call lost one of its names",
        why: "source and rules that say that name do not find the call; binaries run on",
        advice: "say the name that is left",
    },
    Rule {
        kind: ChangeKind::AliasAdded,
        id: "alias-added",
        programs: COMPATIBLE,
        tracers: NOTE,
        mirror: ChangeKind::AliasRemoved,
        title: "a call has a further name",
        why: "the ABI's header gives its number a second name",
        advice: "nothing; lookups by name take both",
    },
    Rule {
        kind: ChangeKind::NumberRemoved,
        id: "number-removed",
        programs: REVIEW,
        tracers: NOTE,
        mirror: ChangeKind::NumberAdded,
        title: "a number that led nowhere is named no more",
        why: "the call never worked there, but source that says its `__NR_` does not compile",
        advice: "ask `#ifdef` before the name is used",
    },
    Rule {
        kind: ChangeKind::NumberAdded,
        id: "number-added",
        programs: NOTE,
        tracers: NOTE,
        mirror: ChangeKind::NumberRemoved,
        title: "a number came that leads nowhere",
        why: "the header names the call, but on this ABI no kernel has a body for it",
        advice: "that `__NR_` is defined does not tell that the call is there",
    },
    Rule {
        kind: ChangeKind::AbsenceChanged,
        id: "absence-changed",
        programs: NOTE,
        tracers: NOTE,
        mirror: ChangeKind::AbsenceChanged,
        title: "a call is absent for another reason",
        why: "a program gets ENOSYS as before",
        advice: "nothing",
    },
    Rule {
        kind: ChangeKind::EntryChanged,
        id: "entry-changed",
        programs: REVIEW,
        tracers: BREAKING,
        mirror: ChangeKind::EntryChanged,
        title: "the table leads to another function",
        why: "the new function may take or do something else; a probe at the old one does not see the call",
        advice: "compare what the two functions do; attach by the symbol of each release",
    },
    Rule {
        kind: ChangeKind::ParamsReordered,
        id: "params-reordered",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::ParamsReordered,
        title: "parameters stand in another order",
        why: "a program built for one kernel passes each value as another on the other",
        advice: "a released order must not change: undo it; else decode by the prototype of each release",
    },
    Rule {
        kind: ChangeKind::ParamsReplaced,
        id: "params-replaced",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamsReplaced,
        title: "a call takes other parameters altogether",
        why: "no parameter is what it was; what programs pass may be taken for something else",
        advice: "compare what the two functions do; decode by the prototype of each release",
    },
    Rule {
        kind: ChangeKind::ParamRemoved,
        id: "param-removed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamAdded,
        title: "a parameter went",
        why: "the kernel does not read the word any more; who reads it of an event or a probe finds nothing",
        advice: "decode by the prototype of each release",
    },
    Rule {
        kind: ChangeKind::ParamAdded,
        id: "param-added",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamRemoved,
        title: "a parameter came",
        why: "the kernel reads a word that older programs leave as it is; decoders made before do not show it",
        advice: "see that something the older programs do pass keeps the word unread; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamNarrowed,
        id: "param-narrowed",
        programs: BREAKING,
        tracers: REVIEW,
        mirror: ChangeKind::ParamWidened,
        title: "fewer bits of a parameter count",
        why: "values that a program passes are cut off",
        advice: "see whether any value that is in use needs the bits that were lost",
    },
    Rule {
        kind: ChangeKind::ParamWidened,
        id: "param-widened",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamNarrowed,
        title: "more bits of a parameter count",
        why: "bits that older programs leave as they are now mean something",
        advice: "see that older programs extend the value as the ABI says; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamSignChanged,
        id: "param-sign-changed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamSignChanged,
        title: "a parameter has another sign",
        why: "the same bits are another value: -1 becomes a large number or the other way round",
        advice: "see how the kernel compares the value; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamBecamePointer,
        id: "param-became-pointer",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamBecameInteger,
        title: "a number is declared as a pointer now",
        why: "often only the declaration became more honest; else the kernel reads memory where it took a value",
        advice: "see whether the function read memory there before; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamBecameInteger,
        id: "param-became-integer",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ParamBecamePointer,
        title: "a pointer is declared as a number now",
        why: "often only the declaration became less honest; else the kernel takes a value where it read memory",
        advice: "see whether the function still reads memory there; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::PointeeChanged,
        id: "pointee-changed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::PointeeChanged,
        title: "a pointer leads to another type",
        why: "what the kernel reads or writes there may have another layout",
        advice: "compare the two types; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::WordsChanged,
        id: "words-changed",
        programs: BREAKING,
        tracers: BREAKING,
        mirror: ChangeKind::WordsChanged,
        title: "a parameter stands in other words",
        why: "a program built for one kernel passes it where the other does not look",
        advice: "released words must not move: undo it; else decode by the words of each release",
    },
    Rule {
        kind: ChangeKind::ParamRetyped,
        id: "param-retyped",
        programs: COMPATIBLE,
        tracers: NOTE,
        mirror: ChangeKind::ParamRetyped,
        title: "a parameter has another C type of the same width and sign",
        why: "the bits are the same; the name of the type may tell more or less of what they mean",
        advice: "nothing; decoders that go by the type's name are regenerated",
    },
    Rule {
        kind: ChangeKind::ParamSplit,
        id: "param-split",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::ParamJoined,
        title: "a 64-bit value is taken in two halves",
        why: "programs pass it as before; events and probes show two parameters where there was one",
        advice: "put the halves together as their order says; regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamJoined,
        id: "param-joined",
        programs: COMPATIBLE,
        tracers: REVIEW,
        mirror: ChangeKind::ParamSplit,
        title: "a 64-bit value is taken whole",
        why: "programs pass it as before; events and probes show one parameter where there were two halves",
        advice: "regenerate decoders",
    },
    Rule {
        kind: ChangeKind::ParamRenamed,
        id: "param-renamed",
        programs: None,
        tracers: REVIEW,
        mirror: ChangeKind::ParamRenamed,
        title: "a parameter has another name",
        why: "fields of events and of generated decoders have its name",
        advice: "look parameters up by place, or by both names",
    },
    Rule {
        kind: ChangeKind::PaddingRemoved,
        id: "padding-removed",
        programs: None,
        tracers: NOTE,
        mirror: ChangeKind::PaddingAdded,
        title: "a parameter that nobody read went",
        why: "it only kept a word free; a value that moves with it is a finding of its own",
        advice: "count parameters by their words, not by their place in the list",
    },
    Rule {
        kind: ChangeKind::PaddingAdded,
        id: "padding-added",
        programs: None,
        tracers: NOTE,
        mirror: ChangeKind::PaddingRemoved,
        title: "a parameter came that nobody reads",
        why: "it only keeps a word free; a value that moves with it is a finding of its own",
        advice: "count parameters by their words, not by their place in the list",
    },
    Rule {
        kind: ChangeKind::ConstRemoved,
        id: "const-removed",
        programs: NOTE,
        tracers: NOTE,
        mirror: ChangeKind::ConstAdded,
        title: "a pointer lost its `const`",
        why: "the declaration does not promise any more that the kernel leaves what is there as it is",
        advice: "see whether the kernel writes there; then the parameter is also an output",
    },
    Rule {
        kind: ChangeKind::ConstAdded,
        id: "const-added",
        programs: NOTE,
        tracers: NOTE,
        mirror: ChangeKind::ConstRemoved,
        title: "a pointer gained `const`",
        why: "the declaration promises that the kernel leaves what is there as it is",
        advice: "nothing; the parameter is an input only",
    },
    Rule {
        kind: ChangeKind::ConfigNarrowed,
        id: "config-narrowed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ConfigWidened,
        title: "fewer configurations build a call",
        why: "on a kernel without the option programs get ENOSYS, and there is no function or event to attach to",
        advice: "set the option where programs need the call; tracers take its absence for possible",
    },
    Rule {
        kind: ChangeKind::ConfigChanged,
        id: "config-changed",
        programs: REVIEW,
        tracers: REVIEW,
        mirror: ChangeKind::ConfigChanged,
        title: "other configurations build a call",
        why: "the two conditions ask for different options: kernels may lose the call or gain it",
        advice: "check the options of the kernels that you build",
    },
    Rule {
        kind: ChangeKind::ConfigWidened,
        id: "config-widened",
        programs: COMPATIBLE,
        tracers: NOTE,
        mirror: ChangeKind::ConfigNarrowed,
        title: "more configurations build a call",
        why: "kernels have it that were built without before",
        advice: "nothing; a fallback stays for older kernels",
    },
    Rule {
        kind: ChangeKind::SymbolRenamed,
        id: "symbol-renamed",
        programs: None,
        tracers: BREAKING,
        mirror: ChangeKind::SymbolRenamed,
        title: "the functions of calls have another symbol",
        why: "a probe that names the old symbol fails to attach",
        advice: "choose the symbol by release, or try both",
    },
    Rule {
        kind: ChangeKind::EntryTakesRegisters,
        id: "entry-takes-registers",
        programs: None,
        tracers: BREAKING,
        mirror: ChangeKind::EntryTakesArguments,
        title: "the functions of calls take registers in place of arguments",
        why: "a probe at the function finds a pointer to `struct pt_regs` where the first argument stood",
        advice: "read the words from behind that pointer, or probe a companion that takes arguments",
    },
    Rule {
        kind: ChangeKind::EntryTakesArguments,
        id: "entry-takes-arguments",
        programs: None,
        tracers: BREAKING,
        mirror: ChangeKind::EntryTakesRegisters,
        title: "the functions of calls take arguments in place of registers",
        why: "a probe at the function finds the first argument where a pointer to `struct pt_regs` stood",
        advice: "read the arguments as the function takes them",
    },
    Rule {
        kind: ChangeKind::EventRemoved,
        id: "event-removed",
        programs: None,
        tracers: BREAKING,
        mirror: ChangeKind::EventAdded,
        title: "calls lost their events",
        why: "`sys_enter_*` and `sys_exit_*` of these calls are not there to attach to",
        advice: "use `raw_syscalls`, or a probe at the function",
    },
    Rule {
        kind: ChangeKind::EventRenamed,
        id: "event-renamed",
        programs: None,
        tracers: BREAKING,
        mirror: ChangeKind::EventRenamed,
        title: "a call has another event",
        why: "who attaches to the old event fails or misses the call",
        advice: "choose the event by release, or try both",
    },
    Rule {
        kind: ChangeKind::EventAdded,
        id: "event-added",
        programs: None,
        tracers: COMPATIBLE,
        mirror: ChangeKind::EventRemoved,
        title: "calls gained events",
        why: "`sys_enter_*` and `sys_exit_*` of these calls can be attached to on the newer kernel",
        advice: "nothing; a probe at the function serves both",
    },
    Rule {
        kind: ChangeKind::CompanionRemoved,
        id: "companion-removed",
        programs: None,
        tracers: REVIEW,
        mirror: ChangeKind::CompanionAdded,
        title: "functions beside the entries went",
        why: "a probe at them fails to attach",
        advice: "probe the entry, or the companion that is left",
    },
    Rule {
        kind: ChangeKind::CompanionRenamed,
        id: "companion-renamed",
        programs: None,
        tracers: REVIEW,
        mirror: ChangeKind::CompanionRenamed,
        title: "functions beside the entries have other names",
        why: "a probe that names the old one fails to attach",
        advice: "choose the name by release, or try both",
    },
    Rule {
        kind: ChangeKind::CompanionHidden,
        id: "companion-hidden",
        programs: None,
        tracers: REVIEW,
        mirror: ChangeKind::CompanionExposed,
        title: "functions beside the entries are less sure to be there",
        why: "the compiler may inline what is `static`, and the kernel lets nobody trace what is `inline`",
        advice: "probe the entry, or look for the function in kallsyms first",
    },
    Rule {
        kind: ChangeKind::CompanionExposed,
        id: "companion-exposed",
        programs: None,
        tracers: NOTE,
        mirror: ChangeKind::CompanionHidden,
        title: "functions beside the entries are surer to be there",
        why: "what was inlined or not traced before can be probed",
        advice: "nothing; what worked with the older kernel works",
    },
    Rule {
        kind: ChangeKind::CompanionAdded,
        id: "companion-added",
        programs: None,
        tracers: NOTE,
        mirror: ChangeKind::CompanionRemoved,
        title: "there are further functions beside the entries",
        why: "they take plain arguments where the entry takes registers",
        advice: "nothing; what worked with the older kernel works",
    },
    Rule {
        kind: ChangeKind::DefinitionChanged,
        id: "definition-changed",
        programs: None,
        tracers: REVIEW,
        mirror: ChangeKind::DefinitionChanged,
        title: "the entry is made in another way",
        why: "a plain function takes its arguments as they are and has no companions; what `SYSCALL_DEFINE` makes may take \
              registers, and has both companions and an event",
        advice: "read the arguments as that release passes them",
    },
    Rule {
        kind: ChangeKind::DefinitionMoved,
        id: "definition-moved",
        programs: None,
        tracers: NOTE,
        mirror: ChangeKind::DefinitionMoved,
        title: "the definition stands in another file",
        why: "probes by file and line, and patches, look for it in the old place",
        advice: "nothing, where it is found by its symbol",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_one_rule_and_every_rule_a_mirror() {
        let mut ids = BTreeSet::new();
        for one in RULES {
            assert!(ids.insert(one.id), "{} stands twice", one.id);
            assert!(std::ptr::eq(rule(one.kind), one), "{}: its kind has another rule", one.id);
            let mirror = rule(one.mirror);
            assert_eq!(mirror.mirror, one.kind, "{} and {} do not mirror each other", one.id, mirror.id);
            assert!(one.programs.is_some() || one.tracers.is_some(), "{} concerns nobody", one.id);
        }
        // The kinds are numbered without gaps, so that the last one tells how many there are.
        let kinds: BTreeSet<usize> = RULES.iter().map(|rule| rule.kind as usize).collect();
        let last = ChangeKind::EventRenamed as usize;
        assert_eq!(kinds, (0..=last).collect());
    }

    #[test]
    fn an_id_names_the_thing_and_what_happened() {
        for rule in RULES {
            let kind: String = format!("{:?}", rule.kind)
                .chars()
                .flat_map(|c| c.is_uppercase().then_some('-').into_iter().chain(c.to_lowercase()))
                .collect();
            assert_eq!(kind.trim_start_matches('-'), rule.id);
        }
    }
}
