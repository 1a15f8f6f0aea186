//! From the box of cards to the holder's hand: `desk personalise`, `prepare`, `notice`, `deliver`, `pin setup`.

use super::{DAY, IN_ORDER, Office, PINS, application, record, serial};
use crate::harness::Done;

/// A command of the holder on the card of a resident.
fn holder(office: &Office, number: u32, arguments: &[&str], pins: &[&str]) -> Done {
    let reader = format!("virtual:{}", serial(number));
    office.bench.call(&[arguments, &["--reader", &reader]].concat()).pins(pins).finish()
}

/// The tries left by name of the PIN.
fn counters(office: &Office, number: u32) -> std::collections::BTreeMap<String, u64> {
    let shown = office.bench.bare_call(&["card", "show", &serial(number), "--json"]).finish();
    let json = shown.json();
    let pins = json["pins"].as_array().unwrap();
    pins.iter()
        .map(|pin| (pin["id"].as_str().unwrap().to_owned(), pin["tries_left"].as_u64().unwrap_or_default()))
        .collect()
}

const SET: [&str; 5] = ["Signature", "UserAuthentication", "Juki", "Common", "InputAssist"];

/// Whether all references of the four PINs have their tries, or none has any.
fn all_or_none(office: &Office, number: u32) -> Option<bool> {
    let counters = counters(office, number);
    let set = SET.iter().filter(|id| counters[**id] > 0).count();
    match set {
        0 => Some(false),
        5 => Some(true),
        _ => None,
    }
}

#[test]
fn a_card_is_delivered_and_its_holder_uses_it() {
    let office = Office::noticed();
    assert_eq!(all_or_none(&office, 1), Some(false), "as delivered");
    let case = ["deliver", "1", "--sheet", "sheet.svg", "--json"];
    let done = office.on_card(DAY, 1, &[&case[..], &IN_ORDER].concat(), &PINS);
    assert_eq!((done.code, done.json()["state"].as_str()), (0, Some("handed-over")), "{done:?}");
    assert_eq!(all_or_none(&office, 1), Some(true));
    let sheet = String::from_utf8(office.bench.read("sheet.svg")).unwrap();
    assert!(sheet.starts_with("<svg") && PINS.iter().all(|pin| !sheet.contains(pin)));
    let attributes = holder(&office, 1, &["attributes"], &[PINS[3]]);
    assert!(attributes.code == 0 && attributes.text().contains("見本　1郎"), "{attributes:?}");
    office.bench.write("letter", "x");
    assert_eq!(holder(&office, 1, &["sign", "letter", "-o", "s"], &[PINS[0]]).code, 0);
    let shown = office.desk(&["show", "1", "--json"]).json();
    assert_eq!(shown["certificates"].as_array().unwrap().len(), 2, "{shown}");
    assert_eq!(shown["papers"][0]["document"], "drivers-licence");
    let events: Vec<&str> =
        shown["done"].as_array().unwrap().iter().map(|done| done["event"].as_str().unwrap()).collect();
    let way = ["register", "receive", "prepare", "send-notice", "open-counter", "identify", "begin-pins"];
    assert_eq!(events[..7], way);
    assert_eq!(events[7..], ["finish-pins", "hand-over"]);
    let again = office.deliver(1, &PINS);
    assert!(again.code == 62 && again.stderr.contains("mynumber desk show 1"), "{again:?}");
    let letters = String::from_utf8(office.bench.read("letters.csv")).unwrap();
    assert!(letters.contains("1,2027-02-21,見本　1郎,見本県試験市架空四丁目1番"), "{letters}");
}

#[test]
fn without_a_signature_certificate_its_password_is_not_asked() {
    let office = Office::noticed();
    let shown = office.desk(&["show", "2", "--json"]).json();
    let signature = &shown["certificates"].as_array().unwrap()[0];
    assert_eq!(
        (signature["purpose"].as_str(), signature["state"].as_str()),
        (Some("signature"), Some("revoked"))
    );
    let done = office.deliver(2, &PINS[1..]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(counters(&office, 2)["Signature"], 0);
    assert_eq!(holder(&office, 2, &["certificate", "auth"], &[]).code, 0);
    let reset = [&["unlock", "2", "--pin", "sign"][..], &super::VISIT].concat();
    assert_eq!(office.on_card(DAY, 2, &reset, &["NEWPIN77"]).code, 62);
}

#[test]
fn who_is_not_identified_gets_no_card() {
    let office = Office::noticed();
    let nothing = office.on_card(DAY, 1, &["deliver", "1"], &PINS);
    assert_eq!((nothing.code, office.state(1).as_str()), (69, "at-counter"), "{nothing:?}");
    for part in ["identity paper", "delivery notice", "photo", "record", "print"] {
        assert!(nothing.stderr.contains(part), "{part}: {nothing:?}");
    }
    let japanese = office.on_card(DAY, 1, &["deliver", "1", "--lang", "ja"], &PINS);
    assert!(japanese.stderr.contains("交付通知書を回収してください"), "{japanese:?}");
    assert_eq!(all_or_none(&office, 1), Some(false));
    assert_eq!(office.on_card(DAY, 1, &["deliver", "1", "--leave"], &[]).code, 0);
    assert_eq!(office.state(1), "noticed");
    let different: Vec<&str> =
        IN_ORDER.iter().map(|&word| if word == "same" { "different" } else { word }).collect();
    let back = office.on_card(DAY, 1, &[&["deliver", "1"][..], &different].concat(), &PINS);
    assert_eq!((back.code, office.state(1).as_str()), (69, "sent-back"), "{back:?}");
    assert!(office.desk(&["show", "1"]).text().contains("revoked"));
    assert_eq!(office.desk(&["deliver", "3", "--presented", "library-card"]).code, 2);
}

#[test]
fn who_stands_at_the_window_can_be_asked_for() {
    let office = Office::noticed();
    let reader = format!("virtual:{}", serial(1));
    let asked =
        ["deliver", "1", "--questions", "--face-print-agrees", "--identify-only", "--reader", &reader];
    let answers = "no\nlibrary-card\ndrivers-licence\ndelivery-notice\nperhaps\nsame\nyes\n";
    let done = office.call(&asked).input(answers).finish();
    assert_eq!((done.code, office.state(1).as_str()), (0, "identified"), "{done:?}");
    // The PINs follow the answers on the same standard input.
    let set = office.on_card(DAY, 1, &["pin", "setup", "1"], &PINS);
    assert_eq!((set.code, office.state(1).as_str()), (0, "pins-set"), "{set:?}");
    assert_eq!(office.on_card(DAY, 1, &["deliver", "1"], &[]).code, 0);
    let mut lines = answers.to_owned();
    PINS.iter().for_each(|pin| lines.push_str(&format!("{pin}\n")));
    let reader = format!("virtual:{}", serial(3));
    let whole = ["deliver", "3", "--questions", "--face-print-agrees", "--reader", &reader];
    let done = office.call(&whole).input(lines).finish();
    assert_eq!((done.code, office.state(3).as_str()), (0, "handed-over"), "{done:?}");
}

#[test]
fn a_chip_that_differs_from_the_record_is_not_prepared() {
    let office = Office::with_applications(1);
    office.apply(&application(2).replace("架空四丁目2番", "別の町一丁目"));
    office.make(&[1, 2]);
    let reader = |number: u32| format!("virtual:{}", serial(number));
    let done = office.prepare(2, &["--reader", &reader(2), "--json"]);
    assert_eq!((done.code, &done.json()["differences"]), (61, &serde_json::json!(["address"])), "{done:?}");
    let pictures = ["prepare", "1", "--record", "r1.toml", "--reader", &reader(1), "--lang", "ja"];
    let unseen = office.desk(&pictures);
    assert!(unseen.code == 61 && unseen.text().contains("顔写真"), "{unseen:?}");
    let other = office.prepare(1, &["--reader", &reader(2)]);
    assert!(other.code == 61 && other.stderr.contains("not the card of this case"), "{other:?}");
    assert_eq!(office.state(1), "received");
    let early = office.deliver(1, &PINS);
    assert!(early.code == 62 && early.stderr.contains("mynumber desk prepare"), "{early:?}");
    // A record that is not the card's cannot open it.
    office.bench.write("wrong.toml", record(1).replace("9910", "9911"));
    let wrong = ["prepare", "1", "--record", "wrong.toml", "--reader", &reader(1)];
    assert_eq!(office.desk(&wrong).code, 10);
}

#[test]
fn cards_without_our_key_are_refused_before_anybody_types_a_pin() {
    let office = Office::noticed();
    let fixed = [&["deliver", "1"][..], &IN_ORDER, &["--identify-only"]].concat();
    assert_eq!(office.on_card(DAY, 1, &fixed, &[]).code, 0);
    let deliver = ["deliver", "1", "--reader", "virtual:canary"];
    let done = office.call(&deliver).pins(&PINS).finish();
    assert!(done.code == 68 && done.stderr.contains("integrated terminal"), "{done:?}");
    assert_eq!(office.state(1), "identified");
    let other = ["deliver", "1", "--reader", &format!("virtual:{}", serial(2))];
    assert_eq!(office.call(&other).pins(&PINS).finish().code, 61);
    std::fs::remove_file(office.bench.path("data/issuer.key")).unwrap();
    let no_key = office.on_card(DAY, 1, &["deliver", "1"], &PINS);
    assert_eq!((no_key.code, office.state(1).as_str()), (68, "identified"), "{no_key:?}");
}

#[test]
fn pins_of_another_form_change_nothing() {
    let office = Office::noticed();
    for pins in [&["SHORT", "9173", "2806", "4951"][..], &["LIFE77PIN9", "91734", "2806", "4951"], &PINS[..2]]
    {
        let done = office.deliver(1, pins);
        assert_eq!((done.code, office.state(1).as_str()), (13, "identified"), "{done:?}");
        assert_eq!(all_or_none(&office, 1), Some(false));
    }
    let weak = ["LIFE77PIN9", "1990", "1234", "5555"];
    let case = [&["deliver", "1", "--advise"][..], &IN_ORDER].concat();
    let advised = office.on_card(DAY, 1, &case, &weak);
    assert_eq!(advised.code, 0, "{advised:?}");
    for part in ["birth date", "runs up or down", "repeats itself"] {
        assert!(advised.stderr.contains(part), "{part}: {advised:?}");
    }
    assert!(!office.deliver(3, &weak).stderr.contains("birth date"), "where nobody sits there is no advice");
}

#[test]
fn c1_a_card_pulled_out_in_the_middle_is_never_done_and_is_resumed_or_taken_back() {
    let office = Office::noticed();
    let fixed = [&["deliver", "1"][..], &IN_ORDER, &["--identify-only"]].concat();
    assert_eq!(office.on_card(DAY, 1, &fixed, &[]).code, 0);
    let quirks = office.bench.path(&format!("data/cards/{}.quirks.toml", serial(1)));
    let (mut unfinished, mut count) = (0, 4);
    loop {
        std::fs::write(&quirks, format!("removed-after = {count}\n")).unwrap();
        let done = office.on_card(DAY, 1, &["pin", "setup", "1"], &PINS);
        std::fs::remove_file(&quirks).unwrap();
        let state = office.state(1);
        match done.code {
            0 => break,
            67 => {
                assert_eq!(state, "setting-pins", "after {count}: {done:?}");
                assert!(done.stderr.contains("desk pin setup 1") && done.stderr.contains("--roll-back"));
                let handed = office.on_card(DAY, 1, &["deliver", "1"], &[]);
                assert_ne!(handed.code, 0, "a half-set card is not handed over");
                unfinished += 1;
                if unfinished % 2 == 0 {
                    let back = office.on_card(DAY, 1, &["pin", "setup", "1", "--roll-back"], &[]);
                    assert_eq!((back.code, office.state(1).as_str()), (0, "identified"), "{back:?}");
                    assert_eq!(all_or_none(&office, 1), Some(false), "after {count}");
                }
            }
            23 => assert!(["identified", "setting-pins"].contains(&state.as_str()), "after {count}: {state}"),
            other => panic!("after {count}: {other}: {done:?}"),
        }
        count += 3;
        assert!(count < 80, "never done");
    }
    assert!(unfinished >= 2, "{unfinished}");
    assert_eq!((all_or_none(&office, 1), office.state(1).as_str()), (Some(true), "pins-set"));
    assert_eq!(office.on_card(DAY, 1, &["deliver", "1"], &[]).code, 0);
}

#[test]
fn several_readers_work_on_one_store_at_once() {
    let office = Office::noticed();
    let running: Vec<_> = [1u32, 2, 3]
        .into_iter()
        .map(|number| {
            let (case, reader) = (number.to_string(), format!("virtual:{}", serial(number)));
            let arguments = [&["deliver", &case, "--reader", &reader][..], &IN_ORDER].concat();
            office.call(&arguments).pins(if number == 2 { &PINS[1..] } else { &PINS }).spawn()
        })
        .collect();
    for running in running {
        let done = running.finish();
        assert_eq!(done.code, 0, "{done:?}");
    }
    assert_eq!(office.desk(&["audit", "verify"]).code, 0);
    let report = office.desk(&["report", "--json"]).json();
    assert_eq!(
        report["states"],
        serde_json::json!([{"state": "handed-over", "text": "handed-over", "cases": 3}])
    );
}

#[test]
fn a_face_authentication_card_has_no_pins_and_gets_them_later() {
    let office = Office::noticed();
    let case = [&["deliver", "1", "--without-pins"][..], &IN_ORDER].concat();
    assert_eq!(office.on_card(DAY, 1, &case, &[]).code, 0);
    assert_eq!((all_or_none(&office, 1), office.state(1).as_str()), (Some(false), "handed-over"));
    let one = [&["unlock", "1", "--pin", "auth"][..], &super::VISIT].concat();
    let refused = office.on_card(DAY, 1, &one, &["9173"]);
    assert!(refused.code == 62 && refused.stderr.contains("pin switch 1 on"), "{refused:?}");
    let on = [&["pin", "switch", "1", "on"][..], &super::VISIT].concat();
    assert_eq!(office.on_card(DAY, 1, &on, &PINS[1..]).code, 0);
    assert_eq!(holder(&office, 1, &["attributes"], &[PINS[3]]).code, 0);
    let off = [&["pin", "switch", "1", "off"][..], &super::VISIT].concat();
    assert_eq!(office.on_card(DAY, 1, &off, &[]).code, 0);
    assert_eq!(all_or_none(&office, 1), Some(false));
}

#[test]
fn orders_that_are_wrong_make_no_card_and_what_was_made_is_kept() {
    let office = Office::new();
    office.bench.write("r1.toml", record(1));
    office
        .bench
        .write("orders.csv", format!("form_id,record\n123,r1.toml\n{},absent.toml\n", super::form_id(2)));
    let make = ["personalise", "orders.csv", "-o", "list.csv", "--json"];
    let wrong = office.desk(&make);
    assert!(wrong.code == 3 && wrong.json()["error"]["message"].to_string().contains("line 3"), "{wrong:?}");
    assert!(!office.bench.path("list.csv").exists() && !office.bench.path("data/issued").exists());
    for text in ["", "form_id\n1\n", "form_id,record\n"] {
        office.bench.write("orders.csv", text);
        assert_eq!(office.desk(&make).code, 3, "{text}");
    }
    office.bench.write("orders.csv", format!("form_id,record\n{},r1.toml\n", super::form_id(1)));
    assert_eq!(office.desk(&make).json()["made"].as_u64(), Some(1));
    assert_eq!(office.desk(&make).code, 4);
    let again = office.desk(&[&make[..], &["--force"]].concat());
    assert_eq!(again.json()["made"].as_u64(), Some(0), "{again:?}");
    // Half a card, as a broken disk leaves it, is made anew; one that nobody knows is not taken for one of ours.
    let file = format!("data/cards/{}.card", serial(1));
    let whole = office.bench.read(&file);
    office.bench.write(&file, &whole[..whole.len() / 2]);
    let anew = office.desk(&[&make[..], &["--force", "--jobs", "2"]].concat());
    assert_eq!(anew.json()["made"].as_u64(), Some(1), "{anew:?}");
    std::fs::remove_dir_all(office.bench.path("data/issued")).unwrap();
    let unknown = office.desk(&[&make[..], &["--force"]].concat());
    assert!(
        unknown.code == 4 && unknown.json()["error"]["message"].to_string().contains("no record"),
        "{unknown:?}"
    );
    office.bench.write(&file, "a letter");
    assert_eq!(office.desk(&[&make[..], &["--force"]].concat()).code, 4);
    assert_eq!(office.bench.read(&file), b"a letter");
}

#[test]
fn a_representative_who_comes_is_compared_with_the_application() {
    let office = Office::new();
    office.apply(&(application(1) + "\n[registrant]\nrepresentative = \"見本　親\"\n"));
    office.make(&[1]);
    let reader = format!("virtual:{}", serial(1));
    assert_eq!(office.prepare(1, &["--reader", &reader]).code, 0);
    assert_eq!(office.desk(&["notice", "--send"]).code, 0);
    let comes = |more: &[&str]| {
        let fixed = ["deliver", "1", "--identify-only", "--presented", "proof-of-representation"];
        office.on_card(DAY, 1, &[&fixed[..], &IN_ORDER, more].concat(), &[])
    };
    for more in [&[][..], &["--representative-name", "見本　子"], &["--lang", "ja"]] {
        let refused = comes(&[&["--representative"], more].concat());
        assert_eq!((refused.code, office.state(1).as_str()), (69, "at-counter"), "{refused:?}");
        assert!(refused.stderr.contains("--other-representative"), "{refused:?}");
        assert!(!refused.stderr.contains('親'), "{refused:?}");
    }
    let broken = comes(&["--representative", "--representative-name", "親\u{1b}[0m"]);
    assert_eq!(broken.code, 3, "{broken:?}");
    assert_eq!(comes(&["--representative-name", "見本　親"]).code, 2, "nobody says that one comes");
    let same = comes(&["--representative", "--representative-name", "見本 親"]);
    assert_eq!((same.code, office.state(1).as_str()), (0, "identified"), "{same:?}");
    assert_eq!(office.desk(&["audit", "verify"]).code, 0);
    // Asked with the other questions.
    let leave = || assert_eq!(office.on_card(DAY, 1, &["deliver", "1", "--leave"], &[]).code, 0);
    leave();
    let asked = ["deliver", "1", "--questions", "--face-print-agrees", "--identify-only"];
    let answers = "yes\npassport,proof-of-representation\ndelivery-notice\nsame\nyes\n\n見本　親\n";
    let answered = office.call(&asked).input(answers).finish();
    assert_eq!((answered.code, office.state(1).as_str()), (0, "identified"), "{answered:?}");
    let another =
        || office.desk(&["show", "1"]).text().contains("another representative than the application");
    assert!(!another());
    // Another one, whom the proof names.
    leave();
    assert_eq!(comes(&["--representative", "--other-representative"]).code, 0);
    assert!(another());
}
