//! The card pulled and the wire spoilt at every exchange.

use mynumber::apdu::StatusWord;
use mynumber::issuance::desk::stage::{HandedOver, Identified, PinsSet, Resetting, SettingPins};
use mynumber::issuance::desk::{At, Desk, Standing};
use mynumber::issuance::lifecycle::State;
use mynumber::issuance::store::{Sqlite, Store};
use mynumber::transport::{Counted, Error as TransportError, Fault, Faulty, InProcess, When};

use crate::*;

/// Every kind of fault.
fn faults() -> Vec<Fault> {
    use TransportError as E;
    use When::{AfterDelivery as After, BeforeDelivery as Before};
    let mut faults = vec![Fault::Fail(E::CardReset, Before)];
    for error in [E::CardRemoved, E::CardUnpowered, E::Timeout, E::Transmission] {
        faults.extend([Before, After].map(|when| Fault::Fail(error.clone(), when)));
    }
    faults.extend([0, 1, 2, 9].map(Fault::Truncate));
    faults.extend([1, 300].map(Fault::Extend));
    faults.extend([0x9000, 0x6F00, 0x63C2, 0x6982, 0x6300].map(|status| Fault::Status(StatusWord(status))));
    faults.extend([Before, After].map(Fault::Repeat));
    faults.extend([0, 7, 40, 79].map(Fault::FlipBit));
    faults
}

/// A store of its own for each run, beginning where another stands.
fn branch(world: &World, name: &str) -> (Sqlite, std::path::PathBuf) {
    let path = world.folder.path().join(name);
    world.store.back_up(&path).unwrap();
    (Sqlite::open(&path).unwrap(), path)
}

#[test]
fn four_pins_take_at_most_two_exchanges_each_reference_and_one_select_each_application() {
    let mut world = World::identified("taro");
    let case: At<Identified> = world.at();
    let mut issuer = issuer(Counted::new(InProcess::new(world.slot.clone())));
    let by = desk();
    let mut desk = Desk { store: &mut world.store, issuer: &mut issuer, by: &by };
    case.set_pins(&pins(), &mut desk).unwrap();
    let counts = issuer.transport_mut().take_counts();
    println!("PIN setup: {} exchanges", counts.exchanges);
    // Beside them: the serial number and the proof of both sides, 4, and the log-out.
    assert!(counts.exchanges <= 2 * 5 + 4 + 4 + 1, "{counts:?}");
    assert!(is_set(&world.storage));
    world.assert_no_pin_is_kept();
}

#[test]
fn a_pin_setup_interrupted_at_any_exchange_is_untouched_resumable_or_done() {
    let mut world = World::identified("taro");
    let case: At<Identified> = world.at();
    let blank = light(&world.storage);
    let (mut kinds, mut runs) = ([0_u32; 3], 0);
    for (index, fault) in (0..).flat_map(|index| faults().into_iter().map(move |fault| (index, fault))) {
        if index > 14 {
            break;
        }
        runs += 1;
        let (mut store, path) = branch(&world, &format!("run-{runs}.db"));
        let storage = delivered_copy(&blank);
        let slot = open(storage.clone());
        let mut issuer = issuer(Faulty::new(InProcess::new(slot), [(index, fault.clone())]));
        let by = desk();
        let place = format!("{fault:?} at {index}");
        let mut desk = Desk { store: &mut store, issuer: &mut issuer, by: &by };
        match case.set_pins(&pins(), &mut desk) {
            Ok(set) => {
                assert_eq!(set.case().state, State::PinsSet);
                assert!(is_set(&storage), "{place}");
                kinds[2] += 1;
            }
            Err(error) => {
                let now = desk.store.case(1).unwrap();
                // Never shown as done: the store knew before the card did.
                assert_eq!(error.standing(), Standing::Unfinished(State::SettingPins), "{place}: {error}");
                assert_eq!(now.state, State::SettingPins, "{place}: {error}");
                kinds[1] += 1;
                finish(runs, &mut store, &storage, &place);
            }
        }
        drop(store);
        std::fs::remove_file(path).unwrap();
    }
    println!("{runs} runs: {} resumed or rolled back, {} done", kinds[1], kinds[2]);
    assert!(kinds[1] > 100 && kinds[2] > 0, "{kinds:?}");
    world.assert_no_pin_is_kept();
}

fn delivered_copy(storage: &mynumber::virtual_card::MemoryStorage) -> mynumber::virtual_card::MemoryStorage {
    use mynumber::virtual_card::{MemoryStorage, Storage};
    MemoryStorage::holding(&storage.clone().read().unwrap())
}

/// The card lies in the reader again: resumed with other PINs, or rolled back and begun anew, by turns.
fn finish(run: u32, store: &mut Sqlite, storage: &mynumber::virtual_card::MemoryStorage, place: &str) {
    let by = desk();
    let mut issuer = issuer(InProcess::new(open(storage.clone())));
    let begun = At::<SettingPins>::open(store, 1).unwrap();
    let mut desk = Desk { store, issuer: &mut issuer, by: &by };
    let set: At<PinsSet> = if run.is_multiple_of(2) {
        begun.resume_pins(&other_pins(), &mut desk).unwrap()
    } else {
        let back = begun.roll_back(&mut desk).unwrap();
        assert!(is_blank(storage), "{place}");
        assert_eq!(back.case().state, State::Identified);
        back.set_pins(&other_pins(), &mut desk).unwrap()
    };
    assert!(is_set_as_other(storage), "{place}");
    set.hand_over(desk.store, &by).unwrap();
}

#[test]
fn a_roll_back_interrupted_at_any_exchange_goes_on() {
    let mut world = World::identified("taro");
    // Half set: the card was pulled at the fourth reference.
    let case: At<Identified> = world.at();
    let fault = (9, Fault::Fail(TransportError::CardRemoved, When::AfterDelivery));
    let mut broken = issuer(Faulty::new(InProcess::new(world.slot.clone()), [fault]));
    let by = desk();
    let mut desk = Desk { store: &mut world.store, issuer: &mut broken, by: &by };
    case.set_pins(&pins(), &mut desk).unwrap_err();
    let half = light(&world.storage);
    assert!(!is_blank(&half) && !is_set(&half));
    let begun: At<SettingPins> = world.at();
    for index in 0..15 {
        let (mut store, path) = branch(&world, &format!("back-{index}.db"));
        let storage = delivered_copy(&half);
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let wire = Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]);
        let mut broken = issuer(wire);
        let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
        if begun.roll_back(&mut desk).is_err() {
            assert_eq!(store.case(1).unwrap().state, State::SettingPins);
            let mut whole = issuer(InProcess::new(open(storage.clone())));
            let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
            begun.roll_back(&mut desk).unwrap();
        }
        assert!(is_blank(&storage), "{index}");
        assert_eq!(store.case(1).unwrap().state, State::Identified);
        drop(store);
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn the_two_juki_references_are_in_step_whenever_a_case_is_not_unfinished() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    let case: At<HandedOver> = world.at();
    let before = light(&world.storage);
    let juki = || mynumber::issuance::desk::pins::NewPins::default().juki(four(OTHER_FOUR[1]));
    let by = desk();
    let mut apart = 0;
    for index in 0..24 {
        for when in [When::BeforeDelivery, When::AfterDelivery] {
            let (mut store, path) = branch(&world, &format!("juki-{index}-{when:?}.db"));
            let storage = delivered_copy(&before);
            let fault = Fault::Fail(TransportError::CardRemoved, when);
            let wire = Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]);
            let mut broken = issuer(wire);
            let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
            let outcome = case.reset_pins(&identity, &juki(), &mut desk);
            let right = |pin, value: &str| is_right(&storage, pin, value.as_bytes());
            use mynumber::applet::PinId::{Common, Juki};
            let (first, second) = (right(Juki, OTHER_FOUR[1]), right(Common, OTHER_FOUR[1]));
            let state = store.case(1).unwrap().state;
            match outcome {
                Ok(_) => assert!(first && second && state == State::HandedOver),
                Err(error) if state == State::HandedOver => {
                    assert_eq!(error.standing(), Standing::Untouched);
                    assert!(!first && !second, "{error}");
                }
                Err(error) => {
                    assert_eq!(error.standing(), Standing::Unfinished(State::Resetting), "{error}");
                    apart += u32::from(first != second);
                    let begun = At::<Resetting>::open(&mut store, 1).unwrap();
                    let mut whole = issuer(InProcess::new(open(storage.clone())));
                    let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
                    // While it is open it is not resumed without: the two may be apart. Else nothing is asked any more.
                    let without = mynumber::issuance::desk::pins::NewPins::default();
                    if begun.open_pins().is_empty() {
                        begun.resume_reset(&identity, &without, &mut desk).unwrap();
                    } else {
                        begun.resume_reset(&identity, &without, &mut desk).unwrap_err();
                        begun.resume_reset(&identity, &juki(), &mut desk).unwrap();
                    }
                    assert!(right(Juki, OTHER_FOUR[1]) && right(Common, OTHER_FOUR[1]));
                }
            }
            drop(store);
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(apart > 0, "the case that this test is for did not come up");
    world.assert_no_pin_is_kept();
}
