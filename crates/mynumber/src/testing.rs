//! A card for tests, in one line: no reader, no daemon, no file, nobody's data.
//!
//! ```
//! use mynumber::driver::Card;
//! use mynumber::testing;
//!
//! let mut card = Card::new(testing::card("taro"));
//! let attributes = card.attributes(&testing::secrets().input_assist)?;
//! assert_eq!(attributes.view()?.name(), "試験　太郎");
//! # Ok::<(), mynumber::driver::Error>(())
//! ```
//!
//! Each call gives a new card of the same person: tries that a test spends are its own. The keys are made once per
//! process and person (six RSA keys; the authority, also made once, has nine), so only the first card takes seconds.
//!
//! A card with peculiarities ([`slot`]), a handle to look at it while a client uses it ([`Slot::card`]), a wire that
//! fails ([`Faulty`](crate::transport::Faulty)) and one that counts ([`Counted`](crate::transport::Counted)) are what
//! tests of a client are made of; the repository's `examples/test_your_client.rs` shows them together.
//!
//! **Never use these cards for anything but tests:** their PINs are public.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use mynumber_applet::FileId;
use mynumber_crypto::certificate::{Certificate, Purpose};
use mynumber_crypto::revocation::Reason;
use mynumber_crypto::{UnixTime, cvc};
use mynumber_issuance::person::{Secrets, built_in};
use mynumber_issuance::pki::{CardVerifiableKey, Chain};
use mynumber_issuance::pki::{Edition, Revoked};
use mynumber_issuance::{TestAuthority, personalise};
use mynumber_transport::InProcess;
use mynumber_virtual_card::{FileContents, MemoryStorage, Quirks, Storage, VirtualCard};

use crate::Slot;

/// When the cards of this module are issued: 2026-10-01 09:30 in Japan. Their certificates are in force for five years
/// from then on. A constant, because nothing here reads a clock: tests of validity periods take their times from it.
pub const ISSUED: UnixTime = UnixTime::from_seconds(1_790_814_600);

/// The authority of the cards of this module: its CA certificates are what a test trusts.
///
/// # Panics
/// When keys cannot be made, which takes a fault of the machine.
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests; nothing in it depends on input")]
pub fn authority() -> &'static TestAuthority {
    static AUTHORITY: OnceLock<TestAuthority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        TestAuthority::generate(ISSUED, &mut crate::system_random()).expect("an authority can be made")
    })
}

/// The authorities of the card-verifiable certificates on the cards of this module: what a test of
/// [`genuine`](crate::genuine) trusts.
///
/// # Panics
/// As [`authority`].
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests; nothing in it depends on input")]
pub fn authorities() -> &'static [cvc::Authority<'static>] {
    static ROOTS: OnceLock<[(Chain, CardVerifiableKey); 3]> = OnceLock::new();
    static AUTHORITIES: OnceLock<[cvc::Authority<'static>; 3]> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        Chain::ALL.map(|chain| (chain, authority().root_key(chain).expect("an authority has its keys")))
    });
    AUTHORITIES.get_or_init(|| {
        roots.each_ref().map(|(chain, key)| key.as_authority(*chain).expect("the names are constants"))
    })
}

/// The PINs of every card of this module: those of [`Secrets::documented`].
///
/// # Panics
/// Never: they have the right form.
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests; the values are constants")]
pub fn secrets() -> Secrets {
    Secrets::documented().expect("the documented PINs have the right form")
}

/// A new card of a built-in person, in memory and powered on. Who there is: [`built_in::ALL`].
///
/// # Panics
/// When nobody has this name.
#[must_use]
#[track_caller]
pub fn card(person: &str) -> InProcess<Slot> {
    InProcess::new(slot(person, &Quirks::default()))
}

/// A new card of a built-in person with peculiarities, in a slot: for [`InProcess::new`], or for
/// [`vpcd`](crate::transport::vpcd). A clone of the slot looks at the card while a client uses it. Answers that are to
/// be slow are not: nothing sleeps here.
///
/// # Panics
/// When nobody has this name.
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, reason = "a fixture of tests; memory does not fail")]
pub fn slot(person: &str, quirks: &Quirks) -> Slot {
    let bytes = made(person).read().expect("memory does not fail");
    let mut card = VirtualCard::open(MemoryStorage::holding(&bytes), crate::system_random())
        .expect("what was written can be opened");
    if *quirks != Quirks::default() {
        card.rewrite(|image| quirks.shape(image)).expect("memory does not fail");
    }
    Slot::new(card.with_quirks(quirks.clone(), |_| ()))
}

/// A new card of a built-in person behind a lie, in memory: one of
/// [`hostile::CATALOGUE`](mynumber_virtual_card::hostile::CATALOGUE), or one's own. For
/// [`InProcess::new`], or for [`vpcd`](crate::transport::vpcd).
///
/// ```
/// use mynumber::driver::Card;
/// use mynumber::testing;
/// use mynumber::transport::InProcess;
/// use mynumber::virtual_card::hostile;
///
/// let row = hostile::find("right-pin-is-wrong").expect("it is in the catalogue");
/// let slot = testing::hostile("taro", row.lie());
/// let mut card = Card::new(InProcess::new(slot.clone()));
/// assert!(card.attributes(&testing::secrets().input_assist).is_err());
/// assert_eq!(slot.card().ledger().lost, 1);
/// ```
///
/// # Panics
/// When nobody has this name.
#[cfg(feature = "hostile")]
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, reason = "a fixture of tests; memory does not fail")]
pub fn hostile(person: &str, lie: Box<dyn mynumber_virtual_card::hostile::Lie>) -> crate::HostileSlot {
    let honest = slot(person, &Quirks::default());
    let card = mynumber_virtual_card::hostile::HostileCard::copy_of(
        honest.card().image(),
        lie,
        crate::system_random(),
    )
    .expect("memory does not fail");
    crate::HostileSlot::new(card)
}

/// The certificate of a built-in person for this purpose, DER: the one on every [`card`] of that person.
///
/// # Panics
/// When nobody has this name, or the person has no such certificate (a child has no signature certificate).
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, clippy::panic, reason = "a fixture of tests; documented above")]
pub fn certificate(person: &str, purpose: Purpose) -> Vec<u8> {
    let bytes = made(person).read().expect("memory does not fail");
    let card = VirtualCard::open(MemoryStorage::holding(&bytes), crate::system_random())
        .expect("what was written can be opened");
    let file = match purpose {
        Purpose::Signature => FileId::SignatureCertificate,
        _ => FileId::UserAuthenticationCertificate,
    };
    match card.image().files.get(&file) {
        Some(FileContents::Bytes(certificate)) => certificate.clone(),
        _ => panic!("{person:?} has no certificate for this purpose"),
    }
}

/// The CRL of the day on which the cards of this module are issued ([`ISSUED`], good for 24 hours), DER: of the
/// municipality in which all built-in people live, with the certificates of these people on it.
///
/// ```
/// use mynumber::crypto::revocation::{Given, Reason};
/// use mynumber::crypto::certificate::Purpose;
/// use mynumber::testing;
///
/// // taro lost his card and called the hotline.
/// let source = Given::new().with_crl(testing::crl(Purpose::Signature, &[("taro", Reason::CertificateHold)]));
/// # assert_eq!(format!("{source:?}").is_empty(), false);
/// ```
///
/// # Panics
/// As [`certificate`].
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, reason = "a fixture of tests; documented above")]
pub fn crl(purpose: Purpose, revoked: &[(&str, Reason)]) -> Vec<u8> {
    let municipality = built_in::find("taro").expect("taro is built in").municipality;
    let revoked: Vec<Revoked> = revoked
        .iter()
        .map(|(person, reason)| {
            let certificate = certificate(person, purpose);
            let certificate = Certificate::parse(&certificate).expect("our own certificate");
            let serial = certificate.serial().to_vec();
            Revoked { serial, when: ISSUED, reason: *reason, invalid_since: None }
        })
        .collect();
    let tomorrow = UnixTime::from_seconds(ISSUED.seconds() + 86_400);
    let edition = Edition { number: 1, this_update: ISSUED, next_update: tomorrow };
    authority().crl(purpose, Some(&municipality), &revoked, &edition).expect("our own times and numbers")
}

/// This person's card as it was issued, made at the first call.
#[track_caller]
#[expect(clippy::expect_used, clippy::panic, reason = "a fixture of tests; documented above")]
fn made(id: &str) -> MemoryStorage {
    static MADE: Mutex<BTreeMap<String, Arc<OnceLock<MemoryStorage>>>> = Mutex::new(BTreeMap::new());
    let Some(person) = built_in::find(id) else {
        panic!("nobody is called {id:?} here; mynumber::issuance::person::built_in::ALL lists who is");
    };
    // The map is held for a moment only: cards of several people can be made at the same time.
    let cell =
        Arc::clone(MADE.lock().unwrap_or_else(PoisonError::into_inner).entry(id.to_owned()).or_default());
    cell.get_or_init(|| {
        let mut random = crate::system_random();
        let image = personalise(authority(), &person, &secrets(), ISSUED, &mut random)
            .expect("the people built in can have cards");
        let storage = MemoryStorage::default();
        VirtualCard::new(image, storage.clone(), random).expect("memory does not fail");
        storage
    })
    .clone()
}
