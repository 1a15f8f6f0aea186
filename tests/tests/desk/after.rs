//! Afterwards: each card looked at from outside.

use mynumber::applet::PinId;
use mynumber::applet::pin::reference;
use mynumber::crypto::Certificate;
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::revocation::Reason as Revocation;
use mynumber::driver::{Card, Input};
use mynumber::issuance::application::FormId;
use mynumber::issuance::desk::after::{
    ExpiryNotice, KioskPin, Known, due_for_renewal, expire_cards, expire_uncollected, replace, report_loss,
    return_card, suspend,
};
use mynumber::issuance::desk::pins::NewPins;
use mynumber::issuance::desk::stage::{
    Changing, HandedOver, Identified, Lifting, Resetting, Rewriting, Suspended, Switching,
};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::desk::{At, Desk, Reason, Standing};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::person::built_in;
use mynumber::issuance::store::{By, CertificateState, Store};
use mynumber::transport::{Error as TransportError, Fault, Faulty, InProcess, When};
use mynumber::{OwnCertificate, testing};

use crate::life::last;
use crate::*;

fn in_force(world: &mut World, purpose: Purpose) -> Option<Vec<u8>> {
    let (serial, state) = last(world, purpose);
    (state == CertificateState::InForce).then_some(serial)
}

/// The card signs with both keys, each under the certificate that stands on it; these are the ones the store knows.
fn assert_certificates_work(world: &mut World, password: &str, pin: &str) {
    let hash = mynumber::crypto::digest::sha256(&[b"after"]);
    let mut card = Card::new(InProcess::new(copy(&world.storage)));
    let secret = crate::password(password);
    card.sign::<reference::Signature>(&secret, &Input::sha256(&hash), &OwnCertificate).unwrap();
    card.sign::<reference::UserAuthentication>(&four(pin), &Input::sha256(&hash), &OwnCertificate).unwrap();
    for purpose in [Purpose::Signature, Purpose::UserAuthentication] {
        let der = world.certificate(purpose).unwrap();
        let serial = Certificate::parse(&der).unwrap().serial().to_vec();
        assert_eq!(Some(serial), in_force(world, purpose), "{purpose:?}");
    }
}

fn texts(world: &World) -> Texts {
    Texts::of(&world.person)
}

#[test]
fn pins_are_set_anew_at_the_window_after_the_holder_was_identified() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    for _ in 0..3 {
        // Locked: three wrong tries.
        let mut card = world.slot.card();
        assert_eq!(
            card.respond(&[0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0, 0, 0, 1])
                .unwrap(),
            [0x90, 0x00]
        );
        card.respond(&[0x00, 0x20, 0x00, 0x98, 0x04, b'0', b'0', b'0', b'0']).unwrap();
    }
    assert_eq!(tries(&world.storage, PinId::UserAuthentication), 0);
    let case: At<HandedOver> = world.at();
    let one = NewPins::default().user_authentication(four(OTHER_FOUR[0]));
    let case = world.with_desk(|desk| case.reset_pins(&identity, &one, desk)).unwrap();
    assert!(is_right(&world.storage, PinId::UserAuthentication, OTHER_FOUR[0].as_bytes()));
    assert_eq!(tries(&world.storage, PinId::UserAuthentication), 3);
    let case = world.with_desk(|desk| case.reset_pins(&identity, &other_pins(), desk)).unwrap();
    assert!(is_set_as_other(&world.storage));
    let nothing = world.with_desk(|desk| case.reset_pins(&identity, &NewPins::default(), desk));
    assert!(matches!(nothing.unwrap_err().reason(), Reason::Pins(_)));
    let events: Vec<String> = world
        .store
        .audit(9, 10)
        .unwrap()
        .into_iter()
        .map(|record| format!("{} {}", record.event, record.detail))
        .collect();
    let expected = [
        "begin-reset ",
        "set-pin user-authentication",
        "reset-pin ",
        "begin-reset ",
        "set-pin signature",
        "set-pin user-authentication",
        "set-pin juki",
        "set-pin input-assist",
        "reset-pin ",
    ];
    assert_eq!(events, expected);
}

#[test]
fn at_a_kiosk_one_certificates_pin_is_set_anew_where_the_others_is_known() {
    let mut world = World::handed_over("taro");
    let case: At<HandedOver> = world.at();
    // 12:30 in Japan.
    let noon = UnixTime::from_seconds(testing::ISSUED.seconds() + 40 * 86_400 + 3 * 3600);
    let kiosk = |at| By { actor: Actor::ConvenienceStore, at, ..desk() };
    let mut card = Card::new(InProcess::new(world.slot.clone()));
    assert!(Known::user_authentication(&mut card, &four("0000")).is_err());
    let known = Known::user_authentication(&mut card, &four(FOUR[0])).unwrap();
    let pin = || KioskPin::Signature(password(OTHER_PASSWORD));
    for (at, matched) in
        [(noon, -25 * 3600), (noon, 60), (UnixTime::from_seconds(noon.seconds() + 11 * 3600), -60)]
    {
        let matched = UnixTime::from_seconds(at.seconds() + matched);
        let error = world
            .with_desk_at(&kiosk(at), |desk| case.reset_at_kiosk(&known, matched, pin(), desk))
            .unwrap_err();
        assert!(matches!(error.reason(), Reason::NotTheTime(_)), "{error}");
    }
    let other = KioskPin::UserAuthentication(four(OTHER_FOUR[0]));
    let error =
        world.with_desk_at(&kiosk(noon), |desk| case.reset_at_kiosk(&known, noon, other, desk)).unwrap_err();
    assert!(matches!(error.reason(), Reason::Rule(_)), "{error}");
    world.with_desk_at(&kiosk(noon), |desk| case.reset_at_kiosk(&known, noon, pin(), desk)).unwrap();
    assert!(is_right(&world.storage, PinId::Signature, OTHER_PASSWORD.as_bytes()));
    // And the other way round.
    let known = Known::signature(&mut card, &password(OTHER_PASSWORD)).unwrap();
    let case: At<HandedOver> = world.at();
    let other = KioskPin::UserAuthentication(four(OTHER_FOUR[0]));
    world.with_desk_at(&kiosk(noon), |desk| case.reset_at_kiosk(&known, noon, other, desk)).unwrap();
    assert!(is_right(&world.storage, PinId::UserAuthentication, OTHER_FOUR[0].as_bytes()));
}

#[test]
fn a_suspension_holds_certificates_and_lifting_it_issues_them_anew() {
    let mut world = World::handed_over("taro");
    let before = [Purpose::Signature, Purpose::UserAuthentication].map(|purpose| last(&mut world, purpose).0);
    suspend(1, &mut world.store, &by(Actor::CallCentre, 31)).unwrap();
    let held = last(&mut world, Purpose::Signature).1;
    assert!(matches!(held, CertificateState::Revoked { reason: Revocation::CertificateHold, .. }));
    let case: At<Suspended> = world.at();
    let (identity, chip, mut texts) = (world.identity(), world.read(), texts(&world));
    // Nobody lifts it by telephone.
    let by_phone = by(Actor::CallCentre, 32);
    let error = world
        .with_desk_at(&by_phone, |desk| case.lift(&identity, &chip.on_card, &mut texts.certifying(), desk))
        .unwrap_err();
    assert_eq!(error.standing(), Standing::Untouched);
    world.with_desk(|desk| case.lift(&identity, &chip.on_card, &mut texts.certifying(), desk)).unwrap();
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    let certificates = world.store.certificates(1).unwrap();
    assert_eq!(certificates.len(), 4);
    for old in certificates.iter().filter(|certificate| before.contains(&certificate.serial)) {
        assert!(matches!(old.state, CertificateState::Revoked { .. }), "none is released");
    }
}

#[test]
fn after_a_move_contents_and_signature_certificate_are_new_and_the_user_authentication_certificate_is_kept() {
    let mut world = World::handed_over("taro");
    let kept = world.certificate(Purpose::UserAuthentication);
    let (identity, chip) = (world.identity(), world.read());
    let mut moved = particulars(&world.person);
    moved.address = "見本県試験市架空九丁目８番７号".to_owned();
    world.person.address = moved.address.clone();
    world.person.address_substitutes = Flags::none(&moved.address).as_str().to_owned();
    let mut texts = texts(&world);
    let case: At<HandedOver> = world.at();
    world
        .with_desk(|desk| case.change_record(&identity, &moved, &chip.on_card, &mut texts.certifying(), desk))
        .unwrap();
    // Proved from outside: the new address, under the municipality's signatures, in the same chip.
    let chip = world.read();
    assert_eq!(*chip.contents.text.address, moved.address);
    assert_eq!(world.store.resident(1).unwrap(), moved);
    assert_eq!(world.certificate(Purpose::UserAuthentication), kept);
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    let old = &world.store.certificates(1).unwrap()[0];
    assert!(matches!(old.state, CertificateState::Revoked { reason: Revocation::AffiliationChanged, .. }));
    let der = world.certificate(Purpose::Signature).unwrap();
    let address = moved.address.as_bytes();
    assert!(der.windows(address.len()).any(|part| part == address));
}

#[test]
fn a_change_cut_at_any_exchange_is_unfinished_until_it_is_done() {
    let mut world = World::handed_over("taro");
    let (identity, chip) = (world.identity(), world.read());
    let mut moved = particulars(&world.person);
    moved.name = "試験　次郎".to_owned();
    world.person.name = moved.name.clone();
    let case: At<HandedOver> = world.at();
    let before = world.storage.clone();
    let (mut unfinished, mut done) = (0, 0);
    // Every exchange of key, store and commit; of the many pieces of files each seventh.
    for index in (0..8).chain((8..120).step_by(7)) {
        use mynumber::virtual_card::{MemoryStorage, Storage};
        let storage = MemoryStorage::holding(&before.clone().read().unwrap());
        let path = world.folder.path().join(format!("change-{index}.db"));
        world.store.back_up(&path).unwrap();
        let mut store = mynumber::issuance::store::Sqlite::open(&path).unwrap();
        let mut texts = texts(&world);
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let slot = open(storage.clone());
        let mut broken = issuer(Faulty::new(InProcess::new(slot), [(index, fault)]));
        let by = desk();
        let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
        let outcome =
            case.change_record(&identity, &moved, &chip.on_card, &mut texts.certifying(), &mut desk);
        match outcome {
            Ok(_) => done += 1,
            Err(error) if error.standing() == Standing::Untouched => {
                assert_eq!(store.case(1).unwrap(), *case.case());
                continue;
            }
            Err(error) => {
                assert_eq!(error.standing(), Standing::Unfinished(State::Changing), "{index}: {error}");
                unfinished += 1;
                let begun = At::<Changing>::open(&mut store, 1).unwrap();
                let mut whole = issuer(InProcess::new(open(storage.clone())));
                let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
                begun.resume_change(&identity, &chip.on_card, &mut texts.certifying(), &mut desk).unwrap();
            }
        }
        let mut after = World {
            store,
            slot: open(storage.clone()),
            storage,
            person: world.person.clone(),
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(*after.read().contents.text.name, moved.name, "{index}");
        assert_certificates_work(&mut after, PASSWORD, FOUR[0]);
        let alive = after.store.certificates(1).unwrap();
        let alive = alive.iter().filter(|certificate| certificate.state == CertificateState::InForce).count();
        assert_eq!(alive, 2, "no certificate is forgotten");
    }
    assert!(unfinished > 3 && done > 0, "{unfinished} unfinished, {done} done");
}

#[test]
fn substitute_characters_are_set_anew_before_the_pins() {
    let mut world = World::prepared("taro", true, true);
    world.come_to_counter();
    let chip = world.read();
    // The holder prefers another character for the one that the set lacks.
    world.person.name = "試驗　太郎".to_owned();
    world.person.name_substitutes = "01000".to_owned();
    let mut texts = texts(&world);
    let case: At<Identified> = world.at();
    let case =
        world.with_desk(|desk| case.set_substitutes(&chip.on_card, &mut texts.certifying(), desk)).unwrap();
    assert_eq!(*world.read().contents.text.name, "試驗　太郎");
    world.with_desk(|desk| case.set_pins(&pins(), desk)).unwrap();
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    let der = world.certificate(Purpose::Signature).unwrap();
    assert!(der.windows(5).any(|part| part == b"01000"));
    let old = &world.store.certificates(1).unwrap()[0];
    assert!(matches!(old.state, CertificateState::Revoked { reason: Revocation::Unspecified, .. }));
    // A text that is not the record's, beyond the marked characters, is refused.
    world.person.name_substitutes = "00000".to_owned();
    let mut world = World::identified("taro");
    let mut texts = Texts::of(&{
        let mut person = world.person.clone();
        person.name = "試驗　太郎".to_owned();
        person
    });
    let chip = world.read();
    let case: At<Identified> = world.at();
    let error = world
        .with_desk(|desk| case.set_substitutes(&chip.on_card, &mut texts.certifying(), desk))
        .unwrap_err();
    assert!(matches!(error.reason(), Reason::Rule(_)), "{error}");
    assert!(At::<Rewriting>::open(&mut world.store, 1).is_err());
}

#[test]
fn certificates_are_renewed_from_three_months_before_they_end() {
    let mut world = World::handed_over("taro");
    let (identity, mut texts) = (world.identity(), texts(&world));
    let case: At<HandedOver> = world.at();
    // They end on the fifth birthday, 2031-05-05.
    let day = |text: &str| {
        let end = mynumber::issuance::validity::end_of_date(date(text)).unwrap();
        By { at: UnixTime::from_seconds(end.seconds() - 3600), ..desk() }
    };
    let renew = |world: &mut World, by: &By, texts: &mut Texts| {
        world.with_desk_at(by, |desk| case.renew_certificates(&identity, &mut texts.certifying(), desk))
    };
    let early = renew(&mut world, &day("20310204"), &mut texts).unwrap_err();
    assert!(matches!(early.reason(), Reason::NotTheTime(_)));
    renew(&mut world, &day("20310205"), &mut texts).unwrap();
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    let certificates = world.store.certificates(1).unwrap();
    let ends = mynumber::issuance::validity::end_of_date(date("20360505")).unwrap();
    assert!(certificates.iter().skip(2).all(|certificate| certificate.not_after == ends));
    for old in certificates.iter().take(2) {
        assert!(matches!(old.state, CertificateState::Revoked { reason: Revocation::Superseded, .. }));
    }
}

#[test]
fn a_card_is_switched_to_face_authentication_and_back() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    let case: At<HandedOver> = world.at();
    let case = world.with_desk(|desk| case.take_pins_off(&identity, desk)).unwrap();
    assert!(is_blank(&world.storage));
    assert!(!world.read().contents.has_signature);
    let (_, state) = last(&mut world, Purpose::Signature);
    assert!(matches!(state, CertificateState::Revoked { reason: Revocation::CessationOfOperation, .. }));
    // One PIN alone is not set on such a card.
    let one = NewPins::default().juki(four(FOUR[1]));
    let error = world.with_desk(|desk| case.reset_pins(&identity, &one, desk)).unwrap_err();
    assert!(matches!(error.reason(), Reason::NoPins), "{error}");
    let case = world.with_desk(|desk| case.put_pins_on(&identity, &three_pins(FOUR), desk)).unwrap();
    assert_eq!(set_as(&world.storage, PASSWORD, FOUR), [false, true, true, true, true]);
    let mut texts = texts(&world);
    let case = world
        .with_desk(|desk| case.issue_signature(&identity, password(PASSWORD), &mut texts.certifying(), desk))
        .unwrap();
    assert!(is_set(&world.storage));
    assert!(world.read().contents.has_signature);
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    let error = world.with_desk(|desk| case.put_pins_on(&identity, &pins(), desk)).unwrap_err();
    assert!(matches!(error.reason(), Reason::Rule(_)), "{error}");
}

#[test]
fn a_switch_cut_at_any_exchange_is_resumed_either_way() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    let case: At<HandedOver> = world.at();
    let before = light(&world.storage);
    for index in 0..18 {
        use mynumber::virtual_card::{MemoryStorage, Storage};
        let storage = MemoryStorage::holding(&before.clone().read().unwrap());
        let path = world.folder.path().join(format!("switch-{index}.db"));
        world.store.back_up(&path).unwrap();
        let mut store = mynumber::issuance::store::Sqlite::open(&path).unwrap();
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let mut broken = issuer(Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]));
        let by = desk();
        let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
        if case.take_pins_off(&identity, &mut desk).is_err() {
            let begun = At::<Switching>::open(&mut store, 1).unwrap();
            let mut whole = issuer(InProcess::new(open(storage.clone())));
            let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
            if index % 2 == 0 {
                begun.resume_taking_off(&identity, &mut desk).unwrap();
            } else {
                begun.resume_putting_on(&identity, &three_pins(OTHER_FOUR), &mut desk).unwrap();
                assert_eq!(set_as(&storage, OTHER_PASSWORD, OTHER_FOUR), [false, true, true, true, true]);
                assert_eq!(tries(&storage, PinId::Signature), 0);
                continue;
            }
        }
        assert!(is_blank(&storage), "{index}");
        assert_eq!(store.case(1).unwrap().state, State::HandedOver);
    }
}

#[test]
fn loss_holds_certificates_and_a_new_card_takes_the_place_of_the_old() {
    let mut world = World::handed_over("taro");
    report_loss(1, &mut world.store, &by(Actor::Holder, 40)).unwrap();
    let held = last(&mut world, Purpose::UserAuthentication).1;
    assert!(matches!(held, CertificateState::Revoked { reason: Revocation::CertificateHold, .. }));
    // The second card's case, brought to its holder in another store's way: here only its place counts.
    let mut other = World::handed_over("hanako");
    let same = At::<HandedOver>::open(&mut other.store, 1).unwrap();
    let error = replace(1, &same, &mut world.store, &desk()).unwrap_err();
    assert!(matches!(error.reason(), Reason::Rule(_)));
    let hanako = built_in::find("hanako").unwrap();
    let wishes = mynumber::issuance::application::Wishes {
        signature: true,
        user_authentication: true,
        braille_name: false,
    };
    register(&mut world.store, &hanako, 2, wishes);
    for step in [
        mynumber::issuance::lifecycle::Step::Prepare,
        mynumber::issuance::lifecycle::Step::SendNotice,
        mynumber::issuance::lifecycle::Step::OpenCounter,
        mynumber::issuance::lifecycle::Step::Identify,
        mynumber::issuance::lifecycle::Step::BeginPins,
        mynumber::issuance::lifecycle::Step::FinishPins,
        mynumber::issuance::lifecycle::Step::HandOver,
    ] {
        let version = world.store.case(2).unwrap().version;
        if step == mynumber::issuance::lifecycle::Step::SendNotice {
            world.store.send_notice(2, version, date("20270131"), &desk()).unwrap();
        } else {
            world.store.step(2, version, step, &desk()).unwrap();
        }
    }
    let new = At::<HandedOver>::open(&mut world.store, 2).unwrap();
    let ended = replace(1, &new, &mut world.store, &desk()).unwrap();
    assert_eq!((ended.state, ended.successor), (State::Replaced, Some(2)));
}

#[test]
fn a_card_given_back_needs_its_certificates_no_longer() {
    let mut world = World::handed_over("taro");
    let ended = return_card(1, &mut world.store, &by(Actor::Holder, 50)).unwrap();
    assert_eq!(ended.state, State::Returned);
    for purpose in [Purpose::Signature, Purpose::UserAuthentication] {
        let (_, state) = last(&mut world, purpose);
        assert!(matches!(state, CertificateState::Revoked { reason: Revocation::CessationOfOperation, .. }));
    }
}

#[test]
fn a_card_nobody_fetched_ends_and_its_certificates_are_revoked() {
    let mut world = World::prepared("taro", true, true);
    let version = world.store.case(1).unwrap().version;
    world.store.send_notice(1, version, date("20270131"), &desk()).unwrap();
    // 2027-01-31 is the last day: day 122 after the first of October.
    assert!(expire_uncollected(&mut world.store, &by(Actor::Calendar, 122)).unwrap().is_empty());
    assert_eq!(expire_uncollected(&mut world.store, &by(Actor::Calendar, 123)).unwrap(), [1]);
    let (_, state) = last(&mut world, Purpose::Signature);
    assert!(matches!(state, CertificateState::Revoked { reason: Revocation::Unspecified, .. }));
}

#[test]
fn a_card_expires_after_its_tenth_birthday_and_its_holder_is_told_three_months_before() {
    let mut world = World::handed_over("taro");
    // Born on 5 May 1985, issued in October 2026.
    assert_eq!(world.store.case(1).unwrap().expiry, Some(date("20360505")));
    assert_eq!(due_for_renewal(&mut world.store, date("20360204"), 0, 10).unwrap(), []);
    let due = due_for_renewal(&mut world.store, date("20360205"), 0, 10).unwrap();
    assert_eq!(due.len(), 1);
    let form = FormId::parse("99999000000000000000042").unwrap();
    assert!(ExpiryNotice::of(&due[0], form.clone(), date("20360204")).is_none());
    let notice = ExpiryNotice::of(&due[0], form, date("20360205")).unwrap();
    assert!(notice.text().contains("2036-05-05") && notice.text().contains("99999000000000000000042"));
    let svg = notice.qr_svg().unwrap();
    assert!(svg.matches('M').count() > 100);
    // The last day itself still counts.
    let on = |text: &str| {
        let end = mynumber::issuance::validity::end_of_date(date(text)).unwrap();
        By { at: end, actor: Actor::Calendar, ..desk() }
    };
    assert!(expire_cards(&mut world.store, &on("20360505")).unwrap().is_empty());
    assert_eq!(expire_cards(&mut world.store, &on("20360506")).unwrap(), [1]);
    assert_eq!(world.store.case(1).unwrap().state, State::Expired);
}

#[test]
fn a_suspension_during_a_change_is_lifted_with_the_contents_rewritten() {
    let mut world = World::handed_over("taro");
    let (identity, chip) = (world.identity(), world.read());
    let mut moved = particulars(&world.person);
    moved.address = "見本県試験市架空五丁目５番５号".to_owned();
    world.person.address = moved.address.clone();
    world.person.address_substitutes = Flags::none(&moved.address).as_str().to_owned();
    let mut texts = texts(&world);
    let case: At<HandedOver> = world.at();
    let fault = Fault::Fail(TransportError::CardRemoved, When::BeforeDelivery);
    let mut broken = issuer(Faulty::new(InProcess::new(world.slot.clone()), [(12, fault)]));
    let by_desk = desk();
    let mut desk = Desk { store: &mut world.store, issuer: &mut broken, by: &by_desk };
    let error =
        case.change_record(&identity, &moved, &chip.on_card, &mut texts.certifying(), &mut desk).unwrap_err();
    assert_eq!(error.standing(), Standing::Unfinished(State::Changing));
    suspend(1, &mut world.store, &by(Actor::Holder, 31)).unwrap();
    let case: At<Suspended> = world.at();
    world.with_desk(|desk| case.lift(&identity, &chip.on_card, &mut texts.certifying(), desk)).unwrap();
    assert_eq!(*world.read().contents.text.address, moved.address);
    assert_certificates_work(&mut world, PASSWORD, FOUR[0]);
    assert!(At::<Lifting>::open(&mut world.store, 1).is_err());
    assert!(At::<Resetting>::open(&mut world.store, 1).is_err());
}
