//! The My Number Card library: driver, verifier and virtual card behind one door.
//!
//! Software that reads a My Number Card, signs with it or changes its PINs depends on this crate alone, and tests itself
//! without a card:
//!
//! ```no_run
//! use mynumber::applet::content::Attributes;
//! use mynumber::applet::pin::FourDigitPin;
//! use mynumber::driver::Card;
//!
//! fn greet(mut card: Card<impl mynumber::transport::Transport>, pin: &str) -> Result<String, Box<dyn std::error::Error>> {
//!     // The form is checked here; the card is asked for the tries left before the PIN is sent, and locked afterwards.
//!     let pin = FourDigitPin::parse(pin)?;
//!     let file = card.attributes(&pin)?;
//!     Ok(format!("hello, {}", Attributes::parse(file.bytes())?.name()))
//! }
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
//!
//! What this crate adds is the glue between rooms that may not name each other: [`Slot`] puts a virtual card at the end of
//! a transport, [`OwnCertificate`] checks a signature against the card's own certificate before the driver returns it.
//!
//! # What is not here
//!
//! No verdict on certificates: who issued them, whether they are in force or revoked, is not checked by anything in this
//! version. Reading is not trusting.

mod check;
mod slot;

pub use check::{OwnCertificate, verify_signature};
pub use slot::Slot;

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
