//! Revocation: a leaf, its issuer, CRLs and OCSP responses that are edited and signed anew, and what becomes of the path.

use std::sync::OnceLock;

use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Certificate;
use mynumber_crypto::path::{Profile, TrustedCertificate, Validator};
use mynumber_crypto::revocation::ocsp::{IdHash, Request};
use mynumber_crypto::revocation::{
    self, Checked, CrlIndex, EvidenceKind, Freshness, Given, Issuer, Offer, Query, Source, SourceError,
    Status,
};
use std::time::Duration;

use super::bases::{self, directory, key, leaf, more, root};
use super::edits::{Document, Input, Over, Signature};
use crate::certificates::{COMMITS, Draft, ECDSA_SHA256, Extension, NOW, id, name};
use crate::cms::{der, oid};

/// The nonce of every question.
const NONCE: [u8; 32] = [0x5A; 32];

fn generalized(offset: i64) -> Vec<u8> {
    let text = UnixTime::from_seconds(NOW.seconds() + offset).to_string();
    der(0x18, &[&text.bytes().filter(u8::is_ascii_digit).chain([b'Z']).collect::<Vec<u8>>()])
}

fn utc(offset: i64) -> Vec<u8> {
    crate::certificates::time(UnixTime::from_seconds(NOW.seconds() + offset))
}

fn written(extensions: &[Extension]) -> Vec<u8> {
    let one = |(id, critical, value): &Extension| {
        let critical: &[u8] = if *critical { &[0x01, 0x01, 0xFF] } else { &[] };
        der(0x30, &[&der(0x06, &[id]), critical, &der(0x04, &[value])])
    };
    der(0x30, &[&extensions.iter().flat_map(one).collect::<Vec<u8>>()])
}

/// A signed part in its frame, and the signature for the document.
fn framed(body: &[u8], more: &[u8], number: u8, signatures: &mut Vec<Signature>) -> Vec<u8> {
    let signature = key(number).sign(body);
    let framed = der(0x30, &[body, ECDSA_SHA256, &der(0x03, &[&[0], &signature]), more]);
    signatures.push(Signature { bytes: signature, key: key(number), over: Over::First });
    framed
}

/// An entry: serial number, an hour ago, and extensions of an entry.
fn entry(serial: &[u8], extensions: &[Extension]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { written(extensions) };
    der(0x30, &[&der(0x02, &[serial]), &utc(-3600), &extensions])
}

fn crl(issuer: &str, number: u8, serials: &[u8], point: Option<&[u8]>, made: &mut Vec<Signature>) -> Vec<u8> {
    let reason = |code: u8| (vec![0x55, 0x1D, 0x15], false, vec![0x0A, 0x01, code]);
    let since = (vec![0x55, 0x1D, 0x18], false, generalized(-7200));
    let entries: Vec<u8> = serials
        .iter()
        .flat_map(|serial| match serial % 3 {
            0 => entry(&[*serial], &[]),
            1 => entry(&[*serial], &[reason(serial % 7)]),
            _ => entry(&[*serial, 0x81, 0x82], &[reason(1), since.clone()]),
        })
        .collect();
    let mut extensions = vec![
        (vec![0x55, 0x1D, 0x14], false, vec![0x02, 0x01, 0x07]),
        (id::AUTHORITY_KEY.to_vec(), false, der(0x30, &[&der(0x80, &[&key(number).id])])),
    ];
    extensions.extend(point.map(|point| (vec![0x55, 0x1D, 0x1C], true, point.to_vec())));
    let body = der(
        0x30,
        &[
            &[0x02, 0x01, 0x01],
            ECDSA_SHA256,
            &name(issuer),
            &utc(-3600),
            &utc(86_400),
            &der(0x30, &[&entries]),
            &der(0xA0, &[&written(&extensions)]),
        ],
    );
    framed(&body, &[], number, made)
}

/// issuingDistributionPoint with this name: full, with a directory name and a URI, or relative to the issuer.
fn point(full: bool) -> Vec<u8> {
    let names = if full {
        der(0xA0, &[&directory(&name("upper")), &der(0x86, &[b"http://test.example/crl"])])
    } else {
        der(0xA1, &[&der(0x30, &[&der(0x06, &[&[0x55, 0x04, 0x03]]), &der(0x0C, &[b"crl"])])])
    };
    der(0x30, &[&der(0xA0, &[&names]), &[0x81, 0x01, 0xFF]])
}

/// The identifier of a certificate, as a question of ours has it.
fn certificate_id(certificate: &[u8], issuer: &[u8], hash: IdHash) -> Vec<u8> {
    let (Ok(certificate), Ok(issuer)) = (Certificate::parse(certificate), Certificate::parse(issuer)) else {
        unreachable!("our own certificates")
    };
    let Ok(issuer) = Issuer::from_certificate(&issuer) else { unreachable!("an authority") };
    let request = Request::new(&certificate, &issuer, hash, Some(NONCE));
    assert!(request.nonce() == Some(&NONCE) && request.der().windows(32).any(|found| found == NONCE));
    // Four SEQUENCEs are around it; all are short enough for lengths of one byte but the outermost.
    let mut inside = request.der();
    for _ in 0..4 {
        let header = if inside.get(1) == Some(&0x81) { 3 } else { 2 };
        inside = inside.get(header..).unwrap_or_default();
    }
    let length = inside.get(1).copied().map_or(0, usize::from) + 2;
    inside.get(..length).unwrap_or_default().to_vec()
}

struct Responder<'a> {
    id: Vec<u8>,
    certificates: &'a [Vec<u8>],
    number: u8,
}

fn response(by: &Responder<'_>, ids: &[(Vec<u8>, Vec<u8>)], made: &mut Vec<Signature>) -> Vec<u8> {
    let answer = |(id, state): &(Vec<u8>, Vec<u8>)| {
        der(0x30, &[id, state, &generalized(-60), &der(0xA0, &[&generalized(3600)])])
    };
    let nonce = (oid_content(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 2]), false, der(0x04, &[&NONCE]));
    let answers = ids.iter().flat_map(answer).collect::<Vec<u8>>();
    let body =
        der(0x30, &[&by.id, &generalized(-30), &der(0x30, &[&answers]), &der(0xA1, &[&written(&[nonce])])]);
    let certificates = match by.certificates {
        [] => Vec::new(),
        some => der(0xA0, &[&der(0x30, &[&some.concat()])]),
    };
    let basic = framed(&body, &certificates, by.number, made);
    let bytes = der(0x30, &[&oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 1]), &der(0x04, &[&basic])]);
    der(0x30, &[&[0x0A, 0x01, 0x00], &der(0xA0, &[&bytes])])
}

fn oid_content(arcs: &[u32]) -> Vec<u8> {
    oid(arcs).split_off(2)
}

/// The documents: leaf, issuer, CRLs in [0], OCSP responses in [1].
fn documents() -> &'static [Document] {
    static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let upper = Draft::authority("upper", &key(3), "root", &key(1)).signed(&key(1));
        let mut draft = leaf().with(id::AUTHORITY_KEY, false, &der(0x30, &[&der(0x80, &[&key(3).id])])).with(
            more::CRL_DISTRIBUTION_POINTS,
            false,
            &bases::distribution_points(&name("upper")),
        );
        draft.issuer = name("upper");
        draft.serial = vec![0x40];
        let leaf = draft.signed(&key(3));
        vec![by_lists(&leaf, &upper), by_responses(&leaf, &upper), under_a_new_key()]
    })
}

fn put_together(leaf: &[u8], upper: &[u8], beside: [&[Vec<u8>]; 2], made: Vec<Signature>) -> Document {
    let mut document = bases::document(&[(leaf.to_vec(), key(3)), (upper.to_vec(), key(1))]);
    let [crls, responses] = beside;
    document.der.extend(der(0xA0, &[&crls.concat()]));
    document.der.extend(der(0xA1, &[&responses.concat()]));
    document.signatures.extend(made);
    document
}

fn by_lists(leaf: &[u8], upper: &[u8]) -> Document {
    let mut made = Vec::new();
    let crls = [
        crl("upper", 3, &[0x01, 0x10, 0x20], Some(&point(true)), &mut made),
        crl("upper", 3, &[0x41], Some(&point(false)), &mut made),
        crl("root", 1, &[0x12], None, &mut made),
    ];
    put_together(leaf, upper, [&crls, &[]], made)
}

fn by_responses(leaf: &[u8], upper: &[u8]) -> Document {
    let mut made = Vec::new();
    let delegate = Draft::leaf("responder", &key(4), "upper", &key(3))
        .with(id::KEY_USAGE, true, COMMITS)
        .with(id::EXTENDED_KEY_USAGE, true, &der(0x30, &[&oid(&[1, 3, 6, 1, 5, 5, 7, 3, 9])]))
        .with(&oid_content(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5]), false, &[0x05, 0x00])
        .signed(&key(3));
    made.extend(bases::signature(&delegate, &key(3)));
    let good = vec![0x80, 0x00];
    let revoked = der(0xA1, &[&generalized(-3600), &der(0xA0, &[&[0x0A, 0x01, 0x01]])]);
    let sha1 = certificate_id(leaf, upper, IdHash::Sha1);
    let sha256 = certificate_id(leaf, upper, IdHash::Sha256);
    // What a question with SHA-1 calls the issuer's key is what a responder calls itself.
    let key_hash = sha1.get(37..57).unwrap_or_default();
    let other = certificate_id(upper, root(), IdHash::Sha256);
    let issuer = Responder { id: der(0xA2, &[&der(0x04, &[key_hash])]), certificates: &[], number: 3 };
    let delegated = Responder { id: der(0xA1, &[&name("responder")]), certificates: &[delegate], number: 4 };
    let above = Responder { id: der(0xA1, &[&name("root")]), certificates: &[], number: 1 };
    let responses = [
        response(&issuer, &[(sha1, good.clone())], &mut made),
        response(&delegated, &[(sha256, good.clone()), (other.clone(), revoked)], &mut made),
        response(&above, &[(other, good)], &mut made),
    ];
    put_together(leaf, upper, [&[], &responses], made)
}

/// The authority changed its key: the new one, which the old one certified, signed the leaf; each has a list.
fn under_a_new_key() -> Document {
    let mut made = Vec::new();
    let old = Draft::authority("upper", &key(3), "root", &key(1)).signed(&key(1));
    let new = Draft::authority("upper", &key(4), "upper", &key(3)).signed(&key(3));
    let mut draft = leaf().with(id::AUTHORITY_KEY, false, &der(0x30, &[&der(0x80, &[&key(4).id])])).with(
        more::CRL_DISTRIBUTION_POINTS,
        false,
        &bases::distribution_points(&name("upper")),
    );
    draft.issuer = name("upper");
    draft.serial = vec![0x40];
    let leaf = draft.signed(&key(4));
    let crls = [
        crl("upper", 4, &[0x01], None, &mut made),
        crl("upper", 3, &[0x02], None, &mut made),
        crl("root", 1, &[0x12], None, &mut made),
    ];
    let mut document = bases::document(&[(leaf, key(4)), (new, key(3)), (old, key(1))]);
    document.der.extend(der(0xA0, &[&crls.concat()]));
    document.signatures.extend(made);
    document
}

/// What is offered, in the forms that the flags choose.
struct Offered<'a> {
    crls: &'a [Vec<u8>],
    responses: &'a [Vec<u8>],
    indexed: bool,
    nonce: bool,
    fails: bool,
}

impl Source for Offered<'_> {
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        assert!(!query.certificate().serial().is_empty() && !query.certificate().raw().is_empty());
        if let Ok(points) = query.distribution_points() {
            assert!(points.iter().all(|point| point.matches(point)));
        }
        for crl in self.crls {
            match CrlIndex::build(crl.as_slice()).ok().filter(|_| self.indexed) {
                Some(mut index) => {
                    let outcome = index.prove(query.issuer());
                    assert_eq!(index.prove(query.issuer()), outcome, "a proof is kept as it was");
                    assert!(outcome.is_err() || index.is_settled(query.issuer()));
                    let _ = (index.memory(), index.is_empty(), format!("{index:?} {:?}", index.by_ref()));
                    assert_eq!(index.by_ref().lookup(&[0x40]), index.lookup(&[0x40]));
                    take(Offer::Index(index.by_ref()));
                }
                None => take(Offer::Crl(crl)),
            }
        }
        for response in self.responses {
            take(Offer::Ocsp { response, nonce: self.nonce.then_some(&NONCE) });
        }
        if self.fails { Err(SourceError) } else { Ok(()) }
    }
}

/// The first byte chooses the document, the second the freshness that is asked for, how things are offered and whether all
/// of the path is asked about, the third the time, in steps of eight hours from [`NOW`]; the rest are edits.
pub fn crypto_revocation(data: &[u8]) {
    let Some(([choice, flags, steps], edits)) = data.split_first_chunk() else { return };
    let Some(document) = documents().get(usize::from(choice & 3)) else { return };
    let at = UnixTime::from_seconds(NOW.seconds() + i64::from(steps.cast_signed()) * 8 * 3600);
    let skew = if flags & 2 != 0 { Duration::ZERO } else { Duration::from_secs(300) };
    let freshness =
        if flags & 1 != 0 { Freshness::within(Duration::from_secs(3600)) } else { Freshness::default() };
    let freshness = Freshness { clock_skew: skew, ..freshness };
    document.edited(&mut Input(edits), |der| judged(der, *flags, freshness, at));
}

fn judged(document: &[u8], flags: u8, freshness: Freshness, at: UnixTime) {
    let parts = super::crypto_path::elements(document);
    let tagged = |tag: u8| {
        let lists = parts.iter().filter(|part| part.first() == Some(&tag));
        lists.flat_map(|list| super::crypto_path::inside(list)).collect::<Vec<_>>()
    };
    let (crls, responses) = (tagged(0xA0), tagged(0xA1));
    let certificates: Vec<_> = parts.iter().filter_map(|part| Certificate::parse(part).ok()).collect();
    let Some((leaf, hints)) = certificates.split_first() else { return };
    let anchors = [super::crypto_path::anchor(root())];
    let offered = Offered {
        crls: &crls,
        responses: &responses,
        indexed: flags & 8 != 0,
        nonce: flags & 4 != 0,
        fails: flags & 16 != 0,
    };
    if let Some(Ok(issuer)) = hints.first().map(Issuer::from_certificate) {
        let issuer = issuer.with_crl_sign(flags & 32 == 0);
        let given = crls.iter().cloned().fold(Given::new(), Given::with_crl);
        let nonce = || (flags & 4 != 0).then(|| NONCE.to_vec());
        let given = responses.iter().cloned().fold(given, |given, one| given.with_ocsp(one, nonce()));
        let held = revocation::check_certificate(leaf, &issuer, &given, freshness, at);
        looks_right(&held, freshness, at);
        if offered.indexed || offered.fails {
            let same = revocation::check_certificate(leaf, &issuer, &offered, freshness, at);
            assert!(same.status.is_good() == held.status.is_good() || offered.fails, "{held:?} {same:?}");
            looks_right(&same, freshness, at);
        }
    }
    if flags & 64 == 0 {
        return;
    }
    let trusted = Validator::new(&anchors, Profile::general()).validate(leaf, hints, NOW);
    let Ok(trusted) = trusted else { return };
    whole_path(&trusted, &offered, freshness, at);
}

fn whole_path(trusted: &TrustedCertificate<'_>, offered: &Offered<'_>, freshness: Freshness, at: UnixTime) {
    let report = revocation::check(trusted, offered, freshness, at);
    assert_eq!(report.certificates.len(), trusted.chain().len() + 1);
    assert_eq!(report.certificate(), report.certificates.first());
    let all_good = report.certificates.iter().all(|checked| checked.status.is_good());
    let any_revoked = report.certificates.iter().any(|checked| matches!(checked.status, Status::Revoked(_)));
    assert_eq!(report.status.is_good(), all_good);
    assert_eq!(matches!(report.status, Status::Revoked(_)), any_revoked);
    report.certificates.iter().for_each(|checked| looks_right(checked, freshness, at));
}

/// A verdict rests on evidence of its time, and says what it did not use.
fn looks_right(checked: &Checked, freshness: Freshness, at: UnixTime) {
    for why in &checked.refused {
        assert!(!why.to_string().is_empty());
    }
    assert!(checked.refused.len() <= 64);
    match checked.status {
        Status::Unknown(_) => assert_eq!(checked.evidence, None),
        Status::Revoked(revocation) => {
            assert!(checked.evidence.is_some() && !revocation.reason.to_string().is_empty());
            let code = revocation.reason.code();
            assert!(code != 8 && revocation::Reason::from_code(code).is_some());
            let _ = revocation.reason.jpki_meaning();
        }
        Status::Good => assert!(checked.evidence.is_some()),
    }
    let Some(evidence) = &checked.evidence else { return };
    let skew = i64::try_from(freshness.clock_skew.as_secs()).unwrap_or(i64::MAX);
    assert!(evidence.this_update.seconds() <= at.seconds() + skew && at <= evidence.next_update);
    match &evidence.kind {
        EvidenceKind::Crl { number } => assert!(number.len() <= 20),
        EvidenceKind::Ocsp { produced_at, .. } => assert!(produced_at.seconds() <= at.seconds() + skew),
        other => unreachable!("{other:?}"),
    }
}
