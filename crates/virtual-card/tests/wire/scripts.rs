//! The virtual card against scripts of hex.

use std::fs;

use crate::{script, virtual_card};
use mynumber_virtual_card::VirtualCard;
use rsa::Oaep;
use rsa::traits::PublicKeyParts;
use sha2::Sha256;

#[test]
fn the_virtual_card_answers_as_the_scripts_say() {
    let folder = crate::scripts();
    let mut exchanges = 0;
    let mut problems = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("virtual_card_") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        match script::run(&text, &mut virtual_card::card()) {
            Ok(count) => exchanges += count,
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(exchanges > 200, "{exchanges} exchanges");
}

#[test]
fn a_script_that_does_not_fit_is_noticed() {
    let fails = |text: &str| script::run(text, &mut virtual_card::card()).unwrap_err();
    assert!(fails("> 00A40000\n< 9000").starts_with("line 2: the card answered 6A86"));
    assert!(fails("> 00A40000").contains("not told"));
    assert!(fails("> 00A40000\n> 00A40000\n< 6A86").starts_with("line 2"));
    assert!(fails("< 9000").contains("no command"));
    assert!(fails("> 00A4000\n< 9000").contains("not hex"));
    assert!(fails("power of").contains("no such power event"));
    assert!(fails("> 0084000008\n< [7] 9000").contains("the card answered"));
    assert_eq!(script::run("> 0084000008 # challenge\n< [8] 9000", &mut virtual_card::card()), Ok(1));
}

/// SET SESSION KEY with this message, encrypted to the card's key.
fn deliver(message: &[u8]) -> Vec<u8> {
    let key = virtual_card::keys()[0].to_public_key();
    let data = key.encrypt(&mut virtual_card::rng(), Oaep::<Sha256>::new(), message).unwrap();
    [&[0x80, 0xAE, 0x00, 0x00, 0x00, 0x01, 0x00], data.as_slice()].concat()
}

/// `A0 22 80 20` and the seed 00 01 .. 1F.
fn delivery() -> Vec<u8> {
    [0xA0, 0x22, 0x80, 0x20].into_iter().chain(0x00..0x20).collect()
}

fn unlocked() -> VirtualCard {
    let mut card = virtual_card::card();
    let text = "> 00A4040C 0A D3921000310001010408\n< 9000\n> 00200091 04 32333435\n< 9000";
    script::run(text, &mut card).unwrap();
    card
}

#[test]
fn commands_under_secure_messaging_are_answered_as_the_script_says() {
    let path = crate::scripts().join("secure_messaging.txt");
    let mut exchanges = 0;
    for section in fs::read_to_string(path).unwrap().split("---\n") {
        let mut card = unlocked();
        assert_eq!(card.respond(&deliver(&delivery())).unwrap(), [0x90, 0x00]);
        let title = section.lines().next().unwrap_or_default();
        exchanges += script::run(section, &mut card).unwrap_or_else(|problem| panic!("{title}: {problem}"));
    }
    assert!(exchanges > 60, "{exchanges} exchanges");
}

#[test]
fn a_session_key_is_taken_in_one_form_only() {
    let mut card = unlocked();
    let mut other = |change: fn(&mut Vec<u8>)| {
        let mut message = delivery();
        change(&mut message);
        card.respond(&deliver(&message)).unwrap()
    };
    assert_eq!(other(|_| ()), [0x90, 0x00]);
    // A checksum key, both keys, a seed too short, too long, and bytes behind it.
    assert_eq!(other(|message| message[2] = 0x81), [0x6A, 0x80]);
    assert_eq!(other(|message| message.extend([0x81, 0x01, 0x00])), [0x6A, 0x80]);
    assert_eq!(other(|message| message.truncate(35)), [0x6A, 0x80]);
    assert_eq!(other(|message| message.push(0x00)), [0x6A, 0x80]);
    assert_eq!(other(Vec::clear), [0x6A, 0x80]);
    let with = |data: &[u8]| [&[0x80, 0xAE, 0x00, 0x00, 0x00, 0x01, 0x00], data].concat();
    // Nothing that was encrypted with this padding; not below the modulus; other parameters; no room to encrypt.
    assert_eq!(card.respond(&with(&[0x01; 256])).unwrap(), [0x6A, 0x80]);
    assert_eq!(card.respond(&with(&[0xFF; 256])).unwrap(), [0x6F, 0x00]);
    assert_eq!(card.respond(&with(&virtual_card::keys()[0].n_bytes())).unwrap(), [0x6F, 0x00]);
    assert_eq!(card.respond(&[0x80, 0xAE, 0x00, 0x01, 0x01, 0x00]).unwrap(), [0x6A, 0x86]);
    // A refused key leaves the one before as it is.
    let read = [0x08, 0xB0, 0x81, 0x00, 0x05, 0x96, 0x03, 0x00, 0x00, 0x00, 0x00];
    assert!(card.respond(&read).unwrap().ends_with(&[0x90, 0x00]));
}
