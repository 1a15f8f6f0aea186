//! CRLs: what is read, what is refused, and what one proves. The shapes are those of RFC 5280 §5 and §6.3.3 and of the
//! sections on revocation of public test suites.

use super::maker::{
    List, Maker, NOW, SERIAL, directory, entry, extension, full_name, generalized, name, oid,
    other_extension, reason, sequence, tlv, uri, utc,
};
use crate::anchor::Anchor;
use crate::asn1::ErrorKind;
use crate::certificate::Certificate;
use crate::key::VerifyError;
use crate::key::backend::counting::Counting;
use crate::path::{Profile, Validator};
use crate::revocation::{
    Checked, Crl, CrlIndex, EvidenceKind, Freshness, Given, Issuer, JpkiMeaning, Reason, Status, Why,
    check_certificate,
};
use crate::time::UnixTime;
use core::time::Duration;
use std::vec::Vec;

const AT: UnixTime = UnixTime::from_seconds(NOW);

fn ca() -> Maker {
    Maker::new("CA", 1)
}

fn ca_certificate() -> Vec<u8> {
    let ca = ca();
    let usage = extension(15, true, &[3, 2, 1, 6]);
    let constraints = extension(19, true, &[0x30, 3, 1, 1, 0xFF]);
    let identifier = extension(14, false, &tlv(4, &[&ca.key_id()]));
    ca.certify(&ca, &[1], &[&usage, &constraints, &identifier])
}

fn leaf(extensions: &[&[u8]]) -> Vec<u8> {
    ca().certify(&Maker::new("holder", 9), SERIAL, extensions)
}

/// The verdict on a certificate from these CRLs, with the CA's certificate known.
fn check_with(leaf: &[u8], ca: &[u8], crls: &[Vec<u8>], freshness: Freshness) -> Checked {
    let (leaf, ca) = (Certificate::parse(leaf).unwrap(), Certificate::parse(ca).unwrap());
    let issuer = Issuer::from_certificate(&ca).unwrap();
    let source = crls.iter().fold(Given::new(), |given, crl| given.with_crl(crl.clone()));
    check_certificate(&leaf, &issuer, &source, freshness, AT)
}

fn check(crls: &[Vec<u8>]) -> Checked {
    check_with(&leaf(&[]), &ca_certificate(), crls, Freshness::default())
}

fn kind(crl: &[u8]) -> ErrorKind {
    let error = Crl::parse(crl).unwrap_err();
    assert_eq!(CrlIndex::build(crl).unwrap_err(), error, "the index refuses what the view refuses");
    error.kind()
}

/// The list is refused as a whole, for this reason, and so proves nothing.
#[track_caller]
fn refused(list: &List, expected: ErrorKind) {
    let crl = list.by(&ca());
    assert_eq!(kind(&crl), expected);
    let checked = check(&[crl]);
    assert!(!checked.status.is_good() && checked.evidence.is_none(), "{checked:?}");
    assert!(
        matches!(checked.status, Status::Unknown(Why::DeltaPublished))
            || matches!(checked.status, Status::Unknown(Why::Unreadable(error)) if error.kind() == expected),
        "{checked:?}"
    );
}

#[test]
fn a_certificate_that_is_not_listed_is_good_and_the_evidence_says_by_what() {
    let checked = check(&[List::with_entries(&[&entry(&[0x77], &[])]).by(&ca())]);
    assert_eq!(checked.status, Status::Good);
    let evidence = checked.evidence.unwrap();
    assert_eq!(evidence.kind, EvidenceKind::Crl { number: std::vec![7] });
    assert_eq!(evidence.this_update.seconds(), NOW - 3600);
    assert_eq!(evidence.next_update.seconds(), NOW + 86_400);
    assert!(checked.refused.is_empty());
}

#[test]
fn a_list_without_entries_is_good_for_everybody() {
    assert_eq!(check(&[List::default().by(&ca())]).status, Status::Good);
}

#[test]
fn the_backend_of_the_validator_checks_what_revocation_data_is_signed_with() {
    let counting = Counting::new();
    let (leaf, ca) = (leaf(&[]), ca_certificate());
    let anchors = [Anchor::from_certificate(&Certificate::parse(&ca).unwrap()).unwrap()];
    let profile = Profile { key_identifiers: false, ..Profile::general() };
    let validator = Validator::new(&anchors, profile).with_backend(&counting);
    let trusted = validator.validate(&Certificate::parse(&leaf).unwrap(), &[], AT).unwrap();
    let (path, crl) = (counting.count(), List::with_entries(&[]).by(&self::ca()));
    assert_eq!(path, 1);
    let source = Given::new().with_crl(crl);
    let report = crate::revocation::check(&trusted, &source, Freshness::default(), AT);
    assert_eq!((report.status, counting.count()), (Status::Good, 2));
}

#[test]
fn e1_a_listed_certificate_is_revoked_with_reason_and_dates() {
    let invalid_since = extension(24, false, &generalized(NOW - 5 * 86_400));
    let list = List::with_entries(&[
        &entry(&[0x77], &[]),
        &entry(SERIAL, &[&reason(6), &invalid_since]),
        &entry(&[0x00, 0x99], &[&reason(1)]),
    ]);
    let Status::Revoked(revocation) = check(&[list.by(&ca())]).status else { unreachable!() };
    assert_eq!(revocation.reason, Reason::CertificateHold);
    assert_eq!(revocation.reason.jpki_meaning(), Some(JpkiMeaning::HeldForGood));
    assert_eq!(revocation.when.seconds(), NOW - 86_400);
    assert_eq!(revocation.invalid_since.unwrap().seconds(), NOW - 5 * 86_400);
}

#[test]
fn every_reason_is_told_and_those_that_are_none_make_the_list_unusable() {
    for code in 0..=0x7F {
        let list = List::with_entries(&[&entry(SERIAL, &[&reason(code)])]);
        match Reason::from_code(code) {
            Some(expected) => {
                let Status::Revoked(found) = check(&[list.by(&ca())]).status else { unreachable!() };
                assert_eq!(found.reason, expected);
            }
            None if code == 8 => refused(&list, ErrorKind::Delta),
            None => refused(&list, ErrorKind::Undefined),
        }
    }
}

#[test]
fn a_certificate_revoked_later_than_the_time_asked_about_is_revoked_and_the_date_told() {
    let tomorrow = sequence(&[&tlv(2, &[SERIAL]), &utc(NOW + 86_400)]);
    let Status::Revoked(revocation) = check(&[List::with_entries(&[&tomorrow]).by(&ca())]).status else {
        unreachable!()
    };
    assert_eq!(revocation.when.seconds(), NOW + 86_400);
}

#[test]
fn e1_without_a_crl_the_state_is_unknown() {
    assert_eq!(check(&[]).status, Status::Unknown(Why::NothingOffered));
}

#[test]
fn e1_a_signature_of_another_key_proves_nothing() {
    let ca = ca();
    let stranger = Maker { name: ca.name.clone(), ..Maker::new("", 2) };
    let list = List { key_identifier: Some(ca.authority_key_identifier()), ..List::default() };
    let status = check(&[list.by(&stranger)]).status;
    assert_eq!(status, Status::Unknown(Why::Signature(VerifyError::Mismatch)));
    // With the stranger's own key identifier it is not even looked at.
    assert_eq!(check(&[List::default().by(&stranger)]).status, Status::Unknown(Why::OtherIssuer));
}

#[test]
fn e1_a_crl_of_another_name_proves_nothing_even_with_the_right_key() {
    let list = List { issuer: Some(name("Other CA")), ..List::default() };
    assert_eq!(check(&[list.by(&ca())]).status, Status::Unknown(Why::OtherIssuer));
}

#[test]
fn a_serial_number_on_the_list_of_another_authority_is_another_certificate() {
    let other = Maker::new("Other CA", 2);
    let theirs = List::with_entries(&[&entry(SERIAL, &[])]).by(&other);
    let checked = check(&[theirs, List::default().by(&ca())]);
    assert_eq!(checked.status, Status::Good);
    assert_eq!(checked.refused, [Why::OtherIssuer]);
}

#[test]
fn of_two_lists_one_is_enough_and_one_that_says_revoked_outweighs_the_other() {
    let good = List::default().by(&ca());
    let revoked = List::with_entries(&[&entry(SERIAL, &[])]).by(&ca());
    let bad = List::default().by(&Maker { name: ca().name, ..Maker::new("", 2) });
    assert_eq!(check(&[bad, good.clone()]).status, Status::Good);
    for order in [[&good, &revoked], [&revoked, &good]] {
        assert!(matches!(check(&order.map(Clone::clone)).status, Status::Revoked(_)));
    }
}

#[test]
fn e1_an_issuer_without_crl_sign_signs_no_crl() {
    let ca = ca();
    let usage = extension(15, true, &[3, 2, 2, 4]);
    let certificate = ca.certify(&ca, &[1], &[&usage]);
    let list = [List::default().by(&ca)];
    let checked = check_with(&leaf(&[]), &certificate, &list, Freshness::default());
    assert_eq!(checked.status, Status::Unknown(Why::MayNotSign));
    // Without keyUsage there is nothing to ask for (RFC 5280 §6.3.3 f).
    let certificate = ca.certify(&ca, &[1], &[]);
    let checked = check_with(&leaf(&[]), &certificate, &list, Freshness::default());
    assert_eq!(checked.status, Status::Good);
}

#[test]
fn e1_a_crl_counts_from_this_update_to_next_update() {
    let times = |this, next| List { this_update: utc(this), next_update: utc(next), ..List::default() };
    let status = |this, next| check(&[times(this, next).by(&ca())]).status;
    let next_update = UnixTime::from_seconds(NOW - 1);
    assert_eq!(status(NOW - 100, NOW - 1), Status::Unknown(Why::Outdated { next_update }));
    assert_eq!(status(NOW - 100, NOW), Status::Good);
    let this_update = UnixTime::from_seconds(NOW + 301);
    assert_eq!(status(NOW + 301, NOW + 999), Status::Unknown(Why::FromTheFuture { this_update }));
    assert_eq!(status(NOW + 300, NOW + 999), Status::Good);
    // A nextUpdate of the last century is one of the last century.
    let old = List { next_update: tlv(0x17, &[b"990101120100Z"]), ..List::default() };
    assert!(matches!(check(&[old.by(&ca())]).status, Status::Unknown(Why::Outdated { .. })));
    // From 2050 on GeneralizedTime is right, before it is not.
    let late = List { next_update: tlv(0x18, &[b"20500101120100Z"]), ..List::default() };
    assert_eq!(check(&[late.by(&ca())]).status, Status::Good);
    let early = List { next_update: generalized(NOW + 86_400), ..List::default() };
    refused(&early, ErrorKind::Time);
}

#[test]
fn the_caller_may_want_fresher_lists_than_their_issuer_promises() {
    let list = [List::default().by(&ca())];
    let hours = |hours: u64| Freshness {
        max_age: Some(Duration::from_secs(hours * 3600)),
        clock_skew: Duration::ZERO,
    };
    assert_eq!(check_with(&leaf(&[]), &ca_certificate(), &list, hours(1)).status, Status::Good);
    let checked = check_with(&leaf(&[]), &ca_certificate(), &list, hours(0));
    assert_eq!(
        checked.status,
        Status::Unknown(Why::TooOld { this_update: UnixTime::from_seconds(NOW - 3600) })
    );
}

#[test]
fn e9_unknown_critical_extensions_make_a_list_unusable() {
    let unknown = |critical| other_extension(&[0x2A, 3, 4], critical, &[]);
    refused(&List::with_extension(&unknown(true)), ErrorKind::UnknownCritical);
    assert_eq!(check(&[List::with_extension(&unknown(false)).by(&ca())]).status, Status::Good);
    // Of any entry, not only of the certificate asked about.
    refused(&List::with_entries(&[&entry(&[0x77], &[&unknown(true)])]), ErrorKind::UnknownCritical);
    refused(&List::with_entries(&[&entry(SERIAL, &[&unknown(true)])]), ErrorKind::UnknownCritical);
    let revoked = List::with_entries(&[&entry(SERIAL, &[&unknown(false)])]).by(&ca());
    assert!(matches!(check(&[revoked]).status, Status::Revoked(_)));
    let twice = List { extensions: std::vec![unknown(false), unknown(false)], ..List::default() };
    refused(&twice, ErrorKind::DuplicateExtension);
    let twice = List::with_entries(&[&entry(&[0x77], &[&reason(1), &reason(1)])]);
    refused(&twice, ErrorKind::DuplicateExtension);
}

#[test]
fn e2_the_crl_number_must_be_there_and_not_critical() {
    refused(&List { number: Vec::new(), ..List::default() }, ErrorKind::MissingExtension);
    let number = |critical, value: &[u8]| List { number: extension(20, critical, value), ..List::default() };
    refused(&number(true, &[2, 1, 7]), ErrorKind::MustNotBeCritical);
    refused(&number(false, &[2, 1, 0x80]), ErrorKind::Number);
    refused(&number(false, &tlv(2, &[&[1; 21]])), ErrorKind::Number);
    assert_eq!(check(&[number(false, &[2, 1, 0]).by(&ca())]).status, Status::Good);
    let critical = extension(35, true, &sequence(&[&tlv(0x80, &[&ca().key_id()])]));
    refused(&List { key_identifier: Some(critical), ..List::default() }, ErrorKind::MustNotBeCritical);
}

#[test]
fn version_times_and_algorithms_are_those_of_the_standard() {
    refused(&List { version: Vec::new(), ..List::default() }, ErrorKind::Version);
    refused(&List { version: std::vec![2, 1, 0], ..List::default() }, ErrorKind::Version);
    refused(&List { version: std::vec![2, 1, 2], ..List::default() }, ErrorKind::Version);
    refused(&List { next_update: Vec::new(), ..List::default() }, ErrorKind::Time);
    refused(&List { this_update: tlv(0x17, &[b"260230000000Z"]), ..List::default() }, ErrorKind::Time);
    let other = sequence(&[&oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3])]);
    refused(&List { inner_algorithm: other, ..List::default() }, ErrorKind::AlgorithmMismatch);
}

#[test]
fn e1_delta_crls_are_refused_and_leave_the_state_unknown_even_beside_a_complete_one() {
    let complete = List::default().by(&ca());
    let delta = List::with_extension(&extension(27, true, &[2, 1, 1]));
    refused(&delta, ErrorKind::Delta);
    let checked = check(&[complete.clone(), delta.by(&ca())]);
    assert_eq!(checked.status, Status::Unknown(Why::DeltaPublished));
    // A delta that the issuer did not make does not disturb anybody.
    let forged = delta.by(&Maker { name: ca().name, ..Maker::new("", 2) });
    assert_eq!(check(&[complete.clone(), forged]).status, Status::Good);
    // What the complete list says revoked is revoked.
    let revoked = List::with_entries(&[&entry(SERIAL, &[])]).by(&ca());
    assert!(matches!(check(&[revoked, delta.by(&ca())]).status, Status::Revoked(_)));
    // removeFromCRL belongs into deltas only.
    refused(&List::with_entries(&[&entry(&[0x77], &[&reason(8)])]), ErrorKind::Delta);
    // freshestCRL only says where deltas are.
    let freshest = extension(46, false, &sequence(&[&sequence(&[&full_name(&[&uri("http://x.invalid")])])]));
    assert_eq!(check(&[List::with_extension(&freshest).by(&ca()), complete]).status, Status::Good);
}

#[test]
fn e1_indirect_partial_and_attribute_crls_are_refused() {
    refused(&List::with_point(&[&[0x84, 1, 0xFF]]), ErrorKind::Indirect);
    refused(&List::with_point(&[&[0x83, 2, 6, 0x40]]), ErrorKind::SomeReasons);
    refused(&List::with_point(&[&[0x85, 1, 0xFF]]), ErrorKind::NotForCertificates);
    refused(&List::with_point(&[&[0x81, 1, 0xFF, 0x82, 1, 0xFF]]), ErrorKind::NotForCertificates);
    refused(&List::with_point(&[]), ErrorKind::Undefined);
    refused(&List::with_point(&[&[0x81, 1, 0]]), ErrorKind::Boolean);
    let other_issuer = extension(29, true, &sequence(&[&directory(&name("Other CA"))]));
    refused(&List::with_entries(&[&entry(&[0x77], &[&other_issuer])]), ErrorKind::Indirect);
    let mixed = full_name(&[&uri("http://a.invalid/"), &tlv(0x82, &[b"a.invalid"])]);
    refused(&List::with_point(&[&mixed]), ErrorKind::UnsupportedName);
}

#[test]
fn e1_lists_for_users_or_authorities_cover_only_those() {
    let users = List::with_point(&[&[0x81, 1, 0xFF]]).by(&ca());
    let authorities = List::with_point(&[&[0x82, 1, 0xFF]]).by(&ca());
    let user = leaf(&[]);
    let authority = leaf(&[&extension(19, true, &[0x30, 3, 1, 1, 0xFF])]);
    let status = |certificate: &[u8], list: &Vec<u8>| {
        check_with(certificate, &ca_certificate(), std::slice::from_ref(list), Freshness::default()).status
    };
    assert_eq!(status(&user, &users), Status::Good);
    assert_eq!(status(&authority, &authorities), Status::Good);
    assert_eq!(status(&user, &authorities), Status::Unknown(Why::OutOfScope));
    assert_eq!(status(&authority, &users), Status::Unknown(Why::OutOfScope));
}

/// The state of a certificate with these cRLDistributionPoints, by a list with this distribution point.
fn at_point(points: Option<&[&[u8]]>, ours: &[u8]) -> Status {
    let extensions = points.map(|points| extension(31, false, &sequence(points)));
    let certificate = match &extensions {
        Some(extension) => leaf(&[extension]),
        None => leaf(&[]),
    };
    let list = List::with_point(&[ours]).by(&ca());
    check_with(&certificate, &ca_certificate(), &[list], Freshness::default()).status
}

#[test]
fn e1_a_list_of_a_municipality_is_for_the_certificates_that_name_it() {
    let unknown = Status::Unknown(Why::OutOfScope);
    let point = |text| full_name(&[&directory(&name(text))]);
    let dp = |inside: &[u8]| sequence(&[inside]);
    assert_eq!(at_point(Some(&[&dp(&point("A-shi CRLDP"))]), &point("A-shi CRLDP")), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&point("A-shi CRLDP"))]), &point("B-shi CRLDP")), unknown);
    let both = [&*dp(&point("A-shi CRLDP")), &dp(&point("B-shi CRLDP"))];
    assert_eq!(at_point(Some(&both), &point("B-shi CRLDP")), Status::Good);
    // Without points of its own a certificate belongs to its issuer's name (RFC 5280 §6.3.3); with them it does not.
    assert_eq!(at_point(None, &point("A-shi CRLDP")), unknown);
    assert_eq!(at_point(None, &point("CA")), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&point("A-shi CRLDP"))]), &point("CA")), unknown);
    // A complete list covers every point.
    let certificate = leaf(&[&extension(31, false, &sequence(&[&dp(&point("A-shi CRLDP"))]))]);
    let complete = [List::default().by(&ca())];
    assert_eq!(
        check_with(&certificate, &ca_certificate(), &complete, Freshness::default()).status,
        Status::Good
    );
}

#[test]
fn points_are_compared_by_uri_and_relative_name_too() {
    let unknown = Status::Unknown(Why::OutOfScope);
    let at = |text| full_name(&[&uri(text)]);
    let dp = |inside: &[u8]| sequence(&[inside]);
    assert_eq!(at_point(Some(&[&dp(&at("http://a.invalid/1"))]), &at("http://a.invalid/1")), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&at("http://a.invalid/%31"))]), &at("http://a.invalid/1")), unknown);
    let attribute = sequence(&[&oid(&[0x55, 4, 11]), &tlv(0x0C, &[b"A-shi"])]);
    let relative = tlv(0xA0, &[&tlv(0xA1, &[&attribute])]);
    let below = [&ca().name[2..], &tlv(0x31, &[&attribute])].concat();
    let full = full_name(&[&directory(&sequence(&[&below]))]);
    let elsewhere = full_name(&[&directory(&sequence(&[&tlv(0x31, &[&attribute])]))]);
    assert_eq!(at_point(Some(&[&dp(&relative)]), &relative), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&full)]), &relative), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&relative)]), &full), Status::Good);
    assert_eq!(at_point(Some(&[&dp(&relative)]), &elsewhere), unknown);
    assert_eq!(at_point(None, &relative), unknown);
}

#[test]
fn points_of_other_issuers_and_for_some_reasons_are_not_served_by_this_list() {
    let point = full_name(&[&directory(&name("A-shi CRLDP"))]);
    let reasons = sequence(&[&point, &[0x81, 2, 6, 0x40]]);
    let indirect = sequence(&[&point, &tlv(0xA2, &[&directory(&name("CRL issuer"))])]);
    assert_eq!(at_point(Some(&[&reasons]), &point), Status::Unknown(Why::OutOfScope));
    assert_eq!(at_point(Some(&[&indirect]), &point), Status::Unknown(Why::OutOfScope));
    let mixed = sequence(&[&full_name(&[&directory(&name("A-shi CRLDP")), &tlv(0x82, &[b"a.invalid"])])]);
    assert!(matches!(at_point(Some(&[&mixed]), &point), Status::Unknown(Why::Unreadable(_))));
}

#[test]
fn more_lists_than_the_budget_leave_the_state_unknown() {
    let stranger = List::default().by(&Maker { name: ca().name, ..Maker::new("", 2) });
    let mut lists = std::vec![stranger; 32];
    lists.push(List::default().by(&ca()));
    assert_eq!(check(&lists).status, Status::Unknown(Why::TooMany));
    let mut others = std::vec![List::default().by(&Maker::new("Other CA", 2)); 500];
    others.push(List::default().by(&ca()));
    assert_eq!(check(&others).status, Status::Good);
}
