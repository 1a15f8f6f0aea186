//! Readers: names, states, choice by name.

use std::ffi::{CStr, CString};
use std::fmt;

use crate::Error;

/// The name of a reader as the service gives it: any bytes but zero.
///
/// Shown with what is not UTF-8 replaced, and control characters escaped: a reader's name comes from the device.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReaderName(CString);

impl ReaderName {
    /// The name as the service knows it.
    #[must_use]
    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }
}

impl From<CString> for ReaderName {
    fn from(name: CString) -> Self {
        Self(name)
    }
}

impl fmt::Display for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = String::new();
        for character in self.0.to_string_lossy().chars() {
            // Formatting characters can turn the direction of the line.
            let turns = matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || turns {
                shown.extend(character.escape_unicode());
            } else {
                shown.push(character);
            }
        }
        f.pad(&shown)
    }
}

impl fmt::Debug for ReaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReaderName({self})")
    }
}

/// What a reader says of its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderStatus {
    /// The reader.
    pub name: ReaderName,
    /// Whether a card is in it.
    pub present: bool,
    /// Whether the card in it does not answer to power.
    pub mute: bool,
    /// Whether a program is connected to the card.
    pub in_use: bool,
    /// Whether a program is connected to the card and admits no other.
    pub exclusive: bool,
    /// The card's answer to reset; empty when there is none.
    pub atr: Vec<u8>,
}

/// One reader out of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The reader at this place of the list, from 0.
    Number(usize),
    /// The only reader whose name has this part, whatever the case of its letters.
    NamePart(String),
}

impl Selection {
    /// The selection that a person typed: digits alone are a number, anything else is part of a name.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::NamePart(text.to_owned()), Self::Number)
    }

    /// Picks the reader out of the list.
    ///
    /// A whole name wins over names that only contain it.
    ///
    /// # Errors
    /// [`SelectionError`] when no reader is meant, or several.
    pub fn pick<'r>(&self, readers: &'r [ReaderName]) -> Result<&'r ReaderName, SelectionError> {
        if readers.is_empty() {
            return Err(SelectionError::Unreachable(Error::NoReader));
        }
        match self {
            Self::Number(number) => {
                readers.get(*number).ok_or(SelectionError::NoMatch { readers: readers.len() })
            }
            Self::NamePart(part) => {
                let part = part.to_lowercase();
                let named = |name: &&ReaderName| name.to_string().to_lowercase() == part;
                let meant: Vec<&ReaderName> =
                    readers.iter().filter(|name| name.to_string().to_lowercase().contains(&part)).collect();
                match meant.as_slice() {
                    [] => Err(SelectionError::NoMatch { readers: readers.len() }),
                    [one] => Ok(one),
                    [..] => match meant.iter().copied().filter(named).collect::<Vec<_>>().as_slice() {
                        [one] => Ok(one),
                        _ => Err(SelectionError::Ambiguous { meant: meant.into_iter().cloned().collect() }),
                    },
                }
            }
        }
    }
}

/// Why a selection names no reader.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The readers could not be listed, or there are none.
    #[error(transparent)]
    Unreachable(#[from] Error),
    /// No reader has that number or name.
    #[error("none of the {readers} readers is meant")]
    NoMatch {
        /// The number of readers there are.
        readers: usize,
    },
    /// Several readers have that part in their names.
    #[error("{} readers are meant; give the number or more of the name", meant.len())]
    Ambiguous {
        /// The readers.
        meant: Vec<ReaderName>,
    },
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
