use core::fmt;

/// A value does not have the form of the secret it is meant to be. Carries nothing of the value, its length included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinFormError {
    secret: &'static str,
    kind: PinFormErrorKind,
}

impl PinFormError {
    pub(super) const fn new(secret: &'static str, kind: PinFormErrorKind) -> Self {
        Self { secret, kind }
    }

    /// Which secret the value was meant to be: the name of its type.
    #[must_use]
    pub const fn secret(&self) -> &'static str {
        self.secret
    }

    /// What is wrong with the form.
    #[must_use]
    pub const fn kind(&self) -> PinFormErrorKind {
        self.kind
    }
}

impl fmt::Display for PinFormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.secret, self.kind)
    }
}

impl core::error::Error for PinFormError {}

/// What is wrong with the form of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinFormErrorKind {
    /// Nothing was entered.
    #[error("nothing was entered")]
    Empty,
    /// Shorter than allowed.
    #[error("at least {least} characters are needed")]
    TooShort {
        /// The least number of characters.
        least: u8,
    },
    /// Longer than allowed.
    #[error("at most {most} characters are allowed")]
    TooLong {
        /// The greatest number of characters.
        most: u8,
    },
    /// Full-width letters or digits: the input method is switched to Japanese.
    #[error("full-width characters: switch the input method off")]
    FullWidth,
    /// A NUL or another control character.
    #[error("a control character")]
    Control,
    /// A character that the secret cannot hold.
    #[error("a character that is not allowed here")]
    Character,
    /// No letter where one is demanded.
    #[error("at least one letter is needed")]
    NoLetter,
    /// No digit where one is demanded.
    #[error("at least one digit is needed")]
    NoDigit,
    /// The last digit of My Number does not check the others: mistyped.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// The birth date lies before 明治, or the year of expiry has not four digits.
    #[error("a date that no card carries")]
    Date,
}

/// Refuses what no secret holds, in the order that helps a person most. Lengths count characters.
pub(super) fn check_text(text: &str, least: u8, most: u8) -> Result<(), PinFormErrorKind> {
    if text.is_empty() {
        return Err(PinFormErrorKind::Empty);
    }
    if text.chars().any(|c| matches!(c, '\u{FF01}'..='\u{FF5E}' | '\u{3000}')) {
        return Err(PinFormErrorKind::FullWidth);
    }
    if text.chars().any(char::is_control) {
        return Err(PinFormErrorKind::Control);
    }
    if !text.is_ascii() {
        return Err(PinFormErrorKind::Character);
    }
    if text.len() < usize::from(least) {
        return Err(PinFormErrorKind::TooShort { least });
    }
    if text.len() > usize::from(most) {
        return Err(PinFormErrorKind::TooLong { most });
    }
    Ok(())
}
