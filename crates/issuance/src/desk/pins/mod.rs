//! 暗証番号設定: which PINs are asked, in which order, and what is entered.
//!
//! ```
//! use mynumber_issuance::desk::pins::{Asked, NewPins, Plan, PlanError, entered_twice};
//!
//! // The signature certificate was destroyed at the pre-delivery set-up: its password is not asked.
//! let plan = Plan::without_signature();
//! assert!(plan.asked().eq([Asked::UserAuthentication, Asked::Juki, Asked::InputAssist]));
//!
//! let pins = NewPins::default().typed(Asked::UserAuthentication, "2580", "2580")?.typed(Asked::Juki, "4826", "4826")?;
//! assert_eq!(plan.check(&pins), Err(PlanError::Missing(Asked::InputAssist)));
//! assert_eq!(plan.check(&pins.input_assist(entered_twice("2580", "2580")?)), Ok(()));
//! # Ok::<(), mynumber_issuance::desk::pins::EntryError>(())
//! ```
//!
//! Prompts are the caller's: each value is entered twice, hidden ([`entered_twice`]); [`advice`] is shown and refuses nothing.

mod advice;
pub mod sheet;

use std::fmt;

use mynumber_applet::pin::{FourDigitPin, PinFormError, Secret, SignaturePassword};
use mynumber_applet::{Date, PinId, PinRow};
use mynumber_crypto::certificate::Purpose;
use subtle::ConstantTimeEq;

pub use advice::{Advice, advice};

use super::certificates::is_usable;
use crate::store::IssuedCertificate;

/// A PIN as the holder is asked for it. One is one value to remember, whatever number of references holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// (1) 署名用電子証明書のパスワード.
    Signature,
    /// (2) 利用者証明用電子証明書の暗証番号.
    UserAuthentication,
    /// (3) 住民基本台帳用の暗証番号: two references that hold one value.
    Juki,
    /// (4) 券面事項入力補助用の暗証番号.
    InputAssist,
}

impl Asked {
    /// All four, in the published order.
    pub const ALL: [Self; 4] = [Self::Signature, Self::UserAuthentication, Self::Juki, Self::InputAssist];

    /// Its number on the official sheet, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Signature => 1,
            Self::UserAuthentication => 2,
            Self::Juki => 3,
            Self::InputAssist => 4,
        }
    }

    /// The references that hold it, in the order in which they are set.
    #[must_use]
    pub const fn references(self) -> &'static [PinId] {
        match self {
            Self::Signature => &[PinId::Signature],
            Self::UserAuthentication => &[PinId::UserAuthentication],
            Self::Juki => &[PinId::Juki, PinId::Common],
            Self::InputAssist => &[PinId::InputAssist],
        }
    }

    /// The row of the model that says its form, its tries and where it is set anew.
    #[must_use]
    pub const fn row(self) -> &'static PinRow {
        match self {
            Self::Signature => PinId::Signature.row(),
            Self::UserAuthentication => PinId::UserAuthentication.row(),
            Self::Juki => PinId::Juki.row(),
            Self::InputAssist => PinId::InputAssist.row(),
        }
    }

    /// The name that commands and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::UserAuthentication => "user-authentication",
            Self::Juki => "juki",
            Self::InputAssist => "input-assist",
        }
    }

    /// The PIN of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asked| asked.name() == name)
    }
}

/// Which PINs a card gets at its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    signature: bool,
}

impl Plan {
    /// All four.
    #[must_use]
    pub const fn with_signature() -> Self {
        Self { signature: true }
    }

    /// Without (1): there is no signature certificate, or its key was destroyed.
    #[must_use]
    pub const fn without_signature() -> Self {
        Self { signature: false }
    }

    /// What the certificates of a case ask for: (1) where the last signature certificate is in force or held; (2) even when
    /// the user-authentication certificate was revoked; (3) and (4) always.
    #[must_use]
    pub fn of(certificates: &[IssuedCertificate]) -> Self {
        Self { signature: is_usable(certificates, Purpose::Signature) }
    }

    /// Whether this one is asked.
    #[must_use]
    pub const fn asks(&self, asked: Asked) -> bool {
        match asked {
            Asked::Signature => self.signature,
            Asked::UserAuthentication | Asked::Juki | Asked::InputAssist => true,
        }
    }

    /// What is asked, in order.
    pub fn asked(&self) -> impl Iterator<Item = Asked> + use<> {
        let plan = *self;
        Asked::ALL.into_iter().filter(move |asked| plan.asks(*asked))
    }

    /// The references that are set, in order.
    pub fn references(&self) -> impl Iterator<Item = PinId> + use<> {
        self.asked().flat_map(|asked| asked.references().iter().copied())
    }

    /// Whether everything that is asked was entered, and nothing else.
    ///
    /// # Errors
    /// [`PlanError`], for the first in the published order.
    pub fn check(&self, pins: &NewPins) -> Result<(), PlanError> {
        for asked in Asked::ALL {
            match (self.asks(asked), pins.secret(asked).is_some()) {
                (true, false) => return Err(PlanError::Missing(asked)),
                (false, true) => return Err(PlanError::NotAsked(asked)),
                (true, true) | (false, false) => {}
            }
        }
        Ok(())
    }
}

/// What was entered does not fit what is asked. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Not entered.
    #[error("the {} is missing: all are set or none", .0.row().english)]
    Missing(Asked),
    /// Entered though there is no use for it.
    #[error("the {} is not asked: this card has no signature certificate", .0.row().english)]
    NotAsked(Asked),
    /// Not entered, though an interruption may have left it half set.
    #[error("the {} was begun and may be half set: it is entered anew", .0.row().english)]
    Begun(Asked),
    /// Nothing was entered at all.
    #[error("no PIN was entered")]
    Nothing,
}

/// New values, wiped when dropped: never shown, stored or cloned.
#[derive(Default)]
pub struct NewPins {
    signature: Option<SignaturePassword>,
    user_authentication: Option<FourDigitPin>,
    juki: Option<FourDigitPin>,
    input_assist: Option<FourDigitPin>,
}

impl NewPins {
    /// With a password for the signature certificate.
    #[must_use]
    pub fn signature(self, password: SignaturePassword) -> Self {
        Self { signature: Some(password), ..self }
    }

    /// With a PIN for user authentication.
    #[must_use]
    pub fn user_authentication(self, pin: FourDigitPin) -> Self {
        Self { user_authentication: Some(pin), ..self }
    }

    /// With a juki PIN, for both references that hold it.
    #[must_use]
    pub fn juki(self, pin: FourDigitPin) -> Self {
        Self { juki: Some(pin), ..self }
    }

    /// With an input-assist PIN.
    #[must_use]
    pub fn input_assist(self, pin: FourDigitPin) -> Self {
        Self { input_assist: Some(pin), ..self }
    }

    /// With what was typed twice for this PIN.
    ///
    /// # Errors
    /// [`EntryError`], which carries nothing of either.
    pub fn typed(self, asked: Asked, first: &str, second: &str) -> Result<Self, EntryError> {
        Ok(match asked {
            Asked::Signature => self.signature(entered_twice(first, second)?),
            Asked::UserAuthentication => self.user_authentication(entered_twice(first, second)?),
            Asked::Juki => self.juki(entered_twice(first, second)?),
            Asked::InputAssist => self.input_assist(entered_twice(first, second)?),
        })
    }

    /// What speaks against the value that was entered for this PIN: see [`advice`].
    #[must_use]
    pub fn advice(&self, asked: Asked, births: &[Date]) -> Vec<Advice> {
        self.secret(asked).map_or_else(Vec::new, |secret| advice(secret, births))
    }

    /// What was entered, in the published order.
    pub fn entered(&self) -> impl Iterator<Item = Asked> + '_ {
        Asked::ALL.into_iter().filter(|asked| self.secret(*asked).is_some())
    }

    pub(super) fn secret(&self, asked: Asked) -> Option<&dyn Secret> {
        fn held<S: Secret>(secret: Option<&S>) -> Option<&dyn Secret> {
            secret.map(|secret| -> &dyn Secret { secret })
        }
        match asked {
            Asked::Signature => held(self.signature.as_ref()),
            Asked::UserAuthentication => held(self.user_authentication.as_ref()),
            Asked::Juki => held(self.juki.as_ref()),
            Asked::InputAssist => held(self.input_assist.as_ref()),
        }
    }
}

/// Shows nothing, not even what was entered.
impl fmt::Debug for NewPins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPins(..)")
    }
}

/// A secret that a holder chooses.
pub trait Chosen: Secret + Sized {
    /// Reads what was typed, as the type itself does.
    ///
    /// # Errors
    /// [`PinFormError`], which carries nothing of the value.
    fn typed(text: &str) -> Result<Self, PinFormError>;
}

impl Chosen for FourDigitPin {
    fn typed(text: &str) -> Result<Self, PinFormError> {
        Self::parse(text)
    }
}

impl Chosen for SignaturePassword {
    fn typed(text: &str) -> Result<Self, PinFormError> {
        Self::parse(text)
    }
}

/// A value that was typed twice.
///
/// # Errors
/// [`EntryError`], which carries nothing of either.
pub fn entered_twice<P: Chosen>(first: &str, second: &str) -> Result<P, EntryError> {
    let value = P::typed(first)?;
    // The second is compared as the card will have it: `abc123` and `ABC123` are one password.
    let again = P::typed(second).map_err(|_| EntryError::Differ)?;
    if bool::from(value.bytes().ct_eq(again.bytes())) { Ok(value) } else { Err(EntryError::Differ) }
}

/// What was typed is no new PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// It has another form.
    #[error(transparent)]
    Form(#[from] PinFormError),
    /// The second entry differs from the first.
    #[error("the two entries differ")]
    Differ,
}

#[cfg(test)]
#[path = "pins_tests.rs"]
mod tests;
