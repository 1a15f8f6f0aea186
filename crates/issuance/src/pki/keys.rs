//! Key pairs, made on all processors at once.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;

/// Bits of every RSA key of today's cards and of their authorities (CARD.md §4).
const RSA_BITS: usize = 2048;

/// `count` RSA keys of 2048 bits with the exponent 65,537.
///
/// Each key draws from a generator of its own, seeded from `rng` before the threads start, so the same `rng` gives the
/// same keys whatever the number of processors.
pub(crate) fn generate<R: CryptoRng + ?Sized>(
    count: usize,
    rng: &mut R,
) -> Result<Vec<RsaPrivateKey>, rsa::Error> {
    let seeds: Vec<ChaCha20Rng> = (0..count)
        .map(|_| {
            let mut seed = zeroize::Zeroizing::new([0; 32]);
            rng.fill_bytes(seed.as_mut());
            ChaCha20Rng::from_seed(*seed)
        })
        .collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(count);
    let queue = Mutex::new(seeds.into_iter().enumerate());
    let made = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, mut rng)) = queue.lock().ok().and_then(|mut queue| queue.next()) {
                    let key = RsaPrivateKey::new(&mut rng, RSA_BITS);
                    if let Ok(mut made) = made.lock() {
                        made.push((index, key));
                    }
                }
            });
        }
    });
    let mut made = made.into_inner().unwrap_or_default();
    made.sort_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::generate;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rsa::traits::PublicKeyParts;

    #[test]
    fn the_same_seed_gives_the_same_keys_in_the_same_order() {
        let keys = || generate(3, &mut ChaCha20Rng::seed_from_u64(5)).unwrap();
        let (first, second) = (keys(), keys());
        assert_eq!(first, second);
        assert_eq!(first.len(), 3);
        assert_ne!(first[0].n(), first[1].n());
        assert!(first.iter().all(|key| key.n().bits_vartime() == 2048));
    }
}
