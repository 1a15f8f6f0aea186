//! What was broken off is taken up by the same command: a change of the period of stay, PINs set anew. And what the clerk
//! answered about a photo stays with the case.

use serde_json::{Value, json};

use super::{DAY, Office, PINS, VISIT, record, serial};
use crate::harness::{Done, copy_folder};

/// Resident 2, who has no signature certificate, so that a change makes no key.
fn delivered(number: u32) -> Office {
    let office = Office::noticed();
    let pins = if number == 2 { &PINS[1..] } else { &PINS };
    assert_eq!(office.deliver(number, pins).code, 0);
    office
}

fn copy(office: &Office) -> Office {
    let copy = Office::new();
    copy_folder(&office.bench.path(""), &copy.bench.path(""));
    copy
}

/// A command on the card that is pulled after the exchange of this number.
fn pulled(office: &Office, resident: u32, exchange: usize, arguments: &[&str], pins: &[&str]) -> Done {
    let faults = format!("data/cards/{}.faults", serial(resident));
    office.bench.write(&faults, format!("{exchange} removed after\n"));
    let done = office.on_card(DAY, resident, &[arguments, &VISIT].concat(), pins);
    std::fs::remove_file(office.bench.path(&faults)).unwrap();
    done
}

fn shown(office: &Office, case: &str) -> Value {
    office.desk(&["show", case, "--json"]).json()
}

const CHANGE: [&str; 4] = ["change", "2", "--record", "stay.toml"];

/// The card pulled; then the change taken up, and done once more, which reads the card with the number it opens under.
fn change_pulled_after(office: &Office, exchange: usize) -> bool {
    let office = copy(office);
    let done = pulled(&office, 2, exchange, &CHANGE, &[]);
    let state = office.state(2);
    if state == "handed-over" {
        return done.code == 0;
    }
    assert_eq!(state, "changing", "{exchange}: {done:?}");
    for _ in 0..2 {
        let again = office.on_card(DAY, 2, &[&CHANGE[..], &VISIT].concat(), &[]);
        assert_eq!(again.code, 0, "{exchange}: {again:?}");
        let case = shown(&office, "2");
        assert_eq!((&case["state"], &case["expiry"]), (&json!("handed-over"), &json!("2030-09-30")));
    }
    false
}

#[test]
fn a_broken_off_change_of_the_period_of_stay_is_taken_up_by_the_same_command() {
    let office = delivered(2);
    office.bench.write("stay.toml", record(2) + "end_of_stay = 2030-09-30\n");
    let first_missed = (0..).step_by(16).find(|exchange| change_pulled_after(&office, *exchange)).unwrap();
    // Contents, numbers and the end of the session are the last exchanges.
    let numbers = (0..first_missed).rev().filter(|exchange| !change_pulled_after(&office, *exchange));
    assert_eq!(numbers.take(10).count(), 10);
}

#[test]
fn an_interrupted_unlock_asks_for_what_is_open_named_or_not() {
    const NEW: [(&str, &str); 4] = [
        ("signature", "ANEW77PIN3"),
        ("user-authentication", "6142"),
        ("juki", "8350"),
        ("input-assist", "7209"),
    ];
    let office = delivered(1);
    let unlock = ["unlock", "1", "--pin", "sign,auth,juki,input-assist"];
    // Set last, so open after any interruption.
    let last = ["unlock", "1", "--pin", "input-assist"];
    let mut seen = [0; 5];
    for exchange in 0..40 {
        let office = copy(&office);
        let done = pulled(&office, 1, exchange, &unlock, &NEW.map(|(_, pin)| pin));
        assert!([0, 14, 23, 67].contains(&done.code), "{exchange}: {done:?}");
        let case = shown(&office, "1");
        if case["state"] == "handed-over" {
            continue;
        }
        let open: Vec<&str> =
            case["open_pins"].as_array().unwrap().iter().map(|pin| pin.as_str().unwrap()).collect();
        seen[open.len()] += 1;
        let pins: Vec<&str> =
            NEW.iter().filter(|(name, _)| open.contains(name)).map(|(_, pin)| *pin).collect();
        let again = office.on_card(DAY, 1, &[&last[..], &VISIT].concat(), &pins);
        assert_eq!((again.code, office.state(1).as_str()), (0, "handed-over"), "{exchange}: {again:?}");
        let reader = format!("virtual:{}", serial(1));
        let read = office.bench.call(&["attributes", "--reader", &reader]).pins(&[NEW[3].1]).finish();
        assert_eq!(read.code, 0, "{exchange}: {read:?}");
    }
    assert!(seen.iter().skip(1).all(|count| *count > 0), "{seen:?}");
}

#[test]
fn what_the_clerk_answers_about_a_photo_stays_with_the_case() {
    let office = Office::with_applications(1);
    let check = |file: &str, hat: &str| {
        let no_hat = format!("no-hat={hat}");
        let mut words = vec!["photo", "check", file, "--taken", "2026-10-01", "--case", "1", "--json"];
        for answer in ["front=yes", "plain-background=yes", "no-shadow=yes", "eyes-visible=yes", &no_hat] {
            words.extend(["--answer", answer]);
        }
        office.desk(&words)
    };
    let send_back = || office.desk(&["photo", "send-back", "1", "--json"]);
    assert_eq!(send_back().code, 62, "nobody found it unfit");
    let not_fit = check("photo.jpg", "no");
    assert_eq!(not_fit.code, 60, "{not_fit:?}");
    let excused = check("photo.jpg", "religious");
    assert_eq!((excused.code, &excused.json()["case"]), (0, &json!(1)), "{excused:?}");
    let other = super::jpeg(490, 600, jpeg_encoder::ColorType::Rgb, 3);
    office.bench.write("other.jpg", other);
    let other = check("other.jpg", "yes");
    assert!(other.code == 62 && other.text().contains("not the photo"), "{other:?}");
    let half = office.desk(&["photo", "check", "photo.jpg", "--taken", "2026-10-01", "--case", "1"]);
    assert_eq!(half.code, 62, "{half:?}");
    let photo = |more: &[&str]| {
        office.desk(&[&["show", "1", "--json"], more].concat()).json()["photo"].as_array().unwrap().clone()
    };
    let (kept, with_ground) = (photo(&[]), photo(&["--person"]));
    assert_eq!(kept.len(), 10, "{kept:?}");
    let grounds = |answers: &[Value]| answers.iter().filter(|given| given["ground"] == "religious").count();
    assert_eq!((grounds(&kept), grounds(&with_ground)), (0, 1));
    assert!(kept.iter().all(|given| given["clerk"] == "desk-1"));
    let log = office.desk(&["show", "1"]).text();
    assert!(log.contains("judge-photo") && !log.contains("religious"), "{log}");
    assert_eq!(send_back().code, 62, "it was excused since");
    assert_eq!(check("photo.jpg", "no").code, 60);
    let ended = send_back();
    assert_eq!((ended.code, &ended.json()["state"]), (0, &json!("sent-back")), "{ended:?}");
}
