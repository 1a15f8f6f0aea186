//! `sign`: openssl verifies what comes out, and nothing half-written stays.

use crate::harness::{AUTHENTICATION, Bench, SIGNATURE, openssl};

const KEYS: [(&str, &str); 2] = [("sign", SIGNATURE), ("auth", AUTHENTICATION)];

fn public_key(bench: &Bench) -> String {
    let key = openssl(&["x509", "-in", &bench.at("certificate.pem"), "-noout", "-pubkey"]);
    bench.write("key.pem", key)
}

#[test]
fn both_keys_sign_in_every_scheme_and_openssl_verifies() {
    let bench = Bench::new();
    let message = bench.write("message", "I, a simulated person, agree.\n");
    for (key, pin) in KEYS {
        for (hash, padding) in
            [("sha256", "pkcs1"), ("sha384", "pkcs1"), ("sha512", "pkcs1"), ("sha256", "pss")]
        {
            let arguments = ["sign", &message, "--key", key, "--hash", hash, "--padding", padding];
            let files = ["-o", "signature", "--certificate", "certificate.pem", "--force"];
            let done = bench.run(&[&arguments[..], &files[..]].concat(), &[pin]);
            assert_eq!((done.code, done.stdout.len()), (0, 0), "{done:?}");
            let key = public_key(&bench);
            let hash = format!("-{hash}");
            let mut check = vec!["dgst", &hash, "-verify", &key];
            if padding == "pss" {
                check.extend(["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]);
            }
            let signature = bench.at("signature");
            check.extend(["-signature", &signature, &message]);
            assert!(openssl(&check).contains("Verified OK"));
        }
    }
}

#[test]
fn raw_signs_a_hash_made_elsewhere_and_refuses_what_is_none() {
    let bench = Bench::new();
    let message = bench.write("message", "elsewhere");
    openssl(&["dgst", "-sha256", "-binary", "-out", &bench.at("hash"), &message]);
    let raw = bench.run(
        &["sign", "hash", "--form", "raw", "-o", "signature", "--certificate", "certificate.pem"],
        &[SIGNATURE],
    );
    assert_eq!(raw.code, 0, "{raw:?}");
    let (key, signature) = (public_key(&bench), bench.at("signature"));
    openssl(&["dgst", "-sha256", "-verify", &key, "-signature", &signature, &message]);
    assert_eq!(bench.run(&["sign", "message", "--form", "raw"], &[SIGNATURE]).code, 3);
    let wrong_length = bench.run(&["sign", "hash", "--form", "raw", "--hash", "sha512"], &[SIGNATURE]);
    assert_eq!(wrong_length.code, 3);
    assert_eq!(bench.run(&["sign", "hash", "--hash", "sha384", "--padding", "pss"], &[SIGNATURE]).code, 2);
}

#[test]
fn the_message_may_come_on_standard_input_while_the_pin_comes_by_descriptor() {
    let bench = Bench::new();
    let pins = bench.write("pins", format!("{AUTHENTICATION}\n"));
    let script = format!(
        "exec {} sign - --key auth --pin-fd 7 --reader virtual:canary --cards {} -o signature 7<{pins}",
        crate::harness::PROGRAM,
        bench.at("data"),
    );
    let mut shell = std::process::Command::new("sh");
    let child = shell.args(["-c", &script]).current_dir(bench.path("")).stdin(std::process::Stdio::piped());
    let mut child = child.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"message").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(bench.read("signature").len(), 256);
}

#[test]
fn i3_what_cannot_be_written_is_told_before_a_pin_is_asked_for() {
    let bench = Bench::new();
    bench.write("message", "m");
    bench.write("old", "old");
    let before = bench.counters();
    for outputs in [
        &["-o", "old"][..],
        &["-o", "no/such/folder/signature"],
        &["-o", "data", "--force"],
        &["-o", "/proc/signature"],
        &["-o", "old/signature"],
        &["-o", "new", "--certificate", "old"],
        &["-o", "new", "--certificate", "no/certificate.pem"],
    ] {
        let done = bench.run(&[&["sign", "message", "--trace"], outputs].concat(), &[SIGNATURE]);
        assert_eq!((done.code, done.verifies()), (4, 0), "{outputs:?}: {done:?}");
    }
    for outputs in [&["-o", "one", "--certificate", "one"][..], &["--certificate", "-"]] {
        let done = bench.run(&[&["sign", "message"], outputs].concat(), &[SIGNATURE]);
        assert_eq!(done.code, 2, "{outputs:?}: {done:?}");
    }
    assert_eq!(bench.read("old"), b"old");
    assert!(!bench.path("new").exists() && !bench.path("one").exists());
    assert_eq!(bench.counters(), before);
    for arguments in [&["certificate", "sign", "-o", "old"][..], &["face", "-o", "old"]] {
        assert_eq!(bench.run(arguments, &[SIGNATURE]).code, 4, "{arguments:?}");
    }
    bench.write("front.svg", "mine");
    assert_eq!(bench.run(&["face"], &[crate::harness::INPUT_ASSIST]).code, 4);
    assert_eq!(bench.read("front.svg"), b"mine");
    assert!(!bench.path("photo.png").exists());
}

#[test]
fn an_input_that_cannot_be_read_is_told() {
    let bench = Bench::new();
    for input in ["absent", "data"] {
        let done = bench.run(&["sign", input, "--trace"], &[SIGNATURE]);
        assert_eq!((done.code, done.verifies()), (3, 0), "{done:?}");
    }
}

#[test]
fn json_carries_the_signature_and_says_what_was_not_checked() {
    let bench = Bench::new();
    bench.write("message", "m");
    let done = bench.run(&["sign", "message", "--json", "-o", "signature"], &[SIGNATURE]);
    let json = done.json();
    let base64 = openssl(&["base64", "-A", "-in", &bench.at("signature")]);
    assert_eq!(json["signature"].as_str(), Some(base64.trim()));
    assert!(json["not_checked"].as_array().unwrap().iter().any(|one| one == "revocation"));
}
