//! The profile of the card's certificates (CARD.md §5): two levels, one purpose, one policy.

use super::{verdict, with_trusted};
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::issuance::personalise;
use mynumber::virtual_card::FileContents;
use mynumber_applet::FileId;
use mynumber_crypto::anchor::{self, Anchor};
use mynumber_crypto::asn1::Field;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::key::VerifyError;
use mynumber_crypto::path::{Class, ErrorKind, Position, Profile, Validator};
use mynumber_crypto::{Certificate, UnixTime};
use testkit::certificates::{COMMITS, Draft, Key, NOW, authority, der, id, name, policies};

const SIGNATURE: Profile<'static> = Profile::jpki(Purpose::Signature);
const USER_AUTHENTICATION: Profile<'static> = Profile::jpki(Purpose::UserAuthentication);
/// Content bytes of JPKI's policies: of production, then of test cards.
const SIGNATURE_POLICIES: [&[u8]; 2] = [
    &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x01, 0x14],
    &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14],
];
const USER_AUTHENTICATION_POLICIES: [&[u8]; 2] = [
    &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x03, 0x1E],
    &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E],
];
const CLIENT_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
const SERVER_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

fn ca() -> Vec<u8> {
    Draft::authority("ca", &Key::new(1), "ca", &Key::new(1)).signed(&Key::new(1))
}

fn signature() -> Draft {
    Draft::leaf("signer", &Key::new(2), "ca", &Key::new(1)).with(id::KEY_USAGE, true, COMMITS).with(
        id::POLICIES,
        true,
        &policies(&SIGNATURE_POLICIES[1..]),
    )
}

fn user_authentication() -> Draft {
    Draft::leaf("user", &Key::new(2), "ca", &Key::new(1))
        .with(id::EXTENDED_KEY_USAGE, false, &der(0x30, &der(0x06, CLIENT_AUTH)))
        .with(id::POLICIES, true, &policies(&USER_AUTHENTICATION_POLICIES[1..]))
}

/// What is said of a leaf signed by the CA.
fn said(profile: Profile<'_>, leaf: &Draft) -> Result<(), (ErrorKind, Position)> {
    verdict(profile, &ca(), &[], &leaf.signed(&Key::new(1)), NOW)
}

#[track_caller]
fn refused(profile: Profile<'_>, leaf: &Draft, kind: ErrorKind) {
    assert_eq!(said(profile, leaf), Err((kind, Position::Leaf)));
}

#[test]
fn the_certificates_of_an_issued_card_are_trusted_for_their_purpose() {
    let person = built_in::find("watanabe").unwrap();
    let (now, secrets) = (testkit::issued::ISSUED, Secrets::documented().unwrap());
    let mut rng = testkit::virtual_card::rng();
    let image = personalise(testkit::issued::authority(), &person, &secrets, now, &mut rng).unwrap();
    let bytes = |id| match &image.files[&id] {
        FileContents::Bytes(bytes) => bytes.as_slice(),
        FileContents::Records(_) => panic!("not a file of records"),
    };
    for (leaf, ca, profile, other) in [
        (FileId::SignatureCertificate, FileId::SignatureCaCertificate, SIGNATURE, USER_AUTHENTICATION),
        (
            FileId::UserAuthenticationCertificate,
            FileId::UserAuthenticationCaCertificate,
            USER_AUTHENTICATION,
            SIGNATURE,
        ),
    ] {
        let (leaf, ca) = (bytes(leaf), bytes(ca));
        let evidence = with_trusted(profile, ca, &[], leaf, now, |trusted| {
            let authority = Certificate::parse(ca).unwrap();
            assert_eq!(trusted.certificate().raw(), leaf);
            assert_eq!(trusted.issuer_name(), authority.subject());
            assert_eq!(trusted.key(), Certificate::parse(leaf).unwrap().public_key().unwrap());
            assert!(trusted.chain().is_empty() && trusted.issuer_may_sign_crls());
            (trusted.purpose(), trusted.at())
        });
        assert_eq!(evidence, Ok((profile.purpose, now)));
        assert_eq!(verdict(other, ca, &[], leaf, now), Err((ErrorKind::KeyUsage, Position::Leaf)));
    }
}

#[test]
fn drafts_of_both_kinds_are_good_before_anything_is_made_wrong() {
    assert_eq!(said(SIGNATURE, &signature()), Ok(()));
    assert_eq!(said(USER_AUTHENTICATION, &user_authentication()), Ok(()));
}

#[test]
fn e4_the_right_key_under_another_name_and_the_right_name_with_another_key_are_refused() {
    let mut other_name = signature();
    other_name.issuer = name("somebody");
    refused(SIGNATURE, &other_name, ErrorKind::IssuerName);
    // Without a key identifier of the CA's, nothing at all speaks for it.
    let other = Draft { issuer: name("somebody"), ..signature() }.with(
        id::AUTHORITY_KEY,
        false,
        &der(0x30, &der(0x80, &[7; 20])),
    );
    refused(SIGNATURE, &other, ErrorKind::UnknownIssuer);

    let forged = signature().signed(&Key::new(9));
    let kind = ErrorKind::Signature(VerifyError::Mismatch);
    assert_eq!(verdict(SIGNATURE, &ca(), &[], &forged, NOW), Err((kind, Position::Leaf)));
    let named = signature().with(id::AUTHORITY_KEY, false, &der(0x30, &der(0x80, &Key::new(9).id)));
    refused(SIGNATURE, &named, ErrorKind::KeyIdentifier);
}

#[test]
fn e4_the_issuer_and_serial_number_that_a_certificate_names_have_to_be_those_of_its_issuer() {
    let identified = |issuer: &[u8], serial: &[u8]| {
        let names = der(0xA1, &der(0xA4, issuer));
        let content = [der(0x80, &Key::new(1).id), names, der(0x82, serial)].concat();
        signature().with(id::AUTHORITY_KEY, false, &der(0x30, &content))
    };
    assert_eq!(said(SIGNATURE, &identified(&name("ca"), &[0x11])), Ok(()));
    refused(SIGNATURE, &identified(&name("ca"), &[0x12]), ErrorKind::KeyIdentifier);
    refused(SIGNATURE, &identified(&name("another"), &[0x11]), ErrorKind::KeyIdentifier);
    // One without the other is malformed (RFC 5280 §4.2.1.1).
    let half = [der(0x80, &Key::new(1).id), der(0x82, &[0x11])].concat();
    let half = signature().with(id::AUTHORITY_KEY, false, &der(0x30, &half));
    let (kind, _) = said(SIGNATURE, &half).unwrap_err();
    assert_eq!(kind.class(), Class::Malformed);
}

#[test]
fn e5_both_ends_of_the_validity_period_are_inside_and_the_next_second_is_not() {
    let leaf = signature().lasting(-100, 100).signed(&Key::new(1));
    let at = |offset| UnixTime::from_seconds(NOW.seconds() + offset);
    for offset in [-100, -99, 0, 99, 100] {
        assert_eq!(verdict(SIGNATURE, &ca(), &[], &leaf, at(offset)), Ok(()));
    }
    let early = ErrorKind::NotYetInForce { at: at(-101), not_before: at(-100) };
    assert_eq!(verdict(SIGNATURE, &ca(), &[], &leaf, at(-101)), Err((early, Position::Leaf)));
    let late = ErrorKind::Expired { at: at(101), not_after: at(100) };
    assert_eq!(verdict(SIGNATURE, &ca(), &[], &leaf, at(101)), Err((late, Position::Leaf)));
}

#[test]
fn e5_the_anchor_too_has_to_be_in_force() {
    let key = Key::new(1);
    let short = Draft::authority("ca", &key, "ca", &key).lasting(-100, 100).signed(&key);
    let leaf = signature().signed(&key);
    let at = |offset| UnixTime::from_seconds(NOW.seconds() + offset);
    assert_eq!(verdict(SIGNATURE, &short, &[], &leaf, at(100)), Ok(()));
    let anchor = Position::Anchor { index: 0 };
    let late = ErrorKind::Expired { at: at(101), not_after: at(100) };
    assert_eq!(verdict(SIGNATURE, &short, &[], &leaf, at(101)), Err((late, anchor)));
    let early = ErrorKind::NotYetInForce { at: at(-101), not_before: at(-100) };
    assert_eq!(verdict(SIGNATURE, &short, &[], &leaf, at(-101)), Err((early, anchor)));
}

#[test]
fn e5_expired_is_said_only_of_what_is_trusted_otherwise() {
    let forged = signature().lasting(-200, -100).signed(&Key::new(9));
    let (kind, _) = verdict(SIGNATURE, &ca(), &[], &forged, NOW).unwrap_err();
    assert_eq!(kind, ErrorKind::Signature(VerifyError::Mismatch));
}

#[test]
fn e8_a_leaf_cannot_issue() {
    let (holder, key) = (Key::new(2), Key::new(3));
    let leaf = signature().signed(&Key::new(1));
    let below = signature();
    let below = Draft { subject: name("below"), issuer: name("signer"), key_info: key.info.clone(), ..below }
        .with(id::AUTHORITY_KEY, false, &der(0x30, &der(0x80, &holder.id)))
        .signed(&holder);
    // The profile of the card has no level between; a profile with levels sees that the leaf is no authority.
    let depth = Err((ErrorKind::Depth, Position::Leaf));
    assert_eq!(verdict(SIGNATURE, &ca(), &[&leaf], &below, NOW), depth);
    let unknown = Err((ErrorKind::UnknownIssuer, Position::Leaf));
    assert_eq!(verdict(SIGNATURE, &ca(), &[], &below, NOW), unknown);
    let constraint = Err((ErrorKind::NotAnAuthority, Position::Intermediate { hint: 0 }));
    assert_eq!(verdict(Profile::general(), &ca(), &[&leaf], &below, NOW), constraint);
    // Nor can an authority between, even a real one: the profile has two levels.
    let middle = Draft::authority("signer", &holder, "ca", &Key::new(1)).signed(&Key::new(1));
    assert_eq!(verdict(SIGNATURE, &ca(), &[&middle], &below, NOW), depth);
    assert_eq!(verdict(Profile::general(), &ca(), &[&middle], &below, NOW), Ok(()));
}

#[test]
fn e8_an_authority_is_no_leaf() {
    let leaf = signature().with(id::BASIC_CONSTRAINTS, true, &authority(None));
    refused(SIGNATURE, &leaf, ErrorKind::Authority);
    let claims = signature().with(id::KEY_USAGE, true, &[0x03, 0x02, 0x02, 0xC4]);
    refused(SIGNATURE, &claims, ErrorKind::Contradiction);
    let not = signature().with(id::BASIC_CONSTRAINTS, true, &[0x30, 0x00]);
    assert_eq!(said(SIGNATURE, &not), Ok(()));
}

#[test]
fn e9_unknown_critical_extensions_and_duplicates_are_refused_anywhere() {
    let unknown = signature().with(id::UNKNOWN, true, &[0x05, 0x00]);
    refused(SIGNATURE, &unknown, ErrorKind::UnknownCriticalExtension);
    assert_eq!(said(SIGNATURE, &signature().with(id::UNKNOWN, false, &[0x05, 0x00])), Ok(()));
    let key = Key::new(1);
    let ca = Draft::authority("ca", &key, "ca", &key).with(id::UNKNOWN, true, &[0x05, 0x00]).signed(&key);
    let refused = verdict(SIGNATURE, &ca, &[], &signature().signed(&key), NOW);
    assert_eq!(refused, Err((ErrorKind::UnknownCriticalExtension, Position::NewAnchor)));

    let twice = signature().with_another(id::KEY_USAGE, true, COMMITS).signed(&key);
    let error = Certificate::parse(&twice).unwrap_err();
    assert_eq!(error.kind(), mynumber_crypto::certificate::ErrorKind::DuplicateExtension);
    // Identifiers that have to be non-critical.
    for extension in [id::SUBJECT_KEY, id::AUTHORITY_KEY] {
        let mut leaf = signature();
        for (id, critical, _) in &mut leaf.extensions {
            *critical |= id == extension;
        }
        self::refused(SIGNATURE, &leaf, ErrorKind::UnknownCriticalExtension);
    }
}

#[test]
fn e10_each_purpose_takes_its_own_key_usage_and_no_other() {
    refused(USER_AUTHENTICATION, &signature(), ErrorKind::KeyUsage);
    refused(SIGNATURE, &user_authentication(), ErrorKind::KeyUsage);
    let key_usages: [&[u8]; 5] = [
        &[0x03, 0x02, 0x06, 0x40],
        &[0x03, 0x02, 0x05, 0xE0],
        &[0x03, 0x02, 0x07, 0x80],
        &[0x03, 0x02, 0x03, 0xC8],
        &[0x03, 0x03, 0x07, 0xC0, 0x80],
    ];
    for usage in key_usages {
        refused(SIGNATURE, &signature().with(id::KEY_USAGE, true, usage), ErrorKind::KeyUsage);
    }
    refused(SIGNATURE, &signature().without(id::KEY_USAGE), ErrorKind::KeyUsage);
    let also = user_authentication().with(id::KEY_USAGE, true, COMMITS);
    refused(USER_AUTHENTICATION, &also, ErrorKind::KeyUsage);
}

#[test]
fn e10_an_extended_key_usage_of_another_purpose_is_refused() {
    let other = der(0x30, &der(0x06, SERVER_AUTH));
    let leaf = user_authentication().with(id::EXTENDED_KEY_USAGE, false, &other);
    refused(USER_AUTHENTICATION, &leaf, ErrorKind::ExtendedKeyUsage);
    let any = der(0x30, &der(0x06, &[0x55, 0x1D, 0x25, 0x00]));
    let leaf = user_authentication().with(id::EXTENDED_KEY_USAGE, false, &any);
    refused(USER_AUTHENTICATION, &leaf, ErrorKind::ExtendedKeyUsage);
    assert_eq!(said(USER_AUTHENTICATION, &user_authentication().without(id::EXTENDED_KEY_USAGE)), Ok(()));
    let with = signature().with(id::EXTENDED_KEY_USAGE, false, &der(0x30, &der(0x06, CLIENT_AUTH)));
    refused(SIGNATURE, &with, ErrorKind::ExtendedKeyUsage);
    let both = der(0x30, &[der(0x06, SERVER_AUTH), der(0x06, CLIENT_AUTH)].concat());
    let leaf = user_authentication().with(id::EXTENDED_KEY_USAGE, false, &both);
    assert_eq!(said(USER_AUTHENTICATION, &leaf), Ok(()));
}

#[test]
fn e10_the_policy_has_to_be_that_of_the_purpose() {
    let swapped = signature().with(id::POLICIES, true, &policies(&USER_AUTHENTICATION_POLICIES));
    refused(SIGNATURE, &swapped, ErrorKind::Policy);
    refused(SIGNATURE, &signature().without(id::POLICIES), ErrorKind::Policy);
    let any: &[u8] = &[0x55, 0x1D, 0x20, 0x00];
    refused(SIGNATURE, &signature().with(id::POLICIES, true, &policies(&[any])), ErrorKind::Policy);
    // Under an anchor of the caller's, the policies of production and of test cards both count.
    for policy in SIGNATURE_POLICIES {
        let leaf = signature().with(id::POLICIES, true, &policies(&[any, policy]));
        assert_eq!(said(SIGNATURE, &leaf), Ok(()));
    }
    let twice = signature().with(id::POLICIES, true, &policies(&[SIGNATURE_POLICIES[0]; 2]));
    let (kind, _) = said(SIGNATURE, &twice).unwrap_err();
    assert_eq!(kind.class(), Class::Malformed);
}

#[test]
fn e10_an_anchor_for_one_purpose_certifies_for_no_other() {
    let (ca, leaf) = (ca(), signature().signed(&Key::new(1)));
    let anchor = Anchor::from_certificate(&Certificate::parse(&ca).unwrap()).unwrap();
    let leaf = Certificate::parse(&leaf).unwrap();
    let for_signing = [anchor.for_purpose(Purpose::Signature)];
    assert!(Validator::new(&for_signing, SIGNATURE).validate(&leaf, &[], NOW).is_ok());
    let for_another = [anchor.for_purpose(Purpose::UserAuthentication)];
    let error = Validator::new(&for_another, SIGNATURE).validate(&leaf, &[], NOW).unwrap_err();
    assert_eq!((error.kind(), error.position()), (ErrorKind::AnchorPurpose, Position::Anchor { index: 0 }));
}

#[test]
fn e12_signatures_with_sha1_are_refused() {
    let sha1 = testkit::certificates::ECDSA_SHA1.to_vec();
    let leaf = Draft { algorithm: sha1.clone(), outer_algorithm: sha1, ..signature() };
    refused(SIGNATURE, &leaf, ErrorKind::SignatureAlgorithm);
}

#[test]
fn e3_a_signature_algorithm_that_is_said_twice_and_differently_is_refused() {
    let leaf = Draft { outer_algorithm: testkit::certificates::ECDSA_SHA1.to_vec(), ..signature() };
    let error = Certificate::parse(&leaf.signed(&Key::new(1))).map(drop).unwrap_err();
    assert_eq!(error.kind(), mynumber_crypto::certificate::ErrorKind::AlgorithmMismatch);
}

#[test]
fn e13_a_look_alike_of_the_authority_among_the_hints_changes_nothing() {
    let other = Key::new(9);
    let look_alike = Draft::authority("ca", &other, "ca", &other).signed(&other);
    let forged = signature().with(id::AUTHORITY_KEY, false, &der(0x30, &der(0x80, &other.id))).signed(&other);
    for profile in [SIGNATURE, Profile { leaf_may_be_authority: false, ..Profile::general() }] {
        let (kind, _) = verdict(profile, &ca(), &[&look_alike], &forged, NOW).unwrap_err();
        assert!(
            matches!(kind, ErrorKind::KeyIdentifier | ErrorKind::UnknownIssuer | ErrorKind::Depth),
            "{kind:?}"
        );
        let good = signature().signed(&Key::new(1));
        assert_eq!(verdict(profile, &ca(), &[&look_alike], &good, NOW), Ok(()));
    }
}

#[test]
fn the_key_identifier_of_the_issuer_has_to_be_named() {
    let missing = ErrorKind::MissingExtension(Field::AuthorityKeyIdentifier);
    refused(SIGNATURE, &signature().without(id::AUTHORITY_KEY), missing);
    let lenient = Profile { key_identifiers: false, ..SIGNATURE };
    assert_eq!(said(lenient, &signature().without(id::AUTHORITY_KEY)), Ok(()));
}

#[test]
fn nobody_is_trusted_without_anchors() {
    let leaf = signature().signed(&Key::new(1));
    let leaf = Certificate::parse(&leaf).unwrap();
    for anchors in [&[][..], anchor::production(), anchor::jlis_test()] {
        let error = Validator::new(anchors, SIGNATURE).validate(&leaf, &[], NOW).unwrap_err();
        assert_eq!((error.kind(), error.position()), (ErrorKind::UnknownIssuer, Position::Leaf));
    }
}
