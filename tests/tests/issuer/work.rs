//! What an honest issuer does on an honest card.

use mynumber::applet::pin::{FourDigitPin, SignaturePassword};
use mynumber::applet::{FileId, KeyId, PinId};
use mynumber::issuance::issuer::{Contents, Fault, Issuer, IssuerErrorKind, PublicKey};
use mynumber::transport::{Counted, InProcess, ShortOnly};
use mynumber::virtual_card::{FileContents, PrivateKey};
use rsa::traits::PublicKeyParts;

use crate::*;

#[test]
fn the_four_pins_in_their_five_references_take_fourteen_exchanges() {
    let slot = card();
    let mut issuer = issuer(Counted::new(ShortOnly::new(InProcess::new(slot.clone()))));
    set_up(&mut issuer).unwrap();
    // Issue's budget: two for each reference, one SELECT for each application, one log-out.
    let exchanges = issuer.transport().counts().exchanges;
    assert_eq!(exchanges, 14, "4 to open, 5 references, 4 applications, 1 log-out");
    assert!(exchanges <= 5 * 2 + 4 + 1);
    for (pin, value) in new_pins() {
        assert_eq!(slot.card().tries_left(pin), Some(pin.row().tries));
        assert!(is_right(&slot, pin, value.bytes()), "{pin:?}");
    }
}

#[test]
fn a_session_says_whose_card_it_is_and_which_references_are_not_set() {
    let slot = card();
    let mut issuer = at(&slot);
    let mut session = issuer.open().unwrap();
    assert_eq!(session.serial(), SERIAL);
    for pin in AS_DELIVERED_BLOCKED {
        assert_eq!(session.tries(pin).unwrap(), 0, "{pin:?}");
    }
    assert_eq!(session.tries(PinId::InputAssistNumberA).unwrap(), 10);
    session.set_reference(PinId::Juki, &FourDigitPin::parse("1111").unwrap()).unwrap();
    assert_eq!(session.tries(PinId::Juki).unwrap(), 3);
    session.block_reference(PinId::Juki).unwrap();
    assert_eq!(session.tries(PinId::Juki).unwrap(), 0);
    session.close().unwrap();
    assert!(!is_right(&slot, PinId::Juki, b"1111"));
    assert!(is_logged_out(&slot));
}

#[test]
fn values_of_a_wrong_form_are_not_sent() {
    let slot = card();
    let mut issuer = issuer(Counted::new(InProcess::new(slot.clone())));
    let mut session = issuer.open().unwrap();
    let pin = FourDigitPin::parse("1234").unwrap();
    let password = SignaturePassword::parse("ABC123").unwrap();
    let form = |outcome: Result<(), IssuerError>| {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.fault()), (&IssuerErrorKind::Form, Fault::Caller));
    };
    form(session.set_reference(PinId::Signature, &pin));
    form(session.set_reference(PinId::UserAuthentication, &password));
    form(session.set_reference(PinId::InputAssistReserved, &pin));
    form(session.write(FileId::Attributes, Contents::Bytes(&[])));
    form(session.write(FileId::TokenInfo, Contents::Bytes(&[0; 0x101])));
    form(session.write(FileId::TokenInfo, Contents::Records(&[vec![0]])));
    form(session.write(FileId::CommonRecord, Contents::Bytes(&[0])));
    form(session.write(FileId::CommonRecord, Contents::Records(&[])));
    form(session.write(FileId::CommonRecord, Contents::Records(&[vec![0; 240]])));
    form(session.write_data_object(DataObjectId::ExpiryDate, &[]));
    form(session.write_data_object(DataObjectId::ExpiryDate, &[0; 0x401]));
    form(session.destroy(KeyId::InputAssistSession));
    // The session goes on.
    session.set_reference(PinId::Signature, &password).unwrap();
    session.close().unwrap();
    assert_eq!(issuer.transport().counts().exchanges, 4 + 2 + 1);
}

#[test]
fn contents_take_effect_together_at_the_commit_and_not_before() {
    let slot = card();
    let face: Vec<u8> = (0..=250).cycle().take(3_001).collect();
    let records = vec![b"\x01\x1C4000000000000011000120361231".to_vec(), vec![7; 200]];
    let mut issuer = at(&slot);
    let mut session = issuer.open().unwrap();
    session.write(FileId::CardFace, Contents::Bytes(&face)).unwrap();
    session.write(FileId::CommonRecord, Contents::Records(&records)).unwrap();
    session.write_data_object(DataObjectId::ExpiryDate, b"20361231").unwrap();
    session.write_data_object(DataObjectId::LowerCertificate, &[0x5A; 575]).unwrap();
    session.destroy(KeyId::Signature).unwrap();
    let before = delivered();
    {
        let card = slot.card();
        assert_eq!(card.image().files, before.files);
        assert_eq!(card.image().data_objects, before.data_objects);
        assert!(card.image().keys.contains_key(&KeyId::Signature));
    }
    session.commit().unwrap();
    session.close().unwrap();
    let card = slot.card();
    let image = card.image();
    assert_eq!(image.files[&FileId::CardFace], FileContents::Bytes(face));
    assert_eq!(image.files[&FileId::CommonRecord], FileContents::Records(records));
    assert_eq!(image.data_objects[&DataObjectId::ExpiryDate], b"20361231");
    assert_eq!(image.data_objects[&DataObjectId::LowerCertificate], [0x5A; 575]);
    assert!(!image.keys.contains_key(&KeyId::Signature));
    assert!(!image.files.contains_key(&FileId::SignatureCertificate));
    assert_eq!(image.files[&FileId::CertificateAvailability], FileContents::Bytes(vec![0x00, 0x8F, 0x00]));
    assert_eq!(image.files[&FileId::Attributes], before.files[&FileId::Attributes]);
}

#[test]
fn what_was_staged_and_not_committed_is_gone_with_the_session() {
    let slot = card();
    let mut issuer = at(&slot);
    let mut session = issuer.open().unwrap();
    session.write(FileId::Attributes, Contents::Bytes(b"half")).unwrap();
    session.destroy(KeyId::UserAuthentication).unwrap();
    session.close().unwrap();
    let mut session = issuer.open().unwrap();
    session.commit().unwrap();
    session.close().unwrap();
    assert_eq!(slot.card().image().files, delivered().files);
    assert_eq!(slot.card().image().keys.len(), delivered().keys.len());
}

#[test]
fn a_key_made_on_the_chip_is_the_one_whose_public_half_came_out() {
    let slot = card();
    let mut issuer = at(&slot);
    let mut session = issuer.open().unwrap();
    session.destroy(KeyId::Signature).unwrap();
    let PublicKey::Rsa(made) = session.generate_key(KeyId::Signature).unwrap() else { panic!("RSA today") };
    session.write(FileId::SignatureCertificate, Contents::Bytes(&[0x30, 0x03, 1, 2, 3])).unwrap();
    session.write(FileId::CertificateAvailability, Contents::Bytes(&[0x8F, 0x8F, 0x00])).unwrap();
    session.commit().unwrap();
    session.close().unwrap();
    let card = slot.card();
    let PrivateKey::Rsa(held) = &card.image().keys[&KeyId::Signature] else { panic!("RSA today") };
    assert_eq!(held.to_public_key(), made);
    assert_ne!(held.n(), virtual_card::keys()[0].n());
    assert_eq!(
        card.image().files[&FileId::SignatureCertificate],
        FileContents::Bytes(vec![0x30, 0x03, 1, 2, 3])
    );
    assert_eq!(
        card.image().files[&FileId::CertificateAvailability],
        FileContents::Bytes(vec![0x8F, 0x8F, 0x00])
    );
}

#[test]
fn a_card_without_an_issuer_key_takes_no_issuer() {
    let mut image = delivered();
    image.issuer_key = None;
    let slot = Slot::new(VirtualCard::new(image, MemoryStorage::default(), virtual_card::rng()).unwrap());
    let error = at(&slot).open().map(drop).unwrap_err();
    assert_eq!(error.fault(), Fault::Unsupported);
    assert_eq!(
        error.to_string(),
        "card: this card takes no issuer's commands of this kind (it answered 6D00)"
    );
    // As before there were issuer's commands.
    assert_eq!(slot.card().respond(&[0x84, 0x44, 0x00, 0x00]).unwrap(), [0x68, 0x82]);
}

#[test]
fn a_key_of_another_issuer_is_refused_and_changes_nothing() {
    let slot = card();
    let mut seed = virtual_card::rng();
    let _ = IssuerMasterKey::generate(&mut seed);
    let other = Arc::new(IssuerMasterKey::generate(&mut seed));
    let mut issuer = AssumedIssuer::new(InProcess::new(slot.clone()), other, virtual_card::rng());
    let error = issuer.open().map(drop).unwrap_err();
    assert_eq!(error.kind(), &IssuerErrorKind::AuthenticationFailed);
    assert!(is_logged_out(&slot));
    // Nor is the key of another card of the same issuer.
    slot.card()
        .rewrite(|image| {
            image.data_objects.insert(DataObjectId::CardIdentification, b"400000000000002".to_vec());
        })
        .unwrap();
    let error = at(&slot).open().map(drop).unwrap_err();
    assert_eq!(error.kind(), &IssuerErrorKind::AuthenticationFailed);
}

#[test]
fn the_session_outlives_nothing_that_takes_the_card_away() {
    use mynumber::virtual_card::Power;
    let fresh = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
    let manager = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
    type End<'a> = (&'static str, &'a dyn Fn(&Slot));
    let ends: [End<'_>; 4] = [
        ("the card manager", &|slot| drop(slot.card().respond(&manager))),
        ("a warm reset", &|slot| slot.card().power(Power::Reset)),
        ("power off", &|slot| {
            slot.card().power(Power::Off);
            slot.card().power(Power::On);
        }),
        ("a wrong code", &|slot| {
            let command = [0x84, 0x44, 0x00, 0x00, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, 0x00];
            assert_eq!(slot.card().respond(&command).unwrap(), [0x69, 0x88]);
        }),
    ];
    for (name, end) in ends {
        let slot = card();
        let mut issuer = at(&slot);
        let mut session = issuer.open().unwrap();
        session.write(FileId::Attributes, Contents::Bytes(b"staged")).unwrap();
        slot.card().respond(&fresh).unwrap();
        end(&slot);
        assert!(is_logged_out(&slot), "{name}");
        let error = session.commit().unwrap_err();
        assert!(matches!(error.kind(), IssuerErrorKind::Refused { .. }), "{name}: {error:?}");
        let error = session.commit().unwrap_err();
        assert_eq!(error.kind(), &IssuerErrorKind::SessionOver, "{name}");
        let error = session.tries(PinId::Signature).unwrap_err();
        assert_eq!(error.kind(), &IssuerErrorKind::SessionOver, "{name}");
        session.close().unwrap();
        assert_eq!(slot.card().image().files, delivered().files, "{name}");
    }
}

#[test]
fn a_panic_logs_the_issuer_out() {
    let slot = card();
    let mut issuer = at(&slot);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _session = issuer.open().unwrap();
        panic!("on purpose");
    }));
    assert!(outcome.is_err());
    assert!(is_logged_out(&slot));
}
