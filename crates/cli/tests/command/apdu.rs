//! `apdu`: bytes as they are, in every form that other tools know, secrets never shown.

use crate::harness::Bench;

const SELECT: &str = "00A4040C0AD392F000260100000001";

#[test]
fn apdus_come_as_arguments_from_a_file_and_on_standard_input() {
    let bench = Bench::new();
    let spaced = "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01";
    let script = format!("# the JPKI application\n{spaced}\n00:20:00:18 // tries left\nreset\n");
    let file = bench.write("script", &script);
    let calls = [
        bench.call(&["apdu", SELECT, "00:20:00:18", "--keep-going"]),
        bench.call(&["apdu", "--file", &file, "--keep-going"]),
        bench.call(&["apdu", "--file", "-", "--keep-going"]).input(&script),
        bench.call(&["apdu", "--keep-going"]).input(&script),
    ];
    for call in calls {
        let done = call.finish();
        let text = done.text();
        assert_eq!(done.code, 32, "{done:?}");
        assert!(text.contains("< 9000 done") && text.contains("> 00 20 00 18"), "{text}");
    }
    let read = bench.run(&["apdu", SELECT, "00B0860020"], &[]);
    assert!(read.code == 0 && read.text().contains("4A 50 4B 49"), "token information: {read:?}");
}

#[test]
fn tries_are_asked_for_and_explained() {
    let bench = Bench::new();
    let tries = bench.run(&["apdu", SELECT, "00A4020C020018", "00200080"], &[]);
    assert!(tries.text().contains("< 63C3 3 tries left"), "{tries:?}");
    let japanese = bench.run(&["apdu", "--lang", "ja", SELECT, "00A4020C020018", "00200080"], &[]);
    assert!(japanese.text().contains("照合の残り3回"));
}

#[test]
fn what_is_not_an_apdu_is_refused_before_anything_is_sent() {
    let bench = Bench::new();
    for apdu in ["00A", "xyz", "00A404", "００Ａ４０４０Ｃ", "00A4040C0512"] {
        let done = bench.run(&["apdu", apdu, "--trace"], &[]);
        assert_eq!(done.code, 3, "{apdu}: {done:?}");
        assert!(!done.stderr.contains("SELECT"), "{done:?}");
    }
    let bad_third = bench.run(&["apdu", SELECT, SELECT, "0", "--trace"], &[]);
    assert!(bad_third.code == 3 && !bad_third.stderr.contains("SELECT"));
    assert_eq!(bench.run(&["apdu", "--file", "absent"], &[]).code, 3);
    let bytes = bench.call(&["apdu"]).input([0xFF, 0xFE, b'\n']).finish();
    assert_eq!(bytes.code, 3, "{bytes:?}");
}

#[test]
fn b8_a_secret_in_an_apdu_is_not_shown_and_nothing_stays_unlocked() {
    let bench = Bench::new();
    // The PIN of user authentication, 7391, as text is 37 33 39 31.
    let verify = "002000980437333931";
    for extra in [&[][..], &["--json"], &["--trace"]] {
        let done = bench.run(&[&["apdu", SELECT, verify], extra].concat(), &[]);
        let shown = done.text() + &done.stderr;
        assert!(done.code == 0 && shown.contains("<secret>"), "{done:?}");
        for form in ["37333931", "37 33 39 31"] {
            assert!(!shown.contains(form), "{shown}");
        }
    }
    let sign = format!("802A009733{}{}00", "3031300D060960864801650304020105000420", "00".repeat(32));
    let done = bench.run(&["apdu", SELECT, &sign], &[]);
    assert!(done.code == 32 && done.text().contains("< 6982"), "{done:?}");
}
