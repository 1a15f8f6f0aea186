//! Certificates of any content, right or wrong: written field by field, signed with P-256 keys that are no secret.

use mynumber_crypto::UnixTime;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};

/// The moment that the tests state: 2026-10-01, 00:00 UTC.
pub const NOW: UnixTime = UnixTime::from_seconds(1_790_812_800);
const DAY: i64 = 86_400;

/// `ecdsa-with-SHA256` as an algorithm identifier.
pub const ECDSA_SHA256: &[u8] = &[0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
/// `ecdsa-with-SHA1` as an algorithm identifier.
pub const ECDSA_SHA1: &[u8] = &[0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];

/// Content bytes of extension identifiers.
pub mod id {
    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY: &[u8] = &[0x55, 0x1D, 0x0E];
    /// keyUsage.
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x11];
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
    /// certificatePolicies.
    pub const POLICIES: &[u8] = &[0x55, 0x1D, 0x20];
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY: &[u8] = &[0x55, 0x1D, 0x23];
    /// extKeyUsage.
    pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
    /// 2.5.29.127: nobody's.
    pub const UNKNOWN: &[u8] = &[0x55, 0x1D, 0x7F];
}

/// keyUsage of an authority: keyCertSign and cRLSign.
pub const CERTIFIES: &[u8] = &[0x03, 0x02, 0x01, 0x06];
/// digitalSignature.
pub const SIGNS: &[u8] = &[0x03, 0x02, 0x07, 0x80];
/// digitalSignature and nonRepudiation.
pub const COMMITS: &[u8] = &[0x03, 0x02, 0x06, 0xC0];

/// One DER element.
///
/// # Panics
/// Above 65,535 bytes.
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests")]
pub fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = u16::try_from(content.len()).expect("a short element");
    match length.to_be_bytes() {
        [0, low] if low < 0x80 => out.push(low),
        [0, low] => out.extend([0x81, low]),
        both => out.extend([&[0x82][..], &both].concat()),
    }
    out.extend_from_slice(content);
    out
}

/// A name of one attribute O, a UTF8String: `O=MYNUMBER-TEST <text>`.
#[must_use]
pub fn name(text: &str) -> Vec<u8> {
    name_of(0x0C, &format!("MYNUMBER-TEST {text}"))
}

/// A name of one attribute O of this string type.
#[must_use]
pub fn name_of(tag: u8, text: &str) -> Vec<u8> {
    let attribute = [&[0x06, 0x03, 0x55, 0x04, 0x0A][..], &der(tag, text.as_bytes())].concat();
    der(0x30, &der(0x31, &der(0x30, &attribute)))
}

/// A time in the form that RFC 5280 §4.1.2.5 asks for.
#[must_use]
pub fn time(at: UnixTime) -> Vec<u8> {
    let text: String = at.to_string().chars().filter(|c| !matches!(c, '-' | ':' | 'T')).collect();
    if at.civil().year < 2050 {
        der(0x17, text.get(2..).unwrap_or_default().as_bytes())
    } else {
        der(0x18, text.as_bytes())
    }
}

/// certificatePolicies with these identifiers, given as content bytes.
#[must_use]
pub fn policies(ids: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = ids.iter().flat_map(|id| der(0x30, &der(0x06, id))).collect();
    der(0x30, &list)
}

/// basicConstraints of an authority.
#[must_use]
pub fn authority(path_length: Option<u8>) -> Vec<u8> {
    let length = path_length.map(|length| der(0x02, &[length])).unwrap_or_default();
    der(0x30, &[&[0x01, 0x01, 0xFF][..], &length].concat())
}

/// A key pair of the tests.
#[derive(Clone, Debug)]
pub struct Key {
    secret: SigningKey,
    /// subjectPublicKeyInfo.
    pub info: Vec<u8>,
    /// A key identifier: the first 20 bytes of the point.
    pub id: Vec<u8>,
}

impl Key {
    /// The key pair of this number, 1 to 255: always the same.
    ///
    /// # Panics
    /// For the number 0.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a fixture of tests")]
    pub fn new(number: u8) -> Self {
        let secret = SigningKey::from_slice(&[number; 32]).expect("a number that is not zero");
        let point = secret.verifying_key().to_sec1_point(false);
        let bits = [&[0][..], point.as_bytes()].concat();
        let curve: &[u8] = &[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
        let algorithm = [&[0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01][..], curve].concat();
        let info = der(0x30, &[der(0x30, &algorithm), der(0x03, &bits)].concat());
        let id = point.as_bytes().iter().skip(1).take(20).copied().collect();
        Self { secret, info, id }
    }

    /// An ECDSA signature with SHA-256, in DER.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.secret.sign(message);
        signature.as_bytes().to_vec()
    }
}

/// One extension: content bytes of its identifier, whether it is critical, and the DER inside.
pub type Extension = (Vec<u8>, bool, Vec<u8>);

/// A certificate before it is signed. Every field may be changed into something wrong.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Content bytes of the serial number.
    pub serial: Vec<u8>,
    /// The algorithm identifier inside the signed part.
    pub algorithm: Vec<u8>,
    /// The algorithm identifier outside.
    pub outer_algorithm: Vec<u8>,
    /// The issuer, a DER name.
    pub issuer: Vec<u8>,
    /// notBefore and notAfter, DER times.
    pub validity: [Vec<u8>; 2],
    /// The subject, a DER name.
    pub subject: Vec<u8>,
    /// subjectPublicKeyInfo.
    pub key_info: Vec<u8>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
}

impl Draft {
    fn new(subject: &str, key: &Key, issuer: &str, issuer_key: &Key) -> Self {
        let around = |days: i64| time(UnixTime::from_seconds(NOW.seconds() + days * DAY));
        Self {
            serial: vec![0x11],
            algorithm: ECDSA_SHA256.to_vec(),
            outer_algorithm: ECDSA_SHA256.to_vec(),
            issuer: name(issuer),
            validity: [around(-30), around(30)],
            subject: name(subject),
            key_info: key.info.clone(),
            extensions: Vec::new(),
        }
        .with(id::SUBJECT_KEY, false, &der(0x04, &key.id))
        .with(id::AUTHORITY_KEY, false, &der(0x30, &der(0x80, &issuer_key.id)))
    }

    /// An authority that issues certificates.
    #[must_use]
    pub fn authority(subject: &str, key: &Key, issuer: &str, issuer_key: &Key) -> Self {
        Self::new(subject, key, issuer, issuer_key).with(id::KEY_USAGE, true, CERTIFIES).with(
            id::BASIC_CONSTRAINTS,
            true,
            &authority(None),
        )
    }

    /// A leaf that signs.
    #[must_use]
    pub fn leaf(subject: &str, key: &Key, issuer: &str, issuer_key: &Key) -> Self {
        Self::new(subject, key, issuer, issuer_key).with(id::KEY_USAGE, true, SIGNS)
    }

    /// The same with this extension, in place of one of the same identifier.
    #[must_use]
    pub fn with(self, id: &[u8], critical: bool, value: &[u8]) -> Self {
        self.without(id).with_another(id, critical, value)
    }

    /// The same with this extension too, whatever stands there already.
    #[must_use]
    pub fn with_another(mut self, id: &[u8], critical: bool, value: &[u8]) -> Self {
        self.extensions.push((id.to_vec(), critical, value.to_vec()));
        self
    }

    /// The same without this extension.
    #[must_use]
    pub fn without(mut self, id: &[u8]) -> Self {
        self.extensions.retain(|(other, _, _)| other != id);
        self
    }

    /// The same with this validity period, in seconds from [`NOW`].
    #[must_use]
    pub fn lasting(mut self, from: i64, until: i64) -> Self {
        let at = |offset: i64| time(UnixTime::from_seconds(NOW.seconds() + offset));
        self.validity = [at(from), at(until)];
        self
    }

    /// The signed part.
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(written).collect();
        let fields = [
            der(0xA0, &[0x02, 0x01, 0x02]),
            der(0x02, &self.serial),
            self.algorithm.clone(),
            self.issuer.clone(),
            der(0x30, &self.validity.concat()),
            self.subject.clone(),
            self.key_info.clone(),
            der(0xA3, &der(0x30, &extensions)),
        ];
        der(0x30, &fields.concat())
    }

    /// The certificate, signed with this key.
    #[must_use]
    pub fn signed(&self, key: &Key) -> Vec<u8> {
        let body = self.to_be_signed();
        let signature = der(0x03, &[&[0][..], &key.sign(&body)].concat());
        der(0x30, &[body, self.outer_algorithm.clone(), signature].concat())
    }
}

fn written((id, critical, value): &Extension) -> Vec<u8> {
    let critical: &[u8] = if *critical { &[0x01, 0x01, 0xFF] } else { &[] };
    der(0x30, &[&der(0x06, id), critical, &der(0x04, value)].concat())
}
