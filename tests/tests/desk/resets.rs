//! PINs set anew, interrupted: what is done is not asked again, what is open is named.

use mynumber::crypto::UnixTime;
use mynumber::driver::Card;
use mynumber::issuance::desk::after::{KioskPin, Known, suspend};
use mynumber::issuance::desk::pins::{Asked, NewPins, PlanError};
use mynumber::issuance::desk::stage::{HandedOver, Renewing, Resetting};
use mynumber::issuance::desk::{At, Desk, Reason, Standing};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::{By, Sqlite, Store};
use mynumber::testing;
use mynumber::transport::{Error as TransportError, Fault, Faulty, InProcess, When};
use mynumber::virtual_card::{MemoryStorage, Storage as _};

use crate::store::{Failing, How};
use crate::*;

/// A third set, typed when the reset is taken up.
const THIRD_PASSWORD: &str = "VN3AGAIN7LM";
const THIRD_FOUR: [&str; 3] = ["7402", "2648", "8063"];

fn typed(asked: Asked, password: &str, [user, juki, input]: [&str; 3]) -> NewPins {
    let text = match asked {
        Asked::Signature => password,
        Asked::UserAuthentication => user,
        Asked::Juki => juki,
        Asked::InputAssist => input,
    };
    NewPins::default().typed(asked, text, text).unwrap()
}

/// The open ones, typed anew.
fn only(open: &[Asked]) -> NewPins {
    open.iter().fold(NewPins::default(), |pins, asked| {
        let text = match asked {
            Asked::Signature => THIRD_PASSWORD,
            Asked::UserAuthentication => THIRD_FOUR[0],
            Asked::Juki => THIRD_FOUR[1],
            Asked::InputAssist => THIRD_FOUR[2],
        };
        pins.typed(*asked, text, text).unwrap()
    })
}

#[test]
fn what_an_interrupted_reset_has_done_is_not_asked_again() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    let case: At<HandedOver> = world.at();
    let before = light(&world.storage);
    let by = desk();
    let mut counts = [0; 5];
    for index in 0.. {
        for when in [When::BeforeDelivery, When::AfterDelivery] {
            let path = world.folder.path().join(format!("reset-{index}-{when:?}.db"));
            world.store.back_up(&path).unwrap();
            let mut store = Sqlite::open(&path).unwrap();
            let storage = MemoryStorage::holding(&before.clone().read().unwrap());
            let fault = Fault::Fail(TransportError::CardRemoved, when);
            let mut broken = issuer(Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]));
            let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
            let place = format!("{when:?} at {index}");
            let Err(error) = case.reset_pins(&identity, &other_pins(), &mut desk) else {
                assert!(is_set_as_other(&storage), "{place}");
                println!("open PINs: {counts:?}");
                assert!(counts.iter().skip(1).all(|count| *count > 0), "{counts:?}");
                return;
            };
            assert_eq!(error.standing(), Standing::Unfinished(State::Resetting), "{place}: {error}");
            let begun = At::<Resetting>::open(&mut store, 1).unwrap();
            let open_pins = begun.open_pins().to_vec();
            counts[open_pins.len()] += 1;
            let mut whole = issuer(InProcess::new(open(storage.clone())));
            let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
            if let Some(first) = open_pins.first() {
                // Which is open is said, and nothing is done without it.
                let error = begun.resume_reset(&identity, &only(&open_pins[1..]), &mut desk).unwrap_err();
                let Reason::Pins(PlanError::Begun(asked)) = error.reason() else { panic!("{error}") };
                assert_eq!(asked, first, "{place}");
            }
            begun.resume_reset(&identity, &only(&open_pins), &mut desk).unwrap();
            assert_eq!(store.case(1).unwrap().state, State::HandedOver);
            assert_eq!(store.case(1).unwrap().open_pins, []);
            // What was done before has the value of then, what was open the new one.
            let (then, now) =
                (set_as(&storage, OTHER_PASSWORD, OTHER_FOUR), set_as(&storage, THIRD_PASSWORD, THIRD_FOUR));
            for ((pin, then), now) in REFERENCES.iter().zip(then).zip(now) {
                let asked = Asked::ALL.into_iter().find(|asked| asked.references().contains(pin)).unwrap();
                let was_open = open_pins.contains(&asked);
                assert_eq!((then, now), (!was_open, was_open), "{place}: {pin:?}");
            }
        }
    }
}

#[test]
fn a_reset_whose_store_fails_at_any_write_asks_for_nothing_that_is_done() {
    let mut world = World::handed_over("taro");
    let identity = world.identity();
    let case: At<HandedOver> = world.at();
    let before = light(&world.storage);
    let by = desk();
    // Begin, four PINs, the end.
    for at in 0..6 {
        for how in [How::Before, How::After] {
            let path = world.folder.path().join(format!("store-{at}-{how:?}.db"));
            world.store.back_up(&path).unwrap();
            let mut store = Sqlite::open(&path).unwrap();
            let storage = MemoryStorage::holding(&before.clone().read().unwrap());
            let mut terminal = issuer(InProcess::new(open(storage.clone())));
            let mut failing = Failing::new(&mut store, at, how);
            let mut desk = Desk { store: &mut failing, issuer: &mut terminal, by: &by };
            case.reset_pins(&identity, &other_pins(), &mut desk).unwrap_err();
            let place = format!("{how:?} at {at}");
            if store.case(1).unwrap().state == State::HandedOver {
                let is_done = is_set_as_other(&storage);
                assert_eq!(is_done, (at, how) == (5, How::After), "{place}");
                assert!(is_done || is_set(&storage), "{place}");
                continue;
            }
            let begun = At::<Resetting>::open(&mut store, 1).unwrap();
            let open_pins = begun.open_pins().to_vec();
            let known = usize::try_from(at).unwrap() - usize::from(how == How::Before && at > 0);
            assert_eq!(open_pins.len(), 4 - known.min(4), "{place}");
            let mut desk = Desk { store: &mut store, issuer: &mut terminal, by: &by };
            begun.resume_reset(&identity, &only(&open_pins), &mut desk).unwrap();
            assert_eq!(store.case(1).unwrap().state, State::HandedOver, "{place}");
        }
    }
}

#[test]
fn a_signature_certificate_issued_without_its_password_is_not_done() {
    let mut world = World::prepared("taro", false, true);
    world.come_to_counter();
    world.deliver(&three_pins(FOUR));
    let (identity, mut texts) = (world.identity(), Texts::of(&world.person));
    let case: At<HandedOver> = world.at();
    let by_desk = desk();
    let mut cut = 0;
    for index in (4..40).rev() {
        let path = world.folder.path().join(format!("issue-{index}.db"));
        world.store.back_up(&path).unwrap();
        let mut store = Sqlite::open(&path).unwrap();
        let storage = MemoryStorage::holding(&world.storage.clone().read().unwrap());
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let mut broken = issuer(Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]));
        let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by_desk };
        let issued = case.issue_signature(&identity, password(PASSWORD), &mut texts.certifying(), &mut desk);
        let Err(error) = issued else { continue };
        if error.standing() != Standing::Unfinished(State::Renewing) {
            break;
        }
        cut += 1;
        let begun = At::<Renewing>::open(&mut store, 1).unwrap();
        assert_eq!(begun.case().open_pins, [Asked::Signature]);
        // Nor does anybody lift a suspension over it; a loss can be reported.
        suspend(1, &mut store, &by(Actor::Holder, 31)).unwrap_err();
        let mut whole = issuer(InProcess::new(open(storage.clone())));
        let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by_desk };
        let without = begun.resume_renewal(&identity, None, &mut texts.certifying(), &mut desk).unwrap_err();
        assert!(matches!(without.reason(), Reason::Pins(PlanError::Begun(Asked::Signature))), "{without}");
        let given = typed(Asked::Signature, OTHER_PASSWORD, OTHER_FOUR);
        begun.resume_renewal(&identity, Some(&given), &mut texts.certifying(), &mut desk).unwrap();
        assert_eq!(set_as(&storage, OTHER_PASSWORD, FOUR), [true; 5], "{index}");
        // The other certificate was not part of it.
        assert_eq!(
            store.certificates(1).unwrap().len(),
            4,
            "{index}: the wished-off one, one kept, two for the signature"
        );
        if cut == 3 {
            break;
        }
    }
    assert_eq!(cut, 3);
}

/// The kiosk's part of a test: who does it, and evidence that this card's user-authentication PIN is known.
fn at_kiosk(storage: &MemoryStorage) -> (By, Known) {
    // 12:30 in Japan.
    let noon = UnixTime::from_seconds(testing::ISSUED.seconds() + 40 * 86_400 + 3 * 3600);
    let mut card = Card::new(InProcess::new(open(storage.clone())));
    let known = Known::user_authentication(&mut card, &four(FOUR[0])).unwrap();
    (By { actor: Actor::ConvenienceStore, at: noon, ..desk() }, known)
}

#[test]
fn a_password_set_anew_at_a_kiosk_and_interrupted_is_finished_there() {
    let mut world = World::handed_over("taro");
    let case: At<HandedOver> = world.at();
    let before = light(&world.storage);
    let mut unfinished = 0;
    for index in 0..24 {
        let path = world.folder.path().join(format!("kiosk-{index}.db"));
        world.store.back_up(&path).unwrap();
        let mut store = Sqlite::open(&path).unwrap();
        let storage = MemoryStorage::holding(&before.clone().read().unwrap());
        let (by, known) = at_kiosk(&storage);
        let anew = |text| KioskPin::Signature(password(text));
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let mut broken = issuer(Faulty::new(InProcess::new(open(storage.clone())), [(index, fault)]));
        let mut desk = Desk { store: &mut store, issuer: &mut broken, by: &by };
        let Err(error) = case.reset_at_kiosk(&known, by.at, anew(OTHER_PASSWORD), &mut desk) else {
            assert_eq!(set_as(&storage, OTHER_PASSWORD, FOUR), [true; 5]);
            continue;
        };
        if error.standing() == Standing::Untouched {
            assert!(is_set(&storage), "{index}: {error}");
            continue;
        }
        unfinished += 1;
        assert_eq!(error.standing(), Standing::Unfinished(State::Resetting), "{index}: {error}");
        let begun = At::<Resetting>::open(&mut store, 1).unwrap();
        let mut whole = issuer(InProcess::new(open(storage.clone())));
        let mut desk = Desk { store: &mut store, issuer: &mut whole, by: &by };
        let late = UnixTime::from_seconds(by.at.seconds() - 25 * 3600);
        let refused = begun.resume_at_kiosk(&known, late, anew(THIRD_PASSWORD), &mut desk).unwrap_err();
        assert!(matches!(refused.reason(), Reason::NotTheTime(_)), "{refused}");
        assert_eq!(refused.standing(), Standing::Unfinished(State::Resetting));
        begun.resume_at_kiosk(&known, by.at, anew(THIRD_PASSWORD), &mut desk).unwrap();
        assert_eq!(set_as(&storage, THIRD_PASSWORD, FOUR), [true; 5], "{index}");
        assert_eq!(store.case(1).unwrap().state, State::HandedOver);
    }
    assert!(unfinished > 3, "{unfinished}");
}

#[test]
fn what_was_begun_with_other_pins_is_not_finished_at_a_kiosk() {
    let mut world = World::handed_over("taro");
    let (identity, case): (_, At<HandedOver>) = (world.identity(), world.at());
    let (by_desk, by_kiosk, known) = {
        let (by, known) = at_kiosk(&world.storage);
        (desk(), by, known)
    };
    let fault = Fault::Fail(TransportError::CardRemoved, When::BeforeDelivery);
    let mut broken = issuer(Faulty::new(InProcess::new(world.slot.clone()), [(0, fault)]));
    let mut at_window = Desk { store: &mut world.store, issuer: &mut broken, by: &by_desk };
    case.reset_pins(&identity, &pins(), &mut at_window).unwrap_err();
    let begun = At::<Resetting>::open(&mut world.store, 1).unwrap();
    let mut whole = issuer(InProcess::new(world.slot.clone()));
    let mut at_kiosk = Desk { store: &mut world.store, issuer: &mut whole, by: &by_kiosk };
    let pin = KioskPin::Signature(password(OTHER_PASSWORD));
    let refused = begun.resume_at_kiosk(&known, by_kiosk.at, pin, &mut at_kiosk).unwrap_err();
    let open = PlanError::Begun(Asked::UserAuthentication);
    assert!(matches!(refused.reason(), Reason::Pins(error) if *error == open), "{refused}");
    assert_eq!(refused.standing(), Standing::Unfinished(State::Resetting));
    assert!(is_set(&world.storage));
}
