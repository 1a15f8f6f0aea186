use super::{Audience, Challenge, ChallengeError, LAST, Life};
use crate::time::UnixTime;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const TEXT: &str = "mynumber-log-in/1 https://service.example \
    000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 1790814600 1790814720";

fn challenge() -> Challenge {
    let nonce = core::array::from_fn(|index| u8::try_from(index).unwrap());
    let audience = Audience::parse("https://service.example").unwrap();
    Challenge::new(&audience, nonce, UnixTime::from_seconds(1_790_814_600), Life::DEFAULT).unwrap()
}

#[test]
fn the_text_is_the_documented_one_and_reads_back() {
    assert_eq!(challenge().to_string(), TEXT);
    assert_eq!(challenge().statement(), TEXT);
    assert_eq!(Challenge::parse(TEXT), Ok(challenge()));
    assert_eq!(challenge().digest(), crate::digest::sha256(&[TEXT.as_bytes()]));
}

#[test]
fn d1_no_prefix_of_a_challenge_is_that_challenge() {
    for end in 0..TEXT.len() {
        let read = Challenge::parse(&TEXT[..end]);
        // Cut off inside the last number, it is another number: earlier than the first, or too late to be a life.
        assert!(read.is_err(), "{end}: {read:?}");
    }
}

#[test]
fn d2_every_flipped_bit_is_refused_or_another_challenge_written_the_same_way() {
    let mut other = 0;
    for position in 0..TEXT.len() {
        for bit in 0..8 {
            let mut bytes = TEXT.as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            if let Ok(read) = Challenge::parse(&text) {
                assert_ne!(read, challenge());
                assert_ne!(read.digest(), challenge().digest());
                assert_eq!(read.to_string(), text);
                other += 1;
            }
        }
    }
    assert!(other > 100, "{other}");
}

#[test]
fn whatever_is_read_is_written_as_it_stood() {
    // Any insertion, deletion or doubling of one character.
    let characters = [' ', '0', '+', '-', 'A', 'é', '\n', '\0', 'x'];
    let mut texts = Vec::new();
    for position in (0..=TEXT.len()).filter(|position| TEXT.is_char_boundary(*position)) {
        let (before, after) = TEXT.split_at(position);
        texts.extend(characters.iter().map(|c| format!("{before}{c}{after}")));
        texts.push(format!("{before}{}", after.get(1..).unwrap_or_default()));
    }
    for text in texts {
        if let Ok(read) = Challenge::parse(&text) {
            assert_eq!(read.to_string(), text);
        }
    }
}

#[test]
fn each_field_has_one_form() {
    let with = |from: &str, to: &str| Challenge::parse(&TEXT.replacen(from, to, 1)).unwrap_err();
    assert_eq!(with("log-in/1", "log-in/2"), ChallengeError::Version);
    assert_eq!(with("mynumber", "MYNUMBER"), ChallengeError::Version);
    assert_eq!(with("https://service.example", ""), ChallengeError::Audience);
    assert_eq!(with("service", "sérvice"), ChallengeError::Audience);
    assert_eq!(with("service", "ser\tvice"), ChallengeError::Audience);
    assert_eq!(with("service", &"s".repeat(300)), ChallengeError::TooLong);
    assert_eq!(with("0a0b", "0A0B"), ChallengeError::Nonce);
    assert_eq!(with("0a0b", "0a0"), ChallengeError::Nonce);
    assert_eq!(with("0a0b", "0a0b0c"), ChallengeError::Nonce);
    for number in ["01790814600", "+1790814600", "-1", "", "1_790_814_600", "0x10", "99999999999999999999"] {
        assert_eq!(with("1790814600", number), ChallengeError::Time, "{number:?}");
    }
    assert_eq!(with("1790814720", "253402300800"), ChallengeError::Time);
    assert_eq!(with("1790814720", "1790814600"), ChallengeError::Life);
    assert_eq!(with("1790814720", "1790814599"), ChallengeError::Life);
    assert_eq!(with("1790814720", "1790818201"), ChallengeError::Life);
    assert_eq!(
        Challenge::parse(&TEXT.replace("1790814720", "1790818200")).unwrap().expires().seconds(),
        1_790_818_200
    );
    assert_eq!(Challenge::parse(&format!("{TEXT} ")), Err(ChallengeError::Fields));
    assert_eq!(Challenge::parse(&format!(" {TEXT}")), Err(ChallengeError::Version));
    assert_eq!(Challenge::parse(&format!("{TEXT}\n")), Err(ChallengeError::Time));
    assert_eq!(Challenge::parse("mynumber-log-in/1 a"), Err(ChallengeError::Fields));
    assert_eq!(Challenge::parse(&"m".repeat(100_000)), Err(ChallengeError::TooLong));
}

#[test]
fn the_longest_challenge_fits_its_limit() {
    let audience = Audience::parse(&"a".repeat(255)).unwrap();
    let issued = UnixTime::from_seconds(LAST - 3600);
    let longest = Challenge::new(&audience, [0xFF; 32], issued, Life::MAX).unwrap();
    assert_eq!(longest.to_string().len(), Challenge::MAX_LENGTH);
    assert_eq!(Challenge::parse(&longest.to_string()), Ok(longest));
}

#[test]
fn lives_and_times_outside_their_limits_make_no_challenge() {
    assert_eq!(Life::from_seconds(0), Err(ChallengeError::Life));
    assert_eq!(Life::from_seconds(3601), Err(ChallengeError::Life));
    assert_eq!(Life::from_seconds(3600).unwrap().seconds(), 3600);
    let audience = Audience::parse("a").unwrap();
    for seconds in [-1, LAST, i64::MAX, i64::MIN] {
        let made = Challenge::new(&audience, [0; 32], UnixTime::from_seconds(seconds), Life::DEFAULT);
        assert_eq!(made, Err(ChallengeError::Time), "{seconds}");
    }
    for name in ["", "a b", "a\u{7f}", &"a".repeat(256)] {
        assert_eq!(Audience::parse(name), Err(ChallengeError::Audience));
    }
}
