//! The card pulled out at every exchange, and the power cut at every write of the card.

use mynumber::applet::pin::FourDigitPin;
use mynumber::applet::{FileId, KeyId};
use mynumber::issuance::issuer::{Contents, Issuer, IssuerSession};
use mynumber::transport::{Error as TransportError, Fault, Faulty, InProcess, When};
use mynumber::virtual_card::FileContents;
use mynumber::virtual_card::storage::{Cut, PowerCut};

use crate::*;

/// What is true of a card's five references; looked at on a copy, so that looking costs nothing.
fn seen(storage: &MemoryStorage) -> Vec<bool> {
    use mynumber::virtual_card::Storage as _;
    let bytes = storage.clone().read().unwrap();
    let open = || {
        let copy = MemoryStorage::holding(&bytes);
        Slot::new(VirtualCard::open(copy, virtual_card::rng()).unwrap())
    };
    let pins = new_pins();
    pins.iter()
        .map(|(pin, value)| {
            let left = open().card().tries_left(*pin).unwrap();
            let right = is_right(&open(), *pin, value.bytes());
            // Unset or set, nothing between: no value with no tries, no tries without a value.
            assert_eq!((left == 0, left == pin.row().tries), (!right, right), "{pin:?}");
            right
        })
        .collect()
}

#[test]
fn a_card_pulled_at_any_exchange_of_pin_setup_has_each_reference_unset_or_set_and_can_be_finished() {
    // A reset is told before anything is sent.
    let faults = [
        (TransportError::CardRemoved, When::BeforeDelivery),
        (TransportError::CardRemoved, When::AfterDelivery),
        (TransportError::Timeout, When::BeforeDelivery),
        (TransportError::Timeout, When::AfterDelivery),
        (TransportError::CardReset, When::BeforeDelivery),
    ];
    for (error, when) in faults {
        // The log-out is the last one: whatever happens to it, everything is set.
        for exchange in 0..14 {
            let storage = MemoryStorage::default();
            let slot = card_in(storage.clone());
            let fault = Fault::Fail(error.clone(), when);
            let wire = Faulty::new(InProcess::new(slot.clone()), [(exchange, fault)]);
            let mut issuer = issuer(wire);
            let outcome = set_up(&mut issuer);
            let place = format!("{error:?} {when:?} at {exchange}: {outcome:?}");
            let seen = seen(&storage);
            let count = seen.iter().filter(|set| **set).count();
            assert!(seen.iter().take(count).all(|set| *set), "in order; {place}");
            match &outcome {
                // A reset before anything is open is met by one repetition.
                Ok(()) => assert_eq!(count, 5, "{place}"),
                Err(error) => {
                    let during = [5, 6, 8, 10, 12].iter().position(|index| *index == exchange);
                    let unknown = during.is_some() && error.is_outcome_unknown();
                    let delivered = usize::from(when == When::AfterDelivery);
                    if let Some(before) = during {
                        assert_eq!(count, before + delivered, "{place}");
                    }
                    // Where it may have been done, the error says so.
                    assert!(unknown || during.is_none() || when == When::BeforeDelivery, "{place}");
                    assert!(!error.is_outcome_unknown() || during.is_some(), "{place}");
                }
            }
            assert!(is_logged_out(&slot), "{place}");
            // Resumed: everything again, on the same card.
            set_up(&mut issuer).unwrap();
            assert_eq!(self::seen(&storage), [true; 5], "{place}");
        }
    }
}

#[test]
fn pin_setup_can_be_rolled_back_from_every_exchange() {
    // The log-out is met by a repetition.
    for exchange in 4..13 {
        let storage = MemoryStorage::default();
        let slot = card_in(storage.clone());
        let fault = Fault::Fail(TransportError::CardRemoved, When::AfterDelivery);
        let mut issuer = issuer(Faulty::new(InProcess::new(slot), [(exchange, fault)]));
        set_up(&mut issuer).unwrap_err();
        let mut session = issuer.open().unwrap();
        for (pin, _) in new_pins() {
            session.block_reference(pin).unwrap();
        }
        session.close().unwrap();
        assert_eq!(seen(&storage), [false; 5], "{exchange}");
    }
}

/// One act of the issuer, with the power failing at write `k`.
fn cut(
    act: fn(&mut (dyn IssuerSession + '_)) -> Result<(), IssuerError>,
    k: usize,
    how: Cut,
) -> Option<MemoryStorage> {
    let memory = MemoryStorage::default();
    drop(card_in(memory.clone()));
    let storage = PowerCut::over(memory.clone());
    let slot = Slot::new(VirtualCard::open(storage.clone(), virtual_card::rng()).unwrap());
    let mut issuer = at(&slot);
    let mut session = issuer.open().unwrap();
    session.set_reference(PinId::Juki, &FourDigitPin::parse("3371").unwrap()).unwrap();
    storage.plan(k, how);
    let outcome = act(session.as_mut());
    if storage.writes() <= k {
        outcome.unwrap();
        return None;
    }
    let error = outcome.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    drop(session);
    Some(memory)
}

fn image_of(memory: MemoryStorage) -> VirtualCard {
    VirtualCard::open(memory, virtual_card::rng()).unwrap()
}

#[test]
fn h1_a_power_cut_at_any_write_of_set_and_block_leaves_the_value_before_or_after() {
    let set: fn(&mut (dyn IssuerSession + '_)) -> Result<(), IssuerError> =
        |session| session.set_reference(PinId::Juki, &FourDigitPin::parse("8888").unwrap());
    let block: fn(&mut (dyn IssuerSession + '_)) -> Result<(), IssuerError> =
        |session| session.block_reference(PinId::Juki);
    for (act, after) in [(set, Some(b"8888")), (block, None)] {
        for how in Cut::ALL {
            let memory = cut(act, 0, how).unwrap();
            let value = if how == Cut::After { after } else { Some(b"3371") };
            assert_eq!(
                image_of(memory.clone()).tries_left(PinId::Juki),
                Some(value.map_or(0, |_| 3)),
                "{how:?}"
            );
            for candidate in [b"8888", b"3371"] {
                let slot = Slot::new(image_of(memory.clone()));
                let right = is_right(&slot, PinId::Juki, candidate);
                assert_eq!(right, value == Some(candidate), "{how:?}");
                let mut card = slot.card();
                let give_back = |image: &mut Image| {
                    let held = image.references.values_mut().filter(|held| held.left() > 0);
                    held.for_each(|held| held.set_left(held.limit()));
                };
                card.rewrite(give_back).unwrap();
            }
            assert!(cut(act, 1, how).is_none(), "one write each");
        }
    }
}

#[test]
fn h1_a_power_cut_at_the_write_of_a_commit_leaves_all_of_it_or_nothing() {
    let act: fn(&mut (dyn IssuerSession + '_)) -> Result<(), IssuerError> = |session| {
        session.write(FileId::Attributes, Contents::Bytes(b"moved"))?;
        session.write(FileId::CardFace, Contents::Bytes(&[9; 3000]))?;
        session.write_data_object(DataObjectId::ExpiryDate, b"20361231")?;
        session.destroy(KeyId::Signature)?;
        session.commit()
    };
    for how in Cut::ALL {
        let card = image_of(cut(act, 0, how).unwrap());
        let (image, before) = (card.image(), delivered());
        let done = how == Cut::After;
        let holds = |id, bytes: &[u8]| image.files.get(&id) == Some(&FileContents::Bytes(bytes.to_vec()));
        assert_eq!(holds(FileId::Attributes, b"moved"), done, "{how:?}");
        assert_eq!(holds(FileId::CardFace, &[9; 3000]), done, "{how:?}");
        assert_eq!(holds(FileId::CertificateAvailability, &[0x00, 0x8F, 0x00]), done, "{how:?}");
        assert_eq!(image.keys.contains_key(&KeyId::Signature), !done, "{how:?}");
        assert_eq!(image.data_objects[&DataObjectId::ExpiryDate] == b"20361231", done, "{how:?}");
        assert_eq!(image.files == before.files, !done, "{how:?}");
        // The reference that was set before the commit is set whatever became of it.
        assert_eq!(card.tries_left(PinId::Juki), Some(3), "{how:?}");
        assert!(image.issuer_key.is_some());
        assert!(cut(act, 1, how).is_none(), "one write for everything");
    }
}
