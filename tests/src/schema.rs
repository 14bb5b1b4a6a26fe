//! The schemas of `xtask/schema/`: which documents pass, which do not, and whether a schema says all that it should.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;

use crate::fixture::root;

/// A schema, ready to hold documents against.
pub struct Schema {
    name: String,
    /// Its own text.
    pub text: Value,
    validator: Validator,
}

/// What is done to a document, and how.
pub type Mangling<'a> = (&'a str, &'a dyn Fn(&mut Value));

impl Schema {
    /// The one of that name, which has to be a schema.
    pub fn open(name: &str) -> Schema {
        let path = root().join(format!("xtask/schema/{name}.schema.json"));
        let text = std::fs::read_to_string(path).unwrap_or_else(|cause| panic!("{name}: {cause}"));
        let text: Value = serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{name}: {cause}"));
        assert!(jsonschema::draft202012::meta::is_valid(&text), "{name}");
        let validator = jsonschema::draft202012::new(&text).unwrap_or_else(|cause| panic!("{name}: {cause}"));
        Schema { name: name.to_string(), text, validator }
    }

    /// A document has the stated shape.
    #[track_caller]
    pub fn passes(&self, document: &Value, what: &str) {
        let errors = self.validator.iter_errors(document).take(5);
        let errors: Vec<String> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}");
    }

    /// A document that passes does not once it is mangled.
    #[track_caller]
    pub fn fails(&self, document: &Value, manglings: &[Mangling]) {
        self.passes(document, "before");
        for (what, mangle) in manglings {
            let mut mangled = document.clone();
            mangle(&mut mangled);
            assert!(mangled != *document, "{what} changes nothing");
            assert!(!self.validator.is_valid(&mangled), "{what} passes");
        }
    }

    /// Every object is closed, no field may be left out, and each has a meaning.
    #[track_caller]
    pub fn is_strict_and_says_what_every_field_means(&self, objects_at_least: usize) {
        self.is_strict_but_for(&[], objects_at_least);
    }

    /// The same, but that these fields may be left out.
    #[track_caller]
    pub fn is_strict_but_for(&self, optional: &[&str], objects_at_least: usize) {
        let Schema { name, text, .. } = self;
        assert_eq!(text["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let (mut objects, mut left_out) = (0, BTreeSet::new());
        walk(text, &mut |part| {
            let Some(properties) = part.get("properties").and_then(Value::as_object) else { return };
            objects += 1;
            assert_eq!(part["additionalProperties"], false, "{name}: {part}");
            let required = part["required"].as_array().expect("there is a list of fields that have to be there");
            for (field, about) in properties {
                if !required.iter().any(|required| required == field) {
                    assert!(optional.contains(&field.as_str()), "{name}: `{field}` may be left out");
                    left_out.insert(field.as_str());
                }
                let meaning = match about.get("$ref").and_then(Value::as_str) {
                    Some(to) => text.pointer(&to[1..]).and_then(|to| to.get("description")),
                    None => about.get("description"),
                };
                let meaning = meaning.and_then(Value::as_str);
                assert!(meaning.is_some_and(|text| text.len() > 8), "{name}: what is `{field}`?");
            }
        });
        assert!(objects >= objects_at_least, "{name}: {objects}");
        assert_eq!(left_out, optional.iter().copied().collect(), "{name}: fields that may be left out");
    }
}

fn walk<'a>(part: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(part);
    match part {
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

/// Takes a field out of an object.
#[track_caller]
pub fn remove(object: &mut Value, field: &str) {
    let removed = object.as_object_mut().and_then(|fields| fields.remove(field));
    assert!(removed.is_some(), "{field}");
}
