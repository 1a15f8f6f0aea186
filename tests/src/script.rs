//! Scripts of exchanges with a card, written out in hex so that no mistake of the model hides in them.
//!
//! ```text
//! # a comment
//! power on | power off | power reset
//! > 00A4040C0AD392F000260100000001
//! < 9000                the whole reply
//! < [256] 9000          256 bytes of any value, then these
//! < none                the card does not answer
//! ```
//! Blanks between the bytes are allowed, and a comment may end any line.

use std::fmt::Write;

/// What happens to the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Cold reset.
    On,
    /// No power.
    Off,
    /// Warm reset.
    Reset,
}

/// The end of a wire at which a script is run.
pub trait Card {
    /// The reply, if there is one.
    fn respond(&mut self, command: &[u8]) -> Option<Vec<u8>>;
    /// Power comes, goes, or the card is reset.
    fn power(&mut self, power: Power);
}

/// Runs a script; the message names the first line that went otherwise.
///
/// # Errors
/// What the card answered instead, or what is wrong with the script, with the line number.
pub fn run(script: &str, card: &mut dyn Card) -> Result<usize, String> {
    let mut answered: Option<Option<Vec<u8>>> = None;
    let mut exchanges = 0;
    for (index, line) in script.lines().enumerate() {
        let place = |problem: String| format!("line {}: {problem}: {line}", index + 1);
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.split_at_checked(1) {
            _ if line.is_empty() => {}
            _ if line.starts_with("power ") => {
                let power = power(line).ok_or_else(|| place("no such power event".to_owned()))?;
                card.power(power);
            }
            Some((">", command)) => {
                if answered.is_some() {
                    return Err(place("the reply before this is not told".to_owned()));
                }
                let command = hex(command).ok_or_else(|| place("not hex".to_owned()))?;
                answered = Some(card.respond(&command));
                exchanges += 1;
            }
            Some(("<", expected)) => {
                let reply = answered.take().ok_or_else(|| place("no command before this".to_owned()))?;
                matches(expected, reply.as_deref()).map_err(place)?;
            }
            _ => return Err(place("neither `power`, `>` nor `<`".to_owned())),
        }
    }
    match answered {
        None => Ok(exchanges),
        Some(_) => Err("the last reply is not told".to_owned()),
    }
}

fn power(line: &str) -> Option<Power> {
    match line {
        "power on" => Some(Power::On),
        "power off" => Some(Power::Off),
        "power reset" => Some(Power::Reset),
        _ => None,
    }
}

fn matches(expected: &str, reply: Option<&[u8]>) -> Result<(), String> {
    let shown = reply.map_or("none".to_owned(), to_hex);
    let differs = || Err(format!("the card answered {shown}"));
    let expected = expected.trim();
    let Some(reply) = reply else {
        return if expected == "none" { Ok(()) } else { differs() };
    };
    let (skipped, expected) = match expected.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        None => (0, expected),
        Some((count, rest)) => (count.trim().parse().map_err(|_| "not a count".to_owned())?, rest),
    };
    let expected = hex(expected).ok_or_else(|| "not hex".to_owned())?;
    if reply.get(skipped..) == Some(expected.as_slice()) { Ok(()) } else { differs() }
}

/// Bytes from hex with blanks.
#[must_use]
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, odd) = digits.as_chunks::<2>();
    odd.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Bytes as hex.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}
