use super::{AtDelivery, Comes, Likeness, NotIdentified, Open, Presented, Represented};
use crate::application::{ContactName, Registrant};
use crate::desk::stage::{AtCounter, Identified, Noticed};
use crate::desk::tests::{Office, date};
use crate::desk::{At, DeskError, Reason, Standing};
use crate::lifecycle::{State, Step, Why};
use crate::store::{CertificateState, Document, Paper, Store};
use mynumber_crypto::revocation::Reason as Revocation;

fn shown(document: Document) -> Paper {
    Paper { document, collected: false }
}

fn kept(document: Document) -> Paper {
    Paper { document, collected: true }
}

const DELIVERY: AtDelivery = AtDelivery {
    represented: Represented::Unasked,
    face_print_agrees: true,
    braille_agrees: true,
    registry_card_in_use: false,
    notification_card_out: false,
    old_card_out: false,
};

fn presented(papers: &[Paper]) -> Presented {
    Presented { comes: Comes::Holder, papers: papers.to_vec(), likeness: Likeness::Same, record_agrees: true }
}

fn enough() -> Presented {
    presented(&[kept(Document::DeliveryNotice), shown(Document::Passport)])
}

fn open(presented: &Presented, delivery: &AtDelivery) -> Vec<Open> {
    let mut office = Office::at(State::AtCounter);
    let case: At<AtCounter> = office.open();
    match case.check(presented, delivery) {
        Ok(_) => Vec::new(),
        Err(NotIdentified::Open(open)) => open,
        Err(NotIdentified::SendBack(_)) => panic!("sent back"),
    }
}

#[test]
fn documents_are_presented_and_collected_at_the_counter() {
    assert_eq!(open(&enough(), &DELIVERY), []);
    let nothing = presented(&[]);
    assert_eq!(open(&nothing, &DELIVERY), [Open::IdentityPapers, Open::DeliveryNotice]);
    // The notice is kept, not only shown.
    let shown_only = presented(&[shown(Document::DeliveryNotice), shown(Document::Passport)]);
    assert_eq!(open(&shown_only, &DELIVERY), [Open::DeliveryNotice]);
    let card_out = AtDelivery { notification_card_out: true, old_card_out: true, ..DELIVERY };
    assert_eq!(open(&enough(), &card_out), [Open::NotificationCard, Open::OldCard]);
}

#[test]
fn one_paper_with_a_photo_or_two_others_identify() {
    let notice = kept(Document::DeliveryNotice);
    let insurance = shown(Document::HealthInsurance);
    assert_eq!(open(&presented(&[notice, insurance]), &DELIVERY), [Open::IdentityPapers]);
    assert_eq!(open(&presented(&[notice, insurance, insurance]), &DELIVERY), [Open::IdentityPapers]);
    assert_eq!(open(&presented(&[notice, insurance, shown(Document::Pension)]), &DELIVERY), []);
    // A notification card proves nothing of who brings it.
    let notification = kept(Document::NotificationCard);
    assert_eq!(open(&presented(&[notice, insurance, notification]), &DELIVERY), [Open::IdentityPapers]);
    let mut representative = enough();
    representative.comes = Comes::Representative;
    assert_eq!(open(&representative, &DELIVERY), [Open::ProofOfRepresentation]);
    representative.papers.push(shown(Document::ProofOfRepresentation));
    assert_eq!(open(&representative, &DELIVERY), []);
}

#[test]
fn a_resident_registry_card_in_use_is_returned_and_abolished() {
    let delivery = AtDelivery { registry_card_in_use: true, ..DELIVERY };
    assert_eq!(open(&enough(), &delivery), [Open::ResidentRegistryCard]);
    let mut office = Office::at(State::AtCounter);
    let case: At<AtCounter> = office.open();
    let mut presented = enough();
    presented.papers.push(kept(Document::ResidentRegistryCard));
    let identity = case.check(&presented, &delivery).unwrap();
    let by = office.desk();
    case.identify(&identity, &mut office.store, &by).unwrap();
    assert_eq!(office.store.papers(1).unwrap(), presented.papers);
    let last = office.store.audit(0, 100).unwrap().pop().unwrap();
    assert_eq!(
        (last.event.as_str(), last.detail.as_str()),
        ("identify", "resident-registry card returned and abolished")
    );
}

#[test]
fn a_clear_difference_from_the_photo_sends_back_to_a_new_photo_and_application() {
    let mut office = Office::at(State::AtCounter);
    let case: At<AtCounter> = office.open();
    let mut presented = enough();
    presented.likeness = Likeness::ClearlyDifferent;
    let Err(NotIdentified::SendBack(found)) = case.check(&presented, &DELIVERY) else { panic!() };
    let by = office.desk();
    let ended = case.send_back(&found, &mut office.store, &by).unwrap();
    assert_eq!(ended.state, State::SentBack);
    for certificate in office.store.certificates(1).unwrap() {
        assert!(matches!(
            certificate.state,
            CertificateState::Revoked { reason: Revocation::Unspecified, .. }
        ));
    }
    // A doubt does not.
    presented.likeness = Likeness::Doubtful;
    assert_eq!(open(&presented, &DELIVERY), [Open::Likeness]);
}

#[test]
fn the_face_print_and_the_record_are_checked() {
    let delivery = AtDelivery { face_print_agrees: false, ..DELIVERY };
    assert_eq!(open(&enough(), &delivery), [Open::FacePrint]);
    let mut presented = enough();
    presented.record_agrees = false;
    assert_eq!(open(&presented, &DELIVERY), [Open::Record]);
}

#[test]
fn a_name_wished_for_in_braille_is_looked_for_at_the_counter() {
    let without = AtDelivery { braille_agrees: false, ..DELIVERY };
    assert_eq!(open(&enough(), &without), [], "nobody wished for it");
    let mut office = Office::at(State::AtCounter);
    let mut case = office.store.case(1).unwrap();
    case.wishes.braille_name = true;
    let case = At::<AtCounter>::of(case).unwrap();
    let Err(NotIdentified::Open(open)) = case.check(&enough(), &without) else {
        panic!("handed over without")
    };
    assert_eq!(open, [Open::Braille]);
    assert!(case.check(&enough(), &DELIVERY).is_ok());
}

#[test]
fn evidence_serves_its_own_case_only() {
    let mut office = Office::at(State::AtCounter);
    let case: At<AtCounter> = office.open();
    let mut other = case.case().clone();
    other.number = 2;
    let identity = enough().check(&other).unwrap();
    let by = office.desk();
    let error = case.identify(&identity, &mut office.store, &by).unwrap_err();
    assert!(matches!(error.reason(), Reason::OtherCase));
    assert_eq!(office.store.case(1).unwrap().state, State::AtCounter);
}

#[test]
fn a_case_that_is_not_there_yet_names_the_missing_step() {
    let mut office = Office::at(State::Noticed);
    let error = At::<Identified>::open(&mut office.store, 1).unwrap_err();
    let Reason::Refused(refusal) = error.reason() else { panic!("{error}") };
    assert_eq!(refusal.why, Why::Missing(Step::OpenCounter));
    assert_eq!(error.standing(), Standing::Untouched);
    let past = At::<crate::desk::stage::Received>::open(&mut office.store, 1).unwrap_err();
    let Reason::Refused(refusal) = past.reason() else { panic!("{past}") };
    assert_eq!(refusal.why, Why::Past);
}

#[test]
fn after_the_deadline_the_counter_is_not_opened() {
    let mut office = Office::at(State::Noticed);
    let case: At<Noticed> = office.open();
    assert_eq!(case.case().deadline, Some(date("20270228")));
    let error = case.open_counter(&mut office.store, &office_at(120)).unwrap_err();
    assert!(matches!(error.reason(), Reason::NotTheTime(_)));
    let at_counter = case.open_counter(&mut office.store, &office_at(98)).unwrap();
    let back = at_counter.leave(&mut office.store, &office_at(98)).unwrap();
    assert_eq!(back.case().state, State::Noticed);
}

fn office_at(days: i64) -> crate::store::By {
    crate::desk::tests::by(crate::lifecycle::Actor::Municipality, days)
}

/// A representative comes, for whom these words stand; what the desk notes then.
fn comes(registrant: Registrant, represented: Represented) -> Result<String, DeskError> {
    let mut office = Office::registered_by(State::AtCounter, registrant);
    let case: At<AtCounter> = office.open();
    let mut presented = enough();
    presented.comes = Comes::Representative;
    presented.papers.push(shown(Document::ProofOfRepresentation));
    let identity = case.check(&presented, &AtDelivery { represented, ..DELIVERY }).unwrap();
    let desk = office.desk();
    case.identify(&identity, &mut office.store, &desk)?;
    let last = office.store.audit(0, 100).unwrap().pop().unwrap();
    assert_eq!(last.event, "identify");
    Ok(last.detail)
}

fn name(text: &str) -> ContactName {
    ContactName::parse(text).unwrap()
}

#[test]
fn a_representative_who_comes_is_the_one_of_the_application() {
    let applied = || Registrant::Representative { name: name("検証　花子") };
    let by = |text: &str| Represented::By(name(text));
    assert_eq!(comes(applied(), by("検証　花子")).unwrap(), "");
    assert_eq!(comes(applied(), by("検証 花子")).unwrap(), "", "papers may have another space, or none");
    for other in [by("検証　華子"), by("検証　花"), Represented::Unasked] {
        let error = comes(applied(), other).unwrap_err();
        let Reason::NotIdentified(open) = error.reason() else { panic!("{error}") };
        assert_eq!((open.as_slice(), error.standing()), (&[Open::Representative][..], Standing::Untouched));
        assert!(!error.to_string().contains('花'), "{error}");
    }
    // Both parents represent a child: which of them comes is for the clerk to see, and stands in the log.
    let another = comes(applied(), Represented::ByAnother).unwrap();
    assert_eq!(another, "another representative than the application names");
    // Who applied in person names none.
    for any in [by("検証　花子"), Represented::Unasked, Represented::ByAnother] {
        assert_eq!(comes(Registrant::Applicant, any).unwrap(), "");
    }
}

#[test]
fn evidence_of_another_visit_does_not_pass_by_the_representative_of_the_application() {
    let registrant = Registrant::Representative { name: name("検証　花子") };
    let mut office = Office::registered_by(State::AtCounter, registrant);
    let case: At<AtCounter> = office.open();
    let mut presented = enough();
    presented.comes = Comes::Representative;
    presented.papers.push(shown(Document::ProofOfRepresentation));
    let identity = presented.check(case.case()).unwrap();
    let desk = office.desk();
    let error = case.identify(&identity, &mut office.store, &desk).unwrap_err();
    assert!(matches!(error.reason(), Reason::NotIdentified(_)), "{error}");
}
