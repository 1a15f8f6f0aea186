//! The class byte (ISO 7816-4 §5.4.1).

use core::fmt;

/// The class byte of a command: channel, chaining and secure messaging (ISO 7816-4 §5.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class(pub u8);

/// Which reading of the class byte applies (ISO 7816-4 §5.4.1, tables 2 and 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassKind {
    /// `000x xxxx`: interindustry, channels 0 to 3.
    FirstInterindustry,
    /// `01xx xxxx`: interindustry, channels 4 to 19.
    FurtherInterindustry,
    /// `001x xxxx`: reserved by the standard.
    Reserved,
    /// `1xxx xxxx` but `FF`: proprietary; read here like the first interindustry values, as JICSAP cards do.
    Proprietary,
    /// `FF`: never a class (ISO 7816-4 §5.4.1).
    Invalid,
}

/// The secure-messaging indication of a class byte (ISO 7816-4 §5.4.1, table 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecureMessaging {
    /// No secure messaging, or none indicated.
    None,
    /// A proprietary form.
    Proprietary,
    /// By ISO 7816-4 §10, the command header not authenticated.
    HeaderNotAuthenticated,
    /// By ISO 7816-4 §10, the command header authenticated.
    HeaderAuthenticated,
}

impl Class {
    /// `00`: interindustry, basic channel, last or only command, no secure messaging.
    pub const ISO: Self = Self(0x00);
    /// `80`: proprietary (JICSAP system commands), basic channel.
    pub const PROPRIETARY: Self = Self(0x80);

    /// `08`: as [`Class::ISO`], under secure messaging, the command header not authenticated.
    pub const SECURE_MESSAGING: Self = Self(0x08);

    /// Which reading applies.
    #[must_use]
    pub const fn kind(self) -> ClassKind {
        match self.0 {
            0xFF => ClassKind::Invalid,
            0x80..=0xFE => ClassKind::Proprietary,
            0x40..=0x7F => ClassKind::FurtherInterindustry,
            0x20..=0x3F => ClassKind::Reserved,
            0x00..=0x1F => ClassKind::FirstInterindustry,
        }
    }

    /// The logical channel: 0 to 3, or 4 to 19 in the further interindustry values.
    #[must_use]
    pub const fn channel(self) -> u8 {
        match self.kind() {
            ClassKind::FurtherInterindustry => (self.0 & 0x0F) + 4,
            _ => self.0 & 0x03,
        }
    }

    /// Whether the command is not the last of a chain (ISO 7816-4 §5.3.3).
    #[must_use]
    pub const fn is_chained(self) -> bool {
        !matches!(self.kind(), ClassKind::Reserved | ClassKind::Invalid) && self.0 & 0x10 != 0
    }

    /// The secure-messaging indication.
    #[must_use]
    pub const fn secure_messaging(self) -> SecureMessaging {
        match self.kind() {
            ClassKind::FirstInterindustry | ClassKind::Proprietary => match self.0 & 0x0C {
                0x04 => SecureMessaging::Proprietary,
                0x08 => SecureMessaging::HeaderNotAuthenticated,
                0x0C => SecureMessaging::HeaderAuthenticated,
                _ => SecureMessaging::None,
            },
            ClassKind::FurtherInterindustry if self.0 & 0x20 != 0 => SecureMessaging::HeaderNotAuthenticated,
            _ => SecureMessaging::None,
        }
    }

    /// The same class with the chaining bit set or cleared.
    #[must_use]
    pub const fn chained(self, more_follow: bool) -> Self {
        if more_follow { Self(self.0 | 0x10) } else { Self(self.0 & !0x10) }
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Class({:02X})", self.0)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_byte_has_one_reading() {
        for byte in 0..=u8::MAX {
            let class = Class(byte);
            let expected = match byte {
                0xFF => ClassKind::Invalid,
                b if b & 0x80 != 0 => ClassKind::Proprietary,
                b if b & 0xE0 == 0 => ClassKind::FirstInterindustry,
                b if b & 0xE0 == 0x20 => ClassKind::Reserved,
                _ => ClassKind::FurtherInterindustry,
            };
            assert_eq!(class.kind(), expected, "{class:?}");
            assert!(class.channel() <= 19);
        }
    }

    #[test]
    fn channel_chaining_and_secure_messaging_of_every_class_byte() {
        use SecureMessaging::{HeaderAuthenticated, HeaderNotAuthenticated, None, Proprietary};
        for byte in 0..=u8::MAX {
            let (first, further) =
                (byte < 0x20 || (0x80..0xFF).contains(&byte), (0x40..0x80).contains(&byte));
            let bit = |number: u8| (byte >> (number - 1)) % 2 == 1;
            let messaging = match (bit(4), bit(3)) {
                _ if further => [None, HeaderNotAuthenticated][usize::from(bit(6))],
                _ if !first => None,
                (false, false) => None,
                (false, true) => Proprietary,
                (true, false) => HeaderNotAuthenticated,
                (true, true) => HeaderAuthenticated,
            };
            let channel = if further { byte % 16 + 4 } else { byte % 4 };
            let class = Class(byte);
            assert_eq!(class.secure_messaging(), messaging, "{class}");
            assert_eq!(class.is_chained(), (first || further) && bit(5), "{class}");
            assert_eq!(class.channel(), channel, "{class}");
            assert_eq!((class.chained(true).0, class.chained(false).0), (byte | 0x10, byte & 0xEF));
        }
        assert_eq!(std::format!("{} {:?}", Class(0x8C), Class(0x0A)), "8C Class(0A)");
    }

    #[test]
    fn chaining_bit_is_set_and_cleared() {
        assert_eq!(Class::ISO.chained(true), Class(0x10));
        assert!(Class(0x10).is_chained());
        assert_eq!(Class(0x10).chained(false), Class::ISO);
        assert_eq!(Class(0x0C).secure_messaging(), SecureMessaging::HeaderAuthenticated);
        assert_eq!(Class(0x08).secure_messaging(), SecureMessaging::HeaderNotAuthenticated);
        assert_eq!(Class(0x60).secure_messaging(), SecureMessaging::HeaderNotAuthenticated);
        assert_eq!(Class(0x43).channel(), 7);
    }
}
