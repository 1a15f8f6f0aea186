//! Certification paths: any certificates, any time, for the card's profile and for the general one.

use std::sync::OnceLock;

use mynumber_apdu::tlv::Reader;
use mynumber_crypto::asn1::Oid;
use mynumber_crypto::certificate::{KeyUsage, Purpose, extension, policy};
use mynumber_crypto::key::backend;
use mynumber_crypto::path::{
    ExtendedKeyUsageRule, InitialPolicies, KeyUsageRule, PolicyRule, Profile, TrustedCertificate, Validator,
};
use mynumber_crypto::{Anchor, Certificate, UnixTime};

use super::bases::{self, key, root};
use super::edits::Input;
use crate::certificates::{Draft, ECDSA_SHA256, NOW, authority, der, id};

/// The first byte chooses: bits 0 and 1 the profile, bit 2 whether all is signed anew. The next four are the time, in
/// seconds from [`NOW`]. The rest are certificates, the leaf first. With bit 7, `edited`.
///
/// Signed anew means: each certificate gets the signature of key 1, or of the key whose number is its serial number's
/// first byte, so that what stands behind the signature check is reached too.
pub fn crypto_path(data: &[u8]) {
    if let Some((choice @ 0x80.., rest)) = data.split_first() {
        return edited(*choice, rest);
    }
    let Some(([choice, t0, t1, t2, t3], rest)) = data.split_first_chunk() else { return };
    let at = UnixTime::from_seconds(NOW.seconds() + i64::from(i32::from_be_bytes([*t0, *t1, *t2, *t3])));
    let mut files = elements(rest);
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
    judged(&files, &profile, &[anchor(root())], at);
}

pub(super) fn elements(input: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(input);
    let mut files = Vec::new();
    while let Ok(Some(element)) = reader.next_element() {
        files.push(element.raw().to_vec());
    }
    files
}

/// The elements inside the one that is all of the input.
pub(super) fn inside(input: &[u8]) -> Vec<Vec<u8>> {
    let element = Reader::new(input).next_element().ok().flatten();
    element.map_or_else(Vec::new, |element| elements(element.value()))
}

pub(super) fn anchor(der: &'static [u8]) -> Anchor<'static> {
    let anchor = Certificate::parse(der).map(|root| Anchor::from_certificate(&root));
    let Ok(Ok(anchor)) = anchor else { unreachable!("the root is an authority") };
    anchor
}

/// The root, and others who have its name and key, and say less or more of themselves.
fn anchors(choice: u8) -> Vec<Anchor<'static>> {
    static OTHERS: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    let [short, constrained, other] = OTHERS.get_or_init(|| {
        let root = Draft::authority("root", &key(1), "root", &key(1));
        let constrained = root.clone().with(bases::more::NAME_CONSTRAINTS, true, &bases::name_constraints());
        let other = Draft::authority("root", &key(8), "root", &key(8)).lasting(-60, 60);
        [
            root.with(id::BASIC_CONSTRAINTS, true, &authority(Some(0))).signed(&key(1)),
            constrained.signed(&key(1)),
            other.signed(&key(8)),
        ]
    });
    match choice & 7 {
        0 => vec![anchor(short)],
        1 => vec![anchor(constrained), anchor(other)],
        2 => vec![anchor(other), anchor(short).for_purpose(Purpose::Signature), anchor(root())],
        3 => vec![anchor(root()).for_purpose(Purpose::UserAuthentication)],
        4 => mynumber_crypto::anchor::jlis_test().to_vec(),
        _ => vec![anchor(root())],
    }
}

const ASKED: [Oid<'static>; 2] = [policy::TEST_SIGNATURE, extension::ANY_POLICY];

/// Bits of the second byte and of the third choose what is asked for.
fn profile(purpose: u8, flags: u8) -> Profile<'static> {
    let flag = |bit: u8| flags & bit != 0;
    let signs = KeyUsage::DIGITAL_SIGNATURE;
    let base = match purpose & 3 {
        0 => Profile::jpki(Purpose::Signature),
        1 => Profile::jpki(Purpose::UserAuthentication),
        _ => Profile::general(),
    };
    Profile {
        key_usage: match purpose >> 2 & 3 {
            0 => base.key_usage,
            1 => KeyUsageRule::Allows(signs),
            2 => KeyUsageRule::Exactly(signs.and(KeyUsage::NON_REPUDIATION)),
            _ => KeyUsageRule::Any,
        },
        extended_key_usage: match purpose >> 4 & 3 {
            0 => base.extended_key_usage,
            1 => ExtendedKeyUsageRule::Allows(extension::ANY_EXTENDED_KEY_USAGE),
            2 => ExtendedKeyUsageRule::Requires(extension::ANY_EXTENDED_KEY_USAGE),
            _ => ExtendedKeyUsageRule::Any,
        },
        policies: match purpose >> 6 {
            0 => base.policies,
            1 => PolicyRule::Any,
            2 => PolicyRule::OneOf(&ASKED),
            _ => PolicyRule::OneOf(&[]),
        },
        initial_policies: InitialPolicies {
            explicit: flag(1),
            inhibit_mapping: flag(2),
            inhibit_any: flag(4),
        },
        leaf_may_be_authority: base.leaf_may_be_authority != flag(8),
        key_identifiers: !flag(16),
        restrictions: !flag(32),
        max_intermediates: if flag(64) { 1 } else { 10 },
        max_signature_checks: if flag(128) { 2 } else { 100 },
        ..base
    }
}

/// Bits 0 to 2 of the first byte choose the anchors, bits 3 and 4 a chain, which the rest edits. The two bytes before the
/// edits choose a [`profile`], the one after them a time in hours from [`NOW`].
fn edited(choice: u8, rest: &[u8]) {
    let Some(([purpose, flags, hours], edits)) = rest.split_first_chunk() else { return };
    let Some(chain) = bases::chains().get(usize::from(choice >> 3 & 3)) else { return };
    let at = UnixTime::from_seconds(NOW.seconds() + i64::from(hours.cast_signed()) * 3600 * 8);
    let (profile, anchors) = (profile(*purpose, *flags), anchors(choice));
    chain.edited(&mut Input(edits), |chain| judged(&elements(chain), &profile, &anchors, at));
}

fn judged(files: &[Vec<u8>], profile: &Profile<'_>, anchors: &[Anchor<'_>], at: UnixTime) {
    let certificates: Vec<_> = files.iter().filter_map(|file| Certificate::parse(file).ok()).collect();
    let Some((leaf, hints)) = certificates.split_first() else { return };
    let validator = Validator::new(anchors, *profile);
    assert_eq!((validator.anchors().len(), validator.profile().purpose), (anchors.len(), profile.purpose));
    let verdict = validator.validate(leaf, hints, at);
    let again = validator.with_backend(&backend::RustCrypto).validate(leaf, hints, at);
    assert_eq!(verdict.as_ref().map(|_| ()), again.as_ref().map(|_| ()), "every backend says the same");
    match verdict {
        Ok(trusted) => holds(&trusted, profile, leaf, hints),
        Err(error) => assert!(!format!("{error} {:?}", error.kind().class()).is_empty()),
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
    let restricting =
        [extension::NAME_CONSTRAINTS, extension::POLICY_CONSTRAINTS, extension::INHIBIT_ANY_POLICY];
    let known = |id| restricting.contains(&id) || id == extension::POLICY_MAPPINGS;
    assert!(leaf.extensions().unknown_critical().is_none_or(known));
    assert!(
        trusted.issuer_name().matches(&leaf.issuer()) && leaf.check_signature(&trusted.issuer_key()).is_ok()
    );
    let _ = trusted.issuer_may_sign_crls();
    // A profile of somebody's own may name a purpose, and ask less than the purpose's own profile does.
    let asked_for = |purpose: &Purpose| {
        let own = Profile::jpki(*purpose);
        (profile.policies, profile.key_usage) == (own.policies, own.key_usage)
    };
    if let Some(purpose) = profile.purpose.filter(asked_for) {
        let policy = leaf.policy();
        assert!(policy.is_ok_and(|found| found.is_some_and(|policy| policy.purpose == purpose)));
    }
}

fn signed_anew(file: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::parse(file).ok()?;
    let number = usize::from(*certificate.serial().first()? & 7);
    let key = key(u8::try_from(number).ok()?.max(1));
    let signature = der(0x03, &[&[0][..], &key.sign(certificate.tbs())].concat());
    let parts = [certificate.tbs(), ECDSA_SHA256, signature.as_slice()].concat();
    (parts.len() < 60_000).then(|| der(0x30, &parts))
}
