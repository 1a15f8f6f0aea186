//! The answer to reset (ISO/IEC 7816-3 §8), read without allocation.
//!
//! ```
//! use mynumber_apdu::atr::Atr;
//!
//! let atr = Atr::parse(&[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14])?;
//! assert!(atr.protocols().eq([1]));
//! assert_eq!((atr.historical(), atr.information_field_size()), (&[][..], Some(254)));
//! # Ok::<(), mynumber_apdu::atr::Error>(())
//! ```
//!
//! An ATR tells what a reader negotiates. It is no name of a card: cards of one kind have several, and contactless
//! readers make one up.

use core::fmt;

/// The most bytes of an ATR: the initial character and 32 more (ISO 7816-3 §8.1).
pub const LONGEST: usize = 33;

/// How the bits of a byte lie on the line, told by the initial character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// `3B`.
    Direct,
    /// `3F`.
    Inverse,
}

/// One group of interface bytes: TA, TB, TC, TD of the same number, each there or not (ISO 7816-3 §8.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceBytes {
    /// TA.
    pub ta: Option<u8>,
    /// TB.
    pub tb: Option<u8>,
    /// TC.
    pub tc: Option<u8>,
    /// TD, which says what the next group holds and for which protocol.
    pub td: Option<u8>,
}

/// An answer to reset: a view into its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Atr<'a> {
    bytes: &'a [u8],
    convention: Convention,
    interface: &'a [u8],
    first_presence: u8,
    historical: &'a [u8],
    check: Option<u8>,
}

impl<'a> Atr<'a> {
    /// Reads an ATR: every announced byte must be there, none besides, and the check byte must fit.
    ///
    /// # Errors
    /// [`Error`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > LONGEST {
            return Err(Error::TooLong);
        }
        let (convention, rest) = match bytes {
            [0x3B, rest @ ..] => (Convention::Direct, rest),
            [0x3F, rest @ ..] => (Convention::Inverse, rest),
            [] => return Err(Error::Truncated),
            _ => return Err(Error::InitialCharacter),
        };
        let [format, rest @ ..] = rest else { return Err(Error::Truncated) };
        let (first_presence, announced) = (format >> 4, usize::from(format & 0x0F));
        let (groups, needs_check) = interface_len(first_presence, rest)?;
        let (interface, rest) = rest.split_at_checked(groups).ok_or(Error::Truncated)?;
        let (historical, rest) = rest.split_at_checked(announced).ok_or(Error::Truncated)?;
        let check = match (needs_check, rest) {
            (true, [check]) => Some(*check),
            (false, []) => None,
            (true, []) => return Err(Error::Truncated),
            _ => return Err(Error::TrailingBytes),
        };
        let sum = bytes.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
        if check.is_some() && sum != 0 {
            return Err(Error::CheckByte);
        }
        Ok(Self { bytes, convention, interface, first_presence, historical, check })
    }

    /// The whole ATR.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The convention.
    #[must_use]
    pub const fn convention(&self) -> Convention {
        self.convention
    }

    /// The groups of interface bytes: TA1 to TD1, TA2 to TD2, and so on.
    #[must_use]
    pub const fn groups(&self) -> Groups<'a> {
        Groups { presence: Some(self.first_presence), rest: self.interface }
    }

    /// The protocols that the card offers, each once, the preferred one first; T=0 alone where no TD byte names one. `15`
    /// is no protocol and left out.
    pub fn protocols(&self) -> impl Iterator<Item = u8> + use<'a> {
        let mut named = self.groups().filter_map(|group| group.td).map(|td| td & 0x0F).peekable();
        let default = if named.peek().is_none() { Some(0) } else { None };
        let mut seen = 1u16 << 15;
        default.into_iter().chain(named).filter(move |protocol| {
            let bit = 1 << protocol;
            let new = seen & bit == 0;
            seen |= bit;
            new
        })
    }

    /// The bytes that a T=1 card takes in one block: TA of the first group that stands for T=1, from the third group on
    /// (ISO 7816-3 §11.4.2).
    #[must_use]
    pub fn information_field_size(&self) -> Option<u8> {
        let mut protocol = None;
        for (index, group) in self.groups().enumerate() {
            if index >= 2 && protocol == Some(1) {
                return group.ta;
            }
            protocol = group.td.map(|td| td & 0x0F);
        }
        None
    }

    /// The historical bytes (ISO 7816-4 §12.1.1).
    #[must_use]
    pub const fn historical(&self) -> &'a [u8] {
        self.historical
    }

    /// The check byte TCK; there is none where T=0 is the only protocol.
    #[must_use]
    pub const fn check(&self) -> Option<u8> {
        self.check
    }

    /// Whether it has the form that PC/SC readers make up for contactless cards: `3B 8n 80 01` (PC/SC part 3 §3.1.3.2.3).
    #[must_use]
    pub const fn is_contactless(&self) -> bool {
        matches!(self.bytes, [0x3B, 0x80..=0x8F, 0x80, 0x01, ..])
    }
}

/// The check byte of an ATR that has none yet: TS to the last historical byte (ISO 7816-3 §8.2.5).
#[must_use]
pub fn check_byte(without_check: &[u8]) -> u8 {
    without_check.iter().skip(1).fold(0, |sum, byte| sum ^ byte)
}

/// The bytes that the groups take together, and whether a check byte must follow: it must unless T=0 is the only
/// protocol.
fn interface_len(first_presence: u8, rest: &[u8]) -> Result<(usize, bool), Error> {
    let (mut presence, mut taken, mut needs_check) = (first_presence, 0usize, false);
    // Each round takes at least the TD byte of a rest of 31 bytes at most.
    loop {
        let count = usize::try_from((presence & 0x0F).count_ones()).unwrap_or_default();
        taken += count;
        if presence & 0x8 == 0 {
            return Ok((taken, needs_check));
        }
        let td = rest.get(taken - 1).ok_or(Error::Truncated)?;
        needs_check |= td & 0x0F != 0;
        presence = td >> 4;
    }
}

/// Iterates over the groups of interface bytes.
#[derive(Clone, Debug)]
pub struct Groups<'a> {
    presence: Option<u8>,
    rest: &'a [u8],
}

impl Iterator for Groups<'_> {
    type Item = InterfaceBytes;

    fn next(&mut self) -> Option<InterfaceBytes> {
        let presence = self.presence.take()?;
        let mut byte = |bit: u8| {
            if presence & bit == 0 {
                return None;
            }
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            Some(*first)
        };
        let group = InterfaceBytes { ta: byte(1), tb: byte(2), tc: byte(4), td: byte(8) };
        self.presence = group.td.map(|td| td >> 4);
        Some(group)
    }
}

impl fmt::Display for Atr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.bytes.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Atr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Atr({self})")
    }
}

/// Why bytes are not an answer to reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Announced bytes are missing.
    #[error("the ATR is cut off")]
    Truncated,
    /// More than 33 bytes.
    #[error("an ATR has 33 bytes at most")]
    TooLong,
    /// The initial character is neither `3B` nor `3F`.
    #[error("the ATR begins with neither 3B nor 3F")]
    InitialCharacter,
    /// The check byte does not fit.
    #[error("the check byte of the ATR does not fit")]
    CheckByte,
    /// More bytes than announced.
    #[error("bytes follow the ATR")]
    TrailingBytes,
}

#[cfg(test)]
#[path = "atr_tests.rs"]
mod tests;
