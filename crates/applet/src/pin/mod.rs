//! What a holder or a program presents to the card, as validated values (CARD.md §3).
//!
//! A value of the wrong form never becomes one of these types, so it never reaches the card and costs no try. None of
//! them can be cloned, copied, printed or compared; `Debug` prints the type's name. Each lies in an array of fixed size
//! on the heap, so that moving it leaves no copy behind, and is wiped on drop.
//!
//! ```
//! use mynumber_applet::pin::{FourDigitPin, PinFormErrorKind, SignaturePassword};
//!
//! assert!(FourDigitPin::parse("1234").is_ok());
//! assert_eq!(FourDigitPin::parse("１２３４").unwrap_err().kind(), PinFormErrorKind::FullWidth);
//! // Lower case is folded to upper on entry, as the holder's software does.
//! assert_eq!(SignaturePassword::parse("abc123")?.as_bytes(), b"ABC123");
//! # Ok::<(), mynumber_applet::pin::PinFormError>(())
//! ```
//!
//! They cannot be cloned:
//!
//! ```compile_fail,E0599
//! let pin = mynumber_applet::pin::FourDigitPin::parse("1234").unwrap();
//! let second = pin.clone();
//! ```
//!
//! nor copied:
//!
//! ```compile_fail,E0382
//! let password = mynumber_applet::pin::SignaturePassword::parse("ABC123").unwrap();
//! let first = password;
//! let second = password;
//! ```
//!
//! nor printed:
//!
//! ```compile_fail,E0277
//! let number = mynumber_applet::pin::VerificationNumberA::parse("123456789018").unwrap();
//! println!("{number}");
//! ```
//!
//! nor compared, which would leak by timing:
//!
//! ```compile_fail,E0369
//! use mynumber_applet::pin::FourDigitPin;
//! let same = FourDigitPin::parse("1234").unwrap() == FourDigitPin::parse("1234").unwrap();
//! ```
//!
//! nor presented to a reference of another kind:
//!
//! ```compile_fail,E0308
//! use mynumber_applet::pin::{reference, FourDigitPin, Reference};
//! fn verify<R: Reference>(secret: &R::Secret) {}
//! verify::<reference::Signature>(&FourDigitPin::parse("1234").unwrap());
//! ```

mod digits;
mod error;
mod password;
pub mod reference;

pub use digits::{BirthDatePin, FourDigitPin, SecurityCode, VerificationNumberA, VerificationNumberB};
pub use error::{PinFormError, PinFormErrorKind};
pub use password::SignaturePassword;
pub use reference::{Changeable, Reference};

mod sealed {
    pub trait Sealed {}
}

/// A value that VERIFY carries. Sealed: its types are those of this module.
pub trait Secret: sealed::Sealed {
    /// The bytes as the card compares them.
    fn bytes(&self) -> &[u8];
}

#[cfg(test)]
#[path = "../pin_tests.rs"]
mod tests;
