//! The card file: what survives, and what is refused (negative test H6).

use std::fs;

use mynumber_applet::{PinFormat, PinId, TokenKind};
use sha2::{Digest, Sha256};

use crate::state::State;
use crate::storage::Storage;
use crate::test_card::{JPKI, card, reopen, rng, send};
use crate::{
    FileStorage, FormatErrorKind, IssuerKey, MemoryStorage, OpenError, StorageError, VirtualCard, WriteError,
};

fn open_bytes(bytes: &[u8]) -> Result<VirtualCard, OpenError> {
    VirtualCard::open(MemoryStorage::holding(bytes), rng())
}

fn kind_of(outcome: &Result<VirtualCard, OpenError>) -> Option<FormatErrorKind> {
    match outcome {
        Err(OpenError::Format(error)) => Some(error.kind()),
        _ => None,
    }
}

/// The file of a card with three journal records.
fn file_bytes() -> Vec<u8> {
    let memory = MemoryStorage::default();
    let mut card = card(memory.clone());
    send(&mut card, JPKI);
    assert_eq!(send(&mut card, "002000980439393939"), "63C2");
    assert_eq!(send(&mut card, "002000980431323334"), "9000");
    memory.clone().read().unwrap().to_vec()
}

const RECORD: usize = 64;

/// The file of a card with an issuer's key, of which the issuer blocked one reference and set another.
fn issued_bytes() -> Vec<u8> {
    let memory = MemoryStorage::default();
    let mut image = crate::test_card::image();
    image.issuer_key = Some(IssuerKey::new(&[0x5A; 32]).unwrap());
    drop(VirtualCard::new(image, memory.clone(), rng()).unwrap());
    let mut state = State::open(Box::new(memory.clone())).unwrap();
    state.block(PinId::UserAuthentication).unwrap();
    state.set_value(PinId::InputAssist, b"9999").unwrap();
    state.set_left(PinId::InputAssist, 2).unwrap();
    memory.clone().read().unwrap().to_vec()
}

#[test]
fn an_issuer_s_key_and_what_the_issuer_did_survive() {
    let card = open_bytes(&issued_bytes()).unwrap();
    assert_eq!(card.image().issuer_key.as_ref().map(IssuerKey::bytes), Some(&[0x5A; 32][..]));
    let reference = |pin| &card.image().references[&pin];
    let blocked = reference(PinId::UserAuthentication);
    assert_eq!((blocked.left(), blocked.limit(), blocked.value()), (0, 3, &[][..]));
    let set = reference(PinId::InputAssist);
    assert_eq!((set.left(), set.value()), (2, &b"9999"[..]));
}

/// Version 1 as it was before there were issuer's keys: the same bytes, so that older files open and older programs open
/// the files of cards without a key.
#[test]
fn the_file_of_a_card_without_an_issuer_key_is_as_it_always_was() {
    let memory = MemoryStorage::default();
    drop(card(memory.clone()));
    let bytes = memory.clone().read().unwrap();
    let hash: String = Sha256::digest(bytes.as_slice()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        (bytes.len(), hash.as_str()),
        (512, "f4e14aa1a125932bf252f8b1faa7504c3f19a12a1e25c74767c7b5f034d4a4fd")
    );
    assert!(open_bytes(&bytes).unwrap().image().issuer_key.is_none());
}

#[test]
fn h6_an_issuer_s_key_of_another_length_is_refused() {
    // The item: its kind, its length, the key.
    let whole = issued_bytes();
    let at = whole
        .windows(37)
        .position(|window| window[..5] == [8, 0, 0, 0, 32] && window[5..] == [0x5A; 32])
        .unwrap();
    for kept in [0, 15, 17, 31] {
        let mut shorter = whole.clone();
        shorter.drain(at + 5 + kept..at + 37);
        shorter[at + 4] = u8::try_from(kept).unwrap();
        let items =
            u32::from_be_bytes(*shorter[10..].first_chunk().unwrap()) - u32::try_from(32 - kept).unwrap();
        shorter[10..14].copy_from_slice(&items.to_be_bytes());
        let end = 14 + usize::try_from(items).unwrap();
        let hash = Sha256::digest(&shorter[..end]);
        shorter[end..end + 32].copy_from_slice(&hash);
        shorter.truncate(end + 32);
        shorter.resize(shorter.len().next_multiple_of(RECORD), 0);
        assert_eq!(kind_of(&open_bytes(&shorter)), Some(FormatErrorKind::BadValue), "{kept}");
    }
}

#[test]
fn image_and_counters_survive() {
    let memory = MemoryStorage::default();
    let mut first = card(memory.clone());
    send(&mut first, JPKI);
    assert_eq!(send(&mut first, "0020009B0131"), "63C4");
    drop(first);
    let second = reopen(memory);
    let (was, is) = (crate::test_card::image(), second.image());
    assert_eq!((was.token, &was.atr, &was.files), (is.token, &is.atr, &is.files));
    assert_eq!((&was.data_objects, was.keys.len()), (&is.data_objects, is.keys.len()));
    assert_eq!(was.references.len(), is.references.len());
    assert_eq!(second.tries_left(PinId::Signature), Some(4));
    assert_eq!(second.tries_left(PinId::InputAssistReserved), Some(0));
    assert_eq!(second.tries_left(PinId::CardFaceNumberA), None);
}

#[test]
fn a_long_journal_is_folded_into_the_image() {
    let memory = MemoryStorage::default();
    let mut first = card(memory.clone());
    send(&mut first, JPKI);
    let empty = memory.clone().read().unwrap().len();
    let mut longest = 0;
    for _ in 0..600 {
        assert_eq!(send(&mut first, "002000980431323334"), "9000");
        longest = longest.max(memory.clone().read().unwrap().len());
    }
    assert_eq!(send(&mut first, "0020009B0131"), "63C4");
    assert_eq!(longest, empty + 1024 * RECORD);
    assert!(memory.clone().read().unwrap().len() < longest);
    assert_eq!(reopen(memory).tries_left(PinId::Signature), Some(4));
}

#[test]
fn h6_a_file_that_is_cut_off_is_refused_but_for_a_torn_last_record() {
    let issued = issued_bytes();
    for length in 1..issued.len() - 3 * RECORD {
        assert_eq!(kind_of(&open_bytes(&issued[..length])), Some(FormatErrorKind::Truncated), "{length}");
    }
    let whole = file_bytes();
    let journal_at = whole.len() - 3 * RECORD;
    for length in 0..whole.len() {
        let outcome = open_bytes(&whole[..length]);
        if length == 0 {
            assert!(matches!(outcome, Err(OpenError::Empty)));
        } else if length < journal_at {
            assert_eq!(kind_of(&outcome), Some(FormatErrorKind::Truncated), "{length}");
        } else {
            // What a power cut leaves while a record is written.
            let expected = [3, 2, 1, 3][(length - journal_at) / RECORD];
            assert_eq!(outcome.unwrap().tries_left(PinId::UserAuthentication), Some(expected), "{length}");
        }
    }
}

#[test]
fn h6_a_damaged_record_is_told_by_its_place() {
    let whole = file_bytes();
    let journal_at = whole.len() - 3 * RECORD;
    for at in journal_at..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        let Err(OpenError::Format(error)) = open_bytes(&damaged) else { panic!("byte {at}") };
        let record = journal_at + (at - journal_at) / RECORD * RECORD;
        assert_eq!((error.kind(), error.position()), (FormatErrorKind::Damaged, record), "byte {at}");
    }
}

#[test]
fn h6_every_flipped_bit_is_noticed() {
    for whole in [file_bytes(), issued_bytes()] {
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let outcome = open_bytes(&flipped);
            assert!(matches!(outcome, Err(OpenError::Format(_))), "bit {bit}");
        }
    }
}

#[test]
fn h6_other_versions_and_other_files_are_refused() {
    let whole = file_bytes();
    let mut newer = whole.clone();
    newer[9] = 2;
    assert_eq!(kind_of(&open_bytes(&newer)), Some(FormatErrorKind::Version(2)));
    assert_eq!(kind_of(&open_bytes(b"-----BEGIN CERTIFICATE-----")), Some(FormatErrorKind::NotACard));
    let mut huge = whole.clone();
    huge[10..14].copy_from_slice(&[0xFF; 4]);
    assert_eq!(kind_of(&open_bytes(&huge)), Some(FormatErrorKind::Truncated));
    // Space that the file system gave before the record's bytes came is not a record.
    let mut extended = whole;
    extended.extend([0; RECORD]);
    assert!(open_bytes(&extended).is_ok());
    extended.extend([0; RECORD]);
    assert_eq!(kind_of(&open_bytes(&extended)), Some(FormatErrorKind::Damaged));
}

#[test]
fn h6_records_of_another_place_or_another_card_are_refused() {
    let whole = file_bytes();
    let journal_at = whole.len() - 3 * RECORD;
    let mut swapped = whole.clone();
    swapped[journal_at..journal_at + 2 * RECORD].rotate_left(RECORD);
    assert_eq!(kind_of(&open_bytes(&swapped)), Some(FormatErrorKind::BadValue));

    let memory = MemoryStorage::default();
    let mut other = card(memory.clone());
    other.rewrite(|image| image.files.clear()).unwrap();
    let mut mixed = memory.clone().read().unwrap().to_vec();
    mixed.extend(&whole[journal_at..]);
    assert_eq!(kind_of(&open_bytes(&mixed)), Some(FormatErrorKind::Damaged));
}

#[test]
fn a_storage_that_fails_spends_no_try_and_verifies_nothing() {
    struct Full(MemoryStorage);
    impl Storage for Full {
        fn read(&mut self) -> Result<zeroize::Zeroizing<Vec<u8>>, StorageError> {
            self.0.read()
        }
        fn append(&mut self, _: usize, _: &[u8]) -> Result<(), StorageError> {
            Err(StorageError::io("writing", std::io::ErrorKind::StorageFull.into()))
        }
        fn replace(&mut self, _: &[u8]) -> Result<(), StorageError> {
            Err(StorageError::io("writing", std::io::ErrorKind::StorageFull.into()))
        }
    }
    let memory = MemoryStorage::default();
    drop(card(memory.clone()));
    let mut card = reopen(Full(memory));
    send(&mut card, JPKI);
    assert_eq!(send(&mut card, "0020009B06414243313233"), "6581");
    assert_eq!(send(&mut card, "0020009B"), "63C5");
    assert_eq!(send(&mut card, "00B0810004"), "6982");
    assert!(card.tamper().is_err() && !card.is_erased());
}

#[test]
fn an_erased_chip_is_still_what_it_was_and_answers_to_reset_as_before() {
    let memory = MemoryStorage::default();
    let mut first = card(memory.clone());
    let atr = [0x3B, 0x80, 0x80, 0x01, 0x01];
    first.rewrite(|image| (image.token, image.atr) = (TokenKind::Android, atr.to_vec())).unwrap();
    first.tamper().unwrap();
    for card in [first, reopen(memory)] {
        assert!(card.is_erased() && card.image().references.is_empty());
        assert_eq!((card.image().token, card.atr()), (TokenKind::Android, &atr[..]));
    }
}

#[test]
fn a_card_on_disk_survives_and_its_file_is_the_owner_s_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taro.card");
    let mut first = card(FileStorage::create(&path).unwrap());
    send(&mut first, JPKI);
    assert_eq!(send(&mut first, "0020009B0131"), "63C4");
    assert_eq!(send(&mut first, "0020009B06414243313233"), "9000");
    assert_eq!(send(&mut first, "0024019B06585958373737"), "9000");
    first.rewrite(|image| image.atr = vec![0x3B, 0x00]).unwrap();
    assert_eq!(send(&mut first, JPKI), "9000");
    assert_eq!(send(&mut first, "0020009B0131"), "63C4");
    drop(first);
    let mut second = reopen(FileStorage::open(&path).unwrap());
    assert_eq!(second.atr(), [0x3B, 0x00]);
    assert_eq!(second.tries_left(PinId::Signature), Some(4));
    send(&mut second, JPKI);
    assert_eq!(send(&mut second, "0020009B06585958373737"), "9000");
    drop(second);
    #[cfg(unix)]
    for entry in fs::read_dir(folder.path()).unwrap() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.unwrap().metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2, "the card and its lock; nothing is left of what was written aside");
}

#[test]
fn h8_a_card_file_has_one_user_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taro.card");
    let mut held = card(FileStorage::create(&path).unwrap());
    assert!(matches!(FileStorage::open(&path), Err(StorageError::InUse)));
    // Also after the file was replaced as a whole.
    held.rewrite(|image| image.files.clear()).unwrap();
    assert!(matches!(FileStorage::open(&path), Err(StorageError::InUse)));
    assert!(matches!(FileStorage::create(&path), Err(StorageError::InUse)));
    drop(held);
    assert!(FileStorage::open(&path).is_ok());
    let Err(StorageError::Io { source, .. }) = FileStorage::create(&path) else { panic!("made twice") };
    assert_eq!(source.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(FileStorage::open(&folder.path().join("hanako.card")).is_err());
}

#[cfg(unix)]
#[test]
fn h6_a_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taro.card");
    drop(card(FileStorage::create(&path).unwrap()));
    for mode in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let Err(StorageError::Exposed { mode: told }) = FileStorage::open(&path) else { panic!("{mode:o}") };
        assert_eq!(told, mode);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(FileStorage::open(&path).is_ok());
}

#[test]
fn a_half_written_file_aside_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taro.card");
    let mut first = card(FileStorage::create(&path).unwrap());
    fs::write(folder.path().join("taro.card.new"), b"half").unwrap();
    first.rewrite(|image| image.files.clear()).unwrap();
    drop(first);
    assert!(reopen(FileStorage::open(&path).unwrap()).image().files.is_empty());
    let oversized = folder.path().join("huge.card");
    drop(FileStorage::create(&oversized).unwrap());
    fs::OpenOptions::new().write(true).open(&oversized).unwrap().set_len(2 << 20).unwrap();
    let mut huge = FileStorage::open(&oversized).unwrap();
    assert!(matches!(huge.read(), Err(StorageError::TooLarge)));
}

#[test]
fn a_file_of_a_mebibyte_is_read_into_one_piece_of_memory_and_a_larger_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.card");
    let mut storage = FileStorage::create(&path).unwrap();
    for (size, taken) in [(1usize, true), (1 << 20, true), ((1 << 20) + 1, false)] {
        fs::OpenOptions::new()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(u64::try_from(size).unwrap())
            .unwrap();
        match storage.read() {
            // Room that grew would have left a copy of the bytes behind, which nobody wipes.
            Ok(bytes) => assert_eq!((taken, bytes.len(), bytes.capacity()), (true, size, size + 1)),
            Err(error) => assert!(!taken && matches!(error, StorageError::TooLarge), "{error}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn what_lies_aside_and_cannot_be_taken_away_is_told_with_the_system_s_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taro.card");
    let mut first = card(FileStorage::create(&path).unwrap());
    fs::create_dir(folder.path().join("taro.card.new")).unwrap();
    let error = first.rewrite(|image| image.files.clear()).unwrap_err();
    let WriteError::Storage(StorageError::Io { source, .. }) = error else { panic!("{error}") };
    assert_ne!(source.kind(), std::io::ErrorKind::AlreadyExists, "that it is there is known");
    drop(first);
    assert!(!reopen(FileStorage::open(&path).unwrap()).image().files.is_empty());
}

#[test]
fn a_reference_tells_its_form_and_whether_a_try_is_left() {
    let reference = crate::Reference::new(b"1234", 3).unwrap();
    let forms = [PinFormat::Digits(4), PinFormat::Digits(6), PinFormat::SignaturePassword];
    assert_eq!(forms.map(|form| reference.has_form(form)), [true, false, false]);
    assert!(!reference.is_blocked() && reference.with_left(0).is_blocked());
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let memory = MemoryStorage::default();
    let card = card(memory.clone());
    let shown = format!("{card:?} {:?} {:?} {memory:?}", card.image(), card.image().references);
    for secret in ["ABC123", "1234", "65, 66, 67", "49, 50"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let key = IssuerKey::new(&[0x5A; 16]).unwrap();
    let reference = crate::Reference::new(b"1234", 5).unwrap().with_left(3);
    assert_eq!(
        format!("{key:?} {reference:?} {memory:?}"),
        "IssuerKey(<secret>) Reference(<secret>, 3 of 5 left) MemoryStorage(<secret>)"
    );
    assert_eq!(
        format!("{:?}", card.image().files),
        "{SignatureCertificate: Bytes([300]), CommonRecord: Records([2])}"
    );
}

#[test]
fn a_card_can_be_sent_to_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<VirtualCard>();
}
