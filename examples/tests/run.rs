//! Runs every example on the virtual card.
#![expect(clippy::unwrap_used, reason = "a test program: what is not as it should be fails the test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program of an example; `cargo test` builds them all before it runs this.
fn program(name: &str) -> Command {
    let mut folder: PathBuf = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    let path = folder.join("examples").join(name);
    assert!(path.exists(), "{} is not built; `cargo test --package examples` does it", path.display());
    Command::new(path)
}

fn succeeded(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn status_shows_every_pin() {
    let text = succeeded(&program("status").output().unwrap());
    assert!(text.contains("署名用"), "{text}");
    assert!(text.contains("5 left") && text.contains("3 left"), "{text}");
}

#[test]
fn lying_card_is_found_out_by_the_client() {
    let text = succeeded(&program("lying_card").output().unwrap());
    assert!(text.contains("1 PIN presented, 0 tries lost"), "{text}");
}

#[test]
fn read_certificate_shows_the_test_issuer_and_says_what_it_did_not_check() {
    let text = succeeded(&program("read_certificate").output().unwrap());
    assert!(text.contains("issuer O:   MYNUMBER-TEST"), "{text}");
    assert!(text.contains("not checked"), "{text}");
}

#[test]
fn sign_file_makes_a_signature_that_openssl_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "I agree.\n").unwrap();
    succeeded(&program("sign_file").arg("-").arg(&file).output().unwrap());
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
        succeeded(&output)
    };
    let key = openssl(&["x509", "-inform", "der", "-in", "letter.txt.der", "-pubkey", "-noout"]);
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
    let check = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "letter.txt.sig"];
    assert_eq!(openssl(&[&check[..], &["letter.txt"]].concat()), "Verified OK\n");
    std::fs::write(&file, "I disagree.\n").unwrap();
    let output =
        Command::new("openssl").args(check).arg("letter.txt").current_dir(folder.path()).output().unwrap();
    assert!(!output.status.success(), "another text does not fit the signature");
}

#[test]
fn log_in_welcomes_the_holder_and_says_what_it_did_not_check() {
    let text = succeeded(&program("log_in").output().unwrap());
    assert!(text.contains("welcome, holder of certificate "), "{text}");
    assert!(text.contains("NOT checked: whether it is revoked"), "{text}");
}

#[test]
fn is_this_card_genuine_proves_the_card_and_says_what_it_did_not_check() {
    let text = succeeded(&program("is_this_card_genuine").output().unwrap());
    assert!(text.contains("checked:     9000033/001 certified the key 9910131/000"), "{text}");
    assert!(text.contains("the chip answered our nonce"), "{text}");
    assert!(text.contains("name:        試験"), "{text}");
    assert!(text.contains("NOT checked: whether the person who shows it is its holder"), "{text}");
    assert!(!text.contains("differs"), "{text}");
}

#[test]
fn record_and_replay_needs_the_card_once() {
    let text = succeeded(&program("record_and_replay").output().unwrap());
    assert!(text.contains("recorded: 5 exchanges, from 見本県"), "{text}");
    assert!(text.contains("replayed: the same, without a card"), "{text}");
}

#[test]
fn issue_100_residents_hands_every_card_over() {
    // As many as are made in a moment; without the number there are a hundred.
    let text = succeeded(&program("issue_100_residents").arg("6").output().unwrap());
    assert!(text.contains("cases:                   6 handed-over"), "{text}");
    assert!(text.contains("every chip proved") && text.contains("54 records, unbroken"), "{text}");
}

#[test]
fn set_pins_from_your_software_sets_every_pin_and_advises() {
    let text = succeeded(&program("set_pins_from_your_software").output().unwrap());
    assert!(text.contains("case 1:   handed-over"), "{text}");
    assert!(text.contains("advice:   This runs up or down"), "{text}");
    for set in ["Signature: Left(5)", "UserAuthentication: Left(3)", "Juki: Left(3)", "Common: Left(3)"] {
        assert!(text.contains(set), "{set}: {text}");
    }
}

#[test]
fn serve_virtual_card_answers_the_driver_with_its_atr() {
    // The driver's side of the slot: it listens, the card calls.
    let driver = TcpListener::bind("127.0.0.1:0").unwrap();
    driver.set_nonblocking(true).unwrap();
    let address = driver.local_addr().unwrap().to_string();
    let mut serving = program("serve_virtual_card")
        .arg(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut stream = loop {
        match driver.accept() {
            Ok((stream, _)) => break stream,
            Err(_) if started.elapsed() < Duration::from_secs(120) => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => panic!("the card did not call: {error}"),
        }
    };
    stream.set_nonblocking(false).unwrap();
    stream.write_all(&[0, 1, 1, 0, 1, 4]).unwrap();
    let mut atr = [0; 11];
    stream.read_exact(&mut atr).unwrap();
    assert_eq!(atr[..6], [0, 9, 0x3B, 0xE0, 0x00, 0xFF]);
    serving.stdin.take().unwrap().write_all(b"\n").unwrap();
    let lines: Vec<String> =
        BufReader::new(serving.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(serving.wait().unwrap().success());
    assert!(lines.iter().any(|line| line.contains("Connected")), "{lines:?}");
}
