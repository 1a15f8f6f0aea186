//! A CRL of a million entries: how long its index takes to build, how much memory above the CRL, how long a lookup; beside
//! a bare walk over the entries with a sort of their serial numbers, and rustls-webpki's owned CRL.
//!
//! Lookups are single calls one after the other, of serial numbers in random order, both sides in the same loop and by turns:
//! of numbers that are not on the list, of a mix of which one in a hundred is, as a verifier meets them, and of numbers that all
//! are on the list. Two more figures are told without a limit: lookups of which each begins when the last is answered, and
//! lookups whose date and reason are asked for too. Those lie anywhere in the CRL: the time of such a read by itself is told.
//!
//! Run: `cargo run --release -p benches --bin crl_index`. It ends with an error when a figure is above its limit. Memory is
//! the peak of a process of its own for each (`VmHWM`), so that part runs on Linux only.

use std::hint::black_box;
use std::io::{Write, stdout};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mynumber_crypto::revocation::CrlIndex;
use webpki::{CertRevocationList, OwnedCertRevocationList};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const ENTRIES: u64 = 1_000_000;
const LOOKUPS: usize = 1_000_000;
/// Each time is the best of so many: others use the machine too.
const ROUNDS: usize = 7;
/// The limits: build against walk and sort, megabytes above the CRL, nanoseconds of a lookup.
const LIMITS: (f64, f64, f64) = (3.0, 8.0, 50.0);
/// In the mix, one serial number in so many is on the list.
const ONE_IN: usize = 100;

/// The two kinds of lists: long random numbers, and short ones issued in sequence, of which three in ten have a reason.
#[derive(Clone, Copy)]
enum Shape {
    Random,
    Sequence,
}

impl Shape {
    const ALL: [(&'static str, Self); 2] =
        [("8-byte random serials", Self::Random), ("4-byte serials, reasons", Self::Sequence)];
}

/// A generator of numbers without pattern (SplitMix64).
struct Mixer(u64);

impl Mixer {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap_or(1)).unwrap_or(0)
    }
}

/// The serial number of an entry, as the content of an INTEGER, and how many bytes of it count.
fn serial(shape: Shape, index: u64) -> ([u8; 8], usize) {
    match shape {
        Shape::Random => {
            let number = Mixer(index.wrapping_mul(0x0123_4567_89AB_CDEF)).next();
            ((number & 0x7FFF_FFFF_FFFF_FFFF | 0x4000_0000_0000_0000).to_be_bytes(), 8)
        }
        Shape::Sequence => {
            // Issued one after the other, revoked in any order.
            let [.., a, b, c, d] = (0x0100_0000 + index * 611_953 % ENTRIES * 7).to_be_bytes();
            ([a, b, c, d, 0, 0, 0, 0], 4)
        }
    }
}

const ALGORITHM: &[u8] = &[0x30, 0x0D, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 0x0B, 5, 0];
const NAME: &[u8] = b"\x30\x18\x31\x16\x30\x14\x06\x03\x55\x04\x0A\x0C\x0DMYNUMBER-TEST";
const NUMBER: &[u8] = &[0xA0, 0x0E, 0x30, 0x0C, 0x30, 0x0A, 6, 3, 0x55, 0x1D, 0x14, 4, 3, 2, 1, 7];
const DATE: &[u8] = b"\x17\x0D261001003000Z";
const REASON: &[u8] = &[0x30, 0x0C, 0x30, 0x0A, 6, 3, 0x55, 0x1D, 0x15, 4, 3, 0x0A, 1, 4];

/// Bytes of a header with four length bytes: all that is measured is longer than 16 MiB.
const HEADER: usize = 6;

fn header(tag: u8, length: usize, out: &mut Vec<u8>) {
    let [.., a, b, c, d] = length.to_be_bytes();
    out.extend_from_slice(&[tag, 0x84, a, b, c, d]);
}

/// A CRL without a signature that anybody made: who made it is no part of what is measured. Its memory is allocated once.
fn list(shape: Shape) -> Vec<u8> {
    let entry = |index: u64| {
        let (bytes, length) = serial(shape, index);
        let reason = if matches!(shape, Shape::Sequence) && index % 10 < 3 { REASON } else { &[] };
        (bytes, length, reason)
    };
    let mut entries = 0;
    for index in 0..ENTRIES {
        let (_, length, reason) = entry(index);
        entries += 2 + 2 + length + DATE.len() + reason.len();
    }
    let before = [&[2, 1, 1], ALGORITHM, NAME, DATE, b"\x17\x0D261002003000Z"].concat();
    let tbs = before.len() + HEADER + entries + NUMBER.len();
    let signature = [&[3, 0x82, 1, 1, 0][..], &[0x5A; 256]].concat();
    let total = HEADER + tbs + ALGORITHM.len() + signature.len();
    let mut out = Vec::with_capacity(total + 16);
    header(0x30, total, &mut out);
    header(0x30, tbs, &mut out);
    out.extend_from_slice(&before);
    header(0x30, entries, &mut out);
    for index in 0..ENTRIES {
        let (bytes, length, reason) = entry(index);
        let content = 2 + length + DATE.len() + reason.len();
        out.extend_from_slice(&[
            0x30,
            u8::try_from(content).unwrap_or(0),
            2,
            u8::try_from(length).unwrap_or(0),
        ]);
        out.extend_from_slice(bytes.get(..length).unwrap_or_default());
        out.extend_from_slice(DATE);
        out.extend_from_slice(reason);
    }
    out.extend_from_slice(NUMBER);
    out.extend_from_slice(ALGORITHM);
    out.extend_from_slice(&signature);
    out
}

/// A walk over the entries that checks nothing, and a sort of their serial numbers as machine words: the least that any
/// index has to do.
fn walk_and_sort(crl: &[u8]) -> Option<Vec<u64>> {
    let mut numbers = Vec::with_capacity(usize::try_from(ENTRIES).ok()?);
    // CertificateList, TBSCertList, and the fields before the entries.
    let mut rest = crl.get(3 * HEADER + 3 + ALGORITHM.len() + NAME.len() + 2 * DATE.len()..)?;
    while let [0x30, length, 2, size, after @ ..] = rest {
        let serial = after.get(..usize::from(*size))?;
        let mut word = [0; 8];
        word.get_mut(8 - serial.len()..)?.copy_from_slice(serial);
        numbers.push(u64::from_be_bytes(word));
        rest = rest.get(2 + usize::from(*length)..)?;
    }
    numbers.sort_unstable();
    Some(numbers)
}

/// The time that this thread has had a processor, where the system tells (Linux): others use the machine too. The system
/// keeps this account when it chooses among threads, so it is made to.
fn cpu_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = *START.get_or_init(Instant::now);
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    match told.as_deref().and_then(|told| told.split(' ').next()?.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => start.elapsed(),
    }
}

fn time<T>(mut run: impl FnMut() -> T) -> Duration {
    let start = cpu_time();
    black_box(run());
    cpu_time().saturating_sub(start)
}

fn best<T>(mut run: impl FnMut() -> T) -> Duration {
    (0..ROUNDS).map(|_| time(&mut run)).min().unwrap_or_default()
}

/// The best times of two, which take turns: what disturbs the machine disturbs both.
fn best_of_each<A, B>(mut one: impl FnMut() -> A, mut other: impl FnMut() -> B) -> (Duration, Duration) {
    (0..ROUNDS).fold((Duration::MAX, Duration::MAX), |(best, other_best), _| {
        (time(&mut one).min(best), time(&mut other).min(other_best))
    })
}

/// How many of these serial numbers are found.
fn hits(serials: &[([u8; 8], usize)], found: impl Fn(&[u8]) -> bool) -> usize {
    let told =
        |(bytes, length): &&([u8; 8], usize)| found(black_box(bytes.get(..*length).unwrap_or_default()));
    serials.iter().filter(told).count()
}

/// Of the time of so many, that of one.
fn nanoseconds(time: Duration, count: usize) -> Outcome<f64> {
    Ok(time.as_secs_f64() * 1e9 / f64::from(u32::try_from(count)?))
}

/// Nanoseconds of one lookup that begins when the last is answered.
fn per_chained_lookup(
    serials: &[([u8; 8], usize)],
    mut found: impl FnMut(&[u8]) -> bool,
    expected: bool,
) -> Outcome<f64> {
    let time = best(|| {
        let mut at = 0;
        while let Some((bytes, length)) = serials.get(at) {
            let found = black_box(found(bytes.get(..*length).unwrap_or_default()));
            at += 1 + usize::from(found != expected);
        }
    });
    nanoseconds(time, serials.len())
}

/// Nanoseconds of reading a byte anywhere in the CRL, each place known only when the last was read.
fn per_read(crl: &[u8]) -> Outcome<f64> {
    let mut mixer = Mixer(7);
    let places: Vec<usize> = (0..LOOKUPS).map(|_| mixer.below(crl.len())).collect();
    let time = best(|| {
        places.iter().fold(0, |last, place| {
            let place = place.saturating_sub(usize::from(black_box(last) & 1));
            crl.get(place).copied().unwrap_or_default()
        })
    });
    nanoseconds(time, places.len())
}

/// Serial numbers in random order.
struct Asked {
    what: &'static str,
    serials: Vec<([u8; 8], usize)>,
    /// How many are on the list.
    hits: usize,
}

/// Serial numbers of the list, others that are not on it, and a mix.
fn asked(shape: Shape) -> [Asked; 3] {
    let mut mixer = Mixer(5);
    let entries = usize::try_from(ENTRIES).unwrap_or(0);
    let mut some = |what, one_in: usize| {
        let is_hit = |number: usize| number.checked_rem(one_in) == Some(0);
        let serials = (0..LOOKUPS).map(|number| {
            let (mut bytes, length) = serial(shape, u64::try_from(mixer.below(entries)).unwrap_or(0));
            if !is_hit(number) {
                // A first byte that no serial number of the lists has.
                bytes[0] = 0x3A;
            }
            (bytes, length)
        });
        let mut serials: Vec<_> = serials.collect();
        // A regular turn of both would be guessed by the processor.
        for last in (1..serials.len()).rev() {
            serials.swap(last, mixer.below(last + 1));
        }
        Asked { what, serials, hits: (0..LOOKUPS).filter(|number| is_hit(*number)).count() }
    };
    [some("absent", 0), some("mix, 1 % present", ONE_IN), some("present", 1)]
}

fn peer(crl: &[u8]) -> Outcome<CertRevocationList<'static>> {
    let owned =
        OwnedCertRevocationList::from_der(crl).map_err(|error| format!("rustls-webpki: {error:?}"))?;
    Ok(CertRevocationList::from(owned))
}

fn peak() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// In a process of its own: the peak above the CRL that building takes, in bytes.
fn memory(who: &str) -> Outcome<u64> {
    let crl = list(Shape::Random);
    // 5 sets the peak back to what is in use now.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let before = peak()?;
    let entries = match who {
        "ours" => CrlIndex::build(crl.as_slice())?.len(),
        _ => usize::from(peer(&crl)?.find_serial(&[1]).is_ok()),
    };
    black_box(entries);
    Ok(peak()?.saturating_sub(before))
}

fn megabytes(who: &str) -> Outcome<f64> {
    let run = Command::new(std::env::current_exe()?).args(["memory", who]).output()?;
    let bytes: u32 = String::from_utf8(run.stdout)?.trim().parse()?;
    Ok(f64::from(bytes) / 1e6)
}

/// What was found and what is above its limit.
struct Findings<W> {
    out: W,
    over: Vec<String>,
}

impl<W: Write> Findings<W> {
    fn limit(&mut self, what: &str, found: f64, limit: f64) {
        if found > limit {
            self.over.push(format!("{what}: {found:.1} above {limit:.1}"));
        }
    }

    fn shape(&mut self, name: &str, shape: Shape) -> Outcome<()> {
        let crl = list(shape);
        let megabytes = f64::from(u32::try_from(crl.len())?) / 1e6;
        writeln!(self.out, "{name}: {ENTRIES} entries, {megabytes:.1} MB")?;
        let walked = walk_and_sort(&crl).map_or(0, |numbers| numbers.len());
        let index = CrlIndex::build(crl.as_slice())?;
        if u64::try_from(walked)? != ENTRIES || index.len() != walked {
            return Err("the list is not what it should be".into());
        }
        let (bare, ours) = best_of_each(|| walk_and_sort(&crl), || CrlIndex::build(crl.as_slice()));
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        writeln!(
            self.out,
            "  walk and sort {bare:.1?}, index {ours:.1?}: {ratio:.2} times, at most {}",
            LIMITS.0
        )?;
        self.limit(&format!("{name}, index against walk and sort"), ratio, LIMITS.0);
        let mut webpki = peer(&crl);
        writeln!(self.out, "  rustls-webpki {:.1?}", time(|| webpki = peer(&crl)))?;
        let webpki = webpki?;
        writeln!(self.out, "  one byte anywhere in the CRL, read after the last: {:.1} ns", per_read(&crl)?)?;
        for asked in asked(shape) {
            self.lookups(name, &asked, &index, &webpki)?;
        }
        Ok(())
    }

    fn lookups(
        &mut self,
        name: &str,
        asked: &Asked,
        index: &CrlIndex<&[u8]>,
        webpki: &CertRevocationList<'_>,
    ) -> Outcome<()> {
        let Asked { what, serials, hits: expected } = asked;
        let find = |serial: &[u8]| index.lookup(serial).is_some();
        let said = |serial: &[u8]| index.lookup(serial).is_some_and(|entry| entry.revocation().is_ok());
        let found = |serial: &[u8]| webpki.find_serial(serial).is_ok_and(|found| found.is_some());
        if [hits(serials, find), hits(serials, said), hits(serials, found)] != [*expected; 3] {
            return Err(format!("{name}, {what}: not found as often as they are there").into());
        }
        let (ours, theirs) = best_of_each(|| hits(serials, find), || hits(serials, found));
        let (ours, theirs) = (nanoseconds(ours, serials.len())?, nanoseconds(theirs, serials.len())?);
        let chained = per_chained_lookup(serials, find, *expected == serials.len())?;
        let said = nanoseconds(best(|| hits(serials, said)), serials.len())?;
        writeln!(
            self.out,
            "  lookup, {what}: {ours:.1} ns, at most {}; rustls-webpki {theirs:.1} ns; each after the answer of the last {chained:.1} ns, with date and reason {said:.1} ns",
            LIMITS.2
        )?;
        self.limit(&format!("{name}, lookup, {what}"), ours, LIMITS.2);
        Ok(())
    }
}

fn main() -> Outcome<()> {
    let mut out = stdout().lock();
    let mut arguments = std::env::args().skip(1);
    if let (Some("memory"), Some(who)) = (arguments.next().as_deref(), arguments.next()) {
        writeln!(out, "{}", memory(&who)?)?;
        return Ok(());
    }
    let mut findings = Findings { out, over: Vec::new() };
    for (name, shape) in Shape::ALL {
        findings.shape(name, shape)?;
    }
    if cfg!(target_os = "linux") {
        let (ours, theirs) = (megabytes("ours")?, megabytes("rustls-webpki")?);
        let line = format!("memory above the CRL: {ours:.2} MB, at most {}", LIMITS.1);
        writeln!(findings.out, "{line}; rustls-webpki {theirs:.1} MB")?;
        findings.limit("memory", ours, LIMITS.1);
    }
    if findings.over.is_empty() { Ok(()) } else { Err(findings.over.join("; ").into()) }
}
