//! What RFC 5280 asks of every certificate, one rule at a time: the cases of public suites for path validation.

use super::verdict;
use mynumber_crypto::certificate::ErrorKind as Malformed;
use mynumber_crypto::path::{Class, ErrorKind, Position, Profile};
use mynumber_crypto::{Anchor, Certificate, UnixTime};
use testkit::certificates::{Draft, Key, NOW, authority, der, id, name, time};

const GENERAL: Profile<'static> = Profile::general();
const ACCESS: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x12];
const POINTS: &[u8] = &[0x55, 0x1D, 0x1F];
const FRESHEST: &[u8] = &[0x55, 0x1D, 0x2E];

fn root() -> Draft {
    Draft::authority("root", &Key::new(1), "root", &Key::new(1))
}

fn middle() -> Draft {
    Draft::authority("middle", &Key::new(2), "root", &Key::new(1))
}

fn leaf() -> Draft {
    Draft::leaf("leaf", &Key::new(3), "middle", &Key::new(2))
}

fn chain(root: &Draft, middle: &Draft, leaf: &Draft) -> Result<(), ErrorKind> {
    let (root, middle) = (root.signed(&Key::new(1)), middle.signed(&Key::new(1)));
    verdict(GENERAL, &root, &[&middle], &leaf.signed(&Key::new(2)), NOW).map_err(|(kind, _)| kind)
}

/// The anchor is refused when it is made, for this reason.
#[track_caller]
fn no_anchor(draft: &Draft, expected: ErrorKind) {
    let der = draft.signed(&Key::new(1));
    let error = Anchor::from_certificate(&Certificate::parse(&der).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.position()), (expected, Position::NewAnchor));
}

#[test]
fn e9_extensions_that_must_not_be_critical_are_refused_when_they_are() {
    let key_id = |number| der(0x04, &Key::new(number).id);
    let named = der(0x30, &der(0x80, &Key::new(1).id));
    let location = der(0x86, b"http://test.invalid/");
    let ocsp = der(0x06, &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01]);
    let access = der(0x30, &der(0x30, &[ocsp, location.clone()].concat()));
    let points = der(0x30, &der(0x30, &der(0xA0, &der(0xA0, &location))));
    let refused = Err(ErrorKind::UnknownCriticalExtension);
    for (extension, value) in [
        (id::SUBJECT_KEY, &key_id(2)),
        (id::AUTHORITY_KEY, &named),
        (ACCESS, &access),
        (FRESHEST, &points),
        (ISSUER_ALT_NAME, &der(0x30, &location)),
        (id::UNKNOWN, &key_id(2)),
    ] {
        let critical = middle().with(extension, true, value);
        assert_eq!(chain(&root(), &critical, &leaf()), refused, "{extension:02X?}");
        let uncritical = middle().with(extension, false, value);
        assert_eq!(chain(&root(), &uncritical, &leaf()), Ok(()), "{extension:02X?}");
        let anchor = root().with(extension, true, value);
        no_anchor(&anchor, ErrorKind::UnknownCriticalExtension);
    }
    let critical = leaf().with(POINTS, true, &points);
    assert_eq!(chain(&root(), &middle(), &critical), refused, "what a path does not look at");
}

#[test]
fn e6_e7_an_anchor_has_to_be_an_authority_like_any_other() {
    no_anchor(&root().without(id::BASIC_CONSTRAINTS), ErrorKind::Contradiction);
    let silent = root().without(id::BASIC_CONSTRAINTS).without(id::KEY_USAGE);
    no_anchor(&silent, ErrorKind::NotAnAuthority);
    let uncritical = root().with(id::BASIC_CONSTRAINTS, false, &authority(None));
    no_anchor(&uncritical, ErrorKind::NotCritical(mynumber_crypto::asn1::Field::BasicConstraints));
    no_anchor(&root().with(id::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x02]), ErrorKind::NotAnAuthority);
    no_anchor(&Draft::leaf("root", &Key::new(1), "root", &Key::new(1)), ErrorKind::NotAnAuthority);
    no_anchor(
        &root().without(id::SUBJECT_KEY),
        ErrorKind::MissingExtension(mynumber_crypto::asn1::Field::SubjectKeyIdentifier),
    );
    // Only who signed the own certificate may leave its key unnamed.
    let own = root().without(id::AUTHORITY_KEY);
    assert_eq!(chain(&own, &middle(), &leaf()), Ok(()));
    let crossed = Draft { issuer: name("somebody"), ..own };
    no_anchor(&crossed, ErrorKind::MissingExtension(mynumber_crypto::asn1::Field::AuthorityKeyIdentifier));
}

#[test]
fn e2_fields_that_are_not_der_are_refused() {
    let parsed = |draft: &Draft, key| Certificate::parse(&draft.signed(&Key::new(key))).map(drop);
    // TRUE and FALSE as other tools write them.
    for boolean in [&[0x01, 0x01, 0x01][..], &[0x01, 0x01, 0x00], &[0x01, 0x02, 0xFF, 0xFF]] {
        let constraints = middle().with(id::BASIC_CONSTRAINTS, true, &der(0x30, boolean));
        assert_eq!(chain(&root(), &constraints, &leaf()).unwrap_err().class(), Class::Malformed);
    }
    for length in [&[0x00, 0x01][..], &[0x80], &[0x01, 0x00], &[]] {
        let limited = [&[0x01, 0x01, 0xFF][..], &der(0x02, length)].concat();
        let limited = middle().with(id::BASIC_CONSTRAINTS, true, &der(0x30, &limited));
        assert_eq!(chain(&root(), &limited, &leaf()).unwrap_err().class(), Class::Malformed, "{length:02X?}");
    }
    for usage in [&[0x00][..], &[0x07], &[0x08, 0x80], &[0x06, 0x80], &[0x00, 0x00], &[0x07, 0x80, 0x00]] {
        let usage = leaf().with(id::KEY_USAGE, true, &der(0x03, usage));
        assert_eq!(chain(&root(), &middle(), &usage).unwrap_err().class(), Class::Malformed, "{usage:?}");
    }
    // Times that are none, leap seconds among them, and the wrong of two forms.
    for wrong in [
        der(0x17, b"260229000000Z"),
        der(0x17, b"261231235960Z"),
        der(0x17, b"261231240000Z"),
        der(0x17, b"26123123595Z"),
        der(0x17, b"20261231235959Z"),
        der(0x18, b"20261231235959Z"),
        der(0x18, b"20491231235959Z"),
        der(0x18, b"20500101000000.0Z"),
        der(0x18, b"20500101000000+0000"),
        der(0x18, b"500101000000Z"),
        der(0x0C, b"261231235959Z"),
    ] {
        let [before, _] = leaf().validity;
        let error = parsed(&Draft { validity: [before, wrong.clone()], ..leaf() }, 2).unwrap_err();
        assert!(matches!(error.kind(), Malformed::Time | Malformed::Tlv(_)), "{wrong:02X?}");
    }
}

#[test]
fn e5_a_period_that_ends_before_it_begins_holds_at_no_time() {
    let inverted = leaf().lasting(10, -10);
    for offset in [-20, -10, 0, 10, 20] {
        let at = UnixTime::from_seconds(NOW.seconds() + offset);
        let (root, middle) = (root().signed(&Key::new(1)), middle().signed(&Key::new(1)));
        let outcome = verdict(GENERAL, &root, &[&middle], &inverted.signed(&Key::new(2)), at);
        assert_eq!(outcome.unwrap_err().0.class(), Class::Time);
    }
    let forever = Draft { validity: [time(NOW), der(0x18, b"99991231235959Z")], ..leaf() };
    assert_eq!(chain(&root(), &middle(), &forever), Ok(()));
}

#[test]
fn e2_a_certificate_of_another_version_is_refused() {
    let good = leaf().signed(&Key::new(2));
    let version = good.windows(5).position(|bytes| bytes == [0xA0, 0x03, 0x02, 0x01, 0x02]).unwrap();
    for other in [0x00, 0x01, 0x03, 0xFF] {
        let mut changed = good.clone();
        changed[version + 4] = other;
        assert_eq!(Certificate::parse(&changed).unwrap_err().kind(), Malformed::Version);
    }
}

#[test]
fn e2_alternative_names_of_no_form_are_refused() {
    let forms: [(u8, &[u8]); 11] = [
        (0x82, b""),
        (0x82, b" "),
        (0x82, "例え.invalid".as_bytes()),
        (0x81, b""),
        (0x86, b"not a uri"),
        (0x87, &[192, 0, 2]),
        (0x87, &[192, 0, 2, 1, 0]),
        (0x88, &[0x80, 0x01]),
        (0xA0, &[0x06, 0x01, 0x2A]),
        (0xA4, b"name"),
        (0x89, b"?"),
    ];
    for (form, value) in forms {
        let named = leaf().with(id::SUBJECT_ALT_NAME, false, &der(0x30, &der(form, value)));
        let outcome = chain(&root(), &middle(), &named).unwrap_err();
        assert_eq!(outcome.class(), Class::Malformed, "{form:02X} {value:02X?}");
    }
}

#[test]
fn e4_an_authority_that_was_certified_twice_is_found_by_the_certificate_that_holds() {
    let (root_key, key) = (Key::new(1), Key::new(2));
    let root = root().signed(&root_key);
    let expired = middle().lasting(-200, -100).signed(&root_key);
    let stranger = Draft::authority("middle", &key, "stranger", &Key::new(9)).signed(&Key::new(9));
    let cannot = middle().with(id::KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x02]).signed(&root_key);
    let good = middle().signed(&root_key);
    let leaf = leaf().signed(&key);
    let hints = [expired.as_slice(), &stranger, &cannot, &good];
    assert_eq!(verdict(GENERAL, &root, &hints, &leaf, NOW), Ok(()));
    for without in 0..hints.len() {
        let fewer: Vec<&[u8]> = (0..4).filter(|place| *place != without).map(|place| hints[place]).collect();
        assert_eq!(verdict(GENERAL, &root, &fewer, &leaf, NOW).is_ok(), without != 3);
    }
}

#[test]
fn e4_an_anchor_above_a_cross_certificate_is_found_by_either_way() {
    // Two roots certify each other and one of them is trusted: the leaf's issuer is below the other.
    let (a, b, key) = (Key::new(11), Key::new(12), Key::new(2));
    let trusted = Draft::authority("a", &a, "a", &a).signed(&a);
    let own = Draft::authority("b", &b, "b", &b).signed(&b);
    let crossed = Draft::authority("b", &b, "a", &a).signed(&a);
    let back = Draft::authority("a", &a, "b", &b).signed(&b);
    let middle = Draft::authority("middle", &key, "b", &b).signed(&b);
    let leaf = leaf().signed(&key);
    for hints in [[&own, &back, &middle, &crossed], [&crossed, &middle, &own, &back]] {
        let hints: Vec<&[u8]> = hints.iter().map(|hint| hint.as_slice()).collect();
        assert_eq!(verdict(GENERAL, &trusted, &hints, &leaf, NOW), Ok(()));
    }
    let apart: [&[u8]; 3] = [&own, &back, &middle];
    assert_eq!(verdict(GENERAL, &trusted, &apart, &leaf, NOW).unwrap_err().0.class(), Class::UnknownIssuer);
}

#[test]
fn e13_a_certificate_that_signed_itself_is_trusted_by_nobody() {
    let alone = Draft::leaf("leaf", &Key::new(3), "leaf", &Key::new(3)).signed(&Key::new(3));
    let root = root().signed(&Key::new(1));
    let outcome = verdict(GENERAL, &root, &[&alone], &alone, NOW);
    assert_eq!(outcome, Err((ErrorKind::UnknownIssuer, Position::Leaf)));
}

#[test]
fn a_path_of_ten_authorities_holds_and_one_of_eleven_does_not() {
    let keys: Vec<Key> = (1..=13).map(Key::new).collect();
    let names: Vec<String> = (0..13).map(|place| format!("level {place}")).collect();
    let root = Draft::authority(&names[0], &keys[0], &names[0], &keys[0]).signed(&keys[0]);
    let authorities: Vec<Vec<u8>> = (1..12)
        .map(|place| {
            let above = place - 1;
            let draft = Draft::authority(&names[place], &keys[place], &names[above], &keys[above]);
            draft.signed(&keys[above])
        })
        .collect();
    let hints: Vec<&[u8]> = authorities.iter().map(Vec::as_slice).collect();
    let below =
        |place: usize| Draft::leaf("leaf", &keys[12], &names[place], &keys[place]).signed(&keys[place]);
    assert_eq!(verdict(GENERAL, &root, &hints, &below(10), NOW), Ok(()));
    let (kind, _) = verdict(GENERAL, &root, &hints, &below(11), NOW).unwrap_err();
    assert_eq!(kind, ErrorKind::Depth);
}
