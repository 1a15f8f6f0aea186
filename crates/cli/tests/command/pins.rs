//! B1 to B4 at the command: wrong forms are never sent, tries are guarded, each outcome has its exit code.

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, JUKI, SIGNATURE, WRONG};

#[test]
fn b1_b2_a_pin_of_wrong_form_is_refused_and_nothing_is_sent() {
    let bench = Bench::new();
    bench.write("message", "m");
    let before = bench.counters();
    let four: &[&str] = &["", "739", "73911", "abcd", "７３９１", "73 1", "73\t1", "739\u{0}", " 7391"];
    let password: &[&str] = &[
        "",
        "ABC12",
        "ABCDEFGH123456789",
        "ABCDEFGH",
        "12345678",
        "ＣＡＮＡＲＹ７７",
        "CANARY 77",
        "CANARY77\u{0}",
    ];
    let commands: [(&[&str], &[&str]); 10] = [
        (&["attributes"], four),
        (&["number"], four),
        (&["number", "--secure-messaging"], four),
        (&["face", "-o", "out"], four),
        (&["sign", "message", "--key", "auth"], four),
        (&["pin", "change", "auth"], four),
        (&["pin", "change", "juki"], four),
        (&["pin", "repair"], four),
        (&["certificate", "sign"], password),
        (&["sign", "message"], password),
    ];
    for (arguments, pins) in commands {
        for pin in pins {
            let done = bench.run(&[arguments, &["--trace"]].concat(), &[pin]);
            assert_eq!((done.code, done.verifies()), (13, 0), "{arguments:?} {pin:?}: {done:?}");
        }
        let none = bench.run(&[arguments, &["--trace", "--pin-stdin"]].concat(), &[]);
        assert_eq!((none.code, none.verifies()), (13, 0), "{arguments:?} without a PIN: {none:?}");
    }
    for number in ["", "00000000010", "000000000107", "０００００００００１０８"] {
        let done = bench.run(&["face", "--with", "a", "--trace", "-o", "out"], &[number]);
        assert_eq!((done.code, done.verifies()), (13, 0), "{number}: {done:?}");
    }
    assert_eq!(bench.counters(), before);
    assert!(!bench.path("out").exists());
}

#[test]
fn a_new_pin_of_wrong_form_or_the_old_one_changes_nothing() {
    let bench = Bench::new();
    let before = bench.counters();
    for (pin, old, new) in [
        ("auth", AUTHENTICATION, "12345"),
        ("auth", AUTHENTICATION, ""),
        ("auth", AUTHENTICATION, AUTHENTICATION),
        ("juki", JUKI, JUKI),
        ("sign", SIGNATURE, "ABC"),
        ("sign", SIGNATURE, "canary77pin9"),
    ] {
        let done = bench.run(&["pin", "change", pin, "--trace"], &[old, new]);
        assert_eq!((done.code, done.verifies()), (13, 0), "{pin} {new}: {done:?}");
    }
    assert_eq!(bench.counters(), before);
}

#[test]
fn small_letters_of_the_signature_password_become_capitals() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["certificate", "sign", "--form", "der"], &["canary77pin9"]).code, 0);
}

#[test]
fn a_wrong_pin_costs_one_try_and_says_how_many_are_left() {
    let bench = Bench::new();
    bench.write("message", "m");
    let cases: [(&[&str], &str, &str, u64); 4] = [
        (&["attributes"], WRONG, "InputAssist", 2),
        (&["sign", "message", "--key", "auth"], WRONG, "UserAuthentication", 2),
        (&["sign", "message"], "WRONG1", "Signature", 4),
        (&["face", "--with", "a", "-o", "out"], "000000000205", "CardFaceNumberA", 9),
    ];
    for (arguments, pin, id, left) in cases {
        let done = bench.run(&[arguments, &["--json", "--trace"]].concat(), &[pin]);
        let error = &done.json()["error"];
        assert_eq!((done.code, done.verifies()), (10, 1), "{done:?}");
        assert_eq!((error["kind"].as_str(), error["tries_left"].as_u64()), (Some("wrong_pin"), Some(left)));
        assert_eq!(bench.counters()[id], left);
    }
    assert!(!bench.path("out").exists());
    assert_eq!(bench.run(&["attributes"], &[INPUT_ASSIST]).code, 0);
    assert_eq!(bench.counters()["InputAssist"], 3, "the right PIN gives the tries back");
}

#[test]
fn b3_b4_the_last_try_is_kept_unless_spent_on_purpose_and_a_blocked_pin_is_told() {
    let bench = Bench::new();
    let attributes = ["attributes", "--trace"];
    assert_eq!(bench.run(&attributes, &[WRONG]).code, 10);
    assert_eq!(bench.run(&attributes, &["0864"]).code, 10);
    for pin in [WRONG, INPUT_ASSIST] {
        let kept = bench.run(&attributes, &[pin]);
        assert_eq!((kept.code, kept.verifies(), bench.counters()["InputAssist"]), (12, 0, 1), "{kept:?}");
        assert!(kept.stderr.contains("--last-try"));
    }
    let saved = bench.run(&[&attributes[..], &["--last-try"]].concat(), &[INPUT_ASSIST]);
    assert_eq!((saved.code, bench.counters()["InputAssist"]), (0, 3));
    for (pin, code) in [(WRONG, 10), ("0864", 10)] {
        assert_eq!(bench.run(&attributes, &[pin]).code, code);
    }
    let spent = bench.run(&[&attributes[..], &["--last-try"]].concat(), &[WRONG]);
    assert_eq!((spent.code, bench.counters()["InputAssist"]), (11, 0), "{spent:?}");
    for extra in [&[][..], &["--last-try"]] {
        let blocked = bench.run(&[&attributes[..], extra].concat(), &[INPUT_ASSIST]);
        assert_eq!((blocked.code, blocked.verifies()), (11, 0), "the right PIN comes too late: {blocked:?}");
        assert!(blocked.stderr.contains("the window of your municipality"));
    }
    assert!(bench.run(&["status"], &[]).text().contains("(input-assist PIN; input_assist): BLOCKED"));
    let doctor = bench.run(&["doctor", "--json"], &[]);
    assert_eq!((doctor.code, doctor.json()["error"]["kind"].as_str()), (40, Some("problems_found")));
    let changed = bench.run(&["pin", "change", "input-assist", "--trace"], &[INPUT_ASSIST, WRONG]);
    assert_eq!((changed.code, changed.verifies()), (11, 0));
}

#[test]
fn every_pin_is_guarded_at_its_last_try() {
    let bench = Bench::new();
    let quirks = "[tries-left]\nsignature = 1\nuser-authentication = 1\ninput-assist = 1\ncard-face-number-a = 1\n\
                  juki = 1\n";
    let quirks = bench.write("low.toml", quirks);
    let made = bench.run(&["card", "new", "taro", "--name", "low", "--quirks", &quirks], &[]);
    assert_eq!(made.code, 0, "{made:?}");
    bench.write("message", "m");
    let commands: [(&[&str], &[&str]); 8] = [
        (&["attributes"], &["2345"]),
        (&["number"], &["2345"]),
        (&["face", "-o", "out"], &["2345"]),
        (&["certificate", "sign"], &["ABC123"]),
        (&["sign", "message"], &["ABC123"]),
        (&["sign", "message", "--key", "auth"], &["1234"]),
        (&["pin", "change", "juki"], &["3456", "6543"]),
        (&["pin", "change", "sign"], &["ABC123", "ABC124"]),
    ];
    for (arguments, pins) in commands {
        let done = bench.run(&[arguments, &["--trace", "--reader", "virtual:low"]].concat(), pins);
        assert_eq!((done.code, done.verifies()), (12, 0), "{arguments:?}: {done:?}");
    }
    let juki = ["pin", "change", "juki", "--last-try", "--reader", "virtual:low"];
    let done = bench.run(&juki, &["3456", "6543"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn b8_pins_stand_neither_in_the_arguments_nor_in_the_environment_of_the_process() {
    let bench = Bench::with_quirks("delay-ms = 150\n");
    let running = bench.call(&["attributes"]).pins(&[INPUT_ASSIST]).spawn();
    std::thread::sleep(std::time::Duration::from_millis(250));
    let process = format!("/proc/{}", running.child.id());
    let shown: Vec<Vec<u8>> = ["cmdline", "environ"]
        .iter()
        .map(|name| std::fs::read(format!("{process}/{name}")).unwrap())
        .collect();
    let limits = std::fs::read_to_string(format!("{process}/limits")).unwrap();
    let core: Vec<&str> = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(core[4..6], ["0", "0"], "no core dumps");
    for bytes in shown {
        assert!(!bytes.windows(4).any(|part| part == INPUT_ASSIST.as_bytes()));
    }
    assert_eq!(running.finish().code, 0);
}
