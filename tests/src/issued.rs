//! Cards of simulated people, as they come from personalisation. The authority and each person's card are made once per
//! process, which takes seconds; every card is then a copy with a life of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use mynumber::Slot;
use mynumber::crypto::UnixTime;
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::issuance::{TestAuthority, personalise};
use mynumber::virtual_card::{MemoryStorage, Quirks, Storage, VirtualCard};

use crate::virtual_card::rng;

/// The moment at which the cards are issued: 2026-10-01, 00:30 UTC.
pub const ISSUED: UnixTime = UnixTime::from_seconds(1_790_814_600);

/// The authority of all the cards.
///
/// # Panics
/// When it cannot be made, which does not happen.
#[must_use]
pub fn authority() -> &'static TestAuthority {
    static AUTHORITY: OnceLock<TestAuthority> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    AUTHORITY.get_or_init(|| TestAuthority::generate(ISSUED, &mut rng()).expect("an authority"))
}

/// The card of a built-in person, with [`Secrets::documented`], in memory.
///
/// # Panics
/// When there is no such person.
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests")]
pub fn card(person: &str) -> VirtualCard {
    static CARDS: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut cards = CARDS.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = cards.entry(person.to_owned()).or_insert_with(|| written(person));
    VirtualCard::open(MemoryStorage::holding(bytes), rng()).expect("it was written whole")
}

/// What a card file of this person holds.
#[expect(clippy::expect_used, reason = "a fixture of tests")]
fn written(person: &str) -> Vec<u8> {
    let known = built_in::find(person).expect("a built-in person");
    let secrets = Secrets::documented().expect("well formed");
    let image = personalise(authority(), &known, &secrets, ISSUED, &mut rng()).expect("a card");
    let mut storage = MemoryStorage::default();
    let _ = VirtualCard::new(image, storage.clone(), rng()).expect("memory does not fail");
    storage.read().expect("memory does not fail").to_vec()
}

/// As [`card`], with peculiarities of behaviour and of content, in a slot: a clone stays with the test, to look at the
/// card while a reader holds it.
///
/// # Panics
/// As [`card`].
#[must_use]
pub fn slot(person: &str, quirks: &Quirks) -> Slot {
    let mut card = card(person);
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    card.rewrite(|image| quirks.shape(image)).expect("memory does not fail");
    Slot::new(card.with_quirks(quirks.clone(), std::thread::sleep))
}
