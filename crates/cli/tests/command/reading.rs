//! Commands that read: every one succeeds on the embedded card, in text and in both languages.

use crate::harness::{Bench, INPUT_ASSIST, NUMBER, NUMBER_B, SIGNATURE, openssl};

#[test]
fn status_names_every_pin_and_where_it_is_set_anew() {
    let bench = Bench::new();
    let english = bench.run(&["status"], &[]);
    assert_eq!(english.code, 0, "{english:?}");
    for part in
        ["署名用電子証明書パスワード (signature password; jpki): 5 tries left", "set anew at", "BLOCKED"]
    {
        assert!(english.text().contains(part), "{}", english.text());
    }
    let japanese = bench.call(&["status"]).env("LANG", "ja_JP.UTF-8").finish().text();
    assert!(japanese.contains("署名用電子証明書パスワード") && japanese.contains("市区町村の窓口"));
    assert_eq!(japanese, bench.run(&["status", "--lang", "ja"], &[]).text());
    let overridden = bench.call(&["status", "--lang", "en"]).env("LANG", "ja_JP.UTF-8").finish();
    assert_eq!(overridden.text(), english.text());
}

#[test]
fn attributes_and_number_are_shown() {
    let bench = Bench::new();
    let attributes = bench.run(&["attributes"], &[INPUT_ASSIST]);
    let expected = "Name: 見本　次郎\nAddress: 見本県試験市架空四丁目５番６号\nBorn: 1990-12-31\nSex: male\n";
    assert_eq!((attributes.code, attributes.text().as_str()), (0, expected));
    let japanese = bench.run(&["attributes", "--lang=ja"], &[INPUT_ASSIST]).text();
    assert!(japanese.contains("生年月日: 平成2年12月31日") && japanese.contains("性別: 男"), "{japanese}");
    let number = bench.run(&["number"], &[INPUT_ASSIST]);
    assert_eq!((number.code, number.text().trim()), (0, NUMBER));
    let json = bench.run(&["number", "--json"], &[INPUT_ASSIST]).json();
    assert_eq!((json["number"].as_str(), json["check_digit_fits"].as_bool()), (Some(NUMBER), Some(true)));
}

#[test]
fn attributes_and_number_are_read_enciphered_or_not_at_all() {
    let bench = Bench::new();
    for command in ["attributes", "number"] {
        let plain = bench.run(&[command], &[INPUT_ASSIST]);
        let secured = bench.run(&[command, "--secure-messaging", "--trace"], &[INPUT_ASSIST]);
        assert_eq!((secured.code, secured.text()), (0, plain.text()), "{secured:?}");
        assert!(secured.stderr.contains("SET SESSION KEY"), "{secured:?}");
        let json = bench.run(&[command, "--secure-messaging", "--json"], &[INPUT_ASSIST]).json();
        assert_eq!(json["secure_messaging"].as_bool(), Some(true));
    }
    let quirks = bench.write("short.toml", "no-extended = true\n");
    assert_eq!(bench.run(&["card", "new", "hanako", "--quirks", &quirks], &[]).code, 0);
    let short = ["--reader", "virtual:hanako"];
    assert_eq!(bench.run(&[&["number"], &short[..]].concat(), &["2345"]).code, 0);
    let refused = bench.run(&[&["number", "--secure-messaging"], &short[..]].concat(), &["2345"]);
    assert_eq!((refused.code, refused.text().as_str()), (34, ""), "{refused:?}");
}

#[test]
fn face_writes_seven_files_that_are_what_their_names_say() {
    let bench = Bench::new();
    for (way, pin) in [("pin", INPUT_ASSIST), ("a", NUMBER)] {
        let done = bench.run(&["face", "--with", way, "-o", way], &[pin]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(std::fs::read_dir(bench.path(way)).unwrap().count(), 7);
    }
    let folder = bench.path("pin");
    for picture in ["photo.png", "name.png", "address.png", "security-code.png"] {
        let file = std::io::BufReader::new(std::fs::File::open(folder.join(picture)).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert!(frame.width >= 24 && frame.height >= 12, "{picture} has {} columns", frame.width);
        assert!(pixels.iter().any(|byte| *byte != pixels[0]), "{picture} is blank");
    }
    for drawing in ["front.svg", "back.svg"] {
        let svg = std::fs::read_to_string(folder.join(drawing)).unwrap();
        assert!(svg.starts_with("<svg ") && is_balanced(&svg), "{drawing}");
    }
    let back = std::fs::read_to_string(folder.join("back.svg")).unwrap();
    assert!(back.contains("0000 0000 0108") && back.contains("平成2年12月31日生"));
    assert_eq!(&std::fs::read(folder.join("photo.jp2")).unwrap()[4..8], b"jP  ");
}

#[test]
fn face_by_what_is_printed_on_the_front_has_no_back() {
    let bench = Bench::new();
    let done = bench.run(&["face", "--with", "b", "-o", "out"], &[NUMBER_B]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(bench.path("out/front.svg").exists() && !bench.path("out/back.svg").exists());
}

/// Every element that begins ends, in order.
fn is_balanced(xml: &str) -> bool {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else { return false };
        let name = tag.split_whitespace().next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            None if !tag.ends_with('/') => open.push(name),
            _ => {}
        }
    }
    open.is_empty()
}

#[test]
fn certificates_are_written_as_text_pem_and_der_that_openssl_reads() {
    let bench = Bench::new();
    for (kind, pins) in [("sign", &[SIGNATURE][..]), ("auth", &[]), ("sign-ca", &[]), ("auth-ca", &[])] {
        for form in ["pem", "der"] {
            let name = format!("{kind}.{form}");
            let done = bench.run(&["certificate", kind, "--form", form, "-o", &name], pins);
            assert_eq!(done.code, 0, "{done:?}");
            let issuer = openssl(&["x509", "-in", &bench.at(&name), "-inform", form, "-noout", "-issuer"]);
            assert!(issuer.contains("MYNUMBER-TEST"), "{issuer}");
        }
        let text = bench.run(&["certificate", kind], pins);
        assert!(text.code == 0 && text.text().contains("Not checked: "), "{text:?}");
        let json = bench.run(&["certificate", kind, "--json"], pins).json();
        assert_eq!(json["pem"].as_str().unwrap().as_bytes(), bench.read(&format!("{kind}.pem")));
    }
    let chain = ["verify", "-partial_chain", "-CAfile"];
    openssl(&[&chain[..], &[&bench.at("sign-ca.pem"), &bench.at("sign.pem")]].concat());
    openssl(&[&chain[..], &[&bench.at("auth-ca.pem"), &bench.at("auth.pem")]].concat());
}

#[test]
fn a_phone_shows_its_certificate_behind_its_pin() {
    let bench = Bench::new();
    let quirks = bench.write("phone.toml", "token = \"iphone\"\n");
    let made = bench.run(&["card", "new", "hanako", "--quirks", &quirks], &[]);
    assert_eq!(made.code, 0, "{made:?}");
    let phone = ["--reader", "virtual:hanako"];
    let status = bench.run(&[&["status", "--json"], &phone[..]].concat(), &[]).json();
    assert_eq!(status["token"], "iphone");
    let attributes = bench.run(&[&["attributes"], &phone[..]].concat(), &[INPUT_ASSIST]);
    assert_eq!(attributes.code, 30, "{attributes:?}");
    let certificate = bench.run(&[&["certificate", "auth"], &phone[..]].concat(), &["1234"]);
    assert_eq!(certificate.code, 0, "{certificate:?}");
}

#[test]
fn doctor_and_wait_look_at_the_embedded_card_too() {
    let bench = Bench::new();
    let doctor = bench.run(&["doctor"], &[]);
    assert!(doctor.code == 0 && doctor.text().contains("My Number Card with 5 applications"), "{doctor:?}");
    let wait = bench.run(&["wait", "--json"], &[]);
    assert_eq!((wait.code, wait.json()["card_present"].as_bool()), (0, Some(true)));
    assert_eq!(bench.run(&["wait", "--removal"], &[]).code, 34);
}
