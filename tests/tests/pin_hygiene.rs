//! B9: what stays of a PIN in the process's own memory once it was used and dropped: nothing.
//!
//! The card's side here answers without keeping anything, so that only the host's copies can be found. The password is
//! put together at run time and searched for in masked form, so that neither the program nor the search holds it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use mynumber::applet::pin::{SignaturePassword, reference};
use mynumber::driver::Card;
use mynumber::transport::{CardSide, InProcess, PowerEvent, TraceEvent, Traced};
use zeroize::Zeroizing;

const MASK: u8 = 0xA5;

/// A password of twelve characters, under the mask.
const MASKED: [u8; 12] = [0xF4, 0x92, 0xFF, 0xEE, 0xF2, 0xFD, 0x96, 0xE8, 0xE0, 0xE8, 0xEA, 0xF7];

static VERIFIED: AtomicUsize = AtomicUsize::new(0);

/// Accepts any password, has no file, keeps nothing.
struct Forgetful;

impl CardSide for Forgetful {
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        Some(match command {
            [_, 0x20, _, _] => vec![0x63, 0xC5],
            [_, 0x20, ..] => {
                VERIFIED.fetch_add(1, Ordering::SeqCst);
                vec![0x90, 0x00]
            }
            [_, 0xA4, ..] => vec![0x90, 0x00],
            _ => vec![0x6A, 0x82],
        })
    }

    fn power(&mut self, _: PowerEvent) {}

    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x80, 0x01, 0x01]
    }
}

fn typed() -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(MASKED.len()));
    text.extend(MASKED.iter().map(|byte| byte ^ MASK));
    text
}

/// How often the password stands in memory that can be written.
fn copies_in_memory() -> usize {
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
                .windows(MASKED.len())
                .filter(|window| window.iter().zip(MASKED).all(|(byte, masked)| byte ^ MASK == masked))
                .count();
            let step = if count > MASKED.len() { count - MASKED.len() + 1 } else { count };
            if count == 0 {
                break;
            }
            at += u64::try_from(step).unwrap();
        }
    }
    chunk.fill(0);
    copies
}

#[inline(never)]
fn use_the_password(lines: &mut Vec<String>) {
    let password = {
        let text = typed();
        SignaturePassword::parse(std::str::from_utf8(&text).unwrap()).unwrap()
    };
    let sink = |event: &TraceEvent<'_>| lines.push(event.to_string());
    let mut card = Card::new(Traced::new(InProcess::new(Forgetful), || std::time::Duration::ZERO, sink));
    let unlocked = card.unlock::<reference::Signature>(&password).unwrap();
    unlocked.close().unwrap();
}

#[test]
fn b9_nothing_of_a_pin_stays_in_memory_after_its_use() {
    {
        let held = typed();
        assert!(copies_in_memory() > 0, "the search finds what is there");
        drop(held);
    }
    assert_eq!(copies_in_memory(), 0, "the search leaves nothing behind");
    let mut lines = Vec::new();
    use_the_password(&mut lines);
    assert_eq!(VERIFIED.load(Ordering::SeqCst), 1);
    assert!(lines.iter().any(|line| line.contains("<secret>")), "{lines:?}");
    assert_eq!(copies_in_memory(), 0);
}
