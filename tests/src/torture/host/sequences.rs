//! Sequences of commands, structured and random, each exchange looked at by the reference model.

use mynumber_virtual_card::{Power, VirtualCard};

use super::model::{App, Given, Model};
use crate::dice::Dice;
use crate::torture::{Part, Plan};
use crate::virtual_card::{self, REFERENCES};

/// Sequences of one portion of work; a portion has a card of its own.
const PORTION: u64 = 2_000;
/// In so many sequences the issuer sets all secrets anew, so that most of the time not everything is blocked.
const REISSUE: usize = 12;
/// One in so many signatures is whole; the others have an input that no scheme takes, and end at the access rule.
const WHOLE_SIGNATURE: usize = 300;

/// Where the secrets of [`REFERENCES`] lie, in that order.
const PLACES: [(App, u16); 11] = [
    (App::Jpki, 0x1B),
    (App::Jpki, 0x18),
    (App::InputAssist, 0x11),
    (App::InputAssist, 0x12),
    (App::InputAssist, 0x14),
    (App::InputAssist, 0x15),
    (App::CardFace, 0x11),
    (App::CardFace, 0x13),
    (App::CardFace, 0x12),
    (App::Juki, 0x1C),
    (App::Common, 0x1C),
];

const APPS: [App; 5] = [App::Jpki, App::InputAssist, App::CardFace, App::Juki, App::Common];

/// Sequences beside the model.
pub(super) fn run(plan: &Plan, part: &mut Part) {
    portions(plan, part, plan.count(1_000_000, 4_000), Bench::sequence);
}

/// Two clients that know nothing of each other, their commands mixed.
pub(super) fn interleaved(plan: &Plan, part: &mut Part) {
    portions(plan, part, plan.count(200_000, 2_000), Bench::two_clients);
}

fn portions(plan: &Plan, part: &mut Part, count: u64, make: fn(&mut Bench) -> Vec<Step>) {
    let seeds: Vec<u64> = (0..count / PORTION).map(|index| plan.seed.wrapping_add(index)).collect();
    part.each(&seeds, || {
        |seed: &u64, part: &mut Part| {
            let mut bench = Bench::new(*seed, plan.planted);
            for number in 0..PORTION {
                let steps = make(&mut bench);
                let outcome = bench.play(&steps);
                let failed = outcome.is_err();
                part.case(outcome.map_err(|told| format!("seed {seed}, sequence {number}: {told}")));
                if failed {
                    bench = Bench::new(seed.wrapping_add(number).wrapping_mul(31), plan.planted);
                }
            }
        }
    });
}

/// One thing that a host does.
#[derive(Clone)]
enum Step {
    Command(Vec<u8>),
    /// VERIFY of the secret of this index with its present value, by short identifier.
    Right(usize),
    Power(Power),
    /// The issuer sets every secret anew.
    Reissue,
}

/// A command and the status word of its reply.
type Exchange = (Vec<u8>, [u8; 2]);

struct Bench {
    card: VirtualCard,
    model: Model,
    dice: Dice,
    planted: bool,
}

fn given() -> Vec<Given<'static>> {
    let of = |((_, value, limit), (app, ef)): (&(_, &'static [u8], u8), &(App, u16))| Given {
        app: *app,
        ef: *ef,
        value,
        limit: *limit,
    };
    REFERENCES.iter().zip(&PLACES).map(of).collect()
}

fn short(ef: u16) -> u8 {
    0x80 | u8::try_from(ef).unwrap_or_default()
}

/// A command with data in the short form.
fn with_data(head: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap_or_default();
    if data.is_empty() { head.to_vec() } else { [&head[..], &[length], data].concat() }
}

impl Bench {
    fn new(seed: u64, planted: bool) -> Self {
        Self { card: virtual_card::card(), model: Model::new(&given()), dice: Dice::new(seed), planted }
    }

    fn sequence(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.dice.one_in(REISSUE) {
            steps.push(Step::Reissue);
        }
        if self.dice.one_in(3) {
            steps.push(Step::Power(self.dice.pick(&[Power::On, Power::Reset])));
        }
        if self.dice.one_in(6) {
            for _ in 0..self.dice.below(10) {
                steps.push(Step::Command(self.random()));
            }
            return steps;
        }
        for _ in 0..1 + self.dice.below(2) {
            steps.extend(self.client());
        }
        steps
    }

    fn two_clients(&mut self) -> Vec<Step> {
        let mut steps = if self.dice.one_in(REISSUE) { vec![Step::Reissue] } else { Vec::new() };
        let (mut one, mut other) = (self.client().into_iter(), self.client().into_iter());
        loop {
            let next = if self.dice.one_in(2) {
                one.next().or_else(|| other.next())
            } else {
                other.next().or_else(|| one.next())
            };
            match next {
                Some(step) => steps.push(step),
                None => return steps,
            }
        }
    }

    fn random(&mut self) -> Vec<u8> {
        loop {
            let command = if self.dice.one_in(4) { self.dice.noise() } else { self.dice.command() };
            // Private keys take a millisecond.
            if !matches!(command.as_slice(), [_, 0x2A | 0x88, ..]) {
                return command;
            }
        }
    }

    /// What one client does in one application; now and then a command is spoilt.
    fn client(&mut self) -> Vec<Step> {
        let app = self.dice.pick(&APPS);
        let mut steps = vec![Step::Command(with_data([0x00, 0xA4, 0x04, 0x0C], app.name()))];
        for _ in 0..1 + self.dice.below(5) {
            let step = self.structured(app);
            steps.push(match step {
                Step::Command(bytes) if self.dice.one_in(10) => Step::Command(self.spoilt(bytes)),
                step => step,
            });
        }
        steps
    }

    fn structured(&mut self, app: App) -> Step {
        let own: Vec<usize> =
            PLACES.iter().enumerate().filter(|(_, (of, _))| *of == app).map(|(index, _)| index).collect();
        let index = self.dice.pick(&own);
        let ef = PLACES.get(index).map_or(0, |(_, ef)| *ef);
        let p2 = if self.dice.one_in(4) { 0x80 } else { short(ef) };
        let [high, low] = ef.to_be_bytes();
        Step::Command(match self.dice.below(14) {
            0 | 1 => return Step::Right(index),
            2 | 3 => with_data([0x00, 0x20, 0x00, p2], &self.wrong_value(index)),
            4 => vec![0x00, 0x20, 0x00, p2],
            // With an answer that may not fit.
            5 if self.dice.one_in(3) => {
                let expected = self.dice.pick(&[0x00, 0x01, 0x06]);
                [with_data([0x00, 0xA4, 0x02, 0x00], &[high, low]), vec![expected]].concat()
            }
            5 => with_data([0x00, 0xA4, 0x02, 0x0C], &[high, low]),
            6 | 7 => {
                let file = self.dice.pick(&[0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x89, 0x8A]);
                vec![0x00, 0xB0, file, 0x00, 0x05]
            }
            8 => self.signature(),
            9 | 10 => {
                let (class, instruction, p1) =
                    self.dice.pick(&[(0x00, 0x24, 0x01), (0x00, 0x24, 0x01), (0x80, 0x32, 0x00)]);
                with_data([class, instruction, p1, p2], &self.new_value(index))
            }
            11 => self.random(),
            12 => return self.leaving(),
            _ => vec![0x00, 0xB2, 0x01, self.dice.pick(&[0x0C, 0x14, 0x04]), 0x00],
        })
    }

    fn leaving(&mut self) -> Step {
        match self.dice.below(5) {
            0 => Step::Power(Power::On),
            1 | 2 => Step::Power(Power::Reset),
            3 => Step::Command(with_data([0x00, 0xA4, 0x04, 0x0C], b"\xA0\x00\x00\x01\x51\x00\x00")),
            _ => {
                let app = self.dice.pick(&APPS);
                Step::Command(with_data([0x00, 0xA4, 0x04, 0x0C], app.name()))
            }
        }
    }

    /// With an input that no scheme takes, all but a few times.
    fn signature(&mut self) -> Vec<u8> {
        let p2 = self.dice.pick(&[0x97, 0x9A, 0x97, 0x9A, 0x80]);
        if self.dice.one_in(WHOLE_SIGNATURE) {
            return [&with_data([0x80, 0x2A, 0x02, p2], &[7; 32])[..], &[0x00]].concat();
        }
        let p1 = self.dice.pick(&[0x02, 0x04, 0x02, 0x06]);
        [&with_data([0x80, 0x2A, p1, p2], &[7; 5])[..], &[0x00]].concat()
    }

    /// Often nearly right: cut, lengthened, in small letters, with one digit changed, another's.
    fn wrong_value(&mut self, index: usize) -> Vec<u8> {
        let mut value = self.model.secret(index).map(|(.., value)| value.to_vec()).unwrap_or_default();
        match self.dice.below(6) {
            0 => drop(value.pop()),
            1 => value.push(0),
            2 => value.make_ascii_lowercase(),
            3 => return self.dice.pick(&REFERENCES).1.to_vec(),
            4 => {
                return {
                    let length = self.dice.below(18);
                    self.dice.bytes(length)
                };
            }
            _ => {
                let at = self.dice.below(value.len());
                if let Some(byte) = value.get_mut(at) {
                    *byte ^= 1;
                }
            }
        }
        value
    }

    fn new_value(&mut self, index: usize) -> Vec<u8> {
        let digit = |dice: &mut Dice| b'0' + dice.byte() % 10;
        match (self.dice.below(6), index) {
            (0, _) => self.wrong_value(index),
            (1, _) => Vec::new(),
            (_, 0) => [b"NEW".to_vec(), (0..3).map(|_| digit(&mut self.dice)).collect()].concat(),
            _ => (0..4).map(|_| digit(&mut self.dice)).collect(),
        }
    }

    fn spoilt(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        match self.dice.below(4) {
            0 => drop(bytes.pop()),
            1 => bytes.push(self.dice.byte()),
            2 => bytes.insert(self.dice.below(bytes.len()), 0),
            _ => {
                let at = self.dice.below(bytes.len());
                let bit = self.dice.below(8);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
        }
        // A whole signature takes a millisecond.
        if matches!(bytes.as_slice(), [_, 0x2A | 0x88, ..]) {
            vec![0x00, 0x84, 0x00, 0x00, 0x08]
        } else {
            bytes
        }
    }

    fn play(&mut self, steps: &[Step]) -> Result<(), String> {
        let mut so_far = Vec::new();
        for step in steps {
            let told = match step {
                Step::Command(command) => self.exchange(command, &mut so_far),
                Step::Right(index) => {
                    let command = self
                        .model
                        .secret(*index)
                        .map(|(_, ef, value)| with_data([0x00, 0x20, 0x00, short(ef)], value));
                    command.map_or(Ok(()), |command| self.exchange(&command, &mut so_far))
                }
                Step::Power(power) => {
                    self.power(*power);
                    Ok(())
                }
                Step::Reissue => self.reissue(),
            };
            let told = told.and_then(|()| self.counters_agree());
            told.map_err(|told| format!("{told}; {}", in_words(&so_far)))?;
        }
        Ok(())
    }

    fn power(&mut self, power: Power) {
        if matches!(power, Power::On | Power::Off) {
            self.card.power(Power::Off);
            self.card.power(Power::On);
            self.model.power_cycle();
        } else {
            self.card.power(power);
        }
    }

    fn reissue(&mut self) -> Result<(), String> {
        for (pin, value, limit) in REFERENCES {
            let fresh = self.card.tries_left(pin) == Some(limit);
            if limit > 0 && !(fresh && self.unchanged(pin, value)) {
                self.card.reset_reference(pin, value).map_err(|error| error.to_string())?;
            }
        }
        self.card.power(Power::Off);
        self.card.power(Power::On);
        self.model.reissue();
        Ok(())
    }

    fn unchanged(&self, pin: mynumber_applet::PinId, value: &[u8]) -> bool {
        let index = REFERENCES.iter().position(|(of, ..)| *of == pin);
        index.and_then(|index| self.model.secret(index)).is_some_and(|(.., held)| held == value)
    }

    fn exchange(&mut self, command: &[u8], so_far: &mut Vec<Exchange>) -> Result<(), String> {
        let reply = self.card.respond(command).ok_or("no reply")?;
        so_far.push((command.to_vec(), *reply.last_chunk().ok_or("no status word")?));
        let planted = self.planted && matches!(reply.as_slice(), [0x63, 0xC1]) && self.dice.one_in(5);
        if planted {
            self.give_back();
        }
        self.model.observe(command, &reply)
    }

    /// The planted fault: every secret of which one try is left has another one.
    fn give_back(&mut self) {
        // What cannot be written does not happen, and is no fault planted.
        let _ = self.card.rewrite(|image| {
            for held in image.references.values_mut().filter(|held| held.left() == 1) {
                held.set_left(2);
            }
        });
    }

    fn counters_agree(&self) -> Result<(), String> {
        let truth = REFERENCES.iter().map(|(pin, ..)| self.card.tries_left(*pin).unwrap_or_default());
        if truth.clone().eq(self.model.tries()) {
            return Ok(());
        }
        let (truth, model): (Vec<u8>, Vec<u8>) = (truth.collect(), self.model.tries().collect());
        Err(format!("the card has {truth:?} tries, the rules say {model:?}"))
    }
}

/// For the report: the virtual card of the tests has no secrets.
fn in_words(exchanges: &[Exchange]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let line = |(command, word): &Exchange| format!("{} > {}", hex(command), hex(word));
    exchanges.iter().map(line).collect::<Vec<_>>().join(" | ")
}
