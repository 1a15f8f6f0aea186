//! What holds with many desks, with others who reach the data behind the store's back, and from version to version.

use super::places::Place;
use super::*;

pub(super) fn every_tampering_with_the_log_is_told_with_its_record<P: Place>() {
    for (change, expected) in [
        ("UPDATE audit SET event = 'hand-over' WHERE number = 2", Tampered::Changed { number: 2 }),
        ("UPDATE audit SET case_number = NULL WHERE number = 1", Tampered::Changed { number: 1 }),
        ("DELETE FROM audit WHERE number = 1", Tampered::Missing { expected: 1, found: 2 }),
        ("DELETE FROM audit WHERE number = 2", Tampered::Missing { expected: 2, found: 3 }),
        ("DELETE FROM audit WHERE number = 3", Tampered::NotTheNoted { number: 3 }),
    ] {
        let place = P::new();
        let mut store = place.open();
        store.register(application(1), &desk()).unwrap();
        store.receive(&released(&[1]), &desk()).unwrap();
        store.step(1, 2, Step::Prepare, &desk()).unwrap();
        let noted = store.verify_audit(None).unwrap();
        assert!(place.run(change).is_err(), "the schema refuses it first: {change}");
        place.run(P::UNPROTECT).unwrap();
        place.run(change).unwrap();
        let error = store.verify_audit(Some(noted)).unwrap_err();
        assert!(matches!(&error, StoreError::Tampered(found) if *found == expected), "{change}: {error}");
    }
}

pub(super) fn many_desks_at_once_lose_no_case_and_no_record<P: Place>() {
    const DESKS: u64 = 4;
    const EACH: u64 = 15;
    let place = P::new();
    // All of them find an empty place and make the store.
    std::thread::scope(|scope| {
        for desk_number in 0..DESKS {
            let place = &place;
            scope.spawn(move || {
                let mut store = place.open();
                for index in 0..EACH {
                    let receipt = store.register(application(desk_number * EACH + index), &desk()).unwrap();
                    store.receive(&released(&[desk_number * EACH + index]), &desk()).unwrap();
                    assert_eq!(store.case(receipt.number).unwrap().version, 2);
                }
            });
        }
    });
    let mut store = place.open();
    assert_eq!(store.cases(State::Received, 0, 1000).unwrap().len(), 60);
    assert_eq!(store.verify_audit(None).unwrap().number, 2 * DESKS * EACH);
}

pub(super) fn of_two_desks_with_one_case_one_is_told_to_look_again<P: Place>() {
    let place = P::new();
    let mut first = place.open();
    first.register(application(1), &desk()).unwrap();
    first.receive(&released(&[1]), &desk()).unwrap();
    let won: usize = std::thread::scope(|scope| {
        let desks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| place.open().step(1, 2, Step::Prepare, &desk()))).collect();
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

/// Every desk counts one version further: reads, changes, and begins anew when another was faster.
pub(super) fn no_change_of_one_case_is_lost_between_desks<P: Place>() {
    const DESKS: usize = 4;
    const EACH: usize = 10;
    let place = P::new();
    let mut store = place.open();
    let version = suite::handed_over(&mut store, 1, "20361122");
    let records = store.verify_audit(None).unwrap().number;
    std::thread::scope(|scope| {
        for _ in 0..DESKS {
            scope.spawn(|| {
                let mut store = place.open();
                let mut done = 0;
                while done < EACH {
                    let seen = store.case(1).unwrap().version;
                    match store.step(1, seen, Step::ChangePin, &desk()) {
                        Ok(case) => {
                            assert_eq!(case.version, seen + 1);
                            done += 1;
                        }
                        Err(StoreError::Changed { version, .. }) => assert!(version > seen),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    let changes = u64::try_from(DESKS * EACH).unwrap();
    assert_eq!(store.case(1).unwrap().version, version + changes);
    assert_eq!(store.verify_audit(None).unwrap().number, records + changes);
}

pub(super) fn a_copy_made_while_others_work_is_whole<P: Place>() {
    let place = P::new();
    let mut store = place.open();
    store.register(application(1), &desk()).unwrap();
    let copies: Vec<P> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut other = place.open();
            for number in 2..40 {
                other.register(application(number), &desk()).unwrap();
            }
        });
        (0..4).map(|_| place.copy(&mut store)).collect()
    });
    for copy in &copies {
        let mut copy = copy.open();
        let head = copy.verify_audit(None).unwrap();
        let cases = copy.cases(State::Registered, 0, 1000).unwrap();
        assert_eq!(u64::try_from(cases.len()).unwrap(), head.number);
        assert!(head.number >= 1);
        // It is a store like any other.
        copy.register(application(100), &desk()).unwrap();
    }
}

/// A case whose PINs are being set anew, and the record of its notice: sent at midnight in Japan.
fn notice_of_an_old_version<P: Place>() -> String {
    format!(
        "INSERT INTO cases (number, state, registered, channel, form, name, address, birth_date, sex, \
         under_guardianship, photo_taken, wants_signature, wants_user_authentication, wants_braille_name) \
         VALUES (7, 'resetting', 1795000000, 'post', 'notification-card', '検証　花子', '検証県', '1980-02-17', \
         '2', 0, '2026-11-01', 1, 1, 0); \
         INSERT INTO audit (number, at, clerk, actor, event, detail, case_number, hash) \
         VALUES (1, 1794927600, 'desk-1', 'municipality', 'send-notice', '', 7, {})",
        P::HASH
    )
}

pub(super) fn a_store_of_any_old_version_is_brought_to_the_present_one<P: Place>() {
    let case = "INSERT INTO cases (number, state, registered, channel, form, form_id, name, address, birth_date, \
                sex, under_guardianship, photo_taken, wants_signature, wants_user_authentication, \
                wants_braille_name) VALUES (1, 'received', 1795000000, 'post', 'notification-card', \
                '00000000000000000000001', '検証　太郎', '検証県', '1980-02-17', '1', 0, '2026-11-01', 1, 1, 0)";
    for version in 0..crate::store::schema::VERSION {
        let place = P::of_version(version);
        if version > 0 {
            place.run(case).unwrap();
            assert!(place.run("UPDATE cases SET noticed = NULL").is_err(), "there is no such column yet");
            place.run(&notice_of_an_old_version::<P>()).unwrap();
        }
        let mut store = place.open();
        if version > 0 {
            let old = store.case(1).unwrap();
            assert_eq!((old.state, old.deadline, old.card), (State::Received, None, None));
            assert_eq!(store.resident(1).unwrap().name, "検証　太郎");
            store.step(1, 1, Step::Prepare, &desk()).unwrap();
            // The day of a notice is taken from the log; of a reset that was begun, what may be half is open.
            assert_eq!(store.notices(date("20260101"), date("20261231")).unwrap(), [(date("20261118"), 1)]);
            assert_eq!(store.case(7).unwrap().open_pins, [Asked::Juki]);
        }
        let receipt = store.register(application(2), &desk()).unwrap();
        assert_eq!(receipt.number, if version > 0 { 8 } else { 1 });
        drop(store);
        assert_eq!(place.open().case(receipt.number).unwrap().state, State::Registered);
    }
}

pub(super) fn newer_and_foreign_places_are_refused_and_left_as_they_are<P: Place>() {
    let newer = P::new();
    drop(newer.open());
    newer.run(P::NEWER).unwrap();
    assert!(matches!(newer.try_open(), Err(StoreError::Newer { found: 99, .. })));
    let foreign = P::new();
    foreign.run("CREATE TABLE diary (entry TEXT)").unwrap();
    assert!(matches!(foreign.try_open(), Err(StoreError::Foreign)));
    foreign.run("CREATE TABLE cases (entry TEXT)").expect("nothing was made there");
}

pub(super) fn b8_no_error_of_a_store_shows_a_person<P: Place>() {
    let place = P::new();
    let mut store = place.open();
    store.register(application(1), &desk()).unwrap();
    for change in [
        "UPDATE cases SET state = '検証'",
        "UPDATE cases SET state = 'registered', deadline = '検証'",
        "UPDATE cases SET deadline = NULL, birth_date = '検証'",
        "UPDATE cases SET birth_date = '1980-02-17', sex = '検証'",
    ] {
        place.run(change).unwrap();
        let shown = match (store.case(1), store.resident(1)) {
            (Err(error), _) | (_, Err(error)) => format!("{error} {error:?}"),
            (Ok(_), Ok(_)) => panic!("{change}"),
        };
        assert!(!shown.contains("検証"), "{shown}");
    }
    // The database itself refuses: its message would quote the row.
    place.run("UPDATE cases SET sex = '1'; CREATE UNIQUE INDEX one_name ON cases (name)").unwrap();
    let mut other = store;
    let error = other.register(application(2), &desk()).unwrap_err();
    let shown = format!("{error} {error:?}");
    let name = entry().today.name;
    assert!(matches!(error, StoreError::Failed(_)), "{shown}");
    assert!(!shown.contains(&name) && !shown.contains("00000000000000000000002"), "{shown}");
    assert_eq!(other.verify_audit(None).unwrap().number, 1);
}
