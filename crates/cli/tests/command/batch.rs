//! `verify batch`: every item gets its row, in order, whatever the others are; a broken run is continued.

use serde_json::Value;

use crate::harness::{Bench, Done, SIGNATURE, openssl, openssl_bytes};
use crate::pki::{List, certificates, revocation_list};

/// An item that the card signed, as a line, and the same with another digest.
fn items(bench: &Bench) -> (String, String) {
    certificates(bench);
    bench.write("letter", "I agree.");
    let signed = bench.run(&["sign", "letter", "-o", "letter.sig"], &[SIGNATURE]);
    assert_eq!(signed.code, 0, "{signed:?}");
    let made = bench.run(&["sign", "cms", "letter", "-o", "letter.p7m"], &[SIGNATURE]);
    assert_eq!(made.code, 0, "{made:?}");
    let certificate =
        bench.write("sign.der", openssl_bytes(&["x509", "-in", &bench.at("sign.pem"), "-outform", "DER"]));
    let base64 = |path: &str| openssl(&["base64", "-A", "-in", path]).trim().to_owned();
    let digest = openssl(&["dgst", "-sha256", "-r", &bench.at("letter")]);
    let digest = digest.split_whitespace().next().unwrap().to_owned();
    let line = format!(
        r#"{{"id":"letter","certificate":"{}","signature":"{}","digest":"{digest}"}}"#,
        base64(&certificate),
        base64(&bench.at("letter.sig"))
    );
    let other = line.replace(&digest, &"0".repeat(64));
    (line, other)
}

fn verify(bench: &Bench, arguments: &[&str]) -> Done {
    let fixed = ["--anchor", "sign-ca.pem"];
    bench.bare_call(&[&["verify", "batch"], arguments, &fixed[..]].concat()).finish()
}

fn rows(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[test]
fn items_of_both_kinds_get_their_rows_in_order_and_rejects_are_collected() {
    let bench = Bench::new();
    let (good, bad) = items(&bench);
    let long = "x".repeat(300_000);
    bench.write("list", format!("{good}\n\n{bad}\nletter.p7m\n{long}\n{{\"id\":1}}\nabsent.p7m\n{good}"));
    let done = verify(&bench, &["list", "--no-revocation", "-o", "out", "--rejects", "rejects"]);
    assert_eq!((done.code, done.stdout.len()), (3, 0), "{done:?}");
    assert!(done.stderr.contains("3 hold, 4 do not"), "{done:?}");
    let out = rows(&bench.read("out"));
    let verdicts: Vec<&str> = out.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["holds", "not_trusted", "holds", "bad_input", "bad_input", "bad_input", "holds"]);
    assert!(out.iter().enumerate().all(|(index, row)| row["number"] == index));
    assert_eq!((out[0]["id"].as_str(), out[2]["id"].as_str()), (Some("letter"), Some("letter.p7m")));
    let rejects = rows(&bench.read("rejects"));
    assert_eq!(rejects, out.into_iter().filter(|row| row["verdict"] != "holds").collect::<Vec<_>>());
    assert!(rejects.iter().all(|row| row["why"].is_string()));
    let csv = verify(&bench, &["list", "--no-revocation", "--format", "csv"]);
    assert!(csv.text().starts_with("number,id,verdict,exit,") && csv.text().lines().count() == 8, "{csv:?}");
}

#[test]
fn revocation_is_asked_for_every_item_unless_left_open() {
    let bench = Bench::new();
    let (good, _) = items(&bench);
    bench.write("list", format!("{good}\nletter.p7m\n"));
    assert_eq!(verify(&bench, &["list"]).code, 53);
    revocation_list(&bench, "list.pem", &List::default());
    let done = verify(&bench, &["list", "--crl", "list.pem"]);
    assert_eq!((done.code, rows(&done.stdout).len()), (0, 2), "{done:?}");
    let number = crate::pki::serial(&bench, "sign.pem");
    let revoked = [(number.as_str(), "superseded")];
    revocation_list(&bench, "revoked.pem", &List { revoked: &revoked, ..List::default() });
    let done = verify(&bench, &["list", "--crl", "revoked.pem", "--json", "-o", "out"]);
    assert_eq!(done.code, 52, "{done:?}");
    let json = done.json();
    assert_eq!((json["rejected"].as_u64(), json["finished"].as_bool()), (Some(2), Some(true)), "{json}");
    assert_eq!(verify(&bench, &["list", "--json"]).code, 2);
}

#[test]
fn a_run_that_was_broken_off_is_continued_without_gap_or_double() {
    let bench = Bench::new();
    let (good, bad) = items(&bench);
    let list: String =
        (0..40).map(|number| format!("{}\n", if number % 3 == 0 { &bad } else { &good })).collect();
    bench.write("list", list);
    for format in ["ndjson", "csv"] {
        let outputs = ["-o", "out", "--rejects", "rejects", "--format", format];
        let common = [&["list", "--no-revocation"], &outputs[..]].concat();
        let whole = verify(&bench, &[&common[..], &["--force"]].concat());
        assert_eq!(whole.code, 50, "{whole:?}");
        let (out, rejects) = (bench.read("out"), bench.read("rejects"));
        for kept in [0, 3, out.len() / 3, out.len() / 2, out.len() - 1, out.len()] {
            bench.write("out", &out[..kept]);
            let done = verify(&bench, &[&common[..], &["--resume"]].concat());
            // What an earlier run found not to hold counts, too.
            assert_eq!(done.code, 50, "{format}, {kept}: {done:?}");
            assert!(bench.read("out") == out, "{format}, {kept} bytes kept");
            assert!(bench.read("rejects") == rejects, "{format}, {kept} bytes kept");
        }
        let overwritten = verify(&bench, &common);
        assert_eq!(overwritten.code, 4, "{overwritten:?}");
        bench.write("out", "something else\n");
        let foreign = verify(&bench, &[&common[..], &["--resume"]].concat());
        assert_eq!((foreign.code, bench.read("out")), (3, b"something else\n".to_vec()), "{foreign:?}");
    }
}

#[test]
fn wrong_uses_are_told() {
    let bench = Bench::new();
    items(&bench);
    for (arguments, code) in [
        (&["absent", "--no-revocation"][..], 3),
        (&["data", "--no-revocation"], 3),
        (&["letter", "--resume"], 2),
        (&["letter", "-o", "same", "--rejects", "same", "--no-revocation"], 2),
        (&["letter", "--jobs", "x"], 2),
        (&["letter", "-o", "letter", "--no-revocation"], 4),
    ] {
        let done = verify(&bench, arguments);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    let empty = bench.write("empty", "\n \n");
    let done = verify(&bench, &[&empty, "--no-revocation"]);
    assert!(done.code == 0 && done.stderr.contains("0 hold"), "{done:?}");
}
