//! Public keys and signatures: what was signed here and not touched is accepted, anything else is not, and every backend
//! says the same.

use std::sync::OnceLock;

use mynumber_crypto::digest::{Hash, Hasher, digest_info};
use mynumber_crypto::key::backend::{self, Backend};
use mynumber_crypto::key::{PublicKey, Scheme, VerifyError};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};

use super::bases::{P384_POINT, key};
use super::edits::Input;

/// An RSA key of this process.
struct Rsa {
    secret: RsaPrivateKey,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

fn rsa() -> &'static Rsa {
    static RSA: OnceLock<Rsa> = OnceLock::new();
    RSA.get_or_init(|| {
        let secret = &crate::virtual_card::keys()[0];
        Rsa {
            modulus: secret.n().to_be_bytes().to_vec(),
            exponent: secret.e().to_be_bytes().to_vec(),
            secret: secret.clone(),
        }
    })
}

const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

fn scheme(choice: u8) -> Scheme {
    let hash = HASHES.get(usize::from(choice >> 2) % 3).copied().unwrap_or(Hash::Sha256);
    match choice & 3 {
        0 => Scheme::Pkcs1v15Raw,
        1 => Scheme::Pkcs1v15(hash),
        2 => Scheme::Pss(hash),
        _ => Scheme::Ecdsa(hash),
    }
}

fn rsa_signature(scheme: Scheme, message: &[u8]) -> Option<Vec<u8>> {
    let secret = &rsa().secret;
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    match scheme {
        Scheme::Pkcs1v15Raw => secret.sign(Pkcs1v15Sign::new_unprefixed(), message).ok(),
        Scheme::Pkcs1v15(hash) => {
            let info = digest_info(hash, &hash.of(&[message]))?;
            secret.sign(Pkcs1v15Sign::new_unprefixed(), &info).ok()
        }
        Scheme::Pss(hash) => {
            let digest = hash.of(&[message]);
            match hash {
                Hash::Sha256 => secret.sign_with_rng(&mut rng, Pss::<sha2::Sha256>::new(), &digest).ok(),
                Hash::Sha384 => secret.sign_with_rng(&mut rng, Pss::<sha2::Sha384>::new(), &digest).ok(),
                _ => secret.sign_with_rng(&mut rng, Pss::<sha2::Sha512>::new(), &digest).ok(),
            }
        }
        _ => None,
    }
}

/// Takes a kind of key, a scheme, changes to the modulus, the exponent or the point, changes to the signature, and the
/// message.
pub fn crypto_key(data: &[u8]) {
    let Some(([kind, choice, keys, signatures], rest)) = data.split_first_chunk() else { return };
    let mut input = Input(rest);
    let scheme = scheme(*choice);
    let (first, second) = match kind % 3 {
        0 => (rsa().modulus.clone(), rsa().exponent.clone()),
        1 => {
            let info = key(2).info;
            (info.get(info.len().saturating_sub(65)..).unwrap_or_default().to_vec(), Vec::new())
        }
        _ => (P384_POINT.to_vec(), Vec::new()),
    };
    let (mut modulus, mut exponent) = (first.clone(), second.clone());
    for _ in 0..keys & 3 {
        changed(if keys & 4 == 0 { &mut modulus } else { &mut exponent }, &mut input);
    }
    let changes = signatures & 3;
    let message = input.0.get(usize::from(changes) * 4..).unwrap_or_default();
    let signed = match (kind % 3, scheme) {
        (0, _) => rsa_signature(scheme, message),
        (1, Scheme::Ecdsa(Hash::Sha256)) => Some(key(2).sign(message)),
        _ => None,
    };
    let mut signature =
        signed.clone().unwrap_or_else(|| vec![0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]);
    for _ in 0..changes {
        changed(&mut signature, &mut input);
    }
    let public = match kind % 3 {
        0 => PublicKey::Rsa { modulus: &modulus, exponent: &exponent },
        1 => PublicKey::EcdsaP256 { point: &modulus },
        _ => PublicKey::EcdsaP384 { point: &modulus },
    };
    // Zeros in front change no number, but a point.
    let value = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().skip_while(|byte| **byte == 0 && kind % 3 == 0).copied().collect()
    };
    // An exponent is of RSA alone.
    let same_key = value(&modulus) == value(&first) && (kind % 3 != 0 || value(&exponent) == value(&second));
    let right = same_key && signed.as_ref() == Some(&signature);
    told(&public);
    for backend in backend::all() {
        let outcome = public.verify_with(*backend, scheme, message, &signature);
        agrees(&public, *backend, scheme, message, &signature, outcome);
        let usable = !(scheme == Scheme::Pkcs1v15Raw && (message.is_empty() || message.len() + 11 > 256));
        assert!(outcome.is_ok() == (right && usable), "{public:?} {scheme:?} {outcome:?}");
    }
}

/// One change of four bytes: a place, and what is put there, taken out or turned over.
pub(super) fn changed(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    let (Some(kind), Some(high), Some(low), Some(value)) =
        (input.byte(), input.byte(), input.byte(), input.byte())
    else {
        return;
    };
    let place = usize::from(u16::from_be_bytes([high, low])) % bytes.len().max(1);
    match kind % 5 {
        0 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= value),
        1 => bytes.truncate(place),
        2 => bytes.insert(0, value),
        3 => bytes.extend(vec![value; place]),
        _ => bytes.fill(value),
    }
}

fn told(public: &PublicKey<'_>) {
    let sound = public.check();
    assert!(sound.is_err() || (256..=4096).contains(&public.bits()));
    assert!(!public.is_roca() || matches!(public, PublicKey::Rsa { .. }));
    let prepared = backend::prepared(&[*public]);
    assert!(!prepared.name().is_empty());
}

/// By message, by digest and with a prepared key it is the same answer.
fn agrees(
    public: &PublicKey<'_>,
    backend: &dyn Backend,
    scheme: Scheme,
    message: &[u8],
    signature: &[u8],
    outcome: Result<(), VerifyError>,
) {
    // Never a backend by itself: it may rely on what is looked at before it is asked.
    let prepared = backend::prepared(&[*public]);
    assert_eq!(public.verify_with(&*prepared, scheme, message, signature).is_ok(), outcome.is_ok());
    if let Err(error) = outcome {
        assert!(!error.to_string().is_empty());
    }
    let (Scheme::Pkcs1v15(hash) | Scheme::Pss(hash) | Scheme::Ecdsa(hash)) = scheme else {
        assert_eq!(public.verify_digest(scheme, message, signature), outcome);
        return;
    };
    let mut hasher = Hasher::new(hash);
    message.chunks(3).for_each(|piece| hasher.update(piece));
    assert_eq!(format!("{hasher:?}"), "Hasher", "nothing of what was hashed is shown");
    let digest = hasher.finish();
    assert!(digest_info(hash, &digest).is_some() && digest_info(hash, &[0; 108]).is_none());
    assert_eq!(digest.len(), hash.length());
    assert_eq!(public.verify_digest_with(backend, scheme, &digest, signature), outcome);
    assert_eq!(public.verify(scheme, message, signature).is_ok(), outcome.is_ok());
    let short = digest.get(1..).unwrap_or_default();
    let refused = public.verify_digest_with(backend, scheme, short, signature);
    assert_eq!(refused, Err(VerifyError::InputLength { found: short.len() }));
}
