use alloc::boxed::Box;
use core::fmt;

use zeroize::ZeroizeOnDrop;

use super::error::{PinFormError, PinFormErrorKind, check_text};
use super::{Secret, sealed};

const LEAST: u8 = 6;
const MOST: u8 = 16;
const NAME: &str = "SignaturePassword";

/// 署名用電子証明書のパスワード: 6 to 16 capital letters and digits, at least one of each (CARD.md §3).
#[derive(ZeroizeOnDrop)]
pub struct SignaturePassword {
    bytes: Box<[u8; 16]>,
    len: u8,
}

impl SignaturePassword {
    /// Takes what a person typed and **folds lower case to upper**, as the card's own software does: the card itself
    /// compares bytes and would count a lower-case letter as a wrong try.
    ///
    /// # Errors
    /// [`PinFormError`], which carries nothing of the value.
    pub fn parse(text: &str) -> Result<Self, PinFormError> {
        let mut password = Self::copy(text)?;
        password.bytes.make_ascii_uppercase();
        password.check()
    }

    /// As [`SignaturePassword::parse`], from bytes that must be UTF-8.
    ///
    /// # Errors
    /// [`PinFormError`], which carries nothing of the value.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, PinFormError> {
        Self::parse(super::digits::text(NAME, bytes)?)
    }

    /// Takes the value as it is: a lower-case letter is refused.
    ///
    /// # Errors
    /// [`PinFormError`], which carries nothing of the value.
    pub fn parse_exact(text: &str) -> Result<Self, PinFormError> {
        Self::copy(text)?.check()
    }

    /// The bytes as the card compares them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn copy(text: &str) -> Result<Self, PinFormError> {
        check_text(text, LEAST, MOST).map_err(|kind| PinFormError::new(NAME, kind))?;
        let mut password = Self { bytes: Box::new([0; 16]), len: u8::try_from(text.len()).unwrap_or(MOST) };
        for (to, from) in password.bytes.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(password)
    }

    fn check(self) -> Result<Self, PinFormError> {
        let bytes = self.as_bytes();
        let kind = if !bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
            PinFormErrorKind::Character
        } else if !bytes.iter().any(u8::is_ascii_uppercase) {
            PinFormErrorKind::NoLetter
        } else if !bytes.iter().any(u8::is_ascii_digit) {
            PinFormErrorKind::NoDigit
        } else {
            return Ok(self);
        };
        Err(PinFormError::new(NAME, kind))
    }
}

impl fmt::Debug for SignaturePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)
    }
}

impl sealed::Sealed for SignaturePassword {}

impl Secret for SignaturePassword {
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}
