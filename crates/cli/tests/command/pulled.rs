//! The card is pulled at every exchange of every command: a typed exit code, no try lost, no partial file, and the
//! next run works.

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, JUKI, NUMBER, SIGNATURE};

/// More exchanges than any command has.
const MOST: u32 = 120;

const REMOVED: i32 = 23;
const UNKNOWN: i32 = 14;

/// Runs a command that changes nothing with the card pulled after each exchange until it succeeds; returns the number
/// of exchanges.
fn pull(arguments: &[&str], pins: &[&str], outputs: &[&str]) -> u32 {
    let bench = Bench::new();
    bench.write("message", "m");
    let before = bench.counters();
    for count in 0..MOST {
        bench.quirks(Some(&format!("removed-after = {count}\n")));
        let done = bench.run(&[arguments, &["--trace"]].concat(), pins);
        if done.code == 0 {
            return count;
        }
        assert!([REMOVED, UNKNOWN].contains(&done.code), "{arguments:?} after {count}: {done:?}");
        assert!(done.verifies() <= 2 && done.stdout.is_empty(), "{arguments:?} after {count}: {done:?}");
        for output in outputs {
            assert!(!bench.path(output).exists(), "{arguments:?} after {count}: {output} was written");
        }
        bench.quirks(None);
        assert_eq!(bench.counters(), before, "{arguments:?} after {count}");
    }
    panic!("{arguments:?} never succeeds");
}

#[test]
fn c1_status_attributes_number_and_free_certificates() {
    assert!(pull(&["status"], &[], &[]) > 10);
    assert!(pull(&["attributes"], &[INPUT_ASSIST], &[]) <= 5);
    assert!(pull(&["number"], &[INPUT_ASSIST], &[]) <= 5);
    assert!(pull(&["certificate", "auth", "--form", "der", "-o", "out"], &[], &["out"]) <= 2);
    assert!(pull(&["certificate", "sign-ca", "-o", "out"], &[], &["out"]) > 0);
    assert!(pull(&["wait"], &[], &[]) > 0);
}

#[test]
fn c1_signing_and_the_signature_certificate() {
    let outputs = ["signature", "certificate.pem"];
    for (key, pin) in [("sign", SIGNATURE), ("auth", AUTHENTICATION)] {
        let files = ["-o", outputs[0], "--certificate", outputs[1]];
        let count = pull(&[&["sign", "message", "--key", key], &files[..]].concat(), &[pin], &outputs);
        assert!((4..=6).contains(&count), "{count} exchanges");
    }
    assert!(pull(&["certificate", "sign", "-o", "out"], &[SIGNATURE], &["out"]) <= 5);
}

#[test]
fn c1_signed_messages_proofs_and_secure_messaging() {
    assert!(pull(&["sign", "cms", "message", "-o", "out"], &[SIGNATURE], &["out"]) <= 6);
    assert!(pull(&["verify", "card", "--trust", "simulated"], &[INPUT_ASSIST], &[]) <= 11);
    assert!(pull(&["verify", "card", "--with", "a", "--trust", "simulated"], &[NUMBER], &[]) <= 10);
    assert!(pull(&["number", "--secure-messaging"], &[INPUT_ASSIST], &[]) <= 8);
}

#[test]
fn c1_the_card_face() {
    assert!(pull(&["face", "-o", "out"], &[INPUT_ASSIST], &["out"]) <= 9);
    assert!(pull(&["face", "--with", "a", "-o", "out"], &[NUMBER], &["out"]) <= 6);
}

#[test]
fn c1_apdus_by_hand() {
    let select = "00A4040C0AD392F000260100000001";
    for count in 0..2 {
        let bench = Bench::with_quirks(&format!("removed-after = {count}\n"));
        let done = bench.run(&["apdu", select, "00200018", "--json"], &[]);
        let json = done.json();
        assert_eq!((done.code, json["error"]["kind"].as_str()), (REMOVED, Some("card_removed")));
        assert_eq!(json["exchanges"].as_array().unwrap().len(), usize::try_from(count).unwrap());
    }
}

/// After each pull one of the two values holds, no try is lost, and the change can be made after all.
fn pull_a_change(pin: &str, id: &str, old: &str, new: &str, other: &str) {
    for count in 0..MOST {
        let bench = Bench::with_quirks(&format!("removed-after = {count}\n"));
        let change = ["pin", "change", pin];
        let done = bench.run(&change, &[old, new]);
        if done.code == 0 {
            assert!(count > 5);
            return;
        }
        assert!([REMOVED, UNKNOWN].contains(&done.code), "{pin} after {count}: {done:?}");
        bench.quirks(None);
        let counters = bench.counters();
        assert_eq!(counters[id], if pin == "sign" { 5 } else { 3 }, "{pin} after {count}");
        // The advice of an unknown outcome: the new value first, then the old one.
        let holds_new = done.code != REMOVED && bench.run(&change, &[new, other]).code == 0;
        let reached = holds_new || bench.run(&change, &[old, new]).code == 0
            // Pulled at the log-out: the change was made, and the failure says so.
            || bench.run(&change, &[new, other]).code == 0;
        assert!(reached, "{pin} after {count}: {done:?}");
    }
    panic!("{pin} is never changed");
}

#[test]
fn c1_changes_of_single_pins() {
    pull_a_change("auth", "UserAuthentication", AUTHENTICATION, "2580", "1470");
    pull_a_change("input-assist", "InputAssist", INPUT_ASSIST, "2580", "1470");
    pull_a_change("sign", "Signature", SIGNATURE, "NEW456", "OTHER7");
}

#[test]
fn c1_a_half_done_change_of_the_juki_pin_is_told_and_repaired() {
    let mut repaired = 0;
    for count in 0..MOST {
        let bench = Bench::with_quirks(&format!("removed-after = {count}\n"));
        let done = bench.run(&["pin", "change", "juki"], &[JUKI, "2580"]);
        if done.code == 0 {
            assert!(repaired > 0, "no pull left the change half-done");
            return;
        }
        assert!([REMOVED, UNKNOWN].contains(&done.code), "after {count}: {done:?}");
        bench.quirks(None);
        let again = bench.run(&["pin", "change", "juki"], &[JUKI, "2580"]);
        if again.stderr.contains("`mynumber pin repair`") {
            let repair = bench.run(&["pin", "repair"], &[JUKI, "2580"]);
            assert_eq!(repair.code, 0, "after {count}: {done:?} {again:?} {repair:?}");
            repaired += 1;
        } else {
            // Pulled at the log-out: the change was made.
            assert!([0, 10].contains(&again.code), "after {count}: {done:?} {again:?}");
        }
        let whole = bench.run(&["pin", "change", "juki"], &["2580", "1470"]);
        assert_eq!(whole.code, 0, "after {count} both references hold the new value: {whole:?}");
        let counters = bench.counters();
        assert_eq!((counters["Juki"], counters["Common"]), (3, 3), "after {count}");
    }
    panic!("the juki PIN is never changed");
}
