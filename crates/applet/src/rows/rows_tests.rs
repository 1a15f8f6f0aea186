//! The rows against the tables of CARD.md, written out here once more.

use super::*;
use crate::model::{Access, Structure};
use std::{format, string::String, vec::Vec};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn applications_have_the_published_identifiers() {
    let published = [
        (ApplicationId::Jpki, "D392F000260100000001"),
        (ApplicationId::InputAssist, "D3921000310001010408"),
        (ApplicationId::CardFace, "D3921000310001010402"),
        (ApplicationId::Juki, "D3921000310001010401"),
        (ApplicationId::Common, "D3921000310001010100"),
    ];
    for (id, aid) in published {
        assert_eq!((id.row().id, hex(id.row().aid.0).as_str()), (id, aid));
    }
    assert_eq!(hex(card_manager::AID.0), "A0000001510000");
    assert!(APPLICATIONS.iter().map(|row| row.id).eq(published.map(|(id, _)| id)));
}

#[test]
fn secrets_have_the_published_places_forms_and_tries() {
    use ApplicationId::{CardFace, Common, InputAssist, Jpki, Juki};
    let published = [
        (PinId::Signature, Jpki, 0x1B, PinFormat::SignaturePassword, 5),
        (PinId::UserAuthentication, Jpki, 0x18, PinFormat::Digits(4), 3),
        (PinId::InputAssist, InputAssist, 0x11, PinFormat::Digits(4), 3),
        (PinId::InputAssistReserved, InputAssist, 0x12, PinFormat::Digits(4), 0),
        (PinId::InputAssistNumberA, InputAssist, 0x14, PinFormat::Digits(12), 10),
        (PinId::InputAssistNumberB, InputAssist, 0x15, PinFormat::Digits(14), 10),
        (PinId::CardFaceBirthDate, CardFace, 0x11, PinFormat::Digits(6), 10),
        (PinId::CardFaceNumberB, CardFace, 0x12, PinFormat::Digits(14), 10),
        (PinId::CardFaceNumberA, CardFace, 0x13, PinFormat::Digits(12), 10),
        (PinId::Juki, Juki, 0x1C, PinFormat::Digits(4), 3),
        (PinId::Common, Common, 0x1C, PinFormat::Digits(4), 3),
    ];
    let rows: Vec<_> = pins().map(|row| (row.id, row.application, row.ef.0, row.format, row.tries)).collect();
    assert_eq!(rows, published);
    assert!(pins().all(|row| row.id.row() == row && row.application.row().pins.contains(row)));
}

#[test]
fn tries_are_assumed_only_where_the_sources_disagree_or_are_silent() {
    let assumed = pins().filter(|row| matches!(row.tries_source, Source::Assumed(_))).map(|row| row.id);
    let numbers = [
        PinId::InputAssistNumberA,
        PinId::InputAssistNumberB,
        PinId::CardFaceBirthDate,
        PinId::CardFaceNumberB,
        PinId::CardFaceNumberA,
    ];
    assert!(assumed.eq(numbers));
}

#[test]
fn files_are_opened_by_the_secrets_that_were_measured() {
    use PinId as P;
    let reader = |access| match access {
        Access::Free => &[][..],
        Access::AnyOf(pins) => pins,
        Access::Never => panic!("a file that nobody reads is no row"),
    };
    let assist = [P::InputAssist, P::InputAssistNumberA, P::InputAssistNumberB];
    let published: &[(&str, u16, &[PinId])] = &[
        ("jpki", 0x01, &[P::Signature]),
        ("jpki", 0x02, &[]),
        ("jpki", 0x06, &[]),
        ("jpki", 0x08, &[]),
        ("jpki", 0x0A, &[]),
        ("jpki", 0x0B, &[]),
        ("input_assist", 0x01, &[P::InputAssist, P::InputAssistNumberA]),
        ("input_assist", 0x02, &[P::InputAssist, P::InputAssistNumberB]),
        ("input_assist", 0x03, &assist),
        ("input_assist", 0x04, &[]),
        ("input_assist", 0x05, &[]),
        ("input_assist", 0x06, &assist),
        ("input_assist", 0x07, &assist),
        ("input_assist", 0x08, &assist),
        ("card_face", 0x01, &[P::CardFaceBirthDate]),
        ("card_face", 0x02, &[P::CardFaceNumberA, P::CardFaceNumberB]),
        ("card_face", 0x03, &[]),
        ("card_face", 0x04, &[]),
        ("card_face", 0x05, &[P::CardFaceNumberA]),
        ("card_face", 0x06, &[P::CardFaceNumberA, P::CardFaceNumberB]),
        ("juki", 0x02, &[]),
        ("common", 0x01, &[]),
        ("common", 0x02, &[]),
    ];
    let rows: Vec<_> =
        files().map(|row| (row.application.row().english, row.ef.0, reader(row.read))).collect();
    assert_eq!(rows, published);
    for row in files() {
        let records = [ApplicationId::Juki, ApplicationId::Common].contains(&row.application);
        assert_eq!(row.structure == Structure::Records, records, "{row:?}");
        assert!(row.id.row() == row && row.application.row().files.contains(row));
    }
}

#[test]
fn on_a_phone_the_user_authentication_certificate_wants_its_pin_and_nothing_else_differs() {
    let other: Vec<_> = files().filter_map(|row| row.read_on_phone.map(|access| (row.id, access))).collect();
    let wanted = Access::AnyOf(&[PinId::UserAuthentication]);
    assert_eq!(other, [(FileId::UserAuthenticationCertificate, wanted)]);
}

#[test]
fn keys_stand_where_they_were_found() {
    let published = [
        (KeyId::Signature, Some(0x1A), Access::AnyOf(&[PinId::Signature]), false),
        (KeyId::UserAuthentication, Some(0x17), Access::AnyOf(&[PinId::UserAuthentication]), false),
        (KeyId::InputAssistInternal, Some(0x13), Access::Free, true),
        (KeyId::InputAssistSession, None, Access::AnyOf(&[PinId::InputAssist]), false),
        (KeyId::CardFaceInternal, Some(0x1A), Access::Free, true),
        (KeyId::CommonInternal, Some(0x19), Access::Free, false),
    ];
    let rows: Vec<_> =
        keys().map(|row| (row.id, row.ef.map(|ef| ef.0), row.access, row.is_default)).collect();
    assert_eq!(rows, published);
    assert!(keys().all(|row| row.id.row() == row && row.application.row().keys.contains(row)));
}

#[test]
fn data_objects_have_the_tags_that_get_data_was_answered_for() {
    let published = [
        (DataObjectId::IssuerIdentification, 0x0042),
        (DataObjectId::CardIdentification, 0x0045),
        (DataObjectId::CardRecognition, 0x0066),
        (DataObjectId::MunicipalityCode, 0x00F0),
        (DataObjectId::ExpiryDate, 0x00F2),
        (DataObjectId::IntermediateKeyId, 0x00F7),
        (DataObjectId::IntermediateCertificate, 0x00F8),
        (DataObjectId::LowerCertificate, 0x7F21),
        (DataObjectId::ContactAtr, 0x5F51),
    ];
    for (id, tag) in published {
        assert_eq!((id.row().id, id.row().tag), (id, tag));
    }
    assert_eq!(card_manager::DATA_OBJECTS.len(), published.len());
}
