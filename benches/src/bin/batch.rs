//! A batch of signatures beside the bare backend: what order, bounded memory, reading of certificates and path rules cost.
//!
//! Run: `cargo run --release -p benches --bin batch [ITEMS]`. Both sides make the same signature checks with the same
//! backend on two threads: that of the item's signature, and that of its certificate by the authority. The batch also
//! reads each certificate, finds and checks its path, keeps the order and calls back; its keys come out of the
//! certificates, those of the bare loop lie ready. It ends with an error when the batch is slower than nine tenths of the
//! bare loop.

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
use mynumber::crypto::key::backend::{AwsLc, Backend};
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::signer::{Claim, Revocation, Verifier};
use mynumber::crypto::{Scheme, UnixTime};
use mynumber::driver::{Card, Input};
use mynumber::{OwnCertificate, testing};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SCHEME: Scheme = Scheme::Pkcs1v15(Hash::Sha256);
/// Different signatures; they are taken in turn.
const SAMPLES: u8 = 100;
/// Each side runs this often, in turn, and its best time counts: what else the machine does only ever adds.
const ROUNDS: usize = 7;
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

/// The bare backend: nothing is read, nothing is in order.
fn bare(items: &[Item], authority: &Certificate<'_>) -> Outcome<Duration> {
    let (first, authority) = (items.first().ok_or("no items")?, authority.public_key()?);
    let certificate = Certificate::parse(&first.certificate)?;
    let key = certificate.public_key()?;
    let (halves, started) = (items.chunks(items.len().div_ceil(THREADS)), Instant::now());
    let check = |half: &[Item]| {
        half.iter().all(|item| {
            AwsLc.verify_message(&authority, SCHEME, certificate.tbs(), certificate.signature()).is_ok()
                && AwsLc.verify_digest(&key, SCHEME, &item.digest, &item.signature).is_ok()
        })
    };
    let good = thread::scope(|scope| {
        let running: Vec<_> = halves.map(|half| scope.spawn(move || check(half))).collect();
        running.into_iter().all(|half| half.join().unwrap_or(false))
    });
    let took = started.elapsed();
    if good { Ok(took) } else { Err("the bare loop refuses a good signature".into()) }
}

/// The batch, over items as a caller has them.
fn batch(items: &[Item], verifier: &Verifier<'_>, at: UnixTime) -> Outcome<Duration> {
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
    let started = Instant::now();
    let summary =
        Batch::new(threads).run(items.iter().map(Ok::<_, Infallible>), verify, each, &Cancel::new())?;
    let took = started.elapsed();
    let all = u64::try_from(items.len())?;
    if summary.accepted == all { Ok(took) } else { Err("the batch refuses a good signature".into()) }
}

fn main() -> Outcome<()> {
    let count = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let samples = samples()?;
    let items: Vec<Item> = samples.iter().cycle().take(count).cloned().collect();
    let authority = Certificate::parse(testing::authority().signature_ca())?;
    let anchors = [Anchor::from_certificate(&authority)?];
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature)).with_backend(&AwsLc);
    let verifier = Verifier::new(validator, Revocation::NotChecked);

    let (mut best_bare, mut best_batch) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best_bare = best_bare.min(bare(&items, &authority)?);
        best_batch = best_batch.min(batch(&items, &verifier, testing::ISSUED)?);
    }
    let rate = |took: Duration| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64();
    let share = rate(best_batch) / rate(best_bare);
    let mut out = stdout().lock();
    writeln!(
        out,
        "{count} items of two signature checks each, RSA-2048, {THREADS} threads, backend {}",
        AwsLc.name()
    )?;
    writeln!(out, "bare loop: {:9.0} items a second", rate(best_bare))?;
    writeln!(
        out,
        "batch:     {:9.0} items a second, {:.1} % of the bare loop",
        rate(best_batch),
        share * 100.0
    )?;
    if share >= LEAST { Ok(()) } else { Err("the batch is slower than nine tenths of the bare loop".into()) }
}
