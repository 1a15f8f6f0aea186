use super::*;
use crate::MemoryStorage;
use crate::storage::{Cut, PowerCut};
use crate::test_card::{JPKI, card, image, reopen, rng, send};

const RIGHT: &str = "0020009B06414243313233";
const WRONG: &str = "0020009B06414243313234";
const QUERY: &str = "0020009B";
const SIGNATURE_CERTIFICATE: &str = "00B0810004";

fn selected() -> VirtualCard {
    let mut card = card(MemoryStorage::default());
    assert_eq!(send(&mut card, JPKI), "9000");
    card
}

#[test]
fn it_says_whether_something_is_unlocked() {
    let mut card = selected();
    assert!(!card.is_unlocked());
    assert_eq!(send(&mut card, RIGHT), "9000");
    assert!(card.is_unlocked());
    // A wrong value ends what the right one opened, of its own reference.
    assert_eq!(send(&mut card, "002000980431323334"), "9000");
    assert_eq!(send(&mut card, WRONG), "63C4");
    assert_eq!((send(&mut card, SIGNATURE_CERTIFICATE).as_str(), card.is_unlocked()), ("6982", true));
    for power in [Power::Off, Power::On] {
        card.power(power);
        assert!(!card.is_unlocked());
    }
    assert!(format!("{card:?}").starts_with("VirtualCard { image: Image"), "{card:?}");
}

#[test]
fn without_power_nothing_is_answered_and_nothing_counted() {
    let mut card = selected();
    card.power(Power::Off);
    assert_eq!((send(&mut card, JPKI), send(&mut card, WRONG)), ("-".to_owned(), "-".to_owned()));
    card.power(Power::On);
    assert_eq!(send(&mut card, QUERY), "6A82", "nothing is selected");
    assert_eq!(card.tries_left(PinId::Signature), Some(5));
    assert_eq!(card.tries_left(PinId::CardFaceNumberA), None);
    let quirks = Quirks { removed_after: Some(1), ..Quirks::default() };
    let mut card = card.with_quirks(quirks, |_| {});
    card.power(Power::Off);
    assert_eq!((send(&mut card, JPKI), send(&mut card, JPKI)), ("-".to_owned(), "-".to_owned()));
    card.power(Power::On);
    assert_eq!((send(&mut card, JPKI), send(&mut card, JPKI)), ("9000".to_owned(), "-".to_owned()));
}

#[test]
fn what_the_window_sets_anew_has_all_its_tries_and_ends_what_was_open() {
    let memory = MemoryStorage::default();
    let mut card = card(memory.clone());
    send(&mut card, JPKI);
    for left in ["63C4", "63C3", "63C2", "63C1", "63C0", "6984"] {
        assert_eq!(send(&mut card, WRONG), left);
    }
    assert_eq!(send(&mut card, "002000980431323334"), "9000");
    card.reset_reference(PinId::Signature, b"NEW456").unwrap();
    assert!(!card.is_unlocked());
    assert_eq!(send(&mut card, QUERY), "6A82", "selections ended");
    let mut again = reopen(memory);
    assert_eq!((card.tries_left(PinId::Signature), again.tries_left(PinId::Signature)), (Some(5), Some(5)));
    for card in [&mut card, &mut again] {
        send(card, JPKI);
        assert_eq!(send(card, RIGHT), "63C4");
        assert_eq!(send(card, "0020009B064E4557343536"), "9000");
        assert_eq!(send(card, QUERY), "63C5");
    }
    assert!(matches!(card.reset_reference(PinId::Signature, &[b'A'; 17]), Err(WriteError::Value(_))));
    let absent = card.reset_reference(PinId::CardFaceNumberA, b"123456789018");
    assert!(matches!(absent, Err(WriteError::NoReference)));
    assert_eq!(card.image().references.len(), image().references.len());
}

/// One act of another kind than a command, or a command; whether it succeeded.
type Act = fn(&mut VirtualCard) -> bool;

const ACTS: [Act; 6] = [
    |card| card.reset_reference(PinId::Signature, b"NEW456").is_ok(),
    |card| card.rewrite(|image| image.files.clear()).is_ok(),
    |card| card.tamper().is_ok(),
    |card| send(card, RIGHT) == "9000",
    |card| send(card, WRONG) == "63C4",
    |card| send(card, "0024019B06585958373737") == "9000",
];

#[test]
fn h1_a_card_whose_power_fails_in_a_write_is_mute_until_it_is_opened_again() {
    for (number, act) in ACTS.into_iter().enumerate() {
        for cut in Cut::ALL {
            let storage = PowerCut::over(MemoryStorage::default());
            let mut card = VirtualCard::new(image(), storage.clone(), rng()).unwrap();
            send(&mut card, JPKI);
            assert_eq!(send(&mut card, RIGHT), "9000");
            storage.plan(0, cut);
            assert!(!act(&mut card), "{number}");
            assert_eq!((send(&mut card, JPKI).as_str(), card.is_unlocked()), ("-", false), "{number}");
            let mut again = reopen(storage.survivor());
            assert!(!again.is_unlocked());
            if !again.is_erased() {
                send(&mut again, JPKI);
                assert_eq!(send(&mut again, SIGNATURE_CERTIFICATE).len(), 4, "locked; {number}");
            }
        }
    }
}

#[test]
fn an_application_is_held_as_long_as_anything_of_it_is_there() {
    use mynumber_applet::ApplicationId::{CardFace, Common, InputAssist, Jpki, Juki};
    let mut image = image();
    let held = |image: &Image| [Jpki, InputAssist, CardFace, Juki, Common].map(|id| image.holds(id));
    assert_eq!(held(&image), [true, true, false, true, true]);
    image.remove_application(Jpki);
    assert_eq!(held(&image), [false, true, false, true, true]);
    image.references.clear();
    assert_eq!(held(&image), [false, false, false, false, true], "a file of the common application");
    image.remove_application(Common);
    assert!(image.files.is_empty());
}

#[test]
fn data_where_there_is_none_is_a_wrong_length() {
    let mut card = selected();
    for command in ["00B0810002ABCD00", "0084000002ABCD08", "00CA9F7D02ABCD00", "00B2010402ABCD00"] {
        assert_eq!(send(&mut card, command), "6700", "{command}");
    }
}
