//! Where things are, and cargo as a child process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the repository: the manifest of this package is two levels below it.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// The cargo that started us, working in the root of the repository, without a terminal to ask questions on.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    forget_our_own_package(&mut command);
    command
}

/// `cargo run` tells us which package we are. Told on, that would make cargo build some things twice.
fn forget_our_own_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_about_our_own_package) {
            command.env_remove(name);
        }
    }
}

fn is_about_our_own_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
        .iter()
        .any(|start| variable.starts_with(start))
        || variable == "CARGO_PRIMARY_PACKAGE"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(text.contains("[workspace]"));
    }

    #[test]
    fn a_child_is_not_told_which_package_started_it() {
        assert!(is_about_our_own_package("CARGO_PKG_NAME"));
        assert!(is_about_our_own_package("CARGO_MANIFEST_DIR"));
        assert!(!is_about_our_own_package("CARGO_HOME"));
        assert!(!is_about_our_own_package("CARGO_TARGET_DIR"));
    }
}
