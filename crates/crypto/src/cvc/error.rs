use mynumber_apdu::tlv;

use super::authority::Chain;
use super::reference::KeyReference;
use crate::key::VerifyError;

/// A certificate, a record or an answer is not accepted: why, and where in the bytes given. Nothing personal in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (at byte {position})")]
pub struct Error {
    kind: ErrorKind,
    position: usize,
}

impl Error {
    pub(super) const fn at(kind: ErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    pub(super) const fn of(kind: ErrorKind) -> Self {
        Self::at(kind, 0)
    }

    /// Why.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where, in bytes from the start of the part that was judged; 0 when it is the part as a whole.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

impl From<tlv::Error> for Error {
    fn from(error: tlv::Error) -> Self {
        Self::at(ErrorKind::Tlv(error.kind()), error.position())
    }
}

/// Why a certificate, a record or an answer is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The TLV structure is broken, or another element stands where one must be.
    #[error("not the elements that must stand here: {0}")]
    Tlv(tlv::ErrorKind),
    /// The body of a certificate is shorter than two key references.
    #[error("the body of the certificate is too short")]
    TooShort,
    /// Sixteen bytes are no key reference.
    #[error("a key reference is malformed")]
    KeyReference,
    /// A digest does not have 32 bytes.
    #[error("a digest does not have 32 bytes")]
    DigestLength,
    /// None of the authorities given has this name. The card may be of another hierarchy, or of nobody's.
    #[error("none of the authorities taken has the name {issuer}, which the certificate is signed with")]
    UnknownIssuer {
        /// The name that the certificate calls its issuer by.
        issuer: KeyReference,
    },
    /// The issuer is known, for another chain.
    #[error("the issuer certifies keys for {found}, not for {wanted}")]
    OtherChain {
        /// The chain that was asked about.
        wanted: Chain,
        /// The chain that the issuer or the key is for.
        found: Chain,
    },
    /// The key that was named as the issuer may not certify another.
    #[error("the key {issuer} signs records, it certifies no keys")]
    NotAnIssuer {
        /// The key.
        issuer: KeyReference,
    },
    /// The signature is not accepted.
    #[error("the signature is not accepted: {0}")]
    Signature(VerifyError),
    /// The content is another than the one whose digest is signed.
    #[error("the content is not the one whose digest is signed")]
    Digest,
    /// The record holds no chip key.
    #[error("records of this kind hold no chip key")]
    NoChipKey,
    /// The chip's answer was not made over this nonce by the key in the signed record.
    #[error("the chip's answer is not accepted: {0}")]
    Answer(VerifyError),
}
