//! The last day of a card: a change of the period of stay, cut at every exchange and at every write of the card.

use mynumber::applet::pin::{Secret as _, SecurityCode};
use mynumber::applet::{Date, PinId};
use mynumber::crypto::certificate::Purpose;
use mynumber::driver::Card;
use mynumber::issuance::application::Particulars;
use mynumber::issuance::desk::after::{OnCard, suspend};
use mynumber::issuance::desk::counter::Identity;
use mynumber::issuance::desk::stage::{Changing, HandedOver, Lifting, Suspended};
use mynumber::issuance::desk::{At, Desk, DeskError, Reason, Rule, Standing};
use mynumber::issuance::issuer::Issuer;
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::{Sqlite, Store};
use mynumber::testing;
use mynumber::transport::{Error as TransportError, Fault, Faulty, InProcess, When};
use mynumber::virtual_card::storage::{Cut, PowerCut};
use mynumber::virtual_card::{MemoryStorage, Storage as _, VirtualCard};

use crate::*;

const OLD: &str = "20280331";
const NEW: &str = "20300930";

/// Without a signature certificate no key is made, so that every exchange can be cut.
fn foreign_resident(signature: bool) -> World {
    let mut world = World::prepared("alexandria", signature, true);
    world.come_to_counter();
    let pins = if signature { pins() } else { three_pins(FOUR) };
    world.deliver(&pins);
    assert_eq!(world.store.case(1).unwrap().expiry, Some(date(OLD)));
    world
}

/// One run of its own, beginning where the world stands.
struct Run {
    store: Sqlite,
    storage: MemoryStorage,
    code: SecurityCode,
    person: mynumber::issuance::Person,
    longer: Particulars,
}

impl Run {
    fn of(world: &World, name: &str) -> Self {
        let path = world.folder.path().join(name);
        world.store.back_up(&path).unwrap();
        Self {
            store: Sqlite::open(&path).unwrap(),
            storage: MemoryStorage::holding(&world.storage.clone().read().unwrap()),
            code: SecurityCode::parse(&world.person.security_code).unwrap(),
            person: world.person.clone(),
            longer: Particulars { end_of_stay: Some(date(NEW)), ..particulars(&world.person) },
        }
    }

    fn identity(&mut self) -> Identity {
        presented().check(&self.store.case(1).unwrap()).unwrap()
    }

    /// The change, over a terminal of some kind.
    fn change(&mut self, on_card: &OnCard, terminal: &mut dyn Issuer) -> Result<(), DeskError> {
        let identity = self.identity();
        let case = At::<HandedOver>::open(&mut self.store, 1).unwrap();
        let mut texts = Texts::of(&self.person);
        let mut desk = Desk { store: &mut self.store, issuer: terminal, by: &desk() };
        case.change_record(&identity, &self.longer, on_card, &mut texts.certifying(), &mut desk).map(|_| ())
    }

    /// The card in the reader again, and the change taken up where it stands.
    fn resume(&mut self) {
        let identity = self.identity();
        let begun = At::<Changing>::open(&mut self.store, 1).unwrap();
        let mut terminal = issuer(InProcess::new(open(self.storage.clone())));
        let mut texts = Texts::of(&self.person);
        let mut desk = Desk { store: &mut self.store, issuer: &mut terminal, by: &desk() };
        let b = begun.settle_numbers(&identity, &self.code, &mut desk).unwrap();
        let on_card = read(&self.storage, &b);
        begun.resume_change(&identity, &on_card, &mut texts.certifying(), &mut desk).unwrap();
    }

    /// The holder calls before the change is taken up; it is finished when the suspension is lifted.
    fn suspend_and_lift(&mut self) {
        suspend(1, &mut self.store, &by(Actor::Holder, 31)).unwrap();
        let identity = self.identity();
        let held = At::<Suspended>::open(&mut self.store, 1).unwrap();
        let mut terminal = issuer(InProcess::new(open(self.storage.clone())));
        let mut texts = Texts::of(&self.person);
        let mut desk = Desk { store: &mut self.store, issuer: &mut terminal, by: &desk() };
        let b = held.settle_numbers(&identity, &self.code, &mut desk).unwrap();
        let on_card = read(&self.storage, &b);
        held.lift(&identity, &on_card, &mut texts.certifying(), &mut desk).unwrap();
    }

    /// Whether input assist and card face open with the number of this last day.
    fn opens(&self, last_day: &str) -> [bool; 2] {
        let b = number(&self.person, last_day);
        [PinId::InputAssistNumberB, PinId::CardFaceNumberB].map(|pin| is_right(&self.storage, pin, b.bytes()))
    }

    fn assert_finished(&mut self, place: &str) {
        let case = self.store.case(1).unwrap();
        assert_eq!((case.state, case.expiry), (State::HandedOver, Some(date(NEW))), "{place}");
        assert_eq!(self.store.resident(1).unwrap(), self.longer, "{place}");
        assert_eq!((self.opens(NEW), self.opens(OLD)), ([true; 2], [false; 2]), "{place}");
        assert_eq!(last_day(&self.storage), date(NEW), "{place}");
        for pin in [PinId::InputAssistNumberB, PinId::CardFaceNumberB, PinId::CardFaceBirthDate] {
            assert_eq!(tries(&self.storage, pin), pin.row().tries, "{place}: a try is lost at {pin:?}");
        }
        // The face, proved from outside under the new number.
        let on_card = chip(&self.storage, &number(&self.person, NEW));
        assert_eq!(on_card.contents.face.expiry, date(NEW), "{place}");
    }
}

fn number(person: &mynumber::issuance::Person, last_day: &str) -> mynumber::applet::pin::VerificationNumberB {
    let code = SecurityCode::parse(&person.security_code).unwrap();
    mynumber::applet::pin::VerificationNumberB::compose(person.birth_date, date(last_day).year(), &code)
        .unwrap()
}

fn chip(storage: &MemoryStorage, b: &mynumber::applet::pin::VerificationNumberB) -> mynumber::desk::Chip {
    let mut card = Card::new(InProcess::new(copy(storage)));
    let mut random = mynumber::system_random();
    mynumber::desk::read(&mut card, b, None, testing::authorities(), desk().at, &mut random).unwrap()
}

fn read(storage: &MemoryStorage, b: &mynumber::applet::pin::VerificationNumberB) -> OnCard {
    chip(storage, b).on_card
}

/// What the common record says, which anybody reads.
fn last_day(storage: &MemoryStorage) -> Date {
    let mut card = Card::new(InProcess::new(copy(storage)));
    card.read::<mynumber::driver::file::CommonRecord>().unwrap().view().unwrap().expiry().unwrap()
}

#[test]
fn a_change_of_the_period_of_stay_changes_the_last_day_everywhere() {
    let world = foreign_resident(true);
    let mut run = Run::of(&world, "run.db");
    assert_eq!((run.opens(OLD), last_day(&run.storage)), ([true; 2], date(OLD)));
    let on_card = read(&run.storage, &number(&run.person, OLD));
    let mut terminal = issuer(InProcess::new(open(run.storage.clone())));
    run.change(&on_card, &mut terminal).unwrap();
    run.assert_finished("uncut");
    let end = mynumber::issuance::validity::end_of_date(date(NEW)).unwrap();
    let certificates = run.store.certificates(1).unwrap();
    let signature =
        certificates.iter().rfind(|certificate| certificate.purpose == Purpose::Signature).unwrap();
    assert!(signature.not_after <= end);
    // A stay that ends before the card was applied for is no period to write.
    run.longer.end_of_stay = Some(date("20260101"));
    let on_card = read(&run.storage, &number(&run.person, NEW));
    let error = run.change(&on_card, &mut issuer(InProcess::new(open(run.storage.clone())))).unwrap_err();
    assert!(matches!(error.reason(), Reason::Rule(Rule::StayEnded)), "{error}");
    assert_eq!(error.standing(), Standing::Untouched);
}

#[test]
fn a_change_of_the_period_of_stay_cut_at_any_exchange_goes_on_to_its_end() {
    let world = foreign_resident(false);
    let on_card = read(&world.storage, &number(&world.person, OLD));
    let (mut unfinished, mut half, mut apart) = (0, 0, 0);
    for index in 0.. {
        for when in [When::BeforeDelivery, When::AfterDelivery] {
            let mut run = Run::of(&world, &format!("cut-{index}-{when:?}.db"));
            let fault = Fault::Fail(TransportError::CardRemoved, when);
            let wire = Faulty::new(InProcess::new(open(run.storage.clone())), [(index, fault)]);
            let place = format!("{when:?} at {index}");
            match run.change(&on_card, &mut issuer(wire)) {
                Ok(()) => {
                    run.assert_finished(&place);
                    assert!(unfinished > 20 && half > 2 && apart > 0, "{unfinished} {half} {apart}");
                    return;
                }
                Err(error) if error.standing() == Standing::Untouched => {
                    assert_eq!(run.store.case(1).unwrap().state, State::HandedOver, "{place}");
                    assert_eq!(run.opens(OLD), [true; 2], "{place}");
                    continue;
                }
                Err(error) => {
                    assert_eq!(error.standing(), Standing::Unfinished(State::Changing), "{place}: {error}");
                }
            }
            unfinished += 1;
            // The contents of another year than the number that opens them; another number in each application.
            half += u32::from(last_day(&run.storage) == date(NEW) && run.opens(NEW) != [true; 2]);
            apart += u32::from(run.opens(NEW) == [true, false]);
            if unfinished % 2 == 0 {
                run.resume();
            } else {
                run.suspend_and_lift();
            }
            run.assert_finished(&place);
        }
    }
}

#[test]
fn a_change_of_the_period_of_stay_whose_power_fails_at_any_write_goes_on_to_its_end() {
    let world = foreign_resident(false);
    let on_card = read(&world.storage, &number(&world.person, OLD));
    for cut in Cut::ALL {
        for index in 0.. {
            let mut run = Run::of(&world, &format!("power-{cut:?}-{index}.db"));
            let disk = PowerCut::over(run.storage.clone());
            let card = VirtualCard::open(disk.clone(), mynumber::system_random()).unwrap();
            disk.plan(index, cut);
            let outcome = run.change(&on_card, &mut issuer(InProcess::new(mynumber::Slot::new(card))));
            if !disk.is_lost() {
                outcome.unwrap();
                assert!(index > 3, "contents and three numbers: {index}");
                run.storage = disk.survivor();
                run.assert_finished(&format!("{index} writes"));
                break;
            }
            let place = format!("{cut:?} at {index}");
            let error = outcome.unwrap_err();
            assert_eq!(error.standing(), Standing::Unfinished(State::Changing), "{place}: {error}");
            run.storage = disk.survivor();
            run.resume();
            run.assert_finished(&place);
        }
    }
}

/// A change that was pulled between the contents and the numbers, and then suspended.
fn half_changed_and_suspended() -> World {
    let world = foreign_resident(false);
    let on_card = read(&world.storage, &number(&world.person, OLD));
    // Found from the end, where the numbers are set.
    let mut run = Run::of(&world, "half.db");
    let exchanges = {
        let mut whole = Run::of(&world, "whole.db");
        let mut counted =
            issuer(mynumber::transport::Counted::new(InProcess::new(open(whole.storage.clone()))));
        whole.change(&on_card, &mut counted).unwrap();
        usize::try_from(counted.transport_mut().take_counts().exchanges).unwrap()
    };
    for index in (0..exchanges).rev() {
        run = Run::of(&world, &format!("half-{index}.db"));
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let wire = Faulty::new(InProcess::new(open(run.storage.clone())), [(index, fault)]);
        // A card pulled at the log-out is done.
        let is_done = run.change(&on_card, &mut issuer(wire)).is_ok();
        if !is_done && run.opens(OLD) == [true; 2] {
            break;
        }
    }
    assert_eq!(last_day(&run.storage), date(NEW));
    suspend(1, &mut run.store, &by(Actor::Holder, 31)).unwrap();
    World {
        store: run.store,
        storage: run.storage,
        slot: world.slot,
        person: world.person,
        folder: world.folder,
    }
}

#[test]
fn settling_the_numbers_and_lifting_cut_at_any_exchange_go_on() {
    let half = half_changed_and_suspended();
    let mut cut = 0;
    for index in 0..40 {
        let mut run = Run::of(&half, &format!("lift-{index}.db"));
        let (identity, by, mut texts) = (run.identity(), desk(), Texts::of(&run.person));
        let held = At::<Suspended>::open(&mut run.store, 1).unwrap();
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let wire = Faulty::new(InProcess::new(open(run.storage.clone())), [(index, fault)]);
        let mut broken = issuer(wire);
        let mut desk = Desk { store: &mut run.store, issuer: &mut broken, by: &by };
        let lifted = held.settle_numbers(&identity, &run.code, &mut desk).and_then(|b| {
            let on_card = read(&run.storage, &b);
            held.lift(&identity, &on_card, &mut texts.certifying(), &mut desk)
        });
        if lifted.is_ok() {
            // A card pulled at a log-out is done with what was done before.
            run.assert_finished("lifted");
            continue;
        }
        cut += 1;
        let mut whole = issuer(InProcess::new(open(run.storage.clone())));
        let mut desk = Desk { store: &mut run.store, issuer: &mut whole, by: &by };
        if desk.store.case(1).unwrap().state == State::Suspended {
            let b = held.settle_numbers(&identity, &run.code, &mut desk).unwrap();
            let on_card = read(&run.storage, &b);
            held.lift(&identity, &on_card, &mut texts.certifying(), &mut desk).unwrap();
        } else {
            let begun = At::<Lifting>::open(desk.store, 1).unwrap();
            let b = begun.settle_numbers(&identity, &run.code, &mut desk).unwrap();
            let on_card = read(&run.storage, &b);
            begun.resume_lift(&identity, &on_card, &mut texts.certifying(), &mut desk).unwrap();
        }
        run.assert_finished(&format!("lift cut at {index}"));
    }
    assert!(cut > 20, "{cut}");
}
