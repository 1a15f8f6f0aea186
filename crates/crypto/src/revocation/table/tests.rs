//! Serial numbers that somebody chose against the table, and lists of all shapes.

use super::building::Tally;
use super::layout::{stir, top};
use super::*;
use crate::asn1::{Error, ErrorKind};
use crate::revocation::entries::Walker;
use alloc::vec::Vec;
use std::collections::{BTreeMap, BTreeSet};

/// Where the list begins in the bytes of these tests.
const FIRST_PLACE: usize = 3;

/// An entry with this serial number, as a strict reader takes it; its day tells which of the list it is.
fn entry(serial: &[u8], number: usize) -> Vec<u8> {
    let serial = match serial {
        [0x80..=0xFF, ..] => [&[0], serial].concat(),
        _ => serial.to_vec(),
    };
    let length = u8::try_from(serial.len()).unwrap();
    let (month, day) = (number / 28 % 12 + 1, number % 28 + 1);
    let date = std::format!("26{month:02}{day:02}003000Z");
    [&[0x30, length + 17, 2, length], &serial[..], b"\x17\x0D", date.as_bytes()].concat()
}

fn list(serials: &[Vec<u8>]) -> Vec<u8> {
    let entries = serials.iter().enumerate().flat_map(|(number, serial)| entry(serial, number));
    [0xEE; FIRST_PLACE].into_iter().chain(entries).collect()
}

fn walker(bytes: &[u8]) -> Walker<'_> {
    Walker::new(&bytes[FIRST_PLACE..], FIRST_PLACE)
}

/// A table of a list, laid out in some other way than the list suggests.
fn table_with(bytes: &[u8], serials: &[Vec<u8>], change: impl FnOnce(&mut Layout)) -> Result<Table, Error> {
    let longest = serials.iter().map(Vec::len).max().unwrap();
    let mut layout = Layout::new(bytes.len() - FIRST_PLACE, serials.len(), longest);
    change(&mut layout);
    Tally::of(layout, walker(bytes)).into_table(bytes, serials.len(), walker(bytes))
}

/// Every serial number is found, with what its own entry says, and no other.
fn is_told_right(bytes: &[u8], table: &Table, serials: &[Vec<u8>]) {
    assert_eq!(table.len(), serials.len());
    let mut entries = walker(bytes).checked();
    for serial in serials {
        let place = entries.next().unwrap().1;
        let found = table.find(bytes, serial).unwrap();
        assert_eq!(found.serial(), serial);
        assert_eq!(found, Entry::new(serial, &bytes[place..]));
    }
    let known: BTreeSet<&Vec<u8>> = serials.iter().collect();
    for serial in serials {
        for bit in 0..serial.len() * 8 {
            let mut other = serial.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(table.find(bytes, &other).is_some(), known.contains(&other));
        }
        let longer = [&serial[..], &[1]].concat();
        assert_eq!(table.find(bytes, &longer).is_some(), known.contains(&longer));
        assert!(table.find(bytes, &[&[0], &serial[..]].concat()).is_none());
    }
    assert!(table.find(bytes, &[]).is_none() && table.find(bytes, &[7; 21]).is_none());
}

/// Different serial numbers of four bytes that fall into the last bucket of a table of `count` entries.
fn crowded(count: usize) -> Vec<Vec<u8>> {
    let layout = Layout::new(count * 23, count, 4);
    (0x0100_0000u32..)
        .map(|number| number.to_be_bytes().to_vec())
        .filter(|serial| layout.split(layout.key(serial).unwrap()).0 == layout.buckets() - 1)
        .take(count)
        .collect()
}

#[test]
fn entries_of_one_bucket_are_found_in_it_and_on_the_side() {
    for count in [1, 2, FULL - 1, FULL, FULL + 1, 200] {
        let serials = crowded(count);
        let bytes = list(&serials);
        let table = Table::build(&bytes, walker(&bytes)).unwrap();
        assert_eq!(table.aside.len(), count.saturating_sub(FULL));
        is_told_right(&bytes, &table, &serials);
    }
}

#[test]
fn the_second_entry_of_a_serial_number_is_met_wherever_the_first_went() {
    let serials = crowded(200);
    for number in [0, 1, FULL - 1, FULL, serials.len() - 1] {
        let mut twice = serials.clone();
        twice.push(serials[number].clone());
        let bytes = list(&twice);
        let error = Table::build(&bytes, walker(&bytes)).err().unwrap();
        assert_eq!((error.kind(), error.position()), (ErrorKind::DuplicateSerial, FIRST_PLACE + 200 * 23));
    }
    // Two bytes have room for fewer than the list has entries.
    let all: Vec<Vec<u8>> =
        (1..=70_000u32).map(|number| (number % 65_535 + 1).to_be_bytes()[2..].to_vec()).collect();
    let bytes = list(&all);
    assert!(Table::build(&bytes, walker(&bytes)).is_err());
}

#[test]
fn serial_numbers_of_every_length_are_told_apart() {
    for longest in 1..=20 {
        let mut serials = BTreeSet::new();
        for length in 1..=longest {
            // Before the first byte of a large one stands a zero, and 20 bytes are the most.
            let values: &[u8] = if length < 20 { &[1, 2, 0x80, 0xFF] } else { &[1, 2] };
            for &value in values {
                for at in 0..length {
                    let mut serial = std::vec![7; length];
                    serial[at] = value;
                    serials.insert(serial);
                }
            }
        }
        let serials: Vec<Vec<u8>> = serials.into_iter().collect();
        let bytes = list(&serials);
        let table = Table::build(&bytes, walker(&bytes)).unwrap();
        assert_eq!(table.layout.whole, longest <= 8);
        is_told_right(&bytes, &table, &serials);
    }
}

/// Serial numbers of which two or more each are alike in so many bits of their keys: in their buckets, and as far as that goes, in
/// their records.
fn alike(bits: u32, ending: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let layout = Layout::new(1000 * 30, 1000, 4 + ending.len());
    let mut alike: BTreeMap<u64, Vec<Vec<u8>>> = BTreeMap::new();
    for number in 0..64_000u32 {
        // Numbers in sequence would all come to stand apart.
        let serial = [&(0x0100_0000 + number * number).to_be_bytes()[..], ending].concat();
        alike.entry(layout.key(&serial).unwrap() >> (64 - bits)).or_default().push(serial);
    }
    alike.into_values().filter(|alike| alike.len() > 1).collect()
}

#[test]
fn a_hash_that_fits_is_compared_with_the_entry() {
    const KEPT: u32 = 25;
    let serials: Vec<Vec<u8>> = alike(KEPT, &[9; 8]).into_iter().flatten().collect();
    assert!((50..500).contains(&serials.len()), "{}", serials.len());
    let bytes = list(&serials);
    let short = |layout: &mut Layout| layout.part = KEPT - layout.buckets().ilog2();
    let table = table_with(&bytes, &serials, short).unwrap();
    assert!(!table.layout.whole);
    is_told_right(&bytes, &table, &serials);
    let mut twice = serials.clone();
    twice.push(serials[12].clone());
    let bytes = list(&twice);
    let error = table_with(&bytes, &twice, short).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::DuplicateSerial);
}

#[test]
fn records_with_one_head_are_told_apart() {
    // With four bytes tails hold what is left of a serial number; with eight, in a list as short as this, only part of it.
    for ending in [&[][..], &[9; 4]] {
        let groups: Vec<_> = alike(24, ending).into_iter().take(60).collect();
        assert!(groups.len() > 20, "{}", groups.len());
        let all: Vec<Vec<u8>> = groups.iter().flatten().cloned().collect();
        let bytes = list(&all);
        is_told_right(&bytes, &Table::build(&bytes, walker(&bytes)).unwrap(), &all);
        // Of each group, only the first is on the list.
        let first: Vec<Vec<u8>> = groups.iter().map(|group| group[0].clone()).collect();
        let bytes = list(&first);
        let table = Table::build(&bytes, walker(&bytes)).unwrap();
        is_told_right(&bytes, &table, &first);
        let others = groups.iter().flat_map(|group| &group[1..]);
        assert!(
            others.clone().count() > 20 && others.clone().all(|other| table.find(&bytes, other).is_none())
        );
    }
}

#[test]
fn a_long_list_is_told_right_by_heads_and_by_tails() {
    // So many that of four bytes nothing is left for tails, and of eight no more than they hold.
    const COUNT: u32 = 270_000;
    let four = (0..COUNT).map(|number| (0x0100_0000 + number * 7).to_be_bytes().to_vec());
    let eight = (0..COUNT).map(|number| (stir(number.into(), u64::MAX) | 1 << 63).to_be_bytes().to_vec());
    for serials in [four.collect::<Vec<_>>(), eight.collect()] {
        let bytes = list(&serials);
        let table = Table::build(&bytes, walker(&bytes)).unwrap();
        assert_eq!(table.layout.part, u32::try_from(serials[0].len()).unwrap() * 8 - 16);
        assert!(serials.iter().all(|serial| table.find(&bytes, serial).is_some()));
        for (serial, (_, place)) in serials.iter().zip(walker(&bytes).checked()).step_by(997) {
            assert_eq!(table.find(&bytes, serial), Some(Entry::new(serial, &bytes[place..])));
        }
        let known: BTreeSet<&Vec<u8>> = serials.iter().collect();
        for serial in &serials {
            let mut other = serial.clone();
            *other.last_mut().unwrap() ^= 1;
            assert_eq!(table.find(&bytes, &other).is_some(), known.contains(&other));
        }
        // Few steps tell nearly all.
        let at_once = |serial: &&Vec<u8>| !matches!(table.glance(serial), Glance::Unsure);
        assert!(serials.iter().filter(at_once).count() > serials.len() / 10 * 9);
    }
}

#[test]
fn an_entry_is_found_within_its_block() {
    let serials: Vec<Vec<u8>> = (1..=20_000u64)
        .map(|number| (u64::MAX / 20_001 * number).to_be_bytes().to_vec())
        .filter(|serial| serial[0] != 0)
        .collect();
    let bytes = list(&serials);
    let table = Table::build(&bytes, walker(&bytes)).unwrap();
    assert!(table.blocks.len() > 4, "{:?}", table.layout);
    is_told_right(&bytes, &table, &serials);
}

#[test]
fn bytes_that_changed_give_an_error_and_no_panic() {
    let serials: Vec<Vec<u8>> =
        (1..=5000u64).map(|number| (number << 48).to_be_bytes()[..].to_vec()).collect();
    let serials: Vec<Vec<u8>> = serials.into_iter().filter(|serial| serial[0] != 0).collect();
    let bytes = list(&serials);
    let table = Table::build(&bytes, walker(&bytes)).unwrap();
    for other in
        [&[][..], &bytes[..bytes.len() / 2], &std::vec![0; bytes.len()], &std::vec![0x30; bytes.len()]]
    {
        let last = table.find(other, serials.last().unwrap()).unwrap();
        assert!(last.revocation().is_err());
    }
}

#[test]
fn stirring_makes_no_two_numbers_one() {
    for bits in [8, 16] {
        let stirred: BTreeSet<u64> = (0..1 << bits).map(|number| stir(number, top(bits))).collect();
        assert_eq!(stirred.len(), 1 << bits);
        assert!(stirred.iter().all(|number| number & !top(bits) == 0));
    }
    // Numbers in sequence come into all buckets alike.
    let layout = Layout::new(23 << 16, 1 << 16, 4);
    let mut counts = BTreeMap::new();
    for number in 0x0100_0000u32..0x0101_0000 {
        let key = layout.key(&number.to_be_bytes()).unwrap();
        *counts.entry(layout.split(key).0).or_insert(0) += 1;
    }
    assert!(counts.values().all(|count| *count < FULL) && counts.len() > layout.buckets() / 2);
}

#[test]
fn a_layout_for_a_list_of_any_size_has_room_for_all_that_it_keeps() {
    for entries in [1usize, 2, 15, 16, 300, 4096, 100_000, 1_000_000, 50_000_000, 200_000_000] {
        for longest in 1..=20 {
            let bytes = entries * (19 + longest);
            let layout = Layout::new(bytes, entries, longest);
            let what = std::format!("{entries} of {longest}: {layout:?}");
            assert!(layout.part + layout.place <= 58, "{what}");
            assert!((bytes - 1) >> layout.block < 1 << layout.place, "{what}");
            let all = layout.buckets().ilog2() + layout.part;
            assert!(!layout.whole || all == u32::try_from(longest).unwrap() * 8, "{what}");
            assert!(layout.whole || layout.block == 0, "{what}");
            let blocks = if layout.block == 0 { 0 } else { (bytes >> layout.block) + 1 };
            assert!(blocks <= entries / 32 + 2, "{what}");
        }
    }
}
