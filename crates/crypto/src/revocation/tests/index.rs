//! The index against a plain walk over the entries, and CRLs that are damaged in every place.

use super::maker::{List, Maker, NOW, entry, extension, generalized, reason, sequence, tlv, utc};
use crate::asn1::ErrorKind;
use crate::certificate::Certificate;
use crate::revocation::{Crl, CrlIndex, Entry, Issuer, Why};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::vec::Vec;

fn ca() -> Maker {
    Maker::new("CA", 1)
}

/// What a walk over all entries finds.
fn naive<'a>(crl: &Crl<'a>, serial: &[u8]) -> Option<Entry<'a>> {
    crl.entries().find(|entry| entry.serial() == serial)
}

/// The content of a positive INTEGER of up to `length` bytes.
fn serial(rng: &mut ChaCha20Rng, length: usize) -> Vec<u8> {
    let mut bytes = std::vec![0; length];
    rng.fill_bytes(&mut bytes);
    bytes[0] = bytes[0] & 0x7F | 1;
    bytes
}

#[test]
fn the_index_finds_what_a_walk_finds_and_nothing_else() {
    let mut rng = ChaCha20Rng::seed_from_u64(11);
    for count in [0, 1, 2, 7, 8, 9, 100, 1500] {
        let serials: BTreeSet<Vec<u8>> = (0..count)
            .map(|index| match index % 3 {
                // In sequence, as JPKI counts, and of all lengths.
                0 => std::vec![1, 2, u8::try_from(index / 256).unwrap(), u8::try_from(index % 256).unwrap()],
                1 => serial(&mut rng, index % 20 + 1),
                _ => [&[0, 0x80 | u8::try_from(index % 128).unwrap()][..], &serial(&mut rng, 5)].concat(),
            })
            .collect();
        let entries: Vec<Vec<u8>> = serials
            .iter()
            .enumerate()
            .map(|(index, serial)| match index % 4 {
                0 => entry(serial, &[&reason(4)]),
                1 => entry(serial, &[&extension(24, false, &generalized(NOW)), &reason(1)]),
                // An entry whose length takes two bytes, and a day that only some months have.
                2 => entry(serial, &[&extension(99, false, &[0; 200])]),
                _ => sequence(&[&tlv(2, &[serial]), &tlv(0x17, &[b"240229235959Z"])]),
            })
            .collect();
        let der = List { entries, ..List::default() }.by(&ca());
        let crl = Crl::parse(&der).unwrap();
        let index = CrlIndex::build(Arc::<[u8]>::from(der.as_slice())).unwrap();
        assert_eq!((index.len(), index.is_empty()), (serials.len(), serials.is_empty()));
        assert_eq!(crl.entries().count(), serials.len());
        // A walk is slow: of many, some are looked for.
        for content in serials.iter().step_by(count / 100 + 1) {
            let magnitude = content.strip_prefix(&[0]).unwrap_or(content);
            let found = index.lookup(magnitude);
            assert!(found.is_some());
            assert_eq!(found, naive(&crl, magnitude));
        }
        for length in [1, 3, 4, 8, 20, 21] {
            let absent = serial(&mut rng, length);
            assert_eq!(index.lookup(&absent), naive(&crl, &absent));
        }
        assert_eq!(index.lookup(&[]), None);
        assert!(index.memory() <= 9 * count + 1024, "{count}: {}", index.memory());
    }
}

#[test]
fn a_serial_number_that_stands_twice_makes_the_list_unusable() {
    let twice = List::with_entries(&[&entry(&[5], &[]), &entry(&[6], &[]), &entry(&[5], &[&reason(1)])]);
    assert_eq!(CrlIndex::build(twice.by(&ca())).unwrap_err().kind(), ErrorKind::DuplicateSerial);
    // Among many too.
    let mut entries: Vec<Vec<u8>> =
        (1..=2000u16).map(|number| entry(&[&[1], &number.to_be_bytes()[..]].concat(), &[])).collect();
    let list = |entries: &[Vec<u8>]| List { entries: entries.to_vec(), ..List::default() }.by(&ca());
    assert!(CrlIndex::build(list(&entries)).is_ok());
    entries.push(entry(&[1, 1, 1], &[]));
    let error = CrlIndex::build(list(&entries)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateSerial);
    assert!(error.position() > 0);
}

#[test]
fn d5_entries_are_read_as_strictly_by_the_fast_reader_as_by_the_other() {
    let time = utc(NOW);
    let serials: [&[u8]; 8] =
        [&[], &[0], &[0x80], &[0, 0x7F], &[0xFF, 1], &[0, 0, 0x80], &[1; 21], &[0, 0x80, 1]];
    let malformed: Vec<Vec<u8>> = serials
        .iter()
        .map(|serial| sequence(&[&tlv(2, &[serial]), &time]))
        .chain([
            tlv(0x31, &[&tlv(2, &[&[1]]), &time]),
            sequence(&[&tlv(2, &[&[1]])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"261122000000"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"2611220000000"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"261322000000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"260229000000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"261122240000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"261122006000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"261122000060Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"2611220000:0Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x17, &[b"26112\xB2000000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &tlv(0x18, &[b"20261122000000Z"])]),
            sequence(&[&tlv(2, &[&[1]]), &time, &[5, 0]]),
            sequence(&[&tlv(2, &[&[1]]), &time, &sequence(&[])]),
            sequence(&[&tlv(2, &[&[1]]), &time, &sequence(&[&reason(1)]), &[5, 0]]),
            sequence(&[&tlv(2, &[&[1]]), &time, &sequence(&[&extension(21, false, &[2, 1, 1])])]),
            sequence(&[&tlv(2, &[&[1]]), &time, &sequence(&[&extension(21, false, &[0x0A, 2, 0, 1])])]),
            [&[0x30, 0x81, 0x12][..], &tlv(2, &[&[1]]), &time].concat(),
            [&sequence(&[&tlv(2, &[&[1]]), &time])[..], &[0x30]].concat(),
        ])
        .collect();
    // The last of the serial numbers is a right one.
    for (number, bytes) in malformed.iter().enumerate() {
        let der = List { entries: std::vec![bytes.clone()], ..List::default() }.by(&ca());
        assert_eq!(Crl::parse(&der).is_ok(), number == 7, "{number}: {bytes:02X?}");
        assert_eq!(CrlIndex::build(&der).is_ok(), number == 7, "{number}");
    }
}

#[test]
fn d1_no_prefix_of_a_crl_is_one_and_nothing_follows_it() {
    let der = List::with_entries(&[&entry(&[5], &[&reason(1)]), &entry(&[6], &[])]).by(&ca());
    for length in 0..der.len() {
        assert!(Crl::parse(&der[..length]).is_err(), "{length} bytes");
        assert!(CrlIndex::build(&der[..length]).is_err(), "{length} bytes");
    }
    assert!(Crl::parse(&[&der[..], &[0]].concat()).is_err());
    assert!(Crl::parse(&[&der[..], &der[..]].concat()).is_err());
}

#[test]
fn d2_no_flipped_bit_of_a_crl_passes_the_signature_check() {
    let entries =
        [entry(&[5, 6, 7], &[&reason(1)]), entry(&[0, 0x99], &[&extension(24, false, &generalized(NOW))])];
    let der = List { entries: entries.to_vec(), ..List::default() }.by(&ca());
    let certificate = ca().certify(&ca(), &[1], &[]);
    let issuer = Issuer::from_certificate(&Certificate::parse(&certificate).unwrap()).unwrap();
    assert_eq!(Crl::parse(&der).unwrap().check_issuer(&issuer), Ok(()));
    for bit in 0..der.len() * 8 {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let view = Crl::parse(&flipped);
        let index = CrlIndex::build(&flipped);
        if let Ok(crl) = view {
            let _ = (std::format!("{crl:?}"), crl.distribution_points().count());
            assert_eq!(crl.entries().count(), 2, "bit {bit}");
            assert!(index.is_ok_and(|index| index.len() == 2), "bit {bit}");
            assert!(crl.check_issuer(&issuer).is_err(), "bit {bit}");
        } else {
            assert!(index.is_err(), "bit {bit}: the index takes what the view refuses");
        }
    }
}

#[test]
fn what_was_proven_is_remembered_for_this_issuer_only() {
    let mut index = CrlIndex::build(List::default().by(&ca())).unwrap();
    let certificate = ca().certify(&ca(), &[1], &[]);
    let issuer = Issuer::from_certificate(&Certificate::parse(&certificate).unwrap()).unwrap();
    let other = Maker { name: ca().name, ..Maker::new("", 2) };
    let other = other.certify(&other, &[1], &[]);
    let other = Issuer::from_certificate(&Certificate::parse(&other).unwrap()).unwrap();
    assert!(!index.is_settled(&issuer));
    assert_eq!(index.prove(&issuer), Ok(()));
    assert!(index.is_settled(&issuer) && !index.is_settled(&other));
    assert!(!index.is_settled(&issuer.with_crl_sign(false)));
    assert_eq!(index.prove(&issuer.with_crl_sign(false)), Err(Why::MayNotSign));
    assert!(matches!(index.prove(&other), Err(Why::Signature(_))));
    assert!(matches!(index.prove(&other), Err(Why::Signature(_))));
    assert_eq!(index.prove(&issuer), Ok(()));
}
