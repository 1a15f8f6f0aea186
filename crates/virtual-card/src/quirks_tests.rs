use super::*;
use crate::image::Reference;

#[test]
fn every_key_of_the_file_form_is_read() {
    let quirks = Quirks::from_toml(
        r#"
        no-extended = true
        chain-above = 16
        exact-le = true
        first-command-fails = true
        verified-query-succeeds = true
        blocked-is-6983 = true
        reselect-logs-out = true
        reset-logs-out = true
        delay-ms = 1500
        removed-after = 7
        atr = 6
        token = "iphone"
        absent = "user-authentication"
        [tries-left]
        signature = 1
        common = 0
        "#,
    )
    .unwrap();
    let expected = Quirks {
        no_extended: true,
        chain_above: Some(16),
        exact_le: true,
        first_command_fails: true,
        verified_query_succeeds: true,
        blocked_is_6983: true,
        reselect_logs_out: true,
        reset_logs_out: true,
        delay: Duration::from_millis(1500),
        removed_after: Some(7),
        atr: Some(atr::KNOWN[5].bytes.to_vec()),
        token: Some(TokenKind::Iphone),
        absent: Some(Certificate::UserAuthentication),
        tries_left: BTreeMap::from([(PinId::Signature, 1), (PinId::Common, 0)]),
    };
    assert_eq!(quirks, expected);
    assert_eq!(Quirks::from_toml(""), Ok(Quirks::default()));
}

#[test]
fn what_is_not_a_quirk_is_refused() {
    assert!(matches!(Quirks::from_toml("no-extendet = true"), Err(QuirksError::Toml(_))));
    assert!(matches!(Quirks::from_toml("chain-above = 70000"), Err(QuirksError::Toml(_))));
    assert!(matches!(Quirks::from_toml("absent = \"both\""), Err(QuirksError::Toml(_))));
    for atr in ["0", "10", "\"3B\"", "\"3B0\"", "\"3B ZZ\"", "\"\""] {
        assert_eq!(Quirks::from_toml(&format!("atr = {atr}")), Err(QuirksError::Atr), "{atr}");
    }
    assert_eq!(Quirks::from_toml("atr = \"3b 00\"").unwrap().atr, Some(vec![0x3B, 0x00]));
    let unknown = Quirks::from_toml("[tries-left]\npin = 1");
    assert_eq!(unknown, Err(QuirksError::Reference("pin".to_owned())));
}

#[test]
fn every_reference_of_the_model_has_a_name() {
    for row in rows::pins() {
        assert_eq!(REFERENCES.iter().filter(|(_, pin)| *pin == row.id).count(), 1, "{row:?}");
    }
}

fn image() -> Image {
    let mut image = Image::empty();
    image.files.insert(FileId::TokenInfo, FileContents::Bytes(vec![b'x'; 160]));
    image.files.insert(FileId::CertificateAvailability, FileContents::Bytes(vec![0x8F, 0x8F, 0x00]));
    image.files.insert(FileId::SignatureCertificate, FileContents::Bytes(vec![0x30; 300]));
    image.files.insert(FileId::Attributes, FileContents::Bytes(vec![0xFF; 10]));
    image.references.insert(PinId::Signature, Reference::new(b"ABC123", 5).unwrap());
    image.references.insert(PinId::InputAssist, Reference::new(b"1234", 3).unwrap());
    image
}

#[test]
fn a_phone_holds_the_jpki_application_alone_under_its_own_label() {
    let mut image = image();
    Quirks { token: Some(TokenKind::Android), ..Quirks::default() }.shape(&mut image);
    assert!(image.holds(ApplicationId::Jpki) && !image.holds(ApplicationId::InputAssist));
    let FileContents::Bytes(info) = &image.files[&FileId::TokenInfo] else { panic!("transparent") };
    assert_eq!(&info[..34], b"JPKIAPGPSETOKEN                 xx");
}

#[test]
fn an_absent_certificate_leaves_a_blocked_reference_and_says_so() {
    let mut image = image();
    Quirks { absent: Some(Certificate::Signature), ..Quirks::default() }.shape(&mut image);
    assert!(!image.files.contains_key(&FileId::SignatureCertificate));
    assert!(image.references[&PinId::Signature].is_blocked());
    let availability = &image.files[&FileId::CertificateAvailability];
    assert_eq!(*availability, FileContents::Bytes(vec![0x00, 0x8F, 0x00]));
}

#[test]
fn tries_and_atr_are_set_and_a_contact_atr_is_told_by_get_data_too() {
    let mut image = image();
    let quirks = Quirks {
        atr: Some(atr::KNOWN[1].bytes.to_vec()),
        tries_left: BTreeMap::from([(PinId::Signature, 1), (PinId::InputAssist, 200), (PinId::Juki, 1)]),
        ..Quirks::default()
    };
    quirks.shape(&mut image);
    assert_eq!(image.references[&PinId::Signature].left(), 1);
    assert_eq!(image.references[&PinId::InputAssist].left(), 3);
    assert_eq!(image.atr, atr::KNOWN[1].bytes);
    assert_eq!(image.data_objects[&DataObjectId::ContactAtr], atr::KNOWN[1].bytes[1..]);
}
