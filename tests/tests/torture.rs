//! The families of the torture bench: a small part of each keeps its promises, and each finds the fault that is planted
//! for it. The whole is `cargo xtask torture`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use testkit::torture::{FAMILIES, Family, Plan, Tally};

fn small(family: &str, planted: bool) -> Tally {
    let family: &Family = FAMILIES.iter().find(|known| known.name == family).unwrap();
    family.tally(&Plan { planted, small: true, seed: 7 })
}

/// Runs a small part as it is, and with the planted fault.
fn both_ways(family: &str) {
    let sound = small(family, false);
    let told: Vec<_> = sound.parts.iter().flat_map(|part| &part.told).collect();
    assert!(sound.failures() == 0 && sound.cases() > 0, "{family}: {told:#?}");
    assert!(small(family, true).failures() > 0, "{family}: the planted fault was not found");
}

#[test]
fn h7_h8_a_hostile_host_breaks_no_rule_of_lockout_and_a_forgiving_card_is_found() {
    both_ways("host");
}

#[test]
fn every_family_says_what_it_does_and_has_a_fault_to_find() {
    let mut names: Vec<_> = FAMILIES.iter().map(|family| family.name).collect();
    assert!(FAMILIES.iter().all(|family| !family.about.is_empty() && !family.planted.is_empty()));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FAMILIES.len());
}

/// The reference model is a second opinion only as long as it does not ask the first.
#[test]
fn the_reference_model_of_the_lockout_rules_names_no_room_of_the_workspace() {
    let text = include_str!("../src/torture/host/model.rs");
    let words = ["mynumber", "testkit", "crate::", "super::", "use "];
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let found: Vec<_> = code.filter(|line| words.iter().any(|word| line.contains(word))).collect();
    assert!(found.is_empty(), "{found:?}");
}
