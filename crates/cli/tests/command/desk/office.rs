//! The store and the audit log: missing, foreign, newer, tampered, copied, used by many.

use std::collections::BTreeSet;

use super::{Office, application};
use crate::json::{documented, fields};

#[test]
fn a_store_that_is_missing_foreign_or_of_another_kind_is_told_with_what_to_do() {
    let office = Office::new();
    for command in [&["show", "1"][..], &["report"], &["audit", "verify"], &["notice"], &["backup", "b.db"]] {
        let done = office.desk(command);
        assert!(done.code == 65 && done.stderr.contains("--store"), "{command:?}: {done:?}");
    }
    assert!(!office.bench.path("cases.db").exists(), "asking makes no store");
    office.bench.write("cases.db", "this is a letter to somebody, not a store of cases".repeat(100));
    let foreign = office.desk(&["report", "--json"]);
    assert_eq!((foreign.code, foreign.json()["error"]["kind"].as_str()), (65, Some("store_unusable")));
    office.bench.write("a.toml", application(1));
    assert_eq!(office.desk(&["apply", "a.toml", "--confirmed"]).code, 65);
    assert!(office.desk(&["report", "--lang", "ja"]).stderr.contains("案件の保存先ではありません"));
}

#[test]
fn a_database_is_told_apart_from_a_file_and_its_password_is_not_shown() {
    let office = Office::new();
    office.bench.write("db.txt", "host=/nowhere user=desk password=HUSH77 dbname=cases\n");
    let done = office.bench.bare_call(&["desk", "report", "--database", "db.txt"]).finish();
    assert!([34, 65].contains(&done.code) && !done.stderr.contains("HUSH77"), "{done:?}");
    let both = ["desk", "report", "--database", "db.txt", "--store", "cases.db"];
    assert_eq!(office.bench.bare_call(&both).finish().code, 2);
    let absent = office.bench.bare_call(&["desk", "report", "--database", "absent"]).finish();
    assert_eq!(absent.code, 3, "{absent:?}");
}

#[test]
fn a_newer_store_is_not_touched() {
    let office = Office::with_applications(1);
    // user_version, four bytes at 60 of the header of an SQLite file.
    let mut file = office.bench.read("cases.db");
    file[60..64].copy_from_slice(&99u32.to_be_bytes());
    for rest in ["cases.db-wal", "cases.db-shm"] {
        let _ = std::fs::remove_file(office.bench.path(rest));
    }
    office.bench.write("cases.db", file);
    let done = office.desk(&["report"]);
    assert!(done.code == 65 && done.stderr.contains("newer version"), "{done:?}");
}

#[test]
fn the_log_is_verified_against_an_end_that_was_noted() {
    let office = Office::with_applications(2);
    let json = office.desk(&["audit", "verify", "--json"]).json();
    assert_eq!(json["records"].as_u64(), Some(2));
    let end = json["end"].as_str().unwrap().to_owned();
    office.receive(&[1, 2]);
    let again = office.desk(&["audit", "verify", "--noted", &end, "--json"]).json();
    assert_eq!((again["records"].as_u64(), again["noted_found"].as_bool()), (Some(4), Some(true)));
    let other = end.replace("2:", "3:");
    let done = office.desk(&["audit", "verify", "--noted", &other]);
    assert_eq!(done.code, 66, "{done:?}");
    for text in ["", "2", "2:00", "x:", &"2:é".repeat(22)] {
        assert_eq!(office.desk(&["audit", "verify", "--noted", text]).code, 3, "{text}");
    }
    assert!(office.desk(&["audit", "verify", "--lang", "ja"]).text().contains("改変はありません"));
}

#[test]
fn a_report_counts_and_names_what_is_due() {
    let office = Office::with_applications(4);
    office.receive(&[1, 3]);
    let json = office.desk(&["report", "--json"]).json();
    assert_eq!(json["total"].as_u64(), Some(4));
    let due = json["due"].as_array().unwrap();
    assert_eq!((due.len(), due[0]["what"].as_str(), due[0]["cases"].as_u64()), (1, Some("prepare"), Some(2)));
    assert_eq!(due[0]["numbers"], serde_json::json!([1, 3]));
    let text = office.desk(&["report", "--lang", "ja", "--most", "1"]).text();
    assert!(text.contains("受領済み: 2") && text.contains("（1）"), "{text}");
}

#[test]
fn a_backup_is_a_store_and_overwrites_nothing() {
    let office = Office::with_applications(1);
    assert_eq!(office.desk(&["backup", "copy.db"]).code, 0);
    assert_eq!(office.desk(&["backup", "copy.db"]).code, 4);
    let copy = office.bench.bare_call(&["desk", "show", "1", "--store", "copy.db"]).finish();
    assert_eq!(copy.code, 0, "{copy:?}");
}

#[test]
fn many_processes_register_in_one_store_and_nothing_is_lost() {
    let office = Office::with_applications(1);
    let mut running = Vec::new();
    for number in 2..=7 {
        let name = format!("{number}.toml");
        office.bench.write(&name, application(number));
        running.push(office.call(&["apply", &name, "--confirmed", "--json"]).spawn());
    }
    let mut numbers: Vec<u64> =
        running.into_iter().map(|running| running.finish().json()["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
    assert_eq!(office.desk(&["audit", "verify", "--json"]).json()["records"].as_u64(), Some(7));
}

#[test]
fn who_does_it_has_a_name_that_is_no_number() {
    let office = Office::with_applications(1);
    let verify = |clerk: &str| {
        office.bench.bare_call(&["desk", "notice", "--store", "cases.db", "--clerk", clerk]).finish()
    };
    assert_eq!(verify("desk-2").code, 0);
    for clerk in ["1234", "", "山田"] {
        let done = verify(clerk);
        assert!(done.code == 3 && done.stderr.contains("--clerk"), "{clerk}: {done:?}");
    }
}

#[test]
fn every_command_of_the_desk_answers_in_json_and_every_field_is_documented() {
    let office = Office::with_applications(2);
    office.delivery(&[1, 3]);
    office.bench.write("a.toml", application(3));
    office.bench.write("b.toml", "channel = \"boat\"");
    let receive = ["receive", "list.csv", "--delivered", "cards.csv", "--notices", "notices.txt"];
    let mut found = BTreeSet::new();
    for (arguments, code) in [
        (&["apply", "a.toml", "--confirmed"][..], 0),
        (&["apply", "b.toml"], 60),
        (&["photo", "check", "photo.jpg", "--taken", "2026-10-01"], 0),
        (&receive, 0),
        (&receive, 61),
        (&["notice"], 0),
        (&["report"], 0),
        (&["show", "1", "--person"], 0),
        (&["show", "99"], 63),
        (&["audit", "verify"], 0),
        (&["backup", "copy.db"], 0),
    ] {
        let done = office.desk(&[arguments, &["--json"]].concat());
        assert_eq!(done.code, code, "{arguments:?}: {done:?}");
        assert!(done.stderr.is_empty(), "{arguments:?}: {done:?}");
        let document = done.json();
        assert_eq!(document.get("error").is_some(), code != 0, "{document}");
        fields(&document, &mut found);
    }
    documented(&found);
    assert!(found.len() > 40, "{found:?}");
}
