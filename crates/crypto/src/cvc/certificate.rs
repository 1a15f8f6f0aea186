use super::error::{Error, ErrorKind};
use super::reference::KeyReference;
use crate::key::PublicKey;
use mynumber_apdu::tlv::{Reader, Tag};

/// A card-verifiable certificate: who signed, which key is certified, and the signature; borrowed, nothing judged yet.
///
/// Two framings of it stand on the card, the file's (`7F21`) and the card manager's (header list `4D`); what they hold in
/// common, the body `5F4E` and the signature `5F37`, is what this type is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate<'a> {
    issuer: KeyReference,
    subject: KeyReference,
    key: PublicKey<'a>,
    body: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads a certificate of the value of its body and the value of its signature. The body is issuer (16 bytes), subject
    /// (16) and key (`90` exponent, `91` modulus), 297 bytes for RSA-2048.
    ///
    /// # Errors
    /// [`ErrorKind::TooShort`], [`ErrorKind::KeyReference`], [`ErrorKind::Tlv`].
    pub fn new(body: &'a [u8], signature: &'a [u8]) -> Result<Self, Error> {
        let short = Error::at(ErrorKind::TooShort, body.len());
        let (issuer, rest) = body.split_at_checked(KeyReference::LEN).ok_or(short)?;
        let (subject, key) = rest.split_at_checked(KeyReference::LEN).ok_or(short)?;
        Ok(Self {
            issuer: KeyReference::parse_at(issuer, 0)?,
            subject: KeyReference::parse_at(subject, KeyReference::LEN)?,
            key: public_key(key, 2 * KeyReference::LEN)?,
            body,
            signature,
        })
    }

    /// The name of the key that signed.
    #[must_use]
    pub const fn issuer(&self) -> KeyReference {
        self.issuer
    }

    /// The name of the key that is certified.
    #[must_use]
    pub const fn subject(&self) -> KeyReference {
        self.subject
    }

    /// The key that is certified.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// The bytes that the signature covers.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// PKCS #1 v1.5 with SHA-256 over the body.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }
}

/// A public key as the card's files hold it: `90` exponent, `91` modulus (CARD.md §2.2), and nothing else.
pub(super) fn public_key(bytes: &[u8], position: usize) -> Result<PublicKey<'_>, Error> {
    let mut reader = Reader::new(bytes).at_position(position);
    let exponent = reader.read(Tag(0x90))?.value();
    let modulus = reader.read(Tag(0x91))?.value();
    reader.finish()?;
    Ok(PublicKey::Rsa { modulus, exponent })
}
