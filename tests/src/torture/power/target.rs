//! The secrets that are tried, and a card to try them on.

use mynumber_applet::PinId;
use mynumber_virtual_card::storage::{Cut, PowerCut};
use mynumber_virtual_card::{Image, MemoryStorage, Power, Reference, Storage, StorageError, VirtualCard};
use zeroize::Zeroizing;

use super::issuer;
use crate::torture::host::model::App;
use crate::virtual_card::{self, rng};

/// Records that the journal takes before it is folded into the image.
pub(super) const JOURNAL: usize = 1024;

/// A secret that its holder can change.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) pin: PinId,
    pub(super) app: App,
    pub(super) p2: u8,
    pub(super) limit: u8,
    pub(super) right: &'static [u8],
    pub(super) new: &'static [u8],
    pub(super) wrong: [&'static [u8]; 4],
    /// Class, instruction and `P1` of the change.
    pub(super) change: [u8; 3],
}

pub(super) const TARGETS: [Target; 3] = [
    Target {
        name: "signature password",
        pin: PinId::Signature,
        app: App::Jpki,
        p2: 0x9B,
        limit: 5,
        right: b"ABC123",
        new: b"XYX777",
        wrong: [b"ABC124", b"BBC123", b"ABC12", b"ABC1230"],
        change: [0x00, 0x24, 0x01],
    },
    Target {
        name: "input-assist PIN",
        pin: PinId::InputAssist,
        app: App::InputAssist,
        p2: 0x91,
        limit: 3,
        right: b"2345",
        new: b"8642",
        wrong: [b"2344", b"9345", b"234", b"23450"],
        change: [0x00, 0x24, 0x01],
    },
    Target {
        name: "juki PIN",
        pin: PinId::Juki,
        app: App::Juki,
        p2: 0x9C,
        limit: 3,
        right: b"3456",
        new: b"7531",
        wrong: [b"3457", b"0456", b"345", b"34560"],
        change: [0x80, 0x32, 0x00],
    },
];

fn with_data(head: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&head[..], &[u8::try_from(data.len()).unwrap_or_default()], data].concat()
}

impl Target {
    pub(super) fn select(&self, card: &mut VirtualCard) -> u16 {
        send(card, &with_data([0x00, 0xA4, 0x04, 0x0C], self.app.name()))
    }

    pub(super) fn verify(&self, card: &mut VirtualCard, value: &[u8]) -> u16 {
        send(card, &with_data([0x00, 0x20, 0x00, self.p2], value))
    }

    pub(super) fn query(&self, card: &mut VirtualCard) -> u16 {
        send(card, &[0x00, 0x20, 0x00, self.p2])
    }

    pub(super) fn change(&self, card: &mut VirtualCard, value: &[u8]) -> u16 {
        let [class, instruction, p1] = self.change;
        send(card, &with_data([class, instruction, p1, self.p2], value))
    }

    /// A card with so many tries left and so many records in its journal at least.
    pub(super) fn prepared(&self, left: u8, records: usize) -> MemoryStorage {
        let memory = MemoryStorage::default();
        if let Ok(mut card) = VirtualCard::new(image(), memory.clone(), rng()) {
            self.select(&mut card);
            let wrong = usize::from(self.limit.saturating_sub(left));
            // A right value makes two records.
            for _ in 0..records.saturating_sub(wrong) / 2 {
                self.verify(&mut card, self.right);
            }
            for _ in 0..wrong {
                self.verify(&mut card, b"0000");
            }
        }
        memory
    }
}

/// The sample without its private keys, which take long to read.
pub(super) fn image() -> Image {
    let mut image = virtual_card::image();
    image.keys.clear();
    issuer::enrol(&mut image);
    image
}

/// The status word; 0 for no answer.
pub(super) fn send(card: &mut VirtualCard, command: &[u8]) -> u16 {
    let reply = card.respond(command);
    reply.and_then(|reply| reply.last_chunk().copied()).map_or(0, u16::from_be_bytes)
}

pub(super) fn power_cycle(card: &mut VirtualCard) {
    card.power(Power::Off);
    card.power(Power::On);
}

/// What can be seen of a card after power came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) left: u8,
    pub(super) erased: bool,
    /// Whether the old value, and the new one, is right.
    pub(super) values: (bool, bool),
    /// Whether each of the two things that a commit of the issuer writes is there.
    pub(super) written: [bool; 2],
}

/// Looks at copies, so that looking costs nothing.
pub(super) fn look(target: &Target, storage: &MemoryStorage) -> Result<Seen, String> {
    let bytes = storage.clone().read().map_err(|error| error.to_string())?;
    let open = || {
        VirtualCard::open(MemoryStorage::holding(&bytes), rng())
            .map_err(|error| format!("the card does not open: {error}"))
    };
    let mut card = open()?;
    let left = card.tries_left(target.pin).unwrap_or_default();
    let written = issuer::written(card.image());
    if card.is_erased() {
        return Ok(Seen { left, erased: true, values: (false, false), written });
    }
    let selected = target.select(&mut card);
    let (told, changed) = (target.query(&mut card), target.change(&mut card, target.new));
    if (selected, told, changed) != (0x9000, 0x63C0 | u16::from(left), 0x6982) {
        return Err(format!(
            "a fresh card answers {selected:04X}, {told:04X}, {changed:04X}, with {left} tries"
        ));
    }
    let is_right = |value: &[u8]| -> Result<bool, String> {
        let mut card = open()?;
        give_back(&mut card)?;
        target.select(&mut card);
        Ok(target.verify(&mut card, value) == 0x9000)
    };
    Ok(Seen { left, erased: false, values: (is_right(target.right)?, is_right(target.new)?), written })
}

/// Gives every try back, so that a value can be looked at on a blocked card.
fn give_back(card: &mut VirtualCard) -> Result<(), String> {
    let rewritten = card.rewrite(|image| {
        for reference in image.references.values_mut() {
            reference.set_left(reference.limit());
        }
    });
    rewritten.map_err(|error| error.to_string())
}

pub(super) fn reference(value: &[u8], limit: u8) -> Option<Reference> {
    Reference::new(value, limit).ok()
}

/// Storage with cuts; planted, it says that it has appended and has not.
#[derive(Clone)]
pub(super) struct Disk {
    pub(super) cuts: PowerCut,
    lying: bool,
}

impl Disk {
    pub(super) fn over(memory: MemoryStorage, lying: bool) -> Self {
        Self { cuts: PowerCut::over(memory), lying }
    }

    pub(super) fn open(&self) -> Result<VirtualCard, String> {
        VirtualCard::open(self.clone(), rng()).map_err(|error| format!("the card does not open: {error}"))
    }

    pub(super) fn never_fails(&self) {
        self.cuts.plan(usize::MAX, Cut::Before);
    }
}

impl Storage for Disk {
    fn read(&mut self) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        self.cuts.read()
    }

    fn append(&mut self, at: usize, record: &[u8]) -> Result<(), StorageError> {
        if self.lying && !self.cuts.is_lost() { Ok(()) } else { self.cuts.append(at, record) }
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), StorageError> {
        self.cuts.replace(bytes)
    }
}
