//! Certification paths: any certificates, any time, for the card's profile and for the general one.

use std::sync::OnceLock;

use der::{Decode, Encode};
use mynumber_apdu::tlv::Reader;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::key::backend;
use mynumber_crypto::path::{Profile, TrustedCertificate, Validator};
use mynumber_crypto::{Anchor, Certificate, UnixTime};

use crate::certificates::{Draft, ECDSA_SHA256, Key, NOW, der};

/// The anchor of every input: the key of number 1.
fn root() -> &'static [u8] {
    static ROOT: OnceLock<Vec<u8>> = OnceLock::new();
    ROOT.get_or_init(|| Draft::authority("root", &Key::new(1), "root", &Key::new(1)).signed(&Key::new(1)))
}

/// The keys of numbers 1 to 8, made once.
fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(|| (1..=8).map(Key::new).collect())
}

/// The first byte chooses: bits 0 and 1 the profile, bit 2 whether all is signed anew. The next four are the time, in
/// seconds from [`NOW`]. The rest are certificates, the leaf first.
///
/// Signed anew means: each certificate gets the signature of key 1, or of the key whose number is its serial number's
/// first byte, so that what stands behind the signature check is reached too.
pub fn crypto_path(data: &[u8]) {
    let Some(([choice, t0, t1, t2, t3], rest)) = data.split_first_chunk() else { return };
    let at = UnixTime::from_seconds(NOW.seconds() + i64::from(i32::from_be_bytes([*t0, *t1, *t2, *t3])));
    let mut reader = Reader::new(rest);
    let mut files = Vec::new();
    while let Ok(Some(element)) = reader.next_element() {
        files.push(element.raw().to_vec());
    }
    if choice & 4 != 0 {
        for file in &mut files {
            if let Some(signed) = signed_anew(file) {
                *file = signed;
            }
        }
    }
    let profile = match choice & 3 {
        0 => Profile::jpki(Purpose::Signature),
        1 => Profile::jpki(Purpose::UserAuthentication),
        2 => Profile::general(),
        _ => Profile { key_identifiers: false, ..Profile::general() },
    };
    let certificates: Vec<_> = files.iter().filter_map(|file| Certificate::parse(file).ok()).collect();
    certificates.iter().for_each(agrees_with_x509_cert);
    let Some((leaf, hints)) = certificates.split_first() else { return };
    let anchor = Certificate::parse(root()).map(|root| Anchor::from_certificate(&root));
    let Ok(Ok(anchor)) = anchor else { unreachable!("the root is an authority") };
    let anchors = [anchor];

    let validator = Validator::new(&anchors, profile);
    let verdict = validator.validate(leaf, hints, at);
    let again = validator.with_backend(&backend::RustCrypto).validate(leaf, hints, at);
    assert_eq!(verdict.as_ref().map(|_| ()), again.as_ref().map(|_| ()), "every backend says the same");
    if let Ok(trusted) = verdict {
        holds(&trusted, &profile, leaf, hints);
    }
}

/// What has to be true of evidence, looked at in another way than the validator does.
fn holds(
    trusted: &TrustedCertificate<'_>,
    profile: &Profile<'_>,
    leaf: &Certificate<'_>,
    hints: &[Certificate<'_>],
) {
    assert!(trusted.certificate() == leaf && trusted.chain().len() <= profile.max_intermediates);
    assert!(leaf.validity().contains(trusted.at()) && trusted.anchor().validity().contains(trusted.at()));
    let mut subject = leaf;
    for issuer in trusted.chain() {
        assert!(hints.contains(issuer) && issuer.validity().contains(trusted.at()));
        let constraints = issuer.extensions().basic_constraints();
        assert!(constraints.is_ok_and(|found| found.is_some_and(|constraints| constraints.ca)));
        let key = issuer.public_key();
        assert!(key.is_ok_and(|key| subject.check_signature(&key).is_ok()), "each is signed by the next");
        assert!(subject.issuer().matches(&issuer.subject()));
        subject = issuer;
    }
    assert!(subject.check_signature(&trusted.anchor().key()).is_ok(), "the last by the anchor");
    assert!(subject.issuer().matches(&trusted.anchor().subject()));
    assert_eq!(leaf.extensions().unknown_critical(), None);
    if let Some(purpose) = profile.purpose {
        let policy = leaf.policy();
        assert!(policy.is_ok_and(|found| found.is_some_and(|policy| policy.purpose == purpose)));
    }
}

/// What both read, both read the same.
fn agrees_with_x509_cert(certificate: &Certificate<'_>) {
    let Ok(theirs) = x509_cert::Certificate::from_der(certificate.raw()) else { return };
    let body = theirs.tbs_certificate();
    let serial = body.serial_number().as_bytes();
    assert_eq!(certificate.serial(), serial.strip_prefix(&[0]).unwrap_or(serial));
    assert_eq!(body.issuer().to_der().as_deref(), Ok(certificate.issuer().raw()));
    assert_eq!(body.subject().to_der().as_deref(), Ok(certificate.subject().raw()));
    assert_eq!(body.subject_public_key_info().to_der().as_deref(), Ok(certificate.public_key_info()));
    let not_after = body.validity().not_after.to_unix_duration().as_secs();
    assert_eq!(i64::try_from(not_after), Ok(certificate.validity().not_after.seconds()));
    assert_eq!(theirs.signature().raw_bytes(), certificate.signature());
}

fn signed_anew(file: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::parse(file).ok()?;
    let number = usize::from(*certificate.serial().first()? & 7);
    let key = keys().get(number.saturating_sub(1))?;
    let signature = der(0x03, &[&[0][..], &key.sign(certificate.tbs())].concat());
    let parts = [certificate.tbs(), ECDSA_SHA256, signature.as_slice()].concat();
    (parts.len() < 60_000).then(|| der(0x30, &parts))
}
