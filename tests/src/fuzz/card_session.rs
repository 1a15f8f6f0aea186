//! A session with the virtual card: any commands, any power events.

use std::sync::OnceLock;

use mynumber_applet::PinId;
use mynumber_virtual_card::{IssuerKey, MemoryStorage, Power, Storage, VirtualCard};

use crate::virtual_card::{REFERENCES, image, rng};

/// Private-key operations take a millisecond or more; an input gets this many.
const SIGNATURES: usize = 4;
/// The longest reply: 65,536 bytes of data and a status word.
const LONGEST: usize = 65_538;

/// Takes the input for a script: a byte `n` below `F8` and `n` bytes are a command, and so are `F8`, two bytes of
/// length and that many; `F9` to `FB` switch the power on, off and over; `FC` opens the card again from its file.
///
/// Every reply has a status word and is bounded; no try is given back but for the right value, which the input would
/// have to know; without power there is no reply.
pub fn card_session(data: &[u8]) {
    let storage = MemoryStorage::holding(file());
    let mut card = open(&storage);
    let mut rest = data;
    let mut signatures = 0;
    let mut powered = true;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let length = match first {
            0xF9 => {
                card.power(Power::On);
                powered = true;
                continue;
            }
            0xFA => {
                card.power(Power::Off);
                powered = false;
                continue;
            }
            0xFB => {
                card.power(Power::Reset);
                powered = true;
                continue;
            }
            0xFC.. => {
                let before = tries(&card);
                card = open(&storage);
                assert_eq!(before, tries(&card), "what was told was not durable");
                powered = true;
                continue;
            }
            0xF8 => match rest.split_first_chunk::<2>() {
                Some((length, after)) => {
                    rest = after;
                    usize::from(u16::from_be_bytes(*length))
                }
                None => return,
            },
            short => usize::from(short),
        };
        let (command, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        if matches!(command, [_, 0x2A | 0x88, ..]) {
            signatures += 1;
            if signatures > SIGNATURES {
                return;
            }
        }
        exchange(&mut card, command, powered);
    }
}

fn exchange(card: &mut VirtualCard, command: &[u8], powered: bool) {
    let before = tries(card);
    let reply = card.respond(command);
    assert_eq!(reply.is_some(), powered);
    let Some(reply) = reply else { return };
    assert!((2..=LONGEST).contains(&reply.len()), "{} bytes", reply.len());
    let presents = matches!(command, [_, 0x20 | 0x24 | 0x32, _, _, _, ..]);
    let success = reply.ends_with(&[0x90, 0x00]);
    for ((pin, was), (_, is)) in before.iter().zip(tries(card)) {
        assert!(is == *was || presents && (is < *was || success), "{pin:?}: {was} became {is}");
    }
}

fn tries(card: &VirtualCard) -> Vec<(PinId, u8)> {
    REFERENCES.iter().filter_map(|(pin, _, _)| Some((*pin, card.tries_left(*pin)?))).collect()
}

/// The bytes of the card's file, made once.
fn file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let mut storage = MemoryStorage::default();
        let mut image = image();
        // So that the issuer's commands are within reach; its key is not.
        image.issuer_key = IssuerKey::new(&[0x4B; 16]).ok();
        let made = VirtualCard::new(image, storage.clone(), rng());
        assert!(made.is_ok());
        storage.read().map(|bytes| bytes.to_vec()).unwrap_or_default()
    })
}

fn open(storage: &MemoryStorage) -> VirtualCard {
    match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => unreachable!("a card's own file is refused: {error}"),
    }
}
