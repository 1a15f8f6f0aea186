//! The files of a personalised card with one change at a time, so that every check of a parser is met from a short input.

use std::sync::OnceLock;

use mynumber::virtual_card::{FileContents, Image};
use mynumber_applet::{DataObjectId, FileId};

use super::card_values::{small_views, views};
use super::choices::{Choices, chosen};
use crate::issued;

/// The files, and the number by which [`views`] knows their kind; `None` for those without a written form.
const FILES: [(FileId, Option<u8>); 15] = [
    (FileId::Attributes, Some(0)),
    (FileId::IndividualNumber, Some(1)),
    (FileId::InputAssistIntegrity, Some(2)),
    (FileId::InputAssistBasicInfo, Some(3)),
    (FileId::InputAssistKeyRecord, Some(4)),
    (FileId::CardFace, Some(5)),
    (FileId::AgeRecord, Some(6)),
    (FileId::NumberImage, Some(7)),
    (FileId::CardFaceBasicInfo, Some(8)),
    (FileId::InputAssistCertificate, Some(9)),
    (FileId::TokenInfo, Some(10)),
    (FileId::CertificateAvailability, Some(11)),
    (FileId::CommonRecord, Some(12)),
    (FileId::SessionPublicKey, None),
    (FileId::JukiKeyReference, None),
];

/// Changes in one input, and places of each.
const EDITS: usize = 24;
const PLACES: u8 = 32;

type Files = Vec<(Vec<u8>, Option<u8>)>;

/// The files and the data objects, made once.
fn files() -> &'static Files {
    static FILES_OF_TARO: OnceLock<Files> = OnceLock::new();
    FILES_OF_TARO.get_or_init(|| {
        let mut image = Image::empty();
        let taken = issued::card("taro").rewrite(|held| core::mem::swap(held, &mut image));
        assert!(taken.is_ok());
        let contents = |id| match image.files.get(&id) {
            Some(FileContents::Bytes(bytes)) => bytes.clone(),
            Some(FileContents::Records(records)) => records.first().cloned().unwrap_or_default(),
            None => Vec::new(),
        };
        let objects = [DataObjectId::IntermediateCertificate, DataObjectId::CardIdentification]
            .into_iter()
            .chain([DataObjectId::MunicipalityCode, DataObjectId::ExpiryDate])
            .map(|id| (image.data_objects.get(&id).cloned().unwrap_or_default(), None));
        FILES.iter().map(|(id, kind)| (contents(*id), *kind)).chain(objects).collect()
    })
}

/// Takes a byte for the file, then changes: what is done, where (two bytes), and at how many places from there on.
///
/// Each is made by itself: a byte flipped in its lowest bit, in all, cleared, or set to a digit; the file cut there, or a byte
/// put in, and the length at its beginning put right or not.
pub(super) fn edited(choices: &mut Choices<'_>) {
    let Some((file, kind)) = choices.byte().and_then(|byte| chosen(files(), byte)) else { return };
    look(file, *kind, true);
    for _ in 0..EDITS {
        let Some(what) = choices.byte() else { return };
        let from = usize::from(choices.word());
        let count = usize::from(choices.byte().unwrap_or(0) % PLACES);
        for place in (from..=from + count).take_while(|place| *place <= file.len()) {
            let mut changed = file.clone();
            let byte = changed.get_mut(place);
            match (what % 8, byte) {
                (0, Some(byte)) => *byte ^= 0x01,
                (1, Some(byte)) => *byte ^= 0xFF,
                (2, Some(byte)) => *byte = 0x00,
                (3, Some(byte)) => *byte = b'9',
                (4, _) => changed.truncate(place),
                (5, _) => {
                    changed.truncate(place);
                    refit(&mut changed);
                }
                (6, _) => {
                    changed.insert(place, 0x04);
                    refit(&mut changed);
                }
                _ => changed.insert(place, 0x80),
            }
            look(&changed, *kind, false);
        }
    }
}

fn look(file: &[u8], kind: Option<u8>, every_room: bool) {
    match kind {
        Some(kind) => views(&[&[kind], file].concat(), every_room),
        None => small_views(file),
    }
}

/// Writes the length of the outermost element, whose tag has two bytes, anew.
fn refit(file: &mut Vec<u8>) {
    let [first, second, length, ..] = *file.as_slice() else { return };
    let header = match length {
        0x81 => 4,
        0x82 => 5,
        _ => 3,
    };
    let value = file.get(header..).unwrap_or_default().to_vec();
    let [.., high, low] = value.len().to_be_bytes();
    let head = match value.len() {
        0..=0x7F => vec![first, second, low],
        0x80..=0xFF => vec![first, second, 0x81, low],
        _ => vec![first, second, 0x82, high, low],
    };
    *file = [head, value].concat();
}
