//! `pin change` for all four PINs: the new value holds at once, the old one no longer.

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, JUKI, SIGNATURE};

#[test]
fn each_pin_can_be_changed_and_changed_back() {
    let bench = Bench::new();
    let before = bench.counters();
    for (pin, old, new) in [
        ("auth", AUTHENTICATION, "2580"),
        ("input-assist", INPUT_ASSIST, "2580"),
        ("juki", JUKI, "2580"),
        ("sign", SIGNATURE, "new456"),
    ] {
        for (from, to) in [(old, new), (new, old)] {
            let done = bench.run(&["pin", "change", pin, "--json"], &[from, to]);
            assert_eq!((done.code, done.json()["changed"].as_bool()), (0, Some(true)), "{pin}: {done:?}");
        }
        assert_eq!(bench.run(&["pin", "change", pin], &[old, new]).code, 0);
        let stale = bench.run(&["pin", "change", pin], &[old, "1470"]);
        assert_eq!(stale.code, if pin == "sign" { 13 } else { 10 }, "{pin}: {stale:?}");
        assert_eq!(bench.run(&["pin", "change", pin], &[new, old]).code, 0, "{pin}");
    }
    assert_eq!(bench.counters(), before);
}

#[test]
fn a_repair_with_nothing_to_repair_changes_one_reference_only_when_the_old_value_is_right() {
    let bench = Bench::new();
    let wrong = bench.run(&["pin", "repair"], &["4680", "2580"]);
    assert_eq!((wrong.code, bench.counters()["Juki"]), (10, 2), "{wrong:?}");
}
