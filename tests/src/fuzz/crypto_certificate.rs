//! One certificate, edited and signed anew: every field is asked for, and it stands as leaf, as authority and as anchor.

use mynumber_crypto::certificate::{Name, Purpose};
use mynumber_crypto::path::{
    Error, ErrorKind, ExtendedKeyUsageRule, InitialPolicies, KeyUsageRule, PolicyRule, Profile, Validator,
};
use mynumber_crypto::{Anchor, Certificate};

use super::bases::{key, root, single};
use super::edits::Input;
use crate::certificates::{Draft, NOW};

/// Takes the first byte for the certificate that is edited, and the rest for edits; from 0x30 on, all of it for a
/// certificate as it is.
pub fn crypto_certificate(data: &[u8]) {
    let Some((choice, edits)) = data.split_first() else { return };
    match single().get(usize::from(*choice)) {
        Some(document) => document.edited(&mut Input(edits), judged),
        None => judged(data),
    }
}

fn judged(der: &[u8]) {
    let certificate = match Certificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => {
            let place = (error.kind(), error.object(), error.field());
            assert!(error.position() <= der.len(), "{place:?} beyond the end");
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    told(&certificate, der);
    let anchor = Certificate::parse(root()).map(|root| Anchor::from_certificate(&root));
    let Ok(Ok(anchor)) = anchor else { unreachable!("the root is an authority") };
    let anchors = [anchor];
    if !as_leaf(&certificate, &anchors) {
        let refused = Anchor::from_certificate(&certificate);
        assert!(refused.is_err(), "what cannot be read makes no anchor");
        return;
    }
    let below = Draft::leaf("below", &key(3), "", &key(2));
    let below = Draft { issuer: certificate.subject().raw().to_vec(), ..below }.signed(&key(2));
    let Ok(below) = Certificate::parse(&below) else { return };
    let above = Validator::new(&anchors, Profile::general()).validate(&below, &[certificate], NOW);
    let above = above.map(|trusted| trusted.chain().len());
    assert!(matches!(above, Ok(1) | Err(_)), "{above:?}");
    as_anchor(&certificate, &below);
}

/// Every field is asked for: none may panic, whatever the others hold.
fn told(certificate: &Certificate<'_>, der: &[u8]) {
    assert_eq!(certificate.raw(), der, "a certificate is all of its file");
    assert!(format!("{certificate:?}").starts_with("Certificate"));
    for name in [certificate.issuer(), certificate.subject()] {
        let text = name.to_string();
        assert!(!text.contains(['\u{202E}', '\u{200B}', '\n']), "{text:?} shows what is not there");
        assert!(Name::from_der(name.raw()).as_ref() == Ok(&name) && name.matches(&name));
        for attribute in name.attributes() {
            let _ = (attribute.kind().to_string(), attribute.tag(), format!("{attribute:?}"));
        }
        let _ = (name.common_name(), name.organization(), name.is_empty());
    }
    assert_eq!(certificate.issuer().matches(&certificate.subject()), {
        certificate.subject().matches(&certificate.issuer())
    });
    let extensions = certificate.extensions();
    for extension in extensions.iter() {
        assert!(extensions.find(extension.id).is_some_and(|found| found == extension));
        assert!(!format!("{:?}", extension.id).is_empty());
    }
    let _ = (extensions.key_usage(), extensions.extended_key_usage().map(|ids| ids.map(Iterator::count)));
    let _ = extensions.policies().map(|ids| ids.map(Iterator::count));
    let _ = (extensions.basic_constraints(), extensions.subject_key_identifier());
    let _ = (extensions.authority_key_identifier(), extensions.crl_distribution_point());
    let _ = (extensions.issuer_alternative_name(), extensions.subject_directory_name());
    let _ = (extensions.ocsp_url(), extensions.unknown_critical());
    let _ = (certificate.signature_scheme(), certificate.signature_algorithm());
    let _ = (certificate.policy(), certificate.inferred_municipality());
    if let Ok(key) = certificate.public_key() {
        let _ = (key.bits(), key.is_roca(), key.check());
    }
    let Ok(holder) = certificate.holder() else { return };
    assert!(!format!("{holder:?}").contains("試験"));
    for marked in [holder.marked_name(), holder.marked_address()].into_iter().flatten() {
        assert_eq!(marked.characters().any(|(_, is)| is), marked.has_substitutes());
        assert_eq!(marked.characters().count(), marked.text().chars().count());
        assert!(!format!("{marked:?}").contains(marked.text()) || marked.text().is_ascii());
    }
    if let Some(date) = holder.birth_date {
        assert_eq!(format!("{date:?}"), "BirthDate(..)");
        let _ = (date.year_of_era(), date.fits_its_era());
    }
}

fn explained(error: &Error) {
    assert!(!error.to_string().is_empty());
    let _ = (error.kind().class(), error.position());
}

/// Under every profile; whether it could be read at all.
fn as_leaf(certificate: &Certificate<'_>, anchors: &[Anchor<'_>]) -> bool {
    let general = Profile::general();
    let usage = mynumber_crypto::certificate::KeyUsage::DIGITAL_SIGNATURE;
    let initial = InitialPolicies { explicit: true, inhibit_mapping: true, inhibit_any: true };
    let asked = mynumber_crypto::certificate::extension::ANY_EXTENDED_KEY_USAGE;
    let policies = [mynumber_crypto::certificate::policy::TEST_SIGNATURE];
    let profiles = [
        general,
        Profile::jpki(Purpose::Signature),
        Profile::jpki(Purpose::UserAuthentication),
        Profile { key_usage: KeyUsageRule::Allows(usage), restrictions: false, ..general },
        Profile {
            extended_key_usage: ExtendedKeyUsageRule::Requires(asked),
            key_identifiers: false,
            ..general
        },
        Profile { policies: PolicyRule::OneOf(&policies), critical_restrictions: false, ..general },
        Profile { initial_policies: initial, leaf_may_be_authority: false, ..general },
    ];
    for profile in profiles {
        match Validator::new(anchors, profile).validate(certificate, &[], NOW) {
            Ok(trusted) => {
                assert!(trusted.certificate() == certificate && trusted.chain().is_empty());
                assert_eq!(trusted.issuer_name(), trusted.anchor().subject());
                assert_eq!(Ok(trusted.key()), certificate.public_key());
                assert!(certificate.check_signature(&trusted.issuer_key()).is_ok());
                assert!(trusted.at() == NOW && trusted.purpose() == profile.purpose);
                let _ = (trusted.issuer_may_sign_crls(), trusted.backend().name());
            }
            Err(error) => {
                explained(&error);
                // What cannot be read is read for no profile.
                if matches!(error.kind(), ErrorKind::Malformed(_)) {
                    return false;
                }
            }
        }
    }
    true
}

/// A caller's anchor says of itself what its certificate says.
fn as_anchor(certificate: &Certificate<'_>, below: &Certificate<'_>) {
    let anchor = match Anchor::from_certificate(certificate) {
        Ok(anchor) => anchor.labelled("edited").for_purpose(Purpose::Signature),
        Err(error) => return explained(&error),
    };
    assert!(anchor.subject() == certificate.subject() && anchor.issuer() == certificate.issuer());
    assert!(anchor.serial() == certificate.serial() && anchor.validity() == certificate.validity());
    assert_eq!(Ok(anchor.key()), certificate.public_key());
    assert_eq!(Ok(anchor.key_id()), certificate.extensions().subject_key_identifier());
    assert!(format!("{anchor:?}").contains(anchor.label()) && anchor.certificate_sha256().is_none());
    let _ = (anchor.hierarchy(), anchor.path_length(), anchor.may_sign_crls(), anchor.purpose());
    for profile in [Profile::general(), Profile::jpki(Purpose::UserAuthentication)] {
        let anchors = [anchor];
        let found = Validator::new(&anchors, profile).validate(below, &[], NOW);
        assert!(found.is_err() || below.check_signature(&anchor.key()).is_ok());
    }
}
