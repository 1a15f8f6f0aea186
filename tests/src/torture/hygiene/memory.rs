//! What stays of a PIN, a number or a session key in the process's own memory once it was used and dropped: nothing.
//!
//! The card's side here answers without keeping anything, so that only the host's copies can be found. The password is
//! put together at run time and searched for in masked form, so that neither the program nor the search holds it.

use std::fs::File;
use std::os::unix::fs::FileExt;

use mynumber::applet::pin::{FourDigitPin, SignaturePassword, VerificationNumberB, reference};
use mynumber::driver::{Card, Error};
use mynumber::transport::{CardSide, InProcess, PowerEvent, TraceEvent, Traced, Transport};
use rand_chacha::rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use crate::torture::{Made, Part, ensure};

const MASK: u8 = 0xA5;

/// A password of twelve characters, under the mask.
const MASKED: [u8; 12] = [0xF4, 0x92, 0xFF, 0xEE, 0xF2, 0xFD, 0x96, 0xE8, 0xE0, 0xE8, 0xEA, 0xF7];

/// A verification number B under the mask, and the session key that [`Unkept`] makes.
const MASKED_NUMBER: [u8; 14] =
    [0x9C, 0x92, 0x94, 0x91, 0x96, 0x97, 0x9D, 0x90, 0x93, 0x94, 0x97, 0x9C, 0x92, 0x96];
const MASKED_KEY: [u8; 16] =
    [0x11, 0x32, 0x53, 0x74, 0x95, 0xB6, 0xD7, 0xF8, 0x19, 0x3A, 0x5B, 0x7C, 0x9D, 0xBE, 0xDF, 0xF1];

/// Accepts any password and session key, has one file, keeps nothing.
struct Forgetful;

impl CardSide for Forgetful {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Some(match command {
            [_, 0x20, _, 0x91] => vec![0x63, 0xC3],
            [_, 0x20, _, _] => vec![0x63, 0xC5],
            [_, 0x20 | 0xA4 | 0xAE, ..] => vec![0x90, 0x00],
            // A key for session keys: odd, of 2048 bits, and nobody's.
            [0x00, 0xB0, 0x86, ..] => [
                &[0xA1, 0x82, 0x01, 0x09, 0x90, 0x03, 0x01, 0x00, 0x01, 0x91, 0x82, 0x01, 0x00][..],
                &[0xC5; 256],
                &[0x90, 0x00],
            ]
            .concat(),
            _ => vec![0x6A, 0x82],
        })
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }
}

fn clear(masked: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(masked.len()));
    text.extend(masked.iter().map(|byte| byte ^ MASK));
    text
}

/// How often what is masked here stands in memory of this process that can be written.
fn copies_in_memory(masked: &[u8]) -> Made<usize> {
    copies_in("self", masked)
}

/// How often what is masked here stands in memory of a process that can be written.
pub(super) fn copies_in(process: &str, masked: &[u8]) -> Made<usize> {
    let memory = File::open(format!("/proc/{process}/mem"))?;
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut chunk = vec![0; 1 << 16];
    let mut copies = 0;
    for line in
        maps.lines().filter(|line| line.split_whitespace().nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let (start, end) = range.ok_or("a map without a range")?;
        let (mut at, end) = (u64::from_str_radix(start, 16)?, u64::from_str_radix(end, 16)?);
        while at < end {
            let length = usize::try_from(end - at)?.min(chunk.len());
            let Some(part) = chunk.get_mut(..length) else { break };
            // Some pages are listed and cannot be read.
            let Ok(count) = memory.read_at(part, at) else { break };
            copies += occurrences(part.get(..count).unwrap_or_default(), masked);
            let step = if count > masked.len() { count - masked.len() + 1 } else { count };
            if count == 0 {
                break;
            }
            at += u64::try_from(step)?;
        }
    }
    chunk.fill(0);
    Ok(copies)
}

/// Bytes that are looked through at a time for where it could begin: without optimisation that is what takes long.
const STRIDE: usize = 1024;

/// How often what is masked stands in these bytes.
pub(super) fn occurrences(bytes: &[u8], masked: &[u8]) -> usize {
    let Some(first) = masked.first().map(|byte| byte ^ MASK) else { return 0 };
    let is_it = |window: &[u8]| window.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked);
    let blocks = (0..bytes.len()).step_by(STRIDE).filter_map(|from| {
        let to = from.saturating_add(STRIDE + masked.len() - 1).min(bytes.len());
        bytes.get(from..to)
    });
    let worth_it = blocks.filter(|block| block.contains(&first));
    worth_it.map(|block| block.windows(masked.len()).filter(|window| is_it(window)).count()).sum()
}

fn traced(lines: &mut Vec<String>) -> Card<impl Transport> {
    let sink = |event: &TraceEvent<'_>| lines.push(event.to_string());
    Card::new(Traced::new(InProcess::new(Forgetful), || std::time::Duration::ZERO, sink))
}

fn password() -> Made<SignaturePassword> {
    let text = clear(&MASKED);
    Ok(SignaturePassword::parse(std::str::from_utf8(&text)?)?)
}

#[inline(never)]
fn use_the_password(lines: &mut Vec<String>) -> Made<()> {
    let password = password()?;
    let mut card = traced(lines);
    let unlocked = card.unlock::<reference::Signature>(&password)?;
    Ok(unlocked.close()?)
}

/// Random numbers that begin with the key of the test and are kept nowhere.
struct Unkept(u8);

impl TryRng for Unkept {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(7)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(7)
    }

    fn try_fill_bytes(&mut self, room: &mut [u8]) -> Result<(), Self::Error> {
        for (byte, masked) in room.iter_mut().zip(MASKED_KEY.iter().cycle()) {
            *byte = masked ^ MASK ^ self.0;
        }
        self.0 += 1;
        Ok(())
    }
}

impl TryCryptoRng for Unkept {}

#[inline(never)]
fn use_the_number_enciphered(lines: &mut Vec<String>) -> Made<usize> {
    let number = {
        let text = clear(&MASKED_NUMBER);
        VerificationNumberB::parse(std::str::from_utf8(&text)?)?
    };
    let mut card = traced(lines);
    let mut secured = card.secure(&FourDigitPin::parse("1234")?, &mut Unkept(0))?;
    secured.verify::<reference::InputAssistNumberB>(&number)?;
    let keys = copies_in_memory(&MASKED_KEY)?;
    secured.close()?;
    Ok(keys)
}

/// A card whose reader falls apart while the password is on its way.
struct Collapsing;

impl CardSide for Collapsing {
    #[expect(clippy::panic, reason = "it is there to panic")]
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        match command {
            [_, 0x20, _, _, _, ..] => panic!("the reader fell apart"),
            _ => Forgetful.respond(command),
        }
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        Forgetful.atr()
    }
}

#[inline(never)]
fn panic_with_the_password() -> Made<bool> {
    let password = password()?;
    let mut card = Card::new(InProcess::new(Collapsing));
    let unlocking = || card.unlock::<reference::Signature>(&password).map(drop);
    let caught: Result<Result<(), Error>, _> =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(unlocking));
    Ok(caught.is_err())
}

/// Uses the password and drops it; what a process does whose memory is looked at from outside.
pub(super) fn use_it() -> Made<()> {
    use_the_password(&mut Vec::new())
}

pub(super) const fn password_masked() -> &'static [u8] {
    &MASKED
}

/// The password in clear, for the planted fault: a copy that nobody wipes.
fn leaked() -> Vec<u8> {
    MASKED.iter().map(|byte| byte ^ MASK).collect()
}

fn gone(what: &str, masked: &[u8]) -> Result<(), String> {
    let copies = copies_in_memory(masked).map_err(|error| error.to_string())?;
    ensure(copies == 0, || format!("{copies} copies of {what} are left"))
}

fn used(outcome: Made<()>) -> Result<(), String> {
    outcome.map_err(|error| format!("it cannot be used: {error}"))
}

/// The search finds what is there, and nothing of what was used and dropped.
pub(super) fn run(planted: bool, part: &mut Part) {
    let held = clear(&MASKED);
    part.case(
        copies_in_memory(&MASKED)
            .map_err(|error| error.to_string())
            .and_then(|copies| ensure(copies > 0, || "the search does not find what is there".to_owned())),
    );
    drop(held);
    part.case(gone("what the search looked for", &MASKED));
    let kept = planted.then(leaked);
    let mut lines = Vec::new();
    part.case(used(use_the_password(&mut lines)).and_then(|()| gone("the password", &MASKED)));
    let traced = lines.iter().any(|line| line.contains("<secret>"));
    part.case(ensure(traced, || format!("VERIFY is not in the trace: {lines:?}")));
    let panicked = panic_with_the_password().map_err(|error| error.to_string());
    part.case(panicked.and_then(|panicked| ensure(panicked, || "it did not panic".to_owned())));
    part.case(gone("the password, after a panic", &MASKED));
    // Under secure messaging: the number, and the key, which is there while the session lasts.
    lines.clear();
    let keys = use_the_number_enciphered(&mut lines).map_err(|error| error.to_string());
    part.case(keys.and_then(|keys| ensure(keys > 0, || "the key is not where it is used".to_owned())));
    part.case(gone("the verification number", &MASKED_NUMBER));
    part.case(gone("the session key", &MASKED_KEY));
    drop(kept);
}
