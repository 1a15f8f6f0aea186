//! What a holder's certificate says of the holder beside the attributes themselves: which characters stand for others,
//! and what its common name is believed to be made of (CARD.md §5.2, §5.3).

use super::{Certificate, HolderAttributes, Policy, Purpose};

/// A text of the holder whose characters are marked: a character that the card's character set lacks is written as
/// another one (代替文字).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MarkedText<'a> {
    text: &'a str,
    flags: &'a str,
}

impl<'a> MarkedText<'a> {
    /// Ties flags to their characters: as many digits `0` or `1` as there are characters. `None` when they do not fit:
    /// then nothing is known of any character.
    #[must_use]
    pub fn new(text: &'a str, flags: &'a str) -> Option<Self> {
        let fits =
            flags.bytes().all(|flag| matches!(flag, b'0' | b'1')) && text.chars().count() == flags.len();
        fits.then_some(Self { text, flags })
    }

    /// The text.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Each character, and whether it stands for one that the character set lacks.
    pub fn characters(&self) -> impl Iterator<Item = (char, bool)> + use<'a> {
        self.text.chars().zip(self.flags.bytes().map(|flag| flag == b'1'))
    }

    /// Whether any character stands for another.
    #[must_use]
    pub fn has_substitutes(&self) -> bool {
        self.flags.contains('1')
    }
}

/// Never shows the text.
impl core::fmt::Debug for MarkedText<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MarkedText").field("has_substitutes", &self.has_substitutes()).finish_non_exhaustive()
    }
}

impl<'a> HolderAttributes<'a> {
    /// The name with its substitute characters marked; `None` when name or flags are absent or do not fit together.
    #[must_use]
    pub fn marked_name(&self) -> Option<MarkedText<'a>> {
        MarkedText::new(self.name?, self.name_substitutes?)
    }

    /// The address with its substitute characters marked; as [`Self::marked_name`].
    #[must_use]
    pub fn marked_address(&self) -> Option<MarkedText<'a>> {
        MarkedText::new(self.address?, self.address_substitutes?)
    }
}

impl<'a> Certificate<'a> {
    /// The five digits in the common name that are believed to be the code of the municipality that issued the card.
    ///
    /// Inferred, not stated: the parts of the common name are not published; this one was seen in certificates of test
    /// cards (CARD.md §5.2). `None` unless the certificate claims to be one of a holder, its common name has the length
    /// and the digits that those had, and the first two digits are the number of a prefecture (any in a certificate of
    /// test cards). The code names who issued the card, not where the holder lives now.
    #[must_use]
    pub fn inferred_municipality(&self) -> Option<&'a str> {
        municipality(self.policy().ok()??, self.subject().common_name()?)
    }
}

fn municipality(policy: Policy, common_name: &str) -> Option<&str> {
    let Policy { purpose, test } = policy;
    // Signature: time of issue (14 digits), five digits, municipality, four characters. User authentication: fourteen
    // characters, municipality, four characters.
    let (before, digits) = match purpose {
        Purpose::Signature => (19, 28),
        Purpose::UserAuthentication => (14, 23),
    };
    if common_name.len() != digits || !common_name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let counted = match purpose {
        Purpose::Signature => common_name.get(..before)?,
        Purpose::UserAuthentication => "",
    };
    let code = common_name.get(before..before + 5)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let prefecture = code.get(..2)?.parse::<u8>().ok()?;
    let is_prefecture = test || (1..=47).contains(&prefecture);
    (is_number(counted) && is_number(code) && is_prefecture).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::{MarkedText, municipality};
    use crate::certificate::{Policy, Purpose};
    use std::vec::Vec;

    #[test]
    fn flags_belong_to_characters_and_not_to_bytes() {
        let marked = MarkedText::new("試験　〓郎", "00010").unwrap();
        assert!(marked.has_substitutes());
        let substitutes: Vec<char> = marked.characters().filter(|(_, is)| *is).map(|(c, _)| c).collect();
        assert_eq!(substitutes, ['〓']);
        assert_eq!(marked.text(), "試験　〓郎");
        assert!(!std::format!("{marked:?}").contains('試'));
    }

    #[test]
    fn flags_that_do_not_fit_say_nothing() {
        for flags in ["", "0001", "000100", "0002x", "0001０", "00010\0"] {
            assert!(MarkedText::new("試験　〓郎", flags).is_none(), "{flags}");
        }
    }

    #[test]
    fn a_municipality_is_inferred_from_the_forms_that_were_seen_and_from_no_other() {
        let signature = |name| municipality(Policy { purpose: Purpose::Signature, test: false }, name);
        let authentication =
            |name| municipality(Policy { purpose: Purpose::UserAuthentication, test: false }, name);
        let test = Policy { purpose: Purpose::Signature, test: true };
        assert_eq!(municipality(test, "202510161726000013499101003A"), Some("99101"));
        assert_eq!(signature("202510161726000013413221003A"), Some("13221"));
        assert_eq!(authentication("997794E9AGCIEG13221003A"), Some("13221"));
        assert_eq!(authentication("202510161726000013413221003A"), None);
        assert_eq!(signature("997794E9AGCIEG13221003A"), None);
        for name in [
            "",
            "202510161726000013448221003A",
            "202510161726000013400221003A",
            "2025101617260000134132X1003A",
            "20251016172600X013413221003A",
            "202510161726000013413221003é",
            "20251016172600001341322100３",
        ] {
            assert_eq!(signature(name), None, "{name}");
        }
    }
}
