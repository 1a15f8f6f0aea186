//! After the hand-over: unlock, suspension, changes, renewal, loss, return, expiry, revocation lists.

use std::collections::BTreeSet;

use super::{DAY, IN_ORDER, Office, PINS, VISIT, application, form_id, record, serial};
use crate::harness::{Done, openssl};
use crate::json::{documented, fields};

fn delivered(numbers: &[u32]) -> Office {
    let office = Office::noticed();
    for number in numbers {
        let pins = if *number == 2 { &PINS[1..] } else { &PINS };
        let done = office.deliver(*number, pins);
        assert_eq!(done.code, 0, "{done:?}");
    }
    office
}

fn window(office: &Office, at: &str, arguments: &[&str], pins: &[&str]) -> Done {
    let number = arguments.iter().find_map(|word| word.parse().ok()).unwrap();
    office.on_card(at, number, &[arguments, &VISIT].concat(), pins)
}

fn holder(office: &Office, arguments: &[&str], pins: &[&str]) -> Done {
    let reader = format!("virtual:{}", serial(1));
    office.bench.call(&[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
}

/// State and reason of each certificate of a case, in the order of issue.
fn certificates(office: &Office, number: &str) -> Vec<(String, String, Option<String>)> {
    let shown = office.desk(&["show", number, "--json"]).json();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    shown["certificates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["purpose"]).unwrap(), text(&one["state"]).unwrap(), text(&one["reason"])))
        .collect()
}

#[test]
fn the_whole_life_of_a_resident_by_commands() {
    let office = delivered(&[1]);
    // Locked, and set anew at the window.
    for _ in 0..3 {
        holder(&office, &["attributes", "--last-try"], &["0000"]);
    }
    assert_eq!(holder(&office, &["attributes"], &[PINS[3]]).code, 11);
    let unlocked = window(&office, DAY, &["unlock", "1", "--pin", "input-assist,juki"], &["6142", "8350"]);
    assert_eq!(unlocked.code, 0, "{unlocked:?}");
    assert_eq!(holder(&office, &["attributes"], &["8350"]).code, 0);
    // Stopped by telephone, and taken up again with the card in hand: certificates are new.
    let suspended = office.desk(&["suspend", "1", "--from", "call-centre"]);
    assert_eq!((suspended.code, office.state(1).as_str()), (0, "suspended"), "{suspended:?}");
    let reasons: Vec<_> = certificates(&office, "1").into_iter().map(|(_, _, reason)| reason).collect();
    assert!(reasons.iter().all(|reason| reason.as_deref() == Some("certificateHold")), "{reasons:?}");
    assert_eq!(window(&office, DAY, &["unlock", "1", "--pin", "auth"], &["1470"]).code, 62);
    let resumed = window(&office, DAY, &["resume", "1", "--record", "r1.toml"], &[]);
    assert_eq!((resumed.code, office.state(1).as_str()), (0, "handed-over"), "{resumed:?}");
    assert_eq!(certificates(&office, "1").len(), 4);
    // Moved.
    office.bench.write("moved.toml", record(1).replace("架空四丁目1番", "架空九丁目8番"));
    let changed = window(&office, DAY, &["change", "1", "--record", "moved.toml"], &[]);
    assert_eq!(changed.code, 0, "{changed:?}");
    let attributes = holder(&office, &["attributes"], &["8350"]);
    assert!(attributes.text().contains("架空九丁目8番"), "{attributes:?}");
    let verified = holder(&office, &["verify", "card", "--trust", "simulated"], &["8350"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let kept = certificates(&office, "1");
    assert_eq!(kept.len(), 5, "the user-authentication certificate stays: {kept:?}");
    // Before the certificates end.
    let early = window(&office, DAY, &["renew", "1", "--record", "moved.toml"], &[]);
    assert!(early.code == 62 && early.stderr.contains("three months"), "{early:?}");
    let renewed = window(&office, "2031-11-04", &["renew", "1", "--record", "moved.toml"], &[]);
    assert_eq!(renewed.code, 0, "{renewed:?}");
    // Lost, found by nobody, and given up.
    assert_eq!(office.desk(&["lose", "1", "--from", "holder"]).code, 0);
    let back = office.desk(&["return", "1", "--json"]);
    assert_eq!((back.code, back.json()["state"].as_str()), (0, Some("returned")), "{back:?}");
    assert_eq!(office.desk(&["audit", "verify"]).code, 0);
}

#[test]
fn at_a_convenience_store_one_pin_opens_the_other() {
    let office = delivered(&[1]);
    let at = "2026-11-24T10:00:00+09:00";
    let kiosk = |pin: &str, matched: &str, pins: &[&str]| {
        office.on_card(at, 1, &["unlock", "1", "--pin", pin, "--kiosk", matched], pins)
    };
    let done = kiosk("auth", "2026-11-24T09:50:00+09:00", &[PINS[0], "1470"]);
    assert_eq!(done.code, 0, "{done:?}");
    let done = kiosk("sign", "2026-11-24T09:50:00+09:00", &["1470", "OTHER77"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(kiosk("sign", "2026-11-22T09:50:00+09:00", &["1470", "OTHER78"]).code, 62);
    assert_eq!(kiosk("juki", "2026-11-24T09:50:00+09:00", &["1470"]).code, 62);
    assert_eq!(kiosk("auth", "2026-11-24T09:50:00+09:00", &["WRONG777", "1470"]).code, 10);
}

#[test]
fn what_has_passed_its_day_ends() {
    let office = delivered(&[1]);
    let expire = |at: &str| office.call_at(at, &["expire", "--json"]).finish().json();
    assert_eq!(expire("2027-02-21")["uncollected"], serde_json::json!([]));
    assert_eq!(expire("2027-02-22")["uncollected"], serde_json::json!([2, 3]));
    let notice = |at: &str| {
        office.call_at(at, &["expiry-notice", "1", "--form", &form_id(9), "-o", "notice", "--json"]).finish()
    };
    let expiry = office.desk(&["show", "1", "--json"]).json()["expiry"].as_str().unwrap().to_owned();
    assert_eq!(expiry, "2035-12-31");
    certificates_are_told_of_before_their_end(&office);
    assert_eq!(notice("2035-09-29").code, 62);
    let done = notice("2035-10-01");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(String::from_utf8(office.bench.read("notice/letter.txt")).unwrap().contains(&form_id(9)));
    assert!(office.bench.read("notice/qr.svg").starts_with(b"<svg"));
    assert_eq!(notice("2035-10-01").code, 4);
    let due = office.call_at("2035-10-01", &["report"]).finish().text();
    assert!(due.contains("renew: 1 (1)"), "{due}");
    assert_eq!(expire("2035-12-31")["expired"], serde_json::json!([]));
    let report = office.call_at("2036-01-01", &["report", "--json"]).finish().json();
    assert!(report.to_string().contains("\"expire\""), "{report}");
    assert_eq!(expire("2036-01-01")["expired"], serde_json::json!([1]));
    assert_eq!(office.state(1), "expired");
}

/// Those of the first case end in 2030, five years before its card.
fn certificates_are_told_of_before_their_end(office: &Office) {
    let letters = |at: &str, folder: &str| {
        let words = ["expiry-notice", "1", "--certificates", "-o", folder, "--json"];
        office.call_at(at, &words).finish()
    };
    assert_eq!(letters("2030-09-29", "early").code, 62);
    let done = letters("2030-10-01", "ending");
    assert_eq!((done.code, done.json()["files"].as_array().map(Vec::len)), (0, Some(2)), "{done:?}");
    for name in ["signature.txt", "user-authentication.txt"] {
        let letter = String::from_utf8(office.bench.read(&format!("ending/{name}"))).unwrap();
        assert!(letter.contains("2030-12-31") && letter.contains("窓口"), "{letter}");
    }
    let due = office.call_at("2030-10-01", &["report"]).finish().text();
    assert!(
        due.contains("renew-certificates: 1 (1) - `mynumber desk expiry-notice --certificates`"),
        "{due}"
    );
    let neither = office.call_at("2030-10-01", &["expiry-notice", "1", "-o", "none"]).finish();
    assert_eq!(neither.code, 2, "{neither:?}");
}

#[test]
fn a_new_card_takes_the_place_of_the_old_one() {
    let office = delivered(&[1]);
    office.bench.write("b.toml", application(4).replace("4郎", "1郎").replace("四丁目4番", "四丁目1番"));
    assert_eq!(office.desk(&["apply", "b.toml", "--confirmed"]).code, 0);
    office.bench.write("r4.toml", record(1).replace(&serial(1), &serial(4)));
    office.bench.write("orders.csv", format!("form_id,record\n{},r4.toml\n", form_id(4)));
    assert_eq!(office.desk(&["personalise", "orders.csv", "-o", "l.csv"]).code, 0);
    let serials = office.bench.write("s.txt", serial(4) + "\n");
    assert_eq!(office.desk(&["receive", "l.csv", "--delivered", &serials, "--notices", &serials]).code, 0);
    let reader = format!("virtual:{}", serial(4));
    assert_eq!(office.prepare(4, &["--reader", &reader]).code, 0);
    assert_eq!(office.desk(&["notice", "--send"]).code, 0);
    let kept = [&["deliver", "4", "--replaces", "1", "--old-card-out"][..], &IN_ORDER].concat();
    let done = office.on_card(DAY, 4, &kept, &PINS);
    assert!(done.code == 69 && done.stderr.contains("old card"), "{done:?}");
    let collected: Vec<&str> = kept
        .iter()
        .map(|&word| if word == "delivery-notice" { "delivery-notice,old-card" } else { word })
        .collect();
    assert_eq!(office.on_card(DAY, 4, &collected, &PINS).code, 0);
    assert_eq!((office.state(1).as_str(), office.state(4).as_str()), ("replaced", "handed-over"));
    assert_eq!(office.desk(&["show", "1", "--json"]).json()["successor"].as_u64(), Some(4));
}

#[test]
fn openssl_reads_the_lists_of_what_was_revoked() {
    let office = delivered(&[1]);
    assert_eq!(office.desk(&["lose", "1"]).code, 0);
    for (of, count) in [("sign", 2), ("auth", 1)] {
        let file = format!("{of}.crl");
        let done = office.desk(&["crl", of, "-o", &file, "--number", "7", "--json"]);
        assert_eq!((done.code, done.json()["number"].as_u64()), (0, Some(7)), "{done:?}");
        let text = openssl(&["crl", "-inform", "DER", "-in", &office.bench.at(&file), "-noout", "-text"]);
        assert_eq!(text.matches("Serial Number").count(), count, "{text}");
        assert!(text.contains("Certificate Hold"), "{text}");
    }
    assert_eq!(office.desk(&["crl", "sign", "-o", "sign.crl"]).code, 4);
    assert_eq!(office.desk(&["crl", "sign", "--next", "2020-01-01"]).code, 3);
    assert_eq!(office.desk(&["crl", "sign"]).stdout[0], 0x30);
}

#[test]
fn substitute_characters_are_shown_to_the_holder() {
    let office = Office::with_applications(0);
    office.apply(&application(1).replace("見本　1郎\"\naddress", "髙本　1郎\"\naddress"));
    let flagged = record(1).replace("見本　1郎", "高本　1郎") + "name_substitutes = \"10000\"\n";
    office.bench.write("r1.toml", flagged);
    let done = office.desk(&["substitutes", "1", "--record", "r1.toml", "--json"]);
    let name = &done.json()["name"][0];
    assert_eq!((name["record"].as_str(), name["card"].as_str()), (Some("髙"), Some("高")), "{done:?}");
}

#[test]
fn steps_out_of_their_place_are_refused_with_what_comes_first() {
    let office = Office::noticed();
    for (arguments, code) in [
        (&["suspend", "1"][..], 62),
        (&["lose", "1"], 62),
        (&["return", "1"], 62),
        (&["suspend", "99"], 63),
        (&["pin", "setup", "1"], 62),
    ] {
        let done = office.on_card(DAY, 1, arguments, &PINS);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
        assert!(done.stderr.contains("mynumber desk"), "{arguments:?}: {done:?}");
    }
    let japanese = office.on_card(DAY, 1, &["suspend", "1", "--lang", "ja"], &[]);
    assert!(japanese.stderr.contains("先に"), "{japanese:?}");
    assert_eq!(office.state(1), "noticed");
}

#[test]
fn the_commands_with_a_card_answer_in_json_and_every_field_is_documented() {
    let office = Office::noticed();
    let mut found = BTreeSet::new();
    let commands: [(&[&str], &[&str], i32); 9] = [
        (&["deliver", "1"], &PINS, 0),
        (&["unlock", "1", "--pin", "auth"], &["1470"], 0),
        (&["substitutes", "1", "--record", "r1.toml"], &[], 0),
        (&["suspend", "1"], &[], 0),
        (&["resume", "1", "--record", "r1.toml"], &[], 0),
        (&["personalise", "orders.csv", "-o", "again.csv"], &[], 0),
        (&["expire"], &[], 0),
        (&["crl", "sign"], &[], 0),
        (&["show", "1"], &[], 0),
    ];
    for (arguments, pins, code) in commands {
        let more: &[&str] = match arguments[0] {
            "deliver" => &IN_ORDER,
            "unlock" | "resume" => &VISIT,
            _ => &[],
        };
        let done = office.on_card(DAY, 1, &[arguments, more, &["--json"]].concat(), pins);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
        assert!(done.stderr.is_empty(), "{arguments:?}: {done:?}");
        fields(&done.json(), &mut found);
    }
    documented(&found);
}
