//! The core promises to work without the standard library. No bare-metal target is at hand in an ordinary
//! toolchain, so the promise is checked in the source: the attribute is there, the code names no `std`, and no
//! dependency has its `std` feature on when a crate of the core is built alone.

use crate::sources::{self, Source};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};
use std::process::Command;

/// The folders of the crates that work without the standard library.
const CORE: [&str; 3] = ["apdu", "applet", "crypto"];

/// Of these, the ones that do without an allocator too.
const WITHOUT_ALLOC: [&str; 1] = ["apdu"];

/// The product code of a crate: no test files, no test modules, no comments.
fn product_code(folder: &str) -> Vec<(String, String)> {
    let start = format!("crates/{folder}/src/");
    let is_product = |source: &Source| {
        let is_test = source.path.ends_with("tests.rs") || source.path.contains("/tests/");
        source.is_rust() && source.path.starts_with(&start) && !is_test
    };
    sources::all()
        .into_iter()
        .filter(is_product)
        .map(|source| (source.path, without_tests(&source.text)))
        .collect()
}

/// The text less its comments and its one-line items for tests, up to the first test module that is written out.
fn without_tests(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if lines.last().is_some_and(|last| last.trim() == "#[cfg(test)]") {
            if line.starts_with("mod ") && line.ends_with('{') {
                break;
            }
            lines.pop();
            if line.ends_with(';') {
                continue;
            }
        }
        lines.push(line.split("//").next().unwrap_or_default());
    }
    lines.join("\n")
}

/// Whether the text has a path that begins with the crate's name.
fn names_crate(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

#[test]
fn the_core_declares_that_it_needs_no_std() {
    for folder in CORE {
        let path = sources::root().join(format!("crates/{folder}/src/lib.rs"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.lines().any(|line| line.trim() == "#![no_std]"),
            "crates/{folder}/src/lib.rs has no #![no_std]"
        );
    }
}

#[test]
fn the_core_names_no_std() {
    let mut wrong = Vec::new();
    for folder in CORE {
        for (path, code) in product_code(folder) {
            if names_crate(&code, "std") || code.contains("extern crate std") {
                wrong.push(format!("{path} names std"));
            }
            if WITHOUT_ALLOC.contains(&folder)
                && (names_crate(&code, "alloc") || code.contains("extern crate alloc"))
            {
                wrong.push(format!("{path} names alloc"));
            }
        }
    }
    sources::none(&wrong, "the core does without the standard library");
}

/// A dependency as `cargo tree` shows it: name, version, features.
struct Line {
    name: String,
    version: String,
    features: Vec<String>,
}

fn parse_line(line: &str) -> Option<Line> {
    let (package, features) = line.split_once('\t')?;
    let mut words = package.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let features = features.trim_end_matches("(*)").trim().split(',').map(str::to_owned).collect();
    Some(Line { name, version, features })
}

/// What a crate is built from when it is built alone, procedural macros left out.
fn built_from(folder: &str) -> Vec<Line> {
    let package = format!("mynumber-{folder}");
    let output = Command::new(env!("CARGO"))
        .current_dir(sources::root())
        .args(["tree", "--quiet", "--package", &package, "--no-default-features"])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}\t{f}"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Line> = text.lines().filter_map(parse_line).collect();
    assert!(lines.iter().any(|line| line.name == package), "cargo tree shows something else:\n{text}");
    lines
}

#[test]
fn no_dependency_of_the_core_has_std_on() {
    let mut wrong = Vec::new();
    for folder in CORE {
        for line in built_from(folder) {
            if line.features.iter().any(|feature| feature == "std") {
                wrong.push(format!("{} {} below mynumber-{folder}", line.name, line.version));
            }
        }
    }
    sources::none(&wrong, "dependencies of the core are used without their std feature");
}

fn root_of_library(metadata: &Metadata, line: &Line) -> String {
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == line.name && package.version.to_string() == line.version)
        .unwrap();
    let library = package.targets.iter().find(|target| target.kind.contains(&TargetKind::Lib)).unwrap();
    std::fs::read_to_string(&library.src_path).unwrap()
}

#[test]
fn every_dependency_of_the_core_can_do_without_std() {
    let metadata = MetadataCommand::new().manifest_path(sources::root().join("Cargo.toml")).exec().unwrap();
    let mut wrong = Vec::new();
    for folder in CORE {
        for line in built_from(folder) {
            if !root_of_library(&metadata, &line).contains("no_std") {
                wrong.push(format!("{} {} below mynumber-{folder}", line.name, line.version));
            }
        }
    }
    sources::none(&wrong, "dependencies of the core declare no_std");
}

#[test]
fn a_path_into_std_is_found_and_a_name_that_ends_so_is_not() {
    assert!(names_crate("use std::io;", "std"));
    assert!(names_crate("fn f() -> ::std::io::Error {}", "std"));
    assert!(!names_crate("use not_std::io; my_std::x()", "std"));
    assert!(!names_crate("let std = 1;", "std"));
}

#[test]
fn comments_and_test_modules_are_left_out() {
    let text = "use core::fmt; // std::fmt\n#[cfg(test)]\n#[path = \"x_tests.rs\"]\nmod tests;\nfn f() {}\n\
                #[cfg(test)]\nextern crate std;\n#[cfg(test)]\nmod tests {\n    use std::io;\n}\n";
    let code = without_tests(text);
    assert!(code.contains("fn f()"));
    assert!(!names_crate(&code, "std"));
    assert!(!code.contains("extern crate std"));
}

#[test]
fn a_line_of_cargo_tree_is_read() {
    let line = parse_line("der v0.8.3\talloc,oid (*)").unwrap();
    assert_eq!((line.name.as_str(), line.version.as_str()), ("der", "0.8.3"));
    assert_eq!(line.features, ["alloc", "oid"]);
    assert!(parse_line("").is_none());
}
