//! Why bytes are not the structure they should be.

use mynumber_apdu::tlv;

/// Why bytes are not a structure that this crate reads: what, where, and in which field of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{object}, {field}: {kind} (at byte {position})")]
pub struct Error {
    kind: ErrorKind,
    object: Object,
    field: Field,
    position: usize,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, object: Object, field: Field, position: usize) -> Self {
        Self { kind, object, field, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The structure that was being read.
    #[must_use]
    pub const fn object(&self) -> Object {
        self.object
    }

    /// The field that it is wrong in.
    #[must_use]
    pub const fn field(&self) -> Field {
        self.field
    }

    /// Where, in bytes from the start of the structure.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not DER of the shape that RFC 5280 gives.
    #[error("{0}")]
    Tlv(tlv::ErrorKind),
    /// More bytes or more elements than the limits of the structure allow.
    #[error("longer than allowed")]
    TooLong,
    /// A version that this crate does not read: certificates are of version 3.
    #[error("not of a version that is read here")]
    Version,
    /// A number that is negative, zero, too long or not in its shortest coding.
    #[error("not a positive number in its shortest coding")]
    Number,
    /// An object identifier that is none.
    #[error("a malformed object identifier")]
    Oid,
    /// A time that the calendar does not have, or not in the form that RFC 5280 §4.1.2.5 asks for.
    #[error("a malformed time")]
    Time,
    /// A bit string with unused bits where none may be, or set ones.
    #[error("a malformed bit string")]
    BitString,
    /// A Boolean that is neither, or a default that is written out.
    #[error("a malformed Boolean")]
    Boolean,
    /// Text that is not in its character set.
    #[error("text that is not in its character set")]
    Text,
    /// The elements of a set not in ascending order, or one of them twice (X.690 §11.6).
    #[error("a set that is not in order")]
    Order,
    /// The signed part names another signature algorithm than the certificate (RFC 5280 §4.1.1.2).
    #[error("two different signature algorithms")]
    AlgorithmMismatch,
    /// The same extension twice (RFC 5280 §4.2).
    #[error("an extension stands twice")]
    DuplicateExtension,
    /// A certificate policy stands twice (RFC 5280 §4.2.1.4).
    #[error("a certificate policy stands twice")]
    DuplicatePolicy,
    /// A qualifier of a critical certificate policy that this crate does not know (RFC 5280 §4.2.1.4).
    #[error("an unknown qualifier of a critical certificate policy")]
    UnknownQualifier,
    /// One of two fields that have to stand together.
    #[error("one of two fields that have to stand together is absent")]
    Incomplete,
    /// A public key of a kind that this crate does not know.
    #[error("a public key of an unknown kind")]
    UnknownKey,
    /// A critical extension that this crate has no reader for: what it is part of must not be used (RFC 5280 §5.2).
    #[error("a critical extension that is not known here")]
    UnknownCritical,
    /// An extension that must not be critical is (RFC 5280 §5.2.1, §5.2.3).
    #[error("an extension is critical that must not be")]
    MustNotBeCritical,
    /// An extension that must be there is not (RFC 5280 §5.2.3).
    #[error("an extension that must be there is missing")]
    MissingExtension,
    /// The same serial number twice in one CRL.
    #[error("a serial number stands twice")]
    DuplicateSerial,
    /// A delta CRL, or an entry that only a delta CRL may have (RFC 5280 §5.2.4): not supported.
    #[error("a delta CRL, which is not supported")]
    Delta,
    /// An indirect CRL, or an entry of one (RFC 5280 §5.2.5, §5.3.3): not supported.
    #[error("an indirect CRL, which is not supported")]
    Indirect,
    /// A CRL for some reasons only (RFC 5280 §5.2.5): it cannot say that a certificate is not revoked.
    #[error("a CRL for some reasons only, which is not supported")]
    SomeReasons,
    /// A CRL for attribute certificates, or for certificates of contradictory kinds (RFC 5280 §5.2.5).
    #[error("a CRL that is not about public-key certificates")]
    NotForCertificates,
    /// A distribution point that is named by something other than directory names and URIs.
    #[error("a distribution point with a name that is neither a directory name nor a URI")]
    UnsupportedName,
    /// A name constraint whose base is malformed for its form (RFC 5280 §4.2.1.10).
    #[error("a name constraint that is malformed for its form of name")]
    Subtree,
    /// The OCSP responder gives no answer (RFC 6960 §4.2.1).
    #[error("the responder refuses to answer, status {status}")]
    Refused {
        /// responseStatus: 1 malformedRequest, 2 internalError, 3 tryLater, 5 sigRequired, 6 unauthorized.
        status: u8,
    },
    /// A value outside those that its standard defines.
    #[error("a value that its standard does not define")]
    Undefined,
    /// The same attribute twice (RFC 5652 §5.3).
    #[error("an attribute stands twice")]
    DuplicateAttribute,
    /// An attribute without a value, or with several, where one must be (RFC 5652 §11).
    #[error("an attribute does not have exactly one value")]
    ValueCount,
}

/// The structure that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Object {
    /// A certificate (RFC 5280 §4.1).
    Certificate,
    /// A certificate revocation list (RFC 5280 §5.1).
    Crl,
    /// An OCSP request or response (RFC 6960 §4).
    Ocsp,
    /// A CMS message (RFC 5652 §3).
    Cms,
}

impl core::fmt::Display for Object {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Crl => "CRL",
            Self::Ocsp => "OCSP",
            Self::Cms => "CMS",
        })
    }
}

/// The field that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The structure as a whole.
    Whole,
    /// `version`.
    Version,
    /// `serialNumber`.
    SerialNumber,
    /// `signature` or `signatureAlgorithm`.
    Algorithm,
    /// `issuer`.
    Issuer,
    /// `validity`.
    Validity,
    /// `subject`.
    Subject,
    /// `subjectPublicKeyInfo`.
    PublicKey,
    /// `extensions`, as a list.
    Extensions,
    /// `signatureValue`.
    Signature,
    /// keyUsage.
    KeyUsage,
    /// extKeyUsage.
    ExtendedKeyUsage,
    /// certificatePolicies.
    CertificatePolicies,
    /// basicConstraints.
    BasicConstraints,
    /// subjectKeyIdentifier.
    SubjectKeyIdentifier,
    /// authorityKeyIdentifier.
    AuthorityKeyIdentifier,
    /// subjectAltName.
    SubjectAltName,
    /// issuerAltName.
    IssuerAltName,
    /// cRLDistributionPoints.
    CrlDistributionPoints,
    /// authorityInfoAccess.
    AuthorityInfoAccess,
    /// nameConstraints.
    NameConstraints,
    /// policyMappings.
    PolicyMappings,
    /// policyConstraints.
    PolicyConstraints,
    /// inhibitAnyPolicy.
    InhibitAnyPolicy,
    /// `thisUpdate`.
    ThisUpdate,
    /// `nextUpdate`.
    NextUpdate,
    /// `revokedCertificates`.
    RevokedCertificates,
    /// The extensions of an entry of `revokedCertificates`.
    EntryExtensions,
    /// cRLNumber.
    CrlNumber,
    /// issuingDistributionPoint.
    IssuingDistributionPoint,
    /// `responseStatus`.
    ResponseStatus,
    /// `responseBytes`.
    ResponseBytes,
    /// `responderID`.
    ResponderId,
    /// `producedAt`.
    ProducedAt,
    /// `responses`, the single answers.
    Responses,
    /// The certificates that an OCSP response or a CMS message brings along.
    Certificates,
    /// The nonce.
    Nonce,
    /// `digestAlgorithms` of a CMS message.
    DigestAlgorithms,
    /// `contentType` or `eContentType`.
    ContentType,
    /// `eContent`.
    Content,
    /// `crls` of a CMS message.
    Crls,
    /// `signerInfos`.
    Signers,
    /// `signedAttrs`.
    SignedAttributes,
    /// `unsignedAttrs`.
    UnsignedAttributes,
}

impl core::fmt::Display for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Whole => "whole",
            Self::Version => "version",
            Self::SerialNumber => "serial number",
            Self::Algorithm => "signature algorithm",
            Self::Issuer => "issuer",
            Self::Validity => "validity",
            Self::Subject => "subject",
            Self::PublicKey => "public key",
            Self::Extensions => "extensions",
            Self::Signature => "signature",
            Self::KeyUsage => "keyUsage",
            Self::ExtendedKeyUsage => "extKeyUsage",
            Self::CertificatePolicies => "certificatePolicies",
            Self::BasicConstraints => "basicConstraints",
            Self::SubjectKeyIdentifier => "subjectKeyIdentifier",
            Self::AuthorityKeyIdentifier => "authorityKeyIdentifier",
            Self::SubjectAltName => "subjectAltName",
            Self::IssuerAltName => "issuerAltName",
            Self::CrlDistributionPoints => "cRLDistributionPoints",
            Self::AuthorityInfoAccess => "authorityInfoAccess",
            Self::NameConstraints => "nameConstraints",
            Self::PolicyMappings => "policyMappings",
            Self::PolicyConstraints => "policyConstraints",
            Self::InhibitAnyPolicy => "inhibitAnyPolicy",
            Self::ThisUpdate => "thisUpdate",
            Self::NextUpdate => "nextUpdate",
            Self::RevokedCertificates => "revokedCertificates",
            Self::EntryExtensions => "extensions of an entry",
            Self::CrlNumber => "cRLNumber",
            Self::IssuingDistributionPoint => "issuingDistributionPoint",
            Self::ResponseStatus => "responseStatus",
            Self::ResponseBytes => "responseBytes",
            Self::ResponderId => "responderID",
            Self::ProducedAt => "producedAt",
            Self::Responses => "responses",
            Self::Certificates => "certificates",
            Self::Nonce => "nonce",
            Self::DigestAlgorithms => "digest algorithms",
            Self::ContentType => "content type",
            Self::Content => "content",
            Self::Crls => "CRLs",
            Self::Signers => "signers",
            Self::SignedAttributes => "signed attributes",
            Self::UnsignedAttributes => "unsigned attributes",
        })
    }
}
