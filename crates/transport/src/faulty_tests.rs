use mynumber_apdu::{Class, Command, Instruction, StatusWord};

use crate::test_card::card;
use crate::{
    CardSide, Counted, Disposition, Error, Fault, Faulty, InProcess, PowerEvent, Reply, ShortOnly, Transport,
    When,
};

const READ: Command<'_> = Command::new(Class::ISO, Instruction::READ_BINARY, 0, 0).expecting_short();

/// Answers with the number of the command.
fn counting() -> impl CardSide {
    let mut count = 0;
    card(move |_: &[u8]| {
        count += 1;
        Some(vec![count, 0x90, 0x00])
    })
}

fn replies(faults: impl IntoIterator<Item = (usize, Fault)>) -> Vec<Result<Vec<u8>, Error>> {
    let mut faulty = Faulty::new(InProcess::new(counting()), faults);
    let mut reply = Reply::new();
    (0..3).map(|_| faulty.transmit(&READ, &mut reply).map(|()| reply.bytes().to_vec())).collect()
}

#[test]
fn whether_the_card_carries_it_out_is_told_by_the_next_reply() {
    let third = |when| {
        let outcomes = replies([(1, Fault::Fail(Error::Transmission, when))]);
        assert_eq!(outcomes[1], Err(Error::Transmission));
        outcomes[2].clone().unwrap()[0]
    };
    assert_eq!((third(When::BeforeDelivery), third(When::AfterDelivery)), (2, 3));
    let repeated =
        |when| replies([(1, Fault::Repeat(when))]).into_iter().map(|reply| reply.unwrap()[0]).collect();
    let (before, after): (Vec<u8>, Vec<u8>) = (repeated(When::BeforeDelivery), repeated(When::AfterDelivery));
    assert_eq!((before, after), (vec![1, 1, 2], vec![1, 1, 3]));
}

#[test]
fn a_reply_is_spoilt_as_the_script_says_and_the_others_are_not() {
    for (fault, spoilt) in [
        (Fault::Truncate(0), vec![]),
        (Fault::Truncate(1), vec![2]),
        (Fault::Truncate(9), vec![2, 0x90, 0x00]),
        (Fault::Extend(2), vec![2, 0x90, 0x00, 0, 0]),
        (Fault::Status(StatusWord(0x6F00)), vec![2, 0x6F, 0x00]),
        (Fault::FlipBit(0), vec![0x82, 0x90, 0x00]),
        (Fault::FlipBit(15), vec![2, 0x91, 0x00]),
        (Fault::FlipBit(24), vec![0x82, 0x90, 0x00]),
        (Fault::Delay(core::time::Duration::from_millis(1)), vec![2, 0x90, 0x00]),
    ] {
        let outcomes = replies([(1, fault.clone())]);
        assert_eq!(outcomes, [Ok(vec![1, 0x90, 0x00]), Ok(spoilt), Ok(vec![3, 0x90, 0x00])], "{fault:?}");
    }
    assert_eq!(replies([(0, Fault::Extend(Reply::MAX))])[0], Err(Error::ReplyTooLong));
    assert_eq!(replies([(0, Fault::Repeat(When::BeforeDelivery))])[0], Ok(vec![]));
}

#[test]
fn c2_a_card_that_was_removed_or_reset_stays_so_until_reconnected() {
    use PowerEvent::{Off, On, Reset};
    for (error, power) in [
        (Error::CardRemoved, vec![On, Off, On]),
        (Error::CardUnpowered, vec![On, Off, On]),
        (Error::CardReset, vec![On, Reset]),
    ] {
        let inner = InProcess::new(card(|_: &[u8]| Some(vec![0x90, 0x00])));
        let fault = Fault::Fail(error.clone(), When::AfterDelivery);
        let mut faulty = Faulty::new(inner, [(0, fault)]).failing_to_reconnect([Error::NoCard]);
        let mut reply = Reply::new();
        faulty.begin().unwrap();
        for _ in 0..3 {
            assert_eq!(faulty.transmit(&READ, &mut reply), Err(error.clone()));
            assert_eq!(faulty.end(Disposition::Leave), Err(error.clone()));
            assert_eq!(faulty.begin(), Err(error.clone()));
        }
        assert_eq!(faulty.reconnect(), Err(Error::NoCard));
        faulty.reconnect().unwrap();
        faulty.transmit(&READ, &mut reply).unwrap();
        assert_eq!(faulty.exchanges(), 4);
        let card = faulty.into_inner();
        assert_eq!(card.card().power, power);
        assert_eq!(card.card().seen.len(), 2);
    }
}

#[test]
fn c3_beginning_fails_as_often_as_the_script_says() {
    let mut faulty = Faulty::new(InProcess::new(counting()), [])
        .failing_to_begin([Error::SharingViolation, Error::CardReset]);
    assert_eq!(faulty.begin(), Err(Error::SharingViolation));
    assert_eq!(faulty.begin(), Err(Error::CardReset));
    assert_eq!(faulty.begin(), Ok(()));
}

#[test]
fn a_reader_for_short_lengths_sends_no_extended_command_and_counts_none() {
    let mut counted = Counted::new(ShortOnly::announced(InProcess::new(counting())));
    let mut reply = Reply::new();
    assert!(!counted.carries_extended());
    assert!(Counted::new(ShortOnly::new(InProcess::new(counting()))).carries_extended());
    assert_eq!(counted.transmit(&READ.expecting_all(), &mut reply), Err(Error::ExtendedRefused));
    let case_1 = Command::new(Class::ISO, Instruction::SELECT, 0, 0);
    counted.transmit(&case_1.extended(), &mut reply).unwrap();
    counted.transmit(&READ, &mut reply).unwrap();
    counted.begin().unwrap();
    counted.end(Disposition::Leave).unwrap();
    counted.reconnect().unwrap();
    let counts = counted.take_counts();
    assert_eq!((counts.exchanges, counts.sent, counts.received), (2, 4 + 5, 3 + 3));
    assert_eq!((counts.begun, counts.ended, counts.reconnected), (1, 1, 1));
    assert_eq!(counted.counts().exchanges, 0);
}
