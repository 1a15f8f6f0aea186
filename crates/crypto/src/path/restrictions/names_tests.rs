//! Name constraints against the examples of RFC 5280 §4.2.1.10 and the ways around them.

use super::{ADDRESS, DNS, Form, MAIL, NameConstraints, Outside, Tag, URI, host_of, is_address_range};
use crate::asn1::der::Der;
use crate::asn1::{Field, Object};
use std::vec::Vec;

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u8::try_from(content.len()).expect("short");
    assert!(length < 0x80);
    [&[tag, length][..], &content].concat()
}

fn constraints(tag: Tag, permitted: &[&[u8]], excluded: &[&[u8]]) -> Result<Vec<u8>, crate::asn1::Error> {
    let tag = u8::try_from(tag.0).expect("one byte");
    let list = |outer, bases: &[&[u8]]| {
        let subtrees: Vec<_> = bases.iter().map(|base| tlv(0x30, &[&tlv(tag, &[base])])).collect();
        if subtrees.is_empty() { Vec::new() } else { tlv(outer, &[&subtrees.concat()]) }
    };
    let der = tlv(0x30, &[&list(0xA0, permitted), &list(0xA1, excluded)]);
    NameConstraints::read(Der::new(Object::Certificate, Field::NameConstraints, &der, 0))?;
    Ok(der)
}

fn allows(tag: Tag, permitted: &[&str], excluded: &[&str], name: &str) -> bool {
    let permitted: Vec<_> = permitted.iter().map(|text| text.as_bytes()).collect();
    let excluded: Vec<_> = excluded.iter().map(|text| text.as_bytes()).collect();
    let der = constraints(tag, &permitted, &excluded).unwrap();
    let read = NameConstraints::read(Der::new(Object::Certificate, Field::NameConstraints, &der, 0)).unwrap();
    let mut budget = 100;
    match read.allow_name(Form { tag, value: name.as_bytes() }, &mut budget) {
        Ok(()) => true,
        Err(Outside::Name) => false,
        Err(Outside::Budget) => panic!("a hundred comparisons are enough"),
    }
}

#[test]
fn hosts_are_compared_label_by_label() {
    for (permitted, name, expected) in [
        ("host.example.com", "host.example.com", true),
        ("host.example.com", "my.HOST.example.com", true),
        ("host.example.com", "host1.example.com", false),
        ("host.example.com", "evilhost.example.com", false),
        ("host.example.com", "example.com", false),
        ("", "anything.example", true),
        ("example.com", "*.example.com", true),
        ("sub.example.com", "*.example.com", false),
        ("example.com", "bad name.example.com", false),
        ("example.com", "example.com.", false),
    ] {
        assert_eq!(allows(DNS, &[permitted], &[], name), expected, "{name} under {permitted}");
    }
    assert!(!allows(DNS, &[], &["sub.example.com"], "*.example.com"), "a wildcard reaches what is excluded");
    assert!(!allows(DNS, &[], &["example.com"], "not a host"), "what cannot be compared counts as excluded");
    assert!(allows(DNS, &[], &["example.com"], "example.org"));
    assert!(!allows(DNS, &["example.com"], &["a.example.com"], "b.a.example.com"), "exclusion wins");
}

#[test]
fn mail_addresses_are_constrained_by_mailbox_host_or_domain() {
    for (permitted, name, expected) in [
        ("root@example.com", "root@EXAMPLE.com", true),
        ("root@example.com", "Root@example.com", false),
        ("example.com", "anyone@example.com", true),
        ("example.com", "anyone@sub.example.com", false),
        (".example.com", "anyone@sub.example.com", true),
        (".example.com", "anyone@example.com", false),
        ("example.com", "no-at-sign.example.com", false),
        ("example.com", "two@signs@example.com", false),
        ("example.com", "@example.com", false),
    ] {
        assert_eq!(allows(MAIL, &[permitted], &[], name), expected, "{name} under {permitted}");
    }
}

#[test]
fn uris_are_constrained_by_their_host() {
    for (permitted, name, expected) in [
        ("host.example.com", "https://host.example.com/path", true),
        ("host.example.com", "https://user@host.example.com:8080?x", true),
        ("host.example.com", "https://my.host.example.com/", false),
        (".example.com", "ftp://my.host.example.com", true),
        (".example.com", "ftp://example.com", false),
        (".example.com", "https://evil.org/.example.com", false),
        (".example.com", "https://evil.org?@x.example.com", false),
        (".example.com", "mailto:someone", false),
    ] {
        assert_eq!(allows(URI, &[permitted], &[], name), expected, "{name} under {permitted}");
    }
    for address in ["https://192.0.2.1/", "https://[2001:db8::1]/", "https:///path"] {
        assert_eq!(host_of(address), None, "{address}");
    }
}

#[test]
fn addresses_lie_in_ranges_with_a_sound_mask() {
    let range: &[u8] = &[192, 0, 2, 0, 255, 255, 255, 0];
    let within = |address: &[u8]| super::address_within(address, range);
    assert!(within(&[192, 0, 2, 77]));
    assert!(!within(&[192, 0, 3, 77]));
    assert!(!within(&[0; 16]), "the other family lies in no range of this one");
    assert!(is_address_range(range));
    assert!(is_address_range(&[10, 0, 0, 0, 254, 0, 0, 0]));
    for mask in [[255, 0, 255, 0], [0, 255, 0, 0], [253, 0, 0, 0], [255, 128, 128, 0]] {
        assert!(!is_address_range(&[&[10, 0, 0, 0][..], &mask].concat()), "{mask:?}");
    }
    assert!(constraints(ADDRESS, &[&[10, 0, 0, 0, 255, 0, 255, 0]], &[]).is_err());
}

#[test]
fn a_form_that_is_not_compared_is_refused_once_it_is_constrained() {
    let registered = Tag(0x88);
    let der = constraints(registered, &[&[0x55]], &[]).unwrap();
    let read = NameConstraints::read(Der::new(Object::Certificate, Field::NameConstraints, &der, 0)).unwrap();
    let mut budget = 10;
    assert_eq!(read.allow_name(Form { tag: registered, value: &[0x55] }, &mut budget), Err(Outside::Name));
    assert_eq!(read.allow_name(Form { tag: DNS, value: b"example.com" }, &mut budget), Ok(()));
}

#[test]
fn malformed_constraints_are_refused_whole() {
    assert!(constraints(DNS, &[], &[]).is_err(), "neither list");
    assert!(constraints(DNS, &[b".example.com"], &[]).is_err(), "a dot before a host has no meaning");
    assert!(constraints(MAIL, &[b""], &[]).is_err());
    // minimum 1.
    let subtree = tlv(0x30, &[&tlv(0x82, &[b"a.example"]), &[0x80, 0x01, 0x01]]);
    let der = tlv(0x30, &[&tlv(0xA0, &[&subtree])]);
    assert!(NameConstraints::read(Der::new(Object::Certificate, Field::NameConstraints, &der, 0)).is_err());
}

#[test]
fn e15_comparisons_are_bounded() {
    let der = constraints(DNS, &[b"a.example", b"b.example", b"c.example"], &[]).unwrap();
    let read = NameConstraints::read(Der::new(Object::Certificate, Field::NameConstraints, &der, 0)).unwrap();
    let mut budget = 2;
    assert_eq!(read.allow_name(Form { tag: DNS, value: b"z.example" }, &mut budget), Err(Outside::Budget));
}
