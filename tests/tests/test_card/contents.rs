//! The content formats.

use mynumber_applet::content::{
    AgeRecord, Attributes, CardFace, CardFaceBasicInfo, CardVerifiableCertificate, IndividualNumber,
    InputAssistBasicInfo, InputAssistIntegrity, KeyRecord, NumberImage, SessionPublicKey,
    digested_attributes, digested_number,
};
use mynumber_applet::{Date, Sex};

use crate::dump;

/// Parses the dump, turns it into its meaning, writes it again: the same bytes.
macro_rules! survives {
    ($view:ident, $name:literal) => {{
        let file = dump($name);
        let repr = $view::parse(&file).expect($name).to_repr().expect($name);
        assert_eq!(repr.emit(&mut [0; 4096]).expect($name), file, "{}", $name);
    }};
}

#[test]
fn every_file_of_the_test_card_is_read_and_written_again_byte_for_byte() {
    survives!(IndividualNumber, "text-0001-physical.bin");
    survives!(Attributes, "text-0002.bin");
    survives!(InputAssistIntegrity, "text-0003.bin");
    survives!(CardVerifiableCertificate, "text-0004.bin");
    survives!(InputAssistBasicInfo, "text-0005.bin");
    survives!(KeyRecord, "text-0007.bin");
    survives!(AgeRecord, "surface-0001.bin");
    survives!(CardFace, "surface-0002.bin");
    survives!(CardFaceBasicInfo, "surface-0003.bin");
    survives!(CardVerifiableCertificate, "surface-0004.bin");
    survives!(NumberImage, "surface-0005.bin");

    let file = dump("text-0006.bin");
    let key = SessionPublicKey::parse(&file).expect("session key");
    assert_eq!(key.emit(&mut [0; 512]).expect("fits"), file);
}

#[test]
fn the_certificates_of_the_card_manager_are_read_and_written_again_byte_for_byte() {
    for (name, issuer, subject) in
        [("mf-do-F8.bin", "6000020/001", "1322130/002"), ("mf-do-7F21.bin", "1322130/002", "0000050/001")]
    {
        let object = dump(name);
        let certificate = CardVerifiableCertificate::parse_data_object(&object).expect(name);
        assert_eq!(
            (certificate.issuer().to_string(), certificate.subject().to_string()),
            (issuer.into(), subject.into())
        );
        let repr = certificate.to_repr().expect(name);
        assert_eq!(repr.emit_data_object(&mut [0; 1024]).expect(name), object);
    }
}

#[test]
fn the_values_of_the_test_card_are_those_published() {
    let number = dump("text-0001-physical.bin");
    assert_eq!(IndividualNumber::parse(&number).expect("number").as_str(), "537686677188");
    assert_eq!(digested_number(&number).expect("number").len(), 17);

    let file = dump("text-0002.bin");
    let attributes = Attributes::parse(&file).expect("attributes");
    assert_eq!(attributes.name().chars().count(), 5);
    assert!(attributes.address().starts_with("東京都清瀬市"));
    assert_eq!(attributes.birth_date(), Date::new(1980, 2, 17).ok());
    assert_eq!(attributes.sex(), Some(Sex::Male));
    assert_eq!(digested_attributes(&file).expect("attributes"), &file[14..]);

    let file = dump("surface-0002.bin");
    let face = CardFace::parse(&file).expect("card face");
    assert_eq!(face.signed().birth_date(), Date::new(1980, 2, 17).ok());
    assert_eq!(face.unsigned().expiry(), Date::new(2035, 2, 17).ok());
    assert!(face.signed().name_image.starts_with(b"\x89PNG") && face.signed().photo.len() == 1854);

    // One key in all three records.
    let (age, number) = (dump("surface-0001.bin"), dump("surface-0005.bin"));
    assert_eq!(AgeRecord::parse(&age).expect("age").key(), face.signed().key);
    assert_eq!(NumberImage::parse(&number).expect("number image").key(), face.signed().key);

    let info = dump("surface-0003.bin");
    let info = CardFaceBasicInfo::parse(&info).expect("basic info");
    assert_eq!((info.municipality().as_str(), info.version().has_extended_lengths()), ("13221", true));
}
