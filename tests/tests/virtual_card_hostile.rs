//! h7: a hundred thousand commands that no honest host sends.

#![expect(clippy::unwrap_used, reason = "tests may fail loudly, their helpers too")]

use std::time::Instant;

use mynumber_virtual_card::{Power, VirtualCard};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use testkit::virtual_card::{REFERENCES, card};

const COMMANDS: u32 = 100_000;

struct Dice(ChaCha20Rng);

impl Dice {
    fn below(&mut self, limit: u32) -> usize {
        usize::try_from(self.0.next_u32() % limit).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u32().to_le_bytes()[0]
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.get(self.below(u32::try_from(from.len()).unwrap())).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Nothing but noise.
    fn noise(&mut self) -> Vec<u8> {
        let length = self.below(40);
        self.bytes(length)
    }

    /// A command of this card with parameters, lengths and data that are mostly wrong.
    fn command(&mut self) -> Vec<u8> {
        const INSTRUCTIONS: [(u8, u8); 14] = [
            (0x00, 0xA4),
            (0x00, 0xA4),
            (0x00, 0xB0),
            (0x00, 0xB0),
            (0x00, 0xB2),
            (0x00, 0x20),
            (0x00, 0x24),
            (0x00, 0x84),
            (0x00, 0xCA),
            (0x80, 0x32),
            (0x80, 0xAE),
            (0x80, 0xA2),
            (0x80, 0xFC),
            (0x00, 0xC0),
        ];
        const NAMES: [&[u8]; 6] = [
            &[0xD3, 0x92, 0xF0, 0x00, 0x26],
            &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
            &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
            &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
            &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
            &[0xA0, 0x00, 0x00, 0x01, 0x51],
        ];
        let (class, instruction) = self.pick(&INSTRUCTIONS);
        let class = if self.below(30) == 0 { self.byte() } else { class };
        let p1 = self.pick(&[0x00, 0x00, 0x01, 0x02, 0x04, 0x81, 0x8A, 0x5F, 0xFF]);
        let p2 = self.pick(&[0x00, 0x0C, 0x80, 0x80, 0x98, 0x9B, 0x91, 0x94, 0x51, 0xF2, 0xFF]);
        let data = match self.below(6) {
            0 => Vec::new(),
            1 => vec![0x00, self.byte() & 0x1F],
            2 => self.pick(&REFERENCES).1.to_vec(),
            3 | 4 => self.pick(&NAMES).to_vec(),
            _ => self.noise(),
        };
        let mut bytes = vec![class, instruction, p1, p2];
        let extended = self.below(8) == 0;
        if !data.is_empty() {
            let length = u8::try_from(data.len()).unwrap();
            bytes.extend(if extended { vec![0, 0, length] } else { vec![length] });
            bytes.extend(&data);
        }
        if self.below(2) == 0 {
            match (extended, data.is_empty()) {
                (false, _) => bytes.push(self.byte()),
                (true, false) => bytes.extend([0, 0]),
                (true, true) => bytes.extend([0, 0, 0]),
            }
        }
        if self.below(20) == 0 {
            bytes.truncate(self.below(u32::try_from(bytes.len()).unwrap()));
        }
        bytes
    }
}

/// Every reply has a status word and is no longer than asked for; the answer comes at once.
fn check(card: &mut VirtualCard, command: &[u8]) {
    let reply = card.respond(command).unwrap();
    let asked = mynumber_apdu::Command::parse(command).ok().and_then(|command| command.expected());
    let room = asked.map_or(0, |le| usize::try_from(le.get()).unwrap());
    assert!((2..=room + 2).contains(&reply.len()), "{command:02X?}: {} bytes", reply.len());
    let status = reply.last_chunk::<2>().unwrap();
    assert!(matches!(status, [0x90, 0x00] | [0x62..=0x6F, _]), "{command:02X?}: {status:02X?}");
    assert!(reply.len() == 2 || *status == [0x90, 0x00], "data comes with 9000 only");
}

#[test]
fn h7_a_hundred_thousand_commands_all_get_a_bounded_answer() {
    let mut dice = Dice(ChaCha20Rng::seed_from_u64(7));
    let mut card = card();
    let begun = Instant::now();
    for count in 0..COMMANDS {
        let command = if dice.below(4) == 0 { dice.noise() } else { dice.command() };
        // Private keys are for the signature tests: a millisecond each is too long here.
        if matches!(command.as_slice(), [_, 0x2A | 0x88, ..]) {
            continue;
        }
        check(&mut card, &command);
        if count % 997 == 0 {
            card.power(dice.pick(&[Power::On, Power::Reset]));
            // So that verified states stay within reach.
            card.rewrite(|image| image.references.values_mut().for_each(|held| held.set_left(held.limit())))
                .unwrap();
        }
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn h7_every_class_instruction_and_parameter_gets_an_answer() {
    let mut card = card();
    for class in 0..=u8::MAX {
        for instruction in 0..=u8::MAX {
            check(&mut card, &[class, instruction, 0x00, 0x80, 0x00]);
        }
    }
    for (p1, p2) in (0..=u8::MAX).flat_map(|p1| [0x00, 0x0C, 0x80, 0x91, 0xFF].map(|p2| (p1, p2))) {
        for instruction in [0xA4, 0xB0, 0xB2, 0x20, 0x24, 0x84, 0xCA] {
            check(&mut card, &[0x00, instruction, p1, p2]);
            check(&mut card, &[0x00, instruction, p1, p2, 0x00]);
            check(&mut card, &[0x00, instruction, p1, p2, 0x02, 0x00, 0x01]);
        }
    }
}
