//! A session with the virtual card: any commands, any power events, cuts, peculiarities and acts of the issuer.

use std::sync::OnceLock;

use mynumber_applet::{ApplicationId, PinId, TokenKind, rows};
use mynumber_virtual_card::storage::{Cut, PowerCut};
use mynumber_virtual_card::{IssuerKey, MemoryStorage, Power, Quirks, Storage, VirtualCard};

use super::card_secured::Host;
use super::choices::{Choices, chosen};
use super::host_belief::quirks;
use crate::virtual_card::{REFERENCES, image, rng};

/// Private-key operations take a millisecond or more; an input gets this many.
const SIGNATURES: usize = 8;
/// The longest reply: 65,536 bytes of data and a status word.
const LONGEST: usize = 65_538;
/// One more than the journal of a card file holds.
const JOURNAL: usize = 1_025;

/// Takes the input for a script: a byte `n` below `F8` and `n` bytes are a command, and so are `F8`, two bytes of
/// length and that many; `F9` to `FB` switch the power on, off and over; `FC` opens the card again from its file; `FD` and three
/// bytes give it peculiarities; `FE` and two bytes have the power fail at a write; `FF` and one more are what `Table::act`
/// says.
///
/// Every reply has a status word and is bounded; no try is given back but for the right value, which the input would
/// have to know; without power there is no reply; what was told is durable.
pub fn card_session(data: &[u8]) {
    let mut choices = Choices(data);
    let mut table = Table::new();
    while let Some(first) = choices.byte() {
        match first {
            0xF9 => table.power(Power::On, true),
            0xFA => table.power(Power::Off, false),
            0xFB => table.power(Power::Reset, true),
            0xFC => table.reopen(),
            0xFD => {
                let quirks = quirks(&mut choices);
                table.removable = quirks.removed_after.is_some();
                table.card = open(&table.storage).with_quirks(quirks, drop);
                table.powered = true;
            }
            0xFE => {
                let index = choices.byte().unwrap_or(0);
                let cut = chosen(&Cut::ALL, choices.byte().unwrap_or(0)).copied().unwrap_or(Cut::Before);
                table.storage.plan(usize::from(index), cut);
            }
            0xFF => table.act(&mut choices),
            0xF8 => {
                let length = choices.word();
                table.command(choices.bytes(length.into()));
            }
            short => table.command(choices.bytes(short.into())),
        }
        if table.signatures > SIGNATURES {
            return;
        }
    }
}

/// The card on the table, and what is known of it.
struct Table {
    storage: PowerCut,
    card: VirtualCard,
    host: Host,
    signatures: usize,
    powered: bool,
    /// It leaves the reader by itself.
    removable: bool,
}

impl Table {
    fn new() -> Self {
        let storage = PowerCut::over(MemoryStorage::holding(file()));
        let card = open(&storage);
        Self { storage, card, host: Host::default(), signatures: 0, powered: true, removable: false }
    }

    fn power(&mut self, power: Power, powered: bool) {
        self.card.power(power);
        self.powered = powered;
    }

    /// The card from its file, with power.
    fn reopen(&mut self) {
        let before = tries(&self.card);
        self.storage = PowerCut::over(self.storage.survivor());
        self.card = open(&self.storage);
        assert_eq!(before, tries(&self.card), "what was told was not durable");
        (self.powered, self.removable) = (true, false);
    }

    fn command(&mut self, command: &[u8]) {
        if matches!(command, [_, 0x2A | 0x88 | 0xAE, ..]) {
            self.signatures += 1;
        }
        self.exchange(command);
    }

    fn exchange(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let before = tries(&self.card);
        let reply = self.card.respond(command);
        if self.storage.is_lost() {
            self.after_cut(&before, true);
            return None;
        }
        assert!(reply.is_some() == self.powered || self.removable && reply.is_none());
        let reply = reply?;
        assert!((2..=LONGEST).contains(&reply.len()), "{} bytes", reply.len());
        let presents = matches!(command, [_, 0x20 | 0x24 | 0x32, _, _, _, ..]);
        let success = reply.ends_with(&[0x90, 0x00]);
        for ((pin, was), (_, is)) in before.iter().zip(tries(&self.card)) {
            assert!(is == *was || presents && (is < *was || success), "{pin:?}: {was} became {is}");
        }
        Some(reply)
    }

    /// The power failed at a write: the card is what it was, what it would have been, or has one try fewer.
    fn after_cut(&mut self, before: &[(PinId, u8)], by_command: bool) {
        self.storage = PowerCut::over(self.storage.survivor());
        self.card = open(&self.storage);
        for (pin, was) in before {
            let Some(reference) = self.card.image().references.get(pin) else {
                assert!(!by_command, "{pin:?} is gone");
                continue;
            };
            let is = reference.left();
            assert!(is == *was || is + 1 == *was || is == reference.limit(), "{pin:?}: {was} became {is}");
        }
        (self.powered, self.removable) = (true, false);
    }

    /// `00` puts the card back; `01` tampers with it; `02` sets a reference anew; `03` rewrites the image; `04` delivers a session
    /// key; `05` is a command under secure messaging; `06` fills the journal; `40` uses a card on whose storage has failed; any other
    /// shows what the card shows.
    fn act(&mut self, choices: &mut Choices<'_>) {
        let before = tries(&self.card);
        match choices.byte().unwrap_or(0) {
            0x00 => {
                self.card.insert();
                self.powered = true;
            }
            0x01 => drop(self.card.tamper()),
            0x02 => {
                let pin = self.pin(choices);
                drop(self.card.reset_reference(pin, choices.counted()));
            }
            0x03 => self.rewrite(choices.byte().unwrap_or(0), choices.byte().unwrap_or(0)),
            0x04 => {
                self.signatures += 1;
                let command = self.host.delivery(choices.byte().unwrap_or(0));
                let reply = self.exchange(&command);
                self.host.delivered(reply.as_deref() == Some(&[0x90, 0x00]));
            }
            0x05 => {
                let command = self.host.secured(choices);
                let reply = self.exchange(&command);
                self.host.answered(reply.as_deref());
            }
            0x06 => {
                let pin = self.pin(choices);
                let write = |_| self.card.reset_reference(pin, b"1234").is_ok();
                assert!(!(0..JOURNAL).all(write) || self.card.tries_left(pin).is_some());
            }
            0x40 => beyond_a_cut(choices),
            _ => {
                let card = &self.card;
                assert!(!format!("{card:?} {:?} {}", self.storage.survivor(), card.is_unlocked()).is_empty());
                let references = card.image().references.values();
                assert!(references.clone().all(|held| held.is_blocked() == (held.left() == 0)));
                assert!(references.clone().all(|held| format!("{held:?}").contains("<secret>")));
                let forms = card.image().references.iter().map(|(pin, held)| held.has_form(pin.row().format));
                assert!(forms.count() <= REFERENCES.len() && self.storage.writes() < usize::MAX);
                assert!(!format!("{:?}", card.image().files.values().collect::<Vec<_>>()).contains("1234"));
                assert!(!format!("{:?}", card.image().keys.values().collect::<Vec<_>>()).is_empty());
            }
        }
        if self.storage.is_lost() {
            self.after_cut(&before, false);
        }
    }

    fn pin(&self, choices: &mut Choices<'_>) -> PinId {
        let byte = choices.byte().unwrap_or(0);
        let row = rows::pins().nth(usize::from(byte) % rows::pins().count());
        row.map_or(PinId::Signature, |row| row.id)
    }

    fn rewrite(&mut self, what: u8, which: u8) {
        let application = rows::APPLICATIONS.get(usize::from(which) % rows::APPLICATIONS.len());
        let shaped = Quirks {
            token: Some(match which % 3 {
                0 => TokenKind::Card,
                1 => TokenKind::Android,
                _ => TokenKind::Iphone,
            }),
            ..Quirks::default()
        };
        let done = self.card.rewrite(|image| match what % 6 {
            0 => application.map_or((), |row| image.remove_application(row.id)),
            1 => shaped.shape(image),
            2 => image.keys.clear(),
            3 => image.files.clear(),
            4 => image.data_objects.clear(),
            _ => image.references.clear(),
        });
        if let Err(error) = done {
            assert!(!format!("{error} {error:?}").is_empty());
        }
    }
}

/// A new card whose power fails at a write (two bytes) in some way, and which is written and asked on as if it had not.
///
/// After the failure nothing is written any more, no command that needs to is done, and what survives is a card or nothing.
fn beyond_a_cut(choices: &mut Choices<'_>) {
    let (index, cut) = (usize::from(choices.word()) % (JOURNAL + 4), choices.byte().unwrap_or(0));
    let cut = chosen(&Cut::ALL, cut).copied().unwrap_or(Cut::Before);
    let storage = PowerCut::over(MemoryStorage::default());
    storage.plan(index, cut);
    let mut image = image();
    image.keys.clear();
    let mut card = match VirtualCard::new(image, storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => {
            assert!(index == 0 && storage.is_lost() && !format!("{error} {error:?}").is_empty());
            assert!(VirtualCard::open(storage.clone(), rng()).is_err(), "read without power");
            let survivor = VirtualCard::open(storage.survivor(), rng());
            return assert!(survivor.is_ok() == matches!(cut, Cut::After), "{survivor:?}");
        }
    };
    let query = [0x00, 0x20, 0x00, 0x91];
    let verify = [query.as_slice(), &[0x04], b"9999"].concat();
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A], ApplicationId::InputAssist.row().aid.0].concat();
    while !storage.is_lost() {
        // With the right value the counter is written twice; the card stays as it was.
        assert_eq!(card.respond(&select).as_deref(), Some(&[0x90, 0x00][..]));
        drop(card.respond(&[query.as_slice(), &[0x04], b"2345"].concat()));
    }
    assert!(card.respond(&query).is_none(), "an answer without power");
    let survivor = storage.survivor().read().map(|bytes| bytes.to_vec()).unwrap_or_default();
    for step in 0..3 {
        card.power(Power::On);
        drop(card.respond(&select));
        let reply = card.respond(&verify);
        assert!(reply.is_none_or(|reply| reply == [0x65, 0x81]), "an answer that is not durable");
        let written = match step {
            0 => card.reset_reference(PinId::InputAssist, b"2345"),
            _ => card.rewrite(|_| ()),
        };
        assert!(written.is_err_and(|error| !format!("{error} {error:?}").is_empty()));
    }
    assert!(storage.survivor().read().is_ok_and(|bytes| *bytes == survivor), "written without power");
    let survivor = open(&PowerCut::over(storage.survivor()));
    let left = survivor.tries_left(PinId::InputAssist);
    assert!(matches!(left, Some(2 | 3)), "{left:?}");
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

fn open(storage: &PowerCut) -> VirtualCard {
    match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => unreachable!("a card's own file is refused: {error}"),
    }
}
