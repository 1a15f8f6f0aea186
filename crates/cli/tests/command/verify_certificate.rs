//! `verify certificate`: exit code 0 where everything that was asked for holds, and nowhere else.

use crate::harness::{Bench, Done};
use crate::pki::{List, certificates, revocation_list, serial, three_levels};

/// `verify certificate` with the bench's signature authority as the anchor.
fn verify(bench: &Bench, arguments: &[&str]) -> Done {
    let fixed = ["verify", "certificate", "sign.pem", "--anchor", "sign-ca.pem"];
    bench.bare_call(&[&fixed[..], arguments].concat()).finish()
}

#[test]
fn a_certificate_of_the_card_holds_with_its_authority_and_a_list() {
    let bench = Bench::new();
    certificates(&bench);
    revocation_list(&bench, "list.pem", &List { revoked: &[("0F", "superseded")], ..List::default() });
    let done = verify(&bench, &["--crl", "list.pem", "--purpose", "signature"]);
    assert_eq!(done.code, 0, "{done:?}");
    for part in
        ["Everything that was asked for holds.", "not revoked, says the CRL of 2020-01-01", "given by"]
    {
        assert!(done.text().contains(part), "{}", done.text());
    }
    let japanese = verify(&bench, &["--crl", "list.pem", "--lang", "ja"]);
    assert!(japanese.text().contains("すべて満たされています"), "{}", japanese.text());
    let json = verify(&bench, &["--crl", "list.pem", "--json"]).json();
    assert_eq!((json["verdict"].as_str(), json["purpose"].as_str()), (Some("holds"), Some("signature")));
    assert_eq!(json["revocation"][0]["state"], "good", "{json}");
    assert_eq!(json["anchor"]["hierarchy"], "caller");
    assert!(json["checked"].as_array().unwrap().iter().any(|check| check == "revocation"));
    assert!(json["not_checked"].as_array().unwrap().iter().any(|check| check == "possession"));
}

#[test]
fn nothing_of_the_simulated_authority_is_trusted_unasked() {
    let bench = Bench::new();
    certificates(&bench);
    for trust in
        [&[][..], &["--trust", "production"], &["--trust", "jlis-test"], &["--anchor", "auth-ca.pem"]]
    {
        let arguments = [&["verify", "certificate", "sign.pem", "--no-revocation"], trust].concat();
        let done = bench.bare_call(&arguments).finish();
        assert_eq!(done.code, 50, "{trust:?}: {done:?}");
        assert!(done.text().starts_with("NOT TRUSTED.") && done.stderr.contains("issuer"), "{done:?}");
    }
    let both = bench.bare_call(&["verify", "certificate", "x", "--trust", "production", "--anchor", "y"]);
    assert_eq!(both.finish().code, 2);
}

#[test]
fn without_a_source_revocation_is_unknown_unless_the_question_is_left_open() {
    let bench = Bench::new();
    certificates(&bench);
    let unknown = verify(&bench, &["--json"]);
    assert_eq!(unknown.code, 53, "{unknown:?}");
    let json = unknown.json();
    assert_eq!(
        (json["verdict"].as_str(), json["error"]["exit"].as_u64()),
        (Some("revocation_unknown"), Some(53))
    );
    let open = verify(&bench, &["--no-revocation"]);
    assert!(open.code == 0 && open.text().contains("whether it was revoked was not asked"), "{open:?}");
    assert_eq!(verify(&bench, &["--no-revocation", "--crl", "x"]).code, 2);
}

#[test]
fn a_revoked_certificate_is_told_with_reason_and_what_it_means() {
    let bench = Bench::new();
    certificates(&bench);
    let number = serial(&bench, "sign.pem");
    let revoked = [(number.as_str(), "certificateHold")];
    revocation_list(&bench, "list.pem", &List { revoked: &revoked, ..List::default() });
    let done = verify(&bench, &["--crl", "list.pem"]);
    assert!(done.code == 52 && done.text().starts_with("REVOKED."), "{done:?}");
    assert!(done.text().contains("JPKI never releases such a hold"), "{done:?}");
    let json = verify(&bench, &["--crl", "list.pem", "--json"]).json();
    assert_eq!(json["revocation"][0]["reason"], "certificateHold");
    assert_eq!(json["revocation"][0]["revoked_at"], "2026-01-02T03:04:05Z");
}

#[test]
fn lists_that_say_nothing_of_the_certificate_leave_revocation_unknown() {
    let bench = Bench::new();
    certificates(&bench);
    revocation_list(&bench, "elsewhere.pem", &List { point: Some("Betsu-shi"), ..List::default() });
    revocation_list(&bench, "outdated.pem", &List { next_update: "20210101000000Z", ..List::default() });
    let flipped = String::from_utf8(bench.read("outdated.pem")).unwrap();
    bench.write("cut.pem", flipped.replace("-----BEGIN X509 CRL-----\n", "-----BEGIN X509 CRL-----\nAAAA"));
    bench.write("text", "no list");
    for (list, code) in
        [("elsewhere.pem", 53), ("outdated.pem", 53), ("cut.pem", 53), ("text", 3), ("absent", 3)]
    {
        let done = verify(&bench, &["--crl", list]);
        assert_eq!(done.code, code, "{list}: {done:?}");
    }
    let then = verify(&bench, &["--crl", "outdated.pem", "--at", "2020-06-01"]);
    assert_eq!(then.code, 51, "the certificate was not in force then: {then:?}");
    revocation_list(&bench, "old.pem", &List::default());
    assert_eq!(verify(&bench, &["--crl", "old.pem", "--max-age", "86400"]).code, 53);
}

#[test]
fn a_folder_of_lists_is_a_source_and_may_hold_other_things() {
    let bench = Bench::new();
    certificates(&bench);
    std::fs::create_dir(bench.path("lists")).unwrap();
    for city in 0..20 {
        let point = format!("Machi-{city}");
        revocation_list(
            &bench,
            &format!("lists/{city}.crl"),
            &List { point: Some(&point), ..List::default() },
        );
    }
    bench.write("lists/README", "daily");
    assert_eq!(verify(&bench, &["--crl", "lists"]).code, 53);
    revocation_list(&bench, "lists/own.crl", &List::default());
    let done = verify(&bench, &["--crl", "lists"]);
    assert_eq!(done.code, 0, "{done:?}");
}

#[test]
fn e5_and_e10_time_and_purpose_have_their_own_exit_codes() {
    let bench = Bench::new();
    certificates(&bench);
    for (arguments, code) in [
        (&["--at", "2000-01-01"][..], 51),
        (&["--at", "2033-01-01T00:00:00Z"], 51),
        (&["--at", "2099-01-01"], 51),
        (&["--purpose", "auth"], 50),
        (&["--policy", "1.2.3.4"], 50),
        (&["--policy", "1.2.3.4", "--policy", "1.2.392.200149.8.5.1.0.20"], 0),
        (&["--at", "yesterday"], 2),
        (&["--policy", "x"], 2),
    ] {
        let done = verify(&bench, &[arguments, &["--no-revocation"]].concat());
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    }
    let auth = ["verify", "certificate", "auth.pem", "--anchor", "auth-ca.pem", "--no-revocation"];
    assert_eq!(bench.bare_call(&auth).finish().code, 0);
    let as_signature = bench.bare_call(&[&auth[..], &["--purpose", "signature"]].concat()).finish();
    assert_eq!(as_signature.code, 50, "{as_signature:?}");
}

#[test]
fn authorities_between_are_taken_from_hints_under_the_general_rules_only() {
    let bench = Bench::new();
    three_levels(&bench);
    let arguments = ["verify", "certificate", "leaf.pem", "--anchor", "root.pem", "--no-revocation"];
    let run = |more: &[&str]| bench.bare_call(&[&arguments[..], more].concat()).finish();
    let any = ["--purpose", "any"];
    assert_eq!(run(&any).code, 50);
    let hinted = run(&[&any[..], &["--hint", "middle.pem"]].concat());
    assert!(hinted.code == 0 && hinted.text().contains("CN=middle"), "{hinted:?}");
    assert_eq!(run(&["--hint", "middle.pem"]).code, 50, "not a certificate of JPKI");
    assert_eq!(run(&["--hint", "middle.pem", "--purpose", "signature"]).code, 50);
    let both = [bench.read("leaf.pem"), bench.read("middle.pem")].concat();
    bench.write("both.pem", both);
    let bundle = ["verify", "certificate", "both.pem", "--anchor", "root.pem", "--purpose", "any", "--json"];
    let done = bench.bare_call(&bundle).finish();
    assert_eq!(done.code, 53, "{done:?}");
    assert_eq!(done.json()["revocation"].as_array().unwrap().len(), 2, "the authority between counts, too");
    // E13: a root among the hints is no anchor.
    let roots = [
        "verify",
        "certificate",
        "leaf.pem",
        "--hint",
        "middle.pem",
        "--hint",
        "root.pem",
        "--purpose",
        "any",
    ];
    assert_eq!(bench.bare_call(&roots).finish().code, 50);
    let leaf_as_anchor = ["verify", "certificate", "leaf.pem", "--anchor", "leaf.pem", "--purpose", "any"];
    assert_eq!(bench.bare_call(&leaf_as_anchor).finish().code, 3);
}

#[test]
fn d1_d2_no_prefix_and_no_flipped_bit_is_accepted() {
    let bench = Bench::new();
    certificates(&bench);
    let der = crate::harness::openssl_bytes(&["x509", "-in", &bench.at("sign.pem"), "-outform", "DER"]);
    let mut changed: Vec<Vec<u8>> = (0..8).map(|part| der[..der.len() * part / 8].to_vec()).collect();
    changed.push([&der[..], &[0]].concat());
    for bit in (0..der.len() * 8).step_by(311) {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        changed.push(flipped);
    }
    for (number, bytes) in changed.iter().enumerate() {
        bench.write("changed.der", bytes);
        let arguments =
            ["verify", "certificate", "changed.der", "--anchor", "sign-ca.pem", "--no-revocation"];
        let done = bench.bare_call(&arguments).finish();
        assert!([3, 50, 51].contains(&done.code), "{number}: {done:?}");
    }
    assert_eq!(bench.bare_call(&["verify", "certificate", "/dev/zero"]).finish().code, 3);
}
