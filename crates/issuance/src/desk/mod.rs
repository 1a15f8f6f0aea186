//! 窓口: what happens at the desk, from the pre-delivery set-up to the end of a card.
//!
//! Where a case stands is a type ([`At`]), and each step is a call of that type: a step that is not in its place does not
//! compile. Evidence is a type too: the set-up asks for [`prepare::Matched`], which only a chip without a difference gives, the
//! delivery for [`counter::Identity`]. A case that stands elsewhere when it is looked up is refused with the step that is
//! missing.
//!
//! ```no_run
//! use mynumber_applet::pin::{FourDigitPin, SignaturePassword};
//! use mynumber_issuance::desk::pins::NewPins;
//! use mynumber_issuance::desk::{At, Desk, DeskError, stage};
//! use mynumber_issuance::issuer::Issuer;
//! use mynumber_issuance::store::{By, Store};
//!
//! /// What an integrated terminal calls when the applicant has typed everything twice.
//! fn deliver(
//!     number: u64,
//!     pins: &NewPins,
//!     store: &mut dyn Store,
//!     terminal: &mut dyn Issuer,
//!     by: &By,
//! ) -> Result<(), DeskError> {
//!     let identified = At::<stage::Identified>::open(store, number)?;
//!     let mut desk = Desk { store, issuer: terminal, by };
//!     let set = identified.set_pins(pins, &mut desk)?;
//!     set.hand_over(desk.store, by)?;
//!     Ok(())
//! }
//! ```
//!
//! PINs are not set before the applicant was identified:
//!
//! ```compile_fail,E0599
//! use mynumber_issuance::desk::{At, Desk, pins::NewPins, stage};
//! fn hasty(case: &At<stage::AtCounter>, pins: &NewPins, desk: &mut Desk<'_>) {
//!     case.set_pins(pins, desk);
//! }
//! ```
//!
//! A card with PINs half set is not handed over:
//!
//! ```compile_fail,E0599
//! use mynumber_issuance::desk::{At, stage};
//! use mynumber_issuance::store::{By, Store};
//! fn hasty(case: &At<stage::SettingPins>, store: &mut dyn Store, by: &By) {
//!     case.hand_over(store, by);
//! }
//! ```
//!
//! Evidence is not made by hand:
//!
//! ```compile_fail,E0451
//! use mynumber_issuance::desk::counter::Identity;
//! let identity = Identity { case: 1, papers: Vec::new() };
//! ```
//!
//! nor is a chip prepared that was not compared:
//!
//! ```compile_fail,E0308
//! use mynumber_issuance::desk::prepare::ChipContents;
//! use mynumber_issuance::desk::{At, Desk, stage};
//! fn hasty(case: &At<stage::Received>, chip: &ChipContents, desk: &mut Desk<'_>) {
//!     case.prepare(chip, &[], desk);
//! }
//! ```
//!
//! # When something fails in the middle
//!
//! [`DeskError::standing`] says whether the case is untouched, unfinished or done. What is unfinished has a state of its own
//! ([`State::is_unfinished`](crate::lifecycle::State::is_unfinished)) from before the first change on the card until after the last,
//! and is resumed by a call of its own. PINs are entered anew for that: nothing keeps them.
//!
//! What is absent: prompts, clocks, random sources, readers. Store, terminal ([`Issuer`]), clerk and time are arguments.

pub mod after;
mod certificates;
pub mod counter;
mod crl;
mod deliver;
mod error;
pub mod photo;
pub mod pins;
pub mod prepare;
mod rule;
pub mod stage;
pub mod substitutes;
mod work;

use std::fmt;

pub use crl::{CrlError, crl};
pub use error::{DeskError, Reason, Standing};
pub use rule::{Rule, Untimely};
pub use stage::At;

use crate::issuer::Issuer;
use crate::store::{By, Store};

/// What the steps work with: where cases are kept, the terminal with the card, and who is at the desk when.
pub struct Desk<'a> {
    /// Where cases are kept.
    pub store: &'a mut dyn Store,
    /// The terminal.
    pub issuer: &'a mut dyn Issuer,
    /// Who, and when.
    pub by: &'a By,
}

impl fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("by", self.by).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
