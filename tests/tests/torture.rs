//! The families of the torture bench: a small part of each keeps its promises, and each finds the fault that is planted
//! for it. The whole is `cargo xtask torture`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use testkit::torture::{FAMILIES, Family, Plan, Tally};

fn small(family: &str, planted: bool) -> Tally {
    let family: &Family = FAMILIES.iter().find(|known| known.name == family).unwrap();
    family.tally(&Plan { planted, small: true, seed: 7 })
}

/// A part of a family has cases, and none of them breaks a promise. A family runs once.
fn holds(family: &'static str, part: &str) {
    static RUN: Mutex<BTreeMap<&str, Tally>> = Mutex::new(BTreeMap::new());
    let mut run = RUN.lock().unwrap_or_else(PoisonError::into_inner);
    let tally = run.entry(family).or_insert_with(|| small(family, false));
    let part = tally.parts.iter().find(|known| known.name == part).unwrap();
    assert!(part.cases > 0 && part.failures == 0, "{part:#?}");
}

#[test]
fn c2_faults_at_any_exchange_of_an_operation_are_told_and_cost_nothing() {
    holds("faults", "driver operations");
    holds("faults", "wrong PINs");
}

#[test]
fn c2_faults_at_any_exchange_of_a_command_are_told_and_leave_no_output_behind() {
    holds("faults", "commands, as processes");
}

#[test]
fn c2_faults_at_any_exchange_of_a_desk_command_leave_a_case_that_goes_on() {
    holds("faults", "desk commands, as processes");
}

#[test]
fn a1_to_a18_no_hostile_card_harms_any_operation() {
    holds("cards", "driver, lies from the first command on");
}

#[test]
fn a1_to_a18_a_lie_may_begin_at_any_exchange() {
    holds("cards", "driver, lies from any command on");
}

#[test]
fn a1_to_a18_no_hostile_card_harms_a_command() {
    holds("cards", "commands, as processes");
}

#[test]
fn a15_a16_keys_and_certificates_that_changed_places_sign_nothing() {
    testkit::torture::cards::swapped();
}

#[test]
fn a10_no_status_word_to_any_kind_of_command_does_harm() {
    testkit::torture::cards::every_status_word();
}

#[test]
fn h7_random_sequences_break_no_rule_of_lockout() {
    holds("host", "sequences beside the reference model");
}

#[test]
fn h8_two_clients_at_once_have_no_guess_more_than_one() {
    holds("host", "two clients, interleaved");
    holds("host", "two clients at once");
}

#[test]
fn malformed_frames_of_a_reader_driver_cost_no_try_and_the_card_comes_back() {
    holds("host", "malformed frames");
}

#[test]
fn h1_a_power_cut_at_any_write_leaves_the_card_before_after_or_one_try_poorer() {
    holds("power", "every write of every act");
}

#[test]
fn h1_what_a_reply_tells_is_on_disk() {
    holds("power", "what a reply tells is durable");
}

#[test]
fn h1_no_schedule_of_power_cuts_buys_a_guess() {
    holds("power", "schedules of cuts");
}

#[test]
fn h1_two_hundred_commands_and_cuts_agree_with_the_model() {
    holds("power", "commands and cuts beside a model");
}

#[test]
fn h1_a_served_card_that_is_killed_stands_as_its_answers_said() {
    holds("kills", "kill -9 of the served card");
}

#[test]
fn b8_canary_pins_stand_in_no_output_argument_or_environment_of_a_command() {
    holds("hygiene", "commands: outputs, argv, environment");
}

#[test]
fn b9_nothing_of_a_pin_stays_in_memory_after_its_use() {
    holds("hygiene", "own memory after use");
}

#[test]
fn b9_no_core_dump_is_made_of_the_command_and_none_of_a_program_holds_a_used_pin() {
    holds("hygiene", "core dumps, memory from outside");
}

#[test]
fn b10_traces_recordings_and_errors_of_every_operation_hold_no_secret() {
    holds("hygiene", "traces, recordings, errors");
}

#[test]
fn every_family_finds_the_fault_that_is_planted_for_it() {
    for family in FAMILIES {
        assert!(small(family.name, true).failures() > 0, "{}: {} was not found", family.name, family.planted);
    }
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
