//! The documents that inputs edit: certificates with every extension that is read here, and chains of them. All are of
//! nobody, signed with keys that are no secret.

use std::sync::OnceLock;

use mynumber_crypto::Certificate;

use super::edits::{Document, Over, Signature};
use crate::certificates::{CERTIFIES, COMMITS, Draft, Key, SIGNS, authority, id, name, policies};
use crate::cms::{der, oid};

/// More extension identifiers than the drafts of certificates need.
pub(super) mod more {
    pub(crate) const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x12];
    pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
    pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1D, 0x1F];
    pub(crate) const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1D, 0x21];
    pub(crate) const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x24];
    pub(crate) const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x36];
    pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
}

/// The policy for signatures of test cards.
pub(super) const SIGNATURE_POLICY: &[u8] =
    &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x14];
/// The policy for user authentication of test cards.
const USER_AUTHENTICATION_POLICY: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E];
/// anyPolicy.
const ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x20, 0x00];
/// The place of the attributes of JPKI, less the number of the attribute.
const ATTRIBUTES: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x05];
/// The generator of P-384 (SEC 2 §2.5.1), a point on the curve like any other.
pub(super) const P384_POINT: [u8; 97] = *b"\x04\
    \xAA\x87\xCA\x22\xBE\x8B\x05\x37\x8E\xB1\xC7\x1E\xF3\x20\xAD\x74\x6E\x1D\x3B\x62\x8B\xA7\x9B\x98\
    \x59\xF7\x41\xE0\x82\x54\x2A\x38\x55\x02\xF2\x5D\xBF\x55\x29\x6C\x3A\x54\x5E\x38\x72\x76\x0A\xB7\
    \x36\x17\xDE\x4A\x96\x26\x2C\x6F\x5D\x9E\x98\xBF\x92\x92\xDC\x29\xF8\xF4\x1D\xBD\x28\x9A\x14\x7C\
    \xE9\xDA\x31\x13\xB5\xF0\xB8\xC0\x0A\x60\xB1\xCE\x1D\x7E\x81\x9D\x7A\x43\x1D\x7C\x90\xEA\x0E\x5F";

/// The key pair of this number.
pub(super) fn key(number: u8) -> Key {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| (1..=8).map(Key::new).collect());
    let Some(key) = keys.get(usize::from(number.wrapping_sub(1)) & 7) else { unreachable!("eight keys") };
    key.clone()
}

/// The anchor of every input: the key of number 1.
pub(super) fn root() -> &'static [u8] {
    static ROOT: OnceLock<Vec<u8>> = OnceLock::new();
    ROOT.get_or_init(|| Draft::authority("root", &key(1), "root", &key(1)).signed(&key(1)))
}

/// Certificates and who signed each, one after the other in a document.
pub(super) fn document(certificates: &[(Vec<u8>, Key)]) -> Document {
    let signatures = certificates.iter().filter_map(|(der, key)| signature(der, key)).collect();
    Document { der: certificates.iter().flat_map(|(der, _)| der.clone()).collect(), signatures }
}

/// The signature of a certificate.
pub(super) fn signature(certificate: &[u8], key: &Key) -> Option<Signature> {
    let bytes = Certificate::parse(certificate).ok()?.signature().to_vec();
    Some(Signature { bytes, key: key.clone(), over: Over::First })
}

/// A name of these attributes, each in an RDN of its own: the last arc under 2.5.4, the string type, the text.
pub(super) fn full_name(attributes: &[(u8, u8, &str)]) -> Vec<u8> {
    let rdn = |(arc, tag, text): &(u8, u8, &str)| {
        der(0x31, &[&der(0x30, &[&der(0x06, &[&[0x55, 0x04, *arc]]), &der(*tag, &[text.as_bytes()])])])
    };
    der(0x30, &[&attributes.iter().flat_map(rdn).collect::<Vec<u8>>()])
}

/// A directory name as a GeneralName.
pub(super) fn directory(name: &[u8]) -> Vec<u8> {
    der(0xA4, &[name])
}

fn person() -> Vec<u8> {
    let attributes = [
        (6, 0x13, "JP"),
        (10, 0x0C, "MYNUMBER-TEST"),
        (11, 0x16, "fuzz, \\ \u{200B}".trim_end_matches('\u{200B}')),
        (7, 0x0C, "試験\u{202E}市"),
        (5, 0x02, "\u{1}"),
        (3, 0x13, "202510161726000013499101003A"),
    ];
    full_name(&attributes)
}

fn holder() -> Vec<u8> {
    let attribute = |(arc, text): (u8, &str)| {
        let id = der(0x06, &[&[ATTRIBUTES, &[arc]].concat()]);
        der(0xA0, &[&id, &der(0xA0, &[&der(0x0C, &[text.as_bytes()])])])
    };
    let attributes =
        [(1, "試験　〓郎"), (2, "00010"), (3, "1"), (4, "319800217"), (5, "試験市一丁目"), (6, "000000")];
    let others: [&[u8]; 6] = [
        &der(0x81, &[b"taro@mail.test.example"]),
        &der(0x82, &[b"card.test.example"]),
        &der(0x86, &[b"https://user@card.test.example:8080/a?b"]),
        &der(0x87, &[&[192, 0, 2, 7]]),
        &der(0x88, &[&[0x2A, 0x03, 0x04]]),
        &directory(&name("directory")),
    ];
    der(0x30, &[&attributes.into_iter().flat_map(attribute).collect::<Vec<u8>>(), &others.concat()])
}

fn policies_with_qualifiers() -> Vec<u8> {
    let qualifier = |arc, value: &[u8]| der(0x30, &[&oid(&[1, 3, 6, 1, 5, 5, 7, 2, arc]), value]);
    let qualifiers = der(
        0x30,
        &[
            &qualifier(1, &der(0x16, &[b"http://test.example"])),
            &qualifier(2, &der(0x30, &[&der(0x0C, &[b"note"])])),
        ],
    );
    let first = der(0x30, &[&der(0x06, &[SIGNATURE_POLICY]), &qualifiers]);
    der(0x30, &[&first, &der(0x30, &[&oid(&[2, 999, 1])])])
}

/// cRLDistributionPoints: by name and URI, relative to the issuer, for some reasons, of another issuer.
pub(super) fn distribution_points(issuer: &[u8]) -> Vec<u8> {
    let full = der(0xA0, &[&directory(issuer), &der(0x86, &[b"http://test.example/crl"])]);
    let relative = der(0xA1, &[&der(0x30, &[&der(0x06, &[&[0x55, 0x04, 0x03]]), &der(0x0C, &[b"crl"])])]);
    let points = [
        der(0x30, &[&der(0xA0, &[&full])]),
        der(0x30, &[&der(0xA0, &[&relative])]),
        der(0x30, &[&der(0xA0, &[&full]), &der(0x81, &[&[0x06, 0x40]])]),
        der(0x30, &[&der(0xA2, &[&directory(issuer)])]),
    ];
    der(0x30, &[&points.concat()])
}

fn access() -> Vec<u8> {
    let one = |arc, uri: &[u8]| der(0x30, &[&oid(&[1, 3, 6, 1, 5, 5, 7, 48, arc]), &der(0x86, &[uri])]);
    der(0x30, &[&one(2, b"http://test.example/ca"), &one(1, b"http://test.example/ocsp")])
}

/// A leaf with everything that a leaf may say.
pub(super) fn leaf() -> Draft {
    let issuer_and_serial = [der(0xA1, &[&directory(&name("root"))]), der(0x82, &[&[0x11]])].concat();
    let mut draft = Draft::leaf("leaf", &key(2), "root", &key(1))
        .with(id::KEY_USAGE, true, COMMITS)
        .with(id::AUTHORITY_KEY, false, &der(0x30, &[&der(0x80, &[&key(1).id]), &issuer_and_serial]))
        .with(id::POLICIES, true, &policies_with_qualifiers())
        .with(id::SUBJECT_ALT_NAME, false, &holder())
        .with(more::ISSUER_ALT_NAME, false, &der(0x30, &[&directory(&name("other name of root"))]))
        .with(more::CRL_DISTRIBUTION_POINTS, false, &distribution_points(&name("root")))
        .with(more::AUTHORITY_INFO_ACCESS, false, &access());
    draft.subject = person();
    draft
}

/// nameConstraints of every form: permitted and excluded.
pub(super) fn name_constraints() -> Vec<u8> {
    let forms: [&[u8]; 12] = [
        &directory(&full_name(&[(6, 0x13, "jp")])),
        &directory(&name("directory")),
        &der(0x81, &[b"mail.test.example"]),
        &der(0x81, &[b".test.example"]),
        &der(0x81, &[b"taro@mail.test.example"]),
        &der(0x82, &[b"test.example"]),
        &der(0x86, &[b".test.example"]),
        &der(0x86, &[b"card.test.example"]),
        &der(0x87, &[&[192, 0, 2, 0, 255, 255, 255, 0]]),
        &der(0x87, &[&[0x20; 16], &[0xFF; 8], &[0; 8]]),
        &der(0x88, &[&[0x2B, 0x03]]),
        &der(0x82, &[b""]),
    ];
    let subtrees = |forms: &[&[u8]]| forms.iter().flat_map(|form| der(0x30, &[form])).collect::<Vec<u8>>();
    let permitted = subtrees(forms.get(..10).unwrap_or_default());
    let excluded: [&[u8]; 5] = [
        &directory(&name("nobody")),
        &der(0x81, &[b"other.example"]),
        &der(0x82, &[b"a.card.test.example"]),
        &der(0x86, &[b"other.example"]),
        &der(0x87, &[&[198, 51, 100, 0, 255, 255, 255, 0]]),
    ];
    der(0x30, &[&der(0xA0, &[&permitted]), &der(0xA1, &[&subtrees(&excluded)])])
}

/// An authority with every restriction that an authority may put on those below it.
pub(super) fn restricting(subject: &str, own: u8, issuer: &str, issuers: u8) -> Draft {
    let pair =
        |issuers: &[u8], subjects: &[u8]| der(0x30, &[&der(0x06, &[issuers]), &der(0x06, &[subjects])]);
    let mappings = [pair(&[0x88, 0x37, 1], SIGNATURE_POLICY), pair(&[0x88, 0x37, 1], &[0x88, 0x37, 2])];
    Draft::authority(subject, &key(own), issuer, &key(issuers))
        .with(id::BASIC_CONSTRAINTS, true, &authority(Some(2)))
        .with(id::POLICIES, true, &policies(&[&[0x88, 0x37, 1], &[0x88, 0x37, 3]]))
        .with(more::NAME_CONSTRAINTS, true, &name_constraints())
        .with(more::POLICY_MAPPINGS, true, &der(0x30, &[&mappings.concat()]))
        .with(more::POLICY_CONSTRAINTS, true, &der(0x30, &[&der(0x80, &[&[1]]), &der(0x81, &[&[2]])]))
        .with(more::INHIBIT_ANY_POLICY, true, &der(0x02, &[&[3]]))
}

/// A leaf under the authority that issues signature certificates in this process: its key is of RSA.
fn rsa_leaf() -> Draft {
    let authority = mynumber::testing::authority().signature_ca();
    let key_info = Certificate::parse(authority).map(|authority| authority.public_key_info().to_vec());
    let mut draft = Draft::leaf("RSA", &key(2), "root", &key(1));
    draft.key_info = key_info.unwrap_or_default();
    draft
}

fn p384_leaf() -> Draft {
    let curve: &[u8] = &[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];
    let algorithm = der(0x30, &[&der(0x06, &[&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]]), curve]);
    let mut draft = Draft::leaf("P-384", &key(2), "root", &key(1));
    draft.key_info = der(0x30, &[&algorithm, &der(0x03, &[&[0], &P384_POINT])]);
    draft
}

fn user_authentication_leaf() -> Draft {
    let mut draft = Draft::leaf("user authentication", &key(2), "root", &key(1))
        .with(id::KEY_USAGE, true, SIGNS)
        .with(id::POLICIES, true, &policies(&[USER_AUTHENTICATION_POLICY, ANY_POLICY]))
        .with(id::EXTENDED_KEY_USAGE, false, &der(0x30, &[&oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2])]))
        .with(id::UNKNOWN, false, &[0x05, 0x00]);
    draft.subject = full_name(&[(3, 0x0C, "997794E9AGCIEG99101003A")]);
    draft
}

/// The documents that are one certificate under the root.
pub(super) fn single() -> &'static [Document] {
    static SINGLE: OnceLock<Vec<Document>> = OnceLock::new();
    SINGLE.get_or_init(|| {
        let authority = restricting("authority", 2, "root", 1).with(id::KEY_USAGE, true, CERTIFIES);
        let drafts = [leaf(), user_authentication_leaf(), authority, rsa_leaf(), p384_leaf()];
        drafts.iter().map(|draft| document(&[(draft.signed(&key(1)), key(1))])).collect()
    })
}

/// The documents that are a leaf and the authorities above it.
pub(super) fn chains() -> &'static [Document] {
    static CHAINS: OnceLock<Vec<Document>> = OnceLock::new();
    CHAINS.get_or_init(|| {
        let below = |own: u8, issuer: &str, issuers: u8| {
            let mut leaf = leaf();
            leaf.issuer = name(issuer);
            leaf.key_info = key(own).info;
            leaf.with(id::AUTHORITY_KEY, false, &der(0x30, &[&der(0x80, &[&key(issuers).id])])).with(
                id::SUBJECT_KEY,
                false,
                &der(0x04, &[&key(own).id]),
            )
        };
        let plain = |subject: &str, own: u8, issuer: &str, issuers: u8| {
            Draft::authority(subject, &key(own), issuer, &key(issuers)).with(
                id::POLICIES,
                true,
                &policies(&[ANY_POLICY]),
            )
        };
        let restricted = [
            (below(2, "upper", 3).signed(&key(3)), key(3)),
            (restricting("upper", 3, "root", 1).signed(&key(1)), key(1)),
        ];
        let three = [
            (below(2, "lower", 4).signed(&key(4)), key(4)),
            (plain("lower", 4, "upper", 3).signed(&key(3)), key(3)),
            (plain("upper", 3, "root", 1).signed(&key(1)), key(1)),
        ];
        // The authority has a new key, which the old one certified.
        let rollover = [
            (below(2, "upper", 4).signed(&key(4)), key(4)),
            (plain("upper", 4, "upper", 3).signed(&key(3)), key(3)),
            (restricting("upper", 3, "root", 1).signed(&key(1)), key(1)),
        ];
        let deep = [
            (below(2, "fourth", 5).signed(&key(5)), key(5)),
            (plain("fourth", 5, "third", 4).signed(&key(4)), key(4)),
            (restricting("third", 4, "second", 3).signed(&key(3)), key(3)),
            (plain("second", 3, "first", 6).signed(&key(6)), key(6)),
            (plain("first", 6, "root", 1).signed(&key(1)), key(1)),
        ];
        vec![document(&restricted), document(&three), document(&rollover), document(&deep)]
    })
}
