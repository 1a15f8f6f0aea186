use core::fmt;

use mynumber_apdu::tlv::Tag;

use super::error::{ContentError, ContentErrorKind};
use super::wire::{Out, Template, array, digits, element_len, reader};

const EXPONENT: u32 = 0x90;
const MODULUS: u32 = 0x91;

/// The most bytes of a modulus: RSA-8192, twice what any card uses.
const MODULUS_LIMIT: usize = 1024;

/// An RSA public key as the chip writes it: `90 03 010001, 91 82 0100 n` (CARD.md §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipPublicKey<'a> {
    exponent: &'a [u8],
    modulus: &'a [u8],
}

impl<'a> ChipPublicKey<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ContentError> {
        Self::parse_at(bytes, 0)
    }

    pub(super) fn parse_at(bytes: &'a [u8], position: usize) -> Result<Self, ContentError> {
        let mut reader = reader(bytes, position);
        let exponent = reader.read(Tag(EXPONENT))?;
        let modulus = reader.read(Tag(MODULUS))?;
        reader.finish()?;
        Self::check(exponent.value(), modulus.value()).map_err(|kind| ContentError::new(kind, position))
    }

    /// A key of its two numbers, big-endian.
    ///
    /// # Errors
    /// [`ContentErrorKind::Empty`], [`ContentErrorKind::ValueTooLong`] for an exponent above 8 or a modulus above 1,024 bytes.
    pub fn new(exponent: &'a [u8], modulus: &'a [u8]) -> Result<Self, ContentError> {
        Self::check(exponent, modulus).map_err(|kind| ContentError::new(kind, 0))
    }

    const fn check(exponent: &'a [u8], modulus: &'a [u8]) -> Result<Self, ContentErrorKind> {
        if exponent.is_empty() || modulus.is_empty() {
            return Err(ContentErrorKind::Empty);
        }
        if exponent.len() > 8 || modulus.len() > MODULUS_LIMIT {
            return Err(ContentErrorKind::ValueTooLong);
        }
        Ok(Self { exponent, modulus })
    }

    /// The public exponent, big-endian; `01 00 01` on every card seen.
    #[must_use]
    pub const fn exponent(&self) -> &'a [u8] {
        self.exponent
    }

    /// The modulus, big-endian; 256 bytes on every card seen.
    #[must_use]
    pub const fn modulus(&self) -> &'a [u8] {
        self.modulus
    }

    /// The bytes that [`ChipPublicKey::emit`] writes: 265 for RSA-2048.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        // One tag byte each, where the files' own elements have two.
        element_len(self.exponent.len()) + element_len(self.modulus.len()) - 2
    }

    /// Writes the two elements.
    ///
    /// # Errors
    /// [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        self.write(&mut out)?;
        Ok(out.finish())
    }

    pub(super) fn write(&self, out: &mut Out<'_>) -> Result<(), ContentError> {
        out.element(EXPONENT, self.exponent)?;
        out.element(MODULUS, self.modulus)
    }

    pub(super) fn write_as(&self, out: &mut Out<'_>, tag: u32) -> Result<(), ContentError> {
        out.header(tag, self.encoded_len())?;
        self.write(out)
    }
}

/// The name of a signing key: seven digits, `08 05`, three digits, four bytes that are mostly zero (CARD.md §6).
///
/// The first digit is 5 for the production hierarchy and 6 for the test one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyReference([u8; 16]);

impl KeyReference {
    /// Its number of bytes.
    pub const LEN: usize = 16;
    const SEPARATOR: [u8; 2] = [0x08, 0x05];

    /// Reads sixteen bytes.
    ///
    /// # Errors
    /// [`ContentErrorKind::Length`], [`ContentErrorKind::NotDigits`], or [`ContentErrorKind::Fixed`] without the `08 05`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ContentError> {
        Self::parse_at(bytes, 0)
    }

    pub(super) fn parse_at(bytes: &[u8], position: usize) -> Result<Self, ContentError> {
        let reference = *array::<16>(bytes, position)?;
        let [number @ .., _, _, a, b, c, _, _, _, _] = &reference;
        digits(number, position)?;
        digits(&[*a, *b, *c], position + 9)?;
        if reference.get(7..9) != Some(&Self::SEPARATOR) {
            return Err(ContentError::new(ContentErrorKind::Fixed, position + 7));
        }
        Ok(Self(reference))
    }

    /// A reference of its parts.
    ///
    /// # Errors
    /// [`ContentErrorKind::NotDigits`].
    pub fn new(number: &[u8; 7], group: &[u8; 3], pad: [u8; 4]) -> Result<Self, ContentError> {
        let mut reference = [0; 16];
        let parts = number.iter().chain(&Self::SEPARATOR).chain(group).chain(&pad);
        for (to, from) in reference.iter_mut().zip(parts) {
            *to = *from;
        }
        Self::parse(&reference)
    }

    /// The sixteen bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The seven digits that name the key's holder.
    #[must_use]
    pub fn number(&self) -> &str {
        let [number @ .., _, _, _, _, _, _, _, _, _] = &self.0;
        core::str::from_utf8(number).unwrap_or_default()
    }

    /// The three digits that name the key among the holder's.
    #[must_use]
    pub fn group(&self) -> &str {
        self.0.get(9..12).and_then(|group| core::str::from_utf8(group).ok()).unwrap_or_default()
    }

    /// The last four bytes; their meaning is not known.
    #[must_use]
    pub const fn pad(&self) -> [u8; 4] {
        let [.., a, b, c, d] = self.0;
        [a, b, c, d]
    }
}

impl fmt::Display for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number(), self.group())
    }
}

impl fmt::Debug for KeyReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyReference({self})")
    }
}

const SESSION: u32 = 0xA1;

/// The public key that session keys are delivered to: `A1 { 90 .., 91 .. }` (CARD.md §4.3, input assist EF 0006).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPublicKey<'a> {
    /// The key.
    pub key: ChipPublicKey<'a>,
}

impl<'a> SessionPublicKey<'a> {
    /// Checks the structure. There is nothing beyond it, so view and representation are one type.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let (value, position) = Template::open(file, SESSION)?.value();
        Ok(Self { key: ChipPublicKey::parse_at(value, position)? })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        self.key.write_as(&mut out, SESSION)?;
        Ok(out.finish())
    }
}

const RECORD: u32 = 0xFF50;
const RECORD_KEY: u32 = 0xDF51;
const RECORD_SIGNATURE: u32 = 0xDF52;

/// The key that proves the chip genuine, signed: `FF50 { DF51 key, DF52 signature }` (CARD.md §6, input assist EF 0007).
#[derive(Clone, Copy, Debug)]
pub struct KeyRecord<'a> {
    raw: &'a [u8],
    key: ChipPublicKey<'a>,
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> KeyRecord<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, RECORD)?;
        let key = template.read(RECORD_KEY)?;
        let signature = template.filled(RECORD_SIGNATURE)?;
        template.finish()?;
        Ok(Self {
            raw: template.raw(),
            key: ChipPublicKey::parse_at(key.value(), key.value_position())?,
            signed: key.raw(),
            signature: signature.value(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// The public key of the chip.
    #[must_use]
    pub const fn key(&self) -> ChipPublicKey<'a> {
        self.key
    }

    /// The bytes that the signature covers: the key element as it stands.
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
    pub fn to_repr(&self) -> Result<KeyRecordRepr<'a>, ContentError> {
        Ok(KeyRecordRepr { key: self.key, signature: self.signature })
    }
}

/// The key that proves the chip genuine, signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRecordRepr<'a> {
    /// The public key of the chip.
    pub key: ChipPublicKey<'a>,
    /// The signature over [`KeyRecord::signed_part`].
    pub signature: &'a [u8],
}

impl KeyRecordRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        out.header(RECORD, element_len(self.key.encoded_len()) + element_len(self.signature.len()))?;
        self.key.write_as(&mut out, RECORD_KEY)?;
        out.filled(RECORD_SIGNATURE, self.signature)?;
        Ok(out.finish())
    }
}
