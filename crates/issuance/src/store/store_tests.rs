use super::{By, Sqlite, Store, StoreError};
use crate::application::tests::{ID, entry, now, paper_photo, today};
use crate::application::{Channel, Confirmed, Form, FormId, FormKind, Photo};
use crate::audit::{Clerk, Head, Tampered};
use crate::lifecycle::{Actor, State, Step, Why};
use crate::receipt::tests::released;
use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
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

/// What each kind of store has to do.
mod suite {
    use super::*;

    pub(super) fn a_case_goes_its_way_and_every_step_is_in_the_log(store: &mut impl Store) {
        let receipt = store.register(application(1), &desk()).unwrap();
        assert_eq!((receipt.number, receipt.notice_expected), (1, date("20261222")));
        let mut case = store.case(1).unwrap();
        assert_eq!((case.state, case.version, case.deadline), (State::Registered, 1, None));
        assert_eq!(store.resident(1).unwrap(), entry().today);
        store.receive(&released(&[1]), &desk()).unwrap();
        case = store.step(1, case.version + 1, Step::Prepare, &desk()).unwrap();
        case = store.send_notice(1, case.version, date("20270228"), &desk()).unwrap();
        assert_eq!((case.state, case.version), (State::Noticed, 4));
        assert_eq!(case.deadline, Some(date("20270228")));
        let events: Vec<String> =
            store.audit(0, 100).unwrap().into_iter().map(|record| record.event).collect();
        assert_eq!(events, ["register", "receive", "prepare", "send-notice"]);
        assert_eq!(store.verify_audit(None).unwrap().number, 4);
        assert_eq!(store.cases(State::Noticed, 0, 10).unwrap(), [case]);
        assert_eq!(store.cases(State::Noticed, 1, 10).unwrap(), []);
    }

    pub(super) fn a_refused_step_changes_nothing(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        let before = (store.case(1).unwrap(), store.audit(0, 100).unwrap());
        let refused = store.step(1, 1, Step::HandOver, &desk()).unwrap_err();
        let StoreError::Refused { number: 1, refusal } = refused else { panic!("{refused}") };
        assert_eq!(refusal.why, Why::Missing(Step::Receive));
        let holder = store.receive(&released(&[1]), &by(Actor::Holder, 0)).unwrap_err();
        assert!(matches!(holder, StoreError::Refused { .. }));
        let unknown = store.step(2, 1, Step::Prepare, &desk()).unwrap_err();
        assert!(matches!(unknown, StoreError::NoSuchCase { number: 2 }));
        assert_eq!((store.case(1).unwrap(), store.audit(0, 100).unwrap()), before);
    }

    pub(super) fn a_case_seen_too_long_ago_is_not_changed(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        store.receive(&released(&[1]), &desk()).unwrap();
        let error = store.step(1, 1, Step::Prepare, &desk()).unwrap_err();
        assert!(matches!(error, StoreError::Changed { number: 1, version: 2 }), "{error}");
        assert_eq!(store.case(1).unwrap().state, State::Received);
    }

    pub(super) fn a_form_has_one_living_case(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        let error = store.register(application(1), &desk()).unwrap_err();
        assert!(matches!(error, StoreError::FormInUse { number: 1 }), "{error}");
        assert!(matches!(store.case(2), Err(StoreError::NoSuchCase { number: 2 })));
        // After the end of the first, the form begins another.
        store.receive(&released(&[1]), &desk()).unwrap();
        store.step_all(&[1], Step::Prepare, &desk()).unwrap();
        store.send_notice(1, 3, date("20261231"), &desk()).unwrap();
        for step in [Step::OpenCounter, Step::SendBack] {
            store.step_all(&[1], step, &desk()).unwrap();
        }
        assert_eq!(store.register(application(1), &desk()).unwrap().number, 2);
        assert_eq!(store.case_of_form(&format!("{:023}", 1)).unwrap().number, 2);
        assert!(matches!(store.case_of_form(ID), Err(StoreError::NoSuchCase { .. })));
    }

    pub(super) fn several_cases_take_a_step_together_or_not_at_all(store: &mut impl Store) {
        for number in 1..=3 {
            store.register(application(number), &desk()).unwrap();
        }
        store.receive(&released(&[2]), &desk()).unwrap();
        assert!(store.receive(&released(&[1, 2, 3]), &desk()).is_err());
        let error = store.receive(&released(&[1, 9]), &desk()).unwrap_err();
        assert!(matches!(error, StoreError::NoSuchForm { row: 2 }), "{error}");
        assert!(store.step_all(&[2, 1], Step::Prepare, &desk()).is_err());
        assert_eq!(store.case(1).unwrap().state, State::Registered);
        assert_eq!(store.case(2).unwrap().state, State::Received);
        assert_eq!(store.verify_audit(None).unwrap().number, 4);
        store.receive(&released(&[1, 3]), &desk()).unwrap();
        assert_eq!(store.cases(State::Received, 0, 10).unwrap().len(), 3);
    }

    pub(super) fn no_card_is_received_without_its_list(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        let alone = store.step(1, 1, Step::Receive, &desk()).unwrap_err();
        assert!(matches!(alone, StoreError::NotReleased { number: 1 }), "{alone}");
        let together = store.step_all(&[1], Step::Receive, &desk()).unwrap_err();
        assert!(matches!(together, StoreError::NotReleased { number: 1 }), "{together}");
        assert_eq!(store.case(1).unwrap().state, State::Registered);
    }

    pub(super) fn a_card_nobody_fetched_before_the_deadline_expires(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        store.receive(&released(&[1]), &desk()).unwrap();
        store.step(1, 2, Step::Prepare, &desk()).unwrap();
        let without = store.step(1, 3, Step::SendNotice, &desk()).unwrap_err();
        assert!(matches!(without, StoreError::Deadline { number: 1 }));
        let behind = store.send_notice(1, 3, date("20261121"), &desk()).unwrap_err();
        assert!(matches!(behind, StoreError::Deadline { number: 1 }));
        store.send_notice(1, 3, date("20261124"), &desk()).unwrap();
        let early = store.step(1, 4, Step::ExpireUncollected, &by(Actor::Calendar, 2)).unwrap_err();
        assert!(matches!(early, StoreError::NotOverdue { number: 1, .. }), "{early}");
        let case = store.step(1, 4, Step::ExpireUncollected, &by(Actor::Calendar, 3)).unwrap();
        assert_eq!(case.state, State::Uncollected);
    }

    pub(super) fn a_noted_end_of_the_log_is_found_again(store: &mut impl Store) {
        store.register(application(1), &desk()).unwrap();
        let noted = store.verify_audit(None).unwrap();
        store.receive(&released(&[1]), &desk()).unwrap();
        assert_eq!(store.verify_audit(Some(noted)).unwrap().number, 2);
        assert_eq!(store.verify_audit(Some(Head::START)).unwrap().number, 2);
        let other = Head { number: 3, hash: noted.hash };
        let error = store.verify_audit(Some(other)).unwrap_err();
        assert!(matches!(error, StoreError::Tampered(Tampered::NotTheNoted { number: 3 })));
    }
}

#[test]
fn a_case_goes_its_way_and_every_step_is_in_the_log() {
    suite::a_case_goes_its_way_and_every_step_is_in_the_log(&mut open(&folder()));
}

#[test]
fn a_refused_step_changes_nothing() {
    suite::a_refused_step_changes_nothing(&mut open(&folder()));
}

#[test]
fn a_case_seen_too_long_ago_is_not_changed() {
    suite::a_case_seen_too_long_ago_is_not_changed(&mut open(&folder()));
}

#[test]
fn a_form_has_one_living_case() {
    suite::a_form_has_one_living_case(&mut open(&folder()));
}

#[test]
fn several_cases_take_a_step_together_or_not_at_all() {
    suite::several_cases_take_a_step_together_or_not_at_all(&mut open(&folder()));
}

#[test]
fn no_card_is_received_without_its_list() {
    suite::no_card_is_received_without_its_list(&mut open(&folder()));
}

#[test]
fn a_card_nobody_fetched_before_the_deadline_expires() {
    suite::a_card_nobody_fetched_before_the_deadline_expires(&mut open(&folder()));
}

#[test]
fn a_noted_end_of_the_log_is_found_again() {
    suite::a_noted_end_of_the_log_is_found_again(&mut open(&folder()));
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
    super::sqlite::migrate(&mut old, 1).unwrap();
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
