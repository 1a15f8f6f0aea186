//! The package `cryptography-vectors`: certificates, CRLs, OCSP responses and messages, most of them sound and unusual,
//! some malformed. Each is read as far as that goes without a trust anchor.

use crate::folder;
use crate::known;
use crate::report::{Expected, Report};
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Certificate;
use mynumber_crypto::cms::{Reader, armor};
use mynumber_crypto::path::{ErrorKind, Profile, Validator};
use mynumber_crypto::revocation::{Crl, CrlIndex, ocsp::Response};
use std::error::Error;
use std::path::Path;

/// Files that nobody may accept, with the reason. Signatures are not looked at here.
const REFUSED: &[(&str, &str)] = &[
    ("badasn1time", "a time that is none"),
    ("malformed-", "an alternative name that is none"),
    ("wosign-bc-invalid", "a path length without being an authority"),
    ("invalid_version", "a version that does not exist"),
    ("invalid_utf8_common_name", "a name that is not UTF-8"),
    ("mismatch_inner_outer_sig_algorithm", "two signature algorithms"),
    ("two_basic_constraints", "an extension twice"),
    ("unsupported_extension_critical", "an unknown critical extension"),
    ("nc_invalid_ip", "a mask that is none"),
    ("nc_ip_invalid_length", "an address that is none"),
    ("inhibit_any_policy_negative", "a negative number"),
    ("ec_no_named_curve", "a curve by its parameters"),
    ("empty-eku", "RFC 5280 §4.2.1.12: one purpose at least"),
    ("crl_bad_version", "a version that does not exist"),
    ("crl_inner_outer_mismatch", "two signature algorithms"),
    ("crl_invalid_time", "a time that is none"),
    ("crl_inval_date_fractional_seconds", "RFC 5280 §5.3.2: no fractions of a second"),
    ("crl_dup_entry_ext", "an extension twice"),
    ("crl_unsupported_reason", "a reason without meaning"),
    ("crl_inval_cert_issuer_entry_ext", "a certificate issuer that is none"),
    ("crl_md2_unknown_crit_entry_ext", "an unknown critical extension"),
    ("crl_delta_crl_indicator", "a delta CRL is no list of its own"),
    ("crl_idp_fullname_indirect_crl", "an indirect CRL"),
    ("crl_idp_reasons_only", "some reasons only"),
    ("crl_idp_relative_user_all_reasons", "some reasons only"),
    ("resp-invalid-version", "a version that does not exist"),
    ("resp-unauthorized", "no answer"),
    ("resp-successful-no-response-bytes", "no answer"),
    ("resp-response-type-unknown-oid", "a type that is not known"),
    ("resp-unknown-response-status", "a status without meaning"),
];

pub(crate) fn run(vectors: &Path) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::new("cryptography-vectors, what is read and what is not", known::READING);
    for part in ["x509", "pkcs7"] {
        for path in folder::files(&vectors.join(part))? {
            let shown = path.strip_prefix(vectors)?.to_string_lossy().into_owned();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if ["PKITS_data", "requests", "key"].iter().any(|other| shown.contains(other)) {
                continue;
            }
            let bytes = std::fs::read(&path)?;
            let Some(outcome) = judge(&shown, bytes) else {
                report.pass_over();
                continue;
            };
            let malformed = REFUSED.iter().any(|(beginning, _)| name.starts_with(beginning));
            let expected = if malformed { Expected::Refused } else { Expected::Accepted };
            report.take(&name, expected, outcome);
        }
    }
    Ok(report)
}

/// What comes of a file; `None` for what is none of the four.
fn judge(shown: &str, bytes: Vec<u8>) -> Option<Result<(), String>> {
    if shown.starts_with("pkcs7/") {
        let is_message = folder::pem(&bytes).is_none_or(|(label, _)| label != "CERTIFICATE");
        return is_message.then(|| message(&bytes));
    }
    let (label, der) = folder::pem(&bytes).unwrap_or_else(|| (String::new(), bytes));
    let name = shown.rsplit('/').next().unwrap_or_default();
    match label.as_str() {
        "CERTIFICATE" => Some(certificate(&der)),
        "X509 CRL" => Some(list(&der)),
        "" if shown.contains("/ocsp/") => (!name.contains("req")).then(|| response(&der)),
        "" if name.starts_with("crl_") => Some(list(&der)),
        "" if shown.ends_with(".der") => Some(certificate(&der)),
        _ => None,
    }
}

/// A certificate counts as read when nothing but its issuer is missing.
fn certificate(der: &[u8]) -> Result<(), String> {
    let certificate = Certificate::parse(der).map_err(|error| error.to_string())?;
    let profile = Profile { key_identifiers: false, critical_restrictions: false, ..Profile::general() };
    let outcome = Validator::new(&[], profile).validate(&certificate, &[], UnixTime::from_seconds(0));
    match outcome.map_err(|error| error.kind()) {
        Err(ErrorKind::UnknownIssuer) => Ok(()),
        Err(kind) => Err(kind.to_string()),
        Ok(_) => Ok(()),
    }
}

fn list(der: &[u8]) -> Result<(), String> {
    let crl = Crl::parse(der).map_err(|error| error.to_string())?;
    CrlIndex::build(der).map_err(|error| error.to_string())?;
    match crl.signature_algorithm().signature_scheme() {
        Some(_) => Ok(()),
        None => Err("CRL signed by an algorithm that is not accepted".to_owned()),
    }
}

fn response(der: &[u8]) -> Result<(), String> {
    Response::parse(der).map(drop).map_err(|error| error.to_string())
}

fn message(bytes: &[u8]) -> Result<(), String> {
    let unwrapped = armor::unwrap(bytes).map_err(|error| error.to_string())?;
    Reader::read(&unwrapped.message).map(drop).map_err(|error| error.to_string())
}
