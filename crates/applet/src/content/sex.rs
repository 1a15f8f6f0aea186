/// The sex, in the codes of ISO/IEC 5218 that the card writes as one ASCII digit (CARD.md §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `0`: not known.
    Unknown,
    /// `1`: male.
    Male,
    /// `2`: female.
    Female,
    /// `9`: not applicable.
    NotApplicable,
}

impl Sex {
    /// The ASCII digit.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unknown => b'0',
            Self::Male => b'1',
            Self::Female => b'2',
            Self::NotApplicable => b'9',
        }
    }

    /// The sex of an ASCII digit; `None` where the standard has none.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            b'0' => Some(Self::Unknown),
            b'1' => Some(Self::Male),
            b'2' => Some(Self::Female),
            b'9' => Some(Self::NotApplicable),
            _ => None,
        }
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Unknown => "不明",
            Self::Male => "男",
            Self::Female => "女",
            Self::NotApplicable => "適用不能",
        }
    }
}
