//! Secure messaging with a card, or somebody between, that answers otherwise.

use mynumber_apdu::StatusWord;
use mynumber_applet::FileId;
use mynumber_applet::pin::{VerificationNumberB, reference};
use mynumber_driver::{Card, Error, ErrorKind, Fault, SecureMessagingError, file};
use mynumber_virtual_card::{FileContents, Quirks};
use testkit::host::{NUMBER_B, PIN, four_digits, inserted, tries_left};
use testkit::virtual_card::rng;

use crate::tap::Tap;

/// What happened when My Number was read with this change to the reply of the first READ BINARY in class 08.
fn reading(change: impl Fn(&mut Vec<u8>) + 'static) -> Error {
    let tap = Tap::changing(inserted(Quirks::default()).unwrap(), move |before, command, reply| {
        if before == 0 && command.starts_with(&[0x08, 0xB0]) {
            change(reply);
        }
    });
    let mut card = Card::new(tap);
    let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
    let error = secured.read::<file::IndividualNumber>().unwrap_err();
    // The session is over, for every further call, and nothing more is sent than the log-out, which was.
    let over = secured.read::<file::Attributes>().unwrap_err();
    assert_eq!(*over.kind(), ErrorKind::SecuredSessionOver, "after {error}");
    let number = VerificationNumberB::parse(NUMBER_B).unwrap();
    let over = secured.verify::<reference::InputAssistNumberB>(&number).unwrap_err();
    assert_eq!(*over.kind(), ErrorKind::SecuredSessionOver, "after {error}");
    secured.close().unwrap();
    let tap = card.transport();
    assert_eq!(tap.commands.last().unwrap()[..4], [0x00, 0xA4, 0x04, 0x0C]);
    assert_eq!(tap.count(0x00, 0xB0), 1, "nothing but the card's key is read plain");
    error
}

fn messaging(error: &Error) -> SecureMessagingError {
    assert_eq!(error.fault(), Fault::Card);
    match error.kind() {
        ErrorKind::SecureMessaging(cause) => *cause,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a19_an_answer_that_is_not_one_sealed_object_ends_the_session() {
    use SecureMessagingError::{Indicator, Length, NoObject, NotEnciphered, Padding};
    type Case = (&'static str, SecureMessagingError, fn(&mut Vec<u8>));
    // The reply: 86 21 01, 32 bytes, 9000.
    let cases: [Case; 14] = [
        ("success and nothing", NoObject, |reply| *reply = vec![0x90, 0x00]),
        ("the file in the clear", NotEnciphered, |reply| {
            *reply = [b"\xFF\x10\x0C123456789018\xFF\xFF".as_slice(), &[0x90, 0x00]].concat();
        }),
        ("another tag", NotEnciphered, |reply| reply[0] = 0x87),
        ("a byte too few", Length, |reply| {
            reply.remove(10);
        }),
        ("a byte too many", Length, |reply| reply.insert(10, 0x00)),
        ("a second object", Length, |reply| {
            let object = reply[..35].to_vec();
            reply.splice(35..35, object);
        }),
        ("half a block, its length told", Length, |reply| {
            reply.drain(27..35);
            reply[1] = 0x19;
        }),
        ("no block", Length, |reply| *reply = vec![0x86, 0x01, 0x01, 0x90, 0x00]),
        ("no indicator", Length, |reply| *reply = vec![0x86, 0x00, 0x90, 0x00]),
        ("an endless length", Length, |reply| *reply = vec![0x86, 0x80, 0x01, 0x90, 0x00]),
        ("a length that overflows", Length, |reply| {
            *reply = vec![0x86, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0x90, 0x00];
        }),
        ("another padding indicator", Indicator, |reply| reply[2] = 0x02),
        ("the last block away, its length told", Padding, |reply| {
            reply.drain(19..35);
            reply[1] = 0x11;
        }),
        ("a flipped bit in the last block", Padding, |reply| reply[34] ^= 0x01),
    ];
    for (name, expected, change) in cases {
        assert_eq!(messaging(&reading(change)), expected, "{name}");
    }
}

#[test]
fn a19_status_words_of_secure_messaging_end_the_session() {
    for word in [0x6987, 0x6988, 0x69FC, 0x6882, 0x6E00, 0x6D00, 0x6700, 0x6F00, 0x6C11, 0x6581] {
        let status = StatusWord(word);
        let error = reading(move |reply| *reply = word.to_be_bytes().to_vec());
        assert_eq!(messaging(&error), SecureMessagingError::Refused { status });
    }
}

#[test]
fn a19_an_altered_first_block_is_found_by_the_form_only() {
    // CBC without a MAC: a flipped bit garbles its block and flips one bit of the next, or bits of the first one by the
    // initial vector. What shows is the form of the content.
    for position in 3..19 {
        let error = reading(move |reply| reply[position] ^= 0x80);
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Malformed(_)
                    | ErrorKind::Content(_)
                    | ErrorKind::TrailingBytes { .. }
                    | ErrorKind::FileTooShort { .. }
                    | ErrorKind::SecureMessaging(_)
            ),
            "{position}: {error}"
        );
    }
}

#[test]
fn a19_every_flipped_bit_of_an_answer_is_an_error_or_a_file_of_the_same_form() {
    for bit in 0..37 * 8 {
        let tap = Tap::changing(inserted(Quirks::default()).unwrap(), move |before, command, reply| {
            if before == 0 && command.starts_with(&[0x08, 0xB0]) {
                reply[bit / 8] ^= 0x80 >> (bit % 8);
            }
        });
        let mut card = Card::new(tap);
        if let Ok(file) = card.number_secured(&four_digits(PIN).unwrap(), &mut rng()) {
            assert_eq!(file.bytes().len(), 17, "bit {bit}");
            assert!(file.view().is_ok(), "bit {bit}");
        }
    }
}

/// Reads My Number and then the attributes, the second answer replaced by the first.
#[test]
fn a19_an_answer_of_an_earlier_number_is_not_taken_for_this_one() {
    let mut first = Vec::new();
    let tap = Tap::changing(inserted(Quirks::default()).unwrap(), move |before, command, reply| {
        match (before, command) {
            (0, [0x08, 0xB0, ..]) => first.clone_from(reply),
            (1, [0x08, 0xB0, ..]) => reply.clone_from(&first),
            _ => {}
        }
    });
    let mut card = Card::new(tap);
    let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
    secured.read::<file::IndividualNumber>().unwrap();
    let error = secured.read::<file::Attributes>().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Malformed(_) | ErrorKind::Content(_)), "{error}");
    assert_eq!(
        *secured.read::<file::IndividualNumber>().unwrap_err().kind(),
        ErrorKind::SecuredSessionOver,
        "what was read before is not handed out any more"
    );
}

#[test]
fn a19_an_answer_under_another_key_cannot_be_deciphered() {
    let recorded = {
        let mut card = Card::new(Tap::new(inserted(Quirks::default()).unwrap()));
        card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
        let tap = card.transport();
        let at = tap.commands.iter().position(|command| command.starts_with(&[0x08, 0xB0])).unwrap();
        tap.replies[at].clone()
    };
    let tap = Tap::changing(inserted(Quirks::default()).unwrap(), move |_, command, reply| {
        if command.starts_with(&[0x08, 0xB0]) {
            reply.clone_from(&recorded);
        }
    });
    let mut other = rng();
    other.set_word_pos(1024);
    let error = Card::new(tap).number_secured(&four_digits(PIN).unwrap(), &mut other).unwrap_err();
    assert_eq!(messaging(&error), SecureMessagingError::Padding);
}

#[test]
fn a19_a_file_longer_than_it_may_be_is_refused() {
    for (length, expected) in [(260, Some(SecureMessagingError::TooLong)), (5000, None)] {
        let mut inner = inserted(Quirks::default()).unwrap();
        let change = |image: &mut mynumber_virtual_card::Image| {
            image.files.insert(FileId::IndividualNumber, FileContents::Bytes(vec![0xFF; length]));
        };
        inner.card_mut().0.rewrite(change).unwrap();
        let error = Card::new(inner).number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err();
        match expected {
            Some(cause) => assert_eq!(messaging(&error), cause),
            // Not even taken from the reader.
            None => assert!(matches!(error.kind(), ErrorKind::Exchange(_)), "{error}"),
        }
    }
}

#[test]
fn a_key_that_is_no_rsa_key_of_2048_bits_gets_no_seed() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 4] = [
        ("an even modulus", |file| *file.last_mut().unwrap() &= 0xFE),
        ("a modulus of fewer bits", |file| file[13] = 0x00),
        ("the exponent 1", |file| file[6] = 0x00),
        ("an even exponent", |file| file[8] = 0x02),
    ];
    for (name, change) in changes {
        let mut inner = inserted(Quirks::default()).unwrap();
        let rewrite = |image: &mut mynumber_virtual_card::Image| {
            let Some(FileContents::Bytes(bytes)) = image.files.get_mut(&FileId::SessionPublicKey) else {
                panic!("it is there");
            };
            assert_eq!(bytes[4..9], [0x90, 0x03, 0x01, 0x00, 0x01]);
            change(bytes);
        };
        inner.card_mut().0.rewrite(rewrite).unwrap();
        let mut card = Card::new(Tap::new(inner));
        let error = card.number_secured(&four_digits(PIN).unwrap(), &mut rng()).unwrap_err();
        let known = matches!(
            error.kind(),
            ErrorKind::SecureMessaging(SecureMessagingError::PublicKey) | ErrorKind::Content(_)
        );
        assert!(known, "{name}: {error}");
        assert_eq!(card.transport().count(0x80, 0xAE), 0, "{name}");
    }
}

#[test]
fn b11_a_verification_number_whose_outcome_is_unknown_is_not_sent_again() {
    for word in [0x6988, 0x69FC, 0x6882, 0x6700, 0x6F00] {
        let tap = Tap::changing(inserted(Quirks::default()).unwrap(), move |_, command, reply| {
            if command.starts_with(&[0x08, 0x20]) {
                *reply = u16::to_be_bytes(word).to_vec();
            }
        });
        let full = tries_left(tap.inner.card());
        let mut card = Card::new(tap);
        let mut secured = card.secure(&four_digits(PIN).unwrap(), &mut rng()).unwrap();
        let number = VerificationNumberB::parse(NUMBER_B).unwrap();
        let error = secured.verify::<reference::InputAssistNumberB>(&number).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::SecureMessaging(_) | ErrorKind::VerifyRefused { .. }),
            "{error}"
        );
        let again = secured.verify::<reference::InputAssistNumberB>(&number).unwrap_err();
        assert_eq!(*again.kind(), ErrorKind::SecuredSessionOver);
        drop(secured);
        assert_eq!(card.transport().count(0x08, 0x20), 1);
        assert_eq!(tries_left(card.transport().inner.card()), full);
    }
}
