//! The two small signed records of the card-face application.

use super::error::ContentError;
use super::key::ChipPublicKey;
use super::wire::{Out, Template, array, date, digits, element_len, span};
use crate::date::Date;

const AGE: u32 = 0xFF10;
const AGE_DATE: u32 = 0xDF11;
const AGE_KEY: u32 = 0xDF12;
const AGE_SIGNATURE: u32 = 0xDF13;

/// Birth date and chip key, signed: `FF10 { DF11 birth date, DF12 key, DF13 signature }` (CARD.md §2.3, card face EF 0001).
#[derive(Clone, Copy)]
pub struct AgeRecord<'a> {
    raw: &'a [u8],
    birth_date: &'a str,
    birth_date_at: usize,
    key: ChipPublicKey<'a>,
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> AgeRecord<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, AGE)?;
        let birth_date = template.read(AGE_DATE)?;
        let key = template.read(AGE_KEY)?;
        let signature = template.filled(AGE_SIGNATURE)?;
        template.finish()?;
        array::<8>(birth_date.value(), birth_date.value_position())?;
        Ok(Self {
            raw: template.raw(),
            birth_date: digits(birth_date.value(), birth_date.value_position())?,
            birth_date_at: birth_date.value_position(),
            key: ChipPublicKey::parse_at(key.value(), key.value_position())?,
            signed: span(file, &birth_date, &key),
            signature: signature.value(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// Birth date as the card has it, eight digits `YYYYMMDD`.
    #[must_use]
    pub const fn birth_date_text(&self) -> &'a str {
        self.birth_date
    }

    /// Birth date, where the eight digits are one.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        Date::parse(self.birth_date.as_bytes()).ok()
    }

    /// The public key of the chip.
    #[must_use]
    pub const fn key(&self) -> ChipPublicKey<'a> {
        self.key
    }

    /// The bytes that the signature covers: birth date and key elements as they stand.
    #[must_use]
    pub const fn signed_part(&self) -> &'a [u8] {
        self.signed
    }

    /// PKCS #1 v1.5 with SHA-256, by the key that EF 0004 certifies.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentError`] for a birth date that is none.
    pub fn to_repr(&self) -> Result<AgeRecordRepr<'a>, ContentError> {
        Ok(AgeRecordRepr {
            birth_date: date(self.birth_date.as_bytes(), self.birth_date_at)?,
            key: self.key,
            signature: self.signature,
        })
    }
}

impl core::fmt::Debug for AgeRecord<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "AgeRecord [{}]", self.raw.len())
    }
}

/// Birth date and chip key, signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeRecordRepr<'a> {
    /// Birth date.
    pub birth_date: Date,
    /// The public key of the chip.
    pub key: ChipPublicKey<'a>,
    /// The signature over [`AgeRecord::signed_part`].
    pub signature: &'a [u8],
}

impl AgeRecordRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let parts = [8, self.key.encoded_len(), self.signature.len()];
        let mut out = Out::new(buffer);
        out.header(AGE, parts.into_iter().map(element_len).sum())?;
        out.element(AGE_DATE, &self.birth_date.to_ascii())?;
        self.key.write_as(&mut out, AGE_KEY)?;
        out.filled(AGE_SIGNATURE, self.signature)?;
        Ok(out.finish())
    }
}

const NUMBER: u32 = 0xFF40;
const NUMBER_IMAGE: u32 = 0xDF41;
const NUMBER_KEY: u32 = 0xDF42;
const NUMBER_SIGNATURE: u32 = 0xDF43;

/// My Number as an image and the chip key, signed: `FF40 { DF41 PNG, DF42 key, DF43 signature }` (CARD.md §2.3, card face
/// EF 0005). View and meaning do not differ but by the signature's bytes; the image is not decoded here.
#[derive(Clone, Copy)]
pub struct NumberImage<'a> {
    raw: &'a [u8],
    image: &'a [u8],
    key: ChipPublicKey<'a>,
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> NumberImage<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, NUMBER)?;
        let image = template.read(NUMBER_IMAGE)?;
        let key = template.read(NUMBER_KEY)?;
        let signature = template.filled(NUMBER_SIGNATURE)?;
        template.finish()?;
        Ok(Self {
            raw: template.raw(),
            image: image.value(),
            key: ChipPublicKey::parse_at(key.value(), key.value_position())?,
            signed: span(file, &image, &key),
            signature: signature.value(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// The image, a PNG of one bit per pixel on every card seen.
    #[must_use]
    pub const fn image(&self) -> &'a [u8] {
        self.image
    }

    /// The public key of the chip.
    #[must_use]
    pub const fn key(&self) -> ChipPublicKey<'a> {
        self.key
    }

    /// The bytes that the signature covers: image and key elements as they stand.
    #[must_use]
    pub const fn signed_part(&self) -> &'a [u8] {
        self.signed
    }

    /// PKCS #1 v1.5 with SHA-256, by the key that EF 0004 certifies.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The meaning.
    ///
    /// # Errors
    /// Never today: fallible like its siblings, so that callers treat all alike.
    pub fn to_repr(&self) -> Result<NumberImageRepr<'a>, ContentError> {
        Ok(NumberImageRepr { image: self.image, key: self.key, signature: self.signature })
    }
}

impl core::fmt::Debug for NumberImage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NumberImage [{}]", self.raw.len())
    }
}

/// My Number as an image and the chip key, signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NumberImageRepr<'a> {
    /// The image, a PNG.
    pub image: &'a [u8],
    /// The public key of the chip.
    pub key: ChipPublicKey<'a>,
    /// The signature over [`NumberImage::signed_part`].
    pub signature: &'a [u8],
}

impl NumberImageRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small or the image too long.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let parts = [self.image.len(), self.key.encoded_len(), self.signature.len()];
        let mut out = Out::new(buffer);
        out.header(NUMBER, parts.into_iter().map(element_len).fold(0, usize::saturating_add))?;
        out.element(NUMBER_IMAGE, self.image)?;
        self.key.write_as(&mut out, NUMBER_KEY)?;
        out.filled(NUMBER_SIGNATURE, self.signature)?;
        Ok(out.finish())
    }
}

impl core::fmt::Debug for NumberImageRepr<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NumberImageRepr [{}]", self.image.len())
    }
}
