//! `export`: everything about a release as JSON, for other languages.

use clap::Args;

use super::{Global, Outcome, input, output};
use crate::contract;
use crate::diagnostic::{Result, Sink};

/// Prints everything about a release as JSON
#[derive(Args)]
#[command(after_help = "\
The shape is stated by xtask/schema/export.schema.json.

Examples:
  cargo xtask export --kernel 6.12 > linux-6.12.json
  cargo xtask export --abi aarch64 | jq '.abis[0].syscalls[] | select(.implemented | not) | .name'
  cargo xtask export --abi mips_o32 | jq '.abis[0].structs[\"stat64\"].size'")]
pub(super) struct Export {
    /// A release in data/linux/, or any SRC [default: the newest release held]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    /// One ABI, by name or alias [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
}

impl Export {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let (loaded, headers) = input::kernel_with_headers(&data, self.kernel.as_deref(), sink)?;
        let abis = loaded.abis(&data, self.abi.as_deref())?;
        if sink.errors() == 0 {
            output::json(&contract::Export::new(&loaded.release, &abis, &headers, &data.abis))?;
        }
        Ok(Outcome::Clean)
    }
}
