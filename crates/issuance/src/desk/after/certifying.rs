//! What a rewriting of a card starts from: the authority with the texts for the card, and what lies on the card now.

use std::fmt;

use mynumber_applet::content::{Attributes, CardFace, ContentError, KeyRecord};
use mynumber_applet::{Date, MyNumber, Sex};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::super::error::Reason;
use super::super::rule::Rule;
use super::super::substitutes::Flags;
use crate::application::Particulars;
use crate::person::{Municipality, Person};
use crate::personalise::Chip;
use crate::pki::{CardVerifiableKey, TestAuthority};
use crate::receipt::Serial;

/// What the authority needs to certify and to sign: itself, and what the record says that the store does not keep.
pub struct Certifying<'a> {
    /// The authority.
    pub authority: &'a TestAuthority,
    /// Where random numbers come from.
    pub rng: &'a mut dyn CryptoRng,
    /// The municipality.
    pub municipality: &'a Municipality,
    /// 個人番号.
    pub my_number: &'a MyNumber,
    /// セキュリティコード: the four digits on the front of the card.
    pub security_code: &'a str,
    /// The name as the card writes it, and which characters of it are substitutes.
    pub name: (&'a str, &'a Flags),
    /// The same for the address.
    pub address: (&'a str, &'a Flags),
}

impl fmt::Debug for Certifying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certifying(..)")
    }
}

impl Certifying<'_> {
    pub(super) fn person(
        &self,
        resident: &Particulars,
        card: &Serial,
        expiry: Date,
    ) -> Result<Person, Reason> {
        let (name, address) = (self.name, self.address);
        if !name.1.agree(&resident.name, name.0) || !address.1.agree(&resident.address, address.0) {
            return Err(Reason::Rule(Rule::TextDiffers));
        }
        Ok(Person {
            name: name.0.to_owned(),
            address: address.0.to_owned(),
            birth_date: resident.birth_date,
            sex: resident.sex,
            my_number: self.my_number.clone(),
            municipality: self.municipality.clone(),
            serial: card.as_str().to_owned(),
            security_code: self.security_code.to_owned(),
            expiry: Some(expiry),
            end_of_stay: resident.end_of_stay,
            name_substitutes: name.1.as_str().to_owned(),
            address_substitutes: address.1.as_str().to_owned(),
            wants_signature: true,
            wants_user_authentication: true,
            portrait: 0,
        })
    }
}

/// What lies on the card, as it was read and proved at the window: the keys that prove the chip, the photo, the texts.
pub struct OnCard {
    pub(super) chip: Chip,
    pub(super) photo: Zeroizing<Vec<u8>>,
    name: Zeroizing<String>,
    address: Zeroizing<String>,
    birth_date: Date,
    sex: Sex,
    expiry: Date,
}

impl OnCard {
    /// Of the files: attributes and key record of the input-assist application (EF 0002 and 0007), card face (EF 0002 of
    /// the card-face application).
    ///
    /// # Errors
    /// [`ContentError`] of the first that has not its form.
    pub fn parse(attributes: &[u8], key_record: &[u8], card_face: &[u8]) -> Result<Self, ContentError> {
        let attributes = Attributes::parse(attributes)?.to_repr()?;
        let face = CardFace::parse(card_face)?.to_repr()?;
        Ok(Self {
            chip: Chip {
                input_assist: CardVerifiableKey::of_chip(&KeyRecord::parse(key_record)?.key()),
                card_face: CardVerifiableKey::of_chip(&face.key),
                session: None,
            },
            photo: Zeroizing::new(face.photo.to_vec()),
            name: Zeroizing::new(attributes.name.to_owned()),
            address: Zeroizing::new(attributes.address.to_owned()),
            birth_date: face.birth_date,
            sex: face.sex,
            expiry: face.expiry,
        })
    }

    /// Whether the contents are already what this person's are to be on a card that ends on this day.
    pub(super) fn says(&self, person: &Person, expiry: Date) -> bool {
        *self.name == person.name
            && *self.address == person.address
            && (self.birth_date, self.sex, self.expiry) == (person.birth_date, person.sex, expiry)
    }

    /// Whether the numbers that open these contents open those of this person as well.
    pub(super) fn opens_alike(&self, person: &Person, expiry: Date) -> bool {
        (self.birth_date, self.expiry.year()) == (person.birth_date, expiry.year())
    }
}

impl fmt::Debug for OnCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnCard(..)")
    }
}
