//! Any other PKI by RFC 5280: longer paths, names written differently, circles, restrictions.

use super::{verdict, with_trusted};
use mynumber_crypto::asn1::Field;
use mynumber_crypto::certificate::{KeyUsage, Oids};
use mynumber_crypto::path::{
    Class, ErrorKind, ExtendedKeyUsageRule, KeyUsageRule, PolicyRule, Position, Profile,
};
use mynumber_crypto::{Certificate, Oid, UnixTime};
use testkit::certificates::{Draft, Key, NOW, SIGNS, authority, der, id, name, name_of, policies, time};

const GENERAL: Profile<'static> = Profile::general();
/// Where [`chain`] has its hints.
const FIRST: Position = Position::Intermediate { hint: 0 };
const SECOND: Position = Position::Intermediate { hint: 1 };

fn root() -> Vec<u8> {
    Draft::authority("root", &Key::new(1), "root", &Key::new(1)).signed(&Key::new(1))
}

fn upper() -> Draft {
    Draft::authority("upper", &Key::new(2), "root", &Key::new(1))
}

fn lower() -> Draft {
    Draft::authority("lower", &Key::new(3), "upper", &Key::new(2))
}

fn leaf() -> Draft {
    Draft::leaf("leaf", &Key::new(4), "lower", &Key::new(3))
}

/// root → upper → lower → leaf, as these drafts say.
fn chain(
    profile: Profile<'_>,
    upper: &Draft,
    lower: &Draft,
    leaf: &Draft,
) -> Result<(), (ErrorKind, Position)> {
    let (upper, lower) = (upper.signed(&Key::new(1)), lower.signed(&Key::new(2)));
    verdict(profile, &root(), &[&upper, &lower], &leaf.signed(&Key::new(3)), NOW)
}

#[test]
fn a_path_over_two_authorities_is_found_in_any_order_of_the_hints() {
    assert_eq!(chain(GENERAL, &upper(), &lower(), &leaf()), Ok(()));
    let (upper, lower) = (upper().signed(&Key::new(1)), lower().signed(&Key::new(2)));
    let leaf = leaf().signed(&Key::new(3));
    let names = with_trusted(GENERAL, &root(), &[&lower, &root(), &upper, &leaf], &leaf, NOW, |trusted| {
        assert_eq!(trusted.issuer_key(), Certificate::parse(&lower).unwrap().public_key().unwrap());
        trusted.chain().iter().map(|issuer| issuer.subject().to_string()).collect::<Vec<_>>()
    });
    assert_eq!(names.unwrap(), ["O=MYNUMBER-TEST lower", "O=MYNUMBER-TEST upper"]);
    let unknown = Err((ErrorKind::UnknownIssuer, Position::Intermediate { hint: 0 }));
    assert_eq!(verdict(GENERAL, &root(), &[&lower], &leaf, NOW), unknown);
}

#[test]
fn e5_an_authority_between_has_to_be_in_force() {
    let early = lower().lasting(1, 100);
    let not_before = UnixTime::from_seconds(NOW.seconds() + 1);
    let kind = ErrorKind::NotYetInForce { at: NOW, not_before };
    assert_eq!(chain(GENERAL, &upper(), &early, &leaf()), Err((kind, SECOND)));
    let late = upper().lasting(-100, -1);
    let kind = ErrorKind::Expired { at: NOW, not_after: UnixTime::from_seconds(NOW.seconds() - 1) };
    assert_eq!(chain(GENERAL, &late, &lower(), &leaf()), Err((kind, FIRST)));
}

#[test]
fn e6_an_issuer_without_basic_constraints_or_with_those_of_a_leaf_is_refused() {
    let without = lower().without(id::BASIC_CONSTRAINTS).with(id::KEY_USAGE, true, SIGNS);
    assert_eq!(chain(GENERAL, &upper(), &without, &leaf()), Err((ErrorKind::NotAnAuthority, SECOND)));
    let claims = lower().without(id::BASIC_CONSTRAINTS);
    assert_eq!(chain(GENERAL, &upper(), &claims, &leaf()), Err((ErrorKind::Contradiction, SECOND)));
    let silent = lower().without(id::BASIC_CONSTRAINTS).without(id::KEY_USAGE);
    assert_eq!(chain(GENERAL, &upper(), &silent, &leaf()), Err((ErrorKind::NotAnAuthority, SECOND)));
    let not = upper().with(id::BASIC_CONSTRAINTS, true, &[0x30, 0x00]).with(id::KEY_USAGE, true, SIGNS);
    assert_eq!(chain(GENERAL, &not, &lower(), &leaf()), Err((ErrorKind::NotAnAuthority, FIRST)));
    let loose = lower().with(id::BASIC_CONSTRAINTS, false, &authority(None));
    let kind = ErrorKind::NotCritical(Field::BasicConstraints);
    assert_eq!(chain(GENERAL, &upper(), &loose, &leaf()), Err((kind, SECOND)));
}

#[test]
fn e7_an_issuer_whose_key_usage_lacks_key_cert_sign_is_refused() {
    let crls_only = lower().with(id::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x02]);
    assert_eq!(chain(GENERAL, &upper(), &crls_only, &leaf()), Err((ErrorKind::NotAnAuthority, SECOND)));
    let unrestricted = lower().without(id::KEY_USAGE);
    assert_eq!(chain(GENERAL, &upper(), &unrestricted, &leaf()), Ok(()));
}

#[test]
fn e1_path_lengths_count_the_authorities_below_but_not_the_self_issued_ones() {
    let limited = |length| upper().with(id::BASIC_CONSTRAINTS, true, &authority(Some(length)));
    assert_eq!(chain(GENERAL, &limited(1), &lower(), &leaf()), Ok(()));
    assert_eq!(chain(GENERAL, &limited(0), &lower(), &leaf()), Err((ErrorKind::PathLength, FIRST)));
    // A new key of the same authority, certified by its old one.
    let (old, new) = (Key::new(2), Key::new(5));
    let rolled = Draft::authority("upper", &new, "upper", &old).signed(&old);
    let leaf = Draft::leaf("leaf", &Key::new(4), "upper", &new).signed(&new);
    let upper = limited(0).signed(&Key::new(1));
    assert_eq!(verdict(GENERAL, &root(), &[&upper, &rolled], &leaf, NOW), Ok(()));
    // An authority as the last certificate does not count.
    let last = Draft::authority("last", &Key::new(4), "upper", &old).signed(&old);
    assert_eq!(verdict(GENERAL, &root(), &[&upper], &last, NOW), Ok(()));
    // The anchor's own path length counts too.
    let key = Key::new(1);
    let root = Draft::authority("root", &key, "root", &key);
    let root = root.with(id::BASIC_CONSTRAINTS, true, &authority(Some(0))).signed(&key);
    let anchor = Err((ErrorKind::PathLength, Position::Anchor { index: 0 }));
    assert_eq!(verdict(GENERAL, &root, &[&upper], &last, NOW), anchor);
}

#[test]
fn a_path_longer_than_the_profile_allows_is_refused() {
    let short = Profile { max_intermediates: 1, ..GENERAL };
    assert_eq!(chain(short, &upper(), &lower(), &leaf()), Err((ErrorKind::Depth, SECOND)));
}

#[test]
fn names_match_as_rfc_5280_says_and_no_further() {
    let issued = |text: &str, tag| Draft { issuer: name_of(tag, text), ..leaf() };
    for (tag, text) in [
        (0x0C, "mynumber-test LOWER"),
        (0x0C, " MYNUMBER-TEST   lower "),
        (0x13, "MYNUMBER-TEST lower"),
        (0x13, "mynumber-test  Lower"),
    ] {
        assert_eq!(chain(GENERAL, &upper(), &lower(), &issued(text, tag)), Ok(()), "{text}");
    }
    for text in ["MYNUMBER-TESTlower", "MYNUMBER-TEST lower1", "MYNUMBER-TEST", ""] {
        let outcome = chain(GENERAL, &upper(), &lower(), &issued(text, 0x0C));
        assert_eq!(outcome, Err((ErrorKind::IssuerName, Position::Leaf)), "{text}");
    }
}

#[test]
fn a_name_of_several_attributes_in_one_set_has_to_be_in_order_and_matches_as_a_set() {
    let attribute = |arc: u8, text: &str| {
        der(0x30, &[&[0x06, 0x03, 0x55, 0x04, arc][..], &der(0x0C, text.as_bytes())].concat())
    };
    let of = |attributes: &[Vec<u8>]| der(0x30, &der(0x31, &attributes.concat()));
    let (cn, o) = (attribute(0x03, "MYNUMBER-TEST"), attribute(0x0A, "MYNUMBER-TEST"));
    let subject = of(&[cn.clone(), o.clone()]);
    let lower = Draft { subject, ..lower() };
    let lower_case = of(&[attribute(0x03, "mynumber-test"), o.clone()]);
    assert_eq!(chain(GENERAL, &upper(), &lower, &Draft { issuer: lower_case, ..leaf() }), Ok(()));
    let fewer = Draft { issuer: of(std::slice::from_ref(&o)), ..leaf() };
    let kind = ErrorKind::IssuerName;
    assert_eq!(chain(GENERAL, &upper(), &lower, &fewer), Err((kind, Position::Leaf)));
    for wrong in [of(&[o.clone(), cn.clone()]), of(&[cn.clone(), cn])] {
        let unordered = Draft { issuer: wrong, ..leaf() }.signed(&Key::new(3));
        let error = Certificate::parse(&unordered).unwrap_err();
        assert_eq!(error.kind(), mynumber_crypto::certificate::ErrorKind::Order);
    }
}

#[test]
fn e2_names_that_have_to_be_there_are() {
    let empty = der(0x30, &[]);
    let nobody = Draft { issuer: empty.clone(), ..leaf() };
    let kind = ErrorKind::EmptyName(Field::Issuer);
    assert_eq!(chain(GENERAL, &upper(), &lower(), &nobody), Err((kind, Position::Leaf)));
    // An empty subject needs another name that is critical.
    let kind = ErrorKind::EmptyName(Field::Subject);
    let unnamed = Draft { subject: empty.clone(), ..leaf() };
    assert_eq!(chain(GENERAL, &upper(), &lower(), &unnamed), Err((kind, Position::Leaf)));
    let address = der(0x30, &der(0x82, b"test.invalid"));
    for (critical, expected) in [(true, Ok(())), (false, Err((kind, Position::Leaf)))] {
        let named = unnamed.clone().with(id::SUBJECT_ALT_NAME, critical, &address);
        assert_eq!(chain(GENERAL, &upper(), &lower(), &named), expected);
    }
    let unnamed = Draft { subject: empty, ..lower() };
    let outcome = chain(GENERAL, &upper(), &unnamed.with(id::SUBJECT_ALT_NAME, true, &address), &leaf());
    assert!(outcome.is_err());
}

#[test]
fn e2_key_identifiers_have_to_be_there_and_malformed_extensions_are_refused() {
    let outcome = chain(GENERAL, &upper(), &lower().without(id::SUBJECT_KEY), &leaf());
    assert_eq!(outcome, Err((ErrorKind::MissingExtension(Field::SubjectKeyIdentifier), SECOND)));
    let outcome = chain(GENERAL, &upper(), &lower().without(id::AUTHORITY_KEY), &leaf());
    assert_eq!(outcome, Err((ErrorKind::MissingExtension(Field::AuthorityKeyIdentifier), SECOND)));
    let access: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
    let (issuer_name, points): (&[u8], &[u8]) = (&[0x55, 0x1D, 0x12], &[0x55, 0x1D, 0x1F]);
    for extension in [
        id::SUBJECT_ALT_NAME,
        issuer_name,
        points,
        access,
        id::EXTENDED_KEY_USAGE,
        id::POLICIES,
        id::KEY_USAGE,
        id::BASIC_CONSTRAINTS,
        id::SUBJECT_KEY,
        id::AUTHORITY_KEY,
    ] {
        for content in [&b"test.invalid"[..], &[], &[0x30, 0x02, 0x31, 0x00], &[0x30, 0x00, 0x00]] {
            let (kind, position) =
                chain(GENERAL, &upper(), &lower(), &leaf().with(extension, false, content)).unwrap_err();
            assert_eq!((kind.class(), position), (Class::Malformed, Position::Leaf), "{extension:02X?}");
        }
    }
    for extension in [id::SUBJECT_ALT_NAME, issuer_name, points, access, id::EXTENDED_KEY_USAGE, id::POLICIES]
    {
        let empty = leaf().with(extension, false, &[0x30, 0x00]);
        assert!(chain(GENERAL, &upper(), &lower(), &empty).is_err(), "{extension:02X?}");
    }
}

#[test]
fn e2_serial_numbers_and_times_keep_to_rfc_5280() {
    use mynumber_crypto::certificate::ErrorKind as Malformed;
    let parsed =
        |draft: &Draft| Certificate::parse(&draft.signed(&Key::new(3))).map(drop).unwrap_err().kind();
    for serial in [&[0x00][..], &[0xFF], &[0x00, 0x11], &[], &[0x11; 21]] {
        assert!(matches!(
            parsed(&Draft { serial: serial.to_vec(), ..leaf() }),
            Malformed::Number | Malformed::Tlv(_)
        ));
    }
    let longest = Draft { serial: vec![0x11; 20], ..leaf() };
    assert_eq!(chain(GENERAL, &upper(), &lower(), &longest), Ok(()));
    // A GeneralizedTime before 2050, fractions of a second, an offset.
    let late = time(UnixTime::from_seconds(NOW.seconds() + 3_000_000_000));
    for early in [
        der(0x18, b"20200101000000Z"),
        der(0x17, b"200101000000.5Z"),
        der(0x17, b"200101000000+0900"),
        der(0x17, b"2001010000Z"),
    ] {
        assert_eq!(parsed(&Draft { validity: [early, late.clone()], ..leaf() }), Malformed::Time);
    }
    let endless = Draft { validity: [time(NOW), der(0x18, b"99991231235959Z")], ..leaf() };
    assert_eq!(chain(GENERAL, &upper(), &lower(), &endless), Ok(()));
}

/// Content bytes of the identifiers of restrictions.
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1D, 0x21];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x24];
const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x36];

/// nameConstraints with one subtree: permitted (`A0`) or excluded (`A1`).
fn subtree(list: u8, base: &[u8]) -> Vec<u8> {
    der(0x30, &der(list, &der(0x30, base)))
}

#[test]
fn e1_restrictions_are_refused_where_they_make_no_sense_or_cannot_be_read() {
    let policies = der(0x30, &der(0x30, &[der(0x06, &[0x2A, 0x01]), der(0x06, &[0x2A, 0x02])].concat()));
    let host = subtree(0xA0, &der(0x82, b"example.com"));
    for (identifier, value) in [
        (NAME_CONSTRAINTS, host.as_slice()),
        (POLICY_MAPPINGS, &policies),
        (POLICY_CONSTRAINTS, &[0x30, 0x03, 0x80, 0x01, 0x05]),
        (INHIBIT_ANY_POLICY, &[0x02, 0x01, 0x05]),
    ] {
        let restricted = |critical, value: &[u8]| upper().with(identifier, critical, value);
        assert_eq!(chain(GENERAL, &restricted(true, value), &lower(), &leaf()), Ok(()));
        // Unreadable, and empty where that is not allowed.
        for bad in [&[0x30, 0x00][..], &[0x02, 0x01, 0xFF], &value[..value.len() - 1]] {
            let outcome = chain(GENERAL, &restricted(true, bad), &lower(), &leaf());
            assert!(matches!(outcome, Err((ErrorKind::Malformed(_), FIRST))), "{outcome:?}");
        }
        // The mappings may be non-critical.
        if identifier != POLICY_MAPPINGS {
            let outcome = chain(GENERAL, &restricted(false, value), &lower(), &leaf());
            assert!(matches!(outcome, Err((ErrorKind::NotCritical(_), FIRST))), "{outcome:?}");
        }
        // A leaf restricts nobody; policy constraints may be about itself.
        if identifier != POLICY_CONSTRAINTS {
            let outcome = chain(GENERAL, &upper(), &lower(), &leaf().with(identifier, true, value));
            assert_eq!(outcome, Err((ErrorKind::Contradiction, Position::Leaf)));
        }
        let blind = Profile { restrictions: false, ..GENERAL };
        let outcome = chain(blind, &restricted(true, value), &lower(), &leaf());
        assert_eq!(outcome, Err((ErrorKind::NotEvaluated, FIRST)));
    }
}

#[test]
fn e1_names_have_to_lie_within_the_constraints_of_every_authority_above() {
    let of = |list, base: &str| subtree(list, &der(0xA4, &name(base)));
    let outcome = |upper_says: &[u8], leaf: &Draft| {
        chain(GENERAL, &upper().with(NAME_CONSTRAINTS, true, upper_says), &lower(), leaf)
    };
    // All names of these tests have one attribute, so a subtree is the name itself.
    assert_eq!(outcome(&of(0xA1, "leaf"), &leaf()), Err((ErrorKind::NameConstraint, Position::Leaf)));
    assert_eq!(outcome(&of(0xA1, "Lower"), &leaf()), Err((ErrorKind::NameConstraint, SECOND)));
    assert_eq!(outcome(&of(0xA1, "somebody"), &leaf()), Ok(()));
    assert_eq!(outcome(&of(0xA0, "leaf"), &leaf()), Err((ErrorKind::NameConstraint, SECOND)));
    let host = |host: &[u8]| leaf().with(id::SUBJECT_ALT_NAME, false, &der(0x30, &der(0x82, host)));
    let permitted = subtree(0xA0, &der(0x82, b"example.com"));
    assert_eq!(outcome(&permitted, &host(b"www.example.com")), Ok(()));
    assert_eq!(outcome(&permitted, &leaf()), Ok(()), "no host, nothing to constrain");
    let foreign = outcome(&permitted, &host(b"www.example.org"));
    assert_eq!(foreign, Err((ErrorKind::NameConstraint, Position::Leaf)));
}

#[test]
fn e1_a_policy_asked_for_has_to_stand_in_every_certificate_below_the_anchor() {
    let (one, two, any): (&[u8], &[u8], &[u8]) = (&[0x2A, 0x01], &[0x2A, 0x02], &[0x55, 0x1D, 0x20, 0x00]);
    let asked = [Oid::from_bytes(one).unwrap()];
    let profile = Profile { policies: PolicyRule::OneOf(&asked), ..GENERAL };
    let with = |draft: Draft, ids: &[&[u8]]| draft.with(id::POLICIES, false, &policies(ids));
    let outcome = |upper_ids: &[&[u8]], lower_ids: &[&[u8]], leaf_ids: &[&[u8]]| {
        chain(profile, &with(upper(), upper_ids), &with(lower(), lower_ids), &with(leaf(), leaf_ids))
    };
    assert_eq!(outcome(&[one], &[one, two], &[two, one]), Ok(()));
    assert_eq!(outcome(&[any], &[one], &[any]), Ok(()));
    let refused = Err((ErrorKind::Policy, Position::Leaf));
    assert_eq!(outcome(&[one], &[two], &[one]), refused);
    assert_eq!(outcome(&[two], &[one], &[one]), refused);
    assert_eq!(outcome(&[one], &[one], &[two]), refused);
    assert_eq!(chain(profile, &upper(), &with(lower(), &[one]), &with(leaf(), &[one])), refused);
    assert_eq!(chain(GENERAL, &upper(), &with(lower(), &[two]), &with(leaf(), &[one])), Ok(()));
    // A qualifier that nobody knows, in a critical extension.
    let qualifier = der(0x30, &der(0x30, &[der(0x06, &[0x2A, 0x03]), der(0x0C, b"?")].concat()));
    let qualified = der(0x30, &der(0x30, &[der(0x06, one), qualifier].concat()));
    for (critical, good) in [(false, true), (true, false)] {
        let leaf = leaf().with(id::POLICIES, critical, &qualified);
        assert_eq!(chain(GENERAL, &upper(), &lower(), &leaf).is_ok(), good);
    }
}

#[test]
fn e10_a_usage_asked_for_is_looked_for_in_the_leaf() {
    let profile = Profile { key_usage: KeyUsageRule::Allows(KeyUsage::NON_REPUDIATION), ..GENERAL };
    assert_eq!(chain(profile, &upper(), &lower(), &leaf()), Err((ErrorKind::KeyUsage, Position::Leaf)));
    assert_eq!(chain(profile, &upper(), &lower(), &leaf().without(id::KEY_USAGE)), Ok(()));
    let mail: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
    let purposes = |ids: &[&[u8]]| der(0x30, &ids.iter().flat_map(|id| der(0x06, id)).collect::<Vec<_>>());
    let asked = Oid::from_bytes(mail).unwrap();
    for (rule, without) in
        [(ExtendedKeyUsageRule::Allows(asked), true), (ExtendedKeyUsageRule::Requires(asked), false)]
    {
        let profile = Profile { extended_key_usage: rule, ..GENERAL };
        let with = |draft: Draft, ids: &[&[u8]]| draft.with(id::EXTENDED_KEY_USAGE, false, &purposes(ids));
        assert_eq!(chain(profile, &upper(), &lower(), &leaf()).is_ok(), without);
        assert_eq!(chain(profile, &upper(), &lower(), &with(leaf(), &[mail])), Ok(()));
        let other = with(leaf(), &[&[0x2A, 0x01]]);
        let refused = ErrorKind::ExtendedKeyUsage;
        assert_eq!(chain(profile, &upper(), &lower(), &other), Err((refused, Position::Leaf)));
        // An authority that names purposes has to name this one, or all.
        let good = with(leaf(), &[mail]);
        assert_eq!(chain(profile, &with(upper(), &[&[0x2A, 0x01]]), &lower(), &good), Err((refused, FIRST)));
        assert_eq!(chain(profile, &with(upper(), &[&[0x55, 0x1D, 0x25, 0x00]]), &lower(), &good), Ok(()));
    }
    let list = purposes(&[mail]);
    let leaf = leaf().with(id::EXTENDED_KEY_USAGE, false, &list).signed(&Key::new(3));
    let found: Option<Oids<'_>> =
        Certificate::parse(&leaf).unwrap().extensions().extended_key_usage().unwrap();
    assert_eq!(found.unwrap().collect::<Vec<_>>(), [asked]);
}

#[test]
fn e15_authorities_that_certify_each_other_in_circles_lead_nowhere_within_the_budget() {
    // Twelve authorities of one name, each certified by every other: paths without number, none to the anchor.
    let keys: Vec<Key> = (10..22).map(Key::new).collect();
    let mut hints = Vec::new();
    for subject in &keys {
        for issuer in &keys {
            if hints.len() < 63 && subject.id != issuer.id {
                let draft = Draft::authority("circle", subject, "circle", issuer);
                hints.push(draft.without(id::AUTHORITY_KEY).signed(issuer));
            }
        }
    }
    let hints: Vec<&[u8]> = hints.iter().map(Vec::as_slice).collect();
    let leaf = Draft::leaf("leaf", &Key::new(4), "circle", &keys[0]).without(id::AUTHORITY_KEY);
    let leaf = leaf.signed(&keys[0]);
    let profile = Profile { key_identifiers: false, ..GENERAL };
    let started = std::time::Instant::now();
    let (kind, _) = verdict(profile, &root(), &hints, &leaf, NOW).unwrap_err();
    assert_eq!((kind, kind.class()), (ErrorKind::Budget, Class::Budget));
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn e15_two_authorities_that_certify_each_other_do_not_keep_a_path_from_being_found() {
    let (a, b) = (Key::new(10), Key::new(11));
    let hints = [
        Draft::authority("a", &a, "b", &b).signed(&b),
        Draft::authority("b", &b, "a", &a).signed(&a),
        Draft::authority("b", &b, "root", &Key::new(1)).signed(&Key::new(1)),
    ];
    let leaf = Draft::leaf("leaf", &Key::new(4), "a", &a).signed(&a);
    let all: Vec<&[u8]> = hints.iter().map(Vec::as_slice).collect();
    assert_eq!(verdict(GENERAL, &root(), &all, &leaf, NOW), Ok(()));
    assert!(verdict(GENERAL, &root(), &all[..2], &leaf, NOW).is_err());
}

#[test]
fn e15_more_certificates_than_the_profile_allows_are_not_looked_at() {
    let hint = lower().signed(&Key::new(2));
    let hints = vec![hint.as_slice(); 64];
    let leaf = leaf().signed(&Key::new(3));
    let refused = verdict(GENERAL, &root(), &hints, &leaf, NOW);
    assert_eq!(refused, Err((ErrorKind::Budget, Position::Leaf)));
    // A bundle of authorities with other names does not count.
    let other = Draft::authority("other", &Key::new(9), "elsewhere", &Key::new(8)).signed(&Key::new(8));
    let (upper, lower) = (upper().signed(&Key::new(1)), lower().signed(&Key::new(2)));
    let bundle = [vec![other.as_slice(); 500], vec![lower.as_slice(), &upper]].concat();
    assert_eq!(verdict(GENERAL, &root(), &bundle, &leaf, NOW), Ok(()));
}

#[test]
fn e13_a_self_signed_certificate_is_no_anchor_because_it_is_among_the_hints() {
    let (other, leaf_key) = (Key::new(9), Key::new(4));
    let look_alike = Draft::authority("root", &other, "root", &other).signed(&other);
    let leaf = Draft::leaf("leaf", &leaf_key, "root", &other).signed(&other);
    let (kind, _) = verdict(GENERAL, &root(), &[&look_alike], &leaf, NOW).unwrap_err();
    assert_eq!(kind.class(), Class::UnknownIssuer);
    assert_eq!(name("root"), Certificate::parse(&look_alike).unwrap().subject().raw());
}

#[test]
fn e11_keys_of_unknown_kinds_and_points_off_the_curve_are_refused() {
    let mut off = leaf();
    *off.key_info.last_mut().unwrap() ^= 1;
    assert_eq!(chain(GENERAL, &upper(), &lower(), &off), Err((ErrorKind::WeakKey, Position::Leaf)));
    let mut other_curve = leaf();
    let at = other_curve.key_info.windows(3).position(|bytes| bytes == [0x03, 0x01, 0x07]).unwrap();
    // P-192 (1.2.840.10045.3.1.1).
    other_curve.key_info[at + 2] = 0x01;
    let (kind, _) = chain(GENERAL, &upper(), &lower(), &other_curve).unwrap_err();
    assert_eq!(kind.class(), Class::Malformed);
}

/// A modulus with the fingerprint of the faulty generator, made for this test by the published form of its primes: each
/// factor is a multiple of the product of the primes up to 167, plus a power of 65,537. The factors are not prime.
const FAULTY_MODULUS: &str = "\
    AA40319ED782A4467B444FADE5B417507724F2EACA66446BFF1BDD751F0FB39D949D8D8141CA8D8E5BC820719187E21D\
    DA2AF0ABFA90D463F4B6C10CCCF0422E83AD5D707BA7CEC39387005E1A0851F541D07700569C9A73A489C1E0DFE2CDD3\
    524AEDDE6545737A85A2AC16925345F6E05D253AA5831C328F31DEE654B45D06F925B587BDF7A65D065E044E3B3D16BA\
    CB6C2858307A458DC2D43587AB35AEFA40601236C61E64CA6E15BA0404319185432332FEAAEC35C469BC0705CB363E32\
    3338E89CCAD073B81A1DE019288E64F724BC57993F389E5FE1C75C73C85CA58AEAA58E01E68EBB1B976EE7BDA4323B9A\
    838AC6D16EC6BF0F4B00718ABF2E6DA3";

#[test]
fn e14_a_certificate_of_such_a_key_is_refused() {
    let digits = FAULTY_MODULUS.as_bytes().chunks(2);
    let modulus: Vec<u8> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
    let with_modulus = |modulus: &[u8]| {
        let numbers = [der(0x02, &[&[0][..], modulus].concat()), der(0x02, &[1, 0, 1])].concat();
        let bits = der(0x03, &[&[0][..], &der(0x30, &numbers)].concat());
        let rsa = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];
        Draft { key_info: der(0x30, &[der(0x30, &rsa), bits].concat()), ..leaf() }
    };
    let outcome = chain(GENERAL, &upper(), &lower(), &with_modulus(&modulus));
    assert_eq!(outcome, Err((ErrorKind::WeakKey, Position::Leaf)));
    let mut near = modulus;
    near[100] ^= 1;
    assert_eq!(chain(GENERAL, &upper(), &lower(), &with_modulus(&near)), Ok(()));
}
