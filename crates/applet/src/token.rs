//! What carries the JPKI application: the plastic card, or a phone (CARD.md §7).

/// What carries the JPKI application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TokenKind {
    /// The plastic card.
    Card,
    /// The secure element of an Android phone, since May 2023.
    Android,
    /// An iPhone, since June 2025.
    Iphone,
}

impl TokenKind {
    /// The label in the token information, without the padding (CARD.md §2.1).
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Card => "JPKIAPICCTOKEN2",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::Iphone => "JPKIAPIOSTOKEN",
        }
    }
}
