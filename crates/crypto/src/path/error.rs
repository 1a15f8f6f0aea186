//! Why a certificate is not trusted.

use crate::asn1;
use crate::key::VerifyError;
use crate::time::UnixTime;
use core::fmt;

/// Why no path leads from a certificate to a trust anchor: what is wrong, and with which certificate.
///
/// When several paths were tried, the error is of the one that came furthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}")]
pub struct Error {
    kind: ErrorKind,
    position: Position,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, position: Position) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The certificate that it is wrong with.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }
}

/// A certificate of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Position {
    /// The certificate that was to be validated.
    Leaf,
    /// An authority between it and the anchor.
    Intermediate {
        /// Its place among the hints, from 0 on.
        hint: usize,
    },
    /// A trust anchor.
    Anchor {
        /// Its place among the anchors, from 0 on.
        index: usize,
    },
    /// The certificate of an anchor that is being made.
    NewAnchor,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.write_str("the certificate"),
            Self::Intermediate { hint } => write!(f, "intermediate certificate {}", hint + 1),
            Self::Anchor { index } => write!(f, "trust anchor {}", index + 1),
            Self::NewAnchor => f.write_str("the anchor's certificate"),
        }
    }
}

/// What is wrong with a certificate of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Part of it is malformed.
    #[error("{0}")]
    Malformed(#[from] asn1::Error),
    /// It begins later than the stated time.
    #[error("not in force before {not_before}; the stated time is {at}")]
    NotYetInForce {
        /// The stated time.
        at: UnixTime,
        /// The first second of its validity period.
        not_before: UnixTime,
    },
    /// It ended before the stated time.
    #[error("expired at {not_after}; the stated time is {at}")]
    Expired {
        /// The stated time.
        at: UnixTime,
        /// The last second of its validity period.
        not_after: UnixTime,
    },
    /// Nobody of its issuer's name and key is trusted, or leads to somebody who is.
    #[error("the issuer is unknown")]
    UnknownIssuer,
    /// An anchor or hint has the key that it names as its issuer's, and another name (RFC 5280 §6.1.3 a 4).
    #[error("the issuer's key has another name than the certificate says")]
    IssuerName,
    /// All candidates of the issuer's name have another key identifier, or another issuer and serial number, than the
    /// certificate names (RFC 5280 §4.2.1.1).
    #[error("the issuer has another key than the certificate names")]
    KeyIdentifier,
    /// Its signature was not made with the issuer's key, or by an algorithm that is not accepted.
    #[error("its signature is not accepted: {0}")]
    Signature(VerifyError),
    /// Its signature algorithm is not accepted: SHA-1 and older, or unknown.
    #[error(
        "signed by an algorithm that is not accepted: SHA-256, SHA-384 and SHA-512 with RSA or ECDSA are taken"
    )]
    SignatureAlgorithm,
    /// Its own key is none to trust a signature of: see [`crate::PublicKey::check`] and [`crate::PublicKey::is_roca`].
    #[error(
        "its key is malformed or weak: RSA of 2048 to 4096 bits and the curves P-256 and P-384 are taken"
    )]
    WeakKey,
    /// Its keyUsage is not that of the purpose.
    #[error("its key usage is not that of the purpose")]
    KeyUsage,
    /// Its extKeyUsage is not that of the purpose.
    #[error("its extended key usage is not that of the purpose")]
    ExtendedKeyUsage,
    /// Its certificate policies are not those that were asked for, or an authority above it does not stand for them.
    #[error("its certificate policy is not the one asked for")]
    Policy,
    /// The anchor certifies for another purpose.
    #[error("the anchor certifies for another purpose")]
    AnchorPurpose,
    /// It may not issue certificates: basicConstraints absent or false, or keyUsage without keyCertSign (RFC 5280 §6.1.4 k, n).
    #[error("not an authority that may issue certificates")]
    NotAnAuthority,
    /// It is an authority's, where a person's was asked for.
    #[error("an authority's certificate")]
    Authority,
    /// keyCertSign or a path length without being an authority (RFC 5280 §4.2.1.9).
    #[error("contradicts itself on being an authority")]
    Contradiction,
    /// More authorities below it than its path length allows (RFC 5280 §6.1.4 l).
    #[error("more authorities below it than its path length allows")]
    PathLength,
    /// The path would be longer than the profile allows.
    #[error("the path would be longer than the profile allows")]
    Depth,
    /// A critical extension that is not known here (RFC 5280 §4.2).
    #[error("a critical extension that is not known")]
    UnknownCriticalExtension,
    /// One of its names is not within the name constraints of an authority above it (RFC 5280 §6.1.3 b, c).
    #[error("a name that an authority above it may not certify")]
    NameConstraint,
    /// An extension that restricts the path in a way that the profile does not evaluate: name constraints, policy mappings,
    /// policy constraints, inhibitAnyPolicy.
    #[error("a restriction of the path that is not evaluated")]
    NotEvaluated,
    /// An extension that has to be critical is not (RFC 5280 §4.2.1.9, §4.2.1.6).
    #[error("an extension that has to be critical is not")]
    NotCritical(asn1::Field),
    /// An extension that has to be there is absent (RFC 5280 §4.2.1.1, §4.2.1.2).
    #[error("an extension that has to be there is absent: {0}")]
    MissingExtension(asn1::Field),
    /// A name that may not be empty is (RFC 5280 §4.1.2.4, §4.1.2.6).
    #[error("an empty name: {0}")]
    EmptyName(asn1::Field),
    /// More work than the profile allows: certificates, or signature checks.
    #[error("more certificates or signature checks than the profile allows")]
    Budget,
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Malformed, or against the rules for any certificate.
    Malformed,
    /// Outside its validity period.
    Time,
    /// Nobody trusted issued it.
    UnknownIssuer,
    /// A signature or key that is not accepted.
    Signature,
    /// Made for something else.
    Purpose,
    /// Under another certificate policy.
    Policy,
    /// Issued by somebody who may not, or restricted.
    Constraint,
    /// Too much work.
    Budget,
}

impl ErrorKind {
    /// What kind of thing is wrong.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Malformed(_)
            | Self::Contradiction
            | Self::NotCritical(_)
            | Self::MissingExtension(_)
            | Self::EmptyName(_) => Class::Malformed,
            Self::NotYetInForce { .. } | Self::Expired { .. } => Class::Time,
            Self::UnknownIssuer | Self::IssuerName | Self::KeyIdentifier => Class::UnknownIssuer,
            Self::Signature(_) | Self::SignatureAlgorithm | Self::WeakKey => Class::Signature,
            Self::KeyUsage | Self::ExtendedKeyUsage | Self::AnchorPurpose | Self::Authority => Class::Purpose,
            Self::Policy => Class::Policy,
            Self::NotAnAuthority
            | Self::PathLength
            | Self::Depth
            | Self::UnknownCriticalExtension
            | Self::NameConstraint
            | Self::NotEvaluated => Class::Constraint,
            Self::Budget => Class::Budget,
        }
    }

    /// How far a path came that ended so: of several failures the one with the highest number is told.
    pub(super) const fn progress(&self) -> u8 {
        match self {
            Self::UnknownIssuer => 0,
            Self::IssuerName | Self::Depth => 1,
            Self::KeyIdentifier => 2,
            Self::Signature(_) => 3,
            _ => 4,
        }
    }
}
