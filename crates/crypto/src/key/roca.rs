//! The fingerprint of RSA keys made by the faulty generator of CVE-2017-15361 ("ROCA").
//!
//! Its primes have the form `k·M + (65537^a mod M)`, `M` the product of the first primes: the modulus is then a power of
//! 65,537 modulo each of them (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, §3). A sound modulus is so
//! for all of the primes below with a chance of about one in 2^27.

/// The primes up to 167 modulo which not every number is a power of 65,537, the most telling ones first, in groups whose
/// product stays below 2^32.
const GROUPS: [&[u64]; 4] =
    [&[97, 37, 79, 11, 13, 17], &[61, 73, 127, 151, 19], &[53, 71, 103, 107], &[109, 157]];

/// Whether a big-endian modulus carries the fingerprint.
pub(super) fn has_fingerprint(modulus: &[u8]) -> bool {
    GROUPS.iter().all(|primes| {
        let rest = remainder(modulus, primes.iter().product());
        primes.iter().all(|prime| is_power(rest % prime, *prime))
    })
}

/// `number` modulo a divisor below 2^32.
fn remainder(number: &[u8], divisor: u64) -> u64 {
    let (head, words) = number.as_rchunks::<4>();
    let start = head.iter().fold(0, |rest, byte| ((rest << 8) | u64::from(*byte)) % divisor);
    words.iter().fold(start, |rest, word| ((rest << 32) | u64::from(u32::from_be_bytes(*word))) % divisor)
}

/// Whether a number is a power of 65,537 modulo `prime`.
fn is_power(number: u64, prime: u64) -> bool {
    let mut power = 1;
    loop {
        if power == number {
            return true;
        }
        power = power * 65_537 % prime;
        if power == 1 {
            return false;
        }
    }
}
