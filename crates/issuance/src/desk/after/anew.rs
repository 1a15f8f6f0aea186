//! Certificates issued anew, with keys that the chip makes itself, and contents rewritten.
//!
//! Each of these goes the same way: the chip makes a key, not yet in force; the authority certifies it; the store learns that the
//! certificate exists and that the old one is revoked; the card takes keys, certificates and contents in one write; the store
//! learns that it did. An interruption leaves the case unfinished, and doing it once more from the beginning finishes it.

use std::fmt;

use mynumber_applet::content::{Attributes, CardFace, CertificateAvailabilityRepr, ContentError, KeyRecord};
use mynumber_applet::pin::{BirthDatePin, VerificationNumberB};
use mynumber_applet::{DataObjectId, Date, FileId, MyNumber, PinId};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;
use mynumber_virtual_card::Image;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::super::Desk;
use super::super::certificates::{BOTH, end_of, file, is_usable, key};
use super::super::counter::Identity;
use super::super::deliver::set;
use super::super::error::{DeskError, Reason};
use super::super::pins::NewPins;
use super::super::prepare::Delivered;
use super::super::stage::{
    At, Changing, HandedOver, Identified, Lifting, Renewing, Rewriting, Stage, Suspended,
};
use super::super::substitutes::Flags;
use super::super::work::on_card;
use crate::application::Particulars;
use crate::issuer::{Contents, IssuerSession, PublicKey};
use crate::lifecycle::Step;
use crate::person::{Municipality, Person};
use crate::personalise::{Chip, Dates, PersonaliseError, certificate_anew, contents_anew};
use crate::pki::{CardVerifiableKey, Kind, TestAuthority};
use crate::receipt::Serial;
use crate::store::{CertificateEvent, Change, IssuedCertificate, StoreError};
use crate::validity::{
    age, card_expiry, certificate_expiry, date_in_japan, end_of_date, is_renewal_time,
    renewed_certificate_expiry,
};

/// What the authority needs to certify and to sign: itself, and what the record says that the store does not keep.
pub struct Certifying<'a> {
    /// The authority.
    pub authority: &'a TestAuthority,
    /// Where random numbers come from.
    pub rng: &'a mut dyn CryptoRng,
    /// The municipality.
    pub municipality: &'a Municipality,
    /// 個人番号.
    pub my_number: &'a MyNumber,
    /// セキュリティコード: the four digits on the front of the card.
    pub security_code: &'a str,
    /// The name as the card writes it, and which characters of it are substitutes.
    pub name: (&'a str, &'a Flags),
    /// The same for the address.
    pub address: (&'a str, &'a Flags),
}

impl fmt::Debug for Certifying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certifying(..)")
    }
}

impl Certifying<'_> {
    fn person(&self, resident: &Particulars, card: &Serial, expiry: Date) -> Result<Person, Reason> {
        let (name, address) = (self.name, self.address);
        if !name.1.agree(&resident.name, name.0) || !address.1.agree(&resident.address, address.0) {
            return Err(Reason::Rule("the text for the card is not that of the resident record"));
        }
        Ok(Person {
            name: name.0.to_owned(),
            address: address.0.to_owned(),
            birth_date: resident.birth_date,
            sex: resident.sex,
            my_number: self.my_number.clone(),
            municipality: self.municipality.clone(),
            serial: card.as_str().to_owned(),
            security_code: self.security_code.to_owned(),
            expiry: Some(expiry),
            end_of_stay: resident.end_of_stay,
            name_substitutes: name.1.as_str().to_owned(),
            address_substitutes: address.1.as_str().to_owned(),
            wants_signature: true,
            wants_user_authentication: true,
            portrait: 0,
        })
    }
}

/// What lies on the card, as it was read and proved at the window: the keys that prove the chip, the photo, the texts.
pub struct OnCard {
    chip: Chip,
    photo: Zeroizing<Vec<u8>>,
    name: Zeroizing<String>,
    address: Zeroizing<String>,
    birth_date: Date,
    expiry: Date,
}

impl OnCard {
    /// Of the files: attributes and key record of the input-assist application (EF 0002 and 0007), card face (EF 0002 of
    /// the card-face application).
    ///
    /// # Errors
    /// [`ContentError`] of the first that has not its form.
    pub fn parse(attributes: &[u8], key_record: &[u8], card_face: &[u8]) -> Result<Self, ContentError> {
        let attributes = Attributes::parse(attributes)?.to_repr()?;
        let face = CardFace::parse(card_face)?.to_repr()?;
        Ok(Self {
            chip: Chip {
                input_assist: CardVerifiableKey::of_chip(&KeyRecord::parse(key_record)?.key()),
                card_face: CardVerifiableKey::of_chip(&face.key),
                session: None,
            },
            photo: Zeroizing::new(face.photo.to_vec()),
            name: Zeroizing::new(attributes.name.to_owned()),
            address: Zeroizing::new(attributes.address.to_owned()),
            birth_date: face.birth_date,
            expiry: face.expiry,
        })
    }

    fn says(&self, with: &Certifying<'_>) -> bool {
        *self.name == with.name.0 && *self.address == with.address.0
    }
}

impl fmt::Debug for OnCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnCard(..)")
    }
}

/// What is done in one go.
struct Work<'a> {
    begin: Step,
    finish: Step,
    detail: &'static str,
    /// For what certificates are issued.
    purposes: Vec<Purpose>,
    /// Why those before them are revoked.
    reason: Revocation,
    /// What the contents are made of, when they are rewritten.
    contents: Option<&'a OnCard>,
    /// What the record says from now on.
    changed: Option<&'a Particulars>,
    /// PINs that are set with it.
    pins: Option<&'a NewPins>,
}

impl At<Identified> {
    /// 代替文字の修正: contents with other substitute characters, as the holder wants them, before the PINs are set; the
    /// signature certificate, which names them, is issued anew.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_substitutes`].
    pub fn set_substitutes(
        &self,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        substitutes(self, on_card, with, desk)
    }
}

impl At<Rewriting> {
    /// As [`At::set_substitutes`], after an interruption.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_substitutes(
        &self,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<Identified>, DeskError> {
        substitutes(self, on_card, with, desk)
    }
}

fn substitutes<S: Stage>(
    at: &At<S>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<Identified>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginSubstitutes,
        finish: Step::SetSubstitutes,
        detail: "",
        purposes: usable(&certificates, &[Purpose::Signature]),
        reason: Revocation::Unspecified,
        contents: Some(on_card),
        changed: None,
        pins: None,
    };
    run::<S, Rewriting, Identified>(at, &certificates, &work, with, desk)
}

impl At<HandedOver> {
    /// 券面変更 after a move, a change of name or of the period of stay: contents and their signatures are rewritten, the
    /// signature certificate is revoked because its content changed, and issued anew; the user-authentication certificate stays.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_change`].
    pub fn change_record(
        &self,
        identity: &Identity,
        changed: &Particulars,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        change(self, Revocation::AffiliationChanged, Some(changed), on_card, with, desk)
    }

    /// 電子証明書の更新: certificates are issued anew from three months before they end, and after it.
    ///
    /// # Errors
    /// [`Reason::NotTheTime`] before; [`DeskError`]; unfinished, it is resumed by [`At::resume_renewal`].
    pub fn renew_certificates(
        &self,
        identity: &Identity,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let certificates = self.certificates(desk.store)?;
        let purposes = usable(&certificates, &BOTH);
        let today = date_in_japan(desk.by.at);
        let is_time = |purpose: &Purpose| {
            let end = end_of(&certificates, *purpose).and_then(date_in_japan);
            end.zip(today).is_some_and(|(end, today)| is_renewal_time(end, today) || today > end)
        };
        if !purposes.iter().any(is_time) {
            let reason = Reason::NotTheTime("certificates are renewed from three months before they end");
            return Err(DeskError::untouched(self.number(), reason));
        }
        renew(self, purposes, None, "", with, desk)
    }

    /// 署名用電子証明書の新規発行, for a holder of fifteen or more who has none: with its password.
    ///
    /// # Errors
    /// [`Reason::Rule`]; [`DeskError`]; unfinished, it is resumed by [`At::resume_renewal`].
    pub fn issue_signature(
        &self,
        identity: &Identity,
        password: mynumber_applet::pin::SignaturePassword,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let refuse = |text| Err(DeskError::untouched(self.number(), Reason::Rule(text)));
        if is_usable(&self.certificates(desk.store)?, Purpose::Signature) {
            return refuse("there is a signature certificate");
        }
        let resident = resident(self, desk)?;
        if date_in_japan(desk.by.at).is_none_or(|today| age(resident.birth_date, today) < 15) {
            return refuse("nobody under fifteen gets a signature certificate");
        }
        let pins = NewPins::default().signature(password);
        let detail = "signature certificate issued";
        renew(self, vec![Purpose::Signature], Some(&pins), detail, with, desk)
    }
}

impl At<Changing> {
    /// As [`At::change_record`], after an interruption: what the record says now is in the store.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_change(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        change(self, Revocation::Superseded, None, on_card, with, desk)
    }
}

impl At<Renewing> {
    /// As [`At::renew_certificates`], after an interruption; `pins` as they were given to [`At::issue_signature`], if it was
    /// that.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_renewal(
        &self,
        identity: &Identity,
        pins: Option<&NewPins>,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        let purposes = usable(&self.certificates(desk.store)?, &BOTH);
        renew(self, purposes, pins, "resumed", with, desk)
    }
}

impl At<Suspended> {
    /// 一時停止解除, with the card in hand: what is held is not released, but issued anew. Contents that a change left
    /// behind are rewritten with it.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_lift`].
    pub fn lift(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        lift(self, on_card, with, desk)
    }
}

impl At<Lifting> {
    /// As [`At::lift`], after an interruption.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_lift(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        lift(self, on_card, with, desk)
    }
}

fn usable(certificates: &[IssuedCertificate], purposes: &[Purpose]) -> Vec<Purpose> {
    purposes.iter().copied().filter(|purpose| is_usable(certificates, *purpose)).collect()
}

fn change<S: Stage>(
    at: &At<S>,
    reason: Revocation,
    changed: Option<&Particulars>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginChange,
        finish: Step::ChangeRecord,
        detail: if changed.is_some() { "" } else { "resumed" },
        purposes: usable(&certificates, &[Purpose::Signature]),
        reason,
        contents: Some(on_card),
        changed,
        pins: None,
    };
    run::<S, Changing, HandedOver>(at, &certificates, &work, with, desk)
}

fn renew<S: Stage>(
    at: &At<S>,
    purposes: Vec<Purpose>,
    pins: Option<&NewPins>,
    detail: &'static str,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginRenewal,
        finish: Step::RenewCertificates,
        detail,
        purposes,
        reason: Revocation::Superseded,
        contents: None,
        changed: None,
        pins,
    };
    run::<S, Renewing, HandedOver>(at, &certificates, &work, with, desk)
}

fn lift<S: Stage>(
    at: &At<S>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginLift,
        finish: Step::LiftSuspension,
        detail: "",
        purposes: usable(&certificates, &BOTH),
        reason: Revocation::Superseded,
        contents: Some(on_card).filter(|on_card| !on_card.says(with)),
        changed: None,
        pins: None,
    };
    run::<S, Lifting, HandedOver>(at, &certificates, &work, with, desk)
}

fn resident<S: Stage>(at: &At<S>, desk: &mut Desk<'_>) -> Result<Particulars, DeskError> {
    let number = at.number();
    desk.store.resident(number).map_err(|error| at.stopped(desk.store, S::STATE, error.into()))
}

/// The last day of the card from now on: another one only when the period of stay has changed.
fn new_expiry<S: Stage>(at: &At<S>, before: &Particulars, now: &Particulars) -> Result<Date, Reason> {
    let unknown = Reason::Rule("the last day of the card is not in the store");
    if before.end_of_stay == now.end_of_stay {
        return at.case().expiry.ok_or(unknown);
    }
    let registered = date_in_japan(at.case().registered).ok_or(StoreError::Time)?;
    card_expiry(now.birth_date, registered, now.end_of_stay)
        .ok_or(Reason::Rule("the period of stay has ended"))
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
    let end = end.ok_or(Reason::Rule("the card has expired: a new one is needed"))?;
    Ok(Dates { now, issued, card, certificates: end })
}

/// Everything that is written, made before anything is.
struct Made {
    certificates: Vec<(Purpose, Vec<u8>)>,
    delivered: Vec<Delivered>,
}

fn run<S: Stage, B: Stage, F: Stage>(
    at: &At<S>,
    certificates: &[IssuedCertificate],
    work: &Work<'_>,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<F>, DeskError> {
    let card = at.card()?;
    let before = resident(at, desk)?;
    let now = work.changed.unwrap_or(&before);
    let refused = |reason: Reason, desk: &mut Desk<'_>| at.stopped(desk.store, F::STATE, reason);
    let expiry = new_expiry(at, &before, now).map_err(|reason| refused(reason, desk))?;
    let person = with.person(now, &card, expiry).map_err(|reason| refused(reason, desk))?;
    let dates = dates(desk.by.at, &person, expiry, certificates).map_err(|reason| refused(reason, desk))?;
    let contents = match work.contents {
        Some(on_card) => Some(contents(on_card, &person, dates, with)).transpose(),
        None => Ok(None),
    };
    let contents = contents.map_err(|reason| refused(reason, desk))?;
    let Desk { store, issuer, by } = desk;
    let outcome = on_card(*issuer, &card, |session| {
        let made = make(session, work, &person, dates, with)?;
        let events = events(work, certificates, &made, by.at);
        let change = Change {
            certificates: &events,
            resident: work.changed,
            expiry: Some(expiry).filter(|expiry| at.case().expiry != Some(*expiry)),
            detail: work.detail,
            ..Change::of(work.begin)
        };
        let case = store.apply(at.number(), at.case().version, &change, by)?;
        write(session, &made, contents.as_ref(), certificates)?;
        session.commit()?;
        if let Some(on_card) = work.contents {
            set_numbers(session, on_card, &person, dates)?;
        }
        if let Some(pins) = work.pins {
            set(session, pins)?;
        }
        Ok(case)
    });
    let begun = outcome.map_err(|reason| at.stopped(*store, F::STATE, reason))?;
    At::<B>::of(begun)?.go(*store, &Change::of(work.finish), by)
}

fn contents(on_card: &OnCard, person: &Person, dates: Dates, with: &Certifying<'_>) -> Result<Image, Reason> {
    Ok(contents_anew(with.authority, person, dates, &on_card.chip, &on_card.photo)?)
}

/// 照合番号B and 生年月日 follow the birth date and the year in which the card ends.
fn set_numbers(
    session: &mut dyn IssuerSession,
    on_card: &OnCard,
    person: &Person,
    dates: Dates,
) -> Result<(), Reason> {
    if (on_card.birth_date, on_card.expiry.year()) == (person.birth_date, dates.card.year()) {
        return Ok(());
    }
    let form = PersonaliseError::Pin;
    let birth = BirthDatePin::from_date(person.birth_date).map_err(form)?;
    let code = person.code().map_err(form)?;
    let number = VerificationNumberB::from_parts(&birth, dates.card.year(), &code).map_err(form)?;
    session.set_reference(PinId::InputAssistNumberB, &number)?;
    session.set_reference(PinId::CardFaceNumberB, &number)?;
    session.set_reference(PinId::CardFaceBirthDate, &birth)?;
    Ok(())
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
