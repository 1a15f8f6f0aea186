//! `card`, and what happens when two programs want the same virtual card.

use std::time::Duration;

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST};

#[test]
fn people_are_listed_and_a_card_that_is_there_is_kept() {
    let bench = Bench::new();
    let people = bench.run(&["card", "people"], &[]).text();
    assert!(people.contains("taro: ") && people.lines().count() >= 5);
    let quirks = bench.write("quirks.toml", "no-extended = true\n");
    for (arguments, code) in [
        (&["card", "new", "taro"][..], 0),
        (&["card", "new", "taro"], 4),
        (&["card", "new", "taro", "--force", "--quirks", &quirks], 0),
        (&["card", "new", "nobody"], 3),
        (&["card", "new", "taro", "--name", "../x"], 3),
        (&["card", "new", "taro", "--name", "x", "--quirks", "data/cards"], 3),
        (&["card", "show", "nobody"], 3),
        (&["card", "show", "taro"], 0),
    ] {
        let done = bench.run(arguments, &[]);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    assert_eq!(bench.run(&["card", "show"], &[]).text(), "canary\ntaro\n");
    assert_eq!(bench.run(&["attributes", "--reader", "virtual"], &["2345"]).code, 0);
    for bad in ["no-extendet = true", "removed-after = \"x\""] {
        let quirks = bench.write("bad.toml", bad);
        let done = bench.run(&["card", "new", "taro", "--name", "x", "--quirks", &quirks], &[]);
        assert_eq!(done.code, 3, "{bad}");
    }
    let person = bench.write("person.toml", "name = \"x\"\n[pins]\ninput_assist = \"99999\"\n");
    let done = bench.run(&["card", "new", &person], &[]);
    assert!(done.code == 3 && done.stderr.contains("line ") && !done.stderr.contains("99999"), "{done:?}");
}

#[test]
fn a_card_in_use_is_told_waited_for_and_not_replaced() {
    let bench = Bench::with_quirks("delay-ms = 400\n");
    let holder = bench.call(&["attributes"]).pins(&[INPUT_ASSIST]).spawn();
    std::thread::sleep(Duration::from_millis(300));
    let other = bench.run(&["status"], &[]);
    assert_eq!(other.code, 25, "{other:?}");
    let short = bench.run(&["status", "--timeout", "0.1", "--json"], &[]);
    assert_eq!(short.json()["error"]["kind"], "card_in_use");
    let replaced = bench.run(&["card", "new", "taro", "--name", "canary", "--force"], &[]);
    assert_eq!(replaced.code, 25, "{replaced:?}");
    bench.quirks(None);
    let patient = bench.run(&["certificate", "auth", "--timeout", "20"], &[]);
    assert_eq!(patient.code, 0, "{patient:?}");
    assert_eq!(holder.finish().code, 0);
}

#[test]
fn a_damaged_card_file_is_told() {
    let bench = Bench::new();
    let card = bench.read("data/cards/canary.card");
    bench.write("data/cards/canary.card", &card[..100]);
    let done = bench.run(&["status"], &[]);
    assert_eq!(done.code, 3, "{done:?}");
    std::fs::set_permissions(bench.path("data/cards/canary.card"), {
        use std::os::unix::fs::PermissionsExt;
        std::fs::Permissions::from_mode(0o644)
    })
    .unwrap();
    bench.write("data/cards/canary.card", &card);
    let exposed = bench.run(&["sign", "x", "--key", "auth"], &[AUTHENTICATION]);
    assert_eq!(exposed.code, 3, "{exposed:?}");
}

#[test]
fn peculiar_cards_are_read_all_the_same() {
    for quirks in
        ["no-extended = true\n", "chain-above = 0\n", "exact-le = true\n", "first-command-fails = true\n"]
    {
        let bench = Bench::with_quirks(quirks);
        bench.write("message", "m");
        for (arguments, pin) in
            [(&["attributes"][..], INPUT_ASSIST), (&["sign", "message", "--key", "auth"], AUTHENTICATION)]
        {
            let done = bench.run(arguments, &[pin]);
            assert_eq!(done.code, 0, "{quirks}{arguments:?}: {done:?}");
        }
        assert_eq!(bench.run(&["face", "-o", "out"], &[INPUT_ASSIST]).code, 0, "{quirks}");
    }
}

#[test]
fn a_chip_that_was_tampered_with_is_told_as_erased() {
    let bench = Bench::new();
    let tampered = bench.run(&["card", "tamper", "canary", "--json"], &[]);
    assert!(tampered.code == 0 && tampered.json()["erased"] == true, "{tampered:?}");
    bench.write("message", "m");
    for (arguments, pin) in
        [(&["attributes"][..], INPUT_ASSIST), (&["sign", "message", "--key", "auth"], AUTHENTICATION)]
    {
        let done = bench.run(&[arguments, &["--json", "--trace"]].concat(), &[pin]);
        assert_eq!((done.code, done.verifies()), (35, 0), "{done:?}");
        assert_eq!(done.json()["error"]["kind"], "card_erased");
    }
}
