//! The driver's sessions through the real service.

use std::time::{Duration, Instant};

use mynumber::Slot;
use mynumber_apdu::{Class, Command, Instruction};
use mynumber_applet::pin::reference;
use mynumber_driver::{Card, Error as DriverError, ErrorKind, Fault, Input};
use mynumber_transport::pcsc::{Cancel, Connection, Context, Options, ReaderName, Selection, Sharing};
use mynumber_transport::vpcd::{Plugged, plug};
use mynumber_transport::{Disposition, Error, Reply, Transport};
use mynumber_virtual_card::Quirks;

use super::Case;
use crate::host::{KnownKey, SIGNATURE_PASSWORD, sample_card, signature_password};
use crate::pcscd::Pcscd;
use crate::torture::{Part, ensure};

const LIMIT: Option<Duration> = Some(Duration::from_secs(15));
/// Exchanges of a signature.
const EXCHANGES: usize = 6;
const SIGN: Command<'_> = Command::new(Class::PROPRIETARY, Instruction::COMPUTE_SIGNATURE, 0x02, 0x9A);

/// Cases beside those that are counted one by one.
pub(super) const CASES: [Case; 5] = [
    Case {
        name: "b6_another_program_gets_no_word_in_while_something_is_unlocked",
        run: nobody_gets_a_word_in,
    },
    Case { name: "c3_a_card_that_another_program_holds_is_told_and_costs_nothing", run: held_by_another },
    Case { name: "h8_two_programs_sign_at_the_same_time_and_neither_disturbs_the_other", run: two_programs },
    Case {
        name: "c5_of_seventeen_readers_those_that_the_service_has_room_for_can_be_used",
        run: seventeen_readers,
    },
    Case { name: "c5_a_reader_whose_name_is_not_utf_8_is_used_like_any_other", run: strange_name },
];

/// What is counted one by one, as tests.
pub(super) const SMALL: [Case; 2] = [
    Case {
        name: "c4_a_service_stopped_or_killed_at_any_exchange_is_told_and_costs_nothing",
        run: || {
            for (at, how) in [(3, Blow::Stop), (4, Blow::KillAndRun)] {
                one_blow(at, how).unwrap();
            }
        },
    },
    Case {
        name: "b7_another_program_gets_no_signature_after_our_log_out",
        run: || {
            for ending in Ending::ALL {
                one_ending(&Desk::new(), ending, false).unwrap();
            }
        },
    },
];

/// A service with the sample card in its first reader.
struct Desk {
    service: Pcscd,
    slot: Slot,
    _plugged: Plugged<Slot>,
    reader: ReaderName,
}

impl Desk {
    fn new() -> Self {
        let service = Pcscd::start();
        let reader = service.reader(0);
        Self::in_reader(service, reader)
    }

    fn in_reader(service: Pcscd, reader: ReaderName) -> Self {
        let slot = Slot::new(sample_card(Quirks::default()).unwrap());
        let plugged = plug(slot.clone(), service.slot(0)).unwrap();
        let desk = Self { service, slot, _plugged: plugged, reader };
        desk.await_card();
        desk
    }

    fn await_card(&self) {
        Context::establish().unwrap().wait_for_card(Some(&self.reader), LIMIT, &Cancel::new()).unwrap();
    }

    fn connect(&self, options: &Options) -> Result<Connection, Error> {
        Context::establish()?.connect(&self.reader, options)
    }

    /// Every secret has all its tries, as the card itself says.
    fn nothing_lost(&self) -> Result<(), String> {
        let card = self.slot.card();
        let lost: Vec<_> = card
            .image()
            .references
            .iter()
            .filter(|(_, held)| held.left() != held.limit())
            .map(|(pin, held)| (*pin, held.left()))
            .collect();
        ensure(lost.is_empty(), || format!("tries lost: {lost:?}"))
    }

    /// B7: another program asks for a signature, with the application selected anew and as it stands.
    fn is_locked(&self) -> Result<(), String> {
        let mut other = self.connect(&Options::default()).map_err(|error| error.to_string())?;
        let name = crate::torture::host::model::App::Jpki.name();
        let select = Command::new(Class::ISO, Instruction::SELECT, 0x04, 0x0C).with_data(name);
        let sign = SIGN.with_data(&[7; 32]).expecting_short();
        let certificate = Command::new(Class::ISO, Instruction::READ_BINARY, 0x81, 0x00).expecting_short();
        for command in [&sign, &certificate, &select, &sign, &certificate] {
            let mut reply = Reply::new();
            other.transmit(command, &mut reply).map_err(|error| error.to_string())?;
            let open = reply.bytes().ends_with(&[0x90, 0x00]) && command.instruction() != Instruction::SELECT;
            ensure(!open, || format!("another program is answered {:02X?}", &reply.bytes()[..2]))?;
        }
        Ok(())
    }
}

fn impatient() -> Options {
    Options { patience: Duration::from_millis(250), timeout: Duration::from_secs(3), ..Options::default() }
}

fn sign(card: &mut Card<impl Transport>) -> Result<(), DriverError> {
    let password = signature_password().unwrap();
    card.sign::<reference::Signature>(&password, &Input::sha256(&[1; 32]), &KnownKey).map(drop)
}

/// Calls back before an exchange.
struct Watched<T, F> {
    inner: T,
    exchange: usize,
    before: F,
}

impl<T: Transport, F: FnMut(usize)> Transport for Watched<T, F> {
    fn transmit(&mut self, command: &Command<'_>, reply: &mut Reply) -> Result<(), Error> {
        (self.before)(self.exchange);
        self.exchange += 1;
        self.inner.transmit(command, reply)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.inner.begin()
    }

    fn end(&mut self, disposition: Disposition) -> Result<(), Error> {
        self.inner.end(disposition)
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.inner.reconnect()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }
}

#[derive(Clone, Copy, Debug)]
enum Blow {
    Stop,
    Kill,
    KillAndRun,
}

/// The service is stopped, killed, or killed and started again, right before each exchange of a signature.
pub(super) fn every_moment(part: &mut Part) {
    for how in [Blow::Stop, Blow::Kill, Blow::KillAndRun] {
        for at in 0..EXCHANGES {
            part.guarded(&format!("{how:?} before exchange {at}"), || one_blow(at, how));
        }
    }
}

fn one_blow(at: usize, how: Blow) -> Result<(), String> {
    let mut desk = Desk::new();
    let connection = desk.connect(&impatient()).map_err(|error| error.to_string())?;
    let service = &mut desk.service;
    let blow = |exchange| {
        if exchange == at {
            match how {
                Blow::Stop => service.stop(),
                Blow::Kill => service.kill(),
                Blow::KillAndRun => {
                    service.kill();
                    service.run();
                }
            }
        }
    };
    let begun = Instant::now();
    let outcome = sign(&mut Card::new(Watched { inner: connection, exchange: 0, before: blow }));
    ensure(begun.elapsed() < Duration::from_secs(20), || format!("it took {:?}", begun.elapsed()))?;
    let told = outcome.as_ref().is_err_and(|error| error.fault() == Fault::Unreachable);
    ensure(told, || format!("it ended with {outcome:?}"))?;
    desk.nothing_lost()?;
    if !matches!(how, Blow::KillAndRun) {
        desk.service.run();
    }
    desk.await_card();
    desk.is_locked()?;
    let mut again = Card::new(desk.connect(&Options::default()).map_err(|error| error.to_string())?);
    sign(&mut again).map_err(|error| format!("the next run does not work: {error}"))
}

/// How our session ends before another program asks.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Success,
    WrongPin,
    Dropped,
    Panic,
    Closed,
}

impl Ending {
    const ALL: [Self; 5] = [Self::Success, Self::WrongPin, Self::Dropped, Self::Panic, Self::Closed];
}

/// However our session ended, another program gets nothing.
pub(super) fn log_outs(planted: bool, part: &mut Part) {
    let desk = Desk::new();
    for ending in Ending::ALL {
        part.guarded(&format!("another program after {ending:?}"), || one_ending(&desk, ending, planted));
    }
}

fn one_ending(desk: &Desk, ending: Ending, planted: bool) -> Result<(), String> {
    let mut connection = desk.connect(&Options::default()).map_err(|error| error.to_string())?;
    if planted {
        careless(&mut connection).map_err(|error| error.to_string())?;
        return desk.is_locked();
    }
    let mut card = Card::new(connection);
    let password = signature_password().unwrap();
    match ending {
        Ending::Success => sign(&mut card).map_err(|error| error.to_string())?,
        Ending::WrongPin => {
            let wrong = mynumber_applet::pin::SignaturePassword::parse("WRONG1").unwrap();
            let refused = card.signature_certificate(&wrong);
            let told = matches!(
                refused.as_ref().map_err(DriverError::kind),
                Err(ErrorKind::WrongPin { tries_left: Some(4) })
            );
            ensure(told, || format!("{refused:?}"))?;
        }
        Ending::Dropped => {
            let unlocked =
                card.unlock::<reference::Signature>(&password).map_err(|error| error.to_string())?;
            drop(unlocked);
        }
        Ending::Panic => {
            let panicking = std::panic::AssertUnwindSafe(|| {
                let _unlocked = card.unlock::<reference::Signature>(&password).unwrap();
                std::panic::resume_unwind(Box::new("a caller that panics"));
            });
            let _ = std::panic::catch_unwind(panicking);
        }
        Ending::Closed => {
            let unlocked =
                card.unlock::<reference::Signature>(&password).map_err(|error| error.to_string())?;
            unlocked.close().map_err(|error| error.to_string())?;
        }
    }
    drop(card);
    desk.is_locked()
}

/// The planted fault: verifies, and leaves.
fn careless(connection: &mut Connection) -> Result<(), Error> {
    let name = crate::torture::host::model::App::Jpki.name();
    let mut reply = Reply::new();
    let select = Command::new(Class::ISO, Instruction::SELECT, 0x04, 0x0C).with_data(name);
    connection.transmit(&select, &mut reply)?;
    let verify = Command::new(Class::ISO, Instruction::VERIFY, 0x00, 0x9B);
    connection.transmit(&verify.with_data(SIGNATURE_PASSWORD.as_bytes()), &mut reply)
}

/// Another program tries to send, to begin and to reset at every exchange of ours.
fn nobody_gets_a_word_in() {
    let desk = Desk::new();
    let mut other = desk.connect(&impatient()).unwrap();
    let ours = desk.connect(&Options::default()).unwrap();
    let mut refused = 0;
    let meddle = |_| {
        let sign = SIGN.with_data(&[7; 32]).expecting_short();
        let sent = other.transmit(&sign, &mut Reply::new());
        assert!(matches!(sent, Err(Error::SharingViolation | Error::Timeout)), "{sent:?}");
        let begun = other.begin();
        assert!(matches!(begun, Err(Error::SharingViolation | Error::Timeout)), "{begun:?}");
        refused += 1;
    };
    sign(&mut Card::new(Watched { inner: ours, exchange: 0, before: meddle })).unwrap();
    assert_eq!(refused, EXCHANGES);
    desk.nothing_lost().unwrap();
    // What was given up comes to its turn, and leaves the card alone.
    std::thread::sleep(Duration::from_millis(300));
    drop(other);
    desk.is_locked().unwrap();
}

/// Exclusively, or in a transaction; with a time limit of ours, and without loss.
fn held_by_another() {
    let desk = Desk::new();
    let exclusive = Options { sharing: Sharing::Exclusive, ..Options::default() };
    let holder = desk.connect(&exclusive).unwrap();
    assert_eq!(desk.connect(&impatient()).err(), Some(Error::SharingViolation));
    drop(holder);
    let mut holder = desk.connect(&Options::default()).unwrap();
    let mut card = Card::new(desk.connect(&impatient()).unwrap());
    holder.begin().unwrap();
    let begun = Instant::now();
    let error = sign(&mut card).unwrap_err();
    assert_eq!(
        (error.fault(), begun.elapsed() < Duration::from_secs(5)),
        (Fault::Unreachable, true),
        "{error}"
    );
    holder.end(Disposition::Reset).unwrap();
    desk.nothing_lost().unwrap();
    // The reset is told once; whoever starts again is served.
    let again = sign(&mut card).or_else(|_| sign(&mut card));
    again.unwrap();
    desk.is_locked().unwrap();
}

fn two_programs() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let patient = Options { patience: Duration::from_secs(30), ..Options::default() };
                let mut card = Card::new(desk.connect(&patient).unwrap());
                for _ in 0..6 {
                    sign(&mut card).unwrap();
                }
            });
        }
    });
    desk.nothing_lost().unwrap();
    desk.is_locked().unwrap();
}

fn seventeen_readers() {
    // Two for each entry of the configuration: eighteen are asked for, and the service has room for sixteen.
    let service = Pcscd::with_readers(18);
    let context = Context::establish().unwrap();
    let readers = context.readers().unwrap();
    assert_eq!((readers.len(), context.states().unwrap().len()), (16, 16));
    let reader = readers.iter().find(|reader| reader.to_string() == "Test Reader 00 00 00").unwrap().clone();
    let desk = Desk::in_reader(service, reader);
    sign(&mut Card::new(desk.connect(&Options::default()).unwrap())).unwrap();
    desk.is_locked().unwrap();
}

/// Latin-1, a control character, and bytes that are no text at all.
fn strange_name() {
    let service = Pcscd::with_readers_named(2, b"L\xE4ser \x1B[31m\xFF\xFE");
    let context = Context::establish().unwrap();
    let readers = context.readers().unwrap();
    assert_eq!(readers.len(), 2);
    for reader in &readers {
        assert!(reader.to_string().chars().all(|c| !c.is_control()), "{reader}");
    }
    let chosen = context.reader(Some(&Selection::Number(0))).unwrap();
    assert_eq!(chosen, readers[0]);
    let slot = (0..2).find(|slot| chosen.to_string().ends_with(&format!("00 {slot:02}")));
    assert_eq!(slot, Some(0), "{chosen}");
    let desk = Desk::in_reader(service, chosen);
    sign(&mut Card::new(desk.connect(&Options::default()).unwrap())).unwrap();
    desk.is_locked().unwrap();
}
