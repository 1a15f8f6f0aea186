//! What JPKI certificates say beyond RFC 5280 (CARD.md §5).

use super::{Certificate, Error, ErrorKind, Field, KeyUsage, extension};
use crate::asn1::Oid;
use crate::asn1::der::{Der, OID, SEQUENCE};
use mynumber_apdu::tlv::Tag;

/// Certificate policies of JPKI.
pub mod policy {
    use crate::asn1::Oid;

    /// Signature certificates: 1.2.392.200149.8.5.1.1.20.
    pub const SIGNATURE: Oid<'static> =
        Oid::known(&[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x01, 0x14]);
    /// Signature certificates of test cards: 1.2.392.200149.8.5.1.0.20.
    pub const TEST_SIGNATURE: Oid<'static> =
        Oid::known(&[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14]);
    /// User-authentication certificates: 1.2.392.200149.8.5.1.3.30.
    pub const USER_AUTHENTICATION: Oid<'static> =
        Oid::known(&[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1E]);
    /// User-authentication certificates of test cards: 1.2.392.200149.8.5.1.0.30.
    pub const TEST_USER_AUTHENTICATION: Oid<'static> =
        Oid::known(&[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E]);
}

/// The arc of the holder's attributes in subjectAltName: 1.2.392.200149.8.5.5.
const ATTRIBUTES: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x05];

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// 署名用電子証明書: signing documents.
    Signature,
    /// 利用者証明用電子証明書: logging in.
    UserAuthentication,
}

/// What a certificate says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// What it is for.
    pub purpose: Purpose,
    /// Whether its policy is that of test cards.
    pub test: bool,
}

impl<'a> Certificate<'a> {
    /// What the certificate is for, by keyUsage and policy together, as far as it says so; `None` when the two
    /// disagree, or when it is none of the two kinds on the card. A claim: nothing proves who issued it.
    ///
    /// # Errors
    /// [`Error`] when one of the two extensions is malformed.
    pub fn policy(&self) -> Result<Option<Policy>, Error> {
        let Some(usage) = self.extensions().key_usage()? else {
            return Ok(None);
        };
        let usage = match usage.bits() {
            bits if bits == KeyUsage::DIGITAL_SIGNATURE.bits() => Purpose::UserAuthentication,
            bits if bits == KeyUsage::DIGITAL_SIGNATURE.bits() | KeyUsage::NON_REPUDIATION.bits() => {
                Purpose::Signature
            }
            _ => return Ok(None),
        };
        let Some(mut policies) = self.extensions().policies()? else {
            return Ok(None);
        };
        let found = policies.find_map(|id| match id {
            policy::SIGNATURE => Some(Policy { purpose: Purpose::Signature, test: false }),
            policy::TEST_SIGNATURE => Some(Policy { purpose: Purpose::Signature, test: true }),
            policy::USER_AUTHENTICATION => Some(Policy { purpose: Purpose::UserAuthentication, test: false }),
            policy::TEST_USER_AUTHENTICATION => {
                Some(Policy { purpose: Purpose::UserAuthentication, test: true })
            }
            _ => None,
        });
        Ok(found.filter(|found| found.purpose == usage))
    }

    /// The holder's attributes in the subjectAltName of a signature certificate; all absent when there are none.
    ///
    /// # Errors
    /// [`Error`] when the extension is there and malformed.
    pub fn holder(&self) -> Result<HolderAttributes<'a>, Error> {
        let mut holder = HolderAttributes::default();
        let Some(mut content) = self.extensions().content(extension::SUBJECT_ALT_NAME, Field::SubjectAltName)
        else {
            return Ok(holder);
        };
        let mut names = content.enter(SEQUENCE)?;
        content.finish()?;
        while let Some(name) = names.next()? {
            if name.tag() == Tag(0xA0) {
                holder.read(names.inside(name)?)?;
            }
        }
        Ok(holder)
    }
}

/// The holder's attributes as a signature certificate carries them (CARD.md §5.2).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct HolderAttributes<'a> {
    /// The name; family name and given name with U+3000 between them.
    pub name: Option<&'a str>,
    /// For each character of the name `1` when it stands for one that the character set lacks, else `0`.
    pub name_substitutes: Option<&'a str>,
    /// `1` male, `2` female, `9` not applicable, `0` unknown (JIS X 0303).
    pub sex: Option<&'a str>,
    /// The birth date.
    pub birth_date: Option<BirthDate>,
    /// The address.
    pub address: Option<&'a str>,
    /// As [`Self::name_substitutes`], for the address.
    pub address_substitutes: Option<&'a str>,
}

impl<'a> HolderAttributes<'a> {
    /// Reads one otherName.
    fn read(&mut self, mut name: Der<'a>) -> Result<(), Error> {
        let before = name;
        let id = Oid::from_bytes(name.read(OID)?.value()).ok_or_else(|| before.fault(ErrorKind::Oid))?;
        let Some(&[arc @ 1..=6]) = id.as_bytes().strip_prefix(ATTRIBUTES) else {
            return Ok(());
        };
        let mut explicit = name.enter(Tag(0xA0))?;
        name.finish()?;
        let text = explicit.utf8()?;
        explicit.finish()?;
        match arc {
            1 => self.name = Some(text),
            2 => self.name_substitutes = Some(text),
            3 => self.sex = Some(text),
            4 => {
                let date = BirthDate::parse(text).ok_or_else(|| before.fault(ErrorKind::Time))?;
                self.birth_date = Some(date);
            }
            5 => self.address = Some(text),
            _ => self.address_substitutes = Some(text),
        }
        Ok(())
    }
}

/// Says which attributes are there; never their values.
impl core::fmt::Debug for HolderAttributes<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("HolderAttributes")
            .field("name", &self.name.is_some())
            .field("sex", &self.sex.is_some())
            .field("birth_date", &self.birth_date.is_some())
            .field("address", &self.address.is_some())
            .finish_non_exhaustive()
    }
}

/// A birth date of nine digits: era, then Gregorian year, month and day. Month and day are `00` where unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BirthDate {
    /// 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和, 0 unknown.
    pub era: u8,
    /// The Gregorian year.
    pub year: u16,
    /// 1 to 12, or 0.
    pub month: u8,
    /// 1 to 31, or 0.
    pub day: u8,
}

impl BirthDate {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 9 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |range: core::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
        let small = |range| u8::try_from(number(range)?).ok();
        let date = Self { era: small(0..1)?, year: number(1..5)?, month: small(5..7)?, day: small(7..9)? };
        (date.era <= 5 && date.month <= 12 && date.day <= 31).then_some(date)
    }
}

/// The eras by their digits, 1 to 5: the first day of each. The last day of one is the first of the next.
const ERAS: [(u16, u8, u8); 5] = [(1868, 1, 25), (1912, 7, 30), (1926, 12, 25), (1989, 1, 8), (2019, 5, 1)];

impl BirthDate {
    /// The year of the era, 1 for its first; `None` when the era is unknown or begins later than the year.
    #[must_use]
    pub fn year_of_era(&self) -> Option<u16> {
        let (first, _, _) = *ERAS.get(usize::from(self.era).checked_sub(1)?)?;
        Some(self.year.checked_sub(first)? + 1)
    }

    /// Whether the date lies in its era, both days of change counting for both; `None` when the era is unknown. An unknown
    /// month or day fits any that makes the date lie in it.
    #[must_use]
    pub fn fits_its_era(&self) -> Option<bool> {
        let index = usize::from(self.era).checked_sub(1)?;
        let latest = |part: u8| if part == 0 { u8::MAX } else { part };
        let last = (self.year, latest(self.month), latest(self.day));
        let first = (self.year, self.month, self.day);
        let begun = ERAS.get(index).is_some_and(|begins| last >= *begins);
        let not_over = ERAS.get(index + 1).is_none_or(|next| first <= *next);
        Some(begun && not_over)
    }
}

impl core::fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::BirthDate;

    #[test]
    fn a_birth_date_fits_its_era_or_is_told_not_to() {
        for (text, fits, year) in [
            ("319800217", Some(true), Some(55)),
            ("319890107", Some(true), Some(64)),
            ("319890108", Some(true), Some(64)),
            ("419890108", Some(true), Some(1)),
            ("319890109", Some(false), Some(64)),
            ("419890107", Some(false), Some(1)),
            ("520190501", Some(true), Some(1)),
            ("520190430", Some(false), Some(1)),
            ("419880000", Some(false), None),
            ("319260000", Some(true), Some(1)),
            ("219260000", Some(true), Some(15)),
            ("519800217", Some(false), None),
            ("019800217", None, None),
        ] {
            let date = BirthDate::parse(text).unwrap();
            assert_eq!((date.fits_its_era(), date.year_of_era()), (fits, year), "{text}");
        }
    }
}
