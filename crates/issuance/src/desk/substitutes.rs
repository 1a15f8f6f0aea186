//! 代替文字: characters that stand for those which the card's character set lacks (CARD.md §5.2).

use std::fmt;

/// Which characters of a text are substitutes: one digit for each, `1` where it is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Flags(String);

impl Flags {
    /// No substitutes in this text.
    #[must_use]
    pub fn none(text: &str) -> Self {
        Self(text.chars().map(|_| '0').collect())
    }

    /// Reads digits, `0` and `1` only.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.bytes().all(|byte| matches!(byte, b'0' | b'1')).then(|| Self(text.to_owned()))
    }

    /// The flags of a text that stands for another: `None` when they have not the same number of characters.
    #[must_use]
    pub fn between(record: &str, card: &str) -> Option<Self> {
        (record.chars().count() == card.chars().count()).then(|| {
            let flag = |(record, card)| if record == card { '0' } else { '1' };
            Self(record.chars().zip(card.chars()).map(flag).collect())
        })
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the card's text is the record's, character by character, but for those that are substitutes.
    #[must_use]
    pub fn agree(&self, record: &str, card: &str) -> bool {
        let count = self.0.len();
        record.chars().count() == count
            && card.chars().count() == count
            && self
                .0
                .chars()
                .zip(record.chars().zip(card.chars()))
                .all(|(flag, (record, card))| flag == '1' || record == card)
    }

    /// The substitutes of a text, to be shown to the holder.
    #[must_use]
    pub fn show(&self, record: &str, card: &str) -> Vec<Substitute> {
        let characters = record.chars().zip(card.chars()).zip(self.0.chars()).enumerate();
        characters
            .filter(|(_, (_, flag))| *flag == '1')
            .map(|(at, ((record, card), _))| Substitute { position: at + 1, record, card })
            .collect()
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flags(..)")
    }
}

/// A character of the record and the one that stands for it on the card.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Substitute {
    /// Its place in the text, from 1.
    pub position: usize,
    /// What the resident record has.
    pub record: char,
    /// What the card has.
    pub card: char,
}

impl fmt::Debug for Substitute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Substitute({})", self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::Flags;

    #[test]
    fn substitute_characters_are_shown_to_the_holder() {
        let (record, card) = ("髙橋　花子", "高橋　花子");
        let flags = Flags::between(record, card).unwrap();
        assert_eq!(flags.as_str(), "10000");
        assert!(flags.agree(record, card));
        let shown = flags.show(record, card);
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].position, shown[0].record, shown[0].card), (1, '髙', '高'));
        assert!(Flags::none(record).show(record, record).is_empty());
    }

    #[test]
    fn only_what_is_marked_as_a_substitute_may_differ() {
        let flags = Flags::parse("10000").unwrap();
        assert!(!flags.agree("髙橋　花子", "高橋　華子"));
        assert!(!flags.agree("髙橋　花子", "高橋　花"));
        assert!(!flags.agree("髙橋　花", "高橋　花子"));
        assert!(!Flags::none("髙橋").agree("髙橋", "高橋"));
        assert_eq!(Flags::between("髙橋", "高"), None);
        assert_eq!(Flags::parse("102"), None);
    }
}
