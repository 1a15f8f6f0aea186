//! Names under the constraints of the authorities above them: the ways around a constraint that public suites try.

use super::verdict;
use mynumber_crypto::path::{ErrorKind, Position, Profile};
use testkit::certificates::{Draft, Key, NOW, der, id, name, name_of};

const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
const PERMITTED: u8 = 0xA0;
const EXCLUDED: u8 = 0xA1;
const MAIL: u8 = 0x81;
const HOST: u8 = 0x82;
const DIRECTORY: u8 = 0xA4;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;

/// A general name, or the base of a subtree: its form and its content.
type General<'a> = (u8, &'a [u8]);
/// Which of the two lists, and the bases in it.
type List<'a> = (u8, &'a [General<'a>]);
/// Names of one form.
type Names<'a> = &'a [&'a [u8]];

/// nameConstraints of these lists.
fn constraints(lists: &[List<'_>]) -> Vec<u8> {
    let list = |(tag, bases): &List<'_>| {
        let subtrees: Vec<u8> = bases.iter().flat_map(|(form, base)| der(0x30, &der(*form, base))).collect();
        der(*tag, &subtrees)
    };
    der(0x30, &lists.iter().flat_map(list).collect::<Vec<_>>())
}

/// What is said of a leaf with these alternative names below an authority with these constraints.
fn said(constraints: &[u8], names: &[General<'_>]) -> Result<(), (ErrorKind, Position)> {
    let list: Vec<u8> = names.iter().flat_map(|(form, name)| der(*form, name)).collect();
    let leaf = leaf();
    let leaf =
        if names.is_empty() { leaf } else { leaf.with(id::SUBJECT_ALT_NAME, false, &der(0x30, &list)) };
    below(constraints, &leaf)
}

fn leaf() -> Draft {
    Draft::leaf("leaf", &Key::new(4), "authority", &Key::new(2))
}

fn below(constraints: &[u8], leaf: &Draft) -> Result<(), (ErrorKind, Position)> {
    let (root_key, key) = (Key::new(1), Key::new(2));
    let root = Draft::authority("root", &root_key, "root", &root_key).signed(&root_key);
    let authority = Draft::authority("authority", &key, "root", &root_key);
    let authority = authority.with(NAME_CONSTRAINTS, true, constraints).signed(&root_key);
    verdict(Profile::general(), &root, &[&authority], &leaf.signed(&key), NOW)
}

const OUTSIDE: Result<(), (ErrorKind, Position)> = Err((ErrorKind::NameConstraint, Position::Leaf));

#[test]
fn e2_every_alternative_name_has_to_be_permitted_and_none_excluded() {
    let host = |text: &'static str| (HOST, text.as_bytes());
    let permitted = constraints(&[(PERMITTED, &[host("example.com"), host("example.org")])]);
    assert_eq!(said(&permitted, &[host("www.example.com"), host("example.org")]), Ok(()));
    assert_eq!(said(&permitted, &[host("www.example.com"), host("example.net")]), OUTSIDE);
    // Names of forms that are not constrained.
    assert_eq!(said(&permitted, &[(ADDRESS, &[192, 0, 2, 1]), (MAIL, b"a@b.example")]), Ok(()));
    let both = constraints(&[
        (PERMITTED, &[host("example.com")]),
        (EXCLUDED, &[host("not.example.com"), host("other.example")]),
    ]);
    assert_eq!(said(&both, &[host("www.example.com")]), Ok(()));
    for wrong in
        ["not.example.com", "is.not.example.com", "*.example.com", "NOT.Example.COM", "other.example"]
    {
        assert_eq!(said(&both, &[host(wrong)]), OUTSIDE, "{wrong}");
    }
}

#[test]
fn e2_names_that_no_constraint_can_be_held_against_are_refused_once_their_form_is_constrained() {
    let forms: [(u8, &[u8], Names<'_>); 4] = [
        (
            HOST,
            b"example.com",
            &[b"example.com.", b"www..example.com", b"*", b"w*.example.com", b".example.com"],
        ),
        (MAIL, b"example.com", &[b"example.com", b"@example.com", b"a@b@example.com", b"a@example.com."]),
        (
            URI,
            b"example.com",
            &[b"example.com", b"mailto:a@example.com", b"https://192.0.2.1/", b"https:///x"],
        ),
        (ADDRESS, &[192, 0, 2, 0, 255, 255, 255, 0], &[&[0; 16]]),
    ];
    for (form, base, names) in forms {
        for list in [PERMITTED, EXCLUDED] {
            let constraints = constraints(&[(list, &[(form, base)])]);
            for name in names {
                let excluded_address = form == ADDRESS && list == EXCLUDED;
                let expected = if excluded_address { Ok(()) } else { OUTSIDE };
                assert_eq!(said(&constraints, &[(form, name)]), expected, "{form:02X} {name:02X?}");
            }
        }
    }
    // otherName and registeredID are not compared at all.
    let other = der(0x06, &[0x2A, 0x03]);
    let other = [other, der(0xA0, &der(0x0C, b"somebody"))].concat();
    for (form, name) in [(0xA0, other.as_slice()), (0x88, &[0x2A, 0x03])] {
        for list in [PERMITTED, EXCLUDED] {
            let constraints = constraints(&[(list, &[(form, name)])]);
            assert_eq!(said(&constraints, &[(form, name)]), OUTSIDE, "{form:02X}");
            assert_eq!(said(&constraints, &[(HOST, b"example.com")]), Ok(()));
        }
    }
}

#[test]
fn e2_constraints_that_are_malformed_for_their_form_are_refused_whatever_they_constrain() {
    let malformed: [General<'_>; 14] = [
        (HOST, b"*.example.com"),
        (HOST, b".example.com"),
        (HOST, b"example.com."),
        (HOST, b"bad name.example"),
        (HOST, "例え.example".as_bytes()),
        (MAIL, b"@example.com"),
        (MAIL, b"a@b@example.com"),
        (URI, b"https://example.com"),
        (ADDRESS, &[192, 0, 2, 0]),
        (ADDRESS, &[192, 0, 2, 0, 255, 0, 255, 0]),
        (ADDRESS, &[192, 0, 2, 0, 255, 255, 255]),
        (ADDRESS, &[0; 33]),
        (DIRECTORY, b"no name"),
        (DIRECTORY, &[]),
    ];
    for (form, base) in malformed {
        for list in [PERMITTED, EXCLUDED] {
            let outcome = said(&constraints(&[(list, &[(form, base)])]), &[]);
            let first = Position::Intermediate { hint: 0 };
            assert!(
                matches!(outcome, Err((ErrorKind::Malformed(_), place)) if place == first),
                "{outcome:?}"
            );
        }
    }
    // minimum and maximum have no place in certificates.
    let bounded = der(0x30, &[der(HOST, b"example.com"), der(0x80, &[1])].concat());
    let bounded = der(0x30, &der(PERMITTED, &bounded));
    assert!(matches!(said(&bounded, &[]), Err((ErrorKind::Malformed(_), _))));
}

#[test]
fn e2_directory_names_are_constrained_in_the_subject_and_among_the_alternative_names() {
    let (leaf_name, other) = (name("leaf"), name("other"));
    let only_leaf = constraints(&[(PERMITTED, &[(DIRECTORY, &leaf_name)])]);
    assert_eq!(said(&only_leaf, &[]), Ok(()));
    assert_eq!(said(&only_leaf, &[(DIRECTORY, &leaf_name)]), Ok(()));
    assert_eq!(said(&only_leaf, &[(DIRECTORY, &other)]), OUTSIDE);
    let not_other = constraints(&[(EXCLUDED, &[(DIRECTORY, &other)])]);
    assert_eq!(said(&not_other, &[(DIRECTORY, &leaf_name)]), Ok(()));
    assert_eq!(said(&not_other, &[(DIRECTORY, &other)]), OUTSIDE);
    // The empty name is the beginning of every name.
    let nobody = constraints(&[(EXCLUDED, &[(DIRECTORY, &der(0x30, &[]))])]);
    assert_eq!(said(&nobody, &[]), OUTSIDE);
}

#[test]
fn e2_a_name_in_a_string_type_that_is_not_compared_slips_past_no_exclusion() {
    let not_leaf = constraints(&[(EXCLUDED, &[(DIRECTORY, &name("leaf"))])]);
    let wide: String = "MYNUMBER-TEST leaf".chars().flat_map(|c| ['\0', c]).collect();
    // TeletexString, BMPString.
    for (tag, text) in [(0x14, "MYNUMBER-TEST leaf"), (0x1E, wide.as_str())] {
        let disguised = Draft { subject: name_of(tag, text), ..leaf() };
        assert_eq!(below(&not_leaf, &disguised), OUTSIDE, "{tag:02X}");
        let permitted = constraints(&[(PERMITTED, &[(DIRECTORY, &name("leaf"))])]);
        assert_eq!(below(&permitted, &disguised), OUTSIDE, "{tag:02X}");
        let by_bytes = constraints(&[(PERMITTED, &[(DIRECTORY, &disguised.subject)])]);
        assert_eq!(below(&by_bytes, &disguised), Ok(()), "{tag:02X}");
    }
    let elsewhere = Draft { subject: name_of(0x0C, "MYNUMBER-TEST elsewhere"), ..leaf() };
    assert_eq!(below(&not_leaf, &elsewhere), Ok(()));
}

#[test]
fn e2_a_self_issued_leaf_is_constrained_and_a_self_issued_authority_is_not() {
    let (root_key, key, new) = (Key::new(1), Key::new(2), Key::new(5));
    let root = Draft::authority("root", &root_key, "root", &root_key).signed(&root_key);
    let not_itself = constraints(&[(EXCLUDED, &[(DIRECTORY, &name("authority"))])]);
    let authority = Draft::authority("authority", &key, "root", &root_key);
    let authority = authority.with(NAME_CONSTRAINTS, true, &not_itself).signed(&root_key);
    let rolled = Draft::authority("authority", &new, "authority", &key).signed(&key);
    let leaf = Draft::leaf("leaf", &Key::new(4), "authority", &new).signed(&new);
    let general = Profile::general();
    assert_eq!(verdict(general, &root, &[&authority, &rolled], &leaf, NOW), Ok(()));
    let own = Draft::leaf("authority", &Key::new(4), "authority", &key).signed(&key);
    assert_eq!(verdict(general, &root, &[&authority], &own, NOW), OUTSIDE);
}

#[test]
fn e2_mail_addresses_in_the_subject_are_constrained_too() {
    let mail = |text: &str| {
        let kind = der(0x06, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01]);
        let attribute = der(0x30, &[kind, der(0x16, text.as_bytes())].concat());
        Draft { subject: der(0x30, &der(0x31, &attribute)), ..leaf() }
    };
    let permitted = constraints(&[(PERMITTED, &[(MAIL, b"example.com")])]);
    assert_eq!(below(&permitted, &mail("somebody@example.com")), Ok(()));
    assert_eq!(below(&permitted, &mail("somebody@www.example.com")), OUTSIDE);
    assert_eq!(below(&permitted, &mail("nobody")), OUTSIDE);
    let excluded = constraints(&[(EXCLUDED, &[(MAIL, b".example.com")])]);
    assert_eq!(below(&excluded, &mail("somebody@example.com")), Ok(()));
    assert_eq!(below(&excluded, &mail("somebody@www.example.com")), OUTSIDE);
    assert_eq!(below(&excluded, &mail("nobody")), OUTSIDE);
}

#[test]
fn e15_many_names_under_many_constraints_end_in_the_budget() {
    let hosts: Vec<String> = (0..1000).map(|number| format!("{number}.invalid")).collect();
    let subtrees: Vec<General<'_>> = hosts.iter().map(|host| (HOST, host.as_bytes())).collect();
    let names: Vec<String> = (0..1500).map(|number| format!("{number}.example")).collect();
    let names: Vec<General<'_>> = names.iter().map(|host| (HOST, host.as_bytes())).collect();
    let started = std::time::Instant::now();
    let outcome = said(&constraints(&[(EXCLUDED, &subtrees)]), &names);
    assert_eq!(outcome, Err((ErrorKind::Budget, Position::Leaf)));
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}
