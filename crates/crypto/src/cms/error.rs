//! Why a message, or one of its signers, is not accepted.

use crate::asn1::{self, Oid};
use crate::key::VerifyError;
use crate::path;

/// Why a message is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not the message that RFC 5652 describes, or exceed a limit.
    #[error(transparent)]
    Encoding(#[from] asn1::Error),
    /// A CMS message of another type: enveloped, digested, plain data.
    #[error("a CMS message of another type than SignedData")]
    NotSignedData,
    /// Nobody signed: `signerInfos` is empty.
    #[error("the message has no signer")]
    NoSigner,
    /// Content was given for a message that has content inside.
    #[error("content was given, and the message has content inside")]
    ContentTwice,
    /// The content is not inside the message and was not given.
    #[error("the content is not inside the message and was not given")]
    ContentMissing,
}

/// Why one signer's signature is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// Part of what the signer left is malformed, or signed attributes are not DER as they came.
    #[error(transparent)]
    Malformed(#[from] asn1::Error),
    /// The digest algorithm is none that is taken here.
    #[error("the digest algorithm is not accepted")]
    DigestAlgorithm,
    /// The message does not list the digest algorithm beforehand.
    #[error("the message does not list the signer's digest algorithm")]
    DigestAlgorithmNotListed,
    /// The signature algorithm is none that is taken here, or goes with another hash function than the digest algorithm.
    #[error("the signature algorithm is not accepted with this digest algorithm")]
    SignatureAlgorithm,
    /// The attribute that protects the algorithms names others (RFC 6211).
    #[error("the signed attributes name other algorithms")]
    AlgorithmProtection,
    /// There are no signed attributes.
    #[error("the signature has no signed attributes")]
    NoSignedAttributes,
    /// A signed attribute that must be there is missing.
    #[error("a signed attribute is missing: {}", attribute_name(.0))]
    MissingAttribute(Oid<'static>),
    /// The signed content type is not that of the message.
    #[error("the signed content type is not that of the message")]
    ContentType,
    /// The content is not the one that was signed.
    #[error("the content is not the one that was signed")]
    ContentDigest,
    /// The signer's certificate is not there.
    #[error("the signer's certificate is not there")]
    NoCertificate,
    /// Several different certificates are named by the signer's identifier.
    #[error("several certificates are named as the signer's")]
    SeveralCertificates,
    /// The signing-certificate attribute names another certificate.
    #[error("the signing-certificate attribute names another certificate")]
    SigningCertificate,
    /// The signing-certificate attribute does not name an authority that the path goes through.
    #[error("the signing-certificate attribute leaves out an authority of the path")]
    SigningCertificatePath,
    /// A counter-signature that says what type its content is of, which it must not (RFC 5652 §11.4).
    #[error("a counter-signature has a content type")]
    CounterSignature,
    /// The certificate's keyUsage allows neither digitalSignature nor nonRepudiation (RFC 5280 §4.2.1.3).
    #[error("the key of the signer's certificate is not for signatures")]
    KeyUsage,
    /// The certificate's key cannot be read.
    #[error("the key of the signer's certificate cannot be used: {0}")]
    Key(asn1::Error),
    /// The signature is not one of the certificate's key over the signed attributes.
    #[error("the signature is not accepted: {0}")]
    Signature(VerifyError),
    /// No path leads from the signer's certificate to an anchor.
    #[error("the signer's certificate is not trusted: {0}")]
    Path(path::Error),
}

fn attribute_name(kind: &Oid<'static>) -> &'static str {
    match *kind {
        super::oid::CONTENT_TYPE => "contentType",
        super::oid::MESSAGE_DIGEST => "messageDigest",
        _ => "another",
    }
}
