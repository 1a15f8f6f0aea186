use std::collections::BTreeSet;

use super::*;
use crate::test_card::{JPKI, bytes, image, rng};

fn card(name: &str) -> HostileCard {
    find(name).expect(name).card(&image(), rng()).expect("a card")
}

#[test]
fn every_id_from_a1_to_a18_has_a_card_and_every_card_a_name_of_its_own() {
    let ids: BTreeSet<&str> = CATALOGUE.into_iter().flatten().map(|row| row.id).collect();
    let wanted: Vec<String> = (1..=18).map(|number| format!("A{number}")).collect();
    assert_eq!(ids, wanted.iter().map(String::as_str).collect());
    let names: BTreeSet<&str> = CATALOGUE.into_iter().flatten().map(|row| row.name).collect();
    assert_eq!(names.len(), CATALOGUE.into_iter().flatten().count());
    for row in CATALOGUE.into_iter().flatten() {
        let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(row.name.chars().all(well_formed), "{row:?}");
        assert!(!row.english.is_empty() && !row.japanese.is_ascii(), "{row:?}");
        assert!(find(row.name).is_some_and(|found| found.name == row.name));
    }
    assert!(find("honest").is_none());
}

#[test]
fn a_lie_begins_where_it_is_told_to_and_ends_where_it_is_stopped() {
    let mut card = card("yes-to-everything");
    card.lie_from(2);
    let unknown = bytes("00A4040C05A000000099");
    assert_eq!(card.respond(&unknown), Some(vec![0x6A, 0x82]));
    assert_eq!(card.respond(&unknown), Some(vec![0x6A, 0x82]));
    assert_eq!(card.respond(&unknown), Some(vec![0x90, 0x00]));
    card.stop_lying();
    assert_eq!(card.respond(&unknown), Some(vec![0x6A, 0x82]));
    assert_eq!(card.ledger().commands, 4);
}

#[test]
fn the_ledger_counts_pins_and_tries_whatever_the_card_says() {
    let mut card = card("counts-down-in-secret");
    let _ = card.respond(&bytes(JPKI));
    for lost in 1..=3 {
        // The right one.
        assert_eq!(card.respond(&bytes("002000980431323334")), Some(vec![0x63, 0xC3]));
        assert_eq!((card.ledger().presented, card.ledger().lost), (lost, lost));
    }
    assert_eq!(card.respond(&bytes("00200098")), Some(vec![0x63, 0xC3]));
    assert_eq!(card.card().tries_left(mynumber_applet::PinId::UserAuthentication), Some(0));
    assert_eq!(card.ledger().presented, 3, "a question is no PIN");
}

#[test]
fn a_right_pin_costs_nothing_and_leaves_the_card_unlocked_until_the_power_goes() {
    let mut card = HostileCard::copy_of(&image(), Box::new(EveryStatus::new(Some(Kind::Sign), 0)), rng())
        .expect("a card");
    let _ = card.respond(&bytes(JPKI));
    assert_eq!(card.respond(&bytes("002000980431323334")), Some(vec![0x90, 0x00]));
    assert_eq!((card.ledger().presented, card.ledger().lost), (1, 0));
    assert!(card.card().is_unlocked());
    card.power(Power::Off);
    assert!(!card.card().is_unlocked());
    assert_eq!(card.respond(&bytes(JPKI)), None);
}

#[test]
fn the_card_that_was_copied_is_not_touched() {
    let honest = crate::test_card::card(MemoryStorage::default());
    let mut copy = find("right-pin-is-wrong").expect("a row").card(honest.image(), rng()).expect("a card");
    let _ = copy.respond(&bytes(JPKI));
    let _ = copy.respond(&bytes("002000980431323334"));
    assert_eq!(copy.ledger().lost, 1);
    assert_eq!(honest.tries_left(mynumber_applet::PinId::UserAuthentication), Some(3));
}

#[test]
fn every_kind_of_command_is_told_apart() {
    let kinds = [
        (JPKI, Kind::Select),
        ("00B0860000", Kind::Read),
        ("00B2010C00", Kind::ReadWhole),
        ("00CA00F000", Kind::ReadWhole),
        ("00200098", Kind::AskTries),
        ("002000980431323334", Kind::Verify),
        ("00240198083132333435363738", Kind::Change),
        ("802A0080013000", Kind::Sign),
        ("00C0000000", Kind::More),
        ("00", Kind::Other),
    ];
    for (hex, kind) in kinds {
        assert_eq!(Asked::new(&bytes(hex)).kind(), kind, "{hex}");
    }
    assert_eq!(Asked::new(&bytes("00B0012300")).offset(), 0x0123);
    assert_eq!(Asked::new(&bytes("00B0860500")).offset(), 5);
    assert_eq!(Asked::new(&bytes("00B0860000")).room(), 256);
    assert_eq!(Asked::new(&bytes("00B08600000000")).room(), 65_536);
}

/// Every status word once, in order, and then again.
#[test]
fn a10_every_status_word_comes_in_its_turn() {
    let mut card =
        HostileCard::copy_of(&image(), Box::new(EveryStatus::new(None, 0)), rng()).expect("a card");
    for word in (0..=u16::MAX).chain([0, 1]) {
        assert_eq!(card.respond(&bytes("00200098")), Some(word.to_be_bytes().to_vec()));
    }
}
