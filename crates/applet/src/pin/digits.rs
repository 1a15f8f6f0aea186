//! The secrets made of digits only.

use alloc::boxed::Box;
use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::error::{PinFormError, PinFormErrorKind, check_text};
use super::{Secret, sealed};
use crate::content::IndividualNumber;
use crate::date::{Date, EraDate};
use crate::number::{MyNumber, check_digit};

/// Bytes that must be text.
pub(super) fn text<'a>(name: &'static str, bytes: &'a [u8]) -> Result<&'a str, PinFormError> {
    core::str::from_utf8(bytes).map_err(|_| PinFormError::new(name, PinFormErrorKind::Character))
}

macro_rules! digits {
    ($(#[$meta:meta])* $name:ident, $count:literal) => {
        $(#[$meta])*
        pub struct $name(Box<[u8; $count]>);

        impl Drop for $name {
            fn drop(&mut self) {
                self.0.zeroize();
            }
        }

        impl ZeroizeOnDrop for $name {}

        impl $name {
            #[doc = concat!("As [`", stringify!($name), "::parse`], from bytes that must be UTF-8.")]
            ///
            /// # Errors
            /// [`PinFormError`], which carries nothing of the value.
            pub fn parse_bytes(bytes: &[u8]) -> Result<Self, PinFormError> {
                Self::parse(text(stringify!($name), bytes)?)
            }

            /// The ASCII digits as the card compares them.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_slice()
            }

            fn digits(text: &str) -> Result<Self, PinFormError> {
                check_text(text, $count, $count).map_err(Self::error)?;
                if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Self::error(PinFormErrorKind::Character));
                }
                Ok(Self::filled(text.bytes()))
            }

            /// Digit by digit into the heap: no copy of the whole value is made on the way.
            fn filled(digits: impl IntoIterator<Item = u8>) -> Self {
                let mut value = Self(Box::new([b'0'; $count]));
                for (to, from) in value.0.iter_mut().zip(digits) {
                    *to = from;
                }
                value
            }

            const fn error(kind: PinFormErrorKind) -> PinFormError {
                PinFormError::new(stringify!($name), kind)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl sealed::Sealed for $name {}

        impl Secret for $name {
            fn bytes(&self) -> &[u8] {
                self.as_bytes()
            }
        }
    };
}

digits!(
    /// A PIN of four digits: user authentication, input assist, juki (CARD.md §3).
    FourDigitPin,
    4
);
digits!(
    /// 照合番号A: My Number, its check digit verified (CARD.md §3).
    VerificationNumberA,
    12
);
digits!(
    /// 照合番号B: birth date in era form `YYMMDD`, expiry year, security code (CARD.md §3).
    VerificationNumberB,
    14
);
digits!(
    /// 生年月日: the birth date as it stands on the card, in era form `YYMMDD` (CARD.md §3).
    BirthDatePin,
    6
);
digits!(
    /// セキュリティコード: the four digits on the front of the card, a part of verification number B.
    ///
    /// Presented to no reference by itself.
    SecurityCode,
    4
);

macro_rules! parse_digits_only {
    ($($name:ident),*) => { $(
        impl $name {
            /// Takes ASCII digits, exactly as many as the type has.
            ///
            /// # Errors
            /// [`PinFormError`], which carries nothing of the value.
            pub fn parse(text: &str) -> Result<Self, PinFormError> {
                Self::digits(text)
            }
        }
    )* };
}
parse_digits_only!(FourDigitPin, VerificationNumberB, BirthDatePin, SecurityCode);

impl VerificationNumberA {
    /// Takes the twelve digits of My Number; the last must check the others, so most typing mistakes cost no try.
    ///
    /// # Errors
    /// [`PinFormError`], which carries nothing of the value.
    pub fn parse(text: &str) -> Result<Self, PinFormError> {
        let number = Self::digits(text)?;
        let [body @ .., last] = &*number.0;
        if check_digit(body) != Some(*last) {
            return Err(Self::error(PinFormErrorKind::CheckDigit));
        }
        Ok(number)
    }
}

/// The number that a card itself stores. Its check digit is not looked at: what the card returned was not mistyped.
impl From<&IndividualNumber<'_>> for VerificationNumberA {
    fn from(number: &IndividualNumber<'_>) -> Self {
        Self::filled(number.digits().iter().copied())
    }
}

impl From<&MyNumber> for VerificationNumberA {
    fn from(number: &MyNumber) -> Self {
        Self::filled(number.as_bytes().iter().copied())
    }
}

impl VerificationNumberB {
    /// Composes the number of a card that shows the birth date by the Japanese era.
    ///
    /// # Errors
    /// [`PinFormErrorKind::Date`] for a birth before 明治 or a year of expiry that has not four digits.
    pub fn compose(
        birth: Date,
        expiry_year: u16,
        security_code: &SecurityCode,
    ) -> Result<Self, PinFormError> {
        Self::from_parts(&BirthDatePin::from_date(birth)?, expiry_year, security_code)
    }

    /// Composes the number from the six digits of the birth date as the card shows it.
    ///
    /// # Errors
    /// [`PinFormErrorKind::Date`] for a year of expiry that has not four digits.
    pub fn from_parts(
        birth: &BirthDatePin,
        expiry_year: u16,
        security_code: &SecurityCode,
    ) -> Result<Self, PinFormError> {
        if !(1000..=9999).contains(&expiry_year) {
            return Err(Self::error(PinFormErrorKind::Date));
        }
        let digit = |divisor| u8::try_from(expiry_year / divisor % 10).unwrap_or_default() + b'0';
        let year = [digit(1000), digit(100), digit(10), digit(1)];
        Ok(Self::filled(birth.as_bytes().iter().chain(&year).chain(security_code.as_bytes()).copied()))
    }
}

impl BirthDatePin {
    /// The PIN of a card that shows the birth date by the Japanese era.
    ///
    /// # Errors
    /// [`PinFormErrorKind::Date`] for a birth before 明治.
    pub fn from_date(birth: Date) -> Result<Self, PinFormError> {
        birth.to_era().map(Self::from).ok_or(Self::error(PinFormErrorKind::Date))
    }
}

impl From<EraDate> for BirthDatePin {
    fn from(birth: EraDate) -> Self {
        Self::filled(birth.yymmdd())
    }
}
