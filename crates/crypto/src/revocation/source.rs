//! Where revocation data comes from, and the verdict over what came.

use super::index::IndexRef;
use super::{Crl, CrlIndex, Freshness, Issuer, Revocation, Status, Why, scope};
use crate::asn1::{Error, ErrorKind, Field};
use crate::certificate::{Certificate, Name};
use crate::time::UnixTime;
use alloc::vec::Vec;

/// CRLs and OCSP responses that are looked at for one certificate, each with one or two signatures.
const MAX_OFFERS: usize = 32;

/// Where CRLs and OCSP responses come from: a folder, a database, a responder. Nothing that it offers is believed
/// before it was checked, so a source can keep the state of a certificate unknown, and nothing worse.
pub trait Source {
    /// Hands to `take` whatever it has that may be about this certificate, in any order. Too much does no harm, up to
    /// 32 offers.
    ///
    /// # Errors
    /// [`SourceError`] when it could not look. What was offered before counts all the same.
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError>;
}

/// A source could not look. What went wrong is the source's to tell: it knows its own ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source of revocation data could not be asked")]
pub struct SourceError;

/// The certificate that a source is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Query<'q> {
    certificate: &'q Certificate<'q>,
    issuer: &'q Issuer<'q>,
}

impl<'q> Query<'q> {
    /// The certificate.
    #[must_use]
    pub const fn certificate(&self) -> &'q Certificate<'q> {
        self.certificate
    }

    /// Its issuer.
    #[must_use]
    pub const fn issuer(&self) -> &'q Issuer<'q> {
        self.issuer
    }

    /// The directory names of the certificate's CRL distribution points.
    ///
    /// # Errors
    /// [`Error`] when the extension is there and malformed.
    pub fn distribution_points(&self) -> Result<Vec<Name<'q>>, Error> {
        let mut points = Vec::new();
        scope::points_of(&self.certificate.extensions(), |name| points.push(name))?;
        Ok(points)
    }
}

/// One thing that a source has.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Offer<'o> {
    /// A CRL, DER.
    Crl(&'o [u8]),
    /// A CRL that was indexed before.
    Index(IndexRef<'o>),
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What kind of answer it was.
    pub kind: EvidenceKind,
    /// When the answer was made.
    pub this_update: UnixTime,
    /// When a newer one is due.
    pub next_update: UnixTime,
}

/// The kinds of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A CRL.
    Crl {
        /// Its number, big-endian, without leading zeros.
        number: Vec<u8>,
    },
}

/// The verdict on one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Good, revoked or unknown.
    pub status: Status,
    /// What says so; `None` when the state is unknown.
    pub evidence: Option<Evidence>,
    /// Why answers that were offered could not be used, in the order of the offers.
    pub refused: Vec<Why>,
}

/// The state of one certificate of this issuer at `at`, after all that `source` has.
///
/// That the issuer really issued the certificate is not looked at. An answer that says revoked outweighs any that does
/// not; a certificate counts as revoked from the moment it is listed, whatever date the entry gives.
pub fn check_certificate(
    certificate: &Certificate<'_>,
    issuer: &Issuer<'_>,
    source: &dyn Source,
    freshness: Freshness,
    at: UnixTime,
) -> Checked {
    let query = Query { certificate, issuer };
    let mut judge = Judge {
        query,
        freshness,
        at,
        offers: 0,
        revoked: None,
        good: None,
        delta: false,
        refused: Vec::new(),
    };
    let asked = source.offer(&query, &mut |offer| judge.take(offer));
    judge.verdict(asked)
}

/// Takes offers and keeps what they prove.
struct Judge<'q> {
    query: Query<'q>,
    freshness: Freshness,
    at: UnixTime,
    offers: usize,
    revoked: Option<(Revocation, Evidence)>,
    good: Option<Evidence>,
    delta: bool,
    refused: Vec<Why>,
}

impl Judge<'_> {
    fn take(&mut self, offer: Offer<'_>) {
        self.offers += 1;
        if self.offers > MAX_OFFERS {
            return;
        }
        let answer = match offer {
            Offer::Crl(der) => self.crl(der),
            Offer::Index(index) => self.index(index),
        };
        match answer {
            Ok((Some(revocation), evidence)) => self.revoked = Some((revocation, evidence)),
            Ok((None, evidence)) => {
                if self.good.as_ref().is_none_or(|good| good.this_update < evidence.this_update) {
                    self.good = Some(evidence);
                }
            }
            Err(why) => self.refused.push(why),
        }
    }

    fn crl(&mut self, der: &[u8]) -> Result<(Option<Revocation>, Evidence), Why> {
        match CrlIndex::build(der) {
            Ok(index) => self.index(index.by_ref()),
            Err(error) => {
                self.delta |= error.kind() == ErrorKind::Delta
                    && error.field() == Field::Extensions
                    && self.is_our_delta(der);
                Err(Why::Unreadable(error))
            }
        }
    }

    /// Whether this is a delta CRL that the issuer really made and that is in force: it may revoke the certificate.
    fn is_our_delta(&self, der: &[u8]) -> bool {
        Crl::parse_delta_frame(der).is_ok_and(|delta| {
            delta.check_issuer(self.query.issuer).is_ok() && delta.check_time(self.freshness, self.at).is_ok()
        })
    }

    fn index(&self, index: IndexRef<'_>) -> Result<(Option<Revocation>, Evidence), Why> {
        let crl = index.crl().map_err(Why::Unreadable)?;
        let certificate = self.query.certificate;
        // Cheap things first: the signature is over megabytes.
        crl.check_covers(certificate)?;
        crl.check_time(self.freshness, self.at)?;
        index.check_issuer(&crl, self.query.issuer)?;
        let revocation = index.lookup(certificate.serial()).map(|entry| Revocation {
            reason: entry.reason,
            when: entry.when,
            invalid_since: entry.invalid_since,
        });
        let evidence = Evidence {
            kind: EvidenceKind::Crl { number: crl.number().to_vec() },
            this_update: crl.this_update(),
            next_update: crl.next_update(),
        };
        Ok((revocation, evidence))
    }

    fn verdict(self, asked: Result<(), SourceError>) -> Checked {
        let Self { revoked, good, delta, refused, offers, .. } = self;
        let unknown = |why| (Status::Unknown(why), None);
        let (status, evidence) = match (revoked, good) {
            (Some((revocation, evidence)), _) => (Status::Revoked(revocation), Some(evidence)),
            _ if delta => unknown(Why::DeltaPublished),
            _ if offers > MAX_OFFERS => unknown(Why::TooMany),
            (None, Some(evidence)) => (Status::Good, Some(evidence)),
            (None, None) => unknown(match refused.iter().max_by_key(|why| weight(why)) {
                Some(why) => *why,
                None if asked.is_err() => Why::SourceFailed,
                None => Why::NothingOffered,
            }),
        };
        Checked { status, evidence, refused }
    }
}

/// How much a reason tells: that something is about other certificates tells little.
const fn weight(why: &Why) -> u8 {
    match why {
        Why::OtherIssuer | Why::NotAboutThis => 0,
        Why::OutOfScope => 1,
        _ => 2,
    }
}
