//! Signing, and what is signed (CARD.md §4.1).

use core::fmt;

use mynumber_apdu::{Class, Command, Instruction, Meaning, StatusWord};
use mynumber_applet::pin::{Reference, reference};
use mynumber_applet::{KeyAlgorithm, KeyId, KeyRow};
use mynumber_transport::Transport;
use zeroize::Zeroizing;

use crate::connection::Addressing;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::file::{self, File, Opens};
use crate::session::Session;

/// A reference that allows signing with a key, whose certificate it may read. Sealed, as [`Reference`] is.
pub trait Signs: Reference + Opens<Self::Certificate> {
    /// The certificate of the key.
    type Certificate: File;
    /// The private key.
    const KEY: KeyId;
}

impl Signs for reference::Signature {
    type Certificate = file::SignatureCertificate;
    const KEY: KeyId = KeyId::Signature;
}

impl Signs for reference::UserAuthentication {
    type Certificate = file::UserAuthenticationCertificate;
    const KEY: KeyId = KeyId::UserAuthentication;
}

/// How the card makes a signature: P1 of COMPUTE DIGITAL SIGNATURE (CARD.md §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `00`: PKCS #1 v1.5 padding of the data as given, 1 to 245 bytes; a `DigestInfo` as a rule.
    Pkcs1,
    /// `01`: the card hashes 1 to 255 bytes with SHA-256 and pads the bare hash.
    CardHashBare,
    /// `02`: the card wraps the SHA-256 hash given in a `DigestInfo`.
    Pkcs1OfHash,
    /// `03`: the card hashes 1 to 255 bytes with SHA-256 and wraps the hash in a `DigestInfo`.
    CardHashPkcs1,
    /// `04`: PSS of the SHA-256 hash given.
    PssOfHash,
    /// `05`: the card hashes 1 to 255 bytes with SHA-256, PSS.
    CardHashPss,
}

impl Scheme {
    const fn p1(self) -> u8 {
        match self {
            Self::Pkcs1 => 0x00,
            Self::CardHashBare => 0x01,
            Self::Pkcs1OfHash => 0x02,
            Self::CardHashPkcs1 => 0x03,
            Self::PssOfHash => 0x04,
            Self::CardHashPss => 0x05,
        }
    }
}

/// A hash function whose `DigestInfo` the host writes (RFC 8017 §9.2 note 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, 20 bytes. For verifiers that know nothing else.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Hash {
    /// The bytes of `DigestInfo` before the hash value (RFC 8017 §9.2 note 1).
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Sha1 => {
                &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14]
            }
            Self::Sha256 => &const { sha2_prefix(0x31, 0x01, 0x20) },
            Self::Sha384 => &const { sha2_prefix(0x41, 0x02, 0x30) },
            Self::Sha512 => &const { sha2_prefix(0x51, 0x03, 0x40) },
        }
    }

    /// Bytes of a hash value.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The prefixes of the SHA-2 family differ in three bytes: total length, last arc of the identifier, hash length.
const fn sha2_prefix(length: u8, arc: u8, hash: u8) -> [u8; 19] {
    [
        0x30, length, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc, 0x05,
        0x00, 0x04, hash,
    ]
}

/// The longest data that PKCS #1 v1.5 pads in a 2048-bit key: 256 bytes less eleven.
const PKCS1_MAX: usize = 245;
/// The longest data that the card hashes: what the short form carries.
const CARD_HASH_MAX: usize = 255;

/// What is to be signed, and how: checked here, so nothing of the wrong length reaches the card.
#[derive(Clone, PartialEq, Eq)]
pub struct Input {
    scheme: Scheme,
    hash: Option<Hash>,
    data: Vec<u8>,
}

impl Input {
    /// The default: PKCS #1 v1.5 over the `DigestInfo` of a SHA-256 hash, as every certificate of the card is used.
    #[must_use]
    pub fn sha256(hash: &[u8; 32]) -> Self {
        Self::digest_info(Hash::Sha256, hash)
    }

    /// PKCS #1 v1.5 over the `DigestInfo` of a hash by another function.
    ///
    /// # Errors
    /// [`InputError`] when `value` does not have the function's length.
    pub fn digest(hash: Hash, value: &[u8]) -> Result<Self, InputError> {
        check(value, hash.length(), hash.length())?;
        Ok(Self::digest_info(hash, value))
    }

    /// PKCS #1 v1.5 over 1 to 245 bytes as they are: for callers who write the `DigestInfo` themselves.
    ///
    /// # Errors
    /// [`InputError`] for another length.
    pub fn pkcs1(data: &[u8]) -> Result<Self, InputError> {
        check(data, 1, PKCS1_MAX)?;
        Ok(Self { scheme: Scheme::Pkcs1, hash: None, data: data.to_vec() })
    }

    /// PKCS #1 v1.5 over a SHA-256 hash, the `DigestInfo` written by the card.
    #[must_use]
    pub fn hash_wrapped_by_card(hash: &[u8; 32]) -> Self {
        Self { scheme: Scheme::Pkcs1OfHash, hash: Some(Hash::Sha256), data: hash.to_vec() }
    }

    /// PSS over a SHA-256 hash.
    #[must_use]
    pub fn pss(hash: &[u8; 32]) -> Self {
        Self { scheme: Scheme::PssOfHash, hash: Some(Hash::Sha256), data: hash.to_vec() }
    }

    /// PKCS #1 v1.5 over 1 to 255 bytes that the card hashes with SHA-256.
    ///
    /// # Errors
    /// [`InputError`] for another length.
    pub fn hashed_by_card(message: &[u8]) -> Result<Self, InputError> {
        Self::message(Scheme::CardHashPkcs1, message)
    }

    /// As [`Input::hashed_by_card`], but the hash is padded bare, without `DigestInfo`.
    ///
    /// # Errors
    /// [`InputError`] for another length.
    pub fn hashed_by_card_bare(message: &[u8]) -> Result<Self, InputError> {
        Self::message(Scheme::CardHashBare, message)
    }

    /// PSS over 1 to 255 bytes that the card hashes with SHA-256.
    ///
    /// # Errors
    /// [`InputError`] for another length.
    pub fn hashed_by_card_pss(message: &[u8]) -> Result<Self, InputError> {
        Self::message(Scheme::CardHashPss, message)
    }

    fn message(scheme: Scheme, message: &[u8]) -> Result<Self, InputError> {
        check(message, 1, CARD_HASH_MAX)?;
        Ok(Self { scheme, hash: Some(Hash::Sha256), data: message.to_vec() })
    }

    fn digest_info(hash: Hash, value: &[u8]) -> Self {
        Self { scheme: Scheme::Pkcs1, hash: Some(hash), data: [hash.prefix(), value].concat() }
    }

    /// How the signature is made.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The hash function of the signature; `None` where the caller wrote the padded data himself.
    #[must_use]
    pub const fn hash(&self) -> Option<Hash> {
        self.hash
    }

    /// The data field of the command: by the scheme a `DigestInfo`, a hash or a message.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({:?} [{}])", self.scheme, self.data.len())
    }
}

fn check(data: &[u8], least: usize, most: usize) -> Result<(), InputError> {
    if (least..=most).contains(&data.len()) {
        return Ok(());
    }
    Err(InputError { length: data.len(), least, most })
}

/// What is to be signed has the wrong length for the scheme. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{length} bytes cannot be signed in this way, {least} to {most} can; hash the data first")]
pub struct InputError {
    /// Bytes given.
    pub length: usize,
    /// The least that can be signed.
    pub least: usize,
    /// The most that can be signed.
    pub most: usize,
}

/// Checks a signature against the card's own certificate before it is returned.
///
/// The driver reads and signs and knows no cryptography: whoever does fills this in.
pub trait SignatureCheck {
    /// Whether this certificate is for what the key does: a signature certificate for the signature key, a
    /// user-authentication certificate for the other. Asked before the card signs.
    ///
    /// # Errors
    /// [`CheckFailure`]; nothing is then signed.
    fn purpose(&self, key: KeyId, certificate: &[u8]) -> Result<(), CheckFailure>;

    /// Whether the signature is one of the certificate's key over the input.
    ///
    /// # Errors
    /// [`CheckFailure`]; the signature is then not returned.
    fn verify(&self, input: &Input, certificate: &[u8], signature: &[u8]) -> Result<(), CheckFailure>;
}

impl<C: SignatureCheck + ?Sized> SignatureCheck for &C {
    fn purpose(&self, key: KeyId, certificate: &[u8]) -> Result<(), CheckFailure> {
        (**self).purpose(key, certificate)
    }

    fn verify(&self, input: &Input, certificate: &[u8], signature: &[u8]) -> Result<(), CheckFailure> {
        (**self).verify(input, certificate, signature)
    }
}

/// Why a certificate or a signature did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CheckFailure {
    /// The certificate cannot be read.
    #[error("the card's certificate cannot be read")]
    Certificate,
    /// The certificate is not for this key's purpose.
    #[error("the card's certificate is for another purpose than this key")]
    Purpose,
    /// The key or the scheme is not known to the check.
    #[error("the signature cannot be checked: key or scheme are not known")]
    Unsupported,
    /// The signature does not have the length of the certificate's key.
    #[error("the card's signature does not have the length of its certificate's key")]
    Length,
    /// The signature is not one of the certificate's key over the input.
    #[error("the card's signature does not verify with its own certificate")]
    Signature,
}

/// Bytes of a signature by this key, where the algorithm fixes it.
fn signature_length(algorithm: KeyAlgorithm) -> Option<usize> {
    match algorithm {
        KeyAlgorithm::Rsa { bits } => Some(usize::from(bits / 8)),
        _ => None,
    }
}

/// How the key is named in P2 of COMPUTE DIGITAL SIGNATURE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By its short EF identifier.
    ShortId,
    /// `00`: the key that the application takes when none is named.
    Default,
}

impl<T: Transport> Session<'_, T> {
    /// COMPUTE DIGITAL SIGNATURE: the raw signature, its length checked. The application is selected already.
    pub(crate) fn signature(
        &mut self,
        row: &KeyRow,
        naming: Naming,
        input: &Input,
    ) -> Result<Vec<u8>, Error> {
        let object = Object::Key(row.id);
        let mut buffer = Zeroizing::new(vec![0u8; 1024]);
        let short = row.ef.and_then(mynumber_applet::Ef::short);
        let mut p2 = match (naming, short) {
            (Naming::Default, _) => 0x00,
            (Naming::ShortId, Some(short)) if self.connection.addressing == Addressing::ShortId => {
                0x80 | short
            }
            (Naming::ShortId, _) => self.select_key(row)?,
        };
        let mut answer = self.call(Step::Sign, object, sign_command(input, p2), &mut buffer)?;
        if answer.status == StatusWord::WRONG_P1P2 && p2 != CURRENT_FILE {
            p2 = self.select_key(row)?;
            answer = self.call(Step::Sign, object, sign_command(input, p2), &mut buffer)?;
        }
        let kind = match answer.status.meaning() {
            Meaning::Success => {
                let signature = buffer.get(..answer.length).unwrap_or_default();
                return match signature_length(row.algorithm) {
                    Some(expected) if expected != signature.len() => Err(Error::new(
                        ErrorKind::SignatureLength { expected, received: signature.len() },
                        Step::Sign,
                        object,
                    )),
                    _ => Ok(signature.to_vec()),
                };
            }
            Meaning::AccessDenied => ErrorKind::AccessDenied,
            Meaning::FileNotFound | Meaning::ReferenceNotFound => ErrorKind::ObjectAbsent,
            _ => ErrorKind::UnexpectedStatus { status: answer.status },
        };
        Err(Error::new(kind, Step::Sign, object))
    }

    fn select_key(&mut self, row: &KeyRow) -> Result<u8, Error> {
        let object = Object::Key(row.id);
        match row.ef {
            Some(ef) => self.select_file(ef, object).map(|()| CURRENT_FILE),
            None => Err(Error::new(ErrorKind::ObjectAbsent, Step::Sign, object)),
        }
    }
}

/// `80`: the current EF.
const CURRENT_FILE: u8 = 0x80;

fn sign_command(input: &Input, p2: u8) -> Command<'_> {
    Command::new(Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, input.scheme.p1(), p2)
        .with_data(&input.data)
        .expecting_short()
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
