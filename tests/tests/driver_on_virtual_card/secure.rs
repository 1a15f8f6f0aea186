//! Secure messaging of the input-assist application: what passes enciphered, and what it costs.

use mynumber_apdu::StatusWord;
use mynumber_applet::ApplicationId::InputAssist;
use mynumber_applet::pin::{VerificationNumberA, VerificationNumberB, reference};
use mynumber_applet::{KeyId, PinId};
use mynumber_driver::{Card, ErrorKind, Fault, Secured, file};
use mynumber_transport::{Counted, InProcess, ShortOnly, TraceEvent, Traced, Transport};
use mynumber_virtual_card::Quirks;
use testkit::host::{NUMBER_A, NUMBER_B, PIN, four_digits, inserted, is_locked};
use testkit::issued;
use testkit::virtual_card::rng;

use crate::tap::Tap;

fn number_a(digits: &str) -> VerificationNumberA {
    VerificationNumberA::parse(digits).unwrap()
}

fn number_b(digits: &str) -> VerificationNumberB {
    VerificationNumberB::parse(digits).unwrap()
}

#[test]
fn every_file_read_enciphered_is_the_file_read_plain() {
    let mut card = Card::new(InProcess::new(issued::slot("watanabe", &Quirks::default())));
    let pin = four_digits("2345").unwrap();
    macro_rules! all {
        ($session:expr) => {{
            let session = &mut $session;
            [
                session.read::<file::IndividualNumber>().unwrap().bytes().to_vec(),
                session.read::<file::Attributes>().unwrap().bytes().to_vec(),
                session.read::<file::InputAssistIntegrity>().unwrap().bytes().to_vec(),
                session.read::<file::InputAssistCertificate>().unwrap().bytes().to_vec(),
                session.read::<file::InputAssistBasicInfo>().unwrap().bytes().to_vec(),
                session.read::<file::SessionPublicKey>().unwrap().bytes().to_vec(),
                session.read::<file::InputAssistKeyRecord>().unwrap().bytes().to_vec(),
                session.read::<file::InputAssistFiller>().unwrap().bytes().to_vec(),
            ]
        }};
    }
    let mut unlocked = card.unlock::<reference::InputAssist>(&pin).unwrap();
    let plain = all!(unlocked);
    unlocked.close().unwrap();
    let mut card = Card::new(Tap::new(InProcess::new(issued::slot("watanabe", &Quirks::default()))));
    let mut secured = card.secure(&pin, &mut rng()).unwrap();
    assert_eq!(all!(secured), plain);
    secured.close().unwrap();
    let tap = card.transport();
    // One file by plain READ BINARY, the key; seven by SELECT and READ BINARY in class 08.
    assert_eq!((tap.count(0x00, 0xB0), tap.count(0x08, 0xA4), tap.count(0x08, 0xB0)), (1, 7, 7));
}

#[test]
fn neither_number_nor_attributes_nor_verification_numbers_pass_in_the_clear() {
    let mut card = Card::new(Tap::new(inserted(Quirks::default()).unwrap()));
    let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
    assert_eq!(secured.read::<file::IndividualNumber>().unwrap().view().unwrap().as_str(), NUMBER_A);
    let attributes = secured.read::<file::Attributes>().unwrap();
    secured.verify::<reference::InputAssistNumberA>(&number_a(NUMBER_A)).unwrap();
    secured.verify::<reference::InputAssistNumberB>(&number_b(NUMBER_B)).unwrap();
    secured.close().unwrap();
    let tap = card.transport();
    // The PIN passes, as the documentation says: the card takes no session key before it. Its digits begin the number too.
    let is_pin = |command: &&Vec<u8>| command.starts_with(&[0x00, 0x20]) && command.ends_with(PIN.as_bytes());
    assert_eq!(tap.commands.iter().filter(is_pin).count(), 1);
    let others: Vec<u8> = tap.commands.iter().filter(|command| !is_pin(command)).flatten().copied().collect();
    let wire = [others, tap.replies.concat()].concat();
    let passes = |text: &[u8]| wire.windows(text.len()).any(|window| window == text);
    // Every four bytes of each: no part of them is there either.
    let personal = [NUMBER_A.as_bytes(), NUMBER_B.as_bytes(), attributes.bytes()];
    for part in personal.iter().flat_map(|text| text.windows(4)) {
        assert!(!passes(part), "{part:02X?}");
    }
    // The same jobs without it: what is searched for would be found.
    let mut card = Card::new(Tap::new(inserted(Quirks::default()).unwrap()));
    card.number(&four_digits(PIN).unwrap()).unwrap();
    let wire = card.transport().everything();
    assert!(wire.windows(12).any(|window| window == NUMBER_A.as_bytes()));
}

#[test]
fn b8_traces_debug_and_errors_show_nothing_of_a_secured_session() {
    let mut lines = Vec::new();
    let sink = |event: &TraceEvent<'_>| lines.push(format!("{event} {event:?}"));
    let traced = Traced::new(inserted(Quirks::default()).unwrap(), || std::time::Duration::ZERO, sink);
    let mut card = Card::new(traced);
    let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
    secured.read::<file::IndividualNumber>().unwrap();
    let wrong = secured.verify::<reference::InputAssistNumberB>(&number_b("11111111112222")).unwrap_err();
    let texts = format!("{secured:?} {wrong} {wrong:?}");
    secured.close().unwrap();
    drop(card);
    let all = format!("{} {texts}", lines.join("\n"));
    for secret in [NUMBER_A, NUMBER_B, "11111111112222", "[1234]"] {
        assert!(!all.contains(secret), "{all}");
    }
    // SET SESSION KEY and everything after it in class 08, its data and its length left out.
    assert_eq!(lines.iter().filter(|line| line.contains("<secret>")).count(), 5, "{lines:#?}");
}

#[test]
fn the_seed_and_the_padding_come_from_the_caller() {
    let wire = |seed: u64| {
        use rand_chacha::rand_core::SeedableRng;
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
        let mut card = Card::new(Tap::new(inserted(Quirks::default()).unwrap()));
        card.number_secured(&four_digits(PIN).unwrap(), &mut rng).unwrap();
        card.transport().everything()
    };
    assert_eq!(wire(1), wire(1));
    assert_ne!(wire(1), wire(2));
}

#[test]
fn it_costs_three_exchanges_more_than_reading_plain_and_two_for_each_further_file_or_number() {
    let counted = |job: &dyn Fn(&mut Card<&mut dyn Transport>)| {
        let mut counted = Counted::new(inserted(Quirks::default()).unwrap());
        job(&mut Card::<&mut dyn Transport>::new(&mut counted));
        (counted.counts().exchanges, counted.counts().begun)
    };
    let pin = || four_digits(PIN).unwrap();
    assert_eq!(counted(&|card| drop(card.number(&pin()).unwrap())), (5, 1));
    assert_eq!(counted(&|card| drop(card.number_secured(&pin(), &mut rng()).unwrap())), (8, 1));
    assert_eq!(counted(&|card| drop(card.attributes_secured(&pin(), &mut rng()).unwrap())), (8, 1));
    let both = |card: &mut Card<&mut dyn Transport>| {
        let mut secured = card.secure(&pin(), &mut rng()).unwrap();
        secured.read::<file::IndividualNumber>().unwrap();
        secured.read::<file::Attributes>().unwrap();
        secured.read::<file::Attributes>().unwrap();
        secured.verify::<reference::InputAssistNumberA>(&number_a(NUMBER_A)).unwrap();
        secured.close().unwrap();
    };
    assert_eq!(counted(&both), (12, 1));
}

#[test]
fn it_works_with_every_peculiarity_of_card_and_reader_that_leaves_extended_lengths() {
    for quirks in [
        Quirks { chain_above: Some(0), ..Quirks::default() },
        Quirks { chain_above: Some(100), ..Quirks::default() },
        Quirks { exact_le: true, ..Quirks::default() },
        Quirks { first_command_fails: true, ..Quirks::default() },
        Quirks { verified_query_succeeds: true, ..Quirks::default() },
        Quirks { reselect_logs_out: true, ..Quirks::default() },
        Quirks { reset_logs_out: true, ..Quirks::default() },
    ] {
        let mut card = Card::new(inserted(quirks.clone()).unwrap());
        let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
        secured.verify::<reference::InputAssistNumberA>(&number_a(NUMBER_A)).unwrap();
        let again = secured.verify::<reference::InputAssistNumberA>(&number_a(NUMBER_A));
        if quirks.verified_query_succeeds {
            // The card does not tell the tries, and finding them out would end the session.
            let status = StatusWord::SUCCESS;
            assert_eq!(*again.unwrap_err().kind(), ErrorKind::TriesUnknown { status });
        } else {
            again.unwrap();
        }
        let number = secured.read::<file::IndividualNumber>().unwrap();
        assert_eq!(number.view().unwrap().as_str(), NUMBER_A, "{quirks:?}");
        secured.close().unwrap();
    }
}

#[test]
fn without_extended_lengths_it_is_unsupported_and_nothing_goes_plain_instead() {
    let unsupported = |error: &mynumber_driver::Error| {
        assert_eq!(error.fault(), Fault::Unsupported, "{error}");
        assert!(error.to_string().contains("extended lengths"), "{error}");
    };
    // A reader that says so: the PIN is not even sent.
    let mut card = Card::new(Tap::new(ShortOnly::announced(inserted(Quirks::default()).unwrap())));
    unsupported(&card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err());
    assert!(card.transport().commands.is_empty());
    // A reader, then a card, that are found out.
    let mut card = Card::new(Tap::new(ShortOnly::new(inserted(Quirks::default()).unwrap())));
    unsupported(&card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err());
    assert_eq!((card.transport().count(0x80, 0xAE), card.transport().count(0x08, 0xA4)), (0, 0));
    let quirks = Quirks { no_extended: true, ..Quirks::default() };
    let mut card = Card::new(Tap::new(inserted(quirks).unwrap()));
    unsupported(&card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err());
    assert_eq!((card.transport().count(0x80, 0xAE), card.transport().count(0x08, 0xA4)), (0, 0));
    let mut inner = card.into_transport().inner;
    assert!(is_locked(inner.card_mut(), InputAssist));
}

#[test]
fn a_card_that_takes_no_session_key_is_told_and_locked() {
    let mut inner = inserted(Quirks::default()).unwrap();
    inner.card_mut().0.rewrite(|image| drop(image.keys.remove(&KeyId::InputAssistSession))).unwrap();
    let mut card = Card::new(Tap::new(inner));
    let error = card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err();
    let status = StatusWord::NO_SESSION_KEY;
    assert_eq!((error.kind(), error.fault()), (&ErrorKind::NoSecureMessaging { status }, Fault::Unsupported));
    assert_eq!(card.transport().count(0x08, 0xA4), 0);
    let mut inner = card.into_transport().inner;
    assert!(is_locked(inner.card_mut(), InputAssist));
}

/// A secured session on a card with these tries left for verification number B.
fn with_tries<T>(
    left: u8,
    check: impl FnOnce(&mut Secured<'_, Tap<InProcess<testkit::host::InsertedCard>>>) -> T,
) -> (T, usize) {
    let quirks = Quirks { tries_left: [(PinId::InputAssistNumberB, left)].into(), ..Quirks::default() };
    let mut card = Card::new(Tap::new(inserted(quirks).unwrap()));
    let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
    let outcome = check(&mut secured);
    // Whatever it said, the session goes on.
    secured.read::<file::IndividualNumber>().unwrap();
    secured.close().unwrap();
    (outcome, card.transport().count(0x08, 0x20))
}

#[test]
fn b3_b4_the_lockout_guard_holds_under_secure_messaging() {
    type B = reference::InputAssistNumberB;
    let (wrong, right) = (number_b("11111111112222"), number_b(NUMBER_B));
    let kind = |error: mynumber_driver::Error| (error.kind().clone(), error.tries_left());
    let (outcome, sent) = with_tries(1, |session| kind(session.verify::<B>(&right).unwrap_err()));
    assert_eq!((outcome, sent), ((ErrorKind::LastTry, Some(1)), 0));
    let (outcome, sent) = with_tries(1, |session| session.verify_spending_the_last_try::<B>(&right));
    assert_eq!((outcome, sent), (Ok(()), 1));
    let (outcome, sent) = with_tries(0, |session| kind(session.verify::<B>(&right).unwrap_err()));
    assert_eq!((outcome, sent), ((ErrorKind::Blocked, Some(0)), 0));
    let (outcome, sent) =
        with_tries(1, |session| kind(session.verify_spending_the_last_try::<B>(&wrong).unwrap_err()));
    assert_eq!((outcome, sent), ((ErrorKind::Blocked, Some(0)), 1));
    // Refused once, not sent again; another one is, and counts on.
    let ((), sent) = with_tries(10, |session| {
        let tries_left = Some(9);
        assert_eq!(kind(session.verify::<B>(&wrong).unwrap_err()).0, ErrorKind::WrongPin { tries_left });
        assert_eq!(kind(session.verify::<B>(&wrong).unwrap_err()).0, ErrorKind::RefusedBefore);
        session.verify::<B>(&right).unwrap();
    });
    assert_eq!(sent, 2);
}

#[test]
fn b7_a_secured_session_that_is_dropped_or_panics_leaves_the_card_locked() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    drop(card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
        secured.read::<file::IndividualNumber>().unwrap();
        panic!("in the middle");
    }));
    assert!(panicked.is_err());
    let mut inner = card.into_transport();
    assert!(is_locked(inner.card_mut(), InputAssist));
    let reply = mynumber_transport::CardSide::respond(
        inner.card_mut(),
        &[0x08, 0xB0, 0x81, 0x00, 0x05, 0x96, 0x03, 0x00, 0x00, 0x00, 0x00],
    );
    assert_eq!(reply.unwrap(), [0x69, 0xFC]);
}
