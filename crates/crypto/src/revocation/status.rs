//! What is known of a certificate's state, and why it is not when it is not.

use crate::asn1;
use crate::key::VerifyError;
use crate::time::UnixTime;
use core::fmt;
use core::time::Duration;

/// The state of one certificate.
///
/// There is no fourth state: what cannot be told is [`Status::Unknown`], and a caller that goes on nevertheless does so
/// in its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An answer of the issuer that is fresh enough does not list the certificate.
    Good,
    /// The issuer has revoked the certificate.
    Revoked(Revocation),
    /// Nothing that could be used says whether the certificate is revoked.
    Unknown(Why),
}

impl Status {
    /// Whether this is [`Status::Good`].
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Good)
    }
}

/// That a certificate is revoked, since when and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Why; [`Reason::Unspecified`] also when the issuer says nothing.
    pub reason: Reason,
    /// revocationDate: when the issuer processed the revocation. It may lie after the time that was asked about: a
    /// certificate that is listed counts as revoked at any time, unless the caller looks at this field and decides
    /// otherwise for a signature that is proven to be older.
    pub when: UnixTime,
    /// invalidityDate: since when the key is suspected to be lost, or the certificate was wrong (RFC 5280 §5.3.2).
    pub invalid_since: Option<UnixTime>,
}

/// A reason of revocation (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// unspecified (0), or none given.
    Unspecified,
    /// keyCompromise (1).
    KeyCompromise,
    /// cACompromise (2).
    CaCompromise,
    /// affiliationChanged (3).
    AffiliationChanged,
    /// superseded (4).
    Superseded,
    /// cessationOfOperation (5).
    CessationOfOperation,
    /// certificateHold (6).
    CertificateHold,
    /// privilegeWithdrawn (9).
    PrivilegeWithdrawn,
    /// aACompromise (10).
    AaCompromise,
}

/// What a reason says about a My Number Card's certificate (CARD.md §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JpkiMeaning {
    /// The card was destroyed before it was handed over, or no reason is given.
    DestroyedBeforeDelivery,
    /// The holder's key may be in other hands.
    KeyCompromised,
    /// The authority's key may be in other hands: nothing that it issued is to be trusted.
    AuthorityCompromised,
    /// Name, address, birth date or sex changed: the certificate no longer says who the holder is.
    ContentChanged,
    /// A newer certificate took its place.
    Renewed,
    /// The holder no longer needs it, gave it back or died.
    NoLongerNeeded,
    /// Held because the key's safety is in doubt, as after a call to the hotline for lost cards. A hold of JPKI is never
    /// released: the certificate stays revoked, and the holder gets a new one.
    HeldForGood,
}

impl Reason {
    /// The reason with this code; `None` for a code without meaning and for removeFromCRL (8), which is no revocation.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => return None,
        })
    }

    /// The code of RFC 5280 §5.3.1.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// What JPKI means by it; `None` for the reasons that JPKI does not use.
    #[must_use]
    pub const fn jpki_meaning(self) -> Option<JpkiMeaning> {
        Some(match self {
            Self::Unspecified => JpkiMeaning::DestroyedBeforeDelivery,
            Self::KeyCompromise => JpkiMeaning::KeyCompromised,
            Self::CaCompromise => JpkiMeaning::AuthorityCompromised,
            Self::AffiliationChanged => JpkiMeaning::ContentChanged,
            Self::Superseded => JpkiMeaning::Renewed,
            Self::CessationOfOperation => JpkiMeaning::NoLongerNeeded,
            Self::CertificateHold => JpkiMeaning::HeldForGood,
            Self::PrivilegeWithdrawn | Self::AaCompromise => return None,
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        })
    }
}

/// Why the state of a certificate is not known, or why one answer could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// The source has nothing about this certificate.
    #[error("there is no CRL and no OCSP response for this certificate")]
    NothingOffered,
    /// The source could not be asked.
    #[error("the source of revocation data failed")]
    SourceFailed,
    /// The source has more than is looked at for one certificate.
    #[error("more CRLs and OCSP responses are offered for one certificate than are looked at")]
    TooMany,
    /// The bytes are not what they should be, or are of a kind that is not supported.
    #[error("{0}")]
    Unreadable(asn1::Error),
    /// Another authority issued it.
    #[error("it is of another issuer")]
    OtherIssuer,
    /// It is for another distribution point, or for another kind of certificate (RFC 5280 §6.3.3 b).
    #[error("it does not cover this certificate: another distribution point, or another kind of certificate")]
    OutOfScope,
    /// The issuer's certificate does not allow it to sign CRLs (RFC 5280 §6.3.3 f).
    #[error("the issuer may not sign CRLs")]
    MayNotSign,
    /// The signature is not the issuer's.
    #[error("its signature is not accepted: {0}")]
    Signature(VerifyError),
    /// It is from the future.
    #[error("it is from the future: {this_update}")]
    FromTheFuture {
        /// When it says that it was made.
        this_update: UnixTime,
    },
    /// A newer one should be there by now.
    #[error("it is outdated since {next_update}")]
    Outdated {
        /// When a newer one was promised.
        next_update: UnixTime,
    },
    /// It is older than the caller accepts.
    #[error("it is of {this_update}, older than accepted")]
    TooOld {
        /// When it was made.
        this_update: UnixTime,
    },
    /// It does not say until when it may be used, and the caller has set no longest age.
    #[error("it does not say until when it may be used, and no longest age is set")]
    NoEnd,
    /// The responder gives no answer (RFC 6960 §4.2.1).
    #[error("the OCSP responder refuses to answer, status {0}")]
    NoAnswer(u8),
    /// The responder does not know the certificate (RFC 6960 §2.2).
    #[error("the OCSP responder does not know the certificate")]
    NotKnownToResponder,
    /// Whoever signed the response may not answer for the issuer (RFC 6960 §4.2.2.2).
    #[error("the OCSP responder may not answer for this issuer")]
    ResponderNotAuthorised,
    /// The responder's own certificate could be revoked: it does not carry id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1).
    #[error("whether the OCSP responder's own certificate is revoked is not known")]
    ResponderMayBeRevoked,
    /// The response repeats another nonce than the one sent, or none (RFC 9654).
    #[error("the OCSP response does not repeat the nonce of the request")]
    Nonce,
    /// The response is about other certificates.
    #[error("the OCSP response is not about this certificate")]
    NotAboutThis,
    /// A delta CRL of the issuer exists. Deltas are not read, so nobody can say what it revokes.
    #[error("the issuer has published a delta CRL, which is not supported")]
    DeltaPublished,
}

/// How new an answer has to be.
///
/// Whatever is asked for here, an answer is not used after its nextUpdate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The most time since thisUpdate; `None` leaves it to nextUpdate. JPKI renews its CRLs daily.
    pub max_age: Option<Duration>,
    /// How far clocks may differ: an answer from that far in the future is still taken, and that much is added to
    /// `max_age`. Nothing is added to nextUpdate.
    pub clock_skew: Duration,
}

impl Default for Freshness {
    /// Until nextUpdate, clocks five minutes apart.
    fn default() -> Self {
        Self { max_age: None, clock_skew: Duration::from_secs(300) }
    }
}

impl Freshness {
    /// Until nextUpdate, and not older than `max_age`.
    #[must_use]
    pub fn within(max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..Self::default() }
    }

    /// Whether an answer of these times may be used at `at`.
    pub(crate) fn check(self, this_update: UnixTime, next_update: UnixTime, at: UnixTime) -> Result<(), Why> {
        self.check_start(this_update, at)?;
        if at > next_update || next_update < this_update {
            return Err(Why::Outdated { next_update });
        }
        match self.oldest() {
            Some(oldest) if age(this_update, at) > oldest => Err(Why::TooOld { this_update }),
            _ => Ok(()),
        }
    }

    /// Whether something of this time may be known at `at`.
    pub(crate) fn check_start(self, this_update: UnixTime, at: UnixTime) -> Result<(), Why> {
        if age(at, this_update) > seconds(self.clock_skew) {
            return Err(Why::FromTheFuture { this_update });
        }
        Ok(())
    }

    /// Until when an answer may be used that need not say so itself.
    pub(crate) fn end(self, this_update: UnixTime, next_update: Option<UnixTime>) -> Result<UnixTime, Why> {
        let oldest = || Some(UnixTime::from_seconds(this_update.seconds().saturating_add(self.oldest()?)));
        next_update.or_else(oldest).ok_or(Why::NoEnd)
    }

    /// The most seconds since thisUpdate.
    fn oldest(self) -> Option<i64> {
        self.max_age.map(|max| seconds(max).saturating_add(seconds(self.clock_skew)))
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Seconds from `start` to `end`; negative when it is the other way round.
const fn age(start: UnixTime, end: UnixTime) -> i64 {
    end.seconds().saturating_sub(start.seconds())
}

#[cfg(test)]
mod tests {
    use super::{Freshness, JpkiMeaning, Reason, Why};
    use crate::time::UnixTime;
    use core::time::Duration;

    #[test]
    fn codes_of_reasons_convert_both_ways_and_8_is_no_revocation() {
        let known: std::vec::Vec<u8> = (0..=255).filter(|code| Reason::from_code(*code).is_some()).collect();
        assert_eq!(known, [0, 1, 2, 3, 4, 5, 6, 9, 10]);
        assert!(known.iter().all(|code| Reason::from_code(*code).unwrap().code() == *code));
        assert_eq!(Reason::CertificateHold.jpki_meaning(), Some(JpkiMeaning::HeldForGood));
        assert_eq!(Reason::AaCompromise.jpki_meaning(), None);
    }

    #[test]
    fn an_answer_counts_from_this_update_to_next_update_and_no_second_longer() {
        let at = UnixTime::from_seconds;
        let exact = Freshness { max_age: None, clock_skew: Duration::ZERO };
        let check = |freshness: Freshness, now| freshness.check(at(1000), at(2000), at(now));
        assert_eq!(check(exact, 1000), Ok(()));
        assert_eq!(check(exact, 2000), Ok(()));
        assert_eq!(check(exact, 999), Err(Why::FromTheFuture { this_update: at(1000) }));
        assert_eq!(check(exact, 2001), Err(Why::Outdated { next_update: at(2000) }));
        let skewed =
            Freshness { max_age: Some(Duration::from_secs(500)), clock_skew: Duration::from_secs(10) };
        assert_eq!(check(skewed, 990), Ok(()));
        assert_eq!(check(skewed, 989), Err(Why::FromTheFuture { this_update: at(1000) }));
        assert_eq!(check(skewed, 1510), Ok(()));
        assert_eq!(check(skewed, 1511), Err(Why::TooOld { this_update: at(1000) }));
        let backwards = exact.check(at(2000), at(1000), at(1500));
        assert!(backwards.is_err());
        let extremes = Freshness { max_age: Some(Duration::MAX), clock_skew: Duration::MAX };
        assert_eq!(extremes.check(at(i64::MIN), at(i64::MAX), at(i64::MAX)), Ok(()));
    }
}
