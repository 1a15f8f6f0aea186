//! The challenge: what the service issues, what the client shows and signs.

use alloc::string::{String, ToString};
use core::fmt;

use crate::digest::sha256;
use crate::time::UnixTime;

/// What every challenge of this version begins with. No other signed structure that a card is used for begins so: a CMS
/// message signs DER (`31`), TLS 1.3 sixty-four spaces, TLS 1.2 a handshake message (`01`), SSH a length (`00`).
const PREFIX: &str = "mynumber-log-in/1";

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// For whom a log-in is: the name of one service, compared byte by byte.
///
/// 1 to 255 visible ASCII characters, no space. The origin of the service is the natural choice (RFC 6454 §6.2):
/// `https://service.example`, in lower case, international names in their ASCII form. It is what the client compares with
/// the place that it is talking to, so it must be a name that an impostor's site cannot also have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Audience(String);

impl Audience {
    /// The most characters.
    pub const MAX_LENGTH: usize = 255;

    /// Reads a name.
    ///
    /// # Errors
    /// [`ChallengeError::Audience`] for another length, or for anything but visible ASCII.
    pub fn parse(name: &str) -> Result<Self, ChallengeError> {
        let fits = (1..=Self::MAX_LENGTH).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(name.to_string())) } else { Err(ChallengeError::Audience) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long a challenge can be answered: 1 to 3,600 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Life(u16);

impl Life {
    /// Two minutes: the card is laid on the reader, the PIN is typed, typed again.
    pub const DEFAULT: Self = Self(120);
    /// One hour.
    pub const MAX: Self = Self(3600);

    /// This many seconds.
    ///
    /// # Errors
    /// [`ChallengeError::Life`] outside 1 to 3,600.
    pub const fn from_seconds(seconds: u16) -> Result<Self, ChallengeError> {
        if seconds >= 1 && seconds <= Self::MAX.0 { Ok(Self(seconds)) } else { Err(ChallengeError::Life) }
    }

    /// The seconds.
    #[must_use]
    pub const fn seconds(self) -> u16 {
        self.0
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A challenge: who asks, with which nonce, from when until when. See the [room](super) for its text.
///
/// Whoever holds one knows that its parts have the right form, and nothing more: that this service issued it is known when
/// the [`ReplayStore`](super::ReplayStore) knows its [`Ticket`](super::Ticket).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Challenge {
    audience: Audience,
    nonce: [u8; 32],
    issued: UnixTime,
    expires: UnixTime,
}

impl Challenge {
    /// The most bytes of a text.
    pub const MAX_LENGTH: usize = PREFIX.len() + 1 + Audience::MAX_LENGTH + 1 + 64 + 2 * (1 + 12);

    /// Puts a challenge together. `nonce`: 32 fresh bytes of a cryptographic random source.
    ///
    /// # Errors
    /// [`ChallengeError::Time`] when it would begin before 1970 or end after 9999.
    pub fn new(
        audience: &Audience,
        nonce: [u8; 32],
        issued: UnixTime,
        life: Life,
    ) -> Result<Self, ChallengeError> {
        let expires = issued.seconds().checked_add(i64::from(life.0)).ok_or(ChallengeError::Time)?;
        if issued.seconds() < 0 || expires > LAST {
            return Err(ChallengeError::Time);
        }
        Ok(Self { audience: audience.clone(), nonce, issued, expires: UnixTime::from_seconds(expires) })
    }

    /// Reads the text of a challenge: exactly the one form that [`Display`](fmt::Display) writes.
    ///
    /// # Errors
    /// [`ChallengeError`]; nothing but the one form is accepted, no blank or line break around it either.
    pub fn parse(text: &str) -> Result<Self, ChallengeError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(ChallengeError::TooLong);
        }
        let mut fields = text.split(' ');
        let mut field = || fields.next().ok_or(ChallengeError::Fields);
        if field()? != PREFIX {
            return Err(ChallengeError::Version);
        }
        let audience = Audience::parse(field()?)?;
        let nonce = nonce(field()?).ok_or(ChallengeError::Nonce)?;
        let issued = seconds(field()?).ok_or(ChallengeError::Time)?;
        let expires = seconds(field()?).ok_or(ChallengeError::Time)?;
        if fields.next().is_some() {
            return Err(ChallengeError::Fields);
        }
        if !(1..=i64::from(Life::MAX.0)).contains(&(expires - issued)) {
            return Err(ChallengeError::Life);
        }
        let (issued, expires) = (UnixTime::from_seconds(issued), UnixTime::from_seconds(expires));
        Ok(Self { audience, nonce, issued, expires })
    }

    /// For whom the log-in is. The client compares it with the service that it is talking to **before** it signs.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }

    /// The nonce.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// When it was issued: the first second in which it can be answered.
    #[must_use]
    pub const fn issued(&self) -> UnixTime {
        self.issued
    }

    /// The last second in which it can be answered.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// What is signed: the bytes of the text.
    #[must_use]
    pub fn statement(&self) -> String {
        self.to_string()
    }

    /// The SHA-256 digest of the [statement](Self::statement): what the card of today is given.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(&[self.statement().as_bytes()])
    }
}

/// The text, which is also what is signed.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX} {} ", self.audience)?;
        for byte in self.nonce {
            write!(f, "{byte:02x}")?;
        }
        write!(f, " {} {}", self.issued.seconds(), self.expires.seconds())
    }
}

/// 64 lower-case hexadecimal digits.
fn nonce(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut nonce = [0; 32];
    for (byte, &[high, low]) in nonce.iter_mut().zip(pairs) {
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(nonce)
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

/// A time from 1970 to 9999 in decimal, without sign and leading zeros.
fn seconds(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|seconds| plain && (0..=LAST).contains(seconds))
}

/// Why a text is not a challenge, or why none can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// Longer than any challenge.
    #[error("longer than a challenge can be")]
    TooLong,
    /// Not a challenge of version 1.
    #[error("not a log-in challenge of version 1")]
    Version,
    /// Not five fields with one space between them.
    #[error("a challenge has five fields with one space between them")]
    Fields,
    /// The audience is not 1 to 255 visible ASCII characters.
    #[error("the audience has to be 1 to 255 visible ASCII characters")]
    Audience,
    /// The nonce is not 64 lower-case hexadecimal digits.
    #[error("the nonce has to be 64 lower-case hexadecimal digits")]
    Nonce,
    /// A time is not in its one form, or outside 1970 to 9999.
    #[error("a time has to be a plain number of seconds, in the years 1970 to 9999")]
    Time,
    /// A life of less than a second, or of more than an hour.
    #[error("a challenge lives for 1 to 3600 seconds")]
    Life,
}

#[cfg(test)]
#[path = "challenge_tests.rs"]
mod tests;
