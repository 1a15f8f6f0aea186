//! The driver, and any commands, on the cards that lie.

use mynumber::HostileSlot;
use mynumber_apdu::Command;
use mynumber_driver::Card;
use mynumber_transport::InProcess;
use mynumber_virtual_card::hostile::{
    Asked, CATALOGUE, Duty, EveryStatus, HostileCard, Kind, Lie, Row, find,
};
use mynumber_virtual_card::{FileContents, Power, Quirks, VirtualCard};

use super::choices::{Choices, chosen};
use super::operations::{Secrets, may_block, operate, told};
use crate::host::{BIRTH_DATE, Driver, KnownKey, NUMBER_A, NUMBER_B, PIN, SIGNATURE_PASSWORD, sample_card};
use crate::virtual_card::rng;

/// Cards in one input, and operations and commands on each: a card that answers byte by byte takes thousands of exchanges for each.
const CARDS: usize = 16;
const STEPS: u8 = 8;
/// The most PINs, old and new, that one operation presents: the juki PIN's change in two applications, the first put back.
const PRESENTED: u32 = 6;

const RIGHT: Secrets = Secrets {
    pin: PIN,
    other: "5678",
    password: SIGNATURE_PASSWORD,
    birth: BIRTH_DATE,
    number_a: NUMBER_A,
    number_b: NUMBER_B,
};

/// The lie that keeps to the trait's own answers.
struct Honest;

impl Lie for Honest {}

/// Looks at everything that is asked, and tells the truth.
struct Looks;

impl Lie for Looks {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        let command = Command::parse(asked.bytes()).ok();
        assert_eq!(asked.command(), command.as_ref());
        assert!(command.is_some() || (asked.offset(), asked.room(), asked.kind()) == (0, 0, Kind::Other));
        assert!(asked.offset() <= 0xFFFF && asked.room() <= 0x1_0000);
        card.respond(asked.bytes())
    }
}

thread_local! {
    static SAMPLE: Option<VirtualCard> = sample_card(Quirks::default()).ok();
    /// A card on which nothing is, and one on which every file is empty.
    static BARE: Option<[VirtualCard; 2]> = bare();
}

fn bare() -> Option<[VirtualCard; 2]> {
    let [mut none, mut empty] = [sample_card(Quirks::default()).ok()?, sample_card(Quirks::default()).ok()?];
    none.rewrite(|image| {
        image.files.clear();
        image.keys.clear();
    })
    .ok()?;
    let nothing = |contents: &mut FileContents| *contents = FileContents::Bytes(Vec::new());
    empty.rewrite(|image| image.files.values_mut().for_each(nothing)).ok()?;
    Some([none, empty])
}

fn lie(row: &Row, choices: &mut Choices<'_>) -> Box<dyn Lie> {
    let kinds = [
        Kind::Select,
        Kind::Read,
        Kind::ReadWhole,
        Kind::AskTries,
        Kind::Verify,
        Kind::Change,
        Kind::Sign,
        Kind::More,
        Kind::Other,
    ];
    match choices.byte().unwrap_or(0) {
        0xFF => Box::new(Honest),
        0xFC => Box::new(Looks),
        0xFE => {
            let kind = chosen(&kinds, choices.byte().unwrap_or(0)).copied();
            Box::new(EveryStatus::new(kind, choices.word()))
        }
        0xFD => Box::new(EveryStatus::new(None, choices.word())),
        _ => row.lie(),
    }
}

/// Takes the input for cards: a byte for one of the catalogue, one for what changes it, one for the command from which it lies,
/// one for the number of steps; a step is an operation of the driver with its argument or, behind `F0`, a command; `F1` to `F5`
/// switch the power and the lie.
///
/// # Panics
/// When an operation presents more PINs than it may, or any to a card that shall get none; when a try is lost that no PIN cost.
pub fn hostile_card(data: &[u8]) {
    let mut choices = Choices(data);
    let rows: Vec<&Row> = CATALOGUE.into_iter().flatten().collect();
    for _ in 0..CARDS {
        let Some(row) = choices.byte().and_then(|byte| chosen(&rows, byte).copied()) else { return };
        assert_eq!(find(row.name).map(|found| found.id), Some(row.id));
        assert!(!format!("{row:?}{}{}", row.duty.english(), row.duty.japanese()).is_empty());
        one_card(row, &mut choices);
    }
}

/// The card, and whether it is as the catalogue has it.
fn card(row: &Row, choices: &mut Choices<'_>) -> Option<(HostileCard, bool)> {
    if let Some(which @ (0xFA | 0xFB)) = choices.0.first() {
        let which = usize::from(which & 0x01);
        let _ = choices.byte();
        let made = BARE.with(|bare| row.card(bare.as_ref()?.get(which)?.image(), rng()).ok());
        return made.map(|card| (card, false));
    }
    let catalogued = choices.0.first().is_none_or(|byte| *byte < 0xFC);
    let lie = lie(row, choices);
    SAMPLE.with(|sample| {
        let image = sample.as_ref()?.image();
        let made = if catalogued { row.card(image, rng()) } else { HostileCard::copy_of(image, lie, rng()) };
        Some((made.ok()?, catalogued))
    })
}

fn one_card(row: &Row, choices: &mut Choices<'_>) {
    let Some((mut card, catalogued)) = card(row, choices) else { unreachable!("the sample is made") };
    let from = choices.byte().unwrap_or(0);
    card.lie_from(u64::from(from));
    let slot = HostileSlot::new(card);
    let mut reader = InProcess::new(slot.clone());
    let mut driver: Driver<'_> = Card::new(&mut reader);
    let mut guarded = catalogued && from == 0 && row.duty == Duty::SendNoPin;
    for _ in 0..choices.byte().unwrap_or(0) % STEPS {
        let Some(operation) = choices.byte() else { return };
        guarded &= operation < 0xF0;
        match operation {
            0xF0 => drop(slot.card().respond(choices.counted())),
            0xF1 => slot.card().power(Power::Off),
            0xF2 => slot.card().power(Power::On),
            0xF3 => slot.card().power(Power::Reset),
            0xF4 => slot.card().stop_lying(),
            0xF5.. => {
                let card = slot.card();
                assert!(!format!("{card:?} {:02X?}", card.atr()).is_empty());
                assert!(row.duty.spends() <= 1 && card.card().image().references.len() <= 11);
            }
            _ => {
                let argument = choices.byte().unwrap_or(0);
                let before = slot.card().ledger();
                if let Err(error) = operate(&mut driver, operation, argument, &RIGHT, &KnownKey) {
                    assert!(!told(&error).is_empty());
                }
                let after = slot.card().ledger();
                assert!(after.presented - before.presented <= PRESENTED, "{row:?}: {after:?}");
                assert!(after.lost - before.lost <= after.presented - before.presented, "{row:?}: {after:?}");
                let unasked = guarded && !may_block(operation, argument);
                assert!(!unasked || after.presented == before.presented, "{row:?} got a PIN");
            }
        }
    }
}
