//! At the counter, and what becomes of each card.

use mynumber::applet::PinId;
use mynumber::applet::pin::reference;
use mynumber::crypto::UnixTime;
use mynumber::crypto::revocation::Reason as Revocation;
use mynumber::driver::Card as Driven;
use mynumber::issuance::application::{ContactName, Form, FormId, FormKind};
use mynumber::issuance::desk::after::{
    ExpiryNotice, KioskPin, Known, due_for_renewal, replace, report_loss, return_card, suspend,
};
use mynumber::issuance::desk::counter::{
    AtDelivery, Comes, Identity, Likeness, NotIdentified, Presented, Represented,
};
use mynumber::issuance::desk::pins::NewPins;
use mynumber::issuance::desk::stage::{AtCounter, HandedOver, Identified, Noticed, PinsSet, Suspended};
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::store::{By, Document, Paper, Store};
use mynumber::transport::InProcess;

use crate::people::{Kind, Resident};
use crate::town::{SECOND, Town, Worth, by, date, day, four, password, three};

/// The whole way of a resident from the notice on.
pub(crate) fn come_and_live(town: &mut Town, resident: &Resident) {
    match resident.kind {
        Kind::Uncollected => {
            let card = town.cards.get_mut(&resident.number).unwrap();
            (card.signature, card.user_authentication) = (Worth::Nothing, Worth::Nothing);
        }
        Kind::SentBack => send_back(town, resident.number),
        _ => {
            deliver(town, resident, resident.number, 40);
            live(town, resident);
        }
    }
}

fn live(town: &mut Town, resident: &Resident) {
    let number = resident.number;
    match resident.kind {
        Kind::SwitchedAndBack => switch(town, number),
        Kind::Renewed | Kind::LostAndReplaced => replace_card(town, resident),
        Kind::Moved | Kind::Renamed => change_record(town, resident),
        Kind::SuspendedAndLifted => suspend_and_lift(town, number),
        Kind::Suspended => {
            suspend(number, &mut town.store, &by(Actor::CallCentre, 90)).unwrap();
            revoke(town, number, Revocation::CertificateHold);
        }
        Kind::UnlockedAtWindow => unlock_at_window(town, number),
        Kind::PasswordAtKiosk | Kind::PinAtKiosk => unlock_at_kiosk(town, resident),
        Kind::OwnChanges => change_by_holder(town, number),
        Kind::Returned => {
            return_card(number, &mut town.store, &by(Actor::Holder, 95)).unwrap();
            revoke(town, number, Revocation::CessationOfOperation);
        }
        _ => {}
    }
}

fn office(days: i64) -> By {
    by(Actor::Municipality, days)
}

/// Whoever comes, with papers that are in order.
fn presented(resident: Option<&Resident>, old_card: bool) -> Presented {
    let represented = resident.is_some_and(|one| matches!(one.kind, Kind::Under15 | Kind::Ward));
    let paper = |document, collected| Paper { document, collected };
    let mut papers = vec![paper(Document::DeliveryNotice, true), paper(Document::Passport, false)];
    if represented {
        papers.push(paper(Document::ProofOfRepresentation, false));
    }
    if old_card {
        papers.push(paper(Document::OldCard, true));
    }
    Presented {
        comes: if represented { Comes::Representative } else { Comes::Holder },
        papers,
        likeness: Likeness::Same,
        record_agrees: true,
    }
}

fn identity(town: &mut Town, number: u64) -> Identity {
    let case = town.store.case(number).unwrap();
    presented(None, false).check(&case).unwrap()
}

fn send_back(town: &mut Town, number: u64) {
    let noticed = town.at::<Noticed>(number);
    let counter = noticed.open_counter(&mut town.store, &office(40)).unwrap();
    let other = Presented { likeness: Likeness::ClearlyDifferent, ..presented(None, false) };
    let found = match counter.check(&other, &delivery(false)) {
        Err(NotIdentified::SendBack(found)) => found,
        other => panic!("{other:?}"),
    };
    counter.send_back(&found, &mut town.store, &office(40)).unwrap();
    let card = town.cards.get_mut(&number).unwrap();
    (card.signature, card.user_authentication) = (Worth::Nothing, Worth::Nothing);
}

const fn delivery(old_card_out: bool) -> AtDelivery {
    AtDelivery {
        represented: Represented::Unasked,
        face_print_agrees: true,
        braille_agrees: true,
        registry_card_in_use: false,
        notification_card_out: false,
        old_card_out,
    }
}

/// Counter, PINs, hand-over.
fn deliver(town: &mut Town, resident: &Resident, number: u64, days: i64) {
    let by = office(days);
    let old_card = days > SECOND && resident.is(Kind::Renewed);
    let noticed = town.at::<Noticed>(number);
    let counter: mynumber::issuance::desk::At<AtCounter> =
        noticed.open_counter(&mut town.store, &by).unwrap();
    // Whose application it is, on papers that have another space.
    let represented = Represented::By(ContactName::parse("検証 代理").unwrap());
    let delivery = AtDelivery { represented, ..delivery(old_card) };
    let identity = counter.check(&presented(Some(resident), old_card), &delivery).unwrap();
    let mut identified = counter.identify(&identity, &mut town.store, &by).unwrap();
    if resident.is(Kind::OtherSubstitutes) {
        identified = other_substitutes(town, number, &identified, &by);
    }
    let set = if resident.is(Kind::FaceAuthentication) {
        let card = town.cards.get_mut(&number).unwrap();
        (card.signature, card.user_authentication) = (Worth::Nothing, Worth::InForce);
        town.desk(number, &by, |desk| identified.waive_pins(desk)).unwrap()
    } else {
        let plan = identified.plan(&mut town.store).unwrap();
        let pins = town.choose(number, plan);
        town.desk(number, &by, |desk| identified.set_pins(&pins, desk)).unwrap()
    };
    let set: mynumber::issuance::desk::At<PinsSet> = set;
    set.hand_over(&mut town.store, &by).unwrap();
}

/// The holder prefers another character in the place of the one that the set lacks.
fn other_substitutes(
    town: &mut Town,
    number: u64,
    identified: &mynumber::issuance::desk::At<Identified>,
    by: &By,
) -> mynumber::issuance::desk::At<Identified> {
    let chip = town.read(number);
    let mut person = town.cards[&number].person.clone();
    person.name = person.name.replace('高', "嵩");
    let identified = Town::certifying(&person, |with| {
        town.desk(number, by, |desk| identified.set_substitutes(&chip.on_card, with, desk)).unwrap()
    });
    town.cards.get_mut(&number).unwrap().person = person;
    identified
}

/// All certificates that were in force are revoked for this.
fn revoke(town: &mut Town, number: u64, reason: Revocation) {
    let card = town.cards.get_mut(&number).unwrap();
    for worth in [&mut card.signature, &mut card.user_authentication] {
        if *worth != Worth::Nothing {
            *worth = Worth::Revoked(reason);
        }
    }
}

/// A face-authentication card and back: PINs, then a new signature certificate with its password.
fn switch(town: &mut Town, number: u64) {
    let (identity, by) = (identity(town, number), office(60));
    let case = town.at::<HandedOver>(number);
    let case = town.desk(number, &by, |desk| case.take_pins_off(&identity, desk)).unwrap();
    assert!(!town.read(number).contents.has_signature);
    let four = town.cards[&number].four.clone().unwrap();
    let case = town.desk(number, &by, |desk| case.put_pins_on(&identity, &three(&four), desk)).unwrap();
    let card = &town.cards[&number];
    let (person, secret) = (card.person.clone(), password(card.password.as_ref().unwrap()));
    Town::certifying(&person, |with| {
        town.desk(number, &by, |desk| case.issue_signature(&identity, secret, with, desk)).unwrap();
    });
}

/// Lost, or near its end: another application, another card, and the first ends.
fn replace_card(town: &mut Town, resident: &Resident) {
    let number = resident.number;
    let id = FormId::parse(&format!("8{number:022}")).unwrap();
    let kind = if resident.is(Kind::Renewed) {
        let today = date("20270109");
        let due = due_for_renewal(&mut town.store, today, 0, 100).unwrap();
        let case = due.iter().find(|case| case.number == number).unwrap();
        let notice = ExpiryNotice::of(case, id.clone(), today).unwrap();
        assert!(notice.text().contains("2027-03-31") && notice.qr_svg().is_some());
        FormKind::ExpiryNotice
    } else {
        report_loss(number, &mut town.store, &by(Actor::CallCentre, 70)).unwrap();
        FormKind::MunicipalityQr
    };
    let second = town.second(resident, Form::Printed { kind, id });
    deliver(town, resident, second, SECOND + 5);
    let new = town.at::<HandedOver>(second);
    replace(number, &new, &mut town.store, &office(SECOND + 5)).unwrap();
    // What was held when the card was lost stays so: a hold is never released.
    revoke(town, number, Revocation::CertificateHold);
    if resident.is(Kind::Renewed) {
        // The day on which cards are looked at is past the end of the old one.
        let card = town.cards.get_mut(&number).unwrap();
        (card.signature, card.user_authentication) = (Worth::Expired, Worth::Expired);
    }
}

/// A move, or another name: contents and signature certificate are new.
fn change_record(town: &mut Town, resident: &Resident) {
    let (number, by) = (resident.number, office(80));
    let (identity, chip) = (identity(town, number), town.read(number));
    let (mut record, mut person) = (resident.record.clone(), resident.person.clone());
    if resident.is(Kind::Moved) {
        record.address = "見本県試験市架空九丁目８番７号".to_owned();
        person.address = record.address.clone();
        person.address_substitutes = Flags::none(&person.address).as_str().to_owned();
    } else {
        record.name = "改名　検証".to_owned();
        person.name = record.name.clone();
        person.name_substitutes = Flags::none(&person.name).as_str().to_owned();
    }
    let case = town.at::<HandedOver>(number);
    Town::certifying(&person, |with| {
        town.desk(number, &by, |desk| case.change_record(&identity, &record, &chip.on_card, with, desk))
            .unwrap();
    });
    town.cards.get_mut(&number).unwrap().person = person;
}

fn suspend_and_lift(town: &mut Town, number: u64) {
    suspend(number, &mut town.store, &by(Actor::Holder, 50)).unwrap();
    let case = town.at::<Suspended>(number);
    let (identity, chip) = (identity(town, number), town.read(number));
    let person = town.cards[&number].person.clone();
    Town::certifying(&person, |with| {
        town.desk(number, &office(52), |desk| case.lift(&identity, &chip.on_card, with, desk)).unwrap();
    });
}

/// Wrong entries until the card refuses, by a program that counts no tries.
fn lock(town: &Town, number: u64, pin: PinId, wrong: &[u8]) {
    let row = pin.row();
    let (aid, slot) = (row.application.row().aid.0, &town.cards[&number].slot);
    let mut card = slot.card();
    let select = [&[0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).unwrap()], aid].concat();
    assert_eq!(card.respond(&select).unwrap(), [0x90, 0x00]);
    let head = [0x00, 0x20, 0x00, 0x80 | row.ef.short().unwrap(), u8::try_from(wrong.len()).unwrap()];
    while card.tries_left(pin).unwrap() > 0 {
        card.respond(&[&head, wrong].concat()).unwrap();
    }
    assert_eq!(card.respond(&[&head, wrong].concat()).unwrap(), [0x69, 0x84]);
}

fn unlock_at_window(town: &mut Town, number: u64) {
    for pin in [PinId::UserAuthentication, PinId::Juki] {
        lock(town, number, pin, b"0000");
    }
    let identity = identity(town, number);
    let new = ["8181", "8282", "8383"].map(str::to_owned);
    let case = town.at::<HandedOver>(number);
    town.desk(number, &office(65), |desk| case.reset_pins(&identity, &three(&new), desk)).unwrap();
    town.cards.get_mut(&number).unwrap().four = Some(new);
}

/// The convenience-store rule: one certificate's PIN where the other's is known.
fn unlock_at_kiosk(town: &mut Town, resident: &Resident) {
    let number = resident.number;
    // Half past twelve in Japan; the face was matched an hour before.
    let noon = UnixTime::from_seconds(day(66).seconds() + 3 * 3600);
    let (kiosk, matched) =
        (By { at: noon, ..by(Actor::ConvenienceStore, 66) }, UnixTime::from_seconds(noon.seconds() - 3600));
    let case = town.at::<HandedOver>(number);
    let card = &town.cards[&number];
    let mut driven = Driven::new(InProcess::new(card.slot.clone()));
    let (known, new) = if resident.is(Kind::PasswordAtKiosk) {
        lock(town, number, PinId::Signature, b"WRONG99");
        let known = Known::user_authentication(&mut driven, &four(&card.four.as_ref().unwrap()[0])).unwrap();
        (known, KioskPin::Signature(password("KIOSK7NEW")))
    } else {
        lock(town, number, PinId::UserAuthentication, b"0000");
        let known = Known::signature(&mut driven, &password(card.password.as_ref().unwrap())).unwrap();
        (known, KioskPin::UserAuthentication(four("7474")))
    };
    drop(driven);
    town.desk(number, &kiosk, |desk| case.reset_at_kiosk(&known, matched, new, desk)).unwrap();
    let card = town.cards.get_mut(&number).unwrap();
    if resident.is(Kind::PasswordAtKiosk) {
        card.password = Some("KIOSK7NEW".to_owned());
    } else {
        card.four.as_mut().unwrap()[0] = "7474".to_owned();
    }
}

/// What holders do themselves, on any card: the public commands.
fn change_by_holder(town: &mut Town, number: u64) {
    let card = town.cards.get_mut(&number).unwrap();
    let mut driven = Driven::new(InProcess::new(card.slot.clone()));
    let old = card.four.replace(["4141", "4242", "4343"].map(str::to_owned)).unwrap();
    driven.change_pin::<reference::UserAuthentication>(&four(&old[0]), &four("4141")).unwrap();
    driven.change_juki_pin(&four(&old[1]), &four("4242")).unwrap();
    driven.change_pin::<reference::InputAssist>(&four(&old[2]), &four("4343")).unwrap();
    let old = card.password.replace("OWN7CHANGE".to_owned()).unwrap();
    driven.change_pin::<reference::Signature>(&password(&old), &password("OWN7CHANGE")).unwrap();
    let case = town.at::<HandedOver>(number);
    let identity = identity(town, number);
    // The desk asks nothing of a card whose holder has forgotten nothing.
    town.desk(number, &office(66), |desk| case.reset_pins(&identity, &NewPins::default(), desk)).unwrap_err();
}
