//! Certificates issued anew, with keys that the chip makes itself, and contents rewritten.
//!
//! Each of these goes the same way: the chip makes a key, not yet in force; the authority certifies it; the store learns that the
//! certificate exists and that the old one is revoked; the card takes keys, certificates and contents in one write, and then the
//! numbers that open the contents; the store learns that it did. An interruption leaves the case unfinished, and doing it once
//! more from the beginning finishes it.

use mynumber_applet::content::CertificateAvailabilityRepr;
use mynumber_applet::{DataObjectId, Date, FileId};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;
use mynumber_virtual_card::Image;

use super::super::Desk;
use super::super::certificates::{BOTH, end_of, file, is_usable, key};
use super::super::deliver::set;
use super::super::error::{DeskError, Reason};
use super::super::pins::NewPins;
use super::super::prepare::Delivered;
use super::super::rule::Rule;
use super::super::stage::{At, Stage};
use super::super::work::on_card;
use super::certifying::{Certifying, OnCard};
use super::numbers::Numbers;
use crate::application::Particulars;
use crate::issuer::{Contents, IssuerSession, PublicKey};
use crate::lifecycle::{State, Step};
use crate::person::Person;
use crate::personalise::{Dates, PersonaliseError, certificate_anew, contents_anew};
use crate::pki::Kind;
use crate::store::{CertificateEvent, Change, IssuedCertificate, StoreError};
use crate::validity::{
    card_expiry, certificate_expiry, date_in_japan, end_of_date, is_renewal_time, renewed_certificate_expiry,
};

/// What is done in one go.
pub(super) struct Work<'a> {
    pub(super) begin: Step,
    pub(super) finish: Step,
    pub(super) detail: &'static str,
    /// For what certificates are issued.
    pub(super) purposes: Vec<Purpose>,
    /// Why those before them are revoked.
    pub(super) reason: Revocation,
    /// What lies on the card, where that was read.
    pub(super) on_card: Option<&'a OnCard>,
    /// Whether the contents are rewritten.
    pub(super) rewrite: Rewrite,
    /// What the record says from now on.
    pub(super) changed: Option<&'a Particulars>,
    /// PINs that are set with it.
    pub(super) pins: Option<&'a NewPins>,
}

/// When contents are rewritten.
#[derive(Clone, Copy)]
pub(super) enum Rewrite {
    /// They are what is changed.
    Always,
    /// A change that was broken off may have left them behind.
    IfItDiffers,
    /// They are not touched.
    Never,
}

pub(super) fn usable(certificates: &[IssuedCertificate], purposes: &[Purpose]) -> Vec<Purpose> {
    purposes.iter().copied().filter(|purpose| is_usable(certificates, *purpose)).collect()
}

/// The last day of the card from now on: another one only when the period of stay has changed.
fn new_expiry<S: Stage>(at: &At<S>, before: &Particulars, now: &Particulars) -> Result<Date, Reason> {
    let unknown = Reason::Rule(Rule::ExpiryUnknown);
    if before.end_of_stay == now.end_of_stay {
        return at.case().expiry.ok_or(unknown);
    }
    let registered = date_in_japan(at.case().registered).ok_or(StoreError::Time)?;
    card_expiry(now.birth_date, registered, now.end_of_stay).ok_or(Reason::Rule(Rule::StayEnded))
}

/// Until when new certificates hold.
fn dates(
    now: UnixTime,
    person: &Person,
    card: Date,
    certificates: &[IssuedCertificate],
) -> Result<Dates, Reason> {
    let issued = date_in_japan(now).ok_or(StoreError::Time)?;
    let old =
        BOTH.into_iter().filter_map(|purpose| end_of(certificates, purpose)).filter_map(date_in_japan).min();
    let end = match old {
        Some(old) if is_renewal_time(old, issued) => {
            renewed_certificate_expiry(person.birth_date, issued, old, card)
        }
        _ => certificate_expiry(person.birth_date, issued, card),
    };
    let end = end.filter(|end| *end >= issued).and_then(end_of_date);
    let end = end.ok_or(Reason::Rule(Rule::CardExpired))?;
    Ok(Dates { now, issued, card, certificates: end })
}

/// Everything that is written, made before anything is.
struct Made {
    certificates: Vec<(Purpose, Vec<u8>)>,
    delivered: Vec<Delivered>,
}

pub(super) fn run<S: Stage, B: Stage, F: Stage>(
    at: &At<S>,
    certificates: &[IssuedCertificate],
    work: &Work<'_>,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<F>, DeskError> {
    let card = at.card()?;
    let before = at.resident(desk.store)?;
    let now = work.changed.unwrap_or(&before);
    let refused = |reason: Reason, desk: &mut Desk<'_>| at.stopped(desk.store, F::STATE, reason);
    let expiry = new_expiry(at, &before, now).map_err(|reason| refused(reason, desk))?;
    let person = with.person(now, &card, expiry).map_err(|reason| refused(reason, desk))?;
    let dates = dates(desk.by.at, &person, expiry, certificates).map_err(|reason| refused(reason, desk))?;
    let contents = contents(work, &person, dates, with).map_err(|reason| refused(reason, desk))?;
    let numbers = numbers::<S>(work, &person, expiry).map_err(|reason| refused(reason, desk))?;
    let Desk { store, issuer, by } = desk;
    let outcome = on_card(*issuer, &card, |session| {
        let made = make(session, work, &person, dates, with)?;
        let events = events(work, certificates, &made, by.at);
        let open: Option<Vec<_>> = work.pins.map(|pins| pins.entered().collect());
        let change = Change {
            certificates: &events,
            resident: work.changed,
            expiry: Some(expiry).filter(|expiry| at.case().expiry != Some(*expiry)),
            detail: work.detail,
            open_pins: open.as_deref(),
            ..Change::of(work.begin)
        };
        let case = store.apply(at.number(), at.case().version, &change, by)?;
        write(session, &made, contents.as_ref(), certificates)?;
        session.commit()?;
        if let Some(numbers) = &numbers {
            numbers.set(session)?;
        }
        if let Some(pins) = work.pins {
            set(session, pins)?;
        }
        Ok(case)
    });
    let begun = outcome.map_err(|reason| at.stopped(*store, F::STATE, reason))?;
    At::<B>::of(begun)?.go(*store, &Change::of(work.finish), by)
}

/// The contents, where they are rewritten.
fn contents(
    work: &Work<'_>,
    person: &Person,
    dates: Dates,
    with: &Certifying<'_>,
) -> Result<Option<Image>, Reason> {
    let differs = |on_card: &&OnCard| match work.rewrite {
        Rewrite::Always => true,
        Rewrite::IfItDiffers => !on_card.says(person, dates.card),
        Rewrite::Never => false,
    };
    let Some(on_card) = work.on_card.filter(differs) else { return Ok(None) };
    Ok(Some(contents_anew(with.authority, person, dates, &on_card.chip, &on_card.photo)?))
}

/// The numbers that open the contents, where they may be others than what is on the card: other contents, or an
/// interruption between contents and numbers.
fn numbers<S: Stage>(work: &Work<'_>, person: &Person, expiry: Date) -> Result<Option<Numbers>, Reason> {
    let is_settled = matches!(S::STATE, State::HandedOver | State::Identified);
    let differ = |on_card: &&OnCard| !is_settled || !on_card.opens_alike(person, expiry);
    if work.on_card.filter(differ).is_none() {
        return Ok(None);
    }
    let code = person.code().map_err(PersonaliseError::Pin)?;
    Numbers::of(person.birth_date, expiry, &code).map(Some)
}

fn make(
    session: &mut dyn IssuerSession,
    work: &Work<'_>,
    person: &Person,
    dates: Dates,
    with: &mut Certifying<'_>,
) -> Result<Made, Reason> {
    let mut made = Made { certificates: Vec::new(), delivered: Vec::new() };
    for purpose in &work.purposes {
        let kind = Kind::try_from(*purpose)?;
        let PublicKey::Rsa(public) = session.generate_key(key(*purpose))?;
        let der = certificate_anew(with.authority, person, dates, (kind, &public), &mut *with.rng)?;
        let delivered = Delivered::parse(*purpose, &der);
        made.delivered.push(delivered.map_err(crate::pki::PkiError::OwnCertificate)?);
        made.certificates.push((*purpose, der));
    }
    Ok(made)
}

fn events<'a>(
    work: &Work<'_>,
    before: &[IssuedCertificate],
    made: &'a Made,
    at: UnixTime,
) -> Vec<CertificateEvent<'a>> {
    let mut events = Vec::new();
    for (delivered, purpose) in made.delivered.iter().zip(&work.purposes) {
        if is_usable(before, *purpose) {
            events.push(CertificateEvent::Revoked { purpose: *purpose, reason: work.reason, at });
        }
        events.push(delivered.issued());
    }
    events
}

/// What a rewriting leaves alone: it names neither holder nor municipality.
const KEPT: [FileId; 6] = [
    FileId::InputAssistFiller,
    FileId::InputAssistBasicInfo,
    FileId::SessionPublicKey,
    FileId::CardFaceFiller,
    FileId::CommonKeyReference,
    FileId::JukiKeyReference,
];
const REWRITTEN: [DataObjectId; 5] = [
    DataObjectId::MunicipalityCode,
    DataObjectId::ExpiryDate,
    DataObjectId::IntermediateKeyId,
    DataObjectId::IntermediateCertificate,
    DataObjectId::LowerCertificate,
];

fn write(
    session: &mut dyn IssuerSession,
    made: &Made,
    contents: Option<&Image>,
    before: &[IssuedCertificate],
) -> Result<(), Reason> {
    for (purpose, der) in &made.certificates {
        session.write(file(*purpose), Contents::Bytes(der))?;
    }
    if !made.certificates.is_empty() {
        let is_made = |purpose| made.certificates.iter().any(|(of, _)| *of == purpose);
        let there = CertificateAvailabilityRepr {
            signature: is_made(Purpose::Signature) || is_usable(before, Purpose::Signature),
            // Its key is never destroyed: once issued, it stays on the card.
            user_authentication: is_made(Purpose::UserAuthentication)
                || before.iter().any(|certificate| certificate.purpose == Purpose::UserAuthentication),
        };
        let mut buffer = [0; 16];
        let bytes = there.emit(&mut buffer).map_err(PersonaliseError::Content)?;
        session.write(FileId::CertificateAvailability, Contents::Bytes(bytes))?;
    }
    let Some(image) = contents else { return Ok(()) };
    for (id, contents) in image.files.iter().filter(|(id, _)| !KEPT.contains(id)) {
        session.write(*id, contents.into())?;
    }
    for (id, bytes) in image.data_objects.iter().filter(|(id, _)| REWRITTEN.contains(id)) {
        session.write_data_object(*id, bytes)?;
    }
    Ok(())
}
