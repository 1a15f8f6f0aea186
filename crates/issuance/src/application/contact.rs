//! 連絡用氏名 and e-mail address: where the receipt goes.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::repertoire;

/// 連絡用氏名: at most 50 full-width characters of JIS levels 1 to 3, or 100 half-width ones; mixed, each full-width
/// character counts as two half-width ones.
///
/// `Debug` shows nothing of it. Wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ContactName(String);

impl ContactName {
    /// The most half-width characters; a full-width one counts as two.
    pub const WIDTH: usize = 100;

    /// Reads a name.
    ///
    /// # Errors
    /// [`ContactError`], which does not carry the value.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        if text.trim().is_empty() {
            return Err(ContactError::Empty);
        }
        let width = repertoire::width(text).map_err(|position| ContactError::Character { position })?;
        if width > Self::WIDTH {
            return Err(ContactError::TooLong { width, most: Self::WIDTH });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ContactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactName")
    }
}

/// An e-mail address: at most 100 half-width characters, entered twice.
///
/// `Debug` shows nothing of it. Wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Email(String);

impl Email {
    /// The most characters.
    pub const LENGTH: usize = 100;

    /// Reads an address that was entered twice: one `@` with something on both sides, a domain of labels of letters,
    /// digits and hyphens, no space, nothing quoted.
    ///
    /// # Errors
    /// [`ContactError`], which does not carry the value.
    pub fn parse_twice(first: &str, second: &str) -> Result<Self, ContactError> {
        if first.is_empty() {
            return Err(ContactError::Empty);
        }
        let outside = first.chars().position(|character| !character.is_ascii_graphic());
        if let Some(position) = outside {
            return Err(ContactError::Character { position });
        }
        if first.len() > Self::LENGTH {
            return Err(ContactError::TooLong { width: first.len(), most: Self::LENGTH });
        }
        if first != second {
            return Err(ContactError::Differs);
        }
        let (local, domain) = first.split_once('@').ok_or(ContactError::NoAddress)?;
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let plain =
            |character: char| !matches!(character, '"' | '(' | ')' | '<' | '>' | ',' | ';' | ':' | '\\');
        let fits = !local.is_empty()
            && local.chars().all(plain)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if fits { Ok(Self(first.to_owned())) } else { Err(ContactError::NoAddress) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email")
    }
}

/// Why a name or an address is refused. Carries nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// Nothing was entered.
    #[error("nothing was entered")]
    Empty,
    /// A character that may not stand there.
    #[error("character {} may not be used", position + 1)]
    Character {
        /// Which, from 0.
        position: usize,
    },
    /// Too long.
    #[error("too long: {width} half-width characters, at most {most}")]
    TooLong {
        /// The length; a full-width character counts as two.
        width: usize,
        /// The most that is allowed.
        most: usize,
    },
    /// The second entry is not the first.
    #[error("the two entries differ")]
    Differs,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    NoAddress,
}

#[cfg(test)]
mod tests {
    use super::{ContactError, ContactName, Email};

    #[test]
    fn a_contact_name_has_at_most_50_full_width_or_100_half_width_characters() {
        for (text, width) in [("漢".repeat(50), 100), ("a".repeat(100), 100), ("ｱ".repeat(100), 100)] {
            assert!(ContactName::parse(&text).is_ok(), "{width}");
            let longer = text.clone() + "a";
            assert_eq!(
                ContactName::parse(&longer),
                Err(ContactError::TooLong { width: width + 1, most: 100 })
            );
        }
        assert!(ContactName::parse(&("漢".repeat(25) + &"a".repeat(50))).is_ok());
        assert_eq!(ContactName::parse("　 "), Err(ContactError::Empty));
        assert_eq!(ContactName::parse("検証😀"), Err(ContactError::Character { position: 2 }));
        assert_eq!(ContactName::parse("a\u{1b}[0m"), Err(ContactError::Character { position: 1 }));
    }

    #[test]
    fn an_e_mail_address_has_at_most_100_half_width_characters_and_is_entered_twice() {
        let longest = "a".repeat(100 - "@example.invalid".len()) + "@example.invalid";
        assert_eq!(Email::parse_twice(&longest, &longest).unwrap().as_str(), longest);
        let longer = "a".to_owned() + &longest;
        let too_long = ContactError::TooLong { width: 101, most: 100 };
        assert_eq!(Email::parse_twice(&longer, &longer), Err(too_long));
        assert_eq!(
            Email::parse_twice("taro@example.invalid", "Taro@example.invalid"),
            Err(ContactError::Differs)
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "taro",
            "@example.invalid",
            "taro@",
            "taro@invalid",
            "taro@example..invalid",
            "taro@-example.invalid",
            "taro@example.invalid@example.invalid",
            "\"taro\"@example.invalid",
            "taro<x>@example.invalid",
        ] {
            assert_eq!(Email::parse_twice(text, text), Err(ContactError::NoAddress), "{text}");
        }
        let wide = "ｔaro@example.invalid";
        assert_eq!(Email::parse_twice(wide, wide), Err(ContactError::Character { position: 0 }));
        assert_eq!(Email::parse_twice("", ""), Err(ContactError::Empty));
    }

    #[test]
    fn b8_names_and_addresses_are_not_shown() {
        let name = ContactName::parse("検証　太郎").unwrap();
        let email = Email::parse_twice("taro@example.invalid", "taro@example.invalid").unwrap();
        assert_eq!(format!("{name:?} {email:?}"), "ContactName Email");
    }
}
