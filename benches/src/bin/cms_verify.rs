//! A detached CMS message over 1 MiB from its bytes to a verdict, beside the work that nobody can leave out: the SHA-256 of
//! the content and one RSA check by the same backend.
//!
//! Run: `cargo run --release -p benches --bin cms_verify`. Wall clock, medians over rounds in which both take turns; ends
//! with an error when ours takes more than its limit. OpenSSL as a peer is left out: in one process it takes its
//! development files, and a process of its own costs more than the work.

use std::hint::black_box;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use mynumber::cms::{Options, sign_detached};
use mynumber::driver::Card;
use mynumber::testing;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::cms::Reader;
use mynumber_crypto::digest::{Hash, sha256};
use mynumber_crypto::path::{Profile, Validator};
use mynumber_crypto::{Anchor, Certificate, Scheme};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SIZE: usize = 1 << 20;
const ROUNDS: usize = 201;
/// Ours may take this many times what the floor takes.
const LIMIT: f64 = 1.1;

fn main() -> Outcome<()> {
    let content: Vec<u8> = (0..SIZE).map(|index| index.to_le_bytes()[0].wrapping_mul(167)).collect();
    let mut card = Card::new(testing::card("taro"));
    let options = Options { signing_time: Some(testing::ISSUED), ..Options::default() };
    let message = sign_detached(&mut card, &testing::secrets().signature, &content[..], &options)?;
    let authority = Certificate::parse(testing::authority().signature_ca())?;
    let anchors = [Anchor::from_certificate(&authority)?];
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature));

    // The authority's signature over its own certificate stands for the one RSA check.
    let (key, tbs) = (authority.public_key()?, sha256(&[authority.tbs()]));
    let floor = || -> Outcome<()> {
        black_box(sha256(&[black_box(&content)]));
        let scheme = Scheme::Pkcs1v15(Hash::Sha256);
        key.verify_digest_with(validator.backend(), scheme, black_box(&tbs), authority.signature())?;
        Ok(())
    };
    let ours = || -> Outcome<()> {
        let mut read = Reader::read(black_box(&message))?;
        read.content(black_box(&content))?;
        let verdict = read.verify(&validator, &[], testing::ISSUED)?;
        let signed = verdict.all().map_err(|_| "the signature does not hold")?;
        black_box(signed.len());
        Ok(())
    };
    let (mut floors, mut all) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
    for round in 0..ROUNDS {
        // Who goes first changes, so that neither always finds the caches warm.
        if round % 2 == 0 {
            floors.push(timed(floor)?);
            all.push(timed(ours)?);
        } else {
            all.push(timed(ours)?);
            floors.push(timed(floor)?);
        }
    }
    let (floor, ours) = (median(floors), median(all));
    let ratio = ours.as_secs_f64() / floor.as_secs_f64();
    let mut out = stdout().lock();
    writeln!(out, "a detached message over 1 MiB, backend {}", validator.backend().name())?;
    writeln!(out, "{:48} {:>9.1} us", "SHA-256 of the content and one RSA check", micros(floor))?;
    writeln!(out, "{:48} {:>9.1} us", "message to verdict (two RSA checks)", micros(ours))?;
    writeln!(out, "{:48} {ratio:>9.3}    limit {LIMIT}", "ratio")?;
    if ratio <= LIMIT { Ok(()) } else { Err(format!("{ratio:.3} times the floor").into()) }
}

fn timed(work: impl Fn() -> Outcome<()>) -> Outcome<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
