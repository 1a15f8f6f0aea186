//! A borrowed view of one CRL (RFC 5280 §5.1).

use super::entries::{Entries, Walker};
use super::scope::{PointName, Scope};
use super::{Freshness, Issuer, Why};
use crate::asn1::der::{Der, INTEGER, SEQUENCE};
use crate::asn1::{AlgorithmIdentifier, Error, ErrorKind, Field, Object, Oid, SignedFrame};
use crate::certificate::{AuthorityKeyIdentifier, Certificate, Extensions, Name, extension};
use crate::time::UnixTime;
use core::fmt;
use mynumber_apdu::tlv::Tag;

/// cRLNumber (RFC 5280 §5.2.3).
const CRL_NUMBER: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x14]);
/// deltaCRLIndicator (RFC 5280 §5.2.4).
const DELTA_CRL_INDICATOR: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x1B]);
/// issuingDistributionPoint (RFC 5280 §5.2.5).
const ISSUING_DISTRIBUTION_POINT: Oid<'static> = Oid::known(&[0x55, 0x1D, 0x1C]);
/// The most bytes of a CRL number (RFC 5280 §5.2.3).
const NUMBER_LIMIT: usize = 20;

/// One certificate revocation list, borrowed from its DER.
///
/// Version 2 only, with nextUpdate and cRLNumber as RFC 5280 §5.1.2.5 and §5.2.3 demand. Delta CRLs, indirect CRLs, CRLs
/// for some reasons only and CRLs for attribute certificates are refused, as is everything with a critical extension
/// that is not known here. The view says nothing of who made the list: see [`Crl::check_issuer`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Crl<'a> {
    raw: &'a [u8],
    tbs: &'a [u8],
    issuer: Name<'a>,
    this_update: UnixTime,
    next_update: UnixTime,
    entries: &'a [u8],
    entries_position: usize,
    number: &'a [u8],
    authority_key_identifier: Option<AuthorityKeyIdentifier<'a>>,
    scope: Scope<'a>,
    algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
}

impl<'a> Crl<'a> {
    /// The most bytes of a CRL accepted: 4 GiB less one, what four length bytes can say. Nothing is limited below that;
    /// reading takes time in proportion to the length and no memory.
    pub const MAX_LENGTH: u32 = u32::MAX;

    /// Reads the CRL that `input` is: one, and nothing after it, with every entry checked. That no serial number stands
    /// twice is left to [`CrlIndex::build`](super::CrlIndex::build), without which no verdict is given.
    ///
    /// # Errors
    /// [`Error`] with the field and the position.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        let crl = Self::parse_frame(input)?;
        let mut walker = crl.walker();
        while walker.next_serial()?.is_some() {}
        Ok(crl)
    }

    /// Reads everything but the entries.
    pub(super) fn parse_frame(input: &'a [u8]) -> Result<Self, Error> {
        Self::read_frame(input, false)
    }

    /// The same for a delta CRL too, of which only the frame is understood.
    pub(super) fn parse_delta_frame(input: &'a [u8]) -> Result<Self, Error> {
        Self::read_frame(input, true)
    }

    fn read_frame(input: &'a [u8], may_be_delta: bool) -> Result<Self, Error> {
        if u32::try_from(input.len()).is_err() {
            return Err(Error::new(ErrorKind::TooLong, Object::Crl, Field::Whole, 0));
        }
        let frame = SignedFrame::read(Object::Crl, input)?;
        let mut fields = frame.fields.in_field(Field::Version);
        version(&mut fields)?;
        let mut fields = fields.in_field(Field::Algorithm);
        frame.same_algorithm(&mut fields)?;
        let mut fields = fields.in_field(Field::Issuer);
        let issuer = Name::read(&mut fields)?;
        let mut fields = fields.in_field(Field::ThisUpdate);
        let this_update = fields.time()?;
        let mut fields = fields.in_field(Field::NextUpdate);
        let next_update = fields.time()?;
        let mut fields = fields.in_field(Field::RevokedCertificates);
        // RFC 5280 §5.1.2.6 wants the list absent when nothing is revoked; an empty one means the same.
        let (entries, entries_position) = match fields.optional(SEQUENCE)? {
            Some(list) => (list.value(), list.value_position()),
            None => (&[][..], 0),
        };
        let mut fields = fields.in_field(Field::Extensions);
        let tagged = fields.read(Tag(0xA0))?;
        let extensions = Extensions::read(&fields, tagged)?;
        fields.finish()?;
        let Known { number, scope } = known(&extensions, &fields, may_be_delta)?;
        let authority_key_identifier = extensions.authority_key_identifier()?;
        Ok(Self {
            raw: input,
            tbs: frame.tbs,
            issuer,
            this_update,
            next_update,
            entries,
            entries_position,
            number,
            authority_key_identifier,
            scope,
            algorithm: frame.algorithm,
            signature: frame.signature,
        })
    }

    /// The issuer that a CRL names, whatever else is wrong with it.
    pub(super) fn peek_issuer(input: &'a [u8]) -> Option<Name<'a>> {
        let mut file = Der::new(Object::Crl, Field::Whole, input, 0);
        let mut fields = file.enter(SEQUENCE).ok()?.enter(SEQUENCE).ok()?;
        fields.optional(INTEGER).ok()?;
        fields.read(SEQUENCE).ok()?;
        Name::read(&mut fields).ok()
    }

    pub(super) const fn walker(&self) -> Walker<'a> {
        Walker::new(self.entries, self.entries_position)
    }

    /// The whole CRL.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The signed part, tag and length included.
    #[must_use]
    pub const fn tbs(&self) -> &'a [u8] {
        self.tbs
    }

    /// The name of the issuer.
    #[must_use]
    pub const fn issuer(&self) -> Name<'a> {
        self.issuer
    }

    /// When this list was made.
    #[must_use]
    pub const fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When the next one will have been made at the latest.
    #[must_use]
    pub const fn next_update(&self) -> UnixTime {
        self.next_update
    }

    /// cRLNumber, big-endian, without leading zeros; a later list of the same scope has a higher one.
    #[must_use]
    pub const fn number(&self) -> &'a [u8] {
        self.number
    }

    /// authorityKeyIdentifier.
    #[must_use]
    pub const fn authority_key_identifier(&self) -> Option<AuthorityKeyIdentifier<'a>> {
        self.authority_key_identifier
    }

    /// The directory names of the distribution point that this list serves; none for a list of everything, or when the
    /// point is named otherwise. JPKI has one list for each municipality, named like this (CARD.md §5.2).
    pub fn distribution_points(&self) -> impl Iterator<Item = Name<'a>> + use<'a> {
        self.scope.point.into_iter().flat_map(PointName::directory_names)
    }

    /// Whether the list is for a distribution point, however named, and not for everything of its issuer.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.scope.point.is_some()
    }

    /// The entries in the order of the list.
    #[must_use]
    pub const fn entries(&self) -> Entries<'a> {
        Entries::new(self.walker())
    }

    /// The algorithm of the signature.
    #[must_use]
    pub const fn signature_algorithm(&self) -> AlgorithmIdentifier<'a> {
        self.algorithm
    }

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Checks that `issuer` made this list and may: name, key identifier, cRLSign, signature (RFC 5280 §6.3.3 f, g).
    ///
    /// # Errors
    /// [`Why`] the list must not be used.
    pub fn check_issuer(&self, issuer: &Issuer<'_>) -> Result<(), Why> {
        if !self.issuer.matches(&issuer.name()) || !issuer.is_meant_by(self.authority_key_identifier) {
            return Err(Why::OtherIssuer);
        }
        if !issuer.may_sign_crls() {
            return Err(Why::MayNotSign);
        }
        issuer.signed(&self.algorithm, self.tbs, self.signature)
    }

    /// Checks that a certificate of the same issuer is among those that this list is about: its distribution point, its
    /// kind (RFC 5280 §6.3.3 b). A list without a distribution point is about everything of its issuer.
    ///
    /// # Errors
    /// [`Why::OtherIssuer`], [`Why::OutOfScope`], or [`Why::Unreadable`] for the certificate's own extensions.
    pub fn check_covers(&self, certificate: &Certificate<'_>) -> Result<(), Why> {
        if !self.issuer.matches(&certificate.issuer()) {
            return Err(Why::OtherIssuer);
        }
        self.scope.covers(certificate)
    }

    /// Checks that this list may be used at `at`.
    ///
    /// # Errors
    /// [`Why::FromTheFuture`], [`Why::Outdated`] or [`Why::TooOld`].
    pub fn check_time(&self, freshness: Freshness, at: UnixTime) -> Result<(), Why> {
        freshness.check(self.this_update, self.next_update, at)
    }
}

impl fmt::Debug for Crl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("bytes", &self.raw.len())
            .field("issuer", &self.issuer)
            .field("this_update", &self.this_update)
            .field("next_update", &self.next_update)
            .finish_non_exhaustive()
    }
}

fn version(fields: &mut Der<'_>) -> Result<(), Error> {
    let before = *fields;
    match fields.optional(INTEGER)?.map(|number| number.value()) {
        Some([1]) => Ok(()),
        _ => Err(before.fault(ErrorKind::Version)),
    }
}

/// What the extensions say.
struct Known<'a> {
    number: &'a [u8],
    scope: Scope<'a>,
}

fn known<'a>(extensions: &Extensions<'a>, fields: &Der<'a>, may_be_delta: bool) -> Result<Known<'a>, Error> {
    for extension in extensions.iter() {
        let fault = match extension.id {
            DELTA_CRL_INDICATOR if may_be_delta => continue,
            DELTA_CRL_INDICATOR => ErrorKind::Delta,
            CRL_NUMBER | extension::AUTHORITY_KEY_IDENTIFIER if extension.critical => {
                ErrorKind::MustNotBeCritical
            }
            ISSUING_DISTRIBUTION_POINT => continue,
            _ if extension.critical => ErrorKind::UnknownCritical,
            _ => continue,
        };
        return Err(fields.fault(fault));
    }
    let missing = fields.in_field(Field::CrlNumber).fault(ErrorKind::MissingExtension);
    let mut content = extensions.content(CRL_NUMBER, Field::CrlNumber).ok_or(missing)?;
    let number = content.not_negative(NUMBER_LIMIT)?;
    content.finish()?;
    let scope = match extensions.content(ISSUING_DISTRIBUTION_POINT, Field::IssuingDistributionPoint) {
        Some(mut content) => Scope::read(&mut content)?,
        None => Scope::EVERYTHING,
    };
    Ok(Known { number, scope })
}
