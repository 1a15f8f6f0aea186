//! B9: what stays of a PIN, a number or a session key in the process's own memory once it was used and dropped: nothing.
//!
//! The card's side here answers without keeping anything, so that only the host's copies can be found. The password is
//! put together at run time and searched for in masked form, so that neither the program nor the search holds it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use mynumber::applet::pin::{FourDigitPin, SignaturePassword, VerificationNumberB, reference};
use mynumber::driver::Card;
use mynumber::transport::{CardSide, InProcess, PowerEvent, TraceEvent, Traced, Transport};
use rand_chacha::rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

const MASK: u8 = 0xA5;

/// A password of twelve characters, under the mask.
const MASKED: [u8; 12] = [0xF4, 0x92, 0xFF, 0xEE, 0xF2, 0xFD, 0x96, 0xE8, 0xE0, 0xE8, 0xEA, 0xF7];

/// A verification number B under the mask, and the session key that [`Unkept`] makes.
const MASKED_NUMBER: [u8; 14] =
    [0x9C, 0x92, 0x94, 0x91, 0x96, 0x97, 0x9D, 0x90, 0x93, 0x94, 0x97, 0x9C, 0x92, 0x96];
const MASKED_KEY: [u8; 16] =
    [0x11, 0x32, 0x53, 0x74, 0x95, 0xB6, 0xD7, 0xF8, 0x19, 0x3A, 0x5B, 0x7C, 0x9D, 0xBE, 0xDF, 0xF1];

static VERIFIED: AtomicUsize = AtomicUsize::new(0);

/// Accepts any password and session key, has one file, keeps nothing.
struct Forgetful;

impl CardSide for Forgetful {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Some(match command {
            [_, 0x20, _, 0x91] => vec![0x63, 0xC3],
            [_, 0x20, _, _] => vec![0x63, 0xC5],
            [_, 0x20, ..] => {
                VERIFIED.fetch_add(1, Ordering::SeqCst);
                vec![0x90, 0x00]
            }
            [_, 0xA4 | 0xAE, ..] => vec![0x90, 0x00],
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

/// How often what is masked here stands in memory that can be written.
fn copies_in_memory(masked: &[u8]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut chunk = vec![0; 1 << 16];
    let mut copies = 0;
    for line in
        maps.lines().filter(|line| line.split_whitespace().nth(1).is_some_and(|mode| mode.starts_with("rw")))
    {
        let (start, end) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let (mut at, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        while at < end {
            let length = usize::try_from(end - at).unwrap().min(chunk.len());
            let Some(part) = chunk.get_mut(..length) else { break };
            let Ok(count) = memory.read_at(part, at) else { break };
            copies += part
                .windows(masked.len())
                .filter(|window| window.iter().zip(masked).all(|(byte, masked)| byte ^ MASK == *masked))
                .count();
            let step = if count > masked.len() { count - masked.len() + 1 } else { count };
            if count == 0 {
                break;
            }
            at += u64::try_from(step).unwrap();
        }
    }
    chunk.fill(0);
    copies
}

fn traced(lines: &mut Vec<String>) -> Card<impl Transport> {
    let sink = |event: &TraceEvent<'_>| lines.push(event.to_string());
    Card::new(Traced::new(InProcess::new(Forgetful), || std::time::Duration::ZERO, sink))
}

#[inline(never)]
fn use_the_password(lines: &mut Vec<String>) {
    let password = {
        let text = clear(&MASKED);
        SignaturePassword::parse(std::str::from_utf8(&text).unwrap()).unwrap()
    };
    let mut card = traced(lines);
    let unlocked = card.unlock::<reference::Signature>(&password).unwrap();
    unlocked.close().unwrap();
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
fn use_the_number_enciphered(lines: &mut Vec<String>, in_between: impl FnOnce()) {
    let number = {
        let text = clear(&MASKED_NUMBER);
        VerificationNumberB::parse(std::str::from_utf8(&text).unwrap()).unwrap()
    };
    let mut card = traced(lines);
    let mut secured = card.secure(&FourDigitPin::parse("1234").unwrap(), &mut Unkept(0)).unwrap();
    secured.verify::<reference::InputAssistNumberB>(&number).unwrap();
    in_between();
    secured.close().unwrap();
}

#[test]
fn b9_nothing_of_a_pin_stays_in_memory_after_its_use() {
    {
        let held = clear(&MASKED);
        assert!(copies_in_memory(&MASKED) > 0, "the search finds what is there");
        drop(held);
    }
    assert_eq!(copies_in_memory(&MASKED), 0, "the search leaves nothing behind");
    let mut lines = Vec::new();
    use_the_password(&mut lines);
    assert_eq!(VERIFIED.load(Ordering::SeqCst), 1);
    assert!(lines.iter().any(|line| line.contains("<secret>")), "{lines:?}");
    assert_eq!(copies_in_memory(&MASKED), 0);
    // Under secure messaging: the number, and the key, which is there while the session lasts.
    lines.clear();
    use_the_number_enciphered(&mut lines, || assert!(copies_in_memory(&MASKED_KEY) > 0));
    assert_eq!(VERIFIED.load(Ordering::SeqCst), 3);
    assert_eq!(copies_in_memory(&MASKED_NUMBER), 0);
    assert_eq!(copies_in_memory(&MASKED_KEY), 0);
}
