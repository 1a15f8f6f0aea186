//! An authority on P-256 that makes whatever certificates, CRLs and OCSP responses a test wants, faults included. Its DER
//! is written here and not with the crate's own writer.

use p256::ecdsa::{DerSignature, SigningKey, signature::hazmat::PrehashSigner};
use sha1::Digest;
use std::vec::Vec;

/// 2026-11-22 00:00:00 UTC: the time that the tests ask about.
pub(super) const NOW: i64 = 1_795_305_600;
pub(super) const SERIAL: &[u8] = &[0x12, 0x34, 0x56];

/// An element.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let mut out = std::vec![tag];
    match value.len() {
        short @ 0..=127 => out.push(u8::try_from(short).unwrap()),
        long => {
            let bytes: Vec<u8> = long.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(bytes.len()).unwrap());
            out.extend(bytes);
        }
    }
    out.extend(value);
    out
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, parts)
}

pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    tlv(6, &[content])
}

pub(super) fn name(common_name: &str) -> Vec<u8> {
    let attribute = sequence(&[&oid(&[0x55, 4, 3]), &tlv(0x0C, &[common_name.as_bytes()])]);
    let organization = sequence(&[&oid(&[0x55, 4, 10]), &tlv(0x0C, &[b"MYNUMBER-TEST"])]);
    sequence(&[&tlv(0x31, &[&organization]), &tlv(0x31, &[&attribute])])
}

pub(super) fn utc(seconds: i64) -> Vec<u8> {
    let text = std::format!("{}", crate::time::UnixTime::from_seconds(seconds));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).skip(2).chain([b'Z']).collect();
    tlv(0x17, &[&digits])
}

pub(super) fn generalized(seconds: i64) -> Vec<u8> {
    let text = std::format!("{}", crate::time::UnixTime::from_seconds(seconds));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).chain([b'Z']).collect();
    tlv(0x18, &[&digits])
}

/// An extension with the identifier 2.5.29.`arc`.
pub(super) fn extension(arc: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    other_extension(&[0x55, 0x1D, arc], critical, value)
}

pub(super) fn other_extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xFF] } else { &[] };
    sequence(&[&oid(id), flag, &tlv(4, &[value])])
}

/// A GeneralName: a directory name.
pub(super) fn directory(name: &[u8]) -> Vec<u8> {
    tlv(0xA4, &[name])
}

pub(super) fn uri(text: &str) -> Vec<u8> {
    tlv(0x86, &[text.as_bytes()])
}

/// DistributionPointName inside its explicit tag.
pub(super) fn full_name(names: &[&[u8]]) -> Vec<u8> {
    tlv(0xA0, &[&tlv(0xA0, names)])
}

/// An authority, or anybody else with a key and a name.
pub(super) struct Maker {
    pub(super) name: Vec<u8>,
    pub(super) key: SigningKey,
}

const ECDSA_SHA256: &[u8] = &[0x30, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];

impl Maker {
    pub(super) fn new(common_name: &str, key: u8) -> Self {
        Self { name: name(common_name), key: SigningKey::from_slice(&[key; 32]).unwrap() }
    }

    pub(super) fn point(&self) -> Vec<u8> {
        self.key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub(super) fn key_info(&self) -> Vec<u8> {
        let algorithm = sequence(&[
            &oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1]),
            &oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]),
        ]);
        sequence(&[&algorithm, &tlv(3, &[&[0], &self.point()])])
    }

    pub(super) fn key_id(&self) -> Vec<u8> {
        sha1::Sha1::digest(self.point()).to_vec()
    }

    /// `to_be_signed`, the algorithm and the signature, as certificates, CRLs and OCSP responses have them.
    pub(super) fn signed(&self, to_be_signed: &[u8], more: &[u8]) -> Vec<u8> {
        let digest = crate::digest::sha256(&[to_be_signed]);
        let signature: DerSignature = self.key.sign_prehash(&digest).unwrap();
        sequence(&[to_be_signed, ECDSA_SHA256, &tlv(3, &[&[0], signature.as_bytes()]), more])
    }

    /// A certificate for `holder`, in force around [`NOW`].
    pub(super) fn certify(&self, holder: &Self, serial: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
        self.certify_between(holder, serial, extensions, NOW - 1_000_000, NOW + 1_000_000)
    }

    pub(super) fn certify_between(
        &self,
        holder: &Self,
        serial: &[u8],
        extensions: &[&[u8]],
        from: i64,
        until: i64,
    ) -> Vec<u8> {
        let extensions = match extensions {
            [] => Vec::new(),
            _ => tlv(0xA3, &[&sequence(extensions)]),
        };
        let validity = sequence(&[&utc(from), &utc(until)]);
        let tbs = sequence(&[
            &[0xA0, 3, 2, 1, 2],
            &tlv(2, &[serial]),
            ECDSA_SHA256,
            &self.name,
            &validity,
            &holder.name,
            &holder.key_info(),
            &extensions,
        ]);
        self.signed(&tbs, &[])
    }

    pub(super) fn authority_key_identifier(&self) -> Vec<u8> {
        extension(35, false, &sequence(&[&tlv(0x80, &[&self.key_id()])]))
    }
}

/// An entry of a CRL: serial number, a day before [`NOW`], extensions.
pub(super) fn entry(serial: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { sequence(extensions) };
    sequence(&[&tlv(2, &[serial]), &utc(NOW - 86_400), &extensions])
}

pub(super) fn reason(code: u8) -> Vec<u8> {
    extension(21, false, &[0x0A, 1, code])
}

/// A CRL in the making.
#[derive(Clone)]
pub(super) struct List {
    pub(super) version: Vec<u8>,
    pub(super) inner_algorithm: Vec<u8>,
    pub(super) issuer: Option<Vec<u8>>,
    pub(super) this_update: Vec<u8>,
    pub(super) next_update: Vec<u8>,
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) number: Vec<u8>,
    pub(super) key_identifier: Option<Vec<u8>>,
    pub(super) extensions: Vec<Vec<u8>>,
}

impl Default for List {
    /// A list of an hour ago until tomorrow, empty.
    fn default() -> Self {
        Self {
            version: std::vec![2, 1, 1],
            inner_algorithm: ECDSA_SHA256.to_vec(),
            issuer: None,
            this_update: utc(NOW - 3600),
            next_update: utc(NOW + 86_400),
            entries: Vec::new(),
            number: extension(20, false, &[2, 1, 7]),
            key_identifier: None,
            extensions: Vec::new(),
        }
    }
}

impl List {
    pub(super) fn with_entries(entries: &[&[u8]]) -> Self {
        Self { entries: entries.iter().map(|entry| entry.to_vec()).collect(), ..Self::default() }
    }

    pub(super) fn with_extension(extension: &[u8]) -> Self {
        Self { extensions: std::vec![extension.to_vec()], ..Self::default() }
    }

    /// A list with this content of issuingDistributionPoint.
    pub(super) fn with_point(fields: &[&[u8]]) -> Self {
        Self::with_extension(&extension(28, true, &sequence(fields)))
    }

    pub(super) fn by(&self, maker: &Maker) -> Vec<u8> {
        let entries = match self.entries.as_slice() {
            [] => Vec::new(),
            entries => sequence(&[&entries.concat()]),
        };
        let identifier = self.key_identifier.clone().unwrap_or_else(|| maker.authority_key_identifier());
        let extensions = [identifier, self.number.clone(), self.extensions.concat()].concat();
        let tbs = sequence(&[
            &self.version,
            &self.inner_algorithm,
            self.issuer.as_ref().unwrap_or(&maker.name),
            &self.this_update,
            &self.next_update,
            &entries,
            &tlv(0xA0, &[&sequence(&[&extensions])]),
        ]);
        maker.signed(&tbs, &[])
    }
}
