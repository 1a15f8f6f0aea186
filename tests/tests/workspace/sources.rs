//! The workspace as files: its root, its members' manifests, its text files.

use cargo_metadata::{Metadata, MetadataCommand};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what was made, not what was written.
const MADE: [&str; 6] = ["target", ".git", "artifacts", "coverage", "corpus", "node_modules"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The members of the workspace and what they declare. Needs neither network nor lock file.
pub(crate) fn members() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap()
}

/// A text file of the repository.
pub(crate) struct Source {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Every text file of the repository, in a fixed order. Files that are not UTF-8 are data and left out.
pub(crate) fn all() -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_symlink() || MADE.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let parts: Vec<_> =
                    path.strip_prefix(&root).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
                found.push(Source { path: parts.join("/"), text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Fails with all problems at once, a line each.
pub(crate) fn none(problems: &[String], rule: &str) {
    assert!(problems.is_empty(), "{rule}\n{} problem(s):\n  {}\n", problems.len(), problems.join("\n  "));
}

#[test]
fn the_walk_finds_sources_and_leaves_out_what_was_made() {
    let sources = all();
    assert!(sources.iter().any(|source| source.path == "tests/tests/workspace/sources.rs"));
    assert!(sources.iter().any(|source| source.path == "Cargo.toml"));
    assert!(!sources.iter().any(|source| source.path.starts_with("target/")));
}
