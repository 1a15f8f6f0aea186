//! Every signature here was made by openssl: see `testdata/make.sh`.

use super::{PublicKey, Scheme, VerifyError, backend};
use crate::Certificate;
use crate::digest::Hash;

const RSA: &[u8] = include_bytes!("../../testdata/rsa2048-sha256.der");
const PSS: &[u8] = include_bytes!("../../testdata/pss-sha256.sig");
const PSS_SALT_20: &[u8] = include_bytes!("../../testdata/pss-sha256-salt20.sig");
const RAW: &[u8] = include_bytes!("../../testdata/raw.sig");
const MESSAGE: &[u8] = b"a message of the test";

fn key() -> PublicKey<'static> {
    Certificate::parse(RSA).unwrap().public_key().unwrap()
}

fn own_signature(der: &[u8]) -> Result<(), VerifyError> {
    let certificate = Certificate::parse(der).unwrap();
    certificate.check_signature(&certificate.public_key().unwrap())
}

#[test]
fn self_signed_certificates_of_every_kind_verify() {
    assert_eq!(own_signature(RSA), Ok(()));
    assert_eq!(own_signature(include_bytes!("../../testdata/rsa2048-sha512.der")), Ok(()));
    assert_eq!(own_signature(include_bytes!("../../testdata/rsa3072-sha384.der")), Ok(()));
    assert_eq!(own_signature(include_bytes!("../../testdata/p256-sha256.der")), Ok(()));
    assert_eq!(own_signature(include_bytes!("../../testdata/p384-sha384.der")), Ok(()));
}

#[test]
fn pss_with_a_salt_of_the_digest_length_verifies_and_no_other() {
    assert_eq!(key().verify(Scheme::Pss(Hash::Sha256), MESSAGE, PSS), Ok(()));
    assert_eq!(key().verify(Scheme::Pss(Hash::Sha256), MESSAGE, PSS_SALT_20), Err(VerifyError::Mismatch));
    assert_eq!(key().verify(Scheme::Pss(Hash::Sha256), b"another", PSS), Err(VerifyError::Mismatch));
    assert_eq!(key().verify(Scheme::Pss(Hash::Sha384), MESSAGE, PSS), Err(VerifyError::Mismatch));
}

#[test]
fn raw_padding_compares_the_payload_as_it_is() {
    assert_eq!(key().verify(Scheme::Pkcs1v15Raw, MESSAGE, RAW), Ok(()));
    assert_eq!(key().verify(Scheme::Pkcs1v15Raw, &MESSAGE[1..], RAW), Err(VerifyError::Mismatch));
    assert_eq!(key().verify(Scheme::Pkcs1v15Raw, &[MESSAGE, b"!"].concat(), RAW), Err(VerifyError::Mismatch));
    // A suffix of the payload after a zero byte would pass a comparison that looks at the end only.
    assert_eq!(key().verify(Scheme::Pkcs1v15Raw, b"", RAW), Err(VerifyError::InputLength { found: 0 }));
    assert_eq!(
        key().verify(Scheme::Pkcs1v15Raw, &[1; 246], RAW),
        Err(VerifyError::InputLength { found: 246 })
    );
}

#[test]
fn a15_a_signature_of_another_length_is_refused() {
    for length in [0, 1, 255, 257, 65_536] {
        let signature = std::vec![1; length];
        let error = key().verify(Scheme::Pkcs1v15(Hash::Sha256), MESSAGE, &signature);
        assert_eq!(error, Err(VerifyError::WrongLength { expected: 256, found: length }));
    }
    // Longer than the modulus by a leading zero, or not below the modulus: no other form of a right signature passes.
    let padded = [&[0][..], PSS].concat();
    assert!(key().verify(Scheme::Pss(Hash::Sha256), MESSAGE, &padded).is_err());
    assert_eq!(key().verify(Scheme::Pss(Hash::Sha256), MESSAGE, &[0xFF; 256]), Err(VerifyError::Mismatch));
}

#[test]
fn a15_every_flipped_byte_of_a_signature_is_a_mismatch() {
    for index in 0..RAW.len() {
        let mut signature = RAW.to_vec();
        signature[index] ^= 0x01;
        let outcome = key().verify(Scheme::Pkcs1v15Raw, MESSAGE, &signature);
        assert_eq!(outcome, Err(VerifyError::Mismatch), "byte {index}");
    }
}

#[test]
fn e11_weak_and_malformed_keys_verify_nothing() {
    assert_eq!(own_signature(include_bytes!("../../testdata/rsa1024-sha256.der")), Err(VerifyError::WeakKey));
    assert_eq!(
        own_signature(include_bytes!("../../testdata/rsa2048-e3-sha256.der")),
        Err(VerifyError::WeakKey)
    );
    let PublicKey::Rsa { modulus, .. } = key() else { panic!("an RSA key") };
    let mut even = modulus.to_vec();
    *even.last_mut().unwrap() &= 0xFE;
    let huge = [&[0x80][..], &[0; 2046], &[1]].concat();
    let exponent: &[u8] = &[1, 0, 1];
    // 2,049 bits: no whole bytes.
    let odd_size = [&[1][..], modulus].concat();
    let weak: [(&[u8], &[u8]); 9] = [
        (&even, exponent),
        (&odd_size, exponent),
        (&huge, exponent),
        (&[], exponent),
        (&modulus[1..], exponent),
        (modulus, &[]),
        (modulus, &[1]),
        (modulus, &[1, 0, 0]),
        (modulus, &[4, 0, 0, 0, 1]),
    ];
    for (index, (modulus, exponent)) in weak.into_iter().enumerate() {
        let key = PublicKey::Rsa { modulus, exponent };
        let outcome = key.verify(Scheme::Pkcs1v15(Hash::Sha256), MESSAGE, &std::vec![1; modulus.len()]);
        assert_eq!(outcome, Err(VerifyError::WeakKey), "case {index}");
    }
    let mut point = [4; 65];
    point[64] = 5;
    for point in [&point[..], &[0], &[], &[4; 97]] {
        for key in [PublicKey::EcdsaP256 { point }, PublicKey::EcdsaP384 { point }] {
            let outcome = key.verify(Scheme::Ecdsa(Hash::Sha256), MESSAGE, &[0x30, 0]);
            assert_eq!(outcome, Err(VerifyError::WeakKey));
        }
    }
}

#[test]
fn a_scheme_of_another_kind_of_key_is_unsupported() {
    let point = key().verify(Scheme::Ecdsa(Hash::Sha256), MESSAGE, RAW);
    assert_eq!(point, Err(VerifyError::Unsupported));
    let certificate = Certificate::parse(include_bytes!("../../testdata/p256-sha256.der")).unwrap();
    let outcome = certificate.public_key().unwrap().verify(Scheme::Pkcs1v15Raw, MESSAGE, RAW);
    assert_eq!(outcome, Err(VerifyError::Unsupported));
    assert_eq!(certificate.public_key().unwrap().bits(), 256);
    assert_eq!(key().bits(), 2048);
    let digest = key().verify_digest(Scheme::Pss(Hash::Sha256), &[0; 31], PSS);
    assert_eq!(digest, Err(VerifyError::InputLength { found: 31 }));
}

#[test]
fn every_backend_says_the_same_of_a_signature() {
    for backend in backend::all() {
        let scheme = Scheme::Pss(Hash::Sha256);
        assert_eq!(key().verify_with(*backend, scheme, MESSAGE, PSS), Ok(()), "{}", backend.name());
        let digest = Hash::Sha256.of(&[MESSAGE]);
        assert_eq!(key().verify_digest_with(*backend, scheme, &digest, PSS), Ok(()));
        for signature in [PSS_SALT_20, RAW] {
            assert_eq!(key().verify_with(*backend, scheme, MESSAGE, signature), Err(VerifyError::Mismatch));
        }
        assert_eq!(key().verify_with(*backend, Scheme::Pkcs1v15Raw, MESSAGE, RAW), Ok(()));
        // Keys and lengths are looked at before any backend is.
        let short = PublicKey::Rsa { modulus: &[0xFF; 128], exponent: &[1, 0, 1] };
        assert_eq!(short.verify_with(*backend, scheme, MESSAGE, &[1; 128]), Err(VerifyError::WeakKey));
    }
    assert_eq!(backend::preferred().name(), if cfg!(feature = "aws-lc") { "AWS-LC" } else { "RustCrypto" });
}

#[cfg(feature = "aws-lc")]
#[test]
fn a_prepared_key_says_what_the_key_says() {
    let digest = Hash::Sha256.of(&[MESSAGE]);
    let certificate = Certificate::parse(include_bytes!("../../testdata/rsa2048-sha256.der")).unwrap();
    let own = certificate.public_key().unwrap();
    let weak = PublicKey::Rsa { modulus: &[0xFF; 128], exponent: &[1, 0, 1] };
    let prepared = backend::AwsLcPrepared::new(&[weak, own]);
    let scheme = certificate.signature_scheme().unwrap();
    let (message, signature) = (certificate.tbs(), certificate.signature());
    let hash = Hash::Sha256.of(&[message]);
    assert_eq!(own.verify_with(&prepared, scheme, message, signature), Ok(()));
    assert_eq!(own.verify_digest_with(&prepared, scheme, &hash, signature), Ok(()));
    let mut flipped = signature.to_vec();
    flipped[100] ^= 1;
    assert_eq!(own.verify_with(&prepared, scheme, message, &flipped), Err(VerifyError::Mismatch));
    assert_eq!(own.verify_digest_with(&prepared, scheme, &hash, &flipped), Err(VerifyError::Mismatch));
    let other_hash = Scheme::Pkcs1v15(Hash::Sha384);
    assert_eq!(own.verify_with(&prepared, other_hash, message, signature), Err(VerifyError::Mismatch));
    // Keys and schemes that are not prepared go the ordinary way.
    assert_eq!(key().verify_digest_with(&prepared, Scheme::Pss(Hash::Sha256), &digest, PSS), Ok(()));
    assert_eq!(weak.verify_with(&prepared, scheme, message, &[1; 128]), Err(VerifyError::WeakKey));
}

#[test]
fn e11_a_point_in_compressed_form_is_refused() {
    let certificate = Certificate::parse(include_bytes!("../../testdata/p256-sha256.der")).unwrap();
    let PublicKey::EcdsaP256 { point } = certificate.public_key().unwrap() else { panic!("P-256") };
    assert_eq!(PublicKey::EcdsaP256 { point }.check(), Ok(()));
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    assert_eq!(PublicKey::EcdsaP256 { point: &compressed }.check(), Err(VerifyError::WeakKey));
}

/// A modulus of the faulty generator, made as its description says: both primes are powers of 65,537 modulo each of the
/// small primes. The factors need not be prime for the fingerprint.
#[test]
fn e14_a_modulus_of_the_faulty_generator_is_told() {
    use rsa::BoxedUint;
    let number = |value: u64| BoxedUint::from_be_slice(&value.to_be_bytes(), 2048).unwrap();
    let primorial = [
        2u64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]
    .into_iter()
    .fold(number(1), |product, prime| product.wrapping_mul(number(prime)));
    let divisor = BoxedUint::from_be_slice_vartime(&primorial.to_be_bytes());
    let divisor = divisor.to_nz().unwrap();
    let factor = |exponent: u32, k: u64| {
        let mut power = number(1);
        for _ in 0..exponent {
            power = power.wrapping_mul(number(65_537)).rem(&divisor);
        }
        number(k).wrapping_mul(&primorial).wrapping_add(&power)
    };
    let modulus = factor(1234, 0xFEDC_BA98_7654_3211).wrapping_mul(factor(777, 0x0123_4567_89AB_CDEF));
    let modulus = modulus.to_be_bytes();
    let told = |modulus: &[u8]| PublicKey::Rsa { modulus, exponent: &[1, 0, 1] }.is_roca();
    assert!(told(&modulus));
    let mut near = modulus.to_vec();
    *near.last_mut().unwrap() ^= 2;
    assert!(!told(&near));
    assert!(!key().is_roca());
    assert!(!PublicKey::EcdsaP256 { point: &modulus }.is_roca());
}
