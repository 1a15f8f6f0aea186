use super::error::ContentError;
use super::wire::{Out, Template, array, element_len, span};
use super::{Attributes, IndividualNumber};

const TEMPLATE: u32 = 0xFF30;
const NUMBER: u32 = 0xDF31;
const ATTRIBUTES: u32 = 0xDF32;
const SIGNATURE: u32 = 0xDF33;

/// Digests of number and attributes, signed: `FF30 { DF31 h1, DF32 h2, DF33 signature }` (CARD.md §6, input assist
/// EF 0003).
#[derive(Clone, Copy, Debug)]
pub struct InputAssistIntegrity<'a> {
    raw: &'a [u8],
    number_digest: &'a [u8; 32],
    attributes_digest: &'a [u8; 32],
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> InputAssistIntegrity<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, TEMPLATE)?;
        let number = template.read(NUMBER)?;
        let attributes = template.read(ATTRIBUTES)?;
        let signature = template.filled(SIGNATURE)?;
        template.finish()?;
        Ok(Self {
            raw: template.raw(),
            number_digest: array(number.value(), number.value_position())?,
            attributes_digest: array(attributes.value(), attributes.value_position())?,
            signed: span(file, &number, &attributes),
            signature: signature.value(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// SHA-256 of what [`digested_number`] returns.
    #[must_use]
    pub const fn number_digest(&self) -> &'a [u8; 32] {
        self.number_digest
    }

    /// SHA-256 of what [`digested_attributes`] returns.
    #[must_use]
    pub const fn attributes_digest(&self) -> &'a [u8; 32] {
        self.attributes_digest
    }

    /// The bytes that the signature covers: both digest elements as they stand.
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
    pub fn to_repr(&self) -> Result<InputAssistIntegrityRepr<'a>, ContentError> {
        Ok(InputAssistIntegrityRepr {
            number_digest: *self.number_digest,
            attributes_digest: *self.attributes_digest,
            signature: self.signature,
        })
    }
}

/// Digests of number and attributes, signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputAssistIntegrityRepr<'a> {
    /// SHA-256 of what [`digested_number`] returns.
    pub number_digest: [u8; 32],
    /// SHA-256 of what [`digested_attributes`] returns.
    pub attributes_digest: [u8; 32],
    /// The signature over [`InputAssistIntegrity::signed_part`].
    pub signature: &'a [u8],
}

impl InputAssistIntegrityRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        out.header(TEMPLATE, 2 * element_len(32) + element_len(self.signature.len()))?;
        out.element(NUMBER, &self.number_digest)?;
        out.element(ATTRIBUTES, &self.attributes_digest)?;
        out.filled(SIGNATURE, self.signature)?;
        Ok(out.finish())
    }
}

/// What the integrity record digests of the individual-number file (EF 0001): the whole file, filler included.
///
/// # Errors
/// [`ContentError`] when `file` is not such a file.
pub fn digested_number(file: &[u8]) -> Result<&[u8], ContentError> {
    IndividualNumber::parse(file).map(|view| view.as_bytes())
}

/// What the integrity record digests of the attributes file (EF 0002): from the tag of the name to the end of the
/// template; header and offset table are left out.
///
/// # Errors
/// [`ContentError`] when `file` is not such a file.
pub fn digested_attributes(file: &[u8]) -> Result<&[u8], ContentError> {
    Attributes::parse(file).map(|view| view.digested())
}
