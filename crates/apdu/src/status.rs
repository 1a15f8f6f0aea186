//! Status words (ISO 7816-4 §5.6), total over all 65,536 values.

use core::fmt;

/// The status word that ends every response; any value, known or not, survives a round trip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusWord(pub u16);

/// What a status word says (ISO 7816-4 §5.6): every value has exactly one meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// `9000`: done.
    Success,
    /// `61xx`: done, this many more bytes wait (1 to 256) for GET RESPONSE.
    MoreData(u16),
    /// `6Cxx`: wrong `Le`, nothing was done; the exact one (1 to 256) is given.
    WrongLe(u16),
    /// `62xx`: done with a warning, persistent state unchanged; data may be partial or corrupted.
    Warning(u8),
    /// `63Cx`: a verification failed, or a retry query was answered; this many tries (0 to 15) are left.
    TriesLeft(u8),
    /// `6300`: a verification failed, the number of tries is not told.
    VerificationFailed,
    /// `63xx` but `6300` and `63Cx`: done with a warning, persistent state changed.
    WarningChanged(u8),
    /// `64xx`: execution error, persistent state unchanged.
    ExecutionError(u8),
    /// `65xx`: execution error, persistent state changed (for example a memory failure).
    ExecutionErrorChanged(u8),
    /// `66xx`: security-related issue.
    SecurityIssue(u8),
    /// `67xx`: wrong length.
    WrongLength,
    /// `68xx`: a function of the class byte (channel, secure messaging, chaining) is not supported.
    ClassFunction(u8),
    /// `6983` or `6984`: the reference (PIN) is blocked.
    Blocked,
    /// `6982`: the access condition is not met.
    AccessDenied,
    /// `6985`: conditions of use are not met.
    ConditionsOfUse,
    /// `69xx` otherwise: command not allowed.
    NotAllowed(u8),
    /// `6A82`: no such file or application.
    FileNotFound,
    /// `6A83`: no such record.
    RecordNotFound,
    /// `6A88`: no such data object or reference.
    ReferenceNotFound,
    /// `6Axx` otherwise: wrong parameters or data.
    WrongParameters(u8),
    /// `6Bxx`: wrong P1-P2, for READ BINARY an offset outside the file.
    WrongOffset,
    /// `6Dxx`: instruction not supported.
    InstructionNotSupported,
    /// `6Exx`: class not supported.
    ClassNotSupported,
    /// `6Fxx`: no precise diagnosis.
    Unspecified,
    /// Anything else: not a status word of ISO 7816-4, or one left to the application (`9XXX`).
    Unknown,
}

impl StatusWord {
    /// `9000`: done.
    pub const SUCCESS: Self = Self(0x9000);
    /// `6300`: verification failed, tries not told.
    pub const VERIFICATION_FAILED: Self = Self(0x6300);
    /// `6282`: end of file reached before `Le` bytes.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// `6285`: the selected file is terminated for good.
    pub const TERMINATED: Self = Self(0x6285);
    /// `6581`: memory failure.
    pub const MEMORY_FAILURE: Self = Self(0x6581);
    /// `66F1`: no session key is configured (CARD.md §1).
    pub const NO_SESSION_KEY: Self = Self(0x66F1);
    /// `6700`: wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// `6881`: logical channel not supported.
    pub const CHANNEL_NOT_SUPPORTED: Self = Self(0x6881);
    /// `6882`: secure messaging not supported.
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self(0x6882);
    /// `6884`: command chaining not supported.
    pub const CHAINING_NOT_SUPPORTED: Self = Self(0x6884);
    /// `6981`: command does not fit the file's structure.
    pub const INCOMPATIBLE_FILE: Self = Self(0x6981);
    /// `6982`: access condition not met.
    pub const SECURITY_NOT_SATISFIED: Self = Self(0x6982);
    /// `6983`: reference blocked, by ISO 7816-4.
    pub const AUTHENTICATION_BLOCKED: Self = Self(0x6983);
    /// `6984`: reference data not usable; this card's word for a blocked PIN (CARD.md §3).
    pub const REFERENCE_NOT_USABLE: Self = Self(0x6984);
    /// `6985`: conditions of use not met.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// `6986`: no current EF.
    pub const NO_CURRENT_FILE: Self = Self(0x6986);
    /// `6987`: a secure-messaging object is missing.
    pub const SECURE_MESSAGING_OBJECT_MISSING: Self = Self(0x6987);
    /// `6988`: a secure-messaging object is wrong.
    pub const SECURE_MESSAGING_OBJECT_WRONG: Self = Self(0x6988);
    /// `69FC`: there is no secure-messaging session (CARD.md §1).
    pub const SECURE_MESSAGING_SESSION_GONE: Self = Self(0x69FC);
    /// `6A80`: wrong data field.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// `6A81`: function not supported.
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    /// `6A82`: file or application not found.
    pub const FILE_NOT_FOUND: Self = Self(0x6A82);
    /// `6A83`: record not found.
    pub const RECORD_NOT_FOUND: Self = Self(0x6A83);
    /// `6A86`: wrong P1-P2.
    pub const WRONG_P1P2: Self = Self(0x6A86);
    /// `6A88`: referenced data not found.
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    /// `6B00`: offset outside the file.
    pub const WRONG_OFFSET: Self = Self(0x6B00);
    /// `6D00`: instruction not supported.
    pub const INSTRUCTION_NOT_SUPPORTED: Self = Self(0x6D00);
    /// `6E00`: class not supported.
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x6E00);
    /// `6F00`: no precise diagnosis.
    pub const UNSPECIFIED: Self = Self(0x6F00);

    /// `63Cx`: `tries` left, at most 15.
    #[must_use]
    pub const fn tries_left(tries: u8) -> Self {
        let shown = if tries > 15 { 15 } else { tries };
        Self(u16::from_be_bytes([0x63, 0xC0 | shown]))
    }

    /// The first byte.
    #[must_use]
    pub const fn sw1(self) -> u8 {
        let [sw1, _] = self.0.to_be_bytes();
        sw1
    }

    /// The second byte.
    #[must_use]
    pub const fn sw2(self) -> u8 {
        let [_, sw2] = self.0.to_be_bytes();
        sw2
    }

    /// Whether this is `9000`, the only word that this workspace takes for success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == 0x9000
    }

    /// What the word says.
    #[must_use]
    pub const fn meaning(self) -> Meaning {
        let [sw1, sw2] = self.0.to_be_bytes();
        match (sw1, sw2) {
            (0x90, 0x00) => Meaning::Success,
            (0x61, n) => Meaning::MoreData(count(n)),
            (0x6C, n) => Meaning::WrongLe(count(n)),
            (0x62, n) => Meaning::Warning(n),
            (0x63, 0x00) => Meaning::VerificationFailed,
            (0x63, 0xC0..=0xCF) => Meaning::TriesLeft(sw2 & 0x0F),
            (0x63, n) => Meaning::WarningChanged(n),
            (0x64, n) => Meaning::ExecutionError(n),
            (0x65, n) => Meaning::ExecutionErrorChanged(n),
            (0x66, n) => Meaning::SecurityIssue(n),
            (0x67, _) => Meaning::WrongLength,
            (0x68, n) => Meaning::ClassFunction(n),
            (0x69, 0x82) => Meaning::AccessDenied,
            (0x69, 0x83 | 0x84) => Meaning::Blocked,
            (0x69, 0x85) => Meaning::ConditionsOfUse,
            (0x69, n) => Meaning::NotAllowed(n),
            (0x6A, 0x82) => Meaning::FileNotFound,
            (0x6A, 0x83) => Meaning::RecordNotFound,
            (0x6A, 0x88) => Meaning::ReferenceNotFound,
            (0x6A, n) => Meaning::WrongParameters(n),
            (0x6B, _) => Meaning::WrongOffset,
            (0x6D, _) => Meaning::InstructionNotSupported,
            (0x6E, _) => Meaning::ClassNotSupported,
            (0x6F, _) => Meaning::Unspecified,
            _ => Meaning::Unknown,
        }
    }
}

/// A count byte in which zero stands for 256.
const fn count(byte: u8) -> u16 {
    if byte == 0 { 256 } else { u16::from_be_bytes([0, byte]) }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({:04X})", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a10_all_values_have_a_meaning_and_only_9000_is_success() {
        let mut successes = 0u32;
        for value in 0..=u16::MAX {
            let word = StatusWord(value);
            let success = word.meaning() == Meaning::Success;
            assert_eq!(success, word.is_success());
            successes += u32::from(success);
        }
        assert_eq!(successes, 1);
    }

    /// The meaning of the first byte where the second tells nothing of its own.
    #[test]
    fn a10_every_word_means_what_its_first_byte_says_but_for_those_that_stand_alone() {
        use Meaning as M;
        for value in 0..=u16::MAX {
            let word = StatusWord(value);
            let [first, second] = value.to_be_bytes();
            assert_eq!((word.sw1(), word.sw2()), (first, second));
            let waiting = if second == 0 { 256 } else { u16::from(second) };
            let expected = match value {
                0x9000 => M::Success,
                0x6300 => M::VerificationFailed,
                0x63C0..=0x63CF => M::TriesLeft(second - 0xC0),
                0x6982 => M::AccessDenied,
                0x6983 | 0x6984 => M::Blocked,
                0x6985 => M::ConditionsOfUse,
                0x6A82 => M::FileNotFound,
                0x6A83 => M::RecordNotFound,
                0x6A88 => M::ReferenceNotFound,
                _ => match first {
                    0x61 => M::MoreData(waiting),
                    0x62 => M::Warning(second),
                    0x63 => M::WarningChanged(second),
                    0x64 => M::ExecutionError(second),
                    0x65 => M::ExecutionErrorChanged(second),
                    0x66 => M::SecurityIssue(second),
                    0x67 => M::WrongLength,
                    0x68 => M::ClassFunction(second),
                    0x69 => M::NotAllowed(second),
                    0x6A => M::WrongParameters(second),
                    0x6B => M::WrongOffset,
                    0x6C => M::WrongLe(waiting),
                    0x6D => M::InstructionNotSupported,
                    0x6E => M::ClassNotSupported,
                    0x6F => M::Unspecified,
                    _ => M::Unknown,
                },
            };
            assert_eq!(word.meaning(), expected, "{word}");
        }
        for tries in 0..=u8::MAX {
            assert_eq!(StatusWord::tries_left(tries).0, 0x63C0 + u16::from(tries.min(15)));
        }
        assert_eq!(std::format!("{} {:?}", StatusWord(0x63C1), StatusWord(0x6A82)), "63C1 StatusWord(6A82)");
    }

    #[test]
    fn a12_the_words_of_verify() {
        assert_eq!(StatusWord(0x63C0).meaning(), Meaning::TriesLeft(0));
        assert_eq!(StatusWord(0x63CF).meaning(), Meaning::TriesLeft(15));
        assert_eq!(StatusWord(0x6300).meaning(), Meaning::VerificationFailed);
        assert_eq!(StatusWord(0x6983).meaning(), Meaning::Blocked);
        assert_eq!(StatusWord(0x6984).meaning(), Meaning::Blocked);
        assert_eq!(StatusWord(0x6A88).meaning(), Meaning::ReferenceNotFound);
        assert_eq!(StatusWord::tries_left(200), StatusWord(0x63CF));
        assert_eq!(StatusWord(0x6100).meaning(), Meaning::MoreData(256));
        assert_eq!(StatusWord(0x6C05).meaning(), Meaning::WrongLe(5));
    }
}
