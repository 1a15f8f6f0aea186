//! What the manifests have to say: lints inherited, dependencies declared once in the root with a reason, release
//! candidates pinned.

use crate::sources::{self, Source};
use toml::{Table, Value};

const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

fn root_manifest() -> String {
    std::fs::read_to_string(sources::root().join("Cargo.toml")).unwrap()
}

/// The manifests of the members, parsed.
fn member_manifests() -> Vec<(String, Table)> {
    let is_member = |source: &Source| {
        source.path.ends_with("/Cargo.toml")
            && !source.path.starts_with("fuzz/")
            && source.text.contains("[package]")
    };
    let manifests = sources::all().into_iter().filter(is_member);
    manifests.map(|source| (source.path, source.text.parse().unwrap())).collect()
}

/// The dependency tables of a manifest, those for one platform included.
fn dependency_tables(manifest: &Table) -> Vec<&Table> {
    let mut places = vec![manifest];
    if let Some(Value::Table(platforms)) = manifest.get("target") {
        places.extend(platforms.values().filter_map(Value::as_table));
    }
    let tables = places.iter().flat_map(|place| DEPENDENCY_TABLES.iter().filter_map(|name| place.get(*name)));
    tables.filter_map(Value::as_table).collect()
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[test]
fn every_member_inherits_the_lints() {
    let manifests = member_manifests();
    assert!(manifests.len() >= 10, "the members were not found");
    let wrong: Vec<String> = manifests
        .iter()
        .filter(|(_, manifest)| !manifest.get("lints").is_some_and(inherits))
        .map(|(path, _)| path.clone())
        .collect();
    sources::none(&wrong, "each manifest says `[lints] workspace = true`");
}

#[test]
fn unsafe_code_is_forbidden_in_the_workspace() {
    let manifest: Table = root_manifest().parse().unwrap();
    let lint = manifest.get("workspace").and_then(|part| part.get("lints")?.get("rust")?.get("unsafe_code"));
    assert_eq!(lint.and_then(Value::as_str), Some("forbid"));
}

#[test]
fn every_dependency_is_declared_in_the_root() {
    let mut wrong = Vec::new();
    for (path, manifest) in member_manifests() {
        for table in dependency_tables(&manifest) {
            let own = table.iter().filter(|(_, value)| !inherits(value));
            wrong.extend(own.map(|(name, _)| format!("{path}: {name}")));
        }
    }
    sources::none(
        &wrong,
        "members write `name.workspace = true`; version and reason stand in the root manifest",
    );
}

/// The entries of `[workspace.dependencies]` that have no comment line of their own right above them. Packages of
/// this workspace need none.
fn without_reason(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    let mut wrong = Vec::new();
    let mut explained = false;
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let is_entry = line.starts_with(|first: char| first.is_ascii_alphanumeric());
        if is_entry && !explained && !line.contains("path = ") {
            wrong.push(line.to_owned());
        }
        // A line like `# --- headline` is about a group.
        explained = line.starts_with('#') && !line.starts_with("# ---");
    }
    wrong
}

#[test]
fn every_dependency_says_why_it_is_there() {
    sources::none(
        &without_reason(&root_manifest()),
        "a comment line above each entry says why it earns its place",
    );
}

#[test]
fn an_entry_without_its_own_comment_is_found() {
    let manifest = "[workspace.dependencies]\nours = { path = \"x\" }\n# --- group\na = \"1\"\n# reason\nb = \"1\"\n\
                    c = \"1\"\n\n[other]\nd = \"1\"\n";
    assert_eq!(without_reason(manifest), ["a = \"1\"", "c = \"1\""]);
}

/// What is wrong with the version asked for.
fn complaint(requirement: &str) -> Option<&'static str> {
    if requirement.contains('*') {
        return Some("is a wildcard");
    }
    let is_release_candidate = requirement.split('+').next().is_some_and(|version| version.contains('-'));
    (is_release_candidate && !requirement.starts_with('='))
        .then_some("is a release candidate that is not pinned")
}

#[test]
fn versions_are_neither_wildcards_nor_floating_release_candidates() {
    let metadata = sources::members();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_none()) {
            if let Some(complaint) = complaint(&dependency.req.to_string()) {
                wrong.push(format!("{}: {} {} {complaint}", package.name, dependency.name, dependency.req));
            }
        }
    }
    sources::none(&wrong, "the next release must not change what we build without a commit");
}

#[test]
fn wildcards_and_floating_release_candidates_are_told_from_the_rest() {
    assert!(complaint("*").is_some());
    assert!(complaint("1.*").is_some());
    assert!(complaint("^0.10.0-rc.20").is_some());
    assert!(complaint("=0.10.0-rc.20").is_none());
    assert!(complaint("^1.2").is_none());
}
