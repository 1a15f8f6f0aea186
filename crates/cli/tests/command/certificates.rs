//! `certificate show`: certificates of files and of the card, in words.

use crate::harness::{Bench, SIGNATURE};
use testkit::certificates::{Draft, Key};

/// The card's signature certificate as a file.
fn signature_certificate(bench: &Bench) -> Vec<u8> {
    let done = bench.run(&["certificate", "sign", "--form", "der", "-o", "sign.der"], &[SIGNATURE]);
    assert_eq!(done.code, 0, "{done:?}");
    bench.read("sign.der")
}

#[test]
fn each_field_is_explained_in_both_languages_and_what_stays_open_is_named() {
    let bench = Bench::new();
    signature_certificate(&bench);
    let english = bench.run(&["certificate", "show", "sign.der", "--explain"], &[]);
    assert_eq!(english.code, 0, "{english:?}");
    for part in [
        "claims to be a signature certificate of a test card",
        "keyUsage (critical): digitalSignature, nonRepudiation",
        "1.2.392.200149.8.5.1.0.20 (JPKI signature, test cards)",
        "Name: 見本　次郎",
        "Born: 1990-12-31 (平成)",
        "99101 (inferred from the common name, not stated)",
        "What cannot be concluded from this",
        "the My Number: it is not in the certificate",
    ] {
        assert!(english.text().contains(part), "{part}: {}", english.text());
    }
    let japanese = bench.run(&["certificate", "show", "sign.der", "--explain", "--lang", "ja"], &[]);
    for part in ["署名用電子証明書", "生年月日: 平成2年12月31日", "代替文字はありません", "個人番号"]
    {
        assert!(japanese.text().contains(part), "{part}: {}", japanese.text());
    }
    for text in [english.text(), japanese.text()] {
        let words = text.split(|c: char| !c.is_ascii_alphabetic());
        assert!(!words.into_iter().any(|word| word.eq_ignore_ascii_case("valid")), "{text}");
    }
}

#[test]
fn the_card_s_certificate_is_shown_where_no_file_is_given() {
    let bench = Bench::new();
    let json = bench.run(&["certificate", "show", "--explain", "--json"], &[]).json();
    let shown = &json["certificates"][0];
    assert!(shown["holder"].is_null() && shown["municipality"]["inferred"] == true, "{json}");
    let signature = bench.run(&["certificate", "show", "--card", "sign", "--json"], &[SIGNATURE]);
    assert_eq!(signature.json()["certificates"][0]["purpose"], "signature");
    let authority = bench.run(&["certificate", "show", "--card", "auth-ca", "--explain"], &[]);
    assert!(authority.text().contains("claims to be an authority's certificate"), "{authority:?}");
    let both = bench.run(&["certificate", "show", "sign.der", "--card", "sign"], &[]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn substitute_characters_are_tied_to_their_places() {
    let bench = Bench::new();
    let watanabe = ["--reader", "virtual:watanabe"];
    let arguments = ["certificate", "show", "--card", "sign", "--explain"];
    let shown = bench.run(&[&arguments[..], &watanabe].concat(), &["ABC123"]);
    assert!(shown.text().contains("a substitute for one that the card's character set lacks"), "{shown:?}");
    let json = bench.run(&[&arguments[..], &watanabe, &["--json"]].concat(), &["ABC123"]).json();
    let name = &json["certificates"][0]["holder"]["name"];
    let first = &name["substitute_characters"][0];
    let position = usize::try_from(first["position"].as_u64().unwrap()).unwrap();
    let character = name["text"].as_str().unwrap().chars().nth(position - 1).unwrap().to_string();
    assert_eq!(first["character"].as_str(), Some(character.as_str()), "{json}");
}

#[test]
fn every_certificate_of_a_pem_file_is_shown() {
    let bench = Bench::new();
    let auth = bench.run(&["certificate", "auth", "--form", "pem"], &[]).text();
    let authority = bench.run(&["certificate", "auth-ca", "--form", "pem"], &[]).text();
    bench.write("both.pem", format!("two of them\n{auth}{authority}"));
    let json = bench.run(&["certificate", "show", "both.pem", "--json"], &[]).json();
    let purposes: Vec<&str> =
        json["certificates"].as_array().unwrap().iter().map(|one| one["purpose"].as_str().unwrap()).collect();
    assert_eq!(purposes, ["user_authentication", "authority"]);
    let piped = bench.bare_call(&["certificate", "show", "-", "--explain"]).input(&auth).finish();
    assert_eq!(piped.code, 0, "{piped:?}");
}

#[test]
fn a17_text_in_a_certificate_does_not_steer_the_terminal() {
    let bench = Bench::new();
    let mut der = signature_certificate(&bench);
    for (text, hostile) in [("見本　次郎", "\u{1b}[2J\n\u{202e}\u{7}\0見xy"), ("Shiken-shi", "x, O=JPKI\r")]
    {
        assert_eq!(text.len(), hostile.len());
        let at = der.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
        der[at..at + text.len()].copy_from_slice(hostile.as_bytes());
    }
    bench.write("hostile.der", der);
    for arguments in [&["--explain"][..], &[]] {
        let shown = bench.run(&[&["certificate", "show", "hostile.der"], arguments].concat(), &[]);
        assert_eq!(shown.code, 0, "{shown:?}");
        let text = shown.text();
        assert!(text.contains("\\u{001B}[2J\\u{000A}\\u{202E}"), "{text}");
        assert!(text.contains("L=x\\, O\\=JPKI\\u{d}"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\0', '\r']), "{text}");
    }
}

#[test]
fn a_key_of_a_kind_that_is_not_known_is_told_and_is_no_fault_of_the_certificate() {
    let bench = Bench::new();
    let key = Key::new(1);
    let mut draft = Draft::leaf("somebody", &key, "authority", &key);
    // P-256 becomes P-192: 1.2.840.10045.3.1.1.
    let curve = draft.key_info.windows(3).position(|bytes| bytes == [0x03, 0x01, 0x07]).unwrap();
    draft.key_info[curve + 2] = 0x01;
    bench.write("other.der", draft.signed(&key));
    let shown = bench.run(&["certificate", "show", "other.der", "--explain"], &[]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.text().contains("subjectPublicKeyInfo: of a kind that is not known here"), "{shown:?}");
    // What it signed is refused all the same.
    bench.write("anchor.der", Draft::authority("authority", &key, "authority", &key).signed(&key));
    let checked =
        bench.run(&["verify", "certificate", "other.der", "--anchor", "anchor.der", "--purpose", "any"], &[]);
    assert_eq!(checked.code, 50, "{checked:?}");
}

#[test]
fn a_malformed_field_is_marked_and_the_run_fails() {
    let bench = Bench::new();
    let mut der = signature_certificate(&bench);
    // keyUsage: 03 02 06 C0 becomes a bit string whose unused bits are set.
    let at = der.windows(4).position(|window| window == [0x03, 0x02, 0x06, 0xC0]).unwrap();
    der[at + 2] = 0x07;
    bench.write("malformed.der", der);
    let done = bench.run(&["certificate", "show", "malformed.der", "--explain"], &[]);
    assert!(
        done.code == 3 && done.text().contains("keyUsage") && done.stderr.contains("keyUsage"),
        "{done:?}"
    );
    let json = bench.run(&["certificate", "show", "malformed.der", "--explain", "--json"], &[]);
    assert_eq!(json.json()["error"]["kind"], "bad_input");
}

#[test]
fn files_that_hold_no_certificate_are_bad_input() {
    let bench = Bench::new();
    let der = signature_certificate(&bench);
    bench.write("cut.der", &der[..der.len() - 1]);
    bench.write("more.der", [&der[..], &[0]].concat());
    bench.write("empty", "");
    bench.write("garbage", [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]);
    bench.write("text", "hello\n");
    bench.write("open.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n");
    bench.write("key.pem", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n");
    for name in [
        "cut.der",
        "more.der",
        "empty",
        "garbage",
        "text",
        "open.pem",
        "key.pem",
        "data",
        "absent",
        "/dev/zero",
    ] {
        let done = bench.run(&["certificate", "show", name, "--explain"], &[]);
        assert_eq!((done.code, done.stdout.len()), (3, 0), "{name}: {done:?}");
        assert!(!done.stderr.is_empty());
    }
}
