//! The CMS messages that inputs edit, signed with keys of P-256 that are no secret.

use std::sync::OnceLock;

use mynumber_crypto::Certificate;
use mynumber_crypto::digest::sha256;

use super::bases::{self, directory, key};
use super::edits::{Document, Over, Signature};
use crate::certificates::{COMMITS, Draft, ECDSA_SHA256, id, name};
use crate::cms::{attribute, data, der, oid, pkcs, sha2};

/// The content of messages, and of those whose content is elsewhere.
pub(super) const CONTENT: &[u8] = b"I agree.\n";

/// Who signs: the key of number 2, under the root.
pub(super) fn taro() -> &'static [u8] {
    static TARO: OnceLock<Vec<u8>> = OnceLock::new();
    TARO.get_or_init(|| {
        let mut taro = Draft::leaf("taro", &key(2), "root", &key(1)).with(id::KEY_USAGE, true, COMMITS);
        taro.serial = vec![0x33];
        taro.signed(&key(1))
    })
}

/// Who signs under another authority: the key of number 4.
fn below() -> [Vec<u8>; 2] {
    let upper = Draft::authority("upper", &key(3), "root", &key(1)).signed(&key(1));
    let mut below = Draft::leaf("below", &key(4), "upper", &key(3));
    below.serial = vec![0x22];
    [below.signed(&key(3)), upper]
}

/// `issuerSerial` of an ESS identifier.
fn issuer_serial(issuer: &str, serial: u8) -> Vec<u8> {
    der(0x30, &[&der(0x30, &[&directory(&name(issuer))]), &der(0x02, &[&[serial]])])
}

/// SigningCertificateV2 that names these certificates.
fn named(certificates: &[(&[u8], &str, u8)]) -> Vec<u8> {
    let one = |(certificate, issuer, serial): &(&[u8], &str, u8)| {
        der(0x30, &[&der(0x04, &[&sha256(&[certificate])]), &issuer_serial(issuer, *serial)])
    };
    attribute(
        &[16, 2, 47],
        &[&der(0x30, &[&der(0x30, &[&certificates.iter().flat_map(one).collect::<Vec<u8>>()])])],
    )
}

/// In the order that DER wants of a SET.
fn attributes(mut list: Vec<Vec<u8>>) -> Vec<u8> {
    list.sort();
    list.concat()
}

fn always() -> Vec<Vec<u8>> {
    vec![
        attribute(&[3], &[&data()]),
        attribute(&[5], &[&der(0x17, &[b"261002003000Z"])]),
        attribute(&[4], &[&der(0x04, &[&sha256(&[CONTENT])])]),
    ]
}

/// All that is known here, and something that is not.
fn many() -> Vec<Vec<u8>> {
    let capabilities =
        der(0x30, &[&der(0x30, &[&oid(&[2, 16, 840, 1, 101, 3, 4, 1, 42])]), &[0x01, 0x01, 0xFF]]);
    let protection = [sha2(1), der(0xA1, &[ECDSA_SHA256.get(2..).unwrap_or_default()])].concat();
    let mut list = always();
    list.push(named(&[(taro(), "root", 0x33)]));
    list.push(attribute(&[52], &[&der(0x30, &[&protection])]));
    list.push(attribute(&[15], &[&capabilities]));
    list
}

struct Signer<'a> {
    number: u8,
    version: u8,
    sid: &'a [u8],
    signed: Vec<Vec<u8>>,
    unsigned: &'a [Vec<u8>],
}

impl Signer<'_> {
    fn write(&self, made: &mut Vec<Signature>) -> Vec<u8> {
        let attributes = attributes(self.signed.clone());
        let signature = key(self.number).sign(&der(0x31, &[&attributes]));
        made.push(Signature { bytes: signature.clone(), key: key(self.number), over: Over::Attributes });
        let unsigned = match self.unsigned {
            [] => Vec::new(),
            some => der(0xA1, &[&some.concat()]),
        };
        der(
            0x30,
            &[
                &der(0x02, &[&[self.version]]),
                self.sid,
                &sha2(1),
                &der(0xA0, &[&attributes]),
                ECDSA_SHA256,
                &der(0x04, &[&signature]),
                &unsigned,
            ],
        )
    }
}

fn issuer_and_serial(certificate: &[u8]) -> Vec<u8> {
    let Ok(certificate) = Certificate::parse(certificate) else { unreachable!("our own certificate") };
    der(0x30, &[certificate.issuer().raw(), &der(0x02, &[certificate.serial()])])
}

fn message(content: Option<&[u8]>, beside: &[u8], signers: &[u8]) -> Vec<u8> {
    let content = content.map(|content| der(0xA0, &[content])).unwrap_or_default();
    let digests = der(0x31, &[&sha2(1), &sha2(2), &sha2(3)]);
    let inside = [der(0x02, &[&[1]]), digests, der(0x30, &[&data(), &content]), beside.to_vec()].concat();
    der(0x30, &[&pkcs(&[7, 2]), &der(0xA0, &[&der(0x30, &[&inside, &der(0x31, &[signers])])])])
}

/// A message with everything: two signers, certificates of other kinds, a CRL of no use, what is not signed.
fn full() -> Document {
    let mut made = Vec::new();
    let [below, upper] = below();
    let counter = Signer {
        number: 3,
        version: 1,
        sid: &issuer_and_serial(&upper),
        signed: vec![attribute(&[4], &[&der(0x04, &[&[7; 32]])])],
        unsigned: &[],
    };
    let unsigned = [attribute(&[6], &[&counter.write(&mut made)]), attribute(&[16, 2, 14], &[&[0x05, 0x00]])];
    let first = Signer {
        number: 2,
        version: 1,
        sid: &issuer_and_serial(taro()),
        signed: many(),
        unsigned: &unsigned,
    };
    let mut signed = always();
    signed.push(named(&[(&below, "upper", 0x22), (&upper, "root", 0x11)]));
    let second = Signer { number: 4, version: 3, sid: &der(0x80, &[&key(4).id]), signed, unsigned: &[] };
    let signers = [first.write(&mut made), second.write(&mut made)].concat();
    let other = der(0xA1, &[&[0x05, 0x00]]);
    let certificates = der(0xA0, &[taro(), &below, &upper, &other]);
    let crls = der(0xA1, &[&der(0x30, &[&[0x05, 0x00]]), &other]);
    made.extend(
        [(taro(), 1), (&below, 3), (&upper, 1)]
            .into_iter()
            .filter_map(|(der, by)| bases::signature(der, &key(by))),
    );
    let content = der(0x04, &[CONTENT]);
    Document { der: message(Some(&content), &[certificates, crls].concat(), &signers), signatures: made }
}

/// One signer, and this content.
fn short(content: Option<&[u8]>, signed: Vec<Vec<u8>>) -> Document {
    let mut made: Vec<_> = bases::signature(taro(), &key(1)).into_iter().collect();
    let signer = Signer { number: 2, version: 1, sid: &issuer_and_serial(taro()), signed, unsigned: &[] };
    let signer = signer.write(&mut made);
    Document { der: message(content, &der(0xA0, &[taro()]), &signer), signatures: made }
}

/// The messages: with everything, with its content in pieces, with its content elsewhere, with little.
pub(super) fn documents() -> &'static [Document] {
    static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let (head, tail) = CONTENT.split_at(4);
        let nested = der(0x24, &[&der(0x04, &[tail])]);
        let pieces = der(0x24, &[&der(0x04, &[head]), &nested]);
        vec![
            full(),
            short(Some(&pieces), always()),
            short(None, always()),
            short(Some(&der(0x04, &[CONTENT])), many()),
        ]
    })
}
