//! The PC/SC transport against a real pcscd: what other programs, the service and the holder of the card may do.

use std::thread;
use std::time::{Duration, Instant};

use mynumber_apdu::{Class, Command, Instruction, Le};
use mynumber_transport::pcsc::{
    Cancel, Connection, Context, Options, PassedOver, Protocol, ReaderName, Selection, SelectionError,
    Sharing,
};
use mynumber_transport::vpcd::{Plugged, plug};
use mynumber_transport::{Disposition, Error, PowerEvent, Reply, Transport};

use super::Case;
use crate::pcscd::Pcscd;
use crate::{PlainCard, Seen};

/// All of them.
pub(super) const CASES: [Case; 19] = [
    case(
        "a_command_goes_to_the_card_as_given_and_its_reply_comes_back",
        a_command_goes_to_the_card_as_given_and_its_reply_comes_back,
    ),
    case(
        "c1_a_card_removed_is_told_as_such_until_it_is_back_and_reconnected",
        c1_a_card_removed_is_told_as_such_until_it_is_back_and_reconnected,
    ),
    case(
        "c1_a_card_that_leaves_during_a_command_is_removed",
        c1_a_card_that_leaves_during_a_command_is_removed,
    ),
    case(
        "b6_a_reset_by_another_program_is_told_and_nothing_is_sent",
        b6_a_reset_by_another_program_is_told_and_nothing_is_sent,
    ),
    case("our_own_reset_is_not_told_as_another_programs", our_own_reset_is_not_told_as_another_programs),
    case(
        "b7_a_connection_dropped_in_exclusive_use_leaves_nothing_verified",
        b7_a_connection_dropped_in_exclusive_use_leaves_nothing_verified,
    ),
    case(
        "outside_exclusive_use_dropping_does_what_was_asked_for",
        outside_exclusive_use_dropping_does_what_was_asked_for,
    ),
    case(
        "c3_an_exclusive_connection_of_another_is_waited_for_and_then_told",
        c3_an_exclusive_connection_of_another_is_waited_for_and_then_told,
    ),
    case(
        "c3_a_transaction_of_another_is_waited_for_and_giving_up_holds_nothing",
        c3_a_transaction_of_another_is_waited_for_and_giving_up_holds_nothing,
    ),
    case(
        "c3_connecting_while_another_has_exclusive_use_is_bounded_too",
        c3_connecting_while_another_has_exclusive_use_is_bounded_too,
    ),
    case(
        "a_connection_dropped_while_it_waits_for_its_turn_is_gone_at_once",
        a_connection_dropped_while_it_waits_for_its_turn_is_gone_at_once,
    ),
    case(
        "c4_without_the_service_there_is_no_service_and_with_it_again_all_is_well",
        c4_without_the_service_there_is_no_service_and_with_it_again_all_is_well,
    ),
    case(
        "c4_a_service_killed_and_restarted_in_the_middle_of_a_session_is_told_and_survived",
        c4_a_service_killed_and_restarted_in_the_middle_of_a_session_is_told_and_survived,
    ),
    case(
        "c5_lists_of_no_reader_and_of_sixteen_are_read_and_waited_on",
        c5_lists_of_no_reader_and_of_sixteen_are_read_and_waited_on,
    ),
    case(
        "waiting_for_a_card_ends_with_the_card_the_time_or_the_flag",
        waiting_for_a_card_ends_with_the_card_the_time_or_the_flag,
    ),
    case(
        "a_card_that_takes_too_long_is_given_up_and_reached_again_when_it_is_done",
        a_card_that_takes_too_long_is_given_up_and_reached_again_when_it_is_done,
    ),
    case(
        "c10_cancelling_in_the_middle_of_a_command_leaves_nothing_verified",
        c10_cancelling_in_the_middle_of_a_command_leaves_nothing_verified,
    ),
    case(
        "a_reader_is_chosen_by_its_card_and_the_others_are_accounted_for",
        a_reader_is_chosen_by_its_card_and_the_others_are_accounted_for,
    ),
    case(
        "a_reader_without_a_card_or_with_one_in_use_is_passed_over_for_that",
        a_reader_without_a_card_or_with_one_in_use_is_passed_over_for_that,
    ),
];

const fn case(name: &'static str, run: fn()) -> Case {
    Case { name, run }
}

const LIMIT: Option<Duration> = Some(Duration::from_secs(10));
const VERIFY: Command<'_> = Command::new(Class::ISO, Instruction::VERIFY, 0, 0x80).with_data(b"1234");
const SIGN: Command<'_> = Command::new(Class::ISO, Instruction::COMPUTE_SIGNATURE, 0, 0);
const LEAVE: Command<'_> = Command::new(Class::PROPRIETARY, Instruction(2), 0, 0);

/// A service with one card in its first reader.
struct Desk {
    service: Pcscd,
    context: Context,
    plugged: Option<Plugged<PlainCard>>,
    seen: Seen,
    reader: ReaderName,
}

impl Desk {
    fn new() -> Self {
        let service = Pcscd::start();
        let (card, seen) = PlainCard::new();
        let plugged = Some(plug(card, service.slot(0)).unwrap());
        let context = Context::establish().unwrap();
        let reader = service.reader(0);
        context.wait_for_card(Some(&reader), LIMIT, &Cancel::new()).unwrap();
        Self { service, context, plugged, seen, reader }
    }

    fn connect(&self) -> Connection {
        self.connect_with(&Options::default()).unwrap()
    }

    fn connect_with(&self, options: &Options) -> Result<Connection, Error> {
        self.context.connect(&self.reader, options)
    }

    fn remove(&mut self) {
        self.plugged = None;
        self.context.wait_for_removal(&self.reader, LIMIT, &Cancel::new()).unwrap();
    }

    fn insert(&mut self) {
        let (card, seen) = PlainCard::new();
        self.plugged = Some(plug(card, self.service.slot(0)).unwrap());
        self.seen = seen;
        self.context.wait_for_card(Some(&self.reader), LIMIT, &Cancel::new()).unwrap();
    }

    fn last_power(&self) -> Option<PowerEvent> {
        self.seen.power().last().copied()
    }
}

fn impatient() -> Options {
    Options {
        patience: Duration::from_millis(300),
        timeout: Duration::from_millis(300),
        ..Options::default()
    }
}

fn slow(tens_of_ms: u8) -> Command<'static> {
    Command::new(Class::PROPRIETARY, Instruction(1), tens_of_ms, 0)
}

fn answer(card: &mut impl Transport, command: &Command<'_>) -> Result<Vec<u8>, Error> {
    let mut reply = Reply::new();
    card.transmit(command, &mut reply).map(|()| reply.bytes().to_vec())
}

fn within<R>(limit: Duration, action: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = action();
    assert!(start.elapsed() < limit, "took {:?}", start.elapsed());
    result
}

fn a_command_goes_to_the_card_as_given_and_its_reply_comes_back() {
    let desk = Desk::new();
    let mut card = desk.connect();
    assert_eq!((card.protocol(), card.reader()), (Protocol::T1, &desk.reader));
    assert_eq!(card.atr(), [0x3B, 0x80, 0x80, 0x01, 0x01]);
    assert!(card.carries_extended());
    let read = Command::new(Class::ISO, Instruction::READ_BINARY, 0, 3).expecting(Le::new(3).unwrap());
    assert_eq!(answer(&mut card, &read), Ok(vec![0xAB, 0xAB, 0xAB, 0x90, 0x00]));
    assert_eq!(desk.seen.commands(), [[0x00, 0xB0, 0x00, 0x03, 0x03]]);
}

fn c1_a_card_removed_is_told_as_such_until_it_is_back_and_reconnected() {
    let mut desk = Desk::new();
    let mut card = desk.connect();
    card.begin().unwrap();
    answer(&mut card, &VERIFY).unwrap();
    desk.remove();
    assert_eq!(answer(&mut card, &SIGN), Err(Error::CardRemoved));
    assert_eq!(answer(&mut card, &SIGN), Err(Error::CardRemoved));
    assert!(matches!(card.reconnect(), Err(Error::NoCard | Error::CardRemoved)));
    desk.insert();
    card.reconnect().unwrap();
    assert_eq!(answer(&mut card, &SIGN), Ok(vec![0x69, 0x82]), "the state went with the card");
}

fn c1_a_card_that_leaves_during_a_command_is_removed() {
    let desk = Desk::new();
    let mut card = desk.connect();
    assert_eq!(answer(&mut card, &LEAVE), Err(Error::CardRemoved));
    assert_eq!(answer(&mut card, &SIGN), Err(Error::CardRemoved));
}

fn b6_a_reset_by_another_program_is_told_and_nothing_is_sent() {
    let desk = Desk::new();
    let mut ours = desk.connect();
    answer(&mut ours, &VERIFY).unwrap();
    let mut other = desk.connect();
    other.begin().unwrap();
    other.end(Disposition::Reset).unwrap();
    let sent = desk.seen.commands().len();
    assert_eq!(answer(&mut ours, &SIGN), Err(Error::CardReset));
    assert_eq!(ours.begin(), Err(Error::CardReset));
    assert_eq!(desk.seen.commands().len(), sent);
    ours.reconnect().unwrap();
    ours.begin().unwrap();
    answer(&mut ours, &SIGN).unwrap();
}

fn our_own_reset_is_not_told_as_another_programs() {
    let desk = Desk::new();
    let mut card = desk.connect();
    for disposition in [Disposition::Leave, Disposition::Reset, Disposition::Unpower] {
        card.begin().unwrap();
        answer(&mut card, &VERIFY).unwrap();
        card.end(disposition).unwrap();
        let verified = disposition != Disposition::Unpower;
        assert_eq!(desk.seen.verified(), verified, "{disposition:?}");
        let sw = if verified { vec![0x90, 0x00] } else { vec![0x69, 0x82] };
        assert_eq!(answer(&mut card, &SIGN), Ok(sw), "{disposition:?}");
    }
}

fn b7_a_connection_dropped_in_exclusive_use_leaves_nothing_verified() {
    let desk = Desk::new();
    let mut card = desk.connect();
    card.begin().unwrap();
    answer(&mut card, &VERIFY).unwrap();
    drop(card);
    assert!(!desk.seen.verified());
    assert_eq!(answer(&mut desk.connect(), &SIGN), Ok(vec![0x69, 0x82]));
    // So does reconnecting.
    let mut card = desk.connect();
    card.begin().unwrap();
    answer(&mut card, &VERIFY).unwrap();
    card.reconnect().unwrap();
    assert_eq!(answer(&mut card, &SIGN), Ok(vec![0x69, 0x82]));
}

fn outside_exclusive_use_dropping_does_what_was_asked_for() {
    let desk = Desk::new();
    let mut card = desk.connect();
    answer(&mut card, &VERIFY).unwrap();
    let power = desk.seen.power();
    drop(card);
    assert_eq!(desk.seen.power(), power, "left as it is");
    assert!(desk.seen.verified());
    drop(desk.connect_with(&Options { on_close: Disposition::Reset, ..Options::default() }).unwrap());
    assert_eq!(desk.last_power(), Some(PowerEvent::Reset));
    drop(desk.connect_with(&Options { on_close: Disposition::Unpower, ..Options::default() }).unwrap());
    assert!(!desk.seen.verified());
}

fn c3_an_exclusive_connection_of_another_is_waited_for_and_then_told() {
    let desk = Desk::new();
    let options = Options { sharing: Sharing::Exclusive, ..Options::default() };
    let holder = desk.connect_with(&options).unwrap();
    assert!(desk.context.states().unwrap()[0].exclusive);
    let refused = within(Duration::from_secs(2), || desk.connect_with(&impatient()));
    assert_eq!(refused.err(), Some(Error::SharingViolation));
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        drop(holder);
    });
    within(Duration::from_secs(4), || desk.connect());
    release.join().unwrap();
}

fn c3_a_transaction_of_another_is_waited_for_and_giving_up_holds_nothing() {
    let desk = Desk::new();
    let mut holder = desk.connect();
    let mut ours = desk.connect_with(&impatient()).unwrap();
    let mut third = desk.connect_with(&impatient()).unwrap();
    holder.begin().unwrap();
    for _ in 0..2 {
        assert_eq!(within(Duration::from_secs(2), || ours.begin()), Err(Error::SharingViolation));
        assert_eq!(answer(&mut ours, &SIGN), Err(Error::SharingViolation), "nothing is sent meanwhile");
    }
    holder.end(Disposition::Leave).unwrap();
    // What was given up is not held when its turn comes: others have the card.
    thread::sleep(Duration::from_millis(500));
    third.begin().unwrap();
    third.end(Disposition::Leave).unwrap();
    ours.begin().unwrap();
    answer(&mut ours, &SIGN).unwrap();
    assert_eq!(within(Duration::from_secs(2), || third.begin()), Err(Error::SharingViolation));
    ours.end(Disposition::Leave).unwrap();
    third.begin().unwrap();
}

fn c3_connecting_while_another_has_exclusive_use_is_bounded_too() {
    let desk = Desk::new();
    let mut holder = desk.connect();
    holder.begin().unwrap();
    let refused = within(Duration::from_secs(2), || desk.connect_with(&impatient()));
    assert_eq!(refused.err(), Some(Error::SharingViolation));
    answer(&mut holder, &VERIFY).unwrap();
    holder.end(Disposition::Leave).unwrap();
    // The attempt that was given up comes to its turn now, and leaves the card alone.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(answer(&mut holder, &SIGN), Ok(vec![0x90, 0x00]));
}

fn a_connection_dropped_while_it_waits_for_its_turn_is_gone_at_once() {
    let desk = Desk::new();
    let mut holder = desk.connect();
    let mut ours = desk.connect_with(&impatient()).unwrap();
    holder.begin().unwrap();
    assert_eq!(ours.begin(), Err(Error::SharingViolation));
    within(Duration::from_secs(2), || drop(ours));
    holder.end(Disposition::Leave).unwrap();
    desk.connect().begin().unwrap();
}

fn c4_without_the_service_there_is_no_service_and_with_it_again_all_is_well() {
    let mut desk = Desk::new();
    let mut card = desk.connect();
    desk.service.stop();
    assert_eq!(Context::establish().err(), Some(Error::NoService));
    assert_eq!(desk.context.readers(), Err(Error::NoService));
    assert_eq!(desk.context.states(), Err(Error::NoService));
    assert_eq!(desk.connect_with(&impatient()).err(), Some(Error::NoService));
    assert_eq!(answer(&mut card, &SIGN), Err(Error::NoService));
    assert_eq!(card.reconnect(), Err(Error::NoService));
    desk.service.run();
    assert_eq!(desk.context.readers().unwrap().len(), 2, "the same context");
    desk.context.wait_for_card(Some(&desk.reader), LIMIT, &Cancel::new()).unwrap();
    card.reconnect().unwrap();
    assert_eq!(answer(&mut card, &SIGN), Ok(vec![0x69, 0x82]));
}

fn c4_a_service_killed_and_restarted_in_the_middle_of_a_session_is_told_and_survived() {
    let mut desk = Desk::new();
    let mut card = desk.connect();
    card.begin().unwrap();
    answer(&mut card, &VERIFY).unwrap();
    desk.service.kill();
    desk.service.run();
    assert_eq!(within(Duration::from_secs(5), || answer(&mut card, &SIGN)), Err(Error::NoService));
    desk.context.wait_for_card(Some(&desk.reader), LIMIT, &Cancel::new()).unwrap();
    card.reconnect().unwrap();
    assert_eq!(answer(&mut card, &SIGN), Ok(vec![0x69, 0x82]));
}

fn c5_lists_of_no_reader_and_of_sixteen_are_read_and_waited_on() {
    let service = Pcscd::with_readers(0);
    let context = Context::establish().unwrap();
    assert_eq!(context.readers(), Ok(vec![]));
    assert_eq!(context.states(), Ok(vec![]));
    assert_eq!(context.reader(None), Err(SelectionError::Unreachable(Error::NoReader)));
    let limit = Some(Duration::from_millis(300));
    let waited = within(Duration::from_secs(2), || context.wait_for_card(None, limit, &Cancel::new()));
    assert_eq!(waited, Err(Error::Timeout));
    drop(service);
    let service = Pcscd::with_readers(16);
    assert_eq!(context.states().unwrap().len(), 16);
    let readers = context.readers().unwrap();
    assert!(matches!(context.reader(None), Err(SelectionError::Ambiguous { meant }) if meant.len() == 16));
    let last = &readers[15];
    assert_eq!(context.reader(Some(&Selection::Number(15))).as_ref(), Ok(last));
    assert_eq!(context.reader(Some(&Selection::NamePart("reader 07 00 01".into()))), Ok(service.reader(15)));
    let index = (0..16).find(|index| service.reader(*index) == *last).unwrap();
    let _plugged = plug(PlainCard::new().0, service.slot(index)).unwrap();
    assert_eq!(context.wait_for_card(None, LIMIT, &Cancel::new()).as_ref(), Ok(last));
}

fn waiting_for_a_card_ends_with_the_card_the_time_or_the_flag() {
    let service = Pcscd::start();
    let context = Context::establish().unwrap();
    let reader = service.reader(1);
    let limit = Some(Duration::from_millis(300));
    let waited = within(Duration::from_secs(2), || context.wait_for_card(None, limit, &Cancel::new()));
    assert_eq!(waited, Err(Error::Timeout));
    let cancel = Cancel::new();
    let flag = cancel.clone();
    let cancelling = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        flag.cancel();
    });
    assert_eq!(
        within(Duration::from_secs(2), || context.wait_for_card(None, None, &cancel)),
        Err(Error::Cancelled)
    );
    cancelling.join().unwrap();
    let slot = service.slot(1);
    let inserting = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        plug(PlainCard::new().0, slot).unwrap()
    });
    assert_eq!(context.wait_for_card(None, LIMIT, &Cancel::new()), Ok(reader));
    drop(inserting.join().unwrap());
}

fn a_card_that_takes_too_long_is_given_up_and_reached_again_when_it_is_done() {
    let desk = Desk::new();
    let mut card = desk.connect_with(&impatient()).unwrap();
    assert_eq!(within(Duration::from_secs(6), || answer(&mut card, &slow(200))), Err(Error::Timeout));
    assert_eq!(answer(&mut card, &SIGN), Err(Error::Timeout), "lost until reconnected");
    assert_eq!(desk.seen.commands().len(), 1, "and nothing is sent twice");
    card.reconnect().unwrap();
    assert_eq!(answer(&mut card, &SIGN), Ok(vec![0x69, 0x82]));
}

fn c10_cancelling_in_the_middle_of_a_command_leaves_nothing_verified() {
    let desk = Desk::new();
    let options = Options::default();
    let mut card = desk.connect_with(&options).unwrap();
    card.begin().unwrap();
    answer(&mut card, &VERIFY).unwrap();
    let cancel = options.cancel.clone();
    let cancelling = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    assert_eq!(within(Duration::from_secs(3), || answer(&mut card, &slow(60))), Err(Error::Cancelled));
    cancelling.join().unwrap();
    drop(card);
    assert!(!desk.seen.verified());
}

fn a_reader_is_chosen_by_its_card_and_the_others_are_accounted_for() {
    let desk = Desk::new();
    let (other, other_seen) = PlainCard::new();
    let _other = plug(other, desk.service.slot(1)).unwrap();
    desk.context.wait_for_card(Some(&desk.service.reader(1)), LIMIT, &Cancel::new()).unwrap();
    answer(&mut desk.connect(), &VERIFY).unwrap();
    let probe = |card: &mut Connection| match answer(card, &SIGN).as_deref() {
        Ok([0x90, 0x00]) => Ok(()),
        other => Err(format!("{other:02X?}")),
    };
    let choice = desk.context.choose(&Options::default(), probe).unwrap();
    let found: Vec<&ReaderName> = choice.found.iter().map(|found| &found.reader).collect();
    assert_eq!(found, [&desk.reader]);
    let reason = PassedOver::Refused("Ok([69, 82])".to_owned());
    assert_eq!(choice.passed_over, [(desk.service.reader(1), reason)]);
    assert_eq!(other_seen.commands().len(), 1);
}

fn a_reader_without_a_card_or_with_one_in_use_is_passed_over_for_that() {
    let desk = Desk::new();
    let holder = desk.connect_with(&Options { sharing: Sharing::Exclusive, ..Options::default() }).unwrap();
    let choice = desk.context.choose(&impatient(), |_| Err::<(), ()>(())).unwrap();
    assert!(choice.found.is_empty());
    let reasons: Vec<_> = choice.passed_over.into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [PassedOver::Unreachable(Error::SharingViolation), PassedOver::Empty]);
    drop(holder);
}
