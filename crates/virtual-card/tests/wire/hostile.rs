//! h7: a hundred thousand commands that no honest host sends.

use std::time::Instant;

use crate::dice::Dice;
use crate::virtual_card::{image, rng};
use mynumber_virtual_card::{IssuerKey, MemoryStorage, Power, VirtualCard};

/// A card that knows the issuer's commands too.
fn card() -> VirtualCard {
    let mut image = image();
    image.issuer_key = Some(IssuerKey::new(&[0x4B; 16]).unwrap());
    VirtualCard::new(image, MemoryStorage::default(), rng()).unwrap()
}

const COMMANDS: u32 = 100_000;

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
    let mut dice = Dice::new(7);
    let mut card = card();
    let begun = Instant::now();
    for count in 0..COMMANDS {
        let mut command = if dice.one_in(4) { dice.noise() } else { dice.command() };
        // The issuer's commands, without its key.
        if let [class, instruction, ..] = command.as_mut_slice()
            && dice.one_in(10)
        {
            (*class, *instruction) =
                dice.pick(&[(0x00, 0x82), (0x84, 0x2C), (0x84, 0x04), (0x84, 0xD6), (0x84, 0x44)]);
        }
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
