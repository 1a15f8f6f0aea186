//! `desk apply` and `desk photo check`.

use jpeg_encoder::ColorType;

use super::{Office, application, form_id, jpeg};
use crate::harness::Done;

#[test]
fn an_application_is_registered_from_toml_and_from_json_and_gets_its_receipt() {
    let office = Office::new();
    office.bench.write("a.toml", application(1));
    let done = office.desk(&["apply", "a.toml", "--confirmed", "--json"]);
    let json = done.json();
    assert_eq!((done.code, json["number"].as_u64()), (0, Some(1)), "{done:?}");
    assert_eq!(json["notice_expected"], "2026-12-23");
    let table: toml::Table = toml::from_str(
        &application(2).replace("1990-12-31", "\"1990-12-31\"").replace("2026-10-01", "\"令和8年10月1日\""),
    )
    .unwrap();
    let text = serde_json::to_string(&table).unwrap();
    let done = office.call(&["apply", "-", "--confirmed", "--lang", "ja"]).input(text).finish();
    assert!(done.code == 0 && done.text().contains("受付番号 2"), "{done:?}");
    let shown = office.desk(&["show", "--form", &form_id(2), "--person", "--json"]).json();
    assert_eq!((shown["number"].as_u64(), shown["person"]["name"].as_str()), (Some(2), Some("見本　2郎")));
    assert_eq!(shown["done"][0]["event"], "register");
    assert!(office.desk(&["show", "1"]).text().contains("State: registered"));
    assert!(
        !office.desk(&["show", "1"]).text().contains("見本"),
        "a person is shown where that was asked for"
    );
}

#[test]
fn nothing_is_registered_before_it_was_confirmed() {
    let office = Office::new();
    office.bench.write("a.toml", application(1));
    let done = office.desk(&["apply", "a.toml", "--json"]);
    assert_eq!((done.code, done.json()["registered"].as_bool()), (0, Some(false)));
    assert!(!office.bench.path("cases.db").exists());
    assert!(office.desk(&["apply", "a.toml"]).text().contains("--confirmed"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_nothing_is_entered() {
    let office = Office::new();
    let text = application(1)
        .replace(&form_id(1), "1234")
        .replace("mihon1@example.invalid\"\nemail_again", "taro\"\nemail_again")
        .replace("taken = 2026-10-01", "taken = 2026-02-30x")
        .replace("平成2年12月31日", "平成2年12月32日")
        .replace("[wishes]", "[today]\naddress = \"他県\"\n[wishes]\nbraile = true")
        .replace("terms_accepted = true", "terms_accepted = false");
    let text = text.replace("taken = 2026-02-30x", "taken = \"2026-02-30\"");
    office.bench.write("a.toml", text);
    let done = office.desk(&["apply", "a.toml", "--confirmed", "--json"]);
    let json = done.json();
    assert_eq!((done.code, json["error"]["kind"].as_str()), (60, Some("not_accepted")), "{done:?}");
    let problems = json["problems"].as_array().unwrap();
    let fields: Vec<&str> = problems.iter().filter_map(|problem| problem["field"].as_str()).collect();
    for field in ["form.id", "contact.email", "photo.taken", "birth_date"] {
        assert!(fields.contains(&field), "{field}: {json}");
    }
    let rest: String = problems.iter().map(|problem| problem["problem"].to_string()).collect();
    for part in ["wishes.braile", "address", "terms"] {
        assert!(rest.contains(part), "{part}: {json}");
    }
    assert_eq!(problems.len(), 7, "{json}");
    assert!(!office.bench.path("cases.db").exists());
    let japanese = office.desk(&["apply", "a.toml", "--lang", "ja"]);
    assert!(japanese.stderr.contains("何も登録していません") && japanese.stderr.contains("新しい申請書"));
}

#[test]
fn who_is_under_fifteen_needs_a_representative_and_a_form_is_used_once() {
    let office = Office::new();
    let child = application(1).replace("1990-12-31", "2015-12-31").replace("平成2年", "平成27年");
    office.bench.write("child.toml", &child);
    let done = office.desk(&["apply", "child.toml", "--confirmed"]);
    assert_eq!(done.code, 60);
    assert!(done.stderr.contains("legal representative") && done.stderr.contains("no signature certificate"));
    let represented = child.replace("signature_certificate = true", "signature_certificate = false")
        + "\n[registrant]\nrepresentative = \"見本　親\"\n";
    office.bench.write("child.toml", represented);
    assert_eq!(office.desk(&["apply", "child.toml", "--confirmed"]).code, 0);
    let again = office.desk(&["apply", "child.toml", "--confirmed"]);
    assert!(again.code == 60 && again.stderr.contains("mynumber desk show 1"), "{again:?}");
    let shown = office.desk(&["show", "1", "--json"]).json();
    assert_eq!(shown["done"][0]["actor"], "representative");
}

#[test]
fn a_hand_written_form_comes_by_post_with_my_number_and_a_photo_on_paper() {
    let office = Office::new();
    let written = r#"channel = "post"
birth_date = "1990-12-31"
terms_accepted = true
[form]
kind = "hand-written"
my_number = "000000000108"
name = "見本　次郎"
address = "見本県試験市架空四丁目５番６号"
birth_date = "1990-12-31"
sex = "male"
[photo]
height_mm = 45
width_mm = 35.4
taken = "2026-10-01"
[wishes]
signature_certificate = false
user_authentication_certificate = true
"#;
    office.bench.write("a.toml", written.replace("0108", "0109"));
    let wrong = office.desk(&["apply", "a.toml", "--confirmed"]);
    assert!(wrong.code == 60 && wrong.stderr.contains("check digit"), "{wrong:?}");
    office.bench.write("a.toml", written);
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 0);
    office.bench.write("a.toml", written.replace("height_mm = 45", "height_mm = 55"));
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 60);
}

#[test]
fn a_hand_written_form_gets_the_id_under_which_its_card_comes() {
    let office = Office::with_applications(1);
    let written = application(2).replace("smartphone", "post").replace("municipality-qr", "hand-written");
    let written = written.replace(&format!("id = \"{}\"", form_id(2)), "my_number = \"000000000108\"");
    let digital = "file = \"photo.jpg\"";
    office.apply(&written.replace(digital, "height_mm = 45\nwidth_mm = 35"));
    let enter = |case: &str, more: &[&str]| office.desk(&[&["enter-form", case][..], more].concat());
    for (case, more, code) in [
        ("2", &[][..], 2),
        ("2", &["--form", "123"], 3),
        ("2", &["--form", &form_id(1)], 60),
        ("1", &["--form", &form_id(2)], 60),
        ("9", &["--form", &form_id(2)], 63),
    ] {
        let done = enter(case, more);
        assert_eq!(done.code, code, "{case} {more:?}: {done:?}");
    }
    office.bench.write("code.png", qr(&form_id(2)));
    let other = enter("2", &["--form", &form_id(3), "--qr", "code.png"]);
    assert!(other.code == 3 && other.stderr.contains("QR code"), "{other:?}");
    let done = enter("2", &["--form", &form_id(2), "--qr", "code.png", "--json"]);
    assert_eq!((done.code, done.json()["state"].as_str()), (0, Some("registered")), "{done:?}");
    let twice = enter("2", &["--form", &form_id(3), "--lang", "ja"]);
    assert!(twice.code == 60 && twice.stderr.contains("申請書IDが既にあります"), "{twice:?}");
    office.receive(&[1, 2]);
    assert_eq!(office.state(2), "received");
    let shown = office.desk(&["show", "2", "--json"]).json();
    assert_eq!(shown["done"][1]["event"], "enter-form");
}

/// A picture of a QR code, as PNG.
fn qr(text: &str) -> Vec<u8> {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap();
    let (scale, border) = (8, 4);
    let side = (code.size() + 2 * border) * scale;
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x / scale - border, y / scale - border)))
        .map(|(x, y)| if code.get_module(x, y) { 0 } else { 255 })
        .collect();
    let mut out = Vec::new();
    let side = u32::try_from(side).unwrap();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    out
}

#[test]
fn the_form_id_is_read_from_a_picture_of_its_code() {
    let office = Office::new();
    office.bench.write("code.png", qr(&form_id(7)));
    office.bench.write("other.png", qr("https://example.invalid/"));
    let with = |picture: &str| {
        let id = format!("id = \"{}\"", form_id(7));
        office.bench.write("a.toml", application(7).replace(&id, &format!("qr = \"{picture}\"")));
        office.desk(&["apply", "a.toml", "--confirmed"])
    };
    let other = with("other.png");
    assert!(other.code == 60 && other.stderr.contains("no application form id"), "{other:?}");
    assert_eq!(with("photo.jpg").code, 60);
    assert_eq!(with("absent.png").code, 60);
    assert_eq!(with("code.png").code, 0);
    assert_eq!(office.desk(&["show", "--form", &form_id(7)]).code, 0);
    office.bench.write("b.toml", application(8).replace("[contact]", "qr = \"code.png\"\n[contact]"));
    let both = office.desk(&["apply", "b.toml", "--confirmed"]);
    assert!(both.code == 60 && both.stderr.contains("not the one in the QR code"), "{both:?}");
}

/// Answers to every question of [`application`] with a code to type.
pub(super) fn answers(number: u32) -> Vec<String> {
    let mail = format!("mihon{number}@example.invalid");
    let id = form_id(number);
    [
        "smartphone",
        "municipality-qr",
        "",
        &id,
        "見本　太郎",
        "見本県試験市",
        "H2.12.31",
        "male",
        "",
        "",
        "",
        "",
        "",
        "",
        "1990-12-31",
        "",
        "no",
        "見本",
        &mail,
        &mail,
        "photo.jpg",
        "2026-10-01",
        "yes",
        "no",
        "",
        "yes",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn ask(office: &Office, answers: &[String], more: &[&str]) -> Done {
    let arguments = [&["apply", "--questions"], more].concat();
    office.call(&arguments).input(answers.join("\n") + "\n").finish()
}

#[test]
fn questions_lead_to_the_same_application() {
    let office = Office::new();
    let mut all = answers(1);
    all.push("yes".to_owned());
    let done = ask(&office, &all, &["--json"]);
    assert_eq!((done.code, done.json()["number"].as_u64()), (0, Some(1)), "{done:?}");
    let mut refused = answers(2);
    refused.push("no".to_owned());
    let done = ask(&office, &refused, &["--json"]);
    assert_eq!((done.code, done.json()["registered"].as_bool()), (0, Some(false)), "{done:?}");
}

#[test]
fn a_wrong_answer_is_put_right_and_answers_that_end_enter_nothing() {
    let office = Office::new();
    let mut all = answers(1);
    all[3] = "123".to_owned();
    all.extend(["no such field", "form.id", &form_id(1), "yes"].map(str::to_owned));
    let done = ask(&office, &all, &[]);
    assert!(done.code == 0 && done.stderr.contains("23 digits, not 3"), "{done:?}");
    let mut given_up = answers(2);
    given_up[21] = "2020-01-01".to_owned();
    given_up.push(String::new());
    assert_eq!(ask(&office, &given_up, &[]).code, 60);
    for length in [0, 5, 25] {
        assert_eq!(ask(&office, &answers(3)[..length], &[]).code, 3);
    }
    assert_eq!(office.desk(&["show", "2"]).code, 63);
    let nothing = office.desk(&["apply"]);
    assert!(nothing.code == 2 && nothing.stderr.contains("--questions"), "{nothing:?}");
}

#[test]
fn another_device_is_confirmed_by_its_code() {
    let office = Office::new();
    let mut all = answers(1);
    all.push("yes".to_owned());
    all.extend(["12345", "x"].map(str::to_owned));
    // Nobody reads the code: five wrong ones end it. One of a million would be right.
    all.extend(["000000", "000001", "000002", "000003", "000004"].map(str::to_owned));
    let done = ask(&office, &all, &["--device-code", "code.txt"]);
    assert!(done.code == 60 && done.stderr.contains("4 tries left"), "{done:?}");
    assert!(!office.bench.path("code.txt").exists() && !office.bench.path("cases.db").exists());
    let running = office.call(&["apply", "--questions", "--device-code", "code.txt"]).spawn();
    let mut input = running.child.stdin.as_ref().unwrap();
    let mut text = answers(1).join("\n");
    text.push_str("\nyes\n");
    std::io::Write::write_all(&mut input, text.as_bytes()).unwrap();
    let code = loop {
        match std::fs::read_to_string(office.bench.path("code.txt")) {
            Ok(code) if code.ends_with('\n') => break code,
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    std::io::Write::write_all(&mut input, code.as_bytes()).unwrap();
    let done = running.finish();
    assert!(done.code == 0 && !office.bench.path("code.txt").exists(), "{done:?}");
    let file = application(2) + "\n[other]\n";
    office.bench.write("a.toml", file.replace("terms_accepted", "other_device = true\nterms_accepted"));
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 60);
}

#[test]
fn d1_files_that_are_no_application_are_refused_with_their_line_and_without_their_content() {
    let office = Office::new();
    for (text, part) in [
        ("channel = \"post\"\nmy number = 1", "line 2"),
        ("{\n\"channel\": \"post\",\n\"x\"\n}", "line 4"),
        ("\u{0}", "line 1"),
    ] {
        office.bench.write("a.toml", text);
        let done = office.desk(&["apply", "a.toml", "--confirmed"]);
        assert!(done.code == 3 && done.stderr.contains(part), "{text}: {done:?}");
    }
    office.bench.write("a.toml", [0xFF, 0xFE]);
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 3);
    office.bench.write("a.toml", "x".repeat(70_000));
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 3);
    office.bench.write("a.toml", "form = 918273\n[photo]\nfile = [\"CANARY\"]\n");
    let done = office.desk(&["apply", "a.toml", "--confirmed"]);
    assert!(
        done.code == 60 && !done.stderr.contains("918273") && !done.stderr.contains("CANARY"),
        "{done:?}"
    );
    let all = application(1);
    for length in (0..all.len()).filter(|length| all.is_char_boundary(*length)).step_by(41) {
        office.bench.write("a.toml", &all[..length]);
        let done = office.desk(&["apply", "a.toml", "--confirmed"]);
        assert!([3, 60].contains(&done.code), "{length}: {done:?}");
    }
    assert!(!office.bench.path("cases.db").exists());
}

#[test]
fn photos_that_lie_get_the_right_error() {
    let office = Office::new();
    let check =
        |more: &[&str]| office.desk(&[&["photo", "check", "p", "--taken", "令和8年10月1日"], more].concat());
    let good = jpeg(480, 600, ColorType::Rgb, 3);
    for (bytes, part) in [
        (qr("x"), "PNG"),
        (good[..good.len() / 2].to_vec(), "cut off"),
        (good[..20 * 1024 - 1].to_vec(), "20479 bytes"),
        (jpeg(479, 600, ColorType::Rgb, 3), "479 x 600"),
        (jpeg(480, 600, ColorType::Luma, 1), "grey"),
        (jpeg(480, 600, ColorType::Cmyk, 4), "CMYK"),
    ] {
        office.bench.write("p", bytes);
        let done = check(&[]);
        assert!(done.code == 60 && done.stderr.contains(part), "{part}: {done:?}");
        assert!(!check(&["--lang", "ja"]).stderr.is_ascii());
    }
    office.bench.write("p", &good);
    let json = check(&["--json"]).json();
    assert_eq!((json["width"].as_u64(), json["judged"].as_bool()), (Some(480), Some(false)));
    assert_eq!(json["open"].as_array().unwrap().len(), 5);
    let old = office.call_at("2027-04-02", &["photo", "check", "p", "--taken", "2026-10-01"]).finish();
    assert!(old.code == 60 && old.stderr.contains("six months"), "{old:?}");
    office.bench.write("p", vec![0xFF; 8 << 20]);
    assert_eq!(check(&[]).code, 3, "no longer file is read");
}

#[test]
fn the_clerk_answers_each_question_and_exceptions_have_their_ground() {
    let office = Office::new();
    let fixed = ["photo", "check", "photo.jpg", "--taken", "2026-10-01", "--json"];
    let check = |more: &[&str]| office.desk(&[&fixed, more].concat());
    let answers = |hat: &'static str| {
        [
            "--answer",
            "front=yes",
            "--answer",
            "plain-background=yes",
            "--answer",
            hat,
            "--answer",
            "no-shadow=yes",
            "--answer",
            "eyes-visible=yes",
        ]
    };
    let json = check(&answers("no-hat=religious")).json();
    assert_eq!(
        (json["judged"].as_bool(), json["exceptions"][0]["ground"].as_str()),
        (Some(true), Some("religious"))
    );
    for hat in ["no-hat=no", "no-hat=infant"] {
        let done = check(&answers(hat));
        assert!(
            done.code == 60 && done.json()["error"]["message"].to_string().contains("no-hat"),
            "{done:?}"
        );
    }
    assert_eq!(check(&["--answer", "front=yes"]).code, 60);
    assert_eq!(check(&["--answer", "front=perhaps"]).code, 2);
    let asked = office
        .call(&[&fixed[..], &["--questions", "--answer", "front=yes"]].concat())
        .input("yes\nmaybe\nmedical\nyes\nyes\n")
        .finish();
    assert_eq!(asked.json()["exceptions"][0]["question"], "no-hat", "{asked:?}");
}
