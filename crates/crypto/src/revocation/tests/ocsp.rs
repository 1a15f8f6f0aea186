//! OCSP responses: who may answer, about what, from when until when (RFC 6960 §3.2, §4.2.2).

use super::maker::{Maker, NOW, SERIAL, extension, generalized, oid, other_extension, sequence, tlv};
use crate::asn1::ErrorKind;
use crate::certificate::Certificate;
use crate::key::VerifyError;
use crate::revocation::ocsp::{IdHash, Request, Response};
use crate::revocation::{
    Checked, EvidenceKind, Freshness, Given, Issuer, Reason, Status, Why, check_certificate,
};
use crate::time::UnixTime;
use core::time::Duration;
use sha1::Digest;
use std::vec::Vec;

const GOOD: &[u8] = &[0x80, 0];
const UNKNOWN: &[u8] = &[0x82, 0];
const NONCE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2];
const NO_CHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 5];
const BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
const FRESH: (i64, Option<i64>) = (NOW - 60, Some(NOW + 3600));

fn ca() -> Maker {
    Maker::new("CA", 1)
}

fn responder() -> Maker {
    Maker::new("OCSP Responder", 3)
}

fn revoked(code: u8) -> Vec<u8> {
    tlv(0xA1, &[&generalized(NOW - 500), &tlv(0xA0, &[&[0x0A, 1, code]])])
}

fn certificate_id(issuer: &Maker, serial: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[&oid(&[0x2B, 14, 3, 2, 26]), &[5, 0]]);
    let name = tlv(4, &[&sha1::Sha1::digest(&issuer.name)]);
    sequence(&[&algorithm, &name, &tlv(4, &[&issuer.key_id()]), &tlv(2, &[serial])])
}

fn single(serial: &[u8], state: &[u8], times: (i64, Option<i64>), extensions: &[&[u8]]) -> Vec<u8> {
    let next = times.1.map(|next| tlv(0xA0, &[&generalized(next)])).unwrap_or_default();
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xA1, &[&sequence(extensions)]) };
    sequence(&[&certificate_id(&ca(), serial), state, &generalized(times.0), &next, &extensions])
}

/// A response with these single answers and extensions, by this signer, which is named by its key.
fn response(signer: &Maker, singles: &[Vec<u8>], extensions: &[&[u8]], certificates: &[Vec<u8>]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { tlv(0xA1, &[&sequence(extensions)]) };
    let responder = tlv(0xA2, &[&tlv(4, &[&signer.key_id()])]);
    let data = sequence(&[&responder, &generalized(NOW - 30), &sequence(&[&singles.concat()]), &extensions]);
    let certificates = match certificates {
        [] => Vec::new(),
        all => tlv(0xA0, &[&sequence(&[&all.concat()])]),
    };
    successful(&signer.signed(&data, &certificates))
}

fn successful(basic: &[u8]) -> Vec<u8> {
    let bytes = sequence(&[&oid(BASIC), &tlv(4, &[basic])]);
    sequence(&[&[0x0A, 1, 0], &tlv(0xA0, &[&bytes])])
}

fn by_ca(singles: &[Vec<u8>]) -> Vec<u8> {
    response(&ca(), singles, &[], &[])
}

fn check_with(response: Vec<u8>, nonce: Option<&[u8]>, freshness: Freshness) -> Checked {
    let leaf = ca().certify(&Maker::new("holder", 9), SERIAL, &[]);
    let identifier = extension(14, false, &tlv(4, &[&ca().key_id()]));
    let authority = ca().certify(&ca(), &[1], &[&identifier]);
    let issuer = Issuer::from_certificate(&Certificate::parse(&authority).unwrap()).unwrap();
    let source = Given::new().with_ocsp(response, nonce.map(<[u8]>::to_vec));
    check_certificate(
        &Certificate::parse(&leaf).unwrap(),
        &issuer,
        &source,
        freshness,
        UnixTime::from_seconds(NOW),
    )
}

fn status(response: Vec<u8>) -> Status {
    check_with(response, None, Freshness::default()).status
}

fn good() -> Vec<u8> {
    single(SERIAL, GOOD, FRESH, &[])
}

/// The certificate of a delegate, with one thing after the other left out or spoilt.
struct Delegate {
    purpose: bool,
    usage: &'static [u8],
    no_check: bool,
    more: Vec<u8>,
    until: i64,
    by: Maker,
}

impl Delegate {
    fn right() -> Self {
        Self {
            purpose: true,
            usage: &[3, 2, 7, 0x80],
            no_check: true,
            more: Vec::new(),
            until: NOW + 9,
            by: ca(),
        }
    }

    fn certificate(&self) -> Vec<u8> {
        let purpose: &[u8] =
            if self.purpose { &[0x2B, 6, 1, 5, 5, 7, 3, 9] } else { &[0x2B, 6, 1, 5, 5, 7, 3, 2] };
        let purpose = extension(37, false, &sequence(&[&oid(purpose)]));
        let usage = extension(15, true, self.usage);
        let no_check = if self.no_check { other_extension(NO_CHECK, false, &[5, 0]) } else { Vec::new() };
        let extensions: [&[u8]; 4] = [&purpose, &usage, &no_check, &self.more];
        self.by.certify_between(&responder(), &[5], &extensions, NOW - 9, self.until)
    }

    fn status(&self) -> Status {
        status(response(&responder(), &[good()], &[], &[self.certificate()]))
    }
}

#[test]
fn the_issuer_answers_for_itself() {
    let checked = check_with(by_ca(&[good()]), None, Freshness::default());
    assert_eq!(checked.status, Status::Good);
    let produced_at = UnixTime::from_seconds(NOW - 30);
    assert_eq!(checked.evidence.unwrap().kind, EvidenceKind::Ocsp { produced_at, delegated: false });
    let Status::Revoked(revocation) = status(by_ca(&[single(SERIAL, &revoked(4), FRESH, &[])])) else {
        unreachable!()
    };
    assert_eq!((revocation.reason, revocation.when.seconds()), (Reason::Superseded, NOW - 500));
    let unknown = status(by_ca(&[single(SERIAL, UNKNOWN, FRESH, &[])]));
    assert_eq!(unknown, Status::Unknown(Why::NotKnownToResponder));
}

#[test]
fn a_delegate_answers_when_the_issuer_made_it_one() {
    assert_eq!(Delegate::right().status(), Status::Good);
    let not_authorised = Status::Unknown(Why::ResponderNotAuthorised);
    assert_eq!(Delegate { purpose: false, ..Delegate::right() }.status(), not_authorised);
    assert_eq!(Delegate { usage: &[3, 2, 5, 0x20], ..Delegate::right() }.status(), not_authorised);
    assert_eq!(Delegate { until: NOW - 1, ..Delegate::right() }.status(), not_authorised);
    let critical = other_extension(&[0x2A, 3, 4], true, &[]);
    assert_eq!(Delegate { more: critical, ..Delegate::right() }.status(), not_authorised);
    // Of another authority, and of one that only bears the name.
    assert_eq!(Delegate { by: Maker::new("Other CA", 2), ..Delegate::right() }.status(), not_authorised);
    assert_eq!(Delegate { by: Maker::new("CA", 2), ..Delegate::right() }.status(), not_authorised);
    let may_be_revoked = Status::Unknown(Why::ResponderMayBeRevoked);
    assert_eq!(Delegate { no_check: false, ..Delegate::right() }.status(), may_be_revoked);
    // Without its certificate it is a stranger.
    assert_eq!(status(response(&responder(), &[good()], &[], &[])), not_authorised);
    // The certificate of one delegate, the signature of somebody else under its name.
    let impostor = Maker { name: responder().name, ..Maker::new("", 4) };
    let forged = response(&impostor, &[good()], &[], &[Delegate::right().certificate()]);
    assert_eq!(status(forged), not_authorised);
}

#[test]
fn a_forged_response_in_the_name_of_the_issuer_is_refused() {
    let mut forged = by_ca(&[good()]);
    *forged.last_mut().unwrap() ^= 1;
    let found = status(forged);
    assert!(
        matches!(found, Status::Unknown(Why::Signature(VerifyError::Mismatch) | Why::Unreadable(_))),
        "{found:?}"
    );
    // By name this time, with another key.
    let stranger = Maker { name: ca().name, ..Maker::new("", 2) };
    let data = sequence(&[&tlv(0xA1, &[&ca().name]), &generalized(NOW), &sequence(&[&good()])]);
    let found = status(successful(&stranger.signed(&data, &[])));
    assert_eq!(found, Status::Unknown(Why::Signature(VerifyError::Mismatch)));
}

#[test]
fn only_an_answer_about_the_certificate_counts() {
    let about_another = single(&[0x77], GOOD, FRESH, &[]);
    assert_eq!(status(by_ca(std::slice::from_ref(&about_another))), Status::Unknown(Why::NotAboutThis));
    assert_eq!(status(by_ca(&[about_another, good()])), Status::Good);
    // The same serial number of another issuer.
    let other = sequence(&[
        &certificate_id(&Maker::new("Other CA", 2), SERIAL),
        GOOD,
        &generalized(NOW - 60),
        &tlv(0xA0, &[&generalized(NOW + 60)]),
    ]);
    assert_eq!(status(by_ca(&[other])), Status::Unknown(Why::NotAboutThis));
    assert_eq!(status(by_ca(&[])), Status::Unknown(Why::NotAboutThis));
}

#[test]
fn of_contradicting_answers_the_worst_counts() {
    let bad = single(SERIAL, &revoked(1), FRESH, &[]);
    let unknown = single(SERIAL, UNKNOWN, FRESH, &[]);
    let stale = single(SERIAL, GOOD, (NOW - 99, Some(NOW - 9)), &[]);
    for singles in [[good(), bad.clone()], [bad.clone(), good()], [unknown.clone(), bad]] {
        assert!(matches!(status(by_ca(&singles)), Status::Revoked(_)));
    }
    for singles in [[good(), unknown.clone()], [unknown, good()]] {
        assert_eq!(status(by_ca(&singles)), Status::Unknown(Why::NotKnownToResponder));
    }
    for singles in [[good(), stale.clone()], [stale, good()]] {
        assert_eq!(status(by_ca(&singles)), Status::Good);
    }
}

#[test]
fn answers_count_from_this_update_to_next_update() {
    let at = |times| status(by_ca(&[single(SERIAL, GOOD, times, &[])]));
    let next_update = UnixTime::from_seconds(NOW - 1);
    assert_eq!(at((NOW - 60, Some(NOW - 1))), Status::Unknown(Why::Outdated { next_update }));
    assert!(matches!(at((NOW + 301, Some(NOW + 999))), Status::Unknown(Why::FromTheFuture { .. })));
    // Without nextUpdate only a longest age gives it an end.
    assert_eq!(at((NOW - 60, None)), Status::Unknown(Why::NoEnd));
    let endless = || by_ca(&[single(SERIAL, GOOD, (NOW - 60, None), &[])]);
    let within =
        |seconds| Freshness { max_age: Some(Duration::from_secs(seconds)), clock_skew: Duration::ZERO };
    assert_eq!(check_with(endless(), None, within(60)).status, Status::Good);
    assert!(!check_with(endless(), None, within(59)).status.is_good());
}

#[test]
fn a_nonce_that_was_sent_must_come_back() {
    let nonce = [0x5A; 32];
    let with = |sent: &[u8]| {
        let extension = other_extension(NONCE, false, &tlv(4, &[sent]));
        response(&ca(), &[good()], &[&extension], &[])
    };
    let status = |response, nonce| check_with(response, nonce, Freshness::default()).status;
    assert_eq!(status(with(&nonce), Some(&nonce[..])), Status::Good);
    assert_eq!(status(with(&nonce), None), Status::Good);
    assert_eq!(status(with(&[0x5B; 32]), Some(&nonce[..])), Status::Unknown(Why::Nonce));
    assert_eq!(status(by_ca(&[good()]), Some(&nonce[..])), Status::Unknown(Why::Nonce));
}

#[test]
fn critical_extensions_that_are_not_known_are_refused() {
    let unknown = other_extension(&[0x2A, 3, 4], true, &[]);
    let kind = |response: &[u8]| Response::parse(response).unwrap_err().kind();
    assert_eq!(kind(&by_ca(&[single(SERIAL, GOOD, FRESH, &[&unknown])])), ErrorKind::UnknownCritical);
    assert_eq!(kind(&response(&ca(), &[good()], &[&unknown], &[])), ErrorKind::UnknownCritical);
    let harmless = other_extension(&[0x2A, 3, 4], false, &[]);
    assert_eq!(status(by_ca(&[single(SERIAL, GOOD, FRESH, &[&harmless])])), Status::Good);
}

#[test]
fn refusals_to_answer_are_told_by_their_code() {
    for code in [1, 2, 3, 5, 6] {
        let reply = sequence(&[&[0x0A, 1, code]]);
        assert_eq!(status(reply.clone()), Status::Unknown(Why::NoAnswer(code)));
        assert_eq!(Response::parse(&reply).unwrap_err().kind(), ErrorKind::Refused { status: code });
    }
    for code in [4, 7, 0x7F] {
        let reply = sequence(&[&[0x0A, 1, code]]);
        assert_eq!(Response::parse(&reply).unwrap_err().kind(), ErrorKind::Undefined);
    }
    // A refusal that brings an answer along, and a success that brings none.
    let mut both = by_ca(&[good()]);
    let code = both.windows(3).position(|window| window == [0x0A, 1, 0]).unwrap() + 2;
    both[code] = 3;
    assert!(Response::parse(&both).is_err());
    assert!(Response::parse(&sequence(&[&[0x0A, 1, 0]])).is_err());
}

#[test]
fn a_request_names_the_certificate_by_its_hashes() {
    let leaf = ca().certify(&Maker::new("holder", 9), SERIAL, &[]);
    let leaf = Certificate::parse(&leaf).unwrap();
    let authority = ca().certify(&ca(), &[1], &[]);
    let issuer = Issuer::from_certificate(&Certificate::parse(&authority).unwrap()).unwrap();
    let request = Request::new(&leaf, &issuer, IdHash::Sha1, None);
    let expected = sequence(&[&sequence(&[&sequence(&[&sequence(&[&certificate_id(&ca(), SERIAL)])])])]);
    assert_eq!(request.der(), expected);
    assert_eq!(request.nonce(), None);
    let request = Request::new(&leaf, &issuer, IdHash::Sha256, Some([7; 32]));
    assert!(request.der().windows(34).any(|window| window == tlv(4, &[&[7; 32]])));
    assert_eq!(request.nonce(), Some(&[7; 32]));
}

#[test]
fn d1_d2_no_prefix_and_no_flipped_bit_of_a_response_makes_a_certificate_good() {
    let right = response(
        &responder(),
        &[single(SERIAL, &revoked(1), FRESH, &[])],
        &[],
        &[Delegate::right().certificate()],
    );
    let expected = status(right.clone());
    assert!(matches!(expected, Status::Revoked(_)));
    for length in 0..right.len() {
        assert!(Response::parse(&right[..length]).is_err(), "{length} bytes");
    }
    for bit in 0..right.len() * 8 {
        let mut flipped = right.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // Whatever can still be read is asked for; the signatures of a sample are checked.
        if let Ok(view) = Response::parse(&flipped) {
            let _ = (view.answers().count(), view.certificates().count(), view.nonce(), view.responder());
            if bit % 7 == 0 {
                let found = status(flipped);
                assert!(matches!(found, Status::Unknown(_)) || found == expected, "bit {bit}: {found:?}");
            }
        }
    }
}
