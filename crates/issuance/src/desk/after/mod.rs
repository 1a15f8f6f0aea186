//! Afterwards: everything that happens to a card that was handed over, or that nobody fetched.

mod anew;
mod certifying;
mod change;
mod ends;
mod expiry;
mod kiosk;
mod numbers;
mod renew;
mod reset;
mod switch;

pub use certifying::{Certifying, OnCard};
pub(super) use ends::end;
pub use ends::{expire_cards, expire_uncollected, replace, report_loss, return_card, suspend};
pub use expiry::{ExpiryNotice, certificate_notice, certificates_due, due_for_renewal, is_certificate_due};
pub use kiosk::{KioskPin, Known};
