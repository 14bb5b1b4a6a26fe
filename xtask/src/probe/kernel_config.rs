//! The configuration of a kernel: `.config`, `/boot/config-*`, `/proc/config.gz`.

use rustc_hash::FxHashSet;

use super::text::{Form, empty, lines};
use crate::diagnostic::{Result, Sink};

/// Which options a kernel was built with.
#[derive(Clone, Debug, Default)]
pub struct KernelConfig {
    set: FxHashSet<String>,
    /// The release that its head names: `6.12.107`.
    release: Option<String>,
}

const FORM: Form = Form {
    code: "not-config",
    line: "line of a configuration: `CONFIG_X=y`, or a comment",
    from: "such files are /proc/config.gz, /boot/config-* and the .config of a build, also as a gzip",
};

/// Reads a configuration.
pub fn kernel_config(path: &str, bytes: &[u8], sink: &Sink) -> Result<KernelConfig> {
    let (mut config, mut told) = (KernelConfig::default(), 0);
    lines(&FORM, path, bytes, sink, |line| {
        if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim();
            told += usize::from(comment.starts_with("CONFIG_") && comment.ends_with(" is not set"));
            // `Linux/x86 6.12.107 Kernel Configuration`
            if let Some(head) =
                comment.strip_prefix("Linux/").and_then(|rest| rest.strip_suffix(" Kernel Configuration"))
            {
                config.release = head.split_once(' ').map(|(_, release)| release.to_string());
            }
            return true;
        }
        let Some((option, value)) = line.split_once('=') else { return false };
        let is_option = option.strip_prefix("CONFIG_").is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        told += 1;
        if is_option && value != "n" {
            config.set.insert(option.to_string());
        }
        is_option
    })?;
    if told == 0 { Err(empty(&FORM, path)) } else { Ok(config) }
}

impl KernelConfig {
    /// Whether an option is set, as a part of the kernel or as a module. What is not there is not.
    pub fn is_set(&self, option: &str) -> bool {
        self.set.contains(option)
    }

    /// The release that its head names.
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_the_release() {
        let sink = Sink::new();
        let text = b"#\n# Linux/arm64 6.12.107 Kernel Configuration\n#\nCONFIG_BPF=y\r\n# CONFIG_AIO is not set\n\
                     CONFIG_CC=\"gcc = 12\"\nCONFIG_M=m\nCONFIG_HZ=250\n";
        let config = kernel_config("c", text, &sink).unwrap();
        assert_eq!(config.release(), Some("6.12.107"));
        assert!(config.is_set("CONFIG_BPF") && config.is_set("CONFIG_M") && config.is_set("CONFIG_HZ"));
        assert!(!config.is_set("CONFIG_AIO") && !config.is_set("CONFIG_OTHER"));
        for text in [&b"BPF=y\n"[..], b"CONFIG_=y\n", b"CONFIG_A B=y\n", b"hello\n", b"# a comment\n", b"", b"\0\0\n"] {
            assert_eq!(kernel_config("c", text, &sink).unwrap_err().code, "not-config", "{text:?}");
        }
    }
}
