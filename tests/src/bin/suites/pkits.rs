//! NIST PKITS: the certification paths, each with the CRLs of its authorities, under the general profile; and the S/MIME
//! messages signed over them.
//!
//! Files are named `Valid…` or `Invalid…`; those with other names depend on settings of the caller, which come from
//! another package. The path is built by
//! the validator from hints: every authority's certificate whose subject is somebody's issuer.

use crate::known;
use crate::report::{Expected, Report};
use mynumber_crypto::anchor::Anchor;
use mynumber_crypto::certificate::Certificate;
use mynumber_crypto::cms::{Reader, armor};
use mynumber_crypto::path::{InitialPolicies, PolicyRule, Profile, TrustedCertificate, Validator};
use mynumber_crypto::revocation::{Crl, Freshness, Offer, Query, Source, SourceError, Status, check};
use mynumber_crypto::{Oid, UnixTime, time::Civil};
use serde_json::Value;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

/// A time in the middle of the suite's certificates: 2020-01-01.
fn middle() -> UnixTime {
    let civil = Civil { year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    UnixTime::from_civil(civil).unwrap_or(UnixTime::from_seconds(0))
}

/// A file by its name without the extension.
type File = (String, Vec<u8>);

fn files(folder: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        files.push((name.unwrap_or_default(), std::fs::read(path)?));
    }
    files.sort();
    Ok(files)
}

/// All CRLs of the suite.
struct Lists(Vec<File>);

impl Source for Lists {
    fn offer(&self, query: &Query<'_>, take: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        let issuer = query.certificate().issuer();
        for (_, list) in &self.0 {
            // What cannot be read is offered too, when the issuer's name is in it.
            let concerns = match Crl::parse(list) {
                Ok(crl) => crl.issuer().matches(&issuer),
                Err(_) => list.windows(issuer.raw().len()).any(|window| window == issuer.raw()),
            };
            if concerns {
                take(Offer::Crl(list));
            }
        }
        Ok(())
    }
}

/// What both parts of the suite stand on.
struct Suite {
    certificates: Vec<File>,
    lists: Lists,
}

impl Suite {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let lists = Lists(files(&folder.join("crls"))?);
        Ok(Self { certificates: files(&folder.join("certs"))?, lists })
    }

    fn anchor(&self) -> Result<Anchor<'_>, Box<dyn Error>> {
        let root = self.certificates.iter().find(|(name, _)| name == "TrustAnchorRootCertificate");
        let (_, root) = root.ok_or("the suite's trust anchor is not there")?;
        Ok(Anchor::from_certificate(&Certificate::parse(root)?)?)
    }

    fn authorities(&self) -> Vec<Certificate<'_>> {
        let between = |name: &str| !name.ends_with("EE") && name != "TrustAnchorRootCertificate";
        let files = self.certificates.iter().filter(|(name, _)| between(name));
        files.filter_map(|(_, der)| Certificate::parse(der).ok()).collect()
    }
}

/// What a name says of a file, if it does.
fn expected(name: &str) -> Option<Expected> {
    match name {
        name if name.starts_with("Valid") => Some(Expected::Accepted),
        name if name.starts_with("Invalid") || name.starts_with("MissingCRL") => Some(Expected::Refused),
        _ => None,
    }
}

/// Certification paths with revocation.
pub(crate) fn paths(folder: &Path) -> Result<Report, Box<dyn Error>> {
    let suite = Suite::read(folder)?;
    let anchors = [suite.anchor()?];
    let authorities = suite.authorities();
    let mut report = Report::new("NIST PKITS, certification paths and CRLs", known::PKITS);
    for (name, der) in suite.certificates.iter().filter(|(name, _)| name.ends_with("EE")) {
        match expected(name) {
            Some(expected) => {
                report.take(name, expected, judge(profile(), der, &authorities, &anchors, &suite.lists));
            }
            None => report.pass_over(),
        }
    }
    Ok(report)
}

/// The same paths with the policies that a caller asks for, as `cases` lists them.
pub(crate) fn settings(folder: &Path, cases: &Path) -> Result<Report, Box<dyn Error>> {
    let suite = Suite::read(folder)?;
    let anchors = [suite.anchor()?];
    let authorities = suite.authorities();
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(cases)?)?;
    let mut report = Report::new("NIST PKITS, with the settings of pyhanko-certvalidator", known::SETTINGS);
    for case in &cases {
        let text = |field: &str| case[field].as_str().ok_or("a case without a name or a file");
        let file = text("cert")?.trim_end_matches(".crt");
        let found = suite.certificates.iter().find(|(name, _)| name == file);
        let (_, der) = found.ok_or_else(|| format!("{file} is not there"))?;
        let parameters = &case["params"];
        let asked = policies(&parameters["user_initial_policy_set"])?;
        let identifiers: Option<Vec<Oid<'_>>> = asked.iter().map(|policy| Oid::from_bytes(policy)).collect();
        let identifiers = identifiers.ok_or("a policy that is no object identifier")?;
        let is_set = |field: &str| parameters[field].as_bool().unwrap_or_default();
        let mut profile = profile();
        if !identifiers.is_empty() {
            profile.policies = PolicyRule::OneOf(&identifiers);
        }
        profile.initial_policies = InitialPolicies {
            explicit: is_set("initial_explicit_policy"),
            inhibit_mapping: is_set("initial_policy_mapping_inhibit"),
            inhibit_any: is_set("initial_any_policy_inhibit"),
        };
        let expected = if case["error"].is_null() { Expected::Accepted } else { Expected::Refused };
        report.take(text("name")?, expected, judge(profile, der, &authorities, &anchors, &suite.lists));
    }
    Ok(report)
}

/// A list of object identifiers in dotted form, as content bytes.
fn policies(list: &Value) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let dotted = |text: &Value| {
        let text = text.as_str().ok_or("a policy that is no text")?;
        Ok(der::asn1::ObjectIdentifier::new(text).map_err(|error| error.to_string())?.as_bytes().to_vec())
    };
    list.as_array().into_iter().flatten().map(dotted).collect()
}

/// The signed messages over the same paths.
pub(crate) fn messages(folder: &Path) -> Result<Report, Box<dyn Error>> {
    let suite = Suite::read(folder)?;
    let anchors = [suite.anchor()?];
    let authorities = suite.authorities();
    let mut report = Report::new("NIST PKITS, S/MIME messages", known::PKITS);
    for (name, message) in files(&folder.join("smime"))? {
        let name = name.trim_start_matches("Signed");
        match expected(name) {
            Some(expected) => {
                report.take(name, expected, judge_message(&message, &authorities, &anchors, &suite.lists));
            }
            None => report.pass_over(),
        }
    }
    Ok(report)
}

fn judge_message(
    message: &[u8],
    authorities: &[Certificate<'_>],
    anchors: &[Anchor<'_>],
    lists: &Lists,
) -> Result<(), String> {
    let unwrapped = armor::unwrap(message).map_err(|error| error.to_string())?;
    let mut signed = Reader::read(&unwrapped.message).map_err(|error| error.to_string())?;
    if let Some(content) = &unwrapped.content {
        signed.content(content).map_err(|error| error.to_string())?;
    }
    let validator = Validator::new(anchors, profile());
    let verdict = signed.verify(&validator, authorities, middle()).map_err(|error| error.to_string())?;
    let signers = verdict.all().map_err(|report| match &report.result {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    })?;
    signers.iter().try_for_each(|signer| unrevoked(signer.certificate(), lists))
}

/// The suite is of the time of RFC 3280.
fn profile() -> Profile<'static> {
    let mut profile = Profile::general();
    profile.critical_restrictions = false;
    profile
}

fn judge(
    profile: Profile<'_>,
    der: &[u8],
    authorities: &[Certificate<'_>],
    anchors: &[Anchor<'_>],
    lists: &Lists,
) -> Result<(), String> {
    let leaf = Certificate::parse(der).map_err(|error| error.to_string())?;
    let validator = Validator::new(anchors, profile);
    let trusted = validator.validate(&leaf, authorities, middle()).map_err(|error| error.to_string())?;
    unrevoked(&trusted, lists)
}

/// Every certificate of the path is on no list of its issuer's.
fn unrevoked(trusted: &TrustedCertificate<'_>, lists: &Lists) -> Result<(), String> {
    let freshness = Freshness::within(Duration::from_secs(20 * 366 * 86_400));
    match check(trusted, lists, freshness, trusted.at()).status {
        Status::Good => Ok(()),
        Status::Revoked(revocation) => Err(format!("revoked, {}", revocation.reason)),
        Status::Unknown(why) => Err(format!("revocation unknown, {why}")),
    }
}
