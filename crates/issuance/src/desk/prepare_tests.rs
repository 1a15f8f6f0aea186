use super::{ChipContents, Delivered, Difference, Expected, FaceContents, Matched, Pictures, TextContents};
use crate::application::tests::today;
use crate::desk::stage::Received;
use crate::desk::substitutes::Flags;
use crate::desk::tests::{Office, date};
use crate::desk::{At, Desk, Reason};
use crate::issuer::{Issuer, IssuerError, IssuerErrorKind, IssuerSession, Object};
use crate::lifecycle::State;
use crate::receipt::Serial;
use crate::store::{CertificateState, Store};
use mynumber_applet::{MunicipalityCode, MyNumber, Sex};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

/// A terminal that nobody may need.
pub(crate) struct NoTerminal;

impl Issuer for NoTerminal {
    fn open(&mut self) -> Result<Box<dyn IssuerSession + '_>, IssuerError> {
        Err(IssuerError::new(IssuerErrorKind::NoCard, Object::Card))
    }
}

/// What the chip of the case says when everything is right.
fn chip() -> ChipContents {
    ChipContents {
        serial: Serial::parse("000000000000001").unwrap(),
        municipality: MunicipalityCode::parse(b"99201").unwrap(),
        expiry: date("20360217"),
        text: TextContents {
            name: "検証　太郎".to_owned().into(),
            address: "架空県見本市試験町１－２－３".to_owned().into(),
            birth_date: date("19800217"),
            sex: Sex::Male,
            number: None,
        },
        face: FaceContents { birth_date: date("19800217"), sex: Sex::Male, expiry: date("20360217") },
        has_signature: true,
        has_user_authentication: true,
    }
}

fn number() -> MyNumber {
    crate::person::built_in::find("taro").unwrap().my_number
}

fn compare(
    chip: &ChipContents,
    change: impl FnOnce(&mut Pictures, &mut Flags),
) -> Result<Matched, Vec<Difference>> {
    let mut office = Office::at(State::Received);
    let case = office.store.case(1).unwrap();
    let resident = office.store.resident(1).unwrap();
    let (mut pictures, mut flags) = (Pictures::AGREE, Flags::none(&resident.name));
    change(&mut pictures, &mut flags);
    let expected = Expected {
        case: &case,
        resident: &resident,
        name_substitutes: &flags,
        address_substitutes: &Flags::none(&resident.address),
        number: None,
        municipality: MunicipalityCode::parse(b"99201").unwrap(),
        renewed: None,
        pictures,
    };
    chip.compare(&expected, today()).map_err(|differences| differences.open)
}

fn differences(change: impl FnOnce(&mut ChipContents)) -> Vec<Difference> {
    let mut chip = chip();
    change(&mut chip);
    compare(&chip, |_, _| ()).err().unwrap_or_default()
}

#[test]
fn the_chip_is_compared_with_the_resident_record_field_by_field() {
    use Difference as D;
    assert_eq!(differences(|_| ()), []);
    assert_eq!(differences(|chip| chip.serial = Serial::parse("000000000000002").unwrap()), [D::Serial]);
    assert_eq!(differences(|chip| chip.text.name = "検証　次郎".to_owned().into()), [D::Name]);
    assert_eq!(differences(|chip| chip.text.address.push('４')), [D::Address]);
    assert_eq!(differences(|chip| chip.text.birth_date = date("19800218")), [D::BirthDate]);
    assert_eq!(differences(|chip| chip.face.birth_date = date("19800218")), [D::FaceBirthDate]);
    assert_eq!(differences(|chip| chip.text.sex = Sex::Female), [D::Sex]);
    assert_eq!(differences(|chip| chip.face.sex = Sex::Female), [D::FaceSex]);
    let other = MunicipalityCode::parse(b"99202").unwrap();
    assert_eq!(differences(|chip| chip.municipality = other), [D::Municipality]);
    assert_eq!(differences(|chip| chip.face.expiry = date("20350217")), [D::Expiries]);
    assert_eq!(differences(|chip| chip.has_signature = false), [D::NoSignatureCertificate]);
    let without = differences(|chip| chip.has_user_authentication = false);
    assert_eq!(without, [D::NoUserAuthenticationCertificate]);
    for day in ["20350217", "20360218", "20370217"] {
        let open = differences(|chip| (chip.expiry, chip.face.expiry) = (date(day), date(day)));
        assert_eq!(open, [D::Term], "{day}");
    }
    let pictures = |change: fn(&mut Pictures)| compare(&chip(), |pictures, _| change(pictures)).unwrap_err();
    assert_eq!(pictures(|pictures| pictures.name = false), [D::NamePicture]);
    assert_eq!(pictures(|pictures| pictures.address = false), [D::AddressPicture]);
    assert_eq!(pictures(|pictures| pictures.photo = false), [D::Photo]);
    let many = differences(|chip| {
        chip.text.sex = Sex::Female;
        chip.face.sex = Sex::Female;
    });
    assert_eq!(many, [D::Sex, D::FaceSex]);
}

#[test]
fn a_substitute_character_is_no_difference_where_it_is_marked() {
    let mut chip = chip();
    chip.text.name = "検證　太郎".to_owned().into();
    assert_eq!(compare(&chip, |_, _| ()).unwrap_err(), [Difference::Name]);
    assert!(compare(&chip, |_, flags| *flags = Flags::parse("01000").unwrap()).is_ok());
}

#[test]
fn my_number_is_compared_where_it_is_at_hand() {
    let mut office = Office::at(State::Received);
    let (case, resident) = (office.store.case(1).unwrap(), office.store.resident(1).unwrap());
    let (name, address) = (Flags::none(&resident.name), Flags::none(&resident.address));
    let number = number();
    let expected = Expected {
        case: &case,
        resident: &resident,
        name_substitutes: &name,
        address_substitutes: &address,
        number: Some(&number),
        municipality: MunicipalityCode::parse(b"99201").unwrap(),
        renewed: None,
        pictures: Pictures::AGREE,
    };
    let mut chip = chip();
    chip.text.number = Some(number.clone());
    assert!(chip.compare(&expected, today()).is_ok());
    chip.text.number = None;
    assert_eq!(chip.compare(&expected, today()).unwrap_err().open, [Difference::Number]);
}

fn delivered() -> Vec<Delivered> {
    let not_after = UnixTime::from_seconds(1_950_000_000);
    [Purpose::Signature, Purpose::UserAuthentication]
        .map(|purpose| Delivered { purpose, serial: vec![0x12, 0x34], not_after })
        .to_vec()
}

#[test]
fn nothing_is_prepared_with_the_evidence_of_another_card_or_without_its_certificates() {
    let mut office = Office::at(State::Received);
    let case: At<Received> = office.open();
    let matched = compare(&chip(), |_, _| ()).unwrap();
    let by = office.desk();
    let mut desk = Desk { store: &mut office.store, issuer: &mut NoTerminal, by: &by };
    let other = Matched { case: 2, ..compare(&chip(), |_, _| ()).unwrap() };
    let error = case.prepare(&other, &delivered(), &mut desk).unwrap_err();
    assert!(matches!(error.reason(), Reason::OtherCase));
    let error = case.prepare(&matched, &delivered()[..1], &mut desk).unwrap_err();
    assert!(matches!(error.reason(), Reason::CertificateUnknown(Purpose::UserAuthentication)));
    let prepared = case.prepare(&matched, &delivered(), &mut desk).unwrap();
    assert_eq!((prepared.case().state, prepared.case().expiry), (State::Prepared, Some(date("20360217"))));
    let certificates = office.store.certificates(1).unwrap();
    assert!(certificates.iter().all(|certificate| certificate.state == CertificateState::InForce));
}

#[test]
fn a_user_authentication_certificate_that_is_not_wanted_is_revoked_and_stays_on_the_card() {
    let mut office = Office::with_wishes(true, false);
    let case: At<Received> = office.open();
    let matched = compare(&chip(), |_, _| ()).unwrap();
    let by = office.desk();
    // No card is needed for it.
    let mut desk = Desk { store: &mut office.store, issuer: &mut NoTerminal, by: &by };
    case.prepare(&matched, &delivered(), &mut desk).unwrap();
    let states: Vec<CertificateState> =
        office.store.certificates(1).unwrap().into_iter().map(|certificate| certificate.state).collect();
    let revoked = CertificateState::Revoked { reason: Revocation::CessationOfOperation, at: by.at };
    assert_eq!(states, [CertificateState::InForce, revoked]);
}

#[test]
fn without_a_card_a_signature_certificate_is_not_destroyed_and_the_case_stays() {
    let mut office = Office::with_wishes(false, true);
    let case: At<Received> = office.open();
    let matched = compare(&chip(), |_, _| ()).unwrap();
    let by = office.desk();
    let mut desk = Desk { store: &mut office.store, issuer: &mut NoTerminal, by: &by };
    let error = case.prepare(&matched, &delivered(), &mut desk).unwrap_err();
    assert!(matches!(error.reason(), Reason::Issuer(_)), "{error}");
    assert_eq!(error.standing(), crate::desk::Standing::Untouched);
    assert_eq!(office.store.case(1).unwrap().state, State::Received);
    assert!(office.store.certificates(1).unwrap().is_empty());
}
