//! The top `Makefile`: which release this is.

use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::Release;

/// Reads `VERSION`, `PATCHLEVEL`, `SUBLEVEL` and `EXTRAVERSION` off the head of the top `Makefile`.
pub fn release(path: &str, text: &str) -> Result<Release> {
    let value = |name: &str| {
        text.lines().take(40).find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_string())
        })
    };
    let number = |name: &str| value(name).and_then(|value| value.parse::<u32>().ok());
    let (Some(major), Some(minor)) = (number("VERSION"), number("PATCHLEVEL")) else {
        return Err(Box::new(
            Diagnostic::error("no-version", "this `Makefile` says no `VERSION` and `PATCHLEVEL`")
                .at(Label::file(path))
                .help("is this the top folder of a kernel?"),
        ));
    };
    let sublevel = number("SUBLEVEL").map_or(String::new(), |sublevel| format!(".{sublevel}"));
    let extra = value("EXTRAVERSION").unwrap_or_default();
    Ok(Release { major, minor, version: format!("{major}.{minor}{sublevel}{extra}"), at_hand: None })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_head_of_the_makefile_names_the_release() {
        let text = "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 107\nEXTRAVERSION =\nNAME = x\n";
        let release = super::release("Makefile", text).unwrap();
        assert_eq!((release.kernel().as_str(), release.version.as_str()), ("6.12", "6.12.107"));
        let next = super::release("Makefile", "VERSION = 7\nPATCHLEVEL = 4\nSUBLEVEL = 0\nEXTRAVERSION = -rc2\n");
        assert_eq!(next.unwrap().version, "7.4.0-rc2");
        assert!(super::release("Makefile", "all:\n").is_err());
    }
}
