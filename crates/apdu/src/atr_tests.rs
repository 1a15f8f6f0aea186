use super::*;
use proptest::prelude::*;
use std::{format, vec::Vec};

/// The ATRs seen on cards (CARD.md §1), with the number of historical bytes and the protocols.
const SEEN: [(&str, usize, &[u8]); 9] = [
    ("3BE000FF8131FE4514", 0, &[1]),
    ("3BDA13FF8131FB468012392F31C173C601C03B", 10, &[1]),
    ("3BC5FF8131FB458073C6010000", 5, &[1]),
    ("3BF59100FF918171FE4000420001 00D1D6", 5, &[1]),
    ("3BF59100FF918171FE4000420001 B3A115", 5, &[1]),
    ("3B8880010000 05E0B381A1007F", 8, &[0, 1]),
    ("3B888001000041E0B381A1003B", 8, &[0, 1]),
    ("3B888001004B51FF0081D100BC", 8, &[0, 1]),
    ("3B888001004B51FFB381D1000F", 8, &[0, 1]),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<std::string::String>(), 16).unwrap())
        .collect()
}

#[test]
fn every_atr_seen_on_a_card_is_read() {
    for (hex, historical, protocols) in SEEN {
        let bytes = bytes(hex);
        let atr = Atr::parse(&bytes).expect(hex);
        assert_eq!(atr.historical().len(), historical, "{hex}");
        assert!(atr.protocols().eq(protocols.iter().copied()), "{hex}");
        assert_eq!(atr.is_contactless(), hex.starts_with("3B88"));
        assert_eq!(atr.check(), bytes.last().copied());
        assert_eq!(check_byte(&bytes[..bytes.len() - 1]), bytes[bytes.len() - 1]);
        assert_eq!(format!("{atr}").replace(' ', ""), hex.replace(' ', ""));
    }
}

#[test]
fn an_atr_without_td_offers_t0_and_has_no_check_byte() {
    let atr = Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).expect("T=0");
    assert!(atr.protocols().eq([0]));
    assert_eq!((atr.check(), atr.historical()), (None, &[0x14, 0x50][..]));
    assert_eq!(atr.information_field_size(), None);
    assert_eq!(Atr::parse(&[0x3F, 0x00]).expect("inverse").convention(), Convention::Inverse);
    assert_eq!(Atr::parse(&[0x3B, 0x00, 0x00]), Err(Error::TrailingBytes));
}

#[test]
fn the_interface_bytes_come_in_groups() {
    let bytes = bytes(SEEN[0].0);
    let atr = Atr::parse(&bytes).expect("seen");
    let groups: Vec<_> = atr.groups().collect();
    let none = InterfaceBytes::default();
    assert_eq!(
        groups,
        [
            InterfaceBytes { tb: Some(0x00), tc: Some(0xFF), td: Some(0x81), ..none },
            InterfaceBytes { td: Some(0x31), ..none },
            InterfaceBytes { ta: Some(0xFE), tb: Some(0x45), ..none },
        ]
    );
    assert_eq!(atr.information_field_size(), Some(0xFE));
}

#[test]
fn protocols_are_told_once_each_in_their_order_and_15_is_none() {
    // TD1 to TD5 name T=1, T=0, T=1, T=15, T=14; TA6 follows.
    let mut bytes = std::vec![0x3B, 0x80, 0x81, 0x80, 0x81, 0x8F, 0x1E, 0x77];
    bytes.push(check_byte(&bytes));
    let atr = Atr::parse(&bytes).expect("well formed");
    assert!(atr.protocols().eq([1, 0, 14]), "{atr:?}");
    assert_eq!((atr.information_field_size(), atr.as_bytes()), (None, &bytes[..]));
    assert_eq!(format!("{atr:?}"), format!("Atr(3B 80 81 80 81 8F 1E 77 {:02X})", bytes[8]));
    // A check byte that is announced and missing: there is nothing behind the groups.
    assert_eq!(Atr::parse(&bytes[..8]), Err(Error::Truncated));
    assert_eq!(Atr::parse(&[0x3B, 0x81, 0x01, 0x55]), Err(Error::Truncated));
}

#[test]
fn a18_atrs_of_0_1_33_and_255_bytes() {
    assert_eq!(Atr::parse(&[]), Err(Error::Truncated));
    assert_eq!(Atr::parse(&[0x3B]), Err(Error::Truncated));
    assert_eq!(Atr::parse(&[0x00, 0x00]), Err(Error::InitialCharacter));
    assert_eq!(Atr::parse(&[0x3B; 255]), Err(Error::TooLong));
    // TD bytes without end: 31 of them announce a further one each.
    let mut endless = [0x80; LONGEST];
    endless[0] = 0x3B;
    assert_eq!(Atr::parse(&endless), Err(Error::Truncated));
    // 33 bytes: T0, 15 TD bytes without an end to T=0, ... and 15 historical bytes.
    let mut longest = [0x80; LONGEST];
    longest[0] = 0x3B;
    longest[1] = 0x8F;
    longest[17] = 0x00;
    assert_eq!(Atr::parse(&longest).map(|atr| atr.historical().len()), Ok(15));
}

#[test]
fn a18_bad_check_byte_and_historical_bytes_longer_than_announced() {
    for (hex, _, _) in SEEN {
        let mut bad = bytes(hex);
        *bad.last_mut().unwrap() ^= 0x01;
        assert_eq!(Atr::parse(&bad), Err(Error::CheckByte));
        *bad.last_mut().unwrap() ^= 0x01;
        bad.push(0x00);
        assert_eq!(Atr::parse(&bad), Err(Error::TrailingBytes));
    }
}

#[test]
fn d1_every_prefix_is_refused() {
    for (hex, _, _) in SEEN {
        let bytes = bytes(hex);
        for end in 0..bytes.len() {
            assert!(Atr::parse(&bytes[..end]).is_err(), "{hex} cut to {end}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_atr_or_an_error(
        head in prop::sample::select(std::vec![0x3Bu8, 0x3F, 0x00]),
        tail in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let bytes = [&[head], &tail[..]].concat();
        if let Ok(atr) = Atr::parse(&bytes) {
            let in_groups: usize = atr
                .groups()
                .map(|group| [group.ta, group.tb, group.tc, group.td].iter().flatten().count())
                .sum();
            let check = usize::from(atr.check().is_some());
            prop_assert_eq!(2 + in_groups + atr.historical().len() + check, bytes.len());
            prop_assert!(atr.protocols().count() <= bytes.len());
            let _ = atr.information_field_size();
        }
    }
}
