//! `desk receive` and `desk notice`.

use super::Office;

const RECEIVE: [&str; 6] = ["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"];

#[test]
fn what_agrees_is_taken_in_and_only_once() {
    let office = Office::with_applications(3);
    office.delivery(&[1, 2]);
    let compared = office.desk(&[&RECEIVE[..], &["--compare-only", "--json"]].concat()).json();
    assert_eq!((compared["received"].as_bool(), office.state(1).as_str()), (Some(false), "registered"));
    let done = office.desk(&[&RECEIVE[..], &["--json"]].concat());
    assert_eq!((done.code, done.json()["received"].as_bool()), (0, Some(true)), "{done:?}");
    assert_eq!((office.state(2), office.state(3)), ("received".to_owned(), "registered".to_owned()));
    let again = office.desk(&RECEIVE);
    assert_eq!(again.code, 61, "{again:?}");
}

#[test]
fn nothing_is_taken_in_with_an_open_difference_and_all_are_told() {
    let office = Office::with_applications(2);
    office.delivery(&[1, 2]);
    office.bench.write("cards.csv", "990000000000001,damaged\n990000000000001\n990000000000009\n");
    let done = office.desk(&[&RECEIVE[..], &["--json"]].concat());
    let json = done.json();
    assert_eq!((done.code, json["error"]["kind"].as_str()), (61, Some("differences")), "{json}");
    let found: Vec<&str> = json["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|open| open["difference"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["several cards", "card damaged", "card missing", "card not on the list"]);
    assert_eq!(office.state(1), "registered");
    let japanese = office.desk(&[&RECEIVE[..], &["--lang", "ja"]].concat());
    assert!(japanese.text().contains("カード破損") && japanese.stderr.contains("相違: 4件"), "{japanese:?}");
}

#[test]
fn a_list_without_its_applications_takes_nothing_in() {
    let office = Office::with_applications(1);
    office.delivery(&[1, 2]);
    let done = office.desk(&RECEIVE);
    assert!(done.code == 63 && done.stderr.contains("row 2"), "{done:?}");
    assert_eq!(office.state(1), "registered");
}

#[test]
fn broken_lists_are_refused_with_their_line() {
    let office = Office::with_applications(1);
    office.delivery(&[1]);
    let list = String::from_utf8(office.bench.read("list.csv")).unwrap();
    for (text, part) in [
        (list.replace("form_id,", ""), "form_id"),
        (list.clone() + "1,2,3\n", "line 3"),
        (list.clone() + &list, "line 3"),
        (list.replace("見本", "\u{E000}"), "line 2"),
    ] {
        office.bench.write("list.csv", text);
        let done = office.desk(&RECEIVE);
        assert!(done.code == 3 && done.stderr.contains(part), "{part}: {done:?}");
    }
    // 見本 in Shift_JIS.
    let shift: Vec<u8> = list
        .replace("見本　1郎", "#")
        .bytes()
        .flat_map(|byte| match byte {
            b'#' => vec![0x8C, 0xA9, 0x96, 0x7B],
            other => vec![other],
        })
        .collect();
    office.bench.write("list.csv", shift);
    let unread = office.desk(&RECEIVE);
    assert!(unread.code == 3 && unread.stderr.contains("--encoding shift-jis"), "{unread:?}");
    assert_eq!(office.desk(&[&RECEIVE[..], &["--encoding", "shift-jis"]].concat()).code, 0);
    for (name, text) in [
        ("cards.csv", "99000000000001\n"),
        ("cards.csv", "990000000000001,lost\n"),
        ("notices.txt", "990000000000001,damaged\n"),
    ] {
        office.delivery(&[1]);
        office.bench.write(name, text);
        let done = office.desk(&RECEIVE);
        assert!(done.code == 3 && done.stderr.contains("line 1"), "{text}: {done:?}");
    }
}

#[test]
fn a_plan_without_cases_is_empty_and_still_drawn() {
    let office = Office::with_applications(1);
    let done = office.desk(&["notice", "--plot", "load.svg", "--json"]);
    assert_eq!((done.code, done.json()["waiting"].as_u64()), (0, Some(0)), "{done:?}");
    assert!(String::from_utf8(office.bench.read("load.svg")).unwrap().starts_with("<svg"));
    assert_eq!(office.desk(&["notice", "--plot", "load.svg"]).code, 4);
    assert_eq!(office.desk(&["notice", "--send", "--from", "2026-12-01"]).code, 2);
    assert_eq!(office.desk(&["notice", "--each-day", "0"]).code, 2);
}
