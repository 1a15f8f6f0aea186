//! The text form of faults.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use mynumber_apdu::StatusWord;

use crate::{Error, Fault, When};

/// A text that is no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a fault: removed, reset, unpowered, timeout, lost or repeat with `before` or `after`; truncate, extend or flip \
     with a number; delay with milliseconds; status with four hexadecimal digits"
)]
pub struct ParseFaultError;

/// The failures that have a name; a reader has others, too.
const NAMES: [(&str, Error); 5] = [
    ("removed", Error::CardRemoved),
    ("reset", Error::CardReset),
    ("unpowered", Error::CardUnpowered),
    ("timeout", Error::Timeout),
    ("lost", Error::Transmission),
];

/// Two words: `removed|reset|unpowered|timeout|lost|repeat before|after` (the card gets the command or does not),
/// `truncate N`, `extend N`, `flip N`, `delay MILLISECONDS`, `status HHHH`.
impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let mut words = text.split_whitespace();
        let (Some(kind), Some(value), None) = (words.next(), words.next(), words.next()) else {
            return Err(ParseFaultError);
        };
        let when = match value {
            "before" => Ok(When::BeforeDelivery),
            "after" => Ok(When::AfterDelivery),
            _ => Err(ParseFaultError),
        };
        if let Some((_, error)) = NAMES.iter().find(|(name, _)| *name == kind) {
            return Ok(Self::Fail(error.clone(), when?));
        }
        let number = || value.parse().map_err(|_| ParseFaultError);
        Ok(match kind {
            "repeat" => Self::Repeat(when?),
            "truncate" => Self::Truncate(number()?),
            "extend" => Self::Extend(number()?),
            "flip" => Self::FlipBit(number()?),
            "delay" => Self::Delay(Duration::from_millis(value.parse().map_err(|_| ParseFaultError)?)),
            "status" if value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Self::Status(StatusWord(u16::from_str_radix(value, 16).map_err(|_| ParseFaultError)?))
            }
            _ => return Err(ParseFaultError),
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeDelivery => "before",
            Self::AfterDelivery => "after",
        })
    }
}

/// The text that is read back, for the failures that have a name.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail(error, when) => match NAMES.iter().find(|(_, known)| known == error) {
                Some((name, _)) => write!(f, "{name} {when}"),
                None => write!(f, "{error:?} {when}"),
            },
            Self::Truncate(length) => write!(f, "truncate {length}"),
            Self::Extend(count) => write!(f, "extend {count}"),
            Self::Status(status) => write!(f, "status {:04X}", status.0),
            Self::Delay(time) => write!(f, "delay {}", time.as_millis()),
            Self::Repeat(when) => write!(f, "repeat {when}"),
            Self::FlipBit(bit) => write!(f, "flip {bit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_is_read_back_from_its_text() {
        for text in [
            "removed before",
            "reset after",
            "unpowered before",
            "timeout after",
            "lost after",
            "repeat before",
            "truncate 1",
            "extend 300",
            "flip 17",
            "delay 5",
            "status 6F00",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in [
            "",
            "removed",
            "removed soon",
            "truncate -1",
            "status 6F0",
            "status +6F0",
            "flip 1 2",
            "burnt before",
        ] {
            assert_eq!(text.parse::<Fault>(), Err(ParseFaultError), "{text}");
        }
    }
}
