//! The instruction byte (ISO 7816-4 §5.5).

use core::fmt;

/// The instruction byte of a command; unknown values survive a round trip.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instruction(pub u8);

impl Instruction {
    /// VERIFY (ISO 7816-4 §11.6.6).
    pub const VERIFY: Self = Self(0x20);
    /// CHANGE REFERENCE DATA (ISO 7816-4 §11.6.7).
    pub const CHANGE_REFERENCE_DATA: Self = Self(0x24);
    /// COMPUTE DIGITAL SIGNATURE of JICSAP cards, with class `80` (CARD.md §4).
    pub const COMPUTE_SIGNATURE: Self = Self(0x2A);
    /// RESET RETRY COUNTER (ISO 7816-4 §11.6.10).
    pub const RESET_RETRY_COUNTER: Self = Self(0x2C);
    /// CHANGE KEY of JICSAP cards, with class `80` (CARD.md §3).
    pub const CHANGE_KEY: Self = Self(0x32);
    /// EXTERNAL AUTHENTICATE (ISO 7816-4 §11.6.4).
    pub const EXTERNAL_AUTHENTICATE: Self = Self(0x82);
    /// GET CHALLENGE (ISO 7816-4 §11.6.3).
    pub const GET_CHALLENGE: Self = Self(0x84);
    /// INTERNAL AUTHENTICATE (ISO 7816-4 §11.6.2).
    pub const INTERNAL_AUTHENTICATE: Self = Self(0x88);
    /// Presentation of a terminal's card-verifiable certificate, with class `80` (CARD.md §4).
    pub const TERMINAL_CERTIFICATE: Self = Self(0xA2);
    /// SELECT (ISO 7816-4 §11.2.2).
    pub const SELECT: Self = Self(0xA4);
    /// SET SESSION KEY of the input-assist application, with class `80` (CARD.md §4).
    pub const SET_SESSION_KEY: Self = Self(0xAE);
    /// READ BINARY (ISO 7816-4 §11.3.3).
    pub const READ_BINARY: Self = Self(0xB0);
    /// READ RECORD (ISO 7816-4 §11.4.3).
    pub const READ_RECORD: Self = Self(0xB2);
    /// GET RESPONSE (ISO 7816-4 §11.8.1).
    pub const GET_RESPONSE: Self = Self(0xC0);
    /// GET DATA (ISO 7816-4 §11.5.3).
    pub const GET_DATA: Self = Self(0xCA);
    /// GENERATE ASYMMETRIC KEY PAIR (ISO 7816-8).
    pub const GENERATE_KEY_PAIR: Self = Self(0x46);
    /// UPDATE BINARY (ISO 7816-4 §11.3.5).
    pub const UPDATE_BINARY: Self = Self(0xD6);
    /// PUT DATA (ISO 7816-4 §11.5.6).
    pub const PUT_DATA: Self = Self(0xDA);
    /// UPDATE RECORD (ISO 7816-4 §11.4.6).
    pub const UPDATE_RECORD: Self = Self(0xDC);
    /// Last-command indicator of the iPhone token, with class `80` (CARD.md §7).
    pub const LAST_COMMAND: Self = Self(0xFC);

    /// Whether the data field of this instruction carries a PIN, a password or key material, whatever the class.
    ///
    /// Such commands are born secret: see [`Secrecy`](crate::Secrecy). Beside those named here: DISABLE and ENABLE
    /// VERIFICATION REQUIREMENT (`26`, `28`; ISO 7816-4 §11.6.8 and §11.6.9), the odd forms of VERIFY, CHANGE REFERENCE
    /// DATA and RESET RETRY COUNTER, and PUT KEY (`D8`).
    #[must_use]
    pub const fn carries_secret(self) -> bool {
        matches!(self.0, 0x20 | 0x21 | 0x24 | 0x25 | 0x26 | 0x28 | 0x2C | 0x2D | 0x32 | 0xAE | 0xD8)
    }

    /// Whether the byte may be an instruction: `6X` and `9X` never are (ISO 7816-4 §5.5).
    #[must_use]
    pub const fn is_valid(self) -> bool {
        !matches!(self.0 & 0xF0, 0x60 | 0x90)
    }

    /// The name by the standard or the card's documents, if known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::VERIFY => "VERIFY",
            Self::CHANGE_REFERENCE_DATA => "CHANGE REFERENCE DATA",
            Self::COMPUTE_SIGNATURE => "COMPUTE DIGITAL SIGNATURE",
            Self::RESET_RETRY_COUNTER => "RESET RETRY COUNTER",
            Self::CHANGE_KEY => "CHANGE KEY",
            Self::EXTERNAL_AUTHENTICATE => "EXTERNAL AUTHENTICATE",
            Self::GET_CHALLENGE => "GET CHALLENGE",
            Self::INTERNAL_AUTHENTICATE => "INTERNAL AUTHENTICATE",
            Self::TERMINAL_CERTIFICATE => "TERMINAL CERTIFICATE",
            Self::SELECT => "SELECT",
            Self::SET_SESSION_KEY => "SET SESSION KEY",
            Self::READ_BINARY => "READ BINARY",
            Self::READ_RECORD => "READ RECORD",
            Self::GET_RESPONSE => "GET RESPONSE",
            Self::GET_DATA => "GET DATA",
            Self::GENERATE_KEY_PAIR => "GENERATE ASYMMETRIC KEY PAIR",
            Self::UPDATE_BINARY => "UPDATE BINARY",
            Self::PUT_DATA => "PUT DATA",
            Self::UPDATE_RECORD => "UPDATE RECORD",
            Self::LAST_COMMAND => "LAST COMMAND",
            _ => return None,
        })
    }
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instruction({:02X})", self.0)
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "INS {:02X}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b10_every_instruction_that_carries_a_secret_and_no_other_is_born_secret() {
        let secret = [0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D, 0x32, 0xAE, 0xD8];
        for byte in 0..=u8::MAX {
            assert_eq!(Instruction(byte).carries_secret(), secret.contains(&byte), "{byte:02X}");
            assert_eq!(Instruction(byte).is_valid(), ![6, 9].contains(&(byte / 16)), "{byte:02X}");
        }
    }

    #[test]
    fn instructions_have_the_names_of_the_standard() {
        let names = [
            (0x20, "VERIFY"),
            (0x24, "CHANGE REFERENCE DATA"),
            (0x2A, "COMPUTE DIGITAL SIGNATURE"),
            (0x2C, "RESET RETRY COUNTER"),
            (0x32, "CHANGE KEY"),
            (0x46, "GENERATE ASYMMETRIC KEY PAIR"),
            (0x82, "EXTERNAL AUTHENTICATE"),
            (0x84, "GET CHALLENGE"),
            (0x88, "INTERNAL AUTHENTICATE"),
            (0xA2, "TERMINAL CERTIFICATE"),
            (0xA4, "SELECT"),
            (0xAE, "SET SESSION KEY"),
            (0xB0, "READ BINARY"),
            (0xB2, "READ RECORD"),
            (0xC0, "GET RESPONSE"),
            (0xCA, "GET DATA"),
            (0xD6, "UPDATE BINARY"),
            (0xDA, "PUT DATA"),
            (0xDC, "UPDATE RECORD"),
            (0xFC, "LAST COMMAND"),
        ];
        for byte in 0..=u8::MAX {
            let known = names.iter().find(|(of, _)| *of == byte).map(|(_, name)| *name);
            assert_eq!(Instruction(byte).name(), known);
            let shown = known.map_or_else(|| std::format!("INS {byte:02X}"), Into::into);
            assert_eq!(std::format!("{}", Instruction(byte)), shown);
        }
        assert_eq!(std::format!("{:?}", Instruction(0xA4)), "Instruction(A4)");
    }

    #[test]
    fn instructions_that_carry_secrets_are_known() {
        for ins in [Instruction::VERIFY, Instruction::CHANGE_REFERENCE_DATA, Instruction::CHANGE_KEY] {
            assert!(ins.carries_secret(), "{ins}");
        }
        assert!(!Instruction::READ_BINARY.carries_secret());
        assert!(!Instruction(0x61).is_valid() && !Instruction(0x9F).is_valid());
        assert!(Instruction(0xA2).is_valid());
    }
}
