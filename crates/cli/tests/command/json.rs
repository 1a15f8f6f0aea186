//! `--json`: one document per run, every field of it described in JSON.md.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, JUKI, SIGNATURE, WRONG};

pub(crate) fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.insert(name.clone());
                fields(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, found)),
        _ => {}
    }
}

/// Every field stands in JSON.md.
pub(crate) fn documented(found: &BTreeSet<String>) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/JSON.md")).unwrap();
    let missing: Vec<&String> = found.iter().filter(|name| !text.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "JSON.md says nothing of {missing:?}");
}

/// Arguments, PINs, exit code.
const COMMANDS: [(&[&str], &[&str], i32); 39] = [
    (&["status"], &[], 0),
    (&["attributes"], &[INPUT_ASSIST], 0),
    (&["number"], &[INPUT_ASSIST], 0),
    (&["number", "--secure-messaging"], &[INPUT_ASSIST], 0),
    (&["face", "-o", "out"], &[INPUT_ASSIST], 0),
    (&["certificate", "sign"], &[SIGNATURE], 0),
    (&["certificate", "auth"], &[], 0),
    (&["certificate", "sign-ca"], &[], 0),
    (&["certificate", "auth-ca"], &[], 0),
    (&["certificate", "show"], &[], 0),
    (&["certificate", "show", "--card", "sign", "--explain"], &[SIGNATURE], 0),
    (&["verify", "certificate", "auth.pem"], &[], 50),
    (&["verify", "certificate", "auth.pem", "--anchor", "auth-ca.pem"], &[], 53),
    (&["verify", "certificate", "auth.pem", "--anchor", "auth-ca.pem", "--no-revocation"], &[], 0),
    (&["verify", "certificate", "message"], &[], 3),
    (&["sign", "cms", "message"], &[SIGNATURE], 0),
    (&["verify", "cms", "m.p7m", "--anchor", "sign-ca.pem", "--no-revocation"], &[], 0),
    (&["verify", "cms", "m.p7m", "--anchor", "sign-ca.pem"], &[], 53),
    (&["verify", "cms", "m.p7m"], &[], 50),
    (&["verify", "cms", "message"], &[], 3),
    (&["verify", "card", "--trust", "simulated"], &[INPUT_ASSIST], 0),
    (&["verify", "card"], &[INPUT_ASSIST], 54),
    (&["verify", "batch", "message", "-o", "rows", "--force"], &[], 3),
    (&["sign", "message"], &[SIGNATURE], 0),
    (&["sign", "message", "--key", "auth", "--padding", "pss"], &[AUTHENTICATION], 0),
    (&["pin", "change", "auth"], &[AUTHENTICATION, "2580"], 0),
    (&["pin", "change", "juki"], &[JUKI, "2580"], 0),
    (&["card", "show"], &[], 0),
    (&["card", "show", "canary"], &[], 0),
    (&["card", "people"], &[], 0),
    (&["card", "hostile", "--list"], &[], 0),
    (&["wait"], &[], 0),
    (&["doctor"], &[], 0),
    (&["apdu", "00A4040C0AD392F000260100000001"], &[], 0),
    (&["apdu", "00A4040C0AD392F000260100000009"], &[], 32),
    (&["attributes"], &[WRONG], 10),
    (&["attributes"], &[""], 13),
    (&["attributes", "--reader", "virtual:nobody"], &[], 3),
    (&["card", "new", "nobody"], &[], 3),
];

#[test]
fn every_command_answers_in_json_and_every_field_is_documented() {
    let bench = Bench::new();
    bench.write("message", "m");
    crate::pki::certificates(&bench);
    assert_eq!(bench.run(&["sign", "cms", "message", "-o", "m.p7m"], &[SIGNATURE]).code, 0);
    let mut found = BTreeSet::new();
    for (arguments, pins, code) in COMMANDS {
        for language in ["en", "ja"] {
            if language == "ja" && arguments.first() == Some(&"pin") {
                continue;
            }
            let force: &[&str] = if arguments.first() == Some(&"face") { &["--force"] } else { &[] };
            let wrong_again = language == "ja" && code == 10;
            let done = bench.run(&[arguments, &["--json", "--lang", language], force].concat(), pins);
            assert_eq!(done.code, if wrong_again { 10 } else { code }, "{arguments:?}: {done:?}");
            assert!(done.stderr.is_empty(), "{arguments:?}: {done:?}");
            let document = done.json();
            assert_eq!(document.get("error").is_some(), code != 0, "{document}");
            fields(&document, &mut found);
        }
    }
    documented(&found);
    assert!(found.len() > 40, "{found:?}");
}
