//! CRLs and OCSP responses: ours as openssl sees them, and openssl's as our verifier sees them. Two writers, two readers.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use mynumber_applet::FileId;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::ocsp::{CertificateState, IdHash, Request, Response};
use mynumber_crypto::revocation::{
    Crl, Freshness, Given, Issuer, Reason, Revocation, Status, Why, check_certificate,
};
use mynumber_crypto::{Certificate, UnixTime};
use mynumber_virtual_card::FileContents;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Edition, OcspAnswer, Revoked, Store, TestAuthority};
use crate::person::{Municipality, Person, Secrets, built_in};
use crate::personalise;

/// The time of this run: openssl looks at the clock.
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    UnixTime::from_seconds(i64::try_from(since.as_secs()).unwrap())
}

fn after(time: UnixTime, seconds: i64) -> UnixTime {
    UnixTime::from_seconds(time.seconds() + seconds)
}

/// An authority, somebody's signature certificate, and a folder with both for openssl.
struct Desk {
    authority: TestAuthority,
    person: Person,
    certificate: Vec<u8>,
    now: UnixTime,
    folder: tempfile::TempDir,
}

impl Desk {
    fn open() -> Self {
        let now = now();
        let mut rng = ChaCha20Rng::seed_from_u64(31);
        let authority = TestAuthority::generate(now, &mut rng).unwrap();
        let person = built_in::find("taro").unwrap();
        let mut image =
            personalise(&authority, &person, &Secrets::documented().unwrap(), now, &mut rng).unwrap();
        let Some(FileContents::Bytes(certificate)) = image.files.remove(&FileId::SignatureCertificate) else {
            unreachable!()
        };
        let folder = tempfile::tempdir().unwrap();
        Store::new(folder.path().join("ca")).save(&authority).unwrap();
        let desk = Self { authority, person, certificate, now, folder };
        desk.write("cert.der", &desk.certificate);
        desk.write("ca.der", desk.authority.signature_ca());
        for name in ["cert", "ca"] {
            let (der, pem) = (format!("{name}.der"), format!("{name}.pem"));
            desk.openssl(&["x509", "-inform", "der", "-in", &der, "-out", &pem]).unwrap();
        }
        desk
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What openssl says, and whether it succeeded.
    fn openssl(&self, arguments: &[&str]) -> Result<String, String> {
        let run = Command::new("openssl")
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("openssl is needed: cargo xtask test installs it");
        let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        if run.status.success() { Ok(text) } else { Err(text) }
    }

    fn edition(&self) -> Edition {
        Edition { number: 300, this_update: after(self.now, -60), next_update: after(self.now, 86_400) }
    }

    fn leaf(&self) -> Certificate<'_> {
        Certificate::parse(&self.certificate).unwrap()
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer::from_certificate(&Certificate::parse(self.authority.signature_ca()).unwrap()).unwrap()
    }

    fn revoked(&self, reason: Reason) -> Revoked {
        Revoked {
            serial: self.leaf().serial().to_vec(),
            when: after(self.now, -3600),
            reason,
            invalid_since: Some(after(self.now, -7200)),
        }
    }

    fn crl(&self, revoked: &[Revoked]) -> Vec<u8> {
        let municipality = &self.person.municipality;
        self.authority.crl(Purpose::Signature, Some(municipality), revoked, &self.edition()).unwrap()
    }

    fn status(&self, source: &Given) -> Status {
        check_certificate(&self.leaf(), &self.issuer(), source, Freshness::default(), self.now).status
    }

    /// The verdict of openssl on the certificate with this CRL.
    fn openssl_verify(&self, crl: &[u8]) -> Result<String, String> {
        self.write("list.der", crl);
        self.openssl(&["crl", "-inform", "der", "-in", "list.der", "-out", "list.pem"])?;
        let arguments = ["verify", "-x509_strict", "-policy_check", "-extended_crl", "-crl_check"];
        self.openssl(&[&arguments[..], &["-CAfile", "ca.pem", "-CRLfile", "list.pem", "cert.pem"]].concat())
    }

    /// The verdict of openssl on an OCSP response.
    fn openssl_ocsp(&self, response: &[u8]) -> Result<String, String> {
        self.write("response.der", response);
        self.openssl(&[
            "ocsp",
            "-respin",
            "response.der",
            "-issuer",
            "ca.pem",
            "-cert",
            "cert.pem",
            "-CAfile",
            "ca.pem",
            "-no_nonce",
        ])
    }
}

#[test]
fn openssl_verifies_the_crl_of_a_municipality_and_agrees_on_who_is_revoked() {
    let desk = Desk::open();
    let other = Revoked { serial: vec![0x0A, 0xBC], ..desk.revoked(Reason::Superseded) };
    let good = desk.crl(std::slice::from_ref(&other));
    assert!(desk.openssl_verify(&good).unwrap().contains("cert.pem: OK"));
    assert_eq!(desk.status(&Given::new().with_crl(good)), Status::Good);

    let listed = desk.crl(&[other, desk.revoked(Reason::CertificateHold)]);
    let refusal = desk.openssl_verify(&listed).unwrap_err();
    assert!(refusal.contains("certificate revoked"), "{refusal}");
    let expected = Revocation {
        reason: Reason::CertificateHold,
        when: after(desk.now, -3600),
        invalid_since: Some(after(desk.now, -7200)),
    };
    assert_eq!(desk.status(&Given::new().with_crl(listed.clone())), Status::Revoked(expected));

    desk.write("list.der", &listed);
    let text = desk
        .openssl(&[
            "crl", "-inform", "der", "-in", "list.der", "-CAfile", "ca.pem", "-verify", "-noout", "-text",
        ])
        .unwrap();
    for expected in
        ["verify OK", "Certificate Hold", "CRLDP", "X509v3 Issuing Distribution Point: critical", "300"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn the_crl_of_another_municipality_says_nothing() {
    let desk = Desk::open();
    let elsewhere = Municipality { city: "Betsu-shi".into(), ..desk.person.municipality.clone() };
    let list = desk.authority.crl(Purpose::Signature, Some(&elsewhere), &[], &desk.edition()).unwrap();
    assert!(desk.openssl_verify(&list).is_err());
    assert_eq!(desk.status(&Given::new().with_crl(list)), Status::Unknown(Why::OutOfScope));
    let complete = desk.authority.crl(Purpose::Signature, None, &[], &desk.edition()).unwrap();
    assert!(desk.openssl_verify(&complete).is_ok());
    assert_eq!(desk.status(&Given::new().with_crl(complete)), Status::Good);
    // The other authority's list of the same municipality is no better.
    let municipality = &desk.person.municipality;
    let list =
        desk.authority.crl(Purpose::UserAuthentication, Some(municipality), &[], &desk.edition()).unwrap();
    assert_eq!(desk.status(&Given::new().with_crl(list)), Status::Unknown(Why::OtherIssuer));
}

#[test]
fn a_crl_by_openssl_is_read_and_checked() {
    let desk = Desk::open();
    desk.write("index.txt", b"");
    desk.write("crlnumber", b"0A01\n");
    let config = "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\n\
                  default_crl_days=1\ncrl_extensions=x\n[x]\nauthorityKeyIdentifier=keyid\n";
    desk.write("ca.cnf", config.as_bytes());
    let make = || {
        let arguments = ["ca", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca/signature-ca.p8"];
        desk.openssl(&[&arguments[..], &["-keyform", "der", "-gencrl", "-out", "list.pem"]].concat())
            .unwrap();
        desk.openssl(&["crl", "-in", "list.pem", "-outform", "der", "-out", "list.der"]).unwrap();
        std::fs::read(desk.path().join("list.der")).unwrap()
    };
    let empty = make();
    let crl = Crl::parse(&empty).unwrap();
    assert_eq!((crl.number(), crl.entries().count()), (&[0x0A, 0x01][..], 0));
    assert_eq!(desk.status(&Given::new().with_crl(empty.clone())), Status::Good);

    // One line of openssl's database: revoked, expires, when and why, serial, file, subject.
    let serial: String = desk.leaf().serial().iter().map(|byte| format!("{byte:02X}")).collect();
    let line = format!("R\t400101000000Z\t261001003000Z,keyCompromise\t{serial}\tunknown\t/CN=x\n");
    desk.write("index.txt", line.as_bytes());
    let listed = make();
    let Status::Revoked(revocation) = desk.status(&Given::new().with_crl(listed)) else { unreachable!() };
    assert_eq!(revocation.reason, Reason::KeyCompromise);
    assert_eq!(revocation.when, UnixTime::from_utc_time(b"261001003000Z").unwrap());
}

#[test]
fn openssl_takes_our_ocsp_responses_by_authority_and_by_delegate() {
    let desk = Desk::open();
    let serial = desk.leaf().serial().to_vec();
    let delegate =
        desk.authority.ocsp_delegate(Purpose::Signature, &mut ChaCha20Rng::seed_from_u64(8)).unwrap();
    let when = after(desk.now, -3600);
    let revocation = Revocation { reason: Reason::AffiliationChanged, when, invalid_since: None };
    for delegate in [None, Some(&delegate)] {
        for (state, says, status) in [
            (CertificateState::Good, "cert.pem: good", Status::Good),
            (CertificateState::Revoked(revocation), "affiliationChanged", Status::Revoked(revocation)),
            (CertificateState::Unknown, "cert.pem: unknown", Status::Unknown(Why::NotKnownToResponder)),
        ] {
            let answers = [
                OcspAnswer { serial: vec![0x55, 0xAA], state: CertificateState::Good },
                OcspAnswer { serial: serial.clone(), state },
            ];
            let nonce = [7; 32];
            let response = desk
                .authority
                .ocsp_response(Purpose::Signature, &answers, &desk.edition(), Some(&nonce), delegate)
                .unwrap();
            let text = desk.openssl_ocsp(&response).unwrap();
            assert!(text.contains("Response verify OK") && text.contains(says), "{text}");
            let given = Given::new().with_ocsp(response.clone(), Some(nonce.to_vec()));
            assert_eq!(desk.status(&given), status);
            let replayed = Given::new().with_ocsp(response, Some(vec![8; 32]));
            assert_eq!(desk.status(&replayed), Status::Unknown(Why::Nonce));
        }
    }
}

#[test]
fn openssl_answers_our_request_and_we_take_its_answer() {
    let desk = Desk::open();
    let serial: String = desk.leaf().serial().iter().map(|byte| format!("{byte:02X}")).collect();
    desk.write("index.txt", format!("V\t400101000000Z\t\t{serial}\tunknown\t/CN=x\n").as_bytes());
    let key = ["pkey", "-inform", "der", "-in", "ca/signature-ca.p8", "-out", "ca.key"];
    desk.openssl(&key).unwrap();
    for hash in [IdHash::Sha1, IdHash::Sha256] {
        let request = Request::new(&desk.leaf(), &desk.issuer(), hash, Some([9; 32]));
        desk.write("request.der", request.der());
        let answer = [
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "ca.pem",
            "-rsigner",
            "ca.pem",
            "-rkey",
            "ca.key",
            "-reqin",
            "request.der",
            "-respout",
            "response.der",
            "-ndays",
            "1",
        ];
        desk.openssl(&answer).unwrap();
        let response = std::fs::read(desk.path().join("response.der")).unwrap();
        let parsed = Response::parse(&response).unwrap();
        assert_eq!(parsed.nonce(), Some(&[9; 32][..]));
        let at = parsed.produced_at();
        let proven = parsed
            .check(
                &desk.leaf(),
                &desk.issuer(),
                request.nonce().map(<[u8; 32]>::as_slice),
                Freshness::default(),
                at,
            )
            .unwrap();
        assert_eq!((proven.revocation, proven.delegated), (None, false));
        let too_late = after(at, 2 * 86_400);
        let freshness = Freshness::within(Duration::from_secs(3600));
        let error = parsed.check(&desk.leaf(), &desk.issuer(), None, freshness, too_late).unwrap_err();
        assert!(matches!(error, Why::Outdated { .. }), "{error}");
    }
}
