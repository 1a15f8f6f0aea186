//! Holds the packages that get built against `tests/policy/dependencies.toml`.

use crate::policy::Policy;
use crate::sources;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};

/// Members that are not part of the product.
const TOOLS: [&str; 4] = ["testkit", "examples", "benches", "xtask"];

/// The only place packages may come from, as lock files name it.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// All packages this workspace builds on this platform, and which of them are part of the product.
struct Built {
    metadata: Metadata,
    product: BTreeSet<PackageId>,
}

impl Built {
    fn find() -> Self {
        let metadata = MetadataCommand::new()
            .manifest_path(sources::root().join("Cargo.toml"))
            .features(CargoOpt::AllFeatures)
            .other_options(["--filter-platform".to_owned(), host()])
            .exec()
            .unwrap();
        let product = product(&metadata);
        Self { metadata, product }
    }

    /// The packages of others that get built.
    fn foreign(&self) -> Vec<&Package> {
        let built: BTreeSet<&PackageId> = nodes(&self.metadata).map(|node| &node.id).collect();
        let foreign = |package: &&Package| package.source.is_some() && built.contains(&package.id);
        self.metadata.packages.iter().filter(foreign).collect()
    }

    fn is_product(&self, package: &Package) -> bool {
        self.product.contains(&package.id)
    }
}

fn host() -> String {
    let output = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn nodes(metadata: &Metadata) -> impl Iterator<Item = &Node> {
    metadata.resolve.as_ref().unwrap().nodes.iter()
}

/// What is reached from the members that are no tools, by other than development dependencies.
fn product(metadata: &Metadata) -> BTreeSet<PackageId> {
    let by_id: BTreeMap<&PackageId, &Node> = nodes(metadata).map(|node| (&node.id, node)).collect();
    let members = metadata.workspace_packages();
    let roots = members.iter().filter(|package| !TOOLS.contains(&package.name.as_str()));
    let mut waiting: Vec<&PackageId> = roots.map(|package| &package.id).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if reached.insert(id.clone()) {
            let needed = by_id[id].deps.iter().filter(|dependency| {
                dependency.dep_kinds.iter().any(|info| info.kind != DependencyKind::Development)
            });
            waiting.extend(needed.map(|dependency| &dependency.pkg));
        }
    }
    reached
}

fn shown(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

#[test]
fn every_package_offers_an_allowed_licence() {
    let (policy, built) = (Policy::of_the_repository(), Built::find());
    let problem = |package: &&Package| {
        let problem = policy.licence_problem(&package.name, package.license.as_deref())?;
        Some(format!("{} {problem}", shown(package)))
    };
    let wrong: Vec<String> = built.foreign().iter().filter_map(problem).collect();
    sources::none(&wrong, "allowed licences are listed in tests/policy/dependencies.toml");
}

#[test]
fn no_denied_package_is_built() {
    let (policy, built) = (Policy::of_the_repository(), Built::find());
    let problem = |package: &&Package| {
        let reason = policy.denial(&package.name, &package.version, built.is_product(package))?;
        Some(format!("{}: {reason}", shown(package)))
    };
    let wrong: Vec<String> = built.foreign().iter().filter_map(problem).collect();
    sources::none(
        &wrong,
        "denied packages are listed in tests/policy/dependencies.toml; `cargo tree -i` tells who asks",
    );
}

#[test]
fn the_product_holds_one_version_of_each_package() {
    let (policy, built) = (Policy::of_the_repository(), Built::find());
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in built.foreign().into_iter().filter(|package| built.is_product(package)) {
        versions.entry(package.name.to_string()).or_default().insert(package.version.to_string());
    }
    let doubled: BTreeSet<String> =
        versions.iter().filter(|(_, versions)| versions.len() > 1).map(|(name, _)| name.clone()).collect();
    let accepted: BTreeSet<String> = policy.accepted_duplicates().into_iter().collect();
    let unlisted =
        doubled.difference(&accepted).map(|name| format!("{name} in versions {:?}", versions[name]));
    let stale =
        accepted.difference(&doubled).map(|name| format!("{name} is listed and has one version only"));
    let wrong: Vec<String> = unlisted.chain(stale).collect();
    sources::none(&wrong, "accepted duplicates are listed in tests/policy/dependencies.toml");
}

/// The sources named in a lock file that are not the registry.
fn foreign_sources(lock: &str) -> Vec<String> {
    let named = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    named.map(|source| source.trim_matches('"').to_owned()).filter(|source| source != REGISTRY).collect()
}

#[test]
fn packages_come_from_the_registry_only() {
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        if let Ok(text) = std::fs::read_to_string(sources::root().join(lock)) {
            sources::none(
                &foreign_sources(&text),
                "a lock file names a source other than the registry of crates",
            );
        }
    }
}

#[test]
fn a_source_that_is_a_git_repository_is_found() {
    let lock = format!(
        "[[package]]\nsource = \"{REGISTRY}\"\n[[package]]\nsource = \"git+https://example.invalid/x\"\n"
    );
    assert_eq!(foreign_sources(&lock), ["git+https://example.invalid/x"]);
}

#[test]
fn the_tools_are_not_part_of_the_product() {
    let built = Built::find();
    let names = |in_product: bool| -> BTreeSet<String> {
        let packages =
            built.metadata.packages.iter().filter(|package| built.is_product(package) == in_product);
        packages.map(|package| package.name.to_string()).collect()
    };
    assert!(names(true).contains("thiserror"));
    assert!(names(true).contains("mynumber-driver"));
    assert!(names(false).contains("public-api"));
    assert!(names(false).contains("testkit"));
}
