//! The public API of each library, as a committed listing. A change to it shows up in review, on purpose or not.
//!
//! `cargo xtask public-api --write` writes the listings anew.

use crate::sources;
use cargo_metadata::Metadata;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The libraries with a listing. A listing is `tests/public-api/<name>.txt`.
const LISTED: &[&str] = &[
    "mynumber",
    "mynumber-apdu",
    "mynumber-applet",
    "mynumber-crypto",
    "mynumber-driver",
    "mynumber-issuance",
    "mynumber-transport",
    "mynumber-virtual-card",
];

/// Set by `cargo xtask public-api --write`, which knows the same name.
const WRITE: &str = "MYNUMBER_WRITE_PUBLIC_API";

fn listing(name: &str) -> PathBuf {
    sources::root().join("tests/public-api").join(format!("{name}.txt"))
}

/// The public API, an item a line. Blanket and auto trait implementations say nothing new and are left out.
fn public_api(metadata: &Metadata, name: &str) -> String {
    let target = metadata.target_directory.as_std_path();
    rustdoc_json(target, name);
    let json = target.join("doc").join(format!("{}.json", name.replace('-', "_")));
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .unwrap_or_else(|error| panic!("{error}\nrustdoc's JSON changes between releases of Rust; the listings are made with the release that is `rust-version` in Cargo.toml"));
    api.items().map(|item| format!("{item}\n")).collect()
}

/// rustdoc writes JSON only when it is told to act as a nightly one. Telling cargo would make it build every
/// dependency again, so a wrapper tells rustdoc alone.
fn rustdoc_json(target: &Path, name: &str) {
    let wrapper = target.join("rustdoc-with-json.sh");
    fs::write(&wrapper, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n").unwrap();
    make_executable(&wrapper);
    let output = Command::new(env!("CARGO"))
        .current_dir(sources::root())
        .env("RUSTDOC", &wrapper)
        .args(["rustdoc", "--quiet", "--package", name, "--lib", "--all-features"])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}

/// What went and what came, or nothing when both are the same set of lines.
fn difference(old: &str, new: &str) -> Vec<String> {
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (old.lines().collect(), new.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    let come = new.difference(&old).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

#[test]
fn the_public_api_is_the_one_that_is_listed() {
    let metadata = sources::members();
    let write = std::env::var_os(WRITE).is_some();
    let mut changes = Vec::new();
    for name in LISTED {
        let current = public_api(&metadata, name);
        if write {
            fs::write(listing(name), &current).unwrap();
        }
        changes.extend(difference(&fs::read_to_string(listing(name)).unwrap_or_default(), &current));
    }
    sources::none(&changes, "the public API has changed; `cargo xtask public-api --write` accepts it");
    let expected: BTreeSet<PathBuf> = LISTED.iter().map(|name| listing(name)).collect();
    let folder = sources::root().join("tests/public-api");
    let found: BTreeSet<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(found, expected, "a listing without its library");
}

#[test]
fn a_changed_item_is_shown_as_gone_and_come() {
    assert_eq!(
        difference("pub fn a()\npub fn b()\n", "pub fn b()\npub fn c()\n"),
        ["- pub fn a()", "+ pub fn c()"]
    );
    assert!(difference("x\n", "x\n").is_empty());
}
