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

    /// The kinds.
    pub const ALL: [Self; 3] = [Self::Card, Self::Android, Self::Iphone];

    /// The kind of a label, padded with spaces or NUL or not at all. The 32 bytes of the label are enough, the rest of
    /// the token information is not needed.
    #[must_use]
    pub fn from_label(label: &[u8]) -> Option<Self> {
        let label = trim(label);
        Self::ALL.into_iter().find(|kind| kind.label().as_bytes() == label)
    }
}

/// A text field without its padding.
pub(crate) fn trim(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    field.get(..end).unwrap_or_default()
}
