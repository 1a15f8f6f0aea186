//! Cases in a PostgreSQL database: whole lives by the command, two desks at once.

use testkit::postgres::server;

use super::{DAY, IN_ORDER, Office, PINS, VISIT, application, serial};
use crate::harness::{Done, Running};

type Words<'a> = &'a [&'a str];

const DESKS: [&str; 2] = ["desk-1", "desk-2"];

/// The same command at both desks at once, each with its own resident's card.
fn at_both(office: &Office, at: &str, command: impl Fn(u32) -> Vec<String>, pins: &[&str]) -> [Done; 2] {
    let running: Vec<Running> = DESKS
        .iter()
        .zip([1, 2])
        .map(|(clerk, number)| {
            let mut arguments = command(number);
            arguments.extend(["--reader".to_owned(), format!("virtual:{}", serial(number))]);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            office.call_by(clerk, at, &arguments).pins(pins).spawn()
        })
        .collect();
    let done: Vec<Done> = running.into_iter().map(Running::finish).collect();
    done.try_into().unwrap_or_else(|_| panic!("two desks"))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn two_desks_lead_whole_lives_in_a_database_at_once() {
    let database = server().database();
    let office = Office::served(&server().parameters(&database));
    let [first, second] = at_both(
        &office,
        DAY,
        |number| {
            let file = office.bench.write(&format!("a{number}.toml"), application(number));
            words(&["apply", &file, "--confirmed", "--json"])
        },
        &[],
    );
    assert_eq!((first.code, second.code), (0, 0), "{first:?} {second:?}");
    let mut numbers = [&first, &second].map(|done| done.json()["number"].as_u64());
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(1), Some(2)]);
    // Whoever was quicker has the lower number; the cards are those of the numbers.
    let swapped = first.json()["number"] == 2;
    let case = |number: u32| if swapped { 3 - number } else { number }.to_string();
    office.make(&[1, 2]);
    let steps: [(&str, Words<'_>, Words<'_>, Words<'_>); 5] = [
        ("prepare", &["--pictures", "name,address,photo"], &["--record"], &[]),
        ("deliver", &IN_ORDER, &[], &PINS),
        ("unlock", &[&VISIT[..], &["--pin", "juki"]].concat(), &[], &["6142"]),
        ("suspend", &[], &[], &[]),
        ("resume", &VISIT, &["--record"], &[]),
    ];
    for (step, fixed, record, pins) in steps {
        let done = at_both(
            &office,
            DAY,
            |number| {
                let file = format!("r{number}.toml");
                let record: Vec<&str> = record.iter().flat_map(|option| [option, file.as_str()]).collect();
                words(&[&[step, case(number).as_str()][..], fixed, &record].concat())
            },
            pins,
        );
        assert!(done.iter().all(|done| done.code == 0), "{step}: {done:?}");
        if step == "prepare" {
            let sent = office.desk(&["notice", "--send"]);
            assert_eq!(sent.code, 0, "{sent:?}");
        }
    }
    let report = office.desk(&["report", "--json"]).json();
    assert_eq!(report["states"][0]["state"], "handed-over");
    assert_eq!(report["states"][0]["cases"], 2, "{report}");
    let audit = office.desk(&["audit", "verify", "--json"]);
    assert_eq!(audit.code, 0, "{audit:?}");
    let dump = server().run("pg_dump", &[], &database);
    let text = String::from_utf8(dump.stdout).unwrap();
    assert!(dump.status.success() && text.contains("desk-2") && text.contains("hand-over"));
    for pin in PINS.iter().filter(|pin| pin.len() > 4) {
        assert!(!text.contains(pin));
    }
    let backup = office.desk(&["backup", "copy.db"]);
    assert!(backup.code == 34 && backup.stderr.contains("pg_dump"), "{backup:?}");
}

#[test]
fn of_two_desks_with_one_case_in_a_database_one_is_told_and_nothing_is_done_twice() {
    let office = Office::served(&server().parameters(&server().database()));
    for number in 1..=4 {
        office.apply(&application(number));
    }
    office.make(&[1, 2, 3, 4]);
    for number in 1..=4 {
        let reader = format!("virtual:{}", serial(number));
        assert_eq!(office.prepare(number, &["--reader", &reader]).code, 0);
    }
    // Both send the notices of the day: each is sent once.
    let sent = DESKS.map(|clerk| office.call_by(clerk, DAY, &["notice", "--send", "--json"]).spawn());
    let sent = sent.map(Running::finish);
    let letters: usize = sent.iter().map(|done| done.json()["sent"].as_array().map_or(0, Vec::len)).sum();
    assert!(letters <= 4, "{sent:?}");
    assert_eq!(office.desk(&["notice", "--send"]).code, 0);
    for number in 1..=4 {
        assert_eq!(office.state(number), "noticed");
        // Both begin with the same case, the one with the card in the reader, the other without.
        let case = number.to_string();
        let identify = [&["deliver", &case, "--identify-only"][..], &IN_ORDER].concat();
        let both = DESKS.map(|clerk| office.call_by(clerk, DAY, &identify).spawn()).map(Running::finish);
        let told = both.iter().filter(|done| [62, 64].contains(&done.code)).count();
        let done = both.iter().filter(|done| done.code == 0).count();
        assert!(done >= 1 && done + told == 2, "{both:?}");
        assert_eq!(office.state(number), "identified");
        let shown = office.desk(&["show", &case, "--json"]).json();
        let events = shown["done"].as_array().unwrap().iter();
        assert_eq!(events.filter(|event| event["event"] == "identify").count(), 1, "{shown}");
    }
    assert_eq!(office.desk(&["audit", "verify"]).code, 0);
}
