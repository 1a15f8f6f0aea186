//! The references that secrets are presented to, as types: what a typed session is made of.
//!
//! ```
//! use mynumber_applet::pin::{FourDigitPin, Reference, Secret, reference};
//!
//! fn verify<R: Reference>(secret: &R::Secret) -> (u16, usize) {
//!     (R::PIN.row().ef.0, secret.bytes().len())
//! }
//! assert_eq!(verify::<reference::UserAuthentication>(&FourDigitPin::parse("1234")?), (0x0018, 4));
//! # Ok::<(), mynumber_applet::pin::PinFormError>(())
//! ```
//!
//! The reference that every card delivers blocked ([`PinId::InputAssistReserved`]) has no type: nothing can be
//! presented to it.

use super::{
    BirthDatePin, FourDigitPin, Secret, SignaturePassword, VerificationNumberA, VerificationNumberB, sealed,
};
use crate::model::{ApplicationId, ChangeForm, PinId, PinRow};

/// A reference, and the kind of secret that may be presented to it. Sealed.
pub trait Reference: sealed::Sealed + 'static {
    /// The kind of secret.
    type Secret: Secret;
    /// The reference's identity.
    const PIN: PinId;
    /// Its row of the model.
    const ROW: &'static PinRow = Self::PIN.row();
    /// The application that holds it.
    const APPLICATION: ApplicationId = Self::ROW.application;
}

/// A reference whose value the holder can change. Sealed.
pub trait Changeable: Reference {
    /// The command that changes it.
    const CHANGE: ChangeForm = Self::ROW.change;
}

macro_rules! references {
    ($($name:ident: $secret:ident),* $(,)?) => { $(
        #[doc = concat!("The reference [`PinId::", stringify!($name), "`]; takes a [`", stringify!($secret), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl Reference for $name {
            type Secret = $secret;
            const PIN: PinId = PinId::$name;
        }
    )* };
}
references!(
    Signature: SignaturePassword,
    UserAuthentication: FourDigitPin,
    InputAssist: FourDigitPin,
    InputAssistNumberA: VerificationNumberA,
    InputAssistNumberB: VerificationNumberB,
    CardFaceBirthDate: BirthDatePin,
    CardFaceNumberA: VerificationNumberA,
    CardFaceNumberB: VerificationNumberB,
    Juki: FourDigitPin,
    Common: FourDigitPin,
);

macro_rules! changeable {
    ($($name:ident),*) => { $(
        impl Changeable for $name {}
        const _: () = assert!(!matches!($name::ROW.change, ChangeForm::None), "the holder cannot change it");
    )* };
}
changeable!(Signature, UserAuthentication, InputAssist, Juki, Common);
