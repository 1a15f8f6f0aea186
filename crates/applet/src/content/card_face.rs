use core::fmt;

use super::Sex;
use super::error::{ContentError, ContentErrorKind};
use super::key::ChipPublicKey;
use super::wire::{Out, Template, array, date, digits, element_len, offset_bytes, offsets_agree, span};
use crate::date::Date;

const TEMPLATE: u32 = 0xFF20;
const OFFSETS: u32 = 0xDF21;
const BIRTH_DATE: u32 = 0xDF22;
const SEX: u32 = 0xDF23;
const KEY: u32 = 0xDF24;
const NAME: u32 = 0xDF25;
const ADDRESS: u32 = 0xDF26;
const PHOTO: u32 = 0xDF27;
const SIGNATURE: u32 = 0xDF28;
const EXPIRY: u32 = 0xDF29;
const SECURITY_CODE: u32 = 0xDF2A;
/// The elements behind the offset table, in their order.
const ELEMENTS: [u32; 9] = [BIRTH_DATE, SEX, KEY, NAME, ADDRESS, PHOTO, SIGNATURE, EXPIRY, SECURITY_CODE];

/// The card face: `FF20 { DF21 offsets, DF22 .. DF2A }` (CARD.md §2.3, card face EF 0002). Images are not decoded here.
#[derive(Clone, Copy)]
pub struct CardFace<'a> {
    raw: &'a [u8],
    offsets_agree: bool,
    signed: SignedFace<'a>,
    digest_groups: [&'a [u8]; 3],
    signature: &'a [u8],
    unsigned: UnsignedFace<'a>,
    at: Positions,
}

/// Where the values stand that the view leaves open.
#[derive(Clone, Copy)]
struct Positions {
    offsets: usize,
    birth_date: usize,
    sex: usize,
    expiry: usize,
}

/// What the issuer's signature covers. (That it does is for a verifier to find; this type says only what it is about.)
#[derive(Clone, Copy)]
pub struct SignedFace<'a> {
    /// Birth date, eight digits `YYYYMMDD`.
    pub birth_date: &'a str,
    /// Code of the sex, an ASCII digit.
    pub sex: u8,
    /// The public key of the chip.
    pub key: ChipPublicKey<'a>,
    /// Name as an image, PNG.
    pub name_image: &'a [u8],
    /// Address as an image, PNG.
    pub address_image: &'a [u8],
    /// Photo, JPEG 2000 in one component.
    pub photo: &'a [u8],
}

/// What no signature covers: whoever writes the file can put anything here.
#[derive(Clone, Copy)]
pub struct UnsignedFace<'a> {
    /// Expiry of the card, eight digits `YYYYMMDD`.
    pub expiry: &'a str,
    /// Security code as an image, PNG.
    pub security_code_image: &'a [u8],
}

impl<'a> CardFace<'a> {
    /// Checks the structure; order and tags are fixed, the offset table is not judged.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, TEMPLATE)?;
        let table = template.read(OFFSETS)?;
        let birth_date = template.read(BIRTH_DATE)?;
        let sex = template.read(SEX)?;
        let key = template.read(KEY)?;
        let name = template.read(NAME)?;
        let address = template.read(ADDRESS)?;
        let photo = template.read(PHOTO)?;
        let signature = template.filled(SIGNATURE)?;
        let expiry = template.read(EXPIRY)?;
        let code = template.read(SECURITY_CODE)?;
        template.finish()?;

        let positions = [birth_date, sex, key, name, address, photo, signature, expiry, code]
            .map(|element| element.position());
        for element in [birth_date, expiry] {
            array::<8>(element.value(), element.value_position())?;
        }
        let [sex_code] = *array::<1>(sex.value(), sex.value_position())?;
        Ok(Self {
            raw: template.raw(),
            offsets_agree: offsets_agree(table.value(), &positions),
            signed: SignedFace {
                birth_date: digits(birth_date.value(), birth_date.value_position())?,
                sex: sex_code,
                key: ChipPublicKey::parse_at(key.value(), key.value_position())?,
                name_image: name.value(),
                address_image: address.value(),
                photo: photo.value(),
            },
            digest_groups: [span(file, &birth_date, &key), span(file, &name, &address), photo.raw()],
            signature: signature.value(),
            unsigned: UnsignedFace {
                expiry: digits(expiry.value(), expiry.value_position())?,
                security_code_image: code.value(),
            },
            at: Positions {
                offsets: table.value_position(),
                birth_date: birth_date.value_position(),
                sex: sex.value_position(),
                expiry: expiry.value_position(),
            },
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// What the signature covers.
    #[must_use]
    pub const fn signed(&self) -> &SignedFace<'a> {
        &self.signed
    }

    /// What no signature covers.
    #[must_use]
    pub const fn unsigned(&self) -> &UnsignedFace<'a> {
        &self.unsigned
    }

    /// Whether the offset table points at the nine elements, as it does on every card seen.
    #[must_use]
    pub const fn offsets_agree(&self) -> bool {
        self.offsets_agree
    }

    /// The three runs of elements whose SHA-256 the signature covers, in this order: birth date, sex and key; name and
    /// address; photo. The signed `DigestInfo` names SHA-256 and holds all three digests, 96 bytes (CARD.md §6).
    #[must_use]
    pub const fn digest_groups(&self) -> [&'a [u8]; 3] {
        self.digest_groups
    }

    /// PKCS #1 v1.5 over the digests of [`CardFace::digest_groups`], by the key that EF 0004 certifies.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentError`] for a wrong offset table, a date that is none, an unknown sex.
    pub fn to_repr(&self) -> Result<CardFaceRepr<'a>, ContentError> {
        if !self.offsets_agree {
            return Err(ContentError::new(ContentErrorKind::Offsets, self.at.offsets));
        }
        let sex = ContentError::new(ContentErrorKind::Sex, self.at.sex);
        Ok(CardFaceRepr {
            birth_date: date(self.signed.birth_date.as_bytes(), self.at.birth_date)?,
            sex: self.signed.sex().ok_or(sex)?,
            key: self.signed.key,
            name_image: self.signed.name_image,
            address_image: self.signed.address_image,
            photo: self.signed.photo,
            signature: self.signature,
            expiry: date(self.unsigned.expiry.as_bytes(), self.at.expiry)?,
            security_code_image: self.unsigned.security_code_image,
        })
    }
}

impl SignedFace<'_> {
    /// Birth date, where the eight digits are one.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        Date::parse(self.birth_date.as_bytes()).ok()
    }

    /// Sex, where the code is a known one.
    #[must_use]
    pub const fn sex(&self) -> Option<Sex> {
        Sex::from_code(self.sex)
    }
}

impl UnsignedFace<'_> {
    /// Expiry of the card, where the eight digits are a date.
    #[must_use]
    pub fn expiry(&self) -> Option<Date> {
        Date::parse(self.expiry.as_bytes()).ok()
    }
}

macro_rules! debug_by_name {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )* };
}
debug_by_name!(CardFace, SignedFace, UnsignedFace, CardFaceRepr);

/// The card face.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardFaceRepr<'a> {
    /// Birth date.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// The public key of the chip.
    pub key: ChipPublicKey<'a>,
    /// Name as an image, PNG.
    pub name_image: &'a [u8],
    /// Address as an image, PNG.
    pub address_image: &'a [u8],
    /// Photo, JPEG 2000 in one component.
    pub photo: &'a [u8],
    /// The signature over [`CardFace::digest_groups`].
    pub signature: &'a [u8],
    /// Expiry of the card. Not signed.
    pub expiry: Date,
    /// Security code as an image, PNG. Not signed.
    pub security_code_image: &'a [u8],
}

impl CardFaceRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small, or the images are longer than a file can be.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let lengths = [
            8,
            1,
            self.key.encoded_len(),
            self.name_image.len(),
            self.address_image.len(),
            self.photo.len(),
            self.signature.len(),
            8,
            self.security_code_image.len(),
        ];
        let table = element_len(2 * ELEMENTS.len());
        let inner = lengths.into_iter().map(element_len).fold(table, usize::saturating_add);
        let mut out = Out::new(buffer);
        out.header(TEMPLATE, inner)?;
        let mut position = element_len(inner) - inner + table;
        out.header(OFFSETS, 2 * ELEMENTS.len())?;
        for length in lengths {
            out.bytes(&offset_bytes(position))?;
            position += element_len(length);
        }
        out.element(BIRTH_DATE, &self.birth_date.to_ascii())?;
        out.element(SEX, &[self.sex.code()])?;
        self.key.write_as(&mut out, KEY)?;
        out.element(NAME, self.name_image)?;
        out.element(ADDRESS, self.address_image)?;
        out.element(PHOTO, self.photo)?;
        out.filled(SIGNATURE, self.signature)?;
        out.element(EXPIRY, &self.expiry.to_ascii())?;
        out.element(SECURITY_CODE, self.security_code_image)?;
        Ok(out.finish())
    }
}
