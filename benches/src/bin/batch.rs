//! A batch of signatures beside the bare backend: what order, bounded memory, reading of certificates and path rules cost.
//!
//! Run: `cargo run --release -p benches --bin batch [ITEMS]`. Both sides make the same signature checks with the same
//! backend on two threads: that of the item's signature, and that of its certificate by the authority. The batch also
//! reads each certificate, finds and checks its path, keeps the order and calls back; its keys come out of the
//! certificates, those of the bare loop lie ready. The authority's key is prepared on both sides.
//! Each round runs both, one after the other, and gives one share; it ends with an error when the median of the shares is
//! below nine tenths. The best times are printed too, and judged by nobody: they come from different moments.

use std::convert::Infallible;
use std::io::{Write, stdout};
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use mynumber::applet::pin::reference;
use mynumber::batch::{Batch, Cancel};
use mynumber::crypto::anchor::Anchor;
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::digest::{Hash, sha256};
use mynumber::crypto::key::backend::{AwsLc, AwsLcPrepared, Backend};
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::signer::{Claim, Revocation, Verifier};
use mynumber::crypto::{PublicKey, Scheme, UnixTime};
use mynumber::driver::{Card, Input};
use mynumber::{OwnCertificate, testing};
use rustix::time::{ClockId, clock_gettime};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SCHEME: Scheme = Scheme::Pkcs1v15(Hash::Sha256);
/// Different signatures; they are taken in turn.
const SAMPLES: u8 = 100;
/// Each side runs this often, in turn.
const ROUNDS: usize = 75;
const THREADS: usize = 2;
/// The share of the backend's own rate that a batch has to reach.
const LEAST: f64 = 0.9;

/// One line of a batch.
#[derive(Clone)]
struct Item {
    certificate: Vec<u8>,
    digest: [u8; 32],
    signature: Vec<u8>,
}

fn samples() -> Outcome<Vec<Item>> {
    let mut card = Card::new(testing::card("taro"));
    let password = testing::secrets().signature;
    let mut unlocked = card.unlock::<reference::Signature>(&password)?;
    let mut items = Vec::new();
    for number in 0..SAMPLES {
        let digest = sha256(&[&[number]]);
        let signed = unlocked.sign(&Input::sha256(&digest), &OwnCertificate)?;
        items.push(Item {
            certificate: signed.certificate().to_vec(),
            digest,
            signature: signed.value().to_vec(),
        });
    }
    unlocked.close()?;
    Ok(items)
}

/// What a run took: on the clock, and on the processors.
#[derive(Clone, Copy)]
struct Took {
    clock: Duration,
    processors: Duration,
}

impl Took {
    const MAX: Self = Self { clock: Duration::MAX, processors: Duration::MAX };

    /// The better of both, each for itself.
    fn min(self, other: Self) -> Self {
        Self { clock: self.clock.min(other.clock), processors: self.processors.min(other.processors) }
    }
}

/// A run that has begun.
struct Begun(Instant, Duration);

impl Begun {
    fn now() -> Self {
        Self(Instant::now(), processors())
    }

    fn took(&self) -> Took {
        Took { clock: self.0.elapsed(), processors: processors().saturating_sub(self.1) }
    }
}

/// The time that this process has had on all processors.
fn processors() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The bare backend: what it needs of each item lies ready, nothing is in order.
fn bare(items: &[Item], authority: PublicKey<'_>, backend: &AwsLcPrepared) -> Outcome<Took> {
    let mut ready = Vec::with_capacity(items.len());
    for item in items {
        let certificate = Certificate::parse(&item.certificate)?;
        ready.push((item, certificate, certificate.public_key()?));
    }
    let check = |half: &[(&Item, Certificate<'_>, PublicKey<'_>)]| {
        half.iter().all(|(item, certificate, key)| {
            backend.verify_message(&authority, SCHEME, certificate.tbs(), certificate.signature()).is_ok()
                && backend.verify_digest(key, SCHEME, &item.digest, &item.signature).is_ok()
        })
    };
    let (halves, begun) = (ready.chunks(ready.len().div_ceil(THREADS)), Begun::now());
    let good = thread::scope(|scope| {
        let running: Vec<_> = halves.map(|half| scope.spawn(move || check(half))).collect();
        running.into_iter().all(|half| half.join().unwrap_or(false))
    });
    let took = begun.took();
    if good { Ok(took) } else { Err("the bare loop refuses a good signature".into()) }
}

/// The batch, over items as a caller has them.
fn batch(items: &[Item], verifier: &Verifier<'_>, at: UnixTime) -> Outcome<Took> {
    let verify = |item: &&Item| {
        let claim = Claim { certificate: &item.certificate, scheme: SCHEME, signature: &item.signature };
        verifier.verify_digest(&claim, &item.digest, at)
    };
    let mut next = 0;
    let each = |entry: mynumber::batch::Entry<&Item, _, _>| {
        assert_eq!(entry.number, next, "the order is kept");
        next += 1;
        Ok(())
    };
    let threads = NonZeroUsize::new(THREADS).ok_or("no threads")?;
    let begun = Begun::now();
    let summary =
        Batch::new(threads).run(items.iter().map(Ok::<_, Infallible>), verify, each, &Cancel::new())?;
    let took = begun.took();
    let all = u64::try_from(items.len())?;
    if summary.accepted == all { Ok(took) } else { Err("the batch refuses a good signature".into()) }
}

fn main() -> Outcome<()> {
    let count = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let samples = samples()?;
    let items: Vec<Item> = samples.iter().cycle().take(count).cloned().collect();
    let authority = Certificate::parse(testing::authority().signature_ca())?;
    let anchors = [Anchor::from_certificate(&authority)?];
    let prepared = AwsLcPrepared::new(&[authority.public_key()?]);
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature)).with_backend(&prepared);
    let verifier = Verifier::new(validator, Revocation::NotChecked);

    let (mut best_bare, mut best_batch) = (Took::MAX, Took::MAX);
    let mut shares = Vec::new();
    for _ in 0..ROUNDS {
        let (bare, batch) =
            (bare(&items, authority.public_key()?, &prepared)?, batch(&items, &verifier, testing::ISSUED)?);
        shares.push(bare.processors.as_secs_f64() / batch.processors.as_secs_f64());
        best_bare = best_bare.min(bare);
        best_batch = best_batch.min(batch);
    }
    shares.sort_by(f64::total_cmp);
    let median = shares.get(ROUNDS / 2).copied().ok_or("no rounds")?;
    report(count, best_bare, best_batch, median)
}

fn report(count: usize, bare: Took, batch: Took, median: f64) -> Outcome<()> {
    let items = f64::from(u32::try_from(count)?);
    let mut out = stdout().lock();
    writeln!(
        out,
        "{count} items of two signature checks each, RSA-2048, {THREADS} threads, backend {}; best of {ROUNDS}",
        AwsLc.name()
    )?;
    for (name, took) in [("bare loop", bare), ("batch", batch)] {
        let each = took.processors.as_secs_f64() * 1e6 / items;
        writeln!(
            out,
            "{name:10} {:8.0} items a second, {each:6.1} µs of processor each",
            items / took.clock.as_secs_f64()
        )?;
    }
    let share = bare.processors.as_secs_f64() / batch.processors.as_secs_f64();
    let clock = bare.clock.as_secs_f64() / batch.clock.as_secs_f64();
    writeln!(
        out,
        "the batch reaches {:.1} % of the bare loop's rate by processor time (median of the pairs; best times {:.1} %), {:.1} % on the clock",
        median * 100.0,
        share * 100.0,
        clock * 100.0
    )?;
    // Not by the clock: on a machine with other work, chance decides who waits for a processor.
    if median >= LEAST { Ok(()) } else { Err("the batch is slower than nine tenths of the bare loop".into()) }
}
