use super::*;
use crate::testing::{CARD_FACE, COMMON, INPUT_ASSIST, LOG_OUT, Script, hex, ok};

#[test]
fn the_chip_signs_a_hash_with_the_key_of_each_application() {
    let info = format!("3031300D060960864801650304020105000420{}", "07".repeat(32));
    for (key, select) in [(ChipKey::InputAssist, INPUT_ASSIST), (ChipKey::CardFace, CARD_FACE)] {
        let script = Script::new(&[select]).then(&format!("802A0000 33 {info} 00"), &ok(&[0x5A; 256]));
        let mut card = Card::new(script);
        assert_eq!(card.prove_chip(key, &[7; 32]).unwrap(), [0x5A; 256]);
        assert_eq!(card.into_transport().commands().len(), 2);
    }
}

#[test]
fn a15_an_answer_that_has_not_the_length_of_the_key_is_refused() {
    let info = format!("3031300D060960864801650304020105000420{}", "07".repeat(32));
    let script = Script::new(&[CARD_FACE]).then(&format!("802A0000 33 {info} 00"), &ok(&[0x5A; 255]));
    let error = Card::new(script).prove_chip(ChipKey::CardFace, &[7; 32]).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::SignatureLength { expected: 256, received: 255 });
}

#[test]
fn the_chip_is_asked_in_the_session_that_a_pin_opened() {
    let info = format!("3031300D060960864801650304020105000420{}", "07".repeat(32));
    let script = Script::new(&[INPUT_ASSIST, ("00200091", "63C3"), ("00200091 04 31323334", "9000")])
        .then(&format!("802A0000 33 {info} 00"), &ok(&[0x5A; 256]))
        .and(&[LOG_OUT]);
    let mut card = Card::new(script);
    let mut unlocked = card
        .unlock::<reference::InputAssist>(&mynumber_applet::pin::FourDigitPin::parse("1234").unwrap())
        .unwrap();
    assert_eq!(unlocked.prove_chip(&[7; 32]).unwrap(), [0x5A; 256]);
    unlocked.close().unwrap();
    assert_eq!(card.into_transport().commands().len(), 5);
}

#[test]
fn internal_authenticate_takes_one_to_255_bytes() {
    let challenge = [9u8; 255];
    let command = format!("00880099 FF {} 00", hex(&challenge));
    let mut card = Card::new(Script::new(&[COMMON]).then(&command, &ok(&[1; 256])));
    assert_eq!(card.internal_authenticate(&challenge).unwrap().len(), 256);
    for length in [0, 256] {
        let mut card = Card::new(Script::default());
        let error = card.internal_authenticate(&vec![0; length]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
        assert!(card.into_transport().log.is_empty());
    }
    let mut card = Card::new(Script::new(&[COMMON, ("00880099 01 09 00", "6985")]));
    assert!(matches!(
        card.internal_authenticate(&[9]).unwrap_err().kind(),
        ErrorKind::UnexpectedStatus { .. }
    ));
    let mut card = Card::new(Script::new(&[COMMON, ("00880099 01 09 00", "9000")]));
    assert_eq!(*card.internal_authenticate(&[9]).unwrap_err().kind(), ErrorKind::EmptyRead);
}
