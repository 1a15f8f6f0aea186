//! Who may name whom. Host and card meet only as bytes: were one to name the other, a mistake that both share would
//! pass every test, and the host's binary would carry a simulator. Reading is not trusting, so the driver does not
//! name the verifier. A new edge is the rarest kind of change and is made here, in the open.
//!
//! Dependencies of every kind count, development and build included: a test that needs both sides belongs in
//! `tests`, which may name all.

use crate::sources;
use std::collections::BTreeSet;

/// The rooms with walls: each row names a package and the packages of ours that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("mynumber-apdu", &[]),
    ("mynumber-applet", &["mynumber-apdu"]),
    ("mynumber-crypto", &["mynumber-apdu"]),
    ("mynumber-transport", &["mynumber-apdu"]),
    ("mynumber-driver", &["mynumber-apdu", "mynumber-applet", "mynumber-transport"]),
    ("mynumber-virtual-card", &["mynumber-apdu", "mynumber-applet"]),
    (
        "mynumber-issuance",
        &[
            "mynumber-apdu",
            "mynumber-applet",
            "mynumber-crypto",
            "mynumber-transport",
            "mynumber-driver",
            "mynumber-virtual-card",
        ],
    ),
    ("xtask", &[]),
];

/// Who may name every room above and the facade, and what more each may name.
const ABOVE: &[(&str, &[&str])] = &[
    ("mynumber", &[]),
    // The tests of the command run it against the service that testkit starts.
    ("mynumber-cli", &["mynumber", "testkit"]),
    ("testkit", &["mynumber"]),
    ("examples", &["mynumber"]),
    ("benches", &["mynumber", "testkit"]),
];

/// Packages of others that only some of ours may name.
const RESERVED: &[(&str, &[&str])] = &[
    // PC/SC types elsewhere would make tests need hardware.
    ("pcsc", &["mynumber-transport", "testkit", "benches"]),
    // Arguments, prompts and progress belong to the command.
    ("clap", &["mynumber-cli"]),
    ("rpassword", &["mynumber-cli", "examples"]),
    ("indicatif", &["mynumber-cli"]),
    // Randomness is an argument to the core, the transport and the driver.
    (
        "getrandom",
        &[
            "mynumber-virtual-card",
            "mynumber-issuance",
            "mynumber",
            "mynumber-cli",
            "testkit",
            "examples",
            "benches",
        ],
    ),
];

/// One package names another in its manifest.
struct Edge {
    from: String,
    to: String,
    kind: String,
}

fn edges() -> Vec<Edge> {
    let metadata = sources::members();
    let mut edges = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                kind: dependency.kind.to_string(),
            });
        }
    }
    edges
}

fn is_ours(name: &str) -> bool {
    ROOMS.iter().chain(ABOVE).any(|(ours, _)| *ours == name)
}

fn may_name(from: &str, to: &str) -> bool {
    let listed = |table: &[(&str, &[&str])]| {
        table.iter().find(|(name, _)| *name == from).is_some_and(|(_, targets)| targets.contains(&to))
    };
    let is_above = ABOVE.iter().any(|(name, _)| *name == from);
    let is_room = to != "xtask" && ROOMS.iter().any(|(name, _)| *name == to);
    listed(ROOMS) || listed(ABOVE) || (is_above && is_room)
}

fn may_name_of_others(from: &str, to: &str) -> bool {
    RESERVED.iter().all(|(name, allowed)| *name != to || allowed.contains(&from))
}

#[test]
fn a_package_names_only_those_it_may_name() {
    let wrong: Vec<String> = edges()
        .into_iter()
        .filter(|edge| {
            if is_ours(&edge.to) {
                !may_name(&edge.from, &edge.to)
            } else {
                !may_name_of_others(&edge.from, &edge.to)
            }
        })
        .map(|edge| format!("{} names {} ({} dependency)", edge.from, edge.to, edge.kind))
        .collect();
    sources::none(&wrong, "who may name whom is written in tests/tests/workspace/edges.rs");
}

#[test]
fn every_member_of_the_workspace_has_its_row() {
    let rows: BTreeSet<String> = ROOMS.iter().chain(ABOVE).map(|(name, _)| (*name).to_owned()).collect();
    let members: BTreeSet<String> =
        sources::members().workspace_packages().iter().map(|package| package.name.to_string()).collect();
    assert_eq!(members, rows);
}

#[test]
fn a_package_is_named_after_its_folder() {
    let wrong: Vec<String> = sources::members()
        .workspace_packages()
        .iter()
        .filter_map(|package| {
            let folder = package.manifest_path.parent()?;
            let expected = folder.file_name()?;
            let name = package.name.strip_prefix("mynumber-").unwrap_or(&package.name);
            (folder.parent()?.ends_with("crates") && name != expected)
                .then(|| format!("{} lives in crates/{expected}", package.name))
        })
        .collect();
    sources::none(&wrong, "the folder's name is the package's name less `mynumber-`");
}

#[test]
fn host_and_card_may_not_name_each_other() {
    assert!(!may_name("mynumber-driver", "mynumber-virtual-card"));
    assert!(!may_name("mynumber-virtual-card", "mynumber-driver"));
    assert!(!may_name("mynumber-virtual-card", "mynumber-transport"));
    assert!(!may_name("mynumber-transport", "mynumber-virtual-card"));
    assert!(!may_name("mynumber-driver", "mynumber-crypto"));
}

#[test]
fn the_table_is_read_row_by_row() {
    assert!(may_name("mynumber-driver", "mynumber-transport"));
    assert!(may_name("mynumber-cli", "mynumber-virtual-card"));
    assert!(may_name("mynumber-cli", "mynumber"));
    assert!(!may_name("mynumber", "mynumber-cli"));
    assert!(!may_name("mynumber-driver", "mynumber"));
    assert!(!may_name("testkit", "xtask"));
    assert!(!may_name("mynumber-driver", "testkit"));
    assert!(!may_name_of_others("mynumber-driver", "pcsc"));
    assert!(may_name_of_others("mynumber-transport", "pcsc"));
    assert!(may_name_of_others("mynumber-driver", "thiserror"));
}
