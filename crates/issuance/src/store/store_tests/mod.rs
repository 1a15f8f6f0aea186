use super::{
    By, Case, CertificateEvent, CertificateState, Change, Document, Paper, PhotoAnswer, PhotoAnswers,
    Registration, Sqlite, Store, StoreError, WhyNotCertificate,
};
use crate::application::tests::{ID, entry, now, paper_photo, today};
use crate::application::{Channel, Confirmed, ContactName, Form, FormId, FormKind, Photo, Registrant};
use crate::audit::{Clerk, Head, Tampered};
use crate::desk::pins::Asked;
use crate::lifecycle::{Actor, State, Step, Why};
use crate::photo::{Answer, Exception, Question};
use crate::receipt::Serial;
use crate::receipt::tests::{released, released_as};
use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;
use std::path::PathBuf;
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

fn application(number: u64) -> Confirmed {
    of(number, Registrant::Applicant)
}

fn represented(number: u64, name: ContactName) -> Confirmed {
    of(number, Registrant::Representative { name })
}

/// By post, so that no photo has to be decoded.
fn of(number: u64, registrant: Registrant) -> Confirmed {
    let mut entry = entry();
    entry.registrant = registrant;
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

mod desks;
mod places;
#[cfg(feature = "postgres")]
#[path = "../../../../../tests/src/postgres.rs"]
#[expect(unreachable_pub, reason = "the module of a library of tests")]
mod server;
mod suite;

/// Runs the suite on each kind of store.
macro_rules! on_each_store {
    ($($test:ident,)*) => {
        mod on_sqlite {
            use super::places::{File, Place};
            use super::suite;
            $(#[test]
            fn $test() {
                suite::$test(&mut File::new().open());
            })*
        }

        #[cfg(feature = "postgres")]
        mod on_postgres {
            use super::places::{Place, Served};
            use super::suite;
            $(#[test]
            fn $test() {
                suite::$test(&mut Served::new().open());
            })*
        }
    };
}

on_each_store! {
    a_case_goes_its_way_and_every_step_is_in_the_log,
    a_refused_step_changes_nothing,
    the_representative_who_registered_an_application_is_kept,
    a_case_seen_too_long_ago_is_not_changed,
    a_form_has_one_living_case,
    several_cases_take_a_step_together_or_not_at_all,
    no_card_is_received_without_its_list,
    a_card_nobody_fetched_before_the_deadline_expires,
    a_noted_end_of_the_log_is_found_again,
    a_card_belongs_to_one_case,
    a_hand_written_application_gets_the_id_under_which_its_card_comes,
    everything_that_goes_with_a_step_is_there_or_nothing,
    what_does_not_go_with_a_step_is_refused,
    a_certificate_is_issued_held_revoked_and_issued_anew,
    a_certificate_that_is_none_or_is_gone_is_not_touched,
    lists_of_what_was_revoked_are_read_piece_by_piece,
    what_is_due_is_found,
    a_card_expires_after_its_last_day_only,
    many_are_registered_at_once_and_each_is_told,
    the_successor_of_a_card_is_a_case,
    the_clerks_answers_about_a_photo_are_kept_with_the_case,
    answers_that_are_not_all_or_not_about_this_photo_are_refused,
    open_pins_stay_with_the_case_until_it_is_finished,
    notices_are_counted_on_the_day_they_were_sent,
}

/// Runs what needs a place of its own on each kind of store.
macro_rules! on_each_place {
    ($($test:ident,)*) => {
        mod in_files {
            use super::{desks, places::File};
            $(#[test]
            fn $test() {
                desks::$test::<File>();
            })*
        }

        #[cfg(feature = "postgres")]
        mod in_databases {
            use super::{desks, places::Served};
            $(#[test]
            fn $test() {
                desks::$test::<Served>();
            })*
        }
    };
}

on_each_place! {
    every_tampering_with_the_log_is_told_with_its_record,
    many_desks_at_once_lose_no_case_and_no_record,
    of_two_desks_with_one_case_one_is_told_to_look_again,
    no_change_of_one_case_is_lost_between_desks,
    a_copy_made_while_others_work_is_whole,
    a_store_of_any_old_version_is_brought_to_the_present_one,
    newer_and_foreign_places_are_refused_and_left_as_they_are,
    b8_no_error_of_a_store_shows_a_person,
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = folder();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database at all, but long enough to look at".repeat(100)).unwrap();
    assert!(matches!(Sqlite::open(&text), Err(StoreError::Foreign)));
}

#[test]
fn a_backup_overwrites_nothing_and_half_of_one_does_not_have_its_name() {
    let folder = folder();
    let mut store = open(&folder);
    store.register(application(1), &desk()).unwrap();
    let copy = folder.path().join("copy.db");
    // What a backup left that was broken off in the middle.
    let half = folder.path().join("copy.db.unfinished");
    std::fs::write(&half, "half").unwrap();
    store.back_up(&copy).unwrap();
    assert!(!half.exists());
    assert!(matches!(store.back_up(&copy), Err(StoreError::Exists)));
    assert_eq!(Sqlite::open(&copy).unwrap().verify_audit(None).unwrap().number, 1);
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

#[cfg(feature = "postgres")]
#[test]
fn a_server_elsewhere_is_not_spoken_to_in_the_clear() {
    use crate::store::Postgres;
    for parameters in [
        "host=db.invalid user=desk password=himitsu",
        "host=192.0.2.1 user=desk password=himitsu",
        "host=/run/postgresql,db.invalid user=desk password=himitsu",
        "host=localhost hostaddr=192.0.2.1 user=desk password=himitsu",
        "postgresql://desk:himitsu@db.invalid/cases",
    ] {
        assert!(matches!(Postgres::open(parameters), Err(StoreError::Unencrypted)), "{parameters}");
    }
    let nowhere = folder();
    for parameters in [
        "himitsu".to_owned(),
        "host=localhost port=himitsu".to_owned(),
        format!("host={} user=himitsu password=himitsu", nowhere.path().display()),
    ] {
        let error = Postgres::open(&parameters).unwrap_err();
        assert!(matches!(error, StoreError::Parameters | StoreError::Failed(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains("himitsu"), "{error:?}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_connection_that_was_ended_is_told_and_a_new_one_goes_on() {
    use places::{Place as _, Served};
    let place = Served::new();
    let mut store = place.open();
    store.register(application(1), &desk()).unwrap();
    place
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .unwrap();
    let lost = store.register(application(2), &desk()).unwrap_err();
    assert!(matches!(lost, StoreError::Lost), "{lost:?}");
    assert_eq!(place.open().register(application(2), &desk()).unwrap().number, 2);
}
