//! Where revocation data comes from, and the verdict over what came.

use super::index::IndexRef;
use super::ocsp::{Proven, Reply, Response};
use super::{Crl, CrlIndex, Freshness, Issuer, Revocation, Status, Why, scope};
use crate::asn1::{Error, ErrorKind, Field};
use crate::certificate::{Certificate, Name};
use crate::path::TrustedCertificate;
use crate::time::UnixTime;
use alloc::vec::Vec;

/// CRLs and OCSP responses whose signatures are checked for one certificate: one or two each. What is of another issuer
/// or for another distribution point does not count.
const MAX_SIGNED: usize = 32;
/// Refusals that are kept for one certificate.
const MAX_REFUSED: usize = 64;

/// Where CRLs and OCSP responses come from: a folder, a database, a responder. Nothing that it offers is believed
/// before it was checked, so a source can keep the state of a certificate unknown, and nothing worse.
pub trait Source {
    /// Hands to `take` whatever it has that may be about this certificate, in any order. Lists of other issuers and of
    /// other distribution points do no harm. Of what is about the certificate, 32 are looked at; more leave its state
    /// unknown.
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
    /// An OCSP response, DER.
    Ocsp {
        /// What the responder sent.
        response: &'o [u8],
        /// The nonce of the request, if it had one: a response without it is then refused.
        nonce: Option<&'o [u8]>,
    },
}

/// A source of CRLs and OCSP responses that the caller holds in memory.
#[derive(Clone, Debug, Default)]
pub struct Given {
    crls: Vec<Vec<u8>>,
    responses: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Given {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { crls: Vec::new(), responses: Vec::new() }
    }

    /// The same with one more CRL, DER.
    #[must_use]
    pub fn with_crl(mut self, der: Vec<u8>) -> Self {
        self.crls.push(der);
        self
    }

    /// The same with one more OCSP response, DER, and the nonce of its request, if it had one.
    #[must_use]
    pub fn with_ocsp(mut self, response: Vec<u8>, nonce: Option<Vec<u8>>) -> Self {
        self.responses.push((response, nonce));
        self
    }
}

impl Source for Given {
    fn offer(&self, _: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        for crl in &self.crls {
            take(Offer::Crl(crl));
        }
        for (response, nonce) in &self.responses {
            take(Offer::Ocsp { response, nonce: nonce.as_deref() });
        }
        Ok(())
    }
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
    /// An OCSP response.
    Ocsp {
        /// When it was signed.
        produced_at: UnixTime,
        /// Whether a delegate of the issuer signed it, not the issuer.
        delegated: bool,
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
        signed: 0,
        revoked: None,
        good: None,
        delta: false,
        refused: Vec::new(),
    };
    let asked = source.offer(&query, &mut |offer| judge.take(offer));
    judge.verdict(asked)
}

/// The verdict on a certificate and on the authorities above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// All in one: revoked when any of them is, else unknown when that of any is, else good.
    pub status: Status,
    /// One by one: the certificate first, then its issuer, up to the one that the anchor issued. The anchor itself is
    /// trusted because the caller says so, and is not looked at.
    pub certificates: Vec<Checked>,
}

impl Report {
    /// The verdict on the certificate itself.
    #[must_use]
    pub fn certificate(&self) -> Option<&Checked> {
        self.certificates.first()
    }
}

/// The state at `at` of a certificate with a path to an anchor, and of every authority on that path below the anchor.
///
/// `at` is the time that the answers have to be fresh at: now, as a rule. See [`Revocation::when`] for certificates that
/// were revoked later than a signature was made. Signatures are checked with the backend of the validator.
pub fn check(
    trusted: &TrustedCertificate<'_>,
    source: &dyn Source,
    freshness: Freshness,
    at: UnixTime,
) -> Report {
    let anchor = Ok(Issuer::from_anchor(trusted.anchor()));
    let issuers = trusted.chain().iter().map(Issuer::from_certificate).chain([anchor]);
    let issuers: Vec<_> =
        issuers.map(|issuer| issuer.map(|issuer| issuer.with_backend(trusted.backend()))).collect();
    let path = core::iter::once(trusted.certificate()).chain(trusted.chain());
    let certificates: Vec<_> = path
        .zip(&issuers)
        .map(|(certificate, issuer)| match issuer {
            Ok(issuer) => check_under_all_keys(certificate, issuer, &issuers, source, freshness, at),
            Err(error) => unreadable(*error),
        })
        .collect();
    // Of several equally bad ones, the one nearest to the certificate.
    let worst = certificates.iter().rev().map(|checked| checked.status).max_by_key(|status| match status {
        Status::Good => 0,
        Status::Unknown(_) => 1,
        Status::Revoked(_) => 2,
    });
    Report { status: worst.unwrap_or(Status::Unknown(Why::NothingOffered)), certificates }
}

/// The state of one certificate. An authority that changed its key is in the path with both, and may sign its lists with
/// either (RFC 5280 §6.3.3 f); when one key leaves the state unknown, the other may tell it.
fn check_under_all_keys(
    certificate: &Certificate<'_>,
    issuer: &Issuer<'_>,
    path: &[Result<Issuer<'_>, Error>],
    source: &dyn Source,
    freshness: Freshness,
    at: UnixTime,
) -> Checked {
    let others =
        path.iter().flatten().filter(|other| *other != issuer && other.name().matches(&issuer.name()));
    let own = check_certificate(certificate, issuer, source, freshness, at);
    others.fold(own, |found, other| {
        let next = check_certificate(certificate, other, source, freshness, at);
        match (&found.status, &next.status) {
            (Status::Revoked(_), _) | (_, Status::Unknown(_)) => found,
            (Status::Unknown(_), _) | (_, Status::Revoked(_)) => next,
            (Status::Good, Status::Good) => found,
        }
    })
}

fn unreadable(error: Error) -> Checked {
    let why = Why::Unreadable(error);
    Checked { status: Status::Unknown(why), evidence: None, refused: Vec::from([why]) }
}

/// Takes offers and keeps what they prove.
struct Judge<'q> {
    query: Query<'q>,
    freshness: Freshness,
    at: UnixTime,
    signed: usize,
    revoked: Option<(Revocation, Evidence)>,
    good: Option<Evidence>,
    delta: bool,
    refused: Vec<Why>,
}

impl Judge<'_> {
    fn take(&mut self, offer: Offer<'_>) {
        let answer = match offer {
            Offer::Crl(der) => self.crl(der),
            Offer::Index(index) => self.index(index),
            Offer::Ocsp { response, nonce } => self.ocsp(response, nonce),
        };
        match answer {
            Ok((Some(revocation), evidence)) => self.revoked = Some((revocation, evidence)),
            Ok((None, evidence)) => {
                if self.good.as_ref().is_none_or(|good| good.this_update < evidence.this_update) {
                    self.good = Some(evidence);
                }
            }
            Err(why) if self.refused.len() < MAX_REFUSED => self.refused.push(why),
            Err(_) => {}
        }
    }

    fn crl(&mut self, der: &[u8]) -> Result<(Option<Revocation>, Evidence), Why> {
        match Crl::parse_frame(der) {
            Ok(crl) => {
                self.check_crl(&crl)?;
                let index = CrlIndex::build(der).map_err(Why::Unreadable)?;
                index.by_ref().check_issuer(&crl, self.query.issuer)?;
                self.listed(&crl, index.by_ref())
            }
            Err(_)
                if Crl::peek_issuer(der).is_some_and(|issuer| !issuer.matches(&self.query.issuer.name())) =>
            {
                Err(Why::OtherIssuer)
            }
            Err(error) => {
                self.delta |= error.kind() == ErrorKind::Delta && self.is_our_delta(der);
                Err(Why::Unreadable(error))
            }
        }
    }

    fn index(&mut self, index: IndexRef<'_>) -> Result<(Option<Revocation>, Evidence), Why> {
        let crl = index.crl().map_err(Why::Unreadable)?;
        self.check_crl(&crl)?;
        index.check_issuer(&crl, self.query.issuer)?;
        self.listed(&crl, index)
    }

    /// The cheap checks: a signature is over megabytes.
    fn check_crl(&mut self, crl: &Crl<'_>) -> Result<(), Why> {
        crl.check_covers(self.query.certificate)?;
        crl.check_time(self.freshness, self.at)?;
        self.spend()
    }

    /// One signature of the budget.
    const fn spend(&mut self) -> Result<(), Why> {
        self.signed += 1;
        if self.signed > MAX_SIGNED { Err(Why::TooMany) } else { Ok(()) }
    }

    fn listed(&self, crl: &Crl<'_>, index: IndexRef<'_>) -> Result<(Option<Revocation>, Evidence), Why> {
        let entry = index.lookup(self.query.certificate.serial());
        let revocation = entry.map(|entry| entry.revocation()).transpose().map_err(Why::Unreadable)?;
        let evidence = Evidence {
            kind: EvidenceKind::Crl { number: crl.number().to_vec() },
            this_update: crl.this_update(),
            next_update: crl.next_update(),
        };
        Ok((revocation, evidence))
    }

    /// Whether this is a delta CRL that the issuer really made and that is in force: it may revoke the certificate.
    fn is_our_delta(&self, der: &[u8]) -> bool {
        Crl::parse_delta_frame(der).is_ok_and(|delta| {
            delta.check_issuer(self.query.issuer).is_ok() && delta.check_time(self.freshness, self.at).is_ok()
        })
    }

    fn ocsp(&mut self, der: &[u8], nonce: Option<&[u8]>) -> Result<(Option<Revocation>, Evidence), Why> {
        let response = match Response::parse_reply(der).map_err(Why::Unreadable)? {
            Reply::Basic(response) => response,
            Reply::Refusal(status) => return Err(Why::NoAnswer(status)),
        };
        let Query { certificate, issuer } = self.query;
        self.spend()?;
        let proven = response.check(certificate, issuer, nonce, self.freshness, self.at)?;
        let Proven { revocation, this_update, next_update, produced_at, delegated } = proven;
        let kind = EvidenceKind::Ocsp { produced_at, delegated };
        Ok((revocation, Evidence { kind, this_update, next_update }))
    }

    fn verdict(self, asked: Result<(), SourceError>) -> Checked {
        let Self { revoked, good, delta, refused, signed, .. } = self;
        let unknown = |why| (Status::Unknown(why), None);
        let (status, evidence) = match (revoked, good) {
            (Some((revocation, evidence)), _) => (Status::Revoked(revocation), Some(evidence)),
            _ if delta => unknown(Why::DeltaPublished),
            _ if signed > MAX_SIGNED => unknown(Why::TooMany),
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
        // No CRL at all, as it seems.
        Why::Unreadable(error) if matches!(error.field(), Field::Whole) => 0,
        Why::OutOfScope => 1,
        _ => 2,
    }
}
