//! `sign cms` and `verify cms`: openssl reads ours, we read openssl's, and nothing else passes.

use crate::harness::{Bench, Done, SIGNATURE, openssl};
use crate::pki::{List, certificates, revocation_list, serial, three_levels};

const TEXT: &str = "I, a simulated person, agree.\r\n";

/// `verify cms` of a message that the card signed, with the bench's signature authority as the anchor.
fn verify(bench: &Bench, arguments: &[&str]) -> Done {
    bench.bare_call(&[&["verify", "cms"], arguments, &["--anchor", "sign-ca.pem"]].concat()).finish()
}

fn sign(bench: &Bench, arguments: &[&str]) -> Done {
    bench.run(&[&["sign", "cms", "letter"], arguments].concat(), &[SIGNATURE])
}

/// A bench with a letter and the card's certificates.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("letter", TEXT);
    certificates(&bench);
    bench
}

#[test]
fn openssl_verifies_what_the_card_signed_and_so_do_we() {
    let bench = bench();
    revocation_list(&bench, "list.pem", &List::default());
    for (hash, detached) in [("sha256", false), ("sha384", true), ("sha512", false)] {
        let detach: &[&str] = if detached { &["--detached"] } else { &[] };
        let made = sign(&bench, &[&["--hash", hash, "-o", "letter.p7m", "--force"], detach].concat());
        assert_eq!((made.code, made.stdout.len()), (0, 0), "{made:?}");
        let (message, letter) = (bench.at("letter.p7m"), bench.at("letter"));
        let (authority, out) = (bench.at("sign-ca.pem"), bench.at("out"));
        let mut check = vec!["cms", "-verify", "-binary", "-inform", "DER", "-in", &message, "-CAfile"];
        check.extend([&authority, "-partial_chain", "-purpose", "any", "-cades", "-out", &out]);
        let content: &[&str] = if detached { &["-content", &letter] } else { &[] };
        openssl(&[&check[..], content].concat());
        let ours: &[&str] =
            if detached { &["--content", "letter"] } else { &["--extract", "out", "--force"] };
        let done = verify(&bench, &[&["letter.p7m", "--crl", "list.pem"], ours].concat());
        assert!(done.code == 0 && done.text().contains("Everything that was asked for holds."), "{done:?}");
        assert_eq!(bench.read("out"), TEXT.as_bytes());
    }
}

#[test]
fn the_report_says_what_was_signed_and_what_stays_open() {
    let bench = bench();
    let made = sign(&bench, &["--json", "--mime-type", "text/plain"]).json();
    let message = openssl_base64(&bench, made["message"].as_str().unwrap());
    bench.write("letter.p7m", message);
    let json = verify(&bench, &["letter.p7m", "--no-revocation", "--json"]).json();
    let signer = &json["signers"][0];
    assert_eq!((json["verdict"].as_str(), json["form"].as_str()), (Some("holds"), Some("der")), "{json}");
    assert_eq!(signer["signed"]["signing_time_claim"], made["signing_time"]);
    assert_eq!(signer["signed"]["content_length"], TEXT.len());
    assert_eq!(signer["signed"]["bound_to_certificate"], true);
    let open = signer["certificate"]["not_checked"].as_array().unwrap();
    assert!(
        open.iter().any(|check| check == "signing_time") && open.iter().any(|check| check == "revocation")
    );
    let japanese = verify(&bench, &["letter.p7m", "--no-revocation", "--lang", "ja"]);
    assert!(japanese.text().contains("署名時刻（署名者の申告）"), "{japanese:?}");
}

fn openssl_base64(bench: &Bench, text: &str) -> Vec<u8> {
    let input = bench.write("base64", text);
    crate::harness::openssl_bytes(&["base64", "-d", "-A", "-in", &input])
}

#[test]
fn content_elsewhere_is_given_exactly_where_it_belongs() {
    let bench = bench();
    bench.write("other", "I do not agree.\r\n");
    assert_eq!(sign(&bench, &["-o", "inside.p7m"]).code, 0);
    assert_eq!(sign(&bench, &["--detached", "-o", "outside.p7s"]).code, 0);
    for (arguments, code) in [
        (&["outside.p7s"][..], 3),
        (&["outside.p7s", "--content", "letter"], 0),
        (&["outside.p7s", "--content", "other"], 50),
        (&["outside.p7s", "--content", "absent"], 3),
        (&["outside.p7s", "--content", "letter", "--extract", "new"], 3),
        (&["inside.p7m", "--content", "letter"], 3),
        (&["inside.p7m", "--extract", "letter"], 4),
        (&["inside.p7m", "--purpose", "auth"], 50),
    ] {
        let done = verify(&bench, &[arguments, &["--no-revocation"]].concat());
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    assert!(!bench.path("new").exists());
    assert_eq!(bench.read("letter"), TEXT.as_bytes());
}

#[test]
fn what_does_not_hold_is_not_extracted() {
    let bench = bench();
    assert_eq!(sign(&bench, &["-o", "letter.p7m"]).code, 0);
    let number = serial(&bench, "sign.pem");
    let revoked = [(number.as_str(), "keyCompromise")];
    revocation_list(&bench, "list.pem", &List { revoked: &revoked, ..List::default() });
    for (arguments, code) in [
        (&["--crl", "list.pem"][..], 52),
        (&[], 53),
        (&["--no-revocation", "--at", "2099-01-01"], 51),
        (&["--no-revocation", "--policy", "1.2.3"], 50),
    ] {
        let done = verify(&bench, &[&["letter.p7m", "--extract", "out"], arguments].concat());
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
        assert!(!bench.path("out").exists());
    }
    let names: Vec<_> =
        std::fs::read_dir(bench.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".tmp")), "{names:?}");
}

/// Messages that openssl makes with the leaf of three levels.
fn foreign(bench: &Bench, output: &str, arguments: &[&str]) {
    let (letter, leaf, key, middle, out) = (
        bench.at("letter"),
        bench.at("leaf.pem"),
        bench.at("leaf.key"),
        bench.at("middle.pem"),
        bench.at(output),
    );
    let fixed = ["cms", "-sign", "-binary", "-md", "sha256", "-in", &letter, "-out", &out];
    let signer = ["-signer", &leaf, "-inkey", &key, "-certfile", &middle];
    openssl(&[&fixed[..], &signer, arguments].concat());
}

fn verify_foreign(bench: &Bench, arguments: &[&str]) -> Done {
    let fixed = ["--anchor", "root.pem", "--purpose", "any", "--no-revocation"];
    bench.bare_call(&[&["verify", "cms"], arguments, &fixed[..]].concat()).finish()
}

#[test]
fn messages_of_openssl_are_read_in_each_form() {
    let bench = bench();
    three_levels(&bench);
    for (name, form, arguments) in [
        ("m.der", "der", &["-outform", "DER", "-nodetach"][..]),
        ("m.ber", "der", &["-outform", "DER", "-nodetach", "-stream", "-cades"]),
        ("m.pem", "pem", &["-outform", "PEM", "-nodetach", "-keyid"]),
        ("m.eml", "multipart_signed", &[]),
        ("m.p7m.eml", "pkcs7_mime", &["-nodetach"]),
    ] {
        foreign(&bench, name, arguments);
        let done = verify_foreign(&bench, &[name, "--extract", "out", "--force", "--json"]);
        assert_eq!(done.code, 0, "{name}: {done:?}");
        assert_eq!(done.json()["form"], form);
        assert_eq!(bench.read("out"), TEXT.as_bytes(), "{name}");
        let piped = bench
            .bare_call(&["verify", "cms", "-", "--anchor", "root.pem", "--purpose", "any"])
            .input(bench.read(name));
        assert_eq!(piped.finish().code, 53);
    }
}

#[test]
fn f6_one_bad_signer_of_two_spoils_the_message_and_both_are_reported() {
    let bench = bench();
    three_levels(&bench);
    let again = ["-signer", &bench.at("root.pem"), "-inkey", &bench.at("root.key")];
    foreign(&bench, "two.der", &[&["-outform", "DER", "-nodetach"], &again[..]].concat());
    let done = verify_foreign(&bench, &["two.der", "--json"]);
    let json = done.json();
    let verdicts: Vec<&str> = json["signers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|signer| signer["certificate"]["verdict"].as_str().unwrap())
        .collect();
    // The authority's key is for certificates and lists, not for messages.
    assert_eq!(done.code, 50, "{json}");
    assert!(verdicts.contains(&"holds") && verdicts.contains(&"not_trusted"), "{json}");
    assert!(json["error"]["message"].as_str().unwrap().contains("of 2"), "{json}");
}

#[test]
fn f1_f2_messages_without_signer_or_signed_attributes_prove_nothing() {
    let bench = bench();
    three_levels(&bench);
    foreign(&bench, "bare.der", &["-outform", "DER", "-nodetach", "-noattr"]);
    assert_eq!(verify_foreign(&bench, &["bare.der"]).code, 50);
    let (leaf, out) = (bench.at("leaf.pem"), bench.at("certificates.pem"));
    openssl(&["crl2pkcs7", "-nocrl", "-certfile", &leaf, "-out", &out]);
    let nobody = verify_foreign(&bench, &["certificates.pem", "--content", "letter"]);
    assert!([3, 50].contains(&nobody.code), "{nobody:?}");
    let (letter, data) = (bench.at("letter"), bench.at("data.der"));
    openssl(&["cms", "-data_create", "-in", &letter, "-outform", "DER", "-out", &data]);
    assert_eq!(verify_foreign(&bench, &["data.der"]).code, 3);
}

#[test]
fn d1_d2_f11_no_prefix_no_flipped_bit_and_no_trailing_byte_is_accepted() {
    let bench = bench();
    three_levels(&bench);
    foreign(&bench, "m.der", &["-outform", "DER", "-nodetach", "-cades"]);
    let der = bench.read("m.der");
    let mut changed: Vec<Vec<u8>> = (0..8).map(|part| der[..der.len() * part / 8].to_vec()).collect();
    changed.push([&der[..], &[0]].concat());
    for bit in (0..der.len() * 8).step_by(331) {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        changed.push(flipped);
    }
    for (number, bytes) in changed.iter().enumerate() {
        bench.write("changed.der", bytes);
        let done = verify_foreign(&bench, &["changed.der"]);
        // A bit of a certificate that is only a hint, or of a version number, may change nothing.
        let same = done.code == 0 && number > 8;
        assert!(same || [3, 50, 51].contains(&done.code), "{number}: {done:?}");
        if same {
            let json = verify_foreign(&bench, &["changed.der", "--json"]).json();
            let original = verify_foreign(&bench, &["m.der", "--json"]).json();
            assert_eq!(json["signers"][0]["signed"], original["signers"][0]["signed"], "{number}");
        }
    }
    for name in ["/dev/zero", "data", "letter", "absent", "root.key"] {
        assert_eq!(verify_foreign(&bench, &[name]).code, 3, "{name}");
    }
}

#[test]
fn signing_a_file_called_cms_and_wrong_uses_are_told_apart() {
    let bench = bench();
    bench.write("cms", "a file of that name");
    let file = bench.run(&["sign", "./cms", "-o", "cms.sig"], &[SIGNATURE]);
    assert_eq!((file.code, bench.read("cms.sig").len()), (0, 256), "{file:?}");
    for (arguments, code) in [
        (&["sign", "cms"][..], 2),
        (&["sign", "cms", "letter", "--key", "auth"], 2),
        (&["sign", "cms", "absent"], 3),
        (&["sign", "cms", "data"], 3),
        (&["sign", "cms", "letter", "-o", "letter"], 4),
        (&["sign", "cms", "letter", "--mime-type", "no type"], 3),
    ] {
        let done = bench.run(&[arguments, &["--trace"]].concat(), &[SIGNATURE]);
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    let wrong = bench.run(&["sign", "cms", "letter", "-o", "new.p7m"], &["WRONG77PIN8"]);
    assert!(wrong.code == 10 && !bench.path("new.p7m").exists(), "{wrong:?}");
}
