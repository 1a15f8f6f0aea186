//! The contents of the card's files: any bytes, every parser.

use mynumber_applet::content::{
    AgeRecord, Attributes, CardFace, CardFaceBasicInfo, CardVerifiableCertificate, CertificateAvailability,
    CommonRecord, IndividualNumber, InputAssistBasicInfo, InputAssistIntegrity, KeyRecord, KeyReference,
    LIMIT, NumberImage, SessionPublicKey, TokenInfo,
};
use mynumber_crypto::Certificate;
use mynumber_crypto::certificate::Name;

use super::in_part::in_part;

/// Longer than any file of the card, its filler aside.
const ROOM: usize = 0x1_2000;

/// The file with more filler than any file has room for.
fn too_long(file: &[u8]) -> Vec<u8> {
    [file, &[0xFF; LIMIT]].concat()
}

/// Parses; what has a meaning is written, and what was written means and is written the same.
macro_rules! written_again {
    ($view:ident, $data:expr) => {{
        let longer = too_long($data);
        let filled = $view::parse(&longer).map(|_| ());
        assert!(filled.is_err(), "{} longer than any file", stringify!($view));
        if let Ok(repr) = $view::parse($data).and_then(|view| view.to_repr()) {
            let (mut first, mut second) = (vec![0; ROOM], vec![0; ROOM]);
            let Ok(once) = repr.emit(&mut first) else {
                unreachable!("{} has a meaning that cannot be written", stringify!($view))
            };
            let again = $view::parse(once).and_then(|view| view.to_repr());
            let Ok(twice) = again.and_then(|repr| repr.emit(&mut second).map(<[u8]>::to_vec)) else {
                unreachable!("what was written of {} is refused", stringify!($view))
            };
            assert_eq!(once, twice);
        }
    }};
}

/// Takes the first byte for the choice of a parser and the rest for the file.
pub fn content(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    match choice {
        0 => written_again!(Attributes, file),
        1 => written_again!(IndividualNumber, file),
        2 => written_again!(InputAssistIntegrity, file),
        3 => written_again!(InputAssistBasicInfo, file),
        4 => written_again!(KeyRecord, file),
        5 => written_again!(CardFace, file),
        6 => written_again!(AgeRecord, file),
        7 => written_again!(NumberImage, file),
        8 => written_again!(CardFaceBasicInfo, file),
        9 => written_again!(CardVerifiableCertificate, file),
        10 => written_again!(TokenInfo, file),
        11 => written_again!(CertificateAvailability, file),
        12 => written_again!(CommonRecord, file),
        13 => {
            let _ = SessionPublicKey::parse(file);
            let _ = KeyReference::parse(file);
            let _ = CardVerifiableCertificate::parse_data_object(file);
            assert!(CardVerifiableCertificate::parse_data_object(&too_long(file)).is_err());
        }
        _ => certificate(file),
    }
}

/// Every field of a certificate is asked for: none may panic, whatever the others hold.
fn certificate(der: &[u8]) {
    let Ok(certificate) = Certificate::parse(der) else { return };
    assert_eq!(certificate.raw(), der, "a certificate is all of its file");
    for name in [certificate.subject(), certificate.issuer()] {
        in_part(format_args!("{name}"));
        let raw = name.raw();
        assert!(Name::from_der(&[raw, &[0x00]].concat()).is_err(), "something stands behind a name");
        assert!(Name::from_der(raw.get(1..).unwrap_or_default()).is_err(), "a name without its tag");
        name.attributes().for_each(|attribute| in_part(format_args!("{}", attribute.kind())));
    }
    let _ = (certificate.policy(), certificate.holder(), certificate.public_key());
    let own = certificate.public_key().is_ok_and(|key| certificate.check_signature(&key).is_ok());
    assert!(!own || certificate.signature_scheme().is_some(), "a signature of no known scheme");
    let extensions = certificate.extensions();
    let _ = (extensions.key_usage(), extensions.extended_key_usage(), extensions.policies());
    let _ = (extensions.basic_constraints(), extensions.subject_key_identifier());
    let _ =
        (extensions.authority_key_identifier(), extensions.crl_distribution_point(), extensions.ocsp_url());
    let _ = (extensions.unknown_critical(), extensions.iter().count(), certificate.signature_scheme());
}
