//! The committed fuzz corpus, replayed through the bodies of the fuzz targets.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may fail loudly, their helpers too")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use testkit::fuzz::BODIES;
use testkit::fuzz::dictionaries::{TARGETS, dictionary};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn every_committed_input_keeps_the_promises() {
    let mut broken = Vec::new();
    for (name, body) in BODIES {
        let folder = fuzz().join("corpus").join(name);
        let inputs = names(&folder);
        assert!(!inputs.is_empty(), "{} is empty", folder.display());
        for input in inputs {
            let bytes = std::fs::read(folder.join(&input)).expect("readable");
            let replayed = std::panic::catch_unwind(|| body(&bytes));
            if replayed.is_err() {
                broken.push(format!("{name}/{input}"));
            }
        }
    }
    assert!(broken.is_empty(), "these break a promise: {broken:?}");
}

#[test]
fn bodies_targets_and_corpus_folders_are_the_same_names() {
    let bodies: BTreeSet<String> = BODIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&fuzz().join("corpus")), bodies);
    let targets = names(&fuzz().join("fuzz_targets"));
    let targets: BTreeSet<String> =
        targets.iter().map(|name| name.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(targets, bodies);
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).expect("readable");
    for name in &bodies {
        let target =
            std::fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).expect("readable");
        assert!(target.contains(&format!("testkit::fuzz::{name}(data)")), "{name} calls another body");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
    }
}

#[test]
fn bodies_take_nothing_and_take_noise() {
    for (_, body) in BODIES {
        body(&[]);
        let mut state = 0x2545_F491_4F6C_DD1Du64;
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state.to_le_bytes()[3]
                })
                .collect();
            body(&bytes);
        }
    }
}

/// With `TESTKIT_WRITE=1` in the environment the files are written anew.
#[test]
fn the_dictionaries_are_those_that_the_rows_of_the_model_make() {
    let folder = fuzz().join("dictionaries");
    let files: BTreeSet<String> = TARGETS.iter().map(|target| format!("{target}.dict")).collect();
    for target in TARGETS {
        let made = dictionary(target);
        assert!(BODIES.iter().any(|(name, _)| *name == target), "{target} is no target");
        assert!(made.lines().count() > 10, "{target} has hardly a word");
        let path = folder.join(format!("{target}.dict"));
        if std::env::var_os("TESTKIT_WRITE").is_some() {
            std::fs::create_dir_all(&folder).expect("writable");
            std::fs::write(&path, &made).expect("writable");
        }
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(held, made, "{} is not what the rows make", path.display());
    }
    assert_eq!(names(&folder), files);
}
