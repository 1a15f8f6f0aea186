//! Host driver for the My Number Card: typed sessions over any [`Transport`](mynumber_transport::Transport).
//!
//! ```no_run
//! use mynumber_applet::pin::{FourDigitPin, reference};
//! use mynumber_driver::{Card, file};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # struct Reader;
//! # impl mynumber_transport::Transport for Reader {
//! #     fn transmit(&mut self, _: &mynumber_apdu::Command<'_>, _: &mut mynumber_transport::Reply) -> Result<(), mynumber_transport::Error> { Err(mynumber_transport::Error::NoCard) }
//! #     fn begin(&mut self) -> Result<(), mynumber_transport::Error> { Ok(()) }
//! #     fn end(&mut self, _: mynumber_transport::Disposition) -> Result<(), mynumber_transport::Error> { Ok(()) }
//! #     fn reconnect(&mut self) -> Result<(), mynumber_transport::Error> { Ok(()) }
//! #     fn atr(&self) -> &[u8] { &[] }
//! # }
//! # let transport = Reader;
//! let mut card = Card::new(transport);
//! for counter in card.counters()? {
//!     println!("{}: {:?}", counter.pin.row().japanese, counter.tries);
//! }
//! let pin = FourDigitPin::parse("1234")?;
//! let attributes = card.attributes(&pin)?;
//! println!("{}", attributes.view()?.name().escape_debug());
//!
//! // The same in steps: what a PIN opens is checked by the compiler.
//! let mut unlocked = card.unlock::<reference::InputAssist>(&pin)?;
//! let number = unlocked.read::<file::IndividualNumber>()?;
//! unlocked.close()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it keeps to
//! - **No try is spent unasked.** Before a PIN is sent the card is asked for the tries left, which costs none. The last
//!   try needs [`Card::unlock_spending_the_last_try`]; a blocked PIN is not sent at all, nor is one that was refused
//!   before. A PIN whose answer was lost is never sent again.
//! - **Nothing stays unlocked.** From the first SELECT to the log-out the card is in exclusive use. The log-out selects
//!   the card manager or, where that fails, takes the power off: a reset alone keeps this card unlocked (CARD.md §3.2).
//!   It happens when a session is closed or dropped, panics included.
//! - **What a PIN does not open does not compile.** A file behind a PIN cannot be read without it:
//!
//! ```compile_fail,E0277
//! fn read<T: mynumber_transport::Transport>(card: &mut mynumber_driver::Card<T>) {
//!     let _ = card.read::<mynumber_driver::file::Attributes>();
//! }
//! ```
//!
//! nor with another one:
//!
//! ```compile_fail,E0277
//! use mynumber_applet::pin::reference::UserAuthentication;
//! fn read<T: mynumber_transport::Transport>(mut unlocked: mynumber_driver::Unlocked<'_, UserAuthentication, T>) {
//!     let _ = unlocked.read::<mynumber_driver::file::SignatureCertificate>();
//! }
//! ```
//!
//! and nothing can be signed with a PIN that is not a key's:
//!
//! ```compile_fail,E0277
//! use mynumber_applet::pin::reference::InputAssist;
//! use mynumber_driver::{Input, Unlocked};
//! fn sign<T: mynumber_transport::Transport>(mut unlocked: Unlocked<'_, InputAssist, T>, input: &Input) {
//!     let _ = unlocked.sign_without_any_check(input);
//! }
//! ```
//!
//! nor after the session was closed:
//!
//! ```compile_fail,E0382
//! use mynumber_applet::pin::reference::Signature;
//! use mynumber_driver::{Input, Unlocked};
//! fn sign<T: mynumber_transport::Transport>(mut unlocked: Unlocked<'_, Signature, T>, input: &Input) {
//!     let _ = unlocked.close();
//!     let _ = unlocked.sign_without_any_check(input);
//! }
//! ```
//!
//! - **Exchanges are what the user waits for.** Files are read whole by short EF identifier, in one extended command
//!   where reader and card carry it; what they do not carry is found out once. Nothing is read twice.
//!
//! - **The input-assist application can be read enciphered**: [`Card::secure`]. [`Secured`] says what that protects and what
//!   not: the PIN goes in the clear, and there is no MAC.
//!
//! What is absent: every other cryptography (reading is not trusting; [`SignatureCheck`] is filled by who knows it), clocks,
//! random numbers (an argument), and any PIN or personal datum in `Debug`, errors or logs.

mod cache;
mod card;
mod change;
mod chip;
mod connection;
mod error;
pub mod file;
mod guard;
mod identify;
mod read;
mod refused;
mod secure;
mod session;
mod sign;
#[cfg(test)]
mod testing;
mod unlocked;

pub use cache::FileBytes;
pub use card::Card;
pub use change::ChangesAlone;
pub use chip::{ChipKey, ProvesChip};
pub use error::{Error, ErrorKind, Fault, Object, Step, Trouble};
pub use file::Contents;
pub use guard::Tries;
pub use identify::{Counter, Identity};
pub use secure::{SecureMessagingError, Secured, SecuredReference};
pub use sign::{CheckFailure, Hash, Input, InputError, Scheme, SignatureCheck, Signs};
pub use unlocked::{Selected, Signature, Unlocked};
