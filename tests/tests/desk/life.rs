//! Pre-delivery set-up and delivery, each card looked at from outside.

use mynumber::applet::PinId;
use mynumber::applet::pin::reference;
use mynumber::crypto::Certificate;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::revocation::Reason as Revocation;
use mynumber::driver::{Card, file};
use mynumber::issuance::desk::pins::{Asked, Plan};
use mynumber::issuance::desk::stage::{HandedOver, Identified, PinsSet, Received, SettingPins};
use mynumber::issuance::desk::{At, Reason, crl};
use mynumber::issuance::lifecycle::State;
use mynumber::issuance::pki::Edition;
use mynumber::issuance::store::{CertificateState, Store};
use mynumber::testing;
use mynumber::transport::InProcess;

use crate::*;

/// The serial number of the certificate that the signature password opens.
fn signature_serial(world: &World, password: &str) -> Vec<u8> {
    let mut card = Card::new(InProcess::new(copy(&world.storage)));
    let secret = crate::password(password);
    let mut unlocked = card.begin().unwrap().unlock::<reference::Signature>(&secret).unwrap();
    let read = unlocked.read::<file::SignatureCertificate>().unwrap();
    let serial = Certificate::parse(read.view().unwrap()).unwrap().serial().to_vec();
    unlocked.close().unwrap();
    serial
}

pub(crate) fn last(world: &mut World, purpose: Purpose) -> (Vec<u8>, CertificateState) {
    let certificates = world.store.certificates(1).unwrap();
    let found = certificates.into_iter().rfind(|certificate| certificate.purpose == purpose).unwrap();
    (found.serial, found.state)
}

#[test]
fn a_signature_certificate_that_is_not_wanted_is_destroyed_on_the_card_and_revoked() {
    let mut world = World::prepared("taro", false, true);
    let chip = world.read();
    assert!(!chip.contents.has_signature && chip.contents.has_user_authentication);
    assert_eq!(world.certificate(Purpose::Signature), None);
    let (serial, state) = last(&mut world, Purpose::Signature);
    assert!(matches!(state, CertificateState::Revoked { reason: Revocation::Unspecified, .. }));
    // It stands on the list of revoked certificates; the other does not.
    let by = desk();
    let next_update = mynumber::crypto::UnixTime::from_seconds(by.at.seconds() + 86_400);
    let edition = Edition { number: 1, this_update: by.at, next_update };
    let list = |store: &mut dyn Store, purpose| {
        crl(store, testing::authority(), purpose, Some(&world.person.municipality), &edition).unwrap()
    };
    let holds = |list: &[u8], serial: &[u8]| list.windows(serial.len()).any(|part| part == serial);
    assert!(holds(&list(&mut world.store, Purpose::Signature), &serial));
    let (other, _) = last(&mut world, Purpose::UserAuthentication);
    let list = crl(
        &mut world.store,
        testing::authority(),
        Purpose::UserAuthentication,
        Some(&world.person.municipality),
        &edition,
    );
    assert!(!holds(&list.unwrap(), &other));
    // The signature password is not asked, the three others are set.
    world.come_to_counter();
    let case: At<Identified> = world.at();
    assert_eq!(case.plan(&mut world.store).unwrap(), Plan::without_signature());
    let error = world.with_desk(|desk| case.set_pins(&pins(), desk)).unwrap_err();
    assert!(matches!(error.reason(), Reason::Pins(_)));
    world.deliver(&three_pins(FOUR));
    assert_eq!(set_as(&world.storage, PASSWORD, FOUR), [false, true, true, true, true]);
    assert_eq!(tries(&world.storage, PinId::Signature), 0);
}

#[test]
fn a_pre_delivery_set_up_cut_after_the_card_is_done_again() {
    use mynumber::transport::{Error, Fault, Faulty, When};
    let mut seen = 0;
    for index in 0..12 {
        let mut world = World::received("taro", false, true);
        let (matched, delivered) = (world.matched(), world.delivered());
        let case: At<Received> = world.at();
        let fault = Fault::Fail(Error::CardRemoved, When::AfterDelivery);
        let mut broken = issuer(Faulty::new(InProcess::new(world.slot.clone()), [(index, fault)]));
        let by = desk();
        let mut desk =
            mynumber::issuance::desk::Desk { store: &mut world.store, issuer: &mut broken, by: &by };
        if case.prepare(&matched, &delivered, &mut desk).is_err() {
            assert_eq!(world.store.case(1).unwrap().state, State::Received);
            seen += u32::from(!world.read().contents.has_signature);
            // Read anew: the certificate may be gone, which is what was wished for.
            let matched = world.matched();
            world.with_desk(|desk| case.prepare(&matched, &delivered, desk)).unwrap();
        }
        assert!(!world.read().contents.has_signature);
        let (_, state) = last(&mut world, Purpose::Signature);
        assert!(matches!(state, CertificateState::Revoked { reason: Revocation::Unspecified, .. }));
    }
    assert!(seen > 0, "no cut fell between the card and the store");
}

#[test]
fn a_minor_gets_a_card_without_a_signature_certificate() {
    let mut world = World::prepared("kodomo", false, true);
    world.come_to_counter();
    world.deliver(&three_pins(FOUR));
    assert_eq!(world.store.case(1).unwrap().state, State::HandedOver);
    assert_eq!(world.store.certificates(1).unwrap().len(), 1);
    assert_eq!(set_as(&world.storage, PASSWORD, FOUR), [false, true, true, true, true]);
}

#[test]
fn all_pins_are_on_the_card_at_the_hand_over_and_none_in_the_store() {
    let mut world = World::handed_over("taro");
    assert!(is_set(&world.storage));
    let (serial, state) = last(&mut world, Purpose::Signature);
    assert_eq!(state, CertificateState::InForce);
    assert_eq!(signature_serial(&world, PASSWORD), serial);
    let events: Vec<String> =
        world.store.audit(0, 100).unwrap().into_iter().map(|record| record.event).collect();
    let way = [
        "register",
        "receive",
        "prepare",
        "send-notice",
        "open-counter",
        "identify",
        "begin-pins",
        "finish-pins",
        "hand-over",
    ];
    assert_eq!(events, way);
    world.store.verify_audit(None).unwrap();
    world.assert_no_pin_is_kept();
}

#[test]
fn another_card_in_the_reader_is_not_touched() {
    let mut world = World::identified("taro");
    let other = delivered("hanako");
    let mut issuer = issuer(InProcess::new(open(other.clone())));
    let case: At<Identified> = world.at();
    let by = desk();
    let mut desk = mynumber::issuance::desk::Desk { store: &mut world.store, issuer: &mut issuer, by: &by };
    let error = case.set_pins(&pins(), &mut desk).unwrap_err();
    assert!(matches!(error.reason(), Reason::OtherCard), "{error}");
    assert!(is_blank(&other) && is_blank(&world.storage));
}

#[test]
fn a_face_authentication_card_has_no_pin_and_no_signature_certificate() {
    let mut world = World::identified("taro");
    let case: At<Identified> = world.at();
    let set: At<PinsSet> = world.with_desk(|desk| case.waive_pins(desk)).unwrap();
    set.hand_over(&mut world.store, &desk()).unwrap();
    assert!(is_blank(&world.storage));
    let chip = world.read();
    assert!(!chip.contents.has_signature && chip.contents.has_user_authentication);
    let (_, state) = last(&mut world, Purpose::Signature);
    assert!(matches!(state, CertificateState::Revoked { reason: Revocation::Unspecified, .. }));
}

#[test]
fn giving_pins_up_and_taking_it_back_leaves_no_half_card() {
    use mynumber::transport::{Error, Fault, Faulty, When};
    for index in 0..20 {
        let mut world = World::identified("taro");
        let case: At<Identified> = world.at();
        let fault = Fault::Fail(Error::CardRemoved, When::AfterDelivery);
        let mut broken = issuer(Faulty::new(InProcess::new(world.slot.clone()), [(index, fault)]));
        let by = desk();
        let mut desk =
            mynumber::issuance::desk::Desk { store: &mut world.store, issuer: &mut broken, by: &by };
        if case.waive_pins(&mut desk).is_ok() {
            assert!(is_blank(&world.storage), "{index}");
            continue;
        }
        let begun: At<SettingPins> = world.at();
        if index % 2 == 0 {
            world.with_desk(|desk| begun.waive_pins(desk)).unwrap();
            assert!(is_blank(&world.storage), "{index}");
        } else {
            // The holder has second thoughts: three PINs, since the signature certificate is revoked already.
            assert!(!begun.plan(&mut world.store).unwrap().asks(Asked::Signature));
            world.with_desk(|desk| begun.resume_pins(&three_pins(FOUR), desk)).unwrap();
            assert_eq!(set_as(&world.storage, PASSWORD, FOUR), [false, true, true, true, true], "{index}");
        }
        assert!(!world.read().contents.has_signature, "{index}");
        let set: At<PinsSet> = world.at();
        set.hand_over(&mut world.store, &by).unwrap();
        let _: At<HandedOver> = world.at();
    }
}
