//! The folder over the life of its files.

use super::Directory;
use crate::testing;
use base64ct::{Base64, Encoding};
use mynumber_crypto::certificate::{Certificate, Purpose};
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::revocation::{
    Checked, Freshness, Issuer, Reason, Status, Why, check, check_certificate,
};
use mynumber_crypto::{Anchor, UnixTime};
use std::fs;
use std::path::Path;

fn verdict(directory: &Directory, person: &str, purpose: Purpose) -> Checked {
    let certificate = testing::certificate(person, purpose);
    let certificate = Certificate::parse(&certificate).unwrap();
    let ca = match purpose {
        Purpose::Signature => testing::authority().signature_ca(),
        _ => testing::authority().user_authentication_ca(),
    };
    let issuer = Issuer::from_certificate(&Certificate::parse(ca).unwrap()).unwrap();
    check_certificate(&certificate, &issuer, directory, Freshness::default(), testing::ISSUED)
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    // A new file takes the place of the old one, as the documentation asks for.
    fs::write(folder.join("new"), bytes).unwrap();
    fs::rename(folder.join("new"), folder.join(name)).unwrap();
}

#[test]
fn files_are_found_when_they_come_read_again_when_they_change_and_forgotten_when_they_go() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let directory = Directory::open(folder).unwrap();
    let status = || verdict(&directory, "taro", Purpose::Signature).status;
    assert_eq!(status(), Status::Unknown(Why::NothingOffered));
    assert!(directory.is_empty());

    put(folder, "sign.crl", &testing::crl(Purpose::Signature, &[]));
    assert_eq!(status(), Status::Good);
    assert_eq!(
        verdict(&directory, "taro", Purpose::UserAuthentication).status,
        Status::Unknown(Why::NothingOffered)
    );

    let listed =
        testing::crl(Purpose::Signature, &[("taro", Reason::Superseded), ("hanako", Reason::KeyCompromise)]);
    put(folder, "sign.crl", &listed);
    assert!(matches!(status(), Status::Revoked(revocation) if revocation.reason == Reason::Superseded));
    assert_eq!(directory.len(), 1);

    fs::remove_file(folder.join("sign.crl")).unwrap();
    assert_eq!(status(), Status::Unknown(Why::NothingOffered));
}

#[test]
fn pem_is_read_too_and_files_that_are_no_crls_are_told() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let both = [testing::crl(Purpose::Signature, &[]), testing::crl(Purpose::UserAuthentication, &[])];
    let pem: String = both
        .iter()
        .map(|der| {
            let body = Base64::encode_string(der);
            format!("-----BEGIN X509 CRL-----\n{body}\n-----END X509 CRL-----\n")
        })
        .collect();
    put(folder, "both.pem", pem.as_bytes());
    put(folder, "README.txt", b"simulated");
    put(folder, "cut.crl", &both[0][..100]);
    let directory = Directory::open(folder).unwrap();
    assert_eq!(verdict(&directory, "taro", Purpose::Signature).status, Status::Good);
    assert_eq!(verdict(&directory, "taro", Purpose::UserAuthentication).status, Status::Good);
    let refused = directory.refused();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].path.ends_with("README.txt") && refused[0].error.is_none());
    assert!(refused[1].path.ends_with("cut.crl") && refused[1].error.is_some());
    assert_eq!(directory.len(), 2);
}

#[test]
fn a_forged_list_beside_the_real_one_changes_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let mut forged = testing::crl(Purpose::Signature, &[("taro", Reason::Superseded)]);
    *forged.last_mut().unwrap() ^= 1;
    put(folder, "a.crl", &forged);
    let directory = Directory::open(folder).unwrap();
    for _ in 0..2 {
        let status = verdict(&directory, "taro", Purpose::Signature).status;
        assert!(matches!(status, Status::Unknown(Why::Signature(_))), "{status:?}");
    }
    put(folder, "b.crl", &testing::crl(Purpose::Signature, &[]));
    assert_eq!(verdict(&directory, "taro", Purpose::Signature).status, Status::Good);
}

#[test]
fn the_verdict_over_a_path_to_an_anchor_looks_at_what_the_anchor_issued() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    put(folder, "sign.crl", &testing::crl(Purpose::Signature, &[("hanako", Reason::CessationOfOperation)]));
    let directory = Directory::open(folder).unwrap();
    let ca = Certificate::parse(testing::authority().signature_ca()).unwrap();
    let anchors = [Anchor::from_certificate(&ca).unwrap()];
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature));
    let at = UnixTime::from_seconds(testing::ISSUED.seconds() + 60);
    for (person, good) in [("taro", true), ("hanako", false)] {
        let certificate = testing::certificate(person, Purpose::Signature);
        let certificate = Certificate::parse(&certificate).unwrap();
        let trusted = validator.validate(&certificate, &[], at).unwrap();
        let report = check(&trusted, &directory, Freshness::default(), at);
        assert_eq!((report.status.is_good(), report.certificates.len()), (good, 1), "{person}");
    }
}

#[test]
fn a_folder_that_is_gone_is_a_source_that_failed() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("crls");
    assert!(Directory::open(&folder).is_err());
    fs::create_dir(&folder).unwrap();
    let directory = Directory::open(&folder).unwrap();
    fs::remove_dir(&folder).unwrap();
    assert_eq!(verdict(&directory, "taro", Purpose::Signature).status, Status::Unknown(Why::SourceFailed));
}
