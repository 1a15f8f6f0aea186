//! A leaf and its authority from DER to a verdict: ours beside checks written by hand and beside two peers.
//!
//! Run: `cargo run --release -p benches --bin verify_path`. Wall clock, medians over rounds in which all take turns; ends
//! with an error when ours takes more than its limit.

use std::hint::black_box;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use benches::path_floor;
use der::{Decode, Encode};
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::issuance::personalise;
use mynumber::virtual_card::FileContents;
use mynumber_applet::FileId;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::key::backend::RustCrypto;
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::{Anchor, Certificate, PublicKey, UnixTime};
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use sha2::Sha256;
use spki::EncodePublicKey;
use testkit::certificates::{self, Draft, id};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Ours may take this much of the time that the checks by hand take.
const LIMIT: f64 = 1.25;
const ROUNDS: usize = 101;
const REPEATS: u32 = 40;

/// The policy of test cards for user authentication, content bytes.
const POLICY: &[u8] = &[0x2A, 0x83, 0x08, 0x8C, 0x9B, 0x55, 0x08, 0x05, 0x01, 0x00, 0x1E];
const SHA256_RSA: &[u8] =
    &[0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00];

/// A leaf with its authority.
struct Pair {
    authority: Vec<u8>,
    leaf: Vec<u8>,
}

/// A user-authentication certificate as a card carries it.
fn of_a_card() -> Outcome<Pair> {
    let secrets = Secrets::documented()?;
    let person = built_in::find("watanabe").ok_or("no such person")?;
    let (authority, at) = (testkit::issued::authority(), testkit::issued::ISSUED);
    let image = personalise(authority, &person, &secrets, at, &mut testkit::virtual_card::rng())?;
    let bytes = |id| match image.files.get(&id) {
        Some(FileContents::Bytes(bytes)) => Ok(bytes.clone()),
        _ => Err("the file is absent"),
    };
    Ok(Pair {
        authority: bytes(FileId::UserAuthenticationCaCertificate)?,
        leaf: bytes(FileId::UserAuthenticationCertificate)?,
    })
}

/// A pair that rustls-webpki takes: it refuses the critical certificatePolicies of the card's certificates.
fn without_critical_policies() -> Outcome<Pair> {
    let mut rng = testkit::virtual_card::rng();
    let keys = [RsaPrivateKey::new(&mut rng, 2048)?, RsaPrivateKey::new(&mut rng, 2048)?];
    let signer = SigningKey::<Sha256>::new(keys[0].clone());
    let (stand_in, other) = (certificates::Key::new(1), certificates::Key::new(2));
    let signed = |draft: Draft, key: &RsaPrivateKey| -> Outcome<Vec<u8>> {
        let algorithm = SHA256_RSA.to_vec();
        let key_info = key.to_public_key().to_public_key_der()?.to_vec();
        let draft = Draft { algorithm: algorithm.clone(), key_info, ..draft };
        let body = draft.to_be_signed();
        let signature: Signature = signer.sign(&body);
        let bits = certificates::der(0x03, &[&[0][..], &signature.to_vec()].concat());
        Ok(certificates::der(0x30, &[body, algorithm, bits].concat()))
    };
    let authority = Draft::authority("ca", &stand_in, "ca", &stand_in);
    let leaf = Draft::leaf("leaf", &other, "ca", &stand_in)
        .with(id::POLICIES, false, &certificates::policies(&[POLICY]))
        .with(id::SUBJECT_ALT_NAME, false, &certificates::der(0x30, &certificates::der(0x82, b"a.invalid")));
    Ok(Pair { authority: signed(authority, &keys[0])?, leaf: signed(leaf, &keys[1])? })
}

fn ours(pair: &Pair, profile: Profile<'_>, at: UnixTime) -> bool {
    let Ok(authority) = Certificate::parse(&pair.authority) else { return false };
    let Ok(anchor) = Anchor::from_certificate(&authority) else { return false };
    let Ok(leaf) = Certificate::parse(&pair.leaf) else { return false };
    Validator::new(&[anchor], profile).validate(&leaf, &[], at).is_ok()
}

fn ours_in_rust(pair: &Pair, profile: Profile<'_>, at: UnixTime) -> bool {
    let Ok(authority) = Certificate::parse(&pair.authority) else { return false };
    let Ok(anchor) = Anchor::from_certificate(&authority) else { return false };
    let Ok(leaf) = Certificate::parse(&pair.leaf) else { return false };
    Validator::new(&[anchor], profile).with_backend(&RustCrypto).validate(&leaf, &[], at).is_ok()
}

fn x509_cert_and_rsa(pair: &Pair, at: UnixTime) -> Option<()> {
    use x509_cert::ext::pkix::{BasicConstraints, CertificatePolicies, KeyUsage};
    let parsed = |der| x509_cert::Certificate::from_der(der).ok();
    let (leaf, authority) = (parsed(&pair.leaf)?, parsed(&pair.authority)?);
    let (leaf_body, authority_body) = (leaf.tbs_certificate(), authority.tbs_certificate());
    let now = Duration::from_secs(u64::try_from(at.seconds()).ok()?);
    for body in [leaf_body, authority_body] {
        let validity = body.validity();
        let period = validity.not_before.to_unix_duration()..=validity.not_after.to_unix_duration();
        if !period.contains(&now) {
            return None;
        }
    }
    let (_, usage) = leaf_body.get_extension::<KeyUsage>().ok()??;
    let (_, constraints) = authority_body.get_extension::<BasicConstraints>().ok()??;
    let (_, certifies) = authority_body.get_extension::<KeyUsage>().ok()??;
    let _ = leaf_body.get_extension::<CertificatePolicies>().ok()??;
    let fits = usage.digital_signature()
        && constraints.ca
        && certifies.key_cert_sign()
        && leaf_body.issuer() == authority_body.subject();
    let info = authority_body.subject_public_key_info().to_der().ok()?;
    let key = VerifyingKey::<Sha256>::new(rsa::RsaPublicKey::from_public_key_der(&info).ok()?);
    let signature = Signature::try_from(leaf.signature().raw_bytes()).ok()?;
    key.verify(&leaf_body.to_der().ok()?, &signature).ok().filter(|()| fits)
}

fn rustls_webpki(pair: &Pair, at: UnixTime) -> Option<()> {
    use rustls_pki_types::{CertificateDer, UnixTime};
    let authority = CertificateDer::from(pair.authority.as_slice());
    let anchor = webpki::anchor_from_trusted_cert(&authority).ok()?;
    let leaf = CertificateDer::from(pair.leaf.as_slice());
    let leaf = webpki::EndEntityCert::try_from(&leaf).ok()?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.seconds()).ok()?));
    let usage = webpki::KeyUsage::client_auth();
    let algorithms = [webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256];
    leaf.verify_for_usage(&algorithms, &[anchor], &[], now, usage, None, None).ok().map(drop)
}

/// One signature check alone, with the candidate for a backend that is not taken.
fn graviola(pair: &Pair) -> Option<()> {
    let authority = Certificate::parse(&pair.authority).ok()?;
    let leaf = Certificate::parse(&pair.leaf).ok()?;
    // The key is the content of the BIT STRING at the end of subjectPublicKeyInfo: 270 bytes for RSA-2048.
    let info = authority.public_key_info();
    let key = graviola::signing::rsa::VerifyingKey::from_pkcs1_der(info.get(info.len() - 270..)?).ok()?;
    key.verify_pkcs1_sha256(leaf.signature(), leaf.tbs()).ok()
}

fn aws_lc_rs(pair: &Pair) -> Option<()> {
    let authority = Certificate::parse(&pair.authority).ok()?;
    let leaf = Certificate::parse(&pair.leaf).ok()?;
    let PublicKey::Rsa { modulus, exponent } = authority.public_key().ok()? else { return None };
    aws_lc_rs::rsa::PublicKeyComponents { n: modulus, e: exponent }
        .verify(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, leaf.tbs(), leaf.signature())
        .ok()
}

type Contender<'a> = (&'a str, Box<dyn Fn() -> bool + 'a>);

/// Medians in microseconds, and of the ratios to the first contender of the same round.
fn race(contenders: &[Contender<'_>]) -> Outcome<Vec<(f64, f64)>> {
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for (name, run) in contenders {
        if !run() {
            return Err(format!("{name} refuses the sample").into());
        }
    }
    for _ in 0..ROUNDS {
        for ((_, run), times) in contenders.iter().zip(&mut times) {
            let started = Instant::now();
            for _ in 0..REPEATS {
                black_box(run());
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / f64::from(REPEATS));
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let first = times.first().cloned().unwrap_or_default();
    let ratio = |times: &[f64]| median(times.iter().zip(&first).map(|(own, floor)| own / floor).collect());
    Ok(times.iter().map(|times| (median(times.clone()), ratio(times))).collect())
}

fn main() -> Outcome<()> {
    let (card, plain) = (of_a_card()?, without_critical_policies()?);
    let (at, plain_at) = (testkit::issued::ISSUED, certificates::NOW);
    let text: String = at.to_string().chars().filter(|c| !matches!(c, '-' | ':' | 'T')).collect();
    let utc_time = text.get(2..).ok_or("a time")?;
    let profile = Profile::jpki(Purpose::UserAuthentication);
    let mut out = stdout().lock();
    let mut show = |title: &str, contenders: &[Contender<'_>]| -> Outcome<Vec<(f64, f64)>> {
        let results = race(contenders)?;
        writeln!(out, "{title}")?;
        for ((name, _), (median, ratio)) in contenders.iter().zip(&results) {
            writeln!(out, "  {name:44} {median:8.2} µs {ratio:6.2} x")?;
        }
        Ok(results)
    };
    let hand = || {
        let usage = certificates::SIGNS;
        path_floor::verdict(&card.leaf, &card.authority, usage, POLICY, utc_time.as_bytes()).is_some()
    };
    let results = show(
        "leaf and authority of a card, RSA-2048",
        &[
            ("checks by hand, aws-lc-rs", Box::new(hand)),
            ("ours, AWS-LC", Box::new(|| ours(&card, profile, at))),
            ("ours, RustCrypto", Box::new(|| ours_in_rust(&card, profile, at))),
            ("x509-cert, rsa", Box::new(|| x509_cert_and_rsa(&card, at).is_some())),
        ],
    )?;
    show(
        "the same without critical certificate policies",
        &[
            ("rustls-webpki, aws-lc-rs", Box::new(|| rustls_webpki(&plain, plain_at).is_some())),
            ("ours, AWS-LC, general profile", Box::new(|| ours(&plain, Profile::general(), plain_at))),
        ],
    )?;
    show(
        "the signature alone",
        &[
            ("aws-lc-rs", Box::new(|| aws_lc_rs(&card).is_some())),
            ("graviola", Box::new(|| graviola(&card).is_some())),
        ],
    )?;
    match results.get(1) {
        Some((_, ratio)) if *ratio <= LIMIT => Ok(()),
        _ => Err(format!("ours takes more than {LIMIT} times the checks by hand").into()),
    }
}
