//! 交付申請: from what the applicant enters to a registered application.
//!
//! Each part is a type that cannot hold what the rules refuse: [`FormId`], [`ContactName`], [`Email`],
//! [`photo::Digital`]. [`Entry::check`] looks at the parts together and gives all problems at once, or [`Checked`],
//! which the applicant sees again and [confirms](Checked::confirm); only what was confirmed can be
//! [registered](Confirmed::register). An application that was only checked does not register:
//!
//! ```compile_fail,E0599
//! # use mynumber_issuance::application::Checked;
//! # use mynumber_crypto::UnixTime;
//! fn hasty(checked: Checked, at: UnixTime) {
//!     checked.register(1, at);
//! }
//! ```
//!
//! Nothing of a person stands in the `Debug` or in the errors of any of these types.
//!
//! [`photo::Digital`]: crate::photo::Digital

mod birth;
mod contact;
mod device;
mod entry;
mod form;
mod problem;
mod repertoire;

pub use birth::parse_date;
pub use contact::{ContactError, ContactName, Email};
pub use device::{CodeError, ConfirmedDevice, DeviceCode};
pub use entry::{
    Application, Checked, Confirmed, Contact, Device, Entry, Photo, Receipt, Registrant, Wishes,
};
pub use form::{Channel, Form, FormId, FormIdError, FormKind, Particular, Particulars};
pub use problem::{Ground, Problem, Refused};

#[cfg(test)]
#[path = "application_tests.rs"]
pub(crate) mod tests;
