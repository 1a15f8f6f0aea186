//! The peculiarities that can be laid over the virtual card, and its end by tampering.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::script;
use crate::virtual_card::{image, rng};
use mynumber_virtual_card::{MemoryStorage, Quirks, VirtualCard};

/// A card with these quirks, worked into the image and laid over the behaviour.
fn card_with(toml: &str) -> VirtualCard {
    let quirks = Quirks::from_toml(toml).unwrap();
    let mut image = image();
    quirks.shape(&mut image);
    VirtualCard::new(image, MemoryStorage::default(), rng()).unwrap().with_quirks(quirks, |_| {})
}

fn run(toml: &str, text: &str) {
    if let Err(problem) = script::run(text, &mut card_with(toml)) {
        panic!("{toml}: {problem}");
    }
}

#[test]
fn extended_commands_can_be_refused() {
    run(
        "no-extended = true",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 00B08A00 000000
         < 6700
         > 00A4040C 00000A D392F000260100000001
         < 6700
         > 00B08A0000
         < [256] 9000",
    );
}

#[test]
fn responses_can_come_by_get_response() {
    run(
        "chain-above = 0",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 00C0000000                     # nothing waits
         < 6985
         > 00B0880000
         < 6103
         > 00C0000002
         < 8F8F 6101
         > 00C0000001
         < 00 9000
         > 00C0000001
         < 6985
         > 00B08A00 000000                # 1,590 bytes
         < 6100
         > 00C0000000
         < [256] 6100
         > 00C00000 000000
         < [1334] 9000
         > 00B0880000
         < 6103
         > 00200098                       # another command: what waited is gone
         < 63C3
         > 00C0000003
         < 6985
         > 00C00000 01 00
         < 6700
         > 00200098 04 31323334
         < 9000
         > 802A0097 01 00                 # without Le, as with T=0
         < 6100
         > 00C0000000
         < [256] 9000",
    );
    run(
        "chain-above = 100",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 00B0880000
         < 8F8F00 9000
         > 00B0860000
         < 61A0
         > 00C00000A0
         < [160] 9000",
    );
}

#[test]
fn a_length_that_is_not_exact_can_be_answered_with_the_exact_one() {
    run(
        "exact-le = true",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 00B0880000
         < 6C03
         > 00B0880003
         < 8F8F00 9000
         > 00B08A0000
         < [256] 9000
         > 00B0060000                     # of the authentication certificate, now current: the last 54
         < 6C36
         > 00B0060036
         < [54] 9000
         > 00B0881000
         < 6B00",
    );
}

#[test]
fn the_first_command_can_fail_once_after_each_power_up() {
    run(
        "first-command-fails = true",
        "> 00A4040C 0A D392F000260100000001
         < 6F00
         > 00A4040C 0A D392F000260100000001
         < 9000
         power reset
         > 00200098
         < 63C3
         power off
         power on
         > 00A4040C 0A D392F000260100000001
         < 6F00
         > 00A4040C 0A D392F000260100000001
         < 9000",
    );
}

#[test]
fn words_of_other_cards_can_be_answered_to_verify() {
    run(
        "verified-query-succeeds = true\nblocked-is-6983 = true\n[tries-left]\nsignature = 0",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 0020009B                       # the query tells 63C0 all the same
         < 63C0
         > 0020009B 06 414243313233
         < 6983
         > 00200098
         < 63C3
         > 00200098 04 31323334
         < 9000
         > 00200098
         < 9000
         > 00200080
         < 9000
         > 00200098 04 39393939
         < 63C2
         > 00200098
         < 63C2",
    );
}

#[test]
fn selecting_again_and_warm_resets_can_log_out() {
    let log_in = "> 00A4040C 0A D392F000260100000001
         < 9000
         > 0020009B 06 414243313233
         < 9000
         > 00B0810001
         < 30 9000\n";
    run(
        "reselect-logs-out = true",
        &format!(
            "{log_in}> 00A4040C 0A D392F000260100000001
             < 9000
             > 00B0810001
             < 6982"
        ),
    );
    run(
        "reset-logs-out = true",
        &format!(
            "{log_in}power reset
             > 00B0810001
             < 6A82
             > 00A4040C 0A D392F000260100000001
             < 9000
             > 00B0810001
             < 6982"
        ),
    );
}

#[test]
fn counters_can_be_low_and_a_certificate_absent() {
    run(
        "absent = \"signature\"\n[tries-left]\nuser-authentication = 1",
        "> 00A4040C 0A D392F000260100000001
         < 9000
         > 00200098
         < 63C1
         > 00200098 04 39393939
         < 63C0
         > 00200098 04 31323334
         < 6984
         > 0020009B
         < 63C0
         > 00B0880003
         < 008F00 9000
         > 00B0810001
         < 6A82
         > 00A4020C 02 001A
         < 6A82",
    );
}

#[test]
fn a_phone_asks_for_the_pin_before_the_certificate_and_has_one_application() {
    let session = |label: &str, last: &str| {
        format!(
            "> 00A4040C 0A D3921000310001010408
             < 6A82
             > 00CA00F200
             < 6A88
             > 00A4040C 0A D392F000260100000001
             < 9000
             > 00B0860020
             < {label} 20 2020202020202020 2020202020202020 9000
             > 00B08A0001
             < 6982
             > 00200098 04 31323334
             < 9000
             > 00B08A0001
             < 30 9000
             > 80FC0000
             < {last}"
        )
    };
    run("token = \"iphone\"", &session("4A504B4941 50494F53 544F4B454E 20", "9000"));
    run("token = \"android\"", &session("4A504B4941 5047505345544F4B454E", "6700"));
}

#[test]
fn an_answer_can_be_slow_and_the_caller_does_the_waiting() {
    let slept = Arc::new(Mutex::new(Vec::new()));
    let quirks = Quirks { delay: Duration::from_millis(700), ..Quirks::default() };
    let log = Arc::clone(&slept);
    let mut card = card_with("").with_quirks(quirks, move |time| log.lock().unwrap().push(time));
    assert_eq!(card.respond(&[0x00, 0xA4, 0x00, 0x00]), Some(vec![0x6A, 0x86]));
    assert_eq!(card.respond(&[0x00]), Some(vec![0x67, 0x00]));
    assert_eq!(*slept.lock().unwrap(), [Duration::from_millis(700); 2]);
}

#[test]
fn a_card_can_leave_the_reader_after_some_commands() {
    let quirks = Quirks { removed_after: Some(2), ..Quirks::default() };
    let mut card = card_with("").with_quirks(quirks, |_| {});
    let select = script::hex("00A4040C0AD392F000260100000001").unwrap();
    assert!(card.respond(&select).is_some());
    assert!(card.respond(&script::hex("002000980431323334").unwrap()).is_some());
    assert_eq!(card.respond(&select), None);
    card.power(mynumber_virtual_card::Power::On);
    assert_eq!(card.respond(&select), None, "a card that is gone has no power");
    card.insert();
    assert_eq!(card.respond(&select), Some(vec![0x90, 0x00]));
    assert_eq!(card.respond(&script::hex("802A009701000000").unwrap()[..7]), Some(vec![0x69, 0x82]));
}

#[test]
fn the_other_answers_to_reset_can_be_given() {
    for (index, known) in mynumber_virtual_card::atr::KNOWN.iter().enumerate() {
        assert_eq!(card_with(&format!("atr = {}", index + 1)).atr(), known.bytes);
    }
}

#[test]
fn a_chip_that_notices_tampering_erases_itself_for_good() {
    let storage = MemoryStorage::default();
    let mut card = VirtualCard::new(image(), storage.clone(), rng()).unwrap();
    script::run("> 00A4040C 0A D392F000260100000001\n< 9000\n> 00200098 04 31323334\n< 9000", &mut card)
        .unwrap();
    card.tamper().unwrap();
    let erased = "> 00A4040C 0A D392F000260100000001
         < 6285
         > 00A4040C 07 A0000001510000
         < 6285
         > 00A4040C 07 A0000000041010
         < 6A82
         > 00200098
         < 6985
         > 00B0860004
         < 6985
         > 00CA00F200
         < 6985
         > 802A0097 01 00 00
         < 6985
         > 0084000008
         < 6985
         > 08B0860004
         < 6882
         > 00E00000
         < 6D00
         power off
         power on
         > 00A4040C 0A D392F000260100000001
         < 6285";
    script::run(erased, &mut card).unwrap();
    drop(card);
    let mut again = VirtualCard::open(storage.clone(), rng()).unwrap();
    assert!(again.is_erased() && again.image().keys.is_empty() && again.image().files.is_empty());
    script::run(erased, &mut again).unwrap();
    // Nothing is left in the file either.
    let mut file = storage;
    let bytes = mynumber_virtual_card::Storage::read(&mut file).unwrap();
    assert!(bytes.len() <= 128, "{} bytes", bytes.len());
}
