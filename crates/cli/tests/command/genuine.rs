//! `verify card`: a chip that answers and records that were signed, or exit code 54.

use crate::harness::{AUTHENTICATION, Bench, INPUT_ASSIST, NUMBER, NUMBER_B, WRONG};

#[test]
fn a_card_proves_itself_with_each_secret_under_its_authority() {
    let bench = Bench::new();
    for (with, pin) in [("pin", INPUT_ASSIST), ("a", NUMBER), ("b", NUMBER_B)] {
        let arguments = ["verify", "card", "--with", with, "--trust", "simulated"];
        let done = bench.run(&arguments, &[pin]);
        assert_eq!(done.code, 0, "{with}: {done:?}");
        let text = done.text();
        for part in
            ["it identifies nobody", "Born: 1990-12-31", "nobody signed", "2035-12-31", "Not checked:"]
        {
            assert!(text.contains(part), "{with}: {part}: {text}");
        }
        assert_eq!(text.contains("Name: 見本　次郎"), with == "pin");
        let japanese = bench.run(&[&arguments[..], &["--lang", "ja"]].concat(), &[pin]).text();
        assert!(japanese.contains("仮想カードと確認") && japanese.contains("署名なし"), "{japanese}");
    }
    let json = bench.run(&["verify", "card", "--trust", "simulated", "--json"], &[INPUT_ASSIST]).json();
    assert_eq!((json["verdict"].as_str(), json["hierarchy"].as_str()), (Some("holds"), Some("caller")));
    assert_eq!(json["not_signed"]["past_expiry"], false);
    assert_eq!(json["nonce"].as_str().unwrap().len(), 64);
    let again = bench.run(&["verify", "card", "--trust", "simulated", "--json"], &[INPUT_ASSIST]).json();
    assert_ne!(json["nonce"], again["nonce"], "each proof has a nonce of its own");
}

#[test]
fn a_simulated_card_is_not_genuine_and_learns_no_pin() {
    let bench = Bench::new();
    for trust in [&[][..], &["--trust", "production"], &["--trust", "jlis-test"]] {
        let done = bench.run(&[&["verify", "card", "--trace"], trust].concat(), &[INPUT_ASSIST]);
        assert_eq!((done.code, done.verifies(), done.stdout.len()), (54, 0, 0), "{trust:?}: {done:?}");
        assert!(done.stderr.contains("not shown to be genuine"), "{done:?}");
        let json = bench.run(&[&["verify", "card", "--json"], trust].concat(), &[INPUT_ASSIST]).json();
        assert_eq!(json["error"]["kind"], "not_genuine");
    }
    let japanese = bench.run(&["verify", "card", "--lang", "ja"], &[INPUT_ASSIST]);
    assert!(japanese.stderr.contains("真正なカードと確認できません"), "{japanese:?}");
}

#[test]
fn a_wrong_pin_and_a_missing_authority_keep_their_own_exit_codes() {
    let bench = Bench::new();
    let wrong = bench.run(&["verify", "card", "--trust", "simulated"], &[WRONG]);
    assert_eq!(wrong.code, 10, "{wrong:?}");
    let again = bench.run(&["verify", "card", "--trust", "simulated"], &[WRONG]);
    assert_eq!(again.code, 10, "{again:?}");
    let kept = bench.run(&["verify", "card", "--trust", "simulated"], &[AUTHENTICATION]);
    assert_eq!(kept.code, 12, "the last try is kept: {kept:?}");
    let spent = bench.run(&["verify", "card", "--trust", "simulated", "--last-try"], &[INPUT_ASSIST]);
    assert_eq!(spent.code, 0, "{spent:?}");
    std::fs::remove_dir_all(bench.path("data/authority")).unwrap();
    assert_eq!(bench.run(&["verify", "card", "--trust", "simulated"], &[INPUT_ASSIST]).code, 3);
}

#[test]
fn a_card_of_another_authority_is_not_taken() {
    let (bench, other) = (Bench::new(), Bench::new());
    let elsewhere = ["--cards", &other.at("elsewhere")];
    let made = std::process::Command::new(crate::harness::PROGRAM)
        .args(["card", "new", "taro"])
        .args(elsewhere)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    std::fs::remove_dir_all(bench.path("data/authority")).unwrap();
    std::fs::create_dir(bench.path("data/authority")).unwrap();
    for entry in std::fs::read_dir(other.path("elsewhere/authority")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), bench.path("data/authority").join(entry.file_name())).unwrap();
    }
    let done = bench.run(&["verify", "card", "--trust", "simulated", "--trace"], &[INPUT_ASSIST]);
    assert_eq!((done.code, done.verifies()), (54, 0), "{done:?}");
    let certificate = bench.run(&["certificate", "auth", "--form", "pem", "-o", "auth.pem"], &[]);
    assert_eq!(certificate.code, 0);
    let look_alike = ["verify", "certificate", "auth.pem", "--trust", "simulated", "--no-revocation"];
    assert_eq!(bench.run(&look_alike, &[]).code, 50, "same name, other key");
}
