//! The My Number Card library: driver, verifier and virtual card behind one door.
//!
//! Software that reads a My Number Card, signs with it or changes its PINs depends on this crate alone, and tests itself
//! without a card:
//!
//! ```
//! use mynumber::applet::pin::reference;
//! use mynumber::driver::{Card, ErrorKind, Input};
//! use mynumber::{OwnCertificate, testing};
//!
//! // A simulated person's card, in memory. On a real reader: `transport::pcsc`, the rest is the same.
//! let mut card = Card::new(testing::card("taro"));
//! let secrets = testing::secrets();
//!
//! // The card is asked for the tries left before a PIN is sent, and locked afterwards.
//! let attributes = card.attributes(&secrets.input_assist)?;
//! assert_eq!(attributes.view()?.name(), "試験　太郎");
//!
//! // A signature is returned when it fits the certificate on the card.
//! let hash = mynumber::crypto::digest::sha256(&[b"I agree."]);
//! let signature = card.sign::<reference::Signature>(&secrets.signature, &Input::sha256(&hash), &OwnCertificate)?;
//! assert_eq!(signature.value().len(), 256);
//!
//! // A wrong PIN costs one try, and is not sent a second time.
//! let wrong = mynumber::applet::pin::FourDigitPin::parse("0000")?;
//! let error = card.attributes(&wrong).unwrap_err();
//! assert!(matches!(error.kind(), ErrorKind::WrongPin { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! | module | what it is |
//! | --- | --- |
//! | [`driver`] | the host side: [`Card`](driver::Card), typed sessions, the lockout guard |
//! | [`transport`] | the wire: PC/SC (feature `pcsc`), in process, vpcd, trace, record, replay, fault injection |
//! | [`applet`] | the model: applications, files, PINs and their rules, content formats |
//! | [`virtual_card`] | the card side: a stateful virtual card |
//! | [`issuance`] | simulated people, a test authority, personalisation |
//! | [`crypto`] | certificates and signature checks |
//! | [`apdu`] | ISO 7816-4 bytes |
//! | [`genuine`] | the proof that a card is genuine: signed records, and a chip that answers |
//! | [`desk`] | a card read and proved at the window of a municipality |
//! | [`batch`] | many checks at once, on all cores, in order |
//! | [`login`] | the card answers the challenge of a service |
//! | [`revocation`] | a folder of CRL files as the source of revocation data |
//! | [`testing`] | a simulated person's card in one line, for tests |
//!
//! What this crate adds is the glue between rooms that may not name each other: [`Slot`] puts a virtual card at the end of
//! a transport, [`OwnCertificate`] checks a signature against the card's own certificate before the driver returns it,
//! [`login::answer`] has the card answer a challenge, [`batch`] keeps all cores busy with checks.
//!
//! # What is not here
//!
//! No verdict that nobody asked for: reading is not trusting. Paths and revocation are in [`crypto`], the proof that a card is
//! genuine in [`genuine`], and each says what it did not check.

pub mod batch;
mod check;
pub mod cms;
pub mod desk;
pub mod genuine;
pub mod login;
pub mod revocation;
mod slot;
pub mod testing;

pub use check::{OwnCertificate, verify_signature};
pub use slot::Slot;
/// A [`Slot`] with a card that lies; its ledger is the card's.
#[cfg(feature = "hostile")]
pub type HostileSlot = Slot<virtual_card::hostile::HostileCard>;

pub use mynumber_apdu as apdu;
pub use mynumber_applet as applet;
pub use mynumber_crypto as crypto;
pub use mynumber_driver as driver;
pub use mynumber_issuance as issuance;
pub use mynumber_transport as transport;
pub use mynumber_virtual_card as virtual_card;

/// The random numbers of the operating system, as the core crates take them.
///
/// # Panics
/// When the operating system refuses random numbers: nothing can be done without them.
#[must_use]
pub fn system_random() -> impl rand_core::CryptoRng + Send + 'static {
    rand_core::UnwrapErr(getrandom::SysRng)
}
