//! The reader of a card's file, and of the text of its peculiarities.

use std::sync::OnceLock;

use mynumber_applet::{ApplicationId, KeyId, PinId, rows};
use mynumber_virtual_card::{
    FileContents, Image, IssuerKey, MemoryStorage, OpenError, Quirks, Reference, Storage, VirtualCard,
};
use sha2::{Digest, Sha256};

use super::choices::Choices;
use crate::virtual_card::{image, rng};

const MAGIC: &[u8] = b"MYNUMVC\n";
const BLOCK: usize = 64;

/// Takes the first byte for what the rest is: a file as it is, a file made of items and records with every checksum right, a
/// genuine file with changes, or the text of peculiarities.
///
/// # Panics
/// When a card that was opened does not come back the same, now and after changes, or when a damaged file is opened.
pub fn card_state(data: &[u8]) {
    let mut choices = Choices(data);
    match choices.byte().unwrap_or(0) {
        0 => opened(choices.0),
        1 => opened(&made(&mut choices)),
        2 => changed(&mut choices),
        _ => text(choices.0),
    }
}

/// Opens the bytes as a card's file, and holds the card to its promises.
fn opened(bytes: &[u8]) {
    let storage = MemoryStorage::holding(bytes);
    let mut card = match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => {
            if let OpenError::Format(error) = &error {
                assert!(error.position() <= bytes.len() + BLOCK && !error.kind().to_string().is_empty());
            }
            assert!(!format!("{error} {error:?}").is_empty());
            return;
        }
    };
    assert_eq!(look(&card), look(&reopened(&storage)));
    for row in rows::pins() {
        let longest = [0x31; 256];
        for length in [0, 4, 16, 17, 256] {
            let set = card.reset_reference(row.id, longest.get(..length).unwrap_or(&longest));
            if let Err(error) = set {
                assert!(!format!("{error} {error:?}").is_empty());
            }
        }
    }
    assert_eq!(look(&card), look(&reopened(&storage)));
    read_all(&mut card);
    let erased = card.is_erased();
    assert!(card.rewrite(|_| ()).is_ok() && card.is_erased() == erased);
    assert_eq!(look(&card), look(&reopened(&storage)));
    assert!(card.tamper().is_ok() && reopened(&storage).is_erased());
    let answer = card.respond(&[0x00, 0xA4, 0x04, 0x0C]);
    assert!(answer.is_some_and(|reply| reply.len() == 2));
}

/// Reads by every short identifier, as a file and as records: what comes is on the card, and of the form that was asked for.
fn read_all(card: &mut VirtualCard) {
    for row in rows::APPLICATIONS {
        let length = u8::try_from(row.aid.0.len()).unwrap_or(0);
        let selected = card.respond(&[&[0x00, 0xA4, 0x04, 0x0C, length], row.aid.0].concat());
        if selected.as_deref() != Some(&[0x90, 0x00]) {
            continue;
        }
        for short in 1..=30u8 {
            let whole = card.respond(&[0x00, 0xB0, 0x80 | short, 0x00, 0x00]);
            let record = card.respond(&[0x00, 0xB2, 0x01, short << 3 | 0x04, 0x00]);
            let held = row.files.iter().find(|file| file.ef.short() == Some(short));
            let held = held.and_then(|file| card.image().files.get(&file.id));
            for (reply, as_record) in [(whole, false), (record, true)] {
                let Some(reply) = reply else { unreachable!("the card has power") };
                let Some(read) = reply.strip_suffix(&[0x90, 0x00]) else {
                    assert_eq!(reply.len(), 2, "data beside an error");
                    continue;
                };
                let is_held = match held {
                    Some(FileContents::Bytes(bytes)) => !as_record && bytes.starts_with(read),
                    Some(FileContents::Records(records)) => {
                        as_record && records.first().map(Vec::as_slice) == Some(read)
                    }
                    None => false,
                };
                assert!(is_held, "{short:02X} of {:?} gives what is not there", row.id);
            }
        }
    }
}

fn reopened(storage: &MemoryStorage) -> VirtualCard {
    match VirtualCard::open(storage.clone(), rng()) {
        Ok(card) => card,
        Err(error) => unreachable!("a card's own file is refused: {error}"),
    }
}

type Look = (String, Vec<(PinId, u8, u8)>, Vec<ApplicationId>);

/// What can be seen of a card: as much as to tell two apart.
fn look(card: &VirtualCard) -> Look {
    let image = card.image();
    let references = image.references.iter().map(|(pin, held)| (*pin, held.left(), held.limit())).collect();
    let lengths: Vec<String> = image.files.iter().map(|(id, file)| format!("{id:?} {file:?}")).collect();
    let keys: Vec<String> = image.keys.iter().map(|(id, key)| format!("{id:?} {key:?}")).collect();
    let rest = format!("{:?} {:?} {:02X?} {}", image, image.issuer_key, card.atr(), card.is_erased());
    let there = rows::APPLICATIONS.iter().map(|row| row.id).filter(|id| image.holds(*id)).collect();
    (format!("{lengths:?} {keys:?} {:?} {rest}", image.data_objects), references, there)
}

/// A file of any items, then records of any meaning; checksums and lengths are right but where a flag says otherwise.
fn made(choices: &mut Choices<'_>) -> Vec<u8> {
    let flags = choices.byte().unwrap_or(0);
    let mut items = Vec::new();
    loop {
        match choices.byte() {
            None | Some(0xFF) => break,
            Some(0xFE) => items.extend(key_item()),
            Some(kind) => {
                let value = choices.counted();
                let [.., length] = value.len().to_be_bytes();
                items.extend([
                    kind,
                    0,
                    0,
                    0,
                    if flags & 0x01 == 0 { length } else { length.wrapping_add(1) },
                ]);
                items.extend(value);
            }
        }
    }
    let mut file = MAGIC.to_vec();
    file.extend([0, if flags & 0x02 == 0 { 1 } else { 2 }]);
    file.extend(u32::try_from(items.len()).unwrap_or(0).to_be_bytes());
    file.extend(items);
    let hash: [u8; 32] = Sha256::digest(&file).into();
    file.extend(hash);
    let padding = if flags & 0x04 == 0 { 0x00 } else { 0x01 };
    file.resize(file.len().next_multiple_of(BLOCK), padding);
    journal(&mut file, hash, choices);
    file
}

/// Records of 32 bytes and their checksum: a kind, a reference, the tries left, a value, the number of the record.
fn journal(file: &mut Vec<u8>, hash: [u8; 32], choices: &mut Choices<'_>) {
    let mut sequence = 0u64;
    while let Some(kind) = choices.byte() {
        if kind == 0xFF {
            // What a power cut leaves.
            file.extend(vec![0; usize::from(choices.byte().unwrap_or(0))]);
            continue;
        }
        let mut meaning = vec![kind & 0x0F];
        meaning
            .extend([choices.byte(), Some(0), choices.byte(), choices.byte()].map(Option::unwrap_or_default));
        let value = choices.counted();
        meaning.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
        meaning.extend(value.iter().take(16));
        meaning.resize(24, 0);
        meaning.extend((sequence ^ u64::from(kind >> 7)).to_be_bytes());
        let mut check: [u8; 32] = Sha256::new_with_prefix(hash).chain_update(&meaning).finalize().into();
        check[0] ^= kind >> 6 & 0x01;
        file.extend(meaning);
        file.extend(check);
        sequence += 1;
    }
}

/// A genuine file with bytes changed, cut or added; the image's checksum may be put right again.
fn changed(choices: &mut Choices<'_>) {
    let mut file = genuine().to_vec();
    let flags = choices.byte().unwrap_or(0);
    let length =
        file.get(10..14).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let end = 14 + usize::try_from(length).unwrap_or(0);
    while choices.0.len() >= 3 {
        let place = usize::from(choices.word()) % file.len();
        let value = choices.byte().unwrap_or(0);
        file.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= value);
    }
    if flags & 0x01 != 0 {
        let hash = Sha256::digest(file.get(..end).unwrap_or_default());
        file.iter_mut().skip(end).zip(hash).for_each(|(to, from)| *to = from);
    }
    if flags & 0x02 != 0 {
        file.truncate(usize::from(choices.byte().unwrap_or(0)));
    }
    opened(&file);
}

/// The text of peculiarities, worked into an image and laid over its card.
fn text(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let quirks = match Quirks::from_toml(&text) {
        Ok(quirks) => quirks,
        Err(error) => {
            assert!(!format!("{error} {error:?}").is_empty());
            return;
        }
    };
    assert_eq!(quirks, quirks.clone());
    let mut image = image();
    image.keys.retain(|id, _| *id == KeyId::UserAuthentication);
    quirks.shape(&mut image);
    let mut bare = Image::empty();
    quirks.shape(&mut bare);
    assert!(bare.files.is_empty() && bare.keys.is_empty() && bare.references.is_empty(), "made of nothing");
    let Ok(card) = VirtualCard::new(image, MemoryStorage::default(), rng()) else {
        unreachable!("memory does not fail")
    };
    let mut card = card.with_quirks(quirks, |time| assert!(!time.is_zero()));
    for _ in 0..2 {
        let reply = card.respond(&[0x00, 0xA4, 0x04, 0x0C, 0x05, 0xD3, 0x92, 0xF0, 0x00, 0x26]);
        assert!(reply.is_none_or(|reply| reply.len() == 2));
    }
}

/// The item of one genuine private key, taken from the genuine file.
fn key_item() -> &'static [u8] {
    let file = genuine();
    // Kind 4, a length of two significant bytes, application 1, EF 0017, RSA.
    let is_key = |window: &[u8]| matches!(window, [4, 0, 0, _, _, 1, 0, 0x17, 1]);
    let at = file.windows(9).position(is_key).unwrap_or(0);
    let length = file
        .get(at + 3..at + 5)
        .and_then(|bytes| bytes.first_chunk())
        .map_or(0, |bytes| u16::from_be_bytes(*bytes));
    file.get(at..at + 5 + usize::from(length)).unwrap_or_default()
}

/// The bytes of a card's file, made once: one private key, an issuer's key, a journal.
fn genuine() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let mut storage = MemoryStorage::default();
        let mut image = image();
        image.keys.retain(|id, _| *id == KeyId::UserAuthentication);
        assert!(Reference::new(&[0x31; 17], 3).is_err_and(|error| !error.to_string().is_empty()));
        let wrong = IssuerKey::new(&[0x4B; 15]);
        assert!(wrong.is_err_and(|error| !error.to_string().is_empty()));
        image.issuer_key = IssuerKey::new(&[0x4B; 32]).ok();
        let card = VirtualCard::new(image, storage.clone(), rng());
        assert!(card.is_ok_and(|mut card| card.reset_reference(PinId::Juki, b"9999").is_ok()));
        storage.read().map(|bytes| bytes.to_vec()).unwrap_or_default()
    })
}
