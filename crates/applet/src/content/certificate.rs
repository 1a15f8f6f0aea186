use mynumber_apdu::tlv::Tag;

use super::error::{ContentError, ContentErrorKind};
use super::key::{ChipPublicKey, KeyReference};
use super::wire::{Out, Template, check_limit, element_len, reader};

const TEMPLATE: u32 = 0x7F21;
const BODY: u32 = 0x5F4E;
const SIGNATURE: u32 = 0x5F37;
const HEADER_LIST: u32 = 0x4D;

/// A card-verifiable certificate: issuer, subject and key without tags between them, and a signature (CARD.md §6; the
/// tags are those of ISO 7816-8 Annex B).
///
/// Two framings exist: files hold `7F21 { 5F4E body, 5F37 signature }`, the data objects of the card-manager level a
/// header list and the same two elements without the `7F21` around them.
#[derive(Clone, Copy, Debug)]
pub struct CardVerifiableCertificate<'a> {
    issuer: KeyReference,
    subject: KeyReference,
    key: ChipPublicKey<'a>,
    body: &'a [u8],
    signature: &'a [u8],
}

impl<'a> CardVerifiableCertificate<'a> {
    /// Reads the form that EF 0004 has.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, TEMPLATE)?;
        let body = template.read(BODY)?;
        let signature = template.filled(SIGNATURE)?;
        template.finish()?;
        Self::of(body.value(), body.value_position(), signature.value())
    }

    /// Reads the form that GET DATA `00F8` and `7F21` return; the header list must describe the body.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse_data_object(object: &'a [u8]) -> Result<Self, ContentError> {
        check_limit(object)?;
        let mut reader = reader(object, 0);
        let list = reader.read(Tag(HEADER_LIST))?;
        let body = reader.read(Tag(BODY))?;
        let signature = reader.read(Tag(SIGNATURE))?;
        reader.finish()?;
        if signature.value().is_empty() {
            return Err(ContentError::new(ContentErrorKind::Empty, signature.value_position()));
        }
        let certificate = Self::of(body.value(), body.value_position(), signature.value())?;
        let mut expected = [0; HEADER_LIST_ROOM];
        if header_list(&certificate.key, &mut expected)? == list.value() {
            Ok(certificate)
        } else {
            Err(ContentError::new(ContentErrorKind::Fixed, list.value_position()))
        }
    }

    fn of(body: &'a [u8], position: usize, signature: &'a [u8]) -> Result<Self, ContentError> {
        let short = ContentError::new(ContentErrorKind::Length { expected: 297 }, position);
        let (issuer, rest) = body.split_at_checked(KeyReference::LEN).ok_or(short)?;
        let (subject, key) = rest.split_at_checked(KeyReference::LEN).ok_or(short)?;
        Ok(Self {
            issuer: KeyReference::parse_at(issuer, position)?,
            subject: KeyReference::parse_at(subject, position + KeyReference::LEN)?,
            key: ChipPublicKey::parse_at(key, position + 2 * KeyReference::LEN)?,
            body,
            signature,
        })
    }

    /// The key that signed.
    #[must_use]
    pub const fn issuer(&self) -> KeyReference {
        self.issuer
    }

    /// The key that is certified.
    #[must_use]
    pub const fn subject(&self) -> KeyReference {
        self.subject
    }

    /// The certified public key.
    #[must_use]
    pub const fn key(&self) -> ChipPublicKey<'a> {
        self.key
    }

    /// The bytes that the signature covers: the value of `5F4E`, without its tag and length.
    #[must_use]
    pub const fn signed_part(&self) -> &'a [u8] {
        self.body
    }

    /// PKCS #1 v1.5 with SHA-256, by the issuer's key.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// The meaning.
    ///
    /// # Errors
    /// Never today: fallible like its siblings, so that callers treat all alike.
    pub fn to_repr(&self) -> Result<CardVerifiableCertificateRepr<'a>, ContentError> {
        Ok(CardVerifiableCertificateRepr {
            issuer: self.issuer,
            subject: self.subject,
            key: self.key,
            signature: self.signature,
        })
    }
}

/// A card-verifiable certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardVerifiableCertificateRepr<'a> {
    /// The key that signs.
    pub issuer: KeyReference,
    /// The key that is certified.
    pub subject: KeyReference,
    /// The certified public key.
    pub key: ChipPublicKey<'a>,
    /// The signature over [`CardVerifiableCertificate::signed_part`].
    pub signature: &'a [u8],
}

impl CardVerifiableCertificateRepr<'_> {
    /// Writes the form that EF 0004 has.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        out.header(TEMPLATE, element_len(self.body_len()) + element_len(self.signature.len()))?;
        self.write(&mut out)?;
        Ok(out.finish())
    }

    /// Writes the form that GET DATA returns.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit_data_object<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut list = [0; HEADER_LIST_ROOM];
        let mut out = Out::new(buffer);
        out.element(HEADER_LIST, header_list(&self.key, &mut list)?)?;
        self.write(&mut out)?;
        Ok(out.finish())
    }

    const fn body_len(&self) -> usize {
        2 * KeyReference::LEN + self.key.encoded_len()
    }

    fn write(&self, out: &mut Out<'_>) -> Result<(), ContentError> {
        out.header(BODY, self.body_len())?;
        out.bytes(self.issuer.as_bytes())?;
        out.bytes(self.subject.as_bytes())?;
        self.key.write(out)?;
        out.filled(SIGNATURE, self.signature)
    }
}

/// Three tags with their lengths take ten bytes at most.
const HEADER_LIST_ROOM: usize = 10;

/// The list of tags and lengths that describes a body (ISO 7816-4 §8.4.3): issuer `42`, subject `5F20`, key `5F49`.
fn header_list<'b>(key: &ChipPublicKey<'_>, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
    let mut out = Out::new(buffer);
    out.header(0x42, KeyReference::LEN)?;
    out.header(0x5F20, KeyReference::LEN)?;
    out.header(0x5F49, key.encoded_len())?;
    Ok(out.finish())
}
