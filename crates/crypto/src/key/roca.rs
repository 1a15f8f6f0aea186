//! The fingerprint of RSA keys made by the faulty generator of CVE-2017-15361 ("ROCA").
//!
//! Its primes have the form `k·M + (65537^a mod M)`, `M` the product of the first primes: the modulus is then a power of
//! 65,537 modulo each of them (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, §3). A sound modulus is so
//! for all of the primes below with a chance of about one in 2^27.

/// The primes up to 167 modulo which not every number is a power of 65,537, the most telling ones first, in groups whose
/// product stays below 2^32.
const FIRST: [u64; 6] = [97, 37, 79, 11, 13, 17];
const SECOND: [u64; 5] = [61, 73, 127, 151, 19];
const THIRD: [u64; 4] = [53, 71, 103, 107];
const FOURTH: [u64; 2] = [109, 157];

/// Whether a big-endian modulus carries the fingerprint.
pub(super) fn has_fingerprint(modulus: &[u8]) -> bool {
    // The divisors are constants so that no division is left of them: nearly every sound key ends at the first group.
    all_powers(remainder::<{ 97 * 37 * 79 * 11 * 13 * 17 }>(modulus), &FIRST)
        && all_powers(remainder::<{ 61 * 73 * 127 * 151 * 19 }>(modulus), &SECOND)
        && all_powers(remainder::<{ 53 * 71 * 103 * 107 }>(modulus), &THIRD)
        && all_powers(remainder::<{ 109 * 157 }>(modulus), &FOURTH)
}

fn all_powers(rest: u64, primes: &[u64]) -> bool {
    primes.iter().all(|prime| is_power(rest % prime, *prime))
}

/// `number` modulo a divisor below 2^32.
///
/// Every fourth word goes into one of four sums, which do not wait for each other.
fn remainder<const DIVISOR: u64>(number: &[u8]) -> u64 {
    let (head, words) = number.as_rchunks::<4>();
    let (first, fours) = words.as_rchunks::<4>();
    let shifted = |rest: u64, word: u64| ((rest << 32) | word) % DIVISOR;
    let start = head.iter().fold(0, |rest, byte| ((rest << 8) | u64::from(*byte)) % DIVISOR);
    let start = first.iter().fold(start, |rest, word| shifted(rest, u32::from_be_bytes(*word).into()));
    // What a sum is worth four words further on. Both factors are below 2^32, so a word more does not overflow.
    let four_words = (1_u64 << 32) % DIVISOR;
    let four_words = four_words * four_words % DIVISOR;
    let four_words = four_words * four_words % DIVISOR;
    let mut sums = [0, 0, 0, start];
    for four in fours {
        for (sum, word) in sums.iter_mut().zip(four) {
            *sum = (*sum * four_words + u64::from(u32::from_be_bytes(*word))) % DIVISOR;
        }
    }
    sums.iter().fold(0, |rest, sum| (shifted(rest, 0) + sum) % DIVISOR)
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
