//! The desk with a person at a real terminal: PINs hidden and twice, questions with answers that stand on the screen.

use super::applying::answers;
use super::{DAY, IN_ORDER, Office, PINS, serial};
use crate::terminal::{Terminal, Typed};

/// A command on the card of the first resident at a terminal.
fn seated(office: &mut Office, arguments: &[&str]) -> Terminal {
    let reader = format!("virtual:{}", serial(1));
    let fixed = ["desk", "--store", "cases.db", "--clerk", "desk-1", "--at", DAY, "--reader", &reader];
    let arguments = [&fixed[..], arguments].concat();
    Terminal::run(&mut office.bench, |bench| bench.bare_call(&arguments))
}

fn nothing_typed_is_shown(text: &str, typed: &[&str]) {
    for secret in PINS.iter().chain(typed) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn b8_a_holder_at_a_terminal_enters_pins_hidden_and_twice() {
    let mut office = Office::noticed();
    let mut at = seated(&mut office, &[&["deliver", "1"][..], &IN_ORDER].concat());
    let twice = |at: &mut Terminal, name: &str, first: &str, second: &str| {
        at.answer(&format!("new {name}: "), Typed::Hidden, first);
        at.answer(&format!("new {name}, once more: "), Typed::Hidden, second);
    };
    twice(&mut at, "signature password", PINS[0], "OTHER77PIN");
    at.wait_for("the two entries differ", Typed::Hidden);
    twice(&mut at, "signature password", PINS[0], PINS[0]);
    twice(&mut at, "user-authentication PIN", "3456", "3456");
    at.answer("Keep it? (yes, no): ", Typed::Shown, "no");
    twice(&mut at, "user-authentication PIN", "12345", "12345");
    twice(&mut at, "user-authentication PIN", PINS[1], PINS[1]);
    twice(&mut at, "juki PIN", PINS[2], PINS[2]);
    twice(&mut at, "input-assist PIN", "7777", "7777");
    at.answer("Keep it? (yes, no): ", Typed::Shown, "yes");
    let (code, text) = at.end();
    assert!(code == 0 && text.contains("runs up or down") && text.contains("repeats itself"), "{text}");
    nothing_typed_is_shown(&text, &["OTHER77PIN", "3456", "12345", "7777"]);
    assert_eq!(office.state(1), "handed-over");
    let read = office.bench.call(&["attributes", "--reader", &format!("virtual:{}", serial(1))]);
    assert_eq!(read.pins(&["7777"]).finish().code, 0);
}

#[test]
fn b8_japanese_prompts_are_hidden_too_and_three_entries_that_differ_set_nothing() {
    let mut office = Office::noticed();
    let identify = [&["deliver", "1"][..], &IN_ORDER, &["--identify-only"]].concat();
    assert_eq!(office.on_card(DAY, 1, &identify, &[]).code, 0);
    let mut at = seated(&mut office, &["pin", "setup", "1", "--lang", "ja"]);
    for _ in 0..3 {
        at.answer("新しい署名用電子証明書パスワード: ", Typed::Hidden, PINS[0]);
        at.answer("新しい署名用電子証明書パスワード（確認）: ", Typed::Hidden, "OTHER77PIN");
    }
    let (code, text) = at.end();
    assert_eq!((code, text.matches("2回の入力が一致しません").count()), (13, 3), "{text}");
    nothing_typed_is_shown(&text, &["OTHER77PIN"]);
    assert_eq!(office.state(1), "identified");
    let mut at = seated(&mut office, &["pin", "setup", "1", "--lang", "ja"]);
    for pin in PINS {
        at.answer("新しい", Typed::Hidden, pin);
        at.answer("（確認）: ", Typed::Hidden, pin);
    }
    let (code, text) = at.end();
    assert_eq!((code, office.state(1).as_str()), (0, "pins-set"), "{text}");
    nothing_typed_is_shown(&text, &[]);
}

#[test]
fn an_applicant_at_a_terminal_is_asked_without_any_option() {
    let mut office = Office::new();
    let mut at = seated(&mut office, &["apply", "--lang", "ja"]);
    let mut all = answers(1);
    all[3] = "123".to_owned();
    for answer in &all {
        at.answer(": ", Typed::Shown, answer);
    }
    at.wait_for("form.id: ", Typed::Shown);
    at.answer("変更する項目（空欄: 中止）: ", Typed::Shown, "form.id");
    at.answer("申請書ID（23桁）: ", Typed::Shown, &super::form_id(1));
    at.answer("この内容で登録しますか (yes, no): ", Typed::Shown, "はい");
    let (code, text) = at.end();
    assert!(code == 0 && text.contains("受付番号 1") && text.contains("見本県試験市"), "{text}");
    assert_eq!(office.state(1), "registered");
    // Whoever gives up enters nothing.
    let mut at = seated(&mut office, &["apply"]);
    at.answer("Channel", Typed::Shown, "post");
    at.wait_for("Form (", Typed::Shown);
    at.type_in("\u{4}");
    let (code, text) = at.end();
    assert!(code == 3 && text.contains("the answers have ended"), "{text}");
    assert_eq!(office.desk(&["show", "2"]).code, 63);
}
