use super::authority::Chain;
use super::certificate::public_key;
use super::certify::CertifiedKey;
use super::error::{Error, ErrorKind};
use crate::digest::{Hash, digest_info, sha256};
use crate::key::backend::Computer;
use crate::key::{PublicKey, Scheme, VerifyError};
use alloc::vec::Vec;
use mynumber_apdu::tlv::{Reader, Tag};

/// A signed record of the card, of those that sign their own elements (CARD.md §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Record {
    /// Input assist EF 0003: the digests of number and attributes.
    Integrity,
    /// Input assist EF 0007: the chip's key.
    InputAssistKey,
    /// Card face EF 0001: birth date and the chip's key.
    Age,
    /// Card face EF 0002, its first group: birth date, sex and the chip's key.
    CardFace,
    /// Card face EF 0005: My Number as an image, and the chip's key.
    NumberImage,
}

impl Record {
    const fn chain(self) -> Chain {
        match self {
            Self::Integrity | Self::InputAssistKey => Chain::InputAssist,
            Self::Age | Self::CardFace | Self::NumberImage => Chain::CardFace,
        }
    }

    /// The tags of the signed elements, in their order.
    const fn tags(self) -> &'static [u32] {
        match self {
            Self::Integrity => &[0xDF31, 0xDF32],
            Self::InputAssistKey => &[0xDF51],
            Self::Age => &[0xDF11, 0xDF12],
            Self::CardFace => &[0xDF22, 0xDF23, 0xDF24],
            Self::NumberImage => &[0xDF41, 0xDF42],
        }
    }

    /// The value of the last signed element and its position; the others must be there and nothing else.
    fn last(self, signed: &[u8]) -> Result<(&[u8], usize), Error> {
        let mut reader = elements(signed);
        let mut last = (Default::default(), 0);
        for tag in self.tags() {
            let element = reader.read(Tag(*tag))?;
            last = (element.value(), element.value_position());
        }
        reader.finish()?;
        Ok(last)
    }
}

/// The card writes lengths of three bytes where two would do (CARD.md §2.3); the signature covers them as they stand.
fn elements(signed: &[u8]) -> Reader<'_> {
    Reader::accepting_ber_lengths(signed)
}

impl<'a> CertifiedKey<'a> {
    /// Checks the integrity record of the input-assist application: `signed` are its two elements `DF31` and `DF32`.
    ///
    /// # Errors
    /// [`ErrorKind::OtherChain`], [`ErrorKind::Signature`], [`ErrorKind::Tlv`], [`ErrorKind::DigestLength`].
    pub fn integrity(&self, signed: &[u8], signature: &[u8]) -> Result<SignedDigests, Error> {
        self.check(Record::Integrity, signed, signature)?;
        let mut reader = elements(signed);
        let mut digest = |tag| {
            let element = reader.read(Tag(tag))?;
            let length = Error::at(ErrorKind::DigestLength, element.value_position());
            <[u8; 32]>::try_from(element.value()).map_err(|_| length)
        };
        let digests = SignedDigests { number: digest(0xDF31)?, attributes: digest(0xDF32)? };
        reader.finish()?;
        Ok(digests)
    }

    /// Checks a record that ends in the chip's key: `signed` are the elements in front of the signature, complete and in
    /// the order of the file.
    ///
    /// # Errors
    /// [`ErrorKind::NoChipKey`] for [`Record::Integrity`] and for [`Record::CardFace`], which is checked by
    /// [`CertifiedKey::card_face`]; [`ErrorKind::OtherChain`], [`ErrorKind::Signature`], [`ErrorKind::Tlv`].
    pub fn chip_key<'r>(
        &self,
        record: Record,
        signed: &'r [u8],
        signature: &[u8],
    ) -> Result<ChipKey<'r>, Error>
    where
        'a: 'r,
    {
        if matches!(record, Record::Integrity | Record::CardFace) {
            return Err(Error::of(ErrorKind::NoChipKey));
        }
        self.check(record, signed, signature)?;
        ChipKey::last_of(record, signed, self.computer())
    }

    /// Checks the card face, whose signature covers three digests at once.
    ///
    /// `groups` are the bytes of complete elements: birth date, sex and chip key (`DF22` to `DF24`); name image and
    /// address image (`DF25`, `DF26`); photo (`DF27`).
    ///
    /// # Errors
    /// [`ErrorKind::OtherChain`], [`ErrorKind::Signature`], [`ErrorKind::Tlv`].
    pub fn card_face<'r>(&self, groups: [&'r [u8]; 3], signature: &[u8]) -> Result<ChipKey<'r>, Error>
    where
        'a: 'r,
    {
        self.is_for(Chain::CardFace)?;
        let info = card_face_digest_info(groups);
        let backend = self.computer().0;
        accepted(self.key().verify_digest_with(backend, Scheme::Pkcs1v15Raw, &info, signature))?;
        let [first, ..] = groups;
        ChipKey::last_of(Record::CardFace, first, self.computer())
    }

    fn check(&self, record: Record, signed: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.is_for(record.chain())?;
        let scheme = Scheme::Pkcs1v15(Hash::Sha256);
        accepted(self.key().verify_with(self.computer().0, scheme, signed, signature))
    }

    fn is_for(&self, wanted: Chain) -> Result<(), Error> {
        if self.chain() == wanted {
            return Ok(());
        }
        Err(Error::of(ErrorKind::OtherChain { wanted, found: self.chain() }))
    }
}

fn accepted(outcome: Result<(), VerifyError>) -> Result<(), Error> {
    outcome.map_err(|error| Error::of(ErrorKind::Signature(error)))
}

/// Evidence: the digests that a municipality signed for one card. Only [`CertifiedKey::integrity`] makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedDigests {
    number: [u8; 32],
    attributes: [u8; 32],
}

impl SignedDigests {
    /// Whether this is the number that was signed: the whole file of 17 bytes, filler included.
    ///
    /// # Errors
    /// [`ErrorKind::Digest`].
    pub fn number(&self, file: &[u8]) -> Result<(), Error> {
        same(&self.number, file)
    }

    /// Whether these are the attributes that were signed: from the tag of the name (`DF22`) to the end of the template,
    /// header and offset table left out.
    ///
    /// # Errors
    /// [`ErrorKind::Digest`].
    pub fn attributes(&self, elements: &[u8]) -> Result<(), Error> {
        same(&self.attributes, elements)
    }
}

fn same(signed: &[u8; 32], content: &[u8]) -> Result<(), Error> {
    if sha256(&[content]) == *signed { Ok(()) } else { Err(Error::of(ErrorKind::Digest)) }
}

/// Evidence: the public half of the chip's key, out of a record that a municipality signed. Only [`CertifiedKey::chip_key`]
/// and [`CertifiedKey::card_face`] make it.
///
/// That the chip at hand holds the private half is not shown by it, since records can be copied:
/// [`ChipKey::check_answer`] shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipKey<'a> {
    key: PublicKey<'a>,
    computer: Computer<'a>,
}

impl<'a> ChipKey<'a> {
    fn last_of(record: Record, signed: &'a [u8], computer: Computer<'a>) -> Result<Self, Error> {
        let (value, position) = record.last(signed)?;
        Ok(Self { key: public_key(value, position)?, computer })
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// Checks the chip's answer to a nonce: PKCS #1 v1.5 over the SHA-256 hash of the nonce (CARD.md §4.2).
    ///
    /// The nonce must have been new and random when the chip was asked: an answer to an old one can be replayed.
    ///
    /// # Errors
    /// [`ErrorKind::Answer`].
    pub fn check_answer(&self, nonce: &[u8; 32], answer: &[u8]) -> Result<ChipProof, Error> {
        match self.key.verify_with(self.computer.0, Scheme::Pkcs1v15(Hash::Sha256), nonce, answer) {
            Ok(()) => Ok(ChipProof { nonce: *nonce }),
            Err(error) => Err(Error::of(ErrorKind::Answer(error))),
        }
    }
}

/// Evidence: the chip whose key a municipality signed answered this nonce. Only [`ChipKey::check_answer`] makes it.
///
/// Where the chip is, is not shown: an answer can be passed on from a genuine card elsewhere while it is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipProof {
    nonce: [u8; 32],
}

impl ChipProof {
    /// What was answered.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }
}

/// The bytes under the padding of a card-face signature: a `DigestInfo` that names SHA-256 and holds 96 bytes, the
/// three digests of the groups one after the other (CARD.md §2.3).
#[must_use]
pub fn card_face_digest_info(groups: [&[u8]; 3]) -> Vec<u8> {
    let digests = groups.map(|group| sha256(&[group]));
    digest_info(Hash::Sha256, digests.as_flattened()).unwrap_or_default()
}
