//! `linux/version.h`, as it is installed with a kernel's headers: which release they are of.

use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{AtHand, Release};

/// Reads the release off the header's macros. The parts stand by themselves since 5.13; `LINUX_VERSION_CODE` holds them
/// all, the last one up to 255.
pub fn version_header(path: &str, text: &str) -> Result<Release> {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let is_it = words.next() == Some("#define") && words.next() == Some(name);
            words.next().filter(|_| is_it)?.parse::<u32>().ok()
        })
    };
    let code = value("LINUX_VERSION_CODE").map(|code| (code >> 16, code >> 8 & 0xff, code & 0xff));
    let parts =
        value("LINUX_VERSION_MAJOR").zip(value("LINUX_VERSION_PATCHLEVEL")).zip(value("LINUX_VERSION_SUBLEVEL"));
    let parts = parts.map(|((major, minor), sublevel)| (major, minor, sublevel));
    let (major, minor, sublevel) = parts.or(code).ok_or_else(|| {
        Box::new(
            Diagnostic::error("no-version", "this header says no `LINUX_VERSION_CODE`")
                .at(Label::file(path))
                .help("`make headers_install` writes one that does"),
        )
    })?;
    Ok(Release { major, minor, version: format!("{major}.{minor}.{sublevel}"), at_hand: Some(AtHand::Headers) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macros_name_the_release() {
        let release = |text| super::version_header("linux/version.h", text).map(|release| release.version);
        assert_eq!(release("#define LINUX_VERSION_CODE 330495\n").unwrap(), "5.10.255");
        let parts = "#define LINUX_VERSION_CODE 393727\r\n#define LINUX_VERSION_MAJOR 6\r\n\
                     #define LINUX_VERSION_PATCHLEVEL 1\r\n#define LINUX_VERSION_SUBLEVEL 300\r\n";
        assert_eq!(release(parts).unwrap(), "6.1.300");
        for text in ["", "#define LINUX_VERSION_CODE x\n", "#define LINUX_VERSION_CODE", "\u{0}\u{fffd}"] {
            assert_eq!(release(text).unwrap_err().code, "no-version", "{text:?}");
        }
    }
}
