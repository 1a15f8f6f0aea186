//! The card's end against scripts of hex, whose codes were made with OpenSSL, and against everything that is one bit off.

use std::convert::Infallible;
use std::fs;

use mynumber_applet::PinId;
use mynumber_virtual_card::{IssuerKey, MemoryStorage, VirtualCard};
use rand_chacha::rand_core::{TryCryptoRng, TryRng};

use crate::{script, virtual_card};

/// Random numbers that count: 00 01 02 ..
struct Counting(u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

/// The card of the scripts: known PINs, and the key 00 01 02 .. of this length.
fn card_with_key(length: u8, with_keys: bool) -> VirtualCard {
    let mut image = virtual_card::image();
    let key: Vec<u8> = (0..length).collect();
    image.issuer_key = Some(IssuerKey::new(&key).unwrap());
    if !with_keys {
        image.keys.clear();
    }
    VirtualCard::new(image, MemoryStorage::default(), Counting(0)).unwrap()
}

fn sections(name: &str) -> Vec<String> {
    let path = crate::scripts().join(name);
    fs::read_to_string(path).unwrap().split("---\n").map(str::to_owned).collect()
}

#[test]
fn the_card_answers_the_issuer_as_the_scripts_say() {
    let mut exchanges = 0;
    for (name, length) in [("issuer.txt", 16), ("issuer_aes256.txt", 32)] {
        for section in sections(name) {
            let title: Vec<&str> = section.lines().take_while(|line| line.starts_with('#')).collect();
            exchanges += script::run(&section, &mut card_with_key(length, true))
                .unwrap_or_else(|problem| panic!("{name}: {title:?}: {problem}"));
        }
    }
    assert!(exchanges > 190, "{exchanges} exchanges");
}

/// The commands of the first section, up to and with the first of class `84`.
fn up_to_the_first_command() -> Vec<Vec<u8>> {
    let section = sections("issuer.txt").remove(0);
    let lines = section.lines().filter_map(|line| line.strip_prefix('>'));
    let mut commands: Vec<Vec<u8>> =
        lines.map(|line| script::hex(line.split('#').next().unwrap()).unwrap()).collect();
    let first = commands.iter().position(|command| command.first() == Some(&0x84)).unwrap();
    commands.truncate(first + 1);
    commands
}

#[test]
fn every_flipped_bit_of_a_command_is_refused_and_changes_nothing() {
    let mut before = up_to_the_first_command();
    let command = before.pop().unwrap();
    let mut ended = 0;
    for bit in 0..command.len() * 8 {
        let mut card = card_with_key(16, false);
        for command in &before {
            card.respond(command).unwrap();
        }
        let mut flipped = command.clone();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        let reply = card.respond(&flipped).unwrap();
        assert!(reply.len() == 2 && reply != [0x90, 0x00], "bit {bit}: {reply:02X?}");
        // One try was lost on the way; a value that was set would have brought it back.
        assert_eq!(card.tries_left(PinId::UserAuthentication), Some(2), "bit {bit}");
        ended += usize::from(reply == [0x69, 0x88]);
        let whole = card.respond(&command).unwrap();
        assert_eq!(
            whole.len() > 2,
            !matches!(reply.as_slice(), [0x69, 0x88 | 0x87]) && !counted(&reply, bit)
        );
    }
    // Instruction, parameters, blocks and code: everything but class, Lc and Le.
    assert_eq!(ended, (3 + command.len() - 6) * 8);
}

/// A wrong Le is found when the code is right: the command was counted, so that its repetition has a wrong number.
fn counted(reply: &[u8], bit: usize) -> bool {
    reply == [0x67, 0x00] && bit / 8 > 5
}

#[test]
fn every_prefix_of_a_command_is_refused() {
    let mut before = up_to_the_first_command();
    let command = before.pop().unwrap();
    for length in 0..command.len() {
        let mut card = card_with_key(16, false);
        for command in &before {
            card.respond(command).unwrap();
        }
        assert_eq!(card.respond(&command[..length]).unwrap().len(), 2, "{length}");
        assert_eq!(card.tries_left(PinId::UserAuthentication), Some(2), "{length}");
    }
}

#[test]
fn every_flipped_bit_of_an_authentication_is_refused() {
    let commands = up_to_the_first_command();
    let [challenge, authenticate, ..] = commands.as_slice() else { panic!("two commands at least") };
    for bit in 40..(authenticate.len() - 1) * 8 {
        let mut card = card_with_key(16, false);
        card.respond(challenge).unwrap();
        let mut flipped = authenticate.clone();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        assert_eq!(card.respond(&flipped).unwrap(), [0x63, 0x00], "bit {bit}");
        // The challenge is spent.
        assert_eq!(card.respond(authenticate).unwrap(), [0x69, 0x85], "bit {bit}");
    }
}
