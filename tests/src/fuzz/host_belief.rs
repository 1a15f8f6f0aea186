//! What the host believes of the tries left beside what the card knows, through any operations and faults.

use std::cell::RefCell;
use std::rc::Rc;

use mynumber_apdu::{Class, Command, Instruction, Meaning, StatusWord};
use mynumber_applet::PinId;
use mynumber_driver::{Card, Counter, Error as DriverError, Object, Tries};
use mynumber_transport::{CardSide as _, Disposition, Error, InProcess, PowerEvent, Reply, Transport};
use mynumber_virtual_card::{Certificate, Quirks};

use super::choices::{Choices, chosen};
use super::operations::{Secrets, may_block, operate, told};
use crate::host::{
    BIRTH_DATE, Driver, InsertedCard, KnownKey, NUMBER_A, NUMBER_B, SIGNATURE_PASSWORD, inserted, tries_left,
};

/// Cards in one input, and operations on each.
const CARDS: usize = 24;
const STEPS: usize = 12;

/// Every error of a transport that is about the wire.
const ERRORS: &[Error] = &[
    Error::CardRemoved,
    Error::CardReset,
    Error::CardUnpowered,
    Error::CardUnresponsive,
    Error::NoCard,
    Error::ReaderGone,
    Error::NoService,
    Error::SharingViolation,
    Error::Timeout,
    Error::Transmission,
    Error::ReplyTooLong,
    Error::Protocol,
    Error::Other { code: 0x8010_0001 },
];

/// What happens at one exchange.
#[derive(Clone, Debug)]
enum Fault {
    /// The card is pulled, before or after it has carried the command out.
    Pulled {
        after: bool,
    },
    /// This error, the command carried out or not.
    Fails {
        error: Error,
        after: bool,
    },
    /// Not carried out, and answered so.
    Forged(StatusWord),
    /// Carried out, and answered so.
    Replaced(Vec<u8>),
    /// Carried out; the answer cut, longer, or with one bit changed.
    Cut(usize),
    Longer(usize),
    Flipped(usize),
}

impl Fault {
    fn read(choices: &mut Choices<'_>) -> Self {
        let (kind, value) = (choices.byte().unwrap_or(0), choices.byte().unwrap_or(0));
        let after = kind & 0x80 != 0;
        match kind % 8 {
            0 => Self::Pulled { after },
            1 => Self::Fails { error: chosen(ERRORS, value).cloned().unwrap_or(Error::Timeout), after },
            2 => Self::Fails { error: Error::ExtendedRefused, after: false },
            3 => Self::Forged(StatusWord(u16::from_be_bytes([value, choices.byte().unwrap_or(0)]))),
            4 => Self::Replaced(choices.bytes(usize::from(value)).to_vec()),
            5 => Self::Cut(value.into()),
            6 => Self::Longer(value.into()),
            _ => Self::Flipped(value.into()),
        }
    }
}

/// The reader, the card in it, and what is known of both.
struct World {
    reader: InProcess<InsertedCard>,
    /// What happens at which exchange of the operation.
    plan: Vec<(u8, Fault)>,
    /// Errors of the next begins, ends and reconnections.
    around: [Option<Error>; 3],
    exchange: u8,
    away: bool,
    /// The last try may be spent.
    loud: bool,
    /// The host was told something untrue about the tries, or about what is on the card.
    deceived: bool,
    /// The values that have cost a try since the last change.
    spent: Vec<(PinId, Vec<u8>)>,
}

impl World {
    fn card(&self) -> &InsertedCard {
        self.reader.card()
    }

    fn truth(&self, pin: PinId) -> Option<u8> {
        self.card().0.tries_left(pin)
    }

    /// Hands the command to the card, and watches what it costs.
    fn deliver(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let before = tries_left(self.card());
        let outcome = self.reader.transmit(command, reply);
        for ((pin, was), (_, is)) in before.iter().zip(tries_left(self.card())) {
            if is < *was && !self.deceived {
                assert!(is != Some(0) || self.loud, "the last try of {pin:?} was spent unasked");
                let cost = (*pin, command.data().to_vec());
                assert!(!self.spent.contains(&cost), "the same wrong value of {pin:?} cost a second try");
                if command.class() == Class::ISO {
                    self.spent.push(cost);
                }
            }
        }
        if matches!(command.instruction(), Instruction::CHANGE_REFERENCE_DATA | Instruction::CHANGE_KEY) {
            self.spent.clear();
        }
        outcome
    }

    fn pull(&mut self) -> Error {
        self.away = true;
        self.reader.card_mut().power(PowerEvent::Off);
        Error::CardRemoved
    }

    /// An answer that the card did not give. To a PIN it may be nonsense: that the host has to bear.
    fn spoilt(&mut self, command: &Command<'_>, reply: &mut Reply, bytes: &[u8]) {
        let presents = command.instruction() == Instruction::VERIFY && !command.data().is_empty();
        let says = bytes.last_chunk::<2>().map(|status| StatusWord(u16::from_be_bytes(*status)).meaning());
        let nonsense = !matches!(
            says,
            Some(
                Meaning::Success
                    | Meaning::TriesLeft(_)
                    | Meaning::Blocked
                    | Meaning::VerificationFailed
                    | Meaning::MoreData(_)
                    | Meaning::WrongLe(_)
            )
        );
        self.deceived |= reply.bytes() != bytes && !(presents && nonsense);
        reply.set(bytes);
    }
}

struct Wire(Rc<RefCell<World>>);

impl Transport for Wire {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        let mut world = self.0.borrow_mut();
        let index = world.exchange;
        world.exchange = index.saturating_add(1);
        if world.away {
            return Err(Error::CardRemoved);
        }
        let fault = world.plan.iter().find(|(at, _)| *at == index).map(|(_, fault)| fault.clone());
        let Some(fault) = fault else { return world.deliver(command, reply) };
        match fault {
            Fault::Pulled { after: false } => return Err(world.pull()),
            Fault::Fails { error, after: false } => return Err(error),
            Fault::Forged(status) => {
                reply.clear();
                world.spoilt(command, reply, &status.0.to_be_bytes());
                return Ok(());
            }
            _ => world.deliver(command, reply)?,
        }
        let mut bytes = reply.bytes().to_vec();
        match fault {
            Fault::Pulled { .. } => return Err(world.pull()),
            Fault::Fails { error, .. } => return Err(error),
            Fault::Replaced(other) => bytes = other,
            Fault::Cut(length) => bytes.truncate(length),
            Fault::Longer(count) => bytes.resize(bytes.len() + count, 0x90),
            Fault::Flipped(at) => {
                let place = at / 8 % bytes.len().max(1);
                bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 0x80 >> (at % 8));
            }
            Fault::Forged(_) => {}
        }
        world.spoilt(command, reply, &bytes);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Error> {
        let mut world = self.0.borrow_mut();
        match world.around[0].take() {
            Some(error) => Err(error),
            None if world.away => Err(Error::CardRemoved),
            None => world.reader.begin(),
        }
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        let mut world = self.0.borrow_mut();
        match world.around[1].take() {
            Some(error) => Err(error),
            None if world.away => Err(Error::CardRemoved),
            None => world.reader.end(disposition),
        }
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        let mut world = self.0.borrow_mut();
        if let Some(error) = world.around[2].take() {
            return Err(error);
        }
        if std::mem::take(&mut world.away) {
            world.reader.card_mut().power(PowerEvent::On);
        }
        world.reader.reconnect()
    }

    fn atr(&self) -> &[u8] {
        &[]
    }
}

const PINS: [&str; 4] = ["1234", "5678", "9753", "0000"];

/// Two bits for the PIN, two for the new one, one for each of the others: right or wrong.
fn secrets(choice: u8) -> Secrets {
    let pick = |bit: u8, right, wrong| if choice & bit == 0 { right } else { wrong };
    Secrets {
        pin: chosen(&PINS, choice & 0x03).copied().unwrap_or("1234"),
        other: chosen(&PINS, choice >> 2 & 0x03).copied().unwrap_or("5678"),
        password: pick(0x10, SIGNATURE_PASSWORD, "WRONG99"),
        birth: pick(0x20, BIRTH_DATE, "550218"),
        number_a: pick(0x40, NUMBER_A, "222222222225"),
        number_b: pick(0x80, NUMBER_B, "55021720352286"),
    }
}

/// Peculiarities of the card: three bytes.
pub(super) fn quirks(choices: &mut Choices<'_>) -> Quirks {
    let (behaviour, content, left) =
        (choices.byte().unwrap_or(0), choices.byte().unwrap_or(0), choices.byte().unwrap_or(0));
    let tries = [
        (0x01, PinId::InputAssist, 1),
        (0x02, PinId::Signature, 1),
        (0x04, PinId::UserAuthentication, 0),
        (0x08, PinId::Common, 1),
        (0x10, PinId::Juki, 1),
        (0x20, PinId::InputAssistNumberA, 1),
        (0x40, PinId::CardFaceNumberB, 1),
        (0x80, PinId::CardFaceBirthDate, 0),
    ];
    Quirks {
        no_extended: behaviour & 0x01 != 0,
        chain_above: (behaviour & 0x02 != 0).then_some(u16::from(content & 0xF0)),
        exact_le: behaviour & 0x04 != 0,
        first_command_fails: behaviour & 0x08 != 0,
        verified_query_succeeds: behaviour & 0x10 != 0,
        blocked_is_6983: behaviour & 0x20 != 0,
        reselect_logs_out: behaviour & 0x40 != 0,
        reset_logs_out: behaviour & 0x80 != 0,
        removed_after: (content & 0x08 != 0).then_some(u32::from(left)),
        token: match content & 0x03 {
            1 => Some(mynumber_applet::TokenKind::Android),
            2 => Some(mynumber_applet::TokenKind::Iphone),
            _ => None,
        },
        absent: (content & 0x04 != 0).then_some(Certificate::UserAuthentication),
        tries_left: tries
            .into_iter()
            .filter(|(bit, _, _)| left & bit != 0 && content & 0x08 == 0)
            .map(|(_, pin, left)| (pin, left))
            .collect(),
        ..Quirks::default()
    }
}

/// Takes three bytes for the card's peculiarities and the rest for operations, each with its faults; `FD` begins anew with
/// another card.
///
/// # Panics
/// When what the driver says of the tries left is not what the card knows, although nothing deceived it; when the last try is
/// spent unasked; when the same wrong value costs a second try; when the driver leaves a card unlocked that it could reach.
pub fn host_belief(data: &[u8]) {
    let mut choices = Choices(data);
    for _ in 0..CARDS {
        one_card(&mut choices);
        if choices.0.is_empty() {
            return;
        }
    }
}

fn one_card(choices: &mut Choices<'_>) {
    let Ok(reader) = inserted(quirks(choices)) else { unreachable!("the sample is made") };
    let world = Rc::new(RefCell::new(World {
        reader,
        plan: Vec::new(),
        around: [const { None }; 3],
        exchange: 0,
        away: false,
        loud: false,
        deceived: false,
        spent: Vec::new(),
    }));
    let mut wire = Wire(Rc::clone(&world));
    let mut card: Driver<'_> = Card::new(&mut wire);
    for _ in 0..STEPS {
        match choices.byte() {
            None | Some(0xFD) => return,
            Some(0xFF) => world.borrow_mut().reader.card_mut().0.insert(),
            Some(0xFE) => leave_unlocked(&mut world.borrow_mut().reader),
            Some(operation) => step(&world, &mut card, operation, choices),
        }
    }
}

/// What another program does: it unlocks the input-assist application and goes away.
fn leave_unlocked(reader: &mut InProcess<InsertedCard>) {
    let aid = mynumber_applet::ApplicationId::InputAssist.row().aid.0;
    let select = [&[0x00, 0xA4, 0x04, 0x0C, 0x0A], aid].concat();
    for command in [select.as_slice(), b"\x00\x20\x00\x91\x041234"] {
        let _ = reader.card_mut().respond(command);
    }
}

fn step(world: &RefCell<World>, card: &mut Driver<'_>, operation: u8, choices: &mut Choices<'_>) {
    let argument = choices.byte().unwrap_or(0);
    let secrets = secrets(choices.byte().unwrap_or(0));
    let faults = choices.byte().unwrap_or(0);
    let plan: Vec<(u8, Fault)> =
        (0..faults % 4).map(|_| (choices.byte().unwrap_or(0), Fault::read(choices))).collect();
    let around = [0x10, 0x20, 0x40].map(|bit| {
        let chosen = (faults & bit != 0).then(|| chosen(ERRORS, choices.byte().unwrap_or(0)));
        chosen.flatten().cloned()
    });
    let faultless = plan.is_empty() && around.iter().all(Option::is_none);
    {
        let mut world = world.borrow_mut();
        (world.plan, world.around, world.exchange) = (plan, around, 0);
        world.loud = may_block(operation, argument);
    }
    let outcome = operate(card, operation, argument, &secrets, &KnownKey);
    let said = outcome.as_ref().err().map(told);
    assert!(said.is_none_or(|said| !said.is_empty()));
    let world = world.borrow();
    assert!(!faultless || world.away || !world.card().0.is_unlocked(), "the card is left unlocked");
    if world.deceived {
        return;
    }
    match outcome {
        Ok(counters) => counters.iter().for_each(|counter| compare(&world, *counter)),
        Err(error) => believed(&world, &error),
    }
}

fn compare(world: &World, counter: Counter) {
    let truth = world.truth(counter.pin);
    match counter.tries {
        Tries::Left(left) => assert_eq!(truth, Some(left), "{:?}", counter.pin),
        Tries::Blocked => assert_eq!(truth, Some(0), "{:?}", counter.pin),
        Tries::Absent => assert_eq!(truth, None, "{:?}", counter.pin),
        told => assert!(matches!(told, Tries::Untold(_)), "{told:?}"),
    }
}

fn believed(world: &World, error: &DriverError) {
    if let (Some(left), Object::Pin(pin)) = (error.tries_left(), error.object()) {
        assert_eq!(world.truth(pin), Some(left), "{error}");
    }
}
