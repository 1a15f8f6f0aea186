use super::{
    By, Case, CertificateEvent, CertificateState, Change, Document, Paper, Registration, Sqlite, Store,
    StoreError, WhyNotCertificate,
};
use crate::application::tests::{ID, entry, now, paper_photo, today};
use crate::application::{Channel, Confirmed, Form, FormId, FormKind, Photo};
use crate::audit::{Clerk, Head, Tampered};
use crate::lifecycle::{Actor, State, Step, Why};
use crate::receipt::Serial;
use crate::receipt::tests::{released, released_as};
use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;
use std::path::Path;
use tempfile::TempDir;

fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

fn by(actor: Actor, days: i64) -> By {
    let at = UnixTime::from_seconds(now().seconds() + days * 86_400);
    By { clerk: Clerk::parse("desk-1").unwrap(), actor, at }
}

fn desk() -> By {
    by(Actor::Municipality, 0)
}

/// By post, so that no photo has to be decoded.
fn application(number: u64) -> Confirmed {
    let mut entry = entry();
    entry.channel = Channel::Post;
    entry.photo = Photo::Paper(paper_photo());
    let id = FormId::parse(&format!("{number:023}")).unwrap();
    entry.form = Form::Printed { kind: FormKind::NotificationCard, id };
    entry.check(today()).unwrap().confirm()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(folder: &TempDir) -> Sqlite {
    Sqlite::open(&folder.path().join("cases.db")).unwrap()
}

mod suite;

/// Runs the suite on each kind of store.
macro_rules! on_each_store {
    ($($test:ident,)*) => {
        mod on_sqlite {
            use super::{folder, open, suite};
            $(#[test]
            fn $test() {
                suite::$test(&mut open(&folder()));
            })*
        }
    };
}

on_each_store! {
    a_case_goes_its_way_and_every_step_is_in_the_log,
    a_refused_step_changes_nothing,
    a_case_seen_too_long_ago_is_not_changed,
    a_form_has_one_living_case,
    several_cases_take_a_step_together_or_not_at_all,
    no_card_is_received_without_its_list,
    a_card_nobody_fetched_before_the_deadline_expires,
    a_noted_end_of_the_log_is_found_again,
    a_card_belongs_to_one_case,
    everything_that_goes_with_a_step_is_there_or_nothing,
    what_does_not_go_with_a_step_is_refused,
    a_certificate_is_issued_held_revoked_and_issued_anew,
    a_certificate_that_is_none_or_is_gone_is_not_touched,
    lists_of_what_was_revoked_are_read_piece_by_piece,
    what_is_due_is_found,
    a_card_expires_after_its_last_day_only,
    many_are_registered_at_once_and_each_is_told,
    the_successor_of_a_card_is_a_case,
}

/// The file, opened behind the store's back.
fn raw(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

#[test]
fn every_tampering_with_the_log_in_the_file_is_told_with_its_record() {
    for (change, expected) in [
        ("UPDATE audit SET event = 'hand-over' WHERE number = 2", Tampered::Changed { number: 2 }),
        ("UPDATE audit SET case_number = NULL WHERE number = 1", Tampered::Changed { number: 1 }),
        ("DELETE FROM audit WHERE number = 1", Tampered::Missing { expected: 1, found: 2 }),
        ("DELETE FROM audit WHERE number = 2", Tampered::Missing { expected: 2, found: 3 }),
        ("DELETE FROM audit WHERE number = 3", Tampered::NotTheNoted { number: 3 }),
    ] {
        let folder = folder();
        let mut store = open(&folder);
        store.register(application(1), &desk()).unwrap();
        store.receive(&released(&[1]), &desk()).unwrap();
        store.step(1, 2, Step::Prepare, &desk()).unwrap();
        let noted = store.verify_audit(None).unwrap();
        let raw = raw(&folder.path().join("cases.db"));
        assert!(raw.execute(change, []).is_err(), "the schema refuses it first: {change}");
        raw.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted").unwrap();
        raw.execute(change, []).unwrap();
        let error = store.verify_audit(Some(noted)).unwrap_err();
        assert!(matches!(&error, StoreError::Tampered(found) if *found == expected), "{change}: {error}");
    }
}

#[test]
fn many_desks_at_once_lose_no_case_and_no_record() {
    const DESKS: u64 = 4;
    const EACH: u64 = 15;
    let folder = folder();
    drop(open(&folder));
    std::thread::scope(|scope| {
        for desk_number in 0..DESKS {
            let folder = &folder;
            scope.spawn(move || {
                let mut store = open(folder);
                for index in 0..EACH {
                    let receipt = store.register(application(desk_number * EACH + index), &desk()).unwrap();
                    store.receive(&released(&[desk_number * EACH + index]), &desk()).unwrap();
                    assert_eq!(store.case(receipt.number).unwrap().version, 2);
                }
            });
        }
    });
    let mut store = open(&folder);
    assert_eq!(store.cases(State::Received, 0, 1000).unwrap().len(), 60);
    assert_eq!(store.verify_audit(None).unwrap().number, 2 * DESKS * EACH);
}

#[test]
fn of_two_desks_with_one_case_one_is_told_to_look_again() {
    let folder = folder();
    let mut first = open(&folder);
    first.register(application(1), &desk()).unwrap();
    first.receive(&released(&[1]), &desk()).unwrap();
    let won: usize = std::thread::scope(|scope| {
        let desks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| open(&folder).step(1, 2, Step::Prepare, &desk()))).collect();
        let results = desks.into_iter().map(|desk| desk.join().unwrap());
        results
            .map(|result| match result {
                Ok(_) => 1,
                Err(StoreError::Changed { number: 1, version: 3 }) => 0,
                Err(other) => panic!("{other}"),
            })
            .sum()
    });
    assert_eq!(won, 1);
}

#[test]
fn a_backup_made_while_others_work_is_whole() {
    let folder = folder();
    let mut store = open(&folder);
    store.register(application(1), &desk()).unwrap();
    let copies: Vec<_> = (0..5).map(|number| folder.path().join(format!("copy-{number}.db"))).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut other = open(&folder);
            for number in 2..40 {
                other.register(application(number), &desk()).unwrap();
            }
        });
        for copy in &copies {
            store.back_up(copy).unwrap();
        }
    });
    for copy in &copies {
        let mut copy = Sqlite::open(copy).unwrap();
        let head = copy.verify_audit(None).unwrap();
        let cases = copy.cases(State::Registered, 0, 1000).unwrap();
        assert_eq!(u64::try_from(cases.len()).unwrap(), head.number);
        assert!(head.number >= 1);
    }
    assert!(matches!(store.back_up(&copies[0]), Err(StoreError::Exists)));
}

#[test]
fn a_store_of_the_first_version_is_brought_to_the_present_one() {
    let folder = folder();
    let path = folder.path().join("old.db");
    let mut old = raw(&path);
    crate::store::sqlite::migrate(&mut old, 1).unwrap();
    let version: u32 = old.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    assert!(old.prepare("SELECT deadline FROM cases").is_err());
    drop(old);
    let mut store = Sqlite::open(&path).unwrap();
    store.register(application(1), &desk()).unwrap();
    assert_eq!(store.case(1).unwrap().deadline, None);
}

#[test]
fn newer_and_foreign_files_are_refused_and_left_as_they_are() {
    let folder = folder();
    let newer = folder.path().join("newer.db");
    drop(Sqlite::open(&newer).unwrap());
    raw(&newer).pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Sqlite::open(&newer), Err(StoreError::Newer { found: 99, .. })));

    let foreign = folder.path().join("foreign.db");
    raw(&foreign).execute_batch("CREATE TABLE diary (entry TEXT)").unwrap();
    let before = std::fs::read(&foreign).unwrap();
    assert!(matches!(Sqlite::open(&foreign), Err(StoreError::Foreign)));
    assert_eq!(std::fs::read(&foreign).unwrap(), before);

    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database at all, but long enough to look at".repeat(100)).unwrap();
    assert!(matches!(Sqlite::open(&text), Err(StoreError::Foreign)));
}

#[cfg(unix)]
#[test]
fn the_files_of_a_store_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let mut store = open(&folder);
    store.register(application(1), &desk()).unwrap();
    store.back_up(&folder.path().join("copy.db")).unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.path());
        files += 1;
    }
    assert!(files >= 3, "the store, its log, the copy");
}

#[test]
fn b8_no_error_of_the_store_shows_a_person() {
    let folder = folder();
    let mut store = open(&folder);
    store.register(application(1), &desk()).unwrap();
    let path = folder.path().join("cases.db");
    for change in [
        "UPDATE cases SET state = '検証'",
        "UPDATE cases SET state = 'registered', deadline = '検証'",
        "UPDATE cases SET deadline = NULL, birth_date = '検証'",
        "UPDATE cases SET birth_date = '1980-02-17', sex = '検証'",
    ] {
        raw(&path).execute(change, []).unwrap();
        let shown = match (store.case(1), store.resident(1)) {
            (Err(error), _) | (_, Err(error)) => format!("{error} {error:?}"),
            (Ok(_), Ok(_)) => panic!("{change}"),
        };
        assert!(!shown.contains("検証"), "{shown}");
    }
}
