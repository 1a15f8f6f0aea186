//! Project Wycheproof's edge cases of RSA PKCS#1 v1.5, RSA-PSS and ECDSA signatures, with every backend compiled in.
//!
//! What the project calls "acceptable" is refused here: it is a `DigestInfo` without the NULL parameters that PKCS#1 asks
//! for. Keys outside the policy of this crate (a small or large modulus, the exponent 3) are refused whatever the signature.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may fail loudly, their helpers too, and the counts are to be seen"
)]

use mynumber_crypto::digest::Hash;
use mynumber_crypto::key::backend::{self, Backend};
use mynumber_crypto::key::{PublicKey, Scheme, VerifyError};
use wycheproof::{EllipticCurve, HashFunction, TestResult};

/// What was counted: cases, those that have to be accepted, and those whose key the policy refuses.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    files: usize,
    cases: usize,
    accepted: usize,
    weak: usize,
}

impl Count {
    fn case(
        &mut self,
        backend: &dyn Backend,
        key: &PublicKey<'_>,
        scheme: Scheme,
        (message, signature): (&[u8], &[u8]),
        (expected, what): (TestResult, &str),
    ) {
        self.cases += 1;
        let by_message = key.verify_with(backend, scheme, message, signature);
        let (Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash)) = scheme else {
            panic!("a scheme with a hash")
        };
        let by_digest = key.verify_digest_with(backend, scheme, &hash.of(&[message]), signature);
        assert_eq!(by_message, by_digest, "{} {what}", backend.name());
        if by_message == Err(VerifyError::WeakKey) {
            assert!(key.check().is_err(), "{what}");
            self.weak += 1;
            return;
        }
        let good = expected == TestResult::Valid;
        assert_eq!(by_message.is_ok(), good, "{} {what}: {by_message:?}", backend.name());
        self.accepted += usize::from(good);
    }
}

fn sha2(hash: HashFunction) -> Option<Hash> {
    match hash {
        HashFunction::Sha2_256 => Some(Hash::Sha256),
        HashFunction::Sha2_384 => Some(Hash::Sha384),
        HashFunction::Sha2_512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// Runs `count` with every backend, prints what came of it, and holds that all saw the same.
fn with_every_backend(kind: &str, count: impl Fn(&dyn Backend) -> Count) -> Count {
    let mut counts = backend::all().iter().map(|backend| {
        let counted = count(*backend);
        println!("{kind} with {}: {counted:?}", backend.name());
        counted
    });
    let first = counts.next().expect("a backend");
    assert!(counts.all(|other| other == first));
    first
}

#[test]
fn rsa_pkcs1_v1_5_has_no_mismatch() {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
    let count = with_every_backend("RSA PKCS#1 v1.5", |backend| {
        let mut count = Count::default();
        for name in TestName::all() {
            let set = TestSet::load(name).expect("a file of the package");
            let before = count.cases;
            for group in &set.test_groups {
                let Some(hash) = sha2(group.hash) else { continue };
                let key = PublicKey::Rsa { modulus: &group.key.n, exponent: &group.key.e };
                for test in &group.tests {
                    let what = format!("{name:?} {} {:?}", test.tc_id, test.comment);
                    let scheme = Scheme::Pkcs1v15(hash);
                    count.case(backend, &key, scheme, (&test.msg, &test.sig), (test.result, &what));
                }
            }
            count.files += usize::from(count.cases > before);
        }
        count
    });
    // Three files are of keys with 8192 bits.
    assert_eq!((count.files, count.accepted, count.weak), (12, 63, 781));
}

#[test]
fn rsa_pss_with_a_salt_as_long_as_the_digest_has_no_mismatch() {
    use wycheproof::rsa_pss_verify::{TestName, TestSet};
    let count = with_every_backend("RSA-PSS", |backend| {
        let mut count = Count::default();
        for name in TestName::all() {
            let set = TestSet::load(name).expect("a file of the package");
            let before = count.cases;
            for group in &set.test_groups {
                let Some(hash) = sha2(group.hash) else { continue };
                if group.mgf_hash != Some(group.hash) || group.salt_size != hash.length() {
                    continue;
                }
                let key = PublicKey::Rsa { modulus: &group.key.n, exponent: &group.key.e };
                for test in &group.tests {
                    let what = format!("{name:?} {} {:?}", test.tc_id, test.comment);
                    let scheme = Scheme::Pss(hash);
                    count.case(backend, &key, scheme, (&test.msg, &test.sig), (test.result, &what));
                }
            }
            count.files += usize::from(count.cases > before);
        }
        count
    });
    assert_eq!((count.files, count.accepted, count.weak), (11, 775, 0));
}

#[test]
fn ecdsa_on_p256_and_p384_has_no_mismatch() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let count = with_every_backend("ECDSA", |backend| {
        let mut count = Count::default();
        for name in TestName::all() {
            // Signatures there are two numbers side by side, not DER; or another rule for which of two is right.
            let text = format!("{name:?}");
            if text.contains("P1363") || text.contains("Bitcoin") {
                continue;
            }
            let set = TestSet::load(name).expect("a file of the package");
            let before = count.cases;
            for group in &set.test_groups {
                let Some(hash) = sha2(group.hash) else { continue };
                let point = &group.key.key;
                let key = match group.key.curve {
                    EllipticCurve::Secp256r1 => PublicKey::EcdsaP256 { point },
                    EllipticCurve::Secp384r1 => PublicKey::EcdsaP384 { point },
                    _ => continue,
                };
                for test in &group.tests {
                    let what = format!("{text} {} {:?}", test.tc_id, test.comment);
                    let scheme = Scheme::Ecdsa(hash);
                    count.case(backend, &key, scheme, (&test.msg, &test.sig), (test.result, &what));
                }
            }
            count.files += usize::from(count.cases > before);
        }
        count
    });
    assert_eq!((count.files, count.accepted, count.weak), (5, 1004, 0));
}
