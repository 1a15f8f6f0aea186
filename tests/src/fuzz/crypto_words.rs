//! The words of the dictionaries of the targets of certificates, CRLs, OCSP and CMS: the identifiers that the crate
//! `crypto` knows, as elements and as the edits of documents have them, with their length before them.

use mynumber_crypto::asn1::Oid;
use mynumber_crypto::certificate::{attribute, extension, policy};
use mynumber_crypto::cms::oid;

const EXTENSIONS: [(&str, Oid<'static>); 16] = [
    ("subject_key", extension::SUBJECT_KEY_IDENTIFIER),
    ("key_usage", extension::KEY_USAGE),
    ("subject_alt_name", extension::SUBJECT_ALT_NAME),
    ("issuer_alt_name", extension::ISSUER_ALT_NAME),
    ("basic_constraints", extension::BASIC_CONSTRAINTS),
    ("crl_distribution_points", extension::CRL_DISTRIBUTION_POINTS),
    ("policies", extension::CERTIFICATE_POLICIES),
    ("authority_key", extension::AUTHORITY_KEY_IDENTIFIER),
    ("extended_key_usage", extension::EXTENDED_KEY_USAGE),
    ("name_constraints", extension::NAME_CONSTRAINTS),
    ("policy_mappings", extension::POLICY_MAPPINGS),
    ("policy_constraints", extension::POLICY_CONSTRAINTS),
    ("inhibit_any_policy", extension::INHIBIT_ANY_POLICY),
    ("any_policy", extension::ANY_POLICY),
    ("any_extended_key_usage", extension::ANY_EXTENDED_KEY_USAGE),
    ("authority_info_access", extension::AUTHORITY_INFO_ACCESS),
];
const NAMES: [(&str, Oid<'static>); 9] = [
    ("country", attribute::COUNTRY),
    ("locality", attribute::LOCALITY),
    ("organization", attribute::ORGANIZATION),
    ("organizational_unit", attribute::ORGANIZATIONAL_UNIT),
    ("common_name", attribute::COMMON_NAME),
    ("policy_signature", policy::SIGNATURE),
    ("policy_test_signature", policy::TEST_SIGNATURE),
    ("policy_user_authentication", policy::USER_AUTHENTICATION),
    ("policy_test_user_authentication", policy::TEST_USER_AUTHENTICATION),
];
const MESSAGES: [(&str, Oid<'static>); 10] = [
    ("algorithm_protection", oid::ALGORITHM_PROTECTION),
    ("content_type", oid::CONTENT_TYPE),
    ("counter_signature", oid::COUNTER_SIGNATURE),
    ("data", oid::DATA),
    ("message_digest", oid::MESSAGE_DIGEST),
    ("mime_type", oid::MIME_TYPE),
    ("signature_time_stamp", oid::SIGNATURE_TIME_STAMP),
    ("signing_certificate", oid::SIGNING_CERTIFICATE),
    ("signing_certificate_v2", oid::SIGNING_CERTIFICATE_V2),
    ("signing_time", oid::SIGNING_TIME),
];
/// Elements that nearly every fault is made of.
const ELEMENTS: [(&str, &[u8]); 8] = [
    ("null", &[0x05, 0x00]),
    ("true", &[0x01, 0x01, 0xFF]),
    ("integer", &[0x02, 0x01, 0x01]),
    ("sequence", &[0x30, 0x00]),
    ("explicit", &[0xA0, 0x00]),
    ("indefinite", &[0x30, 0x80]),
    ("end", &[0x00, 0x00]),
    ("utc_time", b"\x17\x0D261001000000Z"),
];

/// Names and bytes of the words for one target.
pub(super) fn words(target: &str) -> Vec<(String, Vec<u8>)> {
    let other: &[(&str, Oid<'static>)] = if target == "crypto_cms" { &MESSAGES } else { &NAMES };
    let edits = !matches!(target, "crypto_crl" | "crypto_ocsp");
    let mut words = Vec::new();
    for (name, id) in EXTENSIONS.iter().chain(other) {
        let counted = |bytes: &[u8]| [&[u8::try_from(bytes.len()).unwrap_or(0)], bytes].concat();
        let element = [&[0x06][..], &counted(id.as_bytes())].concat();
        if edits {
            words.push((format!("content_{name}"), counted(id.as_bytes())));
            words.push((format!("counted_{name}"), counted(&element)));
        }
        words.push((format!("element_{name}"), element));
    }
    words.extend(ELEMENTS.map(|(name, bytes)| (format!("der_{name}"), bytes.to_vec())));
    words
}
