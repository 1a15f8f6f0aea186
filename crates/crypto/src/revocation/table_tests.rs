//! Serial numbers that somebody chose against the table.

use super::*;
use alloc::vec::Vec;
use std::collections::BTreeSet;

/// An entry with this serial number, as far as a table reads it.
fn entry(serial: &[u8]) -> Vec<u8> {
    let length = u8::try_from(serial.len()).unwrap();
    [&[0x30, length + 17, 2, length], serial, b"\x17\x0D261001003000Z"].concat()
}

/// A table of entries with these serial numbers, and their bytes.
fn table(serials: &[Vec<u8>]) -> (Vec<u8>, Result<Table, Error>) {
    let bytes: Vec<u8> = serials.iter().flat_map(|serial| entry(serial)).collect();
    let mut table = Table::new(bytes.len(), serials.len());
    let mut place = 0;
    for serial in serials {
        let waiting = table.waiting(serial, place);
        if let Err(error) = table.insert(&bytes, &[waiting]) {
            return (bytes, Err(error));
        }
        place += u32::try_from(entry(serial).len()).unwrap();
    }
    let table = table.finish(&bytes);
    (bytes, table)
}

/// Different serial numbers of four bytes that fall into few groups of a table of `count` entries.
fn crowded(count: usize) -> Vec<Vec<u8>> {
    let groups = Table::new(0, count).groups.len();
    (0x0100_0000u32..)
        .map(|number| number.to_be_bytes().to_vec())
        .filter(|serial| group_of(hash(serial), groups) == groups - 1)
        .take(count)
        .collect()
}

#[test]
fn entries_of_one_group_are_found_in_the_next_and_on_the_side() {
    let serials = crowded(200);
    let (bytes, table) = table(&serials);
    let table = table.unwrap();
    assert_eq!(table.len(), serials.len());
    assert_eq!(table.aside.len(), serials.len() - PROBES * SLOTS);
    for serial in &serials {
        assert_eq!(table.find(&bytes, serial).unwrap().serial(), serial);
    }
    let known: BTreeSet<&Vec<u8>> = serials.iter().collect();
    for number in 0x0100_0000u32..0x0100_8000 {
        let serial = number.to_be_bytes().to_vec();
        assert_eq!(table.find(&bytes, &serial).is_some(), known.contains(&serial));
    }
    let mut found = Vec::new();
    table.find_together(&bytes, &serials, |serial, _| found.push(serial.clone()));
    assert_eq!(found, serials);
}

#[test]
fn the_second_entry_of_a_serial_number_is_met_wherever_the_first_went() {
    let serials = crowded(200);
    for number in [0, SLOTS - 1, SLOTS, PROBES * SLOTS - 1, PROBES * SLOTS, serials.len() - 1] {
        let mut twice = serials.clone();
        twice.push(serials[number].clone());
        let (_, outcome) = table(&twice);
        assert_eq!(outcome.err().map(|error| error.kind()), Some(ErrorKind::DuplicateSerial), "{number}");
    }
}

#[test]
fn serial_numbers_with_words_in_common_are_told_apart() {
    // All lengths, with equal beginnings, equal ends, and bytes that stand in both words.
    let mut serials = Vec::new();
    for length in 1..=20 {
        for value in [1u8, 2] {
            for at in 0..length {
                let mut serial = alloc::vec![7; length];
                serial[at] = value;
                serials.push(serial);
            }
        }
        serials.push(alloc::vec![7; length]);
    }
    for one in &serials {
        for other in &serials {
            assert_eq!(equal(one, other), one == other, "{one:02X?} {other:02X?}");
        }
    }
    let (bytes, table) = table(&serials);
    let table = table.unwrap();
    for serial in &serials {
        assert_eq!(table.find(&bytes, serial).unwrap().serial(), serial);
    }
    assert_eq!(table.find(&bytes, &[7; 21]).map(|entry| entry.serial().len()), None);
}

#[test]
fn a_table_for_a_list_of_any_size_keeps_all_bits_of_its_places() {
    for (bytes, tag) in [(0, u32::MAX), (1, u32::MAX - 1), (27_000_000, 0xFE00_0000), (usize::MAX, 0)] {
        let table = Table::new(bytes, 0);
        assert_eq!(table.tag, tag, "{bytes}");
        assert_eq!(u32::try_from(bytes).unwrap_or(u32::MAX) & table.tag, 0);
    }
}
