//! Fifty simulated residents, from the application to the card in use and what becomes of it afterwards; each card is
//! looked at from outside: by the driver and our verifier, and by OpenSC through the real pcscd.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod afterwards;
mod opensc;
mod outside;
mod people;
mod town;

use std::collections::BTreeMap;
use std::time::Instant;

use mynumber::issuance::desk::after::{expire_cards, expire_uncollected};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::Store;

use people::{Kind, Resident};
use town::{Town, by, day};

#[test]
fn fifty_residents_get_their_cards_and_every_card_is_what_the_store_says_of_it() {
    let begun = Instant::now();
    let residents = people::residents();
    assert_eq!(residents.len(), 50);
    let mut town = Town::new(&residents);
    println!("{:.1?}: {} cards made", begun.elapsed(), town.cards.len());
    for resident in &residents {
        town.apply(resident);
    }
    town.receive(&residents);
    for resident in &residents {
        town.prepare(resident);
    }
    town.send_notices(&residents);
    for resident in &residents {
        afterwards::come_and_live(&mut town, resident);
    }
    println!("{:.1?}: everybody was served", begun.elapsed());
    let evening = by(Actor::Calendar, town::LAST);
    let uncollected = expire_uncollected(&mut town.store, &evening).unwrap();
    assert_eq!(uncollected.len(), residents.iter().filter(|one| one.is(Kind::Uncollected)).count());
    assert!(expire_cards(&mut town.store, &evening).unwrap().is_empty());
    the_store_agrees(&mut town, &residents);
    let verifier = outside::Lists::of(&mut town);
    for number in town.cards.keys() {
        verifier.look_at(&town.cards[number]);
    }
    println!("{:.1?}: {} cards were looked at by the driver", begun.elapsed(), town.cards.len());
    opensc::look_at(&town);
    println!("{:.1?}: and by OpenSC", begun.elapsed());
}

/// No half-done state, as many cases in each state as the residents' lives say, an audit log that is whole and names
/// every case, no password in any file.
fn the_store_agrees(town: &mut Town, residents: &[Resident]) {
    let mut expected: BTreeMap<State, u64> = BTreeMap::new();
    for state in residents.iter().flat_map(|resident| resident.kind.ends()) {
        *expected.entry(*state).or_default() += 1;
    }
    let counts: BTreeMap<State, u64> = town.store.counts().unwrap().into_iter().collect();
    assert_eq!(counts, expected);
    assert!(counts.keys().all(|state| !state.is_unfinished()));
    let cases: u64 = counts.values().sum();
    assert_eq!(usize::try_from(cases).unwrap(), town.cards.len(), "each case has its card");
    let head = town.store.verify_audit(None).unwrap();
    let records = town.store.audit(0, 10_000).unwrap();
    assert_eq!(usize::try_from(head.number).unwrap(), records.len());
    for number in town.cards.keys() {
        assert!(records.iter().any(|record| record.case == Some(*number)), "case {number}");
    }
    for file in std::fs::read_dir(town.folder.path().join("store")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let password = people::PASSWORD.as_bytes();
        assert!(!bytes.windows(password.len()).any(|part| part == password), "a password is kept");
    }
    assert_eq!(day(0), mynumber::testing::ISSUED);
}
