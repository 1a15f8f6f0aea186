//! Every card of the catalogue of hostile cards against the commands that read, sign and change: an exit code of its own,
//! soon; no try lost but the one that was presented; the card left locked; no partial file; nothing that steers a terminal.

use std::time::{Duration, Instant};

use mynumber::virtual_card::hostile::{CATALOGUE, Duty, Row};

use crate::harness::{AUTHENTICATION, Bench, Done, INPUT_ASSIST, SIGNATURE};

/// On a busy machine.
const LIMIT: Duration = Duration::from_secs(20);
/// A fault of the program, wrong arguments, bad input: none of these is the card's doing.
const NOT_THE_CARDS: [i32; 4] = [-1, 1, 2, 3];

/// What the card told of itself at the end: PINs presented, tries lost.
fn ledger(done: &Done, place: &str) -> (u32, u32) {
    let line = done.stderr.lines().find(|line| line.contains(" PINs presented, ")).unwrap();
    let number = |after: &str| {
        let text = line.split_once(after).and_then(|(before, _)| before.rsplit(' ').next());
        text.and_then(|text| text.parse().ok()).unwrap()
    };
    // Nothing can be done about a card that says it has logged out and has not.
    assert!(line.ends_with(", locked") || place.contains("yes-to-everything"), "{place}: {line}");
    (number(" PINs presented"), number(" tries lost"))
}

fn against_all(arguments: &[&str], pins: &[&str], output: Option<&str>, check: impl Fn(&Row, &Done)) {
    let bench = Bench::new();
    bench.write("message", "m");
    let before = bench.counters();
    for row in CATALOGUE.into_iter().flatten() {
        let place = format!("{row:?}, {arguments:?}");
        let reader = format!("hostile:{}:canary", row.name);
        let begun = Instant::now();
        let done = bench.run(&[arguments, &["--reader", &reader]].concat(), pins);
        assert!(begun.elapsed() < LIMIT, "{place}: {:?}", begun.elapsed());
        assert!(!NOT_THE_CARDS.contains(&done.code), "{place}: {done:?}");
        let (presented, lost) = ledger(&done, &place);
        assert!(lost <= row.duty.spends() && presented <= 2, "{place}: {done:?}");
        assert!(row.duty != Duty::SendNoPin || presented == 0, "{place}: {done:?}");
        let shown = done.text() + &done.stderr;
        assert!(
            !shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202E}'),
            "{place}: {done:?}"
        );
        if let Some(output) = output {
            assert_eq!(bench.path(output).exists(), done.code == 0, "{place}: {done:?}");
            let _ = std::fs::remove_file(bench.path(output));
        }
        check(row, &done);
    }
    assert_eq!(bench.counters(), before, "the card itself is not touched");
    assert_eq!(bench.run(arguments, pins).code, 0, "{arguments:?}, and then an honest card");
}

#[test]
fn a1_to_a18_status_and_reading() {
    against_all(&["status"], &[], None, |_, _| ());
    against_all(&["attributes", "--json"], &[INPUT_ASSIST], None, |row, done| {
        assert!(done.json().get("error").is_some() || done.code == 0);
        assert!(row.duty != Duty::SendNoPin || done.code != 0, "{row:?}: {done:?}");
    });
    against_all(&["number", "--secure-messaging"], &[INPUT_ASSIST], None, |_, _| ());
}

#[test]
fn a1_to_a18_certificates_and_signatures() {
    against_all(&["certificate", "auth", "-o", "out"], &[], Some("out"), |row, done| {
        assert!(row.id != "A14" && row.id != "A8" || done.code == 31, "{row:?}: {done:?}");
    });
    against_all(&["sign", "message", "-o", "out"], &[SIGNATURE], Some("out"), |row, done| {
        assert!(row.duty != Duty::NoSignature || done.code != 0, "{row:?}: {done:?}");
    });
    against_all(&["certificate", "sign", "-o", "out"], &[SIGNATURE], Some("out"), |_, _| ());
}

#[test]
fn a1_to_a18_a_change_of_a_pin() {
    against_all(
        &["pin", "change", "auth"],
        &[AUTHENTICATION, AUTHENTICATION.replace('7', "2").as_str()],
        None,
        |row, done| {
            assert!(row.duty != Duty::SendNoPin || done.code != 0, "{row:?}: {done:?}");
        },
    );
}

#[test]
fn the_catalogue_is_listed_in_both_languages_and_by_name_or_id() {
    let bench = Bench::new();
    let all = bench.bare_call(&["card", "hostile", "--list"]).finish().text();
    assert!(CATALOGUE.into_iter().flatten().all(|row| all.contains(row.name) && all.contains(row.english)));
    let two = bench
        .bare_call(&["card", "hostile", "--list", "--only", "a5,atr-255", "--lang", "ja", "--json"])
        .finish();
    let json = two.json();
    let names: Vec<&str> =
        json["hostile"].as_array().unwrap().iter().map(|row| row["card"].as_str().unwrap()).collect();
    assert_eq!(names, ["wrong-length-for-ever", "wrong-length-for-ever-to-sign", "atr-255"]);
    for wrong in [
        &["card", "hostile"][..],
        &["card", "hostile", "--report"],
        &["card", "hostile", "--list", "--report"],
    ] {
        assert_eq!(bench.bare_call(wrong).finish().code, 2, "{wrong:?}");
    }
    assert_eq!(bench.bare_call(&["card", "hostile", "--list", "--only", "nobody"]).finish().code, 3);
    for wrong in ["hostile:nobody", "hostile:", "hostile:dries-up@x", "hostile:dries-up:nobody"] {
        assert_eq!(bench.run(&["status", "--reader", wrong], &[]).code, 3, "{wrong}");
    }
}

#[test]
fn a_lie_begins_at_the_command_that_is_named() {
    let bench = Bench::new();
    let told = |from: &str| {
        bench.run(
            &["attributes", "--reader", &format!("hostile:no-reply-bytes{from}:canary")],
            &[INPUT_ASSIST],
        )
    };
    assert!(told("").stderr.contains(" 0 PINs presented"), "{:?}", told(""));
    // SELECT, the question for the tries, VERIFY; then the answer to reading is missing.
    let late = told("@3");
    assert!(late.code == 31 && late.stderr.contains(" 1 PINs presented"), "{late:?}");
    assert_eq!(told("@100").code, 0);
}
