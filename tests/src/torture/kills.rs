//! `kill -9` at random moments on `mynumber card serve`: whatever it was doing, the card opens again, and stands as the
//! answers said or as they would have said next.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mynumber_applet::PinId;
use mynumber_virtual_card::{MemoryStorage, Power, VirtualCard};

use super::driver_end::Port;
use super::host::model::App;
use super::{Family, Made, Part, Plan, Tally, ensure};
use crate::command::{Bench, SIGNATURE};
use crate::dice::Dice;
use crate::virtual_card::rng;

/// The family.
pub const FAMILY: Family = Family {
    name: "kills",
    about: "kill -9 at random moments on the served card",
    planted: "a card file put back as it was before the last commands",
    run,
};

const LIMIT: u8 = 5;
const CARD: &str = "data/cards/canary.card";
const OTHER: &str = "OTHER7";
const WRONG: &str = "WRONG1";
/// Commands that are sent before the process is killed, answered or not.
const MOST_COMMANDS: usize = 24;
/// The kill comes at a random moment of this time after the last command was sent.
const WINDOW: Duration = Duration::from_micros(1500);

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("kill -9 of the served card", |part| {
        let seeds: Vec<u64> = (0..plan.count(500, 10)).map(|round| plan.seed.wrapping_add(round)).collect();
        // One card lives through all the rounds of a thread.
        part.each(&seeds, || {
            let mut desk = Desk::new();
            move |seed: &u64, part: &mut Part| {
                part.guarded(&format!("seed {seed}"), || match &mut desk {
                    Ok(desk) => desk.round(&mut Dice::new(*seed), plan.planted),
                    Err(error) => Err(error.to_string()),
                });
            }
        });
    });
    Ok(())
}

/// What is true of the signature password: its value and its tries.
type Truth = (&'static str, u8);

#[derive(Clone, Copy, Debug)]
enum Op {
    Right,
    Wrong,
    Change,
}

/// The truths that an operation writes one after the other, and the status word that follows them.
fn writes(op: Op, (value, left): Truth, verified: bool) -> (Vec<Truth>, u16) {
    let fewer = left.saturating_sub(1);
    match op {
        Op::Right | Op::Wrong if left == 0 => (vec![], 0x6984),
        Op::Right => (vec![(value, fewer), (value, LIMIT)], 0x9000),
        Op::Wrong => (vec![(value, fewer)], 0x63C0 | u16::from(fewer)),
        Op::Change if verified => (vec![(other(value), LIMIT)], 0x9000),
        Op::Change => (vec![], 0x6982),
    }
}

fn other(value: &str) -> &'static str {
    if value == SIGNATURE { OTHER } else { SIGNATURE }
}

fn with_data(head: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&head[..], &[u8::try_from(data.len()).unwrap_or_default()], data].concat()
}

fn command(op: Op, (value, _): Truth) -> Vec<u8> {
    match op {
        Op::Right => with_data([0x00, 0x20, 0x00, 0x9B], value.as_bytes()),
        Op::Wrong => with_data([0x00, 0x20, 0x00, 0x9B], WRONG.as_bytes()),
        Op::Change => with_data([0x00, 0x24, 0x01, 0x9B], other(value).as_bytes()),
    }
}

struct Desk {
    bench: Bench,
    port: Port,
    truth: Truth,
}

/// A process that does not outlive its round.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Desk {
    fn new() -> Made<Self> {
        Ok(Self { bench: Bench::new(), port: Port::open()?, truth: (SIGNATURE, LIMIT) })
    }

    fn round(&mut self, dice: &mut Dice, planted: bool) -> Result<(), String> {
        let before = self.bench.read(CARD);
        let possible = self.killed(dice).map_err(|error| error.to_string())?;
        if planted {
            self.bench.write(CARD, &before);
        }
        self.truth = self.found()?;
        ensure(possible.contains(&self.truth), || {
            format!("{:?} and it has to be one of {possible:?}", self.truth)
        })?;
        if self.truth.1 == 0 {
            self.unblock()?;
        }
        Ok(())
    }

    /// Sends commands and kills the process in the middle; what may be true of the card then.
    fn killed(&self, dice: &mut Dice) -> Made<Vec<Truth>> {
        let port = self.port.address()?.port().to_string();
        let arguments = ["card", "serve", "canary", "--quiet", "--port", &port];
        let call = self.bench.bare_call(&arguments).stdout(Stdio::null());
        let mut served = Served(call.spawn().child);
        let mut wire = self.port.accept()?;
        wire.power_on()?;
        wire.exchange(&with_data([0x00, 0xA4, 0x04, 0x0C], App::Jpki.name()))?;
        let (mut truth, mut verified) = (self.truth, false);
        for _ in 0..dice.below(MOST_COMMANDS) {
            let op = dice.pick(&[Op::Right, Op::Right, Op::Wrong, Op::Change]);
            let (written, word) = writes(op, truth, verified);
            let answer = wire.exchange(&command(op, truth))?;
            if answer != word.to_be_bytes() {
                return Err(format!("{op:?} is answered by {answer:02X?}, not {word:04X}").into());
            }
            truth = written.last().copied().unwrap_or(truth);
            verified = match op {
                Op::Right => word == 0x9000,
                Op::Wrong => verified && word == 0x6984,
                Op::Change => verified,
            };
        }
        let op = dice.pick(&[Op::Right, Op::Wrong, Op::Wrong, Op::Change]);
        let (written, _) = writes(op, truth, verified);
        wire.send(&command(op, truth))?;
        wait(WINDOW.mul_f64(f64::from(dice.byte()) / 255.0));
        served.0.kill()?;
        let status = served.0.wait()?;
        if status.signal() != Some(9) {
            return Err(format!("it ended by itself: {status}").into());
        }
        Ok(std::iter::once(truth).chain(written).collect())
    }

    /// Which value is right, and how many tries are left, as the card's file says.
    fn found(&self) -> Result<Truth, String> {
        let bytes = self.bench.read(CARD);
        let open = || {
            let mut card = VirtualCard::open(MemoryStorage::holding(&bytes), rng())
                .map_err(|error| format!("the card does not open: {error}"))?;
            card.power(Power::On);
            Ok::<_, String>(card)
        };
        let left = open()?.tries_left(PinId::Signature).unwrap_or_default();
        for value in [SIGNATURE, OTHER] {
            let mut card = open()?;
            // So that the value of a blocked one can be looked at.
            card.rewrite(|image| image.references.values_mut().for_each(|held| held.set_left(held.limit())))
                .map_err(|error| error.to_string())?;
            card.respond(&with_data([0x00, 0xA4, 0x04, 0x0C], App::Jpki.name()));
            if card.respond(&command(Op::Right, (value, LIMIT))) == Some(vec![0x90, 0x00]) {
                return Ok((value, left));
            }
        }
        Err("neither value is right".to_owned())
    }

    /// The issuer's work, so that the rounds go on.
    fn unblock(&mut self) -> Result<(), String> {
        let storage = mynumber_virtual_card::FileStorage::open(&self.bench.path(CARD));
        let storage = storage.map_err(|error| error.to_string())?;
        let mut card = VirtualCard::open(storage, rng()).map_err(|error| error.to_string())?;
        card.reset_reference(PinId::Signature, SIGNATURE.as_bytes()).map_err(|error| error.to_string())?;
        self.truth = (SIGNATURE, LIMIT);
        Ok(())
    }
}

/// Shorter than the system's sleep would be.
fn wait(time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}
